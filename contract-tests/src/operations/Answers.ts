/**
 * Checks the client's handling of responses against the document. Every combination of status and body gives one typed
 * outcome. Declared bodies decode without loss. The expected outcome follows only from the document and the design of
 * the errors, never from the client's own tables.
 *
 * @module
 */
import * as zlib from "node:zlib"
import * as Answer from "@kalshi-effect/client/Answer"
import * as Errors from "@kalshi-effect/client/Errors"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as ReferenceDocument from "../reference/ReferenceDocument.ts"
import type * as Conformance from "../judge/Conformance.ts"
import {
  equals,
  isArray,
  isObject,
  memberOf,
  objectOf,
  stringify,
  type Json,
  type JsonObject,
  type JsonSchema,
  type Resolve,
  type TypeName
} from "../judge/JsonSchema.ts"
import type { Judge } from "../judge/Judge.ts"
import type { ClientOperation } from "./ClientOperations.ts"
import { commonErrors, declaredErrors, payloads as payloadsOf } from "./Descriptors.ts"

export interface Scripted {
  readonly status: number
  readonly body: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
}

/** `Success`, or the tag of the error. */
export type Tag = string

export interface Finding {
  readonly operation: string
  readonly status: number
  /** The name of the {@link Body}. */
  readonly body: string
  readonly expected: string
  readonly got: string
}

const classes: Readonly<Record<Tag, new (...fields: ReadonlyArray<never>) => object>> = {
  BadRequest: Errors.BadRequest,
  Unauthorized: Errors.Unauthorized,
  Forbidden: Errors.Forbidden,
  NotFound: Errors.NotFound,
  Conflict: Errors.Conflict,
  TooManyRequests: Errors.TooManyRequests,
  InternalServerError: Errors.InternalServerError,
  BadGateway: Errors.BadGateway,
  ServiceUnavailable: Errors.ServiceUnavailable,
  GatewayTimeout: Errors.GatewayTimeout,
  UnexpectedStatus: Errors.UnexpectedStatus,
  ContractError: Errors.ContractError
}

/** Parses a body. Undefined if the body is not JSON. */
export const parse = (body: Uint8Array | string): Json | undefined => {
  try {
    // JSON.parse returns JSON.
    return JSON.parse(typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true }).decode(body)) as Json
  } catch {
    return undefined
  }
}

/** Whether an object has an `error` other than null. */
const hasError = (json: Json | undefined): boolean => {
  const error = memberOf(json, "error")
  return error !== undefined && error !== null && isObject(json)
}

export const expected = (reference: ReferenceDocument.Operation, judge: Judge) => {
  const { errors, success } = reference
  const declared = new Set(errors.map(({ status }) => status))
  const accepts = success.schema === undefined ? undefined : judge.accepts(success.schema)
  return ({ body, status }: Scripted): Tag => {
    if (status === success.status) {
      const json = parse(body)
      if (json !== undefined && hasError(json)) return "ContractError"
      // If the document declares no body, only an error in the body violates the contract.
      return accepts === undefined || (json !== undefined && accepts(json)) ? "Success" : "ContractError"
    }
    return (
      commonErrors.get(status) ?? (declared.has(status) ? declaredErrors.get(status) : undefined) ?? "UnexpectedStatus"
    )
  }
}

const maxMessageLength = 1000

/** The number of characters of a body that an error may keep. */
const maxKeptLength = 2100

export const outcome = (client: ClientOperation, compiledDecoding?: boolean) => {
  const decode = Answer.decoder(client.operation, { compiledDecoding })
  return (scripted: Scripted): { readonly tag: Tag; readonly value: unknown; readonly fault: string | undefined } => {
    const result = decode(scripted)
    if (Result.isSuccess(result)) return { tag: "Success", value: result.success, fault: undefined }
    const error = result.failure
    const known = classes[error._tag]
    const fault =
      known === undefined || !(error instanceof known)
        ? "the error is not an instance of the class for its tag"
        : "status" in error && error.status !== scripted.status
          ? `the error has status ${error.status}`
          : !("operation" in error) || error.operation !== client.name
            ? "the error does not report its operation"
            : error.message === "" || error.message.length > maxMessageLength || !error.message.startsWith(client.name)
              ? `the error prints ${JSON.stringify(error.message.slice(0, 200))}`
              : "body" in error && error.body.message.length > maxKeptLength
                ? `the error keeps ${error.body.message.length} characters of the body`
                : !error.message.includes(scripted.headers?.["content-encoding"] ?? "")
                  ? "the error does not report the content encoding of the body, which the client cannot decode"
                  : undefined
    return { tag: error._tag, value: error, fault }
  }
}

