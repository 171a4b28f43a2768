import { assert, describe, it } from "@effect/vitest"
import type { Outcome } from "../../../src/exchange/Commands.ts"
import { makeFloor, refusalOf, start, terms, ticker, unwrap } from "../../support/floor.ts"

type Floor = ReturnType<typeof makeFloor>

const statusOf = (floor: Floor, market = ticker) => unwrap(floor.view().market(market)).status

const changesOf = (floor: Floor) =>
  floor.events.flatMap((event) => (event.type === "market" ? [event.change] : [])).slice(1)

describe("the lifecycle commands of a market", () => {
  it("open, close, determine and settle a market, each at its time", () => {
    const floor = makeFloor()
    const market = {
      ticker: "KXLIFE-1",
      openMillis: start + 1_000,
      closeMillis: start + 2_000,
      settlementTimerSeconds: 60
    }
    unwrap(floor.execute({ type: "createMarket", market }))
    const status = (millis: number) => {
      floor.time = start + millis
      return statusOf(floor, market.ticker)
    }
    assert.deepStrictEqual([0, 999, 1_000, 1_999, 2_000].map(status), [
      "initialized",
      "initialized",
      "active",
      "active",
      "closed"
    ])
    unwrap(floor.execute({ type: "determineMarket", ticker: market.ticker, outcome: "yes" }))
    assert.deepStrictEqual([2_000, 61_999, 62_000].map(status), ["determined", "determined", "finalized"])
    assert.deepInclude(unwrap(floor.view().market(market.ticker)), {
      result: "yes",
      settlementValue: 10_000,
      settledMillis: start + 62_000
    })
    assert.deepStrictEqual(changesOf(floor), ["created", "opened", "closed", "determined", "settled"])
  })

  it("emit an event with the status when a market opens", () => {
    const floor = makeFloor()
    const create = (ticker: string) =>
      unwrap(floor.execute({ type: "createMarket", market: { ticker, openMillis: start + 1_000 } }))
    create("KXLIFE-PLAIN")
    create("KXLIFE-PAUSED")
    create("KXLIFE-DETERMINED")
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXLIFE-OPEN", openMillis: start } }))
    unwrap(floor.execute({ type: "pauseMarket", ticker: "KXLIFE-PAUSED" }))
    unwrap(floor.execute({ type: "determineMarket", ticker: "KXLIFE-DETERMINED", outcome: "no" }))
    const determined = unwrap(floor.view().market("KXLIFE-DETERMINED"))
    assert.deepStrictEqual([determined.openMillis, determined.closeMillis], [start, start])
    floor.events.length = 0
    floor.time = start + 5_000
    assert.strictEqual(unwrap(floor.view().market("KXLIFE-PLAIN")).updatedMillis, start + 1_000)
    assert.deepStrictEqual(
      floor.events.flatMap((event) =>
        event.type === "market" ? [[event.ticker, event.change, event.market.status, event.atMillis - start]] : []
      ),
      [
        ["KXLIFE-PLAIN", "opened", "active", 1_000],
        ["KXLIFE-PAUSED", "opened", "inactive", 1_000]
      ]
    )
  })

  it("keep resting orders during a pause, and cancel them at reactivation", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const plain = floor.place(one, terms("bid", 40, 1))
    const shy = floor.place(one, terms("bid", 41, 1, { cancelOnPause: true }))
    unwrap(floor.execute({ type: "pauseMarket", ticker }))
    assert.strictEqual(statusOf(floor), "inactive")
    assert.deepStrictEqual(floor.now(plain, "status"), ["resting"])
    assert.deepStrictEqual(floor.now(shy, "status", "cancelReason"), ["canceled", "paused"])
    assert.strictEqual(floor.refused(one, terms("bid", 40, 1)).code, "MARKET_INACTIVE")
    unwrap(floor.execute({ type: "reactivateMarket", ticker }))
    assert.deepStrictEqual(floor.now(plain, "status", "cancelReason"), ["canceled", "marketReactivated"])
    assert.strictEqual(floor.place(one, terms("bid", 40, 1)).status, "resting")
  })

  it("move the close of a market, and reopen a closed market", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const order = floor.place(one, terms("bid", 40, 1))
    unwrap(floor.execute({ type: "setMarketClose", ticker, closeMillis: start + 1_000 }))
    unwrap(floor.execute({ type: "setMarketClose", ticker, closeMillis: start + 5_000 }))
    floor.time = start + 2_000
    assert.deepStrictEqual(floor.now(order, "status"), ["resting"])
    unwrap(floor.execute({ type: "setMarketClose", ticker, closeMillis: floor.time }))
    assert.deepStrictEqual([statusOf(floor), ...floor.now(order, "cancelReason")], ["closed", "marketClosed"])
    unwrap(floor.execute({ type: "setMarketClose", ticker, closeMillis: start + 9_000 }))
    assert.strictEqual(floor.place(one, terms("bid", 40, 1)).status, "resting")
    assert.deepStrictEqual(changesOf(floor), ["closeChanged", "closeChanged", "closeChanged", "closed", "closeChanged"])
  })

  it("close a market once, even if its closing time was moved away and back", () => {
    const floor = makeFloor()
    for (const closeMillis of [start + 1_000, start + 1_000, start + 5_000, start + 1_000]) {
      unwrap(floor.execute({ type: "setMarketClose", ticker, closeMillis }))
    }
    floor.time = start + 9_000
    assert.strictEqual(statusOf(floor), "closed")
    assert.deepStrictEqual(
      changesOf(floor).filter((change) => change === "closed"),
      ["closed"]
    )
  })

  it("close a market when its result is set, and permit a dispute", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    const order = floor.place(one, terms("bid", 40, 1))
    unwrap(floor.execute({ type: "determineMarket", ticker, outcome: "yes" }))
    assert.deepStrictEqual(floor.now(order, "cancelReason"), ["marketClosed"])
    unwrap(floor.execute({ type: "disputeMarket", ticker }))
    floor.time = start + 86_400_000
    assert.strictEqual(statusOf(floor), "disputed")
    assert.strictEqual(refusalOf(floor.execute({ type: "settleMarket", ticker })).code, "market_status")
    unwrap(floor.execute({ type: "determineMarket", ticker, outcome: "no" }))
    assert.strictEqual(statusOf(floor), "amended")
    floor.time += 3_600_000
    assert.deepInclude(unwrap(floor.view().market(ticker)), { status: "finalized", result: "no", settlementValue: 0 })
  })

  it("are refused in a wrong status, for unknown markets, and for invalid values", () => {
    const steps = {
      pause: (floor: Floor) => floor.execute({ type: "pauseMarket", ticker }),
      reactivate: (floor: Floor) => floor.execute({ type: "reactivateMarket", ticker }),
      close: (floor: Floor) => floor.execute({ type: "setMarketClose", ticker, closeMillis: floor.time }),
      determine: (floor: Floor) => floor.execute({ type: "determineMarket", ticker, outcome: "yes" }),
      dispute: (floor: Floor) => floor.execute({ type: "disputeMarket", ticker }),
      settle: (floor: Floor) => floor.execute({ type: "settleMarket", ticker })
    }
    const wrong: ReadonlyArray<readonly [before: ReadonlyArray<keyof typeof steps>, step: keyof typeof steps]> = [
      [[], "reactivate"],
      [[], "dispute"],
      [[], "settle"],
      [["pause"], "pause"],
      [["close"], "close"],
      [["determine"], "pause"],
      [["determine"], "close"],
      [["determine"], "determine"],
      [["determine", "dispute"], "dispute"],
      [["determine", "settle"], "settle"],
      [["determine", "settle"], "dispute"],
      [["determine", "settle"], "determine"]
    ]
    for (const [before, step] of wrong) {
      const floor = makeFloor()
      floor.time = start + 1
      for (const earlier of before) {
        unwrap<unknown>(steps[earlier](floor))
      }
      assert.strictEqual(refusalOf<unknown>(steps[step](floor)).code, "market_status", [...before, step].join())
    }
    const floor = makeFloor()
    for (const outcome of [{ scalar: "1.01" }, { scalar: "0.12345" }, { scalar: "" }] satisfies Array<Outcome>) {
      assert.strictEqual(
        refusalOf(floor.execute({ type: "determineMarket", ticker, outcome })).code,
        "invalid_parameters",
        outcome.scalar
      )
    }
    assert.strictEqual(refusalOf(floor.execute({ type: "pauseMarket", ticker: "KXNONE-1" })).kind, "notFound")
    assert.strictEqual(
      refusalOf(floor.execute({ type: "setMarketClose", ticker, closeMillis: start - 1 })).code,
      "invalid_parameters"
    )
    assert.strictEqual(
      refusalOf(floor.execute({ type: "setMarketClose", ticker, closeMillis: 9_000_000_000_000_000 })).code,
      "invalid_parameters"
    )
  })
})

