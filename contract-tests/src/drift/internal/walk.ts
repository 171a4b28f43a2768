/**
 * Walks two schemas in parallel and finds their differences. References, merged schemas and the order of members make no
 * difference.
 *
 * @module
 */
import type * as Shape from "../../generate/internal/shape.ts"
import { equals, objectOf, pointerTo, type Json, type JsonSchema } from "../../judge/JsonSchema.ts"
import type { Kind } from "../Finding.ts"
import {
  alternativesOf,
  counterpart,
  declaredPlace,
  listOfLength,
  memberPlace,
  minimal,
  minimalObject,
  minimalOf,
  similarity,
  type Held,
  type Place
} from "./nodes.ts"
import { compareScalars, families, familiesOf } from "./scalars.ts"

/** A difference of two schemas. */
export interface Difference {
  readonly kind: Kind
  /** The changed place in a value, with `*` for list items. */
  readonly location: string
  /** The JSON Pointer of the changed place in the witnesses. */
  readonly pointer: string
  /** The schemas of the place, as in the documents. */
  readonly schemas: { readonly old: JsonSchema | undefined; readonly new: JsonSchema | undefined }
  /** Whether the change belongs to the value itself, and not to the member that has it. */
  readonly isInside: boolean
  readonly detail: string
  /** Creates a complete value that only the new schema allows, or that has the new member. */
  readonly grown: (() => Json | undefined) | undefined
  /** Creates a complete value that only the old schema allows, or that has the removed member. */
  readonly shrunk: (() => Json | undefined) | undefined
}

/** The places to compare, and the place of the client's schema. */
export interface Places {
  readonly old: Place
  readonly new: Place
  readonly client: Place | undefined
}

/** Puts a value at the current place of a complete value. Undefined removes the member. */
type Embed = (leaf: Json | undefined) => Json | undefined

interface Frame {
  readonly location: string
  readonly pointer: string
  readonly old: Embed
  readonly new: Embed
}

/** How to compare. */
export interface Options {
  /** Whether an object that declares members allows no others, as in a request. */
  readonly closed: boolean
  readonly report: (difference: Difference) => void
  /** Receives the location and the change of constraints for which no value was found. */
  readonly undecided: (location: string, detail: string) => void
}

const show = (value: Json | undefined): string => (value === undefined ? "none" : JSON.stringify(value))

const schemaAt = ({ node }: Place): JsonSchema | undefined => node.schemas[0]

const annotation = (place: Place, name: "default" | "deprecated"): Json | undefined =>
  place.node.schemas.flatMap((schema) => (typeof schema === "boolean" ? [] : (schema[name] ?? [])))[0]

/** Returns the place whose values a client of the old document writes or reads. */
const primaryOld = ({ client, old }: Places, { closed }: Options): Place => (closed ? (client ?? old) : old)

const guidesOfNew = ({ client, old }: Places): ReadonlyArray<Place> => (client === undefined ? [old] : [client, old])

const defined = <A>(...values: ReadonlyArray<A | undefined>): ReadonlyArray<A> =>
  values.filter((value) => value !== undefined)

