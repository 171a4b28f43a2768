/** A code such as S1 or A2 in a test name identifies a known fault of other clients. */
import { assert, describe, it } from "@effect/vitest"
import * as Feed from "@kalshi-effect/client/Feed"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { layerTest, type TestOptions } from "../../src/Sandbox.ts"
import { isLive } from "../support/books.ts"
import { collect, type Needs, ticker, type Trader, trading, until } from "../support/feedTrader.ts"

const inMemory = <E>(
  name: string,
  test: (trader: Trader) => Effect.Effect<void, E, Needs | Feed.KalshiFeed | Scope.Scope>,
  { assumptions, ...options }: Partial<Feed.Options> & Pick<TestOptions, "assumptions"> = {}
) => it.effect(name, () => trading(test, options).pipe(Effect.provide(layerTest({ assumptions: assumptions ?? {} }))))

const tags = (events: ReadonlyArray<{ readonly _tag: string }>) => events.map(({ _tag }) => _tag)

const live = (count: number, within = 120_000) =>
  Effect.gen(function* () {
    for (let millis = 0; ; millis += 10) {
      const { subscriptions } = yield* Feed.state
      if (subscriptions.length === count && subscriptions.every(({ status }) => status === "live")) return
      if (millis > within) return yield* Effect.die(new Error(`not live: ${subscriptions.map(({ status }) => status)}`))
      yield* TestClock.adjust(10)
    }
  })

const counters = Effect.map(Feed.state, (state) => state.counters)

const channelsOf = ({ sandbox }: Trader) =>
  Effect.map(sandbox.feed.connections, (connections) =>
    connections.flatMap(({ subscriptions }) => subscriptions.map(({ channel }) => channel)).toSorted()
  )

const errorOf = <A, E>(fiber: Fiber.Fiber<A, E>) =>
  Effect.gen(function* () {
    yield* until(() => fiber.pollUnsafe() !== undefined)
    return yield* Effect.flip(Fiber.join(fiber))
  })

