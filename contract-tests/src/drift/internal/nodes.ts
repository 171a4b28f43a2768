/**
 * Creates minimal values of a schema. Guides are places in other schemas. The created values satisfy the guides too, if
 * possible.
 *
 * @module
 */
import * as Coverage from "../../generate/Coverage.ts"
import * as Shape from "../../generate/internal/shape.ts"
import * as Mutants from "../../generate/Mutants.ts"
import * as Judge from "../../judge/Judge.ts"
import {
  equals,
  objectOf,
  resolver,
  typeOf,
  UnusableSchema,
  type Json,
  type JsonSchema,
  type Resolve
} from "../../judge/JsonSchema.ts"

export interface Tools {
  readonly judge: Judge.Judge
  readonly shapes: Shape.Shapes
  readonly mutants: Mutants.Mutants
  readonly accepts: (node: Shape.Node) => (value: Json) => boolean
  readonly scalars: (alternative: Scalar) => ReadonlyArray<Json>
}

/** An alternative without inner values. */
export type Scalar = Exclude<Shape.Alternative, Shape.ArrayAlternative | Shape.ObjectAlternative>

export const schemaOf = (alternative: Shape.Alternative): JsonSchema =>
  alternative.kind === "any" || alternative.kind === "literal"
    ? alternative.schema
    : { ...alternative.schema, type: alternative.kind }

/** Most comparisons need only some of the judges, so a judge is created on its first use. */
const lazyJudge = (resolve: Resolve): Judge.Judge => {
  let judge: Judge.Judge | undefined
  const made = (): Judge.Judge => (judge ??= Judge.make(resolve))
  return Object.assign((schema: JsonSchema) => made()(schema), {
    accepts: (schema: JsonSchema) => made().accepts(schema),
    resolve
  })
}

/** Returns no values for a schema that the generators do not support. Example: an unusual pattern. */
export const orNone = <A>(create: () => ReadonlyArray<A>): ReadonlyArray<A> => {
  try {
    return create()
  } catch (error) {
    if (error instanceof UnusableSchema) return []
    throw error
  }
}

export const toolsOf = (document: object): Tools => {
  const judge = lazyJudge(resolver(document))
  const coverage = Coverage.make(judge)
  const checks = new WeakMap<Shape.Node, (value: Json) => boolean>()
  const values = new WeakMap<Shape.Alternative, ReadonlyArray<Json>>()
  return {
    judge,
    shapes: Shape.make(judge.resolve),
    mutants: Mutants.make(judge),
    accepts: (node) => {
      const check =
        checks.get(node) ?? (node.schemas.length === 0 ? () => true : judge.accepts({ allOf: node.schemas }))
      checks.set(node, check)
      return check
    },
    scalars: (alternative) => {
      const known =
        values.get(alternative) ??
        (alternative.kind === "literal" ? alternative.values : orNone(() => coverage.of(schemaOf(alternative))))
      values.set(alternative, known)
      return known
    }
  }
}

/** A node, with the tools for its document. Its alternatives are the types and variants that it allows. */
export interface Place {
  readonly tools: Tools
  readonly node: Shape.Node
}

/** How many times a recursive reference is followed. */
const maxDepth = 2

/** Leaves out alternatives below a recursive reference that was followed too often. */
export const alternativesOf = ({ node, tools }: Place): ReadonlyArray<Shape.Alternative> =>
  tools.shapes.alternatives(node).filter(({ depth }) => depth <= maxDepth)

export const placeOf = (tools: Tools, schema: JsonSchema): Place => ({ tools, node: tools.shapes.root(schema) })

/** Returns the values of a constant or an enum. The list is empty if the member is neither. */
const literalsAt = (tools: Tools, { properties }: Shape.ObjectAlternative, name: string): ReadonlyArray<Json> => {
  const node = properties.get(name)
  const [only, ...others] = node === undefined ? [] : tools.shapes.alternatives(node)
  return only?.kind === "literal" && others.length === 0 ? only.values : []
}

