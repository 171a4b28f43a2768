/** The report as JSON: all data, with timings kept separate. */
import type { Report } from "../runner/Report.ts"
import { exitCode, lastLine, totals } from "../runner/Report.ts"

/** Version of this layout. */
const layout = 1

/** The whole report. Two runs with one seed differ only in `times`. */
export const render = (report: Report): string => {
  const { times, ...rest } = report
  return `${JSON.stringify({ layout, ...rest, totals: totals(report), exitCode: exitCode(report), lastLine: lastLine(report), times }, null, 2)}\n`
}
