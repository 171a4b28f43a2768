import { assert, describe, it } from "@effect/vitest"
import { isShowable, looksLikeBase64Der, looksLikeKey } from "../../src/internal/keyText.ts"
import { keyId } from "../vectors.ts"

describe("looksLikeBase64Der", () => {
  it("requires 60 or more characters of base64 or white space that start with M", () => {
    for (const text of [`M${"a".repeat(59)}`, `M${"09".repeat(30)}`, ` M${"a/+=_-\n ".repeat(8)}`])
      assert.isTrue(looksLikeBase64Der(text))
    for (const text of [`M${"a".repeat(58)}`, `N${"a".repeat(59)}`, `M${"a".repeat(59)}.`]) {
      assert.isFalse(looksLikeBase64Der(text))
    }
  })
})

// Makes a text that alternates between letters and digits, like base64.
const random = (length: number) => "aB3/cD4+eF5-".repeat(8).slice(0, length)

describe("looksLikeKey", () => {
  it("requires 43 or more random characters of base64", () => {
    for (const text of [
      random(43),
      `9${random(43)}`,
      random(86),
      `${random(42)}a=`,
      `${random(43)}==`,
      `"${random(43)}"`,
      ` '${random(43)}'\n`
    ]) {
      assert.isTrue(looksLikeKey(text), text)
    }
    for (const text of [
      random(42),
      `${random(43)}===`,
      `/${random(43)}`,
      `../${random(43)}`,
      `${random(43)}.pem`,
      `"${random(43)}'`,
      "kalshi-production-trading-bot-key-number-twelve",
      `production/${keyId}`
    ]) {
      assert.isFalse(looksLikeKey(text), text)
    }
  })

  it("recognizes DER in base64 on several lines, with and without quotes", () => {
    for (const quote of ["", '"', "'"])
      assert.isTrue(looksLikeKey(`${quote}M${"a".repeat(40)}\n${"b".repeat(40)}${quote}`))
  })

  it("recognizes PEM and JSON", () => {
    for (const text of ["x -----BEGIN", "{}", ' {"kty"', `"{}"`]) assert.isTrue(looksLikeKey(text), text)
  })
})

describe("isShowable", () => {
  it("rejects a word of 24 or more letters and digits, if one of them is a digit", () => {
    for (const path of [`/a/${"a".repeat(23)}1`, `/a/1${"a".repeat(23)}`, `/${"b".repeat(30)}/${"a".repeat(23)}9`]) {
      assert.isFalse(isShowable(path), path)
    }
    for (const path of [`/a/${"a".repeat(22)}1`, `/a/${"a".repeat(40)}`]) assert.isTrue(isShowable(path), path)
  })

  it("rejects seven groups of decimal or hexadecimal digits, but accepts a date with a time", () => {
    for (const path of [
      "1 2 3 4 5 6 7 ",
      "a:b:c:d:e:f:0:",
      "A-B-C-D-E-F-0-",
      "/deadbeef.deadbeef.deadbeef.deadbeef.deadbeef.deadbeef.deadbeef.x"
    ]) {
      assert.isFalse(isShowable(path), path)
    }
    for (const path of ["1 2 3 4 5 6 ", "/backup-2026-11-23-10-22-11", "a-b-c-d-e-f-x", "abcdefabc ".repeat(8)])
      assert.isTrue(isShowable(path), path)
  })

  it("accepts four changes of the character class within 24 characters, but not five", () => {
    // Two words with a change to a capital and a change back.
    assert.isTrue(isShowable("/aaBbb/ccDdd"))
    assert.isFalse(isShowable("/aaBbb/ccDdd/e1"))
    assert.isFalse(isShowable("aaB/ccD/eeF/ggH/iiJ"))
    assert.isFalse(isShowable("a1/b2/c3/d4/e5"))
    assert.isFalse(isShowable("1a/2b/3c/4d/5e"))
    assert.isFalse(isShowable("A1/B2/C3/D4/E5"))
    // The five changes of /aaBbb/ccDdd/e1, but further apart.
    assert.isTrue(isShowable("/aaBbb/ccDdd/eeeeeeeeeeeeeeeee1"))
    const four = "aB/aB/aB/aB/"
    assert.isFalse(isShowable(`${four}${"a".repeat(12)}B`))
    assert.isTrue(isShowable(`${four}${"a".repeat(13)}B`))
    assert.isFalse(isShowable(`/${"a".repeat(40)}/aB/cD/eF/gH/iJ`))
    for (const digit of "09") assert.isFalse(isShowable(`${four}a${digit}`))
    // The first capital of a word and a single character do not count as a change.
    assert.isTrue(isShowable("/Aaa/Bbb/Ccc/Ddd/Eee/Fff/1/2/3"))
    assert.isTrue(isShowable("/KALSHI/PRIVATE/KEY"))
    assert.isFalse(isShowable("/1Aa/2Bb/3Cc"))
  })

  it("rejects characters that are rare in paths, and more than 1,024 characters", () => {
    for (const character of [",", ";", "=", "%", "{", "[", '"', "'", "$", "\n", "\u0000", "\u202e", ":"]) {
      assert.isFalse(isShowable(`/a${character}`), character)
    }
    for (const character of ["é", "中", " ", ".", "_", "~", "@", "(", ")", "+", "-", "\\"]) {
      assert.isTrue(isShowable(`/a${character}`), character)
    }
    assert.isTrue(isShowable("/".repeat(1024)))
    assert.isFalse(isShowable("/".repeat(1025)))
    assert.isTrue(isShowable("C:\\keys"))
    assert.isFalse(isShowable("CD:\\keys"))
    assert.isFalse(isShowable("C:keys"))
  })

  it("ignores UUIDs, in small letters and in capitals", () => {
    assert.isTrue(isShowable(`/keys/${keyId}/${keyId.toUpperCase()}.pem`))
    assert.isTrue(isShowable("/keys/0f0a0b0c-0d0e-0f0a-0b0c-0d0e0f0a0b0c.pem"))
  })
})