describe("Feed.subscribe", () => {
  inMemory("S1, S4: restores both channels if the connection drops again during the restore", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const params = { market_tickers: [ticker] }
      const books = yield* collect(Feed.subscribe("orderbook_delta", params))
      const trades = yield* collect(Feed.subscribe("trade", params))
      yield* live(2)
      yield* sandbox.plant({ feed: "command", channel: "trade", isSilent: true })
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => tags(trades.events).includes("Outage"))
      while ((yield* channelsOf(trader)).length !== 2) yield* TestClock.adjust(10)
      yield* sandbox.feed.drop({ how: "reset" })
      const areRestored = () => [books, trades].every(({ events }) => tags(events).includes("Restored"))
      yield* until(areRestored)
      yield* live(2)
      const before = books.events.length
      yield* place({ price: "0.40" })
      yield* until(() => books.events.length > before)
      assert.deepStrictEqual([books.fiber.pollUnsafe(), trades.fiber.pollUnsafe()], [undefined, undefined])
      assert.deepStrictEqual(yield* channelsOf(trader), ["orderbook_delta", "trade"])
      assert.strictEqual((yield* counters).dials, 3)
    })
  )

  inMemory(
    "S2: fails after the last attempt to connect, with the reason of that attempt",
    ({ sandbox }) =>
      Effect.gen(function* () {
        const { fiber } = yield* collect(Feed.subscribe("trade"))
        yield* live(1)
        yield* sandbox.plant({ feed: "upgrade", status: 503, times: 100 })
        yield* sandbox.feed.drop({ how: "reset" })
        const error = yield* errorOf(fiber)
        assert.deepInclude({ ...error }, { _tag: "ConnectionLost", attempts: 3 })
        assert.include(error.message, "503")
      }),
    { reconnect: { maxAttempts: 3 } }
  )

  inMemory("S6: reports the market of a refused update, and keeps the other markets", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const { add, events: stream } = yield* Feed.open("orderbook_delta", { market_tickers: [ticker] })
      const { events } = yield* collect(stream)
      yield* live(1)
      yield* sandbox.plant({ feed: "command", cmd: "update_subscription", error: 11 })
      yield* Effect.fromResult(add(["KXFEED-26-OTHER"]))
      yield* until(() => tags(events).includes("Refused"))
      const refused = events.find((event) => event._tag === "Refused")
      assert.deepStrictEqual(refused?._tag === "Refused" && refused.markets, ["KXFEED-26-OTHER"])
      assert.include(refused?._tag === "Refused" ? refused.error.message : "", "error 11 InvalidParameter")
      yield* place()
      yield* until(() => events.some((event) => event._tag === "Message" && event.message.type === "orderbook_delta"))
    })
  )

  inMemory("S8: has one subscription if the reply to its command arrives after the timeout", (trader) =>
    Effect.gen(function* () {
      yield* trader.sandbox.plant({ feed: "command", cmd: "subscribe", delayMillis: 7_000 })
      const { events } = yield* collect(Feed.messages("user_orders"))
      yield* live(1)
      yield* TestClock.adjust("10 seconds")
      yield* trader.place()
      yield* until(() => events.length > 0)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(events.length, 1)
      assert.deepStrictEqual(yield* channelsOf(trader), ["user_orders"])
    })
  )

  inMemory("S9: ends the subscription of a stream that was interrupted before the reply", (trader) =>
    Effect.gen(function* () {
      yield* collect(Feed.messages("fill"))
      yield* live(1)
      yield* trader.sandbox.plant({ feed: "command", cmd: "subscribe", channel: "trade", delayMillis: 1_000 })
      const { fiber } = yield* collect(Feed.messages("trade"))
      for (let step = 0; step < 10; step++) yield* TestClock.adjust(10)
      yield* Fiber.interrupt(fiber)
      for (let step = 0; step < 200; step++) yield* TestClock.adjust(10)
      assert.deepStrictEqual(yield* channelsOf(trader), ["fill"])
      // The exchange had opened the interrupted subscription, so the next subscription has the third sid.
      yield* collect(Feed.messages("trade"))
      yield* live(2)
      assert.deepStrictEqual(
        (yield* Feed.state).subscriptions.map(({ sid }) => sid),
        [1, 3]
      )
    })
  )

  inMemory("S5, S10: ends only a subscription that cannot be restored, with the reason", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const trades = yield* collect(Feed.subscribe("trade"))
      const orders = yield* collect(Feed.subscribe("user_orders"))
      yield* live(2)
      yield* sandbox.plant({ feed: "command", channel: "trade", error: 8 })
      yield* sandbox.feed.drop({ how: "reset" })
      assert.deepInclude({ ...(yield* errorOf(trades.fiber)) }, { _tag: "SubscriptionRefused", code: 8 })
      yield* live(1)
      yield* place()
      yield* until(() => tags(orders.events).includes("Message"))
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => tags(orders.events).filter((tag) => tag === "Restored").length === 2)
      assert.deepStrictEqual(yield* channelsOf(trader), ["user_orders"])
    })
  )

  inMemory("S11: ends a subscription after an error that no command caused, with the reason", (trader) =>
    Effect.gen(function* () {
      const trades = yield* collect(Feed.subscribe("trade"))
      const orders = yield* collect(Feed.subscribe("user_orders"))
      yield* live(2)
      yield* trader.sandbox.feed.fail(9, { channel: "trade" })
      assert.deepInclude({ ...(yield* errorOf(trades.fiber)) }, { _tag: "SubscriptionRefused", code: 9 })
      yield* live(1)
      assert.deepStrictEqual(yield* channelsOf(trader), ["user_orders"])
      assert.isUndefined(orders.fiber.pollUnsafe())
    })
  )

  inMemory(
    "S12: restores 5,000 markets on an exchange that accepts three commands per second",
    (trader) =>
      Effect.gen(function* () {
        const names = Array.from({ length: 5_000 }, (_, index) => `KXFEED-26-${index}`)
        const { events, fiber } = yield* collect(Feed.subscribe("trade", { market_tickers: names }))
        const whole = Effect.gen(function* () {
          yield* live(1)
          assert.strictEqual((yield* Feed.state).subscriptions[0]?.acknowledged.size, 5_000)
          const [connection] = yield* trader.sandbox.feed.connections
          assert.strictEqual(connection?.subscriptions[0]?.markets, 5_000)
        })
        yield* whole
        yield* trader.sandbox.feed.drop({ how: "reset" })
        yield* until(() => tags(events).includes("Restored"))
        yield* whole
        assert.deepStrictEqual(tags(events), ["Outage", "Restored"])
        assert.isUndefined(fiber.pollUnsafe())
        assert.strictEqual((yield* counters).dials, 2)
      }),
    { assumptions: { maxFeedCommandsPerSecond: 3 } }
  )

  for (const isExecuted of [true, false]) {
    inMemory(`S13: has one subscription after error 18 (command ${isExecuted ? "" : "not "}executed)`, (trader) =>
      Effect.gen(function* () {
        yield* trader.sandbox.plant({ feed: "command", cmd: "subscribe", error: 18, isExecuted })
        const { events } = yield* collect(Feed.messages("user_orders"))
        yield* live(1)
        yield* trader.place()
        yield* until(() => events.length === 1)
        assert.deepStrictEqual(yield* channelsOf(trader), ["user_orders"])
      })
    )
  }

  inMemory("S14: backs off if error 25 follows each new subscription", (trader) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.subscribe("orderbook_delta", { market_tickers: [ticker] }))
      yield* live(1)
      const waits: Array<number> = []
      for (let round = 0; round < 6; round++) {
        yield* trader.sandbox.feed.fail(25)
        let millis = 0
        for (; (yield* channelsOf(trader)).length === 0 || millis === 0; millis += 10) yield* TestClock.adjust(10)
        waits.push(millis)
        yield* live(1)
      }
      // Each wait is random, up to a bound that starts at 500 ms and doubles.
      assert.isAbove(Math.max(...waits.slice(3)), Math.max(...waits.slice(0, 2)))
      assert.strictEqual(tags(events).filter((tag) => tag === "Restored").length, 6)
      assert.strictEqual((yield* counters).dials, 1)
    })
  )

  inMemory("S14: reports when messages arrive late, and when they are on time again", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.subscribe("user_orders"))
      yield* live(1)
      yield* place()
      yield* until(() => events.length === 1)
      yield* sandbox.plant({ feed: "frame", channel: "user_orders", delayMillis: 8_000 })
      yield* place()
      yield* until(() => tags(events).includes("Delay"))
      yield* place()
      yield* until(() => tags(events).filter((tag) => tag === "Delay").length === 2)
      const delays = events.flatMap((event) => (event._tag === "Delay" ? [event] : []))
      assert.deepStrictEqual(
        delays.map(({ growthMillis, isLate }) => [isLate, growthMillis >= 5_000]),
        [
          [true, true],
          [false, false]
        ]
      )
      assert.strictEqual((yield* counters).dials, 1)
    })
  )

  inMemory(
    "S15: opens more connections for the markets beyond the limit of a subscription",
    ({ place, sandbox }) =>
      Effect.gen(function* () {
        const markets = [ticker, ...Array.from({ length: 6 }, (_, index) => `KXFEED-26-${index}`)]
        for (const market of markets.slice(1)) yield* sandbox.createMarket({ ticker: market })
        const books = yield* OrderBooks.watch(markets)
        yield* until(() => markets.every((market) => isLive(books, market)()))
        for (const market of markets) yield* place({ ticker: market })
        yield* TestClock.adjust(100)
        for (const market of markets) assert.strictEqual((yield* books.read(market)).bestBid?.price, "0.40")
        assert.deepStrictEqual(
          (yield* sandbox.feed.connections).map(({ subscriptions: [first] }) => first?.markets),
          [3, 3, 1]
        )
      }),
    { assumptions: { maxFeedMarkets: 3 }, batchSize: 3 }
  )

  inMemory("S17: dials once after a dropped connection", ({ sandbox }) =>
    Effect.gen(function* () {
      for (const how of ["close", "reset"] as const) {
        const { events, fiber } = yield* collect(Feed.subscribe("trade"))
        yield* live(1)
        const before = (yield* counters).dials
        yield* sandbox.feed.drop({ how })
        yield* until(() => tags(events).includes("Restored"))
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual((yield* counters).dials, before + 1)
        assert.strictEqual((yield* sandbox.feed.connections).length, 1)
        yield* Fiber.interrupt(fiber)
      }
    })
  )

  inMemory("S20: notices a half-open connection within 25 seconds, before its close", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.subscribe("user_orders"))
      yield* live(1)
      yield* sandbox.feed.drop({ how: "silence" })
      yield* until(() => tags(events).includes("Outage"), 25_000)
      yield* until(() => tags(events).includes("Restored"))
      yield* place()
      yield* until(() => tags(events).includes("Message"))
    })
  )

  inMemory("S21: fails after an upgrade with status 403, and does not dial again", ({ sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.plant({ feed: "upgrade", status: 403, times: 10 })
      const { fiber } = yield* collect(Feed.subscribe("trade"))
      assert.deepInclude({ ...(yield* errorOf(fiber)) }, { _tag: "ConnectionRefused", status: 403 })
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual((yield* counters).dials, 1)
    })
  )

  inMemory("S23: fails after a close code that forbids reconnecting, and reconnects after other codes", ({ sandbox }) =>
    Effect.gen(function* () {
      const { events, fiber } = yield* collect(Feed.subscribe("trade"))
      yield* live(1)
      for (const code of [1001, 1011, 1012, 3000]) {
        events.length = 0
        yield* sandbox.feed.drop({ code })
        yield* until(() => tags(events).includes("Restored"))
      }
      const { dials } = yield* counters
      yield* sandbox.feed.drop({ code: 4001, reason: "policy" })
      assert.deepInclude({ ...(yield* errorOf(fiber)) }, { _tag: "ConnectionClosed", code: 4001, reason: "policy" })
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual((yield* counters).dials, dials)
    })
  )

  inMemory("S24: waits longer before each dial while connections close right after their handshake", ({ sandbox }) =>
    Effect.gen(function* () {
      yield* sandbox.plant({ feed: "upgrade", closeCode: 1012, times: 8 })
      yield* collect(Feed.subscribe("trade"))
      yield* TestClock.adjust("1 second")
      // With the shortest wait each time, there would be four dials in a second.
      yield* TestClock.adjust("4 seconds")
      assert.isAtMost((yield* counters).dials, 7)
      yield* live(1)
      assert.strictEqual((yield* counters).dials, 9)
    })
  )

  inMemory("S25: reopens a subscription that stops delivering although its connection is open", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const books = yield* OrderBooks.watch([ticker])
      const trades = yield* collect(Feed.subscribe("trade"))
      yield* until(isLive(books))
      yield* sandbox.feed.stall({ channel: "orderbook_delta" })
      yield* place({ price: "0.40" })
      for (let seconds = 0; seconds < 180; seconds++) yield* TestClock.adjust("1 second")
      yield* until(isLive(books))
      assert.strictEqual((yield* books.read(ticker)).bestBid?.price, "0.40")
      assert.deepStrictEqual(tags(trades.events), [])
      assert.strictEqual((yield* counters).dials, 1)
    })
  )

  inMemory("S26: keeps its connection through a quiet hour", ({ sandbox }) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker])
      const trades = yield* collect(Feed.subscribe("trade"))
      yield* until(isLive(books))
      const [before] = yield* sandbox.feed.connections
      for (let seconds = 0; seconds < 3_600; seconds += 5) {
        yield* TestClock.adjust("5 seconds")
        if (!isLive(books)()) assert.fail(`not live after ${seconds} seconds`)
      }
      assert.deepStrictEqual(
        (yield* sandbox.feed.connections).map(({ connectionId }) => connectionId),
        [before!.connectionId]
      )
      assert.deepStrictEqual(tags(trades.events), [])
    })
  )

  inMemory("S28: ends only the stream whose consumer dies", ({ place }) =>
    Effect.gen(function* () {
      const failing = yield* Effect.forkScoped(
        Stream.runForEach(Feed.messages("user_orders"), () => Effect.die(new Error("mine")))
      )
      const { events, fiber } = yield* collect(Feed.messages("user_orders"))
      yield* live(1)
      yield* place()
      yield* until(() => failing.pollUnsafe() !== undefined)
      yield* place({ price: "0.41" })
      yield* until(() => events.length === 2)
      assert.isUndefined(fiber.pollUnsafe())
    })
  )

  inMemory("S29: delivers all messages since the subscription, even to a late and slow reader", ({ place }) =>
    Effect.gen(function* () {
      const { events: stream } = yield* Feed.open("user_orders")
      yield* live(1)
      for (const price of ["0.10", "0.11", "0.12"] as const) yield* place({ price })
      const prices: Array<string | undefined> = []
      yield* Effect.forkScoped(
        Stream.runForEach(stream, (event) =>
          Effect.gen(function* () {
            if (event._tag === "Message") prices.push(event.message.msg.yes_price_dollars)
            yield* Effect.sleep("1 second")
          })
        )
      )
      yield* TestClock.adjust(100)
      for (const price of ["0.13", "0.14"] as const) yield* place({ price })
      yield* until(() => prices.length === 5)
      assert.deepStrictEqual(prices, ["0.1000", "0.1100", "0.1200", "0.1300", "0.1400"])
    })
  )

  inMemory("S31: delivers messages in order although the subscribe command gets no reply", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      yield* sandbox.plant({ feed: "command", cmd: "subscribe", isSilent: true })
      const { events } = yield* collect(Feed.subscribe("orderbook_delta", { market_tickers: [ticker] }))
      while ((yield* channelsOf(trader)).length === 0) yield* TestClock.adjust(10)
      for (const price of ["0.10", "0.11"] as const) yield* place({ price })
      yield* until(() => events.length === 3)
      assert.deepStrictEqual(
        events.map((event) => event._tag === "Message" && event.message.seq),
        [1, 2, 3]
      )
    })
  )

  inMemory("S34, A5: delivers the messages of two channels, and no gap for messages without seq", (trader) =>
    Effect.gen(function* () {
      const orders = yield* Feed.open("user_orders", { market_tickers: [ticker] })
      const positions = yield* Feed.open("market_positions", { market_tickers: [ticker] })
      const { events } = yield* collect(Stream.merge(orders.events, positions.events))
      yield* live(2)
      // The replies to these commands have a `seq`, but the data messages have none.
      for (const name of ["B", "C"]) {
        yield* Effect.fromResult(orders.add([`KXFEED-26-${name}`]))
        yield* trader.place()
        orders.remove([`KXFEED-26-${name}`])
        yield* live(2)
      }
      yield* trader.sandbox.feed.publish({
        channel: "market_positions",
        type: "market_position",
        msg: {
          user_id: "u",
          market_ticker: ticker,
          position_fp: "1.00",
          position_cost_dollars: "0.4000",
          realized_pnl_dollars: "0.0000",
          fees_paid_dollars: "0.0000",
          position_fee_cost_dollars: "0.0000",
          volume_fp: "1.00",
          subaccount: 0
        }
      })
      yield* until(() => events.length >= 3)
      assert.deepStrictEqual(
        events.map((event) => (event._tag === "Message" ? event.message.type : event._tag)),
        ["user_order", "user_order", "market_position"]
      )
      assert.strictEqual((yield* counters).gaps, 0)
    })
  )

  inMemory("A2: delivers current tickers to new streams, for added markets, and after a restore", (trader) =>
    Effect.gen(function* () {
      const { place, sandbox } = trader
      const other = "KXFEED-26-OTHER"
      yield* sandbox.createMarket({ ticker: other })
      yield* place({ price: "0.40" })
      const params = { market_tickers: [ticker], send_initial_snapshot: true }
      const opened = yield* Feed.open("ticker", params)
      const { events } = yield* collect(opened.events)
      const seen = () => events.flatMap((event) => (event._tag === "Message" ? [event.message.msg.market_ticker] : []))
      yield* until(() => seen().length === 1)
      yield* Effect.fromResult(opened.add([other]))
      yield* until(() => seen().length === 2)
      assert.deepStrictEqual(seen(), [ticker, other])
      const joined = yield* collect(Feed.messages("ticker", params))
      yield* until(() => joined.events.length === 1)
      assert.strictEqual(joined.events[0]?.msg.yes_bid_dollars, "0.4000")
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => seen().length === 4)
      assert.deepStrictEqual(seen().slice(2).toSorted(), [other, ticker].toSorted())
    })
  )

  inMemory("A3: does not treat an ok reply without a list as an empty list", (trader) =>
    Effect.gen(function* () {
      const { events: stream, add } = yield* Feed.open("user_orders", {
        market_tickers: [ticker],
        skip_ticker_ack: true
      })
      const { events } = yield* collect(stream)
      yield* live(1)
      yield* trader.sandbox.createMarket({ ticker: "KXFEED-26-OTHER" })
      yield* Effect.fromResult(add(["KXFEED-26-OTHER"]))
      yield* live(1)
      for (const market of [ticker, "KXFEED-26-OTHER"]) yield* trader.place({ ticker: market })
      yield* until(() => events.length === 2)
      assert.deepStrictEqual(tags(events), ["Message", "Message"])
    })
  )

  inMemory("S19: does not dial after its scope closes during a wait", ({ me, sandbox }) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* Effect.gen(function* () {
        const { fiber } = yield* collect(Feed.subscribe("trade"))
        yield* live(1)
        yield* sandbox.plant({ feed: "upgrade", status: 503 })
        yield* sandbox.feed.drop({ how: "reset" })
        while ((yield* counters).dials < 2) yield* TestClock.adjust(10)
        assert.isUndefined(fiber.pollUnsafe())
      }).pipe(Effect.provide(Feed.layer({ environment: sandbox.environment, signer: me.signer })), Scope.provide(scope))
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(yield* sandbox.feed.connections, [])
    })
  )
})

