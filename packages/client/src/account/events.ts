/**
 * Passes the events of an account to their consumers.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { type FeedError, Lagging } from "../feed/FeedError.ts"
import type { Account, AccountChange, AccountLoss, AccountState, AccountStatus } from "./AccountState.ts"

/** An event of an account. */
export type AccountEvent =
  /** The account is live, with everything that is known. The first event of a stream. */
  | { readonly _tag: "Live"; readonly account: Account }
  /** Something may be missing. What is missed follows before the next `Live`. */
  | { readonly _tag: "Healing"; readonly loss: AccountLoss }
  | AccountChange

/** One consumer of the events. */
interface Consumer {
  readonly queue: Queue.Queue<AccountEvent, FeedError | Cause.Done>
  /** Whether the consumer had its first `Live`. */
  hasStarted: boolean
}

/** Passes events to consumers. */
export class Events {
  readonly #state: () => AccountState
  readonly #consumers = new Set<Consumer>()
  readonly #bufferSize: number
  #published: AccountStatus | undefined
  ended: FeedError | undefined

  constructor(state: () => AccountState, bufferSize: number) {
    this.#state = state
    this.#bufferSize = bufferSize
  }

  get stream(): Stream.Stream<AccountEvent, FeedError> {
    return Stream.unwrap(
      Effect.gen({ self: this }, function* () {
        if (this.ended !== undefined) return Stream.fail(this.ended)
        const queue = yield* Queue.dropping<AccountEvent, FeedError | Cause.Done>(this.#bufferSize)
        const consumer: Consumer = { queue, hasStarted: false }
        yield* Effect.acquireRelease(
          Effect.sync(() => {
            this.#consumers.add(consumer)
            if (this.#published?._tag === "Live") this.#start(consumer)
          }),
          () => Effect.sync(() => this.#consumers.delete(consumer))
        )
        return Stream.fromQueue(queue)
      })
    )
  }

  /** Publishes the status if it is new. */
  publishStatus(): void {
    const { status } = this.#state()
    if (status === this.#published || this.ended !== undefined) return
    this.#published = status
    for (const consumer of this.#consumers) {
      if (status._tag === "Live") this.#start(consumer)
      else if (status._tag === "Healing" && consumer.hasStarted) {
        this.#offer(consumer, { _tag: "Healing", loss: status.loss })
      }
    }
  }

  publish(change: AccountChange): void {
    for (const consumer of this.#consumers) if (consumer.hasStarted) this.#offer(consumer, change)
  }

  end(error: FeedError): void {
    if (this.ended !== undefined) return
    this.ended = error
    for (const { queue } of this.#consumers) Queue.failCauseUnsafe(queue, Cause.fail(error))
    this.#consumers.clear()
  }

  #start(consumer: Consumer): void {
    consumer.hasStarted = true
    this.#offer(consumer, { _tag: "Live", account: this.#state().known() })
  }

  #offer(consumer: Consumer, event: AccountEvent): void {
    if (Queue.offerUnsafe(consumer.queue, event)) return
    // The stream first delivers the events that wait.
    this.#consumers.delete(consumer)
    const lagging = new Lagging({ channel: "account", waiting: this.#bufferSize })
    Queue.failCauseUnsafe(consumer.queue, Cause.fail(lagging))
  }
}
