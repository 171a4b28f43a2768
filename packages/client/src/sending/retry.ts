/**
 * Decides whether and when a request is retried, and which failure the call ends with.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import type * as Errors from "../Errors.ts"
import { blamesTimestamp, isLostStatus, isRefusedForNow } from "../statuses.ts"
import type { CallState } from "./callState.ts"
import type { CallFailure } from "./decode.ts"
import { Recorded } from "./attemptTimes.ts"
import { afterLostAnswer } from "./lostResponses.ts"
import { bodyTooLarge, clientRepeats } from "./transport.ts"

/** Whether the exchange may have carried out an attempt for which no usable response arrived. */
const isLost = (error: CallFailure): boolean =>
  error._tag === "TransportError" || error._tag === "RequestTimeout"
    ? error.requestSent === "maybe"
    : "status" in error && isLostStatus(error.status)

/**
 * Whether a request may be sent again after a failure. This is allowed in three cases:
 *
 * - No byte of the request left this machine.
 * - The exchange refused the request temporarily.
 * - The response was lost, and a repeat is harmless.
 *
 * A request is never sent again if its response was too large, or if the HTTP client itself repeats requests.
 */
const mayRepeat = ({ isRepeatable }: CallState, error: CallFailure): boolean => {
  if (error._tag === "TransportError" && (error.code === bodyTooLarge || error.code === clientRepeats)) return false
  const neverSent = (error._tag === "TransportError" || error._tag === "RequestTimeout") && error.requestSent === "no"
  const refusedForNow = "status" in error && isRefusedForNow(error.status)
  return neverSent || refusedForNow || (isRepeatable && isLost(error))
}

/**
 * Whether a request may be signed and sent again after a 401. Allowed at most once per call. This is safe for every
 * operation, because the exchange does not carry out a request that it rejects with 401.
 */
const maySignAgain = (call: CallState, error: CallFailure): boolean => {
  if (call.wasSignedAgain || !call.isSigned || !("body" in error) || error.status !== 401) return false
  call.wasSignedAgain = blamesTimestamp(error.body) || call.timestampWasOff
  return call.wasSignedAgain
}

const requestedWait = (error: CallFailure): number => ("retryAfterMillis" in error ? error.retryAfterMillis : 0) ?? 0

type Step = Effect.Success<ReturnType<typeof Schedule.toStep<unknown, Errors.Failure, never, never>>>

/**
 * The delay before the next retry, in milliseconds. Undefined if the policy allows no more retries. A schedule that
 * dies, throws or hangs also ends the retries. The caller then sees the failure of the request, not the failure of the
 * schedule.
 */
const nextDelay = (call: CallState, step: Step, error: CallFailure): Effect.Effect<number | undefined> => {
  // The cast is safe: a `NamedError` has the shape of a `Failure`.
  const stepped: ReturnType<Step> = Effect.suspend(() =>
    step(call.clock.currentTimeMillisUnsafe(), error as Errors.Failure)
  )
  const delay = Pull.matchEffect(stepped, {
    onSuccess: ([, delay]) => Effect.succeed<number | undefined>(Duration.toMillis(delay)),
    onDone: () => Effect.undefined,
    onFailure: Effect.failCause
  })
  const ended = Effect.catchCauseIf(
    delay,
    (cause) => !Cause.hasInterrupts(cause),
    () => Effect.undefined
  )
  const remainingMillis = call.remainingMillis()
  return remainingMillis === Number.POSITIVE_INFINITY
    ? ended
    : Effect.timeoutOrElse(ended, { duration: Math.max(0, remainingMillis), orElse: () => Effect.undefined })
}

export const retry = (
  call: CallState,
  attempt: Effect.Effect<unknown, CallFailure>
): Effect.Effect<unknown, CallFailure> => {
  const repeatOrFail = (step: Step, error: CallFailure): Effect.Effect<unknown, CallFailure> =>
    Effect.flatMap(nextDelay(call, step, error), (delay) => {
      const wait = delay === undefined ? Number.POSITIVE_INFINITY : Math.max(delay, requestedWait(error))
      return wait < call.remainingMillis() && wait <= call.clientIdRemainingMillis()
        ? Effect.andThen(
            Effect.sleep(wait),
            // If a repeat gets no rate-limit tokens, the call fails with the previous failure.
            Effect.catch(attempt, (next) => (next._tag === "LimitExceeded" ? Effect.fail(error) : failed(step, next)))
          )
        : Effect.fail(error)
    })

  const failed = (step: Step, error: CallFailure): Effect.Effect<unknown, CallFailure> => {
    const next = Effect.suspend(() =>
      mayRepeat(call, error) || maySignAgain(call, error) ? repeatOrFail(step, error) : Effect.fail(error)
    )
    if (!isLost(error)) return next
    call.firstLostSentMillis ??= call.lastSentAt.monotonicMillis
    return Effect.flatMap(Recorded, (recorded) => {
      if (recorded !== undefined) recorded.responseLost = true
      return next
    })
  }

  const failureOfCall = (last: CallFailure): CallFailure =>
    call.firstLostSentMillis === undefined || isLost(last)
      ? last
      : afterLostAnswer(last, { operation: call.descriptor.name, attempts: call.attempts })

  return Effect.catch(attempt, (error) =>
    Effect.mapError(
      Effect.flatMap(Schedule.toStep(call.policy.retry), (step) => failed(step, error)),
      failureOfCall
    )
  )
}
