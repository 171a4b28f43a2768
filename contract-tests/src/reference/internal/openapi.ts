/**
 * Reads a published OpenAPI 3.0 document. Exports the readers that the AsyncAPI importer also uses.
 *
 * @module
 */
import type { Json, JsonObject } from "../JsonSchema.ts"
import { child, isArray, isObject } from "./json.ts"
import type { Context } from "./normaliseSchema.ts"
import { normaliseSchema } from "./normaliseSchema.ts"

export type Output = Record<string, Json>

export type Reader = "copy" | "drop" | "flag" | ((value: Json, pointer: string, context: Context) => Json)

/** Reads the keys of an object as `table` says. Drops `x-*`, and reports other keys that are not in the table. */
export const readObject = (
  value: Json | undefined,
  pointer: string,
  context: Context,
  table: { readonly [key: string]: Reader }
): JsonObject => {
  if (!isObject(value)) {
    context.issue(pointer, "expected an object")
    return {}
  }
  const out: Output = {}
  for (const [key, member] of Object.entries(value)) {
    const reader = Object.hasOwn(table, key) ? table[key] : key.startsWith("x-") ? "drop" : undefined
    if (reader === undefined) {
      context.issue(child(pointer, key), "unknown key")
    } else if (reader === "copy") {
      out[key] = member
    } else if (reader === "flag") {
      // An absent flag means false.
      if (typeof member !== "boolean") {
        context.issue(child(pointer, key), "expected a boolean")
      } else if (member) {
        out[key] = true
      }
    } else if (reader !== "drop") {
      out[key] = reader(member, child(pointer, key), context)
    }
  }
  return out
}

export const readMap =
  (read: (value: Json, pointer: string, context: Context, name: string) => Json) =>
  (value: Json, pointer: string, context: Context): Json => {
    if (!isObject(value)) {
      context.issue(pointer, "expected an object")
      return {}
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, read(member, child(pointer, name), context, name)])
    )
  }

/** Like `readMap`, for a map in which the standard allows vendor extensions. */
const readPatternedMap =
  (read: (value: Json, pointer: string, context: Context, name: string) => Json) =>
  (value: Json, pointer: string, context: Context): Json =>
    readMap(read)(
      isObject(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith("x-"))) : value,
      pointer,
      context
    )

export const readList =
  (read: (value: Json, pointer: string, context: Context) => Json) =>
  (value: Json, pointer: string, context: Context): Json => {
    if (!isArray(value)) {
      context.issue(pointer, "expected a list")
      return []
    }
    return value.map((item, index) => read(item, child(pointer, index), context))
  }

export const orReference =
  (read: (value: Json, pointer: string, context: Context, name: string) => Json) =>
  (value: Json, pointer: string, context: Context, name: string): Json =>
    isObject(value) && value["$ref"] !== undefined
      ? readObject(value, pointer, context, { $ref: "copy", description: "drop", summary: "drop" })
      : read(value, pointer, context, name)

export const schemaReader = (value: Json, pointer: string, context: Context): Json =>
  normaliseSchema(value, pointer, context)

const methods = ["delete", "get", "head", "options", "patch", "post", "put", "trace"]

// OpenAPI requires a description of every response. The importer writes the reason phrase, so it copies no published
// prose.
const reasons: ReadonlyMap<string, string> = /*#__PURE__*/ new Map([
  ["200", "OK"],
  ["201", "Created"],
  ["202", "Accepted"],
  ["204", "No Content"],
  ["400", "Bad Request"],
  ["401", "Unauthorized"],
  ["403", "Forbidden"],
  ["404", "Not Found"],
  ["409", "Conflict"],
  ["422", "Unprocessable Content"],
  ["429", "Too Many Requests"],
  ["500", "Internal Server Error"],
  ["501", "Not Implemented"],
  ["502", "Bad Gateway"],
  ["503", "Service Unavailable"],
  ["504", "Gateway Timeout"]
])

const content = /*#__PURE__*/ readMap((value, pointer, context) =>
  readObject(value, pointer, context, { schema: schemaReader, example: "drop", examples: "drop" })
)

const response =
  (description: string) =>
  (value: Json, pointer: string, context: Context): JsonObject => ({
    ...readObject(value, pointer, context, { content, description: "drop" }),
    description
  })

const responses = /*#__PURE__*/ readPatternedMap((value, pointer, context, status) => {
  const reason = reasons.get(status)
  if (reason === undefined) {
    context.issue(pointer, "expected an HTTP status with a known reason phrase")
  }
  return orReference(response(reason ?? status))(value, pointer, context, status)
})

const parameter = /*#__PURE__*/ orReference((value, pointer, context) =>
  readObject(value, pointer, context, {
    allowEmptyValue: "flag",
    allowReserved: "flag",
    deprecated: "flag",
    description: "drop",
    example: "drop",
    examples: "drop",
    explode: "copy",
    in: "copy",
    name: "copy",
    required: "flag",
    schema: schemaReader,
    style: "copy"
  })
)

const parameters = /*#__PURE__*/ readList((value, pointer, context) => parameter(value, pointer, context, ""))

const requestBody = /*#__PURE__*/ orReference((value, pointer, context) =>
  readObject(value, pointer, context, { content, description: "drop", required: "flag" })
)

const operation = (value: Json, pointer: string, context: Context): Json =>
  readObject(value, pointer, context, {
    deprecated: "flag",
    description: "drop",
    externalDocs: "drop",
    operationId: "copy",
    parameters,
    requestBody: (body, at, within) => requestBody(body, at, within, ""),
    responses,
    security: "copy",
    summary: "drop",
    tags: "copy"
  })

const pathItem = (value: Json, pointer: string, context: Context): Json =>
  readObject(value, pointer, context, {
    ...Object.fromEntries(methods.map((method) => [method, operation] as const)),
    description: "drop",
    summary: "drop"
  })

const securityScheme = (value: Json, pointer: string, context: Context): Json =>
  readObject(value, pointer, context, {
    bearerFormat: "copy",
    description: "drop",
    in: "copy",
    name: "copy",
    scheme: "copy",
    type: "copy"
  })

/** Returns OpenAPI 3.1 without the published prose and examples. */
export const fromOpenApi = (document: JsonObject, context: Context): JsonObject => {
  const info = isObject(document["info"]) ? document["info"] : {}
  if (typeof info["version"] !== "string") {
    context.issue("/info/version", "expected a string")
  }
  const body = readObject(document, "", context, {
    components: (value, pointer) =>
      readObject(value, pointer, context, {
        parameters: readMap(parameter),
        requestBodies: readMap(requestBody),
        responses: readMap((member, at, within, name) => response(name)(member, at, within)),
        schemas: readMap(schemaReader),
        securitySchemes: readMap(securityScheme)
      }),
    externalDocs: "drop",
    info: "drop",
    openapi: "drop",
    paths: readPatternedMap(pathItem),
    security: "copy",
    servers: readList((value, pointer) => readObject(value, pointer, context, { description: "drop", url: "copy" })),
    tags: readList((value, pointer) =>
      readObject(value, pointer, context, { description: "drop", externalDocs: "drop", name: "copy" })
    )
  })
  return {
    // An absent list means the same as an empty list.
    security: [],
    ...body,
    info: { title: "Kalshi Trade API v2, REST: facts", version: info["version"] ?? "" },
    openapi: "3.1.1"
  }
}
