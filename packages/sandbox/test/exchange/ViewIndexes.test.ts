/** Compares reads through an index with plain scans of the whole state. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type { ListFills, ListOrders, Page, PageQuery } from "../../src/exchange/Commands.ts"
import { Exchange, type Snapshot } from "../../src/exchange/Exchange.ts"
import type { Era, View } from "../../src/exchange/View.ts"
import { act, makeActors } from "../support/actors.ts"
import { makeFloor, seed, terms, ticker, unwrap } from "../support/floor.ts"

const day = 86_400_000

const assumptions = { transferMillis: 3_000, historicalMillis: 3 * day, historicalOrdersMillis: 2 * day }

type Account = Snapshot["accounts"][number]

const written = (snapshot: Snapshot): Snapshot => JSON.parse(JSON.stringify(snapshot)) as Snapshot

const cutoff = (now: number, millis: number): number => Math.max(0, Math.floor((now - millis) / day) * day)

const isIn = (millis: number, { maxSeconds = Infinity, minSeconds = -Infinity }: Partial<ListOrders>): boolean =>
  millis >= minSeconds * 1_000 && millis <= maxSeconds * 1_000

/** Reads all pages of a list, and asserts that every page except the last is full. */
const read = <A, Query extends PageQuery>(
  list: (query: Query) => Result.Result<Page<A>, unknown>,
  query: Query
): ReadonlyArray<A> => {
  const items: Array<A> = []
  let cursor: string | undefined
  do {
    const page = Result.getOrThrow(list({ ...query, cursor }))
    cursor = page.cursor
    assert.strictEqual(
      cursor !== "" && page.items.length < query.limit,
      false,
      "a page with fewer items than the limit must be the last"
    )
    assert.strictEqual(page.items.length === 0 && items.length > 0, false, "the last page must not be empty")
    items.push(...page.items)
  } while (cursor !== "")
  return items
}

const some = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined, freq: 1 })

const queriesOf = (state: Snapshot, account: Account) => {
  const tickers = [...state.markets.map(({ ticker }) => ticker), "KXNONE-1"]
  const events = [...state.events.map(({ eventTicker }) => eventTicker), "KXNONE"]
  const orderIds = [...account.orders.slice(-400).map(({ orderId }) => orderId), "none"]
  const first = account.orders[0]?.createdMillis ?? state.nowMillis
  const seconds = fc.integer({ min: Math.floor(first / 1_000) - 5, max: Math.floor(state.nowMillis / 1_000) + 5 })
  const common = {
    limit: fc.constantFrom(1, 7, 100, 1_000),
    subaccount: some(fc.nat(2)),
    exchangeIndex: some(fc.nat(3)),
    minSeconds: some(seconds),
    maxSeconds: some(seconds)
  }
  return {
    orders: fc.record<ListOrders>({
      ...common,
      ticker: some(fc.constantFrom(...tickers)),
      eventTickers: some(fc.uniqueArray(fc.constantFrom(...events), { minLength: 1, maxLength: 3 })),
      status: some(fc.constantFrom("resting", "canceled", "executed", "lost"))
    }),
    fills: fc.record<ListFills>({
      ...common,
      tickers: some(fc.uniqueArray(fc.constantFrom(...tickers), { minLength: 1, maxLength: 5 })),
      orderId: some(fc.constantFrom(...orderIds))
    }),
    trades: fc.record({
      limit: common.limit,
      minSeconds: common.minSeconds,
      maxSeconds: common.maxSeconds,
      ticker: some(fc.constantFrom(...tickers))
    })
  }
}

const eras: ReadonlyArray<Era> = ["live", "historical"]

