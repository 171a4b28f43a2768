import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"
import * as transport from "../../src/sending/transport.ts"

const outgoing: transport.Outgoing = {
  method: "GET",
  url: "https://example.test/x",
  headers: { accept: "application/json" },
  body: undefined
}

const failing = (cause: unknown): HttpClient.HttpClient =>
  HttpClient.make((request) =>
    Effect.fail(new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) }))
  )

const faultOf = (cause: unknown, fetchOptions?: RequestInit) =>
  Effect.flip(transport.make(failing(cause), fetchOptions)(outgoing, 1_000))

const responding = (body: BodyInit | null, headers: Record<string, string> = {}): HttpClient.HttpClient =>
  HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, new Response(body, { headers }))))

describe("transport.make, a fault", () => {
  const cases: ReadonlyArray<readonly [codes: ReadonlyArray<string>, syscall: string | undefined]> = [
    [["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"], "connect"],
    [["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"], "getaddrinfo"],
    [
      [
        "UND_ERR_CONNECT_TIMEOUT",
        "CERT_HAS_EXPIRED",
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "ERR_TLS_CERT_ALTNAME_INVALID",
        "SELF_SIGNED_CERT_IN_CHAIN",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
      ],
      undefined
    ]
  ]
  for (const [codes, syscall] of cases) {
    it.effect(`means that nothing was sent: ${codes.join(", ")}`, () =>
      Effect.gen(function* () {
        for (const code of codes) {
          const fault = yield* faultOf({ code, syscall, message: "why" })
          assert.deepStrictEqual(fault, { requestSent: "no", code, reason: `${code}: why` })
          if (syscall === undefined) continue
          for (const other of ["read", "write", syscall === "connect" ? "getaddrinfo" : "connect"]) {
            assert.strictEqual((yield* faultOf({ code, syscall: other })).requestSent, "maybe", `${code} ${other}`)
          }
        }
      })
    )
  }

  it.effect("means that the request may have been sent if one of its errors has another code", () =>
    Effect.gen(function* () {
      for (const cause of [
        { code: "ECONNRESET", syscall: "connect" },
        { code: "ENOENT", syscall: "getaddrinfo" },
        { code: "ECONNRESET", errors: [] },
        { code: "ECONNREFUSED", syscall: "connect", errors: [{ code: "ECONNRESET", syscall: "read" }] }
      ]) {
        assert.strictEqual((yield* faultOf(cause)).requestSent, "maybe", JSON.stringify(cause))
      }
      const refused = { code: "ECONNREFUSED", syscall: "connect" }
      assert.strictEqual((yield* faultOf({ code: "ECONNREFUSED", errors: [refused, refused] })).requestSent, "no")
    })
  )

  it.effect("has the code and message of the innermost error with a code, up to five levels deep", () =>
    Effect.gen(function* () {
      const nested = (depth: number): object =>
        depth === 0 ? { code: "DEEP", message: "inside" } : { message: "outside", cause: nested(depth - 1) }
      assert.deepInclude(yield* faultOf(nested(4)), { code: "DEEP", reason: "DEEP: inside" })
      assert.strictEqual((yield* faultOf(nested(5))).code, undefined)
      assert.strictEqual((yield* faultOf({ code: "OUTER", cause: { message: "no code" } })).code, "OUTER")
      assert.strictEqual((yield* faultOf({ code: "OUTER", cause: { code: "INNER" } })).code, "INNER")
      assert.strictEqual((yield* faultOf({ code: "OUTER", cause: { code: "" } })).code, "OUTER")
      assert.strictEqual((yield* faultOf({ code: "OUTER", cause: { code: 5 } })).code, "OUTER")
      assert.strictEqual((yield* faultOf({ code: "OUTER", cause: null })).code, "OUTER")
      assert.strictEqual((yield* faultOf({ code: "BARE" })).reason, "BARE: ")
      const circular: { code: string; cause?: unknown } = { code: "CIRCULAR" }
      circular.cause = circular
      assert.strictEqual((yield* faultOf(circular)).code, "CIRCULAR")
    })
  )

  it.effect("does not show the message of an error without a code", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* faultOf(new TypeError("a header"))).reason, "TypeError without a code")
      assert.strictEqual((yield* faultOf({ message: "a header" })).reason, "TransportError without a code")
    })
  )

  it.effect("means that nothing was sent if the request could not be made", () =>
    Effect.gen(function* () {
      for (const Reason of [HttpClientError.InvalidUrlError, HttpClientError.EncodeError]) {
        const client = HttpClient.make((request) =>
          Effect.fail(new HttpClientError.HttpClientError({ reason: new Reason({ request }) }))
        )
        const fault = yield* Effect.flip(transport.make(client, undefined)(outgoing, 1_000))
        assert.strictEqual(fault.requestSent, "no", Reason.name)
      }
    })
  )

  it.effect("conceals the headers that the client or its fetch options add", () =>
    Effect.gen(function* () {
      const secret = "abcdefgh-12345678"
      const cause = { code: "ECONNRESET", message: `sent ${secret}` }
      const adding = HttpClient.mapRequest(failing(cause), HttpClientRequest.setHeader("x-token", secret))
      const fault = yield* Effect.flip(transport.make(adding, undefined)(outgoing, 1_000))
      assert.strictEqual(fault.reason, "ECONNRESET: sent <redacted>")
      assert.strictEqual((yield* faultOf(cause, { headers: { "x-token": secret } })).reason, fault.reason)
      for (const options of [{}, { headers: null as never }]) {
        assert.strictEqual((yield* faultOf(cause, options)).reason, `ECONNRESET: sent ${secret}`)
      }
    })
  )

  it.effect("is a defect if the HTTP client dies", () =>
    Effect.gen(function* () {
      const defect = new Error("a fault of the client")
      const client = HttpClient.make(() => Effect.die(defect))
      const exit = yield* Effect.exit(transport.make(client, undefined)(outgoing, 1_000))
      assert.isTrue(Exit.isFailure(exit) && Cause.squash(exit.cause) === defect)
    })
  )

  it.effect("says what to do if the HTTP client repeats requests", () =>
    Effect.gen(function* () {
      const client = HttpClient.retry(failing({ code: "ECONNRESET" }), { times: 1 })
      const fault = yield* Effect.flip(transport.make(client, undefined)(outgoing, 1_000))
      assert.deepInclude(fault, { requestSent: "maybe", code: transport.clientRepeats })
      assert.match(fault.reason, /second .*plain client/)
    })
  )
})

