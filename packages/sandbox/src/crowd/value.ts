/**
 * The hidden values that the crowd trades around. A value is the probability of YES. It follows a score: a bounded
 * random walk with jumps, in logit space. A score depends only on the seed, the name and the time, so that a restarted
 * crowd continues the same walk.
 *
 * @module
 */
import { hashOf, normalOf, unitOf } from "./random.ts"

/** The standard deviation of a score's change per second, without jumps. */
export const volatility = 0.006

/** A score is between −`bound` and `bound`. */
export const bound = 2.5

/** The walk is drawn within blocks. The scores at the ends of a block are at most `maxAnchor` from 0. */
const blockSeconds = 65_536
const maxAnchor = 1.2

/** A score jumps at most once in each period of this length. */
const jumpSeconds = 600
const maxJump = 0.15

/** A value is at least `minValue` and at most one minus `minValue`, so that a market always has room for two quotes. */
export const minValue = 0.03

/** The score of a name. `second` is in Unix seconds. */
export const scoreOf = (seed: number, name: string, second: number): number => {
  const key = hashOf(seed, name)
  return fold(walk(key, second) + jumps(key, second))
}

/** A random walk between the ends of a block (a Brownian bridge, by midpoint displacement). */
const walk = (key: number, second: number): number => {
  const block = Math.floor(second / blockSeconds)
  let low = block * blockSeconds
  let lowScore = anchorOf(key, block)
  let highScore = anchorOf(key, block + 1)
  for (let half = blockSeconds / 2; half >= 1 && second > low; half /= 2) {
    const middle = low + half
    const score = (lowScore + highScore) / 2 + normalOf(hashOf(key, middle)) * volatility * Math.sqrt(half / 2)
    if (second >= middle) {
      low = middle
      lowScore = score
    } else {
      highScore = score
    }
  }
  return lowScore
}

const anchorOf = (key: number, block: number): number => (unitOf(hashOf(key, "anchor", block)) * 2 - 1) * maxAnchor

const jumps = (key: number, second: number): number => {
  const period = Math.floor(second / jumpSeconds)
  const atSecond = period * jumpSeconds + Math.floor(unitOf(hashOf(key, "jump", period)) * jumpSeconds)
  const current = second >= atSecond ? period : period - 1
  return (unitOf(hashOf(key, "level", current)) * 2 - 1) * maxJump
}

/** Reflects a score at the bounds, as often as necessary. */
const fold = (score: number): number => {
  const period = 4 * bound
  const position = (((score + bound) % period) + period) % period
  return position <= 2 * bound ? position - bound : 3 * bound - position
}

export const logistic = (score: number): number => within(1 / (1 + Math.exp(-score)))

/** The probability that a score is at least `strike` after some seconds. Ignores jumps. */
export const aboveStrike = (score: number, strike: number, seconds: number): number =>
  // The logistic function with this factor is close to the normal distribution.
  logistic((1.702 * (score - strike)) / (volatility * Math.sqrt(Math.max(1, seconds))))

const within = (value: number): number => Math.min(Math.max(value, minValue), 1 - minValue)
