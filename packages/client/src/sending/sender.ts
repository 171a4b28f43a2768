/**
 * Sends every REST call: `observe(encode, retry(limit(sign, send, decode)))`. No other module sends REST requests.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Sender } from "../Capability.ts"
import * as Errors from "../Errors.ts"
import type { Descriptor } from "../Operation.ts"
import { AroundWrite } from "./aroundWrite.ts"
import * as attempts from "./attempt.ts"
import { CallState } from "./callState.ts"
import type { Connection, Limiter } from "./connection.ts"
import * as decode from "./decode.ts"
import * as encode from "./encode.ts"
import type { CallObserver } from "./observer.ts"
import { retry } from "./retry.ts"
import * as SendPolicy from "./SendPolicy.ts"
import * as skew from "./skew.ts"
import type { Transport } from "./transport.ts"

export type RecordWrite = (
  descriptor: Descriptor,
  wire: encode.WireRequest,
  address: string
) => Effect.Effect<never, Errors.NotSent>

export interface SenderOptions {
  readonly transport: Transport
  readonly policy: Partial<SendPolicy.SendPolicy>
  /**
   * What happens to writes:
   *
   * - `rejected`: a write fails. The types also reject it at compile time.
   * - `sent`: a write is sent.
   * - A function (dry run): the function records a write, and the write is not sent.
   */
  readonly writes: "rejected" | "sent" | RecordWrite
  readonly compiledDecoding: boolean
}

interface Codec {
  readonly encode: encode.Encode
  readonly decode: decode.Decode
}

const limit = (
  limiter: Limiter | undefined,
  call: CallState,
  attempt: Effect.Effect<unknown, decode.CallFailure>
): Effect.Effect<unknown, decode.CallFailure> => {
  if (limiter === undefined || !call.isSigned) return attempt
  const { descriptor, observer, wire } = call
  return Effect.suspend(() => {
    const sentBefore = call.attempts
    return limiter.limit(
      {
        descriptor,
        input: wire.input,
        maxMillis: Math.min(call.remainingMillis(), call.clientIdRemainingMillis()),
        wasSent: () => call.attempts > sentBefore,
        onWait: () => observer.onWait()
      },
      attempt
    )
  })
}

const wrapped = (
  call: CallState,
  sending: Effect.Effect<unknown, decode.CallFailure>
): Effect.Effect<unknown, decode.CallFailure> =>
  call.descriptor.access === "write"
    ? Effect.withFiber((fiber) => fiber.getRef(AroundWrite)?.(call, sending) ?? sending)
    : sending

export const make = (connection: Connection, options: SenderOptions): Sender => {
  const { limiter, restRoot, telemetry } = connection
  const layerPolicy = SendPolicy.resolve(options.policy)
  const attempt = attempts.make(connection, options.transport)
  const codecs = new WeakMap<Descriptor, Codec>()

  const codecOf = (descriptor: Descriptor): Codec => {
    let codec = codecs.get(descriptor)
    if (codec === undefined) {
      codec = { encode: encode.prepare(descriptor), decode: decode.prepare(descriptor, options.compiledDecoding) }
      codecs.set(descriptor, codec)
    }
    return codec
  }

  const isSigned = ({ auth }: Descriptor): boolean => auth !== "none" && connection.signer !== undefined

  const writeModeOf = ({ access }: Descriptor) => (access === "write" ? options.writes : "sent")

  const reject = ({ name }: Descriptor, reason: string) =>
    Effect.fail(new Errors.InvalidRequest({ operation: name, pointer: "", reason }))

  const prepareCall = (
    descriptor: Descriptor,
    input: unknown,
    observer: CallObserver
  ): Effect.Effect<CallState, Errors.InvalidRequest | Errors.NotSent> =>
    Effect.withFiber((fiber): Effect.Effect<CallState, Errors.InvalidRequest | Errors.NotSent> => {
      const writes = writeModeOf(descriptor)
      if (writes === "rejected") {
        return reject(descriptor, "this layer is read-only; provide Kalshi.layer to send writes")
      }
      if (descriptor.auth === "required" && connection.signer === undefined) {
        return reject(descriptor, "this layer has no key; provide Kalshi.layer or Kalshi.layerReadOnly")
      }
      const codec = codecOf(descriptor)
      const result = codec.encode(input)
      if (Result.isFailure(result)) return Effect.fail(result.failure)
      const wire = result.success
      const overrides = fiber.getRef(SendPolicy.Overrides)
      const policy = overrides === SendPolicy.noOverrides ? layerPolicy : SendPolicy.resolve(overrides, options.policy)
      if (typeof policy === "string") return reject(descriptor, policy)
      if (writes !== "sent")
        return writes(descriptor, wire, restRoot.origin + restRoot.pathname + wire.path + wire.query)
      const clock = fiber.getRef(Clock.Clock)
      const { decode } = codec
      return Effect.succeed(
        new CallState({ descriptor, wire, policy, observer, clock, isSigned: isSigned(descriptor), decode })
      )
    })

  return {
    send: (descriptor, input) =>
      telemetry.observe(descriptor, (observer) =>
        Effect.flatMap(prepareCall(descriptor, input, observer), (call) =>
          wrapped(call, retry(call, limit(limiter, call, attempt(call))))
        )
      ),
    waitFor: (descriptor, input) =>
      limiter === undefined || !isSigned(descriptor) || writeModeOf(descriptor) !== "sent"
        ? Effect.succeed(0)
        : limiter.waitFor(descriptor, input),
    clockSkew: Effect.clockWith((clock) => Effect.sync(() => connection.clockSkew.measured(skew.read(clock))))
  }
}
