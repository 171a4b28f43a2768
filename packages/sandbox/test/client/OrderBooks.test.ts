/**
 * After lost messages, a book heals: it is unreadable until the client has a new snapshot. A code such as B17 in a test
 * name identifies a known fault of other clients.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Feed from "@kalshi-effect/client/Feed"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { layer, layerTest } from "../../src/Sandbox.ts"
import { assertEqual, isLive, levels } from "../support/books.ts"
import { busyFor, poll, recordedSockets } from "../support/busy.ts"
import { collect, type Needs, ticker, type Trader, trading, until } from "../support/feedTrader.ts"

const inMemory = <E>(
  name: string,
  test: (trader: Trader) => Effect.Effect<void, E, Needs | Feed.KalshiFeed | Scope.Scope>
) => it.effect(name, () => trading(test).pipe(Effect.provide(layerTest())))

const market_id = "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1"

describe("OrderBooks.watch", () => {
  inMemory("keeps the book up to date after its snapshot, with YES prices", ({ place }) =>
    Effect.gen(function* () {
      yield* place({ price: "0.40" })
      const books = yield* OrderBooks.watch([ticker])
      const early = yield* Effect.flip(books.read(ticker))
      assert.strictEqual(early._tag, "BookNotLive")
      yield* until(isLive(books))
      yield* place({ side: "ask", price: "0.65", count: "2.5" })
      yield* place({ price: "0.41" })
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(yield* levels(books), [
        [
          ["0.41", "5.00"],
          ["0.40", "5.00"]
        ],
        [["0.65", "2.50"]]
      ])
      const book = yield* books.read(ticker)
      assert.strictEqual(book.spread, "0.24")
    })
  )

  for (const change of ["skip", "belowZero", "garble", "cut", "unknownType"] as const) {
    inMemory(`heals after the fault ${change}, and is unreadable until then`, ({ place, sandbox }) =>
      Effect.gen(function* () {
        const books = yield* OrderBooks.watch([ticker])
        yield* until(isLive(books))
        yield* sandbox.plant({ feed: "frame", type: "orderbook_snapshot", delayMillis: 2_000 })
        yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change })
        yield* place({ price: "0.40" })
        yield* place({ price: "0.41" })
        yield* until(() => books.state(ticker)?._tag === "Healing")
        const error = yield* Effect.flip(books.read(ticker))
        assert.strictEqual(error._tag, "BookNotLive")
        yield* until(isLive(books))
        assert.deepStrictEqual((yield* levels(books))[0], [
          ["0.41", "5.00"],
          ["0.40", "5.00"]
        ])
      })
    )
  }

  inMemory("B17: stays correct if the book is crossed between two deltas with one clock", ({ place, sandbox }) =>
    Effect.gen(function* () {
      yield* place({ side: "ask", price: "0.65" })
      const books = yield* OrderBooks.watch([ticker])
      yield* until(isLive(books))
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "cross" })
      yield* place({ price: "0.40" })
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(yield* levels(books), [[["0.40", "5.00"]], [["0.65", "5.00"]]])
    })
  )

  it.live("stays readable if a crossed book is repaired while the process is busy", () => {
    const sockets = recordedSockets()
    return trading(({ place, sandbox }) =>
      Effect.gen(function* () {
        const books = yield* OrderBooks.watch([ticker], { crossedGraceMillis: 1_000 })
        yield* place({ price: "0.40" })
        yield* place({ side: "ask", price: "0.60" })
        yield* poll(Effect.sync(isLive(books)))
        yield* poll(Effect.map(levels(books), ([bids, asks]) => bids!.length === 1 && asks!.length === 1))
        const { clock, market_ticker } = yield* books.read(ticker)
        const bid = (delta_fp: string) =>
          sandbox.feed.publish({
            channel: "orderbook_delta",
            type: "orderbook_delta",
            msg: { market_ticker, market_id, clock: clock! + 1, side: "yes", price_dollars: "0.7000", delta_fp }
          })
        const received = Effect.map(books.lines, ([line]) => line!.session.counters.messages)
        const before = yield* received
        yield* bid("1.00")
        yield* poll(Effect.map(received, (count) => count > before))
        const handle = sockets.handle(0)
        handle.readStop()
        yield* bid("-1.00")
        yield* Effect.sleep(20)
        const runSync = Effect.runSyncWith(yield* Effect.context<never>())
        const read = Effect.match(books.read(ticker), {
          onFailure: ({ message }) => message,
          onSuccess: (book) => book.clock
        })
        const reads: Array<string | number | undefined> = []
        yield* busyFor(1_050, handle, () => reads.push(runSync(read)))
        yield* poll(Effect.map(received, (count) => count > before + 1))
        reads.push(yield* read)
        assert.deepStrictEqual(reads, [clock, clock! + 1])
      })
    ).pipe(Effect.provide([sockets.layer, NodeHttpClient.layerUndici, layer()]))
  })

  inMemory("B16: is unreadable while its connection is lost, and live after the restore", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker])
      yield* until(isLive(books))
      yield* sandbox.plant({ feed: "upgrade", status: 503, times: 3 })
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => books.state(ticker)?._tag === "Healing")
      yield* place({ price: "0.40" })
      yield* until(isLive(books), 120_000)
      assert.deepStrictEqual((yield* levels(books))[0], [["0.40", "5.00"]])
    })
  )

  inMemory("S7: reports a market that does not exist, and keeps the other markets", () =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker, "KXNONE-26-YES"])
      yield* until(() => books.state("KXNONE-26-YES") === undefined)
      const error = yield* Effect.flip(books.read("KXNONE-26-YES"))
      assert.strictEqual(error._tag === "NotWatched" && error.refusal?._tag, "SnapshotMissing")
      assert.isTrue(isLive(books)())
    })
  )

  inMemory("B10: keeps a market if its snapshot is lost while its book heals", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker])
      yield* until(isLive(books))
      yield* sandbox.plant({ feed: "frame", type: "orderbook_snapshot", change: "skip" })
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "skip" })
      yield* place({ price: "0.40" })
      yield* place({ price: "0.41" })
      yield* until(() => books.state(ticker)?._tag === "Healing")
      yield* TestClock.adjust("1 second")
      // The seq of the next message shows that the snapshot is lost.
      yield* place({ price: "0.42" })
      yield* until(isLive(books))
      assert.deepStrictEqual((yield* levels(books))[0], [
        ["0.42", "5.00"],
        ["0.41", "5.00"],
        ["0.40", "5.00"]
      ])
    })
  )

  it.effect("keeps every book readable while the connections of a watch are replaced", () =>
    trading(({ sandbox }) =>
      Effect.gen(function* () {
        const tickers = [ticker, "KXFEED-26-A", "KXFEED-26-B"]
        for (const market of tickers.slice(1)) yield* sandbox.createMarket({ ticker: market })
        const books = yield* OrderBooks.watch(tickers)
        yield* until(() => tickers.every((market) => isLive(books, market)()))
        assert.strictEqual((yield* sandbox.feed.connections).length, 2)
        const before = new Set((yield* sandbox.feed.connections).map(({ connectionId }) => connectionId))
        yield* Feed.changeOver
        for (let step = 0; step < 200; step++) {
          for (const market of tickers) assert.isTrue(isLive(books, market)(), market)
          yield* TestClock.adjust(10)
        }
        const after = (yield* sandbox.feed.connections).map(({ connectionId }) => connectionId)
        assert.strictEqual(after.length, 2)
        assert.isFalse(after.some((id) => before.has(id)))
      })
    ).pipe(Effect.provide(layerTest({ assumptions: { maxFeedMarkets: 2 } })))
  )

  inMemory("adds and removes markets", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const other = "KXFEED-26-OTHER"
      yield* sandbox.createMarket({ ticker: other })
      const books = yield* OrderBooks.watch([ticker])
      yield* books.add([other])
      yield* until(isLive(books, other))
      yield* place({ ticker: other, price: "0.20" })
      yield* TestClock.adjust(100)
      assert.deepStrictEqual((yield* levels(books, other))[0], [["0.20", "5.00"]])
      yield* books.remove([other])
      assert.strictEqual((yield* Effect.flip(books.read(other)))._tag, "NotWatched")
    })
  )

  inMemory("announces several changes of a book only once to a slow consumer", ({ place }) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker])
      yield* until(isLive(books))
      for (const price of ["0.10", "0.11", "0.12", "0.13"] as const) yield* place({ price })
      yield* TestClock.adjust(100)
      const { events } = yield* collect(books.changes)
      yield* until(() => events.length > 0)
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(events, [ticker])
      yield* place({ price: "0.14" })
      yield* until(() => events.length === 2)
    })
  )

  inMemory("keeps the same books as the exchange after many orders in several markets", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const tickers = [ticker, ...Array.from({ length: 9 }, (_, index) => `KXFEED-26-${index}`)]
      for (const market of tickers.slice(1)) yield* sandbox.createMarket({ ticker: market })
      const books = yield* OrderBooks.watch(tickers)
      yield* until(() => tickers.every((market) => isLive(books, market)()))
      for (let n = 0; n < 200; n++) {
        if (n % 40 === 20) yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "skip" })
        const side = n % 3 === 0 ? "ask" : "bid"
        const cents = side === "bid" ? 10 + ((n * 7) % 40) : 55 + ((n * 11) % 40)
        yield* place({ ticker: tickers[n % tickers.length]!, side, price: `0.${cents}` as "0.10", count: "1" })
      }
      yield* TestClock.adjust("10 seconds")
      yield* assertEqual(sandbox, books, tickers)
    })
  )
})
