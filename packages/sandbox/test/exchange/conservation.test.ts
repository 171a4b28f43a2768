import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../src/exchange/Entities.ts"
import { Exchange, type Snapshot } from "../../src/exchange/Exchange.ts"
import { act, audit, makeActors } from "../support/actors.ts"
import { sampleSize, seed } from "../support/floor.ts"

/** The number of commands in a run (`total`), and between two audits (`between`). */
const total = sampleSize(40_000, 200_000)
const between = 4_000

const options = { seed: 5, assumptions: { transferMillis: 3_000 } }

const written = (snapshot: Snapshot): Snapshot => JSON.parse(JSON.stringify(snapshot)) as Snapshot

const parts = total / between

/** Executes the commands in parts. After each part, `replace` may return another exchange. */
const run = (
  replace: (exchange: Exchange, now: number, part: number) => Exchange,
  onEvent: (event: Event) => void = () => {}
) => {
  let exchange = new Exchange({ ...options, onEvent })
  const actors = makeActors(exchange, 12)
  for (let part = 0; part < parts; part++) {
    act(exchange, actors, seed + part, between)
    exchange = replace(exchange, actors.now, part)
  }
  return { exchange, actors }
}

const count = (counts: Map<string, number>, what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1)

const kindOf = (event: Event): string =>
  event.type === "orderCanceled"
    ? `orderCanceled ${event.order.cancelReason}`
    : event.type === "quoteDeleted"
      ? `quoteDeleted ${event.quote.cancelReason}`
      : event.type === "fill" && event.isBlock
        ? "fill of a block trade"
        : event.type === "rfqBatchClosed"
          ? `rfqBatchClosed ${event.batch.closeReason}`
          : event.type

/** The number of settled combos with trades, and how many of them have a value between zero and one dollar. */
const settledCombosOf = ({ markets }: Snapshot) => {
  const traded = markets.filter(({ combo, settledMillis, volume }) => combo && settledMillis && volume > 0)
  return { traded: traded.length, scalar: traded.filter(({ result }) => result === "scalar").length }
}

describe("Exchange, for many commands", () => {
  it(
    "conserves money and contracts, and a restore in between does not change its final state",
    { timeout: 300_000 },
    () => {
      const events = new Map<string, number>()
      const first = run(
        (exchange, now, part) => {
          assert.deepStrictEqual(audit(exchange.snapshot(now)), [], `FC_SEED=${seed}, after part ${part}`)
          return exchange
        },
        (event) => count(events, kindOf(event))
      )
      const { actors } = first
      const settledCombos = settledCombosOf(first.exchange.snapshot(actors.now))
      console.log(
        [
          `${total} commands, seed ${seed}: ${actors.done} executed, ${parts} audits`,
          ...[...events, ...actors.refused].sort().map(([what, times]) => `${what} ${times}`)
        ].join("\n")
      )
      assert.isAbove(actors.done, total / 3)
      assert.isAbove(first.exchange.view(actors.now).cutoffs().tradeMillis, 0)
      for (const what of ["fill", "orderChanged", "orderGroup", "market", "settlement"]) {
        assert.isAbove(events.get(what) ?? 0, 100, what)
      }
      console.log(`settled combos: ${settledCombos.traded} traded, ${settledCombos.scalar} of them with a scalar value`)
      assert.isAbove(settledCombos.traded, 10)
      assert.isAbove(settledCombos.scalar, 0)
      for (const what of ["quoteExecuted", "quoteLapsed", "fill of a block trade", "seriesFee", "eventFee"]) {
        assert.isAbove(events.get(what) ?? 0, 10, what)
      }
      assert.isAbove(events.get("rfqBatchClosed executed") ?? 0, 3)
      const again = run((exchange, now, part) =>
        part === parts / 2 - 1 || part % 7 === 3
          ? Exchange.restore(written(exchange.snapshot(now)), { assumptions: options.assumptions })
          : exchange
      )
      assert.deepStrictEqual(again.actors, actors)
      // The dumps are compared as JSON, because a restored field that was undefined is at another position in the
      // object.
      const [one, other] = [first, again].map(({ exchange }) => JSON.parse(JSON.stringify(exchange.dump(actors.now))))
      assert.deepStrictEqual(other, one)
    }
  )
})

describe("Exchange, with few actors", () => {
  // Errors that cancel out over thousands of commands do not cancel out over five.
  it.each([
    { feeRounding: "centicent", balanceSteps: "centicent" },
    { feeRounding: "centicent", balanceSteps: "cent" },
    { feeRounding: "microdollar", balanceSteps: "centicent" },
    { feeRounding: "microdollar", balanceSteps: "cent" }
  ] as const)("conserves money and contracts after every five commands, $feeRounding, $balanceSteps", (assumptions) => {
    for (let made = 0; made < sampleSize(2, 8); made++) {
      const exchange = new Exchange({ seed: made, assumptions: { transferMillis: 3_000, ...assumptions } })
      const actors = makeActors(exchange, 4)
      for (let done = 0; done < 1_500; done += 5) {
        const own = seed + 10_000 * made + done
        act(exchange, actors, own, 5)
        assert.deepStrictEqual(audit(exchange.snapshot(actors.now)), [], `FC_SEED=${seed}, actors ${made}, ${done}`)
      }
    }
  })
})
