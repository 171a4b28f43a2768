import { assert, describe, it } from "@effect/vitest"
import { didYouMean, similar } from "../../src/app/suggest.ts"

describe("similar", () => {
  it("finds names with a typing error, the most similar first", () => {
    assert.deepStrictEqual(similar("statu", ["markets", "start", "status"]), ["status", "start"])
    assert.deepStrictEqual(similar("ORDERS.CREATE", ["Orders.create", "Orders.creates"]), [
      "Orders.create",
      "Orders.creates"
    ])
  })

  it("finds names that contain the word", () => {
    assert.deepStrictEqual(similar("status", ["Exchange.status", "Markets.list"]), ["Exchange.status"])
  })

  it("finds nothing for another word, and nothing for a long text", () => {
    assert.deepStrictEqual(similar("xyz", ["status", "markets"]), [])
    assert.deepStrictEqual(similar("a".repeat(100_000), ["a".repeat(100)]), [])
  })

  it("finds at most three names", () => {
    assert.lengthOf(similar("aa", ["a", "aa", "aaa", "ab", "ac"]), 3)
  })
})

describe("didYouMean", () => {
  it("asks about up to three names", () => {
    assert.strictEqual(didYouMean("ab", ["ab", "ac", "ad"]), " Did you mean ab, ac or ad?")
    assert.strictEqual(didYouMean("statu", ["status"]), " Did you mean status?")
    assert.strictEqual(didYouMean("xyz", ["status"]), "")
  })
})
