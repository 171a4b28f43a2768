/**
 * Creates a deterministic each-choice coverage set of a schema: a small set of values that contains each choice of the
 * schema at least once.
 *
 * **Details**
 *
 * The choices are:
 *
 * - every optional key present and absent, null and not null
 * - every enum member, every branch of a union
 * - every bound, and for a number also a value just inside it
 * - array lengths 0, 1 and 2, and the bounds, except a maximum above 200
 * - every form of a format, several forms of a pattern
 *
 * One value combines the choices of independent members. So the size of the set depends on the longest list of choices.
 * The first value uses the first choice of each member.
 *
 * @module
 */
import * as fc from "fast-check"
import * as Arbitraries from "./Arbitraries.ts"
import { nextDown, nextUp, normaliseZero } from "./internal/doubles.ts"
import { stringFormats } from "./internal/formats.ts"
import * as Pattern from "./internal/pattern.ts"
import * as Shape from "./internal/shape.ts"
import { equals, objectOf, UnusableSchema, type Json, type JsonSchema } from "../judge/JsonSchema.ts"
import type { Judge } from "../judge/Judge.ts"

/** How many times a recursive reference is followed. */
const maxReferenceDepth = 2

const absent = Symbol("absent")

/** Values of each JSON type, and values that often break decoders of free-form members. */
const anything: ReadonlyArray<Json> = [
  { a: 1, b: [null, "x"] },
  null,
  true,
  0,
  1.5,
  "",
  "text",
  [],
  [[1], {}],
  {},
  objectOf([
    ["__proto__", { polluted: true }],
    ["constructor", null]
  ])
]

const memberNames: ReadonlyArray<string> = ["first", "__proto__", "constructor", "", "a/b~c", "𝒳"]

const unconstrainedStrings = (minLength: number, maxLength: number): ReadonlyArray<string> => {
  const plain = ["text", "", '𝒳é\u2028"\\', "__proto__", "0", "x".repeat(300)]
  const bounded =
    minLength === 0 && maxLength === Number.POSITIVE_INFINITY
      ? plain
      : [...plain, "a".repeat(minLength), "𝒳".repeat(minLength)]
  const all =
    maxLength === Number.POSITIVE_INFINITY ? bounded : [...bounded, "a".repeat(maxLength), "𝒳".repeat(maxLength)]
  return all.filter((text) => [...text].length >= minLength && [...text].length <= maxLength)
}

const numbers = (alternative: Shape.NumberAlternative): ReadonlyArray<number> => {
  const { integer, maximum, maximumExcluded, minimum, minimumExcluded } = alternative
  const typicalValues = integer ? [1, 0, -1, 2] : [0.5, 0, 1, -1.5, 0.1, 0.30000000000000004, 1e21, 5e-324]
  const inside = (value: number): boolean =>
    (minimumExcluded ? value > minimum : value >= minimum) && (maximumExcluded ? value < maximum : value <= maximum)
  const boundaries = integer
    ? [minimum, minimum + 1, maximum - 1, maximum]
    : [minimum, nextUp(minimum), minimum / 2 + maximum / 2, nextDown(maximum), maximum]
  return [...new Set([...typicalValues, ...boundaries].map(normaliseZero))].filter(inside)
}

interface Context {
  readonly judge: Judge
  readonly shapes: ReturnType<typeof Shape.make>
  readonly grammar: ReturnType<typeof Pattern.reader>
}

const valuesOf = (tools: Context, node: Shape.Node): ReadonlyArray<Json> =>
  tools.shapes.alternatives(node).flatMap((alternative) => {
    if (alternative.depth > maxReferenceDepth) return []
    return alternativeOf(tools, alternative).filter(
      (value) => !alternative.excluded.some((schema) => tools.judge.accepts(schema)(value))
    )
  })

const alternativeOf = (tools: Context, alternative: Shape.Alternative): ReadonlyArray<Json> => {
  switch (alternative.kind) {
    case "any":
      return anything
    case "null":
      return [null]
    case "boolean":
      return [true, false]
    case "literal":
      return alternative.values
    case "number":
      return numbers(alternative)
    case "string":
      return stringsOf(tools, alternative)
    case "array":
      return arraysOf(tools, alternative)
    case "object":
      return objectsOf(tools, alternative)
  }
}

const stringsOf = (tools: Context, alternative: Shape.StringAlternative): ReadonlyArray<string> => {
  const { formats, maxLength, minLength, patterns } = alternative
  if (formats.length === 0 && patterns.length === 0) return unconstrainedStrings(minLength, maxLength)
  const schema = { ...alternative.schema, type: "string" } as const
  const found = [
    ...formats.flatMap((name) => stringFormats.get(name)?.examples ?? []),
    ...patterns.flatMap((pattern) => tools.grammar(pattern).matchingExamples)
  ].filter(tools.judge.accepts(schema))
  if (found.length > 0) return found
  // No prepared example satisfies all constraints, so use random values.
  const arbitrary = Arbitraries.make(tools.judge).of(schema)
  return fc.sample(arbitrary, { numRuns: 3, seed: 1 }).flatMap((value) => (typeof value === "string" ? [value] : []))
}

