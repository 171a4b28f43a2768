import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Formatter from "effect/Formatter"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import * as ApiKey from "../src/ApiKey.ts"
import * as NodeSigner from "../src/NodeSigner.ts"
import * as PublicKey from "../src/PublicKey.ts"
import * as RequestSignature from "../src/RequestSignature.ts"
import * as Signer from "../src/Signer.ts"
import * as SigningConfig from "../src/SigningConfig.ts"
import { SigningError } from "../src/SigningError.ts"
import { fixture, jwk, keyId, refused } from "./vectors.ts"

const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64")

/** Returns the first 24 bytes in each encoding that could be printed. */
const encodings = (bytes: Buffer): ReadonlyArray<string> => {
  const piece = bytes.subarray(0, 24)
  return [
    // The last characters of the base64 depend on the bytes that follow.
    piece.toString("base64").slice(0, 30),
    piece.toString("base64url").slice(0, 30),
    piece.toString("hex"),
    piece.toString("hex").toUpperCase(),
    piece.toString("hex").replace(/..(?=.)/g, "$& "),
    [...piece].join(",")
  ]
}

const secretsOfJwk = (key: JsonWebKey): ReadonlyArray<string> =>
  [key.d, key.p, key.q, key.dp, key.dq, key.qi].flatMap((value) =>
    value === undefined ? [] : [value, ...encodings(Buffer.from(value, "base64url"))]
  )

const linesOf = (pem: string): ReadonlyArray<string> =>
  pem.split("\n").filter((line) => line.length >= 16 && !line.startsWith("-----"))

const secretsOfPem = (pem: string): ReadonlyArray<string> => {
  const body = pem.replace(/-----[^-]+-----|\s/g, "")
  return [pem, pem.replaceAll("\n", "\\n"), body, ...linesOf(pem), ...encodings(derOf(pem).subarray(-24))]
}

/** Removes the parts that also occur in the public key, because printing them is allowed. */
const withoutPublic = (secrets: ReadonlyArray<string>, publicPem: string): ReadonlyArray<string> => {
  const der = derOf(publicPem)
  const publicTexts = [
    der.toString("base64"),
    der.toString("hex"),
    der.toString("hex").toUpperCase(),
    [...der].join(",")
  ]
  publicTexts.push(der.subarray(-24).toString("base64"), der.subarray(-24).toString("base64url"))
  publicTexts.push(der.toString("hex").replace(/..(?=.)/g, "$& "))
  return secrets.filter((secret) => !publicTexts.some((text) => text.includes(secret)))
}

const withoutSpace = (text: string) => text.replace(/[\s\\]|\\n/g, "")

const options = { showHidden: true, depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity } as const

/** All printed forms of a value, including hidden and inherited properties. */
const prints = (value: unknown): ReadonlyArray<string> => {
  const texts = [
    inspect(value, options),
    inspect(value, { ...options, customInspect: false }),
    inspect(value, { ...options, getters: true }),
    JSON.stringify(value) ?? "",
    JSON.stringify([value]),
    String(value),
    Formatter.format(value),
    Inspectable.toStringUnknown(value),
    Cause.pretty(Cause.fail(value)),
    Cause.pretty(Cause.die(value)),
    String(Cause.fail(value)),
    JSON.stringify(Cause.fail(value))
  ]
  if (value instanceof Error) texts.push(value.message, String(value.stack), inspect(value.cause, options))
  if (typeof value === "object" && value !== null) {
    texts.push(JSON.stringify(Object.entries(value)), JSON.stringify({ ...value }))
  }
  return texts
}

const assertPrintsNoSecret = (name: string, value: unknown, secrets: ReadonlyArray<string>) => {
  const needles = secrets.map(withoutSpace).filter((secret) => secret.length >= 16)
  assert.isNotEmpty(needles, name)
  for (const text of prints(value).map(withoutSpace)) {
    // assert.notInclude would print the secret in its message.
    assert.isFalse(
      needles.some((needle) => text.includes(needle)),
      `${name} prints a secret`
    )
  }
}

const keys = ["rsa-2048.pkcs1", "rsa-2048.pkcs8", "rsa-3072.pkcs8", "ed25519.pkcs8", "ed25519.pkcs8v2"] as const

