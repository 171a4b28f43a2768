/**
 * From parameters to TypeScript: for each operation a constant for its path and one for its query.
 *
 * @module
 */
import type { Document, Operation, Parameter } from "./document.ts"
import { comment, type Context, key, makeWriter, pure } from "./writer.ts"

const operation = "../Operation.ts"

/** The declarations of all parameters, without imports. */
export const writeParameters = (document: Document, context: Context): string => {
  const { imports } = context
  const writer = makeWriter(
    context,
    (name) => imports.value("./requests.ts", name),
    () => false
  )

  const type = ({ required, shape }: Parameter): string =>
    `${imports.type(operation, "Parameter")}<${writer.type(shape)}, ${required}>`

  const value = ({ required, shape, style }: Parameter): string =>
    style === "single"
      ? pure(`${imports.value(operation, required ? "required" : "optional")}(${writer.codec(shape)})`)
      : `{ schema: ${writer.codec(shape)}, required: ${required}, style: "${style}" }`

  const constant = ({ id }: Operation, place: "Path" | "Query", of: Operation["parameters"]): string => {
    if (of.length === 0) return ""
    const types = of.map(
      (parameter) =>
        comment(parameter.deprecated ? ["@deprecated"] : []) + `readonly ${key(parameter.name)}: ${type(parameter)}\n`
    )
    const values = of.map((parameter) => `${key(parameter.name)}: ${parameter.shared ?? value(parameter)}`)
    return `export const ${id}${place}: {\n${types.join("")}} = {\n${values.join(",\n")}\n}\n\n`
  }

  const used = new Set(
    document.operations.flatMap(({ parameters }) => parameters.flatMap(({ shared }) => shared ?? []))
  )
  return [
    ...[...document.shared]
      .filter(([name]) => used.has(name))
      .map(([name, parameter]) => `const ${name}: ${type(parameter)} = ${value(parameter)}\n`),
    "\n",
    ...document.operations.flatMap((of) => [
      constant(
        of,
        "Path",
        of.parameters.filter(({ place }) => place === "path")
      ),
      constant(
        of,
        "Query",
        of.parameters.filter(({ place }) => place === "query")
      )
    ])
  ].join("")
}
