/**
 * Renders the report as text for a terminal.
 *
 * @module
 */
import * as Replay from "../runner/Replay.ts"
import * as Report from "../runner/Report.ts"

const columns = ["property", "passed", "failed", "skipped", "cases", "statement"] as const

const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((text, column) =>
        column > 0 && column < 5 ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)
      )
      .join("  ")
      .trimEnd()
  )
}

export const casesOf = ({ cells }: Report.Report, property: string): number =>
  cells.reduce(
    (sum, { property: id, result }) => sum + (id === property && result._tag !== "Skipped" ? result.runs : 0),
    0
  )

export const failure = ({ property, result, target }: ReturnType<typeof Report.failures>[number]): string =>
  [
    `✗ ${property} fails for ${target}${result.pointer === undefined ? "" : ` at ${JSON.stringify(result.pointer)}`}`,
    `  because: ${result.reason}`,
    ...(result.expected === undefined ? [] : [`  expected: ${result.expected}`]),
    ...(result.got === undefined ? [] : [`  got: ${result.got}`]),
    `  instance: ${result.instance}`,
    ...(result.curl === undefined ? [] : [`  request: ${result.curl}`]),
    `  ${Replay.lineOf(result.token)}`
  ].join("\n")

/** Renders a report. The last line is `N passed, N failed, N skipped`. */
export const render = (report: Report.Report): string => {
  const rows = report.properties.map(({ id, statement }) => {
    const { failed, passed, skipped } = Report.totals(report, id)
    return [id, passed, failed, skipped, casesOf(report, id).toLocaleString("en"), statement].map(String)
  })
  const skipped = [...Report.skips(report)].map(
    ([reason, cells]) =>
      `skipped ${cells.length}: ${reason} (${cells
        .slice(0, 3)
        .map(({ property, target }) => `${property} ${target}`)
        .join(", ")}${cells.length > 3 ? ", …" : ""})`
  )
  const ending = Report.unfinished[report.ending]
  return [
    ...aligned([columns, ...rows]),
    "",
    ...Report.failures(report).flatMap((failed) => [failure(failed), ""]),
    ...skipped,
    ...report.notes,
    ...(ending === undefined ? [] : [ending]),
    `target ${report.target}, document ${report.document}, seed ${report.seed}, up to ${report.runs} random cases per cell`,
    Report.lastLine(report)
  ].join("\n")
}