const secretsOf = (key: (typeof keys)[number]): ReadonlyArray<string> => {
  const name = key.split(".")[0]!
  const secrets = [...secretsOfPem(fixture(`keys/${key}.pem`)), ...secretsOfJwk(jwk(name))]
  return withoutPublic(secrets, fixture(`keys/${name}.public.pem`))
}

describe("assertPrintsNoSecret", () => {
  it("detects a printed key in different formats", () => {
    const pem = fixture("keys/ed25519.pkcs8.pem")
    const seed = derOf(pem).subarray(16)
    for (const leak of [
      { pem },
      new Error(`bad key ${pem.replaceAll("\n", "\\n")}`),
      Object.assign(new Error("bad key"), { cause: jwk("ed25519") }),
      Object.defineProperty({}, "hidden", { value: Uint8Array.from(seed) }),
      { [Symbol("hidden")]: new Uint8Array(seed).buffer },
      [seed.toString("base64url")],
      seed.toString("hex"),
      seed
    ]) {
      assert.throws(() => assertPrintsNoSecret("a leak", leak, secretsOf("ed25519.pkcs8")), "prints a secret")
    }
    assertPrintsNoSecret("another key", fixture("keys/rsa-2048.pkcs8.pem"), secretsOf("ed25519.pkcs8"))
  })
})

