/**
 * Combos: markets that accounts create in a collection by choosing legs.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { AssociatedEvent, ComboLeg, Refusal } from "../Entities.ts"
import { countWhile } from "../pages.ts"
import { invalidParameters, notFound, refusal } from "../refusals.ts"
import {
  type AccountState,
  checkNotPaused,
  type CollectionState,
  type ComboState,
  type MarketState,
  type State
} from "../state.ts"
import { addMarket, createEvent } from "./catalog.ts"
import { statusOf as statusOfCollection } from "./collections.ts"
import { statusOf } from "./marketView.ts"

/** A combo whose legs are valid in its collection. `market` is undefined if the combo does not exist yet. */
export interface Combination {
  readonly combo: ComboState
  readonly market: MarketState | undefined
}

/**
 * Finds or creates the combo of the legs. The legs of an existing combo may be closed. A new combo needs legs that are
 * not closed, and counts towards the limit of `creator`. Without `creator`, there is no limit.
 */
export const comboOf = (
  state: State,
  collectionTicker: string,
  legs: ReadonlyArray<ComboLeg>,
  creator?: AccountState
): Result.Result<MarketState, Refusal> =>
  Result.flatMap(combine(state, collectionTicker, legs), ({ combo, market }) => {
    if (market !== undefined) {
      return Result.succeed(market)
    }
    const refused = creator === undefined ? undefined : checkCreations(state, creator, 1)
    if (refused !== undefined) {
      return Result.fail(refused)
    }
    creator?.comboCreations.push(state.nowMillis)
    return add(state, combo)
  })

export const checkCreations = (state: State, account: AccountState, more: number): Refusal | undefined => {
  const { comboCreations } = account
  const since = state.nowMillis - week
  comboCreations.splice(
    0,
    countWhile(comboCreations.length, (index) => comboCreations[index]! <= since)
  )
  return comboCreations.length + more <= state.assumptions.maxCombosPerWeek
    ? undefined
    : refusal(
        "tooMany",
        "too_many_requests",
        `an account creates at most ${state.assumptions.maxCombosPerWeek} combos in seven days`
      )
}

const week = 7 * 86_400_000

export const attachCombo = (market: MarketState): void => {
  if (market.combo !== undefined) {
    const { collection, legs } = market.combo
    collection.combos.set(keyOf(collection, legs), market)
    collection.comboEvents.push(market.event)
    for (const leg of legs) {
      leg.market.combos.push(market)
    }
  }
}

/** Two choices of legs that make the same combo have the same key. */
export const keyOf = ({ isOrdered }: CollectionState, legs: ComboState["legs"]): string => {
  const texts = legs.map(({ market: { ticker }, side }) => JSON.stringify([ticker, side]))
  return (isOrdered ? texts : texts.sort()).join()
}

export const combine = (
  state: State,
  collectionTicker: string,
  selected: ReadonlyArray<ComboLeg>
): Result.Result<Combination, Refusal> => {
  const collection = state.collections.get(collectionTicker)
  if (collection === undefined) {
    return Result.fail(notFound)
  }
  const paused = checkNotPaused(state, collection.exchangeIndex)
  if (paused !== undefined) {
    return Result.fail(paused)
  }
  const status = statusOfCollection(collection, state.nowMillis)
  if (status !== "open") {
    return Result.fail(invalidParameters(`the collection is ${status}`))
  }
  return Result.flatMap(readLegs(state, collection, selected), (legs) => {
    const combo = { collection, legs }
    const market = collection.combos.get(keyOf(collection, legs))
    const refused = market === undefined ? checkLegs(state, combo) : undefined
    return refused === undefined ? Result.succeed({ combo, market }) : Result.fail(refused)
  })
}

/** Checks the number of legs, and then each leg alone. */
const readLegs = (
  state: State,
  collection: CollectionState,
  selected: ReadonlyArray<ComboLeg>
): Result.Result<ComboState["legs"], Refusal> => {
  const { sizeMax, sizeMin } = collection
  if (selected.length < sizeMin || (sizeMax !== 0 && selected.length > sizeMax)) {
    const most = sizeMax === 0 ? "" : ` and at most ${sizeMax}`
    return Result.fail(invalidParameters(`a combo of this collection must have at least ${sizeMin}${most} markets`))
  }
  const legs: Array<ComboState["legs"][number]> = []
  const tickers = new Set<string>()
  for (const { eventTicker, marketTicker, side } of selected) {
    const event = collection.eventsByTicker.get(eventTicker)
    const market = state.markets.get(marketTicker)
    if (event === undefined) {
      return Result.fail(invalidParameters(`${eventTicker} is not an event of the collection`))
    }
    if (market === undefined || market.event.eventTicker !== eventTicker) {
      return Result.fail(invalidParameters(`${marketTicker} is not a market of ${eventTicker}`))
    }
    if (market.event.multivariate) {
      return Result.fail(invalidParameters(`${marketTicker} is a combo, which cannot be a leg`))
    }
    if (event.isYesOnly && side === "no") {
      return Result.fail(invalidParameters(`the markets of ${eventTicker} can only be selected with the side yes`))
    }
    if (tickers.has(marketTicker)) {
      return Result.fail(invalidParameters(`${marketTicker} is selected twice`))
    }
    tickers.add(marketTicker)
    legs.push({ market, side })
  }
  return Result.succeed(legs)
}

