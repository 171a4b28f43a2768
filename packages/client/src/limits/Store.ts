/**
 * What a store of token buckets is asked, and what it answers.
 *
 * @module
 */
import type * as Effect from "effect/Effect"

/** A token bucket's size: tokens. */
export interface Budget {
  /** Tokens a second. */
  readonly refillRate: number
  /** Tokens when it is full. */
  readonly capacity: number
}

/** One of an account's buckets, as a {@link Store} is asked about it. */
export interface Bucket extends Budget {
  /** `read`, `write`, or `write/1` and so on: those of the shards. */
  readonly name: string
  /** False for a default: what somebody else has learned of the same bucket is better. */
  readonly learned: boolean
}

/** A call that wants tokens. */
export interface Want {
  /** One of a kind, among all that share the store. */
  readonly id: string
  readonly account: string
  /** All of them pay the cost, or none does. */
  readonly buckets: ReadonlyArray<Bucket>
  /** Tokens. */
  readonly cost: number
  readonly urgent: boolean
  /** The call goes without waiting: the store takes the tokens in any case, and the bucket owes what it lacks. */
  readonly forced: boolean
  /** For how long it has been waiting: of two that are as urgent, the one that came first is first. */
  readonly waitedMillis: number
  /** `RateLimits.Options.latency`, in milliseconds. */
  readonly latencyMillis: number
}

/**
 * Where the tokens are kept.
 *
 * **Details**
 *
 * A store cannot fail: one that stands on something that can has to know what to do without it. Its effects are not
 * interrupted, so that none of them may take long.
 */
export interface Store {
  /** True where every effect ends at once, without asking another process. */
  readonly isLocal?: boolean
  /**
   * Takes the tokens and gives 0; or takes none, and gives in how many milliseconds it is worth asking again.
   *
   * One that was refused has its place: nobody who comes after it, and is not more urgent, takes what it waits for.
   */
  readonly take: (want: Want) => Effect.Effect<number>
  /** Gives up the place of one that was refused. */
  readonly giveUp: (want: Want) => Effect.Effect<void>
  /** The exchange has answered a request that took its tokens no longer ago than its latency. */
  readonly arrived: (want: Want) => Effect.Effect<void>
  /** Gives back tokens that were taken, no longer ago than the latency, and not spent. */
  readonly giveBack: (want: Want) => Effect.Effect<void>
  /** The exchange had too few tokens for this one: empties its buckets. */
  readonly drain: (want: Want) => Effect.Effect<void>
  /** How many milliseconds it would have to wait. */
  readonly waitFor: (want: Want) => Effect.Effect<number>
  /**
   * Tokens in a bucket now and when it is full, for metrics; of a store that knows without asking anybody. The time is
   * of the monotonic clock.
   */
  readonly level?: (
    account: string,
    bucket: Bucket,
    nowMillis: number
  ) => { readonly tokens: number; readonly capacity: number }
}
