/**
 * Remembers the ids of a stream, to recognize repeated items.
 *
 * @module
 */

/** Remembers ids without forgetting any. */
export interface All {
  readonly has: (id: string) => boolean
  /** Adds an id. Returns false, and does not add the id, if `maxIds` ids are remembered already. */
  readonly add: (id: string) => boolean
}

/** Half of the 2 ** 24 elements that a set can have. */
const largestSet = 2 ** 23

export const all = (options: { readonly maxIds: number; readonly perSet?: number }): All => {
  const { maxIds, perSet = largestSet } = options
  const sets: Array<Set<string>> = []
  let size = 0
  return {
    has: (id) => sets.some((ids) => ids.has(id)),
    add: (id) => {
      if (size >= maxIds) return false
      if (size % perSet === 0) sets.push(new Set())
      sets.at(-1)!.add(id)
      size++
      return true
    }
  }
}
