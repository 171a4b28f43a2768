/**
 * Sends signed requests without the client, so that each part of a request and of its signature can be wrong.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { type Credentials, Sandbox } from "../../src/Sandbox.ts"

export interface Sent {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS"
  /** The path below the API's root, and the query. */
  readonly path: string
  /** The signer. Default: the request is unsigned. */
  readonly by?: Credentials
  readonly json?: unknown
  /** The exact body, instead of JSON. */
  readonly text?: string | Uint8Array
  readonly contentType?: string
  /** The signed parts that differ from the sent parts. */
  readonly signed?: { readonly method?: string; readonly path?: string; readonly skewMillis?: number }
  /** Headers to replace. A header with the value undefined is omitted. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

export interface Got {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
}

const root = "/trade-api/v2"

/** Sends a request. If the body of the response is not JSON, returns its text. */
export const send = (sent: Sent): Effect.Effect<Got, unknown, Sandbox | HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    const client = yield* HttpClient.HttpClient
    const timestamp = String((yield* Clock.currentTimeMillis) + (sent.signed?.skewMillis ?? 0))
    const path = sent.signed?.path ?? root + sent.path.replace(/\?.*$/, "")
    const signature = yield* (
      sent.by?.signer.sign(timestamp + (sent.signed?.method ?? sent.method) + path) ?? Effect.undefined
    )
    const headers = Object.entries({
      "kalshi-access-key": sent.by?.keyId,
      "kalshi-access-timestamp": sent.by === undefined ? undefined : timestamp,
      "kalshi-access-signature": signature,
      ...sent.headers
    }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
    const text = sent.text ?? (sent.json === undefined ? undefined : JSON.stringify(sent.json))
    const request = HttpClientRequest.make(sent.method)(sandbox.url + root + sent.path, {
      headers: Object.fromEntries(headers),
      ...(text === undefined ? {} : { body: bodyOf(text, sent.contentType ?? "application/json") })
    })
    const response = yield* client.execute(request)
    const content = yield* response.text
    return { status: response.status, headers: response.headers, body: parsed(content) }
  })

const bodyOf = (text: string | Uint8Array, contentType: string) =>
  typeof text === "string" ? HttpBody.text(text, contentType) : HttpBody.uint8Array(text, contentType)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const errorOf = (
  got: Got
): { readonly code?: unknown; readonly message?: unknown; readonly details?: unknown } => {
  const { body } = got
  return typeof body === "object" && body !== null && "error" in body && typeof body.error === "object"
    ? (body.error ?? {})
    : {}
}
