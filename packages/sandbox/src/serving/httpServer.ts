/**
 * Serves the exchange over HTTP. It uses Node's own server without a framework, because an application under test
 * shares the process and the tracer, and because faults must reach the socket.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as HttpServerError from "effect/http/HttpServerError"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { defaultResponse, failure, type RestResponse } from "../rest/errorBody.ts"
import { toWire, type WireRequest, type WireResponse } from "../rest/handler.ts"
import { maxSnapshotBytes } from "../rest/requestBody.ts"
import { ArrivingBody, BodyBudget } from "./bodies.ts"
import { answerClientErrors, lingerMillis, serialized } from "./clientErrors.ts"
import { declineUpgrade, offersWebSocket, respond, toWireRequest } from "./nodeHttp.ts"
import { upgradeRequired } from "./upgrades.ts"
import type { WebSockets } from "./webSocket.ts"

/** `fromLoopback` says whether the request came from this machine. */
export type Serve = (request: WireRequest, fromLoopback: boolean) => WireResponse

export type RequestHead = Omit<WireRequest, "body">

/** The maximum size of a body, except for requests that {@link ListenOptions.isLarge} permits. */
const maxBodyBytes = 4 * 1024 * 1024

/** 2,000 UUIDs in a query need 82 KB. */
const maxHeadBytes = 128 * 1024

/** Options of a server. A request that exceeds a time limit gets a 408. */
export interface ListenOptions {
  /**
   * The time limit from the opening of the connection, or from the first byte of a later request, until the end of the
   * head. Default: 10,000.
   */
  readonly headMillis?: number
  /** The time limit from the same moment until the end of the body. Default: 30,000. */
  readonly requestMillis?: number
  /**
   * How long an idle connection stays open after a response. Default: 75,000. HTTP clients close their idle connections
   * earlier (undici after 4 seconds, httpx after 5), so that no request arrives on a connection that is about to close.
   */
  readonly keepAliveMillis?: number
  /** The server immediately closes each connection beyond this number. Default: 4,096. */
  readonly maxConnections?: number
  /**
   * The memory that the bodies of incomplete requests may take together. A request beyond this limit gets a 503.
   * Default: 128 MiB.
   */
  readonly maxBufferedBytes?: number
  /** Whether the body of a request may be as long as a snapshot (512 MiB). Default: false. */
  readonly isLarge?: (request: RequestHead, fromLoopback: boolean) => boolean
  /** Receives the errors of code that responds to a request. The response is then a 500. Default: ignores them. */
  readonly onDefect?: (request: RequestHead, defect: unknown) => void
  /** Takes over the connections of upgrade requests. Default: upgrade requests are ordinary requests. */
  readonly webSockets?: WebSockets
  /** Delays a response, and can replace it. Default: sends every response immediately. */
  readonly hold?: Hold
}

/** See {@link ListenOptions.hold}. */
type Hold = (response: WireResponse, send: (response: WireResponse) => void) => void

const immediately: Hold = (response, send) => send(response)

/** The interval of the check for slow requests. */
const checkMillis = 1_000

/** Serves until the scope closes. Returns the port. */
export const listen = (
  serve: Serve,
  host: string,
  port: number,
  options: ListenOptions = {}
): Effect.Effect<number, HttpServerError.ServeError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Server, HttpServerError.ServeError>((resume) => {
      const server = makeServer(serve, options)
      server.once("error", (cause) => resume(Effect.fail(new HttpServerError.ServeError({ cause }))))
      server.listen(port, host, () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        // Keep-alive connections and unfinished requests would keep the server open.
        server.closeAllConnections()
        options.webSockets?.close()
      })
  ).pipe(
    Effect.map((server) => {
      const address = server.address() as AddressInfo // the address of a server that listens on a port
      return address.port
    })
  )

const makeServer = (
  serve: Serve,
  {
    headMillis = 10_000,
    hold = immediately,
    isLarge = () => false,
    keepAliveMillis = 75_000,
    maxBufferedBytes = 128 * 1024 * 1024,
    maxConnections = 4_096,
    onDefect,
    requestMillis = 30_000,
    webSockets
  }: ListenOptions
): Server => {
  const serveAll: Serve = (request, fromLoopback) => {
    try {
      return (webSockets === undefined ? undefined : upgradeRequired(request)) ?? serve(request, fromLoopback)
    } catch (defect) {
      onDefect?.(request, defect)
      return toWire(defaultResponse(500), Date.now())
    }
  }
  const budgets = { small: new BodyBudget(maxBufferedBytes), large: new BodyBudget(maxSnapshotBytes + maxBodyBytes) }
  const server = createServer(
    {
      headersTimeout: headMillis,
      requestTimeout: requestMillis,
      connectionsCheckingInterval: Math.min(checkMillis, headMillis),
      keepAliveTimeout: keepAliveMillis,
      maxHeaderSize: maxHeadBytes,
      // Node's own response to a missing host has no body.
      requireHostHeader: false,
      shouldUpgradeCallback: (request) => webSockets !== undefined && offersWebSocket(request)
    },
    (request, response) => {
      const fromLoopback = isLoopbackAddress(request.socket.remoteAddress)
      const isAllowedLarge = isLarge(toWireRequest(request, new Uint8Array()), fromLoopback)
      const body = isAllowedLarge
        ? new ArrivingBody(budgets.large, maxSnapshotBytes)
        : new ArrivingBody(budgets.small, maxBodyBytes)
      receive(request, response, body, (wire) => serveAll(wire, fromLoopback), hold)
    }
  )
  server.maxConnections = maxConnections
  answerClientErrors(server, maxHeadBytes)
  if (webSockets !== undefined) {
    server.on("upgrade", (request: IncomingMessage, _socket, head: Buffer) =>
      // Node before 24.9 ignores `shouldUpgradeCallback`.
      offersWebSocket(request) ? webSockets.upgrade(request, head) : declineUpgrade(server, request, head)
    )
  }
  return server
}

const refusals = {
  tooLarge: failure(413, "request_too_large"),
  noMemory: {
    ...failure(503, "service_unavailable", "too many large requests are in flight. Send the request again later"),
    headers: { "retry-after": "1" }
  },
  noHost: failure(400, "bad_request", "the request has no host header")
}

const receive = (
  request: IncomingMessage,
  response: ServerResponse,
  body: ArrivingBody,
  serve: (request: WireRequest) => WireResponse,
  hold: Hold
): void => {
  const take = (chunk: Buffer): void => {
    const refused = body.add(chunk)
    if (refused !== undefined) {
      refuse(refusals[refused])
    }
  }
  const refuse = (refusal: RestResponse): void => {
    request.off("data", take).off("end", finish)
    body.release()
    // The response is written, but not ended while more data arrives. When it ends, Node closes the connection, and
    // data that reaches a closed connection makes the client lose the response.
    const { headers, text } = serialized(refusal)
    response.writeHead(refusal.status, headers)
    response.write(text)
    if (request.complete) {
      response.end()
    } else {
      request.once("end", () => response.end())
      request.resume()
      setTimeout(() => request.socket.destroy(), lingerMillis).unref()
    }
  }
  const finish = (): void => {
    const wire = toWireRequest(request, body.bytes())
    body.release()
    hold(serve(wire), (result) => respond(request, response, result))
  }
  request.on("error", () => {}) // the client has closed the connection
  request.on("close", () => body.release())
  request.on("data", take)
  request.on("end", finish)
  if (request.httpVersion === "1.1" && request.headers.host === undefined) {
    refuse(refusals.noHost)
  }
}

const isLoopbackAddress = (address = ""): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address)
