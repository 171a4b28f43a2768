/**
 * The newest trades, for the views: a list of limited length.
 *
 * @module
 */
import type * as Trades from "@kalshi-effect/client/Trades"
import { priceOf, timeOf } from "./format.ts"
import { left, type Line, right, span, type Span } from "./layout.ts"

export interface TapeTrade {
  readonly _tag: "Trade"
  readonly id: string
  readonly ticker: string
  readonly millis: number
  /** What the taker did with YES. `price` is a price of YES, too. */
  readonly taker: "buy" | "sell"
  readonly price: string
  readonly count: string
  readonly isBlock: boolean
}

/** An interval in which trades may be missing. */
export interface TapeHole {
  readonly _tag: "Hole"
  readonly sinceMillis: number
  readonly untilMillis: number
  readonly outcome: HoleOutcome
}

export type HoleOutcome =
  | { readonly _tag: "Reading" }
  /** `trades`: the number of trades in this tape that were read for the hole. */
  | { readonly _tag: "Filled"; readonly trades: number }
  | { readonly _tag: "NotFilled"; readonly reason: string }

export type TapeEntry = TapeTrade | TapeHole

interface WireTrade {
  readonly trade_id: string
  readonly count_fp: string
  readonly yes_price_dollars: string
  readonly taker_book_side: string
  readonly is_block_trade?: boolean | undefined
}

export const tapeTrade = (trade: WireTrade, ticker: string, millis: number): TapeTrade => ({
  _tag: "Trade",
  id: trade.trade_id,
  ticker,
  millis,
  taker: trade.taker_book_side === "bid" ? "buy" : "sell",
  price: trade.yes_price_dollars,
  count: trade.count_fp,
  isBlock: trade.is_block_trade === true
})

/** Keeps the newest entries. The oldest of them comes first. */
export class Tape {
  readonly #limit: number
  #entries: Array<TapeEntry> = []
  #added = 0
  /** The ids of the trades that `addEarlier` added. The feed can still send the newest of them. */
  #earlierIds: ReadonlySet<string> = new Set()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The number of entries that `add` added. Trades of `addEarlier` do not count, so they do not move a paused view. */
  get added(): number {
    return this.#added
  }

  get size(): number {
    return Math.min(this.#entries.length, this.#limit)
  }

  add(entry: TapeEntry): void {
    if (entry._tag === "Trade" && this.#earlierIds.has(entry.id)) return
    this.#entries.push(entry)
    this.#added++
    // Half of the list is removed at a time, so that adding stays fast.
    if (this.#entries.length >= 2 * this.#limit) this.#entries = this.#entries.slice(-this.#limit)
  }

  /** Adds trades from before the first entry that arrived live. */
  addEarlier(trades: ReadonlyArray<TapeTrade>): void {
    const known = new Set(this.#entries.map((entry) => (entry._tag === "Trade" ? entry.id : undefined)))
    const earlier = trades.filter(({ id }) => !known.has(id))
    this.#earlierIds = new Set(earlier.map(({ id }) => id))
    this.#entries = [...earlier.toSorted((a, b) => a.millis - b.millis), ...this.#entries]
  }

  setOutcome({ sinceMillis, untilMillis }: Trades.Interval, outcome: HoleOutcome): void {
    this.#entries = this.#entries.map((entry) =>
      entry._tag === "Hole" && entry.sinceMillis === sinceMillis && entry.untilMillis === untilMillis
        ? { ...entry, outcome }
        : entry
    )
  }

  /** Returns at most `count` entries, newest first, as of the moment when `add` had added `until` entries. */
  newest(count: number, until: number = this.#added): ReadonlyArray<TapeEntry> {
    const end = Math.max(0, this.#entries.length - Math.max(0, this.#added - until))
    return this.#entries.slice(Math.max(0, end - Math.min(count, this.#limit)), end).toReversed()
  }
}

export const applyTradeEvent = (
  event: Trades.FilledEvent,
  tapeOf: (ticker: string) => Tape | undefined,
  all: ReadonlyArray<Tape>
): void => {
  switch (event._tag) {
    case "Trade": {
      const { trade } = event
      tapeOf(trade.market_ticker)?.add(tapeTrade(trade, trade.market_ticker, trade.ts_ms))
      return
    }
    case "Hole":
      for (const tape of all) tape.add({ ...event, _tag: "Hole", outcome: { _tag: "Reading" } })
      return
    case "Filled": {
      const counts = new Map<Tape | undefined, number>()
      for (const trade of event.trades) {
        const tape = tapeOf(trade.market_ticker)
        tape?.add(tapeTrade(trade, trade.market_ticker, trade.ts_ms))
        counts.set(tape, (counts.get(tape) ?? 0) + 1)
      }
      for (const tape of all) tape.setOutcome(event.hole, { _tag: "Filled", trades: counts.get(tape) ?? 0 })
      return
    }
    case "NotFilled":
      for (const tape of all) tape.setOutcome(event.hole, { _tag: "NotFilled", reason: event.error.message })
      return
    case "Refused":
      return
  }
}

const takerSpan = (taker: "buy" | "sell"): Span => span(taker.padEnd(4), taker === "buy" ? "green" : "red")

const tickerCell = (ticker: string, width: number | undefined): Line =>
  width === undefined ? [] : [left(ticker, width), span("  ")]

export const tapeHeader = (tickerWidth?: number): Line => [
  left("time UTC", 8, "dim"),
  span("  "),
  ...(tickerWidth === undefined ? [] : [left("market", tickerWidth, "dim"), span("  ")]),
  left("taker", 5, "dim"),
  right("price", 7, "dim"),
  right("count", 11, "dim")
]

/** The width of a tape without the column of the ticker. */
export const tapeWidth = 33

const holeLine = ({ outcome, sinceMillis, untilMillis }: TapeHole, isWide: boolean): Line => {
  const interval = `${timeOf(sinceMillis)} to ${timeOf(untilMillis)}`
  switch (outcome._tag) {
    case "Reading":
      return [span(isWide ? `${interval}  trades may be missing, reading them` : `gap ${interval}`, "yellow")]
    case "Filled":
      return [
        span(
          isWide ? `${interval}  ${outcome.trades} missing trades were read` : `read ${interval}: ${outcome.trades}`,
          "dim"
        )
      ]
    case "NotFilled":
      return [span(isWide ? `${interval}  trades may be missing: ${outcome.reason}` : `gap ${interval} !`, "red")]
  }
}

export const tapeLine = (entry: TapeEntry, tickerWidth?: number): Line => {
  if (entry._tag === "Hole") return holeLine(entry, tickerWidth !== undefined)
  return [
    left(timeOf(entry.millis), 8, "dim"),
    span("  "),
    ...tickerCell(entry.ticker, tickerWidth),
    takerSpan(entry.taker),
    span(" "),
    right(priceOf(entry.price), 7),
    right(entry.count, 11),
    ...(entry.isBlock ? [span(" block", "dim")] : [])
  ]
}
