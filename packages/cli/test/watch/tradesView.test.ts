/** A tape contains the newest trades. A hole is a time range whose trades may be missing. */
import { assert, describe, it } from "@effect/vitest"
import type * as Trades from "@kalshi-effect/client/Trades"
import { countUnsafe, dollarsUnsafe } from "@kalshi-effect/client/FixedPoint"
import { MarketsNotListed } from "@kalshi-effect/client/Feed"
import { RepeatedCursor } from "@kalshi-effect/client/Pages"
import * as fc from "fast-check"
import { applyTradeEvent, Tape, type TapeEntry, tapeTrade } from "../../src/watch/tape.ts"
import { renderTrades, tapeRows, type TradesViewState } from "../../src/watch/tradesView.ts"
import { assertFits, assertScreen, hostileText, nowMillis, size, textsOf, trade } from "./support.ts"

const tapeOf = (entries: ReadonlyArray<TapeEntry>): Tape => {
  const tape = new Tape(1_000)
  for (const entry of entries) tape.add(entry)
  return tape
}

const hole = (outcome: (TapeEntry & { readonly _tag: "Hole" })["outcome"]): TapeEntry => ({
  _tag: "Hole",
  sinceMillis: nowMillis - 60_000,
  untilMillis: nowMillis - 50_000,
  outcome
})

const state: TradesViewState = {
  environment: "demo",
  line: { _tag: "live", sinceMillis: nowMillis - 42_000 },
  nowMillis,
  showsKeys: false,
  tickers: [],
  pausedAt: undefined,
  scroll: 0,
  tape: tapeOf([
    trade(90, "ask", "0.3100", "4.00", "KXNFLGAME-26NOV30MIADEN-MIA"),
    hole({ _tag: "NotFilled", reason: "Markets.trades failed with status 503" }),
    hole({ _tag: "Filled", trades: 3 }),
    hole({ _tag: "Reading" }),
    trade(3, "ask", "0.4500", "2.50"),
    trade(1, "bid", "0.4800", "1250.00")
  ])
}

describe("renderTrades", () => {
  it("shows the newest trade first at 80x24", () => {
    assertScreen("trades-80x24", renderTrades(state, { columns: 80, rows: 24 }))
  })

  it("keeps its columns together at 200x50", () => {
    assertScreen("trades-200x50", renderTrades(state, { columns: 200, rows: 50 }))
  })

  it("omits the column of the market at 40x10", () => {
    assertScreen(
      "trades-40x10",
      renderTrades({ ...state, tickers: ["KXHIGHNY-26NOV30-T50"] }, { columns: 40, rows: 10 })
    )
  })

  it("fits every terminal, even with hostile texts", () => {
    const entry = fc
      .record({ ticker: hostileText, price: fc.constantFrom("0.4500", "1"), count: hostileText })
      .map(({ count, price, ticker }) =>
        tapeTrade(
          { trade_id: "1", count_fp: count, yes_price_dollars: price, taker_book_side: "ask" },
          ticker,
          nowMillis
        )
      )
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 60 }),
        fc.array(hostileText),
        fc.nat(100),
        size,
        (entries, tickers, scroll, size) => {
          assertFits(renderTrades({ ...state, tickers, tape: tapeOf(entries), scroll }, size), size)
        }
      ),
      { numRuns: 60 }
    )
  })

  it("keeps the shown trades while the tape is paused, and counts the newer trades", () => {
    const tape = tapeOf([trade(3, "ask", "0.4500", "2.50")])
    const paused = { ...state, tape, pausedAt: tape.added }
    const before = textsOf(renderTrades(paused, { columns: 80, rows: 24 }))
    tape.add(trade(0, "bid", "0.9900", "1.00"))
    const after = textsOf(renderTrades(paused, { columns: 80, rows: 24 }))
    assert.deepStrictEqual(after.slice(2), before.slice(2))
    assert.match(after[1] ?? "", /paused, 1 newer \(Home shows them\)$/)
  })

  it("keeps the shown trades when earlier trades arrive while the tape is paused", () => {
    const tape = tapeOf([3, 2, 1].map((ago) => trade(ago, "ask", "0.4500", `${ago}.00`)))
    const paused = { ...state, tape, pausedAt: tape.added }
    const before = textsOf(renderTrades(paused, { columns: 80, rows: 24 }))
    tape.addEarlier([5, 4].map((ago) => trade(ago, "ask", "0.4500", `${ago}.00`)))
    const after = textsOf(renderTrades(paused, { columns: 80, rows: 24 }))
    assert.deepStrictEqual(after.slice(0, 6), before.slice(0, 6))
    assert.match(after[1] ?? "", /paused, 0 newer/)
    assert.include(after[6], "4.00")
    assert.include(after[7], "5.00")
  })

  it("says that the trades from before a pause are no longer kept", () => {
    const tape = new Tape(2)
    for (let ago = 9; ago > 0; ago--) tape.add(trade(ago, "ask", "0.4500", "1.00"))
    const screen = (pausedAt: number) =>
      textsOf(renderTrades({ ...state, tape, pausedAt }, { columns: 80, rows: 24 })).slice(1)
    assert.include(screen(2)[0], "paused, 7 newer (Home shows them)")
    assert.strictEqual(screen(2)[2]?.trim(), "The trades from before the pause are no longer kept.")
    assert.strictEqual(screen(0)[2]?.trim(), "No trade before the pause.")
  })

  it("promises new trades only while the connection is live and the tape is not paused", () => {
    const empty = { ...state, tape: new Tape(10) }
    const shown = (view: TradesViewState) => textsOf(renderTrades(view, { columns: 80, rows: 24 })).join("\n")
    assert.include(shown(empty), "No trade yet. New trades appear here immediately.")
    assert.notInclude(shown({ ...empty, line: { _tag: "connecting" } }), "New trades appear")
    assert.notInclude(shown({ ...empty, pausedAt: 0 }), "New trades appear")
  })
})

