import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Fault from "../../src/sensitivity/Fault.ts"
import * as Sensitivity from "../../src/sensitivity/Sensitivity.ts"

const fault = (find: string, replace: string, more: Partial<Fault.Fault> = {}): Fault.Fault => ({
  name: "a fault",
  file: "packages/client/src/internal/pipeline.ts",
  changes: [{ find, replace }],
  property: "P9",
  operations: ["OrderGroups.get"],
  ...more
})

const reasonOf = (fault: Fault.Fault) =>
  Effect.map(Sensitivity.tryFault(fault), (verdict) =>
    verdict._tag === "Failed" ? verdict.reason : assert.fail(JSON.stringify(verdict))
  )

describe("tryHonest", () => {
  it.live("finds nothing in the client as it stands: what kills a fault is the fault", () =>
    Effect.gen(function* () {
      const operations = ["OrderGroups.get", "OrderGroups.create", "Orders.create"]
      assert.deepStrictEqual(yield* Sensitivity.tryHonest("P9", operations), { _tag: "Survived" })
    })
  )
})

describe("tryFault", () => {
  it.live("lets a change that changes nothing survive, and leaves the source as it is", () =>
    Effect.gen(function* () {
      const harmless = fault("const repeatable = descriptor", "const repeatable = !!1 && descriptor", { runs: 5 })
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
      assert.include(yield* reasonOf(fault("const repeatable =", "const repeatable = =")), "ended with 1")
    })
  )

  it.live("takes a source that is not part of what runs for no proof", () =>
    Effect.gen(function* () {
      const elsewhere = fault("const root", "const _root", { file: "packages/client/src/RateLimitsRedis.ts" })
      assert.match(yield* reasonOf({ ...elsewhere, changes: [{ find: "@module", replace: "" }] }), /never loaded/)
    })
  )

  it.live("takes an operation or a property that there is not for no proof", () =>
    Effect.gen(function* () {
      const change = ["const repeatable = descriptor", "const repeatable = descriptor"] as const
      assert.include(yield* reasonOf(fault(...change, { operations: ["Orders.none"] })), "no operation Orders.none")
      assert.include(yield* reasonOf(fault(...change, { property: "P99" })), "no property P99")
    })
  )
})
