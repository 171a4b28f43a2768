import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { ConnectionClosed, SubscriptionRefused, TooManyConnections } from "../../src/feed/FeedError.ts"
import type { KalshiFeed } from "../../src/feed/KalshiFeed.ts"
import { TradeLines } from "../../src/trades/lines.ts"
import * as Trades from "../../src/trades/Trades.ts"
import { assertIsExample } from "../support/operations.ts"
import { ScriptedFeed, type ScriptedSession } from "./support/scriptedFeed.ts"
import { messageOf, tradeOf } from "./support/tradesModel.ts"

/**
 * Runs a test with scripted lines (connections) that are live. A line is complete if every trade that it lacks was
 * delivered by another line, or lies in a reported hole. At first, only the first line is complete. The other lines are
 * unproven.
 */
const watching = (
  name: string,
  lines: number,
  test: (world: {
    readonly feed: ScriptedFeed
    readonly sessions: ReadonlyArray<ScriptedSession>
    readonly watch: Trades.Watch
    /** The received events. A trade is shown by its number. */
    readonly arrived: ReadonlyArray<number | Exclude<Trades.Event, Trades.TradeEvent>>
    readonly fiber: Fiber.Fiber<void, unknown>
    readonly statuses: Effect.Effect<ReadonlyArray<string>>
  }) => Effect.Effect<void, unknown, KalshiFeed | Scope.Scope>,
  options: Trades.Options & Trades.Parameters = {}
) =>
  it.effect(name, () => {
    const feed = new ScriptedFeed()
    return Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000)
      const { market_tickers } = options
      const watch = yield* Trades.watch(market_tickers === undefined ? {} : { market_tickers }, { ...options, lines })
      const arrived: Array<number | Exclude<Trades.Event, Trades.TradeEvent>> = []
      const fiber = yield* Effect.forkScoped(
        Stream.runForEach(watch.events, (event) =>
          Effect.sync(() => void arrived.push(event._tag === "Trade" ? Number(event.trade.trade_id.slice(-12)) : event))
        ),
        { startImmediately: true }
      )
      for (const session of feed.sessions) session.live()
      const statuses = Effect.map(watch.lines, (states) => states.map(({ status }) => status))
      yield* test({ feed, sessions: feed.sessions, watch, arrived, fiber, statuses })
    }).pipe(Effect.scoped, Effect.provide(feed.layer))
  })

const base = 1_000_000

/** Lets the consumer receive the waiting events. */
const settle = TestClock.adjust(0)

/** Makes all lines complete. Each line receives a trade that is later than the first trades of the others. */
const makeComplete = (sessions: ReadonlyArray<ScriptedSession>) => {
  for (const number of [1, 2]) for (const session of sessions) session.trade(number, base + number * 3_000)
}

