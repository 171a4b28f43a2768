/**
 * Checks the client's requests against the document: what the client sends for every input, and which inputs it
 * rejects.
 *
 * **Details**
 *
 * Every input goes through `Kalshi.layer` to an in-memory HTTP client, which records the request and closes the
 * connection. An independent parser that uses only the document decodes the request, ajv validates it, and the result
 * is compared with the input.
 *
 * @module
 */
import * as crypto from "node:crypto"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import type * as Conformance from "../judge/Conformance.ts"
import * as Coverage from "../generate/Coverage.ts"
import {
  equals,
  isArray,
  isObject,
  memberOf,
  objectOf,
  pointerTo,
  UnusableSchema,
  type Json,
  type JsonObject,
  type JsonSchema,
  type Resolve
} from "../judge/JsonSchema.ts"
import type { Judge } from "../judge/Judge.ts"
import type { AnyOperation, ClientOperation } from "./ClientOperations.ts"
import * as Rules from "./Rules.ts"
import { isSigned } from "./Signing.ts"

export interface Sent {
  readonly method: string
  /** Path and query from the root of the host, as on the request line. */
  readonly target: string
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string | undefined
  readonly contentType: string | undefined
}

/** `Refused`: the client rejected the input before any I/O. */
export type Outcome =
  | { readonly _tag: "Sent"; readonly sent: Sent }
  | { readonly _tag: "Refused"; readonly pointer: string; readonly reason: string }

/** Calls operations through the whole client. */
export interface Recorder {
  /** @throws If a call gives neither outcome: several requests, another error or a defect. */
  readonly call: (operation: AnyOperation, input: unknown) => Outcome
}

export const root = "/trade-api/v2"

const keyId = "contract"

/** A fake signature: 64 bytes derived from the signed text. */
const signatureOf = (text: string): string => crypto.createHash("sha512").update(text).digest("base64")

export const layerOptions = {
  environment: Environment.sandbox,
  limits: false,
  policy: { retry: SendPolicy.noRetry },
  signer: /*#__PURE__*/ Signer.makeSync({ keyId, kind: "ed25519", sign: signatureOf })
} as const

export const recorder = (layer: typeof Kalshi.layer = Kalshi.layer): Recorder => {
  let sent: Array<Sent> = []
  const http = HttpClient.make((request, url) => {
    const { body, headers } = request
    sent.push({
      method: request.method,
      target: url.pathname + url.search + url.hash,
      headers,
      body: body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : undefined,
      contentType: body._tag === "Uint8Array" ? body.contentType : undefined
    })
    const cause = new Error("connection closed by the recorder")
    return Effect.fail(
      new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
    )
  })
  const runtime = ManagedRuntime.make(Layer.provide(layer(layerOptions), Layer.succeed(HttpClient.HttpClient, http)))
  return {
    call: (operation, input) => {
      sent = []
      const result = runtime.runSync(Effect.result(operation(input)))
      const [first, ...others] = sent
      if (Result.isSuccess(result)) throw new Error("a call succeeded without a response")
      const error = result.failure
      if (error._tag === "InvalidRequest" && first === undefined) {
        return { _tag: "Refused", pointer: error.pointer, reason: error.reason }
      }
      if (error._tag !== "TransportError" || first === undefined || others.length > 0) {
        throw new Error(`${sent.length} requests and ${error._tag}: ${error.message}`)
      }
      return { _tag: "Sent", sent: first }
    }
  }
}

export interface Limit {
  readonly name: string
  readonly reason: string
}

const limit = (name: string, reason: string): Limit => ({ name, reason })

/**
 * The kinds of input that the document allows but the client does not send. The client rejects them with
 * `InvalidRequest`, sends an equivalent request instead, or has no way to express them.
 */
