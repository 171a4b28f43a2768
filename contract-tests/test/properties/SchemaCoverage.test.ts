import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as P14 from "../../src/properties/SchemaCoverage.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { conformance, named, referenceOf } from "../operations/support/client.ts"

const seed = Replay.seedFrom()

describe("P14 (the suite's values cover every schema)", () => {
  it("finds each known gap", () => {
    const reached = ["GetApiKeys", "GetEventForecastPercentilesHistory", "GetWeatherIndex", "GetGameStats"].flatMap(
      (id) => {
        const outcome = Effect.runSync(P14.P14.run({ operation: named(id), seed, runs: 1 }))
        return outcome._tag === "Passed" ? Object.keys(outcome.reached) : assert.fail(`${id}: ${outcome._tag}`)
      }
    )
    for (const { reason, keyword } of P14.gaps) assert.include(reached, `${keyword}: ${reason}`)
  })
})

describe("P14 with an injected gap", () => {
  const operation = named("GetOrders")
  const { schema } = referenceOf(operation).success
  if (schema === undefined) throw new Error("the document no longer declares the response body")
  const { mutants, values } = conformance.suite({ name: operation.name, schema, direction: "response" })
  const checkCoverage = (suite: { readonly mutants: typeof mutants; readonly values: typeof values }) =>
    P14.checkCoverage({ operation, seed }, [{ schema, suite }])

  it("passes if no gap is injected", () => assert.strictEqual(checkCoverage({ mutants, values })._tag, "Passed"))

  const faults: ReadonlyArray<readonly [string, RegExp, Parameters<typeof checkCoverage>[0]]> = [
    ["a suite without values", /no valid value reaches /, { mutants, values: [] }],
    ["a suite without mutants", /no mutant violates /, { mutants: [], values }],
    [
      "an enum without invalid members",
      /no mutant violates enum at /,
      {
        mutants: mutants.filter(
          ({ kind, location }) => kind !== "enum-non-member" && !/status|side|action|type/.test(location)
        ),
        values
      }
    ],
    [
      "a decimal without malformed values",
      /no mutant violates pattern at /,
      { mutants: mutants.filter(({ kind }) => kind !== "pattern-violation"), values }
    ],
    [
      "a time without malformed values",
      /no mutant violates format at /,
      { mutants: mutants.filter(({ kind }) => kind !== "format-violation"), values }
    ],
    [
      "a required member that is always present",
      /no mutant violates required at /,
      { mutants: mutants.filter(({ kind }) => kind !== "missing-required"), values }
    ],
    [
      "lists that are always empty",
      /no valid value reaches .* at /,
      { mutants, values: values.map((value) => ({ ...(value as object), orders: [] })) }
    ]
  ]
  for (const [what, reason, suite] of faults) {
    it(`detects ${what}`, () => {
      const outcome = checkCoverage(suite)
      if (outcome._tag !== "Failed") return assert.fail("the injected gap was not detected")
      assert.match(outcome.reason, reason)
      assert.match(outcome.report, /^REPLAY kalshi-contract replay [\w-]+$/m)
    })
  }
})
