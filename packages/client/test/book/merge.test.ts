import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { MergedBook } from "../../src/book/merge.ts"
import type { Loss } from "../../src/book/OrderBook.ts"
import { delta, read, snapshot } from "../support/books.ts"

const closed: Loss = { cause: "outage", detail: "closed" }
const gap: Loss = { cause: "gap", detail: "expected 2, received 4" }

const [first, second, third] = [1, 2, 3]

/** A book on two lines (connections), both with the same snapshot at clock 7. */
const live = () => {
  const book = new MergedBook("A", { nowMillis: 0 })
  for (const line of [first, second]) {
    book.open(line, 0)
    book.snapshot(line, snapshot(1, 7, [["0.45", "1.00"]]), 0)
  }
  return book
}

const plusOne = (seq: number, clock: number) => delta(seq, clock, "yes", "0.45", "1.00")

const readingOf = (book: MergedBook, nowMillis = 0) => Result.getOrThrow(book.read(nowMillis))

describe("MergedBook", () => {
  it("applies each change once, from the line that receives it first", () => {
    const book = live()
    book.delta(first, plusOne(2, 8), 1)
    assert.strictEqual(read(book), "0.45×2.00 | ")
    const { version } = book
    book.delta(second, plusOne(2, 8), 2)
    assert.strictEqual(book.version, version)
    book.delta(second, plusOne(3, 8), 3)
    book.delta(first, plusOne(3, 8), 4)
    book.delta(second, plusOne(4, 10), 5)
    assert.strictEqual(read(book), "0.45×4.00 | ")
    assert.deepInclude(readingOf(book, 9), { clock: 10, seq: 4, receivedMillis: 5, ageMillis: 4, epoch: 0 })
  })

  it("behaves like an order book if it has one line", () => {
    const book = new MergedBook("A", { nowMillis: 0 })
    assert.strictEqual(read(book), "AwaitingSnapshot")
    book.open(first, 0)
    book.snapshot(first, snapshot(1, 7), 0)
    book.delta(first, plusOne(2, 8), 0)
    assert.strictEqual(read(book), "0.45×1.00 | ")
    book.lost(first, gap, 5)
    assert.strictEqual(read(book), "gap")
    assert.deepStrictEqual(book.requests(255), [first])
    book.requested(first, 4, 255)
    assert.deepStrictEqual(book.requests(256), [])
    assert.strictEqual(book.nextMillis(), 5_255)
    book.snapshot(first, snapshot(3, 9, undefined, undefined, 4), 300)
    assert.strictEqual(read(book, 300), " | ")
    assert.strictEqual(book.nextMillis(), undefined)
  })

  it("stays live without a new snapshot while one of its lines is live", () => {
    const book = live()
    const { version } = book
    book.lost(first, gap, 1)
    assert.deepStrictEqual(book.requests(250), [first])
    book.close(first, closed, 2)
    assert.strictEqual(read(book), "0.45×1.00 | ")
    book.delta(second, plusOne(2, 8), 3)
    book.open(third, 4)
    book.close(second, closed, 4)
    assert.strictEqual(read(book), "outage")
    book.snapshot(third, snapshot(1, 8, [["0.45", "2.00"]]), 5)
    assert.strictEqual(read(book), "0.45×2.00 | ")
    assert.isAbove(book.version, version)
    assert.deepStrictEqual([...book.lines()], [[third, { _tag: "Live", sinceMillis: 5 }]])
  })

  it("follows the remaining line that is furthest ahead", () => {
    const book = live()
    book.open(third, 0)
    book.snapshot(third, snapshot(1, 7, [["0.45", "1.00"]]), 0)
    for (const line of [first, second]) book.delta(line, plusOne(2, 8), 1)
    book.close(first, closed, 2)
    assert.deepInclude(readingOf(book, 2), { clock: 8, receivedMillis: 1 })
    assert.strictEqual(book.nextMillis(), undefined)
  })

  it("shows the book of a lost line until a late line has caught up", () => {
    const book = live()
    book.delta(first, plusOne(2, 8), 10)
    book.delta(first, plusOne(3, 9), 20)
    book.close(first, closed, 30)
    assert.strictEqual(read(book, 40), "0.45×3.00 | ")
    assert.deepInclude(readingOf(book, 40), { clock: 9, ageMillis: 20 })
    book.delta(second, plusOne(2, 8), 50)
    assert.strictEqual(read(book, 50), "0.45×3.00 | ")
    book.delta(second, plusOne(3, 9), 60)
    assert.deepInclude(readingOf(book, 60), { clock: 9, ageMillis: 0, epoch: 0 })
    assert.strictEqual(book.nextMillis(), undefined)
  })

  it("starts a new epoch, in which the book can go back, if the late line does not catch up in time", () => {
    const book = live()
    book.delta(first, plusOne(2, 9), 10)
    book.close(first, closed, 30)
    assert.strictEqual(book.nextMillis(), 1_030)
    book.tick(1_029)
    assert.strictEqual(read(book, 1_029), "0.45×2.00 | ")
    const { version } = book
    book.tick(1_030)
    assert.isAbove(book.version, version)
    assert.strictEqual(read(book, 1_030), "0.45×1.00 | ")
    assert.strictEqual(readingOf(book, 1_030).epoch, 1)
  })

  it("ends the wait for a late line on a read, even without a timer", () => {
    const book = live()
    book.delta(first, plusOne(2, 9), 10)
    book.close(first, closed, 30)
    assert.strictEqual(readingOf(book, 1_030).epoch, 1)
    assert.strictEqual(read(book, 1_030), "0.45×1.00 | ")
  })

  it("does not wait forever for a late line with the same levels at an earlier clock, or in an earlier epoch", () => {
    const book = live()
    book.delta(first, plusOne(2, 8), 10)
    book.delta(first, delta(3, 9, "yes", "0.45", "-1.00"), 20)
    book.close(first, closed, 30)
    assert.strictEqual(book.nextMillis(), 1_030)
    assert.deepInclude(readingOf(book, 1_030), { epoch: 1, clock: 7 })

    const restarted = live()
    restarted.delta(first, plusOne(2, 3), 10)
    restarted.snapshot(first, snapshot(3, 7, [["0.45", "1.00"]]), 20)
    restarted.close(first, closed, 30)
    assert.deepInclude(readingOf(restarted, 1_029), { epoch: 1, receivedMillis: 20 })
    assert.deepInclude(readingOf(restarted, 1_030), { epoch: 2, receivedMillis: 0 })
  })

  it("does not wait forever for a late line that has other levels at the same clock", () => {
    for (const levels of [
      [
        ["0.45", "2.00"],
        ["0.46", "1.00"]
      ],
      [["0.44", "2.00"]],
      [["0.45", "1.00"]],
      []
    ] as const) {
      const book = live()
      book.snapshot(second, snapshot(2, 7, levels), 5)
      book.delta(second, delta(3, 8, "no", "0.60", "1.00"), 10)
      book.snapshot(first, snapshot(2, 8, [["0.45", "2.00"]], [["0.60", "1.00"]]), 20)
      book.close(first, closed, 30)
      assert.strictEqual(book.nextMillis(), 1_030)
    }
  })

  it("starts a new epoch for each late line that it accepts, even if that line's clock has restarted before", () => {
    const book = live()
    for (const line of [first, second]) {
      book.delta(line, plusOne(2, 3), 1)
      book.snapshot(line, snapshot(3, 4, [["0.45", "4.00"]]), 2)
    }
    assert.strictEqual(readingOf(book).epoch, 1)
    book.delta(first, plusOne(4, 9), 10)
    book.close(first, closed, 30)
    assert.deepInclude(readingOf(book, 1_030), { epoch: 2, clock: 4 })
  })

  it("gives each late line the full `catchUpMillis`, even after an earlier wait was interrupted", () => {
    const book = live()
    book.open(third, 0)
    book.delta(first, plusOne(2, 9), 10)
    book.close(first, closed, 30)
    book.close(second, closed, 40)
    assert.strictEqual(read(book, 40), "outage")
    book.snapshot(third, snapshot(1, 8, [["0.45", "8.00"]]), 2_100)
    book.tick(3_099)
    assert.strictEqual(read(book, 3_099), "outage")
    assert.strictEqual(read(book, 3_100), "0.45×8.00 | ")
  })

  it("keeps its epoch, without a time limit, while the late line has the clock and the levels of the shown book", () => {
    const book = live()
    book.delta(second, plusOne(2, 8), 10)
    book.snapshot(first, snapshot(2, 8, [["0.45", "2.00"]]), 20)
    book.close(first, closed, 30)
    assert.strictEqual(book.nextMillis(), undefined)
    book.tick(5_000)
    assert.deepInclude(readingOf(book, 5_000), { epoch: 0, clock: 8 })
    book.delta(second, plusOne(3, 8), 5_010)
    assert.strictEqual(read(book, 5_010), "0.45×2.00 | ")
    assert.strictEqual(book.nextMillis(), 6_010)
    book.delta(second, plusOne(4, 9), 5_020)
    assert.strictEqual(read(book, 5_020), "0.45×4.00 | ")
    assert.deepInclude(readingOf(book, 5_020), { epoch: 0, clock: 9 })
  })

  it("is unreadable from the moment when its last line is lost", () => {
    const book = live()
    book.close(first, closed, 10)
    book.lost(second, gap, 20)
    const { state } = Result.getOrThrow(Result.flip(book.read(30)))
    assert.deepStrictEqual(state, { _tag: "Healing", sinceMillis: 20, loss: gap })
    book.close(second, closed, 40)
    book.open(third, 50)
    assert.deepStrictEqual(book.state, state)
    assert.strictEqual(read(book, 60), "gap")
    book.lost(third, closed, 70)
    assert.deepStrictEqual(book.state, state)
  })

  it("reports the same start of its live state until all lines are lost", () => {
    const book = live()
    book.delta(first, plusOne(2, 8), 10)
    book.delta(second, plusOne(2, 9), 20)
    assert.deepStrictEqual(book.state, { _tag: "Live", sinceMillis: 0 })
    for (const line of [first, second]) book.lost(line, gap, 30)
    book.snapshot(first, snapshot(4, 10), 40)
    assert.deepStrictEqual(book.state, { _tag: "Live", sinceMillis: 40 })
  })

  it("is unreadable after a faulty first snapshot", () => {
    const book = new MergedBook("A", { nowMillis: 3 })
    book.open(first, 4)
    book.snapshot(first, snapshot(1, 7, [["0.45", "-1.00"]]), 5)
    assert.strictEqual(read(book, 5), "negative")
    assert.deepInclude(book.state, { _tag: "Healing", sinceMillis: 3 })
    assert.deepStrictEqual(book.requests(5_004), [first])
  })

  it("after the loss of all lines, shows no book until a line has reached the last shown book", () => {
    const book = new MergedBook("A", { nowMillis: 0 })
    book.open(first, 0)
    book.open(second, 0)
    book.snapshot(first, snapshot(1, 9, [["0.45", "9.00"]]), 0)
    book.close(first, closed, 10)
    book.snapshot(second, snapshot(1, 7, [["0.45", "7.00"]]), 20)
    assert.strictEqual(read(book, 20), "outage")
    book.delta(second, plusOne(2, 8), 30)
    assert.strictEqual(read(book, 30), "outage")
    book.delta(second, plusOne(3, 9), 40)
    assert.strictEqual(read(book, 40), "outage")
    assert.strictEqual(book.nextMillis(), 1_020)
    book.delta(second, plusOne(4, 10), 50)
    assert.strictEqual(read(book, 50), "0.45×10.00 | ")
  })

  it("starts a new epoch if a snapshot is older than the book that was shown when the snapshot was requested", () => {
    const book = live()
    book.close(second, closed, 0)
    book.delta(first, plusOne(2, 900), 1)
    book.open(third, 10)
    book.snapshot(third, snapshot(1, 2, [["0.45", "5.00"]]), 20)
    // The other line must prove that its clock has restarted too.
    assert.deepStrictEqual(book.requests(250), [first])
    assert.strictEqual(read(book), "0.45×5.00 | ")
    assert.deepInclude(readingOf(book), { epoch: 1, clock: 2 })
    book.requested(first, 8, 250)
    book.delta(first, plusOne(3, 901), 260)
    assert.strictEqual(read(book, 260), "0.45×5.00 | ")
    book.snapshot(first, snapshot(4, 3, [["0.45", "6.00"]], undefined, 8), 270)
    assert.strictEqual(read(book, 270), "0.45×6.00 | ")
    assert.deepInclude(readingOf(book, 270), { epoch: 1, clock: 3 })
    assert.strictEqual(book.nextMillis(), undefined)
  })

  it("uses the id of a snapshot to find the book that was shown when the snapshot was requested", () => {
    for (const [id, epoch] of [
      [8, 1],
      [undefined, 0]
    ] as const) {
      const book = live()
      book.open(third, 0)
      book.delta(first, plusOne(2, 900), 1)
      book.requested(third, 8, 10)
      book.snapshot(third, snapshot(1, 50, [["0.45", "5.00"]], undefined, id), 20)
      assert.strictEqual(readingOf(book).epoch, epoch)
      assert.strictEqual(read(book), epoch === 1 ? "0.45×5.00 | " : "0.45×2.00 | ")
    }
  })

  it("follows a line at once if it subscribed after readers returned to an older book", () => {
    for (const [subscribesLate, expected] of [
      [true, "0.45×2.00 | "],
      [false, "0.45×1.00 | "]
    ] as const) {
      const book = live()
      book.delta(first, plusOne(2, 8), 1)
      book.open(third, 1)
      book.subscribing(third)
      book.close(first, closed, 1)
      // After `catchUpMillis`, readers see the book of the late line, in a new epoch.
      assert.strictEqual(read(book, 1_001), "0.45×1.00 | ")
      if (subscribesLate) book.subscribing(third)
      book.snapshot(third, snapshot(1, 8, [["0.45", "2.00"]]), 1_002)
      assert.strictEqual(read(book, 1_002), expected)
      assert.strictEqual(readingOf(book, 1_002).epoch, 1)
    }
  })

  it("ignores a subscribe command on a line that already has a snapshot, and on an unknown line", () => {
    const book = live()
    book.delta(first, plusOne(2, 9), 1)
    book.subscribing(second)
    book.subscribing(third)
    book.snapshot(second, snapshot(2, 8, [["0.45", "5.00"]]), 2)
    assert.strictEqual(readingOf(book, 2).epoch, 0)
    assert.strictEqual(read(book, 2), "0.45×2.00 | ")
  })

  it("requests another snapshot from a line whose snapshot does not prove that its clock has restarted", () => {
    const book = live()
    book.delta(first, plusOne(2, 3), 1)
    book.snapshot(first, snapshot(3, 3, [["0.45", "8.00"]]), 2)
    book.snapshot(second, snapshot(2, 9, [["0.45", "9.00"]]), 3)
    assert.strictEqual(read(book), "0.45×8.00 | ")
    assert.deepStrictEqual(book.requests(253), [second])
    book.requested(second, 5, 253)
    book.snapshot(second, snapshot(3, 10, [["0.45", "10.00"]], undefined, 5), 254)
    assert.strictEqual(read(book), "0.45×10.00 | ")
  })

  it("changes its version with a snapshot, with a change, and when it stops being live", () => {
    const book = new MergedBook("A", { nowMillis: 3 })
    const versions = [book.version]
    const record = () => versions.push(book.version)
    book.open(first, 4)
    book.lost(first, gap, 5)
    assert.deepStrictEqual(book.state, { _tag: "Healing", sinceMillis: 3, loss: gap })
    book.snapshot(first, snapshot(1, 7), 5)
    record()
    book.delta(first, plusOne(2, 8), 6)
    record()
    book.delta(first, delta(3, 9, "no", "0.45", "1.00"), 7)
    book.tick(256)
    assert.strictEqual(book.version, versions.at(-1))
    book.tick(257)
    record()
    assert.deepInclude(book.state, { _tag: "Healing", sinceMillis: 257 })
    assert.strictEqual(read(book, 257), "crossed")
    assert.deepStrictEqual(
      versions,
      [...new Set(versions)].toSorted((left, right) => left - right)
    )
    assert.strictEqual(book.market_ticker, "A")
  })

  it("changes its version when it switches to another line", () => {
    const book = new MergedBook("A", { nowMillis: 0 })
    for (const line of [first, second]) book.open(line, 0)
    book.snapshot(first, snapshot(1, 7), 0)
    const { version } = book
    book.snapshot(second, snapshot(1, 9, [["0.45", "1.00"]]), 0)
    assert.isAbove(book.version, version)
    assert.strictEqual(read(book), "0.45×1.00 | ")
  })

  it("passes its options to the book of each line", () => {
    const book = new MergedBook("A", { nowMillis: 0, snapshotTimeoutMillis: 70 })
    book.open(first, 5)
    assert.strictEqual(book.nextMillis(), 75)
  })

  it("follows the first line that receives a snapshot after the clock went down", () => {
    const book = live()
    book.delta(first, plusOne(2, 3), 1)
    assert.strictEqual(read(book), "0.45×1.00 | ")
    book.snapshot(first, snapshot(3, 3, [["0.45", "8.00"]]), 2)
    assert.strictEqual(read(book), "0.45×8.00 | ")
    book.delta(second, plusOne(2, 8), 3)
    assert.strictEqual(read(book), "0.45×8.00 | ")
  })

  it("counts a restart of the clock once, whether the next snapshot has a lower or a higher clock", () => {
    for (const clock of [3, 20]) {
      const book = live()
      book.delta(second, plusOne(2, 2), 1)
      book.snapshot(second, snapshot(3, clock, [["0.45", "8.00"]]), 2)
      assert.strictEqual(read(book), "0.45×8.00 | ")
      assert.deepInclude(readingOf(book), { epoch: 1, clock })
    }
  })

  it("requests a snapshot only on the line with the fault", () => {
    const book = live()
    book.delta(first, delta(2, 8, "yes", "0.45", "-5.00"), 1)
    assert.strictEqual(read(book), "0.45×1.00 | ")
    assert.deepStrictEqual(book.requests(250), [first])
  })

  it("after a fault in the leading line, shows no book until a late line catches up or `catchUpMillis` passes", () => {
    for (const [lose, cause] of [
      [(book: MergedBook) => book.delta(first, delta(3, 10, "yes", "0.45", "-5.00"), 20), "negative"],
      [
        (book: MergedBook) => {
          book.delta(first, delta(3, 10, "no", "0.40", "1.00"), 15)
          book.delta(first, plusOne(4, 11), 20)
        },
        "crossed"
      ]
    ] as const) {
      const book = live()
      book.delta(first, plusOne(2, 9), 10)
      const { version } = book
      lose(book)
      assert.strictEqual(read(book, 20), cause)
      assert.deepInclude(book.state, { _tag: "Healing", sinceMillis: 20 })
      assert.isAbove(book.version, version)
      book.delta(second, plusOne(2, 8), 30)
      assert.strictEqual(read(book, 1_019), cause)
      assert.strictEqual(read(book, 1_020), "0.45×2.00 | ")
      assert.deepInclude(readingOf(book, 1_020), { epoch: 1, clock: 8 })

      const inTime = live()
      inTime.delta(first, plusOne(2, 9), 10)
      lose(inTime)
      inTime.delta(second, plusOne(2, 9), 30)
      assert.strictEqual(read(inTime, 30), "0.45×2.00 | ")
      assert.deepInclude(readingOf(inTime, 30), { epoch: 0, clock: 9 })
    }
  })

  it("switches to the first line that receives all changes of an action that crosses the book temporarily", () => {
    const book = live()
    const step = [delta(2, 8, "no", "0.45", "1.00"), delta(3, 8, "yes", "0.45", "-1.00")] as const
    book.delta(first, step[0], 1)
    assert.strictEqual(read(book), "0.45×1.00 | ")
    for (const message of step) book.delta(second, message, 2)
    assert.strictEqual(read(book), " | 0.45×1.00")
    assert.strictEqual(book.nextMillis(), 251)
    book.tick(251)
    assert.strictEqual(read(book, 251), " | 0.45×1.00")
    assert.strictEqual(book.lines().get(first)?._tag, "Healing")
  })

  it("ignores messages of lines that are not open, and counts the snapshots and deltas among them", () => {
    const book = live()
    book.close(first, closed, 0)
    book.snapshot(first, snapshot(2, 9), 0)
    book.delta(first, plusOne(3, 10), 0)
    book.lost(first, gap, 0)
    book.requested(first, 3, 0)
    book.close(first, closed, 0)
    assert.strictEqual(read(book), "0.45×1.00 | ")
    assert.strictEqual(book.ignored, 2)
  })

  it("keeps no state of closed lines", () => {
    const book = live()
    for (let line = 10; line < 1_010; line++) {
      book.open(line, 0)
      book.snapshot(line, snapshot(1, 8), 0)
      book.close(line, closed, 0)
    }
    assert.deepStrictEqual([...book.lines().keys()], [first, second])
  })

  it("if the exchange sends no clock, follows one line until that line is lost", () => {
    const book = new MergedBook("A", { nowMillis: 0 })
    for (const line of [first, second]) {
      book.open(line, 0)
      book.snapshot(line, snapshot(1, undefined, [["0.45", "1.00"]]), 0)
    }
    book.delta(second, delta(2, undefined, "yes", "0.45", "1.00"), 0)
    assert.strictEqual(read(book), "0.45×1.00 | ")
    book.close(first, closed, 0)
    assert.strictEqual(read(book), "0.45×2.00 | ")
    book.open(third, 0)
    book.snapshot(third, snapshot(1, undefined, [["0.45", "3.00"]]), 0)
    assert.strictEqual(read(book), "0.45×2.00 | ")
  })

  it("if the exchange sends no clock, stays with the line that was live first", () => {
    const book = new MergedBook("A", { nowMillis: 0 })
    for (const line of [first, second]) book.open(line, 0)
    book.snapshot(second, snapshot(1, undefined, [["0.45", "2.00"]]), 0)
    book.snapshot(first, snapshot(1, undefined, [["0.45", "1.00"]]), 0)
    assert.strictEqual(read(book), "0.45×2.00 | ")
  })
})
