/** Checks which commands the session sends, and when it reports that a subscription is live. */
import { assert, describe, it } from "@effect/vitest"
import { Session } from "../../../src/feed/session/Session.ts"
import { error, ok, snapshot, subscribed, ticker, trade } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

/** A user that counts the calls of `onLive`. */
const listener = () => {
  const user = Object.assign(new User(), { lives: 0, onLive: () => void user.lives++ })
  return user
}

describe("reconcile", () => {
  it("reports that a subscription is live after the exchange refuses its remaining markets", () => {
    const world = new World({ batchSize: 2 })
    const user = listener()
    world.subscribe("trade", tickers("A", "B", "C", "D"), user)
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
    world.open()
    assert.strictEqual(user.lives, 0)
    world.receive(error(11, { id: world.takeOne().id }, { market_tickers: ["C", "D"] }), 2)
    assert.deepStrictEqual(user.of("Refused")[0]?.markets, ["C", "D"])
    assert.strictEqual(user.lives, 1)
  })

  it("does not report that a subscription is live while it has no markets", () => {
    const world = new World()
    const user = listener()
    const { subscription } = world.subscribe("trade", tickers("A"), user)
    subscription.remove(["A"])
    world.open()
    assert.strictEqual(user.lives, 0)
    subscription.add(["B"])
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    assert.strictEqual(user.lives, 1)
  })

  it("drops early messages that no subscription claims, so that new early messages fit", () => {
    const world = new World({ maxEarlyMessages: 3 })
    world.live("trade")
    world.subscribe("fill")
    for (let count = 0; count < 3; count++) world.receive(ticker(99))
    world.receive(subscribed(world.takeOne().id, "fill", 2))
    const { user } = world.subscribe("ticker")
    world.receive(ticker(5))
    world.receive(subscribed(world.takeOne().id, "ticker", 5))
    assert.deepStrictEqual(user.tags, ["ticker"])
  })

  it("keeps early messages even if the reply to the subscribe command is late", () => {
    const world = new World()
    const { user } = world.subscribe("ticker")
    world.open()
    const { id } = world.takeOne()
    world.pass(5_000)
    world.receive(ticker(5))
    world.subscribe("fill")
    world.receive(subscribed(id, "ticker", 5))
    assert.deepStrictEqual(user.tags, ["ticker"])
  })

  it("opens a new subscription to replace all markets, because the last market cannot be removed", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    subscription.remove(["A"])
    subscription.add(["B"])
    const end = world.takeOne()
    assert.strictEqual(end.cmd, "unsubscribe")
    world.receive({ id: end.id, type: "unsubscribed", sid: 1, seq: 1 })
    const again = world.takeOne()
    assert.deepInclude(again, { cmd: "subscribe" })
    assert.deepStrictEqual(again.params.market_tickers, ["B"])
    assert.deepStrictEqual(user.ends, [])
  })

  it("ends the subscription if none of its acknowledged markets is wanted any more", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    subscription.remove(["A"])
    world.receive(ok(world.takeOne().id, 1, 1, ["A"]))
    assert.deepStrictEqual(
      world.unread.map(({ cmd }) => cmd),
      ["unsubscribe"]
    )
  })

  it("removes a market whose add command got no reply, if no user wants it any more", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B"])
    world.takeOne()
    subscription.remove(["B"])
    world.pass(5_000)
    world.receive({ id: world.takeOne().id, type: "ok", msg: [{ channel: "trade", sid: 1 }] })
    const removal = world.takeOne()
    assert.deepInclude(removal.params, { action: "delete_markets", market_tickers: ["B"] })
    world.receive(ok(removal.id, 1, 1))
    assert.deepStrictEqual(world.unread, [])
  })

  it("drops a queued snapshot request when its market is removed", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A", "B", "C"))
    for (const [index, market] of ["A", "B", "C"].entries()) world.receive(snapshot(1, index + 1, market))
    subscription.snapshot(["A"])
    const first = world.takeOne()
    subscription.snapshot(["B"])
    subscription.remove(["B"])
    world.receive(snapshot(1, 4, "A", first.id))
    const removal = world.takeOne()
    assert.deepInclude(removal.params, { action: "delete_markets", market_tickers: ["B"] })
    world.receive(ok(removal.id, 1, 5, ["A", "C"]))
    assert.deepStrictEqual(world.unread, [])
  })

  it("subscribes with another filter only after the old subscription of the channel has ended", () => {
    const world = new World({ maxConnections: 1 })
    const { subscription } = world.live("communications", { shard_factor: 2, shard_key: 0 })
    subscription.close()
    const { user } = world.subscribe("communications", { shard_factor: 2, shard_key: 1 })
    const end = world.takeOne()
    assert.deepStrictEqual([end.cmd, world.unread], ["unsubscribe", []])
    world.receive({ id: end.id, type: "unsubscribed", sid: 1, seq: 1 })
    assert.strictEqual(world.takeOne().cmd, "subscribe")
    assert.deepStrictEqual(user.ends, [])
  })

  it("reports the end of an outage when the user removes the interrupted markets", () => {
    const world = new World({ batchSize: 1 })
    const { subscription, user } = world.live("trade", tickers("A", "B"))
    world.receive(error(26, { id: world.takeOne().id, sid: 1, seq: 1 }))
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1), 2)
    world.session.closed(2, 1006, "")
    subscription.remove(["B"])
    assert.deepStrictEqual(user.tags, ["Outage", "Restored"])
    world.receive(trade(1, 2), 1)
    assert.deepStrictEqual(user.tags.at(-1), "trade")
  })

  it("requests no second list of subscriptions before the first list arrives, even if more errors arrive", () => {
    const world = new World()
    world.live("trade")
    world.receive(error(5))
    world.receive(error(5))
    const first = world.takeOne()
    assert.deepStrictEqual(world.unread, [])
    // The second error came after the request, so the list is requested again.
    world.receive({ id: first.id, type: "ok", msg: [{ channel: "trade", sid: 1 }] })
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
  })

  it("sends the next update in one command after both halves of a split update got replies", () => {
    const world = new World()
    const { subscription } = world.live("trade", tickers("A"))
    subscription.add(["B", "C"])
    world.receive(error(11, { id: world.takeOne().id, sid: 1, seq: 1 }))
    for (const [index, market] of ["B", "C"].entries()) {
      const { id, params } = world.takeOne()
      assert.deepStrictEqual(params.market_tickers, [market])
      world.receive(ok(id, 1, index + 2))
    }
    const names = Array.from({ length: 20 }, (_, index) => `M${index}`)
    subscription.add(names)
    assert.deepStrictEqual(world.takeOne().params.market_tickers, names)
  })

  it("ends the subscription if an event handler replaces all markets of the subscription", () => {
    const world = new World()
    const { subscription, user } = world.live("trade", tickers("A"))
    const changes = [() => subscription.remove(["A"]), () => void subscription.add(["B"])]
    Object.assign(user, { onEvent: () => changes.splice(0).forEach((change) => change()) })
    world.receive(trade(1, 1))
    const end = world.takeOne()
    assert.deepStrictEqual([end.cmd, end.params.sids, world.unread], ["unsubscribe", [1], []])
    world.receive({ id: end.id, type: "unsubscribed", sid: 1, seq: 2 })
    assert.deepStrictEqual(world.takeOne().params.market_tickers, ["B"])
  })

  it("sends nothing for a subscription that an event handler closes before the first command", () => {
    const world = new World()
    const { user } = world.live("trade")
    Object.assign(user, {
      onEvent: () => {
        const made: Array<ReturnType<World["subscribe"]>> = []
        world.subscribe("trade", {}, Object.assign(new User(), { onLive: () => made[0]!.subscription.close() }))
        made.push(world.subscribe("fill"))
      }
    })
    world.receive(trade(1, 1))
    assert.deepStrictEqual(world.unread, [])
    assert.deepStrictEqual(
      world.session.state().subscriptions.map(({ channel }) => channel),
      ["trade"]
    )
  })

  it("needs no more ticks for a command that is no longer due", () => {
    const world = new World({ commandBurst: 1 })
    world.live("trade")
    world.pass(1_000)
    world.subscribe("fill")
    world.takeOne()
    const { subscription } = world.subscribe("ticker")
    subscription.close()
    world.pass(1_000)
    assert.deepStrictEqual(world.unread, [])
  })

  it("sends nothing more on a connection that is lost while a command is sent", () => {
    const sent: Array<number> = []
    const session: Session = new Session(
      {},
      {
        dial: () => {},
        abandon: () => {},
        send: (generation) => {
          sent.push(generation)
          session.closed(generation, 1006, "")
        }
      },
      { wallMillis: () => 0, monotonicMillis: () => 0 },
      () => 0.5
    )
    for (const channel of ["trade", "fill"] as const) session.subscribe({ channel }, new User())
    session.opened(1)
    assert.deepStrictEqual(sent, [1])
    assert.strictEqual(session.state().connections[0]!.status, "waiting")
  })

  it("requests the list of indices without names", () => {
    const world = new World()
    const { subscription } = world.live("cfbenchmarks_value", { index_ids: ["BRTI"] })
    subscription.list()
    assert.deepStrictEqual(world.takeOne().params, { action: "indexlist", sid: 1 })
  })
})
