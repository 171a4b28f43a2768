import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Follower } from "../../src/record/follow.ts"
import { readEntries } from "../../src/record/reading.ts"
import { layer as exchange, LocalExchange } from "../support/exchange.ts"
import { linesOf, waitForText, waitUntil, whileRecording } from "./support/recordings.ts"

const isFull = process.env["TEST_MODE"] === "full"

/** How many times the clock moves. After each move, the books are compared. */
const steps = isFull ? 400 : 40
const stepMillis = 5_000

const restBook = (ticker: string) =>
  Effect.gen(function* () {
    const { environment } = yield* Sandbox.Sandbox
    const { orderbook_fp } = yield* Markets.orderbook({ ticker }).pipe(
      Effect.provide(Kalshi.layerPublic({ environment }))
    )
    return orderbook_fp
  })

// The clock of the exchange is frozen. When the test moves the clock, the simulated traders trade for the skipped
// seconds.
const source = exchange({
  clock: "frozen",
  seed: Number(process.env["SEED"] ?? 11),
  crowd: { traders: 24, pace: 4 }
})

layer(source, { excludeTestServices: true })("Follower", (it) => {
  it.effect(
    "has the live order books of the recorded exchange at each marker, even after crossed books, gaps and a lost connection",
    () =>
      Effect.gen(function* () {
        const { folder, run, sandbox } = yield* LocalExchange
        yield* sandbox.moveClock(60_000)
        const tickers = (yield* sandbox.view).tickers().slice(0, 3)
        const file = join(folder, "crowd.ndjson")
        const books = Effect.forEach(tickers, (ticker) => bookOf(sandbox, ticker))
        const expected: Array<Effect.Success<typeof books>> = []
        const mark = Effect.gen(function* () {
          yield* sandbox.feed.publish({ channel: "trade", type: "marker", msg: { marker: expected.length } })
          expected.push(yield* books)
        })
        /** `after` is the id of the previous connection. */
        const isConnected = (after: number) =>
          waitUntil(
            Effect.map(sandbox.feed.connections, (open) =>
              open.some(({ connectionId, subscriptions }) => connectionId > after && subscriptions.length === 3)
            )
          )
        const result = yield* whileRecording(
          run,
          ["--out", file, ...tickers],
          Effect.gen(function* () {
            yield* isConnected(0)
            for (let step = 0; step < steps; step++) {
              if (step % 20 === 7) yield* sandbox.plant({ feed: "frame", channel: "orderbook_delta", change: "skip" })
              if (step % 20 === 3) yield* sandbox.plant({ feed: "frame", channel: "orderbook_delta", change: "repeat" })
              if (step % 20 === 13) yield* sandbox.plant({ feed: "frame", channel: "orderbook_delta", change: "cross" })
              if (step === 25) {
                yield* sandbox.feed.drop({ how: "reset" })
                yield* sandbox.moveClock(stepMillis)
                yield* isConnected(1)
              }
              yield* sandbox.moveClock(stepMillis)
              yield* mark
              // Lets the recorder request a snapshot after a gap.
              yield* Effect.sleep(5)
            }
            yield* waitForText(file, `"marker":${steps - 1}}`)
          }).pipe(Effect.orDie)
        )
        assert.strictEqual(result.exit, "done", result.stderr)
        assert.includeMembers(
          linesOf(file).map(({ type }) => type),
          ["gap", "outage", "restored"]
        )
        const { compared, skipped, trades } = yield* replayAndCompare(file, expected, tickers)
        assert.isAbove(compared, steps)
        assert.isAbove(skipped, 0)
        assert.isAbove(trades, 10)
      }).pipe(Effect.orDie),
    { timeout: 120_000 }
  )
})

const bookOf = (sandbox: Sandbox.Sandbox["Service"], ticker: string) =>
  Effect.tryPromise(async () => {
    const response = await fetch(`${sandbox.url}/trade-api/v2/markets/${ticker}/orderbook`)
    return ((await response.json()) as { readonly orderbook_fp: unknown }).orderbook_fp // compared without conversion
  })

const replayAndCompare = (
  file: string,
  expected: ReadonlyArray<ReadonlyArray<unknown>>,
  tickers: ReadonlyArray<string>
) =>
  Effect.gen(function* () {
    const local = yield* Sandbox.Sandbox
    const [house, taker] = local.credentials.map(({ accountId }) => accountId)
    const follower = new Follower(local, { house: house ?? "", taker: taker ?? "" }, () => true)
    let compared = 0
    let skipped = 0
    const entries = yield* Stream.runCollect(readEntries([file], () => {}))
    for (const entry of entries.flat()) {
      yield* follower.play(entry) ?? Effect.void
      const marker = /"marker":(\d+)\}/.exec(entry.text)?.[1]
      if (marker === undefined) continue
      for (const [index, ticker] of tickers.entries()) {
        if (follower.book(ticker)?.isLive !== true) {
          skipped++
          continue
        }
        const place = `market ${ticker}, marker ${marker}`
        assert.deepStrictEqual<unknown>(yield* restBook(ticker), expected[Number(marker)]?.[index], place)
        compared++
      }
    }
    const trades = yield* Effect.forEach(tickers, (ticker) =>
      Markets.trades({ ticker, limit: 1_000 }).pipe(
        Effect.provide(Kalshi.layerPublic({ environment: local.environment }))
      )
    )
    return { compared, skipped, trades: trades.flatMap(({ trades }) => trades).length }
  }).pipe(
    Effect.provide(
      Sandbox.layerTest({
        accounts: [
          { name: "house", dollars: "999999999" },
          { name: "taker", dollars: "999999999" }
        ]
      })
    )
  )
