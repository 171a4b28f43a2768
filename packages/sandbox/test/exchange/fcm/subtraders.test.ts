import { assert, describe, it } from "@effect/vitest"
import type { TransferPosition } from "../../../src/exchange/Commands.ts"
import { capDateOf } from "../../../src/exchange/fcm/premium.ts"
import { Exchange, type Snapshot } from "../../../src/exchange/Exchange.ts"
import { audit } from "../../support/actors.ts"
import { codeOf, makeFloor, refusalOf, terms, ticker, unwrap } from "../../support/floor.ts"

const everyOrder = {
  limit: 100,
  subtraderId: undefined,
  clientOrderIds: undefined,
  ticker: undefined,
  eventTicker: undefined,
  status: undefined
}

/**
 * An FCM member (futures commission merchant) with two subtraders, who have $100 each, and an error account with
 * $1,000.
 */
const makeDesk = () => {
  const floor = makeFloor()
  const [member, errorAccount, maker] = [floor.account("fcm"), floor.account("errors", "1000"), floor.account("maker")]
  const subtraderOf = (suffix: string) => unwrap(floor.execute({ type: "createSubtrader", accountId: member, suffix }))
  unwrap(floor.execute({ type: "enableFcm", accountId: member, errorAccountId: errorAccount }))
  const [one, two] = [subtraderOf("ONE"), subtraderOf("TWO")]
  for (const { accountId } of [one, two]) {
    unwrap(floor.execute({ type: "deposit", accountId, dollars: "100" }))
  }
  return Object.assign(floor, {
    member,
    errorAccount,
    maker,
    one,
    two,
    buy: ({ accountId }: typeof one, cents: number, contracts: number, clientOrderId?: string) => {
      floor.place(maker, terms("ask", cents, contracts))
      return floor.place(accountId, terms("bid", cents, contracts, { clientOrderId }))
    },
    transfer: (change: Partial<TransferPosition> = {}) =>
      floor.execute({
        type: "transferPosition",
        accountId: member,
        transfer: {
          sourceSubtraderId: one.subtraderId,
          targetSubtraderId: `${errorAccount}_ERR`,
          ticker,
          count: 1_000,
          price: 4_500,
          ...change
        }
      }),
    subtrader: ({ subtraderId }: typeof one) => unwrap(floor.view().subtrader(member, subtraderId)),
    cashOf: (accountId: string): number => Number(unwrap(floor.view().portfolio(accountId)).cashMicros) / 1_000_000,
    positionOf: (accountId: string): number => (unwrap(floor.view().portfolio(accountId)).positions[ticker] ?? 0) / 100,
    errorPosition: (): number => {
      const [received] = unwrap(floor.view().subtraders(errorAccount))
      return (unwrap(floor.view().portfolio(received?.accountId ?? "")).positions[ticker] ?? 0) / 100
    }
  })
}

describe("createSubtrader", () => {
  it("creates a subtrader only once, with the member's id plus a suffix", () => {
    const desk = makeDesk()
    assert.strictEqual(desk.one.subtraderId, `${desk.member}_ONE`)
    assert.deepStrictEqual(
      unwrap(desk.view().subtraders(desk.member)).map(({ subtraderId }) => subtraderId),
      [desk.one.subtraderId, desk.two.subtraderId]
    )
    const again = desk.execute({ type: "createSubtrader", accountId: desk.member, suffix: "ONE" })
    assert.deepInclude(refusalOf(again), { kind: "conflict", code: "conflict" })
    for (const suffix of ["", "A-B", "ABCDEFGHIJKLMNOPQ", "Ä"]) {
      assert.strictEqual(
        codeOf(desk.execute({ type: "createSubtrader", accountId: desk.member, suffix })),
        "invalid_parameters"
      )
    }
  })

  it("is refused for an account that is no FCM member, and so are the reads of subtraders", () => {
    const desk = makeDesk()
    const notMember = { kind: "forbidden", code: "permission_denied" } as const
    assert.deepInclude(
      refusalOf(desk.execute({ type: "createSubtrader", accountId: desk.maker, suffix: "ONE" })),
      notMember
    )
    const view = desk.view()
    assert.deepInclude(refusalOf(view.subtraders(desk.maker)), notMember)
    assert.deepInclude(refusalOf(view.subtrader(desk.maker, desk.one.subtraderId)), notMember)
    assert.deepInclude(refusalOf(view.listFcmTrades(desk.maker, { limit: 10 })), notMember)
    assert.deepInclude(refusalOf(view.listFcmOrders(desk.maker, { ...everyOrder })), notMember)
  })

  it("creates subtraders that are visible only to their own FCM member", () => {
    const desk = makeDesk()
    assert.strictEqual(codeOf(desk.view().subtrader(desk.errorAccount, desk.one.subtraderId)), "not_found")
  })
})

