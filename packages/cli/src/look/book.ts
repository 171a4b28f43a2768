/**
 * `kalshi book`: the order books of markets.
 *
 * @module
 */
import * as Markets from "@kalshi-effect/client/Markets"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { publicLayer } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import { formatTable } from "../output/table.ts"
import { anyMarket } from "./archive.ts"
import { type Ladder, ladder, type Level } from "./ladder.ts"

/** The maximum number of books that the exchange sends in one response. */
const booksAtOnce = 100

const levelsByDefault = 10

const styles = { bid: "green", ask: "red" } as const

const levelColumns: ReadonlyArray<Output.Column<Level>> = [
  { name: "side", value: ({ side }) => side, style: ({ side }) => styles[side] },
  { name: "yes_price", value: ({ price }) => price, align: "right", style: ({ side }) => styles[side] },
  { name: "count", value: ({ count }) => count, align: "right" },
  { name: "total", value: ({ total }) => total, align: "right" }
]

const rowColumns: ReadonlyArray<Output.Column<Level & { readonly ticker: string }>> = [
  { name: "ticker", value: ({ ticker }) => ticker },
  ...levelColumns
]

const formatLadder = ({ asks, bids, hidden, spread }: Ladder, screen: Output.Screen): string => {
  if (asks.length === 0 && bids.length === 0) return "The book is empty"
  const [header = "", ...lines] = formatTable(levelColumns, [...asks, ...bids], screen).split("\n")
  const between = spread === undefined ? "no spread, because a side is empty" : `spread ${spread}`
  const levels = hidden === 1 ? "level" : "levels"
  const more =
    hidden === 0
      ? []
      : [screen.paint("dim", `${hidden} more ${levels}. Pass --depth N to see more, or --depth 0 to see all`)]
  return [
    header,
    ...lines.slice(0, asks.length),
    screen.paint("dim", between),
    ...lines.slice(asks.length),
    ...more
  ].join("\n")
}

const read = Effect.fnUntraced(function* (tickers: ReadonlyArray<string>) {
  const { orderbooks } = yield* Markets.orderbooks({ tickers: [...new Set(tickers)] })
  const books = new Map(orderbooks.map((book) => [book.ticker, book]))
  const found: Array<Markets.MarketOrderbookFp> = []
  for (const ticker of tickers) {
    const book = books.get(ticker)
    // The response omits unknown markets. `anyMarket` fails if the market does not exist.
    if (book === undefined) yield* anyMarket(ticker)
    found.push(book ?? { ticker, orderbook_fp: { yes_dollars: [], no_dollars: [] } })
  }
  return found
})

const depth = Flag.Int("depth").pipe(
  Flag.withDescription(
    `The number of price levels per side, 0 for all (default ${levelsByDefault}; all with --json and --csv)`
  ),
  Flag.filter(
    (levels) => levels >= 0,
    () => "a whole number of at least 0"
  ),
  Flag.optional
)

const tickers = Argument.String("ticker").pipe(
  Argument.withDescription(`The tickers of up to ${booksAtOnce} markets`),
  Argument.variadic({ min: 1 })
)

const cut = <A>(levels: ReadonlyArray<A>, depth: number): ReadonlyArray<A> =>
  depth >= levels.length ? levels : levels.slice(levels.length - depth)

/** Keeps the best `depth` levels of each side. The exchange sends the best level last. */
const cutBook = (book: Markets.MarketOrderbookFp, depth: number): Markets.MarketOrderbookFp => ({
  ...book,
  orderbook_fp: {
    ...book.orderbook_fp,
    yes_dollars: cut(book.orderbook_fp.yes_dollars, depth),
    no_dollars: cut(book.orderbook_fp.no_dollars, depth)
  }
})

export const book = Command.make("book", { depth, tickers }, ({ depth, tickers }) =>
  Effect.gen(function* () {
    if (tickers.length > booksAtOnce) {
      return yield* usage(
        `The exchange sends at most ${booksAtOnce} books at once, but there are ${tickers.length} tickers. Pass fewer tickers`
      )
    }
    const format = yield* Output.format
    const levels = Option.getOrElse(depth, () => (format === "human" ? levelsByDefault : 0))
    const most = levels === 0 ? Number.POSITIVE_INFINITY : levels
    const books = yield* read(tickers).pipe(Effect.provide(publicLayer))
    const screen = yield* Output.Output
    if (format === "human") {
      const texts = books.map(({ orderbook_fp, ticker }) => {
        const title = screen.paint("bold", plain(ticker))
        return `${title}\n${formatLadder(ladder(orderbook_fp, most), screen)}`
      })
      return yield* screen.write(`${texts.join("\n\n")}\n`)
    }
    if (format === "json") {
      return yield* Output.value(
        books.map((book) => cutBook(book, most)),
        () => ""
      )
    }
    const rows = books.flatMap(({ orderbook_fp, ticker }) => {
      const { asks, bids } = ladder(orderbook_fp, most)
      return [...asks, ...bids].map((level) => ({ ticker, ...level }))
    })
    yield* Output.list(rowColumns, rows, { empty: "" })
  })
).pipe(
  Command.withDescription(
    "Shows order books: asks above bids, in prices of YES. An ask for YES is a bid for NO. --json prints a list of the books as the exchange sends them, with bids for YES and bids for NO"
  ),
  Command.withShortDescription("Shows order books"),
  Command.withExamples([
    { command: "kalshi book KXHIGHNY-26NOV30-T60", description: "The best ten levels of each side" },
    {
      command: "kalshi book KXHIGHNY-26NOV30-T60 KXHIGHNY-26NOV30-T62 --depth 1",
      description: "The best prices of two markets"
    }
  ])
)
