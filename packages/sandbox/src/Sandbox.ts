/**
 * A local exchange to build and test against: over HTTP on loopback, or in memory under a virtual clock.
 *
 * @module
 */
import * as Environment from "@kalshi-effect/client/Environment"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Result from "effect/Result"
import type { Assumptions } from "./Assumptions.ts"
import type { CreateMarket } from "./Commands.ts"
import type { Account, Market, Portfolio, Refusal } from "./Entities.ts"
import { Exchange } from "./Exchange.ts"
import { usual } from "./internal/errorBody.ts"
import { type Fault, Faults } from "./internal/faults.ts"
import { makeHandler, type ServedRequest, toWire } from "./internal/handler.ts"
import { makeKeyPair, readPublicKey } from "./internal/keys.ts"
import { client, type Handle, serve } from "./internal/transports.ts"

export type { Fault } from "./internal/faults.ts"
export type { ServedRequest } from "./internal/handler.ts"

/** The local exchange did not do what its operator asked for. */
export class SandboxError extends Data.TaggedError("SandboxError")<{ readonly reason: string }> {
  override get message(): string {
    return this.reason
  }
}

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

/** A local exchange, from its operator's side. */
export class Sandbox extends Context.Service<
  Sandbox,
  {
    /** Where it is, for `Kalshi.layer`. */
    readonly environment: Environment.Environment
    /** Scheme, host and port, for `KALSHI_ENV` and for clients of other makers. */
    readonly url: string
    readonly accounts: Effect.Effect<ReadonlyArray<Account>>
    /** Makes an account with a key. An account has $1,000,000 and an Ed25519 key unless told. */
    readonly createAccount: (options?: {
      readonly name?: string
      readonly kind?: Signer.KeyKind
      readonly dollars?: string
    }) => Effect.Effect<Credentials, SandboxError>
    /** Makes another key for an account. */
    readonly createKey: (accountId: string, kind: Signer.KeyKind) => Effect.Effect<Credentials, SandboxError>
    /** Registers a public key (SPKI PEM; RSA of at least 2048 bits, or Ed25519) and tells its id. */
    readonly registerKey: (accountId: string, publicKey: string) => Effect.Effect<string, SandboxError>
    readonly createMarket: (market: CreateMarket) => Effect.Effect<Market, SandboxError>
    /** Pauses or resumes the exchange, or its trading alone. */
    readonly setActive: (active: { readonly exchange?: boolean; readonly trading?: boolean }) => Effect.Effect<void>
    /** Plants a fault, to be answered instead of what is asked for. Faults are met in the order of their planting. */
    readonly plant: (fault: Fault) => Effect.Effect<void>
    /**
     * Moves the exchange's clock against Effect's `Clock` by so many milliseconds, forward or back.
     *
     * **Gotchas**
     *
     * Signatures are held against the moved clock either way, while orders, windows and expiries never go back.
     */
    readonly moveClock: (millis: number) => Effect.Effect<void>
    /** What a subaccount (0 unless told) holds. */
    readonly portfolio: (accountId: string, subaccount?: number) => Effect.Effect<Portfolio, SandboxError>
    /** The last requests that were served, oldest first. */
    readonly requests: Effect.Effect<ReadonlyArray<ServedRequest>>
    /** The whole state as plain JSON, without keys. */
    readonly dump: Effect.Effect<unknown>
  }
>()("@kalshi-effect/sandbox/Sandbox") {}

