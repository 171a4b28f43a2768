/**
 * A decoder that interprets schemas: slow, plain, and without ajv or the shapes. It can replace the decoder under
 * test, take planted faults, and be checked against the judge.
 */
import {
  equals,
  isArray,
  isObject,
  memberOf,
  objectOf,
  pointerTo,
  type Json,
  type JsonObject,
  type JsonSchema,
  type Resolve,
  type SchemaObject
} from "../JsonSchema.ts"
import { numberFormats, stringFormats } from "../../generate/internal/formats.ts"

/** How a decoder departs from a schema, at that schema. */
export interface Alteration {
  /** Use this schema instead. */
  readonly schema?: JsonSchema
  /** Accept these values unread. */
  readonly passes?: (value: Json) => boolean
  /** Refuse these values, valid or not. */
  readonly refuses?: (value: Json) => boolean
  /** Pass on another value; `undefined` drops the value. */
  readonly transforms?: (value: Json) => Json | undefined
}

/** The result of reading. */
export interface Reading {
  /** `undefined` if a transformation dropped it. */
  readonly value: Json | undefined
  readonly pointers: ReadonlySet<string>
}

/** Options of the interpreter. */
export interface Settings {
  readonly resolve: Resolve
  /** Enums accept new members, and closed objects new keys, as a reader of responses must. */
  readonly open: boolean
  readonly alterations: ReadonlyMap<JsonSchema, Alteration>
}

const none: ReadonlySet<string> = /*#__PURE__*/ new Set()

const hasType = (value: Json, type: string): boolean => {
  switch (type) {
    case "null":
      return value === null
    case "array":
      return isArray(value)
    case "object":
      return isObject(value)
    case "integer":
      return Number.isSafeInteger(value)
    case "number":
      return typeof value === "number" && Number.isFinite(value)
    default:
      return typeof value === type
  }
}

const isScalarValid = (schema: SchemaObject, value: Json, open: boolean): boolean => {
  const types = typeof schema.type === "string" ? [schema.type] : schema.type
  if (types !== undefined && !types.some((type) => hasType(value, type))) return false
  if (schema.const !== undefined && !equals(value, schema.const)) return false
  if (schema.enum !== undefined && !schema.enum.some((member) => equals(member, value))) {
    const isNew = typeof value === "string" || typeof value === "number"
    if (!open || !isNew || !schema.enum.some((member) => typeof member === typeof value)) return false
  }
  if (typeof value === "number") {
    const format = numberFormats.get(schema.format ?? "")
    if (format !== undefined) {
      if (format.integer && !Number.isInteger(value)) return false
      if (value < format.minimum || value > format.maximum) return false
    }
    if (schema.minimum !== undefined && value < schema.minimum) return false
    if (schema.maximum !== undefined && value > schema.maximum) return false
    if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum) return false
    if (schema.exclusiveMaximum !== undefined && value >= schema.exclusiveMaximum) return false
  }
  if (typeof value === "string") {
    const length = [...value].length
    if (schema.minLength !== undefined && length < schema.minLength) return false
    if (schema.maxLength !== undefined && length > schema.maxLength) return false
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)) return false
    if (stringFormats.get(schema.format ?? "")?.accepts(value) === false) return false
  }
  if (isArray(value)) {
    if (schema.minItems !== undefined && value.length < schema.minItems) return false
    if (schema.maxItems !== undefined && value.length > schema.maxItems) return false
    if (schema.items === false && value.length > (schema.prefixItems?.length ?? 0)) return false
    if (schema.uniqueItems === true) {
      return value.every((element, index) => !value.slice(0, index).some((other) => equals(other, element)))
    }
  }
  return true
}

/** Reads a value by a schema. */
export const read = (schema: JsonSchema, value: Json, settings: Settings, pointer = ""): Reading => {
  const alteration = settings.alterations.get(schema)
  if (alteration?.passes?.(value) === true) return { value, pointers: none }
  if (alteration?.refuses?.(value) === true) return { value, pointers: new Set([pointer]) }
  const reading = readPlain(alteration?.schema ?? schema, value, settings, pointer)
  return alteration?.transforms === undefined || reading.pointers.size > 0 || reading.value === undefined
    ? reading
    : { value: alteration.transforms(reading.value), pointers: none }
}

