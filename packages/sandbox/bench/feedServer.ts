/**
 * A local exchange in another process, with the feed, for `feed.ts`. Argument: the number of markets. For each message,
 * the process returns its memory and its processor time. For the message `collect`, it collects garbage first.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Sandbox from "../src/Sandbox.ts"

/** The first message that the process sends. */
export interface FeedServed {
  readonly url: string
  readonly tickers: ReadonlyArray<string>
  readonly keyId: string
  readonly privateKey: string
}

export interface Usage {
  readonly cpuMillis: number
  readonly residentBytes: number
  readonly heapBytes: number
  /** The memory of buffers, which are outside the heap. */
  readonly externalBytes: number
}

const tickers = Array.from({ length: Number(process.argv[2] ?? 200) }, (_, n) => `KXFEED-26-M${n}`)

const usage = (): Usage => {
  const { external, heapUsed, rss } = process.memoryUsage()
  const { system, user } = process.cpuUsage()
  return { cpuMillis: (system + user) / 1_000, residentBytes: rss, heapBytes: heapUsed, externalBytes: external }
}

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const { keyId, privateKey } = yield* sandbox.createAccount()
  process.send?.({ url: sandbox.url, tickers, keyId, privateKey: Redacted.value(privateKey) } satisfies FeedServed)
  process.on("message", (message) => {
    if (message === "collect") globalThis.gc?.()
    process.send?.(usage())
  })
  return yield* Effect.never
})

process.on("disconnect", () => process.exit())
await Effect.runPromise(
  program.pipe(Effect.provide(Sandbox.layer({ markets: tickers.map((ticker) => ({ ticker })), keepRequests: 0 })))
)