describe("each export", () => {
  for (const key of keys) {
    it.live(`never prints the private key or a signature: ${key}`, () =>
      Effect.gen(function* () {
        const privateKey = fixture(`keys/${key}.pem`)
        const secrets = secretsOf(key)
        const check = (name: string, value: unknown) => assertPrintsNoSecret(name, value, secrets)

        const apiKey = yield* ApiKey.fromPem({ keyId, privateKey })
        check("ApiKey.fromPem", apiKey)
        check("ApiKey.fromPem (Redacted)", yield* ApiKey.fromPem({ keyId, privateKey: Redacted.make(privateKey) }))
        const privateJwk = jwk(key.split(".")[0]!)
        check("ApiKey.fromJwk", yield* ApiKey.fromJwk({ keyId, privateKey: privateJwk }))
        check("the effect of fromPem", ApiKey.fromPem({ keyId, privateKey }))
        check("the effect of fromJwk", ApiKey.fromJwk({ keyId, privateKey: privateJwk }))
        check("publicKey", apiKey.publicKey)
        check("publicKeyPem", ApiKey.publicKeyPem(apiKey))

        const signer = Signer.fromApiKey(apiKey)
        check("Signer.fromApiKey", signer)
        check("sign", signer.sign)
        check("the effect of sign", signer.sign("text"))
        check("Signer.layer", Signer.layer(apiKey))
        const webCryptoSigner = Signer.fromApiKey(apiKey, { synchronous: false })
        check("Signer.fromApiKey (WebCrypto)", webCryptoSigner)
        check("sign (WebCrypto)", webCryptoSigner.sign)
        check("the effect of sign (WebCrypto)", webCryptoSigner.sign("text"))
        const node = yield* NodeSigner.fromApiKey(apiKey)
        check("NodeSigner.fromApiKey", node)
        check("sign (node:crypto)", node.sign)
        check("the effect of sign (node:crypto)", node.sign("text"))
        check("NodeSigner.layer", NodeSigner.layer(apiKey))
        check("the context", yield* Effect.provide(Effect.context<Signer.Signer>(), Signer.layer(apiKey)))
        check("a context", Context.make(Signer.Signer, signer))

        const headers = yield* RequestSignature.headers(signer, { method: "GET", path: "/" })
        check("AuthHeaders", headers)
        const signature = headers["KALSHI-ACCESS-SIGNATURE"]
        for (const text of [
          inspect(headers, options),
          JSON.stringify(headers),
          JSON.stringify({ headers }),
          String(headers),
          Formatter.format(headers),
          Cause.pretty(Cause.fail(headers))
        ]) {
          assert.notInclude(text, signature.slice(0, 40))
          assert.notInclude(text, keyId)
        }
        const explanation = RequestSignature.explain(signer, { method: "GET", path: "/", timestampMillis: 1 })
        check("explain", explanation)
        assert.notInclude(JSON.stringify(explanation), keyId)
        check("verifier", yield* RequestSignature.verifier(apiKey.publicKey))

        const env = { KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: privateKey }
        const provider = ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
        check("SigningConfig.apiKeyFromPem", yield* Effect.provide(SigningConfig.apiKeyFromPem, provider))
        check("SigningConfig.credentials", yield* Effect.provide(SigningConfig.credentials, provider))
      })
    )

    it.live(`never prints the private key in an error: ${key}`, () =>
      Effect.gen(function* () {
        const pem = fixture(`keys/${key}.pem`)
        const body = pem.replace(/-----[^-]+-----|\s/g, "")
        const privateJwk = jwk(key.split(".")[0]!)
        const secrets = secretsOf(key)
        const assertErrorPrintsNoSecret = Effect.fnUntraced(function* <A, E>(
          name: string,
          effect: Effect.Effect<A, E>
        ) {
          const error = yield* Effect.flip(effect)
          assertPrintsNoSecret(name, error, secrets)
          assertPrintsNoSecret(`the exit of ${name}`, yield* Effect.exit(effect), secrets)
        })
        const files = FileSystem.layerNoop({})
        const validPem = fixture("keys/rsa-3072.pkcs1.pem")

        yield* assertErrorPrintsNoSecret("the key as its id", ApiKey.fromPem({ keyId: pem, privateKey: pem }))
        yield* assertErrorPrintsNoSecret("the PEM body as the id", ApiKey.fromPem({ keyId: body, privateKey: pem }))
        yield* assertErrorPrintsNoSecret(
          "the JWK as the id",
          ApiKey.fromJwk({ keyId: JSON.stringify(privateJwk), privateKey: privateJwk })
        )
        yield* assertErrorPrintsNoSecret("no id", ApiKey.fromPem({ keyId: "", privateKey: pem }))
        for (const path of [pem, pem.replaceAll("\n", "\\n"), body, JSON.stringify(privateJwk)]) {
          yield* assertErrorPrintsNoSecret("the key as a path", Effect.provide(ApiKey.fromFile({ keyId, path }), files))
        }
        for (const text of [
          body,
          JSON.stringify(privateJwk),
          `${pem}${pem}`,
          pem.replace(/-----END.*/, ""),
          pem.replace(/-----BEGIN.*/, ""),
          pem.replace("\n", "\n*"),
          pem.replaceAll("PRIVATE KEY", "SOMETHING ELSE"),
          pem.replaceAll("PRIVATE KEY", "PUBLIC KEY"),
          pem.replaceAll("PRIVATE KEY", "EC PRIVATE KEY").replaceAll("RSA EC", "EC"),
          pem.replaceAll("BEGIN ", "BEGIN ENCRYPTED ").replaceAll("END ", "END ENCRYPTED ").replaceAll("RSA ", ""),
          pem.slice(0, -60),
          derOf(pem).toString("latin1")
        ]) {
          yield* assertErrorPrintsNoSecret("a damaged text", ApiKey.fromPem({ keyId, privateKey: text }))
          yield* assertErrorPrintsNoSecret("a damaged text as a public key", PublicKey.fromPem(text))
        }
        yield* assertErrorPrintsNoSecret("a private key as a public one", PublicKey.fromPem(pem))
        for (const damaged of [
          { ...privateJwk, kty: "EC" },
          { ...privateJwk, kty: privateJwk.d! },
          { ...privateJwk, crv: privateJwk.d! },
          { ...privateJwk, alg: privateJwk.d! },
          { ...privateJwk, d: `${privateJwk.d}*` },
          { ...privateJwk, d: privateJwk.d!.slice(0, -2) },
          { ...privateJwk, ...(privateJwk.kty === "RSA" ? { p: privateJwk.d! } : { x: privateJwk.d! }) }
        ]) {
          yield* assertErrorPrintsNoSecret("a damaged JWK", ApiKey.fromJwk({ keyId, privateKey: damaged }))
        }
        const configured = (env: Record<string, string>) =>
          Effect.provide(SigningConfig.apiKey, [ConfigProvider.layer(ConfigProvider.fromEnv({ env })), files])
        yield* assertErrorPrintsNoSecret("a configured key without an id", configured({ KALSHI_PRIVATE_KEY: pem }))
        yield* assertErrorPrintsNoSecret(
          "a configured key and a configured path",
          configured({ KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: pem, KALSHI_PRIVATE_KEY_PATH: pem })
        )
        yield* assertErrorPrintsNoSecret(
          "the key as the configured path",
          configured({ KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY_PATH: pem })
        )
        yield* assertErrorPrintsNoSecret(
          "the key as the configured id",
          configured({ KALSHI_API_KEY_ID: pem, KALSHI_PRIVATE_KEY: validPem })
        )
        yield* assertErrorPrintsNoSecret(
          "the PEM body as the configured key",
          configured({ KALSHI_API_KEY_ID: keyId, KALSHI_PRIVATE_KEY: body })
        )

        const signer = Signer.fromApiKey(yield* ApiKey.fromPem({ keyId, privateKey: pem }))
        yield* assertErrorPrintsNoSecret(
          "an invalid request path",
          RequestSignature.headers(signer, { method: "GET", path: "x" })
        )
        const keyIdSigner = Signer.makeSync({ keyId: pem, kind: signer.kind, sign: () => body })
        yield* assertErrorPrintsNoSecret(
          "a signer whose id is the private key",
          RequestSignature.headers(keyIdSigner, { method: "GET", path: "/" })
        )
        const keyReturningSigner = Signer.makeSync({ keyId, kind: signer.kind, sign: () => `${body}!` })
        yield* assertErrorPrintsNoSecret(
          "a signer that returns the key",
          RequestSignature.headers(keyReturningSigner, { method: "GET", path: "/" })
        )
      })
    )
  }

  for (const { file } of refused) {
    const text = fixture(file)
    const lines = linesOf(text)
    if (lines.length === 0) continue
    it.live(`never prints a rejected key: ${file}`, () =>
      Effect.gen(function* () {
        assertPrintsNoSecret(file, yield* Effect.flip(ApiKey.fromPem({ keyId, privateKey: text })), lines)
      })
    )
  }

  for (const kind of ["rsa", "ed25519"] as const) {
    it.live(`never prints a generated key: ${kind}`, () =>
      Effect.gen(function* () {
        const apiKey = yield* ApiKey.generate({ keyId, kind })
        const secrets = withoutPublic(secretsOfPem(Redacted.value(apiKey.privateKeyPem)), apiKey.publicKeyPem)
        assertPrintsNoSecret("generate", apiKey, secrets)
        assertPrintsNoSecret("the signer of a generated key", Signer.fromApiKey(apiKey), secrets)
        const pair = yield* ApiKey.generateKeyPair({ kind })
        assertPrintsNoSecret(
          "generateKeyPair",
          pair,
          withoutPublic(secretsOfPem(Redacted.value(pair.privateKeyPem)), pair.publicKeyPem)
        )
      })
    )
  }

  it.live("never logs a key or a signature", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const sink = [Logger.formatLogFmt, Logger.formatJson, Logger.formatSimple].map((format) =>
        Logger.map(format, (line) => void lines.push(line))
      )
      const privateKey = fixture("keys/ed25519.pkcs8.pem")
      const apiKey = yield* ApiKey.fromPem({ keyId, privateKey })
      const signer = Signer.fromApiKey(apiKey)
      const headers = yield* RequestSignature.headers(signer, { method: "GET", path: "/" })
      const error = yield* Effect.flip(ApiKey.fromPem({ keyId: privateKey, privateKey }))
      yield* Effect.log(apiKey, signer, headers, error, { apiKey, signer, headers, error }).pipe(
        Effect.annotateLogs({ apiKey, signer, headers }),
        Effect.provide(Layer.mergeAll(Logger.layer(sink)))
      )
      assert.strictEqual(lines.length, 3)
      assertPrintsNoSecret("the log", lines.join("\n"), secretsOf("ed25519.pkcs8"))
      assert.notInclude(lines.join("\n"), headers["KALSHI-ACCESS-SIGNATURE"].slice(0, 40))
    })
  )

  it("prints the description of a SigningError", () => {
    const error = new SigningError({ description: "the KMS returned AccessDeniedException" })
    assert.strictEqual(error.message, "The request could not be signed: the KMS returned AccessDeniedException.")
    assert.include(Cause.pretty(Cause.fail(error)), error.message)
  })
})
