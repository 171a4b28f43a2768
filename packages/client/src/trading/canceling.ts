/**
 * Cancelling an order so that one knows what it found.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { KalshiPublic, KalshiRead, KalshiWrite } from "../Capability.ts"
import { InvalidRequest } from "../Errors.ts"
import * as Exchange from "../rest/Exchange.ts"
import type { Count } from "../money/FixedPoint.ts"
import type { Order } from "../generated/responses.ts"
import { now, type Now } from "../sending/attempts.ts"
import { boundMillis } from "../time.ts"
import { millisOf } from "./lookup.ts"
import { afterLostAnswer } from "../sending/lostAnswers.ts"
import { cancel, get } from "../rest/orderOperations.ts"
import { Placed } from "./registry.ts"

/** An order to cancel: an `Accepted`, or an `Order` as a list shows it, is one. */
export interface CancelTarget {
  readonly order_id: string
  /** The order's market, by which the exchange finds its shard. */
  readonly ticker: string
  /** The order's shard, where it is known: nothing has to be found then, and one write bucket pays alone. */
  readonly exchange_index?: number | undefined
  /** 0 the primary (the default), 1–63 a subaccount. */
  readonly subaccount?: number | undefined
  /** The same, as an `Order` has it. */
  readonly subaccount_number?: number | null | undefined
}

/** It rested, and this call cancelled what was left of it. */
export interface Canceled {
  readonly _tag: "Canceled"
  readonly order_id: string
  /** Contracts that rested. */
  readonly reduced_by: Count
  /** Unix milliseconds by the exchange's clock. */
  readonly ts_ms: number
}

/** It rests no more because it was cancelled, whatever it had filled. */
export interface AlreadyCanceled {
  readonly _tag: "AlreadyCanceled"
  readonly order_id: string
  /** An answer of this call was lost: most likely it was this call that cancelled it. */
  readonly afterLostAnswer: boolean
  readonly order: Order
}

/** It rests no more because all of it has been filled. */
export interface Executed {
  readonly _tag: "Executed"
  readonly order_id: string
  readonly order: Order
}

/** There is no such order of this account's in this market, or it is so old that it has left the live reads. */
export interface NoSuchOrder {
  readonly _tag: "NoSuchOrder"
  readonly order_id: string
}

/** It could not be found out in time: it may rest still. Cancel it again. */
export interface MayRest {
  readonly _tag: "MayRest"
  readonly order_id: string
  /** As it was read last. */
  readonly order: Order | undefined
  readonly error: CancelError | undefined
}

/** What became of an order that was to be cancelled. */
export type Cancellation = Canceled | AlreadyCanceled | Executed | NoSuchOrder | MayRest

type FailureOf<Operation> = Operation extends (...input: never) => Effect.Effect<infer _A, infer E, infer _R>
  ? E
  : never

export type CancelError = FailureOf<typeof cancel>

export interface CancelOptions {
  /**
   * How long to look for the order's state after an answer was lost or said that there is no such order. Default: five
   * seconds.
   */
  readonly within?: Duration.Input | undefined
}

/**
 * How {@link ensureCanceled} fails: the exchange refused the cancel for another reason, or the cancel was never sent. No
 * cancel of the call can have been carried out then.
 */
export type EnsureCanceledError = Exclude<CancelError, { readonly _tag: Unclear }>

/** What is always followed by a read of the order: nothing rests, or the answer says nothing. */
type Unclear =
  | "NotFound"
  | "InternalServerError"
  | "BadGateway"
  | "ServiceUnavailable"
  | "GatewayTimeout"
  | "ContractError"

/** The failure that an error of a cancel is; undefined where the order must be read to know. */
const failureOf = (error: CancelError): EnsureCanceledError | undefined => {
  switch (error._tag) {
    case "NotFound":
    case "InternalServerError":
    case "BadGateway":
    case "ServiceUnavailable":
    case "GatewayTimeout":
    case "ContractError":
      return undefined
    case "TransportError":
    case "RequestTimeout":
      return error.requestSent === "maybe" ? undefined : error
    default:
      return "carriedOut" in error && error.carriedOut !== "no" ? undefined : error
  }
}

/** Whether an attempt may have cancelled the order without saying so. */
const isLost = (error: CancelError): boolean => error._tag !== "NotFound" || error.afterLostAnswer

/**
 * Cancels what rests of an order, on whatever shard it is, and says what it found: that it was cancelled now, was
 * cancelled before, was filled, or never was.
 *
 * **Details**
 *
 * A 404 of the exchange says only that nothing rests; an answer can be lost; and right after a create demo has answered
 * 404 for about half a second. In all these cases the order is read and, while it seems to rest, cancelled again, until
 * its state is known or `within` is over. Repeating a cancel is harmless.
 *
 * It fails where the exchange refuses for another reason, and where nothing was sent. Once a cancel may have been carried
 * out it does not fail any more: it answers `MayRest`, whose `error` takes the lost cancel into account.
 *
 * **Example** (Was it filled before it could be cancelled?)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 * import * as Effect from "effect/Effect"
 *
 * const wasFilled = (order: Orders.Accepted) =>
 *   Effect.map(Orders.ensureCanceled(order), ({ _tag }) => _tag === "Executed")
 * ```
 */
