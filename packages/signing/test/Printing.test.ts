import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inspect } from "node:util"
import * as ApiKey from "../src/ApiKey.ts"
import * as RequestSignature from "../src/RequestSignature.ts"
import * as Signer from "../src/Signer.ts"
import { fixture } from "./vectors.ts"

const load = (keyId: string) => ApiKey.fromPem({ keyId, privateKey: fixture("keys/ed25519.pkcs8.pem") })

const assertPrints = (value: unknown, expected: object): void => {
  assert.strictEqual(JSON.stringify(value), JSON.stringify(expected))
  assert.deepStrictEqual(JSON.parse(String(value)), expected)
  assert.strictEqual(inspect(value), inspect(expected))
}

describe("ApiKey", () => {
  it.live("prints its kind, and at most eight characters of a long id", () =>
    Effect.gen(function* () {
      for (const [keyId, shown] of [
        ["a952bcbe-ec3b-4b5b-b8f9-11dae589608c", "a952bcbe…"],
        ["a952bcbe-ec3b", "a952bcbe…"],
        ["a952bcbe-ec3", "a952bcbe-ec3"]
      ] as const) {
        assertPrints(yield* load(keyId), { _id: "kalshi/ApiKey", keyId: shown, kind: "ed25519" })
      }
    })
  )
})

describe("AuthHeaders", () => {
  it.live("prints the time, but not the signature or the full id", () =>
    Effect.gen(function* () {
      const signer = Signer.fromApiKey(yield* load("a952bcbe-ec3b-4b5b-b8f9-11dae589608c"))
      const headers = yield* RequestSignature.headers(signer, {
        method: "GET",
        path: "/trade-api/v2/portfolio/balance"
      })
      const timestamp = headers["KALSHI-ACCESS-TIMESTAMP"]
      assertPrints(headers, { _id: "kalshi/AuthHeaders", keyId: "a952bcbe…", timestamp })
    })
  )
})

describe("Signer", () => {
  it.live("prints its kind, but not the full id", () =>
    Effect.gen(function* () {
      const signer = Signer.fromApiKey(yield* load("a952bcbe-ec3b-4b5b-b8f9-11dae589608c"))
      assertPrints(signer, { _id: "kalshi/Signer", keyId: "a952bcbe…", kind: "ed25519" })
    })
  )
})