const arraysOf = (tools: Context, alternative: Shape.ArrayAlternative): ReadonlyArray<Json> => {
  const { maxItems, minItems, prefix, unique } = alternative
  const head = prefix.map((node) => valuesOf(tools, node))
  const rest = valuesOf(tools, alternative.items)
  const blocked = head.findIndex((values) => values.length === 0)
  const longest = blocked >= 0 ? blocked : rest.length === 0 ? prefix.length : maxItems
  const maxLength = Math.min(maxItems, longest)
  if (maxLength < minItems) return []
  const arrays: Array<ReadonlyArray<Json>> = []
  const typicalLength = Math.min(Math.max(2, prefix.length, minItems), maxLength)
  const column = (index: number): ReadonlyArray<Json> => head[index] ?? rest
  const rows = Math.max(
    1,
    ...head.map((values) => values.length),
    typicalLength > prefix.length ? Math.ceil(rest.length / (typicalLength - prefix.length)) : 0
  )
  for (let row = 0; row < rows; row++) {
    arrays.push(
      Array.from({ length: typicalLength }, (_, index) => {
        const values = column(index)
        const at = index < prefix.length ? row : row * (typicalLength - prefix.length) + (index - prefix.length)
        return values[at % values.length] ?? null
      })
    )
  }
  const arrayOfLength = (length: number): ReadonlyArray<Json> =>
    Array.from({ length }, (_, index) => column(index)[index % column(index).length] ?? null)
  for (const length of new Set([0, 1, 2, minItems, ...(maxLength <= 200 ? [maxLength] : [])])) {
    if (length !== typicalLength && length >= minItems && length <= maxLength) arrays.push(arrayOfLength(length))
  }
  if (!unique) return arrays
  return arrays.filter((values) =>
    values.every((value, index) => !values.slice(0, index).some((other) => equals(other, value)))
  )
}

const objectsOf = (tools: Context, alternative: Shape.ObjectAlternative): ReadonlyArray<Json> => {
  const columns: Array<readonly [string, ReadonlyArray<Json | typeof absent>]> = []
  const undeclared = [...alternative.required].filter((name) => !alternative.properties.has(name))
  for (const [name, node] of [
    ...alternative.properties,
    ...undeclared.map((name) => [name, alternative.additional] as const)
  ]) {
    const values = valuesOf(tools, node)
    const required = alternative.required.has(name)
    if (required && values.length === 0) return []
    columns.push([name, required ? values : [...values, absent]])
  }
  const names = new Set(columns.map(([name]) => name))
  const extraValues = alternative.open ? valuesOf(tools, alternative.additional) : []
  const unusedNames = memberNames.filter((name) => !names.has(name))
  const extras: ReadonlyArray<ReadonlyArray<readonly [string, Json]>> =
    extraValues.length === 0
      ? [[]]
      : [
          ...extraValues.map((value, index) => [[unusedNames[index % unusedNames.length] ?? "", value] as const]),
          [],
          ...unusedNames.map((name, index) => [[name, extraValues[index % extraValues.length] ?? null] as const]),
          unusedNames.slice(0, 2).map((name, index) => [name, extraValues[index % extraValues.length] ?? null] as const)
        ]
  const row = (index: number): Json =>
    objectOf([
      ...columns.flatMap(([name, values]) => {
        const value = values[index % values.length]
        return value === undefined || value === absent ? [] : [[name, value] as const]
      }),
      ...(extras[index % extras.length] ?? [])
    ])
  const rows = Math.max(1, extras.length, ...columns.map(([, values]) => values.length))
  const objects = Array.from({ length: rows }, (_, index) => row(index))
  const minimal = objectOf(
    columns.flatMap(([name, values]) => {
      const value = values[0]
      return !alternative.required.has(name) || value === undefined || value === absent ? [] : [[name, value] as const]
    })
  )
  return objects.some((value) => equals(value, minimal)) ? objects : [...objects, minimal]
}

export interface Coverage {
  /**
   * Returns the coverage set. The same schema gives the same values in the same order.
   *
   * @throws `UnknownKeyword` for an unknown keyword, and `UnusableSchema` for a schema that cannot be used. Example: a
   * schema that no value satisfies.
   */
  readonly of: (schema: JsonSchema) => ReadonlyArray<Json>
}

export const make = (judge: Judge): Coverage => {
  const tools: Context = { judge, shapes: Shape.make(judge.resolve), grammar: Pattern.reader() }
  return {
    of: (schema) => {
      const values = valuesOf(tools, tools.shapes.root(schema))
      if (values.length === 0) throw new UnusableSchema("no value of bounded depth satisfies this schema", "")
      return values
    }
  }
}
