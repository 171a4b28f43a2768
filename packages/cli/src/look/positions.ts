/**
 * `kalshi positions`: the positions of a subaccount.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Historical from "@kalshi-effect/client/Historical"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readLayer, subaccount } from "../app/connection.ts"
import type * as Output from "../output/Output.ts"
import { withArchive } from "./archive.ts"
import { fourDecimals, numberColumn, profitColumn, sideColumn } from "./columns.ts"
import { extent, ofEvent, ofMarket, pageSize, print } from "./options.ts"
import { shortTime } from "./times.ts"

const columns: ReadonlyArray<Output.Column<Portfolio.MarketPosition>> = [
  { name: "ticker", value: ({ ticker }) => ticker },
  sideColumn("side", ({ position_fp }) =>
    FixedPoint.isZero(position_fp) ? "" : FixedPoint.isNegative(position_fp) ? "no" : "yes"
  ),
  numberColumn("count", ({ position_fp }) =>
    FixedPoint.isNegative(position_fp) ? FixedPoint.negate(position_fp) : position_fp
  ),
  numberColumn("exposure", ({ market_exposure_dollars }) => market_exposure_dollars),
  profitColumn("realized_pnl", ({ realized_pnl_dollars }) => realized_pnl_dollars),
  numberColumn("fees_paid", ({ fees_paid_dollars }) => fees_paid_dollars, { dropOrder: 1 }),
  numberColumn("total_traded", ({ total_traded_dollars }) => total_traded_dollars, { dropOrder: 2 }),
  {
    name: "last_updated_ts",
    value: ({ last_updated_ts }) => shortTime(last_updated_ts),
    csv: ({ last_updated_ts }) => last_updated_ts,
    dropOrder: 3
  }
]

const total = (rows: ReadonlyArray<Portfolio.MarketPosition>): string => {
  const sum = (of: (row: Portfolio.MarketPosition) => FixedPoint.Dollars) => fourDecimals(FixedPoint.sum(rows.map(of)))
  const exposure = sum(({ market_exposure_dollars }) => market_exposure_dollars)
  const profit = sum(({ realized_pnl_dollars }) => realized_pnl_dollars)
  const fees = sum(({ fees_paid_dollars }) => fees_paid_dollars)
  return `Together: exposure $${exposure}, realized P&L $${profit} before fees of $${fees}`
}

const flags = {
  status: Flag.Literals("status", ["open", "unsettled", "settled", "all"]).pipe(
    Flag.withDescription(
      "open: unsettled positions with contracts; unsettled: also positions without contracts; settled: only settled positions; all (default open)"
    ),
    Flag.withDefault("open")
  ),
  ticker: ofMarket,
  event: ofEvent,
  ...extent
}

export const positions = Command.make("positions", flags, ({ event, status, ticker, ...extent }) =>
  Effect.gen(function* () {
    const chosen = yield* subaccount
    const items = (rows: number | undefined) => {
      const filters = {
        ticker: Option.getOrUndefined(ticker),
        event_ticker: Option.getOrUndefined(event),
        subaccount: chosen,
        limit: pageSize(rows, 1000)
      }
      const live = Portfolio.positions.items.market_positions({
        ...filters,
        settlement_status: status === "open" ? "unsettled" : status,
        count_filter: status === "open" ? "position" : undefined
      })
      // Unsettled positions are never in the archive.
      return status === "open" || status === "unsettled"
        ? live
        : withArchive(live, Historical.positions.items.market_positions(filters), ({ ticker }) => ticker)
    }
    yield* print(columns, extent, items, {
      empty: status === "all" ? "No positions found" : `No ${status} positions found`,
      total
    }).pipe(Effect.provide(readLayer))
  })
).pipe(
  Command.withDescription(
    "Lists the positions of a subaccount (default: the primary account): exposure in dollars, realized profit and loss before fees, and fees"
  ),
  Command.withShortDescription("Lists positions"),
  Command.withExamples([
    { command: "kalshi positions", description: "The open positions of the primary account" },
    { command: "kalshi positions --subaccount 2 --status all --csv", description: "All positions of a subaccount" }
  ])
)
