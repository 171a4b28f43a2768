/**
 * Helpers for the state of RFQ batches.
 *
 * @module
 */
import type { Batches, BestBids } from "../../state.ts"
import { UpdateList } from "./updateList.ts"

export type Side = "yes" | "no"

export const sides: ReadonlyArray<Side> = ["yes", "no"]

export const makeBatches = (): Batches => ({
  byId: new Map(),
  quotes: new Map(),
  openOf: new Map(),
  ofMarket: new Map(),
  byClientId: new Map(),
  updates: new UpdateList(),
  updatesOf: new Map()
})

/** Returns the value of a key. Creates it if it is missing. */
export const valueOf = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

export const emptyBest = (children: number): Array<BestBids> =>
  Array.from({ length: children }, () => ({ yes: undefined, no: undefined }))
