/**
 * Series, events, markets, order books and trades.
 *
 * @module
 */
import * as Events from "@kalshi-effect/client/Events"
import * as Markets from "@kalshi-effect/client/Markets"
import * as SeriesOperations from "@kalshi-effect/client/Series"
import * as Result from "effect/Result"
import type { Market, MarketEvent, MarketStatus, Refusal, Series } from "../../exchange/Entities.ts"
import type { Era, View } from "../../exchange/View.ts"
import { dollar } from "../../exchange/decimal.ts"
import { type Route, route } from "../route.ts"
import { invalidParameters, notFound } from "../../exchange/refusals.ts"
import { toMarket, toTrade } from "./marketBodies.ts"
import { toMilestone } from "./referenceBodies.ts"
import { count, price, time } from "../wire.ts"

export const markets: ReadonlyArray<Route> = [
  route(Markets.list, ({ input, view }) => listMarkets(view, input)),

  route(Markets.get, ({ input, view }) =>
    Result.map(view.market(input.ticker, "live"), (market) => ({ market: toMarket(market) }))
  ),

  route(Markets.orderbook, ({ input, view }) =>
    Result.map(bookOf(view, input.ticker, input.depth ?? 0), (book) => ({ orderbook_fp: book }))
  ),

  route(Markets.orderbooks, ({ input, view }) =>
    Result.succeed({
      orderbooks: input.tickers.flatMap((ticker) =>
        Result.match(bookOf(view, ticker, 0), {
          onFailure: () => [],
          onSuccess: (book) => [{ ticker, orderbook_fp: book }]
        })
      )
    })
  ),

  route(Markets.trades, ({ input, view }) => listTrades(view, input))
]

/** The statuses that each status filter finds. */
const statuses: Readonly<Record<NonNullable<Markets.ListInput["status"]>, ReadonlyArray<MarketStatus>>> = {
  unopened: ["initialized"],
  open: ["active"],
  paused: ["inactive"],
  closed: ["closed", "determined", "disputed", "amended"],
  settled: ["finalized"]
}

/** Lists live or historical markets. The operation for historical markets has fewer filters. */
export const listMarkets = (
  view: View,
  input: Markets.ListInput,
  era: Era = "live"
): Result.Result<Markets.GetMarketsResponse, Refusal> => {
  const refused = checkFilters(input)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  const isListed = (market: Market): boolean =>
    (input.status === undefined || statuses[input.status].includes(market.status)) &&
    isBetween(market.createdMillis, input.min_created_ts, input.max_created_ts) &&
    isBetween(market.closeMillis, input.min_close_ts, input.max_close_ts) &&
    isBetween(market.settledMillis ?? NaN, input.min_settled_ts, input.max_settled_ts) &&
    isUpdatedBetween(market, input.min_updated_ts, input.max_updated_ts)
  return Result.map(
    view.listMarkets({
      era,
      tickers: input.tickers?.split(","),
      eventTickers: input.event_ticker?.split(","),
      seriesTicker: input.series_ticker,
      multivariate: input.mve_filter === undefined ? undefined : input.mve_filter === "only",
      isListed,
      limit: input.limit || 100,
      cursor: input.cursor
    }),
    ({ cursor, items }) => ({ markets: items.map(toMarket), cursor })
  )
}

/** `min` and `max` are in Unix seconds, both inclusive. An absent time (`NaN`) is outside every bound that is set. */
const isBetween = (millis: number, min: number | undefined, max: number | undefined): boolean =>
  (min === undefined || millis >= min * 1_000) && (max === undefined || millis <= max * 1_000)

/** `min` is in Unix seconds. */
const isAfter = (millis: number, min: number | undefined): boolean => min === undefined || millis > min * 1_000

/** Whether the market was updated after `min` and not after `max`, which are in Unix seconds. */
const isUpdatedBetween = ({ updatedMillis }: Market, min: number | undefined, max: number | undefined): boolean =>
  isAfter(updatedMillis, min) && (max === undefined || updatedMillis <= max * 1_000)

