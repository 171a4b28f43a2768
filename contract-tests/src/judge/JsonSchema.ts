/**
 * Defines the part of JSON Schema 2020-12 that the contract tools support, and the functions for JSON values,
 * references and pointers.
 *
 * A keyword outside `keywords` and `annotations` causes an error that reports the keyword and its location, because a
 * silently skipped keyword would be a missing check.
 *
 * @module
 */

import { child, isArray, isObject, parsePointer } from "../reference/internal/json.ts"
import type { Json, JsonObject, JsonType } from "../reference/JsonSchema.ts"

export { isArray, isObject }
export type { Json, JsonObject }

export type TypeName = JsonType

export interface Annotations {
  readonly $comment?: string
  readonly default?: Json
  readonly deprecated?: boolean
  readonly description?: string
  readonly example?: Json
  readonly examples?: ReadonlyArray<Json>
  readonly readOnly?: boolean
  readonly title?: string
  readonly writeOnly?: boolean
}

export interface SchemaObject extends Annotations {
  readonly $ref?: string
  readonly type?: TypeName | ReadonlyArray<TypeName>
  readonly enum?: ReadonlyArray<Json>
  readonly const?: Json
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly items?: JsonSchema
  readonly prefixItems?: ReadonlyArray<JsonSchema>
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly properties?: { readonly [key: string]: JsonSchema }
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: JsonSchema
  readonly allOf?: ReadonlyArray<JsonSchema>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly oneOf?: ReadonlyArray<JsonSchema>
}

export type JsonSchema = boolean | SchemaObject

/** Returns the target of a local reference such as `#/components/schemas/Market`. */
export type Resolve = (ref: string) => JsonSchema

/** The judge, the generators, the coverage and the mutants support all of these keywords. */
export const keywords: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "$ref",
  "type",
  "enum",
  "const",
  "format",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
  "uniqueItems",
  "properties",
  "required",
  "additionalProperties",
  "allOf",
  "anyOf",
  "oneOf"
])

/** Keywords that do not limit the values of a schema. */
export const annotations: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "$comment",
  "default",
  "deprecated",
  "description",
  "example",
  "examples",
  "readOnly",
  "title",
  "writeOnly"
])

export class UnknownKeyword extends Error {
  override readonly name = "UnknownKeyword"
  readonly keyword: string
  readonly pointer: string
  constructor(keyword: string, pointer: string) {
    super(`unknown schema keyword ${JSON.stringify(keyword)} at ${JSON.stringify(pointer)}`)
    this.keyword = keyword
    this.pointer = pointer
  }
}

/** The schema has only known keywords, but cannot be used. */
export class UnusableSchema extends Error {
  override readonly name = "UnusableSchema"
  readonly pointer: string
  constructor(reason: string, pointer: string) {
    super(`${reason} at ${JSON.stringify(pointer)}`)
    this.pointer = pointer
  }
}

export const pointerTo = child

/** An empty or invalid pointer has no keys. */
export const pointerKeys = (pointer: string): ReadonlyArray<string> => parsePointer(pointer) ?? []

/** The type of integers is `number` too. */
export const typeOf = (value: Json): Exclude<TypeName, "integer"> => {
  if (value === null) return "null"
  if (isArray(value)) return "array"
  switch (typeof value) {
    case "boolean":
      return "boolean"
    case "number":
      return "number"
    case "string":
      return "string"
    default:
      return "object"
  }
}

/**
 * Builds an object from entries as `JSON.parse` would.
 *
 * **Gotchas**
 *
 * Assigning to `__proto__` changes the prototype and loses the member. Like `JSON.parse`, this function creates an own
 * property of that name instead.
 */
export const objectOf = (entries: Iterable<readonly [string, Json]>): JsonObject => {
  const object: Record<string, Json> = {}
  for (const [key, value] of entries) {
    if (key === "__proto__") {
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
    } else {
      object[key] = value
    }
  }
  return object
}

export const memberOf = (value: Json | undefined, key: string): Json | undefined => {
  if (isArray(value)) return /^(0|[1-9][0-9]*)$/.test(key) ? value[Number(key)] : undefined
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

export const valueAt = (root: Json, pointer: string): Json | undefined =>
  pointerKeys(pointer).reduce<Json | undefined>(memberOf, root)

/**
 * Replaces the value at the path `keys` by the result of `update`, or removes the value if the result is `undefined`.
 * Adds a missing member to an existing object. Any other missing path changes nothing.
 */
export const updateAt = (
  root: Json,
  keys: ReadonlyArray<string>,
  update: (value: Json | undefined) => Json | undefined
): Json | undefined => {
  const [key, ...rest] = keys
  if (key === undefined) return update(root)
  if (isArray(root)) {
    return root.flatMap((element, index) => {
      if (String(index) !== key) return [element]
      const updated = updateAt(element, rest, update)
      return updated === undefined ? [] : [updated]
    })
  }
  if (!isObject(root)) return root
  const entries: Array<readonly [string, Json]> = []
  let found = false
  for (const [name, member] of Object.entries(root)) {
    if (name !== key) {
      entries.push([name, member])
      continue
    }
    found = true
    const updated = updateAt(member, rest, update)
    if (updated !== undefined) entries.push([name, updated])
  }
  if (!found && rest.length === 0) {
    const added = update(undefined)
    if (added !== undefined) entries.push([key, added])
  }
  return objectOf(entries)
}

/** Copies a value. Keeps numbers that JSON cannot express, such as infinity. */
export const copy = (value: Json): Json => {
  if (isArray(value)) return value.map(copy)
  return isObject(value) ? objectOf(Object.entries(value).map(([key, member]) => [key, copy(member)] as const)) : value
}

/**
 * Writes infinity as a number that a parser reads back as infinity, so that a mutant with a number too large for a
 * double survives serialization. `JSON.stringify` writes `null`.
 */
export const stringify = (value: Json): string => {
  if (isArray(value)) return `[${value.map(stringify).join(",")}]`
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${JSON.stringify(key)}:${stringify(member)}`)
      .join(",")}}`
  }
  return value === Number.POSITIVE_INFINITY
    ? "1e999"
    : value === Number.NEGATIVE_INFINITY
      ? "-1e999"
      : JSON.stringify(value)
}

