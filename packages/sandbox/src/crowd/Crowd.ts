/**
 * A crowd of simulated traders, which act only by ordinary commands. Their actions in a second depend only on the
 * options, the seed, the number of that second, and the state of the exchange.
 *
 * @module
 */
import type { Refusal } from "../exchange/Entities.ts"
import type { Agent, Exchange } from "../exchange/Exchange.ts"
import { invalidParameters } from "../exchange/refusals.ts"
import { quote } from "./making.ts"
import { OwnMarkets } from "./ownMarkets.ts"
import { answerRfqs, confirmQuotes } from "./quoting.ts"
import { Random } from "./random.ts"
import { cancel, rest, take } from "./taking.ts"
import { type Crowd, fairPrice, findTraders, makersOf, refill, topOf } from "./traders.ts"

/** Options of a crowd. */
export interface CrowdOptions {
  /** The number of traders, from 1 to 1,000. Their accounts are named `crowd 1`, `crowd 2` … */
  readonly traders: number
  /**
   * `own`: the traders trade only in the markets that the crowd creates. `all`: they also trade in the other open
   * markets, in at most 32 markets in total. Default: `all`.
   */
  readonly markets?: "own" | "all"
  /**
   * How many times per second the traders act, all together, on average. An action is one order or cancel of a taker,
   * or one check by a maker of its orders in one market. More than 0 and at most 1,000. Default: 7. Makers check
   * several orders at a time, so about 13 orders per second are placed, amended or canceled.
   */
  readonly pace?: number
}

const maxMarkets = 32

const makerShare = 0.4

const defaultPace = 7

/**
 * At each full second, a maker quotes in a book if one of these holds: a side is empty, the spread is wider than
 * `maxSpread`, or a best price is on the wrong side of the value by more than `maxDistance`. Both are in
 * ten-thousandths of a dollar.
 */
const maxSpread = 600
const maxDistance = 150

/** If a move of the time is longer, the crowd acts only in the last part of this length. This limits the work. */
const maxMoveMillis = 86_400_000

interface Action {
  readonly atMillis: number
  readonly random: Random
}

export const checkCrowd = ({ markets = "all", pace = defaultPace, traders }: CrowdOptions): Refusal | undefined =>
  Number.isInteger(traders) &&
  traders >= 1 &&
  traders <= 1_000 &&
  pace > 0 &&
  pace <= 1_000 &&
  (markets === "all" || markets === "own")
    ? undefined
    : invalidParameters(
        'a crowd needs 1 to 1,000 traders, a pace of more than 0 and at most 1,000, and "own" or "all" as its markets'
      )

/**
 * Creates the accounts, markets and orders that are missing. If the clock was moved back, `atMillis` is before the
 * exchange's time. The crowd then starts at the exchange's time.
 */
export const attachCrowd = (exchange: Exchange, options: CrowdOptions, atMillis: number): void =>
  exchange.attach(new CrowdAgent(exchange, options, exchange.view(atMillis).nowMillis))

class CrowdAgent implements Agent {
  readonly #crowd: Crowd
  readonly #pace: number
  readonly #isOwnOnly: boolean
  #tickers: ReadonlyArray<string> = []
  #nextSecond = 0
  /** The actions up to the next full second, in sequence. */
  #actions: ReadonlyArray<Action> = []
  #done = 0

