/**
 * Planted faults of the feed. A fault applies to later upgrades, commands, data messages or subscriptions.
 *
 * @module
 */
import { channels, type ChannelName } from "./channels.ts"
import { isDelay, longestDelayMillis } from "../exchange/times.ts"
import { type FeedErrorCode, isFeedErrorCode } from "./feedErrors.ts"

/** A fault of an upgrade: its refusal, no response to it, or a connection that ends right after the handshake. */
export interface UpgradeFault {
  readonly feed: "upgrade"
  /** The number of upgrades to which the fault applies. Default: 1. */
  readonly times?: number
  /** Refuses with this status. */
  readonly status?: number
  /** With a status: the seconds in the header `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** With a status: a JSON body, or text to send unchanged. Default: the usual error body of the status. */
  readonly body?: unknown
  /** Accepts the upgrade, then closes with this code. */
  readonly closeCode?: number
  /** Drops the connection without a response. */
  readonly reset?: boolean
}

/** A fault of a command and its replies. */
export interface CommandFault {
  readonly feed: "command"
  /** The number of commands to which the fault applies. Default: 1. */
  readonly times?: number
  /** Such as `subscribe`. Default: any command. */
  readonly cmd?: string
  /**
   * Applies only to commands about this channel. If a subscribe command names several channels, the error is only for
   * this channel, unless `isExecuted` is set.
   */
  readonly channel?: ChannelName
  /** Replies with this error. */
  readonly error?: number
  /** With an error: whether the command is executed anyway, without its usual replies. Default: false. */
  readonly isExecuted?: boolean
  /** Whether the replies are discarded. Default: false. */
  readonly isSilent?: boolean
  /** The delay of the command's execution and its replies. */
  readonly delayMillis?: number
}

/** The changes of a data message. */
export const changes = [
  "skip",
  "repeat",
  "garble",
  "cut",
  "unknownType",
  "zeroDelta",
  "belowZero",
  "cross",
  "omit",
  "renameKeys"
] as const

/** A fault of a data message. */
export interface FrameFault {
  readonly feed: "frame"
  /** The number of messages to which the fault applies. Default: 1. */
  readonly times?: number
  readonly channel?: ChannelName
  /** The message type, such as `orderbook_snapshot`. */
  readonly type?: string
  readonly marketTicker?: string
  /**
   * - `skip`: does not send the message, but counts it in `seq`.
   * - `repeat`: sends the message twice, with the same `seq`.
   * - `garble`: sends invalid JSON.
   * - `cut`: sends only the first half of the message.
   * - `unknownType`: sends a type that is not in the document.
   * - `zeroDelta`: sends a delta of `0.00` before the message.
   * - `belowZero`: before the message, sends a delta that removes more than the level holds. The client's book is then
   *   wrong.
   * - `cross`: before the message, sends two deltas with the same value in `clock`. The first delta adds a bid at $0.99, which
   *   crosses almost every ask, and the second removes it.
   * - `omit`: does not send the message, and does not count it in `seq`. The client's book is then wrong, and no later
   *   message shows this.
   * - `renameKeys`: sends an `orderbook_snapshot` with other names for the keys of both sides.
   */
  readonly change?: (typeof changes)[number]
  /** The delay of the message. Later messages can arrive before it. */
  readonly delayMillis?: number
}

/** A fault of a new subscription: the `seq` of its first message. */
export interface SubscriptionFault {
  readonly feed: "subscription"
  /** The number of subscriptions to which the fault applies. Default: 1. */
  readonly times?: number
  readonly channel?: ChannelName
  readonly firstSeq: number
}

/** A planted fault of the feed. */
export type FeedFault = UpgradeFault | CommandFault | FrameFault | SubscriptionFault

/** Changes that apply to one message type. The other changes apply to every type. */
const typeOf = new Map<FrameFault["change"], string>([
  ["zeroDelta", "orderbook_delta"],
  ["belowZero", "orderbook_delta"],
  ["cross", "orderbook_delta"],
  ["renameKeys", "orderbook_snapshot"]
])

