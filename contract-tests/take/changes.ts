/**
 * Compares two reference documents.
 *
 * @module
 */
import { child, equal, isArray, isObject } from "../src/reference/internal/json.ts"
import type { Json } from "../src/reference/JsonSchema.ts"

export interface Change {
  readonly pointer: string
  /** Undefined if the value is new. */
  readonly before: Json | undefined
  /** Undefined if the value was removed. */
  readonly after: Json | undefined
}

/** `/info` contains the source stamp, which always differs. */
const ignoredPointers: ReadonlySet<string> = new Set(["/info"])

/** Lists the changes, in the order of the sorted keys. A changed list is one change. */
export const changes = (before: Json, after: Json, pointer = ""): ReadonlyArray<Change> => {
  if (equal(before, after) || ignoredPointers.has(pointer)) return []
  if (!isObject(before) || !isObject(after)) return [{ pointer, before, after }]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((key): ReadonlyArray<Change> => {
    const [was, is] = [before[key], after[key]]
    const at = child(pointer, key)
    return was === undefined || is === undefined ? [{ pointer: at, before: was, after: is }] : changes(was, is, at)
  })
}

const maxLength = 160

const shorten = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`
}

const describeValues = (before: Json, after: Json): string => {
  if (!isArray(before) || !isArray(after)) return `${shorten(before)} → ${shorten(after)}`
  const missing = (from: ReadonlyArray<Json>, in_: ReadonlyArray<Json>) =>
    from.filter((item) => !in_.some((other) => equal(item, other)))
  const signs = [
    ...missing(before, after).map((item) => `− ${shorten(item)}`),
    ...missing(after, before).map((item) => `+ ${shorten(item)}`)
  ]
  return signs.length === 0 ? "a different order" : signs.join(", ")
}

export const describeChange = ({ after, before, pointer }: Change): string => {
  if (before === undefined) return `+ ${pointer}: ${shorten(after ?? null)}`
  if (after === undefined) return `− ${pointer}: ${shorten(before)}`
  return `~ ${pointer}: ${describeValues(before, after)}`
}
