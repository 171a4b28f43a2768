/**
 * Reads the schemas and parameters of the reference document.
 *
 * @module
 */
import * as Result from "effect/Result"
import { alphabetical, type Fault, type Faults, isRecord, type Json, makeFaults } from "./faults.ts"
import { defaultOf, SchemaReader } from "./schemas.ts"
import { type Component, type Default, references, type Shape } from "./shape.ts"

export interface Parameter {
  readonly name: string
  readonly place: "path" | "query"
  readonly shape: Shape
  readonly required: boolean
  readonly deprecated: boolean
  readonly byDefault: Default
  /** How a list is written: `comma` joins the items into one value, `repeated` writes the parameter once per item. */
  readonly style: "single" | "comma" | "repeated"
}

export interface Operation {
  readonly id: string
  readonly deprecated: boolean
  /** In the order of the document. `shared` is the name of a parameter that several operations share. */
  readonly parameters: ReadonlyArray<Parameter & { readonly shared: string | undefined }>
  /** The name of the component of the JSON body. Undefined if the operation takes no body. */
  readonly body: string | undefined
}

export interface Source {
  readonly version: string
  /** The date of publication: YYYY-MM-DD. */
  readonly published: string
  /** The hash of the published file. */
  readonly sha256: string
}

/** A document in which the reader found no faults. */
export interface Document extends Source {
  readonly components: ReadonlyMap<string, Component>
  readonly shared: ReadonlyMap<string, Parameter>
  /** Sorted by id. */
  readonly operations: ReadonlyArray<Operation>
  /** Components that request bodies and parameters use, directly or indirectly. */
  readonly inRequests: ReadonlySet<string>
  /** Components that responses use, directly or indirectly, including errors. */
  readonly inResponses: ReadonlySet<string>
}

const methods = new Set(["delete", "get", "post", "put"])

/** Returns the roots, and the components that they use, directly or indirectly. */
export const closure = (components: ReadonlyMap<string, Component>, roots: Iterable<string>): ReadonlySet<string> => {
  const reached = new Set(roots)
  for (const name of reached) {
    const shape = components.get(name)
    if (shape !== undefined) for (const next of references(shape)) reached.add(next)
  }
  return reached
}

const readParameter = (faults: Faults, schemas: SchemaReader, json: unknown, pointer: string): Parameter => {
  const keys = faults.keys(json, pointer)
  const name = keys.text("name") ?? ""
  const place = keys.text("in")
  if (place !== "path" && place !== "query") faults.add(`${pointer}/in`, "only path and query parameters are supported")
  const schema = keys.take("schema")
  const shape = schemas.inline(schema, `${pointer}/schema`, name)
  const style = keys.text("style")
  if (style !== undefined && (place !== "query" || style !== "form")) {
    faults.add(`${pointer}/style`, "the only supported style is form")
  }
  const exploded = !keys.has("explode") || keys.flag("explode")
  const required = keys.flag("required")
  if (place === "path" && !required) faults.add(pointer, "a path parameter must be required")
  const deprecated = keys.flag("deprecated")
  keys.finish()
  return {
    name,
    place: place === "path" ? "path" : "query",
    shape,
    required,
    deprecated,
    byDefault: defaultOf(faults, schema, `${pointer}/schema`),
    style: shape._tag !== "List" ? "single" : exploded ? "repeated" : "comma"
  }
}

interface Reading {
  readonly faults: Faults
  readonly schemas: SchemaReader
  /** The section `components` as JSON. */
  readonly raw: Json
  readonly shared: ReadonlyMap<string, Parameter>
  /** The components that requests and responses use directly. */
  readonly roots: { readonly requests: Set<string>; readonly responses: Set<string> }
}

/** Returns a member of an object, if the member is an object. Otherwise returns an empty object. */
export const section = (of: unknown, key: string): Json => {
  const found = isRecord(of) ? of[key] : undefined
  return isRecord(found) ? found : {}
}

/** Returns the last segment of a `$ref`. */
export const refOf = (value: unknown): string | undefined => {
  const ref = isRecord(value) ? value["$ref"] : undefined
  return ref === undefined ? undefined : String(ref).split("/").at(-1)!
}

/** Follows a `$ref` into the section `name`. Returns any other value unchanged. */
const resolve = ({ raw }: Reading, value: unknown, name: string): unknown => {
  const key = refOf(value)
  return key === undefined ? value : section(raw, name)[key]
}

/** Reads a body. Returns the name of its component, and adds the components that it uses directly to `reached`. */
const readBody = (
  { faults, schemas }: Reading,
  value: unknown,
  pointer: string,
  reached: Set<string>
): string | undefined => {
  let component: string | undefined
  for (const [type, content, at] of faults.entries(section(value, "content"), `${pointer}/content`)) {
    if (type !== "application/json") faults.add(at, "only JSON bodies are supported")
    const shape = schemas.inline(section(content, "schema"), `${at}/schema`, "Body")
    if (shape._tag === "Reference") component = shape.name
    else faults.add(`${at}/schema`, "a body must be a reference to a component")
    for (const name of references(shape)) reached.add(name)
  }
  return component
}

