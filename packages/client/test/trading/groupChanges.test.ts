import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import { FeedClosed } from "../../src/feed/FeedError.ts"
import { KalshiFeed } from "../../src/feed/KalshiFeed.ts"
import * as OrderGroups from "../../src/trading/OrderGroups.ts"
import { message, subscribed } from "../feed/support/messages.ts"
import { World } from "../feed/support/world.ts"

const channel = "order_group_updates"
const order_group_id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"

const feedOf = ({ session }: World) =>
  KalshiFeed.of({
    subscribe: (request, subscriber) => session.subscribe(request, subscriber),
    record: () => () => {},
    watchQueue: () => ({ onLagging: () => {}, close: () => {} }),
    state: Effect.sync(() => session.state()),
    changeOver: Effect.sync(() => session.changeOver()),
    openSession: Effect.die("not in this test")
  })

const update = (seq: number, event_type: string, ts_ms = seq, group = order_group_id, sid = 1) =>
  message(channel, { sid, seq }, { event_type, order_group_id: group, ts_ms, contracts_limit_fp: "10.00" })

const acknowledge = (world: World, sid = 1) => {
  world.open()
  world.receive(subscribed(world.takeOne().id, channel, sid))
}

const startWatching = (world: World) =>
  Effect.forkChild(Effect.provideService(OrderGroups.watch(order_group_id), KalshiFeed, feedOf(world)), {
    startImmediately: true
  })

const watching = Effect.gen(function* () {
  const world = new World()
  const watch = yield* startWatching(world)
  acknowledge(world)
  const { triggered } = yield* Fiber.join(watch)
  return { triggered, world }
})

