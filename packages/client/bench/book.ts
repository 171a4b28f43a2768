/**
 * Measures the time from the text of a message to an updated order book, relative to `JSON.parse` of the same text. A
 * line is a subscription on a separate connection.
 */
import * as Result from "effect/Result"
import { MergedBook } from "../src/book/merge.ts"
import * as OrderBook from "../src/book/OrderBook.ts"
import * as FeedMessages from "../src/feed/FeedMessages.ts"
import type { Message } from "../src/generated/feed.ts"

const frames = 2_000
const rounds = Number(process.argv[2] ?? 200)

const ticker = "KXEXAMPLE-26NOV22-T50"
const market = { market_ticker: ticker, market_id: "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1" }

/** Bids are below 0.5, and asks are above 0.5. */
const price = (side: number, distance: number): string =>
  ((side === 0 ? 4_999 - distance * 4 : 5_001 + distance * 4) / 10_000).toFixed(4)

/** At least half of the deltas change one of the ten best prices. */
const textsOf = (levels: number): ReadonlyArray<string> => {
  const distances = Array.from({ length: levels }, (_, index) => index)
  const bothSides = [0, 1].map((side) => distances.map((distance) => [price(side, distance), "50.00"]))
  const msg = { ...market, clock: 1, yes_dollars_fp: bothSides[0], no_dollars_fp: bothSides[1] }
  const texts = [JSON.stringify({ type: "orderbook_snapshot", sid: 2, seq: 1, msg })]
  const sizes = [0, 1].map(() => distances.map(() => 50))
  for (let index = 0; index < frames; index++) {
    const side = index % 2
    const distance = (index * 7919) % (index % 4 < 2 ? 10 : levels)
    const size = sizes[side]![distance]!
    const change = size === 0 ? 50 : (index >> 2) % 3 === 0 ? -size : 1
    sizes[side]![distance] = size + change
    const delta_fp = change.toFixed(2)
    const msg = {
      ...market,
      clock: index + 2,
      price_dollars: price(side, distance),
      delta_fp,
      side: side === 0 ? "yes" : "no",
      ts: "2026-11-22T14:30:00.123Z",
      ts_ms: 1_795_357_800_123
    }
    texts.push(
      JSON.stringify({ type: "orderbook_delta", sid: 2, seq: index + 2, sending_ts_ms: 1_795_357_800_124, msg })
    )
  }
  return texts
}

const decode = FeedMessages.decoder()

const messageOf = (text: string): Message => Result.getOrThrow(decode(text))

const apply = (book: OrderBook.OrderBook, message: Message): void => {
  if (message.type === "orderbook_delta") book.delta(message, 0)
  else if (message.type === "orderbook_snapshot") book.snapshot(message, 0)
}

const merge = (book: MergedBook, line: number, message: Message): void => {
  if (message.type === "orderbook_delta") book.delta(line, message, 0)
  else if (message.type === "orderbook_snapshot") book.snapshot(line, message, 0)
}

interface Contender {
  readonly name: string
  /** On how many lines the contender reads each text. */
  readonly lines: number
  readonly run: () => void
  best: number
}

const contendersOf = (texts: ReadonlyArray<string>): ReadonlyArray<Contender> => {
  const contender = (name: string, run: () => void, lines = 1): Contender => ({
    name,
    lines,
    run,
    best: Number.POSITIVE_INFINITY
  })
  const messages = texts.map(messageOf)
  return [
    contender("JSON.parse", () => {
      for (const text of texts) JSON.parse(text)
    }),
    contender("decoded", () => {
      for (const text of texts) messageOf(text)
    }),
    contender("decoded into a book", () => {
      const book = OrderBook.make(ticker, { nowMillis: 0 })
      for (const text of texts) apply(book, messageOf(text))
      if (!book.isLive) throw new Error("the book must be live")
    }),
    contender("decoded into a book and read", () => {
      const book = OrderBook.make(ticker, { nowMillis: 0 })
      for (const text of texts) {
        apply(book, messageOf(text))
        if (Result.getOrThrow(book.read(0)).bestBid === undefined) throw new Error("the book must have a bid")
      }
    }),
    contender(
      "decoded into a two-line book",
      () => {
        const book = new MergedBook(ticker, { nowMillis: 0 })
        for (const line of [1, 2]) book.open(line, 0)
        for (const text of texts) for (const line of [1, 2]) merge(book, line, messageOf(text))
        if (book.state._tag !== "Live") throw new Error("the book must be live")
      },
      2
    ),
    contender("book without decoding", () => {
      const book = OrderBook.make(ticker, { nowMillis: 0 })
      for (const message of messages) apply(book, message)
    })
  ]
}

for (const levels of [100, 1_000]) {
  const texts = textsOf(levels)
  const contenders = contendersOf(texts)
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const start = performance.now()
      contender.run()
      contender.best = Math.min(contender.best, (performance.now() - start) / contender.lines)
    }
  }
  const bytes = Math.round(texts.slice(1).reduce((sum, text) => sum + text.length, 0) / frames)
  console.log(`${levels} levels per side, ${frames} deltas of ${bytes} bytes, best of ${rounds} interleaved rounds`)
  for (const { best, name } of contenders) {
    const micros = (best * 1000) / texts.length
    console.log(
      `  ${name.padEnd(28)} ${micros.toFixed(2).padStart(6)} µs per frame   ${(contenders[0]!.best / best).toFixed(2)} × the rate of JSON.parse`
    )
  }
}
