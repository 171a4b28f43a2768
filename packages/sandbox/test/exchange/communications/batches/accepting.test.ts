/** A child is one of the RFQs of a batch. */
import { assert, describe, it } from "@effect/vitest"
import type { Refusal } from "../../../../src/exchange/Entities.ts"
import { acceptTerms, combos, even, makeBatching, unknownId } from "../../../support/batching.ts"
import { targetOf } from "../../../support/dealing.ts"
import { codeOf, detailsOf, refusalOf, start, unwrap } from "../../../support/floor.ts"

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

  it("returns the result of the first acceptance again if the client_order_id is repeated", () => {
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

  it("allows 30 seconds to confirm, and executes 15 seconds later, if no child is on a highly volatile market", () => {
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
