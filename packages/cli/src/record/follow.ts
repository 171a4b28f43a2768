/**
 * Makes the markets of a local exchange follow a recording.
 *
 * @module
 */
import * as Answer from "@kalshi-effect/client/Answer"
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Markets from "@kalshi-effect/client/Markets"
import type * as OrderBook from "@kalshi-effect/client/OrderBook"
import type * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { CommandError } from "../app/failures.ts"
import { Books, type Change } from "./books.ts"
import { type Accounts, LocalMarket } from "./LocalMarket.ts"
import { type Frame, messageText, type Read } from "./lines.ts"
import type { Entry } from "./reading.ts"

type Level = Exclude<Change["level"], "all">

/** A market, and the changes that the local exchange does not have yet. */
interface Followed {
  readonly market: LocalMarket
  /** The version of the recorded book to which the local book is equal. */
  version: number | undefined
  isAllChanged: boolean
  readonly changed: Map<string, Level>
}

/** The finest published price grid, for a market that the recording does not describe. */
const finestGrid = [{ start: "0.00", end: "1.00", step: "0.0001" }]

export class Follower {
  readonly #operator: Sandbox.Operator
  readonly #accounts: Accounts
  readonly #isWanted: (ticker: string) => boolean
  readonly #books = new Books()
  readonly #followed = new Map<string, Followed>()
  readonly #decodeMarket = Answer.decoder(Markets.get)
  readonly #decode = FeedMessages.decoder()

  constructor(operator: Sandbox.Operator, accounts: Accounts, isWanted: (ticker: string) => boolean) {
    this.#operator = operator
    this.#accounts = accounts
    this.#isWanted = isWanted
  }

  get tickers(): ReadonlyArray<string> {
    return [...this.#followed.keys()]
  }

  /** Reads a line without changing the local books. `catchUp` changes them later. */
  skip(entry: Entry): void {
    const change = this.#books.apply(entry)
    const followed = change && this.#followed.get(change.ticker)
    if (followed !== undefined) followed.isAllChanged = true
  }

  /** Creates the markets that the first lines of a recording name. */
  prepare(entries: ReadonlyArray<Entry>): Effect.Effect<void, CommandError> {
    const named = new Set(entries.flatMap(({ line }) => (line.type === "recording" ? line.tickers : [])))
    const wanted = [...named].filter((ticker) => this.#isWanted(ticker))
    return Effect.andThen(
      Effect.forEach(entries, (entry) => this.#describe(entry), { discard: true }),
      Effect.forEach(wanted, (ticker) => this.#market(ticker), { discard: true })
    )
  }

  #describe({ line, text }: Entry): Effect.Effect<void, CommandError> {
    if (line.type !== "market" || this.#followed.has(line.ticker) || !this.#isWanted(line.ticker)) return Effect.void
    return this.#create(line.ticker, this.#description(line, text))
  }

  play(entry: Entry): Effect.Effect<void, CommandError> | undefined {
    const { line, text } = entry
    if (line.type === "market") return this.#describe(entry)
    const change = this.#books.apply(entry)
    if (change !== undefined) return this.#isWanted(change.ticker) ? this.#change(change, line.at_ms) : undefined
    return line.type === "frame" && isTrade(line) ? this.#trade(line, text) : undefined
  }

  get catchUp(): Effect.Effect<void, CommandError> {
    return Effect.forEach(
      this.#books.tickers.filter((ticker) => this.#isWanted(ticker)),
      (ticker) => this.#change({ ticker, level: "all" }, Number.NEGATIVE_INFINITY),
      { discard: true }
    )
  }

  book(ticker: string): OrderBook.OrderBook | undefined {
    return this.#books.get(ticker)
  }

  #change({ level, ticker }: Change, atMillis: number): Effect.Effect<void, CommandError> {
    return Effect.gen({ self: this }, function* () {
      const followed = yield* this.#market(ticker)
      if (level === "all") followed.isAllChanged = true
      else followed.changed.set(`${level.side} ${level.price}`, level)
      const recorded = this.#books.get(ticker)
      // While a book is crossed for a moment, its version does not change. While the recorded book is not live, the
      // local book keeps its levels.
      if (recorded === undefined || !recorded.isLive || recorded.version === followed.version) return
      const read = recorded.read(atMillis)
      if (Result.isFailure(read)) return
      const book = read.success
      const levels = [...followed.changed.values()]
      const isAll = followed.isAllChanged
      followed.version = recorded.version
      followed.isAllChanged = false
      followed.changed.clear()
      yield* isAll
        ? followed.market.follow(book)
        : followed.market.change(
            // A price of a decoded message is a decimal.
            levels.map(({ price, side }) => ({ side, price, count: book.countAt(side, price as `${number}`) }))
          )
    })
  }

  #trade(line: Frame, text: string): Effect.Effect<void, CommandError> | undefined {
    const decoded = this.#decode(messageText(line, text))
    if (Result.isFailure(decoded) || decoded.success.type !== "trade") return undefined
    const { count_fp, is_block_trade, market_ticker, taker_book_side, yes_price_dollars } = decoded.success.msg
    // A block trade was made outside the book.
    if (is_block_trade === true || !this.#isWanted(market_ticker)) return undefined
    return Effect.flatMap(this.#market(market_ticker), ({ market }) =>
      market.trade({
        takerSide: taker_book_side === "bid" ? "bid" : "ask",
        price: yes_price_dollars,
        count: count_fp
      })
    )
  }

  #market(ticker: string): Effect.Effect<Followed, CommandError> {
    return Effect.suspend(() => {
      const found = this.#followed.get(ticker)
      if (found !== undefined) return Effect.succeed(found)
      return Effect.map(
        this.#create(ticker, { ticker, priceRanges: finestGrid }),
        () => this.#followed.get(ticker)! // `#create` has added it
      )
    })
  }

  #description(line: Read, text: string): Parameters<Sandbox.Operator["createMarket"]>[0] {
    const decoded = this.#decodeMarket({ status: 200, body: messageText(line, text) })
    if (Result.isFailure(decoded)) return { ticker: line.ticker, priceRanges: finestGrid }
    const { event_ticker, price_ranges, title, yes_sub_title } = decoded.success.market
    const name = title ?? yes_sub_title
    return {
      ticker: line.ticker,
      eventTicker: event_ticker,
      ...(name !== "" && { title: name }),
      priceRanges: price_ranges.length === 0 ? finestGrid : price_ranges
    }
  }

  #create(ticker: string, market: Parameters<Sandbox.Operator["createMarket"]>[0]): Effect.Effect<void, CommandError> {
    return this.#operator.createMarket(market).pipe(
      Effect.mapError(
        ({ reason }) =>
          new CommandError({
            exit: "failed",
            message: `The local exchange cannot create the market ${ticker}: ${reason}. Choose other markets with --ticker`
          })
      ),
      Effect.map(() => {
        this.#followed.set(ticker, {
          market: new LocalMarket(this.#operator, this.#accounts, ticker),
          version: undefined,
          isAllChanged: true,
          changed: new Map()
        })
      })
    )
  }
}

const isTrade = ({ message }: Frame): boolean => Predicate.hasProperty(message, "type") && message.type === "trade"
