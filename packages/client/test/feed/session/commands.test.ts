/** Checks the content of commands, and what happens while a command is in flight. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { error, message, ok, snapshot, subscribed, trade } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

describe("send", () => {
  it("does not request the current state of a market that it removes", () => {
    const world = new World()
    const { subscription } = world.live("ticker", { ...tickers("A", "B"), send_initial_snapshot: true })
    subscription.remove(["B"])
    assert.deepStrictEqual(world.takeOne().params, { action: "delete_markets", sid: 1, market_tickers: ["B"] })
  })

  it("delivers no message of a market whose removal is in flight, even if the market is wanted again", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    subscription.add(["B"])
    assert.deepStrictEqual(world.unread.length, 1)
    world.receive(trade(1, 1, "B"))
    assert.deepStrictEqual(user.tags, [])
    world.receive(ok(world.takeOne().id, 1, 2, ["A"]))
    world.receive(ok(world.takeOne().id, 1, 3, ["A", "B"]))
    world.receive(trade(1, 4, "B"))
    assert.deepStrictEqual(user.tags, ["trade"])
  })

  it("delivers no message of an ending subscription to a user who joins", () => {
    const world = new World()
    world.live("trade", tickers("A")).subscription.close()
    const end = world.takeOne()
    const { user } = world.subscribe("trade", tickers("A"))
    world.receive(trade(1, 1))
    world.receive({ id: end.id, type: "unsubscribed", sid: 1, seq: 2 })
    assert.deepStrictEqual(user.events, [])
    world.receive(subscribed(world.takeOne().id, "trade", 2))
    world.receive(trade(2, 1))
    assert.deepStrictEqual(user.tags, ["trade"])
  })

  it("delivers the messages of a subscription that will be opened again, until it ends", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.resubscribe()
    const end = world.takeOne()
    world.receive(trade(1, 1))
    world.receive({ id: end.id, type: "unsubscribed", sid: 1, seq: 2 })
    assert.deepStrictEqual(user.tags, ["trade", "Outage"])
    assert.deepStrictEqual(user.of("Outage")[0]?.cause, {
      _tag: "SubscriptionLost",
      code: undefined,
      reason: "a user requested it"
    })
  })

  it("notifies the users of books when it subscribes and adds markets, but not during a changeover", () => {
    const world = new World()
    const requests: Array<ReadonlyArray<string>> = []
    const onBookRequest = (markets: ReadonlyArray<string>) => void requests.push(markets)
    const user = Object.assign(new User(), { onBookRequest })
    const { subscription } = world.subscribe("orderbook_delta", tickers("A"), user)
    world.subscribe("trade", tickers("A"), Object.assign(new User(), { onBookRequest }))
    world.open()
    const [books, trades] = world.take(2)
    world.receive(subscribed(trades!.id, "trade", 2))
    world.receive(subscribed(books!.id, "orderbook_delta", 1))
    world.receive(snapshot(1, 1))
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 2, ["A", "B"]))
    world.receive(snapshot(1, 3, "B"))
    subscription.snapshot(["B"])
    subscription.remove(["A"])
    world.session.changeOver()
    world.open()
    assert.deepStrictEqual(requests, [["A"], ["B"]])
  })

  it("reports no snapshot request to users when it subscribes or adds a market", () => {
    const world = new World()
    let requests = 0
    const user = Object.assign(new User(), { onSnapshotRequest: () => void requests++ })
    const { subscription } = world.subscribe("orderbook_delta", tickers("A"), user)
    world.open()
    world.receive(subscribed(world.takeOne().id, "orderbook_delta", 1))
    world.receive(snapshot(1, 1))
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 2, ["A", "B"]))
    assert.strictEqual(requests, 0)
  })
})

describe("doubt", () => {
  it("until the list of subscriptions arrives, delivers no message of a market whose removal got no reply", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    world.takeOne()
    world.pass(5_000)
    subscription.add(["B"])
    world.receive(trade(1, 1, "B"))
    assert.deepStrictEqual(user.tags, [])
    world.receive({ id: world.takeOne().id, type: "ok", msg: [{ channel: "trade", sid: 1 }] })
    const add = world.takeOne()
    assert.deepInclude(add.params, { action: "add_markets", market_tickers: ["B"] })
    world.receive(ok(add.id, 1, 2, ["A", "B"]))
    world.receive(trade(1, 3, "B"))
    assert.deepStrictEqual([user.tags, world.unread], [["trade"], []])
  })

  it("removes a market again if its removal got no reply", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    world.takeOne()
    world.pass(5_000)
    world.receive({ id: world.takeOne().id, type: "ok", msg: [{ channel: "trade", sid: 1 }] })
    const again = world.takeOne()
    assert.deepInclude(again.params, { action: "delete_markets", market_tickers: ["B"] })
    world.receive(ok(again.id, 1, 1))
    assert.deepStrictEqual(world.unread, [])
  })

  it("keeps the markets whose snapshot request got no reply", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    subscription.snapshot(["A"])
    world.takeOne()
    world.pass(5_000)
    assert.deepStrictEqual([...world.session.state().subscriptions[0]!.acknowledged], ["A", "B"])
    world.receive({ id: world.takeOne().id, type: "ok", msg: [{ channel: "orderbook_delta", sid: 1 }] })
    world.pass(1)
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["A"] })
  })

  it("counts only consecutive commands without a reply", () => {
    const world = new World({ commandAttempts: 2 })
    const { subscription, user } = world.live("trade", tickers("A"))
    for (const market of ["B", "C"]) {
      subscription.add([market])
      world.takeOne()
      world.pass(5_000)
      world.receive({ id: world.takeOne().id, type: "ok", msg: [{ channel: "trade", sid: 1 }] })
      world.receive(ok(world.takeOne().id, 1, 1))
    }
    assert.deepStrictEqual(user.of("Refused"), [])
    subscription.add(["D"])
    for (let attempt = 0; attempt < 2; attempt++) {
      world.takeOne()
      world.pass(5_000)
      world.receive({ id: world.takeOne().id, type: "ok", msg: [{ channel: "trade", sid: 1 }] })
    }
    assert.deepInclude(user.of("Refused")[0]?.error, { _tag: "CommandTimedOut", markets: ["D"], attempts: 2 })
  })
})

describe("opened", () => {
  it("shows since when a subscription is open or lost", () => {
    const world = new World()
    const since = () => world.session.state().subscriptions[0]!.sinceMillis - world.wallOffsetMillis - 1_000_000
    world.subscribe("trade")
    world.pass(10)
    assert.strictEqual(since(), 0)
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    assert.strictEqual(since(), 10)
    world.pass(10)
    world.session.closed(1, 1006, "")
    assert.strictEqual(since(), 20)
  })

  it("verifies a subscription that is silent after it was opened again", () => {
    const world = new World({ silenceMillis: 7_000 })
    world.live("trade")
    world.receive(trade(1, 1))
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    world.pass(7_000)
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
  })
})

describe("Session, commands", () => {
  it("sends one command per channel, so that each reply belongs to one channel", () => {
    const world = new World()
    const [books, fills] = [world.subscribe("orderbook_delta", tickers("A")), world.subscribe("fill")]
    world.open()
    const [first, second] = world.take(2)
    world.receive(error(9, { id: second!.id }))
    world.receive(subscribed(first!.id, "orderbook_delta", 1))
    world.receive(snapshot(1, 1))
    // A second reply with the same id changes nothing.
    world.receive(error(9, { id: first!.id }))
    assert.deepStrictEqual(books.user.tags, ["orderbook_snapshot"])
    assert.deepInclude(fills.user.error, { _tag: "SubscriptionRefused", code: 9, codeName: "AuthenticationRequired" })
    assert.deepStrictEqual(books.user.ends, [])
  })

  it("requests the current state of tickers that it subscribes to, adds or restores", () => {
    const world = new World()
    const { subscription } = world.live("ticker", { ...tickers("A"), send_initial_snapshot: true })
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B"]))
    world.reconnect()
    world.takeOne()
    assert.deepStrictEqual(
      world.sent.map(({ cmd, params }) => [cmd, params.send_initial_snapshot, params.market_tickers]),
      [
        ["subscribe", true, ["A"]],
        ["update_subscription", true, ["B"]],
        ["subscribe", true, ["A", "B"]]
      ]
    )
  })

  it("always sends use_yes_price for a book", () => {
    const world = new World()
    world.live("orderbook_delta", tickers("A"))
    world.live("orderbook_delta", { ...tickers("A"), use_yes_price: true })
    assert.deepStrictEqual(
      world.sent.map(({ params }) => params.use_yes_price),
      [false, true]
    )
  })

  it("subscribes to indices by name, lists them, and adds and removes them", () => {
    const world = new World()
    const { subscription, user } = world.live("cfbenchmarks_value", { index_ids: ["BRTI"] })
    subscription.add(["ETHUSD_RTI"])
    const add = world.takeOne()
    assert.deepInclude(add.params, { action: "subscribe_indices", index_ids: ["ETHUSD_RTI"] })
    world.receive({ id: add.id, type: "ok", sid: 1, seq: 1, msg: { index_ids: ["BRTI", "ETHUSD_RTI"] } })
    world.receive(message("cfbenchmarks_value", { sid: 1, seq: 2 }, { index_id: "ETHUSD_RTI" }))
    subscription.list()
    const list = world.takeOne()
    assert.deepInclude(list.params, { action: "indexlist" })
    world.receive(message("cfbenchmarks_value_indexlist", { sid: 1, seq: 3, id: list.id }))
    assert.deepStrictEqual(user.tags, ["cfbenchmarks_value", "cfbenchmarks_value_indexlist"])
    subscription.remove(["BRTI"])
    assert.deepInclude(world.takeOne().params, { action: "unsubscribe_indices", index_ids: ["BRTI"] })
    const all = world.live("pyth_value", { underlying_tickers: ["all"] }, 2)
    world.receive(message("pyth_value", { sid: 2, seq: 1 }))
    assert.deepStrictEqual(all.user.tags, ["pyth_value"])
    assert.isTrue(Result.isFailure(all.subscription.add(["Metal.XAU/USD"])))
  })

  it("subscribes to 5,000 markets in batches, one command at a time", () => {
    const world = new World()
    const names = Array.from({ length: 5_000 }, (_, index) => `M${index}`)
    world.live("trade", tickers(...names))
    for (let batch = 1; batch < 10; batch++) {
      const { id, params } = world.takeOne()
      assert.strictEqual(params.market_tickers?.length, 500)
      assert.deepStrictEqual(world.unread, [])
      world.receive(ok(id, 1, batch))
    }
    assert.deepStrictEqual(world.unread, [])
    assert.strictEqual(world.session.state().subscriptions[0]!.status, "live")
  })

  it("limits the rate of commands after a burst", () => {
    const world = new World({ commandBurst: 3 })
    const channels = ["trade", "fill", "ticker", "user_orders", "market_positions"] as const
    for (const channel of channels) world.subscribe(channel)
    world.open()
    assert.strictEqual(world.unread.length, 3)
    world.pass(50)
    assert.strictEqual(world.unread.length, 4)
    world.pass(50)
    assert.strictEqual(world.unread.length, 5)
  })
})
