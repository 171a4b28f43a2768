import { assert, describe, it } from "@effect/vitest"
import * as Answers from "../../src/operations/Answers.ts"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { conformance, referenceOf } from "./support/client.ts"
import { statusesFor } from "./support/samples.ts"

describe("checkStatuses", () => {
  it("finds the expected outcome for a body of 1 MiB, with every status from 100 to 599", { timeout: 240_000 }, () => {
    const triedStatuses = new Set<number>()
    for (const [index, client] of ClientOperations.all.entries()) {
      const statuses = statusesFor(index, 120)
      const { judge } = conformance
      const found = Answers.checkStatuses(client, referenceOf(client), judge, [Answers.large], undefined, statuses)
      assert.deepStrictEqual(found.findings, [])
      for (const status of statuses) triedStatuses.add(status)
    }
    assert.strictEqual(triedStatuses.size, 500)
  })
})
