import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { type Credentials, layerTest, Sandbox } from "../../../src/Sandbox.ts"
import { errorOf, type Got, send, type Sent } from "../../support/wire.ts"
import { quote, rfq, ticker } from "../../support/world.ts"

type Fields = Readonly<Record<string, unknown>>

const call = (by: Credentials, method: Sent["method"], path: string, json?: unknown) =>
  send({ method, path: `/communications${path}`, by, ...(json === undefined ? undefined : { json }) })

const fieldOf = (got: Got, name: string): Fields => {
  assert.isBelow(got.status, 300, JSON.stringify(got.body))
  return (got.body as Readonly<Record<string, Fields>>)[name]!
}

const created = (by: Credentials, path: string, json: unknown) =>
  Effect.map(call(by, "POST", path, json), (got) => String(fieldOf(got, "id")))

const makeParties = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  yield* sandbox.createMarket({ ticker })
  const account = (name: string) => sandbox.createAccount({ name })
  const [maker, requester, other] = [yield* account("maker"), yield* account("requester"), yield* account("other")]
  const rfqOf = (by: Credentials, rfqId: string) =>
    Effect.map(call(by, "GET", `/rfqs/${rfqId}`), (got) => fieldOf(got, "rfq"))
  const quoteOf = (by: Credentials, quoteId: string) =>
    Effect.map(call(by, "GET", `/quotes/${quoteId}`), (got) => fieldOf(got, "quote"))
  return { sandbox, maker, requester, other, rfqOf, quoteOf }
})

const provide = Effect.provide(layerTest({ assumptions: { timestampWindowMillis: Infinity } }))

