/** The report as JSON: everything there is, with what the clock said apart from the rest. */
import type { Report } from "../runner/Report.ts"
import { exitCode, lastLine, totals } from "../runner/Report.ts"

/** Version of this layout. */
const layout = 1

/** The whole report. Two runs with one seed differ in `times` alone. */
export const render = (report: Report): string => {
  const { times, ...rest } = report
  return `${JSON.stringify({ layout, ...rest, totals: totals(report), exitCode: exitCode(report), lastLine: lastLine(report), times }, null, 2)}\n`
}
