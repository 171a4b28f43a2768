import { assert, describe, it } from "@effect/vitest"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Layer from "effect/Layer"
import * as ClientOperations from "../../../src/operations/ClientOperations.ts"
import * as Requests from "../../../src/operations/Requests.ts"
import { simplestInput } from "../../../src/properties/Subject.ts"
import * as Guard from "../../../src/targets/demoWrites/Guard.ts"

const { production } = Environment

const recordingClient = () => {
  const sent: Array<string> = []
  const http = HttpClient.make((request) => {
    sent.push(`${request.method} ${request.url}`)
    const reason = new HttpClientError.TransportError({ request, description: "connection closed by the test" })
    return Effect.fail(new HttpClientError.HttpClientError({ reason }))
  })
  return { http, sent }
}

const callAll = (rule: Guard.Rule, environment: Environment.Environment) =>
  Effect.gen(function* () {
    const { http, sent: left } = recordingClient()
    const kalshi = Kalshi.layer({ ...Requests.layerOptions, environment }).pipe(
      Layer.provide(Layer.succeed(HttpClient.HttpClient, Guard.make(http, rule)))
    )
    const tags: Array<string> = []
    for (const client of ClientOperations.all) {
      const error = yield* Effect.flip(Effect.provide(client.operation(simplestInput(client)), kalshi))
      tags.push(error._tag)
    }
    return { left, tags }
  })

const requestTo = (url: string, method = "GET", body?: string) => ({ method, url, body })

describe("Guard.reads", () => {
  it.effect("permits every read of the client and no write", () =>
    Effect.gen(function* () {
      const { left, tags } = yield* callAll(Guard.reads(production), production)
      const readable = ClientOperations.all.filter(({ descriptor }) => descriptor.method === "GET")
      assert.strictEqual(left.length, readable.length)
      assert.isTrue(left.every((line) => line.startsWith(`GET ${production.restUrl}/`)))
      assert.deepStrictEqual([...new Set(tags)], ["TransportError"])
      assert.isAbove(ClientOperations.all.length - readable.length, 30)
    })
  )

  it.effect("is necessary, because the client sends writes without it", () =>
    Effect.gen(function* () {
      const { left } = yield* callAll(() => undefined, production)
      assert.strictEqual(left.length, ClientOperations.all.length)
      assert.isTrue(left.some((line) => line.startsWith("POST ")))
    })
  )

  it("permits only GET requests without a body, to the exact host and the document's paths", () => {
    const rule = Guard.reads(production)
    assert.isUndefined(rule(requestTo(`${production.restUrl}/markets?limit=1`)))
    for (const url of [
      "https://external-api.kalshi.com.evil.example/trade-api/v2/markets",
      "https://external-api.kalshi.com@evil.example/trade-api/v2/markets",
      "https://key@external-api.kalshi.com/trade-api/v2/markets",
      "http://external-api.kalshi.com/trade-api/v2/markets",
      "https://external-api.kalshi.com:8443/trade-api/v2/markets",
      "https://external-api.demo.kalshi.co/trade-api/v2/markets",
      "https://external-api.kalshi.com/trade-api/v3/markets",
      "https://external-api.kalshi.com/trade-api/v2/../../markets",
      `${production.restUrl}/nowhere`,
      `${production.restUrl}/markets/a/b/c`,
      "markets"
    ]) {
      assert.isDefined(rule(requestTo(url)), url)
    }
    assert.isDefined(rule(requestTo(`${production.restUrl}/markets`, "GET", "{}")), "a read with a body")
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "get"]) {
      assert.isDefined(rule(requestTo(`${production.restUrl}/markets`, method)), method)
    }
  })
})
