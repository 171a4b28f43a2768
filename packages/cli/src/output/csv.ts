/**
 * Comma-separated values (RFC 4180).
 *
 * @module
 */
import type { Column } from "./table.ts"

/** A text that a spreadsheet would run as a formula gets a leading apostrophe; a number does not. */
const quote = (text: string): string => {
  const safe = /^[=@\t\r]|^[+-](?![\d.]+$)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const formatLine = (fields: ReadonlyArray<string>): string => `${fields.map(quote).join(",")}\r\n`

export const formatCsvHeader = <Row>(columns: ReadonlyArray<Column<Row>>): string =>
  formatLine(columns.map(({ name }) => name))

export const formatCsvRows = <Row>(columns: ReadonlyArray<Column<Row>>, rows: ReadonlyArray<Row>): string =>
  rows.map((row) => formatLine(columns.map(({ csv, value }) => (csv ?? value)(row) ?? ""))).join("")

export const formatCsv = <Row>(columns: ReadonlyArray<Column<Row>>, rows: ReadonlyArray<Row>): string =>
  formatCsvHeader(columns) + formatCsvRows(columns, rows)
