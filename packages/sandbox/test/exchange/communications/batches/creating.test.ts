import { assert, describe, it } from "@effect/vitest"
import { batchTerms, combos, even, everyRfq, everything, makeBatching } from "../../../support/batching.ts"
import { collectionTicker, leg, makeCombining } from "../../../support/combining.ts"
import { rfqTerms } from "../../../support/dealing.ts"
import { codeOf, detailsOf, refusalOf, start, ticker, unwrap } from "../../../support/floor.ts"

describe("createRfqBatch", () => {
  it("opens a batch with one RFQ per child, in the sequence of the request", () => {
    const desk = makeBatching()
    const batch = desk.batch({ clientBatchId: "mine" }, [combos[1]!, combos[0]!])
    assert.deepInclude(batch, { status: "open", exchangeIndex: 1, clientBatchId: "mine", createdMillis: start })
    assert.deepStrictEqual(
      batch.rfqs.map((rfq) => [rfq.ticker, rfq.status, rfq.batchId, rfq.count, rfq.restRemainder]),
      [
        [combos[1], "open", batch.batchId, 1_000, false],
        [combos[0], "open", batch.batchId, 1_000, false]
      ]
    )
    assert.deepStrictEqual(desk.latest(batch), batch)
    // Other accounts can read the children, as they can read any RFQ.
    for (const rfq of batch.rfqs) {
      assert.deepStrictEqual(unwrap(desk.view().rfq(rfq.rfqId)), rfq)
    }
    const listed = unwrap(desk.view().listRfqs(desk.maker, everyRfq)).items
    assert.deepStrictEqual(listed, batch.rfqs.toReversed())
  })

  it("emits events about the batch, but not about its children", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    unwrap(desk.remove(batch))
    assert.deepStrictEqual(desk.happened(), ["rfqBatchCreated", "rfqBatchClosed"])
  })

  it("requires 2 to 57 different combos on one shard", () => {
    const desk = makeBatching()
    const refused = (tickers: ReadonlyArray<string>) => detailsOf(desk.create({}, [...tickers]))
    assert.include(refused(combos.slice(0, 1)), "2 to 57 children")
    assert.include(refused([combos[0]!, combos[0]!]), "the same combo")
    assert.include(refused([combos[0]!, ticker]), "is not a combo")
    assert.include(refused([combos[0]!, "KXNONE-26-A"]), "KXNONE-26-A does not exist")
    unwrap(desk.execute({ type: "createEvent", event: { eventTicker: "KXELSE-26", multivariate: true } }))
    unwrap(desk.execute({ type: "createMarket", market: { ticker: "KXELSE-26-A" } }))
    assert.include(refused([combos[0]!, "KXELSE-26-A"]), "on one exchange_index")
    const many = Array.from({ length: 58 }, (_, n) => `KXCOMBO-26-N${n}`)
    for (const name of many) {
      unwrap(desk.execute({ type: "createMarket", market: { ticker: name } }))
    }
    assert.include(refused(many), "2 to 57 children")
    assert.strictEqual(desk.batch({}, many.slice(1)).rfqs.length, 57)
  })

  it("requires the same kind of size for all children: contracts or a target cost", () => {
    const desk = makeBatching()
    const create = (
      sizes: ReadonlyArray<readonly [count: number | undefined, cost: number | undefined]>,
      targetCostExcludesFees = false
    ) =>
      desk.create({
        targetCostExcludesFees,
        children: sizes.map(([count, targetCostMicros], child) => ({
          combo: { ticker: combos[child]! },
          count,
          targetCostMicros
        }))
      })
    const mixed: ReadonlyArray<readonly [number | undefined, number | undefined]> = [
      [100, undefined],
      [undefined, 5_000_000]
    ]
    assert.include(detailsOf(create(mixed)), "the same way")
    const incomplete = create([
      [100, undefined],
      [undefined, undefined]
    ])
    assert.include(detailsOf(incomplete), "either a number of contracts or a target cost")
    const counts = [
      [100, undefined],
      [250, undefined]
    ] as const
    assert.include(detailsOf(create(counts, true)), "requires a target cost")
    assert.deepStrictEqual(
      unwrap(create(counts)).rfqs.map(({ count }) => count),
      [100, 250]
    )
    const costs = unwrap(
      create(
        [
          [undefined, 5_000_000],
          [undefined, 6_000_000]
        ],
        true
      )
    )
    assert.deepStrictEqual(
      costs.rfqs.map(({ targetCostExcludesFees, targetCostMicros }) => [targetCostMicros, targetCostExcludesFees]),
      [
        [5_000_000, true],
        [6_000_000, true]
      ]
    )
  })

  it("permits two open batches per account, and replaces the oldest on request", () => {
    const desk = makeBatching()
    unwrap(desk.execute({ type: "createRfq", accountId: desk.creator, rfq: rfqTerms(5, { ticker: combos[0]! }) }))
    const [first, second] = [desk.batch(), desk.batch()]
    const quote = desk.quote(first, even)
    assert.deepInclude(refusalOf(desk.create()), { kind: "conflict", code: "conflict" })
    // An RFQ outside of batches does not count, even on the market of a child.
    unwrap(desk.execute({ type: "createRfq", accountId: desk.creator, rfq: rfqTerms(5, { ticker: combos[1]! }) }))
    unwrap(desk.create({}, combos, desk.maker))
    const third = desk.batch({ replaceExisting: true })
    assert.deepInclude(desk.latest(first), { status: "closed", closeReason: "replaced", closedMillis: start })
    assert.deepStrictEqual(
      desk.latest(first).rfqs.map(({ closeReason, status }) => [status, closeReason]),
      [
        ["closed", "replaced"],
        ["closed", "replaced"]
      ]
    )
    assert.deepInclude(desk.quotesOf(first, desk.maker)[0], { batchQuoteId: quote.batchQuoteId, status: "cancelled" })
    assert.deepStrictEqual(
      [second, third].map((batch) => desk.latest(batch).status),
      ["open", "open"]
    )
    const single = unwrap(desk.view().listRfqs(desk.creator, { ...everyRfq, isOwn: true, status: "open" })).items
    assert.strictEqual(single.filter(({ batchId }) => batchId === undefined).length, 2)
    // An accepted batch does not count as open.
    desk.quote(second, even)
    unwrap(desk.accept(second, "yes", [40, 40]))
    desk.batch()
  })

  it("replaces no batch of another subaccount if the key is locked to a subaccount", () => {
    const desk = makeBatching()
    desk.batch()
    desk.batch({ subaccount: 1 })
    const locked = { replaceExisting: true, subaccount: 1, lockedSubaccount: 1 }
    const own = unwrap(desk.create(locked))
    const open = unwrap(desk.view().listRfqBatches(desk.creator, { ...everything, status: "open" })).items
    assert.deepStrictEqual(
      open.map(({ subaccount }) => subaccount),
      [1, 0]
    )
    unwrap(desk.remove(own))
    desk.batch()
    assert.strictEqual(codeOf(desk.create(locked)), "conflict")
  })

  it("refuses a used client_batch_id until seven days after its batch closed", () => {
    const desk = makeBatching()
    const batch = desk.batch({ clientBatchId: "mine" })
    const again = () => desk.create({ clientBatchId: "mine" })
    assert.strictEqual(codeOf(again()), "conflict")
    unwrap(desk.create({ clientBatchId: "mine" }, combos, desk.maker))
    desk.pass(8 * 86_400_000)
    assert.strictEqual(codeOf(again()), "conflict")
    unwrap(desk.remove(batch))
    desk.pass(7 * 86_400_000 - 1)
    assert.strictEqual(codeOf(again()), "conflict")
    desk.pass(1)
    unwrap(again())
    assert.strictEqual(codeOf(again()), "conflict")
    for (const clientBatchId of ["", "x".repeat(65)]) {
      assert.strictEqual(codeOf(desk.create({ clientBatchId })), "invalid_parameters")
    }
    unwrap(desk.create({ clientBatchId: "x".repeat(64) }))
  })

  it("refuses a child on a market that does not trade, and an invalid subaccount", () => {
    const desk = makeBatching()
    unwrap(desk.execute({ type: "pauseMarket", ticker: combos[1]! }))
    assert.strictEqual(codeOf(desk.create()), "MARKET_INACTIVE")
    unwrap(desk.execute({ type: "setActive", trading: false, exchangeIndex: 1 }))
    assert.strictEqual(codeOf(desk.create()), "trading_is_paused")
    assert.strictEqual(codeOf(desk.create({ subaccount: 64 })), "invalid_parameters")
  })
})

