/**
 * Cancels an order and returns its state.
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
import { now, type Now } from "../sending/attemptTimes.ts"
import { boundMillis } from "../time.ts"
import type { ErrorOf } from "../Operation.ts"
import { millisOf } from "./lookup.ts"
import { afterLostAnswer } from "../sending/lostResponses.ts"
import { cancel, get } from "../rest/orderOperations.ts"
import { OrderRegistry } from "./registry.ts"

/** An order to cancel. You can pass an `Accepted`, or an `Order` of a list. */
export interface CancelTarget {
  readonly order_id: string
  /** The market of the order. Without `exchange_index`, the exchange uses it to find the shard. */
  readonly ticker: string
  /** The shard that the order is on. If it is set, only one rate-limit bucket pays. -1 counts as not set. */
  readonly exchange_index?: number | undefined
  /** 0 is the primary account, 1–63 are subaccounts. Default: `subaccount_number`, or 0. */
  readonly subaccount?: number | undefined
  /** The same as `subaccount`, under the field name in an `Order`. Ignored if `subaccount` is set. */
  readonly subaccount_number?: number | null | undefined
}

/** The order rested, and this call canceled it. */
export interface Canceled {
  readonly _tag: "Canceled"
  readonly order_id: string
  /** The contracts that rested before the cancel. */
  readonly reduced_by: Count
  /** Unix milliseconds by the exchange's clock. */
  readonly ts_ms: number
}

/** The order is canceled, but no response shows that this call canceled it. A part of the order may have filled. */
export interface AlreadyCanceled {
  readonly _tag: "AlreadyCanceled"
  readonly order_id: string
  /** Whether a cancel of this call had no clear response. If so, this call most likely canceled the order. */
  readonly afterLostAnswer: boolean
  readonly order: Order
}

/** The order has filled completely. */
export interface Executed {
  readonly _tag: "Executed"
  readonly order_id: string
  readonly order: Order
}

/**
 * The account has no order with this id. An old order also has this result, because only the historical reads show it.
 */
export interface NoSuchOrder {
  readonly _tag: "NoSuchOrder"
  readonly order_id: string
}

/** The order may still rest after `within` has passed. Cancel it again. */
export interface MayRest {
  readonly _tag: "MayRest"
  readonly order_id: string
  /** The order as the last successful read showed it. */
  readonly order: Order | undefined
  readonly error: CancelError | undefined
}

/** The results of {@link ensureCanceled}. */
export type Cancellation = Canceled | AlreadyCanceled | Executed | NoSuchOrder | MayRest

export type CancelError = ErrorOf<typeof cancel>

export interface CancelOptions {
  /** How long to look for the state of the order if the first attempt does not show it. Default: 5 seconds. */
  readonly within?: Duration.Input | undefined
}

/**
 * The errors of {@link ensureCanceled}: the exchange refused the cancel for a reason other than a missing order, or the
 * cancel was never sent. The exchange has carried out no cancel of this call.
 */
export type EnsureCanceledError = Exclude<CancelError, { readonly _tag: Unclear }>

/** Errors that do not show the state of the order, so that the order must be read. */
type Unclear =
  | "NotFound"
  | "InternalServerError"
  | "BadGateway"
  | "ServiceUnavailable"
  | "GatewayTimeout"
  | "ContractError"

/** Returns the error of the call. Undefined if the order must be read instead. */
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

/** Whether the attempt may have canceled the order. */
const isLost = (error: CancelError): boolean => error._tag !== "NotFound" || error.afterLostAnswer

