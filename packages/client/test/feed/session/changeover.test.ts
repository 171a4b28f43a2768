/** Checks what a changeover keeps. The old connection has the generation (number) 1, the new connection 2. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { delta, error, ok, snapshot, subscribed, ticker, trade } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

/** A user that counts the notices that its subscription is live. */
const listener = () => {
  const user = Object.assign(new User(), { lives: 0, onLive: () => void user.lives++ })
  return user
}

describe("changeOver", () => {
  it("reports a new subscription as live even if only the new connection acknowledged its markets", () => {
    const world = new World()
    world.live("trade", tickers("A"))
    world.session.changeOver()
    world.open()
    const { id } = world.takeOne()
    const user = listener()
    world.subscribe("trade", tickers("A", "B"), user)
    assert.strictEqual(world.takeOne().generation, 1)
    world.receive(subscribed(id, "trade", 1), 2)
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B"]), 2)
    world.confirm()
    assert.deepStrictEqual([world.abandoned, user.lives], [[1], 1])
  })

  it("keeps the old connection if the exchange refuses a subscription on the new connection", () => {
    const world = new World()
    const { user } = world.live("fill")
    world.session.changeOver()
    world.open()
    world.receive(error(9, { id: world.takeOne().id }), 2)
    assert.deepStrictEqual([world.abandoned, user.ends], [[2], []])
    assert.deepStrictEqual(user.events, [])
  })

  it("keeps the old connection if a snapshot does not arrive on the new connection", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "orderbook_delta", 1), 2)
    world.receive(snapshot(1, 1), 2)
    world.pass(5_000)
    world.receive(ok(world.takeOne().id, 1, 2), 2)
    world.receive(delta(1, 3), 2)
    world.pass(5_000)
    assert.deepStrictEqual(world.abandoned, [2])
    world.receive(delta(1, 3, "B"), 1)
    assert.deepStrictEqual(user.tags, ["orderbook_snapshot", "orderbook_snapshot", "orderbook_delta"])
  })

  it("keeps the old connection if the reply on the new connection lacks a market", () => {
    const world = new World({ batchSize: 1 })
    const { user } = world.live("trade", tickers("A", "B"))
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B"]))
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    world.receive(ok(world.takeOne().id, 1, 1, ["A"]), 2)
    assert.deepStrictEqual([world.abandoned, user.events], [[2], []])
  })

  it("keeps the old connection if the subscribe command on the new connection gets no reply", () => {
    const world = new World({ commandAttempts: 1 })
    const { user } = world.live("ticker")
    world.session.changeOver()
    world.open()
    world.takeOne()
    world.pass(5_000)
    world.receive({ id: world.takeOne().id, type: "ok", msg: [] }, 2)
    assert.deepStrictEqual([world.abandoned, user.ends], [[2], []])
  })

  it("starts one replacement for each open connection with subscriptions, even if `changeOver` is called again", () => {
    const world = new World()
    world.session.changeOver()
    assert.deepStrictEqual(world.session.state().connections, [])
    world.subscribe("communications", { shard_factor: 2, shard_key: 0 })
    world.session.changeOver()
    assert.strictEqual(world.session.state().connections.length, 1)
    world.open()
    world.receive(subscribed(world.takeOne().id, "communications", 1))
    world.live("communications", { shard_factor: 2, shard_key: 1 })
    world.session.changeOver()
    world.session.changeOver()
    assert.strictEqual(world.session.state().connections.length, 4)
    world.open()
    world.takeOne()
    world.session.changeOver()
    assert.strictEqual(world.session.state().connections.length, 4)
  })

  it("waits until the new connection has every subscription of the old connection", () => {
    const world = new World()
    const trades = world.live("trade")
    const prices = world.live("ticker", {}, 2)
    world.session.changeOver()
    world.open()
    const [first, second] = world.take(2)
    world.receive(subscribed(first!.id, "trade", 1), 2)
    world.receive(ticker(2), 1)
    assert.deepStrictEqual(world.abandoned, [])
    world.receive(subscribed(second!.id, "ticker", 2), 2)
    world.confirm()
    assert.deepStrictEqual(world.abandoned, [1])
    world.receive(ticker(2), 2)
    world.receive(trade(1, 1), 2)
    assert.deepStrictEqual(trades.user.tags, ["Replaced", "trade"])
    assert.deepStrictEqual(prices.user.tags, ["ticker", "Replaced", "ticker"])
  })

  it("drops the new connection if the old connection is lost, and restores the subscription on a third connection", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.session.changeOver()
    world.open()
    world.takeOne()
    world.session.closed(1, 1006, "")
    assert.deepStrictEqual(world.abandoned, [2])
    world.pass(1_000)
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 3)
    assert.deepStrictEqual(user.tags, ["Outage", "Restored"])
    assert.strictEqual(world.session.state().connections.length, 1)
  })

  it("holds back as many messages as the limit permits", () => {
    const world = new World({ maxEarlyMessages: 2 })
    world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "orderbook_delta", 1), 2)
    world.receive(snapshot(1, 1), 2)
    world.receive(delta(1, 2), 2)
    world.session.tick()
    assert.deepStrictEqual(world.abandoned, [])
  })

  it("updates both connections when users join or leave during the changeover", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A", "B"))
    world.session.changeOver()
    world.open()
    const { id } = world.takeOne()
    subscription.remove(["B"])
    const late = world.subscribe("ticker", tickers("C"))
    world.receive(subscribed(id, "trade", 1), 2)
    const commands = world
      .take(world.unread.length)
      .map(({ cmd, generation, params }) => [generation, params.action ?? cmd, params.market_tickers])
    assert.deepStrictEqual(commands.toSorted(), [
      [1, "delete_markets", ["B"]],
      [1, "subscribe", ["C"]],
      [2, "delete_markets", ["B"]],
      [2, "subscribe", ["C"]]
    ])
    assert.deepStrictEqual(late.user.ends, [])
  })

  it("delivers no held message of a market that was removed in the meantime", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    const other = world.live("trade", {}, 2)
    world.session.changeOver()
    world.open()
    const [books, trades] = world.take(2)
    world.receive(subscribed(books!.id, "orderbook_delta", 1), 2)
    world.receive(snapshot(1, 1), 2)
    world.receive(snapshot(1, 2, "B"), 2)
    world.receive(delta(1, 4), 2)
    subscription.remove(["B"])
    for (const { generation, id } of world.take(2))
      world.receive(ok(id, 1, generation === 1 ? 3 : 5, ["A"]), generation)
    world.receive(subscribed(trades!.id, "trade", 2), 2)
    world.confirm()
    assert.deepStrictEqual(world.abandoned, [1])
    assert.deepStrictEqual(user.tags.slice(2), ["Replaced", "orderbook_snapshot", "Gap", "orderbook_delta"])
    assert.deepStrictEqual(
      user.of("Message").map(({ generation }) => generation),
      [1, 1, 2, 2]
    )
    assert.deepStrictEqual(other.user.tags, ["Replaced"])
    const { connections, subscriptions } = world.session.state()
    assert.deepStrictEqual(
      subscriptions.map(({ channel, generation }) => [channel, generation]),
      [
        ["orderbook_delta", 2],
        ["trade", 2]
      ]
    )
    assert.strictEqual(connections.length, 1)
  })

  it("restores an interrupted subscription when the new connection takes over", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.live("ticker", {}, 2)
    world.session.changeOver()
    world.open()
    const [trades, tickersCommand] = world.take(2)
    world.receive(error(25, { sid: 1, seq: 1 }), 1)
    assert.deepStrictEqual(user.tags, ["Outage"])
    world.receive(subscribed(trades!.id, "trade", 1), 2)
    world.receive(trade(1, 1), 2)
    world.receive(subscribed(tickersCommand!.id, "ticker", 2), 2)
    world.confirm()
    assert.deepStrictEqual(world.abandoned, [1])
    assert.deepStrictEqual(user.tags, ["Outage", "Replaced", "Restored", "trade"])
  })

  it("moves each subscription of a channel to the replacement of its own connection", () => {
    const world = new World({ batchSize: 2 })
    const { user } = world.subscribe("trade", tickers("A", "B", "C", "D"))
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 5), 2)
    world.session.changeOver()
    world.open()
    const first = world.takeOne()
    assert.deepStrictEqual(first.params.market_tickers, ["A", "B"])
    world.receive(subscribed(first.id, "trade", 3), 3)
    world.confirm(1)
    assert.deepStrictEqual(world.abandoned, [1])
    world.open()
    const second = world.takeOne()
    assert.deepStrictEqual(second.params.market_tickers, ["C", "D"])
    world.receive(subscribed(second.id, "trade", 4), 4)
    world.confirm(2)
    assert.deepStrictEqual(world.abandoned, [1, 2])
    assert.deepStrictEqual(
      user.of("Replaced").map(({ generation, markets, sid }) => [generation, sid, markets]),
      [
        [3, 3, ["A", "B"]],
        [4, 4, ["C", "D"]]
      ]
    )
    assert.deepStrictEqual(
      world.session.state().subscriptions.map(({ generation, sid }) => [generation, sid]),
      [
        [3, 3],
        [4, 4]
      ]
    )
  })

  it("keeps the old connection if the exchange refuses the new connection for good", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.session.changeOver()
    world.session.refused(2, { _tag: "Response", status: 403, body: { message: "too many connections" } })
    world.receive(trade(1, 1), 1)
    assert.deepStrictEqual([world.abandoned, user.tags, user.ends], [[], ["trade"], []])
    assert.strictEqual(world.session.state().connections.length, 1)
  })

  it("keeps the old connection if the new connection closes with a code that forbids reconnecting", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.session.changeOver()
    world.open()
    world.takeOne()
    world.session.closed(2, 1008, "policy")
    world.receive(trade(1, 1), 1)
    assert.deepStrictEqual([user.tags, user.ends, world.dials], [["trade"], [], [1, 2]])
  })

  it("keeps the old connection if an error ends a subscription on the new connection", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.live("ticker", {}, 2)
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    world.receive(error(9, { sid: 1, seq: 1 }), 2)
    world.receive(trade(1, 1), 1)
    assert.deepStrictEqual([world.abandoned, user.tags, user.ends], [[2], ["trade"], []])
  })

  it("requests a list of indices again if the old connection did not receive the list", () => {
    for (const isSent of [true, false]) {
      const world = new World()
      const { subscription } = world.live("cfbenchmarks_value", { index_ids: ["BRTI"] })
      world.session.changeOver()
      world.open()
      const { id } = world.takeOne()
      // Error 27 (TooManyRequests) delays the commands of the old connection.
      if (!isSent) world.receive(error(27), 1)
      subscription.list()
      assert.strictEqual(world.unread.length, isSent ? 1 : 0)
      world.take(world.unread.length)
      world.receive(subscribed(id, "cfbenchmarks_value", 1), 2)
      if (!isSent) world.pass(1_000)
      world.confirm()
      assert.deepStrictEqual(world.abandoned, [1])
      const again = world.takeOne()
      assert.deepStrictEqual([again.generation, again.params.action, world.unread], [2, "indexlist", []])
    }
  })

  it("does not replace a connection without subscriptions", () => {
    const world = new World()
    world.live("trade").subscription.close()
    world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 1, seq: 1 })
    world.session.changeOver()
    assert.deepStrictEqual([world.dials, world.abandoned], [[1], []])
    assert.strictEqual(world.session.state().connections.length, 1)
  })

  it("does not replace a connection whose only subscription is ending", () => {
    const world = new World()
    world.live("trade").subscription.close()
    world.takeOne()
    world.session.changeOver()
    assert.deepStrictEqual([world.dials, world.abandoned], [[1], []])
    assert.strictEqual(world.session.state().connections.length, 1)
  })

  it("if a user closes a subscription during the changeover, ends it on both connections", () => {
    const world = new World()
    const trades = world.live("trade")
    const prices = world.live("ticker", {}, 2)
    world.session.changeOver()
    world.open()
    const [first, second] = world.take(2)
    world.receive(subscribed(first!.id, "trade", 1), 2)
    trades.subscription.close()
    const [old] = world.take(2)
    world.receive({ id: old!.id, type: "unsubscribed", sid: 1, seq: 1 }, 1)
    world.receive(subscribed(second!.id, "ticker", 2), 2)
    world.confirm()
    assert.deepStrictEqual([world.abandoned, prices.user.tags], [[1], ["Replaced"]])
    assert.deepStrictEqual(
      world.session.state().subscriptions.map(({ channel }) => channel),
      ["ticker"]
    )
  })

  it("forgets a subscription that was ending on the old connection", () => {
    const world = new World()
    world.live("trade").subscription.close()
    world.live("ticker", {}, 2)
    world.session.changeOver()
    world.open()
    world.take(world.unread.length - 1)
    world.receive(subscribed(world.takeOne().id, "ticker", 2), 2)
    world.confirm()
    assert.deepStrictEqual(world.abandoned, [1])
    assert.strictEqual(world.session.state().subscriptions.length, 1)
  })

  it("reports no replacement of a subscription that is not open on the new connection", () => {
    const world = new World()
    const trades = world.live("trade", tickers("A"))
    world.live("ticker", {}, 2)
    world.session.changeOver()
    world.open()
    const [, second] = world.take(2)
    trades.subscription.remove(["A"])
    world.receive(subscribed(second!.id, "ticker", 2), 2)
    world.confirm()
    assert.deepStrictEqual([world.abandoned, trades.user.events], [[1], []])
  })

  it("reports the end of an outage if the interrupted markets are removed before the new connection takes over", () => {
    const world = new World({ batchSize: 1 })
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    world.subscribe("fill")
    world.receive(subscribed(world.takeOne().id, "fill", 2), 1)
    world.receive(error(25, { sid: 1, seq: 2 }), 1)
    world.pass(1_000)
    assert.strictEqual(world.takeOne().cmd, "subscribe")
    subscription.remove(["A"])
    world.session.changeOver()
    world.open()
    const fills = world.unread.find(({ params }) => params.channels?.[0] === "fill")
    assert.deepStrictEqual(user.tags, ["Outage"])
    world.receive(subscribed(fills!.id, "fill", 1), 3)
    world.confirm()
    assert.deepStrictEqual([world.abandoned, user.tags.slice(0, 2)], [[1], ["Outage", "Restored"]])
  })

  it("delivers no held message of a market that moved to another connection during the changeover", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    world.live("ticker", {}, 2)
    world.session.changeOver()
    world.open()
    const [trades, prices] = world.take(2)
    world.receive(subscribed(trades!.id, "trade", 1), 2)
    subscription.add(["B"])
    const [onOld, onNew] = world.take(2)
    world.receive(ok(onNew!.id, 1, 1, ["A", "B"]), 2)
    world.receive(trade(1, 2, "B"), 2)
    world.receive(error(26, { id: onOld!.id, sid: 1, seq: 1 }), 1)
    const removal = world.takeOne()
    assert.deepStrictEqual([removal.generation, removal.params.market_tickers], [2, ["B"]])
    world.receive(ok(removal.id, 1, 3, ["A"]), 2)
    world.receive(subscribed(prices!.id, "ticker", 2), 2)
    world.confirm()
    assert.deepStrictEqual([world.abandoned, user.tags], [[1], ["Replaced"]])
  })

  it("reports an outage instead of a takeover if the old connection no longer answers", () => {
    const world = new World()
    const { user } = world.live("ticker")
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "ticker", 1), 2)
    assert.deepStrictEqual([world.takeOne().generation, world.abandoned, user.tags], [1, [], []])
    world.pass(5_000)
    assert.deepStrictEqual(user.tags, ["Outage"])
    assert.deepStrictEqual(world.abandoned, [1, 2])
    world.pass(1_000)
    world.open()
    world.receive(subscribed(world.takeOne().id, "ticker", 1), 3)
    assert.deepStrictEqual(user.tags, ["Outage", "Restored"])
  })

  it("takes over only after a reply to a command that the old connection sent when the new connection was ready", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.takeOne()
    world.pass(4_000)
    world.session.changeOver()
    world.open()
    const { id } = world.takeOne()
    world.pass(1_000)
    const early = world.takeOne()
    assert.deepStrictEqual([early.cmd, early.generation], ["list_subscriptions", 1])
    world.receive(subscribed(id, "trade", 1), 2)
    world.receive({ id: early.id, type: "ok", msg: [{ channel: "trade", sid: 1 }] }, 1)
    assert.deepStrictEqual(world.abandoned, [])
    world.receive(trade(1, 1), 1)
    world.confirm()
    assert.deepStrictEqual([world.abandoned, user.tags], [[1], ["trade", "Replaced"]])
  })

  it("asks the old connection again if the new connection gets another subscription in the meantime", () => {
    const world = new World()
    world.live("trade")
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    const first = world.takeOne()
    world.subscribe("ticker")
    const [onOld, onNew] = world.take(2)
    world.receive(subscribed(onOld!.id, "ticker", 2), onOld!.generation)
    world.receive({ id: first.id, type: "ok", msg: [{ channel: "trade", sid: 1 }] }, 1)
    world.receive(subscribed(onNew!.id, "ticker", 2), onNew!.generation)
    assert.deepStrictEqual(world.abandoned, [])
    world.confirm()
    assert.deepStrictEqual(world.abandoned, [1])
  })

  it("ignores frames of the old connection after the new connection has taken over", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    world.confirm()
    world.receive(trade(1, 1), 1)
    assert.deepStrictEqual([user.tags, world.session.state().counters.stale], [["Replaced"], 1])
  })

  it("sends a command that a user requests when it is notified of the replacement", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    Object.assign(user, { onEvent: () => subscription.add(["B"]) })
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    world.confirm()
    const add = world.takeOne()
    assert.deepStrictEqual([add.generation, add.params.market_tickers], [2, ["B"]])
  })
})

