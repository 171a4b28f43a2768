import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { failed, checkOn, P12 } from "../../src/properties/ExchangeAnswers.ts"
import type * as Property from "../../src/properties/Property.ts"
import * as Judging from "../../src/targets/Judging.ts"
import * as LocalExchange from "../../src/targets/LocalExchange.ts"
import * as Redactions from "../../src/targets/Redactions.ts"
import * as Replay from "../../src/runner/Replay.ts"
import { withDescriptor, named } from "../operations/support/client.ts"

const seed = 7

const exchangeWith = (
  change: (answer: { status: number; body: string }) => Partial<{ status: number; body: string }>
) =>
  LocalExchange.make((http) =>
    HttpClient.transformResponse(http, (sent) =>
      Effect.flatMap(sent, (response) =>
        Effect.map(response.text, (body) => {
          const { headers, request, status } = response
          const other = { status, body, ...change({ status, body }) }
          return HttpServerResponse.toClientResponse(
            HttpServerResponse.text(other.body, { status: other.status, headers }),
            { request }
          )
        })
      )
    )
  )

const failureOf = (outcome: Property.Outcome): Property.Failed =>
  outcome._tag === "Failed" ? outcome : assert.fail(`expected a failure, got ${outcome._tag}`)

const local = LocalExchange.make()

describe("P12 (the exchange's responses follow the document)", () => {
  it("gets equal responses to equal calls, because each call starts from the seeded state", () => {
    const run = { operation: named("CreateOrderV2"), seed, runs: 1 }
    const answers = [0, 1].map(() => {
      const [exchanged] = local.call(run.operation, {
        ticker: local.world.ticker,
        side: "bid",
        count: "1",
        price: "0.10",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "maker"
      }).exchanged
      return [exchanged?.answer?.status, new TextDecoder().decode(exchanged?.answer?.body)]
    })
    assert.strictEqual(answers[0]?.[0], 201)
    assert.deepStrictEqual(answers[0], answers[1])
  })

  const faults = [
    {
      name: "a missing field, and reports its pointer",
      exchange: exchangeWith(({ body }) => ({ body: body.replaceAll('"order_id":', '"id":') })),
      finds: { because: /violates the document/, pointer: "/order/order_id" }
    },
    {
      name: "a number instead of a string",
      exchange: exchangeWith(({ body }) => ({ body: body.replace(/"ticker":"[^"]*"/, '"ticker":7') })),
      finds: { because: /violates the document/, pointer: "/order/ticker" }
    },
    {
      name: "a page of HTML",
      exchange: exchangeWith(() => ({ body: "<html>sorry</html>" })),
      finds: { because: /not JSON/, pointer: "" }
    },
    {
      name: "a status that is not declared",
      exchange: exchangeWith(() => ({ status: 418 })),
      finds: { because: /undeclared status 418/, pointer: undefined }
    },
    {
      name: "a success status that is not declared",
      exchange: exchangeWith(() => ({ status: 202 })),
      finds: { because: /status 202, which is not the documented success/, pointer: undefined }
    },
    {
      name: "a rejection of a valid request",
      exchange: exchangeWith(() => ({ status: 404, body: '{"error":{"code":"not_found","message":"not found"}}' })),
      finds: { because: /status 404/, pointer: undefined }
    }
  ]
  for (const { exchange, finds, name } of faults) {
    it(`detects ${name}`, () => {
      const found = failureOf(checkOn(exchange, { operation: named("GetOrder"), seed, runs: 1 }))
      assert.match(found.reason, finds.because)
      assert.strictEqual(found.pointer, finds.pointer)
      assert.match(found.curl ?? "", /^curl -X GET 'http:.*\/portfolio\/orders\/.*KALSHI-ACCESS-SIGNATURE: <signature>/)
      assert.include(found.report, Replay.line({ property: "P12", target: "Orders.get", seed, path: "" }))
    })
  }

  it("detects a client that decodes a response with a declared error status as another error", () => {
    const refusing = exchangeWith(() => ({ status: 404, body: '{"error":{"code":"not_found","message":"not found"}}' }))
    const operation = withDescriptor("GetOrder", () => ({ errors: [] }))
    assert.strictEqual(
      failureOf(checkOn(refusing, { operation, seed, runs: 1 })).reason,
      "the client decodes the response incorrectly"
    )
  })

  it("redacts key ids, and bodies that can contain keys", () => {
    for (const id of ["GenerateApiKey", "GetApiKeys"]) {
      const operation = named(id)
      const broken = exchangeWith(({ body }) => ({ status: 418, body }))
      const report = failureOf(checkOn(broken, { operation, seed, runs: 1 })).report
      assert.notInclude(report, "PRIVATE KEY")
      assert.notInclude(report, broken.world.signer.keyId)
      assert.include(report, "418; the body is not shown")
    }
    const traffic = local.call(named("GetOrders"), {})
    const secret = local.world.ticker
    const finding = Judging.findingOf(
      named("GetOrders"),
      {
        ...traffic,
        exchanged: traffic.exchanged.map((exchange) => ({ ...exchange, answer: { ...exchange.answer!, status: 418 } }))
      },
      true,
      Redactions.make({ secret })
    )
    assert.isDefined(finding)
    const { report } = failed({ operation: named("GetOrders"), seed }, 1, finding!, "demo")
    assert.notInclude(report, secret)
    assert.include(report, "<secret>")
    assert.include(report, Replay.line({ property: "P12@demo", target: "Orders.list", seed, path: "" }))
  })

  it("passes on the local exchange", () => {
    const outcome = Effect.runSync(P12.run({ operation: named("GetOrderGroups"), seed, runs: 1 }))
    assert.deepStrictEqual(outcome, { _tag: "Passed", runs: 1, reached: { "2xx": 1 } })
  })
})
