import { assert, describe, it } from "@effect/vitest"
import type { ListBlockTrades, ProposeBlockTrade } from "../../../src/exchange/Commands.ts"
import type { BlockTrade } from "../../../src/exchange/Entities.ts"
import { Exchange, type Snapshot } from "../../../src/exchange/Exchange.ts"
import { makeFloor, refusalOf, start, terms, ticker, unwrap } from "../../support/floor.ts"

const everyBlockTrade: ListBlockTrades = { limit: 100, ticker: undefined, status: undefined, subaccount: undefined }

/** Makes an exchange whose buyer and seller have $1,000 each. */
const makeDesk = () => {
  const floor = makeFloor()
  const [buyer, seller, other] = [
    floor.account("buyer", "1000"),
    floor.account("seller", "1000"),
    floor.account("other", "1000")
  ]
  const proposal: ProposeBlockTrade = {
    buyer: { accountId: buyer, subaccount: 0 },
    seller: { accountId: seller, subaccount: 0 },
    ticker,
    price: 5_600,
    count: 1_000,
    makerSide: "yes",
    expirationMillis: start + 60_000
  }
  const desk = Object.assign(floor, {
    buyer,
    seller,
    other,
    propose: (change: Partial<ProposeBlockTrade> = {}, accountId = buyer) =>
      floor.execute({ type: "proposeBlockTrade", accountId, proposal: { ...proposal, ...change } }),
    accept: ({ proposalId }: BlockTrade, accountId: string, subaccount?: number) =>
      floor.execute({ type: "acceptBlockTrade", accountId, proposalId, subaccount }),
    list: (accountId: string, change: Partial<ListBlockTrades> = {}) =>
      unwrap(floor.view().listBlockTrades(accountId, { ...everyBlockTrade, ...change })).items,
    cashOf: (accountId: string): number => Number(unwrap(floor.view().portfolio(accountId)).cashMicros) / 1_000_000,
    positionOf: (accountId: string, subaccount = 0): number =>
      (unwrap(floor.view().portfolio(accountId, subaccount)).positions[ticker] ?? 0) / 100,
    codeOf: (result: Parameters<typeof refusalOf>[0]): string => refusalOf(result).code
  })
  return desk
}

describe("proposeBlockTrade", () => {
  it("creates a proposal that only its two parties can see", () => {
    const desk = makeDesk()
    const proposed = unwrap(desk.propose())
    assert.deepInclude(proposed, { status: "pending", proposerId: desk.buyer, createdMillis: start })
    assert.deepStrictEqual(desk.list(desk.buyer), [proposed])
    assert.deepStrictEqual(desk.list(desk.seller), [proposed])
    assert.deepStrictEqual(desk.list(desk.other), [])
  })

  it("is refused for an account that is not a party", () => {
    const desk = makeDesk()
    assert.deepInclude(refusalOf(desk.propose({}, desk.other)), { kind: "forbidden", code: "permission_denied" })
  })

  it("is refused for invalid terms", () => {
    const desk = makeDesk()
    const cases: ReadonlyArray<readonly [change: Partial<ProposeBlockTrade>, code: string]> = [
      [{ seller: { accountId: desk.buyer, subaccount: 1 } }, "invalid_parameters"],
      [{ seller: { accountId: "00000000-0000-4000-8000-000000000000", subaccount: 0 } }, "invalid_parameters"],
      [{ seller: { accountId: desk.seller, subaccount: 64 } }, "invalid_parameters"],
      [{ expirationMillis: start }, "invalid_parameters"],
      [{ expirationMillis: NaN }, "invalid_parameters"],
      [{ ticker: "KXNONE-1" }, "market_not_found"],
      [{ price: 5_650 }, "invalid_order"],
      [{ price: 10_000 }, "invalid_price"],
      [{ count: 0 }, "invalid_order_size"],
      [{ count: 1_000_000_001 }, "invalid_order_size"]
    ]
    for (const [change, code] of cases) {
      assert.strictEqual(desk.codeOf(desk.propose(change)), code, JSON.stringify(change))
    }
    assert.deepStrictEqual(desk.list(desk.buyer), [])
  })

  it("is refused on a market that does not trade, and while trading is paused", () => {
    const desk = makeDesk()
    unwrap(desk.execute({ type: "pauseMarket", ticker }))
    assert.strictEqual(desk.codeOf(desk.propose()), "MARKET_INACTIVE")
    unwrap(desk.execute({ type: "setActive", trading: false }))
    assert.strictEqual(desk.codeOf(desk.propose()), "trading_is_paused")
  })
})

