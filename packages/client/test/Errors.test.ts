import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ApiKeys from "../src/ApiKeys.ts"
import * as Exchange from "../src/Exchange.ts"
import * as OrderGroups from "../src/OrderGroups.ts"
import * as SendPolicy from "../src/SendPolicy.ts"
import { layer, type Reply } from "./support/scripted.ts"

const id = "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"
const valid = { is_auto_cancel_enabled: false, orders: [] }

const once = { policy: { retry: SendPolicy.noRetry } }

const failureOf = (reply: Reply) =>
  OrderGroups.get({ order_group_id: id }).pipe(Effect.flip, Effect.provide(layer([reply], once)))

/** The wire's shapes of an error body, and what each says. */
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

describe("every status from 100 to 599 of OrderGroups.get", () => {
  for (const [name, reply, code] of shapes) {
    it.effect(`gives exactly one typed outcome with a body that is ${name}`, () =>
      Effect.gen(function* () {
        for (let status = 100; status <= 599; status++) {
          const error = yield* failureOf({ status, ...reply })
          if (status === 200) {
            assert.strictEqual(error._tag, "ContractError", `status ${status}`)
            continue
          }
          assert.strictEqual(error._tag, expectedTag(status), `status ${status}`)
          if (!("status" in error) || error._tag === "ContractError")
            return assert.fail("an answered error has a status")
          assert.strictEqual(error.status, status)
          const bodyless = [101, 103, 204, 205, 304].includes(status)
          assert.strictEqual(error.code, bodyless ? undefined : code)
          assert.isNotEmpty(error.body.message)
          assert.include(error.message, `OrderGroups.get was answered ${status}`)
        }
      })
    )
  }

  it.effect("is UnexpectedStatus for every success but the declared one, even with a valid body", () =>
    Effect.gen(function* () {
      for (const status of [201, 202, 203, 206, 226]) {
        assert.strictEqual((yield* failureOf({ status, body: valid }))._tag, "UnexpectedStatus")
      }
    })
  )
})

