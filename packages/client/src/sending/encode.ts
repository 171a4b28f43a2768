/**
 * Converts the input of an operation to a request. Rejects an input that cannot be sent, before any I/O.
 *
 * @module
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SchemaParser from "effect/SchemaParser"
import { InvalidRequest } from "../Errors.ts"
import type { Descriptor, Key, Parameter, Rule } from "../Operation.ts"
import { isRecord } from "../record.ts"
import { escapePointer, firstViolation } from "../wire/issue.ts"

export interface WireRequest {
  /** The path below the API's root, percent-encoded, without the query. */
  readonly path: string
  /** Starts with a question mark. Empty if the request has no query. */
  readonly query: string
  /** JSON text. Undefined if the request has no body. */
  readonly body: string | undefined
  /** Whether the body has a client-supplied id. In a batch, every item must have an id. */
  readonly keyed: boolean
  /** A plain copy of the checked input, with the fields of path, query and body. */
  readonly input: Readonly<Record<string, unknown>>
}

export type Encode = (input: unknown) => Result.Result<WireRequest, InvalidRequest>

/** Thrown if an input cannot be sent, and caught in this file. */
class Refusal {
  readonly pointer: string
  readonly reason: string
  constructor(pointer: string, reason: string) {
    this.pointer = pointer
    this.reason = reason
  }
}

/** Whether an object is the `Object.prototype` of this JavaScript realm or of another realm. */
const isObjectPrototype = (value: object): boolean =>
  value === Object.prototype || (Object.getPrototypeOf(value) === null && Object.hasOwn(value, "isPrototypeOf"))

const isPlainRecord = (value: object): boolean => {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null || isObjectPrototype(prototype)
}

const isPlainList = (value: object): boolean => {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) return true
  // Every realm's Array.prototype is itself an array. The prototype of a class that extends Array is not.
  const above: object | null = Array.isArray(prototype) ? Object.getPrototypeOf(prototype) : null
  return above !== null && isObjectPrototype(above)
}

/**
 * The prototype of every copied object. It has no members, so a field named `__proto__` is copied like any other field,
 * and no `toJSON` is inherited. Objects that inherit from null directly would be several times slower.
 */
const bare: object = /*#__PURE__*/ Object.freeze(Object.create(null))

const bareRecord = (): Record<string, unknown> => Object.create(bare)

/** The maximum depth of an input. Valid requests have at most four levels. */
const maxDepth = 64

/**
 * Copies an input. All later steps use only the copy, so each property of the input is read once. A getter or a Proxy
 * cannot return another value later.
 *
 * Undefined fields are omitted at any depth, because JSON has no undefined. An instance of a class is rejected, because
 * the values of its accessors and of its `toJSON` would not be sent. For example, an order could lose its id or
 * `reduce_only`.
 */
const copyOf = (input: unknown): unknown => {
  const path: Array<string | number> = []
  const refusal = (reason: string): Refusal =>
    new Refusal(path.map((key) => `/${escapePointer(String(key))}`).join(""), reason)

  const copy = (value: unknown): unknown => {
    switch (typeof value) {
      case "object":
        if (value === null) return null
        if (path.length > maxDepth) throw new Refusal("", "the input is nested too deeply, or contains a cycle")
        return Array.isArray(value) ? copyList(value) : copyRecord(value)
      case "bigint":
      case "function":
      case "symbol":
        throw refusal(`a ${typeof value} cannot be sent: pass a JSON value`)
      default:
        return value
    }
  }

  const copyRecord = (record: object): Record<string, unknown> => {
    if (!isPlainRecord(record))
      throw refusal("this object is an instance of a class or has a custom prototype: pass a plain object")
    const copied = bareRecord()
    for (const key of Object.keys(record)) {
      path.push(key)
      const value = copy((record as Readonly<Record<string, unknown>>)[key]) // `key` is a key of `record`
      path.pop()
      if (value !== undefined) copied[key] = value
    }
    return copied
  }

  const copyList = (list: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
    if (!isPlainList(list))
      throw refusal("this array is an instance of a class or has a custom prototype: pass a plain array")
    const copied: Array<unknown> = []
    if ("toJSON" in list || "toJSON" in copied) {
      throw refusal("this array has or inherits toJSON, which would replace its items: remove toJSON")
    }
    const { length } = list
    for (let index = 0; index < length; index++) {
      path.push(index)
      const value = copy(list[index])
      if (value === undefined)
        throw refusal("an item of a list cannot be missing or undefined: remove it or pass a value")
      path.pop()
      copied.push(value)
    }
    return copied
  }

  try {
    return copy(input)
  } catch (error) {
    if (error instanceof Refusal) throw error
    // A getter or a Proxy threw. The message of the error is not shown, because it may quote the input.
    throw refusal(
      `reading this value failed with ${error instanceof Error ? error.name : typeof error}: pass plain data`
    )
  }
}

