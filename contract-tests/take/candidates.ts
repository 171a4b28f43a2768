/**
 * Finds new facts of a document that may need an entry in the overlay (`fixtures/spec/overlay.json`).
 *
 * Most entries of the overlay have general reasons: a document is published before the exchange implements it, the
 * server writes an empty list as null, the last page may have no cursor. For each new fact to which such a reason may
 * apply, a person must decide whether the fact needs an entry.
 *
 * @module
 */
import { at, child, isArray, isObject } from "../src/reference/internal/json.ts"
import type { Json, JsonObject } from "../src/reference/JsonSchema.ts"
import { type Change, changes } from "./changes.ts"

export interface Candidate {
  readonly pointer: string
  readonly question: string
}

const acceptsNull = (schema: Json | undefined): boolean => {
  if (!isObject(schema)) return false
  const { anyOf, type } = schema
  return (
    (isArray(type) && type.includes("null")) ||
    (isArray(anyOf) && anyOf.some((branch) => acceptsNull(branch) || (isObject(branch) && branch["type"] === "null")))
  )
}

/** The components that responses use, directly or indirectly. */
const inResponses = (document: Json): ReadonlySet<string> => {
  const reached = new Set<string>()
  const visit = (value: Json | undefined): void => {
    if (isArray(value)) value.forEach(visit)
    if (!isObject(value)) return
    for (const [key, member] of Object.entries(value)) {
      if (key === "$ref" && typeof member === "string") {
        if (reached.has(member)) continue
        reached.add(member)
        visit(at(document, member.slice(1)))
      } else visit(member)
    }
  }
  const paths = at(document, "/paths")
  for (const item of isObject(paths) ? Object.values(paths) : []) {
    for (const operation of isObject(item) ? Object.values(item) : []) {
      if (isObject(operation)) visit(operation["responses"])
    }
  }
  // The feed document has messages instead of paths. Messages of the client are included, because there are only a few.
  visit(at(document, "/components/messages"))
  return reached
}

const list = (value: Json | undefined): ReadonlyArray<Json> => (isArray(value) ? value : [])

const candidatesOfProperty = (
  pointer: string,
  name: string,
  schema: Json,
  required: boolean
): ReadonlyArray<Candidate> => {
  const { pattern, type } = isObject(schema) ? schema : {}
  const place = child(child(pointer, "properties"), name)
  const nullable = acceptsNull(schema)
  return [
    ...(required && type === "array"
      ? [{ pointer: place, question: "is a required list: can the server write it as null? (make-nullable)" }]
      : []),
    ...(/^(?:next_)?cursor$/.test(name) && (required || !nullable)
      ? [
          {
            pointer: place,
            question: "is a cursor: can it be null, or absent, on the last page? (make-nullable, make-optional)"
          }
        ]
      : []),
    ...(type === "string" && pattern === undefined && /(?:_dollars|_fp)$/.test(name)
      ? [{ pointer: place, question: "has the name of a decimal, but the document allows any string (replace)" }]
      : [])
  ]
}

const objectsIn = (value: Json, pointer: string): ReadonlyArray<readonly [pointer: string, schema: JsonObject]> => {
  if (isArray(value)) return value.flatMap((item, index) => objectsIn(item, child(pointer, index)))
  if (!isObject(value)) return []
  const inner = Object.entries(value).flatMap(([key, member]) => objectsIn(member, child(pointer, key)))
  return isObject(value["properties"]) ? [[pointer, value], ...inner] : inner
}

const candidatesOfNew = (pointer: string, value: Json): ReadonlyArray<Candidate> =>
  objectsIn(value, pointer).flatMap(([at, schema]) =>
    Object.entries(isObject(schema["properties"]) ? schema["properties"] : {}).flatMap(([name, property]) =>
      candidatesOfProperty(at, name, property, list(schema["required"]).includes(name))
    )
  )

const candidatesOfChange = ({ after, before, pointer }: Change, document: Json): ReadonlyArray<Candidate> => {
  if (after === undefined) return []
  if (before === undefined) {
    const property = /^(.*)\/properties\/([^/]+)$/.exec(pointer)
    const [, owner = "", name = ""] = property ?? []
    const required = list(at(document, `${owner}/required`)).includes(name)
    return [
      ...(property === null ? [] : candidatesOfProperty(owner, name, after, required)),
      ...candidatesOfNew(pointer, after)
    ]
  }
  if (!pointer.endsWith("/required")) return []
  const owner = pointer.slice(0, -"/required".length)
  return list(after)
    .filter((name) => !list(before).includes(name))
    .map((name) => ({
      pointer: `${owner}/properties/${String(name)}`,
      question: "is newly required: was it always sent before? (make-optional)"
    }))
}

/** Finds the candidates among the changes. The overlay is already applied to both documents. */
export const candidates = (before: Json, after: Json): ReadonlyArray<Candidate> => {
  const reached = inResponses(after)
  return changes(before, after)
    .filter(({ pointer }) => {
      const [component] = /^\/components\/schemas\/[^/]+/.exec(pointer) ?? []
      return component !== undefined && reached.has(`#${component}`)
    })
    .flatMap((change) => candidatesOfChange(change, after))
}
