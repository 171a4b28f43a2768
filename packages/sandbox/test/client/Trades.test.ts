/** Lines are parallel connections. A hole is a period whose trades may be missing. */
import { assert, describe, it } from "@effect/vitest"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Trades from "@kalshi-effect/client/Trades"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { type FeedFault, layerTest, type Operator } from "../../src/Sandbox.ts"
import {
  collect,
  eventually,
  fast,
  type Needs,
  randomOf,
  ticker,
  type Trader,
  trading,
  until
} from "../support/feedTrader.ts"
import { sampleSize } from "../support/floor.ts"

const inMemory = <E>(
  name: string,
  test: (trader: Trader) => Effect.Effect<void, E, Needs | Feed.KalshiFeed | Scope.Scope>,
  options?: Partial<Feed.Options>
) => it.effect(name, () => trading(test, options).pipe(Effect.provide(layerTest())), 240_000)

const tickers = [ticker, "KXFEED-26-A", "KXFEED-26-B"]

const statusesOf = ({ lines }: Pick<Trades.Watch, "lines">) =>
  Effect.map(lines, (states) => states.map(({ status }) => status))

const areLive = (watch: Pick<Trades.Watch, "lines">, count: number) =>
  Effect.map(statusesOf(watch), (statuses) => statuses.filter((status) => status !== "lost").length === count)

const areComplete = (watch: Pick<Trades.Watch, "lines">, count: number) =>
  Effect.map(statusesOf(watch), (statuses) => statuses.filter((status) => status === "complete").length === count)

/** A second account fills the order of the first account. */
const trader = ({ me, sandbox }: Trader) =>
  Effect.gen(function* () {
    const { environment } = sandbox
    const other = yield* sandbox.createAccount()
    const [maker, taker] = yield* Effect.forEach([me, other], ({ signer }) =>
      Layer.build(Kalshi.layer({ environment, signer, limits: false }))
    )
    return (market: string = ticker, count = 1) =>
      Effect.forEach(
        [
          { side: "bid", kalshi: maker! },
          { side: "ask", kalshi: taker! }
        ] as const,
        ({ kalshi, side }) =>
          Orders.create({
            ticker: market,
            side,
            price: "0.40",
            count: `${count}` as "1", // the text of a count
            time_in_force: "good_till_canceled",
            self_trade_prevention_type: "taker_at_cross"
          }).pipe(Effect.provide(kalshi)),
        { discard: true }
      )
  })

const idsOf = ({ environment }: Operator) =>
  Markets.trades.items({ limit: 1_000 }).pipe(
    Stream.map(({ trade_id }) => trade_id),
    Stream.runCollect,
    Effect.provide(Kalshi.layerPublic({ environment }))
  )

/** The ids of the trades that arrived over the feed or were read over REST. */
const arrivedIn = (events: ReadonlyArray<Trades.FilledEvent>): ReadonlyArray<string> =>
  events.flatMap((event) =>
    event._tag === "Trade"
      ? [event.trade.trade_id]
      : event._tag === "Filled"
        ? event.trades.map(({ trade_id }) => trade_id)
        : []
  )

const of = <Tag extends Trades.FilledEvent["_tag"]>(events: ReadonlyArray<Trades.FilledEvent>, tag: Tag) =>
  events.filter((event): event is Extract<Trades.FilledEvent, { readonly _tag: Tag }> => event._tag === tag)

const faults = ["close", "reset", "stall", "skip", "garble", "repeat", "late"] as const
type Fault = (typeof faults)[number]

const plant = ({ sandbox }: Trader, fault: Fault, random: (limit: number) => number) =>
  Effect.gen(function* () {
    const connections = yield* sandbox.feed.connections
    if (connections.length === 0) return
    const { connectionId } = connections[random(connections.length)]!
    const frame: FeedFault = { feed: "frame", type: "trade" }
    if (fault === "close" || fault === "reset") yield* sandbox.feed.drop({ connectionId, how: fault })
    else if (fault === "stall") yield* sandbox.feed.stall({ connectionId })
    else if (fault === "late") yield* sandbox.plant({ ...frame, delayMillis: 150 })
    else yield* sandbox.plant({ ...frame, change: fault })
  })

