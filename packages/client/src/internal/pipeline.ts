/**
 * The path of every call: encode → retry ( limit ( sign ( send ))) → status → decode or typed error. Nothing else sends
 * HTTP.
 *
 * @module
 */
import * as RequestSignature from "@kalshi-effect/signing/RequestSignature"
import type { SigningError } from "@kalshi-effect/signing/SigningError"
import type { Signer } from "@kalshi-effect/signing/Signer"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type { Sender } from "../Capability.ts"
import type { Environment } from "../Environment.ts"
import * as Errors from "../Errors.ts"
import type { Descriptor } from "../Operation.ts"
import * as SendPolicy from "../SendPolicy.ts"
import * as decode from "./decode.ts"
import * as encode from "./encode.ts"
import type { Transport } from "./transport.ts"

/** What a layer gives its senders. */
export interface Account {
  readonly environment: Environment
  readonly signer: Signer["Service"] | undefined
  readonly transport: Transport
  readonly policy: Partial<SendPolicy.SendPolicy>
  /** Refuses at run time what the types refuse at compile time. */
  readonly mayWrite: boolean
  readonly compiledDecoding: boolean
}

interface Codec {
  readonly encode: ReturnType<typeof encode.prepare>
  readonly decode: ReturnType<typeof decode.prepare>
}

type Failure = Errors.Failure | decode.NamedError

/** State of one call across its attempts. */
interface Call {
  attempts: number
  lostAnswer: boolean
}

/** The wait an answer asked for. */
const askedWait = (error: Failure): number =>
  (error._tag === "TooManyRequests" || error._tag === "ServiceUnavailable" ? error.retryAfterMillis : undefined) ?? 0

/** True where the request may have been carried out although no answer to it was understood. */
const isLost = (error: Failure): boolean => {
  switch (error._tag) {
    case "TransportError":
      return error.requestSent === "maybe"
    case "RequestTimeout":
    case "InternalServerError":
    case "BadGateway":
    case "ServiceUnavailable":
    case "GatewayTimeout":
      return true
    default:
      return false
  }
}

const hasOwnId = (item: unknown): boolean =>
  typeof item === "object" &&
  item !== null &&
  (["client_order_id", "client_transfer_id"] as const).some((key) => {
    const id = (item as Readonly<Record<string, unknown>>)[key]
    return typeof id === "string" && id !== ""
  })

/** Keyed operations are repeatable where the caller gave every item its own id: the one, or all of a batch. */
const isKeyed = (input: unknown): boolean => {
  const orders = typeof input === "object" && input !== null && "orders" in input ? input.orders : undefined
  return Array.isArray(orders) ? orders.length > 0 && orders.every(hasOwnId) : hasOwnId(input)
}

/**
 * Whether a request may be sent again: when no byte of it can have left, when it was answered 429, or when repeating it
 * is harmless and it failed in a way that repeating can mend.
 */
const mayRepeat = (repeatable: boolean, error: Failure): boolean =>
  (error._tag === "TransportError" && error.requestSent === "no") ||
  error._tag === "TooManyRequests" ||
  (repeatable && isLost(error))

