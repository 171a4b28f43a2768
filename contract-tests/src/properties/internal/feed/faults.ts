/**
 * Faults of the network between client and exchange, as plain data.
 *
 * @module
 */
import * as fc from "fast-check"

/**
 * What happens to a frame of the exchange.
 *
 * - `lose`: it does not arrive. `repeat`: it arrives twice. `swap`: it arrives after the next frame. `late`: later
 *   frames overtake it.
 * - `cut`: only its first half arrives. `garble`: it is not JSON. `unknown`: its type is not in the document.
 * - `skip`: the `seq` of its subscription continues three higher. `restart`: the `seq` starts again at 1.
 * - `zero`: a delta of `0.00` precedes it. `cross`: two deltas with its clock precede it. Between them, the book is
 *   crossed.
 * - `below`: a delta precedes it and removes more contracts than the price level has.
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

export interface FrameFault {
  readonly kind: (typeof frameFaults)[number]
  readonly of: "any" | "delta" | "snapshot" | "trade" | "reply"
  /** The number of frames of the kind `of` that pass before the fault. */
  readonly after: number
  /** The delay of a `late` frame. */
  readonly millis: number
}

export interface CommandFault {
  /**
   * What happens to a command of the client.
   *
   * - `lose`: the exchange does not receive it. `late`: the exchange reads it, and the commands after it, with a delay.
   *   `mute`: the reply is lost.
   * - `refuse`: the reply is an error with `code`. With 18 (`CommandTimeout`), `isExecuted` states whether the
   *   exchange carried out the command anyway.
   */
  readonly kind: "lose" | "late" | "mute" | "refuse"
  readonly code: 18 | 27
  readonly isExecuted: boolean
  readonly millis: number
}

/**
 * How a dial ends. A number: the dial is refused with this status. `reset`: it is refused without a status. `hang`: it
 * gets no response. `slow`: it gets a late response.
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
