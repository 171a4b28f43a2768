import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as References from "effect/References"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { errorOf, send } from "../support/wire.ts"

const ticker = "KXTEST-26-YES"
const orders = "/portfolio/events/orders"

const order = {
  ticker,
  side: "bid",
  count: "10",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
}

const onExchange = <E>(name: string, test: () => Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>) =>
  it.effect(name, () => Effect.provide(test(), layerTest({ markets: [{ ticker }] })))

interface Sided {
  readonly action: string
  readonly side: string
  readonly outcome_side: string
  readonly book_side: string
}

describe("makeHandler", () => {
  onExchange("responds with 404 to an unknown path", () =>
    Effect.gen(function* () {
      for (const path of ["/", "/portfolio", "/portfolio/order_groups/", "/exchange/status/x", "//exchange/status"]) {
        const got = yield* send({ method: "GET", path })
        assert.deepStrictEqual([got.status, errorOf(got).code], [404, "not_found"], path)
      }
    })
  )

  onExchange("responds with 405 to an unsupported method, and names the supported methods", () =>
    Effect.gen(function* () {
      for (const method of ["PATCH", "PUT"] as const) {
        const got = yield* send({ method, path: "/portfolio/order_groups", json: {} })
        assert.deepStrictEqual(
          [got.status, errorOf(got).code, got.headers["allow"]],
          [405, "method_not_allowed", "GET"]
        )
      }
    })
  )

  onExchange("requires a JSON content type for a PUT, with or without a body", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount()
      const path = "/portfolio/order_groups/00000000-0000-4000-8000-000000000000/reset"
      const codeOf = (sent: { text?: string; contentType?: string }) =>
        Effect.map(send({ method: "PUT", path, by, ...sent }), (got) => [got.status, errorOf(got).code])
      assert.deepStrictEqual(yield* codeOf({}), [400, "invalid_content_type"])
      assert.deepStrictEqual(yield* codeOf({ text: "{}", contentType: "text/plain" }), [400, "invalid_content_type"])
      assert.deepStrictEqual(yield* codeOf({ text: "{}" }), [404, "not_found"])
      assert.deepStrictEqual(yield* codeOf({ text: "{}", contentType: "application/json; charset=utf-8" }), [
        404,
        "not_found"
      ])
    })
  )

  onExchange("refuses a body that is not JSON", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount()
      for (const text of ["{", "{'ticker':1}", "", "NaN", '{"a":1}}']) {
        const got = yield* send({ method: "POST", path: orders, by, text })
        assert.deepStrictEqual([got.status, errorOf(got).code], [400, "bad_request"], text)
      }
    })
  )

  onExchange("refuses a body that is not an object, and then changes nothing", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const by = yield* sandbox.createAccount()
      const groups = "/portfolio/order_groups"
      const created = yield* send({ method: "POST", path: `${groups}/create`, by, json: { contracts_limit: 1 } })
      const { order_group_id: id } = created.body as { readonly order_group_id: string } // the group was created
      const before = JSON.stringify(yield* sandbox.dump)
      for (const text of ["0", "null", "[]", '"x"', "true"]) {
        for (const [method, path] of [
          ["PUT", `${groups}/${id}/trigger`],
          ["PUT", `${groups}/${id}/reset`],
          ["POST", `${groups}/create`],
          ["POST", "/portfolio/subaccounts"],
          ["POST", orders]
        ] as const) {
          const got = yield* send({ method, path, by, text })
          assert.deepStrictEqual([got.status, errorOf(got).code], [400, "invalid_parameters"], `${path} ${text}`)
        }
      }
      assert.strictEqual(JSON.stringify(yield* sandbox.dump), before)
      const triggered = yield* send({ method: "PUT", path: `${groups}/${id}/trigger`, by, json: {} })
      assert.strictEqual(triggered.status, 200)
    })
  )

  onExchange("refuses an invalid depth as an invalid parameter, not as an unknown market", () =>
    Effect.gen(function* () {
      for (const depth of ["-1", "101", "all", "1.5", ""]) {
        const got = yield* send({ method: "GET", path: `/markets/${ticker}/orderbook?depth=${depth}` })
        assert.deepStrictEqual([got.status, errorOf(got).code], [400, "invalid_parameters"], depth)
        assert.include(String(errorOf(got).details), "depth")
      }
      const unknown = yield* send({ method: "GET", path: "/markets/KXNONE-1/orderbook?depth=1" })
      assert.strictEqual(unknown.status, 404)
    })
  )

  onExchange("checks a new order against the operation's schema", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount()
      const place = (json: object) => send({ method: "POST", path: orders, by, json })
      for (const name of Object.keys(order)) {
        const got = yield* place({ ...order, [name]: undefined })
        assert.deepStrictEqual([got.status, errorOf(got).code], [400, "invalid_parameters"], name)
        assert.match(String(errorOf(got).details), new RegExp(`^${name}: `))
      }
      for (const [change, code] of [
        [{ side: "yes" }, "invalid_parameters"],
        [{ count: 10 }, "invalid_parameters"],
        [{ count: "1.234" }, "invalid_parameters"],
        [{ price: "0.5" }, "invalid_parameters"],
        [{ price: "0.40000" }, "invalid_parameters"],
        [{ price: "-0.40" }, "invalid_parameters"],
        [{ price: "0.405" }, "invalid_order"],
        [{ price: "0.00" }, "invalid_price"],
        [{ price: "0.0000" }, "invalid_price"],
        [{ price: "1.00" }, "invalid_price"],
        [{ count: "0" }, "invalid_order_size"],
        [{ time_in_force: "GTT" }, "invalid_parameters"],
        [{ subaccount: 64 }, "invalid_parameters"],
        [{ ticker: "KXNONE-1" }, "market_not_found"]
      ] as const) {
        const got = yield* place({ ...order, ...change })
        assert.deepStrictEqual([got.status, errorOf(got).code], [400, code], JSON.stringify(change))
      }
      assert.strictEqual((yield* place({ ...order, a_field_of_tomorrow: 1 })).status, 201)
    })
  )

  onExchange("places, reads and cancels an order in wire format", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const [maker, taker] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
      const json = { ...order, side: "ask", price: "0.3", count: "2.5", client_order_id: "mine", expiration_time: 60 }
      const placed = yield* send({ method: "POST", path: orders, by: maker, json: { ...json, price: "0.30" } })
      const { order_id } = placed.body as { order_id: string } // the body is compared below
      assert.deepStrictEqual(placed.body, {
        order_id,
        client_order_id: "mine",
        fill_count: "0.00",
        remaining_count: "2.50",
        ts_ms: 0
      })
      const taken = yield* send({
        method: "POST",
        path: orders,
        by: taker,
        json: { ...order, count: "1", price: "0.35" }
      })
      assert.deepInclude(taken.body, {
        fill_count: "1.00",
        remaining_count: "0.00",
        average_fill_price: "0.3000",
        average_fee_paid: "0.0147"
      })
      const read = yield* send({ method: "GET", path: `/portfolio/orders/${order_id}`, by: maker })
      assert.deepStrictEqual(read.body, {
        order: {
          order_id,
          user_id: maker.accountId,
          client_order_id: "mine",
          ticker,
          side: "yes",
          action: "sell",
          outcome_side: "no",
          book_side: "ask",
          type: "limit",
          status: "resting",
          yes_price_dollars: "0.3000",
          no_price_dollars: "0.7000",
          fill_count_fp: "1.00",
          remaining_count_fp: "1.50",
          initial_count_fp: "2.50",
          taker_fill_cost_dollars: "0.000000",
          maker_fill_cost_dollars: "0.700000",
          taker_fees_dollars: "0.000000",
          maker_fees_dollars: "0.000000",
          expiration_time: "1970-01-01T00:01:00Z",
          created_time: "1970-01-01T00:00:00Z",
          last_update_time: "1970-01-01T00:00:00Z",
          self_trade_prevention_type: "taker_at_cross",
          cancel_order_on_pause: false,
          subaccount_number: 0,
          exchange_index: 0
        }
      })
      assert.strictEqual((yield* send({ method: "GET", path: `/portfolio/orders/${order_id}`, by: taker })).status, 404)
      const cancel = { method: "DELETE", path: `${orders}/${order_id}`, by: maker } as const
      assert.deepStrictEqual((yield* send(cancel)).body, {
        order_id,
        client_order_id: "mine",
        reduced_by: "1.50",
        ts_ms: 0
      })
      assert.strictEqual((yield* send(cancel)).status, 404)
    })
  )

  onExchange("responds to an ask that trades with averages of the YES price", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const [maker, taker] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
      for (const price of ["0.30", "0.31"]) {
        yield* send({ method: "POST", path: orders, by: maker, json: { ...order, count: "1", price } })
      }
      const json = { ...order, side: "ask", count: "3", price: "0.20", time_in_force: "immediate_or_cancel" }
      const taken = yield* send({ method: "POST", path: orders, by: taker, json })
      assert.deepInclude(taken.body, {
        fill_count: "2.00",
        remaining_count: "0.00",
        average_fill_price: "0.3050",
        average_fee_paid: "0.0148" // 0.01485, truncated
      })
    })
  )

  onExchange("truncates averages to four decimals in the responses to new orders, batches and amendments", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const [maker, taker] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
      const rest = (side: string, count: string, price: string) =>
        send({ method: "POST", path: orders, by: maker, json: { ...order, side, count, price } })
      const take = (count: string, price: string) => ({ ...order, count, price, time_in_force: "immediate_or_cancel" })
      const averages = (body: unknown) => {
        // The test compares these fields.
        const averages = body as { average_fill_price: string; average_fee_paid: string }
        return [averages.average_fill_price, averages.average_fee_paid]
      }
      // The average fees of these fills were recorded on the real exchange in 2026.
      for (const [count, price, fee] of [
        ["43", "0.24", "0.0127"], // 0.5491 / 43 = 0.012769…
        ["8.93", "0.67", "0.0154"], // 0.1383 / 8.93 = 0.015487…
        ["12", "0.48", "0.0174"] // 0.2097 / 12 = 0.017475
      ] as const) {
        yield* rest("ask", count, price)
        const taken = yield* send({ method: "POST", path: orders, by: taker, json: take(count, price) })
        assert.deepStrictEqual(averages(taken.body), [`${price}00`, fee])
      }
      // The average of these prices is periodic: 0.30666….
      const thirds = ["0.30", "0.31", "0.31"]
      yield* Effect.forEach(thirds, (price) => rest("ask", "1", price))
      const batch = { orders: [take("3", "0.31")] }
      const batched = yield* send({ method: "POST", path: `${orders}/batched`, by: taker, json: batch })
      const { orders: items } = batched.body as { orders: ReadonlyArray<unknown> }
      assert.deepStrictEqual(items.map(averages), [["0.3066", "0.0149"]])
      yield* Effect.forEach(thirds, (price) => rest("ask", "1", price))
      const own = { ...order, count: "3", price: "0.20" }
      const { order_id } = (yield* send({ method: "POST", path: orders, by: taker, json: own })).body as {
        order_id: string
      }
      const json = { ticker, side: "bid", count: "3", price: "0.31" }
      const amended = yield* send({ method: "POST", path: `${orders}/${order_id}/amend`, by: taker, json })
      assert.deepStrictEqual(averages(amended.body), ["0.3066", "0.0149"])
    })
  )

  onExchange("reports a bid as a purchase of YES and an ask as a sale of YES", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const [maker, taker] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
      const place = (by: typeof maker, side: string) =>
        send({ method: "POST", path: orders, by, json: { ...order, side, count: "1" } })
      // Opening and closing a position does not change how a side is reported.
      for (const [first, second] of [
        ["ask", "bid"],
        ["bid", "ask"]
      ] as const) {
        yield* place(maker, first)
        yield* place(taker, second)
      }
      const read = (by: typeof maker, path: string) =>
        Effect.map(send({ method: "GET", path, by }), ({ body }) => {
          const { fills, orders } = body as { fills?: ReadonlyArray<Sided>; orders?: ReadonlyArray<Sided> }
          return (fills ?? orders ?? []).map(({ action, book_side, outcome_side, side }) =>
            [book_side, outcome_side, side, action].join(" ")
          )
        })
      // `side` of an order is the requested outcome, which is always YES. `side` of a fill is the bought outcome.
      const [orderBid, orderAsk] = ["bid yes yes buy", "ask no yes sell"]
      const [fillBid, fillAsk] = ["bid yes yes buy", "ask no no sell"]
      assert.deepStrictEqual(yield* read(maker, "/portfolio/orders"), [orderBid, orderAsk])
      assert.deepStrictEqual(yield* read(taker, "/portfolio/orders"), [orderAsk, orderBid])
      assert.deepStrictEqual(yield* read(maker, "/portfolio/fills"), [fillBid, fillAsk])
      assert.deepStrictEqual(yield* read(taker, "/portfolio/fills"), [fillAsk, fillBid])
    })
  )

  onExchange("filters the list of orders by the query", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount()
      for (const price of ["0.10", "0.11", "0.12"]) {
        yield* send({ method: "POST", path: orders, by, json: { ...order, price } })
      }
      const list = (query: string) => send({ method: "GET", path: `/portfolio/orders?${query}`, by })
      const prices = (body: unknown) => {
        const { cursor, orders } = body as { cursor: string; orders: ReadonlyArray<{ yes_price_dollars: string }> }
        return { cursor, prices: orders.map((order) => order.yes_price_dollars) }
      }
      const first = prices((yield* list("limit=2")).body)
      assert.deepStrictEqual(first.prices, ["0.1200", "0.1100"])
      const rest = prices((yield* list(`limit=2&cursor=${first.cursor}`)).body)
      assert.deepStrictEqual(rest, { prices: ["0.1000"], cursor: "" })
      assert.deepStrictEqual(prices((yield* list("status=canceled")).body), { prices: [], cursor: "" })
      assert.strictEqual(prices((yield* list("event_ticker=KXNONE,KXTEST-26")).body).prices.length, 3)
      for (const query of [
        "limit=0",
        "limit=1001",
        "limit=ten",
        "cursor=x",
        "min_ts=1.5",
        "event_ticker=a,b,c,d,e,f,g,h,i,j,k"
      ]) {
        assert.strictEqual((yield* list(query)).status, 400, query)
      }
    })
  )

  onExchange("responds with the planted faults in sequence, as often as planted, before it executes a request", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const by = yield* sandbox.createAccount()
      const status = { method: "GET", path: "/exchange/status" } as const
      const list = { method: "GET", path: "/portfolio/order_groups", by } as const
      yield* sandbox.plant({ status: 503, operation: "GetOrderGroups", times: 2 })
      yield* sandbox.plant({ status: 429, path: "/portfolio/order_groups" })
      assert.strictEqual((yield* send(status)).status, 200)
      for (const expected of [503, 503, 429, 200]) {
        assert.strictEqual((yield* send(list)).status, expected)
      }
      yield* sandbox.plant({ status: 429 })
      assert.deepStrictEqual((yield* send(status)).body, { error: "too many requests" })
      const paused = { exchange_active: false, trading_active: false }
      yield* sandbox.plant({ status: 503, operation: "GetExchangeStatus", body: paused })
      assert.deepStrictEqual((yield* send(status)).body, paused)
      yield* sandbox.plant({ status: 502, body: "<html></html>", contentType: "text/html" })
      const page = yield* send(status)
      assert.deepStrictEqual(
        [page.status, page.headers["content-type"], page.body],
        [502, "text/html", "<html></html>"]
      )
      assert.strictEqual((yield* send(status)).status, 200)
    })
  )

  onExchange("responds with 500 if the exchange fails, and serves the next request", () =>
    Effect.gen(function* () {
      let isPlanted = false
      const body = {
        get value() {
          if (isPlanted) throw new Error("cannot be written as JSON")
          return 0
        }
      }
      yield* (yield* Sandbox).plant({ status: 200, body })
      isPlanted = true
      const failed = yield* send({ method: "GET", path: "/exchange/status" }).pipe(
        Effect.provideService(References.MinimumLogLevel, "None")
      )
      assert.deepStrictEqual([failed.status, errorOf(failed).code], [500, "internal_server_error"])
      assert.strictEqual((yield* send({ method: "GET", path: "/exchange/status" })).status, 200)
    })
  )

  onExchange("records requests without their signatures", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const by = yield* sandbox.createAccount()
      yield* send({ method: "GET", path: "/portfolio/order_groups?subaccount=0", by })
      yield* send({ method: "GET", path: "/nowhere" })
      const [read, lost] = (yield* sandbox.requests).slice(-2)
      assert.deepStrictEqual(read, {
        atMillis: 0,
        method: "GET",
        path: "/trade-api/v2/portfolio/order_groups?subaccount=0",
        operation: "GetOrderGroups",
        keyId: by.keyId,
        status: 200
      })
      assert.deepInclude(lost, { operation: undefined, keyId: undefined, status: 404 })
    })
  )

  onExchange("reports a pause in the exchange status", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const by = yield* sandbox.createAccount()
      yield* sandbox.setActive({ trading: false })
      const got = yield* send({ method: "GET", path: "/exchange/status" })
      assert.deepInclude(got.body, { exchange_active: true, trading_active: false })
      const refused = yield* send({ method: "POST", path: orders, by, json: order })
      assert.deepStrictEqual([refused.status, errorOf(refused).code], [409, "trading_is_paused"])
      yield* sandbox.setActive({ exchange: false })
      for (const [path, json] of [
        [orders, order],
        ["/portfolio/order_groups/create", { contracts_limit: 1 }]
      ] as const) {
        const halted = yield* send({ method: "POST", path, by, json })
        assert.deepStrictEqual([halted.status, errorOf(halted).code], [409, "exchange_is_paused"], path)
      }
      yield* sandbox.setActive({ exchange: true, trading: true })
      assert.strictEqual((yield* send({ method: "POST", path: orders, by, json: order })).status, 201)
    })
  )
})