describe("createMarket", () => {
  it("creates the missing event and series, on the market's shard", () => {
    const floor = makeFloor()
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXNEW-26OCT-A", exchangeIndex: 2 } }))
    assert.deepInclude(unwrap(floor.view().event("KXNEW-26OCT")), { seriesTicker: "KXNEW", exchangeIndex: 2 })
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXNEW-26OCT-B" } }))
    const markets = floor.view().marketsOf("KXNEW-26OCT")
    assert.deepStrictEqual(
      markets.map(({ exchangeIndex, ticker }) => [ticker, exchangeIndex]),
      [
        ["KXNEW-26OCT-A", 2],
        ["KXNEW-26OCT-B", 2]
      ]
    )
    const elsewhere = floor.execute({ type: "createMarket", market: { ticker: "KXNEW-26OCT-C", exchangeIndex: 1 } })
    assert.strictEqual(refusalOf(elsewhere).code, "invalid_parameters")
  })

  it("uses the fees of the series for a market that sets no fees", () => {
    const floor = makeFloor()
    const { exchange } = floor
    unwrap(
      exchange.execute(
        {
          type: "createSeries",
          series: { ticker: "KXFEES", feeType: "quadratic_with_maker_fees", feeMultiplier: 0.5 }
        },
        start
      )
    )
    const feesOf = (ticker: string, own: object = {}) => {
      const { makerFeeRate, takerFeeRate } = unwrap(
        exchange.execute({ type: "createMarket", market: { ticker, ...own } }, start)
      )
      return [takerFeeRate, makerFeeRate]
    }
    assert.deepStrictEqual(feesOf("KXFEES-1-A"), [350, 87.5])
    assert.deepStrictEqual(feesOf("KXFEES-1-B", { takerFeeRate: 100, makerFeeRate: 0 }), [100, 0])
    assert.deepStrictEqual(feesOf("KXPLAIN-1-A"), [700, 0])
  })
})

