/** A code such as S16 in a test name identifies a known fault of other clients. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeWS from "@effect/platform-node/NodeWS"
import { assert, describe, it } from "@effect/vitest"
import * as Feed from "@kalshi-effect/client/Feed"
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { layer, layerTest, Sandbox } from "../../src/Sandbox.ts"
import { collect, type Needs, ticker, type Trader, trading, until } from "../support/feedTrader.ts"

const inMemory = <E>(
  name: string,
  test: (trader: Trader) => Effect.Effect<void, E, Needs | Feed.KalshiFeed | Scope.Scope>,
  options?: Partial<Feed.Options>
) => it.effect(name, () => trading(test, options).pipe(Effect.provide(layerTest())))

const tags = (events: ReadonlyArray<{ readonly _tag: string }>) => events.map(({ _tag }) => _tag)

describe("Feed.subscribe", () => {
  inMemory("delivers the snapshot of a channel, and then its messages", ({ place }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.messages("orderbook_delta", { market_tickers: [ticker] }))
      yield* until(() => events.length === 1)
      yield* place()
      yield* until(() => events.length === 2)
      assert.deepStrictEqual(
        events.map(({ seq, type }) => [type, seq]),
        [
          ["orderbook_snapshot", 1],
          ["orderbook_delta", 2]
        ]
      )
    })
  )

  inMemory(
    "S16: shares one connection and one subscription between streams with the same filter",
    ({ place, sandbox }) =>
      Effect.gen(function* () {
        const [first, second] = [
          yield* collect(Feed.messages("user_orders")),
          yield* collect(Feed.messages("user_orders"))
        ]
        yield* until(() => true)
        while ((yield* sandbox.feed.connections)[0]?.subscriptions.length !== 1) yield* TestClock.adjust(10)
        yield* place()
        yield* until(() => first.events.length === 1 && second.events.length === 1)
        assert.strictEqual(first.events[0], second.events[0])
        assert.strictEqual((yield* sandbox.feed.connections).length, 1)
      })
  )

  inMemory("reports the loss and the restoration of a connection, and continues", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.subscribe("orderbook_delta", { market_tickers: [ticker] }))
      yield* until(() => events.length === 1)
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => tags(events).includes("Restored"))
      yield* place()
      yield* until(() => events.length === 5)
      assert.deepStrictEqual(tags(events).toSorted(), ["Message", "Message", "Message", "Outage", "Restored"])
    })
  )

  inMemory("reports a gap in the sequence numbers of messages", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.subscribe("orderbook_delta", { market_tickers: [ticker] }))
      yield* until(() => events.length === 1)
      yield* sandbox.plant({ feed: "frame", type: "orderbook_delta", change: "skip" })
      yield* place()
      yield* place({ price: "0.41" })
      yield* until(() => events.length === 3)
      const gap = events.find((event) => event._tag === "Gap")
      assert.deepInclude(gap, { reason: "missing", expectedSeq: 2, receivedSeq: 3, markets: [ticker] })
    })
  )

  inMemory("fails with the code and the channel of a refused subscription", ({ sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.plant({ feed: "command", cmd: "subscribe", error: 14 })
      const { fiber } = yield* collect(Feed.messages("trade", { market_tickers: [ticker] }))
      yield* until(() => fiber.pollUnsafe() !== undefined)
      const error = yield* Effect.flip(Fiber.join(fiber))
      assert.deepInclude({ ...error }, { _tag: "SubscriptionRefused", code: 14, channel: "trade" })
    })
  )

  inMemory("S30: delivers the waiting events to a slow consumer, then fails with Lagging", ({ place }) =>
    Effect.gen(function* () {
      const { events: stream } = yield* Feed.open("user_orders", {}, { bufferSize: 2 })
      while ((yield* Feed.state).subscriptions[0]?.status !== "live") yield* TestClock.adjust(10)
      for (const price of ["0.10", "0.11", "0.12"] as const) yield* place({ price })
      yield* TestClock.adjust(100)
      const taken: Array<string> = []
      const error = yield* Effect.flip(
        Stream.runForEach(stream, (event) => Effect.sync(() => void taken.push(event._tag)))
      )
      assert.deepStrictEqual(taken, ["Message", "Message"])
      assert.deepInclude({ ...error }, { _tag: "Lagging", waiting: 2 })
    })
  )

  inMemory("delivers the newest ticker of each market to a slow consumer", ({ place }) =>
    Effect.gen(function* () {
      const bids: Array<string> = []
      yield* Effect.forkScoped(
        Stream.runForEach(Feed.tickers({ market_tickers: [ticker] }), ({ msg }) =>
          Effect.andThen(
            Effect.sync(() => void bids.push(msg.yes_bid_dollars)),
            Effect.sleep(1_000)
          )
        ),
        { startImmediately: true }
      )
      while ((yield* Feed.state).subscriptions[0]?.status !== "live") yield* TestClock.adjust(10)
      for (const price of ["0.10", "0.11", "0.12", "0.13"] as const) {
        yield* place({ price })
        yield* TestClock.adjust(10)
      }
      yield* TestClock.adjust(3_000)
      assert.deepStrictEqual(bids, ["0.1000", "0.1300"])
    })
  )

  inMemory("delivers the text of all frames in Feed.frames", ({ place }) =>
    Effect.gen(function* () {
      const recorded = yield* collect(Feed.frames())
      const { events } = yield* collect(Feed.messages("orderbook_delta", { market_tickers: [ticker] }))
      yield* until(() => events.length === 1)
      yield* place()
      yield* until(() => events.length === 2)
      const decode = FeedMessages.decoder()
      assert.deepStrictEqual(
        recorded.events.map(({ text }) => Result.getOrThrow(decode(text)).type),
        ["subscribed", "orderbook_snapshot", "orderbook_delta"]
      )
    })
  )

  inMemory("unsubscribes when the last stream of a subscription ends", ({ sandbox }) =>
    Effect.gen(function* () {
      const { fiber } = yield* collect(Feed.messages("trade"))
      while ((yield* sandbox.feed.connections)[0]?.subscriptions.length !== 1) yield* TestClock.adjust(10)
      yield* Fiber.interrupt(fiber)
      while ((yield* sandbox.feed.connections)[0]?.subscriptions.length !== 0) yield* TestClock.adjust(10)
    })
  )

  inMemory("S33: before it connects, refuses a parameter that the channel does not have", ({ sandbox }) =>
    Effect.gen(function* () {
      const wrong = { market_tickerz: [ticker] } as never // a caller without types
      const error = yield* Effect.flip(Stream.runDrain(Feed.messages("trade", wrong)))
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.deepStrictEqual(yield* sandbox.feed.connections, [])
    })
  )
})

describe("Feed.layer", () => {
  inMemory("fails with an explanation if the exchange refuses the signature", ({ sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.moveClock(120_000)
      const { fiber } = yield* collect(Feed.messages("trade"))
      yield* until(() => fiber.pollUnsafe() !== undefined)
      const error = yield* Effect.flip(Fiber.join(fiber))
      assert.strictEqual(error._tag, "ConnectionRefused")
      assert.include(error.message, "clock")
    })
  )

  inMemory(
    "S22: signs with the measured time of the exchange if correctClockSkew is set",
    ({ sandbox }) =>
      Effect.gen(function* () {
        yield* sandbox.moveClock(120_000)
        yield* collect(Feed.messages("trade"))
        while ((yield* sandbox.feed.connections).length === 0) yield* TestClock.adjust(10)
      }),
    { correctClockSkew: true }
  )

  inMemory("S21: does not connect in the first 39 of the 40 seconds that Retry-After states", ({ sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.plant({ feed: "upgrade", status: 429, retryAfterSeconds: 40 })
      yield* collect(Feed.messages("trade"))
      yield* TestClock.adjust("39 seconds")
      assert.strictEqual((yield* sandbox.feed.connections).length, 0)
      yield* TestClock.adjust("32 seconds")
      while ((yield* sandbox.feed.connections).length === 0) yield* TestClock.adjust(10)
    })
  )

  it.effect("closes its connections when its scope closes", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* trading(() =>
        Effect.gen(function* () {
          yield* collect(Feed.messages("trade"))
          while ((yield* sandbox.feed.connections).length === 0) yield* TestClock.adjust(10)
        })
      )
      while ((yield* sandbox.feed.connections).length > 0) yield* TestClock.adjust(10)
    }).pipe(Effect.provide(layerTest()))
  )

  it.live("works over real sockets", () =>
    trading(({ me, place, sandbox }) =>
      Effect.gen(function* () {
        const { events } = yield* collect(Feed.subscribe("orderbook_delta", { market_tickers: [ticker] }))
        const eventually = (condition: () => boolean) =>
          Effect.gen(function* () {
            while (!condition()) yield* Effect.sleep(5)
          })
        yield* eventually(() => events.length === 1)
        yield* place()
        yield* eventually(() => events.length === 2)
        yield* sandbox.feed.drop({ how: "reset", accountId: me.accountId })
        yield* eventually(() => tags(events).includes("Restored"))
        yield* place({ price: "0.41" })
        yield* eventually(() => tags(events).filter((tag) => tag === "Message").length === 4)
      })
    ).pipe(Effect.provide(Layer.mergeAll(layer(), NodeHttpClient.layerUndici, NodeWS.layerWebSocketConstructor)))
  )
})
