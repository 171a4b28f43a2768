/**
 * Lines are parallel connections. A book's epoch rises when its clock starts again, or when readers change to a late
 * line.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as TestClock from "effect/testing/TestClock"
import { type FeedFault, layer, layerTest, type Operator } from "../../src/Sandbox.ts"
import { assertEqual } from "../support/books.ts"
import { busyFor, poll, recordedSockets } from "../support/busy.ts"
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

const tickers = [ticker, "KXFEED-26-A", "KXFEED-26-B", "KXFEED-26-C"]

const areWhole = (books: OrderBooks.Watch, markets: ReadonlyArray<string>, lines: number) =>
  Effect.map(books.lines, (states) => states.filter(({ liveBooks }) => liveBooks === markets.length).length === lines)

/** Places orders with one client. The trader's `place` would make a client for each order. */
const placing = ({ me, sandbox: { environment } }: Trader) =>
  Effect.map(
    Layer.build(Kalshi.layer({ environment, signer: me.signer })),
    (kalshi) => (market: string, side: "bid" | "ask", price: string, count: number) =>
      Orders.create({
        ticker: market,
        side,
        price: price as "0.10", // a decimal
        count: `${count}` as "1", // a decimal
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "taker_at_cross"
      }).pipe(Effect.provide(kalshi))
  )

/** Delays the messages of every second socket, and keeps their sequence. */
const everySecondSocketIsLate = (millis: number) =>
  Layer.effect(
    Socket.WebSocketConstructor,
    Effect.gen(function* () {
      const make = yield* Socket.WebSocketConstructor
      const run = Effect.runForkWith(yield* Effect.context<never>())
      let sockets = 0
      return (url, options) => {
        const socket = make(url, options)
        if (sockets++ % 2 === 0) return socket
        const listen = socket.addEventListener.bind(socket)
        socket.addEventListener = (type, listener, ...rest) =>
          listen(
            type,
            type === "message"
              ? (event) =>
                  void run(
                    Effect.delay(
                      Effect.sync(() => listener(event)),
                      millis
                    )
                  )
              : listener,
            ...rest
          )
        return socket
      }
    })
  )

/** Ten minutes under `pnpm test:full`. */
const seconds = sampleSize(200, 600)

const faults = ["close", "reset", "stall", "skip", "garble", "repeat", "late"] as const

