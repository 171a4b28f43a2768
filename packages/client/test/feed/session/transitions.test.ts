/** Checks how subscriptions and their commands change their state. */
import { assert, describe, it } from "@effect/vitest"
import { error, message, ok, snapshot, subscribed, ticker, trade } from "../support/messages.ts"
import { World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

/** The reply to `list_subscriptions`. */
const list = (id: number, ...subscriptions: ReadonlyArray<readonly [channel: string, sid: number]>) => ({
  id,
  type: "ok",
  msg: subscriptions.map(([channel, sid]) => ({ channel, sid }))
})

describe("reset", () => {
  it("shows a lost subscription without sid, seq and acknowledged markets", () => {
    const world = new World()
    world.live("trade", tickers("A"))
    world.receive(trade(1, 1))
    world.session.closed(1, 1006, "")
    const [lost] = world.session.state().subscriptions
    assert.deepInclude(lost, { status: "lost", sid: undefined, seq: 0, received: 1 })
    assert.strictEqual(lost!.acknowledged.size, 0)
  })

  it("forgets a market whose add command got no reply, because the new connection does not have it", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.takeOne()
    world.pass(5_000)
    subscription.remove(["B"])
    world.takeOne()
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    assert.deepStrictEqual(world.unread, [])
  })

  it("delivers messages of a market whose removal got no reply on the lost connection", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    world.takeOne()
    world.pass(5_000)
    world.takeOne()
    subscription.add(["B"])
    world.reconnect()
    world.receive(trade(1, 1, "B"))
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    assert.include(user.tags, "trade")
  })

  it("counts commands without a reply separately for each connection", () => {
    const world = new World({ commandAttempts: 2 })
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.takeOne()
    world.pass(5_000)
    world.takeOne()
    world.reconnect()
    world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id))
    assert.deepStrictEqual([user.of("Refused"), user.ends], [[], []])
    assert.strictEqual(world.takeOne().cmd, "subscribe")
  })

  it("drops the snapshot requests of the lost connection", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    subscription.snapshot(["A"])
    subscription.snapshot(["B"])
    world.takeOne()
    world.reconnect()
    const { id } = world.takeOne()
    world.subscribe("orderbook_delta", tickers("A"))
    world.pass(1_000)
    world.receive(subscribed(id, "orderbook_delta", 1))
    assert.deepStrictEqual(world.unread, [])
    // The first snapshots have their own deadline.
    world.pass(4_500)
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["A", "B"] })
  })

  it("gives a first snapshot on the new connection its whole timeout", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    subscription.snapshot(["A"])
    world.takeOne()
    world.pass(3_000)
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "orderbook_delta", 1))
    world.pass(4_900)
    assert.deepStrictEqual(world.unread, [])
    world.pass(100)
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["A"] })
  })

  it("requests no additional snapshot for a user who joins during an outage", () => {
    const world = new World()
    world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    world.session.closed(1, 1006, "")
    world.subscribe("orderbook_delta", tickers("A"))
    world.pass(1_000)
    world.open()
    world.receive(subscribed(world.takeOne().id, "orderbook_delta", 1))
    world.receive(snapshot(1, 1))
    assert.deepStrictEqual(world.unread, [])
  })

  it("after a reconnect, delivers messages of a market whose removal was in doubt, even if `subscribed` has an unknown id", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    world.takeOne()
    world.pass(5_000)
    world.takeOne()
    subscription.add(["B"])
    world.reconnect()
    world.takeOne()
    world.receive(subscribed(999, "trade", 1))
    world.receive(trade(1, 1, "B"))
    assert.include(user.tags, "trade")
  })

  it("ignores the reply to a command of the ended subscription", () => {
    for (const code of [11, 18, 26]) {
      const world = new World()
      const { subscription, user } = world.live("trade", tickers("A"))
      subscription.add(["B"])
      const { id } = world.takeOne()
      world.receive(error(25, { sid: 1, seq: 1 }))
      world.receive(error(code, { id, sid: 1, seq: 2 }))
      world.pass(1_000)
      const again = world.takeOne()
      assert.deepStrictEqual([again.cmd, again.params.market_tickers], ["subscribe", ["A", "B"]])
      assert.deepStrictEqual([world.unread, user.tags], [[], ["Outage"]])
    }
  })

  it("ignores a late refusal of the subscribe command of the ended subscription", () => {
    const world = new World()
    const { user } = world.subscribe("trade", tickers("A"))
    world.open()
    const { id } = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["trade", 5]))
    world.receive(error(25, { sid: 5, seq: 1 }))
    world.receive(error(11, { id }))
    assert.deepStrictEqual([user.tags, user.ends], [["Outage"], []])
  })

  it("drops the messages that wait for a changeover if their subscription ends on the new connection", () => {
    const world = new World()
    const trades = world.live("trade")
    const prices = world.live("ticker", {}, 2)
    const fills = world.live("fill", {}, 3)
    world.session.changeOver()
    world.open()
    const [first, second, third] = world.take(3)
    world.receive(subscribed(first!.id, "trade", 1), 2)
    world.receive(subscribed(second!.id, "ticker", 2), 2)
    world.receive(trade(1, 1), 2)
    world.receive(ticker(2), 2)
    world.receive(error(25, { sid: 1, seq: 2 }), 2)
    world.pass(1_000)
    world.receive(subscribed(world.takeOne().id, "trade", 4), 2)
    world.receive(trade(4, 1, "A", 9), 2)
    world.receive(subscribed(third!.id, "fill", 3), 2)
    world.confirm()
    assert.deepStrictEqual(trades.user.tags, ["Replaced", "trade"])
    assert.deepStrictEqual(prices.user.tags, ["Replaced", "ticker"])
    assert.deepStrictEqual(fills.user.tags, ["Replaced"])
    assert.strictEqual(trades.user.of("Message")[0]?.sid, 4)
  })
})

