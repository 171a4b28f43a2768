/**
 * The parts of a session that all its modules use: settings, sockets, clocks and state. `model.ts` explains `Topic`,
 * `Slot` and `Line`.
 *
 * @module
 */
import type * as Result from "effect/Result"
import type { ChannelName, Message } from "../../generated/feed.ts"
import type { FeedError, LossCause } from "../FeedError.ts"
import * as FeedMessages from "../FeedMessages.ts"
import { Backoff } from "./backoff.ts"
import { Delay } from "./delay.ts"
import { EarlyMessages } from "./early.ts"
import type { GapReason, Recorder } from "./events.ts"
import { Line, Slot, type Topic } from "./model.ts"
import { Pace } from "./pace.ts"
import { Pending } from "./pending.ts"
import type { SessionOptions, Settings } from "./settings.ts"
import { settingsOf } from "./settings.ts"

/** What a session asks of its owner. `generation` is the number of a connection. */
export interface Outside {
  /**
   * Opens a connection. `after` is the loss or the failed attempt before this dial. The owner later calls `opened`,
   * `refused` or `closed` with this generation.
   */
  readonly dial: (generation: number, after: LossCause | undefined) => void
  readonly send: (generation: number, text: string) => void
  /**
   * Ends a connection or a dial without waiting for its close event. The session ignores later reports about this
   * generation. `cause` is undefined if the session no longer needs the connection.
   */
  readonly abandon: (generation: number, cause?: LossCause) => void
  readonly observer?: Observer
}

/** Receives events of a session, for metrics. Must not throw. */
export interface Observer {
  /** Times are in Unix milliseconds. */
  readonly onMessage: (channel: ChannelName, sendingMillis: number | undefined, receivedMillis: number) => void
  readonly onGap: (channel: ChannelName, reason: GapReason) => void
  readonly onUndecodable: (errorType: "InvalidMessage" | "UnknownMessage") => void
}

/**
 * The two clocks of this machine. Timers use the monotonic clock. Times in events use the wall clock, in Unix
 * milliseconds.
 */
export interface Clock {
  readonly wallMillis: () => number
  readonly monotonicMillis: () => number
}

export interface Counters {
  dials: number
  losses: number
  gaps: number
  /** Messages with the same `seq` as the previous message. The session does not deliver such data messages. */
  duplicates: number
  undecodable: number
  /** Messages of an old connection, which were ignored. */
  stale: number
  /** Messages of an unknown subscription, which were ignored. */
  stray: number
  messages: number
}

export class Core {
  readonly settings: Settings
  readonly outside: Outside
  readonly clock: Clock
  readonly random: () => number
  readonly decode: (text: string) => Result.Result<Message, FeedMessages.InvalidMessage | FeedMessages.UnknownMessage>
  readonly topics = new Map<string, Topic>()
  readonly byGeneration = new Map<number, Line>()
  lines: ReadonlyArray<Line> = []
  readonly recorders = new Set<Recorder>()
  lastGeneration = 0
  lastCommandId = 0
  /** The line whose handshake is in flight: at most one. */
  dialing: Line | undefined
  /** No dial starts before this time, because the exchange requested a wait. */
  dialNotBeforeMillis = 0
  /** The number of dials that the exchange refused because of the clock, since a connection was last opened. */
  clockRefusals = 0
  /** Set when the session ends. After that, nothing is sent or dialed. */
  ended: FeedError | undefined
  /** Whether commands or dials may be due. */
  isDirty = false
  readonly counters: Counters = {
    dials: 0,
    losses: 0,
    gaps: 0,
    duplicates: 0,
    undecodable: 0,
    stale: 0,
    stray: 0,
    messages: 0
  }

  constructor(options: SessionOptions, outside: Outside, clock: Clock, random: () => number) {
    this.settings = settingsOf(options)
    this.outside = outside
    this.clock = clock
    this.random = random
    this.decode = FeedMessages.decoder({ compiledDecoding: this.settings.compiledDecoding })
  }

  /** In whole milliseconds, so that sums are exact. */
  now(): number {
    return Math.floor(this.clock.monotonicMillis())
  }

  addLine(): Line {
    const { settings } = this
    const line = new Line({
      backoff: this.#backoff(),
      pending: new Pending<Slot>(),
      early: new EarlyMessages(settings.maxEarlyMessages),
      pace: new Pace(settings.commandBurst, settings.commandIntervalMillis),
      delay: this.newDelay()
    })
    line.sinceMillis = this.clock.wallMillis()
    this.lines = [...this.lines, line]
    return line
  }

  removeLine(line: Line): void {
    this.lines = this.lines.filter((other) => other !== line)
  }

  newDelay(): Delay {
    return new Delay(this.settings.delayMillis)
  }

  addSlot(topic: Topic, line: Line, names: Set<string>): Slot {
    const slot = new Slot(topic, line, this.#backoff(), names, this.clock.wallMillis())
    line.slots = [...line.slots, slot]
    this.isDirty = true
    return slot
  }

  /** Marks a slot for which commands may be due. */
  touch(slot: Slot): void {
    slot.isSettled = false
    this.isDirty = true
  }

  #backoff(): Backoff {
    return new Backoff(this.settings.minBackoffMillis, this.settings.maxBackoffMillis, this.random)
  }
}