describe("createRfqBatch, for FCM members", () => {
  it("is refused for the member and for its subtraders", () => {
    const desk = makeBatching()
    const unavailable = { kind: "forbidden", code: "rfq_batch_unavailable" } as const
    assert.deepInclude(refusalOf(desk.create({ subtraderId: "mine" })), unavailable)
    unwrap(desk.execute({ type: "enableFcm", accountId: desk.maker }))
    const subtrader = unwrap(desk.execute({ type: "createSubtrader", accountId: desk.maker, suffix: "A" }))
    for (const accountId of [desk.maker, subtrader.accountId]) {
      assert.deepInclude(refusalOf(desk.create({}, combos, accountId)), unavailable)
    }
    desk.quote(desk.batch(), even)
  })
})

describe("createRfqBatch, by legs", () => {
  const child = (...legs: ReadonlyArray<string>) => ({
    combo: { legs: legs.map(leg) },
    count: 100,
    targetCostMicros: undefined
  })

  it("uses the existing combos of a collection, and creates the missing combos", () => {
    const floor = makeCombining()
    const known = floor.combo("A yes", "B yes")
    const created = unwrap(
      floor.execute({
        type: "createRfqBatch",
        accountId: floor.taker,
        batch: batchTerms([], {
          collectionTicker,
          children: [child("B yes", "A yes"), child("A yes", "C no"), child("A yes", "C yes")]
        })
      })
    )
    assert.strictEqual(created.rfqs[0]?.ticker, known.ticker)
    assert.deepStrictEqual(
      created.rfqs.map(({ combo }) => combo?.legs.map(({ marketTicker, side }) => `${marketTicker} ${side}`).sort()),
      [
        ["KXA-26-YES yes", "KXB-26-YES yes"],
        ["KXA-26-YES yes", "KXC-26-YES no"],
        ["KXA-26-YES yes", "KXC-26-YES yes"]
      ]
    )
    assert.strictEqual(floor.combo("C no", "A yes").ticker, created.rfqs[1]?.ticker)
  })

  it("creates nothing if one child is refused", () => {
    const floor = makeCombining()
    const known = floor.combo("A yes", "B yes")
    const create = (children: ReadonlyArray<ReturnType<typeof child>>, change = {}) =>
      floor.execute({
        type: "createRfqBatch",
        accountId: floor.taker,
        batch: batchTerms([], { collectionTicker, children, ...change })
      })
    const fresh = child("A yes", "C yes")
    const before = JSON.stringify(floor.exchange.dump(floor.time))
    const byTicker = { combo: { ticker: known.ticker }, count: 100, targetCostMicros: undefined }
    assert.include(detailsOf(create([fresh, child("C yes", "A yes")])), "the same combo")
    assert.include(
      detailsOf(
        floor.execute({
          type: "createRfqBatch",
          accountId: floor.taker,
          batch: batchTerms([], { collectionTicker, children: [byTicker, child("B yes", "A yes")] })
        })
      ),
      "the same combo"
    )
    assert.include(detailsOf(create([fresh, child("A yes", "X yes")])), "is not an event of the collection")
    assert.include(detailsOf(create([fresh, child("B yes", "C yes")], { collectionTicker: undefined })), "requires")
    assert.strictEqual(codeOf(create([fresh, child("B yes", "C yes")], { collectionTicker: "KXNONE" })), "not_found")
    const legs = ["A", "B", "C", "D"].flatMap((name) => [`${name} yes`, `${name} no`])
    const pairs = [0, 2, 4, 6].map((n) => child(legs[n]!, legs[(n + 3) % 8]!))
    assert.include(detailsOf(create(pairs)), "at most 6 different legs")
    assert.include(detailsOf(create([fresh, child()])), "1 to 6 legs")
    assert.strictEqual(JSON.stringify(floor.exchange.dump(floor.time)), before)
    unwrap(create(pairs.slice(0, 3)))
  })
})

