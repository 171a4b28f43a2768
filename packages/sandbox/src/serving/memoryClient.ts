/**
 * An `HttpClient` that reaches the exchange without a socket.
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
import type { WireRequest, WireResponse } from "../rest/handler.ts"

export type Handle = (request: WireRequest) => Effect.Effect<WireResponse>

/** Handles requests to `origin` synchronously, in the calling fiber. */
export const memoryClient = (handle: Handle, origin: string): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    url.origin === origin
      ? Effect.flatMap(readBody(request), (body) =>
          Effect.flatMap(
            handle({ method: request.method, path: url.pathname + url.search, headers: request.headers, body }),
            (response) => deliver(request, response)
          )
        )
      : refuse(request, `the exchange in memory serves only ${origin}`)
  )

type Delivered = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/** Delivers a response. A planted fault can delay it, or drop the connection before or during the response. */
const deliver = (request: HttpClientRequest.HttpClientRequest, response: WireResponse): Delivered => {
  const { arrives, delayMillis } = response
  const delivered =
    arrives === "never"
      ? refuse(request, "the connection was reset")
      : Effect.succeed(HttpServerResponse.toClientResponse(toResponse(response), { request }))
  return delayMillis === 0 ? delivered : Effect.delay(delivered, delayMillis)
}

const toResponse = ({ arrives, body, headers, status }: WireResponse): HttpServerResponse.HttpServerResponse => {
  if (arrives === "half") {
    const half = Stream.make(body.subarray(0, Math.floor(body.length / 2)))
    const rest = Stream.fail(new Error("the connection was reset in the middle of the body"))
    return HttpServerResponse.stream(Stream.concat(half, rest), { status, headers })
  }
  return body.length === 0
    ? HttpServerResponse.empty({ status, headers })
    : HttpServerResponse.uint8Array(body, { status, headers })
}

const refuse = (request: HttpClientRequest.HttpClientRequest, description: string) =>
  Effect.fail(
    new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, description }) })
  )

const readBody = (
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<Uint8Array, HttpClientError.HttpClientError> => {
  const { body } = request
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(new Uint8Array())
    case "Uint8Array":
      return Effect.succeed(body.body)
    case "Stream":
      return Effect.mapError(
        Stream.mkUint8Array(body.stream),
        (cause) => new HttpClientError.HttpClientError({ reason: new HttpClientError.EncodeError({ request, cause }) })
      )
    default:
      return refuse(request, `the exchange in memory does not support ${body._tag} bodies`)
  }
}
