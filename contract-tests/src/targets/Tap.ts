/**
 * Records the traffic between a client and the exchange: the sent requests and the received responses.
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

export interface Answer {
  readonly status: number
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** The headers are left out, because they contain signatures. */
export interface SentRequest {
  readonly method: string
  readonly url: string
  readonly body: string | undefined
}

/** `answer` is undefined if the response did not arrive completely. */
export interface Exchanged {
  readonly request: SentRequest
  readonly answer: Answer | undefined
}

export interface Tap {
  readonly http: HttpClient.HttpClient
  /** Returns the requests and responses since the last call of `take`, in order. */
  readonly take: () => ReadonlyArray<Exchanged>
}

/** Equals the client's own limit. */
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

export const sentRequestOf = ({ body, method, url }: HttpClientRequest.HttpClientRequest): SentRequest => ({
  method,
  url,
  body: body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : undefined
})

/** Records the traffic of `client`. A caller that makes one call at a time can assign the traffic to its calls. */
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
