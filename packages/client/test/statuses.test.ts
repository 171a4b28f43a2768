import { assert, describe, it } from "vitest"
import * as statuses from "../src/statuses.ts"

const all = Array.from({ length: 500 }, (_, index) => 100 + index)

describe("isLostStatus", () => {
  it("is true for 408 and for statuses from 500", () => {
    for (const status of all) assert.strictEqual(statuses.isLostStatus(status), status === 408 || status > 499)
  })
})

describe("carriedOut", () => {
  it("returns yes for a success status, no for a refusal, and maybe otherwise", () => {
    const outcomes = all.map((status) => [status, statuses.carriedOut(status)] as const)
    const of = (outcome: "no" | "maybe" | "yes") =>
      outcomes.flatMap(([status, carriedOut]) => (carriedOut === outcome ? [status] : []))
    assert.deepStrictEqual(of("yes"), all.slice(100, 200))
    assert.deepStrictEqual(
      of("no"),
      all.slice(300, 400).filter((status) => status !== 408 && status !== 499)
    )
    assert.deepStrictEqual(of("maybe"), [...all.slice(0, 100), ...all.slice(200, 300), 408, 499, ...all.slice(400)])
  })
})

describe("isRefusedForNow", () => {
  it("is true for 425 and 429", () => {
    assert.deepStrictEqual(all.filter(statuses.isRefusedForNow), [425, 429])
  })
})
