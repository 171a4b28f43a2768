/**
 * Every way a call can fail, one class per status, so that a handler names exactly what it handles.
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
 * What the body of an error said, whichever of the wire's shapes it had: nested under `error`, flat, a bare string, or
 * none at all behind the CDN.
 *
 * **Gotchas**
 *
 * `code` is an open set in mixed case (`not_found`, `MARKET_INACTIVE`); the reason an order was refused stands in
 * `details`. Source: error bodies recorded in demo, July 2026.
 */
export interface ErrorBody {
  readonly code?: string
  readonly message: string
  readonly details?: string
  readonly service?: string
}

/** What every answered error carries. */
export interface Answered {
  /** The operation as you called it, such as `OrderGroups.get`. */
  readonly operation: string
  /** The HTTP status. */
  readonly status: number
  readonly body: ErrorBody
  /** How many times the request was sent. */
  readonly attempts: number
  /**
   * An earlier attempt of this call may have been carried out, and its answer never came. Then this answer is of a
   * repeat, and says nothing of the first: find out before you send the same intent anew.
   */
  readonly afterLostAnswer: boolean
}

/**
 * Whether the exchange carried a request out, over all attempts of its call.
 *
 * - `"no"`: it refused the request, and no earlier attempt's answer was lost.
 * - `"maybe"`: the status does not say (408, any status from 500 up, a redirect), or an earlier attempt's answer was lost.
 *   Find out before you send the same intent anew.
 * - `"yes"`: a success that the operation does not declare.
 */
export type CarriedOut = "no" | "maybe" | "yes"

/** An {@link Answered} error as a value: `code` is the body's. */
export interface AnsweredError<Tag extends string> extends Cause.YieldableError, Answered {
  readonly _tag: Tag
  readonly code: string | undefined
  readonly carriedOut: CarriedOut
}

const printLimit = 500

const clip = (text: string): string => (text.length <= printLimit ? text : `${text.slice(0, printLimit)}…`)

const mayHaveHappened = " (an earlier attempt's answer was lost: it may have been carried out)"

const carriedOutOf = ({ afterLostAnswer, status }: Answered): CarriedOut => {
  const fate = statuses.carriedOut(status)
  return fate === "no" && afterLostAnswer ? "maybe" : fate
}

const answeredLine = (error: Answered, hint: string): string => {
  const { code, details, message } = error.body
  const said = [code, message === code ? undefined : message, details]
    .filter((part) => part !== undefined && part !== "")
    .join(": ")
  const tries = error.attempts > 1 ? ` after ${error.attempts} attempts` : ""
  return clip(`${error.operation} was answered ${error.status}${tries}: ${said}`) + hint
}

/** Builds the base class of an answered error: its tag, its status and its one-line message. */
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
      return answeredLine(this, this.hint)
    }
    protected get hint(): string {
      if (this.afterLostAnswer) return mayHaveHappened
      return this.carriedOut === "maybe" ? " (the request may have been carried out)" : ""
    }
  }
  // TypeScript cannot express a class expression that is generic in fields its own constructor only copies.
  return Base as never
}

/** 400: the exchange refused the request as it stands; sending it again cannot help. */
export class BadRequest extends answered("BadRequest", 400) {}

/**
 * 401: the signature, the key or the timestamp was not accepted.
 *
 * **Details**
 *
 * `explanation` says what was signed, with which kind of key, for which environment and how far this machine's clock
 * is from the exchange's, without the key or the signature.
 *
 * A 401 whose code blames the timestamp, such as `header_timestamp_expired`, is repeated once per call under a fresh
 * signature, for every operation: a 401 was not carried out. A machine that slept, or a request that was delayed after it
 * was signed, then succeeds at the second attempt.
 */
export class Unauthorized extends answered("Unauthorized", 401)<{
  readonly explanation: Explanation | undefined
}> {
  protected get hint(): string {
    const lost = this.afterLostAnswer ? mayHaveHappened : ""
    return this.explanation === undefined ? lost : `${lost} (${explain(this.explanation, this.body)})`
  }
}

