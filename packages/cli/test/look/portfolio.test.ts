import { assert, describe, layer } from "@effect/vitest"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { createHash } from "node:crypto"
import { kalshi } from "../support/cli.ts"
import { layer as exchange, LocalExchange, writeKey } from "../support/exchange.ts"

const [a, b] = ["KXACCT-26-A", "KXACCT-26-B"]

/**
 * The trader has a YES position in A, a NO position in B, and a closed position in D. The trader also has a resting
 * order on a subaccount, a resting order in an order group, and a payout.
 */
const prepare = Effect.gen(function* () {
  const local = yield* LocalExchange
  const { account, sandbox } = local
  const { accountId } = account
  yield* sandbox.createMarket({ ticker: a })
  yield* sandbox.createMarket({ ticker: b })
  yield* sandbox.createMarket({ ticker: "KXPAID-26-C" })
  yield* sandbox.createMarket({ ticker: "KXENDED-26-D" })
  const subaccount = yield* sandbox.createSubaccount(accountId)
  yield* sandbox.deposit(accountId, "50", { subaccount })
  const other = yield* sandbox.createAccount({ name: "other" })
  const trade = (ticker: string, side: "bid" | "ask", price: string, count: string) =>
    Effect.andThen(
      sandbox.placeOrder(accountId, { ticker, side, price, count }),
      sandbox.placeOrder(other.accountId, { ticker, side: side === "bid" ? "ask" : "bid", price, count })
    )
  yield* trade(a, "bid", "0.40", "10")
  for (const price of ["0.10", "0.20"]) {
    yield* sandbox.placeOrder(other.accountId, { ticker: a, side: "bid", price, count: "7" })
  }
  yield* trade(a, "ask", "0.60", "4")
  yield* trade(b, "ask", "0.70", "5.5")
  yield* trade("KXPAID-26-C", "bid", "0.25", "8")
  yield* trade("KXENDED-26-D", "bid", "0.25", "2")
  yield* trade("KXENDED-26-D", "ask", "0.35", "2")
  yield* sandbox.determineMarket("KXPAID-26-C", "yes")
  yield* sandbox.settleMarket("KXPAID-26-C")
  yield* sandbox.placeOrder(accountId, { ticker: a, side: "bid", price: "0.10", count: "2", subaccount })
  const layer = Kalshi.layer({ environment: sandbox.environment, signer: account.signer })
  const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 25 }).pipe(
    Effect.provide(Layer.provide(layer, NodeHttpClient.layerUndici))
  )
  yield* sandbox.placeOrder(accountId, {
    ticker: a,
    side: "bid",
    price: "0.20",
    count: "3",
    orderGroupId: order_group_id
  })
  return local
}).pipe(Effect.orDie)

const prepared = Layer.effect(LocalExchange, prepare).pipe(Layer.provide(exchange()))

const dollars = (micros: number | bigint): string => FixedPoint.fromMicros(BigInt(micros))
const printed = (micros: number): string =>
  `$${dollars(micros).replace(/\.(\d+)$/, (_, digits: string) => `.${digits.padEnd(4, "0")}`)}`
const count = (hundredths: number): string => FixedPoint.fromHundredths(BigInt(hundredths))

const wordsOf = (table: string): ReadonlyArray<ReadonlyArray<string>> =>
  table
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/))

