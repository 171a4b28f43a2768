import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import type * as Cells from "../../src/runner/Cells.ts"
import * as Report from "../../src/runner/Report.ts"
import * as Suite from "../../src/runner/Suite.ts"

const options: Suite.Options = {
  seed: 7,
  runs: 10,
  properties: ["P4", "P5"],
  operations: ["OrderGroups.*"],
  kept: [],
  target: "sandbox",
  budget: Duration.infinity,
  onCell: () => Effect.void,
  onInterrupted: () => Effect.void
}

const passed: Cells.Done = { result: { _tag: "Passed", runs: 1, reached: {} }, millis: 5 }

const runnerTaking = (width: number, millisOf: (job: Cells.Job) => number): Suite.Runner => ({
  width,
  run: (job) => Effect.delay(Effect.succeed(passed), millisOf(job))
})

const groups = ClientOperations.all.filter(({ module }) => module === "OrderGroups").map(({ name }) => name)

const named = ({ cells }: Report.Report): ReadonlyArray<string> =>
  cells.map(({ property, target }) => `${property} ${target}`)

describe("Suite.run", () => {
  it.effect("reports the results in a fixed sequence, even if the jobs end in another sequence", () =>
    Effect.gen(function* () {
      const ended: Array<string> = []
      const onCell: Suite.Options["onCell"] = ({ cell }) => Effect.sync(() => void ended.push(cell.target))
      const slowFirst = (job: Cells.Job): number => 1_000 - 100 * groups.indexOf(job.target)
      const fiber = yield* Effect.forkChild(Suite.run(runnerTaking(20, slowFirst), { ...options, onCell }))
      yield* TestClock.adjust("10 seconds")
      const report = yield* Fiber.join(fiber)
      const expected = ["P4", "P5"].flatMap((id) => groups.map((name) => `${id} ${name}`))
      assert.deepStrictEqual(named(report), expected)
      assert.notDeepEqual(ended.slice(0, groups.length), groups)
      assert.deepStrictEqual([report.ending, Report.exitCode(report), ended.length], ["finished", 0, expected.length])
    })
  )

  it.effect("runs at most as many jobs at once as the runner's width permits", () =>
    Effect.gen(function* () {
      let now = 0
      let maxRunning = 0
      const runner: Suite.Runner = {
        width: 3,
        run: () =>
          Effect.suspend(() => {
            maxRunning = Math.max(maxRunning, ++now)
            return Effect.ensuring(
              Effect.delay(Effect.succeed(passed), 10),
              Effect.sync(() => void now--)
            )
          })
      }
      const fiber = yield* Effect.forkChild(Suite.run(runner, options))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual(maxRunning, 3)
    })
  )

  it.effect("stops with exit code 3 if the time budget runs out", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        Suite.run(
          runnerTaking(1, () => 1_000),
          { ...options, budget: Duration.millis(3_500) }
        )
      )
      yield* TestClock.adjust("10 seconds")
      const report = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        named(report),
        groups.slice(0, 3).map((name) => `P4 ${name}`)
      )
      assert.deepStrictEqual([report.ending, Report.exitCode(report)], ["budget", 3])
    })
  )

  it.effect("reports the partial results if the run is interrupted", () =>
    Effect.gen(function* () {
      const reported = yield* Deferred.make<Report.Report>()
      const fiber = yield* Effect.forkChild(
        Suite.run(
          runnerTaking(1, () => 1_000),
          { ...options, onInterrupted: (report) => Effect.asVoid(Deferred.succeed(reported, report)) }
        )
      )
      yield* TestClock.adjust(2_500)
      yield* Fiber.interrupt(fiber)
      const report = yield* Deferred.await(reported)
      assert.deepStrictEqual(
        named(report),
        groups.slice(0, 2).map((name) => `P4 ${name}`)
      )
      assert.deepStrictEqual([report.ending, Report.isGreen(report)], ["interrupted", false])
    })
  )

  it.effect("fails if a property never reaches a required situation", () =>
    Effect.gen(function* () {
      const reaching = (reached: Readonly<Record<string, number>>): Suite.Runner => ({
        width: 1,
        run: () => Effect.succeed({ result: { _tag: "Passed", runs: 1, reached }, millis: 1 })
      })
      const of = (runner: Suite.Runner) => Suite.run(runner, { ...options, properties: ["P12"] })
      const unreached = yield* of(reaching({ "2xx": 0, "503": 1 }))
      assert.strictEqual(Report.exitCode(unreached), 1)
      assert.match(Report.failures(unreached)[0]?.result.reason ?? "", /^no request got a 2xx response/)
      assert.strictEqual(Report.exitCode(yield* of(reaching({ "2xx": 1 }))), 0)
    })
  )

  it("selects properties by id and operations by name or id, case-insensitively, and rejects unknown names", () => {
    const of = (properties: ReadonlyArray<string>, operations: ReadonlyArray<string>) =>
      Suite.selected({ properties, operations }).flatMap(({ id, targets }) =>
        targets.map((target) => `${id} ${target}`)
      )
    assert.deepStrictEqual(of(["p4"], ["GetOrderGroup"]), ["P4 OrderGroups.get"])
    assert.deepStrictEqual(of(["P4"], ["ordergroups.GET"]), ["P4 OrderGroups.get"])
    assert.throws(() => of(["P99"], []), /no property P99/)
    assert.throws(() => of([], ["Orders.nothing"]), /no operation matches Orders\.nothing/)
  })
})
