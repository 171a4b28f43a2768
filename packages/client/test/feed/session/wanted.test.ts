/** Checks to which markets the session subscribes, and on which connection. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { error, ok, snapshot, subscribed, ticker, trade } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

/** A session that holds one market per connection: `A` on the first connection, and `B` on the second. */
const spread = (options: object = {}) => {
  const world = new World({ batchSize: 1, ...options })
  const made = world.live("trade", tickers("A", "B"))
  world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
  world.open()
  world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
  return { world, ...made }
}

describe("place", () => {
  it("adds none of several markets if they need too many connections", () => {
    const { subscription, user, world } = spread({ maxConnections: 2 })
    const full = world.session.state().subscriptions[0]!
    assert.deepStrictEqual([...full.names], ["A"])
    subscription.add(["C"])
    const add = world.takeOne()
    assert.deepStrictEqual([add.generation, add.params.market_tickers], [2, ["C"]])
    world.receive(error(26, { id: add.id, sid: 1, seq: 1 }), 2)
    assert.deepStrictEqual(user.of("Refused")[0]?.markets, ["C"])
    const failure = Result.getOrThrow(Result.flip(subscription.add(["A", "D"])))
    assert.strictEqual(failure._tag, "TooManyConnections")
    assert.deepStrictEqual(world.unread, [])
    world.receive(trade(1, 2), 1)
    assert.deepStrictEqual(user.tags.at(-1), "trade")
    // The markets of the failed call left no trace.
    const other = world.session.subscribe({ channel: "trade", params: tickers("D") }, new User())
    assert.isTrue(Result.isFailure(other))
    assert.deepStrictEqual(
      world.session.state().subscriptions.map(({ users }) => users),
      [1, 1]
    )
  })

  it("gives the place of a removed market to an added market", () => {
    const { subscription, world } = spread({ maxConnections: 2 })
    subscription.add(["C"])
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }), 2)
    subscription.remove(["A"])
    subscription.add(["D"])
    assert.deepInclude(world.takeOne(), { generation: 1, cmd: "unsubscribe" })
    assert.deepStrictEqual([...world.session.state().subscriptions[0]!.names], ["D"])
  })

  it("opens another connection for a filter if another filter has taken its connection", () => {
    const world = new World()
    const first = world.live("communications", { shard_factor: 2, shard_key: 0 })
    first.subscription.close()
    world.subscribe("communications", { shard_factor: 2, shard_key: 1 })
    assert.strictEqual(world.session.state().connections.length, 1)
    world.subscribe("communications", { shard_factor: 2, shard_key: 0 })
    assert.strictEqual(world.session.state().connections.length, 2)
  })

  it("opens another connection for a market if another filter has taken its connection", () => {
    const world = new World()
    const first = world.live("orderbook_delta", tickers("A"))
    first.subscription.close()
    world.subscribe("orderbook_delta", { ...tickers("A"), use_yes_price: true })
    world.subscribe("orderbook_delta", tickers("A"))
    assert.strictEqual(world.session.state().connections.length, 2)
  })

  it("opens a subscription again on the same connection after the old one has ended", () => {
    const world = new World()
    const first = world.live("fill")
    first.subscription.close()
    const { user } = world.subscribe("fill")
    assert.strictEqual(world.session.state().connections.length, 1)
    world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 1, seq: 1 })
    world.receive(subscribed(world.takeOne().id, "fill", 2))
    assert.deepStrictEqual([world.unread, user.ends], [[], []])
  })
})

describe("removeSlot", () => {
  it("keeps the channel's subscriptions on other connections", () => {
    const { subscription, world } = spread()
    subscription.add(["C"])
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }), 2)
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 3)
    const names = () => world.session.state().subscriptions.map(({ names }) => [...names])
    assert.deepStrictEqual(names(), [["A"], ["B"], ["C"]])
    subscription.remove(["A"])
    world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 1, seq: 2 }, 1)
    assert.deepStrictEqual(names(), [["B"], ["C"]])
    assert.deepStrictEqual(world.abandoned, [1])
  })
})

