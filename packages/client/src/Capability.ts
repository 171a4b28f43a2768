/**
 * What an application may do, as types: a program that needs {@link KalshiWrite} does not compile under a layer that
 * gives {@link KalshiRead} alone.
 *
 * @module
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Descriptor } from "./Descriptor.ts"

/** The exchange's clock minus this machine's, in milliseconds: above zero where this machine's is behind. */
export interface ClockSkewMeasurement {
  /** The middle of the two bounds. */
  readonly millis: number
  /** It is no less than this. */
  readonly lowerMillis: number
  /** It is no more than this. */
  readonly upperMillis: number
  /** The age of the newest response that it is based on. */
  readonly ageMillis: number
}

/** What the capabilities stand on: it sends what an operation describes. Not for calling directly. */
export interface Sender {
  readonly send: (descriptor: Descriptor, input: unknown) => Effect.Effect<unknown, unknown>
  /** Milliseconds that {@link Sender.send} would wait for the account's tokens. */
  readonly waitFor: (descriptor: Descriptor, input: unknown) => Effect.Effect<number>
  /** The measured difference between the exchange's clock and this machine's, from the dates of responses. */
  readonly clockSkew: Effect.Effect<ClockSkewMeasurement | undefined>
}

/** May call the public operations: markets, events, the exchange's status. */
export class KalshiPublic extends Context.Service<KalshiPublic, Sender>()("@kalshi-effect/client/KalshiPublic") {}

/** May read the account: orders, positions, balances. */
export class KalshiRead extends Context.Service<KalshiRead, Sender>()("@kalshi-effect/client/KalshiRead") {}

/** May change state: place and cancel orders, move money, make keys. */
export class KalshiWrite extends Context.Service<KalshiWrite, Sender>()("@kalshi-effect/client/KalshiWrite") {}

/** @internal */
export const capability = (access: "public" | "read" | "write"): Context.Service<never, Sender> => {
  const tag = access === "public" ? KalshiPublic : access === "read" ? KalshiRead : KalshiWrite
  return tag as unknown as Context.Service<never, Sender> // the operation's own type names the capability
}
