/**
 * Converts JSON Schemas to fast-check arbitraries. Every generated value is valid, and shrinks to valid values.
 *
 * **Details**
 *
 * - An optional key is present with probability 7/8.
 * - A recursive reference is followed twice. Below that, optional keys whose values need the reference are absent, and
 *   arrays whose items need it are empty.
 * - `date-time` is RFC 3339 with zero to nine fraction digits, offsets, and occasionally a lower-case `t` or `z`,
 *   which RFC 3339 §5.6 allows. Leap seconds are not generated.
 * - Strings can contain every Unicode character except lone surrogates, which UTF-8 cannot encode.
 * - Integers stay within ±(2^53 − 1). Numbers are finite, and never `-0`, which `JSON.stringify` writes as `0`.
 * - Free-form objects can have keys such as `__proto__`. These are own properties, as `JSON.parse` creates them.
 *
 * @module
 */
import * as fc from "fast-check"
import { character } from "./internal/characters.ts"
import { normaliseZero } from "./internal/doubles.ts"
import { stringFormats } from "./internal/formats.ts"
import * as Pattern from "./internal/pattern.ts"
import * as Shape from "./internal/shape.ts"
import { objectOf, UnusableSchema, type Json, type JsonObject, type JsonSchema } from "../judge/JsonSchema.ts"
import type { Judge } from "../judge/Judge.ts"

/** How many times a recursive reference is followed. */
const maxReferenceDepth = 2

/** An optional key is absent with probability `1 / absentOneIn`. */
const absentOneIn = 8

/** Strings that often break decoders: empty, look-alikes of other types, names of prototype members, odd Unicode. */
const oddStrings: ReadonlyArray<string> = [
  "",
  " ",
  "0",
  "null",
  "true",
  "NaN",
  "[object Object]",
  "__proto__",
  "constructor",
  "\u0000",
  "\u2028\u2029",
  "\ufeff",
  "e\u0301",
  "👩‍👩‍👧‍👦",
  "𝒳",
  "\u202eabc",
  '"\\/\b\f\n\r\t'
]

const oddKeys: ReadonlyArray<string> = ["__proto__", "constructor", "toString", "", "0", "a/b~c", "é", "𝒳"]

const countCharacters = (text: string): number => [...text].length

const unconstrainedString = (minLength: number, maxLength: number): fc.Arbitrary<string> => {
  const bounds = { minLength, ...(maxLength === Number.POSITIVE_INFINITY ? {} : { maxLength }) }
  const odd = oddStrings.filter((text) => countCharacters(text) >= minLength && countCharacters(text) <= maxLength)
  const longLength = Math.min(maxLength, Math.max(minLength, 2000))
  return fc.oneof(
    { weight: 120, arbitrary: fc.string({ unit: "grapheme-ascii", ...bounds }) },
    { weight: 60, arbitrary: fc.string({ unit: character(), ...bounds }) },
    ...(odd.length === 0 ? [] : [{ weight: 20, arbitrary: fc.constantFrom(...odd) }]),
    { weight: 1, arbitrary: fc.constantFrom("x".repeat(longLength), "𝒳".repeat(longLength)) }
  )
}

const numbers = (alternative: Shape.NumberAlternative): fc.Arbitrary<number> => {
  const { integer, maximum, maximumExcluded, minimum, minimumExcluded } = alternative
  if (!integer) {
    const boundaries = [minimum, maximum, 0, 1, 0.1].filter(
      (value) =>
        (minimumExcluded ? value > minimum : value >= minimum) && (maximumExcluded ? value < maximum : value <= maximum)
    )
    const all = fc
      .double({
        min: minimum,
        max: maximum,
        minExcluded: minimumExcluded,
        maxExcluded: maximumExcluded,
        noNaN: true,
        noDefaultInfinity: true
      })
      .map(normaliseZero)
    return boundaries.length === 0
      ? all
      : fc.oneof({ weight: 8, arbitrary: all }, { weight: 1, arbitrary: fc.constantFrom(...boundaries) })
  }
  const nearest = Math.min(Math.max(0, minimum), maximum)
  const near = fc.integer({ min: Math.max(minimum, nearest - 1000), max: Math.min(maximum, nearest + 1000) })
  return fc
    .oneof(
      { withCrossShrink: true },
      { weight: 4, arbitrary: near },
      { weight: 3, arbitrary: fc.integer({ min: minimum, max: maximum }) },
      { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) }
    )
    .map(normaliseZero)
}

