/**
 * Converts a schema to the normal form that generators, coverage and mutants share: a flat list of alternatives, each
 * of one kind. References are followed, `allOf` is merged and unions are expanded.
 *
 * This module does not use the judge, which validates the created values against the original schema with ajv. So the
 * judge detects errors of this module.
 *
 * @module
 */
import {
  equals,
  UnknownKeyword,
  UnusableSchema,
  annotations,
  keywords,
  typeOf,
  type Json,
  type JsonSchema,
  type Resolve,
  type SchemaObject,
  type TypeName
} from "../../judge/JsonSchema.ts"
import { numberFormats, stringFormats } from "./formats.ts"

/** A node of the expanded schema: all constraints on the value at one position. */
export interface Node {
  readonly schemas: ReadonlyArray<JsonSchema>
  /** How many times each reference was followed to reach this node. */
  readonly trail: ReadonlyMap<string, number>
}

interface Common {
  /** The largest count in the trail, at least 1. */
  readonly depth: number
  /** All constraints on a value of this alternative, as one schema. */
  readonly schema: SchemaObject
  /** Branches of a `oneOf` that a value of this alternative must not satisfy. */
  readonly excluded: ReadonlyArray<JsonSchema>
}

/** A limit of a number, with the keyword or format that sets it. */
export interface Limit {
  readonly value: number
  readonly exclusive: boolean
  readonly by: string
}

export interface NumberAlternative extends Common {
  readonly kind: "number"
  readonly integer: boolean
  /** The tightest limit applies. */
  readonly lower: ReadonlyArray<Limit>
  readonly upper: ReadonlyArray<Limit>
  /** The tightest limits. For integers, the limits are inclusive integers. */
  readonly minimum: number
  readonly maximum: number
  readonly minimumExcluded: boolean
  readonly maximumExcluded: boolean
}

export interface StringAlternative extends Common {
  readonly kind: "string"
  readonly minLength: number
  readonly maxLength: number
  readonly patterns: ReadonlyArray<string>
  readonly formats: ReadonlyArray<string>
}

export interface ArrayAlternative extends Common {
  readonly kind: "array"
  readonly minItems: number
  readonly maxItems: number
  readonly unique: boolean
  readonly prefix: ReadonlyArray<Node>
  readonly items: Node
}

export interface ObjectAlternative extends Common {
  readonly kind: "object"
  readonly properties: ReadonlyMap<string, Node>
  readonly required: ReadonlySet<string>
  readonly additional: Node
  /** Whether undeclared members are forbidden. */
  readonly closed: boolean
  /**
   * Whether the schema intends undeclared members: it has an `additionalProperties` other than `false`, or declares no
   * properties.
   */
  readonly open: boolean
}

export interface LiteralAlternative extends Common {
  readonly kind: "literal"
  readonly values: ReadonlyArray<Json>
  /** `const` if a schema of the alternative has this keyword. Otherwise `enum`. */
  readonly by: "enum" | "const"
}

export interface PlainAlternative extends Common {
  readonly kind: "null" | "boolean" | "any"
}

export type Alternative =
  | PlainAlternative
  | LiteralAlternative
  | NumberAlternative
  | StringAlternative
  | ArrayAlternative
  | ObjectAlternative

export const typesOf = (alternative: Alternative): ReadonlyArray<Exclude<TypeName, "integer">> => {
  switch (alternative.kind) {
    case "any":
      return ["null", "boolean", "number", "string", "array", "object"]
    case "literal":
      return [...new Set(alternative.values.map(typeOf))]
    default:
      return [alternative.kind]
  }
}

interface Conjunction {
  readonly parts: ReadonlyArray<SchemaObject>
  readonly trail: ReadonlyMap<string, number>
  readonly excluded: ReadonlyArray<JsonSchema>
}

type Part = Omit<SchemaObject, "$ref" | "allOf" | "anyOf" | "oneOf">

const unionLimit = 4096

const checkKeywords = (schema: SchemaObject): void => {
  for (const keyword of Object.keys(schema)) {
    if (!keywords.has(keyword) && !annotations.has(keyword)) throw new UnknownKeyword(keyword, `/${keyword}`)
  }
}

