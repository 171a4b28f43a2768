import * as Historical from "@kalshi-effect/client/Historical"
import * as History from "@kalshi-effect/client/History"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { type Credentials, layerTest, Sandbox } from "../../src/Sandbox.ts"

const ticker = "KXTEST-26-YES"
const day = 24 * 3_600_000

/** No rate limits, because tokens cannot refill while the test clock stands still. */
const access = (credentials: Credentials) =>
  Layer.unwrap(
    Effect.map(Sandbox, ({ environment }) => Kalshi.layer({ environment, signer: credentials.signer, limits: false }))
  )

const order = {
  ticker,
  side: "bid",
  count: "1",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
} as const

const days = 10
const perDay = 100

/** Places a hundred orders a day for ten days. Each order gets one fill. Returns the maker. */
const traded = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  const maker = yield* sandbox.createAccount({ tier: "unmetered" })
  const taker = yield* sandbox.createAccount({ tier: "unmetered" })
  for (let today = 0; today < days; today++) {
    yield* TestClock.adjust(day)
    yield* Orders.batchCreate({ orders: Array.from({ length: perDay }, () => order) }).pipe(
      Effect.provide(access(maker))
    )
    yield* Orders.create({ ...order, side: "ask", count: `${perDay}` }).pipe(Effect.provide(access(taker)))
  }
  return maker
})

/** An exchange on which items older than six days are historical. */
const exchange = layerTest({
  markets: [{ ticker }],
  assumptions: { historicalMillis: 6 * day, historicalOrdersMillis: 6 * day },
  keepRequests: 5_000
})

type Listed = Stream.Stream<string, unknown, Kalshi.KalshiPublic | Kalshi.KalshiRead>

const idOf = (item: { readonly order_id?: string; readonly trade_id?: string }): string =>
  item.trade_id ?? item.order_id ?? ""

const once = (ids: ReadonlyArray<string>): void => {
  assert.strictEqual(ids.length, days * perDay)
  assert.strictEqual(new Set(ids).size, days * perDay)
}

const served = (...operations: ReadonlyArray<string>) =>
  Effect.map(
    Effect.flatMap(Sandbox, ({ requests }) => requests),
    (requests) => requests.filter(({ operation }) => operations.includes(operation ?? "")).length
  )

describe("Orders.list.items, Portfolio.fills.items and Markets.trades.items", () => {
  const lists: ReadonlyArray<readonly [name: string, operation: string, list: (limit: number) => Listed]> = [
    ["orders", "GetOrders", (limit) => Stream.map(Orders.list.items({ limit }), idOf)],
    ["fills", "GetFills", (limit) => Stream.map(Portfolio.fills.items({ limit }), idOf)],
    ["trades", "GetTrades", (limit) => Stream.map(Markets.trades.items({ limit, ticker }), idOf)]
  ]

  it.effect("lists a thousand orders, fills and trades, with several page sizes", () =>
    Effect.gen(function* () {
      const maker = yield* traded
      yield* Effect.gen(function* () {
        for (const [name, operation, list] of lists) {
          const whole = yield* Stream.runCollect(list(1_000))
          assert.strictEqual(yield* served(operation), 1, name)
          once(whole)
          for (const limit of [999, 333, 100, 7]) {
            const before = yield* served(operation)
            assert.deepStrictEqual(yield* Stream.runCollect(list(limit)), whole, `${name} by ${limit}`)
            assert.strictEqual((yield* served(operation)) - before, Math.ceil(1_000 / limit), `${name} by ${limit}`)
          }
          const before = yield* served(operation)
          assert.deepStrictEqual(yield* Stream.runCollect(list(10).pipe(Stream.take(25))), whole.slice(0, 25))
          assert.strictEqual((yield* served(operation)) - before, 3)
        }
      }).pipe(Effect.provide(access(maker)))
    }).pipe(Effect.provide(layerTest({ markets: [{ ticker }], keepRequests: 5_000 })))
  )
})

describe("History", () => {
  const histories: ReadonlyArray<readonly [name: string, history: Listed]> = [
    ["orders", Stream.map(History.orders({ limit: 30 }), idOf)],
    ["fills", Stream.map(History.fills({ limit: 30 }), idOf)],
    ["trades", Stream.map(History.trades({ limit: 30, ticker }), idOf)]
  ]

  for (const [name, history] of histories) {
    it.effect(`lists each of a thousand ${name} once while the historical cutoff moves`, () =>
      Effect.gen(function* () {
        const maker = yield* traded
        yield* Effect.gen(function* () {
          const { trades_created_ts: first } = yield* Historical.cutoff()
          let read = 0
          // Half a day passes after every fifty items, ten days in total.
          const ids = yield* history.pipe(
            Stream.tap(() => (++read % 50 === 0 ? TestClock.adjust(day / 2) : Effect.void)),
            Stream.runCollect
          )
          once(ids)
          const { trades_created_ts: last } = yield* Historical.cutoff()
          assert.isAbove(Date.parse(last) - Date.parse(first), 5 * day)
          assert.isAbove(yield* served("GetFillsHistorical", "GetHistoricalOrders", "GetTradesHistorical"), 10)
          assert.isAbove(yield* served("GetFills", "GetOrders", "GetTrades"), 10)
        }).pipe(Effect.provide(access(maker)))
      }).pipe(Effect.provide(exchange))
    )
  }
})