const keys = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 12 }) },
    { weight: 1, arbitrary: fc.constantFrom(...oddKeys) }
  )

const members = <A extends Json>(value: fc.Arbitrary<A>, taken: ReadonlySet<string>): fc.Arbitrary<JsonObject> =>
  fc
    .uniqueArray(fc.tuple(keys(), value), { maxLength: 4, selector: ([key]) => key })
    .map((entries) => objectOf(entries.filter(([key]) => !taken.has(key))))

const anything = (text: fc.Arbitrary<string>, depth: number): fc.Arbitrary<Json> => {
  const leaf: fc.Arbitrary<Json> = fc.oneof(
    text,
    fc.maxSafeInteger().map(normaliseZero),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(normaliseZero),
    fc.boolean(),
    fc.constant(null)
  )
  if (depth === 0) return leaf
  const inner = anything(text, depth - 1)
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(inner, { maxLength: 3 }) },
    { weight: 1, arbitrary: members(inner, new Set()) }
  )
}

/** Filters values. Throws if random values almost never pass, because fast-check would retry without a limit. */
const filtered = <A extends Json>(
  arbitrary: fc.Arbitrary<A>,
  accepts: (value: A) => boolean,
  what: string
): fc.Arbitrary<A> => {
  const passed = fc.sample(arbitrary, { numRuns: 200, seed: 1 }).filter(accepts).length
  if (passed < 4) throw new UnusableSchema(`constraints that random values almost never satisfy (${what})`, "")
  return arbitrary.filter(accepts)
}

interface Context {
  readonly judge: Judge
  readonly shapes: ReturnType<typeof Shape.make>
  readonly grammar: ReturnType<typeof Pattern.reader>
  readonly anyString: fc.Arbitrary<string>
  readonly anyValue: fc.Arbitrary<Json>
}

const arbitraryOf = (tools: Context, node: Shape.Node): fc.Arbitrary<Json> | undefined => {
  const options = tools.shapes.alternatives(node).flatMap((alternative) => {
    if (alternative.depth > maxReferenceDepth) return []
    const arbitrary = alternativeOf(tools, alternative)
    if (arbitrary === undefined) return []
    const accepted =
      alternative.excluded.length === 0
        ? arbitrary
        : filtered(
            arbitrary,
            (value) => !alternative.excluded.some((schema) => tools.judge.accepts(schema)(value)),
            "exactly one branch of oneOf"
          )
    return [{ weight: alternative.kind === "null" ? 1 : 4, arbitrary: accepted }]
  })
  const [only] = options
  if (only === undefined) return undefined
  if (options.length === 1) return only.arbitrary
  // fast-check shrinks towards the first alternative, so null comes first.
  const nullFirst = [...options].sort((left, right) => left.weight - right.weight)
  return fc.oneof({ withCrossShrink: true }, ...nullFirst)
}

const alternativeOf = (tools: Context, alternative: Shape.Alternative): fc.Arbitrary<Json> | undefined => {
  switch (alternative.kind) {
    case "any":
      return tools.anyValue
    case "null":
      return fc.constant(null)
    case "boolean":
      return fc.boolean()
    case "literal":
      return fc.constantFrom(...alternative.values)
    case "number":
      return numbers(alternative)
    case "string":
      return stringOf(tools, alternative)
    case "array":
      return arrayOf(tools, alternative)
    case "object":
      return objectOfAlternative(tools, alternative)
  }
}

const stringOf = (tools: Context, alternative: Shape.StringAlternative): fc.Arbitrary<string> => {
  const { formats, maxLength, minLength, patterns } = alternative
  const [format, pattern] = [formats[0], patterns[0]]
  if (format === undefined && pattern === undefined) {
    return minLength === 0 && maxLength === Number.POSITIVE_INFINITY
      ? tools.anyString
      : unconstrainedString(minLength, maxLength)
  }
  const base =
    format === undefined
      ? tools.grammar(pattern ?? "").arbitrary()
      : (stringFormats.get(format)?.arbitrary() ?? fc.constant(""))
  const simple = formats.length + patterns.length === 1 && minLength === 0 && maxLength === Number.POSITIVE_INFINITY
  if (simple) return base
  const accepts = tools.judge.accepts({ ...alternative.schema, type: "string" })
  return filtered(base, accepts, "string constraints")
}

