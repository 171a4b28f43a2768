import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layer as exchange } from "../support/exchange.ts"
import { trading, writePending } from "../support/trading.ts"
import { recordOf } from "./support.ts"

/** The standard output is closed before the first line. */
const closed = { head: 0 }

layer(exchange(), { excludeTestServices: true })("a change with a closed standard output", (it) => {
  it.effect("ends with 2 if the preview cannot be shown, because nothing was sent", () =>
    Effect.gen(function* () {
      const { orders, run, ticker } = yield* trading("KXCLOSED-26-T1")
      for (const args of [
        ["order", "place", "buy", "yes", ticker, "--count", "1", "--price", "0.50"],
        ["call", "OrderGroups.create", "contracts_limit=5"]
      ]) {
        const { code, stderr } = yield* run(args, closed)
        assert.strictEqual(code, 2, args.join(" "))
        assert.include(stderr, "Nothing was sent, because the standard output is closed")
      }
      assert.deepStrictEqual(yield* orders, [])
    })
  )

  it.effect("ends with the exit code of a rejected order", () =>
    Effect.gen(function* () {
      const { run, ticker } = yield* trading("KXCLOSED-26-T2")
      const args = ["order", "place", "buy", "yes", ticker, "--count", "10000000", "--price", "0.50", "--yes"]
      const { code, stderr } = yield* run(args, closed)
      assert.strictEqual(code, 3)
      assert.include(stderr, "Rejected: this command placed no order")
    })
  )

  it.effect("ends with the exit code of the worst outcome, and shows the canceled order", () =>
    Effect.gen(function* () {
      const { account, run, sandbox, ticker } = yield* trading("KXCLOSED-26-T3")
      const order = { ticker, side: "bid", count: "1", price: "0.50" } as const
      const { orderId } = yield* sandbox.placeOrder(account.accountId, order)
      const missing = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"
      const { code, stderr } = yield* run(["order", "cancel", missing, orderId, "--yes"], closed)
      assert.strictEqual(code, 3)
      assert.match(stderr, new RegExp(`^${orderId} .*canceled 1.00$`, "m"))
    })
  )

  it.effect("prints the outcome to the standard error", () =>
    Effect.gen(function* () {
      const { run } = yield* trading("KXCLOSED-26-T4")
      const created = yield* run(["group", "create", "--limit", "10", "--yes"], closed)
      assert.strictEqual(created.code, 0)
      assert.match(created.stderr, /^Created the group [0-9a-f-]{36}$/m)
      const called = yield* run(["call", "OrderGroups.create", "contracts_limit=5", "--yes", "--json"], closed)
      assert.strictEqual(called.code, 0)
      assert.property(JSON.parse(called.stderr), "order_group_id")
    })
  )

  it.effect("ends with 5 if an order is not settled, and keeps its record", () =>
    Effect.gen(function* () {
      const trader = yield* trading("KXCLOSED-26-T5")
      writePending(trader, recordOf(trader, trader.ticker, "closed-1"))
      const { code, stderr } = yield* trader.run(["order", "settle", "--within", "1"], closed)
      assert.strictEqual(code, 5)
      assert.include(stderr, "The outcome of 1 order is still not known")
      assert.deepStrictEqual(trader.pendingFiles(), ["closed-1.json"])
    })
  )
})
