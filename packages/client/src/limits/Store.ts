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

/** A bucket of an account, in a request of a limiter to a {@link Store}. */
export interface Bucket extends Budget {
  /** `read`, `write`, or `write/1` and so on for further shards. */
  readonly name: string
  /**
   * Whether the budget was fetched from the exchange. If not, it is a default. Instead of a default, the store uses a
   * budget that another limiter has fetched for this bucket.
   */
  readonly learned: boolean
}

/** The tokens that a call requests. */
export interface Want {
  /** Unique among all limiters that share the store. */
  readonly id: string
  readonly account: string
  /** The buckets that pay. Either all of them pay the full cost, or none of them pays. */
  readonly buckets: ReadonlyArray<Bucket>
  /** Tokens. */
  readonly cost: number
  readonly urgent: boolean
  /**
   * Whether the call takes its tokens without waiting, even if the bucket has too few. The number of tokens in the
   * bucket can become negative.
   */
  readonly forced: boolean
  /** How long the call has waited. Of two equally urgent calls, the earlier one goes first. */
  readonly waitedMillis: number
  /** `RateLimits.Options.latency`, in milliseconds. */
  readonly latencyMillis: number
}

/**
 * Counts the tokens in the buckets of accounts.
 *
 * **Details**
 *
 * The tokens of requests in flight are reserved: no other call can take them.
 *
 * The effects of a store do not fail: a store that depends on another process must have a fallback. The effects run
 * uninterruptibly, so each must end soon.
 */
export interface Store {
  /** Whether every effect ends at once, without a request to another process. Default: false. */
  readonly isLocal?: boolean
  /**
   * Takes the tokens and returns 0. If there are too few tokens, takes none and returns the number of milliseconds to
   * wait before the next `take`.
   *
   * A call that got no tokens enters the store's queue. Later calls take tokens from its buckets before it only if they
   * are more urgent or `forced`.
   */
  readonly take: (want: Want) => Effect.Effect<number>
  /** Removes a waiting call from the store's queue. */
  readonly giveUp: (want: Want) => Effect.Effect<void>
  /**
   * Records that the response to a request has arrived. Called at most `latencyMillis` after the request took its
   * tokens.
   */
  readonly arrived: (want: Want) => Effect.Effect<void>
  /**
   * Gives back tokens that were not spent. Called at most `latencyMillis` after the request for the tokens, or at any
   * time if `latencyMillis` is 0.
   */
  readonly giveBack: (want: Want) => Effect.Effect<void>
  /** Empties the buckets of a call, except for reserved tokens. Called after the exchange returned 429 for the call. */
  readonly drain: (want: Want) => Effect.Effect<void>
  /** Returns how many milliseconds the call would have to wait. */
  readonly waitFor: (want: Want) => Effect.Effect<number>
  /**
   * Returns the tokens in a bucket without the reserved tokens, and the capacity of the bucket, for metrics.
   * `nowMillis` is a time of the monotonic clock. A store that depends on another process has no `level`.
   */
  readonly level?: (
    account: string,
    bucket: Bucket,
    nowMillis: number
  ) => { readonly tokens: number; readonly capacity: number }
}
