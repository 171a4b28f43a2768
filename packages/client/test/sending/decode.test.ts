import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Errors from "../../src/Errors.ts"
import * as Operation from "../../src/Operation.ts"
import { type Circumstances, prepare } from "../../src/sending/decode.ts"

const base = {
  operationId: "X",
  name: "X.x",
  method: "GET",
  path: "/x",
  success: { status: 200, body: Schema.Struct({ a: Schema.String }) },
  errors: [Errors.BadRequest, Errors.Unauthorized, Errors.Forbidden, Errors.NotFound, Errors.Conflict],
  access: "read",
  retry: "idempotent"
} as const

const declaring = Operation.make(base)
const undeclaring = Operation.make({ ...base, errors: [] })

const explanation: Errors.Explanation = {
  signedText: "1GET/x",
  timestampMillis: 1,
  kind: "ed25519",
  algorithm: "Ed25519",
  keyId: "a952bcbe…",
  clockSkewMillis: 0,
  environment: "test"
}

const circumstances: Circumstances = {
  attempts: 2,
  lostResponse: true,
  nowMillis: 1_000,
  explanation: () => explanation
}

interface Response {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Passes no request headers, so that nothing is concealed. */
const decoded = (
  body: string | ReadonlyArray<number>,
  { headers = {}, status = 200 }: Response = {},
  { descriptor }: { readonly descriptor: Operation.Descriptor } = declaring
) => {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : Uint8Array.from(body)
  return prepare(descriptor, true)({ status, headers, body: bytes }, circumstances)
}

const errorOf = (...input: Parameters<typeof decoded>) => {
  const result = decoded(...input)
  return Result.isFailure(result) ? result.failure : assert.fail("decoded")
}

const violation = (...input: Parameters<typeof decoded>): string => {
  const error = errorOf(...input)
  return error._tag === "ContractError" ? `${error.pointer}: ${error.reason}` : assert.fail(error._tag)
}

const jsonOf = (body: string): unknown => {
  const error = errorOf(body, { status: 418 })
  return error._tag === "UnexpectedStatus" ? error.json : assert.fail(error._tag)
}

const notText = [0x22, 0xff, 0x22]

describe("decode.prepare, for a success status", () => {
  it("returns the decoded body, or undefined if the operation declares no body", () => {
    assert.deepStrictEqual(decoded('{"a":"b"}'), Result.succeed({ a: "b" }))
    const bodyless = Operation.make({ ...base, success: { status: 204, body: undefined } })
    for (const body of ["", "{}", "no JSON"]) {
      assert.deepStrictEqual(decoded(body, { status: 204 }, bodyless), Result.succeed(undefined))
    }
    assert.strictEqual(
      violation('{"error":{"code":"c"}}', { status: 204 }, bodyless),
      "/error: a success status with an error in its body"
    )
    assert.deepStrictEqual(decoded('{"error":null}', { status: 204 }, bodyless), Result.succeed(undefined))
  })

  it("fails with a ContractError that says why the body is not JSON", () => {
    assert.strictEqual(violation(""), ": the body is empty")
    assert.strictEqual(violation("no JSON"), ": the body is not JSON")
    assert.strictEqual(violation('\ufeff{"a":"b"}'), ": the body is not JSON")
    assert.strictEqual(violation(notText), ": the body is not valid UTF-8")
    assert.strictEqual(
      violation("no JSON", { headers: { "content-encoding": "gzip" } }),
      ': the body is not JSON (it has the content encoding "gzip")'
    )
    assert.strictEqual(
      violation(notText, { headers: { "content-encoding": " br " } }),
      ': the body has the content encoding "br", which this client does not request: check whether a proxy adds it'
    )
  })

  it("ignores an empty encoding and `identity`, and shows at most 60 characters of another encoding", () => {
    for (const encoding of ["", " ", "identity", " IDENTITY "]) {
      assert.strictEqual(
        violation(notText, { headers: { "content-encoding": encoding } }),
        ": the body is not valid UTF-8"
      )
    }
    assert.include(
      violation(notText, { headers: { "content-encoding": `a${"x".repeat(100)}` } }),
      `encoding "a${"x".repeat(59)}", which`
    )
  })

  it("keeps no part of a body that may contain a secret", () => {
    const secret = Operation.make({ ...base, secret: true })
    assert.deepInclude(errorOf('{"a":5}', {}, secret), { _tag: "ContractError", pointer: "/a", rawBody: "" })
    assert.deepInclude(errorOf('{"a":5}', {}), { _tag: "ContractError", pointer: "/a", rawBody: '{"a":5}' })
  })

  it("keeps the number of attempts and the readable part of the body in the error", () => {
    const error = errorOf(notText)
    assert.deepInclude(error, { operation: "X.x", status: 200, rawBody: '"\ufffd"', attempts: 2 })
  })
})

describe("decode.prepare, for an error status", () => {
  it("fails with the class of a declared or common status, else with UnexpectedStatus", () => {
    for (const [status, tag] of [
      [400, "BadRequest"],
      [401, "Unauthorized"],
      [403, "Forbidden"],
      [404, "NotFound"],
      [409, "Conflict"]
    ] as const) {
      const error = errorOf('{"message":"why"}', { status })
      assert.deepInclude(error, {
        _tag: tag,
        operation: "X.x",
        body: { message: "why" },
        attempts: 2,
        afterLostAnswer: true
      })
      assert.deepInclude(errorOf("{}", { status }, undeclaring), { _tag: "UnexpectedStatus", status })
    }
    assert.deepInclude(errorOf("{}", { status: 401 }), { explanation })
    for (const [status, tag] of [
      [429, "TooManyRequests"],
      [500, "InternalServerError"],
      [502, "BadGateway"],
      [503, "ServiceUnavailable"],
      [504, "GatewayTimeout"]
    ] as const) {
      const error = errorOf("{}", { status, headers: { "retry-after": "7" } }, undeclaring)
      assert.deepInclude(error, { _tag: tag, retryAfterMillis: 7_000 })
    }
  })

  it("reads Retry-After in seconds or as a date, and never returns a negative wait", () => {
    const waitOf = (header: string) => {
      const error = errorOf("{}", { status: 429, headers: { "retry-after": header } })
      return error._tag === "TooManyRequests" ? error.retryAfterMillis : assert.fail(error._tag)
    }
    assert.strictEqual(waitOf(" 7 "), 7_000)
    assert.strictEqual(waitOf("Thu, 01 Jan 1970 00:00:03 GMT"), 2_000)
    assert.strictEqual(waitOf(" Thu, 01 Jan 1970 00:00:01 GMT"), 0)
    assert.strictEqual(waitOf("Thu, 01 Jan 1970 00:00:00 GMT"), 0)
    assert.isUndefined(waitOf("soon"))
  })

  it("fails with an error that has a message even for an unreadable body", () => {
    const messageOf = (...input: Parameters<typeof decoded>) => {
      const error = errorOf(...input)
      return "body" in error ? error.body.message : assert.fail(error._tag)
    }
    assert.strictEqual(messageOf(" ", { status: 500 }), "an empty body")
    assert.strictEqual(messageOf("<html>", { status: 500 }), "an unexpected body: <html>")
    assert.strictEqual(
      messageOf(notText, { status: 500, headers: { "content-encoding": "br" } }),
      'a body in the content encoding "br", which this client does not request'
    )
  })
})

describe("UnexpectedStatus.json", () => {
  const inLists = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`
  const inObjects = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`

  it("keeps a body of up to 16,384 characters", () => {
    const text = "x".repeat(16_382)
    assert.strictEqual(jsonOf(`"${text}"`), text)
    assert.isUndefined(jsonOf(`"${text}x"`))
  })

  it("keeps a body of up to 100 levels of lists and objects", () => {
    for (const inside of [inLists, inObjects]) {
      assert.deepStrictEqual(jsonOf(inside(100)), JSON.parse(inside(100)))
      assert.isUndefined(jsonOf(inside(101)))
    }
    assert.isUndefined(jsonOf(`[${"[1,".repeat(100)}1${"]".repeat(101)}`))
  })

  it("keeps a body with many lists and objects beside each other", () => {
    for (const item of ["[]", "{}"]) {
      const body = `[${Array<string>(200).fill(item).join(",")}]`
      assert.deepStrictEqual(jsonOf(body), JSON.parse(body))
    }
  })

  it("is undefined for a body that is not JSON", () => {
    assert.isUndefined(jsonOf("<html>"))
  })
})
