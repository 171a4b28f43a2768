/**
 * Computes slightly smaller and larger doubles, and normalises negative zero, which JSON cannot preserve.
 *
 * @module
 */

/** Returns a smaller double, at most two steps away. */
export const nextDown = (value: number): number => value - Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)

/** Returns a larger double, at most two steps away. */
export const nextUp = (value: number): number => -nextDown(-value)

/** Replaces `-0` by `0`, because `JSON.stringify(-0)` is `"0"`. */
export const normaliseZero = (value: number): number => (value === 0 ? 0 : value)
