/**
 * Checks the client and the local exchange with the proxy Prism. Prism is between the client and the exchange, and
 * reports violations of the document in requests and responses.
 */
import { assert, layer } from "@effect/vitest"
import { type Fault, Sandbox } from "@kalshi-effect/sandbox/Sandbox"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { root } from "../../src/operations/Requests.ts"
import { objectOf, stringify, type JsonObject } from "../../src/judge/JsonSchema.ts"
import type * as Mutants from "../../src/generate/Mutants.ts"
import {
  withDescriptor,
  conformance,
  document,
  named,
  simplestInput,
  referenceOf
} from "../operations/support/client.ts"
import * as Prism from "../operations/support/prism.ts"
import { working } from "../../src/targets/Working.ts"
import * as Exchange from "../../src/targets/World.ts"
import { trading } from "./support/trading.ts"
import * as World from "./support/world.ts"

interface ProxyReport {
  readonly status: number
  readonly violations: ReadonlyArray<string>
}

/**
 * The violations that Prism reports. If Prism cannot forward a response, it sends its own response, which counts as a
 * violation.
 */
const violationsIn = (headers: Headers.Headers): ReadonlyArray<string> => {
  const header = headers["sl-violations"]
  if (header === undefined)
    return headers["content-type"] === "application/problem+json" ? ["Prism could not forward a response"] : []
  if (!header.startsWith("[")) return [header]
  const violations: ReadonlyArray<{ readonly location: ReadonlyArray<string>; readonly message: string }> =
    JSON.parse(header)
  return violations.map(({ location, message }) => `${location.join("/")}: ${message}`)
}

class Proxied extends Context.Service<
  Proxied,
  { readonly http: HttpClient.HttpClient; readonly judged: Array<ProxyReport> }
>()("contract-tests/Proxied") {}

const proxied = Layer.effect(
  Proxied,
  Effect.gen(function* () {
    const upstream = `${(yield* Sandbox).url}${root}`
    const { port } = yield* Effect.acquireRelease(
      Effect.promise(() => Prism.startProxy(upstream)),
      ({ stop }) => Effect.sync(stop)
    )
    const judged: Array<ProxyReport> = []
    const http = (yield* HttpClient.HttpClient).pipe(
      // Prism serves the paths of the document without the prefix of the exchange. The signed path is unchanged.
      HttpClient.mapRequest((request) =>
        HttpClientRequest.setUrl(request, request.url.replace(upstream, `http://127.0.0.1:${port}`))
      ),
      HttpClient.tap(({ headers, status }) =>
        Effect.sync(() => {
          judged.push({ status, violations: violationsIn(headers) })
        })
      )
    )
    return { http, judged }
  })
)

/** Restores the seeded state of the exchange, and then runs an effect with Prism as its proxy. */
const runThroughPrism = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { http, judged } = yield* Proxied
    yield* (yield* World.World).refreshed
    judged.length = 0
    const result = yield* Effect.result(Effect.provideService(effect, HttpClient.HttpClient, http))
    return { result, judged: judged.slice() }
  })

/** Returns inputs without deprecated parameters, because these cause warnings. */
const inputsOf = (client: ClientOperations.ClientOperation, world: Exchange.World): ReadonlyArray<JsonObject> => {
  const { id, parameters } = referenceOf(client)
  const deprecatedNames = new Set(parameters.flatMap(({ deprecated, name }) => (deprecated ? [name] : [])))
  return working(world, id, [simplestInput(client)]).map((input) =>
    // Every input is an object.
    objectOf(Object.entries(input as JsonObject).filter(([name]) => !deprecatedNames.has(name)))
  )
}

const call = ({ descriptor, operation }: ClientOperations.ClientOperation, input: unknown) =>
  Effect.gen(function* () {
    const { signer } = Exchange.signerOf(yield* World.World, descriptor.path)
    const { environment } = yield* Sandbox
    return yield* Effect.provide(operation(input), World.clientOf(signer, environment))
  })

/** The operations whose correct requests Prism rejects, with Prism's reports. */
const wronglyRejected: Readonly<Record<string, string>> = {
  // The client sends an empty object, but the document declares no body.
  UpgradeAccountApiUsageLevel: "request: No supported content types, but request included a non-empty body"
}

