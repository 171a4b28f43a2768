import { assert, describe, it } from "@effect/vitest"
import { Exchange, type Snapshot } from "../../../src/exchange/Exchange.ts"
import { makeFeedWorld, start as feedStart, type TestAccount } from "../../support/feedWorld.ts"
import { makeFloor, refusalOf, start, terms, ticker, unwrap } from "../../support/floor.ts"

const minute = 60_000
const maker = { feeType: "quadratic_with_maker_fees", feeMultiplier: 1 } as const

const setup = () => {
  const floor = makeFloor()
  const { execute } = floor
  return {
    floor,
    changeSeries: (fee: object, atMillis?: number) =>
      unwrap(execute({ type: "changeSeriesFee", seriesTicker: "KXTEST", ...fee, atMillis })),
    changeEvent: (override: typeof maker | null, atMillis?: number) =>
      unwrap(execute({ type: "changeEventFee", eventTicker: "KXTEST-26", override, atMillis })),
    rates: (of = ticker) => {
      const { makerFeeRate, takerFeeRate } = unwrap(floor.view().market(of))
      return { taker: takerFeeRate, maker: makerFeeRate }
    }
  }
}

describe("changeSeriesFee", () => {
  it("changes the fees of current and later markets of the series", () => {
    const { changeSeries, floor, rates } = setup()
    for (const market of [{ ticker: "KXTEST-27-A" }, { ticker: "KXOTHER-26-A" }]) {
      unwrap(floor.execute({ type: "createMarket", market }))
    }
    changeSeries({ feeType: "quadratic_with_maker_fees", feeMultiplier: 0.5 })
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXTEST-28-A" } }))
    for (const changed of [ticker, "KXTEST-27-A", "KXTEST-28-A"]) {
      assert.deepStrictEqual(rates(changed), { taker: 350, maker: 87.5 })
    }
    assert.deepStrictEqual(rates("KXOTHER-26-A"), { taker: 700, maker: 0 })
  })

  it("keeps the rates that a market set when it was created", () => {
    const { changeSeries, floor, rates } = setup()
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXTEST-26-OWN", takerFeeRate: 100 } }))
    changeSeries(maker)
    assert.deepStrictEqual(rates("KXTEST-26-OWN"), { taker: 100, maker: 175 })
  })

  it("takes effect at its scheduled time", () => {
    const { changeSeries, floor, rates } = setup()
    changeSeries(maker, start + minute)
    floor.time = start + minute - 1
    assert.deepStrictEqual(rates(), { taker: 700, maker: 0 })
    floor.time = start + minute
    assert.deepStrictEqual(rates(), { taker: 700, maker: 175 })
    assert.strictEqual(floor.view().series()[0]?.updatedMillis, start + minute)
  })

  it("keeps the value of a field that is not set", () => {
    const { changeSeries, rates } = setup()
    changeSeries({ feeMultiplier: 2 })
    assert.deepStrictEqual(rates(), { taker: 1_400, maker: 0 })
  })

  it("refuses an unknown series and invalid fees", () => {
    const { floor } = setup()
    const refused = (seriesTicker: string, feeMultiplier: number, atMillis?: number) =>
      refusalOf(floor.execute({ type: "changeSeriesFee", seriesTicker, feeMultiplier, atMillis })).kind
    assert.strictEqual(refused("KXNONE", 1), "notFound")
    for (const multiplier of [-1, 10.01, 0.001, NaN]) {
      assert.strictEqual(refused("KXTEST", multiplier), "invalid")
    }
    assert.strictEqual(refused("KXTEST", 1, 1.5), "invalid")
    assert.strictEqual(floor.view().seriesFeeChanges("KXTEST").length, 1)
  })
})

describe("changeEventFee", () => {
  it("overrides the fee of the series until the override is cleared", () => {
    const { changeEvent, changeSeries, floor, rates } = setup()
    changeEvent({ ...maker, feeMultiplier: 1 })
    changeSeries({ feeMultiplier: 0 })
    assert.deepStrictEqual(rates(), { taker: 700, maker: 175 })
    assert.deepStrictEqual(unwrap(floor.view().event("KXTEST-26")).feeOverride, maker)
    changeEvent(null)
    assert.deepStrictEqual(rates(), { taker: 0, maker: 0 })
  })

  it("refuses an unknown event", () => {
    const { floor } = setup()
    const command = { type: "changeEventFee", eventTicker: "KXNONE-26", override: null } as const
    assert.strictEqual(refusalOf(floor.execute(command)).kind, "notFound")
  })
})

