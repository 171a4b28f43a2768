import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import { checkFeedFault, type FeedFault, type FrameFault } from "../../src/feed/faults.ts"
import * as operations from "../../src/feed/operations.ts"
import { makeFeedWorld, outline, ticker } from "../support/feedWorld.ts"

const subscribe = { id: 1, cmd: "subscribe", params: { channels: ["orderbook_delta"], market_ticker: ticker } }

const setup = (...faults: ReadonlyArray<FeedFault>) => {
  const world = makeFeedWorld()
  world.market(ticker)
  const me = world.account()
  for (const fault of faults) {
    assert.strictEqual(checkFeedFault(fault), undefined)
    world.feed.faults.plant(fault)
  }
  return { world, me }
}

const twoDeltas = (change: NonNullable<FrameFault["change"]>) => {
  const { me, world } = setup()
  const line = world.connect(me)
  line.send(subscribe)
  line.take()
  world.feed.faults.plant({ feed: "frame", type: "orderbook_delta", change })
  world.order(me, { price: 4_000 })
  const faulty = line.takeTexts()
  world.order(me, { price: 4_100 })
  return { faulty, next: line.take() }
}

describe("faults of upgrades", () => {
  it("refuse with the planted status and Retry-After, as often as planted", () => {
    const { me, world } = setup({ feed: "upgrade", status: 503, retryAfterSeconds: 7, times: 2 })
    for (const _ of [1, 2]) {
      const { headers, status } = world.refused(world.request(me))
      assert.deepStrictEqual([status, headers["retry-after"]], [503, "7"])
    }
    assert.strictEqual(world.feed.upgrade(world.request(me))._tag, "Accepted")
  })

  it("reset the connection instead of responding", () => {
    const { me, world } = setup({ feed: "upgrade", reset: true })
    assert.strictEqual(world.refused(world.request(me)).arrives, "never")
  })

  it("close the connection right after the handshake", () => {
    const { me, world } = setup({ feed: "upgrade", closeCode: 1012 })
    const line = world.connect(me)
    assert.strictEqual(line.ended(), "close 1012")
    assert.deepStrictEqual(line.ask(subscribe), [])
    assert.deepStrictEqual(world.feed.connections, [])
    assert.strictEqual(world.connect(me).ended(), undefined)
  })
})

describe("faults of commands", () => {
  it("reply with an error instead of executing the command", () => {
    const { me, world } = setup({ feed: "command", cmd: "subscribe", error: 27 })
    const line = world.connect(me)
    assert.strictEqual(line.ask(subscribe)[0]!.msg.code, 27)
    assert.deepStrictEqual(outline(line.ask(subscribe)), ["subscribed id 1", "orderbook_snapshot sid 1 seq 1"])
  })

  it("reply with error 18 after executing the command, so that the outcome is unknown", () => {
    const { me, world } = setup({ feed: "command", error: 18, isExecuted: true })
    const line = world.connect(me)
    assert.deepStrictEqual(outline(line.ask(subscribe)), ["orderbook_snapshot sid 1 seq 1", "error id 1"])
    assert.deepStrictEqual(line.ask({ id: 2, cmd: "list_subscriptions" })[0]!.msg, [
      { channel: "orderbook_delta", sid: 1 }
    ])
  })

  it("make a subscription to several channels fail for one channel only", () => {
    const { me, world } = setup({ feed: "command", channel: "trade", error: 10 })
    const frames = world.connect(me).ask({ id: 1, cmd: "subscribe", params: { channels: ["ticker", "trade", "fill"] } })
    assert.deepStrictEqual(outline(frames), ["subscribed id 1", "error id 1", "subscribed id 1"])
  })

  it("execute the command late", () => {
    const { me, world } = setup({ feed: "command", delayMillis: 20_000 })
    const line = world.connect(me)
    assert.deepStrictEqual(line.ask(subscribe), [])
    world.pass(19_999)
    assert.deepStrictEqual(line.take(), [])
    world.pass(1)
    assert.deepStrictEqual(outline(line.take()), ["subscribed id 1", "orderbook_snapshot sid 1 seq 1"])
  })

  it("execute the command, but never reply", () => {
    const { me, world } = setup({ feed: "command", isSilent: true })
    const line = world.connect(me)
    assert.deepStrictEqual(outline(line.ask(subscribe)), ["orderbook_snapshot sid 1 seq 1"])
  })
})

