import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type BookViewState, type MarketState, panelCount, renderBooks } from "../../src/watch/bookView.ts"
import { ownCounts } from "../../src/watch/ladder.ts"
import type { Line } from "../../src/watch/layout.ts"
import type { LineState } from "../../src/watch/lineState.ts"
import { countUnsafe, dollarsUnsafe } from "@kalshi-effect/client/FixedPoint"
import { assertFits, assertScreen, bookOf, books, hostileText, market, nowMillis, size, textsOf } from "./support.ts"

const one: BookViewState = { ...books, markets: books.markets.slice(0, 1) }

const withBook = (state: BookViewState, book: MarketState["book"]): BookViewState => ({
  ...state,
  markets: state.markets.map((market, index) => (index === 0 ? { ...market, book } : market))
})

const live = books.markets[0]!.book
const lost = withBook(one, {
  _tag: "NotLive",
  reason: "gap: expected seq 5, got 7",
  sinceMillis: nowMillis - 3_000,
  last: live._tag === "Live" ? live.book : undefined
})

const stylesOf = (screen: ReadonlyArray<Line>): ReadonlySet<unknown> =>
  new Set(screen.slice(1, -1).flatMap((line) => line.flatMap(({ style, text }) => (text.trim() === "" ? [] : [style]))))

