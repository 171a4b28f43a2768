/** Response bodies that several tests share. */
import { recorded } from "./calls.ts"

/** Recorded in the demo environment in July 2026. */
export const recordedMarket = recorded("GetMarket")[0] as { readonly market: Readonly<Record<string, unknown>> }

const {
  fractional_trading_enabled: _fractional,
  liquidity_dollars: _liquidity,
  response_price_units: _units,
  ...known
} = recordedMarket.market

/** The recorded market without three fields that the OpenAPI document no longer has. */
export const market = known

export const trade = {
  trade_id: "29956793-464d-4299-8f40-000000000001",
  ticker: "KXMLBGAME-26JUL081840NYYTB-NYY",
  count_fp: "2.50",
  yes_price_dollars: "0.480000",
  no_price_dollars: "0.520000",
  taker_outcome_side: "no",
  taker_book_side: "ask",
  created_time: "2026-07-06T01:55:17.34Z",
  is_block_trade: false
}
