import { assert, describe, it } from "@effect/vitest"
import { didYouMean, similar } from "../../src/app/suggest.ts"

describe("similar", () => {
  it("finds names despite a typing error, the most similar first", () => {
    assert.deepStrictEqual(similar("statu", ["markets", "start", "status"]), ["status", "start"])
    assert.deepStrictEqual(similar("ORDERS.CREATE", ["Orders.create", "Orders.creates"]), [
      "Orders.create",
      "Orders.creates"
    ])
  })

  it("allows two missing, additional or wrong characters, or a third of the characters of a long word", () => {
    for (const word of ["ab12cd", "abxy", "xycd", "ab"]) assert.deepStrictEqual(similar(word, ["abcd"]), ["abcd"], word)
    for (const word of ["ab123cd", "axyz", "a"]) assert.deepStrictEqual(similar(word, ["abcd"]), [], word)
    assert.deepStrictEqual(similar("abcdefxyz", ["abcdefghi"]), ["abcdefghi"])
    assert.deepStrictEqual(similar("abcdewxyz", ["abcdefghi"]), [])
  })

  it("finds names that contain a word of three characters or more", () => {
    assert.deepStrictEqual(similar("abc", ["1234567abc"]), ["1234567abc"])
    assert.deepStrictEqual(similar("ab", ["1234567ab"]), [])
    assert.deepStrictEqual(similar("status", ["Exchange.status", "Markets.list"]), ["Exchange.status"])
  })

  it("finds nothing for a word that resembles no name, or for a long text", () => {
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
