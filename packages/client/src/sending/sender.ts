/**
 * The path of every call: encode → retry ( limit ( sign ( send ))) → status → decode or typed error. Nothing else sends
 * HTTP.
 *
 * @module
 */
import * as RequestSignature from "@kalshi-effect/signing/RequestSignature"
import type { SigningError } from "@kalshi-effect/signing/SigningError"
import type { Signer } from "@kalshi-effect/signing/Signer"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type { Sender } from "../Capability.ts"
import { type Environment, loopback } from "../Environment.ts"
import * as Errors from "../Errors.ts"
import type { Descriptor } from "../Operation.ts"
import * as SendPolicy from "./SendPolicy.ts"
import { Recorded, recordSent } from "./attempts.ts"
import * as decode from "./decode.ts"
import * as encode from "./encode.ts"
import { afterLostAnswer } from "./lostAnswers.ts"
import * as skew from "./skew.ts"
import { blamesTimestamp, isLostStatus, isRefusedForNow } from "../statuses.ts"
import type { Observed, Telemetry } from "./observer.ts"
import { timeoutOrElse } from "./timeout.ts"
import { bodyTooLarge, clientRepeats, type Transport, type TransportFault } from "./transport.ts"

/** Takes the place of sending a write. */
export type Rehearse = (
  descriptor: Descriptor,
  wire: encode.WireRequest,
  address: string
) => Effect.Effect<never, Errors.NotSent>

/** Makes the signed calls of a layer wait for their tokens. */
export interface Limiter {
  /** Runs an attempt once it has its tokens, and gives them back where nothing of it was sent. */
  readonly limit: (call: LimitedAttempt, attempt: Effect.Effect<unknown, Failure>) => Effect.Effect<unknown, Failure>
  readonly waitFor: (descriptor: Descriptor, input: unknown) => Effect.Effect<number>
}

/** One attempt of a call. */
export interface LimitedAttempt {
  readonly descriptor: Descriptor
  readonly input: unknown
  /** How long it may wait at most. */
  readonly maxMillis: number
  /** Whether a byte of the attempt may have left. */
  readonly wasSent: () => boolean
  /** Runs when the attempt has to wait. */
  readonly waits: () => void
}

/** What a layer gives its senders. */
export interface Account {
  readonly environment: Environment
  readonly signer: Signer["Service"] | undefined
  /** Makes what signed calls wait for, given what sends; undefined where nothing is metered. */
  readonly limiter: ((send: Sender["send"]) => Limiter) | undefined
  readonly telemetry: Telemetry
  readonly transport: Transport
  readonly policy: Partial<SendPolicy.SendPolicy>
  /** What becomes of writes: refused at run time as the types do at compile time, sent, or written down instead. */
  readonly writes: "refused" | "sent" | Rehearse
  readonly compiledDecoding: boolean
  /** Signs by the exchange's clock as measured, where this machine's is off. */
  readonly correctClockSkew: boolean
}

interface Codec {
  readonly encode: ReturnType<typeof encode.prepare>
  readonly decode: ReturnType<typeof decode.prepare>
}

type Failure = Errors.Failure | decode.NamedError

/** State of one call across its attempts. */
interface Call {
  readonly observed: Observed
  /** How many attempts have been handed to the transport. */
  attempts: number
  /** Whether the exchange may have forgotten the id that makes a repeat harmless. */
  readonly isForgotten: () => boolean
  /** When the last attempt was handed to the transport. */
  sentAtMillis: number
  /** When the first attempt was, that ended without an answer although it may have been carried out. */
  lostAtMillis: number | undefined
  /** The last attempt was answered 401, and by the date of that answer its timestamp was off. */
  timestampWasOff: boolean
  /** An attempt was repeated because its timestamp was refused: once per call. */
  signedAnew: boolean
}

/** How long the exchange can be trusted to know an id of ours: not documented, so no longer than this. */
const keyHorizonMillis = 60_000

/** The wait that an answer asked for. */
const askedWait = (error: Failure): number => ("retryAfterMillis" in error ? error.retryAfterMillis : undefined) ?? 0

/** True where the attempt may have been carried out although no answer to it was understood. */
const isLost = (error: Failure): boolean =>
  error._tag === "TransportError" || error._tag === "RequestTimeout"
    ? error.requestSent === "maybe"
    : "status" in error && isLostStatus(error.status)

/** True where the exchange refused the attempt for now alone, and did not carry it out. */
const isRefused = (error: Failure): boolean => "status" in error && isRefusedForNow(error.status)

