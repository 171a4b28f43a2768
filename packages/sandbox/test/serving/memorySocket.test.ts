import * as NodeWS from "@effect/platform-node/NodeWS"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as TestClock from "effect/testing/TestClock"
import { listen } from "../../src/serving/httpServer.ts"
import { makeMemoryWebSocket } from "../../src/serving/memorySocket.ts"
import { WebSockets } from "../../src/serving/webSocket.ts"
import { type Connection, makeFakeFeed, refusal } from "../support/fakeFeed.ts"

const url = "ws://127.0.0.1:8787/trade-api/ws/v2"

type Feed = ReturnType<typeof makeFakeFeed>

const withSocket = <E>(
  test: (socket: Socket.Socket, feed: Feed) => Effect.Effect<void, E, Scope.Scope>,
  { headers, to = url }: { readonly headers?: Readonly<Record<string, string>>; readonly to?: string } = {}
) =>
  Effect.gen(function* () {
    const feed = makeFakeFeed()
    const service = yield* makeMemoryWebSocket(feed, url)
    const socket = yield* Effect.provideService(
      Socket.makeWebSocket(to, headers === undefined ? {} : { headers }),
      Socket.WebSocketConstructor,
      service
    )
    yield* test(socket, feed)
  })

const only = ({ connections }: Feed): Connection => {
  assert.strictEqual(connections.length, 1)
  return connections[0]!
}

const frame = (n: number, bytes: number) => `${n}`.padEnd(bytes, ".")

const endOf = <A>(read: Effect.Effect<A, Socket.SocketError>) =>
  Effect.map(Effect.flip(Effect.forever(read)), ({ reason }) => reason)

const causeOf = (result: Result.Result<unknown, Socket.SocketError>): string => {
  assert.isTrue(Result.isFailure(result))
  const { reason } = Result.getOrThrow(Result.flip(result))
  assert.strictEqual(reason._tag, "SocketOpenError")
  const { cause } = reason as Socket.SocketOpenError
  return (cause as { readonly message: string }).message // the cause is the `error` event
}

