import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layer as exchange } from "../support/exchange.ts"
import { type Trading, trading } from "../support/trading.ts"

const rest = (
  { account, sandbox, ticker }: Trading,
  side: "bid" | "ask",
  price: string,
  options: { readonly subaccount?: number } = {}
) => sandbox.placeOrder(account.accountId, { ticker, side, price, count: "10", ...options })

const fillFour = ({ sandbox, ticker }: Trading, price: string) =>
  Effect.flatMap(sandbox.createAccount(), ({ accountId }) =>
    sandbox.placeOrder(accountId, { ticker, side: "ask", price, count: "4" })
  )

// Without this option, the exchange would cancel new orders for a minute after a cancel-all.
layer(exchange({ assumptions: { cancelAllMillis: 0 } }), { excludeTestServices: true })(
  "commands that change orders",
  (it) => {
    describe("kalshi order amend", () => {
      it.effect("shows the order before and after, and sends nothing without --yes", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXAMEND-26-T1")
          const { orderId } = yield* rest(trader, "bid", "0.50")
          yield* fillFour(trader, "0.50")
          const { exit, stdout } = yield* trader.run([
            "order",
            "amend",
            orderId,
            "--yes-price",
            "0.48",
            "--count",
            "12"
          ])
          assert.strictEqual(exit, "usage")
          assert.deepStrictEqual(stdout.split("\n").slice(1, 7), [
            "YES price    0.50 → 0.48",
            "NO price     0.50 → 0.52",
            "total        10.00 → 12.00",
            "filled       4.00",
            "resting      6.00 → 8.00",
            "expires      never"
          ])
          assert.include(stdout, "the order loses its position")
          assert.deepInclude((yield* trader.orders)[0], { price: 5000, remainingCount: 600 })
        })
      )

      it.effect("shows the market, the cost of the resting part, and whether the order would trade immediately", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXAMENDCOST-26-T1")
          const { orderId } = yield* rest(trader, "bid", "0.50")
          const other = yield* trader.sandbox.createAccount()
          const offer = { ticker: trader.ticker, side: "ask", price: "0.60", count: "4" } as const
          yield* trader.sandbox.placeOrder(other.accountId, offer)
          const args = ["order", "amend", orderId, "--count", "8", "--dry-run", "--yes-price"]
          const crossing = yield* trader.run([...args, "0.60"])
          assert.match(crossing.stdout, /^now +YES 0\.50\d* bid, 0\.60\d* ask$/m)
          assert.include(crossing.stdout, "at this price, the order would trade immediately")
          assert.match(crossing.stdout, /^cost +4\.80$/m)
          assert.match(crossing.stdout, /^worst case +\S+ with all fees$/m)
          assert.notInclude((yield* trader.run([...args, "0.59"])).stdout, "would trade immediately")
        })
      )

      it.effect("accepts the new price of an ask as a price of NO, and keeps the other fields", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXAMENDNO-26-T1")
          const { orderId } = yield* rest(trader, "ask", "0.60")
          const { value } = yield* trader.json(["order", "amend", orderId, "--no-price", "0.35", "--yes"])
          assert.deepInclude(value, { outcome: "amended", exit_code: 0, order_id: orderId })
          assert.deepInclude((yield* trader.orders)[0], { side: "ask", price: 6500, remainingCount: 1000 })
          const counted = yield* trader.run(["order", "amend", orderId, "--count", "7", "--yes"])
          assert.match(counted.stdout, /^price +YES 0\.65\d* \(NO 0\.35\d*\)\ntotal_count +7\.00$/m)
          assert.deepInclude((yield* trader.orders)[0], { price: 6500, remainingCount: 700 })
        })
      )

      it.effect("--dry-run prints the exact request", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXAMENDDRY-26-T1")
          const { orderId } = yield* rest(trader, "bid", "0.50")
          const args = ["order", "amend", orderId, "--expires", "2099-01-01T00:00:00Z", "--dry-run"]
          const { exit, value } = yield* trader.json(args)
          assert.strictEqual(exit, "done")
          const { body, method, path } = value.requests[0]
          assert.deepStrictEqual(
            [method, path],
            ["POST", `/trade-api/v2/portfolio/events/orders/${orderId}/amend?subaccount=0`]
          )
          assert.deepInclude(body, { count: "10.00", side: "bid", expiration_time: 4_070_908_800 })
          assert.strictEqual(value.keeps_queue_position, true)
        })
      )

      it.effect("exits with 5 if the response is lost, because the order may have been amended", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXAMENDLOST-26-T1")
          const { orderId } = yield* rest(trader, "bid", "0.50")
          yield* trader.sandbox.plant({ operation: "AmendOrderV2", reset: "after" })
          const { code, stderr, stdout } = yield* trader.json([
            "order",
            "amend",
            orderId,
            "--yes-price",
            "0.40",
            "--yes"
          ])
          assert.strictEqual(code, 5)
          assert.strictEqual(stdout, "")
          assert.include(JSON.parse(stderr).error.message, `Look at the order with \`kalshi order get ${orderId}\``)
          const { value } = yield* trader.json(["order", "get", orderId])
          assert.deepInclude(value, { order_id: orderId, yes_price_dollars: "0.4000" })
        })
      )

      it.effect("refuses contradictory flags, a wrong subaccount, and orders that do not rest", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXAMENDBAD-26-T1")
          const { orderId } = yield* rest(trader, "bid", "0.50")
          yield* fillFour(trader, "0.50")
          const amend = ["order", "amend", orderId, "--yes"]
          for (const [args, exit] of [
            [amend, "usage"],
            [[...amend, "--yes-price", "0.5", "--no-price", "0.5"], "usage"],
            [[...amend, "--count", "4"], "usage"],
            [[...amend, "--yes-price", "0.40", "--subaccount", "3"], "usage"],
            [["order", "amend", "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e", "--count", "4", "--yes"], "refused"]
          ] as const) {
            assert.strictEqual((yield* trader.run(args)).exit, exit, args.join(" "))
          }
          assert.deepInclude((yield* trader.orders)[0], { price: 5000, remainingCount: 600 })
          yield* trader.sandbox.cancelOrder(trader.account.accountId, orderId)
          const { exit, stderr } = yield* trader.run([...amend, "--count", "12"])
          assert.strictEqual(exit, "refused")
          assert.include(stderr, "does not rest: it is canceled")
        })
      )
    })

    describe("kalshi order decrease", () => {
      it.effect("decreases the resting part, with --to or with --by", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXDECREASE-26-T1")
          const { orderId } = yield* rest(trader, "bid", "0.50")
          const shown = yield* trader.run(["order", "decrease", orderId, "--to", "7"])
          assert.match(shown.stdout, /^resting {6}10\.00 → 7\.00$/m)
          const to = yield* trader.json(["order", "decrease", orderId, "--to", "7", "--yes"])
          assert.deepInclude(to.value, { outcome: "decreased", remaining_count: "7.00" })
          const by = yield* trader.json(["order", "decrease", orderId, "--by", "2", "--yes"])
          assert.deepInclude(by.value, { outcome: "decreased", remaining_count: "5.00" })
        })
      )

      it.effect("refuses to increase or to end an order", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXDECREASEBAD-26-T1")
          const { orderId } = yield* rest(trader, "bid", "0.50")
          for (const flags of [
            ["--to", "10"],
            ["--to", "11"],
            ["--by", "10"],
            ["--by", "12"],
            [],
            ["--by", "1", "--to", "1"]
          ]) {
            assert.strictEqual((yield* trader.run(["order", "decrease", orderId, ...flags, "--yes"])).exit, "usage")
          }
          assert.deepInclude((yield* trader.orders)[0], { remainingCount: 1000 })
        })
      )

      it.effect("exits with 5 if the response is lost", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXDECREASELOST-26-T1")
          const { orderId } = yield* rest(trader, "bid", "0.50")
          yield* trader.sandbox.plant({ operation: "DecreaseOrderV2", reset: "after" })
          assert.strictEqual((yield* trader.run(["order", "decrease", orderId, "--to", "7", "--yes"])).code, 5)
        })
      )
    })

    describe("kalshi order cancel", () => {
      it.effect("shows for each order whether it was canceled or had already filled", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXCANCEL-26-T1")
          const resting = yield* rest(trader, "bid", "0.40")
          const filled = yield* trader.sandbox.placeOrder(trader.account.accountId, {
            ticker: trader.ticker,
            side: "bid",
            count: "4",
            price: "0.50"
          })
          yield* fillFour(trader, "0.50")
          const args = ["order", "cancel", resting.orderId, filled.orderId]
          const shown = yield* trader.run(args)
          assert.strictEqual(shown.exit, "usage")
          assert.include(shown.stdout, "Cancel these 2 orders")
          const { code, value } = yield* trader.json([...args, "--yes"])
          assert.strictEqual(code, 3)
          assert.deepInclude(value[0], {
            order_id: resting.orderId,
            outcome: "canceled",
            reduced_by: "10.00",
            fill_count: "0.00"
          })
          assert.deepInclude(value[1], {
            order_id: filled.orderId,
            outcome: "executed",
            fill_count: "4.00",
            exit_code: 3
          })
          const missing = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"
          const again = yield* trader.run(["order", "cancel", resting.orderId, "--yes"])
          assert.strictEqual(again.code, 0)
          assert.include(again.stdout, "was canceled before")
          const third = yield* rest(trader, "bid", "0.40")
          const mixed = yield* trader.json(["order", "cancel", missing, third.orderId, "--yes"])
          assert.strictEqual(mixed.code, 3)
          assert.deepInclude(mixed.value[0], { order_id: third.orderId, outcome: "canceled" })
          assert.deepInclude(mixed.value[1], { order_id: missing, outcome: "not_found", exit_code: 3 })
        })
      )

      it.effect("reads the state of the order after a lost response", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXCANCELLOST-26-T1")
          const { orderId } = yield* rest(trader, "bid", "0.40")
          yield* trader.sandbox.plant({ operation: "CancelOrderV2", reset: "after" })
          const { code, stdout } = yield* trader.run(["order", "cancel", orderId, "--yes"])
          assert.strictEqual(code, 0)
          assert.include(stdout, "canceled (the response was lost)")
        })
      )
    })

    describe("kalshi order cancel-all", () => {
      it.effect("refuses an empty market or event, which could select all orders", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXCANCELEMPTY-26-T1")
          const before = (yield* trader.sandbox.requests).length
          for (const flag of ["--market=", "--market= ", "--event="]) {
            assert.strictEqual((yield* trader.run(["order", "cancel-all", flag, "--yes"])).exit, "usage", flag)
          }
          assert.strictEqual((yield* trader.sandbox.requests).length, before)
        })
      )

      it.effect("exits with 3 if there is no such market or event", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXCANCELNONE-26-T1")
          for (const [flag, name] of [
            ["--market", "NOPE"],
            ["--market", "kxcancelnone-26-t1"],
            ["--event", "NOPE"]
          ] as const) {
            const { exit, stderr, stdout } = yield* trader.run(["order", "cancel-all", flag, name, "--yes"])
            assert.strictEqual(exit, "refused", name)
            assert.strictEqual(stdout, "")
            assert.include(stderr, `There is no ${flag.slice(2)} "${name}". Nothing was canceled`)
          }
        })
      )

      it.effect("cancels the orders of a market, and no other orders", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXMARKET-26-T1")
          const other = yield* trading("KXMARKET-26-T2")
          yield* rest(trader, "bid", "0.40")
          yield* rest(trader, "ask", "0.60")
          yield* rest(other, "bid", "0.40")
          const args = ["order", "cancel-all", "--market", trader.ticker]
          const shown = yield* trader.run(args)
          assert.include(shown.stdout, "Cancel 2 resting orders in 1 market of ALL subaccounts")
          assert.match(shown.stdout, /^account +all subaccounts, key/m)
          const { code, value } = yield* trader.json([...args, "--yes"])
          assert.strictEqual(code, 0)
          assert.strictEqual(value.length, 2)
          assert.deepStrictEqual(new Set((yield* trader.orders).map(({ status }) => status)), new Set(["canceled"]))
          assert.deepInclude((yield* other.orders)[0], { status: "resting" })
          const none = yield* trader.run([...args, "--yes"])
          assert.strictEqual(none.stdout, "No order rests in KXMARKET-26-T1\n")
        })
      )

      it.effect("shows the number of orders before it asks, and cancels a subaccount's orders with one request", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXALL-26-T1")
          const { sandbox } = trader
          const number = yield* sandbox.createSubaccount(trader.account.accountId)
          yield* sandbox.deposit(trader.account.accountId, "100", { subaccount: number })
          yield* trader.run(["order", "cancel-all", "--yes"])
          yield* rest(trader, "bid", "0.40")
          yield* rest(trader, "bid", "0.30", { subaccount: number })
          const shown = yield* trader.run(["order", "cancel-all"])
          assert.strictEqual(shown.exit, "usage")
          assert.include(shown.stdout, "Cancel every order of ALL subaccounts: 2 resting orders in 1 market")
          const before = (yield* sandbox.requests).length
          const one = yield* trader.json(["order", "cancel-all", "--subaccount", String(number), "--yes"])
          assert.deepStrictEqual(one.value, { outcome: "canceled", exit_code: 0, subaccount: number })
          const sent = (yield* sandbox.requests).slice(before).filter(({ method }) => method === "DELETE")
          assert.deepStrictEqual(
            sent.map(({ path }) => path),
            [`/trade-api/v2/portfolio/events/orders?subaccount=${number}`]
          )
          const left = (yield* trader.orders).filter(({ status }) => status === "resting")
          assert.deepStrictEqual(
            left.map(({ price }) => price),
            [4000]
          )
        })
      )
    })

    describe("kalshi order close", () => {
      it.effect("sells NO for at least the given price of NO, and never more than the position", () =>
        Effect.gen(function* () {
          const trader = yield* trading("KXCLOSE-26-T1")
          const { account, run, sandbox, ticker } = trader
          const other = yield* sandbox.createAccount()
          yield* sandbox.placeOrder(other.accountId, { ticker, side: "bid", count: "10", price: "0.50" })
          yield* rest(trader, "ask", "0.50")
          yield* sandbox.placeOrder(other.accountId, { ticker, side: "ask", count: "20", price: "0.45" })
          const args = ["order", "close", ticker, "--price", "0.55", "--count", "15"]
          const shown = yield* run(args)
          assert.include(shown.stderr, "The position has 10.00 contracts, so the order is for 10.00, not for 15.00")
          // The proceeds are 5.50 minus the fees.
          assert.match(shown.stdout, /^after fees {3}5\.[0-4]\d* or more, if the whole order fills$/m)
          assert.notInclude(shown.stdout, "worst case")
          assert.include(shown.stdout, `Sell 10.00 NO of ${ticker} at 0.55 or more`)
          assert.include(shown.stdout, "bid at YES price 0.45 (NO price 0.55)")
          const { value } = yield* trader.json([...args, "--yes"])
          assert.deepInclude(value, { outcome: "accepted", fill_count: "10.00" })
          const { positions } = yield* sandbox.portfolio(account.accountId)
          assert.strictEqual(positions[ticker] ?? 0, 0)
          const none = yield* run([...args, "--yes"])
          assert.strictEqual(none.code, 2)
          assert.include(none.stderr, `There is no position in ${ticker} in the primary account`)
        })
      )
    })
  }
)