/** Scores two objects: the more members they share, the higher. Negative if a discriminator has no common value. */
export const similarity = (
  left: { readonly tools: Tools; readonly alternative: Shape.ObjectAlternative },
  right: { readonly tools: Tools; readonly alternative: Shape.ObjectAlternative }
): number => {
  const shared = [...left.alternative.properties.keys()].filter((name) => right.alternative.properties.has(name))
  let score = shared.length - (left.alternative.properties.size + right.alternative.properties.size) / 1000
  for (const name of shared) {
    const [ours, theirs] = [
      literalsAt(left.tools, left.alternative, name),
      literalsAt(right.tools, right.alternative, name)
    ]
    if (ours.length !== 1 && theirs.length !== 1) continue
    if (ours.length === 0 || theirs.length === 0) continue
    score += ours.some((value) => theirs.some((other) => equals(value, other))) ? 10 : -1000
  }
  return score
}

export const counterpart = (
  place: Place,
  of: { readonly tools: Tools; readonly alternative: Shape.Alternative }
): Shape.Alternative | undefined => {
  const { alternative } = of
  if (alternative.kind !== "object") {
    return alternativesOf(place).find(({ kind }) => kind === alternative.kind)
  }
  const scored = alternativesOf(place)
    .flatMap((candidate) => (candidate.kind === "object" ? [candidate] : []))
    .map((candidate) => ({
      candidate,
      score: similarity({ tools: place.tools, alternative: candidate }, { tools: of.tools, alternative })
    }))
    .sort((a, b) => b.score - a.score)
  const [best] = scored
  return best === undefined || best.score < -100 ? undefined : best.candidate
}

const objectsAt = (
  places: ReadonlyArray<Place>,
  of: { readonly tools: Tools; readonly alternative: Shape.ObjectAlternative }
): ReadonlyArray<Held> =>
  places.flatMap((place) => {
    const found = counterpart(place, of)
    return found?.kind === "object" ? [{ tools: place.tools, alternative: found }] : []
  })

export interface Held {
  readonly tools: Tools
  readonly alternative: Shape.ObjectAlternative
}

/** The place of a member. Undefined if the object does not allow the member. */
export const memberPlace = ({ alternative, tools }: Held, name: string): Place | undefined => {
  const node = alternative.properties.get(name) ?? (alternative.closed ? undefined : alternative.additional)
  return node === undefined ? undefined : { tools, node }
}

export const declaredPlace = ({ alternative, tools }: Held, name: string): Place | undefined => {
  const node = alternative.properties.get(name)
  return node === undefined ? undefined : { tools, node }
}

const maxCandidates = 24

const scalarOf = (primary: Place, alternative: Scalar, guides: ReadonlyArray<Place>): Json | undefined => {
  const own = primary.tools.scalars(alternative).slice(0, maxCandidates)
  if (guides.length === 0) return own[0]
  const isOurs = primary.tools.accepts(primary.node)
  const type = own[0] === undefined ? undefined : typeOf(own[0])
  const suggested = guides.flatMap((guide) =>
    alternativesOf(guide).flatMap((other) =>
      other.kind === "object" || other.kind === "array" || other.kind === "any"
        ? []
        : guide.tools
            .scalars(other)
            .filter((value) => typeOf(value) === type)
            .slice(0, maxCandidates)
    )
  )
  const checks = guides.map(({ node, tools }) => tools.accepts(node))
  let best: { readonly value: Json; readonly score: number } | undefined
  for (const value of [...suggested, ...own]) {
    if (!isOurs(value)) continue
    const score = checks.filter((check) => check(value)).length
    if (score === checks.length) return value
    if (best === undefined || score > best.score) best = { value, score }
  }
  return best?.value ?? own[0]
}

const listOf = (primary: Place, alternative: Shape.ArrayAlternative, guides: ReadonlyArray<Place>): Json | undefined =>
  listOfLength(primary, alternative, guides, alternative.minItems)