describe("tapeRows", () => {
  it("returns the number of trades that the view shows", () => {
    for (const rows of [5, 10, 24, 50]) {
      const tape = tapeOf(Array.from({ length: 100 }, (_, index) => trade(index, "bid", "0.5000", "1.00")))
      const screen = textsOf(renderTrades({ ...state, tape }, { columns: 80, rows }))
      assert.strictEqual(screen.filter((line) => line.includes("buy ")).length, tapeRows({ columns: 80, rows }))
    }
  })
})

const wireTrade = (id: string, ts_ms: number): Trades.TradeEvent["trade"] => ({
  trade_id: id,
  market_ticker: "A",
  count_fp: countUnsafe("1.00"),
  yes_price_dollars: dollarsUnsafe("0.45"),
  no_price_dollars: dollarsUnsafe("0.55"),
  taker_book_side: "bid",
  taker_outcome_side: "yes",
  taker_side: "yes",
  ts: Math.floor(ts_ms / 1_000),
  ts_ms
})

describe("Tape", () => {
  for (const count of [1, 1_000, 100_000]) {
    it(`keeps only the newest of ${count} trades`, () => {
      const tape = new Tape(200)
      for (let index = 0; index < count; index++) tape.add(trade(count - index, "bid", "0.5000", `${index}.00`))
      assert.strictEqual(tape.added, count)
      assert.strictEqual(tape.size, Math.min(count, 200))
      const newest = tape.newest(1_000)
      assert.strictEqual(newest.length, Math.min(count, 200))
      assert.deepInclude(newest[0], { count: `${count - 1}.00` })
    })
  }

  it("adds earlier trades before the live trades, and no trade twice", () => {
    const tape = new Tape(200)
    tape.add(trade(5, "bid", "0.5000", "1.00"))
    const earlier = [5, 9, 7].map((ago) => trade(ago, "bid", "0.5000", "1.00"))
    tape.addEarlier(earlier)
    assert.deepStrictEqual(
      tape.newest(10).map((entry) => (entry._tag === "Trade" ? (nowMillis - entry.millis) / 1_000 : "hole")),
      [5, 7, 9]
    )
  })

  it("shows an earlier trade once if the feed also sends it later", () => {
    const tape = new Tape(200)
    const late = trade(5, "bid", "0.5000", "1.00")
    tape.addEarlier([trade(9, "bid", "0.5000", "1.00"), late])
    tape.add(late)
    assert.strictEqual(tape.newest(10).length, 2)
    assert.strictEqual(tape.added, 0)
  })
})

