/**
 * Functions that read parts of a reference document. They throw `InvalidDocument` for unexpected values.
 *
 * @module
 */
import type { Document, Source } from "../Document.ts"
import { InvalidDocument } from "../Document.ts"
import type { Json, JsonObject, JsonSchema } from "../JsonSchema.ts"
import { at, child, isArray, isObject, resolve as resolveReference, sorted } from "./json.ts"
import { verifyDocument } from "./verify.ts"

export const invalid = (pointer: string, expected: string): never => {
  throw new InvalidDocument(`${pointer === "" ? "document" : pointer}: expected ${expected}`)
}

export const object = (value: Json | undefined, pointer: string): JsonObject =>
  isObject(value) ? value : invalid(pointer, "an object")

export const string = (value: Json | undefined, pointer: string): string =>
  typeof value === "string" ? value : invalid(pointer, "a string")

export const list = (value: Json | undefined, pointer: string): ReadonlyArray<Json> =>
  value === undefined ? [] : isArray(value) ? value : invalid(pointer, "a list")

export const flag = (value: Json | undefined): boolean => value === true

// `readDocument` checks the complete document against the keyword table first, so every object in the place of a schema
// is a schema.
export const asSchema = (value: Json | undefined, pointer: string): JsonSchema => object(value, pointer) as JsonSchema

export const oneOf = <const A extends string>(value: Json | undefined, members: ReadonlyArray<A>, pointer: string): A =>
  members.find((member) => member === value) ?? invalid(pointer, members.join(" or "))

/** Follows `$ref` to the final target. The returned pointer belongs to this target. */
export const follow = (
  document: JsonObject,
  value: Json | undefined,
  pointer: string
): readonly [found: JsonObject, pointer: string] => {
  const visited = new Set<string>()
  let found = object(value, pointer)
  let here = pointer
  while (typeof found["$ref"] === "string") {
    const reference = found["$ref"]
    if (visited.has(reference)) {
      return invalid(pointer, "a reference without a cycle")
    }
    visited.add(reference)
    found = object(resolveReference(document, reference), here)
    here = reference.slice(1)
  }
  return [found, here]
}

const componentPrefix = "#/components/schemas/"

export const reachable = (document: JsonObject, roots: ReadonlyArray<JsonSchema>): ReadonlySet<string> => {
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
  // A schema in normal form is JSON, although its type is not assignable to `Json`.
  roots.forEach((root) => visit(root as Json))
  return found
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
    published: stamp["published"] === undefined ? undefined : string(stamp["published"], pointer),
    sha256: string(stamp["sha256"], pointer),
    version: string(stamp["version"], pointer)
  }
}

/** Checks the invariants of the complete document, and then reads the document. */
export const readDocument = (json: unknown, format: "asyncapi" | "openapi", version: string): Document => {
  const document = isObject(json) ? json : invalid("", "an object")
  if (!string(document[format], `/${format}`).startsWith(version)) {
    invalid(`/${format}`, `version ${version}`)
  }
  verifyDocument(document, (pointer, message) => invalid(pointer, `a reference document (${message})`))
  const components = object(at(document, "/components/schemas"), "/components/schemas")
  const schemas = sorted(Object.keys(components)).map((name) => {
    const pointer = child("/components/schemas", name)
    return { name, pointer, schema: asSchema(components[name], pointer) }
  })
  const byName = new Map(schemas.map(({ name, schema }) => [name, schema]))
  return {
    // The target of a schema's reference is a schema.
    deref: (schema) => follow(document, schema as Json, "a schema")[0] as JsonSchema,
    document,
    resolve: (reference) => {
      const found = resolveReference(document, reference)
      return isObject(found) ? (found as JsonSchema) : undefined
    },
    schema: (name) => byName.get(name),
    schemas,
    source: readSource(document)
  }
}
