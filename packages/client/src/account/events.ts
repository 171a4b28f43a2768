/**
 * Passes the events of an account to their consumers.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Consumer } from "../feed/consumer.ts"
import type { FeedError } from "../feed/FeedError.ts"
import type { Account, AccountChange, AccountLoss, AccountState, AccountStatus } from "./AccountState.ts"

/** An event of an account. */
export type AccountEvent =
  /** The account is live. `account` is its state now. The first event of a stream is a `Live`. */
  | { readonly _tag: "Live"; readonly account: Account }
  /** Messages may be missing. The account then reads REST. The changes that it finds come before the next `Live`. */
  | { readonly _tag: "Healing"; readonly loss: AccountLoss }
  | AccountChange

interface Reader {
  readonly consumer: Consumer<AccountEvent>
  /** A reader receives no event before its first `Live`. */
  hasStarted: boolean
}

export class Events {
  readonly #state: () => AccountState
  readonly #readers = new Set<Reader>()
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
        const consumer = yield* Consumer.make<AccountEvent>("account", this.#bufferSize)
        const reader: Reader = { consumer, hasStarted: false }
        yield* Effect.acquireRelease(
          Effect.sync(() => {
            this.#readers.add(reader)
            if (this.#published?._tag === "Live") this.#start(reader)
          }),
          () => Effect.sync(() => this.#readers.delete(reader))
        )
        return consumer.stream
      })
    )
  }

  publishStatus(): void {
    const { status } = this.#state()
    if (status === this.#published) return
    this.#published = status
    for (const reader of this.#readers) {
      if (status._tag === "Live") this.#start(reader)
      else if (status._tag === "Healing" && reader.hasStarted) {
        this.#offer(reader, { _tag: "Healing", loss: status.loss })
      }
    }
  }

  publish(change: AccountChange): void {
    for (const reader of this.#readers) if (reader.hasStarted) this.#offer(reader, change)
  }

  end(error: FeedError): void {
    if (this.ended !== undefined) return
    this.ended = error
    for (const { consumer } of this.#readers) consumer.end(error)
    this.#readers.clear()
  }

  #start(reader: Reader): void {
    reader.hasStarted = true
    this.#offer(reader, { _tag: "Live", account: this.#state().known() })
  }

  #offer(reader: Reader, event: AccountEvent): void {
    if (!reader.consumer.offer(event)) this.#readers.delete(reader)
  }
}