/** Checks first that each leg is tradable, then that the legs fit together. */
const checkLegs = (state: State, { collection, legs }: ComboState): Refusal | undefined => {
  const ended = legs.find(({ market }) => !tradable.has(statusOf(state, market)))
  return ended === undefined
    ? (checkConflicts(legs) ?? checkEventSizes(collection, legs))
    : invalidParameters(`${ended.market.ticker} is ${statusOf(state, ended.market)}`)
}

const tradable: ReadonlySet<string> = new Set(["initialized", "active", "inactive"])

const invalidLegs = (code: string, message: string, legs: ComboState["legs"]): Refusal => ({
  kind: "invalid",
  code,
  message,
  details: legs.map(({ market }) => market.ticker).join(",")
})

/** Refuses legs of one event that contradict or repeat each other. */
const checkConflicts = (legs: ComboState["legs"]): Refusal | undefined => {
  const winners = new Map<string, ComboState["legs"][number]>()
  const rungs = new Map<string, ComboState["legs"][number]>()
  for (const leg of legs) {
    const { event, ticker } = leg.market
    if (event.mutuallyExclusive) {
      const other = leg.side === "yes" ? winners.get(event.eventTicker) : undefined
      if (other !== undefined) {
        return invalidLegs("conflicting_leg_outcomes", "only one market of the event can resolve to yes", [other, leg])
      }
      if (leg.side === "yes") {
        winners.set(event.eventTicker, leg)
      }
      continue
    }
    const ladder = ladderOf(ticker)
    if (ladder !== undefined) {
      const key = `${ladder} ${leg.side}`
      const other = rungs.get(key)
      if (other !== undefined) {
        return invalidLegs(
          "duplicated_legs",
          "two legs on the same side differ only in their threshold, so one leg implies the other",
          [other, leg]
        )
      }
      rungs.set(key, leg)
    }
  }
  return undefined
}

/** The ticker without its threshold, such as the `T60` at the end. Undefined if the ticker has no threshold. */
const ladderOf = (ticker: string): string | undefined => /^(.+-)[A-Z]?\d+(?:\.\d+)?$/.exec(ticker)?.[1]

const checkEventSizes = (collection: CollectionState, legs: ComboState["legs"]): Refusal | undefined => {
  const legsOf = new Map<AssociatedEvent, Array<ComboState["legs"][number]>>(
    collection.requiredEvents.map((event) => [event, []])
  )
  for (const leg of legs) {
    const event = collection.eventsByTicker.get(leg.market.event.eventTicker)! // the event of a leg is in the collection
    const own = legsOf.get(event)
    if (own === undefined) {
      legsOf.set(event, [leg])
    } else {
      own.push(leg)
    }
  }
  for (const [event, own] of legsOf) {
    if (!fits(event, own.length)) {
      const message = `a combo must have ${rangeText(event)} of the markets of ${event.eventTicker}`
      return own.length === 0
        ? { kind: "invalid", code: "invalid_market_combination", message }
        : invalidLegs("invalid_market_combination", message, own)
    }
  }
  return undefined
}

const rangeText = ({ sizeMax, sizeMin }: AssociatedEvent): string =>
  [
    ...(sizeMin === undefined ? [] : [`at least ${sizeMin}`]),
    ...(sizeMax === undefined ? [] : [`at most ${sizeMax}`])
  ].join(" and ")

const fits = ({ sizeMax = Infinity, sizeMin = 0 }: AssociatedEvent, size: number): boolean =>
  size >= sizeMin && size <= sizeMax

const add = (state: State, combo: ComboState): Result.Result<MarketState, Refusal> => {
  const { collection, legs } = combo
  const title = legs.map(({ market, side }) => `${side} ${market.title}`).join(",")
  const { eventTicker, ticker } = newTickers(state, collection)
  return Result.map(
    createEvent(state, {
      eventTicker,
      seriesTicker: collection.seriesTicker,
      title,
      multivariate: true,
      exchangeIndex: collection.exchangeIndex
    }),
    (event) => {
      const closeMillis = closeOf(legs)
      const market = addMarket(state, { ticker, title, closeMillis }, event, collection.priceRanges, combo)
      attachCombo(market)
      return market
    }
  )
}

export const closeOf = (legs: ComboState["legs"]): number =>
  legs.reduce((latest, { market }) => Math.max(latest, market.closeMillis), 0)

const newTickers = (
  state: State,
  { seriesTicker }: CollectionState
): { readonly eventTicker: string; readonly ticker: string } => {
  const year = new Date(state.nowMillis).getUTCFullYear()
  const digits = () => state.ids.next().replaceAll("-", "").slice(0, 11).toUpperCase()
  for (;;) {
    const eventTicker = `${seriesTicker}-S${year}${digits()}`
    const ticker = `${eventTicker}-${digits()}`
    if (!state.events.has(eventTicker) && !state.markets.has(ticker)) {
      return { eventTicker, ticker }
    }
  }
}
