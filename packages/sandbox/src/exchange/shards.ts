/**
 * The shards of the exchange.
 *
 * @module
 */

/** The documents name the shards 0 to 3. */
export const shards = 4

/** The key of the holding of a subaccount on a shard. It is unique within the account. */
export const holdingKey = (subaccount: number, exchangeIndex: number): number => subaccount * shards + exchangeIndex

export const isShard = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < shards