export interface Body {
  readonly name: string
  readonly body: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
}

const mebibyte = 1024 * 1024

const largeText = /*#__PURE__*/ new TextEncoder().encode("x".repeat(mebibyte))
const largeError = /*#__PURE__*/ new TextEncoder().encode(
  `{"error":{"code":"large","message":"${"x".repeat(mebibyte)}"}}`
)

export const large: Body = { name: "1 MiB", body: largeText, headers: { "content-type": "application/json" } }

export const responseBodies = (valid: Json): ReadonlyArray<Body> => {
  const text = stringify(valid)
  const json = { "content-type": "application/json" }
  return [
    { name: "valid", body: text, headers: json },
    { name: "empty", body: "" },
    {
      name: "HTML",
      body: `<html><body>502 Bad Gateway${"<p>no answer</p>".repeat(200)}</body></html>`,
      headers: { "content-type": "text/html" }
    },
    { name: "truncated", body: text.slice(0, -1), headers: json },
    { name: "wrong content type", body: text, headers: { "content-type": "application/octet-stream" } },
    { name: "compressed", body: zlib.gzipSync(text), headers: { ...json, "content-encoding": "gzip" } }
  ]
}

/** The client must not accept these bodies as a successful response. */
export const almostValidBodies = (valid: Json): ReadonlyArray<Body> => {
  const json = { "content-type": "application/json" }
  return [
    ...(isObject(valid)
      ? [
          {
            name: "valid, with an error member",
            body: stringify(objectOf([...Object.entries(valid), ["error", { code: "some_code", message: "why" }]])),
            headers: json
          },
          { name: "valid, with a byte that is not UTF-8", body: withBadByte(valid), headers: json }
        ]
      : []),
    { name: "valid, after a byte-order mark", body: `\ufeff${stringify(valid)}`, headers: json }
  ]
}

/** Adds the byte 0xff, which never occurs in UTF-8. */
const withBadByte = (valid: JsonObject): Uint8Array => {
  const text = stringify(objectOf([...Object.entries(valid), ["a_new_member", "?"]]))
  const bytes = new TextEncoder().encode(text)
  bytes[bytes.lastIndexOf("?".charCodeAt(0))] = 0xff
  return bytes
}

const everyStatus: ReadonlyArray<number> = Array.from({ length: 500 }, (_, index) => 100 + index)

export const checkStatuses = (
  client: ClientOperation,
  reference: ReferenceDocument.Operation,
  judge: Judge,
  bodies: ReadonlyArray<Body>,
  compiledDecoding?: boolean,
  statuses: ReadonlyArray<number> = everyStatus
): { readonly answers: number; readonly findings: ReadonlyArray<Finding> } => {
  const expectedTag = expected(reference, judge)
  const decode = outcome(client, compiledDecoding)
  const findings: Array<Finding> = []
  let answers = 0
  for (const { name, ...body } of bodies) {
    for (const status of statuses) {
      answers++
      const scripted = { status, ...body }
      const expects = expectedTag(scripted)
      const found = resultOf(() => decode(scripted))
      const got = found.fault ?? found.tag
      if (got !== expects) findings.push({ operation: reference.id, status, body: name, expected: expects, got })
    }
  }
  return { answers, findings }
}

type Found = Omit<ReturnType<ReturnType<typeof outcome>>, "value"> & { readonly value?: unknown }

const resultOf = (decode: () => Found): Found => {
  try {
    return decode()
  } catch (error) {
    return { tag: "", fault: `threw ${String(error)}` }
  }
}

