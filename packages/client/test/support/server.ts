/** An HTTP server on loopback. The test writes the responses. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, type Scope } from "effect"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { FetchHttpClient, type HttpClient } from "effect/http"
import type { Layer } from "effect"

export interface Received {
  readonly method: string
  readonly target: string
  readonly headers: IncomingMessage["headers"]
}

export interface LocalServer {
  readonly url: string
  readonly received: Array<Received>
}

export const serve = (
  handle: (request: Received, response: ServerResponse) => void
): Effect.Effect<LocalServer, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<LocalServer & { readonly close: () => void }>((resume) => {
      const received: Array<Received> = []
      const server = createServer((request, response) => {
        const { headers, method = "", url: target = "" } = request
        received.push({ headers, method, target })
        request.resume()
        handle({ headers, method, target }, response)
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, received, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

export const respondJson = (
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: Record<string, string> = {}
): void => void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body)

/** The transports that applications use: the platform's fetch, and undici from platform-node. */
export const transports: ReadonlyArray<readonly [string, Layer.Layer<HttpClient.HttpClient>]> = [
  ["fetch", FetchHttpClient.layer],
  ["undici", NodeHttpClient.layerUndici]
]
