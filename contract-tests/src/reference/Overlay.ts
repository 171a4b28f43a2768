/**
 * Applies the overlay: the additions and corrections to the published documents. An entry has one of the operations
 * below, a reason and a source. It has JSON Pointers into the document in normal form, or the number of places to which
 * it applies. If an entry does not apply, the import fails. So no obsolete entry remains.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import { at, child, equal, isArray, isObject, parsePointer, sorted } from "./internal/json.ts"
import { orNull } from "./internal/normaliseSchema.ts"
import type { Json, JsonObject } from "./JsonSchema.ts"

const Reason = {
  because: Schema.NonEmptyString,
  source: Schema.NonEmptyString
}

const Pointers = /*#__PURE__*/ Schema.NonEmptyArray(Schema.String)

/** Adds a value. The target must not exist. */
export const Add = /*#__PURE__*/ Schema.Struct({
  op: /*#__PURE__*/ Schema.Literal("add"),
  at: Pointers,
  value: Schema.Json,
  ...Reason
})

/** Replaces the current value, which must equal `was`. */
export const Replace = /*#__PURE__*/ Schema.Struct({
  op: /*#__PURE__*/ Schema.Literal("replace"),
  at: Pointers,
  was: Schema.Json,
  value: Schema.Json,
  ...Reason
})

/** Removes the current value, which must equal `was`. */
export const Remove = /*#__PURE__*/ Schema.Struct({
  op: /*#__PURE__*/ Schema.Literal("remove"),
  at: Pointers,
  was: Schema.Json,
  ...Reason
})

/** Removes properties from the `required` list of the object that declares them. */
export const MakeOptional = /*#__PURE__*/ Schema.Struct({
  op: /*#__PURE__*/ Schema.Literal("make-optional"),
  at: Pointers,
  ...Reason
})

export const MakeNullable = /*#__PURE__*/ Schema.Struct({
  op: /*#__PURE__*/ Schema.Literal("make-nullable"),
  at: Pointers,
  ...Reason
})

/** Moves a schema to the component `to`, and leaves a `$ref` in its place. */
export const Extract = /*#__PURE__*/ Schema.Struct({
  op: /*#__PURE__*/ Schema.Literal("extract"),
  at: /*#__PURE__*/ Schema.Tuple([Schema.String]),
  to: Schema.String,
  ...Reason
})

export const AddEnumMember = /*#__PURE__*/ Schema.Struct({
  op: /*#__PURE__*/ Schema.Literal("add-enum-member"),
  at: Pointers,
  value: Schema.Json,
  ...Reason
})

/** Declares a status on every operation that does not declare it. `places` is the number of these operations. */
export const AddResponse = /*#__PURE__*/ Schema.Struct({
  op: /*#__PURE__*/ Schema.Literal("add-response"),
  status: Schema.String,
  response: /*#__PURE__*/ Schema.Struct({ $ref: Schema.String }),
  places: Schema.Int,
  ...Reason
})

/**
 * Adds a JSON body to every 4xx and 5xx response that an operation declares without a body and without a `$ref`.
 * `places` is the number of these responses.
 */
export const AddErrorBody = /*#__PURE__*/ Schema.Struct({
  op: /*#__PURE__*/ Schema.Literal("add-error-body"),
  schema: /*#__PURE__*/ Schema.Struct({ $ref: Schema.String }),
  places: Schema.Int,
  ...Reason
})

export const Entry = /*#__PURE__*/ Schema.Union([
  Add,
  Replace,
  Remove,
  MakeOptional,
  MakeNullable,
  Extract,
  AddEnumMember,
  AddResponse,
  AddErrorBody
])

export type Entry = typeof Entry.Type

export const Part = /*#__PURE__*/ Schema.Struct({
  appliesTo: /*#__PURE__*/ Schema.Struct({ sha256: Schema.String, version: Schema.String }),
  entries: /*#__PURE__*/ Schema.Array(Entry)
})

export type Part = typeof Part.Type

/** The file `fixtures/spec/overlay.json`. */
export const Overlay = /*#__PURE__*/ Schema.Struct({ feed: Part, rest: Part })

export type Overlay = typeof Overlay.Type

type Mutable = Record<string, Json>
type Issue = (pointer: string, message: string) => void

// The patched document is a private deep copy, so its objects may be mutated.
const writable = (value: JsonObject): Mutable => value

const parentOf = (document: Json, pointer: string): readonly [parent: Json | undefined, token: string] => {
  const tokens = parsePointer(pointer) ?? []
  const parent = tokens.slice(0, -1).reduce((path, token) => child(path, token), "")
  return [at(document, parent), tokens.at(-1) ?? ""]
}

const nullable = (schema: JsonObject): JsonObject | undefined => {
  const type = schema["type"]
  const any = schema["anyOf"]
  if (["$ref", "allOf", "oneOf"].some((key) => schema[key] !== undefined)) {
    return orNull(schema)
  }
  if (isArray(any)) {
    return any.some((branch) => equal(branch, { type: "null" }))
      ? undefined
      : { ...schema, anyOf: [...any, { type: "null" }] }
  }
  const members = isArray(type) ? type : type === undefined ? [] : [type]
  if (members.length === 0 || members.includes("null")) {
    return undefined
  }
  const values = schema["enum"]
  return { ...schema, type: [...members, "null"], ...(isArray(values) ? { enum: [...values, null] } : {}) }
}

