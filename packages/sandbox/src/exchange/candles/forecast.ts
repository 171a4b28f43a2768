/**
 * Forecasts of the number that decides an event. The last price of a market is the probability that the number
 * satisfies the market's strike. Between two strikes, the probability is distributed evenly. Beyond the outermost
 * strikes, the forecast is the outermost strike.
 *
 * @module
 */
import { dollar } from "../decimal.ts"
import type { Strike } from "../Entities.ts"
import { countWhile } from "../pages.ts"
import type { EventState, MarketState, State } from "../state.ts"

/** Selects the periods whose ends are from `startSeconds` to `endSeconds`, both inclusive. */
export interface ForecastRange {
  readonly startSeconds: number
  readonly endSeconds: number
  /** The length of a period. Periods end at its multiples since 1970. */
  readonly seconds: number
  /** From 0 to 9,999: 5,000 is the median. */
  readonly percentiles: ReadonlyArray<number>
}

export interface Forecast {
  readonly endSeconds: number
  readonly points: ReadonlyArray<{ readonly percentile: number; readonly value: number }>
}

/** A point of the distribution: the number is at most `value` with the probability `below`. */
interface Point {
  readonly value: number
  readonly below: number
}

/**
 * Returns forecasts up to now, oldest first. They begin once a scalar market, or a market with a strike, has traded.
 */
export const forecastsOf = (state: State, event: EventState, range: ForecastRange): ReadonlyArray<Forecast> => {
  const { endSeconds, percentiles, seconds, startSeconds } = range
  const forecasts: Array<Forecast> = []
  const last = Math.min(endSeconds, state.nowMillis / 1_000)
  const first = firstTradeSeconds(event)
  for (let end = Math.ceil(Math.max(startSeconds, first) / seconds) * seconds; end <= last; end += seconds) {
    const points = distributionAt(event, end * 1_000)
    if (points.length > 0) {
      forecasts.push({
        endSeconds: end,
        points: percentiles.map((percentile) => ({ percentile, value: valueAt(points, percentile / 10_000) }))
      })
    }
  }
  return forecasts
}

/** The time of the event's first trade; `Infinity` without trades. */
const firstTradeSeconds = (event: EventState): number =>
  Math.min(...event.markets.map(({ trades }) => trades[0]?.atMillis ?? Infinity), Infinity) / 1_000

const valueAt = (points: ReadonlyArray<Point>, probability: number): number => {
  const index = points.findIndex(({ below }) => below >= probability)
  const upper = points[index] ?? points.at(-1)! // there is at least one point
  const lower = points[index - 1]
  return index <= 0 || lower === undefined
    ? upper.value
    : lower.value + ((upper.value - lower.value) * (probability - lower.below)) / (upper.below - lower.below)
}

interface Chance {
  readonly strike: Strike
  readonly probability: number
}

/**
 * The distribution of the number, by ascending values. Empty if no scalar market and no market with a strike has
 * traded.
 */
const distributionAt = (event: EventState, atMillis: number): ReadonlyArray<Point> => {
  const chances: Array<Chance> = []
  for (const market of event.markets) {
    const price = priceAt(market, atMillis)
    if (price !== undefined && market.type === "scalar") {
      const { cap = 1, floor = 0 } = market.strike ?? {}
      return [{ value: floor + ((cap - floor) * price) / dollar, below: 1 }]
    }
    if (price !== undefined && market.strike !== undefined) {
      chances.push({ strike: market.strike, probability: price / dollar })
    }
  }
  return chances.some(({ strike }) => strike.type === "between") ? ofParts(chances) : ofLadder(chances)
}

const priceAt = ({ trades }: MarketState, atMillis: number): number | undefined =>
  trades[countWhile(trades.length, (index) => trades[index]!.atMillis <= atMillis) - 1]?.price

const compare = (left: number, right: number): number => (left < right ? -1 : left > right ? 1 : 0)

/** The distribution from markets of which exactly one resolves to YES. Scales their probabilities to a total of 1. */
const ofParts = (chances: ReadonlyArray<Chance>): ReadonlyArray<Point> => {
  const total = chances.reduce((sum, { probability }) => sum + probability, 0)
  const points: Array<Point> = []
  let below = 0
  const startOf = ({ strike }: Chance): number => strike.floor ?? -Infinity
  for (const chance of chances.toSorted((left, right) => compare(startOf(left), startOf(right)))) {
    const { cap, floor } = chance.strike
    if (floor !== undefined) {
      points.push({ value: floor, below })
    }
    below += chance.probability / total
    if (cap !== undefined) {
      points.push({ value: cap, below })
    }
  }
  return points
}

/**
 * The distribution from markets whose strikes have one bound each. Raises a probability that is lower than that
 * of a smaller value, because such a distribution is impossible.
 */
const ofLadder = (chances: ReadonlyArray<Chance>): ReadonlyArray<Point> => {
  let highest = 0
  return chances
    .map(({ probability, strike }) =>
      strike.type === "less" || strike.type === "less_or_equal"
        ? { value: strike.cap ?? 0, below: probability }
        : { value: strike.floor ?? 0, below: 1 - probability }
    )
    .toSorted((left, right) => compare(left.value, right.value))
    .map(({ below, value }) => {
      highest = Math.max(highest, below)
      return { value, below: highest }
    })
}