/** How a local exchange is made. */
export interface TestOptions {
  /** Of its ids. Default 1. */
  readonly seed?: number
  readonly assumptions?: Partial<Assumptions>
  readonly markets?: ReadonlyArray<CreateMarket>
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
        return yield* new SandboxError({ reason: `${host} is not a loopback address: set allowRemote to serve there` })
      }
      const { handle, make } = yield* makeExchange(options)
      const port = yield* serve(handle, host, options.port ?? 0)
      const name = host.includes(":") ? `[${host}]` : host
      return make(yield* environmentAt(`http://${name}:${port}`))
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
 * program.pipe(Effect.provide(Sandbox.layerTest()))
 * ```
 */
export const layerTest = (options: TestOptions = {}): Layer.Layer<Sandbox | HttpClient.HttpClient, SandboxError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { handle, make } = yield* makeExchange(options)
      const origin = new URL(Environment.sandbox.restUrl).origin
      return Context.make(Sandbox, make(Environment.sandbox)).pipe(
        Context.add(HttpClient.HttpClient, client(handle, origin))
      )
    })
  )

/** The client takes plain http to loopback only; an operator who allowed more has been told so. */
const environmentAt = (url: string): Effect.Effect<Environment.Environment, SandboxError> =>
  Effect.mapError(
    Effect.fromResult(
      Environment.fromUrl(url, { allowPlainHttp: !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, "")) })
    ),
    ({ reason }) => new SandboxError({ reason })
  )

const orSandboxError = <A>(result: Result.Result<A, Refusal>): Effect.Effect<A, SandboxError> =>
  Effect.mapError(
    Effect.fromResult(result),
    ({ details, message }) => new SandboxError({ reason: details === undefined ? message : `${message}: ${details}` })
  )

/** The exchange on Effect's clock: what answers requests, and its operator's side once its address is known. */
const makeExchange = (
  options: TestOptions
): Effect.Effect<
  { readonly handle: Handle; readonly make: (environment: Environment.Environment) => Sandbox["Service"] },
  SandboxError
> =>
  Effect.gen(function* () {
    const exchange = new Exchange({ seed: options.seed ?? 1, assumptions: options.assumptions ?? {} })
    const faults = new Faults()
    const requests: Array<ServedRequest> = []
    const keep = options.keepRequests ?? 1_000
    let offsetMillis = 0
    const now = Effect.map(Clock.currentTimeMillis, (millis) => millis + offsetMillis)

    const handler = makeHandler(exchange, faults, (request) => {
      requests.push(request)
      if (requests.length > keep) {
        requests.shift()
      }
    })
    const handle: Handle = (request) =>
      Effect.flatMap(now, (nowMillis) =>
        Effect.catchCause(
          Effect.sync(() => handler(request, nowMillis)),
          (cause) =>
            Effect.as(
              Effect.logError(`the local exchange failed at ${request.method} ${request.path}`, cause),
              toWire(usual(500), nowMillis)
            )
        )
      )

    const registerKey = (accountId: string, publicKey: string): Effect.Effect<string, SandboxError> =>
      readPublicKey(publicKey) === undefined
        ? Effect.fail(
            new SandboxError({
              reason: "the public key must be SPKI PEM of Ed25519, or of RSA with at least 2048 bits"
            })
          )
        : Effect.flatMap(now, (nowMillis) =>
            Effect.map(orSandboxError(exchange.registerKey(accountId, publicKey, nowMillis)), ({ keyId }) => keyId)
          )

    const createKey = (accountId: string, kind: Signer.KeyKind): Effect.Effect<Credentials, SandboxError> =>
      Effect.suspend(() => {
        const { privateKeyPem, publicKeyPem, sign } = makeKeyPair(kind)
        return Effect.map(registerKey(accountId, publicKeyPem), (keyId) => ({
          accountId,
          keyId,
          kind,
          privateKey: Redacted.make(privateKeyPem, { label: "private key" }),
          publicKey: publicKeyPem,
          signer: Signer.makeSync({ keyId, kind, sign })
        }))
      })

    const createMarket = (market: CreateMarket): Effect.Effect<Market, SandboxError> =>
      Effect.flatMap(now, (nowMillis) => orSandboxError(exchange.createMarket(market, nowMillis)))

    yield* Effect.forEach(options.markets ?? [], createMarket, { discard: true })

    const make = (environment: Environment.Environment): Sandbox["Service"] => ({
      environment,
      url: new URL(environment.restUrl).origin,
      accounts: Effect.map(now, (nowMillis) => exchange.view(nowMillis).accounts()),
      createAccount: ({ dollars, kind = "ed25519", name } = {}) =>
        Effect.flatMap(now, (nowMillis) =>
          Effect.flatMap(
            orSandboxError(
              exchange.createAccount(
                name ?? `account ${exchange.view(nowMillis).accounts().length + 1}`,
                nowMillis,
                dollars
              )
            ),
            ({ accountId }) => createKey(accountId, kind)
          )
        ),
      createKey,
      registerKey,
      createMarket,
      setActive: (active) => Effect.map(now, (nowMillis) => void exchange.setActive(active, nowMillis)),
      plant: (fault) => Effect.sync(() => faults.plant(fault)),
      moveClock: (millis) =>
        Effect.sync(() => {
          offsetMillis += millis
        }),
      portfolio: (accountId, subaccount) =>
        Effect.flatMap(now, (nowMillis) => orSandboxError(exchange.view(nowMillis).portfolio(accountId, subaccount))),
      requests: Effect.sync(() => [...requests]),
      dump: Effect.map(now, (nowMillis) => exchange.dump(nowMillis))
    })

    return { handle, make }
  })
