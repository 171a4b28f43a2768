import { assert, describe, it } from "@effect/vitest"
import { keyIdProblem, shortKeyId } from "../../src/internal/keyId.ts"

describe("keyIdProblem", () => {
  it("accepts at most 128 characters", () => {
    assert.isUndefined(keyIdProblem("a".repeat(128)))
    assert.deepStrictEqual(keyIdProblem("a".repeat(129)), {
      _tag: "InvalidKeyId",
      problem: "has 129 characters, but the maximum is 128"
    })
  })

  it("accepts exactly the characters that are valid in a header", () => {
    for (let code = 0; code < 256; code++) {
      const character = String.fromCharCode(code)
      assert.strictEqual(keyIdProblem(`a${character}a`) === undefined, code > 0x20 && code < 0x7f, `${code}`)
    }
  })

  it("rejects a quote at either end", () => {
    for (const id of ['"a', 'a"', "'a", "a'"]) {
      assert.deepStrictEqual(keyIdProblem(id), { _tag: "InvalidKeyId", problem: "starts or ends with a quote" })
    }
  })
})

describe("shortKeyId", () => {
  it("keeps eight characters of an id of more than twelve characters", () => {
    assert.strictEqual(shortKeyId("123456789012"), "123456789012")
    assert.strictEqual(shortKeyId("1234567890123"), "12345678…")
  })
})
