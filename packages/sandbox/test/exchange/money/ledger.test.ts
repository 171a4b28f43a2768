import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { AmendOrder, CreateOrder, ListPositions } from "../../../src/exchange/Commands.ts"
import type { Location } from "../../../src/exchange/Entities.ts"
import { makeFloor, refusalOf, start, terms, ticker, unwrap } from "../../support/floor.ts"

const dollar = 1_000_000

const positions: ListPositions = {
  ticker: undefined,
  eventTicker: undefined,
  subaccount: 0,
  exchangeIndex: undefined,
  settlement: "unsettled",
  nonZero: [],
  limit: 100,
  cursor: undefined
}

type Floor = ReturnType<typeof makeFloor>

/** Free and reserved cash of a primary subaccount on shard 0, in micro-dollars. */
const moneyOf = (floor: Floor, account: string) => {
  const balance = unwrap(floor.view().balances(account))[0]!
  return [balance.cashMicros, balance.collateralMicros]
}

const positionOf = (floor: Floor, account: string) => unwrap(floor.view().listPositions(account, positions)).items[0]!

const at = (exchangeIndex: number, subaccount = 0): Location => ({
  instance: "event_contract",
  exchangeIndex,
  subaccount
})

const amendment = (orderId: string): Omit<AmendOrder, "ticker" | "price" | "count"> => ({
  orderId,
  subaccount: 0,
  exchangeIndex: undefined,
  side: "bid",
  clientOrderId: undefined,
  updatedClientOrderId: undefined,
  expirationSeconds: undefined
})

