import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { dollarsUnsafe, toMicros } from "@kalshi-effect/client/FixedPoint"
import { key, kalshi } from "../support/cli.ts"
import { environmentOf, layer as exchange, LocalExchange } from "../support/exchange.ts"
import { readPending, trading, writePending } from "../support/trading.ts"

const typed = (text: string) => [...text].map(key).concat(key("return"))

layer(exchange(), { excludeTestServices: true })("kalshi order place", (it) => {
  describe("the meaning", () => {
    const meanings = [
      ["buy", "yes", "0.56", "bid", 5600],
      ["sell", "yes", "0.56", "ask", 5600],
      ["buy", "no", "0.40", "ask", 6000],
      ["sell", "no", "0.40", "bid", 6000]
    ] as const
    it.effect("the price belongs to the outcome that the trader names", () =>
      Effect.gen(function* () {
        const { json, orders } = yield* trading("KXMEANING-26-T1")
        for (const [action, outcome, price, side, yesPrice] of meanings) {
          const id = `${action}-${outcome}`
          const args = ["--count", "2.5", "--price", price, "--client-order-id", id, "--post-only", "--yes"]
          const { exit } = yield* json(["order", "place", action, outcome, "KXMEANING-26-T1", ...args])
          assert.strictEqual(exit, "done", id)
          const placed = (yield* orders).find(({ clientOrderId }) => clientOrderId === id)
          assert.deepInclude(placed, { side, price: yesPrice, initialCount: 250 }, id)
          yield* json(["order", "cancel-all", "--market", "KXMEANING-26-T1", "--yes"])
        }
      })
    )
  })

  describe("a preview", () => {
    it.effect("shows the side, the price of YES, the cost and the worst case, and sends nothing", () =>
      Effect.gen(function* () {
        const { account, orders, run, ticker } = yield* trading("KXPREVIEW-26-T1")
        const { exit, stderr, stdout } = yield* run([
          ...["order", "place", "buy", "no", ticker, "--count", "10", "--price", "0.40"],
          ...["--client-order-id", "preview-1", "--expires", "2099-12-24T18:00:00Z"]
        ])
        assert.strictEqual(exit, "usage")
        assert.deepStrictEqual(stdout.split("\n").slice(0, 9), [
          "Buy 10.00 NO of KXPREVIEW-26-T1 at 0.40 or less",
          "market       KXPREVIEW-26-T1",
          "now          NO 0.0000 bid, 1.0000 ask",
          "book         ask at YES price 0.60 (NO price 0.40)",
          "order        the unfilled part rests until 2099-12-24T18:00:00Z",
          "position     none in the primary account",
          "cost         4.00",
          "payout       10.00 if the market settles NO",
          "fee          0.168 as taker at this price"
        ])
        const amountOf = (name: string) =>
          toMicros(dollarsUnsafe(new RegExp(`^${name} +(\\S+)`, "m").exec(stdout)![1]!))
        assert.strictEqual(amountOf("cost") + amountOf("fee") + amountOf("more fees"), amountOf("worst case"))
        assert.match(stdout, /^cash +\S+ available$/m)
        assert.include(stdout, `account      primary account, key ${account.keyId}`)
        assert.include(stderr, "Nothing was sent, because there is no terminal to ask on. Pass --yes")
        assert.deepStrictEqual(yield* orders, [])
      })
    )

    it.effect("--dry-run prints the exact request, and sends nothing", () =>
      Effect.gen(function* () {
        const { json, orders, run, ticker } = yield* trading("KXDRY-26-T1")
        const args = ["order", "place", "sell", "yes", ticker, "--count", "3", "--price", "0.70"]
        const { exit, value } = yield* json([...args, "--client-order-id", "dry-1", "--dry-run"])
        assert.strictEqual(exit, "done")
        assert.deepStrictEqual(value.requests, [
          {
            method: "POST",
            path: "/trade-api/v2/portfolio/events/orders",
            body: {
              ticker,
              client_order_id: "dry-1",
              side: "ask",
              count: "3.00",
              price: "0.70",
              time_in_force: "good_till_canceled",
              self_trade_prevention_type: "taker_at_cross",
              exchange_index: 0
            }
          }
        ])
        assert.deepInclude(value, { outcome: "not_sent", yes_price: "0.70", no_price: "0.30", book_side: "ask" })
        assert.deepInclude(value.cost, { collateral: "0.90", max_payout: "3.00", fee_terms: "given" })
        assert.deepStrictEqual(yield* orders, [])
        const human = yield* run([...args, "--dry-run"])
        assert.strictEqual(human.stderr, "This is a dry run: nothing was sent\n")
        assert.match(human.stdout, /^request {6}POST \/trade-api\/v2\/portfolio\/events\/orders$/m)
      })
    )

    it.effect("assumes the highest known fees if the exchange does not show the event", () =>
      Effect.gen(function* () {
        const { json, run, sandbox, ticker } = yield* trading("KXTERMS-26-T1")
        yield* sandbox.plant({ operation: "GetEvent", status: 404, times: 2 })
        const args = ["order", "place", "buy", "yes", ticker, "--count", "10", "--price", "0.50", "--dry-run"]
        assert.deepInclude((yield* json(args)).value.cost, { collateral: "5.00", fee_terms: "assumed" })
        assert.include((yield* run(args)).stdout, "so the highest known fees are assumed")
      })
    )

    it.effect("prices only the contracts that open a position, and says when a sale exceeds the position", () =>
      Effect.gen(function* () {
        const { account, json, run, sandbox, ticker } = yield* trading("KXHELD-26-T1")
        const other = yield* sandbox.createAccount()
        const order = { ticker, count: "10", price: "0.50" } as const
        yield* sandbox.placeOrder(other.accountId, { ...order, side: "ask" })
        yield* sandbox.placeOrder(account.accountId, { ...order, side: "bid" })
        const args = ["order", "place", "sell", "yes", ticker, "--price", "0.60", "--dry-run"]
        const closing = yield* json([...args, "--count", "10"])
        assert.deepInclude(closing.value, { position_fp: "10.00" })
        assert.deepInclude(closing.value.cost, { collateral: "0.00", proceeds: "6.00" })
        const opposite = yield* run([...args.with(3, "no"), "--count", "5"])
        assert.include(opposite.stdout, "you hold YES, not NO: the order buys 5.00 more YES at 0.40 or less")
        // An order of a subaccount closes no position of the primary account.
        const number = yield* sandbox.createSubaccount(account.accountId)
        yield* sandbox.deposit(account.accountId, "100", { subaccount: number })
        yield* sandbox.placeOrder(account.accountId, { ...order, side: "ask", price: "0.95", subaccount: number })
        // A resting order already sells six of the ten contracts.
        yield* sandbox.placeOrder(account.accountId, { ...order, side: "ask", count: "6", price: "0.90" })
        const oversold = yield* run([...args, "--count", "10"])
        assert.include(oversold.stdout, "10.00 YES, resting orders close all except 4.00 YES")
        assert.include(
          oversold.stdout,
          "the position is smaller than the order: 6.00 contracts open a position in NO at 0.40 or less"
        )
        assert.match(oversold.stdout, /^cost {9}2\.40$/m)
      })
    )
  })

  describe("before it sends the order", () => {
    const args = ["order", "place", "buy", "yes", "KXASK-26-T1", "--count", "1", "--price", "0.10"]
    it.effect("waits for yes and Enter", () =>
      Effect.gen(function* () {
        const { orders, run } = yield* trading("KXASK-26-T1")
        const { exit, stdout } = yield* run(args, { columns: 100, keys: typed("yes") })
        assert.strictEqual(exit, "done")
        assert.include(stdout, "Send this order? Type yes or no:")
        assert.include(stdout, "Accepted: 1.00 contracts rest")
        assert.strictEqual((yield* orders).length, 1)
      })
    )

    it.effect("ends after no, and asks again after any other answer, such as a pasted command line", () =>
      Effect.gen(function* () {
        const { orders, pendingFiles, run } = yield* trading("KXASKNO-26-T1")
        const others = args.with(4, "KXASKNO-26-T1")
        for (const answers of [["no"], ["N"], ["", "yeah", "kalshi order place buy yes KXASKNO-26-T1", "no"]]) {
          const { exit, stderr, stdout } = yield* run(others, { columns: 100, keys: answers.flatMap(typed) })
          assert.strictEqual(exit, "interrupted", answers.join())
          assert.strictEqual(stderr, "Nothing was sent\n")
          assert.include(stdout, "Type yes or no:")
        }
        assert.deepStrictEqual(yield* orders, [])
        assert.deepStrictEqual(pendingFiles(), [])
      })
    )

    it.effect("fails with --json instead of asking, because the output must be one value", () =>
      Effect.gen(function* () {
        const { json, orders } = yield* trading("KXASKJSON-26-T1")
        const { exit, stderr, value } = yield* json(args.with(4, "KXASKJSON-26-T1"), {
          columns: 100,
          keys: typed("yes")
        })
        assert.strictEqual(exit, "usage")
        assert.strictEqual(value.outcome, "not_sent")
        assert.include(JSON.parse(stderr).error.message, "with --json the command does not ask")
        assert.deepStrictEqual(yield* orders, [])
      })
    )
  })

  describe("an outcome", () => {
    const place = (ticker: string, id: string, ...more: ReadonlyArray<string>) =>
      ["order", "place", "buy", "yes", ticker, "--count", "10", "--price", "0.56"].concat(
        "--client-order-id",
        id,
        "--yes",
        more
      )

    it.effect("exit code 0: accepted, with the filled and the resting contracts", () =>
      Effect.gen(function* () {
        const { json, pendingFiles, sandbox, ticker } = yield* trading("KXACCEPT-26-T1")
        const other = yield* sandbox.createAccount()
        yield* sandbox.placeOrder(other.accountId, { ticker, side: "ask", count: "4", price: "0.55" })
        const { code, value } = yield* json(place(ticker, "accepted-1"))
        assert.strictEqual(code, 0)
        assert.deepInclude(value, {
          outcome: "accepted",
          exit_code: 0,
          client_order_id: "accepted-1",
          ticker,
          source: "response",
          fill_count: "4.00",
          remaining_count: "6.00"
        })
        assert.strictEqual(Number(value.average_fill_price), 0.55)
        assert.deepStrictEqual(pendingFiles(), [])
      })
    )

    it.effect("exit code 0: accepted, and shows the filled, resting and canceled parts of the order", () =>
      Effect.gen(function* () {
        const { json, run, sandbox, ticker } = yield* trading("KXPART-26-T1")
        const other = yield* sandbox.createAccount()
        const args = [
          "order",
          "place",
          "buy",
          "no",
          ticker,
          "--count",
          "30",
          "--price",
          "0.45",
          "--tif",
          "ioc",
          "--yes"
        ]
        const offer = sandbox.placeOrder(other.accountId, { ticker, side: "bid", count: "18", price: "0.60" })
        yield* offer
        const { code, stdout } = yield* run(args)
        assert.strictEqual(code, 0)
        assert.include(stdout, "Filled 18.00 of 30.00 contracts; 12.00 were canceled\n")
        assert.match(stdout, /^average_fill_price {2}NO 0\.40\d* \(YES 0\.60\d*\)$/m)
        yield* offer
        const { value } = yield* json(args)
        assert.deepInclude(value, {
          count: "30.00",
          fill_count: "18.00",
          remaining_count: "0.00",
          canceled_count: "12.00"
        })
        const nothing = yield* run(args)
        assert.include(nothing.stdout, "Accepted: nothing filled; 30.00 contracts were canceled\n")
        yield* offer
        const rests = yield* run(args.with(args.indexOf("ioc"), "gtc"))
        assert.include(rests.stdout, "Filled 18.00 of 30.00 contracts; 12.00 rest\n")
      })
    )

    it.effect("exit code 3: rejected, because the market is closed or does not exist", () =>
      Effect.gen(function* () {
        const { json, pendingFiles, sandbox, ticker } = yield* trading("KXCLOSED-26-T1")
        yield* sandbox.closeMarket(ticker)
        const { code, stderr, value } = yield* json(place(ticker, "closed-1"))
        assert.strictEqual(code, 3)
        assert.deepInclude(value, { outcome: "rejected", exit_code: 3, client_order_id: "closed-1" })
        assert.deepInclude(value.error, { type: "BadRequest", code: "MARKET_INACTIVE" })
        assert.deepInclude(JSON.parse(stderr).error, {
          exit: "refused",
          exit_code: 3,
          status: 400,
          code: "MARKET_INACTIVE",
          message: `The exchange refused the order. ${ticker} does not trade now. Look at its status and times with \`kalshi market ${ticker}\``
        })
        const unknown = yield* json(place("KXNOTHING-26-T1", "nothing-1"))
        assert.strictEqual(unknown.code, 3)
        assert.include(unknown.stderr, "Find the right ticker with `kalshi search`")
        const shown = yield* json(place("KXNOTHING-26-T1", "nothing-2").filter((arg) => arg !== "--yes"))
        assert.include(JSON.parse(shown.stderr).error.message, "There is no market")
        assert.deepStrictEqual(pendingFiles(), [])
      })
    )

    it.effect("exit code 3: rejected, with advice for the exchange's reason", () =>
      Effect.gen(function* () {
        const { run, sandbox, ticker } = yield* trading("KXREASONS-26-T1")
        const other = yield* sandbox.createAccount()
        yield* sandbox.placeOrder(other.accountId, { ticker, side: "ask", count: "4", price: "0.55" })
        const args = place(ticker, "reasons-1")
        for (const [refused, reason] of [
          [[...args, "--post-only"], "which --post-only does not allow"],
          [[...args, "--tif", "fok"], "or pass --tif ioc to fill the available contracts"],
          [args.with(args.indexOf("0.56"), "0.405"), "Run the same command with --dry-run, which checks the price"]
        ] as const) {
          const { code, stderr } = yield* run(refused)
          assert.strictEqual(code, 3)
          assert.include(stderr, reason)
        }
      })
    )

    it.effect("exit code 3: rejected, because the balance is too small", () =>
      Effect.gen(function* () {
        const { env, folder, sandbox, ticker } = yield* trading("KXPOOR-26-T1")
        const poor = yield* sandbox.createAccount({ dollars: "1.00" })
        const asPoor = { ...env, ...environmentOf(sandbox.url, folder, poor, "poor.pem") }
        const { code, stderr } = yield* kalshi(place(ticker, "poor-1"), { env: asPoor })
        assert.strictEqual(code, 3)
        assert.include(stderr, "The available cash is too small for this order. Look at `kalshi balance`")
      })
    )

    it.effect("exit code 4: the exchange does not accept the key", () =>
      Effect.gen(function* () {
        const { json, sandbox, ticker } = yield* trading("KXKEY-26-T1")
        yield* sandbox.plant({ operation: "CreateOrderV2", status: 401 })
        const { code, value } = yield* json(place(ticker, "key-1"))
        assert.strictEqual(code, 4)
        assert.deepInclude(value, { outcome: "rejected", exit_code: 4 })
      })
    )

    it.effect("exit code 6: every attempt received 429, so nothing was placed", () =>
      Effect.gen(function* () {
        const { json, orders, pendingFiles, sandbox, ticker } = yield* trading("KXBUSY-26-T1")
        yield* sandbox.plant({ operation: "CreateOrderV2", status: 429, times: 4 })
        const { code, value } = yield* json(place(ticker, "busy-1"))
        assert.strictEqual(code, 6)
        assert.deepInclude(value, { outcome: "rejected", exit_code: 6 })
        assert.deepStrictEqual(yield* orders, [])
        assert.deepStrictEqual(pendingFiles(), [])
      })
    )

    it.effect("exit code 6: nothing was sent, because nothing listens at the address", () =>
      Effect.gen(function* () {
        const { env, pendingFiles, run, ticker } = yield* trading("KXNOWHERE-26-T1")
        const { exit } = yield* run(place(ticker, "nowhere-1"), { env: { ...env, KALSHI_ENV: "http://127.0.0.1:9" } })
        assert.strictEqual(exit, "unavailable")
        assert.deepStrictEqual(pendingFiles(), [])
      })
    )

    it.effect("a lost response does not double the order", () =>
      Effect.gen(function* () {
        const { json, orders, pendingFiles, sandbox, ticker } = yield* trading("KXLOST-26-T1")
        yield* sandbox.plant({ operation: "CreateOrderV2", reset: "after" })
        const { code, value } = yield* json(place(ticker, "lost-1"))
        assert.strictEqual(code, 0)
        assert.deepInclude(value, { outcome: "accepted", source: "list" })
        assert.strictEqual((yield* orders).length, 1)
        assert.deepStrictEqual(pendingFiles(), [])
      })
    )

    it.effect(
      "places one order for two commands with the same id, and reports an unknown outcome if a later order differs",
      () =>
        Effect.gen(function* () {
          const { env, json, orders, pendingFiles, ticker } = yield* trading("KXTWICE-26-T1")
          const [first, second] = [yield* json(place(ticker, "twice-1")), yield* json(place(ticker, "twice-1"))]
          assert.strictEqual(first.value.order_id, second.value.order_id)
          const third = yield* json(place(ticker, "twice-1", "--price", "0.57"))
          assert.strictEqual(third.code, 2, "a flag can appear only once")
          const args = place(ticker, "twice-1")
          const other = yield* json(args.with(args.indexOf("0.56"), "0.57"))
          assert.strictEqual(other.code, 5)
          assert.deepInclude(other.value, { outcome: "unknown", exit_code: 5, differs: ["price"] })
          assert.include(JSON.parse(other.stderr).error.message, "kalshi order settle twice-1")
          assert.strictEqual((yield* orders).length, 1)
          // The record stays until the order is settled or forgotten. Until then, the id cannot be used.
          assert.deepStrictEqual(pendingFiles(), ["twice-1.json"])
          assert.deepInclude(readPending({ env } as never, "twice-1"), { client_order_id: "twice-1", ticker })
          assert.strictEqual((yield* json(place(ticker, "twice-1"))).code, 2)
          const settled = yield* json(["order", "settle", "twice-1", "--within", "1"])
          assert.strictEqual(settled.code, 5)
          assert.deepInclude(settled.value[0], { outcome: "unknown", differs: ["price"] })
          assert.strictEqual((yield* json(["order", "settle", "--forget", "twice-1"])).code, 0)
          assert.deepStrictEqual(pendingFiles(), [])
        })
    )

    it.effect("goes to the standard error if the standard output is closed", () =>
      Effect.gen(function* () {
        const { orders, run, ticker } = yield* trading("KXPIPE-26-T1")
        const accepted = yield* run(place(ticker, "pipe-1"), { head: 0 })
        assert.strictEqual(accepted.code, 0)
        assert.match(accepted.stderr, /^Accepted: 10\.00 contracts rest\norder_id +\S/)
        assert.strictEqual((yield* orders).length, 1)
      })
    )
  })

  describe("bad input", () => {
    it.effect("is refused before anything is read or sent", () =>
      Effect.gen(function* () {
        const { env, sandbox } = yield* LocalExchange
        const place = ["order", "place", "buy", "yes", "KXBAD-26-T1"]
        const sized = [...place, "--count", "10", "--price", "0.56", "--yes"]
        const before = (yield* sandbox.requests).length
        for (const args of [
          place,
          [...place, "--count", "10"],
          [...place, "--count", "0", "--price", "0.56"],
          [...place, "--count", "-1", "--price", "0.56"],
          [...place, "--count", "1.005", "--price", "0.56"],
          [...place, "--count", "10", "--price", "56"],
          [...place, "--count", "10", "--price", "1"],
          [...place, "--count", "10", "--price", "0"],
          [...place, "--count", "10", "--price", "0.56123"],
          ["order", "place", "buy", "maybe", "KXBAD-26-T1", "--count", "10", "--price", "0.56"],
          [...sized, "--tif", "ioc", "--post-only"],
          [...sized, "--tif", "ioc", "--expires", "10m"],
          [...sized, "--expires", "2020-01-01T00:00:00Z"],
          [...sized, "--expires", "2026-12-24T18:00:00"],
          [...sized, "--expires", "2099-02-30T00:00:00Z"],
          [...sized, "--expires", "soon"],
          [...sized, "--reduce-only"],
          [...sized, "--group="],
          [...sized, "--client-order-id", "../outside"],
          [...sized, "--csv"],
          [...sized, "--json", "--csv"]
        ]) {
          const { exit } = yield* kalshi(args, { env })
          assert.strictEqual(exit, "usage", args.join(" "))
        }
        assert.strictEqual((yield* sandbox.requests).length, before)
      })
    )

    it.effect("a price in whole cents: the error suggests the price in dollars", () =>
      Effect.gen(function* () {
        const { run, ticker } = yield* trading("KXCENTS-26-T1")
        const cents = ["order", "place", "buy", "no", ticker, "--count", "1", "--dry-run", "--price", "55"]
        assert.include((yield* run(cents)).stderr, "such as 0.55 for 55 cents")
        assert.strictEqual((yield* run(cents.with(cents.length - 1, ".55"))).exit, "done")
      })
    )

    it.effect("a price that is not on the market's grid: the error names the nearest prices", () =>
      Effect.gen(function* () {
        const { run, ticker } = yield* trading("KXGRID-26-T1")
        const { exit, stderr } = yield* run(["order", "place", "buy", "no", ticker, "--count", "1", "--price", "0.405"])
        assert.strictEqual(exit, "usage")
        assert.include(stderr, "--price: 0.405 is not on the market's price grid; the nearest prices are 0.41 and 0.40")
      })
    )
  })

  describe("a record of a pending order", () => {
    it.effect("must be on the disk before the order is sent", () =>
      Effect.gen(function* () {
        const { env, orders, run, ticker } = yield* trading("KXDISK-26-T1")
        const { exit, stderr } = yield* run(
          ["order", "place", "buy", "yes", ticker, "--count", "1", "--price", "0.10", "--yes"],
          // The state folder is a file.
          { env: { ...env, KALSHI_STATE_DIR: env["KALSHI_PRIVATE_KEY_PATH"]! } }
        )
        assert.strictEqual(exit, "failed")
        assert.include(stderr, "Nothing was sent, because the order could not be recorded first")
        assert.deepStrictEqual(yield* orders, [])
      })
    )

    it.effect("causes a warning before later orders in the market", () =>
      Effect.gen(function* () {
        const trader = yield* trading("KXWARN-26-T1")
        const record = {
          version: 1,
          environment: trader.sandbox.url,
          rest_url: trader.sandbox.environment.restUrl,
          key_id: trader.account.keyId,
          client_order_id: "warn-1",
          ticker: trader.ticker,
          request: {
            ticker: trader.ticker,
            client_order_id: "warn-1",
            side: "bid",
            count: "1",
            price: "0.10",
            time_in_force: "good_till_canceled",
            self_trade_prevention_type: "taker_at_cross"
          },
          placedAtMillis: 0,
          process_id: 1,
          host: "elsewhere"
        }
        writePending(trader, record)
        const args = ["order", "place", "buy", "yes", trader.ticker, "--count", "1", "--price", "0.10", "--dry-run"]
        const { stderr } = yield* trader.run(args)
        assert.include(stderr, "Careful: the outcome of an earlier order in KXWARN-26-T1 is not known")
        writePending(trader, { ...record, key_id: "another-key" })
        assert.notInclude((yield* trader.run(args)).stderr, "Careful")
        yield* trader.run(["order", "settle", "--forget", "warn-1"])
      })
    )
  })
})
