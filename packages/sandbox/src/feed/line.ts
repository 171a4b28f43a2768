/**
 * The interface between the feed and the sockets that carry it.
 *
 * @module
 */

import type { WireResponse } from "../rest/handler.ts"

export const feedPath = "/trade-api/ws/v2"

/** The feed's decision on an upgrade request. */
export type Upgrade =
  | { readonly _tag: "Refused"; readonly response: WireResponse }
  | { readonly _tag: "Accepted"; readonly open: (line: Line) => Endpoint }

/** The actions of the feed on one WebSocket. */
export interface Line {
  /** Sends one text frame. */
  readonly send: (text: string) => void
  /** The number of sent bytes that the network has not taken yet. */
  readonly bufferedBytes: () => number
  /** Sends a ping frame with this body. */
  readonly ping: (body: string) => void
  /** Starts the close handshake. */
  readonly close: (code: number, reason: string) => void
  /** Ends the connection without a close frame ("reset"), or keeps it open without reading and writing ("silence"). */
  readonly drop: (how: "reset" | "silence") => void
}

/** A frame of a connection, for the operator. */
export interface FeedFrame {
  readonly connectionId: number
  /** `in`: a text of the client. `out`: a message or reply of the exchange, with the changes of planted faults. */
  readonly direction: "in" | "out"
  readonly text: string
}

/** The events of one connection, which its WebSocket reports to the feed. */
export interface Endpoint {
  /** A complete text message arrived. */
  readonly receive: (text: string) => void
  /** A pong arrived. */
  readonly pong: () => void
  /** The network took buffered bytes, so waiting frames can follow. */
  readonly drained: () => void
  /** The connection ended. */
  readonly closed: () => void
}
