/**
 * Decodes a recorded or synthetic response of an operation, exactly as a call does, without a connection.
 *
 * @module
 */
import type * as Result from "effect/Result"
import * as decoding from "../sending/decode.ts"
import type { FailureOf, Operation } from "../Operation.ts"

/** A response: the body as bytes, or as text. */
export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  readonly body: Uint8Array | string
  /** The arrival in Unix milliseconds. A date in the headers is relative to it. Default: 0. */
  readonly nowMillis?: number | undefined
}

const utf8 = /*#__PURE__*/ new TextEncoder()

/**
 * Decodes a response of an operation. The result is the operation's output, or the error that a call would fail with.
 *
 * **When to use**
 *
 * Use to replay recordings, and to test how an application handles a response.
 *
 * **Details**
 *
 * `compiledDecoding` means the same as in `Kalshi.layer`. Default: true.
 *
 * **Example** (A group that is gone)
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
      { attempts: 1, lostAnswer: false, nowMillis: nowMillis ?? 0, explanation: () => undefined }
    ) as Result.Result<Output, FailureOf<E, Capability>> // typed by the descriptor, as in Operation.make
}
