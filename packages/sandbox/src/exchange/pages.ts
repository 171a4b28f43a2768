/**
 * Pages of lists.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Page, PageQuery, TimeQuery } from "./Commands.ts"
import type { Refusal } from "./Entities.ts"
import { invalidParameters } from "./refusals.ts"

/**
 * Returns the greatest matching index below an index, or -1 if there is none. In a list that is `oldestFirst`: the
 * smallest matching index above an index.
 */
export type FindBefore = (index: number) => number

export interface Listing<in Item, out Shown> {
  /** The prefix of the list's cursors. Other lists refuse a cursor with this prefix. */
  readonly mark: string
  /** Default: 1,000. */
  readonly maxLimit?: number
  /** Default: `newestFirst`. */
  readonly order?: "newestFirst" | "oldestFirst"
  /** For the order `newestFirst`: the greatest matching index below an index. By default, every index matches. */
  readonly before?: FindBefore
  /** A page with items also ends before their total weight would exceed `max`. Default: no maximum. */
  readonly weight?: { readonly of: (item: Item) => number; readonly max: number }
  /** For the order `oldestFirst`: the smallest matching index above an index. By default, every index matches. */
  readonly after?: FindBefore | undefined
  /** By default, every item is listed. */
  readonly isListed?: (item: Item) => boolean
  readonly show: (item: Item) => Shown
}

/**
 * Returns a page of a list. The list must be append-only. A cursor holds the index at which the next page begins. With
 * `newestFirst`, it holds this index plus one.
 */
export const page = <Item, Shown>(
  items: ReadonlyArray<Item>,
  { cursor, limit }: PageQuery,
  {
    before = previous,
    after = (index) => (index + 1 < items.length ? index + 1 : -1),
    isListed = () => true,
    mark,
    maxLimit = 1_000,
    order = "newestFirst",
    show,
    weight
  }: Listing<Item, Shown>
): Result.Result<Page<Shown>, Refusal> => {
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
    return Result.fail(invalidParameters(`limit must be 1 to ${maxLimit}`))
  }
  const from = cursor === undefined || cursor === "" ? 0 : readCursor(cursor, mark)
  if (from === undefined || from > items.length) {
    return Result.fail(invalidParameters("the cursor is not from this list"))
  }
  // Even with `newestFirst`, indexes count from the beginning of the list, so that new items do not shift pages.
  const isNewestFirst = order === "newestFirst"
  const next: FindBefore = isNewestFirst ? before : after
  const shown: Array<Shown> = []
  let total = 0
  const start = isNewestFirst ? (from === 0 ? items.length : from) : from - 1
  for (let index = next(start); index >= 0; index = next(index)) {
    const item = items[index]! // `next` returns an index in the list
    if (isListed(item)) {
      total += weight?.of(item) ?? 0
      if (shown.length === limit || (weight !== undefined && shown.length > 0 && total > weight.max)) {
        return Result.succeed({ items: shown, cursor: printCursor(isNewestFirst ? index + 1 : index, mark) })
      }
      shown.push(show(item))
    }
  }
  return Result.succeed({ items: shown, cursor: "" })
}

const previous: FindBefore = (index) => index - 1

const printCursor = (index: number, mark: string): string => `${mark}${index.toString(36)}`

const readCursor = (cursor: string, mark: string): number | undefined =>
  cursor.startsWith(mark) && /^[0-9a-z]{1,8}$/.test(cursor.slice(mark.length))
    ? parseInt(cursor.slice(mark.length), 36)
    : undefined

/** Returns a search for items whose time is neither early nor late. The items must be in chronological order. */
export const within = (
  items: ReadonlyArray<{ readonly atMillis: number }>,
  isEarly: (atMillis: number) => boolean,
  isLate: (atMillis: number) => boolean,
  before: FindBefore = previous
): FindBefore => {
  const end = countWhile(items.length, (index) => !isLate(items[index]!.atMillis))
  return (index) => {
    const found = before(Math.min(index, end))
    return found >= 0 && !isEarly(items[found]!.atMillis) ? found : -1
  }
}

/** Counts by binary search. `isBefore` must be true up to some index, and false from there on. */
export const countWhile = (length: number, isBefore: (index: number) => boolean): number => {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(middle)) {
      low = middle + 1
    } else {
      high = middle
    }
  }
  return low
}

/** Returns the bounds in milliseconds, both inclusive. */
export const millisOf = ({ maxSeconds, minSeconds }: TimeQuery) => ({
  minMillis: minSeconds === undefined ? -Infinity : minSeconds * 1_000,
  maxMillis: maxSeconds === undefined ? Infinity : maxSeconds * 1_000
})

export const isWithin = (atMillis: number, query: TimeQuery): boolean => {
  const { maxMillis, minMillis } = millisOf(query)
  return atMillis >= minMillis && atMillis <= maxMillis
}
