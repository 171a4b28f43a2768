import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Exchange, type Snapshot } from "../../../src/exchange/Exchange.ts"
import { collectionTicker, leg, makeCombining } from "../../support/combining.ts"
import { refusalOf, sampleSize, seed, start, terms, unwrap } from "../../support/floor.ts"

const week = 7 * 86_400_000

describe("createCollection", () => {
  it("has defaults for legs, shard, price levels and fees", () => {
    const floor = makeCombining()
    assert.deepInclude(unwrap(floor.view().collection(collectionTicker)), {
      seriesTicker: "KXMVE",
      exchangeIndex: 1,
      sizeMin: 2,
      sizeMax: 0,
      isOrdered: false,
      openMillis: start,
      closeMillis: Infinity
    })
    const combo = floor.combo("A yes", "B no")
    assert.deepInclude(combo, { exchangeIndex: 1, multivariate: true, takerFeeRate: 700, makerFeeRate: 350 })
    assert.deepStrictEqual(combo.priceRanges, [
      { start: 0, end: 100, step: 1 },
      { start: 100, end: 9_900, step: 10 },
      { start: 9_900, end: 10_000, step: 1 }
    ])
  })

  it("refuses a second collection with the same ticker", () => {
    assert.deepInclude(refusalOf(makeCombining().create()), { kind: "conflict", code: "collection_already_exists" })
  })

  it("refuses invalid sizes, times, events and price levels", () => {
    const floor = makeCombining()
    floor.combo("A yes", "B yes")
    const [comboEvent = ""] = unwrap(
      floor.view().listEvents({ multivariate: true, isListed: () => true, limit: 1 })
    ).items.map(({ eventTicker }) => eventTicker)
    const event = { eventTicker: "KXA-26" }
    for (const change of [
      { collectionTicker: "" },
      { exchangeIndex: 4 },
      { sizeMin: 0 },
      { sizeMin: 3, sizeMax: 2 },
      { sizeMin: 1.5 },
      { sizeMax: -1 },
      { openMillis: start, closeMillis: start },
      { openMillis: 0.5 },
      { associatedEvents: [] },
      { associatedEvents: [event, event] },
      { associatedEvents: [{ eventTicker: "" }] },
      { associatedEvents: [{ eventTicker: comboEvent }] },
      { associatedEvents: [{ ...event, sizeMax: 0 }] },
      { associatedEvents: [{ ...event, sizeMin: 2, sizeMax: 1 }] },
      { priceRanges: [] }
    ]) {
      const refused = refusalOf(floor.create({ collectionTicker: "KXOTHER-R", ...change }))
      assert.deepInclude(refused, { kind: "invalid", code: "invalid_parameters" }, JSON.stringify(change))
    }
  })
})