const resumeAll = ({ sandbox }: Trader) =>
  Effect.flatMap(sandbox.feed.connections, (connections) =>
    Effect.forEach(connections, ({ connectionId }) => Effect.ignore(sandbox.feed.resume({ connectionId })), {
      discard: true
    })
  )

/** Ten minutes under `pnpm test:full`. */
const seconds = sampleSize(200, 600)

describe("Trades.watch and Trades.watchFilled", () => {
  inMemory(
    `delivers every trade once and no hole while lines fail, for ${seconds} seconds`,
    (me) =>
      Effect.gen(function* () {
        const { sandbox } = me
        const seed = 20_261_130
        const random = randomOf(seed)
        const trade = yield* trader(me)
        for (const market of tickers.slice(1)) yield* sandbox.createMarket({ ticker: market })
        // The local exchange sends trades in the order of their times.
        const watch = yield* Trades.watch({ market_tickers: tickers }, { lines: 2, disorderMillis: 0 })
        const { events } = yield* collect(watch.events)
        yield* eventually(areLive(watch, 2))
        const counts = new Map<Fault, number>()
        for (let second = 0; second < seconds; second++) {
          for (let waits = 0; !(yield* areComplete(watch, 2)); waits++) {
            assert.isBelow(waits, 50, `both lines are complete before second ${second}, seed ${seed}`)
            yield* trade(tickers[random(tickers.length)])
            yield* TestClock.adjust(50)
          }
          const fault = faults[random(faults.length)]!
          counts.set(fault, (counts.get(fault) ?? 0) + 1)
          yield* plant(me, fault, random)
          for (let step = 0; step < 4; step++) {
            yield* trade(tickers[random(tickers.length)])
            yield* TestClock.adjust(250)
            if (step === 1) yield* resumeAll(me)
          }
        }
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(counts.size, faults.length)
        assert.deepStrictEqual(
          events.filter(({ _tag }) => _tag !== "Trade"),
          []
        )
        assert.isAbove(events.length, 4 * seconds)
        assert.deepStrictEqual(arrivedIn(events).toSorted(), (yield* idsOf(sandbox)).toSorted())
      }),
    fast
  )

  inMemory(
    "reads the trades that both lines lost during three minutes of faults",
    (me) =>
      Effect.gen(function* () {
        const { sandbox } = me
        const { environment } = sandbox
        const random = randomOf(7)
        const trade = yield* trader(me)
        for (const market of tickers.slice(1)) yield* sandbox.createMarket({ ticker: market })
        const watch = yield* Trades.watchFilled({ market_tickers: tickers }, { lines: 2, disorderMillis: 0 }).pipe(
          Effect.provide(Kalshi.layerPublic({ environment }))
        )
        const { events } = yield* collect(watch.events)
        yield* eventually(areLive(watch, 2))
        for (let second = 0; second < 180; second++) {
          yield* plant(me, faults[random(faults.length)]!, random)
          if (random(2) === 0) yield* plant(me, faults[random(faults.length)]!, random)
          for (let step = 0; step < 4; step++) {
            yield* trade(tickers[random(tickers.length)])
            yield* TestClock.adjust(250)
            if (random(4) === 0) yield* resumeAll(me)
          }
        }
        yield* resumeAll(me)
        yield* TestClock.adjust("1 minute")
        for (let count = 0; count < 5; count++) {
          yield* trade()
          yield* TestClock.adjust("10 seconds")
        }
        const holes = of(events, "Hole")
        const filled = of(events, "Filled")
        assert.isAbove(holes.length, 20)
        assert.deepStrictEqual(
          filled.map(({ hole }) => hole),
          holes
        )
        assert.isAbove(filled.flatMap(({ trades }) => trades).length, 20)
        const arrived = arrivedIn(events)
        assert.deepStrictEqual(arrived.toSorted(), (yield* idsOf(sandbox)).toSorted())
      }),
    fast
  )

  inMemory(
    "reports a hole if both lines missed the same trades: one was down, and the other stalled and was lost",
    (me) =>
      Effect.gen(function* () {
        const { sandbox } = me
        const trade = yield* trader(me)
        const watch = yield* Trades.watch({}, { lines: 2 })
        const { events } = yield* collect(watch.events)
        yield* eventually(areLive(watch, 2))
        // Trades prove that the second line is complete.
        for (let count = 0; count < 4; count++) {
          yield* trade()
          yield* TestClock.adjust("1 second")
        }
        assert.deepStrictEqual(yield* statusesOf(watch), ["complete", "complete"])
        const [first, second] = yield* sandbox.feed.connections
        yield* sandbox.feed.stall({ connectionId: second!.connectionId })
        yield* sandbox.feed.drop({ connectionId: first!.connectionId, how: "reset" })
        yield* eventually(areLive(watch, 1))
        yield* trade()
        yield* eventually(areLive(watch, 2))
        assert.deepStrictEqual([...(yield* statusesOf(watch))].toSorted(), ["complete", "unproven"])
        yield* trade()
        yield* TestClock.adjust("1 second")
        assert.strictEqual(of(events, "Hole").length, 0)
        yield* sandbox.feed.drop({ connectionId: second!.connectionId, how: "reset" })
        yield* eventually(areLive(watch, 1))
        const [hole] = of(events, "Hole")
        const lost = (yield* idsOf(sandbox)).filter((id) => !arrivedIn(events).includes(id))
        assert.strictEqual(lost.length, 1)
        assert.isAbove(hole!.durationMillis, 0)
      })
  )

  inMemory("reports a hole if no line was live, and reads the trades of the hole", (me) =>
    Effect.gen(function* () {
      const { sandbox } = me
      const { environment } = sandbox
      const trade = yield* trader(me)
      const watch = yield* Trades.watchFilled({}, { lines: 2 }).pipe(
        Effect.provide(Kalshi.layerPublic({ environment }))
      )
      const { events } = yield* collect(watch.events)
      yield* eventually(areLive(watch, 2))
      yield* trade()
      yield* TestClock.adjust(100)
      const sinceMillis = of(events, "Trade")[0]!.trade.ts_ms
      yield* sandbox.plant({ feed: "upgrade", status: 503, times: 4 })
      yield* sandbox.feed.drop({ how: "reset" })
      yield* trade()
      yield* trade()
      yield* until(() => of(events, "Filled").length === 1)
      const [hole] = of(events, "Hole")
      const [filled] = of(events, "Filled")
      assert.strictEqual(hole!.sinceMillis, sinceMillis - 1_000)
      assert.strictEqual(hole!.durationMillis, hole!.untilMillis - hole!.sinceMillis)
      assert.strictEqual(filled!.hole, hole)
      assert.strictEqual(filled!.trades.length, 2)
      assert.strictEqual(arrivedIn(events).length, 3)
      const [first, second] = filled!.trades.map(({ ts_ms }) => ts_ms)
      assert.isAtLeast(second!, first!)
    })
  )

  inMemory("reports that a hole could not be read", (me) =>
    Effect.gen(function* () {
      const { sandbox } = me
      const { environment } = sandbox
      const trade = yield* trader(me)
      const watch = yield* Trades.watchFilled({}, { lines: 1, maxPages: 0 }).pipe(
        Effect.provide(Kalshi.layerPublic({ environment }))
      )
      const { events } = yield* collect(watch.events)
      yield* eventually(areLive(watch, 1))
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => of(events, "NotFilled").length === 1)
      assert.strictEqual(of(events, "NotFilled")[0]!.error._tag, "InvalidRequest")
      yield* trade()
      yield* TestClock.adjust(100)
      assert.strictEqual(of(events, "Trade").length, 1)
    })
  )

  inMemory("loses nothing while a connection is replaced, with two lines or with one", (me) =>
    Effect.gen(function* () {
      const trade = yield* trader(me)
      for (const lines of [2, 1]) {
        const scope = yield* Scope.make()
        const watch = yield* Trades.watch({}, { lines }).pipe(Scope.provide(scope))
        const { events } = yield* collect(watch.events)
        yield* eventually(areLive(watch, lines))
        yield* Feed.changeOver
        for (let step = 0; step < 20; step++) {
          yield* trade()
          yield* TestClock.adjust(5)
        }
        assert.strictEqual(events.length, 20)
        assert.strictEqual(of(events, "Trade").length, 20)
        yield* Scope.close(scope, Exit.void)
      }
    })
  )

  inMemory("continues without one line, and ends with the error of the last line", (me) =>
    Effect.gen(function* () {
      const { sandbox } = me
      const trade = yield* trader(me)
      const watch = yield* Trades.watch({}, { lines: 2 })
      const { events, fiber } = yield* collect(Stream.catchTag(watch.events, "ConnectionClosed", () => Stream.empty))
      yield* eventually(areLive(watch, 2))
      const [first, second] = yield* sandbox.feed.connections
      yield* sandbox.feed.drop({ connectionId: first!.connectionId, code: 4_000 })
      yield* eventually(Effect.map(watch.lines, (lines) => lines.some(({ ended }) => ended !== undefined)))
      yield* trade()
      yield* TestClock.adjust(100)
      assert.strictEqual(of(events, "Trade").length, 1)
      yield* sandbox.feed.drop({ connectionId: second!.connectionId, code: 4_000 })
      yield* until(() => fiber.pollUnsafe() !== undefined)
      assert.deepStrictEqual(fiber.pollUnsafe(), Exit.void)
      assert.deepStrictEqual(
        (yield* watch.lines).map(({ ended }) => ended?._tag),
        ["ConnectionClosed", "ConnectionClosed"]
      )
    })
  )

  inMemory("end their subscriptions and additional connections when their scope closes", ({ sandbox }) =>
    Effect.gen(function* () {
      for (let round = 0; round < 20; round++) {
        const scope = yield* Scope.make()
        const watch = yield* Trades.watch({}, { lines: 3 }).pipe(Scope.provide(scope))
        yield* eventually(areLive(watch, 3))
        assert.strictEqual((yield* sandbox.feed.connections).length, 3)
        yield* Scope.close(scope, Exit.void)
        yield* eventually(
          Effect.map(sandbox.feed.connections, (open) => open.every(({ subscriptions }) => subscriptions.length === 0))
        )
        assert.isAtMost((yield* sandbox.feed.connections).length, 1)
      }
      assert.deepStrictEqual((yield* Feed.state).subscriptions, [])
    })
  )

  inMemory("ends its connections when the layer closes", ({ me, sandbox }) =>
    Effect.gen(function* () {
      const { environment } = sandbox
      const inside = Effect.gen(function* () {
        const watch = yield* Trades.watch({}, { lines: 2 })
        yield* eventually(areLive(watch, 2))
      })
      yield* Effect.scoped(inside).pipe(Effect.provide(Feed.layer({ environment, signer: me.signer })))
      yield* eventually(Effect.map(sandbox.feed.connections, ({ length }) => length === 0))
    })
  )

  inMemory("refuses invalid input before it connects", ({ sandbox }) =>
    Effect.gen(function* () {
      for (const lines of [0, -1, 1.5, 9, Number.NaN]) {
        const error = yield* Effect.flip(Trades.watch({}, { lines }))
        assert.deepInclude({ ...error }, { _tag: "InvalidRequest", operation: "Trades.watch", pointer: "/lines" })
      }
      const error = yield* Effect.flip(Trades.watch({ market_tickers: [] }))
      assert.deepInclude({ ...error }, { _tag: "InvalidRequest", pointer: "/market_tickers" })
      assert.deepStrictEqual(yield* sandbox.feed.connections, [])
    })
  )
})
