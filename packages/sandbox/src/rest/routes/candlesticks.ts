/**
 * Candlesticks of markets and events.
 *
 * @module
 */
import * as Events from "@kalshi-effect/client/Events"
import * as Historical from "@kalshi-effect/client/Historical"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Result from "effect/Result"
import type { Candle, CandleRange, Prices } from "../../exchange/candles/candles.ts"
import type { Forecast, ForecastRange } from "../../exchange/candles/forecast.ts"
import type { Refusal } from "../../exchange/Entities.ts"
import { invalidParameters, notFound } from "../../exchange/refusals.ts"
import type { View } from "../../exchange/View.ts"
import { type Route, route } from "../route.ts"
import { count, price } from "../wire.ts"

/** Observed: the maximum number of periods in a request for one market. */
const maxOfMarket = 5_000

/**
 * Documented: the maximum number of periods in a request for several markets, summed over the markets. Observed:
 * periods without a candlestick count, too.
 */
const maxOfAll = 10_000

/** Documented: the maximum number of tickers per request. */
const maxTickers = 100

interface Input {
  readonly start_ts: number
  readonly end_ts: number
  readonly period_interval: number
  readonly include_latest_before_start?: boolean | undefined
}

const rangeOf = (input: Input): CandleRange => ({
  startSeconds: input.start_ts,
  endSeconds: input.end_ts,
  minutes: input.period_interval,
  withLatestBefore: input.include_latest_before_start ?? false
})

/** The number of periods, which can be a fraction. */
const periodsOf = ({ end_ts, period_interval, start_ts }: Input): number => (end_ts - start_ts) / (period_interval * 60)

const checkPeriods = (input: Input, markets: number, max: number): Refusal | undefined =>
  periodsOf(input) * markets > max
    ? invalidParameters(
        `the request covers ${Math.ceil(periodsOf(input) * markets)} candlesticks, more than the maximum of ${max}: request a shorter range`
      )
    : undefined

const isOfSeries = (found: Result.Result<{ readonly seriesTicker: string }, Refusal>, seriesTicker: string): boolean =>
  Result.isSuccess(found) && found.success.seriesTicker === seriesTicker

export const candlesticks: ReadonlyArray<Route> = [
  route(Markets.candlesticks, ({ input, view }) => {
    const refused =
      checkPeriods(input, 1, maxOfMarket) ??
      (isOfSeries(view.eventOf(input.ticker), input.series_ticker) ? undefined : notFound)
    return refused === undefined
      ? Result.map(view.candles(input.ticker, rangeOf(input), "live"), (candles) => ({
          ticker: input.ticker,
          candlesticks: candles.map(toCandlestick)
        }))
      : Result.fail(refused)
  }),

  // Observed: an unknown market is omitted, and a market without candlesticks is listed.
  route(Markets.batchCandlesticks, ({ input, view }) => {
    const tickers = [...new Set(input.market_tickers.split(","))]
    const refused =
      tickers.length > maxTickers
        ? invalidParameters(`market_tickers has more than ${maxTickers} tickers`)
        : checkPeriods(input, tickers.length, maxOfAll)
    return refused === undefined
      ? Result.succeed({
          markets: tickers.flatMap((ticker) =>
            Result.match(view.candles(ticker, rangeOf(input), "live"), {
              onFailure: () => [],
              onSuccess: (candles) => [{ market_ticker: ticker, candlesticks: candles.map(toCandlestick) }]
            })
          )
        })
      : Result.fail(refused)
  }),

  route(Events.candlesticks, ({ input, view }) =>
    isOfSeries(view.event(input.ticker), input.series_ticker) ? ofEvent(view, input) : Result.fail(notFound)
  ),

  route(Events.forecastPercentileHistory, ({ input, view }) => {
    const seconds = input.period_interval === 0 ? 5 : input.period_interval * 60
    if ((input.end_ts - input.start_ts) / seconds > maxOfMarket) {
      return Result.fail(
        invalidParameters(`the request covers more than ${maxOfMarket} periods: request a shorter range`)
      )
    }
    return isOfSeries(view.event(input.ticker), input.series_ticker)
      ? Result.map(view.forecasts(input.ticker, forecastRangeOf(input, seconds)), (forecasts) => ({
          forecast_history: forecasts.map((forecast) => toForecast(input, forecast))
        }))
      : Result.fail(notFound)
  }),

  route(Historical.marketCandlesticks, ({ input, view }) => {
    const refused = checkPeriods(input, 1, maxOfMarket)
    return refused === undefined
      ? Result.map(view.candles(input.ticker, rangeOf(input), "historical"), (candles) => ({
          ticker: input.ticker,
          candlesticks: candles.map(toHistorical)
        }))
      : Result.fail(refused)
  })
]

