/** A law of merged order books, on a simulated exchange and lines with faults. The law detects planted faults. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { MergedBook } from "../../src/book/merge.ts"
import { bookFaults } from "../support/bookFaults.ts"
import { play, plays } from "../support/books.ts"
import { load } from "../support/planted.ts"

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

describe("a planted fault is detected", () => {
  for (const fault of bookFaults) {
    it(`${fault.file} ${fault.does}`, async () => {
      const loaded = (await load("book/merge.ts", fault)) as { readonly MergedBook: typeof MergedBook } // bundled
      // Shrinking would take long, and adds nothing here.
      assert.isTrue(check(loaded.MergedBook, { numRuns: 20_000, endOnFailure: true }).failed)
    })
  }
})
