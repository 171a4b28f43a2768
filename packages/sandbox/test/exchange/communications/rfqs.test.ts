import { assert, describe, it } from "@effect/vitest"
import { Exchange, type Snapshot } from "../../../src/exchange/Exchange.ts"
import { makeDesk, quoteTerms, rfqTerms, targetOf } from "../../support/dealing.ts"
import { codeOf, refusalOf, start, terms, ticker, unwrap } from "../../support/floor.ts"

type Desk = ReturnType<typeof makeDesk>

const cashOf = (desk: Desk, accountId: string): number =>
  Number(unwrap(desk.view().portfolio(accountId)).cashMicros) / 1_000_000

const positionOf = (desk: Desk, accountId: string): number =>
  (unwrap(desk.view().portfolio(accountId)).positions[ticker] ?? 0) / 100

const everything = { limit: 100, ticker: undefined, eventTicker: undefined, subaccount: undefined, status: undefined }
const everyRfq = { ...everything, isOwn: false, accountId: undefined }
const everyQuote = {
  limit: 500,
  isMaker: true,
  isRfqCreator: false,
  rfqId: undefined,
  status: undefined,
  makerAccountId: undefined,
  rfqAccountId: undefined,
  subaccount: undefined
}

describe("createRfq", () => {
  it("opens an RFQ that other accounts can read", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    assert.deepInclude(rfq, { status: "open", count: 1_000, ticker, eventTicker: "KXTEST-26", createdMillis: start })
    assert.deepStrictEqual(unwrap(desk.view().listRfqs(desk.maker, everyRfq)).items, [rfq])
    assert.deepStrictEqual(desk.latestRfq(rfq), rfq)
  })

  it("permits one open RFQ per account and market, and replaces it on request", () => {
    const desk = makeDesk()
    const first = desk.rfq(10)
    const quote = desk.quote(first, 40, 50)
    const create = (replaceExisting: boolean, accountId = desk.requester) =>
      desk.execute({ type: "createRfq", accountId, rfq: rfqTerms(5, { replaceExisting }) })
    assert.deepInclude(refusalOf(create(false)), { kind: "conflict", code: "conflict" })
    unwrap(create(false, desk.maker))
    const second = unwrap(create(true))
    assert.deepInclude(desk.latestRfq(first), { status: "closed", closeReason: "replaced" })
    assert.deepInclude(desk.latest(quote), { status: "cancelled", cancelReason: "rfqClosed" })
    assert.deepInclude(desk.latestRfq(second), { status: "open" })
  })

  it("does not replace an RFQ that has an accepted quote", () => {
    const desk = makeDesk()
    unwrap(desk.accept(desk.quote(desk.rfq(10), 40, 50), "yes"))
    const rfq = rfqTerms(5, { replaceExisting: true })
    assert.strictEqual(codeOf(desk.execute({ type: "createRfq", accountId: desk.requester, rfq })), "conflict")
  })

  it("permits 100 open RFQs per account", () => {
    const desk = makeDesk()
    for (let n = 0; n < 100; n++) {
      desk.rfq(1, { ticker: desk.market({ ticker: `KXMANY-26-${n}` }).ticker })
    }
    const create = () => desk.execute({ type: "createRfq", accountId: desk.requester, rfq: rfqTerms(1) })
    assert.deepInclude(refusalOf(create()), { kind: "invalid", code: "bad_request" })
    unwrap(desk.execute({ type: "setMarketClose", ticker: "KXMANY-26-7", closeMillis: start + 1 }))
    desk.pass(1)
    unwrap(create())
  })

  it("requires an open market, and either a number of contracts or a target cost", () => {
    const desk = makeDesk()
    const refused = (contracts: number | undefined, change: Parameters<typeof rfqTerms>[1] = {}) =>
      codeOf(desk.execute({ type: "createRfq", accountId: desk.requester, rfq: rfqTerms(contracts, change) }))
    assert.strictEqual(refused(1, { ticker: "KXNONE-1" }), "market_not_found")
    assert.strictEqual(refused(undefined), "invalid_parameters")
    assert.strictEqual(refused(1, { targetCostMicros: 1 }), "invalid_parameters")
    assert.strictEqual(refused(0), "invalid_parameters")
    assert.strictEqual(refused(10_000_000.01), "invalid_parameters")
    assert.strictEqual(refused(undefined, { targetCostMicros: 0 }), "invalid_parameters")
    assert.strictEqual(refused(1, { targetCostExcludesFees: true }), "invalid_parameters")
    assert.strictEqual(refused(1, { subaccount: 64 }), "invalid_parameters")
    unwrap(desk.execute({ type: "pauseMarket", ticker }))
    assert.strictEqual(refused(1), "MARKET_INACTIVE")
    unwrap(desk.execute({ type: "setActive", trading: false }))
    assert.strictEqual(refused(1), "trading_is_paused")
  })

  it("accepts the smallest and the largest size", () => {
    const desk = makeDesk()
    const sizes = [
      desk.rfq(0.01),
      desk.rfq(10_000_000, { replaceExisting: true }),
      desk.rfq(undefined, { targetCostMicros: 1, replaceExisting: true })
    ]
    assert.deepStrictEqual(
      sizes.map(({ count, targetCostMicros }) => [count, targetCostMicros]),
      [
        [1, undefined],
        [1_000_000_000, undefined],
        [undefined, 1]
      ]
    )
  })
})

