/**
 * A local exchange in another process for `feedRate.ts`. When it receives a message, it sends deltas of the markets in
 * turn to the subscriptions of one account. Argument: the number of markets.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Sandbox from "../src/Sandbox.ts"

/** One account for each client that `feedRate.ts` compares (`contenders`). */
const accountCount = 4

/** The first message that the process sends. */
export interface RateServed {
  readonly url: string
  readonly tickers: ReadonlyArray<string>
  readonly accounts: ReadonlyArray<{ readonly accountId: string; readonly keyId: string; readonly privateKey: string }>
}

export interface Wanted {
  readonly accountId: string
  readonly frames: number
  readonly markets: number
}

const tickers = Array.from({ length: Number(process.argv[2] ?? 1_000) }, (_, n) => `KXRATE-26-M${n}`)

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const accounts = yield* Effect.forEach(Array.from({ length: accountCount }), () => sandbox.createAccount())
  const runSync = Effect.runSyncWith(yield* Effect.context<never>())
  process.on("message", (message) => {
    const { accountId, frames, markets } = message as Wanted // the other process has the same types
    for (let n = 0; n < frames; n++) {
      const msg = {
        market_ticker: tickers[n % markets]!,
        market_id: "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1",
        clock: n + 1,
        price_dollars: `0.${10 + (n % 80)}00`,
        delta_fp: "5.00",
        side: n % 2 === 0 ? "yes" : "no",
        ts: "2026-11-22T14:30:00.123Z",
        ts_ms: 1_795_357_800_123
      }
      runSync(sandbox.feed.publish({ channel: "orderbook_delta", type: "orderbook_delta", msg, accountId }))
    }
  })
  process.send?.({
    url: sandbox.url,
    tickers,
    accounts: accounts.map(({ accountId, keyId, privateKey }) => ({
      accountId,
      keyId,
      privateKey: Redacted.value(privateKey)
    }))
  } satisfies RateServed)
  return yield* Effect.never
})

process.on("disconnect", () => process.exit())
await Effect.runPromise(
  program.pipe(
    Effect.provide(
      Sandbox.layer({
        markets: tickers.map((ticker) => ({ ticker })),
        keepRequests: 0,
        assumptions: { maxFeedWaitingFrames: 1_000_000_000 }
      })
    )
  )
)
