import { stripTypeScriptTypes } from "node:module"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import * as Properties from "../../src/properties/All.ts"
import * as Fault from "../../src/sensitivity/Fault.ts"
import { faults as general } from "../../src/sensitivity/Faults.ts"
import { feedFaults } from "../../src/sensitivity/FeedFaults.ts"
import * as Sensitivity from "../../src/sensitivity/Sensitivity.ts"

const faults = [...general, ...(await feedFaults())]

/** A change of the source that has no effect. */
const harmless: Fault.Fault = {
  name: "a fault",
  in: "packages/client/src/sending",
  pattern: /this\.hasClientId =/,
  replacement: "this.hasClientId = !!1 &&",
  property: "P9",
  target: "OrderGroups.get",
  runs: 5
}

const trial = (changes: Partial<Fault.Fault>) => Sensitivity.tryFault({ ...harmless, ...changes })

describe("the faults of the command sensitivity", () => {
  it("have distinct names, and include at least one fault for every property", () => {
    assert.strictEqual(new Set(faults.map(({ name }) => name)).size, faults.length)
    assert.deepStrictEqual(Sensitivity.unproved(faults), [])
  })

  for (const fault of faults) {
    it(`can be injected: ${fault.name}`, () => {
      assert.doesNotThrow(() => stripTypeScriptTypes(Fault.plant(fault).source))
      const other = Properties.targetProperties.find(({ id }) => id === fault.property)
      assert.include(other?.targets ?? ClientOperations.all.map(({ name }) => name), fault.target)
    })
  }
})

describe("tryFault", () => {
  it.live("detects a fault and reproduces it from its replay token", () =>
    Effect.gen(function* () {
      const fault = faults.find(({ name }) => name === "retries a request that must not be retried")
      const { problem, verdict } = yield* Sensitivity.tryFault(fault!) // A missing fault throws.
      assert.deepStrictEqual([verdict._tag, problem], ["Detected", undefined])
    })
  )

  it.live("reports a problem if the fault has no effect", () =>
    Effect.map(trial({}), ({ problem }) => assert.strictEqual(problem, "P9 does not detect the fault"))
  )

  it.live("is inconclusive if the fault cannot be injected, or if the client or the check cannot run", () =>
    Effect.gen(function* () {
      const reasons: ReadonlyArray<readonly [Partial<Fault.Fault>, RegExp]> = [
        [{ pattern: /no such code/ }, /0 times, not once/],
        [{ pattern: /const / }, /\d+ times, not once/],
        [{ replacement: "this.hasClientId = =" }, /ERR_INVALID_TYPESCRIPT_SYNTAX/],
        [{ in: "packages/client/src/limits/RateLimitsRedis.ts", pattern: /@module/ }, /does not load/],
        [{ target: "Orders.none" }, /Orders\.none/],
        [{ property: "P99" }, /P99/]
      ]
      for (const [changes, reason] of reasons) {
        const { problem, verdict } = yield* trial(changes)
        assert.strictEqual(verdict._tag, "Inconclusive")
        assert.match(problem ?? "", reason)
      }
    })
  )
})

describe("replayProblem", () => {
  const detected = { _tag: "Detected", reason: "why", counterexample: "1", token: "" } as const

  it("returns undefined only if the replay finds the counterexample of the first run", () => {
    assert.isUndefined(Sensitivity.replayProblem(detected, detected))
    assert.match(`${Sensitivity.replayProblem(detected, { _tag: "Passed" })}`, /passes/)
    assert.match(`${Sensitivity.replayProblem(detected, { ...detected, counterexample: "2" })}`, /another/)
    assert.match(`${Sensitivity.replayProblem(detected, { _tag: "Inconclusive", reason: "it died" })}`, /it died/)
  })
})
