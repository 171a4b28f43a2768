/**
 * The send policy of a call: retries, time limits, and the maximum size of a response.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { Failure } from "../Errors.ts"
import { durationMillis } from "../time.ts"

/**
 * The policy of a call.
 *
 * **Gotchas**
 *
 * - A policy determines when and how often a request is retried. The operation determines which failures allow a retry.
 *   So no schedule can make the client place an order twice.
 * - A 401 is retried if its code blames the timestamp, such as `header_timestamp_expired`. With `correctClockSkew`, a
 *   401 is also retried if the date of the response shows that the timestamp was wrong. This applies to every
 *   operation, because the exchange does not carry out a request that it rejects with 401. It happens at most once per
 *   call, and the policy counts it as a retry.
 * - If a request has a client-supplied id, such as a `client_order_id`, the client retries it even after a lost
 *   response. These retries end one minute after the first attempt whose response was lost, because the exchange does
 *   not document how long it recognizes a client-supplied id.
 * - A `Retry-After` header with seconds or a date can make a wait longer, never shorter. Other values and repeated
 *   headers are ignored. If the wait would exceed the total time of the call, the call fails at once.
 * - With an invalid policy, such as a timeout of zero, a call fails with `InvalidRequest` and sends nothing.
 */
export interface SendPolicy {
  /**
   * Determines the delay before each retry, and when to stop. The input of the schedule is the last failure. If the
   * schedule fails or hangs, there are no more retries.
   */
  readonly retry: Schedule.Schedule<unknown, Failure>
  /** The time limit of one attempt, from signing to the last byte of the response. */
  readonly attemptTimeout: Duration.Input
  /** The time limit of the call, including waits and retries. */
  readonly totalTimeout: Duration.Input
  /** The maximum size of a response body, in bytes. A call with a larger response fails with `TransportError`. */
  readonly maxBodyBytes: number
}

/** Caps each delay at five seconds, then multiplies it by a random number from 0 to 1 (full jitter). */
const fullJitter = /*#__PURE__*/ Schedule.modifyDelay(({ duration }: Schedule.Metadata) =>
  Effect.map(Random.next, (share) => Math.round(share * Math.min(Duration.toMillis(duration), 5_000)))
)

/**
 * The default schedule: at most four attempts. Each delay is random (full jitter), below a bound that doubles from 250
 * ms.
 */
export const defaultRetry: Schedule.Schedule<unknown> = /*#__PURE__*/ Schedule.upTo(
  /*#__PURE__*/ fullJitter(/*#__PURE__*/ Schedule.exponential("250 millis")),
  { times: 3 }
)

/** A schedule that never retries. */
export const noRetry: Schedule.Schedule<unknown> = /*#__PURE__*/ Schedule.recurs(0)

/** The default policy: at most four attempts, 10 s each and 30 s in total, responses up to 64 MiB. */
export const defaults: SendPolicy = {
  retry: defaultRetry,
  attemptTimeout: "10 seconds",
  totalTimeout: "30 seconds",
  maxBodyBytes: 64 * 1024 * 1024
}

/**
 * Overrides parts of the policy for all calls of the effect that receives this reference. Parts that are not set come
 * from the layer, then from {@link defaults}.
 *
 * **Example** (A single quick attempt)
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
 * import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
 *
 * const once = OrderGroups.list().pipe(
 *   Effect.provideService(SendPolicy.Overrides, { retry: SendPolicy.noRetry, attemptTimeout: "1 second" })
 * )
 * ```
 */
export const Overrides: Context.Reference<Partial<SendPolicy>> = /*#__PURE__*/ Context.Reference<Partial<SendPolicy>>(
  "@kalshi-effect/client/SendPolicy/Overrides",
  { defaultValue: () => noOverrides }
)

/** @internal */
export const noOverrides: Partial<SendPolicy> = {}

/** @internal A checked policy, with durations in milliseconds. */
export interface Resolved {
  readonly retry: SendPolicy["retry"]
  readonly attemptMillis: number
  readonly totalMillis: number
  readonly maxBodyBytes: number
}

/**
 * @internal Merges partial policies. Earlier policies take precedence. Returns an error message if the result is
 * invalid.
 */
export const resolve = (...parts: ReadonlyArray<Partial<SendPolicy>>): Resolved | string => {
  const pick = <K extends keyof SendPolicy>(key: K): SendPolicy[K] => {
    for (const part of parts) {
      const value: SendPolicy[K] | undefined = part[key]
      if (value !== undefined) return value
    }
    return defaults[key]
  }
  const resolved = {
    retry: pick("retry"),
    attemptMillis: durationMillis(pick("attemptTimeout")),
    totalMillis: durationMillis(pick("totalTimeout")),
    maxBodyBytes: pick("maxBodyBytes")
  }
  if (!Schedule.isSchedule(resolved.retry)) return "SendPolicy.retry must be a Schedule"
  if (!(resolved.attemptMillis > 0)) return "SendPolicy.attemptTimeout must be a duration longer than zero"
  if (!(resolved.totalMillis > 0)) return "SendPolicy.totalTimeout must be a duration longer than zero"
  if (!Number.isSafeInteger(resolved.maxBodyBytes) || resolved.maxBodyBytes <= 0) {
    return "SendPolicy.maxBodyBytes must be an integer number of bytes, larger than zero"
  }
  return resolved
}
