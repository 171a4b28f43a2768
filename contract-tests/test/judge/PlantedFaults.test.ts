import { assert, describe, it } from "@effect/vitest"
import * as Conformance from "../../src/judge/Conformance.ts"
import type { Position } from "../../src/judge/Policy.ts"
import * as PlantedFaults from "../../src/judge/PlantedFaults.ts"
import { everything, resolve, tree } from "../generate/document.ts"

const conformance = Conformance.make(resolve)
const positions: ReadonlyArray<Position> = ["request", "response"]

describe("plant", () => {
  for (const position of positions) {
    it(
      `plants faults all over a schema with every keyword, and each dies by its own check (${position})`,
      { timeout: 60_000 },
      () => {
        const suite = conformance.suite({ name: "Everything", schema: everything, position })
        const faults = PlantedFaults.plant(everything, resolve, position)
        assert.isAbove(faults.length, 200)
        const alive = faults.filter(
          ({ codec, seenBy }) => suite.run(codec, { runs: 0, checks: [seenBy] }).checks[seenBy].failed === 0
        )
        assert.deepStrictEqual(
          alive.map(({ name, pointer, seenBy }) => `${pointer}: ${name} (${seenBy})`),
          []
        )
      }
    )
  }

  it("plants every fault that money and states can suffer", () => {
    const names = new Set(PlantedFaults.plant(everything, resolve, "request").map(({ name }) => name))
    for (const name of [
      'drops the requirement of "price"',
      'requires "settled"',
      'loses "created"',
      "lets any member pass",
      "reads decimals through a double",
      "keeps two places",
      "takes what a number constructor takes",
      "reads null as absent",
      "lets null pass",
      "off by one at the minimum",
      "off by one at the maximum",
      "lets unsafe integers pass",
      "converts between strings, numbers and booleans",
      "counts UTF-16 units",
      "reads the first item alone",
      "builds records by assignment",
      "does not look at the constant"
    ]) {
      assert.isTrue(names.has(name), name)
    }
    const responses = new Set(PlantedFaults.plant(everything, resolve, "response").map(({ name }) => name))
    assert.isTrue(responses.has("refuses a new member") && responses.has("hides a new member"))
  })
})

describe("honest", () => {
  it("passes every check, so that what kills a planted fault is the fault", () => {
    for (const [name, schema] of [
      ["Everything", everything],
      ["Tree", tree]
    ] as const) {
      for (const position of positions) {
        const suite = conformance.suite({ name, schema, position })
        assert.deepStrictEqual(suite.run(PlantedFaults.honest(schema, resolve, position)).failures, [])
      }
    }
  })
})
