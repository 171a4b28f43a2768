/**
 * Values that fit a JSON Schema, generated from a seed: the same seed gives the same value.
 *
 * @module
 */
import { time } from "./wire.ts"

/** The part of JSON Schema that the published document uses for responses. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean" | "null"
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly enum?: ReadonlyArray<string | number | null>
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly prefixItems?: ReadonlyArray<JsonSchema>
  readonly minItems?: number
  readonly maxItems?: number
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

/** The ingredients of an example. */
export interface Ingredients {
  readonly schemas: Readonly<Record<string, JsonSchema>>
  /** Any text; different seeds give different examples. */
  readonly seed: string
  readonly nowMillis: number
  /** Values of properties by name, such as a requested id. */
  readonly known: Readonly<Record<string, unknown>>
  readonly tickers: ReadonlyArray<string>
}

/** Generates a value that fits a schema, with all of its properties. */
export const exampleOf = (schema: JsonSchema, ingredients: Ingredients): unknown =>
  make(schema, "", { ...ingredients, next: numbersFrom(ingredients.seed) }, 0)

interface Kitchen extends Ingredients {
  readonly next: (below: number) => number
}

/** Numbers from a text (FNV-1a as the initial hash, then xorshift). */
const numbersFrom = (text: string): ((below: number) => number) => {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  }
  state ||= 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const deepest = 5

const make = (schema: JsonSchema, name: string, kitchen: Kitchen, depth: number): unknown => {
  if (schema.$ref !== undefined) {
    return make(kitchen.schemas[schema.$ref.replace("#/components/schemas/", "")] ?? {}, name, kitchen, depth)
  }
  if (schema.anyOf !== undefined) {
    const full = schema.anyOf.find(({ type }) => type !== "null") ?? { type: "null" }
    return make(full, name, kitchen, depth)
  }
  if (schema.enum !== undefined) {
    const members = schema.enum.filter((member) => member !== null && member !== "")
    return members[kitchen.next(members.length)] ?? schema.enum[0]
  }
  switch (schema.type) {
    case "array":
      return makeList(schema, name, kitchen, depth)
    case "string":
      return makeText(schema, name, kitchen)
    case "integer":
    case "number":
      return makeNumber(schema, name, kitchen)
    case "boolean":
      return kitchen.next(2) === 0
    case "null":
      return null
    default:
      return makeObject(schema, kitchen, depth)
  }
}

const makeObject = (
  { properties = {}, required = [] }: JsonSchema,
  kitchen: Kitchen,
  depth: number
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => depth < deepest || required.includes(name))
      .map(([name, property]) => {
        const known = depth <= 1 ? kitchen.known[name] : undefined
        return [name, known ?? make(property, name, kitchen, depth + 1)]
      })
  )

const makeList = (
  { items, maxItems = 2, minItems = 0, prefixItems }: JsonSchema,
  name: string,
  kitchen: Kitchen,
  depth: number
): ReadonlyArray<unknown> => {
  if (prefixItems !== undefined) {
    return prefixItems.map((item) => make(item, name, kitchen, depth + 1))
  }
  const length = Math.max(minItems, Math.min(maxItems, depth < deepest ? 1 + kitchen.next(2) : 0))
  return Array.from({ length }, () => make(items ?? {}, name.replace(/s$/, ""), kitchen, depth + 1))
}

const makeText = ({ format, minLength = 0, pattern }: JsonSchema, name: string, kitchen: Kitchen): string => {
  if (pattern !== undefined) {
    return matching(pattern, kitchen)
  }
  if (format === "date-time") {
    return time(kitchen.nowMillis - 1_000 * kitchen.next(86_400))
  }
  if (format === "uuid" || name === "id" || /_ids?$/.test(name)) {
    return uuidFrom(kitchen)
  }
  if (name.endsWith("ticker")) {
    return kitchen.tickers[kitchen.next(Math.max(1, kitchen.tickers.length))] ?? "KXLOCAL-26-YES"
  }
  if (name === "cursor" || name === "next_cursor") {
    return ""
  }
  return `${name.replaceAll("_", " ")} ${1 + kitchen.next(9)}`.padEnd(minLength, ".")
}

/** Decimals, the only values that the document has patterns for. */
const matching = (pattern: string, { next }: Kitchen): string => {
  const tests = new RegExp(pattern, "u")
  const hundredths = (1 + next(99)).toString().padStart(2, "0")
  return [`0.${hundredths}00`, `${1 + next(99)}.${hundredths}`].find((text) => tests.test(text)) ?? "0.50"
}

const uuidFrom = ({ next }: Kitchen): string => {
  const digits = (length: number) => Array.from({ length }, () => next(16).toString(16)).join("")
  return `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`
}

const makeNumber = ({ maximum, minimum, type }: JsonSchema, name: string, { next, nowMillis }: Kitchen): number => {
  const wanted = /_ts_ms$|_at_ms$|^ts_ms$/.test(name)
    ? nowMillis
    : /(?:^|_)ts$/.test(name)
      ? Math.floor(nowMillis / 1_000)
      : next(90) + (type === "number" ? next(4) / 4 : 0)
  return Math.min(maximum ?? Infinity, Math.max(minimum ?? 0, wanted))
}