describe("createCombo", () => {
  it("creates an event and a market with the selected legs", () => {
    const floor = makeCombining()
    const combo = floor.combo("B no", "A yes")
    assert.match(combo.ticker, /^KXMVE-S2027[0-9A-F]{11}-[0-9A-F]{11}$/)
    assert.strictEqual(combo.eventTicker, combo.ticker.replace(/-[^-]*$/, ""))
    assert.strictEqual(combo.title, "no KXB-26-YES,yes KXA-26-YES")
    assert.deepStrictEqual(combo.combo, {
      collectionTicker,
      legs: [
        { ...leg("B no"), settlementValue: undefined },
        { ...leg("A yes"), settlementValue: undefined }
      ]
    })
    assert.deepInclude(unwrap(floor.view().event(combo.eventTicker)), { multivariate: true, seriesTicker: "KXMVE" })
  })

  it("returns the same market for the same legs in another sequence, and to another account", () => {
    const floor = makeCombining()
    const combo = floor.combo("A yes", "B no")
    assert.strictEqual(floor.combo("B no", "A yes").ticker, combo.ticker)
    assert.strictEqual(unwrap(floor.select(["A yes", "B no"], floor.maker)).ticker, combo.ticker)
    assert.notStrictEqual(floor.combo("A no", "B yes").ticker, combo.ticker)
    assert.notStrictEqual(floor.combo("A yes", "B no", "C yes").ticker, combo.ticker)
  })

  it("creates another market for another sequence of the legs if the collection is ordered", () => {
    const floor = makeCombining({ isOrdered: true })
    const combo = floor.combo("A yes", "B no")
    assert.notStrictEqual(floor.combo("B no", "A yes").ticker, combo.ticker)
    assert.strictEqual(floor.combo("A yes", "B no").ticker, combo.ticker)
  })

  it("refuses an unknown collection, and a collection that is not open", () => {
    const floor = makeCombining({ openMillis: start + 1_000, closeMillis: start + 2_000 })
    const unknown = floor.execute({ type: "createCombo", accountId: floor.taker, collectionTicker: "KXNONE", legs: [] })
    assert.strictEqual(refusalOf(unknown).code, "not_found")
    assert.strictEqual(floor.refusedLegs("A yes", "B yes").details, "the collection is unopened")
    floor.time += 1_000
    floor.combo("A yes", "B yes")
    floor.time += 1_000
    assert.strictEqual(floor.refusedLegs("A yes", "B yes").details, "the collection is closed")
  })

  it("checks the number of legs, their events and markets, and their sides", () => {
    const floor = makeCombining({
      sizeMax: 3,
      associatedEvents: [
        { eventTicker: "KXA-26", isYesOnly: true },
        { eventTicker: "KXB-26" },
        { eventTicker: "KXC-26" }
      ]
    })
    floor.market({ ticker: "KXB-26-2" })
    for (const legs of [
      ["A yes"],
      ["A yes", "B yes", "KXB-26-2 no", "C yes"],
      ["A no", "B yes"],
      ["A yes", "D yes"],
      ["A yes", "KXB-26-3 yes"],
      ["A yes", "A yes"],
      ["B yes", "B no"]
    ]) {
      const { code, kind } = floor.refusedLegs(...legs)
      assert.deepStrictEqual([kind, code], ["invalid", "invalid_parameters"], legs.join())
    }
    const elsewhere = { ...leg("B yes"), eventTicker: "KXA-26" }
    const legs = [leg("C yes"), elsewhere]
    const refused = floor.execute({ type: "createCombo", accountId: floor.taker, collectionTicker, legs })
    assert.strictEqual(refusalOf(refused).details, "KXB-26-YES is not a market of KXA-26")
    floor.combo("A yes", "B no", "C yes")
  })

  it("refuses two YES legs of a mutually exclusive event, and names their markets", () => {
    const floor = makeCombining({ associatedEvents: ["KXA-26", "KXGAME-26"].map((eventTicker) => ({ eventTicker })) })
    unwrap(floor.execute({ type: "createEvent", event: { eventTicker: "KXGAME-26", mutuallyExclusive: true } }))
    floor.market({ ticker: "KXGAME-26-ONE" })
    floor.market({ ticker: "KXGAME-26-OTHER" })
    assert.deepInclude(floor.refusedLegs("KXGAME-26-ONE yes", "A yes", "KXGAME-26-OTHER yes"), {
      kind: "invalid",
      code: "conflicting_leg_outcomes",
      details: "KXGAME-26-ONE,KXGAME-26-OTHER"
    })
    floor.combo("KXGAME-26-ONE yes", "KXGAME-26-OTHER no")
    floor.combo("KXGAME-26-ONE no", "KXGAME-26-OTHER no")
  })

  it("refuses two thresholds of one event on the same side, but permits a range", () => {
    const floor = makeCombining()
    for (const name of ["T2.5", "T4.5", "NYC3-10"]) {
      floor.market({ ticker: `KXA-26-${name}`, eventTicker: "KXA-26" })
    }
    const select = (...legs: ReadonlyArray<string>) =>
      floor.execute({
        type: "createCombo",
        accountId: floor.taker,
        collectionTicker,
        legs: legs.map((text) => ({ ...leg(text), eventTicker: "KXA-26" }))
      })
    assert.deepInclude(refusalOf(select("KXA-26-T2.5 no", "KXA-26-T4.5 no")), {
      code: "duplicated_legs",
      details: "KXA-26-T2.5,KXA-26-T4.5"
    })
    unwrap(select("KXA-26-T2.5 yes", "KXA-26-T4.5 no"))
    unwrap(select("KXA-26-T2.5 yes", "KXA-26-NYC3-10 yes"))
    unwrap(select("KXA-26-T2.5 yes", "KXA-26-YES yes"))
  })

  it("refuses too many and too few markets of an event", () => {
    const floor = makeCombining({
      associatedEvents: [
        { eventTicker: "KXA-26", sizeMin: 1 },
        { eventTicker: "KXB-26", sizeMax: 1 },
        { eventTicker: "KXC-26" }
      ]
    })
    floor.market({ ticker: "KXB-26-NO" })
    assert.deepInclude(floor.refusedLegs("A yes", "B yes", "KXB-26-NO yes"), {
      code: "invalid_market_combination",
      details: "KXB-26-YES,KXB-26-NO"
    })
    assert.deepInclude(floor.refusedLegs("B yes", "C yes"), { code: "invalid_market_combination" })
    floor.combo("A yes", "B yes")
  })

  it("refuses a closed market as a leg, except for an existing combo", () => {
    const floor = makeCombining()
    const combo = floor.combo("A yes", "B yes")
    unwrap(floor.execute({ type: "pauseMarket", ticker: "KXB-26-YES" }))
    floor.combo("B yes", "C yes")
    unwrap(floor.execute({ type: "setMarketClose", ticker: "KXA-26-YES", closeMillis: start + 1 }))
    floor.pass(1)
    assert.strictEqual(floor.refusedLegs("A yes", "C yes").details, "KXA-26-YES is closed")
    assert.strictEqual(floor.combo("A yes", "B yes").ticker, combo.ticker)
  })

  it("is refused while the exchange is paused on the shard of the collection", () => {
    const floor = makeCombining()
    floor.combo("A yes", "B yes")
    const pause = (exchangeIndex: number, exchange: boolean) =>
      unwrap(floor.execute({ type: "setActive", exchange, exchangeIndex }))
    pause(1, false)
    assert.deepInclude(floor.refusedLegs("A yes", "B yes"), { kind: "conflict", code: "exchange_is_paused" })
    pause(1, true)
    pause(0, false)
    floor.combo("A yes", "C yes")
  })

  it("limits how many new combos an account creates in seven days", () => {
    const floor = makeCombining({}, { assumptions: { maxCombosPerWeek: 2 } })
    floor.combo("A yes", "B yes")
    floor.pass(1_000)
    floor.combo("A yes", "C yes")
    floor.combo("A yes", "B yes")
    assert.deepInclude(floor.refusedLegs("B yes", "C yes"), { kind: "tooMany", code: "too_many_requests" })
    unwrap(floor.select(["B yes", "C yes"], floor.maker))
    floor.combo("B yes", "C yes")
    floor.pass(week - 1_001)
    assert.strictEqual(floor.refusedLegs("B no", "C yes").kind, "tooMany")
    floor.pass(1)
    floor.combo("B no", "C yes")
    assert.strictEqual(floor.refusedLegs("B no", "C no").kind, "tooMany")
  })
})

