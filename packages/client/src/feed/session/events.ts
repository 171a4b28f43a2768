/**
 * What the user of a subscription receives: messages, and events about lost, late or invalid messages.
 *
 * @module
 */
import type { ChannelMessage, ChannelName, Message } from "../../generated/feed.ts"
import type { FeedError, LossCause, MarketsError } from "../FeedError.ts"

/** A message of the channel. All subscribers receive the same object. */
export interface MessageEvent<M = Message> {
  readonly _tag: "Message"
  readonly message: M
  /** The number of the connection. A later connection has a higher number. */
  readonly generation: number
  /** The id of the subscription on its connection. */
  readonly sid: number
  /** When the message arrived, in Unix milliseconds. */
  readonly receivedMillis: number
}

/** Why messages are missing. */
export type GapReason = "missing" | "reset" | "overflow"

/**
 * An event of a subscription.
 *
 * **Details**
 *
 * Between `Outage` and `Restored`, messages may be lost. `Gap` means that messages were lost, or that the sequence
 * numbers (`seq`) started again. Its reasons:
 *
 * - `missing`, only on channels with `seq`: no messages with the numbers from `expectedSeq` to `receivedSeq - 1`
 *   arrived, except as text that is not JSON.
 * - `reset`, only on channels with `seq`: a lower number arrived.
 * - `overflow`: too many messages arrived before the reply to the subscribe command. `expectedSeq` and `receivedSeq`
 *   are equal.
 */
export type SessionEvent<M = Message> =
  | MessageEvent<M>
  /** A message does not decode. */
  | {
      readonly _tag: "Undecodable"
      readonly generation: number
      /**
       * Undefined if the `sid` could not be read. An event without a known `sid` goes to all users of the connection.
       */
      readonly sid: number | undefined
      /**
       * The market, index or underlying that the message names. Only subscribers of this name receive the event.
       * Without a known name, all users of the subscription receive it.
       */
      readonly market: string | undefined
      /** The JSON pointer of the first violation. */
      readonly pointer: string
      readonly reason: string
      /** The beginning of the message. */
      readonly text: string
    }
  /** A message has a type that this version of the client does not know. */
  | {
      readonly _tag: "UnknownMessage"
      readonly generation: number
      readonly sid: number | undefined
      readonly type: string
      /** The beginning of the message. */
      readonly text: string
    }
  /**
   * A snapshot of a book lacks a side, and has members that this version of the client does not know. The side may have
   * a new name.
   */
  | {
      readonly _tag: "UnknownKeys"
      readonly generation: number
      readonly sid: number
      readonly market: string
      /** JSON pointers. */
      readonly pointers: ReadonlyArray<string>
    }
  | {
      readonly _tag: "Gap"
      readonly generation: number
      readonly sid: number
      readonly reason: GapReason
      readonly expectedSeq: number
      readonly receivedSeq: number
      /** All markets, indices or underlyings of the `sid`. Empty for a subscription without such a list. */
      readonly markets: ReadonlyArray<string>
    }
  /** The subscription, or a part of it, is interrupted. The feed tries to restore it. */
  | {
      readonly _tag: "Outage"
      readonly cause: LossCause
      /** In Unix milliseconds. */
      readonly sinceMillis: number
      /** The markets, indices or underlyings that are interrupted. Empty for a subscription without such a list. */
      readonly markets: ReadonlyArray<string>
    }
  /** The whole subscription is live again. */
  | { readonly _tag: "Restored"; readonly sinceMillis: number; readonly durationMillis: number }
  /** Some markets are no longer part of the subscription. The subscription keeps all other markets. */
  | { readonly _tag: "Refused"; readonly markets: ReadonlyArray<string>; readonly error: MarketsError }
  /** The delay from sending to receipt grew, or fell again. */
  | { readonly _tag: "Delay"; readonly isLate: boolean; readonly growthMillis: number }
  /**
   * The subscription changed over to a new connection. Messages of the old connection may be repeated. The changeover
   * itself loses no message. A book starts again from its snapshot.
   */
  | {
      readonly _tag: "Replaced"
      readonly generation: number
      readonly sid: number
      /** All markets, indices or underlyings of the `sid`. Empty for a subscription without such a list. */
      readonly markets: ReadonlyArray<string>
    }

/** A text frame that arrived. */
export interface RawFrame {
  /** The number of the connection. A later connection has a higher number. */
  readonly generation: number
  readonly text: string
  /** When the frame arrived, in Unix milliseconds. */
  readonly receivedMillis: number
}

/** Receives the frames of all connections of a session. It must not throw. */
export interface Recorder {
  readonly onFrame: (frame: RawFrame) => void
  /** Called when the session is over. */
  readonly onEnd: (error: FeedError) => void
}

/** The user of a subscription. Calls are synchronous. If a subscriber throws, only its subscription ends. */
export interface Subscriber<Name extends ChannelName = ChannelName> {
  readonly onEvent: (event: SessionEvent<ChannelMessage<Name>>) => void
  /** Called once, when the subscription ends. `error` is undefined if the user closed the subscription. */
  readonly onEnd: (error: FeedError | undefined) => void
  /**
   * Called when the session sends `get_snapshot` with this id, even if this user did not request it. The snapshot in
   * reply has the same id, or no id.
   */
  readonly onSnapshotRequest?: ((id: number, markets: ReadonlyArray<string>) => void) | undefined
  /**
   * Called when the session sends a command that subscribes to these order books. Not called for a connection that has
   * not taken over yet.
   */
  readonly onBookRequest?: ((markets: ReadonlyArray<string>) => void) | undefined
  /**
   * Called once, when the exchange has acknowledged the whole subscription for the first time. After a later outage,
   * the event `Restored` arrives instead.
   */
  readonly onLive?: (() => void) | undefined
}
