/**
 * Writes parameters as TypeScript: for each operation, one constant for its path and one for its query.
 *
 * @module
 */
import type { Document, Operation, Parameter } from "./document.ts"
import { comment, type Context, key, pure, Writer } from "./writer.ts"

const operation = "../Descriptor.ts"

/** Writes the parameters of all operations, without the imports of the code. */
export const writeParameters = (document: Document, context: Context): string => {
  const { imports } = context
  const writerOf = (owner: string): Writer =>
    new Writer(context, { owner, component: (name) => imports.value("./requests.ts", name) })

  const type = (writer: Writer, { required, shape }: Parameter): string =>
    `${imports.type(operation, "Parameter")}<${writer.type(shape)}, ${required}>`

  const value = (writer: Writer, parameter: Parameter): string =>
    parameter.style === "single"
      ? pure(`${imports.value(operation, parameter.required ? "required" : "optional")}(${writer.valueOf(parameter)})`)
      : `{ schema: ${writer.codec(parameter.shape)}, required: ${parameter.required}, style: "${parameter.style}" }`

  const constant = ({ id }: Operation, place: "Path" | "Query", of: Operation["parameters"]): string => {
    if (of.length === 0) return ""
    const writer = writerOf(id)
    const types = of.map(
      (parameter) =>
        comment(parameter.deprecated ? ["@deprecated"] : []) +
        `readonly ${key(parameter.name)}: ${type(writer, parameter)}\n`
    )
    const values = of.map((parameter) => `${key(parameter.name)}: ${parameter.shared ?? value(writer, parameter)}`)
    return `export const ${id}${place}: {\n${types.join("")}} = {\n${values.join(",\n")}\n}\n\n`
  }

  const shared = writerOf("")
  const used = new Set(
    document.operations.flatMap(({ parameters }) => parameters.flatMap(({ shared }) => shared ?? []))
  )
  return [
    ...[...document.shared]
      .filter(([name]) => used.has(name))
      .map(([name, parameter]) => `const ${name}: ${type(shared, parameter)} = ${value(shared, parameter)}\n`),
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
