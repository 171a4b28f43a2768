import { assert, describe, it } from "@effect/vitest"
import { InvalidRequest } from "../../src/Errors.ts"
import * as AccountState from "../../src/account/AccountState.ts"
import { Following } from "../../src/account/following.ts"
import * as Feed from "../../src/feed/Feed.ts"
import { channels, type Event, Line } from "../support/accountLine.ts"
import { fillMessage, groupMessage, positionMessage, userOrder } from "../support/accounts.ts"

/** Follows an account over several lines (connections to the feed). The account is not live yet. */
class World {
  readonly state = AccountState.make({ nowMillis: 0 })
  readonly lines: ReadonlyArray<Line>
  readonly following: Following
  readonly timers: Array<{ readonly millis: number; readonly run: () => void }> = []
  readonly ended: Array<string> = []
  nowMillis = 0
  inputs = 0

  constructor(lines: number) {
    this.lines = Array.from({ length: lines }, () => new Line())
    this.following = new Following(
      this.state,
      this.lines.map(({ service }) => service),
      {
        nowMillis: () => this.nowMillis,
        onInput: () => void this.inputs++,
        later: (millis, run) => void this.timers.push({ millis, run }),
        onEnd: ({ _tag }) => void this.ended.push(_tag)
      }
    )
    this.following.start()
  }

  get status(): string {
    return this.state.status._tag
  }

  get loss(): AccountState.AccountLoss | undefined {
    return this.state.status._tag === "Healing" ? this.state.status.loss : undefined
  }

  get needs(): ReadonlyArray<string> {
    return this.state.needs(this.nowMillis).map(({ _tag }) => _tag)
  }

  /** Waits for `lagMillis`, and then reads the needed lists. All lists are empty. */
  read(): void {
    this.nowMillis += 1_000
    const page = { rows: [], startedMillis: this.nowMillis, isComplete: true }
    for (const need of this.state.needs(this.nowMillis)) {
      if (need._tag === "Orders") this.state.ordersPage(page, this.nowMillis)
      if (need._tag === "Fills") this.state.fillsPage(page, this.nowMillis)
      if (need._tag === "Positions") this.state.positionsPage(need.subaccount, page, this.nowMillis)
    }
  }
}

/** An account that is live. The time is more than ten seconds after all lines became live. */
const live = (count = 1) => {
  const world = new World(count)
  for (const line of world.lines) line.live(...channels)
  world.read()
  world.nowMillis = 20_000
  assert.strictEqual(world.status, "Live")
  const [first, second] = world.lines
  return { world, first: first!, second: second! }
}

const ended = new Feed.SubscriptionEnded({ channel: "fill" })
const timedOut = new Feed.CommandTimedOut({ channel: "fill", markets: [], timeoutMillis: 1, attempts: 1 })
const closed = new Feed.ConnectionClosed({ code: 4_000, reason: "" })

