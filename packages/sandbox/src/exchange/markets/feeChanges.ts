/**
 * The fees of series and events, and their changes.
 *
 * A market without its own fee has the override of its event, or else the fee of its series.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Command } from "../Commands.ts"
import type { EventFeeChange, FeeTerms, Refusal, SeriesFeeChange } from "../Entities.ts"
import { invalidParameters, invalidTime, notFound } from "../refusals.ts"
import { schedule } from "../schedule.ts"
import type { EventState, MarketState, SeriesState, State } from "../state.ts"
import { isTime } from "../times.ts"

/** The rates of the published fee types, in millionths. */
const rates: Readonly<Record<FeeTerms["feeType"], { readonly taker: number; readonly maker: number }>> = {
  quadratic: { taker: 70_000, maker: 0 },
  quadratic_with_maker_fees: { taker: 70_000, maker: 17_500 },
  quadratic_with_combo_maker_fees: { taker: 70_000, maker: 35_000 }
}

/** A fee multiplier is from 0 to 10, and has at most two decimals. */
export const isMultiplier = (value: number): boolean =>
  value >= 0 && value <= 10 && Math.round(value * 100) / 100 === value

/** The rates of a market that was created without its own rates, in millionths. */
export const ratesOf = (event: EventState): { readonly taker: number; readonly maker: number } => {
  const { feeMultiplier, feeType } = event.feeOverride ?? event.series
  const times = Math.round(feeMultiplier * 100)
  return { taker: (rates[feeType].taker * times) / 100, maker: (rates[feeType].maker * times) / 100 }
}

/** Sets the rates of a market. Its resting orders keep their reservations. */
const setRates = (market: MarketState): void => {
  const { maker, taker } = ratesOf(market.event)
  market.takerRate = market.ownTakerRate ?? taker
  market.makerRate = market.ownMakerRate ?? maker
}

export const addInitialFee = (state: State, series: SeriesState): void => {
  const { feeMultiplier, feeType, ticker, updatedMillis } = series
  attachSeriesFee(state, series, {
    changeId: idOf(ticker, series.feeChanges),
    seriesTicker: ticker,
    feeType,
    feeMultiplier,
    scheduledMillis: updatedMillis
  })
}

/**
 * Changes the fee of a series, now or at `atMillis`. A field that is not set keeps the value that it has now, even if the
 * change takes effect later.
 */
export const changeSeriesFee = (
  state: State,
  command: Command<"changeSeriesFee">
): Result.Result<SeriesFeeChange, Refusal> => {
  const series = state.series.get(command.seriesTicker)
  if (series === undefined) {
    return Result.fail(notFound)
  }
  const { atMillis = state.nowMillis, feeMultiplier = series.feeMultiplier, feeType = series.feeType } = command
  const refused = checkTerms(feeMultiplier, atMillis)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  const change: SeriesFeeChange = {
    changeId: idOf(series.ticker, series.feeChanges),
    seriesTicker: series.ticker,
    feeType,
    feeMultiplier,
    scheduledMillis: Math.max(atMillis, state.nowMillis)
  }
  attachSeriesFee(state, series, change)
  if (change.scheduledMillis > state.nowMillis) {
    schedule(state, change.scheduledMillis, { seriesFee: change })
  } else {
    applySeriesFee(state, change)
  }
  return Result.succeed(change)
}

export const changeEventFee = (
  state: State,
  command: Command<"changeEventFee">
): Result.Result<EventFeeChange, Refusal> => {
  const { atMillis = state.nowMillis, override } = command
  const event = state.events.get(command.eventTicker)
  if (event === undefined) {
    return Result.fail(notFound)
  }
  const refused = checkTerms(override?.feeMultiplier ?? 0, atMillis)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  const change: EventFeeChange = {
    changeId: idOf(event.eventTicker, event.feeChanges),
    eventTicker: event.eventTicker,
    seriesTicker: event.seriesTicker,
    override: override ?? null,
    scheduledMillis: Math.max(atMillis, state.nowMillis)
  }
  attachEventFee(state, event, change)
  if (change.scheduledMillis > state.nowMillis) {
    schedule(state, change.scheduledMillis, { eventFee: change })
  } else {
    applyEventFee(state, change)
  }
  return Result.succeed(change)
}

export const applySeriesFee = (state: State, change: SeriesFeeChange): void => {
  const series = state.series.get(change.seriesTicker)! // series are never removed
  series.feeType = change.feeType
  series.feeMultiplier = change.feeMultiplier
  series.updatedMillis = state.nowMillis
  for (const { markets } of series.events) {
    markets.forEach(setRates)
  }
  state.emit?.({ type: "seriesFee", change })
}

export const applyEventFee = (state: State, change: EventFeeChange): void => {
  const event = state.events.get(change.eventTicker)! // events are never removed
  event.feeOverride = change.override
  event.updatedMillis = state.nowMillis
  event.markets.forEach(setRates)
  state.emit?.({ type: "eventFee", change })
}

export const attachSeriesFee = (state: State, series: SeriesState, change: SeriesFeeChange): void => {
  series.feeChanges.push(change)
  state.seriesFeeChanges.push(change)
}

export const attachEventFee = (state: State, event: EventState, change: EventFeeChange): void => {
  event.feeChanges.push(change)
  state.eventFeeChanges.push(change)
}

/** Returns an id that is unique among the changes of all series, or among the changes of all events. */
const idOf = (ticker: string, changes: ReadonlyArray<unknown>): string => `${ticker}-${changes.length + 1}`

const checkTerms = (feeMultiplier: number, atMillis: number): Refusal | undefined =>
  !isMultiplier(feeMultiplier)
    ? invalidParameters("a fee multiplier must be 0 to 10 with at most two decimals")
    : isTime(atMillis)
      ? undefined
      : invalidTime
