/**
 * Compares the objects of two schemas: their variants and their members.
 *
 * @module
 */
import type * as Shape from "../../generate/internal/shape.ts"
import { equals, objectOf, pointerTo, type Json } from "../../judge/JsonSchema.ts"
import {
  defined,
  embedded,
  guidesOfNew,
  schemaAt,
  type Alternatives,
  type Context,
  type Differ,
  type Embed,
  type Embedded,
  type Frame,
  type Places
} from "./difference.ts"
import {
  counterpart,
  declaredPlace,
  memberPlace,
  minimal,
  minimalObject,
  minimalOf,
  similarity,
  type Held,
  type Place
} from "./nodes.ts"

type ObjectAlternative = Shape.ObjectAlternative

/** Returns the members of a minimal object. Undefined if no such object exists. */
type Base = () => ReadonlyMap<string, Json> | undefined

interface Pair {
  readonly old: Held
  readonly new: Held
  readonly client: Held | undefined
  readonly base: { readonly old: Base; readonly new: Base }
}

/** Stands for the undeclared members of an object. */
const anyKey = "key"

const lazy = <A>(create: () => A): (() => A) => {
  let cached: { readonly value: A } | undefined
  return () => (cached ??= { value: create() }).value
}

const show = (value: Json | undefined): string => (value === undefined ? "none" : JSON.stringify(value))

const annotation = (place: Place, name: "default" | "deprecated"): Json | undefined =>
  place.node.schemas.flatMap((schema) => (typeof schema === "boolean" ? [] : (schema[name] ?? [])))[0]