describe("toRfq and toQuote", () => {
  it.effect("show private fields only to the account that they concern", () =>
    Effect.gen(function* () {
      const { maker, other, quoteOf, requester, rfqOf } = yield* makeParties
      const rfqId = yield* created(requester, "/rfqs", rfq({ subaccount: 1, contracts_fp: "2.00" }))
      const own = { creator_user_id: requester.accountId, creator_subaccount: 1 }
      assert.deepInclude(yield* rfqOf(requester, rfqId), own)
      assert.notProperty(yield* rfqOf(other, rfqId), "creator_user_id")
      assert.notProperty(yield* rfqOf(other, rfqId), "creator_subaccount")

      const quoteId = yield* created(maker, "/quotes", quote(rfqId, { no_bid: "0", post_only: true }))
      const shown = { yes_bid_dollars: "0.4000", no_bid_dollars: "0.0000", no_contracts_fp: "0.00" }
      const ofMaker = ["creator_subaccount", "creator_user_id", "post_only"]
      const ofRequester = ["rfq_creator_subaccount", "rfq_creator_user_id"]
      const toMaker = yield* quoteOf(maker, quoteId)
      const toRequester = yield* quoteOf(requester, quoteId)
      assert.deepInclude(toMaker, { ...shown, creator_user_id: maker.accountId, post_only: true })
      assert.deepInclude(toRequester, { ...shown, rfq_creator_subaccount: 1 })
      for (const name of ofMaker) assert.notProperty(toRequester, name)
      for (const name of ofRequester) assert.notProperty(toMaker, name)
      assert.strictEqual((yield* call(other, "GET", `/quotes/${quoteId}`)).status, 404)
    }).pipe(provide)
  )

  it.effect("show a placeholder instead of an obscured creator, until a quote is executed", () =>
    Effect.gen(function* () {
      const { maker, other, quoteOf, requester, rfqOf } = yield* makeParties
      const id = String(fieldOf(yield* call(requester, "GET", "/id"), "communications_id"))
      const placeholder = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      const rfqId = yield* created(requester, "/rfqs", rfq({ obscure_creator_id: true }))
      const quoteId = yield* created(maker, "/quotes", quote(rfqId))
      const creators = Effect.gen(function* () {
        const { rfqs } = (yield* call(other, "GET", "/rfqs")).body as { readonly rfqs: ReadonlyArray<Fields> }
        return [
          (yield* rfqOf(requester, rfqId))["creator_id"],
          (yield* rfqOf(other, rfqId))["creator_id"],
          rfqs[0]!["creator_id"],
          (yield* quoteOf(requester, quoteId))["rfq_creator_id"],
          (yield* quoteOf(maker, quoteId))["rfq_creator_id"]
        ]
      })
      const byCreator = `/rfqs?creator_user_id=${requester.accountId}`
      assert.deepInclude((yield* call(other, "GET", byCreator)).body, { rfqs: [] })
      assert.match(id, /^[0-9a-f]{64}$/)
      const obscured = [id, placeholder, placeholder, id, placeholder]
      assert.deepStrictEqual(yield* creators, obscured)
      yield* call(requester, "PUT", `/quotes/${quoteId}/accept`, { accepted_side: "yes" })
      yield* call(maker, "PUT", `/quotes/${quoteId}/confirm`, {})
      assert.deepStrictEqual(yield* creators, obscured)
      yield* TestClock.adjust("15 seconds")
      assert.deepStrictEqual(yield* creators, [id, id, id, id, id])
    }).pipe(provide)
  )

  it.effect("show exactly the fields of the current state", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_800_000_000_000)
      const { maker, other, quoteOf, requester, rfqOf } = yield* makeParties
      const idOf = (by: Credentials) =>
        Effect.map(call(by, "GET", "/id"), (got) => String(fieldOf(got, "communications_id")))
      const rfqId = yield* created(requester, "/rfqs", rfq())
      const quoteId = yield* created(maker, "/quotes", quote(rfqId))
      const start = "2027-01-15T08:00:00Z"
      const ofRfq = {
        id: rfqId,
        creator_id: yield* idOf(requester),
        market_ticker: ticker,
        contracts_fp: "2.00",
        created_ts: start,
        rest_remainder: false
      }
      const ofQuote = {
        id: quoteId,
        rfq_id: rfqId,
        creator_id: yield* idOf(maker),
        rfq_creator_id: ofRfq.creator_id,
        market_ticker: ticker,
        contracts_fp: "2.00",
        yes_bid_dollars: "0.4000",
        no_bid_dollars: "0.5000",
        yes_contracts_fp: "2.00",
        no_contracts_fp: "2.00",
        created_ts: start,
        rest_remainder: false,
        creator_user_id: maker.accountId,
        creator_subaccount: 0,
        post_only: false
      }
      assert.deepStrictEqual(yield* rfqOf(other, rfqId), { ...ofRfq, status: "open", updated_ts: start })
      assert.deepStrictEqual(yield* quoteOf(maker, quoteId), { ...ofQuote, status: "open", updated_ts: start })

      const steps = { accepted_ts: "2027-01-15T08:00:01Z", confirmed_ts: "2027-01-15T08:00:02Z" }
      yield* TestClock.adjust("1 second")
      yield* call(requester, "PUT", `/quotes/${quoteId}/accept`, { accepted_side: "no" })
      yield* TestClock.adjust("1 second")
      yield* call(maker, "PUT", `/quotes/${quoteId}/confirm`, {})
      yield* TestClock.adjust("15 seconds")
      const executed = "2027-01-15T08:00:17Z"
      const { creator_order_id, ...shown } = yield* quoteOf(maker, quoteId)
      assert.isString(creator_order_id)
      const outcome = { status: "executed", accepted_side: "no", executed_ts: executed, updated_ts: executed }
      assert.deepStrictEqual(shown, { ...ofQuote, ...steps, ...outcome })
      assert.deepStrictEqual(yield* rfqOf(other, rfqId), { ...ofRfq, status: "closed", updated_ts: executed })

      const deletedId = yield* created(requester, "/rfqs", rfq())
      const cancelledId = yield* created(maker, "/quotes", quote(deletedId))
      yield* TestClock.adjust("1 second")
      yield* call(requester, "DELETE", `/rfqs/${deletedId}`)
      const deleted = "2027-01-15T08:00:18Z"
      const gone = { created_ts: executed, updated_ts: deleted, cancelled_ts: deleted }
      assert.deepStrictEqual(yield* rfqOf(other, deletedId), {
        ...ofRfq,
        ...gone,
        id: deletedId,
        status: "closed",
        cancellation_reason: "requested"
      })
      assert.deepStrictEqual(yield* quoteOf(maker, cancelledId), {
        ...ofQuote,
        ...gone,
        id: cancelledId,
        rfq_id: deletedId,
        status: "cancelled",
        cancellation_reason: "rfqClosed"
      })
    }).pipe(provide)
  )

  it.effect("show the target cost and the counts that result from it", () =>
    Effect.gen(function* () {
      const { maker, quoteOf, requester, rfqOf } = yield* makeParties
      const target = { target_cost_dollars: "6.00", target_cost_excludes_fees: true, contracts: undefined }
      const rfqId = yield* created(requester, "/rfqs", rfq(target))
      const shown = { contracts_fp: "0.00", target_cost_dollars: "6.000000", target_cost_excludes_fees: true }
      assert.deepInclude(yield* rfqOf(maker, rfqId), shown)
      const quoteId = yield* created(maker, "/quotes", quote(rfqId))
      const counts = { yes_contracts_fp: "10.00", no_contracts_fp: "12.00", rfq_target_cost_dollars: "6.000000" }
      assert.deepInclude(yield* quoteOf(maker, quoteId), { ...counts, contracts_fp: "12.00" })
      yield* call(requester, "PUT", `/quotes/${quoteId}/accept`, { accepted_side: "yes" })
      assert.deepInclude(yield* quoteOf(maker, quoteId), { ...counts, contracts_fp: "10.00" })
    }).pipe(provide)
  )

  it.effect("show each party of an executed quote only its own order", () =>
    Effect.gen(function* () {
      const { maker, quoteOf, requester } = yield* makeParties
      const rfqId = yield* created(requester, "/rfqs", rfq())
      const quoteId = yield* created(maker, "/quotes", quote(rfqId))
      yield* call(requester, "PUT", `/rfqs/${rfqId}/quotes/${quoteId}/accept`, { accepted_side: "no" })
      yield* call(maker, "PUT", `/rfqs/${rfqId}/quotes/${quoteId}/confirm`, {})
      yield* TestClock.adjust("15 seconds")
      for (const [by, own, others] of [
        [maker, "creator_order_id", "rfq_creator_order_id"],
        [requester, "rfq_creator_order_id", "creator_order_id"]
      ] as const) {
        const seen = yield* quoteOf(by, quoteId)
        assert.notProperty(seen, others)
        const got = yield* send({ method: "GET", path: `/portfolio/fills?order_id=${String(seen[own])}`, by })
        const { fills } = got.body as { readonly fills: ReadonlyArray<Fields> }
        assert.deepInclude(fills[0], { count_fp: "2.00", no_price_dollars: "0.5000", is_taker: by === requester })
      }
    }).pipe(provide)
  )
})

