/**
 * Distinguishes feed messages that have the same `type` but different forms of `msg`.
 *
 * @module
 */
import type * as Schema from "effect/Schema"

/** One form of `msg`, for messages with the same `type`. */
export interface Variant<A> {
  readonly is: (msg: unknown) => boolean
  readonly schema: Schema.Codec<A>
}

const isObject = (msg: unknown): msg is Readonly<Record<string, unknown>> => typeof msg === "object" && msg !== null

export const hasValue =
  (member: string, value: string): Variant<unknown>["is"] =>
  (msg) =>
    isObject(msg) && msg[member] === value

export const hasMember =
  (member: string): Variant<unknown>["is"] =>
  (msg) =>
    isObject(msg) && Object.hasOwn(msg, member)

/** The exchange can write an empty list as null. */
export const isList: Variant<unknown>["is"] = (msg) => Array.isArray(msg) || msg === null

/** For the last variant, which accepts every other `msg`. */
export const isOther: Variant<unknown>["is"] = () => true