describe("transport.make, a response", () => {
  const bytesOf = (client: HttpClient.HttpClient, maxBodyBytes: number) =>
    Effect.map(transport.make(client, undefined)(outgoing, maxBodyBytes), ({ body }) => body.length)

  it.effect("is read up to the limit, with and without a content-length header", () =>
    Effect.gen(function* () {
      const tooLarge = {
        requestSent: "maybe",
        code: transport.bodyTooLarge,
        reason: "the response is larger than the limit of 1000 bytes"
      }
      for (const headers of [
        {},
        { "content-length": "1000" },
        { "content-length": "10", "content-encoding": "gzip" }
      ]) {
        assert.strictEqual(yield* bytesOf(responding("x".repeat(1_000), headers), 1_000), 1_000)
      }
      for (const headers of [
        {},
        { "content-length": "1001" },
        { "content-length": "10", "content-encoding": "gzip" }
      ]) {
        const fault = yield* Effect.flip(bytesOf(responding("x".repeat(1_001), headers), 1_000))
        assert.deepStrictEqual<object>(fault, tooLarge)
      }
      assert.strictEqual(yield* bytesOf(responding(null), 1_000), 0)
      assert.strictEqual(yield* bytesOf(responding(null, { "content-length": "0" }), 1_000), 0)
      assert.strictEqual(yield* bytesOf(responding(""), 1_000), 0)
    })
  )

  it.effect('fails with requestSent "maybe" if it cannot be read, even with the code ECONNREFUSED', () =>
    Effect.gen(function* () {
      for (const headers of [{}, { "content-length": "10" }]) {
        const stream = new ReadableStream<Uint8Array>({
          start: (controller) => controller.error({ code: "ECONNREFUSED", syscall: "connect", message: "why" })
        })
        const fault = yield* Effect.flip(bytesOf(responding(stream, headers), 1_000))
        assert.deepStrictEqual<object>(fault, {
          requestSent: "maybe",
          code: "ECONNREFUSED",
          reason: "ECONNREFUSED: why"
        })
      }
    })
  )

  it.effect("keeps the sequence of its chunks", () =>
    Effect.gen(function* () {
      const chunks = ["one ", "two ", "three"]
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
          controller.close()
        }
      })
      const { body } = yield* transport.make(responding(stream), undefined)(outgoing, 1_000)
      assert.strictEqual(new TextDecoder().decode(body), "one two three")
    })
  )
})
