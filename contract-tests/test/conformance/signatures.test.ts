import { assert, describe, it } from "@effect/vitest"
import { constants, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { checkSignature, type Signed } from "../../src/conformance/signatures.ts"

const ed25519 = generateKeyPairSync("ed25519")
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 })
const spki = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString()
const keys = new Map([
  ["ed", spki(ed25519.publicKey)],
  ["rsa", spki(rsa.publicKey)]
])

const atMillis = 1_796_000_000_000
const method = "POST"
const path = "/trade-api/v2/portfolio/orders/a%20b?limit=5"
const pathname = "/trade-api/v2/portfolio/orders/a%20b"
const timestamp = String(atMillis)

const request = (keyId: string, signature: Buffer, headers: Signed["headers"] = {}): Signed => ({
  method,
  path,
  body: '{"count":"1.00"}',
  atMillis,
  headers: {
    "kalshi-access-key": keyId,
    "kalshi-access-timestamp": timestamp,
    "kalshi-access-signature": signature.toString("base64"),
    ...headers
  }
})

const signed = (text: string) => sign(null, Buffer.from(text), ed25519.privateKey)

const withSalt = (saltLength: number) =>
  sign("sha256", Buffer.from(timestamp + method + pathname), {
    key: rsa.privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength
  })

const good = signed(timestamp + method + pathname)
const check = (keyId: string, signature: Buffer, headers: Signed["headers"] = {}) =>
  checkSignature(request(keyId, signature, headers), keys)

describe("checkSignature", () => {
  it("accepts the documented signatures of Ed25519 and RSA keys", () => {
    assert.strictEqual(check("ed", good), "valid")
    assert.strictEqual(check("rsa", withSalt(32)), "valid")
  })

  it("distinguishes an unsigned request from an incomplete signature", () => {
    assert.strictEqual(checkSignature({ ...request("ed", good), headers: {} }, keys), "none")
    assert.deepStrictEqual(check("ed", good, { "kalshi-access-timestamp": undefined }), {
      reason: "a signature header is missing"
    })
  })

  const mistakes: ReadonlyArray<readonly [reason: string, text: string]> = [
    ["the signed path contains the query", timestamp + method + path],
    ["the signed path lacks /trade-api/v2", timestamp + method + pathname.replace("/trade-api/v2", "")],
    ["the signed method is in lower case", timestamp + method.toLowerCase() + pathname],
    ["the signed text contains the body", timestamp + method + pathname + '{"count":"1.00"}'],
    ["the signed path is decoded", timestamp + method + decodeURIComponent(pathname)],
    ["the signed text lacks the timestamp", method + pathname],
    ["the signature does not match the key and the request", "another text"]
  ]
  for (const [reason, text] of mistakes) {
    it(`explains that ${reason}`, () => {
      assert.deepStrictEqual(check("ed", signed(text)), { reason })
    })
  }

  it("explains a wrong salt length, an unknown key id, a timestamp in seconds, and a timestamp that differs by more than 30 seconds", () => {
    assert.deepStrictEqual(check("rsa", withSalt(100)), {
      reason: "the salt of the RSA signature does not have 32 bytes"
    })
    assert.deepStrictEqual(check("other", good), { reason: "the key id belongs to no account of the scenario" })
    assert.deepStrictEqual(check("ed", good, { "kalshi-access-timestamp": timestamp.slice(0, 10) }), {
      reason: "the timestamp is not in milliseconds"
    })
    for (const early of [-30_001, 30_001]) {
      assert.deepStrictEqual(check("ed", good, { "kalshi-access-timestamp": String(atMillis + early) }), {
        reason: "the timestamp is not fresh"
      })
    }
  })
})
