/**
 * Computes slightly smaller and larger doubles. Removes the sign of zero, because `JSON.stringify` writes `-0` as `0`.
 *
 * @module
 */

/** Returns a double that is at most two doubles below `value`. */
export const nextDown = (value: number): number => value - Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)

/** Returns a double that is at most two doubles above `value`. */
export const nextUp = (value: number): number => -nextDown(-value)

/** Converts -0 to 0, because `JSON.stringify(-0)` is `"0"`. */
export const normaliseZero = (value: number): number => (value === 0 ? 0 : value)
