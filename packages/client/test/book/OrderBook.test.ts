import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as FeedMessages from "../../src/feed/FeedMessages.ts"
import { countUnsafe, dollarsUnsafe } from "../../src/money/FixedPoint.ts"
import * as OrderBook from "../../src/book/OrderBook.ts"
import { delta, read, snapshot } from "../support/books.ts"

const gap: OrderBook.Loss = { cause: "gap", detail: "expected 3, received 5" }

const make = (options?: Partial<OrderBook.Options>) => OrderBook.make("A", { nowMillis: 0, ...options })

/**
 * A live book at `seq` 1 and clock 7, with a bid at 0.45 and an ask at 0.56. The clock is the exchange's counter of a
 * market's changes.
 */
const live = (options?: Partial<OrderBook.Options>) => {
  const book = make(options)
  book.snapshot(snapshot(1, 7, [["0.4500", "10.00"]], [["0.5600", "5.00"]]), 0)
  return book
}

const bookOf = (book: OrderBook.OrderBook, nowMillis = 0) => Result.getOrThrow(book.read(nowMillis))

/** The cause and the detail of the loss of a book. */
const lossOf = ({ state }: OrderBook.OrderBook): string =>
  state._tag === "Healing" ? `${state.loss.cause}: ${state.loss.detail}` : state._tag

