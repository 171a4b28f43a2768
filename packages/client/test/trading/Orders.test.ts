import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Orders from "../../src/trading/Orders.ts"
import { itFails, itRejects, itSendsAndDecodes, play } from "../support/calls.ts"

const order_id = "ff9ce2b8-34ce-4cdb-8485-ea2647041e9f"
const readPath = "/portfolio/orders"
const writePath = "/portfolio/events/orders"

const order = {
  order_id,
  user_id: "u",
  client_order_id: "",
  ticker: "KXBTC-26NOV23-T114999.99",
  outcome_side: "no",
  book_side: "ask",
  type: "limit",
  status: "resting",
  yes_price_dollars: "0.5600",
  no_price_dollars: "0.4400",
  fill_count_fp: "4.00",
  remaining_count_fp: "5.50",
  initial_count_fp: "9.50",
  taker_fill_cost_dollars: "0.000000",
  maker_fill_cost_dollars: "1.760000",
  taker_fees_dollars: "0.000000",
  maker_fees_dollars: "0.017500",
  expiration_time: null,
  created_time: "2026-10-08T03:00:28.97871Z",
  last_update_time: "2026-10-08T03:00:28Z",
  self_trade_prevention_type: null,
  order_group_id: null,
  cancel_order_on_pause: false,
  subaccount_number: 0,
  exchange_index: 2
}

const request = {
  ticker: "KXHIGHNY-26NOV23-T50",
  client_order_id: "1f0c8f0e-3a7c-4c55-9f5e-2b1d1c7a90aa",
  side: "bid",
  count: "10",
  price: "0.56",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
} as const

const lost = { fault: "ECONNRESET" } as const
const notFound = { status: 404, body: { error: { code: "not_found", message: "not found" } } }
const badRequest = { status: 400, body: { error: { code: "bad_request", message: "no" } } }

describe("Orders.list", () => {
  itSendsAndDecodes([
    {
      it: "reads a page with nulls and an unknown status",
      call: Orders.list(),
      request: `GET ${readPath}`,
      reply: { status: 200, body: { orders: [order, { ...order, status: "parked" }], cursor: "" } }
    },
    {
      it: "sends every filter",
      call: Orders.list({
        ticker: "KXA-B-C",
        event_ticker: "KXA-B,KXA-C",
        min_ts: 1783300000,
        max_ts: 1783303000,
        status: "resting",
        limit: 1000,
        cursor: "c",
        subaccount: 0,
        exchange_index: 0
      }),
      request: `GET ${readPath}?ticker=KXA-B-C&event_ticker=KXA-B%2CKXA-C&min_ts=1783300000&max_ts=1783303000&status=resting&limit=1000&cursor=c&subaccount=0&exchange_index=0`,
      reply: { status: 200, body: { orders: [], cursor: "" } }
    }
  ])
})

describe("Orders.get", () => {
  itSendsAndDecodes([
    {
      it: "reads one order and keeps its decimals unchanged",
      call: Orders.get({ order_id }),
      request: `GET ${readPath}/${order_id}`,
      reply: { status: 200, body: { order } }
    }
  ])
})

describe("Orders.queuePosition", () => {
  itSendsAndDecodes([
    {
      it: "reads the number of contracts ahead in the queue, including fractions",
      call: Orders.queuePosition({ order_id }),
      request: `GET ${readPath}/${order_id}/queue_position`,
      reply: { status: 200, body: { queue_position_fp: "1250.75" } }
    }
  ])
})

describe("Orders.queuePositions", () => {
  itSendsAndDecodes([
    {
      it: "filters by markets, event and subaccount",
      call: Orders.queuePositions({ market_tickers: "KXA-B-C,KXA-B-D", event_ticker: "KXA-B", subaccount: 3 }),
      request: `GET ${readPath}/queue_positions?market_tickers=KXA-B-C%2CKXA-B-D&event_ticker=KXA-B&subaccount=3`,
      reply: {
        status: 200,
        body: { queue_positions: [{ order_id, market_ticker: "KXA-B-C", queue_position_fp: "0.00" }] }
      }
    }
  ])
})

