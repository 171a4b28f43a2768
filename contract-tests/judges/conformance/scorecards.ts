/**
 * Compares scorecards with the recorded scorecards in `docs/conformance.json`, or records them there and in
 * `docs/conformance.md`.
 *
 * Arguments: `check` or `write`, and the files of the scorecards. `check` fails if `@kalshi-effect/client` has a fault,
 * or if a scenario is incomplete or was not run. It also fails if a scorecard differs from the recorded one in the
 * client's version, a verdict or the categories of findings. `write` records the scorecards, and keeps those of other
 * clients.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { categories } from "../../src/conformance/Scenario.ts"
import { scenarios } from "../../src/conformance/Scenarios.ts"
import { type Client, type Outcome, type Scorecard, summary, type Verdict } from "../../src/conformance/Scorecard.ts"

export interface Recorded {
  readonly client: Client
  readonly counts: Scorecard["counts"]
  readonly outcomes: Readonly<Record<string, Outcome>>
}

/** The client of this repository, which must have no fault. */
const own = "@kalshi-effect/client"

/** The order of the scorecards in `docs/conformance.md`. */
const order = [own, "kalshi-typescript", "kalshi_python_sync", "kalshi-sdk"]

const recordedFile = fileURLToPath(new URL("../../../docs/conformance.json", import.meta.url))
const documentFile = fileURLToPath(new URL("../../../docs/conformance.md", import.meta.url))

export const readRecorded = (): ReadonlyArray<Recorded> =>
  JSON.parse(readFileSync(recordedFile, "utf8")) as ReadonlyArray<Recorded> // written by this program

const record = ({ client, counts, rows }: Scorecard): Recorded => ({
  client,
  counts,
  outcomes: Object.fromEntries(
    rows.map(({ findings, reason, scenario, verdict }) => [
      scenario,
      { verdict, findings, ...(reason !== undefined && { reason }) }
    ])
  )
})

const describeOutcome = (outcome: Outcome | undefined): string =>
  outcome === undefined
    ? "nothing"
    : [
        outcome.verdict,
        ...categories.filter((category) => outcome.findings.some((finding) => finding.category === category))
      ].join(", ")

export const differences = (card: Scorecard, recorded: ReadonlyArray<Recorded>): ReadonlyArray<string> => {
  const { client, counts, outcomes } = record(card)
  const expected = recorded.find((other) => other.client.name === client.name)
  if (expected === undefined) return [`${client.name} has no recorded scorecard`]
  const incomplete = counts.incomplete + counts["not run"]
  return [
    ...(expected.client.version === client.version
      ? []
      : [
          `${client.name} has the version ${client.version}, but the recorded scorecard has ${expected.client.version}`
        ]),
    ...(client.name === own && counts.faulty > 0 ? [`${client.name} has ${counts.faulty} faulty scenarios`] : []),
    ...(incomplete > 0 ? [`${client.name} has ${incomplete} scenarios without a verdict`] : []),
    ...[...new Set([...Object.keys(outcomes), ...Object.keys(expected.outcomes)])].flatMap((id) => {
      const [now, before] = [describeOutcome(outcomes[id]), describeOutcome(expected.outcomes[id])]
      return now === before ? [] : [`${client.name} ${id}: ${now}. Recorded: ${before}`]
    })
  ]
}

const marks: Readonly<Record<Verdict, string>> = {
  passed: "ok",
  faulty: "**faulty**",
  unsupported: "–",
  incomplete: "incomplete",
  "not run": "not run"
}

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const header = (cells: ReadonlyArray<string>): ReadonlyArray<string> => [row(cells), row(cells.map(() => "---"))]

const areas: Readonly<Record<(typeof scenarios)[number]["area"], string>> = {
  signing: "Signing",
  paging: "Pagination",
  errors: "Errors",
  answers: "Responses with status 200",
  writes: "Writes",
  limits: "Rate limits",
  feed: "The feed"
}

