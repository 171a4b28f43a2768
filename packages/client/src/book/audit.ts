/**
 * Compares live order books with REST books at an interval.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { KalshiPublic } from "../Capability.ts"
import { InvalidRequest } from "../Errors.ts"
import type * as Feed from "../feed/Feed.ts"
import type { OrderbookCountFp } from "../generated/responses.ts"
import type { Dollars } from "../money/FixedPoint.ts"
import type { ErrorOf } from "../Operation.ts"
import * as Markets from "../rest/Markets.ts"
import { compare, type Difference } from "./compare.ts"
import type { Book } from "./OrderBook.ts"
import type { ReadResult, Watch } from "./watching.ts"

export type { Difference } from "./compare.ts"

/** Options of {@link audit}. */
export interface AuditOptions {
  /** The time in which each market is compared once, at least 1,000. Default: 60,000. */
  readonly intervalMillis?: number | undefined
  /** The longest time by which a REST book may be behind or ahead of the live book. Default: 1,000. */
  readonly toleranceMillis?: number | undefined
}

/** Why a read of REST books failed. */
export type AuditReadError = ErrorOf<typeof Markets.orderbooks>

/** What an audit found. In one pass over the watched markets, a market appears in at most one event. */
export type AuditEvent =
  /**
   * `equal`: the markets whose live book equals the REST book. `undecided`: the markets whose books could not be
   * compared.
   */
  | {
      readonly _tag: "Compared"
      readonly equal: ReadonlyArray<string>
      readonly undecided: ReadonlyArray<string>
    }
  /** A live book differs from the REST book. The live book is unreadable until its next snapshot. */
  | {
      readonly _tag: "Different"
      readonly market_ticker: string
      /** The levels with different sizes: bids, then asks, best first. */
      readonly differences: ReadonlyArray<Difference>
      /**
       * Whether the book also differed in its previous comparison. In that case, the snapshot between the two
       * comparisons did not correct the book.
       */
      readonly isRepeated: boolean
    }
  /** The REST books could not be read. The live books of these markets stay as they are. */
  | {
      readonly _tag: "ReadFailed"
      readonly market_tickers: ReadonlyArray<string>
      readonly error: AuditReadError
    }

/** The maximum number of markets in one request. */
const batchSize = 100

/** The maximum number of states of a book that are kept during a read. A market with more states is undecided. */
const maxStates = 1_000

class Recording {
  readonly market_ticker: string
  #states: Array<Book> | undefined = []

  constructor(market_ticker: string) {
    this.market_ticker = market_ticker
  }

  /** The states of the book. Undefined if it was unreadable at some time during the read, or changed too often. */
  get states(): ReadonlyArray<Book> | undefined {
    return this.#states
  }