describe("deleteRfq", () => {
  it("closes an open RFQ of the account, and cancels the quotes on it", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const quote = desk.quote(rfq, 40, 50)
    const remove = (accountId: string) => desk.execute({ type: "deleteRfq", accountId, rfqId: rfq.rfqId })
    assert.strictEqual(codeOf(remove(desk.maker)), "not_found")
    unwrap(remove(desk.requester))
    assert.deepInclude(desk.latestRfq(rfq), { status: "closed", closeReason: "requested" })
    assert.deepInclude(desk.latest(quote), { status: "cancelled", cancelReason: "rfqClosed" })
    assert.strictEqual(codeOf(remove(desk.requester)), "not_found")
    assert.strictEqual(codeOf(desk.accept(quote, "yes")), "RFQ_CLOSED")
    assert.deepStrictEqual(desk.happened(), ["rfqCreated", "quoteCreated", "rfqDeleted", "quoteDeleted"])
  })

  it("keeps an accepted quote, which can still be confirmed and executed", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const [accepted, open] = [desk.quote(rfq, 40, 50), desk.quote(rfq, 30, 50, {}, desk.account("other", "1000"))]
    unwrap(desk.accept(accepted, "yes"))
    unwrap(desk.execute({ type: "deleteRfq", accountId: desk.requester, rfqId: rfq.rfqId }))
    assert.deepInclude(desk.latestRfq(rfq), { status: "closed", closeReason: "requested" })
    assert.deepInclude(desk.latest(open), { status: "cancelled", cancelReason: "rfqClosed" })
    desk.rfq(10) // the account may create another RFQ on this market
    unwrap(desk.confirm(accepted))
    desk.pass(15_000)
    assert.deepInclude(desk.latest(accepted), { status: "executed" })
    assert.deepInclude(desk.latestRfq(rfq), { status: "closed", closeReason: "requested" })
    assert.deepStrictEqual([positionOf(desk, desk.maker), positionOf(desk, desk.requester)], [10, -10])
  })

  it("happens automatically when the market closes, even if a quote is confirmed", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const quote = desk.quote(rfq, 40, 50)
    unwrap(desk.accept(quote, "yes"))
    unwrap(desk.confirm(quote))
    unwrap(desk.execute({ type: "setMarketClose", ticker, closeMillis: start + 10_000 }))
    desk.pass(60_000)
    assert.deepInclude(desk.latestRfq(rfq), { closeReason: "marketClosed", updatedMillis: start + 10_000 })
    assert.deepInclude(desk.latest(quote), { status: "cancelled", cancelReason: "rfqClosed" })
    assert.strictEqual(positionOf(desk, desk.maker), 0)
  })
})

