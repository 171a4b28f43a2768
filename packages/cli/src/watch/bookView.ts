/**
 * The view of order books: one or several markets, each with its depth ladder and its last trades.
 *
 * @module
 */
import type * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import { durationOf, priceOf, timeOf } from "./format.ts"
import { framed, type FrameState, type KeyHelp } from "./frame.ts"
import { ladderHeader, ladderLines, type OwnCounts } from "./ladder.ts"
import { beside, clip, fitRows, type Line, lineWidth, type Size, span, widthOf, wrap } from "./layout.ts"
import { type TapeEntry, tapeHeader, tapeLine, tapeWidth } from "./tape.ts"

export type BookState =
  | { readonly _tag: "Live"; readonly book: OrderBooks.Book }
  /** The book may be wrong. `last` is the last live book. */
  | {
      readonly _tag: "NotLive"
      readonly reason: string
      readonly sinceMillis: number
      readonly last: OrderBooks.Book | undefined
    }
  | { readonly _tag: "Refused"; readonly reason: string }

export interface MarketState {
  readonly ticker: string
  readonly title: string
  /** Why the market does not trade, such as `closed`. Undefined if it trades. */
  readonly standstill: string | undefined
  readonly book: BookState
  /** The user's own resting orders. Undefined while they are not known. */
  readonly own: OwnCounts | undefined
  /** The last trades, newest first. */
  readonly trades: ReadonlyArray<TapeEntry>
}

export interface BookViewState extends Omit<FrameState, "title" | "standstill"> {
  readonly markets: ReadonlyArray<MarketState>
  readonly selected: number
  readonly scroll: number
}

/** The smallest width of a panel with trades beside the ladder. */
const withTape = 76
/** The maximum width of the ladder, so that the trades stay close to it on a wide terminal. */
const widestLadder = 96
/** The smallest width of a panel if several panels are shown. */
const panelWidth = 79
const separator = " │ "

export const bookKeys: ReadonlyArray<KeyHelp> = [
  ["←→", "market"],
  ["↑↓", "scroll"],
  ["Home", "best prices"],
  ["1-9", "market by number"],
  ["PgUp PgDn", "scroll by a screen"]
]

export const oneBookKeys: ReadonlyArray<KeyHelp> = [
  ["↑↓", "scroll"],
  ["Home", "best prices"],
  ["PgUp PgDn", "scroll by a screen"]
]

export const panelCount = (columns: number, markets: number): number =>
  Math.max(1, Math.min(markets, Math.floor((columns + separator.length) / (panelWidth + separator.length))))

export const ladderRows = ({ rows }: Size, markets: number): number =>
  Math.max(1, (rows < 4 ? rows : rows - 2) - (markets > 1 ? 1 : 0) - headLines)

const headLines = 4

/** The smallest width at which a panel shows the spread and the mid price. */
const withSpread = 52
/** The smallest width at which a panel shows names before the best prices. */
const withNames = 23

const priceSpan = (price: string | undefined, style?: "green" | "red") =>
  price === undefined ? span("–", "dim") : span(priceOf(price), style)

const quoteLine = ({ book, standstill }: MarketState, columns: number): Line => {
  const isCurrent = book._tag === "Live" && standstill === undefined
  const { bestAsk, bestBid, mid, spread } = isCurrent ? book.book : noQuotes
  const [bid, ask] = [priceSpan(bestBid?.price, "green"), priceSpan(bestAsk?.price, "red")]
  if (columns < withNames) return [bid, span(" / ", "dim"), ask]
  const line: Line = [span("bid ", "dim"), bid, span("   ask ", "dim"), ask]
  if (columns < withSpread) return line
  return [...line, span("   spread ", "dim"), priceSpan(spread), span("   mid ", "dim"), priceSpan(mid)]
}

const noQuotes = { bestAsk: undefined, bestBid: undefined, mid: undefined, spread: undefined }

const stateLine = ({ book, own, standstill }: MarketState, nowMillis: number): Line => {
  if (standstill !== undefined && book._tag !== "Refused") {
    return [span(standstill.toUpperCase(), ["bold", "yellow"]), span(": no order can trade now", "dim")]
  }
  switch (book._tag) {
    case "Live": {
      const age = durationOf(nowMillis - book.book.receivedMillis)
      return [
        span("live", "green"),
        span(`, last change ${age} ago`, "dim"),
        ...(own === undefined ? [span(", own orders not known", "yellow")] : [])
      ]
    }
    case "NotLive":
      return [span(`NOT LIVE for ${durationOf(nowMillis - book.sinceMillis)}: ${book.reason}`, ["bold", "yellow"])]
    case "Refused":
      return [span(`REFUSED: ${book.reason}`, ["bold", "red"])]
  }
}

