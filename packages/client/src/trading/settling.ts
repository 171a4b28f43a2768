/**
 * Determines the outcomes of orders that were placed earlier.
 *
 * @module
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { KalshiPublic, KalshiRead } from "../Capability.ts"
import { InvalidRequest } from "../Errors.ts"
import { exchangeTimeAt, maxSkewMillis, now, type Now } from "../sending/attemptTimes.ts"
import { boundMillis } from "../time.ts"
import { lookFor, type Wanted } from "./lookup.ts"
import { type Placement, placementOf, type Settlement, type Unknown } from "./outcomes.ts"

export interface SettleOptions {
  /**
   * How long to look for the order. Absence from the lists proves nothing until the last attempt is one to two minutes
   * old. Default: 3 minutes.
   */
  readonly within?: Duration.Input | undefined
}

/**
 * Determines the outcome of an order that was placed earlier, by this process or by a process that has ended.
 *
 * **Details**
 *
 * `settle` searches the live and historical orders of the market for the `client_order_id`, and places nothing. It
 * fails only if the placement is malformed (`InvalidRequest`).
 *
 * - `Accepted`: a list or a live `AccountFeed` shows an order with the id. If the placement has a `request`, the
 *   market, subaccount, side, price and count are the same.
 * - `NotPlaced`: no list shows the order. At the time of the lists, the exchange no longer accepted the signature of
 *   the last attempt. So the exchange did not place the order, and can no longer place it.
 * - `Unknown`: `within` elapsed too early, or absence proves nothing.
 *
 * Absence proves nothing in these cases:
 *
 * - A response reported that the order exists.
 * - An order with the same id differs from the request (`mismatch`).
 * - During the call, this machine's clock was set or the machine slept.
 * - The times of the placement contradict each other, or contradict the exchange's time.
 *
 * **When to use**
 *
 * Use it on an `Unknown`, even after you stored it as JSON. At program start, use it on the orders of your journal that
 * have no outcome. Write the `client_order_id`, the market and the time to the journal before you place the order.
 *
 * **Gotchas**
 *
 * - The exchange does not document how old a signature may be. In public measurements, the limit was about 30 seconds,
 *   and the exchange refused signatures that were 60 seconds old.
 * - Without the `window` of an `Unknown`, `settle` reads the lists of the market from their beginning. Absence is then
 *   conclusive two minutes after `lastAttemptMillis`, or two minutes after the start of `settle` if that field is
 *   missing.
 * - If the placement has a `request` and the price or the count of the order was amended, the result is `Unknown`, and
 *   `mismatch` contains the order. If an amend changed the `client_order_id`, the order is not found.
 * - If your API key is locked to a subaccount, set `subaccount` in the intent. Otherwise, the order differs from its
 *   request.
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
    const fault = faultIn(placement)
    if (fault !== undefined) return yield* new InvalidRequest({ operation: "Orders.settle", ...fault })
    const settlements = yield* find([placement], options)
    return settlements[0]! // one settlement per placement
  })

/**
 * Settles several orders with shared reads, and returns the settlements in the sequence of the placements. See
 * {@link settle}.
 */
export const settleAll = (
  placements: ReadonlyArray<Placement>,
  options?: SettleOptions
): Effect.Effect<ReadonlyArray<Settlement>, InvalidRequest, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const invalid = (pointer: string, reason: string) =>
      new InvalidRequest({ operation: "Orders.settleAll", pointer, reason })
    if (!Array.isArray(placements)) return yield* invalid("", "the value is not an array; pass an array of placements")
    for (const [index, placement] of placements.entries()) {
      const fault = faultIn(placement)
      if (fault !== undefined) return yield* invalid(`/${index}${fault.pointer}`, fault.reason)
    }
    return yield* find(placements, options)
  })

const isText = (value: unknown): boolean => typeof value === "string" && value !== ""

