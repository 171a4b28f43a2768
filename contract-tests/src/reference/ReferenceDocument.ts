/**
 * Parses the REST reference document. This module shares no code with the client's code generator. So a bug in one of
 * the two can cause a disagreement, which the suite detects.
 *
 * @module
 */
import { fixture, readJson } from "./internal/fixtures.ts"
import { child } from "./internal/json.ts"
import {
  asSchema,
  flag,
  follow,
  invalid,
  list,
  object,
  oneOf,
  reachable,
  readDocument,
  string
} from "./internal/read.ts"
import type { Document } from "./Document.ts"
import type { Json, JsonObject, JsonSchema } from "./JsonSchema.ts"

export type Method = "DELETE" | "GET" | "PATCH" | "POST" | "PUT"

export type ParameterLocation = "header" | "path" | "query"

/** A parameter. The defaults of OpenAPI are filled in. */
export interface Parameter {
  readonly name: string
  readonly in: ParameterLocation
  readonly required: boolean
  readonly deprecated: boolean
  readonly style: "form" | "simple"
  /** Whether a list is sent as one `name=value` per item. Otherwise, the items are joined by commas. */
  readonly explode: boolean
  readonly schema: JsonSchema
  /** The JSON Pointer of the schema in the document. */
  readonly pointer: string
}

export interface RequestBody {
  readonly required: boolean
  readonly schema: JsonSchema
  /** The JSON Pointer of the schema in the document. */
  readonly pointer: string
}

export interface Response {
  readonly status: number
  /** Undefined if the document declares no body. */
  readonly schema: JsonSchema | undefined
  /** The JSON Pointer of the schema, or of the response if it has no schema. */
  readonly pointer: string
}

/**
 * An operation. References to parameters, bodies and responses are resolved. A schema is as in the document, and often
 * only a `$ref`: use `deref`.
 */
export interface Operation {
  readonly id: string
  readonly method: Method
  /** The path template below the server's base path. Example: `/portfolio/orders/{order_id}`. */
  readonly path: string
  readonly tags: ReadonlyArray<string>
  readonly deprecated: boolean
  /**
   * The alternative ways to authenticate. Each is a set of schemes that are used together. Empty for a public
   * operation.
   */
  readonly security: ReadonlyArray<ReadonlyArray<string>>
  readonly parameters: ReadonlyArray<Parameter>
  readonly requestBody: RequestBody | undefined
  /** By status, in ascending order. */
  readonly responses: ReadonlyMap<number, Response>
  /** The only 2xx response. */
  readonly success: Response
  /** The 4xx and 5xx responses, in ascending order of the status. */
  readonly errors: ReadonlyArray<Response>
  /** The JSON Pointer of the operation in the document. */
  readonly pointer: string
}

export interface ReferenceDocument extends Document {
  /** In the order of the document. */
  readonly operations: ReadonlyArray<Operation>
  readonly operation: (id: string) => Operation | undefined
  /** The names of the component schemas that request bodies and parameters use. */
  readonly requestSchemas: ReadonlySet<string>
  /** The names of the component schemas that responses use. */
  readonly responseSchemas: ReadonlySet<string>
}

const methods = ["DELETE", "GET", "PATCH", "POST", "PUT"] as const
const locations = ["header", "path", "query"] as const

const readParameter = (document: JsonObject, value: Json, pointer: string): Parameter => {
  const [parameter, here] = follow(document, value, pointer)
  const location = oneOf(parameter["in"], locations, `${here}/in`)
  const style = parameter["style"] ?? (location === "query" ? "form" : "simple")
  return {
    deprecated: flag(parameter["deprecated"]),
    explode: typeof parameter["explode"] === "boolean" ? parameter["explode"] : style === "form",
    in: location,
    name: string(parameter["name"], `${here}/name`),
    pointer: `${here}/schema`,
    required: flag(parameter["required"]),
    schema: asSchema(parameter["schema"], `${here}/schema`),
    style: oneOf(style, ["form", "simple"], `${here}/style`)
  }
}

