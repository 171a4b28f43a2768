import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Signer from "@kalshi-effect/signing/Signer"
import { Effect, Layer, Schedule, Tracer } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest } from "effect/http"
import { TestClock } from "effect/testing"
import * as ApiKeys from "../src/rest/ApiKeys.ts"
import * as Errors from "../src/Errors.ts"
import * as Exchange from "../src/rest/Exchange.ts"
import * as OrderGroups from "../src/rest/OrderGroups.ts"
import * as Kalshi from "../src/Kalshi.ts"
import * as SendPolicy from "../src/sending/SendPolicy.ts"
import {
  environment,
  layer,
  layerChanged,
  layerScript,
  type Reply,
  Script,
  type Sent,
  signer
} from "./support/scripted.ts"

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

const id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"
const valid = { is_auto_cancel_enabled: false, orders: [] }

const once = { policy: { retry: SendPolicy.noRetry } }

const get = OrderGroups.get({ order_group_id: id })

const failureWith = <A, E>(
  call: Effect.Effect<A, E, Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite>,
  replies: ReadonlyArray<Reply>,
  options: Partial<Kalshi.Options> = once
) => call.pipe(Effect.flip, Effect.provide(layer(replies, options)))

const failureOf = (reply: Reply) => failureWith(get, [reply])

const shapes: ReadonlyArray<
  readonly [name: string, reply: { body?: unknown; text?: string }, code: string | undefined]
> = [
  ["nested", { body: { error: { code: "a_code", message: "a message", details: "why", service: "x" } } }, "a_code"],
  ["flat", { body: { code: "a_code", message: "a message", details: "why" } }, "a_code"],
  ["flat with a code alone", { body: { code: "a_code" } }, "a_code"],
  ["bare string", { body: { error: "too many requests" } }, undefined],
  ["empty object", { body: {} }, undefined],
  ["empty", {}, undefined],
  ["HTML", { text: "<html>Bad gateway</html>" }, undefined],
  ["truncated", { text: '{"error":{"code":"a_co' }, undefined],
  ["array", { body: [1, 2] }, undefined],
  ["null", { text: "null" }, undefined]
]

const expectedTag = (status: number): string =>
  ({
    401: "Unauthorized",
    404: "NotFound",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout"
  })[status] ?? "UnexpectedStatus"

describe("OrderGroups.get with every status from 100 to 599", () => {
  const statuses = Array.from({ length: 500 }, (_, index) => 100 + index)
  for (const [name, reply, code] of shapes) {
    it.effect(`fails with one typed error for a body that is ${name}`, () =>
      Effect.gen(function* () {
        for (const status of statuses) {
          const error = yield* Effect.flip(get)
          if (status === 200) {
            assert.strictEqual(error._tag, "ContractError", `status ${status}`)
            continue
          }
          assert.strictEqual(error._tag, expectedTag(status), `status ${status}`)
          if (!("status" in error) || error._tag === "ContractError") return assert.fail("the error has no status")
          assert.strictEqual(error.status, status)
          const bodyless = [101, 103, 204, 205, 304].includes(status)
          assert.strictEqual(error.code, bodyless ? undefined : code)
          assert.isNotEmpty(error.body.message)
          assert.include(error.message, `OrderGroups.get failed with status ${status}`)
        }
      }).pipe(
        Effect.provide(
          layer(
            statuses.map((status) => ({ status, ...reply })),
            once
          )
        )
      )
    )
  }

  it.effect("fails with UnexpectedStatus for an undeclared success status, even with a valid body", () =>
    Effect.gen(function* () {
      for (const status of [201, 202, 203, 206, 226]) {
        assert.strictEqual((yield* failureOf({ status, body: valid }))._tag, "UnexpectedStatus")
      }
    })
  )
})