describe("createQuote", () => {
  it("quotes the full size, and declines a side with a bid of zero", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    assert.deepInclude(desk.quote(rfq, 40, 55), { status: "open", yesCount: 1_000, noCount: 1_000 })
    const oneSided = desk.quote(rfq, 0, 55)
    assert.deepInclude(oneSided, { yesBid: 0, yesCount: 0, noCount: 1_000 })
    assert.deepInclude(refusalOf(desk.accept(oneSided, "yes")), {
      code: "invalid_parameters",
      details: "the quote does not bid for yes"
    })
    assert.deepInclude(desk.quote(rfq, 40, 0), { yesCount: 1_000, noBid: 0, noCount: 0 })
    unwrap(desk.accept(desk.quote(rfq, 0, 55), "no"))
  })

  it("replaces the maker's older quote on the RFQ, but no quote of another maker", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const other = desk.account("other")
    const [older, others] = [desk.quote(rfq, 40, 50), desk.quote(rfq, 41, 50, {}, other)]
    const newer = desk.quote(rfq, 42, 50)
    assert.deepInclude(desk.latest(older), { status: "cancelled", cancelReason: "replaced" })
    assert.deepStrictEqual(
      [others, newer].map((quote) => desk.latest(quote).status),
      ["open", "open"]
    )
  })

  it("does not replace a quote that was accepted", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const accepted = desk.quote(rfq, 40, 50)
    unwrap(desk.accept(accepted, "yes"))
    const newer = desk.quote(rfq, 41, 50)
    desk.quote(rfq, 42, 50)
    assert.deepStrictEqual(
      [accepted, newer].map((quote) => desk.latest(quote).status),
      ["accepted", "cancelled"]
    )
    unwrap(desk.confirm(accepted))
  })

  it("lets an account quote its own RFQ, but cancels the quote instead of executing it", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const own = desk.trade(desk.quote(rfq, 40, 50, {}, desk.requester), "yes")
    assert.deepInclude(own, { status: "cancelled", cancelReason: "notExecuted" })
    assert.deepInclude(desk.latestRfq(rfq), { status: "open" })
    assert.deepStrictEqual([cashOf(desk, desk.requester), positionOf(desk, desk.requester)], [1_000, 0])
  })

  it('refuses a quote on the account\'s own RFQ if `ownQuotes` is "refused"', () => {
    const desk = makeDesk({ assumptions: { ownQuotes: "refused" } })
    const quote = quoteTerms(desk.rfq(10).rfqId, 40, 50)
    const refused = refusalOf(desk.execute({ type: "createQuote", accountId: desk.requester, quote }))
    assert.deepInclude(refused, { code: "invalid_parameters", details: "an account cannot quote its own RFQ" })
  })

  it("refuses invalid bids, and a closed or unknown RFQ", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const refused = (yesCents: number, noCents: number, accountId = desk.maker, rfqId = rfq.rfqId) =>
      codeOf(desk.execute({ type: "createQuote", accountId, quote: quoteTerms(rfqId, yesCents, noCents) }))
    assert.strictEqual(refused(0, 0), "invalid_parameters")
    assert.strictEqual(refused(51, 50), "invalid_parameters")
    assert.strictEqual(refused(100, 0), "invalid_parameters")
    assert.strictEqual(refused(-1, 50), "invalid_parameters")
    unwrap(desk.execute({ type: "createQuote", accountId: desk.maker, quote: quoteTerms(rfq.rfqId, 50, 50) }))
    assert.strictEqual(refused(40, 50, desk.maker, "00000000-0000-4000-8000-000000000000"), "not_found")
    for (const change of [{ subaccount: 64 }, { yesBid: 4_000.5 }]) {
      const quote = quoteTerms(rfq.rfqId, 40, 50, change)
      assert.strictEqual(
        codeOf(desk.execute({ type: "createQuote", accountId: desk.maker, quote })),
        "invalid_parameters"
      )
    }
    unwrap(desk.execute({ type: "deleteRfq", accountId: desk.requester, rfqId: rfq.rfqId }))
    assert.strictEqual(refused(40, 50), "RFQ_CLOSED")
  })

  it("refuses a quote if the maker cannot pay for one of its sides", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(2_000)
    const quote = (yesCents: number, noCents: number) =>
      desk.execute({ type: "createQuote", accountId: desk.maker, quote: quoteTerms(rfq.rfqId, yesCents, noCents) })
    assert.deepInclude(refusalOf(quote(40, 51)), { kind: "invalid", code: "insufficient_balance" })
    unwrap(quote(40, 50))
  })

  it("permits a bid off the price grid, but refuses its acceptance, as demo does", () => {
    const desk = makeDesk()
    const quote = desk.quote(desk.rfq(10), 40.5, 50)
    assert.deepInclude(refusalOf(desk.accept(quote, "yes")), {
      code: "invalid_parameters",
      details: `the price 0.4050 is not a price level of ${ticker}`
    })
    unwrap(desk.accept(quote, "no"))
  })
})

