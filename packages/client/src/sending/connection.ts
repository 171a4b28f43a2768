/**
 * The connection of one account to one exchange. The REST sender and the feed use it.
 *
 * @module
 */
import * as RequestSignature from "@kalshi-effect/signing/RequestSignature"
import type { SigningError } from "@kalshi-effect/signing/SigningError"
import type { Signer } from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import type { Environment } from "../Environment.ts"
import type * as Errors from "../Errors.ts"
import type { Descriptor } from "../Operation.ts"
import type { CallFailure } from "./decode.ts"
import type { Telemetry } from "./observer.ts"
import * as skew from "./skew.ts"

export interface Limiter {
  /** Runs an attempt when it has its tokens. Returns the tokens to the bucket if the attempt sent nothing. */
  readonly limit: (
    attempt: LimitedAttempt,
    run: Effect.Effect<unknown, CallFailure>
  ) => Effect.Effect<unknown, CallFailure>
  /** The wait for tokens of a call that starts now, in milliseconds. */
  readonly waitFor: (descriptor: Descriptor, input: unknown) => Effect.Effect<number>
}

export interface LimitedAttempt {
  readonly descriptor: Descriptor
  readonly input: unknown
  readonly maxMillis: number
  /** Whether a byte of the attempt may have left this machine. */
  readonly wasSent: () => boolean
  /** Called each time the attempt has to wait. */
  readonly onWait: () => void
}

export interface ConnectionOptions {
  readonly environment: Environment
  /** Undefined for a connection without a key. */
  readonly signer: Signer["Service"] | undefined
  readonly telemetry: Telemetry
  /** Undefined if calls do not wait for tokens. */
  readonly limiter: Limiter | undefined
  /** Whether to sign with the measured time of the exchange if this machine's clock is wrong. */
  readonly correctClockSkew: boolean
}

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** The path from the host's root, without the query. */
  readonly path: string
}

export interface Signed extends SignedRequest {
  readonly headers: RequestSignature.AuthHeaders
  readonly timestampMillis: number
  /** The correction that was added to this machine's clock. */
  readonly clockSkewMillis: number
}

/** The parts of an environment's `restUrl`. The path has no slash at its end, and is empty at the host's root. */
export type RestRoot = Pick<URL, "hostname" | "origin" | "pathname" | "port" | "protocol">

/** The result is not a `URL`, because the `pathname` of a `URL` is never empty. */
export const restRootOf = ({ restUrl }: Environment): RestRoot => {
  const { hostname, origin, pathname, port, protocol } = new URL(restUrl)
  return { hostname, origin, pathname: pathname.replace(/\/+$/, ""), port, protocol }
}

export interface Connection extends ConnectionOptions {
  readonly restRoot: RestRoot
  readonly clockSkew: skew.Skew
  /** Undefined on a connection without a key. */
  readonly sign: (request: SignedRequest) => Effect.Effect<Signed | undefined, SigningError>
  /**
   * Explains a signature that the exchange refused. `measured` is the clock skew. Undefined on a connection without a
   * key.
   */
  readonly explain: (signed: Signed, measured: skew.Interval | undefined) => Errors.Explanation | undefined
}

/** Makes a connection without opening a socket. */
export const make = (options: ConnectionOptions): Connection => {
  const { correctClockSkew, environment, signer } = options
  const clockSkew = skew.make()

  const signAs = (
    by: Signer["Service"],
    { method, path }: SignedRequest,
    clockSkewMillis: number
  ): Effect.Effect<Signed, SigningError> =>
    Effect.map(RequestSignature.headers(by, { method, path, clockSkewMillis }), (headers) => ({
      method,
      path,
      headers,
      timestampMillis: Number(headers["KALSHI-ACCESS-TIMESTAMP"]),
      clockSkewMillis
    }))

  return {
    ...options,
    restRoot: restRootOf(environment),
    clockSkew,
    sign: (request) => {
      if (signer === undefined) return Effect.undefined
      return correctClockSkew
        ? Effect.clockWith((clock) => signAs(signer, request, clockSkew.correctionMillis(skew.read(clock))))
        : signAs(signer, request, 0)
    },
    explain: (signed, measured) =>
      signer === undefined
        ? undefined
        : {
            ...RequestSignature.explain(signer, signed),
            environment: environment.name,
            ...skew.explanation(measured)
          }
  }
}
