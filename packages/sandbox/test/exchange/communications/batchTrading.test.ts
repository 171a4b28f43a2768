import { assert, describe, it } from "@effect/vitest"
import type * as Result from "effect/Result"
import type { Refusal, RfqBatch } from "../../../src/exchange/Entities.ts"
import { Exchange, type Snapshot } from "../../../src/exchange/Exchange.ts"
import { acceptTerms, batchQuoteTerms, batchTerms, combos, makeBatching } from "../../support/batching.ts"
import { collectionTicker, leg, makeCombining } from "../../support/combining.ts"
import { quoteTerms, rfqTerms, targetOf } from "../../support/dealing.ts"
import { refusalOf, start, ticker, unwrap } from "../../support/floor.ts"

type Desk = ReturnType<typeof makeBatching>

const codeOf = (result: Result.Result<unknown, Refusal>): string => refusalOf(result).code
const detailsOf = (result: Result.Result<unknown, Refusal>): string => refusalOf(result).details ?? ""

const unknownId = "00000000-0000-4000-8000-000000000000"
const everything = { limit: 20, isOwn: false, subaccount: undefined, status: undefined }
const everyRfq = { ...everything, limit: 100, accountId: undefined, ticker: undefined, eventTicker: undefined }

/** Bids of 40 cents for YES and 50 cents for NO on each child. A child is one of the RFQs in a batch. */
const even = [
  [40, 50],
  [40, 50]
] as const

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

  it("refuses a child on a market that does not trade", () => {
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

  it("is refused for an accepted batch, and for a single child", () => {
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

  it("refuses a quote on the maker's own batch, and on a non-open batch", () => {
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

describe("the best quotes", () => {
  it("are the best bids of each child and side over all makers", () => {
    const desk = makeBatching()
    const batch = desk.batch({ clientBatchId: "mine" })
    assert.deepInclude(desk.best(batch), {
      version: 0,
      updatedMillis: undefined,
      isYesComplete: false,
      isNoComplete: false
    })
    desk.quote(batch, [
      [40, 50],
      [0, 55]
    ])
    assert.deepInclude(desk.best(batch), {
      version: 1,
      isYesComplete: false,
      isNoComplete: true,
      clientBatchId: "mine"
    })
    desk.pass(10)
    desk.quote(
      batch,
      [
        [39, 52],
        [30, 0]
      ],
      desk.second
    )
    assert.deepInclude(desk.best(batch), {
      version: 2,
      updatedMillis: start + 10,
      isYesComplete: true,
      isNoComplete: true
    })
    assert.deepStrictEqual(desk.bestBids(batch), [
      [40, 52],
      [30, 55]
    ])
    assert.deepInclude(desk.best(batch).rfqs[0], { yesCount: 1_000, noCount: 1_000, ticker: combos[0]! })
    assert.deepInclude(desk.best(batch).rfqs[1], { yesCount: 1_000, noCount: 1_000 })
  })

  it("have a version that rises only when a best bid changes", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const versions: Array<number> = []
    const offer = (accountId: string, yes: number): void => {
      desk.quote(
        batch,
        [
          [yes, 50],
          [40, 50]
        ],
        accountId
      )
      versions.push(desk.best(batch).version)
    }
    offer(desk.maker, 40)
    offer(desk.second, 39)
    offer(desk.second, 40)
    offer(desk.maker, 38)
    offer(desk.maker, 41)
    offer(desk.maker, 37)
    assert.deepStrictEqual(versions, [1, 1, 1, 1, 2, 3])
    assert.deepStrictEqual(desk.bestBids(batch)[0], [40, 50])
  })

  it("include a batch quote for 30 seconds after the maker sent it", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, even)
    desk.pass(29_999)
    assert.isTrue(desk.best(batch).isYesComplete)
    desk.pass(1)
    assert.deepInclude(desk.best(batch), { isYesComplete: false, version: 2, updatedMillis: start + 30_000 })
    assert.strictEqual(codeOf(desk.accept(batch, "yes", [0, 0])), "rfq_batch_quotes_changed")
    // The batch quote stays open. If the maker sends it again, it is included again.
    assert.strictEqual(desk.quotesOf(batch, desk.maker)[0]?.status, "open")
    desk.quote(batch, even)
    desk.pass(29_999)
    desk.quote(batch, even)
    desk.pass(29_999)
    unwrap(desk.accept(batch, "yes", [40, 40]))
  })

  it("are visible only to the creator, and empty if the batch is not open", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const { batchId } = batch
    desk.quote(batch, even)
    const read = (accountId: string, subaccount?: number) => desk.view().bestQuotes(accountId, batchId, subaccount)
    assert.deepInclude(refusalOf(read(desk.maker)), { kind: "forbidden", code: "permission_denied" })
    assert.deepInclude(refusalOf(read(desk.creator, 1)), { kind: "forbidden" })
    assert.strictEqual(codeOf(desk.view().bestQuotes(desk.creator, unknownId, undefined)), "not_found")
    unwrap(desk.accept(batch, "yes", [40, 40]))
    const closed = { status: "accepted" as const, isYesComplete: false, isNoComplete: false, version: 1 }
    assert.deepInclude(desk.best(batch), closed)
    assert.deepStrictEqual(desk.bestBids(batch), [
      [0, 0],
      [0, 0]
    ])
  })

  it("are emitted at most once every 250 milliseconds, with the latest bids", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const logged = (): ReadonlyArray<readonly [version: number, millis: number, bid: number]> =>
      desk.events.flatMap((event) =>
        event.type === "rfqBatchBestQuotes"
          ? [[event.bestQuotes.version, event.atMillis - start, event.bestQuotes.rfqs[0]!.yesBid / 100] as const]
          : []
      )
    const offer = (yes: number) =>
      desk.quote(batch, [
        [yes, 50],
        [40, 50]
      ])
    offer(40)
    desk.pass(100)
    offer(41)
    desk.pass(100)
    offer(42)
    assert.deepStrictEqual(logged(), [[1, 0, 40]])
    desk.pass(50)
    assert.deepStrictEqual(logged().at(-1), [3, 250, 42])
    desk.pass(10_000)
    offer(43)
    assert.deepStrictEqual(logged(), [
      [1, 0, 40],
      [3, 250, 42],
      [4, 10_250, 43]
    ])
    offer(44)
    unwrap(desk.remove(batch))
    desk.pass(60_000)
    assert.strictEqual(logged().length, 3)
  })
})

describe("acceptRfqBatch", () => {
  it("accepts, for each child, the best bid on the accepted side", () => {
    const desk = makeBatching()
    const batch = desk.batch({}, combos)
    const [one, two, loser] = [
      desk.quote(batch, [
        [40, 50],
        [30, 60],
        [20, 70]
      ]),
      desk.quote(
        batch,
        [
          [39, 55],
          [31, 55],
          [20, 75]
        ],
        desk.second
      ),
      desk.quote(
        batch,
        [
          [1, 90],
          [1, 90],
          [1, 90]
        ],
        desk.third
      )
    ]
    desk.pass(5)
    const accepted = unwrap(desk.accept(batch, "yes", [40, 31, 20]))
    assert.strictEqual(accepted.side, "yes")
    assert.deepStrictEqual(
      accepted.quotes.map(({ accountId, quoteId, status, yesBid }) => [accountId, quoteId, status, yesBid]),
      [
        [desk.maker, one.quotes[0]!.quoteId, "accepted", 4_000],
        [desk.second, two.quotes[1]!.quoteId, "accepted", 3_100],
        // The earliest of equal bids wins.
        [desk.maker, one.quotes[2]!.quoteId, "accepted", 2_000]
      ]
    )
    assert.deepInclude(desk.latest(batch), { status: "accepted", acceptedSide: "yes", acceptedMillis: start + 5 })
    const wonBy = (accountId: string) =>
      desk.quotesOf(batch, accountId).map(({ quotes, status }) => [status, quotes.map(({ rfqId }) => rfqId)])
    const [a, b, c] = batch.rfqs.map(({ rfqId }) => rfqId)
    assert.deepStrictEqual(wonBy(desk.maker), [["accepted", [a, c]]])
    assert.deepStrictEqual(wonBy(desk.second), [["accepted", [b]]])
    assert.deepStrictEqual(wonBy(desk.third), [["cancelled", []]])
    assert.deepStrictEqual(wonBy(desk.creator), [
      ["accepted", [a, c]],
      ["accepted", [b]]
    ])
    assert.strictEqual(codeOf(desk.confirm(loser)), "conflict")
    // Both parties can also read each winning quote alone.
    for (const quote of accepted.quotes) {
      for (const accountId of [quote.accountId, desk.creator]) {
        assert.deepStrictEqual(unwrap(desk.view().quote(accountId, targetOf(quote.quoteId))), quote)
      }
    }
    assert.strictEqual(codeOf(desk.view().quote(desk.maker, targetOf(one.quotes[1]!.quoteId))), "not_found")
  })

  it("keeps the time priority of a bid that is repeated within 30 seconds", () => {
    for (const { first, again, winner } of [
      { first: 40, again: 40, winner: "maker" },
      { first: 39, again: 40, winner: "second" }
    ] as const) {
      const desk = makeBatching()
      const batch = desk.batch()
      const bids = (yes: number) =>
        [
          [yes, 50],
          [40, 50]
        ] as const
      desk.quote(batch, bids(first))
      desk.quote(batch, bids(40), desk.second)
      desk.pass(10_000)
      desk.quote(batch, bids(again))
      const { quotes } = unwrap(desk.accept(batch, "yes", [40, 40]))
      assert.deepStrictEqual(
        quotes.map(({ accountId }) => accountId),
        [desk[winner], desk.maker]
      )
    }
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, even)
    desk.pass(1)
    desk.quote(batch, even, desk.second)
    desk.pass(29_999)
    desk.quote(batch, even)
    assert.strictEqual(unwrap(desk.accept(batch, "yes", [40, 40])).quotes[0]?.accountId, desk.second)
  })

  it("gives no time priority to a bid that was withdrawn and sent again", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const first = desk.quote(batch, even)
    desk.quote(batch, even, desk.second)
    unwrap(desk.withdraw(first))
    desk.quote(batch, even)
    assert.strictEqual(desk.happened().filter((type) => type === "batchQuoteDeleted").length, 1)
    assert.strictEqual(unwrap(desk.accept(batch, "no", [50, 50])).quotes[0]?.accountId, desk.second)
  })

  it("is refused if the best bids are below the minimum bids, and the error lists the affected children", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, [
      [40, 50],
      [30, 0]
    ])
    const [first, second] = batch.rfqs.map(({ rfqId }) => rfqId)
    const refused = (side: "yes" | "no", minCents: ReadonlyArray<number>): Refusal =>
      refusalOf(desk.accept(batch, side, minCents))
    const changed = { kind: "conflict", code: "rfq_batch_quotes_changed" } as const
    assert.deepInclude(refused("yes", [40, 31]), changed)
    assert.notInclude(refused("yes", [40, 31]).details, first!)
    assert.include(refused("yes", [40, 31]).details, second!)
    assert.include(refused("yes", [41, 31]).details, `${first!}, ${second!}`)
    // The second child has no bid for NO.
    assert.include(refused("no", [0, 0]).details, second!)
    assert.strictEqual(desk.latest(batch).status, "open")
    desk.quote(batch, [
      [42, 50],
      [30, 0]
    ])
    assert.strictEqual(unwrap(desk.accept(batch, "yes", [40, 30])).quotes[0]?.yesBid, 4_200)
  })

  it("requires exactly one minimum bid for each child", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, even)
    const terms = acceptTerms(batch, "yes", [40, 40])
    const [first, second] = terms.minBids
    for (const minBids of [
      [first!],
      [first!, first!],
      [first!, second!, second!],
      [first!, { rfqId: unknownId, bid: 1 }]
    ]) {
      const refused = desk.execute({
        type: "acceptRfqBatch",
        accountId: desk.creator,
        acceptance: { ...terms, minBids }
      })
      assert.include(detailsOf(refused), "exactly one entry")
    }
  })

  it("is permitted only to the creator", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, even)
    const acceptance = acceptTerms(batch, "yes", [40, 40])
    const accept = (accountId: string, change = {}) =>
      refusalOf(desk.execute({ type: "acceptRfqBatch", accountId, acceptance: { ...acceptance, ...change } }))
    assert.deepInclude(accept(desk.maker), { kind: "forbidden" })
    assert.deepInclude(accept(desk.creator, { subaccount: 1 }), { kind: "forbidden" })
    assert.deepInclude(accept(desk.creator, { batchId: unknownId }), { kind: "notFound" })
  })

  it("is refused if the balance does not cover all children", () => {
    const desk = makeBatching()
    const batch = desk.batch({
      children: combos
        .slice(0, 2)
        .map((name) => ({ combo: { ticker: name }, count: 85_000, targetCostMicros: undefined }))
    })
    desk.quote(batch, even)
    // 850 × $0.60 is $510 for each child, and the creator has $1,000.
    assert.deepInclude(refusalOf(desk.accept(batch, "yes", [40, 40])), {
      kind: "invalid",
      code: "INSUFFICIENT_BALANCE"
    })
    assert.strictEqual(desk.latest(batch).status, "open")
    unwrap(desk.accept(batch, "no", [50, 50]))
  })

  it("returns the first successful result again if the client_order_id is repeated", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const quote = desk.quote(batch, even)
    const key = { clientOrderId: "mine" }
    assert.strictEqual(codeOf(desk.accept(batch, "yes", [41, 40], key)), "rfq_batch_quotes_changed")
    const first = unwrap(desk.accept(batch, "yes", [40, 40], key))
    assert.deepStrictEqual(unwrap(desk.accept(batch, "yes", [40, 40], key)), first)
    unwrap(desk.confirm(quote))
    desk.pass(1_000)
    assert.strictEqual(desk.latest(batch).closeReason, "executed")
    assert.deepStrictEqual(unwrap(desk.accept(batch, "no", [99, 99], key)), first)
    assert.deepInclude(refusalOf(desk.accept(batch, "yes", [40, 40])), { kind: "conflict" })
    assert.deepInclude(refusalOf(desk.accept(batch, "yes", [40, 40], { clientOrderId: "other" })), { kind: "conflict" })
    assert.deepStrictEqual(desk.positions(desk.creator), [-10, -10, 0])
  })
})

