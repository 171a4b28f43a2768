/** Checks how the session reacts to errors of the exchange. */
import { assert, describe, it } from "@effect/vitest"
import { error, ok, snapshot, subscribed, trade } from "../support/messages.ts"
import { World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

/** The reply to `list_subscriptions`. */
const list = (id: number, ...subscriptions: ReadonlyArray<readonly [channel: string, sid: number]>) => ({
  id,
  type: "ok",
  msg: subscriptions.map(([channel, sid]) => ({ channel, sid }))
})

describe("onError", () => {
  it("requests the list of indices again after error 27 (TooManyRequests)", () => {
    const world = new World()
    const { subscription } = world.live("cfbenchmarks_value", { index_ids: ["BRTI"] })
    subscription.list()
    world.receive(error(27, { id: world.takeOne().id, sid: 1, seq: 1 }))
    world.pass(1_000)
    assert.strictEqual(world.takeOne().params.action, "indexlist")
    assert.deepStrictEqual(world.unread, [])
  })

  it("makes `commandAttempts` requests for the list of indices if each gets error 18 (CommandTimeout)", () => {
    const world = new World()
    const { subscription, user } = world.live("cfbenchmarks_value", { index_ids: ["BRTI"] })
    subscription.list()
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { id, params } = world.takeOne()
      assert.strictEqual(params.action, "indexlist")
      world.receive(error(18, { id, sid: 1, seq: attempt }))
      world.receive(list(world.takeOne().id, ["cfbenchmarks_value", 1]))
    }
    assert.deepStrictEqual([world.unread, user.ends], [[], []])
  })

  it("requests the list of indices again after a reconnect", () => {
    const world = new World()
    const { subscription } = world.live("cfbenchmarks_value", { index_ids: ["BRTI"] })
    subscription.list()
    world.takeOne()
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "cfbenchmarks_value", 1))
    assert.strictEqual(world.takeOne().params.action, "indexlist")
  })

  it("repeats the unsubscribe for a subscription without a user after error 18, error 27 or a timeout", () => {
    for (const code of [18, 27, undefined]) {
      const world = new World()
      world.live("trade")
      world.receive(subscribed(999, "ticker", 8))
      const { id } = world.takeOne()
      if (code === undefined) world.pass(5_000)
      else world.receive(error(code, { id }))
      world.pass(1_000)
      const verify = world.takeOne()
      assert.strictEqual(verify.cmd, "list_subscriptions")
      world.receive(list(verify.id, ["trade", 1], ["ticker", 8]))
      world.pass(100)
      assert.deepStrictEqual(world.takeOne().params.sids, [8])
    }
  })

  it("does not repeat a refused unsubscribe for a subscription without a user", () => {
    const world = new World()
    world.live("trade")
    world.receive(subscribed(999, "ticker", 8))
    world.receive(error(7, { id: world.takeOne().id }))
    assert.deepStrictEqual(world.unread, [])
  })

  it("gives up the connection if the exchange refuses list_subscriptions", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    world.open()
    world.receive(error(18, { id: world.takeOne().id }))
    world.receive(error(9, { id: world.takeOne().id }))
    assert.deepStrictEqual(world.abandoned, [1])
    assert.deepStrictEqual(user.of("Outage")[0]?.cause, { _tag: "ProbeRefused", code: 9, reason: "text of 9" })
  })

  it("requests the list of subscriptions after an error without a command id and without a known sid", () => {
    for (const members of [{}, { id: 0 }, { sid: 99 }]) {
      const world = new World()
      world.live("trade")
      world.receive(error(5, members))
      assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
    }
    for (const members of [{ id: 999 }, { id: 999, sid: 99 }]) {
      const world = new World()
      world.live("trade")
      world.receive(error(5, members))
      assert.deepStrictEqual(world.unread, [])
    }
  })

  it("slows down, and does nothing else, after error 27 (TooManyRequests) without a command id", () => {
    for (const members of [{}, { sid: 1, seq: 1 }]) {
      const world = new World()
      const { subscription, user } = world.live("trade", tickers("A"))
      world.receive(error(27, members))
      subscription.add(["B"])
      world.pass(999)
      assert.deepStrictEqual(world.unread, [])
      world.pass(1)
      assert.strictEqual(world.takeOne().params.action, "add_markets")
      assert.deepStrictEqual([world.unread, user.ends], [[], []])
    }
  })

  it("requests the list of subscriptions after error 18 (CommandTimeout) about a subscription", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.receive(error(18, { sid: 1, seq: 1 }))
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
    assert.deepStrictEqual(user.ends, [])
  })

  it("opens a subscription again after error 7, 10 or 25, even if the error has an unknown command id", () => {
    for (const code of [7, 10, 25]) {
      for (const id of [undefined, 999]) {
        const world = new World()
        const { user } = world.live("trade")
        world.receive(error(code, { sid: 1, seq: 1, ...(id === undefined ? {} : { id }) }))
        assert.deepStrictEqual(user.of("Outage")[0]?.cause, {
          _tag: "SubscriptionLost",
          code,
          reason: `text of ${code}`
        })
        world.pass(1_000)
        assert.strictEqual(world.takeOne().cmd, "subscribe")
      }
    }
  })

  it("ignores error 9 with an unknown command id", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.receive(error(9, { id: 999, sid: 1, seq: 1 }))
    assert.deepStrictEqual([world.unread, user.events, user.ends], [[], [], []])
  })

  it("opens a subscription again after error 7 to an update", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.receive(error(7, { id: world.takeOne().id, sid: 1, seq: 1 }))
    assert.deepStrictEqual(user.tags, ["Outage"])
    world.pass(1_000)
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["A", "B"])
  })

  it("reports all markets of a user when an error ends the subscription", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A", "B"))
    world.receive(error(9, { sid: 1, seq: 1 }))
    assert.deepInclude(user.error, { _tag: "SubscriptionRefused", code: 9, markets: ["A", "B"] })
  })

  it("reports an undocumented error code without a name", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.receive(error(99, { sid: 1, seq: 1 }))
    assert.deepInclude(user.error, { code: 99, codeName: undefined })
  })

  it("forgets a subscription that the exchange refuses to end, and sends nothing more", () => {
    for (const code of [7, 11]) {
      const world = new World()
      const { subscription } = world.live("trade", tickers("A"))
      subscription.close()
      world.receive(error(code, { id: world.takeOne().id, sid: 1, seq: 1 }))
      assert.deepStrictEqual([world.unread, world.session.state().subscriptions], [[], []])
    }
  })

  it("requests a snapshot again after error 27 (TooManyRequests)", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    subscription.snapshot(["A"])
    const first = world.takeOne()
    world.receive(error(27, { id: first.id, sid: 1, seq: 2 }))
    world.pass(1_000)
    assert.deepStrictEqual(world.takeOne().params, first.params)
  })

  it("adds a market again after the exchange refuses a snapshot of it", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    subscription.snapshot(["A"])
    world.receive(error(11, { id: world.takeOne().id, sid: 1, seq: 3 }))
    assert.deepInclude(world.takeOne().params, { action: "add_markets", market_tickers: ["A"] })
    assert.deepStrictEqual([world.unread, user.of("Refused"), user.ends], [[], [], []])
  })

  it("ignores a late refusal after a newer command", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    const first = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["trade", 1]))
    const second = world.takeOne()
    world.receive(error(11, { id: first.id, sid: 1, seq: 1 }))
    world.receive(ok(second.id, 1, 2, ["A", "B"]))
    assert.deepStrictEqual([world.unread, user.events], [[], []])
  })

  it("drops messages of a market that the exchange refuses to remove, and does not repeat the removal", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    world.receive(error(11, { id: world.takeOne().id, sid: 1, seq: 1 }))
    world.receive(trade(1, 2, "B"))
    assert.deepStrictEqual([world.unread, user.events], [[], []])
  })

  it("halves a refused removal of several markets", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B", "C", "D"))
    subscription.remove(["B", "C", "D"])
    world.receive(error(11, { id: world.takeOne().id, sid: 1, seq: 1 }))
    const half = world.takeOne()
    assert.deepStrictEqual(half.params.market_tickers, ["B", "C"])
    world.receive(ok(half.id, 1, 2, ["A", "D"]))
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["D"])
    assert.deepStrictEqual(user.events, [])
  })

  it("refuses a single market that exceeds the limit of the whole subscription (error 26)", () => {
    const world = new World()
    const { user } = world.subscribe("trade", tickers("A", "B"))
    world.open()
    world.receive(error(26, { id: world.takeOne().id }))
    const one = world.takeOne()
    assert.deepStrictEqual(one.params.market_tickers, ["A"])
    world.receive(error(26, { id: one.id }))
    assert.deepInclude(user.of("Refused")[0]?.error, { code: 26, markets: ["A"] })
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["B"])
  })

  it("refuses the markets beyond the limit if no connection is left (error 26)", () => {
    const world = new World({ batchSize: 2, maxConnections: 1 })
    const { subscription, user } = world.live("orderbook_delta", tickers("A", "B", "C"))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
    assert.deepInclude(user.of("Refused")[0]?.error, { code: 26, markets: ["C"] })
    assert.strictEqual(subscription.add(["D"])._tag, "Failure")
    world.receive(snapshot(1, 2))
    world.receive(snapshot(1, 3, "B"))
    world.pass(6_000)
    assert.deepStrictEqual([world.unread, user.ends], [[], []])
    // The refused market uses no room: the next market fits within the limit.
    subscription.remove(["A"])
    world.receive(ok(world.takeOne().id, 1, 4, ["B"]))
    assert.strictEqual(subscription.add(["D"])._tag, "Success")
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["D"])
  })

  it("waits for no snapshot of a market that moved to another connection (error 26)", () => {
    const world = new World({ batchSize: 2 })
    const { user } = world.live("orderbook_delta", tickers("A", "B", "C"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 3 }))
    world.open()
    world.receive(subscribed(world.takeOne().id, "orderbook_delta", 1), 2)
    world.receive(snapshot(1, 1, "C"), 2)
    world.pass(6_000)
    assert.deepStrictEqual([world.unread, user.of("Refused")], [[], []])
  })

  it("ends a subscription without markets after error 26 (MarketLimitExceeded)", () => {
    const world = new World()
    const { user } = world.subscribe("trade")
    world.open()
    world.receive(error(26, { id: world.takeOne().id }))
    assert.deepInclude(user.error, { _tag: "SubscriptionRefused", code: 26, markets: [] })
  })

  it("refuses only the market that a refusal names, and keeps the others", () => {
    const world = new World()
    const { user } = world.subscribe("orderbook_delta", tickers("A", "B"))
    world.open()
    world.receive(error(11, { id: world.takeOne().id }, { market_ticker: "B" }))
    const again = world.takeOne()
    assert.deepStrictEqual(again.params.market_tickers, ["A"])
    world.receive(subscribed(again.id, "orderbook_delta", 1))
    world.receive(snapshot(1, 1))
    world.pass(6_000)
    assert.deepStrictEqual(user.tags, ["Refused", "orderbook_snapshot"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("ignores a late error about a subscription that has ended", () => {
    const world = new World()
    const { subscription } = world.subscribe("ticker")
    world.open()
    const { id } = world.takeOne()
    world.pass(5_000)
    subscription.close()
    world.receive(list(world.takeOne().id))
    world.receive(error(18, { id }))
    assert.deepStrictEqual(world.unread, [])
  })

  it("repeats only the refused command after error 27 (TooManyRequests) in reply to an update", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    const add = world.takeOne()
    world.receive(error(27, { id: add.id, sid: 1, seq: 1 }))
    world.pass(1_000)
    const again = world.takeOne()
    assert.deepStrictEqual(again.params, add.params)
    world.receive(ok(again.id, 1, 2, ["A", "B"]))
    world.pass(1_000)
    assert.deepStrictEqual(world.unread, [])
  })

  it("subscribes at once for a later user if the exchange refuses to end the subscription with error 7", () => {
    const world = new World()
    const { subscription } = world.live("trade")
    subscription.close()
    const { user } = world.subscribe("trade")
    world.receive(error(7, { id: world.takeOne().id, sid: 1, seq: 1 }))
    assert.strictEqual(world.takeOne().cmd, "subscribe")
    assert.deepStrictEqual(user.events, [])
  })

  it("halves a command of six markets to three after error 26 (MarketLimitExceeded)", () => {
    const world = new World()
    world.subscribe("trade", tickers("A", "B", "C", "D", "E", "F"))
    world.open()
    world.receive(error(26, { id: world.takeOne().id }))
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["A", "B", "C"])
  })

  it("moves only markets that the exchange has not acknowledged (error 26)", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    const changes = [() => subscription.remove(["A"]), () => void subscription.add(["B", "A"])]
    Object.assign(user, { onEvent: () => changes.splice(0).forEach((change) => change()) })
    world.receive(trade(1, 1))
    const add = world.takeOne()
    assert.deepStrictEqual(add.params.market_tickers, ["B"])
    world.receive(error(26, { id: add.id, sid: 1, seq: 2 }))
    assert.deepStrictEqual(world.unread, [])
    world.open()
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["B"])
  })

  it("gives a market that returns to its first connection the whole timeout for its snapshot (error 26)", () => {
    const world = new World({ batchSize: 2 })
    const { subscription } = world.live("orderbook_delta", tickers("A", "B", "C"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 3 }))
    world.pass(3_000)
    subscription.remove(["C"])
    subscription.remove(["B"])
    world.receive(ok(world.takeOne().id, 1, 4, ["A"]), 1)
    subscription.add(["C"])
    const add = world.takeOne()
    assert.deepStrictEqual([add.generation, add.params.market_tickers], [1, ["C"]])
    world.receive(ok(add.id, 1, 5, ["A", "C"]), 1)
    world.pass(4_999)
    assert.deepStrictEqual(world.unread, [])
    world.pass(1)
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["C"] })
  })

  it("gives a market that is added again after its refusal the whole timeout for its snapshot", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    subscription.add(["B"])
    world.receive(error(11, { id: world.takeOne().id, sid: 1, seq: 2 }))
    world.pass(3_000)
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 3, ["A", "B"]))
    world.pass(4_999)
    assert.deepStrictEqual(world.unread, [])
  })

  it("sends no removal of a market that was in doubt and is then refused", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["trade", 1]))
    world.receive(error(11, { id: world.takeOne().id, sid: 1, seq: 1 }))
    assert.deepStrictEqual(world.unread, [])
  })

  it("adds a market again that a user wants again before its removal is refused", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    const removal = world.takeOne()
    subscription.add(["B"])
    world.receive(error(11, { id: removal.id, sid: 1, seq: 1 }))
    assert.deepInclude(world.takeOne().params, { action: "add_markets", market_tickers: ["B"] })
    assert.deepStrictEqual(user.events, [])
  })

  it("reports the end of an outage only when the markets beyond the limit are restored, too (error 26)", () => {
    const world = new World({ batchSize: 2 })
    const { user } = world.live("trade", tickers("A", "B", "C"))
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B", "C"]))
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
    assert.deepStrictEqual(user.tags, ["Outage"])
    world.open()
    const { generation, id, params } = world.takeOne()
    assert.deepStrictEqual([generation, params.market_tickers], [3, ["C"]])
    assert.deepStrictEqual(user.tags, ["Outage"])
    world.receive(subscribed(id, "trade", 1), 3)
    assert.deepStrictEqual(user.tags, ["Outage", "Restored"])
  })

  it("reports the end of an outage if only some of the other connections take markets (error 26)", () => {
    const world = new World({ batchSize: 1 })
    const { subscription, user } = world.live("trade", tickers("A", "B", "C"))
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B"]))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 2 }))
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    subscription.add(["D"])
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }), 2)
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 3)
    world.session.closed(1, 1006, "")
    world.pass(1_000)
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 4)
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }), 4)
    const add = world.takeOne()
    assert.deepStrictEqual([add.generation, add.params.market_tickers], [3, ["B"]])
    assert.deepStrictEqual(user.tags, ["Outage"])
    world.receive(ok(add.id, 1, 1, ["D", "B"]), 3)
    assert.deepStrictEqual(user.tags, ["Outage", "Restored"])
  })
})

