import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { ListFills, ListOrders, ListPositions } from "../../src/exchange/Commands.ts"
import type { Era } from "../../src/exchange/View.ts"
import { makeFloor, refusalOf, start, terms, ticker, unwrap } from "../support/floor.ts"

const day = 86_400_000
const page = { limit: 100, cursor: undefined, minSeconds: undefined, maxSeconds: undefined }

const fills: ListFills = {
  ...page,
  tickers: undefined,
  orderId: undefined,
  subaccount: undefined,
  exchangeIndex: undefined
}

const orders: ListOrders = {
  ...page,
  ticker: undefined,
  eventTickers: undefined,
  status: undefined,
  subaccount: undefined,
  exchangeIndex: undefined
}

const positions: ListPositions = {
  ...page,
  ticker: undefined,
  eventTicker: undefined,
  subaccount: 0,
  exchangeIndex: undefined,
  settlement: "all",
  nonZero: []
}

const traded = () => {
  const floor = makeFloor()
  const [maker, taker] = [floor.account("maker"), floor.account("taker")]
  floor.place(maker, terms("ask", 50, 1))
  const { orderId } = floor.place(taker, terms("bid", 50, 1))
  return { floor, maker, taker, orderId }
}

describe("View.listFills", () => {
  it("shows the fills of both parties of a trade with the trade's id", () => {
    const { floor, maker, orderId, taker } = traded()
    const [mine, theirs] = [taker, maker].map((account) => unwrap(floor.view().listFills(account, fills)).items[0]!)
    assert.deepInclude(mine, { orderId, side: "bid", isTaker: true, count: 100, price: 5_000, feeMicros: 17_500 })
    assert.deepInclude(theirs, { side: "ask", isTaker: false, feeMicros: 0, tradeId: mine!.tradeId })
    assert.strictEqual(unwrap(floor.view().listTrades({ ...page, ticker })).items[0]!.tradeId, mine!.tradeId)
  })

  it("filters by ticker, order, subaccount, shard and time", () => {
    const { floor, orderId, taker } = traded()
    const found = (query: Partial<ListFills>) =>
      unwrap(floor.view().listFills(taker, { ...fills, ...query })).items.length
    assert.deepStrictEqual(
      [
        found({ tickers: [ticker, "KXOTHER-1"] }),
        found({ orderId: orderId.toUpperCase() }),
        found({ subaccount: 0, exchangeIndex: 0 }),
        found({ minSeconds: start / 1_000, maxSeconds: start / 1_000 })
      ],
      [1, 1, 1, 1]
    )
    assert.deepStrictEqual(
      [
        found({ tickers: ["KXOTHER-1"] }),
        found({ orderId: "none" }),
        found({ subaccount: 1 }),
        found({ exchangeIndex: 1 }),
        found({ minSeconds: start / 1_000 + 1 }),
        found({ maxSeconds: start / 1_000 - 1 })
      ],
      [0, 0, 0, 0, 0, 0]
    )
  })
})

describe("the lists of View", () => {
  it("contain the same fills for each page size, even if new fills are added between two pages", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    const trade = () => {
      floor.place(maker, terms("ask", 50, 1))
      floor.place(taker, terms("bid", 50, 1))
    }
    Array.from({ length: 7 }, trade)
    const all = unwrap(floor.view().listFills(taker, fills)).items
    for (const limit of [1, 2, 3, 7, 8]) {
      const seen: Array<string> = []
      let cursor: string | undefined
      do {
        const part = unwrap(floor.view().listFills(taker, { ...fills, limit, cursor }))
        seen.push(...part.items.map(({ tradeId }) => tradeId))
        cursor = part.cursor
        trade()
      } while (cursor !== "")
      const old = new Set(all.map(({ tradeId }) => tradeId))
      assert.deepStrictEqual(
        seen.filter((tradeId) => old.has(tradeId)),
        all.map(({ tradeId }) => tradeId)
      )
      assert.strictEqual(new Set(seen).size, seen.length)
    }
  })

  it("refuse a cursor of another list, an invalid cursor, and an invalid limit", () => {
    const { floor, taker } = traded()
    floor.place(taker, terms("bid", 40, 1))
    const view = floor.view()
    const { cursor } = unwrap(view.listOrders(taker, { ...orders, limit: 1 }))
    assert.notStrictEqual(cursor, "")
    const unsettled = { ...positions, settlement: "unsettled" } as const
    for (const result of [
      view.listFills(taker, { ...fills, cursor }),
      view.listOrders(taker, { ...orders, cursor: "ozzzz" }),
      view.listOrders(taker, { ...orders, cursor: "../x" }),
      view.listOrders(taker, { ...orders, limit: 0 }),
      view.listOrders(taker, { ...orders, limit: 1_001 }),
      view.listOrders(taker, { ...orders, limit: 1.5 }),
      view.listPayments(taker, "deposits", { limit: 501, cursor: undefined }),
      view.listPositions(taker, { ...unsettled, cursor: "pall-1" })
    ]) {
      assert.strictEqual(refusalOf<unknown>(result).code, "invalid_parameters")
    }
  })
})