describe("Session.changeOver", () => {
  it("stops a changeover if too many messages of the new connection wait", () => {
    const world = new World({ maxEarlyMessages: 3 })
    const { user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "orderbook_delta", 1), 2)
    world.receive(snapshot(1, 1), 2)
    // The snapshot of B does not arrive.
    for (let seq = 2; seq <= 5; seq++) world.receive(delta(1, seq), 2)
    world.session.tick()
    assert.deepStrictEqual(world.abandoned, [2])
    world.receive(delta(1, 3), 1)
    assert.deepStrictEqual(user.tags, ["orderbook_snapshot", "orderbook_snapshot", "orderbook_delta"])
    assert.strictEqual(user.of("Message").at(-1)?.generation, 1)
    assert.strictEqual(world.session.state().counters.gaps, 0)
  })

  it("does not count the new connection against `maxConnections`", () => {
    const world = new World({ maxConnections: 2 })
    world.live("communications", { shard_factor: 2, shard_key: 0 })
    world.session.changeOver()
    const user = new User()
    const second = world.session.subscribe(
      { channel: "communications", params: { shard_factor: 2, shard_key: 1 } },
      user
    )
    assert.isTrue(Result.isSuccess(second))
    assert.strictEqual(world.session.state().connections.length, 3)
  })

  it("changes over without a gap, because the new connection is live first", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    world.session.changeOver()
    world.open()
    const { generation, id } = world.takeOne()
    assert.strictEqual(generation, 2)
    world.receive(subscribed(id, "orderbook_delta", 1), 2)
    world.receive(delta(1, 2, "A", 20), 1)
    assert.deepStrictEqual(world.abandoned, [])
    world.receive(snapshot(1, 1), 2)
    world.confirm()
    assert.deepStrictEqual(world.abandoned, [1])
    world.receive(delta(1, 2, "A", 21), 2)
    assert.deepStrictEqual(user.tags, [
      "orderbook_snapshot",
      "orderbook_delta",
      "Replaced",
      "orderbook_snapshot",
      "orderbook_delta"
    ])
    assert.deepStrictEqual(user.of("Replaced")[0]?.markets, ["A"])
    world.receive(delta(1, 3, "A", 22), 2)
    assert.strictEqual(user.of("Message").at(-1)?.generation, 2)
    assert.deepStrictEqual(user.of("Gap"), [])
  })

  it("keeps the old connection if the new connection cannot be opened", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.session.changeOver()
    world.session.refused(2, { _tag: "Transport", reason: "reset" })
    world.receive(trade(1, 1), 1)
    assert.deepStrictEqual(user.tags, ["trade"])
    assert.deepStrictEqual(world.abandoned, [])
    assert.strictEqual(world.session.state().connections.length, 1)
  })

  it("keeps the old connection if the new connection accepts fewer markets", () => {
    const world = new World({ batchSize: 2 })
    const { user } = world.live("trade", tickers("A", "B", "C"))
    world.receive(ok(world.takeOne().id, 1, 1))
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    world.receive(error(26, { id: world.takeOne().id }), 2)
    assert.deepStrictEqual(world.abandoned, [2])
    world.receive(trade(1, 2, "C"), 1)
    assert.deepStrictEqual(user.tags, ["trade"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("reports a subscription as live at once to a user who joins during a changeover", () => {
    const world = new World()
    let live = 0
    world.live("user_orders")
    world.session.changeOver()
    world.open()
    world.subscribe("user_orders", {}, Object.assign(new User(), { onLive: () => void live++ }))
    assert.strictEqual(live, 1)
    world.receive(subscribed(world.takeOne().id, "user_orders", 1))
    assert.strictEqual(live, 1)
  })
})
