/**
 * The shards of the exchange.
 *
 * @module
 */

/** Shards that the documents name: 0 to 3. */
export const shards = 4

export const isShard = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < shards