  add(read: ReadResult): void {
    if (this.#states === undefined) return
    if (Result.isFailure(read) || this.#states.length === maxStates) this.#states = undefined
    else this.#states.push(read.success)
  }
}

/** The differences of each market. Undefined for a market that could not be compared. */
type Differences = ReadonlyMap<string, ReadonlyArray<Difference> | undefined>

/** Waits until a read would take no tokens from other calls. Does not wait if the read can never be sent. */
const spareTokens = (tickers: ReadonlyArray<string>): Effect.Effect<void, never, KalshiPublic> =>
  Effect.gen(function* () {
    const { waitFor } = yield* KalshiPublic
    for (;;) {
      const millis = yield* waitFor(Markets.orderbooks.descriptor, { tickers })
      if (!(millis > 0 && millis < Number.POSITIVE_INFINITY)) return
      yield* Effect.sleep(millis)
    }
  })

/** Compares each REST book with all states that the live book had around the read. */
const readOnce = (
  watch: Watch,
  tickers: ReadonlyArray<string>,
  toleranceMillis: number
): Effect.Effect<Differences, AuditReadError, KalshiPublic> =>
  Effect.acquireUseRelease(
    Effect.sync(() =>
      tickers.map((ticker) => {
        const recording = new Recording(ticker)
        return { recording, stop: watch.observe(ticker, (read) => recording.add(read)) }
      })
    ),
    (recordings) =>
      Effect.gen(function* () {
        const live = recordings.filter(({ recording }) => recording.states !== undefined)
        if (live.length === 0) return new Map()
        yield* Effect.sleep(toleranceMillis)
        const { orderbooks } = yield* Markets.orderbooks({
          tickers: live.map(({ recording }) => recording.market_ticker)
        })
        yield* Effect.sleep(toleranceMillis)
        const read = new Map<string, OrderbookCountFp>(orderbooks.map((book) => [book.ticker, book.orderbook_fp]))
        return new Map(
          live.map(({ recording: { market_ticker, states } }) => {
            const rest = read.get(market_ticker)
            return [market_ticker, states && rest && compare(rest, states)]
          })
        )
      }),
    (recordings) => Effect.sync(() => recordings.forEach(({ stop }) => stop()))
  )

const keyOf = ({ price, side }: { readonly side: string; readonly price: Dollars }): string => `${side} ${price}`

/** A difference counts only if a second read shows a difference at the same level. */
const readTwice = (
  watch: Watch,
  tickers: ReadonlyArray<string>,
  toleranceMillis: number
): Effect.Effect<Differences, AuditReadError, KalshiPublic> =>
  Effect.gen(function* () {
    const read = (markets: ReadonlyArray<string>) =>
      Effect.andThen(spareTokens(markets), readOnce(watch, markets, toleranceMillis))
    const first = yield* read(tickers)
    const suspects = [...first].flatMap(([ticker, found]) =>
      found === undefined || found.length === 0 ? [] : [ticker]
    )
    if (suspects.length === 0) return first
    const second = yield* read(suspects)
    return new Map(
      [...first].map(([ticker, found]) => {
        if (found === undefined || found.length === 0) return [ticker, found]
        const again = second.get(ticker)
        if (again === undefined || again.length === 0) return [ticker, again]
        const known = new Set(found.map(keyOf))
        const confirmed = again.filter((difference) => known.has(keyOf(difference)))
        return [ticker, confirmed.length === 0 ? undefined : confirmed]
      })
    )
  })

const describe = ({ live, price, rest, side }: Difference, count: number): string => {
  const number = count === 1 ? "one level differs" : `${count} levels differ`
  return `${number} from REST: at ${side} ${price}, REST has ${rest} contracts and the live book ${live}`
}

class Rounds {
  readonly #watch: Watch
  readonly #intervalMillis: number
  readonly #toleranceMillis: number
  #batches: ReadonlyArray<ReadonlyArray<string>> = []
  #pauseMillis = 0
  #nextMillis = Number.NEGATIVE_INFINITY
  /** The markets that differed in their last comparison. */
  readonly #different = new Set<string>()

  constructor(watch: Watch, intervalMillis: number, toleranceMillis: number) {
    this.#watch = watch
    this.#intervalMillis = intervalMillis
    this.#toleranceMillis = toleranceMillis
  }

  readonly next: Effect.Effect<ReadonlyArray<AuditEvent>, Feed.FeedError, KalshiPublic> = Effect.gen(
    { self: this },
    function* () {
      const nowMillis = yield* Clock.currentTimeMillis
      if (this.#nextMillis > nowMillis) yield* Effect.sleep(this.#nextMillis - nowMillis)
      if (this.#batches.length === 0) this.#plan()
      const [planned = [], ...others] = this.#batches
      this.#batches = others
      const batch = planned.filter((ticker) => this.#watch.state(ticker) !== undefined)
      this.#nextMillis = (yield* Clock.currentTimeMillis) + this.#pauseMillis
      // After the end of the watch, this read fails with the watch's error, even if the batch is empty.
      yield* Effect.catchTag(this.#watch.read(""), ["BookNotLive", "NotWatched"], () => Effect.void)
      if (batch.length === 0) return []
      const read = yield* Effect.result(readTwice(this.#watch, batch, this.#toleranceMillis))
      return Result.isFailure(read)
        ? [{ _tag: "ReadFailed", market_tickers: batch, error: read.failure } as const]
        : yield* this.#judge(batch, read.success)
    }
  )

  #plan(): void {
    const markets = this.#watch.markets()
    const count = Math.ceil(markets.length / batchSize)
    this.#batches = Array.from({ length: count }, (_, index) =>
      markets.slice(index * batchSize, (index + 1) * batchSize)
    )
    this.#pauseMillis = this.#intervalMillis / Math.max(1, count)
    const watched = new Set(markets)
    for (const ticker of this.#different) if (!watched.has(ticker)) this.#different.delete(ticker)
  }

  #judge(batch: ReadonlyArray<string>, found: Differences): Effect.Effect<ReadonlyArray<AuditEvent>> {
    return Effect.gen({ self: this }, function* () {
      const events: Array<AuditEvent> = []
      const equal = batch.filter((ticker) => found.get(ticker)?.length === 0)
      for (const ticker of equal) this.#different.delete(ticker)
      for (const market_ticker of batch) {
        const differences = found.get(market_ticker) ?? []
        const [first] = differences
        if (first === undefined) continue
        events.push({ _tag: "Different", market_ticker, differences, isRepeated: this.#different.has(market_ticker) })
        this.#different.add(market_ticker)
        yield* this.#watch.heal(market_ticker, describe(first, differences.length))
      }
      const undecided = batch.filter((ticker) => found.get(ticker) === undefined)
      return [...events, { _tag: "Compared", equal, undecided }]
    })
  }
}

const checkMillis = (pointer: string, millis: number, least: number): InvalidRequest | undefined =>
  millis >= least && millis < Number.POSITIVE_INFINITY
    ? undefined
    : new InvalidRequest({
        operation: "OrderBooks.audit",
        pointer,
        reason: `expected a finite time of at least ${least} milliseconds`
      })

/**
 * Compares the books of a watch with REST books while the stream runs. Confirmed differences are reported as events.
 * The live book is then unreadable until its next snapshot, and the cause of the loss is `audit`.
 *
 * **When to use**
 *
 * Use `audit` to detect faults that no message of the feed shows. Examples: the exchange did not send a change, or it
 * renamed a member so that a side reads as empty.
 *
 * **Details**
 *
 * - Each watched market is read once in `intervalMillis`, in requests of up to 100 markets. The requests are spread
 *   over the interval, one at a time, and wait while other calls need the tokens. A comparison takes at least twice
 *   `toleranceMillis`, so the comparison of many markets can take longer than the interval.
 * - A REST book has no clock. A level counts as equal if the live book had the same size during the read, or up to
 *   `toleranceMillis` before or after it. So a busy market or a late message does not count as a difference.
 * - A market with a difference is read again. A difference counts only if the same level differs again.
 * - A market is `undecided` if its book was unreadable at any time during a read, or changed 1,000 times or more. It is
 *   also `undecided` if REST does not return it or returns too many decimals, or if two reads show differences at
 *   different levels.
 * - The levels of a REST book are bids for YES and bids for NO. A bid for NO is compared as an ask for YES.
 * - With several lines (parallel subscriptions), the audit compares the book that readers see. If it differs, the book
 *   is marked as lost on all lines.
 *
 * After the end of the watch, the stream fails with the watch's error. For an invalid option, it fails with
 * `InvalidRequest`. A failed read of REST books is a `ReadFailed` event, and does not end the audit.
 *
 * **Gotchas**
 *
 * A book that differs again after its snapshot (`isRepeated`) is still readable between two comparisons. Stop trading
 * on such a book.
 *
 * Source: the published API documents of October 26, 2026, for the two forms of a book.
 *
 * **Example** (Reporting every difference)
 *
 * ```ts
 * import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.gen(function* () {
 *   const books = yield* OrderBooks.watch(["KXHIGHNY-26NOV29-T50"])
 *   yield* OrderBooks.audit(books, { intervalMillis: 30_000 }).pipe(
 *     Stream.filter((event) => event._tag === "Different"),
 *     Stream.runForEach(({ differences, market_ticker }) => Effect.logError("a wrong book", market_ticker, differences))
 *   )
 * })
 * ```
 */
export const audit = (
  watch: Watch,
  { intervalMillis = 60_000, toleranceMillis = 1_000 }: AuditOptions = {}
): Stream.Stream<AuditEvent, InvalidRequest | Feed.FeedError, KalshiPublic> => {
  const invalid =
    checkMillis("/intervalMillis", intervalMillis, 1_000) ?? checkMillis("/toleranceMillis", toleranceMillis, 0)
  if (invalid !== undefined) return Stream.fail(invalid)
  return Stream.suspend(() => Stream.fromIterableEffectRepeat(new Rounds(watch, intervalMillis, toleranceMillis).next))
}
