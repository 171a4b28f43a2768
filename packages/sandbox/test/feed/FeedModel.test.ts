/**
 * Checks that REST and the feed agree after each step. Actors execute random commands, and readers open and close
 * connections.
 */
import { assert, describe, it } from "vitest"
import { act, makeActors } from "../support/actors.ts"
import { FeedReader } from "../support/feedReader.ts"
import { type Loose, type Frame, makeFeedWorld } from "../support/feedWorld.ts"
import { sampleSize, seed } from "../support/floor.ts"

const channels = [
  "ticker",
  "trade",
  "fill",
  "market_positions",
  "user_orders",
  "order_group_updates",
  "market_lifecycle_v2"
]

interface Options {
  readonly seed: number
  readonly steps: number
  /** Simulates a faulty feed. */
  readonly change?: (frame: Frame) => ReadonlyArray<Frame>
}

const run = ({ change, seed, steps }: Options) => {
  const world = makeFeedWorld({ transferMillis: 3_000 })
  const actors = makeActors(world.exchange, 4)
  const tickers = () => world.view().tickers()
  const open = (accountId: string, isYesScale: boolean, names: ReadonlyArray<string>): FeedReader => {
    const reader = new FeedReader(accountId, world.connect(world.keyOf(accountId)), isYesScale)
    const params = { market_tickers: tickers(), use_yes_price: isYesScale }
    reader.line.send({ id: 1, cmd: "subscribe", params: { channels: names } })
    reader.line.send({ id: 2, cmd: "subscribe", params: { channels: ["orderbook_delta"], ...params } })
    return reader
  }
  const complete = open(actors.accounts[0]!, false, channels)
  // The feed sends no messages about commands that were executed before its first connection.
  let passing = open(actors.accounts[1]!, true, ["user_orders"])
  const differences: Array<string> = []
  for (let step = 0; step < steps; step++) {
    act(world.exchange, actors, seed + step, 5)
    world.pass(Math.max(0, actors.now - world.nowMillis()))
    visit(passing, step)
    if (step % 13 === 12) {
      passing.line.endpoint.closed()
      passing = open(actors.accounts[step % 4]!, step % 2 === 0, ["user_orders", "ticker"])
    }
    complete.read(change)
    passing.read()
    const view = world.view()
    differences.push(...complete.differences(view, true), ...passing.differences(view, false))
    if (differences.length > 0) {
      break
    }
  }
  return { differences, types: complete.types, replay: `FC_SEED=${seed}` }
}

const visit = ({ books, line }: FeedReader, step: number): void => {
  const [some] = [...books.keys()].slice(step % Math.max(1, books.size))
  if (some === undefined) {
    return
  }
  const sid = 2
  switch (step % 3) {
    case 0:
      line.send({
        id: step,
        cmd: "update_subscription",
        params: { sid, action: "get_snapshot", market_tickers: [some] }
      })
      break
    case 1:
      line.send({
        id: step,
        cmd: "update_subscription",
        params: { sid, action: "delete_markets", market_tickers: [some] }
      })
      line.send({
        id: step,
        cmd: "update_subscription",
        params: { sid, action: "add_markets", market_tickers: [some] }
      })
      break
    default:
      line.send({ id: step, cmd: "list_subscriptions" })
  }
}

describe("the feed and REST", () => {
  it("agree after each step, for random commands", { timeout: 120_000 }, () => {
    const counts = new Map<string, number>()
    for (let round = 0; round < sampleSize(15, 200); round++) {
      const { differences, replay, types } = run({ seed: seed + round * 1_000, steps: 60 })
      assert.deepStrictEqual(differences.slice(0, 5), [], replay)
      for (const [type, count] of types) {
        counts.set(type, (counts.get(type) ?? 0) + count)
      }
    }
    for (const type of ["orderbook_delta", "ticker", "trade", "fill", "user_order", "market_position"]) {
      assert.isAbove(counts.get(type) ?? 0, 50, type)
    }
  })

  /** Applies a fault once, to the `after`-th message of a type. */
  const once = (type: string, change: (msg: Loose) => Loose, after = 3) => {
    let seen = 0
    return (frame: Frame): ReadonlyArray<Frame> => {
      if (frame.type !== type || ++seen !== after) {
        return [frame]
      }
      const msg = change(frame.msg)
      return msg === undefined ? [] : [{ ...frame, msg }]
    }
  }

  const lost = () => undefined
  const faults: ReadonlyArray<readonly [what: string, change: () => (frame: Frame) => ReadonlyArray<Frame>]> = [
    ["a lost delta", () => once("orderbook_delta", lost)],
    ["a lost trade", () => once("trade", lost)],
    ["a lost fill", () => once("fill", lost)],
    ["a lost order update", () => once("user_order", lost)],
    ["a lost position", () => once("market_position", lost)],
    ["a lost group event", () => once("order_group_updates", lost, 1)],
    [
      "a delta of the wrong sign",
      () => once("orderbook_delta", (msg) => ({ ...msg, delta_fp: String(-Number(msg.delta_fp)) }))
    ],
    [
      "a delta of the other side",
      () => once("orderbook_delta", (msg) => ({ ...msg, side: msg.side === "yes" ? "no" : "yes" }))
    ],
    ["a delta with an older clock", () => once("orderbook_delta", (msg) => ({ ...msg, clock: 0 }))],
    ["a delta with a wrong count", () => once("orderbook_delta", (msg) => ({ ...msg, delta_fp: "1.00" }), 1)],
    ["a fill of the other party", () => once("fill", (msg) => ({ ...msg, is_taker: !msg.is_taker }))],
    ["a fill with a wrong fee", () => once("fill", (msg) => ({ ...msg, fee_cost: "0.010001" }))],
    [
      "an order with wrong counts",
      () =>
        once("user_order", (msg) => ({
          ...msg,
          order_id: msg.order_id,
          fill_count_fp: "99.00",
          remaining_count_fp: "98.00"
        }))
    ],
    ["a trade with a wrong side", () => once("trade", (msg) => ({ ...msg, taker_book_side: "both" }))],
    ["a position with a wrong count", () => once("market_position", (msg) => ({ ...msg, position_fp: "123.00" }), 1)],
    [
      "a frame that is repeated",
      () => {
        const change = once("trade", lost)
        return (frame) => (change(frame).length === 0 ? [frame, frame] : [frame])
      }
    ]
  ]
  it.each(faults)("differ after %s", (_what, change) => {
    // A later message can replace the faulty message before the comparison. So the test tries five seeds.
    const found = [1, 2, 3, 4, 5].some(
      (round) => run({ seed: seed + round, steps: 60, change: change() }).differences.length > 0
    )
    assert.strictEqual(found, true)
  })
})
