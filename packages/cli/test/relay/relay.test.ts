import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { PlainReader, readerLayer, RelayWorld, layer as world } from "./support.ts"

/** Waits until a check succeeds. */
const eventually = <A, E, R>(check: Effect.Effect<A, E, R>) =>
  Effect.retry(check, { schedule: Schedule.spaced("10 millis"), times: 500 })

layer(world(), { excludeTestServices: true })("relay", (it) => {
  describe("order books", () => {
    it.effect("reach the client's OrderBooks without a key of the exchange", () =>
      Effect.gen(function* () {
        const { account, relay, sandbox } = yield* RelayWorld
        yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "bid", count: "10", price: "0.45" })
        const feed = yield* Layer.build(readerLayer(relay.url, account.signer))
        const books = yield* OrderBooks.watch(["A"]).pipe(Effect.provide(feed))
        const { bids } = yield* eventually(books.read("A"))
        assert.deepEqual(bids, JSON.parse('[{"price":"0.45","count":"10.00"}]'))
        yield* sandbox.placeOrder(account.accountId, { ticker: "A", side: "ask", count: "5", price: "0.60" })
        yield* eventually(
          Effect.flatMap(books.read("A"), ({ asks }) => (asks.length === 1 ? Effect.void : Effect.fail("no ask yet")))
        )
      })
    )

    it.effect("reach a plain WebSocket, with prices of NO by default", () =>
      Effect.gen(function* () {
        const { port } = yield* RelayWorld
        const reader = yield* PlainReader.open(port)
        reader.send("subscribe", { channels: ["orderbook_delta"], market_tickers: ["A"] })
        const { msg, seq, sid } = yield* reader.until(({ type }) => type === "orderbook_snapshot")
        assert.deepInclude(msg, { yes_dollars_fp: [["0.4500", "10.00"]], no_dollars_fp: [["0.4000", "5.00"]] })
        assert.deepStrictEqual([sid, seq], [1, 1])
      })
    )
  })
})
