/**
 * From an operation's input to what goes on the wire, refusing before any I/O whatever cannot go there.
 *
 * @module
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SchemaParser from "effect/SchemaParser"
import { InvalidRequest } from "../Errors.ts"
import type { Descriptor, Key, Parameter, Rule } from "../Operation.ts"
import { firstBreak } from "../wire/issue.ts"

/** A request without its host, its signature and its time. */
export interface WireRequest {
  /** Below the API's root, percent-encoded, without the query. */
  readonly path: string
  /** With its question mark; empty where there is none. */
  readonly query: string
  /** JSON text; undefined where the operation takes no body. */
  readonly body: string | undefined
  /** It carries the ids of the caller's own that the descriptor's `key` names, on every item of a batch. */
  readonly keyed: boolean
  /** A plain copy of the whole input, as it was checked: path, query and body. */
  readonly input: Readonly<Record<string, unknown>>
}

/** Encodes the inputs of one operation. */
export type Encode = (input: unknown) => Result.Result<WireRequest, InvalidRequest>

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const escapePointer = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1")

/** An input that cannot be copied as plain data, and why. */
class Unreadable {
  readonly pointer: string
  readonly reason: string
  constructor(pointer: string, reason: string) {
    this.pointer = pointer
    this.reason = reason
  }
}

/** Whether this is the `Object.prototype` of this realm or of another. */
const isObjectPrototype = (value: object): boolean =>
  value === Object.prototype || (Object.getPrototypeOf(value) === null && Object.hasOwn(value, "isPrototypeOf"))

const isPlainRecord = (value: object): boolean => {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null || isObjectPrototype(prototype)
}

const isPlainList = (value: object): boolean => {
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) return true
  // Every realm's Array.prototype is itself an array; the prototype of a class that extends Array is not.
  const above: object | null = Array.isArray(prototype) ? Object.getPrototypeOf(prototype) : null
  return above !== null && isObjectPrototype(above)
}

/**
 * The prototype of every copied object. It has no members: a field named `__proto__` is copied like any other, and no
 * `toJSON` is inherited. Objects that inherit from null directly would be several times slower.
 */
const bare: object = /*#__PURE__*/ Object.freeze(Object.create(null))

const bareRecord = (): Record<string, unknown> => Object.create(bare)

/** Requests nest four levels deep. */
const deepest = 64

/**
 * Copies an input. Everything that follows sees the copy: it is checked, sent, and read for ids and counts. So each
 * property is read exactly once, and a getter or a Proxy cannot answer differently later.
 *
 * Fields that are undefined are left out, at any depth: the wire has no such value. An instance of a class is refused:
 * its accessors and its `toJSON` would not be sent, and with them perhaps an id, or `reduce_only`.
 */
const copyOf = (input: unknown): unknown => {
  /** The keys that lead to the value that is being copied. */
  const path: Array<string | number> = []
  const unreadable = (reason: string): Unreadable =>
    new Unreadable(path.map((key) => `/${escapePointer(String(key))}`).join(""), reason)

  const copy = (value: unknown): unknown => {
    switch (typeof value) {
      case "object":
        if (value === null) return null
        if (path.length > deepest) throw new Unreadable("", "it is nested too deeply, or refers to itself in a circle")
        return Array.isArray(value) ? copyList(value) : copyRecord(value)
      case "bigint":
      case "function":
      case "symbol":
        throw unreadable(`a ${typeof value} cannot be sent`)
      default:
        return value
    }
  }

  const copyRecord = (record: object): Record<string, unknown> => {
    if (!isPlainRecord(record)) throw unreadable("this is an instance of a class: give a plain object")
    const copied = bareRecord()
    for (const key of Object.keys(record)) {
      path.push(key)
      const value = copy((record as Readonly<Record<string, unknown>>)[key]) // any object can be read by a key of its own
      path.pop()
      if (value !== undefined) copied[key] = value
    }
    return copied
  }

  const copyList = (list: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
    if (!isPlainList(list)) throw unreadable("this is an instance of a class: give a plain array")
    const copied: Array<unknown> = []
    if ("toJSON" in list || "toJSON" in copied) {
      throw unreadable("this array has a method toJSON, which would replace its items: remove it")
    }
    const { length } = list
    for (let index = 0; index < length; index++) {
      path.push(index)
      const value = copy(list[index])
      if (value === undefined) throw unreadable("an item of a list cannot be missing or undefined")
      path.pop()
      copied.push(value)
    }
    return copied
  }

  try {
    return copy(input)
  } catch (error) {
    if (error instanceof Unreadable) throw error
    // A getter or a Proxy threw. What it said may quote the input.
    throw unreadable(`reading this failed with ${error instanceof Error ? error.name : typeof error}`)
  }
}

