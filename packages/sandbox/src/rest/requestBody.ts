/**
 * Reads the body of a request: its content encoding, its content type and its JSON.
 *
 * @module
 */
import type { Descriptor } from "@kalshi-effect/client/Operation"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { constants } from "node:buffer"
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib"
import { failure, type RestResponse } from "./errorBody.ts"

/** The limit of a decoded body. An operator's snapshot may be larger. */
const maxDecodedBytes = 4 * 1024 * 1024

/** A request. The names of its headers are in lower case. */
export interface Sent {
  readonly method: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

export type BodyRule = "none" | "optional" | "required"

/** The document has `required: false` for these bodies. Their fields, if there are any, are optional. */
const optionalBodies: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "AcceptBlockTradeProposal",
  "ConfirmQuote",
  "ConfirmRFQBatchQuote",
  "ConfirmRFQQuote",
  "CreateSubaccount",
  "ResetOrderGroup",
  "TriggerOrderGroup"
])

export const bodyRuleOf = ({ body, operationId }: Descriptor): BodyRule =>
  optionalBodies.has(operationId) ? "optional" : body === undefined ? "none" : "required"

/**
 * Reads a body. Returns undefined if there is no body to check.
 *
 * - An operation whose body is in the document needs a JSON content type, even if the body is optional and empty. This
 *   was recorded for writes with an optional body. An empty optional body is read as an empty object.
 * - Other POSTs and PUTs can be sent empty and without a content type. A body that is sent needs a JSON content type.
 * - The body of other GETs and DELETEs is ignored.
 *
 * The caller checks a body against the schema of the operation. If there is no schema, any JSON object is valid.
 */
export const readBody = (sent: Sent, descriptor: Descriptor): Result.Result<unknown, RestResponse> => {
  const rule = bodyRuleOf(descriptor)
  const isEmpty = sent.body.length === 0
  if (rule === "none" && (isEmpty || (sent.method !== "POST" && sent.method !== "PUT"))) {
    return Result.succeed(undefined)
  }
  if (!isJson(sent)) {
    return Result.fail(failure(400, "invalid_content_type"))
  }
  if (isEmpty && rule === "optional") {
    return Result.succeed({})
  }
  return Result.flatMap(decodeBody(sent), (body) =>
    Result.flatMap(parseJson(body), (json) =>
      Predicate.isObject(json)
        ? Result.succeed(json)
        : Result.fail(failure(400, "invalid_parameters", "the body: Expected object"))
    )
  )
}

export const isJson = ({ headers }: Pick<Sent, "headers">): boolean =>
  /^application\/json\s*(?:;|$)/i.test(headers["content-type"] ?? "")

/** The length of Node's longest string. A snapshot is read as one string. */
export const maxSnapshotBytes: number = constants.MAX_STRING_LENGTH

type Decoder = (body: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array

/** Decodes `deflate`. RFC 9110 defines it as the zlib format. Some clients send the raw format instead. */
const inflate: Decoder = (body, options) =>
  (body[0]! & 0x0f) === 8 && ((body[0]! << 8) | (body[1] ?? 0)) % 31 === 0
    ? inflateSync(body, options)
    : inflateRawSync(body, options)

const identity: Decoder = (body, { maxOutputLength }) => {
  if (body.length > maxOutputLength) {
    throw new TooLarge()
  }
  return body
}

class TooLarge extends Error {}

const isTooLarge = (error: unknown): boolean =>
  error instanceof TooLarge || (error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE")

const decoders: ReadonlyMap<string, Decoder> = /*#__PURE__*/ new Map<string, Decoder>([
  ["identity", identity],
  ["gzip", gunzipSync],
  ["x-gzip", gunzipSync],
  ["deflate", inflate],
  ["br", brotliDecompressSync]
])

/**
 * Decodes a body. Refuses an unknown encoding or a combination of encodings (415), a body that cannot be decoded (400),
 * and a decoded body beyond the limit (413).
 */
export const decodeBody = (
  { body, headers }: Pick<Sent, "body" | "headers">,
  maxOutputLength = maxDecodedBytes
): Result.Result<Uint8Array, RestResponse> => {
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity"
  const decode = decoders.get(encoding)
  if (decode === undefined) {
    return Result.fail({
      ...failure(
        415,
        "unsupported_content_encoding",
        `the content encoding ${JSON.stringify(encoding)} is not supported. Send gzip, deflate, br or identity`
      ),
      headers: { "accept-encoding": "gzip, deflate, br" }
    })
  }
  return Result.try({
    try: () => decode(body, { maxOutputLength }),
    catch: (error) =>
      isTooLarge(error)
        ? failure(413, "request_too_large", `the decoded body has more than ${maxOutputLength} bytes`)
        : failure(400, "bad_request", `the body is not valid ${encoding}`)
  })
}

const utf8 = /*#__PURE__*/ new TextDecoder("utf-8", { fatal: true })

const parseJson = (body: Uint8Array): Result.Result<unknown, RestResponse> =>
  Result.try({
    try: () => JSON.parse(utf8.decode(body)) as unknown,
    catch: () => failure(400, "bad_request", "the body is not JSON")
  })
