/** A record is a file about an order whose outcome is not known yet. */
import { assert, describe, layer } from "@effect/vitest"
import { rmSync, statSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { finish } from "../../src/trade/pending.ts"
import { layer as exchange } from "../support/exchange.ts"
import { pendingFolder, readPending, type Trading, trading, writePending } from "../support/trading.ts"
import { recordOf } from "./support.ts"

const place = ({ account, sandbox, ticker }: Trading, clientOrderId: string, price = "0.10") =>
  sandbox.placeOrder(account.accountId, { ticker, side: "bid", count: "1", price, clientOrderId })

layer(exchange(), { excludeTestServices: true })("kalshi order settle", (it) => {
  it.effect("finds the orders of killed commands, and removes their records", () =>
    Effect.gen(function* () {
      const trader = yield* trading("KXFOUND-26-T1")
      for (const id of ["found-1", "found-2"]) {
        writePending(trader, recordOf(trader, trader.ticker, id))
        yield* place(trader, id)
      }
      const { code, stdout } = yield* trader.run(["order", "settle"])
      assert.strictEqual(code, 0)
      assert.match(
        stdout,
        /^found-1 +KXFOUND-26-T1 +bid 1 at 0.10 +\S+ +0.00 +1.00 +Accepted: the exchange lists the order$/m
      )
      assert.deepStrictEqual(trader.pendingFiles(), [])
      const again = yield* trader.run(["order", "settle"])
      assert.strictEqual(again.stdout, "No order is pending: every outcome is known\n")
    })
  )

  it.effect(
    "says that an order was not placed if the exchange does not list it two minutes after the last attempt",
    () =>
      Effect.gen(function* () {
        const trader = yield* trading("KXABSENT-26-T1")
        const unknown = { lastAttemptMillis: Date.now() - 300_000 }
        writePending(trader, { ...recordOf(trader, trader.ticker, "absent-1"), unknown })
        const { code, value } = yield* trader.json(["order", "settle"])
        assert.strictEqual(code, 0)
        assert.deepInclude(value[0], { outcome: "not_placed", exit_code: 0, client_order_id: "absent-1" })
        assert.deepStrictEqual(trader.pendingFiles(), [])
      })
  )

  it.effect("keeps the record while the order may still appear", () =>
    Effect.gen(function* () {
      const trader = yield* trading("KXEARLY-26-T1")
      writePending(trader, recordOf(trader, trader.ticker, "early-1"))
      const { code, stderr, value } = yield* trader.json(["order", "settle", "--within", "1"])
      assert.strictEqual(code, 5)
      assert.deepInclude(value[0], { outcome: "unknown", exit_code: 5 })
      assert.include(stderr, "is still not known. Run `kalshi order settle` again later")
      const record = readPending(trader, "early-1") as { readonly unknown: object } // the command wrote this record
      assert.hasAllKeys(record.unknown, ["lastAttemptMillis"])
      assert.strictEqual(statSync(join(pendingFolder(trader), "early-1.json")).mode & 0o777, 0o600)
      yield* place(trader, "early-1")
      const later = yield* trader.json(["order", "settle"])
      assert.deepInclude(later.value[0], { outcome: "accepted" })
    })
  )

  it.effect("exits with 2 for --subaccount, because each order has its own subaccount", () =>
    Effect.gen(function* () {
      const trader = yield* trading("KXOWN-26-T1")
      const { code, stderr } = yield* trader.run(["order", "settle", "--subaccount", "3"])
      assert.strictEqual(code, 2)
      assert.include(stderr, "Each order is settled in its own subaccount. Remove --subaccount")
    })
  )

  it.effect("exits with 4 immediately if the exchange refuses the key", () =>
    Effect.gen(function* () {
      const trader = yield* trading("KXREFUSED-26-T1")
      writePending(trader, recordOf(trader, trader.ticker, "refused-1"))
      for (const status of [401, 403]) {
        yield* trader.sandbox.plant({ operation: "GetOrders", status })
        // A search that finds no order within one second would end with the exit code 5.
        const { code, stderr } = yield* trader.json(["order", "settle", "--within", "1"])
        assert.strictEqual(code, 4)
        assert.include(JSON.stringify(stderr), String(status))
        assert.deepStrictEqual(trader.pendingFiles(), ["refused-1.json"])
      }
      yield* trader.run(["order", "settle", "--forget", "refused-1"])
    })
  )

  it.effect("does not settle orders of other environments and keys", () =>
    Effect.gen(function* () {
      const trader = yield* trading("KXOTHERS-26-T1")
      const record = recordOf(trader, trader.ticker, "other-1")
      const demo = { environment: "demo", rest_url: "https://external-api.demo.kalshi.co/trade-api/v2" }
      writePending(trader, { ...record, ...demo })
      writePending(trader, { ...record, client_order_id: "other-2", key_id: "another-key" })
      yield* place(trader, "other-1")
      const all = yield* trader.run(["order", "settle"])
      assert.strictEqual(all.code, 0)
      assert.strictEqual(all.stdout, "No order is pending on this exchange with this key\n")
      assert.include(all.stderr, `Settle them with --env demo and the key ${trader.account.keyId}`)
      assert.include(all.stderr, `Settle them with --env ${trader.sandbox.url} and the key another-key`)
      const one = yield* trader.run(["order", "settle", "other-1"])
      assert.strictEqual(one.code, 2)
      assert.include(one.stderr, "other-1 was placed on demo with the key")
      assert.deepStrictEqual([...trader.pendingFiles()].sort(), ["other-1.json", "other-2.json"])
      const listed = yield* trader.run(["order", "settle", "--list"])
      assert.match(listed.stdout, /^other-1 +demo +KXOTHERS-26-T1 +bid 1 at 0\.10/m)
      assert.strictEqual((yield* trader.run(["order", "settle", "--forget"])).code, 2)
      yield* trader.run(["order", "settle", "--forget", "other-1", "other-2"])
      assert.deepStrictEqual(trader.pendingFiles(), [])
    })
  )

  it.effect("neither settles nor forgets an order that another process is sending", () =>
    Effect.gen(function* () {
      const trader = yield* trading("KXBUSY-26-T1")
      const sender = { placedAtMillis: Date.now(), process_id: process.ppid, host: hostname() }
      writePending(trader, { ...recordOf(trader, trader.ticker, "busy-1"), ...sender })
      const settled = yield* trader.run(["order", "settle"])
      assert.strictEqual(settled.code, 5)
      assert.strictEqual(settled.stdout, "No order was settled\n")
      assert.include(settled.stderr, `busy-1 is being sent by process ${process.ppid}`)
      const forgotten = yield* trader.run(["order", "settle", "--forget", "busy-1"])
      assert.strictEqual(forgotten.code, 2)
      assert.include(forgotten.stderr, "Nothing was removed")
      assert.deepStrictEqual(trader.pendingFiles(), ["busy-1.json"])
      rmSync(join(pendingFolder(trader), "busy-1.json"))
    })
  )

  it.effect("--list needs no key and no exchange", () =>
    Effect.gen(function* () {
      const trader = yield* trading("KXLIST-26-T1")
      writePending(trader, recordOf(trader, trader.ticker, "list-1"))
      const env = { ...trader.env, KALSHI_ENV: "", KALSHI_API_KEY_ID: "", KALSHI_PRIVATE_KEY_PATH: "" }
      const { code, value } = yield* trader.json(["order", "settle", "--list"], { env })
      assert.strictEqual(code, 0)
      assert.deepInclude(value[0], { client_order_id: "list-1", ticker: trader.ticker })
      yield* trader.run(["order", "settle", "--forget", "list-1"])
    })
  )

  it.effect("reports a file that is not a record, and settles the other orders", () =>
    Effect.gen(function* () {
      const trader = yield* trading("KXBROKEN-26-T1")
      writePending(trader, recordOf(trader, trader.ticker, "whole-1"))
      yield* place(trader, "whole-1")
      const file = join(pendingFolder(trader), "half-1.json")
      writeFileSync(file, '{"version":1,"environment":')
      const { code, stderr, value } = yield* trader.json(["order", "settle"])
      assert.strictEqual(code, 0)
      assert.include(stderr, `${file} is not a record of an order`)
      assert.deepInclude(value[0], { client_order_id: "whole-1", outcome: "accepted" })
      assert.deepStrictEqual(trader.pendingFiles(), ["half-1.json"])
    })
  )

  it.effect("refuses an id without a record", () =>
    Effect.gen(function* () {
      const { run } = yield* trading("KXNONE-26-T1")
      const { code, stderr } = yield* run(["order", "settle", "nothing"])
      assert.strictEqual(code, 2)
      assert.include(stderr, "No pending order has the id nothing")
    })
  )

  it.effect("succeeds if another process has already removed the record", () =>
    Effect.gen(function* () {
      const { env } = yield* trading("KXGONE-26-T1")
      yield* finish("gone-1").pipe(
        Effect.provide([NodeServices.layer, ConfigProvider.layer(ConfigProvider.fromEnv({ env }))])
      )
    })
  )

  describe("an amended order", () => {
    it.effect("has an unknown outcome, and its order_id is printed", () =>
      Effect.gen(function* () {
        const trader = yield* trading("KXAMENDED-26-T1")
        writePending(trader, recordOf(trader, trader.ticker, "amended-1"))
        const { orderId } = yield* place(trader, "amended-1", "0.20")
        const { code, value } = yield* trader.json(["order", "settle", "amended-1"])
        assert.strictEqual(code, 5)
        assert.deepInclude(value[0], { outcome: "unknown", other_order_id: orderId, differs: ["price"] })
        yield* trader.run(["order", "settle", "--forget", "amended-1"])
      })
    )
  })
})
