/**
 * Finds orders by their `client_order_id`. No list of the exchange has a filter for it.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { KalshiPublic, KalshiRead } from "../Capability.ts"
import * as Exchange from "../rest/Exchange.ts"
import type { Order } from "../generated/responses.ts"
import * as Historical from "../rest/Historical.ts"
import * as RateLimits from "../limits/RateLimits.ts"
import { exchangeTimeAt, maxSkewMillis, now, type Now } from "../sending/attemptTimes.ts"
import { list } from "../rest/orderOperations.ts"
import { differencesOf, type Mismatch, type Placement } from "./outcomes.ts"
import type { PendingOrder } from "./registry.ts"
import { jumped } from "../sending/skew.ts"

/** An order to find, and the time when its absence is conclusive. Times are Unix milliseconds by the exchange's clock. */
export interface Wanted {
  readonly placement: Placement
  /** The order was not placed before. Undefined where that is not known: then the lists are read from their beginning. */
  readonly sinceMillis: (now: Now) => number | undefined
  /** The last attempt was sent by then. */
  readonly lastMillis: (now: Now) => number
  /** How much newer than the last attempt a list must be for absence to end the search; infinite if it never does. */
  readonly pastMillis: (now: Now) => number
}

export interface Found {
  /** The order that was placed. */
  readonly orderOf: (one: Wanted) => Order | undefined
  /** Another order with its id, when the order was not found. */
  readonly mismatchOf: (one: Wanted) => Mismatch | undefined
  /** RFC 3339: the time of the newest lists that were read whole; undefined where none was. */
  readonly asOf: string | undefined
  /** Whether these lists are so new that they would show the order if it existed. */
  readonly conclusive: (one: Wanted) => boolean
}

export interface Options {
  readonly withinMillis: number
  /** Whether to search old orders too. */
  readonly historical: boolean
}

/** How much newer than the last attempt a list must be for absence to end a search: the time of a list is approximate. */
export const marginMillis = 2_000

/** The search for an order of this process. `exists`: whether a response said that the order exists. */
export const wantedOf = (pending: PendingOrder, exists: boolean): Wanted => {
  const { attempts } = pending
  return {
    placement: pending,
    sinceMillis: (now) => (attempts.clockChanged ? undefined : exchangeTimeAt(attempts.began, now).lowerMillis),
    // Ending a search early claims nothing. So the clocks are assumed to agree until they are measured.
    lastMillis: (now) => exchangeTimeAt(attempts.last, now, 0).upperMillis,
    pastMillis: () => (exists ? Number.POSITIVE_INFINITY : marginMillis)
  }
}

const pageLimit = 1_000

/** How much newer lists must be to be worth another reading, after this many readings. */
const gapMillis = (reads: number): number => Math.min(10_000, 250 * 2 ** reads)

/** An RFC 3339 time in Unix milliseconds, rounded down; undefined for any other text. */
export const millisOf = (time: string): number | undefined => {
  const millis = Date.parse(time)
  return Number.isNaN(millis) ? undefined : millis
}

/** The time up to which lists are complete. */
interface Freshness {
  readonly millis: number
  /** RFC 3339. */
  readonly time: string
}

/**
 * Reads lists until all orders are found, absence is conclusive, or the time is over. Retries a list that cannot be read.
 */
