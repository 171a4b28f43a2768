/**
 * The errors of calls: one class per status, so that a program can handle each status separately.
 *
 * @module
 */
import type { SigningError } from "@kalshi-effect/signing/SigningError"
import type * as RequestSignature from "@kalshi-effect/signing/RequestSignature"
import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as statuses from "./statuses.ts"
import type { Intent } from "./UnsentRequest.ts"

/**
 * The body of an error response, normalized to one shape. On the wire, the body can be nested under `error`, flat, or a
 * bare string. A response of the CDN can lack a body.
 *
 * **Gotchas**
 *
 * The values of `code` are an open set in mixed case (`not_found`, `MARKET_INACTIVE`). `details` contains the reason
 * why an order was refused. Source: error bodies recorded in demo, July 2026.
 */
export interface ErrorBody {
  readonly code?: string
  readonly message: string
  readonly details?: string
  readonly service?: string
}

/** The fields of every error that comes from a response, except {@link ContractError}. */
export interface Answered {
  /** The name of the operation's function, such as `OrderGroups.get`. */
  readonly operation: string
  /** The HTTP status. */
  readonly status: number
  readonly body: ErrorBody
  /** How many times the request was sent. */
  readonly attempts: number
  /**
   * Whether the response to an earlier attempt of this call was lost. The exchange may have carried out that attempt.
   * This error belongs to a later attempt and says nothing about the result of the earlier one. Check the state before
   * you send the same intent again.
   */
  readonly afterLostAnswer: boolean
}

/**
 * Whether the exchange carried out the request in any attempt of the call.
 *
 * - `"no"`: the exchange refused the request, and no response to an earlier attempt was lost.
 * - `"maybe"`: the status is ambiguous (below 200, a redirect, 408, 499, any status from 500 up), or the response to an
 *   earlier attempt was lost. Check the state before you send the same intent again.
 * - `"yes"`: a success status that the operation does not declare.
 */
export type CarriedOut = "no" | "maybe" | "yes"

/** An error that comes from a response. `code` is the code in the body. */
export interface AnsweredError<Tag extends string> extends Cause.YieldableError, Answered {
  readonly _tag: Tag
  readonly code: string | undefined
  readonly carriedOut: CarriedOut
}

const printLimit = 500

const clip = (text: string): string => (text.length <= printLimit ? text : `${text.slice(0, printLimit)}…`)

const mayHaveHappened = " (the response to an earlier attempt was lost: the exchange may have carried out that attempt)"

const carriedOutOf = ({ afterLostAnswer, status }: Answered): CarriedOut => {
  const verdict = statuses.carriedOut(status)
  return verdict === "no" && afterLostAnswer ? "maybe" : verdict
}

const messageOf = (error: Answered, hint: string): string => {
  const { code, details, message } = error.body
  const description = [code, message === code ? undefined : message, details]
    .filter((part) => part !== undefined && part !== "")
    .join(": ")
  const tries = error.attempts > 1 ? ` after ${error.attempts} attempts` : ""
  return clip(`${error.operation} failed with status ${error.status}${tries}: ${description}`) + hint
}

const answered = <Tag extends string, const Status extends number>(
  tag: Tag,
  status: Status
): {
  new <Fields extends object = {}>(
    fields: Omit<Answered, "status"> & { readonly status?: Status } & Fields
  ): AnsweredError<Tag> & { readonly status: Status } & Readonly<Fields>
  readonly status: Status
} => {
  class Base extends Data.TaggedError(tag)<Answered> {
    static readonly status = status
    override readonly status = status
    get code(): string | undefined {
      return this.body.code
    }
    get carriedOut(): CarriedOut {
      return carriedOutOf(this)
    }
    override get message(): string {
      return messageOf(this, this.hint)
    }
    protected get hint(): string {
      if (this.afterLostAnswer) return mayHaveHappened
      return this.carriedOut === "maybe" ? " (the exchange may have carried out the request)" : ""
    }
  }
  // TypeScript cannot express a class that is generic in the fields that its constructor copies.
  return Base as never
}

/** 400: the exchange refused the request. */
export class BadRequest extends answered("BadRequest", 400) {}

/**
 * 401: the exchange did not accept the signature, the key or the timestamp.
 *
 * **Details**
 *
 * `explanation` contains the signed text, the kind of key, the environment, and, if measured, the difference between
 * this machine's clock and the exchange's clock. It also contains the key's id, but neither the private key nor the
 * signature.
 *
 * If a 401 has a code that blames the timestamp, such as `header_timestamp_expired`, the client signs the request again
 * and repeats it, at most once per call. The client does so for every operation, because the exchange does not carry
 * out a request that it rejects with 401. If the machine slept, or if the request was delayed after signing, the second
 * attempt usually succeeds.
 */
