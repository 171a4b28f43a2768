/**
 * Checks that one operation of the client follows the published document. This file is a short example of the tests
 * that run for all operations.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Answer from "@kalshi-effect/client/Answer"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import { Effect, Layer, ManagedRuntime, Result } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import * as fc from "fast-check"
import * as ReferenceDocument from "../src/reference/ReferenceDocument.ts"
import * as Arbitraries from "../src/generate/Arbitraries.ts"
import * as Conformance from "../src/judge/Conformance.ts"
import { type Json, resolver, stringify } from "../src/judge/JsonSchema.ts"
import * as Replay from "../src/runner/Replay.ts"

const document = ReferenceDocument.load()
const operation = document.operation("GetOrderGroup")
if (operation?.success.schema === undefined)
  throw new Error("the document no longer declares the response body of GetOrderGroup")
const schema = operation.success.schema

const conformance = Conformance.make(resolver(document.document))
const suite = conformance.suite({ name: "GetOrderGroup 200", schema, direction: "response" })
const bodies = Arbitraries.make(conformance.judge).of(schema)

const accepts = conformance.judge.accepts(schema)

const decode = Answer.decoder(OrderGroups.get)

const client: Conformance.Codec<unknown> = {
  decode: (input) => {
    const result = decode({ status: 200, body: stringify(input as Json) })
    if (Result.isSuccess(result)) return { ok: true, value: result.success }
    const error = result.failure
    return { ok: false, pointers: error._tag === "ContractError" ? [error.pointer] : [] }
  },
  encode: (value) => value
}

describe("the decoder of GetOrderGroup", () => {
  const report = suite.run(client)

  it("decodes valid bodies without changing a value, and rejects invalid bodies at the right pointer", () => {
    assert.deepStrictEqual(report.failures, [])
    assert.isTrue(report.passed)
    for (const check of ["completeness", "precision", "round-trip", "tolerance"] as const) {
      assert.isAbove(report.checks[check].run, 0, `${check} must have run`)
    }
  })

  it("was tested with mutants that violate required members, types, nullability, patterns and integer ranges", () => {
    const kinds = Object.keys(report.kinds)
    for (const kind of [
      "missing-required",
      "wrong-type",
      "null-where-not-nullable",
      "pattern-violation",
      "unsafe-integer"
    ]) {
      assert.include(kinds, kind)
    }
  })

  const faults: ReadonlyArray<readonly [name: string, check: Conformance.Check, plant: (body: Json) => Json]> = [
    ["treats a missing list as an empty list", "precision", (body) => withDefault(body, "orders", [])],
    ["treats a missing flag as false", "precision", (body) => withDefault(body, "is_auto_cancel_enabled", false)],
    [
      "converts the limit through a double",
      "round-trip",
      (body) => mapField(body, "contracts_limit_fp", (x) => (typeof x === "string" ? Number(x).toFixed(2) : x))
    ],
    ["drops a field", "round-trip", (body) => mapField(body, "exchange_index", () => undefined)],
    [
      "omits a field that is null",
      "precision",
      (body) => mapField(body, "contracts_limit_fp", (x) => (x === null ? undefined : x))
    ]
  ]
  for (const [name, check, plant] of faults) {
    it(`fails the suite if the client ${name}`, () => {
      const planted = suite.run({ ...client, decode: (input) => client.decode(plant(input as Json)) })
      assert.isAbove(planted.checks[check].failed, 0)
    })
  }
})

const isObject = (body: Json): body is { readonly [key: string]: Json } =>
  typeof body === "object" && body !== null && !Array.isArray(body)

const withDefault = (body: Json, key: string, value: Json): Json =>
  isObject(body) && !Object.hasOwn(body, key) ? { ...body, [key]: value } : body

const mapField = (body: Json, key: string, change: (value: Json) => Json | undefined): Json => {
  if (!isObject(body) || !Object.hasOwn(body, key)) return body
  const { [key]: value, ...rest } = body
  const changed = change(value!)
  return changed === undefined ? rest : { ...rest, [key]: changed }
}

interface Scripted {
  readonly status: number
  readonly text: string
  readonly contentType: string
}

/** The statuses for which the constructor of Response accepts no body. */
const bodyless = new Set([101, 103, 204, 205, 304])

