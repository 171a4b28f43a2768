/**
 * The error codes of the feed, with the names that the document gives them.
 *
 * @module
 */

const names = {
  1: "Unable to process message",
  2: "Params required",
  3: "Channels required",
  4: "Subscription IDs required",
  5: "Unknown command",
  7: "Unknown subscription ID",
  8: "Unknown channel name",
  9: "Authentication required",
  10: "Channel error",
  11: "Invalid parameter",
  12: "Exactly one subscription ID is required",
  13: "Unsupported action",
  14: "Market Ticker required",
  15: "Action required",
  18: "Command timeout",
  19: "shard_factor must be > 0",
  20: "shard_factor is required when shard_key is set",
  21: "shard_key must be >= 0 and < shard_factor",
  22: "shard_factor must be <= 100",
  23: "Match IDs required",
  24: "Index IDs required",
  25: "Subscription buffer overflow",
  26: "Subscription market limit exceeded",
  27: "Too many requests",
  28: "Underlying tickers required"
} as const

/** An error code that the exchange can send. Codes 6, 16 and 17 are retired. */
export type FeedErrorCode = keyof typeof names

export const isFeedErrorCode = (code: number): code is FeedErrorCode => code in names

/** Why the feed cannot execute a command, or why a subscription ends. */
export interface FeedError {
  readonly code: FeedErrorCode
  /** Appended to the name of the code. */
  readonly details?: string | undefined
  readonly marketTickers?: ReadonlyArray<string> | undefined
}

/** Makes the `msg` of an error frame. */
export const toErrorBody = ({ code, details, marketTickers }: FeedError) => ({
  code,
  msg: details === undefined ? names[code] : `${names[code]}: ${details}`,
  ...(marketTickers === undefined ? undefined : { market_tickers: marketTickers })
})