describe("the reserved money of an order", () => {
  it("is the price of the order's side until the order ends", () => {
    const floor = makeFloor()
    const one = floor.account("one", "100")
    const bid = floor.place(one, terms("bid", 40, 10))
    floor.place(one, terms("ask", 70, 10))
    assert.deepStrictEqual(moneyOf(floor, one), [93 * dollar, 7 * dollar])
    floor.cancel(one, bid.orderId)
    assert.deepStrictEqual(moneyOf(floor, one), [97 * dollar, 3 * dollar])
  })

  it("must be available, including the fee", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker", "5.1749")]
    floor.place(maker, terms("ask", 50, 20))
    const refusal = floor.refused(taker, terms("bid", 50, 10))
    assert.deepStrictEqual([refusal.kind, refusal.code], ["invalid", "insufficient_balance"])
    unwrap(floor.execute({ type: "deposit", accountId: taker, dollars: "0.0001" }))
    assert.strictEqual(floor.place(taker, terms("bid", 50, 10)).status, "executed")
    assert.deepStrictEqual(moneyOf(floor, taker), [0, 0])
  })

  it("must be available, or the order is refused with the code that noMoneyCode sets", () => {
    const floor = makeFloor({ assumptions: { noMoneyCode: "available_balance_too_low" } })
    const one = floor.account("one", "1")
    assert.strictEqual(floor.refused(one, terms("bid", 50, 10)).code, "available_balance_too_low")
  })

  it("includes the maker's fee instead of the taker's fee if that is higher and the order can rest", () => {
    const floor = makeFloor()
    const market = "KXDEAR-26-YES"
    unwrap(floor.execute({ type: "createMarket", market: { ticker: market, takerFeeRate: 0, makerFeeRate: 175 } }))
    const maker = floor.account("maker")
    floor.place(maker, terms("ask", 50, 1, { ticker: market }))
    const poor = floor.account("poor", "4.95")
    const bid = (contracts: number, options: Partial<CreateOrder> = {}) =>
      terms("bid", 50, contracts, { ticker: market, ...options })
    assert.strictEqual(floor.refused(poor, bid(9.9)).code, "insufficient_balance")
    // An order that never rests pays only the taker's fee.
    floor.place(poor, bid(9.9, { timeInForce: "immediate_or_cancel" }))
    assert.deepStrictEqual(moneyOf(floor, poor), [4.45 * dollar, 0])
    floor.place(maker, terms("ask", 50, 8.9, { ticker: market }))
    floor.place(poor, bid(8.9))
    assert.deepStrictEqual(moneyOf(floor, poor), [0, 0])
    // An amendment needs the same money as a new order.
    const other = floor.account("other", "4.95")
    floor.place(maker, terms("ask", 50, 1, { ticker: market }))
    const { orderId } = floor.place(other, terms("bid", 49, 9.9, { ticker: market }))
    const amended = floor.execute({
      type: "amendOrder",
      accountId: other,
      order: { ...amendment(orderId), ticker: market, price: 5_000, count: 990 }
    })
    assert.strictEqual(refusalOf(amended).code, "insufficient_balance")
  })

  it("is zero if held contracts cover the order, and they cover the oldest orders first", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one", "10"), floor.account("other")]
    floor.place(other, terms("ask", 50, 10))
    floor.place(one, terms("bid", 50, 10))
    const [cash] = moneyOf(floor, one)
    const older = floor.place(one, terms("ask", 60, 6))
    const younger = floor.place(one, terms("ask", 55, 6))
    // Twelve contracts are offered, and ten are held. So two contracts of the younger order reserve $0.45 each.
    assert.deepStrictEqual(moneyOf(floor, one), [cash! - 900_000, 900_000])
    assert.deepStrictEqual(floor.now(younger, "reservedMicros"), [900_000])
    floor.cancel(one, older.orderId)
    assert.deepStrictEqual(moneyOf(floor, one), [cash, 0])
  })

  it("grows when other orders use up the held contracts", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one", "7"), floor.account("other")]
    floor.place(other, terms("ask", 50, 10))
    floor.place(one, terms("bid", 50, 10))
    const covered = floor.place(one, terms("ask", 90, 10))
    floor.place(other, terms("bid", 20, 3))
    assert.deepStrictEqual(moneyOf(floor, one), [1_825_000, 0])
    // The account must be able to pay for all its orders. A sale at $0.20 uses up held contracts, which the ask at
    // $0.90 then lacks.
    assert.strictEqual(floor.refused(one, terms("ask", 20, 2.5)).code, "insufficient_balance")
    floor.place(one, terms("ask", 20, 2))
    assert.deepStrictEqual(floor.now(covered, "reservedMicros"), [200_000])
    assert.deepStrictEqual(moneyOf(floor, one), [1_825_000 + 400_000 - 22_400 - 200_000, 200_000])
  })

  it("is taken only from the order's shard", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXSHARD-1", exchangeIndex: 2 } }))
    const order = terms("bid", 40, 1, { ticker: "KXSHARD-1" })
    assert.strictEqual(floor.refused(one, order).code, "insufficient_balance")
    floor.fund(one, { exchangeIndex: 2 })
    assert.strictEqual(floor.place(one, order).status, "resting")
  })

  it("is taken from the order's subaccount", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    assert.strictEqual(floor.refused(one, terms("bid", 40, 1, { subaccount: 2 })).code, "insufficient_balance")
    floor.fund(one, { subaccount: 2 })
    assert.strictEqual(floor.place(one, terms("bid", 40, 1, { subaccount: 2 })).status, "resting")
  })

  it("changes with the order, but not if an amendment is refused for lack of money", () => {
    const floor = makeFloor()
    const one = floor.account("one", "10")
    const { orderId } = floor.place(one, terms("bid", 40, 10))
    const amend = (cents: number, contracts: number) =>
      floor.execute({
        type: "amendOrder",
        accountId: one,
        order: {
          orderId,
          subaccount: 0,
          exchangeIndex: undefined,
          ticker,
          side: "bid",
          price: cents * 100,
          count: contracts * 100,
          clientOrderId: undefined,
          updatedClientOrderId: undefined,
          expirationSeconds: undefined
        }
      })
    const before = JSON.stringify(floor.exchange.dump(start))
    assert.strictEqual(refusalOf(amend(50, 21)).code, "insufficient_balance")
    assert.strictEqual(JSON.stringify(floor.exchange.dump(start)), before)
    unwrap(amend(50, 20))
    assert.deepStrictEqual(moneyOf(floor, one), [0, 10 * dollar])
    unwrap(amend(10, 20))
    assert.deepStrictEqual(moneyOf(floor, one), [8 * dollar, 2 * dollar])
  })
})