describe("OrderBook", () => {
  it("treats an absent side as empty", () => {
    const book = make()
    book.snapshot(snapshot(1, 0), 0)
    assert.strictEqual(read(book), " | ")
    book.snapshot(snapshot(2, 8, undefined, [["0.5600", "5.00"]]), 0)
    assert.strictEqual(read(book), " | 0.56×5.00")
    const { bestAsk, bestBid, mid, spread } = bookOf(book)
    assert.deepStrictEqual([bestBid, bestAsk?.price, mid, spread], [undefined, "0.56", undefined, undefined])
    book.snapshot(snapshot(3, 9, [["0.4400", "5.00"]]), 0)
    const bids = bookOf(book)
    assert.deepStrictEqual(
      [bids.bestBid?.price, bids.bestAsk, bids.mid, bids.spread],
      ["0.44", undefined, undefined, undefined]
    )
  })

  it("returns the pointers of unknown members", () => {
    const { msg, ...rest } = snapshot(1, 7)
    assert.deepStrictEqual(OrderBook.unknownKeys({ ...rest, msg: { ...msg, yes: [] }, late: 1 }), ["/msg/yes", "/late"])
    assert.deepStrictEqual(OrderBook.unknownKeys({ ...rest, msg }), [])
    const change = delta(1, 7, "yes", "0.4500", "1.00")
    assert.deepStrictEqual(OrderBook.unknownKeys(change), [])
    assert.deepStrictEqual(OrderBook.unknownKeys({ ...change, msg: { ...change.msg, "a/b": 1 } }), ["/msg/a~1b"])
    assert.deepStrictEqual(OrderBook.unknownKeys(undefined), [])
  })

  it("replaces the book with each snapshot, even with an empty snapshot", () => {
    const book = live()
    book.snapshot(snapshot(2, 9, [["0.4400", "1.00"]]), 0)
    assert.strictEqual(read(book), "0.44×1.00 | ")
    book.snapshot(snapshot(3, 9), 0)
    assert.strictEqual(read(book), " | ")
    book.lost({ cause: "outage", detail: "closed" }, 0)
    book.snapshot(snapshot(1, 9, [["0.4300", "1.00"]]), 0)
    assert.strictEqual(read(book), "0.43×1.00 | ")
  })

  it("treats all spellings of a price as one level", () => {
    const book = make()
    book.snapshot(snapshot(1, 7, [["0.45", "10.00"]]), 0)
    book.delta(delta(2, 8, "yes", "0.4500", "-4.00"), 0)
    assert.strictEqual(read(book), "0.45×6.00 | ")
    book.delta(delta(3, 9, "yes", "0.450000", "-6.00"), 0)
    assert.strictEqual(read(book), " | ")
    book.snapshot(
      snapshot(4, 9, [
        ["0.45", "10.00"],
        ["0.4500", "1.00"]
      ]),
      0
    )
    assert.strictEqual(lossOf(book), "invalid: two levels at one price")
  })

  it("adds, changes and removes levels anywhere in a side", () => {
    const book = make()
    const levels = [
      ["0.41", "1.00"],
      ["0.43", "0.03"],
      ["0.45", "5.00"]
    ] as const
    book.snapshot(snapshot(1, 7, levels), 0)
    book.delta(delta(2, 8, "yes", "0.42", "2.00"), 0)
    assert.strictEqual(read(book), "0.45×5.00 0.43×0.03 0.42×2.00 0.41×1.00 | ")
    book.delta(delta(3, 9, "yes", "0.43", "-0.02"), 0)
    assert.strictEqual(read(book), "0.45×5.00 0.43×0.01 0.42×2.00 0.41×1.00 | ")
    book.delta(delta(4, 10, "yes", "0.42", "-2.00"), 0)
    assert.strictEqual(read(book), "0.45×5.00 0.43×0.01 0.41×1.00 | ")
    book.delta(delta(5, 11, "yes", "0.41", "-1.00"), 0)
    assert.strictEqual(read(book), "0.45×5.00 0.43×0.01 | ")
  })

  it("updates only seq, clock and time after a change of zero", () => {
    const book = live()
    const { version } = book
    book.delta(delta(2, 8, "yes", "0.4500", "0.00"), 5)
    book.delta(delta(3, 9, "no", "0.6000", "0.00"), 6)
    assert.strictEqual(read(book), "0.45×10.00 | 0.56×5.00")
    assert.deepInclude(bookOf(book, 8), { seq: 3, clock: 9, receivedMillis: 6, ageMillis: 2 })
    assert.strictEqual(book.version, version)
  })

  it("is not live after a negative level, until its next snapshot", () => {
    for (const [message, detail] of [
      [delta(2, 8, "yes", "0.4500", "-10.01"), "a change of -10.01 contracts at 0.4500"],
      [delta(2, 8, "no", "0.6000", "-0.01"), "a change of -0.01 contracts at 0.6000"],
      // This price has only an ask, so there is no bid to reduce.
      [delta(2, 8, "yes", "0.5600", "-1.00"), "a change of -1.00 contracts at 0.5600"]
    ] as const) {
      const book = live()
      book.delta(message, 3)
      assert.strictEqual(lossOf(book), `negative: ${detail}`)
      assert.isTrue(book.needsSnapshot(250))
      book.snapshot(snapshot(3, 8, [["0.4400", "1.00"]]), 4)
      assert.strictEqual(read(book), "0.44×1.00 | ")
      assert.isFalse(book.needsSnapshot(100_000))
    }
    const book = make()
    book.snapshot(snapshot(1, 8, [["0.4400", "-1.00"]]), 4)
    assert.strictEqual(read(book), "negative")
  })

  it("publishes nothing before the first snapshot", () => {
    const book = make()
    const { version } = book
    book.delta(delta(1, 5, "yes", "0.4500", "3.00"), 0)
    assert.strictEqual(read(book), "AwaitingSnapshot")
    assert.strictEqual(book.version, version)
    book.snapshot(snapshot(2, 6, [["0.4500", "1.00"]]), 0)
    assert.strictEqual(read(book), "0.45×1.00 | ")
  })

  it("stays unreadable after a gap, until its next snapshot", () => {
    const book = live()
    book.lost(gap, 20)
    book.delta(delta(5, 9, "yes", "0.4500", "1.00"), 21)
    assert.strictEqual(read(book), "gap")
    book.snapshot(snapshot(6, 9, [["0.4500", "1.00"]]), 22)
    assert.strictEqual(read(book), "0.45×1.00 | ")
  })

  it("applies a snapshot in reply to get_snapshot like any other snapshot", () => {
    const book = live()
    book.lost(gap, 0)
    book.requested(250)
    book.snapshot(snapshot(6, 9, [["0.4500", "1.00"]], undefined, 3), 300)
    assert.strictEqual(read(book), "0.45×1.00 | ")
    assert.deepInclude(bookOf(book), { seq: 6, clock: 9 })
  })

  it("has at most one snapshot request in flight, and doubles the wait after each request", () => {
    const book = live({ snapshotTimeoutMillis: 1_000 })
    assert.strictEqual(book.nextMillis(), undefined)
    book.lost(gap, 10_000)
    assert.isTrue(book.needsSnapshot(10_000))
    book.requested(10_000)
    for (let seq = 2; seq < 100; seq++) book.delta(delta(seq, seq + 7, "yes", "0.4500", "1.00"), 10_000 + seq)
    book.lost(gap, 10_500)
    assert.isFalse(book.needsSnapshot(10_999))
    assert.strictEqual(book.nextMillis(), 11_000)
    book.requested(11_000)
    assert.strictEqual(book.nextMillis(), 13_000)
    for (let request = 0; request < 20; request++) book.requested(20_000)
    assert.strictEqual(book.nextMillis(), 80_000)
    book.snapshot(snapshot(100, 200), 20_001)
    assert.strictEqual(book.nextMillis(), undefined)
    book.lost(gap, 20_010)
    assert.strictEqual(book.nextMillis(), 20_250)
  })

  it("keeps the deadline of its snapshot request after a faulty snapshot", () => {
    const book = live({ snapshotTimeoutMillis: 1_000 })
    book.lost(gap, 10_000)
    book.requested(10_000)
    book.snapshot(snapshot(2, 9, [["0.5000", "1.00"]], [["0.5000", "1.00"]]), 10_010)
    assert.strictEqual(read(book), "gap")
    assert.strictEqual(book.nextMillis(), 11_000)
  })

  it("waits for the first snapshot of a subscription before it requests a snapshot", () => {
    const book = make({ nowMillis: 50 })
    assert.isFalse(book.needsSnapshot(5_049))
    assert.isTrue(book.needsSnapshot(5_050))
    book.snapshot(snapshot(1, 7), 6_000)
    book.lost({ cause: "outage", detail: "closed" }, 7_000)
    assert.strictEqual(book.nextMillis(), 12_000)
  })

  it("reports the reason and the time of its loss when it is read", () => {
    const book = live()
    book.lost({ cause: "outage", detail: "the connection closed with code 1006" }, 1_795_000_000_000)
    book.lost(gap, 1_795_000_001_000)
    const error = Result.getOrThrow(Result.flip(book.read(1_795_000_002_000)))
    assert.deepInclude(error, { _tag: "BookNotLive", market_ticker: "A" })
    assert.deepStrictEqual(error.state, {
      _tag: "Healing",
      sinceMillis: 1_795_000_000_000,
      loss: { cause: "outage", detail: "the connection closed with code 1006" }
    })
    assert.strictEqual(
      error.message,
      "The order book of A cannot be read: it has waited for a new snapshot since 2026-11-18T11:06:40.000Z (outage: the connection closed with code 1006). Read it again after its next snapshot"
    )
    const first = Result.getOrThrow(Result.flip(make().read(0)))
    assert.strictEqual(
      first.message,
      "The order book of A cannot be read: it has waited for its first snapshot since 1970-01-01T00:00:00.000Z. Read it again after its next snapshot"
    )
  })

  it("while crossed, shows its last uncrossed state until the clock advances, and is then unreadable", () => {
    const book = live()
    const { version } = book
    book.delta(delta(2, 8, "yes", "0.5600", "5.00"), 0)
    assert.strictEqual(read(book), "0.45×10.00 | 0.56×5.00")
    assert.deepInclude(bookOf(book), { seq: 1, clock: 7 })
    assert.strictEqual(book.version, version)
    book.delta(delta(3, 8, "no", "0.5600", "-5.00"), 0)
    assert.strictEqual(read(book), "0.56×5.00 0.45×10.00 | ")
    assert.isAbove(book.version, version)
    book.delta(delta(4, 8, "no", "0.5500", "5.00"), 1)
    assert.strictEqual(read(book), "0.56×5.00 0.45×10.00 | ")
    book.delta(delta(5, 9, "no", "0.5500", "-5.00"), 2)
    assert.strictEqual(read(book), "crossed")
  })

  it("is no longer crossed after a snapshot or a loss", () => {
    const book = live()
    book.delta(delta(2, 8, "yes", "0.5600", "5.00"), 0)
    book.snapshot(snapshot(3, 8, [["0.4400", "1.00"]]), 10)
    assert.strictEqual(read(book, 10), "0.44×1.00 | ")
    assert.deepInclude(bookOf(book, 10), { seq: 3, clock: 8 })
    assert.deepStrictEqual([book.nextMillis(), book.index], [undefined, Number.POSITIVE_INFINITY])
    book.delta(delta(4, 9, "no", "0.4400", "5.00"), 20)
    assert.deepStrictEqual([book.clock, book.index], [8, Number.POSITIVE_INFINITY])
    book.lost(gap, 30)
    book.requested(30)
    assert.strictEqual(book.nextMillis(), 5_030)
    assert.deepStrictEqual([book.clock, book.index], [9, 1])
    book.delta(delta(5, 9, "no", "0.4400", "5.00"), 40)
    book.snapshot(snapshot(6, 10), 50)
    book.delta(delta(7, 11, "no", "0.4400", "5.00"), 50)
    book.delta(delta(8, 11, "no", "0.4400", "5.00"), 50)
    assert.deepStrictEqual([book.clock, book.index], [11, 2])
  })

  it("treats a crossed book as a fault after its grace period, on a tick or a read", () => {
    for (const check of [
      (book: OrderBook.OrderBook) => book.tick(350),
      (book: OrderBook.OrderBook) => void book.read(350)
    ]) {
      const book = live()
      book.delta(delta(2, 8, "yes", "0.5700", "5.00"), 100)
      assert.strictEqual(book.nextMillis(), 350)
      book.tick(349)
      assert.isTrue(book.isLive)
      check(book)
      assert.deepInclude(book.state, { _tag: "Healing", sinceMillis: 350 })
      assert.strictEqual(lossOf(book), "crossed: the best bid is not below the best ask")
    }
    const crossed = make()
    crossed.snapshot(snapshot(1, 7, [["0.5600", "1.00"]], [["0.5600", "1.00"]]), 0)
    assert.strictEqual(read(crossed), "crossed")
  })

  it("neither extends the grace period nor shows a new state while changes leave it crossed", () => {
    const book = live()
    book.delta(delta(2, 8, "yes", "0.5700", "5.00"), 100)
    book.delta(delta(3, 8, "yes", "0.5800", "5.00"), 200)
    book.delta(delta(4, 8, "no", "0.4000", "5.00"), 300)
    book.delta(delta(5, 8, "yes", "0.1000", "5.00"), 300)
    book.delta(delta(6, 8, "yes", "0.5800", "-5.00"), 300)
    assert.strictEqual(book.nextMillis(), 350)
    assert.deepStrictEqual([book.clock, book.index], [7, Number.POSITIVE_INFINITY])
    book.tick(349)
    assert.deepInclude(bookOf(book, 349), { seq: 1, clock: 7 })
    assert.strictEqual(read(book, 349), "0.45×10.00 | 0.56×5.00")
    book.tick(350)
    assert.strictEqual(read(book, 350), "crossed")
  })

  it("is not crossed by a change of zero at a crossing price", () => {
    const book = live()
    book.delta(delta(2, 8, "yes", "0.5700", "0.00"), 100)
    assert.deepStrictEqual([book.nextMillis(), book.clock], [undefined, 8])
    assert.deepInclude(bookOf(book, 1_000), { seq: 2, clock: 8 })
  })

  it("is not readable after a message that does not decode", () => {
    const book = live()
    book.lost({ cause: "undecodable", detail: "/msg/delta_fp" }, 0)
    assert.strictEqual(read(book), "undecodable")
  })

  it("ignores and counts a duplicate, and treats a lower seq as a fault", () => {
    const book = live()
    book.delta(delta(2, 8, "yes", "0.4500", "1.00"), 0)
    book.delta(delta(2, 8, "yes", "0.4500", "1.00"), 0)
    book.snapshot(snapshot(2, 8), 0)
    assert.strictEqual(read(book), "0.45×11.00 | 0.56×5.00")
    assert.strictEqual(book.ignored, 2)
    book.delta(delta(1, 9, "yes", "0.4500", "1.00"), 0)
    assert.strictEqual(lossOf(book), "sequence: seq 1 after 2")
  })

  it("returns books that never change", () => {
    const book = live()
    const before = bookOf(book)
    const again = bookOf(book)
    book.delta(delta(2, 8, "yes", "0.4500", "1.00"), 0)
    book.delta(delta(3, 9, "yes", "0.4600", "1.00"), 0)
    book.delta(delta(4, 9, "no", "0.5600", "-5.00"), 0)
    for (const { asks, bestBid, bids } of [before, again]) {
      assert.deepStrictEqual(bids, [{ price: dollarsUnsafe("0.45"), count: countUnsafe("10") }])
      assert.deepStrictEqual(asks, [{ price: dollarsUnsafe("0.56"), count: countUnsafe("5") }])
      assert.deepStrictEqual(bestBid, bids[0])
    }
    assert.strictEqual(before.seq, 1)
    assert.throws(() => {
      Object.assign(before.bids, { 0: undefined })
    })
    assert.throws(() => {
      Object.assign(before.bids[0]!, { count: "1.00" })
    })
    assert.throws(() => {
      Object.assign(before, { seq: 9 })
    })
  })

  it("ignores a delta with the clock of the last snapshot, because the snapshot contains it", () => {
    const book = live()
    book.delta(delta(2, 7, "yes", "0.4500", "1.00"), 0)
    assert.strictEqual(read(book), "0.45×10.00 | 0.56×5.00")
    assert.strictEqual(book.ignored, 1)
  })

  it("waits for a snapshot after a delta with a lower clock, and increments `epoch` at each restart of the clock", () => {
    const book = live()
    book.delta(delta(2, 3, "yes", "0.4500", "1.00"), 0)
    assert.strictEqual(lossOf(book), "clock: clock 3 after 7")
    book.snapshot(snapshot(3, 4, [["0.4500", "1.00"]]), 0)
    assert.deepInclude(bookOf(book), { clock: 4, epoch: 1 })
    book.snapshot(snapshot(4, 2, [["0.4500", "1.00"]]), 0)
    assert.deepInclude(bookOf(book), { clock: 2, epoch: 2 })
    book.clockRestarted(0)
    assert.strictEqual(lossOf(book), "clock: the exchange restarted its clock")
    book.snapshot(snapshot(5, 1), 0)
    assert.deepInclude(bookOf(book), { clock: 1, epoch: 3 })
    book.snapshot(snapshot(6, 1), 0)
    assert.deepInclude(bookOf(book), { clock: 1, epoch: 3 })
  })

  it("applies deltas even if the exchange sends no clock", () => {
    const book = make()
    book.snapshot(snapshot(1, undefined, [["0.4500", "1.00"]]), 0)
    book.delta(delta(2, undefined, "yes", "0.4500", "1.00"), 0)
    assert.strictEqual(read(book), "0.45×2.00 | ")
    assert.strictEqual(bookOf(book).clock, undefined)
    book.delta(delta(3, 5, "yes", "0.4500", "1.00"), 0)
    book.delta(delta(4, 5, "yes", "0.4500", "1.00"), 0)
    assert.strictEqual(read(book), "0.45×4.00 | ")
    assert.deepStrictEqual([book.clock, book.index], [5, 2])
  })

  it("if the exchange sends no clock, lets several deltas cross the book until its grace period ends", () => {
    const book = make()
    book.snapshot(snapshot(1, undefined, [["0.4500", "1.00"]], [["0.5600", "1.00"]]), 0)
    book.delta(delta(2, undefined, "yes", "0.5600", "1.00"), 0)
    book.delta(delta(3, undefined, "yes", "0.1000", "1.00"), 0)
    book.delta(delta(4, undefined, "no", "0.5600", "-1.00"), 0)
    assert.strictEqual(read(book), "0.56×1.00 0.45×1.00 0.10×1.00 | ")
    book.delta(delta(5, undefined, "no", "0.5500", "1.00"), 10)
    assert.strictEqual(read(book, 259), "0.56×1.00 0.45×1.00 0.10×1.00 | ")
    assert.strictEqual(read(book, 260), "crossed")
  })

  it("refuses impossible prices, counts and sides", () => {
    for (const [message, detail] of [
      [delta(2, 8, "yes", "1.0001", "1.00"), "a change at the price 1.0001"],
      [delta(2, 8, "yes", "-0.0100", "1.00"), "a change at the price -0.0100"],
      [delta(2, 8, "yes", "0.0000001", "1.00"), "a change at the price 0.0000001"],
      [delta(2, 8, "yes", "0.4500", "0.001"), "a change of 0.001 contracts"],
      [delta(2, 8, "yes", "0.4500", "9000000000.01"), "a change of 9000000000.01 contracts at 0.4500"],
      [delta(2, 8, "yes", "0.4500", "99999999999999999.00"), "a change of 99999999999999999.00 contracts"],
      [delta(2, 8, "maybe", "0.4500", "1.00"), "a change of the side maybe"]
    ] as const) {
      const book = live()
      book.delta(message, 0)
      assert.strictEqual(lossOf(book), `invalid: ${detail}`)
    }
    for (const [price, count, detail] of [
      ["1.0001", "1.00", "a level at the price 1.0001"],
      ["-0.01", "1.00", "a level at the price -0.01"],
      ["0.0000001", "1.00", "a level at the price 0.0000001"],
      ["0.45", "9000000000.01", "a level of 9000000000.01 contracts at 0.45"],
      ["0.45", "0.001", "a level of 0.001 contracts at 0.45"]
    ] as const) {
      for (const sides of [[[[price, count]], undefined] as const, [undefined, [[price, count]]] as const]) {
        const book = make()
        book.snapshot(snapshot(1, 8, ...sides), 0)
        assert.strictEqual(lossOf(book), `invalid: ${detail}`)
      }
    }
  })

  it("accepts prices from 0 to 1 dollar, and up to nine billion contracts", () => {
    const book = make()
    const levels = [
      ["0.0000", "1.00"],
      ["1.0000", "9000000000.00"]
    ] as const
    book.snapshot(snapshot(1, 7, levels), 0)
    book.delta(delta(2, 8, "yes", "0.0000", "1.00"), 0)
    book.delta(delta(3, 9, "yes", "1.0000", "-1.00"), 0)
    assert.strictEqual(read(book), "1.00×8999999999.00 0.00×2.00 | ")
    const asks = make()
    asks.snapshot(snapshot(1, 7, undefined, [["0.0000", "1.00"]]), 0)
    asks.delta(delta(2, 8, "no", "0.0000", "8999999999.00"), 0)
    assert.strictEqual(read(asks), " | 0.00×9000000000.00")
    const bids = make()
    bids.snapshot(snapshot(1, 7), 0)
    bids.delta(delta(2, 8, "yes", "1.0000", "1.00"), 0)
    assert.strictEqual(read(bids), "1.00×1.00 | ")
  })

  it("detects a crossed snapshot, even if its levels are not sorted", () => {
    const bids = [
      ["0.4000", "1.00"],
      ["0.5600", "1.00"]
    ] as const
    const asks = [
      ["0.7000", "1.00"],
      ["0.5500", "1.00"]
    ] as const
    const book = make()
    book.snapshot(snapshot(1, 7, bids, asks), 0)
    assert.strictEqual(read(book), "crossed")
  })

  it("changes its version when it is no longer live, and with each new state of the book", () => {
    const book = live()
    const versions = new Set([book.version])
    book.lost(gap, 0)
    versions.add(book.version)
    book.lost(gap, 0)
    versions.add(book.version)
    book.snapshot(snapshot(9, 9), 0)
    versions.add(book.version)
    book.delta(delta(10, 10, "yes", "0.45", "1.00"), 0)
    versions.add(book.version)
    assert.strictEqual(versions.size, 4)
  })

  it("counts as live since the first snapshot after its last loss", () => {
    const book = make()
    book.snapshot(snapshot(1, 7), 10)
    book.snapshot(snapshot(2, 8), 20)
    assert.deepStrictEqual(book.state, { _tag: "Live", sinceMillis: 10 })
    book.lost(gap, 30)
    book.snapshot(snapshot(9, 9), 40)
    assert.deepStrictEqual(book.state, { _tag: "Live", sinceMillis: 40 })
  })

  it("after a loss, `reading` returns the last live state with its seq, clock and time", () => {
    for (const lose of [
      (book: OrderBook.OrderBook) => book.lost(gap, 20),
      (book: OrderBook.OrderBook) => book.delta(delta(3, 5, "yes", "0.4500", "1.00"), 20),
      (book: OrderBook.OrderBook) => book.snapshot(snapshot(3, 5, [["0.45", "-1.00"]]), 20)
    ]) {
      const book = live()
      book.delta(delta(2, 8, "yes", "0.4500", "1.00"), 10)
      lose(book)
      book.delta(delta(4, 12, "yes", "0.4500", "1.00"), 30)
      assert.isFalse(book.isLive)
      const { bids, clock, receivedMillis, seq } = book.reading()
      assert.deepStrictEqual([bids.best?.count, seq, clock, receivedMillis], ["11.00", 2, 8, 10])
    }
  })

  it("requests another snapshot after a refresh, and stays live", () => {
    const book = live()
    book.refresh()
    assert.strictEqual(book.nextMillis(), 250)
    assert.isTrue(book.needsSnapshot(250))
    assert.isTrue(book.isLive)
  })

  it("accepts the same seq again after a loss, because the next subscription starts at 1", () => {
    const book = live()
    book.lost({ cause: "outage", detail: "closed" }, 0)
    book.snapshot(snapshot(1, 9, [["0.4400", "1.00"]]), 0)
    assert.strictEqual(read(book), "0.44×1.00 | ")
  })

  it("reports its creation time as the start of the loss if its first snapshot is faulty", () => {
    const book = make({ nowMillis: 5 })
    book.snapshot(snapshot(1, 7, [["0.45", "-1.00"]]), 9)
    assert.deepStrictEqual(book.state, {
      _tag: "Healing",
      sinceMillis: 5,
      loss: { cause: "negative", detail: "a level of -1.00 contracts at 0.45" }
    })
  })

  it("accepts the messages that the decoder returns", () => {
    const decode = FeedMessages.decoder()
    const book = make()
    const first = Result.getOrThrow(decode(JSON.stringify(snapshot(1, 7, [["0.4500", "10.00"]]))))
    if (first.type === "orderbook_snapshot") book.snapshot(first, 0)
    assert.strictEqual(read(book), "0.45×10.00 | ")
  })
})

