/**
 * Renders the report as JSON, with all data. The timings are separate.
 *
 * @module
 */
import type { Report } from "../runner/Report.ts"
import { exitCode, lastLine, totals } from "../runner/Report.ts"

/** The version of this layout. */
const layout = 1

/** Renders the report. Two finished runs on the local exchange with the same options differ only in `times`. */
export const render = (report: Report): string => {
  const { times, ...rest } = report
  return `${JSON.stringify({ layout, ...rest, totals: totals(report), exitCode: exitCode(report), lastLine: lastLine(report), times }, null, 2)}\n`
}
