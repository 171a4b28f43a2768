/**
 * P12: checks the responses of the exchange.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Judging from "../targets/Judging.ts"
import * as LocalExchange from "../targets/LocalExchange.ts"
import * as Redactions from "../targets/Redactions.ts"
import { working } from "../targets/Working.ts"
import * as Replay from "../runner/Replay.ts"
import type { Failed, Outcome, OperationProperty, Run } from "./Property.ts"
import { simplestInput, referenceOf } from "./Subject.ts"

const id = "P12"

/**
 * For a live exchange, `where` is the exchange's name or URL. The replay token contains it in the property's id:
 * `P12@demo`.
 */
export const failed = (
  { operation, seed }: Pick<Run, "operation" | "seed">,
  runs: number,
  { reason: because, curl, expected, got, instance, pointer }: Judging.Finding,
  where?: string
): Failed => {
  const replay = { property: where === undefined ? id : `${id}@${where}`, target: operation.name, seed, path: "" }
  return {
    _tag: "Failed",
    runs,
    reason: because,
    pointer,
    expected,
    got,
    counterexample: instance,
    curl,
    replay,
    report: [
      `${id} fails for ${operation.name}${pointer === undefined ? "" : ` at ${JSON.stringify(pointer)}`}`,
      `because: ${because}`,
      `counterexample: ${instance}`,
      Replay.line(replay)
    ].join("\n")
  }
}

let local: LocalExchange.LocalExchange | undefined

const unredacted = Redactions.make({})

export const checkOn = (exchange: LocalExchange.LocalExchange, run: Run): Outcome => {
  const { operation } = run
  const inputs = working(exchange.world, referenceOf(operation).id, [simplestInput(operation)])
  const traffic: Array<Judging.Traffic> = []
  for (const input of inputs) {
    const callTraffic = exchange.call(operation, input)
    traffic.push(callTraffic)
    const finding = Judging.findingOf(operation, callTraffic, true, unredacted)
    if (finding !== undefined) return failed(run, traffic.length, finding)
  }
  return { _tag: "Passed", runs: traffic.length, reached: Judging.reachedBy(traffic) }
}

export const P12: OperationProperty = {
  id,
  statement: "Every response of the exchange conforms to the document, and the client decodes the response correctly.",
  method:
    "On the local exchange, every operation is called with inputs that must succeed. ajv checks each raw response against the reference document, and the client decodes it. On a live exchange (--target), the inputs of reads come from the exchange's lists, and a declared error is a valid response too. Writes run only on demo, with --allow-writes. Skipped: reads that depend on empty lists, and writes that are not allowed or cannot be undone.",
  mustReach: { situation: "2xx", note: "no request got a 2xx response, so the run proves nothing" },
  run: (run) => Effect.sync(() => checkOn((local ??= LocalExchange.make()), run))
}