describe("the size of a quote on a target cost", () => {
  it("is the count that the requester can buy at the target cost, fees included", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(undefined, { targetCostMicros: 100_000_000 })
    // The requester pays $0.60 for NO, or $0.50 for YES, and 7 % × price × (1 − price).
    assert.deepInclude(desk.quote(rfq, 40, 50), { yesCount: 16_212, noCount: 19_323 })
    const trade = desk.trade(desk.quote(rfq, 40, 50), "yes")
    assert.strictEqual(trade.status, "executed")
    assert.strictEqual(positionOf(desk, desk.requester), -162.12)
    const spent = 1_000 - cashOf(desk, desk.requester)
    assert.isAtMost(spent, 100)
    assert.isAbove(spent, 99.99)
  })

  it("ignores fees if the RFQ excludes them", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(undefined, { targetCostMicros: 100_000_000, targetCostExcludesFees: true })
    assert.deepInclude(desk.quote(rfq, 40, 50), { yesCount: 16_666, noCount: 20_000 })
  })

  it("uses the whole target cost without a fee, up to the maximum size", () => {
    const desk = makeDesk({ assumptions: { maxOrderContracts: 300 } })
    const free = desk.market({ ticker: "KXFREE-26-A", takerFeeRate: 0 }).ticker
    const rfq = desk.rfq(undefined, { ticker: free, targetCostMicros: 120_000_000 })
    assert.deepInclude(desk.quote(rfq, 40, 50), { yesCount: 20_000, noCount: 24_000 })
    const large = desk.rfq(undefined, { ticker: free, targetCostMicros: 900_000_000, replaceExisting: true })
    assert.deepInclude(desk.quote(large, 40, 50), { yesCount: 30_000, noCount: 30_000 })
  })

  it("must be at least 0.01 contracts on every side with a bid", () => {
    const desk = makeDesk()
    const { rfqId } = desk.rfq(undefined, { targetCostMicros: 6_000 })
    const quote = (yesCents: number, noCents: number) =>
      desk.execute({ type: "createQuote", accountId: desk.maker, quote: quoteTerms(rfqId, yesCents, noCents) })
    assert.strictEqual(codeOf(quote(30, 50)), "invalid_parameters")
    unwrap(quote(0, 50))
  })
})

describe("deleteQuote", () => {
  it("cancels an open quote, but not an accepted quote, as demo does", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const remove = (quoteId: string, accountId = desk.maker) =>
      desk.execute({ type: "deleteQuote", accountId, target: targetOf(quoteId) })
    const first = desk.quote(rfq, 40, 50)
    assert.strictEqual(codeOf(remove(first.quoteId, desk.requester)), "not_found")
    unwrap(remove(first.quoteId))
    assert.deepInclude(desk.latest(first), { status: "cancelled", cancelReason: "requested" })
    assert.strictEqual(codeOf(desk.accept(first, "yes")), "bad_request")
    const second = desk.quote(rfq, 40, 50)
    unwrap(desk.accept(second, "yes"))
    assert.strictEqual(codeOf(remove(second.quoteId)), "not_found")
  })
})

describe("acceptQuote", () => {
  it("accepts one quote per RFQ at a time, only for the creator", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const other = desk.account("other")
    const [quote, others] = [desk.quote(rfq, 40, 50), desk.quote(rfq, 41, 50, {}, other)]
    const accept = { type: "acceptQuote", target: targetOf(quote.quoteId), side: "yes" } as const
    assert.strictEqual(codeOf(desk.execute({ ...accept, accountId: desk.maker })), "not_found")
    assert.strictEqual(codeOf(desk.execute({ ...accept, accountId: other })), "not_found")
    unwrap(desk.accept(quote, "yes"))
    assert.deepInclude(desk.latest(quote), { status: "accepted", acceptedSide: "yes", acceptedMillis: start })
    assert.strictEqual(codeOf(desk.accept(quote, "no")), "bad_request")
    assert.strictEqual(codeOf(desk.accept(others, "yes")), "bad_request")
  })

  it("refuses a requester who cannot pay, with the documented code", () => {
    const desk = makeDesk()
    const quote = desk.quote(desk.rfq(1_700), 42, 50)
    // 1,700 × $0.58 is $986, and the fee is $28.99.
    assert.deepInclude(refusalOf(desk.accept(quote, "yes")), { kind: "invalid", code: "INSUFFICIENT_BALANCE" })
    unwrap(desk.accept(quote, "no"))
  })
})

