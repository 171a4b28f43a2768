/**
 * Compares the lists of two schemas: their lengths and their items.
 *
 * @module
 */
import type * as Shape from "../../generate/internal/shape.ts"
import { pointerTo, type Json } from "../../judge/JsonSchema.ts"
import {
  guidesOfNew,
  type Alternatives,
  type Context,
  type Differ,
  type Embed,
  type Frame,
  type Places
} from "./difference.ts"
import { counterpart, listOfLength, type Place } from "./nodes.ts"

type List = Shape.ArrayAlternative

/** The maximum length of a list in a witness (a value that shows a change). */
const maxLength = 10_000

interface Pair {
  readonly old: List
  readonly new: List
  readonly places: Places
  readonly frame: Frame
  readonly differ: Differ
}

const describeRanges = (old: List, now: List): string => {
  const range = ({ maxItems, minItems }: List): string =>
    maxItems === Number.POSITIVE_INFINITY ? `at least ${minItems}` : `${minItems} to ${maxItems}`
  return `the number of items changed from ${range(old)} to ${range(now)}`
}

const allows = ({ maxItems, minItems }: List, length: number): boolean => length >= minItems && length <= maxItems

const listAt = (
  { new: now, old, places }: Pair,
  side: "new" | "old",
  length: number
): ReadonlyArray<Json> | undefined =>
  side === "new"
    ? listOfLength(places.new, now, guidesOfNew(places), length)
    : listOfLength(places.old, old, [places.new], length)

const compareLengths = (context: Context, pair: Pair): void => {
  const { differ, frame, new: now, old } = pair
  if (old.minItems === now.minItems && old.maxItems === now.maxItems) return
  const bounds = [old, now].flatMap(({ maxItems, minItems }) => [minItems - 1, minItems, maxItems, maxItems + 1])
  const lengths = [...new Set([0, 1, ...bounds])].filter((length) => length >= 0 && length <= maxLength)
  const grown = lengths.find((length) => allows(now, length) && !allows(old, length))
  const shrunk = lengths.find((length) => allows(old, length) && !allows(now, length))
  const detail = describeRanges(old, now)
  if (grown === undefined && shrunk === undefined) return context.undecided(frame.location, detail)
  const kind =
    shrunk === undefined ? "constraint-loosened" : grown === undefined ? "constraint-tightened" : "constraint-changed"
  differ(kind, detail, {
    ...(grown === undefined ? {} : { grown: () => listAt(pair, "new", grown) }),
    ...(shrunk === undefined ? {} : { shrunk: () => listAt(pair, "old", shrunk) })
  })
}

const compareDistinctness = (pair: Pair): void => {
  const { differ, new: now, old } = pair
  if (old.unique === now.unique) return
  // `listAt` fills a list with equal items, after the items of the prefix.
  if (now.unique)
    differ("constraint-tightened", "the items must be distinct now", { shrunk: () => listAt(pair, "old", 2) })
  else differ("constraint-loosened", "the items can be equal now", { grown: () => listAt(pair, "new", 2) })
}

const compareItems = (context: Context, pair: Pair, client: Place | undefined, index: number | "*"): void => {
  const { frame, new: now, old, places } = pair
  const at = ({ items, prefix }: List): Shape.Node => prefix[index === "*" ? 0 : index] ?? items
  const position = index === "*" ? 0 : index
  const embed =
    (side: "new" | "old", outer: Embed): Embed =>
    (leaf) => {
      if (leaf === undefined) return undefined
      const { minItems } = side === "new" ? now : old
      const rest = listAt(pair, side, Math.max(minItems, index === "*" ? 0 : position + 1)) ?? []
      return outer([...rest.slice(0, position), leaf, ...rest.slice(position + 1)])
    }
  const own = client && counterpart(client, { tools: places.old.tools, alternative: old })
  context.walk(
    {
      old: { tools: places.old.tools, node: at(old) },
      new: { tools: places.new.tools, node: at(now) },
      client: client !== undefined && own?.kind === "array" ? { tools: client.tools, node: at(own) } : undefined
    },
    {
      location: pointerTo(frame.location, index),
      pointer: pointerTo(frame.pointer, position),
      old: embed("old", frame.old),
      new: embed("new", frame.new)
    }
  )
}

export const compareLists = (
  context: Context,
  places: Places,
  frame: Frame,
  alternatives: Alternatives,
  differ: Differ
): void => {
  const old = alternatives.old.find(({ kind }) => kind === "array")
  const now = alternatives.new.find(({ kind }) => kind === "array")
  if (old?.kind !== "array" || now?.kind !== "array") return
  const pair: Pair = { old, new: now, places, frame, differ }
  compareLengths(context, pair)
  compareDistinctness(pair)
  const prefixed = Math.min(old.prefix.length, now.prefix.length)
  for (let index = 0; index < prefixed; index++) compareItems(context, pair, places.client, index)
  if (prefixed === 0) compareItems(context, pair, places.client, "*")
}
