/**
 * Creates mutants: values that are valid except for exactly one fault, of a known kind, at a known JSON Pointer.
 *
 * A candidate is a mutant only if the judge (the validator ajv) rejects it and reports exactly this pointer. `survey`
 * also returns the discarded candidates, which show the faults without a mutant.
 *
 * @module
 */
import { nextDown, nextUp } from "./internal/doubles.ts"
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
} from "../judge/JsonSchema.ts"
import type { Judge } from "../judge/Judge.ts"

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

export type Kind = (typeof kinds)[number]

export interface Mutant {
  readonly kind: Kind
  /** The pointer of the violation. For a missing or surplus member, the pointer of that member. */
  readonly pointer: string
  /**
   * Other acceptable pointers. Only for lists of the wrong length: JSON Schema reports the list, but a tuple decoder
   * reports the missing or surplus items.
   */
  readonly items: ReadonlyArray<string>
  /** The pointer with `*` for list indices and for undeclared keys of the valid value. The indices of tuples stay. */
  readonly location: string
  readonly value: Json
  /** Describes the fault. Example: `"resting" → "RESTING"`. */
  readonly note: string
}

export interface Discarded {
  readonly kind: Kind
  readonly pointer: string
  readonly location: string
  readonly note: string
  /** The pointers that the judge reported. Empty if the judge found the candidate valid. */
  readonly blamed: ReadonlyArray<string>
}

export interface Survey {
  readonly mutants: ReadonlyArray<Mutant>
  readonly discarded: ReadonlyArray<Discarded>
}

/** A valid value with members that the schema does not declare, their pointers, and the value without them. */
export interface Addition {
  readonly pointers: ReadonlyArray<string>
  readonly value: Json
  readonly base: Json
}

export interface Mutants {
  readonly of: (schema: JsonSchema) => (value: Json) => ReadonlyArray<Mutant>
  /**
   * Returns each fault once per place in the schema, so that the set is small enough for every schema of a document. A
   * fault counts as discarded only if no value gives a mutant with this fault.
   */
  readonly survey: (schema: JsonSchema) => (values: ReadonlyArray<Json>) => Survey
  /**
   * Returns valid values with members that the schema permits but does not declare. Each name is added once per place
   * in the schema. The last returned value is the first input value with all its additional members at once. It is left
   * out if there is only one such member or if the judge rejects the value.
   */
  readonly additions: (schema: JsonSchema) => (values: ReadonlyArray<Json>) => ReadonlyArray<Addition>
}

interface Fault {
  readonly kind: Kind
  /** The affected member. `undefined` for the value itself. */
  readonly key: string | undefined
  readonly before: Json | undefined
  /** `undefined` removes the member. */
  readonly replacement: Json | undefined
  /** Distinguishes faults of the same kind at the same location. Does not depend on the original value. */
  readonly variant: string
}

interface Candidate {
  readonly fault: Fault
  /** Equal for the same fault at the same node of the schema. */
  readonly identity: string
  readonly pointer: string
  readonly location: string
  readonly value: Json
}

