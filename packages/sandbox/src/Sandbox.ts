/**
 * A local exchange for development and tests: over HTTP on loopback, or in memory under a virtual clock.
 *
 * @module
 */
import * as Environment from "@kalshi-effect/client/Environment"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Console from "effect/Console"
import * as Socket from "effect/socket/Socket"
import { randomBytes } from "node:crypto"
import type { Feed } from "./feed/Feed.ts"
import { feedPath } from "./feed/line.ts"
import { control, isLargeControl } from "./operator/control.ts"
import { Page, pagePath } from "./page/Page.ts"
import { checkOrigin, permitOrigins } from "./serving/cors.ts"
import { listen } from "./serving/httpServer.ts"
import { memoryClient } from "./serving/memoryClient.ts"
import { makeMemoryWebSocket } from "./serving/memorySocket.ts"
import { pump } from "./serving/pump.ts"
import { WebSockets } from "./serving/webSocket.ts"
import { orSandboxError, type Running, run, type Saved } from "./operator/operator.ts"
import type { Operator, StateOptions, TestOptions } from "./operator/operatorSide.ts"
import { openStateFile, saving } from "./operator/saving.ts"
import { gateFeed, holdResponse, refuseIfFailed } from "./persistence/gate.ts"
import { SandboxError } from "./SandboxError.ts"

export type { CrowdOptions } from "./crowd/Crowd.ts"
export type { CommandFault, FeedFault, FrameFault, SubscriptionFault, UpgradeFault } from "./feed/faults.ts"
export type { DropFeed, FeedConnectionInfo, FeedSelector, PublishFeed } from "./feed/operations.ts"
export type { Fault } from "./rest/faults.ts"
export type { ServedRequest } from "./rest/handler.ts"
export type { PlantedFault } from "./operator/watch.ts"
export type {
  Credentials,
  FeedOperator,
  NewAccount,
  NewOrder,
  Operator,
  StateOptions,
  TestOptions,
  Till
} from "./operator/operatorSide.ts"
export { SandboxError } from "./SandboxError.ts"

/** The operator interface of a local exchange. */
export class Sandbox extends /*#__PURE__*/ Context.Service<Sandbox, Operator>()("@kalshi-effect/sandbox/Sandbox") {}

/** Options of serving a local exchange over HTTP. */
export interface Options extends TestOptions {
  /** The port to listen on. Default: 0, which selects a free port. */
  readonly port?: number
  /** The address to listen on. Default: `127.0.0.1`. */
  readonly host?: string
  /**
   * Permits a `host` that other machines can reach. Users of those machines can then trade on this exchange. Default:
   * false.
   */
  readonly allowRemote?: boolean
  /** `real`: the exchange follows Effect's `Clock`. `frozen`: only `moveClock` moves its time. Default: `real`. */
  readonly clock?: "real" | "frozen"
  /** Keeps the state in a file, so that it survives a restart. Default: the state ends with the process. */
  readonly state?: StateOptions
  /** The origins of pages that may call the API from a browser, such as `http://localhost:3000`. Default: none. */
  readonly cors?: ReadonlyArray<string>
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host)

/**
 * Serves a local exchange over HTTP, by default on 127.0.0.1, until its scope closes.
 *
 * **Details**
 *
 * Fails with {@link SandboxError} for invalid options, such as a non-loopback host without `allowRemote`, and for a
 * state file that cannot be used. Fails with `ServeError` if it cannot listen, for example because the port is in use.
 *
 * **Example** (An order group on a local exchange)
 *
 * ```ts
 * import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
 * import * as Kalshi from "@kalshi-effect/client/Kalshi"
 * import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
 * import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.gen(function* () {
 *   const sandbox = yield* Sandbox.Sandbox
 *   const { signer } = yield* sandbox.createAccount()
 *   return yield* OrderGroups.create({ contracts_limit: 10 }).pipe(
 *     Effect.provide(Kalshi.layer({ environment: sandbox.environment, signer }))
 *   )
 * })
 *
 * program.pipe(Effect.provide([Sandbox.layer(), NodeHttpClient.layerUndici]))
 * ```
 */
