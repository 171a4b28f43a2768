/**
 * The state of a session.
 *
 * - `Member`: one user of a topic.
 * - `Topic`: a channel with a filter.
 * - `Slot`: a subscription at the exchange for a topic. A topic can have several slots.
 * - `Line`: a connection that carries slots.
 *
 * @module
 */
import type { ChannelName } from "../../generated/feed.ts"
import { channels } from "../../generated/feed.ts"
import type { LossCause } from "../FeedError.ts"
import type { Backoff } from "./backoff.ts"
import type { Delay } from "./delay.ts"
import type { EarlyMessages } from "./early.ts"
import type { MessageEvent, SessionEvent, Subscriber } from "./events.ts"
import type { Pace } from "./pace.ts"
import type { Pending, Sent } from "./pending.ts"
import type { NameKind, Parsed } from "./requests.ts"

export class Member {
  readonly topic: Topic
  readonly subscriber: Subscriber
  /** The names (markets, indices or underlyings) that the user wants. Empty in a topic without names. */
  readonly names: Set<string>
  isOver = false
  /** Whether the user was notified that the subscription is live. */
  wasLive = false
  /** The start of the outage that was reported to the user. */
  outage: { readonly sinceMillis: number; readonly sinceMonotonicMillis: number } | undefined

  constructor(topic: Topic, subscriber: Subscriber, names: ReadonlyArray<string>) {
    this.topic = topic
    this.subscriber = subscriber
    this.names = new Set(names)
  }
}

export class Topic {
  readonly channel: ChannelName
  readonly key: string
  readonly options: Readonly<Record<string, unknown>>
  /** Undefined if the subscription has no list of names. */
  readonly kind: NameKind | undefined
  readonly isSequenced: boolean
  readonly isBook: boolean
  readonly types: ReadonlySet<string>
  /**
   * This list and the lists in `byName` are replaced, never changed, because members can join or leave while a message
   * is delivered.
   */
  members: ReadonlyArray<Member> = []
  readonly byName = new Map<string, ReadonlyArray<Member>>()
  readonly slots: Array<Slot> = []
  /**
   * The last message of each name, for users who join. The exchange sends the current state of a ticker only once per
   * subscription.
   */
  readonly latest: Map<string, MessageEvent> | undefined

  constructor({ channel, key, kind, options }: Parsed) {
    this.channel = channel
    this.key = key
    this.kind = kind
    this.options = options
    this.isSequenced = channels[channel].seq
    this.isBook = channel === "orderbook_delta"
    this.types = new Set<string>(channels[channel].messages)
    this.latest = channel === "ticker" && options["send_initial_snapshot"] === true ? new Map() : undefined
  }
}

export interface AwaitedSnapshot {
  readonly deadlineMillis: number
  readonly sinceMillis: number
  /**
   * The number of messages that the slot had received when the snapshot was requested. Undefined if no one requested
   * it.
   */
  readonly requestedAt: number | undefined
  /** If true, a late snapshot is not requested again. */
  readonly isLastRequest: boolean
}

/**
 * A subscription at the exchange, on one connection.
 *
 * - `closed`: the exchange does not have the subscription.
 * - `opening`, `closing`: a command was sent, and its reply has not arrived.
 * - `open`: the exchange has the subscription under the id `sid`.
 * - `unknown`: a command got no reply, or error 18. The exchange's list of subscriptions will show the state.
 */
