import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Portfolio from "../../src/rest/Portfolio.ts"
import { itFails, itRejects, itSendsAndDecodes, play, recorded } from "../support/calls.ts"

interface Recorded {
  readonly market_positions: ReadonlyArray<{ readonly resting_orders_count?: number }>
}

describe("Portfolio.balance", () => {
  itSendsAndDecodes([
    ...recorded("GetBalance").map((body, index) => ({
      it: `decodes balance ${index + 1} recorded in demo`,
      call: Portfolio.balance(),
      request: "GET /portfolio/balance",
      reply: { status: 200, body }
    })),
    {
      it: "sends subaccount and shard, and accepts a response without a breakdown",
      call: Portfolio.balance({ subaccount: 63, exchange_index: 2 }),
      request: "GET /portfolio/balance?subaccount=63&exchange_index=2",
      reply: {
        status: 200,
        body: { balance: 0, balance_dollars: "0.009999", portfolio_value: 0, updated_ts: 1783302928 }
      }
    }
  ])

  it.effect("returns truncated cents next to exact dollars, as recorded in demo", () =>
    Effect.gen(function* () {
      const pairs: Array<string> = []
      for (const body of recorded("GetBalance")) {
        const { value } = yield* play(Portfolio.balance(), [{ status: 200, body }])
        const [dollars, fraction] = value.balance_dollars.split(".")
        assert.strictEqual(String(value.balance), `${dollars}${fraction!.slice(0, 2)}`)
        pairs.push(`${value.balance} ${value.balance_dollars}`)
      }
      assert.include(pairs, "99946 999.4625")
    })
  )
})

describe("Portfolio.positions", () => {
  itSendsAndDecodes([
    ...recorded("GetPositions").map((body, index) => ({
      it: `decodes response ${index + 1} recorded in demo, without a field that the OpenAPI document dropped`,
      call: Portfolio.positions(),
      request: "GET /portfolio/positions",
      reply: { status: 200, body },
      value: {
        ...(body as Recorded),
        market_positions: (body as Recorded).market_positions.map((position) => {
          const { resting_orders_count: _, ...rest } = position
          return rest
        })
      }
    })),
    {
      it: "sends every filter",
      call: Portfolio.positions({
        cursor: "c",
        limit: 1000,
        count_filter: "position,total_traded",
        ticker: "KXA-B-C",
        event_ticker: "KXA-B",
        subaccount: 0,
        exchange_index: 1,
        settlement_status: "all"
      }),
      request:
        "GET /portfolio/positions?cursor=c&limit=1000&count_filter=position%2Ctotal_traded&settlement_status=all&ticker=KXA-B-C&event_ticker=KXA-B&subaccount=0&exchange_index=1",
      reply: { status: 200, body: { event_positions: [], market_positions: [] } }
    }
  ])

  itRejects("rejects an unknown settlement status and a limit over 1000", [
    [Portfolio.positions({ settlement_status: "paid" as never }), "/settlement_status"], // untyped callers can pass it
    [Portfolio.positions({ limit: 1001 }), "/limit"]
  ])
})

describe("Portfolio.fills", () => {
  itSendsAndDecodes([
    ...recorded("GetFills").map((body, index) => ({
      it: `decodes response ${index + 1} recorded in demo`,
      call: Portfolio.fills(),
      request: "GET /portfolio/fills",
      reply: { status: 200, body }
    })),
    {
      it: "sends every filter, with joined tickers",
      call: Portfolio.fills({
        ticker: "KXA-1,KXB-2.5",
        order_id: "o",
        min_ts: 1783300000,
        max_ts: 1783303000,
        limit: 1,
        cursor: "CgsI==",
        subaccount: 0,
        exchange_index: 3
      }),
      request:
        "GET /portfolio/fills?ticker=KXA-1%2CKXB-2.5&order_id=o&min_ts=1783300000&max_ts=1783303000&limit=1&cursor=CgsI%3D%3D&subaccount=0&exchange_index=3",
      reply: { status: 200, body: { fills: [], cursor: "" } }
    }
  ])

  const fill = {
    fill_id: "f",
    trade_id: "f",
    order_id: "o",
    ticker: "T",
    market_ticker: "T",
    outcome_side: "yes",
    book_side: "bid",
    count_fp: "1.00",
    yes_price_dollars: "0.4800",
    no_price_dollars: 0.52,
    is_taker: true,
    fee_cost: "0.017500"
  }
  itFails(
    "fails with ContractError if a price is a number",
    Portfolio.fills(),
    [{ status: 200, body: { fills: [fill], cursor: "" } }],
    { _tag: "ContractError", pointer: "/fills/0/no_price_dollars" }
  )
})