describe("isUserOf", () => {
  it("notifies only the users whose markets are on the lost connection", () => {
    const { user, world } = spread()
    const second = world.subscribe("trade", tickers("B"))
    const whole = world.subscribe("fill")
    world.receive(subscribed(world.takeOne().id, "fill", 2), 1)
    world.session.closed(2, 1006, "")
    assert.deepStrictEqual(user.of("Outage")[0]?.markets, ["B"])
    assert.deepStrictEqual(second.user.tags, ["Outage"])
    world.pass(1_000)
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 3)
    world.session.closed(1, 1006, "")
    assert.deepStrictEqual(user.tags, ["Outage", "Restored", "Outage"])
    assert.deepStrictEqual(second.user.tags, ["Outage", "Restored"])
    assert.deepStrictEqual(whole.user.tags, ["Outage"])
  })
})

describe("removeNames", () => {
  it("forgets the last message of a market that no user wants", () => {
    const params = (...names: ReadonlyArray<string>) => ({ ...tickers(...names), send_initial_snapshot: true })
    const world = new World()
    const first = world.live("ticker", params("A", "B"))
    world.receive(ticker(1, "B"))
    first.subscription.remove(["B"])
    const { user } = world.subscribe("ticker", params("B"))
    assert.deepStrictEqual(user.events, [])
  })

  it("removes a market from one user only, even if the user names it twice", () => {
    const world = new World()
    const first = world.live("trade", tickers("A", "B"))
    const second = world.subscribe("trade", tickers("A"))
    first.subscription.remove(["A", "A", "UNKNOWN"])
    assert.deepStrictEqual(world.unread, [])
    world.receive(trade(1, 1))
    assert.deepStrictEqual([first.user.tags, second.user.tags], [[], ["trade"]])
    first.subscription.close()
    assert.deepInclude(world.takeOne().params, { action: "delete_markets", market_tickers: ["B"] })
  })

  it("keeps a subscription to all markets while it has another user", () => {
    const world = new World()
    const first = world.live("trade")
    const second = world.subscribe("trade")
    first.subscription.close()
    assert.deepStrictEqual(world.unread, [])
    world.receive(trade(1, 1))
    assert.deepStrictEqual(second.user.tags, ["trade"])
  })
})

describe("addNames", () => {
  it("delivers each message once to a user who adds a market twice", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    subscription.add(["A", "A"])
    assert.deepStrictEqual(world.unread, [])
    world.receive(snapshot(1, 2))
    assert.strictEqual(user.events.length, 2)
  })

  it("requests the snapshot of an added market if the snapshot does not arrive", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 2, ["A", "B"]))
    world.pass(5_000)
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["B"] })
  })
})

describe("list", () => {
  it("sends a command for named underlyings, and none for a subscription without such names", () => {
    const world = new World()
    const { subscription } = world.live("pyth_value", { underlying_tickers: ["Metal.XAU/USD"] })
    subscription.list()
    assert.deepStrictEqual(world.takeOne().params, { action: "underlying_list", sid: 1 })
    for (const params of [{}, tickers("A")]) {
      const trades = new World()
      trades.live("trade", params).subscription.list()
      assert.deepStrictEqual(trades.unread, [])
    }
    const other = new World()
    other.live("cfbenchmarks_value", { index_ids: ["all"] }).subscription.list()
    assert.deepStrictEqual(other.takeOne().params, { action: "indexlist", sid: 1 })
    const { subscription: empty } = other.live("cfbenchmarks_value_5hz", { index_ids: ["BRTI"] }, 2)
    empty.remove(["BRTI"])
    other.receive({ id: other.takeOne().id, type: "unsubscribed", sid: 2, seq: 1 })
    empty.list()
    assert.deepStrictEqual(other.unread, [])
  })
})