describe("confirmQuote", () => {
  it("is refused as expired 30 seconds after the acceptance, and the quote stays accepted", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const other = desk.account("other")
    const [quote, others] = [desk.quote(rfq, 40, 50), desk.quote(rfq, 41, 50, {}, other)]
    assert.strictEqual(codeOf(desk.confirm(quote)), "bad_request")
    unwrap(desk.accept(quote, "yes"))
    assert.strictEqual(codeOf(desk.confirm(quote, desk.requester)), "not_found")
    desk.pass(30_000)
    assert.deepInclude(refusalOf(desk.confirm(quote)), { kind: "invalid", code: "expired" })
    desk.pass(1_000_000)
    assert.deepInclude(desk.latest(quote), { status: "accepted", updatedMillis: start, confirmedMillis: undefined })
    assert.strictEqual(codeOf(desk.accept(quote, "yes")), "bad_request")
    assert.strictEqual(desk.trade(others, "no").status, "executed")
    assert.deepStrictEqual(desk.happened().slice(0, 5), [
      "rfqCreated",
      "quoteCreated",
      "quoteCreated",
      "quoteAccepted",
      "quoteLapsed"
    ])
  })

  it("is possible 29,999 milliseconds after the acceptance", () => {
    const desk = makeDesk()
    const quote = desk.quote(desk.rfq(10), 40, 50)
    unwrap(desk.accept(quote, "yes"))
    desk.pass(29_999)
    unwrap(desk.confirm(quote))
    assert.deepInclude(desk.latest(quote), { status: "confirmed", confirmedMillis: start + 29_999 })
    // The end of the time to confirm does not change a confirmed quote.
    desk.pass(14_999)
    assert.strictEqual(desk.latest(quote).status, "confirmed")
    assert.deepStrictEqual(desk.happened(), ["rfqCreated", "quoteCreated", "quoteAccepted", "quoteConfirmed"])
    desk.pass(1)
    assert.deepInclude(desk.latest(quote), { status: "executed", executedMillis: start + 44_999 })
  })

  it("is possible for 3 seconds on a highly volatile market, and executes the quote after 1 second", () => {
    const desk = makeDesk()
    const volatile = desk.market({ ticker: "KXWILD-26-A", isHighlyVolatile: true }).ticker
    const rfq = desk.rfq(10, { ticker: volatile })
    const late = desk.quote(rfq, 40, 50)
    unwrap(desk.accept(late, "yes"))
    desk.pass(3_000)
    assert.strictEqual(codeOf(desk.confirm(late)), "expired")
    const quote = desk.quote(rfq, 40, 50)
    unwrap(desk.accept(quote, "yes"))
    desk.pass(2_999)
    unwrap(desk.confirm(quote))
    desk.pass(1_000)
    assert.strictEqual(desk.latest(quote).status, "executed")
  })

  it("refuses a maker who can no longer pay", () => {
    const desk = makeDesk()
    const quote = desk.quote(desk.rfq(1_000), 40, 50)
    unwrap(desk.accept(quote, "yes"))
    unwrap(desk.execute({ type: "withdraw", accountId: desk.maker, dollars: "700" }))
    assert.deepInclude(refusalOf(desk.confirm(quote)), { kind: "invalid", code: "INSUFFICIENT_BALANCE" })
  })
})

