/**
 * Flags and helpers that the commands of this folder share.
 *
 * @module
 */
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** `--limit`: the number of rows. */
export const limit = (fallback: number) =>
  Flag.Int("limit").pipe(
    Flag.withDescription(`The number of rows (default ${fallback})`),
    Flag.filter(
      (rows) => rows >= 1,
      () => "a number of rows: 1 or more"
    ),
    Flag.withDefault(fallback)
  )

/** Reads the first rows of a list, and whether the list has more. */
export const take = <A, E, R>(
  items: Stream.Stream<A, E, R>,
  rows: number
): Effect.Effect<{ readonly rows: ReadonlyArray<A>; readonly hasMore: boolean }, E, R> =>
  Effect.map(Stream.runCollect(Stream.take(items, rows + 1)), (found) => ({
    rows: found.slice(0, rows),
    hasMore: found.length > rows
  }))

/** The line below a table whose list has more rows. */
export const moreRows = (hasMore: boolean, rows: number): string | undefined =>
  hasMore ? `These are the first ${rows} rows. Pass --limit to see more` : undefined
