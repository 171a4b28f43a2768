/**
 * Keeps the newest value of each key until one consumer takes it.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { FeedError } from "./FeedError.ts"

export class Newest<A> {
  readonly stream: Stream.Stream<A, FeedError>
  readonly #waiting = new Map<string, A>()
  readonly #keys: Queue.Queue<string, FeedError | Cause.Done>

  private constructor(keys: Queue.Queue<string, FeedError | Cause.Done>) {
    this.#keys = keys
    this.stream = Stream.mapEffect(Stream.fromQueue(keys), (key) => Effect.sync(() => this.#take(key)))
  }

  static make<A>(): Effect.Effect<Newest<A>> {
    return Effect.map(Queue.unbounded<string, FeedError | Cause.Done>(), (keys) => new Newest<A>(keys))
  }

  publish(key: string, value: A): void {
    const isWaiting = this.#waiting.has(key)
    this.#waiting.set(key, value)
    if (!isWaiting) Queue.offerUnsafe(this.#keys, key)
  }

  /** Ends the stream after the consumer has taken the waiting values. */
  end(error: FeedError | undefined): void {
    if (error === undefined) Queue.endUnsafe(this.#keys)
    else Queue.failCauseUnsafe(this.#keys, Cause.fail(error))
  }

  #take(key: string): A {
    const value = this.#waiting.get(key)
    this.#waiting.delete(key)
    return value as A // each key in the queue has a waiting value
  }
}