describe("makeMemoryWebSocket", () => {
  it.effect("passes the headers of the upgrade, and messages both ways in order", () =>
    withSocket(
      (socket, feed) =>
        Effect.gen(function* () {
          const { pull } = yield* socket.reader
          const { write, writeAll } = yield* socket.writer
          yield* write("1")
          yield* writeAll(["2", "3"])
          const got: Array<string | Uint8Array> = []
          while (got.length < 3) {
            got.push(...(yield* pull))
          }
          assert.deepStrictEqual(got, ["1", "2", "3"])
          assert.deepStrictEqual(only(feed).received, ["1", "2", "3"])
          const [request] = feed.requests
          assert.deepInclude(request, { method: "GET", path: "/trade-api/ws/v2" })
          assert.deepStrictEqual(request?.headers, { "kalshi-access-key": "a", upgrade: "websocket" })
        }),
      { headers: { "KALSHI-ACCESS-KEY": "a" } }
    )
  )

  it.effect("delivers a message that the feed sends during the handshake, after the socket is open", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        feed.onOpen = (line) => line.send("first")
        const { pull } = yield* socket.reader
        assert.deepStrictEqual(yield* pull, ["first"])
      })
    )
  )

  it.effect("fails to open with the status of a refusal, as the library ws does", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        feed.refusals.push(refusal(401), refusal(500, { arrives: "never" }))
        assert.strictEqual(causeOf(yield* Effect.result(socket.reader)), "Unexpected server response: 401")
        assert.strictEqual(causeOf(yield* Effect.result(socket.reader)), "socket hang up")
        yield* socket.reader
        assert.strictEqual(feed.requests.length, 3)
      })
    )
  )

  it.effect("fails to open only after the delay of a refusal, on Effect's clock", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        feed.refusals.push(refusal(503, { delayMillis: 3_000 }))
        const opening = yield* Effect.forkChild(Effect.result(socket.reader), { startImmediately: true })
        yield* TestClock.adjust(2_999)
        assert.isUndefined(opening.pollUnsafe())
        yield* TestClock.adjust(1)
        assert.strictEqual(causeOf(yield* Fiber.join(opening)), "Unexpected server response: 503")
      })
    )
  )

  it.effect("fails to open a socket to another path or another host", () =>
    Effect.gen(function* () {
      const messageAt = (to: string) =>
        Effect.gen(function* () {
          let message = ""
          yield* withSocket(
            (socket, feed) =>
              Effect.map(Effect.result(socket.reader), (result) => {
                message = causeOf(result)
                assert.deepStrictEqual(feed.requests, [])
              }),
            { to }
          )
          return message
        })
      assert.strictEqual(yield* messageAt(`${url}/x`), "Unexpected server response: 404")
      assert.match(yield* messageAt("wss://elsewhere.test/trade-api/ws/v2"), /serves only ws:\/\/127\.0\.0\.1:8787/)
    })
  )

  it.effect("passes the response of a refusal to a listener of unexpected-response", () =>
    Effect.gen(function* () {
      const feed = makeFakeFeed()
      feed.refusals.push(refusal(429, { headers: { "retry-after": "7" } }))
      const socket = (yield* makeMemoryWebSocket(feed, url))(url)
      assert.isTrue("on" in socket && typeof socket.on === "function")
      const response = yield* Effect.callback<
        AsyncIterable<Buffer> & { readonly statusCode: number; readonly headers: object }
      >((resume) => {
        const on = (socket as unknown as { readonly on: Function }).on // the assertion above checks it
        on.call(socket, "unexpected-response", (_request: unknown, got: never) => resume(Effect.succeed(got)))
      })
      assert.deepStrictEqual([response.statusCode, response.headers], [429, { "retry-after": "7" }])
      const body = yield* Effect.promise(async () => {
        let text = ""
        for await (const chunk of response) text += String(chunk)
        return text
      })
      assert.include(body, "by the test")
      assert.strictEqual(socket.readyState, 0)
    })
  )

  it.effect("delivers pings to a listener, and an error after a refusal", () =>
    Effect.gen(function* () {
      const feed = makeFakeFeed()
      const make = yield* makeMemoryWebSocket(feed, url)
      const open = () => {
        const socket = make(url)
        const pings: Array<string> = []
        const errors: Array<unknown> = []
        assert.isTrue("on" in socket && typeof socket.on === "function")
        const on = (socket as unknown as { readonly on: Function }).on // the assertion above checks it
        on.call(socket, "ping", (body: Buffer) => pings.push(body.toString()))
        on.call(socket, "upgrade", () => pings.push("upgrade"))
        socket.addEventListener("error", (event) => errors.push(event))
        return { pings, errors }
      }
      const accepted = open()
      yield* TestClock.adjust(1)
      only(feed).line.ping("heartbeat")
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(accepted, { pings: ["heartbeat"], errors: [] })
      assert.strictEqual(only(feed).pongs, 1)
      feed.refusals.push(refusal(429))
      const refused = open()
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([refused.pings, refused.errors.length], [[], 1])
    })
  )

  it.effect("delivers earlier messages, and then ends with the feed's close code and reason", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        const { pull } = yield* socket.reader
        const connection = only(feed)
        connection.line.send("last")
        connection.line.close(4_000, "enough")
        connection.line.send("too late")
        assert.deepStrictEqual(yield* pull, ["last"])
        const reason = yield* endOf(pull)
        assert.deepInclude(reason, { _tag: "SocketCloseError", code: 4_000, closeReason: "enough" })
        assert.strictEqual(connection.closed, 1)
      })
    )
  )

  it.effect("ends with code 1006 at a reset, and loses undelivered messages", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        const { pull } = yield* socket.reader
        const connection = only(feed)
        connection.line.send("lost")
        connection.line.drop("reset")
        assert.deepInclude(yield* endOf(pull), { _tag: "SocketCloseError", code: 1_006 })
        assert.strictEqual(connection.closed, 1)
      })
    )
  )

  it.effect("neither delivers messages nor ends after a silent drop, until the client closes", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const { pull } = yield* Scope.provide(socket.reader, scope)
        const { write } = yield* socket.writer
        const connection = only(feed)
        connection.line.drop("silence")
        connection.line.send("unheard")
        connection.line.close(1_000, "")
        connection.line.ping("")
        yield* write("unheard")
        const reading = yield* Effect.forkChild(pull, { startImmediately: true })
        yield* TestClock.adjust("1 hour")
        assert.isUndefined(reading.pollUnsafe())
        assert.deepStrictEqual([connection.received, connection.pongs, connection.closed], [[], 0, 0])
        yield* Scope.close(scope, Exit.void)
        yield* TestClock.adjust(1)
        assert.strictEqual(connection.closed, 1)
      })
    )
  )

  it.effect("replies to pings, and notifies the feed once when the client closes", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* socket.reader
            only(feed).line.ping("heartbeat")
            yield* TestClock.adjust(1)
            assert.strictEqual(only(feed).pongs, 1)
          })
        )
        yield* TestClock.adjust(1)
        assert.strictEqual(only(feed).closed, 1)
        only(feed).line.send("late")
        only(feed).line.close(1_000, "late")
        yield* TestClock.adjust(1)
        assert.strictEqual(only(feed).closed, 1)
      })
    )
  )

  it.effect("refuses binary and oversized messages with the codes of the library ws", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        const codes: Array<unknown> = []
        for (const message of [new Uint8Array(3), "é".repeat(32 * 1024 * 1024 + 1)]) {
          const { pull } = yield* socket.reader
          const { write } = yield* socket.writer
          yield* write(message)
          const reason = yield* endOf(pull)
          codes.push("code" in reason ? reason.code : reason._tag)
        }
        assert.deepStrictEqual(codes, [1_003, 1_009])
        assert.deepStrictEqual(
          feed.connections.map(({ closed, received }) => [closed, received]),
          [
            [1, []],
            [1, []]
          ]
        )
      })
    )
  )

  it.effect("holds frames back while the client does not read", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        const { pull } = yield* socket.reader
        const { drains, line } = only(feed)
        assert.strictEqual(drains, 0)
        const count = 100
        for (let n = 0; n < count; n++) {
          line.send(frame(n, 4_096))
        }
        yield* TestClock.adjust(1)
        // Effect's socket takes 64 KiB before it pauses.
        assert.strictEqual(line.bufferedBytes(), (count - 16) * 4_096)
        const got: Array<string | Uint8Array> = []
        while (got.length < count) {
          got.push(...(yield* pull))
        }
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(
          got,
          Array.from({ length: count }, (_, n) => frame(n, 4_096))
        )
        assert.deepStrictEqual([line.bufferedBytes(), only(feed).drains], [0, 1])
      })
    )
  )

  it.effect("times out on Effect's clock if the upgrade gets no response in time", () =>
    withSocket((socket, feed) =>
      Effect.gen(function* () {
        feed.refusals.push(refusal(503, { delayMillis: 60_000 }))
        const opening = yield* Effect.forkChild(Effect.result(socket.reader), { startImmediately: true })
        yield* TestClock.adjust("10 seconds")
        const result = yield* Fiber.join(opening)
        assert.isTrue(Result.isFailure(result))
        assert.deepInclude(Result.getOrThrow(Result.flip(result)).reason, { _tag: "SocketOpenError", kind: "Timeout" })
        yield* TestClock.adjust("1 minute")
      })
    )
  )

  it.effect("can be closed and terminated like a socket of the library ws", () =>
    Effect.gen(function* () {
      const feed = makeFakeFeed()
      const makeSocket = yield* makeMemoryWebSocket(feed, url)
      const eventsOf = (socket: Socket.WebSocketLike) => {
        const events: Array<unknown> = []
        for (const type of ["open", "message", "error", "close"] as const) {
          socket.addEventListener(type, ({ code = "" }) => events.push(`${type} ${code}`.trimEnd()))
        }
        return events
      }
      const early = makeSocket(url)
      const ofEarly = eventsOf(early)
      assert.throws(() => early.send("too early"), "readyState 0")
      early.close()
      const open = makeSocket(url)
      const ofOpen = eventsOf(open)
      const terminated = makeSocket(url)
      const ofTerminated = eventsOf(terminated)
      yield* TestClock.adjust(1)
      open.close(4_000, "mine")
      open.send("too late")
      assert.isTrue("terminate" in terminated && typeof terminated.terminate === "function")
      for (const { line } of feed.connections) line.send("held")
      const { terminate } = terminated as unknown as { readonly terminate: () => void } // an assertion above checks it
      terminate.call(terminated)
      assert.deepStrictEqual([open.readyState, terminated.readyState], [2, 2])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(ofEarly, ["error", "close 1006"])
      assert.deepStrictEqual(ofOpen, ["open", "message", "close 4000"])
      assert.deepStrictEqual(ofTerminated, ["open", "close 1006"])
      assert.deepStrictEqual(
        feed.connections.map(({ closed, received }) => [closed, received]),
        [
          [1, []],
          [1, []]
        ]
      )
      assert.deepStrictEqual([open.readyState, terminated.readyState], [3, 3])
    })
  )
})

