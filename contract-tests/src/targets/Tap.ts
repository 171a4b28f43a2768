/**
 * Records the traffic between a client and the exchange: every sent request, and every received response.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"

/** A received response. */
export interface Answer {
  readonly status: number
  /** The headers. Their names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A sent request, without headers, because the headers contain signatures. */
export interface SentRequest {
  readonly method: string
  readonly url: string
  readonly body: string | undefined
}

/** A request, and its response. The response is undefined if it did not arrive completely. */
export interface Exchanged {
  readonly request: SentRequest
  readonly answer: Answer | undefined
}

/** An HTTP client whose traffic is recorded. */
export interface Tap {
  readonly http: HttpClient.HttpClient
  /** Returns the traffic since the last call of `take`, in order. */
  readonly take: () => ReadonlyArray<Exchanged>
}

/** The maximum size of a recorded response. It equals the client's own limit. */
const limitBytes = 64 * 1024 * 1024

const read = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<Uint8Array, HttpClientError.HttpClientError> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return response.stream.pipe(
      Stream.runForEach((chunk) => {
        chunks.push(chunk)
        size += chunk.length
        return size <= limitBytes
          ? Effect.void
          : Effect.fail(
              new HttpClientError.HttpClientError({
                reason: new HttpClientError.TransportError({ request, description: "the response is too large" })
              })
            )
      }),
      Effect.catchIf(
        (error) => error.reason._tag === "EmptyBodyError",
        () => Effect.void
      ),
      Effect.map(() => Buffer.concat(chunks))
    )
  })

/** Returns a request without its headers. */
export const sentRequestOf = ({ body, method, url }: HttpClientRequest.HttpClientRequest): SentRequest => ({
  method,
  url,
  body: body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : undefined
})

/**
 * Records the traffic of an HTTP client. A caller that makes one call at a time can assign the traffic to its calls.
 */
export const make = (client: HttpClient.HttpClient): Tap => {
  let exchanged: Array<Exchanged> = []
  const http = HttpClient.transform(client, (sent, request) =>
    Effect.suspend(() => {
      const index = exchanged.push({ request: sentRequestOf(request), answer: undefined }) - 1
      const into = exchanged
      return Effect.flatMap(sent, (response) =>
        Effect.map(read(request, response), (body) => {
          const { headers, status } = response
          into[index] = { request: sentRequestOf(request), answer: { status, headers: { ...headers }, body } }
          const copy =
            body.length === 0
              ? HttpServerResponse.empty({ status, headers })
              : HttpServerResponse.uint8Array(body, { status, headers })
          return HttpServerResponse.toClientResponse(copy, { request })
        })
      )
    })
  )
  return {
    http,
    take: () => {
      const taken = exchanged
      exchanged = []
      return taken
    }
  }
}
