/**
 * Decodes a recorded or synthetic response of an operation, without a connection to the exchange. The result is the
 * same as that of a call with one attempt, except that an `Unauthorized` has no `explanation`.
 *
 * @module
 */
import type * as Result from "effect/Result"
import * as decoding from "../sending/decode.ts"
import type { FailureOf, Operation } from "../Operation.ts"

/** A response of the exchange. */
export interface Answer {
  readonly status: number
  /** The headers, with names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  readonly body: Uint8Array | string
  /**
   * When the response arrived, in Unix milliseconds. A date in `Retry-After` is converted to a wait relative to this
   * time. Default: 0.
   */
  readonly nowMillis?: number | undefined
}

const utf8 = /*#__PURE__*/ new TextEncoder()

/**
 * Makes the decoder of an operation's responses. The decoder returns the output of the operation, or the error with
 * which a call would fail after this response.
 *
 * **When to use**
 *
 * Use it to replay recordings, and to test how an application handles a response.
 *
 * **Details**
 *
 * `compiledDecoding` means the same as in `Kalshi.layer`. Default: true.
 *
 * **Example** (A deleted group)
 *
 * ```ts
 * import * as Answer from "@kalshi-effect/client/Answer"
 * import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
 *
 * const decode = Answer.decoder(OrderGroups.get)
 * decode({ status: 404, body: '{"error":{"code":"not_found","message":"not found"}}' }) // => a failure with NotFound
 * ```
 */
export const decoder = <Input, Output, E, Capability>(
  operation: Operation<Input, Output, E, Capability>,
  options?: { readonly compiledDecoding?: boolean | undefined }
): ((answer: Answer) => Result.Result<Output, FailureOf<E, Capability>>) => {
  const decode = decoding.prepare(operation.descriptor, options?.compiledDecoding ?? true)
  return ({ body, headers, nowMillis, status }) =>
    decode(
      { status, headers: headers ?? {}, body: typeof body === "string" ? utf8.encode(body) : body },
      { attempts: 1, lostResponse: false, nowMillis: nowMillis ?? 0, explanation: () => undefined }
    ) as Result.Result<Output, FailureOf<E, Capability>> // typed by the descriptor, as in Operation.make
}
