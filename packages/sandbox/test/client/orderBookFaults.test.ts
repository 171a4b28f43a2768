/**
 * After lost messages, a book heals: it is unreadable until the client has a new snapshot. A code such as B1 in a test
 * name identifies a known fault of other clients.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { layerTest } from "../../src/Sandbox.ts"
import { assertEqual, isLive, levels } from "../support/books.ts"
import { collect, type Needs, ticker, type Trader, trading, until } from "../support/feedTrader.ts"

const inMemory = <E>(
  name: string,
  test: (trader: Trader) => Effect.Effect<void, E, Needs | Feed.KalshiFeed | Scope.Scope>,
  options?: Partial<Feed.Options>
) => it.effect(name, () => trading(test, options).pipe(Effect.provide(layerTest())))

const other = "KXFEED-26-OTHER"

/** Returns when both books are live. */
const watchTwo = ({ sandbox }: Trader) =>
  Effect.gen(function* () {
    yield* sandbox.createMarket({ ticker: other })
    const books = yield* OrderBooks.watch([ticker, other])
    yield* until(() => isLive(books)() && isLive(books, other)())
    return books
  })

/** Returns a function that counts the snapshots since its stream was opened. */
const countSnapshots = (market: string) =>
  Effect.gen(function* () {
    const { events } = yield* collect(
      Feed.messages("orderbook_delta", { market_tickers: [market], use_yes_price: true })
    )
    yield* until(() => events.length > 0)
    const before = events.length
    return () => events.slice(before).filter(({ type }) => type === "orderbook_snapshot").length
  })

const gaps = Effect.map(Feed.state, ({ counters }) => counters.gaps)

