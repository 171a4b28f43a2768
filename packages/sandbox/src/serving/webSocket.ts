/**
 * The feed over WebSockets. The library `ws` implements RFC 6455 and `permessage-deflate`.
 *
 * @module
 */
import { type IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { type PerMessageDeflateOptions, type WebSocket, WebSocketServer } from "ws"
import type { Endpoint, Line, Upgrade } from "../feed/line.ts"
import { respond, toWireRequest } from "./nodeHttp.ts"
import { decide, maxMessageBytes, type Upgrades } from "./upgrades.ts"

/** Frames shorter than this are not worth compressing. */
const minDeflatedBytes = 1_024

const deflate: PerMessageDeflateOptions = {
  threshold: minDeflatedBytes,
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  // With this compression window, a connection that has compressed frames keeps about 120 KB of memory instead of 250
  // KB. JSON compresses equally well.
  serverMaxWindowBits: 11,
  zlibDeflateOptions: { level: 1, memLevel: 4, chunkSize: 4_096 }
}

export class WebSockets {
  readonly #feed: Upgrades
  readonly #onDefect: (defect: unknown) => void
  readonly #sockets = new Set<Socket>()
  readonly #batches = new Batches()
  readonly #server: WebSocketServer

  /**
   * If the code of a connection throws, the connection ends, and `onDefect` receives the error. `compresses`: whether
   * long frames are compressed for a client that offers compression.
   */
  constructor(feed: Upgrades, onDefect: (defect: unknown) => void, { compresses = true } = {}) {
    this.#feed = feed
    this.#onDefect = onDefect
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: maxMessageBytes,
      perMessageDeflate: compresses && deflate
    })
  }

  /** Accepts the upgrade, or sends a response and closes the connection. */
  upgrade(request: IncomingMessage, head: Buffer): void {
    const { socket } = request
    this.#sockets.add(socket)
    socket.on("error", () => {}) // the event `close` follows
    socket.on("close", () => this.#sockets.delete(socket))
    this.#guard(socket, () => {
      const decision = decide(this.#feed, toWireRequest(request, new Uint8Array()))
      if (decision._tag === "Refused") {
        refuse(request, decision)
      } else {
        this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, socket, decision.open))
      }
    })
  }

  /** Closes all sockets. Frames that the network does not take immediately are lost. */
  close(): void {
    this.#batches.flush()
    for (const socket of this.#sockets) {
      if (socket.writableLength === 0) {
        socket.destroySoon()
      } else {
        socket.destroy()
      }
    }
  }

  #open(webSocket: WebSocket, socket: Socket, open: (line: Line) => Endpoint): void {
    const guarded = (run: () => void): void => this.#guard(socket, run)
    let endpoint: Endpoint | undefined
    const onSent = (error?: Error | null): void => {
      if (!error && endpoint !== undefined && line.takeDrained()) {
        guarded(endpoint.drained)
      }
    }
    const line = makeLine(webSocket, socket, this.#batches, onSent)
    webSocket.on("error", () => {}) // `ws` closes the connection with the code of the error
    guarded(() => {
      const opened = open(line)
      endpoint = opened
      webSocket.on("message", (data: Buffer, isBinary: boolean) => {
        if (webSocket.readyState !== webSocket.OPEN) {
          return
        }
        if (isBinary) {
          webSocket.close(1003, "binary messages are not supported")
        } else {
          guarded(() => opened.receive(data.toString()))
        }
      })
      webSocket.on("pong", () => guarded(opened.pong))
      webSocket.on("close", () => guarded(opened.closed))
    })
  }

  #guard(socket: Socket, run: () => void): void {
    try {
      run()
    } catch (defect) {
      socket.destroy()
      this.#onDefect(defect)
    }
  }
}

const refuse = (request: IncomingMessage, { response: result }: Upgrade & { readonly _tag: "Refused" }): void => {
  const { socket } = request
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.on("finish", () => socket.destroySoon())
  respond(request, response, result)
}

/**
 * A connection with fewer unsent bytes counts as drained. The limit is not zero, because `ws` sends pongs by itself.
 */
const drainedBytes = 16 * 1024

/** A `Line` that also reports, once, that the network has taken the bytes that {@link Line.bufferedBytes} returned. */
type TrackedLine = Line & { readonly takeDrained: () => boolean }

const makeLine = (
  webSocket: WebSocket,
  socket: Socket,
  batches: Batches,
  onSent: (error?: Error | null) => void
): TrackedLine => {
  let isSilent = false
  let isBehind = false
  return {
    send: (text) => {
      if (!isSilent) {
        batches.join(socket)
        webSocket.send(text, onSent)
        batches.limit(socket)
      }
    },
    bufferedBytes: () => {
      const bytes = webSocket.bufferedAmount
      isBehind ||= bytes > 0
      return bytes
    },
    ping: (body) => {
      if (!isSilent) {
        webSocket.ping(body, undefined, onSent)
      }
    },
    close: (code, reason) => {
      if (!isSilent) {
        webSocket.close(code, reason)
      }
    },
    drop: (how) => {
      if (how === "reset") {
        socket.resetAndDestroy()
        return
      }
      isSilent = true
      // Arriving bytes are discarded, so that the end of the connection is still detected.
      socket.removeAllListeners("data")
      socket.on("data", () => {})
      socket.resume()
    },
    takeDrained: () => {
      const isDrained = isBehind && webSocket.bufferedAmount < drainedBytes
      isBehind &&= !isDrained
      return isDrained
    }
  }
}

const maxBatchBytes = 128 * 1024

/** Holds back the frames of one turn of the event loop, so that a connection sends its frames in few system calls. */
class Batches {
  readonly #joined = new Set<Socket>()
  #isScheduled = false

  /** Holds back the frames of a socket until the end of the turn. */
  join(socket: Socket): void {
    if (this.#joined.has(socket)) {
      return
    }
    if (!this.#isScheduled) {
      this.#isScheduled = true
      setImmediate(() => {
        this.#isScheduled = false
        this.flush()
      })
    }
    this.#joined.add(socket)
    socket.cork()
  }

  /** Sends the held frames of a socket if they exceed the maximum size of a batch. */
  limit(socket: Socket): void {
    if (socket.writableLength > maxBatchBytes) {
      this.#release(socket)
    }
  }

  flush(): void {
    this.#joined.forEach((socket) => this.#release(socket))
  }

  #release(socket: Socket): void {
    if (this.#joined.delete(socket)) {
      socket.uncork()
    }
  }
}
