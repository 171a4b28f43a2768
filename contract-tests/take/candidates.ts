/**
 * New facts of a document that the overlay usually has something to say about.
 *
 * **Details**
 *
 * The overlay's own reasons are general: a document is published before the exchange follows it, the server writes an
 * empty list as null, the end of the pages may have no cursor. A new fact of one of these kinds is a question to a person.
 *
 * @module
 */
import { at, child, isArray, isObject } from "../src/reference/internal/json.ts"
import type { Json, JsonObject } from "../src/reference/JsonSchema.ts"
import { type Change, changes } from "./changes.ts"

/** A question to a person. */
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

/** Components that responses lead to. */
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
  // A feed has messages instead; those that the client sends are few.
  visit(at(document, "/components/messages"))
  return reached
}

const list = (value: Json | undefined): ReadonlyArray<Json> => (isArray(value) ? value : [])

const ofProperty = (pointer: string, name: string, schema: Json, required: boolean): ReadonlyArray<Candidate> => {
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
      ? [{ pointer: place, question: "is a decimal in name, and any text in the document (replace)" }]
      : [])
  ]
}

/** Every object schema within a value, with its place. */
const objectsIn = (value: Json, pointer: string): ReadonlyArray<readonly [pointer: string, schema: JsonObject]> => {
  if (isArray(value)) return value.flatMap((item, index) => objectsIn(item, child(pointer, index)))
  if (!isObject(value)) return []
  const inner = Object.entries(value).flatMap(([key, member]) => objectsIn(member, child(pointer, key)))
  return isObject(value["properties"]) ? [[pointer, value], ...inner] : inner
}

const ofNew = (pointer: string, value: Json): ReadonlyArray<Candidate> =>
  objectsIn(value, pointer).flatMap(([at, schema]) =>
    Object.entries(isObject(schema["properties"]) ? schema["properties"] : {}).flatMap(([name, property]) =>
      ofProperty(at, name, property, list(schema["required"]).includes(name))
    )
  )

const ofChange = ({ after, before, pointer }: Change, document: Json): ReadonlyArray<Candidate> => {
  if (after === undefined) return []
  if (before === undefined) {
    const property = /^(.*)\/properties\/([^/]+)$/.exec(pointer)
    const [, owner = "", name = ""] = property ?? []
    const required = list(at(document, `${owner}/required`)).includes(name)
    return [...(property === null ? [] : ofProperty(owner, name, after, required)), ...ofNew(pointer, after)]
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

/** What is new in the responses of a document and may need an entry. The overlay has been applied to both documents. */
export const candidates = (before: Json, after: Json): ReadonlyArray<Candidate> => {
  const reached = inResponses(after)
  return changes(before, after)
    .filter(({ pointer }) => {
      const [component] = /^\/components\/schemas\/[^/]+/.exec(pointer) ?? []
      return component !== undefined && reached.has(`#${component}`)
    })
    .flatMap((change) => ofChange(change, after))
}
