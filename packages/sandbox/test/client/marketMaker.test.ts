import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { readFileSync } from "node:fs"
import * as Sandbox from "../../src/Sandbox.ts"

const ticker = "KXRAIN-26-NYC"

/** Quotes both outcomes again every second, until more than 25 contracts of the group were filled in 15 seconds. */
const maker = Effect.gen(function* () {
  const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 25 })
  const terms = { ticker, count: "10", post_only: true, order_group_id, exchange_index: 0 } as const
  const quotes = [Orders.buyYes({ ...terms, yes_price: "0.45" }), Orders.buyNo({ ...terms, no_price: "0.45" })]
  for (let round = 1; ; round++) {
    const outcomes = yield* Orders.placeAll(quotes)
    if (outcomes.every(({ _tag }) => _tag === "Rejected")) return `stopped in round ${round}`
    yield* Effect.sleep("1 second")
    const placed = outcomes.filter((outcome) => outcome._tag === "Accepted")
    yield* Effect.forEach(placed, (order) => Orders.ensureCanceled(order), { concurrency: "unbounded" })
  }
}).pipe(Effect.provide(Orders.cancelAllOnExit({ within: "5 seconds" })))

/** The faults of the maker's requests, in their sequence. Each fault applies to one request. */
const faults: ReadonlyArray<Sandbox.Fault> = [
  { operation: "BatchCreateOrdersV2", reset: "after" },
  { operation: "CancelOrderV2", status: 503 },
  { operation: "BatchCreateOrdersV2", mangle: "garbled" },
  { operation: "CancelOrderV2", reset: "after" },
  { operation: "BatchCreateOrdersV2", reset: "before" },
  { operation: "GetOrders", status: 500 }
]

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  yield* sandbox.createMarket({ ticker })
  const { accountId, signer } = yield* sandbox.createAccount()
  const crowd = yield* sandbox.createAccount()
  const kalshi = (by: typeof signer) => Kalshi.layer({ environment: sandbox.environment, signer: by, limits: false })

  for (const fault of [...faults, ...faults]) yield* sandbox.plant(fault)
  const making = yield* Effect.forkChild(Effect.provide(maker, kalshi(signer)))
  yield* TestClock.adjust("20 seconds")
  // A better informed account takes every NO quote of the maker.
  yield* Effect.gen(function* () {
    while (making.pollUnsafe() === undefined) {
      const take = Orders.buyYes({ ticker, count: "20", yes_price: "0.55", time_in_force: "immediate_or_cancel" })
      yield* Orders.place(take)
      yield* TestClock.adjust("1 second")
    }
  }).pipe(Effect.provide(kalshi(crowd.signer)))

  const ending = yield* Fiber.join(making)
  const { orders } = yield* Effect.provide(Orders.list({ limit: 1_000 }), kalshi(signer))
  const { positions } = yield* sandbox.portfolio(accountId)
  const faulted = (yield* sandbox.requests).filter(({ status }) => status === 0 || status >= 500).length
  return { ending, orders, position: positions[ticker], faulted }
})

const result = program.pipe(Effect.provide(Sandbox.layerTest()))

describe("the market maker of the README", () => {
  it.effect("is stopped by its order group under faults, and leaves no orders resting", () =>
    Effect.gen(function* () {
      const { ending, faulted, orders, position } = yield* result
      assert.isAbove(faulted, 4, "the faults were applied")
      assert.match(ending, /^stopped in round \d+$/)
      assert.deepStrictEqual(
        orders.filter(({ status }) => status === "resting"),
        []
      )
      // Three fills of ten: the third exceeds the limit of 25, and later orders are refused.
      assert.strictEqual(position, -3_000)
      assert.strictEqual(new Set(orders.map(({ client_order_id }) => client_order_id)).size, orders.length)
    })
  )

  it("matches the code in this file", () => {
    const source = readFileSync(new URL(import.meta.url), "utf8")
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")
    assert.include(readme, source.slice(source.indexOf("/** Quotes both"), source.indexOf("/** The faults")).trim())
  })
})