describe("a combo", () => {
  it("closes when its last leg closes, even if the legs' closing times change", () => {
    const floor = makeCombining()
    const setClose = (name: string, millis: number) =>
      unwrap(floor.execute({ type: "setMarketClose", ticker: leg(name).marketTicker, closeMillis: start + millis }))
    setClose("A", 1_000)
    setClose("B", 2_000)
    const combo = floor.combo("A yes", "B yes")
    assert.strictEqual(combo.closeMillis, start + 2_000)
    setClose("A", 3_000)
    assert.strictEqual(floor.latest(combo).closeMillis, start + 3_000)
    floor.pass(3_000)
    assert.strictEqual(floor.latest(combo).status, "closed")
    setClose("B", 4_000)
    assert.deepInclude(floor.latest(combo), { status: "active", closeMillis: start + 4_000 })
    unwrap(floor.execute({ type: "setMarketClose", ticker: combo.ticker, closeMillis: start + 3_500 }))
    setClose("B", 9_000)
    assert.strictEqual(floor.latest(combo).closeMillis, start + 3_500)
  })

  it("resolves to yes once every leg has its selected outcome", () => {
    const floor = makeCombining()
    const combo = floor.combo("A yes", "B no")
    unwrap(floor.determine("A", "yes"))
    assert.deepInclude(floor.latest(combo), { status: "active", result: undefined })
    unwrap(floor.determine("B", "no"))
    assert.deepInclude(floor.latest(combo), { status: "determined", result: "yes", settlementValue: 10_000 })
    assert.deepStrictEqual(
      floor.latest(combo).combo?.legs.map(({ settlementValue }) => settlementValue),
      [10_000, 0]
    )
    floor.pass(3_600_000)
    assert.strictEqual(floor.latest(combo).status, "finalized")
  })

  it("resolves to no as soon as one leg fails, and cancels its orders", () => {
    const floor = makeCombining()
    const combo = floor.combo("A yes", "B no", "C yes")
    const order = floor.place(floor.maker, terms("bid", 10, 5, { ticker: combo.ticker }))
    unwrap(floor.determine("B", "yes"))
    assert.deepInclude(floor.latest(combo), { status: "determined", result: "no", settlementValue: 0 })
    assert.deepStrictEqual(floor.now(order, "status", "cancelReason"), ["canceled", "marketClosed"])
    unwrap(floor.determine("A", "yes"))
    unwrap(floor.determine("C", "yes"))
    assert.deepInclude(floor.latest(combo), { status: "determined", result: "no" })
  })

  it("settles at the product of its legs' values, rounded down to $0.0001, and pays both sides", () => {
    const floor = makeCombining()
    const combo = floor.combo("A yes", "B no", "C yes")
    floor.place(floor.maker, terms("ask", 30, 10, { ticker: combo.ticker }))
    floor.place(floor.taker, terms("bid", 30, 10, { ticker: combo.ticker }))
    unwrap(floor.determine("A", { scalar: "0.3333" }))
    unwrap(floor.determine("B", { scalar: "0.3333" }))
    unwrap(floor.determine("C", { scalar: "0.50" }))
    // 0.3333 × 0.6667 × 0.5 = 0.111105…
    assert.deepInclude(floor.latest(combo), { result: "scalar", settlementValue: 1_111 })
    unwrap(floor.execute({ type: "settleMarket", ticker: combo.ticker }))
    const settled = (accountId: string) => {
      const [settlement] = unwrap(floor.view().listSettlements(accountId, { limit: 1 })).items
      return [settlement?.value, settlement?.revenueMicros]
    }
    assert.deepStrictEqual(settled(floor.taker), [1_111, 1_110_000])
    assert.deepStrictEqual(settled(floor.maker), [1_111, 8_880_000])
  })

  it("is worth the product of the settlement floors of its legs", () => {
    const floor = makeCombining()
    for (const [name, settlementFloor] of [
      ["LOW", "0.10"],
      ["HIGH", "0.40"]
    ] as const) {
      floor.market({ ticker: `KXA-26-${name}`, settlementFloor })
    }
    const combo = floor.combo("KXA-26-LOW yes", "KXA-26-HIGH yes")
    unwrap(floor.execute({ type: "determineMarket", ticker: "KXA-26-LOW", outcome: "no" }))
    unwrap(floor.execute({ type: "determineMarket", ticker: "KXA-26-HIGH", outcome: { scalar: "0.39" } }))
    assert.deepInclude(floor.latest({ ticker: "KXA-26-LOW" }), { result: "scalar", settlementValue: 1_000 })
    assert.deepInclude(floor.latest({ ticker: "KXA-26-HIGH" }), { result: "scalar", settlementValue: 4_000 })
    assert.deepInclude(floor.latest(combo), { result: "scalar", settlementValue: 400 })
  })

  it("cannot be determined or disputed by the operator", () => {
    const floor = makeCombining()
    const { ticker } = floor.combo("A yes", "B no")
    const refused = refusalOf(floor.execute({ type: "determineMarket", ticker, outcome: "yes" }))
    assert.deepInclude(refused, { kind: "conflict", code: "combo_follows_legs" })
    assert.strictEqual(refusalOf(floor.execute({ type: "disputeMarket", ticker })).code, "combo_follows_legs")
  })

  it("is disputed while a leg that decides its value is disputed", () => {
    const floor = makeCombining()
    const [both, failed] = [floor.combo("A yes", "B yes"), floor.combo("A yes", "C yes")]
    unwrap(floor.determine("A", "yes"))
    unwrap(floor.determine("B", "yes"))
    unwrap(floor.determine("C", "no"))
    unwrap(floor.execute({ type: "disputeMarket", ticker: leg("A").marketTicker }))
    assert.strictEqual(floor.latest(both).status, "disputed")
    assert.strictEqual(floor.latest(failed).status, "determined")
    floor.pass(3_600_000)
    assert.strictEqual(floor.latest(both).status, "disputed")
    unwrap(floor.determine("A", "no"))
    assert.deepInclude(floor.latest(both), { status: "amended", result: "no" })
    floor.pass(3_600_000)
    assert.strictEqual(floor.latest(both).status, "finalized")
  })

  it("keeps its result if a leg is disputed after the settlement", () => {
    const floor = makeCombining()
    const combo = floor.combo("A yes", "B yes")
    unwrap(floor.determine("A", "no"))
    unwrap(floor.execute({ type: "settleMarket", ticker: combo.ticker }))
    unwrap(floor.execute({ type: "disputeMarket", ticker: leg("A").marketTicker }))
    unwrap(floor.determine("A", "yes"))
    unwrap(floor.determine("B", "yes"))
    assert.deepInclude(floor.latest(combo), { status: "finalized", result: "no" })
  })

  it("shows its legs in an RFQ, which closes when the combo is determined", () => {
    const floor = makeCombining()
    const { combo, ticker } = floor.combo("A yes", "B yes")
    const rfq = unwrap(
      floor.execute({
        type: "createRfq",
        accountId: floor.taker,
        rfq: {
          ticker,
          subaccount: 0,
          count: 100,
          targetCostMicros: undefined,
          targetCostExcludesFees: false,
          isObscured: false,
          restRemainder: false,
          replaceExisting: false
        }
      })
    )
    assert.deepStrictEqual(rfq.combo, combo)
    unwrap(floor.determine("A", "no"))
    assert.deepInclude(unwrap(floor.view().rfq(rfq.rfqId)), { status: "closed", closeReason: "marketClosed" })
  })

  it("is worth the product of the values of its legs, for any values", () => {
    const value = fc.oneof(fc.constantFrom(0, 10_000), fc.integer({ min: 0, max: 10_000 }))
    const side = fc.constantFrom("yes", "no")
    const legs = fc.array(fc.record({ value, side }), { minLength: 2, maxLength: 4 })
    fc.assert(
      fc.property(legs, fc.boolean(), (selected, isReversed) => {
        const floor = makeCombining()
        const names = ["A", "B", "C", "D"].slice(0, selected.length)
        const combo = floor.combo(...names.map((name, index) => `${name} ${selected[index]!.side}`))
        const order = isReversed ? names.toReversed() : names
        for (const name of order) {
          const scalar = (selected[names.indexOf(name)]!.value / 10_000).toFixed(4)
          unwrap(floor.determine(name, { scalar }))
        }
        const product = selected.reduce(
          (rest, { side, value }) => rest * BigInt(side === "yes" ? value : 10_000 - value),
          1n
        )
        const expected = Number(product / 10_000n ** BigInt(selected.length - 1))
        const { result, settlementValue } = floor.latest(combo)
        assert.strictEqual(settlementValue, expected)
        assert.strictEqual(result, expected === 0 ? "no" : expected === 10_000 ? "yes" : "scalar")
      }),
      { seed, numRuns: sampleSize(60, 2_000) }
    )
  })
})

