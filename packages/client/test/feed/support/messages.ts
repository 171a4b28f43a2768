/** Makes messages of the feed. Data messages come from the examples of the AsyncAPI document. */
import { readFileSync } from "node:fs"

type Fields = Readonly<Record<string, unknown>>

const examples = new Map(
  readFileSync(new URL("../../../../../fixtures/feed/examples.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line): { readonly payload: Fields } => JSON.parse(line))
    .map(({ payload }) => [payload["type"], payload])
)

/**
 * The example message of `type` without `sending_ts_ms`. `members` and `msg` replace or add fields of the message and
 * of its `msg`.
 */
export const message = (type: string, members: Fields, msg: Fields = {}): Fields => {
  const { sending_ts_ms: _time, ...example } = examples.get(type)!
  return { ...example, ...members, msg: { ...(example["msg"] as Fields), ...msg } } // data messages have a msg
}

export const trade = (sid: number, seq: number, ticker = "A", number = seq): Fields =>
  message(
    "trade",
    { sid, seq },
    { market_ticker: ticker, trade_id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}` }
  )

export const delta = (sid: number, seq: number, ticker = "A", clock = seq): Fields =>
  message("orderbook_delta", { sid, seq }, { market_ticker: ticker, clock })

export const snapshot = (sid: number, seq: number, ticker = "A", id?: number): Fields =>
  message("orderbook_snapshot", { sid, seq, ...(id === undefined ? {} : { id }) }, { market_ticker: ticker })

export const ticker = (sid: number, market = "A"): Fields => message("ticker", { sid }, { market_ticker: market })

export const subscribed = (id: number, channel: string, sid: number): Fields => ({
  id,
  type: "subscribed",
  msg: { channel, sid }
})

export const ok = (id: number, sid: number, seq: number, tickers?: ReadonlyArray<string>): Fields => ({
  id,
  sid,
  seq,
  type: "ok",
  ...(tickers === undefined ? {} : { msg: { market_tickers: tickers } })
})

export const error = (code: number, members: Fields = {}, msg: Fields = {}): Fields => ({
  type: "error",
  ...members,
  msg: { code, msg: `text of ${code}`, ...msg }
})