/** Returns what the socket reads, and the reason of its end. */
const storyOf = (socket: Socket.Socket, message: string | Uint8Array) =>
  Effect.scoped(
    Effect.gen(function* () {
      const story: Array<string | Uint8Array | Socket.SocketErrorReason> = []
      const reader = yield* socket.reader
      const { write } = yield* socket.writer
      yield* write(message)
      const read = Effect.map(reader.pull, (texts) => story.push(...texts))
      const { reason } = yield* Effect.flip(Effect.forever(read))
      return [...story, reason]
    })
  ).pipe(
    Effect.catch(({ reason }) => Effect.succeed([reason])),
    Effect.map((story) => story.map((part) => (typeof part === "object" && "_tag" in part ? detailsOf(part) : part)))
  )

const detailsOf = (reason: Socket.SocketErrorReason) => {
  const { error, message, type } = ("cause" in reason ? reason.cause : {}) as {
    readonly type?: string
    readonly message?: string
    readonly error?: { readonly code?: string }
  } // the cause is the event of the socket
  return "code" in reason
    ? [reason._tag, reason.code, reason.closeReason]
    : [reason._tag, type, message, error?.code, error instanceof Error]
}

describe("a memory socket and a socket of the library ws", () => {
  const stories: Readonly<Record<string, (feed: Feed) => string | Uint8Array>> = {
    "are refused": (feed) => {
      feed.refusals.push(refusal(429, { headers: { "retry-after": "1" } }))
      return "unsent"
    },
    "receive half of a refusal": (feed) => {
      feed.refusals.push(refusal(503, { arrives: "half" }))
      return "unsent"
    },
    "are closed by the feed": (feed) => {
      feed.onMessage = (text, { line }) => {
        line.send(`${text} 1`)
        line.send(`${text} 2`)
        line.close(1_001, "the exchange stops")
      }
      return "é"
    },
    "are closed right after the handshake": (feed) => {
      feed.onOpen = (line) => line.close(4_000, "")
      return "unheard"
    },
    "are reset": (feed) => {
      feed.onMessage = (_text, { line }) => line.drop("reset")
      return "go"
    },
    "send binary": () => new Uint8Array(2)
  }
  for (const [name, prepare] of Object.entries(stories)) {
    it.live(`give Effect's socket the same result when they ${name}`, () =>
      Effect.gen(function* () {
        const [one, other] = [makeFakeFeed(), makeFakeFeed()]
        const port = yield* listen(() => refusal(418), "127.0.0.1", 0, {
          webSockets: new WebSockets(other, (defect) => assert.fail(String(defect)))
        })
        const memory = yield* Effect.provideService(
          Socket.makeWebSocket(url),
          Socket.WebSocketConstructor,
          yield* makeMemoryWebSocket(one, url)
        )
        const real = yield* Effect.provide(
          Socket.makeWebSocket(`ws://127.0.0.1:${port}/trade-api/ws/v2`),
          NodeWS.layerWebSocketConstructor
        )
        assert.deepStrictEqual(yield* storyOf(memory, prepare(one)), yield* storyOf(real, prepare(other)))
        const seen = ({ connections }: Feed) => connections.map(({ received }) => received)
        assert.deepStrictEqual(seen(one), seen(other))
      })
    )
  }
})
