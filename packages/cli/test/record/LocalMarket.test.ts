import { assert, describe, it } from "@effect/vitest"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { LocalMarket } from "../../src/record/LocalMarket.ts"

interface Level {
  readonly price: FixedPoint.Dollars
  readonly count: FixedPoint.Count
}

interface Levels {
  readonly bids: ReadonlyArray<Level>
  readonly asks: ReadonlyArray<Level>
}

const level = (cents: number, hundredths: number): Level => ({
  price: FixedPoint.fromMicros(BigInt(cents) * 10_000n),
  count: FixedPoint.fromHundredths(BigInt(hundredths))
})

/** Reads a book over REST, with prices of YES. */
const restBook = (ticker: string): Effect.Effect<Levels, unknown, Sandbox.Sandbox | Layer.Success<typeof exchange>> =>
  Effect.gen(function* () {
    const { environment } = yield* Sandbox.Sandbox
    const { orderbook_fp } = yield* Markets.orderbook({ ticker }).pipe(
      Effect.provide(Kalshi.layerPublic({ environment }))
    )
    const sideOf = (levels: ReadonlyArray<readonly [FixedPoint.Dollars, FixedPoint.Count]>, isNo: boolean) =>
      levels
        .map(([price, count]) => ({
          price: FixedPoint.fromMicros(isNo ? 1_000_000n - FixedPoint.toMicros(price) : FixedPoint.toMicros(price)),
          count
        }))
        .toSorted((left, right) => FixedPoint.compare(left.price, right.price))
    return { bids: sideOf(orderbook_fp.yes_dollars, false), asks: sideOf(orderbook_fp.no_dollars, true) }
  })

/** Reads the trades over REST, newest first. */
const restTrades = (ticker: string) =>
  Effect.gen(function* () {
    const { environment } = yield* Sandbox.Sandbox
    const { trades } = yield* Markets.trades({ ticker, limit: 1_000 }).pipe(
      Effect.provide(Kalshi.layerPublic({ environment }))
    )
    return trades.map(({ count_fp, taker_book_side, yes_price_dollars }) => ({
      count: count_fp,
      price: yes_price_dollars,
      takerSide: taker_book_side
    }))
  })

const exchange = Sandbox.layerTest({
  accounts: [{ name: "house", dollars: "999999999" }, { name: "taker", dollars: "999999999" }, { name: "user" }]
})

const ticker = "KXREPLAY-26-A"

const start = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  yield* sandbox.createMarket({ ticker })
  const [house, taker, user] = sandbox.credentials.map(({ accountId }) => accountId)
  const market = new LocalMarket(sandbox, { house: house ?? "", taker: taker ?? "" }, ticker)
  return { sandbox, market, user: user ?? "" }
})

/**
 * A book that is not crossed: bids below a price, asks above it. It replaces the previous book, as a whole or level by
 * level.
 */
const book: fc.Arbitrary<Levels & { readonly isWhole: boolean }> = fc.integer({ min: 1, max: 98 }).chain((middle) => {
  const side = (min: number, max: number) =>
    fc
      .uniqueArray(fc.record({ cents: fc.integer({ min, max }), hundredths: fc.integer({ min: 1, max: 50_000 }) }), {
        selector: ({ cents }) => cents,
        maxLength: 6
      })
      .map((levels) =>
        levels
          .toSorted((left, right) => left.cents - right.cents)
          .map(({ cents, hundredths }) => level(cents, hundredths))
      )
  return fc.record({ bids: side(1, middle), asks: side(middle + 1, 99), isWhole: fc.boolean() })
})

const ofSide = (levels: ReadonlyArray<Level>, side: "bid" | "ask") => levels.map((own) => ({ ...own, side }))

const left = (before: ReadonlyArray<Level>, after: ReadonlyArray<Level>, side: "bid" | "ask") =>
  before
    .filter(({ price }) => !after.some((own) => own.price === price))
    .map(({ price }) => ({ side, price, count: FixedPoint.fromHundredths(0n) }))

const recordedTrade = fc
  .record({
    takerSide: fc.constantFrom("bid", "ask"),
    cents: fc.integer({ min: 1, max: 99 }),
    hundredths: fc.integer({ min: 1, max: 60_000 })
  })
  .map(({ cents, hundredths, takerSide }) => ({ takerSide, ...level(cents, hundredths) }))