/** Pairs the objects of both documents, the most similar first. */
const match = (places: Places, olds: ReadonlyArray<ObjectAlternative>, news: ReadonlyArray<ObjectAlternative>) => {
  const scored = olds
    .flatMap((old) =>
      news.map((now) => {
        const [left, right] = [
          { tools: places.old.tools, alternative: old },
          { tools: places.new.tools, alternative: now }
        ]
        return { old, now, score: similarity(left, right) }
      })
    )
    .filter(({ score }) => score > -100)
    .sort((a, b) => b.score - a.score)
  const pairs: Array<readonly [ObjectAlternative, ObjectAlternative]> = []
  const used = new Set<ObjectAlternative>()
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

const describeVariant = ({ properties }: ObjectAlternative): string =>
  properties.size === 0 ? "any members" : [...properties.keys()].slice(0, 5).join(", ")

const pairOf = ({ closed }: Context, places: Places, old: ObjectAlternative, now: ObjectAlternative): Pair => {
  const held = {
    old: { tools: places.old.tools, alternative: old },
    new: { tools: places.new.tools, alternative: now }
  }
  const found = places.client && counterpart(places.client, held.old)
  const client =
    found?.kind === "object" && places.client !== undefined
      ? { tools: places.client.tools, alternative: found }
      : undefined
  return {
    ...held,
    client,
    base: {
      // In a request, the base is an object that the client sends. In a response, it is an object that the old document
      // allows.
      old: lazy(() =>
        closed
          ? minimalObject(client ?? held.old, defined(held.new, held.old))
          : minimalObject(held.old, defined(client, held.new))
      ),
      new: lazy(() => minimalObject(held.new, defined(client, held.old)))
    }
  }
}

const embedMember =
  (outer: Embed, base: Base, name: string): Embed =>
  (leaf) => {
    const members = base()
    if (members === undefined) return undefined
    const rest = [...members].filter(([key]) => key !== name)
    return outer(objectOf(leaf === undefined ? rest : [...rest, [name, leaf] as const]))
  }

const frameOf = (frame: Frame, { base }: Pair, name: string): Frame => ({
  location: pointerTo(frame.location, name),
  pointer: pointerTo(frame.pointer, name),
  old: embedMember(frame.old, base.old, name),
  new: embedMember(frame.new, base.new, name)
})

/** Skips an object of a request if both schemas declare members, because the client sends only declared members. */
const compareClosing = ({ closed }: Context, { base, new: now, old }: Pair, differ: Differ): void => {
  const [before, after] = [old.alternative, now.alternative]
  if (before.closed === after.closed || (closed && before.properties.size > 0 && after.properties.size > 0)) return
  const extended = (members: Base) => (): Json | undefined => {
    const found = members()
    return found && objectOf([...found, ["unknown_member", true]])
  }
  if (after.closed)
    differ("object-closed", "the object no longer allows undeclared members", { shrunk: extended(base.old) })
  else differ("object-opened", "the object now allows undeclared members", { grown: extended(base.new) })
}

const absent: Embedded = () => undefined

const compareMember = (context: Context, pair: Pair, name: string, frame: Frame): void => {
  const { closed, report } = context
  const old = declaredPlace(pair.old, name)
  const now = declaredPlace(pair.new, name)
  const client = pair.client && declaredPlace(pair.client, name)
  const [wasRequired, isRequired] = [pair.old, pair.new].map(({ alternative }) => alternative.required.has(name))
  const differ: Differ = (kind, detail, { grown, shrunk }) =>
    report({
      kind,
      location: frame.location,
      pointer: frame.pointer,
      schemas: { old: old && schemaAt(old), new: now && schemaAt(now) },
      isInside: false,
      detail,
      grown: grown && (() => embedded(frame.new, grown, true)),
      shrunk: shrunk && (() => embedded(frame.old, shrunk, true))
    })
  if (old === undefined && now !== undefined) {
    return closed && isRequired
      ? differ("field-added", "a required field was added", { shrunk: absent })
      : differ("field-added", `${isRequired ? "a required" : "an optional"} field was added`, {
          grown: () => minimal(now, defined(client))
        })
  }
  if (now === undefined && old !== undefined) {
    const detail = `the ${wasRequired ? "required" : "optional"} field was removed`
    return differ("field-removed", detail, closed ? { shrunk: () => minimal(client ?? old, [old]) } : { grown: absent })
  }
  if (old === undefined || now === undefined) return
  if (wasRequired && !isRequired) differ("field-became-optional", "the field became optional", { grown: absent })
  if (!wasRequired && isRequired) differ("field-became-required", "the field became required", { shrunk: absent })
  compareAnnotations(closed, old, now, differ)
  context.walk({ old, new: now, client }, frame)
}

const compareAnnotations = (closed: boolean, old: Place, now: Place, differ: Differ): void => {
  const [wasDeprecated, isDeprecated] = [old, now].map((place) => annotation(place, "deprecated") === true)
  if (isDeprecated && !wasDeprecated) differ("deprecated", "the field is deprecated", {})
  if (wasDeprecated && !isDeprecated) differ("undeprecated", "the field is no longer deprecated", {})
  const [before, after] = [annotation(old, "default"), annotation(now, "default")]
  // A default in a response has no effect.
  if (closed && !equals(before, after)) {
    differ("default-changed", `the default changed from ${show(before)} to ${show(after)}`, {})
  }
}

const compareMembers = (context: Context, pair: Pair, frame: Frame, differ: Differ): void => {
  const { client, new: now, old } = pair
  compareClosing(context, pair, differ)
  for (const name of new Set([...old.alternative.properties.keys(), ...now.alternative.properties.keys()])) {
    compareMember(context, pair, name, frameOf(frame, pair, name))
  }
  const [inOld, inNew] = [memberPlace(old, anyKey), memberPlace(now, anyKey)]
  if (old.alternative.open && now.alternative.open && inOld !== undefined && inNew !== undefined) {
    context.walk(
      { old: inOld, new: inNew, client: client && memberPlace(client, anyKey) },
      { ...frameOf(frame, pair, anyKey), location: pointerTo(frame.location, "*") }
    )
  }
}

export const compareObjects = (
  context: Context,
  places: Places,
  frame: Frame,
  alternatives: Alternatives,
  differ: Differ
): void => {
  const objects = (all: ReadonlyArray<Shape.Alternative>) =>
    all.flatMap((alternative) => (alternative.kind === "object" ? [alternative] : []))
  const { pairs, unmatchedNew, unmatchedOld } = match(places, objects(alternatives.old), objects(alternatives.new))
  if (pairs.length === 0) return
  for (const alternative of unmatchedNew) {
    differ("variant-added", `a new variant of the object: ${describeVariant(alternative)}`, {
      // If the value had the required members of another variant, the client could take it for that variant.
      grown: () => minimalOf(places.new, alternative, guidesOfNew(places), true)
    })
  }
  for (const alternative of unmatchedOld) {
    differ("variant-removed", `a variant of the object was removed: ${describeVariant(alternative)}`, {
      shrunk: () => minimalOf(places.old, alternative, [places.new], true)
    })
  }
  for (const [old, now] of pairs) compareMembers(context, pairOf(context, places, old, now), frame, differ)
}
