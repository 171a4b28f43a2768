/**
 * The positions of a subaccount on all shards.
 *
 * @module
 */
import { FadingIndex } from "../listIndexes.ts"
import { countWhile, type FindBefore } from "../pages.ts"
import { holdingKey } from "../shards.ts"
import type { AccountState, EventState, MarketState, PositionList, PositionState, State } from "../state.ts"

/** Undefined fields do not filter. */
export interface PositionFilter {
  readonly ticker?: string | undefined
  readonly eventTicker?: string | undefined
  readonly settlement: "unsettled" | "settled" | "all"
}

export const makePositionList = (): PositionList => {
  const all: Array<PositionState> = []
  return { all, unsettled: new FadingIndex(all) }
}

export const listPosition = (position: PositionState): void => {
  const { account, subaccount } = position.holding
  const list = account.positions.get(subaccount) ?? makePositionList()
  account.positions.set(subaccount, list)
  position.listIndex = list.all.length
  list.all.push(position)
}

/**
 * Returns a function that finds the next position that may match the filter. Undefined if every position must be
 * checked.
 */
export const laterPositions = (
  list: PositionList,
  state: State,
  { eventTicker, settlement, ticker }: PositionFilter
): FindBefore | undefined => {
  const positions =
    ticker !== undefined
      ? positionsIn(list, [state.markets.get(ticker)])
      : eventTicker !== undefined
        ? positionsOfEvent(list, state.events.get(eventTicker))
        : undefined
  if (positions !== undefined) {
    const indexes = positions.map(({ listIndex }) => listIndex).sort((left, right) => left - right)
    return (index) => indexes[countWhile(indexes.length, (n) => indexes[n]! <= index)] ?? -1
  }
  return settlement === "unsettled" ? list.unsettled.after(isUnsettled) : undefined
}

/** The positions in markets that are not settled. */
export const unsettledPositions = (
  { positions }: AccountState,
  subaccount: number,
  exchangeIndex: number
): ReadonlyArray<PositionState> => {
  const list = positions.get(subaccount)
  if (list === undefined) {
    return []
  }
  const found: Array<PositionState> = []
  const next = list.unsettled.after(isUnsettled)
  for (let index = next(-1); index >= 0; index = next(index)) {
    const position = list.all[index]! // `next` returns an index of the list
    if (position.market.exchangeIndex === exchangeIndex) {
      found.push(position)
    }
  }
  return found
}

export const positionsOfEvent = (list: PositionList, event: EventState | undefined): ReadonlyArray<PositionState> =>
  event === undefined
    ? []
    : event.markets.length < list.all.length
      ? positionsIn(list, event.markets)
      : list.all.filter(({ market }) => market.event === event)

export const positionsIn = (
  { all: [first] }: PositionList,
  markets: ReadonlyArray<MarketState | undefined>
): ReadonlyArray<PositionState> => {
  if (first === undefined) {
    return []
  }
  const { account, subaccount } = first.holding
  return markets.flatMap((market) =>
    market === undefined
      ? []
      : (account.holdings.get(holdingKey(subaccount, market.exchangeIndex))?.positions.get(market.ticker) ?? [])
  )
}

const isUnsettled = ({ settled }: PositionState): boolean => !settled