/** Makes the sender that a layer's capabilities share. */
export const make = (account: Account): Sender => {
  const { environment, signer, transport } = account
  const codecs = new WeakMap<Descriptor, Codec>()
  const root = new URL(environment.restUrl)
  const base = { ...SendPolicy.defaults, ...account.policy }

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
    policy: SendPolicy.SendPolicy
  ): Effect.Effect<unknown, Failure> => {
    const path = root.pathname + wire.path
    const by = signed(descriptor)
    const headers: Effect.Effect<RequestSignature.AuthHeaders | undefined, SigningError> =
      by === undefined ? Effect.undefined : RequestSignature.headers(by, { method: descriptor.method, path })
    return Effect.flatMap(headers, (auth) =>
      Effect.flatMap(
        Effect.mapError(
          transport(
            {
              method: descriptor.method,
              url: root.origin + path + wire.query,
              headers: { accept: "application/json", ...auth },
              body: wire.body
            },
            policy.maxBodyBytes
          ),
          (fault) => new Errors.TransportError({ operation: descriptor.name, ...fault, attempts: call.attempts })
        ),
        (arrived) =>
          Effect.clockWith((clock) =>
            Effect.fromResult(
              codecOf(descriptor).decode(arrived, {
                attempts: call.attempts,
                lostAnswer: call.lostAnswer,
                nowMillis: clock.currentTimeMillisUnsafe(),
                explanation: (measuredClockSkewMillis) =>
                  by === undefined || auth === undefined
                    ? undefined
                    : {
                        ...RequestSignature.explain(by, {
                          method: descriptor.method,
                          path,
                          timestampMillis: Number(auth["KALSHI-ACCESS-TIMESTAMP"])
                        }),
                        environment: environment.name,
                        ...(measuredClockSkewMillis === undefined ? {} : { measuredClockSkewMillis })
                      }
              })
            )
          )
      )
    )
  }

  const timed = (
    descriptor: Descriptor,
    effect: Effect.Effect<unknown, Failure>,
    call: Call,
    attemptMillis: number,
    remainingMillis: number,
    totalMillis: number
  ): Effect.Effect<unknown, Failure> => {
    const total = remainingMillis <= attemptMillis
    return Effect.timeoutOrElse(effect, {
      duration: total ? remainingMillis : attemptMillis,
      orElse: () =>
        Effect.fail(
          new Errors.RequestTimeout({
            operation: descriptor.name,
            limit: total ? "total" : "attempt",
            timeoutMillis: total ? totalMillis : attemptMillis,
            attempts: call.attempts
          })
        )
    })
  }

  const run = (
    descriptor: Descriptor,
    input: unknown,
    wire: encode.WireRequest,
    policy: SendPolicy.SendPolicy
  ): Effect.Effect<unknown, Failure> =>
    Effect.flatMap(Clock.currentTimeMillis, (startedAt) => {
      const call: Call = { attempts: 0, lostAnswer: false }
      const attemptMillis = Duration.toMillis(policy.attemptTimeout)
      const totalMillis = Duration.toMillis(policy.totalTimeout)
      const repeatable = descriptor.retry === "idempotent" || (descriptor.retry === "keyed" && isKeyed(input))
      type Step = Effect.Success<ReturnType<typeof Schedule.toStep<unknown, Errors.Failure, never, never>>>

      const once = (elapsed: number): Effect.Effect<unknown, Failure> =>
        Effect.suspend(() => {
          call.attempts++
          return timed(
            descriptor,
            attempt(descriptor, wire, call, policy),
            call,
            attemptMillis,
            totalMillis - elapsed,
            totalMillis
          )
        })

      const again = (step: Step, error: Failure): Effect.Effect<unknown, Failure> =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          Pull.matchEffect(step(now, error as Errors.Failure), {
            onSuccess: ([, delay]) => {
              const wait = Math.max(Duration.toMillis(delay), askedWait(error))
              const elapsed = now - startedAt + wait
              if (elapsed >= totalMillis) return Effect.fail(error)
              return Effect.andThen(
                Effect.sleep(wait),
                Effect.catch(once(elapsed), (next) => retryOrFail(step, next))
              )
            },
            onDone: () => Effect.fail(error),
            onFailure: Effect.failCause
          })
        )

      const retryOrFail = (step: Step, error: Failure): Effect.Effect<unknown, Failure> => {
        if (isLost(error)) call.lostAnswer = true
        return mayRepeat(repeatable, error) ? again(step, error) : Effect.fail(error)
      }

      return Effect.catch(once(0), (error) =>
        Effect.flatMap(Schedule.toStep(policy.retry), (step) => retryOrFail(step, error))
      )
    })

  const refuse = (descriptor: Descriptor, reason: string) =>
    Effect.fail(new Errors.InvalidRequest({ operation: descriptor.name, pointer: "", reason }))

  return {
    send: (descriptor, input) => {
      if (descriptor.access === "write" && !account.mayWrite) {
        return refuse(descriptor, "this layer only reads; provide Kalshi.layer to change anything")
      }
      if (descriptor.auth === "required" && signer === undefined) {
        return refuse(descriptor, "this layer has no key; provide Kalshi.layer or Kalshi.layerReadOnly")
      }
      const encoded = codecOf(descriptor).encode(input)
      if (Result.isFailure(encoded)) return Effect.fail(encoded.failure)
      const wire = encoded.success
      return Effect.withSpan(
        Effect.flatMap(SendPolicy.Overrides, (overrides) => run(descriptor, input, wire, { ...base, ...overrides })),
        descriptor.name,
        spanOptions(descriptor, environment)
      )
    }
  }
}

const spanOptions = (descriptor: Descriptor, environment: Environment) => ({
  kind: "client" as const,
  captureStackTrace: false,
  attributes: {
    "http.request.method": descriptor.method,
    "url.template": descriptor.path,
    "server.address": environment.name,
    "kalshi.operation.id": descriptor.operationId
  }
})
