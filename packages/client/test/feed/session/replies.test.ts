/** Checks how the session applies replies to commands, in particular late replies. */
import { assert, describe, it } from "@effect/vitest"
import { error, ok, snapshot, subscribed, ticker, trade } from "../support/messages.ts"
import { World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

/** The reply to `list_subscriptions`. */
const list = (id: number, ...subscriptions: ReadonlyArray<readonly [channel: string, sid: number]>) => ({
  id,
  type: "ok",
  msg: subscriptions.map(([channel, sid]) => ({ channel, sid }))
})

describe("onUnsubscribed", () => {
  it("treats a command as unanswered if the reply is about another subscription", () => {
    const world = new World()
    world.live("ticker").subscription.close()
    world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 9, seq: 1 })
    world.pass(5_000)
    world.receive(list(world.takeOne().id))
    assert.deepStrictEqual([world.unread, world.session.state().subscriptions], [[], []])
  })

  it("requests the list of subscriptions if the sid of the ended subscription belongs to a newer one", () => {
    const world = new World()
    world.subscribe("ticker")
    world.open()
    world.takeOne()
    world.receive({ type: "subscribed", msg: { channel: "trade", sid: 5 } })
    const { id } = world.takeOne()
    world.receive({ type: "subscribed", msg: { channel: "ticker", sid: 5 } })
    world.receive({ id, type: "unsubscribed", sid: 5, seq: 1 })
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
  })

  it("ignores a late reply after a newer command", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.close()
    const late = world.takeOne()
    world.pass(5_000)
    const { user } = world.subscribe("trade", tickers("A", "B"))
    world.receive(list(world.takeOne().id, ["trade", 1]))
    assert.deepInclude(world.takeOne().params, { action: "add_markets", market_tickers: ["B"] })
    world.receive({ id: late.id, type: "unsubscribed", sid: 1, seq: 1 })
    assert.deepStrictEqual(user.tags, [])
  })

  it("opens a subscription again after a late reply has ended it", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.close()
    const late = world.takeOne()
    world.pass(5_000)
    const { user } = world.subscribe("trade", tickers("A"))
    world.receive(list(world.takeOne().id, ["trade", 1]))
    world.receive({ id: late.id, type: "unsubscribed", sid: 1, seq: 1 })
    assert.deepStrictEqual(user.of("Outage")[0]?.cause, {
      _tag: "SubscriptionLost",
      code: undefined,
      reason: "a late reply ended it"
    })
    world.pass(1_000)
    world.receive(subscribed(world.takeOne().id, "trade", 2))
    assert.deepStrictEqual(user.tags, ["Outage", "Restored"])
  })

  it("ignores a reply about an unknown command or subscription", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.receive({ id: 999, type: "unsubscribed", sid: 1, seq: 1 })
    world.receive({ type: "unsubscribed", sid: 9, seq: 1 })
    world.receive(trade(1, 2))
    assert.deepStrictEqual([user.tags, user.ends], [["trade"], []])
  })

  it("drops the new connection of a changeover if the exchange ends a subscription there", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.live("ticker", {}, 2)
    world.session.changeOver()
    world.open()
    world.receive(subscribed(world.take(2)[0]!.id, "trade", 1), 2)
    world.receive({ type: "unsubscribed", sid: 1, seq: 1 }, 2)
    assert.deepStrictEqual([world.abandoned, user.ends], [[2], []])
  })

  it("treats the command id 0 like a missing id", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.receive({ id: 0, type: "unsubscribed", sid: 1, seq: 1 })
    assert.deepInclude({ ...user.error }, { _tag: "SubscriptionEnded", channel: "trade" })
    assert.deepStrictEqual([world.unread, world.session.state().subscriptions], [[], []])
  })
})

