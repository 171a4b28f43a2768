/**
 * The shards of the exchange.
 *
 * @module
 */

/** The number of shards. The documents name the shards 0 to 3. */
export const shards = 4

/** The key of a subaccount's holding on a shard, among the holdings of its account. */
export const holdingKey = (subaccount: number, exchangeIndex: number): number => subaccount * shards + exchangeIndex

export const isShard = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < shards