describe("confirmBatchQuote", () => {
  it("starts the execution after the last winner has confirmed", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const one = desk.quote(batch, [
      [40, 50],
      [30, 50]
    ])
    const two = desk.quote(
      batch,
      [
        [30, 50],
        [40, 50]
      ],
      desk.second
    )
    assert.deepInclude(refusalOf(desk.confirm(one)), { kind: "conflict" })
    unwrap(desk.accept(batch, "yes", [40, 40]))
    desk.pass(2_000)
    unwrap(desk.confirm(one))
    assert.deepInclude(desk.quotesOf(batch, desk.maker)[0], { status: "confirmed", confirmedMillis: start + 2_000 })
    assert.deepInclude(refusalOf(desk.confirm(one)), { kind: "conflict" })
    desk.pass(999)
    unwrap(desk.confirm(two))
    desk.pass(999)
    assert.strictEqual(desk.latest(batch).status, "accepted")
    desk.pass(1)
    assert.deepInclude(desk.latest(batch), { closeReason: "executed", closedMillis: start + 3_999 })
    assert.deepStrictEqual(desk.positions(desk.creator), [-10, -10, 0])
    assert.deepStrictEqual(desk.positions(desk.maker), [10, 0, 0])
    assert.deepStrictEqual(desk.positions(desk.second), [0, 10, 0])
  })

  it("closes the whole batch if one winner does not confirm within three seconds", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const one = desk.quote(batch, [
      [40, 50],
      [30, 50]
    ])
    const late = desk.quote(
      batch,
      [
        [30, 50],
        [40, 50]
      ],
      desk.second
    )
    unwrap(desk.accept(batch, "yes", [40, 40]))
    unwrap(desk.confirm(one))
    desk.pass(3_000)
    assert.deepInclude(desk.latest(batch), { closeReason: "expired", closedMillis: start + 3_000 })
    assert.deepInclude(refusalOf(desk.confirm(late)), { kind: "conflict" })
    desk.pass(60_000)
    for (const accountId of [desk.maker, desk.second, desk.creator]) {
      assert.deepStrictEqual(desk.positions(accountId), [0, 0, 0])
      assert.strictEqual(desk.cash(accountId), 1_000)
    }
    for (const { quotes, status } of desk.quotesOf(batch, desk.creator)) {
      assert.deepStrictEqual([status, ...quotes.map((quote) => quote.status)], ["cancelled", "cancelled"])
    }
    assert.notInclude(desk.happened(), "orderAccepted")
    desk.quote(desk.batch(), even)
  })

  it("has longer time limits if no child is on a highly volatile market", () => {
    const desk = makeBatching()
    const calm = ["KXCOMBO-26-X", "KXCOMBO-26-Y"]
    for (const name of calm) {
      unwrap(desk.execute({ type: "createMarket", market: { ticker: name, isHighlyVolatile: false } }))
    }
    const batch = desk.batch({}, calm)
    const quote = desk.quote(batch, even)
    unwrap(desk.accept(batch, "yes", [40, 40]))
    desk.pass(29_999)
    unwrap(desk.confirm(quote))
    desk.pass(14_999)
    assert.strictEqual(desk.latest(batch).status, "accepted")
    desk.pass(1)
    assert.strictEqual(desk.latest(batch).closeReason, "executed")
  })

  it("refuses a maker who can no longer pay for all children that it won", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const quote = desk.quote(batch, even)
    unwrap(desk.accept(batch, "yes", [40, 40]))
    desk.order(desk.maker, combos[2]!, "bid", 99, 1_003)
    // Each child costs $4, and the maker has $7.03.
    assert.deepInclude(refusalOf(desk.confirm(quote)), { kind: "invalid", code: "INSUFFICIENT_BALANCE" })
  })

  it("is not possible for one child alone", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, even)
    const [won] = unwrap(desk.accept(batch, "yes", [40, 40])).quotes
    const confirm = { type: "confirmQuote", accountId: desk.maker, target: targetOf(won!.quoteId) } as const
    assert.include(detailsOf(desk.execute(confirm)), "confirm the batch quote")
  })
})