describe("ErrorBody", () => {
  it.effect("keeps the code, message, details and service under `error`", () =>
    Effect.gen(function* () {
      const error = yield* failureOf({
        status: 404,
        body: { error: { code: "not_found", message: "not found", details: "no group", service: "exchange" } }
      })
      assert.deepStrictEqual(error._tag === "NotFound" && error.body, {
        code: "not_found",
        message: "not found",
        details: "no group",
        service: "exchange"
      })
      assert.strictEqual(error.message, "OrderGroups.get failed with status 404: not_found: not found: no group")
    })
  )

  it.effect("uses the string under `error` of a 429 as the message", () =>
    Effect.gen(function* () {
      const error = yield* failureOf({ status: 429, body: { error: "too many requests" } })
      assert.deepStrictEqual(error._tag === "TooManyRequests" && error.body, { message: "too many requests" })
    })
  )

  it.effect("shows the beginning of a body that is not JSON", () =>
    Effect.gen(function* () {
      const error = yield* failureOf({ status: 502, text: `<html>${"x".repeat(100_000)}` })
      assert.include(error.message, "<html>xxx")
      assert.isBelow(error.message.length, 600)
    })
  )

  it.effect("keeps 2,048 characters of a message, and marks a truncated message", () =>
    Effect.gen(function* () {
      const whole = yield* failureOf({ status: 418, body: { error: { message: "x".repeat(2_048) } } })
      assert.strictEqual("body" in whole && whole.body.message, "x".repeat(2_048))
      const cut = yield* failureOf({ status: 418, body: { error: { message: "x".repeat(2_049) } } })
      assert.strictEqual("body" in cut && cut.body.message, `${"x".repeat(2_048)}…`)
    })
  )

  it.effect("reports an empty or blank body as an empty body", () =>
    Effect.gen(function* () {
      for (const text of ["", " \r\n"]) {
        const error = yield* failureOf({ status: 418, text })
        assert.strictEqual("body" in error && error.body.message, "an empty body")
      }
    })
  )

  it.effect("keeps 200 characters of a body that is not JSON, and 2,048 of each JSON string", () =>
    Effect.gen(function* () {
      const bodyOf = (reply: Reply) =>
        Effect.map(failureOf({ status: 502, ...reply }), (error) =>
          error._tag === "BadGateway" ? error.body : assert.fail(error._tag)
        )
      const html = yield* bodyOf({ status: 502, text: `<${"x".repeat(300)}` })
      assert.strictEqual(html.message, `an unexpected body: <${"x".repeat(199)}`)
      const whole = "x".repeat(2048)
      const kept = yield* bodyOf({ status: 502, body: { code: whole, message: whole, details: whole, service: whole } })
      assert.deepStrictEqual(kept, { code: whole, message: whole, details: whole, service: whole })
      const cut = yield* bodyOf({ status: 502, body: { message: `${whole}y`, details: [whole] } })
      assert.deepStrictEqual(cut, { message: `${whole}…`, details: `["${"x".repeat(2046)}…` })
    })
  )

  it.effect("prints a field as JSON if it is not a string", () =>
    Effect.gen(function* () {
      const error = yield* failureOf({ status: 404, body: { error: { code: 7, message: null, details: { a: 1 } } } })
      assert.deepStrictEqual(error._tag === "NotFound" && error.body, {
        code: "7",
        message: "7",
        details: '{"a":1}'
      })
    })
  )
})

describe("the message of a status error", () => {
  const messageOf = (body: unknown) => Effect.map(failureOf({ status: 404, body }), ({ message }) => message)

  it.effect("contains each non-empty part once", () =>
    Effect.gen(function* () {
      const start = "OrderGroups.get failed with status 404: "
      assert.strictEqual(yield* messageOf({ code: "a_code" }), `${start}a_code`)
      assert.strictEqual(yield* messageOf({ code: "a_code", message: "" }), `${start}a_code`)
      assert.strictEqual(yield* messageOf({ code: "", message: "m", details: "" }), `${start}m`)
      assert.strictEqual(yield* messageOf({ code: "a", message: "a", details: "d" }), `${start}a: d`)
      assert.strictEqual(yield* messageOf({ message: "m", details: "d" }), `${start}m: d`)
    })
  )

  it.effect("is truncated after 500 characters", () =>
    Effect.gen(function* () {
      const start = "OrderGroups.get failed with status 404: "
      const fits = "x".repeat(500 - start.length)
      assert.strictEqual(yield* messageOf({ message: fits }), start + fits)
      assert.strictEqual(yield* messageOf({ message: `${fits}y` }), `${start}${fits}…`)
    })
  )

  it.effect("contains the number of attempts if it is more than one", () =>
    Effect.gen(function* () {
      const reply: Reply = { status: 502, text: "" }
      for (const [times, text] of [
        [0, "failed with status 502: an empty body"],
        [1, "failed with status 502 after 2 attempts: an empty body"],
        [2, "failed with status 502 after 3 attempts: an empty body"]
      ] as const) {
        const replies = Array.from({ length: times + 1 }, () => reply)
        const policy = { retry: Schedule.upTo(Schedule.spaced(0), { times }) }
        const error = yield* failureWith(get, replies, { policy })
        assert.include(error.message, text)
      }
    })
  )
})

