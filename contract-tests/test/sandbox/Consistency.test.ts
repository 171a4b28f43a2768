/** Checks that the responses of the local exchange's operations do not contradict each other. */
import { assert, describe, it } from "@effect/vitest"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { pointerKeys, updateAt, valueAt, type Json } from "../../src/judge/JsonSchema.ts"
import * as ClientOperations from "../../src/operations/ClientOperations.ts"
import { makeWorld, type World } from "../../src/targets/World.ts"
import { layer as busyLayer, makeBusyWorld } from "./support/consistency/busyWorld.ts"
import { covered } from "./support/consistency/collecting.ts"
import { find } from "./support/consistency/contradictions.ts"
import { exceptions, keysOf } from "./support/consistency/exceptions.ts"
import { make, tampered } from "./support/consistency/reading.ts"
import { fields, texts } from "./support/consistency/references.ts"
import type { rules } from "./support/consistency/sums.ts"

/**
 * A contradiction to inject: `value` at `pointer` in the responses of `operation`. `found` is a part of the expected
 * report.
 */
interface Planted {
  readonly operation: string
  readonly pointer: string
  readonly value: Json | ((world: World) => Json)
  readonly found: string
  /** If set, the value is injected only into responses to the account `signer`. */
  readonly onlySigner?: true
}

const unknownId = "00000000-0000-4000-8000-000000000000"

const ofReferences: ReadonlyArray<Planted> = [
  ["GetMarkets", "/markets/0/event_ticker", "KXNONE-26", "GetEvent does not find the event KXNONE-26"],
  ["GetEvents", "/events/0/series_ticker", "KXNONE", "GetSeriesList does not find the series KXNONE"],
  ["GetOrder", "/order/yes_price_dollars", "0.9900", 'order.yes_price_dollars is "0.9900", but GetOrders shows'],
  ["GetFills", "/fills/0/order_id", unknownId, "GetOrder does not find the order"],
  ["GetFills", "/fills/0/count_fp", "77.00", 'fills.count_fp is "77.00", but GetTrades shows'],
  ["GetTrades", "/trades/0/trade_id", unknownId, "GetTrades does not find the trade"],
  ["GetQuote", "/quote/no_bid_dollars", "0.0100", 'quote.no_bid_dollars is "0.0100", but GetRFQQuote shows'],
  ["GetRFQ", "/rfq/contracts_fp", "9.00", 'rfq.contracts_fp is "9.00", but GetRFQs shows'],
  ["GetRFQBatch", "/rfq_batch/created_ts", "2001-01-01T00:00:00Z", "rfq_batch.created_ts is"],
  ["GetMilestone", "/milestone/title", "Another", 'milestone.title is "Another", but GetMilestones shows'],
  ["GetLiveData", "/live_data/type", "golf_tournament", 'live_data.type is "golf_tournament", but'],
  ["GetStructuredTarget", "/structured_target/name", "Nobody", 'structured_target.name is "Nobody", but'],
  ["GetMultivariateEventCollection", "/multivariate_contract/size_min", 9, "multivariate_contract.size_min is 9, but"],
  ["GetIntraExchangeInstanceTransfer", "/transfer/amount", "1.000000", 'transfer.amount is "1.000000", but'],
  ["ListFCMSubtraders", "/subtraders/0/subtrader_id", "NONE", "ListFCMSubtraders does not find the subtrader"],
  ["GetOrderGroups", "/order_groups/0/contracts_limit_fp", "1.00", 'order_groups.contracts_limit_fp is "1.00", but'],
  ["GetSeries", "/series/fee_type", "flat", 'series.fee_type is "flat", but GetSeriesList shows'],
  ["GetIncentivePrograms", "/incentive_programs/0/market_ticker", "KXNONE-1", "GetMarket does not find the market"],
  ["GetOrder", "/order/parent_id", unknownId, "order.parent_id is in no table of references"]
].map(([operation, pointer, value, found]) => ({
  operation: String(operation),
  pointer: String(pointer),
  value: value ?? null,
  found: String(found)
}))