describe("Following", () => {
  it("subscribes to each channel on each line, and is live after the account's lists were read once", () => {
    const world = new World(2)
    for (const line of world.lines) {
      assert.deepStrictEqual(
        line.opened.map(({ channel }) => channel),
        [...channels]
      )
    }
    world.lines[0]!.live(...channels)
    assert.strictEqual(world.inputs, 4)
    world.nowMillis = 900
    world.lines[1]!.live(...channels)
    world.nowMillis = 1_000
    assert.deepStrictEqual(world.needs, ["Orders", "Fills", "Positions"])
    world.nowMillis = 0
    world.read()
    assert.deepStrictEqual([world.status, world.needs], ["Live", []])
  })

  it("passes on the messages of each channel, and the arrival times of orders and positions", () => {
    const { first, world } = live()
    first.message("user_orders", userOrder({ id: "a" }), 5_000)
    first.message("fill", fillMessage({ id: "t", order: "a", at: 1 }))
    first.message("market_positions", positionMessage({ ticker: "A", count: 1, at: 1 }), 5_000)
    first.message("order_group_updates", groupMessage("created", 1))
    const { fills, openOrders, orderGroups, positions } = world.state.known()
    assert.deepStrictEqual([openOrders.length, fills.length, positions.length, orderGroups.length], [1, 1, 1, 1])
    world.state.verify("market_positions", 0)
    world.state.positionsPage(0, { rows: [], startedMillis: 5_999, isComplete: true }, 6_000)
    assert.strictEqual(world.state.known().positions.length, 1)
    const { inputs } = world
    first.message("user_orders", userOrder({ id: "b" }))
    assert.strictEqual(world.inputs, inputs + 1)
  })

  it("ignores the messages of a channel during its outage, and then reads the channel's list to be live again", () => {
    const { first, world } = live()
    first.outage("user_orders")
    assert.deepStrictEqual(world.loss, { cause: "outage", channel: "user_orders", detail: "Closed" })
    first.message("user_orders", userOrder({ id: "a" }))
    world.nowMillis += 60_000
    assert.deepStrictEqual([world.state.known().openOrders, world.needs], [[], []])
    const { inputs } = world
    first.restored("user_orders")
    assert.strictEqual(world.inputs, inputs + 1)
    first.message("user_orders", userOrder({ id: "b" }), world.nowMillis)
    assert.strictEqual(world.state.known().openOrders.length, 1)
    world.nowMillis += 1_000
    assert.deepStrictEqual(world.needs, ["Orders"])
    world.read()
    assert.strictEqual(world.status, "Live")
  })

  const lost: ReadonlyArray<readonly [Event, Omit<AccountState.AccountLoss, "channel">]> = [
    [
      { _tag: "Gap", generation: 1, sid: 1, reason: "missing", expectedSeq: 3, receivedSeq: 5, markets: [] },
      { cause: "gap", detail: "expected seq 3, got 5" }
    ],
    [
      {
        _tag: "Undecodable",
        generation: 1,
        sid: 1,
        market: undefined,
        pointer: "/msg",
        reason: "not a text",
        text: ""
      },
      { cause: "undecodable", detail: "not a text at /msg" }
    ],
    [
      { _tag: "UnknownMessage", generation: 1, sid: 1, type: "order_v2", text: "" },
      { cause: "undecodable", detail: "a message has the unknown type order_v2" }
    ]
  ]
  for (const [event, loss] of lost) {
    it(`is not live after the event ${event._tag}, and reads the list of the channel again`, () => {
      const { first, world } = live()
      const { inputs } = world
      first.event("fill", event)
      assert.deepStrictEqual([world.loss, world.inputs], [{ ...loss, channel: "fill" }, inputs + 1])
      world.nowMillis += 1_000
      assert.deepStrictEqual(world.needs, ["Fills"])
    })
  }

  it("ignores events that report no loss", () => {
    const { first, world } = live()
    const { inputs } = world
    first.event("fill", { _tag: "Delay", isLate: true, growthMillis: 1 })
    first.event("fill", { _tag: "Replaced", generation: 2, sid: 1, markets: [] })
    first.end("fill")
    assert.deepStrictEqual([world.status, world.inputs, world.timers], ["Live", inputs, []])
  })

  for (const error of [ended, timedOut]) {
    it(`subscribes again five seconds after ${error._tag}`, () => {
      const { first, world } = live()
      const { inputs } = world
      first.end("fill", error)
      assert.deepStrictEqual(world.loss, { cause: "outage", channel: "fill", detail: error._tag })
      assert.strictEqual(world.inputs, inputs + 1)
      const [timer, ...others] = world.timers
      assert.deepStrictEqual([timer?.millis, others, world.ended], [5_000, [], []])
      timer?.run()
      assert.strictEqual(world.inputs, inputs + 2)
      assert.deepStrictEqual(
        first.opened.map(({ channel }) => channel),
        [...channels, "fill"]
      )
      first.live("fill")
      world.read()
      assert.strictEqual(world.status, "Live")
    })
  }

  it("reports no loss if a subscription ends before it is live", () => {
    const world = new World(1)
    world.lines[0]!.end("fill", timedOut)
    assert.deepStrictEqual([world.status, world.timers.length], ["AwaitingSnapshot", 1])
  })

  it("closes the subscriptions of a line that ends permanently, and ends when the last line ends", () => {
    const { first, second, world } = live(2)
    first.message("order_group_updates", groupMessage("created", 1))
    first.end("fill", closed)
    assert.deepStrictEqual(first.closed, ["user_orders", "market_positions", "order_group_updates"])
    assert.deepStrictEqual([world.status, world.ended, world.following.ends], ["Live", [], [closed, undefined]])
    first.end("user_orders", closed)
    first.end("user_orders", ended)
    assert.deepStrictEqual([world.timers, world.status], [[], "Live"])
    world.nowMillis += 1_000
    assert.deepStrictEqual(world.needs, ["Orders", "Fills", "Positions"])
    world.nowMillis += 60_000
    second.end("market_positions", new Feed.FeedClosed())
    assert.deepStrictEqual([world.ended, world.loss?.cause], [["FeedClosed"], "outage"])
    world.following.close()
    assert.strictEqual(second.closed.length, 3)
  })

  it("is not live after its only line ends permanently, and reports the end once", () => {
    const { first, world } = live()
    first.refusal = closed
    first.end("fill", ended)
    world.timers[0]!.run()
    world.timers[0]!.run()
    assert.deepStrictEqual([world.status, world.ended], ["Healing", ["ConnectionClosed"]])
    assert.deepStrictEqual(first.closed, ["user_orders", "market_positions", "order_group_updates"])
    world.nowMillis += 60_000
    assert.deepStrictEqual(world.needs, [])
  })

  it("does not subscribe again on a line that has ended", () => {
    const { first, world } = live()
    first.end("fill", ended)
    first.end("user_orders", closed)
    world.timers[0]!.run()
    assert.strictEqual(first.opened.length, channels.length)
  })

  it("reports the end of a line once if the line ends while the account subscribes on it", () => {
    const { first, world } = live()
    first.end("fill", ended)
    first.onSubscribe = () => first.end("user_orders", closed)
    first.refusal = new Feed.FeedClosed()
    world.timers[0]!.run()
    assert.deepStrictEqual([world.ended, world.following.ends], [["ConnectionClosed"], [closed]])
  })

  it("ends a line that refuses the first subscription, and subscribes to no other channel on it", () => {
    const line = new Line()
    line.refusal = closed
    const errors: Array<Feed.FeedError> = []
    const state = AccountState.make({ nowMillis: 0 })
    const nothing = () => {}
    const outside = {
      nowMillis: () => 0,
      onInput: nothing,
      later: nothing,
      onEnd: (error: Feed.FeedError) => void errors.push(error)
    }
    const following = new Following(state, [line.service], outside)
    let subscriptions = 0
    line.onSubscribe = () => void subscriptions++
    following.start()
    assert.deepStrictEqual([errors, following.ends, subscriptions], [[closed], [closed], 1])
    line.refusal = new InvalidRequest({ operation: "", pointer: "", reason: "" })
    const other = new Following(state, [line.service], outside)
    other.start()
    assert.deepStrictEqual(other.ends, [undefined])
  })

  it("closes all subscriptions when it closes, and then neither subscribes again nor reports a loss", () => {
    const { first, second, world } = live(2)
    first.end("fill", ended)
    world.read()
    world.following.close()
    assert.deepStrictEqual(first.closed, ["user_orders", "market_positions", "order_group_updates"])
    assert.deepStrictEqual(second.closed, [...channels])
    world.timers[0]!.run()
    for (const line of world.lines) line.end("user_orders", ended)
    assert.strictEqual(first.opened.length, 4)
    assert.deepStrictEqual([world.status, world.timers.length], ["Live", 1])
  })
})

