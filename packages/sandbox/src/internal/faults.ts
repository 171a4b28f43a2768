/**
 * Faults that are planted to be met later.
 *
 * @module
 */
import { type Answer, usual } from "./errorBody.ts"

/** A fault to answer instead of what was asked for. Without an operation and a path it meets every request. */
export interface Fault {
  readonly status: number
  /** The operation's id in the published document, such as `GetOrderGroup`. */
  readonly operation?: string
  /** The path below `/trade-api/v2`, such as `/exchange/status`, without a query. */
  readonly path?: string
  /** How many requests it meets. Default 1. */
  readonly times?: number
  /** JSON to answer, or text to answer as it stands. Default: the status's usual error body. */
  readonly body?: unknown
  /** Default: `application/json; charset=utf-8`. */
  readonly contentType?: string
}

/** Planted faults; the oldest one that fits is met first. */
export class Faults {
  readonly #planted: Array<{ readonly fault: Fault; left: number }> = []

  plant(fault: Fault): void {
    this.#planted.push({ fault, left: fault.times ?? 1 })
  }

  /** The fault that a request meets, which is then used up by one. */
  meet(operation: string | undefined, path: string): Answer | undefined {
    const index = this.#planted.findIndex(
      ({ fault, left }) =>
        left > 0 &&
        (fault.operation === undefined || fault.operation === operation) &&
        (fault.path === undefined || fault.path === path)
    )
    const met = this.#planted[index]
    if (met === undefined) {
      return undefined
    }
    met.left--
    if (met.left <= 0) {
      this.#planted.splice(index, 1)
    }
    const { body, contentType, status } = met.fault
    return {
      ...(body === undefined ? usual(status) : { status, body }),
      ...(contentType === undefined ? undefined : { headers: { "content-type": contentType } })
    }
  }
}
