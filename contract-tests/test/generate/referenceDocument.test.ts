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

const rest = ReferenceDocument.load()
const resolve = resolver(rest.document)
const documents = [
  ["REST", rest.document],
  ["feed", FeedDocument.load().document]
] as const

/** On a busy machine, a test of a complete document takes long. */
const longTimeout = { timeout: 60_000 }

const componentsOf = (document: Json): ReadonlyArray<readonly [string, JsonSchema]> => {
  const components = isObject(document) ? document["components"] : undefined
  const schemas = components !== undefined && isObject(components) ? components["schemas"] : undefined
  return Object.keys(isObject(schemas) ? schemas : {}).map((name) => [name, { $ref: `#/components/schemas/${name}` }])
}

for (const [name, document] of documents) {
  const judge = Judge.make(resolver(document))
  const components = componentsOf(document)

  describe(`the components of the ${name} document`, () => {
    it("use only supported keywords", () => {
      assert.isAbove(components.length, 40)
      for (const [, schema] of components) {
        if (typeof schema !== "boolean") audit(judge.resolve(schema.$ref ?? ""))
      }
    })

    it("get only valid values from Coverage", longTimeout, () => {
      const coverage = Coverage.make(judge)
      for (const [component, schema] of components) {
        const values = coverage.of(schema)
        assert.isTrue(values.every(judge.accepts(schema)), component)
      }
    })

    it("get only valid random values from Arbitraries", longTimeout, () => {
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
    : [{ name: `${id} ${success.status}`, schema: success.schema, direction: "response" as const }]
)
const requests: ReadonlyArray<Conformance.Target> = rest.operations.flatMap(({ id, requestBody }) =>
  requestBody === undefined ? [] : [{ name: `${id} body`, schema: requestBody.schema, direction: "request" as const }]
)

describe("the bodies of the REST document", () => {
  const conformance = Conformance.make(resolve)
  const suites = [...responses, ...requests].map(conformance.suite)

  it("have mutants (values with one violation) of every kind that is possible in their schemas", () => {
    const reached = new Set(suites.flatMap(({ mutants }) => mutants.map(({ kind }) => kind)))
    const impossible: ReadonlyArray<Mutants.Kind> = ["const-mismatch", "duplicate-items", "extra-property"]
    assert.deepStrictEqual(
      Mutants.kinds.filter((kind) => !reached.has(kind)),
      impossible
    )
  })

  it("have more than 25,000 mutants", () => {
    assert.isAbove(suites.flatMap(({ mutants }) => mutants).length, 25_000)
  })

  it('have a mutant for every attempted fault, except "" in place of a value of an enum that contains ""', () => {
    const discarded = suites.flatMap((suite) => suite.discarded)
    assert.deepStrictEqual(
      discarded.filter(
        ({ blamed, kind, note }) => !(kind === "enum-non-member" && note.endsWith('→ ""') && blamed.length === 0)
      ),
      []
    )
  })
})
