import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { faults } from "../../src/sensitivity/All.ts"
import * as Fault from "../../src/sensitivity/Fault.ts"
import * as Sensitivity from "../../src/sensitivity/Sensitivity.ts"
import * as Trials from "../../src/sensitivity/Trials.ts"

const fault = (find: string, replace: string, more: Partial<Fault.Fault> = {}): Fault.Fault => ({
  name: "a fault",
  file: "packages/client/src/sending/sender.ts",
  changes: [{ find, replace }],
  seenBy: "P9",
  operations: ["OrderGroups.get"],
  ...more
})

const named = (name: string): Fault.Fault => faults.find((one) => one.name === name) ?? assert.fail(name)

const harmless = fault("const repeatable = descriptor", "const repeatable = !!1 && descriptor", { runs: 5 })

const reasonOf = (fault: Fault.Fault) =>
  Effect.map(Sensitivity.tryFault(fault), (verdict) =>
    verdict._tag === "Failed" ? verdict.reason : assert.fail(JSON.stringify(verdict))
  )

const runOf = (...chosen: ReadonlyArray<Fault.Fault>) =>
  Trials.run(chosen, { workers: 2, seed: 1, all: false, onTrial: () => Effect.void })

describe("Trials.run", () => {
  it.live("sees a fault by a property and one by a test, and meets both again by their replays", () =>
    Effect.gen(function* () {
      const run = yield* runOf(
        named("repeats what must never be repeated"),
        named("takes an order for rejected whose answer was lost")
      )
      assert.deepStrictEqual(
        run.trials.map(({ problem, verdict }) => [verdict._tag, problem]),
        [
          ["Killed", undefined],
          ["Killed", undefined]
        ]
      )
      assert.deepStrictEqual(run.unsound, [])
      assert.isTrue(Trials.holds(run))
      assert.match(Trials.summary(run), /2 faults, 2 seen, 0 not; \d+ s of CPU\n2 passed, 0 failed, 0 skipped$/)
    })
  )

  it.live("fails where one survives, and where one is seen that is listed as equivalent", () =>
    Effect.gen(function* () {
      const equivalent = { ...named("repeats what must never be repeated"), equivalent: "a reason" }
      const run = yield* runOf(harmless, equivalent, { ...harmless, equivalent: "a reason" })
      assert.deepStrictEqual(
        run.trials.map(({ problem }) => problem),
        ["P9 does not see it", "it is seen now: it is not equivalent", undefined]
      )
      assert.isFalse(Trials.holds(run))
      assert.match(Trials.summary(run), /1 passed, 2 failed, 0 skipped$/)
    })
  )
})

describe("replayProblem", () => {
  const killed = { _tag: "Killed", where: "Orders.get", because: "why", counterexample: "1", replay: "" } as const

  it("is none where the same counterexample comes again", () => {
    assert.isUndefined(Sensitivity.replayProblem(killed, killed))
  })

  it("names what came instead", () => {
    assert.match(`${Sensitivity.replayProblem(killed, { _tag: "Survived" })}`, /passes/)
    assert.match(`${Sensitivity.replayProblem(killed, { ...killed, counterexample: "2" })}`, /another counterexample/)
    assert.match(`${Sensitivity.replayProblem(killed, { _tag: "Failed", reason: "it died" })}`, /it died/)
  })
})

describe("tryFault", () => {
  it.live("lets a change that changes nothing survive, and leaves the source as it is", () =>
    Effect.gen(function* () {
      const before = fs.readFileSync(Fault.sourceOf(harmless), "utf8")
      assert.deepStrictEqual(yield* Sensitivity.tryFault(harmless), { _tag: "Survived" })
      assert.strictEqual(fs.readFileSync(Fault.sourceOf(harmless), "utf8"), before)
    })
  )

  it.live("says nothing of a fault whose source has changed", () =>
    Effect.gen(function* () {
      assert.include(yield* reasonOf(fault("no such code", "")), "holds 0 of")
      assert.include(yield* reasonOf(fault("const ", "let ")), "cannot be planted")
    })
  )

  it.live("takes a client that does not load for no proof", () =>
    Effect.gen(function* () {
      const broken = ["const repeatable =", "const repeatable = ="] as const
      assert.include(yield* reasonOf(fault(...broken)), "ERR_INVALID_TYPESCRIPT_SYNTAX")
      const test = "packages/client/test/SendPolicy.test.ts"
      assert.include(yield* reasonOf(fault(...broken, { seenBy: test })), "the tests did not run")
    })
  )

  it.live("takes a source that is not part of what runs for no proof", () =>
    Effect.gen(function* () {
      const elsewhere = { file: "packages/client/src/limits/RateLimitsRedis.ts" }
      assert.match(yield* reasonOf(fault("@module", "", elsewhere)), /never loaded/)
      const test = "packages/client/test/FixedPoint.test.ts"
      assert.match(yield* reasonOf(fault("@module", "", { ...elsewhere, seenBy: test })), /never loaded/)
    })
  )

  it.live("takes an operation or a property that there is not for no proof", () =>
    Effect.gen(function* () {
      const change = ["const repeatable = descriptor", "const repeatable = descriptor"] as const
      assert.include(yield* reasonOf(fault(...change, { operations: ["Orders.none"] })), "no Orders.none")
      assert.include(yield* reasonOf(fault(...change, { seenBy: "P99" })), "no property P99")
    })
  )
})
