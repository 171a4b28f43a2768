import { assert, describe, it } from "@effect/vitest"
import type * as Result from "effect/Result"
import type { Refusal } from "../../../../src/exchange/Entities.ts"
import { Exchange, type Snapshot } from "../../../../src/exchange/Exchange.ts"
import { acceptTerms, batchTerms, combos, even, everything, makeBatching } from "../../../support/batching.ts"
import { codeOf, start, unwrap } from "../../../support/floor.ts"

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