describe("the error classes", () => {
  it("have the HTTP status that their name denotes", () => {
    const fields = { operation: "a.b", body: { message: "m" }, attempts: 1, afterLostAnswer: false }
    const repeatable = { ...fields, retryAfterMillis: undefined }
    const errors = [
      [400, Errors.BadRequest.status, new Errors.BadRequest(fields)],
      [401, Errors.Unauthorized.status, new Errors.Unauthorized({ ...fields, explanation: undefined })],
      [403, Errors.Forbidden.status, new Errors.Forbidden(fields)],
      [404, Errors.NotFound.status, new Errors.NotFound(fields)],
      [409, Errors.Conflict.status, new Errors.Conflict(fields)],
      [429, Errors.TooManyRequests.status, new Errors.TooManyRequests(repeatable)],
      [500, Errors.InternalServerError.status, new Errors.InternalServerError({ ...repeatable, payload: undefined })],
      [502, Errors.BadGateway.status, new Errors.BadGateway(repeatable)],
      [503, Errors.ServiceUnavailable.status, new Errors.ServiceUnavailable({ ...repeatable, payload: undefined })],
      [504, Errors.GatewayTimeout.status, new Errors.GatewayTimeout({ ...repeatable, payload: undefined })]
    ] as const
    for (const [status, ofClass, error] of errors) {
      assert.deepStrictEqual([ofClass, error.status], [status, status])
      assert.include(error.message, `a.b failed with status ${status}`)
    }
  })
})

describe("Unauthorized.message", () => {
  const messageOf = (explanation: Partial<Errors.Explanation>, code = "authentication_error", lost = false) =>
    new Errors.Unauthorized({
      operation: "a.b",
      body: { code, message: "no" },
      attempts: 1,
      afterLostAnswer: lost,
      explanation: {
        environment: "demo",
        signedText: "1GET/x",
        timestampMillis: 1,
        kind: "ed25519",
        algorithm: "Ed25519",
        keyId: "7d1ff6a5…",
        clockSkewMillis: 0,
        ...explanation
      }
    }).message

  const signed = 'signed text "1GET/x" with the ed25519 key 7d1ff6a5… for demo'

  it("is one line that says what failed, why, and what to do", () => {
    assert.strictEqual(
      messageOf({}),
      `a.b failed with status 401: authentication_error: no (check that the key id belongs to this private key and was created in demo: environments do not share keys; ${signed})`
    )
    assert.strictEqual(
      messageOf({ measuredClockSkewMillis: -5_000, measuredClockSkewErrorMillis: 500 }),
      `a.b failed with status 401: authentication_error: no (this machine's clock is 5000 ms (± 500 ms) ahead of the exchange's clock: set the clock, or let the layer correct it (correctClockSkew); ${signed})`
    )
    assert.include(messageOf({}, "authentication_error", true), "the response to an earlier attempt was lost")
  })

  it("blames the clock only if its skew exceeds a second plus the measurement error", () => {
    const isBlamed = (explanation: Partial<Errors.Explanation>) => messageOf(explanation).includes("clock is")
    for (const sign of [1, -1]) {
      assert.isFalse(isBlamed({ measuredClockSkewMillis: 1_000 * sign }))
      assert.isTrue(isBlamed({ measuredClockSkewMillis: 1_001 * sign }))
      assert.isFalse(isBlamed({ measuredClockSkewMillis: 1_500 * sign, measuredClockSkewErrorMillis: 500 }))
      assert.isTrue(isBlamed({ measuredClockSkewMillis: 1_501 * sign, measuredClockSkewErrorMillis: 500 }))
    }
  })

  it("compares the corrected time with the exchange's clock if the layer corrects the time", () => {
    const right = messageOf({ clockSkewMillis: 45_000, measuredClockSkewMillis: 45_500 })
    assert.include(right, "check that the key id")
    assert.include(right, ", 45000 ms added to this machine's clock")
    assert.include(
      messageOf({ clockSkewMillis: 45_000, measuredClockSkewMillis: 0 }),
      "the corrected time of this machine is 45000 ms (± 0 ms) ahead of the exchange's clock: set the clock;"
    )
    assert.include(
      messageOf({ clockSkewMillis: -300_000, measuredClockSkewMillis: 0 }),
      "the corrected time of this machine is 5 minutes (± 0 ms) behind the exchange's"
    )
    assert.include(
      messageOf({ clockSkewMillis: -300_000, measuredClockSkewMillis: 0 }),
      ", -5 minutes added to this machine's clock"
    )
  })

  it("shows times above two minutes in minutes", () => {
    for (const [millis, text] of [
      [120_000, "120000 ms"],
      [120_001, "2 minutes"],
      [125_000, "2.1 minutes"],
      [36_000_000, "600 minutes"]
    ] as const) {
      assert.include(messageOf({ measuredClockSkewMillis: millis }), `clock is ${text} (`)
    }
  })
})

