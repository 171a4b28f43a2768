/** Checks the audit, which compares live order books with REST order books. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { FeedClosed } from "../../src/feed/Feed.ts"
import * as OrderBooks from "../../src/book/OrderBooks.ts"
import { type FakeExchange, inTime } from "../support/watching.ts"

/** Runs an audit in the background, and lists its events. */
const auditing = (books: OrderBooks.Watch, options?: OrderBooks.AuditOptions) =>
  Effect.gen(function* () {
    const events: Array<OrderBooks.AuditEvent> = []
    const fiber = yield* Effect.forkScoped(
      Stream.runForEach(OrderBooks.audit(books, options), (event) => Effect.sync(() => void events.push(event))),
      { startImmediately: true }
    )
    return { events, fiber }
  })

/** Makes the live book and the REST book of a market, with the same levels. */
const live = (exchange: FakeExchange, ticker: string) => {
  const [yes, no] = [[["0.4500", "10.00"]], [["0.4400", "5.00"]]] as const
  exchange.books.set(ticker, { yes, no })
  for (const session of exchange.sessions) session.snapshot(ticker, yes, [["0.5600", "5.00"]])
}

const causeOf = (books: OrderBooks.Watch, ticker: string) => {
  const state = books.state(ticker)
  return state?._tag === "Healing" ? state.loss.cause : state?._tag
}

const detailOf = (books: OrderBooks.Watch, ticker: string) => {
  const state = books.state(ticker)
  return state?._tag === "Healing" ? state.loss.detail : undefined
}