const readContent = (
  value: Json | undefined,
  pointer: string
): { readonly schema: JsonSchema; readonly pointer: string } | undefined => {
  if (value === undefined) {
    return undefined
  }
  const content = object(value, pointer)
  if (Object.keys(content).length !== 1 || content["application/json"] === undefined) {
    return invalid(pointer, "only application/json")
  }
  const here = `${pointer}/application~1json/schema`
  return { pointer: here, schema: asSchema(object(content["application/json"], pointer)["schema"], here) }
}

const readBody = (document: JsonObject, value: Json | undefined, pointer: string): RequestBody | undefined => {
  if (value === undefined) {
    return undefined
  }
  const [body, here] = follow(document, value, pointer)
  const content = readContent(body["content"], `${here}/content`)
  return content === undefined ? invalid(here, "a content") : { ...content, required: flag(body["required"]) }
}

const readResponse = (document: JsonObject, status: string, value: Json, pointer: string): Response => {
  const [response, here] = follow(document, value, pointer)
  const content = readContent(response["content"], `${here}/content`)
  return {
    pointer: content?.pointer ?? here,
    schema: content?.schema,
    status: /^[1-5][0-9]{2}$/.test(status) ? Number(status) : invalid(pointer, "an HTTP status")
  }
}

const readOperation = (document: JsonObject, method: Method, path: string, value: Json, pointer: string): Operation => {
  const operation = object(value, pointer)
  const declared = Object.entries(object(operation["responses"], `${pointer}/responses`))
    .map(([status, response]) => readResponse(document, status, response, `${pointer}/responses/${status}`))
    .sort((a, b) => a.status - b.status)
  const [success, ...others] = declared.filter(({ status }) => status >= 200 && status < 300)
  const security = operation["security"] ?? document["security"]
  return {
    deprecated: flag(operation["deprecated"]),
    errors: declared.filter(({ status }) => status >= 400),
    id: string(operation["operationId"], `${pointer}/operationId`),
    method,
    parameters: list(operation["parameters"], `${pointer}/parameters`).map((parameter, index) =>
      readParameter(document, parameter, `${pointer}/parameters/${index}`)
    ),
    path,
    pointer,
    requestBody: readBody(document, operation["requestBody"], `${pointer}/requestBody`),
    responses: new Map(declared.map((response) => [response.status, response])),
    security: list(security, `${pointer}/security`).map((requirement) =>
      Object.keys(object(requirement, `${pointer}/security`))
    ),
    success: success !== undefined && others.length === 0 ? success : invalid(`${pointer}/responses`, "one 2xx"),
    tags: list(operation["tags"], `${pointer}/tags`).map((tag) => string(tag, `${pointer}/tags`))
  }
}

/**
 * Reads a document. First checks that the complete document has only supported keywords. So every returned schema and
 * subschema is a valid `JsonSchema`.
 *
 * @throws `InvalidDocument` for a value that is not a valid REST reference document.
 */
export const make = (json: unknown): ReferenceDocument => {
  const document = readDocument(json, "openapi", "3.1.")
  const root = document.document
  const operations = Object.entries(object(root["paths"], "/paths")).flatMap(([path, item]) =>
    Object.entries(object(item, "/paths")).map(([method, operation]) => {
      const here = child("/paths", path)
      return readOperation(root, oneOf(method.toUpperCase(), methods, here), path, operation, child(here, method))
    })
  )
  const byId = new Map(operations.map((operation) => [operation.id, operation]))
  if (byId.size !== operations.length) {
    invalid("/paths", "distinct operation ids")
  }
  return {
    ...document,
    operation: (id) => byId.get(id),
    operations,
    requestSchemas: reachable(
      root,
      operations.flatMap(({ parameters, requestBody }) => [
        ...parameters.map(({ schema }) => schema),
        ...(requestBody === undefined ? [] : [requestBody.schema])
      ])
    ),
    responseSchemas: reachable(
      root,
      operations.flatMap(({ responses }) =>
        [...responses.values()].flatMap(({ schema }) => (schema === undefined ? [] : [schema]))
      )
    )
  }
}

export const url = (): URL => fixture("spec/rest.json")

export const load = (): ReferenceDocument => make(readJson("spec/rest.json"))

/** Reads an older document, which has no overlay. Examples of `name`: `3.28.0-2026-08-22`, `3.13.0`. */
export const loadHistory = (name: string): ReferenceDocument => make(readJson(`spec/history/rest-${name}.json`))
