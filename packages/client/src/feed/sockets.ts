/**
 * Connects a session to WebSockets and to a timer.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type * as Socket from "effect/socket/Socket"
import type { Connection, Signed } from "../sending/connection.ts"
import { read } from "../sending/skew.ts"
import { monotonicMillis } from "../time.ts"
import { refusalOf } from "./refusal.ts"
import type { Outside } from "./session/core.ts"
import type { Refusal } from "./session/dialling.ts"
import type { LossCause } from "./FeedError.ts"
import type { EndCause, FeedTelemetry } from "./telemetry.ts"
import { Session } from "./session/Session.ts"
import type { SessionOptions } from "./session/settings.ts"

type MakeWebSocket = Socket.WebSocketConstructor["Service"]

/**
 * Members that a WebSocket of the library `ws` has, but Effect's interface lacks. Other WebSockets may lack them too.
 */
interface Extras {
  /** Ends the connection without a closing handshake. */
  readonly terminate?: () => void
  readonly on?: {
    (type: "ping", listener: () => void): unknown
    (type: "unexpected-response", listener: (request: unknown, response: UpgradeResponse) => void): unknown
  }
}

/** The response to an upgrade that was refused, as `ws` reports it. */
interface UpgradeResponse {
  readonly statusCode?: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly on: {
    (type: "data", listener: (chunk: Uint8Array) => void): unknown
    (type: "end" | "error" | "close", listener: () => void): unknown
  }
}

const maxRefusalBytes = 64 * 1024

class Sockets implements Outside {
  /** Assigned before the first connection is opened. */
  session: Session | undefined
  readonly observer: FeedTelemetry
  readonly #connection: Connection
  readonly #makeWebSocket: MakeWebSocket
  readonly #clock: Clock.Clock
  readonly #fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  /**
   * The attempts to connect that wait for their signature. The key is the generation (the number of the connection).
   */
  readonly #dials = new Map<number, Fiber.Fiber<void>>()
  readonly #sockets = new Map<number, Socket.WebSocketLike & Extras>()

  constructor(
    connection: Connection,
    telemetry: FeedTelemetry,
    makeWebSocket: MakeWebSocket,
    clock: Clock.Clock,
    fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  ) {
    this.#connection = connection
    this.observer = telemetry
    this.#makeWebSocket = makeWebSocket
    this.#clock = clock
    this.#fork = fork
  }

  dial(generation: number, after: LossCause | undefined): void {
    this.observer.onDial(generation, after)
    const path = new URL(this.#connection.environment.feedUrl).pathname
    const signing = Effect.exit(this.#connection.sign({ method: "GET", path }))
    const fiber = this.#fork(
      Effect.map(signing, (signed) => {
        this.#dials.delete(generation)
        if (Exit.isSuccess(signed)) {
          this.#open(generation, signed.value)
        } else {
          const reason = String(Cause.squash(signed.cause))
          this.#refused(generation, { _tag: "Transport", reason }, { _tag: "SigningError" })
        }
      })
    )
    if (fiber.pollUnsafe() === undefined) this.#dials.set(generation, fiber)
  }

  send(generation: number, text: string): void {
    const socket = this.#sockets.get(generation)
    try {
      socket?.send(text)
    } catch {
      // The socket is closing. Its close event follows.
    }
  }

  abandon(generation: number, cause?: LossCause): void {
    const dial = this.#dials.get(generation)
    const socket = this.#sockets.get(generation)
    this.#dials.delete(generation)
    this.#sockets.delete(generation)
    dial?.interruptUnsafe()
    if (socket !== undefined) end(socket)
    this.observer.onEnd(generation, cause)
  }

  #refused(generation: number, refusal: Refusal, cause: EndCause): void {
    this.observer.onEnd(generation, cause)
    this.session?.refused(generation, refusal)
  }

