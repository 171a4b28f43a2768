import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"

/** Sends requests for the demo exchange to `url`, and rejects all other requests. */
export const redirectDemoTo = (url: string): Layer.Layer<HttpClient.HttpClient> => {
  const dispatcher = Effect.map(NodeHttpClient.makeDispatcher, (dispatcher) =>
    dispatcher.compose((dispatch) => (options, handler) => {
      if (options.origin !== new URL(Environment.demo.restUrl).origin)
        throw new Error(`sent to ${String(options.origin)}`)
      return dispatch({ ...options, origin: url }, handler)
    })
  )
  return Layer.provide(NodeHttpClient.layerUndiciNoDispatcher, Layer.effect(NodeHttpClient.Dispatcher, dispatcher))
}
