/**
 * The market data of the exchange: the reads that do not concern an account.
 *
 * @module
 */
import * as Result from "effect/Result"
import { type Candle, type CandleRange, candlesOf, firstMinuteOf } from "../candles/candles.ts"
import { quotesAfter } from "../candles/quotes.ts"
import { type Forecast, type ForecastRange, forecastsOf } from "../candles/forecast.ts"
import type { Page, PageQuery, TimeQuery } from "../Commands.ts"
import type {
  Collection,
  EventFeeChange,
  Market,
  MarketEvent,
  PriceLevels,
  Refusal,
  Series,
  SeriesFeeChange,
  Ticker,
  Trade
} from "../Entities.ts"
import { type FindBefore, millisOf, page, within } from "../pages.ts"
import { notFound } from "../refusals.ts"
import { shards } from "../shards.ts"
import type { MarketState, State } from "../state.ts"
import { toEvent, toSeries } from "./catalog.ts"
import { toCollection } from "./collections.ts"
import { type Cutoffs, cutoffsOf, isArchived } from "./history.ts"
import { statusOf, toMarket } from "./marketView.ts"
import { topOfBookOf } from "./topOfBook.ts"

/** Whether a list contains the current items (`live`) or the archived items (`historical`). */
export type Era = "live" | "historical"

/** Which markets to list. Undefined fields do not filter. */
export interface ListMarkets extends PageQuery {
  readonly era: Era
  readonly tickers?: ReadonlyArray<string> | undefined
  readonly eventTickers?: ReadonlyArray<string> | undefined
  readonly seriesTicker?: string | undefined
  readonly multivariate?: boolean | undefined
  readonly isListed: (market: Market) => boolean
}

export class MarketData {
  protected readonly state: State

  /** @internal */
  constructor(state: State) {
    this.state = state
  }

  /** The exchange's time, in Unix milliseconds. */
  get nowMillis(): number {
    return this.state.nowMillis
  }

  /** Whether a shard accepts changes, and whether it trades. A paused exchange does not trade. */
  status(exchangeIndex = 0): { readonly exchangeActive: boolean; readonly tradingActive: boolean } {
    const exchangeActive = this.state.exchangeActive[exchangeIndex] ?? false
    return { exchangeActive, tradingActive: exchangeActive && (this.state.tradingActive[exchangeIndex] ?? false) }
  }

  /** The number of shards. They are numbered from 0. */
  get shards(): number {
    return shards
  }