describe("the lists of RFQs and quotes", () => {
  it.effect("apply their filters", () =>
    Effect.gen(function* () {
      const { maker, other, requester } = yield* makeParties
      const costs = { contracts: undefined, target_cost_centi_cents: 60_000 }
      const [mine, others] = [
        yield* created(requester, "/rfqs", rfq(costs)),
        yield* created(other, "/rfqs", rfq({ subaccount: 2 }))
      ]
      const [onMine, onOthers] = [
        yield* created(maker, "/quotes", quote(mine)),
        yield* created(maker, "/quotes", quote(others))
      ]
      const ids = (by: Credentials, path: string) =>
        Effect.map(call(by, "GET", path), (got) => {
          const { quotes, rfqs } = got.body as Readonly<Record<string, ReadonlyArray<Fields>>>
          return (quotes ?? rfqs ?? []).map(({ id }) => id)
        })
      const upper = (text: string): string => text.toUpperCase()
      const communicationsId = String(fieldOf(yield* call(requester, "GET", "/id"), "communications_id"))
      const { body } = yield* call(requester, "GET", "/rfqs?user_filter=self")
      assert.deepInclude((body as { readonly rfqs: ReadonlyArray<Fields> }).rfqs[0], {
        id: mine,
        target_cost_dollars: "6.000000"
      })
      const listings: ReadonlyArray<readonly [by: Credentials, path: string, expected: Array<string>]> = [
        [maker, "/rfqs", [others, mine]],
        [maker, `/rfqs?creator_user_id=${upper(requester.accountId)}`, [mine]],
        [maker, `/rfqs?market_ticker=${ticker}&event_ticker=KXTEST-26&limit=1`, [others]],
        [other, "/rfqs?subaccount=2", [others]],
        [requester, "/rfqs?user_filter=self", [mine]],
        [maker, "/quotes?user_filter=self", [onOthers, onMine]],
        [maker, `/quotes?user_filter=self&rfq_id=${upper(mine)}`, [onMine]],
        [
          maker,
          `/quotes?quote_creator_user_id=${upper(maker.accountId)}&rfq_creator_user_id=${other.accountId}`,
          [onOthers]
        ],
        [requester, "/quotes?rfq_user_filter=self&status=open", [onMine]],
        [requester, `/quotes?rfq_creator_user_id=${upper(requester.accountId)}`, [onMine]],
        [requester, `/quotes?rfq_creator_user_id=${communicationsId}`, [onMine]],
        [requester, "/quotes?user_filter=self", []],
        [requester, "/quotes?rfq_user_filter=self&max_ts=-1", []]
      ]
      for (const [by, path, expected] of listings) {
        assert.deepStrictEqual<unknown>(yield* ids(by, path), expected, path)
      }
    }).pipe(provide)
  )
})

