/**
 * Creating series, events and markets.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateEvent, CreateMarket, CreateSeries } from "../Commands.ts"
import type { MarketEvent, Refusal } from "../Entities.ts"
import { Book } from "../orders/book.ts"
import { dollar, parsePrice } from "../decimal.ts"
import { invalidParameters, invalidTime, refusal } from "../refusals.ts"
import { isLiveSource } from "../reference/liveSources.ts"
import { strikeTargetOf } from "../reference/structuredTargets.ts"
import { schedule } from "../schedule.ts"
import { isShard } from "../shards.ts"
import { isTime } from "../times.ts"
import { addInitialFee, isMultiplier, ratesOf } from "./feeChanges.ts"
import { toMarket } from "./marketView.ts"
import { checkStrike } from "./strikes.ts"
import type { ComboState, EventState, MarketState, SeriesState, State } from "../state.ts"

const everyCent: NonNullable<CreateMarket["priceRanges"]> = [{ start: "0.00", end: "1.00", step: "0.01" }]

/**
 * How many millionths a ten-thousandth has. Inputs state fee rates in ten-thousandths. The state stores them in
 * millionths.
 */
const millionths = 100

export const createSeries = (state: State, input: CreateSeries): Result.Result<SeriesState, Refusal> => {
  const {
    category = "Local",
    feeMultiplier = 1,
    feeType = "quadratic",
    frequency = "custom",
    tags = [],
    ticker
  } = input
  if (state.series.has(ticker)) {
    return Result.fail(refusal("conflict", "series_already_exists"))
  }
  if (ticker === "" || !isMultiplier(feeMultiplier)) {
    return Result.fail(
      invalidParameters("a series needs a ticker, and a fee multiplier from 0 to 10 with at most two decimals")
    )
  }
  const title = input.title ?? ticker
  const updatedMillis = state.nowMillis
  const series: SeriesState = {
    ticker,
    title,
    category,
    frequency,
    tags,
    feeType,
    feeMultiplier,
    updatedMillis,
    volume: 0,
    events: [],
    feeChanges: []
  }
  state.series.set(ticker, series)
  addInitialFee(state, series)
  return Result.succeed(series)
}

export const toSeries = ({ events: _events, feeChanges: _feeChanges, ...series }: SeriesState) => series

export const toEvent = ({
  feeChanges: _feeChanges,
  markets: _markets,
  series: _series,
  ...event
}: EventState): MarketEvent => event

/** Creates an event, and its series if that is missing. */
export const createEvent = (state: State, input: CreateEvent): Result.Result<EventState, Refusal> => {
  const { eventTicker, exchangeIndex = 0, multivariate = false, mutuallyExclusive = false, subTitle = "" } = input
  if (state.events.has(eventTicker)) {
    return Result.fail(refusal("conflict", "event_already_exists"))
  }
  if (eventTicker === "" || !isShard(exchangeIndex)) {
    return Result.fail(invalidParameters("an event needs a ticker, and a shard from 0 to 3"))
  }
  if (input.liveSource !== undefined && !isLiveSource(input.liveSource)) {
    return Result.fail(
      invalidParameters(
        `${input.liveSource} is neither an index or underlying of the feed nor a city of the weather index`
      )
    )
  }
  const seriesTicker = input.seriesTicker ?? eventTicker.replace(/-.*$/, "")
  const known = state.series.get(seriesTicker)
  return Result.map(
    known === undefined ? createSeries(state, { ticker: seriesTicker || eventTicker }) : Result.succeed(known),
    (series) => {
      const event: EventState = {
        eventTicker,
        seriesTicker: series.ticker,
        title: input.title ?? eventTicker,
        subTitle,
        mutuallyExclusive,
        multivariate,
        exchangeIndex,
        feeOverride: null,
        competition: input.competition,
        competitionScope: input.competitionScope,
        liveSource: input.liveSource,
        updatedMillis: state.nowMillis,
        series,
        markets: [],
        feeChanges: []
      }
      attachEvent(state, event)
      state.emit?.({ type: "eventCreated", event: toEvent(event) })
      return event
    }
  )
}

export const attachEvent = (state: State, event: EventState): void => {
  event.series.events.push(event)
  state.events.set(event.eventTicker, event)
  state.eventLists[event.multivariate ? "combos" : "others"].push(event)
}

export const attachMarket = (state: State, market: MarketState): void => {
  const { event, ticker } = market
  event.markets.push(market)
  state.markets.set(ticker, market)
  state.marketLists.all.push(market)
  state.marketLists[event.multivariate ? "combos" : "others"].push(market)
}

/** Creates a market, and its event if that is missing. */
export const createMarket = (state: State, input: CreateMarket): Result.Result<MarketState, Refusal> => {
  const { ticker } = input
  const eventTicker = input.eventTicker ?? ticker.replace(/-[^-]*$/, "")
  const event = state.events.get(eventTicker)
  const exchangeIndex = input.exchangeIndex ?? event?.exchangeIndex ?? 0
  const refused = checkMarket(state, input, event, exchangeIndex)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  return Result.flatMap(readGrid(input.priceRanges), (grid) =>
    Result.map(
      event === undefined ? createEvent(state, { eventTicker, exchangeIndex }) : Result.succeed(event),
      (parent) => addMarket(state, input, parent, grid)
    )
  )
}