/** Finds a fault in a placement, because a placement from a journal can be malformed. */
const faultIn = (placement: Placement): { readonly pointer: string; readonly reason: string } | undefined => {
  if (typeof placement !== "object" || placement === null) {
    return {
      pointer: "",
      reason: "the value is not a placement; pass an Unknown, or client_order_id, ticker and placedAtMillis"
    }
  }
  const { client_order_id, lastAttemptMillis, placedAtMillis, request, ticker, window } = placement
  if (!isText(client_order_id))
    return { pointer: "/client_order_id", reason: "the value is not an id; pass the client_order_id of the order" }
  if (!isText(ticker))
    return { pointer: "/ticker", reason: "the value is not a ticker; pass the ticker of the order's market" }
  if (!Number.isFinite(placedAtMillis))
    return {
      pointer: "/placedAtMillis",
      reason: "the value is not a time; pass the time before the first attempt in Unix milliseconds"
    }
  if (lastAttemptMillis !== undefined && !Number.isFinite(lastAttemptMillis)) {
    return {
      pointer: "/lastAttemptMillis",
      reason: "the value is not a time in Unix milliseconds; correct or omit it"
    }
  }
  if (request !== undefined && (typeof request !== "object" || request === null)) {
    return { pointer: "/request", reason: "the value is not the input of Orders.create; correct or omit it" }
  }
  return window === undefined || (Number.isFinite(window?.fromMillis) && Number.isFinite(window?.untilMillis))
    ? undefined
    : {
        pointer: "/window",
        reason: "the value does not have fromMillis and untilMillis in Unix milliseconds; correct or omit it"
      }
}

/**
 * Determines how to search for the order of a placement. The times of the placement may come from another machine's
 * clock.
 */
const wantedOf = (placement: Placement, began: Now): Wanted => {
  const { clockChanged, exists, lastAttemptMillis, placedAtMillis, window } = placement
  const isUnusable =
    exists === true || clockChanged === true || (lastAttemptMillis !== undefined && lastAttemptMillis < placedAtMillis)
  const past = (millis: number) => (isUnusable ? Number.POSITIVE_INFINITY : millis)
  if (window !== undefined) {
    const { fromMillis, untilMillis } = window
    return {
      placement,
      sinceMillis: () => fromMillis,
      lastMillis: () => untilMillis - maxSkewMillis,
      pastMillis: () => past(untilMillis < fromMillis ? Number.POSITIVE_INFINITY : maxSkewMillis)
    }
  }
  const beganMillis = (now: Now) => exchangeTimeAt(began, now).upperMillis
  return {
    placement,
    // The clock of another machine can have been wrong by any amount.
    sinceMillis: () => undefined,
    lastMillis: (now) =>
      lastAttemptMillis === undefined
        ? beganMillis(now)
        : lastAttemptMillis + Math.max(maxSkewMillis, now.skew?.upperMillis ?? 0),
    pastMillis: (now) =>
      lastAttemptMillis === undefined
        ? // The clock of the machine that signed the request may have been ahead.
          past(2 * maxSkewMillis)
        : past(lastAttemptMillis > beganMillis(now) ? Number.POSITIVE_INFINITY : maxSkewMillis)
  }
}

const find = (
  placements: ReadonlyArray<Placement>,
  options: SettleOptions | undefined
): Effect.Effect<ReadonlyArray<Settlement>, never, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    if (placements.length === 0) return []
    const began = yield* now
    const wanted = placements.map((placement) => wantedOf(placement, began))
    const { acceptedOf, asOf, conclusive, mismatchOf } = yield* lookFor(wanted, {
      withinMillis: boundMillis(options?.within, "3 minutes"),
      historical: true
    })
    const endedAt = yield* now
    return wanted.map((search): Settlement => {
      const { placement } = search
      const accepted = acceptedOf(search)
      if (accepted !== undefined) return accepted
      const mismatch = mismatchOf(search)
      if (mismatch === undefined && asOf !== undefined && conclusive(search)) {
        return { ...placementOf(placement), _tag: "NotPlaced", notListedAsOf: asOf }
      }
      const { clockChanged, exists, lastAttemptMillis, window } = placement
      return {
        ...placementOf(placement),
        _tag: "Unknown",
        lastAttemptMillis: lastAttemptMillis ?? Math.ceil(exchangeTimeAt(began, endedAt).upperMillis),
        window,
        clockChanged,
        exists,
        // Only an `Unknown` or a `Rejected` has an error. An error that was read from a journal is not an instance of
        // `Error`, and is dropped.
        error: "error" in placement && placement.error instanceof Error ? (placement as Unknown).error : undefined,
        notListedAsOf: asOf,
        mismatch
      }
    })
  })
