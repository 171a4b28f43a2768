import { assert, describe, it } from "@effect/vitest"
import type * as Result from "effect/Result"
import * as fc from "fast-check"
import type {
  ListPositions,
  ListQuotes,
  ListRfqs,
  ListSettlements,
  Page,
  PageQuery
} from "../../src/exchange/Commands.ts"
import type { Refusal } from "../../src/exchange/Entities.ts"
import { Exchange, type Snapshot } from "../../src/exchange/Exchange.ts"
import { FadingIndex, KeyIndex } from "../../src/exchange/listIndexes.ts"
import type { View } from "../../src/exchange/View.ts"
import { act, makeActors } from "../support/actors.ts"
import { makeDesk } from "../support/dealing.ts"
import { makeFloor, seed, terms, unwrap } from "../support/floor.ts"

const day = 86_400_000

describe("KeyIndex", () => {
  it("finds the same items as a scan, while the list grows", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 20 }), { maxLength: 5 }),
        fc.uniqueArray(fc.constantFrom("a", "b", "c", "d")),
        fc.nat(100),
        (parts, keys, below) => {
          const items: Array<"a" | "b" | "c" | "d"> = []
          const index = new KeyIndex(items, (item) => item)
          for (const part of parts) {
            items.push(...part)
            const expected = items.findLastIndex((item, at) => at < below && keys.includes(item))
            assert.strictEqual(index.before(keys)(below), expected)
            assert.deepStrictEqual(
              index.of("a"),
              items.filter((item) => item === "a")
            )
          }
        }
      ),
      { seed }
    )
  })
})

describe("FadingIndex", () => {
  it("finds the same items as a scan, while items are added or stop matching", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ added: fc.nat(100), lost: fc.array(fc.nat(300), { maxLength: 50 }), at: fc.nat(400) }), {
          maxLength: 6
        }),
        (steps) => {
          const items: Array<{ has: boolean }> = []
          const index = new FadingIndex(items)
          for (const { added, at, lost } of steps) {
            items.push(...Array.from({ length: added }, () => ({ has: true })))
            lost.forEach((place) => ((items[place] ?? { has: false }).has &&= false))
            const has = (item: { readonly has: boolean }) => item.has
            assert.strictEqual(
              index.before(has)(at),
              items.findLastIndex((item, place) => place < at && item.has)
            )
            assert.strictEqual(
              index.after(has)(at - 1),
              items.findIndex((item, place) => place >= at && item.has)
            )
          }
        }
      ),
      { seed }
    )
  })

  it("checks each item only once if no item matches", () => {
    const items = Array.from({ length: 1_000 }, () => 0)
    const index = new FadingIndex(items)
    let checks = 0
    const has = () => {
      checks++
      return false
    }
    assert.deepStrictEqual([index.before(has)(1_000), index.before(has)(1_000), checks], [-1, -1, 1_000])
  })
})

const read = <A, Query extends PageQuery>(
  list: (query: Query) => Result.Result<Page<A>, Refusal>,
  query: Query
): ReadonlyArray<A> => {
  const items: Array<A> = []
  let cursor: string | undefined
  do {
    const page = unwrap(list({ ...query, cursor }))
    cursor = page.cursor
    items.push(...page.items)
  } while (cursor !== "")
  return items
}

describe("View.listPositions", () => {
  const markets = [0, 1, 2, 3].flatMap((shard) => [`KXA${shard}-1`, `KXB${shard}-1`])

  const makeShards = () => {
    const floor = makeFloor()
    const [me, other] = [floor.account("me"), floor.account("other")]
    for (const exchangeIndex of [1, 2, 3]) {
      floor.fund(me, { exchangeIndex })
      floor.fund(other, { exchangeIndex })
    }
    markets.forEach((ticker, n) =>
      unwrap(floor.execute({ type: "createMarket", market: { ticker, exchangeIndex: Math.floor(n / 2) } }))
    )
    const trade = (ticker: string) => {
      floor.place(other, terms("ask", 50, 1, { ticker }))
      floor.place(me, terms("bid", 50, 1, { ticker }))
    }
    return { floor, me, trade }
  }

  const query: ListPositions = {
    ticker: undefined,
    eventTicker: undefined,
    subaccount: 0,
    exchangeIndex: undefined,
    settlement: "unsettled",
    nonZero: [],
    limit: 2
  }

  it("lists every position once, even if positions on lower shards are created between pages", () => {
    const { floor, me, trade } = makeShards()
    // The positions on shard 3 are created first, and the positions on shard 0 last.
    const order = markets.toReversed()
    order.slice(0, 4).forEach(trade)
    const first = unwrap(floor.view().listPositions(me, query))
    order.slice(4, 6).forEach(trade)
    const second = unwrap(floor.view().listPositions(me, { ...query, cursor: first.cursor }))
    order.slice(6).forEach(trade)
    const snapshot = JSON.parse(JSON.stringify(floor.exchange.snapshot(floor.time))) as Snapshot // a JSON round trip
    for (const exchange of [floor.exchange, Exchange.restore(snapshot)]) {
      const rest = read((part: ListPositions) => exchange.view(floor.time).listPositions(me, part), {
        ...query
      })
      assert.deepStrictEqual(
        [...first.items, ...second.items].map(({ ticker }) => ticker),
        order.slice(0, 4)
      )
      assert.deepStrictEqual(
        rest.map(({ ticker }) => ticker),
        order
      )
      const third = unwrap(exchange.view(floor.time).listPositions(me, { ...query, limit: 10, cursor: second.cursor }))
      assert.deepStrictEqual(
        third.items.map(({ ticker }) => ticker),
        order.slice(4)
      )
    }
  })
})

