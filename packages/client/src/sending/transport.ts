/**
 * Sends one request and reads the complete response. No other module sends requests with the HTTP client.
 *
 * @module
 */
import * as RequestSignature from "@kalshi-effect/signing/RequestSignature"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import * as conceal from "./conceal.ts"
import { memberOf } from "../record.ts"
import type { Arrived } from "./decode.ts"

export interface Outgoing {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** The strings of a fault contain no secret header value of the request. */
export interface TransportFault {
  readonly requestSent: "no" | "maybe"
  readonly code: string | undefined
  readonly reason: string
}

export type Transport = (outgoing: Outgoing, maxBodyBytes: number) => Effect.Effect<Arrived, TransportFault>

/**
 * Error codes of a failed connection attempt. A read from an established connection can fail with the same codes, so
 * {@link isNeverSent} also checks the system call.
 */
const whileConnecting: ReadonlySet<unknown> = /*#__PURE__*/ new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL"
])

const whileResolving: ReadonlySet<unknown> = /*#__PURE__*/ new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EAI_NONAME"
])

/** Error codes that an established connection cannot have: undici's connect timeout, and certificate errors. */
const beforeConnected: ReadonlySet<unknown> = /*#__PURE__*/ new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined)

/** Returns the innermost error with a code. Runtimes wrap the system's error once or twice. */
const innermost = (cause: unknown): unknown => {
  let found = cause
  let current = cause
  for (let depth = 0; depth < 5 && current !== undefined && current !== null; depth++) {
    if (text(memberOf(current, "code")) !== undefined) found = current
    current = memberOf(current, "cause")
  }
  return found
}

/**
 * Whether an error proves that no byte of the request was sent. Only the error codes above prove it. If the platform
 * tried several addresses, every try must have failed with one of these codes.
 */
const isNeverSent = (error: unknown): boolean => {
  const errors = memberOf(error, "errors")
  if (Array.isArray(errors) && errors.length > 0) return errors.every((each) => isNeverSent(each))
  const code = memberOf(error, "code")
  const call = memberOf(error, "syscall")
  return (
    (whileConnecting.has(code) && call === "connect") ||
    (whileResolving.has(code) && call === "getaddrinfo") ||
    beforeConnected.has(code)
  )
}

/** The code of a {@link TransportFault} for a response that is too large. Not retryable. */
export const bodyTooLarge = "ERR_BODY_TOO_LARGE"

/** Puts the code before a message that lacks the code. Most messages contain it: `connect ECONNREFUSED 127.0.0.1:8787`. */
const withCode = (code: string, message: string): string => (message.includes(code) ? message : `${code}: ${message}`)

const faultOf = (error: HttpClientError.HttpClientError): TransportFault => {
  const { reason } = error
  const cause = innermost(reason.cause)
  const code = text(memberOf(cause, "code"))
  const neverSent =
    reason._tag === "InvalidUrlError" ||
    reason._tag === "EncodeError" ||
    (reason._tag === "TransportError" && isNeverSent(cause))
  // The message of an error without a code is omitted, because it may quote a header of the application's fetch
  // options.
  const description =
    code === undefined
      ? `${text(memberOf(cause, "name")) ?? reason._tag} without a code`
      : withCode(code, text(memberOf(cause, "message")) ?? "")
  return { requestSent: neverSent ? "no" : "maybe", code, reason: description }
}