export const ensureCanceled = (
  target: CancelTarget,
  options?: CancelOptions
): Effect.Effect<Cancellation, EnsureCanceledError, KalshiPublic | KalshiRead | KalshiWrite> =>
  Effect.tap(isTarget(target) ? attempts(target, boundMillis(options?.within, "5 seconds")) : notTarget, ({ _tag }) =>
    _tag === "MayRest" ? Effect.void : Effect.map(Placed, (registry) => registry?.over(target.order_id))
  )

/** Whether untyped code gave an order, and where it is: without a market or a shard the exchange looks on shard 0 alone. */
const isTarget = (target: CancelTarget): boolean =>
  typeof target === "object" &&
  target !== null &&
  typeof target.order_id === "string" &&
  target.order_id !== "" &&
  ((typeof target.ticker === "string" && target.ticker !== "") || (target.exchange_index ?? -1) >= 0)

const notTarget = /*#__PURE__*/ Effect.suspend(() =>
  Effect.fail(
    new InvalidRequest({
      operation: "Orders.ensureCanceled",
      pointer: "",
      reason: "this is not an order: give an Accepted, an Order of a list, or order_id and ticker"
    })
  )
)

/** An error of a cancel, where an earlier one may have been carried out. */
const standing = (error: CancelError): CancelError =>
  afterLostAnswer(error, { operation: cancel.descriptor.name, attempts: "attempts" in error ? error.attempts : 1 })

/** By how much the exchange's clock may be ahead of the wall clock. */
const aheadMillis = ({ skew }: Now): number => Math.max(0, skew?.upperMillis ?? 0)

/** The latest time by the exchange's clock at which a call can have begun: the wall clock may have been set since. */
const latestStart = (began: Now, current: Now): number => {
  const elapsedMillis = current.monotonicMillis - began.monotonicMillis
  return Math.max(began.wallMillis + aheadMillis(began), current.wallMillis - elapsedMillis + aheadMillis(current))
}

type Attempt = Effect.Effect<Cancellation | undefined, EnsureCanceledError, KalshiPublic | KalshiRead | KalshiWrite>

const attempts = (
  { exchange_index, order_id, subaccount, subaccount_number, ticker }: CancelTarget,
  withinMillis: number
): Effect.Effect<Cancellation, EnsureCanceledError, KalshiPublic | KalshiRead | KalshiWrite> =>
  Effect.gen(function* () {
    const began = yield* now
    const mayRest: { -readonly [K in keyof MayRest]: MayRest[K] } = {
      _tag: "MayRest",
      order_id,
      order: undefined,
      error: undefined
    }
    const route = {
      order_id,
      subaccount: subaccount ?? subaccount_number ?? undefined,
      // Either says the shard; an index below 0 asks the exchange to find it, and names none.
      ...(exchange_index === undefined || exchange_index < 0 ? { market_ticker: ticker } : { exchange_index })
    }
    /** An earlier cancel of this call may have been carried out. */
    let lost = false
    /** A cancel has begun and not ended. */
    let canceling = false

    const once: Attempt = Effect.gen(function* () {
      // Read before the order, which is therefore at least as fresh.
      const asOf = mayRest.error === undefined ? undefined : yield* Effect.option(Exchange.userDataTimestamp())
      canceling = true
      const answer = yield* Effect.result(cancel(route))
      canceling = false
      if (Result.isSuccess(answer)) {
        const { reduced_by, ts_ms } = answer.success
        if (answer.success.order_id === order_id) return { _tag: "Canceled", order_id, reduced_by, ts_ms }
        // Answers that described another order have been seen, in May 2026: believe the order itself.
        lost = true
      } else {
        const failure = failureOf(answer.failure)
        if (failure !== undefined && !lost) return yield* failure
        mayRest.error = lost ? standing(answer.failure) : answer.failure
        lost ||= isLost(answer.failure)
      }
      const read = yield* Effect.result(get({ order_id }))
      if (Result.isSuccess(read)) {
        const { order } = read.success
        mayRest.order = order
        if (order.status === "canceled") return { _tag: "AlreadyCanceled", order_id, afterLostAnswer: lost, order }
        return order.status === "executed" ? { _tag: "Executed", order_id, order } : undefined
      }
      if (read.failure._tag !== "NotFound" || Result.isSuccess(answer) || answer.failure._tag !== "NotFound") {
        return undefined
      }
      const asOfMillis = asOf === undefined ? undefined : millisOf(Option.getOrUndefined(asOf)?.as_of_time ?? "")
      return asOfMillis !== undefined && asOfMillis > latestStart(began, yield* now)
        ? { _tag: "NoSuchOrder", order_id }
        : undefined
    })

    const search: Effect.Effect<Cancellation, EnsureCanceledError, KalshiPublic | KalshiRead | KalshiWrite> =
      Effect.gen(function* () {
        for (let round = 0; ; round++) {
          const known = yield* once
          if (known !== undefined) return known
          yield* Effect.sleep(Math.min(1_000, 100 * 2 ** Math.min(round, 10)))
        }
      })
    // The first attempt has its own policy's time: what is bounded here is the finding out after it.
    const first = yield* once
    if (first !== undefined) return first
    const found = yield* Effect.timeoutOption(Effect.delay(search, 100), withinMillis)
    if (Option.isSome(found)) return found.value
    // The cancel that ran out of time may be carried out yet.
    if (canceling && mayRest.error !== undefined) mayRest.error = standing(mayRest.error)
    return mayRest
  })