/**
 * Whether a request may be sent again: when no byte of it can have left, when it was refused for now alone, or when its
 * answer was lost and repeating it is harmless.
 */
const mayRepeat = (repeatable: boolean, error: Failure): boolean => {
  if (error._tag === "TransportError" && (error.code === bodyTooLarge || error.code === clientRepeats)) return false
  const neverSent = (error._tag === "TransportError" || error._tag === "RequestTimeout") && error.requestSent === "no"
  return neverSent || isRefused(error) || (repeatable && isLost(error))
}

/** What a refused connection on this machine most likely means. */
const hintOf = ({ hostname, origin, port, protocol }: URL, { code, requestSent }: TransportFault): string => {
  if (code !== "ECONNREFUSED" || requestSent !== "no" || !loopback.test(hostname)) return ""
  const listening = port === "" ? (protocol === "https:" ? "443" : "80") : port
  return `; nothing listens at ${origin}: start the local exchange (kalshi-sandbox --port ${listening})`
}

const forgotten = (operation: string, { attempts }: Call): Failure =>
  new Errors.TransportError({
    operation,
    requestSent: "no",
    code: undefined,
    reason: "the repeat was signed when the exchange may have forgotten its id",
    attempts
  })

/** Makes the sender that a layer's capabilities share. */
export const make = (account: Account): Sender => {
  const { environment, signer, telemetry, transport } = account
  const codecs = new WeakMap<Descriptor, Codec>()
  const root = new URL(environment.restUrl)
  const ofLayer = SendPolicy.resolve(account.policy)
  const clockSkew = skew.make()

  const codecOf = (descriptor: Descriptor): Codec => {
    let codec = codecs.get(descriptor)
    if (codec === undefined) {
      codec = { encode: encode.prepare(descriptor), decode: decode.prepare(descriptor, account.compiledDecoding) }
      codecs.set(descriptor, codec)
    }
    return codec
  }

  const signed = (descriptor: Descriptor): Signer["Service"] | undefined =>
    descriptor.auth === "none" ? undefined : signer

  /** One attempt: signs after every wait, so that each has a timestamp of its own. */
  const attempt = (
    descriptor: Descriptor,
    wire: encode.WireRequest,
    call: Call,
    policy: SendPolicy.Resolved
  ): Effect.Effect<unknown, Failure> =>
    Effect.withFiber((fiber) => {
      const clock = fiber.getRef(Clock.Clock)
      const path = root.pathname + wire.path
      const by = signed(descriptor)
      const clockSkewMillis = account.correctClockSkew ? clockSkew.correctionMillis(skew.read(clock)) : 0
      call.timestampWasOff = false
      const headers: Effect.Effect<RequestSignature.AuthHeaders | undefined, SigningError> =
        by === undefined
          ? Effect.undefined
          : RequestSignature.headers(by, { method: descriptor.method, path, clockSkewMillis })
      return Effect.flatMap(headers, (auth) => {
        if (call.isForgotten()) return Effect.fail(forgotten(descriptor.name, call))
        call.attempts++
        const sent = skew.read(clock)
        call.sentAtMillis = sent.monotonicMillis
        if (auth !== undefined && descriptor.access === "write") {
          const recorded = fiber.getRef(Recorded)
          if (recorded !== undefined) recordSent(recorded, sent, Number(auth["KALSHI-ACCESS-TIMESTAMP"]))
        }
        return Effect.flatMap(
          Effect.mapError(
            call.observed.sends(
              transport(
                {
                  method: descriptor.method,
                  url: root.origin + path + wire.query,
                  headers: { accept: "application/json", ...auth },
                  body: wire.body
                },
                policy.maxBodyBytes
              )
            ),
            (fault) =>
              new Errors.TransportError({
                operation: descriptor.name,
                ...fault,
                reason: fault.reason + hintOf(root, fault),
                attempts: call.attempts
              })
          ),
          (arrived) => {
            call.observed.arrived(arrived.status)
            const now = skew.read(clock)
            const measured = clockSkew.observe(sent, now, arrived.headers)
            call.timestampWasOff =
              arrived.status === 401 && measured !== undefined && skew.isBeyondResolution(measured, clockSkewMillis)
            return Effect.fromResult(
              codecOf(descriptor).decode(arrived, {
                attempts: call.attempts,
                lostAnswer: call.lostAtMillis !== undefined,
                nowMillis: now.wallMillis,
                explanation: () =>
                  by === undefined || auth === undefined
                    ? undefined
                    : {
                        ...RequestSignature.explain(by, {
                          method: descriptor.method,
                          path,
                          timestampMillis: Number(auth["KALSHI-ACCESS-TIMESTAMP"]),
                          clockSkewMillis
                        }),
                        environment: environment.name,
                        ...skew.explanation(measured ?? clockSkew.measured(now))
                      }
              })
            )
          }
        )
      })
    })

  const timed = (
    descriptor: Descriptor,
    effect: Effect.Effect<unknown, Failure>,
    call: Call,
    policy: SendPolicy.Resolved,
    remainingMillis: number
  ): Effect.Effect<unknown, Failure> => {
    const total = remainingMillis <= policy.attemptMillis
    const duration = total ? remainingMillis : policy.attemptMillis
    if (duration === Number.POSITIVE_INFINITY) return effect
    const before = call.attempts
    const tooLate = Effect.suspend(() =>
      Effect.fail(
        new Errors.RequestTimeout({
          operation: descriptor.name,
          limit: total ? "total" : "attempt",
          timeoutMillis: total ? policy.totalMillis : policy.attemptMillis,
          // A signer that does not answer has sent nothing.
          requestSent: call.attempts > before ? "maybe" : "no",
          attempts: call.attempts
        })
      )
    )
    // The wait for tokens may have taken all the time: what is sent now could not be answered.
    return duration > 0 ? timeoutOrElse(effect, duration, tooLate) : tooLate
  }

  const run = (
    descriptor: Descriptor,
    wire: encode.WireRequest,
    policy: SendPolicy.Resolved,
    observed: Observed
  ): Effect.Effect<unknown, Failure> =>
    Effect.clockWith((clock) => {
      // Of the monotonic clock: a machine's wall clock may be set, forward or back, while a call runs.
      const monotonicMillis = () => Number(clock.monotonicTimeNanosUnsafe() / 1000n) / 1000
      const startedAt = monotonicMillis()
      const remaining = () => policy.totalMillis - (monotonicMillis() - startedAt)
      const call: Call = {
        observed,
        isForgotten: () =>
          keyed && call.lostAtMillis !== undefined && monotonicMillis() - call.lostAtMillis > keyHorizonMillis,
        attempts: 0,
        sentAtMillis: 0,
        lostAtMillis: undefined,
        timestampWasOff: false,
        signedAnew: false
      }
      const keyed = descriptor.retry === "keyed" && wire.keyed
      const repeatable = descriptor.retry === "idempotent" || keyed

      /** How long an attempt may wait for its tokens: what may be sent a while from now may be too late then. */
      const patience = () =>
        keyed && call.lostAtMillis !== undefined
          ? Math.min(remaining(), keyHorizonMillis - (monotonicMillis() - call.lostAtMillis))
          : remaining()

      const once: Effect.Effect<unknown, Failure> = Effect.suspend(() => {
        const one = Effect.suspend(() => {
          observed.ready()
          const attempted = timed(descriptor, attempt(descriptor, wire, call, policy), call, policy, remaining())
          return Effect.onExitPrimitive(attempted, (exit) => observed.attempted(exit))
        })
        const metered = signed(descriptor) === undefined ? undefined : limiter
        if (metered === undefined) return one
        const before = call.attempts
        const wasSent = () => call.attempts > before
        const waits = () => observed.waits()
        return metered.limit({ descriptor, input: wire.input, maxMillis: patience(), wasSent, waits }, one)
      })

      const again = (step: Step, error: Failure): Effect.Effect<unknown, Failure> =>
        Effect.flatMap(nextDelay(step, error, clock.currentTimeMillisUnsafe(), remaining()), (delay) => {
          const wait = delay === undefined ? Number.NaN : Math.max(delay, askedWait(error))
          const tooLate =
            keyed && call.lostAtMillis !== undefined && monotonicMillis() + wait - call.lostAtMillis > keyHorizonMillis
          // False for no delay at all, which is no number.
          return wait < remaining() && !tooLate
            ? Effect.andThen(
                Effect.sleep(wait),
                // A repeat that gets no tokens leaves the call where it was: what it failed with before still stands.
                Effect.catch(once, (next) =>
                  next._tag === "LimitExceeded" ? Effect.fail(error) : retryOrFail(step, next)
                )
              )
            : Effect.fail(error)
        })

      const retryOrFail = (step: Step, error: Failure): Effect.Effect<unknown, Failure> => {
        const next = Effect.suspend(() =>
          mayRepeat(repeatable, error) || maySignAnew(error) ? again(step, error) : Effect.fail(error)
        )
        if (!isLost(error)) return next
        call.lostAtMillis ??= call.sentAtMillis
        return Effect.flatMap(Recorded, (recorded) => {
          if (recorded !== undefined) recorded.responseLost = true
          return next
        })
      }

      /**
       * A 401 was not carried out. Where its timestamp was at fault, any operation is repeated under a fresh signature,
       * once per call.
       */
      const maySignAnew = (error: Failure): boolean => {
        if (call.signedAnew || !("body" in error) || error.status !== 401) return false
        if (signed(descriptor) === undefined) return false
        call.signedAnew = blamesTimestamp(error.body) || (account.correctClockSkew && call.timestampWasOff)
        return call.signedAnew
      }

      return Effect.catch(once, (error) =>
        Effect.mapError(
          Effect.flatMap(Schedule.toStep(policy.retry), (step) => retryOrFail(step, error)),
          (last) =>
            call.lostAtMillis === undefined || isLost(last)
              ? last
              : afterLostAnswer(last, { operation: descriptor.name, attempts: call.attempts })
        )
      )
    })

  const refuse = (descriptor: Descriptor, reason: string) =>
    Effect.fail(new Errors.InvalidRequest({ operation: descriptor.name, pointer: "", reason }))

  const writesOf = (descriptor: Descriptor) => (descriptor.access === "write" ? account.writes : "sent")

  const sender: Sender = {
    waitFor: (descriptor, input) =>
      limiter === undefined || signed(descriptor) === undefined || writesOf(descriptor) !== "sent"
        ? Effect.succeed(0)
        : limiter.waitFor(descriptor, input),
    clockSkew: Effect.clockWith((clock) => Effect.sync(() => clockSkew.measured(skew.read(clock)))),
    send: (descriptor, input) =>
      telemetry.observe(descriptor, (observed): Effect.Effect<unknown, Failure | Errors.NotSent> => {
        const writes = writesOf(descriptor)
        if (writes === "refused") {
          return refuse(descriptor, "this layer only reads; provide Kalshi.layer to change anything")
        }
        if (descriptor.auth === "required" && signer === undefined) {
          return refuse(descriptor, "this layer has no key; provide Kalshi.layer or Kalshi.layerReadOnly")
        }
        const encoded = codecOf(descriptor).encode(input)
        if (Result.isFailure(encoded)) return Effect.fail(encoded.failure)
        const wire = encoded.success
        return Effect.flatMap(SendPolicy.Overrides, (overrides): Effect.Effect<unknown, Failure | Errors.NotSent> => {
          const policy = overrides === SendPolicy.noOverrides ? ofLayer : SendPolicy.resolve(overrides, account.policy)
          if (typeof policy === "string") return refuse(descriptor, policy)
          return writes === "sent"
            ? run(descriptor, wire, policy, observed)
            : writes(descriptor, wire, root.origin + root.pathname + wire.path + wire.query)
        })
      })
  }
  const limiter = account.limiter?.(sender.send)
  return sender
}