/** What an {@link Unauthorized} can say about itself. */
export interface Explanation extends RequestSignature.Explanation {
  /** The environment's name, such as `demo`. */
  readonly environment: string
  /**
   * The exchange's clock minus this machine's, in milliseconds, by the date of this answer, or of those before where
   * this one's is unfit; absent where there was none. See `ClockSkew`.
   */
  readonly measuredClockSkewMillis?: number
  /** How far the truth may be from it on either side, in milliseconds; dates are of whole seconds. */
  readonly measuredClockSkewErrorMillis?: number
}

/** Dates are of whole seconds: a difference within this is no sign of a clock that is off. */
const skewResolutionMillis = 1_000

/** Longer times are printed in minutes. */
const longestInMillis = 120_000

const duration = (millis: number): string =>
  millis > longestInMillis ? `${Math.round(millis / 6_000) / 10} minutes` : `${millis} ms`

const explain = (explanation: Explanation, body: ErrorBody): string => {
  const {
    clockSkewMillis,
    environment,
    keyId,
    kind,
    measuredClockSkewErrorMillis: margin = 0,
    measuredClockSkewMillis: skew
  } = explanation
  const sign = clockSkewMillis < 0 ? "-" : ""
  const corrected =
    clockSkewMillis === 0 ? "" : `, ${sign}${duration(Math.abs(clockSkewMillis))} added to this machine's clock`
  const remedy = () => {
    // By how much the time in the signature was behind the exchange's.
    const behindMillis = skew === undefined ? 0 : skew - clockSkewMillis
    if (Math.abs(behindMillis) - margin > skewResolutionMillis) {
      const [what, advice] =
        clockSkewMillis === 0
          ? ["this machine's clock", "set it right, or let the layer correct it (correctClockSkew)"]
          : ["the corrected time of this machine", "set its clock right"]
      const side = behindMillis > 0 ? "behind" : "ahead of"
      return `${what} is ${duration(Math.abs(behindMillis))} (± ${margin} ms) ${side} the exchange's: ${advice}`
    }
    if (!statuses.blamesTimestamp(body)) {
      return `check that the key id belongs to this private key and was made in ${environment}: keys are not shared between environments`
    }
    return skew === undefined
      ? "the exchange found the timestamp of the signature too old or too new, and its answers have no date to compare with: check this machine's clock, then call again"
      : "the exchange found the timestamp of the signature too old, although the two clocks agree: this machine slept, or the request was delayed after it was signed: call again"
  }
  return `${remedy()}; signed text ${JSON.stringify(explanation.signedText)} with the ${kind} key ${keyId} for ${environment}${corrected}`
}

/** 403: the key is good and lacks the scope, the subaccount or the level that this operation wants. */
export class Forbidden extends answered("Forbidden", 403) {}

/**
 * 404: there is no such thing.
 *
 * **Gotchas**
 *
 * `afterLostAnswer` is true on a repeated delete whose first answer was lost: then this is most likely the echo of the
 * first, which did delete. Right after a create, demo has answered 404 for about half a second.
 */
export class NotFound extends answered("NotFound", 404) {
  protected get hint(): string {
    return this.afterLostAnswer ? echo : ""
  }
}

/**
 * 409: it exists already, or cannot be changed now.
 *
 * **Gotchas**
 *
 * `afterLostAnswer` is true on a repeated create whose first answer was lost: then this is most likely the echo of the
 * first, which did create.
 */
export class Conflict extends answered("Conflict", 409) {
  protected get hint(): string {
    return this.afterLostAnswer ? echo : ""
  }
}

const echo = " (an earlier attempt's answer was lost: this is most likely its echo)"

/** What an answer carries that the client may repeat the request after. */
export interface Repeatable {
  /**
   * The wait that the answer's `Retry-After` asked for; undefined where it has none. The exchange documents no such
   * header today.
   */
  readonly retryAfterMillis: number | undefined
}

