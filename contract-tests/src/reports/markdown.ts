/**
 * Renders the report as Markdown, for a pull request or the summary of a CI job.
 *
 * @module
 */
import * as Replay from "../runner/Replay.ts"
import * as Report from "../runner/Report.ts"
import { casesOf } from "./text.ts"

export const cell = (text: string): string => text.replaceAll("|", "\\|").replace(/\s+/g, " ")

/** Puts a text between fences that do not occur in it. */
const block = (text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = "`".repeat(longest + 1)
  return `${fence}\n${text}\n${fence}`
}

const symbols: Record<Report.Result["_tag"], string> = { Passed: "✓", Failed: "✗", Skipped: "–" }

export const render = (report: Report.Report): string => {
  const green = Report.isGreen(report)
  const byTarget = Report.cellsByTarget(report)
  const ids = report.properties.map(({ id }) => id)
  return [
    `# ${green ? "✓" : "✗"} ${report.suite}: ${Report.lastLine(report)}`,
    "",
    `Target ${report.target}, document ${report.document}, seed ${report.seed}, up to ${report.runs} random cases per cell; ${
      report.ending === "finished" ? "finished" : `**${Report.unfinished[report.ending]}**`
    } after ${(report.times.millis / 1_000).toFixed(1)} s.`,
    "",
    "| property | passed | failed | skipped | cases | statement |",
    "| --- | ---: | ---: | ---: | ---: | --- |",
    ...report.properties.map(({ id, statement }) => {
      const { failed, passed, skipped } = Report.totals(report, id)
      return `| ${id} | ${passed} | ${failed} | ${skipped} | ${casesOf(report, id).toLocaleString("en")} | ${cell(statement)} |`
    }),
    "",
    ...Report.failures(report).flatMap(({ property, result, target }) => [
      `## ✗ ${property} · ${target}`,
      "",
      block(
        [
          result.reason,
          ...(result.pointer === undefined ? [] : [`at: ${JSON.stringify(result.pointer)}`]),
          ...(result.expected === undefined ? [] : [`expected: ${result.expected}`]),
          ...(result.got === undefined ? [] : [`got: ${result.got}`]),
          `instance: ${result.instance}`,
          ...(result.curl === undefined ? [] : [result.curl]),
          Replay.lineOf(result.token)
        ].join("\n")
      ),
      ""
    ]),
    ...[...Report.skips(report)].map(([reason, { length }]) => `- skipped ${length}: ${cell(reason)}`),
    ...report.notes.map((note) => `- ${cell(note)}`),
    "",
    "<details><summary>Every cell</summary>",
    "",
    `| | ${ids.join(" | ")} |`,
    `| --- | ${ids.map(() => ":---:").join(" | ")} |`,
    ...[...byTarget].map(
      ([target, row]) =>
        `| \`${cell(target)}\` | ${ids
          .map((id) => {
            const found = row.get(id)
            return found === undefined ? "" : symbols[found.result._tag]
          })
          .join(" | ")} |`
    ),
    "",
    "</details>",
    ""
  ].join("\n")
}