describe("OrderBooks.audit", () => {
  inTime("reports equal books as equal, even if REST writes NO prices and other decimals", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A", "B"])
      live(exchange, "A")
      exchange.books.set("B", { yes: [["0.1", "0.00"]] })
      exchange.session.snapshot("B")
      const { events } = yield* auditing(books)
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(events, [{ _tag: "Compared", equal: ["A", "B"], undecided: [] }])
      // The audit asks for the tokens of only one read.
      assert.deepStrictEqual(exchange.waitRequests, [["A", "B"]])
      assert.deepStrictEqual([causeOf(books, "A"), causeOf(books, "B")], ["Live", "Live"])
    })
  )

  for (const lines of [1, 2]) {
    inTime(`reports a difference that a second read confirms, and requests a snapshot (lines: ${lines})`, (exchange) =>
      Effect.gen(function* () {
        const books = yield* OrderBooks.watch(["A", "B"], { lines })
        for (const ticker of ["A", "B"]) live(exchange, ticker)
        exchange.books.set("A", {
          yes: [
            ["0.4400", "1.00"],
            ["0.4500", "7.00"]
          ]
        })
        const { events } = yield* auditing(books)
        yield* TestClock.adjust("4 seconds")
        assert.deepStrictEqual([events, causeOf(books, "A")], [[], "Live"])
        yield* TestClock.adjust("1 second")
        const differences = [
          { side: "bid", price: "0.45", live: "10.00", rest: "7.00" },
          { side: "bid", price: "0.44", live: "0.00", rest: "1.00" },
          { side: "ask", price: "0.56", live: "5.00", rest: "0.00" }
        ]
        assert.deepStrictEqual(events as ReadonlyArray<object>, [
          { _tag: "Different", market_ticker: "A", differences, isRepeated: false },
          { _tag: "Compared", equal: ["B"], undecided: [] }
        ])
        assert.deepStrictEqual(
          exchange.reads.map(([, tickers]) => tickers),
          [["A", "B"], ["A"]]
        )
        assert.deepStrictEqual([causeOf(books, "A"), causeOf(books, "B")], ["audit", "Live"])
        assert.strictEqual(
          (yield* Effect.flip(books.read("A"))).message.replace(/ since [^ ]+/, ""),
          "The order book of A cannot be read: it has waited for a new snapshot (audit: 3 levels differ from REST: at bid 0.45, REST has 7.00 contracts and the live book 10.00). Read it again after its next snapshot"
        )
        assert.deepStrictEqual(
          exchange.sessions.map(({ requests }) => requests),
          Array.from({ length: lines }, () => [["A"]])
        )
        for (const session of exchange.sessions) session.snapshot("A", [["0.4500", "7.00"]])
        assert.strictEqual((yield* books.read("A")).bestBid?.count, "7.00")
      })
    )
  }

  inTime(
    "treats a renamed side as empty, and marks a difference as repeated if it remains after a snapshot",
    (exchange) =>
      Effect.gen(function* () {
        const books = yield* OrderBooks.watch(["A"])
        live(exchange, "A")
        const renamed = () => exchange.session.snapshot("A")
        renamed()
        const { events } = yield* auditing(books, { intervalMillis: 10_000 })
        const repeats = () => events.flatMap((event) => (event._tag === "Different" ? [event.isRepeated] : []))
        /** One round of the audit. Its snapshot is the response to the request of the previous round. */
        const round = (snapshot: () => void) =>
          Effect.andThen(TestClock.adjust("5 seconds"), () => {
            snapshot()
            return TestClock.adjust("5 seconds")
          })
        for (let count = 0; count < 3; count++) yield* round(renamed)
        assert.deepStrictEqual(repeats(), [false, true, true])
        yield* round(() => live(exchange, "A"))
        yield* round(renamed)
        yield* round(renamed)
        assert.deepStrictEqual(repeats(), [false, true, true, true, false])
        yield* books.remove(["A"])
        yield* round(() => {})
        yield* books.add(["A"])
        yield* round(renamed)
        yield* round(renamed)
        assert.deepStrictEqual(repeats().slice(5), [false])
      })
  )

  inTime("reports no difference while REST is behind or ahead by no more than the tolerance", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A"])
      live(exchange, "A")
      const { events } = yield* auditing(books, { intervalMillis: 10_000 })
      // The change arrives in the feed before the read, and REST does not have it yet.
      yield* TestClock.adjust(500)
      exchange.session.delta("A", "yes", "0.4500", "3.00")
      yield* TestClock.adjust(2_000)
      // The next change arrives in the feed after the read that shows it.
      yield* TestClock.adjust(7_500)
      exchange.books.set("A", { yes: [["0.4500", "15.00"]], no: [["0.4400", "5.00"]] })
      yield* TestClock.adjust(1_900)
      exchange.session.delta("A", "yes", "0.4500", "2.00")
      yield* TestClock.adjust(8_000)
      const isEqual = { _tag: "Compared", equal: ["A"], undecided: [] } as const
      assert.deepStrictEqual(events, [isEqual, isEqual])
    })
  )

  inTime("reports no brief difference in a busy market, but finds a level that always differs", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A"])
      live(exchange, "A")
      const { events } = yield* auditing(books)
      const run = (millis: number) =>
        Effect.gen(function* () {
          for (let passed = 0; passed < millis; passed += 20) {
            const change = passed % 40 === 0 ? "1.00" : "-1.00"
            exchange.session.delta("A", "yes", "0.4500", change)
            const missing = exchange.books.get("A")?.yes?.some(([price]) => price === "0.3000") === true
            exchange.books.set("A", {
              yes: [
                ...(missing ? [["0.3000", "2.00"] as const] : []),
                ["0.4500", change === "1.00" ? "11.00" : "10.00"]
              ],
              no: [["0.4400", "5.00"]]
            })
            yield* TestClock.adjust(20)
          }
        })
      yield* run(60_000)
      assert.deepStrictEqual(events, [{ _tag: "Compared", equal: ["A"], undecided: [] }])
      exchange.books.set("A", { yes: [["0.3000", "2.00"]] })
      yield* run(10_000)
      const found = events[1]
      assert.deepStrictEqual(found?._tag === "Different" ? (found.differences as ReadonlyArray<object>) : [], [
        { side: "bid", price: "0.30", live: "0.00", rest: "2.00" }
      ])
    })
  )

  inTime("ignores a difference that a second read does not show at the same level", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A", "B", "C", "D"])
      for (const ticker of ["A", "B", "C", "D"]) live(exchange, ticker)
      for (const ticker of ["A", "B", "C"]) exchange.books.set(ticker, {})
      exchange.books.delete("D")
      const { events } = yield* auditing(books)
      yield* TestClock.adjust(2_000)
      live(exchange, "A")
      // The second read does not return C, and no read returns D.
      exchange.books.delete("C")
      exchange.books.set("B", {
        yes: [["0.4500", "10.00"]],
        no: [
          ["0.4400", "5.00"],
          ["0.4500", "1.00"]
        ]
      })
      yield* TestClock.adjust(3_000)
      assert.deepStrictEqual(events, [{ _tag: "Compared", equal: ["A"], undecided: ["B", "C", "D"] }])
      assert.deepStrictEqual([causeOf(books, "B"), causeOf(books, "C")], ["Live", "Live"])
    })
  )

  inTime("reports a book as undecided if it cannot be compared, and reads nothing if no book is live", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["LATE", "LOST", "GONE", "BUSY", "ODD"])
      const { events } = yield* auditing(books, { intervalMillis: 10_000 })
      const tickers = books.markets()
      assert.deepStrictEqual(tickers, ["LATE", "LOST", "GONE", "BUSY", "ODD"])
      assert.deepStrictEqual(events, [{ _tag: "Compared", equal: [], undecided: tickers }])
      assert.deepStrictEqual(exchange.reads, [])
      for (const ticker of ["LOST", "GONE", "BUSY", "ODD"]) live(exchange, ticker)
      exchange.books.delete("GONE")
      exchange.books.set("ODD", { yes: [["0.45000001", "1.00"]] })
      yield* TestClock.adjust("10 seconds")
      exchange.session.event({
        _tag: "Gap",
        generation: 1,
        sid: 1,
        reason: "missing",
        expectedSeq: 1,
        receivedSeq: 2,
        markets: ["LOST"]
      })
      live(exchange, "LOST")
      for (let change = 0; change < 500; change++) {
        exchange.session.delta("BUSY", "yes", "0.4500", "1.00")
        exchange.session.delta("BUSY", "yes", "0.4500", "-1.00")
      }
      yield* TestClock.adjust("3 seconds")
      assert.deepStrictEqual(
        exchange.reads[0]?.[1],
        ["LOST", "BUSY", "ODD", "GONE"].toSorted((left, right) => tickers.indexOf(left) - tickers.indexOf(right))
      )
      assert.deepStrictEqual(events[1], { _tag: "Compared", equal: [], undecided: tickers })
      assert.strictEqual(causeOf(books, "BUSY"), "Live")
    })
  )

  inTime("reads each market once in an interval, up to 100 at a time, one read after the other", (exchange) =>
    Effect.gen(function* () {
      const tickers = Array.from({ length: 250 }, (_, index) => `M${index}`)
      const books = yield* OrderBooks.watch(tickers)
      for (const ticker of tickers) live(exchange, ticker)
      const { events } = yield* auditing(books, { intervalMillis: 30_000 })
      yield* TestClock.adjust("60 seconds")
      assert.deepStrictEqual(
        exchange.reads.map(([atMillis, { length }]) => [atMillis, length]),
        [
          [1_000, 100],
          [11_000, 100],
          [21_000, 50],
          [31_000, 100],
          [41_000, 100],
          [51_000, 50]
        ]
      )
      assert.strictEqual(new Set(exchange.reads.slice(0, 3).flatMap(([, names]) => names)).size, 250)
      yield* books.remove(tickers.slice(100))
      yield* TestClock.adjust("60 seconds")
      assert.deepStrictEqual(
        exchange.reads.slice(6).map(([atMillis, { length }]) => [atMillis, length]),
        [
          [61_000, 100],
          [91_000, 100]
        ]
      )
      assert.isTrue(events.every((event) => event._tag === "Compared" && event.undecided.length === 0))
    })
  )

  inTime("waits while other calls need the rate-limit tokens", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A"])
      live(exchange, "A")
      exchange.waits.push(4_000, 1_999, 1, 0, Number.POSITIVE_INFINITY)
      const { events } = yield* auditing(books)
      yield* TestClock.adjust("6999 millis")
      assert.deepStrictEqual(exchange.reads, [])
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(exchange.reads.length, 1)
      assert.deepStrictEqual(
        exchange.waitRequests,
        Array.from({ length: 4 }, () => ["A"])
      )
      // An infinite wait means that the call can never be sent. The audit makes the call anyway: the client's call
      // fails with the reason.
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(events.length, 2)
    })
  )

  inTime("continues after a failed read, and leaves the books as they are", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A"])
      live(exchange, "A")
      exchange.failures = 1
      const { events } = yield* auditing(books)
      yield* TestClock.adjust("65 seconds")
      const [failed, compared] = events
      assert.deepInclude(failed, { _tag: "ReadFailed", market_tickers: ["A"] })
      assert.strictEqual(failed?._tag === "ReadFailed" && failed.error._tag, "RequestTimeout")
      assert.strictEqual(compared?._tag, "Compared")
      assert.strictEqual(causeOf(books, "A"), "Live")
    })
  )

  inTime("copies nothing from a REST book into a live book", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A"])
      live(exchange, "A")
      exchange.books.set("A", { yes: [["0.4500", "9.00"]], no: [["0.4400", "5.00"]] })
      yield* auditing(books)
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(
        [causeOf(books, "A"), detailOf(books, "A")],
        ["audit", "one level differs from REST: at bid 0.45, REST has 9.00 contracts and the live book 10.00"]
      )
      exchange.session.delta("A", "yes", "0.4500", "1.00")
      assert.strictEqual(causeOf(books, "A"), "audit")
    })
  )

  inTime("compares added markets but not removed markets, and observes no market between its reads", (exchange) =>
    Effect.gen(function* () {
      const watch = yield* OrderBooks.watch(["A"])
      let observed = 0
      const books: OrderBooks.Watch = {
        ...watch,
        observe: (ticker, onRead) => {
          observed++
          const stop = watch.observe(ticker, onRead)
          return () => {
            observed--
            stop()
          }
        }
      }
      const { events } = yield* auditing(books, { intervalMillis: 10_000 })
      yield* books.add(["B"])
      yield* books.remove(["A"])
      live(exchange, "B")
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual(observed, 1)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(observed, 0)
      assert.deepStrictEqual(events.at(-1), { _tag: "Compared", equal: ["B"], undecided: [] })
      yield* books.remove(["B"])
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(events.length, 2)
    })
  )

  inTime("fails with the error that ended the watch", (exchange) =>
    Effect.gen(function* () {
      for (const tickers of [["A"], []]) {
        const books = yield* OrderBooks.watch(tickers)
        const { fiber } = yield* auditing(books)
        exchange.session.end(new FeedClosed())
        yield* TestClock.adjust("60 seconds")
        assert.strictEqual((yield* Effect.flip(Fiber.join(fiber)))._tag, "FeedClosed")
      }
    })
  )

  inTime("refuses invalid times", () =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A"])
      for (const options of [{ intervalMillis: 1_000 }, { toleranceMillis: 0 }]) {
        const { fiber } = yield* auditing(books, options)
        assert.isUndefined(fiber.pollUnsafe())
      }
      for (const [options, pointer, least] of [
        [{ intervalMillis: 999 }, "/intervalMillis", 1_000],
        [{ intervalMillis: Number.NaN }, "/intervalMillis", 1_000],
        [{ toleranceMillis: -1 }, "/toleranceMillis", 0],
        [{ toleranceMillis: Number.POSITIVE_INFINITY }, "/toleranceMillis", 0]
      ] as const) {
        const error = yield* Effect.flip(Stream.runDrain(OrderBooks.audit(books, options)))
        assert.deepInclude(
          { ...error },
          {
            _tag: "InvalidRequest",
            operation: "OrderBooks.audit",
            pointer,
            reason: `expected a finite time of at least ${least} milliseconds`
          }
        )
      }
    })
  )
})

