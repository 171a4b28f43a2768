import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { MergedBook } from "../../src/book/merge.ts"
import { Simulation, type Step } from "../support/books.ts"

const line = fc.nat({ max: 2 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("act" as const), seeds: fc.array(fc.nat({ max: 10_000 }), { minLength: 1, maxLength: 3 }) }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("deliver" as const), line, frames: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("heal" as const), line }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("lose" as const, "repeat" as const, "garble" as const, "restart" as const), line }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("maintain" as const), drops: fc.boolean() }) }
)

const plays = fc.record({ lines: fc.integer({ min: 1, max: 3 }), steps: fc.array(step, { maxLength: 120, size: "max" }) })

describe("MergedBook", () => {
  it("shows a state of the exchange, never goes back, and stays readable with a whole line", () => {
    const outcome = fc.check(
      fc.property(plays, ({ lines, steps }) => {
        const simulation = new Simulation(MergedBook, lines)
        simulation.run(steps)
        simulation.finish()
      }),
      { seed: Number(process.env["FC_SEED"] ?? 20_261_122), numRuns: Number(process.env["RUNS"] ?? 500) }
    )
    assert.isFalse(outcome.failed, `${fc.stringify(outcome.counterexample)} ${outcome.errorInstance}`)
  })
})
