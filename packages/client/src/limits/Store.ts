/**
 * The interface between a limiter and the store that counts its tokens.
 *
 * @module
 */
import type * as Effect from "effect/Effect"

/** The size of a token bucket. */
export interface Budget {
  /** Tokens per second. */
  readonly refillRate: number
  /** Tokens in a full bucket. */
  readonly capacity: number
}

/** One of an account's buckets, as a limiter asks a {@link Store} for it. */
export interface Bucket extends Budget {
  /** `read`, `write`, or for further shards `write/1` and so on. */
  readonly name: string
  /** Whether the budget was learned. A default yields to what another limiter has learned of the same bucket. */
  readonly learned: boolean
}

/** A call that wants tokens. */
export interface Want {
  /** Unique among all limiters that share the store. */
  readonly id: string
  readonly account: string
  /** Each of them pays the cost, or none does. */
  readonly buckets: ReadonlyArray<Bucket>
  /** Tokens. */
  readonly cost: number
  readonly urgent: boolean
  /** The call does not wait: the store takes the tokens in any case, and the bucket owes what it lacks. */
  readonly forced: boolean
  /** How long it has waited. Of two equally urgent calls, the one that arrived first goes first. */
  readonly waitedMillis: number
  /** `RateLimits.Options.latency`, in milliseconds. */
  readonly latencyMillis: number
}

/**
 * Counts the tokens of accounts.
 *
 * **Details**
 *
 * A store does not fail: if it depends on something that can fail, it must have a fallback. Its effects run
 * uninterruptibly, so each must end soon.
 */
export interface Store {
  /** True if every effect ends at once, without asking another process. Default: false. */
  readonly isLocal?: boolean
  /**
   * Takes the tokens and returns 0; or takes none, and returns in how many milliseconds to ask again.
   *
   * The store keeps a refused call in its queue: no call that comes later, and is not more urgent, takes its tokens.
   */
  readonly take: (want: Want) => Effect.Effect<number>
  /** Removes a refused call from the store's queue. */
  readonly giveUp: (want: Want) => Effect.Effect<void>
  /** The exchange has answered a request that took its tokens no longer ago than its latency. */
  readonly arrived: (want: Want) => Effect.Effect<void>
  /** Returns tokens that were taken no longer ago than the latency, and not spent. */
  readonly giveBack: (want: Want) => Effect.Effect<void>
  /** The exchange had too few tokens for this call: empties its buckets. */
  readonly drain: (want: Want) => Effect.Effect<void>
  /** How many milliseconds the call would have to wait. */
  readonly waitFor: (want: Want) => Effect.Effect<number>
  /**
   * Tokens in a bucket now, and in a full one, for metrics. Only a store that need not ask another process has it. The time
   * is that of the monotonic clock.
   */
  readonly level?: (
    account: string,
    bucket: Bucket,
    nowMillis: number
  ) => { readonly tokens: number; readonly capacity: number }
}