describe("deleteRfqBatch", () => {
  it("closes an open batch with its children, and cancels the batch quotes on it", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, even)
    assert.strictEqual(codeOf(desk.remove(batch, desk.maker)), "not_found")
    desk.pass(1_000)
    unwrap(desk.remove(batch))
    assert.deepInclude(desk.latest(batch), {
      status: "closed",
      closeReason: "cancelled",
      closedMillis: start + 1_000,
      updatedMillis: start + 1_000
    })
    assert.deepStrictEqual(
      desk.latest(batch).rfqs.map(({ closeReason }) => closeReason),
      ["requested", "requested"]
    )
    const [quote] = desk.quotesOf(batch, desk.maker)
    assert.deepInclude(quote, { status: "cancelled" })
    assert.deepStrictEqual(
      quote?.quotes.map(({ cancelReason, status }) => [status, cancelReason]),
      [
        ["cancelled", "rfqClosed"],
        ["cancelled", "rfqClosed"]
      ]
    )
    assert.strictEqual(codeOf(desk.remove(batch)), "not_found")
  })

  it("is refused for an accepted batch, and deleteRfq is refused for a child", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, even)
    const { rfqId } = batch.rfqs[0]!
    const removed = desk.execute({ type: "deleteRfq", accountId: desk.creator, rfqId })
    assert.include(detailsOf(removed), "delete the batch")
    unwrap(desk.accept(batch, "yes", [40, 40]))
    assert.deepInclude(refusalOf(desk.remove(batch)), { kind: "invalid", code: "bad_request" })
  })

  it("happens automatically when a child's market closes, even if all makers have confirmed", () => {
    for (const steps of [0, 1, 2]) {
      const desk = makeBatching()
      const batch = desk.batch()
      const quote = desk.quote(batch, even)
      if (steps > 0) unwrap(desk.accept(batch, "yes", [40, 40]))
      if (steps > 1) unwrap(desk.confirm(quote))
      unwrap(desk.execute({ type: "setMarketClose", ticker: combos[1]!, closeMillis: start + 500 }))
      desk.pass(60_000)
      assert.deepInclude(desk.latest(batch), { closeReason: "market closed", closedMillis: start + 500 })
      assert.notInclude(desk.happened(), "rfqDeleted")
      assert.deepStrictEqual(desk.positions(desk.creator), [0, 0, 0])
      assert.deepInclude(desk.quotesOf(batch, desk.maker)[0], { status: "cancelled" })
    }
  })
})