describe("an order", () => {
  it("pays at most its reserved money and the free cash, even if fees are rounded", () => {
    const floor = makeFloor({ assumptions: { feeRounding: "centicent" } })
    const [maker, taker] = [floor.account("maker"), floor.account("taker", "0.0010")]
    for (let n = 0; n < 9; n++) {
      floor.place(maker, terms("ask", 1, 0.01))
    }
    // Nine fills of $0.0001 each, with a fee of $0.0001 each: $0.0018 in total.
    assert.strictEqual(floor.place(taker, terms("bid", 1, 0.09)).status, "executed")
    assert.deepStrictEqual(moneyOf(floor, taker), [0, 0])
    assert.strictEqual(unwrap(floor.view().portfolio(taker)).feesMicros, 100n)
  })

  it("pays at least the trade fees: a fee that was not charged is not refunded", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker", "0.0010")]
    for (let n = 0; n < 9; n++) {
      floor.place(maker, terms("ask", 1, 0.01))
    }
    // Nine fills of $0.0001 each, whose trade fees are 63 micro-dollars in total.
    assert.strictEqual(floor.place(taker, terms("bid", 1, 0.09)).status, "executed")
    const { cashMicros, feesMicros } = unwrap(floor.view().portfolio(taker))
    assert.isTrue(feesMicros >= 63n, `${feesMicros} were paid`)
    assert.strictEqual(cashMicros, 100n - feesMicros)
  })
})

describe("View.listPositions", () => {
  it("shows the position recorded on demo: NO at $0.52, then YES at $0.52", () => {
    const floor = makeFloor()
    const [maker, taker] = [floor.account("maker"), floor.account("taker", "1000")]
    floor.place(maker, terms("bid", 48, 1))
    floor.place(taker, terms("ask", 48, 1))
    assert.deepInclude(positionOf(floor, taker), { count: -100, exposureMicros: 520_000, feesMicros: 17_500 })
    assert.deepStrictEqual(moneyOf(floor, taker), [999_462_500, 0])
    assert.strictEqual(unwrap(floor.view().balances(taker))[0]!.positionsMicros, 520_000)
    assert.strictEqual(unwrap(floor.view().balances(maker))[0]!.positionsMicros, 480_000)
    floor.place(maker, terms("ask", 52, 1))
    floor.place(taker, terms("bid", 52, 1))
    assert.deepInclude(positionOf(floor, taker), {
      count: 0,
      exposureMicros: 0,
      realizedMicros: -40_000,
      tradedMicros: 1_040_000n,
      tradedCount: 200,
      feesMicros: 35_000
    })
    assert.deepInclude(positionOf(floor, maker), { realizedMicros: 40_000, tradedMicros: 960_000n, feesMicros: 0 })
    assert.deepStrictEqual(moneyOf(floor, taker), [999_925_000, 0])
  })

  it("shows the cost of the remaining contracts, and a position that one fill turns from YES to NO", () => {
    const floor = makeFloor()
    const [one, other] = [floor.account("one"), floor.account("other")]
    floor.place(other, terms("ask", 40, 10))
    floor.place(one, terms("bid", 40, 10))
    floor.place(other, terms("bid", 70, 4))
    floor.place(one, terms("ask", 70, 4))
    assert.deepInclude(positionOf(floor, one), { count: 600, exposureMicros: 2_400_000, realizedMicros: 1_200_000 })
    floor.place(other, terms("bid", 60, 16))
    floor.place(one, terms("ask", 60, 16))
    assert.deepInclude(positionOf(floor, one), { count: -1_000, exposureMicros: 4_000_000, realizedMicros: 2_400_000 })
  })
})