describe("the execution of a batch", () => {
  it("gives makers the accepted outcome at their bids, and the creator the opposite", () => {
    const desk = makeBatching()
    const batch = desk.batch({ isObscured: true })
    desk.quote(batch, [
      [40, 50],
      [30, 60]
    ])
    const closed = desk.trade(batch, "no", [50, 60])
    assert.deepInclude(closed, { status: "closed", closeReason: "executed", isObscured: false })
    assert.deepStrictEqual(
      closed.rfqs.map(({ closeReason, isObscured, status }) => [status, closeReason, isObscured]),
      [
        ["closed", "executed", false],
        ["closed", "executed", false]
      ]
    )
    assert.deepStrictEqual(desk.positions(desk.maker), [-10, -10, 0])
    assert.deepStrictEqual(desk.positions(desk.creator), [10, 10, 0])
    assert.closeTo(desk.cash(desk.maker), 1_000 - 5 - 6, 1e-6)
    assert.closeTo(desk.cash(desk.creator), 1_000 - 5 - 4 - 0.175 - 0.168, 1e-6)
    const [quote] = desk.quotesOf(batch, desk.maker)
    assert.deepInclude(quote, { status: "executed", isRfqObscured: false })
    for (const { makerOrder, rfqOrder, status, ticker: name } of quote!.quotes) {
      assert.strictEqual(status, "executed")
      for (const [accountId, placed, isTaker] of [
        [desk.maker, makerOrder, false],
        [desk.creator, rfqOrder, true]
      ] as const) {
        const order = unwrap(desk.view().order(accountId, placed!.orderId))
        assert.deepInclude(order, { ticker: name, status: "executed", fillCount: 1_000 })
        const fills = unwrap(desk.view().listFills(accountId, { limit: 10, orderId: placed!.orderId })).items
        assert.deepStrictEqual(
          fills.map((fill) => [fill.ticker, fill.isTaker, fill.count]),
          [[name, isTaker, 1_000]]
        )
      }
    }
  })

  it("emits one executed quote per child, then the orders and trades, then the results", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    desk.quote(batch, even)
    desk.trade(batch, "yes", [40, 40])
    assert.deepStrictEqual(desk.happened(), [
      "rfqBatchCreated",
      "batchQuoteCreated",
      "rfqBatchBestQuotes",
      "rfqBatchAccepted",
      "batchQuoteAccepted",
      "batchQuoteConfirmed",
      "quoteExecuted",
      "quoteExecuted",
      "orderAccepted",
      "orderAccepted",
      "orderAccepted",
      "orderAccepted",
      "fill",
      "fill",
      "batchQuoteExecuted",
      "rfqBatchClosed",
      "rfqBatchExecuted"
    ])
    const executed = desk.events.find(({ type }) => type === "rfqBatchExecuted")
    assert.deepInclude(executed, {
      executedRfqIds: batch.rfqs.map(({ rfqId }) => rfqId),
      failedRfqIds: [],
      closeReason: "executed"
    })
  })

  const hindrances: Readonly<Record<string, (desk: Desk) => unknown>> = {
    "the market of one child is paused": (desk) => desk.execute({ type: "pauseMarket", ticker: combos[1]! }),
    "trading is paused": (desk) => desk.execute({ type: "setActive", trading: false, exchangeIndex: 1 }),
    "the creator can pay for one child only": (desk) => desk.order(desk.creator, combos[2]!, "bid", 50, 1_980),
    "a maker can pay for one child only": (desk) => desk.order(desk.maker, combos[2]!, "bid", 99, 1_003),
    "the maker's order of one child would match an order of another account": (desk) =>
      desk.order(desk.third, combos[1]!, "ask", 40, 1),
    "the maker's order of one child would match an order of the creator": (desk) =>
      desk.order(desk.creator, combos[1]!, "ask", 35, 1)
  }

  for (const [what, hinder] of Object.entries(hindrances)) {
    it(`fails for all children if ${what}`, () => {
      const desk = makeBatching()
      const batch = desk.batch({ isObscured: true })
      const quote = desk.quote(batch, even)
      unwrap(desk.accept(batch, "yes", [40, 40]))
      unwrap(desk.confirm(quote))
      hinder(desk)
      const parties = [desk.maker, desk.creator, desk.third]
      const before = parties.map((accountId) => [desk.cash(accountId), ...desk.positions(accountId)])
      const orders = () => desk.happened().filter((type) => type.startsWith("order")).length
      const ordersBefore = orders()
      desk.pass(1_000)
      assert.strictEqual(orders(), ordersBefore, "no order is placed")
      assert.deepInclude(desk.latest(batch), { closeReason: "execution failed", isObscured: true })
      assert.deepStrictEqual(
        desk.latest(batch).rfqs.map(({ closeReason }) => closeReason),
        ["notExecuted", "notExecuted"]
      )
      assert.deepStrictEqual(
        parties.map((accountId) => [desk.cash(accountId), ...desk.positions(accountId)]),
        before
      )
      assert.notInclude(desk.happened(), "fill")
      const [failed] = desk.quotesOf(batch, desk.maker)
      assert.strictEqual(failed?.status, "cancelled")
      for (const own of failed!.quotes) {
        assert.deepInclude(own, { status: "cancelled", cancelReason: "notExecuted", makerOrder: undefined })
      }
      assert.deepInclude(
        desk.events.find(({ type }) => type === "rfqBatchExecuted"),
        { executedRfqIds: [], failedRfqIds: batch.rfqs.map(({ rfqId }) => rfqId), closeReason: "execution failed" }
      )
    })
  }

  it("fails for all children if a party would have too many open orders", () => {
    for (const party of ["creator", "maker"] as const) {
      for (const { resting, closeReason } of [
        { resting: 2, closeReason: "execution failed" },
        { resting: 1, closeReason: "executed" }
      ] as const) {
        const desk = makeBatching({ assumptions: { maxRestingOrders: 3 } })
        const batch = desk.batch()
        desk.quote(batch, even)
        for (let n = 0; n < resting; n++) {
          desk.order(desk[party], combos[2]!, "bid", 1, 1)
        }
        assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, closeReason)
        const placed = desk.happened().filter((type) => type === "orderAccepted").length
        assert.strictEqual(placed, resting + (closeReason === "executed" ? 4 : 0))
      }
    }
  })

  it("fails for all children if a maker's post-only order would match its own order", () => {
    for (const { postOnly, closeReason } of [
      { postOnly: true, closeReason: "execution failed" },
      { postOnly: false, closeReason: "executed" }
    ] as const) {
      const desk = makeBatching()
      const batch = desk.batch()
      desk.quote(batch, even, desk.maker, { postOnly })
      const own = desk.order(desk.maker, combos[1]!, "ask", 39, 3)
      assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, closeReason)
      assert.strictEqual(desk.now(own, "status")[0], postOnly ? "resting" : "canceled")
      assert.strictEqual(desk.happened().filter((type) => type === "orderAccepted").length, postOnly ? 1 : 5)
    }
  })

  it("fills better orders in the book first, and lets remainders rest on request", () => {
    for (const restRemainder of [true, false]) {
      const desk = makeBatching()
      desk.order(desk.third, combos[0]!, "bid", 41, 4)
      const batch = desk.batch()
      desk.quote(batch, even, desk.maker, { restRemainder })
      assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, "executed")
      assert.deepStrictEqual(desk.positions(desk.third), [4, 0, 0])
      assert.deepStrictEqual(desk.positions(desk.maker), [6, 10, 0])
      assert.deepStrictEqual(desk.positions(desk.creator), [-10, -10, 0])
      assert.deepStrictEqual(unwrap(desk.view().book(combos[0]!)).bid, restRemainder ? [[4_000, 400]] : [])
    }
  })

  it("never overdraws a party, even if it has exactly the required money", () => {
    const desk = makeBatching()
    // The fees of tiny fills round up to more than the reserved fee.
    for (const name of combos.slice(0, 2)) {
      for (let n = 0; n < 10; n++) {
        desk.order(desk.third, name, "bid", 41, 0.01)
      }
    }
    const batch = desk.batch({
      children: combos.slice(0, 2).map((name) => ({ combo: { ticker: name }, count: 10, targetCostMicros: undefined }))
    })
    desk.quote(batch, even)
    // All children together need 2 × (0.1 × $0.60 + the fee of $0.00168).
    const cash = desk.cash(desk.creator)
    const spare = 0.1233
    const amountMicros = Math.round((cash - spare) * 1_000_000)
    const source = { instance: "event_contract", exchangeIndex: 1, subaccount: 0 } as const
    const transfer = { clientTransferId: undefined, source, destination: { ...source, exchangeIndex: 0 }, amountMicros }
    unwrap(desk.execute({ type: "transferShard", accountId: desk.creator, transfer }))
    assert.closeTo(desk.cash(desk.creator), spare, 1e-9)
    assert.strictEqual(codeOf(desk.accept(batch, "yes", [40, 40])), "INSUFFICIENT_BALANCE")
    unwrap(
      desk.execute({
        type: "transferShard",
        accountId: desk.creator,
        transfer: {
          ...transfer,
          source: transfer.destination,
          destination: source,
          amountMicros: 60
        }
      })
    )
    assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, "executed")
    assert.deepStrictEqual(desk.positions(desk.creator), [-0.1, -0.1, 0])
    assert.isAtLeast(desk.cash(desk.creator), 0)
  })

  it("uses the subaccounts of the batch and of the batch quotes", () => {
    const desk = makeBatching()
    for (const accountId of [desk.creator, desk.maker]) {
      desk.fund(accountId, { exchangeIndex: 1, subaccount: 1 })
    }
    const batch = desk.batch({ subaccount: 1 })
    assert.strictEqual(codeOf(desk.offer(batch, even, desk.maker, { subaccount: 2 })), "insufficient_balance")
    desk.quote(batch, even, desk.maker, { subaccount: 1 })
    assert.strictEqual(desk.trade(batch, "yes", [40, 40]).closeReason, "executed")
    for (const [accountId, count] of [
      [desk.maker, 1_000],
      [desk.creator, -1_000]
    ] as const) {
      const { positions } = unwrap(desk.view().portfolio(accountId, 1))
      assert.deepStrictEqual(positions, { [combos[0]!]: count, [combos[1]!]: count })
    }
  })

  it("executes some children if one fill cancels an order that another child needs", () => {
    // A cancel-all of the maker also cancels the orders that it places in the next minute.
    const desk = makeBatching({ assumptions: { cancelAllMillis: 60_000 } })
    const batch = desk.batch({ isObscured: true }, combos)
    const limit = { subaccount: 0, limit: 500, exchangeIndex: 1 }
    const { groupId } = unwrap(desk.execute({ type: "createGroup", accountId: desk.third, group: limit }))
    // Another account bids for the contracts that the creator sells. After one fill, the order group of these bids
    // cancels the bids on the other combos.
    for (const name of combos) {
      desk.order(desk.third, name, "bid", 40, 10, { orderGroupId: groupId })
    }
    const quote = desk.quote(batch, [...even, [40, 50]])
    const failing = desk.quote(
      batch,
      [
        [30, 50],
        [41, 50],
        [30, 50]
      ],
      desk.second
    )
    desk.order(desk.third, combos[1]!, "bid", 41, 10, { orderGroupId: groupId })
    unwrap(desk.accept(batch, "yes", [40, 41, 40]))
    unwrap(desk.confirm(quote))
    unwrap(desk.confirm(failing))
    for (const accountId of [desk.maker, desk.second]) {
      unwrap(desk.execute({ type: "cancelAllOrders", accountId }))
    }
    desk.pass(1_000)
    const [first = "", second = "", third = ""] = batch.rfqs.map(({ rfqId }) => rfqId)
    assert.deepInclude(desk.latest(batch), { closeReason: "partially executed", isObscured: false })
    assert.deepStrictEqual(
      desk.latest(batch).rfqs.map(({ closeReason, isObscured }) => [closeReason, isObscured]),
      [
        ["executed", false],
        ["notExecuted", true],
        ["notExecuted", true]
      ]
    )
    assert.deepStrictEqual(desk.positions(desk.creator), [-10, 0, 0])
    assert.deepStrictEqual(desk.positions(desk.third), [10, 0, 0])
    const outcomes = desk.events.flatMap((event) =>
      event.type === "batchQuoteExecuted" || event.type === "rfqBatchExecuted"
        ? [[event.closeReason, event.executedRfqIds, event.failedRfqIds]]
        : []
    )
    assert.deepStrictEqual(outcomes, [
      ["partially executed", [first], [third]],
      ["execution failed", [], [second]],
      ["partially executed", [first], [second, third]]
    ])
    const statuses = (accountId: string) =>
      desk.quotesOf(batch, accountId).map(({ isRfqObscured, status }) => [status, isRfqObscured])
    assert.deepStrictEqual(statuses(desk.maker), [["partially_executed", false]])
    assert.deepStrictEqual(statuses(desk.second), [["cancelled", true]])
  })
})

