/**
 * Performs one attempt of a call within a time limit: sign, send, decode.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { loopback } from "../Environment.ts"
import * as Errors from "../Errors.ts"
import { Recorded, recordSent } from "./attemptTimes.ts"
import type { CallState } from "./callState.ts"
import type { Connection, RestRoot, Signed } from "./connection.ts"
import type { Arrived, CallFailure } from "./decode.ts"
import * as skew from "./skew.ts"
import { timeoutOrElse } from "./timeout.ts"
import type { Transport, TransportFault } from "./transport.ts"

const hintOf = ({ hostname, origin, port, protocol }: RestRoot, { code, requestSent }: TransportFault): string => {
  if (code !== "ECONNREFUSED" || requestSent !== "no" || !loopback.test(hostname)) return ""
  const listening = port === "" ? (protocol === "https:" ? "443" : "80") : port
  return `; nothing listens at ${origin}: start the local exchange (kalshi sandbox --port ${listening}, or kalshi-sandbox --port ${listening})`
}

const withinTime = (
  call: CallState,
  attempt: Effect.Effect<unknown, CallFailure>
): Effect.Effect<unknown, CallFailure> => {
  const { attemptMillis, totalMillis } = call.policy
  const remainingMillis = call.remainingMillis()
  const isTotal = remainingMillis <= attemptMillis
  const limitMillis = isTotal ? remainingMillis : attemptMillis
  if (limitMillis === Number.POSITIVE_INFINITY) return attempt
  const sentBefore = call.attempts
  const timedOut = Effect.suspend(() =>
    Effect.fail(
      new Errors.RequestTimeout({
        operation: call.descriptor.name,
        limit: isTotal ? "total" : "attempt",
        timeoutMillis: isTotal ? totalMillis : attemptMillis,
        // If the signer was too slow, nothing was sent.
        requestSent: call.attempts > sentBefore ? "maybe" : "no",
        attempts: call.attempts
      })
    )
  )
  // A wait for rate-limit tokens can use up the time of the call. Then nothing is sent.
  return limitMillis > 0 ? timeoutOrElse(attempt, limitMillis, timedOut) : timedOut
}

/** Makes the function that performs one attempt. It signs after the waits, so that the timestamp is current. */
export const make = (
  connection: Connection,
  transport: Transport
): ((call: CallState) => Effect.Effect<unknown, CallFailure>) => {
  const { clockSkew, correctClockSkew, restRoot } = connection

  const sign = ({ descriptor, isSigned, wire }: CallState) =>
    isSigned ? connection.sign({ method: descriptor.method, path: restRoot.pathname + wire.path }) : Effect.undefined

  const transportError = (call: CallState, fault: TransportFault): Errors.TransportError =>
    new Errors.TransportError({ operation: call.descriptor.name, ...fault, attempts: call.attempts })

  const send = (call: CallState, signed: Signed | undefined): Effect.Effect<Arrived, Errors.TransportError> =>
    Effect.withFiber((fiber) => {
      const { descriptor, policy, wire } = call
      if (call.clientIdRemainingMillis() < 0) {
        const reason =
          "signing took so long that the exchange may no longer recognize the client-supplied id of the request"
        return Effect.fail(transportError(call, { requestSent: "no", code: undefined, reason }))
      }
      call.attempts++
      call.lastSentAt = skew.read(call.clock)
      if (signed !== undefined && descriptor.access === "write") {
        const recorded = fiber.getRef(Recorded)
        if (recorded !== undefined) recordSent(recorded, call.lastSentAt, signed.timestampMillis)
      }
      const request = {
        method: descriptor.method,
        url: restRoot.origin + restRoot.pathname + wire.path + wire.query,
        headers: { accept: "application/json", ...signed?.headers },
        body: wire.body
      }
      return Effect.mapError(call.observer.aroundRequest(transport(request, policy.maxBodyBytes)), (fault) =>
        transportError(call, { ...fault, reason: fault.reason + hintOf(restRoot, fault) })
      )
    })

  const decode = (
    call: CallState,
    signed: Signed | undefined,
    arrived: Arrived
  ): Effect.Effect<unknown, CallFailure> => {
    call.observer.onResponse(arrived.status)
    const now = skew.read(call.clock)
    const measured = clockSkew.observe(call.lastSentAt, now, arrived.headers)
    call.timestampWasOff =
      correctClockSkew &&
      arrived.status === 401 &&
      signed !== undefined &&
      measured !== undefined &&
      skew.isBeyondResolution(measured, signed.clockSkewMillis)
    return Effect.fromResult(
      call.decode(arrived, {
        attempts: call.attempts,
        lostResponse: call.firstLostSentMillis !== undefined,
        nowMillis: now.wallMillis,
        explanation: () =>
          signed === undefined ? undefined : connection.explain(signed, measured ?? clockSkew.measured(now))
      })
    )
  }

  const signSendDecode = (call: CallState): Effect.Effect<unknown, CallFailure> =>
    Effect.flatMap(sign(call), (signed) =>
      Effect.flatMap(send(call, signed), (arrived) => decode(call, signed, arrived))
    )

  return (call) =>
    Effect.suspend(() => {
      call.timestampWasOff = false
      call.observer.onReady()
      return Effect.onExitPrimitive(withinTime(call, signSendDecode(call)), (exit) => call.observer.onAttemptEnd(exit))
    })
}
