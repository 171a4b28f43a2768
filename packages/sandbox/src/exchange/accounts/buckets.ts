/**
 * Token buckets of an account: one for reads, and one per shard for writes. Shard 1's bucket also pays for writes of
 * quotes and RFQ batches, and shard 0's bucket for other writes that do not concern a single order.
 *
 * @module
 */
import type { Tier } from "../Entities.ts"
import { shards } from "../shards.ts"

/** `rate` is in tokens per second. */
export interface Budget {
  readonly rate: number
  readonly capacity: number
}

/** The tokens of a bucket, in thousandths: each millisecond adds `Budget.rate` thousandths, a whole number. */
interface Bucket {
  thousandths: number
  atMillis: number
}

export interface Buckets {
  readonly read: Bucket
  readonly write: ReadonlyArray<Bucket>
}

/** Tokens per second; published on September 24, 2026, except the local exchange's own `unmetered`. */
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

export const tiers: ReadonlyArray<Tier> = /*#__PURE__*/ Object.keys(rates) as Array<Tier> // the keys are the tiers

/**
 * Documented: a bucket holds the tokens of three seconds if it is for reads of the tiers basic or advanced, or for
 * writes of a tier above basic. Any other bucket holds the tokens of one second.
 */
export const budgetOf = (tier: Tier, kind: "read" | "write"): Budget => {
  const rate = rates[tier][kind === "read" ? 0 : 1]
  const isLarge = kind === "read" ? tier === "basic" || tier === "advanced" : tier !== "basic"
  return { rate, capacity: isLarge ? rate * 3 : rate }
}

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

const budgeted = ({ read, write }: Buckets, tier: Tier): ReadonlyArray<readonly [Bucket, Budget]> => [
  [read, budgetOf(tier, "read")],
  ...write.map((bucket) => [bucket, budgetOf(tier, "write")] as const)
]

/** Refills the buckets before a change of the tier, so that the time before the change counts at the old rate. */
export const settle = (buckets: Buckets, tier: Tier, nowMillis: number): void => {
  for (const [bucket, budget] of budgeted(buckets, tier)) {
    if (nowMillis > bucket.atMillis) {
      refill(bucket, budget, nowMillis)
    }
  }
}

/** Takes tokens from each requested bucket. If one of them has too few tokens, takes none and returns false. */
export const take = (
  buckets: Buckets,
  tier: Tier,
  from: "read" | ReadonlyArray<number>,
  cost: number,
  nowMillis: number
): boolean => {
  const paying = from === "read" ? [buckets.read] : from.map((shard) => buckets.write[shard]!)
  for (const [bucket, budget] of budgeted(buckets, tier)) {
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
