/** Faults of order books that their laws must detect. The contract suite plants them too. */
import { inFile, type Fault } from "./planted.ts"

const reducing = inFile("book/OrderBook.ts")
const merging = inFile("book/merge.ts")
const storing = inFile("book/side.ts")
const requesting = inFile("book/requests.ts")

/** The faults. Over 80 lines because it is a table with one entry per fault. */
export const bookFaults: ReadonlyArray<Fault> = [
  storing(
    "keeps a level of zero",
    "this.#keys.splice(position, 1)\n      this.#sizes.splice(position, 1)",
    "this.#sizes[position] = 0"
  ),
  storing("changes arrays that a reader shares", "if (this.#shared !== undefined) {", "if (this.#keys.length < 0) {"),
  storing("changes keys that a reader shares", "if (this.#keysAreShared) {", "if (this.#keys.length < 0) {"),
  storing("takes the key of an ask for its price", 'return this.side === "bid" ? key : oneDollar - key', "return key"),
  reducing(
    "keeps an old side if the snapshot has none",
    "this.#bids.replace(bids.keys, bids.sizes)",
    "if (bids.keys.length > 0) this.#bids.replace(bids.keys, bids.sizes)"
  ),
  reducing("takes the levels of a snapshot unsorted", "entries.sort(([left], [right]) => left - right)", ""),
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
