/**
 * Planted faults, which later requests trigger.
 *
 * @module
 */
import { isPlainJson, maxJsonDepth } from "../exchange/plainJson.ts"
import { isDelay, longestDelayMillis } from "../exchange/times.ts"
import { type RestResponse, defaultResponse } from "./errorBody.ts"
import { isPathOfOperation } from "./router.ts"
import { routes } from "./routes.ts"

/**
 * A fault for matching requests. Without an operation and a path it matches every request.
 *
 * **Details**
 *
 * With a `status`, the exchange returns that status and does not execute the request. Without a `status`, it executes
 * the request as usual. In both cases, the other fields change the response. With `reset: "before"`, the exchange drops
 * the connection and executes nothing.
 */
export interface Fault {
  /**
   * The operation's id in the published document, such as `GetOrderGroup`: the client exposes it as
   * `OrderGroups.get.descriptor.operationId`.
   */
  readonly operation?: string
  /** The path below `/trade-api/v2`, such as `/exchange/status`, without a query. */
  readonly path?: string
  /** The number of requests to which the fault applies. Default: 1. */
  readonly times?: number
  /** Returned instead of executing the request. */
  readonly status?: number
  /** With a status: a JSON body, or text to send unchanged. Default: the usual error body of the status. */
  readonly body?: unknown
  /** Default: `application/json; charset=utf-8`. */
  readonly contentType?: string
  /** The delay of the response. */
  readonly delayMillis?: number
  /** Drops the connection without a response, before or after the request is executed. */
  readonly reset?: "before" | "after"
  /** Truncates the body in the middle and drops the connection, or corrupts the middle of the body. */
  readonly mangle?: "truncated" | "garbled"
}

/** Why a fault is invalid; undefined for a valid fault. */
export const checkFault = (fault: Fault): string | undefined => {
  const { body = null, contentType = "", delayMillis = 0, operation, path, status, times = 1 } = fault
  if (operation !== undefined && !routes.some(({ descriptor }) => descriptor.operationId === operation)) {
    const example = routes.find(({ descriptor }) => descriptor.name === operation)?.descriptor.operationId
    return `no operation has the id ${JSON.stringify(operation)}. Use an id of the published document, such as ${JSON.stringify(example ?? "GetOrderGroup")}`
  }
  if (path !== undefined && !isPathOfOperation(path)) {
    return `no operation has the path ${JSON.stringify(path)}. Use the part after /trade-api/v2, such as "/exchange/status", without a query`
  }
  if (!(Number.isInteger(times) && times >= 1)) return `times must be a whole number above zero, not ${times}`
  if (!/^[\t\x20-\x7e]*$/.test(contentType)) {
    return `contentType must be a header value of printable ASCII characters, not ${JSON.stringify(contentType)}`
  }
  if (!isPlainJson(body)) {
    return `body must be JSON with at most ${maxJsonDepth} levels. Pass any other body as text`
  }
  if (!isDelay(delayMillis)) return `delayMillis must be 0 to ${longestDelayMillis}, not ${delayMillis}`
  return status === undefined || (Number.isInteger(status) && status >= 200 && status <= 599)
    ? undefined
    : `status must be 200 to 599, not ${status}`
}

/** The oldest fault that matches applies first. */
export class Faults {
  readonly #planted: Array<{ readonly fault: Fault; left: number }> = []

  /** Oldest first. */
  get planted(): ReadonlyArray<{ readonly fault: Fault; readonly left: number }> {
    return this.#planted
  }

  plant(fault: Fault): void {
    this.#planted.push({ fault, left: fault.times ?? 1 })
  }

  clear(): void {
    this.#planted.length = 0
  }

  /** Finds the fault for a request, and counts down its `times`. */
  take(operation: string | undefined, path: string): Fault | undefined {
    const index = this.#planted.findIndex(
      ({ fault, left }) =>
        left > 0 &&
        (fault.operation === undefined || fault.operation === operation) &&
        (fault.path === undefined || fault.path === path)
    )
    const planted = this.#planted[index]
    if (planted === undefined) {
      return undefined
    }
    planted.left--
    if (planted.left <= 0) {
      this.#planted.splice(index, 1)
    }
    return planted.fault
  }
}

/** The response that a fault sets; undefined if the fault has no status. */
export const responseOf = ({ body, status }: Fault): RestResponse | undefined =>
  status === undefined ? undefined : body === undefined ? defaultResponse(status) : { status, body }

/** Overwrites the middle third with the byte 0xff, which is not valid UTF-8. */
export const garbled = (body: Uint8Array): Uint8Array => {
  const third = Math.floor(body.length / 3)
  return body.slice().fill(0xff, third, Math.max(third + 1, 2 * third))
}