describe("the orders and fills of subtraders", () => {
  it("can be filtered by subtrader, and by client order id within one day", () => {
    const desk = makeDesk()
    const first = desk.buy(desk.one, 40, 2, "mine")
    desk.time += 1
    const second = desk.buy(desk.two, 40, 3, "mine")
    const list = (change: object) =>
      unwrap(desk.view().listFcmOrders(desk.member, { ...everyOrder, ...change })).items.map(({ orderId }) => orderId)
    assert.deepStrictEqual(list({ subtraderId: desk.one.subtraderId }), [first.orderId])
    assert.deepStrictEqual(list({ clientOrderIds: ["mine"] }), [second.orderId, first.orderId])
    assert.deepStrictEqual(list({ clientOrderIds: ["mine"], subtraderId: desk.two.subtraderId }), [second.orderId])
    assert.deepStrictEqual(list({ clientOrderIds: ["other"] }), [])
    assert.deepStrictEqual(list({ subtraderId: desk.one.subtraderId, status: "resting" }), [])
    desk.time += 86_400_000
    assert.deepStrictEqual(list({ clientOrderIds: ["mine"] }), [second.orderId])
    assert.deepStrictEqual(list({ subtraderId: desk.one.subtraderId }), [first.orderId])
    const refused = (change: object) => codeOf(desk.view().listFcmOrders(desk.member, { ...everyOrder, ...change }))
    assert.strictEqual(refused({}), "invalid_parameters")
    assert.strictEqual(refused({ clientOrderIds: Array.from({ length: 101 }, String) }), "invalid_parameters")
    assert.strictEqual(refused({ subtraderId: "nobody" }), "not_found")
  })

  it("show an FCM member only its own subtraders' sides of trades", () => {
    const desk = makeDesk()
    const { orderId } = desk.buy(desk.one, 40, 2)
    desk.place(desk.two.accountId, terms("ask", 50, 1))
    desk.place(desk.one.accountId, terms("bid", 50, 1))
    const [both, taken] = unwrap(desk.view().listFcmTrades(desk.member, { limit: 10 })).items
    assert.deepInclude(taken, { price: 4_000, count: 200, takerSide: "bid", maker: undefined })
    assert.deepInclude(taken?.taker, { orderId, subtraderId: desk.one.subtraderId, feeMicros: 33_600 })
    assert.deepInclude(both?.maker, { subtraderId: desk.two.subtraderId })
    assert.deepInclude(both?.taker, { subtraderId: desk.one.subtraderId })
    assert.deepStrictEqual(unwrap(desk.view().listFcmTrades(desk.member, { limit: 10, minSeconds: 9e9 })).items, [])
  })

  it("have gapless pages without repeats, even if an order arrives in between", () => {
    const desk = makeDesk()
    const place = ({ accountId }: typeof desk.one, clientOrderId: string) =>
      desk.place(accountId, terms("bid", 10, 1, { clientOrderId })).orderId
    const placed = [place(desk.one, "mine"), place(desk.two, "mine")]
    const page = (cursor: string) => {
      const query = { ...everyOrder, clientOrderIds: ["mine", "later"], limit: 1, cursor }
      return unwrap(desk.view().listFcmOrders(desk.member, query))
    }
    const first = page("")
    place(desk.one, "later")
    const second = page(first.cursor)
    assert.deepStrictEqual(
      [...first.items, ...second.items].map(({ orderId }) => orderId),
      placed.toReversed()
    )
    assert.strictEqual(second.cursor, "")
  })
})