describe("View.listRfqBatches", () => {
  it("lists batches, the most recently updated first, with filters", () => {
    const desk = makeBatching()
    const [first, second] = [desk.batch(), desk.batch({ subaccount: 3 })]
    const others = unwrap(desk.create({}, combos, desk.maker))
    const list = (change: object = {}, accountId = desk.creator) =>
      unwrap(desk.view().listRfqBatches(accountId, { ...everything, ...change })).items.map(({ batchId }) => batchId)
    assert.deepStrictEqual(list(), [others.batchId, second.batchId, first.batchId])
    assert.deepStrictEqual(list({ isOwn: true }), [second.batchId, first.batchId])
    assert.deepStrictEqual(list({ isOwn: true }, desk.second), [])
    assert.deepStrictEqual(list({ subaccount: 3 }), [second.batchId])
    assert.deepStrictEqual(list({ subaccount: 3 }, desk.maker), [])
    desk.quote(first, even)
    assert.deepStrictEqual(list()[0], others.batchId, "a batch quote does not update the batch")
    unwrap(desk.accept(first, "yes", [40, 40]))
    assert.deepStrictEqual(list(), [first.batchId, others.batchId, second.batchId])
    assert.deepStrictEqual(list({ status: "accepted" }), [first.batchId])
    unwrap(desk.remove(second))
    assert.deepStrictEqual(list(), [second.batchId, first.batchId, others.batchId])
    assert.deepStrictEqual(list({ status: "closed" }), [second.batchId])
    assert.deepStrictEqual(list({ status: "open" }), [others.batchId])
    assert.deepStrictEqual(list({ status: "nonsense" }), [])
  })

  it("returns at most 20 batches and 100 children per page, and does not split a batch", () => {
    const desk = makeBatching()
    const many = Array.from({ length: 40 }, (_, n) => `KXCOMBO-26-N${n}`)
    for (const name of many) {
      unwrap(desk.execute({ type: "createMarket", market: { ticker: name } }))
    }
    const make = (sizes: ReadonlyArray<number>): ReadonlyArray<string> =>
      sizes.map((size) => desk.batch({ replaceExisting: true }, many.slice(0, size)).batchId)
    const made = [...make(Array.from({ length: 23 }, () => 2)), ...make([40, 40, 20, 2, 40, 40, 19])]
    const pages: Array<ReadonlyArray<RfqBatch>> = []
    for (let cursor = ""; pages.length === 0 || cursor !== "";) {
      const page = unwrap(desk.view().listRfqBatches(desk.creator, { ...everything, cursor }))
      pages.push(page.items)
      cursor = page.cursor
    }
    assert.deepStrictEqual(
      pages.map((page) => [page.length, page.flatMap(({ rfqs }) => rfqs).length]),
      // The latest update comes first. The newest batch replaced the third newest batch. That batch was updated too, so
      // it comes second.
      [
        [3, 19 + 40 + 40],
        [3, 2 + 20 + 40],
        [20, 40 + 19 * 2],
        [4, 4 * 2]
      ]
    )
    const listed = pages.flat().map(({ batchId }) => batchId)
    assert.deepStrictEqual([...listed].sort(), [...made].sort())
  })

  it("refuses a limit above 20, and a cursor of another list", () => {
    const desk = makeBatching()
    for (let n = 0; n < 3; n++) desk.batch({ replaceExisting: true })
    const list = (change: object) => desk.view().listRfqBatches(desk.creator, { ...everything, ...change })
    const { cursor } = unwrap(list({ limit: 2 }))
    assert.strictEqual(unwrap(list({ limit: 2, cursor })).items.length, 1)
    for (const change of [{ limit: 21 }, { limit: 0 }, { cursor: "nonsense" }, { cursor, isOwn: true }]) {
      assert.strictEqual(codeOf(list(change)), "invalid_parameters")
    }
  })

  it("keeps a closed batch for seven days", () => {
    const desk = makeBatching()
    const batch = desk.batch()
    const quote = desk.quote(batch, even)
    desk.trade(batch, "yes", [40, 40])
    desk.pass(7 * 86_400_000 - 1)
    assert.strictEqual(desk.latest(batch).status, "closed")
    desk.pass(1)
    assert.strictEqual(codeOf(desk.view().rfqBatch(batch.batchId)), "not_found")
    assert.strictEqual(codeOf(desk.view().batchQuotes(desk.maker, batch.batchId, undefined)), "not_found")
    assert.strictEqual(codeOf(desk.confirm(quote)), "not_found")
    assert.deepStrictEqual(unwrap(desk.view().listRfqBatches(desk.creator, everything)).items, [])
  })
})

