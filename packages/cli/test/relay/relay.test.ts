import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { type Message, PlainReader, signedHeaders, readerLayer, RelayWorld, layer as world } from "./support.ts"

const eventually = <A, E, R>(check: Effect.Effect<A, E, R>) =>
  Effect.retry(check, { schedule: Schedule.spaced("10 millis"), times: 500 })

layer(world(), { excludeTestServices: true })("relay", (it) => {
  describe("order books", () => {
    it.effect("reach the client's OrderBooks", () =>
      Effect.gen(function* () {
        const { account, relay, sandbox } = yield* RelayWorld
        yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "10", price: "0.45" })
        const feed = yield* Layer.build(readerLayer(relay.url, account.signer))
        const books = yield* OrderBooks.watch(["A"]).pipe(Effect.provide(feed))
        const { bids } = yield* eventually(books.read("A"))
        assert.deepEqual(bids, JSON.parse('[{"price":"0.45","count":"10.00"}]'))
        yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "ask", count: "5", price: "0.60" })
        const asksAre = (count: number) =>
          eventually(
            Effect.flatMap(books.read("A"), ({ asks }) =>
              asks.length === count ? Effect.void : Effect.fail("not yet")
            )
          )
        yield* asksAre(1)
        yield* sandbox.feed.drop({ how: "reset" })
        yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "ask", count: "5", price: "0.70" })
        yield* asksAre(2)
      })
    )

    it.effect("reach a plain WebSocket, with prices of NO by default", () =>
      Effect.gen(function* () {
        const { port } = yield* RelayWorld
        const reader = yield* PlainReader.open(port)
        reader.send("subscribe", { channels: ["orderbook_delta"], market_tickers: ["A"] })
        const { msg, seq, sid } = yield* reader.until(({ type }) => type === "orderbook_snapshot")
        assert.deepInclude(msg, {
          yes_dollars_fp: [["0.4500", "10.00"]],
          no_dollars_fp: [
            ["0.3000", "5.00"],
            ["0.4000", "5.00"]
          ]
        })
        assert.deepStrictEqual([sid, seq], [1, 1])
      })
    )
  })

  describe("commands", () => {
    const commands: ReadonlyArray<readonly [cmd: string, params?: object]> = [
      ["subscribe"],
      ["subscribe", {}],
      ["subscribe", { channels: [] }],
      ["subscribe", { channels: ["nothing"] }],
      ["subscribe", { channels: ["orderbook_delta"] }],
      ["subscribe", { channels: ["orderbook_delta"], market_tickers: "A" }],
      ["subscribe", { channels: ["trade"], market_ticker: "A", market_tickers: ["A"] }],
      ["subscribe", { channels: ["orderbook_delta"], market_ids: ["7a7f6f3c-0000-4000-8000-000000000000"] }],
      ["subscribe", { channels: ["ticker"], market_tickers: ["A"], shard_factor: 0 }],
      ["unsubscribe", {}],
      ["unsubscribe", { sids: [9] }],
      ["update_subscription", { sid: 9, action: "add_markets", market_tickers: ["A"] }],
      ["update_subscription", { action: "add_markets" }],
      ["nothing", {}],
      ["list_subscriptions"],
      ["subscribe", { channels: ["orderbook_delta"], market_tickers: ["C"], use_yes_price: true }],
      ["subscribe", { channels: ["orderbook_delta"], market_tickers: ["B"] }],
      ["update_subscription", { sid: 1, action: "add_markets", market_tickers: ["A"] }],
      ["update_subscription", { sid: 1, action: "delete_markets", market_tickers: ["A"] }],
      ["update_subscription", { sid: 1, action: "get_snapshot", market_tickers: ["C"] }],
      ["update_subscription", { sid: 1, action: "get_snapshot", market_tickers: ["A"] }],
      ["update_subscription", { sid: 1, action: "nothing", market_tickers: ["C"] }],
      ["update_subscription", { sid: 1, action: "add_markets" }],
      ["subscribe", { channels: ["trade"], skip_ticker_ack: true, market_tickers: ["A"] }],
      ["update_subscription", { sid: 2, action: "add_markets", market_tickers: ["B"] }],
      ["list_subscriptions"],
      ["unsubscribe", { sids: [1, 2] }],
      ["list_subscriptions"]
    ]

    /** Returns the snapshots and the replies to all commands, without fields that depend on the time. */
    const replies = (reader: PlainReader) =>
      Effect.gen(function* () {
        for (const [cmd, params] of commands) {
          yield* reader.request(cmd, params)
          // The snapshot of a subscription can arrive before or after the next reply.
          if (cmd === "subscribe" && JSON.stringify(params ?? {}).includes("use_yes_price")) {
            yield* reader.until(({ type }) => type === "orderbook_snapshot")
          }
          if (JSON.stringify(params ?? {}).includes('1,"action":"add_markets","market_tickers":["A"]')) {
            yield* reader.until(({ msg, type }) => type === "orderbook_snapshot" && msg?.["market_ticker"] === "A")
          }
        }
        yield* Effect.sleep("50 millis")
        const plain = ({ id, msg, seq, sid, type }: Message) => ({ id, msg, seq, sid, type })
        const isReply = ({ type }: Message) => type !== "orderbook_snapshot"
        const snapshots = reader.messages.filter((message) => !isReply(message)).map(({ msg }) => JSON.stringify(msg))
        // A relay can send a snapshot later than the exchange does.
        return {
          snapshots: snapshots.toSorted(),
          replies: reader.messages.filter(isReply).map((reply) => ({ ...plain(reply), seq: undefined }))
        }
      })

    it.effect("receive the same replies from the relay as from the exchange", () =>
      Effect.gen(function* () {
        const { account, port, sandbox } = yield* RelayWorld
        yield* sandbox.placeOrder(account.accountId, { ticker: "C", side: "bid", count: "10", price: "0.45" })
        const direct = yield* PlainReader.open(Number(new URL(sandbox.url).port), "", signedHeaders(account))
        const relayed = yield* PlainReader.open(port)
        const [expected, actual] = [yield* replies(direct), yield* replies(relayed)]
        assert.deepStrictEqual(actual, expected)
      })
    )
  })

  describe("the status", () => {
    it.effect("has five fields, and is refused to pages of other origins", () =>
      Effect.gen(function* () {
        const { relay } = yield* RelayWorld
        const response = yield* Effect.promise(() => fetch(`${relay.url}/status`))
        const status = yield* Effect.promise(() => response.json())
        assert.hasAllKeys(status, ["readers", "subscriptions", "messages_received", "frames_sent", "upstream"])
        const foreign = { headers: { origin: "https://evil.example" } }
        assert.strictEqual((yield* Effect.promise(() => fetch(`${relay.url}/status`, foreign))).status, 403)
        assert.strictEqual((yield* Effect.promise(() => fetch(`${relay.url}/other`))).status, 404)
      })
    )
  })
})

