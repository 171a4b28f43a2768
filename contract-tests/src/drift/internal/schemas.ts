/**
 * Rewrites schemas as a client applies them: `opened` schemas to responses, and `closed` schemas to requests. The
 * overlay is this project's list of corrections to the document.
 *
 * @module
 */
import {
  isArray,
  isObject,
  pointerTo,
  subschemas,
  typeOf,
  type Json,
  type JsonObject,
  type JsonSchema,
  type Resolve,
  type SchemaObject,
  type TypeName
} from "../../judge/JsonSchema.ts"

const typesOfMembers = (members: ReadonlyArray<Json>): ReadonlyArray<TypeName> => [...new Set(members.map(typeOf))]

/** Whether the only type of the schema is `array`. */
const isPlainList = (schema: JsonSchema | undefined): boolean => typeof schema === "object" && schema.type === "array"

const isCursor = (name: string): boolean => /^(?:next_)?cursor$/.test(name)

const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: "null" }] })

/** `neverNull` has the pointers of required lists for which the exchange never sends null. */
interface At {
  readonly pointer: string
  readonly neverNull: ReadonlySet<string>
}

const topLevel: At = { pointer: "", neverNull: new Set() }

const inside = ({ neverNull, pointer }: At, ...keys: ReadonlyArray<number | string>): At => ({
  neverNull,
  pointer: keys.reduce<string>((path, key) => pointerTo(path, key), pointer)
})

/**
 * Applies two general rules of the overlay: a required list that is not in `neverNull` can be null, and a cursor can be
 * null or absent. The overlay itself lists the fields one by one, but only for the newest document.
 */
const withRules = (schema: SchemaObject, at: At): SchemaObject => {
  const { properties, required = [] } = schema
  if (properties === undefined) return schema
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [
        name,
        isCursor(name) ||
        (required.includes(name) && isPlainList(inner) && !at.neverNull.has(inside(at, "properties", name).pointer))
          ? orNull(inner)
          : inner
      ])
    ),
    ...(schema.required === undefined ? {} : { required: required.filter((name) => !isCursor(name)) })
  }
}

/**
 * Returns a schema as the client applies it to responses: enums allow every value of their types, objects allow other
 * members, and the general rules of the overlay apply. A constant stays, because it distinguishes variants. The targets
 * of references stay too: `openedDocument` opens them.
 */
export const opened = (schema: JsonSchema, at: At = topLevel): JsonSchema => {
  if (typeof schema === "boolean") return schema
  const { additionalProperties, enum: members, ...rest } = withRules(schema, at)
  const map = (record: { readonly [key: string]: JsonSchema }) =>
    Object.fromEntries(
      Object.entries(record).map(([key, inner]) => [key, opened(inner, inside(at, "properties", key))])
    )
  const list = (schemas: ReadonlyArray<JsonSchema>, keyword: string) =>
    schemas.map((inner, index) => opened(inner, inside(at, keyword, index)))
  const { allOf, anyOf, items, oneOf, prefixItems, properties } = rest
  return {
    ...rest,
    ...(members === undefined || rest.type !== undefined ? {} : { type: typesOfMembers(members) }),
    ...(additionalProperties === undefined || additionalProperties === false
      ? {}
      : { additionalProperties: opened(additionalProperties, inside(at, "additionalProperties")) }),
    ...(properties === undefined ? {} : { properties: map(properties) }),
    ...(items === undefined ? {} : { items: items === false ? false : opened(items, inside(at, "items")) }),
    ...(prefixItems === undefined ? {} : { prefixItems: list(prefixItems, "prefixItems") }),
    ...(allOf === undefined ? {} : { allOf: list(allOf, "allOf") }),
    ...(anyOf === undefined ? {} : { anyOf: list(anyOf, "anyOf") }),
    ...(oneOf === undefined ? {} : { oneOf: list(oneOf, "oneOf") })
  }
}

/** Opens the component schemas. `neverNull` has the pointers of required lists that stay non-null. */
export const openedDocument = (document: JsonObject, neverNull: ReadonlySet<string>): JsonObject => {
  const components = document["components"]
  const schemas = isObject(components) ? components["schemas"] : undefined
  if (!isObject(components) || !isObject(schemas)) return document
  return {
    ...document,
    components: {
      ...components,
      // The members of `components.schemas` are schemas, and an opened schema is JSON.
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [
          name,
          opened(schema as JsonSchema, { neverNull, pointer: `/components/schemas/${name}` }) as Json
        ])
      )
    }
  }
}

/**
 * Finds the required lists that the overlay did not make nullable. Recordings show that the exchange sends these lists
 * empty, and never null.
 */
export const neverNullIn = (schemas: ReadonlyArray<{ readonly pointer: string; readonly schema: JsonSchema }>) => {
  const found = new Set<string>()
  const visit = (schema: JsonSchema, pointer: string): void => {
    if (typeof schema === "boolean") return
    for (const name of schema.required ?? []) {
      if (isPlainList(schema.properties?.[name])) found.add(pointerTo(pointerTo(pointer, "properties"), name))
    }
    for (const inner of subschemas(schema, pointer)) visit(inner.schema, inner.pointer)
  }
  for (const { pointer, schema } of schemas) visit(schema, pointer)
  return found
}

/** Follows references, and drops the annotations beside them. */
export const dereferenced = (schema: JsonSchema, resolve: Resolve): JsonSchema =>
  typeof schema !== "boolean" && schema.$ref !== undefined ? dereferenced(resolve(schema.$ref), resolve) : schema

/**
 * Returns a schema as the client applies it to requests: without `additionalProperties`, an object with declared
 * members allows no others. Schemas inside `allOf` and `additionalProperties`, and recursive references, stay open.
 */
export const closed = (schema: JsonSchema, resolve: Resolve, within: ReadonlyArray<string> = []): JsonSchema => {
  if (typeof schema === "boolean") return schema
  if (schema.$ref !== undefined) {
    if (within.includes(schema.$ref)) return schema
    return closed(resolve(schema.$ref), resolve, [...within, schema.$ref])
  }
  const inner = (one: JsonSchema): JsonSchema => closed(one, resolve, within)
  const { additionalProperties, anyOf, items, oneOf, prefixItems, properties } = schema
  return {
    ...schema,
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(inner) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(inner) }),
    ...(items === undefined ? {} : { items: inner(items) }),
    ...(prefixItems === undefined ? {} : { prefixItems: prefixItems.map(inner) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, inner(one)])),
          additionalProperties: additionalProperties ?? false
        })
  }
}

export const isList = (schema: JsonSchema, resolve: Resolve): boolean => {
  const target = dereferenced(schema, resolve)
  return (
    typeof target !== "boolean" && (target.type === "array" || (isArray(target.type) && target.type.includes("array")))
  )
}
