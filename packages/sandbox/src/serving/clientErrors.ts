/**
 * The responses to requests that the HTTP parser refuses: malformed, oversized or slow requests.
 *
 * @module
 */
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { failure, type RestResponse } from "../rest/errorBody.ts"

/** The server reads and discards the rest of a refused request for at most this time. */
export const lingerMillis = 2_000

export const answerClientErrors = (server: Server, maxHeadBytes: number): void => {
  const answered = new WeakSet<Duplex>()
  const responses = new WeakMap<Duplex, ServerResponse>()
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    responses.set(request.socket, response)
    response.once("close", () => {
      if (responses.get(request.socket) === response) {
        responses.delete(request.socket)
      }
    })
  })
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Every further chunk of a refused request causes another error.
    if (answered.has(socket)) {
      return
    }
    answered.add(socket)
    if (!socket.writable || error.code === "ECONNRESET") {
      socket.destroy()
      return
    }
    const pending = responses.get(socket)
    if (pending === undefined || (!pending.headersSent && !pending.req.complete)) {
      refuse(socket, refusalOf(error, maxHeadBytes))
    } else {
      // The response to the previous request comes first.
      pending.once("close", () => refuse(socket, refusalOf(error, maxHeadBytes)))
    }
  })
  server.on("connect", (_request, socket: Duplex) => refuse(socket, failure(405, "method_not_allowed")))
  server.on("checkExpectation", (_request, response: ServerResponse) => {
    const { headers, text } = serialized(failure(417, "expectation_failed"))
    response.writeHead(417, headers).end(text)
  })
}

const refusalOf = ({ code }: NodeJS.ErrnoException, maxHeadBytes: number): RestResponse => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return failure(
        431,
        "request_head_too_large",
        `the request line and the headers together may have at most ${maxHeadBytes} bytes`
      )
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return failure(413, "request_too_large")
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return failure(408, "request_timeout", "the request did not arrive in time")
    default:
      return failure(400, "bad_request", "the request is not valid HTTP")
  }
}

/** The headers and the text of a response after which the connection ends. */
export const serialized = ({ body, headers }: RestResponse) => {
  const text = JSON.stringify(body)
  return {
    text,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "content-length": String(Buffer.byteLength(text)),
      connection: "close",
      ...headers
    }
  }
}

/** Responds on the socket of a request for which Node has no response object. */
const refuse = (socket: Duplex, response: RestResponse): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { headers, text } = serialized(response)
  const lines = Object.entries({ ...headers, date: new Date().toUTCString() }).map(
    ([name, value]) => `${name}: ${value}`
  )
  socket.on("error", () => {}) // the client has closed the connection
  // Data that reaches a closed connection makes the client lose the response. So the rest of the request is read first.
  socket.on("end", () => socket.destroy())
  socket.end([`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}`, ...lines, "", text].join("\r\n"))
  setTimeout(() => socket.destroy(), lingerMillis).unref()
}
