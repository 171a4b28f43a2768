import type { Descriptor } from "@kalshi-effect/client/Operation"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { layerTest, Sandbox } from "../src/Sandbox.ts"
import { errorOf, send, type Sent } from "./support/wire.ts"

const nowhere = "00000000-0000-4000-8000-000000000000"

/** How each status that an operation declares is brought about; `{id}` stands for a group that is there. */
interface Case {
  readonly descriptor: Descriptor
  readonly request: Sent
  /** Requests for other statuses than success, 401 and 500, which come about the same way everywhere. */
  readonly others: Readonly<Record<number, ReadonlyArray<Partial<Sent>>>>
}

const groups = "/portfolio/order_groups"

const missing = (suffix = ""): ReadonlyArray<Partial<Sent>> => [
  { path: `${groups}/${nowhere}${suffix}` },
  { path: `${groups}/not-a-uuid${suffix}` },
  { path: `${groups}/{id}${suffix}?subaccount=1` },
  { path: `${groups}/{id}${suffix}?subaccount=64` },
  { path: `${groups}/{id}${suffix}?subaccount=first` }
]

const cases: ReadonlyArray<Case> = [
  {
    descriptor: OrderGroups.list.descriptor,
    request: { method: "GET", path: groups },
    others: {
      400: [
        { path: `${groups}?subaccount=64` },
        { path: `${groups}?subaccount=first` },
        { path: `${groups}?subaccount=1&subaccount=2` }
      ]
    }
  },
  {
    descriptor: OrderGroups.get.descriptor,
    request: { method: "GET", path: `${groups}/{id}` },
    others: { 404: missing() }
  },
  {
    descriptor: OrderGroups.create.descriptor,
    request: { method: "POST", path: `${groups}/create`, json: { contracts_limit: 10 } },
    others: {
      400: [
        { json: {} },
        { json: [] },
        { json: null },
        { json: { contracts_limit: 0 } },
        { json: { contracts_limit: 1.5 } },
        { json: { contracts_limit: "10" } },
        { json: { contracts_limit: 1_000_001 } },
        { json: { contracts_limit_fp: "1.234" } },
        { json: { contracts_limit_fp: "0.99" } },
        { json: { contracts_limit: 10, contracts_limit_fp: "10.01" } },
        { json: { contracts_limit: 10, subaccount: 64 } },
        { json: { contracts_limit: 10, exchange_index: 9 } }
      ]
    }
  },
  {
    descriptor: OrderGroups.updateLimit.descriptor,
    request: { method: "PUT", path: `${groups}/{id}/limit`, json: { contracts_limit: 10 } },
    others: {
      400: [
        { json: {} },
        { json: { contracts_limit: 0 } },
        { json: { contracts_limit: 10, contracts_limit_fp: "11" } },
        { path: `${groups}/not-a-uuid/limit` },
        { path: `${groups}/{id}/limit?subaccount=64` }
      ],
      404: [
        { path: `${groups}/${nowhere}/limit` },
        { path: `${groups}/{id}/limit?subaccount=1` },
        { path: `${groups}/{id}/limit?exchange_index=1` }
      ]
    }
  },
  {
    descriptor: OrderGroups.reset.descriptor,
    request: { method: "PUT", path: `${groups}/{id}/reset`, json: {} },
    others: { 404: [...missing("/reset"), { path: `${groups}/{id}/reset?exchange_index=1` }] }
  },
  {
    descriptor: OrderGroups.trigger.descriptor,
    request: { method: "PUT", path: `${groups}/{id}/trigger`, json: {} },
    others: { 404: [...missing("/trigger"), { path: `${groups}/{id}/trigger?exchange_index=1` }] }
  },
  {
    descriptor: OrderGroups.delete.descriptor,
    request: { method: "DELETE", path: `${groups}/{id}` },
    others: { 404: [...missing(), { path: `${groups}/{id}?exchange_index=1` }] }
  }
]

const makeGroup = Effect.gen(function* () {
  const by = yield* (yield* Sandbox).createAccount()
  const made = yield* send({ method: "POST", path: `${groups}/create`, json: { contracts_limit: 5 }, by })
  const { order_group_id } = made.body as { order_group_id: string } // the next assertions fail if it is not
  return { by, order_group_id }
})

describe("every documented status of the order groups' operations", () => {
  for (const { descriptor, others, request } of cases) {
    it.effect(descriptor.operationId, () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const { by, order_group_id } = yield* makeGroup
        const reached = new Set<number>()
        const attempt = (change: Partial<Sent>) => {
          const sent = { ...request, ...change }
          return Effect.map(send({ by, ...sent, path: sent.path.replace("{id}", order_group_id) }), (got) => {
            reached.add(got.status)
            return got
          })
        }
        for (const [status, changes] of Object.entries(others)) {
          for (const change of changes) {
            const before = JSON.stringify(yield* sandbox.dump)
            const got = yield* attempt(change)
            assert.strictEqual(got.status, Number(status), JSON.stringify(change))
            assert.isString(errorOf(got).code, JSON.stringify(change))
            assert.isString(errorOf(got).message, JSON.stringify(change))
            assert.strictEqual(JSON.stringify(yield* sandbox.dump), before, JSON.stringify(change))
          }
        }
        assert.strictEqual((yield* attempt({ signed: { path: "/" } })).status, 401)
        yield* sandbox.plant({ status: 500, operation: descriptor.operationId })
        const broken = yield* attempt({})
        assert.deepStrictEqual([broken.status, errorOf(broken).code], [500, "internal_server_error"])
        assert.strictEqual((yield* attempt({})).status, descriptor.success.status)

        // Every operation of the document declares 500; the description leaves out what is common to all.
        const declared = descriptor.errors.map((error) => ("payload" in error ? error.error : error).status)
        assert.deepStrictEqual([...reached].sort(), [descriptor.success.status, ...declared, 500].sort())
      }).pipe(Effect.provide(layerTest()))
    )
  }

  it.effect("with recorded statuses, a malformed id is a 400 even where none is declared", () =>
    Effect.gen(function* () {
      const { by } = yield* makeGroup
      for (const { request } of cases.filter(({ request }) => request.path.includes("{id}"))) {
        const got = yield* send({ ...request, by, path: request.path.replace("{id}", "not-a-uuid") })
        assert.deepStrictEqual([got.status, errorOf(got).code], [400, "bad_request"], request.path)
      }
      const order = {
        ticker: "KXNONE-1",
        side: "bid",
        count: "1",
        price: "0.50",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "maker"
      }
      const unknown = yield* send({ method: "POST", path: "/portfolio/events/orders", json: order, by })
      assert.deepStrictEqual([unknown.status, errorOf(unknown).code], [404, "market_not_found"])
    }).pipe(Effect.provide(layerTest({ assumptions: { undeclaredStatuses: "recorded" } })))
  )
})
