/**
 * Reads over REST the trades that the feed may have lost (a hole).
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { KalshiPublic } from "../Capability.ts"
import type { BadRequest } from "../Errors.ts"
import type { Trade } from "../generated/feed.ts"
import type * as Responses from "../generated/responses.ts"
import type * as Operation from "../Operation.ts"
import type * as Pages from "../Pages.ts"
import * as Markets from "../rest/Markets.ts"

/** Why the trades of a hole could not be read. */
export type ReadFailure =
  | Operation.FailureOf<BadRequest, KalshiPublic>
  | Pages.RepeatedCursor
  | Pages.PageBudgetExceeded

export interface Filling {
  /** Undefined for all markets. */
  readonly markets: ReadonlyArray<string> | undefined
  readonly maxPages: number
}

/** `Markets.trades` reads one market or all markets. Above this number, one read of all markets is cheaper. */
const maxSingleReads = 10

const toFeed = (trade: Responses.Trade): Trade => {
  const millis = Date.parse(trade.created_time)
  return {
    count_fp: trade.count_fp,
    is_block_trade: trade.is_block_trade,
    market_ticker: trade.ticker,
    no_price_dollars: trade.no_price_dollars,
    taker_book_side: trade.taker_book_side,
    taker_outcome_side: trade.taker_outcome_side,
    taker_side: trade.taker_side ?? trade.taker_outcome_side,
    trade_id: trade.trade_id,
    ts: Math.floor(millis / 1_000),
    ts_ms: Math.floor(millis),
    yes_price_dollars: trade.yes_price_dollars
  }
}

const fractionOf = (time: string): string => /\.(\d*[1-9])/.exec(time)?.[1] ?? ""

/** `created_time` can be finer than a millisecond. */
const byTime = ({ created_time: a }: Responses.Trade, { created_time: b }: Responses.Trade): number => {
  const millis = Date.parse(a) - Date.parse(b)
  if (millis !== 0) return millis
  const [left, right] = [fractionOf(a), fractionOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** The trades since a time, oldest first. The read has no end time, so a wrong clock of this machine loses no trade. */
export const readTrades = (
  { markets, maxPages }: Filling,
  sinceMillis: number
): Effect.Effect<ReadonlyArray<Trade>, ReadFailure, KalshiPublic> => {
  const isSingle = markets !== undefined && markets.length <= maxSingleReads
  const tickers = isSingle ? markets : [undefined]
  const wanted = new Set(markets)
  // Starts one second earlier, because the exchange does not document whether `min_ts` is inclusive.
  const min_ts = Math.max(0, Math.floor(sinceMillis / 1_000) - 1)
  return Effect.forEach(tickers, (ticker) =>
    Stream.runCollect(Markets.trades.items({ ticker, min_ts, limit: 1_000 }, { maxPages }))
  ).pipe(
    Effect.map((lists) =>
      lists
        .flat()
        .filter(({ ticker }) => markets === undefined || wanted.has(ticker))
        .sort(byTime)
        .map(toFeed)
    )
  )
}
