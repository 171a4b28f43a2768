/**
 * The log of an exchange: its commands and the events that they cause, in order.
 *
 * @module
 */
import type { Command, CommandEntry } from "./Commands.ts"
import type { Event, EventBody } from "./Entities.ts"

/** An event is caused by the last command before it, or by a timer. */
export type LogEntry = CommandEntry | Event

export type LogBody = EventBody | { readonly type: "command"; readonly command: Command }

export class Log {
  readonly #subscribers = new Set<(entry: LogEntry) => void>()
  #undelivered: Array<LogEntry> = []
  #seq = 0
  #isDelivering = false

  get hasSubscribers(): boolean {
    return this.#subscribers.size > 0
  }

  add(atMillis: number, body: LogBody): void {
    this.#undelivered.push({ seq: ++this.#seq, atMillis, ...body })
  }

  /** Adds a subscription, and returns a function that ends it. */
  subscribe(subscriber: (entry: LogEntry) => void): () => void {
    // Each subscription is a separate function, so that one subscriber can subscribe twice.
    const subscription = (entry: LogEntry): void => subscriber(entry)
    this.#subscribers.add(subscription)
    return () => void this.#subscribers.delete(subscription)
  }

  /**
   * Delivers the new entries. Entries that a subscriber adds come last. If a subscriber throws, the delivery continues
   * to the end, and then throws the first error.
   */
  deliver(): void {
    if (this.#isDelivering || this.#undelivered.length === 0) {
      return
    }
    this.#isDelivering = true
    const errors: Array<unknown> = []
    for (const entry of this.#undelivered) {
      for (const subscriber of this.#subscribers) {
        try {
          subscriber(entry)
        } catch (error) {
          errors.push(error)
        }
      }
    }
    this.#undelivered = []
    this.#isDelivering = false
    if (errors.length > 0) {
      throw errors[0]
    }
  }
}
