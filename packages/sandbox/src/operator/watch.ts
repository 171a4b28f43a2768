/**
 * The data and events that the operator's page receives from a running exchange.
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

/** The functions must not throw and must not call the exchange. */
export interface Watcher {
  /** A command, or an event that a command or a timer caused. */
  readonly entry: (entry: LogEntry) => void
  readonly served: (request: ServedRequest) => void
  readonly frame: (frame: FeedFrame) => void
  /** A reset or a restored snapshot replaced the exchange. */
  readonly replaced: () => void
}

export interface Source {
  readonly clock: "real" | "frozen"
  readonly nowMillis: () => number
  /** Moves the exchange to the current time, and returns its view. */
  readonly view: () => View
  /** Oldest first. */
  readonly requests: ReadonlyArray<ServedRequest>
  readonly faults: () => ReadonlyArray<PlantedFault>
  readonly connections: () => ReadonlyArray<FeedConnectionInfo>
  /** Replaces the watcher. If `watcher` is undefined, nothing is reported any longer. */
  readonly watch: (watcher: Watcher | undefined) => void
}
