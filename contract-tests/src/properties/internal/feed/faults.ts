/**
 * Faults of the network between client and exchange, as plain data.
 *
 * @module
 */
import * as fc from "fast-check"

/**
 * What happens to a frame of the exchange.
 *
 * - `lose`, `repeat`, `swap` (with the next frame), `late` (later frames overtake it).
 * - `cut`: only its first half arrives. `garble`: it is not JSON. `unknown`: its type is not in the document.
 * - `skip`, `restart`: the count of its subscription continues three higher, or starts again.
 * - `zero`: a delta of `0.00` precedes it. `cross`: two deltas precede it that share its clock and cross the book.
 * - `below`: a delta precedes it that takes more than its level holds.
 */
export const frameFaults = [
  "lose",
  "repeat",
  "swap",
  "late",
  "cut",
  "garble",
  "unknown",
  "skip",
  "restart",
  "zero",
  "cross",
  "below"
] as const

/** A fault of a frame. */
export interface FrameFault {
  readonly kind: (typeof frameFaults)[number]
  /** Which frames it can concern. */
  readonly of: "any" | "delta" | "snapshot" | "trade" | "reply"
  /** The number of such frames that pass first. */
  readonly after: number
  /** The delay of a `late` frame. */
  readonly millis: number
}

/** What happens to a command of the client. */
export interface CommandFault {
  /**
   * - `lose`: the exchange does not receive it. `late`: the exchange reads it and all later commands later. `mute`: the
   *   reply is lost.
   * - `refuse`: the reply is an error with `code`. With 18 (`CommandTimeout`), `isExecuted` states whether the
   *   exchange carried out the command anyway.
   */
  readonly kind: "lose" | "late" | "mute" | "refuse"
  readonly code: 18 | 27
  readonly isExecuted: boolean
  readonly millis: number
}

/**
 * How a dial ends. A number: refused with this status. `reset`: refused without a status. `hang`: no answer. `slow`: a
 * late answer.
 */
export type DialFault = 429 | 503 | "reset" | "hang" | "slow"

const millis = fc.constantFrom(50, 400, 1_300, 3_000)

export const frameFault: fc.Arbitrary<FrameFault> = fc.record({
  kind: fc.constantFrom(...frameFaults),
  of: fc.constantFrom("any", "any", "delta", "delta", "snapshot", "trade", "reply"),
  after: fc.constantFrom(0, 0, 1, 2),
  millis
})

export const commandFault: fc.Arbitrary<CommandFault> = fc.record({
  kind: fc.constantFrom("lose", "late", "mute", "refuse"),
  code: fc.constantFrom(18, 27),
  isExecuted: fc.boolean(),
  millis
})

export const dialFault: fc.Arbitrary<DialFault> = fc.constantFrom<DialFault>(429, 503, "reset", "hang", "slow")
