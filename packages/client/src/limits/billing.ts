/**
 * Computes the bill of a call: which token buckets pay, and for how many items.
 *
 * Source: the rate-limit guide of October 2026, and the exchange's rules for shards of August to October 2026.
 *
 * @module
 */
import type { Descriptor } from "../Operation.ts"
import { memberOf } from "../record.ts"

/** The buckets that pay for a call. There is one object per set, so sets can be compared by identity. */
export interface BucketSet {
  readonly kind: "read" | "write"
  readonly names: ReadonlyArray<string>
}

/** What a call pays. The cost of one item is not included, because it depends on the account. */
export interface Bill {
  readonly descriptor: Descriptor
  /** Each bucket pays the full cost. */
  readonly buckets: BucketSet
  readonly items: number
}

const read: BucketSet = { kind: "read", names: ["read"] }

const writeBucket = (shard: number): string => (shard === 0 ? "write" : `write/${shard}`)

const isText = (value: unknown): boolean => typeof value === "string"

/**
 * Returns the shard of an order: its `exchange_index`, or 0 for an order with neither an index nor a ticker. Undefined
 * if there is no input, or if the exchange finds the shard (by the ticker, or because the index is -1).
 */
const shardOf = (input: unknown): number | undefined => {
  const index = memberOf(input, "exchange_index")
  if (typeof index === "number") return index >= 0 ? index : undefined
  const isRouted = input === undefined || [memberOf(input, "ticker"), memberOf(input, "market_ticker")].some(isText)
  return isRouted ? undefined : 0
}

/**
 * Makes a function that computes bills. `shardCount` is a minimum: calls can add further shards by their
 * `exchange_index`.
 */
export const make = (shardCount: number): ((descriptor: Descriptor, input: unknown) => Bill) => {
  const sets = new Map<number, BucketSet>()
  const setOf = (shard: number): BucketSet => {
    let set = sets.get(shard)
    if (set === undefined) {
      set = { kind: "write", names: [writeBucket(shard)] }
      sets.set(shard, set)
    }
    return set
  }
  const [common, quotes] = [setOf(0), setOf(1)]
  const shards = new Set(Array.from({ length: shardCount }, (_, shard) => shard))
  const allOf = (): BucketSet =>
    shards.size === 1 && shards.has(0) ? common : { kind: "write", names: Array.from(shards, writeBucket) }
  let all = allOf()

  const bucketsOf = (descriptor: Descriptor, input: unknown): BucketSet => {
    if (descriptor.limits.bucket === "read") return read
    if (descriptor.limits.writeBucket === "common") return common
    if (descriptor.limits.writeBucket === "quotes") return quotes
    const shard = shardOf(input)
    if (shard === undefined) return all
    if (!shards.has(shard)) {
      shards.add(shard)
      all = allOf()
    }
    return setOf(shard)
  }

  return (descriptor, input) => {
    const orders = descriptor.limits.costPer === "item" ? memberOf(input, "orders") : undefined
    // An empty batch counts as one item, because the guide does not say that it is free.
    const items = Array.isArray(orders) ? Math.max(1, orders.length) : 1
    return { descriptor, items, buckets: bucketsOf(descriptor, input) }
  }
}