/** Documented: only one pair of times may be set, and each pair can be combined only with some values of `status`. */
const checkFilters = (input: Markets.ListInput): Refusal | undefined => {
  const pairs = [
    { times: [input.min_created_ts, input.max_created_ts], statuses: ["unopened", "open"] },
    { times: [input.min_close_ts, input.max_close_ts], statuses: ["closed"] },
    { times: [input.min_settled_ts, input.max_settled_ts], statuses: ["settled"] },
    { times: [input.min_updated_ts, input.max_updated_ts], statuses: [] }
  ].filter(({ times }) => times.some((time) => time !== undefined))
  if (pairs.length > 1) {
    return invalidParameters("only one of created, close, settled and updated times may be set")
  }
  if ((input.min_updated_ts !== undefined || input.max_updated_ts !== undefined) && !permitsUpdateTimes(input)) {
    return invalidParameters(
      "min_updated_ts and max_updated_ts can be combined only with mve_filter=exclude, and then also with series_ticker"
    )
  }
  return pairs.every((pair) => input.status === undefined || pair.statuses.includes(input.status))
    ? undefined
    : invalidParameters(`these times cannot be combined with the status ${input.status}`)
}

const permitsUpdateTimes = ({ event_ticker, mve_filter, series_ticker, tickers }: Markets.ListInput): boolean =>
  event_ticker === undefined &&
  tickers === undefined &&
  mve_filter !== "only" &&
  (series_ticker === undefined || mve_filter === "exclude")

/** The best levels come last. An ask for YES at a price is a bid for NO at one dollar minus that price. */
const bookOf = (view: View, ticker: string, depth: number): Result.Result<Markets.OrderbookCountFp, Refusal> =>
  Result.map(view.book(ticker), ({ ask, bid }) => {
    const side = (levels: typeof bid, priceOf: (price: number) => number) =>
      (depth === 0 ? [...levels] : levels.slice(0, depth))
        .reverse()
        .map(([level, resting]) => [price(priceOf(level)), count(resting)] as const)
    return { yes_dollars: side(bid, (yes) => yes), no_dollars: side(ask, (yes) => dollar - yes) }
  })

export const listTrades = (
  view: View,
  input: Markets.TradesInput,
  era: Era = "live"
): Result.Result<Markets.GetTradesResponse, Refusal> =>
  Result.map(
    view.listTrades(
      {
        ticker: input.ticker,
        minSeconds: input.min_ts,
        maxSeconds: input.max_ts,
        isBlock: input.is_block_trade,
        limit: input.limit || 100,
        cursor: input.cursor
      },
      era
    ),
    ({ cursor, items }) => ({ trades: items.map(toTrade), cursor })
  )

export const events: ReadonlyArray<Route> = [
  route(Events.list, ({ input, view }) => {
    const tickers = input.tickers === undefined ? undefined : new Set(input.tickers.split(","))
    const hasMarket = (event: MarketEvent, isWanted: (market: Market) => boolean): boolean =>
      view.marketsOf(event.eventTicker).some(isWanted)
    const isListed = (event: MarketEvent): boolean =>
      (tickers === undefined || tickers.has(event.eventTicker)) &&
      (input.series_ticker === undefined || input.series_ticker === event.seriesTicker) &&
      isAfter(event.updatedMillis, input.min_updated_ts) &&
      (input.status === undefined || hasMarket(event, ({ status }) => statuses[input.status!].includes(status))) &&
      (input.min_close_ts === undefined ||
        hasMarket(event, ({ closeMillis }) => isAfter(closeMillis, input.min_close_ts)))
    return Result.map(
      view.listEvents({ multivariate: false, isListed, limit: input.limit ?? 200, cursor: input.cursor }),
      ({ cursor, items }) => ({
        events: items.map((event) => toEvent(view, event, input.with_nested_markets ?? false)),
        ...(input.with_milestones === true
          ? { milestones: view.milestonesOf(items.map(({ eventTicker }) => eventTicker)).map(toMilestone) }
          : undefined),
        cursor
      })
    )
  }),

  route(Events.listMultivariate, ({ input, view }) => {
    if (input.series_ticker !== undefined && input.collection_ticker !== undefined) {
      return Result.fail(invalidParameters("series_ticker cannot be combined with collection_ticker"))
    }
    const tickers = input.tickers === undefined ? undefined : new Set(input.tickers.split(","))
    const isListed = (event: MarketEvent): boolean =>
      (tickers === undefined || tickers.has(event.eventTicker)) &&
      (input.series_ticker === undefined || input.series_ticker === event.seriesTicker)
    return Result.map(
      view.listEvents({
        multivariate: true,
        collectionTicker: input.collection_ticker,
        isListed,
        limit: input.limit ?? 100,
        cursor: input.cursor
      }),
      ({ cursor, items }) => ({
        events: items.map((event) => toEvent(view, event, input.with_nested_markets ?? false)),
        cursor
      })
    )
  }),

  route(Events.get, ({ input, view }) => {
    const nested = input.with_nested_markets ?? false
    const excluded = input.exclude_markets ?? false
    if (nested && excluded) {
      return Result.fail(invalidParameters("exclude_markets cannot be combined with with_nested_markets"))
    }
    return Result.map(view.event(input.event_ticker), (event) => ({
      event: toEvent(view, event, nested),
      markets: nested || excluded ? [] : view.marketsOf(event.eventTicker).map(toMarket)
    }))
  }),

  route(Events.metadata, ({ input, view }) =>
    Result.map(view.event(input.event_ticker), ({ competition, competitionScope, eventTicker }) => ({
      ...(competition === undefined ? undefined : { competition }),
      ...(competitionScope === undefined ? undefined : { competition_scope: competitionScope }),
      image_url: "",
      settlement_sources: [],
      market_details: view
        .marketsOf(eventTicker)
        .map(({ ticker }) => ({ market_ticker: ticker, image_url: "", color_code: "" }))
    }))
  )
]