export const lookFor = (
  wanted: ReadonlyArray<Wanted>,
  { historical, withinMillis }: Options
): Effect.Effect<Found, never, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const began = yield* now
    const seen: Seen = { orders: new Map(), mismatches: new Map(), done: new Set() }
    let asOf: Freshness | undefined
    const missing = () => wanted.filter((one) => !seen.done.has(one))

    const isEnough = (one: Wanted, now: Now): boolean =>
      asOf !== undefined && asOf.millis > one.lastMillis(now) + one.pastMillis(now)

    /** The least freshness of the next lists, capped at the exchange's own time. */
    const freshness: Effect.Effect<Freshness | undefined, never, KalshiPublic> = Effect.gen(function* () {
      const response = Option.getOrUndefined(yield* Effect.option(Exchange.userDataTimestamp()))
      const millis = response === undefined ? undefined : millisOf(response.as_of_time)
      if (response === undefined || millis === undefined) return undefined
      // The date of that response may be the first that shows the exchange's time.
      const current = yield* now
      // A wall clock that was set and not measured since gives no bound.
      if (current.skew === undefined && jumped(began, current)) return undefined
      const maxMillis = Math.floor(exchangeTimeAt(current, current).upperMillis)
      return millis <= maxMillis
        ? { millis, time: response.as_of_time }
        : { millis: maxMillis, time: new Date(maxMillis).toISOString() }
    })

    let reads = 0
    /** Whether lists of this freshness can show more than the lists read before. */
    const isWorthReading = (left: ReadonlyArray<Wanted>, fresh: Freshness | undefined, now: Now): boolean => {
      if (reads === 0 || fresh === undefined) return true
      const before = asOf?.millis ?? Number.NEGATIVE_INFINITY
      return left.some((one) => {
        const last = one.lastMillis(now)
        const isCrossed = (millis: number) => before <= millis && fresh.millis > millis
        return (
          fresh.millis > last &&
          (isCrossed(last) || isCrossed(last + one.pastMillis(now)) || fresh.millis - before >= gapMillis(reads))
        )
      })
    }

    const search = Effect.gen(function* () {
      for (let round = 0; ; round++) {
        const left = missing()
        // The freshness is read before the lists, so the lists are at least as new.
        const fresh = yield* freshness
        const current = yield* now
        if (isWorthReading(left, fresh, current)) {
          reads++
          const whole = yield* readLists(left, seen, current, historical)
          if (whole && fresh !== undefined) asOf = fresh
        }
        if (missing().every((one) => isEnough(one, current))) return
        yield* Effect.sleep(Math.min(1_000, 100 * 2 ** round))
      }
    })

    yield* Effect.timeoutOption(search, withinMillis)
    const ended = yield* now
    return {
      orderOf: (one) => seen.orders.get(one),
      mismatchOf: (one) => (seen.orders.has(one) ? undefined : seen.mismatches.get(one)),
      asOf: asOf?.time,
      conclusive: (one) => isEnough(one, ended)
    } satisfies Found
  }).pipe(Effect.provideService(RateLimits.Overrides, { urgent: true }))

/** The orders that the lists have shown so far. */
interface Seen {
  readonly orders: Map<Wanted, Order>
  readonly mismatches: Map<Wanted, Mismatch>
  /** The searches that are over. */
  readonly done: Set<Wanted>
}

/** Reads the lists of every wanted market, up to the last wanted order. False where one could not be read. */
const readLists = (
  wanted: ReadonlyArray<Wanted>,
  seen: Seen,
  now: Now,
  historical: boolean
): Effect.Effect<boolean, never, KalshiRead> =>
  Effect.gen(function* () {
    let whole = true
    for (const ticker of new Set(wanted.map(({ placement }) => placement.ticker))) {
      const group = wanted.filter(({ placement }) => placement.ticker === ticker)
      whole = (yield* readMarket(ticker, group, seen, now, historical)) && whole
    }
    return whole
  })

const readMarket = (
  ticker: string,
  wanted: ReadonlyArray<Wanted>,
  { done, mismatches, orders }: Seen,
  now: Now,
  historical: boolean
): Effect.Effect<boolean, never, KalshiRead> =>
  Effect.gen(function* () {
    const byId = new Map<string, ReadonlyArray<Wanted>>()
    for (const one of wanted) {
      const { client_order_id } = one.placement
      byId.set(client_order_id, [...(byId.get(client_order_id) ?? []), one])
    }
    const missing = new Set(wanted)
    const see = (order: Order): void => {
      for (const one of byId.get(order.client_order_id) ?? []) {
        const differs = differencesOf(one.placement, order)
        if (differs.length > 0) {
          mismatches.set(one, { order, differs })
        } else {
          orders.set(one, order)
          done.add(one)
          missing.delete(one)
        }
      }
    }
    const since = earliest(wanted.map((one) => one.sinceMillis(now)))
    const query = {
      ticker,
      limit: pageLimit,
      // The exchange may date orders by another clock than responses.
      ...(since === undefined ? undefined : { min_ts: Math.max(0, Math.floor((since - maxSkewMillis) / 1_000)) })
    }
    let whole = true
    for (const { pages } of historical ? [list, Historical.orders] : [list]) {
      if (missing.size === 0) break
      const reading = Stream.runForEachWhile(pages(query), (page) =>
        Effect.sync(() => {
          page.orders.forEach(see)
          return missing.size > 0
        })
      )
      whole = Result.isSuccess(yield* Effect.result(reading)) && whole
    }
    // The wanted order may be on a page that could not be read.
    if (whole) for (const one of missing) if (mismatches.has(one)) done.add(one)
    return whole
  })

/** The earliest of the times; undefined if one of them is. */
const earliest = (millis: ReadonlyArray<number | undefined>): number | undefined =>
  millis.reduce((least, one) => (least === undefined || one === undefined ? undefined : Math.min(least, one)))
