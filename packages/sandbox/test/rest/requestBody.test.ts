import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import { readFileSync } from "node:fs"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"
import { bodyRuleOf } from "../../src/rest/requestBody.ts"
import { routes } from "../../src/rest/routes.ts"
import { layer, layerTest, Sandbox } from "../../src/Sandbox.ts"
import { errorOf, send, type Sent } from "../support/wire.ts"
import { makeWorld, order, type World } from "../support/world.ts"

interface Published {
  readonly operationId: string
  readonly requestBody?: { readonly required?: boolean }
}

const document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Published>>>> } = JSON.parse(
  readFileSync(new URL("../../../../fixtures/spec/rest.json", import.meta.url), "utf8")
)

type Test = Effect.Effect<void, unknown, Sandbox | HttpClient.HttpClient>

const onEveryTransport = (name: string, test: Test): void => {
  it.effect(`in memory, ${name}`, () => Effect.provide(test, layerTest()))
  it.live(`over HTTP, ${name}`, () => Effect.provide(test, [layer({ clock: "frozen" }), NodeHttpClient.layerUndici]))
}

const orders = "/portfolio/events/orders"

const mebibyte = 1024 * 1024

const place = (world: World, encoding: string, text: Uint8Array) =>
  Effect.map(
    send({ method: "POST", path: orders, by: world.maker, text, headers: { "content-encoding": encoding } }),
    (got) => [got.status, errorOf(got).code] as const
  )

const unchanged = (test: (world: World) => Test): Test =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const world = yield* makeWorld
    const before = JSON.stringify(yield* sandbox.dump)
    yield* test(world)
    assert.strictEqual(JSON.stringify(yield* sandbox.dump), before)
  })

describe("the content encoding of a request", () => {
  const body = Buffer.from(JSON.stringify(order()))
  const encoders = {
    gzip: gzipSync,
    "x-gzip": gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync
  } as const

  onEveryTransport(
    "is decoded",
    Effect.gen(function* () {
      const world = yield* makeWorld
      for (const [encoding, encode] of Object.entries(encoders)) {
        assert.deepStrictEqual(yield* place(world, encoding, encode(body)), [201, undefined], encoding)
      }
      assert.deepStrictEqual(yield* place(world, "deflate", deflateRawSync(body)), [201, undefined])
      assert.deepStrictEqual(yield* place(world, "identity", body), [201, undefined])
      assert.deepStrictEqual(yield* place(world, " GZIP ", gzipSync(body)), [201, undefined])
    })
  )

  onEveryTransport(
    "causes 415 if it is unknown or a combination, even if the body is plain JSON",
    unchanged((world) =>
      Effect.gen(function* () {
        for (const encoding of ["zstd", "compress", "gzip, gzip", "gzip, identity", "", "x"]) {
          assert.deepStrictEqual(yield* place(world, encoding, body), [415, "unsupported_content_encoding"], encoding)
        }
      })
    )
  )

  onEveryTransport(
    "causes 400 if the body is not in this encoding",
    unchanged((world) =>
      Effect.gen(function* () {
        for (const [encoding, encode] of Object.entries(encoders)) {
          for (const text of [body, encode(body).subarray(0, -3), Buffer.from([0x78, 0x9c, 0xff])]) {
            assert.deepStrictEqual(yield* place(world, encoding, text), [400, "bad_request"], encoding)
          }
        }
      })
    )
  )

  onEveryTransport(
    "causes 413 if a small body decodes to more than 4 MiB",
    unchanged((world) =>
      Effect.gen(function* () {
        for (const [encoding, encode] of Object.entries(encoders)) {
          const bomb = encode(Buffer.alloc(32 * mebibyte, 0x20))
          assert.isBelow(bomb.length, mebibyte)
          assert.deepStrictEqual(yield* place(world, encoding, bomb), [413, "request_too_large"], encoding)
        }
        assert.deepStrictEqual(yield* place(world, "identity", Buffer.alloc(4 * mebibyte + 1, 0x20)), [
          413,
          "request_too_large"
        ])
        // A body of exactly 4 MiB is read. It contains only spaces, so it is refused as invalid JSON.
        for (const [encoding, encode] of Object.entries(encoders)) {
          const spaces = encode(Buffer.alloc(4 * mebibyte, 0x20))
          assert.deepStrictEqual(yield* place(world, encoding, spaces), [400, "bad_request"], encoding)
        }
      })
    )
  )

  onEveryTransport(
    "is checked after the signature, and after the request has cost tokens",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const sent: Sent = { method: "POST", path: orders, text: gzipSync(body), headers: { "content-encoding": "zstd" } }
      assert.strictEqual((yield* send(sent)).status, 401)
      let last = yield* send({ ...sent, by: world.basic })
      for (let n = 0; n < 100 && last.status !== 429; n++) {
        last = yield* send({ ...sent, by: world.basic })
      }
      assert.deepStrictEqual(last.body, { error: "too many requests" })
    })
  )
})