describe("UnexpectedStatus.message", () => {
  const messageOf = (status: number, afterLostAnswer = false) => {
    const error = new Errors.UnexpectedStatus({
      operation: "a.b",
      status,
      body: { message: "m" },
      attempts: 1,
      afterLostAnswer,
      retryAfterMillis: undefined,
      json: undefined
    })
    return [error.carriedOut, error.message.replace(/^.*: m /, "")]
  }

  it("says whether the request was carried out", () => {
    const success = [
      "yes",
      "(a success status that the operation does not declare: the exchange carried out the request)"
    ]
    const redirect = [
      "maybe",
      "(a redirect, which the client never follows; the exchange may have carried out the request)"
    ]
    const open = [
      "maybe",
      "(a status that the operation does not declare; the exchange may have carried out the request)"
    ]
    const refusal = ["no", "(a status that the operation does not declare)"]
    for (const [status, expected] of [
      [0, redirect],
      [1, open],
      [199, open],
      [200, success],
      [299, success],
      [300, redirect],
      [399, redirect],
      [400, refusal],
      [407, refusal],
      [408, open],
      [409, refusal],
      [498, refusal],
      [499, open],
      [500, open],
      [999, open]
    ] as const) {
      assert.deepStrictEqual(messageOf(status), expected, `${status}`)
    }
    assert.deepStrictEqual(messageOf(204, true), success)
    assert.deepStrictEqual(messageOf(418, true), [
      "maybe",
      "(a status that the operation does not declare; the response to an earlier attempt was lost: the exchange may have carried out that attempt)"
    ])
  })
})

describe("ErrorBody of a hostile response", () => {
  it.effect("can be printed even if it is too deep for a recursive printer", () =>
    Effect.gen(function* () {
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
      for (const status of [404, 418]) {
        const error = yield* failureOf({ status, text: `{"error":{"code":"a_code","details":${deep}}}` })
        assert.strictEqual("code" in error && error.code, "a_code")
        assert.isBelow(JSON.stringify(error).length, 10_000)
      }
    })
  )

  it.effect("is truncated if it is very long", () =>
    Effect.gen(function* () {
      const long = "x".repeat(1_000_000)
      const error = yield* failureOf({ status: 418, body: { error: { code: long, message: long, details: long } } })
      assert.isBelow(JSON.stringify(error).length, 10_000)
    })
  )

  it.effect("does not quote the response of an operation that returns a secret", () =>
    Effect.gen(function* () {
      const body = { api_key_id: "x", private_key: "CANARY" }
      for (const status of [200, 201, 302, 400, 418, 500, 502]) {
        const reply = status === 201 ? { status, body: { ...body, api_key_id: 7 } } : { status, body }
        const error = yield* failureWith(ApiKeys.generate({ name: "k" }), [reply])
        assert.notInclude(`${error.message}${JSON.stringify(error)}`, "CANARY", `status ${status}`)
        if (status > 400) assert.strictEqual("body" in error && error.body.message, "an unexpected body")
      }
    })
  )
})

describe("UnexpectedStatus", () => {
  it.effect("says that a request with a 2xx response was carried out, and that redirects are not followed", () =>
    Effect.gen(function* () {
      assert.include((yield* failureOf({ status: 202, body: valid })).message, "the exchange carried out the request")
      assert.include((yield* failureOf({ status: 307 })).message, "a redirect, which the client never follows")
    })
  )
})