const ofRules: Readonly<Record<keyof typeof rules, Omit<Planted, "found">>> = {
  "the volume of a market equals the volume of its trades": {
    operation: "GetMarkets",
    pointer: "/markets/0/volume_fp",
    value: "99.00"
  },
  "the volume of a series equals the volume of its markets": {
    operation: "GetSeriesList",
    pointer: "/series/0/volume_fp",
    value: "99.00"
  },
  "a trade has two fills": { operation: "GetFills", pointer: "/fills/0/book_side", value: "bid" },
  "the totals of an order are the sums of its fills": {
    operation: "GetOrders",
    pointer: "/orders/0/fill_count_fp",
    value: "99.00"
  },
  "the filled count of a subtrader's order is the sum of its fills": {
    operation: "GetFCMOrders",
    pointer: "/orders/0/fill_count_fp",
    value: "99.00"
  },
  "batch quotes and quotes agree": {
    operation: "GetRFQBatchQuotes",
    pointer: "/batch_quotes/0/quotes/0/no_bid_dollars",
    value: "0.0100"
  },
  "all accounts see the same values": {
    operation: "GetRFQs",
    pointer: "/rfqs/0/contracts_fp",
    value: "99.00",
    onlySigner: true
  },
  "the totals of a position are the sums of its fills": {
    operation: "GetPositions",
    pointer: "/market_positions/0/position_fp",
    value: "99.00"
  },
  "the position of a subtrader is the sum of its fills": {
    operation: "GetFCMPositions",
    pointer: "/market_positions/0/position_fp",
    value: "99.00"
  },
  "the totals of an event are the sums of its markets": {
    operation: "GetPositions",
    pointer: "/event_positions/0/fees_paid_dollars",
    value: "99.000000"
  },
  "open interest is the number of contracts held": {
    operation: "GetMarkets",
    pointer: "/markets/0/open_interest_fp",
    value: "99.00"
  },
  "a balance is the sum of the balances on the shards": {
    operation: "GetBalance",
    pointer: "/balance_breakdown/0/balance",
    value: "1.0000"
  },
  "the value of resting orders is the sum of the values on the shards": {
    operation: "GetPortfolioRestingOrderTotalValue",
    pointer: "/total_resting_order_value",
    value: 1
  },
  "cash is the result of payments, fills and settlements": {
    operation: "GetDeposits",
    pointer: "/deposits/0/amount_cents",
    value: 1
  },
  "an order book contains exactly the resting orders": {
    operation: "GetMarketOrderbook",
    pointer: "/orderbook_fp/yes_dollars/0/1",
    value: "99.00"
  },
  "the best prices of a market equal the best prices of its book": {
    operation: "GetMarkets",
    pointer: "/markets/0/yes_ask_dollars",
    value: "0.0100"
  },
  "a queue position is the number of contracts before the order": {
    operation: "GetOrderQueuePosition",
    pointer: "/queue_position_fp",
    value: "99.00"
  },
  "an order group lists its resting orders": { operation: "GetOrderGroup", pointer: "/orders", value: [unknownId] },
  "a settlement pays the position at the value of the market": {
    operation: "GetSettlements",
    pointer: "/settlements/0/revenue",
    value: 5
  },
  "the volume for usage levels equals the volume of the fills": {
    operation: "GetAccountApiUsageLevelVolumeProgress",
    pointer: "/volume_progress/0/trailing_30d_volume_fp",
    value: "99.00"
  },
  "every form of an event lists its markets": {
    operation: "GetEventMetadata",
    pointer: "/market_details",
    value: []
  },
  "an entity is either live or historical": {
    operation: "GetHistoricalMarkets",
    pointer: "/markets/0/ticker",
    value: ({ ticker }) => ticker
  },
  "the tags of a category equal the tags of its series": {
    operation: "GetTagsForSeriesCategories",
    pointer: "/tags_by_categories/Local",
    value: ["Another"]
  },
  "the candlesticks of a market agree with its volume and its state": {
    operation: "GetMarketCandlesticks",
    pointer: "/candlesticks/0/volume_fp",
    value: "99.00"
  },
  "the points of a game equal the points after its last play": {
    operation: "GetLiveDataByMilestone",
    pointer: "/live_data/details/home_points",
    value: 99
  }
}

const planted: ReadonlyArray<Planted> = [
  ...ofReferences,
  ...Object.entries(ofRules).map(([found, planted]) => ({ ...planted, found: `${found}: ` }))
]

describe("the operations of the local exchange", () => {
  it("are all called if their method is GET", () => {
    const reads = ClientOperations.all.filter(({ descriptor }) => descriptor.method === "GET")
    assert.deepStrictEqual(covered.toSorted(), reads.map(({ descriptor }) => descriptor.operationId).toSorted())
  })

  it.effect(
    "do not contradict each other on an exchange with one entity of each kind, and every injected contradiction is found",
    () =>
      Effect.gen(function* () {
        const world = yield* makeWorld((millis) => TestClock.adjust(millis))
        const reader = yield* make
        const { bodies, contradictions } = yield* find(reader)
        assert.deepStrictEqual(contradictions, [])
        const read = new Set(bodies.map(({ operation }) => operation))
        assert.deepStrictEqual(
          covered.filter((operation) => !read.has(operation)),
          [],
          "every operation must be read"
        )
        for (const { found, onlySigner, operation, pointer, value } of planted) {
          const changed = typeof value === "function" ? value(world) : value
          const parent = pointer.slice(0, pointer.lastIndexOf("/"))
          let changes = 0
          const changing = tampered(reader, (of, data, account) => {
            if (of !== operation || (onlySigner && account !== world.signer.accountId)) return data
            if (valueAt(data, parent) === undefined) return data
            changes++
            return updateAt(data, pointerKeys(pointer), () => changed) ?? data
          })
          const got = (yield* find(changing)).contradictions
          assert.isAbove(changes, 0, `${operation} has no ${parent}`)
          assert.isTrue(
            got.some((contradiction) => contradiction.includes(found)),
            `${operation} ${pointer}: expected "${found}", but found ${JSON.stringify(got, undefined, 2)}`
          )
        }
      }).pipe(Effect.scoped, Effect.provide(Sandbox.layerTest()))
  )

  it.effect(
    "do not contradict each other on a busy exchange, and every listed exception and reference occurs",
    () =>
      Effect.gen(function* () {
        yield* makeBusyWorld
        const { bodies, contradictions, excused, followed } = yield* find(yield* make)
        assert.deepStrictEqual(contradictions.slice(0, 20), [])
        assert.deepStrictEqual(
          keysOf(exceptions).filter((key) => !excused.has(key)),
          [],
          "these exceptions did not occur: remove them from the list"
        )
        const names = [...followed.keys()]
        assert.deepStrictEqual(
          [...Object.keys(fields), ...Object.keys(texts)].filter(
            (field) => !names.some((name) => name === field || name.endsWith(`.${field}`))
          ),
          [],
          "these fields did not occur: remove them from the tables of references"
        )
        const count = [...followed.values()].reduce((sum, times) => sum + times, 0)
        console.log(`${bodies.length} responses, ${count} references of ${followed.size} fields`)
      }).pipe(Effect.scoped, Effect.provide(busyLayer)),
    120_000
  )
})