  #open(generation: number, signed: Signed | undefined): void {
    const { environment } = this.#connection
    let socket: Socket.WebSocketLike & Extras
    const sent = read(this.#clock)
    try {
      socket = this.#makeWebSocket(environment.feedUrl, { headers: { ...signed?.headers } })
    } catch (error) {
      this.#refused(generation, { _tag: "Transport", reason: String(error) }, unreachable)
      return
    }
    this.#sockets.set(generation, socket)
    let failure: string | undefined
    let isOpen = false
    const isCurrent = (): boolean => this.#sockets.get(generation) === socket
    const refuse = (report: () => void): void => {
      if (!isCurrent()) return
      this.#sockets.delete(generation)
      report()
    }
    socket.addEventListener("open", () => {
      isOpen = true
      if (!isCurrent()) return
      this.observer.onOpen(generation)
      this.session?.opened(generation)
    })
    socket.addEventListener("message", ({ data }) => {
      if (isCurrent()) this.session?.received(generation, textOf(data), this.#clock.currentTimeMillisUnsafe())
    })
    socket.addEventListener("error", (event) => {
      failure ??= "message" in event && typeof event.message === "string" ? event.message : undefined
    })
    socket.addEventListener("close", ({ code = 1006, reason = "" }) =>
      refuse(() => {
        if (isOpen) {
          this.observer.onEnd(generation, { _tag: "Closed", code })
          this.session?.closed(generation, code, reason)
        } else {
          this.#refused(generation, { _tag: "Transport", reason: failure ?? "the connection closed" }, unreachable)
        }
      })
    )
    socket.on?.("ping", () => {
      if (isCurrent()) this.session?.pinged(generation)
    })
    socket.on?.("unexpected-response", (_request, response) =>
      collect(response, (body) =>
        refuse(() => {
          end(socket)
          const headers = singleValues(response.headers)
          const arrived = { status: response.statusCode ?? 0, headers, body, sent: () => ({ ...signed?.headers }) }
          const times = { sent, received: read(this.#clock) }
          const refusal = refusalOf(this.#connection, signed, arrived, times)
          this.#refused(generation, refusal, { _tag: "Refused", status: arrived.status })
        })
      )
    )
  }
}

const unreachable: EndCause = { _tag: "Unreachable" }

/** Ends a socket without waiting for the exchange. */
const end = (socket: Socket.WebSocketLike & Extras): void => {
  try {
    // Without a listener, a late error would be thrown.
    socket.addEventListener("error", () => {})
    if (socket.terminate === undefined) socket.close()
    else socket.terminate()
  } catch {
    // The socket has already ended.
  }
}

const textOf = (data: unknown): string =>
  typeof data === "string" ? data : data instanceof ArrayBuffer ? utf8.decode(data) : String(data)

const utf8 = /*#__PURE__*/ new TextDecoder()

/** Reads the body of a response up to {@link maxRefusalBytes}, and calls `done` once. */
const collect = (response: UpgradeResponse, done: (body: Uint8Array) => void): void => {
  const chunks: Array<Uint8Array> = []
  let length = 0
  let isDone = false
  const finish = (): void => {
    if (isDone) return
    isDone = true
    const body = new Uint8Array(length)
    let offset = 0
    for (const chunk of chunks) {
      body.set(chunk, offset)
      offset += chunk.length
    }
    done(body)
  }
  response.on("data", (chunk) => {
    if (length + chunk.length > maxRefusalBytes) return finish()
    chunks.push(chunk)
    length += chunk.length
  })
  response.on("end", finish)
  response.on("error", finish)
  response.on("close", finish)
}

const singleValues = (headers: UpgradeResponse["headers"]): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "object" ? value.join(", ") : value])
  )

export const run = (
  connection: Connection,
  telemetry: FeedTelemetry,
  makeWebSocket: MakeWebSocket,
  options: SessionOptions
): Effect.Effect<Session, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clockWith(Effect.succeed)
    const scope = yield* Effect.scope
    const runFork = Effect.runForkWith(yield* Effect.context<never>())
    const sockets = new Sockets(connection, telemetry, makeWebSocket, clock, (effect) => runFork(effect))
    const time = {
      wallMillis: () => clock.currentTimeMillisUnsafe(),
      monotonicMillis: () => monotonicMillis(clock)
    }
    const random = yield* Random.Random
    const session = new Session(options, sockets, time, () => random.nextDoubleUnsafe())
    sockets.session = session
    yield* Effect.addFinalizer(() => Effect.sync(() => session.close()))
    yield* Effect.forkIn(tickWhenDue(session, time.monotonicMillis), scope, { startImmediately: true })
    return session
  })

const tickWhenDue = (session: Session, nowMillis: () => number): Effect.Effect<never> => {
  const isEarlier = Latch.makeUnsafe(false)
  let wakesMillis = Number.POSITIVE_INFINITY
  session.onReschedule = () => {
    if ((session.nextMillis() ?? Number.POSITIVE_INFINITY) < wakesMillis) isEarlier.openUnsafe()
  }
  return Effect.forever(
    Effect.suspend(() => {
      isEarlier.closeUnsafe()
      wakesMillis = session.nextMillis() ?? Number.POSITIVE_INFINITY
      if (wakesMillis === Number.POSITIVE_INFINITY) return isEarlier.await
      const waitMillis = wakesMillis - nowMillis()
      if (waitMillis <= 0) {
        session.tick()
        return Effect.yieldNow
      }
      // A timer can fire a fraction of a millisecond early.
      const duration = Math.ceil(waitMillis)
      return Effect.timeoutOrElse(isEarlier.await, { duration, orElse: () => Effect.void })
    })
  )
}
