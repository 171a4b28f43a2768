/** A kept fill is displaced when a newer fill takes its place. */
import { assert, describe, it } from "@effect/vitest"
import { Fills } from "../../src/account/fills.ts"
import { fillOfFeed, fillOfRest } from "../../src/account/rows.ts"
import { fillMessage, fillRow } from "../support/accounts.ts"

/** The fills of an account. All fills belong to the order `a`. */
const make = (max: number) => {
  const fills = new Fills(max)
  return {
    push: (id: string, at: number) => fills.add(fillOfFeed(fillMessage({ id, order: "a", at }).msg)),
    read: (id: string, at: number) => fills.add(fillOfRest(fillRow({ id, order: "a", at }))),
    complete: () => fills.complete(),
    all: () => fills.all().map(({ client_order_id, trade_id }) => `${trade_id} ${client_order_id}`)
  }
}

describe("Fills.add", () => {
  it("adds the `client_order_id` of a message to a fill that REST has reported", () => {
    const { all, push, read } = make(3)
    read("x", 1)
    assert.strictEqual(read("t", 2), "new")
    assert.strictEqual(read("t", 2), "known")
    assert.strictEqual(push("t", 2), "completed")
    assert.strictEqual(push("t", 2), "known")
    assert.strictEqual(read("t", 2), "known")
    assert.deepStrictEqual(all(), ["x undefined", "t c-a"])
  })

  it("sorts the fills by time, then by id", () => {
    const { all, push } = make(5)
    for (const [id, at] of [
      ["c", 2],
      ["d", 1],
      ["b", 2],
      ["e", 3],
      ["a", 2]
    ] as const)
      push(id, at)
    assert.deepStrictEqual(all(), ["d c-a", "a c-a", "b c-a", "c c-a", "e c-a"])
  })

  it("keeps the newest fills, and changes no kept fill when a displaced fill arrives again", () => {
    const { all, push, read } = make(2)
    read("a", 1)
    for (const [id, at] of [
      ["b", 2],
      ["c", 3]
    ] as const)
      assert.strictEqual(read(id, at), "new")
    assert.strictEqual(push("a", 1), "known")
    assert.deepStrictEqual(all(), ["b undefined", "c undefined"])
  })

  it("reports each fill of a list once, even a fill that is too old to be kept", () => {
    const { all, read } = make(1)
    for (const [id, at] of [
      ["c", 3],
      ["b", 2],
      ["a", 1]
    ] as const)
      assert.strictEqual(read(id, at), "new")
    for (const [id, at] of [
      ["c", 3],
      ["b", 2],
      ["a", 1]
    ] as const)
      assert.strictEqual(read(id, at), "known")
    assert.deepStrictEqual(all(), ["c undefined"])
  })
})

describe("Fills.complete", () => {
  it("forgets the displaced fills, and then reports only fills that are newer than all of them", () => {
    const { all, complete, read } = make(1)
    for (const [id, at] of [
      ["d", 4],
      ["b", 2],
      ["a", 1]
    ] as const)
      read(id, at)
    complete()
    assert.deepStrictEqual(
      [read("b", 2), read("aa", 1), read("a", 2), read("c", 3)],
      ["known", "known", "known", "new"]
    )
    complete()
    assert.deepStrictEqual([read("cc", 3), read("c", 3)], ["new", "known"])
    assert.deepStrictEqual(all(), ["d undefined"])
  })

  it("remembers the newest displaced fill, even if an older fill is displaced later", () => {
    const { complete, read } = make(1)
    for (const [id, at] of [
      ["d", 4],
      ["b", 2]
    ] as const)
      read(id, at)
    read("a", 1)
    complete()
    complete()
    assert.strictEqual(read("b", 2), "known")
  })
})
