/**
 * The columns of a list of markets.
 *
 * @module
 */
import type { Market } from "@kalshi-effect/client/Markets"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import type * as Output from "../output/Output.ts"
import { numberColumn } from "./columns.ts"
import { shortTime } from "./times.ts"

/** Returns the title, or the subtitle if the exchange omits the title, which is deprecated. */
export const titleOf = ({ title, yes_sub_title }: Market): string =>
  title === undefined || title === "" ? yes_sub_title : title

/** Returns the price of a side. Undefined if the side is empty: the exchange sends a price even then. */
export const offer = (price: FixedPoint.Dollars, size: FixedPoint.Count): string | undefined =>
  FixedPoint.isZero(size) ? undefined : price

/** The price of the last trade. Undefined if there was no trade: the exchange then sends zero. */
export const price = (price: FixedPoint.Dollars): string | undefined => (FixedPoint.isZero(price) ? undefined : price)

export const marketColumns: ReadonlyArray<Output.Column<Market>> = [
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "status", value: ({ status }) => status, dropOrder: 4 },
  {
    ...numberColumn("yes_bid", ({ yes_bid_dollars, yes_bid_size_fp }) => offer(yes_bid_dollars, yes_bid_size_fp)),
    csv: ({ yes_bid_dollars }) => yes_bid_dollars
  },
  {
    ...numberColumn("yes_ask", ({ yes_ask_dollars, yes_ask_size_fp }) => offer(yes_ask_dollars, yes_ask_size_fp)),
    csv: ({ yes_ask_dollars }) => yes_ask_dollars
  },
  {
    ...numberColumn("last", ({ last_price_dollars }) => price(last_price_dollars), { dropOrder: 3 }),
    csv: ({ last_price_dollars }) => last_price_dollars
  },
  numberColumn("volume", ({ volume_fp }) => volume_fp, { dropOrder: 2 }),
  {
    name: "close_time",
    value: ({ close_time }) => shortTime(close_time),
    csv: ({ close_time }) => close_time,
    dropOrder: 5
  },
  { name: "title", value: titleOf, shrinks: true, smallest: 16, dropOrder: 1 }
]
