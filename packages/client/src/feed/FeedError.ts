/**
 * The errors of the feed: why a subscription ended, or why some of its markets are not received.
 *
 * @module
 */
import * as Data from "effect/Data"
import { type ErrorBody, explain, type Explanation } from "../Errors.ts"
import type { ChannelName } from "../generated/feed.ts"

const printLimit = 500

const clip = (text: string): string => (text.length <= printLimit ? text : `${text.slice(0, printLimit)}…`)

const maxPrintedNames = 5

const list = (names: ReadonlyArray<string>): string => {
  const more = names.length - maxPrintedNames
  return names.slice(0, maxPrintedNames).join(", ") + (more > 0 ? ` and ${more} more` : "")
}

const about = (names: ReadonlyArray<string>): string => (names.length === 0 ? "" : ` for ${list(names)}`)

/**
 * The exchange refused the connection permanently. The feed does not connect again.
 *
 * **Details**
 *
 * `status` is the status of the refused WebSocket upgrade. With a 401, `explanation` is the same as in `Unauthorized`.
 * If the exchange refuses the timestamp of a signature, the feed signs once more. A second such refusal ends the feed.
 */
export class ConnectionRefused
  extends /*#__PURE__*/ Data.TaggedError("ConnectionRefused")<{
    readonly status: number
    readonly body: ErrorBody
    readonly explanation: Explanation | undefined
  }>
{
  override get message(): string {
    const { code, message } = this.body
    const reason = code === undefined || code === message ? message : `${code}: ${message}`
    const remedy =
      this.explanation === undefined
        ? "correct the key or the address, then build the layer again"
        : explain(this.explanation, this.body)
    return `The exchange refused the feed with status ${this.status}: ${clip(reason)} (${remedy})`
  }
}

/**
 * The exchange closed the connection with a code that forbids reconnecting: 1002, 1003, 1007 to 1010, or 4000 to 4999.
 */
export class ConnectionClosed
  extends /*#__PURE__*/ Data.TaggedError("ConnectionClosed")<{
    readonly code: number
    readonly reason: string
  }>
{
  override get message(): string {
    const reason = this.reason === "" ? "" : `: ${clip(this.reason)}`
    return `The exchange closed the feed with code ${this.code}${reason} (the code forbids reconnecting: correct the cause, then build the layer again)`
  }
}

/** Why a connection was lost, or could not be opened. */
export type LossCause =
  /** The connection closed. `code` is 1006 if no close frame arrived. */
  | { readonly _tag: "Closed"; readonly code: number; readonly reason: string }
  /** The exchange refused the WebSocket upgrade, but can accept a later upgrade. */
  | { readonly _tag: "Refused"; readonly status: number; readonly reason: string }
  /** No connection could be opened. */
  | { readonly _tag: "Unreachable"; readonly reason: string }
  /** The handshake took too long. */
  | { readonly _tag: "DialTimedOut"; readonly timeoutMillis: number }
  /** The exchange did not answer a probe (a command that tests the connection) in time. */
  | { readonly _tag: "Unresponsive"; readonly timeoutMillis: number }
  /** The exchange refused a probe, so the state of the connection is unknown. */
  | { readonly _tag: "ProbeRefused"; readonly code: number; readonly reason: string }
  /** The clock jumped, most likely because this machine was suspended. */
  | { readonly _tag: "ClockJumped"; readonly jumpMillis: number }
  /** This subscription ended, and the feed opens it again. The connection stays open. */
  | { readonly _tag: "SubscriptionLost"; readonly code: number | undefined; readonly reason: string }

export const describeLoss = (cause: LossCause): string => {
  switch (cause._tag) {
    case "Closed":
      return `the connection closed with code ${cause.code}${cause.reason === "" ? "" : `, ${clip(cause.reason)}`}`
    case "Refused":
      return `the exchange refused the connection with status ${cause.status}, ${clip(cause.reason)}`
    case "Unreachable":
      return `no connection could be opened, ${clip(cause.reason)}`
    case "DialTimedOut":
      return `the handshake took more than ${cause.timeoutMillis} ms`
    case "Unresponsive":
      return `the exchange did not answer within ${cause.timeoutMillis} ms`
    case "ProbeRefused":
      return `the exchange refused to list the subscriptions with error ${cause.code}, ${clip(cause.reason)}`
    case "ClockJumped":
      return `the clock jumped by ${cause.jumpMillis} ms`
    case "SubscriptionLost":
      return `the subscription ended, ${clip(cause.reason)}`
  }
}

/**
 * The connection was lost, and the feed does not open it again. Reconnecting is switched off, or too many attempts
 * failed. `attempts` counts the attempts to reconnect since the last stable connection. `cause` is the cause of the
 * last loss.
 */
export class ConnectionLost
  extends /*#__PURE__*/ Data.TaggedError("ConnectionLost")<{
    readonly cause: LossCause
    readonly attempts: number
    readonly reconnects: boolean
  }>
{
  override get message(): string {
    const why = this.reconnects
      ? `${this.attempts} attempts to connect failed: allow more attempts, or subscribe again later`
      : "reconnecting is switched off: subscribe again"
    return `The feed has no connection: ${describeLoss(this.cause)} (${why})`
  }
}