describe("the historical lists of View", () => {
  it("contain the items from before the cutoffs, which the live lists lack", () => {
    const { floor, orderId, taker } = traded()
    const resting = floor.place(taker, terms("bid", 40, 1)).orderId
    unwrap(floor.execute({ type: "determineMarket", ticker, outcome: "yes" }))
    unwrap(floor.execute({ type: "settleMarket", ticker }))
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXOTHER-1" } }))
    const open = floor.place(taker, terms("bid", 40, 1, { ticker: "KXOTHER-1" })).orderId
    const counts = (era: Era) => {
      const view = floor.view()
      return {
        orders: unwrap(view.listOrders(taker, orders, era)).items.map((order) => order.orderId),
        fills: unwrap(view.listFills(taker, fills, era)).items.length,
        trades: unwrap(view.listTrades({ ...page, ticker: undefined }, era)).items.length,
        positions: unwrap(view.listPositions(taker, positions, era)).items.length,
        markets: unwrap(view.listMarkets({ ...page, era, isListed: () => true })).items.map((market) => market.ticker),
        market: Result.isSuccess(view.market(ticker, era))
      }
    }
    const empty = { orders: [], fills: 0, trades: 0, positions: 0, markets: [], market: false }
    const all = { fills: 1, trades: 1, positions: 1 }
    assert.deepStrictEqual(counts("historical"), empty)
    assert.deepStrictEqual(counts("live"), {
      ...all,
      orders: [open, resting, orderId],
      markets: [ticker, "KXOTHER-1"],
      market: true
    })
    floor.time = start + 16 * day
    assert.deepStrictEqual([counts("live").orders, counts("historical").orders], [[open], [resting, orderId]])
    assert.deepStrictEqual(counts("live").fills, 1)
    floor.time = start + 92 * day
    assert.deepStrictEqual(counts("live"), { ...empty, orders: [open], markets: ["KXOTHER-1"] })
    assert.deepStrictEqual(counts("historical"), {
      ...all,
      orders: [resting, orderId],
      markets: [ticker],
      market: true
    })
    // An archived order can still be read by its id.
    assert.isTrue(Result.isSuccess(floor.view().order(taker, orderId)))
  })
})

describe("View.ticker", () => {
  it("agrees with View.market, and shows the count of the last trade", () => {
    const { floor, maker, taker } = traded()
    floor.place(maker, terms("ask", 52, 3))
    floor.place(taker, terms("bid", 52, 2))
    floor.place(taker, terms("bid", 48, 2))
    const view = floor.view()
    const { openInterest, topOfBook, volume } = unwrap(view.market(ticker))
    const shown = unwrap(view.ticker(ticker))
    assert.deepStrictEqual(shown, { ticker, ...topOfBook, openInterest, volume, lastTradeCount: 200 })
    assert.deepInclude(shown, { bid: 4_800, askCount: 100, lastPrice: 5_200, volume: 300, openInterest: 300 })
  })

  it("is all zero in a market without orders", () => {
    const zero = { bid: 0, bidCount: 0, ask: 0, askCount: 0, lastPrice: 0, volume: 0, openInterest: 0 }
    assert.deepStrictEqual(unwrap(makeFloor().view().ticker(ticker)), { ticker, ...zero, lastTradeCount: 0 })
    assert.strictEqual(refusalOf(makeFloor().view().ticker("KXNONE-1")).kind, "notFound")
  })
})

describe("View.market", () => {
  it("shows the top of the book, now and a day ago, and the volume", () => {
    const { floor, maker, taker } = traded()
    floor.place(maker, terms("ask", 52, 3))
    floor.place(taker, terms("bid", 48, 2))
    const { topOfBook } = unwrap(floor.view().market(ticker))
    assert.deepStrictEqual(topOfBook, { bid: 4_800, bidCount: 200, ask: 5_200, askCount: 300, lastPrice: 5_000 })
    const later = (millis: number) => {
      floor.time = start + millis
      const { previous, volume, volume24h } = unwrap(floor.view().market(ticker))
      return [previous.bid, previous.ask, previous.lastPrice, volume24h, volume]
    }
    assert.deepStrictEqual(later(day - 1), [0, 0, 0, 100, 100])
    assert.deepStrictEqual(later(day), [4_800, 5_200, 5_000, 0, 100])
    floor.place(maker, terms("ask", 48, 2))
    floor.place(taker, terms("bid", 45, 1))
    assert.deepStrictEqual(later(day + 1), [4_800, 5_200, 5_000, 200, 300])
    assert.deepStrictEqual(later(2 * day), [4_500, 5_200, 4_800, 0, 300])
  })
})

describe("Exchange.userView", () => {
  it("shows orders and money with the delay of readLagMillis", () => {
    const floor = makeFloor({ assumptions: { readLagMillis: 500 } })
    const [maker, taker] = [floor.account("maker"), floor.account("taker")]
    const { orderId } = floor.place(maker, terms("ask", 50, 1))
    floor.time = start + 100
    floor.place(taker, terms("bid", 50, 1))
    const seen = (millis: number) => {
      floor.time = start + millis
      const view = floor.exchange.userView(floor.time)
      const order = view.order(maker, orderId)
      return [view.nowMillis - start, Result.isSuccess(order) ? order.success.status : "none"]
    }
    assert.deepStrictEqual(seen(499), [-1, "none"])
    assert.deepStrictEqual(seen(500), [0, "resting"])
    assert.deepStrictEqual(seen(599), [99, "resting"])
    assert.deepStrictEqual(seen(600), [100, "executed"])
    assert.deepStrictEqual(
      unwrap(floor.exchange.userView(floor.time).balances(taker)),
      unwrap(floor.view().balances(taker))
    )
    // The effects of timers are delayed as well.
    const expiring = floor.place(maker, terms("ask", 60, 1, { expirationSeconds: start / 1_000 + 2 }))
    const statusAt = (millis: number) => {
      floor.time = start + millis
      return unwrap(floor.exchange.userView(floor.time).order(maker, expiring.orderId)).status
    }
    assert.deepStrictEqual([statusAt(2_499), statusAt(2_500)], ["resting", "canceled"])
  })

  it("is current by default", () => {
    const { floor, orderId, taker } = traded()
    assert.strictEqual(unwrap(floor.exchange.userView(start).order(taker, orderId)).status, "executed")
  })
})
