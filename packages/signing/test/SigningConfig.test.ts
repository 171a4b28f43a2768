import { assert, describe, it } from "@effect/vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ApiKey from "../src/ApiKey.ts"
import * as SigningConfig from "../src/SigningConfig.ts"
import { fixture, fixturePath, keyId } from "./vectors.ts"

const pem = fixture("keys/ed25519.pkcs8.pem")
const publicPem = fixture("keys/ed25519.public.pem")
const file = fixturePath("keys/ed25519.pkcs8.pem")

const withEnv = (env: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromEnv({ env }))

const noFiles = FileSystem.layerNoop({ readFileString: () => Effect.die("a file was opened") })

describe("apiKey", () => {
  it.live("reads PEM with and without escaped line ends, and opens no file", () =>
    Effect.gen(function* () {
      for (const text of [pem, pem.replaceAll("\n", "\\n"), `"${pem.replaceAll("\n", "\\n")}"`]) {
        const apiKey = yield* Effect.provide(SigningConfig.apiKey, [
          withEnv({ KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: text }),
          noFiles
        ])
        assert.strictEqual(apiKey.keyId, keyId)
        assert.strictEqual(ApiKey.publicKeyPem(apiKey), publicPem)
      }
    })
  )

  it.live("reads the file at the path", () =>
    Effect.gen(function* () {
      const apiKey = yield* Effect.provide(SigningConfig.apiKey, [
        withEnv({ KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY_PATH: file }),
        NodeFileSystem.layer
      ])
      assert.strictEqual(ApiKey.publicKeyPem(apiKey), publicPem)
    })
  )

  it.live("treats an empty variable as not set", () =>
    Effect.gen(function* () {
      const apiKey = yield* Effect.provide(SigningConfig.apiKey, [
        withEnv({ KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: "", KALSHI_PRIVATE_KEY_PATH: file }),
        NodeFileSystem.layer
      ])
      assert.strictEqual(ApiKey.publicKeyPem(apiKey), publicPem)
    })
  )

  for (const [name, env, message] of [
    [
      "both a key and a path",
      { KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: pem, KALSHI_PRIVATE_KEY_PATH: file },
      /KALSHI_PRIVATE_KEY and KALSHI_PRIVATE_KEY_PATH are both set. Keep one of them/
    ],
    [
      "neither a key nor a path",
      { KALSHI_API_KEY_ID: keyId },
      /Neither KALSHI_PRIVATE_KEY nor KALSHI_PRIVATE_KEY_PATH is set\. Set one/
    ],
    [
      "no id",
      { KALSHI_PRIVATE_KEY: pem },
      /: KALSHI_API_KEY_ID is not set\. Set it to the id that Kalshi shows next to/
    ],
    ["no id but a path", { KALSHI_PRIVATE_KEY_PATH: file }, /: KALSHI_API_KEY_ID is not set\. Set it to the id/],
    ["an empty id", { KALSHI_API_KEY_ID: "", KALSHI_PRIVATE_KEY: pem }, /: KALSHI_API_KEY_ID is not set\. Set it/],
    [
      "no id and no key",
      {},
      /: KALSHI_API_KEY_ID is not set\. Set it .*\. Neither KALSHI_PRIVATE_KEY nor KALSHI_PRIVATE/
    ],
    [
      "no id and both keys",
      { KALSHI_PRIVATE_KEY: pem, KALSHI_PRIVATE_KEY_PATH: file },
      /: KALSHI_API_KEY_ID is not set\. Set it .*\. KALSHI_PRIVATE_KEY and KALSHI_PRIVATE_KEY_PATH are both set/
    ]
  ] as const) {
    it.live(`names the variables in the error: ${name}`, () =>
      Effect.gen(function* () {
        for (const reading of [SigningConfig.apiKey, SigningConfig.apiKeyFromPem]) {
          const error = yield* Effect.flip(Effect.provide(reading, [withEnv(env), noFiles]))
          assert.strictEqual(error._tag, "ConfigError")
          assert.match(error.message, message)
        }
      })
    )
  }

  it.live("passes on the reason of a rejected key", () =>
    Effect.gen(function* () {
      const env = { KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: fixture("refused/encrypted-pkcs8.pem") }
      const error = yield* Effect.flip(Effect.provide(SigningConfig.apiKey, [withEnv(env), noFiles]))
      assert.strictEqual(error._tag === "KeyError" ? error.reason._tag : error._tag, "Encrypted")
    })
  )
})

describe("apiKeyFromPem", () => {
  it.live("needs no file system", () =>
    Effect.gen(function* () {
      const env = { KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: pem }
      const apiKey = yield* Effect.provide(SigningConfig.apiKeyFromPem, withEnv(env))
      assert.strictEqual(ApiKey.publicKeyPem(apiKey), publicPem)
    })
  )

  it.live("fails if only KALSHI_PRIVATE_KEY_PATH is set", () =>
    Effect.gen(function* () {
      const env = { KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY_PATH: file }
      const error = yield* Effect.flip(Effect.provide(SigningConfig.apiKeyFromPem, withEnv(env)))
      assert.strictEqual(error._tag, "ConfigError")
      assert.match(error.message, /no file system is available\. Set KALSHI_PRIVATE_KEY instead/)
    })
  )
})
