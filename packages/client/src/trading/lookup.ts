/**
 * Finds orders by `client_order_id`. `Orders.list` and `Historical.orders` have no filter for it.
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
import { type Accepted, differencesOf, type Mismatch, type Placement, placementOf, shown } from "./outcomes.ts"
import { PushedOrders } from "./pushed.ts"
import type { PendingOrder } from "./registry.ts"
import { jumped } from "../sending/skew.ts"

/**
 * An order to find, and the times that decide when its absence from the lists is conclusive. Times are Unix
 * milliseconds by the exchange's clock.
 */
export interface Wanted {
  readonly placement: Placement
  /**
   * The earliest time at which the order can have been placed. If it is undefined, the lists are read from their
   * beginning.
   */
  readonly sinceMillis: (now: Now) => number | undefined
  /** The latest time at which the last attempt can have been sent. */
  readonly lastMillis: (now: Now) => number
  /**
   * A list without the order is conclusive if the list is newer than the last attempt by more than this many
   * milliseconds. Infinite if no list is conclusive.
   */
  readonly pastMillis: (now: Now) => number
}

export interface Found {
  readonly acceptedOf: (search: Wanted) => Accepted | undefined
  /** An order that has the same id but differs from the request. */
  readonly mismatchOf: (search: Wanted) => Mismatch | undefined
  /** RFC 3339: the time up to which the newest lists are complete. */
  readonly asOf: string | undefined
  /** Whether these lists are so new that they would show the order if it existed. */
  readonly conclusive: (search: Wanted) => boolean
}

export interface Options {
  readonly withinMillis: number
  readonly historical: boolean
}

/** {@link Wanted.pastMillis} for an order of this process. Above zero, because the time of a list is approximate. */
export const marginMillis = 2_000

/** `exists`: whether a response reported that the order exists. */
export const wantedOf = (pending: PendingOrder, exists: boolean): Wanted => {
  const { attempts } = pending
  return {
    placement: pending,
    sinceMillis: (now) => (attempts.clockChanged ? undefined : exchangeTimeAt(attempts.began, now).lowerMillis),
    // Until the clocks are measured, they are assumed to agree. If they differ, the search can end too early. This is
    // harmless: the outcome is then `Unknown`.
    lastMillis: (now) => exchangeTimeAt(attempts.last, now, 0).upperMillis,
    pastMillis: () => (exists ? Number.POSITIVE_INFINITY : marginMillis)
  }
}

const pageLimit = 1_000

/** Another read is worthwhile if its lists are at least this much newer than the lists of the last read. */
const gapMillis = (reads: number): number => Math.min(10_000, 250 * 2 ** reads)

/** Unix milliseconds, rounded down. Undefined if the text is not a time. */
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
 * Looks for orders in the lists. Retries if a list cannot be read. An order that an `AccountFeed` receives is found
 * without a list.
 */
export const lookFor = (
  wanted: ReadonlyArray<Wanted>,
  { historical, withinMillis }: Options
): Effect.Effect<Found, never, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const began = yield* now
    const state: SearchState = { accepted: new Map(), mismatches: new Map(), done: new Set() }
    let asOf: Freshness | undefined
    const missing = () => wanted.filter((search) => !state.done.has(search))

    const isEnough = (search: Wanted, now: Now): boolean =>
      asOf !== undefined && asOf.millis > search.lastMillis(now) + search.pastMillis(now)

    /** Lists that are requested next are complete up to this time, which is at most the exchange's current time. */
    const freshness: Effect.Effect<Freshness | undefined, never, KalshiPublic> = Effect.gen(function* () {
      const response = Option.getOrUndefined(yield* Effect.option(Exchange.userDataTimestamp()))
      const millis = response === undefined ? undefined : millisOf(response.as_of_time)
      if (response === undefined || millis === undefined) return undefined
      // The clock is read after the response, which may be the first measurement of the exchange's clock.
      const current = yield* now
      // If the wall clock was set and the skew was not measured since then, the exchange's time has no known bound.
      if (current.skew === undefined && jumped(began, current)) return undefined
      const maxMillis = Math.floor(exchangeTimeAt(current, current).upperMillis)
      return millis <= maxMillis
        ? { millis, time: response.as_of_time }
        : { millis: maxMillis, time: new Date(maxMillis).toISOString() }
    })

    let reads = 0
    const isWorthReading = (left: ReadonlyArray<Wanted>, fresh: Freshness | undefined, now: Now): boolean => {
      if (reads === 0 || fresh === undefined) return true
      const before = asOf?.millis ?? Number.NEGATIVE_INFINITY
      return left.some((search) => {
        const last = search.lastMillis(now)
        const isPassed = (millis: number) => before <= millis && fresh.millis > millis
        return (
          fresh.millis > last &&
          (isPassed(last) || isPassed(last + search.pastMillis(now)) || fresh.millis - before >= gapMillis(reads))
        )
      })
    }

    const readUntilDone = Effect.gen(function* () {
      for (let round = 0; ; round++) {
        const left = missing()
        // The time up to which lists are complete is requested before the lists, so that the lists are at least as new.
        const fresh = yield* freshness
        const current = yield* now
        if (isWorthReading(left, fresh, current)) {
          reads++
          const isComplete = yield* readLists(left, state, current, historical)
          if (isComplete && fresh !== undefined) asOf = fresh
        }
        if (missing().every((search) => isEnough(search, current))) return
        yield* Effect.sleep(Math.min(1_000, 100 * 2 ** round))
      }
    })

    const search = Effect.raceFirst(readUntilDone, watchPushed(wanted, state))
    yield* Effect.timeoutOption(search, withinMillis)
    const ended = yield* now
    return {
      acceptedOf: (search) => state.accepted.get(search),
      mismatchOf: (search) => (state.accepted.has(search) ? undefined : state.mismatches.get(search)),
      asOf: asOf?.time,
      conclusive: (search) => isEnough(search, ended)
    } satisfies Found
  }).pipe(Effect.provideService(RateLimits.Overrides, { urgent: true }))

