/**
 * `kalshi watch`: live views, and streams of events.
 *
 * @module
 */
import * as Command from "effect/cli/Command"
import { account } from "./account.ts"
import { book } from "./book.ts"
import { trades } from "./trades.ts"

export const watch = Command.make("watch").pipe(
  Command.withSubcommands([book, trades, account]),
  Command.withDescription(
    "Shows order books, trades or your account live, on the whole terminal or as a stream of JSON"
  )
)