describe("setSubtraderCap", () => {
  it("sets and removes the cap of a subtrader", () => {
    const desk = makeDesk()
    const set = (capMicros: number | undefined, { subtraderId } = desk.one) =>
      desk.execute({ type: "setSubtraderCap", accountId: desk.member, subtraderId, capMicros })
    assert.strictEqual(desk.subtrader(desk.one).capMicros, undefined)
    assert.strictEqual(codeOf(set(undefined)), "not_found")
    unwrap(set(5_000_000))
    assert.strictEqual(desk.subtrader(desk.one).capMicros, 5_000_000)
    assert.strictEqual(codeOf(set(-1)), "invalid_parameters")
    unwrap(set(undefined))
    assert.strictEqual(desk.subtrader(desk.one).capMicros, undefined)
    assert.strictEqual(codeOf(set(1, { ...desk.one, subtraderId: "nobody" })), "not_found")
  })

  it("counts the premium of one day in New York, net of sales and settlements", () => {
    const desk = makeDesk()
    desk.buy(desk.one, 40, 10)
    // 10 × $0.40 and the taker's fee of 10 × 7 % × 0.4 × 0.6.
    assert.strictEqual(desk.subtrader(desk.one).premiumMicros, 4_168_000)
    desk.place(desk.maker, terms("bid", 50, 4))
    desk.place(desk.one.accountId, terms("ask", 50, 4))
    assert.strictEqual(desk.subtrader(desk.one).premiumMicros, 4_168_000 - 2_000_000 + 70_000)
    desk.place(desk.one.accountId, terms("bid", 10, 10))
    assert.strictEqual(desk.subtrader(desk.one).collateralMicros, 1_000_000)
    assert.strictEqual(desk.subtrader(desk.two).premiumMicros, 0)
    const { capDate } = desk.subtrader(desk.one)
    desk.time += 86_400_000
    assert.deepInclude(desk.subtrader(desk.one), { premiumMicros: 0, collateralMicros: 1_000_000 })
    assert.notStrictEqual(desk.subtrader(desk.one).capDate, capDate)
    unwrap(desk.execute({ type: "determineMarket", ticker, outcome: "yes" }))
    unwrap(desk.execute({ type: "settleMarket", ticker }))
    assert.strictEqual(desk.subtrader(desk.one).premiumMicros, -6_000_000)
  })

  it("begins the next day at midnight in New York", () => {
    assert.strictEqual(capDateOf(Date.parse("2026-07-01T03:59:59Z")), "2026-06-30")
    assert.strictEqual(capDateOf(Date.parse("2026-07-01T04:00:00Z")), "2026-07-01")
    assert.strictEqual(capDateOf(Date.parse("2026-01-01T04:59:59Z")), "2025-12-31")
  })
})

describe("setBlockedCategory", () => {
  it("adds and removes categories, and sorts them", () => {
    const desk = makeDesk()
    const set = (category: string, blocked: boolean) =>
      desk.execute({
        type: "setBlockedCategory",
        accountId: desk.member,
        subtraderId: desk.one.subtraderId,
        category,
        blocked
      })
    unwrap(set("Sports", true))
    unwrap(set("Politics", true))
    assert.deepStrictEqual(unwrap(set("Politics", true)).blockedCategories, ["Politics", "Sports"])
    unwrap(set("Crypto", false))
    assert.deepStrictEqual(unwrap(set("Sports", false)).blockedCategories, ["Politics"])
    assert.strictEqual(codeOf(set("", true)), "invalid_parameters")
    assert.strictEqual(codeOf(set("x".repeat(101), true)), "invalid_parameters")
    assert.deepStrictEqual(desk.subtrader(desk.two).blockedCategories, [])
  })
})