describe("Exchange.restore, with combos", () => {
  it("keeps the collections, the combos, their legs, and how many combos each account created in seven days", () => {
    const floor = makeCombining({}, { assumptions: { maxCombosPerWeek: 2 } })
    const combo = floor.combo("A yes", "B no")
    unwrap(floor.determine("A", { scalar: "0.50" }))
    const written = JSON.parse(JSON.stringify(floor.exchange.snapshot(floor.time))) as Snapshot
    const restored = Exchange.restore(written, { assumptions: { maxCombosPerWeek: 2 } })
    const run = (exchange: Exchange) => {
      const select = (...legs: ReadonlyArray<string>) =>
        exchange.execute(
          { type: "createCombo", accountId: floor.taker, collectionTicker, legs: legs.map(leg) },
          floor.time
        )
      const again = unwrap(select("B no", "A yes"))
      unwrap(select("B no", "C yes"))
      assert.strictEqual(refusalOf(select("B no", "D yes")).kind, "tooMany")
      unwrap(exchange.execute({ type: "determineMarket", ticker: "KXB-26-YES", outcome: "no" }, floor.time))
      return { again, dump: JSON.parse(JSON.stringify(exchange.dump(floor.time))) as unknown }
    }
    const [first, second] = [run(floor.exchange), run(restored)]
    assert.strictEqual(second.again.ticker, combo.ticker)
    assert.deepStrictEqual(second, first)
    assert.deepInclude(unwrap(restored.view(floor.time).market(combo.ticker)), {
      result: "scalar",
      settlementValue: 5_000
    })
  })
})