describe("carriedOut", () => {
  const create = OrderGroups.create({ contracts_limit: 1 })
  const carriedOutOf = (status: number) =>
    Effect.map(failureWith(create, [{ status, body: {} }]), (error) =>
      "carriedOut" in error ? ([error.carriedOut, error.message] as const) : assert.fail(error._tag)
    )

  it.effect('is "maybe" after 408, 499, and 1xx, 3xx and 5xx statuses', () =>
    Effect.gen(function* () {
      for (const status of [408, 500, 501, 502, 503, 504, 505, 520, 524, 527, 530, 598, 599]) {
        const [carriedOut, message] = yield* carriedOutOf(status)
        assert.strictEqual(carriedOut, "maybe", `status ${status}`)
        assert.match(message, /the exchange may have carried out the request/, `status ${status}`)
      }
      for (const status of [101, 199, 300, 302, 307, 499])
        assert.strictEqual((yield* carriedOutOf(status))[0], "maybe", `${status}`)
    })
  )

  it.effect('is "no" after other 4xx statuses, and "yes" after an undeclared success status', () =>
    Effect.gen(function* () {
      for (const status of [400, 401, 403, 404, 407, 409, 410, 418, 425, 429, 498]) {
        const [carriedOut, message] = yield* carriedOutOf(status)
        assert.strictEqual(carriedOut, "no", `status ${status}`)
        assert.notInclude(message, "carried out", `status ${status}`)
      }
      for (const status of [200, 202, 204, 299])
        assert.strictEqual((yield* carriedOutOf(status))[0], "yes", `${status}`)
    })
  )
})

describe("TooManyRequests", () => {
  it.effect("contains the milliseconds to wait, from a Retry-After in seconds or as a date", () =>
    Effect.gen(function* () {
      const wait = (header: string) =>
        Effect.map(failureOf({ status: 429, headers: { "retry-after": header } }), (error) =>
          error._tag === "TooManyRequests" ? error.retryAfterMillis : assert.fail(error._tag)
        )
      assert.strictEqual(yield* wait("2"), 2000)
      assert.strictEqual(yield* wait("0"), 0)
      assert.strictEqual(yield* wait("Thu, 01 Jan 1970 00:00:03 GMT"), 3000) // the test clock starts at 0
      for (const invalid of ["-1", "soon", "1.5", "2026-01-01", "", "Foo, 2099"])
        assert.isUndefined(yield* wait(invalid))
    })
  )
})

describe("TransportError", () => {
  const messageOf = (reply: Reply, restUrl: string) =>
    Effect.map(
      failureWith(get, [reply], { ...once, environment: { ...environment, restUrl } }),
      ({ message }) => message
    )

  it.effect("says how to start the local exchange after a refused connection to this machine", () =>
    Effect.gen(function* () {
      const refused: Reply = { fault: "ECONNREFUSED" }
      for (const [origin, port] of [
        ["http://127.0.0.1:8787", "8787"],
        ["http://localhost:9000", "9000"],
        ["http://[::1]:9001", "9001"],
        ["http://127.0.0.1", "80"],
        ["https://localhost", "443"]
      ] as const) {
        const message = yield* messageOf(refused, `${origin}/trade-api/v2`)
        assert.include(
          message,
          `nothing listens at ${origin}: start the local exchange (kalshi sandbox --port ${port}, or kalshi-sandbox --port ${port})`
        )
        assert.include(message, "did not carry out")
      }
    })
  )

  it.effect("does not mention the local exchange for another host or another fault", () =>
    Effect.gen(function* () {
      for (const [reply, restUrl] of [
        [{ fault: "ECONNREFUSED" }, "https://external-api.demo.kalshi.co/trade-api/v2"],
        [{ fault: "ECONNREFUSED" }, "https://127.0.0.1.example.com/trade-api/v2"],
        [{ fault: "ECONNREFUSED", syscall: "read" }, "http://127.0.0.1:8787/trade-api/v2"],
        [{ fault: "ENOTFOUND" }, "http://localhost:8787/trade-api/v2"]
      ] as const) {
        assert.notInclude(yield* messageOf(reply, restUrl), "kalshi-sandbox")
      }
    })
  )
})

describe("a duplicate JSON member", () => {
  it.effect("has its last value, as in the platform's JSON parser", () =>
    Effect.gen(function* () {
      const text = '{"is_auto_cancel_enabled":false,"orders":["a"],"is_auto_cancel_enabled":true,"orders":[]}'
      const group = yield* Effect.provide(get, layer([{ status: 200, text }]))
      assert.deepStrictEqual<unknown>(group, { is_auto_cancel_enabled: true, orders: [] })
    })
  )
})