layer(Layer.provideMerge(proxied, World.layer), { excludeTestServices: true })(
  "Prism, between the client and the local exchange",
  (it) => {
    for (const client of ClientOperations.all) {
      const { operationId, success } = client.descriptor
      it.effect(
        `reports ${wronglyRejected[operationId] === undefined ? "no" : "only the listed"} violation for ${client.name}`,
        () =>
          Effect.gen(function* () {
            for (const input of inputsOf(client, yield* World.World)) {
              const { judged, result } = yield* runThroughPrism(call(client, input))
              assert.isTrue(Result.isSuccess(result), Result.isFailure(result) ? String(result.failure) : "")
              const violations = wronglyRejected[operationId] === undefined ? [] : [wronglyRejected[operationId]]
              assert.deepStrictEqual(judged, [{ status: success.status, violations }])
            }
          })
      )
    }

    it.effect("reports no violation in a trading session with successes and errors", () =>
      Effect.gen(function* () {
        const { bystander, signer, ticker } = yield* World.World
        const { judged, result } = yield* runThroughPrism(trading(signer, bystander, ticker, yield* Sandbox))
        assert.deepStrictEqual(result, Result.succeed({ orders: 9, fills: 4, positions: 2, settlements: 3, trades: 4 }))
        assert.deepStrictEqual(
          judged.flatMap(({ violations }) => violations),
          []
        )
        assert.deepStrictEqual(
          [...new Set(judged.map(({ status }) => status))].sort(),
          [200, 201, 204, 400, 401, 403, 404, 409]
        )
      })
    )

    const answers: ReadonlyArray<readonly [string, Omit<Fault, "operation">, string]> = [
      ["a wrong content type", { status: 200, body: "{}", contentType: "text/plain" }, "response: The received media"],
      ["a body that is not JSON", { status: 200, body: "{" }, "Prism could not forward a response"],
      ["a truncated body", { mangle: "truncated" }, "Prism could not forward a response"],
      ["an error with an invalid body", { status: 401, body: { error: 1 } }, "response/body"],
      ["an error that is not declared", { status: 404 }, "response: Unable to match the returned status code"],
      [
        "a success status that is not declared",
        { status: 201, body: {} },
        "response: Unable to match the returned status code"
      ]
    ]
    for (const [fault, answer, expected] of answers) {
      it.effect(`detects ${fault}`, () =>
        Effect.gen(function* () {
          const { judged } = yield* runThroughPrism(
            Effect.andThen(
              (yield* Sandbox).plant({ ...answer, operation: "GetOrderGroups" }),
              call(named("GetOrderGroups"), {})
            )
          )
          const [violation] = judged.flatMap(({ violations }) => violations)
          assert.strictEqual(violation?.slice(0, expected.length), expected)
        })
      )
    }

    const requests: ReadonlyArray<readonly [string, ClientOperations.ClientOperation, JsonObject, string]> = [
      [
        "a request without a signature",
        withDescriptor("GetOrders", () => ({ auth: "none" })),
        {},
        "request: Invalid security scheme used"
      ],
      [
        "a renamed parameter",
        withDescriptor("GetMarketOrderbooks", ({ query }) => ({ query: { tickets: query["tickers"]! } })),
        { tickets: ["x"] },
        "request/query: Request query must have required property 'tickers'"
      ],
      [
        "another path",
        withDescriptor("GetOrder", () => ({ path: "/portfolio/order", pathParameters: {} })),
        {},
        "request: Selected route not found"
      ],
      [
        "a missing body",
        withDescriptor("CreateOrderV2", () => ({ body: undefined })),
        {},
        "request/body: Request body must have required property 'ticker'"
      ]
    ]
    for (const [fault, client, input, expected] of requests) {
      it.effect(`detects ${fault}`, () =>
        Effect.gen(function* () {
          const { judged } = yield* runThroughPrism(call(client, input))
          assert.include(
            judged.flatMap(({ violations }) => violations),
            expected
          )
        })
      )
    }

    for (const id of ["GetOrder", "GetMarketOrderbook"]) {
      it.effect(`detects every violation in a response to ${id}, except the kinds that Prism does not check`, () =>
        Effect.gen(function* () {
          const sandbox = yield* Sandbox
          const client = named(id)
          const [input] = inputsOf(client, yield* World.World)
          const { schema } = document.operation(id)!.success // The document has both operations.
          const { mutants } = conformance.suite({ name: client.name, schema: schema!, direction: "response" })
          const detected: Array<Mutants.Kind> = []
          const missed: Array<Mutants.Kind> = []
          const places = new Map(mutants.map((mutant) => [`${mutant.kind} ${mutant.pointer}`, mutant]))
          for (const { kind, value } of places.values()) {
            const answer = { operation: id, status: 200, body: stringify(value), contentType: "application/json" }
            const { judged } = yield* runThroughPrism(Effect.andThen(sandbox.plant(answer), call(client, input)))
            ;(judged.some(({ violations }) => violations.length > 0) ? detected : missed).push(kind)
          }
          assert.deepStrictEqual(
            missed.filter((kind) => Prism.blindTo[kind] === undefined),
            []
          )
          assert.isAbove(detected.length, 30)
        })
      )
    }
  }
)
