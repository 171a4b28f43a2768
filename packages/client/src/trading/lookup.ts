/**
 * Finds orders by their `client_order_id`, which no list of the exchange filters by.
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
import { exchangeTimeAt, mostSkewMillis, now, type Now } from "../sending/attempts.ts"
import { list } from "../rest/orderOperations.ts"
import { differencesOf, type Mismatch, type Placement } from "./outcomes.ts"
import type { Placing } from "./registry.ts"
import { jumped } from "../sending/skew.ts"

/** What is looked for, and when its absence is enough. Times are in Unix milliseconds by the exchange's clock. */
export interface Wanted {
  readonly placement: Placement
  /** The order was not placed before; undefined where nobody can say: then the lists are read from their beginning. */
  readonly sinceMillis: (now: Now) => number | undefined
  /** The last attempt was sent by then. */
  readonly lastMillis: (now: Now) => number
  /** How far past the last attempt a list must be for absence to end the search; infinite where it never does. */
  readonly pastMillis: (now: Now) => number
}

export interface Found {
  /** The order that is meant. */
  readonly orderOf: (one: Wanted) => Order | undefined
  /** Where it was not found: another order under its id. */
  readonly mismatchOf: (one: Wanted) => Mismatch | undefined
  /** RFC 3339: the freshness of the newest lists that were read whole; undefined where there was none. */
  readonly asOf: string | undefined
  /** Whether they are so fresh that they would show the order if there were one. */
  readonly conclusive: (one: Wanted) => boolean
}

export interface Options {
  readonly withinMillis: number
  /** Whether old orders are looked through as well. */
  readonly historical: boolean
}

/** How far a list must be past the last attempt for its silence to end a search: its own time is approximate. */
export const marginMillis = 2_000

/** What is wanted of a call of this process; `exists`: an answer said that there is such an order. */
export const wantedOf = (placing: Placing, exists: boolean): Wanted => {
  const { attempts } = placing
  return {
    placement: placing,
    sinceMillis: (now) => (attempts.clockChanged ? undefined : exchangeTimeAt(attempts.began, now).lowerMillis),
    // That silence ends a search early proves nothing, so that the clocks may be taken to agree until they are measured.
    lastMillis: (now) => exchangeTimeAt(attempts.last, now, 0).upperMillis,
    pastMillis: () => (exists ? Number.POSITIVE_INFINITY : marginMillis)
  }
}

const pageLimit = 1_000

/** How much fresher lists must be to be worth reading again, after so many readings. */
const gapMillis = (reads: number): number => Math.min(10_000, 250 * 2 ** reads)

/** What an RFC 3339 time is in Unix milliseconds, rounded down; undefined where it is none. */
export const millisOf = (time: string): number | undefined => {
  const millis = Date.parse(time)
  return Number.isNaN(millis) ? undefined : millis
}

/** How fresh lists are. */
interface Freshness {
  readonly millis: number
  /** RFC 3339. */
  readonly time: string
}

/** Looks until all are found, absence is enough, or the time is over. Retries what cannot be read. */
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

    /** How fresh the next lists will be at least: no fresher than the exchange's own time, whatever they say. */
    const freshness: Effect.Effect<Freshness | undefined, never, KalshiPublic> = Effect.gen(function* () {
      const answer = Option.getOrUndefined(yield* Effect.option(Exchange.userDataTimestamp()))
      const millis = answer === undefined ? undefined : millisOf(answer.as_of_time)
      if (answer === undefined || millis === undefined) return undefined
      // The date of that answer may be the first that shows the exchange's time.
      const current = yield* now
      // A wall clock that was set and has not been measured since bounds nothing.
      if (current.skew === undefined && jumped(began, current)) return undefined
      const mostMillis = Math.floor(exchangeTimeAt(current, current).upperMillis)
      return millis <= mostMillis
        ? { millis, time: answer.as_of_time }
        : { millis: mostMillis, time: new Date(mostMillis).toISOString() }
    })

    let reads = 0
    /** Whether lists of this freshness can show what those read before could not. */
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
        // Read before the lists, which are therefore at least as fresh.
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

/** What the lists have shown so far. */
interface Seen {
  readonly orders: Map<Wanted, Order>
  readonly mismatches: Map<Wanted, Mismatch>
  /** What need not be looked for any more. */
  readonly done: Set<Wanted>
}

/** Reads the lists of every market that is asked about, whole unless all is found before. False where one failed. */
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
      // The clock that dates orders need not be the one that dates answers.
      ...(since === undefined ? undefined : { min_ts: Math.max(0, Math.floor((since - mostSkewMillis) / 1_000)) })
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
    // The order that is meant may stand on a page that could not be read.
    if (whole) for (const one of missing) if (mismatches.has(one)) done.add(one)
    return whole
  })

/** The earliest of some times; undefined where one is. */
const earliest = (millis: ReadonlyArray<number | undefined>): number | undefined =>
  millis.reduce((least, one) => (least === undefined || one === undefined ? undefined : Math.min(least, one)))
