/**
 * Checks a property of an order book that merges several lines. A line is a subscription on its own connection. The
 * simulated exchange loses, repeats and garbles messages. Checks that the property detects each fault of `bookFaults`.
 */
import { MergedBook } from "../../src/book/merge.ts"
import { bookFaults } from "../support/bookFaults.ts"
import { play, plays } from "../support/books.ts"
import { testLaw } from "../support/law.ts"

testLaw({
  name: "MergedBook",
  subject: MergedBook,
  module: "book/merge.ts",
  statement: "shows the exchange's states in sequence, and stays readable while one line has lost no message",
  inputs: plays,
  play,
  seed: 20_261_122,
  faults: bookFaults,
  faultRuns: 20_000
})