describe("Feed.bestQuotes", () => {
  inMemory("A4: drops best quotes whose version is not above their batch's last version", ({ sandbox }) =>
    Effect.gen(function* () {
      const { events } = yield* collect(Feed.bestQuotes())
      yield* live(1)
      const publish = (rfq_batch_id: string, version: number) =>
        sandbox.feed.publish({
          channel: "communications",
          type: "rfq_batch_best_quotes",
          msg: {
            rfq_batch_id,
            version,
            rfqs: [],
            yes_complete: false,
            no_complete: false,
            updated_ts: "2026-11-29T00:00:00Z"
          }
        })
      for (const version of [2, 1, 2, 5, 4]) yield* publish("a", version)
      yield* publish("b", 1)
      yield* sandbox.feed.publish({
        channel: "communications",
        type: "rfq_batch_deleted",
        msg: { id: "a", creator_id: "c", deleted_ts: "2026-11-29T00:00:00Z", rfq_ids: [] }
      })
      yield* publish("b", 3)
      yield* until(() => events.length === 4)
      assert.deepStrictEqual(
        events.map(({ msg }) => [msg.rfq_batch_id, msg.version]),
        [
          ["a", 2],
          ["a", 5],
          ["b", 1],
          ["b", 3]
        ]
      )
    })
  )
})
