/**
 * One connection of the feed: its subscriptions, and its queue to the network.
 *
 * @module
 */
import type { ApiKey } from "../exchange/Entities.ts"
import type { Channel, ChannelName } from "./channels.ts"
import { type FeedError, toErrorBody } from "./feedErrors.ts"
import type { FrameFault } from "./faults.ts"
import type { Line } from "./line.ts"

/** A subscription: one channel of one connection. */
export class Subscription {
  readonly sid: number
  readonly name: ChannelName
  readonly channel: Channel
  readonly connection: FeedConnection
  /** The `seq` of the subscription's last sequenced message. */
  seq = 0
  /** The markets, in the order in which they were added. Undefined for all markets, and on channels without markets. */
  markets: Set<string> | undefined
  /** The names of the indices or underlyings of the subscription. */
  readonly references = new Set<string>()
  /** Whether the subscription receives every index or underlying. */
  allReferences = false
  useYesPrice = false
  skipTickerAck = false
  userFilter: "" | "self" = ""
  shardFactor = 1
  shardKey: number | undefined
  /** Whether the data messages are discarded. They still count in `seq`. */
  isStalled = false
  /** The number of frames of the subscription in the queue. */
  waiting = 0
  /** The length of the waiting frames in characters. */
  waitingLength = 0

  constructor(sid: number, name: ChannelName, channel: Channel, connection: FeedConnection) {
    this.sid = sid
    this.name = name
    this.channel = channel
    this.connection = connection
    this.markets = channel.markets === "none" ? undefined : new Set()
  }

  /**
   * Whether the subscription may receive data of a subaccount of an account. The key of its connection must belong to
   * this account, and must not be locked to another subaccount.
   */
  isOwn(accountId: string, subaccount: number): boolean {
    const { key } = this.connection
    return key.accountId === accountId && (key.subaccount === undefined || key.subaccount === subaccount)
  }
}

/** The options that the feed gives a connection. */
export interface ConnectionOptions {
  readonly id: number
  readonly key: ApiKey
  /** The WebSocket. */
  readonly line: Line
  readonly openedMillis: number
  /** The exchange's time. */
  readonly exchangeMillis: () => number
  /**
   * The maximum number of frames of one subscription that wait for a slow client. One more frame ends the subscription.
   */
  readonly maxWaiting: number
  /** The maximum number of characters of one subscription that wait for a slow client. Default: no limit. */
  readonly maxWaitingLength?: number
  /** Calls `run` after a delay. */
  readonly later: (delayMillis: number, run: () => void) => void
  /** Called with every frame that is sent, or that waits for a slow client. */
  readonly onSend: (text: string) => void
  /** Called when a subscription ends. */
  readonly onEnded: (subscription: Subscription) => void
}

/** If the network buffers at least this many bytes, further frames wait in the connection. */
const highWaterBytes = 1024 * 1024

/** If more replies wait, the connection ends. */
const maxWaitingReplies = 100_000

interface Waiting {
  readonly text: string
  readonly subscription: Subscription | undefined
}

/** A connection of one key. */
export class FeedConnection {
  readonly id: number
  readonly key: ApiKey
  readonly line: Line
  readonly openedMillis: number
  readonly subscriptions = new Map<number, Subscription>()
  /** One subscription per channel. A further subscribe command is merged into the open subscription. */
  readonly byChannel = new Map<ChannelName, Subscription>()
  isOpen = true
  /** Whether replies are discarded. A discarded reply about a subscription still counts in its `seq`. */
  isSilent = false
  lastPongMillis: number
  lastSid = 0
  readonly #options: ConnectionOptions
  #waiting: Array<Waiting> = []
  #waitingReplies = 0

  constructor(options: ConnectionOptions) {
    this.id = options.id
    this.key = options.key
    this.line = options.line
    this.openedMillis = options.openedMillis
    this.lastPongMillis = options.openedMillis
    this.#options = options
  }

  /** The number of frames of the connection that wait for the network. */
  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Sends a data message, which a planted fault may change. `body` is the JSON of its `msg`. `id` is the id of the
   * command that requested the message.
   */
  sendData(subscription: Subscription, type: string, body: string, fault?: FrameFault, id?: number): void {
    if (fault?.change === "omit") {
      return
    }
    const seq = subscription.channel.isSequenced ? `,"seq":${++subscription.seq}` : ""
    if (subscription.isStalled) {
      return
    }
    const head = `{"type":"${type}",${id === undefined ? "" : `"id":${id},`}"sid":${subscription.sid}${seq},"msg":`
    const text = `${head}${body},"sending_ts_ms":${this.#options.exchangeMillis()}}`
    if (fault === undefined) {
      this.#send(text, subscription)
    } else {
      this.#sendFaulty(text, subscription, fault)
    }
  }