export class Unauthorized extends answered("Unauthorized", 401)<{
  readonly explanation: Explanation | undefined
}> {
  /** What to do, as one sentence without a period. Undefined if `explanation` is undefined. */
  get remedy(): string | undefined {
    return this.explanation && remedyOf(this.explanation, this.body)
  }
  protected get hint(): string {
    const lost = this.afterLostAnswer ? mayHaveHappened : ""
    return this.explanation === undefined ? lost : `${lost} (${explain(this.explanation, this.body)})`
  }
}

/** The explanation of an {@link Unauthorized}. */
export interface Explanation extends RequestSignature.Explanation {
  /** The environment's name, such as `demo`. */
  readonly environment: string
  /**
   * The exchange's clock minus this machine's clock, in milliseconds, measured from the date of this response. If that
   * date is not usable, earlier responses are used. Absent if no response had a usable date. See `ClockSkew`.
   */
  readonly measuredClockSkewMillis?: number
  /** The maximum error of the measurement, in milliseconds. Dates have a resolution of one second. */
  readonly measuredClockSkewErrorMillis?: number
}

/** The resolution of dates. A smaller difference does not mean that a clock is wrong. */
const skewResolutionMillis = 1_000

/** Longer durations are printed in minutes. */
const maxPrintedMillis = 120_000

const duration = (millis: number): string =>
  millis > maxPrintedMillis ? `${Math.round(millis / 6_000) / 10} minutes` : `${millis} ms`

/** @internal Says what to do about a refused signature. */
export const remedyOf = (
  {
    clockSkewMillis,
    environment,
    measuredClockSkewErrorMillis: margin = 0,
    measuredClockSkewMillis: skew
  }: Explanation,
  body: ErrorBody
): string => {
  // How far the timestamp of the signature was behind the exchange's clock. Negative if it was ahead.
  const behindMillis = skew === undefined ? 0 : skew - clockSkewMillis
  if (Math.abs(behindMillis) - margin > skewResolutionMillis) {
    const [what, advice] =
      clockSkewMillis === 0
        ? ["this machine's clock", "set the clock, or let the layer correct it (correctClockSkew)"]
        : ["the corrected time of this machine", "set the clock"]
    const side = behindMillis > 0 ? "behind" : "ahead of"
    return `${what} is ${duration(Math.abs(behindMillis))} (± ${margin} ms) ${side} the exchange's clock: ${advice}`
  }
  if (!statuses.blamesTimestamp(body)) {
    return `check that the key id belongs to this private key and was created in ${environment}: environments do not share keys`
  }
  return skew === undefined
    ? "the exchange did not accept the timestamp, and its responses have no date to compare with: check this machine's clock, then call again"
    : "the timestamp was too old although the clocks agree, because the machine slept or the request was delayed after signing: call again"
}

/** @internal Says why the exchange refused a signature, and what to do. */
export const explain = (explanation: Explanation, body: ErrorBody): string => {
  const { clockSkewMillis, environment, keyId, kind } = explanation
  const sign = clockSkewMillis < 0 ? "-" : ""
  const corrected =
    clockSkewMillis === 0 ? "" : `, ${sign}${duration(Math.abs(clockSkewMillis))} added to this machine's clock`
  return `${remedyOf(explanation, body)}; signed text ${JSON.stringify(explanation.signedText)} with the ${kind} key ${keyId} for ${environment}${corrected}`
}

/** 403: the key lacks the scope, the subaccount or the access level that the operation needs. */
export class Forbidden extends answered("Forbidden", 403) {}

/**
 * 404: the exchange did not find the requested item.
 *
 * **Gotchas**
 *
 * - If a delete was repeated after a lost response, `afterLostAnswer` is true: most likely an earlier attempt deleted
 *   the item.
 * - Right after a create, demo has returned 404 for about half a second.
 */
export class NotFound extends answered("NotFound", 404) {
  protected get hint(): string {
    return this.afterLostAnswer ? likelySucceeded : ""
  }
}

/**
 * 409: the item exists already, or cannot be changed now.
 *
 * **Gotchas**
 *
 * If a create was repeated after a lost response, `afterLostAnswer` is true: most likely an earlier attempt created the
 * item.
 */
export class Conflict extends answered("Conflict", 409) {
  protected get hint(): string {
    return this.afterLostAnswer ? likelySucceeded : ""
  }
}

const likelySucceeded = " (the response to an earlier attempt was lost: most likely that attempt succeeded)"

