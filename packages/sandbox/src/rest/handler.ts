/**
 * The exchange's response to one request, independent of the transport.
 *
 * @module
 */
import type { Descriptor } from "@kalshi-effect/client/Operation"
import * as Result from "effect/Result"
import type { ApiKey } from "../exchange/Entities.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { isSigned, makeAuthenticate, type Now } from "./authentication.ts"
import { bucketsOf, costOf } from "./costs.ts"
import { defaultResponse, failure, refused, type RestResponse } from "./errorBody.ts"
import { type Fault, type Faults, garbled, responseOf } from "./faults.ts"
import { forbidden, lockInput } from "./permissions.ts"
import type { Call } from "./route.ts"
import { readBody } from "./requestBody.ts"
import { makeRouter, type Match } from "./router.ts"

/** A complete request. */
export interface WireRequest {
  readonly method: string
  /** The path from the host's root, with the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** A body that continues after the head of its response. */
export interface BodyStream {
  readonly write: (text: string) => void
  /** Whether written bytes still wait for the network. */
  readonly isBehind: () => boolean
  /** Ends the connection. */
  readonly drop: () => void
}

/** A response, and how it is delivered. */
export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly delayMillis: number
  /** Whether the response arrives complete, truncated after its first half, or not at all. */
  readonly arrives: "whole" | "half" | "never"
  /**
   * Writes the body over HTTP, in place of `body`. Returns a function that the server calls when the connection ends.
   */
  readonly stream?: (body: BodyStream) => () => void
}

/** A served request, without its signature. */
export interface ServedRequest {
  readonly atMillis: number
  readonly method: string
  /** The path from the host's root, with the query. */
  readonly path: string
  /** The operation's id in the published document; undefined if no operation has this path and method. */
  readonly operation: string | undefined
  /** The key id in the request, even if the request was refused. */
  readonly keyId: string | undefined
  /** 0 if the connection was dropped before the request was executed. */
  readonly status: number
}

const root = "/trade-api/v2"

/** A request is handled synchronously, so requests do not interleave. */
export type Handler = (request: WireRequest, now: Now) => WireResponse

/**
 * A planted fault comes first: it can drop the request, or replace its response. The handler calls `onServed` with each
 * served request, and `referenceAt` for live prices.
 */
export const makeHandler = (
  exchange: Exchange,
  faults: Faults,
  onServed: (request: ServedRequest) => void,
  referenceAt: Call<unknown>["referenceAt"]
): Handler => {
  const route = makeRouter()
  const respond = makeRespond(exchange, referenceAt)
  return (request, now) => {
    const target = targetOf(request)
    const matched = target.below === undefined ? { allowed: [] } : route(request.method, target.below)
    const operation = "route" in matched ? matched.route.descriptor.operationId : undefined
    const fault = faults.take(operation, target.below ?? target.path)
    const response =
      fault?.reset === "before"
        ? { status: 0, body: undefined }
        : ((fault === undefined ? undefined : responseOf(fault)) ??
          ("route" in matched ? respond(request, target, matched, now) : noOperation(matched.allowed)))
    onServed({
      atMillis: now.exchangeMillis,
      method: request.method,
      path: request.path,
      operation,
      keyId: request.headers["kalshi-access-key"],
      status: response.status
    })
    const wire = toWire(response, now.wallMillis)
    return fault === undefined ? wire : applyFault(wire, fault)
  }
}

interface Target {
  /** The path from the host's root, without the query. */
  readonly path: string
  /** The path below `/trade-api/v2`, without the query. Undefined for a path that is not below it. */
  readonly below: string | undefined
  readonly query: URLSearchParams
}

const targetOf = ({ path: line }: WireRequest): Target => {
  const end = line.indexOf("?")
  const path = end === -1 ? line : line.slice(0, end)
  return {
    path,
    below: path.startsWith(`${root}/`) ? path.slice(root.length) : undefined,
    query: new URLSearchParams(end === -1 ? "" : line.slice(end + 1))
  }
}