/** 429: the account's token bucket is empty. Possible on every operation, whatever the document declares. */
export class TooManyRequests extends answered("TooManyRequests", 429)<Repeatable> {}

/**
 * 500. The request may have been carried out. `payload` is what the operation declares as this status's body, where it
 * declares one that decoded.
 */
export class InternalServerError<Payload = undefined> extends answered("InternalServerError", 500)<
  Repeatable & { readonly payload: Payload | undefined }
> {}

/** 502: the CDN had no good answer from the exchange. The request may have been carried out. */
export class BadGateway extends answered("BadGateway", 502)<Repeatable> {}

/**
 * 503. The request may have been carried out. In demo, writes have answered this for hours while reads worked. `payload`
 * is what the operation declares as this status's body, where it declares one that decoded.
 */
export class ServiceUnavailable<Payload = undefined> extends answered("ServiceUnavailable", 503)<
  Repeatable & { readonly payload: Payload | undefined }
> {}

/**
 * 504. The request may have been carried out. `payload` is what the operation declares as this status's body, where it
 * declares one that decoded.
 */
export class GatewayTimeout<Payload = undefined> extends answered("GatewayTimeout", 504)<
  Repeatable & { readonly payload: Payload | undefined }
> {}

/**
 * A status that the operation does not declare; `json` is the body when it was JSON of moderate size and depth.
 *
 * **Details**
 *
 * `carriedOut` says what became of the request. It is `"maybe"` for 408 and for every status from 500 up, such as the 520
 * and 524 of a CDN that passed the request on and got no answer in time. These are repeated where repeating is harmless,
 * as 502 is. 425 (too early) was not carried out, and is repeated for every operation, as 429 is.
 *
 * **Gotchas**
 *
 * From 200 to 299 the request was carried out: never repeat a write because of this error.
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
    return answeredLine(this, ` (${this.fate})`)
  }
  private get fate(): string {
    const { status } = this
    if (status >= 200 && status < 300) return "a success this operation does not declare: the request was carried out"
    const what =
      status === 0 || (status >= 300 && status < 400)
        ? "a redirect, which is never followed"
        : "a status this operation does not declare"
    if (this.afterLostAnswer) return `${what}; an earlier attempt's answer was lost: it may have been carried out`
    return this.carriedOut === "maybe" ? `${what}; the request may have been carried out` : what
  }
}

/**
 * The connection failed.
 *
 * **Details**
 *
 * `requestSent` is the verdict on the whole call. It is `"no"` only where of every attempt no byte can have left this
 * machine (the connection was refused, the name did not resolve …), or it was answered 429; then nothing happened at the
 * exchange. `"maybe"` means that the request may have been carried out.
 */
export class TransportError extends Data.TaggedError("TransportError")<{
  readonly operation: string
  readonly requestSent: "no" | "maybe"
  /** The system's code, such as `ECONNREFUSED`, where there is one. */
  readonly code: string | undefined
  readonly reason: string
  readonly attempts: number
}> {
  override get message(): string {
    const fate =
      this.requestSent === "no" ? "nothing was sent" : "the request may have been carried out; its answer was lost"
    return clip(`${this.operation} failed in transport: ${this.reason}`) + ` (${fate})`
  }
}

/**
 * No whole answer came in time. `requestSent` is as in {@link TransportError}: `"no"` where the time went by before
 * anything was sent, as while signing.
 */
export class RequestTimeout extends Data.TaggedError("RequestTimeout")<{
  readonly operation: string
  /** Which of the two limits ran out: that of one attempt or that of the whole call. */
  readonly limit: "attempt" | "total"
  readonly timeoutMillis: number
  readonly requestSent: "no" | "maybe"
  readonly attempts: number
}> {
  override get message(): string {
    const limit = `limit per ${this.limit === "attempt" ? "attempt" : "call"}`
    const fate = this.requestSent === "no" ? "nothing was sent" : "the request may have been carried out"
    return `${this.operation} had no whole answer within ${this.timeoutMillis} ms (${limit}); ${fate}`
  }
}

