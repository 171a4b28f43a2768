/**
 * Renders the report as JUnit XML: a test suite for each property, a test case for each target.
 *
 * @module
 */
import * as Replay from "../runner/Replay.ts"
import * as Report from "../runner/Report.ts"

/** Escapes a text for XML. Characters that XML 1.0 does not allow become U+FFFD. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- XML does not allow these characters
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\r", "&#13;")
    .replaceAll("\t", "&#9;")

export const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("")

const testcase = ({ property, result, target }: Report.Cell): string => {
  const open = `    <testcase${attributes({ name: target, classname: property })}`
  switch (result._tag) {
    case "Passed":
      return `${open}/>`
    case "Skipped":
      return `${open}><skipped${attributes({ message: result.reason })}/></testcase>`
    case "Failed":
      return `${open}><failure${attributes({ message: result.reason })}>${escaped(
        `${result.pointer === undefined ? "" : `at ${result.pointer}\n`}${result.instance}\n${Replay.lineOf(result.token)}`
      )}</failure></testcase>`
  }
}

const counts = ({ failed, passed, skipped }: Report.Totals, millis: number) => ({
  tests: passed + failed + skipped,
  failures: failed,
  skipped,
  time: (millis / 1_000).toFixed(3)
})

/** Renders the report. If the run has exit code 3, the report has an additional failing suite. */
export const render = (report: Report.Report): string => {
  const suites = report.properties.map(({ id, statement }) => {
    const millis = report.times.byProperty[id] ?? 0
    return [
      `  <testsuite${attributes({ name: `${id} ${statement}`, ...counts(Report.totals(report, id), millis) })}>`,
      ...report.cells.filter(({ property }) => property === id).map(testcase),
      "  </testsuite>"
    ].join("\n")
  })
  const unfinished =
    Report.exitCode(report) === 3
      ? [
          `  <testsuite name="the run" tests="1" failures="1"><testcase name="ran every check" classname="run"><failure${attributes(
            { message: Report.unfinished[report.ending] ?? "nothing passed" }
          )}/></testcase></testsuite>`
        ]
      : []
  const properties = { target: report.target, document: report.document, seed: report.seed, runs: report.runs }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: report.suite, ...counts(Report.totals(report), report.times.millis), timestamp: report.times.startedAt })}>`,
    `  <properties>${Object.entries(properties)
      .map(([name, value]) => `<property${attributes({ name, value })}/>`)
      .join("")}</properties>`,
    ...suites,
    ...unfinished,
    "</testsuites>",
    ""
  ].join("\n")
}
