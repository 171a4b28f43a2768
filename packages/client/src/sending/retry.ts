/**
 * Decides whether a request is retried, when, and what the call fails with in the end.
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
import { afterLostAnswer } from "./lostAnswers.ts"
import { bodyTooLarge, clientRepeats } from "./transport.ts"

/** Whether the attempt may have been carried out although no response to it was understood. */
const isLost = (error: CallFailure): boolean =>
  error._tag === "TransportError" || error._tag === "RequestTimeout"
    ? error.requestSent === "maybe"
    : "status" in error && isLostStatus(error.status)

/**
 * Whether a request may be sent again: no byte of it can have left, the exchange refused it only for now, or its response
 * was lost and a repeat is harmless.
 */
const mayRepeat = ({ isRepeatable }: CallState, error: CallFailure): boolean => {
  if (error._tag === "TransportError" && (error.code === bodyTooLarge || error.code === clientRepeats)) return false
  const neverSent = (error._tag === "TransportError" || error._tag === "RequestTimeout") && error.requestSent === "no"
  const refusedForNow = "status" in error && isRefusedForNow(error.status)
  return neverSent || refusedForNow || (isRepeatable && isLost(error))
}

/**
 * Whether to repeat a request under a fresh signature. A 401 was not carried out, so any operation may be repeated if its
 * timestamp was at fault, once per call.
 */
const maySignAgain = (call: CallState, error: CallFailure): boolean => {
  if (call.wasSignedAgain || !call.isSigned || !("body" in error) || error.status !== 401) return false
  call.wasSignedAgain = blamesTimestamp(error.body) || call.timestampWasOff
  return call.wasSignedAgain
}

/** The wait that the response requested. */
const requestedWait = (error: CallFailure): number => ("retryAfterMillis" in error ? error.retryAfterMillis : 0) ?? 0

type Step = Effect.Success<ReturnType<typeof Schedule.toStep<unknown, Errors.Failure, never, never>>>

/**
 * The policy's next delay in milliseconds. Undefined if the policy ends here. A schedule that dies, throws or hangs ends
 * too, because the caller must see the failure of the request and not that of the schedule.
 */
const nextDelay = (call: CallState, step: Step, error: CallFailure): Effect.Effect<number | undefined> => {
  // The failures that only some operations name have the same shape, and a policy may look at their tags.
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

/** Repeats the attempts of a call as its operation permits and its policy paces. */
export const retry = (
  call: CallState,
  attempt: Effect.Effect<unknown, CallFailure>
): Effect.Effect<unknown, CallFailure> => {
  const repeatOrFail = (step: Step, error: CallFailure): Effect.Effect<unknown, CallFailure> =>
    Effect.flatMap(nextDelay(call, step, error), (delay) => {
      const wait = delay === undefined ? Number.POSITIVE_INFINITY : Math.max(delay, requestedWait(error))
      return wait < call.remainingMillis() && wait <= call.keyRemainingMillis()
        ? Effect.andThen(
            Effect.sleep(wait),
            // A repeat that gets no tokens changes nothing: the previous failure stands.
            Effect.catch(attempt, (next) => (next._tag === "LimitExceeded" ? Effect.fail(error) : failed(step, next)))
          )
        : Effect.fail(error)
    })

  const failed = (step: Step, error: CallFailure): Effect.Effect<unknown, CallFailure> => {
    const next = Effect.suspend(() =>
      mayRepeat(call, error) || maySignAgain(call, error) ? repeatOrFail(step, error) : Effect.fail(error)
    )
    if (!isLost(error)) return next
    call.lostMillis ??= call.sent.monotonicMillis
    return Effect.flatMap(Recorded, (recorded) => {
      if (recorded !== undefined) recorded.responseLost = true
      return next
    })
  }

  /** A failure of the last attempt must not hide that an earlier one may have been carried out. */
  const ofWholeCall = (last: CallFailure): CallFailure =>
    call.lostMillis === undefined || isLost(last)
      ? last
      : afterLostAnswer(last, { operation: call.descriptor.name, attempts: call.attempts })

  return Effect.catch(attempt, (error) =>
    Effect.mapError(
      Effect.flatMap(Schedule.toStep(call.policy.retry), (step) => failed(step, error)),
      ofWholeCall
    )
  )
}