type ForecastInput = Events.ForecastPercentileHistoryInput

const forecastRangeOf = ({ end_ts, percentiles, start_ts }: ForecastInput, seconds: number): ForecastRange => ({
  startSeconds: start_ts,
  endSeconds: end_ts,
  seconds,
  percentiles
})

const toForecast = (input: ForecastInput, { endSeconds, points }: Forecast): Events.ForecastPercentilesPoint => ({
  event_ticker: input.ticker,
  end_period_ts: endSeconds,
  period_interval: input.period_interval,
  percentile_points: points.map(({ percentile, value }) => {
    const rounded = Math.round(value * 100) / 100
    return {
      percentile,
      raw_numerical_forecast: value,
      numerical_forecast: rounded,
      formatted_forecast: String(rounded)
    }
  })
})

/** Returns the candlesticks of an event's markets. If a range has too many periods, returns only its first periods. */
const ofEvent = (
  view: View,
  input: Input & { readonly ticker: string }
): Result.Result<Events.GetEventCandlesticksResponse, Refusal> => {
  const tickers = view.liveTickersOf(input.ticker)
  const { period_interval, start_ts } = input
  const isTooLong = periodsOf(input) * tickers.length > maxOfAll
  const end_ts = isTooLong
    ? start_ts + Math.max(1, Math.floor(maxOfAll / tickers.length)) * period_interval * 60
    : input.end_ts
  const lists = tickers.map((ticker) =>
    Result.getOrElse(view.candles(ticker, rangeOf({ start_ts, end_ts, period_interval }), "live"), () => [])
  )
  const closes = closesOf(lists)
  return Result.succeed({
    market_tickers: tickers,
    market_candlesticks: lists.map((candles) =>
      candles.map((candle) => {
        const body = toCandlestick(candle)
        const close = closes.get(candle.endSeconds)
        return close === undefined
          ? body
          : { ...body, price: { ...body.price, min_dollars: price(close.min), max_dollars: price(close.max) } }
      })
    ),
    adjusted_end_ts: end_ts
  })
}

/** The lowest and the highest closing price of each period, by the end of the period. */
const closesOf = (lists: ReadonlyArray<ReadonlyArray<Candle>>) => {
  const closes = new Map<number, { readonly min: number; readonly max: number }>()
  for (const { endSeconds, price: traded } of lists.flat()) {
    if (traded !== undefined) {
      const { max, min } = closes.get(endSeconds) ?? { min: Infinity, max: -Infinity }
      closes.set(endSeconds, { min: Math.min(min, traded.close), max: Math.max(max, traded.close) })
    }
  }
  return closes
}

const priceOrNull = (value: number | undefined) => (value === undefined ? null : price(value))

const toCandlestick = (candle: Candle): Markets.MarketCandlestick => {
  const quote = ({ close, high, low, open }: Prices) => ({
    open_dollars: price(open),
    low_dollars: price(low),
    high_dollars: price(high),
    close_dollars: price(close)
  })
  return {
    end_period_ts: candle.endSeconds,
    yes_bid: quote(candle.bid),
    yes_ask: quote(candle.ask),
    price: {
      open_dollars: priceOrNull(candle.price?.open),
      low_dollars: priceOrNull(candle.price?.low),
      high_dollars: priceOrNull(candle.price?.high),
      close_dollars: priceOrNull(candle.price?.close),
      mean_dollars: priceOrNull(candle.price?.mean),
      previous_dollars: priceOrNull(candle.previous)
    },
    volume_fp: count(candle.volume),
    open_interest_fp: count(candle.openInterest)
  }
}

/** Renames the fields of a candlestick: the fields of the historical operation have shorter names. */
const toHistorical = (candle: Candle): Historical.MarketCandlestickHistorical => {
  const quote = ({ close, high, low, open }: Prices) => ({
    open: price(open),
    low: price(low),
    high: price(high),
    close: price(close)
  })
  return {
    end_period_ts: candle.endSeconds,
    yes_bid: quote(candle.bid),
    yes_ask: quote(candle.ask),
    price: {
      open: priceOrNull(candle.price?.open),
      low: priceOrNull(candle.price?.low),
      high: priceOrNull(candle.price?.high),
      close: priceOrNull(candle.price?.close),
      mean: priceOrNull(candle.price?.mean),
      previous: priceOrNull(candle.previous)
    },
    volume: count(candle.volume),
    open_interest: count(candle.openInterest)
  }
}
