/**
 * Lines of text with styles, and how they are fitted to the cells of a terminal.
 *
 * @module
 */
import { displayWidth } from "effect/cli/CliOutput"
import { plain } from "../output/plain.ts"
import type { Style } from "../output/Screen.ts"

export interface Span {
  readonly text: string
  readonly style?: Style | undefined
}

export type Line = ReadonlyArray<Span>

/** In cells. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/**
 * Matches texts in which every character is harmless and takes one cell: ASCII, Latin letters, and the signs that the
 * views draw. Almost all texts of a view match. Their length is their width.
 */
const simple = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u00ff\u2500-\u259f…–●○←→↑↓‹›]*$/

export const widthOf = (text: string): number => (simple.test(text) ? text.length : displayWidth(text))

/** Makes a span, without characters that could control the terminal. */
export const span = (text: string, style?: Style): Span => ({ text: simple.test(text) ? text : plain(text), style })

export const lineWidth = (line: Line): number => line.reduce((sum, { text }) => sum + widthOf(text), 0)

/** Shortens a text to `width` cells. The last cell of a shortened text is `…`. */
export const clip = (text: string, width: number): string => {
  if (width <= 0) return ""
  if (widthOf(text) <= width) return text
  if (simple.test(text)) return `${text.slice(0, width - 1)}…`
  let kept = ""
  let used = 0
  for (const character of text) {
    used += widthOf(character)
    if (used > width - 1) break
    kept += character
  }
  return `${kept}…`
}

const spaces = (count: number): string => " ".repeat(Math.max(0, count))

export const left = (text: string, width: number, style?: Style): Span => {
  const { text: safe } = span(text)
  const shown = clip(safe, width)
  return { text: shown + spaces(width - widthOf(shown)), style }
}

export const right = (text: string, width: number, style?: Style): Span => {
  const { text: safe } = span(text)
  const shown = clip(safe, width)
  return { text: spaces(width - widthOf(shown)) + shown, style }
}

/** Shortens a line, or fills it with spaces. */
export const fit = (line: Line, width: number): Line => {
  const fitted: Array<Span> = []
  let used = 0
  for (const { style, text } of line) {
    if (used >= width) break
    const shown = clip(span(text).text, width - used)
    used += widthOf(shown)
    fitted.push({ text: shown, style })
    if (shown !== text && shown.endsWith("…")) break
  }
  return used < width ? [...fitted, { text: spaces(width - used) }] : fitted
}

/** A line with one part at each end. The left part is shortened first. */
export const ends = (atLeft: Line, atRight: Line, width: number): Line => {
  const rightWidth = Math.min(lineWidth(atRight), width)
  if (rightWidth === width) return fit(atRight, width)
  return [...fit(atLeft, width - rightWidth - 1), span(" "), ...fit(atRight, rightWidth)]
}

export const centered = (text: string, width: number, style?: Style): Line => {
  const shown = clip(span(text).text, width)
  return fit([{ text: spaces((width - widthOf(shown)) >> 1) }, { text: shown, style }], width)
}

export const fitRows = (lines: ReadonlyArray<Line>, rows: number): ReadonlyArray<Line> =>
  Array.from({ length: Math.max(0, rows) }, (_, row) => lines[row] ?? [])

export const beside = (
  blocks: ReadonlyArray<{ readonly lines: ReadonlyArray<Line>; readonly width: number }>,
  rows: number,
  separator: Span
): ReadonlyArray<Line> =>
  Array.from({ length: Math.max(0, rows) }, (_, row) =>
    blocks.flatMap(({ lines, width }, index) => [...(index === 0 ? [] : [separator]), ...fit(lines[row] ?? [], width)])
  )

/** Breaks a text at spaces. A word that is longer than a line is cut. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let current = ""
  for (const word of span(text).text.split(" ")) {
    const next = current === "" ? word : `${current} ${word}`
    if (widthOf(next) <= width) current = next
    else {
      if (current !== "") lines.push(current)
      current = clip(word, width)
    }
  }
  return current === "" ? lines : [...lines, current]
}

export const screenOf = (lines: ReadonlyArray<Line>, { columns, rows }: Size): ReadonlyArray<Line> =>
  fitRows(lines, rows).map((line) => fit(line, columns))

export const textOf = (line: Line): string => line.map(({ text }) => text).join("")
