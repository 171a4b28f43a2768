import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { MemoryReader, withRelay } from "./memory.ts"

const run = (test: Parameters<typeof withRelay>[0], options: Parameters<typeof withRelay>[1] = {}) =>
  Effect.runPromise(withRelay(test, { lingerMillis: 1_000, ...options }))

const errorsOf = ({ messages }: MemoryReader) =>
  messages.filter(({ type }) => type === "error").map(({ msg }) => msg?.["code"])

const bidsOf = ({ messages }: MemoryReader) =>
  messages.flatMap(({ msg, type }) => (type === "ticker" ? [msg?.["yes_bid_dollars"]] : []))

describe("Hub", () => {
  it("subscribes once for many readers, and ends the subscription when the last reader leaves", () =>
    run(({ hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const readers = Array.from({ length: 1_000 }, (_, index) => {
          const reader = new MemoryReader(hub)
          reader.subscribe(index % 2 === 0 ? ["A"] : ["A", "B"])
          return reader
        })
        yield* pass(500)
        const [connection, ...others] = yield* sandbox.feed.connections
        assert.deepStrictEqual(others, [])
        assert.deepStrictEqual(
          connection?.subscriptions.map(({ channel, marketTickers }) => [channel, marketTickers]),
          [["orderbook_delta", ["A", "B"]]]
        )
        assert.isTrue(readers.every((reader) => reader.levels("A") !== undefined))
        readers.forEach((reader, index) => index % 2 === 1 && reader.close())
        yield* pass(2_000)
        assert.deepStrictEqual((yield* sandbox.feed.connections)[0]?.subscriptions[0]?.marketTickers, ["A"])
        for (const reader of readers) reader.close()
        assert.strictEqual(hub.readers, 0)
        yield* pass(2_000)
        assert.deepStrictEqual(
          (yield* sandbox.feed.connections).flatMap(({ subscriptions }) => subscriptions),
          []
        )
        assert.deepStrictEqual(hub.upstream.sources, [])
      })
    ))

  it("ends the subscriptions of readers immediately when the connection to the exchange is lost", () =>
    run(({ hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const reader = new MemoryReader(hub)
        reader.subscribe(["A"])
        yield* pass(500)
        yield* sandbox.feed.drop({ how: "reset" })
        yield* pass(50)
        assert.deepStrictEqual(errorsOf(reader), [10])
        // The relay replies when it has a connection again.
        reader.subscribe(["A"])
        yield* pass(3_000)
        assert.isDefined(reader.levels("A"))
        assert.deepStrictEqual(reader.problems, [])
      })
    ))

  it("refuses a subscription while the exchange cannot be reached, and accepts it later", () =>
    run(({ hub, pass, sandbox }) =>
      Effect.gen(function* () {
        yield* sandbox.plant({ feed: "upgrade", status: 503, times: 1_000 })
        const reader = new MemoryReader(hub)
        reader.subscribe(["A"])
        yield* pass(5_000)
        assert.deepStrictEqual(errorsOf(reader), [10])
        yield* sandbox.clearFaults
        yield* pass(500)
        reader.subscribe(["A"])
        yield* pass(3_000)
        assert.isDefined(reader.levels("A"))
      })
    ))

  it("keeps a subscription without readers if a waiting command needs it", () =>
    run(
      ({ hub, pass, sandbox }) =>
        Effect.gen(function* () {
          yield* sandbox.plant({ feed: "command", cmd: "subscribe", delayMillis: 2_000 })
          const reader = new MemoryReader(hub)
          reader.subscribe(["A"])
          yield* pass(3_000)
          assert.deepStrictEqual(errorsOf(reader), [])
          assert.isDefined(reader.levels("A"))
        }),
      { lingerMillis: 0 }
    ))

  it("sends a new snapshot after a lost message", () =>
    run(({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const reader = new MemoryReader(hub)
        reader.subscribe(["A"])
        yield* pass(500)
        yield* sandbox.plant({ feed: "frame", channel: "orderbook_delta", change: "skip" })
        for (const price of ["0.10", "0.11"]) {
          yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "1.00", price })
        }
        yield* pass(500)
        assert.deepStrictEqual(
          reader.messages.map(({ seq, type }) => [type, seq]),
          [
            ["subscribed", undefined],
            ["orderbook_snapshot", 1],
            ["orderbook_snapshot", 2]
          ]
        )
        assert.deepStrictEqual(reader.levels("A"), {
          bid: [
            [1_100, 100],
            [1_000, 100]
          ],
          ask: []
        })
      })
    ))

  it("ends the subscriptions to a book if no new snapshot arrives in time", () =>
    run(({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const reader = new MemoryReader(hub)
        reader.subscribe(["A"])
        yield* pass(500)
        yield* sandbox.plant({ feed: "command", cmd: "update_subscription", delayMillis: 3_000 })
        yield* sandbox.plant({ feed: "frame", channel: "orderbook_delta", change: "skip" })
        for (const price of ["0.10", "0.11"]) {
          yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "1.00", price })
        }
        yield* pass(500)
        assert.deepStrictEqual(errorsOf(reader), [])
        yield* pass(1_000)
        assert.deepStrictEqual(errorsOf(reader), [10])
      })
    ))

  it("sends no book whose snapshot has fields with unknown names", () =>
    run(({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "1.00", price: "0.10" })
        yield* sandbox.plant({ feed: "frame", type: "orderbook_snapshot", change: "renameKeys" })
        const reader = new MemoryReader(hub)
        reader.subscribe(["A"])
        yield* pass(500)
        assert.deepStrictEqual(errorsOf(reader), [10])
        reader.subscribe(["A"])
        yield* pass(500)
        assert.notInclude(JSON.stringify(reader.messages), "orderbook_snapshot")
        yield* sandbox.feed.drop({ how: "close" })
        yield* pass(500)
        reader.subscribe(["A"])
        yield* pass(2_000)
        assert.deepStrictEqual(reader.levels("A"), { bid: [[1_000, 100]], ask: [] })
      })
    ))

  it("ends a subscription to trades if trades were lost", () =>
    run(({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const reader = new MemoryReader(hub)
        reader.send("subscribe", { channels: ["trade"] })
        yield* pass(500)
        const trade = Effect.gen(function* () {
          const other = yield* sandbox.createAccount({ name: "other" })
          const order = { ticker: "A", count: "1.00", price: "0.50" }
          yield* sandbox.placeOrder(other.accountId, { ...order, side: "bid" })
          yield* sandbox.placeOrder(account.accountId, { ...order, side: "ask" })
        })
        yield* trade
        yield* sandbox.plant({ feed: "frame", channel: "trade", change: "skip" })
        yield* trade
        yield* trade
        yield* pass(500)
        assert.deepStrictEqual(reader.messages.map(({ type }) => type).slice(0, 3), ["subscribed", "trade", "error"])
        assert.deepStrictEqual(errorsOf(reader), [10])
        assert.deepStrictEqual(reader.problems, [])
      })
    ))

  it("serves the channels of the account, and the ids of own orders, only with the token", () =>
    run(({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const channels = ["fill", "user_orders", "market_positions", "order_group_updates", "communications"]
        const stranger = new MemoryReader(hub)
        stranger.send("subscribe", { channels })
        assert.deepStrictEqual(errorsOf(stranger), [9, 9, 9, 9, 9])
        assert.deepStrictEqual(hub.upstream.sources, [])
        stranger.subscribe(["A"])
        const owner = new MemoryReader(hub, { query: "?token=secret" })
        owner.send("subscribe", { channels: ["user_orders"] })
        owner.subscribe(["A"])
        yield* pass(500)
        const order = { ticker: "A", side: "bid", count: "1.00", price: "0.10", clientOrderId: "mine" } as const
        yield* sandbox.placeOrder(account.accountId, order)
        yield* pass(100)
        assert.include(JSON.stringify(owner.messages.filter(({ type }) => type === "orderbook_delta")), "mine")
        assert.include(JSON.stringify(owner.messages.filter(({ type }) => type === "user_order")), "mine")
        assert.notInclude(JSON.stringify(stranger.messages), "mine")
        assert.strictEqual(stranger.messages.at(-1)?.type, "orderbook_delta")
        assert.throws(() => new MemoryReader(hub, { query: "?token=guess" }), "refused with 401")
      })
    ))

  it("ends only the subscription of a slow reader, with error 25", () =>
    run(
      ({ account, events, hub, pass, sandbox }) =>
        Effect.gen(function* () {
          const slow = new MemoryReader(hub)
          const quick = new MemoryReader(hub)
          for (const reader of [slow, quick]) reader.subscribe(["A"])
          yield* pass(500)
          slow.buffered = 2 * 1024 * 1024
          for (let cents = 10; cents < 30; cents++) {
            yield* sandbox.placeOrder(account.accountId, {
              ticker: "A",
              side: "bid",
              count: "1.00",
              price: `0.${cents}`
            })
          }
          yield* pass(100)
          assert.isBelow(slow.messages.length, quick.messages.length)
          slow.buffered = 0
          slow.drained()
          assert.deepStrictEqual([errorsOf(slow), errorsOf(quick)], [[25], []])
          assert.deepStrictEqual(slow.problems, [])
          assert.deepStrictEqual(quick.messages.length, 22)
          assert.deepInclude(events, { type: "reader_too_slow", reader: 1 })
        }),
      { maxWaitingLength: 2_000 }
    ))

  it("passes on the exchange's refusal of a channel", () =>
    run(({ hub, pass, sandbox }) =>
      Effect.gen(function* () {
        yield* sandbox.plant({ feed: "command", cmd: "subscribe", error: 9, times: 10 })
        const reader = new MemoryReader(hub)
        reader.send("subscribe", { channels: ["trade"] })
        yield* pass(1_000)
        assert.deepStrictEqual(errorsOf(reader), [9])
      })
    ))

  it("refuses markets beyond the limit of the exchange", () => {
    const markets = Array.from({ length: 12 }, (_, index) => ({ ticker: `M${index}` }))
    const test: Parameters<typeof withRelay>[0] = ({ hub, pass }) =>
      Effect.gen(function* () {
        for (const { ticker } of markets.slice(0, 11)) {
          new MemoryReader(hub).subscribe([ticker])
          yield* pass(500)
        }
        const reader = new MemoryReader(hub)
        reader.subscribe(["M11"])
        yield* pass(500)
        assert.deepStrictEqual(errorsOf(reader), [26])
        assert.notInclude(JSON.stringify(reader.messages), "subscribed")
      })
    return Effect.runPromise(withRelay(test, {}, { markets, assumptions: { maxFeedMarkets: 1 } }))
  })

  it("names the only subscribed market if the exchange sends no book of it", () =>
    run(({ hub, pass }) =>
      Effect.gen(function* () {
        const reader = new MemoryReader(hub)
        reader.subscribe(["NONE"])
        yield* pass(11_500)
        // The relay ended the first subscription because no snapshot arrived.
        reader.subscribe(["NONE"])
        yield* pass(10_000)
        assert.deepStrictEqual(
          reader.messages.filter(({ type }) => type === "error").map(({ msg }) => msg?.["msg"]),
          [
            "Channel error: the relay lost messages of the exchange. Subscribe again",
            "Channel error: the exchange refused NONE"
          ]
        )
      })
    ))

  it("starts a subscription with the latest `ticker` message of a market, if the reader requests it", () =>
    run(({ hub, pass }) =>
      Effect.gen(function* () {
        const first = new MemoryReader(hub)
        first.send("subscribe", { channels: ["ticker"], market_tickers: ["A"], send_initial_snapshot: true })
        yield* pass(500)
        const second = new MemoryReader(hub)
        second.send("subscribe", { channels: ["ticker"], market_tickers: ["A"], send_initial_snapshot: true })
        for (const { messages } of [first, second]) {
          assert.deepStrictEqual(
            messages.map(({ type }) => type),
            ["subscribed", "ticker"]
          )
        }
      })
    ))

  it("starts a subscription with no `ticker` message from before an outage of all markets", () =>
    run(({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const bid = (price: string) =>
          sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "1.00", price })
        const everything = new MemoryReader(hub)
        everything.send("subscribe", { channels: ["ticker"] })
        yield* pass(500)
        yield* bid("0.10")
        yield* pass(500)
        assert.deepStrictEqual(bidsOf(everything), ["0.1000"])
        yield* sandbox.feed.drop({ how: "reset" })
        yield* bid("0.20")
        yield* pass(500)
        const reader = new MemoryReader(hub)
        reader.send("subscribe", { channels: ["ticker"], market_tickers: ["A"], send_initial_snapshot: true })
        yield* pass(3_000)
        assert.deepStrictEqual(bidsOf(reader), ["0.2000"])
      })
    ))

  it("sends the latest `ticker` message of a market if a reader of all markets also names the market", () =>
    run(({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const reader = new MemoryReader(hub)
        reader.send("subscribe", { channels: ["ticker"] })
        yield* pass(500)
        yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "1.00", price: "0.10" })
        yield* pass(500)
        reader.send("subscribe", { channels: ["ticker"], market_tickers: ["A"], send_initial_snapshot: true })
        yield* pass(3_000)
        assert.deepStrictEqual(bidsOf(reader), ["0.1000", "0.1000"])
      })
    ))

  it("starts a subscription with no `ticker` message from before the market was unsubscribed", () =>
    run(({ account, hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const bid = (price: string) =>
          sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "1.00", price })
        yield* bid("0.10")
        const other = new MemoryReader(hub)
        other.send("subscribe", { channels: ["ticker"], market_tickers: ["B"] })
        const before = new MemoryReader(hub)
        before.send("subscribe", { channels: ["ticker"], market_tickers: ["A"] })
        yield* pass(500)
        before.close()
        yield* pass(6_000)
        assert.deepStrictEqual(
          hub.upstream.sources.map(({ names }) => names),
          [["B"]]
        )
        yield* bid("0.20")
        const reader = new MemoryReader(hub)
        reader.send("subscribe", { channels: ["ticker"], market_tickers: ["A"], send_initial_snapshot: true })
        yield* pass(500)
        assert.deepStrictEqual(bidsOf(reader), ["0.2000"])
      })
    ))

  it("lists the indices of the exchange, and sends the values of the indices that a reader chose", () =>
    run(({ hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const reader = new MemoryReader(hub)
        reader.send("subscribe", { channels: ["cfbenchmarks_value"], index_ids: ["BRTI"] })
        yield* pass(500)
        reader.send("update_subscription", { action: "indexlist", sid: reader.sid })
        yield* pass(3_000)
        const list = reader.messages.find(({ type }) => type === "cfbenchmarks_value_indexlist")
        const names = list?.msg?.["index_ids"] as ReadonlyArray<string> // texts, as documented
        const valuesOf = (from: number) =>
          new Set(
            reader.messages
              .slice(from)
              .flatMap(({ msg, type }) => (type === "cfbenchmarks_value" ? [msg?.["index_id"]] : []))
          )
        assert.deepStrictEqual(valuesOf(0), new Set(["BRTI"]))
        const other = names.find((name) => name !== "BRTI") ?? ""
        const from = reader.messages.length
        reader.send("update_subscription", { action: "subscribe_indices", sid: reader.sid, index_ids: [other] })
        reader.send("update_subscription", { action: "unsubscribe_indices", sid: reader.sid, index_ids: ["BRTI"] })
        yield* pass(3_000)
        assert.deepStrictEqual(valuesOf(from), new Set([other]))
        assert.deepStrictEqual(reader.problems, [])
        const source = hub.upstream.sources.find(({ spec }) => spec.channel === "cfbenchmarks_value")
        assert.deepStrictEqual(source?.names, [other])
        assert.strictEqual((yield* sandbox.feed.connections).length, 1)
      })
    ))

  it("ends the subscription to all markets when its last reader leaves", () =>
    run(({ hub, pass, sandbox }) =>
      Effect.gen(function* () {
        const reader = new MemoryReader(hub)
        reader.send("subscribe", { channels: ["trade", "market_lifecycle_v2"] })
        yield* pass(500)
        assert.deepStrictEqual(
          hub.upstream.sources.map(({ isLive, spec }) => [spec.key, isLive]),
          [
            ["trade all", true],
            ["market_lifecycle_v2", true]
          ]
        )
        reader.send("unsubscribe", { sids: [1, 2] })
        yield* pass(2_000)
        assert.deepStrictEqual(hub.upstream.sources, [])
        assert.deepStrictEqual(
          (yield* sandbox.feed.connections).flatMap(({ subscriptions }) => subscriptions),
          []
        )
      })
    ))

  it("keeps working after a command with an empty name or an empty list of names", () =>
    run(({ hub, pass }) =>
      Effect.gen(function* () {
        const reader = new MemoryReader(hub)
        reader.send("subscribe", { channels: ["ticker"], market_tickers: [""] })
        reader.subscribe(["A"])
        yield* pass(500)
        reader.send("update_subscription", { action: "add_markets", sid: reader.sid, market_tickers: [] })
        assert.deepStrictEqual(reader.problems, [])
        assert.isDefined(reader.levels("A"))
      })
    ))

  it("drops a reader that does not reply to pings", () =>
    run(({ hub, pass }) =>
      Effect.gen(function* () {
        let dropped: string | undefined
        const headers = { host: "127.0.0.1:1" }
        const upgrade = hub.upgrade({ method: "GET", path: "/", headers, body: new Uint8Array() })
        if (upgrade._tag === "Accepted") {
          upgrade.open({ send() {}, bufferedBytes: () => 0, ping() {}, close() {}, drop: (how) => (dropped = how) })
        }
        yield* pass(119_000)
        assert.isUndefined(dropped)
        yield* pass(20_000)
        assert.strictEqual(dropped, "reset")
      })
    ))
})
