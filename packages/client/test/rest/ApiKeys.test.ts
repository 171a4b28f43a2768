import { generateKeyPairSync } from "node:crypto"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import { Cause, Effect, Layer, Logger, Redacted, Result, SchemaParser, Tracer } from "effect"
import * as SchemaJITCompiler from "effect/schema/SchemaJITCompiler"
import * as Answer from "../../src/rest/Answer.ts"
import * as ApiKeys from "../../src/rest/ApiKeys.ts"
import { itFails, itRejects, itSendsAndDecodes, play } from "../support/calls.ts"
import { layer, type Reply } from "../support/scripted.ts"

const canary = "CANARY-7f3a"
const pem = `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----\n`
const input = { name: "maker", key_type: "ed25519", scopes: ["read", "write::trade"], subaccount: 3 } as const
const generated = { api_key_id: "k-1", private_key: pem, key_type: "ed25519", warning: null }

const prints = (value: unknown): string =>
  [
    JSON.stringify(value),
    String(value),
    inspect(value, { depth: null, showHidden: true, getters: true }),
    value instanceof Error ? `${value.message}\n${value.stack}` : "",
    Cause.pretty(Cause.fail(value))
  ].join("\n")

const printed = (reply: Reply): Effect.Effect<string> =>
  Effect.suspend(() => {
    const seen: Array<string> = []
    const loggers = [Logger.formatSimple, Logger.formatLogFmt, Logger.formatJson].map((logger) =>
      Logger.map(logger, (line) => {
        seen.push(line)
      })
    )
    const pretty = Logger.make((options) => {
      seen.push(prints(options.message), Cause.pretty(options.cause))
    })
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        const end = span.end.bind(span)
        return Object.assign(span, {
          end: (...args: Parameters<typeof end>) => {
            end(...args)
            seen.push(prints(args[1]), inspect(Object.fromEntries(span.attributes)), prints(span.events))
          }
        })
      }
    })
    return ApiKeys.generate(input).pipe(
      Effect.tapCause((cause) => Effect.logError("no key", cause)),
      Effect.result,
      Effect.tap((result) => Effect.log("outcome", result)),
      Effect.map((result) => {
        seen.push(prints(Result.merge(result)), prints(result))
        return seen.join("\n")
      }),
      Effect.withTracer(tracer),
      Effect.provide(Layer.merge(layer([reply]), Logger.layer([...loggers, pretty])))
    )
  })

describe("ApiKeys.list", () => {
  itSendsAndDecodes([
    {
      it: "reads the scopes and restrictions of keys, including unknown scopes",
      call: ApiKeys.list({ fcm_subtrader_id: "s" }),
      request: "GET /api_keys?fcm_subtrader_id=s",
      reply: {
        status: 200,
        body: {
          api_keys: [
            { api_key_id: "k-1", name: "maker", scopes: ["read", "write::trade", "write::tomorrow"], subaccount: 3 },
            { api_key_id: "k-2", name: "all", scopes: ["read", "write"], subaccount: null, fcm_subtrader_id: null }
          ],
          api_key_region_expiration_ts: 1790000000
        }
      }
    }
  ])
})

describe("ApiKeys.create", () => {
  const key = { name: "own", public_key: "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n" }
  itSendsAndDecodes([
    {
      it: "sends the public key",
      call: ApiKeys.create({ ...key, scopes: undefined }),
      request: "POST /api_keys",
      body: key,
      reply: { status: 201, body: { api_key_id: "k-3" } }
    }
  ])

  itFails("does not retry after a lost response", ApiKeys.create(key), [{ fault: "ECONNRESET" }])

  itRejects("rejects an unknown scope", [[ApiKeys.create({ ...key, scopes: ["read", "admin"] as never }), "/scopes/1"]])
})

