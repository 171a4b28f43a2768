/**
 * Regular expressions of schemas, parsed as grammars: random members, edge members, and near misses.
 *
 * Supports the syntax of decimal, ticker and identifier patterns; any other expression is an error that quotes it.
 */
import * as fc from "fast-check"
import { UnusableSchema } from "../../judge/JsonSchema.ts"

type Range = readonly [number, number]

type Expression =
  | { readonly kind: "set"; readonly ranges: ReadonlyArray<Range> }
  | { readonly kind: "sequence"; readonly items: ReadonlyArray<Expression> }
  | { readonly kind: "choice"; readonly options: ReadonlyArray<Expression> }
  | { readonly kind: "repeat"; readonly item: Expression; readonly min: number; readonly max: number | undefined }

/** The number of repetitions of an open-ended quantifier beyond its minimum: past the exact range of a double. */
const openEnded = 19

const digit: ReadonlyArray<Range> = [[48, 57]]
const wordRanges: ReadonlyArray<Range> = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122]
]
const space: ReadonlyArray<Range> = [
  [9, 10],
  [13, 13],
  [32, 32]
]
const universe: Range = [32, 126]

const complement = (ranges: ReadonlyArray<Range>): ReadonlyArray<Range> => {
  const outside: Array<Range> = []
  let next = universe[0]
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (low > next) outside.push([next, Math.min(low - 1, universe[1])])
    next = Math.max(next, high + 1)
  }
  if (next <= universe[1]) outside.push([next, universe[1]])
  return outside
}

const parse = (source: string): Expression => {
  const characters = [...source]
  let position = 0
  const fail = (what: string): never => {
    throw new UnusableSchema(`pattern ${JSON.stringify(source)} uses ${what}`, "/pattern")
  }
  const peek = (): string | undefined => characters[position]
  const take = (): string => characters[position++] ?? fail("an unfinished construct")
  const accept = (character: string): boolean => {
    if (peek() !== character) return false
    position++
    return true
  }
  const codeOf = (character: string): number => character.codePointAt(0) ?? fail("an empty character")

  const hexadecimal = (length: number): number => {
    const code = Number.parseInt(Array.from({ length }, take).join(""), 16)
    return Number.isNaN(code) ? fail("a malformed escape") : code
  }

  const escape = (): ReadonlyArray<Range> => {
    const character = take()
    const single = (code: number): ReadonlyArray<Range> => [[code, code]]
    switch (character) {
      case "d":
        return digit
      case "D":
        return complement(digit)
      case "w":
        return wordRanges
      case "W":
        return complement(wordRanges)
      case "s":
        return space
      case "S":
        return complement(space)
      case "t":
        return single(9)
      case "n":
        return single(10)
      case "r":
        return single(13)
      case "x":
        return single(hexadecimal(2))
      case "u": {
        if (!accept("{")) return single(hexadecimal(4))
        let text = ""
        while (peek() !== "}") text += take()
        take()
        return single(Number.parseInt(text, 16))
      }
      default:
        return /[A-Za-z0-9]/.test(character) ? fail(`the escape \\${character}`) : single(codeOf(character))
    }
  }

  const bracket = (): Expression => {
    const negated = accept("^")
    const ranges: Array<Range> = []
    while (peek() !== "]") {
      const atom = (): ReadonlyArray<Range> => {
        const character = take()
        return character === "\\" ? escape() : [[codeOf(character), codeOf(character)]]
      }
      const low = atom()
      if (peek() === "-" && characters[position + 1] !== "]") {
        take()
        const high = atom()
        const from = low[0]
        const to = high[0]
        if (from === undefined || to === undefined || from[0] !== from[1] || to[0] !== to[1])
          return fail("a class range")
        ranges.push([from[0], to[1]])
      } else {
        ranges.push(...low)
      }
    }
    take()
    return { kind: "set", ranges: negated ? complement(ranges) : ranges }
  }

  const atom = (): Expression => {
    const character = take()
    switch (character) {
      case "(": {
        if (accept("?") && !accept(":")) fail("a look-around or a named group")
        const inner = choice(false)
        if (!accept(")")) fail("an unclosed group")
        return inner
      }
      case "[":
        return bracket()
      case ".":
        return { kind: "set", ranges: [universe] }
      case "\\":
        return { kind: "set", ranges: escape() }
      case "^":
      case "$":
        return fail("an anchor inside")
      default:
        return { kind: "set", ranges: [[codeOf(character), codeOf(character)]] }
    }
  }

  const quantified = (): Expression => {
    const item = atom()
    const repeat = (min: number, max: number | undefined): Expression => {
      accept("?")
      return { kind: "repeat", item, min, max }
    }
    if (accept("*")) return repeat(0, undefined)
    if (accept("+")) return repeat(1, undefined)
    if (accept("?")) return repeat(0, 1)
    if (accept("{")) {
      let text = ""
      while (peek() !== "}") text += take()
      take()
      const [low = "", high] = text.split(",")
      return repeat(Number(low), high === undefined ? Number(low) : high === "" ? undefined : Number(high))
    }
    return item
  }

  const anything: Expression = { kind: "repeat", item: { kind: "set", ranges: [universe] }, min: 0, max: 3 }

  const sequence = (outermost: boolean): Expression => {
    const items: Array<Expression> = []
    if (outermost && !accept("^")) items.push(anything)
    while (position < characters.length && peek() !== "|" && peek() !== ")") {
      if (outermost && peek() === "$" && [undefined, "|"].includes(characters[position + 1])) break
      items.push(quantified())
    }
    if (outermost && !accept("$")) items.push(anything)
    const [only] = items
    return items.length === 1 && only !== undefined ? only : { kind: "sequence", items }
  }

  const choice = (outermost: boolean): Expression => {
    const options = [sequence(outermost)]
    while (accept("|")) options.push(sequence(outermost))
    const [only] = options
    return options.length === 1 && only !== undefined ? only : { kind: "choice", options }
  }

  const parsed = choice(true)
  if (position < characters.length) fail("an unopened group")
  return parsed
}