/** The fields of an error after which the client may repeat the request. */
export interface Repeatable {
  /**
   * The wait that the `Retry-After` header requests. Undefined without a valid header. The exchange does not document
   * this header.
   */
  readonly retryAfterMillis: number | undefined
}

/** 429: the account's token bucket is empty. Every operation can return it, declared or not. */
export class TooManyRequests extends answered("TooManyRequests", 429)<Repeatable> {}

/**
 * 500: the exchange failed, and may have carried out the request. `payload` is the decoded body, if the operation
 * declares a body for this status.
 */
export class InternalServerError<Payload = undefined> extends answered("InternalServerError", 500)<
  Repeatable & { readonly payload: Payload | undefined }
> {}

/** 502: the CDN received no valid response from the exchange. The exchange may have carried out the request. */
export class BadGateway extends answered("BadGateway", 502)<Repeatable> {}

/**
 * 503: the service is unavailable. The exchange may have carried out the request. In demo, writes have returned 503 for
 * hours while reads worked. `payload` is the decoded body, if the operation declares a body for this status.
 */
export class ServiceUnavailable<Payload = undefined> extends answered("ServiceUnavailable", 503)<
  Repeatable & { readonly payload: Payload | undefined }
> {}

/**
 * 504: the CDN received no response in time. The exchange may have carried out the request. `payload` is the decoded
 * body, if the operation declares a body for this status.
 */
export class GatewayTimeout<Payload = undefined> extends answered("GatewayTimeout", 504)<
  Repeatable & { readonly payload: Payload | undefined }
> {}

/**
 * A status that the operation does not declare. `json` is the body, if it is JSON of moderate size and depth.
 *
 * **Details**
 *
 * | status | `carriedOut` | the client retries |
 * | --- | --- | --- |
 * | 408, or at least 500: for example, a CDN returns 520 or 524 if it received no response in time | `"maybe"` | if a repeat is harmless, as after a 502 |
 * | 499, below 200, or a redirect | `"maybe"` | never |
 * | 425 (too early) | `"no"` | every operation, as after a 429 |
 *
 * **Gotchas**
 *
 * With a status from 200 to 299, the exchange carried out the request: never repeat a write because of this error.
 */
export class UnexpectedStatus extends Data.TaggedError("UnexpectedStatus")<
  Answered & Repeatable & { readonly json: unknown }
> {
  get code(): string | undefined {
    return this.body.code
  }
  get carriedOut(): CarriedOut {
    return carriedOutOf(this)
  }
  override get message(): string {
    return messageOf(this, ` (${this.hint})`)
  }
  private get hint(): string {
    const { status } = this
    if (status >= 200 && status < 300)
      return "a success status that the operation does not declare: the exchange carried out the request"
    const what =
      status === 0 || (status >= 300 && status < 400)
        ? "a redirect, which the client never follows"
        : "a status that the operation does not declare"
    if (this.afterLostAnswer)
      return `${what}; the response to an earlier attempt was lost: the exchange may have carried out that attempt`
    return this.carriedOut === "maybe" ? `${what}; the exchange may have carried out the request` : what
  }
}

/**
 * No complete response arrived: the connection or the HTTP client failed, or the response was too large.
 *
 * **Details**
 *
 * `requestSent` covers all attempts of the call. It is `"no"` only if every attempt ended before any byte left this
 * machine, or was refused with 401, 425 or 429. The exchange has then carried out nothing. No byte leaves this machine
 * if, for example, the connection is refused or the name does not resolve. `"maybe"` means that the exchange may have
 * carried out the request.
 */
export class TransportError extends Data.TaggedError("TransportError")<{
  readonly operation: string
  readonly requestSent: "no" | "maybe"
  /** Such as `ECONNREFUSED` or `ERR_BODY_TOO_LARGE`. Undefined if the error has no code. */
  readonly code: string | undefined
  readonly reason: string
  readonly attempts: number
}> {
  override get message(): string {
    const result =
      this.requestSent === "no"
        ? "the exchange did not carry out the request"
        : "the exchange may have carried out the request; its response was lost"
    return clip(`${this.operation} failed: ${this.reason}`) + ` (${result})`
  }
}

/**
 * No complete response arrived in time. `requestSent` has the same meaning as in {@link TransportError}: it is `"no"`
 * if the time ran out before anything was sent, for example while signing.
 */
export class RequestTimeout extends Data.TaggedError("RequestTimeout")<{
  readonly operation: string
  /** The limit that was exceeded: the limit of one attempt, or the limit of the call. */
  readonly limit: "attempt" | "total"
  readonly timeoutMillis: number
  readonly requestSent: "no" | "maybe"
  readonly attempts: number
}> {
  override get message(): string {
    const limit = `limit per ${this.limit === "attempt" ? "attempt" : "call"}`
    const result =
      this.requestSent === "no"
        ? "the exchange did not carry out the request"
        : "the exchange may have carried out the request"
    return `${this.operation} timed out after ${this.timeoutMillis} ms (${limit}); ${result}`
  }
}

