/**
 * The reader of the REST reference document.
 *
 * **Details**
 *
 * It reads the document itself and shares no code with the client's generator: a bug in either causes a disagreement
 * instead of cancelling out.
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

/** The HTTP methods of the document. */
export type Method = "DELETE" | "GET" | "PATCH" | "POST" | "PUT"

/** Where a parameter goes. */
export type ParameterLocation = "header" | "path" | "query"

/** One input of an operation besides its body, with the document's defaults made explicit. */
export interface Parameter {
  readonly name: string
  readonly in: ParameterLocation
  readonly required: boolean
  readonly deprecated: boolean
  readonly style: "form" | "simple"
  /** For a list: one `name=value` per item rather than one joined by commas. */
  readonly explode: boolean
  readonly schema: JsonSchema
  /** JSON pointer of the schema in the document. */
  readonly pointer: string
}

/** The JSON body of a request. */
export interface RequestBody {
  readonly required: boolean
  readonly schema: JsonSchema
  /** JSON pointer of the schema in the document. */
  readonly pointer: string
}

/** A declared response. */
export interface Response {
  readonly status: number
  /** The schema of the JSON body, or undefined if none is declared. */
  readonly schema: JsonSchema | undefined
  /** JSON pointer of the schema, or of the response if it has none. */
  readonly pointer: string
}

/** An operation. All references are resolved, except those inside schemas. */
export interface Operation {
  readonly id: string
  readonly method: Method
  /** The path template below the server's base, as `/portfolio/orders/{order_id}`. */
  readonly path: string
  readonly tags: ReadonlyArray<string>
  readonly deprecated: boolean
  /** Alternatives, each a set of schemes to use together; empty for a public operation. */
  readonly security: ReadonlyArray<ReadonlyArray<string>>
  readonly parameters: ReadonlyArray<Parameter>
  readonly requestBody: RequestBody | undefined
  /** By status, ascending. */
  readonly responses: ReadonlyMap<number, Response>
  /** The one response from 200 to 299. */
  readonly success: Response
  /** The responses from 400 up, by status, ascending. */
  readonly errors: ReadonlyArray<Response>
  /** JSON pointer of the operation in the document. */
  readonly pointer: string
}

/** The REST reference document, read. */
export interface ReferenceDocument extends Document {
  /** Every operation, by path and method. */
  readonly operations: ReadonlyArray<Operation>
  /** The operation of this id, or undefined. */
  readonly operation: (id: string) => Operation | undefined
  /** Names of the component schemas that requests can hold: bodies and parameters. */
  readonly requestSchemas: ReadonlySet<string>
  /** Names of the component schemas that responses can hold. */
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

/** The JSON schema in a `content`, with its pointer. */
const readContent = (
  value: Json | undefined,
  pointer: string
): { readonly schema: JsonSchema; readonly pointer: string } | undefined => {
  if (value === undefined) {
    return undefined
  }
  const content = object(value, pointer)
  if (Object.keys(content).length !== 1 || content["application/json"] === undefined) {
    return invalid(pointer, "application/json alone")
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
 * Parses a REST reference document; throws `InvalidDocument` for anything else.
 *
 * **Details**
 *
 * Checks the whole document against the closed keyword table first, so every returned schema is a valid `JsonSchema`
 * throughout.
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

/** The address of the REST reference document that comes with this package. */
export const url = (): URL => fixture("spec/rest.json")

/** The REST reference document that comes with this package. */
export const load = (): ReferenceDocument => make(readJson("spec/rest.json"))

/** An older REST reference document, without an overlay: `3.28.0-2026-08-22` or `3.13.0`. */
export const loadHistory = (name: string): ReferenceDocument => make(readJson(`spec/history/rest-${name}.json`))
