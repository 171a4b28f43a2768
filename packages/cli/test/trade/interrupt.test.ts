import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { startKalshi } from "../support/cli.ts"
import { layer as exchange } from "../support/exchange.ts"
import { trading } from "../support/trading.ts"

const until = (holds: Effect.Effect<boolean>) =>
  Effect.repeat(holds, { until: (isTrue) => isTrue, schedule: Schedule.spaced("10 millis") })

/** Starts to place an order whose response is delayed, and waits until the exchange has placed the order. */
const inFlight = (ticker: string, id: string, delayMillis: number) =>
  Effect.gen(function* () {
    const trader = yield* trading(ticker)
    yield* trader.sandbox.plant({ operation: "CreateOrderV2", delayMillis })
    const args = ["order", "place", "buy", "yes", ticker, "--count", "1", "--price", "0.10"]
    const running = yield* startKalshi([...args, "--client-order-id", id, "--yes", "--json"], { env: trader.env })
    yield* until(Effect.map(trader.orders, ({ length }) => length > 0))
    return { ...trader, ...running }
  })

layer(exchange(), { excludeTestServices: true })("a command that is sending a change", (it) => {
  describe("after one Ctrl-C", () => {
    it.effect("waits for the outcome, and prints it", () =>
      Effect.gen(function* () {
        const { child, ended, pendingFiles, stderr } = yield* inFlight("KXONCE-26-T1", "once-1", 3_000)
        assert.deepStrictEqual(pendingFiles(), ["once-1.json"])
        child.kill("SIGINT")
        yield* until(Effect.sync(() => stderr().includes("Waiting for the outcome. Press Ctrl-C again")))
        const { code, stdout } = yield* ended
        assert.strictEqual(code, 0)
        assert.deepInclude(JSON.parse(stdout), { outcome: "accepted", client_order_id: "once-1" })
        assert.deepStrictEqual(pendingFiles(), [])
      })
    )
  })

  describe("after one Ctrl-C and a lost response", () => {
    it.effect("exits with 5, and prints the command's advice", () =>
      Effect.gen(function* () {
        const trader = yield* trading("KXONCE-26-T3")
        yield* trader.sandbox.plant({ operation: "CreateOrderGroup", delayMillis: 2_000, reset: "after" })
        const { child, ended, stderr } = yield* startKalshi(["group", "create", "--limit", "5", "--yes"], trader)
        yield* until(Effect.map(trader.run(["groups", "--json"]), ({ stdout }) => stdout.includes("5.00")))
        child.kill("SIGINT")
        yield* until(Effect.sync(() => stderr().includes("Press Ctrl-C again")))
        const { code, stderr: printed } = yield* ended
        assert.strictEqual(code, 5)
        assert.include(printed, "Look for the group with `kalshi groups`")
      })
    )
  })

  describe("after the second Ctrl-C", () => {
    it.effect("exits with 5, and prints the command that settles the order", () =>
      Effect.gen(function* () {
        const { child, ended, json, pendingFiles, stderr } = yield* inFlight("KXTWICE-26-T2", "twice-2", 60_000)
        child.kill("SIGINT")
        yield* until(Effect.sync(() => stderr().includes("Press Ctrl-C again")))
        child.kill("SIGINT")
        const { code, stderr: printed, stdout } = yield* ended
        assert.strictEqual(code, 5)
        assert.strictEqual(stdout, "")
        const { error } = JSON.parse(printed.trim().split("\n").at(-1)!)
        assert.deepInclude(error, { exit: "unknown", exit_code: 5 })
        assert.include(error.message, "kalshi order settle twice-2")
        assert.deepStrictEqual(pendingFiles(), ["twice-2.json"])
        const settled = yield* json(["order", "settle", "twice-2"])
        assert.deepInclude(settled.value[0], { outcome: "accepted", client_order_id: "twice-2" })
        assert.deepStrictEqual(pendingFiles(), [])
      })
    )
  })

  describe("after SIGKILL", () => {
    it.effect("leaves the record of the order, and `order settle` finds the order", () =>
      Effect.gen(function* () {
        const { child, ended, json, orders, pendingFiles } = yield* inFlight("KXKILL-26-T1", "kill-1", 60_000)
        // The process may still be sending, so its order is not settled yet.
        const early = yield* json(["order", "settle"])
        assert.strictEqual(early.code, 5)
        assert.include(early.stderr, `kill-1 is being sent by process ${child.pid}`)
        child.kill("SIGKILL")
        yield* ended
        assert.deepStrictEqual(pendingFiles(), ["kill-1.json"])
        // Two commands can settle at the same time.
        const both = yield* Effect.all([json(["order", "settle"]), json(["order", "settle", "kill-1"])], {
          concurrency: 2
        })
        const orderId = (yield* orders)[0]?.orderId
        for (const { code, stderr, value } of both) {
          assert.strictEqual(code, 0)
          assert.notInclude(stderr, "could not be changed")
          assert.deepInclude(value[0], { outcome: "accepted", order_id: orderId, source: "list" })
        }
        assert.deepStrictEqual(pendingFiles(), [])
        assert.strictEqual((yield* json(["order", "settle"])).stdout, "[]\n")
      })
    )
  })
})
