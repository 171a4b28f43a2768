/**
 * An observer uses the client as a program does, and checks what it sees. Add an observer to the schedule to check
 * another part of the client.
 *
 * @module
 */

import { badMarket } from "./link.ts"

/** One user of the client. */
export interface Observer {
  readonly name: string
  /** Whether its subscription is over. */
  readonly isOver: boolean
  /** Whether the client is closing. Its subscription must then end with `FeedClosed`. */
  isClosing: boolean
  /**
   * What the observer wants from the exchange, one item for each line. An entry is `channel market`, with `all` for all
   * markets.
   */
  readonly wanted: ReadonlyArray<{ readonly filter: string; readonly entries: ReadonlyArray<string> }>
  /** Checks what it sees now. `isPartial`: the next frame completes the last one. */
  readonly check: (isPartial: boolean) => void
  /** Checks what happened since the last step. */
  readonly step: () => void
  /** Whether it has recovered from all faults. */
  readonly isSettled: () => boolean
  /** Checks that it has everything that the exchange has sent. Call it when nothing is in flight. */
  readonly finish: () => void
  /** Adds and removes markets, if it names markets. */
  readonly add: (markets: ReadonlyArray<string>) => void
  readonly remove: (markets: ReadonlyArray<string>) => void
  /** Stops taking events, or takes them again. */
  readonly pause: (isPaused: boolean) => void
  /** Ends the subscription and opens it again. */
  readonly resubscribe: () => void
  readonly close: () => void
}

/** The errors with which a subscription or a market may end while the network has faults. */
const ofFaults = new Set(["CommandTimedOut", "SnapshotMissing", "TooManyConnections"])

/** The exchange accepts no more markets in a subscription. */
const limitExceeded = 26

/**
 * Whether a market may leave a subscription with an error. The exchange refuses one market. A subscription can also seem to
 * be full while its markets are unknown, because replies were lost.
 */
export const isPermitted = (market: string, error: { readonly _tag: string; readonly code?: unknown }): boolean =>
  ofFaults.has(error._tag) ||
  (error._tag === "SubscriptionRefused" && (market === badMarket || error.code === limitExceeded))