export const limits = {
  emptySegment: limit("an empty path segment", "an empty segment changes the path of the request"),
  dotSegment: limit("`.` or `..` as a path segment", "every URL parser removes it"),
  slash: limit("a slash in a path segment, plain or encoded", "servers and proxies decode it before they route"),
  control: limit("a control character in a path segment", "it can end a line of the request or be removed in transit"),
  illFormed: limit("half a surrogate pair", "UTF-8 cannot encode it"),
  emptyList: limit(
    "an empty list in a query",
    "the query would have no `name=value` for it, so the request would ask for everything instead of nothing"
  ),
  commaItem: limit(
    "an item that is empty or contains a comma, in a list joined by commas",
    "the exchange would read a different list"
  ),
  absentBody: limit(
    "no body where the document makes the body optional",
    "the exchange responds with 400 to a request without a body, so the client sends {}"
  ),
  unnamed: limit("a member that the document does not declare", "a misspelt name would change the effect of an order"),
  otherUnit: limit(
    "milliseconds for Unix seconds, or seconds for milliseconds",
    "the exchange would look for the year 50,000, or for 1970, and find nothing"
  ),
  rule: limit(
    "an input that violates a rule between fields",
    "the document states the rule in prose, and the exchange rejects the request"
  ),
  bearer: limit("a partner's OAuth token in place of the three signature headers", "this client signs with API keys")
} as const satisfies Readonly<Record<string, Limit>>

export const segmentLimit = (text: string): Limit | undefined => {
  if (text === "") return limits.emptySegment
  if (text === "." || text === "..") return limits.dotSegment
  if (/[/\\]|%2f|%5c/i.test(text)) return limits.slash
  if (!text.isWellFormed()) return limits.illFormed
  return [...text].some((character) => character < " " || character === "\u007f") ? limits.control : undefined
}

const listLimit = (items: ReadonlyArray<Json>, joined: boolean): Limit | undefined => {
  if (items.length === 0) return limits.emptyList
  return joined && items.some((item) => item === "" || String(item).includes(",")) ? limits.commaItem : undefined
}

export type TimeUnit = "seconds" | "milliseconds"

/**
 * The unit of a timestamp field. Undefined for any other field.
 *
 * Source: the descriptions in the document of October 26, 2026. Every integer `…_ts` of a request is in Unix seconds,
 * and so is the `expiration_time` of an order that is created or amended. `from` and `to`, which only the weather index
 * has, are in Unix milliseconds.
 */
export const timeUnit = (name: string, { type }: Exclude<JsonSchema, boolean>): TimeUnit | undefined => {
  if (type !== "integer") return undefined
  if (name.endsWith("_ts") || name === "expiration_time") return "seconds"
  return name === "from" || name === "to" ? "milliseconds" : undefined
}

/**
 * Whether a number is clearly a timestamp in the other unit. In a field in seconds, the value would be after 2100. In a
 * field in milliseconds, the value would be in the years 1970 to 1973, but read as seconds it would be after 2001.
 */
const isOtherUnit = (value: Json, unit: TimeUnit): boolean =>
  typeof value === "number" && (unit === "seconds" ? value > 4_102_444_800 : value >= 1e9 && value < 1e11)

/** A field for which the client rejects an input that the document allows. See `limits`. */
export interface Limited {
  readonly field: string
  /** The pointers of the rejected values. The client's error reports one of them. */
  readonly pointers: ReadonlyArray<string>
  readonly limit: Limit
  /** A replacement value that the client accepts for the field. */
  readonly plain: Json
}

export interface Requests {
  readonly reference: ReferenceDocument.Operation
  /** The schema of path, query and body as one closed object. */
  readonly input: JsonSchema
  readonly limited: (input: JsonObject) => ReadonlyArray<Limited>
  /** Sets each of the `limited` fields to its replacement value, so that the client sends the input. */
  readonly sendable: (input: JsonObject) => JsonObject
  readonly read: (sent: Sent) => { readonly input: JsonObject; readonly faults: ReadonlyArray<string> }
}

