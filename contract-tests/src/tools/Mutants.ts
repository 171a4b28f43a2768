/**
 * Single-violation mutants: a valid value with exactly one fault, of a named kind, at a known JSON Pointer.
 *
 * A candidate counts only when the judge calls it invalid and blames that pointer and no other. What does not count is
 * reported as discarded, so that a gap in the mutants can be seen.
 */
import { stringFormats } from "./internal/formats.ts"
import * as Pattern from "./internal/pattern.ts"
import * as Shape from "./internal/shape.ts"
import {
  isArray,
  isObject,
  objectOf,
  pointerKeys,
  pointerTo,
  typeOf,
  updateAt,
  type Json,
  type JsonObject,
  type JsonSchema,
  type TypeName
} from "./JsonSchema.ts"
import type { Judge } from "./Judge.ts"

/** Every kind of violation, in the order in which mutants of one value come. */
export const kinds = [
  "missing-required",
  "wrong-type",
  "null-where-not-nullable",
  "enum-non-member",
  "const-mismatch",
  "below-minimum",
  "above-maximum",
  "fractional-integer",
  "int32-overflow",
  "unsafe-integer",
  "non-finite-number",
  "too-short",
  "too-long",
  "pattern-violation",
  "format-violation",
  "too-few-items",
  "too-many-items",
  "duplicate-items",
  "extra-property"
] as const

/** A kind of violation. */
export type Kind = (typeof kinds)[number]

/** A value with one violation. */
export interface Mutant {
  readonly kind: Kind
  /** Where the violation is; for a missing or a surplus member, where that member would be or is. */
  readonly pointer: string
  /** The pointer with indices and free keys as `*`: the same for every element of a list. */
  readonly location: string
  readonly value: Json
  /** What was done, such as `"resting" → "RESTING"`. */
  readonly note: string
}

/** A candidate that did not count, with what the judge said of it. */
export interface Discarded {
  readonly kind: Kind
  readonly pointer: string
  readonly note: string
  /** Empty where the judge found the candidate valid after all. */
  readonly blamed: ReadonlyArray<string>
}

/** The mutants of some values of one schema. */
export interface Survey {
  readonly mutants: ReadonlyArray<Mutant>
  readonly discarded: ReadonlyArray<Discarded>
}

/** A valid value with one member that the schema does not name. */
export interface Addition {
  /** Where the new member is. */
  readonly pointer: string
  readonly location: string
  readonly value: Json
}

/** Makes mutants for the schemas of a document. */
export interface Mutants {
  /** Every mutant of one valid value. */
  readonly of: (schema: JsonSchema) => (value: Json) => ReadonlyArray<Mutant>
  /**
   * The mutants of several valid values, each kind of fault once per location and note: the set to run a decoder
   * against, small enough for every schema of a document.
   */
  readonly survey: (schema: JsonSchema) => (values: ReadonlyArray<Json>) => Survey
  /** Valid values with unknown members: one in each open object, and one value with all of them. */
  readonly additions: (schema: JsonSchema) => (value: Json) => ReadonlyArray<Addition>
}

/** What a candidate does at its place. */
interface Candidate {
  readonly kind: Kind
  /** The keys below the place; empty for the value itself. */
  readonly key: string | undefined
  /** `undefined` removes. */
  readonly replacement: Json | undefined
  readonly note: string
}

/** A value inside a value, with the shape it has there. */
interface Place {
  readonly node: Shape.Node
  readonly value: Json
  readonly pointer: string
  readonly location: string
}

