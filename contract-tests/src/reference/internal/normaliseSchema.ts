/**
 * Converts published schemas to the normal form of the reference documents.
 *
 * @module
 */
import type { Json, JsonObject, JsonType } from "../JsonSchema.ts"
import { formats, types } from "../JsonSchema.ts"
import { child, equal, isArray, isObject, resolve, sorted } from "./json.ts"

export type Dialect = "asyncapi-3.0" | "openapi-3.0"

/**
 * A keyword beside which `nullable` has no effect by the standard. `asyncapi` is not a keyword: AsyncAPI does not have
 * `nullable`.
 */
export type Beside = "$ref" | "allOf" | "anyOf" | "asyncapi" | "enum" | "oneOf"

export interface Context {
  readonly dialect: Dialect
  readonly document: Json
  readonly issue: (pointer: string, message: string) => void
  readonly nullableByIntent: (pointer: string, beside: Beside) => void
}

type Output = Record<string, Json>

const dropped: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "description",
  "example",
  "examples",
  "externalDocs",
  "title",
  "xml"
])

const naturals: ReadonlySet<string> = /*#__PURE__*/ new Set(["maxItems", "maxLength", "minItems", "minLength"])
const numbers: ReadonlySet<string> = /*#__PURE__*/ new Set(["maximum", "minimum"])

// Keywords that depend on their siblings.
const later: ReadonlySet<string> = /*#__PURE__*/ new Set(["allOf", "exclusiveMaximum", "exclusiveMinimum", "nullable"])

// Annotations do not constrain values, so they are allowed beside a $ref.
const annotations: ReadonlySet<string> = /*#__PURE__*/ new Set(["default", "deprecated"])

// A bound beyond 2^53 can lose its last digits during parsing.
const isExact = (value: Json | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))

const isVendor = (key: string): boolean => key.startsWith("x-")

const nullSchema: JsonObject = { type: "null" }

/** Sorts the names in `required`. It is a set, so the order of the names has no meaning. */
const nameSet = (value: Json, pointer: string, context: Context): ReadonlyArray<string> => {
  const names = isArray(value) ? value.filter((name) => typeof name === "string") : []
  if (!isArray(value) || names.length !== value.length || new Set(names).size !== names.length) {
    context.issue(pointer, "expected distinct strings")
  }
  return sorted(names)
}

const schemaMap = (value: Json, pointer: string, context: Context): JsonObject => {
  if (!isObject(value)) {
    context.issue(pointer, "expected an object of schemas")
    return {}
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, schema]) => [name, normaliseSchema(schema, child(pointer, name), context)])
  )
}

const schemaList = (value: Json, pointer: string, context: Context): ReadonlyArray<JsonObject> => {
  if (!isArray(value) || value.length === 0) {
    context.issue(pointer, "expected a list of schemas")
    return []
  }
  return value.map((schema, index) => normaliseSchema(schema, child(pointer, index), context))
}

const isType = (value: Json): value is JsonType => types.some((type) => type === value)

/**
 * Checks a `type`. OpenAPI 3.0 allows one type, which is not `"null"`. AsyncAPI also allows `"null"` and a list of
 * types.
 */
const typeOf = (value: Json, pointer: string, context: Context): Json => {
  const list = isArray(value) ? value : [value]
  if (
    list.length === 0 ||
    !list.every(isType) ||
    (context.dialect === "openapi-3.0" && (isArray(value) || value === "null"))
  ) {
    context.issue(pointer, `unknown type ${JSON.stringify(value)}`)
  }
  return value
}

