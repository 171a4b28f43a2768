import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { InvalidRequest } from "../../src/Errors.ts"
import * as OrderBooks from "../../src/book/OrderBooks.ts"
import { ConnectionClosed, SubscriptionRefused, TooManyConnections } from "../../src/feed/FeedError.ts"
import { snapshot } from "../support/books.ts"
import { type FakeExchange, type FakeSession, inTime } from "../support/watching.ts"

const closed = new ConnectionClosed({ code: 4_001, reason: "" })
const closedToo = new ConnectionClosed({ code: 4_002, reason: "" })
const full = new TooManyConnections({ channel: "orderbook_delta", maxConnections: 1 })
const invalid = new InvalidRequest({ operation: "Feed.subscribe", pointer: "/market_tickers", reason: "empty" })

const refusalOf = (...markets: ReadonlyArray<string>) =>
  new SubscriptionRefused({ channel: "orderbook_delta", markets, code: 14, codeName: undefined, reason: "unknown" })

const refuse = (session: FakeSession, ...markets: ReadonlyArray<string>) =>
  session.event({ _tag: "Refused", markets, error: refusalOf(...markets) })

const outage = (session: FakeSession, ...markets: ReadonlyArray<string>) =>
  session.event({ _tag: "Outage", cause: { _tag: "Unresponsive", timeoutMillis: 1 }, sinceMillis: 0, markets })

const gap = (session: FakeSession, ...markets: ReadonlyArray<string>) =>
  session.event({
    _tag: "Gap",
    generation: 1,
    sid: 1,
    reason: "missing",
    expectedSeq: 1,
    receivedSeq: 2,
    markets
  })

const levels = [["0.45", "1.00"]] as const

/** Applies a change to the open sessions, and to each session that is opened later. */
const prepare = (exchange: FakeExchange, change: FakeExchange["prepare"]) => {
  exchange.sessions.forEach(change)
  exchange.prepare = change
}

/** Watches markets on two lines. All books are live on both lines. */
const watching = (exchange: FakeExchange, ...tickers: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const books = yield* OrderBooks.watch(tickers, { lines: 2 })
    for (const ticker of tickers) for (const session of exchange.sessions) session.snapshot(ticker, levels)
    const [first, second] = exchange.sessions as [FakeSession, FakeSession]
    // The timer wakes at the deadline of the first snapshots. After that, it has no deadline to wait for.
    yield* TestClock.adjust(5_000)
    return { books, first, second }
  })

const liveBooksOf = (books: OrderBooks.Watch) =>
  Effect.map(books.lines, (lines) => lines.map(({ liveBooks }) => liveBooks))

const causeOf = (books: OrderBooks.Watch, ticker: string) => {
  const state = books.state(ticker)
  return state?._tag === "Healing" ? `${state.loss.cause}: ${state.loss.detail}` : state?._tag
}

