/**
 * The exchange's requests and responses on Node's HTTP server.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http"
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
