/**
 * Tables for people.
 *
 * @module
 */
import Table from "cli-table3"
import { displayWidth } from "effect/cli/CliOutput"
import { plain } from "./plain.ts"
import type { Screen, Style } from "./Screen.ts"

/** A column of a list. */
export interface Column<in Row> {
  /** The name in the header: the wire name of the field, where the column is one field. */
  readonly name: string
  /** The text of a row. Undefined if the row has none. */
  readonly value: (row: Row) => string | undefined
  /** Numbers are aligned right, so that their digits can be compared. Default: left. */
  readonly align?: "left" | "right"
  /** Whether the column may be shortened on a narrow terminal. Default: false. */
  readonly shrinks?: boolean
  /** The style of a value on a terminal with colours. */
  readonly style?: (row: Row) => Style | undefined
  /** Columns with the highest number are left out first, if the terminal is too narrow. Default: 0, never left out. */
  readonly dropOrder?: number
}

/** The number of spaces between two columns. */
const gap = 2
/** The smallest width of a column that shrinks. */
const smallest = 8

const noBorders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: " ".repeat(gap)
}

const totalOf = (widths: ReadonlyArray<number>): number =>
  widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1)

/** The widths that fit: columns that shrink become narrower, the widest first. */
const shrink = (columns: ReadonlyArray<{ readonly shrinks: boolean; readonly width: number }>, available: number) => {
  const widths = columns.map(({ width }) => width)
  for (let surplus = totalOf(widths) - available; surplus > 0; surplus--) {
    let widest = -1
    for (const [index, { shrinks }] of columns.entries()) {
      if (shrinks && widths[index]! > smallest && (widest === -1 || widths[index]! > widths[widest]!)) widest = index
    }
    if (widest === -1) break
    widths[widest]!--
  }
  return widths
}

/** Leaves columns out until the others fit, and returns these with their widths. */
const fit = <Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: ReadonlyArray<Row>,
  available: number | undefined
): ReadonlyArray<{ readonly column: Column<Row>; readonly width: number }> => {
  const natural = columns.map((column) => ({
    column,
    shrinks: column.shrinks === true,
    width: Math.max(displayWidth(column.name), ...rows.map((row) => displayWidth(plain(column.value(row) ?? ""))))
  }))
  if (available === undefined) return natural
  const kept = [...natural]
  const minimum = () => totalOf(kept.map(({ shrinks, width }) => (shrinks ? Math.min(width, smallest) : width)))
  while (minimum() > available) {
    const last = Math.max(...kept.map(({ column }) => column.dropOrder ?? 0))
    if (last === 0) break
    kept.splice(
      kept.findIndex(({ column }) => column.dropOrder === last),
      1
    )
  }
  const widths = shrink(kept, available)
  return kept.map(({ column }, index) => ({ column, width: widths[index]! }))
}

/**
 * Formats rows as a table with a header. If the terminal is too narrow, columns become shorter, and then columns are left
 * out (see {@link Column}).
 */
export const formatTable = <Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: ReadonlyArray<Row>,
  { columns: available, paint }: Pick<Screen, "columns" | "paint">
): string => {
  const fitted = fit(columns, rows, available)
  const table = new Table({
    head: fitted.map(({ column, width }) => paint("dim", clip(column.name, width))),
    chars: noBorders,
    colWidths: fitted.map(({ width }) => width),
    colAligns: fitted.map(({ column }) => column.align ?? "left"),
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true }
  })
  for (const row of rows) {
    table.push(
      fitted.map(({ column, width }) => {
        const text = clip(plain(column.value(row) ?? ""), width)
        const style = column.style?.(row)
        return style === undefined ? text : paint(style, text)
      })
    )
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
}

/** Shortens a text to a width. */
const clip = (text: string, width: number): string => {
  if (displayWidth(text) <= width) return text
  let kept = ""
  let used = 0
  for (const character of text) {
    used += displayWidth(character)
    if (used > width - 1) break
    kept += character
  }
  return `${kept}…`
}