describe("the body of a request", () => {
  it("is required, optional or absent as in the document", () => {
    const published = new Map(
      Object.values(document.paths)
        .flatMap((methods) => Object.values(methods))
        .map(({ operationId, requestBody }) => [
          operationId,
          requestBody === undefined ? "none" : requestBody.required === true ? "required" : "optional"
        ])
    )
    assert.deepStrictEqual(
      Object.fromEntries(routes.map(({ descriptor }) => [descriptor.operationId, bodyRuleOf(descriptor)])),
      Object.fromEntries(published)
    )
  })

  const requests = (world: World) => ({
    CreateSubaccount: { method: "POST", path: "/portfolio/subaccounts", by: world.maker },
    ResetOrderGroup: { method: "PUT", path: `/portfolio/order_groups/${world.groupId}/reset`, by: world.maker },
    TriggerOrderGroup: { method: "PUT", path: `/portfolio/order_groups/${world.groupId}/trigger`, by: world.maker },
    ConfirmQuote: { method: "PUT", path: `/communications/quotes/${world.acceptedQuoteId}/confirm`, by: world.maker }
  })

  const upgrade = { method: "POST", path: "/account/api_usage_level/upgrade" } as const

  onEveryTransport(
    "needs a JSON content type if the document declares a body, even if the body is empty",
    unchanged((world) =>
      Effect.gen(function* () {
        for (const [id, request] of Object.entries(requests(world))) {
          const sent: Sent = { ...request, method: request.method as Sent["method"] } // POST or PUT
          for (const wrong of [
            {},
            { headers: { "content-type": "text/plain" } },
            { text: "{}", contentType: "text/plain" },
            { text: "{}", contentType: "application/jsonx" }
          ]) {
            const got = yield* send({ ...sent, ...wrong })
            assert.deepStrictEqual([got.status, errorOf(got).code], [400, "invalid_content_type"], id)
          }
        }
      })
    )
  )

  onEveryTransport(
    "is read as an empty object if it is optional and empty",
    Effect.gen(function* () {
      const world = yield* makeWorld
      for (const [id, request] of Object.entries(requests(world))) {
        const headers = { "content-type": "application/json" }
        const sent: Sent = { ...request, method: request.method as Sent["method"], headers } // POST or PUT
        const got = yield* send(sent)
        assert.isTrue(got.status >= 200 && got.status < 300, `${id}: ${got.status} ${JSON.stringify(got.body)}`)
      }
    })
  )

  onEveryTransport(
    "must be an object unless the exchange ignores it",
    unchanged((world) =>
      Effect.gen(function* () {
        const all = [
          ...Object.entries(requests(world)),
          ["UpgradeAccountApiUsageLevel", { ...upgrade, by: world.taker }] as const,
          ["CreateOrderV2", { method: "POST", path: orders, by: world.maker }] as const,
          ["BatchCancelOrdersV2", { method: "DELETE", path: `${orders}/batched`, by: world.maker }] as const
        ]
        for (const [id, request] of all) {
          for (const text of ["0", "null", "[]", '"x"', "true", "[{}]", "1.5"]) {
            const sent: Sent = { ...request, method: request.method as Sent["method"], text } // POST, PUT or DELETE
            const got = yield* send(sent)
            assert.deepStrictEqual([got.status, errorOf(got).code], [400, "invalid_parameters"], `${id} ${text}`)
          }
        }
      })
    )
  )

  onEveryTransport(
    "may be empty if the document declares no body, but must otherwise be JSON",
    Effect.gen(function* () {
      const world = yield* makeWorld
      const codeOf = (sent: Partial<Sent>) =>
        Effect.map(send({ ...upgrade, by: world.maker, ...sent }), (got) => [got.status, errorOf(got).code])
      assert.deepStrictEqual(yield* codeOf({ text: "{}", contentType: "text/plain" }), [400, "invalid_content_type"])
      assert.deepStrictEqual(yield* codeOf({ text: "{", contentType: "application/json" }), [400, "bad_request"])
      assert.deepStrictEqual(yield* codeOf({}), [201, undefined])
    })
  )
})