describe("Orders.create", () => {
  const resting = {
    order_id,
    client_order_id: request.client_order_id,
    fill_count: "0.00",
    remaining_count: "10.00",
    ts_ms: 1791428428978
  }
  itSendsAndDecodes([
    {
      it: "sends the input unchanged and accepts a response without average price and fee",
      call: Orders.create(request),
      request: `POST ${writePath}`,
      body: request,
      reply: { status: 201, body: resting }
    },
    {
      it: "sends every option and omits undefined fields",
      call: Orders.create({
        ...request,
        client_order_id: undefined,
        expiration_time: 1791500000,
        post_only: true,
        cancel_order_on_pause: true,
        reduce_only: false,
        subaccount: 3,
        order_group_id: "g",
        exchange_index: -1
      }),
      request: `POST ${writePath}`,
      body: {
        ticker: request.ticker,
        side: "bid",
        count: "10",
        price: "0.56",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "taker_at_cross",
        expiration_time: 1791500000,
        post_only: true,
        cancel_order_on_pause: true,
        reduce_only: false,
        subaccount: 3,
        order_group_id: "g",
        exchange_index: -1
      },
      reply: {
        status: 201,
        body: { ...resting, fill_count: "2.50", average_fill_price: "0.5550", average_fee_paid: "0.0172" }
      }
    }
  ])

  itFails(
    "retries with the same client_order_id after a lost response and sets afterLostAnswer",
    Orders.create(request),
    [lost, { status: 409, body: { error: { code: "order_already_exists", message: "order already exists" } } }],
    { _tag: "Conflict", code: "order_already_exists", afterLostAnswer: true }
  )

  itFails(
    "does not retry an order without client_order_id after a lost response",
    Orders.create({ ...request, client_order_id: undefined }),
    [lost],
    { _tag: "TransportError", requestSent: "maybe" }
  )

  it.effect("reports the reason of a rejection", () =>
    Effect.gen(function* () {
      const { error } = yield* play(Orders.create(request), [
        { status: 400, body: { error: { code: "invalid_order", message: "invalid order", details: "off the grid" } } }
      ])
      assert.include(error, { _tag: "BadRequest", code: "invalid_order" })
      assert.include(String(error), "off the grid")
    })
  )

  itFails(
    "fails with UnexpectedStatus on the undeclared 404 of an unknown market",
    Orders.create(request),
    [{ status: 404, body: { error: { code: "market_not_found", message: "market not found" } } }],
    { _tag: "UnexpectedStatus", status: 404, code: "market_not_found" }
  )
})

describe("Orders.batchCreate", () => {
  const second = {
    ...request,
    client_order_id: "2a0c8f0e-3a7c-4c55-9f5e-2b1d1c7a90bb",
    side: "ask",
    price: "0.58"
  } as const
  const orders = [request, second]
  const itemError = { code: "insufficient_balance", message: "insufficient balance" }

  itSendsAndDecodes([
    {
      it: "returns a result in which only the refused item has an error",
      call: Orders.batchCreate({ orders }),
      request: `POST ${writePath}/batched`,
      body: { orders },
      reply: {
        status: 201,
        body: {
          orders: [
            { client_order_id: second.client_order_id, error: { ...itemError, details: "shard 0" }, order_id: "" },
            {
              client_order_id: request.client_order_id,
              order_id,
              fill_count: "10.00",
              remaining_count: "0.00",
              average_fill_price: "0.5600",
              average_fee_paid: "0.0175",
              ts_ms: 1791428428978,
              error: null
            }
          ]
        }
      }
    },
    {
      it: "accepts an item that has only an error",
      call: Orders.batchCreate({ orders: [request] }),
      request: `POST ${writePath}/batched`,
      body: { orders: [request] },
      reply: {
        status: 201,
        body: { orders: [{ error: itemError, fill_count: null, remaining_count: null, ts_ms: null }] }
      }
    }
  ])

  it.effect("returns an error and a client_order_id by which the caller can find the refused items", () =>
    Effect.gen(function* () {
      const rejectedOf = (batch: ReadonlyArray<Orders.CreateOrderV2Request>) =>
        Effect.map(Orders.batchCreate({ orders: batch }), (response) =>
          response.orders.flatMap(({ client_order_id, error }) => (error ? [{ client_order_id, error }] : []))
        )
      const items = [
        { client_order_id: request.client_order_id, order_id, error: null },
        { client_order_id: second.client_order_id, error: itemError }
      ]
      const { value } = yield* play(rejectedOf(orders), [{ status: 201, body: { orders: items } }])
      assert.deepStrictEqual(value, [{ client_order_id: second.client_order_id, error: itemError }])
    })
  )

  itFails(
    "fails with ContractError if a success status has an error for the whole batch",
    Orders.batchCreate({ orders }),
    [{ status: 201, body: { orders: [], error: itemError } }],
    { _tag: "ContractError", pointer: "/error" }
  )

  itFails("retries after a lost response if every order has an id", Orders.batchCreate({ orders }), [lost, badRequest])

  itFails(
    "does not retry after a lost response if an order has no id",
    Orders.batchCreate({ orders: [request, { ...second, client_order_id: undefined }] }),
    [lost]
  )

  itRejects("rejects a batch with an invalid order, at the pointer of the field", [
    [Orders.batchCreate({ orders: [request, { ...second, price: "1.5" }] }), "/orders/1/price"]
  ])
})

