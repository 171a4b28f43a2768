/**
 * Recordings for tests.
 *
 * @module
 */
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Deferred from "effect/Deferred"
import * as Schedule from "effect/Schedule"
import type { Line } from "../../../src/record/lines.ts"
import type { Result } from "../../support/cli.ts"
import type { Exchange } from "../../support/exchange.ts"

/** The time of the first line of a written recording. */
export const startMillis = Date.UTC(2026, 10, 30, 12)

export const header = (fields: object = {}): string =>
  JSON.stringify({
    type: "recording",
    format: 1,
    recording_id: "one",
    part: 1,
    at_ms: startMillis,
    environment: "https://exchange/trade-api/v2",
    tickers: ["A"],
    channels: ["orderbook_delta"],
    account: false,
    continues: false,
    versions: {},
    ...fields
  })

export const frame = (afterMillis: number, message: object, connection = 1): string =>
  JSON.stringify({ type: "frame", at_ms: startMillis + afterMillis, connection, message })

const market_id = "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1"

type Levels = ReadonlyArray<readonly [price: string, count: string]>

export const snapshot = (seq: number, yes: Levels, no: Levels, market_ticker = "A", sid = 1): object => ({
  type: "orderbook_snapshot",
  sid,
  seq,
  msg: { market_ticker, market_id, yes_dollars_fp: yes, no_dollars_fp: no }
})

export const delta = (
  seq: number,
  side: "yes" | "no",
  price_dollars: string,
  delta_fp: string,
  market_ticker = "A",
  sid = 1
): object => ({ type: "orderbook_delta", sid, seq, msg: { market_ticker, market_id, side, price_dollars, delta_fp } })

export const trade = (
  seq: number,
  side: "bid" | "ask",
  yes_price_dollars: string,
  count_fp: string,
  market_ticker = "A"
): object => ({
  type: "trade",
  sid: 2,
  seq,
  msg: {
    trade_id: market_id,
    market_ticker,
    yes_price_dollars,
    no_price_dollars: "0.5000",
    count_fp,
    taker_side: side === "bid" ? "yes" : "no",
    taker_outcome_side: side === "bid" ? "yes" : "no",
    taker_book_side: side,
    ts: 1,
    ts_ms: 1_000
  }
})

/** Reads the lines of a recording. Every line of the file must be complete. */
export const linesOf = (file: string): ReadonlyArray<Line> =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text) as Line) // this program wrote the lines

export const waitUntil = (holds: Effect.Effect<boolean>): Effect.Effect<void> =>
  holds.pipe(
    Effect.repeat({ until: (isTrue) => isTrue, schedule: Schedule.spaced("5 millis") }),
    Effect.timeoutOrElse({
      duration: "20 seconds",
      orElse: () => Effect.die(new Error("the condition did not hold within 20 seconds"))
    }),
    Effect.asVoid
  )

export const waitForText = (file: string, text: string): Effect.Effect<void> =>
  waitUntil(
    Effect.sync(() => {
      try {
        return readFileSync(file, "utf8").includes(text)
      } catch {
        return false
      }
    })
  )

/** Records until `during` completes, and then stops the recording as Ctrl-C does. */
export const whileRecording = (
  run: Exchange["run"],
  args: ReadonlyArray<string>,
  during: Effect.Effect<void>
): Effect.Effect<Result> =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const running = yield* Effect.forkChild(run(["record", ...args], { stop: Deferred.await(stop) }))
    yield* Effect.raceFirst(during, Effect.asVoid(Fiber.await(running)))
    yield* Deferred.succeed(stop, undefined)
    return yield* Fiber.join(running)
  })