  constructor(exchange: Exchange, { markets = "all", pace = defaultPace, traders }: CrowdOptions, atMillis: number) {
    const accounts = findTraders(exchange, traders, atMillis)
    const makers = Math.max(1, Math.floor(accounts.length * makerShare))
    this.#crowd = {
      exchange,
      seed: exchange.seed,
      markets: new OwnMarkets(exchange.seed),
      makers: accounts.slice(0, makers),
      takers: accounts.slice(makers),
      levels: new Map()
    }
    this.#pace = pace
    this.#isOwnOnly = markets === "own"
    this.#begin(atMillis)
  }

  nextMillis(): number {
    return this.#actions[this.#done]?.atMillis ?? this.#nextSecond * 1_000
  }

  actUntil(nowMillis: number): void {
    if (nowMillis - this.nextMillis() > maxMoveMillis) {
      this.#begin(nowMillis - maxMoveMillis)
    }
    while (this.nextMillis() <= nowMillis) {
      const action = this.#actions[this.#done]
      if (action === undefined) {
        this.#actOnSecond(this.#nextSecond)
        this.#plan(this.#nextSecond, -1)
      } else {
        this.#done++
        this.#act(action)
      }
    }
  }

  /** Starts to act at a time. Immediately quotes in the books without orders. */
  #begin(atMillis: number): void {
    const { exchange, markets } = this.#crowd
    markets.tendOlder(exchange, atMillis)
    markets.tend(exchange, atMillis)
    this.#selectMarkets(atMillis)
    for (const ticker of this.#tickers) {
      const { ask, bid } = topOf(this.#crowd, ticker, atMillis)
      if (bid === 0 && ask === 0) {
        this.#quote(ticker, atMillis, new Random(exchange.seed, "first", ticker, atMillis))
      }
    }
    this.#plan(Math.floor(atMillis / 1_000), atMillis)
  }

  #plan(second: number, afterMillis: number): void {
    const { seed } = this.#crowd.exchange
    const random = new Random(seed, "second", second)
    const count = random.poisson(this.#pace)
    this.#actions = Array.from({ length: count }, () => second * 1_000 + 1 + random.below(999))
      .sort((left, right) => left - right)
      .map((atMillis, index) => ({ atMillis, random: new Random(seed, "action", second, index) }))
      .filter(({ atMillis }) => atMillis > afterMillis)
    this.#done = 0
    this.#nextSecond = second + 1
  }

  /** Acts at a full second. At a full minute, first creates and determines markets, and deposits cash. */
  #actOnSecond(second: number): void {
    const atMillis = second * 1_000
    const { exchange, markets } = this.#crowd
    if (second % 60 === 0) {
      markets.tend(exchange, atMillis)
      refill(this.#crowd, atMillis)
    }
    this.#selectMarkets(atMillis)
    const traded = new Set(this.#tickers)
    confirmQuotes(this.#crowd, atMillis)
    answerRfqs(this.#crowd, atMillis, (ticker) => !this.#isOwnOnly || traded.has(ticker))
    for (const ticker of this.#tickers) {
      if (this.#needsQuotes(ticker, atMillis)) {
        this.#quote(ticker, atMillis, new Random(exchange.seed, "quote", ticker, second))
      }
    }
  }

  #needsQuotes(ticker: string, atMillis: number): boolean {
    const { ask, bid } = topOf(this.#crowd, ticker, atMillis)
    const fair = fairPrice(this.#crowd, ticker, atMillis)
    const isAway = bid > fair + maxDistance || ask < fair - maxDistance
    return bid === 0 || ask === 0 || ask - bid > maxSpread || isAway
  }

  #quote(ticker: string, atMillis: number, random: Random): void {
    const maker = random.of(makersOf(this.#crowd, ticker))
    if (maker !== undefined) {
      quote(this.#crowd, maker, ticker, atMillis, random)
    }
  }

  #act({ atMillis, random }: Action): void {
    const ticker = random.of(this.#tickers)
    const taker = random.of(this.#crowd.takers)
    const choice = random.unit()
    if (ticker === undefined) {
      return
    }
    if (choice < 0.78) {
      this.#quote(ticker, atMillis, random)
    } else if (taker === undefined) {
      return
    } else if (choice < 0.9) {
      take(this.#crowd, taker, ticker, atMillis, random)
    } else if (choice < 0.96) {
      rest(this.#crowd, taker, ticker, atMillis, random)
    } else {
      cancel(this.#crowd, taker, atMillis, random)
    }
  }

  /** Selects the markets to trade in: first the crowd's own markets, then the other markets from the oldest. */
  #selectMarkets(atMillis: number): void {
    const { exchange, markets } = this.#crowd
    const own = markets.openTickers(atMillis)
    const others = this.#isOwnOnly
      ? []
      : exchange
          .view(atMillis)
          .activeTickers(maxMarkets + own.length)
          .filter((ticker) => !own.includes(ticker))
    this.#tickers = [...own, ...others].slice(0, maxMarkets)
  }
}
