/**
 * Reads entities of any age. The exchange moves old entities to an archive, which has separate operations.
 *
 * @module
 */
import * as Events from "@kalshi-effect/client/Events"
import * as Historical from "@kalshi-effect/client/Historical"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { CommandError } from "../app/failures.ts"
import { explainUnknown } from "./unknown.ts"

/** Joins a live list and its archive. The result has each entity once, even if the entity is archived during the read. */
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

/** The hint in the error about an unknown market. Tickers are upper-case, so the hint proposes the upper-case text. */
const findMarket = (ticker: string): string => {
  const upper = ticker.toUpperCase()
  return `${upper === ticker ? "" : `Did you mean ${upper}? `}Find a market with \`kalshi search\``
}

export const anyMarket = (ticker: string) =>
  Markets.get({ ticker }).pipe(
    Effect.catchTag("NotFound", () => Historical.market({ ticker })),
    Effect.catchTag("NotFound", (error) =>
      Effect.flatMap(
        Effect.option(Events.get({ event_ticker: ticker })),
        (event): Effect.Effect<never, CommandError | typeof error> =>
          Option.isSome(event)
            ? Effect.fail(
                new CommandError({
                  exit: "refused",
                  message: `${JSON.stringify(ticker)} is an event, not a market. Show its markets with \`kalshi event ${ticker}\``,
                  details: { type: "NotFound" },
                  cause: error
                })
              )
            : Effect.fail(error)
      )
    ),
    explainUnknown("market", ticker, findMarket(ticker))
  )
