/**
 * The reader of the REST reference document.
 *
 * **Details**
 *
 * It reads the document itself and shares no code with the client's generator:
 * a fault in either shows as a disagreement instead of cancelling out.
 */
import { fixture, readJson } from "./internal/fixtures.ts"
import { at, child, isArray, isObject, resolve as resolveReference, sorted } from "./internal/json.ts"
import { verifyDocument } from "./internal/verify.ts"
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
  /** The schema of the JSON body, or undefined where none is declared. */
  readonly schema: JsonSchema | undefined
  /** JSON pointer of the schema, or of the response where it has none. */
  readonly pointer: string
}

/** An operation, with every reference but those inside schemas resolved. */
export interface Operation {
  readonly id: string
  readonly method: Method
  /** The path template below the server's base, as `/portfolio/orders/{order_id}`. */
  readonly path: string
  readonly tags: ReadonlyArray<string>
  readonly deprecated: boolean
  /** Alternatives, each a set of scheme names that go together; empty for a public operation. */
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

/** A named schema. */
export interface NamedSchema {
  readonly name: string
  readonly schema: JsonSchema
  /** JSON pointer of the schema in the document. */
  readonly pointer: string
}

/** Where the document came from. */
export interface Source {
  /** The format of the published document, as `OpenAPI 3.0.0`. */
  readonly format: string
  /** The published document's own version. */
  readonly version: string
  readonly sha256: string
  readonly overlay: { readonly entries: number; readonly sha256: string } | undefined
}

/** The REST reference document, read. */
export interface ReferenceDocument {
  readonly source: Source
  /** The whole document, for a validator that wants to resolve references itself. */
  readonly document: JsonObject
  /** Every operation, by path and method. */
  readonly operations: ReadonlyArray<Operation>
  /** The operation of this id, or undefined. */
  readonly operation: (id: string) => Operation | undefined
  /** Every component schema, by name. */
  readonly schemas: ReadonlyArray<NamedSchema>
  /** The component schema of this name, or undefined. */
  readonly schema: (name: string) => JsonSchema | undefined
  /** What a local reference (`#/components/schemas/Market`) names, or undefined. */
  readonly resolve: (reference: string) => JsonSchema | undefined
  /** The schema itself, or what its `$ref` leads to in the end. */
  readonly deref: (schema: JsonSchema) => JsonSchema
  /** Names of the component schemas that requests can hold: bodies and parameters. */
  readonly requestSchemas: ReadonlySet<string>
  /** Names of the component schemas that responses can hold. */
  readonly responseSchemas: ReadonlySet<string>
}

/** The text is no reference document. */
export class InvalidDocument extends Error {
  override readonly name = "InvalidDocument"
}

const invalid = (pointer: string, expected: string): never => {
  throw new InvalidDocument(`${pointer === "" ? "document" : pointer}: expected ${expected}`)
}

const object = (value: Json | undefined, pointer: string): JsonObject =>
  isObject(value) ? value : invalid(pointer, "an object")

const string = (value: Json | undefined, pointer: string): string =>
  typeof value === "string" ? value : invalid(pointer, "a string")

const list = (value: Json | undefined, pointer: string): ReadonlyArray<Json> =>
  value === undefined ? [] : isArray(value) ? value : invalid(pointer, "a list")

const flag = (value: Json | undefined): boolean => value === true

// Documents are held to the keyword table as a whole before they are read, so an object in a schema's place is one.
const asSchema = (value: Json | undefined, pointer: string): JsonSchema => object(value, pointer) as JsonSchema

const oneOf = <const A extends string>(value: Json | undefined, members: ReadonlyArray<A>, pointer: string): A =>
  members.find((member) => member === value) ?? invalid(pointer, members.join(" or "))

const methods = ["DELETE", "GET", "PATCH", "POST", "PUT"] as const
const locations = ["header", "path", "query"] as const

/** A value, or what its `$ref` names, with the pointer of where it stands. */
const follow = (document: JsonObject, value: Json | undefined, pointer: string): readonly [JsonObject, string] => {
  const found = object(value, pointer)
  const reference = found["$ref"]
  return typeof reference === "string"
    ? [object(resolveReference(document, reference), pointer), reference.slice(1)]
    : [found, pointer]
}

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

const readSource = (document: JsonObject): Source => {
  const pointer = "/info/x-source"
  const stamp = object(at(document, pointer), pointer)
  const overlay = isObject(stamp["overlay"]) ? stamp["overlay"] : undefined
  return {
    format: string(stamp["format"], pointer),
    overlay:
      overlay === undefined
        ? undefined
        : { entries: Number(overlay["entries"]), sha256: string(overlay["sha256"], pointer) },
    sha256: string(stamp["sha256"], pointer),
    version: string(stamp["version"], pointer)
  }
}

const componentPrefix = "#/components/schemas/"

/** Names of the component schemas that some schemas lead to. */
const reachable = (document: JsonObject, roots: ReadonlyArray<JsonSchema>): ReadonlySet<string> => {
  const found = new Set<string>()
  const visit = (value: Json): void => {
    if (isArray(value)) {
      value.forEach(visit)
    } else if (isObject(value)) {
      const reference = value["$ref"]
      if (typeof reference === "string" && reference.startsWith(componentPrefix)) {
        const name = reference.slice(componentPrefix.length)
        if (!found.has(name)) {
          found.add(name)
          visit(resolveReference(document, reference) ?? null)
        }
      }
      Object.values(value).forEach(visit)
    }
  }
  // A schema in normal form is JSON; only its declared type says so more narrowly.
  roots.forEach((root) => visit(root as Json))
  return found
}

/**
 * Reads a REST reference document; throws `InvalidDocument` for anything else.
 *
 * **Details**
 *
 * The whole document is held to the closed keyword table first, so every schema
 * that is handed out is a `JsonSchema` all the way down.
 */
export const make = (json: unknown): ReferenceDocument => {
  const document = isObject(json) ? json : invalid("", "an object")
  if (typeof document["openapi"] !== "string" || !document["openapi"].startsWith("3.1.")) {
    invalid("/openapi", "an OpenAPI 3.1 document")
  }
  verifyDocument(document, (pointer, message) => invalid(pointer, `a reference document (${message})`))
  const operations = Object.entries(object(document["paths"], "/paths")).flatMap(([path, item]) =>
    Object.entries(object(item, "/paths")).map(([method, operation]) =>
      readOperation(
        document,
        oneOf(method.toUpperCase(), methods, child("/paths", path)),
        path,
        operation,
        child(child("/paths", path), method)
      )
    )
  )
  const byId = new Map(operations.map((operation) => [operation.id, operation]))
  if (byId.size !== operations.length) {
    invalid("/paths", "distinct operation ids")
  }
  const components = object(at(document, "/components/schemas"), "/components/schemas")
  const schemas = sorted(Object.keys(components)).map((name) => {
    const pointer = child("/components/schemas", name)
    return { name, pointer, schema: asSchema(components[name], pointer) }
  })
  const byName = new Map(schemas.map(({ name, schema }) => [name, schema]))
  const resolve = (reference: string): JsonSchema | undefined => {
    const found = resolveReference(document, reference)
    return isObject(found) ? (found as JsonSchema) : undefined
  }
  const deref = (schema: JsonSchema): JsonSchema => {
    const seen = new Set<string>()
    let current = schema
    while (current.$ref !== undefined && !seen.has(current.$ref)) {
      seen.add(current.$ref)
      current = resolve(current.$ref) ?? invalid(current.$ref, "a schema")
    }
    return current
  }
  return {
    deref,
    document,
    operation: (id) => byId.get(id),
    operations,
    requestSchemas: reachable(
      document,
      operations.flatMap(({ parameters, requestBody }) => [
        ...parameters.map(({ schema }) => schema),
        ...(requestBody === undefined ? [] : [requestBody.schema])
      ])
    ),
    resolve,
    responseSchemas: reachable(
      document,
      operations.flatMap(({ responses }) =>
        [...responses.values()].flatMap(({ schema }) => (schema === undefined ? [] : [schema]))
      )
    ),
    schema: (name) => byName.get(name),
    schemas,
    source: readSource(document)
  }
}

/** The address of the REST reference document that comes with this package. */
export const url = (): URL => fixture("spec/rest.json")

/** The REST reference document that comes with this package. */
export const load = (): ReferenceDocument => make(readJson("spec/rest.json"))

/** An older REST reference document, without an overlay: `3.28.0` or `3.13.0`. */
export const loadHistory = (version: string): ReferenceDocument => make(readJson(`spec/history/rest-${version}.json`))
