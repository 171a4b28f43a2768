/**
 * The cutoffs of the archive.
 *
 * @module
 */
import type { MarketState, PositionState, State } from "../state.ts"

/**
 * Items that ended before these times are only in the archive. Each time is the start of a UTC day, in Unix
 * milliseconds.
 */
export interface Cutoffs {
  readonly marketSettledMillis: number
  readonly tradeMillis: number
  readonly orderMillis: number
  readonly positionMillis: number
}

const day = 86_400_000

export const cutoffsOf = ({ assumptions, nowMillis }: State): Cutoffs => {
  const before = (millis: number): number => Math.max(0, Math.floor((nowMillis - millis) / day) * day)
  const old = before(assumptions.historicalMillis)
  return {
    marketSettledMillis: old,
    tradeMillis: old,
    orderMillis: before(assumptions.historicalOrdersMillis),
    positionMillis: old
  }
}

/**
 * Whether a market or a position is archived. It can be archived only after it settled. Trades, fills and orders are
 * not here, because their lists know which of their items are archived.
 */
export const isArchived = {
  market: ({ settledMillis }: MarketState, cutoffs: Cutoffs): boolean =>
    settledMillis !== undefined && settledMillis < cutoffs.marketSettledMillis,
  position: ({ settled, updatedMillis }: PositionState, cutoffs: Cutoffs): boolean =>
    settled && updatedMillis < cutoffs.positionMillis
}
