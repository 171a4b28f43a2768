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
import { costOf, payersOf } from "./costs.ts"
import { type Answer, failure, refused, usual } from "./errorBody.ts"
import { answerOf, type Fault, type Faults, garbled } from "./faults.ts"
import { forbidden, lockInput } from "./permissions.ts"
import { type Match, makeRouter } from "./router.ts"

/** A complete request. */
export interface WireRequest {
  readonly method: string
  /** From the host's root, query included. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** A response, and how it is delivered. */
export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly delayMillis: number
  /** Whether it arrives complete, truncated after its first half, or not at all. */
  readonly arrives: "whole" | "half" | "never"
}

/** A served request, without its signature. */
export interface ServedRequest {
  readonly atMillis: number
  readonly method: string
  /** From the host's root, query included. */
  readonly path: string
  /** The operation's id in the published document; undefined if no operation has this path and method. */
  readonly operation: string | undefined
  /** The key id in the request, accepted or not. */
  readonly keyId: string | undefined
  /** 0 if the connection was dropped before execution. */
  readonly status: number
}

const root = "/trade-api/v2"

/**
 * Creates the handler. The order is: planted faults, the route, the signature, the tokens, the key's permissions, the
 * input, and finally the exchange. A request is handled synchronously, so requests do not interleave.
 */
export const makeHandler = (exchange: Exchange, faults: Faults, served: (request: ServedRequest) => void) => {
  const router = makeRouter()
  const authenticate = makeAuthenticate(exchange)

  const answer = (request: WireRequest, path: string, query: string, found: Match, now: Now): Answer => {
    const { descriptor } = found.route
    const { exchangeMillis, wallMillis } = now
    const signed = descriptor.auth === "required" || isSigned(request.headers)
    const signer = signed
      ? authenticate({ method: request.method, path, headers: request.headers }, now)
      : Result.succeed(undefined)
    if (Result.isFailure(signer)) {
      return signer.failure
    }
    const key = signer.success
    const search = new URLSearchParams(query)
    const json = readBody(request, descriptor.body !== undefined)
    if (key !== undefined && !pay(key, descriptor, search, Result.getOrUndefined(json), wallMillis)) {
      return usual(429)
    }
    const denied = key === undefined ? undefined : forbidden(key, descriptor)
    if (denied !== undefined) {
      return refused(denied, descriptor, exchange.assumptions)
    }
    if (Result.isFailure(json)) {
      return json.failure
    }
    const decoded = found.decode(found.path, search, json.success)
    const input = key === undefined ? decoded : Result.flatMap(decoded, (given) => lockInput(key, descriptor, given))
    const outcome = Result.flatMap(input, (given) =>
      found.route.answer({
        execute: (command) => exchange.execute(command, exchangeMillis),
        seed: exchange.seed,
        view: exchange.view(exchangeMillis),
        userView: exchange.userView(exchangeMillis),
        accountId: key?.accountId ?? "",
        key,
        nowMillis: exchangeMillis,
        input: given
      })
    )
    return Result.isFailure(outcome)
      ? refused(outcome.failure, descriptor, exchange.assumptions)
      : { status: descriptor.success.status, body: bodyOf(descriptor, outcome.success) }
  }

  /** Charges the tokens of a request; unsigned requests are free. */
  const pay = (
    { accountId }: ApiKey,
    descriptor: Descriptor,
    search: URLSearchParams,
    json: unknown,
    wallMillis: number
  ): boolean => exchange.takeTokens(accountId, payersOf(descriptor, search, json), costOf(descriptor, json), wallMillis)

  return (request: WireRequest, now: Now): WireResponse => {
    const end = request.path.indexOf("?")
    const path = end === -1 ? request.path : request.path.slice(0, end)
    const search = end === -1 ? "" : request.path.slice(end + 1)
    const below = path.startsWith(`${root}/`) ? path.slice(root.length) : undefined
    const found = below === undefined ? { allowed: [] } : router(request.method, below)
    const operation = "route" in found ? found.route.descriptor.operationId : undefined
    const fault = faults.meet(operation, below ?? path)
    const given =
      fault?.reset === "before"
        ? { status: 0, body: undefined }
        : ((fault === undefined ? undefined : answerOf(fault)) ??
          ("route" in found ? answer(request, path, search, found, now) : astray(found.allowed)))
    served({
      atMillis: now.exchangeMillis,
      method: request.method,
      path: request.path,
      operation,
      keyId: request.headers["kalshi-access-key"],
      status: given.status
    })
    const response = toWire(given, now.wallMillis)
    return fault === undefined ? response : spoilt(response, fault)
  }
}

/** If the document declares no body, the exchange returns an empty object; a 204 has no body. */
const bodyOf = ({ success }: Descriptor, value: unknown): unknown =>
  success.body !== undefined ? value : success.status === 204 ? undefined : {}

/** A path that supports other methods only, or none. */
const astray = (allowed: ReadonlyArray<string>): Answer =>
  allowed.length > 0
    ? { ...failure(405, "method_not_allowed"), headers: { allow: allowed.join(", ") } }
    : failure(404, "not_found", "there is no such path")

/** Applies a fault to a response. */
const spoilt = (response: WireResponse, { contentType, delayMillis = 0, mangle, reset }: Fault): WireResponse => ({
  status: response.status,
  headers: contentType === undefined ? response.headers : { ...response.headers, "content-type": contentType },
  body: mangle === "garbled" ? garbled(response.body) : response.body,
  delayMillis,
  arrives: reset === undefined ? (mangle === "truncated" ? "half" : "whole") : "never"
})

const utf8 = /*#__PURE__*/ new TextDecoder("utf-8", { fatal: true })

/**
 * Reads the JSON of a request. Every POST and PUT must declare a JSON content type. The body of an operation without
 * input may be empty or any JSON.
 */
const readBody = (request: WireRequest, needed: boolean): Result.Result<unknown, Answer> => {
  if (request.method !== "POST" && request.method !== "PUT" && !needed) {
    return Result.succeed(undefined)
  }
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers["content-type"] ?? "")) {
    return Result.fail(failure(400, "invalid_content_type"))
  }
  if (request.body.length === 0 && !needed) {
    return Result.succeed(undefined)
  }
  try {
    return Result.succeed(JSON.parse(utf8.decode(request.body)))
  } catch {
    return Result.fail(failure(400, "bad_request", "the body is not JSON"))
  }
}

const encoder = /*#__PURE__*/ new TextEncoder()

/** The wire form of a response. Its date lets a client measure the skew of its own clock. */
export const toWire = (answer: Answer, wallMillis: number): WireResponse => {
  const text =
    answer.body === undefined ? "" : typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body)
  return {
    status: answer.status,
    headers: {
      ...(text === "" ? undefined : { "content-type": "application/json; charset=utf-8" }),
      date: new Date(wallMillis).toUTCString(),
      ...answer.headers
    },
    body: encoder.encode(text),
    delayMillis: 0,
    arrives: "whole"
  }
}
