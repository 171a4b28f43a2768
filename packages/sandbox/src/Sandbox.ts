/**
 * A local exchange to build and test against: over HTTP on loopback, or in memory under a virtual clock.
 *
 * @module
 */
import * as Environment from "@kalshi-effect/client/Environment"
import type * as Signer from "@kalshi-effect/signing/Signer"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { Assumptions } from "./Assumptions.ts"
import type { CreateEvent, CreateMarket, CreateSeries, KeyOptions, Outcome } from "./Commands.ts"
import type { Account, Market, MarketEvent, Portfolio, Series, Tier } from "./Entities.ts"
import type { Snapshot } from "./Exchange.ts"
import { control } from "./internal/control.ts"
import type { Fault } from "./internal/faults.ts"
import type { ServedRequest } from "./internal/handler.ts"
import { listen } from "./internal/httpServer.ts"
import { memoryClient } from "./internal/memoryClient.ts"
import { type Running, run } from "./internal/operator.ts"
import { SandboxError } from "./SandboxError.ts"
import type { View } from "./View.ts"

export type { Fault } from "./internal/faults.ts"
export type { ServedRequest } from "./internal/handler.ts"
export { SandboxError } from "./SandboxError.ts"

/** A key of an account, and what signs with it. */
export interface Credentials {
  readonly accountId: string
  readonly keyId: string
  readonly kind: Signer.KeyKind
  /** RSA as PKCS#1, Ed25519 as PKCS#8, as the exchange's own key generation answers them. */
  readonly privateKey: Redacted.Redacted<string>
  readonly publicKey: string
  /** Signs synchronously with this key, so that it also works under `TestClock`. */
  readonly signer: Signer.Signer["Service"]
}

/** A subaccount on a shard: the primary one on shard 0 unless told. */
export interface Till {
  readonly subaccount?: number
  readonly exchangeIndex?: number
}

/** An account to make, with a key. */
export interface NewAccount {
  readonly name?: string
  /** Of the key. Default `ed25519`. */
  readonly kind?: Signer.KeyKind
  /** Default: $1,000,000. */
  readonly dollars?: string
  /** Default `unmetered`: no request is ever too many. */
  readonly tier?: Tier
  readonly key?: KeyOptions
}

/** A local exchange, from its operator's side. */
export interface Operator {
  /** Where it is, for `Kalshi.layer`. */
  readonly environment: Environment.Environment
  /** Scheme, host and port, for `KALSHI_ENV` and for clients of other makers. */
  readonly url: string
  /** The keys of the accounts it was made with, in their order. */
  readonly credentials: ReadonlyArray<Credentials>
  readonly accounts: Effect.Effect<ReadonlyArray<Account>>
  /** Makes an account with a key. An account has $1,000,000, the tier `unmetered` and an Ed25519 key unless told. */
  readonly createAccount: (account?: NewAccount) => Effect.Effect<Credentials, SandboxError>
  /** Makes another key for an account. */
  readonly createKey: (
    accountId: string,
    kind: Signer.KeyKind,
    key?: KeyOptions
  ) => Effect.Effect<Credentials, SandboxError>
  /** Registers a public key (SPKI PEM; RSA of at least 2048 bits, or Ed25519) and tells its id. */
  readonly registerKey: (accountId: string, publicKey: string, key?: KeyOptions) => Effect.Effect<string, SandboxError>
  readonly setTier: (accountId: string, tier: Tier) => Effect.Effect<void, SandboxError>
  /** Makes the next numbered subaccount and tells its number. */
  readonly createSubaccount: (accountId: string) => Effect.Effect<number, SandboxError>
  readonly deposit: (accountId: string, dollars: string, till?: Till) => Effect.Effect<void, SandboxError>
  readonly withdraw: (accountId: string, dollars: string, till?: Till) => Effect.Effect<void, SandboxError>
  readonly createSeries: (series: CreateSeries) => Effect.Effect<Series, SandboxError>
  readonly createEvent: (event: CreateEvent) => Effect.Effect<MarketEvent, SandboxError>
  /** Makes a market, with its event and its series where they are not there. */
  readonly createMarket: (market: CreateMarket) => Effect.Effect<Market, SandboxError>
  /** Lets a market take no more orders. What rests stays, except what asked to be cancelled. */
  readonly pauseMarket: (ticker: string) => Effect.Effect<void, SandboxError>
  /** Lets a paused market trade again; what rested through the pause is cancelled. */
  readonly reactivateMarket: (ticker: string) => Effect.Effect<void, SandboxError>
  /** Closes a market now, or at a time; a closed one opens again where that is to come. */
  readonly closeMarket: (ticker: string, closeMillis?: number) => Effect.Effect<void, SandboxError>
  /** Says how a market turned out. It settles when its timer has run, or at `settleMarket`. */
  readonly determineMarket: (ticker: string, outcome: Outcome) => Effect.Effect<void, SandboxError>
  /** Challenges a result: the market does not settle until it is determined again. */
  readonly disputeMarket: (ticker: string) => Effect.Effect<void, SandboxError>
  /** Pays every position of a determined market out. */
  readonly settleMarket: (ticker: string) => Effect.Effect<void, SandboxError>
  /** Pauses or resumes the exchange, or its trading alone, on one shard or on all. */
  readonly setActive: (active: {
    readonly exchange?: boolean
    readonly trading?: boolean
    readonly exchangeIndex?: number
  }) => Effect.Effect<void, SandboxError>
  /**
   * Plants a fault for requests to meet. Faults are met in the order of their planting. Fails where no request could ever
   * meet it: an operation or a path that there is none of.
   */
  readonly plant: (fault: Fault) => Effect.Effect<void, SandboxError>
  /** Takes away the planted faults that were not met yet. */
  readonly clearFaults: Effect.Effect<void>
  /**
   * Moves the exchange's clock by so many milliseconds, forward or back.
   *
   * **Gotchas**
   *
   * Signatures and tokens go by the moved clock either way (not where the clock is frozen: then by the real time), while
   * orders, windows and expiries never go back.
   */
  readonly moveClock: (millis: number) => Effect.Effect<void>
  /** What a subaccount (0 unless told) holds, over all shards. */
  readonly portfolio: (accountId: string, subaccount?: number) => Effect.Effect<Portfolio, SandboxError>
  /** The last requests that were served, oldest first. */
  readonly requests: Effect.Effect<ReadonlyArray<ServedRequest>>
  /** Everything there is to read: later calls change what it shows. */
  readonly view: Effect.Effect<View>
  /** The whole state as plain JSON, without the text of keys. */
  readonly dump: Effect.Effect<unknown>
  /** The whole state as plain JSON, to go on from: see `restore`. */
  readonly snapshot: Effect.Effect<Snapshot>
  /** Goes on from a snapshot, without the planted faults and the list of requests. */
  readonly restore: (snapshot: Snapshot) => Effect.Effect<void, SandboxError>
  /** Begins anew, with nothing but the markets and the accounts that it was made with; their keys stay as they were. */
  readonly reset: Effect.Effect<void, SandboxError>
}