/**
 * Cancels the resting part of an order on any shard, and returns the state of the order. The states are: canceled by
 * this call, already canceled, filled, not found, and unknown.
 *
 * **Details**
 *
 * A 404 does not say whether the order filled, was already canceled, or never existed. The demo exchange has returned
 * 404 for about half a second after a create. A response can also be lost. In these cases the client reads the order,
 * and repeats the cancel until the state is known or `within` has passed. Repeating a cancel is harmless.
 *
 * `ensureCanceled` fails if the exchange refuses the cancel for a reason other than a missing order, or if nothing was
 * sent. Once the exchange may have carried out a cancel, the call no longer fails. If the state stays unknown, the call
 * returns `MayRest`. If a response was lost, the `error` of `MayRest` shows it.
 *
 * **Example** (Checking whether the order filled before the cancel)
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
  Effect.tap(
    isTarget(target) ? cancelUntilKnown(target, boundMillis(options?.within, "5 seconds")) : notTarget,
    ({ _tag }) =>
      _tag === "MayRest" ? Effect.void : Effect.map(OrderRegistry, (registry) => registry?.remove(target.order_id))
  )

/** A target must contain a market or a shard, because otherwise the exchange searches only shard 0. */
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
      reason:
        "the value is not an order; pass an Accepted, an Order of a list, or order_id with ticker or exchange_index"
    })
  )
)

const afterLostCancel = (error: CancelError): CancelError =>
  afterLostAnswer(error, { operation: cancel.descriptor.name, attempts: "attempts" in error ? error.attempts : 1 })

/** How far the exchange's clock can be ahead of the wall clock, by the last measurement. */
const aheadMillis = ({ skew }: Now): number => Math.max(0, skew?.upperMillis ?? 0)

/**
 * The latest time at which the call can have started, by the exchange's clock. The wall clock may have been set since
 * the start.
 */
const latestStart = (began: Now, current: Now): number => {
  const elapsedMillis = current.monotonicMillis - began.monotonicMillis
  return Math.max(began.wallMillis + aheadMillis(began), current.wallMillis - elapsedMillis + aheadMillis(current))
}

type Attempt = Effect.Effect<Cancellation | undefined, EnsureCanceledError, KalshiPublic | KalshiRead | KalshiWrite>

const cancelUntilKnown = (
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
      // A negative index lets the exchange find the shard, as the market's ticker does.
      ...(exchange_index === undefined || exchange_index < 0 ? { market_ticker: ticker } : { exchange_index })
    }
    /** Whether the exchange may have carried out an earlier cancel of this call. */
    let lost = false
    let canceling = false

    const attemptOnce: Attempt = Effect.gen(function* () {
      // First requests the time up to which reads are complete. The order is read later, so it is not older than this time.
      const asOf = mayRest.error === undefined ? undefined : yield* Effect.option(Exchange.userDataTimestamp())
      canceling = true
      const response = yield* Effect.result(cancel(route))
      canceling = false
      if (Result.isSuccess(response)) {
        const { reduced_by, ts_ms } = response.success
        if (response.success.order_id === order_id) return { _tag: "Canceled", order_id, reduced_by, ts_ms }
        // In May 2026, the exchange sent responses that describe another order. So the client reads the order itself.
        lost = true
      } else {
        const failure = failureOf(response.failure)
        if (failure !== undefined && !lost) return yield* failure
        mayRest.error = lost ? afterLostCancel(response.failure) : response.failure
        lost ||= isLost(response.failure)
      }
      const read = yield* Effect.result(get({ order_id }))
      if (Result.isSuccess(read)) {
        const { order } = read.success
        mayRest.order = order
        if (order.status === "canceled") return { _tag: "AlreadyCanceled", order_id, afterLostAnswer: lost, order }
        return order.status === "executed" ? { _tag: "Executed", order_id, order } : undefined
      }
      if (read.failure._tag !== "NotFound" || Result.isSuccess(response) || response.failure._tag !== "NotFound") {
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
          const known = yield* attemptOnce
          if (known !== undefined) return known
          yield* Effect.sleep(Math.min(1_000, 100 * 2 ** Math.min(round, 10)))
        }
      })
    // The send policy limits the first attempt. `within` limits the search after it.
    const first = yield* attemptOnce
    if (first !== undefined) return first
    const found = yield* Effect.timeoutOption(Effect.delay(search, 100), withinMillis)
    if (Option.isSome(found)) return found.value
    // The exchange may still carry out the cancel that ran out of time.
    if (canceling && mayRest.error !== undefined) mayRest.error = afterLostCancel(mayRest.error)
    return mayRest
  })
