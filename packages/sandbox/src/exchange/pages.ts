/**
 * Lists, page by page.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Page, PageQuery, TimeQuery } from "./Commands.ts"
import type { Refusal } from "./Entities.ts"
import { firstAfter } from "./search.ts"
import { invalidParameters } from "./refusals.ts"

/** Finds the greatest matching place below a place in a list; -1 if none exists. */
export type Before = (place: number) => number

/** The pagination of a list. */
export interface Cut<in Item, out Shown> {
  /** Marks the list's cursors, so that another list refuses them. */
  readonly mark: string
  readonly most: number
  readonly order: "newestFirst" | "oldestFirst"
  /** Skips items that an index excludes, in a list with the newest first. Default: checks every item. */
  readonly before?: Before
  readonly isListed: (item: Item) => boolean
  readonly show: (item: Item) => Shown
}

/** Skips both ends of a chronological list: items before and after the range. */
export const within = (
  items: ReadonlyArray<{ readonly atMillis: number }>,
  isEarly: (atMillis: number) => boolean,
  isLate: (atMillis: number) => boolean,
  before: Before = oneBefore
): Before => {
  const end = firstAfter(items.length, (place) => !isLate(items[place]!.atMillis))
  return (place) => {
    const found = before(Math.min(place, end))
    return found >= 0 && !isEarly(items[found]!.atMillis) ? found : -1
  }
}

const oneBefore: Before = (place) => place - 1

/** Returns a page of an append-only list. A cursor is the place where the next page begins. */
export const page = <Item, Shown>(
  items: ReadonlyArray<Item>,
  { cursor, limit }: PageQuery,
  { before = oneBefore, isListed, mark, most, order, show }: Cut<Item, Shown>
): Result.Result<Page<Shown>, Refusal> => {
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    return Result.fail(invalidParameters(`limit must be 1 to ${most}`))
  }
  const from = cursor === undefined || cursor === "" ? 0 : readCursor(cursor, mark)
  if (from === undefined || from > items.length) {
    return Result.fail(invalidParameters("cursor is not one that this list gave"))
  }
  // A list that is read from its end is indexed from its beginning, so that new items do not shift pages.
  const isNewestFirst = order === "newestFirst"
  const next: Before = isNewestFirst ? before : (place) => (place + 1 < items.length ? place + 1 : -1)
  const shown: Array<Shown> = []
  const start = isNewestFirst ? (from === 0 ? items.length : from) : from - 1
  for (let place = next(start); place >= 0; place = next(place)) {
    const item = items[place]! // a place in the list
    if (isListed(item)) {
      if (shown.length === limit) {
        return Result.succeed({ items: shown, cursor: printCursor(isNewestFirst ? place + 1 : place, mark) })
      }
      shown.push(show(item))
    }
  }
  return Result.succeed({ items: shown, cursor: "" })
}

const printCursor = (place: number, mark: string): string => `${mark}${place.toString(36)}`

const readCursor = (cursor: string, mark: string): number | undefined =>
  cursor.startsWith(mark) && /^[0-9a-z]{1,8}$/.test(cursor.slice(mark.length))
    ? parseInt(cursor.slice(mark.length), 36)
    : undefined

/** The times of a query, both inclusive. */
export const millisOf = ({ maxSeconds, minSeconds }: TimeQuery) => ({
  minMillis: minSeconds === undefined ? -Infinity : minSeconds * 1_000,
  maxMillis: maxSeconds === undefined ? Infinity : maxSeconds * 1_000
})

/** Whether a time is between the seconds of a query. */
export const isWithin = (atMillis: number, query: TimeQuery): boolean => {
  const { maxMillis, minMillis } = millisOf(query)
  return atMillis >= minMillis && atMillis <= maxMillis
}
