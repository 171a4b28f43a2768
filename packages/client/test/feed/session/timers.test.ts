/** Checks when the session wakes, and what it does then. */
import { assert, describe, it } from "@effect/vitest"
import { snapshot, subscribed } from "../support/messages.ts"
import { World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })
const shard = (shard_key: number) => ({ shard_factor: 4, shard_key })

describe("Session: timers", () => {
  it("needs no tick if nothing is due", () => {
    assert.strictEqual(new World().session.nextMillis(), undefined)
  })

  it("does nothing if tick is called too early", () => {
    const world = new World()
    world.subscribe("trade", tickers("A"))
    world.session.tick()
    assert.deepStrictEqual(world.abandoned, [])
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    world.session.tick()
    world.session.tick()
    assert.deepStrictEqual([world.unread, world.abandoned], [[], []])
  })

  it("does not wake to dial a second connection while a handshake is in flight", () => {
    const world = new World()
    world.subscribe("communications", shard(0))
    world.subscribe("communications", shard(1))
    assert.deepStrictEqual(world.dials, [1])
    assert.strictEqual(world.session.nextMillis(), world.nowMillis + 15_000)
  })

  it("does not wake to dial a second connection before the time in Retry-After", () => {
    const world = new World()
    world.subscribe("communications", shard(0))
    world.subscribe("communications", shard(1))
    world.session.refused(1, { _tag: "Response", status: 429, body: { message: "" }, retryAfterMillis: 7_000 })
    assert.strictEqual(world.session.nextMillis(), world.nowMillis + 7_000)
    world.pass(7_000)
    assert.deepStrictEqual(world.dials, [1, 2])
  })

  it("reopens a subscription once if no snapshot arrives, and then refuses the market", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A"))
    const cmds: Array<string> = []
    let sid = 1
    for (let seconds = 0; seconds < 60 && user.ends.length === 0; seconds++) {
      world.session.pinged(1)
      world.pass(1_000)
      for (const { cmd, id, params } of world.take(world.unread.length)) {
        cmds.push(params.action ?? cmd)
        if (cmd === "unsubscribe") world.receive({ id, type: "unsubscribed", sid, seq: 1 })
        else if (cmd === "subscribe") world.receive(subscribed(id, "orderbook_delta", ++sid))
        // The exchange replies without a seq.
        else world.receive({ id, type: "ok", sid })
      }
    }
    assert.deepStrictEqual(cmds.slice(0, 4), ["get_snapshot", "unsubscribe", "subscribe", "get_snapshot"])
    assert.deepInclude(user.of("Outage")[0]?.cause, { reason: "no snapshot arrives" })
    assert.deepInclude(user.error, { _tag: "SnapshotMissing", markets: ["A"], waitedMillis: 10_000 })
    assert.strictEqual(user.of("Outage").length, 1)
  })

  it("reopens a subscription each time its snapshots stop", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A"))
    let sid = 1
    for (let seconds = 0; seconds < 200; seconds++) {
      world.session.pinged(1)
      world.pass(1_000)
      for (const { cmd, id } of world.take(world.unread.length)) {
        if (cmd === "unsubscribe") world.receive({ id, type: "unsubscribed", sid, seq: 1 })
        else if (cmd === "subscribe") {
          world.receive(subscribed(id, "orderbook_delta", ++sid))
          world.receive(snapshot(sid, 1))
        } else if (cmd === "update_subscription") world.receive({ id, type: "ok", sid })
        else world.receive({ id, type: "ok", msg: [{ channel: "orderbook_delta", sid }] })
      }
    }
    assert.deepStrictEqual(user.ends, [])
    assert.isAtLeast(user.of("Outage").length, 2)
  })

  /**
   * Passes time on a connection that sends no snapshot on request. After a subscribe command, it sends the snapshots of
   * the markets in `first()`.
   */
  const serveSilently = (world: World, seconds: number, first: () => ReadonlyArray<string>): ReadonlyArray<string> => {
    const cmds: Array<string> = []
    for (let second = 0; second < seconds; second++) {
      world.session.pinged(1)
      world.pass(1_000)
      for (const { cmd, id, params } of world.take(world.unread.length)) {
        cmds.push(params.action ?? cmd)
        const { seq, sid = 0 } = world.session.state().subscriptions[0]!
        if (cmd === "unsubscribe") world.receive({ id, type: "unsubscribed", sid, seq: seq + 1 })
        else if (cmd !== "subscribe") world.receive({ id, type: "ok", sid })
        else {
          world.receive(subscribed(id, "orderbook_delta", id + 1))
          for (const [index, market] of first().entries()) world.receive(snapshot(id + 1, index + 1, market))
        }
      }
    }
    return cmds
  }

  it("reopens a silent subscription if a refused market was added again", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A", "B"))
    serveSilently(world, 25, () => ["B"])
    assert.deepStrictEqual(user.tags, ["Outage", "Restored", "orderbook_snapshot", "Refused"])
    subscription.add(["A"])
    serveSilently(world, 15, () => ["B", "A"])
    assert.deepStrictEqual(user.tags.slice(4), ["Outage", "Restored", "orderbook_snapshot", "orderbook_snapshot"])
  })

  it("reopens a silent subscription again if the snapshot of a second market is missing", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1, "B"))
    serveSilently(world, 25, () => [])
    assert.deepStrictEqual(user.tags, ["orderbook_snapshot", "Outage", "Restored", "Outage", "Restored"])
  })
})