describe("OrderBooks.watch with two lines", () => {
  inTime("subscribes each line to all markets, and reports the lines", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A", "B"], { lines: 2 })
      const [first, second] = exchange.sessions
      assert.deepStrictEqual(
        exchange.sessions.map(({ subscribed }) => subscribed),
        [[["A", "B"]], [["A", "B"]]]
      )
      assert.deepStrictEqual(books.markets(), ["A", "B"])
      assert.strictEqual(causeOf(books, "A"), "AwaitingSnapshot")
      assert.deepStrictEqual(yield* liveBooksOf(books), [0, 0])
      second!.snapshot("A", levels)
      assert.deepStrictEqual(yield* liveBooksOf(books), [0, 1])
      first!.snapshot("A", levels)
      first!.snapshot("B", levels)
      assert.deepStrictEqual(
        (yield* books.lines).map(({ ended, liveBooks, session }) => [ended, liveBooks, session.connections]),
        [
          [undefined, 2, []],
          [undefined, 1, []]
        ]
      )
    })
  )

  for (const missing of [0, 1]) {
    inTime(`opens even if line ${missing} gets no connection, and tries that line again`, (exchange) =>
      Effect.gen(function* () {
        prepare(exchange, (session, index) => {
          session.refusal = index === missing ? full : undefined
        })
        const books = yield* OrderBooks.watch(["A"], { lines: 2 })
        const late = exchange.sessions[missing]!
        exchange.sessions[1 - missing]!.snapshot("A", levels)
        assert.strictEqual(causeOf(books, "A"), "Live")
        late.refusal = undefined
        yield* TestClock.adjust(4_999)
        assert.deepStrictEqual(late.subscribed, [])
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(late.subscribed, [["A"]])
        assert.isTrue((yield* books.lines).every(({ ended }) => ended === undefined))
      })
    )
  }

  inTime("passes the options to the books, and requests a first snapshot that is late", (exchange) =>
    Effect.gen(function* () {
      yield* TestClock.adjust(7)
      const books = yield* OrderBooks.watch(["A"], { lines: 2, snapshotTimeoutMillis: 1_000 })
      assert.deepStrictEqual(books.state("A"), { _tag: "AwaitingSnapshot", sinceMillis: 7 })
      const [first, second] = exchange.sessions
      second!.snapshot("A", levels)
      yield* TestClock.adjust(999)
      assert.deepStrictEqual(first!.requests, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([first!.requests, second!.requests], [[["A"]], []])
    })
  )

  inTime("requests a snapshot only on the line that lost a message, with three lines", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A", "B"], { lines: 3 })
      for (const session of exchange.sessions) for (const ticker of ["A", "B"]) session.snapshot(ticker, levels)
      for (const [index, session] of exchange.sessions.entries()) {
        gap(session, "A")
        const lines = exchange.sessions.map((_, line) => (line === index ? 1 : 2))
        assert.deepStrictEqual(yield* liveBooksOf(books), lines)
        yield* TestClock.adjust(250)
        assert.deepStrictEqual(
          exchange.sessions.map(({ requests }) => requests.length),
          exchange.sessions.map((_, line) => (line <= index ? 1 : 0))
        )
        session.snapshot("A", levels)
      }
    })
  )

  inTime("opens with one line if the other line cannot be opened", (exchange) =>
    Effect.gen(function* () {
      prepare(exchange, (session, index) => {
        session.refusal = index === 0 ? closed : undefined
      })
      const books = yield* OrderBooks.watch(["A"], { lines: 2 })
      exchange.sessions[1]!.snapshot("A", levels)
      assert.strictEqual(causeOf(books, "A"), "Live")
      assert.deepStrictEqual(
        (yield* books.lines).map(({ ended }) => ended),
        [closed, undefined]
      )
    })
  )

  for (const [errors, expected] of [
    [[closed, closedToo], closedToo],
    [[full, full], full],
    [[invalid, invalid], invalid]
  ] as const) {
    inTime(`fails with ${expected._tag} if each line fails with it`, (exchange) =>
      Effect.gen(function* () {
        prepare(exchange, (session, index) => {
          session.refusal = errors[index]
        })
        assert.strictEqual(yield* Effect.flip(OrderBooks.watch(["A"], { lines: 2 })), expected)
      })
    )
  }

  inTime("subscribes again if a subscription ends while it is being opened", (exchange) =>
    Effect.gen(function* () {
      prepare(exchange, (session, index) => {
        session.endsAtOnce = index === 0 ? refusalOf("A") : undefined
      })
      const books = yield* OrderBooks.watch(["A"], { lines: 2 })
      const [first, second] = exchange.sessions
      second!.snapshot("A", levels)
      first!.endsAtOnce = undefined
      yield* TestClock.adjust(5_000)
      assert.deepStrictEqual(first!.subscribed, [["A"], ["A"]])
      first!.snapshot("A", levels)
      assert.deepStrictEqual(yield* liveBooksOf(books), [1, 1])
    })
  )

  inTime("adds markets to each line, and keeps the books of known markets", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A")
      yield* books.add(["A", "B"])
      assert.deepStrictEqual([first.added, second.added], [[["A", "B"]], [["A", "B"]]])
      assert.deepStrictEqual([causeOf(books, "A"), causeOf(books, "B")], ["Live", "AwaitingSnapshot"])
      assert.deepStrictEqual(yield* liveBooksOf(books), [1, 1])
      second.snapshot("B", levels)
      assert.strictEqual(causeOf(books, "B"), "Live")
      yield* TestClock.adjust(5_000)
      assert.deepStrictEqual([first.requests, second.requests], [[["B"]], []])
    })
  )

  inTime("requests the late snapshots of an added market", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A")
      yield* books.add(["B"])
      yield* TestClock.adjust(4_999)
      assert.deepStrictEqual([first.requests, second.requests], [[], []])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([first.requests, second.requests], [[["B"]], [["B"]]])
    })
  )

  inTime("adds a market again to a line that failed to add it, even if the connection was closed", (exchange) =>
    Effect.gen(function* () {
      const { books, first } = yield* watching(exchange, "A")
      first.refusal = closed
      yield* books.add(["B"])
      first.refusal = undefined
      yield* TestClock.adjust(5_000)
      assert.deepStrictEqual(first.added, [["B"]])
      assert.isUndefined((yield* books.lines)[0]!.ended)
    })
  )

  inTime("adds a market if one line accepts it, and adds it to the other line later", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A")
      first.refusal = full
      yield* books.add(["B"])
      assert.strictEqual(causeOf(books, "B"), "outage: TooManyConnections")
      second.snapshot("B", levels)
      assert.strictEqual(causeOf(books, "B"), "Live")
      yield* TestClock.adjust(5_000)
      first.refusal = undefined
      yield* TestClock.adjust(9_999)
      assert.deepStrictEqual(first.added, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([first.added, second.added], [[["B"]], [["B"]]])
      assert.deepStrictEqual(
        (yield* books.lines).map(({ ended }) => ended),
        [undefined, undefined]
      )
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(first.added.length, 1)
    })
  )

  inTime("adds no market if no line accepts it, or if the input is invalid", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A")
      for (const error of [full, invalid]) {
        for (const session of [first, second]) session.refusal = error
        assert.strictEqual(yield* Effect.flip(books.add(["A", "B"])), error)
        assert.deepStrictEqual([books.markets(), causeOf(books, "A")], [["A"], "Live"])
        for (const session of [first, second]) session.refusal = undefined
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual([first.added, second.added], [[], []])
      }
    })
  )

  inTime("removes markets from each line, and ignores their messages", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A", "B")
      refuse(first, "B")
      yield* books.remove(["B"])
      assert.deepStrictEqual([first.removed, second.removed], [[["B"]], [["B"]]])
      assert.deepStrictEqual(books.markets(), ["A"])
      assert.strictEqual(
        (yield* Effect.flip(books.read("B"))).message,
        "The order book of B is not watched: add the market first"
      )
      for (const session of [first, second]) {
        session.snapshot("B", levels)
        gap(session, "B")
        outage(session, "B")
      }
      refuse(first, "B")
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual([first.added, first.requests, books.markets()], [[], [], ["A"]])
      yield* books.add(["B"])
      assert.strictEqual(causeOf(books, "B"), "AwaitingSnapshot")
      for (const session of [first, second]) session.snapshot("B", levels)
      assert.deepStrictEqual(yield* liveBooksOf(books), [2, 2])
    })
  )

  inTime("ignores the messages and the losses of a market that a line no longer has", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A", "B")
      gap(second, "B")
      assert.strictEqual(causeOf(books, "B"), "Live")
      refuse(first, "B")
      assert.strictEqual(causeOf(books, "B"), "outage: SubscriptionRefused")
      first.snapshot("B", levels)
      first.delta("B", "yes", "0.4500", "1.00")
      gap(first, "B")
      outage(first, "B")
      assert.strictEqual(causeOf(books, "B"), "outage: SubscriptionRefused")
      yield* TestClock.adjust(0)
      yield* TestClock.adjust(5_000)
      assert.deepStrictEqual(first.added, [["B"]])
      first.snapshot("B", levels)
      assert.strictEqual(causeOf(books, "B"), "Live")
    })
  )

  inTime("adds a refused market again after longer and longer waits, until its snapshot arrives", (exchange) =>
    Effect.gen(function* () {
      const { books, first } = yield* watching(exchange, "A", "B")
      refuse(first, "B")
      assert.deepStrictEqual(yield* liveBooksOf(books), [1, 2])
      assert.strictEqual(causeOf(books, "B"), "Live")
      yield* TestClock.adjust(4_999)
      assert.deepStrictEqual(first.added, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(first.added, [["B"]])
      refuse(first, "B")
      yield* TestClock.adjust(9_999)
      assert.strictEqual(first.added.length, 1)
      yield* TestClock.adjust(1)
      assert.strictEqual(first.added.length, 2)
      first.snapshot("B", levels)
      assert.deepStrictEqual(yield* liveBooksOf(books), [2, 2])
      refuse(first, "B")
      yield* TestClock.adjust(5_000)
      assert.strictEqual(first.added.length, 3)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(first.added.length, 3)
    })
  )

  inTime("no longer watches a market that all lines refuse, and states why", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A", "B")
      const changes: Array<string> = []
      yield* Effect.forkScoped(
        Stream.runForEach(books.changes, (ticker) => Effect.sync(() => void changes.push(ticker))),
        { startImmediately: true }
      )
      yield* TestClock.adjust(0)
      changes.length = 0
      refuse(first, "B")
      assert.strictEqual(causeOf(books, "B"), "Live")
      refuse(second, "B")
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(changes, ["B"])
      assert.deepStrictEqual([books.markets(), causeOf(books, "B")], [["A"], undefined])
      const error = yield* Effect.flip(books.read("B"))
      assert.strictEqual(error._tag === "NotWatched" && error.refusal?._tag, "SubscriptionRefused")
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual([first.added, second.added], [[], []])
      yield* books.remove(["B"])
      const removed = yield* Effect.flip(books.read("B"))
      assert.isTrue(removed._tag === "NotWatched" && removed.refusal === undefined)
    })
  )

  inTime("publishes the refusal of a market that never had a snapshot", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A")
      yield* books.add(["B"])
      const reads: Array<string> = []
      books.observe("B", (read) => void reads.push(read._tag === "Failure" ? read.failure._tag : read._tag))
      for (const session of [first, second]) refuse(session, "B")
      assert.strictEqual(reads.at(-1), "NotWatched")
    })
  )

  inTime("ends with the refusal of its last market", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A")
      const changes = yield* Effect.forkScoped(Stream.runDrain(books.changes))
      refuse(first, "A")
      assert.strictEqual(causeOf(books, "A"), "Live")
      refuse(second, "A")
      assert.strictEqual((yield* Effect.flip(books.read("A")))._tag, "SubscriptionRefused")
      assert.strictEqual((yield* Effect.flip(Fiber.join(changes)))._tag, "SubscriptionRefused")
      assert.strictEqual((yield* Effect.flip(books.add(["B"])))._tag, "SubscriptionRefused")
      for (const session of [first, second]) session.end(closed)
      assert.strictEqual((yield* Effect.flip(books.read("A")))._tag, "SubscriptionRefused")
    })
  )

  inTime("subscribes again after the exchange has refused all markets of a line", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A", "B")
      first.end(refusalOf("A", "B"))
      assert.deepStrictEqual(yield* liveBooksOf(books), [0, 2])
      yield* TestClock.adjust(5_000)
      assert.deepStrictEqual(first.subscribed, [
        ["A", "B"],
        ["A", "B"]
      ])
      for (const ticker of ["A", "B"]) first.snapshot(ticker, levels)
      assert.deepStrictEqual(yield* liveBooksOf(books), [2, 2])
      second.end(closed)
      assert.deepStrictEqual([causeOf(books, "A"), causeOf(books, "B")], ["Live", "Live"])
    })
  )

  inTime(
    "continues with one line after the other line has ended, and ends with the error of the last line",
    (exchange) =>
      Effect.gen(function* () {
        const { books, first, second } = yield* watching(exchange, "A", "B")
        refuse(first, "B")
        first.end(closed)
        assert.deepStrictEqual([causeOf(books, "A"), causeOf(books, "B")], ["Live", "Live"])
        assert.deepStrictEqual(
          (yield* books.lines).map(({ ended, liveBooks }) => [ended, liveBooks]),
          [
            [closed, 0],
            [undefined, 2]
          ]
        )
        yield* books.add(["C"])
        assert.deepStrictEqual([first.added, second.added], [[], [["C"]]])
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual([first.subscribed.length, first.added], [1, []])
        second.end(closedToo)
        assert.strictEqual(yield* Effect.flip(books.read("A")), closedToo)
        assert.strictEqual(yield* Effect.flip(books.add(["D"])), closedToo)
        assert.strictEqual(causeOf(books, "A"), "outage: ConnectionClosed")
      })
  )

  inTime("stops watching a market when the only line that accepted it ends", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A", "B")
      refuse(second, "B")
      assert.deepStrictEqual(books.markets(), ["A", "B"])
      first.end(closed)
      assert.deepStrictEqual(books.markets(), ["A"])
      const error = yield* Effect.flip(books.read("B"))
      assert.strictEqual(error._tag === "NotWatched" && error.refusal?._tag, "SubscriptionRefused")
    })
  )

  inTime("ends the wait for a late line by a timer after the other line has ended", (exchange) =>
    Effect.gen(function* () {
      const { books, first } = yield* watching(exchange, "A")
      first.delta("A", "yes", "0.4500", "1.00")
      first.end(closed)
      yield* TestClock.adjust(999)
      assert.strictEqual((yield* books.read("A")).bestBid?.count, "2.00")
      yield* TestClock.adjust(1)
      const { bestBid, epoch } = yield* books.read("A")
      assert.deepStrictEqual([bestBid?.count, epoch], ["1.00", 1])
    })
  )

  inTime(
    "starts a new epoch if the first snapshot after an outage is older than the book that readers saw",
    (exchange) =>
      Effect.gen(function* () {
        const { books, first, second } = yield* watching(exchange, "A")
        for (let change = 0; change < 100; change++) first.delta("A", "yes", "0.4500", "1.00")
        outage(second, "A")
        const message = snapshot(1, 50, [["0.45", "7.00"]])
        second.event({ _tag: "Message", message, generation: 2, sid: 2, receivedMillis: 0 })
        assert.deepInclude(yield* books.read("A"), { epoch: 1, clock: 50 })
      })
  )

  for (const markets of [["A", "B"], []]) {
    inTime(`keeps a line's books during an outage of ${markets.length || "all"} markets on another line`, (exchange) =>
      Effect.gen(function* () {
        const { books, first, second } = yield* watching(exchange, "A", "B")
        outage(first, ...markets)
        assert.deepStrictEqual(yield* liveBooksOf(books), [0, 2])
        assert.strictEqual(causeOf(books, "A"), "Live")
        // The `seq` of the new subscription starts at 1 again.
        const message = snapshot(1, 100, [["0.45", "7.00"]])
        first.event({ _tag: "Message", message, generation: 2, sid: 2, receivedMillis: 0 })
        assert.deepStrictEqual(yield* liveBooksOf(books), [1, 2])
        assert.strictEqual((yield* books.read("A")).bestBid?.count, "7.00")
        for (const session of [first, second]) outage(session, "A")
        assert.strictEqual(causeOf(books, "A"), "outage: Unresponsive")
        assert.strictEqual((yield* Effect.flip(books.read("A")))._tag, "BookNotLive")
        assert.strictEqual(causeOf(books, "B"), "Live")
      })
    )
  }

  inTime("requests the snapshots of the markets that lost messages, on the line that lost them", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A", "B")
      gap(second, "B")
      assert.deepStrictEqual(yield* liveBooksOf(books), [2, 1])
      yield* TestClock.adjust(0)
      assert.deepStrictEqual([first.requests, second.requests], [[], [["B"]]])
      yield* TestClock.adjust(4_999)
      assert.deepStrictEqual(second.requests, [["B"]])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(second.requests, [["B"], ["B"]])
      second.snapshot("B", levels)
      assert.deepStrictEqual(yield* liveBooksOf(books), [2, 2])
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(second.requests.length, 2)
      gap(first)
      assert.deepStrictEqual(yield* liveBooksOf(books), [0, 2])
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(first.requests, [["A", "B"]])
    })
  )

  inTime("publishes each change, and is unreadable after both lines lost a message", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A", "B")
      const reads: Array<string> = []
      books.observe("A", (read) => void reads.push(read._tag))
      gap(first, "A")
      assert.deepStrictEqual(reads, ["Success", "Success"])
      gap(second, "A")
      assert.strictEqual(causeOf(books, "A"), "gap: expected seq 1, got 2")
      second.snapshot("A", levels)
      second.delta("A", "yes", "0.4500", "1.00")
      assert.deepStrictEqual(reads, ["Success", "Success", "Failure", "Success", "Success"])
    })
  )

  inTime("notices by a timer that a book has been crossed for too long", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A")
      for (const session of [first, second]) {
        session.receivedMillis = 5_000
        session.delta("A", "no", "0.4500", "1.00")
      }
      yield* TestClock.adjust(249)
      const reads: Array<string> = []
      books.observe("A", (read) => void reads.push(read._tag))
      assert.deepStrictEqual(reads, ["Success"])
      yield* TestClock.adjust(1)
      assert.strictEqual(causeOf(books, "A"), "crossed: the best bid is not below the best ask")
      assert.strictEqual(reads.at(-1), "Failure")
    })
  )

  for (const [id, epoch] of [
    [8, 1],
    [9, 0]
  ] as const) {
    inTime(`is in epoch ${epoch} after an old snapshot with the id ${id}, if the request has the id 8`, (exchange) =>
      Effect.gen(function* () {
        const { books, first, second } = yield* watching(exchange, "A")
        outage(second, "A")
        for (let change = 0; change < 100; change++) first.delta("A", "yes", "0.4500", "1.00")
        first.requestSnapshot(7, ["B"])
        second.requestSnapshot(8, ["A", "B"])
        const message = snapshot(1, 50, [["0.45", "7.00"]], undefined, id)
        second.event({ _tag: "Message", message, generation: 2, sid: 2, receivedMillis: 0 })
        assert.strictEqual((yield* books.read("A")).epoch, epoch)
      })
    )
  }

  for (const [subscribesLate, epoch] of [
    [true, 1],
    [false, 0]
  ] as const) {
    const when = subscribesLate ? "after" : "before"
    inTime(`is in epoch ${epoch} after an old snapshot of a line that subscribed ${when} the changes`, (exchange) =>
      Effect.gen(function* () {
        const { books, first, second } = yield* watching(exchange, "A")
        outage(second, "A")
        for (let change = 0; change < 100; change++) first.delta("A", "yes", "0.4500", "1.00")
        if (subscribesLate) second.requestBooks(["A", "B"])
        const message = snapshot(1, 50, [["0.45", "7.00"]])
        second.event({ _tag: "Message", message, generation: 2, sid: 2, receivedMillis: 0 })
        assert.strictEqual((yield* books.read("A")).epoch, epoch)
      })
    )
  }

  inTime("makes a book unreadable on both lines after `heal`, and requests new snapshots", (exchange) =>
    Effect.gen(function* () {
      const { books, first, second } = yield* watching(exchange, "A", "B")
      const reads: Array<string> = []
      books.observe("A", (read) => void reads.push(read._tag))
      yield* books.heal("A", "by hand")
      assert.deepStrictEqual(reads, ["Success", "Failure"])
      yield* books.heal("NONE", "by hand")
      assert.deepStrictEqual([causeOf(books, "A"), causeOf(books, "B")], ["audit: by hand", "Live"])
      assert.deepStrictEqual(yield* liveBooksOf(books), [1, 1])
      yield* TestClock.adjust(250)
      assert.deepStrictEqual([first.requests, second.requests], [[["A"]], [["A"]]])
      yield* books.heal("A", "again")
      assert.strictEqual(causeOf(books, "A"), "audit: by hand")
    })
  )
})
