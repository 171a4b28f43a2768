import { assert, describe, it } from "@effect/vitest"
import * as Environment from "@kalshi-effect/client/Environment"
import * as TradingRule from "../../../src/targets/demoWrites/TradingRule.ts"

const { demo, production } = Environment

const nowMillis = 1_790_000_000_000
const ownId = "11111111-1111-4111-8111-111111111111"
const otherId = "22222222-2222-4222-8222-222222222222"

const ruleOf = (environment: Environment.Environment) =>
  TradingRule.trading({ environment, runId: "abc123", owned: new Set([ownId]), nowMillis: () => nowMillis })

const rule = ruleOf(demo)

const requestTo = (method: string, path: string, body?: unknown) => ({
  method,
  url: `${demo.restUrl}${path}`,
  body: body === undefined ? undefined : JSON.stringify(body)
})

const order = {
  ticker: "T",
  client_order_id: "ct-abc123-1",
  side: "bid",
  count: "3.00",
  price: "0.0100",
  time_in_force: "good_till_canceled",
  post_only: true,
  expiration_time: nowMillis / 1_000 + 300,
  order_group_id: ownId
}

describe("TradingRule", () => {
  it("permits small, short-lived post-only bids in an order group of this run, their cancellation, small order groups, and reads", () => {
    assert.isUndefined(rule(requestTo("POST", "/portfolio/events/orders", order)))
    assert.isUndefined(rule(requestTo("POST", "/portfolio/events/orders/batched", { orders: [order, order] })))
    assert.isUndefined(rule(requestTo("DELETE", `/portfolio/events/orders/${ownId}`)))
    assert.isUndefined(rule(requestTo("POST", "/portfolio/order_groups/create", { contracts_limit_fp: "9.37" })))
    assert.isUndefined(rule(requestTo("GET", "/portfolio/balance")))
  })

  const faults: ReadonlyArray<readonly [string, object]> = [
    ["of another run", { client_order_id: "ct-abc124-1" }],
    ["without an id", { client_order_id: undefined }],
    ["that could trade", { post_only: false }],
    ["that sells YES", { side: "ask" }],
    ["at three cents", { price: "0.0300" }],
    ["at ten cents", { price: "0.1" }],
    ["of four contracts", { count: "4" }],
    ["of thirty contracts", { count: "30" }],
    ["without an order group", { order_group_id: undefined }],
    ["that never expires", { expiration_time: undefined }],
    ["that expires after more than 300 seconds", { expiration_time: nowMillis / 1_000 + 301 }]
  ]
  it.each(faults)("blocks an order %s, alone and in a batch", (_, change) => {
    const other = { ...order, ...change }
    assert.isDefined(rule(requestTo("POST", "/portfolio/events/orders", other)))
    assert.isDefined(rule(requestTo("POST", "/portfolio/events/orders/batched", { orders: [order, other] })))
  })

  it("blocks changes of entities of other runs, and other writes", () => {
    for (const [method, path, body] of [
      ["DELETE", `/portfolio/events/orders/${otherId}`, undefined],
      ["DELETE", "/portfolio/events/orders", undefined],
      ["DELETE", "/portfolio/events/orders/batched", { orders: [{ order_id: ownId }, { order_id: otherId }] }],
      ["POST", `/portfolio/events/orders/${otherId}/decrease`, { reduce_by: "1" }],
      ["POST", `/portfolio/events/orders/${ownId}/amend`, { side: "bid", price: "0.50", count: "1" }],
      ["DELETE", `/portfolio/order_groups/${otherId}`, undefined],
      ["PUT", `/portfolio/order_groups/${otherId}/trigger`, {}],
      ["POST", "/portfolio/order_groups/create", { contracts_limit_fp: "10000" }],
      ["POST", "/portfolio/order_groups/create", {}],
      ["POST", "/portfolio/events/orders", undefined],
      ["POST", "/portfolio/events/orders/batched", { orders: [] }],
      ["POST", "/portfolio/subaccounts", {}],
      ["POST", "/api_keys/generate", {}],
      ["DELETE", `/api_keys/${ownId}`, undefined]
    ] as const) {
      assert.isDefined(rule(requestTo(method, path, body)), `${method} ${path}`)
    }
  })

  it("blocks writes to an address other than that of the demo exchange", () => {
    const request = { ...requestTo("POST", "/portfolio/events/orders", order) }
    assert.isDefined(rule({ ...request, url: request.url.replace("demo.kalshi.co", "kalshi.com") }))
    assert.isDefined(rule({ ...request, url: request.url.replace("kalshi.co/", "kalshi.com/") }))
    assert.isDefined(rule({ ...request, url: request.url.replace("https:", "http:") }))
    const other = ruleOf(production)
    assert.isDefined(other({ ...request, url: `${production.restUrl}/portfolio/events/orders` }))
    assert.isDefined(
      other({ ...requestTo("DELETE", ""), url: `${production.restUrl}/portfolio/events/orders/${ownId}` })
    )
    assert.isTrue(TradingRule.isDemo(demo))
    assert.isFalse(TradingRule.isDemo(production))
    assert.isFalse(TradingRule.isDemo({ ...demo, restUrl: demo.restUrl.replace("https:", "http:") }))
  })
})
