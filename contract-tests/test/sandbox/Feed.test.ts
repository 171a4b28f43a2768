/** The feed of the local exchange against the document: every frame is valid, and every message type occurs. */
import { assert, describe, it } from "@effect/vitest"
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as Arbitraries from "../../src/generate/Arbitraries.ts"
import * as Judge from "../../src/judge/Judge.ts"
import { resolver, type Json, type JsonObject } from "../../src/judge/JsonSchema.ts"
import * as Messages from "../../src/operations/Messages.ts"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import { channels, day, failing, subscribeAll } from "./support/feedDay.ts"
import { openLine } from "./support/feedLine.ts"

const feed = FeedDocument.load()
const judge = Judge.make(resolver(feed.document))
const kinds = new Map(Messages.messages(feed).map(({ name, schema }) => [name, judge(schema)]))
const arbitraries = Arbitraries.make(judge)
const decode = FeedMessages.decoder()
const ticker = "KXDAY-26-YES"

const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null

/** The type of a valid frame, and what is wrong with any other. */
const judged = (text: string): { readonly frame: JsonObject; readonly wrong: ReadonlyArray<string> } => {
  const frame = JSON.parse(text) as JsonObject
  const verdict = kinds.get(String(frame["type"]))?.(frame)
  const decoded = decode(text)
  return {
    frame,
    wrong: [
      ...(verdict === undefined ? [`no message has the type of ${text}`] : []),
      ...(verdict?.valid === false ? [`${verdict.violations[0]!.message} at ${verdict.pointers[0]} of ${text}`] : []),
      ...(Result.isFailure(decoded) ? [decoded.failure.message] : [])
    ]
  }
}

/** Message types that the exchange does not cause by itself: the operator publishes them. */
const published = [
  "event_fee_update",
  "rfq_batch_created",
  "rfq_batch_deleted",
  "rfq_batch_best_quotes",
  "rfq_batch_executed",
  "batch_quote_created",
  "batch_quote_accepted",
  "batch_quote_executed"
]

const channelOf = (type: string) => (type === "event_fee_update" ? "market_lifecycle_v2" : "communications")

/** Error codes that only faults and limits cause. */
const plantedCodes = [9, 10, 18, 23, 25, 26, 27]

describe("the feed of the local exchange", () => {
  it.effect("sends valid frames alone, of every type, with every error code, on every channel", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      yield* sandbox.createMarket({ ticker })
      const [me, other] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
      const [mine, theirs] = [yield* openLine(me), yield* openLine(other)]
      subscribeAll(mine, ticker)
      subscribeAll(theirs, ticker)
      yield* TestClock.adjust("1 second")
      yield* day(me, other, ticker, sandbox)
      for (const type of published) {
        const schema = Messages.messages(feed).find(({ name }) => name === type)!.schema
        const [sample] = fc.sample(arbitraries.of(schema), { numRuns: 1, seed: 7 })
        yield* sandbox.feed.publish({ channel: channelOf(type), type, msg: (sample as { readonly msg: object }).msg })
      }
      for (const code of plantedCodes) {
        yield* sandbox.plant({ feed: "command", error: code })
        mine.send({ id: 4, cmd: "list_subscriptions" })
        yield* TestClock.adjust("1 millis")
      }
      failing.forEach((command) => mine.send(command))
      mine.send({ id: 9, cmd: "unsubscribe", params: { sids: channels.map((_, index) => index + 1) } })
      yield* TestClock.adjust("1 second")

      const counts = new Map<string, number>()
      const codes = new Map<number, number>()
      const wrong: Array<string> = []
      for (const found of [...mine.take(), ...theirs.take()].map(judged)) {
        const type = String(found.frame["type"])
        counts.set(type, (counts.get(type) ?? 0) + 1)
        const { msg } = found.frame
        if (type === "error" && isObject(msg)) {
          const code = Number(msg["code"])
          codes.set(code, (codes.get(code) ?? 0) + 1)
        }
        wrong.push(...found.wrong)
      }
      console.log(
        [
          "| message type | frames |",
          "| --- | --- |",
          ...[...counts]
            .sort()
            .map(([type, count]) => `| ${type}${published.includes(type) ? " (published)" : ""} | ${count} |`),
          "",
          `error codes: ${[...codes.keys()].sort((left, right) => left - right).join(", ")}`
        ].join("\n")
      )
      assert.deepStrictEqual(wrong.slice(0, 5), [])
      assert.deepStrictEqual([...counts.keys()].sort(), [...kinds.keys()].sort())
      assert.deepStrictEqual(
        [...codes.keys()].sort((left, right) => left - right),
        [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28]
      )
    }).pipe(Effect.provide(Sandbox.layerTest()))
  )
})