/** Checks in this order: the signature, the tokens, the permissions of the key, and the input. */
const makeRespond = (exchange: Exchange, referenceAt: Call<unknown>["referenceAt"]) => {
  const authenticate = makeAuthenticate(exchange)
  return (request: WireRequest, { path, query }: Target, { decode, path: parameters, route }: Match, now: Now) => {
    const { descriptor } = route
    const isVerified = descriptor.auth === "required" || isSigned(request.headers)
    const signer = isVerified
      ? authenticate({ method: request.method, path, headers: request.headers }, now)
      : Result.succeed(undefined)
    if (Result.isFailure(signer)) {
      return signer.failure
    }
    const key = signer.success
    const json = readBody(request, descriptor)
    // Unsigned requests cost no tokens.
    if (key !== undefined && !takeTokens(exchange, key, descriptor, query, Result.getOrUndefined(json), now)) {
      return defaultResponse(429)
    }
    const denied = key === undefined ? undefined : forbidden(key, descriptor)
    if (denied !== undefined) {
      return refused(denied, descriptor, exchange.assumptions)
    }
    if (Result.isFailure(json)) {
      return json.failure
    }
    const decoded = decode(parameters, query, json.success)
    const permitted =
      key === undefined ? decoded : Result.flatMap(decoded, (input) => lockInput(key, descriptor, input))
    const outcome = Result.flatMap(permitted, (input) =>
      route.handle({ ...callOf(exchange, key, now, input), referenceAt })
    )
    return Result.isFailure(outcome)
      ? refused(outcome.failure, descriptor, exchange.assumptions)
      : { status: descriptor.success.status, body: bodyOf(descriptor, outcome.success) }
  }
}

const takeTokens = (
  exchange: Exchange,
  { accountId }: ApiKey,
  descriptor: Descriptor,
  query: URLSearchParams,
  json: unknown,
  { tokenMillis }: Now
): boolean => exchange.takeTokens(accountId, bucketsOf(descriptor, query, json), costOf(descriptor, json), tokenMillis)

const callOf = (
  exchange: Exchange,
  key: ApiKey | undefined,
  { exchangeMillis }: Now,
  input: unknown
): Omit<Call<unknown>, "referenceAt"> => ({
  execute: (command) => exchange.execute(command, exchangeMillis),
  view: exchange.view(exchangeMillis),
  userView: exchange.userView(exchangeMillis),
  accountId: key?.accountId ?? "",
  key,
  nowMillis: exchangeMillis,
  input
})

/** If the document declares no response body, a 204 has no body, and every other status has an empty object. */
const bodyOf = ({ success }: Descriptor, value: unknown): unknown =>
  success.body !== undefined ? value : success.status === 204 ? undefined : {}

/** The response to an unknown path or method. */
const noOperation = (allowed: ReadonlyArray<string>): RestResponse =>
  allowed.length > 0
    ? { ...failure(405, "method_not_allowed"), headers: { allow: allowed.join(", ") } }
    : failure(404, "not_found", "no operation has this path")

const applyFault = (response: WireResponse, { contentType, delayMillis = 0, mangle, reset }: Fault): WireResponse => ({
  status: response.status,
  headers: contentType === undefined ? response.headers : { ...response.headers, "content-type": contentType },
  body: mangle === "garbled" ? garbled(response.body) : response.body,
  delayMillis,
  arrives: reset === undefined ? (mangle === "truncated" ? "half" : "whole") : "never"
})

const encoder = /*#__PURE__*/ new TextEncoder()

/** The wire form of a response. Its date lets a client measure the skew of its own clock. */
export const toWire = (response: RestResponse, wallMillis: number): WireResponse => {
  const text =
    response.body === undefined ? "" : typeof response.body === "string" ? response.body : JSON.stringify(response.body)
  return {
    status: response.status,
    headers: {
      ...(text === "" ? undefined : { "content-type": "application/json; charset=utf-8" }),
      date: new Date(wallMillis).toUTCString(),
      ...response.headers
    },
    body: encoder.encode(text),
    delayMillis: 0,
    arrives: "whole"
  }
}
