/**
 * Tells messages of one type apart by their `msg`.
 *
 * @module
 */
import type * as Schema from "effect/Schema"

/** One of several messages of a type. */
export interface Variant<A> {
  readonly is: (msg: unknown) => boolean
  readonly schema: Schema.Codec<A>
}

const isObject = (msg: unknown): msg is Readonly<Record<string, unknown>> => typeof msg === "object" && msg !== null

/** A `msg` whose member has this value. */
export const hasValue =
  (member: string, value: string): Variant<unknown>["is"] =>
  (msg) =>
    isObject(msg) && msg[member] === value

/** A `msg` that has this member. */
export const hasMember =
  (member: string): Variant<unknown>["is"] =>
  (msg) =>
    isObject(msg) && Object.hasOwn(msg, member)

/** A `msg` that is a list. An empty list can be null. */
export const isList: Variant<unknown>["is"] = (msg) => Array.isArray(msg) || msg === null

/** A `msg` that no other variant takes. */
export const isOther: Variant<unknown>["is"] = () => true