describe("OrderGroups.watch", () => {
  it.effect("returns when the subscription is live", () =>
    Effect.gen(function* () {
      const world = new World()
      const watch = yield* startWatching(world)
      world.open()
      yield* Effect.yieldNow
      assert.isUndefined(watch.pollUnsafe())
      world.receive(subscribed(world.takeOne().id, channel, 1))
      yield* Fiber.join(watch)
    }).pipe(Effect.scoped)
  )

  it.effect("returns an effect `triggered` that succeeds even if it runs after the trigger", () =>
    Effect.gen(function* () {
      const { triggered, world } = yield* watching
      const waiting = yield* Effect.forkChild(triggered, { startImmediately: true })
      world.receive(update(1, "created", 1))
      world.receive(update(2, "triggered", 2, "another"))
      world.receive(update(3, "deleted", 2, "another"))
      world.receive(update(4, "limit_updated", 3))
      world.receive(update(5, "a_new_type", 4))
      yield* Effect.yieldNow
      assert.isUndefined(waiting.pollUnsafe())
      world.receive(update(6, "triggered", 1_700_000_000_123))
      assert.deepStrictEqual(yield* Fiber.join(waiting), { order_group_id, ts_ms: 1_700_000_000_123 })
      world.receive(update(7, "reset", 1_700_000_000_124))
      world.session.closed(1, 1006, "")
      assert.deepStrictEqual(yield* triggered, { order_group_id, ts_ms: 1_700_000_000_123 })
    }).pipe(Effect.scoped)
  )

  for (const [cause, lose, detail] of [
    ["outage", (world: World) => world.session.closed(1, 1006, ""), "the connection closed with code 1006"],
    ["gap", (world: World) => world.receive(update(2, "limit_updated")), "it expected seq 1 and received 2"],
    [
      "undecodable",
      (world: World) => world.receive(message(channel, { sid: 1, seq: 1 }, { ts_ms: "soon" })),
      "a message did not decode"
    ],
    [
      "undecodable",
      (world: World) => world.receive({ type: "order_group_news", sid: 1, seq: 1, msg: {} }),
      "the unknown type order_group_news"
    ]
  ] as const) {
    it.effect(`fails with TriggerUnknown if a message may be missing: ${detail}`, () =>
      Effect.gen(function* () {
        const { triggered, world } = yield* watching
        lose(world)
        const error = yield* Effect.flip(triggered)
        assert.deepInclude({ ...error }, { _tag: "TriggerUnknown", order_group_id })
        assert.strictEqual(error._tag === "TriggerUnknown" && error.loss.cause, cause)
        assert.include(error.message, detail)
        assert.include(error.message, "then trigger or reset it")
      }).pipe(Effect.scoped)
    )
  }

  it.effect("ignores an unknown message without a sid, and a loss before the subscription is live", () =>
    Effect.gen(function* () {
      const world = new World()
      const watch = yield* startWatching(world)
      world.session.refused(1, { _tag: "Transport", reason: "ECONNREFUSED" })
      world.pass(10_000)
      acknowledge(world)
      const { triggered } = yield* Fiber.join(watch)
      world.receive({ type: "news", msg: {} })
      world.receive(update(1, "triggered", 7))
      assert.deepStrictEqual(yield* triggered, { order_group_id, ts_ms: 7 })
    }).pipe(Effect.scoped)
  )

  it.effect("does not miss a trigger that arrives before the reply to the subscription", () =>
    Effect.gen(function* () {
      const world = new World()
      const watch = yield* startWatching(world)
      world.open()
      world.receive(update(1, "triggered", 7))
      world.receive(subscribed(world.takeOne().id, channel, 1))
      assert.deepStrictEqual(yield* (yield* Fiber.join(watch)).triggered, { order_group_id, ts_ms: 7 })
    }).pipe(Effect.scoped)
  )

  it.effect("keeps waiting while the feed replaces its connection without a loss", () =>
    Effect.gen(function* () {
      const { triggered, world } = yield* watching
      world.session.changeOver()
      acknowledge(world, 2)
      world.confirm()
      world.receive(update(1, "triggered", 9, order_group_id, 2))
      assert.deepStrictEqual(yield* triggered, { order_group_id, ts_ms: 9 })
    }).pipe(Effect.scoped)
  )

  it.effect("fails with OrderGroupDeleted if the group is deleted", () =>
    Effect.gen(function* () {
      const { triggered, world } = yield* watching
      world.receive(update(1, "deleted", 5))
      const error = yield* Effect.flip(triggered)
      assert.deepInclude({ ...error }, { _tag: "OrderGroupDeleted", order_group_id, ts_ms: 5 })
      assert.include(error.message, "was deleted")
    }).pipe(Effect.scoped)
  )

  it.effect("fails with the error of the feed, even before the subscription is live", () =>
    Effect.gen(function* () {
      const { triggered, world } = yield* watching
      world.session.close()
      assert.deepStrictEqual(yield* Effect.flip(triggered), new FeedClosed())
      const early = new World()
      const watch = yield* Effect.forkChild(
        Effect.provideService(OrderGroups.watch(order_group_id), KalshiFeed, feedOf(early)),
        { startImmediately: true }
      )
      early.session.close()
      assert.deepStrictEqual(yield* Effect.flip(Fiber.join(watch)), new FeedClosed())
    }).pipe(Effect.scoped)
  )

  it.effect("unsubscribes when its scope closes, and `triggered` then fails with FeedClosed", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { triggered, world } = yield* Scope.provide(watching, scope)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(world.takeOne().cmd, "unsubscribe")
      assert.deepStrictEqual(yield* Effect.flip(triggered), new FeedClosed())
    })
  )

  it.effect("rejects a value that is not an id, before it subscribes", () =>
    Effect.gen(function* () {
      const world = new World()
      for (const id of ["", undefined as never]) {
        const watch = Effect.provideService(OrderGroups.watch(id), KalshiFeed, feedOf(world))
        const error = yield* Effect.flip(watch)
        const fault = {
          _tag: "InvalidRequest",
          pointer: "",
          reason:
            "the value is not the id of an order group; pass the order_group_id of OrderGroups.create or OrderGroups.list"
        } as const
        assert.deepInclude({ ...error }, { ...fault, operation: "OrderGroups.watch" })
        const changes = Effect.provideService(Stream.runDrain(OrderGroups.changes(id)), KalshiFeed, feedOf(world))
        assert.deepInclude({ ...(yield* Effect.flip(changes)) }, { ...fault, operation: "OrderGroups.changes" })
      }
      assert.deepStrictEqual(world.dials, [])
    }).pipe(Effect.scoped)
  )
})

