import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { type BookEvent, Changes, lossOf, NotWatched } from "../../src/book/watching.ts"
import * as OrderBooks from "../../src/book/OrderBooks.ts"
import { ConnectionClosed, SubscriptionRefused } from "../../src/feed/FeedError.ts"
import { inTime } from "../support/watching.ts"

describe("NotWatched", () => {
  it("states why the exchange refused the market, or that the market was not added", () => {
    const refusal = new SubscriptionRefused({
      channel: "orderbook_delta",
      markets: ["A"],
      code: 14,
      codeName: undefined,
      reason: "unknown"
    })
    assert.strictEqual(
      new NotWatched({ market_ticker: "A", refusal: undefined }).message,
      "The order book of A is not watched: add the market first"
    )
    assert.strictEqual(
      new NotWatched({ market_ticker: "A", refusal }).message,
      `The order book of A is not watched: ${refusal.message}`
    )
  })
})

describe("lossOf", () => {
  const loss = (cause: string, detail: string, ...markets: ReadonlyArray<string>) => ({
    markets,
    loss: { cause, detail }
  })

  it("returns the loss and the markets that an event reports", () => {
    const undecodable = {
      _tag: "Undecodable",
      generation: 1,
      sid: 1,
      pointer: "/msg",
      reason: "expected a text",
      text: "{}"
    } as const
    const events: ReadonlyArray<readonly [event: BookEvent, expected: unknown]> = [
      [
        {
          _tag: "Gap",
          generation: 1,
          sid: 1,
          reason: "missing",
          expectedSeq: 3,
          receivedSeq: 5,
          markets: ["A", "B"]
        },
        loss("gap", "expected seq 3, got 5", "A", "B")
      ],
      [
        { _tag: "Outage", cause: { _tag: "Unresponsive", timeoutMillis: 1 }, sinceMillis: 0, markets: ["A"] },
        loss("outage", "Unresponsive", "A")
      ],
      [{ ...undecodable, market: "A" }, loss("undecodable", "expected a text at /msg", "A")],
      [{ ...undecodable, market: undefined }, loss("undecodable", "expected a text at /msg")],
      [
        { _tag: "UnknownMessage", generation: 1, sid: 1, type: "new", text: "{}" },
        loss("undecodable", "a message has the unknown type new")
      ],
      [
        { _tag: "Replaced", generation: 2, sid: 1, markets: ["A"] },
        loss("outage", "the subscription changed over to another connection", "A")
      ],
      [{ _tag: "Restored", sinceMillis: 0, durationMillis: 1 }, undefined],
      [{ _tag: "UnknownKeys", generation: 1, sid: 1, market: "A", pointers: ["/a"] }, undefined]
    ]
    for (const [event, expected] of events) assert.deepStrictEqual(lossOf(event) as unknown, expected)
  })
})

describe("Changes", () => {
  it.effect("calls each observer of a market immediately and then with each change, until the observer stops", () =>
    Effect.gen(function* () {
      const changes = yield* Changes.make()
      const calls: Array<string> = []
      const [first, second] = [() => void calls.push("first"), () => void calls.push("second")]
      const stopFirst = changes.observe("A", first)
      const stopSecond = changes.observe("A", second)
      changes.observe("B", () => void calls.push("B"))
      changes.publish("A")
      assert.deepStrictEqual(calls.splice(0), ["first", "second", "B", "first", "second"])
      stopFirst()
      stopFirst()
      changes.publish("A")
      assert.deepStrictEqual(calls.splice(0), ["second"])
      stopSecond()
      stopSecond()
      changes.publish("A")
      changes.publish("B")
      assert.deepStrictEqual(calls, ["B"])
    })
  )

  it.effect("publishes a market once for each version of its book", () =>
    Effect.gen(function* () {
      const changes = yield* Changes.make()
      const calls: Array<number> = []
      const book = { version: 1 }
      const published = { book, version: 1 }
      changes.observe("A", () => void calls.push(book.version))
      changes.publishIfChanged("A", published)
      changes.publishIfChanged("A", undefined)
      for (const version of [2, 2, 3]) {
        book.version = version
        changes.publishIfChanged("A", published)
      }
      changes.publish("B")
      changes.end(undefined)
      assert.deepStrictEqual(calls, [1, 2, 3])
      assert.deepStrictEqual(yield* Stream.runCollect(changes.stream), ["A", "B"])
    })
  )

  it.effect("ends its stream with the given error", () =>
    Effect.gen(function* () {
      const changes = yield* Changes.make()
      const error = new ConnectionClosed({ code: 4_000, reason: "" })
      changes.end(error)
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(changes.stream)), error)
    })
  )
})

describe("OrderBooks.watch", () => {
  for (const lines of [1, 2]) {
    inTime(`shows no book as live after the feed has ended (lines: ${lines})`, (exchange) =>
      Effect.gen(function* () {
        const books = yield* OrderBooks.watch(["A", "B"], { lines })
        const changes = yield* Effect.forkScoped(Effect.exit(Stream.runCollect(books.changes)))
        for (const session of exchange.sessions) session.snapshot("A", [["0.45", "1.00"]])
        assert.strictEqual(books.state("A")?._tag, "Live")
        const error = new ConnectionClosed({ code: 4_000, reason: "" })
        for (const session of exchange.sessions) session.end(error)
        assert.deepInclude(books.state("A"), {
          _tag: "Healing",
          loss: { cause: "outage", detail: "ConnectionClosed" }
        })
        assert.isTrue((yield* books.lines).every(({ ended, liveBooks }) => ended === error && liveBooks === 0))
        assert.strictEqual(yield* Effect.flip(books.read("A")), error)
        assert.isTrue(Exit.isFailure(yield* Fiber.join(changes)))
        yield* TestClock.adjust("1 hour")
        assert.isTrue(exchange.sessions.every(({ requests }) => requests.length === 0))
      })
    )

    inTime(`shows no book as live after its scope has closed (lines: ${lines})`, (exchange) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const books = yield* OrderBooks.watch(["A"], { lines }).pipe(Scope.provide(scope))
        for (const session of exchange.sessions) session.snapshot("A", [["0.45", "1.00"]])
        const reads: Array<string> = []
        books.observe("A", (read) => void reads.push(read._tag))
        yield* Scope.close(scope, Exit.void)
        assert.deepInclude(books.state("A"), { _tag: "Healing", loss: { cause: "outage", detail: "FeedClosed" } })
        assert.strictEqual((yield* Effect.flip(books.read("A")))._tag, "FeedClosed")
        assert.deepStrictEqual([...new Set(reads)], ["Success", "Failure"])
        assert.deepStrictEqual(yield* Stream.runCollect(books.changes), ["A"])
        assert.isTrue(exchange.sessions.every(({ subscribers }) => subscribers.length === 0))
      })
    )

    inTime(`still fails with the feed's error after its scope has closed (lines: ${lines})`, (exchange) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const books = yield* OrderBooks.watch(["A"], { lines }).pipe(Scope.provide(scope))
        const error = new ConnectionClosed({ code: 4_000, reason: "" })
        for (const session of exchange.sessions) session.end(error)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(yield* Effect.flip(books.read("A")), error)
      })
    )
  }
})
