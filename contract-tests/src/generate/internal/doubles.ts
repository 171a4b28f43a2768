/**
 * Slightly smaller and larger doubles, and zero without a sign, because JSON cannot preserve `-0`.
 *
 * @module
 */

/** At most two steps away. */
export const nextDown = (value: number): number => value - Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)

/** At most two steps away. */
export const nextUp = (value: number): number => -nextDown(-value)

/** `JSON.stringify(-0)` is `"0"`. */
export const normaliseZero = (value: number): number => (value === 0 ? 0 : value)
