import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import { layer, type Options, Sandbox } from "../../src/Sandbox.ts"
import { errorOf, send } from "../support/wire.ts"
import { order, ticker } from "../support/world.ts"

type Json = Readonly<Record<string, unknown>>

interface Control {
  readonly status: number
  readonly body: Json
}

const control = (
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  json?: unknown,
  headers: Record<string, string> = {}
) =>
  Effect.gen(function* () {
    const { url } = yield* Sandbox
    const client = yield* HttpClient.HttpClient
    const response = yield* client.execute(
      HttpClientRequest.make(method)(`${url}/sandbox/${path}`, {
        headers,
        ...(json === undefined ? {} : { body: HttpBody.text(JSON.stringify(json), "application/json") })
      })
    )
    const body = yield* response.json
    return { status: response.status, body: body as Json } satisfies Control // tests fail for any other body
  })

const served = <E>(test: Effect.Effect<void, E, Sandbox | HttpClient.HttpClient>, options: Options = {}) =>
  test.pipe(Effect.provide([layer(options), NodeHttpClient.layerUndici]))

/** Credentials for {@link send}, from the response that created a key. */
const credentialsOf = ({ accountId, keyId, privateKey, publicKey }: Json) =>
  Effect.map(ApiKey.fromPem({ keyId: String(keyId), privateKey: Redacted.make(String(privateKey)) }), (apiKey) => ({
    accountId: String(accountId),
    keyId: String(keyId),
    kind: apiKey.kind,
    privateKey: Redacted.make(String(privateKey)),
    publicKey: String(publicKey),
    signer: Signer.fromApiKey(apiKey)
  }))

