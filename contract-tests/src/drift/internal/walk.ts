/**
 * Walks two schemas in parallel and finds their differences. Ignores how the schemas are written: references, merged
 * schemas (`allOf`), and the sequence of members.
 *
 * @module
 */
import type * as Shape from "../../generate/internal/shape.ts"
import type { Json } from "../../judge/JsonSchema.ts"
import {
  embedded,
  guidesOfNew,
  schemaAt,
  type Alternatives,
  type Context,
  type Differ,
  type Embed,
  type Frame,
  type Options,
  type Places
} from "./difference.ts"
import { compareLists } from "./lists.ts"
import { alternativesOf, minimal, minimalOf } from "./nodes.ts"
import { compareObjects } from "./objects.ts"
import { compareScalars, families, familiesOf } from "./scalars.ts"

const typeName = (alternative: Shape.Alternative): string => familiesOf([alternative])[0] ?? alternative.kind

/** Returns the types of the alternatives, without null. */
const typesOf = (alternatives: ReadonlyArray<Shape.Alternative>): ReadonlyArray<string> => [
  ...new Set([
    ...familiesOf(alternatives),
    ...alternatives.flatMap(({ kind }) => (kind === "array" || kind === "object" ? [kind] : []))
  ])
]

const missing = (from: ReadonlyArray<string>, to: ReadonlyArray<string>): ReadonlyArray<string> =>
  from.filter((name) => !to.includes(name))

const samples: ReadonlyArray<readonly [type: string, value: Json]> = [
  ["boolean", true],
  ["number", 0],
  ["string", "text"],
  ["array", []],
  ["object", {}]
]

/** Reports a difference if only one place allows every value. Returns whether at least one place allows every value. */
const compareAny = ({ new: news, old: olds }: Alternatives, differ: Differ): boolean => {
  const [wasAny, isAny] = [olds, news].map((all) => all.some(({ kind }) => kind === "any"))
  const otherThan = (types: ReadonlyArray<string>) => (): Json | undefined =>
    samples.find(([type]) => !types.includes(type))?.[1]
  if (wasAny && !isAny) {
    differ("type-removed", "the value can no longer have any type", { shrunk: otherThan(typesOf(news)) })
  }
  if (isAny && !wasAny) differ("type-added", "the value can have any type", { grown: otherThan(typesOf(olds)) })
  return wasAny === true || isAny === true
}

const compareNull = ({ new: news, old: olds }: Alternatives, differ: Differ): void => {
  const [wasNullable, isNullable] = [olds, news].map((all) => all.some(({ kind }) => kind === "null"))
  if (isNullable && !wasNullable) differ("nullable", "the value can be null", { grown: () => null, isInside: false })
  if (wasNullable && !isNullable) {
    differ("not-nullable", "the value can no longer be null", { shrunk: () => null, isInside: false })
  }
}

const compareTypes = (
  { closed }: Context,
  places: Places,
  { new: news, old: olds }: Alternatives,
  differ: Differ
): void => {
  const [before, after] = [typesOf(olds), typesOf(news)]
  const [came, left] = [missing(after, before), missing(before, after)]
  if (came.length > 0 && left.length > 0) {
    // The client sends the value in a request, so the client's own schema decides. In a response, the old schema decides.
    const own = closed ? (places.client ?? places.old) : places.old
    return differ("type-changed", `the type changed from ${left.join(" or ")} to ${came.join(" or ")}`, {
      grown: () => minimal(places.new, guidesOfNew(places)),
      shrunk: () => minimal(own, [places.new, places.old])
    })
  }
  const added = news.find((alternative) => came.includes(typeName(alternative)))
  if (added !== undefined) {
    differ("type-added", `the value can also be ${came.join(" or ")}`, {
      grown: () => minimalOf(places.new, added, guidesOfNew(places))
    })
  }
  const removed = olds.find((alternative) => left.includes(typeName(alternative)))
  if (removed !== undefined) {
    differ("type-removed", `the value can no longer be ${left.join(" or ")}`, {
      shrunk: () => minimalOf(places.old, removed, [places.new])
    })
  }
}

const compareAllScalars = (
  { undecided }: Context,
  places: Places,
  frame: Frame,
  alternatives: Alternatives,
  differ: Differ
): void => {
  for (const family of families) {
    const found = compareScalars(
      { ...places.old, alternatives: alternatives.old },
      { ...places.new, alternatives: alternatives.new },
      family,
      (detail) => undecided(frame.location, detail)
    )
    for (const { detail, grown, kind, shrunk } of found) {
      differ(kind, detail, {
        ...(grown === undefined ? {} : { grown: () => grown }),
        ...(shrunk === undefined ? {} : { shrunk: () => shrunk })
      })
    }
  }
}

export const make = (options: Options): ((places: Places) => void) => {
  const walk = (places: Places, frame: Frame): void => {
    const alternatives = { old: alternativesOf(places.old), new: alternativesOf(places.new) }
    if (alternatives.old.length === 0 || alternatives.new.length === 0) return
    const differ: Differ = (kind, detail, { grown, isInside = true, shrunk }) =>
      options.report({
        kind,
        location: frame.location,
        pointer: frame.pointer,
        schemas: { old: schemaAt(places.old), new: schemaAt(places.new) },
        isInside,
        detail,
        grown: grown && (() => embedded(frame.new, grown)),
        shrunk: shrunk && (() => embedded(frame.old, shrunk))
      })
    if (compareAny(alternatives, differ)) return
    compareNull(alternatives, differ)
    compareTypes(context, places, alternatives, differ)
    compareAllScalars(context, places, frame, alternatives, differ)
    compareLists(context, places, frame, alternatives, differ)
    compareObjects(context, places, frame, alternatives, differ)
  }
  const context: Context = { ...options, walk }
  return (places) => {
    const root: Embed = (leaf) => leaf
    walk(places, { location: "", pointer: "", old: root, new: root })
  }
}
