import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import * as Fault from "../../src/sensitivity/Fault.ts"
import { sendingFaults } from "../../src/sensitivity/SendingFaults.ts"
import * as Sensitivity from "../../src/sensitivity/Sensitivity.ts"

describe("sendingFaults", () => {
  it("can be planted in the sources as they stand", () => {
    for (const fault of sendingFaults) assert.doesNotThrow(() => Fault.planted(fault), fault.name)
    assert.strictEqual(new Set(sendingFaults.map(({ name }) => name)).size, sendingFaults.length)
  })

  for (const fault of sendingFaults) {
    it.concurrent(`P9 sees a client that ${fault.name}`, { timeout: 300_000 }, async () => {
      const verdict = await Effect.runPromise(Sensitivity.tryFault(fault))
      assert.strictEqual(verdict._tag, "Killed", JSON.stringify(verdict))
    })
  }
})
