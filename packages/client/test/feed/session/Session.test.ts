/**
 * A user is a subscriber. A line is a connection that the session opens again after a loss. The generation is the
 * number of a connection, and rises with each dial.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { error, ok, snapshot, subscribed, trade } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

describe("Session", () => {
  it("stays closed, whatever its connection reports after `close`", () => {
    for (const moment of ["dialing", "open", "waiting"]) {
      const world = new World()
      const { user } = world.subscribe("trade")
      if (moment !== "dialing") world.open()
      if (moment === "waiting") world.session.closed(1, 1006, "")
      world.session.close()
      world.session.close()
      assert.strictEqual(user.error?._tag, "FeedClosed")
      assert.deepStrictEqual(world.abandoned, moment === "waiting" ? [] : [1])
      world.session.opened(1)
      world.session.closed(1, 1006, "")
      world.session.received(1, JSON.stringify(trade(1, 1)), 0)
      assert.strictEqual(world.session.nextMillis(), undefined)
      world.session.tick()
      assert.deepStrictEqual(world.dials, [1])
      assert.strictEqual(user.ends.length, 1)
      assert.strictEqual(
        Result.getOrThrow(Result.flip(world.session.subscribe({ channel: "trade" }, new User())))._tag,
        "FeedClosed"
      )
    }
  })

  it("dials again after the machine slept", () => {
    for (const isMonotonicStopped of [true, false]) {
      const world = new World()
      const { user } = world.live("trade")
      world.session.nextMillis()
      if (isMonotonicStopped) world.wallOffsetMillis += 600_000
      else world.nowMillis += 600_000
      world.session.tick()
      assert.deepStrictEqual(world.abandoned, [1])
      assert.deepStrictEqual(world.dials, [1, 2])
      assert.strictEqual(user.of("Outage")[0]?.cause._tag, "ClockJumped")
    }
  })

  it("does not grow over a thousand rounds of subscribing and unsubscribing", () => {
    const world = new World({ commandBurst: 1_000_000 })
    world.live("fill")
    const size = (): number => JSON.stringify(world.session.state()).length
    const sizes = new Set<number>()
    for (let round = 0; round < 1_000; round++) {
      const { subscription } = world.live("orderbook_delta", tickers(`M${round % 7}`, "B"), 2 + round)
      world.receive(snapshot(2 + round, 1, "B"))
      subscription.close()
      const { id } = world.takeOne()
      world.receive({ id, type: "unsubscribed", sid: 2 + round, seq: 2 })
      const { connections, subscriptions } = world.session.state()
      assert.strictEqual(connections.length, 1)
      assert.strictEqual(connections[0]!.commandsInFlight, 0)
      assert.strictEqual(subscriptions.length, 1)
      sizes.add(size())
    }
    // Only the digits of the counters grow.
    assert.isBelow(Math.max(...sizes) - Math.min(...sizes), 10)
  })

  it("ignores calls after the end of a subscription", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A"))
    subscription.close()
    world.take(1)
    subscription.close()
    subscription.remove(["A"])
    subscription.snapshot(["A"])
    subscription.resubscribe()
    assert.isTrue(Result.isSuccess(subscription.add(["B"])))
    assert.deepStrictEqual(world.unread, [])
    assert.deepStrictEqual(user.ends, [undefined])
  })

  it("records the frames of open connections, even undecodable ones, until the recording or the session ends", () => {
    const world = new World()
    const frames: Array<string> = []
    const ends: Array<string> = []
    const stop = world.session.record({
      onFrame: ({ generation, text }) => void frames.push(`${generation} ${text.slice(0, 30)}`),
      onEnd: ({ _tag }) => void ends.push(_tag)
    })
    world.live("trade", tickers("A"))
    world.receive("not JSON")
    world.reconnect()
    world.receive("again")
    world.receive("late", 1)
    assert.deepStrictEqual(frames, ['1 {"id":1,"type":"subscribed","m', "1 not JSON", "2 again"])
    stop()
    world.receive("unheard")
    assert.strictEqual(frames.length, 3)
    world.session.record({ onFrame: () => {}, onEnd: ({ _tag }) => void ends.push(_tag) })
    world.session.close()
    world.session.record({ onFrame: () => {}, onEnd: ({ _tag }) => void ends.push(_tag) })
    assert.deepStrictEqual(ends, ["FeedClosed", "FeedClosed"])
  })

  it("calls onReschedule once after `add`, but not after a message that changes nothing", () => {
    const world = new World()
    let calls = 0
    world.session.onReschedule = () => void calls++
    const { subscription } = world.live("trade", tickers("A"))
    const before = calls
    subscription.add(["B"])
    assert.strictEqual(calls, before + 1)
    assert.strictEqual(world.session.nextMillis(), world.nowMillis + 5_000)
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B"]))
    assert.strictEqual(world.session.nextMillis(), world.nowMillis + 10_000)
    // A message that changes nothing needs no new timer.
    const count = calls
    world.receive(trade(1, 2))
    assert.strictEqual(calls, count)
  })

  it("if a user requests a command in `onEvent`, sends it after the message was handled", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    const sent: Array<number> = []
    Object.assign(user, {
      onEvent: () => {
        subscription.add(["B"])
        sent.push(world.unread.length)
      }
    })
    world.receive(trade(1, 1))
    assert.deepStrictEqual([sent, world.unread.length], [[0], 1])
  })

  it("ignores a clock jump of exactly `jumpMillis`, but dials again after a larger jump", () => {
    for (const [jumpMillis, dials] of [
      [30_000, [1]],
      [-30_000, [1]],
      [30_001, [1, 2]],
      [-30_001, [1, 2]]
    ] as const) {
      const world = new World()
      world.live("trade")
      world.wallOffsetMillis += jumpMillis
      world.session.tick()
      assert.deepStrictEqual(world.dials, [...dials], String(jumpMillis))
    }
  })

  it("after a jump of the clock, starts a pending handshake again, but does not shorten the wait before a dial", () => {
    const world = new World()
    world.subscribe("trade")
    world.wallOffsetMillis += 600_000
    world.session.tick()
    assert.deepStrictEqual([world.dials, world.abandoned], [[1, 2], [1]])
    world.session.closed(2, 1006, "")
    world.wallOffsetMillis += 600_000
    world.session.tick()
    assert.deepStrictEqual([world.dials, world.session.state().counters.losses], [[1, 2], 2])
  })

  it("keeps a connection that receives messages but no pings", () => {
    const world = new World()
    world.live("trade", tickers("A"))
    for (let seq = 1; seq <= 12; seq++) {
      world.receive(trade(1, seq))
      world.pass(5_000)
    }
    world.session.pinged(99)
    assert.deepStrictEqual(world.unread, [])
  })

  it("requests snapshots only of books, and only of the user's markets", () => {
    const world = new World()
    const first = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    const second = world.subscribe("orderbook_delta", tickers("B"))
    world.receive(ok(world.takeOne().id, 1, 2, ["A", "B"]))
    world.receive(snapshot(1, 3, "B"))
    second.subscription.snapshot(["A"])
    first.subscription.snapshot(["B"])
    const trades = world.live("trade", tickers("A"), 2)
    trades.subscription.snapshot(["A"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("needs no tick after the session was closed", () => {
    const world = new World()
    world.live("trade")
    assert.isDefined(world.session.nextMillis())
    world.session.close()
    assert.isUndefined(world.session.nextMillis())
    world.pass(100_000)
    assert.deepStrictEqual([world.dials, world.unread], [[1], []])
  })

  it("sends nothing for a subscription that its user has closed", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    world.live("ticker", {}, 2)
    subscription.close()
    world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 1, seq: 2 })
    subscription.add(["B"])
    subscription.remove(["A"])
    subscription.snapshot(["A"])
    subscription.resubscribe()
    subscription.list()
    subscription.close()
    assert.deepStrictEqual([world.unread, world.session.state().subscriptions.length], [[], 1])
  })

  it("if a user requests a command in a callback, sends it after the callback has returned", () => {
    for (const isLive of [true, false]) {
      const world = new World()
      const unread: Array<number> = []
      const request = () => {
        world.subscribe("fill")
        unread.push(world.unread.length)
      }
      const user = new User()
      if (isLive) Object.assign(user, { onLive: request })
      world.subscribe("ticker", {}, user)
      world.open()
      const { id } = world.takeOne()
      if (!isLive) {
        Object.assign(user, { onEvent: request })
        world.receive(subscribed(id, "ticker", 1))
        world.receive(error(25, { sid: 1 }))
      } else world.receive(subscribed(id, "ticker", 1))
      assert.deepStrictEqual(unread, [0])
      assert.deepStrictEqual(world.takeOne().params.channels, ["fill"])
    }
  })

  it("reports no clock jump while both clocks advance equally", () => {
    for (const [jumpMillis, millis] of [
      [0, 0],
      [1_000, 900]
    ] as const) {
      const world = new World({ jumpMillis })
      world.live("ticker")
      world.nowMillis += millis
      world.session.tick()
      assert.deepStrictEqual(world.abandoned, [])
    }
  })

  it("shows the time at which a second connection began to wait for the first handshake", () => {
    const world = new World()
    world.subscribe("orderbook_delta", tickers("A"))
    world.subscribe("orderbook_delta", { ...tickers("A"), use_yes_price: true })
    assert.deepStrictEqual(
      world.session.state().connections.map(({ sinceMillis }) => sinceMillis),
      [world.nowMillis + world.wallOffsetMillis, world.nowMillis + world.wallOffsetMillis]
    )
  })
})
