/**
 * Searching lists that are in order.
 *
 * @module
 */

/** The first index from 0 to `length` at which `isBefore` does not hold. It must hold up to there, and not after. */
export const firstAfter = (length: number, isBefore: (index: number) => boolean): number => {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) {
      low = middle + 1
    } else {
      high = middle
    }
  }
  return low
}
