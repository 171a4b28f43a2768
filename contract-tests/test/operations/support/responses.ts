/** Defines the tests of decoded responses. They run with compiled decoders and with the interpreter. */
import { assert, describe, it } from "@effect/vitest"
import * as Answers from "../../../src/operations/Answers.ts"
import * as ClientOperations from "../../../src/operations/ClientOperations.ts"
import * as Descriptors from "../../../src/operations/Descriptors.ts"
import { treatmentOf } from "../../../src/judge/Policy.ts"
import { equals, type Json } from "../../../src/judge/JsonSchema.ts"
import { conformance, document, line, named, referenceOf } from "./client.ts"
import { sampleSize } from "./samples.ts"

/** Random bodies per operation, in addition to the fixed bodies of the suite. */
const runs = sampleSize(50, 200)

export const testResponses = (compiledDecoding: boolean): void => {
  for (const [module, exported] of Object.entries(ClientOperations.modules)) {
    it(`${module}: decodes valid bodies unchanged, and rejects violations that a client must not tolerate`, () => {
      for (const client of ClientOperations.ofModule(module, exported)) {
        const report = Answers.checkResponses(client, referenceOf(client), conformance, { compiledDecoding, runs })
        if (report === undefined) continue
        assert.deepStrictEqual(report.failures.map(line), [])
        assert.isTrue(report.passed)
        for (const check of ["completeness", "precision", "round-trip", "tolerance"] as const) {
          assert.isAbove(report.checks[check].run, 0, `${client.name}: ${check} must have run`)
        }
        assert.isAbove(report.checks.completeness.run, runs)
      }
    })
  }

  it("covers the 113 operations with a response body", () => {
    const bodies = ClientOperations.all.filter((client) => referenceOf(client).success.schema !== undefined)
    assert.strictEqual(bodies.length, 113)
  })

  describe("payload", () => {
    for (const { status } of Descriptors.payloads(document.operation("GetExchangeStatus")!)) {
      it(`returns valid bodies of ${status} unchanged, and undefined for violations that a client must not tolerate`, () => {
        const client = named("GetExchangeStatus")
        const response = referenceOf(client).responses.get(status)
        if (response?.schema === undefined) assert.fail("the document no longer declares the payload")
        const payload = Answers.payload(client, status, compiledDecoding)
        const suite = conformance.suite({
          name: `${client.name} ${status}`,
          schema: response.schema,
          direction: "response"
        })
        // A decoded payload is JSON.
        for (const value of suite.values) assert.isTrue(equals(payload(value) as Json | undefined, value))
        for (const { kind, value } of suite.mutants) {
          if (treatmentOf(kind, "response") === "reject") assert.isUndefined(payload(value), JSON.stringify(value))
        }
        assert.isAbove(suite.mutants.length, 20)
      })
    }
  })
}
