import { assert, describe, it } from "@effect/vitest"
import { combos, even, makeBatching, unknownId } from "../../../support/batching.ts"
import { codeOf, refusalOf, start, unwrap } from "../../../support/floor.ts"

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

  it("are visible only to the creator, and empty once the batch is accepted", () => {
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
