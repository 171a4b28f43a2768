import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Cells from "../../src/runner/Cells.ts"
import * as Workers from "../../src/runner/Workers.ts"

const script = new URL("support/worker.ts", import.meta.url)

const job = (property: string): Cells.Job => ({ property, target: "Orders.create", seed: 1, runs: 1 })

const run = (limitMillis: number, ...properties: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const runner = yield* Workers.make(1, { script, limitMillis })
      return yield* Effect.forEach(properties, (property) =>
        Effect.map(runner.run(job(property)), ({ result }) => result)
      )
    })
  )

const reasonOf = (result: Cells.Done["result"] | undefined): string =>
  result?._tag === "Failed" ? result.reason : `${result?._tag}`

describe("Workers", () => {
  it.live("runs each job", () =>
    Effect.gen(function* () {
      const results = yield* run(60_000, "answers", "answers")
      assert.deepStrictEqual(
        results.map(({ _tag }) => _tag),
        ["Passed", "Passed"]
      )
    })
  )

  it.live("reports a failure for a job whose worker crashes, and starts another worker", () =>
    Effect.gen(function* () {
      const [thrown, after, exited, last] = yield* run(60_000, "throws", "answers", "exits", "answers")
      assert.strictEqual(reasonOf(thrown), "the worker died: Error: thrown by the property")
      assert.strictEqual(reasonOf(exited), "the worker ended with exit code 3")
      assert.deepStrictEqual([after?._tag, last?._tag], ["Passed", "Passed"])
    })
  )

  it.live("reports a failure for a job whose worker hangs, and starts another worker", () =>
    Effect.gen(function* () {
      const [hung, after] = yield* run(3_000, "hangs", "answers")
      assert.strictEqual(reasonOf(hung), "the cell did not end within 3000 ms")
      assert.strictEqual(after?._tag, "Passed")
    })
  )

  it.live("gives every job a result, even if a worker exits after it returned a result", () =>
    Effect.gen(function* () {
      const [first, second, third] = yield* run(60_000, "answers, then exits", "answers", "answers")
      assert.strictEqual(first?._tag, "Passed")
      // The second job runs on the dying worker or on a new worker. It must get a result in both cases.
      assert.match(reasonOf(second), /^(?:the worker (?:died before this cell|ended with exit code 4)|Passed)$/)
      assert.match(reasonOf(third), /^(?:the worker (?:died before this cell|ended with exit code 4)|Passed)$/)
    })
  )

  it.live("runs properties of the suite in the real worker script", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const runner = yield* Workers.make(1)
        const { result } = yield* runner.run({ property: "P12", target: "Exchange.status", seed: 1, runs: 1 })
        assert.deepStrictEqual(result, { _tag: "Passed", runs: 1, reached: { "2xx": 1 } })
        const unknown = yield* runner.run(job("P99"))
        assert.strictEqual(reasonOf(unknown.result), "the suite has no property P99")
      })
    )
  )
})
