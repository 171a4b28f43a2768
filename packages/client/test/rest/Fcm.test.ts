import { describe } from "@effect/vitest"
import * as Fcm from "../../src/rest/Fcm.ts"
import { itFails, itRejects, itSendsAndDecodes } from "../support/calls.ts"

const subtrader_id = "acme_1"

const order = {
  order_id: "o",
  client_order_id: "mine",
  user_id: "u",
  ticker: "M",
  status: "resting",
  side: "yes",
  action: "buy",
  outcome_side: "yes",
  book_side: "bid",
  type: "limit",
  yes_price_dollars: "0.5600",
  no_price_dollars: "0.4400",
  initial_count_fp: "10.00",
  remaining_count_fp: "10.00",
  fill_count_fp: "0.00",
  taker_fees_dollars: "0.000000",
  maker_fees_dollars: "0.000000",
  taker_fill_cost_dollars: "0.000000",
  maker_fill_cost_dollars: "0.000000",
  exchange_index: 0
}

const fill = {
  fill_id: "f",
  exchange_index: 2,
  ticker: "M",
  taker_outcome_side: "no",
  count_fp: "1.50",
  yes_price_dollars: "0.5600",
  created_time: "2026-11-22T17:00:00.97871Z",
  maker_order_id: "o",
  maker_subtrader_id: subtrader_id,
  maker_fee_cost: "0.004400"
}

const cap = {
  subtrader_id,
  limit: "1000.000000",
  executed_utilization: "12.340000",
  resting_order_utilization: "5.600000",
  pending_order_utilization: "0.000000",
  cap_date: "2026-11-22"
}

describe("Fcm.listSubtraders", () => {
  const subtrader = { subtrader_id, trading_blocked: false, fcm_trading_blocked: true, propagation_pending: true }
  itSendsAndDecodes([
    {
      it: "lists subtraders and decodes null shards as empty",
      call: Fcm.listSubtraders(),
      request: "GET /fcm/subtraders",
      reply: {
        status: 200,
        body: {
          subtraders: [
            { ...subtrader, exchange_indices: [0, 1] },
            { ...subtrader, exchange_indices: null }
          ]
        }
      },
      value: {
        subtraders: [
          { ...subtrader, exchange_indices: [0, 1] },
          { ...subtrader, exchange_indices: [] }
        ]
      }
    }
  ])
})

describe("Fcm.listOrders", () => {
  itSendsAndDecodes([
    {
      it: "sends every filter",
      call: Fcm.listOrders({
        subtrader_id,
        cursor: "c",
        event_ticker: "E",
        ticker: "M",
        min_ts: 1,
        max_ts: 2,
        status: "resting",
        limit: 1000,
        client_order_ids: "a,b"
      }),
      request:
        "GET /fcm/orders?subtrader_id=acme_1&client_order_ids=a%2Cb&cursor=c&event_ticker=E&ticker=M&min_ts=1&max_ts=2&status=resting&limit=1000",
      reply: { status: 200, body: { orders: [order], cursor: "" } }
    },
    {
      it: "sends no filter and decodes a null list as empty",
      call: Fcm.listOrders(),
      request: "GET /fcm/orders",
      reply: { status: 200, body: { orders: null, cursor: "" } },
      value: { orders: [], cursor: "" }
    }
  ])

  itFails("fails with Forbidden after a 403", Fcm.listOrders(), [{ status: 403, body: {} }], {
    _tag: "Forbidden",
    status: 403
  })
})

describe("Fcm.listPositions", () => {
  itSendsAndDecodes([
    {
      it: "sends every filter",
      call: Fcm.listPositions({
        subtrader_id,
        ticker: "M",
        event_ticker: "E",
        count_filter: "position,total_traded",
        settlement_status: "all",
        limit: 1,
        cursor: "c"
      }),
      request:
        "GET /fcm/positions?subtrader_id=acme_1&ticker=M&event_ticker=E&count_filter=position%2Ctotal_traded&settlement_status=all&limit=1&cursor=c",
      reply: {
        status: 200,
        body: {
          cursor: "",
          event_positions: [],
          market_positions: [
            {
              ticker: "M",
              position_fp: "-1.00",
              market_exposure_dollars: "0.520000",
              realized_pnl_dollars: "-0.040000",
              fees_paid_dollars: "0.017500",
              total_traded_dollars: "0.520000",
              last_updated_ts: "2026-07-06T01:55:17.344024Z"
            }
          ]
        }
      }
    }
  ])
})

