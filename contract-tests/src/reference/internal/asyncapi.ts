/**
 * Reads a published AsyncAPI 3 document.
 *
 * @module
 */
import type { Json, JsonObject } from "../JsonSchema.ts"
import { isObject } from "./json.ts"
import type { Context } from "./normaliseSchema.ts"
import { orReference, readList, readMap, readObject, schemaReader } from "./openapi.ts"

const reference = (value: Json, pointer: string, context: Context): Json =>
  readObject(value, pointer, context, { $ref: "copy" })

const tags = /*#__PURE__*/ readList((value, pointer, context) =>
  readObject(value, pointer, context, { description: "drop", externalDocs: "drop", name: "copy" })
)

const message = /*#__PURE__*/ orReference((value, pointer, context) =>
  readObject(value, pointer, context, {
    contentType: "copy",
    deprecated: "flag",
    description: "drop",
    examples: "drop",
    externalDocs: "drop",
    name: "copy",
    payload: schemaReader,
    summary: "drop",
    tags,
    title: "drop"
  })
)

const bindings = /*#__PURE__*/ readMap((value, pointer, context) =>
  readObject(value, pointer, context, { bindingVersion: "copy", method: "copy" })
)

const channel = (value: Json, pointer: string, context: Context): Json =>
  readObject(value, pointer, context, {
    address: "copy",
    bindings,
    description: "drop",
    externalDocs: "drop",
    messages: readMap(message),
    summary: "drop",
    tags,
    title: "drop"
  })

const operation = (value: Json, pointer: string, context: Context): Json =>
  readObject(value, pointer, context, {
    action: "copy",
    channel: reference,
    description: "drop",
    externalDocs: "drop",
    messages: readList(reference),
    summary: "drop",
    tags,
    title: "drop"
  })

const server = (value: Json, pointer: string, context: Context): Json =>
  readObject(value, pointer, context, {
    description: "drop",
    host: "copy",
    pathname: "copy",
    protocol: "copy",
    security: readList(reference),
    summary: "drop",
    title: "drop"
  })

const securityScheme = (value: Json, pointer: string, context: Context): Json =>
  readObject(value, pointer, context, { description: "drop", in: "copy", type: "copy" })

export const fromAsyncApi = (document: JsonObject, context: Context): JsonObject => {
  const info = isObject(document["info"]) ? document["info"] : {}
  if (typeof info["version"] !== "string") {
    context.issue("/info/version", "expected a string")
  }
  const body = readObject(document, "", context, {
    asyncapi: "copy",
    channels: readMap(channel),
    components: (value, pointer) =>
      readObject(value, pointer, context, {
        messages: readMap(message),
        schemas: readMap(schemaReader),
        securitySchemes: readMap(securityScheme)
      }),
    defaultContentType: "copy",
    info: "drop",
    operations: readMap(operation),
    servers: readMap(server)
  })
  return { ...body, info: { title: "Kalshi Trade API v2, WebSocket: facts", version: info["version"] ?? "" } }
}
