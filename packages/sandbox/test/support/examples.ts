/**
 * Generates values that fit a JSON Schema. The same input gives the same value.
 *
 * @module
 */
import { time } from "../../src/rest/wire.ts"

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

export interface ExampleInput {
  readonly schemas: Readonly<Record<string, JsonSchema>>
  readonly seed: string
  readonly nowMillis: number
  /**
   * Fixed values of properties by name, such as a requested id. `anywhere` applies at any depth, `outermost` only at
   * depths 0 and 1.
   */
  readonly known: {
    readonly anywhere: Readonly<Record<string, unknown>>
    readonly outermost: Readonly<Record<string, unknown>>
  }
  readonly tickers: ReadonlyArray<string>
}

/** Generates an example. Objects at depth 5 or more have only their required properties. */
export const exampleOf = (schema: JsonSchema, input: ExampleInput): unknown =>
  make(schema, "", { ...input, next: numbersFrom(input.seed) }, 0)

interface Source extends ExampleInput {
  readonly next: (below: number) => number
}

/** Xorshift, seeded with the FNV-1a hash of a string. */
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

const maxDepth = 5

const make = (schema: JsonSchema, name: string, source: Source, depth: number): unknown => {
  if (schema.$ref !== undefined) {
    return make(source.schemas[schema.$ref.replace("#/components/schemas/", "")] ?? {}, name, source, depth)
  }
  if (schema.anyOf !== undefined) {
    const full = schema.anyOf.find(({ type }) => type !== "null") ?? { type: "null" }
    return make(full, name, source, depth)
  }
  if (schema.enum !== undefined) {
    const members = schema.enum.filter((member) => member !== null && member !== "")
    return members[source.next(members.length)] ?? schema.enum[0]
  }
  switch (schema.type) {
    case "array":
      return makeList(schema, name, source, depth)
    case "string":
      return makeText(schema, name, source)
    case "integer":
    case "number":
      return makeNumber(schema, name, source)
    case "boolean":
      return source.next(2) === 0
    case "null":
      return null
    default:
      return makeObject(schema, source, depth)
  }
}

const makeObject = (
  { properties = {}, required = [] }: JsonSchema,
  source: Source,
  depth: number
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => depth < maxDepth || required.includes(name))
      .map(([name, property]) => {
        const { anywhere, outermost } = source.known
        const known = anywhere[name] ?? (depth <= 1 ? outermost[name] : undefined)
        return [name, known ?? make(property, name, source, depth + 1)]
      })
  )

const makeList = (
  { items, maxItems = 2, minItems = 0, prefixItems }: JsonSchema,
  name: string,
  source: Source,
  depth: number
): ReadonlyArray<unknown> => {
  if (prefixItems !== undefined) {
    return prefixItems.map((item) => make(item, name, source, depth + 1))
  }
  const length = Math.max(minItems, Math.min(maxItems, depth < maxDepth ? 1 + source.next(2) : 0))
  return Array.from({ length }, () => make(items ?? {}, name.replace(/s$/, ""), source, depth + 1))
}

const makeText = ({ format, minLength = 0, pattern }: JsonSchema, name: string, source: Source): string => {
  if (pattern !== undefined) {
    return matching(pattern, source)
  }
  if (format === "date-time") {
    return time(source.nowMillis - 1_000 * source.next(86_400))
  }
  if (format === "uuid" || name === "id" || /_ids?$/.test(name)) {
    return uuidFrom(source)
  }
  if (name.endsWith("ticker")) {
    return source.tickers[source.next(Math.max(1, source.tickers.length))] ?? "KXLOCAL-26-YES"
  }
  if (name === "cursor" || name === "next_cursor") {
    return ""
  }
  return `${name.replaceAll("_", " ")} ${1 + source.next(9)}`.padEnd(minLength, ".")
}

/** Generates a decimal, because the document has patterns only for decimals. */
const matching = (pattern: string, { next }: Source): string => {
  const expression = new RegExp(pattern, "u")
  const hundredths = (1 + next(99)).toString().padStart(2, "0")
  return [`0.${hundredths}00`, `${1 + next(99)}.${hundredths}`].find((text) => expression.test(text)) ?? "0.50"
}

const uuidFrom = ({ next }: Source): string => {
  const digits = (length: number) => Array.from({ length }, () => next(16).toString(16)).join("")
  return `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`
}

const makeNumber = ({ maximum, minimum, type }: JsonSchema, name: string, { next, nowMillis }: Source): number => {
  const value = /_ts_ms$|_at_ms$|^ts_ms$/.test(name)
    ? nowMillis
    : /(?:^|_)ts$/.test(name)
      ? Math.floor(nowMillis / 1_000)
      : next(90) + (type === "number" ? next(4) / 4 : 0)
  return Math.min(maximum ?? Infinity, Math.max(minimum ?? 0, value))
}
