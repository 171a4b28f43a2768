/**
 * Multivariate event collections, and the creation of their combos.
 *
 * @module
 */
import * as MultivariateCollections from "@kalshi-effect/client/MultivariateCollections"
import * as Result from "effect/Result"
import type { Collection } from "../../exchange/Entities.ts"
import { statusOf } from "../../exchange/markets/collections.ts"
import { latestMillis } from "../../exchange/times.ts"
import { type Route, route } from "../route.ts"
import { time } from "../wire.ts"
import { structureOf, toMarket, toRanges } from "./marketBodies.ts"

export const collections: ReadonlyArray<Route> = [
  route(MultivariateCollections.list, ({ input, view }) => {
    const isListed = (collection: Collection): boolean =>
      (input.status === undefined || input.status === statusOf(collection, view.nowMillis)) &&
      (input.series_ticker === undefined || input.series_ticker === collection.seriesTicker) &&
      (input.associated_event_ticker === undefined ||
        collection.associatedEvents.some(({ eventTicker }) => eventTicker === input.associated_event_ticker))
    return Result.map(
      view.listCollections({ isListed, limit: input.limit ?? 100, cursor: input.cursor }),
      ({ cursor, items }) => ({ multivariate_contracts: items.map(toCollection), cursor })
    )
  }),

  route(MultivariateCollections.get, ({ input, view }) =>
    Result.map(view.collection(input.collection_ticker), (collection) => ({
      multivariate_contract: toCollection(collection)
    }))
  ),

  route(MultivariateCollections.createMarket, ({ accountId, execute, input }) => {
    const legs = input.selected_markets.map(({ event_ticker, market_ticker, side }) => ({
      eventTicker: event_ticker,
      marketTicker: market_ticker,
      side
    }))
    const command = { type: "createCombo", accountId, collectionTicker: input.collection_ticker, legs } as const
    return Result.map(execute(command), (market) => ({
      event_ticker: market.eventTicker,
      market_ticker: market.ticker,
      ...(input.with_market_payload === true ? { market: toMarket(market) } : undefined)
    }))
  })
]

const toCollection = (collection: Collection): MultivariateCollections.MultivariateEventCollection => {
  const { associatedEvents } = collection
  return {
    collection_ticker: collection.collectionTicker,
    series_ticker: collection.seriesTicker,
    exchange_index: collection.exchangeIndex,
    title: collection.title,
    description: collection.description,
    open_date: time(collection.openMillis),
    // A collection that does not close has the last time that the API can represent.
    close_date: time(Math.min(collection.closeMillis, latestMillis)),
    associated_events: associatedEvents.map(({ eventTicker, isYesOnly, sizeMax, sizeMin }) => ({
      ticker: eventTicker,
      is_yes_only: isYesOnly,
      size_max: sizeMax ?? null,
      size_min: sizeMin ?? null,
      active_quoters: []
    })),
    associated_event_tickers: associatedEvents.map(({ eventTicker }) => eventTicker),
    is_ordered: collection.isOrdered,
    is_single_market_per_event: associatedEvents.every(({ sizeMax }) => sizeMax === 1),
    is_all_yes: associatedEvents.every(({ isYesOnly }) => isYesOnly),
    size_min: collection.sizeMin,
    size_max: collection.sizeMax,
    functional_description: collection.functionalDescription,
    price_level_structure: structureOf(collection),
    price_ranges: toRanges(collection)
  }
}
