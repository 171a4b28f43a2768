import { assert, describe, it } from "@effect/vitest"
import * as Report from "../../src/runner/Report.ts"
import * as Html from "../../src/reports/html.ts"
import * as Json from "../../src/reports/json.ts"
import * as JUnit from "../../src/reports/junit.ts"
import * as Markdown from "../../src/reports/markdown.ts"
import * as Text from "../../src/reports/text.ts"

const passed = (property: string, target: string): Report.Cell => ({
  property,
  target,
  result: { _tag: "Passed", runs: 1_200, reached: { "lost responses": 7 } }
})

const skipped: Report.Cell = {
  property: "P3",
  target: "Orders.cancel",
  result: { _tag: "Skipped", reason: "no response body" }
}

const nasty = '</pre><script>alert(1)</script> & "quoted" `````` \u0000\ud800 ]]>'

const failed: Report.Cell = {
  property: "P9",
  target: "Orders.create",
  result: {
    _tag: "Failed",
    runs: 12,
    reason: "sent twice although the first request may have been executed",
    pointer: "/orders/0",
    expected: "one request",
    got: "two requests",
    instance: nasty,
    token: "dG9rZW4",
    curl: "curl -H 'KALSHI-ACCESS-KEY: …'"
  }
}

const report = (cells: ReadonlyArray<Report.Cell>, ending: Report.Ending = "finished"): Report.Report => ({
  suite: "kalshi-contract",
  document: "3.34.0",
  target: "sandbox",
  seed: 7,
  runs: 200,
  ending,
  properties: [
    { id: "P3", statement: "A decoded body encodes to the original." },
    { id: "P9", statement: "A request is retried only if that is safe." }
  ],
  cells,
  notes: ["the feed was not checked"],
  times: { startedAt: "2026-11-22T12:00:00.000Z", millis: 61_500, byProperty: { P3: 1_500, P9: 60_000 } }
})

const green = report([passed("P3", "Orders.list"), passed("P9", "Orders.list"), skipped])
const red = report([passed("P3", "Orders.create"), failed, skipped])

describe("a report", () => {
  it("has exit code 0 if at least one check passed and no check failed", () => {
    assert.deepStrictEqual([Report.isGreen(green), Report.exitCode(green)], [true, 0])
    assert.strictEqual(Report.lastLine(green), "2 passed, 0 failed, 1 skipped")
  })

  it("has exit code 1 if a property failed", () => {
    assert.deepStrictEqual([Report.isGreen(red), Report.exitCode(red)], [false, 1])
    assert.strictEqual(Report.exitCode({ ...red, ending: "interrupted" }), 1)
    assert.strictEqual(Report.lastLine(red), "1 passed, 1 failed, 1 skipped")
  })

  it("has exit code 3 if no check failed, but the run did not finish or no check passed", () => {
    for (const unfinished of [
      report(green.cells, "budget"),
      report(green.cells, "interrupted"),
      report([skipped]),
      report([])
    ]) {
      assert.deepStrictEqual([Report.isGreen(unfinished), Report.exitCode(unfinished)], [false, 3])
    }
  })
})

describe("a report as text", () => {
  it("lists each property, every failure with its replay line, every skip reason, and the counts", () => {
    const lines = Text.render(red).split("\n")
    assert.strictEqual(lines.at(-1), "1 passed, 1 failed, 1 skipped")
    assert.isTrue(lines.some((line) => /^P9 +0 +1 +0 +12 {2}A request is retried/.test(line)))
    assert.isTrue(lines.some((line) => /^P3 +1 +0 +1 +1,200 {2}A decoded body/.test(line)))
    assert.include(lines, '✗ P9 fails for Orders.create at "/orders/0"')
    assert.include(lines, "  REPLAY kalshi-contract replay dG9rZW4")
    assert.include(lines, "skipped 1: no response body (P3 Orders.cancel)")
    assert.include(lines, "the feed was not checked")
  })

  it("states that an unfinished run covers only the checks that ran", () => {
    assert.include(
      Text.render(report(green.cells, "interrupted")),
      "interrupted; the report covers only the checks that ran"
    )
  })
})

describe("a report as JSON", () => {
  it("contains the complete report, with the times in a separate field", () => {
    const { times, ...rest } = JSON.parse(Json.render(red))
    assert.deepStrictEqual(times, red.times)
    assert.deepStrictEqual(rest.cells, JSON.parse(JSON.stringify(red.cells)))
    assert.deepStrictEqual([rest.exitCode, rest.lastLine], [1, "1 passed, 1 failed, 1 skipped"])
    const later = { ...red, times: { ...red.times, millis: 1, startedAt: "2027-01-01T00:00:00.000Z" } }
    assert.deepStrictEqual({ ...JSON.parse(Json.render(later)), times }, { ...rest, times })
  })
})

describe("a report as JUnit", () => {
  it("escapes or replaces special characters", () => {
    const xml = JUnit.render(red)
    assert.notInclude(xml, "\u0000")
    assert.isTrue(xml.isWellFormed())
    assert.notInclude(xml, "<script>")
    assert.include(xml, "&lt;script&gt;")
    assert.match(xml, /<testsuites name="kalshi-contract" tests="3" failures="1" skipped="1" time="61\.500"/)
    assert.match(xml, /<testcase name="Orders\.cancel" classname="P3"><skipped message="no response body"\/>/)
    assert.strictEqual(xml.match(/<failure /g)?.length, 1)
  })

  it("contains a failure if the run did not finish or no check passed", () => {
    for (const unfinished of [report(green.cells, "budget"), report([skipped])]) {
      assert.strictEqual(JUnit.render(unfinished).match(/<failure /g)?.length, 1)
    }
    assert.isNull(JUnit.render(green).match(/<failure /g))
  })
})

describe("a report as Markdown", () => {
  it("keeps a counterexample in one code block, even if the counterexample contains backticks", () => {
    const text = Markdown.render(red)
    const fence = "`".repeat(7)
    assert.strictEqual(text.split(fence).length, 3)
    assert.include(text, `instance: ${nasty}`)
    assert.include(text, "| `Orders.create` | ✓ | ✗ |")
    assert.include(text, "| P9 | 0 | 1 | 0 | 12 | A request is retried only if that is safe. |")
  })
})

describe("a report as an HTML page", () => {
  it("loads no other file, and escapes data", () => {
    const page = Html.render(red)
    assert.notMatch(page, /(?:src|href)="(?!#)/)
    assert.notMatch(page, /https?:/)
    assert.strictEqual(page.match(/<script>/g)?.length, 1)
    assert.include(page, "&lt;script&gt;alert(1)")
  })

  it("starts with the result, and links each failed cell of the table to its failure", () => {
    const page = Html.render(red)
    assert.include(page, "<title>✗ kalshi-contract: 1 passed, 1 failed, 1 skipped</title>")
    assert.include(page, '<a href="#P9-Orders.create">')
    assert.include(page, '<details id="P9-Orders.create" open>')
    assert.include(page, "kalshi-contract replay dG9rZW4")
    assert.include(Html.render(green), "<h1>Passed</h1>")
    assert.include(Html.render(report(green.cells, "interrupted")), "<h1>Unfinished</h1>")
    assert.include(Html.render(report([skipped])), "<h1>Nothing passed</h1>")
  })
})
