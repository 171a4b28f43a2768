/**
 * A user is a subscriber. A line is a connection that the session opens again after a loss. The generation is the
 * number of a connection, and rises with each dial.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { channels } from "../../../src/generated/feed.ts"
import { delta, error, message, ok, snapshot, subscribed, ticker, trade } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

describe("Session", () => {
  it("restores everything if the line drops during a restore", () => {
    const world = new World()
    const books = world.live("orderbook_delta", tickers("A", "B"))
    const trades = world.live("trade", tickers("A"), 2)
    world.session.closed(1, 1006, "")
    world.pass(1_000)
    world.open()
    const [first] = world.take(2)
    world.receive(subscribed(first!.id, "orderbook_delta", 1))
    world.session.closed(2, 1006, "")
    world.pass(2_000)
    world.open()
    const again = world.take(2)
    assert.deepStrictEqual(
      again.map(({ params }) => [params.channels, params.market_tickers]),
      [
        [["orderbook_delta"], ["A", "B"]],
        [["trade"], ["A"]]
      ]
    )
    for (const [index, { id, params }] of again.entries())
      world.receive(subscribed(id, params.channels![0]!, index + 1))
    for (const { user } of [books, trades]) {
      assert.deepStrictEqual(user.tags.slice(0, 2), ["Outage", "Restored"])
      assert.deepStrictEqual(user.ends, [])
    }
  })

  it("fails with the reason and the last cause after the last attempt to connect", () => {
    const world = new World({ reconnect: { maxAttempts: 2 } })
    const { user } = world.live("trade")
    world.session.closed(1, 1006, "")
    world.pass(10_000)
    world.session.refused(2, { _tag: "Transport", reason: "ECONNREFUSED" })
    world.pass(10_000)
    world.session.refused(3, { _tag: "Transport", reason: "ECONNRESET" })
    assert.deepInclude(user.error, {
      _tag: "ConnectionLost",
      attempts: 2,
      cause: { _tag: "Unreachable", reason: "ECONNRESET" }
    })
    assert.strictEqual(
      user.error?.message,
      "The feed has no connection: no connection could be opened, ECONNRESET (2 attempts to connect failed: allow more attempts, or subscribe again later)"
    )
    world.pass(100_000)
    assert.deepStrictEqual(world.dials, [1, 2, 3])
  })

  it("does not reconnect if reconnecting is switched off", () => {
    const world = new World({ reconnect: false })
    const { user } = world.live("trade")
    world.session.closed(1, 1001, "restart")
    assert.strictEqual(
      user.error?.message,
      "The feed has no connection: the connection closed with code 1001, restart (reconnecting is switched off: subscribe again)"
    )
    world.pass(100_000)
    assert.deepStrictEqual(world.dials, [1])
    world.live("trade")
    assert.deepStrictEqual(world.dials, [1, 2])
  })

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

  it("restores both channels of one ticker", () => {
    const world = new World()
    world.live("orderbook_delta", tickers("A"))
    world.live("trade", tickers("A"), 2)
    world.reconnect()
    assert.deepStrictEqual(
      world.take(2).map(({ params }) => params.channels),
      [["orderbook_delta"], ["trade"]]
    )
  })

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

  it("finds an unnamed refused market by halving the commands", () => {
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

  it("refuses a market whose first snapshot does not arrive, and keeps the other markets", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A", "NONE"))
    world.receive(snapshot(1, 1))
    world.pass(4_000)
    world.receive(delta(1, 2))
    world.pass(1_001)
    const requested = world.takeOne()
    assert.deepInclude(requested.params, { action: "get_snapshot", market_tickers: ["NONE"] })
    world.receive(ok(requested.id, 1, 3))
    world.receive(delta(1, 4))
    world.pass(5_000)
    const [refused] = user.of("Refused")
    assert.deepInclude(refused?.error, { _tag: "SnapshotMissing", markets: ["NONE"], waitedMillis: 10_000 })
    assert.strictEqual(
      refused?.error.message,
      "No snapshot arrived for NONE within 10000 ms: check that the market exists and is open"
    )
    assert.deepInclude(world.takeOne().params, { action: "delete_markets", market_tickers: ["NONE"] })
    assert.deepStrictEqual(user.ends, [])
  })

  it("starts the timeout of a snapshot when its request is sent", () => {
    const world = new World({ snapshotTimeoutMillis: 2_000 })
    const { subscription, user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1, "A"))
    world.receive(snapshot(1, 2, "B"))
    subscription.snapshot(["A"])
    const first = world.takeOne()
    subscription.snapshot(["B"])
    world.pass(3_000)
    world.receive(snapshot(1, 3, "A"))
    const second = world.takeOne()
    assert.deepInclude(second.params, { action: "get_snapshot", market_tickers: ["B"] })
    world.receive(ok(second.id, 1, 4))
    world.pass(1_999)
    assert.deepStrictEqual([world.unread, user.of("Refused")], [[], []])
    world.pass(1)
    const third = world.takeOne()
    assert.deepInclude(third.params, { action: "get_snapshot", market_tickers: ["B"] })
    world.receive(ok(third.id, 1, 5))
    world.receive(delta(1, 6))
    world.pass(2_000)
    assert.deepInclude(user.of("Refused")[0]?.error, { _tag: "SnapshotMissing", markets: ["B"] })
    assert.isBelow(first.id, second.id)
  })

  it("notifies a user of each snapshot request before the snapshot arrives", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A", "B"))
    const requests: Array<readonly [id: number, markets: ReadonlyArray<string>]> = []
    const user = new User()
    const subscribed = world.session.subscribe(
      { channel: "orderbook_delta", params: tickers("A", "B") },
      { ...user, onSnapshotRequest: (id, markets) => void requests.push([id, markets]) }
    )
    assert.isTrue(Result.isSuccess(subscribed))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    assert.deepStrictEqual(requests, [])
    subscription.snapshot(["B"])
    const { id, params } = world.takeOne()
    assert.deepInclude(params, { action: "get_snapshot", market_tickers: ["B"] })
    assert.deepStrictEqual(requests, [[id, ["B"]]])
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

  it("ignores a reply of an old connection, even if its id is known", () => {
    const world = new World()
    world.subscribe("trade", tickers("A"))
    world.open()
    const { id } = world.takeOne()
    world.reconnect()
    world.receive(subscribed(id, "trade", 9), 1)
    assert.strictEqual(world.session.state().subscriptions[0]!.sid, undefined)
    assert.strictEqual(world.session.state().counters.stale, 1)
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

  it("requests the list of subscriptions after error 18 (CommandTimeout), and acts on that list", () => {
    for (const isOpen of [true, false]) {
      const world = new World()
      const { user } = world.subscribe("ticker")
      world.open()
      world.receive(error(18, { id: world.takeOne().id }))
      const list = world.takeOne()
      assert.strictEqual(list.cmd, "list_subscriptions")
      world.receive({ id: list.id, type: "ok", msg: isOpen ? [{ channel: "ticker", sid: 5 }] : [] })
      if (!isOpen) world.receive(subscribed(world.takeOne().id, "ticker", 5))
      assert.deepStrictEqual(world.unread, [])
      world.receive(ticker(5))
      assert.deepStrictEqual(user.tags, ["ticker"])
    }
  })

  it("fails with CommandTimedOut if the exchange replies to list_subscriptions, but never to the command", () => {
    const world = new World()
    const { user } = world.subscribe("trade", tickers("A"))
    world.open()
    for (let attempt = 0; attempt < 3; attempt++) {
      assert.strictEqual(world.takeOne().cmd, "subscribe")
      world.pass(5_000)
      const list = world.unread.find(({ cmd }) => cmd === "list_subscriptions")!
      world.take(world.unread.length)
      world.receive({ id: list.id, type: "ok", msg: [] })
    }
    assert.deepInclude(user.error, { _tag: "CommandTimedOut", attempts: 3, markets: ["A"] })
    assert.deepStrictEqual(world.session.state().subscriptions, [])
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

  it("reports when the delay of messages grows, and when it falls", () => {
    const world = new World()
    const { user } = world.live("trade")
    const receive = (seq: number, ageMillis: number): void =>
      world.receive({ ...trade(1, seq), sending_ts_ms: world.nowMillis + world.wallOffsetMillis - ageMillis })
    for (const [index, ageMillis] of [300, 100, 5_000, 8_000, 21_000, 4_000, 150].entries())
      receive(index + 1, ageMillis)
    assert.deepStrictEqual(
      user.of("Delay").map(({ growthMillis, isLate }) => [isLate, growthMillis]),
      [
        [true, 7_900],
        [false, 50]
      ]
    )
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

  it("splits the first command if it alone exceeds the limit of markets", () => {
    const world = new World()
    world.subscribe("trade", tickers("A", "B", "C", "D"))
    world.open()
    world.receive(error(26, { id: world.takeOne().id }))
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["A", "B"])
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

  it("dials once if one drop causes an error and a close", () => {
    const world = new World()
    world.live("trade")
    world.session.closed(1, 1006, "error")
    world.session.closed(1, 1006, "close")
    world.session.refused(1, { _tag: "Transport", reason: "error" })
    world.pass(10_000)
    assert.deepStrictEqual(world.dials, [1, 2])
    // The second handshake is in flight, and no other dial starts before it ends.
    world.subscribe("orderbook_delta", { ...tickers("A"), use_yes_price: true })
    world.subscribe("orderbook_delta", { ...tickers("A"), use_yes_price: false })
    assert.deepStrictEqual(world.dials, [1, 2])
    world.open()
    assert.deepStrictEqual(world.dials, [1, 2, 3])
  })

  it("ignores messages that an old connection still sends", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    world.receive(trade(1, 1, "A", 100), 1)
    world.receive(trade(1, 1, "A", 200), 2)
    assert.strictEqual(user.of("Message").length, 1)
    assert.strictEqual(user.of("Message")[0]?.generation, 2)
    assert.strictEqual(world.session.state().counters.stale, 1)
  })

  it("stays closed after a late event, and neither dials nor delivers", () => {
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

  it("notices a half-open line within 25 seconds and never waits for its close", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.pass(19_999)
    assert.deepStrictEqual(world.unread, [])
    world.pass(1)
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
    world.pass(5_000)
    assert.deepStrictEqual(world.abandoned, [1])
    assert.deepStrictEqual(user.of("Outage")[0]?.cause, { _tag: "Unresponsive", timeoutMillis: 5_000 })
    world.pass(1_000)
    assert.deepStrictEqual(world.dials, [1, 2])
    world.session.closed(1, 1006, "the close event, much later")
    world.open()
    assert.strictEqual(world.takeOne().generation, 2)
  })

  it("gives up a handshake that takes too long", () => {
    const world = new World()
    const { user } = world.subscribe("trade")
    world.pass(15_000)
    assert.deepStrictEqual(world.abandoned, [1])
    assert.deepStrictEqual(user.of("Outage")[0]?.cause, { _tag: "DialTimedOut", timeoutMillis: 15_000 })
    world.session.opened(1)
    world.pass(1_000)
    assert.deepStrictEqual(world.dials, [1, 2])
  })

  it("fails with the status and body of a 403, without another dial", () => {
    const world = new World()
    const users = [world.subscribe("trade").user, world.subscribe("fill").user]
    world.session.refused(1, { _tag: "Response", status: 403, body: { code: "forbidden", message: "no access" } })
    for (const user of users) {
      assert.strictEqual(
        user.error?.message,
        "The exchange refused the feed with status 403: forbidden: no access (correct the key or the address, then build the layer again)"
      )
    }
    world.pass(1_000_000)
    assert.deepStrictEqual(world.dials, [1])
    assert.strictEqual(
      Result.getOrThrow(Result.flip(world.session.subscribe({ channel: "trade" }, new User())))._tag,
      "ConnectionRefused"
    )
  })

  it("waits for the Retry-After of a refusal with 429", () => {
    const world = new World()
    const { user } = world.subscribe("trade")
    world.session.refused(1, { _tag: "Response", status: 429, body: { message: "slow down" }, retryAfterMillis: 7_000 })
    world.pass(6_999)
    assert.deepStrictEqual(world.dials, [1])
    world.pass(1)
    assert.deepStrictEqual(world.dials, [1, 2])
    assert.deepStrictEqual(user.tags, ["Outage"])
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    assert.deepStrictEqual(user.of("Restored")[0]?.durationMillis, 7_000)
  })

  it("signs again once if the exchange blames the clock", () => {
    const refusal = { _tag: "Response", status: 401, body: { message: "timestamp" }, blamesClock: true } as const
    const world = new World()
    const { user } = world.subscribe("trade")
    world.session.refused(1, refusal)
    assert.deepStrictEqual(world.dials, [1, 2])
    world.session.refused(2, refusal)
    assert.deepInclude(user.error, { _tag: "ConnectionRefused", status: 401 })
    assert.deepStrictEqual(world.dials, [1, 2])
  })

  it("signs again at most once per successful connection", () => {
    const refusal = { _tag: "Response", status: 401, body: { message: "timestamp" }, blamesClock: true } as const
    const world = new World()
    const { user } = world.subscribe("trade")
    for (let round = 0; round < 3; round++) {
      world.session.refused(world.generation, refusal)
      world.open()
      world.session.closed(world.generation, 1006, "")
      world.pass(60_000)
    }
    assert.deepStrictEqual(user.ends, [])
  })

  it("fails at once after a close code that forbids reconnecting", () => {
    for (const code of [1002, 1003, 1007, 1008, 1009, 1010, 4001, 4999]) {
      const world = new World()
      const { user } = world.live("trade")
      world.session.closed(1, code, "policy")
      assert.deepInclude(user.error, { _tag: "ConnectionClosed", code, reason: "policy" })
      world.pass(100_000)
      assert.deepStrictEqual(world.dials, [1])
    }
    for (const code of [1000, 1001, 1006, 1011, 1012, 1013, 3000]) {
      const world = new World()
      const { user } = world.live("trade")
      world.session.closed(1, code, "")
      world.pass(1_000)
      assert.deepStrictEqual(world.dials, [1, 2], String(code))
      assert.deepStrictEqual(user.ends, [])
    }
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

  it("waits longer each time while connections close right after their handshake", () => {
    const world = new World()
    world.subscribe("trade")
    const waits: Array<number> = []
    for (let round = 0; round < 8; round++) {
      world.open()
      world.session.closed(world.generation, 1006, "")
      const [startMillis, count] = [world.nowMillis, world.dials.length]
      while (world.dials.length === count) world.pass(1)
      waits.push(world.nowMillis - startMillis)
    }
    assert.deepStrictEqual(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
    world.open()
    world.receive(subscribed(world.take(9).at(-1)!.id, "trade", 1))
    for (let checks = 0; checks < 30; checks++) {
      world.session.pinged(world.generation)
      world.pass(1_000)
    }
    world.session.closed(world.generation, 1006, "")
    const count = world.dials.length
    world.pass(249)
    assert.strictEqual(world.dials.length, count)
    world.pass(1)
    assert.strictEqual(world.dials.length, count + 1)
  })

  const serve = (world: World, millis: number, reply: (command: ReturnType<World["takeOne"]>) => void): void => {
    for (let passed = 0; passed < millis; passed += 500) {
      world.session.pinged(world.generation)
      for (const command of world.take(world.unread.length)) reply(command)
      world.pass(500)
    }
  }

  it("reopens a subscription that is acknowledged but never delivers", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A"))
    const other = world.live("trade", {}, 2)
    world.receive(snapshot(1, 1))
    const cmds: Array<string> = []
    let sid = 2
    serve(world, 150_000, ({ cmd, id, params }) => {
      cmds.push(params.action ?? cmd)
      if (cmd === "list_subscriptions") {
        world.receive({
          id,
          type: "ok",
          msg: [
            { channel: "orderbook_delta", sid: 1 },
            { channel: "trade", sid: 2 }
          ]
        })
      } else if (cmd === "unsubscribe") world.receive({ id, type: "unsubscribed", sid: 1, seq: 3 })
      else if (cmd === "subscribe") {
        world.receive(subscribed(id, "orderbook_delta", ++sid))
        world.receive(snapshot(sid, 1))
      } else world.receive(ok(id, 1, 2))
    })
    assert.deepStrictEqual(
      cmds.filter((cmd) => cmd !== "list_subscriptions"),
      ["get_snapshot", "unsubscribe", "subscribe"]
    )
    assert.deepStrictEqual(user.tags, ["orderbook_snapshot", "Outage", "Restored", "orderbook_snapshot"])
    assert.deepStrictEqual(other.user.events, [])
    assert.deepStrictEqual(world.dials, [1])
  })

  it("probes a silent line, and keeps the line while the exchange replies", () => {
    const world = new World()
    const books = world.live("orderbook_delta", tickers("A"))
    world.live("trade", tickers("A"), 2)
    let seq = 1
    world.receive(snapshot(1, seq))
    const cmds = new Set<string>()
    serve(world, 3_600_000, ({ cmd, id, params }) => {
      cmds.add(params.action ?? cmd)
      if (params.action === "get_snapshot") world.receive(snapshot(1, ++seq, "A", id))
      else {
        world.receive({
          id,
          type: "ok",
          msg: [
            { channel: "orderbook_delta", sid: 1 },
            { channel: "trade", sid: 2 }
          ]
        })
      }
    })
    assert.deepStrictEqual([...cmds].toSorted(), ["get_snapshot", "list_subscriptions"])
    assert.deepStrictEqual(world.dials, [1])
    assert.deepStrictEqual(new Set(books.user.tags), new Set(["orderbook_snapshot"]))
  })

  it("reopens a subscription that is not in the exchange's list of subscriptions", () => {
    const world = new World()
    const { user } = world.live("fill")
    let isOpen = false
    serve(world, 70_000, ({ cmd, id }) => {
      if (cmd === "subscribe") {
        isOpen = true
        world.receive(subscribed(id, "fill", 2))
      } else world.receive({ id, type: "ok", msg: isOpen ? [{ channel: "fill", sid: 2 }] : [] })
    })
    assert.deepStrictEqual(user.tags, ["Outage", "Restored"])
    assert.deepStrictEqual(user.of("Outage")[0]?.cause, {
      _tag: "SubscriptionLost",
      code: undefined,
      reason: "it is not in the list of subscriptions"
    })
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

  it("ends only the subscription whose handler throws", () => {
    const world = new World()
    const failing = new User()
    const first = world.live("trade", tickers("A"))
    world.subscribe(
      "trade",
      tickers("A"),
      Object.assign(failing, {
        onEvent: () => {
          throw new Error("mine")
        }
      })
    )
    const last = world.subscribe("trade", tickers("A"))
    world.receive(trade(1, 1))
    world.receive(trade(1, 2))
    assert.deepStrictEqual(first.user.tags, ["trade", "trade"])
    assert.deepStrictEqual(last.user.tags, ["trade", "trade"])
    assert.strictEqual(
      failing.error?.message,
      "A handler of trade threw: Error: mine (its subscription ended: correct the handler)"
    )
  })

  it("delivers every message immediately, from the start of the subscription", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    for (let seq = 1; seq <= 100; seq++) world.receive(trade(1, seq))
    assert.strictEqual(user.of("Message").length, 100)
  })

  it("reports a lost frame as a gap of all markets of its subscription", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(delta(1, 5, "B"))
    assert.deepStrictEqual(user.tags, ["orderbook_snapshot", "Gap", "orderbook_delta"])
    assert.deepInclude(user.of("Gap")[0], {
      reason: "missing",
      expectedSeq: 2,
      receivedSeq: 5,
      markets: ["A", "B"],
      sid: 1
    })
  })

  it("delivers messages that arrive before the `subscribed` reply of their subscription, in sequence", () => {
    const world = new World()
    const { user } = world.subscribe("orderbook_delta", tickers("A"))
    const other = world.subscribe("trade")
    world.open()
    const [first, second] = world.take(2)
    world.receive(snapshot(5, 1))
    world.receive(delta(5, 2))
    world.receive(subscribed(second!.id, "trade", 6))
    world.receive(trade(6, 1))
    world.receive(subscribed(first!.id, "orderbook_delta", 5))
    world.receive(delta(5, 3))
    assert.deepStrictEqual(user.tags, ["orderbook_snapshot", "orderbook_delta", "orderbook_delta"])
    assert.deepStrictEqual(other.user.tags, ["trade"])
    assert.strictEqual(world.session.state().counters.gaps, 0)
  })

  it("reports an undecodable early message in sequence with the other early messages", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    const other = world.subscribe("trade")
    world.open()
    const [first, second] = world.take(2)
    world.receive(subscribed(second!.id, "trade", 6))
    world.receive(ticker(5))
    world.receive('{"type":"ticker","sid":5,"msg":{"mark')
    world.receive(ticker(5))
    world.receive(subscribed(first!.id, "ticker", 5))
    assert.deepStrictEqual(user.tags, ["ticker", "Undecodable", "ticker"])
    assert.deepStrictEqual(other.user.tags, [])
  })

  it("reports a gap if more early messages arrive than the limit allows", () => {
    const world = new World({ maxEarlyMessages: 3 })
    const { user } = world.subscribe("ticker")
    world.open()
    for (let count = 0; count < 4; count++) world.receive(ticker(5))
    world.receive(subscribed(world.takeOne().id, "ticker", 5))
    assert.deepStrictEqual(user.tags, ["ticker", "ticker", "ticker", "Gap"])
    assert.strictEqual(user.of("Gap")[0]?.reason, "overflow")
  })

  it("passes a generation to each dial, and no address", () => {
    const world = new World()
    world.subscribe("trade")
    assert.deepStrictEqual(world.dials, [1])
    world.session.refused(1, { _tag: "Transport", reason: "reset" })
    world.pass(1_000)
    assert.deepStrictEqual(world.dials, [1, 2])
  })

  it("refuses a misspelled parameter, and a parameter that the channel does not have", () => {
    const world = new World()
    const refusal = (channel: string, params: object) => {
      const refused = world.session.subscribe({ channel, params } as never, new User()) // a JavaScript caller can pass anything
      const failure = Result.getOrThrow(Result.flip(refused))
      return failure._tag === "InvalidRequest" ? failure.pointer : failure._tag
    }
    assert.strictEqual(refusal("trade", { market_tickerz: ["A"] }), "/params/market_tickerz")
    assert.strictEqual(refusal("trade", { use_yes_price: true }), "/params/use_yes_price")
    assert.strictEqual(refusal("orderbook_delta", {}), "/params/market_tickers")
    assert.strictEqual(refusal("trades", {}), "/channel")
    assert.strictEqual(
      refusal("ticker", { market_ticker: "A", market_ids: ["9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1"] }),
      "/params/market_ids"
    )
    assert.deepStrictEqual(world.dials, [])
    // @ts-expect-error -- no such parameter
    world.session.subscribe({ channel: "trade", params: { market_tickerz: ["A"] } }, new User())
    // @ts-expect-error -- not a parameter of this channel
    world.session.subscribe({ channel: "fill", params: { use_yes_price: true } }, new User())
  })

  it("delivers every type of message to its own channel", () => {
    for (const [channel, { markets, messages }] of Object.entries(channels)) {
      for (const type of messages) {
        const world = new World()
        const all = channel.startsWith("cfbenchmarks") ? { index_ids: ["all"] } : { underlying_tickers: ["all"] }
        const isReference = /^(?:cfbenchmarks|pyth)/.test(channel)
        const params = isReference ? all : markets === "required" ? tickers("A") : {}
        const { user } = world.live(channel as keyof typeof channels, params) // a key of this object
        world.receive(message(type, { sid: 1 }, markets === "required" ? { market_ticker: "A" } : {}))
        assert.deepStrictEqual(user.tags.at(-1), type)
      }
    }
  })

  it("routes messages whose type is not the name of their channel", () => {
    const world = new World()
    const orders = world.live("user_orders", tickers("A"))
    const positions = world.live("market_positions", {}, 2)
    world.receive(message("user_order", { sid: 1 }, { ticker: "A" }))
    world.receive(message("user_order", { sid: 1 }, { ticker: "OTHER" }))
    world.receive(message("market_position", { sid: 2 }))
    assert.deepStrictEqual(orders.user.tags, ["user_order"])
    assert.deepStrictEqual(positions.user.tags, ["market_position"])
  })

  it("does not treat an ok reply without a list as an empty list", () => {
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

  it("delivers the last ticker message to a user who joins, until an outage", () => {
    const params = (...names: ReadonlyArray<string>) => ({ ...tickers(...names), send_initial_snapshot: true })
    const world = new World()
    const first = world.live("ticker", params("A", "B"))
    for (const market of ["A", "B", "A"]) world.receive(ticker(1, market))
    const second = world.subscribe("ticker", params("A"))
    assert.deepStrictEqual(second.user.events, [first.user.events[2]])
    second.subscription.add(["A", "B"])
    assert.deepStrictEqual(second.user.events.slice(1), [first.user.events[1]])
    assert.strictEqual(first.user.events.length, 3)
    world.reconnect()
    // The exchange sends the state again after the restore.
    assert.deepStrictEqual(world.subscribe("ticker", params("A")).user.events, [])
    const without = world.live("ticker", tickers("A"), 2)
    world.receive(ticker(2))
    assert.strictEqual(without.user.events.length, 1)
    assert.deepStrictEqual(world.subscribe("ticker", tickers("A")).user.events, [])
  })

  it("never checks seq on channels whose data messages have no seq", () => {
    for (const channel of ["ticker", "fill", "user_orders", "market_positions"] as const) {
      const world = new World()
      const { subscription, user } = world.live(channel, tickers("A", "B"))
      subscription.remove(["B"])
      world.receive(ok(world.takeOne().id, 1, 7, ["A"]))
      subscription.add(["C"])
      world.receive(ok(world.takeOne().id, 1, 9, ["A", "C"]))
      // `unsubscribed` has a seq too. The next subscription starts again at 1.
      subscription.resubscribe()
      world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 1, seq: 12 })
      world.pass(1_000)
      world.receive(subscribed(world.takeOne().id, channel, 2))
      assert.deepStrictEqual(user.tags, ["Outage", "Restored"])
      assert.deepInclude(world.session.state().counters, { gaps: 0, duplicates: 0 })
    }
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

  it("reports unknown members of a snapshot that lacks a side, before it delivers the snapshot", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A", "B"))
    const other = world.subscribe("orderbook_delta", tickers("B"))
    const { msg, ...rest } = snapshot(1, 1)
    const { no_dollars_fp, yes_dollars_fp, ...empty } = msg as Record<string, unknown> // the example has both sides
    world.receive({ ...rest, msg: { ...empty, yes: yes_dollars_fp, no_dollars_fp }, late: 1 })
    assert.deepStrictEqual(user.tags, ["UnknownKeys", "orderbook_snapshot"])
    assert.deepInclude(user.of("UnknownKeys")[0], { market: "A", sid: 1, pointers: ["/msg/yes", "/late"] })
    assert.deepStrictEqual(other.user.events, [])
    // There is no report if both sides are present, or if a side is absent and no member is unknown.
    world.receive({ ...rest, seq: 2, msg: { ...(msg as object), yes: [] } })
    world.receive({ ...rest, seq: 3, msg: empty })
    assert.strictEqual(user.of("UnknownKeys").length, 1)
  })

  it("counts the seq of deltas that arrive before the snapshot of their market", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A"))
    world.receive(delta(1, 1))
    world.receive(delta(1, 2))
    world.receive(snapshot(1, 3))
    world.receive(delta(1, 4))
    assert.deepStrictEqual(user.tags, ["orderbook_delta", "orderbook_delta", "orderbook_snapshot", "orderbook_delta"])
    assert.strictEqual(world.session.state().counters.gaps, 0)
  })

  it("expects seq 1 from a new subscription, even if it starts with a snapshot", () => {
    const trades = new World()
    const { user } = trades.live("trade", tickers("A"))
    trades.receive(trade(1, 3))
    assert.deepInclude(user.of("Gap")[0], { expectedSeq: 1, receivedSeq: 3 })
    const books = new World()
    const watcher = books.live("orderbook_delta", tickers("A", "B"))
    books.receive(snapshot(1, 3))
    books.receive(snapshot(1, 4, "B"))
    assert.deepStrictEqual(watcher.user.tags, ["Gap", "orderbook_snapshot", "orderbook_snapshot"])
    assert.deepInclude(watcher.user.of("Gap")[0], { expectedSeq: 1, receivedSeq: 3, markets: ["A", "B"] })
    books.reconnect()
    books.receive(subscribed(books.takeOne().id, "orderbook_delta", 1))
    books.receive(snapshot(1, 1))
    assert.strictEqual(watcher.user.of("Gap").length, 1)
  })

  it("reports lost deltas even if a snapshot of another market follows", () => {
    const world = new World()
    const { user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    // The deltas 3 and 4 of A are lost. The delta after the snapshot has the next seq.
    world.receive(snapshot(1, 5, "B"))
    world.receive(delta(1, 6, "B"))
    assert.deepStrictEqual(user.tags.slice(2), ["Gap", "orderbook_snapshot", "orderbook_delta"])
    assert.deepInclude(user.of("Gap")[0], { expectedSeq: 3, receivedSeq: 5, markets: ["A", "B"] })
  })

  it("delivers the reply to get_snapshot, counts its seq, and requests only missing snapshots again", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    subscription.snapshot(["A", "B"])
    const { id, params } = world.takeOne()
    assert.deepStrictEqual(params.market_tickers, ["A", "B"])
    world.receive(snapshot(1, 3, "A", id))
    world.receive(delta(1, 4))
    assert.deepStrictEqual(user.tags.slice(2), ["orderbook_snapshot", "orderbook_delta"])
    assert.strictEqual(world.session.state().connections[0]!.commandsInFlight, 0)
    // B still has no snapshot, so the session requests only B again.
    world.pass(5_000)
    const again = world.takeOne()
    assert.deepInclude(again.params, { action: "get_snapshot", market_tickers: ["B"] })
    world.receive(snapshot(1, 5, "B", again.id))
    world.receive(delta(1, 6, "B"))
    world.pass(5_000)
    assert.deepStrictEqual(user.tags.slice(4), ["orderbook_snapshot", "orderbook_delta"])
    assert.deepStrictEqual([world.unread, world.session.state().counters.gaps], [[], 0])
  })

  it("reconnects if the line drops while a snapshot is requested, and ends no subscription", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    subscription.snapshot(["A"])
    world.takeOne()
    world.reconnect()
    const { id, params } = world.takeOne()
    assert.deepStrictEqual(params.market_tickers, ["A", "B"])
    world.receive(subscribed(id, "orderbook_delta", 1))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    assert.deepStrictEqual(user.tags.slice(2), ["Outage", "Restored", "orderbook_snapshot", "orderbook_snapshot"])
    assert.deepStrictEqual(user.ends, [])
    world.pass(5_000)
    assert.deepStrictEqual(world.unread, [])
  })

  it("keeps the oldest early messages, and reports the other early messages as a gap", () => {
    const world = new World({ maxEarlyMessages: 3 })
    const { user } = world.subscribe("orderbook_delta", tickers("A", "B"))
    world.open()
    const { id } = world.takeOne()
    world.receive(snapshot(5, 1))
    for (let seq = 2; seq <= 6; seq++) world.receive(delta(5, seq))
    world.receive(subscribed(id, "orderbook_delta", 5))
    assert.deepStrictEqual(user.tags, ["orderbook_snapshot", "orderbook_delta", "orderbook_delta", "Gap"])
    assert.deepInclude(user.of("Gap")[0], { reason: "overflow", markets: ["A", "B"] })
    world.receive(snapshot(5, 7, "B"))
    assert.deepInclude(user.of("Gap")[1], { reason: "missing", expectedSeq: 4, receivedSeq: 7 })
  })

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

  it("reports a gap with all twelve markets of its subscription", () => {
    const world = new World()
    const names = Array.from({ length: 12 }, (_, index) => `M${index}`)
    const { user } = world.live("orderbook_delta", tickers(...names))
    for (const [index, name] of names.entries()) world.receive(snapshot(1, index + 1, name))
    world.receive(delta(1, 14, "M3"))
    assert.deepStrictEqual(user.of("Gap")[0]?.markets, names)
  })

  it("ignores and counts frames of an old sid or an old connection", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    subscription.resubscribe()
    const { id } = world.takeOne()
    world.receive({ id, type: "unsubscribed", sid: 1, seq: 2 })
    world.pass(1_000)
    world.receive(subscribed(world.takeOne().id, "orderbook_delta", 2))
    world.receive(snapshot(2, 1))
    const count = user.events.length
    world.receive(delta(1, 3))
    assert.strictEqual(world.session.state().counters.stray, 1)
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "orderbook_delta", 2))
    world.receive(snapshot(2, 1))
    world.receive(delta(2, 2, "A", 99), 1)
    assert.strictEqual(world.session.state().counters.stale, 1)
    assert.deepStrictEqual(user.tags.slice(count), ["Outage", "Restored", "orderbook_snapshot"])
  })

  it("reports an undecodable message of one market only to the users of this market", () => {
    const world = new World()
    const both = world.live("orderbook_delta", tickers("A", "B"))
    const other = world.subscribe("orderbook_delta", tickers("B"))
    world.receive(message("orderbook_delta", { sid: 1, seq: 1 }, { market_ticker: "A", delta_fp: 5 }))
    assert.deepStrictEqual(both.user.tags, ["Undecodable"])
    assert.deepInclude(both.user.of("Undecodable")[0], { market: "A", pointer: "/msg/delta_fp" })
    assert.deepStrictEqual(other.user.events, [])
    // If no user wants the market in a message, the ticker itself is possibly wrong. So every user gets a report.
    world.receive(message("orderbook_delta", { sid: 1, seq: 2 }, { market_ticker: "C", delta_fp: 5 }))
    assert.strictEqual(other.user.of("Undecodable")[0]?.market, undefined)
    assert.strictEqual(both.user.events.length, 2)
    assert.strictEqual(world.session.state().counters.gaps, 0)
  })

  it("reports an undecodable message about an order group, and counts its seq", () => {
    const world = new World()
    const { user } = world.live("order_group_updates")
    world.receive(message("order_group_updates", { sid: 1, seq: 1 }, { event_type: 7 }))
    world.receive(message("order_group_updates", { sid: 1, seq: 2 }))
    world.receive(message("order_group_updates", { sid: 1, seq: 4 }))
    assert.deepStrictEqual(user.tags, ["Undecodable", "order_group_updates", "Gap", "order_group_updates"])
    assert.deepInclude(user.of("Undecodable")[0], { sid: 1, pointer: "/msg/event_type" })
  })

  it("drops a repeated message, and reports a lower seq as a reset", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A", "B"))
    for (const seq of [1, 2, 2, 3, 1]) world.receive(trade(1, seq))
    assert.deepStrictEqual(user.tags, ["trade", "trade", "trade", "Gap", "trade"])
    assert.deepInclude(user.of("Gap")[0], { reason: "reset", expectedSeq: 4, receivedSeq: 1, markets: ["A", "B"] })
    assert.deepInclude(world.session.state().counters, { duplicates: 1, gaps: 1 })
  })

  it("counts the seq of replies between messages", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 2, ["A", "B"]))
    world.receive(snapshot(1, 3, "B"))
    world.receive(delta(1, 4, "B"))
    assert.deepStrictEqual(user.of("Gap"), [])
    assert.deepStrictEqual(world.session.state().counters.gaps, 0)
  })

  it("reports an undecodable message to the users of its subscription, and counts its seq", () => {
    const world = new World()
    const trades = world.live("trade", tickers("A"))
    const fills = world.live("fill", {}, 2)
    world.receive(message("trade", { sid: 1, seq: 1 }, { count_fp: 5 }))
    world.receive({ type: "order_amended", sid: 1, seq: 2, msg: {} })
    world.receive(trade(1, 3))
    world.receive(JSON.stringify(trade(1, 4)).slice(0, 40))
    world.receive(trade(1, 5))
    assert.deepStrictEqual(trades.user.tags, ["Undecodable", "UnknownMessage", "trade", "Undecodable", "Gap", "trade"])
    assert.deepInclude(trades.user.of("Undecodable")[0], { sid: 1, pointer: "/msg/count_fp" })
    assert.deepInclude(trades.user.of("UnknownMessage")[0], { sid: 1, type: "order_amended" })
    assert.deepStrictEqual(fills.user.events, [])
    // Without a readable sid, every user is notified.
    world.receive("{")
    assert.deepInclude(fills.user.of("Undecodable")[0], { sid: undefined, reason: "it is not JSON", text: "{" })
    assert.strictEqual(world.session.state().counters.undecodable, 4)
  })

  it("requests one snapshot for all users who join a live book", () => {
    const world = new World()
    const first = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    const second = world.subscribe("orderbook_delta", tickers("A"))
    const third = world.subscribe("orderbook_delta", tickers("A"))
    const command = world.takeOne()
    assert.deepInclude(command.params, { action: "get_snapshot", market_tickers: ["A"] })
    assert.deepStrictEqual(world.unread, [])
    world.receive(snapshot(1, 2, "A", command.id))
    for (const { user } of [second, third]) assert.deepStrictEqual(user.tags, ["orderbook_snapshot"])
    assert.deepStrictEqual(first.user.tags, ["orderbook_snapshot", "orderbook_snapshot"])
  })

  it("keeps at most one snapshot request in flight per market", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    for (let count = 0; count < 5; count++) subscription.snapshot(["A"])
    subscription.snapshot(["B", "UNKNOWN"])
    const first = world.takeOne()
    assert.deepStrictEqual(first.params.market_tickers, ["A"])
    world.receive(snapshot(1, 3, "A", first.id))
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["B"])
    assert.deepStrictEqual(world.unread, [])
  })

  it("requests a missing snapshot once more before it refuses the market", () => {
    const world = new World()
    const { subscription, user } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1))
    world.receive(snapshot(1, 2, "B"))
    subscription.snapshot(["A"])
    let seq = 2
    const cmds: Array<string> = []
    serve(world, 12_000, ({ cmd, id, params }) => {
      cmds.push(params.action ?? cmd)
      if (params.action === "get_snapshot") world.receive(ok(id, 1, ++seq))
      world.receive(delta(1, ++seq, "B"))
    })
    assert.deepStrictEqual(cmds, ["get_snapshot", "get_snapshot", "delete_markets"])
    assert.deepInclude(user.of("Refused")[0]?.error, { _tag: "SnapshotMissing", markets: ["A"] })
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

  it("does not count the replacement of a connection against the maximum", () => {
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

  it("permits handlers that change subscriptions while a message is delivered", () => {
    const world = new World()
    const first = world.live("trade", tickers("A"))
    const late = new User()
    const made = world.subscribe("trade", tickers("A"))
    Object.assign(first.user, {
      onEvent: () => {
        made.subscription.close()
        if (late.ends.length === 0 && world.session.state().subscriptions[0]!.users === 1) {
          world.subscribe("trade", tickers("A", "B"), late)
        }
      }
    })
    world.receive(trade(1, 1))
    assert.deepStrictEqual(made.user.events, [])
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["B"])
    world.receive(trade(1, 2))
    assert.deepStrictEqual(late.tags, ["trade"])
  })

  it("notifies each user once that its subscription is live, even a user who joins later", () => {
    const world = new World()
    const live: Array<string> = []
    const user = (name: string) => Object.assign(new User(), { onLive: () => void live.push(name) })
    world.subscribe("trade", tickers("A"), user("first"))
    world.open()
    assert.deepStrictEqual(live, [])
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    assert.deepStrictEqual(live, ["first"])
    world.subscribe("trade", tickers("A"), user("second"))
    assert.deepStrictEqual(live, ["first", "second"])
    world.subscribe("trade", tickers("A", "B"), user("third"))
    assert.deepStrictEqual(live, ["first", "second"])
    world.receive(ok(world.takeOne().id, 1, 1, ["A", "B"]))
    assert.deepStrictEqual(live, ["first", "second", "third"])
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    assert.deepStrictEqual(live, ["first", "second", "third"])
  })

  it("reports a restored subscription as live to a user who joined during the outage", () => {
    const world = new World()
    let live = 0
    world.live("user_orders")
    world.session.closed(1, 1006, "")
    const { user } = world.subscribe("user_orders", {}, Object.assign(new User(), { onLive: () => void live++ }))
    assert.strictEqual(live, 0)
    world.pass(1_000)
    world.open()
    world.receive(subscribed(world.takeOne().id, "user_orders", 1))
    assert.deepStrictEqual([live, user.tags], [1, []])
  })

  it("at once reports a subscription as live to a user who joins during a changeover", () => {
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

  it("records every frame, even an undecodable frame, until the recording or the session ends", () => {
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

  it("calls onReschedule after each input, and only after the input", () => {
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

  it("sends the commands of a handler after the whole message was handled", () => {
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

  it("treats a clock jump of exactly `jumpMillis` as a late tick, and dials again after a larger jump", () => {
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

  it("signs a handshake in progress again after a jump of the clock, but lets a wait continue", () => {
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

  it("sends a command that a user requests in a callback only after the callback", () => {
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

  it("shows since when a second connection has waited for the first handshake", () => {
    const world = new World()
    world.subscribe("orderbook_delta", tickers("A"))
    world.subscribe("orderbook_delta", { ...tickers("A"), use_yes_price: true })
    assert.deepStrictEqual(
      world.session.state().connections.map(({ sinceMillis }) => sinceMillis),
      [world.nowMillis + world.wallOffsetMillis, world.nowMillis + world.wallOffsetMillis]
    )
  })
})
