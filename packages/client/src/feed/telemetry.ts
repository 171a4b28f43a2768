/**
 * Records the spans and metrics of a feed.
 *
 * Each message increments a count, and updates a histogram if the message has a sending time. The counts are published
 * once a second. Exceptions of the tracer and the metric registry are ignored, because the application owns both.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { constVoid } from "effect/Function"
import * as Metric from "effect/Metric"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import type * as Tracer from "effect/Tracer"
import type { Environment } from "../Environment.ts"
import type { ChannelName } from "../generated/feed.ts"
import {
  counter,
  errorAttribute,
  histogram,
  memoized,
  type NumberMetric,
  options,
  quietly
} from "../sending/metrics.ts"
import { endSpan, interrupted, serverOf, shownExit } from "../sending/observer.ts"
import type { Instrument } from "../Telemetry.ts"
import type { GapReason } from "./session/events.ts"
import type { Observer } from "./session/core.ts"

const ofFeed = ["server.address", "server.port", "kalshi.client.name"]

const defined = {
  dials: {
    name: "kalshi.client.feed.dial.duration",
    kind: "histogram",
    unit: "s",
    description: "Duration of dials, from the signature to the open connection or the failure",
    attributes: ["http.response.status_code", "error.type", ...ofFeed]
  },
  connections: {
    name: "kalshi.client.feed.connections",
    kind: "gauge",
    unit: "{connection}",
    description: "Open connections of the feed",
    attributes: ofFeed
  },
  losses: {
    name: "kalshi.client.feed.losses",
    kind: "counter",
    unit: "{connection}",
    description: "Open connections that were lost",
    attributes: ["error.type", "kalshi.feed.close_code", ...ofFeed]
  },
  reconnects: {
    name: "kalshi.client.feed.reconnects",
    kind: "counter",
    unit: "{connection}",
    description: "Dials after a lost connection or a failed dial",
    attributes: ["error.type", ...ofFeed]
  },
  messages: {
    name: "kalshi.client.feed.messages",
    kind: "counter",
    unit: "{message}",
    description: "Received messages of subscriptions",
    attributes: ["kalshi.feed.channel", ...ofFeed]
  },
  delays: {
    name: "kalshi.client.feed.delay",
    kind: "histogram",
    unit: "s",
    description: "Time from sending to receipt, by the clocks of the exchange and of this machine",
    attributes: ["kalshi.feed.channel", ...ofFeed]
  },
  gaps: {
    name: "kalshi.client.feed.gaps",
    kind: "counter",
    unit: "{gap}",
    description: "Gaps in the messages of subscriptions",
    attributes: ["kalshi.feed.channel", "kalshi.feed.gap.reason", ...ofFeed]
  },
  undecodable: {
    name: "kalshi.client.feed.decode_failures",
    kind: "counter",
    unit: "{message}",
    description: "Messages that did not decode",
    attributes: ["error.type", ...ofFeed]
  },
  waiting: {
    name: "kalshi.client.feed.queue.depth",
    kind: "gauge",
    unit: "{event}",
    description: "Events that wait for the consumers of streams",
    attributes: ["kalshi.feed.channel", ...ofFeed]
  },
  lagging: {
    name: "kalshi.client.feed.lagging",
    kind: "counter",
    unit: "{subscription}",
    description: "Streams that ended because their consumer was too slow",
    attributes: ["kalshi.feed.channel", ...ofFeed]
  }
} as const satisfies Readonly<Record<string, Instrument>>

/**
 * The metrics of a feed: names, units and attributes. `Telemetry.instruments` lists the metrics of requests.
 *
 * **Details**
 *
 * Each dial (an attempt to open a connection) is a span of kind `client` named `Feed.connect`, without a parent. It
 * lasts until the connection is open or has failed. Its attributes are `server.address`, `server.port`,
 * `kalshi.feed.generation` (the number of the connection), `http.response.status_code` (of a refused upgrade),
 * `error.type` and `kalshi.client.name`. The tracer comes from the context in which the layer is built. No frame has a
 * span.
 *
 * | metric | kind | unit | measures | attributes |
 * | --- | --- | --- | --- | --- |
 * | `kalshi.client.feed.dial.duration` | histogram | `s` | the duration of each dial; its count is the number of dials by outcome | `http.response.status_code` (of a refused upgrade), `error.type`, `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.feed.connections` | gauge | `{connection}` | open connections | `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.feed.losses` | counter | `{connection}` | open connections that were lost, not those that the feed no longer needed | `error.type`, `kalshi.feed.close_code`, `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.feed.reconnects` | counter | `{connection}` | dials after a lost connection or a failed dial | `error.type` (of the loss or the failure), `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.feed.messages` | counter | `{message}` | messages of subscriptions, up to a second late; replies to commands are not counted | `kalshi.feed.channel`, `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.feed.delay` | histogram | `s` | the time from a message's `sending_ts_ms` to its receipt | `kalshi.feed.channel`, `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.feed.gaps` | counter | `{gap}` | gaps in the messages of subscriptions | `kalshi.feed.channel`, `kalshi.feed.gap.reason` (`missing`, `reset`, `overflow`), `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.feed.decode_failures` | counter | `{message}` | messages that do not decode | `error.type` (`InvalidMessage`, `UnknownMessage`), `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.feed.queue.depth` | gauge | `{event}` | events that wait for the consumers of streams, at the time of reading | `kalshi.feed.channel`, `server.address`, `server.port`, `kalshi.client.name` |
 * | `kalshi.client.feed.lagging` | counter | `{subscription}` | streams that ended with `Lagging` | `kalshi.feed.channel`, `server.address`, `server.port`, `kalshi.client.name` |
 *
 * `error.type` of a dial or a loss is the `_tag` of its `LossCause`, such as `Refused` or `Closed`. A dial whose signer
 * failed has `SigningError`, and the reconnect after it has `Unreachable`. A dial that the feed no longer needed has
 * the `error.type` `interrupted` in its metric, and no `error.type` in its span.
 *
 * **Gotchas**
 *
 * - No span or metric contains a header, a signature, a key id, a market or a message.
 * - The delay depends on both clocks. If a message seems to arrive before it was sent, its delay counts as 0.
 */