describe("ApiKeys.generate", () => {
  itSendsAndDecodes([
    {
      it: "sends scopes and restrictions and returns the private key as Redacted",
      call: Effect.map(ApiKeys.generate(input), ({ private_key, ...rest }) => ({
        ...rest,
        private_key: Redacted.value(private_key)
      })),
      request: "POST /api_keys/generate",
      body: input,
      reply: { status: 201, body: { ...generated, tomorrow: true } },
      value: generated
    },
    {
      it: "accepts a minimal response",
      call: Effect.map(ApiKeys.generate({ name: "n" }), ({ private_key, ...rest }) => ({
        ...rest,
        private_key: Redacted.value(private_key)
      })),
      request: "POST /api_keys/generate",
      body: { name: "n" },
      reply: { status: 201, body: { api_key_id: "k", private_key: pem } }
    }
  ])

  it.effect("never prints the key", () =>
    Effect.gen(function* () {
      const text = yield* printed({ status: 201, body: generated })
      assert.notInclude(text, canary)
      assert.include(text, "k-1")
      assert.include(text, "<redacted>")
      assert.include(text, "kalshi.operation.id")
    })
  )

  for (const [fault, reply] of [
    ["lacks the key's id", { status: 201, body: { private_key: pem } }],
    ["has an id of the wrong type", { status: 201, body: { ...generated, api_key_id: 7 } }],
    ["has the key in a list", { status: 201, body: { ...generated, private_key: [pem] } }],
    ["has the key in an object", { status: 201, body: { ...generated, private_key: { pem } } }],
    ["has the key in an error message", { status: 201, body: { ...generated, error: { message: pem } } }],
    ["is only the key", { status: 201, text: pem }],
    ["is truncated", { status: 201, text: JSON.stringify(generated).slice(0, -9) }],
    ["has another success status", { status: 200, body: generated }],
    ["is a redirect", { status: 307, body: generated }]
  ] as const) {
    it.effect(`does not keep the private key of a response that ${fault}`, () =>
      Effect.gen(function* () {
        const text = yield* printed(reply)
        assert.notInclude(text, canary)
        assert.match(text, reply.status === 201 ? /ContractError/ : /UnexpectedStatus/)
        const { error } = yield* play(ApiKeys.generate(input), [reply])
        assert.notInclude(prints(error), canary)
      })
    )
  }

  itFails(
    "fails with a ContractError that has the pointer of the wrong field",
    ApiKeys.generate(input),
    [{ status: 201, body: { ...generated, private_key: { pem } } }],
    { _tag: "ContractError", pointer: "/private_key", rawBody: "" }
  )

  itFails("does not retry after a lost response, because a retry would create another key", ApiKeys.generate(input), [
    { fault: "ECONNRESET" }
  ])

  for (const [kind, key] of [
    ["ed25519", generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" })],
    ["rsa", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" })]
  ] as const) {
    // Runs on the live clock because WebCrypto's promises do not resolve on virtual time.
    it.live(`returns a usable ${kind} key`, () =>
      Effect.gen(function* () {
        const { api_key_id, private_key } = yield* ApiKeys.generate({ name: "n", key_type: kind })
        const apiKey = yield* ApiKey.fromPem({ keyId: api_key_id, privateKey: private_key })
        assert.include(apiKey, { keyId: "k-1", kind })
      }).pipe(
        Effect.provide(
          layer([{ status: 201, body: { api_key_id: "k-1", key_type: kind, private_key: key.toString() } }])
        )
      )
    )
  }

  it("redacts the key in replayed responses and in compiled decoders", () => {
    const replayed = Result.getOrThrow(
      Answer.decoder(ApiKeys.generate)({ status: 201, body: JSON.stringify(generated) })
    )
    const schema = ApiKeys.generate.descriptor.success.body!
    SchemaJITCompiler.enable(schema.ast)
    const compiled = SchemaParser.decodeSync(schema)(generated)
    for (const response of [replayed, compiled]) {
      assert.notInclude(prints(response), canary)
      assert.isTrue(Redacted.isRedacted((response as ApiKeys.GeneratedApiKey).private_key))
    }
  })

  it("refuses to encode a private key, and does not show it in the error", () => {
    const schema = ApiKeys.generate.descriptor.success.body!
    const encoded = SchemaParser.encodeUnknownResult(schema)({ ...generated, private_key: Redacted.make(pem) })
    assert.isTrue(Result.isFailure(encoded))
    assert.notInclude(prints(encoded), canary)
  })
})

describe("ApiKeys.delete", () => {
  itSendsAndDecodes([
    {
      it: "sends no body and returns nothing",
      call: ApiKeys.delete({ api_key: "k-1" }),
      request: "DELETE /api_keys/k-1",
      reply: { status: 204 }
    }
  ])

  itFails(
    "retries after a lost response and sets afterLostAnswer",
    ApiKeys.delete({ api_key: "k-1" }),
    [{ fault: "ECONNRESET" }, { status: 404, body: { code: "not_found" } }],
    { _tag: "NotFound", afterLostAnswer: true }
  )
})
