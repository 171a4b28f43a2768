/**
 * How a call is sent: how often it is tried again, how long it may take, how large an answer may be.
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
 * - A policy says how often and when, never whether: which failures may be repeated is a matter of the operation's retry
 *   class, and no schedule can make an order be sent twice.
 * - A 401 is repeated where its code blames the timestamp (`header_timestamp_expired`), or where the layer corrects its
 *   clock (`correctClockSkew`) and that answer's own date shows the timestamp to have been off: once per call, whatever
 *   its retry class, as one of the repeats of this policy.
 * - An order whose answer was lost is repeated for at most a minute after it was sent, whatever the schedule says: how long
 *   the exchange knows a `client_order_id` is not documented.
 * - A `Retry-After` of an answer that is repeated, in seconds or as a date, makes a wait longer and never shorter; one
 *   that goes past the whole call's time ends the call at once with that answer. One that is neither, or is given twice,
 *   is ignored.
 * - A policy that cannot be (a timeout that is not positive, say) is an `InvalidRequest` before anything is sent.
 */
export interface SendPolicy {
  /** Paces the repeats and ends them; its input is the failure just seen. One that dies, throws or hangs ends them too. */
  readonly retry: Schedule.Schedule<unknown, Failure>
  /** For one attempt, from signing to the last byte of the answer. */
  readonly attemptTimeout: Duration.Input
  /** For the whole call, waits included. */
  readonly totalTimeout: Duration.Input
  /** Bytes; a larger answer is a `TransportError`. */
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

/** Never tries again. */
export const noRetry: Schedule.Schedule<unknown> = /*#__PURE__*/ Schedule.recurs(0)

/** Four attempts, 10 s each and 30 s in total, answers up to 64 MiB. */
export const defaults: SendPolicy = {
  retry: defaultRetry,
  attemptTimeout: "10 seconds",
  totalTimeout: "30 seconds",
  maxBodyBytes: 64 * 1024 * 1024
}

/**
 * Overrides parts of the policy for what runs under it; what it leaves out comes from the layer, then from
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

/** @internal A policy, checked: durations in milliseconds. */
export interface Resolved {
  readonly retry: SendPolicy["retry"]
  readonly attemptMillis: number
  readonly totalMillis: number
  readonly maxBodyBytes: number
}

/** @internal Merges parts of a policy, later ones first, and says what is wrong with the outcome. */
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
