/**
 * The service of the feed, and the layer that provides it.
 *
 * @module
 */
import type * as Signer from "@kalshi-effect/signing/Signer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as Environment from "../Environment.ts"
import type { InvalidRequest } from "../Errors.ts"
import type { ChannelName } from "../generated/feed.ts"
import * as connections from "../sending/connection.ts"
import * as telemetry from "../sending/observer.ts"
import type { FeedError } from "./FeedError.ts"
import type { Recorder, Subscriber } from "./session/events.ts"
import type { SubscriptionRequest } from "./session/requests.ts"
import type { Subscription } from "./session/Session.ts"
import type { SessionOptions } from "./session/settings.ts"
import type { SessionState } from "./session/state.ts"
import { run } from "./sockets.ts"
import * as feedTelemetry from "./telemetry.ts"

/** The service behind the functions of `Feed`. */
export interface FeedService {
  /** Adds a subscription. Its events are delivered synchronously. */
  readonly subscribe: <Name extends ChannelName>(
    request: SubscriptionRequest<Name>,
    subscriber: Subscriber<Name>
  ) => Result.Result<Subscription, InvalidRequest | FeedError>
  /** Includes the queue of a consumer in the metrics. */
  readonly watchQueue: feedTelemetry.FeedTelemetry["watchQueue"]
  /** Records the text frames of this session. Returns a function that stops the recording. */
  readonly record: (recorder: Recorder) => () => void
  readonly state: Effect.Effect<SessionState>
  readonly changeOver: Effect.Effect<void>
  /**
   * Opens another session with the same options. The two sessions share no connection. The new session has its own
   * `state` and `changeOver`. It ends when its scope or the layer closes.
   */
  readonly openSession: Effect.Effect<FeedService, never, Scope.Scope>
}

/** The service that the functions of `Feed` need. */
export class KalshiFeed extends Context.Service<KalshiFeed, FeedService>()("@kalshi-effect/client/KalshiFeed") {}

/** Options of {@link layer}. */
export interface Options extends SessionOptions {
  /** The exchange to connect to. There is no default, so that no program trades by accident. */
  readonly environment: Environment.Environment
  /** Signs the requests that open connections. The feed has no public part, so every connection is signed. */
  readonly signer: Signer.Signer["Service"]
  /** Means the same as in `Kalshi.layer`. Default: false. */
  readonly correctClockSkew?: boolean | undefined
  /** Means the same as in `Kalshi.layer`. Default: none. */
  readonly name?: string | undefined
}

/**
 * Provides the feed: one session (connections and their subscriptions) for one key. The first subscription opens the
 * first connection.
 *
 * **Details**
 *
 * The layer needs WebSockets that can send headers. On Node, provide `NodeWS.layerWebSocketConstructor` of
 * `@effect/platform-node/NodeWS`. WebSockets of a browser cannot send headers, so a web page needs a relay. All
 * connections end with the layer's scope.
 */
export const layer = (options: Options): Layer.Layer<KalshiFeed, never, Socket.WebSocketConstructor> =>
  Layer.effect(
    KalshiFeed,
    Effect.gen(function* () {
      const makeWebSocket = yield* Socket.WebSocketConstructor
      // Dies if the address is not safe for signed requests, because that is a mistake in the program.
      const environment = yield* Effect.orDie(Effect.fromResult(Environment.check(options.environment)))
      const connection = connections.make({
        environment,
        signer: options.signer,
        telemetry: yield* telemetry.make(connections.restRootOf(environment), options.name),
        limiter: undefined,
        correctClockSkew: options.correctClockSkew ?? false
      })
      const recorded = yield* feedTelemetry.make(environment, options.name)
      const layerScope = yield* Effect.scope
      const service: Effect.Effect<FeedService, never, Scope.Scope> = Effect.map(
        run(connection, recorded, makeWebSocket, options),
        (session) => ({
          subscribe: (request, subscriber) => session.subscribe(request, subscriber),
          watchQueue: recorded.watchQueue,
          record: (recorder) => session.record(recorder),
          state: Effect.sync(() => session.state()),
          changeOver: Effect.sync(() => session.changeOver()),
          openSession
        })
      )
      const openSession = Effect.flatMap(
        Effect.acquireRelease(Scope.fork(layerScope), (scope) => Scope.close(scope, Exit.void)),
        (scope) => Scope.provide(service, scope)
      )
      return yield* service
    })
  )
