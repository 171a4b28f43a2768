/**
 * Remembers the ids of a stream, to recognise repeated items.
 *
 * @module
 */

/** Remembers ids without forgetting any. */
export interface All {
  readonly has: (id: string) => boolean
  /** False if `maxIds` ids are remembered already: it then ignores the new one. */
  readonly add: (id: string) => boolean
}

/** The platform limits a set to 2 ** 24 - 1 elements. */
const largestSet = 2 ** 23

/** Remembers up to `maxIds` ids, in as many sets as they need. `perSet` limits the size of one set. */
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

/** Remembers the latest ids. */
export interface Recent {
  readonly has: (id: string) => boolean
  readonly add: (id: string) => void
}

/** Remembers the last `size` ids at least, and fewer than twice as many. */
export const recent = (size: number): Recent => {
  // Two generations of ids: the older one is dropped at once.
  let older = new Set<string>()
  let newer = new Set<string>()
  return {
    has: (id) => newer.has(id) || older.has(id),
    add: (id) => {
      if (newer.size >= size) {
        older = newer
        newer = new Set()
      }
      newer.add(id)
    }
  }
}
