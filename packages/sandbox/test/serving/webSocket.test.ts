import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { EventEmitter } from "node:events"
import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { type ClientOptions, WebSocket } from "ws"
import { listen } from "../../src/serving/httpServer.ts"
import { declineUpgrade } from "../../src/serving/nodeHttp.ts"
import { WebSockets } from "../../src/serving/webSocket.ts"
import { type Connection, makeFakeFeed, refusal } from "../support/fakeFeed.ts"

type Feed = ReturnType<typeof makeFakeFeed>

interface Served {
  readonly feed: Feed
  readonly port: number
  readonly url: string
  readonly defects: Array<unknown>
}

const path = "/trade-api/ws/v2"

/** Serves the feed. HTTP requests to other paths receive 418. */
const serve: Effect.Effect<Served, unknown, Scope.Scope> = Effect.gen(function* () {
  const feed = makeFakeFeed()
  const defects: Array<unknown> = []
  const webSockets = new WebSockets(feed, (defect) => defects.push(defect))
  const port = yield* listen(() => refusal(418), "127.0.0.1", 0, { webSockets })
  return { feed, port, url: `ws://127.0.0.1:${port}${path}`, defects }
})

const served = (name: string, test: (served: Served) => Promise<void>) =>
  it.live(name, () =>
    Effect.scoped(
      Effect.flatMap(serve, (found) =>
        Effect.promise(async () => {
          await test(found)
          const socket = await open(found)
          assert.strictEqual(await reply(socket, "still there?"), "still there?")
          socket.terminate()
        })
      )
    )
  )

/** Waits for an event. Ignores errors before the event. */
const once = (emitter: EventEmitter, event: string): Promise<ReadonlyArray<unknown>> =>
  new Promise((resume) => emitter.once(event, (...values: ReadonlyArray<unknown>) => resume(values)))

/** Opens a client that discards errors, because `close` follows each error. */
const dial = ({ url }: Pick<Served, "url">, options: ClientOptions = {}): WebSocket =>
  new WebSocket(url, options).on("error", () => {})

const open = async (found: Pick<Served, "url">, options?: ClientOptions): Promise<WebSocket> => {
  const socket = dial(found, options)
  await once(socket, "open")
  return socket
}

const reply = async (socket: WebSocket, text: string): Promise<string> => {
  socket.send(text)
  const [data] = await once(socket, "message")
  return String(data)
}

const closeOf = async (socket: WebSocket): Promise<readonly [code: number, reason: string]> => {
  const [code, reason] = await once(socket, "close")
  return [Number(code), String(reason)]
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) {
    await new Promise((resume) => setTimeout(resume, 2))
  }
}

const last = ({ connections }: Feed): Connection => connections.at(-1)!

/** Sends a text over a socket. `received` is everything that arrives until the connection ends. */
const raw = (port: number, text: string): { readonly socket: Socket; readonly received: Promise<string> } => {
  const socket = connect(port, "127.0.0.1")
  const chunks: Array<Buffer> = []
  socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {})
  socket.write(text)
  return { socket, received: once(socket, "close").then(() => Buffer.concat(chunks).toString("latin1")) }
}

const handshake = (target: string, ...headers: ReadonlyArray<string>): string =>
  [
    `GET ${target} HTTP/1.1`,
    "host: 127.0.0.1",
    "connection: Upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
    "",
    ""
  ].join("\r\n")

/** A frame of a client, masked with zeros. */
const frameOf = (first: number, payload: Uint8Array | string): Buffer => {
  const body = Buffer.from(payload)
  assert.isBelow(body.length, 126)
  return Buffer.concat([Buffer.from([first, 0x80 | body.length, 0, 0, 0, 0]), body])
}