/** The expected outcome, computed without code of the client. */
const expected = ({ status, text }: Scripted): string => {
  if (status === operation.success.status) {
    const json = parse(text)
    const hasError = isObject(json ?? null) && Object.hasOwn(json as object, "error")
    return json !== undefined && !hasError && accepts(json) ? "Success" : "ContractError"
  }
  const declared = operation.errors.map((response) => response.status)
  const names: Readonly<Record<number, string>> = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout"
  }
  return declared.includes(status) || [429, 500, 502, 503, 504].includes(status)
    ? (names[status] ?? "UnexpectedStatus")
    : "UnexpectedStatus"
}

const parse = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

const answers: fc.Arbitrary<Scripted> = fc.record({
  status: fc.integer({ min: 100, max: 599 }).map((status) => (status % 3 === 0 ? 200 : status)),
  text: fc.oneof(
    bodies.map((body) => JSON.stringify(body)),
    fc.constantFrom("", "{}", "null", "[]", "<html><body>502 Bad Gateway</body></html>", '"text"', "0"),
    fc.tuple(bodies, fc.nat()).map(([body, at]) => {
      const text = JSON.stringify(body)
      return text.slice(0, at % text.length)
    }),
    fc.record({ code: fc.string(), message: fc.string() }).map((error) => JSON.stringify({ error })),
    fc.record({ code: fc.string(), details: fc.string() }).map((error) => JSON.stringify(error)),
    fc.constant('{"error":"too many requests"}'),
    fc.constant("x".repeat(1024 * 1024)),
    fc.json()
  ),
  contentType: fc.constantFrom("application/json", "text/html", "application/octet-stream", "")
})

describe("OrderGroups.get over HTTP", () => {
  it("returns the expected outcome for every status from 100 to 599 and for random bodies, and never ends with a defect", async () => {
    const apiKey = await Effect.runPromise(ApiKey.generate({ keyId: "contract", kind: "ed25519" }))
    let next: Scripted = { status: 200, text: "", contentType: "" }
    const http = HttpClient.make((request) => {
      const { contentType, status, text } = next
      const response = new Response(bodyless.has(status) ? null : text, { headers: { "content-type": contentType } })
      // The constructor of Response rejects statuses below 200. The client must still return an outcome for such a
      // status.
      return Effect.succeed(
        HttpClientResponse.fromWeb(request, Object.defineProperty(response, "status", { value: status }))
      )
    })
    const runtime = ManagedRuntime.make(
      Kalshi.layer({
        environment: Environment.sandbox,
        signer: Signer.fromApiKey(apiKey),
        policy: { retry: SendPolicy.noRetry },
        limits: false
      }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, http)))
    )
    const outcome = (scripted: Scripted) => {
      next = scripted
      return runtime.runPromise(Effect.result(OrderGroups.get({ order_group_id: "g" })))
    }
    for (let status = 100; status <= 599; status++) {
      const scripted = { status, text: JSON.stringify({ is_auto_cancel_enabled: true, orders: [] }), contentType: "" }
      const result = await outcome(scripted)
      assert.strictEqual(
        Result.isSuccess(result) ? "Success" : result.failure._tag,
        expected(scripted),
        `status ${status}`
      )
    }
    await Replay.assertProperty(
      "P4",
      fc.asyncProperty(answers, async (scripted) => {
        const result = await outcome(scripted)
        assert.strictEqual(Result.isSuccess(result) ? "Success" : result.failure._tag, expected(scripted))
      }),
      { numRuns: 1000, target: "GetOrderGroup" }
    )
    await runtime.dispose()
  })
})
