import { generateKeyPairSync, type KeyObject, verify } from "node:crypto"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  ConfigProvider,
  Context,
  Effect,
  Exit,
  FileSystem,
  Layer,
  Logger,
  Redacted,
  Result,
  Tracer
} from "effect"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Environment from "../src/Environment.ts"
import * as Kalshi from "../src/Kalshi.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"
import * as SendPolicy from "../src/sending/SendPolicy.ts"
import { environment, layer, layerScript, Script } from "./support/scripted.ts"
import { respondJson, serve, transports } from "./support/server.ts"

const valid = JSON.stringify({ is_auto_cancel_enabled: false, orders: [] })
const get = OrderGroups.get({ order_group_id: "g" })

describe("Kalshi.layer with two keys in one process", () => {
  for (const [name, httpClient] of transports) {
    it.live(`signs 1,000 interleaved requests with the right key, over ${name}`, () =>
      Effect.gen(function* () {
        const server = yield* serve((_, response) => respondJson(response, 200, valid))
        const serverEnvironment = Result.getOrThrow(Environment.fromUrl(server.url))
        const keys = yield* Effect.all({
          rsa: ApiKey.generate({ keyId: "account-rsa", kind: "rsa" }),
          ed25519: ApiKey.generate({ keyId: "account-ed25519", kind: "ed25519" })
        })
        const as = (kind: "rsa" | "ed25519") =>
          Kalshi.layer({ environment: serverEnvironment, signer: Signer.fromApiKey(keys[kind]), limits: false })
        const requests = (kind: "rsa" | "ed25519") =>
          Effect.forEach(
            Array.from({ length: 500 }, (_, i) => i),
            (i) => OrderGroups.get({ order_group_id: `${kind}-${i}` }),
            { concurrency: 16, discard: true }
          ).pipe(Effect.provide(as(kind).pipe(Layer.provide(httpClient))))
        yield* Effect.all([requests("rsa"), requests("ed25519")], { concurrency: 2, discard: true })

        assert.strictEqual(server.received.length, 1000)
        for (const { headers, target } of server.received) {
          const kind = target.includes("/rsa-") ? "rsa" : "ed25519"
          assert.strictEqual(headers["kalshi-access-key"], `account-${kind}`)
          const text = Buffer.from(`${headers["kalshi-access-timestamp"]}GET${target}`)
          const signature = Buffer.from(String(headers["kalshi-access-signature"]), "base64")
          const publicKey = ApiKey.publicKeyPem(keys[kind])
          const verified =
            kind === "rsa"
              ? verify("sha256", text, { key: publicKey, padding: 6, saltLength: 32 }, signature) // RSA_PKCS1_PSS_PADDING
              : verify(null, text, publicKey, signature)
          assert.isTrue(verified, target)
        }
        const order = server.received.map(({ target }) => target.includes("/rsa-"))
        assert.isAbove(order.filter((rsa, i) => i > 0 && rsa !== order[i - 1]).length, 10, "the requests interleave")
      })
    )
  }
})

describe("Unauthorized", () => {
  it.effect("contains the signed text, the kind of key, the environment and the clock skew", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(get)
      if (error._tag !== "Unauthorized") return assert.fail(error._tag)
      assert.deepInclude(error.explanation, {
        signedText: "0GET/trade-api/v2/portfolio/order_groups/g",
        kind: "ed25519",
        environment: "test",
        measuredClockSkewMillis: 60_500,
        measuredClockSkewErrorMillis: 500
      })
      assert.include(error.message, "OrderGroups.get failed with status 401: authentication_error")
      assert.include(error.message, "60500 ms (± 500 ms) behind the exchange's")
      assert.notInclude(error.message, "\n")
      const { sent } = yield* Script
      assert.notInclude(inspect(error, { depth: null }), sent[0]!.headers["kalshi-access-signature"]!)
    }).pipe(
      Effect.provide(
        layer([
          {
            status: 401,
            body: { error: { code: "authentication_error", message: "authentication_error" } },
            headers: { date: "Thu, 01 Jan 1970 00:01:00 GMT" }
          }
        ])
      )
    )
  )
})

/** Each caller has its own account. */
const Caller = (name: string) => Context.Service<never, typeof callOf>(`test/Caller/${name}`)
declare const callOf: Effect.Effect<unknown, unknown>

describe("Kalshi.layer", () => {
  it.effect("dies if the REST URL is unsafe or invalid", () =>
    Effect.gen(function* () {
      for (const restUrl of ["http://exchange.example/trade-api/v2", "ftp://exchange.example", "nonsense"]) {
        const exit = yield* Effect.exit(Effect.provide(get, layer([], { environment: { ...environment, restUrl } })))
        assert.isTrue(exit._tag === "Failure" && Cause.hasDies(exit.cause), restUrl)
      }
    })
  )
})

