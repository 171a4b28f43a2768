/**
 * Renders comparisons as text, JSON, Markdown, JUnit XML and HTML.
 *
 * @module
 */
import { stringify, valueAt } from "../judge/JsonSchema.ts"
import { escaped as escapedHtml } from "../reports/html.ts"
import { attributes, escaped as escapedXml } from "../reports/junit.ts"
import { cell } from "../reports/markdown.ts"
import { style } from "../reports/style.ts"
import { exitCode, habits, totals, type Drift, type Finding } from "./Finding.ts"
import { silence, summaryOf, survivalOf, survivalRows, titleOf } from "./History.ts"

const maxLength = 120

export const witnessText = ({ witness }: Finding): string => {
  if (witness === undefined) return "none"
  const complete = stringify(witness.value)
  if (complete.length <= maxLength) return complete
  const value = witness.pointer === "" ? witness.value : valueAt(witness.value, witness.pointer)
  if (value === undefined) return `a value without ${witness.pointer}`
  const text = stringify(value)
  const short = text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`
  return witness.pointer === "" ? short : `${witness.pointer} = ${short}`
}

const subjects = ({ others, subject }: Finding): string =>
  others.length === 0 ? subject : `${subject} and ${others.length} more`

const where = (finding: Finding): string => `${subjects(finding)}, ${finding.part} ${finding.location}`.trimEnd()

const clientText = ({ savedBy, verdict }: Finding): string =>
  verdict === "unaffected" ? (savedBy === undefined ? "unaffected" : `unaffected (${savedBy})`) : verdict

const line = (finding: Finding): string =>
  [
    `${finding.class.padEnd(8)} ${where(finding)}: ${finding.change}`,
    `at ${finding.pointer}`,
    `witness: ${witnessText(finding)}`,
    `client: ${clientText(finding)}`,
    `to do: ${finding.advice}`
  ].join("; ")

const clientNames: Readonly<Record<Drift["client"], string>> = {
  model: "a model of a client of the old document",
  "present client": "the client's own code"
}

const lastLine = (drift: Drift): string => {
  const { additive, breaking } = totals(drift)
  const { length } = drift.undecided
  return `${breaking} breaking, ${additive} additive${length === 0 ? "" : `, ${length} undecided`}`
}

export const text = (drift: Drift): string => {
  const silent = silence(drift)
  return [
    ...(silent === undefined ? [] : [silent]),
    `${titleOf(drift)}, judged by ${clientNames[drift.client]}`,
    ...drift.findings.map(line),
    ...drift.undecided.map((one) => `undecided ${one}`),
    ...drift.notes.map((note) => `note: ${note}`),
    lastLine(drift)
  ].join("\n")
}

export const historyText = (drifts: ReadonlyArray<Drift>): string => {
  const breaking = drifts.filter((drift) => totals(drift).breaking > 0).length
  return [...drifts.map(summaryOf), `${drifts.length} steps, ${breaking} with breaking drift`].join("\n")
}

/** The version of the JSON layout. */
const layout = 1

const json = (drifts: ReadonlyArray<Drift>): string => {
  const comparisons = drifts.map((drift) => ({ ...drift, totals: totals(drift), survival: survivalOf(drift) }))
  return `${JSON.stringify({ layout, suite: "kalshi-contract drift", comparisons, exitCode: exitCode(drifts) }, null, 2)}\n`
}

const code = (content: string): string => `\`${cell(content).replaceAll("`", "'")}\``

const markdownOf = (drift: Drift): ReadonlyArray<string> => {
  const silent = silence(drift)
  return [
    `## ${titleOf(drift)}: ${lastLine(drift)}`,
    "",
    ...(silent === undefined ? [] : [`**${silent[0]?.toUpperCase()}${silent.slice(1)}.**`, ""]),
    `Judged by ${clientNames[drift.client]}.`,
    "",
    ...(drift.findings.length === 0
      ? []
      : [
          "| class | where | change | pointer | witness | client | to do |",
          "| --- | --- | --- | --- | --- | --- | --- |",
          ...drift.findings.map(
            (finding) =>
              `| ${finding.class === "breaking" ? "**breaking**" : "additive"} | ${cell(where(finding))} | ${cell(finding.change)} | ${code(finding.pointer)} | ${code(witnessText(finding))} | ${clientText(finding)} | ${cell(finding.advice)} |`
          ),
          ""
        ]),
    ...drift.undecided.map((one) => `- **undecided**: ${cell(one)}`),
    ...drift.notes.map((note) => `- ${cell(note)}`),
    ...(drift.notes.length + drift.undecided.length === 0 ? [] : [""])
  ]
}

const survivalMarkdown = (drifts: ReadonlyArray<Drift>): ReadonlyArray<string> => [
  "## Effects on a client of the old document",
  "",
  `| step | refuses | loses | refused requests | ${habits.join(" | ")} |`,
  `| --- | ---: | ---: | ---: | ${habits.map(() => "---:").join(" | ")} |`,
  ...drifts.map((drift) => {
    const { loses, refuses, savedBy, sends } = survivalOf(drift)
    const counts = [refuses, loses, sends, ...habits.map((habit) => savedBy[habit])]
    return `| ${titleOf(drift)} | ${counts.map((count) => (count === 0 ? "·" : count)).join(" | ")} |`
  }),
  "",
  ...drifts.flatMap((drift) => {
    const rows = survivalRows(drift)
    return rows.length === 0
      ? []
      : [
          `### ${titleOf(drift)}`,
          "",
          "| place | change | client |",
          "| --- | --- | --- |",
          ...rows.map(({ change, outcome, place }) => `| ${code(place)} | ${cell(change)} | ${outcome} |`),
          ""
        ]
  })
]

const markdown = (drifts: ReadonlyArray<Drift>): string =>
  [
    `# ${exitCode(drifts) === 0 ? "✓" : "✗"} kalshi-contract drift`,
    "",
    ...drifts.flatMap(markdownOf),
    ...(drifts.length > 1 ? survivalMarkdown(drifts) : [])
  ].join("\n")

const junit = (drifts: ReadonlyArray<Drift>): string => {
  const suites = drifts.map((drift) => {
    const { additive, breaking } = totals(drift)
    const tests = Math.max(1, additive + breaking + drift.undecided.length)
    const undecided = drift.undecided.map(
      (one) =>
        `    <testcase${attributes({ name: one, classname: "drift.undecided" })}><skipped message="undecided"/></testcase>`
    )
    const findings = drift.findings.map((finding) => {
      const open = `    <testcase${attributes({ name: `${where(finding)}: ${finding.change}`, classname: `drift.${finding.part}` })}`
      return finding.class === "additive"
        ? `${open}/>`
        : `${open}><failure${attributes({ message: finding.change })}>${escapedXml(line(finding))}</failure></testcase>`
    })
    const cases = [...findings, ...undecided]
    return [
      `  <testsuite${attributes({ name: titleOf(drift), tests, failures: breaking, skipped: undecided.length })}>`,
      ...(cases.length === 0 ? ['    <testcase name="no drift" classname="drift"/>'] : cases),
      "  </testsuite>"
    ].join("\n")
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="kalshi-contract drift">',
    ...suites,
    "</testsuites>",
    ""
  ].join("\n")
}

const htmlOf = (drift: Drift): string => {
  const silent = silence(drift)
  const rows = drift.findings.map((finding) => {
    const isBreaking = finding.class === "breaking"
    const cells = [where(finding), finding.change, clientText(finding), finding.advice].map(
      (content) => `<td>${escapedHtml(content)}</td>`
    )
    return `<tr${isBreaking ? ' class="bad"' : ""}><th scope="row">${finding.class}</th>${cells.join("")}<td><code>${escapedHtml(finding.pointer)}</code></td><td><code>${escapedHtml(witnessText(finding))}</code></td></tr>`
  })
  const undecided = drift.undecided.map((one) => `undecided: ${one}`)
  const notes = [...(silent === undefined ? [] : [silent]), ...undecided, ...drift.notes]
  return `<section><h2>${escapedHtml(titleOf(drift))}: ${lastLine(drift)}</h2>
${notes.length === 0 ? "" : `<ul>${notes.map((note) => `<li>${escapedHtml(note)}</li>`).join("")}</ul>`}
${rows.length === 0 ? "" : `<div class="scroll"><table><thead><tr><th>class</th><th>where</th><th>change</th><th>client</th><th>to do</th><th>pointer</th><th>witness</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`}</section>`
}

const verdicts = { 0: "No breaking drift", 3: "Undecided", 5: "Breaking drift" } as const

const html = (drifts: ReadonlyArray<Drift>): string => {
  const isGreen = exitCode(drifts) === 0
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${isGreen ? "✓" : "✗"} kalshi-contract drift</title>
<style>${style}td{min-width:8rem}td code{overflow-wrap:anywhere}td:first-of-type{overflow-wrap:anywhere}</style>
</head>
<body>
<header class="${isGreen ? "green" : "red"}"><div><p class="suite">kalshi-contract drift</p><h1>${verdicts[exitCode(drifts)]}</h1></div></header>
<main>
${drifts.map(htmlOf).join("\n")}
</main>
</body>
</html>
`
}

export const renderers = { html, json, junit, markdown }
