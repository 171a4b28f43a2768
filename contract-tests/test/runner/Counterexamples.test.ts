import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { P9 } from "../../src/properties/RetrySafety.ts"
import * as Cells from "../../src/runner/Cells.ts"
import * as Counterexamples from "../../src/runner/Counterexamples.ts"
import * as Report from "../../src/runner/Report.ts"
import * as Suite from "../../src/runner/Suite.ts"
import type * as Replay from "../../src/runner/Replay.ts"
import { withDescriptor } from "../operations/support/client.ts"

const folder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), "kalshi-contract-"))

/** The descriptor wrongly declares that the operation can be repeated. */
const faulty = withDescriptor("CreateOrderGroup", () => ({ retry: "idempotent" }))

/** Runs P9 for the operation with the fault, or for the client's operation without it. */
const running = (isFaulty: boolean, kept: ReadonlyArray<Replay.Replay>, seed: number) => {
  const jobs: Array<Cells.Job> = []
  const runner: Suite.Runner = {
    width: 1,
    run: (job) =>
      Effect.suspend(() => {
        jobs.push(job)
        const { path, runs, seed } = job
        return isFaulty
          ? Effect.map(P9.run({ operation: faulty, path, runs, seed }), (outcome) => ({
              result: Cells.resultOf(outcome),
              millis: 1
            }))
          : Cells.run(job)
      })
  }
  const report = Effect.runSync(
    Suite.run(runner, {
      seed,
      runs: 300,
      properties: ["P9"],
      operations: ["OrderGroups.create"],
      kept,
      target: "sandbox",
      budget: Duration.infinity,
      onCell: () => Effect.void,
      onInterrupted: () => Effect.void
    })
  )
  return { asked: jobs, report }
}

describe("Counterexamples", () => {
  it("are saved only once, and are the first cases of the next run, whatever its seed", () => {
    const into = folder()
    const found = running(true, [], 1).report
    assert.strictEqual(Report.exitCode(found), 1)
    assert.deepStrictEqual([Counterexamples.keep(into, found), Counterexamples.keep(into, found)], [1, 0])
    const saved = Counterexamples.load(into)
    assert.strictEqual(saved.length, 1)
    const again = running(true, saved, 99)
    assert.deepStrictEqual(
      again.asked.map(({ path, seed }) => [seed, path]),
      [[saved[0]?.seed, saved[0]?.path]]
    )
    assert.strictEqual(Report.failures(again.report)[0]?.result.instance, Report.failures(found)[0]?.result.instance)
  })

  it("are followed by the normal run if they no longer fail", () => {
    const into = folder()
    Counterexamples.keep(into, running(true, [], 1).report)
    const { asked, report } = running(false, Counterexamples.load(into), 99)
    assert.deepStrictEqual([Report.exitCode(report), asked.length, asked.at(-1)?.seed], [0, 2, 99])
  })

  it("are saved only for the local exchange", () => {
    const { report } = running(true, [], 1)
    const remote = {
      ...report,
      cells: report.cells.map((cell) => ({
        ...cell,
        result: Cells.failedResult({ property: "P9@demo", target: cell.target, seed: 1, runs: 1 }, "a failure on demo")
      }))
    }
    assert.strictEqual(Counterexamples.keep(folder(), remote), 0)
  })

  it("cause an error with the file and the line number if they are invalid", () => {
    const into = folder()
    fs.writeFileSync(path.join(into, "P9.jsonl"), '{"token":"nonsense"}\n')
    assert.throws(() => Counterexamples.load(into), /P9\.jsonl:1 is not a counterexample/)
  })

  it("can be read from the folder of the project", () => {
    assert.isArray(Counterexamples.load(Counterexamples.folder))
  })
})