/** Null comes last, because the first value should show the purpose of the schema. */
const allTypes: ReadonlyArray<TypeName> = ["boolean", "integer", "number", "string", "array", "object", "null"]

const typesAllowed = (part: Part): ReadonlyArray<TypeName> => {
  if (part.type === undefined) return allTypes
  const types = typeof part.type === "string" ? [part.type] : part.type
  return types.includes("number") ? [...types, "integer"] : types
}

const tightest = (limits: ReadonlyArray<Limit>, tighter: (a: number, b: number) => boolean): Limit =>
  limits.reduce((best, limit) =>
    tighter(limit.value, best.value) || (limit.value === best.value && limit.exclusive) ? limit : best
  )

const expand = (
  resolve: Resolve,
  schemas: ReadonlyArray<JsonSchema>,
  start: Conjunction,
  open: ReadonlySet<string>
): ReadonlyArray<Conjunction> =>
  schemas.reduce<ReadonlyArray<Conjunction>>(
    (conjunctions, schema) => {
      const next = conjunctions.flatMap((conjunction) => expandOne(resolve, schema, conjunction, open))
      if (next.length > unionLimit) throw new UnusableSchema("too many combinations of unions", "")
      return next
    },
    [start]
  )

const expandOne = (
  resolve: Resolve,
  schema: JsonSchema,
  start: Conjunction,
  open: ReadonlySet<string>
): ReadonlyArray<Conjunction> => {
  if (schema === true) return [start]
  if (schema === false) return []
  checkKeywords(schema)
  const { $ref, allOf, anyOf, oneOf, ...ownKeywords } = schema
  const constraints = Object.entries(ownKeywords).filter(([keyword]) => keywords.has(keyword))
  let result: ReadonlyArray<Conjunction> =
    constraints.length === 0 ? [start] : [{ ...start, parts: [...start.parts, Object.fromEntries(constraints)] }]
  if ($ref !== undefined) {
    if (open.has($ref)) throw new UnusableSchema("circular reference", $ref)
    const target = resolve($ref)
    result = result.flatMap((conjunction) =>
      expandOne(
        resolve,
        target,
        {
          ...conjunction,
          trail: new Map([...conjunction.trail, [$ref, (conjunction.trail.get($ref) ?? 0) + 1]])
        },
        new Set([...open, $ref])
      )
    )
  }
  if (allOf !== undefined) result = result.flatMap((conjunction) => expand(resolve, allOf, conjunction, open))
  if (anyOf !== undefined) {
    result = result.flatMap((conjunction) => anyOf.flatMap((branch) => expandOne(resolve, branch, conjunction, open)))
  }
  if (oneOf !== undefined) {
    result = result.flatMap((conjunction) =>
      oneOf.flatMap((branch, index) =>
        expandOne(resolve, branch, conjunction, open).map((expanded) => ({
          ...expanded,
          excluded: [...expanded.excluded, ...oneOf.filter((_, other) => other !== index)]
        }))
      )
    )
  }
  return result
}

const child = (schemas: ReadonlyArray<JsonSchema>, trail: ReadonlyMap<string, number>): Node => ({ schemas, trail })

