/** Records the traffic between a client and the exchange: every request as sent, and every response as received. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"

/** A response as received. */
export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A request as sent, without headers, because those contain signatures. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly body: string | undefined
}

/** One request, and its response if it arrived complete. */
export interface Exchanged {
  readonly asked: Asked
  readonly answer: Answer | undefined
}

/** A client whose traffic is recorded. */
export interface Tap {
  readonly http: HttpClient.HttpClient
  /** The traffic since the last call, in order. */
  readonly take: () => ReadonlyArray<Exchanged>
}

/** The maximum size of a recorded response: the client's own limit. */
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

/** The request without its headers. */
export const askedOf = ({ body, method, url }: HttpClientRequest.HttpClientRequest): Asked => ({
  method,
  url,
  body: body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : undefined
})

/** Records a client. A caller that sends one request at a time can match its traffic. */
export const make = (client: HttpClient.HttpClient): Tap => {
  let exchanged: Array<Exchanged> = []
  const http = HttpClient.transform(client, (sent, request) =>
    Effect.suspend(() => {
      const index = exchanged.push({ asked: askedOf(request), answer: undefined }) - 1
      const into = exchanged
      return Effect.flatMap(sent, (response) =>
        Effect.map(read(request, response), (body) => {
          const { headers, status } = response
          into[index] = { asked: askedOf(request), answer: { status, headers: { ...headers }, body } }
          const again =
            body.length === 0
              ? HttpServerResponse.empty({ status, headers })
              : HttpServerResponse.uint8Array(body, { status, headers })
          return HttpServerResponse.toClientResponse(again, { request })
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