interface ErrorShape {
  readonly name: string
  readonly body: Uint8Array | string
  readonly decoded: {
    readonly code?: string
    readonly message: string
    readonly details?: string
    readonly service?: string
  }
}

const flatError = { code: "some_code", message: "some message", details: "some details" }

/** Error bodies as the exchange sends them, each with the expected decoded content. */
export const errorShapes: ReadonlyArray<ErrorShape> = [
  {
    name: "nested",
    body: JSON.stringify({ error: { ...flatError, service: "exchange" } }),
    decoded: { ...flatError, service: "exchange" }
  },
  {
    name: "nested, code only",
    body: '{"error":{"code":"some_code"}}',
    decoded: { code: "some_code", message: "some_code" }
  },
  { name: "flat", body: JSON.stringify(flatError), decoded: flatError },
  { name: "flat, code only", body: '{"code":"not_found"}', decoded: { code: "not_found", message: "not_found" } },
  { name: "string", body: '{"error":"too many requests"}', decoded: { message: "too many requests" } },
  { name: "empty", body: "", decoded: { message: "an empty body" } },
  { name: "1 MiB nested", body: largeError, decoded: { code: "large", message: "x".repeat(mebibyte) } }
]

export const checkDeclaredErrors = (
  client: ClientOperation,
  reference: ReferenceDocument.Operation
): ReadonlyArray<Finding> => {
  const decode = outcome(client)
  return reference.errors.flatMap(({ status }) =>
    errorShapes.flatMap(({ body, name, decoded }) => {
      const expects = declaredErrors.get(status) ?? commonErrors.get(status) ?? "an error class"
      const found = decode({ status, body })
      const finding = (wanted: string, got: string): ReadonlyArray<Finding> => [
        { operation: reference.id, status, body: name, expected: wanted, got }
      ]
      if (found.fault !== undefined || found.tag !== expects) return finding(expects, found.fault ?? found.tag)
      const { value } = found
      const read = typeof value === "object" && value !== null && "body" in value ? value.body : undefined
      // The decoded body of an error is plain data.
      return equals(truncateStrings(read as Json | undefined), truncateStrings({ ...decoded }))
        ? []
        : finding(shorten(decoded), shorten(read))
    })
  )
}

/** The client may truncate long strings. */
const truncateStrings = (body: Json | undefined): Json | undefined =>
  isObject(body)
    ? objectOf(
        Object.entries(body).map(([key, text]) => [key, typeof text === "string" ? text.slice(0, 1000) : text] as const)
      )
    : body

const shorten = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 200)

const isNullableList = (schema: JsonSchema): boolean => {
  if (typeof schema === "boolean") return false
  const branches = [schema, ...(schema.anyOf ?? [])].flatMap((branch) => (typeof branch === "boolean" ? [] : [branch]))
  const has = (type: TypeName): boolean =>
    branches.some((branch) => (isArray(branch.type) ? branch.type.includes(type) : branch.type === type))
  return has("null") && has("array") && branches.every(({ minItems }) => minItems === undefined || minItems === 0)
}

/** Replaces null by the empty list in nullable lists, because the exchange writes some empty lists as null. */
export const normalForm = (schema: JsonSchema, resolve: Resolve): ((wire: Json) => Json) => {
  const walk = (inner: JsonSchema, wire: Json): Json => {
    if (typeof inner === "boolean") return wire
    if (inner.$ref !== undefined) return walk(resolve(inner.$ref), wire)
    if (wire === null && isNullableList(inner)) return []
    const branches = [...(inner.anyOf ?? []), ...(inner.oneOf ?? []), ...(inner.allOf ?? [])]
    const value = branches.reduce((made, branch) => walk(branch, made), wire)
    const { additionalProperties, items, prefixItems, properties } = inner
    if (isArray(value)) return value.map((item, index) => walk(prefixItems?.[index] ?? items ?? true, item))
    if (!isObject(value)) return value
    return objectOf(
      Object.entries(value).map(([key, member]) => {
        const declared = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
        return [key, walk(declared ?? additionalProperties ?? true, member)] as const
      })
    )
  }
  return (wire) => walk(schema, wire)
}