describe("settleMarket", () => {
  const settled = (outcome: "yes" | "no" | { readonly scalar: string }) => {
    const floor = makeFloor()
    const [yes, no] = [floor.account("yes", "100"), floor.account("no", "100")]
    floor.place(no, terms("ask", 40, 10.25))
    floor.place(yes, terms("bid", 40, 10.25))
    floor.place(yes, terms("bid", 30, 1))
    unwrap(floor.execute({ type: "determineMarket", ticker, outcome }))
    unwrap(floor.execute({ type: "settleMarket", ticker }))
    const query = {
      ticker: undefined,
      eventTicker: undefined,
      subaccount: undefined,
      minSeconds: undefined,
      maxSeconds: undefined
    }
    const settlementOf = (account: string) =>
      unwrap(floor.view().listSettlements(account, { ...query, limit: 10, cursor: undefined })).items[0]!
    return { floor, yes, no, yesGot: settlementOf(yes), noGot: settlementOf(no) }
  }

  it("pays a dollar for every YES", () => {
    const { floor, no, noGot, yes, yesGot } = settled("yes")
    assert.deepInclude(yesGot, { result: "yes", value: 10_000, yesCount: 1_025, noCount: 0, yesCostMicros: 4_100_000 })
    assert.deepStrictEqual([yesGot.revenueMicros, noGot.revenueMicros], [10_250_000, 0])
    assert.deepInclude(noGot, { noCount: 1_025, noCostMicros: 6_150_000, yesCount: 0 })
    assert.deepStrictEqual(moneyOf(floor, yes), [100 * dollar - 4_100_000 - 172_200 + 10_250_000, 0])
    assert.deepStrictEqual(moneyOf(floor, no), [100 * dollar - 6_150_000, 0])
  })

  it("pays a dollar for every NO", () => {
    const { noGot, yesGot } = settled("no")
    assert.deepStrictEqual([yesGot.revenueMicros, noGot.revenueMicros], [0, 10_250_000])
  })

  it("pays a scalar value in whole cents, and charges the remainder as a fee", () => {
    const { noGot, yesGot } = settled({ scalar: "0.3333" })
    assert.deepStrictEqual([yesGot.result, yesGot.value], ["scalar", 3_333])
    assert.deepStrictEqual([yesGot.revenueMicros, noGot.revenueMicros], [3_410_000, 6_830_000])
    assert.deepStrictEqual([yesGot.feesMicros, noGot.feesMicros], [172_200 + 6_325, 3_675])
  })

  it("lists the positions as settled", () => {
    const { floor, yes } = settled("yes")
    const listed = (settlement: ListPositions["settlement"]) =>
      unwrap(floor.view().listPositions(yes, { ...positions, settlement })).items.map(({ count, realizedMicros }) => [
        count,
        realizedMicros
      ])
    assert.deepStrictEqual(listed("unsettled"), [])
    assert.deepStrictEqual(listed("settled"), [[0, 6_150_000]])
    assert.deepStrictEqual(listed("all"), listed("settled"))
  })
})

describe("withdraw", () => {
  it("withdraws at most the free cash of the primary subaccount", () => {
    const floor = makeFloor()
    const one = floor.account("one", "10")
    floor.place(one, terms("bid", 40, 10))
    assert.strictEqual(
      refusalOf(floor.execute({ type: "withdraw", accountId: one, dollars: "6.000001" })).code,
      "insufficient_balance"
    )
    unwrap(floor.execute({ type: "withdraw", accountId: one, dollars: "6" }))
    assert.deepStrictEqual(moneyOf(floor, one), [0, 4 * dollar])
    for (const amount of ["0", "-1", "1.0000001", "", "much"]) {
      assert.strictEqual(
        refusalOf(floor.execute({ type: "withdraw", accountId: one, dollars: amount })).code,
        "invalid_parameters",
        amount
      )
    }
    const page = unwrap(floor.view().listPayments(one, "withdrawals", { limit: 10, cursor: undefined }))
    assert.deepStrictEqual(
      page.items.map(({ amountMicros }) => amountMicros),
      [6 * dollar]
    )
  })
})

describe("deposit", () => {
  it("limits all accounts together to nine billion dollars, so that every amount is exact", () => {
    const floor = makeFloor()
    const one = floor.account("one", "999999999.999999")
    for (let billion = 2; billion <= 8; billion++) {
      unwrap(floor.execute({ type: "deposit", accountId: one, dollars: "999999999.999999" }))
    }
    unwrap(floor.execute({ type: "deposit", accountId: one, dollars: "999999999.999999" }))
    assert.strictEqual(
      refusalOf(floor.execute({ type: "deposit", accountId: one, dollars: "0.00001" })).code,
      "invalid_parameters"
    )
    unwrap(floor.execute({ type: "deposit", accountId: one, dollars: "0.000009" }))
  })
})