layer(world({ lines: 2 }), { excludeTestServices: true })("relay --lines 2", (it) => {
  it.effect("keeps the books of readers live while one connection is lost", () =>
    Effect.gen(function* () {
      const { account, port, relay, sandbox } = yield* RelayWorld
      const order = { ticker: "A", side: "bid", count: "10" } as const
      yield* sandbox.placeOrder(account.accountId, { ...order, price: "0.45" })
      const reader = yield* PlainReader.open(port)
      reader.send("subscribe", { channels: ["orderbook_delta"], market_tickers: ["A"], use_yes_price: true })
      yield* reader.until(({ type }) => type === "orderbook_snapshot")
      yield* eventually(
        Effect.flatMap(relay.status, ({ upstream }) =>
          String(upstream.live_books) === "1,1" ? Effect.void : Effect.fail("a line is not live yet")
        )
      )
      const [first] = yield* sandbox.feed.connections
      yield* sandbox.feed.drop({ connectionId: first?.connectionId ?? 0, how: "reset" })
      const from = reader.messages.length
      yield* sandbox.placeOrder(account.accountId, { ...order, price: "0.46" })
      const { msg } = yield* reader.until(({ msg }) => JSON.stringify(msg).includes("0.4600"), from)
      assert.notStrictEqual(msg?.["market_id"], "")
      assert.notInclude(JSON.stringify(reader.messages), '"error"')
    })
  )
})
