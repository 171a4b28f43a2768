import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { InvalidRequest } from "../../src/Errors.ts"
import { ConnectionClosed, SubscriptionRefused, TooManyConnections } from "../../src/feed/FeedError.ts"
import { TradeLines } from "../../src/trades/lines.ts"
import { ScriptedSession } from "./support/scriptedFeed.ts"
import { bounds, messageOf, tradeOf } from "./support/tradesModel.ts"

const base = 1_000_000

const refusalOf = (...markets: ReadonlyArray<string>) =>
  new SubscriptionRefused({ channel: "trade", markets, code: 14, codeName: undefined, reason: "unknown" })

const closed = new ConnectionClosed({ code: 4_001, reason: "" })
const closedToo = new ConnectionClosed({ code: 4_002, reason: "" })
const full = new TooManyConnections({ channel: "trade", maxConnections: 1 })

/** Lines on scripted sessions. `reports` lists what they report. A trade is shown by its number. */
const make = (count: number, markets?: ReadonlyArray<string>) => {
  let nowMillis = base
  const sessions = Array.from({ length: count }, () => new ScriptedSession(Effect.die("not used"), () => {}))
  const reports: Array<unknown> = []
  const lines = new TradeLines(
    sessions.map(({ service }) => service),
    markets,
    bounds,
    () => nowMillis,
    {
      trade: ({ trade_id }) => void reports.push(Number(trade_id.slice(-12))),
      hole: ({ sinceMillis, untilMillis }) =>
        void reports.push(`a hole from ${sinceMillis - base} to ${untilMillis - base}`),
      refused: (names) => void reports.push(`refused ${names.join()}`),
      end: (error) => void reports.push(`ended with ${error?._tag}`)
    }
  )
  return {
    lines,
    sessions,
    reports,
    pass: (millis: number) => {
      nowMillis += millis
      lines.tick()
    },
    statuses: () => sessions.map((_, index) => lines.statusOf(index)),
    ended: () => Effect.runSync(lines.lineStates()).map(({ ended }) => ended)
  }
}

/** Lines that are live and complete. */
const live = (count: number, markets?: ReadonlyArray<string>) => {
  const made = make(count, markets)
  Result.getOrThrow(made.lines.open())
  for (const session of made.sessions) session.live()
  for (const number of [1, 2]) for (const session of made.sessions) session.trade(number, base + number * 3_000)
  assert.isTrue(made.statuses().every((status) => status === "complete"))
  made.reports.length = 0
  return made
}

describe("TradeLines.open", () => {
  it("succeeds if one line accepts the request", () => {
    for (const accepting of [0, 1]) {
      const { ended, lines, reports, sessions } = make(2)
      sessions[1 - accepting]!.refusal = closed
      assert.isTrue(Result.isSuccess(lines.open()))
      assert.strictEqual(ended()[1 - accepting], closed)
      assert.deepStrictEqual(reports, [])
    }
  })

  it("fails with the error of the first line if no line accepts the request", () => {
    const { ended, lines, reports, sessions } = make(2)
    sessions[0]!.refusal = closed
    sessions[1]!.refusal = closedToo
    assert.strictEqual(Result.getOrThrow(Result.flip(lines.open())), closed)
    assert.deepStrictEqual(ended(), [closed, closedToo])
    assert.deepStrictEqual(reports, ["ended with ConnectionClosed"])
  })

  it("fails for invalid input, and ends no line", () => {
    const { ended, lines, reports, sessions } = make(2)
    const invalid = new InvalidRequest({ operation: "Feed.subscribe", pointer: "/market_tickers", reason: "empty" })
    for (const session of sessions) session.refusal = invalid
    assert.strictEqual(Result.getOrThrow(Result.flip(lines.open())), invalid)
    assert.deepStrictEqual([ended(), reports], [[undefined, undefined], []])
  })

  it("closes a subscription that ends during its opening, and subscribes again later", () => {
    const { lines, pass, sessions } = make(2)
    const [a] = sessions
    a!.endsAtOnce = refusalOf()
    lines.open()
    assert.isTrue(a!.subscriptions[0]!.isClosed)
    a!.endsAtOnce = undefined
    pass(5_000)
    assert.strictEqual(a!.subscriptions.length, 2)
    assert.isFalse(a!.last.isClosed)
  })
})

