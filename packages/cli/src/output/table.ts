/**
 * Tables for people.
 *
 * @module
 */
import { displayWidth } from "effect/cli/CliOutput"
import { plain } from "./plain.ts"
import type { Screen, Style } from "./Screen.ts"

export interface Column<in Row> {
  /** The name in the header of the table and of the CSV. */
  readonly name: string
  readonly value: (row: Row) => string | undefined
  /** The text in CSV, if it differs from the text for people, such as a time in the exchange's format. */
  readonly csv?: (row: Row) => string | undefined
  /** Numbers are aligned right, so that their digits can be compared. */
  readonly align?: "left" | "right"
  /** Whether the column becomes narrower if the terminal is too narrow. */
  readonly shrinks?: boolean
  /** The smallest width of a column that shrinks. Default: 8. */
  readonly smallest?: number
  readonly style?: (row: Row) => Style | undefined
  /** If the terminal is too narrow, columns with the highest number are omitted first. Default: 0, never omitted. */
  readonly dropOrder?: number
}

const gap = 2
const smallestByDefault = 8

const totalOf = (widths: ReadonlyArray<number>): number =>
  widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1)

/** Columns that shrink become narrower, the widest first. */
const shrink = (
  columns: ReadonlyArray<{ readonly shrinks: boolean; readonly smallest: number; readonly width: number }>,
  available: number
) => {
  const widths = columns.map(({ width }) => width)
  for (let surplus = totalOf(widths) - available; surplus > 0; surplus--) {
    let widest = -1
    for (const [index, { shrinks, smallest }] of columns.entries()) {
      if (shrinks && widths[index]! > smallest && (widest === -1 || widths[index]! > widths[widest]!)) widest = index
    }
    if (widest === -1) break
    widths[widest]!--
  }
  return widths
}

/** Most texts are ASCII, for which the length is the width. */
const widthOf = (text: string): number => (/^[\u0020-\u007e]*$/.test(text) ? text.length : displayWidth(text))

const naturalWidth = <Row>(column: Column<Row>, rows: ReadonlyArray<Row>): number =>
  rows.reduce((width, row) => Math.max(width, widthOf(plain(column.value(row) ?? ""))), widthOf(column.name))

interface Fitted<in Row> {
  readonly column: Column<Row>
  readonly width: number
}

const fit = <Row>(
  columns: ReadonlyArray<Column<Row>>,
  widthsNeeded: ReadonlyArray<number>,
  available: number | undefined
): ReadonlyArray<Fitted<Row>> => {
  const natural = columns.map((column, index) => ({
    column,
    shrinks: column.shrinks === true,
    smallest: column.smallest ?? smallestByDefault,
    width: widthsNeeded[index]!
  }))
  if (available === undefined) return natural
  const kept = [...natural]
  const minimum = () =>
    totalOf(kept.map(({ shrinks, smallest, width }) => (shrinks ? Math.min(width, smallest) : width)))
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

/** Pads a text, and then paints it, because colors are not part of its width. */
const pad = (text: string, width: number, align: Column<never>["align"], style: (text: string) => string): string => {
  const space = " ".repeat(width - widthOf(text))
  return align === "right" ? `${space}${style(text)}` : `${style(text)}${space}`
}

const formatLine = <Row>(
  fitted: ReadonlyArray<Fitted<Row>>,
  cell: (column: Column<Row>) => readonly [text: string, style: Style | undefined],
  paint: Screen["paint"]
): string =>
  fitted
    .map(({ column, width }) => {
      const [text, style] = cell(column)
      return pad(clip(text, width), width, column.align, (text) => (style === undefined ? text : paint(style, text)))
    })
    .join(" ".repeat(gap))
    .trimEnd()

export interface TableParts<in Row> {
  /**
   * Formats the next part of the table. The first part has the header. A later part widens columns if its values need
   * it. If columns are then omitted, the part has the header of the remaining columns.
   */
  readonly next: (rows: ReadonlyArray<Row>) => string
  /** The names of the omitted columns for which a row had a value. */
  readonly leftOut: () => ReadonlyArray<string>
}

export const tableParts = <Row>(
  columns: ReadonlyArray<Column<Row>>,
  { columns: available, paint }: Pick<Screen, "columns" | "paint">
): TableParts<Row> => {
  const needed = columns.map(() => 0)
  const leftOut = new Set<Column<Row>>()
  let columnsOfHeader = 0
  const next = (rows: ReadonlyArray<Row>): string => {
    for (const [index, column] of columns.entries()) {
      needed[index] = Math.max(needed[index]!, naturalWidth(column, rows))
    }
    const fitted = fit(columns, needed, available)
    for (const column of columns) {
      const isShown = leftOut.has(column) || fitted.some((shown) => shown.column === column)
      if (!isShown && rows.some((row) => (column.value(row) ?? "") !== "")) leftOut.add(column)
    }
    // Widths only grow, so an omitted column never returns.
    const header = fitted.length === columnsOfHeader ? [] : [formatLine(fitted, ({ name }) => [name, "dim"], paint)]
    columnsOfHeader = fitted.length
    const lines = rows.map((row) =>
      formatLine(fitted, ({ style, value }) => [plain(value(row) ?? ""), style?.(row)], paint)
    )
    return [...header, ...lines].join("\n")
  }
  return { next, leftOut: () => columns.filter((column) => leftOut.has(column)).map(({ name }) => name) }
}

export const formatTable = <Row>(
  columns: ReadonlyArray<Column<Row>>,
  rows: ReadonlyArray<Row>,
  screen: Pick<Screen, "columns" | "paint">
): string => tableParts(columns, screen).next(rows)

const clip = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text
  let kept = ""
  let used = 0
  for (const character of text) {
    used += widthOf(character)
    if (used > width - 1) break
    kept += character
  }
  return `${kept}…`
}
