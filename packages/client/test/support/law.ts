/** Checks a law of a class with random inputs, and with faults in the source code that the law must detect. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type Fault, load } from "./planted.ts"

export interface Law<Subject, Input> {
  readonly name: string
  readonly subject: Subject
  /** A path below `src`. */
  readonly module: string
  readonly statement: string
  readonly inputs: fc.Arbitrary<Input>
  /** Throws if the law does not hold. */
  readonly play: (subject: Subject, input: Input) => void
  /** The default seed. Set `FC_SEED` to try other inputs. */
  readonly seed: number
  readonly faults: ReadonlyArray<Fault>
  /** Each fault must break the law within this number of inputs. */
  readonly faultRuns: number
}

const isFull = process.env["TEST_MODE"] === "full"

/** `pnpm test` tries every third planted fault, and `pnpm test:full` tries all of them. */
const isTried = (index: number): boolean => isFull || index % 3 === 0

const numRuns = Number(process.env["FC_RUNS"] ?? (isFull ? 20_000 : 1_000))

export const testLaw = <Subject, Input>(law: Law<Subject, Input>): void => {
  const check = (subject: Subject, parameters: fc.Parameters<unknown>) =>
    fc.check(
      fc.property(law.inputs, (input) => law.play(subject, input)),
      { seed: Number(process.env["FC_SEED"] ?? law.seed), ...parameters }
    )

  describe(law.name, () => {
    it(law.statement, () => {
      const { counterexample, errorInstance, failed } = check(law.subject, { numRuns })
      assert.isFalse(failed, `${fc.stringify(counterexample)} ${String(errorInstance)}`)
    })
  })

  describe("a planted fault is detected", () => {
    for (const fault of law.faults.filter((_, index) => isTried(index))) {
      it(`${fault.file} ${fault.does}`, { timeout: 120_000 }, async () => {
        const loaded = (await load(law.module, fault)) as Readonly<Record<string, Subject>> // the faulty module exports the class
        // Shrinking is off: it is slow here and adds nothing.
        assert.isTrue(check(loaded[law.name]!, { numRuns: law.faultRuns, endOnFailure: true }).failed)
      })
    }
  })
}