describe("OrderGroups.changes", () => {
  const reading = Effect.gen(function* () {
    const world = new World()
    const changes: Array<OrderGroups.GroupChange> = []
    const stream = Stream.runForEach(OrderGroups.changes(order_group_id), (change) =>
      Effect.sync(() => void changes.push(change))
    )
    const fiber = yield* Effect.forkChild(Effect.provideService(stream, KalshiFeed, feedOf(world)), {
      startImmediately: true
    })
    acknowledge(world)
    const read = Effect.map(Effect.yieldNow, () =>
      changes.map((change) =>
        change._tag === "Update"
          ? change.update.event_type
          : change._tag === "Uncertain"
            ? `${change._tag} ${change.loss.cause}`
            : change._tag
      )
    )
    return { changes, fiber, read, world }
  })

  it.effect("delivers the group's messages and each possible loss, until the group is deleted", () =>
    Effect.gen(function* () {
      const { changes, fiber, read, world } = yield* reading
      world.receive(update(1, "created"))
      world.receive(update(2, "triggered", 2, "another"))
      world.receive(update(4, "triggered"))
      world.receive(message(channel, { sid: 1, seq: 5 }, { ts_ms: "soon" }))
      world.session.closed(1, 1006, "")
      world.pass(10_000)
      acknowledge(world)
      world.receive(update(1, "reset", 5))
      world.receive(update(2, "limit_updated", 6))
      world.receive(update(3, "limit_updated", 7))
      world.receive(update(4, "deleted", 7))
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(yield* read, [
        "Live",
        "created",
        "Uncertain gap",
        "triggered",
        "Uncertain undecodable",
        "Uncertain outage",
        "Live",
        "reset",
        "limit_updated",
        "limit_updated",
        "deleted"
      ])
      assert.deepStrictEqual<unknown>(changes[1], {
        _tag: "Update",
        update: { event_type: "created", order_group_id, ts_ms: 1, contracts_limit_fp: "10.00" }
      })
      assert.strictEqual(world.takeOne().cmd, "unsubscribe")
    })
  )

  it.effect("delivers a message only once if a new connection repeats it", () =>
    Effect.gen(function* () {
      const { read, world } = yield* reading
      world.receive(update(1, "triggered", 10))
      world.receive(update(2, "reset", 10))
      world.session.changeOver()
      world.open()
      const { id } = world.takeOne()
      world.receive(update(3, "triggered", 10), 1)
      world.receive(update(4, "reset", 11), 1)
      world.receive(subscribed(id, channel, 1))
      world.confirm()
      for (const [index, type, millis] of [
        [1, "reset", 10],
        [2, "reset", 11],
        [3, "triggered", 12]
      ] as const) {
        world.receive(update(index, type, millis))
      }
      assert.deepStrictEqual(yield* read, ["Live", "triggered", "reset", "triggered", "reset", "triggered"])
    })
  )

  it.effect("delivers all updates of a millisecond, and each only once if a new connection repeats them", () =>
    Effect.gen(function* () {
      const { read, world } = yield* reading
      const types = ["limit_updated", "triggered", "reset", "triggered", "limit_updated"]
      types.forEach((type, index) => world.receive(update(index + 1, type, 10)))
      world.session.changeOver()
      world.open()
      world.receive(subscribed(world.takeOne().id, channel, 1))
      world.confirm()
      const repeated = ["triggered", "limit_updated", "reset", "reset"]
      repeated.forEach((type, index) => world.receive(update(index + 1, type, 10)))
      // A new update is delivered even if its time is earlier.
      world.receive(update(repeated.length + 1, "limit_updated", 9))
      assert.deepStrictEqual(yield* read, ["Live", ...types, "reset", "limit_updated"])
    })
  )

  it.effect("delivers an update whose time is earlier than that of the update before it", () =>
    Effect.gen(function* () {
      const { read, world } = yield* reading
      world.receive(update(1, "triggered", 10))
      world.receive(update(2, "reset", 9))
      assert.deepStrictEqual(yield* read, ["Live", "triggered", "reset"])
    })
  )

  it.effect("fails with the error of the feed", () =>
    Effect.gen(function* () {
      const { fiber, world } = yield* reading
      world.session.close()
      assert.deepStrictEqual(yield* Effect.flip(Fiber.join(fiber)), new FeedClosed())
    })
  )

  it.effect("fails with Lagging if too many changes wait", () =>
    Effect.gen(function* () {
      const world = new World()
      const stream = Stream.mapEffect(OrderGroups.changes(order_group_id, { bufferSize: 2 }), () => Effect.sleep(1))
      const fiber = yield* Effect.forkChild(Effect.provideService(Stream.runDrain(stream), KalshiFeed, feedOf(world)), {
        startImmediately: true
      })
      acknowledge(world)
      for (const seq of [1, 2, 3, 4]) world.receive(update(seq, "limit_updated"))
      yield* TestClock.adjust(10)
      assert.deepInclude({ ...(yield* Effect.flip(Fiber.join(fiber))) }, { _tag: "Lagging", channel, waiting: 2 })
      assert.strictEqual(world.takeOne().cmd, "unsubscribe")
    })
  )
})
