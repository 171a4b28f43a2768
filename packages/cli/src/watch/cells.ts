/**
 * Tables inside a view. Their columns keep their widths while the rows change, so that the table does not jump.
 *
 * @module
 */
import { left, type Line, right, span } from "./layout.ts"
import type { Style } from "../output/Screen.ts"

export interface Cells<in Row> {
  readonly name: string
  /** The width in cells, without the gap. The one column without a width takes the remaining cells. */
  readonly width?: number
  readonly align?: "left" | "right"
  readonly value: (row: Row) => string
  readonly style?: (row: Row) => Style | undefined
  /** If the table is too narrow, columns with the highest number are omitted first. Default: 0, never omitted. */
  readonly dropOrder?: number
}

const gap = 2
/** The largest width of the column without a width. */
const largest = 40
/** If the column without a width would be narrower than this, columns with a `dropOrder` are omitted. */
const wanted = 28

/** The width of a table. `rest` is the width of the column without a width. */
const totalOf = (columns: ReadonlyArray<Cells<never>>, rest: number): number =>
  columns.reduce((sum, { width }) => sum + (width ?? rest) + gap, -gap)

export const fitColumns = <Row>(columns: ReadonlyArray<Cells<Row>>, width: number): ReadonlyArray<Cells<Row>> => {
  let kept = columns
  while (totalOf(kept, wanted) > width) {
    const last = Math.max(...kept.map(({ dropOrder }) => dropOrder ?? 0))
    if (last === 0) break
    kept = kept.filter(({ dropOrder }) => dropOrder !== last)
  }
  const rest = Math.max(1, Math.min(largest, width - totalOf(kept, 0)))
  return kept.map((column) => ({ ...column, width: column.width ?? rest }))
}

const cellOf = (text: string, { align, width = wanted }: Pick<Cells<never>, "align" | "width">, style?: Style) =>
  align === "right" ? right(text, width, style) : left(text, width, style)

export const headerLine = <Row>(columns: ReadonlyArray<Cells<Row>>): Line =>
  columns.flatMap((column, index) => [...(index === 0 ? [] : [span("  ")]), cellOf(column.name, column, "dim")])

/** The line of a row. `style` replaces the styles of the columns. */
export const rowLine = <Row>(columns: ReadonlyArray<Cells<Row>>, row: Row, style?: Style): Line =>
  columns.flatMap((column, index) => [
    ...(index === 0 ? [] : [span("  ")]),
    cellOf(column.value(row), column, style ?? column.style?.(row))
  ])