describe("opened", () => {
  it("reports a second outage if the connection is lost before the restored subscription has all its markets", () => {
    const world = new World({ batchSize: 1 })
    const { user } = world.live("trade", tickers("A", "B"))
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B"]))
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    world.takeOne()
    world.reconnect()
    assert.deepStrictEqual(user.tags, ["Outage", "Outage"])
  })

  /** The subscribe command 1 was not answered. The session found the subscription in the list, with the sid 5. */
  const found = () => {
    const world = new World()
    const made = world.subscribe("trade", tickers("A"))
    world.open()
    world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["trade", 5]))
    world.receive(ok(world.takeOne().id, 5, 1))
    world.receive(trade(5, 2))
    made.subscription.add(["B"])
    world.takeOne()
    world.pass(5_000)
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
    return { world, ...made }
  }

  it("continues the sequence of a subscription after a late `subscribed` with the same sid", () => {
    const { user, world } = found()
    world.receive(subscribed(1, "trade", 5))
    world.receive(trade(5, 3))
    assert.deepStrictEqual(user.tags, ["trade", "trade"])
  })

  it("does not take a sid away from the subscription that has it now", () => {
    const { world } = found()
    const fills = world.subscribe("fill")
    world.receive(subscribed(world.takeOne().id, "fill", 5))
    world.receive(subscribed(1, "trade", 7))
    world.receive(message("fill", { sid: 5 }))
    assert.deepStrictEqual(fills.user.tags, ["fill"])
  })

  it("does not end a sid that a reply has just assigned to a user's subscription", () => {
    const world = new World({ commandBurst: 1 })
    world.subscribe("trade")
    world.open()
    const { id } = world.takeOne()
    world.receive(subscribed(999, "ticker", 8))
    world.receive(subscribed(id, "trade", 8))
    world.pass(1_000)
    assert.deepStrictEqual(world.unread, [])
  })
})

describe("settle", () => {
  it("requests no second list of subscriptions when another command gets its reply", () => {
    const world = new World()
    world.live("trade")
    world.receive(error(5))
    const first = world.takeOne()
    world.subscribe("fill")
    const { id } = world.takeOne()
    world.receive(error(5))
    world.receive(subscribed(id, "fill", 2))
    assert.deepStrictEqual(world.unread, [])
    world.receive(list(first.id, ["trade", 1], ["fill", 2]))
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
  })

  it("requests the next list of subscriptions at once, even while a command is in flight", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    world.receive(error(5))
    const first = world.takeOne()
    subscription.add(["B"])
    world.takeOne()
    world.receive(error(5))
    world.receive(list(first.id, ["trade", 1]))
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
  })

  it("repeats a request for a snapshot if error 27 (TooManyRequests) arrives after the timeout", () => {
    const world = new World({ snapshotTimeoutMillis: 60_000 })
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    subscription.snapshot(["A"])
    const request = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["orderbook_delta", 1]))
    assert.deepStrictEqual(world.unread, [])
    world.receive(error(27, { id: request.id, sid: 1, seq: 2 }))
    world.pass(1_000)
    assert.deepStrictEqual(world.takeOne().params, request.params)
  })
})

