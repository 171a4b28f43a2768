/**
 * Reads markets and order books over REST, and records the responses exactly as they arrive.
 *
 * @module
 */
import * as Markets from "@kalshi-effect/client/Markets"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { CommandError } from "../app/failures.ts"
import * as capture from "./capture.ts"
import { encode, encodeRead, type ReadReason } from "./lines.ts"

/** How many requests run at once. The rate limits of the exchange apply too. */
const concurrency = 4

const readLine = <A, E, R>(
  type: "market" | "order_book",
  ticker: string,
  reason: ReadReason,
  call: Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const requested = yield* Clock.currentTimeMillis
    const { text } = yield* capture.withText(call)
    const at = yield* Clock.currentTimeMillis
    return encodeRead({ type, at_ms: at, requested_ms: requested, ticker, reason, text })
  })

export const marketLines = (tickers: ReadonlyArray<string>) =>
  Effect.forEach(
    tickers,
    (ticker) =>
      Effect.catchTag(readLine("market", ticker, "start", Markets.get({ ticker })), "NotFound", () =>
        Effect.fail(
          new CommandError({
            exit: "refused",
            message: `The exchange has no market ${ticker}. Find the right ticker with \`kalshi markets\``
          })
        )
      ),
    { concurrency }
  )

/** Reads order books, and writes a line for each book, even if its read failed. */
export const orderBookLines = (
  tickers: ReadonlyArray<string>,
  reason: ReadReason,
  write: (line: string, isRead: boolean) => void
) =>
  Effect.forEach(
    tickers,
    (ticker) =>
      readLine("order_book", ticker, reason, Markets.orderbook({ ticker })).pipe(
        Effect.matchEffect({
          onSuccess: (line) => Effect.sync(() => write(line, true)),
          onFailure: (error) =>
            Effect.map(Clock.currentTimeMillis, (at) =>
              write(encode({ type: "read_failed", at_ms: at, markets: [ticker], detail: error.message }), false)
            )
        })
      ),
    { concurrency, discard: true }
  )