const methods: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "delete",
  "get",
  "head",
  "options",
  "patch",
  "post",
  "put",
  "trace"
])

const operationsOf = (document: JsonObject): ReadonlyArray<readonly [pointer: string, operation: JsonObject]> => {
  const paths = document["paths"]
  return !isObject(paths)
    ? []
    : Object.entries(paths).flatMap(([path, item]) =>
        !isObject(item)
          ? []
          : Object.entries(item).flatMap(([method, operation]) =>
              methods.has(method) && isObject(operation)
                ? [[child(child("/paths", path), method), operation] as const]
                : []
            )
      )
}

const addResponse = (document: JsonObject, entry: typeof AddResponse.Type): number => {
  let places = 0
  for (const [, operation] of operationsOf(document)) {
    const responses = operation["responses"]
    if (isObject(responses) && responses[entry.status] === undefined) {
      writable(responses)[entry.status] = { $ref: entry.response.$ref }
      places++
    }
  }
  return places
}

const addErrorBody = (document: JsonObject, entry: typeof AddErrorBody.Type): number => {
  let places = 0
  for (const [, operation] of operationsOf(document)) {
    for (const [status, response] of Object.entries(isObject(operation["responses"]) ? operation["responses"] : {})) {
      if (Number(status) >= 400 && isObject(response) && response["$ref"] === undefined && !("content" in response)) {
        writable(response)["content"] = { "application/json": { schema: { $ref: entry.schema.$ref } } }
        places++
      }
    }
  }
  return places
}

const put = (document: JsonObject, pointer: string, value: Json, issue: Issue): void => {
  const [parent, token] = parentOf(document, pointer)
  if (isObject(parent)) {
    // The value is copied, because an entry can add it at several pointers, and a later entry can mutate one of the
    // copies.
    writable(parent)[token] = structuredClone(value)
  } else {
    issue(pointer, "has no parent object")
  }
}

const applyAt = (
  document: JsonObject,
  entry: Exclude<Entry, { readonly op: "add-error-body" | "add-response" }>,
  pointer: string,
  issue: Issue
): void => {
  const current = at(document, pointer)
  const [parent, token] = parentOf(document, pointer)
  if (entry.op === "add") {
    return current === undefined ? put(document, pointer, entry.value, issue) : issue(pointer, "already exists")
  }
  if (current === undefined || !isObject(parent)) {
    return issue(pointer, "does not exist")
  }
  switch (entry.op) {
    case "replace": {
      if (!equal(current, entry.was)) {
        return issue(pointer, `is ${JSON.stringify(current)}, not ${JSON.stringify(entry.was)}`)
      }
      return equal(current, entry.value)
        ? issue(pointer, "would not change")
        : put(document, pointer, entry.value, issue)
    }
    case "remove": {
      if (!equal(current, entry.was)) {
        return issue(pointer, `is ${JSON.stringify(current)}, not ${JSON.stringify(entry.was)}`)
      }
      delete writable(parent)[token]
      return
    }
    case "make-optional": {
      const [owner] = parentOf(document, pointer.slice(0, pointer.lastIndexOf("/")))
      const required = isObject(owner) ? owner["required"] : undefined
      if (!isObject(owner) || !isArray(required) || !required.includes(token)) {
        return issue(pointer, "is not required")
      }
      const rest = required.filter((name) => name !== token)
      if (rest.length > 0) {
        writable(owner)["required"] = rest
      } else {
        delete writable(owner)["required"]
      }
      return
    }
    case "make-nullable": {
      const schema = isObject(current) ? nullable(current) : undefined
      return schema === undefined
        ? issue(pointer, "already accepts null, or has no type")
        : put(document, pointer, schema, issue)
    }
    case "extract": {
      if (at(document, entry.to) !== undefined) {
        return issue(entry.to, "already exists")
      }
      put(document, entry.to, current, issue)
      return put(document, pointer, { $ref: `#${entry.to}` }, issue)
    }
    case "add-enum-member": {
      const values = isObject(current) ? current["enum"] : undefined
      if (!isArray(values) || values.some((value) => equal(value, entry.value))) {
        return issue(pointer, "has no enum, or already has the member")
      }
      return put(document, child(pointer, "enum"), [...values, entry.value], issue)
    }
  }
}

/** Calls `issue` for every entry that does not apply. The result is valid only if `issue` was not called. */
export const apply = (document: JsonObject, part: Part, issue: Issue): JsonObject => {
  const out = structuredClone(document)
  part.entries.forEach((entry, index) => {
    const report: Issue = (pointer, message) => issue(`/entries/${index} (${entry.op}) ${pointer}`.trimEnd(), message)
    if (entry.op === "add-response" || entry.op === "add-error-body") {
      const places = entry.op === "add-response" ? addResponse(out, entry) : addErrorBody(out, entry)
      if (places !== entry.places || places === 0) {
        report("", places === 0 ? "applies nowhere" : `applies ${places} times, but the entry states ${entry.places}`)
      }
      return
    }
    if (sorted(new Set(entry.at)).length !== entry.at.length) {
      report("", "has the same pointer twice")
    }
    for (const pointer of entry.at) {
      applyAt(out, entry, pointer, report)
    }
  })
  return out
}
