/**
 * `kalshi trades`: public trades.
 *
 * @module
 */
import * as History from "@kalshi-effect/client/History"
import type * as Markets from "@kalshi-effect/client/Markets"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { publicLayer } from "../app/connection.ts"
import type * as Output from "../output/Output.ts"
import { anyMarket } from "./archive.ts"
import { sideColumn } from "./columns.ts"
import { extent, pageSize, print, ticker } from "./options.ts"
import { range, secondsOf, shortTime } from "./times.ts"

const columns: ReadonlyArray<Output.Column<Markets.Trade>> = [
  {
    name: "created_time",
    value: ({ created_time }) => shortTime(created_time),
    csv: ({ created_time }) => created_time,
    dropOrder: 1
  },
  { name: "ticker", value: ({ ticker }) => ticker },
  sideColumn("taker_side", ({ taker_outcome_side }) => taker_outcome_side),
  { name: "count", value: ({ count_fp }) => count_fp, align: "right" },
  { name: "yes_price", value: ({ yes_price_dollars }) => yes_price_dollars, align: "right" },
  { name: "block", value: ({ is_block_trade }) => (is_block_trade ? "block" : undefined), dropOrder: 2 },
  { name: "trade_id", value: ({ trade_id }) => trade_id, dropOrder: 3 }
]

const flags = { ticker: Argument.optional(ticker), ...range, ...extent }

export const trades = Command.make("trades", flags, (input) =>
  Effect.gen(function* () {
    const seconds = yield* secondsOf(input)
    const items = (rows: number | undefined) =>
      History.trades({
        ticker: Option.getOrUndefined(input.ticker),
        ...seconds,
        limit: pageSize(rows, 1000)
      }).pipe(
        // A market that the archive does not know has no archived trades.
        Stream.catchTag("NotFound", () => Stream.empty),
        // For an unknown market, the exchange sends an empty list. `anyMarket` fails if the market does not exist.
        Stream.orElseIfEmpty(() =>
          Option.isNone(input.ticker) ? Stream.empty : Stream.drain(Stream.fromEffect(anyMarket(input.ticker.value)))
        )
      )
    yield* print(columns, input, items, { empty: "No trades found" }).pipe(Effect.provide(publicLayer))
  })
).pipe(
  Command.withDescription("Lists the public trades of a market, or of all markets, newest first"),
  Command.withExamples([
    { command: "kalshi trades KXHIGHNY-26NOV30-T60", description: "The newest trades of a market" },
    { command: "kalshi trades --since 1h --all --csv", description: "All trades of the last hour" }
  ])
)
