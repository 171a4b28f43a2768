/**
 * Creates values for the regular expressions of schemas: random matches by `fc.stringMatching` and a fixed selection of
 * matches that differ in form. Also creates strings that do not match: matches after one edit, such as a doubled
 * character.
 *
 * @module
 */
import * as fc from "fast-check"
import { UnusableSchema } from "../../judge/JsonSchema.ts"

export interface Grammar {
  readonly matches: (text: string) => boolean
  readonly arbitrary: () => fc.Arbitrary<string>
  /** Matching strings that differ in form: sign, number of digits, trailing zeros. */
  readonly matchingExamples: ReadonlyArray<string>
  /** Matching strings after one edit that makes them invalid. */
  readonly invalidExamples: ReadonlyArray<string>
}

/** Returns the grammar of a pattern. Computes each grammar once. */
export type Reader = (pattern: string) => Grammar

export const reader = (): Reader => {
  const known = new Map<string, Grammar>()
  return (pattern) => {
    const result = known.get(pattern) ?? grammar(pattern)
    known.set(pattern, result)
    return result
  }
}

const matching = (pattern: string): { readonly regExp: RegExp; readonly arbitrary: fc.Arbitrary<string> } => {
  try {
    const regExp = new RegExp(pattern, "u")
    const sized = (size: fc.SizeForArbitrary) => fc.stringMatching(regExp, { size })
    const arbitrary = fc.oneof(
      { withCrossShrink: true },
      { weight: 4, arbitrary: sized("small") },
      // These strings can have more digits than a double keeps.
      { weight: 1, arbitrary: sized("medium") }
    )
    return { regExp, arbitrary }
  } catch (error) {
    throw new UnusableSchema(
      `no strings can be generated for pattern ${JSON.stringify(pattern)} (${String(error)})`,
      "/pattern"
    )
  }
}

const classOf = (character: string): string =>
  /[1-9]/.test(character) ? "digit" : /[A-Za-z]/.test(character) ? "letter" : character

const runsOf = (text: string): ReadonlyArray<string> => text.match(/[0-9]+|[A-Za-z]+|[^0-9A-Za-z]/gu) ?? []

const formOf = (text: string): ReadonlyArray<string> => {
  const last = runsOf(text).at(-1) ?? ""
  const decimals = text.split(".")[1]?.length ?? 0
  return [
    `first ${classOf(text.slice(0, 1))}`,
    `point: ${text.includes(".")}, zero last: ${text.endsWith("0")}`,
    `point: ${text.includes(".")}, length ${[2, 8, 19].filter((size) => text.length >= size).length}`,
    `last run ${Math.min(last.length, 4)}`,
    `decimals ${Math.min(decimals, 8)}`
  ]
}

/**
 * Selects strings of different forms, and prefers short strings. Every feature that `formOf` finds in the input occurs
 * in the result.
 */
const select = (texts: Iterable<string>): ReadonlyArray<string> => {
  const seenFeatures = new Set<string>()
  return [...new Set(texts)]
    .sort((a, b) => a.length - b.length)
    .filter((text) => {
      const newFeatures = formOf(text).filter((feature) => !seenFeatures.has(feature))
      for (const feature of newFeatures) seenFeatures.add(feature)
      return newFeatures.length > 0
    })
}

const editsOf = (text: string): ReadonlyArray<string> => {
  const around = [
    ...["", text + text, text + text.slice(-2), text.slice(0, -2)],
    ...["+", "-", " ", "0"].map((before) => before + text),
    ...[" ", "\n", "e0", "0", "."].map((after) => text + after)
  ]
  let end = 0
  const inside = runsOf(text).flatMap((run) => {
    const start = end
    end += run.length
    return [...new Set([start, end - 1])].flatMap((index) => {
      const edited = (instead: string): string => text.slice(0, index) + instead + text.slice(index + 1)
      const code = text.charCodeAt(index)
      const character = text.charAt(index)
      return ["", character + character, String.fromCharCode(code + 1), String.fromCharCode(code - 1)].map(edited)
    })
  })
  return [...around, ...inside]
}

/**
 * Returns one text for each kind of first character. The texts are sorted by length, so this is the longest text of at
 * most 12 characters.
 */
const representatives = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Map(texts.filter((text) => text.length <= 12).map((text) => [classOf(text.slice(0, 1)), text])).values()
]

const grammar = (pattern: string): Grammar => {
  const { arbitrary, regExp } = matching(pattern)
  const matches = (text: string): boolean => regExp.test(text)
  const matchingExamples = select(fc.sample(arbitrary, { numRuns: 1000, seed: 1 }))
  return {
    matches,
    arbitrary: () => arbitrary,
    matchingExamples,
    invalidExamples: [...new Set(representatives(matchingExamples).flatMap(editsOf))].filter((text) => !matches(text))
  }
}
