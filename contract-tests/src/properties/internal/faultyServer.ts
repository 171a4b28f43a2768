/**
 * A server on loopback that responds with scripted bytes or does not respond.
 *
 * @module
 */
import * as net from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface Received {
  /** The names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

export type Answer = (socket: net.Socket, request: Received) => void

export interface FaultyServer {
  readonly url: string
  /** Sets the responses to the next requests, in order. The last response repeats. */
  readonly script: (answers: ReadonlyArray<Answer>) => void
  /** The number of requests since the last call of `script`. */
  readonly received: () => number
  /** The number of bytes written since the last call of `script`. A client that stops reading blocks further writes. */
  readonly written: () => number
}

const lengthOf = (head: string): number => Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)

const headersOf = (head: string): Received["headers"] =>
  Object.fromEntries(
    head
      .split("\r\n")
      .slice(1)
      .map((line) => {
        const at = line.indexOf(":")
        return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
      })
  )

export const make: Effect.Effect<FaultyServer, never, Scope.Scope> = /*#__PURE__*/ Effect.acquireRelease(
  /*#__PURE__*/ Effect.callback<FaultyServer & { readonly close: () => void }>((resume) => {
    let answers: ReadonlyArray<Answer> = []
    let count = 0
    const sockets = new Set<net.Socket>()
    let before = 0
    const written = (): number => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, before)
    const server = net.createServer((socket) => {
      sockets.add(socket)
      // A client that disconnects can reset the connection.
      socket.on("error", () => undefined)
      socket.on("close", () => {
        before += socket.bytesWritten
        sockets.delete(socket)
      })
      let pending = Buffer.alloc(0)
      socket.on("data", (chunk: Buffer) => {
        pending = Buffer.concat([pending, chunk])
        for (;;) {
          const end = pending.indexOf("\r\n\r\n")
          if (end < 0) return
          const head = pending.subarray(0, end).toString("latin1")
          const requestLength = end + 4 + lengthOf(head)
          if (pending.length < requestLength) return
          pending = pending.subarray(requestLength)
          answers[Math.min(count++, answers.length - 1)]?.(socket, { headers: headersOf(head) })
        }
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo // A TCP server has no other kind of address.
      resume(
        Effect.succeed({
          url: `http://127.0.0.1:${port}`,
          script: (next) => {
            answers = next
            count = 0
            before = -[...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)
          },
          received: () => count,
          written,
          close: () => {
            for (const socket of sockets) socket.destroy()
            server.close()
          }
        })
      )
    })
  }),
  ({ close }) => Effect.sync(close)
)
