/**
 * One request out, one whole answer in: the only place that touches the HTTP client.
 *
 * @module
 */
import * as RequestSignature from "@kalshi-effect/signing/RequestSignature"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import type { Arrived } from "./decode.ts"

/** A request, ready to leave. */
export interface Outgoing {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Why no whole answer came. Holds no request and no header. */
export interface TransportFault {
  readonly requestSent: "no" | "maybe"
  readonly code: string | undefined
  readonly reason: string
}

/** Sends, and reads the answer to its end. */
export type Transport = (outgoing: Outgoing, maxBodyBytes: number) => Effect.Effect<Arrived, TransportFault>

/**
 * Faults of connecting: none of these can happen after a byte of the request has left. Anything not listed may have
 * left.
 */
const neverSent: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EAI_NONAME",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])

const property = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined

/** Runtimes wrap the system's error once or twice: the innermost code and message are the ones that say something. */
const innermost = (cause: unknown): { readonly code: string | undefined; readonly reason: string | undefined } => {
  let code: string | undefined
  let reason: string | undefined
  let current = cause
  for (let depth = 0; depth < 5 && current !== undefined && current !== null; depth++) {
    const nextCode = property(current, "code")
    const nextReason = property(current, "message")
    if (typeof nextCode === "string") code = nextCode
    if (typeof nextReason === "string" && nextReason !== "") reason = nextReason
    current = property(current, "cause")
  }
  return { code, reason }
}

const faultOf = (error: HttpClientError.HttpClientError): TransportFault => {
  const { reason } = error
  const found = innermost(reason.cause)
  const requestSent =
    reason._tag === "InvalidUrlError" ||
    reason._tag === "EncodeError" ||
    (reason._tag === "TransportError" && found.code !== undefined && neverSent.has(found.code))
      ? "no"
      : "maybe"
  const said = found.reason ?? ("description" in reason ? reason.description : undefined) ?? reason._tag
  return { requestSent, code: found.code, reason: found.code === undefined ? said : `${found.code}: ${said}` }
}

const tooLarge = (maxBodyBytes: number): TransportFault => ({
  requestSent: "maybe",
  code: undefined,
  reason: `the answer is larger than the limit of ${maxBodyBytes} bytes`
})

const gather = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  if (chunks.length === 1) return chunks[0]!
  const whole = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}

/** Reads chunk by chunk and stops at the limit, whatever the answer's headers claimed. */
const readStream = (
  response: HttpClientResponse.HttpClientResponse,
  maxBodyBytes: number
): Effect.Effect<Uint8Array, TransportFault> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return response.stream.pipe(
      Stream.mapError((error) => ({ error, empty: error.reason._tag === "EmptyBodyError" })),
      Stream.runForEachArray((read) => {
        for (const chunk of read) {
          chunks.push(chunk)
          size += chunk.length
        }
        return size > maxBodyBytes ? Effect.fail({ error: tooLarge(maxBodyBytes), empty: false }) : Effect.void
      }),
      Effect.matchEffect({
        onSuccess: () => Effect.succeed(gather(chunks, size)),
        onFailure: ({ empty, error }) =>
          empty ? Effect.succeed(new Uint8Array(0)) : Effect.fail("requestSent" in error ? error : faultOf(error))
      })
    )
  })

const readBody = (
  response: HttpClientResponse.HttpClientResponse,
  headers: Readonly<Record<string, string | undefined>>,
  maxBodyBytes: number
): Effect.Effect<Uint8Array, TransportFault> => {
  // A stated length of uncoded bytes is enforced by the HTTP parser; then one read is enough.
  const length = headers["content-length"]
  const stated = length === undefined || headers["content-encoding"] !== undefined ? Number.NaN : Number(length)
  if (stated > maxBodyBytes) return Effect.fail(tooLarge(maxBodyBytes))
  return stated >= 0
    ? Effect.mapBoth(response.arrayBuffer, { onSuccess: (buffer) => new Uint8Array(buffer), onFailure: faultOf })
    : readStream(response, maxBodyBytes)
}

/**
 * Makes a transport of an HTTP client.
 *
 * **Details**
 *
 * Redirects are not followed: fetch would carry the signature to another origin. The HTTP client's own spans are
 * switched off, since they end with the whole request, signature included; and no trace header goes to the exchange.
 */
export const make = (client: HttpClient.HttpClient, fetchOptions: RequestInit | undefined): Transport => {
  const requestInit: RequestInit = { ...fetchOptions, redirect: "manual" }
  return (outgoing, maxBodyBytes) => {
    const request = HttpClientRequest.make(outgoing.method)(outgoing.url, {
      headers: outgoing.headers,
      ...(outgoing.body === undefined ? {} : { body: HttpBody.text(outgoing.body, "application/json") })
    })
    return client.execute(request).pipe(
      Effect.matchEffect({
        onSuccess: (response) => {
          const { headers, status } = response
          return Effect.map(readBody(response, headers, maxBodyBytes), (body) => ({ status, headers, body }))
        },
        onFailure: (error) => Effect.fail(faultOf(error))
      }),
      Effect.provideService(FetchHttpClient.RequestInit, requestInit),
      Effect.provideService(HttpClient.TracerDisabledWhen, always),
      Effect.updateService(Headers.CurrentRedactedNames, redactToo),
      Effect.provideService(HttpClient.TracerPropagationEnabled, false)
    )
  }
}

const always = (): boolean => true

/** So that a request which an application's own HTTP client logs shows neither key id nor signature. */
const redactToo = (names: ReadonlyArray<string | RegExp>): ReadonlyArray<string | RegExp> => [
  ...names,
  ...RequestSignature.headerNames
]