describe("Session, refusals", () => {
  it("reports the markets of a refused update and keeps the other markets", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B", "C"])
    const { id } = world.takeOne()
    world.receive(error(11, { id, sid: 1, seq: 1 }, { market_tickers: ["C"] }))
    const [refused] = user.of("Refused")
    assert.deepStrictEqual(refused?.markets, ["C"])
    assert.strictEqual(
      refused?.error.message,
      "The exchange refused trade for C: error 11 InvalidParameter, text of 11 (correct the request, then subscribe again)"
    )
    const retry = world.takeOne()
    assert.deepStrictEqual(retry.params.market_tickers, ["B"])
    world.receive(ok(retry.id, 1, 2, ["A", "B"]))
    assert.deepStrictEqual([...world.session.state().subscriptions[0]!.acknowledged], ["A", "B"])
    assert.deepStrictEqual(user.ends, [])
  })

  it("refuses the only market of an update after error 12 (ExactlyOneSidRequired)", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.receive(error(12, { id: world.takeOne().id, sid: 1, seq: 1 }))
    assert.deepInclude(user.of("Refused")[0]?.error, { _tag: "SubscriptionRefused", code: 12, markets: ["B"] })
    world.receive(trade(1, 2))
    assert.deepStrictEqual(user.tags, ["Refused", "trade"])
    assert.deepStrictEqual(user.ends, [])
  })

  it("if the refusal names no market, halves the command until the refused market is found", () => {
    const world = new World()
    const names = Array.from({ length: 64 }, (_, index) => `M${index}`)
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(names)
    let seq = 0
    for (let steps = 0; steps < 100 && world.unread.length > 0; steps++) {
      const { id, params } = world.takeOne()
      if (params.market_tickers!.includes("M37")) world.receive(error(11, { id, sid: 1, seq: ++seq }))
      else world.receive(ok(id, 1, ++seq))
    }
    assert.deepStrictEqual(
      user.of("Refused").map(({ markets }) => markets),
      [["M37"]]
    )
    assert.strictEqual(world.session.state().subscriptions[0]!.acknowledged.size, 64)
    assert.isBelow(seq, 25)
  })

  it("ends a subscription that cannot be restored, and keeps the other subscriptions", () => {
    const world = new World()
    const trades = world.live("trade", tickers("A"))
    const fills = world.live("fill", {}, 2)
    world.reconnect()
    const [first, second] = world.take(2)
    world.receive(error(8, { id: first!.id }))
    world.receive(subscribed(second!.id, "fill", 1))
    assert.deepInclude(trades.user.error, { _tag: "SubscriptionRefused", code: 8, codeName: "UnknownChannel" })
    assert.deepStrictEqual(fills.user.tags, ["Outage", "Restored"])
    world.reconnect()
    assert.deepStrictEqual(world.takeOne().params.channels, ["fill"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("pauses, slows down and repeats the command after error 27 (TooManyRequests)", () => {
    const world = new World({ commandBurst: 1_000, batchSize: 100 })
    const names = Array.from({ length: 300 }, (_, index) => `M${index}`)
    world.subscribe("trade", tickers(...names))
    world.open()
    const first = world.takeOne()
    world.receive(error(27, { id: first.id }))
    assert.deepStrictEqual(world.unread, [])
    world.pass(999)
    assert.deepStrictEqual(world.unread, [])
    world.pass(1)
    const again = world.takeOne()
    assert.deepStrictEqual(again.params, first.params)
    world.receive(subscribed(again.id, "trade", 1))
    assert.deepStrictEqual(world.unread, [])
    world.pass(100)
    assert.strictEqual(world.takeOne().params.market_tickers?.length, 100)
  })

  it("also pauses after error 27 (TooManyRequests) in reply to list_subscriptions", () => {
    const world = new World()
    world.subscribe("ticker")
    world.open()
    world.receive(error(18, { id: world.takeOne().id }))
    for (const pauseMillis of [1_000, 2_000, 4_000]) {
      world.receive(error(27, { id: world.takeOne().id }))
      world.pass(pauseMillis - 1)
      assert.deepStrictEqual(world.unread, [])
      world.pass(1)
      assert.strictEqual(world.unread.length, 1)
    }
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
    assert.deepStrictEqual(world.dials, [1])
  })

  it("waits longer after each repeated error 25 (BufferOverflow)", () => {
    const world = new World({ commandBurst: 1_000 })
    const { user } = world.live("orderbook_delta", tickers("A"))
    const waits: Array<number> = []
    for (let round = 0; round < 6; round++) {
      world.receive(error(25, { sid: round + 1, seq: 1 }))
      assert.deepStrictEqual(world.unread, [])
      const startMillis = world.nowMillis
      while (world.unread.length === 0) world.pass(10)
      waits.push(world.nowMillis - startMillis)
      world.receive(subscribed(world.takeOne().id, "orderbook_delta", round + 2))
    }
    assert.deepStrictEqual(waits, [250, 500, 1_000, 2_000, 4_000, 8_000])
    assert.deepStrictEqual(user.tags, Array.from({ length: 6 }, () => ["Outage", "Restored"]).flat())
    assert.deepInclude(user.of("Outage")[0]?.cause, { _tag: "SubscriptionLost", code: 25 })
    // After a subscription was open for some time, the shortest wait applies again.
    world.receive(snapshot(7, 1))
    for (let seconds = 0; seconds < 30; seconds++) {
      world.session.pinged(1)
      world.pass(1_000)
    }
    world.receive(error(25, { sid: 7, seq: 2 }))
    world.pass(250)
    assert.strictEqual(world.takeOne().cmd, "subscribe")
  })

  it("opens another connection for the markets beyond the limit after error 26 (MarketLimitExceeded)", () => {
    const world = new World({ batchSize: 2 })
    const { user } = world.subscribe("trade", tickers("A", "B", "C", "D"))
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    const add = world.takeOne()
    world.receive(error(26, { id: add.id, sid: 1, seq: 1 }, { market_tickers: ["C", "D"] }))
    assert.deepStrictEqual(world.dials, [1, 2])
    world.open()
    const other = world.takeOne()
    assert.deepInclude(other, { generation: 2, cmd: "subscribe" })
    assert.deepStrictEqual(other.params.market_tickers, ["C", "D"])
    world.receive(subscribed(other.id, "trade", 1), 2)
    world.receive(trade(1, 2, "A"), 1)
    world.receive(trade(1, 1, "D"), 2)
    assert.deepStrictEqual(user.tags, ["trade", "trade"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("splits the first command if it alone exceeds the limit of markets", () => {
    const world = new World()
    world.subscribe("trade", tickers("A", "B", "C", "D"))
    world.open()
    world.receive(error(26, { id: world.takeOne().id }))
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["A", "B"])
  })

  it("pauses a restore after error 27 (TooManyRequests), and then restores every market", () => {
    const world = new World()
    const names = Array.from({ length: 5_000 }, (_, index) => `M${index}`)
    const { user } = world.live("trade", tickers(...names))
    for (let seq = 1; seq < 10; seq++) world.receive(ok(world.takeOne().id, 1, seq))
    world.reconnect()
    let [seq, refused] = [0, 0]
    for (let passed = 0; passed < 120_000 && !user.tags.includes("Restored"); passed += 100) {
      for (const { cmd, id } of world.take(world.unread.length)) {
        if (refused++ % 2 === 0) world.receive(error(27, { id }))
        else world.receive(cmd === "subscribe" ? subscribed(id, "trade", 1) : ok(id, 1, ++seq))
      }
      world.session.pinged(world.generation)
      world.pass(100)
    }
    assert.deepStrictEqual(user.tags, ["Outage", "Restored"])
    assert.strictEqual(world.session.state().subscriptions[0]!.acknowledged.size, 5_000)
    assert.deepStrictEqual(world.dials, [1, 2])
  })

  it("does not repeat a removal after error 26 (MarketLimitExceeded)", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
    world.pass(1_000)
    assert.deepStrictEqual([world.unread, user.events], [[], []])
  })

  it("opens a subscription again if a market in doubt may fill it (error 26)", () => {
    const world = new World({ batchSize: 1 })
    const { subscription, user } = world.subscribe("trade", tickers("A", "C"))
    world.open()
    world.takeOne()
    world.pass(5_000)
    subscription.remove(["A"])
    world.receive(list(world.takeOne().id, ["trade", 1]))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
    const end = world.takeOne()
    assert.deepStrictEqual([end.cmd, end.params.sids], ["unsubscribe", [1]])
    world.receive({ id: end.id, type: "unsubscribed", sid: 1, seq: 2 })
    const again = world.takeOne()
    assert.deepStrictEqual([again.cmd, again.params.market_tickers], ["subscribe", ["C"]])
    world.receive(error(26, { id: again.id }))
    assert.deepInclude(user.error, { _tag: "SubscriptionRefused", code: 26 })
  })

  it("refuses a market if a subscribe command without a reply opened no subscription (error 26)", () => {
    const world = new World()
    const { user } = world.subscribe("trade", tickers("A"))
    world.open()
    world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id))
    world.receive(error(26, { id: world.takeOne().id }))
    assert.deepInclude(user.error, { _tag: "SubscriptionRefused", code: 26 })
    assert.deepStrictEqual(world.unread, [])
  })

  it("refuses a market if no market is in doubt, even if an unrequested reply opened the subscription (error 26)", () => {
    const world = new World()
    const { user } = world.subscribe("trade", tickers("A"))
    world.open()
    const { id } = world.takeOne()
    world.receive(subscribed(999, "trade", 1))
    world.receive(error(26, { id }))
    assert.deepInclude(user.error, { _tag: "SubscriptionRefused", code: 26 })
  })

  it("halves a refused subscribe command even if the refusal names all its markets (error 26)", () => {
    const world = new World()
    const { user } = world.subscribe("trade", tickers("A", "B"))
    world.open()
    world.receive(error(26, { id: world.takeOne().id }, { market_tickers: ["A", "B"] }))
    assert.deepStrictEqual([world.takeOne().params.market_tickers, user.events, user.ends], [["A"], [], []])
  })
})