export const instruments: ReadonlyArray<Instrument> = /*#__PURE__*/ Object.values(defined)

/** Why a dial failed, or why a connection was lost. Every `LossCause` is an `EndCause`. */
export interface EndCause {
  readonly _tag: string
  /** The status of a refused upgrade. */
  readonly status?: number | undefined
  /** With the tag `Closed`: the code of the close frame. */
  readonly code?: number | undefined
}

export interface WatchedQueue {
  /** Called when the stream ends with `Lagging`. */
  readonly onLagging: () => void
  readonly close: () => void
}

export interface FeedTelemetry extends Observer {
  /** Called when a dial starts. `after` is the loss or the failed dial before it. */
  readonly onDial: (generation: number, after: EndCause | undefined) => void
  readonly onOpen: (generation: number) => void
  /**
   * Called when a dial or a connection ends. `cause` is undefined if the feed no longer needed the connection. Later
   * calls for the same generation (the number of the connection) do nothing.
   */
  readonly onEnd: (generation: number, cause: EndCause | undefined) => void
  readonly watchQueue: (channel: ChannelName, size: () => number) => WatchedQueue
}

interface Seen {
  readonly messages: NumberMetric
  readonly delays: NumberMetric
  unpublished: number
}

/** The maximum time by which the counter lags behind the messages. */
const publishMillis = 1_000

interface Dial {
  readonly startedNanos: bigint
  readonly span: Tracer.Span | undefined
}

interface Recording {
  readonly context: Context.Context<never>
  readonly server: ReturnType<typeof serverOf>
}

const recordDials = ({ context, server }: Recording) => {
  const clock = Context.get(context, Clock.Clock)
  const spanServer = { ...server, "server.port": Number(server["server.port"]) }
  const dials = new Map<number, Dial>()
  const open = new Set<number>()
  const connections = Metric.gauge(defined.connections.name, options(defined.connections, server))
  const reconnects = memoized((errorType: string) =>
    counter(defined.reconnects, { ...server, "error.type": errorType })
  )

  const endDial = ({ span, startedNanos }: Dial, errorType: string | undefined, status: number | undefined): void => {
    const shownStatus = status === undefined ? {} : { "http.response.status_code": status }
    const attributes = {
      ...server,
      ...(status === undefined ? {} : { "http.response.status_code": String(status) }),
      ...errorAttribute(errorType)
    }
    const seconds = Number(clock.monotonicTimeNanosUnsafe() - startedNanos) / 1e9
    quietly(() => histogram(defined.dials, attributes).updateUnsafe(seconds, context))
    if (span === undefined) return
    const endNanos = Context.get(context, References.TracerTimingEnabled) ? clock.currentTimeNanosUnsafe() : 0n
    const shownError = errorType === interrupted ? {} : errorAttribute(errorType)
    const exit = shownExit(errorType, status === undefined ? undefined : `status ${status}`)
    endSpan(span, endNanos, { ...shownStatus, ...shownError }, exit)
  }

  const recordLoss = ({ _tag, code }: EndCause): void => {
    const closeCode = _tag === "Closed" && code !== undefined ? { "kalshi.feed.close_code": String(code) } : {}
    const attributes = { ...server, "error.type": _tag, ...closeCode }
    quietly(() => counter(defined.losses, attributes).updateUnsafe(1, context))
  }

  return {
    onDial: (generation, after) => {
      if (after !== undefined) quietly(() => reconnects(after._tag).updateUnsafe(1, context))
      let span: Tracer.Span | undefined
      quietly(() => {
        const attributes = { ...spanServer, "kalshi.feed.generation": generation }
        span = Effect.runSyncWith(context)(Effect.makeSpan("Feed.connect", { kind: "client", root: true, attributes }))
      })
      dials.set(generation, { startedNanos: clock.monotonicTimeNanosUnsafe(), span })
    },
    onOpen: (generation) => {
      const dial = dials.get(generation)
      if (dial === undefined) return
      dials.delete(generation)
      open.add(generation)
      quietly(() => connections.modifyUnsafe(1, context))
      endDial(dial, undefined, undefined)
    },
    onEnd: (generation, cause) => {
      const dial = dials.get(generation)
      if (dial !== undefined) {
        dials.delete(generation)
        endDial(dial, cause?._tag ?? interrupted, cause?.status)
      } else if (open.delete(generation)) {
        quietly(() => connections.modifyUnsafe(-1, context))
        if (cause !== undefined) recordLoss(cause)
      }
    }
  } satisfies Partial<FeedTelemetry>
}

