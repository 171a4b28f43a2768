/**
 * Helpers for doubles: the neighbours of a bound, and normalising negative zero, which JSON text cannot preserve.
 */

/** A double just below, at most two steps away. */
export const nextDown = (value: number): number => value - Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)

/** A double just above, at most two steps away. */
export const nextUp = (value: number): number => -nextDown(-value)

/** The value, with `0` for `-0`: `JSON.stringify(-0)` is `"0"`. */
export const normaliseZero = (value: number): number => (value === 0 ? 0 : value)
