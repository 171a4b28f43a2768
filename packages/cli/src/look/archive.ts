/**
 * Entities of any age. The exchange moves old ones to an archive, which has operations of its own.
 *
 * @module
 */
import * as Historical from "@kalshi-effect/client/Historical"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { explainUnknown } from "./unknown.ts"

/**
 * Joins a list with the list of the archive. An entity that moves to the archive during the reading can be in both
 * lists, and appears once.
 */
export const withArchive = <A, E, R, E2, R2>(
  live: Stream.Stream<A, E, R>,
  archived: Stream.Stream<A, E2, R2>,
  idOf: (row: A) => string
): Stream.Stream<A, E | E2, R | R2> =>
  Stream.suspend(() => {
    const known = new Set<string>()
    return Stream.filter(Stream.concat(live, archived), (row) => {
      const id = idOf(row)
      if (known.has(id)) return false
      known.add(id)
      return true
    })
  })

/** Reads a market of any age. Its error says what to do if there is none. */
export const anyMarket = (ticker: string) =>
  Markets.get({ ticker }).pipe(
    Effect.catchTag("NotFound", () => Historical.market({ ticker })),
    explainUnknown("market", ticker, "Find a market with `kalshi search`")
  )
