/**
 * Shows the connections and subscriptions of a session.
 *
 * @module
 */
import type { ChannelName } from "../../generated/feed.ts"
import { describeLoss, type FeedError } from "../FeedError.ts"
import type { Core, Counters } from "./core.ts"
import type { Line, Slot, Topic } from "./model.ts"

/** A connection. */
export interface ConnectionState {
  /** The number of the connection. Undefined without a connection. */
  readonly generation: number | undefined
  readonly status: "idle" | "waiting" | "dialing" | "open"
  /** Since when the connection has this status, in Unix milliseconds. */
  readonly sinceMillis: number
  /** The attempts to reconnect since the last stable connection, including a scheduled attempt. */
  readonly attempts: number
  /** Why the last connection was lost or could not be opened. Undefined if neither has happened. */
  readonly lastLoss: string | undefined
  readonly commandsInFlight: number
}

/** A subscription at the exchange. Several users can share it. */
export interface SubscriptionState {
  readonly channel: ChannelName
  /** The parameters other than the names. */
  readonly options: Readonly<Record<string, unknown>>
  /**
   * - `live`: the exchange has acknowledged the whole subscription.
   * - `lost`: the exchange does not have the subscription.
   * - `restoring`: all other cases.
   */
  readonly status: "lost" | "restoring" | "live"
  /** When the exchange last opened or ended the subscription, or when the session added it. Unix milliseconds. */
  readonly sinceMillis: number
  readonly generation: number | undefined
  readonly sid: number | undefined
  readonly seq: number
  readonly users: number
  /** The wanted markets, indices or underlyings. Empty for a subscription without such a list. */
  readonly names: ReadonlySet<string>
  /** The names that the exchange has acknowledged. */
  readonly acknowledged: ReadonlySet<string>
  /** The number of messages that arrived. */
  readonly received: number
}

/** The state of a session. The sets in this value change with the session. Copy a set to keep its content. */
export interface SessionState {
  /** Why the session is over. Undefined while it lasts. */
  readonly ended: FeedError | undefined
  readonly connections: ReadonlyArray<ConnectionState>
  readonly subscriptions: ReadonlyArray<SubscriptionState>
  readonly counters: Readonly<Counters>
}

const connectionOf = (line: Line): ConnectionState => ({
  generation: line.generation,
  status: line.status,
  sinceMillis: line.sinceMillis,
  attempts: line.backoff.attempts,
  lastLoss: line.lastCause === undefined ? undefined : describeLoss(line.lastCause),
  commandsInFlight: line.pending.size
})

const subscriptionOf = ({ members }: Topic, slot: Slot): SubscriptionState => ({
  channel: slot.topic.channel,
  options: slot.topic.options,
  status: slot.status === "closed" ? "lost" : slot.isSettled && slot.status === "open" ? "live" : "restoring",
  sinceMillis: slot.sinceMillis,
  generation: slot.line.generation,
  sid: slot.sid,
  seq: slot.lastSeq,
  users: members.length,
  names: slot.names,
  acknowledged: slot.acknowledged,
  received: slot.received
})

export const stateOf = (core: Core): SessionState => ({
  ended: core.ended,
  connections: core.lines.map(connectionOf),
  subscriptions: [...core.topics.values()].flatMap((topic) => topic.slots.map((slot) => subscriptionOf(topic, slot))),
  counters: { ...core.counters }
})
