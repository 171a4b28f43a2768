/** Checks when the session requests snapshots of books. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { delta, ok, snapshot, subscribed } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })

describe("Session: snapshots", () => {
  it("requests only the snapshots that are late", () => {
    const world = new World()
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    world.pass(2_000)
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 1))
    world.pass(3_000)
    const first = world.takeOne()
    assert.deepInclude(first.params, { action: "get_snapshot", market_tickers: ["A"] })
    world.receive(ok(first.id, 1, 2))
    world.pass(1_999)
    assert.deepStrictEqual(world.unread, [])
    world.pass(1)
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["B"] })
  })

  it("keeps the deadline of a first snapshot if the session repeats the command that adds its market", () => {
    const world = new World({ snapshotTimeoutMillis: 8_000 })
    world.subscribe("orderbook_delta", tickers("A"))
    world.open()
    world.takeOne()
    world.pass(5_000)
    world.receive({ id: world.takeOne().id, type: "ok", msg: [{ channel: "orderbook_delta", sid: 5 }] })
    const add = world.takeOne()
    assert.deepInclude(add.params, { action: "add_markets", market_tickers: ["A"] })
    world.receive(ok(add.id, 5, 1))
    world.pass(2_999)
    assert.deepStrictEqual(world.unread, [])
    world.pass(1)
    assert.deepInclude(world.takeOne().params, { action: "get_snapshot", market_tickers: ["A"] })
  })

  it("wakes for the next deadline even if the request for another late snapshot has to wait", () => {
    const world = new World()
    const start = world.nowMillis
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    world.pass(2_000)
    subscription.add(["B"])
    world.receive(ok(world.takeOne().id, 1, 1))
    world.pass(2_000)
    subscription.add(["C"])
    // This command gets no reply, so the request for a snapshot of A has to wait.
    world.pass(1_000)
    assert.strictEqual(world.session.nextMillis(), start + 7_000)
  })

  it("wakes for the deadline of a market whose request has to wait, if no other deadline is earlier", () => {
    const world = new World({ batchSize: 1 })
    const { subscription } = world.live("orderbook_delta", tickers("A"))
    for (const market of ["B", "C"]) {
      subscription.add([market])
      world.receive(ok(world.takeOne().id, 1, market === "B" ? 1 : 2))
    }
    for (const [index, market] of ["A", "B", "C"].entries()) world.receive(snapshot(1, 3 + index, market))
    const start = world.nowMillis
    subscription.snapshot(["A"])
    world.pass(1_000)
    subscription.snapshot(["B", "C"])
    world.pass(2_000)
    world.receive(snapshot(1, 6, "A"))
    assert.deepStrictEqual(world.take(2).at(-1)!.params.market_tickers, ["B"])
    assert.strictEqual(world.session.nextMillis(), start + 6_000)
  })

  it("no longer waits for the snapshot of a market that was removed", () => {
    const world = new World({ probeMillis: 60_000 })
    const start = world.nowMillis
    const { subscription } = world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1, "A"))
    subscription.remove(["B"])
    world.receive(ok(world.takeOne().id, 1, 2, ["A"]))
    world.pass(5_000)
    assert.deepStrictEqual(world.unread, [])
    assert.strictEqual(world.session.nextMillis(), start + 60_000)
  })

  it("requests no test snapshot of a market that still waits for its first snapshot", () => {
    const world = new World({ silenceMillis: 2_000, snapshotTimeoutMillis: 10_000 })
    world.live("orderbook_delta", tickers("A"))
    world.pass(9_000)
    assert.deepStrictEqual(world.unread, [])
  })

  it("tests a silent subscription with a snapshot of each market in turn", () => {
    const world = new World({ silenceMillis: 3_000 })
    world.live("orderbook_delta", tickers("A", "B"))
    world.receive(snapshot(1, 1, "A"))
    world.receive(snapshot(1, 2, "B"))
    let seq = 2
    const markets: Array<string> = []
    for (let seconds = 0; seconds < 20; seconds++) {
      world.session.pinged(1)
      world.pass(1_000)
      for (const { id, params } of world.take(world.unread.length)) {
        markets.push(...params.market_tickers!)
        world.receive(snapshot(1, ++seq, params.market_tickers![0], id))
      }
    }
    assert.deepStrictEqual(markets.slice(0, 3), ["A", "B", "A"])
  })

  it("does not request a snapshot before the subscription is open", () => {
    const world = new World({ snapshotTimeoutMillis: 2_000 })
    world.subscribe("orderbook_delta", tickers("A"))
    world.open()
    const { id } = world.takeOne()
    world.pass(3_000)
    world.session.tick()
    world.receive(subscribed(id, "orderbook_delta", 1))
    assert.deepStrictEqual(world.unread, [])
  })
})

describe("Session, snapshots", () => {
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

  it("reconnects if the connection is lost while a snapshot is requested, and ends no subscription", () => {
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
})
