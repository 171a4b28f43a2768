/**
 * The parts that all views share: the first and the last line, and the list of keys.
 *
 * @module
 */
import { centered, ends, fitRows, type Line, screenOf, type Size, span } from "./layout.ts"
import { type LineState, lineStateSpans } from "./lineState.ts"

export type KeyHelp = readonly [key: string, effect: string]

export interface FrameState {
  readonly title: string
  readonly environment: string
  readonly line: LineState
  /** Why the view cannot change although the connection is live, such as `closed`. */
  readonly standstill?: string | undefined
  readonly nowMillis: number
  readonly showsKeys: boolean
}

const common: ReadonlyArray<KeyHelp> = [
  ["?", "show or hide the keys"],
  ["q, Ctrl-C", "quit"]
]

const header = ({ environment, line, nowMillis, standstill, title }: FrameState, columns: number): Line =>
  ends(
    [
      span(title, "bold"),
      span("  "),
      // Production is highlighted, because it trades real money.
      span(environment, environment === "production" ? ["bold", "magenta"] : "dim")
    ],
    standstill !== undefined && line._tag === "live"
      ? [span(`○ ${standstill}`, "yellow")]
      : lineStateSpans(line, nowMillis),
    columns
  )

const footer = ({ line }: FrameState, keys: ReadonlyArray<KeyHelp>, columns: number): Line => {
  // If the connection is lost, the reason replaces the keys.
  if ("reason" in line) return ends([span(line.reason, "red")], [span("q quit", "dim")], columns)
  const hints = [...keys.slice(0, 3), ["?", "keys"], ["q", "quit"]].map(([key, effect]) => `${key} ${effect}`)
  const text = hints.join("   ")
  return [span(text.length <= columns ? text : "? keys   q quit", "dim")]
}

const keyList = (keys: ReadonlyArray<KeyHelp>, { columns, rows }: Size): ReadonlyArray<Line> => {
  const all = [...keys, ...common]
  const width = Math.max(...all.map(([key]) => key.length))
  const block = Math.max(...all.map(([, effect]) => effect.length)) + width + 2
  const indent = " ".repeat(Math.max(0, (columns - block) >> 1))
  const lines: ReadonlyArray<Line> = [
    centered("Keys", columns, "bold"),
    [],
    ...all.map(([key, effect]) => [span(`${indent}${key.padEnd(width)}`, "bold"), span(`  ${effect}`)])
  ]
  const above = Math.max(0, (rows - lines.length) >> 1)
  return [...Array.from({ length: above }, (): Line => []), ...lines]
}

/** Puts the first line above the body, and the last line below it. A very small terminal shows only the body. */
export const framed = (
  state: FrameState,
  keys: ReadonlyArray<KeyHelp>,
  size: Size,
  body: (size: Size) => ReadonlyArray<Line>
): ReadonlyArray<Line> => {
  const { columns, rows } = size
  const isSmall = rows < 4
  const inner = { columns, rows: isSmall ? rows : rows - 2 }
  const lines = state.showsKeys ? keyList(keys, inner) : body(inner)
  if (isSmall) return screenOf(lines, size)
  return screenOf([header(state, columns), ...fitRows(lines, inner.rows), footer(state, keys, columns)], size)
}
