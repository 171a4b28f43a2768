/**
 * Checks the invariants of reference documents.
 *
 * @module
 */
import type { Json, JsonObject, KeywordKind } from "../JsonSchema.ts"
import { formats, keywords, types } from "../JsonSchema.ts"
import { child, isArray, isObject, resolve } from "./json.ts"

type Issue = (pointer: string, message: string) => void

const isNatural = (value: Json): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0

const isPattern = (value: Json): boolean => {
  if (typeof value !== "string") {
    return false
  }
  try {
    return new RegExp(value, "u").unicode
  } catch {
    return false
  }
}

const isNameList = (value: Json): boolean =>
  isArray(value) &&
  value.length > 0 &&
  value.every((name) => typeof name === "string") &&
  new Set(value).size === value.length

const isKnown = (list: ReadonlyArray<string>, value: Json): boolean => list.some((known) => known === value)

const isValidArgument = (kind: KeywordKind, value: Json, document: Json): boolean => {
  switch (kind) {
    case "boolean":
      return typeof value === "boolean"
    case "format":
      return isKnown(formats, value)
    case "json":
      return true
    case "json-list":
      return isArray(value) && value.length > 0
    case "name-list":
      return isNameList(value)
    case "natural":
      return isNatural(value)
    case "number":
      return typeof value === "number" && Number.isFinite(value)
    case "pattern":
      return isPattern(value)
    case "reference":
      return typeof value === "string" && isObject(resolve(document, value))
    case "schema":
    case "schema-map":
      return isObject(value)
    case "schema-list":
      return isArray(value) && value.length > 0
    case "schema-or-boolean":
      return typeof value === "boolean" || isObject(value)
    case "type":
      return isArray(value) ? value.length > 0 && value.every((type) => isKnown(types, type)) : isKnown(types, value)
  }
}

const isKeyword = (key: string): key is keyof typeof keywords => Object.hasOwn(keywords, key)

export const verifySchema = (value: Json, pointer: string, document: Json, issue: Issue): void => {
  if (!isObject(value)) {
    return issue(pointer, "expected a schema")
  }
  for (const [key, member] of Object.entries(value)) {
    const here = child(pointer, key)
    if (!isKeyword(key)) {
      issue(here, "unknown schema keyword")
    } else if (!isValidArgument(keywords[key], member, document)) {
      issue(here, `not a ${keywords[key]}: ${JSON.stringify(member)}`)
    } else if (isArray(member) && keywords[key] === "schema-list") {
      member.forEach((schema, index) => verifySchema(schema, child(here, index), document, issue))
    } else if (isObject(member) && keywords[key] === "schema-map") {
      for (const [name, schema] of Object.entries(member)) {
        verifySchema(schema, child(here, name), document, issue)
      }
    } else if (isObject(member) && keywords[key] === "schema-or-boolean") {
      verifySchema(member, here, document, issue)
    }
  }
}

// The keys of the objects at these pointers are names that the publisher chose, not keywords.
const isNameMap = (pointer: string): boolean =>
  /^\/(?:paths|channels|operations|servers|channels\/[^/]+\/messages|components\/[^/]+)$/.test(pointer)

/** Returns the schemas of components, parameters, bodies and payloads. */
export const schemasOf = (document: JsonObject): ReadonlyArray<readonly [pointer: string, schema: Json]> => {
  const found: Array<readonly [string, Json]> = []
  const visit = (value: Json, pointer: string): void => {
    if (isArray(value)) {
      value.forEach((item, index) => visit(item, child(pointer, index)))
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        const here = child(pointer, key)
        const keyword = !isNameMap(pointer) && (key === "schema" || key === "payload")
        if (keyword || pointer === "/components/schemas") {
          found.push([here, member])
        } else {
          visit(member, here)
        }
      }
    }
  }
  visit(document, "")
  return found
}

// Only a response may have a description, because OpenAPI requires it. The importer writes a reason phrase or a name.
const isResponse = (pointer: string): boolean =>
  /^\/paths\/[^/]+\/[a-z]+\/responses\/[0-9]{3}$/.test(pointer) || /^\/components\/responses\/[^/]+$/.test(pointer)

const prose: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "contact",
  "description",
  "example",
  "examples",
  "externalDocs",
  "license",
  "nullable",
  "summary",
  "termsOfService",
  "title"
])

/**
 * Checks that schemas have only known keywords, that references resolve, and that there is no prose. The only vendor
 * extension is the source stamp (`x-source`).
 */
export const verifyDocument = (document: JsonObject, issue: Issue): void => {
  const schemas = schemasOf(document)
  const positions = new Set(schemas.map(([pointer]) => pointer))
  for (const [pointer, schema] of schemas) {
    verifySchema(schema, pointer, document, issue)
  }
  const visit = (value: Json, pointer: string): void => {
    if (positions.has(pointer)) {
      return
    }
    if (isArray(value)) {
      value.forEach((item, index) => visit(item, child(pointer, index)))
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) {
        const here = child(pointer, key)
        const isName = isNameMap(pointer)
        if (!isName && prose.has(key) && !(key === "description" && isResponse(pointer)) && here !== "/info/title") {
          issue(here, "prose")
        }
        if (!isName && key.startsWith("x-") && here !== "/info/x-source") {
          issue(here, "vendor extension")
        }
        if (key === "$ref" && (typeof member !== "string" || resolve(document, member) === undefined)) {
          issue(here, `does not resolve: ${JSON.stringify(member)}`)
        }
        visit(member, here)
      }
    }
  }
  visit(document, "")
}
