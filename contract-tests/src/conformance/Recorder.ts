/**
 * A proxy between a client and the local exchange. It records requests, checks signatures, and can replace or change
 * responses. It uses `node:http`, because it must close the client's socket when the exchange closes the connection.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as send,
  type Server,
  type ServerResponse
} from "node:http"
import { type AddressInfo, connect } from "node:net"
import { checkSignature, type SignatureCheck } from "./signatures.ts"

export interface Recorded {
  readonly atMillis: number
  readonly method: string
  /** The path from the root of the host, with the query. */
  readonly path: string
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  readonly signature: SignatureCheck
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** What the proxy does with requests for a path. If several rules match, the oldest applies until it is used up. */
export interface Rule {
  readonly method: string
  /** The path below `/trade-api/v2`, without the query. */
  readonly path: string
  /** The number of requests to which the rule applies. Default: no limit. */
  readonly times?: number
  /** Responds instead of the exchange, which does not get the request. `nth` counts the requests of the rule from 0. */
  readonly respond?: (request: Recorded, nth: number) => Reply
  /** Changes the response after the exchange has carried out the request. */
  readonly alter?: (reply: Reply) => Reply
}

const root = "/trade-api/v2"

const pathOf = (path: string): string => path.split("?")[0] ?? path

const headersOf = (headers: IncomingHttpHeaders): Recorded["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value])
  )

export class Recorder {
  readonly url: string
  readonly requests: Array<Recorded> = []
  /** Public keys by key id. */
  readonly keys = new Map<string, string>()
  readonly #rules: Array<{ readonly rule: Rule; used: number }> = []
  readonly #upstream: () => string

  constructor(url: string, upstream: () => string) {
    this.url = url
    this.#upstream = upstream
  }

  add(rule: Rule): void {
    this.#rules.push({ rule, used: 0 })
  }

  /** The recorded requests with a method and a path below `/trade-api/v2`. */
  sent(method: string, path: string): ReadonlyArray<Recorded> {
    return this.requests.filter((request) => request.method === method && pathOf(request.path) === root + path)
  }

  record(request: IncomingMessage, body: string): Recorded {
    const { method = "", url: path = "" } = request
    const signed = { method, path, headers: headersOf(request.headers), body, atMillis: Date.now() }
    const recorded = { ...signed, signature: checkSignature(signed, this.keys) }
    this.requests.push(recorded)
    return recorded
  }

  handle(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const recorded = this.record(request, body.toString())
    if (!recorded.path.startsWith(`${root}/`)) {
      // The operator interface of the exchange is not for clients.
      reply(response, { status: 404, body: "" })
      return
    }
    const found = this.#rules.find(
      ({ rule, used }) =>
        rule.method === recorded.method &&
        root + rule.path === pathOf(recorded.path) &&
        (rule.times === undefined || used < rule.times)
    )
    const nth = found === undefined ? 0 : found.used++
    if (found?.rule.respond !== undefined) {
      reply(response, found.rule.respond(recorded, nth))
      return
    }
    this.#forward(request, body, response, found?.rule.alter)
  }

  #forward(request: IncomingMessage, body: Buffer, response: ServerResponse, alter: Rule["alter"]): void {
    const upstream = send(
      this.#upstream() + (request.url ?? ""),
      { method: request.method ?? "GET", headers: request.headers },
      (answer) => {
        if (alter === undefined) {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.on("data", (chunk: Buffer) => response.write(chunk))
          answer.on("end", () => response.end())
          answer.on("error", () => response.destroy())
        } else {
          collect(answer, (bytes) =>
            reply(response, alter({ status: answer.statusCode ?? 502, body: bytes.toString() }))
          )
        }
      }
    )
    // The exchange dropped the connection without a response, so the client's connection is dropped too.
    upstream.on("error", () => request.socket.destroy())
    upstream.end(body)
  }

  upgrade(request: IncomingMessage, head: Buffer): void {
    this.record(request, "")
    const { hostname, port } = new URL(this.#upstream())
    const { socket } = request
    const upstream = connect(Number(port), hostname, () => {
      const headers = request.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : []
      )
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`)
      upstream.write(head)
      upstream.pipe(socket)
      socket.pipe(upstream)
    })
    const end = () => {
      upstream.destroy()
      socket.destroy()
    }
    for (const side of [upstream, socket]) side.on("error", end).on("close", end)
  }
}

const reply = (response: ServerResponse, { body, headers = {}, status }: Reply): void => {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers })
  response.end(body)
}

/** The limit of request bodies, and of response bodies that a rule changes. The exchange's own limit is lower. */
const maxBodyBytes = 8 * 1024 * 1024

const collect = (message: IncomingMessage, done: (body: Buffer) => void): void => {
  const chunks: Array<Buffer> = []
  let bytes = 0
  message.on("data", (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > maxBodyBytes) message.socket.destroy()
  })
  message.on("end", () => done(Buffer.concat(chunks)))
  message.on("error", () => {}) // the peer has closed the connection
}

/** Starts a recorder. `upstream` returns the address of the exchange. */
export const make = (upstream: () => string): Effect.Effect<Recorder, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<{ readonly server: Server; readonly recorder: Recorder; readonly close: () => void }>((resume) => {
      const server = createServer((request, response) =>
        collect(request, (body) => recorder.handle(request, body, response))
      )
      const upgraded = new Set<IncomingMessage["socket"]>()
      server.on("upgrade", (request: IncomingMessage, _socket, head: Buffer) => {
        upgraded.add(request.socket)
        request.socket.on("close", () => upgraded.delete(request.socket))
        recorder.upgrade(request, head)
      })
      let recorder: Recorder
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo // a server that listens on a port has this kind of address
        recorder = new Recorder(`http://127.0.0.1:${port}`, upstream)
        const close = () => upgraded.forEach((socket) => socket.destroy())
        resume(Effect.succeed({ server, recorder, close }))
      })
    }),
    ({ close, server }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
        close()
      })
  ).pipe(Effect.map(({ recorder }) => recorder))
