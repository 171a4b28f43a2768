/**
 * WebSockets that reach the feed without I/O, and behave like sockets of the library `ws` as far as Effect's `Socket`
 * uses them. Their events are tasks of Effect's scheduler, so that `TestClock` waits for them.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import type * as Socket from "effect/socket/Socket"
import { Readable } from "node:stream"
import type { Endpoint, Line } from "../feed/line.ts"
import type { WireRequest, WireResponse } from "../rest/handler.ts"
import { decide, maxMessageBytes, type Upgrades } from "./upgrades.ts"

interface Tasks {
  /** Runs a task soon, after all earlier tasks. */
  readonly soon: (task: () => void) => void
  readonly after: (millis: number, task: () => void) => void
}

/**
 * Makes a constructor of sockets, which connect to the feed, but only at the origin of `feedUrl`. If the scope closes,
 * delayed responses are not sent.
 */
export const makeMemoryWebSocket = (
  feed: Upgrades,
  feedUrl: string
): Effect.Effect<Socket.WebSocketConstructor["Service"], never, Scope.Scope> =>
  Effect.gen(function* () {
    const dispatcher = (yield* Scheduler.Scheduler).makeDispatcher()
    const scope = yield* Effect.scope
    const run = Effect.runForkWith(yield* Effect.context<never>())
    const tasks: Tasks = {
      soon: (task) => dispatcher.scheduleTask(task, 0),
      after: (millis, task) => void run(Effect.forkIn(Effect.delay(Effect.sync(task), millis), scope))
    }
    const { origin } = new URL(feedUrl)
    return (url, options) => new MemorySocket(feed, origin, tasks, url, headersOf(options))
  })

const headersOf = (options: Socket.WebSocketConstructorOptions | undefined): WireRequest["headers"] => {
  const headers = typeof options === "object" && !Array.isArray(options) ? (options.headers ?? {}) : {}
  return Object.fromEntries(
    [...Object.entries(headers), ["upgrade", "websocket"]].map(([name, value]) => [name!.toLowerCase(), value])
  )
}

type EventType = "open" | "message" | "error" | "close"
type Listener = (event: Socket.WebSocketEvent) => void

/** The response that `ws` passes to listeners of `unexpected-response`. */
type Response = Readable & {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
}

const [connecting, opened, closing, closed] = [0, 1, 2, 3] as const

class MemorySocket implements Socket.WebSocketLike {
  binaryType = "nodebuffer"
  readonly url: string
  readonly #tasks: Tasks
  readonly #listeners = new Map<EventType, Map<Listener, { readonly once: boolean }>>()
  readonly #onResponse = new Set<(request: unknown, response: Response) => void>()
  readonly #onPing = new Set<(body: Buffer) => void>()
  #readyState: typeof connecting | typeof opened | typeof closing | typeof closed = connecting
  #isPaused = false
  /** The feed's side. Undefined before the connection and after its end. */
  #endpoint: Endpoint | undefined
  /** Whether the feed's side no longer reads or writes. */
  #isSilent = false
  /** Whether the feed's side has started to close. */
  #feedHasClosed = false
  /** The first `#dispatched` of these events are already dispatched. */
  #events: Array<{ readonly dispatch: () => void; readonly bytes: number }> = []
  #dispatched = 0
  #heldBytes = 0
  /** Whether the feed read a number of held bytes, and so must be notified when the client has received them. */
  #isBehind = false
  #isScheduled = false

  constructor(feed: Upgrades, origin: string, tasks: Tasks, url: string, headers: WireRequest["headers"]) {
    this.url = url
    this.#tasks = tasks
    const { origin: own, pathname, search } = new URL(url)
    const request: WireRequest = { method: "GET", path: pathname + search, headers, body: new Uint8Array() }
    tasks.soon(() => {
      if (this.#readyState !== connecting) {
        return
      }
      if (own !== origin) {
        this.#failToOpen(new Error(`the exchange in memory serves only ${origin}`))
      } else {
        this.#connect(feed, request)
      }
    })
  }

  get readyState(): number {
    return this.#readyState
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  addEventListener(type: EventType, listener: Listener, { once = false }: { readonly once?: boolean } = {}): void {
    const listeners = this.#listeners.get(type) ?? new Map<Listener, { readonly once: boolean }>()
    this.#listeners.set(type, listeners)
    if (!listeners.has(listener)) {
      listeners.set(listener, { once })
    }
  }

  removeEventListener(type: EventType, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener)
  }

