import { assert, describe, it } from "@effect/vitest"
import { Exchange, type Snapshot } from "../src/Exchange.ts"
import { act, audit, makeCrowd } from "./support/crowd.ts"
import { seed } from "./support/floor.ts"

/** Commands in one run, and how many between two audits. */
const total = 200_000
const between = 4_000

const options = { seed: 5, assumptions: { transferMillis: 3_000 } }

/** A snapshot as it comes back from a file. */
const written = (snapshot: Snapshot): Snapshot => JSON.parse(JSON.stringify(snapshot)) as Snapshot

/** Runs the crowd, and now and then replaces the exchange. */
const run = (replace: (exchange: Exchange, now: number, part: number) => Exchange) => {
  let exchange = new Exchange(options)
  const crowd = makeCrowd(exchange, 12)
  for (let part = 0; part < total / between; part++) {
    act(exchange, crowd, seed + part, between)
    exchange = replace(exchange, crowd.now, part)
  }
  return { exchange, crowd }
}

describe("Exchange, for 200,000 commands", () => {
  it(
    "conserves money and contracts, gives the same dump again, and goes on from a snapshot as if nothing were",
    { timeout: 120_000 },
    () => {
      const first = run((exchange, now, part) => {
        assert.deepStrictEqual(audit(exchange.snapshot(now)), [], `seed ${seed}, after part ${part}`)
        return exchange
      })
      const { crowd } = first
      assert.isAbove(crowd.done, total / 3)
      assert.isAbove(first.exchange.view(crowd.now).cutoffs().tradeMillis, 0)
      const again = run((exchange, now, part) =>
        part % 7 === 3
          ? Exchange.restore(written(exchange.snapshot(now)), { assumptions: options.assumptions })
          : exchange
      )
      assert.deepStrictEqual(again.crowd, crowd)
      const [one, other] = [first, again].map(({ exchange }) => JSON.parse(JSON.stringify(exchange.dump(crowd.now))))
      assert.deepStrictEqual(other, one)
    }
  )
})
