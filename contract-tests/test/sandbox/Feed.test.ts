/** Checks the feed of the local exchange against the document: every frame is valid, and every message type occurs. */
import { assert, describe, it } from "@effect/vitest"
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { readFileSync } from "node:fs"
import * as Arbitraries from "../../src/generate/Arbitraries.ts"
import * as Judge from "../../src/judge/Judge.ts"
import { resolver, type Json, type JsonObject } from "../../src/judge/JsonSchema.ts"
import * as Messages from "../../src/operations/Messages.ts"
import * as FeedDocument from "../../src/reference/FeedDocument.ts"
import { channels, runDay, invalidCommands, quoteBothSides, subscribeAll } from "./support/feedDay.ts"
import { openConnection, upgradeStatus } from "./support/feedConnection.ts"

const feed = FeedDocument.load()
const judge = Judge.make(resolver(feed.document))
const messages = Messages.kindsOf(feed).filter(({ sender }) => sender === "server")
const kinds = new Map(messages.map(({ name, schema }) => [name, judge(schema)]))
const arbitraries = Arbitraries.make(judge)
const decode = FeedMessages.decoder()
const ticker = "KXDAY-26-YES"

const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null

const checkFrame = (text: string): { readonly frame: JsonObject; readonly faults: ReadonlyArray<string> } => {
  const frame = JSON.parse(text) as JsonObject
  const verdict = kinds.get(String(frame["type"]))?.(frame)
  const decoded = decode(text)
  return {
    frame,
    faults: [
      ...(verdict === undefined ? [`no message has the type of ${text}`] : []),
      ...(verdict?.valid === false ? [`${verdict.violations[0]!.message} at ${verdict.pointers[0]} of ${text}`] : []),
      ...(Result.isFailure(decoded) ? [decoded.failure.message] : [])
    ]
  }
}

/** Message types that no event of the simulated day causes. The test publishes them as the operator. */
const publishedTypes = [
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

interface Example {
  readonly payload: JsonObject
}

const examples = readFileSync(new URL("../../../fixtures/feed/examples.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Example)

/**
 * Fields of the document's examples that no frame of this test has. The local exchange does not change the metadata and
 * the price levels of a market, and this test has no RFQs on combos.
 */
const notSent = [
  /^market_lifecycle_v2 (?:metadata_updated|price_level_structure_updated) /,
  /^rfq_created msg\.mve_/,
  // Both traders use their primary subaccount.
  /^quote_\w+ msg\.subaccount$/
]

/** Error codes that no command of this test causes. The test injects them. */
const injectedCodes = [9, 10, 18, 23, 25, 26, 27]

/** The frames of a simulated day of two traders. */
const received = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  yield* sandbox.createMarket({ ticker })
  const [me, other] = [yield* sandbox.createAccount(), yield* sandbox.createAccount()]
  yield* quoteBothSides(other, ticker, sandbox)
  const [mine, theirs] = [yield* openConnection(me), yield* openConnection(other)]
  subscribeAll(mine, ticker)
  subscribeAll(theirs, ticker)
  yield* TestClock.adjust("1 second")
  yield* runDay(me, other, ticker, sandbox)
  // The exchange sends the windowed average only in the last minute of each quarter of an hour.
  const quarter = 900_000
  yield* sandbox.moveClock(quarter - ((yield* Clock.currentTimeMillis) % quarter) - 30_000)
  yield* TestClock.adjust("1 second")
  for (const type of publishedTypes) {
    const schema = messages.find(({ name }) => name === type)!.schema
    const [sample] = fc.sample(arbitraries.of(schema), { numRuns: 1, seed: 7 })
    yield* sandbox.feed.publish({ channel: channelOf(type), type, msg: (sample as { readonly msg: object }).msg })
  }
  for (const code of injectedCodes) {
    yield* sandbox.plant({ feed: "command", error: code })
    mine.send({ id: 4, cmd: "list_subscriptions" })
    yield* TestClock.adjust("1 millis")
  }
  invalidCommands.forEach((command) => mine.send(command))
  mine.send({ id: 9, cmd: "unsubscribe", params: { sids: channels.map((_, index) => index + 1) } })
  yield* TestClock.adjust("1 second")
  return [...mine.take(), ...theirs.take()]
})

/** The statuses of upgrade requests: signed, unsigned, over the connection limit, and with injected faults. */
const upgradeStatuses = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const me = yield* sandbox.createAccount()
  const statuses = [yield* upgradeStatus(me), yield* upgradeStatus({ ...me, keyId: "" }), yield* upgradeStatus(me)]
  for (const status of [403, 500, 503]) {
    yield* sandbox.plant({ feed: "upgrade", status })
    statuses.push(yield* upgradeStatus(me))
  }
  return statuses
}).pipe(Effect.provide(Sandbox.layerTest({ assumptions: { maxFeedConnections: 1 } })))