const numberOf = (parts: ReadonlyArray<Part>, common: Common, integer: boolean): NumberAlternative | undefined => {
  const lower: Array<Limit> = []
  const upper: Array<Limit> = []
  let isInteger = integer
  const formats = parts.flatMap((part) => (part.format === undefined ? [] : [part.format]))
  const numeric = formats.filter((format) => !stringFormats.has(format))
  for (const name of numeric.length === 0 ? [integer ? "int64" : "double"] : numeric) {
    const format = numberFormats.get(name)
    if (format === undefined) throw new UnusableSchema(`unknown format ${JSON.stringify(name)}`, "/format")
    isInteger ||= format.integer
    lower.push({ value: format.minimum, exclusive: false, by: name })
    upper.push({ value: format.maximum, exclusive: false, by: name })
  }
  if (isInteger) {
    lower.push({ value: Number.MIN_SAFE_INTEGER, exclusive: false, by: "int64" })
    upper.push({ value: Number.MAX_SAFE_INTEGER, exclusive: false, by: "int64" })
  }
  for (const part of parts) {
    if (part.minimum !== undefined) lower.push({ value: part.minimum, exclusive: false, by: "minimum" })
    if (part.maximum !== undefined) upper.push({ value: part.maximum, exclusive: false, by: "maximum" })
    if (part.exclusiveMinimum !== undefined) {
      lower.push({ value: part.exclusiveMinimum, exclusive: true, by: "exclusiveMinimum" })
    }
    if (part.exclusiveMaximum !== undefined) {
      upper.push({ value: part.exclusiveMaximum, exclusive: true, by: "exclusiveMaximum" })
    }
  }
  const low = tightest(lower, (a, b) => a > b)
  const high = tightest(upper, (a, b) => a < b)
  const minimum = isInteger ? Math.ceil(low.value) + (low.exclusive && Number.isInteger(low.value) ? 1 : 0) : low.value
  const maximum = isInteger
    ? Math.floor(high.value) - (high.exclusive && Number.isInteger(high.value) ? 1 : 0)
    : high.value
  const minimumExcluded = !isInteger && low.exclusive
  const maximumExcluded = !isInteger && high.exclusive
  if (minimum > maximum || (minimum === maximum && (minimumExcluded || maximumExcluded))) return undefined
  return {
    ...common,
    kind: "number",
    integer: isInteger,
    lower,
    upper,
    minimum: minimum === 0 ? 0 : minimum,
    maximum: maximum === 0 ? 0 : maximum,
    minimumExcluded,
    maximumExcluded
  }
}

const stringOf = (parts: ReadonlyArray<Part>, common: Common): StringAlternative | undefined => {
  const formats = parts.flatMap((part) =>
    part.format === undefined || numberFormats.has(part.format) ? [] : [part.format]
  )
  for (const name of formats) {
    if (!stringFormats.has(name)) throw new UnusableSchema(`unknown format ${JSON.stringify(name)}`, "/format")
  }
  const minLength = Math.max(0, ...parts.map((part) => part.minLength ?? 0))
  const maxLength = Math.min(...parts.map((part) => part.maxLength ?? Number.POSITIVE_INFINITY))
  if (minLength > maxLength) return undefined
  return {
    ...common,
    kind: "string",
    minLength,
    maxLength,
    patterns: parts.flatMap((part) => (part.pattern === undefined ? [] : [part.pattern])),
    formats
  }
}

const arrayOf = (
  parts: ReadonlyArray<Part>,
  common: Common,
  trail: ReadonlyMap<string, number>
): ArrayAlternative | undefined => {
  const longest = Math.max(0, ...parts.map((part) => part.prefixItems?.length ?? 0))
  const at = (index: number): Node =>
    child(
      parts.flatMap((part) => {
        const schema = part.prefixItems?.[index] ?? part.items
        return schema === undefined ? [] : [schema]
      }),
      trail
    )
  const minItems = Math.max(0, ...parts.map((part) => part.minItems ?? 0))
  const maxItems = Math.min(
    ...parts.map((part) => part.maxItems ?? Number.POSITIVE_INFINITY),
    ...parts.filter((part) => part.items === false).map((part) => part.prefixItems?.length ?? 0)
  )
  if (minItems > maxItems) return undefined
  return {
    ...common,
    kind: "array",
    minItems,
    maxItems,
    unique: parts.some((part) => part.uniqueItems === true),
    prefix: Array.from({ length: longest }, (_, index) => at(index)),
    items: child(
      parts.flatMap((part) => (part.items === undefined ? [] : [part.items])),
      trail
    )
  }
}