/** Adds a market. The caller must have checked the input. */
export const addMarket = (
  state: State,
  input: Omit<CreateMarket, "priceRanges">,
  event: EventState,
  grid: MarketState["grid"],
  combo?: ComboState
): MarketState => {
  const { closeMillis = Infinity, openMillis = state.nowMillis, ticker } = input
  const rates = ratesOf(event)
  const ownRate = (rate: number | undefined) => (rate === undefined ? undefined : rate * millionths)
  const market: MarketState = {
    ticker,
    event,
    combo,
    combos: [],
    exchangeIndex: event.exchangeIndex,
    title: input.title ?? ticker,
    type: input.type ?? "binary",
    strike: input.strike,
    structuredTarget: strikeTargetOf(state, input.structuredTargetId),
    createdMillis: state.nowMillis,
    updatedMillis: state.nowMillis,
    openMillis,
    closeMillis,
    paused: false,
    grid,
    takerRate: ownRate(input.takerFeeRate) ?? rates.taker,
    makerRate: ownRate(input.makerFeeRate) ?? rates.maker,
    ownTakerRate: ownRate(input.takerFeeRate),
    ownMakerRate: ownRate(input.makerFeeRate),
    settlementTimerSeconds: input.settlementTimerSeconds ?? 3_600,
    settlementFloor: input.settlementFloor === undefined ? undefined : parsePrice(input.settlementFloor),
    isHighlyVolatile: input.isHighlyVolatile ?? event.multivariate,
    result: undefined,
    settlementValue: undefined,
    challenge: undefined,
    settledMillis: undefined,
    book: new Book(),
    trades: [],
    oldTrades: 0,
    dayVolume: 0,
    lastPrice: 0,
    volume: 0,
    openInterest: 0,
    positions: [],
    marks: [],
    quotes: [],
    touchedMillis: state.nowMillis,
    clock: 0
  }
  attachMarket(state, market)
  if (openMillis > state.nowMillis) {
    schedule(state, openMillis, { open: market })
  }
  if (closeMillis !== Infinity) {
    schedule(state, closeMillis, { close: market })
  }
  state.emit?.({ type: "market", change: "created", ticker, market: toMarket(state, market) })
  return market
}

const checkMarket = (
  state: State,
  input: CreateMarket,
  event: EventState | undefined,
  exchangeIndex: number
): Refusal | undefined => {
  const { closeMillis = Infinity, makerFeeRate = 0, openMillis = state.nowMillis, takerFeeRate = 0, ticker } = input
  const { settlementTimerSeconds = 0 } = input
  if (state.markets.has(ticker)) {
    return refusal("conflict", "market_already_exists", ticker)
  }
  if (ticker === "" || !isShard(exchangeIndex) || !isIn(takerFeeRate, 10_000) || !isIn(makerFeeRate, 10_000)) {
    return invalidParameters("a market needs a ticker, a shard from 0 to 3, and fee rates from 0 to 10,000")
  }
  if (event !== undefined && event.exchangeIndex !== exchangeIndex) {
    return invalidParameters(`the markets of ${event.eventTicker} are on shard ${event.exchangeIndex}`)
  }
  if (input.structuredTargetId !== undefined && strikeTargetOf(state, input.structuredTargetId) === undefined) {
    return invalidParameters(`no structured target has the id ${input.structuredTargetId}`)
  }
  if (!isIn(settlementTimerSeconds, 1e9)) {
    return invalidParameters("the settlement timer must be whole seconds from 0 to 1,000,000,000")
  }
  if (input.settlementFloor !== undefined && !isFloor(parsePrice(input.settlementFloor))) {
    return invalidParameters('the settlement floor must be dollars, more than "0.00" and less than "1.00"')
  }
  if (!isTime(openMillis) || (closeMillis !== Infinity && !isTime(closeMillis))) {
    return invalidTime
  }
  const strike = input.strike === undefined ? undefined : checkStrike(input.strike)
  if (strike !== undefined) {
    return strike
  }
  return openMillis < closeMillis ? undefined : invalidParameters("a market must open before it closes")
}

const isFloor = (value: number | undefined): boolean => value !== undefined && value > 0 && value < dollar

const isIn = (value: number, max: number): boolean => Number.isInteger(value) && value >= 0 && value <= max

/**
 * Reads price ranges. Each range must lie between $0 and $1, and be a whole number of steps. The finest step is
 * $0.0001. Ranges must be in ascending order and must not overlap, but can share a boundary.
 */
export const readGrid = (
  ranges: CreateMarket["priceRanges"] = everyCent
): Result.Result<MarketState["grid"], Refusal> => {
  const grid: Array<MarketState["grid"][number]> = []
  for (const range of ranges) {
    const [start, end, step] = [parsePrice(range.start), parsePrice(range.end), parsePrice(range.step)]
    if (
      start === undefined ||
      end === undefined ||
      step === undefined ||
      step === 0 ||
      start >= end ||
      end > dollar ||
      (end - start) % step !== 0
    ) {
      return Result.fail(
        invalidParameters(
          `the price range ${range.start} to ${range.end} by ${range.step} is invalid: a price such as "0.00" has two to four decimals, the end is at most "1.00", and the range must be a whole number of steps`
        )
      )
    }
    if (start < (grid.at(-1)?.end ?? 0)) {
      return Result.fail(
        invalidParameters(`the price range from ${range.start} starts before the end of the previous range`)
      )
    }
    grid.push({ start, end, step })
  }
  return grid.length === 0
    ? Result.fail(invalidParameters("a market needs at least one price range"))
    : Result.succeed(grid)
}