const toEvent = (view: View, event: MarketEvent, nested: boolean): Events.EventData => ({
  event_ticker: event.eventTicker,
  series_ticker: event.seriesTicker,
  title: event.title,
  sub_title: event.subTitle,
  collateral_return_type: event.mutuallyExclusive ? "MECNET" : "",
  mutually_exclusive: event.mutuallyExclusive,
  settlement_sources: [],
  last_updated_ts: time(event.updatedMillis),
  exchange_index: event.exchangeIndex,
  ...(event.feeOverride === null
    ? undefined
    : { fee_type_override: event.feeOverride.feeType, fee_multiplier_override: event.feeOverride.feeMultiplier }),
  ...productMetadataOf(event),
  ...(nested ? { markets: view.marketsOf(event.eventTicker).map(toMarket) } : undefined)
})

/** The field names `competition` and `competition_scope` are from public recordings. */
const productMetadataOf = ({
  competition,
  competitionScope
}: MarketEvent): Pick<Events.EventData, "product_metadata"> =>
  competition === undefined && competitionScope === undefined
    ? {}
    : {
        product_metadata: {
          ...(competition === undefined ? undefined : { competition }),
          ...(competitionScope === undefined ? undefined : { competition_scope: competitionScope })
        }
      }

export const series: ReadonlyArray<Route> = [
  route(SeriesOperations.list, ({ input, view }) => {
    const tags = input.tags?.split(",")
    return Result.succeed({
      series: view
        .series()
        .filter(
          (known) =>
            (input.category === undefined || known.category === input.category) &&
            (tags === undefined || tags.some((tag) => known.tags.includes(tag))) &&
            isAfter(known.updatedMillis, input.min_updated_ts)
        )
        .map((known) => toSeries(known, input.include_volume ?? false))
    })
  }),

  route(SeriesOperations.get, ({ input, view }) => {
    const found = view.series().find(({ ticker }) => ticker === input.series_ticker)
    return found === undefined
      ? Result.fail(notFound)
      : Result.succeed({ series: toSeries(found, input.include_volume ?? false) })
  })
]

const toSeries = (known: Series & { readonly volume: number }, withVolume: boolean): SeriesOperations.Series => ({
  ticker: known.ticker,
  title: known.title,
  category: known.category,
  categories: [known.category],
  frequency: known.frequency,
  tags: known.tags,
  settlement_sources: [],
  contract_url: "",
  contract_terms_url: "",
  fee_type: known.feeType,
  fee_multiplier: known.feeMultiplier,
  additional_prohibitions: [],
  last_updated_ts: time(known.updatedMillis),
  ...(withVolume ? { volume_fp: count(known.volume) } : undefined)
})