describe("OrderBooks.watch with two lines", () => {
  inMemory(
    `keeps every book readable while one line fails once per second, for ${seconds} seconds`,
    (trader) =>
      Effect.gen(function* () {
        const { sandbox } = trader
        const place = yield* placing(trader)
        const seed = 20_261_129
        const random = randomOf(seed)
        for (const market of tickers.slice(1)) yield* sandbox.createMarket({ ticker: market })
        const books = yield* OrderBooks.watch(tickers, { lines: 2 })
        yield* eventually(areWhole(books, tickers, 2))
        const clocks = new Map<string, number>()
        /** Reads all books. Each book must be readable, and not older than at its previous read. */
        const readAll = (step: string) =>
          Effect.gen(function* () {
            for (const market of tickers) {
              const read = yield* Effect.result(books.read(market))
              if (Result.isFailure(read)) return assert.fail(`${step}, seed ${seed}: ${read.failure.message}`)
              const clock = read.success.clock!
              if (clock < (clocks.get(market) ?? 0)) return assert.fail(`${step}, seed ${seed}: the clock went down`)
              clocks.set(market, clock)
            }
          })
        const counts = new Map<string, number>()
        for (let second = 0; second < seconds; second++) {
          for (let waits = 0; !(yield* areWhole(books, tickers, 2)); waits++) {
            assert.isBelow(waits, 100, `both lines are live before second ${second}, seed ${seed}`)
            yield* readAll(`before second ${second}`)
            yield* TestClock.adjust(10)
          }
          const connections = yield* sandbox.feed.connections
          const { connectionId } = connections[random(connections.length)]!
          const fault = faults[random(faults.length)]!
          counts.set(fault, (counts.get(fault) ?? 0) + 1)
          const frame: FeedFault = { feed: "frame", type: "orderbook_delta" }
          if (fault === "close" || fault === "reset") yield* sandbox.feed.drop({ connectionId, how: fault })
          else if (fault === "stall") yield* sandbox.feed.stall({ connectionId })
          else if (fault === "late") yield* sandbox.plant({ ...frame, delayMillis: 150 })
          else yield* sandbox.plant({ ...frame, change: fault })
          for (let step = 0; step < 10; step++) {
            yield* readAll(`after ${fault} in second ${second}, step ${step}`)
            if (step === 4) yield* sandbox.feed.resume({ connectionId }).pipe(Effect.ignore)
            if (step % 2 === 0) {
              // The prices of the sides overlap, so that some orders trade.
              const side = random(2) === 0 ? "ask" : "bid"
              const cents = side === "bid" ? 10 + random(42) : 48 + random(42)
              const market = tickers[random(tickers.length)]!
              yield* place(market, side, `0.${cents}`, 1 + random(9))
              yield* readAll(`after an order in second ${second}, step ${step}`)
            }
            yield* TestClock.adjust(100)
            // At any time, at least one line is complete. So the merged books are up to date even while the other
            // line is stalled.
            if (step === 3 || step === 9) yield* assertEqual(sandbox, books, tickers)
          }
          yield* readAll(`at the end of second ${second}`)
        }
        assert.strictEqual(counts.size, faults.length)
        yield* TestClock.adjust("10 seconds")
        yield* assertEqual(sandbox, books, tickers)
      }),
    fast
  )

  it.effect(
    "never returns an older book than before while one line is late and the other is often reset",
    () =>
      trading(
        (trader) =>
          Effect.gen(function* () {
            const { sandbox } = trader
            const place = yield* placing(trader)
            const books = yield* OrderBooks.watch([ticker], { lines: 2 })
            yield* eventually(areWhole(books, [ticker], 2))
            let clock = 0
            let changeOvers = 0
            for (let step = 0; step < 1_000; step++) {
              const side = step % 2 === 0 ? "ask" : "bid"
              yield* place(ticker, side, side === "ask" ? "0.60" : "0.40", 1)
              yield* TestClock.adjust(20)
              if (step % 50 === 49) {
                changeOvers++
                const [first] = yield* sandbox.feed.connections
                yield* sandbox.feed.drop({ how: "reset", connectionId: first!.connectionId })
              }
              for (let read = 0; read < 2; read++) {
                const book = yield* books.read(ticker)
                assert.isAtLeast(book.clock!, clock, `step ${step}`)
                clock = book.clock!
                yield* TestClock.adjust(10)
              }
            }
            assert.strictEqual(changeOvers, 20)
            yield* TestClock.adjust("2 seconds")
            yield* assertEqual(sandbox, books, [ticker])
            assert.strictEqual((yield* books.read(ticker)).epoch, 0)
          }),
        fast
      ).pipe(Effect.provide(Layer.provideMerge(everySecondSocketIsLate(95), layerTest()))),
    240_000
  )

  it.live("does not give up a late line whose messages arrived while the process was busy", () => {
    const sockets = recordedSockets()
    return trading(({ place, sandbox }) =>
      Effect.gen(function* () {
        const books = yield* OrderBooks.watch([ticker], { lines: 2, catchUpMillis: 1_000 })
        yield* poll(areWhole(books, [ticker], 2))
        // The second line is late, because its socket is not read.
        const late = sockets.handle(1)
        late.readStop()
        yield* place()
        yield* poll(Effect.map(books.read(ticker), ({ bids }) => bids.length === 1))
        const { clock } = yield* books.read(ticker)
        const [first] = yield* sandbox.feed.connections
        yield* sandbox.feed.drop({ how: "reset", connectionId: first!.connectionId })
        yield* poll(areWhole(books, [ticker], 1))
        const reads: Array<OrderBooks.Book> = []
        const runSync = Effect.runSyncWith(yield* Effect.context<never>())
        yield* busyFor(1_050, late, () => reads.push(runSync(books.read(ticker))))
        yield* poll(areWhole(books, [ticker], 2))
        reads.push(yield* books.read(ticker))
        assert.deepStrictEqual(
          reads.map((read) => [read.epoch, read.clock]),
          [
            [0, clock],
            [0, clock]
          ]
        )
      })
    ).pipe(Effect.provide([sockets.layer, NodeHttpClient.layerUndici, layer()]))
  })

  it.effect("returns to the restored line after a late line has started a new epoch", () =>
    trading(
      ({ place, sandbox }) =>
        Effect.gen(function* () {
          const books = yield* OrderBooks.watch([ticker], { lines: 2, catchUpMillis: 30 })
          yield* eventually(areWhole(books, [ticker], 2))
          const [first] = yield* sandbox.feed.connections
          yield* place()
          yield* TestClock.adjust(10)
          // Refused upgrades keep the lost line closed until the other line has started a new epoch.
          yield* sandbox.plant({ feed: "upgrade", status: 503, times: 20 })
          yield* sandbox.feed.drop({ how: "reset", connectionId: first!.connectionId })
          yield* TestClock.adjust(60)
          assert.strictEqual((yield* books.read(ticker)).epoch, 1)
          yield* TestClock.adjust("5 seconds")
          yield* place({ price: "0.41" })
          yield* TestClock.adjust(10)
          yield* assertEqual(sandbox, books, [ticker])
        }),
      fast
    ).pipe(Effect.provide(Layer.provideMerge(everySecondSocketIsLate(95), layerTest())))
  )

  inMemory("cannot read a book after both lines are lost, until one line is restored", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker], { lines: 2 })
      yield* eventually(areWhole(books, [ticker], 2))
      yield* sandbox.plant({ feed: "upgrade", status: 503, times: 3 })
      yield* sandbox.feed.drop({ how: "reset" })
      yield* until(() => books.state(ticker)?._tag === "Healing")
      const error = yield* Effect.flip(books.read(ticker))
      assert.strictEqual(error._tag === "BookNotLive" && error.state._tag, "Healing")
      yield* place()
      yield* until(() => books.state(ticker)?._tag === "Live")
      yield* assertEqual(sandbox, books, [ticker])
      yield* eventually(areWhole(books, [ticker], 2))
    })
  )

  inMemory("has live books again after maintenance, which sets the clocks back", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker], { lines: 2 })
      yield* eventually(areWhole(books, [ticker], 2))
      for (const price of ["0.30", "0.31", "0.32"] as const) yield* place({ price })
      yield* TestClock.adjust(100)
      yield* sandbox.plant({ feed: "upgrade", status: 503, times: 3 })
      yield* sandbox.feed.maintenance
      yield* until(() => books.state(ticker)?._tag === "Healing")
      yield* eventually(areWhole(books, [ticker], 2))
      yield* place({ price: "0.41" })
      yield* TestClock.adjust(100)
      yield* assertEqual(sandbox, books, [ticker])
      assert.strictEqual((yield* books.read(ticker)).epoch, 1)
    })
  )

  inMemory("keeps the book readable while the connection of the first line is replaced", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker], { lines: 2 })
      yield* eventually(areWhole(books, [ticker], 2))
      const before = new Set((yield* sandbox.feed.connections).map(({ connectionId }) => connectionId))
      yield* Feed.changeOver
      for (let step = 0; step < 50; step++) {
        if (step % 10 === 0) yield* place({ price: `0.${20 + step}` as "0.20" }) // a decimal
        yield* TestClock.adjust(5)
        yield* assertEqual(sandbox, books, [ticker])
      }
      yield* eventually(areWhole(books, [ticker], 2))
      const after = (yield* sandbox.feed.connections).map(({ connectionId }) => connectionId)
      assert.strictEqual(after.length, 2)
      assert.strictEqual(after.filter((id) => before.has(id)).length, 1)
    })
  )

  inMemory("adds and removes markets while a line is down", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const [, added, removed] = tickers as [string, string, string]
      for (const market of [added, removed]) yield* sandbox.createMarket({ ticker: market })
      const books = yield* OrderBooks.watch([ticker, removed], { lines: 2 })
      yield* eventually(areWhole(books, [ticker, removed], 2))
      const [first, second] = yield* sandbox.feed.connections
      yield* sandbox.plant({ feed: "upgrade", status: 503, times: 5 })
      yield* sandbox.feed.drop({ how: "reset", connectionId: first!.connectionId })
      yield* eventually(areWhole(books, [ticker, removed], 1))
      yield* books.add([added])
      yield* books.remove([removed])
      yield* until(() => books.state(added)?._tag === "Live")
      assert.strictEqual((yield* sandbox.feed.connections).length, 1)
      assert.strictEqual((yield* Effect.flip(books.read(removed)))._tag, "NotWatched")
      yield* eventually(areWhole(books, [ticker, added], 2), 120_000)
      // From now on, only the restored line delivers the books.
      yield* sandbox.feed.drop({ how: "reset", connectionId: second!.connectionId })
      yield* place({ ticker: added })
      yield* TestClock.adjust(10)
      yield* assertEqual(sandbox, books, [ticker, added])
      assert.isUndefined(books.state(removed))
    })
  )

  inMemory("reports an unknown market after its refusal on both lines, and keeps the other markets", () =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker, "KXNONE-26-YES"], { lines: 2 })
      yield* until(() => books.state("KXNONE-26-YES") === undefined)
      const error = yield* Effect.flip(books.read("KXNONE-26-YES"))
      assert.strictEqual(error._tag === "NotWatched" && error.refusal?._tag, "SnapshotMissing")
      assert.isTrue(yield* areWhole(books, [ticker], 2))
    })
  )

  inMemory("ends with the refusal of the exchange if no market exists", () =>
    Effect.gen(function* () {
      for (const lines of [1, 2]) {
        const books = yield* OrderBooks.watch(["KXNONE-26-YES"], { lines })
        yield* until(() => books.state("KXNONE-26-YES") === undefined, 20_000).pipe(Effect.exit)
        assert.strictEqual((yield* Effect.flip(books.read("KXNONE-26-YES")))._tag, "SnapshotMissing")
      }
    })
  )

  inMemory("adds a market again to a line that got no snapshot of the market", ({ sandbox }) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker], { lines: 2 })
      yield* eventually(areWhole(books, [ticker], 2))
      const [first] = yield* sandbox.feed.connections
      // The reconnected line gets neither its first snapshot nor the snapshot that it requests.
      yield* sandbox.plant({ feed: "frame", type: "orderbook_snapshot", change: "skip", times: 2 })
      yield* sandbox.feed.drop({ how: "reset", connectionId: first!.connectionId })
      yield* eventually(areWhole(books, [ticker], 1))
      yield* TestClock.adjust("9 seconds")
      assert.isTrue(yield* areWhole(books, [ticker], 1))
      yield* books.read(ticker)
      yield* eventually(areWhole(books, [ticker], 2), 30_000)
    })
  )

  inMemory("continues without one line, and ends after the last line is closed", ({ place, sandbox }) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch([ticker], { lines: 2 })
      yield* eventually(areWhole(books, [ticker], 2))
      const { fiber } = yield* collect(books.changes)
      const [first, second] = yield* sandbox.feed.connections
      yield* sandbox.feed.drop({ connectionId: first!.connectionId, code: 4_000 })
      yield* eventually(Effect.map(books.lines, (lines) => lines.some(({ ended }) => ended !== undefined)))
      yield* place()
      yield* TestClock.adjust(100)
      yield* assertEqual(sandbox, books, [ticker])
      yield* sandbox.feed.drop({ connectionId: second!.connectionId, code: 4_000 })
      yield* until(() => fiber.pollUnsafe() !== undefined)
      assert.strictEqual((yield* Effect.flip(books.read(ticker)))._tag, "ConnectionClosed")
    })
  )

  inMemory("ends its subscriptions and its own connection when its scope closes", ({ sandbox }) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const books = yield* OrderBooks.watch([ticker], { lines: 2 }).pipe(Scope.provide(scope))
      yield* eventually(areWhole(books, [ticker], 2))
      assert.deepStrictEqual(
        (yield* sandbox.feed.connections).map(({ subscriptions }) => subscriptions.length),
        [1, 1]
      )
      yield* Scope.close(scope, Exit.void)
      // The session of the layer stays connected for other users, without a subscription.
      yield* eventually(
        Effect.map(sandbox.feed.connections, (open) => open.every(({ subscriptions }) => subscriptions.length === 0))
      )
      assert.isAtMost((yield* sandbox.feed.connections).length, 1)
      assert.strictEqual((yield* Effect.flip(books.read(ticker)))._tag, "FeedClosed")
    })
  )

  it.effect("ends both connections when the layer closes", () =>
    Effect.gen(function* () {
      let operator: Operator | undefined
      yield* trading(({ sandbox }) =>
        Effect.gen(function* () {
          operator = sandbox
          const books = yield* OrderBooks.watch([ticker], { lines: 2 })
          yield* eventually(areWhole(books, [ticker], 2))
        })
      )
      yield* eventually(Effect.map(operator!.feed.connections, ({ length }) => length === 0))
    }).pipe(Effect.provide(layerTest()))
  )

  inMemory("refuses an invalid number of lines before it connects", ({ sandbox }) =>
    Effect.gen(function* () {
      for (const lines of [0, -1, 1.5, 9, Number.NaN]) {
        const error = yield* Effect.flip(OrderBooks.watch([ticker], { lines }))
        assert.deepInclude({ ...error }, { _tag: "InvalidRequest", pointer: "/lines" })
      }
      assert.deepStrictEqual(yield* sandbox.feed.connections, [])
    })
  )
})
