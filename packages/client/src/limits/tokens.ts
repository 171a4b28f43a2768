/**
 * Reports to the token store what happened to the tokens of a call: they were returned or spent, or the exchange had too
 * few.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { CallFailure } from "../sending/decode.ts"
import type { Store, Want } from "./Store.ts"

export interface Taken {
  readonly want: Want
  readonly atMillis: number
}

/**
 * The maximum number of calls that request tokens from a remote store at the same time. Sequential requests would take
 * one round trip each.
 */
const remoteWidth = 8

const withoutResponse: ReadonlySet<CallFailure["_tag"]> = /*#__PURE__*/ new Set(["TransportError", "RequestTimeout"])

/** Ignores a defect of the store, because it must not replace the outcome of a call. */
const quietly = (effect: Effect.Effect<void>): Effect.Effect<void> => Effect.catchDefect(effect, () => Effect.void)

export class Tokens {
  readonly store: Store
  /** How many calls may request tokens from the store at the same time. */
  readonly width: number
  readonly #scope: Scope.Scope
  readonly #onFreed: () => void

  /** `onFreed` runs when {@link refund} or {@link withdraw} has freed tokens. */
  constructor(store: Store, scope: Scope.Scope, onFreed: () => void) {
    this.store = store
    this.width = store.isLocal === true ? 1 : remoteWidth
    this.#scope = scope
    this.#onFreed = onFreed
  }

  /**
   * Gives back tokens that were not spent, and notifies the queues. If the call has a latency, and this time has passed
   * since the tokens were taken, does nothing: the store may have counted the tokens as spent.
   */
  refund(taken: Taken, nowMillis: number): Effect.Effect<void> {
    const { want } = taken
    if (!isReserved(taken, nowMillis) && want.latencyMillis > 0) return Effect.void
    return Effect.andThen(quietly(this.store.giveBack(want)), Effect.sync(this.#onFreed))
  }

  /** Removes a call from the store's queue without notifying the queues. */
  giveUp(want: Want): Effect.Effect<void> {
    return quietly(this.store.giveUp(want))
  }

  /** Removes a call from the store's queue, and notifies the queues. */
  withdraw(want: Want): Effect.Effect<void> {
    return Effect.andThen(this.giveUp(want), Effect.sync(this.#onFreed))
  }

  settle(
    taken: Taken,
    wasSent: boolean,
    exit: Exit.Exit<unknown, CallFailure>,
    nowMillis: number
  ): Effect.Effect<void> {
    const { want } = taken
    const failure = failureOf(exit)
    if (!wasSent || (failure?._tag === "TransportError" && failure.requestSent === "no")) {
      return this.refund(taken, nowMillis)
    }
    // The exchange may still receive a request that has no response yet.
    const isAnswered = failure === undefined ? Exit.isSuccess(exit) : !withoutResponse.has(failure._tag)
    const arrived = isAnswered && isReserved(taken, nowMillis) ? this.#arrived(want) : Effect.void
    return isLimited(exit) ? Effect.andThen(arrived, quietly(this.store.drain(want))) : arrived
  }

  /**
   * Reports to the store that the request has arrived. For a remote store, this runs in the background, so the caller
   * does not wait.
   */
  #arrived(want: Want): Effect.Effect<void> {
    const arrived = quietly(this.store.arrived(want))
    return this.store.isLocal === true
      ? arrived
      : Effect.asVoid(Effect.forkIn(arrived, this.#scope, { startImmediately: true }))
  }
}

/**
 * Whether at most `latencyMillis` have passed since the tokens were taken. After that, the store may count the request as
 * received.
 */
const isReserved = ({ atMillis, want }: Taken, nowMillis: number): boolean => nowMillis - atMillis <= want.latencyMillis

const failureOf = <E>(exit: Exit.Exit<unknown, E>): E | undefined =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Exit.findErrorOption(exit)) : undefined

export const isLimited = (exit: Exit.Exit<unknown, CallFailure>): boolean => failureOf(exit)?._tag === "TooManyRequests"
