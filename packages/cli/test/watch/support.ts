/**
 * States for the tests of the views.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert } from "@effect/vitest"
import type * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import { countUnsafe, dollarsUnsafe } from "@kalshi-effect/client/FixedPoint"
import * as OrderBook from "@kalshi-effect/client/OrderBook"
import type * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import type { BookViewState, MarketState } from "../../src/watch/bookView.ts"
import { type Line, lineWidth, type Size, textOf } from "../../src/watch/layout.ts"
import { type TapeTrade, tapeTrade } from "../../src/watch/tape.ts"

export const nowMillis = Date.UTC(2026, 10, 30, 12)

type Levels = ReadonlyArray<readonly [price: string, count: string]>

const decode = FeedMessages.decoder()

/** The book of a snapshot that arrived two seconds ago. All prices are prices of YES. */
export const bookOf = (ticker: string, bids: Levels, asks: Levels): OrderBooks.Book => {
  const message = Result.getOrThrow(
    decode(
      JSON.stringify({
        type: "orderbook_snapshot",
        sid: 1,
        seq: 1,
        msg: {
          market_ticker: ticker,
          market_id: "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1",
          clock: 7,
          yes_dollars_fp: bids,
          no_dollars_fp: asks
        }
      })
    )
  )
  const book = OrderBook.make(ticker, { nowMillis: nowMillis - 60_000 })
  assert(message.type === "orderbook_snapshot")
  book.snapshot(message, nowMillis - 2_000)
  return Result.getOrThrow(book.read(nowMillis))
}

export const trade = (
  secondsAgo: number,
  taker: "bid" | "ask",
  price: string,
  count: string,
  ticker = "KXHIGHNY-26NOV30-T50"
): TapeTrade =>
  tapeTrade(
    { trade_id: `${ticker}-${secondsAgo}`, count_fp: count, yes_price_dollars: price, taker_book_side: taker },
    ticker,
    nowMillis - secondsAgo * 1_000
  )

/** A live market with three levels on each side, two own orders, two trades and a hole (lost trades). */
export const market = (ticker: string, title: string): MarketState => ({
  ticker,
  title,
  standstill: undefined,
  book: {
    _tag: "Live",
    book: bookOf(
      ticker,
      [
        ["0.4500", "120.00"],
        ["0.4400", "80.50"],
        ["0.4200", "1000.00"]
      ],
      [
        ["0.4800", "60.00"],
        ["0.4900", "250.00"],
        ["0.5500", "12.25"]
      ]
    )
  },
  own: new Map([
    ["bid 440000", "5.00"],
    ["ask 490000", "10.00"]
  ]),
  trades: [
    trade(1, "bid", "0.4800", "10.00", ticker),
    { _tag: "Hole", sinceMillis: nowMillis - 60_000, untilMillis: nowMillis - 50_000, outcome: { _tag: "Reading" } },
    trade(75, "ask", "0.4500", "2.50", ticker)
  ]
})

export const books: BookViewState = {
  environment: "demo",
  line: { _tag: "live", sinceMillis: nowMillis - 42_000 },
  nowMillis,
  showsKeys: false,
  selected: 0,
  scroll: 0,
  markets: [
    market("KXHIGHNY-26NOV30-T50", "High temperature in New York above 50°"),
    market("KXHIGHNY-26NOV30-T52", "High temperature in New York above 52°")
  ]
}

export const accountOrder = (index: number, ticker = "KXHIGHNY-26NOV30-T50"): AccountFeed.AccountOrder => ({
  order_id: `9b0f6b43-5b68-4f9f-9f02-${String(index).padStart(12, "0")}`,
  client_order_id: `bot-${index}`,
  ticker,
  subaccount: 0,
  book_side: index % 2 === 0 ? "bid" : "ask",
  outcome_side: index % 2 === 0 ? "yes" : "no",
  status: "resting",
  yes_price_dollars: dollarsUnsafe("0.4500"),
  initial_count_fp: countUnsafe("12.00"),
  fill_count_fp: countUnsafe("2.00"),
  remaining_count_fp: countUnsafe("10.00"),
  maker_fees_dollars: dollarsUnsafe("0.00"),
  maker_fill_cost_dollars: dollarsUnsafe("0.00"),
  taker_fees_dollars: dollarsUnsafe("0.00"),
  taker_fill_cost_dollars: dollarsUnsafe("0.00"),
  order_group_id: undefined,
  exchange_index: undefined,
  updatedMillis: nowMillis
})

export const accountFill = (index: number, market_ticker = "KXHIGHNY-26NOV30-T50"): AccountFeed.AccountFill => ({
  trade_id: `trade-${index}`,
  order_id: accountOrder(index).order_id,
  client_order_id: undefined,
  market_ticker,
  subaccount: 0,
  book_side: "ask",
  outcome_side: "no",
  count_fp: countUnsafe("2.00"),
  yes_price_dollars: dollarsUnsafe("0.46"),
  fee_cost: dollarsUnsafe("0.034800"),
  is_taker: index % 2 === 0,
  filledMillis: nowMillis - 60_000 + index * 1_000
})

export const accountPosition = (market_ticker: string, count: string): AccountFeed.AccountPosition => ({
  market_ticker,
  subaccount: 0,
  position_fp: countUnsafe(count),
  realized_pnl_dollars: dollarsUnsafe("-1.250000"),
  fees_paid_dollars: dollarsUnsafe("0.0348")
})

export const accountGroup = (
  id: number,
  status: AccountFeed.AccountOrderGroup["status"]
): AccountFeed.AccountOrderGroup => ({
  order_group_id: `5b2f6b43-5b68-4f9f-9f02-${String(id).padStart(12, "0")}`,
  status,
  contracts_limit_fp: countUnsafe("100.00"),
  updatedMillis: nowMillis
})

export const textsOf = (screen: ReadonlyArray<Line>): ReadonlyArray<string> =>
  screen.map((line) => textOf(line).trimEnd())

/** Compares a screen with the file `screens/NAME.txt`. UPDATE_SCREENS=1 writes the file. */
export const assertScreen = (name: string, screen: ReadonlyArray<Line>): void => {
  const file = fileURLToPath(new URL(`screens/${name}.txt`, import.meta.url))
  const actual = `${textsOf(screen).join("\n")}\n`
  if (process.env["UPDATE_SCREENS"] !== undefined) {
    mkdirSync(fileURLToPath(new URL("screens", import.meta.url)), { recursive: true })
    writeFileSync(file, actual)
  }
  assert.strictEqual(actual, readFileSync(file, "utf8"))
}

export const size: fc.Arbitrary<Size> = fc.record({
  columns: fc.integer({ min: 1, max: 260 }),
  rows: fc.integer({ min: 1, max: 60 })
})

/** Texts that could break a screen: control sequences, wide and combining characters, line breaks. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.constantFrom(
    "\u001B[2J\u001B[1;1Hgone",
    "\u001B]0;title\u0007after",
    "two\nlines\r\tand a tab",
    "温度が高い都市のマーケット".repeat(8),
    "👩‍👩‍👧‍👦🇺🇸1️⃣".repeat(12),
    "a\u0301\u0302\u0303".repeat(50),
    "\u202Eabc\u202C",
    "\u009B31mred",
    "x".repeat(400)
  )
)

export const assertFits = (screen: ReadonlyArray<Line>, { columns, rows }: Size): void => {
  assert.strictEqual(screen.length, rows)
  for (const line of screen) {
    assert.isAtMost(lineWidth(line), columns)
    // oxlint-disable-next-line no-control-regex -- these characters are what the test looks for
    assert.notMatch(textOf(line), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  }
}
