/** A law of merged order books, on a simulated exchange and lines with faults. The law detects planted faults. */
import { MergedBook } from "../../src/book/merge.ts"
import { bookFaults } from "../support/bookFaults.ts"
import { play, plays } from "../support/books.ts"
import { testLaw } from "../support/law.ts"

testLaw({
  name: "MergedBook",
  subject: MergedBook,
  module: "book/merge.ts",
  statement: "shows a state of the exchange, never goes back, and stays readable with a whole line",
  inputs: plays,
  play,
  seed: 20_261_122,
  faults: bookFaults,
  faultRuns: 20_000
})
