/**
 * Faults in the source code of order books. The property of `books.ts` and the contract suite must detect each fault. A
 * line is a subscription on its own connection, and an epoch ends when the exchange's clock restarts.
 */
import { inFile, type Fault } from "./planted.ts"

const reducing = inFile("book/OrderBook.ts")
const merging = inFile("book/merge.ts")
const storing = inFile("book/side.ts")
const requesting = inFile("book/requests.ts")

export const bookFaults: ReadonlyArray<Fault> = [
  storing(
    "keeps a level of zero",
    "this.#keys.splice(position, 1)\n      this.#sizes.splice(position, 1)",
    "this.#sizes[position] = 0"
  ),
  storing("changes arrays that a reader shares", "if (this.#shared !== undefined) {", "if (this.#keys.length < 0) {"),
  storing("changes keys that a reader shares", "if (this.#keysAreShared) {", "if (this.#keys.length < 0) {"),
  storing("uses the key of an ask as its price", 'return this.side === "bid" ? key : oneDollar - key', "return key"),
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
    "applies a delta with a lower clock than the message before",
    'this.lost({ cause: "clock", detail: `clock',
    'void ({ cause: "clock", detail: `clock'
  ),
  reducing(
    "treats a crossed book as invalid at once",
    'if (refusal === "negative")',
    'if (this.#crossing !== undefined) return invalid("crossed")\n    if (refusal === "negative")'
  ),
  reducing(
    "ranks a snapshot below the deltas with the same clock",
    "this.#index = Number.POSITIVE_INFINITY",
    "this.#index = 0"
  ),
  reducing(
    "does not become live on a snapshot",
    "if (!this.isLive) this.#state = {",
    "if (this.isLive) this.#state = {"
  ),
  merging("never switches from a live line to a newer line", "(line.book.isLive && isAfter(line, leader))", "false"),
  merging(
    "switches to each line that receives a message",
    "(line.book.isLive && isAfter(line, leader))",
    "line.book.isLive"
  ),
  merging("does not compare positions with the same clock", "self.index > that.index", "false"),
  merging(
    "switches to a line that is behind the last book shown",
    "if (this.#seen === undefined || !isAfter(this.#seen, furthest))",
    "if (this.#seen !== undefined || true)"
  ),
  merging("hides the last book of a lost line", "reading: this.#leader?.book.reading()", "reading: undefined"),
  merging("accepts messages of a closed line", "this.#lines.delete(line)", ""),
  merging("stays readable without a line", 'this.#state = { _tag: "Healing", sinceMillis: nowMillis, loss }', ""),
  merging(
    "does not start an epoch for a snapshot with a lower clock",
    "< floor.clock) found.epoch++",
    "< floor.clock) void 0"
  ),
  merging(
    "does not move a line to the reader's epoch on a snapshot",
    "if (found.epoch < floor.epoch) found.epoch = floor.epoch",
    ""
  ),
  requesting(
    "never requests a snapshot",
    "if (!this.#isWanted) return undefined",
    "if (this.#isWanted) return undefined"
  ),
  reducing("shows a crossed book", "if (this.#crossing === undefined) this.#reading", "this.#reading")
]
