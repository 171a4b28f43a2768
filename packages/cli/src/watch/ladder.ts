/**
 * The depth ladder of an order book: asks above, bids below, the spread between them.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import type * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import { priceOf } from "./format.ts"
import { left, type Line, right, type Size, span } from "./layout.ts"

type Book = OrderBooks.Book
type Side = OrderBooks.Side

/** The contracts of the account's own resting orders at each price. */
export type OwnCounts = ReadonlyMap<string, string>

/** The key of a price in {@link OwnCounts}. Equal prices with different numbers of decimals have the same key. */
export const ownKey = (side: Side, price: string): string =>
  `${side} ${FixedPoint.toMicros(FixedPoint.dollarsUnsafe(price))}`

export const ownCounts = (
  orders: ReadonlyArray<{
    readonly ticker: string
    readonly book_side: string
    readonly yes_price_dollars: FixedPoint.Dollars
    readonly remaining_count_fp: FixedPoint.Count
  }>
): ReadonlyMap<string, OwnCounts> => {
  const markets = new Map<string, Map<string, FixedPoint.Count>>()
  for (const { book_side, remaining_count_fp, ticker, yes_price_dollars } of orders) {
    const counts = markets.get(ticker) ?? new Map<string, FixedPoint.Count>()
    markets.set(ticker, counts)
    const key = ownKey(book_side === "ask" ? "ask" : "bid", yes_price_dollars)
    const known = counts.get(key)
    counts.set(key, known === undefined ? remaining_count_fp : FixedPoint.add(known, remaining_count_fp))
  }
  return markets
}

export interface LadderState {
  readonly book: Book
  /** False if the book may be wrong, or if the market does not trade. The ladder is then dim. */
  readonly isLive: boolean
  /** Why the market does not trade. Undefined if it trades. */
  readonly standstill?: string | undefined
  readonly own: OwnCounts
  /** The number of rows by which the ladder is scrolled: down the bids if positive, up the asks if negative. */
  readonly scroll: number
}

/** A column with the width 0 is not shown. */
interface Widths {
  readonly count: number
  readonly total: number
  readonly own: number
  readonly bar: number
}

const sideWidth = 3
const priceWidth = 8
const longestBar = 48

const widthsOf = (columns: number): Widths => {
  const count = Math.min(11, Math.max(0, columns - sideWidth - priceWidth))
  let free = columns - sideWidth - priceWidth - count
  const take = (wanted: number, reserve: number): number => {
    if (free < wanted + reserve) return 0
    free -= wanted
    return wanted
  }
  const own = take(10, 0)
  const total = take(12, 12)
  return { count, own, total, bar: free >= 3 ? Math.min(free - 2, longestBar) : 0 }
}

export const ladderHeader = (columns: number): Line => {
  const { count, own, total } = widthsOf(columns)
  return [
    left("", sideWidth),
    right("price", priceWidth, "dim"),
    right("count", count, "dim"),
    right(total === 0 ? "" : "total", total, "dim"),
    right(own === 0 ? "" : "mine", own, "dim")
  ]
}

// The end of a bar: 0 to 7 eighths of a cell.
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

const bar = (share: number, width: number): string => {
  const units = Math.max(1, Math.round(share * width * 8))
  return "█".repeat(units >> 3) + (eighths[units & 7] ?? "")
}

/** Converts a count to a number, which can be inexact. Use it only for the length of a bar. */
const sizeOf = (count: string): number => Number(count)

interface Row {
  readonly side: Side
  readonly level: OrderBooks.Level
}

const rowLine = ({ level, side }: Row, state: LadderState, widths: Widths, largest: number): Line => {
  const { book, isLive, own, standstill } = state
  const color = isLive ? (side === "bid" ? ("green" as const) : ("red" as const)) : ("dim" as const)
  const plainStyle = isLive ? undefined : ("dim" as const)
  const mine = own.get(ownKey(side, level.price))
  const barStyle = isLive ? (side === "bid" ? ("green" as const) : ("red" as const)) : ("dim" as const)
  return [
    left(isLive || standstill !== undefined ? side : "old", sideWidth, color),
    right(priceOf(level.price), priceWidth, color),
    right(level.count, widths.count, plainStyle),
    ...(widths.total === 0 ? [] : [right(book.countUpTo(side, level.price), widths.total, "dim")]),
    ...(widths.own === 0
      ? mine === undefined
        ? []
        : [span("*", isLive ? "yellow" : "dim")]
      : [right(mine === undefined ? "" : `*${mine}`, widths.own, isLive ? ["bold", "yellow"] : "dim")]),
    ...(widths.bar === 0 ? [] : [span("  "), span(bar(sizeOf(level.count) / largest, widths.bar), barStyle)])
  ]
}

const middle = ({ book, isLive, standstill }: LadderState, columns: number): Line => {
  const emptySides =
    book.bestBid === undefined && book.bestAsk === undefined ? "both sides are empty" : "one side is empty"
  const text = isLive
    ? book.spread === undefined
      ? ` ${emptySides} `
      : ` spread ${priceOf(book.spread)}${book.mid === undefined ? "" : `  mid ${priceOf(book.mid)}`} `
    : ` ${standstill ?? "not current"} `
  const rest = Math.max(0, columns - 2 - text.length)
  return [span("──", "dim"), span(text, isLive ? "bold" : "dim"), span("─".repeat(rest), "dim")]
}

/**
 * Returns the limits of `scroll`. At `min`, the last ask is in the top row. At `max`, the last bid is in the bottom
 * row. A limit is 0 if all levels of its side fit.
 */
export const scrollLimits = (
  levels: { readonly bids: number; readonly asks: number },
  rows: number
): { readonly min: number; readonly max: number } => {
  const above = (rows - 1) >> 1
  const below = rows - 1 - above
  return { min: Math.min(0, above - levels.asks), max: Math.max(0, levels.bids - below) }
}

/** Returns the rows of a ladder. With a scroll of 0, the spread is in the middle. */
export const ladderLines = (state: LadderState, { columns, rows }: Size): ReadonlyArray<Line> => {
  if (rows <= 0) return []
  const { book } = state
  const above = (rows - 1) >> 1
  const reach = rows + Math.abs(state.scroll)
  const asks = book.depth("ask", reach)
  const bids = book.depth("bid", reach)
  const { max, min } = scrollLimits({ asks: asks.length, bids: bids.length }, rows)
  const scroll = Math.min(max, Math.max(min, state.scroll))
  // The position 0 is the spread, the best ask is at -1, the best bid at 1.
  const shown = Array.from({ length: rows }, (_, row): Row | "middle" | undefined => {
    const position = row - above + scroll
    if (position === 0) return "middle"
    const level = position < 0 ? asks[-position - 1] : bids[position - 1]
    return level === undefined ? undefined : { side: position < 0 ? "ask" : "bid", level }
  })
  const largest = Math.max(
    0.01,
    ...shown.map((row) => (row === undefined || row === "middle" ? 0 : sizeOf(row.level.count)))
  )
  const widths = widthsOf(columns)
  return shown.map((row): Line => {
    if (row === "middle") return middle(state, columns)
    return row === undefined ? [] : rowLine(row, state, widths, largest)
  })
}
