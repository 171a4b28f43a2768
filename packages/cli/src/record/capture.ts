/**
 * Captures the text of a response, exactly as it arrived.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"

/** The place for the text of a response. Undefined outside of {@link withText}. */
class Captured extends Context.Reference<{ text: string | undefined } | undefined>("@kalshi-effect/cli/Captured", {
  defaultValue: () => undefined
}) {}

/** An HTTP client that passes each response on unchanged, and stores its text for {@link withText}. */
export const layer = Layer.effect(
  HttpClient.HttpClient,
  Effect.map(HttpClient.HttpClient, (client) =>
    HttpClient.transformResponse(client, (respond) =>
      Effect.gen(function* () {
        const response = yield* respond
        const cell = yield* Captured
        if (cell === undefined) return response
        const body = yield* response.arrayBuffer
        cell.text = new TextDecoder().decode(body)
        const { headers, status } = response
        const isBodyless = status === 204 || status === 205 || status === 304
        return HttpClientResponse.fromWeb(
          response.request,
          new Response(isBodyless ? null : body, { status, headers: { ...headers } })
        )
      })
    )
  )
)

/** Returns the output of `call`, and the text of the last response that it received. */
export const withText = <A, E, R>(
  call: Effect.Effect<A, E, R>
): Effect.Effect<{ readonly output: A; readonly text: string }, E, R> =>
  Effect.suspend(() => {
    const cell: { text: string | undefined } = { text: undefined }
    return Effect.map(Effect.provideService(call, Captured, cell), (output) => ({ output, text: cell.text ?? "" }))
  })
