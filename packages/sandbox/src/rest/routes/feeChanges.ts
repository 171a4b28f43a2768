/**
 * Changes of the fees of series and events.
 *
 * @module
 */
import * as Events from "@kalshi-effect/client/Events"
import * as SeriesOperations from "@kalshi-effect/client/Series"
import * as Result from "effect/Result"
import { type Route, route } from "../route.ts"
import { time } from "../wire.ts"

export const feeChanges: ReadonlyArray<Route> = [
  // Without `show_historical`, the list has only changes that are scheduled for the future.
  route(SeriesOperations.feeChanges, ({ input, view }) =>
    Result.succeed({
      series_fee_change_arr: view
        .seriesFeeChanges(input.series_ticker)
        .filter(({ scheduledMillis }) => input.show_historical === true || scheduledMillis > view.nowMillis)
        .map((change) => ({
          id: change.changeId,
          series_ticker: change.seriesTicker,
          fee_type: change.feeType,
          fee_multiplier: change.feeMultiplier,
          scheduled_ts: time(change.scheduledMillis)
        }))
    })
  ),

  route(Events.feeChanges, ({ input, view }) =>
    Result.map(
      view.listEventFeeChanges({ eventTicker: input.event_ticker, limit: input.limit ?? 100, cursor: input.cursor }),
      ({ cursor, items }) => ({
        event_fee_changes: items.map((change) => ({
          id: change.changeId,
          event_ticker: change.eventTicker,
          series_ticker: change.seriesTicker,
          fee_type_override: change.override?.feeType ?? null,
          fee_multiplier_override: change.override?.feeMultiplier ?? null,
          scheduled_ts: time(change.scheduledMillis)
        })),
        cursor
      })
    )
  )
]
