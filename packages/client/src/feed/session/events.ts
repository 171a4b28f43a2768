/**
 * What the user of a subscription receives: messages, and what happened to them on the way.
 *
 * @module
 */
import type { ChannelMessage, ChannelName, Message } from "../../generated/feed.ts"
import type { FeedError, LossCause, MarketsError } from "../FeedError.ts"

/** A message of the channel. All its subscribers receive the same object. */
export interface MessageEvent<M = Message> {
  readonly _tag: "Message"
  readonly message: M
  /** The number of the connection. A later connection has a higher one. */
  readonly generation: number
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
 * Between `Outage` and `Restored`, messages were lost. With `Gap`, messages of a subscription with `seq` were lost, or its
 * count started again: `missing` says that the numbers from `expectedSeq` up to `receivedSeq` did not arrive, `reset` that
 * a lower number arrived, and `overflow` that too many messages arrived before the reply to the subscribe command.
 */
export type SessionEvent<M = Message> =
  | MessageEvent<M>
  /** A message breaks the contract. It was counted in `seq` if its `sid` and `seq` were readable. */
  | {
      readonly _tag: "Undecodable"
      readonly generation: number
      /** Undefined if it could not be read: then every subscriber of the connection receives the event. */
      readonly sid: number | undefined
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
  /** The subscription, or a part of it, is interrupted. It is restored unless the subscription ends. */
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
  /** Some markets are no longer part of the subscription. The others are kept. */
  | { readonly _tag: "Refused"; readonly markets: ReadonlyArray<string>; readonly error: MarketsError }
  /** The delay from sending to receipt grew, or fell again. */
  | { readonly _tag: "Delay"; readonly isLate: boolean; readonly growthMillis: number }
  /**
   * The subscription changed over to a new connection. Messages of the old one may be repeated, none is missing. A book
   * starts again from its snapshot.
   */
  | {
      readonly _tag: "Replaced"
      readonly generation: number
      readonly sid: number
      /** All markets, indices or underlyings of the `sid`. Empty for a subscription without such a list. */
      readonly markets: ReadonlyArray<string>
    }

/** The user of a subscription. Calls are synchronous. If a subscriber throws, only its subscription ends. */
export interface Subscriber<Name extends ChannelName = ChannelName> {
  readonly onEvent: (event: SessionEvent<ChannelMessage<Name>>) => void
  /** The subscription ended: with its error, or undefined if its user closed it. Called once. */
  readonly onEnd: (error: FeedError | undefined) => void
  /** The command `get_snapshot` is sent with this id, on request or by the session itself. The snapshots carry the id. */
  readonly onSnapshotRequest?: ((id: number, markets: ReadonlyArray<string>) => void) | undefined
}
