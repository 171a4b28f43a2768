/**
 * Messages that arrive before the reply to the subscribe command that opened their subscription.
 *
 * @module
 */
import type { Message } from "../../generated/feed.ts"
import type * as FeedMessages from "../FeedMessages.ts"

/** A message that does not decode keeps its place among the other messages. */
export type Early =
  | { readonly _tag: "Decoded"; readonly message: Message; readonly receivedMillis: number; readonly text: string }
  | {
      readonly _tag: "Undecodable"
      readonly error: FeedMessages.InvalidMessage | FeedMessages.UnknownMessage
      readonly text: string
      readonly seq: number | undefined
      /** What could be read of the message's `msg`. */
      readonly msg: unknown
    }

export class EarlyMessages {
  readonly #bySid = new Map<number, Array<Early>>()
  readonly #maxMessages: number
  /** The `sid`s (subscription ids) for which a message was dropped, because too many messages wait. */
  readonly #incomplete = new Set<number>()
  #size = 0

  constructor(maxMessages: number) {
    this.#maxMessages = maxMessages
  }

  hold(sid: number, early: Early): void {
    if (this.#size >= this.#maxMessages) {
      this.#incomplete.add(sid)
      return
    }
    this.#size++
    const held = this.#bySid.get(sid)
    if (held === undefined) this.#bySid.set(sid, [early])
    else held.push(early)
  }

  /** Removes and returns the messages of a `sid`. Also returns whether other messages of this `sid` were dropped. */
  take(sid: number): { readonly messages: ReadonlyArray<Early>; readonly isIncomplete: boolean } {
    const messages = this.#bySid.get(sid) ?? []
    this.#bySid.delete(sid)
    this.#size -= messages.length
    return { messages, isIncomplete: this.#incomplete.delete(sid) }
  }

  get size(): number {
    return this.#size
  }

  clear(): void {
    this.#bySid.clear()
    this.#incomplete.clear()
    this.#size = 0
  }
}
