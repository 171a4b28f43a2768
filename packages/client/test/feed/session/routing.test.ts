/** Checks how the session routes messages: early, repeated, undecodable and unwanted messages, and replies. */
import { assert, describe, it } from "@effect/vitest"
import { delta, error, message, ok, snapshot, subscribed, ticker, trade } from "../support/messages.ts"
import { User, World } from "../support/world.ts"
import { channels } from "../../../src/generated/feed.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

/** Removes `sides` from a snapshot, and adds an unknown member. */
const renamed = (base: Readonly<Record<string, unknown>>, ...sides: ReadonlyArray<string>) => {
  const msg = Object.entries(base["msg"] as object).filter(([key]) => !sides.includes(key)) // a snapshot has a msg
  return { ...base, msg: { ...Object.fromEntries(msg), new_side: [] } }
}

describe("Session: replies", () => {
  it("delivers messages that arrive before the ok reply to subscribe, and counts the seq of the reply", () => {
    const world = new World()
    const { user } = world.subscribe("trade", tickers("A", "B"))
    world.open()
    const { id } = world.takeOne()
    world.receive(trade(7, 1))
    world.receive(ok(id, 7, 2, ["A", "B"]))
    world.receive(trade(7, 3))
    assert.deepStrictEqual(user.tags, ["trade", "trade"])
  })

  it("reports messages that were lost before the reply to unsubscribe", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    world.receive(trade(1, 1))
    subscription.resubscribe()
    world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 1, seq: 4 })
    assert.deepStrictEqual(user.tags, ["trade", "Gap", "Outage"])
    assert.deepInclude(user.of("Gap")[0], { reason: "missing", expectedSeq: 2, receivedSeq: 4 })
  })

  it("ignores the seq of a reply about an unknown subscription, and accepts a reply without a seq", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    world.receive(trade(1, 1))
    world.receive({ id: 999, type: "unsubscribed", sid: 9, seq: 7 })
    subscription.add(["B"])
    world.receive(error(12, { id: world.takeOne().id, sid: 1 }))
    world.receive(trade(1, 2))
    assert.deepStrictEqual(user.tags, ["trade", "Refused", "trade"])
  })

  it("takes a snapshot as the reply to get_snapshot, even after the market was removed", () => {
    for (const hasId of [true, false]) {
      const world = new World()
      const { subscription } = world.live("orderbook_delta", tickers("A", "B"))
      world.receive(snapshot(1, 1))
      world.receive(snapshot(1, 2, "B"))
      subscription.snapshot(["A"])
      const { id } = world.takeOne()
      subscription.remove(["A"])
      assert.deepStrictEqual(world.unread, [])
      world.receive(snapshot(1, 3, "A", hasId ? id : undefined))
      assert.deepInclude(world.takeOne().params, { action: "delete_markets", market_tickers: ["A"] })
    }
  })

  it("does not mistake a snapshot for the reply to add_markets", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    subscription.add(["B"])
    const { id } = world.takeOne()
    world.receive(snapshot(1, 1, "B", id))
    assert.strictEqual(world.session.state().connections[0]!.commandsInFlight, 1)
    // The snapshot has arrived, so the user can request another before the reply arrives.
    subscription.snapshot(["B"])
    world.receive(ok(id, 1, 2, ["A", "B"]))
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["B"] })
  })

  it("does not mistake a delta for the reply to get_snapshot", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    subscription.snapshot(["A"])
    world.receive(delta(1, 2))
    assert.strictEqual(world.session.state().connections[0]!.commandsInFlight, 1)
  })

  it("does not mistake a delta for the first snapshot of its market", () => {
    const world = new World()
    world.live("orderbook_delta", tickers("A"))
    world.receive(delta(1, 1))
    world.pass(5_000)
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["A"] })
  })
})