/** Reads a parameter of an operation, which can be a reference to a shared parameter. */
const readOperationParameter = (
  { faults, schemas, shared }: Reading,
  value: unknown,
  pointer: string
): Operation["parameters"][number] | undefined => {
  const name = refOf(value)
  if (name === undefined) return { ...readParameter(faults, schemas, value, pointer), shared: undefined }
  const found = shared.get(name)
  if (found === undefined) faults.add(`${pointer}/$ref`, `there is no parameter ${name}`)
  return found === undefined ? undefined : { ...found, shared: name }
}

const checkParameters = (faults: Faults, parameters: Operation["parameters"], path: string, pointer: string): void => {
  const inTemplate = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
  const names = new Set<string>()
  for (const { name, place } of parameters) {
    if (names.has(name)) faults.add(`${pointer}/parameters`, `two parameters have the name ${name}`)
    names.add(name)
    if (place === "path" && !inTemplate.delete(name)) faults.add(pointer, `the path does not contain {${name}}`)
  }
  for (const name of inTemplate) faults.add(pointer, `the path contains {${name}}, but no parameter describes it`)
}

const readOperation = (reading: Reading, value: unknown, pointer: string, path: string, common: unknown): Operation => {
  const { faults, roots } = reading
  const keys = faults.keys(value, pointer)
  const id = keys.text("operationId") ?? ""
  if (!/^[A-Z][A-Za-z0-9]*$/.test(id)) faults.add(`${pointer}/operationId`, "the id must be a valid type name")
  const deprecated = keys.flag("deprecated")
  const parameters = [
    ...faults.items(common, pointer.replace(/\/[a-z]+$/, "/parameters")),
    ...faults.items(keys.take("parameters"), `${pointer}/parameters`)
  ].flatMap(([item, at]) => readOperationParameter(reading, item, at) ?? [])
  checkParameters(faults, parameters, path, pointer)

  const requestBody = resolve(reading, keys.take("requestBody"), "requestBodies")
  const body = readBody(reading, requestBody, `${pointer}/requestBody`, roots.requests)
  for (const [status, response, at] of faults.entries(keys.take("responses"), `${pointer}/responses`)) {
    if (!/^\d{3}$/.test(status)) faults.add(at, "the status must be a number of three digits")
    readBody(reading, resolve(reading, response, "responses"), at, roots.responses)
  }
  keys.take("security")
  keys.take("tags")
  keys.finish()
  for (const { shape } of parameters) for (const name of references(shape)) roots.requests.add(name)
  return { id, deprecated, parameters, body }
}

const readOperations = (reading: Reading, paths: unknown): ReadonlyArray<Operation> => {
  const { faults } = reading
  const operations = faults.entries(paths, "/paths").flatMap(([path, item, at]) => {
    const common = isRecord(item) ? item["parameters"] : undefined
    return faults.entries(item, at).flatMap(([method, value, pointer]) => {
      if (method === "parameters") return []
      if (!methods.has(method)) faults.add(pointer, "unknown key")
      return [readOperation(reading, value, pointer, path, common)]
    })
  })
  if (new Set(operations.map(({ id }) => id)).size < operations.length)
    faults.add("/paths", "two operations have the same id")
  return operations
}

/** Reads the stamp that the importer wrote into the document. */
export const readSource = (faults: Faults, document: unknown): Source => {
  const { published, sha256, version } = section(section(document, "info"), "x-source")
  if (typeof version !== "string" || typeof published !== "string" || typeof sha256 !== "string") {
    faults.add("/info/x-source", "the version, date or sha256 of the published document is missing")
  }
  return { version: String(version), published: String(published), sha256: String(sha256) }
}

export const sorted = (components: ReadonlyMap<string, Component>): ReadonlyMap<string, Component> =>
  new Map([...components].toSorted(([a], [b]) => alphabetical(a, b)))

/** Reads a document. If it has faults, returns all of them. */
export const readDocument = (json: unknown): Result.Result<Document, ReadonlyArray<Fault>> => {
  const faults = makeFaults()
  const document = isRecord(json) ? json : {}
  const raw = section(document, "components")
  const source = readSource(faults, document)

  const components = new Map<string, Component>()
  const schemas = new SchemaReader(faults, section(raw, "schemas"), components)
  for (const [name, schema, at] of faults.entries(raw["schemas"], "/components/schemas")) {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) faults.add(at, "the name of a component must be a valid type name")
    schemas.component(name, schema, at)
  }
  const shared = new Map(
    faults
      .entries(raw["parameters"], "/components/parameters")
      .map(([name, parameter, at]) => [name, readParameter(faults, schemas, parameter, at)] as const)
  )
  const roots = { requests: new Set<string>(), responses: new Set<string>() }
  const operations = readOperations({ faults, schemas, raw, shared, roots }, document["paths"])

  if (faults.found.length > 0) return Result.fail(faults.found)
  return Result.succeed({
    ...source,
    components: sorted(components),
    shared,
    operations: operations.toSorted((a, b) => alphabetical(a.id, b.id)),
    inRequests: closure(components, roots.requests),
    inResponses: closure(components, roots.responses)
  })
}
