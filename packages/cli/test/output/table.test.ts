import { assert, describe, it } from "@effect/vitest"
import { displayWidth } from "effect/cli/CliOutput"
import * as fc from "fast-check"
import { type Column, formatTable, tableParts } from "../../src/output/table.ts"
import { formatCsv } from "../../src/output/csv.ts"
import { formatJson, plain } from "../../src/output/plain.ts"

interface Row {
  readonly ticker: string
  readonly title: string
  readonly volume: string
}

const columns: ReadonlyArray<Column<Row>> = [
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "volume", value: ({ volume }) => volume, align: "right", dropOrder: 1 },
  { name: "title", value: ({ title }) => title, shrinks: true }
]

const screen = (width: number | undefined) => ({ columns: width, paint: (_style: unknown, text: string) => text })

const row = (title: string): Row => ({ ticker: "KXHIGHNY-26DEC01-T50", title, volume: "12.00" })

/** Also contains combining and unassigned characters. */
const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0x2_ff_ff }).map((code) => String.fromCodePoint(code)) })

/** Texts that could move the cursor, hide a line, or be wider than their length. */
const hostile = [
  "\u001b[2J\u001b[31mred\u001b]0;title\u0007",
  "a\nb\r\tc\u0000\u009b31m",
  "\u202eesrever\u2066\u200f",
  "漢字かな交じり文 👩‍👩‍👧‍👦 🇳🇴",
  "x".repeat(10_000),
  "👩‍👩‍👧‍👦".repeat(2_000)
]

describe("formatTable", () => {
  it.each([40, 80, 200])("fits %i columns, even if the texts contain control characters", (width) => {
    for (const line of formatTable(columns, hostile.map(row), screen(width)).split("\n")) {
      assert.isAtMost(displayWidth(line), width)
      // eslint-disable-next-line no-control-regex -- the characters that must not be there
      assert.notMatch(line, /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
    }
  })

  it("has one line per row, even if a text has line breaks", () => {
    assert.strictEqual(formatTable(columns, hostile.map(row), screen(80)).split("\n").length, hostile.length + 1)
  })

  it("omits a column before it shortens another column below its smallest width", () => {
    const rows = [row("Highest temperature in New York")]
    assert.deepStrictEqual(
      [80, 45, 36].map((width) => formatTable(columns, rows, screen(width)).split("\n")[1]),
      [
        "KXHIGHNY-26DEC01-T50   12.00  Highest temperature in New York",
        "KXHIGHNY-26DEC01-T50   12.00  Highest temper…",
        "KXHIGHNY-26DEC01-T50  Highest tempe…"
      ]
    )
  })

  it("shortens nothing if the output is not a terminal", () => {
    assert.include(formatTable(columns, [row("x".repeat(10_000))], screen(undefined)), "x".repeat(10_000))
  })

  it("fits widths of 30 to 100 columns, with any text", () => {
    fc.assert(
      fc.property(fc.array(anyText), fc.integer({ min: 30, max: 100 }), (titles, width) => {
        for (const line of formatTable(columns, titles.map(row), screen(width)).split("\n")) {
          assert.isAtMost(displayWidth(line), width)
        }
      })
    )
  })

  it("formats more rows than a function call can have arguments", () => {
    const rows = Array.from({ length: 130_000 }, () => row("x"))
    assert.strictEqual(tableParts([columns[1]!], screen(80)).next(rows).split("\n").length, rows.length + 1)
  })
})

describe("tableParts", () => {
  it("prints the header once, and widens columns for later rows", () => {
    const { leftOut, next: part } = tableParts(columns, screen(undefined))
    assert.deepStrictEqual(
      [
        part([{ ticker: "A", title: "first", volume: "1.00" }]),
        part([{ ticker: "LONGER-A", title: "x", volume: "2.00" }]),
        part([{ ticker: "B", title: "y", volume: "3.00" }])
      ],
      ["ticker  volume  title\nA         1.00  first", "LONGER-A    2.00  x", "B           3.00  y"]
    )
    assert.deepStrictEqual(leftOut(), [])
  })

  it("prints the header again if a later part omits a column", () => {
    const { leftOut, next: part } = tableParts(columns, screen(24))
    assert.deepStrictEqual(
      [
        part([{ ticker: "A", title: "first", volume: "1.00" }]),
        part([{ ticker: "MUCH-LONGER-A", title: "second", volume: "2.00" }]),
        part([{ ticker: "B", title: "third", volume: "3.00" }])
      ],
      [
        "ticker  volume  title\nA         1.00  first",
        "ticker         title\nMUCH-LONGER-A  second",
        "B              third"
      ]
    )
    assert.deepStrictEqual(leftOut(), ["volume"])
  })
})

describe("the columns that a table omits", () => {
  it("are named, except columns without a value", () => {
    const noted = { name: "note", value: () => undefined, dropOrder: 2 }
    const { leftOut, next } = tableParts([...columns, noted], screen(36))
    next([row("Highest temperature")])
    assert.deepStrictEqual(leftOut(), ["volume"])
  })
})

describe("formatCsv", () => {
  it("quotes fields that need quotes, and puts an apostrophe before formulas, but not before numbers", () => {
    const rows = ['say "hi", you', "=1+1", "-5.00", "a\nb", "+cmd", "-cmd"].map((title) => ({
      ...row(title),
      volume: "-1.00"
    }))
    assert.deepStrictEqual(formatCsv(columns.slice(1), rows).split("\r\n"), [
      "volume,title",
      '-1.00,"say ""hi"", you"',
      "-1.00,'=1+1",
      "-1.00,-5.00",
      '-1.00,"a\nb"',
      "-1.00,'+cmd",
      "-1.00,'-cmd",
      ""
    ])
  })
})

describe("plain", () => {
  it("removes escape sequences and control characters, and keeps other characters", () => {
    assert.deepStrictEqual(hostile.slice(0, 4).map(plain), ["red", "a b c", "esrever", hostile[3]])
  })
})

describe("formatJson", () => {
  it("escapes characters that could control a terminal, and keeps the value", () => {
    for (const text of hostile) {
      // eslint-disable-next-line no-control-regex -- the characters that must not be there
      assert.notMatch(formatJson(text), /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
      assert.strictEqual(JSON.parse(formatJson(text)), text)
    }
  })
})