describe("onOk", () => {
  it("delivers messages of a market that a user adds again, even if its removal got a late reply", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    const removal = world.takeOne()
    world.pass(5_000)
    const verify = world.takeOne()
    subscription.add(["B"])
    world.receive(ok(removal.id, 1, 1, ["A"]))
    const add = world.takeOne()
    world.receive(list(verify.id, ["trade", 1]))
    // The exchange can send messages before the reply to the command.
    world.receive(trade(1, 2, "B"))
    world.receive(ok(add.id, 1, 3, ["A", "B"]))
    assert.deepStrictEqual(user.tags, ["trade"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("ignores a late reply after a newer command", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    const first = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["trade", 1]))
    world.receive(ok(first.id, 1, 1, ["A", "B"]))
    assert.deepStrictEqual([...world.session.state().subscriptions[0]!.acknowledged], ["A"])
    world.receive(ok(world.takeOne().id, 1, 2, ["A", "B"]))
    assert.deepStrictEqual([...world.session.state().subscriptions[0]!.acknowledged], ["A", "B"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("treats a command as unanswered if the reply is about another subscription", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 7, 1, ["A", "B"]))
    assert.deepStrictEqual(world.unread, [])
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["trade", 1]))
    assert.deepInclude(world.takeOne().params, { action: "add_markets", market_tickers: ["B"] })
    assert.deepStrictEqual(user.events, [])
  })

  it("does not accept an ok reply to an unsubscribe command", () => {
    const world = new World()
    const { subscription } = world.live("ticker")
    subscription.close()
    world.receive(ok(world.takeOne().id, 1, 1))
    assert.deepStrictEqual(world.unread, [])
    world.pass(5_000)
    world.receive(list(world.takeOne().id))
    assert.deepStrictEqual([world.unread, world.session.state().subscriptions], [[], []])
  })

  it("accepts a reply without a sid to an add command", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.receive({ id: world.takeOne().id, type: "ok" })
    assert.deepStrictEqual([...world.session.state().subscriptions[0]!.acknowledged], ["A", "B"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("counts the seq of a reply to an unknown command", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.receive(ok(999, 1, 1))
    world.receive(trade(1, 2))
    assert.deepStrictEqual(user.tags, ["trade"])
  })

  it("opens a subscription into which the exchange merged a subscribe command, and then sends the next command", () => {
    for (const channel of ["fill", "trade"] as const) {
      const world = new World()
      const { subscription } = world.subscribe(channel, tickers("A"))
      world.open()
      world.receive(ok(world.takeOne().id, 5, 1))
      subscription.add(["B"])
      assert.deepInclude(world.takeOne().params, { action: "add_markets", market_tickers: ["B"], sid: 5 })
    }
  })

  it("opens a subscription without markets after a reply with a list", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    world.open()
    world.receive(ok(world.takeOne().id, 5, 1, []))
    world.receive(ticker(5))
    assert.deepStrictEqual(user.tags, ["ticker"])
  })

  it("does not open an ended subscription after a late reply to an add command", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    const { id } = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id))
    world.receive(ok(id, 1, 1, ["A", "B"]))
    world.pass(1_000)
    assert.deepInclude(world.takeOne().params, { channels: ["trade"], market_tickers: ["A", "B"] })
    assert.deepStrictEqual(user.tags, ["Outage"])
  })

  it("sends no removal of a market that the list in a reply lacks", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["C"])
    world.takeOne()
    subscription.remove(["C"])
    subscription.add(["B"])
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["trade", 1]))
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B"]))
    assert.deepStrictEqual(world.unread, [])
  })

  it("ends the subscription that a late reply opens if its user was refused in the meantime", () => {
    const world = new World({ commandAttempts: 1 })
    const { user } = world.subscribe("ticker")
    world.open()
    const { id } = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id))
    assert.strictEqual(user.error?._tag, "CommandTimedOut")
    const other = world.subscribe("fill")
    world.receive(ok(id, 5, 1))
    assert.deepStrictEqual(
      world.take(2).map(({ params }) => params.sids ?? params.channels),
      [["fill"], [5]]
    )
    assert.deepStrictEqual(other.user.events, [])
  })

  it("ends no subscription after a late reply without a sid", () => {
    const world = new World({ commandAttempts: 1 })
    world.subscribe("ticker")
    world.open()
    const { id } = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id))
    world.subscribe("fill")
    world.takeOne()
    world.receive({ id, type: "ok" })
    assert.deepStrictEqual(world.unread, [])
  })

  it("ends no subscription after a late reply to an add command of an ended subscription", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    const { id } = world.takeOne()
    world.pass(5_000)
    const verify = world.takeOne()
    subscription.close()
    world.live("fill", {}, 2)
    world.receive(list(verify.id, ["fill", 2]))
    world.receive(ok(id, 1, 1))
    assert.deepStrictEqual(world.unread, [])
  })

  it("keeps the sid from the list of subscriptions if a late reply has another sid", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    world.open()
    const { id } = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["ticker", 5]))
    world.receive(ok(id, 6, 1))
    world.receive(ticker(5))
    assert.strictEqual(world.session.state().subscriptions[0]!.sid, 5)
    assert.deepStrictEqual(user.tags, ["ticker"])
  })

  it("applies a late reply to an add command if it arrives before the list of subscriptions", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    const { id } = world.takeOne()
    world.pass(5_000)
    const verify = world.takeOne()
    world.receive(ok(id, 1, 1))
    world.receive(list(verify.id, ["trade", 1]))
    assert.deepStrictEqual([...world.session.state().subscriptions[0]!.acknowledged], ["A", "B"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("adds a market again that is missing in the reply to a removal", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B", "C"))
    subscription.remove(["B"])
    const other = world.subscribe("trade", tickers("A"))
    world.receive(ok(world.takeOne().id, 1, 1, ["A"]))
    const add = world.takeOne()
    assert.deepInclude(add.params, { action: "add_markets", market_tickers: ["C"] })
    assert.deepInclude(user.of("Outage")[0], {
      markets: ["C"],
      cause: { _tag: "SubscriptionLost", code: undefined, reason: "the exchange no longer lists it" }
    })
    world.receive(ok(add.id, 1, 2, ["A", "C"]))
    assert.deepStrictEqual([user.tags, other.user.tags], [["Outage", "Restored"], []])
  })

  it("reports a second outage if the connection is lost before a missing market was added again", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B", "C"))
    subscription.remove(["B"])
    world.receive(ok(world.takeOne().id, 1, 1, ["A"]))
    world.session.closed(1, 1006, "")
    assert.deepStrictEqual(
      user.of("Outage").map(({ markets }) => markets),
      [["C"], ["A", "C"]]
    )
  })

  it("requires a new snapshot of a book that is missing in a list", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    subscription.add(["C"])
    world.receive(ok(world.takeOne().id, 1, 3, ["B", "C"]))
    world.receive(snapshot(1, 4, "C"))
    world.receive(ok(world.takeOne().id, 1, 5, ["A", "B", "C"]))
    assert.strictEqual(world.session.state().subscriptions[0]!.status, "live")
    world.pass(5_000)
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["A"] })
  })

  it("reports no refusal of a market that the user removed before the reply", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    const { id } = world.takeOne()
    subscription.remove(["B"])
    world.receive(ok(id, 1, 1, ["A"]))
    assert.deepStrictEqual([world.unread, user.events], [[], []])
  })

  it("forgets a removed market after a reply without a list of markets", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    subscription.remove(["B"])
    world.receive(ok(world.takeOne().id, 1, 3))
    assert.deepStrictEqual([...world.session.state().subscriptions[0]!.acknowledged], ["A"])
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 4))
    assert.deepStrictEqual(world.unread, [])
  })

  it("ignores the list of markets in the reply to a snapshot request", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    subscription.snapshot(["A"])
    world.receive(ok(world.takeOne().id, 1, 3, ["A"]))
    assert.deepStrictEqual([world.unread, user.of("Refused")], [[], []])
  })
})

