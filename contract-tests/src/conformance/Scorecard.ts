/**
 * The scorecard of a client: the verdict of each scenario, as JSON, text and Markdown.
 *
 * @module
 */
import { type Area, categories, type Finding, type Scenario } from "./Scenario.ts"

/**
 * The verdict of a scenario. `unsupported`: the client lacks what the scenario needs. `incomplete`: the driver did not
 * end the scenario or skipped a step `continue`, or the client sent no request. `not run`: the driver did not begin the
 * scenario.
 */
export type Verdict = "passed" | "faulty" | "unsupported" | "incomplete" | "not run"

export interface Outcome {
  readonly verdict: Verdict
  readonly findings: ReadonlyArray<Finding>
  /** Why the scenario is unsupported or incomplete. */
  readonly reason?: string
}

/** The client, as its driver reports it. */
export interface Client {
  readonly name: string
  readonly version: string
  readonly language: string
}

export interface Row extends Outcome {
  readonly scenario: string
  readonly area: Area
  readonly title: string
}

export interface Scorecard {
  readonly client: Client
  readonly counts: Readonly<Record<Verdict, number>>
  readonly rows: ReadonlyArray<Row>
}

const notRun: Outcome = { verdict: "not run", findings: [] }

/** Makes a scorecard. The keys of `outcomes` are ids of scenarios. */
export const make = (
  client: Client,
  scenarios: ReadonlyArray<Scenario>,
  outcomes: ReadonlyMap<string, Outcome>
): Scorecard => {
  const rows = scenarios.map(({ area, id, title }): Row => {
    return { scenario: id, area, title, ...(outcomes.get(id) ?? notRun) }
  })
  const count = (verdict: Verdict): number => rows.filter((row) => row.verdict === verdict).length
  return {
    client,
    counts: {
      passed: count("passed"),
      faulty: count("faulty"),
      unsupported: count("unsupported"),
      incomplete: count("incomplete"),
      "not run": count("not run")
    },
    rows
  }
}

const labels: Readonly<Record<Verdict, string>> = {
  passed: "ok",
  faulty: "FAULTY",
  unsupported: "not supported by this client",
  incomplete: "INCOMPLETE",
  "not run": "not run"
}

const detailsOf = ({ findings, reason }: Outcome): ReadonlyArray<string> => [
  ...(reason === undefined ? [] : [reason]),
  ...findings.map(({ category, text }) => `${category}: ${text}`)
]

export const summary = ({ client, counts }: Scorecard): string =>
  `${client.name} ${client.version} (${client.language}): ${counts.passed} passed, ${counts.faulty} faulty, ${counts.unsupported} not supported` +
  (counts.incomplete + counts["not run"] > 0 ? `, ${counts.incomplete} incomplete, ${counts["not run"]} not run` : "")

export const renderText = (card: Scorecard): string => {
  const width = Math.max(...card.rows.map(({ scenario }) => scenario.length))
  const faults = categories.flatMap((category) => {
    const rows = card.rows.flatMap((row) =>
      row.findings.filter((finding) => finding.category === category).map(({ text }) => `  ${row.scenario}: ${text}`)
    )
    return rows.length === 0 ? [] : [`${category}: ${rows.length}`, ...rows]
  })
  return [
    ...card.rows.map(
      (row) =>
        `${row.scenario.padEnd(width)}  ${labels[row.verdict]}${row.reason === undefined ? "" : ` (${row.reason})`}`
    ),
    "",
    ...faults,
    summary(card),
    ""
  ].join("\n")
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

export const renderMarkdown = (card: Scorecard): string => {
  const rows = card.rows.filter(({ verdict }) => verdict !== "passed")
  return [
    summary(card),
    "",
    ...(rows.length === 0
      ? []
      : [
          "| scenario | verdict | what the run showed |",
          "| --- | --- | --- |",
          ...rows.map(
            (row) => `| \`${row.scenario}\` | ${labels[row.verdict]} | ${detailsOf(row).map(cell).join("; ")} |`
          ),
          ""
        ])
  ].join("\n")
}