const compare = (view: View, state: Snapshot, account: Account, own: number) => {
  const { accountId } = account
  const queries = queriesOf(state, account)
  const eventOf = new Map(state.markets.map(({ eventTicker, ticker }) => [ticker, eventTicker]))
  const sample = { seed: seed + own, numRuns: 25 }
  const seen = { orders: 0, archivedOrders: 0, fills: 0, archivedFills: 0, fillsOfOrders: 0, trades: 0 }
  for (const era of eras) {
    const isOld = era === "historical"
    for (const query of fc.sample(queries.orders, sample)) {
      const expected = account.orders
        .filter(
          (order) =>
            (order.status !== "resting" && order.updatedMillis < cutoff(state.nowMillis, 2 * day)) === isOld &&
            (query.ticker ?? order.ticker) === order.ticker &&
            (query.eventTickers ?? [eventOf.get(order.ticker)]).includes(eventOf.get(order.ticker)!) &&
            (query.status ?? order.status) === order.status &&
            (query.subaccount ?? order.subaccount) === order.subaccount &&
            (query.exchangeIndex ?? order.exchangeIndex) === order.exchangeIndex &&
            isIn(order.createdMillis, query)
        )
        .map(({ orderId }) => orderId)
      const listed = read((part: ListOrders) => view.listOrders(accountId, part, era), query)
      assert.deepStrictEqual(
        listed.map(({ orderId }) => orderId),
        expected.toReversed(),
        JSON.stringify({ era, query })
      )
      seen[isOld ? "archivedOrders" : "orders"] += listed.length
    }
    const isEra = ({ atMillis }: { readonly atMillis: number }) => atMillis < cutoff(state.nowMillis, 3 * day) === isOld
    for (const query of fc.sample(queries.fills, sample)) {
      const expected = account.fills.filter(
        (fill) =>
          isEra(fill) &&
          (query.tickers ?? [fill.ticker]).includes(fill.ticker) &&
          (query.orderId ?? fill.orderId) === fill.orderId &&
          (query.subaccount ?? fill.subaccount) === fill.subaccount &&
          (query.exchangeIndex ?? fill.exchangeIndex) === fill.exchangeIndex &&
          isIn(fill.atMillis, query)
      )
      const listed = read((part: ListFills) => view.listFills(accountId, part, era), query)
      assert.deepStrictEqual(listed, expected.toReversed(), JSON.stringify({ era, query }))
      seen[isOld ? "archivedFills" : "fills"] += listed.length
    }
    for (const query of fc.sample(queries.trades, sample)) {
      const listed = read((part: typeof query) => view.listTrades(part, era), query)
      const expected = state.markets
        .filter((market) => (query.ticker ?? market.ticker) === market.ticker)
        .flatMap(({ trades }) => trades)
        .filter((trade) => isEra(trade) && isIn(trade.atMillis, query))
      const key = (trade: (typeof expected)[number]) => `${trade.atMillis} ${trade.tradeId}`
      assert.deepStrictEqual(listed.map(key).sort(), expected.map(key).sort(), JSON.stringify({ era, query }))
      listed.forEach(({ atMillis }, place) => assert.isAtMost(listed[place + 1]?.atMillis ?? 0, atMillis))
      seen.trades += listed.length
    }
  }
  const byOrder = new Map<string, Array<Account["fills"][number]>>()
  for (const fill of account.fills) {
    byOrder.set(fill.orderId, [...(byOrder.get(fill.orderId) ?? []), fill])
  }
  for (const [orderId, fills] of byOrder) {
    for (const limit of fills.length > 1 ? [1, 2, 100] : []) {
      const eachOf = eras.flatMap((era) =>
        read((part: ListFills) => view.listFills(accountId, part, era), { orderId: orderId.toUpperCase(), limit })
      )
      assert.deepStrictEqual(eachOf, fills.toReversed(), orderId)
      seen.fillsOfOrders += 1
    }
  }
  for (const { ticker, trades } of state.markets) {
    const today = trades.filter(({ atMillis }) => atMillis > state.nowMillis - day)
    assert.strictEqual(unwrap(view.market(ticker)).volume24h, sum(today))
  }
  const from = Math.floor((state.nowMillis - 1.3 * day) / 1_000)
  const recent = account.fills.filter(({ atMillis }) => atMillis >= from * 1_000)
  assert.strictEqual(unwrap(view.volumeSince(accountId, from)), sum(recent))
  return seen
}

const sum = (counts: ReadonlyArray<{ readonly count: number }>): number =>
  counts.reduce((total, { count }) => total + count, 0)

/** `ids` are in the order in which the exchange matches the orders. */
const aheadOf = (state: Snapshot, ids: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const remaining = new Map(
    state.accounts.flatMap(({ orders }) => orders.map(({ orderId, remainingCount }) => [orderId, remainingCount]))
  )
  let ahead = 0
  return new Map(
    ids.map((orderId) => {
      const own = ahead
      ahead += remaining.get(orderId)!
      return [orderId, own]
    })
  )
}

