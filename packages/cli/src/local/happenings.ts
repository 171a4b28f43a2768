/**
 * Prints the trades and the best prices of the exchange of `kalshi demo`, one per line.
 *
 * @module
 */
import * as Feed from "@kalshi-effect/client/Feed"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Output from "../output/Output.ts"
import { line } from "../output/Output.ts"
import type { Demo } from "./introduction.ts"

const describe = ({ msg, type }: { readonly type: string; readonly msg: object }): string => {
  const field = (name: string): string => String(Reflect.get(msg, name))
  return type === "trade"
    ? `${field("market_ticker")}  trade  ${field("count_fp")} at ${field("yes_price_dollars")}`
    : `${field("market_ticker")}  best   ${field("yes_bid_dollars")} / ${field("yes_ask_dollars")}`
}

/** Prints the trades of all markets, and the best prices of the markets in `tickers`. */
export const printHappenings = ({ account, environment, tickers }: Demo, format: Output.Format) => {
  const trades = Feed.messages("trade")
  const best = Feed.messages("ticker", { market_tickers: [...tickers], send_initial_snapshot: true })
  return Stream.merge(trades, best).pipe(
    Stream.runForEach((message) =>
      Effect.gen(function* () {
        const time = new Date(yield* Clock.currentTimeMillis).toISOString()
        const { msg, type } = message
        yield* line(
          format === "json" ? JSON.stringify({ type, time, msg }) : `${time.slice(11, 19)}  ${describe(message)}`
        )
      })
    ),
    Effect.provide(Feed.layer({ environment, signer: account.signer }))
  )
}
