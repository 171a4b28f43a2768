/** Checks what the session does after commands without a reply. */
import { assert, describe, it } from "@effect/vitest"
import { delta, error, ok, snapshot, subscribed, ticker, trade } from "../support/messages.ts"
import { World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })
const list = (id: number, ...msg: ReadonlyArray<{ readonly channel: string; readonly sid: number }>) => ({
  id,
  type: "ok",
  msg
})
const trades = { channel: "trade", sid: 1 }

/** Lets the session request the list of subscriptions. Returns the id of the command. */
const verify = (world: World): number => {
  world.receive(error(18, { sid: 1 }))
  const { cmd, id } = world.takeOne()
  assert.strictEqual(cmd, "list_subscriptions")
  return id
}

/** Lets the last command time out, and replies with a list of subscriptions. */
const timeOut = (world: World, ...msg: ReadonlyArray<{ readonly channel: string; readonly sid: number }>): void => {
  world.session.pinged(1)
  world.pass(5_000)
  const commands = world.take(world.unread.length)
  world.receive(list(commands.find(({ cmd }) => cmd === "list_subscriptions")!.id, ...msg))
}

describe("a session whose commands get no reply", () => {
  it("gives up the connection only once if several commands and list_subscriptions get no reply", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    world.receive(subscribed(999, "ticker", 8))
    world.take()
    verify(world)
    subscription.add(["B"])
    world.pass(5_000)
    assert.deepStrictEqual(world.abandoned, [1])
    assert.strictEqual(world.session.state().counters.losses, 1)
  })

  it("requests the list of subscriptions if the command to end a subscription without a user gets no reply", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.receive(subscribed(999, "ticker", 8))
    assert.deepStrictEqual(world.takeOne().params.sids, [8])
    world.session.pinged(1)
    world.pass(5_000)
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
    assert.deepStrictEqual([world.unread, user.events], [[], []])
  })

  it("does not repeat an unanswered list_subscriptions on the next connection", () => {
    const world = new World()
    world.live("trade")
    verify(world)
    world.receive(subscribed(999, "ticker", 8))
    assert.deepStrictEqual(world.takeOne().params.sids, [8])
    world.pass(5_000)
    assert.deepStrictEqual(world.abandoned, [1])
    world.pass(1_000)
    world.open()
    assert.deepStrictEqual(
      world.take().map(({ cmd }) => cmd),
      ["subscribe"]
    )
  })

  it("keeps a subscription if a command for it was sent after list_subscriptions", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    const id = verify(world)
    subscription.resubscribe()
    const unsubscribe = world.takeOne()
    world.receive(list(id))
    assert.deepStrictEqual(user.events, [])
    world.receive({ id: unsubscribe.id, type: "unsubscribed", sid: 1, seq: 1 })
    assert.deepInclude(user.of("Outage")[0]?.cause, { reason: "a user requested it" })
  })

  it("keeps a subscription if a command for it is in flight when the list of subscriptions arrives", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.resubscribe()
    world.takeOne()
    const id = verify(world)
    world.receive(list(id))
    assert.deepStrictEqual(user.events, [])
  })

  it("keeps a subscription that was opened after list_subscriptions", () => {
    const world = new World()
    world.live("trade", tickers("A"))
    const id = verify(world)
    const { user } = world.live("fill", {}, 2)
    world.receive(list(id, trades))
    assert.deepStrictEqual(user.events, [])
  })

  it("sends an unanswered update again if the exchange still has the subscription", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.take()
    timeOut(world, trades)
    const again = world.takeOne()
    assert.deepInclude(again.params, { action: "add_markets", market_tickers: ["B"] })
    world.receive(ok(again.id, 1, 1))
    assert.deepStrictEqual(user.events, [])
    assert.strictEqual(world.session.state().subscriptions[0]!.status, "live")
  })

  it("delivers messages of a market that a user adds again after its removal got no reply", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    subscription.remove(["B"])
    world.take()
    subscription.add(["B"])
    timeOut(world, trades)
    assert.deepInclude(world.takeOne().params, { action: "add_markets", market_tickers: ["B"] })
    world.receive(trade(1, 1, "B"))
    assert.deepStrictEqual(user.tags, ["trade"])
  })

  it("refuses a market after three updates without a reply, but not a market that it has not sent yet", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    for (let attempt = 0; attempt < 3; attempt++) {
      assert.deepStrictEqual(world.takeOne().params.market_tickers, ["B"])
      if (attempt === 2) subscription.add(["C"])
      timeOut(world, trades)
    }
    assert.deepStrictEqual(
      user.of("Refused").map(({ markets }) => markets),
      [["B"]]
    )
    const add = world.takeOne()
    assert.deepStrictEqual(add.params.market_tickers, ["C"])
    // The other market also gets three attempts.
    for (let attempt = 0; attempt < 2; attempt++) {
      timeOut(world, trades)
      assert.deepStrictEqual(world.takeOne().params.market_tickers, ["C"])
    }
    assert.strictEqual(user.of("Refused").length, 1)
  })

  it("ends a subscription without markets if three subscribe commands get no reply", () => {
    const world = new World()
    const { user } = world.subscribe("fill")
    world.open()
    for (let attempt = 0; attempt < 3; attempt++) {
      assert.strictEqual(world.takeOne().cmd, "subscribe")
      timeOut(world)
    }
    assert.deepInclude(user.error, { _tag: "CommandTimedOut", attempts: 3, markets: [] })
  })

  it("keeps a subscription if the command to end it gets no reply", () => {
    const world = new World()
    const { subscription, user } = world.live("trade")
    subscription.resubscribe()
    for (let attempt = 0; attempt < 4; attempt++) {
      assert.strictEqual(world.takeOne().cmd, "unsubscribe")
      timeOut(world, trades)
    }
    assert.deepStrictEqual(user.ends, [])
  })

  it("sends list_subscriptions again if a user takes over a subscription that is being ended", () => {
    const world = new World()
    const { user } = world.subscribe("trade")
    world.open()
    assert.strictEqual(world.takeOne().cmd, "subscribe")
    world.session.pinged(1)
    world.pass(5_000)
    const verification = world.takeOne()
    // A reply to an unknown command, for a subscription without a user.
    world.receive(subscribed(999, "trade", 5))
    const unsubscribe = world.takeOne()
    assert.deepStrictEqual([unsubscribe.cmd, unsubscribe.params.sids], ["unsubscribe", [5]])
    world.receive(list(verification.id, { channel: "trade", sid: 5 }))
    world.receive({ id: unsubscribe.id, type: "unsubscribed", sid: 5, seq: 1 })
    world.receive(list(world.takeOne().id))
    world.pass(1_000)
    const { cmd, id } = world.takeOne()
    assert.strictEqual(cmd, "subscribe")
    world.receive(subscribed(id, "trade", 6))
    world.receive(trade(6, 1))
    assert.deepStrictEqual([user.tags.at(-1), user.ends], ["trade", []])
  })

  it("does not end a subscription that the list of subscriptions has assigned to a user", () => {
    const world = new World({ commandBurst: 1, commandIntervalMillis: 6_000 })
    world.subscribe("trade")
    world.open()
    world.takeOne()
    world.session.pinged(1)
    world.pass(6_000)
    const verification = world.takeOne()
    // The command burst of 1 delays the command that ends this subscription.
    world.receive(subscribed(999, "trade", 5))
    world.receive(list(verification.id, { channel: "trade", sid: 5 }))
    world.pass(6_000)
    assert.deepStrictEqual(world.unread, [])
  })

  it("finds a subscription in the list of subscriptions by its channel, and adds its markets again", () => {
    const world = new World()
    world.subscribe("trade", tickers("A"))
    world.open()
    world.take()
    timeOut(world, { channel: "fill", sid: 3 }, { channel: "trade", sid: 5 })
    const commands = world.take(2)
    assert.deepStrictEqual(commands[0]!.params.sids, [3])
    assert.deepInclude(commands[1]!.params, { action: "add_markets", sid: 5, market_tickers: ["A"] })
  })

  it("ends a listed subscription that no user has", () => {
    const world = new World()
    world.live("trade", tickers("A"))
    world.receive(list(verify(world), trades, { channel: "ticker", sid: 7 }))
    assert.deepStrictEqual(world.takeOne().params.sids, [7])
    assert.deepStrictEqual(world.unread, [])
  })

  it("ends a listed subscription that no user has, while a command of another channel is in flight", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.takeOne()
    world.receive(list(verify(world), trades, { channel: "ticker", sid: 7 }))
    assert.deepStrictEqual(world.takeOne().params.sids, [7])
  })

  it("ends a listed subscription that waits to be opened again", () => {
    const world = new World()
    world.live("trade", tickers("A"))
    const id = verify(world)
    world.receive(error(25, { sid: 1, seq: 1 }))
    world.receive(list(id, trades))
    assert.deepStrictEqual(world.takeOne().params.sids, [1])
    assert.strictEqual(world.session.state().subscriptions[0]!.sid, undefined)
  })

  it("does not end a listed subscription whose subscribe command is in flight", () => {
    const world = new World()
    world.live("trade", tickers("A"))
    const id = verify(world)
    const { user } = world.subscribe("ticker")
    const subscribe = world.takeOne()
    world.receive(list(id, trades, { channel: "ticker", sid: 7 }))
    assert.deepStrictEqual(world.unread, [])
    world.receive(subscribed(subscribe.id, "ticker", 7))
    world.receive(ticker(7))
    assert.deepStrictEqual(user.tags, ["ticker"])
  })
})

describe("Session", () => {
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

  it("gives up a half-open connection after 25 seconds, without waiting for its close", () => {
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

  const serve = (world: World, millis: number, reply: (command: ReturnType<World["takeOne"]>) => void): void => {
    for (let passed = 0; passed < millis; passed += 500) {
      world.session.pinged(world.generation)
      for (const command of world.take(world.unread.length)) reply(command)
      world.pass(500)
    }
  }

  it("reopens a subscription that has stopped delivering, although the exchange lists it", () => {
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

  it("probes a silent connection, and keeps it while the exchange replies", () => {
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
})
