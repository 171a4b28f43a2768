/**
 * Checks a law of merged order books on a simulated exchange with faulty lines. Checks that the law detects planted
 * faults.
 */
import { MergedBook } from "../../src/book/merge.ts"
import { bookFaults } from "../support/bookFaults.ts"
import { play, plays } from "../support/books.ts"
import { testLaw } from "../support/law.ts"

testLaw({
  name: "MergedBook",
  subject: MergedBook,
  module: "book/merge.ts",
  statement: "shows states of the exchange in sequence, and stays readable while one line has lost no message",
  inputs: plays,
  play,
  seed: 20_261_122,
  faults: bookFaults,
  faultRuns: 20_000
})
