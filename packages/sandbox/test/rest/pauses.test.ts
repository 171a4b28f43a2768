import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import type { Assumptions } from "../../src/Assumptions.ts"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { everyRequest } from "../support/requests.ts"
import { errorOf, send } from "../support/wire.ts"
import { makeWorld } from "../support/world.ts"

interface Published {
  readonly operationId: string
  readonly responses: Readonly<Record<string, unknown>>
}

const document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Published>>>> } = JSON.parse(
  readFileSync(new URL("../../../../fixtures/spec/rest.json", import.meta.url), "utf8")
)

const declares409 = new Set(
  Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .filter(({ responses }) => Object.hasOwn(responses, "409"))
    .map(({ operationId }) => operationId)
)

const whilePaused = (
  operationId: string,
  active: { readonly exchange?: boolean; readonly trading?: boolean },
  assumptions: Partial<Assumptions> = {}
) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const world = yield* makeWorld
    yield* sandbox.setActive(active)
    const before = JSON.stringify(yield* sandbox.dump)
    const got = yield* send(everyRequest.find((known) => known.operationId === operationId)!.request(world))
    return { got, changed: JSON.stringify(yield* sandbox.dump) !== before }
  }).pipe(Effect.provide(layerTest({ assumptions })))

const batches = ["BatchCancelOrdersV2", "BatchCreateOrdersV2"]

/** Writes that are refused while trading is paused. */
const ofTrading = [
  "AcceptQuote",
  "AcceptRFQQuote",
  "AmendOrderV2",
  "ConfirmQuote",
  "ConfirmRFQQuote",
  "CreateOrderV2",
  "CreateQuote",
  "CreateRFQ"
]

/** Further writes that are refused while the exchange is paused. */
const ofExchange = [
  "ApplySubaccountTransfer",
  "CancelAllOrders",
  "CancelOrderV2",
  "CreateOrderGroup",
  "CreateSubaccount",
  "DecreaseOrderV2",
  "DeleteOrderGroup",
  "DeleteQuote",
  "DeleteRFQ",
  "DeleteRFQQuote",
  "IntraExchangeInstanceTransfer",
  "ResetOrderGroup",
  "SetTargetBalanceAllocation",
  "TriggerOrderGroup",
  "UpdateOrderGroupLimit",
  "UpdateSubaccountNetting"
]

/**
 * The document declares 409 for these operations. For the other operations in `ofTrading` and `ofExchange`, 409 is an
 * assumption.
 */
const declared = ["CreateOrderV2", "CreateRFQ", "IntraExchangeInstanceTransfer"]

describe("a pause", () => {
  it("causes 409, which the document declares for only three of the refused operations", () => {
    assert.deepStrictEqual([...ofTrading, ...ofExchange].filter((id) => declares409.has(id)).sort(), declared)
  })

  for (const undeclaredStatuses of ["declared", "recorded"] as const) {
    for (const [active, ids, code] of [
      [{ trading: false }, ofTrading, "trading_is_paused"],
      [{ exchange: false }, [...ofTrading, ...ofExchange], "exchange_is_paused"]
    ] as const) {
      for (const id of ids) {
        it.effect(`refuses ${id} with 409 ${code} if undeclaredStatuses is "${undeclaredStatuses}"`, () =>
          Effect.gen(function* () {
            const { changed, got } = yield* whilePaused(id, active, { undeclaredStatuses })
            assert.deepStrictEqual([got.status, errorOf(got).code, changed], [409, code, false])
          })
        )
      }
    }
  }

  for (const id of batches) {
    it.effect(`refuses every item of ${id} if the whole exchange is paused`, () =>
      Effect.gen(function* () {
        const { changed, got } = yield* whilePaused(id, { exchange: false })
        const { orders } = got.body as { readonly orders: ReadonlyArray<{ readonly error: { readonly code: string } }> } // a batch
        assert.isAbove(orders.length, 0)
        for (const { error } of orders) assert.strictEqual(error.code, "exchange_is_paused")
        assert.isFalse(changed)
      })
    )
  }

  it.effect("permits canceling and decreasing if only trading is paused", () =>
    Effect.gen(function* () {
      for (const id of ["CancelOrderV2", "DecreaseOrderV2", "CancelAllOrders"]) {
        const { changed, got } = yield* whilePaused(id, { trading: false })
        assert.isBelow(got.status, 300, id)
        assert.isTrue(changed, id)
      }
    })
  )
})