const readPlain = (schema: JsonSchema, value: Json, settings: Settings, pointer: string): Reading => {
  if (schema === true) return { value, pointers: none }
  if (schema === false || !isScalarValid(schema, value, settings.open)) {
    return { value, pointers: new Set([pointer]) }
  }
  const pointers = new Set<string>()
  const readings: Array<Json | undefined> = []
  const also = (inner: Reading): void => {
    inner.pointers.forEach((found) => pointers.add(found))
    readings.push(inner.value)
  }
  if (schema.$ref !== undefined) also(read(settings.resolve(schema.$ref), value, settings, pointer))
  schema.allOf?.forEach((part) => also(read(part, value, settings, pointer)))
  if (schema.anyOf !== undefined) also(readUnion(schema.anyOf, value, settings, pointer))
  if (schema.oneOf !== undefined) also(readUnion(schema.oneOf, value, settings, pointer))
  const [composed] = readings
  const isComposed = readings.length > 0
  if (isArray(value) && (schema.items !== undefined || schema.prefixItems !== undefined)) {
    const elements = value.flatMap((element, index): ReadonlyArray<Json> => {
      const item = schema.prefixItems?.[index] ?? schema.items ?? true
      const inner = read(item, element, settings, pointerTo(pointer, index))
      inner.pointers.forEach((found) => pointers.add(found))
      return inner.value === undefined ? [] : [inner.value]
    })
    return { value: elements, pointers }
  }
  if (isObject(value) && (schema.properties !== undefined || schema.required !== undefined || !isComposed)) {
    const own = readMembers(schema, value, settings, pointer, pointers)
    const merged = [...readings.flatMap((part) => (isObject(part) ? Object.entries(part) : [])), ...own]
    return { value: objectOf(merged), pointers }
  }
  if (!isComposed) return { value, pointers }
  return isObject(value) && readings.length > 1
    ? { value: objectOf(readings.flatMap((part) => (isObject(part) ? Object.entries(part) : []))), pointers }
    : { value: composed, pointers }
}

const readMembers = (
  schema: SchemaObject,
  value: JsonObject,
  settings: Settings,
  pointer: string,
  pointers: Set<string>
): ReadonlyArray<readonly [string, Json]> => {
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) pointers.add(pointerTo(pointer, key))
  }
  const known = (key: string): JsonSchema | undefined =>
    schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
  return Object.keys(value).flatMap((key): ReadonlyArray<readonly [string, Json]> => {
    const member = memberOf(value, key) ?? null
    const declared = known(key)
    const other = schema.additionalProperties ?? true
    if (declared === undefined && other === false && settings.open) return []
    // A struct keeps the members it names; a record, or an object without constraints, keeps everything.
    if (declared === undefined && schema.additionalProperties === undefined) {
      return schema.properties === undefined ? [[key, member]] : []
    }
    const inner = read(declared ?? other, member, settings, pointerTo(pointer, key))
    inner.pointers.forEach((found) => pointers.add(found))
    return inner.value === undefined ? [] : [[key, inner.value]]
  })
}

/** The members whose constants distinguish a branch from its siblings. */
const constantsOf = (schema: JsonSchema, settings: Settings): ReadonlyArray<readonly [string, Json]> => {
  const read = settings.alterations.get(schema)?.schema ?? schema
  if (typeof read === "boolean") return []
  if (read.$ref !== undefined) return constantsOf(settings.resolve(read.$ref), settings)
  return Object.entries(read.properties ?? {}).flatMap(([key, member]) => {
    const altered = settings.alterations.get(member)?.schema ?? member
    return typeof altered === "boolean" || altered.const === undefined ? [] : [[key, altered.const] as const]
  })
}

const readUnion = (branches: ReadonlyArray<JsonSchema>, value: Json, settings: Settings, pointer: string): Reading => {
  const readings = branches.map((branch) => ({ branch, reading: read(branch, value, settings, pointer) }))
  const fitting = readings.find(({ reading }) => reading.pointers.size === 0)
  if (fitting !== undefined) return fitting.reading
  const ofKind = readings.filter(({ reading }) => !reading.pointers.has(pointer))
  const [first, ...others] = ofKind
  if (first === undefined) return { value, pointers: new Set([pointer]) }
  if (others.length === 0) return first.reading
  const ofVariant = ofKind.filter(({ branch }) =>
    constantsOf(branch, settings).every(([key, constant]) => equals(memberOf(value, key), constant))
  )
  if (ofVariant.length === 0) {
    const [tag] = constantsOf(first.branch, settings)
    return { value, pointers: new Set([tag === undefined ? pointer : pointerTo(pointer, tag[0])]) }
  }
  // No discriminator: the branch with the fewest faults was meant, then the one that got furthest.
  const depth = ({ reading }: (typeof ofVariant)[number]): number =>
    Math.max(...[...reading.pointers].map((found) => found.split("/").length))
  const [meant, next] = [...ofVariant].sort(
    (left, right) => left.reading.pointers.size - right.reading.pointers.size || depth(right) - depth(left)
  )
  const isTie =
    next !== undefined &&
    meant?.reading.pointers.size === next.reading.pointers.size &&
    depth(meant) === depth(next) &&
    ![...next.reading.pointers].every((found) => meant.reading.pointers.has(found))
  return meant === undefined || isTie ? { value, pointers: new Set([pointer]) } : meant.reading
}
