/**
 * The exchange over HTTP. It uses Node's own server without a framework, because an application under test shares the
 * process and the tracer, and because faults must reach the socket.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as HttpServerError from "effect/http/HttpServerError"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { WireRequest, WireResponse } from "../rest/handler.ts"
import { declineUpgrade, offersWebSocket, respond, toWireRequest } from "./nodeHttp.ts"
import { upgradeRequired } from "./upgrades.ts"
import type { WebSockets } from "./webSocket.ts"

/** Responds to one request synchronously. `fromLoopback` says whether it came from this machine. */
export type Serve = (request: WireRequest, fromLoopback: boolean) => WireResponse

const maxBodyBytes = 4 * 1024 * 1024

/** Options of a server. Slow requests are dropped. */
export interface ListenOptions {
  /** The time limit from the connection, or from the previous response, to the end of the head. Default: 10,000. */
  readonly headMillis?: number
  /** The time limit to the end of the body. Default: 30,000. */
  readonly requestMillis?: number
  /** Takes over the connections of upgrade requests. Default: upgrade requests are ordinary requests. */
  readonly webSockets?: WebSockets
  /** Sends a response later, and may send another one instead. Default: sends it immediately. */
  readonly hold?: Hold
}

/** See {@link ListenOptions.hold}. */
type Hold = (response: WireResponse, send: (response: WireResponse) => void) => void

const immediately: Hold = (response, send) => send(response)

/** The interval of the check for slow requests. */
const checkMillis = 1_000

/** Serves until the scope closes, and returns the port it listens on. */
export const listen = (
  serve: Serve,
  host: string,
  port: number,
  { headMillis = 10_000, hold = immediately, requestMillis = 30_000, webSockets }: ListenOptions = {}
): Effect.Effect<number, HttpServerError.ServeError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Server, HttpServerError.ServeError>((resume) => {
      const serveAll: Serve = (request, fromLoopback) =>
        (webSockets === undefined ? undefined : upgradeRequired(request)) ?? serve(request, fromLoopback)
      const server = createServer(
        {
          headersTimeout: headMillis,
          requestTimeout: requestMillis,
          connectionsCheckingInterval: Math.min(checkMillis, headMillis),
          shouldUpgradeCallback: (request) => webSockets !== undefined && offersWebSocket(request)
        },
        (request, response) => receive(request, response, serveAll, hold)
      )
      if (webSockets !== undefined) {
        server.on("upgrade", (request: IncomingMessage, _socket, head: Buffer) =>
          // Node before 24.9 ignores `shouldUpgradeCallback`.
          offersWebSocket(request) ? webSockets.upgrade(request, head) : declineUpgrade(server, request, head)
        )
      }
      server.once("error", (cause) => resume(Effect.fail(new HttpServerError.ServeError({ cause }))))
      server.listen(port, host, () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        // Keep-alive connections and unfinished requests would keep the server open.
        server.closeAllConnections()
        webSockets?.close()
      })
  ).pipe(
    Effect.map((server) => {
      const address = server.address() as AddressInfo // a server that listens on a port has this kind of address
      return address.port
    })
  )

/** How long an oversized body is still read and discarded. */
const lingerMillis = 2_000

const tooLarge = JSON.stringify({ error: { code: "request_too_large", message: "request too large" } })

const receive = (request: IncomingMessage, response: ServerResponse, serve: Serve, hold: Hold): void => {
  const chunks: Array<Buffer> = []
  let length = 0
  const take = (chunk: Buffer): void => {
    length += chunk.length
    if (length <= maxBodyBytes) {
      chunks.push(chunk)
      return
    }
    request.off("data", take)
    request.off("end", finish)
    // The response is written, but not ended while more data arrives. When it ends, Node closes the connection, and
    // data that reaches a closed connection makes the client lose the response.
    response.writeHead(413, {
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(tooLarge),
      connection: "close"
    })
    response.write(tooLarge)
    request.once("end", () => response.end())
    request.resume()
    setTimeout(() => request.socket.destroy(), lingerMillis).unref()
  }
  const finish = (): void => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
    const fromLoopback = isLoopbackAddress(request.socket.remoteAddress)
    hold(serve(toWireRequest(request, body), fromLoopback), (result) => respond(request, response, result))
  }
  request.on("data", take)
  request.on("end", finish)
  request.on("error", () => {}) // the client has closed the connection
}

const isLoopbackAddress = (address = ""): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address)
