import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { orderIdIn } from "../../src/trading/outcomes.ts"
import { asOf, clientOrderId, duplicate, listed, order, order_id, place } from "../support/placing.ts"

describe("Orders.Accepted.exchange_index", () => {
  it.effect("is the shard that the list states for the order", () =>
    Effect.gen(function* () {
      for (const [exchange_index, expected] of [
        [0, 0],
        [2, 2],
        [-1, undefined],
        [undefined, undefined]
      ] as const) {
        const { outcome } = yield* place([duplicate, asOf(1), listed({ ...order, exchange_index })])
        assert.strictEqual(outcome._tag === "Accepted" ? outcome.exchange_index : outcome._tag, expected)
      }
    })
  )
})

describe("orderIdIn", () => {
  it("returns no id if the body also has an error, however the JSON is spaced", () => {
    const inBody = (rest: string) => orderIdIn(`{"order_id":"${order_id}",${rest}`, clientOrderId)
    assert.isUndefined(inBody('"error" : {"code":'))
    assert.isUndefined(inBody('"error":{"code":'))
    assert.strictEqual(inBody('"error": null,"x":['), order_id)
    assert.strictEqual(inBody('"error":null,"x":['), order_id)
  })
})
