/**
 * Defines the difference between two schemas, and the code that the comparisons of values, lists and objects share. A
 * witness is a value that shows a difference.
 *
 * @module
 */
import type * as Shape from "../../generate/internal/shape.ts"
import type { Json, JsonSchema } from "../../judge/JsonSchema.ts"
import type { Kind } from "../Finding.ts"
import type { Place } from "./nodes.ts"

export interface Difference {
  readonly kind: Kind
  /** The changed place in a value, with `*` for list items. */
  readonly location: string
  /** The JSON Pointer of the changed place in the witnesses. */
  readonly pointer: string
  /** The schemas as the documents write them. */
  readonly schemas: { readonly old: JsonSchema | undefined; readonly new: JsonSchema | undefined }
  /** Whether the change belongs to the value itself, and not to the member that holds the value. */
  readonly isInside: boolean
  readonly detail: string
  /** Creates a complete value that only the new schema allows, or that has the new member or lacks the removed one. */
  readonly grown: (() => Json | undefined) | undefined
  /** Creates a complete value that only the old schema allows, or that has the removed member. */
  readonly shrunk: (() => Json | undefined) | undefined
}

/** The same place in the old schema, the new schema and the client's schema. */
export interface Places {
  readonly old: Place
  readonly new: Place
  readonly client: Place | undefined
}

export interface Alternatives {
  readonly old: ReadonlyArray<Shape.Alternative>
  readonly new: ReadonlyArray<Shape.Alternative>
}

/**
 * Creates a complete value with `leaf` at the current place, or without the member at this place if `leaf` is
 * undefined. Returns undefined if there is no such value.
 */
export type Embed = (leaf: Json | undefined) => Json | undefined

/** The place that is compared now, within the complete values. */
export interface Frame {
  readonly location: string
  readonly pointer: string
  readonly old: Embed
  readonly new: Embed
}

export interface Options {
  /** Whether an object with declared members allows no others, as in requests. */
  readonly closed: boolean
  readonly report: (difference: Difference) => void
  /** Called for a change that no generated value shows. */
  readonly undecided: (location: string, detail: string) => void
}

export interface Context extends Options {
  readonly walk: (places: Places, frame: Frame) => void
}

/** Creates a value. Called only when a witness needs it. */
export type Embedded = () => Json | undefined

export interface Witnesses {
  readonly grown?: Embedded
  readonly shrunk?: Embedded
  /** Default: true. */
  readonly isInside?: boolean
}

export type Differ = (kind: Kind, detail: string, witnesses: Witnesses) => void

/** The schema as the document writes it. */
export const schemaAt = ({ node }: Place): JsonSchema | undefined => node.schemas[0]

/** Places whose constraints a witness of the new schema should satisfy too. */
export const guidesOfNew = ({ client, old }: Places): ReadonlyArray<Place> =>
  client === undefined ? [old] : [client, old]

export const defined = <A>(...values: ReadonlyArray<A | undefined>): ReadonlyArray<A> =>
  values.filter((value) => value !== undefined)

/** Embeds the value of `leaf`. If `leaf` returns none and `canBeAbsent` is true, removes the member instead. */
export const embedded = (embed: Embed, leaf: Embedded, canBeAbsent = false): Json | undefined => {
  const value = leaf()
  return value === undefined && !canBeAbsent ? undefined : embed(value)
}