describe("closing a market", () => {
  it("closes the open RFQs on it, and no others", () => {
    const desk = makeDesk()
    desk.market({ ticker: "KXOTHER-1" })
    const own = desk.rfq(1)
    const elsewhere = desk.rfq(1, { ticker: "KXOTHER-1" })
    const deleted = desk.rfq(1, { replaceExisting: true })
    desk.pass(1_000)
    const closeMillis = desk.time
    unwrap(desk.execute({ type: "setMarketClose", ticker: own.ticker, closeMillis }))
    assert.strictEqual(desk.latestRfq(own).closeReason, "replaced")
    assert.strictEqual(desk.latestRfq(deleted).closeReason, "marketClosed")
    assert.strictEqual(desk.latestRfq(elsewhere).status, "open")
  })
})

const some = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined, freq: 1 })

const limit = fc.constantFrom(1, 7, 100)

type Account = Snapshot["accounts"][number]

const comparisons = (state: Snapshot, account: Account) => {
  const eventOf = new Map(state.markets.map(({ eventTicker, ticker }) => [ticker, eventTicker]))
  const ticker = some(fc.constantFrom(...state.markets.map((market) => market.ticker), "KXNONE-1"))
  const eventTicker = some(fc.constantFrom(...state.events.map((event) => event.eventTicker), "KXNONE"))
  const subaccount = some(fc.nat(2))
  const isKept = ({ status, updatedMillis }: { readonly status: string; readonly updatedMillis: number }) =>
    (status !== "closed" && status !== "cancelled") || state.nowMillis - updatedMillis < 7 * day
  const seconds = some(
    fc.integer({ min: Math.floor(state.nowMillis / 1_000) - 864_000, max: Math.floor(state.nowMillis / 1_000) })
  )
  return {
    rfqs: {
      queries: fc.record<ListRfqs>({
        limit,
        ticker,
        eventTicker,
        subaccount: fc.constant(undefined),
        status: some(fc.constantFrom("open", "closed")),
        accountId: fc.constant(undefined),
        isOwn: fc.boolean()
      }),
      expected: (query: ListRfqs) =>
        state.rfqs
          .filter(
            (rfq) =>
              isKept(rfq) &&
              (!query.isOwn || rfq.accountId === account.accountId) &&
              (query.ticker ?? rfq.ticker) === rfq.ticker &&
              (query.eventTicker ?? rfq.eventTicker) === rfq.eventTicker &&
              (query.status ?? rfq.status) === rfq.status
          )
          .map(({ rfqId }) => rfqId)
          .toReversed(),
      actual: (view: View, query: ListRfqs) =>
        read((part: ListRfqs) => view.listRfqs(account.accountId, part), query).map(({ rfqId }) => rfqId)
    },
    quotes: {
      queries: fc.record<ListQuotes>({
        limit,
        isMaker: fc.boolean(),
        isRfqCreator: fc.constant(true),
        makerAccountId: fc.constant(undefined),
        rfqAccountId: fc.constant(undefined),
        rfqId: some(fc.constantFrom(...state.rfqs.map(({ rfqId }) => rfqId), "none")),
        subaccount: fc.constant(undefined),
        status: some(fc.constantFrom("open", "accepted", "confirmed", "executed", "cancelled")),
        minSeconds: seconds,
        maxSeconds: fc.constant(undefined)
      }),
      expected: (query: ListQuotes) =>
        state.quotes
          .filter(
            (quote) =>
              isKept(quote) &&
              quote.rfqAccountId === account.accountId &&
              (!query.isMaker || quote.accountId === account.accountId) &&
              (query.rfqId ?? quote.rfqId) === quote.rfqId &&
              (query.status ?? quote.status) === quote.status &&
              (query.minSeconds === undefined || quote.updatedMillis >= query.minSeconds * 1_000)
          )
          .map(({ quoteId }) => quoteId)
          .toReversed(),
      actual: (view: View, query: ListQuotes) =>
        read((part: ListQuotes) => view.listQuotes(account.accountId, part), query).map(({ quoteId }) => quoteId)
    },
    positions: {
      queries: fc.record<ListPositions>({
        limit,
        ticker,
        eventTicker,
        subaccount: fc.nat(2),
        exchangeIndex: some(fc.nat(3)),
        settlement: fc.constantFrom("unsettled", "settled", "all"),
        nonZero: fc.constantFrom([], ["position"])
      }),
      expected: (query: ListPositions) =>
        account.holdings
          .filter((holding) => holding.subaccount === query.subaccount)
          .flatMap(({ exchangeIndex, positions }) => positions.map((position) => ({ ...position, exchangeIndex })))
          .sort((left, right) => left.listIndex - right.listIndex)
          .filter(
            (position) =>
              position.tradedCount > 0 &&
              (query.ticker ?? position.ticker) === position.ticker &&
              (query.eventTicker ?? eventOf.get(position.ticker)) === eventOf.get(position.ticker) &&
              (query.exchangeIndex ?? position.exchangeIndex) === position.exchangeIndex &&
              (query.settlement === "all" || position.settled === (query.settlement === "settled")) &&
              (query.nonZero.length === 0 || position.count !== 0)
          )
          .map((position) => position.ticker),
      actual: (view: View, query: ListPositions) =>
        read((part: ListPositions) => view.listPositions(account.accountId, part), query).map(
          (position) => position.ticker
        )
    },
    settlements: {
      queries: fc.record<ListSettlements>({
        limit,
        ticker,
        eventTicker,
        subaccount,
        minSeconds: seconds,
        maxSeconds: seconds
      }),
      expected: (query: ListSettlements) =>
        account.settlements
          .filter(
            (settlement) =>
              (query.ticker ?? settlement.ticker) === settlement.ticker &&
              (query.eventTicker ?? settlement.eventTicker) === settlement.eventTicker &&
              (query.subaccount ?? settlement.subaccount) === settlement.subaccount &&
              settlement.atMillis >= (query.minSeconds ?? 0) * 1_000 &&
              settlement.atMillis <= (query.maxSeconds ?? Infinity) * 1_000
          )
          .map((settlement) => `${settlement.ticker} ${settlement.subaccount} ${settlement.atMillis}`)
          .toReversed(),
      actual: (view: View, query: ListSettlements) =>
        read((part: ListSettlements) => view.listSettlements(account.accountId, part), query).map(
          (settlement) => `${settlement.ticker} ${settlement.subaccount} ${settlement.atMillis}`
        )
    }
  }
}