describe("Orders.amend", () => {
  const amendment = { ticker: request.ticker, side: "bid", price: "0.55", count: "10" } as const
  itSendsAndDecodes([
    {
      it: "sends its fields in path, query and body, and accepts null counts",
      call: Orders.amend({
        order_id,
        subaccount: 3,
        ...amendment,
        client_order_id: "a",
        updated_client_order_id: "b",
        expiration_time: 0,
        exchange_index: 2
      }),
      request: `POST ${writePath}/${order_id}/amend?subaccount=3`,
      body: {
        ...amendment,
        client_order_id: "a",
        updated_client_order_id: "b",
        expiration_time: 0,
        exchange_index: 2
      },
      reply: {
        status: 200,
        body: {
          order_id,
          client_order_id: "b",
          ts_ms: 1791428428978,
          remaining_count: null,
          fill_count: null,
          average_fill_price: null,
          average_fee_paid: null
        }
      }
    },
    {
      it: "omits expiration_time to keep it unchanged, and accepts missing counts",
      call: Orders.amend({ order_id, ...amendment }),
      request: `POST ${writePath}/${order_id}/amend`,
      body: amendment,
      reply: { status: 200, body: { order_id, ts_ms: 1791428428978 } }
    }
  ])

  itFails("does not retry after a 503", Orders.amend({ order_id, ...amendment }), [{ status: 503 }])
})

describe("Orders.decrease", () => {
  const left = { status: 200, body: { order_id, remaining_count: "3.50", ts_ms: 1791428428978 } }
  itSendsAndDecodes([
    {
      it: "sends reduce_by and the market ticker",
      call: Orders.decrease({ order_id, reduce_by: "6.5", market_ticker: request.ticker }),
      request: `POST ${writePath}/${order_id}/decrease`,
      body: { reduce_by: "6.5", market_ticker: request.ticker },
      reply: left
    },
    {
      it: "sends reduce_to, the shard and the subaccount",
      call: Orders.decrease({ order_id, reduce_by: undefined, reduce_to: "3.5", subaccount: 0, exchange_index: 1 }),
      request: `POST ${writePath}/${order_id}/decrease?subaccount=0`,
      body: { reduce_to: "3.5", exchange_index: 1 },
      reply: left
    }
  ])

  itFails(
    "does not retry after a lost response, because that could decrease the order twice",
    Orders.decrease({ order_id, reduce_by: "1" }),
    [lost]
  )
})

describe("Orders.cancel", () => {
  itSendsAndDecodes([
    {
      it: "sends the subaccount, the shard and the market in the query, and no body",
      call: Orders.cancel({ order_id, subaccount: 3, exchange_index: -1, market_ticker: "KXBTC-26NOV23-T114999.99" }),
      request: `DELETE ${writePath}/${order_id}?subaccount=3&exchange_index=-1&market_ticker=KXBTC-26NOV23-T114999.99`,
      reply: { status: 200, body: { order_id, client_order_id: "c", reduced_by: "5.50", ts_ms: 1791428428978 } }
    }
  ])

  itFails("retries after a lost response and sets afterLostAnswer", Orders.cancel({ order_id }), [lost, notFound], {
    _tag: "NotFound",
    afterLostAnswer: true
  })
})

describe("Orders.batchCancel", () => {
  const orders = [
    { order_id, market_ticker: request.ticker },
    { order_id: "gone", exchange_index: 0, subaccount: 3 }
  ]
  itSendsAndDecodes([
    {
      it: "sends a DELETE with a body, and returns the error of an uncanceled item",
      call: Orders.batchCancel({ orders }),
      request: `DELETE ${writePath}/batched`,
      body: { orders },
      reply: {
        status: 200,
        body: {
          orders: [
            { order_id, client_order_id: null, reduced_by: "5.50", ts_ms: 1791428428978 },
            { order_id: "gone", reduced_by: "0.00", error: { code: "not_found", message: "not found" } }
          ]
        }
      }
    }
  ])

  itFails("retries after a lost response", Orders.batchCancel({ orders }), [lost, badRequest])
})

describe("Orders.cancelAll", () => {
  itSendsAndDecodes([
    {
      it: "sends no subaccount by default, and returns nothing",
      call: Orders.cancelAll(),
      request: `DELETE ${writePath}`,
      reply: { status: 204 }
    },
    {
      it: "sends the subaccount 0",
      call: Orders.cancelAll({ subaccount: 0 }),
      request: `DELETE ${writePath}?subaccount=0`,
      reply: { status: 204 }
    }
  ])

  itFails("does not retry after a 504, because a retry would cancel newer orders", Orders.cancelAll(), [
    { status: 504 }
  ])
})
