import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { generateKeyPairSync } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { kalshi } from "../support/cli.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"

const balance = (variables: Readonly<Record<string, string>>) =>
  kalshi(["balance"], {
    env: { KALSHI_ENV: "http://127.0.0.1:1", KALSHI_CONFIG_DIR: "/nowhere", ...variables }
  })

const keyId = "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1"

describe("the error about a key in the environment variables", () => {
  it.effect("names a missing variable, contains no class name, and has the exit code 4", () =>
    Effect.gen(function* () {
      const { exit, stderr } = yield* balance({ KALSHI_API_KEY_ID: keyId })
      assert.strictEqual(exit, "key")
      assert.match(stderr, /^Error: Neither KALSHI_PRIVATE_KEY nor KALSHI_PRIVATE_KEY_PATH is set\./)
    })
  )

  it.effect("names the variable of a bad key", () =>
    Effect.gen(function* () {
      const { exit, stderr } = yield* balance({ KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: "hello" })
      assert.strictEqual(exit, "key")
      assert.match(stderr, /^Error: KALSHI_PRIVATE_KEY: The text contains no PEM block/)
    })
  )

  it.effect("names the variable of a bad id", () =>
    Effect.gen(function* () {
      const { stderr } = yield* balance({ KALSHI_API_KEY_ID: " a b ", KALSHI_PRIVATE_KEY: "hello" })
      assert.match(stderr, /^Error: KALSHI_API_KEY_ID: /)
    })
  )

  it.effect("names the variable and the path of a bad key file", () =>
    Effect.gen(function* () {
      const path = new URL(import.meta.url).pathname
      const { stderr } = yield* balance({ KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY_PATH: path })
      assert.include(stderr, `Error: KALSHI_PRIVATE_KEY_PATH, file "${path}": The text contains no PEM block`)
    })
  )
})

describe("the error about an exchange that does not run", () => {
  it.live("suggests kalshi sandbox first, and contains ECONNREFUSED only once", () =>
    Effect.gen(function* () {
      const { stderr } = yield* kalshi(["status"], { env: { KALSHI_ENV: "http://127.0.0.1:1" } })
      assert.include(stderr, "start the local exchange (kalshi sandbox --port 1, or kalshi-sandbox --port 1)")
      assert.strictEqual(stderr.split("ECONNREFUSED").length, 2)
    })
  )
})

layer(exchange(), { excludeTestServices: true })("a key that the exchange does not know", (it) => {
  it.effect("is reported in one sentence with the remedy; --debug and --json add the signed text", () =>
    Effect.gen(function* () {
      const { env, folder } = yield* LocalExchange
      const path = join(folder, "unknown.pem")
      const { privateKey } = generateKeyPairSync("ed25519")
      writeFileSync(path, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 })
      const run = (flags: ReadonlyArray<string>) =>
        kalshi(["balance", ...flags], { env: { ...env, KALSHI_PRIVATE_KEY_PATH: path } })
      const { exit, stderr } = yield* run([])
      assert.strictEqual(exit, "key")
      assert.match(
        stderr,
        /^Error: The exchange did not accept the key \(status 401[^)]*\): check that the key id belongs to this private key[^\n]*\n$/
      )
      assert.notInclude(stderr, "signed text")
      assert.include((yield* run(["--debug"])).stderr, "signed text")
      assert.include((yield* run(["--json"])).stderr, "signed text")
    })
  )
})