export class Slot {
  readonly topic: Topic
  readonly line: Line
  status: "closed" | "opening" | "open" | "closing" | "unknown" = "closed"
  sid: number | undefined
  lastSeq = 0
  /** The wanted names: markets, indices or underlyings. A slot that replaces another slot uses the same set. */
  readonly names: Set<string>
  /** Names whose messages the exchange sends, according to its replies. */
  acknowledged = new Set<string>()
  /** Names whose messages the exchange may send, because a command about them got no reply, or error 18. */
  readonly doubtful = new Set<string>()
  /** Names whose removal is in flight. No user receives their messages, even if the names are wanted again. */
  leaving: ReadonlySet<string> | "all" | undefined
  /** The command that waits for its reply. A slot has at most one. */
  command: Sent<Slot> | undefined
  lastCommandId = 0
  /** The number of consecutive commands that got no reply, or error 18 (CommandTimeout). */
  unanswered = 0
  readonly awaited = new Map<string, AwaitedSnapshot>()
  /** Markets whose snapshot arrived. */
  readonly booked = new Set<string>()
  /** Markets whose snapshot is requested with the next command. */
  readonly requested = new Set<string>()
  /** Whether the list of indices or underlyings is requested with the next command. */
  wantsNames = false
  /** Whether a topic without names uses the slot. */
  isUsed = true
  /** Why the session closes the subscription and opens it again. */
  reopenReason: string | undefined
  /** Markets without a snapshot, for which the subscription was already opened again. */
  readonly reopenedFor = new Set<string>()
  received = 0
  receivedAtCheck = 0
  checkMillis = Number.POSITIVE_INFINITY
  notBeforeMillis = 0
  readonly backoff: Backoff
  /** The maximum number of names: `chunk` in the next command, `maxNames` in the slot. Refusals lower both. */
  chunk = Number.POSITIVE_INFINITY
  maxNames = Number.POSITIVE_INFINITY
  /**
   * `isInterrupted`: whether the members were notified of an outage. `wasOpened`: whether the slot was opened after
   * that.
   */
  isInterrupted = false
  wasOpened = false
  isSettled = false
  /** When the exchange last opened the subscription, by the monotonic clock. */
  openedMillis = 0
  /** When the exchange last opened or ended the subscription, or when the slot was made. Unix milliseconds. */
  sinceMillis: number

  get isWanted(): boolean {
    return this.topic.kind === undefined ? this.isUsed : this.names.size > 0
  }

  constructor(topic: Topic, line: Line, backoff: Backoff, names: Set<string>, sinceMillis: number) {
    this.topic = topic
    this.line = line
    this.backoff = backoff
    this.names = names
    this.sinceMillis = sinceMillis
  }
}

/** A connection, and the connections that replace it after a loss. */
export class Line {
  /** The number of the connection. Undefined without a connection. */
  generation: number | undefined
  status: "idle" | "waiting" | "dialing" | "open" = "idle"
  /** When to connect, or when the handshake must be over. */
  dueMillis = 0
  openedMillis = 0
  sinceMillis = 0
  lastCause: LossCause | undefined
  /** The loss or the failed attempt before the next attempt to connect. Undefined for a line that was idle. */
  redialCause: LossCause | undefined
  readonly backoff: Backoff
  slots: ReadonlyArray<Slot> = []
  readonly bySid = new Map<number, Slot>()
  readonly pending: Pending<Slot>
  readonly early: EarlyMessages
  readonly pace: Pace
  delay: Delay
  isHeard = false
  checkMillis = Number.POSITIVE_INFINITY
  /**
   * `mustVerify`: whether to request the exchange's list of subscriptions. `verifying`: the command that requests it.
   */
  mustVerify = false
  verifying: Sent<Slot> | undefined
  /** The `sid`s of subscriptions without a user. The session ends them. */
  readonly orphans = new Set<number>()
  /** When the pace allows the next command. Undefined if no command waits. */
  commandMillis: number | undefined
  /** `replaces`: the line that this line will replace. `held`: the events that this line holds back until then. */
  replaces: Line | undefined
  held: Array<{ readonly slot: Slot; readonly name: string | undefined; readonly event: SessionEvent }> = []

  constructor(parts: {
    readonly backoff: Backoff
    readonly pending: Pending<Slot>
    readonly early: EarlyMessages
    readonly pace: Pace
    readonly delay: Delay
  }) {
    this.backoff = parts.backoff
    this.pending = parts.pending
    this.early = parts.early
    this.pace = parts.pace
    this.delay = parts.delay
  }
}