const tooLarge = (maxBodyBytes: number): TransportFault => ({
  requestSent: "maybe",
  code: bodyTooLarge,
  reason: `the response is larger than the limit of ${maxBodyBytes} bytes`
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

/** Reads a body in chunks. Fails as soon as it exceeds the limit, even if the headers declare a smaller body. */
const readStream = (
  response: HttpClientResponse.HttpClientResponse,
  maxBodyBytes: number,
  shownLimit = maxBodyBytes
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
        return size > maxBodyBytes ? Effect.fail({ error: tooLarge(shownLimit), empty: false }) : Effect.void
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
  // The HTTP parser enforces the declared length of an unencoded body, so one read is enough.
  const length = headers["content-length"]
  const stated = length === undefined || headers["content-encoding"] !== undefined ? Number.NaN : Number(length)
  // With a limit of zero, the stream fails at its first chunk and closes the connection.
  if (stated > maxBodyBytes) return readStream(response, 0, maxBodyBytes)
  return stated >= 0
    ? Effect.mapBoth(response.arrayBuffer, { onSuccess: (buffer) => new Uint8Array(buffer), onFailure: faultOf })
    : readStream(response, maxBodyBytes)
}

/** Thrown by the guard below, and caught in this file. */
const secondSendMark = /*#__PURE__*/ Symbol("the HTTP client sends a second time")

/**
 * - Redirects are not followed, because fetch would send the signature to another origin.
 * - The HTTP client's own spans are switched off, because they contain the whole request with its signature. No trace
 *   header is sent to the exchange.
 * - An HTTP client that repeats requests or follows redirects is stopped before its second send. Otherwise it could
 *   place an order twice, or send the signature to another origin.
 */
export const make = (client: HttpClient.HttpClient, fetchOptions: RequestInit | undefined): Transport => {
  const requestInit: RequestInit = { ...fetchOptions, redirect: "manual" }
  const optionsHeaders = fetchOptions?.headers
  return (outgoing, maxBodyBytes) => {
    const request = HttpClientRequest.make(outgoing.method)(outgoing.url, {
      headers: outgoing.headers,
      ...(outgoing.body === undefined ? {} : { body: HttpBody.text(outgoing.body, "application/json") })
    })
    let sends = 0
    let sent = request.headers
    // The platform's client calls this function before every real send, even if the application has wrapped the client.
    const guard = (last: HttpClientRequest.HttpClientRequest): boolean => {
      if (++sends > 1) throw secondSendMark
      sent = last.headers
      return true
    }
    const allSent = (): Headers.Headers =>
      optionsHeaders === undefined || optionsHeaders === null
        ? sent
        : // Merges the headers as the fetch client does. The cast is safe: `fromInput` accepts more than its parameter type.
          Headers.merge(Headers.fromInput(optionsHeaders as Headers.Input), sent)
    const hidden = (fault: TransportFault): TransportFault => ({
      ...fault,
      reason: conceal.make(allSent())(fault.reason)
    })
    const arrived = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<Arrived, TransportFault> => {
      const { headers, status } = response
      return Effect.mapBoth(readBody(response, headers, maxBodyBytes), {
        onSuccess: (body) => ({ status, headers, body, sent: allSent }),
        onFailure: hidden
      })
    }
    return client.execute(request).pipe(
      Effect.matchEffect({
        onSuccess: arrived,
        // If the application's client fails because of the status, the error contains the response.
        onFailure: (error) =>
          error.reason._tag === "StatusCodeError" ? arrived(error.reason.response) : Effect.fail(hidden(faultOf(error)))
      }),
      Effect.catchDefect((defect) => (defect === secondSendMark ? Effect.fail(secondSend) : Effect.die(defect))),
      Effect.updateContext((context: Context.Context<never>) =>
        context.pipe(
          Context.add(FetchHttpClient.RequestInit, requestInit),
          Context.add(HttpClient.TracerDisabledWhen, guard),
          Context.add(Tracer.DisablePropagation, false),
          Context.add(
            Headers.CurrentRedactedNames,
            withSignatureHeaders(Context.get(context, Headers.CurrentRedactedNames))
          ),
          Context.add(HttpClient.TracerPropagationEnabled, false)
        )
      )
    )
  }
}

/**
 * The code of a {@link TransportFault} for an application's HTTP client that repeats requests or follows redirects. Not
 * retryable.
 */
export const clientRepeats = "ERR_HTTP_CLIENT_REPEATS"

const secondSend: TransportFault = {
  requestSent: "maybe",
  code: clientRepeats,
  reason:
    "the HttpClient repeats requests or follows redirects, and was stopped before its second send: provide a plain client to this layer"
}

/** Adds the signature headers to the headers that Effect redacts in logs. */
const withSignatureHeaders = (names: ReadonlyArray<string | RegExp>): ReadonlyArray<string | RegExp> => [
  ...names,
  ...RequestSignature.headerNames
]