  /** Sends a reply to a command. A reply about a subscription counts in its `seq`. */
  reply(type: string, reply: { readonly id: number | undefined; readonly msg?: unknown }, about?: Subscription): void {
    this.#sendReply({
      id: reply.id,
      type,
      ...(about === undefined ? undefined : { sid: about.sid, seq: ++about.seq }),
      msg: reply.msg
    })
  }

  /** Sends an error. An error about a subscription carries its `sid`, and on sequenced channels its `seq`. */
  fail(error: FeedError, id?: number, about?: Subscription): void {
    const seq = about?.channel.isSequenced === true ? ++about.seq : undefined
    this.#sendReply({ id, type: "error", sid: about?.sid, seq, msg: toErrorBody(error) })
  }

  /** Ends a subscription with an error. Discards its waiting frames. */
  end(subscription: Subscription, error: FeedError): void {
    this.remove(subscription)
    this.#waiting = this.#waiting.filter((frame) => frame.subscription !== subscription)
    this.fail(error, undefined, subscription)
  }

  /** Removes a subscription. Its waiting frames are still sent. */
  remove(subscription: Subscription): void {
    this.subscriptions.delete(subscription.sid)
    this.byChannel.delete(subscription.name)
    this.#options.onEnded(subscription)
  }

  /** Sends waiting frames, as far as the network takes them. */
  drain(): void {
    const { line } = this
    let sent = 0
    while (sent < this.#waiting.length && line.bufferedBytes() < highWaterBytes) {
      const { subscription, text } = this.#waiting[sent++]!
      if (subscription === undefined) {
        this.#waitingReplies--
      } else {
        subscription.waiting--
        subscription.waitingLength -= text.length
      }
      line.send(text)
    }
    this.#waiting = sent === 0 ? this.#waiting : this.#waiting.slice(sent)
  }

  /** Ends the connection's subscriptions, and discards its waiting frames. */
  close(): void {
    this.isOpen = false
    this.#waiting = []
    for (const subscription of [...this.subscriptions.values()]) {
      this.remove(subscription)
    }
  }

  #sendReply(reply: object): void {
    if (!this.isSilent) {
      this.#send(JSON.stringify({ ...reply, sending_ts_ms: this.#options.exchangeMillis() }), undefined)
    }
  }

  #send(text: string, subscription: Subscription | undefined): void {
    if (!this.isOpen) {
      return
    }
    this.#options.onSend(text)
    if (this.#waiting.length === 0 && this.line.bufferedBytes() < highWaterBytes) {
      this.line.send(text)
      return
    }
    this.#waiting.push({ text, subscription })
    if (subscription === undefined) {
      if (++this.#waitingReplies > maxWaitingReplies) {
        this.line.drop("reset")
      }
      return
    }
    const { maxWaiting, maxWaitingLength = Number.POSITIVE_INFINITY } = this.#options
    subscription.waiting++
    subscription.waitingLength += text.length
    if (subscription.waiting > maxWaiting || subscription.waitingLength > maxWaitingLength) {
      this.end(subscription, { code: 25 })
    }
  }

  #sendFaulty(text: string, subscription: Subscription, { change, delayMillis }: FrameFault): void {
    const frames = changed(text, change)
    for (const frame of frames) {
      if (delayMillis === undefined) {
        this.#send(frame, subscription)
      } else {
        this.#options.later(delayMillis, () => this.#send(frame, subscription))
      }
    }
  }
}

/** The frames to send in place of one frame. */
const changed = (text: string, change: FrameFault["change"]): ReadonlyArray<string> => {
  switch (change) {
    case "skip":
      return []
    case "repeat":
      return [text, text]
    case "cut":
      return [text.slice(0, text.length >> 1)]
    case "garble":
      return [text.replace(/"msg":./, '"msg":#')]
    case "renameKeys":
      return [text.replace(/"(yes|no)_dollars_fp"/g, '"$1_levels"')]
    case "unknownType":
      return [text.replace(/^\{"type":"[^"]*"/, '{"type":"not_in_the_document"')]
    default:
      return [text]
  }
}