describe("createSeries and createEvent", () => {
  it("refuse duplicates and invalid values", () => {
    const { exchange } = makeFloor()
    for (const feeMultiplier of [-1, 11, 0.125, NaN]) {
      assert.strictEqual(
        refusalOf(exchange.execute({ type: "createSeries", series: { ticker: "KXODD", feeMultiplier } }, start)).code,
        "invalid_parameters"
      )
    }
    assert.strictEqual(
      refusalOf(exchange.execute({ type: "createSeries", series: { ticker: "KXTEST" } }, start)).code,
      "series_already_exists"
    )
    assert.strictEqual(
      refusalOf(exchange.execute({ type: "createEvent", event: { eventTicker: "KXTEST-26" } }, start)).code,
      "event_already_exists"
    )
    assert.strictEqual(
      refusalOf(exchange.execute({ type: "createEvent", event: { eventTicker: "KXNEW-1", exchangeIndex: 4 } }, start))
        .code,
      "invalid_parameters"
    )
  })
})

describe("setActive", () => {
  it("pauses one shard and not the others", () => {
    const floor = makeFloor()
    const one = floor.account("one")
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXSHARD-1", exchangeIndex: 2 } }))
    floor.fund(one, { exchangeIndex: 2 })
    const there = terms("bid", 40, 1, { ticker: "KXSHARD-1", cancelOnPause: true })
    const shy = floor.place(one, there)
    unwrap(floor.execute({ type: "setActive", trading: false, exchangeIndex: 2 }))
    assert.deepStrictEqual(floor.now(shy, "status", "cancelReason"), ["canceled", "paused"])
    assert.strictEqual(floor.refused(one, there).code, "trading_is_paused")
    assert.strictEqual(floor.place(one, terms("bid", 40, 1, { cancelOnPause: true })).status, "resting")
    assert.deepStrictEqual(
      [0, 1, 2, 3].map((shard) => floor.view().status(shard).tradingActive),
      [true, true, false, true]
    )
    assert.strictEqual(refusalOf(floor.execute({ type: "setActive", exchangeIndex: 4 })).code, "invalid_parameters")
  })

  it("refuses a command only if its shard, by default 0, is paused", () => {
    const floor = makeFloor()
    const accountId = floor.account("one")
    const target = { orderId: "none", subaccount: 0, marketTicker: undefined }
    const codes = () =>
      [undefined, 0, 1].flatMap((exchangeIndex) => [
        refusalOf(floor.execute({ type: "cancelOrder", accountId, target: { ...target, exchangeIndex } })).code,
        floor.refused(accountId, terms("bid", 40, 1, { ticker: "KXNONE-1", exchangeIndex })).code
      ])
    const paused = "exchange_is_paused"
    unwrap(floor.execute({ type: "setActive", exchange: false, exchangeIndex: 0 }))
    assert.deepStrictEqual(codes(), [paused, paused, paused, paused, "not_found", "market_not_found"])
    unwrap(floor.execute({ type: "setActive", exchange: true, exchangeIndex: 0 }))
    unwrap(floor.execute({ type: "setActive", exchange: false, exchangeIndex: 1 }))
    const found = ["not_found", "market_not_found"]
    assert.deepStrictEqual(codes(), [...found, ...found, paused, paused])
  })

  it("stops transfers from and to a paused shard", () => {
    const floor = makeFloor()
    const accountId = floor.account("one", "100")
    const at = (exchangeIndex: number) => ({ instance: "event_contract", exchangeIndex, subaccount: 0 }) as const
    const send = (from: number, to: number) =>
      floor.execute({
        type: "transferShard",
        accountId,
        transfer: { clientTransferId: undefined, source: at(from), destination: at(to), amountMicros: 10_000_000 }
      })
    unwrap(send(0, 1))
    unwrap(send(0, 2))
    unwrap(floor.execute({ type: "setActive", exchange: false, exchangeIndex: 1 }))
    for (const [from, to] of [
      [1, 0],
      [0, 1]
    ] as const) {
      assert.strictEqual(refusalOf(send(from, to)).code, "exchange_is_paused")
    }
    unwrap(send(2, 0))
    assert.strictEqual(
      refusalOf(floor.execute({ type: "createSubaccount", accountId, exchangeIndex: 1 })).code,
      "exchange_is_paused"
    )
    const percents = [{ exchangeIndex: 0, percent: 100 }]
    unwrap(floor.execute({ type: "setAllocation", accountId, allocation: { percents, reservation: "sum" } }))
    const cash = () =>
      unwrap(floor.view().balances(accountId)).flatMap(({ cashMicros }) => (cashMicros === 0 ? [] : [cashMicros]))
    floor.time += 15_000
    assert.deepStrictEqual(cash(), [90_000_000, 10_000_000])
    unwrap(floor.execute({ type: "setActive", exchange: true, exchangeIndex: 1 }))
    floor.time += 10_000
    assert.deepStrictEqual(cash(), [100_000_000])
  })
})
