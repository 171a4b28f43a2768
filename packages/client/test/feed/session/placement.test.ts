/** Checks which connection gets which subscription, and when the session forgets a topic (a channel with a filter). */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { Core } from "../../../src/feed/session/core.ts"
import { forgetIfUnused, removeSlot } from "../../../src/feed/session/placement.ts"
import { parse } from "../../../src/feed/session/requests.ts"
import { join, leave } from "../../../src/feed/session/wanted.ts"
import { error, ok, subscribed } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })
const shard = (shard_key: number) => ({ shard_factor: 9, shard_key })
const unsubscribed = (id: number, sid: number) => ({ id, type: "unsubscribed", sid, seq: 1 })

describe("place", () => {
  it("fills a subscription up to its limit, and places the other markets on another connection", () => {
    const world = new World({ batchSize: 2 })
    const { subscription } = world.live("trade", tickers("A", "B", "C"))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    subscription.remove(["B"])
    world.receive(ok(world.takeOne().id, 1, 2, ["A"]), 1)
    subscription.add(["D", "E"])
    assert.deepStrictEqual(
      world.take(2).map(({ generation, params }) => [generation, params.market_tickers]),
      [
        [1, ["D"]],
        [2, ["E"]]
      ]
    )
    assert.deepStrictEqual(world.unread, [])
  })
})

describe("placeWhole", () => {
  it("keeps a subscription if its user leaves and subscribes again before the reply to the subscribe command", () => {
    const world = new World()
    const { subscription } = world.subscribe("fill")
    world.open()
    const { id } = world.takeOne()
    subscription.close()
    const { user } = world.subscribe("fill")
    world.receive(subscribed(id, "fill", 1))
    assert.deepStrictEqual([world.unread, user.ends], [[], []])
    assert.strictEqual(world.session.state().subscriptions.length, 1)
  })

  it("shares the subscription that is in use, not an earlier one that is ending", () => {
    const world = new World()
    world.live("communications", shard(0)).subscription.close()
    const end = world.takeOne()
    const other = world.subscribe("communications", shard(1))
    world.live("communications", shard(0))
    other.subscription.close()
    world.subscribe("communications", shard(0))
    world.receive(unsubscribed(end.id, 1), 1)
    assert.deepStrictEqual(world.unread, [])
    assert.deepStrictEqual(
      world.session.state().subscriptions.map(({ generation, users }) => [generation, users]),
      [[2, 2]]
    )
  })
})

describe("forgetIfUnused", () => {
  const request = (core: Core) =>
    join(core, Result.getOrThrow(parse({ channel: "trade", params: tickers("A") })), new User())!

  const make = () => {
    const outside = { dial: () => {}, send: () => {}, abandon: () => {} }
    return new Core({}, outside, { wallMillis: () => 0, monotonicMillis: () => 0 }, () => 0.5)
  }

  it("forgets a topic without users after its last subscription has ended", () => {
    const core = make()
    const member = request(core)
    const [slot] = member.topic.slots
    leave(core, member)
    assert.strictEqual(core.topics.size, 1)
    removeSlot(core, slot!)
    assert.strictEqual(core.topics.size, 0)
  })

  it("keeps a newer topic that has the same filter as the forgotten topic", () => {
    const core = make()
    const member = request(core)
    const { topic } = member
    const [slot] = topic.slots
    leave(core, member)
    removeSlot(core, slot!)
    const later = request(core)
    forgetIfUnused(core, topic)
    assert.deepStrictEqual([...core.topics.values()], [later.topic])
  })

  it("lets a user who removed all its markets add one to the subscription of another user", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.remove(["A"])
    world.receive(unsubscribed(world.takeOne().id, 1))
    assert.deepStrictEqual(world.session.state().subscriptions, [])
    world.live("trade", tickers("B"), 2)
    subscription.add(["C"])
    assert.deepInclude(world.takeOne().params, { action: "add_markets", sid: 2, market_tickers: ["C"] })
    assert.deepStrictEqual(world.dials, [1])
  })
})
