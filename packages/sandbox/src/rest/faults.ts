/**
 * Faults that are planted to be met later.
 *
 * @module
 */
import { type Answer, usual } from "./errorBody.ts"
import { isPathOfOperation } from "./router.ts"
import { allRoutes } from "./routes.ts"

/**
 * A fault for a request to meet. Without an operation and a path it meets every request.
 *
 * **Details**
 *
 * With a `status`, nothing is carried out and that is the answer. Without one the request is carried out as ever, unless
 * the connection is reset before; what else the fault says then happens to its answer.
 */
export interface Fault {
  /**
   * The operation's id in the published document, such as `GetOrderGroup`: the client has it as
   * `OrderGroups.get.descriptor.operationId`.
   */
  readonly operation?: string
  /** The path below `/trade-api/v2`, such as `/exchange/status`, without a query. */
  readonly path?: string
  /** How many requests it meets. Default 1. */
  readonly times?: number
  /** Answered instead of carrying the request out. */
  readonly status?: number
  /** With a status: JSON to answer, or text to answer as it stands. Default: the status's usual error body. */
  readonly body?: unknown
  /** Default: `application/json; charset=utf-8`. */
  readonly contentType?: string
  /** How much later the answer comes. */
  readonly delayMillis?: number
  /** Drops the connection without an answer: before the request is carried out, or after. */
  readonly reset?: "before" | "after"
  /** Answers with a body that ends half way, its connection dropped; or with one that has nonsense in its middle. */
  readonly mangle?: "truncated" | "garbled"
}

/** Why no request could ever meet a fault, or none be answered as it says; undefined where that is not so. */
export const mistakeIn = ({ delayMillis = 0, operation, path, status, times = 1 }: Fault): string | undefined => {
  if (operation !== undefined && !allRoutes.some(({ descriptor }) => descriptor.operationId === operation)) {
    const meant = allRoutes.find(({ descriptor }) => descriptor.name === operation)?.descriptor.operationId
    return `there is no operation ${JSON.stringify(operation)}: give its id in the published document, such as ${JSON.stringify(meant ?? "GetOrderGroup")}`
  }
  if (path !== undefined && !isPathOfOperation(path)) {
    return `no operation has the path ${JSON.stringify(path)}: give what follows /trade-api/v2, such as "/exchange/status", without a query`
  }
  if (!(Number.isInteger(times) && times >= 1)) return `a fault cannot meet ${times} requests`
  if (!(delayMillis >= 0 && delayMillis < Number.POSITIVE_INFINITY)) return `a delay cannot be ${delayMillis} ms`
  return status === undefined || (Number.isInteger(status) && status >= 200 && status <= 599)
    ? undefined
    : `a status from 200 to 599 can be answered, not ${status}`
}

/** Planted faults; the oldest one that fits is met first. */
export class Faults {
  readonly #planted: Array<{ readonly fault: Fault; left: number }> = []

  plant(fault: Fault): void {
    this.#planted.push({ fault, left: fault.times ?? 1 })
  }

  clear(): void {
    this.#planted.length = 0
  }

  /** The fault that a request meets, which is then used up by one. */
  meet(operation: string | undefined, path: string): Fault | undefined {
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
    return met.fault
  }
}

/** What a fault answers instead of the exchange; undefined where the request is carried out. */
export const answerOf = ({ body, status }: Fault): Answer | undefined =>
  status === undefined ? undefined : body === undefined ? usual(status) : { status, body }

/** A body with nonsense in its middle, where no reader of JSON or of UTF-8 can pass over it. */
export const garbled = (body: Uint8Array): Uint8Array => {
  const third = Math.floor(body.length / 3)
  return body.slice().fill(0xff, third, Math.max(third + 1, 2 * third))
}