describe("acceptBlockTrade", () => {
  it("executes the trade outside the book after both parties have accepted it", () => {
    const desk = makeDesk()
    // The prices of the book are worse for both parties. The book does not change.
    desk.place(desk.other, terms("bid", 20, 1))
    desk.place(desk.other, terms("ask", 90, 1))
    const book = desk.book()
    const proposed = unwrap(desk.propose())
    assert.deepInclude(unwrap(desk.accept(proposed, desk.seller)), { status: "pending" })
    assert.deepStrictEqual([desk.positionOf(desk.buyer), desk.positionOf(desk.seller)], [0, 0])
    desk.time += 1_000
    const executed = unwrap(desk.accept(proposed, desk.buyer))
    assert.deepInclude(executed, { status: "executed", executedMillis: start + 1_000 })
    assert.deepStrictEqual([desk.positionOf(desk.buyer), desk.positionOf(desk.seller)], [10, -10])
    // 10 × $0.56, and 10 × $0.44 with the taker's fee of 10 × 7 % × 0.56 × 0.44.
    assert.deepStrictEqual([desk.cashOf(desk.buyer), desk.cashOf(desk.seller)], [1_000 - 5.6, 1_000 - 4.4 - 0.1725])
    assert.deepStrictEqual(desk.book(), book)
    assert.deepStrictEqual(desk.list(desk.seller), [executed])
  })

  it("creates an order with a fill for each party, and a public block trade", () => {
    const desk = makeDesk()
    const proposed = unwrap(desk.propose({ makerSide: "no" }))
    unwrap(desk.accept(proposed, desk.buyer))
    const { buyer, seller } = unwrap(desk.accept(proposed, desk.seller))
    const [buyerOrderId = "none", sellerOrderId = "none"] = [buyer.orderId, seller.orderId]
    const fillsOf = (accountId: string) => unwrap(desk.view().listFills(accountId, { limit: 10 })).items
    const common = { ticker, price: 5_600, count: 1_000 }
    assert.deepInclude(fillsOf(desk.buyer)[0], { ...common, orderId: buyerOrderId, side: "bid", isTaker: true })
    assert.deepInclude(fillsOf(desk.seller)[0], { ...common, orderId: sellerOrderId, side: "ask", isTaker: false })
    const orderOf = (accountId: string, orderId: string) => unwrap(desk.view().order(accountId, orderId))
    const filled = { status: "executed", fillCount: 1_000, remainingCount: 0, reservedMicros: 0 } as const
    assert.deepInclude(orderOf(desk.buyer, buyerOrderId), { ...filled, takerCostMicros: 5_600_000 })
    assert.deepInclude(orderOf(desk.seller, sellerOrderId), { ...filled, makerCostMicros: 4_400_000 })
    const trades = (isBlock?: boolean) => unwrap(desk.view().listTrades({ ticker, isBlock, limit: 10 })).items
    assert.deepStrictEqual(
      trades().map((trade) => [trade.price, trade.count, trade.takerSide, trade.isBlock]),
      [[5_600, 1_000, "bid", true]]
    )
    assert.deepStrictEqual([trades(true).length, trades(false).length], [1, 0])
    assert.deepStrictEqual(
      desk.events.map(({ type }) => type).filter((type) => type === "orderAccepted" || type === "fill"),
      ["orderAccepted", "orderAccepted", "fill"]
    )
  })

  it("trades for the subaccount that a party states in its acceptance", () => {
    const desk = makeDesk()
    desk.fund(desk.seller, { subaccount: 2 })
    const proposed = unwrap(desk.propose())
    unwrap(desk.accept(proposed, desk.seller, 2))
    unwrap(desk.accept(proposed, desk.buyer))
    assert.deepStrictEqual([desk.positionOf(desk.seller, 2), desk.positionOf(desk.seller)], [-10, 0])
    assert.strictEqual(desk.list(desk.seller, { subaccount: 0 }).length, 0)
    assert.strictEqual(desk.list(desk.seller, { subaccount: 2 }).length, 1)
  })

  it("is refused for a second acceptance, a third account, and an unknown proposal", () => {
    const desk = makeDesk()
    const proposed = unwrap(desk.propose())
    unwrap(desk.accept(proposed, desk.buyer))
    assert.strictEqual(desk.codeOf(desk.accept(proposed, desk.buyer)), "bad_request")
    assert.strictEqual(desk.codeOf(desk.accept(proposed, desk.other)), "not_found")
    const unknown = { ...proposed, proposalId: "00000000-0000-4000-8000-000000000000" }
    assert.strictEqual(desk.codeOf(desk.accept(unknown, desk.seller)), "not_found")
    unwrap(desk.accept(proposed, desk.seller))
    assert.strictEqual(desk.codeOf(desk.accept(proposed, desk.seller)), "bad_request")
  })

  it("is refused after the proposal has expired", () => {
    const desk = makeDesk()
    const proposed = unwrap(desk.propose())
    unwrap(desk.accept(proposed, desk.buyer))
    desk.time = start + 59_999
    assert.strictEqual(desk.list(desk.buyer, { status: "pending" }).length, 1)
    desk.time = start + 60_000
    assert.strictEqual(desk.codeOf(desk.accept(proposed, desk.seller)), "expired")
    assert.deepInclude(desk.list(desk.buyer, { status: "expired" })[0], { updatedMillis: start + 60_000 })
    assert.strictEqual(desk.positionOf(desk.buyer), 0)
  })

  it("is refused, and changes nothing, if one of the parties cannot pay", () => {
    const desk = makeDesk()
    const proposed = unwrap(desk.propose({ count: 150_000 }))
    unwrap(desk.accept(proposed, desk.seller))
    // The seller spends the money that its side needs.
    desk.place(desk.seller, terms("bid", 50, 1_000))
    assert.strictEqual(desk.codeOf(desk.accept(proposed, desk.buyer)), "INSUFFICIENT_BALANCE")
    assert.deepInclude(desk.list(desk.buyer)[0], { status: "pending" })
    assert.strictEqual(desk.list(desk.buyer)[0]?.buyer.acceptedMillis, undefined)
    const tooLarge = unwrap(desk.propose({ count: 200_000 }))
    assert.strictEqual(desk.codeOf(desk.accept(tooLarge, desk.buyer)), "INSUFFICIENT_BALANCE")
  })

  it("is refused while the market does not trade", () => {
    const desk = makeDesk()
    const proposed = unwrap(desk.propose())
    unwrap(desk.execute({ type: "determineMarket", ticker, outcome: "yes" }))
    assert.strictEqual(desk.codeOf(desk.accept(proposed, desk.buyer)), "MARKET_INACTIVE")
  })
})

describe("a snapshot with block trades", () => {
  it("keeps proposals, acceptances and executed block trades", () => {
    const desk = makeDesk()
    const [executed, pending] = [unwrap(desk.propose()), unwrap(desk.propose())]
    unwrap(desk.accept(executed, desk.buyer))
    unwrap(desk.accept(executed, desk.seller))
    unwrap(desk.accept(pending, desk.seller))
    const snapshot = JSON.parse(JSON.stringify(desk.exchange.snapshot(desk.time))) as Snapshot
    const restored = Exchange.restore(snapshot)
    assert.deepStrictEqual(restored.dump(desk.time), desk.exchange.dump(desk.time))
    const { proposalId } = pending
    unwrap(restored.execute({ type: "acceptBlockTrade", accountId: desk.buyer, proposalId }, desk.time))
    assert.strictEqual(unwrap(restored.view(desk.time).portfolio(desk.buyer)).positions[ticker], 2_000)
  })
})