describe("transferPosition", () => {
  it("moves YES to the error account at a price, without fees and fills", () => {
    const desk = makeDesk()
    desk.buy(desk.one, 40, 10)
    const cash = desk.cashOf(desk.one.accountId)
    const trades = unwrap(desk.view().listFcmTrades(desk.member, { limit: 10 })).items
    unwrap(desk.transfer())
    assert.deepStrictEqual([desk.positionOf(desk.one.accountId), desk.errorPosition()], [0, 10])
    assert.closeTo(desk.cashOf(desk.one.accountId) - cash, 4.5, 1e-9)
    assert.strictEqual(desk.cashOf(desk.errorAccount), 995.5)
    assert.deepStrictEqual(unwrap(desk.view().listFcmTrades(desk.member, { limit: 10 })).items, trades)
    // The transfer conserves money and contracts. It has no fills, so it violates only this invariant.
    assert.deepStrictEqual(audit(desk.exchange.snapshot(desk.time)), [
      "a position is the count bought minus the count sold, until it settles"
    ])
  })

  it("moves NO at one dollar minus the price", () => {
    const desk = makeDesk()
    desk.place(desk.maker, terms("bid", 60, 5))
    desk.place(desk.one.accountId, terms("ask", 60, 5))
    unwrap(desk.transfer({ count: -300, price: 7_000 }))
    assert.strictEqual(desk.cashOf(desk.errorAccount), 999.1)
    unwrap(desk.transfer({ count: -200, price: 10_000 }))
    assert.strictEqual(desk.cashOf(desk.errorAccount), 999.1)
    assert.deepStrictEqual([desk.positionOf(desk.one.accountId), desk.errorPosition()], [0, -5])
  })

  it("can change the sign of the subtrader's position, and is netted with the error account's position", () => {
    const desk = makeDesk()
    desk.buy(desk.one, 40, 2)
    unwrap(desk.transfer({ count: 500, price: 5_000 }))
    assert.deepStrictEqual([desk.positionOf(desk.one.accountId), desk.errorPosition()], [-3, 5])
    assert.strictEqual(desk.cashOf(desk.errorAccount), 997.5)
    unwrap(desk.transfer({ count: -500, price: 5_000 }))
    assert.deepStrictEqual([desk.positionOf(desk.one.accountId), desk.errorPosition()], [2, 0])
    assert.strictEqual(desk.cashOf(desk.errorAccount), 1_000)
    assert.deepStrictEqual(audit(desk.exchange.snapshot(desk.time)), [])
  })

  it("is refused for invalid terms", () => {
    const desk = makeDesk()
    desk.buy(desk.one, 40, 10)
    const cases: ReadonlyArray<readonly [change: Partial<TransferPosition>, code: string]> = [
      [{ count: 0 }, "invalid_parameters"],
      [{ count: 150 }, "invalid_parameters"],
      [{ price: 4_550 }, "invalid_parameters"],
      [{ price: 10_100 }, "invalid_parameters"],
      [{ targetSubtraderId: desk.two.subtraderId }, "invalid_parameters"],
      [{ targetSubtraderId: `${desk.errorAccount}_` }, "invalid_parameters"],
      [{ sourceSubtraderId: "nobody" }, "not_found"],
      [{ ticker: "KXNONE-1" }, "not_found"]
    ]
    for (const [change, code] of cases) {
      assert.strictEqual(codeOf(desk.transfer(change)), code, JSON.stringify(change))
    }
    assert.strictEqual(desk.positionOf(desk.one.accountId), 10)
  })

  it("is refused without an error account, an open market or enough money", () => {
    const desk = makeDesk()
    desk.buy(desk.one, 40, 10)
    assert.deepInclude(refusalOf(desk.transfer({ count: 300_000 })), { kind: "conflict", code: "insufficient_balance" })
    unwrap(desk.execute({ type: "pauseMarket", ticker }))
    assert.deepInclude(refusalOf(desk.transfer()), { kind: "conflict", code: "MARKET_INACTIVE" })
    unwrap(desk.execute({ type: "reactivateMarket", ticker }))
    unwrap(desk.execute({ type: "enableFcm", accountId: desk.member }))
    assert.strictEqual(codeOf(desk.transfer()), "bad_request")
    assert.strictEqual(desk.positionOf(desk.one.accountId), 10)
  })

  it("cannot use money twice: a subtrader can be neither an FCM member nor an error account", () => {
    const { errorAccount, execute, member, one } = makeDesk()
    const enable = (accountId: string, errorAccountId?: string) =>
      execute({ type: "enableFcm", accountId, errorAccountId })
    for (const refused of [enable(member, one.accountId), enable(one.accountId), enable(one.accountId, errorAccount)]) {
      assert.strictEqual(refusalOf(refused).details, "a subtrader can be neither an FCM member nor an error account")
    }
    unwrap(enable(member, errorAccount))
  })

  it("is refused while resting orders of the subtrader need the position", () => {
    const desk = makeDesk()
    desk.buy(desk.one, 40, 10)
    const order = desk.place(desk.one.accountId, terms("ask", 90, 10))
    assert.deepInclude(refusalOf(desk.transfer()), { kind: "conflict", code: "conflict" })
    unwrap(desk.cancel(desk.one.accountId, order.orderId))
    unwrap(desk.transfer())
  })
})

describe("a snapshot with subtraders", () => {
  it("keeps members, subtraders, caps, blocked categories and trades", () => {
    const desk = makeDesk()
    desk.buy(desk.one, 40, 10)
    const { subtraderId } = desk.one
    unwrap(desk.execute({ type: "setSubtraderCap", accountId: desk.member, subtraderId, capMicros: 7 }))
    const block = { category: "Sports", blocked: true }
    unwrap(desk.execute({ type: "setBlockedCategory", accountId: desk.member, subtraderId, ...block }))
    unwrap(desk.transfer())
    const snapshot = JSON.parse(JSON.stringify(desk.exchange.snapshot(desk.time))) as Snapshot
    const restored = Exchange.restore(snapshot)
    assert.deepStrictEqual(
      JSON.parse(JSON.stringify(restored.dump(desk.time))),
      JSON.parse(JSON.stringify(desk.exchange.dump(desk.time)))
    )
    assert.deepStrictEqual(
      unwrap(restored.view(desk.time).subtrader(desk.member, subtraderId)),
      desk.subtrader(desk.one)
    )
  })
})
