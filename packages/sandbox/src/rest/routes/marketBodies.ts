/**
 * Markets and trades in wire format.
 *
 * @module
 */
import type * as Markets from "@kalshi-effect/client/Markets"
import type { Market, Strike, Trade } from "../../exchange/Entities.ts"
import { dollar } from "../../exchange/decimal.ts"
import { latestMillis } from "../../exchange/times.ts"
import { count, price, time } from "../wire.ts"

/** Recorded: a side without orders has a bid of zero or an ask of one dollar. */
const bidOf = (yesBid: number) => price(yesBid)
const askOf = (yesAsk: number) => price(yesAsk === 0 ? dollar : yesAsk)
const noBidOf = (yesAsk: number) => price(yesAsk === 0 ? 0 : dollar - yesAsk)
const noAskOf = (yesBid: number) => price(dollar - yesBid)

/** Recorded: the custom strike maps the target's type to its id. */
const strikeOf = ({ structuredTarget }: Market): Pick<Markets.Market, "strike_type" | "custom_strike"> =>
  structuredTarget === undefined
    ? {}
    : { strike_type: "structured", custom_strike: { [structuredTarget.type]: structuredTarget.targetId } }

export const toMarket = (market: Market): Markets.Market => {
  const { previous, topOfBook } = market
  // A market without a closing time has the last time that the API can represent.
  const close = time(Math.min(market.closeMillis, latestMillis))
  return {
    ticker: market.ticker,
    event_ticker: market.eventTicker,
    exchange_index: market.exchangeIndex,
    market_type: market.type,
    title: market.title,
    subtitle: "",
    yes_sub_title: market.title,
    no_sub_title: market.title,
    created_time: time(market.createdMillis),
    updated_time: time(market.updatedMillis),
    open_time: time(market.openMillis),
    close_time: close,
    expiration_time: close,
    latest_expiration_time: close,
    settlement_timer_seconds: market.settlementTimerSeconds,
    ...(market.strike === undefined ? undefined : toNumericStrike(market.strike)),
    ...strikeOf(market),
    status: market.status,
    notional_value_dollars: price(dollar),
    ...(market.liquidity === undefined ? undefined : { liquidity_dollars: price(market.liquidity) }),
    yes_bid_dollars: bidOf(topOfBook.bid),
    yes_bid_size_fp: count(topOfBook.bidCount),
    yes_ask_dollars: askOf(topOfBook.ask),
    yes_ask_size_fp: count(topOfBook.askCount),
    no_bid_dollars: noBidOf(topOfBook.ask),
    no_ask_dollars: noAskOf(topOfBook.bid),
    last_price_dollars: price(topOfBook.lastPrice),
    previous_yes_bid_dollars: price(previous.bid),
    previous_yes_ask_dollars: price(previous.ask),
    previous_price_dollars: price(previous.lastPrice),
    volume_fp: count(market.volume),
    volume_24h_fp: count(market.volume24h),
    open_interest_fp: count(market.openInterest),
    result: market.result ?? "",
    can_close_early: true,
    expiration_value: market.settlementValue === undefined ? "" : price(market.settlementValue),
    ...(market.settlementValue === undefined ? undefined : { settlement_value_dollars: price(market.settlementValue) }),
    ...(market.settledMillis === undefined ? undefined : { settlement_ts: time(market.settledMillis) }),
    rules_primary: "",
    rules_secondary: "",
    ...toStrike(market),
    ...toLegs(market),
    price_level_structure: structureOf(market),
    price_ranges: toRanges(market),
    ...(market.settlementFloor === undefined
      ? { settlement_bounds_type: "default" }
      : { settlement_bounds_type: "floor", settlement_floor_dollars: price(market.settlementFloor) })
  }
}

const toNumericStrike = ({ cap, floor, type }: Strike) => ({
  strike_type: type,
  ...(floor === undefined ? undefined : { floor_strike: floor }),
  ...(cap === undefined ? undefined : { cap_strike: cap })
})

export const toLegs = ({ combo }: Pick<Market, "combo">) =>
  combo === undefined
    ? undefined
    : {
        mve_collection_ticker: combo.collectionTicker,
        mve_selected_legs: combo.legs.map(({ eventTicker, marketTicker, settlementValue, side }) => ({
          event_ticker: eventTicker,
          market_ticker: marketTicker,
          side,
          ...(settlementValue === undefined ? undefined : { yes_settlement_value_dollars: price(settlementValue) })
        }))
      }

/** Observed: the strike of a combo repeats its legs. */
export const toStrike = ({ combo }: Pick<Market, "combo">) =>
  combo === undefined
    ? undefined
    : {
        strike_type: "custom" as const,
        custom_strike: {
          "Associated Events": combo.legs.map(({ eventTicker }) => eventTicker).join(","),
          "Associated Markets": combo.legs.map(({ marketTicker }) => marketTicker).join(","),
          "Associated Market Sides": combo.legs.map(({ side }) => side).join(",")
        }
      }

export const toRanges = ({ priceRanges }: Pick<Market, "priceRanges">) =>
  priceRanges.map(({ end, start, step }) => ({ start: price(start), end: price(end), step: price(step) }))

/** The published names. A key consists of the steps of the ranges, and of the ends of all ranges except the last. */
const structures: Readonly<Record<string, string>> = {
  "100": "linear_cent",
  "10": "deci_cent",
  "20": "center_quint_edge_quint_cent",
  "1": "center_centi_edge_centi_cent",
  "10,100,10 1000,9000": "tapered_deci_cent",
  "50,100,50 1000,9000": "center_whole_edge_half_cent",
  "20,100,20 1000,9000": "center_whole_edge_quint_cent",
  "50": "center_half_edge_half_cent",
  "20,50,20 1000,9000": "center_half_edge_quint_cent",
  "10,50,10 1000,9000": "center_half_edge_deci_cent",
  "10,20,10 1000,9000": "center_quint_edge_deci_cent",
  "1,10,1 100,9900": "center_deci_edge_centi_cent"
}

const unnamed = "custom"

/** The name of a price grid; `custom` if it has no published name. */
export const structureOf = ({ priceRanges }: Pick<Market, "priceRanges">): string => {
  const steps = priceRanges.map(({ step }) => step).join()
  const ends = priceRanges.slice(0, -1).map(({ end }) => end)
  return structures[ends.length === 0 ? steps : `${steps} ${ends.join()}`] ?? unnamed
}

/** In the feed, a grid without a published name has an empty name. */
export const feedStructureOf = (market: Pick<Market, "priceRanges">): string => {
  const structure = structureOf(market)
  return structure === unnamed ? "" : structure
}

export const toTrade = (trade: Trade): Markets.Trade => {
  const outcome = trade.takerSide === "bid" ? "yes" : "no"
  return {
    trade_id: trade.tradeId,
    ticker: trade.ticker,
    count_fp: count(trade.count),
    yes_price_dollars: price(trade.price),
    no_price_dollars: price(dollar - trade.price),
    taker_side: outcome,
    taker_outcome_side: outcome,
    taker_book_side: trade.takerSide,
    created_time: time(trade.atMillis),
    is_block_trade: trade.isBlock
  }
}
