/**
 * Token buckets of an account: one for reads, and one per shard for writes. Shard 0's bucket also pays for every write
 * that does not concern a single order.
 *
 * @module
 */
import type { Tier } from "../Entities.ts"
import { shards } from "../shards.ts"

/** Tokens per second, and the capacity of a bucket. */
export interface Budget {
  readonly rate: number
  readonly capacity: number
}

/** Tokens are counted in thousandths, so a bucket refills by whole numbers: its rate per millisecond. */
interface Bucket {
  thousandths: number
  atMillis: number
}

export interface Buckets {
  readonly read: Bucket
  readonly write: ReadonlyArray<Bucket>
}

/** Tokens per second; published on 24 September 2026, except the local exchange's own `unmetered`. */
const rates: Readonly<Record<Tier, readonly [read: number, write: number]>> = {
  basic: [200, 100],
  advanced: [300, 300],
  expert: [600, 600],
  premier: [1_200, 1_200],
  paragon: [2_400, 2_400],
  prime: [4_800, 4_800],
  prestige: [12_000, 9_600],
  unmetered: [1_000_000_000, 1_000_000_000]
}

export const tiers: ReadonlyArray<Tier> = /*#__PURE__*/ Object.keys(rates) as Array<Tier> // its keys are the tiers

/**
 * Documented capacity: the tokens of three seconds for basic and advanced reads and for writes above basic, otherwise
 * of one second.
 */
export const budgetOf = (tier: Tier, kind: "read" | "write"): Budget => {
  const rate = rates[tier][kind === "read" ? 0 : 1]
  const isLarge = kind === "read" ? tier === "basic" || tier === "advanced" : tier !== "basic"
  return { rate, capacity: isLarge ? rate * 3 : rate }
}

/** Buckets that are full at any time. */
export const makeBuckets = (tier: Tier): Buckets => {
  const full = (kind: "read" | "write"): Bucket => ({
    thousandths: budgetOf(tier, kind).capacity * 1_000,
    atMillis: 0
  })
  return { read: full("read"), write: Array.from({ length: shards }, () => full("write")) }
}

const refill = (bucket: Bucket, { capacity, rate }: Budget, nowMillis: number): void => {
  const elapsed = Math.max(0, nowMillis - bucket.atMillis)
  bucket.thousandths = Math.min(capacity * 1_000, bucket.thousandths + elapsed * rate)
  bucket.atMillis = nowMillis
}

/** Takes a cost from the read bucket, or from all named write buckets; from none of them if one has too few tokens. */
export const take = (
  buckets: Buckets,
  tier: Tier,
  from: "read" | ReadonlyArray<number>,
  cost: number,
  nowMillis: number
): boolean => {
  const budget = budgetOf(tier, from === "read" ? "read" : "write")
  const paying = from === "read" ? [buckets.read] : from.map((shard) => buckets.write[shard]!)
  for (const bucket of paying) {
    refill(bucket, budget, nowMillis)
  }
  if (paying.some((bucket) => bucket.thousandths < cost * 1_000)) {
    return false
  }
  for (const bucket of paying) {
    bucket.thousandths -= cost * 1_000
  }
  return true
}
