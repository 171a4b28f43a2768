/** A law of merged order books, on a simulated exchange and lines with faults. The law detects planted faults. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { MergedBook } from "../../src/book/merge.ts"
import { play, plays } from "../support/books.ts"
import { type Fault, load } from "../support/planted.ts"

/** Set `FC_SEED` to try other plays. */
const seed = Number(process.env["FC_SEED"] ?? 20_261_122)
const numRuns = process.env["TEST_MODE"] === "full" ? 20_000 : 1_000

const check = (make: typeof MergedBook, parameters: fc.Parameters<unknown>) =>
  fc.check(
    fc.property(plays, (input) => play(make, input)),
    { seed, ...parameters }
  )

describe("MergedBook", () => {
  it("shows a state of the exchange, never goes back, and stays readable with a whole line", () => {
    const { counterexample, errorInstance, failed } = check(MergedBook, { numRuns })
    assert.isFalse(failed, `${fc.stringify(counterexample)} ${String(errorInstance)}`)
  })
})

const inFile =
  (file: string) =>
  (does: string, text: string, instead: string): Fault => ({ does, file, text, instead })

const reducing = inFile("book/OrderBook.ts")
const merging = inFile("book/merge.ts")
const storing = inFile("book/side.ts")
const requesting = inFile("book/requests.ts")

const faults: ReadonlyArray<Fault> = [
  storing(
    "keeps a level of zero",
    "this.#keys.splice(position, 1)\n      this.#sizes.splice(position, 1)",
    "this.#sizes[position] = 0"
  ),
  storing("changes arrays that a reader shares", "if (this.#shared !== undefined) {", "if (this.#keys.length < 0) {"),
  storing("changes keys that a reader shares", "if (this.#keysAreShared) {", "if (this.#keys.length < 0) {"),
  storing("treats the key of an ask as its price", 'return this.side === "bid" ? key : oneDollar - key', "return key"),
  reducing(
    "keeps an old side if the snapshot has none",
    "this.#bids.replace(bids.keys, bids.sizes)",
    "if (bids.keys.length > 0) this.#bids.replace(bids.keys, bids.sizes)"
  ),
  reducing("does not sort the levels of a snapshot", "entries.sort(([left], [right]) => left - right)", ""),
  reducing("applies a repeated delta", "if (seq === this.#seq) return this.#ignore()\n    if (seq <", "if (seq <"),
  reducing(
    "ignores a loss",
    "lost(loss: Loss, sinceMillis: number): void {",
    'lost(loss: Loss, sinceMillis: number): void {\n    if (loss.cause === "gap") return'
  ),
  reducing(
    "applies a delta whose clock went down",
    'this.lost({ cause: "clock", detail: `clock',
    'void ({ cause: "clock", detail: `clock'
  ),
  reducing(
    "heals as soon as the book is crossed",
    'if (refusal === "negative")',
    'if (this.#crossing !== undefined) return invalid("crossed")\n    if (refusal === "negative")'
  ),
  reducing(
    "places a snapshot before the deltas of its clock",
    "this.#index = Number.POSITIVE_INFINITY",
    "this.#index = 0"
  ),
  reducing("does not wait for a snapshot", "if (!this.isLive) this.#state = {", "if (this.isLive) this.#state = {"),
  merging("stays with its first line", "(line.book.isLive && isAfter(line, leader))", "false"),
  merging("changes to any line that changes", "(line.book.isLive && isAfter(line, leader))", "line.book.isLive"),
  merging("does not compare places of one clock", "self.index > that.index", "false"),
  merging(
    "goes back to a late line",
    "if (this.#seen === undefined || !isAfter(this.#seen, furthest))",
    "if (this.#seen !== undefined || true)"
  ),
  merging("does not show the book of a lost line", "reading: this.#leader?.book.reading()", "reading: undefined"),
  merging("listens to a closed line", "this.#lines.delete(line)", ""),
  merging(
    "stays readable without a line",
    'this.#state = { _tag: "Healing", sinceMillis: nowMillis, loss: state.loss }',
    ""
  ),
  merging(
    "does not notice an older snapshot after maintenance",
    "< floor.clock) found.epoch++",
    "< floor.clock) void 0"
  ),
  merging("does not learn the epoch from a snapshot", "if (found.epoch < floor.epoch) found.epoch = floor.epoch", ""),
  requesting(
    "never requests a snapshot",
    "if (!this.#isWanted) return undefined",
    "if (this.#isWanted) return undefined"
  ),
  reducing("shows a crossed book", "if (this.#crossing === undefined) this.#reading", "this.#reading")
]

describe("a planted fault is detected", () => {
  for (const fault of faults) {
    it(`${fault.file} ${fault.does}`, async () => {
      const loaded = (await load("book/merge.ts", fault)) as { readonly MergedBook: typeof MergedBook } // bundled
      // Shrinking would take long, and adds nothing here.
      assert.isTrue(check(loaded.MergedBook, { numRuns: 20_000, endOnFailure: true }).failed)
    })
  }
})
