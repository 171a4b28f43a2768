/**
 * Finds out what became of orders that were placed earlier.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { KalshiPublic, KalshiRead } from "../Capability.ts"
import { InvalidRequest } from "../Errors.ts"
import { exchangeTimeAt, mostSkewMillis, now, type Now } from "../sending/attempts.ts"
import { boundMillis } from "../time.ts"
import { lookFor, type Wanted } from "./lookup.ts"
import { listed, type Placement, placementOf, type Settlement, type Unknown } from "./outcomes.ts"

export interface SettleOptions {
  /** How long to look. Default: 3 minutes, since absence proves nothing before the last attempt is a minute old or two. */
  readonly within?: Duration.Input | undefined
}

/**
 * Finds out what became of an order that was placed earlier, by this process or by one that has ended.
 *
 * **Details**
 *
 * Looks for its `client_order_id` in the market's live and old orders, and places nothing. It fails only where the
 * placement is malformed (`InvalidRequest`); where nothing can be read the answer is `Unknown`.
 *
 * - `Accepted`: a list shows an order with its id, and with the market, subaccount, side, price and count of its `request`
 *   where the placement has one.
 * - `NotPlaced`: no list shows it, and every list is so fresh that the exchange refuses the signature of the last attempt
 *   by then. Whether the order was refused or never arrived cannot be known any more.
 * - `Unknown`: `within` was over before; or absence proves nothing: the exchange itself said that there is such an order,
 *   another order has its id (`mismatch`), this machine's clock was set or the machine slept while the order was sent, or
 *   the placement's times contradict each other or the exchange's time.
 *
 * **When to use**
 *
 * Use on an `Unknown`, also after it was written as JSON and read back, or at start on the orders of a journal that have
 * no outcome. A journal needs the `client_order_id`, the market and the time, written before the order is placed.
 *
 * **Gotchas**
 *
 * - How old a signature may be is not documented. Others measured that 30 seconds pass or fail by a hair, and that 60 are
 *   refused.
 * - An `Unknown` has the `window` in which the exchange can have taken the order. Without it the lists of the market are
 *   read from their beginning, and absence proves something two minutes after `lastAttemptMillis`, or after the start of
 *   `settle` where that is left out.
 * - An amended order has another price or count: it is `Unknown`, and `mismatch` shows it. One whose `client_order_id`
 *   was changed by an amend is not found.
 * - With an API key that is locked to a subaccount, name the subaccount in the intent.
 *
 * **Example** (After a crash)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 *
 * const atStart = (journal: ReadonlyArray<Orders.Placement>) => Orders.settleAll(journal, { within: "5 minutes" })
 * ```
 */
export const settle = (
  placement: Placement,
  options?: SettleOptions
): Effect.Effect<Settlement, InvalidRequest, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const wrong = wrongIn(placement)
    if (wrong !== undefined) return yield* new InvalidRequest({ operation: "Orders.settle", ...wrong })
    const settlements = yield* find([placement], options)
    return settlements[0]! // one for each
  })

/** As {@link settle}, of many orders with the same few reads, in their order. */
export const settleAll = (
  placements: ReadonlyArray<Placement>,
  options?: SettleOptions
): Effect.Effect<ReadonlyArray<Settlement>, InvalidRequest, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const invalid = (pointer: string, reason: string) =>
      new InvalidRequest({ operation: "Orders.settleAll", pointer, reason })
    if (!Array.isArray(placements)) return yield* invalid("", "the placements are not an array")
    for (const [index, placement] of placements.entries()) {
      const wrong = wrongIn(placement)
      if (wrong !== undefined) return yield* invalid(`/${index}${wrong.pointer}`, wrong.reason)
    }
    return yield* find(placements, options)
  })

const isText = (value: unknown): boolean => typeof value === "string" && value !== ""

