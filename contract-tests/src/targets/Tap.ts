/** Listens between a client and the exchange: every request as it left, and every answer as it came. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"

/** An answer as it came. */
export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A request as it left, without its headers: what signs it is nobody's business. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly body: string | undefined
}

/** One request, and its answer where one came whole. */
export interface Exchanged {
  readonly asked: Asked
  readonly answer: Answer | undefined
}

/** A client that is listened to. */
export interface Tap {
  readonly http: HttpClient.HttpClient
  /** What went by since this was last asked, in order. */
  readonly take: () => ReadonlyArray<Exchanged>
}

/** Bytes of an answer that are kept: as much as the client reads. */
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
                reason: new HttpClientError.TransportError({ request, description: "the answer is too large" })
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

/** What a request asks, without its headers. */
export const askedOf = ({ body, method, url }: HttpClientRequest.HttpClientRequest): Asked => ({
  method,
  url,
  body: body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : undefined
})

/** Listens to a client. Whoever asks it one thing at a time knows what belongs to what. */
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
