import { assert, describe, it } from "@effect/vitest"
import { run } from "../support/sessionModel.ts"

/** Set `FC_SEED` and `FC_PATH` to replay a failure. */
const seed = Number(process.env["FC_SEED"] ?? 20_261_129)
const isFull = process.env["TEST_MODE"] === "full"

describe("Session", () => {
  it("delivers messages in sequence, reports losses, subscribes to wanted markets, and stays closed", () => {
    const path = process.env["FC_PATH"]
    assert.strictEqual(
      run({ seed, path, numRuns: Number(process.env["FC_RUNS"] ?? (isFull ? 5_000 : 300)), shrink: true }),
      undefined
    )
  })
})
