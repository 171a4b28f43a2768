/**
 * What a reader sees of an order book: a value that never changes.
 *
 * @module
 */
import { type Count, type Dollars, type DollarsInput, dollarsUnsafe, toMicros } from "../money/FixedPoint.ts"
import { type Level, type Levels, printCount, printPrice } from "./side.ts"

export interface Reading {
  readonly bids: Levels
  readonly asks: Levels
  readonly seq: number
  readonly clock: number | undefined
  readonly receivedMillis: number
}

/** A side of the book: bids buy YES, asks sell YES. */
export type Side = "bid" | "ask"

const microsOf = (price: DollarsInput): number => Number(toMicros(dollarsUnsafe(price)))

/**
 * An order book of one market. It never changes. Read again to get a newer book.
 *
 * **Details**
 *
 * All prices are prices of YES. A bid buys YES. An ask sells YES: it is a bid for NO at one dollar minus its price.
 * Prices and counts are exact and canonical (`"0.45"`, `"10.00"`). A book is never crossed: `bestBid` is below
 * `bestAsk`.
 */
export class Book {
  readonly market_ticker: string
  /** The `seq` of the last message in this book. It counts the messages of one subscription. */
  readonly seq: number
  /**
   * The value of the exchange's clock at the last change in this book. 0 if the market has never changed. Undefined if
   * the exchange sends no clock. Clocks of two markets, and of two epochs, are not comparable.
   */
  readonly clock: number | undefined
  /**
   * Rises when the clock starts again, such as after maintenance of the exchange. With several lines (parallel
   * subscriptions), it also rises when readers change to a line that is behind.
   */
  readonly epoch: number
  /** When the last message of this book arrived, in Unix milliseconds. */
  readonly receivedMillis: number
  /**
   * The time from the last message of this book to the read. The book of a quiet market grows old, but is still
   * correct.
   */
  readonly ageMillis: number
  readonly #bids: Levels
  readonly #asks: Levels

  /** @internal */
  constructor(market_ticker: string, reading: Reading, epoch: number, nowMillis: number) {
    this.market_ticker = market_ticker
    this.seq = reading.seq
    this.clock = reading.clock
    this.epoch = epoch
    this.receivedMillis = reading.receivedMillis
    this.ageMillis = Math.max(0, nowMillis - reading.receivedMillis)
    this.#bids = reading.bids
    this.#asks = reading.asks
    Object.freeze(this)
  }

  /** All bids, highest price first. */
  get bids(): ReadonlyArray<Level> {
    return this.#bids.all
  }

  /** All asks, lowest price first. */
  get asks(): ReadonlyArray<Level> {
    return this.#asks.all
  }

  /** The bid with the highest price. */
  get bestBid(): Level | undefined {
    return this.#bids.best
  }

  /** The ask with the lowest price. */
  get bestAsk(): Level | undefined {
    return this.#asks.best
  }

  /** The best ask minus the best bid. Undefined if a side is empty. */
  get spread(): Dollars | undefined {
    const [bid, ask] = [this.#bids.bestMicros, this.#asks.bestMicros]
    return bid === undefined || ask === undefined ? undefined : printPrice(ask - bid)
  }

  /**
   * The exact middle between the best bid and the best ask. Undefined if a side is empty, or if the middle needs more
   * than six decimals. The published price grids need at most five, because their finest step is $0.0001.
   */
  get mid(): Dollars | undefined {
    const [bid, ask] = [this.#bids.bestMicros, this.#asks.bestMicros]
    return bid === undefined || ask === undefined || (bid + ask) % 2 !== 0 ? undefined : printPrice((bid + ask) / 2)
  }

  /** The best levels of a side, best first, at most `levels`. Cheaper than `bids` and `asks` if you need only a few. */
  depth(side: Side, levels: number): ReadonlyArray<Level> {
    return this.#levels(side).first(levels)
  }

  /** The contracts at a price. Throws `NotFixedPoint` for a price that is not a decimal. */
  countAt(side: Side, price: DollarsInput): Count {
    return printCount(this.#levels(side).sizeAt(microsOf(price)))
  }

  /**
   * The contracts at a price and at all better prices: what an order with this limit price can fill at once. Throws
   * `NotFixedPoint` for a price that is not a decimal.
   *
   * **Example** (What can be bought for at most 0.56)
   *
   * ```ts
   * book.countUpTo("ask", "0.56") // => "120.00"
   * ```
   */
  countUpTo(side: Side, price: DollarsInput): Count {
    return printCount(this.#levels(side).sizeTo(microsOf(price)))
  }

  #levels(side: Side): Levels {
    return side === "bid" ? this.#bids : this.#asks
  }
}
