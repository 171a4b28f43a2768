/**
 * Search in sorted lists.
 *
 * @module
 */

/**
 * The first index from 0 to `length` at which `isBefore` is false. It must be true below that index and false from
 * there on.
 */
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
