import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@kalshi-effect/client/Errors"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import type * as Operation from "@kalshi-effect/client/Operation"
import { Effect, Layer, ManagedRuntime, Result } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import * as fc from "fast-check"
import * as Answers from "../../src/operations/Answers.ts"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import * as Requests from "../../src/operations/Requests.ts"
import * as Arbitraries from "../../src/generate/Arbitraries.ts"
import { stringify } from "../../src/judge/JsonSchema.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { withDescriptor, conformance, named, simplestInput, referenceOf, validBody } from "./support/client.ts"
import { sampleSize, statusesFor } from "./support/samples.ts"

const { judge } = conformance

const checkStatuses = (client: ClientOperations.ClientOperation, statuses?: ReadonlyArray<number>) =>
  Answers.checkStatuses(
    client,
    referenceOf(client),
    judge,
    Answers.responseBodies(validBody(client)),
    undefined,
    statuses
  )

describe("checkStatuses", { timeout: 300_000 }, () => {
  it("finds the expected outcome of every operation, for a sample of the statuses from 100 to 599", () => {
    const tried = new Set<number>()
    for (const [index, client] of ClientOperations.all.entries()) {
      const statuses = statusesFor(index, 20)
      const { answers, findings } = checkStatuses(client, statuses)
      assert.deepStrictEqual(findings, [])
      assert.strictEqual(answers, statuses.length * 6)
      for (const status of statuses) tried.add(status)
    }
    assert.strictEqual(tried.size, 500)
  })
})

describe("checkDeclaredErrors", { timeout: 300_000 }, () => {
  it("finds the error class and the body fields of every declared error status, for every shape of error body", () => {
    for (const client of ClientOperations.all) {
      assert.deepStrictEqual(Answers.checkDeclaredErrors(client, referenceOf(client)), [])
      assert.isAbove(referenceOf(client).errors.length, 1)
    }
  })

  it("gives the expected outcome for different valid error bodies with every declared error status", () => {
    const schema = { $ref: "#/components/schemas/ErrorBody" }
    const { values } = conformance.suite({ name: "ErrorBody", schema, direction: "response" })
    assert.isAbove(values.length, 10)
    for (const client of ClientOperations.all) {
      const decode = Answers.outcome(client)
      const expected = Answers.expected(referenceOf(client), judge)
      for (const { status } of referenceOf(client).errors) {
        for (const value of values) {
          const scripted = { status, body: stringify(value) }
          const { fault, tag } = decode(scripted)
          assert.strictEqual(fault ?? tag, expected(scripted), `${client.name} ${status} ${scripted.body}`)
        }
      }
    }
  })
})

describe("a successful response with a declared body", { timeout: 300_000 }, () => {
  it("becomes a ContractError if its body contains an error", () => {
    for (const client of ClientOperations.all) {
      const { schema, status } = referenceOf(client).success
      if (schema === undefined) continue
      const body = stringify({ ...(validBody(client) as object), error: { code: "deprecated_v1_order_endpoint" } })
      const { tag, value } = Answers.outcome(client)({ status, body })
      assert.strictEqual(tag, "ContractError", client.name)
      assert.strictEqual(value instanceof Errors.ContractError ? value.pointer : "", "/error", client.name)
    }
  })
})

describe("a successful response without a declared body", { timeout: 300_000 }, () => {
  it("becomes a ContractError if its body contains an error", () => {
    const body = '{"error":{"code":"deprecated_v1_order_endpoint"}}'
    for (const client of ClientOperations.all) {
      const { schema, status } = referenceOf(client).success
      if (schema === undefined)
        assert.strictEqual(Answers.outcome(client)({ status, body }).tag, "ContractError", client.name)
    }
  })

  it("succeeds with another body, even if it is not JSON", () => {
    for (const client of ClientOperations.all) {
      const { schema, status } = referenceOf(client).success
      if (schema !== undefined) continue
      for (const body of ["", "{}", "null", "<html>", '{"error":null}', "[1"]) {
        assert.strictEqual(Answers.outcome(client)({ status, body }).tag, "Success", `${client.name} ${body}`)
      }
    }
  })
})

/** The statuses for which the constructor of Response accepts no body. */
const bodyless = new Set([101, 103, 204, 205, 304])