const objectOf = (
  parts: ReadonlyArray<Part>,
  common: Common,
  trail: ReadonlyMap<string, number>
): ObjectAlternative => {
  const names = new Set(parts.flatMap((part) => Object.keys(part.properties ?? {})))
  const schemaFor = (part: Part, name: string): ReadonlyArray<JsonSchema> => {
    if (part.properties !== undefined && Object.hasOwn(part.properties, name)) {
      return [part.properties[name] ?? true]
    }
    return part.additionalProperties === undefined ? [] : [part.additionalProperties]
  }
  const additional = parts.flatMap((part) =>
    part.additionalProperties === undefined ? [] : [part.additionalProperties]
  )
  return {
    ...common,
    kind: "object",
    properties: new Map(
      [...names].map((name) => [
        name,
        child(
          parts.flatMap((part) => schemaFor(part, name)),
          trail
        )
      ])
    ),
    required: new Set(parts.flatMap((part) => part.required ?? [])),
    additional: child(additional, trail),
    closed: additional.includes(false),
    open: !additional.includes(false) && (additional.length > 0 || names.size === 0)
  }
}

const alternativesOf = (conjunction: Conjunction): ReadonlyArray<Alternative> => {
  const { excluded, parts, trail } = conjunction
  const common: Common = {
    depth: Math.max(1, ...trail.values()),
    schema: { allOf: parts },
    excluded
  }
  if (parts.length === 0) return [{ ...common, kind: "any" }]
  const types = parts.reduce<ReadonlyArray<TypeName>>((left, part) => {
    const allowed = typesAllowed(part)
    return left.filter((type) => allowed.includes(type))
  }, allTypes)
  const literals = parts.flatMap((part) => [
    ...(part.enum === undefined ? [] : [part.enum]),
    ...(part.const === undefined ? [] : [[part.const]])
  ])
  if (literals.length > 0) {
    const values = literals
      .reduce((left, right) => left.filter((value) => right.some((other) => equals(value, other))))
      .filter((value) => {
        const type = typeOf(value)
        return types.includes(type) || (type === "number" && types.includes("integer") && Number.isInteger(value))
      })
    const nonNull = values.filter((value) => value !== null)
    return [
      ...(nonNull.length > 0
        ? [
            {
              ...common,
              kind: "literal" as const,
              values: nonNull,
              by: parts.some((part) => part.const !== undefined) ? ("const" as const) : ("enum" as const)
            }
          ]
        : []),
      ...(nonNull.length < values.length ? [{ ...common, kind: "null" as const }] : [])
    ]
  }
  return types.flatMap((type): ReadonlyArray<Alternative> => {
    switch (type) {
      case "null":
      case "boolean":
        return [{ ...common, kind: type }]
      case "integer": {
        const alternative = types.includes("number") ? undefined : numberOf(parts, common, true)
        return alternative === undefined ? [] : [alternative]
      }
      case "number": {
        const alternative = numberOf(parts, common, false)
        return alternative === undefined ? [] : [alternative]
      }
      case "string": {
        const alternative = stringOf(parts, common)
        return alternative === undefined ? [] : [alternative]
      }
      case "array": {
        const alternative = arrayOf(parts, common, trail)
        return alternative === undefined ? [] : [alternative]
      }
      case "object":
        return [objectOf(parts, common, trail)]
    }
  })
}

/** The alternatives of each node are computed once. */
export interface Shapes {
  readonly root: (schema: JsonSchema) => Node
  readonly alternatives: (node: Node) => ReadonlyArray<Alternative>
}

export const make = (resolve: Resolve): Shapes => {
  const roots = new WeakMap<object, Node>()
  const known = new WeakMap<Node, ReadonlyArray<Alternative>>()
  const noTrail: ReadonlyMap<string, number> = new Map()

  return {
    root: (schema) => {
      if (typeof schema === "boolean") return child([schema], noTrail)
      const rootNode = roots.get(schema) ?? child([schema], noTrail)
      roots.set(schema, rootNode)
      return rootNode
    },
    alternatives: (node) => {
      const nodeAlternatives =
        known.get(node) ??
        expand(resolve, node.schemas, { parts: [], trail: node.trail, excluded: [] }, new Set()).flatMap(alternativesOf)
      known.set(node, nodeAlternatives)
      return nodeAlternatives
    }
  }
}