describe("the execution of a quote", () => {
  it.each([
    { side: "yes", made: 10, makerCash: 996, takerCash: 1_000 - 6 - 0.168 },
    { side: "no", made: -10, makerCash: 995, takerCash: 1_000 - 5 - 0.175 }
  ] as const)("gives the maker $side at its bid, and the requester the opposite outcome", (expected) => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const quote = desk.trade(desk.quote(rfq, 40, 50), expected.side)
    assert.deepInclude(quote, { status: "executed", executedMillis: start + 15_000 })
    assert.strictEqual(positionOf(desk, desk.maker), expected.made)
    assert.strictEqual(positionOf(desk, desk.requester), -expected.made)
    assert.closeTo(cashOf(desk, desk.maker), expected.makerCash, 1e-6)
    assert.closeTo(cashOf(desk, desk.requester), expected.takerCash, 1e-6)
    assert.deepInclude(desk.latestRfq(rfq), { status: "closed", closeReason: "executed" })
    assert.deepStrictEqual(desk.book(), { bid: [], ask: [] })
  })

  it("places an order for each party, and the requester is the taker", () => {
    const desk = makeDesk()
    const { makerOrder, rfqOrder } = desk.trade(desk.quote(desk.rfq(10), 40, 50), "yes")
    const orders = [
      { accountId: desk.maker, placed: makerOrder, isTaker: false },
      { accountId: desk.requester, placed: rfqOrder, isTaker: true }
    ]
    for (const { accountId, isTaker, placed } of orders) {
      const order = unwrap(desk.view().order(accountId, placed!.orderId))
      assert.deepInclude(order, { status: "executed", fillCount: 1_000, clientOrderId: placed!.clientOrderId })
      const query = { limit: 10, orderId: order.orderId }
      assert.deepInclude(unwrap(desk.view().listFills(accountId, query)).items[0], { isTaker, count: 1_000 })
    }
    const [trade] = unwrap(desk.view().listTrades({ limit: 10, ticker })).items
    assert.deepInclude(trade, { price: 4_000, count: 1_000, takerSide: "ask" })
  })

  it("emits quoteExecuted before the events of its orders", () => {
    const desk = makeDesk()
    const quote = desk.trade(desk.quote(desk.rfq(10), 40, 50), "yes")
    const from = desk.happened().indexOf("quoteExecuted")
    assert.deepStrictEqual(desk.happened().slice(from), [
      "quoteExecuted",
      "orderAccepted",
      "orderAccepted",
      "fill",
      "rfqDeleted"
    ])
    const executed = desk.events.find((event) => event.type === "quoteExecuted")
    assert.deepStrictEqual(executed?.type === "quoteExecuted" ? executed.quote : undefined, quote)
    const numbers = desk.events.map(({ seq }) => seq)
    assert.deepStrictEqual(
      numbers,
      numbers.toSorted((left, right) => left - right)
    )
  })

  it("cancels the other quotes on the RFQ", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const others = desk.quote(rfq, 41, 50, {}, desk.account("other"))
    desk.trade(desk.quote(rfq, 40, 50), "yes")
    assert.deepInclude(desk.latest(others), { status: "cancelled", cancelReason: "rfqClosed" })
  })

  it("fills orders in the book before the maker's order", () => {
    const desk = makeDesk()
    const other = desk.account("other")
    desk.place(other, terms("bid", 40, 4))
    desk.trade(desk.quote(desk.rfq(10), 40, 50), "yes")
    assert.strictEqual(positionOf(desk, other), 4)
    assert.strictEqual(positionOf(desk, desk.maker), 6)
    assert.strictEqual(positionOf(desk, desk.requester), -10)
    assert.deepStrictEqual(desk.book(), { bid: [], ask: [] })
  })

  it("lets the remainder of an order rest if its party requested this", () => {
    const desk = makeDesk()
    const other = desk.account("other")
    desk.place(other, terms("bid", 40, 4))
    desk.trade(desk.quote(desk.rfq(10), 40, 50, { restRemainder: true }), "yes")
    assert.deepStrictEqual(desk.book(), { bid: [[4_000, 400]], ask: [] })
    desk.place(other, terms("ask", 30, 9))
    // The maker's order takes the ask, and the requester's order rests.
    desk.trade(desk.quote(desk.rfq(5, { restRemainder: true }), 35, 50), "yes")
    assert.deepStrictEqual(desk.book(), { bid: [], ask: [[3_500, 500]] })
  })

  it("does not happen if a post-only order of the maker would trade immediately", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const quote = desk.quote(rfq, 40, 50, { postOnly: true })
    desk.place(desk.account("other"), terms("ask", 39, 1))
    const latest = desk.trade(quote, "yes")
    assert.deepInclude(latest, { status: "cancelled", cancelReason: "notExecuted", makerOrder: undefined })
    assert.strictEqual(latest.updatedMillis, start + 15_000)
    assert.strictEqual(positionOf(desk, desk.requester), 0)
    assert.strictEqual(desk.latestRfq(rfq).status, "open")
    assert.strictEqual(desk.trade(desk.quote(rfq, 41, 50), "yes").status, "executed")
  })

  it("does not happen if a party cannot pay, or the market is paused", () => {
    for (const hinder of [
      (desk: Desk) => desk.execute({ type: "withdraw", accountId: desk.maker, dollars: "999" }),
      (desk: Desk) => desk.execute({ type: "withdraw", accountId: desk.requester, dollars: "999" }),
      (desk: Desk) => desk.execute({ type: "pauseMarket", ticker })
    ]) {
      const desk = makeDesk()
      const quote = desk.quote(desk.rfq(10), 40, 50)
      unwrap(desk.accept(quote, "yes"))
      unwrap(desk.confirm(quote))
      unwrap(hinder(desk))
      desk.pass(15_000)
      assert.deepInclude(desk.latest(quote), { status: "cancelled", cancelReason: "notExecuted" })
      assert.deepStrictEqual(desk.book(), { bid: [], ask: [] })
      assert.notInclude(desk.happened(), "orderAccepted")
      assert.deepStrictEqual(
        [desk.maker, desk.requester].map((accountId) => positionOf(desk, accountId)),
        [0, 0]
      )
    }
  })

  it("cancels a party's resting orders that its new order would match", () => {
    const desk = makeDesk()
    const own = desk.place(desk.requester, terms("bid", 45, 3))
    desk.trade(desk.quote(desk.rfq(10), 40, 50), "yes")
    assert.deepStrictEqual(desk.now(own, "status", "cancelReason"), ["canceled", "selfTrade"])
    assert.strictEqual(positionOf(desk, desk.requester), -10)
  })

  it("uses the subaccounts of the RFQ and of the quote", () => {
    const desk = makeDesk()
    for (const accountId of [desk.maker, desk.requester]) {
      unwrap(desk.execute({ type: "deposit", accountId, dollars: "1000" }))
      desk.fund(accountId, { subaccount: 1 })
    }
    const rfq = desk.rfq(10, { subaccount: 1 })
    const poor = quoteTerms(rfq.rfqId, 40, 50, { subaccount: 2 })
    assert.strictEqual(
      codeOf(desk.execute({ type: "createQuote", accountId: desk.maker, quote: poor })),
      "insufficient_balance"
    )
    desk.trade(desk.quote(rfq, 40, 50, { subaccount: 1 }), "yes")
    const positions = [desk.maker, desk.requester].map(
      (accountId) => unwrap(desk.view().portfolio(accountId, 1)).positions[ticker]
    )
    assert.deepStrictEqual(positions, [1_000, -1_000])
  })
})