layer(prepared, { excludeTestServices: true })("Look at the account", (it) => {
  describe("kalshi balance", () => {
    it.effect("shows the same cash and value of positions as the exchange", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        const view = yield* sandbox.view
        const balances = Result.getOrThrow(view.balances(account.accountId)).filter(
          ({ subaccount }) => subaccount === 0
        )
        const cash = balances.reduce((sum, { cashMicros }) => sum + cashMicros, 0)
        const positions = balances.reduce((sum, { positionsMicros }) => sum + positionsMicros, 0)
        const { stdout } = yield* run(["balance"])
        assert.deepStrictEqual(wordsOf(stdout).slice(0, 3), [
          ["cash", printed(cash)],
          ["positions", printed(positions)],
          ["total", printed(cash + positions)]
        ])
      })
    )

    it.effect("shows one subaccount, or all of them with --each", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const one = yield* run(["balance", "--subaccount", "1"])
        // Two contracts at $0.10 are reserved, and the exchange does not count the reserved money as cash.
        assert.deepStrictEqual(wordsOf(one.stdout)[0], ["cash", "$49.8000"])
        // The balance of this subaccount has never changed, so its update time is zero.
        const unused = yield* run(["balance", "--subaccount", "3"])
        assert.match(unused.stdout, /^cash +\$0\.0000\n/)
        assert.notInclude(unused.stdout, "updated")
        const each = yield* run(["balance", "--each", "--json"])
        const rows: ReadonlyArray<Record<string, unknown>> = JSON.parse(each.stdout)
        assert.deepStrictEqual(
          rows.map((row) => row["subaccount_number"]),
          [0, 1]
        )
        assert.strictEqual((yield* run(["balance", "--each", "--subaccount", "1"])).exit, "usage")
        assert.include((yield* run(["balance", "--each", "--csv"])).stdout, "\r\n1,49.8000,0.0000,49.8000\r\n")
      })
    )
  })

  describe("kalshi positions", () => {
    it.effect("shows the same positions, exposure, profit and fees as the exchange", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        const view = yield* sandbox.view
        const { items } = Result.getOrThrow(
          view.listPositions(account.accountId, {
            subaccount: 0,
            settlement: "unsettled",
            nonZero: ["position"],
            limit: 10
          })
        )
        const { stdout } = yield* run(["positions"])
        assert.deepStrictEqual(
          wordsOf(stdout)
            .slice(1, -1)
            .map((cells) => cells.slice(0, 3)),
          [
            [a, "yes", "6.00"],
            [b, "no", "5.50"]
          ]
        )
        const rows: ReadonlyArray<Record<string, string>> = JSON.parse((yield* run(["positions", "--json"])).stdout)
        assert.deepStrictEqual(
          rows.map((row) =>
            (
              ["ticker", "position_fp", "market_exposure_dollars", "realized_pnl_dollars", "fees_paid_dollars"] as const
            ).map((name) => (name.endsWith("_dollars") ? FixedPoint.dollarsUnsafe(row[name] ?? "") : row[name]))
          ),
          items.map(({ count: contracts, exposureMicros, feesMicros, realizedMicros, ticker }) => [
            ticker,
            count(contracts),
            dollars(exposureMicros),
            dollars(realizedMicros),
            dollars(feesMicros)
          ])
        )
        const sum = (of: (item: (typeof items)[number]) => number) =>
          printed(items.reduce((sum, item) => sum + of(item), 0))
        assert.strictEqual(
          stdout.trimEnd().split("\n").at(-1),
          `Together: exposure ${sum(({ exposureMicros }) => exposureMicros)}, realized P&L ${sum(({ realizedMicros }) => realizedMicros)} before fees of ${sum(({ feesMicros }) => feesMicros)}`
        )
      })
    )

    it.effect("lists positions by status, subaccount and ticker", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        assert.include((yield* run(["positions", "--status", "settled"])).stdout, "KXPAID-26-C")
        assert.include((yield* run(["positions", "--status", "unsettled"])).stdout, "KXENDED-26-D")
        assert.strictEqual((yield* run(["positions", "--subaccount", "1"])).stdout, "No open positions found\n")
        const one = yield* run(["positions", "--ticker", b, "--json"])
        assert.strictEqual(JSON.parse(one.stdout).length, 1)
      })
    )
  })

  describe("kalshi orders", () => {
    it.effect("lists the resting orders of all subaccounts, or of one subaccount", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        const view = yield* sandbox.view
        const { items } = Result.getOrThrow(view.listOrders(account.accountId, { status: "resting", limit: 10 }))
        const { stdout } = yield* run(["orders"])
        assert.deepStrictEqual(
          wordsOf(stdout)
            .slice(1)
            .map((cells) => cells.slice(0, 6)),
          items.map(({ fillCount, orderId, price, remainingCount, side, ticker }) => [
            orderId,
            ticker,
            side,
            (price / 10_000).toFixed(4),
            count(remainingCount),
            count(fillCount)
          ])
        )
        assert.strictEqual(items.length, 2)
        assert.strictEqual(JSON.parse((yield* run(["orders", "--subaccount", "1", "--json"])).stdout).length, 1)
        assert.strictEqual((yield* run(["orders", "--ticker", b])).stdout, "No resting orders found\n")
      })
    )

    it.effect("shows how many contracts are ahead of each order in the queue", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        const view = yield* sandbox.view
        const { items } = Result.getOrThrow(view.listOrders(account.accountId, { status: "resting", limit: 10 }))
        const csv = yield* run(["orders", "--queue", "--csv"])
        assert.deepStrictEqual(
          csv.stdout
            .trimEnd()
            .split("\r\n")
            .slice(1)
            .map((line) => line.split(",").at(-1)),
          items.map(({ orderId }) => count(Result.getOrThrow(view.queuePosition(account.accountId, orderId)).count))
        )
        // The other trader's orders are ahead of both orders of the account.
        assert.isTrue(
          csv.stdout
            .trimEnd()
            .split("\r\n")
            .slice(1)
            .every((line) => /,[1-9]\d*\.00$/.test(line))
        )
        assert.strictEqual(JSON.parse((yield* run(["orders", "--queue", "--json", "--all"])).stdout).length, 2)
        assert.strictEqual((yield* run(["orders", "--queue", "--status", "all"])).exit, "usage")
      })
    )

    it.effect("lists executed orders, and orders in any state", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        const view = yield* sandbox.view
        const statusOf = (status: string) => run(["orders", "--status", status, "--all", "--json"])
        const executed = Result.getOrThrow(view.listOrders(account.accountId, { status: "executed", limit: 100 })).items
        assert.deepStrictEqual(
          JSON.parse((yield* statusOf("executed")).stdout).map((order: { order_id: string }) => order.order_id),
          executed.map(({ orderId }) => orderId)
        )
        assert.strictEqual(JSON.parse((yield* statusOf("all")).stdout).length, executed.length + 2)
      })
    )

    it.effect("shows whole ids on a terminal of 80 columns, and names the columns that do not fit", () =>
      Effect.gen(function* () {
        const { run } = yield* LocalExchange
        const { stderr, stdout } = yield* run(["orders"], { columns: 80 })
        for (const line of stdout.split("\n")) assert.isAtMost(line.length, 80)
        const ids = JSON.parse((yield* run(["orders", "--json"])).stdout).map(
          (order: { order_id: string }) => order.order_id
        )
        assert.deepStrictEqual(
          wordsOf(stdout)
            .slice(1)
            .map(([id]) => id),
          ids
        )
        assert.match(stdout, /^order_id +ticker +side +yes_price/)
        assert.match(stderr, /^Columns that do not fit: [^.]*status[^.]*\. Use\s--csv\sor\sa\swider\sterminal\n$/)
        assert.notInclude(stderr, "expiration_time")
      })
    )
  })

  describe("kalshi fills", () => {
    it.effect("shows the account's side of each fill, with its price and fee", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        const view = yield* sandbox.view
        const { items } = Result.getOrThrow(view.listFills(account.accountId, { limit: 10 }))
        const { stdout } = yield* run(["fills"])
        assert.deepStrictEqual(
          wordsOf(stdout)
            .slice(1)
            .map((cells) => [...cells.slice(1, 5), FixedPoint.dollarsUnsafe(cells[5] ?? "")]),
          items.map(({ count: contracts, feeMicros, price, side, ticker }) => [
            ticker,
            side === "bid" ? "yes" : "no",
            count(contracts),
            ((side === "bid" ? price : 10_000 - price) / 10_000).toFixed(4),
            dollars(feeMicros)
          ])
        )
        const order = items.at(-1)?.orderId ?? ""
        const ofOrder = yield* run(["fills", "--order", order, "--json"])
        assert.deepStrictEqual(
          JSON.parse(ofOrder.stdout).map((fill: { order_id: string }) => fill.order_id),
          [order]
        )
        assert.strictEqual((yield* run(["fills", "--until", "1h"])).stdout, "No fills found\n")
        assert.strictEqual((yield* run(["fills", "--ticker", "KXNONE"])).stdout, "No fills found\n")
      })
    )
  })

  describe("kalshi settlements", () => {
    it.effect("shows the payout, the costs and the fees", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        const view = yield* sandbox.view
        const [settlement] = Result.getOrThrow(view.listSettlements(account.accountId, { limit: 10 })).items
        const { feesMicros = 0, revenueMicros = 0, yesCostMicros = 0 } = settlement ?? {}
        const csv = yield* run(["settlements", "--csv"])
        const [header = "", row = ""] = csv.stdout.split("\r\n").map((line) => line.split(","))
        const cell = (name: string) => row[header.indexOf(name)]
        const amount = (name: string) => FixedPoint.dollarsUnsafe(cell(name) ?? "")
        assert.deepStrictEqual([cell("ticker"), cell("result"), cell("yes_count")], ["KXPAID-26-C", "yes", "8.00"])
        assert.deepStrictEqual(
          [amount("revenue"), amount("yes_cost"), amount("fee_cost")],
          [dollars(revenueMicros), dollars(yesCostMicros), dollars(feesMicros)]
        )
      })
    )
  })

  describe("kalshi groups", () => {
    it.effect("lists groups with their limit, and shows the resting orders of one group", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        const view = yield* sandbox.view
        const [group] = Result.getOrThrow(view.listGroups(account.accountId, undefined))
        const { stdout } = yield* run(["groups"])
        assert.deepStrictEqual(wordsOf(stdout)[1]?.slice(0, 2), [group?.groupId, "25.00"])
        const one = yield* run(["groups", group?.groupId ?? ""])
        assert.match(one.stdout, /^contracts_limit +25\.00\n/)
        assert.include(one.stdout, `${group?.orderIds[0]}`)
        assert.strictEqual((yield* run(["groups", "--subaccount", "1"])).stdout, "No order groups found\n")
        assert.strictEqual((yield* run(["groups", "2c5d3e1a-6c1f-4a0e-9f57-0d2b6f1f7a11"])).exit, "refused")
      })
    )
  })

  describe("kalshi limits", () => {
    it.effect("shows the rate limits of the account's tier", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        yield* sandbox.setTier(account.accountId, "basic")
        const { stdout } = yield* run(["limits"])
        yield* sandbox.setTier(account.accountId, "unmetered")
        assert.deepStrictEqual(wordsOf(stdout).slice(0, 3), [
          ["tier", "basic"],
          ["read", "200 tokens per second, at most 600 at once"],
          ["write", "100 tokens per second, at most 100 at once"]
        ])
      })
    )

    it.effect("lists the costs of requests without a key", () =>
      Effect.gen(function* () {
        const { env } = yield* LocalExchange
        const keyless = {
          env: { KALSHI_ENV: env["KALSHI_ENV"] ?? "", KALSHI_CONFIG_DIR: env["KALSHI_CONFIG_DIR"] ?? "" }
        }
        const { stdout } = yield* kalshi(["limits", "--costs"], keyless)
        assert.match(stdout, /\nDELETE +\/trade-api\/v2\/portfolio\/events\/orders\/:order_id +2\n/)
        assert.include(stdout, "All other requests cost 10 tokens")
        const json = yield* kalshi(["limits", "--costs", "--json"], keyless)
        assert.strictEqual(JSON.parse(json.stdout).default_cost, 10)
      })
    )
  })

  describe("kalshi whoami", () => {
    it.effect("shows the key, its fingerprint and scopes, and the clock", () =>
      Effect.gen(function* () {
        const { account, run, sandbox } = yield* LocalExchange
        const { stdout } = yield* run(["whoami", "--subaccount", "1", "--json"])
        const der = Buffer.from(account.publicKey.replaceAll(/-----[^-]+-----|\s/g, ""), "base64")
        const me = JSON.parse(stdout)
        assert.deepInclude(me, {
          rest_url: `${sandbox.url}/trade-api/v2`,
          api_key_id: account.keyId,
          key_type: "ed25519",
          public_key_fingerprint: `SHA256:${createHash("sha256").update(der).digest("base64")}`,
          scopes: ["read", "write"],
          subaccount: 1
        })
        assert.isAtMost(me.clock_skew.lower_millis, me.clock_skew.upper_millis)
        const human = yield* run(["whoami"])
        assert.match(human.stdout, /\nscopes +read, write\n[\s\S]*\nclock +agrees with the exchange's clock\n$/)
      })
    )

    it.effect("says which data cannot be read with the key", () =>
      Effect.gen(function* () {
        const { account, folder, run, sandbox } = yield* LocalExchange
        const credentials = yield* sandbox.createKey(account.accountId, "rsa", {
          name: "narrow",
          scopes: ["read::portfolio_balance"]
        })
        const env = {
          KALSHI_API_KEY_ID: credentials.keyId,
          KALSHI_PRIVATE_KEY_PATH: writeKey(folder, "narrow.pem", credentials)
        }
        const { exit, stdout } = yield* run(["whoami"], { env })
        assert.strictEqual(exit, "done")
        assert.include(stdout, `key id       ${credentials.keyId}\n`)
        assert.match(stdout, /\nscopes +not readable with this key\ntier +not readable with this key\n/)
        assert.strictEqual((yield* run(["balance"], { env })).exit, "done")
        const orders = yield* run(["orders"], { env })
        assert.deepStrictEqual([orders.exit, orders.stdout], ["key", ""])
      })
    )

    it.effect("says how far a wrong clock is behind", () =>
      Effect.gen(function* () {
        const { run, sandbox } = yield* LocalExchange
        const { stdout } = yield* run(["whoami"], { nowMillis: Date.now() - 20_000 })
        assert.match(stdout, /\nclock +about (?:19|20|21)\.\d s behind the exchange's clock\n$/)
        assert.isNotEmpty(yield* sandbox.requests)
      })
    )
  })

  it.effect("without a key, the commands of the account exit with code 4", () =>
    Effect.gen(function* () {
      const { env } = yield* LocalExchange
      const keyless = {
        env: { KALSHI_ENV: env["KALSHI_ENV"] ?? "", KALSHI_CONFIG_DIR: env["KALSHI_CONFIG_DIR"] ?? "" }
      }
      for (const name of ["balance", "positions", "orders", "fills", "settlements", "groups", "limits", "whoami"]) {
        const { exit, stderr, stdout } = yield* kalshi([name], keyless)
        assert.deepStrictEqual([name, exit, stdout], [name, "key", ""])
        assert.include(stderr, "Error: This command needs an API key. Set KALSHI_API_KEY_ID")
      }
    })
  )
})