  /**
   * With a listener of `unexpected-response`, the response to a refused upgrade causes no events `error` and `close`. For other events,
   * use {@link addEventListener}.
   */
  on(type: "unexpected-response", listener: (request: unknown, response: Response) => void): this
  on(type: "ping", listener: (body: Buffer) => void): this
  on(
    ...[type, listener]:
      | [type: "unexpected-response", listener: (request: unknown, response: Response) => void]
      | [type: "ping", listener: (body: Buffer) => void]
  ): this {
    if (type === "unexpected-response") {
      this.#onResponse.add(listener)
    } else if (type === "ping") {
      this.#onPing.add(listener)
    }
    return this
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#readyState === connecting) {
      throw new Error("WebSocket is not open: readyState 0 (CONNECTING)")
    }
    if (this.#readyState === opened) {
      this.#toFeed((endpoint) => {
        if (typeof data !== "string") {
          this.#closeFromFeed(1003, "binary messages are not supported")
        } else if (Buffer.byteLength(data) > maxMessageBytes) {
          this.#closeFromFeed(1009, "")
        } else {
          endpoint.receive(data)
        }
      })
    }
  }

  close(code?: number, reason = ""): void {
    if (this.#readyState === connecting) {
      this.#failToOpen(new Error("WebSocket was closed before the connection was established"))
    } else if (this.#readyState === opened) {
      this.#readyState = closing
      this.#toFeed(() => {
        this.#end()
        this.#add(() => this.#finish(code ?? 1005, reason))
      })
      if (this.#isSilent) {
        this.#tasks.soon(() => this.#end())
      }
    }
  }

  terminate(): void {
    if (this.#readyState === connecting) {
      this.close()
    } else if (this.#readyState !== closed) {
      this.#readyState = closing
      this.#isPaused = false
      this.#reset()
    }
  }

  pause(): void {
    this.#isPaused = this.#readyState === opened || this.#readyState === closing
  }

  resume(): void {
    if (this.#isPaused) {
      this.#isPaused = false
      this.#schedule()
    }
  }

  #connect(feed: Upgrades, request: WireRequest): void {
    const decision = decide(feed, request)
    if (decision._tag === "Refused") {
      const { response } = decision
      if (response.delayMillis > 0) {
        this.#tasks.after(response.delayMillis, () => this.#refuse(response))
      } else {
        this.#refuse(response)
      }
      return
    }
    this.#readyState = opened
    this.#add(() => this.#dispatch({ type: "open" }))
    this.#endpoint = decision.open(this.#line())
  }

  #refuse(response: WireResponse): void {
    const { arrives, body, headers, status: statusCode } = response
    if (this.#readyState !== connecting) {
      return
    }
    if (arrives === "never") {
      this.#failToOpen(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }))
    } else if (this.#onResponse.size === 0) {
      this.#failToOpen(new Error(`Unexpected server response: ${statusCode}`))
    } else {
      for (const listener of this.#onResponse) {
        listener(undefined, Object.assign(Readable.from([Buffer.from(body)]), { statusCode, headers }))
      }
    }
  }

  #failToOpen(error: Error & { readonly code?: string }): void {
    this.#readyState = closing
    this.#add(() => {
      this.#dispatch({ type: "error", error, message: error.message })
      this.#finish(1006, "")
    })
  }

  #line(): Line {
    return {
      send: (text) => {
        if (!this.#isSilent && !this.#feedHasClosed) {
          this.#add(() => this.#dispatch({ type: "message", data: text }), Buffer.byteLength(text))
        }
      },
      bufferedBytes: () => {
        const bytes = this.#isPaused ? this.#heldBytes : 0
        this.#isBehind ||= bytes > 0
        return bytes
      },
      // The client sends a pong as soon as it reads the ping.
      ping: (body) => {
        if (!this.#isSilent && !this.#feedHasClosed) {
          this.#add(() => {
            this.#onPing.forEach((listener) => listener(Buffer.from(body)))
            this.#toFeed(({ pong }) => pong())
          })
        }
      },
      close: (code, reason) => {
        if (!this.#isSilent) {
          this.#closeFromFeed(code, reason)
        }
      },
      drop: (how) => {
        if (how === "silence") {
          this.#isSilent = true
        } else {
          this.#reset()
        }
      }
    }
  }

  /** Calls the feed in a later task, unless the feed's side has then ended or is silent. */
  #toFeed(pass: (endpoint: Endpoint) => void): void {
    this.#tasks.soon(() => {
      if (this.#endpoint !== undefined && !this.#isSilent) {
        pass(this.#endpoint)
      }
    })
  }

  /** Sends a close code to the client. The connection ends when the client has received the code. */
  #closeFromFeed(code: number, reason: string): void {
    if (!this.#feedHasClosed) {
      this.#feedHasClosed = true
      this.#add(() => this.#finish(code, reason))
    }
  }

  /** Resets the connection. Messages that the client has not received are lost. */
  #reset(): void {
    this.#events = this.#events.slice(this.#dispatched).filter(({ bytes }) => bytes === 0)
    this.#dispatched = 0
    this.#heldBytes = 0
    this.#add(() => this.#finish(1006, ""))
    this.#tasks.soon(() => this.#end())
  }

  /** Notifies the feed's side that the connection has ended, at most once. */
  #end(): void {
    const endpoint = this.#endpoint
    this.#endpoint = undefined
    this.#feedHasClosed = true
    endpoint?.closed()
  }

  #add(dispatch: () => void, bytes = 0): void {
    this.#events.push({ dispatch, bytes })
    this.#heldBytes += bytes
    this.#schedule()
  }

  /** Dispatches the events in a later task, unless the socket is paused. */
  #schedule(): void {
    if (this.#isScheduled || this.#isPaused) {
      return
    }
    this.#isScheduled = true
    this.#tasks.soon(() => {
      this.#isScheduled = false
      while (this.#dispatched < this.#events.length && !this.#isPaused) {
        const { bytes, dispatch } = this.#events[this.#dispatched++]!
        this.#heldBytes -= bytes
        dispatch()
      }
      this.#events = this.#events.slice(this.#dispatched)
      this.#dispatched = 0
      if (this.#isBehind && this.#events.length === 0) {
        this.#isBehind = false
        this.#endpoint?.drained()
      }
    })
  }

  #finish(code: number, reason: string): void {
    this.#end()
    if (this.#readyState !== closed) {
      this.#readyState = closed
      this.#dispatch({ type: "close", code, reason, wasClean: code !== 1006 })
    }
  }

  #dispatch(event: Socket.WebSocketEvent & { readonly type: EventType } & Readonly<Record<string, unknown>>): void {
    const listeners = this.#listeners.get(event.type)
    for (const [listener, { once }] of [...(listeners ?? [])]) {
      if (once) {
        listeners?.delete(listener)
      }
      listener(event)
    }
  }
}
