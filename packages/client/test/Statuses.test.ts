import { assert, describe, it } from "vitest"
import * as statuses from "../src/statuses.ts"

const all = Array.from({ length: 500 }, (_, index) => 100 + index)

describe("isLostStatus", () => {
  it("is true of 408 and of everything from 500 up", () => {
    for (const status of all) assert.strictEqual(statuses.isLostStatus(status), status === 408 || status > 499)
  })
})

describe("carriedOut", () => {
  it("says yes of a success, no of a refusal, and maybe of all else", () => {
    const fates = all.map((status) => [status, statuses.carriedOut(status)] as const)
    const of = (fate: "no" | "maybe" | "yes") => fates.flatMap(([status, is]) => (is === fate ? [status] : []))
    assert.deepStrictEqual(of("yes"), all.slice(100, 200))
    assert.deepStrictEqual(
      of("no"),
      all.slice(300, 400).filter((status) => status !== 408 && status !== 499)
    )
    assert.deepStrictEqual(of("maybe"), [...all.slice(0, 100), ...all.slice(200, 300), 408, 499, ...all.slice(400)])
  })
})

describe("isRefusedForNow", () => {
  it("is true of too early and of too many", () => {
    assert.deepStrictEqual(all.filter(statuses.isRefusedForNow), [425, 429])
  })
})
