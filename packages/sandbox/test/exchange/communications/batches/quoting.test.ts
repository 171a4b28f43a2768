import { assert, describe, it } from "@effect/vitest"
import { batchQuoteTerms, combos, even, makeBatching, unknownId } from "../../../support/batching.ts"
import { quoteTerms } from "../../../support/dealing.ts"
import { codeOf, detailsOf, refusalOf, start, unwrap } from "../../../support/floor.ts"

describe("createBatchQuote", () => {
  it("requires exactly one entry for every child", () => {
    const desk = makeBatching()
    const batch = desk.batch({}, combos)
    const quote = desk.quote(batch, [
      [40, 50],
      [0, 60],
      [30, 0]
    ])
    assert.deepInclude(quote, { status: "open", batchId: batch.batchId, createdMillis: start })
    assert.deepStrictEqual(
      quote.quotes.map((own) => [own.rfqId, own.yesBid, own.noBid, own.yesCount, own.noCount]),
      batch.rfqs.map(({ rfqId }, child) =>
        [
          [rfqId, 4_000, 5_000, 1_000, 1_000],
          [rfqId, 0, 6_000, 0, 1_000],
          [rfqId, 3_000, 0, 1_000, 0]
        ].at(child)
      )
    )
    const terms = batchQuoteTerms(batch, [
      [1, 1],
      [1, 1],
      [1, 1]
    ])
    const [first, second] = terms.bids
    for (const bids of [
      terms.bids.slice(0, 2),
      [...terms.bids, first!],
      [first!, second!, first!],
      [first!, second!, { ...first!, rfqId: unknownId }]
    ]) {
      const refused = desk.execute({ type: "createBatchQuote", accountId: desk.maker, quote: { ...terms, bids } })
      assert.include(detailsOf(refused), "exactly once")
    }
  })

  it("refuses invalid bids", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const refused = (yes: number, no: number, change = {}) =>
      codeOf(
        desk.offer(
          batch,
          [
            [40, 50],
            [yes, no]
          ],
          desk.maker,
          change
        )
      )
    for (const [yes, no] of [
      [0, 0],
      [51, 50],
      [100, 0],
      [-1, 50],
      [40.5, 50]
    ] as const) {
      assert.strictEqual(refused(yes, no), "invalid_parameters", `${yes} ${no}`)
    }
    assert.strictEqual(refused(40, 50, { subaccount: 64 }), "invalid_parameters")
  })

  it("refuses a quote on the account's own batch, and on a batch that is unknown or not open", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    assert.deepInclude(refusalOf(desk.offer(batch, even, desk.creator)), { kind: "forbidden" })
    assert.strictEqual(codeOf(desk.offer({ ...batch, batchId: unknownId }, even)), "not_found")
    desk.quote(batch, even)
    unwrap(desk.accept(batch, "yes", [40, 40]))
    assert.deepInclude(refusalOf(desk.offer(batch, even, desk.second)), { kind: "conflict" })
    desk.pass(3_000)
    assert.deepInclude(refusalOf(desk.offer(batch, even, desk.second)), { kind: "conflict" })
  })

  it("refuses createQuote on a child", () => {
    const desk = makeBatching()
    const { rfqs } = desk.batch()
    const quote = quoteTerms(rfqs[0]!.rfqId, 40, 50)
    assert.include(detailsOf(desk.execute({ type: "createQuote", accountId: desk.maker, quote })), "batch quote")
  })

  it("refuses a maker who cannot pay for all of its bids for one side", () => {
    const desk = makeBatching()
    const batch = desk.batch({
      children: combos
        .slice(0, 2)
        .map((name) => ({ combo: { ticker: name }, count: 100_000, targetCostMicros: undefined }))
    })
    // 1,000 × $0.60 is $600 for each child, and the maker has $1,000.
    const refused = desk.offer(batch, [
      [60, 0],
      [60, 0]
    ])
    assert.deepInclude(refusalOf(refused), { kind: "invalid", code: "insufficient_balance" })
    desk.quote(batch, [
      [60, 0],
      [0, 60]
    ])
  })

  it("computes the counts from a target cost", () => {
    const desk = makeBatching()
    const batch = desk.batch({
      children: combos
        .slice(0, 2)
        .map((name) => ({ combo: { ticker: name }, count: undefined, targetCostMicros: 100_000_000 }))
    })
    const quote = desk.quote(batch, even)
    assert.deepInclude(quote.quotes[0], { yesCount: 16_212, noCount: 19_323 })
    assert.deepInclude(desk.best(batch).rfqs[0], { yesCount: 16_212, noCount: 19_323, targetCostMicros: 100_000_000 })
  })

  it("replaces the maker's older batch quote, which is then not found", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const older = desk.quote(batch, even)
    const newer = desk.quote(batch, [
      [41, 50],
      [40, 50]
    ])
    assert.deepStrictEqual(desk.quotesOf(batch, desk.maker), [newer])
    assert.strictEqual(codeOf(desk.withdraw(older)), "not_found")
    assert.strictEqual(codeOf(desk.confirm(older)), "not_found")
    assert.deepStrictEqual([desk.quotesOf(batch, desk.creator), desk.quotesOf(batch, desk.second)], [[], []])
  })
})

describe("deleteBatchQuote", () => {
  it("cancels an open batch quote of the account", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const quote = desk.quote(batch, even)
    assert.strictEqual(codeOf(desk.withdraw({ ...quote, accountId: desk.second })), "not_found")
    assert.strictEqual(codeOf(desk.withdraw({ ...quote, batchId: unknownId })), "not_found")
    unwrap(desk.withdraw(quote))
    assert.deepInclude(desk.quotesOf(batch, desk.maker)[0], { status: "cancelled" })
    assert.strictEqual(codeOf(desk.withdraw(quote)), "not_found")
    assert.strictEqual(codeOf(desk.accept(batch, "yes", [0, 0])), "rfq_batch_quotes_changed")
    assert.deepStrictEqual(desk.bestBids(batch), [
      [0, 0],
      [0, 0]
    ])
  })
})