describe("Watch.unknownKeys", () => {
  for (const lines of [1, 2]) {
    inTime(`lists at most 100 unknown members of snapshots, each once (lines: ${lines})`, (exchange) =>
      Effect.gen(function* () {
        const books = yield* OrderBooks.watch(["A"], { lines })
        const event = { _tag: "UnknownKeys", generation: 1, sid: 1, market: "A" } as const
        for (const session of exchange.sessions) session.event({ ...event, pointers: ["/msg/yes", "/msg/no"] })
        assert.deepStrictEqual(books.unknownKeys(), ["/msg/yes", "/msg/no"])
        exchange.session.event({ ...event, pointers: Array.from({ length: 200 }, (_, index) => `/${index}`) })
        assert.strictEqual(books.unknownKeys().length, 100)
      })
    )
  }
})

describe("Watch.heal", () => {
  inTime("makes a live book unreadable until its next snapshot, and requests the snapshot", (exchange) =>
    Effect.gen(function* () {
      const books = yield* OrderBooks.watch(["A", "B"])
      live(exchange, "A")
      yield* books.heal("A", "by hand")
      yield* books.heal("B", "by hand")
      yield* books.heal("NONE", "by hand")
      assert.deepStrictEqual([causeOf(books, "A"), detailOf(books, "A")], ["audit", "by hand"])
      assert.strictEqual(causeOf(books, "B"), "AwaitingSnapshot")
      yield* TestClock.adjust(250)
      assert.deepStrictEqual(exchange.session.requests, [["A"]])
      exchange.session.snapshot("A")
      assert.strictEqual(causeOf(books, "A"), "Live")
    })
  )
})
