/**
 * Comma-separated values (RFC 4180).
 *
 * @module
 */
import type { Column } from "./table.ts"

/**
 * Quotes a field if needed. A text that a spreadsheet would run as a formula gets a leading apostrophe; a number does
 * not.
 */
const quote = (text: string): string => {
  const safe = /^[=@\t\r]|^[+-](?![\d.]+$)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Formats rows as CSV with a header line. Every line ends with CRLF, as RFC 4180 says. */
export const formatCsv = <Row>(columns: ReadonlyArray<Column<Row>>, rows: ReadonlyArray<Row>): string =>
  [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ value }) => value(row) ?? ""))]
    .map((fields) => `${fields.map(quote).join(",")}\r\n`)
    .join("")
