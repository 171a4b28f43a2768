/**
 * Makes the doc comment of a request field. The meaning and the unit come from the facts (`facts.ts`). Bounds and a
 * default that the facts do not state come from the document.
 *
 * @module
 */
import type { Document } from "./document.ts"
import { type Facts, unitOf } from "./facts.ts"
import type { Fault } from "./faults.ts"
import { int32 } from "./schemas.ts"
import { type Default, isInteger, type Shape } from "./shape.ts"

/** A parameter of an operation, or a property of a component. */
export interface Documented {
  readonly owner: string
  readonly name: string
  /** The name of the parameter under `components/parameters`, if several operations share it. */
  readonly shared?: string | undefined
  readonly shape: Shape
  readonly deprecated: boolean
  readonly byDefault: Default
}

const keysOf = ({ name, owner, shared }: Documented): ReadonlyArray<string> => [
  `${owner}/${name}`,
  ...(shared === undefined ? [] : [shared]),
  name
]

const number = (value: number): string => value.toLocaleString("en-US")

const between = (minimum: number | undefined, maximum: number | undefined, things: string): string | undefined => {
  if (maximum === undefined)
    return minimum === undefined || minimum < 1 ? undefined : `At least ${number(minimum)}${things}.`
  if (minimum === maximum) return `Exactly ${number(maximum)}${things}.`
  return minimum === undefined
    ? `At most ${number(maximum)}${things}.`
    : `${number(minimum)} to ${number(maximum)}${things}.`
}

const bounds = (shape: Shape): string | undefined => {
  switch (shape._tag) {
    case "Nullable":
      return bounds(shape.of)
    case "Integer":
      return between(shape.minimum, shape.maximum === int32.maximum ? undefined : shape.maximum, "")
    case "List":
      return between(
        shape.minItems || undefined,
        shape.maxItems,
        (shape.maxItems ?? shape.minItems) === 1 ? " item" : " items"
      )
    case "Text":
      return between(shape.minLength > 1 ? shape.minLength : undefined, shape.maxLength, " characters")
    default:
      return undefined
  }
}

const shown = (value: string | number | boolean): string => (typeof value === "string" ? `\`${value}\`` : String(value))

/** Whether a text states bounds: "1 to 100", "1–63", "up to 10". */
const statesBounds = /\d[\d,]* to \d|\d–\d|\bup to \d/i

/** Returns the lines of a field's doc. `missing`: the entries that `facts.docs` lacks for this field. */
export const docOf = (
  facts: Facts,
  field: Documented
): { readonly lines: ReadonlyArray<string>; readonly missing: ReadonlyArray<string> } => {
  const { fields, replacements } = facts.docs
  const path = `${field.owner}/${field.name}`
  const text = keysOf(field)
    .map((key) => fields[key])
    .find((found) => found !== undefined)
  const unit = isInteger(field.shape) ? unitOf(facts, field.owner, field.name) : undefined
  const range = bounds(field.shape)
  // If the text ends with a default, the unit and the bounds are inserted before it.
  const [meaning, byDefault] = (text ?? "").split(/ ?(?=\bDefault:)/)
  const sentences = [
    ...(meaning === "" || meaning === undefined ? [] : [meaning]),
    ...(unit === undefined || text?.toLowerCase().includes(unit.toLowerCase().split(/[.:]/)[0]!) ? [] : [unit]),
    ...(range === undefined || statesBounds.test(text ?? "") ? [] : [range]),
    ...(byDefault !== undefined
      ? [byDefault]
      : field.byDefault === undefined
        ? []
        : [`Default: ${shown(field.byDefault)}.`])
  ]
  const replacement = replacements[path]
  return {
    lines: [
      ...(sentences.length === 0 ? [] : [sentences.join(" ")]),
      ...(field.deprecated ? [replacement === undefined ? "@deprecated" : `@deprecated ${replacement}`] : [])
    ],
    missing: [
      ...(text === undefined ? [`fields: ${path} has no doc`] : []),
      ...(field.deprecated && replacement === undefined
        ? [`replacements: ${path} is deprecated, but has no replacement`]
        : [])
    ]
  }
}

const documented = (document: Document): ReadonlyArray<Documented> => [
  ...document.operations.flatMap(({ id, parameters }) => parameters.map((field) => ({ owner: id, ...field }))),
  ...[...document.inRequests].flatMap((owner) => {
    const shape = document.components.get(owner)
    return shape?._tag === "Struct" ? shape.fields.map((field) => ({ owner, ...field })) : []
  })
]

export const undocumented = (document: Document, facts: Facts): ReadonlyArray<string> =>
  documented(document).flatMap((field) => docOf(facts, field).missing)

/** Returns the entries of the docs that do not apply to the document. */
export const checkDocs = (document: Document, { docs }: Facts): ReadonlyArray<Fault> => {
  const fields = documented(document)
  const of = (some: ReadonlyArray<Documented>) => some.map(({ name, owner }) => `${owner}/${name}`)
  const unused = (section: keyof typeof docs, known: Iterable<string>, reason: string) => {
    const names = new Set(known)
    return Object.keys(docs[section])
      .filter((key) => !names.has(key))
      .map((key) => ({ pointer: `/docs/${section}/${key}`, reason }))
  }
  return [
    ...unused(
      "fields",
      // For each field, only the most specific entry applies.
      fields.flatMap((field) => keysOf(field).find((path) => path in docs.fields) ?? []),
      "no request has such a field"
    ),
    ...unused(
      "replacements",
      of(fields.filter(({ deprecated }) => deprecated)),
      "the field does not exist or is not deprecated"
    ),
    ...unused(
      "inputs",
      [...document.operations.map(({ id }) => id), ...document.inRequests],
      "no operation has such an input"
    ),
    ...unused(
      "suggestions",
      of(fields.filter(({ shape }) => shape._tag === "Text")),
      "the field does not exist or is not text"
    )
  ]
}
