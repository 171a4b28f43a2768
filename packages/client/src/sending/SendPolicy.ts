/**
 * How a call is sent: how often it is retried, how long it may take, how large a response may be.
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
 * - A policy says how often and when a request is retried, never whether. The operation's retry class says which failures
 *   may be retried, and no schedule can send an order twice.
 * - A 401 is retried if its code blames the timestamp (`header_timestamp_expired`), or if the layer corrects its clock
 *   (`correctClockSkew`) and the response's date shows that the timestamp was off. This happens once per call, for every
 *   retry class, and counts as a retry of this policy.
 * - An order whose response was lost is retried for at most a minute after it was sent, for every schedule. The
 *   exchange does not document how long it recognises a `client_order_id`.
 * - A `Retry-After` in seconds or as a date makes a wait longer, never shorter. If it goes past the call's total time, the
 *   call ends at once with that response. Any other value, or a doubled header, is ignored.
 * - An invalid policy, such as one with a timeout that is not positive, is an `InvalidRequest` before anything is sent.
 */
export interface SendPolicy {
  /** Paces the retries and ends them. Its input is the last failure. A schedule that dies, throws or hangs ends them too. */
  readonly retry: Schedule.Schedule<unknown, Failure>
  /** For one attempt, from signing to the last byte of the response. */
  readonly attemptTimeout: Duration.Input
  /** For the whole call, waits included. */
  readonly totalTimeout: Duration.Input
  /** In bytes. A larger response is a `TransportError`. */
  readonly maxBodyBytes: number
}

/** Full jitter: a random share of each delay, capped at five seconds. */
const fullJitter = /*#__PURE__*/ Schedule.modifyDelay(({ duration }: Schedule.Metadata) =>
  Effect.map(Random.next, (share) => Math.round(share * Math.min(Duration.toMillis(duration), 5_000)))
)

/** Four attempts; full jitter from 250 ms, doubling up to 5 s. */
export const defaultRetry: Schedule.Schedule<unknown> = /*#__PURE__*/ Schedule.upTo(
  /*#__PURE__*/ fullJitter(/*#__PURE__*/ Schedule.exponential("250 millis")),
  { times: 3 }
)

/** Never retries. */
export const noRetry: Schedule.Schedule<unknown> = /*#__PURE__*/ Schedule.recurs(0)

/** Four attempts, 10 s each and 30 s in total, responses up to 64 MiB. */
export const defaults: SendPolicy = {
  retry: defaultRetry,
  attemptTimeout: "10 seconds",
  totalTimeout: "30 seconds",
  maxBodyBytes: 64 * 1024 * 1024
}

/**
 * Overrides parts of the policy for the calls that run under it. Other parts come from the layer, then from
 * {@link defaults}.
 *
 * **Example** (One quick try)
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

/** @internal Merges parts of a policy, of which the first ones win. Returns a text if the result is not valid. */
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
    return "SendPolicy.maxBodyBytes must be a whole number of bytes larger than zero"
  }
  return resolved
}
