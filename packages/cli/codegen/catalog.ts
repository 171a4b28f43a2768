/**
 * Makes the list of the client's operations, with the docs of the operations and of their fields.
 *
 * **Details**
 *
 * Names, paths and fields come from the descriptors of the operations, which the client uses to send requests. The docs come from the doc comments in the sources of the client:
 * `rest/*.ts` for operations, `generated/inputs.ts` and `generated/requests.ts` for fields.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { format } from "oxfmt"
import { type Field, fieldsOf, objectIn, valuesIn } from "../src/call/fields.ts"
import type { FieldEntry, OperationEntry } from "../src/call/model.ts"
import { isOperation, modules } from "../src/call/operations.ts"

const client = fileURLToPath(new URL("../../client/src/", import.meta.url))
const read = (path: string): string => readFileSync(`${client}${path}`, "utf8")

/** The first paragraph of a doc comment, on one line and without links. A link without a namespace gets `module`. */
const paragraph = (comment: string, module: string): string => {
  const [first = ""] = comment
    .split("\n")
    .map((line) =>
      line
        .replace(/^\s*\/?\*+ ?\/?/, "")
        .replace(/\*\/$/, "")
        .trimEnd()
    )
    .join("\n")
    .trim()
    .split("\n\n")
  return first
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\{@link (\w+)\.(\w+)\}/g, "$1.$2")
    .replaceAll(/\{@link (\w+)\}/g, `${module}.$1`)
    .replaceAll("**", "")
    .replace(/:$/, ".")
    .trim()
}

const comment = String.raw`(/\*\*(?:(?!\*/)[\s\S])*\*/)\s*`

/** The doc of an operation, from the source of its module. */
const operationDoc = (source: string, module: string, name: string): string => {
  const found =
    new RegExp(`${comment}export const ${name}:`).exec(source) ??
    new RegExp(`${comment}\\w+ as ${name}\\b`).exec(source)
  if (found?.[1] === undefined) throw new Error(`${module}.${name} has no doc comment`)
  return paragraph(found[1], module)
}

interface InterfaceField {
  readonly doc: string
  readonly type: string
}

/** The fields of every interface of a generated file, with their docs and types. */
const interfacesOf = (source: string): ReadonlyMap<string, ReadonlyMap<string, InterfaceField>> =>
  new Map(
    [...source.matchAll(/^export interface (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, name = "", body = ""]) => [
      name,
      new Map(
        [...body.matchAll(new RegExp(`${comment}readonly (\\w+)\\??: ([^\\n]+)`, "g"))].map(
          ([, doc = "", field = "", type = ""]) => [field, { doc: paragraph(doc, ""), type }]
        )
      )
    ])
  )

/** Makes the entries of all operations, sorted by name. */
export const makeCatalog = async (): Promise<ReadonlyArray<OperationEntry>> => {
  const interfaces = new Map([
    ...interfacesOf(read("generated/requests.ts")),
    ...interfacesOf(read("generated/inputs.ts"))
  ])
  const sources = new Map(
    readdirSync(`${client}rest`).map((file) => [file.replace(/\.ts$/, ""), read(`rest/${file}`)] as const)
  )
  const entriesOf = (owner: string, fields: ReadonlyMap<string, Field>): Readonly<Record<string, FieldEntry>> =>
    Object.fromEntries(
      [...fields.values()].map(({ name, required, shape }) => {
        const documented = interfaces.get(owner)?.get(name)
        if (documented === undefined) throw new Error(`${owner}.${name} has no doc comment`)
        const inner = objectIn(shape)
        const values = valuesIn(shape)
        const type = [...documented.type.matchAll(/\w+/g)].map(([word]) => word).find((word) => interfaces.has(word))
        if (inner !== undefined && type === undefined) throw new Error(`${owner}.${name} has an unknown type`)
        const entry: FieldEntry = {
          doc: documented.doc,
          required,
          ...(values === undefined ? {} : { values }),
          ...(inner === undefined ? {} : { fields: entriesOf(type!, inner) }),
          ...(inner !== undefined && shape._tag === "List" ? { isList: true } : {})
        }
        return [name, entry]
      })
    )
  const entries: Array<OperationEntry> = []
  for (const [module, load] of Object.entries(modules)) {
    for (const [name, exported] of Object.entries(await load())) {
      if (!isOperation(exported)) continue
      const { access, method, operationId: id, pages, path, secret } = exported.descriptor
      const source = sources.get(module === "Orders" ? "orderOperations" : module) ?? ""
      entries.push({
        name: `${module}.${name}`,
        id,
        method,
        path,
        access,
        doc: operationDoc(source, module, name),
        paged: pages !== undefined,
        secret,
        fields: entriesOf(`${id}Input`, fieldsOf(exported.descriptor))
      })
    }
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Makes the text of `src/call/generated/catalog.ts`. */
export const catalogSource = async (): Promise<string> => {
  const text = `/**
 * All operations of the exchange, with their fields and docs.
 *
 * Generated by packages/cli/codegen; do not edit.
 *
 * @module
 */
import type { OperationEntry } from "../model.ts"

/** All operations, sorted by name. */
export const catalog: ReadonlyArray<OperationEntry> = ${JSON.stringify(await makeCatalog(), null, 2)}
`
  const { code, errors } = await format("catalog.ts", text, { printWidth: 120, semi: false, trailingComma: "none" })
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"))
  return code
}