describe("Portfolio.settlements", () => {
  itSendsAndDecodes([
    {
      it: "reads cents and exact dollars, and an optional settlement value",
      call: Portfolio.settlements({
        limit: 2,
        cursor: "c",
        ticker: "KXA-B-C",
        event_ticker: "KXA-B",
        min_ts: 1,
        max_ts: 2,
        subaccount: 5
      }),
      request:
        "GET /portfolio/settlements?limit=2&cursor=c&ticker=KXA-B-C&event_ticker=KXA-B&min_ts=1&max_ts=2&subaccount=5",
      reply: {
        status: 200,
        body: {
          cursor: "",
          settlements: [
            {
              ticker: "KXA-B-C",
              event_ticker: "KXA-B",
              market_result: "yes",
              yes_count_fp: "10.00",
              yes_total_cost_dollars: "5.600000",
              no_count_fp: "0.00",
              no_total_cost_dollars: "0.000000",
              revenue: 1000,
              settled_time: "2026-07-06T01:55:17.34Z",
              fee_cost: "0.172500",
              value: 100,
              exchange_index: 0
            },
            {
              ticker: "KXS-B-C",
              event_ticker: "KXS-B",
              market_result: "scalar",
              yes_count_fp: "0.00",
              yes_total_cost_dollars: "0.000000",
              no_count_fp: "2.50",
              no_total_cost_dollars: "1.000000",
              revenue: 137,
              settled_time: "2026-08-18T00:00:00Z",
              fee_cost: "0.000000",
              value: null
            }
          ]
        }
      }
    }
  ])
})

for (const [name, operation, record] of [
  ["deposits", Portfolio.deposits, { type: "ach", status: "applied" }],
  ["withdrawals", Portfolio.withdrawals, { type: "wire", status: "pending" }]
] as const) {
  describe(`Portfolio.${name}`, () => {
    const one = { ...record, id: "d", amount_cents: 100_000, fee_cents: 0, created_ts: 1783302928 }
    itSendsAndDecodes([
      {
        it: "reads a page with cents and optional Unix seconds",
        call: operation({ limit: 500, cursor: "c" }),
        request: `GET /portfolio/${name}?limit=500&cursor=c`,
        reply: { status: 200, body: { [name]: [one, { ...one, finalized_ts: 1783302999 }], cursor: "" } }
      }
    ])

    itRejects("rejects a limit over 500", [[operation({ limit: 501 }), "/limit"]])
  })
}

describe("Portfolio.restingOrderTotalValue", () => {
  itSendsAndDecodes([
    {
      it: "reads the total value in cents, and the value per shard in dollars",
      call: Portfolio.restingOrderTotalValue(),
      request: "GET /portfolio/summary/total_resting_order_value",
      reply: {
        status: 200,
        body: {
          total_resting_order_value: 1234,
          resting_order_value_breakdown: [{ exchange_index: 0, balance: "12.345000" }]
        }
      }
    }
  ])

  itFails(
    "fails with UnexpectedStatus on the undeclared 403 of demo",
    Portfolio.restingOrderTotalValue(),
    [{ status: 403, body: { error: { code: "permission_denied", message: "no" } } }],
    { _tag: "UnexpectedStatus", status: 403, code: "permission_denied" }
  )
})