describe("LocalMarket", () => {
  it.effect("has the recorded book after each change and each trade", () =>
    Effect.gen(function* () {
      const steps = fc.array(fc.oneof(book, recordedTrade), { minLength: 1, maxLength: 12 })
      const context = yield* Effect.context<never>()
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(steps, (steps) =>
            Effect.runPromiseWith(context)(
              Effect.gen(function* () {
                const { market } = yield* start
                let expected: Levels = { bids: [], asks: [] }
                let seen = 0
                for (const step of steps) {
                  if ("bids" in step) {
                    const vanished = [
                      ...left(expected.bids, step.bids, "bid"),
                      ...left(expected.asks, step.asks, "ask")
                    ]
                    yield* step.isWhole
                      ? market.follow(step)
                      : market.change([...ofSide(step.bids, "bid"), ...ofSide(step.asks, "ask"), ...vanished])
                    expected = { bids: step.bids, asks: step.asks }
                  } else {
                    yield* market.trade(step)
                    const all = yield* restTrades(ticker)
                    const fills = all.slice(0, all.length - seen)
                    seen = all.length
                    // One recorded trade can fill several orders of the account `house`.
                    assert.isTrue(fills.every((fill) => fill.takerSide === step.takerSide))
                    assert.isTrue(fills.every((fill) => FixedPoint.equals(fill.price, step.price)))
                    assert.isTrue(FixedPoint.equals(FixedPoint.sum(fills.map(({ count }) => count)), step.count))
                  }
                  assert.deepStrictEqual(yield* restBook(ticker), expected)
                }
              }).pipe(Effect.provide(exchange))
            )
          ),
          { numRuns: process.env["TEST_MODE"] === "full" ? 1_000 : 40 }
        )
      )
    })
  )

  it.effect("fills the resting order of a user after the contracts ahead of it", () =>
    Effect.gen(function* () {
      const { market, sandbox, user } = yield* start
      yield* market.follow({ bids: [level(40, 1_000)], asks: [level(50, 500)] })
      const order = yield* sandbox.placeOrder(user, { ticker, side: "bid", count: "3", price: "0.40" })
      const filled = Effect.map(sandbox.view, (view) =>
        Result.getOrThrow(Result.map(view.order(user, order.orderId), ({ fillCount }) => fillCount))
      )
      // Ten contracts of the recorded book are ahead of the order.
      yield* market.trade({ takerSide: "ask", ...level(40, 600) })
      yield* market.change([{ side: "bid", ...level(40, 400) }])
      assert.strictEqual(yield* filled, 0)
      yield* market.trade({ takerSide: "ask", ...level(40, 500) })
      assert.strictEqual(yield* filled, 100)
    }).pipe(Effect.provide(exchange))
  )

  it.effect("sells to a user at the recorded price, and restores the level at the level's next recorded change", () =>
    Effect.gen(function* () {
      const { market, sandbox, user } = yield* start
      yield* market.follow({ bids: [], asks: [level(50, 500), level(51, 100)] })
      const order = yield* sandbox.placeOrder(user, { ticker, side: "bid", count: "2", price: "0.50" })
      assert.deepStrictEqual([order.fillCount, order.takerCostMicros], [200, 1_000_000])
      assert.deepStrictEqual((yield* restBook(ticker)).asks, [level(50, 300), level(51, 100)])
      yield* market.change([{ side: "ask", ...level(51, 200) }])
      assert.deepStrictEqual((yield* restBook(ticker)).asks, [level(50, 300), level(51, 200)])
      yield* market.change([{ side: "ask", ...level(50, 600) }])
      assert.deepStrictEqual((yield* restBook(ticker)).asks, [level(50, 600), level(51, 200)])
    }).pipe(Effect.provide(exchange))
  )

  it.effect("does not restore, after a trade, the contracts that a user took before the trade", () =>
    Effect.gen(function* () {
      const { market, sandbox, user } = yield* start
      const asks = [level(50, 500), level(51, 400)]
      yield* market.follow({ bids: [level(49, 300)], asks })
      yield* sandbox.placeOrder(user, { ticker, side: "bid", count: "6", price: "0.51" })
      assert.deepStrictEqual((yield* restBook(ticker)).asks, [level(51, 300)])
      yield* market.trade({ takerSide: "bid", ...level(50, 200) })
      assert.deepStrictEqual((yield* restBook(ticker)).asks, [level(51, 300)])
      // This trade would have crossed the level of 51 cents, so the level is absent during the trade.
      yield* market.trade({ takerSide: "bid", ...level(52, 100) })
      assert.deepStrictEqual(yield* restBook(ticker), { bids: [level(49, 300)], asks: [level(51, 300)] })
      yield* market.follow({ bids: [level(49, 300)], asks })
      assert.deepStrictEqual((yield* restBook(ticker)).asks, asks)
    }).pipe(Effect.provide(exchange))
  )

  it.effect("uses at most eight orders for a level that grows often", () =>
    Effect.gen(function* () {
      const { market, sandbox } = yield* start
      for (let count = 1; count <= 200; count++) yield* market.change([{ side: "bid", ...level(40, count) }])
      assert.deepStrictEqual((yield* restBook(ticker)).bids, [level(40, 200)])
      const [house] = sandbox.credentials
      const query = { status: "resting", limit: 100, ticker } as const
      const resting = (yield* sandbox.view).listOrders(house?.accountId ?? "", query)
      assert.isAtMost(Result.getOrThrow(resting).items.length, 8)
      yield* market.change([{ side: "bid", ...level(40, 1) }])
      assert.deepStrictEqual((yield* restBook(ticker)).bids, [level(40, 1)])
    }).pipe(Effect.provide(exchange))
  )

  it.effect("fills the order of a user if the recorded book crosses it", () =>
    Effect.gen(function* () {
      const { market, sandbox, user } = yield* start
      const order = yield* sandbox.placeOrder(user, { ticker, side: "bid", count: "2", price: "0.60" })
      yield* market.follow({ bids: [], asks: [level(55, 500)] })
      const found = (yield* sandbox.view).order(user, order.orderId)
      assert.strictEqual(Result.getOrThrow(found).status, "executed")
    }).pipe(Effect.provide(exchange))
  )

  it.effect("fails if the local exchange refuses an order", () =>
    Effect.gen(function* () {
      const { market, sandbox } = yield* start
      yield* sandbox.pauseMarket(ticker)
      const error = yield* Effect.flip(market.follow({ bids: [level(40, 1_000)], asks: [] }))
      assert.match(
        error.message,
        /^The local exchange cannot place an order for 10\.00 contracts at 0\.4000 in KXREPLAY-26-A: .*The replay ends here/
      )
    }).pipe(Effect.provide(exchange))
  )
})
