/**
 * An observer uses the client as a program does, and checks what the client returns. Add an observer to the schedule to
 * check another part of the client.
 *
 * @module
 */

import { badMarket } from "./link.ts"

export interface Observer {
  readonly name: string
  readonly isOver: boolean
  /** Whether the client is closing. The observer's subscription must then end with `FeedClosed`. */
  isClosing: boolean
  /**
   * The subscriptions that the observer wants at the exchange, one item for each line (connection). An entry is
   * `channel market`, with `all` for all markets.
   */
  readonly wanted: ReadonlyArray<{ readonly filter: string; readonly entries: ReadonlyArray<string> }>
  /** Checks the state of the client. `isPartial` is true if the next frame completes the last frame. */
  readonly check: (isPartial: boolean) => void
  /** Checks what happened since the last step. */
  readonly step: () => void
  /** Whether the observed part of the client has recovered from all faults. */
  readonly isSettled: () => boolean
  /** Checks that the client has the latest data of the exchange. Requires that no message is in flight. */
  readonly finish: () => void
  /** Adds and removes markets, if the subscription names markets. */
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

/** The error code of a subscription that cannot have more markets. */
const limitExceeded = 26

/**
 * Whether a market may end with an error. `badMarket` is always refused. After a lost reply, the exchange can also
 * refuse a market because the subscription has too many markets.
 */
export const isPermitted = (market: string, error: { readonly _tag: string; readonly code?: unknown }): boolean =>
  ofFaults.has(error._tag) ||
  (error._tag === "SubscriptionRefused" && (market === badMarket || error.code === limitExceeded))
