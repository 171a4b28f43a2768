/**
 * The positions of a subaccount on all shards.
 *
 * @module
 */
import { FadingIndex } from "../listIndexes.ts"
import { countWhile, type FindBefore } from "../pages.ts"
import type { AccountState, EventState, MarketState, PositionState, State } from "../state.ts"
import { holdingKey } from "../shards.ts"

/** Which positions to find. Undefined fields do not filter. */
export interface PositionFilter {
  readonly ticker?: string | undefined
  readonly eventTicker?: string | undefined
  readonly settlement: "unsettled" | "settled" | "all"
}

const isUnsettled = ({ settled }: PositionState): boolean => !settled

/** Every position of a subaccount, in order of their creation. New positions come last, so that pages do not shift. */
export class PositionList {
  readonly all: Array<PositionState> = []
  readonly #unsettled = new FadingIndex(this.all)

  add(position: PositionState): void {
    position.listIndex = this.all.length
    this.all.push(position)
  }

  /** Finds later positions. The result contains all that match a filter, and may contain others. */
  after(state: State, { eventTicker, settlement, ticker }: PositionFilter): FindBefore | undefined {
    const positions =
      ticker !== undefined
        ? this.#of([state.markets.get(ticker)])
        : eventTicker !== undefined
          ? this.ofEvent(state.events.get(eventTicker))
          : undefined
    if (positions !== undefined) {
      const indexes = positions.map(({ listIndex }) => listIndex).sort((left, right) => left - right)
      return (index) => indexes[countWhile(indexes.length, (n) => indexes[n]! <= index)] ?? -1
    }
    return settlement === "unsettled" ? this.#unsettled.after(isUnsettled) : undefined
  }

  /** The positions on a shard in markets that are not settled. */
  unsettled(exchangeIndex: number): ReadonlyArray<PositionState> {
    const positions: Array<PositionState> = []
    const next = this.#unsettled.after(isUnsettled)
    for (let index = next(-1); index >= 0; index = next(index)) {
      const position = this.all[index]! // an index in the list
      if (position.market.exchangeIndex === exchangeIndex) {
        positions.push(position)
      }
    }
    return positions
  }

  /** The positions in the markets of an event. */
  ofEvent(event: EventState | undefined): ReadonlyArray<PositionState> {
    return event === undefined
      ? []
      : event.markets.length < this.all.length
        ? this.#of(event.markets)
        : this.all.filter(({ market }) => market.event === event)
  }

  #of(markets: ReadonlyArray<MarketState | undefined>): ReadonlyArray<PositionState> {
    const [first] = this.all
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
}

/** The list of a subaccount, which is created if it does not exist. */
export const positionsOf = ({ positions }: AccountState, subaccount: number): PositionList => {
  const list = positions.get(subaccount) ?? new PositionList()
  positions.set(subaccount, list)
  return list
}
