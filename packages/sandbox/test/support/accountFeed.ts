/** Starts account feeds of the client on a local exchange, and compares their data with the exchange's lists. */
import { assert } from "@effect/vitest"
import * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { bid, collect, type Trader, until } from "./feedTrader.ts"

export const seller = ({ sandbox }: Trader) =>
  Effect.gen(function* () {
    const { signer } = yield* sandbox.createAccount()
    const client = Kalshi.layer({ environment: sandbox.environment, signer })
    return (count: number, price = "0.40") =>
      Orders.create({ ...bid, side: "ask", count: `${count}` as "1", price: price as "0.40" }).pipe(
        Effect.provide(client)
      )
  })

export const live = (options?: AccountFeed.Options) =>
  Effect.gen(function* () {
    const mine = yield* AccountFeed.make(options)
    const { events, fiber } = yield* collect(mine.events)
    yield* until(() => events.some(({ _tag }) => _tag === "Live"))
    return { mine, events, fiber }
  })

export const pass = (millis: number, step = 10) =>
  Effect.gen(function* () {
    for (let passed = 0; passed < millis; passed += step) yield* TestClock.adjust(step)
  })

export const tags = (events: ReadonlyArray<{ readonly _tag: string }>) => events.map(({ _tag }) => _tag)

export const count = (events: ReadonlyArray<AccountFeed.AccountEvent>, tag: AccountFeed.AccountEvent["_tag"]) =>
  tags(events).filter((other) => other === tag).length

export const assertEqual = (account: AccountFeed.Account, subaccount = 0) =>
  Effect.gen(function* () {
    const orders = yield* Stream.runCollect(Orders.list.items({ status: "resting", limit: 1_000 }))
    const fills = yield* Stream.runCollect(Portfolio.fills.items({ limit: 1_000 }))
    const { market_positions } = yield* Portfolio.positions({ subaccount, limit: 1_000 })
    assert.deepStrictEqual(
      account.openOrders.map((order) => [order.order_id, order.fill_count_fp, order.yes_price_dollars]).toSorted(),
      orders.map((order) => [order.order_id, order.fill_count_fp, order.yes_price_dollars]).toSorted()
    )
    assert.deepStrictEqual(
      account.fills.map(({ count_fp, order_id, trade_id }) => [trade_id, order_id, count_fp]).toSorted(),
      fills.map(({ count_fp, order_id, trade_id }) => [trade_id, order_id, count_fp]).toSorted()
    )
    const held = account.positions.filter(({ position_fp }) => !FixedPoint.isZero(position_fp))
    assert.deepStrictEqual(
      held.map(({ market_ticker, position_fp }) => [market_ticker, position_fp]).toSorted(),
      market_positions
        .filter(({ position_fp }) => !FixedPoint.isZero(position_fp))
        .map(({ position_fp, ticker }) => [ticker, position_fp])
        .toSorted()
    )
    assert.strictEqual(account.unconfirmed.size, 0)
  })