/** Records the metrics of messages. `close` publishes the last counts. */
const recordMessages = ({ context, server }: Recording) => {
  const channels: Array<Seen> = []
  const seenOf = memoized((channel: ChannelName) => {
    const attributes = { ...server, "kalshi.feed.channel": channel }
    const seen: Seen = {
      messages: counter(defined.messages, attributes),
      delays: histogram(defined.delays, attributes),
      unpublished: 0
    }
    channels.push(seen)
    return seen
  })
  /** Undefined if all counts are published. */
  let publishing: Fiber.Fiber<void> | undefined
  const publish = (): void => {
    publishing = undefined
    for (const seen of channels) {
      const { messages, unpublished } = seen
      if (unpublished === 0) continue
      seen.unpublished = 0
      quietly(() => messages.updateUnsafe(unpublished, context))
    }
  }
  const publishLater = Effect.map(Effect.sleep(publishMillis), publish)
  const onMessage: FeedTelemetry["onMessage"] = (channel, sendingMillis, receivedMillis) => {
    // This runs for each message, so it creates no closure.
    const seen = seenOf(channel)
    seen.unpublished++
    publishing ??= Effect.runForkWith(context)(publishLater)
    if (sendingMillis === undefined) return
    try {
      seen.delays.updateUnsafe(Math.max(0, receivedMillis - sendingMillis) / 1000, context)
    } catch {
      // Only this measurement is lost.
    }
  }
  const close = (): void => {
    publishing?.interruptUnsafe()
    publish()
  }
  return { onMessage, close }
}

const recordFaults = ({ context, server }: Recording) => {
  const undecodable = memoized((errorType: string) =>
    counter(defined.undecodable, { ...server, "error.type": errorType })
  )
  const gaps = memoized((channel: ChannelName) =>
    memoized((reason: GapReason) =>
      counter(defined.gaps, { ...server, "kalshi.feed.channel": channel, "kalshi.feed.gap.reason": reason })
    )
  )
  return {
    onGap: (channel, reason) => quietly(() => gaps(channel)(reason).updateUnsafe(1, context)),
    onUndecodable: (errorType) => quietly(() => undecodable(errorType).updateUnsafe(1, context))
  } satisfies Partial<FeedTelemetry>
}

/** Records the metrics of queues. `close` removes the gauges of the queues. */
const recordQueues = ({ context, server }: Recording) => {
  const lagging = memoized((channel: ChannelName) =>
    counter(defined.lagging, { ...server, "kalshi.feed.channel": channel })
  )
  const registrations: Array<Metric.Registration> = []
  const sizesOf = memoized((channel: ChannelName) => {
    const sizes = new Set<() => number>()
    const attributes = { ...server, "kalshi.feed.channel": channel }
    const gauge = Metric.gauge(defined.waiting.name, options(defined.waiting, attributes))
    const get = () => ({ value: [...sizes].reduce((sum, size) => sum + size(), 0) })
    const hooks = { get, update: constVoid, modify: constVoid }
    quietly(() => registrations.push(Metric.registerUnsafe(gauge, context, hooks)))
    return sizes
  })
  const watchQueue: FeedTelemetry["watchQueue"] = (channel, size) => {
    const sizes = sizesOf(channel)
    sizes.add(size)
    return {
      onLagging: () => quietly(() => lagging(channel).updateUnsafe(1, context)),
      close: () => void sizes.delete(size)
    }
  }
  const close = (): void => {
    for (const registration of registrations) quietly(() => registration.remove())
  }
  return { watchQueue, close }
}

/** Makes the telemetry of a feed. Closing the scope publishes the last counts, and removes the gauges of the queues. */
export const make = (
  { feedUrl }: Environment,
  name: string | undefined
): Effect.Effect<FeedTelemetry, never, Scope.Scope> =>
  Effect.gen(function* () {
    const recording = { context: yield* Effect.context<never>(), server: serverOf(new URL(feedUrl), name) }
    const { close: closeMessages, onMessage } = recordMessages(recording)
    const { close: closeQueues, watchQueue } = recordQueues(recording)
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        closeMessages()
        closeQueues()
      })
    )
    return { ...recordDials(recording), ...recordFaults(recording), onMessage, watchQueue }
  })
