/**
 * Multivariate event collections.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateCollection } from "../Commands.ts"
import type { AssociatedEvent, Collection, Refusal } from "../Entities.ts"
import { invalidParameters, invalidTime, refusal } from "../refusals.ts"
import { isShard } from "../shards.ts"
import type { CollectionState, SeriesState, State } from "../state.ts"
import { isTime } from "../times.ts"
import { createSeries, readGrid } from "./catalog.ts"

const comboRanges: NonNullable<CreateCollection["priceRanges"]> = [
  { start: "0.00", end: "0.01", step: "0.0001" },
  { start: "0.01", end: "0.99", step: "0.001" },
  { start: "0.99", end: "1.00", step: "0.0001" }
]

const functionalDescription =
  "The value of a combo is the product of the values of its legs, rounded down: one dollar if every leg has its selected outcome, and nothing if one leg does not"

/** The largest number of legs that the API can represent. */
const maxSize = 2_147_483_647

const defaultComboShard = 1

/** Creates a collection, and the series of its combos if that is missing. */
export const create = (state: State, input: CreateCollection): Result.Result<CollectionState, Refusal> => {
  const { closeMillis = Infinity, collectionTicker, description = "", openMillis = state.nowMillis } = input
  const { exchangeIndex = defaultComboShard, sizeMax = 0, sizeMin = 2 } = input
  const associatedEvents = input.associatedEvents.map(toAssociatedEvent)
  const refused =
    check(state, collectionTicker, exchangeIndex) ??
    checkTimes(openMillis, closeMillis) ??
    checkSizes(sizeMin, sizeMax, associatedEvents) ??
    checkEvents(state, associatedEvents)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  return Result.flatMap(readGrid(input.priceRanges ?? comboRanges), (priceRanges) =>
    Result.map(seriesOf(state, input), (series) => {
      const collection = makeCollection({
        collectionTicker,
        seriesTicker: series.ticker,
        exchangeIndex,
        title: input.title ?? collectionTicker,
        description,
        functionalDescription,
        openMillis,
        closeMillis,
        associatedEvents,
        isOrdered: input.isOrdered ?? false,
        sizeMin,
        sizeMax,
        priceRanges
      })
      state.collections.set(collectionTicker, collection)
      return collection
    })
  )
}

export const makeCollection = (collection: Collection): CollectionState => ({
  ...collection,
  eventsByTicker: new Map(collection.associatedEvents.map((event) => [event.eventTicker, event])),
  requiredEvents: collection.associatedEvents.filter(({ sizeMin = 0 }) => sizeMin > 0),
  combos: new Map(),
  comboEvents: []
})

export const toCollection = ({
  comboEvents: _comboEvents,
  combos: _combos,
  eventsByTicker: _eventsByTicker,
  requiredEvents: _requiredEvents,
  ...collection
}: CollectionState): Collection => collection

export const statusOf = (
  { closeMillis, openMillis }: Pick<Collection, "closeMillis" | "openMillis">,
  nowMillis: number
): "unopened" | "open" | "closed" =>
  nowMillis >= closeMillis ? "closed" : nowMillis < openMillis ? "unopened" : "open"

const toAssociatedEvent = (event: CreateCollection["associatedEvents"][number]): AssociatedEvent => ({
  eventTicker: event.eventTicker,
  isYesOnly: event.isYesOnly ?? false,
  sizeMin: event.sizeMin,
  sizeMax: event.sizeMax
})

const seriesOf = (state: State, { collectionTicker, seriesTicker }: CreateCollection) => {
  const ticker = seriesTicker ?? (collectionTicker.replace(/-.*$/, "") || collectionTicker)
  const known = state.series.get(ticker)
  return known === undefined
    ? createSeries(state, { ticker, category: "Exotics", feeType: "quadratic_with_combo_maker_fees" })
    : Result.succeed<SeriesState>(known)
}

const check = (state: State, collectionTicker: string, exchangeIndex: number): Refusal | undefined => {
  if (state.collections.has(collectionTicker)) {
    return refusal("conflict", "collection_already_exists")
  }
  return collectionTicker !== "" && isShard(exchangeIndex)
    ? undefined
    : invalidParameters("a collection needs a ticker, and a shard from 0 to 3")
}

const checkTimes = (openMillis: number, closeMillis: number): Refusal | undefined =>
  !isTime(openMillis) || (closeMillis !== Infinity && !isTime(closeMillis))
    ? invalidTime
    : openMillis < closeMillis
      ? undefined
      : invalidParameters("a collection must open before it closes")

const isSize = (size: number, least: number): boolean => Number.isInteger(size) && size >= least && size <= maxSize

const checkSizes = (sizeMin: number, sizeMax: number, events: ReadonlyArray<AssociatedEvent>): Refusal | undefined => {
  if (!isSize(sizeMin, 1) || !isSize(sizeMax, 0) || (sizeMax !== 0 && sizeMax < sizeMin)) {
    return invalidParameters(
      "sizeMin of a collection must be a whole number of at least 1; sizeMax must be a whole number of at least sizeMin, or 0 for no limit"
    )
  }
  const invalid = events.find(
    (event) =>
      !isSize(event.sizeMin ?? 0, 0) ||
      !isSize(event.sizeMax ?? maxSize, 1) ||
      (event.sizeMax ?? maxSize) < (event.sizeMin ?? 0)
  )
  return invalid === undefined
    ? undefined
    : invalidParameters(
        `sizeMin of ${invalid.eventTicker} must be a whole number of at least 0; sizeMax must be a whole number of at least 1 and at least sizeMin`
      )
}

const checkEvents = (state: State, events: ReadonlyArray<AssociatedEvent>): Refusal | undefined => {
  const tickers = new Set(events.map(({ eventTicker }) => eventTicker))
  if (events.length === 0 || tickers.has("") || tickers.size < events.length) {
    return invalidParameters("a collection needs at least one event, and names each event once")
  }
  const combos = events.find(({ eventTicker }) => state.events.get(eventTicker)?.multivariate === true)
  return combos === undefined
    ? undefined
    : invalidParameters(`${combos.eventTicker} is an event of combos, which cannot be legs`)
}