describe("TradeLines", () => {
  it("needs no timer after it was closed, or while nothing is due", () => {
    const { lines, sessions } = live(2, ["A", "B"])
    const [a, b] = sessions
    assert.isUndefined(lines.nextMillis())
    a!.trade(3, base + 20_000)
    assert.strictEqual(lines.nextMillis(), base + bounds.lateMillis)
    b!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    assert.strictEqual(lines.nextMillis(), base + 5_000)
    lines.close()
    assert.isUndefined(lines.nextMillis())

    const late = live(2)
    late.sessions[0]!.trade(3, base + 20_000)
    late.lines.close()
    assert.isUndefined(late.lines.nextMillis())
  })

  it("subscribes again only on the line whose market was refused", () => {
    const { pass, sessions, statuses } = live(2, ["A", "B"])
    sessions[0]!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    pass(4_999)
    assert.deepStrictEqual(
      sessions.map(({ attempts }) => attempts),
      [1, 1]
    )
    pass(1)
    assert.deepStrictEqual(
      sessions.map(({ attempts }) => attempts),
      [2, 1]
    )
    pass(60_000)
    assert.strictEqual(sessions[0]!.attempts, 2)
    assert.deepStrictEqual(statuses(), ["lost", "complete"])
  })

  it("counts a line as lost until its new subscription is live, even if that subscription has a gap", () => {
    const { pass, sessions, statuses } = live(2, ["A", "B"])
    sessions[0]!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    pass(5_000)
    sessions[0]!.gap()
    assert.deepStrictEqual(statuses(), ["lost", "complete"])
    sessions[0]!.live()
    assert.deepStrictEqual(statuses(), ["unproven", "complete"])
  })

  it("ignores the events of a subscription that was replaced", () => {
    const { pass, reports, sessions, statuses } = live(2, ["A", "B"])
    const { subscriber } = sessions[0]!.last
    sessions[0]!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    pass(5_000)
    subscriber.onLive?.()
    subscriber.onEvent(messageOf(tradeOf(3, base + 9_000), base))
    subscriber.onEnd(closed)
    assert.deepStrictEqual([statuses(), reports], [["lost", "complete"], []])
  })

  it("ignores the events of a subscription that has ended", () => {
    for (const error of [closed, refusalOf("A", "B")]) {
      const { reports, sessions, statuses } = live(2, ["A", "B"])
      const { subscriber } = sessions[0]!.last
      sessions[0]!.end(error)
      subscriber.onLive?.()
      subscriber.onEvent(messageOf(tradeOf(3, base + 9_000), base))
      assert.deepStrictEqual([statuses(), reports], [["lost", "complete"], []])
    }
  })

  it("waits longer after each refusal, and shortens the wait again once the line has all wanted markets", () => {
    const { pass, sessions } = live(2, ["A", "B"])
    const [a] = sessions
    const refuse = () => a!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    refuse()
    pass(5_000)
    assert.strictEqual(a!.attempts, 2)
    a!.live()
    refuse()
    pass(4_999)
    assert.strictEqual(a!.attempts, 2)
    pass(1)
    assert.strictEqual(a!.attempts, 3)
    refuse()
    a!.live()
    pass(9_999)
    assert.strictEqual(a!.attempts, 3)
    pass(1)
    assert.strictEqual(a!.attempts, 4)
  })

  it("waits longer after each attempt that finds no free connection", () => {
    const { lines, pass, sessions, statuses } = make(2)
    const [a, b] = sessions
    b!.refusal = full
    Result.getOrThrow(lines.open())
    a!.live()
    pass(5_000)
    pass(9_999)
    assert.strictEqual(b!.attempts, 2)
    b!.refusal = undefined
    pass(1)
    assert.strictEqual(b!.attempts, 3)
    b!.live()
    assert.deepStrictEqual(statuses(), ["complete", "unproven"])
  })

  it("ends a line that cannot subscribe again", () => {
    const { ended, pass, reports, sessions } = live(2, ["A", "B"])
    const [a, b] = sessions
    a!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    a!.refusal = closed
    pass(5_000)
    assert.deepStrictEqual([ended(), reports], [[closed, undefined], []])
    assert.isTrue(a!.last.isClosed)
    b!.end(closedToo)
    assert.deepStrictEqual(reports, ["ended with ConnectionClosed"])
  })

  it("keeps a line complete after the refusal of a market that is not wanted", () => {
    const { sessions, statuses } = live(2, ["A", "B"])
    sessions[0]!.emit({ _tag: "Refused", markets: ["C"], error: refusalOf("C") })
    assert.deepStrictEqual(statuses(), ["complete", "complete"])
  })

  it("counts a line as lost while it lacks a market that another line has", () => {
    const { pass, reports, sessions, statuses } = live(2, ["A", "B", "C"])
    const [a, b] = sessions
    b!.emit({ _tag: "Refused", markets: ["B", "C"], error: refusalOf("B", "C") })
    a!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    assert.deepStrictEqual(reports[0], "refused B")
    assert.deepStrictEqual(statuses(), ["complete", "lost"])
    pass(5_000)
    assert.deepStrictEqual(
      sessions.map(({ last }) => last.markets),
      [
        ["A", "B", "C"],
        ["A", "C"]
      ]
    )
  })

  it("when a line ends, forgets a market that all remaining lines have refused", () => {
    const { pass, reports, sessions, statuses } = live(2, ["A", "B"])
    const [a, b] = sessions
    b!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    a!.end(closed)
    assert.deepStrictEqual(reports, ["refused B", "a hole from 5000 to 5000"])
    assert.deepStrictEqual(statuses(), ["lost", "complete"])
    pass(60_000)
    assert.strictEqual(b!.attempts, 1)
  })

  it("reports the hole that results when the only complete line ends", () => {
    const { reports, sessions, statuses } = live(2)
    const [a, b] = sessions
    b!.outage()
    b!.restored()
    a!.end(closed)
    assert.deepStrictEqual(reports, ["a hole from 5000 to 5000"])
    assert.deepStrictEqual(statuses(), ["lost", "complete"])
  })

  it("does not subscribe again on a line that has ended", () => {
    const { pass, sessions } = live(2, ["A", "B"])
    const [a] = sessions
    a!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    a!.end(closed)
    pass(60_000)
    assert.strictEqual(a!.attempts, 1)
  })

  it("reports its end once, and then nothing", () => {
    const { ended, lines, pass, reports, sessions } = live(2, ["A", "B"])
    const [a, b] = sessions
    a!.emit({ _tag: "Refused", markets: ["B"], error: refusalOf("B") })
    lines.close()
    lines.close()
    b!.trade(3, base + 9_000)
    b!.end(closed)
    pass(60_000)
    assert.deepStrictEqual(reports, ["ended with undefined"])
    assert.deepStrictEqual(ended(), [undefined, undefined])
    assert.deepStrictEqual(
      sessions.map(({ attempts, last }) => [attempts, last.isClosed]),
      [
        [1, true],
        [1, true]
      ]
    )
  })
})