describe("Exchange.restore", () => {
  it("continues with batches in every state, their batch quotes, priorities and timers", () => {
    const desk = makeBatching()
    const other = desk.member("other")
    const ofOther = unwrap(desk.create({ clientBatchId: "mine" }, combos, other))
    const [accepted, confirmed] = [desk.batch(), desk.batch()]
    for (const batch of [accepted, confirmed]) desk.quote(batch, even)
    unwrap(desk.accept(accepted, "yes", [40, 40], { clientOrderId: "key" }))
    unwrap(desk.accept(confirmed, "no", [50, 50]))
    unwrap(desk.confirm(desk.quotesOf(confirmed, desk.maker)[0]!))
    const open = desk.batch()
    unwrap(desk.remove(desk.batch()))
    desk.quote(open, even)
    desk.quote(open, even)
    desk.quote(open, even, desk.second)
    desk.pass(100)
    // The exchange emits the better best bid only after the restore.
    desk.quote(
      open,
      [
        [45, 50],
        [40, 50]
      ],
      desk.third
    )
    const snapshot = JSON.parse(JSON.stringify(desk.exchange.snapshot(desk.time))) as Snapshot
    const logged: Array<string> = []
    const restored = Exchange.restore(snapshot, {
      assumptions: desk.exchange.assumptions,
      onEvent: ({ atMillis, type }) => logged.push(`${type} ${atMillis - start}`)
    })
    const plain = (exchange: Exchange, millis: number): unknown => JSON.parse(JSON.stringify(exchange.dump(millis)))
    assert.deepStrictEqual(plain(restored, desk.time), plain(desk.exchange, desk.time))
    const page = { ...everything, limit: 2 }
    const { cursor } = unwrap(desk.view().listRfqBatches(other, page))
    for (const exchange of [restored, desk.exchange]) {
      const run = <A>(result: Result.Result<A, Refusal>): A => unwrap(result)
      const listed = run(exchange.view(desk.time).listRfqBatches(other, { ...page, cursor })).items
      assert.deepStrictEqual(
        listed.map(({ batchId }) => batchId),
        [confirmed.batchId, accepted.batchId]
      )
      const key = { clientOrderId: "key" }
      const again = {
        type: "acceptRfqBatch",
        accountId: desk.creator,
        acceptance: acceptTerms(accepted, "yes", [1, 1], key)
      } as const
      assert.strictEqual(run(exchange.execute(again, desk.time)).quotes[0]?.status, "accepted")
      const taken = {
        type: "createRfqBatch",
        accountId: other,
        batch: batchTerms(combos, { clientBatchId: "mine" })
      } as const
      assert.strictEqual(codeOf(exchange.execute(taken, desk.time)), "conflict")
    }
    const later = start + 20_000
    assert.deepStrictEqual(plain(restored, later), plain(desk.exchange, later))
    assert.include(logged, "rfqBatchBestQuotes 250")
    const view = restored.view(later)
    assert.deepStrictEqual(
      [accepted, confirmed, open, ofOther].map(({ batchId }) => unwrap(view.rfqBatch(batchId)).closeReason),
      ["expired", "executed", undefined, undefined]
    )
    const acceptance = acceptTerms(open, "yes", [45, 40])
    const winners = [restored, desk.exchange].map((exchange) =>
      unwrap(exchange.execute({ type: "acceptRfqBatch", accountId: desk.creator, acceptance }, later)).quotes.map(
        ({ accountId }) => accountId
      )
    )
    assert.deepStrictEqual(winners[0], [desk.third, desk.maker])
    assert.deepStrictEqual(winners[1], winners[0])
    const ended = later + 60_000
    assert.deepStrictEqual(plain(restored, ended), plain(desk.exchange, ended))
  })
})