describe("Kalshi.layerConfig", () => {
  const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString()
  const { privateKey } = generateKeyPairSync("ed25519")
  const variables = {
    KALSHI_ENV: "sandbox",
    KALSHI_API_KEY_ID: "key-from-config",
    KALSHI_PRIVATE_KEY: pem(privateKey).replaceAll("\n", "\\n")
  }
  const run = (env: Record<string, string>) =>
    get.pipe(
      Effect.andThen(Script),
      Effect.map(({ sent }) => sent[0]!),
      Effect.provide(
        Layer.provideMerge(Kalshi.layerConfig, [
          layerScript([{ status: 200, text: valid }]),
          FileSystem.layerNoop({})
        ]).pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env))))
      ),
      Effect.exit
    )

  it.live("reads the environment and an escaped PEM", () =>
    Effect.gen(function* () {
      const exit = yield* run(variables)
      assert.isTrue(Exit.isSuccess(exit))
      assert.strictEqual(exit._tag === "Success" && exit.value.headers["kalshi-access-key"], "key-from-config")
    })
  )

  it.live("has no default environment", () =>
    Effect.gen(function* () {
      const { KALSHI_ENV: _, ...rest } = variables
      const unset = "KALSHI_ENV is not set, and has no default: The environment must be production, demo"
      const cases: ReadonlyArray<readonly [Record<string, string>, string]> = [
        [rest, unset],
        [{ ...rest, KALSHI_ENV: "" }, unset],
        [{ ...rest, KALSHI_ENV: "prod" }, "KALSHI_ENV: The environment must be production, demo"]
      ]
      for (const [env, message] of cases) {
        const exit = yield* run(env)
        const text = exit._tag === "Failure" ? Cause.pretty(exit.cause) : assert.fail("the layer was built")
        assert.include(text, message)
      }
    })
  )

  it.live("provides a separate account for each ConfigProvider, even if one program builds both layers", () =>
    Effect.gen(function* () {
      const account = (name: string) =>
        Layer.effect(
          Caller(name),
          Effect.map(Effect.context<Kalshi.KalshiRead>(), (context) => Effect.provideContext(get, context))
        ).pipe(
          Layer.provide(
            Kalshi.layerConfig.pipe(
              Layer.provide(
                ConfigProvider.layer(ConfigProvider.fromUnknown({ ...variables, KALSHI_API_KEY_ID: `account-${name}` }))
              )
            )
          )
        )
      const both = Layer.merge(account("a"), account("b")).pipe(
        Layer.provideMerge([
          layerScript([
            { status: 200, text: valid },
            { status: 200, text: valid }
          ]),
          FileSystem.layerNoop({})
        ])
      )
      const keys = yield* Effect.gen(function* () {
        for (const name of ["a", "b"]) yield* yield* Caller(name)
        return (yield* Script).sent.map(({ headers }) => headers["kalshi-access-key"])
      }).pipe(Effect.provide(both))
      assert.deepStrictEqual(keys, ["account-a", "account-b"])
    })
  )

  it.live("reads the key from the file at KALSHI_PRIVATE_KEY_PATH", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = yield* fs.makeTempFileScoped()
      yield* fs.writeFileString(path, pem(privateKey))
      const { KALSHI_PRIVATE_KEY: _, ...rest } = variables
      const exit = yield* get.pipe(
        Effect.provide(
          Layer.provide(Kalshi.layerReadOnlyConfig, [
            layerScript([{ status: 200, text: valid }]),
            NodeFileSystem.layer
          ]).pipe(
            Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ ...rest, KALSHI_PRIVATE_KEY_PATH: path })))
          )
        ),
        Effect.exit
      )
      assert.isTrue(Exit.isSuccess(exit))
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})

describe("the private key", () => {
  it.live("appears in no log, span, error, JSON or inspection", () =>
    Effect.gen(function* () {
      const key = yield* ApiKey.generate({ keyId: "canary-key-id-that-is-long", kind: "rsa" })
      const pemText = Redacted.value(key.privateKeyPem)
      const body = pemText.split("\n").filter((line) => line !== "" && !line.startsWith("-----"))
      const seen: Array<string> = []
      const see = (value: unknown) => {
        seen.push(String(value), inspect(value, { depth: null, showHidden: true }))
        try {
          seen.push(JSON.stringify(value) ?? "")
        } catch {
          // JSON cannot represent a cycle or a bigint. `inspect` has already printed the value.
        }
      }
      const signatures: Array<string> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          see(options)
          return new Proxy(span, {
            get: (target, property) => {
              const value = Reflect.get(target, property, target)
              if (typeof value !== "function") return value
              return (...args: ReadonlyArray<unknown>) => {
                see(args)
                return Reflect.apply(value, target, args)
              }
            }
          })
        }
      })
      const logger = Logger.make(({ cause, message }) => see({ cause, message }))
      for (const [status, text] of [
        [200, valid],
        [401, "{}"],
        [404, "<html>"],
        [200, "not JSON"],
        [503, ""],
        [302, ""]
      ] as const) {
        const scripted = layerScript([{ status, text }])
        const kalshi = Kalshi.layer({
          environment,
          signer: Signer.fromApiKey(key),
          policy: { retry: SendPolicy.noRetry }
        })
        const program = Effect.gen(function* () {
          const exit = yield* Effect.exit(get)
          see(exit)
          if (exit._tag === "Failure") {
            see(Cause.pretty(exit.cause))
            yield* Effect.logError("failed", exit.cause)
          }
          signatures.push((yield* Script).sent[0]!.headers["kalshi-access-signature"]!)
          for (const capability of [Kalshi.KalshiPublic, Kalshi.KalshiRead, Kalshi.KalshiWrite]) see(yield* capability)
        })
        yield* program.pipe(
          Effect.withTracer(tracer),
          Effect.provide(Layer.mergeAll(Layer.provideMerge(kalshi, scripted), Logger.layer([logger])))
        )
        see(kalshi)
      }
      see(key)
      const everything = seen.join("\n")
      assert.include(everything, "OrderGroups.get", "spans and errors were recorded")
      for (const secret of [...body, ...signatures]) assert.isFalse(everything.includes(secret))
    })
  )
})
