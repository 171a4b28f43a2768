/**
 * Writes what the feed delivers as the lines of a recording.
 *
 * @module
 */
import type * as Feed from "@kalshi-effect/client/Feed"
import type { InvalidRequest } from "@kalshi-effect/client/Errors"
import type { ChannelName } from "@kalshi-effect/client/generated/feed"
import * as Result from "effect/Result"
import type { RecordedChannel } from "./channels.ts"
import { encode, encodeFrame, type Notice, type ReadReason } from "./lines.ts"
import type { Writer } from "./Writer.ts"

/** The reason why the feed, or one of its channels, ended for good. */
export type RecorderError = Feed.FeedError | InvalidRequest

export interface RecorderOptions {
  readonly writer: Pick<Writer, "line" | "flush">
  readonly feed: Feed.KalshiFeed["Service"]
  readonly tickers: ReadonlyArray<string>
  readonly nowMillis: () => number
  /** Requests the order books over REST. */
  readonly requestBooks: (reason: ReadReason) => void
  readonly onEnd: (error: RecorderError) => void
  /** Called for each notice, after the recorder has written it as a line. */
  readonly onNotice: (notice: Notice) => void
}

export interface Counts {
  frames: number
  orderBooks: number
  /**
   * The number of outages of the channel that was interrupted most often. A lost connection interrupts every channel
   * once.
   */
  outages: number
  gaps: number
}

type Event = Exclude<Feed.SessionEvent, { readonly _tag: "Message" }>

const describe = (event: Event): Pick<Notice, "type" | "detail" | "markets"> => {
  switch (event._tag) {
    case "Outage": {
      const { cause, markets } = event
      const reason = "reason" in cause && cause.reason !== "" ? `: ${cause.reason}` : ""
      const code = "code" in cause && cause.code !== undefined ? ` with code ${cause.code}` : ""
      return { type: "outage", markets, detail: `${cause._tag}${code}${reason}` }
    }
    case "Restored":
      return { type: "restored", detail: `the channel was interrupted for ${event.durationMillis} ms` }
    case "Gap": {
      const { expectedSeq, markets, reason, receivedSeq } = event
      return { type: "gap", markets, detail: `${reason}: expected seq ${expectedSeq}, received ${receivedSeq}` }
    }
    case "Refused":
      return { type: "refused", markets: event.markets, detail: event.error.message }
    case "Replaced":
      return { type: "replaced", markets: event.markets, detail: `connection ${event.generation}` }
    case "Undecodable":
      return {
        type: "undecodable",
        ...(event.market !== undefined && { markets: [event.market] }),
        detail: `${event.reason} at ${event.pointer}`
      }
    case "UnknownMessage":
      return { type: "unknown_message", detail: `the type ${event.type}` }
    case "UnknownKeys":
      return { type: "unknown_keys", markets: [event.market], detail: event.pointers.join(", ") }
    case "Delay":
      return {
        type: "delay",
        detail: event.isLate ? `messages are ${event.growthMillis} ms later than usual` : "messages are on time again"
      }
  }
}

/** Many faulty messages in a row must not cause a request each. */
const requestIntervalMillis = 1_000