const sizeOf = (ranges: ReadonlyArray<Range>): number => ranges.reduce((size, [low, high]) => size + high - low + 1, 0)

const nth = (ranges: ReadonlyArray<Range>, index: number): string => {
  let left = index
  for (const [low, high] of ranges) {
    if (left <= high - low) return String.fromCodePoint(low + left)
    left -= high - low + 1
  }
  return ""
}

const arbitraryOf = (expression: Expression): fc.Arbitrary<string> => {
  switch (expression.kind) {
    case "set": {
      const size = sizeOf(expression.ranges)
      return size === 1
        ? fc.constant(nth(expression.ranges, 0))
        : fc.nat({ max: size - 1 }).map((index) => nth(expression.ranges, index))
    }
    case "sequence":
      return fc.tuple(...expression.items.map(arbitraryOf)).map((parts) => parts.join(""))
    case "choice":
      return fc.oneof({ withCrossShrink: true }, ...expression.options.map(arbitraryOf))
    case "repeat": {
      const item = arbitraryOf(expression.item)
      const bounded = (maxLength: number) =>
        fc.array(item, { minLength: expression.min, maxLength, size: "max" }).map((parts) => parts.join(""))
      return expression.max === undefined
        ? fc.oneof(
            { withCrossShrink: true },
            { weight: 4, arbitrary: bounded(expression.min + 5) },
            { weight: 1, arbitrary: bounded(expression.min + openEnded) }
          )
        : bounded(expression.max)
    }
  }
}

const distinct = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(texts)]

/** Rows in which every entry of every column occurs at least once. */
const rows = (columns: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: Math.max(1, ...columns.map((column) => column.length)) }, (_, row) =>
    columns.map((column) => column[row % column.length] ?? "")
  )

const repeated = (items: ReadonlyArray<string>, count: number, offset: number): string =>
  Array.from({ length: count }, (_, index) => items[(index + offset) % items.length] ?? "").join("")