const intro = `# Scorecards of clients

The judge exchange (\`kalshi-contract serve\`) plays ${scenarios.length} scenarios with a client. It finds faults of the client from the client's requests, the state of the exchange and the report of the driver. This page has the scorecards of four clients. A client can also have faults that no scenario covers. The clients, the exchange and the judge ran on one machine, with Node 26.10 and Python 3.13. No request went to the real exchange.

| to | run |
| --- | --- |
| check all four clients, as in CI (the last two need Python 3.13 and PyPI) | \`bash .ci/judges/conformance.sh\` |
| record the scorecards again in this page and in \`conformance.json\` | \`bash .ci/judges/conformance.sh write\` |
| score your own client | see [the README of the contract suite](../contract-tests/README.md#scoring-your-own-client) |

\`contract-tests/judges/conformance/scorecards.ts\` generates this page. Do not edit it.

- **faulty**: the run showed a fault.
- **–**: the client does not support the scenario, because it lacks a call or a kind of key, for example. This is neither a pass nor a fault.

| kind of fault | meaning |
| --- | --- |
| accepted wrongly | the client reports a success although the response is an error or violates the document; or it reports a wrong order book, a repeated item, or an item that does not exist |
| sent twice | the client carries out a call twice, or sends far too many requests |
| mis-signed | a signature is invalid, missing, or of another account |
| lost | the client drops or changes valid data, an error, a refusal or an order |
| leaked | a signature or a private key reaches another host or the text of an error |

The drivers in \`contract-tests/judges/conformance\` use each client as its documentation describes. If a client accepts a time limit, the driver sets the time limit of the scenario. All other settings are defaults.

- \`@kalshi-effect/client\`: \`Orders.place\` and \`Orders.placeAll\`, the streams \`.items\`, \`OrderBooks.watch\` and \`Trades.watch\`. The driver reports \`unknownKeys\` of a book and a \`Hole\` between trades as warnings.
- \`kalshi-typescript\`: API objects that are built from only a \`Configuration\`, so they share the SDK's default HTTP client. Before each scenario, the driver removes the interceptors of this HTTP client, so that each scenario starts as in a new process.
- \`kalshi_python_sync\`: \`KalshiClient\` with the methods of its README, which take no time limit.
- \`kalshi-sdk\`: \`KalshiClient\`, \`list_all\`, and \`KalshiWebSocket\` with \`orderbook\` for each market and \`subscribe_trade\`. The driver reports the last book or error of the iterator, and reports a call of \`on_error\` as a warning.
`

export const render = (recorded: ReadonlyArray<Recorded>): string => {
  const cards = order.flatMap((name) => recorded.find(({ client }) => client.name === name) ?? [])
  const titleOf = ({ client }: Recorded) => `${client.name} ${client.version}`
  const lines = [intro, "## Summary", ""]
  lines.push(...header(["client", "language", "passed", "faulty", "not supported", ...categories]))
  for (const card of cards) {
    const findings = Object.values(card.outcomes).flatMap(({ findings }) => findings)
    const counts = categories.map((category) =>
      String(findings.filter((finding) => finding.category === category).length)
    )
    const { faulty, passed, unsupported } = card.counts
    lines.push(row([titleOf(card), card.client.language, ...[passed, faulty, unsupported].map(String), ...counts]))
  }
  for (const [area, title] of Object.entries(areas)) {
    lines.push("", `## ${title}`, "", ...header(["scenario", ...cards.map(({ client }) => client.name)]))
    for (const scenario of scenarios.filter((scenario) => scenario.area === area)) {
      const verdicts = cards.map(({ outcomes }) => marks[outcomes[scenario.id]?.verdict ?? "not run"])
      lines.push(row([`\`${scenario.id}\`: ${scenario.title} ${scenario.expected}`, ...verdicts]))
    }
  }
  for (const card of cards) {
    lines.push("", `## Faults of ${titleOf(card)}`, "")
    const faulty = Object.entries(card.outcomes).filter(([, { findings }]) => findings.length > 0)
    if (faulty.length === 0) lines.push("No fault.")
    for (const [id, { findings }] of faulty) {
      lines.push(`- \`${id}\`: ${findings.map(({ category, text }) => `${text} (${category})`).join("; ")}`)
    }
  }
  return `${lines.join("\n")}\n`
}

const read = (file: string): Scorecard => JSON.parse(readFileSync(file, "utf8")) as Scorecard // written by a driver

const main = (): number => {
  const [action, ...files] = process.argv.slice(2)
  const cards = files.map(read)
  for (const card of cards) console.log(summary(card))
  if (action === "write") {
    const names = new Set(cards.map(({ client }) => client.name))
    const kept = readRecorded().filter(({ client }) => !names.has(client.name))
    const all = [...kept, ...cards.map(record)].sort(
      (one, other) => order.indexOf(one.client.name) - order.indexOf(other.client.name)
    )
    writeFileSync(recordedFile, `${JSON.stringify(all, null, 2)}\n`)
    writeFileSync(documentFile, render(all))
    return 0
  }
  const recorded = readRecorded()
  const faults = cards.flatMap((card) => differences(card, recorded))
  for (const fault of faults) console.error(`FAILED ${fault}`)
  return faults.length === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main()