describe("a key that is locked to a subaccount", () => {
  it.effect("creates RFQs for that subaccount, and lists no RFQs or quotes of other subaccounts", () =>
    Effect.gen(function* () {
      const { maker, requester, rfqOf, sandbox } = yield* makeParties
      yield* sandbox.createSubaccount(requester.accountId)
      const locked = yield* sandbox.createKey(requester.accountId, "ed25519", { subaccount: 1 })
      const mine = yield* created(requester, "/rfqs", rfq())
      const quoteId = yield* created(maker, "/quotes", quote(mine))
      assert.strictEqual((yield* call(locked, "DELETE", `/rfqs/${mine}`)).status, 404)
      assert.strictEqual((yield* call(locked, "GET", `/quotes/${quoteId}`)).status, 404)
      const refused = yield* call(locked, "POST", "/rfqs", rfq({ subaccount: 0 }))
      assert.strictEqual(errorOf(refused).code, "permission_denied")
      assert.deepInclude((yield* call(locked, "GET", "/rfqs")).body, { rfqs: [] })
      assert.deepInclude((yield* call(locked, "GET", "/quotes?rfq_user_filter=self")).body, { quotes: [] })
      const replacing = rfq({ replace_existing: true })
      assert.strictEqual((yield* call(locked, "POST", "/rfqs", replacing)).status, 409)
      assert.strictEqual((yield* call(requester, "DELETE", `/rfqs/${mine}`)).status, 204)
      const own = yield* created(locked, "/rfqs", rfq())
      assert.strictEqual((yield* rfqOf(requester, own))["creator_subaccount"], 1)
      assert.strictEqual((yield* call(locked, "DELETE", `/rfqs/${own}`)).status, 204)
    }).pipe(provide)
  )
})