/** Closes the objects that declare properties, but no `additionalProperties`. */
const closed = (schema: JsonSchema, resolve: Resolve, within: ReadonlyArray<string> = []): JsonSchema => {
  if (typeof schema === "boolean") return schema
  if (schema.$ref !== undefined) {
    const { $ref, ...rest } = schema
    if (within.includes($ref)) throw new UnusableSchema("circular request schema", $ref)
    const target = closed(resolve($ref), resolve, [...within, $ref])
    return typeof target === "boolean" ? target : { ...target, ...rest }
  }
  const closeInner = (inner: JsonSchema): JsonSchema => closed(inner, resolve, within)
  const { additionalProperties, anyOf, items, properties } = schema
  if (schema.allOf !== undefined || schema.oneOf !== undefined || schema.prefixItems !== undefined) {
    throw new UnusableSchema("unsupported request schema", "")
  }
  return {
    ...schema,
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(closeInner) }),
    ...(items === undefined ? {} : { items: closeInner(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, closeInner(inner)])),
          additionalProperties: additionalProperties ?? false
        })
  }
}

const isList = (schema: JsonSchema, resolve: Resolve): boolean =>
  typeof schema !== "boolean" &&
  (schema.$ref === undefined ? schema.type === "array" : isList(resolve(schema.$ref), resolve))

const inputSchema = (reference: ReferenceDocument.Operation, resolve: Resolve): JsonSchema => {
  const body =
    reference.requestBody === undefined ? { type: "object" as const } : closed(reference.requestBody.schema, resolve)
  if (typeof body === "boolean" || body.type !== "object" || body.anyOf !== undefined) {
    throw new UnusableSchema("the body is not a plain object", reference.requestBody?.pointer ?? "")
  }
  const names = [...reference.parameters.map(({ name }) => name), ...Object.keys(body.properties ?? {})]
  if (new Set(names).size < names.length) throw new UnusableSchema("two inputs have the same name", reference.pointer)
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(reference.parameters.map(({ name, schema }) => [name, closed(schema, resolve)])),
      ...body.properties
    },
    required: [
      ...reference.parameters.flatMap(({ name, required }) => (required ? [name] : [])),
      ...(body.required ?? [])
    ],
    additionalProperties: false
  }
}

/**
 * Percent-decodes strictly. An unencoded character must be unreserved, or reserved without a special meaning in a path
 * or a query.
 */