/**
 * The exchange answered success with a body that is not what its document says.
 *
 * **Details**
 *
 * `pointer` is the JSON pointer of the first place that broke the contract, `""` the whole body. `rawBody` is the
 * beginning of the body, at most 2,048 characters, without the values of the request's own headers.
 *
 * **Gotchas**
 *
 * - The request was carried out: never repeat a write because of this error.
 * - A member that comes twice in one object breaks nothing: the last one counts, as in `JSON.parse`. Only where
 *   `Orders.place` looks for an order's id in a body that is otherwise broken, an id that comes twice is no id.
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
      `${this.operation} was answered ${this.status} with a body that breaks the contract${where}: ${this.reason}`
    )
  }
}

/** The input cannot be sent as it stands; nothing was sent. `pointer` names the input field. */
export class InvalidRequest extends Data.TaggedError("InvalidRequest")<{
  readonly operation: string
  readonly pointer: string
  readonly reason: string
}> {
  override get message(): string {
    const where = this.pointer === "" ? "" : ` at ${this.pointer}`
    return clip(`${this.operation} was not sent: its input is wrong${where}: ${this.reason}`)
  }
}

/**
 * The account's token bucket would not have paid for the call in time, or ever; nothing was sent.
 *
 * **Details**
 *
 * `waitMillis` is how much longer it would have had to wait as things stood, and undefined where no wait helps: the cost
 * is more than the bucket holds when it is full, as that of too large a batch. `maxWaitMillis` is what it was allowed to
 * wait: by `RateLimits.Overrides`, or by what was left of the whole call's time.
 */
export class LimitExceeded extends Data.TaggedError("LimitExceeded")<{
  readonly operation: string
  readonly bucket: "read" | "write"
  /** Tokens. */
  readonly cost: number
  /** Tokens that the bucket holds when it is full. */
  readonly capacity: number
  readonly waitMillis: number | undefined
  readonly maxWaitMillis: number
}> {
  override get message(): string {
    const what = `${this.cost} tokens of the ${this.bucket} bucket`
    return this.waitMillis === undefined
      ? `${this.operation} was not sent: it costs ${what}, which holds ${this.capacity} when it is full`
      : `${this.operation} was not sent: it would have had to wait ${Math.ceil(this.waitMillis)} ms for ${what}, and was allowed ${Math.floor(this.maxWaitMillis)} ms`
  }
}

/**
 * This is a dry run (`Kalshi.layerDryRun`), and the call would have changed something: it was checked as for sending, and
 * not sent. No other layer fails with it.
 */
export class NotSent extends Data.TaggedError("NotSent")<{
  readonly operation: string
  /** What would have been sent, as the dry run's journal has it. */
  readonly intent: Intent
}> {
  /** As in {@link TransportError}. */
  readonly requestSent = "no"
  override get message(): string {
    const { cost, method, path } = this.intent
    const most =
      cost === undefined
        ? ""
        : cost.worstCase === undefined
          ? `, at a cost that cannot be known: ${cost.unknownBecause}`
          : `, and cost $${cost.worstCase} at most${cost.terms === "assumed" ? " by assumed fees" : ""}`
    return clip(`${this.operation} was not sent: this is a dry run; it would ${method} ${path}${most}`)
  }
}

/** What can happen to a signed call before it is sent: its signature, or the tokens for it, cannot be had. */
export type SigningFailure = SigningError | LimitExceeded

/** What the exchange's own limits, the outages and the network can do to any call, signed or not. */
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

/** What can happen to any signed call, besides the errors that its operation names. */
export type Failure = PublicFailure | SigningFailure

/** What can happen to any call that changes something, besides the errors that its operation names. */
export type WriteFailure = Failure | NotSent
