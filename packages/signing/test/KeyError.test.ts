import { assert, describe, it } from "vitest"
import { KeyError, type KeyErrorReason } from "../src/KeyError.ts"

describe("KeyError", () => {
  const messages: ReadonlyArray<readonly [reason: KeyErrorReason, message: string]> = [
    [{ _tag: "EmptyKeyId" }, "The API key id is empty. Pass the id that Kalshi shows next to the key: a UUID."],
    [
      { _tag: "InvalidKeyId", problem: "contains white space" },
      "The API key id contains white space. Pass only the id that Kalshi shows next to the key: a UUID."
    ],
    [
      { _tag: "PathHoldsKey" },
      "The path of the private key file is the text of a key, not a path. Use ApiKey.fromPem or ApiKey.fromJwk, or set KALSHI_PRIVATE_KEY instead of KALSHI_PRIVATE_KEY_PATH."
    ],
    [
      { _tag: "PublicKeyNeeded" },
      "The CryptoKey is not extractable, so its public key cannot be derived. Pass publicKey as well."
    ]
  ]
  for (const [reason, message] of messages) {
    it(`states the problem and what to do: ${reason._tag}`, () => {
      assert.strictEqual(new KeyError({ reason }).message, message)
    })
  }
})