/** Creates the function that compares two schemas. */
export const make = (options: Options): ((places: Places) => void) => {
  const { closed, report, undecided } = options

  const walk = (places: Places, frame: Frame): void => {
    const olds = alternativesOf(places.old)
    const news = alternativesOf(places.new)
    if (olds.length === 0 || news.length === 0) return
    const differ = (
      kind: Kind,
      detail: string,
      { grown, isInside = true, shrunk }: { grown?: Embedded; shrunk?: Embedded; isInside?: boolean }
    ): void =>
      report({
        kind,
        location: frame.location,
        pointer: frame.pointer,
        schemas: { old: schemaAt(places.old), new: schemaAt(places.new) },
        isInside,
        detail,
        grown: grown && (() => embedded(frame.new, grown)),
        shrunk: shrunk && (() => embedded(frame.old, shrunk))
      })
    const minimalNew = (): Json | undefined => minimal(places.new, guidesOfNew(places))
    const minimalOld = (): Json | undefined => minimal(primaryOld(places, options), [places.new, places.old])
    const [isAnyOld, isAnyNew] = [olds, news].map((all) => all.some(({ kind }) => kind === "any"))
    if (isAnyOld || isAnyNew) {
      if (isAnyOld && isAnyNew) return
      return isAnyOld
        ? differ("type-removed", "any value became a value of a certain type", { shrunk: () => null })
        : differ("type-added", "the value can have any type", { grown: () => otherType(news, olds) })
    }
    const typesOld = typesOf(olds)
    const typesNew = typesOf(news)
    const [came, left] = [missing(typesNew, typesOld), missing(typesOld, typesNew)]
    const hasNull = (all: ReadonlyArray<Shape.Alternative>): boolean => all.some(({ kind }) => kind === "null")
    if (hasNull(news) && !hasNull(olds)) {
      differ("nullable", "the value can be null", { grown: () => null, isInside: false })
    }
    if (hasNull(olds) && !hasNull(news)) {
      differ("not-nullable", "the value is no longer null", { shrunk: () => null, isInside: false })
    }
    if (came.length > 0 && left.length > 0) {
      differ("type-changed", `the type changed from ${left.join(" or ")} to ${came.join(" or ")}`, {
        grown: minimalNew,
        shrunk: minimalOld
      })
    } else if (came.length > 0) {
      const added = news.find((alternative) => came.includes(typeName(alternative)))
      differ("type-added", `the value can also be ${came.join(" or ")}`, {
        grown: () => added && minimalOf(places.new, added, guidesOfNew(places))
      })
    } else if (left.length > 0) {
      const removed = olds.find((alternative) => left.includes(typeName(alternative)))
      differ("type-removed", `the value can no longer be ${left.join(" or ")}`, {
        shrunk: () => removed && minimalOf(places.old, removed, [places.new])
      })
    }
    for (const family of families) {
      const found = compareScalars(
        { ...places.old, alternatives: olds },
        { ...places.new, alternatives: news },
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
    walkLists(places, frame, olds, news, differ)
    walkObjects(places, frame, olds, news, differ)
  }

  const walkLists = (
    places: Places,
    frame: Frame,
    olds: ReadonlyArray<Shape.Alternative>,
    news: ReadonlyArray<Shape.Alternative>,
    differ: Differ
  ): void => {
    const old = olds.find((alternative) => alternative.kind === "array")
    const now = news.find((alternative) => alternative.kind === "array")
    if (old === undefined || now === undefined) return
    const client = places.client && counterpart(places.client, { tools: places.old.tools, alternative: old })
    const guides = guidesOfNew(places)
    const list = (side: "new" | "old", length: number): ReadonlyArray<Json> | undefined =>
      side === "new"
        ? listOfLength(places.new, now, guides, length)
        : listOfLength(places.old, old, [places.new], length)
    const allows = ({ maxItems, minItems }: Shape.ArrayAlternative, length: number): boolean =>
      length >= minItems && length <= maxItems
    const bounds = [old, now].flatMap(({ maxItems, minItems }) => [minItems - 1, minItems, maxItems, maxItems + 1])
    const lengths = [...new Set([0, 1, ...bounds])].filter((length) => length >= 0 && length <= maxItems)
    const grown = lengths.find((length) => allows(now, length) && !allows(old, length))
    const shrunk = lengths.find((length) => allows(old, length) && !allows(now, length))
    if (grown !== undefined || shrunk !== undefined) {
      differ(
        shrunk === undefined
          ? "constraint-loosened"
          : grown === undefined
            ? "constraint-tightened"
            : "constraint-changed",
        describeRanges(old, now),
        {
          ...(grown === undefined ? {} : { grown: () => list("new", grown) }),
          ...(shrunk === undefined ? {} : { shrunk: () => list("old", shrunk) })
        }
      )
    }
    if (
      grown === undefined &&
      shrunk === undefined &&
      (old.minItems !== now.minItems || old.maxItems !== now.maxItems)
    ) {
      undecided(frame.location, describeRanges(old, now))
    }
    if (old.unique !== now.unique) {
      const pair = (side: "new" | "old") => (): Json | undefined => list(side, 2)
      if (now.unique) differ("constraint-tightened", "the items became distinct", { shrunk: pair("old") })
      else differ("constraint-loosened", "the items can be equal", { grown: pair("new") })
    }
    const inner = (index: number | "*", at: (of: Shape.ArrayAlternative) => Shape.Node): void => {
      const position = index === "*" ? 0 : index
      const embed =
        (side: "new" | "old", outer: Embed): Embed =>
        (leaf) => {
          if (leaf === undefined) return undefined
          const { minItems } = side === "new" ? now : old
          const rest = list(side, Math.max(minItems, position + (index === "*" ? 0 : 1))) ?? []
          return outer([...rest.slice(0, position), leaf, ...rest.slice(position + 1)])
        }
      walk(
        {
          old: { tools: places.old.tools, node: at(old) },
          new: { tools: places.new.tools, node: at(now) },
          client:
            client?.kind === "array" && places.client !== undefined
              ? { tools: places.client.tools, node: at(client) }
              : undefined
        },
        {
          location: pointerTo(frame.location, index),
          pointer: pointerTo(frame.pointer, position),
          old: embed("old", frame.old),
          new: embed("new", frame.new)
        }
      )
    }
    const prefixed = Math.min(old.prefix.length, now.prefix.length)
    for (let index = 0; index < prefixed; index++) inner(index, (of) => of.prefix[index] ?? of.items)
    if (prefixed === 0) inner("*", (of) => of.prefix[0] ?? of.items)
  }

  const walkObjects = (
    places: Places,
    frame: Frame,
    olds: ReadonlyArray<Shape.Alternative>,
    news: ReadonlyArray<Shape.Alternative>,
    differ: Differ
  ): void => {
    const objects = (all: ReadonlyArray<Shape.Alternative>) =>
      all.flatMap((alternative) => (alternative.kind === "object" ? [alternative] : []))
    const { pairs, unmatchedNew, unmatchedOld } = match(
      places.old.tools,
      objects(olds),
      places.new.tools,
      objects(news)
    )
    if (pairs.length === 0) return
    for (const alternative of unmatchedNew) {
      differ("variant-added", `a new variant of the object: ${describeVariant(alternative)}`, {
        grown: () => minimalOf(places.new, alternative, [])
      })
    }
    for (const alternative of unmatchedOld) {
      differ("variant-removed", `a variant of the object was removed: ${describeVariant(alternative)}`, {
        shrunk: () => minimalOf(places.old, alternative, [])
      })
    }
    for (const [old, now] of pairs) walkMembers(places, frame, old, now, differ)
  }

  const walkMembers = (
    places: Places,
    frame: Frame,
    oldAlternative: Shape.ObjectAlternative,
    newAlternative: Shape.ObjectAlternative,
    differ: Differ
  ): void => {
    const old: Held = { tools: places.old.tools, alternative: oldAlternative }
    const now: Held = { tools: places.new.tools, alternative: newAlternative }
    const found = places.client && counterpart(places.client, old)
    const client: Held | undefined =
      found?.kind === "object" && places.client !== undefined
        ? { tools: places.client.tools, alternative: found }
        : undefined
    const baseOld = lazy(() =>
      closed ? minimalObject(client ?? old, defined(now, old)) : minimalObject(old, defined(client, now))
    )
    const baseNew = lazy(() => minimalObject(now, defined(client, old)))
    const embed =
      (outer: Embed, base: () => ReadonlyMap<string, Json> | undefined, name: string): Embed =>
      (leaf) => {
        const members = base()
        if (members === undefined) return undefined
        const rest = [...members].filter(([key]) => key !== name)
        return outer(objectOf(leaf === undefined ? rest : [...rest, [name, leaf] as const]))
      }
    const frameOf = (name: string): Frame => ({
      location: pointerTo(frame.location, name),
      pointer: pointerTo(frame.pointer, name),
      old: embed(frame.old, baseOld, name),
      new: embed(frame.new, baseNew, name)
    })
    compareClosing(oldAlternative, newAlternative, differ, baseOld, baseNew)
    for (const name of new Set([...oldAlternative.properties.keys(), ...newAlternative.properties.keys()])) {
      walkMember({ name, old, new: now, client, frame: frameOf(name) })
    }
    const [inOld, inNew] = [memberPlace(old, anyKey), memberPlace(now, anyKey)]
    if (oldAlternative.open && newAlternative.open && inOld !== undefined && inNew !== undefined) {
      const inner = frameOf(anyKey)
      walk(
        { old: inOld, new: inNew, client: client && memberPlace(client, anyKey) },
        { ...inner, location: pointerTo(frame.location, "*") }
      )
    }
  }

  /** Compares whether other members are allowed. In a request, an object that declares members is closed anyway. */
  const compareClosing = (
    old: Shape.ObjectAlternative,
    now: Shape.ObjectAlternative,
    differ: Differ,
    baseOld: () => ReadonlyMap<string, Json> | undefined,
    baseNew: () => ReadonlyMap<string, Json> | undefined
  ): void => {
    if (old.closed === now.closed || (closed && old.properties.size > 0 && now.properties.size > 0)) return
    const extended = (base: () => ReadonlyMap<string, Json> | undefined) => (): Json | undefined => {
      const members = base()
      return members && objectOf([...members, ["unknown_member", true]])
    }
    if (now.closed) differ("object-closed", "the object has no other members", { shrunk: extended(baseOld) })
    else differ("object-opened", "the object can have other members", { grown: extended(baseNew) })
  }

  const walkMember = (member: {
    readonly name: string
    readonly old: Held
    readonly new: Held
    readonly client: Held | undefined
    readonly frame: Frame
  }): void => {
    const { client, frame, name } = member
    const old = declaredPlace(member.old, name)
    const now = declaredPlace(member.new, name)
    const clientPlace = client && declaredPlace(client, name)
    const [wasRequired, isRequired] = [member.old, member.new].map(({ alternative }) => alternative.required.has(name))
    const differ = (kind: Kind, detail: string, embeds: { grown?: Embedded; shrunk?: Embedded }): void =>
      report({
        kind,
        location: frame.location,
        pointer: frame.pointer,
        schemas: { old: old && schemaAt(old), new: now && schemaAt(now) },
        isInside: false,
        detail,
        grown: embeds.grown && (() => embedded(frame.new, embeds.grown!, true)),
        shrunk: embeds.shrunk && (() => embedded(frame.old, embeds.shrunk!, true))
      })
    const absent: Embedded = () => undefined
    if (old === undefined && now !== undefined) {
      const present: Embedded = () => minimal(now, defined(clientPlace))
      return closed && isRequired
        ? differ("field-added", "a required field was added", { shrunk: absent })
        : differ("field-added", `${isRequired ? "a required" : "an optional"} field was added`, { grown: present })
    }
    if (now === undefined && old !== undefined) {
      const detail = `the ${wasRequired ? "required" : "optional"} field was removed`
      return closed
        ? differ("field-removed", detail, { shrunk: () => minimal(clientPlace ?? old, [old]) })
        : differ("field-removed", detail, { grown: absent })
    }
    if (old === undefined || now === undefined) return
    if (wasRequired && !isRequired) differ("field-became-optional", "the field became optional", { grown: absent })
    if (!wasRequired && isRequired) differ("field-became-required", "the field became required", { shrunk: absent })
    const [wasDeprecated, isDeprecated] = [old, now].map((place) => annotation(place, "deprecated") === true)
    if (isDeprecated && !wasDeprecated) differ("deprecated", "the field is deprecated", {})
    if (wasDeprecated && !isDeprecated) differ("undeprecated", "the field is no longer deprecated", {})
    const [before, after] = [annotation(old, "default"), annotation(now, "default")]
    if (closed && !equals(before, after)) {
      differ("default-changed", `the default changed from ${show(before)} to ${show(after)}`, {})
    }
    walk({ old, new: now, client: clientPlace }, frame)
  }

  return (places) => {
    const root: Embed = (leaf) => leaf
    walk(places, { location: "", pointer: "", old: root, new: root })
  }
}

/** The value at a place, created when a witness needs it. */
type Embedded = () => Json | undefined

type Differ = (kind: Kind, detail: string, embeds: { grown?: Embedded; shrunk?: Embedded; isInside?: boolean }) => void

/** Embeds a value. `canBeAbsent` embeds the absence of the member if there is no value. */
const embedded = (embed: Embed, leaf: Embedded, canBeAbsent = false): Json | undefined => {
  const value = leaf()
  return value === undefined && !canBeAbsent ? undefined : embed(value)
}

/** The longest list that a witness has. */
const maxItems = 10_000

const describeRanges = (old: Shape.ArrayAlternative, now: Shape.ArrayAlternative): string => {
  const range = ({ maxItems, minItems }: Shape.ArrayAlternative): string =>
    maxItems === Number.POSITIVE_INFINITY ? `at least ${minItems}` : `${minItems} to ${maxItems}`
  return `the number of items changed from ${range(old)} to ${range(now)}`
}

const anyKey = "key"

const lazy = <A>(create: () => A): (() => A) => {
  let cached: { readonly value: A } | undefined
  return () => (cached ??= { value: create() }).value
}

const typeName = (alternative: Shape.Alternative): string => familiesOf([alternative])[0] ?? alternative.kind

/** Returns the types of some alternatives, without null. */
const typesOf = (alternatives: ReadonlyArray<Shape.Alternative>): ReadonlyArray<string> => [
  ...new Set([
    ...familiesOf(alternatives),
    ...alternatives.flatMap(({ kind }) => (kind === "array" || kind === "object" ? [kind] : []))
  ])
]

const missing = (from: ReadonlyArray<string>, to: ReadonlyArray<string>): ReadonlyArray<string> =>
  from.filter((name) => !to.includes(name))

/** Returns a value whose type `olds` does not have. */
const otherType = (_: ReadonlyArray<Shape.Alternative>, olds: ReadonlyArray<Shape.Alternative>): Json | undefined => {
  const types = typesOf(olds)
  return [true, 0, "text", [], {}].find((_, index) => {
    const name = ["boolean", "number", "string", "array", "object"][index] ?? ""
    return !types.includes(name)
  })
}

const describeVariant = ({ properties }: Shape.ObjectAlternative): string =>
  properties.size === 0 ? "any members" : [...properties.keys()].slice(0, 5).join(", ")

/** Pairs the object alternatives of two places, the most similar ones first. */
const match = (
  oldTools: Place["tools"],
  olds: ReadonlyArray<Shape.ObjectAlternative>,
  newTools: Place["tools"],
  news: ReadonlyArray<Shape.ObjectAlternative>
) => {
  const scored = olds
    .flatMap((old) =>
      news.map((now) => ({
        old,
        now,
        score: similarity({ tools: oldTools, alternative: old }, { tools: newTools, alternative: now })
      }))
    )
    .filter(({ score }) => score > -100)
    .sort((a, b) => b.score - a.score)
  const pairs: Array<readonly [Shape.ObjectAlternative, Shape.ObjectAlternative]> = []
  const used = new Set<Shape.ObjectAlternative>()
  for (const { now, old } of scored) {
    if (used.has(old) || used.has(now)) continue
    used.add(old).add(now)
    pairs.push([old, now])
  }
  return {
    pairs,
    unmatchedOld: olds.filter((old) => !used.has(old)),
    unmatchedNew: news.filter((now) => !used.has(now))
  }
}