describe("ContractError", () => {
  const contract = (reply: { body?: unknown; text?: string }) =>
    Effect.map(failureOf({ status: 200, ...reply }), (error) =>
      error._tag === "ContractError" ? error : assert.fail(error._tag)
    )

  it.effect("contains the JSON pointer of the first violation and the expected value", () =>
    Effect.gen(function* () {
      const missing = yield* contract({ body: { is_auto_cancel_enabled: true } })
      assert.strictEqual(missing.pointer, "/orders")
      assert.include(missing.message, "violates the contract at /orders: this field is required")
      assert.strictEqual((yield* contract({ body: { ...valid, orders: ["a", 2] } })).pointer, "/orders/1")
      assert.strictEqual(
        (yield* contract({ body: { ...valid, contracts_limit_fp: 10 } })).pointer,
        "/contracts_limit_fp"
      )
      const decimals = yield* contract({ body: { ...valid, contracts_limit_fp: "10" } })
      assert.strictEqual(decimals.pointer, "/contracts_limit_fp")
      assert.include(decimals.message, "two decimals")
    })
  )

  it.effect("rejects an otherwise valid success body that contains an error", () =>
    Effect.gen(function* () {
      const error = yield* contract({ body: { ...valid, error: { code: "deprecated_v1_order_endpoint" } } })
      assert.strictEqual(error.pointer, "/error")
    })
  )

  it.effect("ignores an error member that is null", () =>
    Effect.gen(function* () {
      const response = yield* Effect.provide(get, layer([{ status: 200, body: { ...valid, error: null } }]))
      assert.deepStrictEqual<unknown>(response, valid)
    })
  )

  it.effect("rejects an integer that a double cannot represent", () =>
    Effect.gen(function* () {
      const error = yield* contract({
        text: '{"is_auto_cancel_enabled":true,"orders":[],"exchange_index":9007199254740993}'
      })
      assert.strictEqual(error.pointer, "/exchange_index")
    })
  )

  it.effect("keeps at most 2,048 characters of the body", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* contract({ text: "x".repeat(10_000) })).rawBody.length, 2048)
    })
  )
})

describe("Exchange.status", () => {
  const body = { exchange_active: false, trading_active: false, exchange_estimated_resume_time: null }

  it.effect("fails with the exchange's status as `payload` after a 500, 503 or 504", () =>
    Effect.gen(function* () {
      for (const status of [500, 503, 504]) {
        const error = yield* failureWith(Exchange.status(), [{ status, body }])
        assert.deepStrictEqual("payload" in error && error.payload, body, error._tag)
      }
    })
  )

  it.effect("fails without a `payload` if the body has another shape", () =>
    Effect.gen(function* () {
      const error = yield* failureWith(Exchange.status(), [{ status: 503, text: "<html>" }])
      assert.strictEqual(error._tag, "ServiceUnavailable")
      assert.isUndefined("payload" in error ? error.payload : assert.fail())
    })
  )
})

