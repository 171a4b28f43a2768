/** The tools over the whole reference documents, as the contract suite uses them. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import * as ReferenceDocument from "../../src/reference/ReferenceDocument.ts"
import * as Arbitraries from "../../src/generate/Arbitraries.ts"
import * as Conformance from "../../src/judge/Conformance.ts"
import * as Coverage from "../../src/generate/Coverage.ts"
import { audit, isObject, resolver, type Json, type JsonSchema } from "../../src/judge/JsonSchema.ts"
import * as Judge from "../../src/judge/Judge.ts"
import * as Mutants from "../../src/generate/Mutants.ts"
import * as PlantedFaults from "../../src/judge/PlantedFaults.ts"
import type { Position } from "../../src/judge/Policy.ts"
import { untaken } from "./choices.ts"

const rest = ReferenceDocument.load()
const resolve = resolver(rest.document)
const both = (): ReadonlyArray<Position> => ["request", "response"]
const documents = [
  [
    "REST",
    rest.document,
    (component: string): ReadonlyArray<Position> =>
      both().filter((at) => (at === "request" ? rest.requestSchemas : rest.responseSchemas).has(component))
  ],
  ["feed", FeedDocument.load().document, both]
] as const

/** Whole documents take a while on a machine that does other things too. */
const whole = { timeout: 60_000 }

const componentsOf = (document: Json): ReadonlyArray<readonly [string, JsonSchema]> => {
  const components = isObject(document) ? document["components"] : undefined
  const schemas = components !== undefined && isObject(components) ? components["schemas"] : undefined
  return Object.keys(isObject(schemas) ? schemas : {}).map((name) => [name, { $ref: `#/components/schemas/${name}` }])
}

for (const [name, document, positionsOf] of documents) {
  const judge = Judge.make(resolver(document))
  const components = componentsOf(document)

  describe(`the components of the ${name} document`, () => {
    it("use known keywords alone", () => {
      assert.isAbove(components.length, 40)
      for (const [, schema] of components) {
        if (typeof schema !== "boolean") audit(judge.resolve(schema.$ref ?? ""))
      }
    })

    it("have coverage sets that take every choice, in valid values", whole, () => {
      const coverage = Coverage.make(judge)
      for (const [component, schema] of components) {
        const values = coverage.of(schema)
        assert.isTrue(values.every(judge.accepts(schema)), component)
        assert.deepStrictEqual(untaken(schema, values, judge), [], component)
      }
    })

    it("are read by an honest decoder without a failure, in the positions they stand in", whole, () => {
      const conformance = Conformance.make(judge.resolve)
      for (const [component, schema] of components) {
        for (const position of positionsOf(component)) {
          const report = conformance
            .suite({ name: component, schema, position })
            .run(PlantedFaults.honest(schema, judge.resolve, position), { runs: 5 })
          assert.deepStrictEqual(report.failures, [])
        }
      }
    })

    it("have arbitraries whose values are all valid", whole, () => {
      const arbitraries = Arbitraries.make(judge)
      const invalid = components.flatMap(([component, schema]) =>
        fc
          .sample(arbitraries.of(schema), { numRuns: 50, seed: 11 })
          .flatMap((value) => (judge.accepts(schema)(value) ? [] : [component]))
      )
      assert.deepStrictEqual(invalid, [])
    })
  })
}

const responses: ReadonlyArray<Conformance.Target> = rest.operations.flatMap(({ id, success }) =>
  success.schema === undefined
    ? []
    : [{ name: `${id} ${success.status}`, schema: success.schema, position: "response" as const }]
)
const requests: ReadonlyArray<Conformance.Target> = rest.operations.flatMap(({ id, requestBody }) =>
  requestBody === undefined ? [] : [{ name: `${id} body`, schema: requestBody.schema, position: "request" as const }]
)

describe("the bodies of the REST document", () => {
  const conformance = Conformance.make(resolve)
  const suites = [...responses, ...requests].map(conformance.suite)

  it("have mutants for every kind of violation that the document can suffer", () => {
    const reached = new Set(suites.flatMap(({ mutants }) => mutants.map(({ kind }) => kind)))
    const impossible: ReadonlyArray<Mutants.Kind> = ["const-mismatch", "duplicate-items", "extra-property"]
    assert.deepStrictEqual(
      Mutants.kinds.filter((kind) => !reached.has(kind)),
      impossible
    )
  })

  it("have tens of thousands of mutants", () => {
    assert.isAbove(suites.flatMap(({ mutants }) => mutants).length, 25_000)
  })

  it("leave no fault unplanted but for empty strings that are members of an enum", () => {
    const discarded = suites.flatMap((suite) => suite.discarded)
    assert.deepStrictEqual(
      discarded.filter(
        ({ blamed, kind, note }) => !(kind === "enum-non-member" && note.endsWith('→ ""') && blamed.length === 0)
      ),
      []
    )
  })
})

describe("the components that carry money and states", () => {
  const conformance = Conformance.make(resolve)
  const components = [
    ["Order", "response"],
    ["Settlement", "response"],
    ["PriceLevelDollarsCountFp", "response"],
    ["BucketLimit", "response"],
    ["CreateOrderV2Request", "request"],
    ["CreateOrderGroupRequest", "request"]
  ] as const
  for (const [name, position] of components) {
    it(`let no planted fault live: ${name}`, whole, () => {
      const schema = resolve(`#/components/schemas/${name}`)
      const suite = conformance.suite({ name, schema, position })
      const faults = PlantedFaults.plant(schema, resolve, position)
      assert.isAbove(faults.length, 5)
      const alive = faults.filter(
        ({ codec, seenBy }) => suite.run(codec, { runs: 0, checks: [seenBy] }).checks[seenBy].failed === 0
      )
      assert.deepStrictEqual(
        alive.map((fault) => `${fault.pointer}: ${fault.name}`),
        []
      )
    })
  }
})