describe("onOk without a sid", () => {
  it("finds the sid of a new subscription in the list of subscriptions", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    world.open()
    world.receive({ id: world.takeOne().id, type: "ok", msg: [] })
    assert.strictEqual(world.session.state().subscriptions[0]!.status, "restoring")
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["ticker", 5]))
    world.receive(ticker(5))
    assert.deepStrictEqual(user.tags, ["ticker"])
  })
})

describe("onOk to the request for the list of subscriptions", () => {
  it("closes the connection after a timeout if the reply has no list", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.takeOne()
    world.pass(5_000)
    world.receive(ok(world.takeOne().id, 1, 1))
    // The reply counts in the sequence of the subscription.
    world.receive(trade(1, 2))
    assert.deepStrictEqual(user.tags, ["trade"])
    const { generation } = world
    world.pass(5_000)
    assert.deepStrictEqual(world.abandoned, [generation])
  })
})

describe("onSubscribed", () => {
  it("assigns a reply without a command id to the subscribe command of the same channel", () => {
    const world = new World()
    world.subscribe("ticker")
    const { user } = world.subscribe("trade", tickers("A"))
    world.open()
    world.take(2)
    world.receive({ type: "subscribed", msg: { channel: "trade", sid: 5 } })
    world.receive(trade(5, 1))
    assert.deepStrictEqual(user.tags, ["trade"])
    assert.deepStrictEqual([...world.session.state().subscriptions[1]!.acknowledged], [])
  })

  it("assigns a reply to the pending subscribe command, even if it has the id of a list_subscriptions command", () => {
    const world = new World()
    world.live("trade", tickers("A")).subscription.add(["B"])
    world.takeOne()
    world.pass(5_000)
    const { id } = world.takeOne()
    const { user } = world.subscribe("ticker")
    world.takeOne()
    world.receive(subscribed(id, "ticker", 5))
    world.receive(ticker(5))
    assert.deepStrictEqual(user.tags, ["ticker"])
  })

  it("ends a second subscription of a channel", () => {
    const world = new World()
    world.live("trade", tickers("A"))
    world.receive({ type: "subscribed", msg: { channel: "trade", sid: 9 } })
    assert.deepStrictEqual(world.takeOne().params.sids, [9])
  })

  it("ends the subscription that a late reply opens if its user was refused in the meantime", () => {
    const world = new World({ commandAttempts: 1 })
    const { user } = world.subscribe("ticker")
    world.open()
    const { id } = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id))
    assert.strictEqual(user.error?._tag, "CommandTimedOut")
    world.subscribe("fill")
    world.takeOne()
    world.receive(subscribed(id, "ticker", 5))
    assert.deepStrictEqual(world.takeOne().params.sids, [5])
  })

  it("keeps the sid from the list of subscriptions if a late reply has another sid", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    world.open()
    const { id } = world.takeOne()
    world.pass(5_000)
    world.receive(list(world.takeOne().id, ["ticker", 5]))
    world.receive(subscribed(id, "ticker", 6))
    world.receive(ticker(5))
    assert.strictEqual(world.session.state().subscriptions[0]!.sid, 5)
    assert.deepStrictEqual(user.tags, ["ticker"])
  })

  it("assigns a reply without a known command id to the pending subscribe command", () => {
    for (const members of [{}, { id: 999 }]) {
      const world = new World()
      const { user } = world.subscribe("ticker")
      world.open()
      world.takeOne()
      world.receive({ ...members, type: "subscribed", msg: { channel: "ticker", sid: 5 } })
      world.receive(ticker(5))
      assert.deepStrictEqual(user.tags, ["ticker"])
    }
  })

  it("ends a subscription whose channel the session did not request", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 5))
    assert.deepStrictEqual(world.takeOne().params.sids, [5])
    world.pass(5_000)
    world.receive(list(world.takeOne().id))
    assert.deepStrictEqual(world.takeOne().params.channels, ["ticker"])
    assert.deepStrictEqual(user.ends, [])
  })

  it("keeps a live subscription after a repeated reply", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.receive(trade(1, 1))
    world.receive(subscribed(1, "trade", 1))
    world.receive(trade(1, 2))
    assert.deepStrictEqual([user.tags, world.unread], [["trade", "trade"], []])
  })

  it("verifies the subscriptions if the exchange reuses the sid of a live subscription", () => {
    const world = new World()
    const fills = world.live("fill")
    world.live("ticker", {}, 1)
    world.receive(list(world.takeOne().id, ["ticker", 1]))
    assert.deepStrictEqual(fills.user.tags, ["Outage"])
    world.receive(error(25, { sid: 1 }))
    world.pass(1_000)
    assert.deepStrictEqual(
      world.unread.map(({ params }) => params.channels),
      [["fill"], ["ticker"]]
    )
  })
})

