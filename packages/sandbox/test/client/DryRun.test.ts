import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as DryRun from "@kalshi-effect/client/DryRun"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Markets from "@kalshi-effect/client/Markets"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Subaccounts from "@kalshi-effect/client/Subaccounts"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { type Credentials, layerTest, Sandbox } from "../../src/Sandbox.ts"

const ticker = "KXTEST-26-YES"

const order: Orders.CreateInput = {
  ticker,
  side: "bid",
  count: "10",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
}

const tagOf = <A, E extends { readonly _tag: string }, R>(write: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(write), ({ _tag }) => _tag)

const bot = Effect.gen(function* () {
  const { market } = yield* Markets.get({ ticker })
  const before = yield* Portfolio.balance()
  const { orders } = yield* Orders.list()
  const tags = yield* Effect.forEach(
    [
      tagOf(Orders.create({ ...order, ticker: market.ticker })),
      tagOf(Orders.batchCreate({ orders: [order, { ...order, side: "ask" }] })),
      ...orders.map(({ order_id }) => tagOf(Orders.cancel({ order_id, exchange_index: 0 }))),
      tagOf(Orders.cancelAll({})),
      tagOf(OrderGroups.create({ contracts_limit: 10 })),
      tagOf(Subaccounts.create())
    ],
    (tag) => tag
  )
  assert.deepStrictEqual(yield* Portfolio.balance(), before)
  return tags
})

const options = (environment: (typeof Sandbox.Service)["environment"], { signer }: Credentials) => ({
  environment,
  signer,
  limits: false as const
})

describe("Kalshi.layerDryRun", () => {
  it.effect("sends only reads to the exchange", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const credentials = yield* sandbox.createAccount()
      const { environment } = sandbox
      yield* TestClock.setTime(Date.UTC(2026, 10, 22))
      yield* Orders.create(order).pipe(Effect.provide(Kalshi.layer(options(environment, credentials))))
      const before = yield* sandbox.dump
      const servedBefore = (yield* sandbox.requests).length

      const dryRun = Kalshi.layerDryRun({
        ...options(environment, credentials),
        marketOf: () => ({ terms: { fee_type: "quadratic", fee_multiplier: 1 }, mostFills: 1 })
      })
      const { intents, tags } = yield* Effect.gen(function* () {
        const tags = yield* bot
        return { tags, intents: yield* (yield* DryRun.DryRun).intents }
      }).pipe(Effect.provide(dryRun))

      assert.deepStrictEqual(
        tags,
        Array.from({ length: 6 }, () => "NotSent")
      )
      assert.deepStrictEqual(
        intents.map(({ operationId }) => operationId),
        [
          "CreateOrderV2",
          "BatchCreateOrdersV2",
          "CancelOrderV2",
          "CancelAllOrders",
          "CreateOrderGroup",
          "CreateSubaccount"
        ]
      )
      assert.deepStrictEqual(yield* sandbox.dump, before)
      assert.deepStrictEqual(
        (yield* sandbox.requests).slice(servedBefore).map(({ method }) => method),
        ["GET", "GET", "GET", "GET"]
      )
    }).pipe(Effect.provide(layerTest({ markets: [{ ticker }] })))
  )

  it.effect("sends no order for Orders.place, and leaves nothing to settle or to cancel", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const credentials = yield* sandbox.createAccount()
      const before = yield* sandbox.dump
      const reports: Array<Orders.ExitReport> = []
      const intent = Orders.buyYes({ ticker, count: "10", yes_price: "0.40" })
      yield* Effect.gen(function* () {
        const journal = yield* DryRun.DryRun
        const error = yield* Effect.flip(Orders.place(intent)).pipe(
          Effect.provide(Orders.cancelAllOnExit({ onExit: (report) => Effect.sync(() => void reports.push(report)) }))
        )
        assert.strictEqual(error._tag, "NotSent")
        assert.deepStrictEqual(
          (yield* journal.intents).map(({ body, operation }) => [operation, body?.["price"], body?.["count"]]),
          [["Orders.create", "0.40", "10"]]
        )
      }).pipe(Effect.provide(Kalshi.layerDryRun(options(sandbox.environment, credentials))))
      assert.deepStrictEqual(reports, [{ ended: [], left: [] }])
      assert.deepStrictEqual(yield* sandbox.dump, before)
      assert.deepStrictEqual(yield* sandbox.requests, [])
    }).pipe(Effect.provide(layerTest({ markets: [{ ticker }] })))
  )

  it.effect("computes at least the cost that the exchange charges for an order", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const [taker, maker] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
      const { environment } = sandbox
      const error = yield* Effect.flip(Orders.create(order)).pipe(
        Effect.provide(Kalshi.layerDryRun(options(environment, taker)))
      )
      const worst = error._tag === "NotSent" ? error.intent.cost?.worstCase : undefined
      const as = (credentials: Credentials) => Effect.provide(Kalshi.layer(options(environment, credentials)))
      const balance = Portfolio.balance().pipe(
        as(taker),
        Effect.map(({ balance_dollars }) => FixedPoint.toMicros(balance_dollars))
      )
      const before = yield* balance
      yield* Orders.create({ ...order, side: "ask" }).pipe(as(maker))
      assert.strictEqual((yield* Orders.create(order).pipe(as(taker))).fill_count, "10.00")
      const taken = before - (yield* balance)
      assert.isTrue(taken > 4_000_000n, "the order costs its price and a fee")
      assert.isTrue(FixedPoint.toMicros(worst!) >= taken)
    }).pipe(Effect.provide(layerTest({ markets: [{ ticker }] })))
  )
})
