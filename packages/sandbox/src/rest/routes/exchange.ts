/**
 * The status and the schedule of the exchange, and the time of the account data.
 *
 * @module
 */
import * as Exchange from "@kalshi-effect/client/Exchange"
import * as Result from "effect/Result"
import { type Route, route } from "../route.ts"
import { time } from "../wire.ts"

/** What is traded on each shard according to the documents. */
const descriptions = ["default", "combos", "crypto and commodities", "sports"]

export const exchange: ReadonlyArray<Route> = [
  route(Exchange.status, ({ view }) => {
    const statusOf = (shard: number) => {
      const { exchangeActive, tradingActive } = view.status(shard)
      return {
        exchange_active: exchangeActive,
        trading_active: tradingActive,
        intra_exchange_transfers_active: exchangeActive
      }
    }
    return Result.succeed({
      ...statusOf(0),
      exchange_index_statuses: descriptions.map((description, shard) => ({
        exchange_index: shard,
        description,
        ...statusOf(shard)
      }))
    })
  }),

  // Trading is open all day, except on Thursdays from 3:00 to 5:00.
  route(Exchange.schedule, () => {
    const sessions = (...hours: ReadonlyArray<readonly [open: string, close: string]>) =>
      hours.map(([open_time, close_time]) => ({ open_time, close_time }))
    const allDay = sessions(["00:00", "24:00"])
    return Result.succeed({
      schedule: {
        standard_hours: [
          {
            start_time: "2026-01-01T00:00:00Z",
            end_time: "2036-01-01T00:00:00Z",
            monday: allDay,
            tuesday: allDay,
            wednesday: allDay,
            thursday: sessions(["00:00", "03:00"], ["05:00", "24:00"]),
            friday: allDay,
            saturday: allDay,
            sunday: allDay
          }
        ],
        maintenance_windows: []
      }
    })
  }),

  route(Exchange.userDataTimestamp, ({ userView }) => Result.succeed({ as_of_time: time(userView.nowMillis) }))
]