/**
 * Returns the JSON pointer of the first string that is not well-formed Unicode. The exchange would read such a string
 * as a different string.
 */
const illFormed = (value: unknown, pointer: string): string | undefined => {
  if (typeof value === "string") return value.isWellFormed() ? undefined : pointer
  if (typeof value !== "object" || value === null) return undefined
  for (const [key, item] of Object.entries(value)) {
    const found = illFormed(item, `${pointer}/${escapePointer(key)}`)
    if (found !== undefined) return found
  }
  return undefined
}

const keyedBy = ({ field, list }: Key) => {
  const hasId = (item: unknown): boolean => isRecord(item) && typeof item[field] === "string" && item[field] !== ""
  return (body: Readonly<Record<string, unknown>>): boolean => {
    if (list === undefined) return hasId(body)
    const items = body[list]
    return Array.isArray(items) && items.length > 0 && items.every(hasId)
  }
}

/** Returns why a text cannot be a path segment. The platform or the exchange could read such a text as another path. */
const segmentFault = (text: string): string | undefined => {
  if (text === "") return "an empty path segment cannot be sent"
  if (text === "." || text === "..") return `${JSON.stringify(text)} cannot be a path segment`
  if (/[/\\]/.test(text) || /%2f|%5c/i.test(text))
    return "a path segment cannot contain a slash or a backslash, not even percent-encoded"
  // oxlint-disable-next-line no-control-regex -- this rejects control characters
  if (/[\u0000-\u001f\u007f]/.test(text)) return "a path segment cannot contain control characters"
  if (!text.isWellFormed()) return "a path segment must be well-formed Unicode"
  return undefined
}

const queryFault = (items: ReadonlyArray<unknown>, isList: boolean, parameter: Parameter): string | undefined => {
  // An empty list would remove the parameter from the query, and the exchange would return everything.
  if (isList && items.length === 0) {
    return `an empty list cannot be sent: ${parameter.required ? "" : "omit the field, or "}pass at least one item`
  }
  if (isList && parameter.style === "comma" && items.some((item) => /^$|,/.test(String(item)))) {
    return "an item cannot be empty or contain a comma, because the list is joined by commas"
  }
  return items.every((item) => String(item).isWellFormed()) ? undefined : "a query value must be well-formed Unicode"
}

/**
 * Makes a function that throws a {@link Refusal} for an invalid value. `pointer` is the JSON pointer of the value in
 * the input.
 */
const checker = (schema: Schema.Codec<unknown>) => {
  const decode = SchemaParser.decodeUnknownResult(schema, { onExcessProperty: "error" })
  return (value: unknown, pointer: string): void => {
    const result = decode(value)
    if (Result.isSuccess(result)) return
    const found = firstViolation(result.failure)
    throw new Refusal(pointer + found.pointer, found.reason)
  }
}

type Input = Readonly<Record<string, unknown>>

const fieldRequired = "this field is required"

const pathEncoder = ({ path, pathParameters }: Descriptor): ((input: Input) => string) => {
  const pieces = path.split(/\{(\w+)\}/) // alternates between texts and names, and ends with a text
  const checks = new Map(Object.entries(pathParameters).map(([name, { schema }]) => [name, checker(schema)]))
  const segment = (name: string, value: unknown): string => {
    const pointer = `/${escapePointer(name)}`
    if (value === undefined) throw new Refusal(pointer, fieldRequired)
    checks.get(name)!(value, pointer)
    const text = String(value)
    const fault = segmentFault(text)
    if (fault !== undefined) throw new Refusal(pointer, fault)
    return encodeURIComponent(text)
  }
  return (input) =>
    pieces.reduce((text, piece, index) => text + (index % 2 === 0 ? piece : segment(piece, input[piece])), "")
}