/** Where a body holds text that is no Unicode: the exchange would read another text than the one that was given. */
const illFormed = (value: unknown, pointer: string): string | undefined => {
  if (typeof value === "string") return value.isWellFormed() ? undefined : pointer
  if (typeof value !== "object" || value === null) return undefined
  for (const [key, item] of Object.entries(value)) {
    const found = illFormed(item, `${pointer}/${escapePointer(key)}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether a body carries the caller's own ids: the one, or one on every item of its list. */
const keyedBy = ({ field, list }: Key) => {
  const hasId = (item: unknown): boolean => isRecord(item) && typeof item[field] === "string" && item[field] !== ""
  return (body: Readonly<Record<string, unknown>>): boolean => {
    if (list === undefined) return hasId(body)
    const items = body[list]
    return Array.isArray(items) && items.length > 0 && items.every(hasId)
  }
}

/** What a segment of a path cannot be: the platform or the exchange would read it as something else. */
const segmentFault = (text: string): string | undefined => {
  if (text === "") return "an empty path segment cannot be sent"
  if (text === "." || text === "..") return `${JSON.stringify(text)} cannot stand as a path segment`
  if (/[/\\]/.test(text) || /%2f|%5c/i.test(text)) return "a path segment cannot hold a slash"
  // oxlint-disable-next-line no-control-regex -- the point is to refuse them
  if (/[\u0000-\u001f\u007f]/.test(text)) return "a path segment cannot hold control characters"
  if (!text.isWellFormed()) return "a path segment must be well-formed Unicode"
  return undefined
}

const valueFault = (text: string): string | undefined =>
  text.isWellFormed() ? undefined : "a query value must be well-formed Unicode"

const listFault = (items: ReadonlyArray<unknown>, parameter: Parameter): string | undefined => {
  // An exploded list without items leaves no trace on the wire: a filter for nothing would ask for everything.
  if (items.length === 0)
    return `an empty list cannot be sent: ${parameter.required ? "" : "leave it out, or "}give at least one item`
  if (parameter.style === "comma" && items.some((item) => String(item) === "" || String(item).includes(","))) {
    return "an item cannot be empty or hold a comma: the list is joined by commas"
  }
  return undefined
}

type Refuse = (pointer: string, reason: string) => Result.Result<never, InvalidRequest>

/** Checks one value against its schema; the failure names the place inside it. */
const checker = (schema: Schema.Codec<unknown>) => {
  const decode = SchemaParser.decodeUnknownResult(schema, { onExcessProperty: "error" })
  return (value: unknown) => Result.mapError(decode(value), firstBreak)
}

interface Step {
  readonly name: string
  readonly parameter: Parameter
  readonly check: ReturnType<typeof checker>
}

const steps = (parameters: Readonly<Record<string, Parameter>>): ReadonlyArray<Step> =>
  Object.entries(parameters).map(([name, parameter]) => ({ name, parameter, check: checker(parameter.schema) }))

const without = (record: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): Record<string, unknown> => {
  const rest = bareRecord()
  for (const key of Object.keys(record)) if (!names.has(key)) rest[key] = record[key]
  return rest
}

/** Prepares a descriptor once; what it returns runs for every call. */
export const prepare = (descriptor: Descriptor): Encode => {
  const pieces = descriptor.path.split(/\{(\w+)\}/) // text, name, text, name, … text
  const path = new Map(steps(descriptor.pathParameters).map((step) => [step.name, step]))
  const query = steps(descriptor.query)
  const checkBody = descriptor.body === undefined ? undefined : checker(descriptor.body)
  const placed = new Set([...path.keys(), ...query.map(({ name }) => name)])
  const isKeyed = descriptor.key === undefined ? () => false : keyedBy(descriptor.key)
  // `make` holds each rule to the type of the operation's input, which the schemas have checked when a rule runs.
  const rules = descriptor.rules as ReadonlyArray<Rule<unknown>>
  const brokenRule = (input: unknown) => {
    for (const rule of rules) {
      const fault = rule(input)
      if (fault !== undefined) return fault
    }
    return undefined
  }
  const bodyless = descriptor.method === "PUT" || descriptor.method === "POST" ? "{}" : undefined
  const refuse: Refuse = (pointer, reason) =>
    Result.fail(new InvalidRequest({ operation: descriptor.name, pointer, reason }))

  return (input = {}) => {
    let plain: unknown
    try {
      plain = copyOf(input)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      return refuse(error.pointer, error.reason)
    }
    if (!isRecord(plain)) return refuse("", "the input must be an object")

    let target = ""
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i]!
      if (i % 2 === 0) {
        target += piece
        continue
      }
      const value = plain[piece]
      const pointer = `/${escapePointer(piece)}`
      if (value === undefined) return refuse(pointer, "this field is required")
      const checked = path.get(piece)!.check(value)
      if (Result.isFailure(checked)) return refuse(pointer + checked.failure.pointer, checked.failure.reason)
      const text = String(value)
      const fault = segmentFault(text)
      if (fault !== undefined) return refuse(pointer, fault)
      target += encodeURIComponent(text)
    }

    let search = ""
    const append = (name: string, text: string) => {
      search += `${search === "" ? "?" : "&"}${encodeURIComponent(name)}=${encodeURIComponent(text)}`
    }
    for (const { check, name, parameter } of query) {
      const value = plain[name]
      const pointer = `/${escapePointer(name)}`
      if (value === undefined) {
        if (parameter.required) return refuse(pointer, "this field is required")
        continue
      }
      const checked = check(value)
      if (Result.isFailure(checked)) return refuse(pointer + checked.failure.pointer, checked.failure.reason)
      const items = Array.isArray(value) ? value : [value]
      const fault =
        (Array.isArray(value) ? listFault(items, parameter) : undefined) ??
        items.map((item) => valueFault(String(item))).find((found) => found !== undefined)
      if (fault !== undefined) return refuse(pointer, fault)
      if (parameter.style === "comma") {
        append(name, items.join(","))
      } else {
        for (const item of items) append(name, String(item))
      }
    }

    const rest = placed.size === 0 ? plain : without(plain, placed)
    if (checkBody === undefined) {
      const [extra] = Object.keys(rest)
      if (extra !== undefined) return refuse(`/${escapePointer(extra)}`, "this operation has no such field")
      const broken = brokenRule(plain)
      if (broken !== undefined) return refuse(broken.pointer, broken.reason)
      return Result.succeed({ path: target, query: search, body: bodyless, keyed: false, input: plain })
    }
    const checked = checkBody(rest)
    if (Result.isFailure(checked)) return refuse(checked.failure.pointer, checked.failure.reason)
    const body = JSON.stringify(rest)
    // Text that is no Unicode is written as an escape, so that one look at the whole tells whether to search.
    const unclear = body.includes("\\ud") ? illFormed(rest, "") : undefined
    if (unclear !== undefined) return refuse(unclear, "this text must be well-formed Unicode")
    const broken = brokenRule(plain)
    if (broken !== undefined) return refuse(broken.pointer, broken.reason)
    return Result.succeed({ path: target, query: search, body, keyed: isKeyed(rest), input: plain })
  }
}