export class Recorder {
  readonly #options: RecorderOptions
  readonly counts: Counts = { frames: 0, orderBooks: 0, outages: 0, gaps: 0 }
  /**
   * The last frame (a message of the feed). It is written later: if it reveals a gap, the line of the gap must come
   * first.
   */
  #pending: { readonly line: string; readonly isCounted: boolean } | undefined
  readonly #outages = new Map<ChannelName, number>()
  readonly #subscriptions: Array<Feed.Subscription> = []
  #books: Feed.Subscription | undefined
  /** The books whose snapshot is requested at `#requestMillis` or later. */
  readonly #missing = new Set<string>()
  #requestMillis = 0
  #stopFrames = (): void => {}
  #isStopped = false

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  start(channels: ReadonlyArray<RecordedChannel>): void {
    const { feed, onEnd, writer } = this.#options
    this.#stopFrames = feed.record({
      onFrame: (frame) => {
        this.#flushPending()
        this.#pending = { line: encodeFrame(frame), isCounted: !frame.text.includes('"orderbook_snapshot"') }
        this.counts.frames++
      },
      onEnd: (error) => this.#whileRunning(() => onEnd(error))
    })
    for (const channel of channels) this.#subscribe(channel)
    writer.flush()
  }

  /** Writes the last frame, and requests snapshots that are due. Call this regularly, when no frame is in progress. */
  settle(): void {
    this.#flushPending()
    this.#requestMissing()
  }

  /**
   * Requests snapshots of all books. Each new part of the recording needs them, because a part must be readable without
   * the other parts.
   */
  requestSnapshots(): void {
    // If the session has just ended, this call has no effect.
    this.#books?.snapshot(this.#options.tickers)
  }

  stop(): void {
    this.#isStopped = true
    this.#stopFrames()
    for (const subscription of this.#subscriptions) subscription.close()
    this.#flushPending()
  }

  /** Adds a line that does not come from the feed. */
  line(text: string): void {
    this.#flushPending()
    this.#options.writer.line(text, false)
  }

  #miss(markets: ReadonlyArray<string>): void {
    for (const market of markets) this.#missing.add(market)
    this.#requestMissing()
  }

  #requestMissing(): void {
    const nowMillis = this.#options.nowMillis()
    if (this.#missing.size === 0 || nowMillis < this.#requestMillis) return
    this.#requestMillis = nowMillis + requestIntervalMillis
    this.#books?.snapshot([...this.#missing])
    this.#missing.clear()
  }

  #whileRunning(run: () => void): void {
    if (!this.#isStopped) run()
  }

  #flushPending(): void {
    const pending = this.#pending
    this.#pending = undefined
    if (pending !== undefined) this.#options.writer.line(pending.line, pending.isCounted)
  }

  #subscribe(channel: RecordedChannel): void {
    const named = { market_tickers: this.#options.tickers }
    switch (channel) {
      case "orderbook_delta":
        this.#books = this.#add(
          this.#options.feed.subscribe<"orderbook_delta">(
            { channel, params: { ...named, use_yes_price: true } },
            this.#subscriber(channel)
          )
        )
        return
      case "market_lifecycle_v2":
        return void this.#add(
          this.#options.feed.subscribe<"market_lifecycle_v2">({ channel }, this.#subscriber(channel))
        )
      default:
        return void this.#add(this.#options.feed.subscribe({ channel, params: named }, this.#subscriber(channel)))
    }
  }

  #add(subscribed: ReturnType<Feed.KalshiFeed["Service"]["subscribe"]>): Feed.Subscription | undefined {
    if (Result.isFailure(subscribed)) {
      this.#options.onEnd(subscribed.failure)
      return undefined
    }
    this.#subscriptions.push(subscribed.success)
    return subscribed.success
  }

  #subscriber(channel: ChannelName) {
    return {
      onEvent: (event: Feed.SessionEvent): void => {
        if (event._tag !== "Message") this.#whileRunning(() => this.#onEvent(channel, event))
      },
      onEnd: (error: Feed.FeedError | undefined): void => {
        if (error !== undefined) this.#whileRunning(() => this.#options.onEnd(error))
      }
    }
  }

  #onEvent(channel: ChannelName, event: Event): void {
    const { nowMillis, onNotice, requestBooks, tickers, writer } = this.#options
    const notice: Notice = { ...describe(event), at_ms: nowMillis(), channel }
    // The frame that reveals a gap is still pending when the gap is written, so the gap comes first.
    if (event._tag !== "Gap") this.#flushPending()
    writer.line(encode(notice))
    const isBook = channel === "orderbook_delta"
    if (event._tag === "Outage") {
      const outages = (this.#outages.get(channel) ?? 0) + 1
      this.#outages.set(channel, outages)
      this.counts.outages = Math.max(this.counts.outages, outages)
    }
    if (event._tag === "Restored" && (isBook || this.#books === undefined)) requestBooks("reconnect")
    if (event._tag === "Gap") {
      this.counts.gaps++
      if (isBook) {
        this.#miss(event.markets)
        requestBooks("gap")
      }
    }
    // The recorded book is not known until its next snapshot.
    if (event._tag === "Undecodable" && isBook) {
      this.#miss(event.market === undefined ? tickers : [event.market])
    }
    onNotice(notice)
  }
}

const maxNamed = 5

const listOf = (markets: ReadonlyArray<string>): string => {
  if (markets.length === 0) return ""
  const more = markets.length - maxNamed
  return ` for ${markets.slice(0, maxNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`
}

export const noticeText = ({ channel, detail, markets = [], type }: Notice): string => {
  const what = type.replaceAll("_", " ")
  return `${what}${channel === undefined ? "" : ` of ${channel}`}${listOf(markets)}: ${detail}`
}
