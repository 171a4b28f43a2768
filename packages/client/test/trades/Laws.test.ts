/**
 * Checks a property of trades that arrive on several unreliable lines. Then plants each fault below in the source
 * code, and checks that the property detects it. A line is a subscription on its own connection. A hole is a time range
 * in which trades are possibly missing. An unproven line became live again after a loss, but may lack trades outside
 * the reported holes.
 */
import { TradeLines } from "../../src/trades/lines.ts"
import { testLaw } from "../support/law.ts"
import { type Fault, inFile } from "../support/planted.ts"
import { play, plays } from "./support/tradesModel.ts"

const covering = inFile("trades/coverage.ts")
const merging = inFile("trades/lines.ts")
const remembering = inFile("firstSeen.ts")

const faults: ReadonlyArray<Fault> = [
  covering("treats a restored line as complete", 'line.status = "unproven"', 'line.status = "complete"'),
  covering(
    "treats a line as complete after any trade of another line",
    "other.lastMillis > passedMillis",
    "other.lastMillis > 0"
  ),
  covering(
    "treats a line as complete after a trade of an unproven line",
    'other.status === "complete" && other.lastMillis > passedMillis',
    'other !== line && other.status !== "lost" && other.lastMillis > passedMillis'
  ),
  covering("ignores that times are out of order", "firstMillis + 2 * disorderMillis", "firstMillis - 1"),
  covering(
    "begins a hole at the last trade of any line",
    'if (line.status === "complete") this.#lastMillis =',
    "this.#lastMillis ="
  ),
  covering("begins each hole at time 0", ": this.#lastMillis - this.#bounds.disorderMillis", ": 0"),
  covering(
    "begins a hole at the last trade, and ignores that times are out of order",
    ": this.#lastMillis - this.#bounds.disorderMillis",
    ": this.#lastMillis"
  ),
  covering("reports no hole", "return isFirst ? undefined", "return true ? undefined"),
  covering(
    "reports a hole with each loss of a line",
    'if (this.#lines.some(({ status }) => status === "complete")) return undefined\n    let first',
    "let first"
  ),
  covering("never treats a late line as lost", "other.lacks ??= {", "void {"),
  covering("never forgets that a late line lacks a trade", "atMillis >= line.lacks.atMillis", "false"),
  covering("keeps a late line lost", "line.isLate ? this.live(index, nowMillis) : undefined", "undefined"),
  covering("keeps the first trade of a lost line", "line.firstMillis = undefined\n", ""),
  merging("ignores gaps", 'case "Gap":\n', ""),
  merging("ignores messages that do not decode", 'case "Undecodable":\n', ""),
  merging("ignores outages", "this.#setLive(line, false)\n", ""),
  merging("waits for a restore after a gap", "this.#setLive(line, line.isLive)\n        break", "break"),
  merging(
    "delivers repeated trades",
    "&& this.#delivered.add(trade_id)) this",
    "&& [this.#delivered.add(trade_id)]) this"
  ),
  merging("has no timer", "next = this.#coverage.nextMillis() ?? next", ""),
  remembering(
    "forgets trade ids at once",
    "const isNew = !this.#older.has(id)",
    "const isNew = true\n    this.#recent.clear()"
  )
]

testLaw({
  name: "TradeLines",
  subject: TradeLines,
  module: "trades/lines.ts",
  statement:
    "delivers each trade once or reports a hole that contains it, and reports no hole while one line has no loss",
  inputs: plays,
  play,
  seed: 20_261_130,
  faults: faults,
  faultRuns: 20_000
})