interface Position {
  readonly node: Shape.Node
  readonly value: Json
  readonly pointer: string
  readonly location: string
  /**
   * The location, with the chosen alternative of each union. Values at the same place of the expanded schema have the
   * same identity.
   */
  readonly identity: string
  /** Whether an item with the same item schema precedes the value in its list. */
  readonly later: boolean
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

/** Values of another type that a lenient decoder would convert back. */
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

const replacementFault = (kind: Kind, variant: string, before: Json, replacement: Json): Fault => ({
  kind,
  key: undefined,
  before,
  replacement,
  variant
})

const noteOf = ({ before, key, replacement }: Fault): string =>
  key === undefined
    ? `${show(before)} → ${show(replacement)}`
    : `${replacement === undefined ? "without" : "with"} ${JSON.stringify(key)}`

const itemsOf = ({ before, kind, replacement }: Fault): ReadonlyArray<number> => {
  if (!isArray(before) || !isArray(replacement)) return []
  const [from, to] =
    kind === "too-few-items"
      ? [replacement.length, before.length]
      : kind === "too-many-items"
        ? [before.length, replacement.length]
        : [0, 0]
  return Array.from({ length: to - from }, (_, index) => from + index)
}

export const blames = (mutant: Mutant, pointers: ReadonlyArray<string>): boolean => {
  const [first, ...others] = new Set(pointers)
  if (first === undefined) return false
  return (
    (others.length === 0 && first === mutant.pointer) || pointers.every((pointer) => mutant.items.includes(pointer))
  )
}

const literalFaults = (alternative: Shape.LiteralAlternative, value: Json): ReadonlyArray<Fault> => {
  const kind = alternative.by === "const" ? "const-mismatch" : "enum-non-member"
  switch (typeof value) {
    case "string":
      return [
        replacementFault(kind, "longer", value, `${value}_new`),
        replacementFault(kind, "other case", value, otherCase(value)),
        replacementFault(kind, "space after", value, `${value} `),
        replacementFault(kind, "cut short", value, value.slice(0, -1)),
        replacementFault(kind, "empty", value, "")
      ]
    case "number":
      return [replacementFault(kind, "next", value, value + 1), replacementFault(kind, "previous", value, value - 1)]
    case "boolean":
      return [replacementFault(kind, "other", value, !value)]
    default:
      return []
  }
}

/**
 * Limits of `int32` have a separate kind. Limits of `int64` and `double` have none, because `unsafe-integer` and
 * `non-finite-number` cover them.
 */
const kindOfLimit = (limit: Shape.Limit, kind: Kind): Kind | undefined =>
  limit.by === "int32" ? "int32-overflow" : ["double", "int64"].includes(limit.by) ? undefined : kind

const numberFaults = (alternative: Shape.NumberAlternative, value: Json): ReadonlyArray<Fault> => {
  const { integer, lower, maximum, minimum, upper } = alternative
  const faults: Array<Fault> = []
  const exceed = (limit: Shape.Limit, kind: Kind | undefined, beyond: number): void => {
    if (kind === undefined) return
    const variant = `${limit.by} ${limit.value}`
    if (limit.exclusive) faults.push(replacementFault(kind, `at ${variant}`, value, limit.value))
    faults.push(replacementFault(kind, variant, value, beyond))
  }
  for (const limit of lower) {
    exceed(limit, kindOfLimit(limit, "below-minimum"), integer ? Math.ceil(limit.value) - 1 : nextDown(limit.value))
  }
  for (const limit of upper) {
    exceed(limit, kindOfLimit(limit, "above-maximum"), integer ? Math.floor(limit.value) + 1 : nextUp(limit.value))
  }
  if (integer) {
    const wholeNumber = typeof value === "number" && Math.abs(value) < 2 ** 50 ? value : 0
    faults.push(
      replacementFault(
        "fractional-integer",
        "half more",
        value,
        wholeNumber < maximum ? wholeNumber + 0.5 : wholeNumber - 0.5
      ),
      replacementFault("fractional-integer", "half above minimum", value, minimum > -(2 ** 50) ? minimum + 0.5 : 0.5),
      replacementFault("fractional-integer", "almost 0", value, 1e-7),
      replacementFault("unsafe-integer", "2^53", value, 2 ** 53),
      replacementFault("unsafe-integer", "-2^53", value, -(2 ** 53)),
      replacementFault("unsafe-integer", "1e21", value, 1e21)
    )
  }
  faults.push(
    replacementFault("non-finite-number", "above", value, Number.POSITIVE_INFINITY),
    replacementFault("non-finite-number", "below", value, Number.NEGATIVE_INFINITY)
  )
  return faults
}

const stringFaults = (
  alternative: Shape.StringAlternative,
  value: string,
  grammar: Pattern.Reader
): ReadonlyArray<Fault> => {
  const { formats, maxLength, minLength, patterns } = alternative
  const faults: Array<Fault> = []
  if (minLength > 0) {
    faults.push(replacementFault("too-short", "", value, [...value].slice(0, minLength - 1).join("")))
  }
  if (maxLength !== Number.POSITIVE_INFINITY) {
    const longer = [...value, ..."x".repeat(maxLength + 1)].slice(0, maxLength + 1).join("")
    faults.push(replacementFault("too-long", "", value, longer))
  }
  for (const pattern of patterns) {
    for (const text of grammar(pattern).invalidExamples)
      faults.push(replacementFault("pattern-violation", text, value, text))
  }
  for (const name of formats) {
    for (const text of stringFormats.get(name)?.invalidExamples ?? []) {
      faults.push(replacementFault("format-violation", text, value, text))
    }
  }
  return faults
}

const unknownNames = (alternative: Shape.ObjectAlternative, value: JsonObject): ReadonlyArray<string> =>
  ["unknown_member", "__proto__", "constructor"].filter(
    (name) => !alternative.properties.has(name) && !Object.hasOwn(value, name)
  )

const unknownValue: Json = { nested: [1, null, "x"] }

interface Positions {
  readonly alternatives: Shape.Shapes["alternatives"]
  readonly alternativeFor: (place: Position) => Shape.Alternative | undefined
  readonly identityOf: (place: Position, alternative: Shape.Alternative) => string
  /** Lists the positions of a value and of all values inside it. */
  readonly in: (schema: JsonSchema, value: Json) => Generator<Position>
}

const makePositions = (judge: Judge): Positions => {
  const shapes = Shape.make(judge.resolve)

  const alternativeFor = (place: Position): Shape.Alternative | undefined => {
    const type = typeOf(place.value)
    const fitting = shapes.alternatives(place.node).filter((alternative) => Shape.typesOf(alternative).includes(type))
    return fitting.length < 2
      ? fitting[0]
      : fitting.find((alternative) => judge.accepts(alternative.schema)(place.value))
  }

  /** Distinguishes alternatives of the same kind, such as the variants of a message. */
  const identityOf = (place: Position, alternative: Shape.Alternative): string => {
    const alike = shapes.alternatives(place.node).filter((other) => other.kind === alternative.kind)
    return alike.length < 2 ? place.identity : `${place.identity}(${alike.indexOf(alternative)})`
  }

  const childPlaces = (place: Position): ReadonlyArray<Position> => {
    const alternative = alternativeFor(place)
    if (alternative === undefined) return []
    const { location, pointer, value } = place
    const identity = identityOf(place, alternative)
    if (alternative.kind === "array" && isArray(value)) {
      return value.map((element, index) => {
        const key = index < alternative.prefix.length ? index : "*"
        return {
          node: alternative.prefix[index] ?? alternative.items,
          value: element,
          pointer: pointerTo(pointer, index),
          location: pointerTo(location, key),
          identity: pointerTo(identity, key),
          later: index > alternative.prefix.length
        }
      })
    }
    if (alternative.kind === "object" && isObject(value)) {
      return Object.entries(value).map(([key, member]) => {
        const declared = alternative.properties.get(key)
        const known = declared === undefined ? "*" : key
        return {
          node: declared ?? alternative.additional,
          value: member,
          pointer: pointerTo(pointer, key),
          location: pointerTo(location, known),
          identity: pointerTo(identity, known),
          later: false
        }
      })
    }
    return []
  }

  const placesIn = function* (place: Position): Generator<Position> {
    yield place
    for (const inner of childPlaces(place)) yield* placesIn(inner)
  }

  const within = (schema: JsonSchema, value: Json): Generator<Position> =>
    placesIn({ node: shapes.root(schema), value, pointer: "", location: "", identity: "", later: false })

  return { alternatives: shapes.alternatives, alternativeFor, identityOf, in: within }
}

const typeFaults = (places: Positions, place: Position): ReadonlyArray<Fault> => {
  const allowed = new Set(places.alternatives(place.node).flatMap(Shape.typesOf))
  // Some faulty decoders check only the first element of a list, so later elements get a separate fault.
  const later = place.later ? " later" : ""
  const faults = otherTypes
    .filter((type) => !allowed.has(type))
    .flatMap((type) =>
      disguised(place.value, type).map((value, index) =>
        replacementFault("wrong-type", `${type} ${index}${later}`, place.value, value)
      )
    )
  return allowed.has("null")
    ? faults
    : [...faults, replacementFault("null-where-not-nullable", later, place.value, null)]
}

/** Returns a different item for each step. Repeats the item if it is neither a literal nor a text nor a number. */
const distinctItems = (places: Positions, node: Shape.Node, value: Json): ((step: number) => Json) => {
  const members = places.alternatives(node).flatMap((item) => (item.kind === "literal" ? item.values : []))
  return (step) => {
    if (members.length > 0) return members[(members.indexOf(value) + step) % members.length] ?? value
    return typeof value === "string" ? `${value}${step}` : typeof value === "number" ? value + step : value
  }
}

const arrayFaults = (
  places: Positions,
  alternative: Shape.ArrayAlternative,
  value: ReadonlyArray<Json>
): ReadonlyArray<Fault> => {
  const { maxItems, minItems, unique } = alternative
  const faults: Array<Fault> = []
  const last = value.at(-1)
  for (const length of minItems > 1 ? [minItems - 1, 0] : minItems > 0 ? [0] : []) {
    faults.push(replacementFault("too-few-items", String(length), value, value.slice(0, length)))
  }
  if (maxItems !== Number.POSITIVE_INFINITY && last !== undefined) {
    const spare = unique ? distinctItems(places, alternative.items, last) : () => last
    const withSurplus = Array.from(
      { length: maxItems + 1 },
      (_, index) => value[index] ?? spare(index - value.length + 1)
    )
    faults.push(replacementFault("too-many-items", "", value, withSurplus))
  }
  if (unique && last !== undefined) {
    const withDuplicate = value.length < maxItems ? [...value, last] : [...value.slice(0, -2), last, last]
    faults.push(replacementFault("duplicate-items", "", value, withDuplicate))
  }
  return faults
}

const objectFaults = (alternative: Shape.ObjectAlternative, value: JsonObject): ReadonlyArray<Fault> => {
  const faults: Array<Fault> = []
  for (const key of alternative.required) {
    if (!Object.hasOwn(value, key)) continue
    faults.push({ kind: "missing-required", key, before: undefined, replacement: undefined, variant: "" })
  }
  if (alternative.closed) {
    for (const key of unknownNames(alternative, value)) {
      faults.push({ kind: "extra-property", key, before: undefined, replacement: 1, variant: "" })
    }
  }
  return faults
}

const faultsOf = (
  places: Positions,
  grammar: Pattern.Reader,
  place: Position,
  alternative: Shape.Alternative
): ReadonlyArray<Fault> => {
  const { value } = place
  switch (alternative.kind) {
    case "any":
      return []
    case "literal":
      return [...literalFaults(alternative, value), ...typeFaults(places, place)]
    case "number":
      return [...numberFaults(alternative, value), ...typeFaults(places, place)]
    case "string":
      return [
        ...(typeof value === "string" ? stringFaults(alternative, value, grammar) : []),
        ...typeFaults(places, place)
      ]
    case "array":
      return [...(isArray(value) ? arrayFaults(places, alternative, value) : []), ...typeFaults(places, place)]
    case "object":
      return [...(isObject(value) ? objectFaults(alternative, value) : []), ...typeFaults(places, place)]
    default:
      return typeFaults(places, place)
  }
}

const isExact = (pointer: string, blamed: ReadonlyArray<string>): boolean =>
  blamed.length === 1 && blamed[0] === pointer

const mutantOf = ({ fault, location, pointer, value }: Candidate): Mutant => ({
  items: itemsOf(fault).map((index) => pointerTo(pointer, index)),
  kind: fault.kind,
  location,
  note: noteOf(fault),
  pointer,
  value
})

const additionsOf = (
  places: Positions,
  judge: Judge,
  schema: JsonSchema
): ((values: ReadonlyArray<Json>) => ReadonlyArray<Addition>) => {
  const accepts = judge.accepts(schema)
  return (values) => {
    const found = new Map<string, Addition>()
    const everywhere: Array<string> = []
    const [first] = values
    let all: Json = first ?? null
    values.forEach((base, index) => {
      for (const place of places.in(schema, base)) {
        const alternative = places.alternativeFor(place)
        if (alternative?.kind !== "object" || alternative.closed || !isObject(place.value)) continue
        // `Coverage.ts` already creates members that have a schema.
        if (alternative.open && alternative.additional.schemas.length > 0) continue
        for (const name of unknownNames(alternative, place.value)) {
          const identity = pointerTo(places.identityOf(place, alternative), name)
          const pointer = pointerTo(place.pointer, name)
          if (index === 0) {
            all = updateAt(all, pointerKeys(pointer), () => unknownValue) ?? all
            everywhere.push(pointer)
          }
          if (found.has(identity)) continue
          const value = updateAt(base, pointerKeys(pointer), () => unknownValue)
          if (value !== undefined && accepts(value)) found.set(identity, { pointers: [pointer], value, base })
        }
      }
    })
    return first === undefined || everywhere.length < 2 || !accepts(all)
      ? [...found.values()]
      : [...found.values(), { pointers: everywhere, value: all, base: first }]
  }
}

export const make = (judge: Judge): Mutants => {
  const places = makePositions(judge)
  const grammar = Pattern.reader()

  const candidates = function* (
    schema: JsonSchema,
    value: Json,
    wanted: (identity: string) => boolean
  ): Generator<Candidate> {
    for (const place of places.in(schema, value)) {
      const alternative = places.alternativeFor(place)
      if (alternative === undefined) continue
      const at = places.identityOf(place, alternative)
      for (const fault of faultsOf(places, grammar, place, alternative)) {
        const identity = [fault.kind, fault.variant, at, fault.key].join("\n")
        if (!wanted(identity)) continue
        const within = (parent: string): string => (fault.key === undefined ? parent : pointerTo(parent, fault.key))
        const pointer = within(place.pointer)
        const changed = updateAt(value, pointerKeys(pointer), () => fault.replacement)
        if (changed !== undefined) {
          yield { fault, identity, location: within(place.location), pointer, value: changed }
        }
      }
    }
  }

  const blamedBy = (schema: JsonSchema) => {
    const verdict = judge(schema)
    return (value: Json): ReadonlyArray<string> => {
      const result = verdict(value)
      return result.valid ? [] : result.pointers
    }
  }

  return {
    of: (schema) => {
      const blame = blamedBy(schema)
      return (value) =>
        [...candidates(schema, value, () => true)]
          .filter((candidate) => isExact(candidate.pointer, blame(candidate.value)))
          .map(mutantOf)
    },
    survey: (schema) => {
      const blame = blamedBy(schema)
      return (values) => {
        const mutants = new Map<string, Mutant>()
        const discarded = new Map<string, Discarded>()
        for (const base of values) {
          for (const candidate of candidates(schema, base, (identity) => !mutants.has(identity))) {
            const { fault, identity, location, pointer, value } = candidate
            const blamed = blame(value)
            if (isExact(pointer, blamed)) {
              mutants.set(identity, mutantOf(candidate))
              discarded.delete(identity)
            } else {
              discarded.set(identity, { kind: fault.kind, location, note: noteOf(fault), pointer, blamed })
            }
          }
        }
        return { mutants: [...mutants.values()], discarded: [...discarded.values()] }
      }
    },
    additions: (schema) => additionsOf(places, judge, schema)
  }
}