const sortNumbers = (values: Iterable<number>): ReadonlyArray<number> => [...values].sort((left, right) => left - right)

describe("the feed of the local exchange", () => {
  it.effect("sends only valid frames, and uses every message type and the expected error codes", () =>
    Effect.gen(function* () {
      const frames = (yield* received).map(checkFrame)
      const counts = new Map<string, number>()
      const codes = new Set<number>()
      for (const { frame } of frames) {
        const type = String(frame["type"])
        counts.set(type, (counts.get(type) ?? 0) + 1)
        const { msg } = frame
        if (type === "error" && isObject(msg)) {
          codes.add(Number(msg["code"]))
        }
      }
      const statuses = yield* upgradeStatuses
      console.log(
        [
          "| message type | frames |",
          "| --- | --- |",
          ...[...counts]
            .sort()
            .map(([type, count]) => `| ${type}${publishedTypes.includes(type) ? " (published)" : ""} | ${count} |`),
          "",
          `error codes: ${sortNumbers(codes).join(", ")}`,
          `statuses of upgrades: ${statuses.join(", ")}`
        ].join("\n")
      )
      assert.deepStrictEqual(frames.flatMap(({ faults: wrong }) => wrong).slice(0, 5), [])
      assert.deepStrictEqual([...counts.keys()].sort(), [...kinds.keys()].sort())
      const expectedCodes = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28]
      assert.deepStrictEqual(sortNumbers(codes), expectedCodes)
      assert.deepStrictEqual(statuses, [101, 401, 429, 403, 500, 503])
    }).pipe(Effect.provide(Sandbox.layerTest()))
  )

  it.effect("sends every field of the document's examples, except for the listed fields", () =>
    Effect.gen(function* () {
      const sentFields = new Map<string, Set<string>>()
      for (const text of yield* received) {
        const frame = JSON.parse(text) as JsonObject
        const fields = sentFields.get(kindOf(frame)) ?? new Set<string>()
        sentFields.set(kindOf(frame), fields)
        fieldsOf(frame).forEach((field) => fields.add(field))
      }
      const missing = examples
        .filter(({ payload }) => "type" in payload)
        .flatMap(({ payload }) => {
          const kind = kindOf(payload)
          return fieldsOf(payload)
            .filter((field) => sentFields.get(kind)?.has(field) !== true)
            .map((field) => `${kind} ${field}`)
        })
      assert.deepStrictEqual(
        missing.filter((field) => !notSent.some((pattern) => pattern.test(field))),
        []
      )
      assert.deepStrictEqual(
        notSent.filter((pattern) => !missing.some((field) => pattern.test(field))),
        []
      )
    }).pipe(Effect.provide(Sandbox.layerTest()))
  )

  it.effect(
    "replies to twelve subscribe commands with one `subscribed` and eleven `ok`, and gives every message after the first a `seq`",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox.Sandbox
        const tickers = Array.from({ length: 12 }, (_, index) => `KXRECORDED-26-${index}`)
        for (const ticker of tickers) {
          yield* sandbox.createMarket({ ticker })
        }
        const connection = yield* openConnection(yield* sandbox.createAccount())
        tickers.forEach((market_ticker, index) =>
          connection.send({ id: index + 1, cmd: "subscribe", params: { channels: ["orderbook_delta"], market_ticker } })
        )
        yield* TestClock.adjust("1 second")
        const frames = connection.take().map((text) => JSON.parse(text) as JsonObject)
        assert.deepStrictEqual(
          frames.map(({ type }) => type),
          ["subscribed", "orderbook_snapshot", ...tickers.slice(1).flatMap(() => ["ok", "orderbook_snapshot"])]
        )
        assert.deepStrictEqual(
          frames.slice(1).map(({ seq }) => seq),
          Array.from({ length: 23 }, (_, index) => index + 1)
        )
      }).pipe(Effect.provide(Sandbox.layerTest()))
  )
})

function kindOf({ msg, type }: JsonObject): string {
  return type === "market_lifecycle_v2" && isObject(msg) ? `${type} ${String(msg["event_type"])}` : String(type)
}

function fieldsOf(frame: JsonObject): ReadonlyArray<string> {
  const { msg } = frame
  return [
    ...Object.keys(frame),
    ...(isObject(msg) && !Array.isArray(msg) ? Object.keys(msg).map((field) => `msg.${field}`) : [])
  ]
}