describe("Following with two lines", () => {
  it("stays live after an outage on one line, and reads the list of the channel again", () => {
    const { first, second, world } = live(2)
    first.outage("fill")
    assert.strictEqual(world.status, "Live")
    second.message("fill", fillMessage({ id: "t", order: "a", at: 1 }))
    assert.strictEqual(world.state.known().fills.length, 1)
    world.nowMillis += 1_000
    assert.deepStrictEqual(world.needs, ["Fills"])
  })

  it("stays live if one line loses a message", () => {
    const { second, world } = live(2)
    second.gap("fill")
    assert.strictEqual(world.status, "Live")
    world.nowMillis += 1_000
    assert.deepStrictEqual(world.needs, ["Fills"])
  })

  it("is not live if one line loses a message during an outage on the other line", () => {
    const { first, second, world } = live(2)
    first.outage("fill")
    world.nowMillis += 60_000
    second.gap("fill")
    assert.strictEqual(world.loss?.cause, "gap")
  })

  it("is not live during an outage of the same channel on both lines", () => {
    const { first, second, world } = live(2)
    first.outage("fill")
    world.nowMillis += 60_000
    second.outage("user_orders")
    assert.strictEqual(world.status, "Live")
    second.outage("fill")
    assert.strictEqual(world.status, "Healing")
    second.message("fill", fillMessage({ id: "t", order: "a", at: 1 }))
    assert.strictEqual(world.state.known().fills.length, 0)
  })

  it("is not live if one line has ended and the other line has an outage", () => {
    const { first, second, world } = live(2)
    first.end("fill", closed)
    world.nowMillis += 60_000
    second.outage("user_orders")
    assert.strictEqual(world.status, "Healing")
  })

  for (const [millis, status] of [
    [9_999, "Healing"],
    [10_000, "Live"]
  ] as const) {
    it(`is ${status} if one line has an outage ${millis} ms after the other line lost a message`, () => {
      const { first, second, world } = live(2)
      first.gap("fill")
      world.nowMillis += millis
      second.outage("fill")
      assert.strictEqual(world.status, status)
    })

    it(`is ${status} if one line has an outage ${millis} ms after the other line was restored`, () => {
      const { first, second, world } = live(2)
      first.outage("fill")
      world.nowMillis += 60_000
      first.restored("fill")
      world.nowMillis += millis
      second.outage("fill")
      assert.strictEqual(world.status, status)
    })
  }

  it("stays live after repeated outages on one line if the other line has lost nothing", () => {
    const { first, world } = live(2)
    for (let times = 0; times < 3; times++) {
      first.gap("fill")
      first.outage("fill")
      world.nowMillis += 1_000
      first.restored("fill")
      world.nowMillis += 1_000
    }
    assert.strictEqual(world.status, "Live")
  })

  it("stays live if the second line has an outage right after both were restored, because the first line is complete", () => {
    const { first, second, world } = live(2)
    first.outage("fill")
    second.outage("fill")
    first.restored("fill")
    second.restored("fill")
    world.read()
    assert.strictEqual(world.status, "Live")
    second.outage("fill")
    assert.strictEqual(world.status, "Live")
    second.restored("fill")
    first.outage("fill")
    assert.strictEqual(world.status, "Healing")
  })

  it("after a loss on both lines, still receives messages of the line without an outage, and reads the list again", () => {
    const { first, second, world } = live(2)
    second.gap("fill")
    world.nowMillis += 1_000
    first.outage("fill")
    assert.strictEqual(world.status, "Healing")
    second.message("fill", fillMessage({ id: "t", order: "a", at: 1 }))
    assert.strictEqual(world.state.known().fills.length, 1)
    world.read()
    assert.strictEqual(world.status, "Live")
  })
})
