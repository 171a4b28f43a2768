import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type EventEntry, fold, search, wordsOf } from "../../src/look/searchIndex.ts"

const market = (ticker: string, yes_sub_title: string, volume_fp = "0.00") => ({
  ticker,
  title: "",
  yes_sub_title,
  close_time: "2026-12-01T00:00:00Z",
  volume_fp
})

const events: ReadonlyArray<EventEntry> = [
  {
    event_ticker: "KXHIGHNY-26DEC01",
    series_ticker: "KXHIGHNY",
    title: "Highest temperature in New York on December 1",
    sub_title: "On Dec 1, 2026",
    markets: [
      market("KXHIGHNY-26DEC01-T50", "51° or above", "99.00"),
      market("KXHIGHNY-26DEC01-B48", "48° to 49°", "10.00")
    ]
  },
  {
    event_ticker: "KXMAYOR-26",
    series_ticker: "KXMAYOR",
    title: "Mayor of São Paulo",
    sub_title: "",
    markets: [market("KXMAYOR-26-ANA", "Ana Łuczak"), market("KXMAYOR-26-YORK", "Jo York")]
  }
]

const titled = (ticker: string, title: string): EventEntry => ({
  event_ticker: ticker,
  series_ticker: "S",
  title,
  sub_title: "",
  markets: []
})

const tickersOf = (...query: ReadonlyArray<string>) => search(events, query).map(({ ticker }) => ticker)

describe("search", () => {
  it("finds entities that contain every word", () => {
    assert.deepStrictEqual(tickersOf("new", "york", "51"), ["KXHIGHNY-26DEC01-T50"])
    assert.deepStrictEqual(tickersOf("york temperature mayor"), [])
  })

  it("ignores case and accents, in the words and in the texts", () => {
    assert.deepStrictEqual(tickersOf("SAO", "luczak"), ["KXMAYOR-26-ANA"])
    assert.deepStrictEqual(tickersOf("são", "Łuczak"), ["KXMAYOR-26-ANA"])
  })

  it("puts an exact ticker first, and then tickers that start with the word", () => {
    assert.deepStrictEqual(tickersOf("kxhighny-26dec01"), [
      "KXHIGHNY-26DEC01",
      "KXHIGHNY-26DEC01-T50",
      "KXHIGHNY-26DEC01-B48"
    ])
    const [whole, longer] = [titled("AB", ""), { ...titled("AB-1", ""), markets: [market("X", "", "5.00")] }]
    assert.deepStrictEqual(
      search([longer, whole], ["ab"]).map(({ ticker }) => ticker),
      ["AB", "AB-1", "X"]
    )
  })

  it("puts whole words before beginnings of words, and beginnings before other matches", () => {
    const list = [titled("A", "Trained"), titled("B", "Rainfall"), titled("C", "Will it rain?")]
    assert.deepStrictEqual(
      search(list, ["rain"]).map(({ ticker }) => ticker),
      ["C", "B", "A"]
    )
  })

  it("puts an event before its markets, and markets with more traded contracts before other markets", () => {
    assert.deepStrictEqual(tickersOf("temperature"), [
      "KXHIGHNY-26DEC01",
      "KXHIGHNY-26DEC01-T50",
      "KXHIGHNY-26DEC01-B48"
    ])
  })

  it("puts an event before a market of another event that matches equally well", () => {
    const other = { ...titled("A", ""), markets: [market("A-1", "Rain", "5.00")] }
    assert.deepStrictEqual(
      search([other, titled("B", "Rain")], ["rain"]).map(({ ticker }) => ticker),
      ["B", "A-1"]
    )
  })

  it("puts a market that contains the word before a market whose event contains the word", () => {
    assert.deepStrictEqual(tickersOf("york").slice(0, 2), ["KXHIGHNY-26DEC01", "KXMAYOR-26-YORK"])
  })

  it("shows the title of the event with the subtitle of the market", () => {
    assert.deepStrictEqual(search(events, ["ana"])[0], {
      type: "market",
      ticker: "KXMAYOR-26-ANA",
      event_ticker: "KXMAYOR-26",
      series_ticker: "KXMAYOR",
      title: "Mayor of São Paulo",
      sub_title: "Ana Łuczak",
      close_time: "2026-12-01T00:00:00Z"
    })
  })

  it("finds nothing if the query has no words", () => {
    assert.deepStrictEqual(tickersOf("", "  "), [])
  })

  it("finds every event by its whole title, with any characters", () => {
    const character = fc.integer({ min: 0x20, max: 0x2_ff_ff }).map((code) => String.fromCodePoint(code))
    fc.assert(
      fc.property(fc.string({ unit: character, minLength: 1 }), (title) => {
        fc.pre(wordsOf([title]).length > 0)
        assert.strictEqual(search([titled("T", title)], [title]).length, 1, JSON.stringify(title))
      })
    )
  })
})

describe("fold", () => {
  it("maps different spellings to the same text", () => {
    assert.strictEqual(fold("ÅNGSTRÖM Straße ﬁn Ørsted"), "angstrom strasse fin orsted")
    assert.strictEqual(fold("e\u0301"), fold("é"))
  })
})