/** A local exchange, from its operator's side. */
export class Sandbox extends /*#__PURE__*/ Context.Service<Sandbox, Operator>()("@kalshi-effect/sandbox/Sandbox") {}

/** How a local exchange is made. */
export interface TestOptions {
  /** Of its ids. Default 1. */
  readonly seed?: number
  readonly assumptions?: Partial<Assumptions>
  readonly markets?: ReadonlyArray<CreateMarket>
  /** Accounts to begin with; their keys are the operator's `credentials`. */
  readonly accounts?: ReadonlyArray<NewAccount>
  /** How many of the last requests are kept. Default 1,000. */
  readonly keepRequests?: number
}

/** How a local exchange is served over HTTP. */
export interface Options extends TestOptions {
  /** Default 0: any port that is free. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Permits a host that other machines can reach. Anyone there can then trade on this exchange. Default false. */
  readonly allowRemote?: boolean
  /** Whether its time passes by itself, or by `moveClock` alone. Default `real`. */
  readonly clock?: "real" | "frozen"
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host)

/**
 * Serves a local exchange over HTTP on 127.0.0.1, until its scope closes.
 *
 * **Details**
 *
 * Fails with {@link SandboxError} for a host that is not loopback, unless `allowRemote`, and for markets that cannot be;
 * with `ServeError` where the port is taken.
 *
 * **Example** (An order group on a local exchange)
 *
 * ```ts
 * import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
 * import * as Kalshi from "@kalshi-effect/client/Kalshi"
 * import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
 * import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
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
          reason: `${host} is not a loopback address: say allowRemote (--allow-remote) if other machines may trade here`
        })
      }
      const { onDefect, running } = yield* start(options, options.clock ?? "real")
      const name = host.includes(":") ? `[${host}]` : host
      let operator: Operator | undefined
      const port = yield* listen(
        (request, fromLoopback) =>
          (fromLoopback && operator !== undefined ? control(operator, request) : undefined) ??
          running.handle(request, onDefect(request)),
        host,
        options.port ?? 0
      )
      operator = running.operate(yield* environmentAt(`http://${name}:${port}`))
      return operator
    })
  )

/**
 * A local exchange in memory, with the `HttpClient` that reaches it: no sockets, no promises, and the time of Effect's
 * `Clock`, so that it works under `TestClock`. Sign with {@link Credentials.signer}, which is synchronous.
 *
 * **Example** (Fifteen seconds of the window in no time)
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
export const layerTest = (options: TestOptions = {}): Layer.Layer<Sandbox | HttpClient.HttpClient, SandboxError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { onDefect, running } = yield* start(options, "real")
      const origin = new URL(Environment.sandbox.restUrl).origin
      const client = memoryClient((request) => Effect.sync(() => running.handle(request, onDefect(request))), origin)
      return Context.make(Sandbox, running.operate(Environment.sandbox)).pipe(
        Context.add(HttpClient.HttpClient, client)
      )
    })
  )

const environmentAt = (url: string): Effect.Effect<Environment.Environment, SandboxError> =>
  Effect.mapError(
    Effect.fromResult(
      Environment.fromUrl(url, { allowPlainHttp: !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, "")) })
    ),
    ({ reason }) => new SandboxError({ reason })
  )

/** An exchange on Effect's clock, and what writes its own failures to Effect's log. */
const start = (
  options: TestOptions,
  clock: "real" | "frozen"
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
    const running = yield* Effect.mapError(
      Effect.fromResult(run(options, clock, () => time.currentTimeMillisUnsafe())),
      ({ message }) => new SandboxError({ reason: message })
    )
    const onDefect =
      ({ method, path }: { readonly method: string; readonly path: string }) =>
      (defect: unknown) =>
        void log(Effect.logError(`the local exchange failed at ${method} ${path}`, defect))
    return { running, onDefect }
  })