describe("an error whose response echoes the request's headers", () => {
  const keyId = "7d1ff6a5-9f6c-4a3e-8a55-0d6f9d5b2c11"
  const names = ["kalshi-access-key", "kalshi-access-timestamp", "kalshi-access-signature"] as const

  const dump = ({ headers }: Sent): string =>
    names.map((name) => `${name.toUpperCase()}: ${headers[name]}`).join("\r\n")

  const json = (text: string): string => JSON.stringify(text)

  /** Encodings in which a server can echo the request. */
  const encodings: ReadonlyArray<readonly [name: string, encode: (text: string) => string]> = [
    ["unchanged", (text) => text],
    ["percent-encoded", encodeURIComponent],
    ["percent-encoded in lower case", (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase())],
    ["percent-encoded twice", (text) => encodeURIComponent(encodeURIComponent(text))],
    ["decoded as a form", (text) => text.replaceAll("+", " ")],
    ["in JSON", json],
    ["in JSON within JSON", (text) => json(json(text))],
    ["in JSON with escaped slashes", (text) => json(text).replaceAll("/", "\\/")],
    ["in JSON with all punctuation escaped", (text) => json(text).replace(/[+/=]/g, escaped)],
    ["in JSON within JSON with all punctuation escaped", (text) => json(json(text).replace(/[+/=]/g, escaped))],
    ["in HTML", (text) => text.replace(/[+/=]/g, (sign) => `&#${sign.charCodeAt(0)};`)],
    ["in HTML in hexadecimal", (text) => text.replace(/[+/=]/g, (sign) => `&#x${sign.charCodeAt(0).toString(16)};`)],
    ["in HTML by name", (text) => text.replaceAll("+", "&plus;").replaceAll("/", "&sol;").replaceAll("=", "&equals;")],
    ["in base64 for URLs", (text) => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")],
    ["in upper case", (text) => text.toUpperCase()],
    ["in lines of 76 characters", (text) => text.replace(/.{76}/g, "$&\n")],
    ["in lines of 30 characters, in JSON", (text) => json(text.replace(/.{30}/g, "$&\r\n"))]
  ]

  const bodies: ReadonlyArray<readonly [name: string, body: (text: string) => string]> = [
    ["a plain body", (text) => text],
    ["HTML", (text) => `<html><pre>${text}</pre></html>`],
    ["a message", (text) => `{"error":{"code":"bad","message":${json(`refused: ${text}`)},"details":"why"}}`],
    ["details", (text) => `{"error":{"code":"bad","message":"no","details":${json(text)}}}`],
    ["a code", (text) => `{"code":${json(text)}}`],
    ["a service", (text) => `{"code":"bad","service":${json(text)}}`],
    ["a bare error", (text) => `{"error":${json(text)}}`],
    ["an object as the message", (text) => `{"error":{"message":{"headers":[${json(text)}]}}}`],
    ["other members", (text) => `{"headers":{"all":[${json(text)}]},"orders":"none"}`],
    ["object keys", (text) => `{${json(text)}:1,"orders":[{${json(text)}:2}]}`]
  ]

  /** Everything that an error prints, except its explanation of the signature. */
  const printed = (error: object): string => {
    const { explanation: _, ...rest } = error as { explanation?: unknown }
    const message = String(error).replace(/; signed text .*/, "")
    return [message, JSON.stringify(rest), inspect(rest, { depth: 20, maxStringLength: null })].join("\n")
  }

  const assertConcealed = (text: string, { headers }: Sent, what: string): void => {
    // Compares only letters and digits, because an encoding or a printer can insert other characters.
    const alphanumeric = (part: string) => part.replace(/[^a-z0-9]/gi, "").toLowerCase()
    const all = alphanumeric(text)
    assert.notInclude(all, alphanumeric(headers["kalshi-access-key"]!), `${what}: the key's id`)
    assert.notInclude(all, headers["kalshi-access-timestamp"]!, `${what}: the timestamp`)
    const signature = alphanumeric(headers["kalshi-access-signature"]!)
    for (let i = 0; i + 16 <= signature.length; i += 4) {
      assert.notInclude(all, signature.slice(i, i + 16), `${what}: the signature from ${i}`)
    }
  }

  const echo = (status: number, text: (sent: Sent) => string) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_790_000_000_123)
      const error = yield* Effect.flip(get)
      return { error, sent: (yield* Script).sent[0]! }
    }).pipe(Effect.provide(layer([{ status, text }], { ...once, signer: signer(keyId) })))

  for (const [name, body] of bodies) {
    it.effect(`conceals the header values in ${name}, in many encodings`, () =>
      Effect.gen(function* () {
        for (const status of [200, 401, 404, 418, 502]) {
          for (const [encoding, encode] of encodings) {
            const { error, sent } = yield* echo(status, (request) => body(encode(dump(request))))
            assertConcealed(printed(error), sent, `${status}, ${encoding}`)
          }
        }
      })
    )
  }

  it.effect("conceals a signature with a leading plus, which a form decodes to a space", () =>
    Effect.gen(function* () {
      const signature = `+${"aB3/".repeat(21)}x==`
      const plus = Signer.makeSync({ keyId, kind: "ed25519", sign: () => signature })
      const text = ({ headers }: Sent) => `got ${headers["kalshi-access-signature"]!.replaceAll("+", " ")}, sorry`
      const error = yield* failureWith(get, [{ status: 502, text }], { ...once, signer: plus })
      // The space before the signature is concealed too, because it is possibly the decoded plus.
      assert.include(error.message, "got<redacted>, sorry")
    })
  )

  it.effect("keeps no part of a value that crosses the end of a truncated text", () =>
    Effect.gen(function* () {
      for (const [status, limit, around] of [
        [200, 2048, (text: string) => text],
        [502, 200, (text: string) => text],
        [418, 2048, (text: string) => JSON.stringify({ error: { message: text } })]
      ] as const) {
        for (let before = limit - 100; before <= limit + 5; before += 3) {
          for (const encode of [(text: string) => text, encodeURIComponent]) {
            const { error, sent } = yield* echo(status, ({ headers }) =>
              around(`${"x".repeat(before)}${encode(headers["kalshi-access-signature"]!)} and so on`)
            )
            const piece = sent.headers["kalshi-access-signature"]!.slice(0, 4)
            assert.notInclude(printed(error), `x${piece}`, `${status} at ${before}`)
          }
        }
      }
    })
  )

  it.effect("conceals a value that the server truncated", () =>
    Effect.gen(function* () {
      for (const length of [16, 20, 40, 85]) {
        const { error, sent } = yield* echo(502, ({ headers }) => headers["kalshi-access-signature"]!.slice(0, length))
        assertConcealed(printed(error), sent, `${length} characters`)
        assert.include(error.message, "<redacted>")
      }
    })
  )

  it.effect("keeps the text around the concealed values", () =>
    Effect.gen(function* () {
      const { error } = yield* echo(418, (request) =>
        JSON.stringify({
          error: { code: "blocked", message: `rule 7 of ${dump(request)}: blocked` },
          n: [1, null, true]
        })
      )
      if (error._tag !== "UnexpectedStatus") return assert.fail(error._tag)
      const concealed = [
        "rule 7 of KALSHI-ACCESS-KEY: <redacted>",
        "KALSHI-ACCESS-TIMESTAMP: <redacted>",
        "KALSHI-ACCESS-SIGNATURE: <redacted>: blocked"
      ].join("\r\n")
      assert.strictEqual(error.body.message, concealed)
      assert.deepStrictEqual(error.json, { error: { code: "blocked", message: concealed }, n: [1, null, true] })
    })
  )

  it.effect("keeps a JSON number that equals the signed timestamp by chance", () =>
    Effect.gen(function* () {
      const body = '{"ts_ms": 1790000000123,"order_id":"o-1","at":"1790000000123"}'
      const { error } = yield* echo(200, () => body)
      assert.strictEqual(
        error._tag === "ContractError" && error.rawBody,
        body.replace('"1790000000123"', '"<redacted>"')
      )
    })
  )

  it.effect("conceals a short key id as a whole word, but not inside words", () =>
    Effect.gen(function* () {
      const reply = { status: 502, text: "key 'ha' has no hat, ha" }
      const error = yield* failureWith(get, [reply], { ...once, signer: signer("ha") })
      assert.include(error.message, "key '<redacted>' has no hat, <redacted>")
    })
  )

  it.effect("conceals the credentials that the application's HTTP client adds", () =>
    Effect.gen(function* () {
      const credentials = {
        "proxy-authorization": "Basic dXNlcjpwYXNzd29yZA==",
        authorization: "Bearer abcdefghijklmnop.qrstuvwxyz",
        cookie: "session=0123456789abcdef; theme=dark",
        "x-api-token": "tok_live_51H8xyzzy"
      }
      const adding = layerChanged(HttpClient.mapRequest(HttpClientRequest.setHeaders(credentials)))
      const all = ({ headers }: Sent) =>
        Object.entries(headers)
          .map(([name, value]) => `${name}=${value}`)
          .join("\n")
      const error = yield* Effect.flip(get).pipe(
        Effect.provide(
          Kalshi.layer({ environment, signer: signer(keyId), limits: false, ...once }).pipe(
            Layer.provide(adding),
            Layer.provide(
              layerScript([{ status: 418, text: (sent) => JSON.stringify({ error: { message: all(sent) } }) }])
            )
          )
        )
      )
      const text = printed(error)
      for (const secret of ["dXNlcjpwYXNz", "abcdefghijkl", "0123456789abcdef", "tok_live_51H8"]) {
        assert.notInclude(text, secret)
      }
      assert.include(text, "accept=application/json")
    })
  )

  it.effect("conceals the header values in a transport's error message, and in spans", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      const sent: Array<Sent["headers"]> = []
      const leaking = HttpClient.make((request) => {
        sent.push({ ...request.headers })
        const words = Object.values(request.headers).join(", ")
        return Effect.fail(
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.TransportError({
              request,
              cause: Object.assign(new Error(`no connection for ${words}`), { code: "ERR_PROXY" })
            })
          })
        )
      })
      const error = yield* Effect.flip(get).pipe(
        Effect.provide(
          Kalshi.layer({ environment, signer: signer(keyId), limits: false, ...once }).pipe(
            Layer.provide(Layer.succeed(HttpClient.HttpClient, leaking))
          )
        ),
        Effect.provideService(Tracer.Tracer, tracer)
      )
      assert.include(error.message, "ERR_PROXY: no connection for application/json, <redacted>")
      const request = { headers: sent[0]!, method: "GET", target: "", body: undefined, atMillis: 0 }
      const text = printed(error) + inspect(spans, { depth: 6, maxStringLength: null })
      assert.notInclude(text, request.headers["kalshi-access-signature"]!)
      assert.notInclude(text, keyId)
    })
  )
})
