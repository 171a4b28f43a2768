import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as TestClock from "effect/testing/TestClock"
import { constants, createPrivateKey, sign } from "node:crypto"
import * as Redacted from "effect/Redacted"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { errorOf, send, type Sent } from "../support/wire.ts"

const path = "/portfolio/order_groups"
const signedPath = `/trade-api/v2${path}`

const onExchange = <E>(name: string, test: () => Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>) =>
  it.effect(name, () => Effect.provide(test(), layerTest()))

describe("makeAuthenticate", () => {
  for (const kind of ["rsa", "ed25519"] as const) {
    onExchange(`accepts the same ${kind} signature more than once`, () =>
      Effect.gen(function* () {
        const by = yield* (yield* Sandbox).createAccount({ kind })
        for (const _ of [1, 2]) {
          assert.strictEqual((yield* send({ method: "GET", path, by })).status, 200)
        }
        const timestamp = String(yield* Clock.currentTimeMillis)
        const signature = yield* by.signer.sign(`${timestamp}GET${signedPath}`)
        const headers = { "kalshi-access-timestamp": timestamp, "kalshi-access-signature": signature }
        for (const _ of [1, 2]) {
          assert.strictEqual((yield* send({ method: "GET", path, by, headers })).status, 200)
        }
      })
    )

    onExchange(`refuses a request with a wrong ${kind} signature`, () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const by = yield* sandbox.createAccount({ kind })
        const other = yield* sandbox.createAccount({ kind })
        const second = yield* sandbox.createKey(by.accountId, kind === "rsa" ? "ed25519" : "rsa")
        const another = String((yield* Clock.currentTimeMillis) + 1)
        const wrong: ReadonlyArray<readonly [string, Partial<Sent>]> = [
          [
            "the query string is signed",
            { path: `${path}?subaccount=0`, signed: { path: `${signedPath}?subaccount=0` } }
          ],
          ["another path is signed", { signed: { path: `${signedPath}/` } }],
          ["the path without /trade-api/v2 is signed", { signed: { path } }],
          ["another method is signed", { signed: { method: "POST" } }],
          ["the method is signed in lower case", { signed: { method: "get" } }],
          ["another account's key signs", { headers: { "kalshi-access-key": other.keyId } }],
          ["another key of the same account signs", { headers: { "kalshi-access-key": second.keyId } }],
          ["the timestamp differs", { headers: { "kalshi-access-timestamp": another } }],
          ["the signature is not base64", { headers: { "kalshi-access-signature": "%%%not base64%%%" } }],
          ["the signature is base64 of other bytes", { headers: { "kalshi-access-signature": "QUJDRA==" } }],
          ["the signature is base64url", { headers: { "kalshi-access-signature": "__--".repeat(86) } }]
        ]
        const timestamp = String(yield* Clock.currentTimeMillis)
        const signature = yield* by.signer.sign(`${timestamp}GET${signedPath}`)
        for (const altered of [`${signature}!`, ` ${signature}`, signature.replace(/=+$/, ""), `${signature}=`]) {
          const headers = { "kalshi-access-signature": altered }
          assert.strictEqual((yield* send({ method: "GET", path, by, headers })).status, 401, "an altered signature")
        }
        for (const [what, change] of wrong) {
          const got = yield* send({ method: "GET", path, by, ...change })
          assert.strictEqual(got.status, 401, what)
          assert.deepStrictEqual(
            got.body,
            {
              error: {
                code: "authentication_error",
                message: "authentication error",
                details: "INCORRECT_API_KEY_SIGNATURE"
              }
            },
            what
          )
        }
        assert.strictEqual((yield* send({ method: "GET", path: `${path}?subaccount=0`, by })).status, 200)
      })
    )
  }

  onExchange("returns an error code that names the missing header", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount()
      const codeWithout = (...names: ReadonlyArray<string>) =>
        Effect.map(
          send({ method: "GET", path, by, headers: Object.fromEntries(names.map((name) => [name, undefined])) }),
          (got) => [got.status, errorOf(got).code]
        )
      const [key, timestamp, signature] = ["kalshi-access-key", "kalshi-access-timestamp", "kalshi-access-signature"]
      assert.deepStrictEqual(yield* codeWithout(key, timestamp, signature), [401, "token_authentication_failure"])
      assert.deepStrictEqual(yield* codeWithout(key), [401, "token_authentication_failure"])
      assert.deepStrictEqual(yield* codeWithout(signature), [401, "signature_is_missing_from_headers"])
      assert.deepStrictEqual(yield* codeWithout(timestamp), [401, "timestamp_is_missing_from_headers"])
    })
  )

  onExchange("refuses an unregistered key", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount()
      const headers = { "kalshi-access-key": "00000000-0000-4000-8000-000000000000" }
      const got = yield* send({ method: "GET", path, by, headers })
      assert.deepStrictEqual([got.status, errorOf(got).details], [401, "NOT_FOUND"])
    })
  )

  onExchange("accepts a timestamp within 30 seconds of the exchange's clock", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const by = yield* sandbox.createAccount()
      yield* TestClock.adjust("1 hour")
      for (const [skewMillis, status] of [
        [-30_000, 200],
        [30_000, 200],
        [-30_001, 401],
        [30_001, 401]
      ] as const) {
        const got = yield* send({ method: "GET", path, by, signed: { skewMillis } })
        assert.strictEqual(got.status, status, String(skewMillis))
        assert.strictEqual(errorOf(got).code, status === 401 ? "header_timestamp_expired" : undefined)
      }
      for (const timestamp of ["", "12.5", "-1", "1e3", "soon"]) {
        const got = yield* send({ method: "GET", path, by, headers: { "kalshi-access-timestamp": timestamp } })
        assert.strictEqual(got.status, 401, timestamp)
      }
    })
  )

  onExchange("checks timestamps against the exchange's clock, whose time is in the date header", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const by = yield* sandbox.createAccount()
      yield* sandbox.moveClock(60_000)
      const late = yield* send({ method: "GET", path, by })
      assert.strictEqual(late.status, 401)
      assert.strictEqual((yield* send({ method: "GET", path, by, signed: { skewMillis: 60_000 } })).status, 200)
      assert.strictEqual(Date.parse(late.headers["date"] ?? ""), (yield* Clock.currentTimeMillis) + 60_000)
      yield* sandbox.moveClock(-60_000)
      assert.strictEqual((yield* send({ method: "GET", path, by })).status, 200)
    })
  )

  onExchange("requires no signature for a public operation, but verifies a signature that is sent", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount()
      const status = { method: "GET", path: "/exchange/status" } as const
      assert.strictEqual((yield* send(status)).status, 200)
      assert.strictEqual((yield* send({ ...status, by })).status, 200)
      assert.strictEqual((yield* send({ ...status, by, signed: { path: "/" } })).status, 401)
    })
  )

  onExchange("accepts only RSA-PSS with a salt as long as the digest", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount({ kind: "rsa" })
      const key = createPrivateKey(Redacted.value(by.privateKey))
      const pss = constants.RSA_PKCS1_PSS_PADDING
      const timestamp = String(yield* Clock.currentTimeMillis)
      const statusOf = (options: { padding: number; saltLength?: number }) => {
        const text = `${timestamp}GET${signedPath}`
        const signature = sign("sha256", Buffer.from(text), { key, ...options }).toString("base64")
        const headers = { "kalshi-access-timestamp": timestamp, "kalshi-access-signature": signature }
        return Effect.map(send({ method: "GET", path, by, headers }), (got) => got.status)
      }
      assert.strictEqual(yield* statusOf({ padding: pss, saltLength: 32 }), 200)
      assert.strictEqual(yield* statusOf({ padding: pss, saltLength: 222 }), 401)
      assert.strictEqual(yield* statusOf({ padding: constants.RSA_PKCS1_PADDING }), 401)
    })
  )

  it.effect("accepts a salt of another length if rsaSalt is any", () =>
    Effect.gen(function* () {
      const by = yield* (yield* Sandbox).createAccount({ kind: "rsa" })
      const key = createPrivateKey(Redacted.value(by.privateKey))
      const padding = constants.RSA_PKCS1_PSS_PADDING
      const signature = sign("sha256", Buffer.from(`0GET${signedPath}`), { key, padding, saltLength: 222 })
      const headers = { "kalshi-access-timestamp": "0", "kalshi-access-signature": signature.toString("base64") }
      assert.strictEqual((yield* send({ method: "GET", path, by, headers })).status, 200)
    }).pipe(Effect.provide(layerTest({ assumptions: { rsaSalt: "any" } })))
  )
})

describe("Sandbox.registerKey", () => {
  it.effect("registers a public key, and refuses other texts with a reason", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { accountId, privateKey, publicKey } = yield* sandbox.createAccount()
      const keyId = yield* sandbox.registerKey(accountId, publicKey)
      assert.match(keyId, /^[0-9a-f-]{36}$/)
      for (const pem of ["", "nonsense", Redacted.value(privateKey)]) {
        const error = yield* Effect.flip(sandbox.registerKey(accountId, pem))
        assert.include(error.message, "the public key must be PEM")
        assert.notInclude(JSON.stringify(error), "PRIVATE")
      }
      assert.strictEqual((yield* Effect.flip(sandbox.registerKey("nobody", publicKey)))._tag, "SandboxError")
    }).pipe(Effect.provide(layerTest()))
  )
})
