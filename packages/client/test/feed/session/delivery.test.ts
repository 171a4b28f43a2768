/** Checks which users receive which events of a session. A topic is a channel with a filter. */
import { assert, describe, it } from "@effect/vitest"
import { error, message, ok, subscribed, ticker, trade } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

/** A topic on two connections: A and B on the first, C and D on the second. Each user has the markets of one connection. */
const spread = () => {
  const world = new World({ batchSize: 2 })
  const { user: first } = world.live("trade", tickers("A", "B"))
  const { user: second } = world.subscribe("trade", tickers("C", "D"))
  world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
  world.open()
  world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
  return { world, first, second }
}

describe("Session: a topic on two connections", () => {
  it("delivers an event of one connection only to the users of its markets", () => {
    const { first, second, world } = spread()
    world.receive(trade(1, 2, "C"), 2)
    assert.deepStrictEqual([first.tags, second.tags], [[], ["Gap", "trade"]])
    world.session.closed(2, 1006, "")
    assert.deepStrictEqual(first.tags, [])
    assert.deepStrictEqual(second.of("Outage")[0]?.markets, ["C", "D"])
  })

  it("reports the end of an outage when all connections are restored", () => {
    const { world } = spread()
    const { user } = world.subscribe("trade", tickers("A", "C"))
    world.session.closed(1, 1006, "")
    world.session.closed(2, 1006, "")
    world.pass(1_000)
    world.open()
    const [one] = world.take()
    world.receive(subscribed(one!.id, "trade", 1), 3)
    assert.deepStrictEqual(user.of("Restored"), [])
    world.open()
    const [two] = world.take()
    world.receive(subscribed(two!.id, "trade", 1), 4)
    assert.strictEqual(user.of("Restored").length, 1)
  })

  it("reports a subscription as live only when all connections have their markets", () => {
    const world = new World({ batchSize: 2 })
    let live = 0
    world.subscribe("trade", tickers("A", "B", "C", "D"), Object.assign(new User(), { onLive: () => void live++ }))
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 1)
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }), 1)
    assert.strictEqual(live, 0)
    world.open()
    const { id } = world.takeOne()
    assert.strictEqual(live, 0)
    world.receive(subscribed(id, "trade", 1), 2)
    assert.strictEqual(live, 1)
  })

  it("does not report a joining user's subscription as live while another connection adds a market", () => {
    const { world } = spread()
    const adding = world.subscribe("trade", tickers("E"))
    world.takeOne()
    let live = 0
    world.subscribe("trade", tickers("A"), Object.assign(new User(), { onLive: () => void live++ }))
    assert.strictEqual(live, 0)
    assert.deepStrictEqual(adding.user.events, [])
  })
})

describe("Session: users", () => {
  it("ends each subscription once, even if an end handler closes the subscriptions", () => {
    const world = new World()
    const [first, second] = [new User(), new User()]
    const made = world.subscribe(
      "trade",
      {},
      Object.assign(first, {
        onEnd: (reason: undefined) => {
          first.ends.push(reason)
          made.subscription.close()
          other.subscription.close()
        }
      })
    )
    const other = world.subscribe("trade", {}, second)
    world.session.close()
    assert.deepStrictEqual([first.ends.length, second.ends.length], [1, 1])
  })

  it("does not report refused markets to users of other markets", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    const other = world.subscribe("trade", tickers("B", "A"))
    world.receive(error(11, { id: world.takeOne().id, sid: 1, seq: 1 }))
    assert.deepStrictEqual([user.events, other.user.tags], [[], ["Refused"]])
  })

  it("delivers the last message to a user who joins, but no report of an undecodable message", () => {
    const params = { ...tickers("A"), send_initial_snapshot: true }
    const world = new World()
    world.live("ticker", params)
    world.receive(ticker(1, "A"))
    world.receive(message("ticker", { sid: 1 }, { market_ticker: "A", ts: "now" }))
    assert.deepStrictEqual(world.subscribe("ticker", params).user.tags, ["ticker"])
  })

  it("reports no outage if the exchange ends a subscription of a connection that has not taken over yet", () => {
    const world = new World()
    const { user } = world.live("trade", tickers("A"))
    world.session.changeOver()
    world.open()
    const { id } = world.takeOne()
    world.subscribe("trade", tickers("B"))
    world.receive(subscribed(id, "trade", 1), 2)
    world.receive(error(25, { sid: 1, seq: 1 }), 2)
    assert.deepStrictEqual(user.events, [])
  })

  it("reports the duration of each outage", () => {
    const world = new World()
    const { user } = world.live("fill")
    for (let round = 0; round < 2; round++) {
      world.reconnect()
      world.receive(subscribed(world.takeOne().id, "fill", 1))
      world.pass(1_000)
    }
    const restored = user.of("Restored")
    assert.strictEqual(restored.length, 2)
    for (const [index, { sinceMillis }] of user.of("Outage").entries()) {
      assert.strictEqual(restored[index]?.sinceMillis, sinceMillis)
    }
    assert.isBelow(restored[1]!.durationMillis, 1_000)
  })
})

describe("Session, delivery", () => {
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
})