type Step = Effect.Success<ReturnType<typeof Schedule.toStep<unknown, Errors.Failure, never, never>>>

/** A step that throws dies like one that dies. */
const suspended = (step: Step, ...input: Parameters<Step>): ReturnType<Step> => Effect.suspend(() => step(...input))

/**
 * The next delay of a policy in milliseconds, undefined at its end. A schedule that dies or hangs is at its end: what it
 * was asked about is the failure that the caller must see.
 */
const nextDelay = (
  step: Step,
  error: Failure,
  nowMillis: number,
  remainingMillis: number
): Effect.Effect<number | undefined> => {
  // The failures that only some operations name are of the same shape, and a policy may look at their tags.
  const asked = Pull.matchEffect(suspended(step, nowMillis, error as Errors.Failure), {
    onSuccess: ([, delay]) => Effect.succeed<number | undefined>(Duration.toMillis(delay)),
    onDone: () => Effect.undefined,
    onFailure: Effect.failCause
  })
  const ended = Effect.catchCauseIf(
    asked,
    (cause) => !Cause.hasInterrupts(cause),
    () => Effect.undefined
  )
  return remainingMillis === Number.POSITIVE_INFINITY
    ? ended
    : Effect.timeoutOrElse(ended, { duration: Math.max(0, remainingMillis), orElse: () => Effect.undefined })
}
