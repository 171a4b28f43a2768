/**
 * What differs between two reference documents.
 *
 * @module
 */
import { child, equal, isArray, isObject } from "../src/reference/internal/json.ts"
import type { Json } from "../src/reference/JsonSchema.ts"

/** One difference, at the highest place that differs as a whole. */
export interface Change {
  readonly pointer: string
  /** Undefined where the place is new. */
  readonly before: Json | undefined
  /** Undefined where the place is gone. */
  readonly after: Json | undefined
}

/** The stamp of where a document came from differs always. */
const passedOver: ReadonlySet<string> = new Set(["/info"])

/** Every difference between two documents, in the order of their pointers. Lists differ as a whole. */
export const changes = (before: Json, after: Json, pointer = ""): ReadonlyArray<Change> => {
  if (equal(before, after) || passedOver.has(pointer)) return []
  if (!isObject(before) || !isObject(after)) return [{ pointer, before, after }]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((key): ReadonlyArray<Change> => {
    const [was, is] = [before[key], after[key]]
    const at = child(pointer, key)
    return was === undefined || is === undefined ? [{ pointer: at, before: was, after: is }] : changes(was, is, at)
  })
}

const longest = 160

const shown = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}

const parts = (before: Json, after: Json): string => {
  if (!isArray(before) || !isArray(after)) return `${shown(before)} → ${shown(after)}`
  const missing = (from: ReadonlyArray<Json>, in_: ReadonlyArray<Json>) =>
    from.filter((item) => !in_.some((other) => equal(item, other)))
  const signs = [
    ...missing(before, after).map((item) => `− ${shown(item)}`),
    ...missing(after, before).map((item) => `+ ${shown(item)}`)
  ]
  return signs.length === 0 ? "another order" : signs.join(", ")
}

/** A change in one line. */
export const sentence = ({ after, before, pointer }: Change): string => {
  if (before === undefined) return `+ ${pointer}: ${shown(after ?? null)}`
  if (after === undefined) return `− ${pointer}: ${shown(before)}`
  return `~ ${pointer}: ${parts(before, after)}`
}
