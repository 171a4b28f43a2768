/**
 * What a call is billed: which token buckets pay, and how many times the operation's cost.
 *
 * Source: the rate-limit guide of October 2026, and the exchange's rules for shards of August to October 2026.
 *
 * @module
 */
import type { Descriptor } from "../Operation.ts"
import { memberOf } from "../record.ts"

/** A bill. The price of one item is the account's own and is learned. */
export interface Bill {
  readonly descriptor: Descriptor
  /** All of them pay. */
  readonly buckets: ReadonlyArray<string>
  readonly items: number
}

const writeBucket = (shard: number): string => (shard === 0 ? "write" : `write/${shard}`)

const read: ReadonlyArray<string> = ["read"]
const common: ReadonlyArray<string> = [writeBucket(0)]
const quotes: ReadonlyArray<string> = [writeBucket(1)]

const isText = (value: unknown): boolean => typeof value === "string"

/**
 * The shard that an order is for: its `exchange_index`, or the one that the exchange finds by the ticker, or 0. Undefined
 * where the exchange has to find it.
 */
const shardOf = (input: unknown): number | undefined => {
  const index = memberOf(input, "exchange_index")
  if (typeof index === "number") return index >= 0 ? index : undefined
  const routed = input === undefined || [memberOf(input, "ticker"), memberOf(input, "market_ticker")].some(isText)
  return routed ? undefined : 0
}

/** Makes what writes a call's bill, given how many shards there are at least: calls may name more. */
export const make = (shardCount: number): ((descriptor: Descriptor, input: unknown) => Bill) => {
  const shards = new Set(Array.from({ length: shardCount }, (_, shard) => shard))
  let all: ReadonlyArray<string> = Array.from(shards, writeBucket)

  const bucketsOf = (descriptor: Descriptor, input: unknown): ReadonlyArray<string> => {
    if (descriptor.bucket === "read") return read
    if (descriptor.writeBucket === "common") return common
    if (descriptor.writeBucket === "quotes") return quotes
    const shard = shardOf(input)
    if (shard === undefined) return all
    if (!shards.has(shard)) {
      shards.add(shard)
      all = Array.from(shards, writeBucket)
    }
    return [writeBucket(shard)]
  }

  return (descriptor, input) => {
    const orders = descriptor.costPer === "item" ? memberOf(input, "orders") : undefined
    // Nothing says that an empty batch is free.
    const items = Array.isArray(orders) ? Math.max(1, orders.length) : 1
    return { descriptor, items, buckets: bucketsOf(descriptor, input) }
  }
}