describe("the operator interface", () => {
  it.live("creates a collection", () =>
    served(
      Effect.gen(function* () {
        const collection = { collectionTicker: "KXMVE-R", associatedEvents: [{ eventTicker: "KXA-26", sizeMax: 1 }] }
        const created = yield* control("POST", "collections", collection)
        assert.deepInclude(created.body, { collectionTicker: "KXMVE-R", exchangeIndex: 1, closeMillis: null })
        const read = yield* send({ method: "GET", path: "/multivariate_event_collections/KXMVE-R" })
        assert.include(JSON.stringify(read.body), '"size_max":1')
        const again = yield* control("POST", "collections", collection)
        assert.strictEqual(again.status, 400)
        assert.include(JSON.stringify(again.body), "collection already exists")
      })
    )
  )

  it.live("runs an exchange from an empty state to a settlement", () =>
    served(
      Effect.gen(function* () {
        const one = yield* credentialsOf((yield* control("POST", "accounts", { dollars: "100", tier: "basic" })).body)
        const other = yield* credentialsOf((yield* control("POST", "accounts", { kind: "rsa" })).body)
        const market = yield* control("POST", "markets", { ticker })
        assert.deepInclude(market.body, { ticker, status: "active", closeMillis: null })
        const path = "/portfolio/events/orders"
        assert.strictEqual((yield* send({ method: "POST", path, json: order(), by: one })).status, 201)
        assert.strictEqual((yield* send({ method: "POST", path, json: order({ side: "ask" }), by: other })).status, 201)
        for (const [step, body] of [
          ["pause", {}],
          ["reactivate", {}],
          ["close", {}],
          ["determine", { outcome: "no" }],
          ["dispute", {}],
          ["determine", { outcome: { scalar: "0.75" } }],
          ["settle", undefined]
        ] as const) {
          const done = yield* control("POST", `markets/${ticker}/${step}`, body)
          assert.strictEqual(done.status, 200, `${step} ${JSON.stringify(done.body)}`)
        }
        const settlements = yield* send({ method: "GET", path: "/portfolio/settlements", by: one })
        assert.deepInclude(JSON.stringify(settlements.body), '"revenue":375')
        assert.strictEqual((yield* control("POST", `accounts/${one.accountId}/deposit`, { dollars: "1" })).status, 200)
        assert.strictEqual((yield* control("POST", `accounts/${one.accountId}/withdraw`, { dollars: "2" })).status, 200)
        assert.strictEqual((yield* control("POST", `accounts/${one.accountId}/tier`, { tier: "prime" })).status, 200)
        const made = yield* control("POST", `accounts/${one.accountId}/subaccounts`)
        assert.deepStrictEqual(made.body, { subaccount: 1 })
        const locked = { kind: "ed25519", name: "locked", scopes: ["read"], subaccount: 1 }
        const key = yield* credentialsOf((yield* control("POST", `accounts/${one.accountId}/keys`, locked)).body)
        assert.strictEqual((yield* send({ method: "POST", path, json: order(), by: key })).status, 403)
      })
    )
  )

  it.live("creates milestones, structured targets and incentive programs", () =>
    served(
      Effect.gen(function* () {
        const created = (path: string, json: unknown) =>
          Effect.map(control("POST", path, json), ({ body, status }) => {
            assert.strictEqual(status, 200, JSON.stringify(body))
            return body
          })
        const event = {
          eventTicker: "KXGAME-26",
          competition: "Pro Football",
          competitionScope: "Game",
          liveSource: "BRTI"
        }
        assert.deepInclude(yield* created("events", event), event)
        const team = {
          name: "Boston",
          type: "football_team",
          details: { league: "NFL" },
          sourceIds: { sportradar: "t1" }
        }
        const { targetId } = yield* created("structured-targets", team)
        yield* created("structured-targets", { name: "A. Baker", type: "football_player", teamId: targetId })
        const market = yield* created("markets", { ticker: "KXGAME-26-BOS", structuredTargetId: targetId })
        assert.deepInclude(market, { structuredTarget: { type: "football_team", targetId } })
        const milestone = {
          type: "football_game",
          startMillis: 0,
          endMillis: 1_000,
          category: "Sports",
          competition: "Pro Football",
          title: "A game",
          notificationMessage: "It starts",
          primaryEventTickers: ["KXGAME-26"],
          relatedEventTickers: ["KXGAME-26"],
          targetIds: [targetId],
          sourceIds: { sportradar: "m1" },
          details: { week: 1 }
        }
        assert.deepInclude(yield* created("milestones", milestone), milestone)
        const program = {
          ticker: "KXGAME-26-BOS",
          type: "liquidity",
          description: "Quotes",
          startMillis: 0,
          endMillis: 1_000
        }
        const amounts = { periodReward: "1.00", maxRewardPerAccount: "0.10", discountFactorBps: 1, targetSize: "1" }
        const { programId } = yield* created("incentive-programs", { ...program, ...amounts })
        yield* created(`incentive-programs/${String(programId)}/paid-out`, {})
        assert.deepInclude((yield* send({ method: "GET", path: "/incentive_programs?status=paid_out" })).body, {
          next_cursor: ""
        })
        assert.strictEqual((yield* control("POST", "milestones", { type: "football_game" })).status, 400)
        assert.strictEqual((yield* control("POST", "incentive-programs/none/paid-out", {})).status, 400)
      })
    )
  )

  it.live("moves time, pauses, plants faults, and lists accounts and requests", () =>
    served(
      Effect.gen(function* () {
        const by = yield* credentialsOf((yield* control("POST", "accounts", {})).body)
        const time = Effect.map(control("GET", "time"), ({ body }) => Number(body["nowMillis"]))
        const before = yield* time
        yield* control("POST", "time", { millis: 86_400_000 })
        assert.strictEqual(yield* time, before + 86_400_000)
        // With a frozen clock, the exchange compares the timestamps of signatures with the real time.
        assert.strictEqual((yield* send({ method: "GET", path: "/portfolio/orders", by })).status, 200)
        yield* control("POST", "active", { trading: false })
        const status = yield* send({ method: "GET", path: "/exchange/status" })
        assert.deepInclude(status.body, { exchange_active: true, trading_active: false })
        yield* control("POST", "faults", { operation: "GetOrders", status: 503 })
        assert.strictEqual((yield* send({ method: "GET", path: "/portfolio/orders", by })).status, 503)
        const requests = (yield* control("GET", "requests")).body as unknown as ReadonlyArray<Json>
        yield* control("POST", "faults", { operation: "GetOrders", status: 503 })
        yield* control("POST", "faults/clear")
        assert.strictEqual((yield* send({ method: "GET", path: "/portfolio/orders", by })).status, 200)
        assert.deepInclude(requests.at(-1), { operation: "GetOrders", status: 503 })
        assert.deepStrictEqual(
          ((yield* control("GET", "accounts")).body as unknown as ReadonlyArray<Json>).map(({ tier }) => tier),
          ["unmetered"]
        )
        assert.notInclude(JSON.stringify((yield* control("GET", "dump")).body), "KEY-----")
      }),
      { clock: "frozen" }
    )
  )

  it.live("takes a snapshot, resets, and continues from the snapshot", () =>
    served(
      Effect.gen(function* () {
        const by = yield* credentialsOf((yield* control("POST", "accounts", {})).body)
        const path = "/portfolio/events/orders"
        assert.strictEqual((yield* send({ method: "POST", path, json: order(), by })).status, 201)
        const snapshot = (yield* control("GET", "snapshot")).body
        const dump = (yield* control("GET", "dump")).body
        yield* control("POST", "reset")
        assert.deepStrictEqual((yield* control("GET", "accounts")).body, [] as never)
        assert.strictEqual((yield* send({ method: "GET", path: "/portfolio/orders", by })).status, 401)
        assert.strictEqual((yield* send({ method: "GET", path: `/markets/${ticker}` })).status, 200)
        assert.strictEqual((yield* control("PUT", "snapshot", snapshot)).status, 200)
        assert.deepStrictEqual((yield* control("GET", "dump")).body, dump)
        assert.strictEqual((yield* send({ method: "GET", path: "/portfolio/orders", by })).status, 200)
        assert.strictEqual((yield* control("PUT", "snapshot", {})).status, 400)
        assert.deepStrictEqual((yield* control("GET", "dump")).body, dump)
      }),
      { markets: [{ ticker }], clock: "frozen" }
    )
  )

  it.live("continues at the time of a restored snapshot", () =>
    served(
      Effect.gen(function* () {
        const time = Effect.map(control("GET", "time"), ({ body }) => Number(body["nowMillis"]))
        const by = yield* credentialsOf((yield* control("POST", "accounts", {})).body)
        const then = yield* time
        const expiring = order({ expiration_time: Math.floor(then / 1_000) + 60 })
        yield* send({ method: "POST", path: "/portfolio/events/orders", json: expiring, by })
        const resting = Effect.map(
          send({ method: "GET", path: "/portfolio/orders?status=resting", by }),
          ({ body }) => JSON.stringify(body).split('"order_id"').length - 1
        )
        const snapshot = (yield* control("GET", "snapshot")).body
        yield* control("POST", "time", { millis: 120_000 })
        assert.strictEqual(yield* resting, 0)
        assert.strictEqual((yield* control("PUT", "snapshot", snapshot)).status, 200)
        assert.deepStrictEqual([yield* time, yield* resting], [then, 1])
        yield* control("POST", "time", { millis: 59_000 })
        assert.deepStrictEqual([yield* time, yield* resting], [then + 59_000, 1])
        yield* control("POST", "time", { millis: 1_000 })
        assert.strictEqual(yield* resting, 0)
      }),
      { markets: [{ ticker }], clock: "frozen" }
    )
  )

  it.live("refuses to move a frozen clock back or by zero", () =>
    served(
      Effect.gen(function* () {
        const time = Effect.map(control("GET", "time"), ({ body }) => Number(body["nowMillis"]))
        const then = yield* time
        for (const millis of [-600_000, 0]) {
          assert.strictEqual((yield* control("POST", "time", { millis })).status, 400)
        }
        yield* control("POST", "time", { millis: 1_000 })
        assert.strictEqual(yield* time, then + 1_000)
      }),
      { clock: "frozen" }
    )
  )

  it.live("names the invalid field of a request", () =>
    served(
      Effect.gen(function* () {
        const { body } = yield* control("POST", "time", { ms: 1 })
        assert.include(JSON.stringify(body), 'excess property\\n  at [\\"ms\\"]')
        assert.include(JSON.stringify((yield* control("POST", "time", { millis: 0.5 })).body), "millis")
        const market = { ticker, priceRanges: [{ start: "0", end: "1.00", step: "0.01" }] }
        assert.include(JSON.stringify((yield* control("POST", "markets", market)).body), "two to four decimals")
      })
    )
  )

  it.live("refuses invalid requests with an error code, and requests from browser pages", () =>
    served(
      Effect.gen(function* () {
        const cases: ReadonlyArray<readonly [number, ReturnType<typeof control>]> = [
          [404, control("GET", "nothing")],
          [404, control("GET", "accounts/1/2/3")],
          [405, control("DELETE", "accounts")],
          [400, control("POST", "accounts", { dollars: 5 })],
          [400, control("POST", "accounts", { money: "5" })],
          [400, control("POST", "accounts", [])],
          ...[0, null, [], "x"].map((body) => [400, control("POST", "reset", body)] as const),
          [400, control("POST", "markets", { ticker: "" })],
          [400, control("POST", "markets", { ticker: "KXODD-1", openMillis: 9_000_000_000_000_000 })],
          [400, control("POST", "markets", { ticker: "KXODD-1", openMillis: -1 })],
          [400, control("POST", "markets", { ticker: "KXODD-1", priceRanges: [] })],
          [400, control("POST", "markets/KXNONE-1/settle")],
          [400, control("POST", "time", { millis: 9_000_000_000_000_000 })],
          [400, control("PUT", "snapshot", { ...(yield* control("GET", "snapshot")).body, nowMillis: 9e15 })],
          [400, control("POST", "faults", { status: 99 })],
          [400, control("POST", "faults", { operation: "GetOrder2", status: 503 })],
          [400, control("POST", "time", { millis: 1.5 })],
          [403, control("POST", "reset", {}, { origin: "http://localhost:3000" })],
          [403, control("GET", "snapshot", undefined, { host: "exchange.example.com" })]
        ]
        for (const [status, request] of cases) {
          const got = yield* request
          assert.strictEqual(got.status, status, JSON.stringify(got.body))
          assert.isString(errorOf({ ...got, headers: {} }).code)
        }
        assert.strictEqual((yield* send({ method: "GET", path: "/markets" })).status, 200)
      })
    )
  )
})