describe("Fcm.listFills", () => {
  itSendsAndDecodes([
    {
      it: "reads a page of fills without the counterparty's side",
      call: Fcm.listFills({ min_ts: 1, max_ts: 2, cursor: "c" }),
      request: "GET /fcm/fills?min_ts=1&max_ts=2&cursor=c",
      reply: { status: 200, body: { fills: [fill], cursor: "" } }
    }
  ])
})

describe("Fcm.getBlockedCategories", () => {
  itSendsAndDecodes([
    {
      it: "reads the categories",
      call: Fcm.getBlockedCategories({ subtrader_id }),
      request: "GET /fcm/subtraders/blocked_categories?subtrader_id=acme_1",
      reply: { status: 200, body: { categories: ["Sports"] } }
    }
  ])
})

describe("Fcm.getDailyCap", () => {
  itSendsAndDecodes([
    {
      it: "reads the cap of a subtrader",
      call: Fcm.getDailyCap({ subtrader_id }),
      request: "GET /fcm/subtraders/event_contract_daily_cap?subtrader_id=acme_1",
      reply: { status: 200, body: cap }
    },
    {
      it: "sends no subtrader by default",
      call: Fcm.getDailyCap(),
      request: "GET /fcm/subtraders/event_contract_daily_cap",
      reply: { status: 200, body: cap }
    }
  ])
})

describe("Fcm.createSubtrader", () => {
  itSendsAndDecodes([
    {
      it: "sends the suffix and returns the id",
      call: Fcm.createSubtrader({ subtrader_suffix: "1" }),
      request: "POST /fcm/subtraders",
      body: { subtrader_suffix: "1" },
      reply: { status: 201, body: { subtrader_id } }
    }
  ])
})

const moved: Fcm.TransferPositionInput = {
  source_subtrader_id: subtrader_id,
  target_subtrader_id: "acme_2",
  market_ticker: "M",
  position_centicount: 1000,
  price_centicents: 5600
}

describe("Fcm.transferPosition", () => {
  itSendsAndDecodes([
    {
      it: "sends count and price as integers",
      call: Fcm.transferPosition(moved),
      request: "POST /fcm/positions/transfers",
      body: moved,
      reply: { status: 201, body: { position_transfer_id: "t" } }
    }
  ])

  itRejects(
    "rejects a price over one dollar, a negative price and a fraction",
    [10_001, -1, 0.56].map((price_centicents) => [
      Fcm.transferPosition({ ...moved, price_centicents }),
      "/price_centicents"
    ])
  )
})

describe("Fcm.updateBlockedCategories", () => {
  itSendsAndDecodes([
    {
      it: "blocks one category and returns all blocked categories",
      call: Fcm.updateBlockedCategories({ subtrader_id, category: "Sports", blocked: true }),
      request: "PUT /fcm/subtraders/blocked_categories",
      body: { subtrader_id, category: "Sports", blocked: true },
      reply: { status: 200, body: { categories: ["Politics", "Sports"] } }
    }
  ])
})

describe("Fcm.updateDailyCap", () => {
  itSendsAndDecodes([
    {
      it: "sends dollars as a string",
      call: Fcm.updateDailyCap({ subtrader_id, limit: "1000.00" }),
      request: "PUT /fcm/subtraders/event_contract_daily_cap",
      body: { subtrader_id, limit: "1000.00" },
      reply: { status: 200, body: {} }
    }
  ])
})

describe("Fcm.deleteDailyCap", () => {
  itSendsAndDecodes([
    {
      it: "sends the subtrader in the query",
      call: Fcm.deleteDailyCap({ subtrader_id }),
      request: "DELETE /fcm/subtraders/event_contract_daily_cap?subtrader_id=acme_1",
      reply: { status: 200, body: {} }
    }
  ])
})

describe("Fcm after a lost response", () => {
  for (const [name, call, requests] of [
    ["Fcm.createSubtrader", Fcm.createSubtrader({ subtrader_suffix: "1" }), 1],
    ["Fcm.transferPosition", Fcm.transferPosition(moved), 1],
    ["Fcm.updateBlockedCategories", Fcm.updateBlockedCategories({ subtrader_id, category: "S", blocked: true }), 4],
    ["Fcm.updateDailyCap", Fcm.updateDailyCap({ subtrader_id, limit: "1.00" }), 4],
    ["Fcm.deleteDailyCap", Fcm.deleteDailyCap({ subtrader_id }), 4]
  ] as const) {
    const lost = Array.from({ length: requests }, () => ({ fault: "ECONNRESET" }))
    itFails(requests === 1 ? `${name} does not retry` : `${name} retries until the policy ends`, call, lost)
  }
})