describe("Session: early messages", () => {
  it("has room for early messages after it dropped those of an unknown subscription", () => {
    const world = new World({ maxEarlyMessages: 3 })
    world.subscribe("ticker")
    world.open()
    for (let count = 0; count < 4; count++) world.receive(ticker(99))
    world.receive(subscribed(world.takeOne().id, "ticker", 1))
    assert.strictEqual(world.session.state().counters.stray, 3)
    const { user } = world.subscribe("trade")
    world.receive(trade(2, 1))
    world.receive(subscribed(world.takeOne().id, "trade", 2))
    assert.deepStrictEqual(user.tags, ["trade"])
  })

  it("keeps early messages until the list of subscriptions arrives, if the subscribe command gets no reply", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    world.open()
    world.takeOne()
    world.pass(5_000)
    const list = world.takeOne()
    world.receive(ticker(5))
    assert.deepStrictEqual(user.tags, [])
    world.receive({ id: list.id, type: "ok", msg: [{ channel: "ticker", sid: 5 }] })
    assert.deepStrictEqual(user.tags, ["ticker"])
  })

  it("counts a message of an unknown subscription as stray after an update got no reply", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.pass(5_000)
    world.receive(trade(9, 1))
    assert.strictEqual(world.session.state().counters.stray, 1)
  })

  it("counts a message of an unknown subscription as stray while a subscription waits to be opened again", () => {
    const world = new World()
    world.live("trade", tickers("A"))
    world.receive(error(25, { sid: 1, seq: 1 }))
    world.receive(trade(1, 2))
    assert.strictEqual(world.session.state().counters.stray, 1)
  })

  it("stops delivering early messages if the connection ends in a user's handler", () => {
    const world = new World({ maxEarlyMessages: 2 })
    const user = new User()
    world.subscribe(
      "trade",
      tickers("A"),
      Object.assign(user, { onEvent: (event: never) => (user.events.push(event), world.session.closed(1, 1006, "")) })
    )
    world.open()
    for (let seq = 1; seq <= 3; seq++) world.receive(trade(5, seq))
    world.receive(subscribed(world.takeOne().id, "trade", 5))
    assert.deepStrictEqual(user.tags, ["trade", "Outage"])
  })

  it("reports a gap from the first early message that it dropped", () => {
    const world = new World({ maxEarlyMessages: 2 })
    const { user } = world.subscribe("trade")
    world.open()
    for (let seq = 1; seq <= 3; seq++) world.receive(trade(5, seq))
    world.receive(subscribed(world.takeOne().id, "trade", 5))
    assert.deepInclude(user.of("Gap")[0], { reason: "overflow", expectedSeq: 3, receivedSeq: 3 })
  })
})

describe("Session: messages", () => {
  it("counts messages, and reports them to the observer", () => {
    const seen: Array<unknown> = []
    const world = new World(
      {},
      {
        onMessage: (...call) => void seen.push(call),
        onGap: (...call) => void seen.push(call),
        onUndecodable: (...call) => void seen.push(call)
      }
    )
    world.live("trade", tickers("A"))
    world.receive({ ...trade(1, 1), sending_ts_ms: 12 })
    world.receive(trade(1, 3))
    world.receive("{")
    const receivedMillis = world.nowMillis + world.wallOffsetMillis
    assert.deepStrictEqual(seen, [
      ["trade", 12, receivedMillis],
      ["trade", "missing"],
      ["trade", undefined, receivedMillis],
      ["InvalidMessage"]
    ])
    const { counters, subscriptions } = world.session.state()
    assert.strictEqual(counters.messages, 2)
    assert.strictEqual(subscriptions[0]!.received, 2)
  })

  it("ignores the seq of a message on a channel without seq", () => {
    const world = new World()
    const { user } = world.live("ticker")
    world.receive({ ...ticker(1), seq: 7 })
    world.receive({ ...ticker(1), seq: 7 })
    assert.deepStrictEqual(user.tags, ["ticker", "ticker"])
  })

  it("reports a message whose type is not part of its channel", () => {
    const types: Array<string> = []
    const observer = { onMessage: () => {}, onGap: () => {}, onUndecodable: (type: string) => void types.push(type) }
    for (const world of [new World({}, observer), new World()]) {
      const { user } = world.live("trade", tickers("A"))
      const wrong = message("ticker", { sid: 1 }, { market_ticker: "A".repeat(600) })
      world.receive(wrong)
      const { text, ...event } = user.of("Undecodable")[0]!
      assert.deepStrictEqual(event, {
        _tag: "Undecodable",
        generation: 1,
        sid: 1,
        market: undefined,
        pointer: "/type",
        reason: "a message of type ticker is not part of trade"
      })
      assert.strictEqual(text.length, 500)
      assert.isTrue(text.startsWith("{"))
      assert.strictEqual(world.session.state().counters.undecodable, 1)
      assert.deepStrictEqual(user.tags, ["Undecodable"])
    }
    assert.deepStrictEqual(types, ["InvalidMessage"])
  })

  it("delivers no messages of a market until its removal has ended, even if a user adds it again", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    subscription.add(["B"])
    world.receive(trade(1, 1, "B"))
    world.receive(trade(1, 2, "A"))
    assert.strictEqual(user.events.length, 1)
    assert.deepInclude(user.of("Message")[0]?.message, { seq: 2 })
    world.receive(ok(world.takeOne().id, 1, 3, ["A"]))
    world.receive(ok(world.takeOne().id, 1, 4, ["A", "B"]))
    world.receive(trade(1, 5, "B"))
    assert.strictEqual(user.events.length, 2)
  })

  it("delivers no messages of an old subscription to a user who joins while it ends", () => {
    const world = new World()
    world.live("trade").subscription.close()
    const { user } = world.subscribe("trade")
    world.receive(trade(1, 1))
    world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 1, seq: 2 })
    world.receive(subscribed(world.takeOne().id, "trade", 2))
    world.receive(trade(2, 1))
    assert.deepStrictEqual(
      user.of("Message").map(({ sid }) => sid),
      [2]
    )
  })

  it("does not keep the last message of a removed market", () => {
    const params = { ...tickers("A", "B"), send_initial_snapshot: true }
    const world = new World()
    const { subscription } = world.live("ticker", params)
    subscription.remove(["B"])
    const removal = world.takeOne()
    world.receive(ticker(1, "B"))
    world.receive(ok(removal.id, 1, 1, ["A"]))
    assert.deepStrictEqual(world.subscribe("ticker", params).user.events, [])
  })
})

