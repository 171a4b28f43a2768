/**
 * Follows the channels of an account over one or several lines, and reports losses to the state of the account. A line
 * is one connection.
 *
 * **Details**
 *
 * A line is whole if it has delivered every message. If a line loses a message, the account stays live as long as another whole
 * line is subscribed to the channel. The lists are read again anyway, because the other line can be lost before it
 * delivers the message. A line can be up to `behindMillis` behind another line. So a line becomes whole `behindMillis`
 * after it last lost a message, or after it became live while another line was live. Until then, another line may be
 * the only line that delivers an earlier message.
 *
 * @module
 */
import * as Result from "effect/Result"
import type * as Feed from "../feed/Feed.ts"
import type { ChannelMessage } from "../generated/feed.ts"
import type { AccountChannel, AccountLoss, AccountState } from "./AccountState.ts"

type FeedService = Feed.KalshiFeed["Service"]

const channels: ReadonlyArray<AccountChannel> = ["user_orders", "fill", "market_positions", "order_group_updates"]

const behindMillis = 10_000

/** The wait before a subscription is opened again, if the exchange ended it or did not answer. */
const retryMillis = 5_000

export interface Outside {
  readonly nowMillis: () => number
  /** Called when the state may have changed. */
  readonly onInput: () => void
  /** Calls `run` after a time, unless the account closes first. */
  readonly later: (millis: number, run: () => void) => void
  /** Called when the last line has ended. */
  readonly onEnd: (error: Feed.FeedError) => void
}

class Line {
  readonly feed: FeedService
  readonly subscriptions = new Map<AccountChannel, Feed.Subscription>()
  readonly live = new Set<AccountChannel>()
  /** For each channel, the time at which the line becomes whole. */
  readonly wholeMillis = new Map<AccountChannel, number>()
  ended: Feed.FeedError | undefined

  constructor(feed: FeedService) {
    this.feed = feed
  }
}

export class Following {
  readonly #state: AccountState
  readonly #outside: Outside
  readonly #lines: ReadonlyArray<Line>
  #isClosed = false

  constructor(state: AccountState, feeds: ReadonlyArray<FeedService>, outside: Outside) {
    this.#state = state
    this.#outside = outside
    this.#lines = feeds.map((feed) => new Line(feed))
  }

  start(): void {
    for (const line of this.#lines) for (const channel of channels) this.#subscribe(line, channel)
  }

  close(): void {
    this.#isClosed = true
    for (const line of this.#lines) this.#unsubscribe(line)
  }

  get ends(): ReadonlyArray<Feed.FeedError | undefined> {
    return this.#lines.map(({ ended }) => ended)
  }

  #subscribe(line: Line, channel: AccountChannel): void {
    if (this.#isClosed || line.ended !== undefined) return
    const opened = line.feed.subscribe<AccountChannel>(
      { channel, params: {} },
      {
        onLive: () => this.#onLive(line, channel),
        onEvent: (event) => this.#onEvent(line, channel, event),
        onEnd: (error) => this.#onEnd(line, channel, error)
      }
    )
    if (Result.isSuccess(opened)) line.subscriptions.set(channel, opened.success)
    // The parameters are valid, so the error is never an `InvalidRequest`.
    else if (opened.failure._tag !== "InvalidRequest") this.#endLine(line, opened.failure)
  }

  #unsubscribe(line: Line): void {
    const open = [...line.subscriptions.values()]
    line.subscriptions.clear()
    line.live.clear()
    for (const subscription of open) subscription.close()
  }

  #isCovered(channel: AccountChannel): boolean {
    return this.#lines.some(({ live }) => live.has(channel))
  }

  #onLive(line: Line, channel: AccountChannel): void {
    const nowMillis = this.#outside.nowMillis()
    const wasCovered = this.#isCovered(channel)
    line.live.add(channel)
    // If no other line was live, the lists are read after this moment, and contain everything that this line lacks.
    line.wholeMillis.set(channel, wasCovered ? nowMillis + behindMillis : nowMillis)
    if (!wasCovered) this.#state.subscribed(channel, nowMillis)
    this.#outside.onInput()
  }

  #onEvent(line: Line, channel: AccountChannel, event: Feed.FeedEvent<AccountChannel>): void {
    switch (event._tag) {
      case "Message":
        this.#apply(event.message, event.receivedMillis)
        break
      case "Restored":
        return this.#onLive(line, channel)
      case "Outage":
        line.live.delete(channel)
        this.#lose(line, { cause: "outage", channel, detail: event.cause._tag })
        break
      case "Gap":
        this.#lose(line, {
          cause: "gap",
          channel,
          detail: `expected seq ${event.expectedSeq}, got ${event.receivedSeq}`
        })
        break
      case "Undecodable":
        this.#lose(line, { cause: "undecodable", channel, detail: `${event.reason} at ${event.pointer}` })
        break
      case "UnknownMessage":
        this.#lose(line, { cause: "undecodable", channel, detail: `a message has the unknown type ${event.type}` })
        break
      default:
        return
    }
    this.#outside.onInput()
  }

  #apply(message: ChannelMessage<AccountChannel>, receivedMillis: number): void {
    switch (message.type) {
      case "user_order":
        return this.#state.userOrder(message, receivedMillis)
      case "fill":
        return this.#state.fill(message)
      case "market_position":
        return this.#state.marketPosition(message, receivedMillis)
      case "order_group_updates":
        return this.#state.orderGroup(message)
    }
  }

  /** Records that a line lost messages. If the cause is an outage, first remove the channel from `line.live`. */
  #lose(line: Line, loss: AccountLoss): void {
    const { channel } = loss
    const nowMillis = this.#outside.nowMillis()
    line.wholeMillis.set(channel, nowMillis + behindMillis)
    if (this.#lines.some(({ live, wholeMillis }) => live.has(channel) && wholeMillis.get(channel)! <= nowMillis)) {
      return this.#state.verify(channel, nowMillis)
    }
    this.#state.lost(loss, nowMillis)
    if (this.#isCovered(channel)) this.#state.subscribed(channel, nowMillis)
  }

  #onEnd(line: Line, channel: AccountChannel, error: Feed.FeedError | undefined): void {
    if (error === undefined || this.#isClosed || line.ended !== undefined) return
    line.subscriptions.delete(channel)
    const wasLive = line.live.delete(channel)
    // The session stays open, so another attempt can succeed.
    const isTemporary = error._tag === "SubscriptionEnded" || error._tag === "CommandTimedOut"
    if (isTemporary) {
      this.#outside.later(retryMillis, () => {
        this.#subscribe(line, channel)
        this.#outside.onInput()
      })
    }
    if (wasLive) this.#lose(line, { cause: "outage", channel, detail: error._tag })
    if (!isTemporary) this.#endLine(line, error)
    this.#outside.onInput()
  }

  #endLine(line: Line, error: Feed.FeedError): void {
    if (line.ended !== undefined) return
    line.ended = error
    const lost = [...line.live]
    this.#unsubscribe(line)
    for (const channel of lost) this.#lose(line, { cause: "outage", channel, detail: error._tag })
    if (this.#lines.every(({ ended }) => ended !== undefined)) this.#outside.onEnd(error)
  }
}