/** Reads queue positions one by one and in lists, and compares them with a walk along the queue. */
const compareQueues = (view: View, state: Snapshot): number => {
  let count = 0
  for (const { ask, bid, eventTicker, ticker } of state.markets) {
    const ahead = new Map([...aheadOf(state, bid), ...aheadOf(state, ask)])
    for (const { accountId, orders } of state.accounts) {
      const own = orders.filter((order) => order.status === "resting" && order.ticker === ticker)
      for (const { orderId } of own) {
        assert.strictEqual(unwrap(view.queuePosition(accountId, orderId)).count, ahead.get(orderId)!, orderId)
      }
      for (const subaccount of [0, 1, 2]) {
        const expected = own
          .filter((order) => order.subaccount === subaccount)
          .map(({ orderId }) => [orderId, ahead.get(orderId)!])
        for (const query of [
          { tickers: [ticker, "KXNONE-1"], eventTicker: undefined },
          { tickers: undefined, eventTicker }
        ]) {
          const all = unwrap(view.queuePositions(accountId, subaccount, query))
          const here = all.filter((position) => position.ticker === ticker)
          assert.strictEqual(query.tickers === undefined || here.length === all.length, true)
          assert.deepStrictEqual(new Map(here.map((found) => [found.orderId, found.count])), new Map(expected as []))
        }
      }
      count += own.length
    }
  }
  return count
}

describe("View, after random commands", () => {
  it("lists the same orders, fills and trades as a scan, even after a restore", { timeout: 120_000 }, () => {
    let exchange = new Exchange({ seed: 3, assumptions })
    const actors = makeActors(exchange, 4)
    const seen = { orders: 0, archivedOrders: 0, fills: 0, archivedFills: 0, fillsOfOrders: 0, trades: 0 }
    for (let part = 0; part < 16; part++) {
      act(exchange, actors, seed + part, 600)
      actors.now += Math.floor((part % 3) * 0.37 * day)
      if (part % 5 === 4) {
        exchange = Exchange.restore(written(exchange.snapshot(actors.now)), { assumptions })
      }
      const state = exchange.snapshot(actors.now)
      const found = compare(exchange.view(actors.now), state, state.accounts[part % 4]!, part)
      for (const what of Object.keys(seen) as ReadonlyArray<keyof typeof seen>) {
        seen[what] += found[what]
      }
    }
    for (const [what, times] of Object.entries(seen)) {
      assert.isAbove(times, 1_000, what)
    }
  })

  it("counts the contracts ahead like a walk along the queue, even after a restore", { timeout: 120_000 }, () => {
    let exchange = new Exchange({ seed: 4, assumptions })
    const actors = makeActors(exchange, 4)
    let count = 0
    for (let part = 0; part < 60; part++) {
      act(exchange, actors, seed + 1_000 + part, 100)
      if (part % 7 === 6) {
        exchange = Exchange.restore(written(exchange.snapshot(actors.now)), { assumptions })
      }
      count += compareQueues(exchange.view(actors.now), exchange.snapshot(actors.now))
    }
    assert.isAbove(count, 1_000)
  })
})

describe("View.queuePosition and View.queuePositions", () => {
  it("count the contracts ahead in long queues after orders left, shrank or moved", () => {
    const floor = makeFloor()
    const owners = [floor.account("one"), floor.account("other")]
    const orders: Array<{ readonly owner: string; readonly orderId: string }> = []
    let state = 1
    const below = (most: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 8) % most
    }
    const target = { subaccount: 0, exchangeIndex: undefined, marketTicker: ticker }
    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 1_200; n++) {
        const owner = owners[below(2)]!
        const { orderId } = floor.place(owner, terms("bid", below(10) === 0 ? 41 : 40, 1 + below(9)))
        orders.push({ owner, orderId })
      }
      // Most changes remove the oldest order. The others remove a random order, reduce it or move it to the end.
      for (let n = 0; n < 900; n++) {
        const [{ orderId, owner }] = orders.splice(below(4) === 0 ? below(orders.length) : 0, 1) as [(typeof orders)[0]]
        unwrap(floor.execute({ type: "cancelOrder", accountId: owner, target: { ...target, orderId } }))
      }
      for (let n = 0; n < 100; n++) {
        const { orderId, owner } = orders[below(orders.length)]!
        floor.execute({
          type: "decreaseOrder",
          accountId: owner,
          order: { ...target, orderId, reduceBy: undefined, reduceTo: 60 }
        })
      }
      for (let n = 0; n < 100; n++) {
        const { orderId, owner } = orders[below(orders.length)]!
        const changed = { price: 4_000, count: 2_000, clientOrderId: undefined, updatedClientOrderId: undefined }
        const amended = { ...target, ...changed, orderId, ticker, side: "bid", expirationSeconds: undefined } as const
        unwrap(floor.execute({ type: "amendOrder", accountId: owner, order: amended }))
      }
      assert.isAtLeast(compareQueues(floor.view(), floor.exchange.snapshot(floor.time)), 300)
    }
  })
})