/** The sequence of members does not matter. An absent member differs from null. */
export const equals = (left: Json | undefined, right: Json | undefined): boolean => {
  if (Object.is(left, right)) return true
  if (isArray(left)) {
    return (
      isArray(right) && left.length === right.length && left.every((element, index) => equals(element, right[index]))
    )
  }
  if (!isObject(left) || !isObject(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equals(left[key], right[key]))
  )
}

export const firstDifference = (left: Json | undefined, right: Json | undefined, pointer = ""): string | undefined => {
  if (equals(left, right)) return undefined
  const keys =
    isArray(left) && isArray(right)
      ? Array.from({ length: Math.max(left.length, right.length) }, (_, index) => String(index))
      : isObject(left) && isObject(right)
        ? [...new Set([...Object.keys(left), ...Object.keys(right)])]
        : []
  for (const key of keys) {
    const found = firstDifference(memberOf(left, key), memberOf(right, key), pointerTo(pointer, key))
    if (found !== undefined) return found
  }
  return pointer
}

/**
 * Resolves local references (`#/…`). A reference that leaves the document or has no target is an error. The resolver
 * never falls back to a schema that accepts everything.
 */
export const resolver = (document: object): Resolve => {
  const found = new Map<string, JsonSchema>()
  return (ref) => {
    const known = found.get(ref)
    if (known !== undefined) return known
    if (!ref.startsWith("#")) throw new UnusableSchema(`reference ${JSON.stringify(ref)} leaves the document`, ref)
    // A document is JSON by contract. The judge and the generators check the keywords of a schema on its first use.
    const target = valueAt(document as Json, decodeURIComponent(ref.slice(1)))
    if (typeof target !== "boolean" && !isObject(target)) {
      throw new UnusableSchema(`reference ${JSON.stringify(ref)} does not lead to a schema`, ref)
    }
    const schema = target as JsonSchema
    found.set(ref, schema)
    return schema
  }
}

export interface Subschema {
  readonly schema: JsonSchema
  readonly pointer: string
}

/** Returns the direct subschemas of a schema, without following references. */
export const subschemas = (schema: JsonSchema, pointer = ""): ReadonlyArray<Subschema> => {
  if (typeof schema === "boolean") return []
  const found: Array<Subschema> = []
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    found.push({ schema: inner, pointer: pointerTo(`${pointer}/properties`, key) })
  }
  for (const keyword of ["items", "additionalProperties"] as const) {
    const inner = schema[keyword]
    if (inner !== undefined) found.push({ schema: inner, pointer: `${pointer}/${keyword}` })
  }
  for (const keyword of ["prefixItems", "allOf", "anyOf", "oneOf"] as const) {
    schema[keyword]?.forEach((inner, index) => found.push({ schema: inner, pointer: `${pointer}/${keyword}/${index}` }))
  }
  return found
}

/**
 * Checks the keywords of a schema and its subschemas, without following references.
 *
 * @throws `UnknownKeyword` with the keyword and its pointer.
 */
export const audit = (schema: JsonSchema, pointer = ""): void => {
  if (typeof schema === "boolean") return
  for (const keyword of Object.keys(schema)) {
    if (!keywords.has(keyword) && !annotations.has(keyword)) throw new UnknownKeyword(keyword, `${pointer}/${keyword}`)
  }
  for (const inner of subschemas(schema, pointer)) audit(inner.schema, inner.pointer)
}

/**
 * Returns a schema and all schemas inside it. Follows each reference once. The pointer of a schema behind a reference
 * starts with the reference.
 */
export const reachable = (schema: JsonSchema, resolve: Resolve, pointer = ""): ReadonlyArray<Subschema> => {
  const found: Array<Subschema> = []
  const refs = new Set<string>()
  const visit = (place: Subschema): void => {
    found.push(place)
    if (typeof place.schema !== "boolean" && place.schema.$ref !== undefined && !refs.has(place.schema.$ref)) {
      refs.add(place.schema.$ref)
      visit({ schema: resolve(place.schema.$ref), pointer: place.schema.$ref })
    }
    subschemas(place.schema, place.pointer).forEach(visit)
  }
  visit({ schema, pointer })
  return found
}
