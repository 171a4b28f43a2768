/** A user's program that trades with a crowd (simulated traders) through the client. */
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Quotes from "@kalshi-effect/client/Quotes"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { layerTest, Sandbox } from "../../src/Sandbox.ts"
import { collect, until } from "../support/feedTrader.ts"

const ticker = "KXCROWDLONG-A-YES"
const crowd = { traders: 12 }
const withCrowd = layerTest({ crowd })

const newUser = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  const { accountId, signer } = yield* sandbox.createAccount({ name: "user" })
  return {
    sandbox,
    accountId,
    environment: sandbox.environment,
    signer,
    kalshi: Kalshi.layer({ environment: sandbox.environment, signer, limits: false })
  }
})

const oneYes = {
  ticker,
  side: "bid",
  count: "1",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
} as const

const cents = (text: string): number => Math.round(Number(text) * 100)

describe("a program on an exchange with a crowd", () => {
  it.effect("finds quoted books immediately, and fills a marketable order at the quoted price", () =>
    Effect.gen(function* () {
      const { kalshi } = yield* newUser
      yield* Effect.gen(function* () {
        const { market } = yield* Markets.get({ ticker })
        const [ask, bid] = [cents(market.yes_ask_dollars), cents(market.yes_bid_dollars)]
        assert.isTrue(bid > 0 && ask > bid && ask < 100, `${bid} ${ask}`)
        const order = { ...oneYes, count: "3", price: "0.99", time_in_force: "immediate_or_cancel" } as const
        assert.strictEqual((yield* Orders.create(order)).fill_count, "3.00")
        const { fills } = yield* Portfolio.fills()
        assert.strictEqual(cents(fills[0]!.yes_price_dollars), ask)
      }).pipe(Effect.provide(kalshi))
    }).pipe(Effect.provide(withCrowd))
  )

  it.effect("sees its resting order filled by the crowd", () =>
    Effect.gen(function* () {
      const { kalshi } = yield* newUser
      yield* Effect.gen(function* () {
        const { market } = yield* Markets.get({ ticker })
        const price = `${cents(market.yes_bid_dollars) / 100 + 0.01}` as const
        const { order_id } = yield* Orders.create({ ...oneYes, price })
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual((yield* Orders.get({ order_id })).order.status, "executed")
      }).pipe(Effect.provide(kalshi))
    }).pipe(Effect.provide(withCrowd))
  )

  it.effect("gets quotes on its RFQ within two seconds, and trades when it accepts one", () =>
    Effect.gen(function* () {
      const { accountId, kalshi, sandbox } = yield* newUser
      yield* Effect.gen(function* () {
        yield* TestClock.adjust("1 minute")
        const { id: rfq_id } = yield* Rfqs.create({ market_ticker: ticker, contracts: 50, rest_remainder: false })
        yield* TestClock.adjust("2 seconds")
        const { quotes } = yield* Quotes.list({ rfq_id, rfq_user_filter: "self", status: "open" })
        assert.strictEqual(quotes.length, 3)
        const { market } = yield* Markets.get({ ticker })
        for (const { no_bid_dollars, no_contracts_fp, yes_bid_dollars, yes_contracts_fp } of quotes) {
          assert.deepStrictEqual([yes_contracts_fp, no_contracts_fp], ["50.00", "50.00"])
          assert.isAtMost(Math.abs(cents(yes_bid_dollars) - cents(market.yes_bid_dollars)), 6)
          assert.isAtMost(cents(yes_bid_dollars) + cents(no_bid_dollars), 99)
        }
        const { id: quote_id } = quotes[0]!
        yield* Quotes.accept({ rfq_id, quote_id, accepted_side: "no" })
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* Quotes.get({ rfq_id, quote_id })).quote.status, "confirmed")
        yield* TestClock.adjust("15 seconds")
        assert.strictEqual((yield* Quotes.get({ rfq_id, quote_id })).quote.status, "executed")
      }).pipe(Effect.provide(kalshi))
      // The maker bought NO, so the user has YES.
      assert.strictEqual((yield* sandbox.portfolio(accountId)).positions[ticker], 5_000)
    }).pipe(Effect.provide(withCrowd))
  )

  it.effect("gets quotes on an RFQ with a target cost, in a highly volatile market", () =>
    Effect.gen(function* () {
      const { kalshi, sandbox } = yield* newUser
      yield* sandbox.createMarket({ ticker: "KXFAST-26-YES", isHighlyVolatile: true })
      yield* Effect.gen(function* () {
        const { id: rfq_id } = yield* Rfqs.create({
          market_ticker: "KXFAST-26-YES",
          target_cost_dollars: "100.00",
          rest_remainder: false
        })
        yield* TestClock.adjust("2 seconds")
        const { quotes } = yield* Quotes.list({ rfq_id, rfq_user_filter: "self", status: "open" })
        const quote_id = quotes[0]!.id
        yield* Quotes.accept({ rfq_id, quote_id, accepted_side: "yes" })
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual((yield* Quotes.get({ rfq_id, quote_id })).quote.status, "executed")
      }).pipe(Effect.provide(kalshi))
    }).pipe(Effect.provide(withCrowd))
  )

  it.effect("is paid when a short market of the crowd settles", () =>
    Effect.gen(function* () {
      const { kalshi } = yield* newUser
      yield* Effect.gen(function* () {
        const { markets } = yield* Markets.list({ series_ticker: "KXCROWD", status: "open" })
        assert.strictEqual(markets.length, 4)
        const next = markets.toSorted((left, right) => left.close_time.localeCompare(right.close_time))[0]!
        const time_in_force = "immediate_or_cancel"
        yield* Orders.create({ ...oneYes, ticker: next.ticker, count: "2", price: "0.99", time_in_force })
        yield* TestClock.adjust("20 minutes")
        const { settlements } = yield* Portfolio.settlements()
        assert.deepStrictEqual(
          settlements.map((settlement) => [settlement.ticker, settlement.yes_count_fp]),
          [[next.ticker, "2.00"]]
        )
        assert.strictEqual(settlements[0]!.revenue, settlements[0]!.market_result === "yes" ? 200 : 0)
      }).pipe(Effect.provide(kalshi))
    }).pipe(Effect.provide(withCrowd))
  )

  it.effect("receives each trade of the crowd over the feed at the time of the trade", () =>
    Effect.gen(function* () {
      const { environment, signer } = yield* newUser
      yield* Effect.gen(function* () {
        const delays = Feed.messages("trade").pipe(
          Stream.mapEffect(({ msg }) => Effect.map(Clock.currentTimeMillis, (nowMillis) => nowMillis - msg.ts_ms))
        )
        const { events } = yield* collect(delays)
        yield* until(() => events.length >= 20, 120_000)
        assert.deepStrictEqual(
          events.filter((delayMillis) => delayMillis > 0),
          []
        )
      }).pipe(Effect.provide(Feed.layer({ environment, signer })))
    }).pipe(Effect.scoped, Effect.provide(withCrowd))
  )
})