describe("faults of messages", () => {
  it("skip: the message is not sent, but counts in seq", () => {
    const { faulty, next } = twoDeltas("skip")
    assert.deepStrictEqual(faulty, [])
    assert.strictEqual(next[0]!.seq, 3)
  })

  it("repeat: the same message is sent twice", () => {
    const { faulty, next } = twoDeltas("repeat")
    assert.strictEqual(faulty.length, 2)
    assert.strictEqual(faulty[0], faulty[1])
    assert.strictEqual(next[0]!.seq, 3)
  })

  it("garble and cut: the message is not valid JSON", () => {
    for (const change of ["garble", "cut"] as const) {
      const { faulty, next } = twoDeltas(change)
      assert.strictEqual(faulty.length, 1)
      assert.throws(() => JSON.parse(faulty[0]!))
      assert.strictEqual(next[0]!.seq, 3)
    }
  })

  it("unknownType: the message has a type that is not in the document", () => {
    assert.strictEqual(JSON.parse(twoDeltas("unknownType").faulty[0]!).type, "not_in_the_document")
  })

  it("zeroDelta: before the message, a delta of 0.00 is sent and counts in seq", () => {
    const { faulty, next } = twoDeltas("zeroDelta")
    assert.deepStrictEqual(
      faulty.map((text) => [JSON.parse(text).msg.delta_fp, JSON.parse(text).seq]),
      [
        ["0.00", 2],
        ["5.00", 3]
      ]
    )
    assert.strictEqual(next[0]!.seq, 4)
  })

  it("belowZero: before the message, a delta subtracts more than the level contains", () => {
    const deltas = twoDeltas("belowZero").faulty.map((text) => Number(JSON.parse(text).msg.delta_fp))
    assert.strictEqual(deltas.length, 2)
    assert.isBelow(deltas[0]! + 5, 0)
  })

  it("cross: before the message, two deltas with the same clock add and remove a bid at $0.99", () => {
    const messages = twoDeltas("cross").faulty.map((text) => JSON.parse(text).msg)
    assert.deepStrictEqual(
      messages.map(({ delta_fp, price_dollars }) => [price_dollars, delta_fp]),
      [
        ["0.9900", "1.00"],
        ["0.9900", "-1.00"],
        ["0.4000", "5.00"]
      ]
    )
    assert.deepStrictEqual(new Set(messages.map(({ clock }) => clock)).size, 1)
  })

  it("omit: the message is not sent, and does not count in seq", () => {
    const { faulty, next } = twoDeltas("omit")
    assert.deepStrictEqual(faulty, [])
    assert.strictEqual(next[0]!.seq, 2)
    assert.strictEqual(next[0]!.msg.clock, 2)
  })

  it("renameKeys: a snapshot has other keys for its sides", () => {
    const { me, world } = setup({ feed: "frame", change: "renameKeys" })
    world.order(me, { price: 4_000 })
    const [, snapshot] = world.connect(me).ask(subscribe)
    assert.deepStrictEqual(snapshot!.msg.yes_levels, [["0.4000", "5.00"]])
    assert.isUndefined(snapshot!.msg.yes_dollars_fp)
  })

  it("delay a snapshot, so that deltas overtake it", () => {
    const { me, world } = setup({ feed: "frame", type: "orderbook_snapshot", delayMillis: 5_000 })
    const line = world.connect(me)
    line.send(subscribe)
    world.order(me, {})
    assert.deepStrictEqual(outline(line.take()), ["subscribed id 1", "orderbook_delta sid 1 seq 2"])
    world.pass(5_000)
    assert.deepStrictEqual(outline(line.take()), ["orderbook_snapshot sid 1 seq 1"])
  })

  it("start a subscription at another seq", () => {
    const { me, world } = setup({ feed: "subscription", channel: "orderbook_delta", firstSeq: 3 })
    assert.deepStrictEqual(outline(world.connect(me).ask(subscribe)), [
      "subscribed id 1",
      "orderbook_snapshot sid 1 seq 3"
    ])
  })
})

