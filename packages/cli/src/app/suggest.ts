/**
 * Names that a user may have meant.
 *
 * @module
 */

/** The Levenshtein distance. */
const distance = (a: string, b: string): number => {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1))
    }
    above = current
  }
  return above[b.length]!
}

/** The maximum length of a word that is compared with the names. No name is longer. */
const longest = 80

/** Finds at most three names, the most similar first. Ignores case. */
export const similar = (word: string, names: Iterable<string>): ReadonlyArray<string> => {
  if (word.length > longest) return []
  const wanted = word.toLowerCase()
  return [...names]
    .map((name) => {
      const known = name.toLowerCase()
      const contained = wanted.length >= 3 && known.includes(wanted)
      return { name, score: contained ? 1 : distance(wanted, known), limit: Math.max(2, Math.floor(word.length / 3)) }
    })
    .filter(({ limit, score }) => score <= limit)
    .sort((a, b) => a.score - b.score)
    .slice(0, 3)
    .map(({ name }) => name)
}

export const didYouMean = (word: string, names: Iterable<string>): string => {
  const found = similar(word, names)
  const last = found.at(-1)
  return last === undefined
    ? ""
    : ` Did you mean ${[found.slice(0, -1).join(", "), last].filter(Boolean).join(" or ")}?`
}
