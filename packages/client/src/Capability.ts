/**
 * The permissions of an application, as types: public data, reads of the account, writes. A program that needs
 * {@link KalshiWrite} does not compile under a layer that does not provide it.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Descriptor } from "./Descriptor.ts"

/**
 * The difference between the exchange's clock and this machine's clock, in milliseconds. It is positive if this
 * machine's clock is behind.
 */
export interface ClockSkewMeasurement {
  /** The estimate: the middle between `lowerMillis` and `upperMillis`. */
  readonly millis: number
  readonly lowerMillis: number
  readonly upperMillis: number
  /** The age of the newest response that the measurement uses. */
  readonly ageMillis: number
}

/** The service behind every capability. It sends the requests of operations. Do not call it directly. */
export interface Sender {
  readonly send: (descriptor: Descriptor, input: unknown) => Effect.Effect<unknown, unknown>
  /** Returns how many milliseconds {@link Sender.send} would wait for the account's rate-limit tokens. */
  readonly waitFor: (descriptor: Descriptor, input: unknown) => Effect.Effect<number>
  /**
   * The difference between the exchange's clock and this machine's clock, measured from the dates of responses.
   * Undefined if it is not known.
   */
  readonly clockSkew: Effect.Effect<ClockSkewMeasurement | undefined>
}

/** Permits the public operations: markets, events, the exchange's status. */
export class KalshiPublic extends Context.Service<KalshiPublic, Sender>()("@kalshi-effect/client/KalshiPublic") {}

/** Permits reads of the account: orders, positions, balances. */
export class KalshiRead extends Context.Service<KalshiRead, Sender>()("@kalshi-effect/client/KalshiRead") {}

/** Permits writes: placing and canceling orders, moving money, creating keys. */
export class KalshiWrite extends Context.Service<KalshiWrite, Sender>()("@kalshi-effect/client/KalshiWrite") {}

/** @internal */
export const capability = (access: "public" | "read" | "write"): Context.Service<never, Sender> => {
  const tag = access === "public" ? KalshiPublic : access === "read" ? KalshiRead : KalshiWrite
  return tag as unknown as Context.Service<never, Sender> // the type of the operation states its capability
}