const arrayOf = (tools: Context, alternative: Shape.ArrayAlternative): fc.Arbitrary<Json> | undefined => {
  const { maxItems, minItems, prefix, unique } = alternative
  const prefixArbitraries = prefix.map((node) => arbitraryOf(tools, node))
  const blocked = prefixArbitraries.findIndex((arbitrary) => arbitrary === undefined)
  const rest = blocked < 0 ? arbitraryOf(tools, alternative.items) : undefined
  const maxLength = Math.min(maxItems, blocked < 0 ? (rest === undefined ? prefix.length : maxItems) : blocked)
  if (maxLength < minItems) return undefined
  if (prefix.length > 0) {
    const known = prefixArbitraries.flatMap((arbitrary) => (arbitrary === undefined ? [] : [arbitrary]))
    const minTail = Math.max(0, minItems - prefix.length)
    const tailArbitrary =
      rest === undefined || maxLength <= prefix.length
        ? fc.constant([])
        : fc.array(rest, { minLength: minTail, maxLength: minTail + 2 })
    const listArbitrary = fc
      .tuple(
        fc.tuple(...known),
        tailArbitrary,
        fc.integer({
          min: Math.min(minItems, known.length),
          max: maxLength === Number.POSITIVE_INFINITY ? known.length + 2 : maxLength
        })
      )
      .map(([head, tail, length]) => [...head, ...tail].slice(0, Math.max(length, minItems)))
    return unique
      ? filtered(listArbitrary, tools.judge.accepts({ ...alternative.schema, type: "array" }), "array constraints")
      : listArbitrary
  }
  if (rest === undefined) return fc.constant([])
  const bounds = { minLength: minItems, maxLength: Math.min(maxLength, minItems + 4) }
  return unique
    ? fc.uniqueArray(rest, { ...bounds, selector: (value) => JSON.stringify(value) })
    : fc.array(rest, bounds)
}

const objectOfAlternative = (tools: Context, alternative: Shape.ObjectAlternative): fc.Arbitrary<Json> | undefined => {
  const names: Array<string> = []
  const fields: Array<fc.Arbitrary<{ readonly value: Json } | null>> = []
  const required = [...alternative.required].filter((name) => !alternative.properties.has(name))
  const declared: ReadonlyArray<readonly [string, Shape.Node]> = [
    ...alternative.properties,
    ...required.map((name) => [name, alternative.additional] as const)
  ]
  for (const [name, node] of declared) {
    const value = arbitraryOf(tools, node)
    if (alternative.required.has(name)) {
      if (value === undefined) return undefined
      names.push(name)
      fields.push(value.map((made) => ({ value: made })))
    } else if (value !== undefined) {
      names.push(name)
      fields.push(
        fc.option(
          value.map((made) => ({ value: made })),
          { freq: absentOneIn }
        )
      )
    }
  }
  const known = fc
    .tuple(...fields)
    .map((made) => made.flatMap((field, index) => (field === null ? [] : [[names[index] ?? "", field.value] as const])))
  if (!alternative.open) return known.map(objectOf)
  const other = arbitraryOf(tools, alternative.additional)
  if (other === undefined) return known.map(objectOf)
  return fc
    .tuple(known, members(other, new Set(declared.map(([name]) => name))))
    .map(([entries, extra]) => objectOf([...entries, ...Object.entries(extra)]))
}

export interface Arbitraries {
  /**
   * @throws `UnknownKeyword` for an unknown keyword, and `UnusableSchema` for a schema that cannot be used. Example: a
   * schema that no value satisfies.
   */
  readonly of: (schema: JsonSchema) => fc.Arbitrary<Json>
}

export const make = (judge: Judge): Arbitraries => {
  const anyString = unconstrainedString(0, Number.POSITIVE_INFINITY)
  const tools: Context = {
    judge,
    shapes: Shape.make(judge.resolve),
    grammar: Pattern.reader(),
    anyString,
    anyValue: anything(anyString, 2)
  }
  return {
    of: (schema) => {
      const arbitrary = arbitraryOf(tools, tools.shapes.root(schema))
      if (arbitrary === undefined) throw new UnusableSchema("no value of bounded depth satisfies this schema", "")
      return arbitrary
    }
  }
}
