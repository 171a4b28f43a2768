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
   * Whether the budget was fetched. If another limiter has fetched the budget of this bucket, the store uses that
   * budget instead of a default.
   */
  readonly learned: boolean
}

/** A request of a call for tokens. */
export interface Want {
  /** Unique among all limiters that share the store. */
  readonly id: string
  readonly account: string
  /** The buckets that pay. Either each of them pays the cost, or none. */
  readonly buckets: ReadonlyArray<Bucket>
  /** Tokens. */
  readonly cost: number
  readonly urgent: boolean
  /**
   * Whether the call takes its tokens without waiting, even if the bucket has too few. The level of the bucket can
   * become negative.
   */
  readonly forced: boolean
  /** How long the call has waited. Of two equally urgent calls, the one that arrived first goes first. */
  readonly waitedMillis: number
  /** `RateLimits.Options.latency`, in milliseconds. */
  readonly latencyMillis: number
}

/**
 * Counts the tokens in the buckets of accounts.
 *
 * **Details**
 *
 * The effects of a store do not fail: a store that depends on another process must have a fallback. The effects run
 * uninterruptibly, so each must end soon.
 */
export interface Store {
  /** Whether every effect ends at once, without a request to another process. Default: false. */
  readonly isLocal?: boolean
  /**
   * Takes the tokens and returns 0. If there are too few tokens, takes none and returns the number of milliseconds to
   * wait before the next request.
   *
   * A call that got no tokens enters the store's queue. A later call takes the tokens first only if the later call is
   * more urgent.
   */
  readonly take: (want: Want) => Effect.Effect<number>
  /** Removes a waiting call from the store's queue. */
  readonly giveUp: (want: Want) => Effect.Effect<void>
  /**
   * Records that the response to a request has arrived. Called at most one latency after the request took its tokens.
   */
  readonly arrived: (want: Want) => Effect.Effect<void>
  /**
   * Returns tokens that were not spent. Called at most one latency after they were taken, or at any time if the latency
   * is 0.
   */
  readonly giveBack: (want: Want) => Effect.Effect<void>
  /** Removes the tokens that are not reserved from the buckets of a call, because the exchange had too few for it. */
  readonly drain: (want: Want) => Effect.Effect<void>
  /** Returns how many milliseconds the call would have to wait. */
  readonly waitFor: (want: Want) => Effect.Effect<number>
  /**
   * Returns the tokens in a bucket and its capacity, for metrics. `nowMillis` is by the monotonic clock. A store that
   * depends on another process does not have this function.
   */
  readonly level?: (
    account: string,
    bucket: Bucket,
    nowMillis: number
  ) => { readonly tokens: number; readonly capacity: number }
}