/** Creates a list. Undefined if an item cannot have a value. */
export const listOfLength = (
  { tools }: Place,
  alternative: Shape.ArrayAlternative,
  guides: ReadonlyArray<Place>,
  length: number
): ReadonlyArray<Json> | undefined => {
  const lists = guides.flatMap((guide) => {
    const found = counterpart(guide, { tools, alternative })
    return found?.kind === "array" ? [{ tools: guide.tools, alternative: found }] : []
  })
  const item = (nodeIn: (list: Shape.ArrayAlternative) => Shape.Node): Json | undefined =>
    minimal(
      { tools, node: nodeIn(alternative) },
      lists.map((list) => ({ tools: list.tools, node: nodeIn(list.alternative) }))
    )
  const prefixed = Math.min(length, alternative.prefix.length)
  const head = Array.from({ length: prefixed }, (_, index) => item((list) => list.prefix[index] ?? list.items))
  // All items after the prefix have the same schema, so they can be equal.
  const rest = length > prefixed ? item((list) => list.items) : null
  const known = head.filter((value) => value !== undefined)
  return rest === undefined || known.length < prefixed
    ? undefined
    : [...known, ...Array.from({ length: length - prefixed }, () => rest)]
}

/**
 * A minimal object has the members that the alternative requires, and the members that a guide requires and the
 * alternative allows. With `onlyOwn`, it has only the members that the alternative requires.
 */
export const minimalObject = (
  own: Held,
  guides: ReadonlyArray<Held>,
  onlyOwn = false
): ReadonlyMap<string, Json> | undefined => {
  const members = new Map<string, Json>()
  const required = onlyOwn ? [own] : [own, ...guides]
  const names = new Set(required.flatMap(({ alternative }) => [...alternative.required]))
  for (const name of names) {
    const isRequired = own.alternative.required.has(name)
    const inside = guides.flatMap((guide) => {
      const place = declaredPlace(guide, name)
      return place === undefined ? [] : [place]
    })
    const declared = declaredPlace(own, name)
    const primary = declared ?? inside[0] ?? memberPlace(own, name)
    if (primary === undefined || (declared === undefined && !isRequired && own.alternative.closed)) continue
    const value = minimal(primary, declared === undefined ? inside.slice(1) : inside)
    if (value !== undefined) members.set(name, value)
    else if (isRequired) return undefined
  }
  return members
}

/** Returns a minimal value, preferably a value that the guides also accept. */
export const minimal = (primary: Place, guides: ReadonlyArray<Place>): Json | undefined => {
  const alternatives = alternativesOf(primary)
  const ordered = [...alternatives].sort((a, b) => Number(a.kind === "null") - Number(b.kind === "null"))
  for (const alternative of ordered) {
    const value = minimalOf(primary, alternative, guides)
    const isExcluded = (made: Json): boolean =>
      alternative.excluded.some((schema) => primary.tools.judge.accepts(schema)(made))
    if (value !== undefined && !isExcluded(value)) return value
  }
  return undefined
}

/** Returns a minimal value of one alternative. For `onlyOwn`, see `minimalObject`. */
export const minimalOf = (
  primary: Place,
  alternative: Shape.Alternative,
  guides: ReadonlyArray<Place>,
  onlyOwn = false
): Json | undefined => {
  switch (alternative.kind) {
    case "any": {
      const [guide, ...others] = guides
      return guide === undefined ? "text" : minimal(guide, others)
    }
    case "array":
      return listOf(primary, alternative, guides)
    case "object": {
      const { tools } = primary
      const made = minimalObject({ tools, alternative }, objectsAt(guides, { tools, alternative }), onlyOwn)
      return made === undefined ? undefined : objectOf(made)
    }
    default:
      return scalarOf(primary, alternative, guides)
  }
}

/** Whether some variant of a place declares a location, such as `/msg/prices/*`. */
export const declares = (place: Place, location: ReadonlyArray<string>): boolean => {
  const [key, ...rest] = location
  if (key === undefined) return true
  return alternativesOf(place).some((alternative) => {
    const { tools } = place
    if (alternative.kind === "array") return declares({ tools, node: alternative.items }, rest)
    const inner = alternative.kind === "object" ? declaredPlace({ tools, alternative }, key) : undefined
    return inner !== undefined && declares(inner, rest)
  })
}
