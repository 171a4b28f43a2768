import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as OrderGroups from "../src/rest/OrderGroups.ts"
import { layer, Script, type Sent } from "./support/scripted.ts"

const id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"
const root = "/trade-api/v2/portfolio/order_groups"

const sentBy = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  reply: { status: number; body?: unknown }
): Effect.Effect<{ answer: A; sent: Sent }, E, Exclude<R, OrderGroupsNeeds>> =>
  Effect.gen(function* () {
    const answer = yield* effect
    const { sent } = yield* Script
    return { answer, sent: sent[0]! }
  }).pipe(Effect.provide(layer([reply]))) as never // the layer provides everything an order-group call needs

type OrderGroupsNeeds = Effect.Services<ReturnType<typeof OrderGroups.get | typeof OrderGroups.create>> | Script

describe("OrderGroups.list", () => {
  it.effect("reads the groups of all subaccounts, or of one", () =>
    Effect.gen(function* () {
      const all = yield* sentBy(OrderGroups.list(), { status: 200, body: { order_groups: [] } })
      assert.strictEqual(`${all.sent.method} ${all.sent.target}`, `GET ${root}`)
      assert.isUndefined(all.sent.body)
      const one = yield* sentBy(OrderGroups.list({ subaccount: 3 }), {
        status: 200,
        body: { order_groups: [{ id, is_auto_cancel_enabled: false, contracts_limit_fp: "10.00", exchange_index: 0 }] }
      })
      assert.strictEqual(one.sent.target, `${root}?subaccount=3`)
      assert.deepStrictEqual(one.answer, {
        order_groups: [{ id, is_auto_cancel_enabled: false, contracts_limit_fp: "10.00" as never, exchange_index: 0 }]
      })
    })
  )

  it.effect("accepts an answer without the list: the document makes it optional", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* sentBy(OrderGroups.list(), { status: 200, body: {} })).answer, {})
    })
  )
})

describe("OrderGroups.get", () => {
  it.effect("reads one group and keeps its limit as it came", () =>
    Effect.gen(function* () {
      const body = { is_auto_cancel_enabled: false, orders: ["a", "b"], contracts_limit_fp: "2.50", exchange_index: 0 }
      const { answer, sent } = yield* sentBy(OrderGroups.get({ order_group_id: id, subaccount: 0 }), {
        status: 200,
        body
      })
      assert.strictEqual(`${sent.method} ${sent.target}`, `GET ${root}/${id}?subaccount=0`)
      assert.isUndefined(sent.body)
      assert.deepStrictEqual<unknown>(answer, body)
    })
  )

  it.effect("decodes the fresh group that demo was recorded with", () =>
    Effect.gen(function* () {
      const { answer } = yield* sentBy(OrderGroups.get({ order_group_id: id }), {
        status: 200,
        body: { is_auto_cancel_enabled: false, orders: [] }
      })
      assert.deepStrictEqual<unknown>(answer, { is_auto_cancel_enabled: false, orders: [] })
    })
  )

  it.effect("ignores fields that are not in the document yet", () =>
    Effect.gen(function* () {
      const { answer } = yield* sentBy(OrderGroups.get({ order_group_id: id }), {
        status: 200,
        body: { is_auto_cancel_enabled: true, orders: [], tomorrow: { more: 1 } }
      })
      assert.deepStrictEqual<unknown>(answer, { is_auto_cancel_enabled: true, orders: [] })
    })
  )
})

describe("OrderGroups.create", () => {
  it.effect("sends its whole input as the body, leaving out what is undefined", () =>
    Effect.gen(function* () {
      const { answer, sent } = yield* sentBy(
        OrderGroups.create({ contracts_limit_fp: "25.5", subaccount: undefined, exchange_index: 0 }),
        { status: 201, body: { order_group_id: id, subaccount: 0, exchange_index: 0 } }
      )
      assert.strictEqual(`${sent.method} ${sent.target}`, `POST ${root}/create`)
      assert.strictEqual(sent.headers["content-type"], "application/json")
      assert.deepStrictEqual(JSON.parse(sent.body!), { contracts_limit_fp: "25.5", exchange_index: 0 })
      assert.strictEqual(answer.order_group_id, id)
    })
  )
})

describe("OrderGroups.updateLimit", () => {
  it.effect("puts the group in the path, the place in the query and the limit in the body", () =>
    Effect.gen(function* () {
      const { sent } = yield* sentBy(
        OrderGroups.updateLimit({ order_group_id: id, subaccount: 2, exchange_index: 1, contracts_limit: 10 }),
        { status: 200, body: {} }
      )
      assert.strictEqual(`${sent.method} ${sent.target}`, `PUT ${root}/${id}/limit?subaccount=2&exchange_index=1`)
      assert.deepStrictEqual(JSON.parse(sent.body!), { contracts_limit: 10 })
    })
  )
})

for (const [name, operation] of [
  ["reset", OrderGroups.reset],
  ["trigger", OrderGroups.trigger]
] as const) {
  describe(`OrderGroups.${name}`, () => {
    it.effect("sends an empty JSON object: the exchange refuses a write without a body", () =>
      Effect.gen(function* () {
        const { answer, sent } = yield* sentBy(operation({ order_group_id: id, exchange_index: 0 }), {
          status: 200,
          body: {}
        })
        assert.strictEqual(`${sent.method} ${sent.target}`, `PUT ${root}/${id}/${name}?exchange_index=0`)
        assert.strictEqual(sent.body, "{}")
        assert.strictEqual(sent.headers["content-type"], "application/json")
        assert.deepStrictEqual(answer, {})
      })
    )
  })
}

describe("OrderGroups.delete", () => {
  it.effect("sends no body", () =>
    Effect.gen(function* () {
      const { sent } = yield* sentBy(OrderGroups.delete({ order_group_id: id, subaccount: 1 }), {
        status: 200,
        body: {}
      })
      assert.strictEqual(`${sent.method} ${sent.target}`, `DELETE ${root}/${id}?subaccount=1`)
      assert.isUndefined(sent.body)
    })
  )
})