describe("Session, replies", () => {
  it("reads the sid (subscription id) from a reply of type ok to subscribe", () => {
    const world = new World()
    const { user } = world.subscribe("trade", tickers("A", "B"))
    world.open()
    const { id } = world.takeOne()
    world.receive(ok(id, 7, 1, ["A", "B"]))
    world.receive(trade(7, 2, "B"))
    assert.deepStrictEqual(user.tags, ["trade"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("applies a reply that arrives after its timeout", () => {
    const world = new World()
    const { user } = world.subscribe("trade", tickers("A"))
    world.open()
    const { id } = world.takeOne()
    world.pass(5_000)
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
    world.receive(subscribed(id, "trade", 3))
    world.receive(trade(3, 1))
    assert.deepStrictEqual(user.tags, ["trade"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("does not end a new subscription after a late `unsubscribed` with the same sid", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.close()
    const late = world.takeOne()
    world.pass(5_000)
    const list = world.takeOne()
    world.receive({ id: list.id, type: "ok", msg: [] })
    const { user } = world.live("trade", tickers("B"))
    world.receive({ id: late.id, type: "unsubscribed", sid: 1, seq: 1 })
    world.receive(trade(1, 2, "B"))
    assert.deepStrictEqual(user.tags.at(-1), "trade")
    assert.deepStrictEqual(user.ends, [])
  })

  it("ends the subscription of a user who left before the reply", () => {
    const world = new World()
    const { subscription, user } = world.subscribe("trade", tickers("A"))
    world.open()
    const { id } = world.takeOne()
    subscription.close()
    assert.deepStrictEqual(user.ends, [undefined])
    assert.deepStrictEqual(world.unread, [])
    world.receive(subscribed(id, "trade", 4))
    const command = world.takeOne()
    assert.deepInclude(command, { cmd: "unsubscribe" })
    assert.deepStrictEqual(command.params.sids, [4])
    world.receive({ id: command.id, type: "unsubscribed", sid: 4, seq: 1 })
    assert.deepStrictEqual(world.session.state().subscriptions, [])
  })

  it("ends a subscription that no command requested", () => {
    const world = new World()
    world.live("trade")
    world.receive(subscribed(999, "ticker", 8))
    assert.deepStrictEqual(world.takeOne().params.sids, [8])
  })

  it("ends a subscription after an `unsubscribed` or an error that no command caused", () => {
    const world = new World()
    const trades = world.live("trade")
    const fills = world.live("fill", {}, 2)
    const books = world.live("orderbook_delta", tickers("A"), 3)
    world.receive({ type: "unsubscribed", sid: 1, seq: 1 })
    world.receive(error(9, { sid: 2 }))
    assert.strictEqual(trades.user.error?._tag, "SubscriptionEnded")
    assert.deepInclude(fills.user.error, { _tag: "SubscriptionRefused", code: 9 })
    assert.deepStrictEqual(books.user.ends, [])
    // The exchange possibly still has the second subscription.
    assert.deepStrictEqual(world.takeOne().params.sids, [2])
  })

  it("does not treat the missing list of an ok reply as an empty list", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", { ...tickers("A"), skip_ticker_ack: true })
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 1))
    assert.deepStrictEqual([...world.session.state().subscriptions[0]!.acknowledged], ["A", "B"])
    assert.deepStrictEqual(world.unread, [])

    const listing = world.live("user_orders", tickers("A"), 2)
    listing.subscription.add(["B", "C"])
    const add = world.takeOne()
    // The exchange lost A, has X, and does not accept C.
    world.receive(ok(add.id, 2, 2, ["X", "B"]))
    assert.deepInclude(listing.user.of("Refused")[0]?.error, { _tag: "MarketsNotListed", markets: ["C"] })
    const [remove] = world.take(1)
    assert.deepInclude(remove!.params, { action: "delete_markets", market_tickers: ["X"] })
    world.receive(ok(remove!.id, 2, 3, ["B"]))
    assert.deepInclude(world.takeOne().params, { action: "add_markets", market_tickers: ["A"] })
    assert.deepStrictEqual(user.ends, [])
  })
})