describe("Book", () => {
  const bids = [
    ["0.4400", "1.00"],
    ["0.4550", "2.50"],
    ["0.4500", "0.01"],
    ["0.1000", "0.00"]
  ] as const
  const asks = [
    ["0.5601", "3.00"],
    ["0.5700", "4.00"]
  ] as const
  const fine = () => {
    const book = make()
    book.snapshot(snapshot(1, 7, bids, asks), 100)
    return { book, value: bookOf(book, 130) }
  }

  it("lists the levels of each side with YES prices, best first", () => {
    const { book, value } = fine()
    assert.strictEqual(read(book), "0.455×2.50 0.45×0.01 0.44×1.00 | 0.5601×3.00 0.57×4.00")
    assert.deepStrictEqual([value.bestBid, value.bestAsk], [value.bids[0], value.asks[0]])
    assert.deepStrictEqual(value.depth("bid", 2), value.bids.slice(0, 2))
    assert.deepStrictEqual(value.depth("ask", 9), value.asks)
    assert.deepStrictEqual([value.depth("ask", 0), value.depth("ask", -1)], [[], []])
  })

  it("computes spread and middle exactly", () => {
    const { value } = fine()
    assert.deepStrictEqual([value.spread, value.mid], [dollarsUnsafe("0.1051"), dollarsUnsafe("0.50755")])
    const odd = make()
    odd.snapshot(snapshot(1, 7, [["0.450001", "1.00"]], [["0.56", "1.00"]]), 0)
    assert.deepStrictEqual([bookOf(odd).spread, bookOf(odd).mid], [dollarsUnsafe("0.109999"), undefined])
  })

  it("counts contracts at a price, and up to a price", () => {
    const { value } = fine()
    assert.deepStrictEqual(
      [value.countAt("bid", "0.45"), value.countAt("ask", "0.5700"), value.countAt("ask", "0.45")],
      [countUnsafe("0.01"), countUnsafe("4"), countUnsafe("0")]
    )
    assert.deepStrictEqual(
      (["0.46", "0.455", "0.45", "0.01"] as const).map((price) => value.countUpTo("bid", price)),
      [countUnsafe("0"), countUnsafe("2.5"), countUnsafe("2.51"), countUnsafe("3.51")]
    )
    assert.deepStrictEqual(
      (["0.56", "0.5601", "0.58"] as const).map((price) => value.countUpTo("ask", price)),
      [countUnsafe("0"), countUnsafe("3"), countUnsafe("7")]
    )
    assert.throws(() => value.countAt("bid", "1e" as "1"), "decimal string of dollars")
  })

  it("reports its age, seq, clock and epoch", () => {
    const { value } = fine()
    assert.deepInclude(value, { market_ticker: "A", seq: 1, clock: 7, epoch: 0, receivedMillis: 100, ageMillis: 30 })
  })
})
