/**
 * The shards of the exchange.
 *
 * @module
 */

/** The number of shards. The documents name the shards 0 to 3. */
export const shards = 4

export const isShard = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < shards