describe("newest", () => {
  const countOf = (entry: TapeEntry | undefined) => (entry?._tag === "Trade" ? entry.count : undefined)

  it("omits removed entries, and entries that were added after a pause", () => {
    const tape = new Tape(4)
    for (let index = 1; index <= 7; index++) tape.add(trade(10 - index, "bid", "0.5000", `${index}.00`))
    assert.deepStrictEqual(tape.newest(2).map(countOf), ["7.00", "6.00"])
    assert.deepStrictEqual(tape.newest(9).map(countOf), ["7.00", "6.00", "5.00", "4.00"])
    assert.deepStrictEqual(tape.newest(2, 5).map(countOf), ["5.00", "4.00"])
    assert.deepStrictEqual(tape.newest(9, 0), [])
    assert.deepStrictEqual(tape.newest(2, 99).map(countOf), ["7.00", "6.00"])
  })
})

describe("applyTradeEvent", () => {
  it("adds a hole, then the trades that were read for it, and their number", () => {
    const tape = new Tape(200)
    const apply = (event: Trades.FilledEvent) => applyTradeEvent(event, () => tape, [tape])
    const interval = { sinceMillis: nowMillis - 9_000, untilMillis: nowMillis }
    const reported = { _tag: "Hole" as const, ...interval, durationMillis: 9_000 }
    apply({ _tag: "Trade", trade: wireTrade("1", nowMillis - 10_000), receivedMillis: nowMillis })
    apply(reported)
    assert.deepInclude(tape.newest(1)[0], { ...interval, outcome: { _tag: "Reading" } })
    apply({ _tag: "Filled", hole: reported, trades: [wireTrade("2", nowMillis - 5_000)] })
    assert.deepStrictEqual(
      tape.newest(10).map((entry) => (entry._tag === "Trade" ? entry.id : entry.outcome)),
      ["2", { _tag: "Filled", trades: 1 }, "1"]
    )
  })

  it("shows in each market's tape only the number of its own trades", () => {
    const [a, b] = [new Tape(200), new Tape(200)]
    const apply = (event: Trades.FilledEvent) => applyTradeEvent(event, (ticker) => ({ A: a, B: b })[ticker], [a, b])
    const reported = { _tag: "Hole", sinceMillis: 1, untilMillis: 3, durationMillis: 2 } as const
    const ofB = { ...wireTrade("3", 2), market_ticker: "B" }
    apply(reported)
    apply({ _tag: "Filled", hole: reported, trades: [wireTrade("1", 1), wireTrade("2", 2), ofB] })
    const outcomesOf = (tape: Tape) => tape.newest(10).flatMap((entry) => (entry._tag === "Hole" ? entry.outcome : []))
    assert.deepStrictEqual(outcomesOf(a), [{ _tag: "Filled", trades: 2 }])
    assert.deepStrictEqual(outcomesOf(b), [{ _tag: "Filled", trades: 1 }])
  })

  it("changes only the outcome of the named hole", () => {
    const tape = new Tape(200)
    const apply = (event: Trades.FilledEvent) => applyTradeEvent(event, () => undefined, [tape])
    const holeAt = (sinceMillis: number, untilMillis: number) =>
      ({ _tag: "Hole", sinceMillis, untilMillis, durationMillis: untilMillis - sinceMillis }) as const
    for (const reported of [holeAt(1, 3), holeAt(1, 2), holeAt(2, 3)]) apply(reported)
    const error = new RepeatedCursor({ operation: "Markets.trades", cursor: "c", pages: 1 })
    apply({ _tag: "NotFilled", hole: holeAt(1, 3), error })
    apply({ _tag: "Refused", markets: ["A"], error: new MarketsNotListed({ channel: "trade", markets: ["A"] }) })
    apply({ _tag: "Trade", trade: wireTrade("1", 1), receivedMillis: 1 })
    apply({ _tag: "Filled", hole: holeAt(2, 3), trades: [wireTrade("2", 1)] })
    assert.deepStrictEqual(
      tape.newest(10).map((entry) => (entry._tag === "Hole" ? entry.outcome : entry.id)),
      [{ _tag: "Filled", trades: 0 }, { _tag: "Reading" }, { _tag: "NotFilled", reason: error.message }]
    )
  })
})
