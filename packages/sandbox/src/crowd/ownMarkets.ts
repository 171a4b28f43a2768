/**
 * The markets that the crowd creates: a new short market every quarter of an hour, and a few markets that stay open. A
 * short market closes after an hour. It asks whether the crowd's hidden index will be at or above a strike at the
 * close. The index follows a score: see `value.ts`.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateMarket } from "../exchange/Commands.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import { aboveStrike, logistic, scoreOf, volatility } from "./value.ts"

const quarterMillis = 900_000

const openAtOnce = 4

/** The time from the close of a short market to its result, and also from its result to its settlement. */
const resultSeconds = 60

const shortSeries = "KXCROWD"
const longSeries = "KXCROWDLONG"

const ownSeries = [
  { ticker: shortSeries, title: "The crowd's index" },
  { ticker: longSeries, title: "Markets of the crowd that stay open" }
]

/** A market of the crowd that is open for an hour. `strike` is a score, not an index. */
interface ShortMarket {
  readonly ticker: string
  readonly eventTicker: string
  readonly title: string
  readonly strike: number
  readonly closeMillis: number
}

/** The index is 1,000 for a score of zero, and changes by 100 for each 1 of the score. It has one decimal. */
const indexOf = (score: number): number => Math.round(score * 1_000 + 10_000) / 10

const scoreOfIndex = (index: number): number => (index - 1_000) / 100

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

/** Returns the ticker of a short market's event, such as `KXCROWD-26NOV301415`. */
const eventOf = (closeMillis: number): string => {
  const text = new Date(closeMillis).toISOString()
  const month = months[Number(text.slice(5, 7)) - 1]
  return `${shortSeries}-${text.slice(2, 4)}${month}${text.slice(8, 10)}${text.slice(11, 13)}${text.slice(14, 16)}`
}

/** `quarter` counts quarters of an hour since 1970. The strike is the index at the start of the quarter. */
const shortMarketOf = (seed: number, quarter: number): ShortMarket => {
  const closeMillis = (quarter + openAtOnce) * quarterMillis
  const index = indexOf(scoreOf(seed, shortSeries, (quarter * quarterMillis) / 1_000)).toFixed(1)
  const eventTicker = eventOf(closeMillis)
  return {
    ticker: `${eventTicker}-T${index}`,
    eventTicker,
    title: `Will the crowd's index be ${index} or above at ${new Date(closeMillis).toISOString().slice(11, 16)} UTC?`,
    strike: scoreOfIndex(Number(index)),
    closeMillis
  }
}

const longMarkets: ReadonlyArray<CreateMarket> = [
  { ticker: `${longSeries}-A-YES`, title: "A market of the crowd that stays open" },
  {
    ticker: `${longSeries}-B-YES`,
    title: "A market of the crowd that stays open, with finer prices near 0 and 1 dollar",
    priceRanges: [
      { start: "0.00", end: "0.10", step: "0.001" },
      { start: "0.10", end: "0.90", step: "0.01" },
      { start: "0.90", end: "1.00", step: "0.001" }
    ]
  },
  {
    ticker: `${longSeries}-C-YES`,
    title: "A market of the crowd that stays open, with a price every tenth of a cent",
    priceRanges: [{ start: "0.00", end: "1.00", step: "0.001" }]
  }
]

/** The crowd's own markets. Remembers only the latest short markets. */
export class OwnMarkets {
  readonly #seed: number
  /** The open short markets and the same number of closed ones, newest first. */
  #short: ReadonlyArray<ShortMarket> = []
  #quarter = -1

  constructor(seed: number) {
    this.#seed = seed
  }

  openTickers(atMillis: number): ReadonlyArray<string> {
    return [
      ...longMarkets.map(({ ticker }) => ticker),
      ...this.#latest(atMillis).flatMap(({ closeMillis, ticker }) => (closeMillis > atMillis ? [ticker] : []))
    ]
  }

  value(ticker: string, atMillis: number): number {
    const second = Math.floor(atMillis / 1_000)
    const short = this.#latest(atMillis).find((market) => market.ticker === ticker)
    return short === undefined
      ? logistic(scoreOf(this.#seed, ticker, second))
      : aboveStrike(
          scoreOf(this.#seed, shortSeries, second),
          short.strike,
          (short.closeMillis - second * 1_000) / 1_000
        )
  }

  /** Returns the standard deviation of the change of a market's value per second. */
  volatility(ticker: string, atMillis: number): number {
    const value = this.value(ticker, atMillis)
    const short = this.#latest(atMillis).find((market) => market.ticker === ticker)
    const seconds = short === undefined ? undefined : Math.max(1, (short.closeMillis - atMillis) / 1_000)
    return value * (1 - value) * (seconds === undefined ? volatility : 1.702 / Math.sqrt(seconds))
  }

  tend(exchange: Exchange, atMillis: number): void {
    const known = new Set(
      exchange
        .view(atMillis)
        .series()
        .map(({ ticker }) => ticker)
    )
    for (const series of ownSeries.filter(({ ticker }) => !known.has(ticker))) {
      exchange.execute({ type: "createSeries", series }, atMillis)
    }
    for (const market of longMarkets) {
      create(exchange, atMillis, market)
    }
    for (const { closeMillis, eventTicker, strike, ticker, title } of this.#latest(atMillis)) {
      if (closeMillis > atMillis) {
        create(exchange, atMillis, { ticker, eventTicker, title, closeMillis, settlementTimerSeconds: resultSeconds })
      } else if (closeMillis + resultSeconds * 1_000 <= atMillis && isClosed(exchange, atMillis, ticker)) {
        this.#determine(exchange, atMillis, ticker, strike, closeMillis)
      }
    }
  }

  /** Sets the results of short markets that closed while the crowd did not act. */
  tendOlder(exchange: Exchange, atMillis: number): void {
    const pattern = new RegExp(`^${shortSeries}-.*-T(\\d+\\.\\d)$`)
    const view = exchange.view(atMillis)
    for (const ticker of view.tickers()) {
      const index = pattern.exec(ticker)?.[1]
      const market = index === undefined ? undefined : Result.getOrUndefined(view.market(ticker))
      if (market?.status === "closed" && market.closeMillis + resultSeconds * 1_000 <= atMillis) {
        this.#determine(exchange, atMillis, ticker, scoreOfIndex(Number(index)), market.closeMillis)
      }
    }
  }

  #determine(exchange: Exchange, atMillis: number, ticker: string, strike: number, closeMillis: number): void {
    const isAbove = scoreOf(this.#seed, shortSeries, Math.floor(closeMillis / 1_000)) >= strike
    exchange.execute({ type: "determineMarket", ticker, outcome: isAbove ? "yes" : "no" }, atMillis)
  }

  #latest(atMillis: number): ReadonlyArray<ShortMarket> {
    const quarter = Math.floor(atMillis / quarterMillis)
    if (quarter !== this.#quarter) {
      this.#quarter = quarter
      this.#short = Array.from({ length: 2 * openAtOnce }, (_, age) => shortMarketOf(this.#seed, quarter - age))
    }
    return this.#short
  }
}

const create = (exchange: Exchange, atMillis: number, market: CreateMarket): void => {
  if (Result.isFailure(exchange.view(atMillis).ticker(market.ticker))) {
    exchange.execute({ type: "createMarket", market }, atMillis)
  }
}

const isClosed = (exchange: Exchange, atMillis: number, ticker: string): boolean =>
  Result.getOrUndefined(exchange.view(atMillis).market(ticker))?.status === "closed"