/**
 * The exchange refused a command, or reported an error of a subscription. `markets` lists the markets, indices or
 * underlyings that are no longer part of the subscription. The subscription keeps all other names. It ends if no name
 * is left, or if it has no list of names.
 */
export class SubscriptionRefused
  extends /*#__PURE__*/ Data.TaggedError("SubscriptionRefused")<{
    readonly channel: ChannelName
    readonly code: number
    /** The name of the code, such as `InvalidParameter`. Undefined if the code is not in the AsyncAPI document. */
    readonly codeName: string | undefined
    readonly reason: string
    readonly markets: ReadonlyArray<string>
  }>
{
  override get message(): string {
    const name = this.codeName === undefined ? "" : ` ${this.codeName}`
    return `The exchange refused ${this.channel}${about(this.markets)}: error ${this.code}${name}, ${clip(this.reason)} (correct the request, then subscribe again)`
  }
}

/** The exchange acknowledged a command, but its reply does not list some of the markets of the command. */
export class MarketsNotListed
  extends /*#__PURE__*/ Data.TaggedError("MarketsNotListed")<{
    readonly channel: ChannelName
    readonly markets: ReadonlyArray<string>
  }>
{
  override get message(): string {
    return `The exchange does not send ${this.channel}${about(this.markets)}, although it accepted the command: check that these names exist`
  }
}

/** No snapshot of a book arrived in time, not even after a request. Most likely the market does not exist. */
export class SnapshotMissing
  extends /*#__PURE__*/ Data.TaggedError("SnapshotMissing")<{
    readonly channel: ChannelName
    readonly markets: ReadonlyArray<string>
    readonly waitedMillis: number
  }>
{
  override get message(): string {
    return `No snapshot arrived${about(this.markets)} within ${this.waitedMillis} ms: check that the market exists and is open`
  }
}

/** The exchange ended a subscription without a request to end it. */
export class SubscriptionEnded
  extends /*#__PURE__*/ Data.TaggedError("SubscriptionEnded")<{
    readonly channel: ChannelName
  }>
{
  override get message(): string {
    return `The exchange ended the subscription to ${this.channel} without a request or a reason: subscribe again`
  }
}

/**
 * The exchange did not answer a command, or answered with error 18 (CommandTimeout), although it answers other commands.
 * `attempts` counts how often the command was sent.
 */
export class CommandTimedOut
  extends /*#__PURE__*/ Data.TaggedError("CommandTimedOut")<{
    readonly channel: ChannelName
    readonly markets: ReadonlyArray<string>
    readonly timeoutMillis: number
    readonly attempts: number
  }>
{
  override get message(): string {
    return `The exchange did not carry out a command on ${this.channel}${about(this.markets)}. The command was sent ${this.attempts} times, with a timeout of ${this.timeoutMillis} ms: subscribe again later`
  }
}

/**
 * A subscription needs more connections than the option `maxConnections` allows. A connection has at most one
 * subscription per channel, so each filter of a channel needs its own connection. Markets beyond the limit of a
 * subscription need another connection.
 */
export class TooManyConnections
  extends /*#__PURE__*/ Data.TaggedError("TooManyConnections")<{
    readonly channel: ChannelName
    readonly maxConnections: number
  }>
{
  override get message(): string {
    return `A subscription to ${this.channel} needs more connections than maxConnections (${this.maxConnections}) allows. Use fewer different filters or fewer markets of this channel, or raise maxConnections`
  }
}

/** A handler of events threw. Only its own subscription ends. */
export class HandlerFailed
  extends /*#__PURE__*/ Data.TaggedError("HandlerFailed")<{
    readonly channel: ChannelName
    readonly cause: unknown
  }>
{
  override get message(): string {
    return `A handler of ${this.channel} threw: ${clip(String(this.cause))} (its subscription ended: correct the handler)`
  }
}

/** A consumer is too slow: its buffer is full, and events would be lost. */
export class Lagging
  extends /*#__PURE__*/ Data.TaggedError("Lagging")<{
    /** The channel. `account` means the events of an account, and `frames` means raw frames. */
    readonly channel: ChannelName | "account" | "frames"
    /** How many events waited for the consumer. */
    readonly waiting: number
  }>
{
  override get message(): string {
    return `A consumer of ${this.channel} is too slow: ${this.waiting} events wait for it (consume faster, subscribe to fewer markets, or set a larger buffer)`
  }
}

/** The feed was closed. */
export class FeedClosed extends /*#__PURE__*/ Data.TaggedError("FeedClosed") {
  override get message(): string {
    return "The feed is closed: its scope ended. Build the layer again to subscribe"
  }
}

/** Why some of the markets of a subscription are not received. */
export type MarketsError = SubscriptionRefused | MarketsNotListed | SnapshotMissing | CommandTimedOut

/** Why a subscription ended. */
export type FeedError =
  | MarketsError
  | ConnectionRefused
  | ConnectionClosed
  | ConnectionLost
  | SubscriptionEnded
  | TooManyConnections
  | HandlerFailed
  | Lagging
  | FeedClosed
