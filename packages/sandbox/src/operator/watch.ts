/**
 * What a page about a running exchange reads, and what the exchange reports to it.
 *
 * @module
 */
import type { LogEntry } from "../exchange/Exchange.ts"
import type { View } from "../exchange/View.ts"
import type { FeedFault } from "../feed/faults.ts"
import type { FeedFrame } from "../feed/line.ts"
import type { FeedConnectionInfo } from "../feed/operations.ts"
import type { Fault } from "../rest/faults.ts"
import type { ServedRequest } from "../rest/handler.ts"

/** A planted fault, and the number of times that it still applies. */
export interface PlantedFault {
  readonly fault: Fault | FeedFault
  readonly left: number
}

/** Receives what happens in a running exchange. Its functions must not throw and must not call the exchange. */
export interface Watcher {
  /** A command, or an event that a command or a timer caused. */
  readonly entry: (entry: LogEntry) => void
  readonly served: (request: ServedRequest) => void
  /** A frame of a feed connection. */
  readonly frame: (frame: FeedFrame) => void
  /** Another exchange replaced the exchange: after a reset, or from a snapshot. */
  readonly replaced: () => void
}

/** A running exchange. */
export interface Source {
  readonly clock: "real" | "frozen"
  /** The exchange's time. */
  readonly nowMillis: () => number
  /** Moves the exchange to the current time, and reads it. */
  readonly view: () => View
  /** The last served requests, oldest first. */
  readonly requests: ReadonlyArray<ServedRequest>
  readonly faults: () => ReadonlyArray<PlantedFault>
  readonly connections: () => ReadonlyArray<FeedConnectionInfo>
  /** Reports to this watcher from now on; to none if undefined. */
  readonly watch: (watcher: Watcher | undefined) => void
}