describe("renderBooks", () => {
  it("shows one market at 80x24, with its trades beside the ladder", () => {
    assertScreen("book-80x24", renderBooks(one, { columns: 80, rows: 24 }))
  })

  it("renders the screen that the README shows", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")
    assert.include(readme, readFileSync(new URL("screens/book-80x24.txt", import.meta.url), "utf8"))
  })

  it("shows two markets side by side at 200x50", () => {
    assertScreen("books-200x50", renderBooks(books, { columns: 200, rows: 50 }))
  })

  it("omits the trades at 40x10", () => {
    assertScreen("book-40x10", renderBooks(books, { columns: 40, rows: 10 }))
  })

  it("still shows prices at 20x5", () => {
    assertScreen("book-20x5", renderBooks(one, { columns: 20, rows: 5 }))
  })

  it("shows the keys that the view accepts", () => {
    assertScreen("book-keys-80x24", renderBooks({ ...books, showsKeys: true }, { columns: 80, rows: 24 }))
  })

  it("fits every terminal, even if the texts contain control characters", () => {
    const line = fc.oneof(
      fc.constant<LineState>({ _tag: "connecting" }),
      fc.constant<LineState>({ _tag: "live", sinceMillis: 0 }),
      fc.record({ _tag: fc.constant("reconnecting" as const), attempts: fc.nat(), reason: hostileText }),
      fc.record({ _tag: fc.constant("refused" as const), reason: hostileText })
    )
    const book = fc.oneof(
      fc.constant(live),
      fc.record({
        _tag: fc.constant("NotLive" as const),
        reason: hostileText,
        sinceMillis: fc.integer(),
        last: fc.constantFrom(undefined, live._tag === "Live" ? live.book : undefined)
      }),
      fc.record({ _tag: fc.constant("Refused" as const), reason: hostileText })
    )
    const markets = fc.array(
      fc.record({ ticker: hostileText, title: hostileText, book }).map((fields) => ({ ...market("A", ""), ...fields })),
      { minLength: 1, maxLength: 12 }
    )
    fc.assert(
      fc.property(
        fc.record({ line, markets, environment: hostileText, showsKeys: fc.boolean(), scroll: fc.integer() }),
        fc.nat(),
        size,
        (state, selected, size) => {
          const screen = renderBooks({ ...state, nowMillis, selected: selected % state.markets.length }, size)
          assertFits(screen, size)
        }
      ),
      { numRuns: 60 }
    )
  })

  describe("a market that does not trade", () => {
    const closed = { ...one, markets: one.markets.map((market) => ({ ...market, standstill: "closed", trades: [] })) }

    it("shows `closed` where a market that trades shows `live`", () => {
      const screen = renderBooks(closed, { columns: 80, rows: 24 })
      const texts = textsOf(screen)
      assert.match(texts[0] ?? "", /○ closed$/)
      assert.strictEqual(texts[3], "CLOSED: no order can trade now")
      assert.include(texts.join("\n"), "── closed ──")
      assert.notMatch(texts.join("\n"), /\blive\b|● |spread 0|\bold\b/)
      assert.isFalse(stylesOf(screen).has("green"))
    })

    it("still shows that the connection is lost", () => {
      const line: LineState = { _tag: "reconnecting", attempts: 2, reason: "closed" }
      assert.match(textsOf(renderBooks({ ...closed, line }, { columns: 80, rows: 24 }))[0] ?? "", /reconnecting/)
    })

    it("shows `live` in the first line if another market trades", () => {
      const [first, second] = books.markets
      const state = { ...books, markets: [{ ...first!, standstill: "paused" }, second!] }
      assert.match(textsOf(renderBooks(state, { columns: 80, rows: 24 }))[0] ?? "", /● live/)
    })
  })

  it("says that both sides of a book are empty", () => {
    const empty = withBook(one, { _tag: "Live", book: bookOf("KXHIGHNY-26NOV30-T50", [], []) })
    assert.include(textsOf(renderBooks(empty, { columns: 80, rows: 24 })).join("\n"), " both sides are empty ")
  })

  describe("a book that is not live", () => {
    it("says why and since when, and marks each row as old", () => {
      assertScreen("book-lost-80x24", renderBooks(lost, { columns: 80, rows: 24 }))
    })

    it("never looks live: it has no current prices, no colors of prices, and no rows marked bid or ask", () => {
      fc.assert(
        fc.property(size, (size) => {
          const screen = renderBooks(
            { ...lost, markets: lost.markets.map((market) => ({ ...market, trades: [] })) },
            size
          )
          for (const text of textsOf(screen)) assert.notMatch(text, /^(?:bid|ask) +0\.|spread 0|mid 0/)
          assert.isFalse(stylesOf(screen).has("red"))
          assert.isFalse(stylesOf(screen).has("green"))
        })
      )
    })

    it("shows no price if there never was a book", () => {
      const texts = textsOf(
        renderBooks(
          withBook(one, {
            _tag: "NotLive",
            reason: "waiting for the first snapshot",
            sinceMillis: nowMillis,
            last: undefined
          }),
          { columns: 60, rows: 24 }
        )
      ).join("\n")
      assert.include(texts, "NOT LIVE for 0 s: waiting for the first snapshot")
      assert.notMatch(texts, /0\.\d\d/)
    })

    it("shows why the exchange refused the market", () => {
      const state = withBook(one, { _tag: "Refused", reason: "The exchange does not send it: check that it exists" })
      const texts = textsOf(renderBooks(state, { columns: 60, rows: 24 })).join("\n")
      assert.include(texts, "REFUSED: The exchange does not send it")
      assert.notMatch(texts, /0\.\d\d/)
    })
  })

  it("shows the reason of a lost connection instead of the keys", () => {
    const line: LineState = { _tag: "reconnecting", attempts: 3, reason: "the connection closed with code 1006" }
    const texts = textsOf(renderBooks({ ...one, line }, { columns: 80, rows: 24 }))
    assert.match(texts[0] ?? "", /○ reconnecting, attempt 3$/)
    assert.match(texts.at(-1) ?? "", /^the connection closed with code 1006 +q quit$/)
  })

  it("says that own orders are not known", () => {
    const state = { ...one, markets: one.markets.map((market) => ({ ...market, own: undefined })) }
    const texts = textsOf(renderBooks(state, { columns: 80, rows: 24 })).join("\n")
    assert.include(texts, "live, last change 2 s ago, own orders not known")
    assert.notInclude(texts, "*")
  })

  it("shows production in a separate color", () => {
    const [header] = renderBooks({ ...one, environment: "production" }, { columns: 80, rows: 24 })
    assert.deepStrictEqual(header?.find(({ text }) => text === "production")?.style, ["bold", "magenta"])
  })

  describe("the ladder", () => {
    const levels = (from: number, step: number) =>
      Array.from({ length: 40 }, (_, index) => [`0.${String(from + step * index).padStart(2, "0")}00`, "1.00"] as const)
    const deep = withBook(one, { _tag: "Live", book: bookOf("A", levels(49, -1), levels(51, 1)) })
    const rowsOf = (scroll: number) => textsOf(renderBooks({ ...deep, scroll }, { columns: 60, rows: 16 })).slice(5, -1)

    it("has the best prices in the middle", () => {
      const rows = rowsOf(0)
      assert.match(rows[4] ?? "", /── spread 0\.0200 {2}mid 0\.5000/)
      assert.match(rows[3] ?? "", /^ask {2}0\.5100/)
      assert.match(rows[5] ?? "", /^bid {2}0\.4900/)
    })

    it("scrolls to the last level of each side, and no further", () => {
      assert.match(rowsOf(3)[0] ?? "", /^ask {2}0\.5100/)
      assert.match(rowsOf(100_000).at(-1) ?? "", /^bid {2}0\.1000/)
      assert.match(rowsOf(-100_000)[0] ?? "", /^ask {2}0\.9000/)
    })

    it("shows an empty side", () => {
      const empty = withBook(one, { _tag: "Live", book: bookOf("A", [], [["0.5100", "3.00"]]) })
      const texts = textsOf(renderBooks(empty, { columns: 60, rows: 12 })).join("\n")
      assert.include(texts, "bid –   ask 0.5100   spread –   mid –")
      assert.include(texts, "one side is empty")
    })
  })

  describe("the tabs", () => {
    const many: BookViewState = {
      ...books,
      markets: Array.from({ length: 30 }, (_, index) => market(`KXMARKET-${index + 1}`, ""))
    }

    it("keep the selected market visible", () => {
      for (const selected of [0, 7, 29]) {
        const tabs = textsOf(renderBooks({ ...many, selected }, { columns: 80, rows: 24 }))[1] ?? ""
        assert.include(tabs, ` ${selected + 1} KXMARKET-${selected + 1}`)
      }
    })

    it("mark a market whose book is not live", () => {
      const texts = textsOf(renderBooks(withBook(books, lost.markets[0]!.book), { columns: 80, rows: 24 }))
      assert.strictEqual(texts[1], " 1 KXHIGHNY-26NOV30-T50 ~  2 KXHIGHNY-26NOV30-T52")
    })
  })
})

describe("panelCount", () => {
  it("returns the number of panels that fit, and never more than the number of markets", () => {
    assert.deepStrictEqual(
      [40, 80, 160, 161, 200, 300].map((columns) => panelCount(columns, 3)),
      [1, 1, 1, 2, 2, 3]
    )
    assert.strictEqual(panelCount(300, 1), 1)
  })
})

describe("ownCounts", () => {
  it("sums the orders at a price, even if the prices have different numbers of decimals", () => {
    const order = (ticker: string, book_side: string, price: string, count: string) => ({
      ticker,
      book_side,
      yes_price_dollars: dollarsUnsafe(price),
      remaining_count_fp: countUnsafe(count)
    })
    const counts = ownCounts([
      order("A", "bid", "0.44", "1.50"),
      order("A", "bid", "0.4400", "2.00"),
      order("A", "ask", "0.44", "9.00"),
      order("B", "bid", "0.44", "7.00")
    ])
    assert.deepStrictEqual(
      [...(counts.get("A") ?? [])],
      [
        ["bid 440000", "3.50"],
        ["ask 440000", "9.00"]
      ]
    )
    assert.deepStrictEqual([...(counts.get("B") ?? [])], [["bid 440000", "7.00"]])
  })
})
