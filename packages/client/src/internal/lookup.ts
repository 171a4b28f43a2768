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
import * as ClockSkew from "../ClockSkew.ts"
import * as Exchange from "../Exchange.ts"
import type { Order } from "../generated/responses.ts"
import * as Historical from "../Historical.ts"
import * as RateLimits from "../RateLimits.ts"
import { list } from "./orderOperations.ts"
import type { Placement } from "./outcomes.ts"

/** What is looked for, and when looking has told enough. */
export interface Wanted extends Placement {
  readonly lastAttemptMillis: number
  /** Whether the exchange has said that there is such an order: then absence tells nothing. */
  readonly exists: boolean
}

export interface Found {
  readonly orderOf: (one: Placement) => Order | undefined
  /** RFC 3339: the freshness of the newest lists that were read whole; undefined where there was none. */
  readonly asOf: string | undefined
  /** Whether they are so fresh that they would show one that had been taken. */
  readonly conclusive: (one: Wanted) => boolean
}

export interface Options {
  readonly withinMillis: number
  /** How far past the last attempt a list must be for absence to end the search; infinite where it never does. */
  readonly pastMillis: number
  /** Whether old orders are looked through as well. */
  readonly historical: boolean
}

/**
 * How far apart the exchange's clock and this machine's can be where nothing has measured it: signatures are refused
 * beyond. Between 30 and 60 seconds have been measured by others; the document names no figure.
 */
export const mostSkewMillis = 60_000

const pageLimit = 1_000

/** How much fresher lists must be to be worth reading again, after so many readings. */
const gapMillis = (reads: number): number => Math.min(10_000, 250 * 2 ** Math.min(reads, 10))

/** What an RFC 3339 time is in Unix milliseconds, rounded down; undefined where it is none. */
export const millisOf = (time: string): number | undefined => {
  const millis = Date.parse(time)
  return Number.isNaN(millis) ? undefined : millis
}

/** Looks until all are found, absence has told enough, or the time is over. Reading errors are waited out. */
export const lookFor = (
  wanted: ReadonlyArray<Wanted>,
  { historical, pastMillis, withinMillis }: Options
): Effect.Effect<Found, never, KalshiPublic | KalshiRead> =>
  Effect.gen(function* () {
    const orders = new Map<string, Order>()
    const orderOf = (one: Placement) => orders.get(keyOf(one))
    let asOf: string | undefined
    let asOfMillis: number | undefined
    const missing = () => wanted.filter((one) => orderOf(one) === undefined)

    const told = (one: Wanted, skewMillis: number): boolean =>
      !one.exists && asOfMillis !== undefined && asOfMillis > one.lastAttemptMillis + skewMillis + pastMillis

    let reads = 0
    /** Whether lists of this freshness can show what those read before could not. */
    const isWorthReading = (timeMillis: number | undefined, lastMillis: number): boolean => {
      if (reads === 0 || timeMillis === undefined) return true
      if (timeMillis <= lastMillis) return false
      const before = asOfMillis ?? Number.NEGATIVE_INFINITY
      const crossed = (millis: number) => before <= millis && timeMillis > millis
      return crossed(lastMillis) || crossed(lastMillis + pastMillis) || timeMillis - before >= gapMillis(reads)
    }

    const search = Effect.gen(function* () {
      for (let round = 0; ; round++) {
        const left = missing()
        // Read before the lists, which are therefore at least as fresh.
        const fresh = Option.getOrUndefined(yield* Effect.option(Exchange.userDataTimestamp()))
        // That answer's date may be the first that tells anything.
        const skew = yield* ClockSkew.measured
        const timeMillis = fresh === undefined ? undefined : millisOf(fresh.as_of_time)
        const last =
          Math.max(...left.map(({ lastAttemptMillis }) => lastAttemptMillis)) + Math.max(0, skew?.upperMillis ?? 0)
        if (isWorthReading(timeMillis, last)) {
          reads++
          const whole = yield* readLists(left, orders, skew?.lowerMillis ?? 0, historical)
          if (whole && timeMillis !== undefined) {
            asOf = fresh?.as_of_time
            asOfMillis = timeMillis
          }
        }
        if (missing().every((one) => told(one, Math.max(0, skew?.upperMillis ?? 0)))) return
        yield* Effect.sleep(Math.min(1_000, 100 * 2 ** Math.min(round, 10)))
      }
    })

    yield* Effect.timeoutOption(search, withinMillis)
    const upperMillis = Math.max(0, (yield* ClockSkew.measured)?.upperMillis ?? 0)
    return { orderOf, asOf, conclusive: (one) => told(one, upperMillis) } satisfies Found
  }).pipe(Effect.provideService(RateLimits.Overrides, { urgent: true }))

/** An id is one order's in its market; nothing says that it is so across markets. */
const keyOf = ({ client_order_id, ticker }: { readonly client_order_id: string; readonly ticker: string }): string =>
  `${ticker}\n${client_order_id}`

/** Reads the lists of every market that is asked about, whole unless all is found before. False where one failed. */
const readLists = (
  wanted: ReadonlyArray<Wanted>,
  orders: Map<string, Order>,
  skewMillis: number,
  historical: boolean
): Effect.Effect<boolean, never, KalshiRead> =>
  Effect.gen(function* () {
    let whole = true
    for (const ticker of new Set(wanted.map(({ ticker }) => ticker))) {
      const group = wanted.filter((one) => one.ticker === ticker)
      const since = Math.min(...group.map(({ placedAtMillis }) => placedAtMillis)) + Math.min(0, skewMillis)
      const min_ts = Math.max(0, Math.floor((since - mostSkewMillis) / 1_000))
      const missing = new Set(group.map(({ client_order_id }) => client_order_id))
      const lists = historical ? [list, Historical.orders] : [list]
      for (const { pages } of lists) {
        if (missing.size === 0) break
        const reading = Stream.runForEachWhile(pages({ ticker, min_ts, limit: pageLimit }), (page) =>
          Effect.sync(() => {
            for (const order of page.orders) {
              if (missing.delete(order.client_order_id)) {
                orders.set(keyOf({ client_order_id: order.client_order_id, ticker }), order)
              }
            }
            return missing.size > 0
          })
        )
        whole = Result.isSuccess(yield* Effect.result(reading)) && whole
      }
    }
    return whole
  })
