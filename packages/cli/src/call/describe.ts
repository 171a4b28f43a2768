/**
 * Prints what an operation does, and the fields of its input.
 *
 * @module
 */
import { indented, proseWidth } from "../output/wrap.ts"
import type { Screen } from "../output/Screen.ts"
import type { Field, Shape } from "./fields.ts"
import type { FieldEntry, OperationEntry } from "./model.ts"

/** A field, as `--describe --json` prints it. */
export interface FieldDescription {
  /** The path of the field, such as `orders.N.ticker` for a field of each item of a list. */
  readonly field: string
  readonly type: string
  readonly required: boolean
  readonly doc: string
}

export const typeOf = (shape: Shape): string => {
  switch (shape._tag) {
    case "Text":
      return shape.expected ?? "text"
    case "Number":
      return shape.expected ?? "a number"
    case "Boolean":
      return "true or false"
    case "Enum":
      return shape.values.join(" | ")
    case "List":
      return shape.item._tag === "Object" ? "a list of objects" : `a list of: ${typeOf(shape.item)}`
    case "Object":
      return "an object"
    case "Other":
      return "JSON"
  }
}

/** Lists each field, and after an object or a list of objects also the fields in it. */
export const describeFields = (
  fields: ReadonlyMap<string, Field>,
  docs: Readonly<Record<string, FieldEntry>>,
  path = ""
): ReadonlyArray<FieldDescription> =>
  [...fields.values()]
    .toSorted((a, b) => Number(b.required) - Number(a.required))
    .flatMap(({ name, required, shape }) => {
      const field = `${path}${name}`
      const entry = docs[name]
      const inner =
        shape._tag === "Object"
          ? describeFields(shape.fields, entry?.fields ?? {}, `${field}.`)
          : shape._tag === "List" && shape.item._tag === "Object"
            ? describeFields(shape.item.fields, entry?.fields ?? {}, `${field}.N.`)
            : []
      return [{ field, type: typeOf(shape), required, doc: entry?.doc ?? "" }, ...inner]
    })

const accessIn = {
  public: "The operation is public and needs no key.",
  read: "The operation reads the account, so it needs a key.",
  write: "The operation changes the account, so it needs a key. The command asks before it sends the request."
} as const

export const formatDescription = (
  { access, doc, id, method, name, paged, path, secret }: OperationEntry,
  fields: ReadonlyArray<FieldDescription>,
  { columns, paint }: Pick<Screen, "columns" | "paint">
): string => {
  const width = proseWidth(columns)
  const required = fields.filter(({ field, required }) => required && !field.includes("."))
  const usage = [
    `kalshi call ${name}`,
    ...required.map(({ field, type }) => (type.startsWith("a list of objects") ? `${field}.0.…` : `${field}=…`)),
    ...(fields.length > required.length ? ["[field=…]"] : []),
    ...(secret ? ["--out FILE"] : [])
  ].join(" ")
  return [
    `${paint("bold", name)}  ${method} ${path}`,
    indented(doc, 0, width),
    "",
    indented(`${accessIn[access]}${paged ? " --pages N reads up to N pages." : ""} Its id is ${id}.`, 0, width),
    "",
    paint("bold", "Usage"),
    `  ${usage}`,
    "",
    ...(fields.length === 0 ? ["The operation has no fields."] : [paint("bold", "Fields")]),
    ...fields.flatMap(({ doc, field, required, type }) => {
      const what = `${required ? "required, " : ""}${type}`
      const isShort = 4 + field.length + what.length <= width
      return [
        `  ${paint("green", field)}${isShort ? `  ${paint("dim", what)}` : ""}`,
        ...(isShort ? [] : [paint("dim", indented(what, 6, width))]),
        ...(doc === "" ? [] : [indented(doc, 6, width)])
      ]
    })
  ].join("\n")
}
