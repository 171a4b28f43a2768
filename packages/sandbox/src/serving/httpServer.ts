/**
 * The exchange over HTTP. Node's own server, without a framework between: an application under test shares its machine and
 * its tracer with it, and faults have to reach the socket.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as HttpServerError from "effect/http/HttpServerError"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { WireRequest, WireResponse } from "../rest/handler.ts"

/** Answers one request, at once. `fromLoopback` is whether it came from this machine. */
export type Serve = (request: WireRequest, fromLoopback: boolean) => WireResponse

const maxBodyBytes = 4 * 1024 * 1024

/** How long a request may take to arrive: one that dawdles is dropped. */
export interface Patience {
  /** From the connection, or the answer before, to the end of the head. */
  readonly headMillis: number
  /** To the end of the body. */
  readonly requestMillis: number
}

const usualPatience: Patience = { headMillis: 10_000, requestMillis: 30_000 }

/** How often it is looked for those that dawdle. */
const checkMillis = 1_000

/** Serves until the scope closes, and tells the port it listens on. */
export const listen = (
  serve: Serve,
  host: string,
  port: number,
  { headMillis, requestMillis }: Patience = usualPatience
): Effect.Effect<number, HttpServerError.ServeError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Server, HttpServerError.ServeError>((resume) => {
      const server = createServer(
        {
          headersTimeout: headMillis,
          requestTimeout: requestMillis,
          connectionsCheckingInterval: Math.min(checkMillis, headMillis)
        },
        (request, response) => receive(request, response, serve)
      )
      server.once("error", (cause) => resume(Effect.fail(new HttpServerError.ServeError({ cause }))))
      server.listen(port, host, () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        // Connections that are kept alive, or whose requests never end, would hold the server open.
        server.closeAllConnections()
      })
  ).pipe(
    Effect.map((server) => {
      const address = server.address() as AddressInfo // a server that listens on a port has no other kind
      return address.port
    })
  )

/** How long what is too large is still taken, and thrown away. */
const lingerMillis = 2_000

const tooLarge = JSON.stringify({ error: { code: "request_too_large", message: "request too large" } })

const receive = (request: IncomingMessage, response: ServerResponse, serve: Serve): void => {
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
    // The answer is whole, yet not ended while more comes: Node drops a connection that is to close when its answer ends,
    // and what is still on its way to one that is gone takes the answer with it.
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
    const { headers, method = "GET", url: path = "/" } = request
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
    const fromLoopback = isLoopbackAddress(request.socket.remoteAddress)
    const answer = serve({ method, path, headers: single(headers), body }, fromLoopback)
    if (answer.delayMillis > 0) {
      setTimeout(() => send(request, response, answer), answer.delayMillis)
    } else {
      send(request, response, answer)
    }
  }
  request.on("data", take)
  request.on("end", finish)
  request.on("error", () => {}) // the connection is gone, and with it whoever asked
}

/** One value for each header: a header of ours that is given twice would not fit its signature anyway. */
const single = (headers: IncomingMessage["headers"]): WireRequest["headers"] => {
  const given: Record<string, string | undefined> = {}
  for (const name in headers) {
    const value = headers[name]
    given[name] = typeof value === "string" ? value : value?.join(", ")
  }
  return given
}

const isLoopbackAddress = (address = ""): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address)

const send = (request: IncomingMessage, response: ServerResponse, answer: WireResponse): void => {
  const { arrives, body, headers, status } = answer
  if (arrives === "never") {
    request.socket.resetAndDestroy()
    return
  }
  response.writeHead(status, status === 204 ? headers : { ...headers, "content-length": body.length })
  if (arrives === "whole") {
    response.end(body)
    return
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.resetAndDestroy())
}
