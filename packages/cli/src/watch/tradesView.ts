/**
 * The view of public trades: the newest trades (the tape) of all or some markets.
 *
 * @module
 */
import { framed, type FrameState, type KeyHelp } from "./frame.ts"
import { ends, type Line, type Size, span, wrap } from "./layout.ts"
import { type Tape, tapeHeader, tapeLine, tapeWidth } from "./tape.ts"

export interface TradesViewState extends Omit<FrameState, "title"> {
  /** Empty for all markets. */
  readonly tickers: ReadonlyArray<string>
  readonly tape: Pick<Tape, "newest" | "added">
  /** The value of `tape.added` when the tape was paused. Undefined if the tape is not paused. */
  readonly pausedAt: number | undefined
  readonly scroll: number
}

export const tradesKeys: ReadonlyArray<KeyHelp> = [
  ["Space", "pause"],
  ["↑↓", "scroll"],
  ["Home", "newest"],
  ["PgUp PgDn", "scroll by a screen"]
]

const widestTicker = 40
const narrowestTicker = 8

export const tapeRows = ({ rows }: Size): number => Math.max(1, (rows < 4 ? rows : rows - 2) - 2)

const subject = (tickers: ReadonlyArray<string>): string => {
  if (tickers.length === 0) return "all markets"
  return tickers.length > 3 ? `${tickers.length} markets` : tickers.join(", ")
}

/** `before`: how many entries arrived before the pause. Undefined unless newer entries arrived after it. */
const emptyText = (isMoving: boolean, before: number | undefined): string => {
  if (before === 0) return "No trade before the pause."
  if (before !== undefined) return "The trades from before the pause are no longer kept."
  return isMoving ? "No trade yet. New trades appear here immediately." : "No trade yet."
}

export const renderTrades = (state: TradesViewState, size: Size): ReadonlyArray<Line> =>
  framed({ ...state, title: "Trades" }, tradesKeys, size, ({ columns, rows }) => {
    const { pausedAt, scroll, tape, tickers } = state
    const room = Math.max(0, columns - tapeWidth - 2)
    const tickerWidth = room < narrowestTicker ? undefined : Math.min(room, widestTicker)
    const entries = tape.newest(scroll + Math.max(0, rows - 2), pausedAt).slice(scroll)
    const newer = pausedAt === undefined ? 0 : tape.added - pausedAt
    const head: ReadonlyArray<Line> = [
      ends(
        [span(subject(tickers), "bold")],
        pausedAt === undefined ? [] : [span(`paused, ${newer} newer (Home shows them)`, "yellow")],
        columns
      ),
      tapeHeader(tickerWidth)
    ]
    if (entries.length > 0) return [...head, ...entries.map((entry) => tapeLine(entry, tickerWidth))]
    const text = emptyText(state.line._tag === "live" && pausedAt === undefined, newer > 0 ? pausedAt : undefined)
    return [...head, ...wrap(text, columns).map((line): Line => [span(line, "dim")])]
  })
