/**
 * The exchange's requests and responses on Node's HTTP server.
 *
 * @module
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { WireRequest, WireResponse } from "../rest/handler.ts"

export const toWireRequest = (request: IncomingMessage, body: Uint8Array): WireRequest => {
  const { headers, method = "GET", url: path = "/" } = request
  return { method, path, headers: single(headers), body }
}

/** One value for each header: a repeated signing header would not match its signature anyway. */
const single = (headers: IncomingMessage["headers"]): WireRequest["headers"] => {
  const values: Record<string, string | undefined> = {}
  for (const name in headers) {
    const value = headers[name]
    values[name] = typeof value === "string" ? value : value?.join(", ")
  }
  return values
}

/** Whether a request offers to change to WebSockets. Clients of HTTP/2 offer that protocol in the same way. */
export const offersWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === "websocket"

/** Declines an offer that Node took for an upgrade: the server reads the request again, without the offer. */
export const declineUpgrade = (server: Server, request: IncomingMessage, head: Buffer): void => {
  const { httpVersion, method, rawHeaders, socket, url } = request
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || name.toLowerCase() === "upgrade" ? [] : [`${name}: ${rawHeaders[index + 1]}`]
  )
  const text = [`${method} ${url} HTTP/${httpVersion}`, ...headers, "", ""].join("\r\n")
  socket.unshift(Buffer.concat([Buffer.from(text, "latin1"), head]))
  server.emit("connection", socket)
}

/** Sends a response as its fault specifies. */
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
  response.writeHead(status, status === 204 ? headers : { ...headers, "content-length": body.length })
  if (arrives === "whole") {
    response.end(body)
    return
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.resetAndDestroy())
}