const keyword = (out: Output, key: string, value: Json, pointer: string, context: Context): void => {
  const here = child(pointer, key)
  const expect = (holds: boolean, what: string): void => {
    if (holds) {
      out[key] = value
    } else {
      context.issue(here, `expected ${what}`)
    }
  }
  if (naturals.has(key)) {
    return expect(typeof value === "number" && Number.isSafeInteger(value) && value >= 0, "a natural number")
  }
  if (numbers.has(key)) {
    return expect(isExact(value), "a number that a double represents exactly")
  }
  switch (key) {
    case "type": {
      out["type"] = typeOf(value, here, context)
      return
    }
    case "format": {
      return expect(
        formats.some((format) => format === value),
        `a known format, got ${JSON.stringify(value)}`
      )
    }
    case "enum": {
      return expect(isArray(value) && value.length > 0, "a list of values")
    }
    case "const": {
      return context.dialect === "asyncapi-3.0" ? expect(true, "") : context.issue(here, "unknown schema keyword")
    }
    case "default": {
      out["default"] = value
      return
    }
    case "pattern": {
      return expect(typeof value === "string", "a string")
    }
    case "required": {
      const names = nameSet(value, here, context)
      if (names.length > 0) {
        out["required"] = names
      }
      return
    }
    case "properties": {
      out["properties"] = schemaMap(value, here, context)
      return
    }
    case "items": {
      out["items"] = normaliseSchema(value, here, context)
      return
    }
    case "additionalProperties": {
      out["additionalProperties"] = typeof value === "boolean" ? value : normaliseSchema(value, here, context)
      return
    }
    case "anyOf":
    case "oneOf": {
      out[key] = schemaList(value, here, context)
      return
    }
    case "deprecated":
    case "uniqueItems": {
      if (typeof value !== "boolean") {
        context.issue(here, "expected a boolean")
      } else if (value) {
        out[key] = true
      }
      return
    }
    default: {
      context.issue(here, "unknown schema keyword")
    }
  }
}

/**
 * Converts an exclusive bound. In OpenAPI 3.0, the keyword `key` is a flag beside the bound. In JSON Schema, the bound
 * is the value of the keyword.
 */
const exclusive = (
  out: Output,
  schema: JsonObject,
  key: "exclusiveMaximum" | "exclusiveMinimum",
  inclusive: "maximum" | "minimum",
  pointer: string,
  context: Context
): void => {
  const value = schema[key]
  const bound = context.dialect === "openapi-3.0" && value === true ? out[inclusive] : value
  if (value === undefined || (context.dialect === "openapi-3.0" && value === false)) {
    return
  }
  if (!isExact(bound) || (context.dialect === "openapi-3.0" && value !== true)) {
    return context.issue(
      child(pointer, key),
      `expected ${context.dialect === "openapi-3.0" ? `true beside ${inclusive}` : "a number"}`
    )
  }
  if (value === true) {
    delete out[inclusive]
  }
  out[key] = bound
}

/**
 * OpenAPI 3.0 and JSON Schema draft 7 ignore the keywords beside a `$ref`. The importer keeps annotations, and drops a
 * redundant `type`. It reports every constraint, because the constraint would silently take effect in OpenAPI 3.1.
 */
const besideRef = (out: Output, schema: JsonObject, pointer: string, context: Context): void => {
  for (const [key, value] of Object.entries(schema)) {
    if (key === "default") {
      out[key] = value
    } else if (key === "deprecated") {
      if (value === true) {
        out[key] = true
      }
    } else if (key === "type") {
      const target = resolve(context.document, String(schema["$ref"]))
      if (!isObject(target) || !equal(target["type"], value)) {
        context.issue(child(pointer, key), "differs from the type of the schema that $ref refers to")
      }
    } else if (key !== "$ref" && key !== "nullable" && !dropped.has(key) && !isVendor(key)) {
      context.issue(child(pointer, key), "a constraint beside $ref has no effect in the published document")
    }
  }
}

/**
 * Makes an `anyOf` of a schema and null. In the normal form, annotations are beside the `anyOf`, not in its branches.
 */
export const orNull = (out: JsonObject): Output => {
  const branch = Object.fromEntries(Object.entries(out).filter(([key]) => !annotations.has(key)))
  const beside = Object.fromEntries(Object.entries(out).filter(([key]) => annotations.has(key)))
  return { anyOf: [branch, nullSchema], ...beside }
}

