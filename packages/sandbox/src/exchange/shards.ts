/**
 * The shards of the exchange.
 *
 * @module
 */

/** The documents name the shards 0 to 3. */
export const shards = 4

/** The key is unique among the holdings of an account. */
export const holdingKey = (subaccount: number, exchangeIndex: number): number => subaccount * shards + exchangeIndex

export const isShard = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < shards
