import { assert, describe, it } from "@effect/vitest"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { collect, ticker, until } from "../support/feedTrader.ts"

const order = (order: Pick<Orders.CreateInput, "side" | "count" | "price"> & Partial<Orders.CreateInput>) =>
  Orders.create({
    ticker,
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
    ...order
  })

/** The maker has a feed, and a group with a limit of ten contracts. */
const world = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  yield* sandbox.createMarket({ ticker })
  const { environment } = sandbox
  const [maker, taker] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
  const kalshi = (signer: typeof maker.signer) => Effect.provide(Kalshi.layer({ environment, signer, limits: false }))
  const [asMaker, asTaker] = [kalshi(maker.signer), kalshi(taker.signer)]
  const withFeed = Effect.provide(Feed.layer({ environment, signer: maker.signer }))
  const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 10 }).pipe(asMaker)
  return { asMaker, asTaker, order_group_id, sandbox, withFeed }
})

const waitingFor = (order_group_id: string) =>
  Effect.gen(function* () {
    const watch = yield* Effect.forkScoped(OrderGroups.watch(order_group_id), { startImmediately: true })
    yield* until(() => watch.pollUnsafe() !== undefined)
    const { triggered } = yield* Fiber.join(watch)
    return yield* Effect.forkScoped(triggered, { startImmediately: true })
  })

describe("`triggered` of OrderGroups.watch", () => {
  it.effect("succeeds as soon as fills exceed the limit of the group", () =>
    Effect.gen(function* () {
      const { asMaker, asTaker, order_group_id, withFeed } = yield* world
      yield* Effect.gen(function* () {
        const trigger = yield* waitingFor(order_group_id)
        yield* order({ side: "bid", count: "6", price: "0.45", order_group_id }).pipe(asMaker)
        yield* order({ side: "bid", count: "6", price: "0.44", order_group_id }).pipe(asMaker)
        const sell = { side: "ask", time_in_force: "immediate_or_cancel" } as const
        yield* order({ ...sell, count: "6", price: "0.45" }).pipe(asTaker)
        yield* until(() => true)
        assert.isUndefined(trigger.pollUnsafe())
        yield* order({ ...sell, count: "5", price: "0.44" }).pipe(asTaker)
        yield* until(() => trigger.pollUnsafe() !== undefined)
        assert.deepInclude(yield* Fiber.join(trigger), { order_group_id })
        const { orders } = yield* OrderGroups.get({ order_group_id }).pipe(asMaker)
        assert.deepStrictEqual(orders, [])
      }).pipe(withFeed)
    }).pipe(Effect.scoped, Effect.provide(layerTest()))
  )

  it.effect("fails if the feed disconnects, and a new watch succeeds at a later trigger", () =>
    Effect.gen(function* () {
      const { asMaker, order_group_id, sandbox, withFeed } = yield* world
      yield* Effect.gen(function* () {
        const missed = yield* waitingFor(order_group_id)
        yield* sandbox.feed.drop({ how: "reset" })
        yield* OrderGroups.trigger({ order_group_id }).pipe(asMaker)
        yield* until(() => missed.pollUnsafe() !== undefined)
        const error = yield* Effect.flip(Fiber.join(missed))
        assert.deepInclude({ ...error }, { _tag: "TriggerUnknown", order_group_id })
        const again = yield* waitingFor(order_group_id)
        yield* OrderGroups.reset({ order_group_id }).pipe(asMaker)
        yield* OrderGroups.trigger({ order_group_id }).pipe(asMaker)
        yield* until(() => again.pollUnsafe() !== undefined)
        assert.deepInclude(yield* Fiber.join(again), { order_group_id })
      }).pipe(withFeed)
    }).pipe(Effect.scoped, Effect.provide(layerTest()))
  )

  it.effect("fails if a message was lost or undecodable, or the group is deleted", () =>
    Effect.gen(function* () {
      const { asMaker, order_group_id, sandbox, withFeed } = yield* world
      yield* Effect.gen(function* () {
        for (const change of ["skip", "garble"] as const) {
          const trigger = yield* waitingFor(order_group_id)
          yield* sandbox.plant({ feed: "frame", channel: "order_group_updates", change })
          yield* OrderGroups.trigger({ order_group_id }).pipe(asMaker)
          // The client notices a skipped message only when the next message arrives.
          yield* OrderGroups.reset({ order_group_id }).pipe(asMaker)
          yield* until(() => trigger.pollUnsafe() !== undefined)
          assert.strictEqual((yield* Effect.flip(Fiber.join(trigger)))._tag, "TriggerUnknown")
        }
        const deleted = yield* waitingFor(order_group_id)
        yield* OrderGroups.delete({ order_group_id }).pipe(asMaker)
        yield* until(() => deleted.pollUnsafe() !== undefined)
        assert.strictEqual((yield* Effect.flip(Fiber.join(deleted)))._tag, "OrderGroupDeleted")
      }).pipe(withFeed)
    }).pipe(Effect.scoped, Effect.provide(layerTest()))
  )
})

describe("OrderGroups.changes", () => {
  it.effect("delivers every change of a group, and ends when the group is deleted", () =>
    Effect.gen(function* () {
      const { asMaker, order_group_id, sandbox, withFeed } = yield* world
      yield* Effect.gen(function* () {
        const { events, fiber } = yield* collect(OrderGroups.changes(order_group_id))
        yield* until(() => events.length === 1)
        yield* OrderGroups.updateLimit({ order_group_id, contracts_limit: 5 }).pipe(asMaker)
        yield* OrderGroups.trigger({ order_group_id }).pipe(asMaker)
        yield* until(() => events.length === 3)
        yield* sandbox.feed.drop({ how: "reset" })
        yield* until(() => events.length === 5)
        yield* OrderGroups.reset({ order_group_id }).pipe(asMaker)
        yield* OrderGroups.create({ contracts_limit: 1 }).pipe(asMaker)
        yield* OrderGroups.delete({ order_group_id }).pipe(asMaker)
        yield* until(() => fiber.pollUnsafe() !== undefined)
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(
          events.map((change) => (change._tag === "Update" ? change.update.event_type : change._tag)),
          ["Live", "limit_updated", "triggered", "Uncertain", "Live", "reset", "deleted"]
        )
      }).pipe(withFeed)
    }).pipe(Effect.scoped, Effect.provide(layerTest()))
  )
})