const watchPushed = (wanted: ReadonlyArray<Wanted>, state: SearchState): Effect.Effect<void> =>
  Effect.flatMap(PushedOrders, (pushed) => {
    if (pushed === undefined) return Effect.never
    const searches = searchesById(wanted)
    return Effect.callback<void>((resume) => {
      const stop = pushed.watch(new Set(searches.keys()), (order) => {
        for (const search of searches.get(order.client_order_id) ?? []) {
          // If the order differs from the request, the lists decide, because the order may have been amended.
          if (state.done.has(search) || differencesOf(search.placement, order).length > 0) continue
          state.accepted.set(search, shown(placementOf(search.placement), order, undefined))
          state.done.add(search)
        }
        if (wanted.every((search) => state.done.has(search))) resume(Effect.void)
      })
      return Effect.sync(stop)
    })
  })

interface SearchState {
  readonly accepted: Map<Wanted, Accepted>
  readonly mismatches: Map<Wanted, Mismatch>
  readonly done: Set<Wanted>
}

/** Searches the lists. Returns whether all of them could be read. */
const readLists = (
  wanted: ReadonlyArray<Wanted>,
  state: SearchState,
  now: Now,
  historical: boolean
): Effect.Effect<boolean, never, KalshiRead> =>
  Effect.gen(function* () {
    let isComplete = true
    for (const ticker of new Set(wanted.map(({ placement }) => placement.ticker))) {
      const group = wanted.filter(({ placement }) => placement.ticker === ticker)
      isComplete = (yield* readMarket(ticker, group, state, now, historical)) && isComplete
    }
    return isComplete
  })

const readMarket = (
  ticker: string,
  wanted: ReadonlyArray<Wanted>,
  { accepted, done, mismatches }: SearchState,
  now: Now,
  historical: boolean
): Effect.Effect<boolean, never, KalshiRead> =>
  Effect.gen(function* () {
    const byId = searchesById(wanted)
    const missing = new Set(wanted)
    const inspect = (order: Order): void => {
      for (const search of byId.get(order.client_order_id) ?? []) {
        const differs = differencesOf(search.placement, order)
        if (differs.length > 0) {
          mismatches.set(search, { order, differs })
        } else {
          accepted.set(search, shown(placementOf(search.placement), order, order))
          done.add(search)
          missing.delete(search)
        }
      }
    }
    const since = earliest(wanted.map((search) => search.sinceMillis(now)))
    const query = {
      ticker,
      limit: pageLimit,
      // The exchange may use different clocks for the times of orders and the dates of responses.
      ...(since === undefined ? undefined : { min_ts: Math.max(0, Math.floor((since - maxSkewMillis) / 1_000)) })
    }
    let isComplete = true
    for (const { pages } of historical ? [list, Historical.orders] : [list]) {
      if (missing.size === 0) break
      const reading = Stream.runForEachWhile(pages(query), (page) =>
        Effect.sync(() => {
          page.orders.forEach(inspect)
          return missing.size > 0
        })
      )
      isComplete = Result.isSuccess(yield* Effect.result(reading)) && isComplete
    }
    // A mismatch ends the search only if all lists could be read: a missing page may contain the wanted order.
    if (isComplete) for (const search of missing) if (mismatches.has(search)) done.add(search)
    return isComplete
  })

const searchesById = (wanted: ReadonlyArray<Wanted>): ReadonlyMap<string, ReadonlyArray<Wanted>> => {
  const byId = new Map<string, Array<Wanted>>()
  for (const search of wanted) {
    const { client_order_id } = search.placement
    const same = byId.get(client_order_id)
    if (same === undefined) byId.set(client_order_id, [search])
    else same.push(search)
  }
  return byId
}

/** Undefined if any time is undefined. */
const earliest = (millis: ReadonlyArray<number | undefined>): number | undefined =>
  millis.reduce((first, next) => (first === undefined || next === undefined ? undefined : Math.min(first, next)))