describe("Sandbox.layerTest with a crowd", () => {
  const crowded = (options: Parameters<typeof layerTest>[0]) =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* TestClock.adjust("5 minutes")
      return JSON.stringify(yield* sandbox.dump)
    }).pipe(Effect.provide(Layer.provideMerge(layerTest(options), TestClock.layer())))

  it.effect("gives the same state for the same seed", () =>
    Effect.gen(function* () {
      const dump = yield* crowded({ crowd, seed: 3 })
      // A difference of two dumps is too long to print.
      assert.isTrue((yield* crowded({ crowd, seed: 3 })) === dump)
      assert.isFalse((yield* crowded({ crowd, seed: 4 })) === dump)
    })
  )

  it.effect("gives the initial accounts the same ids as without a crowd", () =>
    Effect.gen(function* () {
      const ids = Effect.map(Sandbox, ({ credentials }) =>
        credentials.map(({ accountId, keyId }) => [accountId, keyId])
      )
      const accounts = [{ name: "me" }, { name: "other" }]
      assert.deepStrictEqual(
        yield* Effect.provide(ids, layerTest({ accounts, crowd })),
        yield* Effect.provide(ids, layerTest({ accounts }))
      )
    })
  )

  it.effect("continues with the same crowd after moveClock, reset and restore", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const trades = Effect.map(sandbox.view, (view) => view.ticker(ticker)).pipe(
        Effect.flatMap(Effect.fromResult),
        Effect.map(({ volume }) => volume)
      )
      const names = Effect.map(sandbox.accounts, (accounts) => accounts.map(({ name }) => name))
      yield* sandbox.moveClock(300_000)
      const [volume, snapshot, accounts] = [yield* trades, yield* sandbox.snapshot, yield* names]
      assert.isAbove(volume, 0)
      assert.strictEqual(accounts.length, 12)
      yield* sandbox.reset
      assert.strictEqual(yield* trades, 0)
      assert.deepStrictEqual(yield* names, accounts)
      yield* TestClock.adjust("5 minutes")
      assert.isAbove(yield* trades, 0)
      yield* sandbox.restore(snapshot)
      assert.strictEqual(yield* trades, volume)
      yield* TestClock.adjust("5 minutes")
      assert.isAbove(yield* trades, volume)
      assert.deepStrictEqual(yield* names, accounts)
    }).pipe(Effect.provide(withCrowd))
  )

  it.effect("refuses invalid options", () =>
    Effect.gen(function* () {
      for (const invalid of [
        { traders: 0 },
        { traders: 1.5 },
        { traders: 1_001 },
        { traders: 5, pace: 0 },
        { traders: 5, pace: NaN }
      ]) {
        const error = yield* Effect.flip(Effect.provide(Sandbox, layerTest({ crowd: invalid })))
        assert.strictEqual(error._tag, "SandboxError")
        assert.include(error.message, "1 to 1,000 traders")
      }
    })
  )
})