describe("succeed", () => {
  it("doubles the maximum number of markets in the next command", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(Array.from({ length: 9 }, (_, index) => `M${index}`))
    for (const seq of [1, 2]) world.receive(error(11, { id: world.takeOne().id, sid: 1, seq }))
    const accepted = world.takeOne()
    assert.strictEqual(accepted.params.market_tickers!.length, 3)
    world.receive(error(11, { id: accepted.id, sid: 1, seq: 3 }))
    const half = world.takeOne()
    assert.strictEqual(half.params.market_tickers!.length, 2)
    world.receive(ok(half.id, 1, 4))
    assert.strictEqual(world.takeOne().params.market_tickers!.length, 4)
  })
})

describe("reopen", () => {
  it("waits longer after each error 10 (ChannelError) in reply to subscribe", () => {
    const world = new World()
    world.subscribe("trade")
    world.open()
    const waits: Array<number> = []
    for (let round = 0; round < 4; round++) {
      world.receive(error(10, { id: world.takeOne().id }))
      const startMillis = world.nowMillis
      while (world.unread.length === 0) world.pass(10)
      waits.push(world.nowMillis - startMillis)
    }
    assert.deepStrictEqual(waits, [250, 500, 1_000, 2_000])
  })
})

describe("takeOver", () => {
  it("changes over without waiting for an unwanted subscription", () => {
    const world = new World()
    const trades = world.live("trade")
    const prices = world.live("ticker", {}, 2)
    world.session.changeOver()
    world.open()
    const [first, second] = world.take(2)
    world.receive(subscribed(first!.id, "trade", 1), 2)
    trades.subscription.close()
    assert.deepStrictEqual(
      world.take(2).map(({ cmd, generation }) => [cmd, generation]),
      [
        ["unsubscribe", 1],
        ["unsubscribe", 2]
      ]
    )
    world.receive(subscribed(second!.id, "ticker", 2), 2)
    world.confirm()
    assert.deepStrictEqual(world.abandoned, [1])
    assert.deepStrictEqual(prices.user.tags, ["Replaced"])
    assert.deepStrictEqual(trades.user.events, [])
  })
})

describe("revert", () => {
  it("shows a subscription as live after a refused update", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.receive(error(11, { id: world.takeOne().id, sid: 1, seq: 1 }))
    assert.strictEqual(world.session.state().subscriptions[0]!.status, "live")
  })
})

describe("doubt", () => {
  it("removes a market whose subscribe command got error 18, if no user wants it any more", () => {
    const world = new World()
    const { subscription } = world.subscribe("trade", tickers("A", "B"))
    world.open()
    world.receive(error(18, { id: world.takeOne().id }))
    subscription.remove(["B"])
    world.receive(list(world.takeOne().id, ["trade", 5]))
    const add = world.takeOne()
    assert.deepInclude(add.params, { action: "add_markets", market_tickers: ["A"] })
    world.receive(ok(add.id, 5, 1))
    assert.deepInclude(world.takeOne().params, { action: "delete_markets", market_tickers: ["B"] })
  })

  it("delivers no message of a market after its removal fails with error 18 (CommandTimeout)", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    world.receive(error(18, { id: world.takeOne().id, sid: 1, seq: 1 }))
    subscription.add(["B"])
    world.receive(trade(1, 2, "B"))
    assert.deepStrictEqual(user.events, [])
  })
})

describe("orphan", () => {
  it("drops messages that arrive before the reply to a subscribe command if no user wants the subscription", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    world.open()
    const { id } = world.takeOne()
    world.receive(ticker(9))
    world.receive(subscribed(999, "fill", 9))
    world.receive(subscribed(id, "ticker", 9))
    assert.deepStrictEqual(user.events, [])
  })
})