describe("View, after random commands", () => {
  it("lists RFQs, quotes, positions and settlements like a scan, even after a restore", { timeout: 120_000 }, () => {
    let exchange = new Exchange({ seed: 5, assumptions: { transferMillis: 3_000 } })
    const actors = makeActors(exchange, 4)
    const seen = { rfqs: 0, quotes: 0, positions: 0, settlements: 0 }
    for (let part = 0; part < 16; part++) {
      act(exchange, actors, seed + part, 600)
      actors.now += Math.floor((part % 4) * 0.9 * day)
      if (part % 5 === 4) {
        const snapshot = JSON.parse(JSON.stringify(exchange.snapshot(actors.now))) as Snapshot // a JSON round trip
        exchange = Exchange.restore(snapshot, { assumptions: { transferMillis: 3_000 } })
      }
      const state = exchange.snapshot(actors.now)
      const view = exchange.view(actors.now)
      const account = state.accounts[part % 4]!
      for (const [what, { actual, expected, queries }] of Object.entries(comparisons(state, account))) {
        for (const query of fc.sample<PageQuery>(queries, { seed: seed + part, numRuns: 40 })) {
          const listed = actual(view, query as never) // each comparison generates its own queries
          assert.deepStrictEqual(listed, expected(query as never), `${what} ${JSON.stringify(query)}`)
          seen[what as keyof typeof seen] += listed.length // `seen` has the keys of the comparisons
        }
      }
    }
    for (const [what, times] of Object.entries(seen)) {
      assert.isAbove(times, 300, what)
    }
  })
})