const decodeText = (text: string, what: string, faults: Array<string>): string => {
  if (!/^(?:[A-Za-z0-9\-._~!$'()*,;:@]|%[0-9A-Fa-f]{2})*$/.test(text))
    faults.push(`${what} contains characters that must be percent-encoded: ${text}`)
  try {
    return decodeURIComponent(text)
  } catch {
    faults.push(`${what} is not percent-encoded UTF-8: ${text}`)
    return text
  }
}

/** Converts a text to the type of its schema. A text that does not parse stays a string, and is invalid. */
const readScalar = (text: string, schema: JsonSchema, resolve: Resolve): Json => {
  if (typeof schema === "boolean") return text
  if (schema.$ref !== undefined) return readScalar(text, resolve(schema.$ref), resolve)
  switch (schema.type) {
    case "integer":
      return /^(?:0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : text
    case "number":
      return /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?$/.test(text) ? Number(text) : text
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text
    default:
      return text
  }
}

const itemsOf = (schema: JsonSchema, resolve: Resolve): JsonSchema => {
  if (typeof schema === "boolean") return true
  return schema.$ref === undefined ? (schema.items ?? true) : itemsOf(resolve(schema.$ref), resolve)
}

/**
 * Returns the value with 0 in place of timestamps in the wrong unit (`plain`), and the pointers of these timestamps.
 */
const withoutOtherUnits = (
  judge: Judge,
  value: Json,
  schema: JsonSchema,
  pointer: string
): { readonly plain: Json; readonly pointers: ReadonlyArray<string> } => {
  if (typeof schema === "boolean") return { plain: value, pointers: [] }
  if (schema.$ref !== undefined) return withoutOtherUnits(judge, value, judge.resolve(schema.$ref), pointer)
  const { items, properties } = schema
  if (isArray(value) && items !== undefined) {
    const parts = value.map((item, index) => withoutOtherUnits(judge, item, items, pointerTo(pointer, String(index))))
    return { plain: parts.map(({ plain }) => plain), pointers: parts.flatMap(({ pointers }) => pointers) }
  }
  if (!isObject(value) || properties === undefined) return { plain: value, pointers: [] }
  const parts = Object.entries(value).map(([key, member]) => {
    const at = pointerTo(pointer, key)
    const inner = Object.hasOwn(properties, key) ? properties[key]! : true
    const unit = typeof inner === "boolean" ? undefined : timeUnit(key, inner)
    // Only a value that the document allows counts, because the client must reject an invalid value anyway.
    return unit !== undefined && isOtherUnit(member, unit) && judge.accepts(inner)(member)
      ? { key, plain: 0, pointers: [at] }
      : { key, ...withoutOtherUnits(judge, member, inner, at) }
  })
  return {
    plain: objectOf(parts.map(({ key, plain }) => [key, plain] as const)),
    pointers: parts.flatMap(({ pointers }) => pointers)
  }
}

const limitsOf = (reference: ReferenceDocument.Operation, input: JsonSchema, judge: Judge) => {
  const { parameters } = reference
  const coverage = Coverage.make(judge)
  const plainList = (schema: JsonSchema): Json =>
    coverage.of(schema).find((items) => isArray(items) && listLimit(items, true) === undefined) ?? null

  const limited = (value: JsonObject): ReadonlyArray<Limited> => [
    ...limitedParameters(value),
    ...limitedTimes(value),
    ...limitedRules(value)
  ]

  const rules = Rules.of(reference.id)
  const isValid = judge.accepts(input)
  const limitedRules = (value: JsonObject): ReadonlyArray<Limited> => {
    // The client must reject an invalid input anyway.
    if (rules === undefined || !isValid(value)) return []
    const { pointers, repairs } = rules(value)
    return repairs.map(([field, plain]) => ({ field, pointers, limit: limits.rule, plain }))
  }

  const limitedTimes = (value: JsonObject): ReadonlyArray<Limited> =>
    Object.entries(value).flatMap(([field, member]) => {
      const { plain, pointers } = withoutOtherUnits(judge, objectOf([[field, member]]), input, "")
      return pointers.length === 0 || !isObject(plain)
        ? []
        : [{ field, pointers, limit: limits.otherUnit, plain: memberOf(plain, field) ?? null }]
    })

  const limitedParameters = (value: JsonObject): ReadonlyArray<Limited> =>
    parameters.flatMap(({ explode, in: place, name, schema }) => {
      const fieldValue = memberOf(value, name)
      // The client must reject an invalid value anyway.
      if (fieldValue === undefined || !judge.accepts(schema)(fieldValue)) return []
      const found =
        place === "path" && typeof fieldValue === "string"
          ? segmentLimit(fieldValue)
          : isArray(fieldValue)
            ? listLimit(fieldValue, !explode)
            : undefined
      return found === undefined
        ? []
        : [
            {
              field: name,
              pointers: [pointerTo("", name)],
              limit: found,
              plain: isArray(fieldValue) ? plainList(schema) : "plain"
            }
          ]
    })

  return limited
}

const readPath = (
  { parameters, path: declared }: ReferenceDocument.Operation,
  resolve: Resolve,
  path: string,
  faults: Array<string>
): ReadonlyArray<readonly [string, Json]> => {
  const template = `${root}${declared}`.split("/")
  const segments = path.split("/")
  if (segments.length !== template.length) faults.push(`the path has ${segments.length - 1} segments: ${path}`)
  return template.flatMap((piece, index) => {
    const segment = segments[index] ?? ""
    const parameter = parameters.find((candidate) => candidate.in === "path" && piece === `{${candidate.name}}`)
    if (parameter === undefined) {
      if (segment !== piece) faults.push(`the path does not match the template: ${path}`)
      return []
    }
    const text = decodeText(segment, "the path", faults)
    if (segmentLimit(text) !== undefined) faults.push(`the path is ambiguous: ${path}`)
    return [[parameter.name, readScalar(text, parameter.schema, resolve)] as const]
  })
}

const readQuery = (
  { parameters }: ReferenceDocument.Operation,
  resolve: Resolve,
  search: string,
  faults: Array<string>
): ReadonlyArray<readonly [string, Json]> => {
  const stringsByName = new Map<string, Array<string>>()
  for (const pair of search === "" ? [] : search.split("&")) {
    const at = pair.indexOf("=")
    if (at < 0) faults.push(`a query parameter without "=": ${pair}`)
    const name = decodeText(at < 0 ? pair : pair.slice(0, at), "the query", faults)
    const text = decodeText(at < 0 ? "" : pair.slice(at + 1), "the query", faults)
    const known = stringsByName.get(name)
    if (known === undefined) stringsByName.set(name, [text])
    else known.push(text)
  }
  return [...stringsByName].flatMap(([name, texts]) => {
    const parameter = parameters.find((candidate) => candidate.in === "query" && candidate.name === name)
    if (parameter === undefined) {
      faults.push(`an undeclared query parameter: ${name}`)
      return []
    }
    const { schema } = parameter
    if (!isList(schema, resolve)) {
      if (texts.length > 1) faults.push(`${name} occurs ${texts.length} times`)
      return [[name, readScalar(texts[0] ?? "", schema, resolve)] as const]
    }
    if (!parameter.explode && texts.length > 1) faults.push(`${name} is repeated, but must be joined by commas`)
    const items = parameter.explode ? texts : texts.flatMap((text) => text.split(","))
    return [[name, items.map((item) => readScalar(item, itemsOf(schema, resolve), resolve))] as const]
  })
}

const readBody = (
  { method, parameters, requestBody }: ReferenceDocument.Operation,
  judge: Judge,
  sent: Sent,
  faults: Array<string>
): ReadonlyArray<readonly [string, Json]> => {
  const needsBody = requestBody !== undefined || method === "POST" || method === "PUT"
  if (!needsBody) {
    if (sent.body !== undefined || sent.contentType !== undefined)
      faults.push("sent a body; the document declares none")
    return []
  }
  if (sent.contentType !== "application/json") faults.push(`the content type of the body is ${sent.contentType}`)
  if (sent.body === undefined) {
    faults.push("no body")
    return []
  }
  // JSON.parse returns JSON. For other text it throws, and the caller reports the exception.
  const body = JSON.parse(sent.body) as Json
  if (requestBody === undefined) {
    if (sent.body !== "{}") faults.push(`sent a body; the document declares none: ${sent.body}`)
    return []
  }
  const verdict = judge(requestBody.schema)(body)
  if (!verdict.valid) faults.push(`the body is invalid at ${verdict.pointers.join(", ")}`)
  if (!isObject(body)) {
    faults.push("the body is not an object")
    return []
  }
  const parameter = parameters.find(({ name }) => Object.hasOwn(body, name))
  if (parameter !== undefined) faults.push(`${parameter.name} belongs in the ${parameter.in} but is in the body`)
  return Object.entries(body)
}

const readHeaders = (reference: ReferenceDocument.Operation, sent: Sent, path: string, faults: Array<string>): void => {
  const { headers } = sent
  const signed = ["kalshi-access-key", "kalshi-access-signature", "kalshi-access-timestamp"] as const
  const present = signed.filter((name) => headers[name] !== undefined)
  if (!isSigned(reference)) {
    if (present.length > 0) faults.push(`a public operation has the headers ${present.join(", ")}`)
  } else {
    const text = `${headers["kalshi-access-timestamp"]}${reference.method}${path}`
    if (present.length < signed.length)
      faults.push(`a signed operation has only the headers ${present.join(", ") || "(none)"}`)
    else if (headers["kalshi-access-signature"] !== signatureOf(text))
      faults.push("the signature does not belong to this request")
    if (headers["kalshi-access-key"] !== keyId) faults.push("the key id is wrong")
  }
  if (headers["accept"] !== "application/json") faults.push(`the accept header is ${headers["accept"]}`)
}

export const make = (reference: ReferenceDocument.Operation, judge: Judge): Requests => {
  const { resolve } = judge
  const input = inputSchema(reference, resolve)
  const { method, parameters } = reference
  const header = parameters.find((parameter) => parameter.in === "header")
  if (header !== undefined) throw new UnusableSchema("header parameters are not supported", header.pointer)
  const limited = limitsOf(reference, input, judge)
  return {
    reference,
    input,
    limited,
    sendable: (value) =>
      objectOf([...Object.entries(value), ...limited(value).map(({ field, plain }) => [field, plain] as const)]),
    read: (sent) => {
      const faults: Array<string> = []
      if (sent.method !== method) faults.push(`the method is ${sent.method}`)
      const at = sent.target.indexOf("?")
      const path = at < 0 ? sent.target : sent.target.slice(0, at)
      if (sent.target.includes("#")) faults.push("the target has a fragment")
      const entries = [
        ...readPath(reference, resolve, path, faults),
        ...readQuery(reference, resolve, at < 0 ? "" : sent.target.slice(at + 1), faults),
        ...readBody(reference, judge, sent, faults)
      ]
      readHeaders(reference, sent, path, faults)
      const input = objectOf(entries)
      for (const { name, required, schema } of parameters) {
        const value = memberOf(input, name)
        if (value === undefined) {
          if (required) faults.push(`${name} is missing`)
          continue
        }
        const verdict = judge(schema)(value)
        if (!verdict.valid) faults.push(`${name} is invalid: ${JSON.stringify(value)}`)
      }
      return { input, faults }
    }
  }
}

/** The request does not conform to the document, or does not encode the input. */
export class WrongRequest extends Error {
  override readonly name = "WrongRequest"
}

/**
 * A codec from inputs to inputs: to decode an input, it calls the client and decodes the recorded request. The client
 * must reject a `limited` field at one of its pointers. The codec then repeats the call with the replacement value of
 * this field, so that the rest of the input is checked as well. A faulty request throws `WrongRequest`.
 */
export const codec = (client: ClientOperation, requests: Requests, recorder: Recorder): Conformance.Codec<Json> => {
  const call = (input: Json): Conformance.Decoded<Json> => {
    const outcome = recorder.call(client.operation, input)
    if (outcome._tag === "Refused") return { ok: false, pointers: [outcome.pointer] }
    const { faults, input: value } = requests.read(outcome.sent)
    if (faults.length > 0) throw new WrongRequest(faults.join("; "))
    return { ok: true, value }
  }
  return {
    encode: (value) => value,
    decode: (argument) => {
      const input = argument as Json // Every generated input is JSON.
      const limited = isObject(input) ? requests.limited(input) : []
      if (!isObject(input) || limited.length === 0) return call(input)
      const first = call(input)
      if (first.ok) {
        throw new WrongRequest(`must reject, but sent: ${limited.map(({ limit }) => limit.name).join(" and ")}`)
      }
      if (!limited.some(({ pointers }) => pointers.includes(first.pointers[0] ?? ""))) return first
      const rest = call(requests.sendable(input))
      if (!rest.ok || !isObject(rest.value)) return rest
      const { value } = rest
      for (const { field, plain } of limited) {
        if (!equals(memberOf(value, field), plain)) throw new WrongRequest(`sent a different value of ${field}`)
      }
      // Restores the original values, and removes the fields that `sendable` added.
      const fields = new Set(limited.map(({ field }) => field))
      const isOther = ([key]: readonly [string, Json]): boolean => !fields.has(key)
      const originalEntries = Object.entries(input).filter((entry) => !isOther(entry))
      return { ok: true, value: objectOf([...Object.entries(value).filter(isOther), ...originalEntries]) }
    }
  }
}

/** Whether an operation has an input. Otherwise, the client ignores the argument. */
export const takesInput = ({ input }: Requests): boolean =>
  typeof input !== "boolean" && Object.keys(input.properties ?? {}).length > 0

/**
 * The client sends every valid input as a valid request that decodes to the same input (P5, P1, P3), except for the
 * `limits`. If the operation has an input, the client rejects every input that has exactly one violation, and reports
 * the pointer of that violation, before any I/O (P2).
 */
export const checkRequests = (
  client: ClientOperation,
  reference: ReferenceDocument.Operation,
  conformance: Conformance.Conformance,
  recorder: Recorder,
  options?: Conformance.Options
): Conformance.Report => {
  const requests = make(reference, conformance.judge)
  return conformance
    .suite({ name: `${client.name} request`, schema: requests.input, direction: "request" })
    .run(codec(client, requests, recorder), {
      ...(takesInput(requests) ? {} : { checks: ["completeness", "round-trip"] }),
      ...options
    })
}
