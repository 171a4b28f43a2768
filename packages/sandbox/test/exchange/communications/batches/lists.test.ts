import { assert, describe, it } from "@effect/vitest"
import type { RfqBatch } from "../../../../src/exchange/Entities.ts"
import { combos, even, everything, makeBatching } from "../../../support/batching.ts"
import { codeOf, unwrap } from "../../../support/floor.ts"

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
      // The latest update comes first. The newest batch closed the third newest batch, which therefore comes second.
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