/** Reveals redacted members, which are secrets such as a new key. */
const unredact = (body: unknown): unknown =>
  typeof body === "object" && body !== null && Object.values(body).some(Redacted.isRedacted)
    ? Object.fromEntries(
        Object.entries(body).map(([key, member]) => [
          key,
          Redacted.isRedacted(member) ? Redacted.value(member) : member
        ])
      )
    : body

export class NotNormal extends Error {
  override readonly name = "NotNormal"
}

const sameResult = (a: Conformance.Decoded<unknown>, b: Conformance.Decoded<unknown>): boolean =>
  a.ok
    ? b.ok && equals(unredact(a.value) as Json, unredact(b.value) as Json) // Both values were decoded from JSON.
    : !b.ok && equals([...a.pointers], [...b.pointers])

/** Thrown if compiled and interpreted code decode a body differently. */
export class Disagreement extends Error {
  override readonly name = "Disagreement"
}

/**
 * If `compiledDecoding` is absent, the codec decodes each body with compiled and with interpreted code, and throws if
 * the results differ.
 */
export const codec = (
  client: ClientOperation,
  reference: ReferenceDocument.Operation,
  normalise: (wire: Json) => Json,
  compiledDecoding?: boolean
): Conformance.Codec<unknown> => {
  const { status } = reference.success
  const reader = (compiled: boolean): Conformance.Codec<unknown>["decode"] => {
    const decode = outcome(client, compiled)
    return (input) => {
      const { fault, tag, value } = decode({ status, body: stringify(input as Json) }) // Every generated input is JSON.
      if (fault !== undefined) throw new Error(fault)
      if (tag !== "Success")
        return { ok: false, pointers: value instanceof Errors.ContractError ? [value.pointer] : [] }
      // The client decoded this value from JSON.
      const body = unredact(value) as Json
      if (!equals(normalise(body), body)) throw new NotNormal("the client returns null instead of an empty list")
      return { ok: true, value }
    }
  }
  const read = reader(compiledDecoding ?? true)
  const interpret = compiledDecoding === undefined ? reader(false) : undefined
  return {
    normalise,
    encode: unredact,
    decode: (input) => {
      const found = read(input)
      if (interpret !== undefined && !sameResult(found, interpret(input))) {
        throw new Disagreement("compiled and interpreted decoding gave different results")
      }
      return found
    }
  }
}

/** Decodes the payload of an error. Undefined if the error has no payload. */
export const payload = (
  client: ClientOperation,
  status: number,
  compiledDecoding?: boolean
): ((body: Json) => unknown) => {
  const decode = outcome(client, compiledDecoding)
  return (body) => {
    const { fault, value } = decode({ status, body: stringify(body) })
    if (fault !== undefined) throw new Error(fault)
    return typeof value === "object" && value !== null && "payload" in value ? value.payload : undefined
  }
}

export const checkPayloads = (
  client: ClientOperation,
  reference: ReferenceDocument.Operation,
  simplestValue: (schema: JsonSchema) => Json
): ReadonlyArray<Finding> =>
  payloadsOf(reference).flatMap(({ schema, status }) => {
    const body = simplestValue(schema ?? true)
    const got = payload(client, status)(body)
    // The decoded value is JSON.
    return equals(got as Json | undefined, body)
      ? []
      : [
          {
            operation: reference.id,
            status,
            body: "the documented error body",
            expected: shorten(body),
            got: shorten(got)
          }
        ]
  })

/**
 * Every valid body decodes (P1) and round-trips (P3). If a body has exactly one violation, of a kind that the policy
 * rejects, the client rejects the body and reports the pointer of the violation (P2). Undefined if the document
 * declares no response body.
 */
export const checkResponses = (
  client: ClientOperation,
  reference: ReferenceDocument.Operation,
  conformance: Conformance.Conformance,
  options?: Conformance.Options & { readonly compiledDecoding?: boolean }
): Conformance.Report | undefined => {
  const { schema, status } = reference.success
  if (schema === undefined) return undefined
  const normalise = normalForm(schema, conformance.judge.resolve)
  return conformance
    .suite({ name: `${client.name} ${status}`, schema, direction: "response" })
    .run(codec(client, reference, normalise, options?.compiledDecoding), options)
}