/**
 * By the standard, `nullable` only widens the `type` in the same schema. It is ignored beside a `$ref`. It has no
 * effect beside an `allOf` without a type. An `enum` without null still excludes null. The intended meaning is that the
 * value can be null, so the importer adds null and records each of these schemas.
 */
const nullable = (out: Output, pointer: string, context: Context): Output => {
  if (out["$ref"] !== undefined) {
    context.nullableByIntent(pointer, "$ref")
    return orNull(out)
  }
  for (const key of ["allOf", "anyOf", "oneOf"] as const) {
    if (out[key] !== undefined) {
      context.nullableByIntent(pointer, key)
      return orNull(out)
    }
  }
  const type = out["type"]
  if (type === undefined) {
    context.issue(child(pointer, "nullable"), "expected a type, a $ref or a combinator in the same schema")
    return out
  }
  // JSON Schema, and therefore AsyncAPI, does not have this keyword.
  if (context.dialect === "asyncapi-3.0") {
    context.nullableByIntent(pointer, "asyncapi")
  }
  const members = isArray(type) ? type : [type]
  const widened: Output = { ...out, type: members.includes("null") ? members : [...members, "null"] }
  const values = out["enum"]
  if (isArray(values) && !values.includes(null)) {
    if (context.dialect === "openapi-3.0") {
      context.nullableByIntent(pointer, "enum")
    }
    widened["enum"] = [...values, null]
  }
  return widened
}

/** Merges the only branch of an `allOf` into its parent. */
const collapse = (out: Output, branch: JsonObject, pointer: string, context: Context): Output => {
  const clash = Object.keys(branch).filter((key) => key in out && !equal(out[key], branch[key]))
  const constraints = Object.keys(out).filter((key) => !annotations.has(key))
  if (clash.length > 0 || (branch["$ref"] !== undefined && constraints.length > 0)) {
    context.issue(
      child(pointer, "allOf"),
      `its only branch cannot be merged with these keywords of the same schema: ${[...clash, ...constraints].join(", ")}`
    )
  }
  return { ...out, ...branch }
}

/**
 * Converts a schema to the normal form. This form has no prose, no vendor keywords, and no `allOf` with only one
 * branch. It expresses null as a type.
 */
export const normaliseSchema = (value: Json, pointer: string, context: Context): JsonObject => {
  if (!isObject(value)) {
    context.issue(pointer, "expected a schema")
    return {}
  }
  let out: Output = {}
  if (value["$ref"] !== undefined) {
    if (typeof value["$ref"] !== "string" || !value["$ref"].startsWith("#/")) {
      context.issue(child(pointer, "$ref"), "expected a local reference")
    }
    out["$ref"] = value["$ref"]
    besideRef(out, value, pointer, context)
  } else {
    for (const [key, member] of Object.entries(value)) {
      if (!dropped.has(key) && !isVendor(key) && !later.has(key)) {
        keyword(out, key, member, pointer, context)
      }
    }
    exclusive(out, value, "exclusiveMaximum", "maximum", pointer, context)
    exclusive(out, value, "exclusiveMinimum", "minimum", pointer, context)
    if (value["allOf"] !== undefined) {
      const branches = schemaList(value["allOf"], child(pointer, "allOf"), context)
      const [only] = branches
      out =
        branches.length === 1 && only !== undefined
          ? collapse(out, only, pointer, context)
          : { ...out, allOf: branches }
      if (value["nullable"] === true && branches.length === 1 && only !== undefined) {
        context.nullableByIntent(pointer, "allOf")
        return orNull(out)
      }
    }
  }
  if (value["nullable"] !== undefined && typeof value["nullable"] !== "boolean") {
    context.issue(child(pointer, "nullable"), "expected a boolean")
  }
  return value["nullable"] === true ? nullable(out, pointer, context) : out
}