/**
 * The response has a success status, but its body violates the contract: it does not match the OpenAPI document.
 *
 * **Details**
 *
 * `pointer` is the JSON pointer of the first violation; `""` is the body itself. `rawBody` is the beginning of the
 * body, at most 2,048 characters. The client removes the values of the request's signature and credential headers from
 * it. `rawBody` is empty if the body may contain a secret.
 *
 * **Gotchas**
 *
 * - The exchange carried out the request: never repeat a write because of this error.
 * - An object with a repeated key does not violate the contract: the last value counts, as in `JSON.parse`.
 *   `Orders.place` makes one exception: it does not read a repeated `order_id` from a body that does not decode.
 */
export class ContractError extends Data.TaggedError("ContractError")<{
  readonly operation: string
  readonly status: number
  readonly pointer: string
  readonly reason: string
  readonly rawBody: string
  readonly attempts: number
}> {
  override get message(): string {
    const where = this.pointer === "" ? "" : ` at ${this.pointer}`
    return clip(
      `${this.operation} received a ${this.status} response that violates the contract${where}: ${this.reason}`
    )
  }
}

/**
 * The input or the `SendPolicy` is invalid, or the layer does not permit the call. Nothing was sent. `pointer` is the
 * JSON pointer of the invalid field; `""` is the call itself.
 */
export class InvalidRequest extends Data.TaggedError("InvalidRequest")<{
  readonly operation: string
  readonly pointer: string
  readonly reason: string
}> {
  override get message(): string {
    const what = this.pointer === "" ? "" : `invalid input at ${this.pointer}: `
    return clip(`${this.operation} was not sent: ${what}${this.reason}`)
  }
}

/**
 * The account's token bucket does not have enough tokens for the call in time. Nothing was sent.
 *
 * **Details**
 *
 * `waitMillis` is how long the call would have to wait. It is undefined if no wait helps, because the cost exceeds the
 * bucket's capacity: for example, a batch is too large. `maxWaitMillis` is the longest wait that `RateLimits.Overrides`
 * and the remaining time of the call allow.
 */
export class LimitExceeded extends Data.TaggedError("LimitExceeded")<{
  readonly operation: string
  readonly bucket: "read" | "write"
  /** Tokens. */
  readonly cost: number
  /** The tokens of a full bucket. */
  readonly capacity: number
  readonly waitMillis: number | undefined
  readonly maxWaitMillis: number
}> {
  override get message(): string {
    const what = `${this.cost} tokens of the ${this.bucket} bucket`
    return this.waitMillis === undefined
      ? `${this.operation} was not sent: it needs ${what}, but the capacity is ${this.capacity}: send less in one request`
      : `${this.operation} was not sent: it would wait ${Math.ceil(this.waitMillis)} ms for ${what}, but may wait only ${Math.floor(this.maxWaitMillis)} ms: call again later, or allow a longer wait`
  }
}

/**
 * The layer is a dry run (`Kalshi.layerDryRun`) and the operation is a write: the client checked it and did not send
 * it. No other layer fails with this error.
 */
export class NotSent extends Data.TaggedError("NotSent")<{
  readonly operation: string
  /** The request that was not sent, as the dry run records it. */
  readonly intent: Intent
}> {
  /** Means the same as in {@link TransportError}. */
  readonly requestSent = "no"
  override get message(): string {
    const { cost, method, path } = this.intent
    const price =
      cost === undefined
        ? ""
        : cost.worstCase === undefined
          ? `, at an unknown cost: ${cost.unknownBecause}`
          : `, and cost at most $${cost.worstCase}${cost.terms === "assumed" ? " with assumed fees" : ""}`
    return clip(`${this.operation} was not sent: the layer is a dry run; it would ${method} ${path}${price}`)
  }
}

/** The errors of a call that was not sent because it could not be signed, or did not get its tokens. */
export type SigningFailure = SigningError | LimitExceeded

/** The common errors of public calls. */
export type PublicFailure =
  | TooManyRequests
  | InternalServerError
  | BadGateway
  | ServiceUnavailable
  | GatewayTimeout
  | UnexpectedStatus
  | TransportError
  | RequestTimeout
  | ContractError
  | InvalidRequest

/** The common errors of signed calls, in addition to those that the operation declares. */
export type Failure = PublicFailure | SigningFailure

/** The common errors of writes, in addition to those that the operation declares. */
export type WriteFailure = Failure | NotSent