const show = (value: Json | undefined): string => {
  if (value === undefined) return "nothing"
  const text = typeof value === "number" ? String(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

const otherTypes: ReadonlyArray<Exclude<TypeName, "integer" | "null">> = [
  "boolean",
  "number",
  "string",
  "array",
  "object"
]

/** The most tempting value of another type: what a lenient reader would convert back. */
const disguised = (value: Json, type: (typeof otherTypes)[number]): ReadonlyArray<Json> => {
  switch (type) {
    case "boolean":
      return [value !== 0 && value !== "" && value !== null]
    case "number": {
      if (typeof value === "string") {
        const number = Number(value)
        const time = Date.parse(value)
        return [value.trim() !== "" && Number.isFinite(number) ? number : Number.isFinite(time) ? time : 0]
      }
      return [value === true ? 1 : 0]
    }
    case "string":
      return [typeof value === "object" && value !== null ? JSON.stringify(value) : String(value)]
    case "array":
      return [[value], ...(isObject(value) ? [[]] : [])]
    case "object":
      return [isArray(value) ? objectOf(value.map((element, index) => [String(index), element])) : {}]
  }
}

const otherCase = (text: string): string => (text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase())

const nextDown = (value: number): number => value - Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)
const nextUp = (value: number): number => -nextDown(-value)

/** Makes mutants for the schemas that a judge judges. */
export const make = (judge: Judge, shapes: Shape.Shapes = Shape.make(judge.resolve)): Mutants => {
  const alternativeFor = (place: Place): Shape.Alternative | undefined => {
    const type = typeOf(place.value)
    const fitting = shapes.alternatives(place.node).filter((alternative) => Shape.typesOf(alternative).includes(type))
    return fitting.length < 2
      ? fitting[0]
      : fitting.find((alternative) => judge.accepts(alternative.schema)(place.value))
  }

  const replaced = (kind: Kind, before: Json, replacement: Json, note?: string): Candidate => ({
    kind,
    key: undefined,
    replacement,
    note: note ?? `${show(before)} → ${show(replacement)}`
  })

  const byType = (place: Place): ReadonlyArray<Candidate> => {
    const allowed = new Set(shapes.alternatives(place.node).flatMap(Shape.typesOf))
    const made = otherTypes
      .filter((type) => !allowed.has(type))
      .flatMap((type) =>
        disguised(place.value, type).map((value) =>
          replaced("wrong-type", place.value, value, `${type} ${show(value)}`)
        )
      )
    return allowed.has("null") ? made : [...made, replaced("null-where-not-nullable", place.value, null, "null")]
  }

  const byLiteral = (alternative: Shape.LiteralAlternative, value: Json): ReadonlyArray<Candidate> => {
    const kind = alternative.by === "const" ? "const-mismatch" : "enum-non-member"
    switch (typeof value) {
      case "string":
        return [`${value}_new`, otherCase(value), `${value} `, value.slice(0, -1), ""].map((text) =>
          replaced(kind, value, text)
        )
      case "number":
        return [replaced(kind, value, value + 1), replaced(kind, value, value - 1)]
      case "boolean":
        return [replaced(kind, value, !value)]
      default:
        return []
    }
  }

  const byNumber = (alternative: Shape.NumberAlternative, value: Json): ReadonlyArray<Candidate> => {
    const { integer, lower, upper } = alternative
    const kindOf = (limit: Shape.Limit, kind: Kind): Kind | undefined =>
      limit.by === "int32" ? "int32-overflow" : ["int64", "double", "float"].includes(limit.by) ? undefined : kind
    const made: Array<Candidate> = []
    for (const limit of lower) {
      const kind = kindOf(limit, "below-minimum")
      if (kind === undefined) continue
      if (limit.exclusive) made.push(replaced(kind, value, limit.value, `the excluded ${limit.value}`))
      const below = integer ? Math.ceil(limit.value) - 1 : nextDown(limit.value)
      made.push(replaced(kind, value, below, `${show(below)} below ${limit.value}`))
    }
    for (const limit of upper) {
      const kind = kindOf(limit, "above-maximum")
      if (kind === undefined) continue
      if (limit.exclusive) made.push(replaced(kind, value, limit.value, `the excluded ${limit.value}`))
      const above = integer ? Math.floor(limit.value) + 1 : nextUp(limit.value)
      made.push(replaced(kind, value, above, `${show(above)} above ${limit.value}`))
    }
    if (integer) {
      const inside = Math.min(alternative.minimum + 0.5, alternative.maximum)
      const whole = typeof value === "number" ? value : 0
      const half = Math.abs(whole) < 2 ** 50 ? whole + 0.5 : 0.5
      for (const fraction of new Set([half, inside, 1e-7])) {
        if (!Number.isInteger(fraction)) made.push(replaced("fractional-integer", value, fraction, show(fraction)))
      }
      for (const unsafe of [2 ** 53, -(2 ** 53), 1e21]) {
        made.push(replaced("unsafe-integer", value, unsafe, show(unsafe)))
      }
    } else {
      for (const limit of [...lower, ...upper].filter((limit) => limit.by === "float")) {
        made.push(replaced(limit.value < 0 ? "below-minimum" : "above-maximum", value, limit.value * 2, "beyond float"))
      }
    }
    for (const infinite of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      made.push(replaced("non-finite-number", value, infinite, show(infinite)))
    }
    return made
  }

  const byString = (alternative: Shape.StringAlternative, value: string): ReadonlyArray<Candidate> => {
    const { formats, maxLength, minLength, patterns } = alternative
    const made: Array<Candidate> = []
    if (minLength > 0) {
      const shorter = [...value].slice(0, minLength - 1).join("")
      made.push(replaced("too-short", value, shorter, `${minLength - 1} characters`))
    }
    if (maxLength !== Number.POSITIVE_INFINITY) {
      const longer = [...value, ..."x".repeat(maxLength + 1)].slice(0, maxLength + 1).join("")
      made.push(replaced("too-long", value, longer, `${maxLength + 1} characters`))
    }
    for (const pattern of patterns) {
      for (const text of Pattern.grammar(pattern).misses)
        made.push(replaced("pattern-violation", value, text, show(text)))
    }
    for (const name of formats) {
      for (const text of stringFormats.get(name)?.counterexamples ?? []) {
        made.push(replaced("format-violation", value, text, show(text)))
      }
    }
    return made
  }

  const byArray = (alternative: Shape.ArrayAlternative, value: ReadonlyArray<Json>): ReadonlyArray<Candidate> => {
    const { maxItems, minItems, unique } = alternative
    const made: Array<Candidate> = []
    const last = value.at(-1)
    if (minItems > 0) {
      made.push(replaced("too-few-items", value, value.slice(0, minItems - 1), `${minItems - 1} items`))
      if (minItems > 1) made.push(replaced("too-few-items", value, [], "0 items"))
    }
    if (maxItems !== Number.POSITIVE_INFINITY && last !== undefined) {
      const more = Array.from({ length: maxItems + 1 }, (_, index) => value[index] ?? last)
      made.push(replaced("too-many-items", value, more, `${maxItems + 1} items`))
    }
    if (unique && last !== undefined) {
      const twice = value.length < maxItems ? [...value, last] : [...value.slice(0, -2), last, last]
      made.push(replaced("duplicate-items", value, twice, "the last item twice"))
    }
    return made
  }

  const byObject = (alternative: Shape.ObjectAlternative, value: JsonObject): ReadonlyArray<Candidate> => {
    const made: Array<Candidate> = []
    for (const name of alternative.required) {
      if (Object.hasOwn(value, name)) {
        made.push({ kind: "missing-required", key: name, replacement: undefined, note: `without ${name}` })
      }
    }
    if (alternative.closed) {
      for (const name of unknownNames(alternative, value)) {
        made.push({ kind: "extra-property", key: name, replacement: 1, note: `with ${name}` })
      }
    }
    return made
  }

  const candidatesOf = (place: Place): ReadonlyArray<Candidate> => {
    const alternative = alternativeFor(place)
    if (alternative === undefined || alternative.kind === "any") return []
    const { value } = place
    const specific = ((): ReadonlyArray<Candidate> => {
      switch (alternative.kind) {
        case "literal":
          return byLiteral(alternative, value)
        case "number":
          return byNumber(alternative, value)
        case "string":
          return typeof value === "string" ? byString(alternative, value) : []
        case "array":
          return isArray(value) ? byArray(alternative, value) : []
        case "object":
          return isObject(value) ? byObject(alternative, value) : []
        default:
          return []
      }
    })()
    return [...specific, ...byType(place)]
  }

  const below = (place: Place): ReadonlyArray<Place> => {
    const alternative = alternativeFor(place)
    const { location, pointer, value } = place
    if (alternative?.kind === "array" && isArray(value)) {
      return value.map((element, index) => ({
        node: alternative.prefix[index] ?? alternative.items,
        value: element,
        pointer: pointerTo(pointer, index),
        location: pointerTo(location, index < alternative.prefix.length ? index : "*")
      }))
    }
    if (alternative?.kind === "object" && isObject(value)) {
      return Object.entries(value).map(([key, member]) => {
        const declared = alternative.properties.get(key)
        return {
          node: declared ?? alternative.additional,
          value: member,
          pointer: pointerTo(pointer, key),
          location: pointerTo(location, declared === undefined ? "*" : key)
        }
      })
    }
    return []
  }

  const everyPlace = function* (place: Place): Generator<Place> {
    yield place
    for (const inner of below(place)) yield* everyPlace(inner)
  }

  const rootPlace = (schema: JsonSchema, value: Json): Place => ({
    node: shapes.root(schema),
    value,
    pointer: "",
    location: ""
  })

  const unknownNames = (alternative: Shape.ObjectAlternative, value: JsonObject): ReadonlyArray<string> =>
    ["unknown_member", "__proto__", "constructor"].filter(
      (name) => !alternative.properties.has(name) && !Object.hasOwn(value, name)
    )

  /** A value with an object or a list inside: what an unknown member may well be. */
  const unknownValue: Json = { nested: [1, null, "x"] }

  const survey =
    (schema: JsonSchema) =>
    (values: ReadonlyArray<Json>): Survey => {
      const verdict = judge(schema)
      const seen = new Set<string>()
      const mutants: Array<Mutant> = []
      const discarded: Array<Discarded> = []
      for (const value of values) {
        for (const place of everyPlace(rootPlace(schema, value))) {
          for (const candidate of candidatesOf(place)) {
            const pointer = candidate.key === undefined ? place.pointer : pointerTo(place.pointer, candidate.key)
            const location = candidate.key === undefined ? place.location : pointerTo(place.location, candidate.key)
            // The fault of a type or a literal depends on the value it started from; one per location is enough.
            const identity = `${location}\n${candidate.kind}\n${noteClass(candidate)}`
            if (seen.has(identity)) continue
            const mutated = updateAt(value, pointerKeys(pointer), () => candidate.replacement)
            if (mutated === undefined) continue
            const said = verdict(mutated)
            const blamed = said.valid ? [] : said.pointers
            if (blamed.length === 1 && blamed[0] === pointer) {
              seen.add(identity)
              mutants.push({ kind: candidate.kind, pointer, location, value: mutated, note: candidate.note })
            } else {
              discarded.push({ kind: candidate.kind, pointer, note: candidate.note, blamed })
            }
          }
        }
      }
      return { mutants, discarded }
    }

  const noteClass = (candidate: Candidate): string =>
    candidate.kind === "wrong-type" ? (candidate.note.split(" ")[0] ?? "") : candidate.note

  return {
    of: (schema) => (value) => {
      const verdict = judge(schema)
      const mutants: Array<Mutant> = []
      for (const place of everyPlace(rootPlace(schema, value))) {
        for (const candidate of candidatesOf(place)) {
          const pointer = candidate.key === undefined ? place.pointer : pointerTo(place.pointer, candidate.key)
          const location = candidate.key === undefined ? place.location : pointerTo(place.location, candidate.key)
          const mutated = updateAt(value, pointerKeys(pointer), () => candidate.replacement)
          if (mutated === undefined) continue
          const said = verdict(mutated)
          if (!said.valid && said.pointers.length === 1 && said.pointers[0] === pointer) {
            mutants.push({ kind: candidate.kind, pointer, location, value: mutated, note: candidate.note })
          }
        }
      }
      return mutants
    },
    survey,
    additions: (schema) => (value) => {
      const accepts = judge.accepts(schema)
      const made: Array<Addition> = []
      let all: Json = value
      for (const place of everyPlace(rootPlace(schema, value))) {
        const alternative = alternativeFor(place)
        if (alternative?.kind !== "object" || alternative.closed || alternative.open || !isObject(place.value)) continue
        for (const name of unknownNames(alternative, place.value)) {
          const pointer = pointerTo(place.pointer, name)
          const keys = pointerKeys(pointer)
          const added = updateAt(value, keys, () => unknownValue) ?? value
          all = updateAt(all, keys, () => unknownValue) ?? all
          if (accepts(added)) made.push({ pointer, location: pointerTo(place.location, name), value: added })
        }
      }
      return made.length > 1 && accepts(all) ? [...made, { pointer: "", location: "", value: all }] : made
    }
  }
}