describe("operations over HTTP", { timeout: 300_000 }, () => {
  let next: Answers.Scripted = { status: 200, body: "" }
  const http = HttpClient.make((request) => {
    const { body, headers, status } = next
    // Every body is a string or an array of bytes without shared memory.
    const response = new Response(
      bodyless.has(status) ? null : (body as BodyInit),
      headers === undefined ? {} : { headers }
    )
    // The constructor of Response rejects statuses below 200. The client must still return an outcome for such a
    // status.
    return Effect.succeed(
      HttpClientResponse.fromWeb(request, Object.defineProperty(response, "status", { value: status }))
    )
  })
  const runtime = ManagedRuntime.make(
    Layer.provide(Kalshi.layer(Requests.layerOptions), Layer.succeed(HttpClient.HttpClient, http))
  )
  const tested = ClientOperations.all.map((client) => ({
    client,
    input: simplestInput(client),
    expected: Answers.expected(referenceOf(client), judge)
  }))
  const assertOutcome = async ({ client, expected, input }: (typeof tested)[number], scripted: Answers.Scripted) => {
    next = scripted
    const result = await runtime.runPromise(Effect.result(client.operation(input)))
    const expectedTag = expected(bodyless.has(scripted.status) ? { ...scripted, body: "" } : scripted)
    assert.strictEqual(
      Result.isSuccess(result) ? "Success" : result.failure._tag,
      expectedTag,
      `${client.name} ${scripted.status}`
    )
  }

  it("have the expected outcome for every declared status and for a sample of other statuses", async () => {
    const undeclared = [100, 101, 199, 204, 206, 302, 304, 402, 502, 599]
    const step = sampleSize(5, 1)
    for (const [index, operation] of tested.entries()) {
      const { responses } = referenceOf(operation.client)
      const sampled = undeclared.filter((_, at) => at % step === index % step)
      for (const status of new Set([...responses.keys(), ...sampled])) {
        for (const { name: _name, ...body } of Answers.responseBodies(validBody(operation.client)))
          await assertOutcome(operation, { status, ...body })
      }
    }
    for (const id of ["GetMarkets", "CreateOrderV2", "CancelAllOrders"]) {
      const operation = tested.find(({ client }) => client.descriptor.operationId === id)
      for (const status of [200, 201, 204, 302, 400, 429, 503])
        await assertOutcome(operation!, { status, body: Answers.large.body })
    }
  })

  it("return the expected outcome for random bodies, and never end with a defect", async () => {
    const arbitraries = Arbitraries.make(judge)
    const scripted = fc.constantFrom(...tested).chain((operation) => {
      const { responses, success } = referenceOf(operation.client)
      const valid = success.schema === undefined ? fc.constant("") : arbitraries.of(success.schema).map(stringify)
      return fc.record({
        operation: fc.constant(operation),
        status: fc.oneof(fc.constantFrom(...responses.keys()), fc.integer({ min: 100, max: 599 })),
        body: fc.oneof(
          valid,
          fc.tuple(valid, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
          fc.constantFrom("", "{}", "null", "[]", "0", '"text"', "[[[[", "\ufeff{}", '{"__proto__":null}', "\u0000"),
          fc.uint8Array({ maxLength: 40 }),
          fc.json(),
          fc.record({ error: fc.jsonValue() }).map((value) => JSON.stringify(value)),
          fc.record({ code: fc.jsonValue(), message: fc.jsonValue() }).map((value) => JSON.stringify(value))
        ),
        headers: fc.constantFrom(
          {},
          { "content-type": "text/html" },
          { "content-type": "application/octet-stream" },
          { "content-type": "" },
          { "retry-after": "soon" },
          { date: "yesterday" }
        )
      })
    })
    await Replay.assertProperty(
      "P4",
      fc.asyncProperty(scripted, ({ operation, ...answer }) => assertOutcome(operation, answer)),
      { numRuns: 1500, target: "operations" }
    )
    await runtime.dispose()
  })
})

describe("checkStatuses with an injected fault", { timeout: 300_000 }, () => {
  const errorsOf = (id: string, change: (errors: Operation.Descriptor["errors"]) => Operation.Descriptor["errors"]) =>
    withDescriptor(id, ({ errors }) => ({ errors: change(errors) }))
  const wrongStatuses = (client: ClientOperations.ClientOperation): ReadonlyArray<number> => [
    ...new Set(checkStatuses(client).findings.map(({ status }) => status))
  ]

  const faults: ReadonlyArray<readonly [string, ReadonlyArray<number>, ClientOperations.ClientOperation]> = [
    ["a missing error class", [404], errorsOf("GetOrder", () => [Errors.Unauthorized])],
    ["a surplus error class", [409], errorsOf("GetOrder", (errors) => [...errors, Errors.Conflict])],
    [
      "a wrong status",
      [200, 201],
      withDescriptor("CreateOrderV2", ({ success }) => ({ success: { ...success, status: 200 } }))
    ],
    [
      "a response body that is not decoded",
      [200],
      withDescriptor("GetOrder", ({ success }) => ({ success: { ...success, body: undefined } }))
    ],
    [
      "a response body that the document does not declare",
      [204],
      withDescriptor("CancelAllOrders", ({ success }) => ({
        success: { ...success, body: named("GetOrder").descriptor.success.body }
      }))
    ]
  ]
  for (const [fault, statuses, client] of faults) {
    it(`detects ${fault}`, () => {
      assert.deepStrictEqual(wrongStatuses(named(client.descriptor.operationId)), [])
      assert.deepStrictEqual(wrongStatuses(client), statuses)
    })
  }

  it("detects an error that contains the name of another operation", () => {
    const client = withDescriptor("GetOrder", () => ({ name: "Orders.list" }))
    assert.include(checkStatuses(client).findings[0]?.got, "does not report its operation")
    assert.isAbove(Answers.checkDeclaredErrors(client, referenceOf(client)).length, 0)
  })
})
