/**
 * `kalshi market`: one market.
 *
 * @module
 */
import type * as Markets from "@kalshi-effect/client/Markets"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { publicLayer } from "../app/connection.ts"
import * as Output from "../output/Output.ts"
import { plain } from "../output/plain.ts"
import { anyMarket } from "./archive.ts"
import { offer, price, titleOf } from "./marketColumns.ts"
import { printValue, ticker } from "./options.ts"
import { shortTime } from "./times.ts"

const nonEmpty = (text: string | null | undefined): string | undefined =>
  text === null || text === undefined || text === "" ? undefined : plain(text)

const formatOffer = (price: Markets.Market["yes_bid_dollars"], size: Markets.Market["yes_bid_size_fp"]): string => {
  const offered = offer(price, size)
  return offered === undefined ? "none" : `$${offered} for ${size}`
}

const formatMarket = ({ market }: Markets.GetMarketResponse, screen: Output.Screen): string => {
  const last = price(market.last_price_dollars)
  const settlement = market.settlement_value_dollars
  return Output.formatFields(screen, [
    ["ticker", plain(market.ticker)],
    ["title", plain(titleOf(market))],
    ["yes means", nonEmpty(market.yes_sub_title)],
    ["event", plain(market.event_ticker)],
    ["status", plain(market.status)],
    ["result", nonEmpty(market.result)],
    ["settlement value", settlement === null || settlement === undefined ? undefined : `$${settlement}`],
    ["yes bid", formatOffer(market.yes_bid_dollars, market.yes_bid_size_fp)],
    ["yes ask", formatOffer(market.yes_ask_dollars, market.yes_ask_size_fp)],
    ["last price", last === undefined ? "none" : `$${last}`],
    ["volume", `${market.volume_fp}, in the last 24 hours ${market.volume_24h_fp}`],
    ["open interest", market.open_interest_fp],
    ["prices", market.price_ranges.map(({ end, start, step }) => `$${start} to $${end} by $${step}`).join(", ")],
    ["opens", shortTime(market.open_time)],
    ["closes", shortTime(market.close_time)],
    ["expected to expire", shortTime(market.expected_expiration_time)],
    ["shard", market.exchange_index === undefined ? undefined : String(market.exchange_index)],
    ["rules", nonEmpty(market.rules_primary)],
    ["", nonEmpty(market.rules_secondary)]
  ])
}

export const market = Command.make("market", { ticker }, ({ ticker }) =>
  printValue(anyMarket(ticker), formatMarket).pipe(Effect.provide(publicLayer))
).pipe(
  Command.withDescription("Shows one market: its prices, state, price grid and rules"),
  Command.withExamples([{ command: "kalshi market KXHIGHNY-26NOV30-T60", description: "A market" }])
)