describe("View.listRfqs and View.listQuotes", () => {
  it("list RFQs and quotes by role, newest first, with filters and pages", () => {
    const desk = makeDesk()
    const second = desk.market({ ticker: "KXOTHER-26-A" }).ticker
    const [first, other] = [desk.rfq(10), desk.rfq(20, { ticker: second, subaccount: 3, isObscured: true })]
    const makers = desk.execute({ type: "createRfq", accountId: desk.maker, rfq: rfqTerms(1) })
    const rfqs = (change: object, accountId = desk.requester) =>
      unwrap(desk.view().listRfqs(accountId, { ...everyRfq, ...change })).items.map(({ rfqId }) => rfqId)
    assert.deepStrictEqual(rfqs({}), [unwrap(makers).rfqId, other.rfqId, first.rfqId])
    assert.deepStrictEqual(rfqs({ isOwn: true }), [other.rfqId, first.rfqId])
    assert.deepStrictEqual(rfqs({ accountId: desk.maker }), [unwrap(makers).rfqId])
    assert.deepStrictEqual(rfqs({ accountId: desk.requester }), [other.rfqId, first.rfqId])
    assert.deepStrictEqual(rfqs({ accountId: desk.requester }, desk.maker), [first.rfqId])
    assert.deepStrictEqual(rfqs({ status: "closed" }), [])
    assert.deepStrictEqual(rfqs({ status: "open", isOwn: true }), [other.rfqId, first.rfqId])
    assert.deepStrictEqual(rfqs({ subaccount: 3 }), [other.rfqId])
    assert.deepStrictEqual(rfqs({ subaccount: 3 }, desk.maker), [])
    assert.deepStrictEqual(rfqs({ ticker: second }), [other.rfqId])
    assert.deepStrictEqual(rfqs({ eventTicker: "KXTEST-26", isOwn: true }), [first.rfqId])
    const page = unwrap(desk.view().listRfqs(desk.requester, { ...everyRfq, limit: 2 }))
    assert.deepStrictEqual(rfqs({ cursor: page.cursor }), [first.rfqId])
    assert.strictEqual(
      codeOf(desk.view().listRfqs(desk.requester, { ...everyRfq, isOwn: true, cursor: page.cursor })),
      "invalid_parameters"
    )

    const [early, late] = [desk.quote(first, 40, 50), desk.quote(other, 40, 50)]
    desk.pass(60_000)
    unwrap(desk.accept(early, "yes"))
    const quotes = (change: object, accountId = desk.maker) =>
      unwrap(desk.view().listQuotes(accountId, { ...everyQuote, ...change })).items.map(({ quoteId }) => quoteId)
    const received = { isMaker: false, isRfqCreator: true }
    assert.deepStrictEqual(quotes({}), [late.quoteId, early.quoteId])
    assert.deepStrictEqual(quotes(received, desk.requester), [late.quoteId, early.quoteId])
    assert.deepStrictEqual(quotes(received), [])
    assert.deepStrictEqual(quotes({}, desk.requester), [])
    assert.deepStrictEqual(quotes({ isMaker: false, makerAccountId: desk.maker }), [late.quoteId, early.quoteId])
    const byRfq = { isMaker: false, rfqAccountId: desk.requester }
    assert.deepStrictEqual(quotes(byRfq, desk.requester), [late.quoteId, early.quoteId])
    assert.deepStrictEqual(quotes({ ...byRfq, isMaker: true }), [late.quoteId, early.quoteId])
    assert.deepStrictEqual(quotes({ rfqAccountId: desk.maker }), [])
    assert.deepStrictEqual(quotes({ makerAccountId: desk.requester }), [])
    assert.deepStrictEqual(quotes({ isRfqCreator: true }), [])
    assert.deepStrictEqual(quotes({ status: "accepted" }), [early.quoteId])
    assert.deepStrictEqual(quotes({ rfqId: other.rfqId }), [late.quoteId])
    assert.deepStrictEqual(quotes({ minSeconds: start / 1_000 + 1 }), [early.quoteId])
    assert.deepStrictEqual(quotes({ maxSeconds: start / 1_000 + 1 }), [late.quoteId])
    assert.deepStrictEqual(quotes({ ...received, subaccount: 3 }, desk.requester), [late.quoteId])
    const neither = { ...everyQuote, isMaker: false, makerAccountId: desk.requester }
    assert.deepInclude(refusalOf(desk.view().listQuotes(desk.maker, neither)), { kind: "forbidden" })
  })

  it("keep closed RFQs and canceled quotes for seven days, and executed quotes longer", () => {
    const desk = makeDesk()
    const rfq = desk.rfq(10)
    const cancelled = desk.quote(rfq, 39, 50)
    const quote = desk.trade(desk.quote(rfq, 40, 50), "yes")
    const counts = () => [
      unwrap(desk.view().listRfqs(desk.maker, everyRfq)).items.length,
      unwrap(desk.view().listQuotes(desk.maker, everyQuote)).items.length
    ]
    assert.deepStrictEqual(counts(), [1, 2])
    desk.pass(7 * 86_400_000 - 15_001)
    assert.deepStrictEqual(counts(), [1, 2])
    desk.pass(15_001)
    assert.deepStrictEqual(counts(), [0, 1])
    assert.strictEqual(codeOf(desk.view().rfq(rfq.rfqId)), "not_found")
    assert.strictEqual(codeOf(desk.view().quote(desk.maker, targetOf(cancelled.quoteId))), "not_found")
    assert.strictEqual(desk.latest(quote).status, "executed")
  })

  it("show a quote only to its two parties", () => {
    const desk = makeDesk()
    const quote = desk.quote(desk.rfq(10), 40, 50)
    const seenBy = (accountId: string, change = {}) => desk.view().quote(accountId, targetOf(quote.quoteId, change))
    for (const accountId of [desk.maker, desk.requester]) {
      assert.deepStrictEqual(unwrap(seenBy(accountId)), quote)
      assert.deepStrictEqual(unwrap(seenBy(accountId, { rfqId: quote.rfqId.toUpperCase() })), quote)
      assert.strictEqual(codeOf(seenBy(accountId, { rfqId: quote.quoteId })), "not_found")
      assert.strictEqual(codeOf(seenBy(accountId, { subaccount: 1 })), "not_found")
    }
    assert.strictEqual(codeOf(seenBy(desk.account("other"))), "not_found")
  })
})