const ladderOf = (market: MarketState, size: Size, scroll: number): ReadonlyArray<Line> => {
  const { book } = market
  const own: OwnCounts = market.own ?? new Map()
  const shown = book._tag === "Live" ? book.book : book._tag === "NotLive" ? book.last : undefined
  if (shown !== undefined) {
    const isLive = book._tag === "Live" && market.standstill === undefined
    return [
      book._tag === "Live"
        ? ladderHeader(size.columns)
        : [span(`The last book, as of ${timeOf(shown.receivedMillis)} UTC:`, "dim")],
      ...ladderLines(
        { book: shown, isLive, standstill: market.standstill, own, scroll },
        { columns: size.columns, rows: size.rows - 1 }
      )
    ]
  }
  const why = book._tag === "Refused" ? book.reason : book._tag === "NotLive" ? book.reason : ""
  return [[], ...wrap(why, size.columns).map((text): Line => [span(text, "dim")])]
}

const panel = (market: MarketState, state: BookViewState, { columns, rows }: Size): ReadonlyArray<Line> => {
  const isSelected = state.markets[state.selected] === market
  const head: ReadonlyArray<Line> = [
    [
      span(market.ticker, isSelected ? "bold" : undefined),
      span(market.title === market.ticker ? "" : `  ${market.title}`, "dim")
    ],
    quoteLine(market, columns),
    stateLine(market, state.nowMillis)
  ]
  const bodyRows = rows - head.length
  const scroll = isSelected ? state.scroll : 0
  if (columns < withTape) return [...head, ...ladderOf(market, { columns, rows: bodyRows }, scroll)]
  const ladderWidth = Math.min(widestLadder, columns - tapeWidth - separator.length)
  const tape = [tapeHeader(), ...market.trades.slice(0, Math.max(0, bodyRows - 1)).map((entry) => tapeLine(entry))]
  return [
    ...head,
    ...beside(
      [
        { lines: ladderOf(market, { columns: ladderWidth, rows: bodyRows }, scroll), width: ladderWidth },
        { lines: tape, width: tapeWidth }
      ],
      bodyRows,
      span(separator, "dim")
    )
  ]
}

const mark = ({ book, standstill }: MarketState): string => {
  if (standstill !== undefined) return " -"
  return book._tag === "Live" ? "" : book._tag === "NotLive" ? " ~" : " x"
}

/** Hides tabs that do not fit, so that the selected tab is visible. */
const tabs = ({ markets, selected }: BookViewState, columns: number): Line => {
  const names = markets.map((market, index) => ` ${index + 1} ${clip(market.ticker, 30)}${mark(market)} `)
  const widthOfTabs = (from: number, to: number) =>
    names.slice(from, to + 1).reduce((sum, name) => sum + widthOf(name), from > 0 ? 2 : 0)
  let first = 0
  while (first < selected && widthOfTabs(first, selected) > columns - 2) first++
  const line: Array<Line[number]> = first > 0 ? [span("‹ ", "dim")] : []
  for (const [index, name] of names.entries()) {
    if (index < first) continue
    if (index > selected && lineWidth(line) + widthOf(name) > columns - 2) return [...line, span(" ›", "dim")]
    line.push(span(name, index === selected ? "inverse" : "dim"))
  }
  return line
}

const standstillOfAll = (markets: ReadonlyArray<MarketState>): string | undefined => {
  const reasons = new Set(markets.map(({ standstill }) => standstill))
  if (reasons.has(undefined)) return undefined
  return reasons.size === 1 ? [...reasons][0] : "no market trades"
}

export const renderBooks = (state: BookViewState, size: Size): ReadonlyArray<Line> => {
  const { markets, selected } = state
  const keys = markets.length > 1 ? bookKeys : oneBookKeys
  return framed({ ...state, title: "Order books", standstill: standstillOfAll(markets) }, keys, size, (inner) => {
    const head = markets.length > 1 ? [tabs(state, inner.columns)] : []
    const rows = inner.rows - head.length
    const count = panelCount(inner.columns, markets.length)
    const first = Math.max(0, Math.min(selected, markets.length - count))
    const shown = markets.slice(first, first + count)
    const width = Math.floor((inner.columns - separator.length * (count - 1)) / count)
    const blocks = shown.map((market) => ({ lines: panel(market, state, { columns: width, rows }), width }))
    return [...head, ...fitRows(beside(blocks, rows, span(separator, "dim")), rows)]
  })
}
