/**
 * Converts requests and responses between Node's HTTP server and the exchange.
 *
 * @module
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { WireRequest, WireResponse } from "../rest/handler.ts"

export const toWireRequest = (request: IncomingMessage, body: Uint8Array): WireRequest => {
  const { headers, method = "GET", url: path = "/" } = request
  return { method, path, headers: single(headers), body }
}

/** Joins repeated headers. A repeated signature header is invalid in any case. */
const single = (headers: IncomingMessage["headers"]): WireRequest["headers"] => {
  const values: Record<string, string | undefined> = {}
  for (const name in headers) {
    const value = headers[name]
    values[name] = typeof value === "string" ? value : value?.join(", ")
  }
  return values
}

/** A client can also send the header `upgrade` for another protocol, such as HTTP/2. */
export const offersWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === "websocket"

/** Makes the server read the request again, without the header `upgrade`. */
export const declineUpgrade = (server: Server, request: IncomingMessage, head: Buffer): void => {
  const { httpVersion, method, rawHeaders, socket, url } = request
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || name.toLowerCase() === "upgrade" ? [] : [`${name}: ${rawHeaders[index + 1]}`]
  )
  const text = [`${method} ${url} HTTP/${httpVersion}`, ...headers, "", ""].join("\r\n")
  socket.unshift(Buffer.concat([Buffer.from(text, "latin1"), head]))
  server.emit("connection", socket)
}

/** Sends a response. A planted fault can delay it, or drop the connection before or during the response. */
export const respond = (request: IncomingMessage, response: ServerResponse, result: WireResponse): void => {
  if (result.delayMillis > 0) {
    setTimeout(() => send(request, response, result), result.delayMillis)
  } else {
    send(request, response, result)
  }
}

const send = (request: IncomingMessage, response: ServerResponse, result: WireResponse): void => {
  const { arrives, body, headers, status } = result
  if (arrives === "never") {
    request.socket.resetAndDestroy()
    return
  }
  if (result.stream !== undefined) {
    if (response.destroyed) {
      return // the client has closed the connection, so the end of the stream would never be reported
    }
    response.writeHead(status, headers)
    continueBody(response, result.stream)
    return
  }
  response.writeHead(status, status === 204 ? headers : { ...headers, "content-length": body.length })
  if (arrives === "whole") {
    response.end(body)
    return
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.resetAndDestroy())
}

const continueBody = (response: ServerResponse, stream: NonNullable<WireResponse["stream"]>): void => {
  response.on("error", () => {}) // Node then emits `close`
  const end = stream({
    write: (text) => void response.write(text),
    isBehind: () => response.writableNeedDrain,
    drop: () => response.destroy()
  })
  response.once("close", end)
}
