/**
 * Serves a relay on this machine: its sockets, its status, and its connection to the exchange.
 *
 * @module
 */
import * as Feed from "@kalshi-effect/client/Feed"
import {
  failure,
  listen,
  toWire,
  type WireRequest,
  type WireResponse,
  WebSockets
} from "@kalshi-effect/sandbox/FeedServer"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { decide, type Rules } from "./access.ts"
import { Hub, type HubEvent } from "./Hub.ts"
import { mergeLines } from "./lines.ts"

export interface ServeOptions {
  /** 0: any free port. */
  readonly port: number
  readonly origins: ReadonlyArray<string>
  readonly token: string | undefined
  /** The number of connections to the exchange that carry the order books. */
  readonly lines: number
  readonly lingerMillis?: number | undefined
  readonly maxWaitingLength?: number | undefined
}

export interface Relay {
  readonly url: string
  /** The events, oldest first. If more than 10,000 events wait, the oldest events are dropped. */
  readonly events: Stream.Stream<HubEvent>
  /** Fails when no more messages can arrive, for example because the exchange has refused the connection. */
  readonly ended: Effect.Effect<never, Feed.FeedError>
  readonly status: Effect.Effect<Status>
}

/** The content of `/status`. */
export interface Status {
  readonly readers: number
  readonly subscriptions: number
  readonly messages_received: number
  readonly frames_sent: number
  readonly upstream: {
    readonly connections: ReadonlyArray<{ readonly status: string; readonly last_loss: string | undefined }>
    /** With several lines: the number of live order books on each line. */
    readonly live_books?: ReadonlyArray<number>
    readonly subscriptions: ReadonlyArray<{ readonly channel: string; readonly live: boolean; readonly names: number }>
  }
}

const tickMillis = 50

const maxEvents = 10_000

/** Each reader uses a port of this machine, which has about 65,000 ports. */
const maxConnections = 60_000

/** Errors after which a new subscription would fail in the same way. */
const isFinal = (error: Feed.FeedError): boolean =>
  error._tag === "ConnectionRefused" || error._tag === "ConnectionLost" || error._tag === "FeedClosed"

const statusOf = (hub: Hub, session: Feed.SessionState, live_books: ReadonlyArray<number> | undefined): Status => ({
  readers: hub.readers,
  subscriptions: hub.subscriptions,
  messages_received: hub.upstream.received,
  frames_sent: hub.sent,
  upstream: {
    connections: session.connections.map(({ lastLoss, status }) => ({ status, last_loss: lastLoss })),
    ...(live_books === undefined ? {} : { live_books }),
    subscriptions: hub.upstream.sources.map(({ isLive, names, spec }) => ({
      channel: spec.key,
      live: isLive,
      names: names.length
    }))
  }
})

const respond = (request: WireRequest, rules: Rules, status: () => Status): WireResponse => {
  const decision = decide(request, rules)
  const respondWith = (response: Parameters<typeof toWire>[0]) => toWire(response, Date.now())
  if (decision._tag === "Refused") return respondWith(failure(decision.status, "permission_denied", decision.reason))
  const path = request.path.replace(/\?.*$/s, "")
  if (request.method !== "GET" || (path !== "/" && path !== "/status")) {
    return respondWith(failure(404, "not_found", "a relay has only /status and the WebSocket /trade-api/ws/v2"))
  }
  const { origin } = request.headers
  return respondWith({
    status: 200,
    body: status(),
    headers: { ...(origin === undefined ? {} : { "access-control-allow-origin": origin, vary: "Origin" }) }
  })
}

export const serve = (options: ServeOptions) =>
  Effect.gen(function* () {
    const feed = yield* Feed.KalshiFeed
    const clock = yield* Clock.clockWith(Effect.succeed)
    const events = yield* Queue.sliding<HubEvent>(maxEvents)
    const ended = yield* Deferred.make<never, Feed.FeedError>()
    let rules: Rules = { port: options.port, origins: options.origins, token: options.token }
    const merged =
      options.lines === 1
        ? undefined
        : yield* mergeLines(options.lines, {
            onRead: (ticker, read) => hub.upstream.merged?.read(ticker, read),
            onFailed: (markets, error) => hub.upstream.failMerged(markets, error)
          })
    const hub: Hub = new Hub({
      feed,
      merged,
      nowMillis: () => clock.currentTimeMillisUnsafe(),
      rules: () => rules,
      onEvent: (event) => void Queue.offerUnsafe(events, event),
      onEnded: (error) => {
        if (isFinal(error)) Deferred.doneUnsafe(ended, Effect.fail(error))
      },
      lingerMillis: options.lingerMillis,
      maxWaitingLength: options.maxWaitingLength
    })
    const status = Effect.map(feed.state, (session) => statusOf(hub, session, merged?.liveBooks()))
    const context = yield* Effect.context<never>()
    const onDefect = (defect: unknown): void =>
      void Effect.runForkWith(context)(Effect.logError("the relay failed", defect))
    const port = yield* listen(
      (request) => respond(request, rules, () => Effect.runSyncWith(context)(status)),
      "127.0.0.1",
      options.port,
      // Compression costs more than it saves on one machine.
      { webSockets: new WebSockets(hub, onDefect, { compresses: false }), maxConnections }
    )
    rules = { ...rules, port }
    yield* Effect.addFinalizer(() => Effect.sync(() => hub.close()))
    yield* Effect.sync(() => hub.tick()).pipe(
      Effect.repeat(Schedule.spaced(tickMillis)),
      Effect.tapDefect((defect) => Effect.logError("the relay failed", defect)),
      Effect.forkScoped
    )
    return {
      url: `http://127.0.0.1:${port}`,
      events: Stream.fromQueue(events),
      ended: Deferred.await(ended),
      status
    } satisfies Relay
  })