/** What makes a placement useless, such as one that was read from a journal. */
const wrongIn = (placement: Placement): { readonly pointer: string; readonly reason: string } | undefined => {
  if (typeof placement !== "object" || placement === null) {
    return {
      pointer: "",
      reason: "this is not a placement: give an Unknown, or client_order_id, ticker and placedAtMillis"
    }
  }
  const { client_order_id, lastAttemptMillis, placedAtMillis, request, ticker, window } = placement
  if (!isText(client_order_id)) return { pointer: "/client_order_id", reason: "it is not the id of an order" }
  if (!isText(ticker)) return { pointer: "/ticker", reason: "it is not the ticker of a market" }
  if (!Number.isFinite(placedAtMillis))
    return { pointer: "/placedAtMillis", reason: "it is not a time in milliseconds" }
  if (lastAttemptMillis !== undefined && !Number.isFinite(lastAttemptMillis)) {
    return { pointer: "/lastAttemptMillis", reason: "it is not a time in milliseconds; leave it out" }
  }
  if (request !== undefined && (typeof request !== "object" || request === null)) {
    return { pointer: "/request", reason: "it is not what an order was asked for with; leave it out" }
  }
  return window === undefined || (Number.isFinite(window?.fromMillis) && Number.isFinite(window?.untilMillis))
    ? undefined
    : { pointer: "/window", reason: "it does not have fromMillis and untilMillis in milliseconds; leave it out" }
}

/** What is wanted of a placement, whose times may be by another machine's clock. */
const soughtOf = (placement: Placement, began: Now): Wanted => {
  const { clockChanged, exists, lastAttemptMillis, placedAtMillis, window } = placement
  const isUnusable =
    exists === true || clockChanged === true || (lastAttemptMillis !== undefined && lastAttemptMillis < placedAtMillis)
  const past = (millis: number) => (isUnusable ? Number.POSITIVE_INFINITY : millis)
  if (window !== undefined) {
    const { fromMillis, untilMillis } = window
    return {
      placement,
      sinceMillis: () => fromMillis,
      lastMillis: () => untilMillis - mostSkewMillis,
      pastMillis: () => past(untilMillis < fromMillis ? Number.POSITIVE_INFINITY : mostSkewMillis)
    }
  }
  const beganMillis = (now: Now) => exchangeTimeAt(began, now).upperMillis
  return {
    placement,
    // A clock of which nothing is known can have been off by any time.
    sinceMillis: () => undefined,
    lastMillis: (now) =>
      lastAttemptMillis === undefined
        ? beganMillis(now)
        : lastAttemptMillis + Math.max(mostSkewMillis, now.skew?.upperMillis ?? 0),
    pastMillis: (now) =>
      lastAttemptMillis === undefined
        ? // The clock that signed may have been ahead.
          past(2 * mostSkewMillis)
        : past(lastAttemptMillis > beganMillis(now) ? Number.POSITIVE_INFINITY : mostSkewMillis)
  }
}

const find = (
  placements: ReadonlyArray<Placement>,
  options: SettleOptions | undefined
): Effect.Effect<ReadonlyArray<Settlement>, never, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    if (placements.length === 0) return []
    const began = yield* now
    const wanted = placements.map((placement) => soughtOf(placement, began))
    const { asOf, conclusive, mismatchOf, orderOf } = yield* lookFor(wanted, {
      withinMillis: boundMillis(options?.within, "3 minutes"),
      historical: true
    })
    const ended = yield* now
    return wanted.map((one): Settlement => {
      const { placement } = one
      const order = orderOf(one)
      if (order !== undefined) return listed(placementOf(placement), order)
      const mismatch = mismatchOf(one)
      if (mismatch === undefined && asOf !== undefined && conclusive(one)) {
        return { ...placementOf(placement), _tag: "NotPlaced", notListedAsOf: asOf }
      }
      const { clockChanged, exists, lastAttemptMillis, window } = placement
      return {
        ...placementOf(placement),
        _tag: "Unknown",
        lastAttemptMillis: lastAttemptMillis ?? Math.ceil(exchangeTimeAt(began, ended).upperMillis),
        window,
        clockChanged,
        exists,
        // An Unknown is the one placement that has an error, unless it was read from a journal.
        error: "error" in placement && placement.error instanceof Error ? (placement as Unknown).error : undefined,
        notListedAsOf: asOf,
        mismatch
      }
    })
  })
