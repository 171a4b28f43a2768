/** Checks when the session opens connections, and what it forgets about lost connections. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { error, ok, snapshot, subscribed, ticker, trade } from "../support/messages.ts"
import { User, World } from "../support/world.ts"

const tickers = (...market_tickers: ReadonlyArray<string>) => ({ market_tickers })
const clockRefusal = { _tag: "Response", status: 401, body: { message: "timestamp" }, blamesClock: true } as const

describe("dial", () => {
  it("dials at once after a jump of the clock, even if the clock shows fractions of a millisecond", () => {
    const world = new World()
    world.live("trade")
    world.session.nextMillis()
    world.nowMillis += 600_000.5
    world.session.tick()
    assert.deepStrictEqual(world.dials, [1, 2])
  })

  it("does not dial again for a subscription that was closed while the session waited to dial", () => {
    const world = new World()
    const { subscription } = world.live("trade")
    world.session.closed(1, 1006, "")
    subscription.close()
    world.pass(100_000)
    assert.deepStrictEqual(world.dials, [1])
    assert.strictEqual(world.session.state().connections[0]!.status, "idle")
  })

  it("dials at once for a subscription on an idle connection", () => {
    const world = new World()
    const { subscription } = world.live("trade")
    world.session.closed(1, 1006, "")
    subscription.close()
    world.subscribe("fill")
    assert.deepStrictEqual(world.dials, [1, 2])
  })

  it("waits with every dial until the Retry-After of a refusal has passed", () => {
    const world = new World()
    world.subscribe("communications", { shard_factor: 2, shard_key: 0 })
    world.session.refused(1, { _tag: "Response", status: 503, body: { message: "" }, retryAfterMillis: 20_000 })
    world.subscribe("communications", { shard_factor: 2, shard_key: 1 })
    world.pass(19_999)
    assert.deepStrictEqual(world.dials, [1])
    world.pass(1)
    assert.deepStrictEqual(world.dials, [1, 2])
    world.session.refused(2, { _tag: "Response", status: 503, body: { message: "" } })
    assert.deepStrictEqual(world.dials, [1, 2, 3])
  })

  it("passes the last loss or failed attempt to each dial, except to the first dial of an idle connection", () => {
    const world = new World()
    const { subscription } = world.live("trade")
    world.session.closed(1, 1006, "")
    world.pass(1_000)
    world.session.refused(2, { _tag: "Transport", reason: "reset" })
    world.pass(1_000)
    world.open()
    world.session.closed(3, 1001, "restart")
    subscription.close()
    world.subscribe("trade")
    assert.deepStrictEqual(world.dialCauses, [
      undefined,
      { _tag: "Closed", code: 1006, reason: "" },
      { _tag: "Unreachable", reason: "reset" },
      undefined
    ])
  })

  it("does not dial for a lost connection while the handshake of another connection is in flight", () => {
    const world = new World()
    world.live("communications", { shard_factor: 2, shard_key: 0 })
    world.subscribe("communications", { shard_factor: 2, shard_key: 1 })
    world.session.closed(1, 1006, "")
    world.pass(1_000)
    assert.deepStrictEqual(world.dials, [1, 2])
    world.open()
    assert.deepStrictEqual(world.dials, [1, 2, 3])
  })

  it("keeps an unused connection if it is the only one, and uses it for the next subscription", () => {
    const world = new World()
    const { subscription } = world.live("trade")
    subscription.close()
    world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 1, seq: 1 })
    assert.deepStrictEqual(world.abandoned, [])
    world.subscribe("fill")
    assert.strictEqual(world.takeOne().generation, 1)
  })
})

describe("lose", () => {
  it("forgets the state of the lost connection", () => {
    const world = new World()
    const books = world.live("orderbook_delta", tickers("A"))
    world.receive(snapshot(1, 1))
    const other = world.subscribe("ticker")
    // The lost connection has an early message, a subscription without a user, and a reason to request the list of
    // subscriptions.
    world.receive(ticker(5))
    world.receive(subscribed(999, "fill", 9))
    world.receive(error(5))
    world.take(world.unread.length)
    world.reconnect()
    const [first, second] = world.take(2)
    assert.deepStrictEqual([first!.cmd, second!.cmd, world.unread], ["subscribe", "subscribe", []])
    world.receive(subscribed(second!.id, "ticker", 5))
    assert.deepStrictEqual(other.user.of("Message"), [])
    world.receive(subscribed(first!.id, "orderbook_delta", 1))
    world.receive(snapshot(1, 1))
    assert.deepStrictEqual(books.user.tags, ["orderbook_snapshot", "Outage", "Restored", "orderbook_snapshot"])
    assert.deepInclude(world.session.state().counters, { losses: 1, gaps: 0, dials: 2 })
    assert.strictEqual(world.session.state().connections[0]!.lastLoss, "the connection closed with code 1006")
  })

  it("opens a subscription at once on a new connection, even if it waited on the lost connection", () => {
    const world = new World()
    world.live("trade")
    for (let sid = 1; sid < 7; sid++) {
      world.receive(error(25, { sid, seq: 1 }))
      while (world.unread.length === 0) world.pass(10)
      world.receive(subscribed(world.takeOne().id, "trade", sid + 1))
    }
    world.receive(error(25, { sid: 7, seq: 1 }))
    world.reconnect()
    assert.strictEqual(world.takeOne().cmd, "subscribe")
  })

  it("allows a new subscription all attempts, even if an earlier subscription has failed", () => {
    const world = new World({ reconnect: { maxAttempts: 1 } })
    for (let round = 0; round < 2; round++) {
      const { user } = world.subscribe("trade")
      const count = world.dials.length
      world.session.refused(world.generation, { _tag: "Transport", reason: "" })
      world.pass(1_000)
      assert.strictEqual(world.dials.length, count + 1)
      world.session.refused(world.generation, { _tag: "Transport", reason: "" })
      assert.deepInclude(user.error, { _tag: "ConnectionLost", attempts: 1 })
    }
  })

  it("shows since when a connection has its status", () => {
    const world = new World()
    const since = () => world.session.state().connections[0]!.sinceMillis - world.wallOffsetMillis - 1_000_000
    world.subscribe("trade")
    assert.strictEqual(since(), 0)
    world.pass(10)
    world.open()
    assert.strictEqual(since(), 10)
    world.pass(10)
    world.session.closed(1, 1006, "")
    assert.strictEqual(since(), 20)
    world.pass(250)
    assert.deepStrictEqual([world.dials, since()], [[1, 2], 270])
  })

  it("measures the delay of messages separately for each connection", () => {
    const world = new World()
    const { user } = world.live("trade")
    const receive = (seq: number, ageMillis: number): void =>
      world.receive({ ...trade(1, seq), sending_ts_ms: world.nowMillis + world.wallOffsetMillis - ageMillis })
    receive(1, 100)
    world.reconnect()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    receive(1, 20_000)
    assert.deepStrictEqual(user.of("Delay"), [])
  })
})

describe("lose", () => {
  it("dials at once if the random wait is 0", () => {
    const world = new World()
    world.random = 0
    world.live("trade")
    world.session.closed(1, 1006, "")
    assert.deepStrictEqual(world.dials, [1, 2])
  })

  it("shows an unused connection as idle after its loss", () => {
    const world = new World()
    world.live("trade").subscription.close()
    world.receive({ id: world.takeOne().id, type: "unsubscribed", sid: 1, seq: 1 })
    world.session.closed(1, 1006, "")
    assert.deepInclude(world.session.state().connections[0], { status: "idle", generation: undefined })
    assert.strictEqual(world.session.nextMillis(), undefined)
  })

  it("forgets the commands that the lost connection had not sent yet", () => {
    const world = new World({ commandBurst: 1 })
    world.subscribe("trade")
    world.open()
    world.takeOne()
    // A subscription without a user, and a reason to request the list of subscriptions.
    world.receive(subscribed(999, "ticker", 8))
    world.receive(error(5))
    world.reconnect()
    const { cmd, id } = world.takeOne()
    assert.strictEqual(cmd, "subscribe")
    world.receive(subscribed(id, "trade", 8))
    world.pass(1_000)
    assert.deepStrictEqual(world.unread, [])
  })
})

describe("open", () => {
  it("tests a connection after twice `probeMillis` without a message", () => {
    const world = new World({ commandTimeoutMillis: 60_000 })
    world.subscribe("trade")
    world.open()
    world.takeOne()
    world.pass(19_999)
    assert.deepStrictEqual(world.unread, [])
    world.pass(1)
    assert.strictEqual(world.takeOne().cmd, "list_subscriptions")
  })
})

describe("finish", () => {
  it("keeps the reason why the session ended if the session is closed afterwards", () => {
    const world = new World()
    world.subscribe("trade")
    world.session.refused(1, { _tag: "Response", status: 403, body: { message: "no access" } })
    world.session.close()
    assert.strictEqual(world.session.state().ended?._tag, "ConnectionRefused")
  })

  it("ignores messages of a connection that was open when the session was closed", () => {
    const world = new World()
    world.live("trade")
    const frames: Array<string> = []
    world.session.record({ onFrame: ({ text }) => void frames.push(text), onEnd: () => {} })
    world.session.close()
    world.receive(trade(1, 1))
    assert.deepStrictEqual([frames, world.session.state().counters.stale], [[], 1])
  })
})

describe("refuseDial", () => {
  it("fails after status 403, even if the response blames the clock", () => {
    const world = new World()
    const { user } = world.subscribe("trade")
    world.session.refused(1, { ...clockRefusal, status: 403 })
    assert.deepInclude(user.error, { _tag: "ConnectionRefused", status: 403 })
  })

  it("does not reset the number of attempts after a refusal because of the clock", () => {
    const world = new World()
    world.subscribe("trade")
    for (const generation of [1, 2, 3]) {
      world.session.refused(generation, { _tag: "Transport", reason: "" })
      world.pass(10_000)
    }
    world.session.refused(4, clockRefusal)
    assert.strictEqual(world.session.state().connections[0]!.attempts, 3)
    assert.deepStrictEqual(world.dials, [1, 2, 3, 4, 5])
  })

  it("does not count an attempt that the exchange refused because of the client's clock", () => {
    const world = new World({ reconnect: { maxAttempts: 1 } })
    const { user } = world.subscribe("trade")
    world.session.refused(1, clockRefusal)
    assert.deepStrictEqual([world.dials, world.session.state().connections[0]!.attempts], [[1, 2], 0])
    world.session.refused(2, { _tag: "Response", status: 503, body: { message: "busy" } })
    assert.strictEqual(world.session.state().connections[0]!.attempts, 1)
    assert.deepStrictEqual(user.of("Outage")[0]?.cause, { _tag: "Refused", status: 401, reason: "timestamp" })
    world.pass(1_000)
    assert.deepStrictEqual(world.dials, [1, 2, 3])
    world.session.refused(3, { _tag: "Response", status: 503, body: { message: "busy" } })
    assert.deepInclude(user.error, {
      _tag: "ConnectionLost",
      cause: { _tag: "Refused", status: 503, reason: "busy" }
    })
  })

  it("dials again after a refused timestamp even if reconnecting is switched off", () => {
    const world = new World({ reconnect: false })
    const { user } = world.subscribe("trade")
    world.session.refused(1, clockRefusal)
    assert.deepStrictEqual([world.dials, user.ends], [[1, 2], []])
  })

  it("fails after a 401 that does not blame the clock", () => {
    const world = new World()
    const { user } = world.subscribe("trade")
    world.session.refused(1, { _tag: "Response", status: 401, body: { message: "key" } })
    assert.deepInclude(user.error, { _tag: "ConnectionRefused", status: 401 })
    assert.deepStrictEqual(world.session.state().subscriptions, [])
    assert.deepStrictEqual(world.session.state().connections, [])
  })

  it("drops only the new connection if the exchange refuses it because of the clock during a changeover", () => {
    const world = new World()
    const { user } = world.live("trade")
    world.session.changeOver()
    world.session.refused(2, clockRefusal)
    world.pass(1)
    assert.deepStrictEqual([world.dials, user.events], [[1, 2], []])
  })
})

describe("close", () => {
  it("fails after the close codes 4000 and 4999, but not after 3999 and 5000", () => {
    for (const [code, ends] of [
      [3999, 0],
      [4000, 1],
      [4999, 1],
      [5000, 0]
    ] as const) {
      const world = new World()
      const { user } = world.live("trade")
      world.session.closed(1, code, "")
      assert.strictEqual(user.ends.length, ends, String(code))
    }
  })

  it("accepts a subscription from the end handler of a lost subscription", () => {
    const world = new World({ reconnect: false })
    const user = new User()
    const next = new User()
    world.subscribe(
      "trade",
      tickers("A"),
      Object.assign(user, { onEnd: () => void world.subscribe("trade", tickers("A"), next) })
    )
    world.open()
    world.receive(subscribed(world.takeOne().id, "trade", 1))
    world.session.closed(1, 1006, "")
    assert.deepStrictEqual(world.dials, [1, 2])
    world.open()
    const { id } = world.takeOne()
    world.receive(subscribed(id, "trade", 1))
    world.receive(trade(1, 1))
    assert.deepStrictEqual([next.tags, next.ends], [["trade"], []])
    assert.isAbove(id, 1)
    world.receive(ok(999, 1, 2))
  })
})

describe("Session, connections", () => {
  it("restores all subscriptions if the connection is lost during a restore", () => {
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

  it("dials once if a lost connection reports both an error and a close", () => {
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

  it("dials again after a refused timestamp, and fails if the next timestamp is refused, too", () => {
    const refusal = { _tag: "Response", status: 401, body: { message: "timestamp" }, blamesClock: true } as const
    const world = new World()
    const { user } = world.subscribe("trade")
    world.session.refused(1, refusal)
    assert.deepStrictEqual(world.dials, [1, 2])
    world.session.refused(2, refusal)
    assert.deepInclude(user.error, { _tag: "ConnectionRefused", status: 401 })
    assert.deepStrictEqual(world.dials, [1, 2])
  })

  it("dials again after a refused timestamp if a connection was opened since the last such refusal", () => {
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

  it("waits longer each time, up to 15 seconds, while connections close right after their handshake", () => {
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

  it("passes a new generation number to each dial", () => {
    const world = new World()
    world.subscribe("trade")
    assert.deepStrictEqual(world.dials, [1])
    world.session.refused(1, { _tag: "Transport", reason: "reset" })
    world.pass(1_000)
    assert.deepStrictEqual(world.dials, [1, 2])
  })
})