describe("transferCash", () => {
  const setup = () => {
    const floor = makeFloor()
    const one = floor.account("one", "10")
    unwrap(floor.execute({ type: "createSubaccount", accountId: one, exchangeIndex: 0 }))
    const transfer = (change: object) =>
      floor.execute({
        type: "transferCash",
        accountId: one,
        transfer: {
          clientTransferId: "a",
          fromSubaccount: 0,
          toSubaccount: 1,
          amountMicros: dollar,
          exchangeIndex: 0,
          ...change
        }
      })
    return { floor, one, transfer }
  }

  it("moves cash between subaccounts, once per client id", () => {
    const { floor, one, transfer } = setup()
    unwrap(transfer({}))
    assert.deepStrictEqual(
      [refusalOf(transfer({ clientTransferId: "A" })).kind, refusalOf(transfer({})).code],
      ["conflict", "transfer_already_exists"]
    )
    const balances = unwrap(floor.view().balances(one))
    assert.deepStrictEqual(
      balances.map(({ cashMicros, subaccount }) => [subaccount, cashMicros]),
      [
        [0, 9 * dollar],
        [1, dollar]
      ]
    )
  })

  it("refuses invalid transfers, and changes nothing", () => {
    const { floor, transfer } = setup()
    const before = JSON.stringify(floor.exchange.dump(start))
    for (const [change, code] of [
      [{ amountMicros: 0 }, "invalid_parameters"],
      [{ amountMicros: 11 * dollar }, "insufficient_balance"],
      [{ toSubaccount: 0 }, "invalid_parameters"],
      [{ toSubaccount: 2 }, "invalid_parameters"],
      [{ fromSubaccount: 64 }, "invalid_parameters"],
      [{ exchangeIndex: 4 }, "invalid_parameters"],
      [{ exchangeIndex: 1 }, "insufficient_balance"]
    ] as const) {
      assert.strictEqual(refusalOf(transfer(change)).code, code, JSON.stringify(change))
    }
    assert.strictEqual(JSON.stringify(floor.exchange.dump(start)), before)
  })
})

describe("transferShard", () => {
  it("moves cash to another shard after a delay", () => {
    const floor = makeFloor({ assumptions: { transferMillis: 1_000 } })
    const one = floor.account("one", "10")
    const input = { clientTransferId: "a", source: at(0), destination: at(2), amountMicros: 4 * dollar }
    const { transferId } = unwrap(floor.execute({ type: "transferShard", accountId: one, transfer: input }))
    const cash = () => unwrap(floor.view().balances(one)).map(({ cashMicros }) => cashMicros / dollar)
    const complete = () => unwrap(floor.view().shardTransfer(one, transferId)).complete
    floor.time = start + 999
    assert.deepStrictEqual([cash(), complete()], [[6], false])
    floor.time = start + 1_000
    assert.deepStrictEqual([cash(), complete()], [[6, 4], true])
    assert.strictEqual(
      refusalOf(floor.execute({ type: "transferShard", accountId: one, transfer: input })).kind,
      "conflict"
    )
  })

  it("moves cash to and from the margined exchange, only for the primary subaccount", () => {
    const floor = makeFloor()
    const one = floor.account("one", "10")
    unwrap(floor.execute({ type: "createSubaccount", accountId: one, exchangeIndex: 0 }))
    const margined: Location = { instance: "margined", exchangeIndex: 0, subaccount: 0 }
    const send = (source: Location, destination: Location, dollars: number, clientTransferId?: string) =>
      floor.execute({
        type: "transferShard",
        accountId: one,
        transfer: { clientTransferId, source, destination, amountMicros: dollars * dollar }
      })
    unwrap(send(at(0), margined, 3))
    for (const [result, code] of [
      [send(margined, at(0), 4), "insufficient_balance"],
      [send(margined, margined, 1), "invalid_parameters"],
      [send(margined, at(0, 1), 1), "invalid_parameters"],
      [send(at(0), at(0), 1), "invalid_parameters"],
      [send(at(0), at(4), 1), "invalid_parameters"],
      [send(at(0), at(0, 2), 1), "invalid_parameters"],
      [send(at(0), at(0, 1), 1, "an id"), "invalid_parameters"],
      [send(at(0), at(1), 0), "invalid_parameters"]
    ] as const) {
      assert.strictEqual(refusalOf(result).code, code)
    }
    unwrap(send(margined, at(1), 3))
    assert.deepStrictEqual(
      unwrap(floor.view().balances(one)).map(({ cashMicros, exchangeIndex }) => [exchangeIndex, cashMicros / dollar]),
      [
        [0, 7],
        [1, 3],
        [0, 0]
      ]
    )
  })
})