describe("Exchange.restore", () => {
  it("continues with open, accepted and confirmed quotes and their timers", () => {
    const desk = makeDesk()
    const [second, third] = ["KXB-26-B", "KXC-26-C"].map((name) => desk.market({ ticker: name }).ticker)
    const confirmed = desk.quote(desk.rfq(10), 40, 50)
    const accepted = desk.quote(desk.rfq(10, { ticker: second! }), 40, 50)
    const open = desk.quote(desk.rfq(10, { ticker: third! }), 40, 50)
    unwrap(desk.accept(confirmed, "yes"))
    unwrap(desk.confirm(confirmed))
    unwrap(desk.accept(accepted, "no"))
    const deleted = desk.rfq(10, { ticker: desk.market({ ticker: "KXD-26-D" }).ticker })
    unwrap(desk.execute({ type: "deleteRfq", accountId: desk.requester, rfqId: deleted.rfqId }))
    const snapshot = JSON.parse(JSON.stringify(desk.exchange.snapshot(start))) as Snapshot
    const restored = Exchange.restore(snapshot)
    const later = start + 30_000
    const statuses = (exchange: Exchange) =>
      [confirmed, accepted, open].map(
        ({ quoteId }) => unwrap(exchange.view(later).quote(desk.maker, targetOf(quoteId))).status
      )
    assert.deepStrictEqual(statuses(restored), ["executed", "accepted", "open"])
    const confirm = { type: "confirmQuote", accountId: desk.maker, target: targetOf(accepted.quoteId) } as const
    assert.strictEqual(codeOf(restored.execute(confirm, later)), "expired")
    const again = { type: "createRfq", accountId: desk.requester, rfq: rfqTerms(1, { ticker: "KXD-26-D" }) } as const
    assert.deepStrictEqual(unwrap(restored.execute(again, later)), unwrap(desk.exchange.execute(again, later)))
    const plain = (exchange: Exchange): unknown => JSON.parse(JSON.stringify(exchange.dump(later)))
    assert.deepStrictEqual(plain(restored), plain(desk.exchange))
  })
})
