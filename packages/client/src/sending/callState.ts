/**
 * The state of a call, shared by its attempts.
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
 * How long the exchange recognizes a request by its client-supplied id. The exchange does not document this duration.
 * The value is a cautious assumption.
 */
const clientIdWindowMillis = 60_000

export interface CallOptions {
  readonly descriptor: Descriptor
  readonly wire: WireRequest
  readonly policy: Resolved
  readonly observer: CallObserver
  readonly clock: Clock.Clock
  readonly isSigned: boolean
  readonly decode: Decode
}

export class CallState {
  readonly descriptor: Descriptor
  readonly wire: WireRequest
  readonly policy: Resolved
  readonly observer: CallObserver
  readonly clock: Clock.Clock
  readonly isSigned: boolean
  readonly decode: Decode
  /** Whether the exchange recognizes a repeat by a client-supplied id in the body. */
  readonly hasClientId: boolean
  /** Whether the call may be repeated after a lost response. */
  readonly isRepeatable: boolean
  readonly #startedMillis: number

  /** How many requests were passed to the transport. */
  attempts = 0
  lastSentAt: Reading = { wallMillis: 0, monotonicMillis: 0 }
  /**
   * When the client sent the first request whose response was lost, in monotonic milliseconds. The exchange may have
   * carried out this request.
   */
  firstLostSentMillis: number | undefined = undefined
  /** With `correctClockSkew`: whether the last response was a 401 whose date shows that the timestamp was wrong. */
  timestampWasOff = false
  /** Whether the call was already repeated because of its timestamp. */
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
    this.hasClientId = descriptor.retry === "keyed" && wire.keyed
    this.isRepeatable = descriptor.retry === "idempotent" || this.hasClientId
    this.#startedMillis = monotonicMillis(this.clock)
  }

  remainingMillis(): number {
    return this.policy.totalMillis - (monotonicMillis(this.clock) - this.#startedMillis)
  }

  /**
   * How long the exchange still recognizes the client-supplied id. Infinite if no response was lost, or if the call has
   * no such id.
   */
  clientIdRemainingMillis(): number {
    return this.hasClientId && this.firstLostSentMillis !== undefined
      ? clientIdWindowMillis - (monotonicMillis(this.clock) - this.firstLostSentMillis)
      : Number.POSITIVE_INFINITY
  }
}
