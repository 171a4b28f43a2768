/**
 * The status and the public view of a market.
 *
 * @module
 */
import type { Market, MarketStatus } from "../Entities.ts"
import { topOfBookADayAgo, topOfBookOf, volumeOfADay } from "./topOfBook.ts"
import type { MarketState, State } from "../state.ts"

export const statusOf = (state: State, market: MarketState): MarketStatus => {
  if (market.settledMillis !== undefined) {
    return "finalized"
  }
  if (market.result !== undefined) {
    return market.challenge ?? "determined"
  }
  if (state.nowMillis >= market.closeMillis) {
    return "closed"
  }
  if (state.nowMillis < market.openMillis) {
    return "initialized"
  }
  return market.paused ? "inactive" : "active"
}

export const toMarket = (state: State, market: MarketState): Market => ({
  ticker: market.ticker,
  eventTicker: market.event.eventTicker,
  seriesTicker: market.event.seriesTicker,
  multivariate: market.event.multivariate,
  exchangeIndex: market.exchangeIndex,
  title: market.title,
  type: market.type,
  strike: market.strike,
  structuredTarget: market.structuredTarget,
  combo: toCombo(market),
  status: statusOf(state, market),
  createdMillis: market.createdMillis,
  updatedMillis: market.updatedMillis,
  openMillis: market.openMillis,
  closeMillis: market.closeMillis,
  priceRanges: market.grid,
  takerFeeRate: market.takerRate / 100,
  makerFeeRate: market.makerRate / 100,
  settlementTimerSeconds: market.settlementTimerSeconds,
  settlementFloor: market.settlementFloor,
  result: market.result,
  settlementValue: market.settlementValue,
  settledMillis: market.settledMillis,
  volume: market.volume,
  volume24h: volumeOfADay(state, market),
  openInterest: market.openInterest,
  liquidity: state.assumptions.marketLiquidity === "sent" ? 0 : undefined,
  topOfBook: topOfBookOf(market),
  previous: topOfBookADayAgo(state, market)
})

/** The collection and the legs of a market. Undefined if the market was not created in a collection. */
export const toCombo = ({ combo }: MarketState): Market["combo"] =>
  combo === undefined
    ? undefined
    : {
        collectionTicker: combo.collection.collectionTicker,
        legs: combo.legs.map(({ market, side }) => ({
          marketTicker: market.ticker,
          eventTicker: market.event.eventTicker,
          side,
          settlementValue: market.settlementValue
        }))
      }