const countsOf = (min: number, max: number | undefined): ReadonlyArray<number> => {
  if (max === undefined) return [min, min + 1, min + 2, min + openEnded]
  if (max - min <= 12) return Array.from({ length: max - min + 1 }, (_, index) => min + index)
  return [min, min + 1, max - 1, max]
}

const edgesOf = (expression: Expression): ReadonlyArray<string> => {
  switch (expression.kind) {
    case "set":
      return distinct(
        expression.ranges.flatMap(([low, high]) =>
          [low, Math.floor((low + high) / 2) + 1, high]
            .filter((code) => code >= low && code <= high)
            .map((code) => String.fromCodePoint(code))
        )
      )
    case "sequence":
      return distinct(rows(expression.items.map(edgesOf)).map((row) => row.join("")))
    case "choice":
      return distinct(expression.options.flatMap(edgesOf))
    case "repeat": {
      const items = edgesOf(expression.item)
      // Every edge of the item once, at the lowest count that shows it; two of them at the others.
      const least = Math.max(1, expression.min)
      return distinct(
        countsOf(expression.min, expression.max).flatMap((count) =>
          (count === least ? items : [0, 1]).map((_, offset) => repeated(items, count, offset))
        )
      )
    }
  }
}

/** Strings with one structural fault. Some may still be members: the caller tests them. */
const missesOf = (expression: Expression): ReadonlyArray<string> => {
  switch (expression.kind) {
    case "set":
      return distinct([
        "",
        ...expression.ranges.flatMap(([low, high]) => [String.fromCodePoint(low - 1), String.fromCodePoint(high + 1)])
      ])
    case "choice":
      return distinct(expression.options.flatMap(missesOf))
    case "sequence": {
      const usual = expression.items.map((item) => edgesOf(item).at(-1) ?? "")
      const faulty = (index: number, text: string) => usual.map((part, at) => (at === index ? text : part)).join("")
      return distinct(
        expression.items.flatMap((item, index) =>
          [...missesOf(item), "", (usual[index] ?? "").repeat(2)].map((text) => faulty(index, text))
        )
      )
    }
    case "repeat": {
      const items = edgesOf(expression.item)
      const { max, min } = expression
      // All but the last, which a faulty one replaces.
      const before = repeated(items, Math.max(1, min) - 1, 0)
      return distinct([
        ...(min > 0 ? [repeated(items, min - 1, 0)] : []),
        ...(max === undefined ? [] : [repeated(items, max + 1, 1)]),
        ...missesOf(expression.item).map((text) => `${before}${text}`)
      ])
    }
  }
}

/** A pattern parsed as a grammar. */
export interface Grammar {
  readonly matches: (text: string) => boolean
  readonly arbitrary: () => fc.Arbitrary<string>
  /** Deterministic members: every option, every class at its ends, every repetition at its counts. */
  readonly edges: ReadonlyArray<string>
  /** Deterministic non-members, close to members. */
  readonly misses: ReadonlyArray<string>
}

/** Reads patterns, each once. */
export type Reader = (pattern: string) => Grammar

export const reader = (): Reader => {
  const known = new Map<string, Grammar>()
  return (pattern) => {
    const made = known.get(pattern) ?? grammar(pattern)
    known.set(pattern, made)
    return made
  }
}

const compile = (pattern: string): RegExp => {
  try {
    return new RegExp(pattern, "u")
  } catch (error) {
    throw new UnusableSchema(
      `pattern ${JSON.stringify(pattern)} is no regular expression (${String(error)})`,
      "/pattern"
    )
  }
}

const grammar = (pattern: string): Grammar => {
  const expression = parse(pattern)
  const compiled = compile(pattern)
  const matches = (text: string): boolean => compiled.test(text)
  const edges = edgesOf(expression)
  const around = edges.slice(-1).flatMap((text) => [` ${text}`, `${text} `, `${text}\n`, `+${text}`, `${text}e0`])
  return {
    matches,
    arbitrary: () => arbitraryOf(expression),
    edges: edges.filter(matches),
    misses: distinct([...missesOf(expression), ...around]).filter((text) => !matches(text))
  }
}