describe("state", () => {
  it("shows each subscription as lost, restoring or live", () => {
    const world = new World()
    const { subscription } = world.subscribe("trade", tickers("A"))
    const status = () => world.session.state().subscriptions[0]!.status
    assert.strictEqual(status(), "lost")
    assert.strictEqual(world.session.state().connections[0]!.lastLoss, undefined)
    world.open()
    assert.strictEqual(status(), "restoring")
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    assert.strictEqual(status(), "live")
    subscription.add(["B"])
    assert.strictEqual(status(), "restoring")
    world.take(1)
    world.pass(5_000)
    assert.strictEqual(status(), "restoring")
    world.session.closed(1, 1006, "")
    assert.strictEqual(status(), "lost")
  })

  it("starts all counters at 0", () => {
    assert.deepStrictEqual(new World().session.state(), {
      ended: undefined,
      connections: [],
      subscriptions: [],
      counters: { dials: 0, losses: 0, gaps: 0, duplicates: 0, undecodable: 0, stale: 0, stray: 0, messages: 0 }
    })
  })
})

describe("Session, users of a subscription", () => {
  it("delivers no more messages of markets that a user removed", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B", "C"))
    subscription.remove(["B", "C"])
    world.receive(trade(1, 1, "B"))
    const removal = world.takeOne()
    assert.deepInclude(removal.params, { action: "delete_markets", market_tickers: ["B", "C"] })
    world.receive(ok(removal.id, 1, 2, ["A"]))
    world.receive(trade(1, 3))
    assert.deepStrictEqual(user.tags, ["trade"])
  })

  it("shares one connection and one subscription among many users, and counts dials", () => {
    const world = new World()
    const first = world.live("trade", tickers("A"))
    const others = Array.from({ length: 50 }, () => world.subscribe("trade", tickers("A")))
    world.receive(trade(1, 1))
    for (const { user } of [first, ...others]) assert.deepStrictEqual(user.tags, ["trade"])
    assert.strictEqual(first.user.events[0], others[9]!.user.events[0])
    assert.strictEqual(world.session.state().counters.dials, 1)
    assert.deepStrictEqual(world.unread, [])
    for (const { subscription } of others) subscription.close()
    assert.deepStrictEqual(world.unread, [])
    first.subscription.close()
    assert.strictEqual(world.takeOne().cmd, "unsubscribe")
  })

  it("removes a market when its last user leaves", () => {
    const world = new World()
    const first = world.live("trade", tickers("A", "B"))
    const second = world.subscribe("trade", tickers("B", "C"))
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B", "C"]))
    first.subscription.close()
    const removal = world.takeOne()
    assert.deepInclude(removal.params, { action: "delete_markets", market_tickers: ["A"] })
    world.receive(ok(removal.id, 1, 2, ["B", "C"]))
    world.receive(trade(1, 3, "B"))
    assert.deepStrictEqual(first.user.events, [])
    assert.deepStrictEqual(second.user.tags, ["trade"])
    second.subscription.remove(["B", "C"])
    assert.strictEqual(world.takeOne().cmd, "unsubscribe")
    assert.deepStrictEqual(second.user.ends, [])
  })

  it("uses a separate connection for a second filter, until its last user leaves", () => {
    const world = new World()
    world.live("communications", { shard_factor: 2, shard_key: 0 })
    const second = world.subscribe("communications", { shard_factor: 2, shard_key: 1 })
    assert.deepStrictEqual(world.dials, [1, 2])
    world.open()
    const command = world.takeOne()
    assert.strictEqual(command.generation, 2)
    world.receive(subscribed(command.id, "communications", 1))
    second.subscription.close()
    const unsubscribe = world.takeOne()
    world.receive({ id: unsubscribe.id, type: "unsubscribed", sid: 1, seq: 1 })
    assert.deepStrictEqual(world.abandoned, [2])
    assert.strictEqual(world.session.state().connections.length, 1)
  })

  it("refuses a subscription that needs too many connections, and keeps no state of it", () => {
    const world = new World({ maxConnections: 1 })
    world.live("communications", { shard_factor: 2, shard_key: 0 })
    const refused = world.session.subscribe(
      { channel: "communications", params: { shard_factor: 2, shard_key: 1 } },
      new User()
    )
    assert.strictEqual(
      Result.getOrThrow(Result.flip(refused)).message,
      "A subscription to communications needs more connections than maxConnections (1) allows. Use fewer different filters or fewer markets of this channel, or raise maxConnections"
    )
    assert.strictEqual(world.session.state().subscriptions.length, 1)
  })
})