describe("OrderBooks.watch", () => {
  inMemory("B1: makes an empty and a one-sided book live with the first snapshot", (trader) =>
    Effect.gen(function* () {
      yield* trader.sandbox.createMarket({ ticker: other })
      yield* trader.place({ side: "ask", price: "0.65" })
      const books = yield* OrderBooks.watch([ticker, other])
      yield* until(() => isLive(books)() && isLive(books, other)())
      const snapshots = yield* countSnapshots(other)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* levels(books), [[], [["0.65", "5.00"]]])
      assert.deepStrictEqual(yield* levels(books, other), [[], []])
      assert.strictEqual(snapshots(), 0)
    })
  )

  inMemory("B3, B4: shows an empty book if its market was emptied during an outage", (trader) =>
    Effect.gen(function* () {
      const { me, place, sandbox } = trader
      yield* place({ price: "0.40" })
      yield* place({ side: "ask", price: "0.65" })
      const books = yield* watchTwo(trader)
      yield* sandbox.plant({ feed: "upgrade", status: 503, times: 3 })
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => !isLive(books)())
      yield* Orders.cancelAll({}).pipe(
        Effect.provide(Kalshi.layer({ environment: sandbox.environment, signer: me.signer }))
      )
      yield* until(isLive(books))
      assert.deepStrictEqual(yield* levels(books), [[], []])
    })
  )

  for (const change of ["zeroDelta", "repeat"] as const) {
    inMemory(`B6, B20: stays live and correct after the fault ${change}`, (trader) =>
      Effect.gen(function* () {
        const books = yield* watchTwo(trader)
        yield* trader.sandbox.plant({ feed: "frame", type: "orderbook_delta", change, times: 3 })
        for (const price of ["0.40", "0.40", "0.41", "0.42"] as const) {
          yield* trader.place({ price })
          yield* TestClock.adjust(20)
          yield* assertEqual(trader.sandbox, books)
        }
        const { counters } = yield* Feed.state
        assert.deepInclude(counters, { gaps: 0, duplicates: change === "repeat" ? 3 : 0 })
      })
    )
  }

  inMemory("B9: heals if a subscription starts at seq 3", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      yield* sandbox.plant({ feed: "subscription", channel: "orderbook_delta", firstSeq: 3 })
      const books = yield* watchTwo(trader)
      assert.strictEqual(yield* gaps, 1)
      yield* place({ price: "0.40" })
      yield* place({ ticker: other, price: "0.30" })
      yield* TestClock.adjust(100)
      yield* assertEqual(sandbox, books, [ticker, other])
    })
  )

  inMemory("B10: notices lost deltas even if a snapshot of another market follows", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const books = yield* watchTwo(trader)
      yield* sandbox.plant({ feed: "frame", marketTicker: ticker, type: "orderbook_delta", change: "skip" })
      yield* place({ price: "0.40" })
      yield* TestClock.adjust(100)
      assert.isTrue(isLive(books)())
      // A second stream subscribes to the other market, so the next message is a snapshot of that market.
      yield* collect(Feed.messages("orderbook_delta", { market_tickers: [other], use_yes_price: true }))
      yield* until(() => !isLive(books)())
      yield* until(isLive(books))
      yield* assertEqual(sandbox, books, [ticker, other])
    })
  )

  inMemory("B11: has no gap when markets are added and removed between deltas", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const books = yield* watchTwo(trader)
      for (let round = 0; round < 5; round++) {
        yield* place({ price: "0.40" })
        yield* books.remove([other])
        yield* place({ price: "0.41" })
        yield* TestClock.adjust(50)
        yield* books.add([other])
        yield* place({ price: "0.42" })
        yield* until(isLive(books, other))
        assert.isTrue(isLive(books)())
      }
      yield* TestClock.adjust(100)
      yield* assertEqual(sandbox, books, [ticker, other])
      assert.strictEqual(yield* gaps, 0)
    })
  )

  inMemory("B12, B13: heals a busy market with one request, and publishes nothing while it heals", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const books = yield* watchTwo(trader)
      const snapshots = yield* countSnapshots(ticker)
      yield* sandbox.plant({ feed: "command", cmd: "update_subscription", delayMillis: 2_000 })
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "belowZero" })
      const { events } = yield* collect(books.changes)
      yield* place({ price: "0.40" })
      yield* until(() => !isLive(books)())
      yield* TestClock.adjust(10)
      const seen = events.length
      for (let n = 10; n < 40; n++) {
        yield* place({ price: `0.${n}` as "0.10" }) // `n` has two digits
        yield* TestClock.adjust(50)
        assert.strictEqual((yield* Effect.flip(books.read(ticker)))._tag, "BookNotLive")
      }
      assert.strictEqual(events.length, seen)
      yield* until(isLive(books))
      yield* assertEqual(sandbox, books)
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(snapshots(), 1)
      assert.strictEqual(yield* gaps, 0)
    })
  )

  inMemory("B14: builds a book only from the feed, and sends no REST request", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      yield* place({ price: "0.40" })
      const before = (yield* sandbox.requests).length
      yield* sandbox.plant({ feed: "command", cmd: "subscribe", delayMillis: 2_000 })
      const books = yield* OrderBooks.watch([ticker])
      yield* TestClock.adjust(1_900)
      assert.strictEqual((yield* Effect.flip(books.read(ticker)))._tag, "BookNotLive")
      yield* until(isLive(books))
      assert.strictEqual((yield* sandbox.requests).length, before)
      yield* assertEqual(sandbox, books)
    })
  )

  inMemory("B15: reconnects after a drop during healing, and keeps the stream of changes", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const books = yield* watchTwo(trader)
      const { events, fiber } = yield* collect(books.changes)
      yield* sandbox.plant({ feed: "command", cmd: "update_subscription", delayMillis: 2_000 })
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "belowZero" })
      yield* place({ price: "0.40" })
      yield* until(() => !isLive(books)())
      yield* TestClock.adjust(500)
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => isLive(books)() && isLive(books, other)())
      yield* assertEqual(sandbox, books, [ticker, other])
      assert.isUndefined(fiber.pollUnsafe())
      const seen = events.length
      yield* place({ price: "0.41" })
      yield* until(() => events.length > seen)
    })
  )

  inMemory("B16: is unreadable after a drop, during all ten refused dials", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const books = yield* watchTwo(trader)
      yield* sandbox.plant({ feed: "upgrade", status: 503, times: 10 })
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => !isLive(books)())
      const since = books.state(ticker)?.sinceMillis
      yield* place({ price: "0.40" })
      for (let dials = 1; dials < 11;) {
        const error = yield* Effect.flip(books.read(ticker))
        assert.strictEqual(error._tag === "BookNotLive" && error.state.sinceMillis, since)
        yield* TestClock.adjust(100)
        dials = (yield* Feed.state).counters.dials
      }
      yield* until(isLive(books), 120_000)
      yield* assertEqual(sandbox, books, [ticker, other])
    })
  )

  inMemory(
    "B18: heals if too many messages arrive before the reply to the subscribe command",
    (trader) =>
      Effect.gen(function* () {
        const { place, sandbox } = trader
        yield* sandbox.createMarket({ ticker: other })
        yield* sandbox.plant({ feed: "command", cmd: "subscribe", isSilent: true })
        const books = yield* OrderBooks.watch([ticker, other])
        while ((yield* sandbox.feed.connections)[0]?.subscriptions.length !== 1) yield* TestClock.adjust(10)
        for (const price of ["0.40", "0.41", "0.42"] as const) yield* place({ price })
        yield* until(() => isLive(books)() && isLive(books, other)())
        yield* TestClock.adjust(100)
        yield* assertEqual(sandbox, books, [ticker, other])
        assert.isAbove(yield* gaps, 0)
      }),
    { maxEarlyMessages: 3 }
  )

  inMemory("B19: heals only the market of a delta that does not decode", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const books = yield* watchTwo(trader)
      yield* place({ price: "0.40" })
      yield* sandbox.feed.publish({
        channel: "orderbook_delta",
        type: "orderbook_delta",
        msg: { market_ticker: ticker, delta_fp: 7 }
      })
      yield* until(() => !isLive(books)())
      const state = books.state(ticker)
      assert.strictEqual(state?._tag === "Healing" && state.loss.cause, "undecodable")
      assert.isTrue(isLive(books, other)())
      yield* until(isLive(books))
      yield* assertEqual(sandbox, books, [ticker, other])
      assert.strictEqual(yield* gaps, 0)
    })
  )

  inMemory("B20: heals every market after a message with a lower seq", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const books = yield* watchTwo(trader)
      const { events } = yield* collect(
        Feed.subscribe("orderbook_delta", { market_tickers: [ticker, other], use_yes_price: true })
      )
      yield* until(() => events.length === 2)
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", delayMillis: 150 })
      yield* place({ price: "0.40" })
      yield* place({ price: "0.41" })
      const reasons = () => events.flatMap((event) => (event._tag === "Gap" ? [event.reason] : []))
      yield* until(() => reasons().includes("reset"))
      assert.deepStrictEqual(reasons(), ["missing", "reset"])
      assert.deepStrictEqual([isLive(books)(), isLive(books, other)()], [false, false])
      yield* until(() => isLive(books)() && isLive(books, other)())
      yield* TestClock.adjust(100)
      yield* assertEqual(sandbox, books, [ticker, other])
    })
  )

  inMemory("B21: heals all twelve markets of a subscription with a gap", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const markets = [ticker, ...Array.from({ length: 11 }, (_, index) => `KXFEED-26-${index}`)]
      for (const market of markets.slice(1)) yield* sandbox.createMarket({ ticker: market })
      const books = yield* OrderBooks.watch(markets)
      const all = (expected: boolean) => () => markets.every((market) => isLive(books, market)() === expected)
      yield* until(all(true))
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "skip" })
      yield* place({ ticker: markets[5]!, price: "0.40" })
      yield* place({ ticker: markets[7]!, price: "0.40" })
      yield* until(all(false))
      yield* until(all(true))
      yield* assertEqual(sandbox, books, markets)
    })
  )

  for (const lines of [1, 2]) {
    inMemory(`forgets the refusal of a market when the market is removed (lines: ${lines})`, () =>
      Effect.gen(function* () {
        const books = yield* OrderBooks.watch([ticker, "KXNONE-26-YES"], { lines })
        yield* until(() => books.state("KXNONE-26-YES") === undefined)
        const refusal = Effect.map(Effect.flip(books.read("KXNONE-26-YES")), (error) =>
          error._tag === "NotWatched" ? error.refusal?._tag : error._tag
        )
        assert.strictEqual(yield* refusal, "SnapshotMissing")
        yield* books.remove(["KXNONE-26-YES"])
        assert.isUndefined(yield* refusal)
      })
    )
  }

  inMemory("B24: does not grow if a market is removed and added a thousand times", (trader) =>
    Effect.gen(function* () {
      const { sandbox } = trader
      const books = yield* watchTwo(trader)
      const size = Effect.map(
        Effect.all([Feed.state, sandbox.feed.connections]),
        ([state, [connection]]) =>
          JSON.stringify([state.subscriptions.map(({ acknowledged, names }) => [[...acknowledged], [...names]])])
            .length + connection!.subscriptions[0]!.markets!
      )
      const before = yield* size
      for (let round = 0; round < 1_000; round++) {
        yield* books.remove([other])
        yield* TestClock.adjust(50)
        yield* books.add([other])
        yield* TestClock.adjust(50)
      }
      yield* until(isLive(books, other))
      assert.strictEqual(yield* size, before)
      assert.strictEqual(yield* gaps, 0)
    })
  )
})