describe("WebSockets", () => {
  served("pass messages both ways, and the headers of the upgrade", async (found) => {
    const socket = await open(found, { headers: { "KALSHI-ACCESS-KEY": "a" } })
    assert.strictEqual(await reply(socket, "é 1"), "é 1")
    assert.deepInclude(found.feed.requests[0], { method: "GET", path })
    assert.strictEqual(found.feed.requests[0]?.headers["kalshi-access-key"], "a")
    socket.close(1000, "done")
    assert.deepStrictEqual(await closeOf(socket), [1000, "done"])
    await until(() => last(found.feed).closed === 1)
  })

  served("send the frames of one turn of the event loop in their sequence", async (found) => {
    const count = 500
    found.feed.onMessage = (_text, { line }) => {
      for (let n = 0; n < count; n++) {
        line.send(`${n}`.padEnd(n * 3, "."))
      }
      line.close(4_001, "enough")
    }
    const socket = await open(found)
    const got: Array<string> = []
    socket.on("message", (data) => got.push(String(data)))
    socket.send("go")
    assert.deepStrictEqual(await closeOf(socket), [4_001, "enough"])
    assert.deepStrictEqual(
      got,
      Array.from({ length: count }, (_, n) => `${n}`.padEnd(n * 3, "."))
    )
    found.feed.onMessage = (text, { line }) => line.send(text)
  })

  served("close a connection right after the handshake", async (found) => {
    found.feed.onOpen = (line) => line.close(1_013, "later")
    assert.deepStrictEqual(await closeOf(dial(found)), [1_013, "later"])
    found.feed.onOpen = () => {}
  })

  served("refuse an upgrade with a status, headers and a body, and close the connection", async (found) => {
    found.feed.refusals.push(refusal(429, { headers: { "retry-after": "7", "content-type": "application/json" } }))
    const text = await raw(found.port, handshake(path)).received
    assert.match(text, /^HTTP\/1\.1 429 Too Many Requests\r\n/)
    assert.match(text, /\r\nretry-after: 7\r\n/)
    assert.match(text, /\r\nconnection: close\r\n/i)
    assert.match(text, /\r\n\r\n\{"error":\{"code":"refused",.*\}\}$/)
  })

  served("refuse an upgrade late, with half a response, or with a reset", async (found) => {
    found.feed.refusals.push(
      refusal(503, { delayMillis: 200 }),
      refusal(503, { arrives: "half" }),
      refusal(503, { arrives: "never" })
    )
    const order: Array<string> = []
    const late = raw(found.port, handshake(path)).received
    const lateEnded = late.then(() => order.push("late"))
    await until(() => found.feed.requests.length === 1)
    const half = await raw(found.port, handshake(path)).received
    order.push("half")
    assert.match(half, /^HTTP\/1\.1 503 [^]*\{"error"[^}]*$/)
    assert.match(await late, /^HTTP\/1\.1 503 [^]*\}\}$/)
    await lateEnded
    assert.deepStrictEqual(order, ["half", "late"])
    const [error] = await once(new WebSocket(found.url), "error")
    assert.strictEqual((error as NodeJS.ErrnoException).code, "ECONNRESET")
  })

  served("refuse an upgrade at another path, and require an upgrade at the feed's path", async (found) => {
    const elsewhere = await raw(found.port, handshake("/trade-api/v2/markets?a=b")).received
    assert.match(elsewhere, /^HTTP\/1\.1 404 [^]*"code":"not_found"/)
    const plain = await fetch(`http://127.0.0.1:${found.port}${path}?a=b`)
    assert.deepStrictEqual([plain.status, plain.headers.get("upgrade")], [426, "websocket"])
    assert.include(await plain.text(), "upgrade_required")
    assert.deepStrictEqual(found.feed.requests, [])
    assert.strictEqual((await fetch(`http://127.0.0.1:${found.port}/x`)).status, 418)
  })

  served("leave offers of other protocols to the HTTP server", async (found) => {
    const request = ["GET /x HTTP/1.1", "host: a", "connection: Upgrade, close", "upgrade: h2c", "", ""].join("\r\n")
    assert.match(await raw(found.port, request).received, /^HTTP\/1\.1 418 /)
  })

  it.live("decline an upgrade to another protocol, and keep the connection for later requests", () =>
    Effect.promise(async () => {
      const server = createServer((request, response) => response.end(`${request.method} ${request.url}`))
      server.on("upgrade", (request, _socket, head) => declineUpgrade(server, request, head))
      await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume))
      const { port } = server.address() as AddressInfo // the address of a TCP server
      const offer = ["GET /x HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: h2c", "", ""].join("\r\n")
      const last = ["GET /y HTTP/1.1", "Host: a", "Connection: close", "", ""].join("\r\n")
      assert.match(await raw(port, offer + last).received, /200 OK[^]*GET \/x[^]*200 OK[^]*GET \/y/)
      server.close()
    })
  )

  served("refuse an invalid handshake", async (found) => {
    const text = handshake(path).replace("dGhlIHNhbXBsZSBub25jZQ==", "short")
    assert.match(await raw(found.port, text).received, /^HTTP\/1\.1 400 /)
    assert.deepStrictEqual(found.feed.connections, [])
  })

  served("compress long messages if the client offers compression", async (found) => {
    const count = async (perMessageDeflate: boolean) => {
      const socket = await open(found, { perMessageDeflate })
      let bytes = 0
      // The raw socket. `ws` does not declare this property.
      const { _socket: tcp } = socket as unknown as { readonly _socket: Socket }
      tcp.on("data", (chunk: Buffer) => (bytes += chunk.length))
      const text = "a book of many levels, ".repeat(1_000)
      assert.strictEqual(await reply(socket, text), text)
      assert.strictEqual(await reply(socket, "short"), "short")
      socket.terminate()
      return [socket.extensions, bytes < text.length / 10]
    }
    assert.deepStrictEqual(await count(true), ["permessage-deflate", true])
    assert.deepStrictEqual(await count(false), ["", false])
  })

  served("close a connection after a binary or oversized message or an invalid frame", async (found) => {
    const binary = await open(found)
    binary.send(Buffer.from([1, 2]))
    assert.strictEqual((await closeOf(binary))[0], 1_003)

    const codeAfter = async (...frames: ReadonlyArray<Buffer>) => {
      const { received, socket } = raw(found.port, handshake(path))
      await once(socket, "data")
      socket.write(Buffer.concat(frames))
      const text = Buffer.from(await received, "latin1")
      const end = text.indexOf("\r\n\r\n") + 4
      assert.strictEqual(text[end], 0x88) // a close frame
      return text.readUInt16BE(end + 2)
    }
    assert.strictEqual(await codeAfter(frameOf(0x81, new Uint8Array([0xc3, 0x28]))), 1_007)
    assert.strictEqual(await codeAfter(frameOf(0x83, "reserved")), 1_002)
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(64n * 1024n * 1024n + 1n)
    assert.strictEqual(await codeAfter(Buffer.concat([Buffer.from([0x81, 0xff]), length, Buffer.alloc(4)])), 1_009)
    await until(() => found.feed.connections.every(({ closed }) => closed === 1))
    assert.deepStrictEqual(
      found.feed.connections.map(({ received }) => received),
      [[], [], [], []]
    )
  })

  served("join fragments, even around a ping", async (found) => {
    const { socket } = raw(found.port, handshake(path))
    await once(socket, "data")
    socket.write(
      Buffer.concat([frameOf(0x01, "one "), frameOf(0x89, "ping"), frameOf(0x00, "two "), frameOf(0x80, "three")])
    )
    await until(() => last(found.feed).received.length > 0)
    assert.deepStrictEqual(last(found.feed).received, ["one two three"])
    socket.destroy()
    await until(() => last(found.feed).closed === 1)
  })

  served("close a connection whose message has too many fragments", async (found) => {
    const socket = await open(found)
    const more = () => socket.send("a", { fin: false })
    for (let n = 0; n < 20_000; n++) more()
    assert.strictEqual((await closeOf(socket))[0], 1_008)
    assert.deepStrictEqual(last(found.feed).received, [])
  })

  served("send pings, and report pongs", async (found) => {
    const socket = await open(found)
    const pinged = once(socket, "ping")
    await until(() => found.feed.connections.length === 1)
    last(found.feed).line.ping("heartbeat")
    assert.strictEqual(String((await pinged)[0]), "heartbeat")
    await until(() => last(found.feed).pongs === 1)
    socket.terminate()
  })

  served("reset a connection", async (found) => {
    const { received, socket } = raw(found.port, handshake(path))
    const failed = once(socket, "error")
    await until(() => found.feed.connections.length === 1)
    last(found.feed).line.drop("reset")
    assert.strictEqual(((await failed)[0] as NodeJS.ErrnoException).code, "ECONNRESET")
    await received
    await until(() => last(found.feed).closed === 1)
  })

  served("keep a silently dropped connection open without replies, until the client ends it", async (found) => {
    const socket = await open(found)
    const heard: Array<string> = []
    for (const event of ["message", "ping", "pong", "close"] as const) {
      socket.on(event, () => heard.push(event))
    }
    await until(() => found.feed.connections.length === 1)
    const connection = last(found.feed)
    connection.line.drop("silence")
    connection.line.send("unheard")
    connection.line.ping("unheard")
    connection.line.close(1_000, "unheard")
    socket.send("unheard")
    socket.ping()
    socket.close()
    // The replies on another connection show that the server had time to reply.
    const other = await open(found)
    assert.strictEqual(await reply(other, "1"), "1")
    assert.strictEqual(await reply(other, "2"), "2")
    assert.deepStrictEqual([heard, connection.received, connection.closed], [[], [], 0])
    socket.terminate()
    await until(() => connection.closed === 1)
    other.terminate()
  })

  served("report the unsent bytes of a slow reader, and notify the feed when the bytes are sent", async (found) => {
    const socket = await open(found, { perMessageDeflate: false })
    await until(() => found.feed.connections.length === 1)
    const connection = last(found.feed)
    const { line } = connection
    let got = 0
    socket.on("message", () => got++)
    socket.pause()
    const text = ".".repeat(64 * 1024)
    let sent = 0
    while (line.bufferedBytes() < 1024 * 1024) {
      line.send(text)
      sent++
      await new Promise((resume) => setImmediate(resume))
    }
    const { drains } = connection
    socket.resume()
    await until(() => got === sent)
    await until(() => connection.drains === drains + 1)
    assert.strictEqual(line.bufferedBytes(), 0)
    socket.terminate()
  })

  served("end only the connection whose message handler throws", async (found) => {
    const [bad, good] = [await open(found), await open(found)]
    found.feed.onMessage = (text, { line }) => {
      if (text === "bad") {
        throw new Error("by the test")
      }
      line.send(text)
    }
    bad.send("bad")
    assert.strictEqual((await closeOf(bad))[0], 1_006)
    assert.strictEqual(await reply(good, "good"), "good")
    assert.deepStrictEqual(found.defects.map(String), ["Error: by the test"])
    good.terminate()
  })

  served("serve a thousand connections at once", async (found) => {
    const sockets = await Promise.all(Array.from({ length: 1_000 }, () => open(found)))
    const replies = await Promise.all(sockets.map((socket, n) => reply(socket, `${n}`)))
    assert.deepStrictEqual(
      replies,
      sockets.map((_, n) => `${n}`)
    )
    sockets.forEach((socket) => socket.terminate())
    await until(() => found.feed.connections.every(({ closed }) => closed === 1))
  })

  it.live("end all connections when the server stops, but still deliver an earlier close frame", () =>
    Effect.gen(function* () {
      const ends = yield* Effect.scoped(
        Effect.gen(function* () {
          const found = yield* serve
          const opened = yield* Effect.promise(() => Promise.all([open(found), open(found), open(found)]))
          found.feed.refusals.push(refusal(503, { delayMillis: 60_000 }))
          const pending = dial(found)
          yield* Effect.promise(() => until(() => found.feed.requests.length === 4))
          const [polite, silent] = found.feed.connections
          polite!.line.close(1_001, "the exchange stops")
          silent!.line.drop("silence")
          return [...opened, pending].map((socket) => closeOf(socket))
        })
      )
      const codes = (yield* Effect.promise(() => Promise.all(ends))).map(([code]) => code)
      assert.deepStrictEqual(
        codes.toSorted((left, right) => left - right),
        [1_001, 1_006, 1_006, 1_006]
      )
    })
  )
})
