/**
 * Lists, page by page.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Page, PageQuery, TimeQuery } from "../Commands.ts"
import type { Refusal } from "../Entities.ts"
import { invalidParameters } from "./state.ts"

/** How a list is cut into pages. */
export interface Cut<in Item, out Shown> {
  /** Marks the list's cursors, so that another list refuses them. */
  readonly mark: string
  readonly most: number
  readonly order: "newestFirst" | "oldestFirst"
  readonly isListed: (item: Item) => boolean
  readonly show: (item: Item) => Shown
}

/** Cuts a page out of a list that only ever grows. A cursor is the place where the next page begins. */
export const page = <Item, Shown>(
  items: ReadonlyArray<Item>,
  { cursor, limit }: PageQuery,
  { isListed, mark, most, order, show }: Cut<Item, Shown>
): Result.Result<Page<Shown>, Refusal> => {
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    return Result.fail(invalidParameters(`limit must be 1 to ${most}`))
  }
  const from = cursor === undefined || cursor === "" ? 0 : readCursor(cursor, mark)
  if (from === undefined || from > items.length) {
    return Result.fail(invalidParameters("cursor is not one that this list gave"))
  }
  // A list that is read from its end is counted from its beginning, so that what comes new moves no page.
  const shown: Array<Shown> = []
  let place = from === 0 && order === "newestFirst" ? items.length : from
  const step = order === "newestFirst" ? -1 : 1
  const at = (): Item | undefined => items[order === "newestFirst" ? place - 1 : place]
  for (let item = at(); item !== undefined; item = at()) {
    if (isListed(item)) {
      if (shown.length === limit) {
        return Result.succeed({ items: shown, cursor: printCursor(place, mark) })
      }
      shown.push(show(item))
    }
    place += step
  }
  return Result.succeed({ items: shown, cursor: "" })
}

const printCursor = (place: number, mark: string): string => `${mark}${place.toString(36)}`

const readCursor = (cursor: string, mark: string): number | undefined =>
  cursor.startsWith(mark) && /^[0-9a-z]{1,8}$/.test(cursor.slice(mark.length))
    ? parseInt(cursor.slice(mark.length), 36)
    : undefined

/** Whether a time is between the seconds of a query. */
export const isWithin = (atMillis: number, { maxSeconds, minSeconds }: TimeQuery): boolean =>
  (minSeconds === undefined || atMillis >= minSeconds * 1_000) &&
  (maxSeconds === undefined || atMillis <= maxSeconds * 1_000)