const queryEncoder = ({ query }: Descriptor): ((input: Input) => string) => {
  const parameters = Object.entries(query).map(([name, parameter]) => ({
    name,
    parameter,
    pointer: `/${escapePointer(name)}`,
    check: checker(parameter.schema)
  }))
  return (input) => {
    let text = ""
    const append = (name: string, value: unknown) => {
      text += `${text === "" ? "?" : "&"}${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`
    }
    for (const { check, name, parameter, pointer } of parameters) {
      const value = input[name]
      if (value === undefined) {
        if (parameter.required) throw new Refusal(pointer, fieldRequired)
        continue
      }
      check(value, pointer)
      const items = Array.isArray(value) ? value : [value]
      const fault = queryFault(items, Array.isArray(value), parameter)
      if (fault !== undefined) throw new Refusal(pointer, fault)
      for (const item of parameter.style === "comma" ? [items.join(",")] : items) append(name, item)
    }
    return text
  }
}

const without = (record: Input, names: ReadonlySet<string>): Record<string, unknown> => {
  const rest = bareRecord()
  for (const key of Object.keys(record)) if (!names.has(key)) rest[key] = record[key]
  return rest
}

const jsonOf = (input: Input): string => {
  const json = JSON.stringify(input)
  // JSON.stringify writes ill-formed Unicode as an escape (`\ud…`). Only a body with this escape has to be searched.
  const pointer = json.includes("\\ud") ? illFormed(input, "") : undefined
  if (pointer !== undefined) throw new Refusal(pointer, "this text must be well-formed Unicode")
  return json
}

const bodyEncoder = (
  descriptor: Descriptor
): ((input: Input) => { readonly body: string | undefined; readonly keyed: boolean }) => {
  const elsewhere = new Set([...Object.keys(descriptor.pathParameters), ...Object.keys(descriptor.query)])
  const check = descriptor.body === undefined ? undefined : checker(descriptor.body)
  const hasClientId = descriptor.key === undefined ? () => false : keyedBy(descriptor.key)
  const emptyBody = descriptor.method === "PUT" || descriptor.method === "POST" ? "{}" : undefined
  return (input) => {
    const rest = elsewhere.size === 0 ? input : without(input, elsewhere)
    if (check === undefined) {
      const [extra] = Object.keys(rest)
      if (extra !== undefined) throw new Refusal(`/${escapePointer(extra)}`, "this operation has no such field")
      return { body: emptyBody, keyed: false }
    }
    check(rest, "")
    return { body: jsonOf(rest), keyed: hasClientId(rest) }
  }
}

const refusing = <A>(operation: string, encode: () => A): Result.Result<A, InvalidRequest> => {
  try {
    return Result.succeed(encode())
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return Result.fail(new InvalidRequest({ operation, pointer: error.pointer, reason: error.reason }))
  }
}

const recordOf = (original: unknown): Input => {
  const input = copyOf(original)
  if (!isRecord(input)) throw new Refusal("", "the input must be an object")
  return input
}

/** Encodes an input that belongs to no operation, such as a command of the feed, as JSON text. */
export const text = (
  operation: string,
  schema: Schema.Codec<unknown>,
  original: unknown
): Result.Result<string, InvalidRequest> =>
  refusing(operation, () => {
    const input = recordOf(original)
    checker(schema)(input, "")
    return jsonOf(input)
  })

export const prepare = (descriptor: Descriptor): Encode => {
  const pathOf = pathEncoder(descriptor)
  const queryOf = queryEncoder(descriptor)
  const bodyOf = bodyEncoder(descriptor)
  // The cast is safe: the schemas have checked the input of the operation before a rule runs.
  const rules = descriptor.rules as ReadonlyArray<Rule<unknown>>

  const encode = (original: unknown): WireRequest => {
    const input = recordOf(original)
    const path = pathOf(input)
    const query = queryOf(input)
    const { body, keyed } = bodyOf(input)
    for (const rule of rules) {
      const fault = rule(input)
      if (fault !== undefined) throw new Refusal(fault.pointer, fault.reason)
    }
    return { path, query, body, keyed, input }
  }

  return (input = {}) => refusing(descriptor.name, () => encode(input))
}
