/** Checks which operations each restricted layer sends at run time. Other tests check the types. */
import { assert, describe, it } from "@effect/vitest"
import { KalshiPublic, KalshiRead, KalshiWrite } from "@kalshi-effect/client/Capability"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import * as Requests from "../../src/operations/Requests.ts"
import { conformance, line, simplestInput, referenceOf } from "./support/client.ts"

const writes = ClientOperations.all.filter(({ descriptor }) => descriptor.access === "write")
const reads = ClientOperations.all.filter(({ descriptor }) => descriptor.access !== "write")

/** Records each request, and fails as if the connection closed. */
const through = <A>(layer: Layer.Layer<A, never, HttpClient.HttpClient>) => {
  const sent: Array<HttpClientRequest.HttpClientRequest> = []
  const http = HttpClient.make((request) => {
    sent.push(request)
    const cause = new Error("connection closed by the test")
    return Effect.fail(
      new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
    )
  })
  return { sent, runtime: ManagedRuntime.make(Layer.provide(layer, Layer.succeed(HttpClient.HttpClient, http))) }
}

/** Returns the error of a call. Provides `sender` as the service of all three capabilities. */
const failureWith = (client: ClientOperations.ClientOperation, sender: KalshiPublic["Service"]) =>
  client
    .operation(simplestInput(client))
    .pipe(
      Effect.flip,
      Effect.provideContext(
        Context.make(KalshiPublic, sender).pipe(Context.add(KalshiRead, sender), Context.add(KalshiWrite, sender))
      )
    )

describe("operations with the access write", () => {
  it("are the signed operations of the document with a method other than GET", () => {
    const changing = ClientOperations.all.filter((client) => {
      const { method, security } = referenceOf(client)
      return method !== "GET" && security.length > 0
    })
    assert.deepStrictEqual(
      writes.map(({ name }) => name),
      changing.map(({ name }) => name)
    )
    assert.isAbove(writes.length, 30)
  })
})

describe("Kalshi.layerReadOnly", () => {
  for (const client of writes) {
    it(`sends no request for ${client.name}, even if a cast bypasses the types`, () => {
      const { runtime, sent } = through(Kalshi.layerReadOnly(Requests.layerOptions))
      for (const sender of runtime.runSync(Effect.all([KalshiPublic, KalshiRead]))) {
        const error = runtime.runSync(failureWith(client, sender))
        assert.deepInclude({ ...error }, { _tag: "InvalidRequest", operation: client.name, pointer: "" })
        assert.include(error.message, "this layer is read-only")
      }
      assert.strictEqual(sent.length, 0)
    })
  }

  it("sends all operations that do not write", () => {
    const { runtime, sent } = through(Kalshi.layerReadOnly(Requests.layerOptions))
    for (const client of reads) {
      assert.strictEqual(
        runtime.runSync(Effect.flatMap(KalshiRead, (sender) => failureWith(client, sender)))._tag,
        "TransportError"
      )
    }
    assert.strictEqual(sent.length, reads.length)
  })
})

describe("Kalshi.layerPublic", () => {
  it("sends only the public operations, without signatures", () => {
    const { runtime, sent } = through(
      Kalshi.layerPublic({ environment: Requests.layerOptions.environment, policy: Requests.layerOptions.policy })
    )
    for (const client of ClientOperations.all) {
      const error = runtime.runSync(Effect.flatMap(KalshiPublic, (sender) => failureWith(client, sender)))
      const isPublic = client.descriptor.access === "public"
      assert.strictEqual(error._tag, isPublic ? "TransportError" : "InvalidRequest", client.name)
      assert.strictEqual(sent.length, isPublic ? 1 : 0, client.name)
      for (const { headers } of sent.splice(0)) {
        assert.deepStrictEqual(
          Object.keys(headers).filter((name) => name.startsWith("kalshi")),
          [],
          client.name
        )
      }
    }
  })
})

describe("Kalshi.layerDryRun", { timeout: 60_000 }, () => {
  const sending = Requests.recorder()
  const { runtime, sent } = through(Kalshi.layerDryRun(Requests.layerOptions))

  /**
   * Calls an operation normally and in a dry run. The dry run must record the request of the normal call, or reject the
   * same input.
   */
  const comparingRecorder: Requests.Recorder = {
    call: (operation, input) => {
      const outcome = sending.call(operation, input)
      const error = runtime.runSync(Effect.flip(operation(input)))
      assert.strictEqual(sent.length, 0, "a dry run sends no request")
      if (outcome._tag === "Refused") {
        assert.deepInclude({ ...error }, { _tag: "InvalidRequest", pointer: outcome.pointer, reason: outcome.reason })
        return outcome
      }
      if (error._tag !== "NotSent") return assert.fail(`${error._tag}: ${error.message}`)
      const { body, method, operationId, path } = error.intent
      assert.deepStrictEqual(
        { method, path, body, operationId },
        {
          method: outcome.sent.method,
          path: outcome.sent.target,
          body: outcome.sent.body === undefined ? undefined : JSON.parse(outcome.sent.body),
          operationId: operation.descriptor.operationId
        }
      )
      assert.strictEqual(
        error.intent.cost !== undefined,
        ["CreateOrderV2", "BatchCreateOrdersV2"].includes(operationId)
      )
      return outcome
    }
  }

  for (const client of writes) {
    it(`records the request that ${client.name} would send, and rejects invalid input`, () => {
      const report = Requests.checkRequests(client, referenceOf(client), conformance, comparingRecorder, { runs: 20 })
      assert.deepStrictEqual(report.failures.map(line), [])
      assert.isAbove(report.checks.completeness.run, 20)
    })
  }

  it("sends all operations that do not write", () => {
    for (const client of reads) {
      assert.strictEqual(runtime.runSync(Effect.flip(client.operation(simplestInput(client))))._tag, "TransportError")
      assert.strictEqual(sent.splice(0).length, 1, client.name)
    }
  })
})
