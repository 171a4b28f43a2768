import { assert, describe, it } from "@effect/vitest"
import * as Answers from "../../src/operations/Answers.ts"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { conformance, referenceOf } from "./support/client.ts"

describe("checkStatuses", () => {
  it("returns exactly one typed outcome for every status with a body of 1 MiB", { timeout: 240_000 }, () => {
    let answers = 0
    for (const client of ClientOperations.all) {
      const found = Answers.checkStatuses(client, referenceOf(client), conformance.judge, [Answers.large])
      assert.deepStrictEqual(found.findings, [])
      answers += found.answers
    }
    assert.strictEqual(answers, ClientOperations.all.length * 500)
  })
})
