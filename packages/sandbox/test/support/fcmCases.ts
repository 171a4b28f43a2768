/**
 * Requests of FCM members (futures commission merchants), by the status that they receive. `{subtrader}` stands for a
 * subtrader of the maker, `{errorSubtrader}` for the subtrader of the maker's error account.
 */
import { badBodies, type Case, type Change } from "./cases.ts"
import { settledTicker, ticker } from "./world.ts"

const subtraders = "/fcm/subtraders"
const cap = `${subtraders}/event_contract_daily_cap`
const categories = `${subtraders}/blocked_categories`
const transfers = "/fcm/positions/transfers"

const changes = (jsons: ReadonlyArray<object>): ReadonlyArray<Change> => jsons.map((json) => ({ json }))

const notMember: ReadonlyArray<Change> = [{ who: "taker" }]

const transfer = (change: object = {}) => ({
  source_subtrader_id: "{subtrader}",
  target_subtrader_id: "{errorSubtrader}",
  market_ticker: ticker,
  position_centicount: 1_000,
  price_centicents: 4_500,
  ...change
})

const pages = (path: string): ReadonlyArray<Change> =>
  ["limit=0", "limit=1001", "cursor=nonsense"].map((query) => ({ path: `${path}&${query}` }))

export const fcmCases: Readonly<Record<string, Case>> = {
  ListFCMSubtraders: { request: { method: "GET", path: subtraders }, others: { 403: notMember } },
  CreateFCMSubtrader: {
    request: { method: "POST", path: subtraders, json: { subtrader_suffix: "TWO" } },
    others: {
      400: [...badBodies, ...changes([{ subtrader_suffix: "" }, { subtrader_suffix: "A_B" }])],
      403: [...notMember, { who: "balanceOnly" }],
      409: [{ json: { subtrader_suffix: "ONE" } }]
    }
  },
  GetFCMOrders: {
    request: { method: "GET", path: "/fcm/orders?subtrader_id={subtrader}" },
    others: {
      400: [
        { path: "/fcm/orders" },
        { path: `/fcm/orders?client_order_ids=${"a,".repeat(100)}a` },
        ...pages("/fcm/orders?subtrader_id={subtrader}")
      ],
      403: notMember,
      404: [{ path: "/fcm/orders?subtrader_id=nobody" }]
    }
  },
  GetFCMPositions: {
    request: { method: "GET", path: "/fcm/positions?subtrader_id={subtrader}" },
    others: {
      400: [{ path: "/fcm/positions" }, ...pages("/fcm/positions?subtrader_id={subtrader}")],
      403: notMember,
      404: [{ path: "/fcm/positions?subtrader_id=nobody" }]
    }
  },
  GetFCMFills: {
    request: { method: "GET", path: "/fcm/fills" },
    others: { 400: [{ path: "/fcm/fills?cursor=nonsense" }, { path: "/fcm/fills?min_ts=now" }], 403: notMember }
  },
  GetFCMSubtraderBlockedCategories: {
    request: { method: "GET", path: `${categories}?subtrader_id={subtrader}` },
    others: { 400: [{ path: categories }, { path: `${categories}?subtrader_id=nobody` }], 403: notMember }
  },
  UpdateFCMSubtraderBlockedCategories: {
    request: {
      method: "PUT",
      path: categories,
      json: { subtrader_id: "{subtrader}", category: "Sports", blocked: true }
    },
    others: {
      400: [...badBodies, ...changes([{ subtrader_id: "{subtrader}", category: "", blocked: true }])],
      403: notMember,
      404: changes([{ subtrader_id: "nobody", category: "Sports", blocked: true }])
    }
  },
  GetFCMEventContractDailyCap: {
    request: { method: "GET", path: `${cap}?subtrader_id={subtrader}` },
    others: { 400: [{ path: cap }], 403: notMember, 404: [{ path: `${cap}?subtrader_id=nobody` }] }
  },
  UpdateFCMEventContractDailyCap: {
    request: { method: "PUT", path: cap, json: { subtrader_id: "{subtrader}", limit: "100.00" } },
    others: {
      400: [...badBodies, ...changes([{ subtrader_id: "{subtrader}", limit: "-1.00" }])],
      403: notMember,
      404: changes([{ subtrader_id: "nobody", limit: "1.00" }])
    }
  },
  DeleteFCMEventContractDailyCap: {
    request: { method: "DELETE", path: `${cap}?subtrader_id={subtrader}` },
    others: { 400: [{ path: cap }], 403: notMember, 404: [{ path: `${cap}?subtrader_id=nobody` }] }
  },
  CreateFCMPositionTransfer: {
    request: { method: "POST", path: transfers, json: transfer() },
    others: {
      400: [
        ...badBodies,
        ...changes([
          transfer({ position_centicount: 0 }),
          transfer({ position_centicount: 50 }),
          transfer({ price_centicents: 10_001 }),
          transfer({ price_centicents: 4_550 }),
          transfer({ target_subtrader_id: "{subtrader}" })
        ])
      ],
      403: [...notMember, { who: "balanceOnly" }],
      404: changes([transfer({ source_subtrader_id: "nobody" }), transfer({ market_ticker: "KXNONE-1" })]),
      409: changes([transfer({ market_ticker: settledTicker }), transfer({ position_centicount: 9_000_000_000 })])
    }
  }
}