describe("Session: unknown members of a snapshot", () => {
  it("reports unknown members of a snapshot without one of its sides, even if it arrives early", () => {
    for (const side of ["yes_dollars_fp", "no_dollars_fp"]) {
      const world = new World()
      const { user } = world.subscribe("orderbook_delta", tickers("A"))
      world.open()
      world.receive(renamed(snapshot(1, 1), side))
      world.receive(subscribed(world.takeOne().id, "orderbook_delta", 1))
      assert.deepStrictEqual(user.tags, ["UnknownKeys", "orderbook_snapshot"])
      world.receive(renamed(snapshot(1, 2), side))
      assert.deepStrictEqual(user.tags.slice(2), ["UnknownKeys", "orderbook_snapshot"])
      assert.deepInclude(user.of("UnknownKeys")[1], { generation: 1, sid: 1, market: "A", pointers: ["/msg/new_side"] })
    }
  })
})

describe("Session: undecodable messages", () => {
  it("reads a sid with several digits from truncated text, but ignores a fraction", () => {
    const world = new World()
    const trades = world.live("trade", tickers("A"), 12)
    const fills = world.live("fill", {}, 5)
    world.receive('{"type":"trade","sid": 12 ,"seq":1,"msg":{')
    assert.deepStrictEqual([trades.user.tags, fills.user.tags], [["Undecodable"], []])
    world.receive('{"type":"fill","sid":5.5,"msg":{')
    assert.strictEqual(fills.user.of("Undecodable")[0]?.sid, undefined)
    assert.strictEqual(trades.user.events.length, 2)
  })

  it("ignores a seq that is not a positive whole number", () => {
    for (const seq of ["1", 0, -1, 1.5]) {
      const world = new World()
      const { user } = world.live("trade", tickers("A"))
      world.receive({ ...trade(1, 1), seq, msg: { market_ticker: "A" } })
      world.receive(trade(1, 1))
      assert.deepStrictEqual(user.tags, ["Undecodable", "trade"])
      assert.deepInclude(world.session.state().counters, { gaps: 0, duplicates: 0 })
    }
  })

  it("shows at most 500 characters of the text", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.receive(`{${"x".repeat(600)}`)
    assert.strictEqual(user.of("Undecodable")[0]?.text, `{${"x".repeat(499)}`)
  })

  it("reports a message of unknown type to all users of its subscription, even if it names a market", () => {
    const world = new World()
    const first = world.live("trade", tickers("A"))
    const second = world.subscribe("trade", tickers("A"))
    const third = world.subscribe("trade", tickers("B"))
    world.receive({ type: "trade_amended", sid: 1, seq: 1, msg: { market_ticker: "A" } })
    for (const { user } of [first, second, third]) assert.deepStrictEqual(user.tags, ["UnknownMessage"])
  })

  it("reports a message without a readable sid at once, even while a subscription is being opened", () => {
    const world = new World()
    const { user } = world.subscribe("trade")
    world.open()
    world.receive("{")
    assert.deepStrictEqual(user.tags, ["Undecodable"])
  })

  it("reports an undecodable message of an unknown subscription to the user of another subscription", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.receive({ type: "trade", sid: 9, seq: 1, msg: {} })
    assert.deepInclude(user.of("Undecodable")[0], { sid: 9, market: undefined })
  })

  it("during a changeover, does not report an undecodable message of the new connection", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.session.changeOver()
    world.open()
    world.receive("{", 2)
    assert.deepStrictEqual(user.events, [])
    assert.strictEqual(world.session.state().counters.undecodable, 1)
  })
})

describe("Session, messages", () => {
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
})