describe("setAllocation", () => {
  const percents = (...shares: ReadonlyArray<number>) =>
    shares.map((percent, exchangeIndex) => ({ exchangeIndex, percent }))

  it("spreads free cash every ten seconds, until the allocation is removed", () => {
    const floor = makeFloor()
    const one = floor.account("one", "10")
    const set = (shares: ReturnType<typeof percents>) =>
      floor.execute({ type: "setAllocation", accountId: one, allocation: { percents: shares, reservation: "sum" } })
    floor.place(one, terms("bid", 40, 10))
    unwrap(set(percents(50, 25, 25)))
    const cash = () => unwrap(floor.view().balances(one)).map(({ cashMicros }) => cashMicros / dollar)
    floor.time = start + 9_999
    assert.deepStrictEqual(cash(), [6])
    floor.time = start + 10_000
    assert.deepStrictEqual(cash(), [3, 1.5, 1.5, 0])
    unwrap(floor.execute({ type: "deposit", accountId: one, dollars: "4" }))
    floor.time = start + 20_000
    assert.deepStrictEqual(cash(), [5, 2.5, 2.5, 0])
    unwrap(set([]))
    unwrap(floor.execute({ type: "deposit", accountId: one, dollars: "4" }))
    floor.time = start + 60_000
    assert.deepStrictEqual(cash(), [9, 2.5, 2.5, 0])
  })

  it("accepts only whole percents that add up to 100, and each shard only once", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    for (const wrong of [
      percents(50, 49),
      percents(50.5, 49.5),
      percents(120, -20),
      [...percents(50), ...percents(50)],
      [{ exchangeIndex: 4, percent: 100 }]
    ]) {
      const result = floor.execute({
        type: "setAllocation",
        accountId: one,
        allocation: { percents: wrong, reservation: "none" }
      })
      assert.strictEqual(Result.isFailure(result) && result.failure.code, "invalid_parameters", JSON.stringify(wrong))
    }
  })
})

describe("createSubaccount", () => {
  it("numbers subaccounts consecutively up to 63, and refuses accounts of the basic tier", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    unwrap(floor.execute({ type: "setTier", accountId: one, tier: "basic" }))
    assert.strictEqual(
      refusalOf(floor.execute({ type: "createSubaccount", accountId: one, exchangeIndex: 0 })).kind,
      "forbidden"
    )
    unwrap(floor.execute({ type: "setTier", accountId: one, tier: "advanced" }))
    for (let number = 1; number <= 63; number++) {
      assert.strictEqual(unwrap(floor.execute({ type: "createSubaccount", accountId: one, exchangeIndex: 0 })), number)
    }
    assert.strictEqual(
      refusalOf(floor.execute({ type: "createSubaccount", accountId: one, exchangeIndex: 0 })).code,
      "bad_request"
    )
    assert.strictEqual(
      refusalOf(floor.execute({ type: "createSubaccount", accountId: one, exchangeIndex: 4 })).code,
      "invalid_parameters"
    )
  })
})

describe("setNetting", () => {
  it("sets the netting flag of a subaccount that exists", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    unwrap(floor.execute({ type: "createSubaccount", accountId: one, exchangeIndex: 0 }))
    unwrap(floor.execute({ type: "setNetting", accountId: one, subaccount: 1, enabled: true }))
    assert.deepStrictEqual(unwrap(floor.view().netting(one)), [
      { subaccount: 0, enabled: false },
      { subaccount: 1, enabled: true }
    ])
    assert.strictEqual(
      refusalOf(floor.execute({ type: "setNetting", accountId: one, subaccount: 2, enabled: true })).code,
      "invalid_parameters"
    )
  })
})