describe("a fill after a change of the fees", () => {
  it("has the new fees, also for an order that rested before the change", () => {
    const { changeSeries, floor } = setup()
    const [resting, incoming] = [floor.account("resting"), floor.account("incoming")]
    floor.place(resting, terms("bid", 50, 10))
    changeSeries({ feeType: "quadratic_with_maker_fees", feeMultiplier: 2 })
    const order = floor.place(incoming, terms("ask", 50, 10))
    // 14 % and 3.5 % of 10 × 0.5 × 0.5 dollars.
    assert.strictEqual(order.takerFeesMicros, 350_000)
    const [fill] = unwrap(floor.view().listFills(resting, { limit: 1 })).items
    assert.strictEqual(fill?.feeMicros, 87_500)
  })

  it("takes a fee without a reservation from free cash, and waives the part that exceeds the cash", () => {
    const { changeSeries, floor } = setup()
    const [rich, poor, incoming] = [
      floor.account("rich", "6"),
      floor.account("poor", "5.01"),
      floor.account("incoming")
    ]
    floor.place(rich, terms("bid", 50, 10))
    floor.place(poor, terms("bid", 50, 10))
    changeSeries({ feeType: "quadratic_with_maker_fees", feeMultiplier: 10 })
    floor.place(incoming, terms("ask", 50, 20))
    const cash = (account: string) => unwrap(floor.view().balances(account))[0]?.cashMicros
    assert.strictEqual(cash(rich), 6_000_000 - 5_000_000 - 437_500)
    assert.strictEqual(cash(poor), 0)
  })
})

describe("the changes of fees", () => {
  it("take effect at the same times in a restored exchange", () => {
    const { changeEvent, changeSeries, floor } = setup()
    unwrap(floor.execute({ type: "createMarket", market: { ticker: "KXTEST-26-OWN", makerFeeRate: 100 } }))
    changeSeries({ feeMultiplier: 2 }, start + minute)
    changeEvent(maker, start + 2 * minute)
    changeEvent(null, start + 3 * minute)
    const restored = Exchange.restore(JSON.parse(JSON.stringify(floor.exchange.snapshot(start))) as Snapshot)
    for (let minutes = 0; minutes <= 3; minutes++) {
      const now = start + minutes * minute
      assert.deepStrictEqual(
        JSON.parse(JSON.stringify(restored.dump(now))),
        JSON.parse(JSON.stringify(floor.exchange.dump(now)))
      )
    }
    const { seriesFeeChanges } = floor.exchange.snapshot(start + 3 * minute)
    assert.deepStrictEqual(
      seriesFeeChanges.map(({ changeId, scheduledMillis }) => [changeId, scheduledMillis - start]),
      [
        ["KXTEST-1", 0],
        ["KXTEST-2", minute]
      ]
    )
  })

  it("are listed by event, newest command first, in pages", () => {
    const { changeEvent, floor } = setup()
    unwrap(floor.execute({ type: "createEvent", event: { eventTicker: "KXTEST-27" } }))
    changeEvent(maker)
    unwrap(floor.execute({ type: "changeEventFee", eventTicker: "KXTEST-27", override: maker }))
    changeEvent(null, start + minute)
    const list = (eventTicker: string | undefined, cursor = "") =>
      unwrap(floor.view().listEventFeeChanges({ eventTicker, limit: 2, cursor }))
    const first = list(undefined)
    assert.deepStrictEqual(
      [...first.items, ...list(undefined, first.cursor).items].map(({ changeId }) => changeId),
      ["KXTEST-26-2", "KXTEST-27-1", "KXTEST-26-1"]
    )
    assert.deepStrictEqual(
      list("KXTEST-26").items.map(({ override }) => override),
      [null, maker]
    )
    assert.deepStrictEqual(list("KXNONE-26").items, [])
  })
})

describe("event_fee_update", () => {
  const listen = (world: ReturnType<typeof makeFeedWorld>, account: TestAccount, channel: string) => {
    const line = world.connect(account)
    line.send({ id: 1, cmd: "subscribe", params: { channels: [channel] } })
    line.take()
    return line
  }

  it("is sent on market_lifecycle_v2 when an override takes effect and when it is cleared", () => {
    const world = makeFeedWorld()
    world.market("KXFEED-26-YES")
    const line = listen(world, world.account(), "market_lifecycle_v2")
    const atMillis = feedStart + minute
    world.run({ type: "changeEventFee", eventTicker: "KXFEED-26", override: maker, atMillis })
    world.run({ type: "changeSeriesFee", seriesTicker: "KXFEED", ...maker })
    assert.deepStrictEqual(line.take(), [])
    world.pass(minute)
    world.run({ type: "changeEventFee", eventTicker: "KXFEED-26", override: null })
    assert.deepStrictEqual(
      line.take().map(({ msg, seq, sid, type }) => ({ type, sid, seq, msg })),
      [
        {
          type: "event_fee_update",
          sid: 1,
          seq: 1,
          msg: {
            event_ticker: "KXFEED-26",
            fee_type_override: "quadratic_with_maker_fees",
            fee_multiplier_override: 1
          }
        },
        {
          type: "event_fee_update",
          sid: 1,
          seq: 2,
          msg: { event_ticker: "KXFEED-26", fee_type_override: null, fee_multiplier_override: null }
        }
      ]
    )
  })

  it("is sent only on market_lifecycle_v2, also for combos", () => {
    const world = makeFeedWorld()
    world.run({ type: "createEvent", event: { eventTicker: "KXCOMBO-26", multivariate: true } })
    const account = world.account()
    const [combos, others] = [
      listen(world, account, "multivariate_market_lifecycle"),
      listen(world, account, "market_lifecycle_v2")
    ]
    world.run({ type: "changeEventFee", eventTicker: "KXCOMBO-26", override: maker })
    assert.deepStrictEqual(combos.take(), [])
    assert.strictEqual(others.take().length, 1)
  })
})
