/**
 * After a difference from REST, a book heals: it is unreadable until the client has a new snapshot. The code B2 in a
 * test name identifies a known fault of other clients.
 */
import { assert, describe, it } from "@effect/vitest"
import type * as Capability from "@kalshi-effect/client/Capability"
import type * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { layerTest } from "../../src/Sandbox.ts"
import { assertEqual, isLive, levels } from "../support/books.ts"
import { collect, type Needs, ticker, type Trader, trading, until } from "../support/feedTrader.ts"

const inMemory = <E>(
  name: string,
  test: (trader: Trader) => Effect.Effect<void, E, Needs | Feed.KalshiFeed | Capability.KalshiPublic | Scope.Scope>
) =>
  it.effect(name, () =>
    trading((trader) => {
      const { environment } = trader.sandbox
      return Effect.provide(test(trader), Kalshi.layer({ environment, signer: trader.me.signer }))
    }).pipe(Effect.provide(layerTest()))
  )

const other = "KXFEED-26-OTHER"

/** Watches two books, and returns when both are live on every line. */
const watchTwo = ({ sandbox }: Trader, lines = 1) =>
  Effect.gen(function* () {
    yield* sandbox.createMarket({ ticker: other })
    const books = yield* OrderBooks.watch([ticker, other], { lines })
    const isWhole = Effect.map(books.lines, (states) => states.every(({ liveBooks }) => liveBooks === 2))
    while (!(yield* isWhole)) yield* TestClock.adjust(10)
    return books
  })

const different = (events: ReadonlyArray<OrderBooks.AuditEvent>) =>
  events.flatMap((event) => (event._tag === "Different" ? [event] : []))

describe("OrderBooks.audit", () => {
  for (const lines of [1, 2]) {
    inMemory(`finds and heals a book after a change that the exchange did not send (lines: ${lines})`, (trader) =>
      Effect.gen(function* () {
        const { place, sandbox } = trader
        const books = yield* watchTwo(trader, lines)
        yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "omit", times: lines })
        yield* place({ price: "0.40" })
        yield* place({ price: "0.41" })
        yield* place({ ticker: other, side: "ask", price: "0.65" })
        yield* TestClock.adjust(100)
        // The book is wrong, but no message shows it.
        assert.isTrue(isLive(books)())
        assert.deepStrictEqual((yield* levels(books))[0], [["0.41", "5.00"]])
        yield* sandbox.plant({ feed: "command", cmd: "update_subscription", delayMillis: 1_000, times: lines })
        const { events } = yield* collect(OrderBooks.audit(books))
        yield* until(() => books.state(ticker)?._tag === "Healing")
        const state = books.state(ticker)
        assert.strictEqual(state?._tag === "Healing" && state.loss.cause, "audit")
        assert.isTrue(isLive(books, other)())
        yield* until(isLive(books))
        yield* assertEqual(sandbox, books, [ticker, other])
        assert.deepStrictEqual(
          different(events).map(({ differences, market_ticker }) => [
            market_ticker,
            differences as ReadonlyArray<object>
          ]),
          [[ticker, [{ side: "bid", price: "0.40", live: "0.00", rest: "5.00" }]]]
        )
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual(different(events).length, 1)
        assert.deepStrictEqual(events.at(-1), { _tag: "Compared", equal: [ticker, other], undecided: [] })
      })
    )
  }

  inMemory("B2: reports a book with renamed keys in every comparison, and lists the unknown keys", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      yield* place({ price: "0.40" })
      yield* place({ side: "ask", price: "0.65" })
      yield* sandbox.plant({ feed: "frame", change: "renameKeys", marketTicker: ticker, times: 1_000 })
      const books = yield* watchTwo(trader)
      assert.deepStrictEqual(yield* levels(books), [[], []])
      assert.deepStrictEqual(books.unknownKeys(), ["/msg/yes_levels", "/msg/no_levels"])
      const { events } = yield* collect(OrderBooks.audit(books, { intervalMillis: 10_000 }))
      yield* until(() => different(events).length === 2)
      assert.deepStrictEqual(
        different(events).map(({ isRepeated }) => isRepeated),
        [false, true]
      )
      assert.deepStrictEqual(different(events)[0]?.differences as ReadonlyArray<object>, [
        { side: "bid", price: "0.40", live: "0.00", rest: "5.00" },
        { side: "ask", price: "0.65", live: "0.00", rest: "5.00" }
      ])
    })
  )

  inMemory("finds no difference in busy markets, despite lost and late messages and reconnects", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const books = yield* watchTwo(trader, 2)
      const { events } = yield* collect(OrderBooks.audit(books, { intervalMillis: 5_000 }))
      for (let n = 0; n < 300; n++) {
        if (n % 60 === 10) yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "skip" })
        if (n % 60 === 20) yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", delayMillis: 300 })
        if (n % 120 === 70) yield* sandbox.feed.drop({ how: "reset" })
        const side = n % 3 === 0 ? "ask" : "bid"
        const cents = side === "bid" ? 10 + ((n * 7) % 45) : 50 + ((n * 11) % 45)
        yield* place({ ticker: n % 2 === 0 ? ticker : other, side, price: `0.${cents}` as "0.10", count: "1" }) // the text is a decimal
        yield* TestClock.adjust(100)
      }
      assert.deepStrictEqual(different(events), [])
      const equal = events.flatMap((event) => (event._tag === "Compared" ? event.equal : []))
      assert.isAbove(equal.length, 10)
    })
  )

  inMemory("continues after a failed read of REST, but fails if the feed fails", (trader) =>
    Effect.gen(function* () {
      const { sandbox } = trader
      const books = yield* watchTwo(trader)
      yield* sandbox.plant({ operation: "GetMarketOrderbooks", status: 400 })
      const { events, fiber } = yield* collect(OrderBooks.audit(books, { intervalMillis: 5_000 }))
      yield* until(() => events.length === 2)
      const [failed, compared] = events
      assert.strictEqual(failed?._tag === "ReadFailed" && failed.error._tag, "BadRequest")
      assert.deepStrictEqual(compared, { _tag: "Compared", equal: [ticker, other], undecided: [] })
      yield* sandbox.feed.drop({ code: 4_000 })
      yield* until(() => fiber.pollUnsafe() !== undefined)
      assert.strictEqual((yield* Effect.flip(Fiber.join(fiber)))._tag, "ConnectionClosed")
    })
  )
})