describe("an error's body", () => {
  it.effect("keeps code, message, details and service of the nested shape", () =>
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
      assert.strictEqual(error.message, "OrderGroups.get was answered 404: not_found: not found: no group")
    })
  )

  it.effect("takes the bare string of a 429 as the message", () =>
    Effect.gen(function* () {
      const error = yield* failureOf({ status: 429, body: { error: "too many requests" } })
      assert.deepStrictEqual(error._tag === "TooManyRequests" && error.body, { message: "too many requests" })
    })
  )

  it.effect("shows the beginning of what is no JSON, and no more than that", () =>
    Effect.gen(function* () {
      const error = yield* failureOf({ status: 502, text: `<html>${"x".repeat(100_000)}` })
      assert.include(error.message, "<html>xxx")
      assert.isBelow(error.message.length, 600)
    })
  )

  it.effect("keeps 2,048 characters of a text, and marks where it is cut", () =>
    Effect.gen(function* () {
      const whole = yield* failureOf({ status: 418, body: { error: { message: "x".repeat(2_048) } } })
      assert.strictEqual("body" in whole && whole.body.message, "x".repeat(2_048))
      const cut = yield* failureOf({ status: 418, body: { error: { message: "x".repeat(2_049) } } })
      assert.strictEqual("body" in cut && cut.body.message, `${"x".repeat(2_048)}…`)
    })
  )

  it.effect("says that a body is empty, also where it is white space", () =>
    Effect.gen(function* () {
      for (const text of ["", " \r\n"]) {
        const error = yield* failureOf({ status: 418, text })
        assert.strictEqual("body" in error && error.body.message, "an empty body")
      }
    })
  )

  it.effect("prints fields of another type as JSON instead of losing them", () =>
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

describe("a body that is hostile", () => {
  it.effect("nested beyond the platform's stack is still exactly one error, which prints", () =>
    Effect.gen(function* () {
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
      for (const status of [404, 418]) {
        const error = yield* failureOf({ status, text: `{"error":{"code":"a_code","details":${deep}}}` })
        assert.strictEqual("code" in error && error.code, "a_code")
        assert.isBelow(JSON.stringify(error).length, 10_000)
      }
    })
  )

  it.effect("of great length is kept in part", () =>
    Effect.gen(function* () {
      const long = "x".repeat(1_000_000)
      const error = yield* failureOf({ status: 418, body: { error: { code: long, message: long, details: long } } })
      assert.isBelow(JSON.stringify(error).length, 10_000)
    })
  )

  it.effect("of an operation whose answer holds a secret is not quoted, whatever its status", () =>
    Effect.gen(function* () {
      const body = { api_key_id: "x", private_key: "CANARY" }
      for (const status of [200, 201, 302, 400, 418, 500, 502]) {
        const reply = status === 201 ? { status, body: { ...body, api_key_id: 7 } } : { status, body }
        const error = yield* ApiKeys.generate({ name: "k" }).pipe(Effect.flip, Effect.provide(layer([reply], once)))
        assert.notInclude(`${error.message}${JSON.stringify(error)}`, "CANARY", `status ${status}`)
        if (status > 400) assert.strictEqual("body" in error && error.body.message, "an unexpected body")
      }
    })
  )
})

describe("UnexpectedStatus", () => {
  it.effect("says of a success that the request was carried out, and of a redirect that it is not followed", () =>
    Effect.gen(function* () {
      assert.include((yield* failureOf({ status: 202, body: valid })).message, "the request was carried out")
      assert.include((yield* failureOf({ status: 307 })).message, "a redirect, which is never followed")
    })
  )
})

describe("TooManyRequests", () => {
  it.effect("holds the wait that the answer asked for, in seconds or as a date", () =>
    Effect.gen(function* () {
      const wait = (header: string) =>
        Effect.map(failureOf({ status: 429, headers: { "retry-after": header } }), (error) =>
          error._tag === "TooManyRequests" ? error.retryAfterMillis : assert.fail(error._tag)
        )
      assert.strictEqual(yield* wait("2"), 2000)
      assert.strictEqual(yield* wait("0"), 0)
      assert.strictEqual(yield* wait("Thu, 01 Jan 1970 00:00:03 GMT"), 3000) // the test clock stands at zero
      for (const nonsense of ["-1", "soon", "1.5", "2026-01-01", "", "Foo, 2099"])
        assert.isUndefined(yield* wait(nonsense))
    })
  )
})

describe("ContractError", () => {
  const contract = (reply: { body?: unknown; text?: string }) =>
    Effect.map(failureOf({ status: 200, ...reply }), (error) =>
      error._tag === "ContractError" ? error : assert.fail(error._tag)
    )

  it.effect("names the JSON pointer of the first break and what was wanted there", () =>
    Effect.gen(function* () {
      const missing = yield* contract({ body: { is_auto_cancel_enabled: true } })
      assert.strictEqual(missing.pointer, "/orders")
      assert.include(missing.message, "breaks the contract at /orders: this field is required")
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

  it.effect("is what a success with an error in its body becomes, even where the rest is valid", () =>
    Effect.gen(function* () {
      const error = yield* contract({ body: { ...valid, error: { code: "deprecated_v1_order_endpoint" } } })
      assert.strictEqual(error.pointer, "/error")
    })
  )

  it.effect("takes an error that is null for none", () =>
    Effect.gen(function* () {
      const answer = yield* OrderGroups.get({ order_group_id: id }).pipe(
        Effect.provide(layer([{ status: 200, body: { ...valid, error: null } }]))
      )
      assert.deepStrictEqual<unknown>(answer, valid)
    })
  )

  it.effect("refuses an integer that a double cannot hold", () =>
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

  it.effect("keeps the status that its 500, 503 and 504 carry", () =>
    Effect.gen(function* () {
      for (const status of [500, 503, 504]) {
        const error = yield* Exchange.status().pipe(Effect.flip, Effect.provide(layer([{ status, body }], once)))
        assert.deepStrictEqual("payload" in error && error.payload, body, error._tag)
      }
    })
  )

  it.effect("has no payload where the body is something else", () =>
    Effect.gen(function* () {
      const error = yield* Exchange.status().pipe(
        Effect.flip,
        Effect.provide(layer([{ status: 503, text: "<html>" }], once))
      )
      assert.strictEqual(error._tag, "ServiceUnavailable")
      assert.isUndefined("payload" in error ? error.payload : assert.fail())
    })
  )
})
