import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { withArchive } from "../../src/look/archive.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"

const [old, recent] = ["KXOLD-26-A", "KXNEW-26-B"]

/** After this time, all entities that have ended are in the archive. */
const agedMillis = 200 * 86_400_000

/** The trader traded in two markets that settled. The first market is in the archive, with its trades and orders. */
const prepare = Effect.gen(function* () {
  const local = yield* LocalExchange
  const { account, sandbox } = local
  const other = yield* sandbox.createAccount({ name: "other" })
  const live = (ticker: string) =>
    Effect.gen(function* () {
      yield* sandbox.createMarket({ ticker })
      yield* sandbox.placeOrder(account.accountId, { ticker, side: "bid", price: "0.40", count: "3" })
      yield* sandbox.placeOrder(other.accountId, { ticker, side: "ask", price: "0.40", count: "3" })
      yield* sandbox.determineMarket(ticker, "yes")
      yield* sandbox.settleMarket(ticker)
    })
  yield* live(old)
  yield* sandbox.moveClock(agedMillis)
  yield* live(recent)
  return local
}).pipe(Effect.orDie)

const prepared = Layer.effect(LocalExchange, prepare).pipe(Layer.provide(exchange()))

describe("withArchive", () => {
  it.effect("joins two lists, and returns an entity only once if both lists contain it", () =>
    Effect.gen(function* () {
      const rows = withArchive(Stream.make("a", "b"), Stream.make("b", "c"), (row) => row)
      assert.deepStrictEqual(yield* Stream.runCollect(rows), ["a", "b", "c"])
      // A second run of the stream does not depend on the first run.
      assert.deepStrictEqual(yield* Stream.runCollect(rows), ["a", "b", "c"])
    })
  )
})

layer(prepared, { excludeTestServices: true })("Archived entities", (it) => {
  const aged = { nowMillis: Date.now() + agedMillis }

  const tickersOf = (args: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const { run } = yield* LocalExchange
      const { stderr, stdout } = yield* run([...args, "--json"], aged)
      assert.strictEqual(stderr, "")
      const rows: ReadonlyArray<{ readonly ticker: string }> = JSON.parse(stdout)
      return rows.map(({ ticker }) => ticker)
    })

  it.effect("are in the lists of fills, orders and trades, newest first", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* tickersOf(["fills"]), [recent, old])
      assert.deepStrictEqual(yield* tickersOf(["fills", "--all", "--ticker", old]), [old])
      assert.deepStrictEqual(yield* tickersOf(["orders", "--status", "all"]), [recent, old])
      assert.deepStrictEqual(yield* tickersOf(["orders", "--status", "executed"]), [recent, old])
      assert.deepStrictEqual(yield* tickersOf(["orders", "--status", "canceled"]), [])
      assert.deepStrictEqual(yield* tickersOf(["trades"]), [recent, old])
      assert.deepStrictEqual(yield* tickersOf(["trades", old]), [old])
    })
  )

  it.effect("are in the lists of settled positions and settled markets", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* tickersOf(["positions", "--status", "settled"]), [recent, old])
      assert.deepStrictEqual(yield* tickersOf(["positions", "--status", "all", "--ticker", old]), [old])
      assert.deepStrictEqual(yield* tickersOf(["positions", "--status", "unsettled"]), [])
      assert.deepStrictEqual(yield* tickersOf(["markets", "--status", "settled"]), [recent, old])
      assert.deepStrictEqual(yield* tickersOf(["markets", "--status", "settled", "--series", "KXOLD"]), [old])
      assert.deepStrictEqual(yield* tickersOf(["markets", "--status", "settled", "--event", "KXOLD-26"]), [old])
      assert.deepStrictEqual(yield* tickersOf(["markets", "--status", "settled", "--series", "KXNEW"]), [recent])
      assert.deepStrictEqual(yield* tickersOf(["markets", "--status", "settled", "--event", "KXNEW-26"]), [recent])
      assert.deepStrictEqual(yield* tickersOf(["markets", "--status", "closed"]), [])
    })
  )

  it.effect("can be shown with `market`, `candles` and `book`", () =>
    Effect.gen(function* () {
      const { run } = yield* LocalExchange
      assert.match((yield* run(["market", old], aged)).stdout, /\nstatus +finalized\nresult +yes\n/)
      const candles = yield* run(
        ["candles", old, "--period", "1d", "--since", "201d", "--until", "198d", "--csv"],
        aged
      )
      assert.match(candles.stdout, /\r\n\d+,0\.4000,0\.4000,0\.4000,0\.4000,3\.00,/)
      assert.strictEqual((yield* run(["book", old], aged)).stdout, `${old}\nThe book is empty\n`)
      assert.strictEqual((yield* run(["book", recent], aged)).stdout, `${recent}\nThe book is empty\n`)
    })
  )
})
