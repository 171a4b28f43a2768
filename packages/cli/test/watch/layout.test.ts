import { assert, describe, it } from "@effect/vitest"
import { displayWidth } from "effect/cli/CliOutput"
import * as fc from "fast-check"
import { plain } from "../../src/output/plain.ts"
import { durationOf, priceOf, timeOf } from "../../src/watch/format.ts"
import { beside, clip, ends, fit, left, lineWidth, right, span, textOf, widthOf, wrap } from "../../src/watch/layout.ts"
import { hostileText } from "./support.ts"

const width = fc.integer({ min: 0, max: 100 })

describe("clip", () => {
  it("shortens a text, and ends it with …", () => {
    assert.strictEqual(clip("temperature", 11), "temperature")
    assert.strictEqual(clip("temperature", 5), "temp…")
    assert.strictEqual(clip("temperature", 1), "…")
    assert.strictEqual(clip("temperature", 0), "")
  })

  it("does not cut a wide character in half", () => {
    assert.strictEqual(clip("温度が高い", 6), "温度…")
  })
})

describe("widthOf", () => {
  it("is the width that the terminal library measures", () => {
    const signs = ["…", "–", "●", "○", "←", "→", "↑", "↓", "‹", "›"]
    const codes = Array.from({ length: 0x2_5a0 }, (_, code) => String.fromCharCode(code))
    for (const character of [...codes, ...signs]) {
      const text = plain(`a${character}b`)
      assert.strictEqual(widthOf(text), displayWidth(text), character)
    }
  })
})

describe("left and right", () => {
  it("pad or shorten a text to the given width", () => {
    assert.strictEqual(left("ask", 5).text, "ask  ")
    assert.strictEqual(right("0.45", 6).text, "  0.45")
    assert.strictEqual(right("12345.00", 6).text, "12345…")
  })

  it("take exactly the given width, with any text", () => {
    fc.assert(
      fc.property(hostileText, width, (text, width) => {
        assert.strictEqual(widthOf(left(text, width).text), width)
        assert.strictEqual(widthOf(right(text, width).text), width)
      })
    )
  })
})

describe("fit", () => {
  it("takes exactly the given width, with several pieces", () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 4 }), width, (texts, width) => {
        const line = fit(
          texts.map((text) => span(text)),
          width
        )
        assert.strictEqual(lineWidth(line), width)
        assert.isAtMost(displayWidth(textOf(line)), width)
      })
    )
  })

  it("keeps the styles of the pieces", () => {
    assert.deepStrictEqual(fit([span("ask", "red"), span(" 0.45")], 6), [
      { text: "ask", style: "red" },
      { text: " 0…", style: undefined }
    ])
  })
})

describe("ends", () => {
  it("shortens the left part first", () => {
    assert.strictEqual(textOf(ends([span("Order books")], [span("live")], 20)), "Order books     live")
    assert.strictEqual(textOf(ends([span("Order books")], [span("live")], 10)), "Orde… live")
    assert.strictEqual(textOf(ends([span("Order books")], [span("live")], 3)), "li…")
  })
})

describe("beside", () => {
  it("aligns blocks of different heights", () => {
    const lines = beside(
      [
        { lines: [[span("a")], [span("b")]], width: 3 },
        { lines: [[span("long")]], width: 2 }
      ],
      2,
      span("|")
    )
    assert.deepStrictEqual(lines.map(textOf), ["a  |l…", "b  |  "])
  })
})

describe("wrap", () => {
  it("breaks at spaces, and cuts a word that is longer than a line", () => {
    assert.deepStrictEqual(wrap("check that the market exists", 10), ["check that", "the market", "exists"])
    assert.deepStrictEqual(wrap("unbreakable", 5), ["unbr…"])
  })
})

describe("the formats", () => {
  it("show prices with four decimals, or with more if the price has more", () => {
    assert.deepStrictEqual(["0.45", "0.4500", "0.123456", "1"].map(priceOf), ["0.4500", "0.4500", "0.123456", "1.0000"])
  })

  it("show times in UTC, and durations in one unit", () => {
    assert.strictEqual(timeOf(Date.UTC(2026, 10, 30, 7, 5, 9)), "07:05:09")
    assert.strictEqual(timeOf(Number.NaN), "")
    assert.deepStrictEqual([-1, 0, 119_999, 120_000, 7_199_999, 7_200_000].map(durationOf), [
      "0 s",
      "0 s",
      "119 s",
      "2 min",
      "119 min",
      "2 h"
    ])
  })
})