/** Returns why a fault is invalid. Undefined if the fault is valid. */
export const checkFeedFault = (fault: FeedFault): string | undefined => {
  const { times = 1 } = fault
  if (!(Number.isInteger(times) && times >= 1)) {
    return `times must be a whole number above zero, not ${times}`
  }
  if ("channel" in fault && fault.channel !== undefined && !Object.hasOwn(channels, fault.channel)) {
    return `no channel has the name ${JSON.stringify(fault.channel)}. The channels are ${Object.keys(channels).join(", ")}`
  }
  if ("delayMillis" in fault && fault.delayMillis !== undefined && !isDelay(fault.delayMillis)) {
    return `delayMillis must be 0 to ${longestDelayMillis}, not ${fault.delayMillis}`
  }
  switch (fault.feed) {
    case "upgrade":
      return checkUpgrade(fault)
    case "command":
      return fault.error !== undefined && !isFeedErrorCode(fault.error)
        ? `no error has the code ${fault.error}`
        : undefined
    case "frame": {
      const type = typeOf.get(fault.change)
      return type !== undefined && (fault.type ?? type) !== type ? `${fault.change} applies only to ${type}` : undefined
    }
    case "subscription":
      return Number.isSafeInteger(fault.firstSeq) && fault.firstSeq >= 0
        ? undefined
        : `firstSeq must be a non-negative integer, not ${fault.firstSeq}`
  }
}

const checkUpgrade = ({ closeCode, reset, status }: UpgradeFault): string | undefined => {
  if ([closeCode, reset, status].filter((effect) => effect !== undefined).length !== 1) {
    return "set exactly one of status, closeCode and reset"
  }
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
    return `status must be 200 to 599, not ${status}`
  }
  return closeCode === undefined || isCloseCode(closeCode)
    ? undefined
    : `closeCode must be 1000 to 1014 (except 1004 to 1006) or 3000 to 4999, not ${closeCode}`
}

/** Whether the code is valid in a close frame. */
export const isCloseCode = (code: number): boolean =>
  Number.isInteger(code) &&
  ((code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999))

/** The oldest fault that matches applies first. */
export class FeedFaults {
  readonly #planted: Array<{ readonly fault: FeedFault; left: number }> = []

  /** The planted faults, oldest first. */
  get planted(): ReadonlyArray<{ readonly fault: FeedFault; readonly left: number }> {
    return this.#planted
  }

  plant(fault: FeedFault): void {
    this.#planted.push({ fault, left: fault.times ?? 1 })
  }

  clear(): void {
    this.#planted.length = 0
  }

  takeUpgrade(): UpgradeFault | undefined {
    return this.#take((fault): fault is UpgradeFault => fault.feed === "upgrade")
  }

  takeCommand(cmd: string | undefined, names: ReadonlyArray<string>): CommandFault | undefined {
    return this.#take(
      (fault): fault is CommandFault =>
        fault.feed === "command" &&
        (fault.cmd === undefined || fault.cmd === cmd) &&
        (fault.channel === undefined || names.includes(fault.channel))
    )
  }

  takeFrame(name: ChannelName, type: string, ticker: string | undefined): FrameFault | undefined {
    return this.#take(
      (fault): fault is FrameFault =>
        fault.feed === "frame" &&
        (fault.channel === undefined || fault.channel === name) &&
        (fault.type === undefined || fault.type === type) &&
        (fault.marketTicker === undefined || fault.marketTicker === ticker) &&
        (typeOf.get(fault.change) ?? type) === type
    )
  }

  takeSubscription(name: ChannelName): SubscriptionFault | undefined {
    return this.#take(
      (fault): fault is SubscriptionFault =>
        fault.feed === "subscription" && (fault.channel === undefined || fault.channel === name)
    )
  }

  #take<A extends FeedFault>(matches: (fault: FeedFault) => fault is A): A | undefined {
    for (let index = 0; index < this.#planted.length; index++) {
      const planted = this.#planted[index]!
      if (matches(planted.fault)) {
        if (--planted.left <= 0) {
          this.#planted.splice(index, 1)
        }
        return planted.fault
      }
    }
    return undefined
  }
}

export const errorOf = ({ error }: CommandFault): FeedErrorCode | undefined =>
  error !== undefined && isFeedErrorCode(error) ? error : undefined
