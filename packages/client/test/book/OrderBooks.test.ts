import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { InvalidRequest } from "../../src/Errors.ts"
import * as OrderBooks from "../../src/book/OrderBooks.ts"
import { SubscriptionRefused, TooManyConnections } from "../../src/feed/FeedError.ts"
import { type FakeExchange, inTime } from "../support/watching.ts"

const refusal = new SubscriptionRefused({
  channel: "orderbook_delta",
  markets: ["B"],
  code: 14,
  codeName: undefined,
  reason: "unknown"
})

const levels = [["0.45", "1.00"]] as const

/** Watches markets on one line. Their books are live. */
const watching = (exchange: FakeExchange, ...tickers: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const books = yield* OrderBooks.watch(tickers)
    for (const ticker of tickers) exchange.session.snapshot(ticker, levels)
    // The timer fires at the deadline of the first snapshots. After that, no deadline is left.
    yield* TestClock.adjust(5_000)
    exchange.session.receivedMillis = 5_000
    return books
  })

describe("OrderBooks.watch with one line", () => {
  inTime("passes the options to the books, and requests a late first snapshot", (exchange) =>
    Effect.gen(function* () {
      yield* TestClock.adjust(7)
      const books = yield* OrderBooks.watch(["A", "B"], { snapshotTimeoutMillis: 1_000 })
      const { requests, subscribed } = exchange.session
      assert.deepStrictEqual(subscribed, [["A", "B"]])
      assert.deepStrictEqual(books.state("A"), { _tag: "AwaitingSnapshot", sinceMillis: 7 })
      exchange.session.snapshot("A", levels)
      const [line] = yield* books.lines
      assert.deepInclude(line, { ended: undefined, liveBooks: 1 })
      yield* TestClock.adjust(999)
      assert.deepStrictEqual(requests, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(requests, [["B"]])
    })
  )

  inTime("adds markets, keeps known books, and requests a late first snapshot", (exchange) =>
    Effect.gen(function* () {
      const books = yield* watching(exchange, "A")
      yield* books.add(["A", "B"])
      assert.deepStrictEqual(exchange.session.added, [["A", "B"]])
      assert.deepStrictEqual([books.state("A")?._tag, books.state("B")?._tag], ["Live", "AwaitingSnapshot"])
      yield* TestClock.adjust(4_999)
      assert.deepStrictEqual(exchange.session.requests, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(exchange.session.requests, [["B"]])
    })
  )

  inTime("watches no market whose addition failed", (exchange) =>
    Effect.gen(function* () {
      const books = yield* watching(exchange, "A")
      for (const error of [
        new InvalidRequest({ operation: "Feed.subscribe", pointer: "/market_tickers", reason: "empty" }),
        new TooManyConnections({ channel: "orderbook_delta", maxConnections: 1 })
      ]) {
        exchange.session.refusal = error
        assert.strictEqual(yield* Effect.flip(books.add(["A", "B"])), error)
        assert.deepStrictEqual([books.markets(), books.state("A")?._tag], [["A"], "Live"])
      }
    })
  )

  inTime("removes markets, and ignores their messages and losses", (exchange) =>
    Effect.gen(function* () {
      const books = yield* watching(exchange, "A", "B")
      yield* books.remove(["B"])
      assert.deepStrictEqual(exchange.session.removed, [["B"]])
      exchange.session.snapshot("B", levels)
      exchange.session.event({
        _tag: "Gap",
        generation: 1,
        sid: 1,
        reason: "missing",
        expectedSeq: 1,
        receivedSeq: 2,
        markets: ["B", "A"]
      })
      assert.deepStrictEqual([books.markets(), books.state("A")?._tag], [["A"], "Healing"])
      assert.deepInclude(yield* Effect.flip(books.read("B")), {
        _tag: "NotWatched",
        market_ticker: "B",
        refusal: undefined
      })
    })
  )

  inTime("no longer watches a refused market, states why, and can add it again", (exchange) =>
    Effect.gen(function* () {
      const books = yield* watching(exchange, "A", "B")
      const reads: Array<string> = []
      books.observe("B", (read) => void reads.push(read._tag === "Failure" ? read.failure._tag : read._tag))
      exchange.session.event({ _tag: "Refused", markets: ["B"], error: refusal })
      assert.deepStrictEqual(reads, ["Success", "NotWatched"])
      assert.deepStrictEqual(books.markets(), ["A"])
      assert.deepInclude(yield* Effect.flip(books.read("B")), { market_ticker: "B", refusal })
      yield* books.add(["B"])
      assert.strictEqual(books.state("B")?._tag, "AwaitingSnapshot")
      exchange.session.event({ _tag: "Refused", markets: ["B"], error: refusal })
      yield* books.remove(["B"])
      assert.deepInclude(yield* Effect.flip(books.read("B")), { _tag: "NotWatched", refusal: undefined })
    })
  )

  for (const crossing of ["A", "B"]) {
    inTime(`notices by a timer that the book of ${crossing} has been crossed for too long`, (exchange) =>
      Effect.gen(function* () {
        const books = yield* watching(exchange, "A", "B")
        const reads: Array<string> = []
        books.observe(crossing, (read) => void reads.push(read._tag))
        // The grace period of the other book ends later.
        const other = crossing === "A" ? "B" : "A"
        exchange.session.receivedMillis = 5_100
        exchange.session.delta(other, "no", "0.4500", "1.00")
        exchange.session.receivedMillis = 5_000
        exchange.session.delta(crossing, "no", "0.4500", "1.00")
        yield* TestClock.adjust(249)
        assert.deepStrictEqual(reads, ["Success"])
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(reads, ["Success", "Failure"])
        assert.strictEqual(books.state(other)?._tag, "Live")
        yield* TestClock.adjust(100)
        assert.strictEqual(books.state(other)?._tag, "Healing")
      })
    )
  }

  inTime("names the operation in the error for an invalid number of lines", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(OrderBooks.watch(["A"], { lines: 0 }))
      assert.deepInclude({ ...error }, { _tag: "InvalidRequest", operation: "OrderBooks.watch" })
    })
  )
})
