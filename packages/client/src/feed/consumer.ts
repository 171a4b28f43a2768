/**
 * The events that wait for one consumer.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { type FeedError, Lagging } from "./FeedError.ts"

export const defaultBufferSize = 65_536

/**
 * A bounded queue of events. The first event that does not fit ends the stream with `Lagging`, after the waiting
 * events.
 */
export class Consumer<A> {
  readonly #channel: Lagging["channel"]
  readonly #bufferSize: number
  readonly #queue: Queue.Queue<A, FeedError | Cause.Done>
  #isOver = false

  private constructor(channel: Lagging["channel"], bufferSize: number, queue: Queue.Queue<A, FeedError | Cause.Done>) {
    this.#channel = channel
    this.#bufferSize = bufferSize
    this.#queue = queue
  }

  static make<A>(channel: Lagging["channel"], bufferSize: number): Effect.Effect<Consumer<A>> {
    return Effect.map(
      Queue.dropping<A, FeedError | Cause.Done>(bufferSize),
      (queue) => new Consumer(channel, bufferSize, queue)
    )
  }

  get stream(): Stream.Stream<A, FeedError> {
    return Stream.fromQueue(this.#queue)
  }

  get size(): number {
    return Queue.sizeUnsafe(this.#queue)
  }

  /** Returns false only for the first event that does not fit. Later events are dropped. */
  offer(event: A): boolean {
    if (this.#isOver || Queue.offerUnsafe(this.#queue, event)) return true
    this.end(new Lagging({ channel: this.#channel, waiting: this.#bufferSize }))
    return false
  }

  /** Ends the stream after the waiting events. */
  end(error: FeedError | undefined): void {
    this.#isOver = true
    if (error === undefined) Queue.endUnsafe(this.#queue)
    else Queue.failCauseUnsafe(this.#queue, Cause.fail(error))
  }
}