export const layer = (options: Options = {}): Layer.Layer<Sandbox, HttpServerError.ServeError | SandboxError> =>
  Layer.effect(
    Sandbox,
    Effect.gen(function* () {
      const host = options.host ?? "127.0.0.1"
      if (!isLoopback(host) && options.allowRemote !== true) {
        return yield* new SandboxError({
          reason: `${host} is not a loopback address. Set allowRemote (--allow-remote) to let other machines trade here`
        })
      }
      const origins = options.cors ?? []
      const invalid = origins.map(checkOrigin).find((reason) => reason !== undefined)
      if (invalid !== undefined) {
        return yield* new SandboxError({ reason: invalid })
      }
      const console = yield* Console.Console
      const clock = options.clock ?? "real"
      const file = options.state && (yield* openStateFile(options.state, options, (line) => console.error(line)))
      const { onDefect, running } = yield* start(options, clock, file?.saved)
      const journal = file && (yield* file.begin(running))
      journal?.onFailure(() => running.feed.closeAll(1011, "the state cannot be saved"))
      const token = randomBytes(32).toString("hex")
      const page = new Page(running.source, token, onDefect({ method: "GET", path: pagePath }))
      const withCors = permitOrigins(origins)
      const name = host.includes(":") ? `[${host}]` : host
      let operator: Operator | undefined
      const port = yield* listen(
        (request, fromLoopback) =>
          (journal && refuseIfFailed(journal)) ??
          (fromLoopback && operator !== undefined
            ? (page.respond(request) ?? control(operator, request, token))
            : undefined) ??
          withCors(request, () => running.handle(request, onDefect(request))),
        host,
        options.port ?? 0,
        {
          onDefect: (request, defect) => onDefect(request)(defect),
          isLarge: (request, fromLoopback) => fromLoopback && isLargeControl(request, token),
          webSockets: new WebSockets(
            journal === undefined ? running.feed : gateFeed(running.feed, journal),
            onDefect({ method: "GET", path: feedPath })
          ),
          ...(journal && { hold: holdResponse(journal) })
        }
      )
      // Finalizers run in reverse order: the feed closes its connections before the server stops.
      yield* pumpFeed(running.feed)
      const url = `http://${name}:${port}`
      operator = {
        ...running.operate(yield* environmentAt(url)),
        page: { url: url + pagePath, token: Redacted.make(token, { label: "page token" }) }
      }
      const lasting = journal === undefined ? operator : saving(operator, journal)
      if (journal !== undefined) {
        yield* createMissing(lasting, options.markets ?? [])
      }
      if (options.crowd !== undefined) {
        yield* keepActing(lasting, () => journal?.failure === undefined)
      }
      return lasting
    })
  )

const createMissing = (
  operator: Operator,
  markets: NonNullable<Options["markets"]>
): Effect.Effect<void, SandboxError> =>
  Effect.flatMap(operator.view, (view) => {
    const known = new Set(view.tickers())
    return Effect.forEach(
      markets.filter(({ ticker }) => !known.has(ticker)),
      operator.createMarket,
      { discard: true }
    )
  })

/**
 * A local exchange in memory, with the `HttpClient` and the WebSocket constructor that reach it. It uses no sockets and
 * no promises, and follows Effect's `Clock`, so it works under `TestClock`. Sign with {@link Credentials.signer}, which
 * is synchronous.
 *
 * **Example** (The 15-second window passes instantly)
 *
 * ```ts
 * const program = Effect.gen(function* () {
 *   const sandbox = yield* Sandbox.Sandbox
 *   const { signer } = yield* sandbox.createAccount()
 *   const kalshi = Kalshi.layer({ environment: sandbox.environment, signer })
 *   const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 10 }).pipe(Effect.provide(kalshi))
 *   yield* TestClock.adjust("15 seconds")
 *   return yield* OrderGroups.get({ order_group_id }).pipe(Effect.provide(kalshi))
 * })
 *
 * program.pipe(Effect.provide(Layer.provideMerge(Sandbox.layerTest(), TestClock.layer())))
 * ```
 */
export const layerTest = (
  options: TestOptions = {}
): Layer.Layer<Sandbox | HttpClient.HttpClient | Socket.WebSocketConstructor, SandboxError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { onDefect, running } = yield* start(options, "real")
      const origin = new URL(Environment.sandbox.restUrl).origin
      const client = memoryClient((request) => Effect.sync(() => running.handle(request, onDefect(request))), origin)
      const makeWebSocket = yield* makeMemoryWebSocket(running.feed, Environment.sandbox.feedUrl)
      yield* pumpFeed(running.feed)
      return Context.make(Sandbox, running.operate(Environment.sandbox)).pipe(
        Context.add(HttpClient.HttpClient, client),
        Context.add(Socket.WebSocketConstructor, makeWebSocket)
      )
    })
  )

const pumpFeed = (feed: Feed): Effect.Effect<void, never, Scope.Scope> =>
  Effect.andThen(
    pump(feed),
    Effect.addFinalizer(() => Effect.sync(() => feed.stop()))
  )

/** Reads the exchange every second, so that a crowd acts as the time passes and not only at the next request. */
const keepActing = ({ view }: Operator, isSaving: () => boolean): Effect.Effect<void, never, Scope.Scope> =>
  view.pipe(
    Effect.repeat({ schedule: Schedule.spaced("1 second"), while: isSaving }),
    Effect.tapDefect((defect) => Effect.logError("the crowd of the local exchange stopped", defect)),
    Effect.forkScoped,
    Effect.asVoid
  )

const environmentAt = (url: string): Effect.Effect<Environment.Environment, SandboxError> =>
  Effect.mapError(
    Effect.fromResult(
      Environment.fromUrl(url, { allowPlainHttp: !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, "")) })
    ),
    ({ reason }) => new SandboxError({ reason })
  )

/** Starts the exchange. Its own failures go to Effect's log. */
const start = (
  options: TestOptions,
  clock: "real" | "frozen",
  saved?: Saved
): Effect.Effect<
  {
    readonly running: Running
    readonly onDefect: (request: { readonly method: string; readonly path: string }) => (defect: unknown) => void
  },
  SandboxError
> =>
  Effect.gen(function* () {
    const time = yield* Clock.Clock
    const log = Effect.runForkWith(yield* Effect.context<never>())
    const running = yield* orSandboxError(run(options, clock, () => time.currentTimeMillisUnsafe(), saved))
    const onDefect =
      ({ method, path }: { readonly method: string; readonly path: string }) =>
      (defect: unknown) =>
        void log(Effect.logError(`the local exchange failed at ${method} ${path}`, defect))
    return { running, onDefect }
  })