describe("Trades.watch", () => {
  watching("delivers each trade once, whichever line receives it first", 2, ({ arrived, sessions }) =>
    Effect.gen(function* () {
      const [a, b] = sessions
      a!.trade(1, base)
      b!.trade(1, base)
      b!.trade(2, base)
      a!.trade(2, base)
      a!.trade(2, base)
      yield* settle
      assert.deepStrictEqual(arrived, [1, 2])
    })
  )

  watching(
    "delivers each trade once if both lines receive 100,000 trades without a pause",
    2,
    ({ arrived, sessions }) =>
      Effect.gen(function* () {
        for (const session of sessions) {
          for (let number = 0; number < 100_000; number++) session.trade(number, base + number)
        }
        for (let waits = 0; waits < 100 && arrived.length < 100_000; waits++) yield* settle
        assert.strictEqual(new Set(arrived).size, 100_000)
        assert.strictEqual(arrived.length, 100_000)
      }),
    { bufferSize: 100_000 }
  )

  watching(
    "fails with Lagging after delivering the buffered events, and ends its subscriptions",
    2,
    ({ arrived, feed, fiber, sessions }) =>
      Effect.gen(function* () {
        for (let number = 0; number < 12; number++) for (const session of sessions) session.trade(number, base)
        yield* settle
        const error = yield* Effect.flip(Fiber.join(fiber))
        assert.deepInclude({ ...(error as object) }, { _tag: "Lagging", channel: "trade", waiting: 10 })
        assert.strictEqual(arrived.length, 10)
        assert.strictEqual(feed.lagging, 1)
        assert.isTrue(sessions.every(({ last }) => last.isClosed))
      }),
    { bufferSize: 10 }
  )

  watching(
    "reports no hole if one line delivers the trades that the other line has lost",
    2,
    ({ arrived, sessions, statuses }) =>
      Effect.gen(function* () {
        const [a, b] = sessions
        makeComplete(sessions)
        a!.outage()
        assert.deepStrictEqual(yield* statuses, ["lost", "complete"])
        a!.restored()
        assert.deepStrictEqual(yield* statuses, ["unproven", "complete"])
        a!.trade(4, base + 10_000)
        b!.trade(3, base + 9_000)
        b!.trade(4, base + 10_000)
        assert.deepStrictEqual(yield* statuses, ["unproven", "complete"])
        b!.trade(5, base + 12_000)
        assert.deepStrictEqual(yield* statuses, ["unproven", "complete"])
        b!.trade(6, base + 12_001)
        assert.deepStrictEqual(yield* statuses, ["complete", "complete"])
        b!.outage()
        yield* settle
        assert.deepStrictEqual(arrived, [1, 2, 4, 3, 5, 6])
      })
  )

  watching(
    "reports a hole if a late line is lost before it delivers the trades that the other line has lost",
    2,
    (world) =>
      Effect.gen(function* () {
        const [a, b] = world.sessions
        makeComplete(world.sessions)
        yield* TestClock.adjust(10_000)
        a!.outage()
        yield* TestClock.adjust(500)
        a!.restored()
        // Trade 3 was sent during the outage of the first line. The second line is late, and has not delivered trade 3.
        a!.trade(4, base + 10_500)
        a!.trade(5, base + 20_000)
        yield* TestClock.adjust(2_000)
        b!.outage()
        yield* settle
        assert.deepStrictEqual(world.arrived, [
          1,
          2,
          4,
          5,
          { _tag: "Hole", sinceMillis: base + 5_000, untilMillis: base + 10_500, durationMillis: 5_500 }
        ])
        assert.deepStrictEqual(yield* world.statuses, ["complete", "lost"])
      })
  )

  watching("if no line was live, reports the hole as soon as a line is live again", 2, ({ arrived, sessions }) =>
    Effect.gen(function* () {
      const [a, b] = sessions
      makeComplete(sessions)
      a!.outage()
      b!.outage()
      yield* TestClock.adjust(20_000)
      assert.deepStrictEqual(arrived, [1, 2])
      b!.restored()
      a!.restored()
      yield* settle
      assert.deepStrictEqual(arrived.slice(2), [
        { _tag: "Hole", sinceMillis: base + 5_000, untilMillis: base + 20_000, durationMillis: 15_000 }
      ])
    })
  )

  watching(
    "before any trade, reports a hole that begins a minute before the start of the watch",
    1,
    ({ arrived, sessions }) =>
      Effect.gen(function* () {
        sessions[0]!.outage()
        yield* TestClock.adjust(1_000)
        sessions[0]!.restored()
        yield* settle
        assert.deepStrictEqual(arrived, [
          { _tag: "Hole", sinceMillis: base - 60_000, untilMillis: base + 1_000, durationMillis: 61_000 }
        ])
      })
  )

  watching(
    "ends a hole at the time when the first of the other lines became live",
    3,
    ({ arrived, sessions, statuses }) =>
      Effect.gen(function* () {
        const [a, b, c] = sessions
        makeComplete(sessions)
        yield* TestClock.adjust(10_000)
        for (const line of [c!, b!]) {
          line.outage()
          yield* TestClock.adjust(1_000)
          line.restored()
        }
        a!.outage()
        yield* settle
        const hole = arrived.at(-1)
        assert.strictEqual(typeof hole === "object" && hole._tag === "Hole" && hole.untilMillis, base + 11_000)
        assert.deepStrictEqual(yield* statuses, ["lost", "unproven", "complete"])
      })
  )

  for (const loss of ["Gap", "Undecodable", "UnknownMessage"] as const) {
    watching(`counts ${loss} as a loss of a line that stays live`, 1, ({ arrived, sessions, statuses }) =>
      Effect.gen(function* () {
        const [a] = sessions
        makeComplete(sessions)
        if (loss === "Gap") a!.gap()
        else if (loss === "Undecodable") {
          a!.emit({
            _tag: loss,
            generation: 1,
            sid: undefined,
            market: undefined,
            pointer: "/msg",
            reason: "no",
            text: "{}"
          })
        } else a!.emit({ _tag: loss, generation: 1, sid: 1, type: "new", text: "{}" })
        a!.trade(3, base + 9_000)
        yield* settle
        assert.deepStrictEqual(arrived, [
          1,
          2,
          { _tag: "Hole", sinceMillis: base + 5_000, untilMillis: base + 5_000, durationMillis: 0 },
          3
        ])
        assert.deepStrictEqual(yield* statuses, ["complete"])
      })
    )
  }

  watching("does not treat a line as complete because of a block trade", 2, ({ sessions, statuses }) =>
    Effect.gen(function* () {
      const [a, b] = sessions
      makeComplete(sessions)
      a!.outage()
      a!.restored()
      a!.trade(3, base, { isBlock: true })
      b!.trade(3, base, { isBlock: true })
      assert.deepStrictEqual(yield* statuses, ["unproven", "complete"])
    })
  )

  watching("counts a line that lacks a trade for too long as lost, until the line delivers a trade", 2, (world) =>
    Effect.gen(function* () {
      const [a, b] = world.sessions
      makeComplete(world.sessions)
      a!.outage()
      a!.restored()
      a!.trade(4, base + 20_000)
      yield* TestClock.adjust(29_999)
      assert.deepStrictEqual(yield* world.statuses, ["unproven", "complete"])
      assert.strictEqual(world.arrived.length, 3)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* world.statuses, ["complete", "lost"])
      assert.strictEqual(world.arrived.length, 4)
      b!.trade(3, base + 19_000)
      assert.deepStrictEqual(yield* world.statuses, ["complete", "unproven"])
      a!.trade(5, base + 22_000)
      assert.deepStrictEqual(yield* world.statuses, ["complete", "complete"])
    })
  )

  watching("notices that a late line also lacks a later trade", 2, ({ sessions, statuses }) =>
    Effect.gen(function* () {
      const [a, b] = sessions
      makeComplete(sessions)
      a!.trade(3, base + 10_000)
      a!.trade(4, base + 20_000)
      yield* TestClock.adjust(10_000)
      b!.trade(3, base + 10_000)
      yield* TestClock.adjust(29_999)
      assert.deepStrictEqual(yield* statuses, ["complete", "complete"])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* statuses, ["complete", "lost"])
    })
  )

  watching("does not detect a dead line while no trades arrive", 2, ({ arrived, sessions, statuses }) =>
    Effect.gen(function* () {
      makeComplete(sessions)
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual(yield* statuses, ["complete", "complete"])
      assert.strictEqual(arrived.length, 2)
    })
  )

  const refused = new SubscriptionRefused({
    channel: "trade",
    markets: ["B"],
    code: 14,
    codeName: undefined,
    reason: "unknown"
  })

  watching(
    "subscribes again on a line whose market was refused, and treats the line as lost until the market is accepted",
    2,
    ({ arrived, sessions, statuses }) =>
      Effect.gen(function* () {
        const [a, b] = sessions
        makeComplete(sessions)
        a!.emit({ _tag: "Refused", markets: ["B"], error: refused })
        assert.deepStrictEqual(yield* statuses, ["lost", "complete"])
        a!.trade(3, base + 9_000)
        yield* TestClock.adjust(4_999)
        assert.strictEqual(a!.subscriptions.length, 1)
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(
          a!.subscriptions.map(({ isClosed, markets }) => [isClosed, markets]),
          [
            [true, ["A", "B"]],
            [false, ["A", "B"]]
          ]
        )
        a!.emit({ _tag: "Refused", markets: ["B"], error: refused })
        a!.live()
        assert.deepStrictEqual(yield* statuses, ["lost", "complete"])
        yield* TestClock.adjust(10_000)
        assert.strictEqual(a!.subscriptions.length, 3)
        a!.live()
        assert.deepStrictEqual(yield* statuses, ["unproven", "complete"])
        for (const session of [a!, b!]) session.trade(4, base + 20_000)
        b!.trade(5, base + 23_000)
        assert.deepStrictEqual(yield* statuses, ["complete", "complete"])
        yield* settle
        assert.deepStrictEqual(arrived, [1, 2, 3, 4, 5])
      }),
    { market_tickers: ["A", "B"] }
  )

  watching(
    "reports a market that all lines refuse, and ends with the refusal of the last market",
    2,
    ({ arrived, fiber, sessions, statuses }) =>
      Effect.gen(function* () {
        makeComplete(sessions)
        for (const session of sessions) session.emit({ _tag: "Refused", markets: ["B"], error: refused })
        yield* settle
        assert.deepStrictEqual(arrived.slice(2), [{ _tag: "Refused", markets: ["B"], error: refused }])
        assert.notInclude(yield* statuses, "lost")
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(
          sessions.map(({ subscriptions }) => subscriptions.length),
          [1, 1]
        )
        for (const session of sessions) session.end(refused)
        assert.strictEqual(yield* Effect.flip(Fiber.join(fiber)), refused)
      }),
    { market_tickers: ["A", "B"] }
  )

  watching("continues while one line accepts, and ends when all lines refuse", 2, ({ arrived, fiber, sessions }) =>
    Effect.gen(function* () {
      const [a, b] = sessions
      b!.end(refused)
      a!.trade(1, base)
      yield* TestClock.adjust(5_000)
      assert.strictEqual(b!.subscriptions.length, 2)
      assert.deepStrictEqual(arrived, [1])
      b!.end(refused)
      a!.end(refused)
      assert.strictEqual(yield* Effect.flip(Fiber.join(fiber)), refused)
    })
  )

  watching("opens a line later if no connection was free before", 2, ({ sessions, statuses }) =>
    Effect.gen(function* () {
      const [a, b] = sessions
      b!.refusal = new TooManyConnections({ channel: "trade", maxConnections: 1 })
      b!.end(refused)
      yield* TestClock.adjust(5_000)
      assert.strictEqual(b!.subscriptions.length, 1)
      b!.refusal = undefined
      yield* TestClock.adjust(10_000)
      assert.strictEqual(b!.subscriptions.length, 2)
      b!.live()
      a!.trade(1, base)
      assert.deepStrictEqual(yield* statuses, ["complete", "unproven"])
    })
  )

  watching("shows the error of a line that ended, and ends with the error of the last line", 2, (world) =>
    Effect.gen(function* () {
      const [a, b] = world.sessions
      const [first, last] = [4_001, 4_002].map((code) => new ConnectionClosed({ code, reason: "" }))
      a!.end(first!)
      b!.trade(1, base)
      yield* settle
      assert.deepStrictEqual(
        (yield* world.watch.lines).map(({ ended }) => ended),
        [first, undefined]
      )
      b!.end(last!)
      assert.strictEqual(yield* Effect.flip(Fiber.join(world.fiber)), last)
      assert.strictEqual(world.arrived.at(-1), 1)
    })
  )

  it.effect("ends its subscriptions and its additional sessions with its scope", () => {
    const feed = new ScriptedFeed()
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { events } = yield* Trades.watch({}, { lines: 3 }).pipe(Scope.provide(scope))
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* Stream.runCollect(events), [])
      assert.deepStrictEqual(
        feed.sessions.map(({ isClosed, last }) => [isClosed, last.isClosed]),
        [
          [false, true],
          [true, true],
          [true, true]
        ]
      )
    }).pipe(Effect.provide(feed.layer))
  })

  it.effect("runs the documented example", () => {
    const feed = new ScriptedFeed()
    const printed: Array<ReadonlyArray<unknown>> = []
    const program = Effect.gen(function* () {
      const { events } = yield* Trades.watch({ market_tickers: ["KXHIGHNY-26NOV29-T50"] }, { lines: 2 })
      yield* Stream.runForEach(events, (event) =>
        event._tag === "Trade"
          ? Console.log(event.trade.yes_price_dollars, event.trade.count_fp)
          : Console.log(event._tag)
      )
    })
    return Effect.gen(function* () {
      assertIsExample(import.meta.url, "Trades", "The trades of one market over two connections")
      const silent = { ...globalThis.console, log: (...values: ReadonlyArray<unknown>) => void printed.push(values) }
      yield* Effect.forkScoped(Effect.provideService(program, Console.Console, silent), { startImmediately: true })
      for (const session of feed.sessions) {
        session.live()
        session.trade(1, base)
      }
      feed.sessions[0]!.gap()
      yield* settle
      assert.deepStrictEqual(printed, [["0.4000", "1.00"], ["Hole"]])
    }).pipe(Effect.scoped, Effect.provide(feed.layer))
  })
})

describe("TradeLines.unread", () => {
  it("returns each missing trade once, and remembers the delivered trades even after a long hole", () => {
    const feed = new ScriptedFeed()
    const arrived: Array<string> = []
    Effect.runSync(Effect.scoped(Effect.provide(Trades.watch(), feed.layer)))
    const { service } = feed.sessions[0]!
    const lines = new TradeLines([service], undefined, { disorderMillis: 0, lateMillis: 1 }, () => base, {
      trade: ({ trade_id }) => void arrived.push(trade_id),
      hole: () => {},
      refused: () => {},
      end: () => {}
    })
    Result.getOrThrow(lines.open())
    const { subscriber } = feed.sessions[0]!.last
    const live = tradeOf(1_000_000, base)
    subscriber.onEvent(messageOf(live, base))
    const hole = Array.from({ length: 250_000 }, (_, number) => tradeOf(number, base))
    assert.strictEqual(lines.unread([...hole, live]).length, 250_000)
    assert.strictEqual(lines.unread(hole.slice(-100_000)).length, 0)
    for (const trade of [live, ...hole.slice(-100_000)]) subscriber.onEvent(messageOf(trade, base))
    assert.deepStrictEqual(arrived, [live.trade_id])
  })
})
