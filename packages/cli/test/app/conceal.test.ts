import { assert, describe, it } from "@effect/vitest"
import { conceal, containsPrivateKey } from "../../src/app/conceal.ts"

const line = "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSk"
const key = `-----BEGIN PRIVATE KEY-----\n${line}\n${line}\nabcd==\n-----END PRIVATE KEY-----`

describe("conceal", () => {
  it("replaces a private key, and keeps the text around it", () => {
    assert.strictEqual(conceal(`before ${key} after`), "before <a private key> after")
    assert.strictEqual(conceal(key.replaceAll("PRIVATE", "RSA PRIVATE")), "<a private key>")
  })

  it("replaces a key whose line breaks became spaces, or were escaped once or twice", () => {
    for (const end of [" ", "\r\n", String.raw`\n`, String.raw`\\n`]) {
      assert.strictEqual(conceal(key.replaceAll("\n", end)), "<a private key>")
    }
  })

  it("replaces a key that is cut off", () => {
    assert.strictEqual(conceal(`${key.slice(0, 60)}… is wrong`), "<a private key>… is wrong")
    assert.strictEqual(conceal("-----BEGIN PRIVATE KEY----- is wrong"), "<a private key> is wrong")
  })

  it("replaces a key of 100,000 lines", () => {
    const long = `-----BEGIN PRIVATE KEY-----\n${`${line}\n`.repeat(100_000)}`
    assert.strictEqual(conceal(`${long}.`), "<a private key>\n.")
    assert.strictEqual(conceal("-----BEGIN PRIVATE KEY-----".repeat(100_000)).length, 15 * 100_000)
  })

  it("keeps a public key", () => {
    const text = key.replaceAll("PRIVATE", "PUBLIC")
    assert.strictEqual(conceal(text), text)
  })
})

describe("containsPrivateKey", () => {
  it("finds the first line of a private key", () => {
    assert.isTrue(containsPrivateKey(`{"public_key":${JSON.stringify(key)}}`))
    assert.isFalse(containsPrivateKey(key.replaceAll("PRIVATE", "PUBLIC")))
  })
})
