/**
 * What a call knows of itself across its attempts.
 *
 * @module
 */
import type * as Clock from "effect/Clock"
import type { Descriptor } from "../Operation.ts"
import { monotonicMillis } from "../time.ts"
import type { Decode } from "./decode.ts"
import type { WireRequest } from "./encode.ts"
import type { CallObserver } from "./observer.ts"
import type { Resolved } from "./SendPolicy.ts"
import type { Reading } from "./skew.ts"

/**
 * How long the exchange is trusted to recognise a client's id. The exchange documents no time, so it is kept short.
 */
const keyHorizonMillis = 60_000

/** What is fixed when a call starts. */
export interface CallOptions {
  readonly descriptor: Descriptor
  readonly wire: WireRequest
  readonly policy: Resolved
  readonly observer: CallObserver
  readonly clock: Clock.Clock
  /** Whether its requests carry a signature. */
  readonly isSigned: boolean
  readonly decode: Decode
}

/** One call. Its attempts change it. */
export class CallState {
  readonly descriptor: Descriptor
  readonly wire: WireRequest
  readonly policy: Resolved
  readonly observer: CallObserver
  readonly clock: Clock.Clock
  readonly isSigned: boolean
  readonly decode: Decode
  /** Whether the exchange recognises a repeat by the caller's own id in the body. */
  readonly isKeyed: boolean
  /** Whether the call may be repeated after a lost response. */
  readonly isRepeatable: boolean
  readonly #startedMillis: number

  /** Requests handed to the transport. */
  attempts = 0
  /** When the last request was handed to the transport. */
  sent: Reading = { wallMillis: 0, monotonicMillis: 0 }
  /** When the first request was sent whose response was lost although it may have been carried out. */
  lostMillis: number | undefined = undefined
  /** The last response was a 401, and its date shows that the timestamp of the request was off. */
  timestampWasOff = false
  /** The call was repeated because its timestamp was refused. Happens once per call. */
  wasSignedAgain = false

  constructor(options: CallOptions) {
    const { descriptor, wire } = options
    this.descriptor = descriptor
    this.wire = wire
    this.policy = options.policy
    this.observer = options.observer
    this.clock = options.clock
    this.isSigned = options.isSigned
    this.decode = options.decode
    this.isKeyed = descriptor.retry === "keyed" && wire.keyed
    this.isRepeatable = descriptor.retry === "idempotent" || this.isKeyed
    this.#startedMillis = monotonicMillis(this.clock)
  }

  /** What is left of the call's total time. */
  remainingMillis(): number {
    return this.policy.totalMillis - (monotonicMillis(this.clock) - this.#startedMillis)
  }

  /** How long the exchange still recognises a repeat by its id. Infinite for a call that does not depend on that. */
  keyRemainingMillis(): number {
    return this.isKeyed && this.lostMillis !== undefined
      ? keyHorizonMillis - (monotonicMillis(this.clock) - this.lostMillis)
      : Number.POSITIVE_INFINITY
  }
}
