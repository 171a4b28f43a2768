/** Continuous integration calls `differences` to compare new scorecards with the recorded scorecards. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { differences, readRecorded, render } from "../../judges/conformance/scorecards.ts"
import { scenarios } from "../../src/conformance/Scenarios.ts"
import * as Scorecard from "../../src/conformance/Scorecard.ts"

const recorded = readRecorded()

const cardOf = (name: string, changes: Readonly<Record<string, Scorecard.Outcome>> = {}) => {
  const { client, outcomes } = recorded.find((card) => card.client.name === name)!
  return Scorecard.make(client, scenarios, new Map(Object.entries({ ...outcomes, ...changes })))
}

/** Removes the alignment that the formatter adds to tables. */
const unaligned = (text: string): string => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---")

describe("the recorded scorecards", () => {
  it("contain every scenario for each of the four clients", () => {
    assert.deepStrictEqual(
      recorded.map(({ client }) => client.name),
      ["@kalshi-effect/client", "kalshi-typescript", "kalshi_python_sync", "kalshi-sdk"]
    )
    for (const { outcomes } of recorded) {
      assert.deepStrictEqual(Object.keys(outcomes).sort(), scenarios.map(({ id }) => id).sort())
    }
  })

  it("show no fault of @kalshi-effect/client", () => {
    assert.strictEqual(recorded[0]?.counts.faulty, 0)
    assert.strictEqual(recorded[0]?.counts.unsupported, 0)
  })

  it("are rendered in docs/conformance.md", () => {
    const file = fileURLToPath(new URL("../../../docs/conformance.md", import.meta.url))
    assert.strictEqual(unaligned(readFileSync(file, "utf8")), unaligned(render(recorded)))
  })
})

describe("differences", () => {
  const faulty: Scorecard.Outcome = {
    verdict: "faulty",
    findings: [{ category: "lost", text: "reports 1 of 2 orders" }]
  }

  it("returns an empty list for each recorded scorecard", () => {
    for (const { client } of recorded) assert.deepStrictEqual(differences(cardOf(client.name), recorded), [])
  })

  it("reports a fault of @kalshi-effect/client, even if the recorded scorecard has the same fault", () => {
    const card = cardOf("@kalshi-effect/client", { "pages-all": faulty })
    assert.deepStrictEqual(differences(card, recorded), [
      "@kalshi-effect/client has 1 faulty scenarios",
      "@kalshi-effect/client pages-all: faulty, lost. Recorded: passed"
    ])
    const withFault = [{ ...recorded[0]!, outcomes: { ...recorded[0]!.outcomes, "pages-all": faulty } }]
    assert.deepStrictEqual(differences(card, withFault), ["@kalshi-effect/client has 1 faulty scenarios"])
  })

  it("reports a verdict, category or version that differs from the recorded one, and a scenario without a verdict", () => {
    const passed: Scorecard.Outcome = { verdict: "passed", findings: [] }
    assert.deepStrictEqual(differences(cardOf("kalshi-sdk", { "trades-gap": passed }), recorded), [
      "kalshi-sdk trades-gap: passed. Recorded: faulty, lost"
    ])
    const other: Scorecard.Outcome = { verdict: "faulty", findings: [{ category: "sent twice", text: "twice" }] }
    assert.deepStrictEqual(differences(cardOf("kalshi-sdk", { "trades-gap": other }), recorded), [
      "kalshi-sdk trades-gap: faulty, sent twice. Recorded: faulty, lost"
    ])
    const incomplete: Scorecard.Outcome = { verdict: "incomplete", findings: [] }
    assert.deepStrictEqual(differences(cardOf("kalshi-sdk", { "pages-all": incomplete }), recorded), [
      "kalshi-sdk has 1 scenarios without a verdict",
      "kalshi-sdk pages-all: incomplete. Recorded: passed"
    ])
    const card = cardOf("kalshi-sdk")
    assert.match(
      differences({ ...card, client: { ...card.client, version: "23.0.0" } }, recorded).join(),
      /has the version 23\.0\.0/
    )
    assert.deepStrictEqual(differences({ ...card, client: { ...card.client, name: "new" } }, recorded), [
      "new has no recorded scorecard"
    ])
  })
})