  book(ticker: string): Result.Result<PriceLevels, Refusal> {
    return Result.map(this.#market(ticker), ({ book, clock }) => {
      const levels = (side: "bid" | "ask") =>
        Array.from(book[side].levels(), ({ count, price }) => [price, count] as const)
      return { bid: levels("bid"), ask: levels("ask"), clock }
    })
  }

  /** The prices, the volume and the open interest of a market. Cheaper than {@link market}, which also shows the prices of a day ago. */
  ticker(ticker: string): Result.Result<Ticker, Refusal> {
    return Result.map(this.#market(ticker), (market) => ({
      ticker,
      ...topOfBookOf(market),
      volume: market.volume,
      openInterest: market.openInterest,
      lastTradeCount: market.trades.at(-1)?.count ?? 0
    }))
  }

  market(ticker: string, era?: Era): Result.Result<Market, Refusal> {
    const cutoffs = cutoffsOf(this.state)
    return Result.flatMap(this.#market(ticker), (market) =>
      era === undefined || isArchived.market(market, cutoffs) === (era === "historical")
        ? Result.succeed(toMarket(this.state, market))
        : Result.fail(notFound)
    )
  }

  /** The event of a market. Both may be archived. */
  eventOf(ticker: string): Result.Result<MarketEvent, Refusal> {
    return Result.map(this.#market(ticker), ({ event }) => toEvent(event))
  }

  /** The tickers of all markets, including archived markets. */
  tickers(): ReadonlyArray<string> {
    return [...this.state.markets.keys()]
  }

  /** The tickers of the oldest active markets, oldest first, without combos. */
  activeTickers(limit: number): ReadonlyArray<string> {
    const tickers: Array<string> = []
    for (const market of this.state.markets.values()) {
      if (tickers.length === limit) {
        break
      }
      if (!market.event.multivariate && statusOf(this.state, market) === "active") {
        tickers.push(market.ticker)
      }
    }
    return tickers
  }

  /** Markets, oldest first. Markets that settled before the cutoff are historical. */
  listMarkets(query: ListMarkets): Result.Result<Page<Market>, Refusal> {
    const { eventTickers, multivariate, seriesTicker, tickers } = query
    const cutoffs = cutoffsOf(this.state)
    const { items, mark } = this.#candidates(query)
    return page(items, query, {
      mark: query.era === "live" ? mark : `h${mark}`,
      order: "oldestFirst",
      isListed: (market) =>
        (tickers === undefined || tickers.includes(market.ticker)) &&
        (eventTickers === undefined || eventTickers.includes(market.event.eventTicker)) &&
        (seriesTicker === undefined || seriesTicker === market.event.seriesTicker) &&
        (multivariate === undefined || multivariate === market.event.multivariate) &&
        isArchived.market(market, cutoffs) === (query.era === "historical") &&
        query.isListed(toMarket(this.state, market)),
      show: (market) => toMarket(this.state, market)
    })
  }

  /** The candlesticks of a market, oldest first. */
  candles(ticker: string, range: CandleRange, era: Era): Result.Result<ReadonlyArray<Candle>, Refusal> {
    return Result.flatMap(this.#market(ticker), (market) =>
      isArchived.market(market, cutoffsOf(this.state)) === (era === "historical")
        ? Result.succeed(candlesOf(quotesAfter(market, firstMinuteOf(range)), market.trades, range))
        : Result.fail(notFound)
    )
  }

  #candidates({ eventTickers, multivariate, tickers }: ListMarkets): {
    readonly items: ReadonlyArray<MarketState>
    readonly mark: string
  } {
    const { events, marketLists, markets } = this.state
    if (tickers !== undefined) {
      return { items: byAge([...new Set(tickers)].flatMap((ticker) => markets.get(ticker) ?? [])), mark: "mt-" }
    }
    if (eventTickers !== undefined) {
      const items = [...new Set(eventTickers)].flatMap((ticker) => events.get(ticker)?.markets ?? [])
      return { items: byAge(items), mark: "me-" }
    }
    return multivariate === undefined
      ? { items: marketLists.all, mark: "m" }
      : multivariate
        ? { items: marketLists.combos, mark: "mc-" }
        : { items: marketLists.others, mark: "mo-" }
  }

  event(eventTicker: string): Result.Result<MarketEvent, Refusal> {
    const event = this.state.events.get(eventTicker)
    return event === undefined ? Result.fail(notFound) : Result.succeed(toEvent(event))
  }

  /** The tickers of an event's markets, without archived markets. */
  liveTickersOf(eventTicker: string): ReadonlyArray<string> {
    const cutoffs = cutoffsOf(this.state)
    return (this.state.events.get(eventTicker)?.markets ?? [])
      .filter((market) => !isArchived.market(market, cutoffs))
      .map(({ ticker }) => ticker)
  }

  /** The markets of an event, without archived markets. */
  marketsOf(eventTicker: string): ReadonlyArray<Market> {
    const cutoffs = cutoffsOf(this.state)
    return (this.state.events.get(eventTicker)?.markets ?? [])
      .filter((market) => !isArchived.market(market, cutoffs))
      .map((market) => toMarket(this.state, market))
  }

  /** The forecasts of an event, oldest first. */
  forecasts(eventTicker: string, range: ForecastRange): Result.Result<ReadonlyArray<Forecast>, Refusal> {
    const event = this.state.events.get(eventTicker)
    return event === undefined ? Result.fail(notFound) : Result.succeed(forecastsOf(this.state, event, range))
  }

  /**
   * Events, oldest first. With `multivariate`: the events of all combos, or of the combos of one collection. Otherwise:
   * the events of all other markets.
   */
  listEvents(
    query: PageQuery & {
      readonly multivariate: boolean
      readonly collectionTicker?: string | undefined
      readonly isListed: (event: MarketEvent) => boolean
    }
  ): Result.Result<Page<MarketEvent>, Refusal> {
    const { collectionTicker, isListed, multivariate } = query
    const { collections, eventLists } = this.state
    const items =
      collectionTicker === undefined
        ? eventLists[multivariate ? "combos" : "others"]
        : (collections.get(collectionTicker)?.comboEvents ?? [])
    return page(items, query, {
      mark: collectionTicker === undefined ? (multivariate ? "ev-" : "e") : "ec-",
      maxLimit: 200,
      order: "oldestFirst",
      isListed,
      show: toEvent
    })
  }

  collection(collectionTicker: string): Result.Result<Collection, Refusal> {
    const collection = this.state.collections.get(collectionTicker)
    return collection === undefined ? Result.fail(notFound) : Result.succeed(toCollection(collection))
  }

  /** Collections, oldest first. */
  listCollections(
    query: PageQuery & { readonly isListed: (collection: Collection) => boolean }
  ): Result.Result<Page<Collection>, Refusal> {
    return page(Array.from(this.state.collections.values()), query, {
      mark: "l",
      maxLimit: 200,
      order: "oldestFirst",
      isListed: query.isListed,
      show: toCollection
    })
  }

  series(): ReadonlyArray<Series & { readonly volume: number }> {
    return Array.from(this.state.series.values(), toSeries)
  }

  /** The changes of the fee of one series or of all series, in the order in which they were requested. */
  seriesFeeChanges(seriesTicker: string | undefined): ReadonlyArray<SeriesFeeChange> {
    return seriesTicker === undefined
      ? this.state.seriesFeeChanges
      : (this.state.series.get(seriesTicker)?.feeChanges ?? [])
  }

  /** The changes of the fee override of one event or of all events. The change that was requested last comes first. */
  listEventFeeChanges(
    query: PageQuery & { readonly eventTicker: string | undefined }
  ): Result.Result<Page<EventFeeChange>, Refusal> {
    const { eventTicker } = query
    const changes =
      eventTicker === undefined ? this.state.eventFeeChanges : (this.state.events.get(eventTicker)?.feeChanges ?? [])
    return page(changes, query, { mark: "ef-", show: (change) => change })
  }

  /** Trades of one market or of all markets, newest first. Trades before the cutoff are historical. */
  listTrades(
    query: PageQuery & TimeQuery & { readonly ticker: string | undefined; readonly isBlock?: boolean | undefined },
    era: Era = "live"
  ): Result.Result<Page<Trade>, Refusal> {
    const trades = query.ticker === undefined ? this.state.trades : (this.state.markets.get(query.ticker)?.trades ?? [])
    return page(trades, query, {
      mark: era === "live" ? "t" : "ht",
      before: this.within(trades, query, era),
      isListed: ({ isBlock }) => query.isBlock === undefined || query.isBlock === isBlock,
      show: (trade) => trade
    })
  }

  /** The cutoffs of the archive. Items that ended before them are historical. */
  cutoffs(): Cutoffs {
    return cutoffsOf(this.state)
  }

  /** Finds the trades or fills that belong to the era and are within the times of the query. */
  protected within(
    items: ReadonlyArray<{ readonly atMillis: number }>,
    query: TimeQuery,
    era: Era,
    before?: FindBefore
  ): FindBefore {
    const { maxMillis, minMillis } = millisOf(query)
    const { tradeMillis } = cutoffsOf(this.state)
    const isLive = era === "live"
    return within(
      items,
      (atMillis) => atMillis < minMillis || (isLive && atMillis < tradeMillis),
      (atMillis) => atMillis > maxMillis || (!isLive && atMillis >= tradeMillis),
      before
    )
  }

  #market(ticker: string): Result.Result<MarketState, Refusal> {
    const market = this.state.markets.get(ticker)
    return market === undefined ? Result.fail(notFound) : Result.succeed(market)
  }
}

const byAge = (markets: Array<MarketState>): ReadonlyArray<MarketState> =>
  markets.sort((left, right) => left.createdMillis - right.createdMillis)