describe("operations on connections", () => {
  const opened = () => {
    const { me, world } = setup()
    const line = world.connect(me)
    line.send(subscribe)
    line.take()
    return { world, me, line }
  }

  it("drop connections with a close code, with a reset or by silence", () => {
    const { line, me, world } = opened()
    assert.strictEqual(Result.getOrThrow(operations.drop(world.feed, { code: 4001, reason: "bye" })), 1)
    assert.strictEqual(line.ended(), "close 4001 bye")
    for (const how of ["reset", "silence"] as const) {
      const other = world.connect(me)
      operations.drop(world.feed, { how, connectionId: world.feed.connections.at(-1)!.id })
      assert.strictEqual(other.ended(), how)
    }
    assert.strictEqual(Result.isFailure(operations.drop(world.feed, { code: 1005 })), true)
  })

  it("stall the messages of subscriptions but not replies, and leave a gap in seq", () => {
    const { line, me, world } = opened()
    operations.stall(world.feed, { channel: "orderbook_delta" }, true)
    world.order(me, { price: 4_000 })
    assert.deepStrictEqual(line.take(), [])
    assert.deepStrictEqual(outline(line.ask({ id: 4, cmd: "list_subscriptions" })), ["ok id 4"])
    operations.stall(world.feed, {}, false)
    world.order(me, { price: 4_100 })
    assert.strictEqual(line.take()[0]!.seq, 3)
  })

  it("send error 10, which ends a subscription, and error 18, which does not", () => {
    const { line, me, world } = opened()
    operations.failSubscriptions(world.feed, {}, 18)
    world.order(me, { price: 4_000 })
    operations.failSubscriptions(world.feed, {}, 10)
    world.order(me, { price: 4_100 })
    assert.deepStrictEqual(outline(line.take()), [
      "error sid 1 seq 2",
      "orderbook_delta sid 1 seq 3",
      "error sid 1 seq 4"
    ])
  })

  it("publish a message to all accounts or to one account", () => {
    const { me, world } = setup()
    const [mine, theirs] = [me, world.account()].map((account) => {
      const line = world.connect(account)
      line.send({ id: 1, cmd: "subscribe", params: { channels: ["communications"] } })
      line.take()
      return line
    })
    const message = { channel: "communications", type: "rfq_batch_deleted", msg: { id: "x" } } as const
    operations.publish(world.feed, message)
    operations.publish(world.feed, { ...message, accountId: me.accountId })
    assert.deepStrictEqual(outline(mine!.take()), ["rfq_batch_deleted sid 1 seq 1", "rfq_batch_deleted sid 1 seq 2"])
    assert.deepStrictEqual(outline(theirs!.take()), ["rfq_batch_deleted sid 1 seq 1"])
  })

  it("set reference prices, and refuse unknown names and invalid values", () => {
    const { me, world } = setup()
    const line = world.connect(me)
    line.send({ id: 1, cmd: "subscribe", params: { channels: ["pyth_value"], underlying_tickers: ["all"] } })
    line.take()
    operations.setReference(world.feed, "Metal.XAU/USD", "2700.5", world.nowMillis())
    world.pass(1_000)
    const gold = line.take().find(({ msg }) => msg.underlying_ticker === "Metal.XAU/USD")
    assert.strictEqual(gold!.msg.value_usd, "2700.50000000")
    assert.strictEqual(Result.isFailure(operations.setReference(world.feed, "no name", "1", 0)), true)
    assert.strictEqual(Result.isFailure(operations.setReference(world.feed, "BRTI", "1e3", 0)), true)
  })

  it("list connections with their subscriptions", () => {
    const { me, world } = opened()
    assert.deepStrictEqual(operations.connectionsOf(world.feed), [
      {
        connectionId: 1,
        accountId: me.accountId,
        keyId: me.keyId,
        openedMillis: world.nowMillis(),
        waitingFrames: 0,
        subscriptions: [{ sid: 1, channel: "orderbook_delta", seq: 1, markets: 1, marketTickers: [ticker] }]
      }
    ])
  })
})

describe("maintenance", () => {
  it("sets the clocks of the books back", () => {
    const { me, world } = setup()
    for (const price of [3_000, 3_100, 3_200]) {
      world.order(me, { price })
    }
    world.feed.closeAll(1001, "maintenance")
    world.run({ type: "restartClocks" })
    const [, snapshot] = world.connect(me).ask(subscribe)
    assert.strictEqual(snapshot!.msg.clock, 1)
    assert.strictEqual(snapshot!.msg.yes_dollars_fp.length, 3)
  })
})

describe("checkFeedFault", () => {
  it("explains what is wrong with an invalid fault", () => {
    const wrong: ReadonlyArray<readonly [FeedFault, RegExp]> = [
      [{ feed: "upgrade" }, /exactly one/],
      [{ feed: "upgrade", status: 503, closeCode: 1000 }, /exactly one/],
      [{ feed: "upgrade", status: 99 }, /status must be/],
      [{ feed: "upgrade", closeCode: 1006 }, /closeCode must be/],
      [{ feed: "upgrade", closeCode: 1000.5 }, /closeCode must be/],
      [{ feed: "upgrade", closeCode: 3000.5 }, /closeCode must be/],
      [{ feed: "upgrade", closeCode: 4999.5 }, /closeCode must be/],
      [{ feed: "command", error: 6 }, /no error has the code 6/],
      [{ feed: "command", times: 0 }, /times must be/],
      [{ feed: "command", delayMillis: -1 }, /delayMillis must be/],
      [{ feed: "command", delayMillis: Infinity }, /delayMillis must be/],
      [{ feed: "frame", delayMillis: 2 ** 31 }, /delayMillis must be/],
      [{ feed: "frame", change: "cross", type: "ticker" }, /applies only to orderbook_delta/],
      [{ feed: "frame", change: "renameKeys", type: "ticker" }, /applies only to orderbook_snapshot/],
      [{ feed: "frame", channel: "no" as "trade" }, /no channel has the name "no"/],
      [{ feed: "subscription", firstSeq: -1 }, /firstSeq must be/]
    ]
    for (const [fault, reason] of wrong) {
      assert.match(checkFeedFault(fault) ?? "valid", reason)
    }
    assert.isUndefined(checkFeedFault({ feed: "upgrade", closeCode: 4999 }))
    assert.isUndefined(checkFeedFault({ feed: "frame", delayMillis: 2 ** 31 - 1 }))
  })
})
