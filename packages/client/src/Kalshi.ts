/**
 * The layers through which an application accesses the exchange.
 *
 * @module
 */
import type { KeyError } from "@kalshi-effect/signing/KeyError"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as SigningConfig from "@kalshi-effect/signing/SigningConfig"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { KalshiPublic, KalshiRead, KalshiWrite, type Sender } from "./Capability.ts"
import * as DryRun from "./trading/DryRun.ts"
import * as Environment from "./Environment.ts"
import * as journal from "./trading/journal.ts"
import type { AccountFacts } from "./limits/learned.ts"
import * as limits from "./limits/limiter.ts"
import * as Account from "./rest/Account.ts"
import * as connections from "./sending/connection.ts"
import * as telemetry from "./sending/observer.ts"
import * as senders from "./sending/sender.ts"
import * as transport from "./sending/transport.ts"
import type * as RateLimits from "./limits/RateLimits.ts"
import type { SendPolicy } from "./sending/SendPolicy.ts"

export type { Failure, PublicFailure, WriteFailure } from "./Errors.ts"
export { KalshiPublic, KalshiRead, KalshiWrite } from "./Capability.ts"

/** Options of every layer. */
export interface PublicOptions {
  /** The exchange to connect to. There is no default, so that no program trades by accident. */
  readonly environment: Environment.Environment
  /** Overrides parts of `SendPolicy.defaults` for this layer. */
  readonly policy?: Partial<SendPolicy> | undefined
  /**
   * Whether decoders are compiled on first use. Compiled decoders are several times faster. Default: true.
   *
   * If the runtime does not allow code generation (`Function`), decoders are interpreted and return the same results.
   * Set this option to false if a browser's content security policy reports the attempt.
   */
  readonly compiledDecoding?: boolean | undefined
  /**
   * The name of this client in spans and metrics: the attribute `kalshi.client.name` (see `Telemetry`). If a process
   * has several accounts of one environment, only the name distinguishes their metrics. The name is exported, so it
   * must not be a secret. Default: none.
   */
  readonly name?: string | undefined
}

/** Options of a layer that signs. */
export interface Options extends PublicOptions {
  /** The signer of requests. For an API key: `Signer.fromApiKey(key)`. For a KMS or HSM: `Signer.make({ … })`. */
  readonly signer: Signer.Signer["Service"]
  /**
   * How signed calls wait for the account's rate-limit tokens (see `RateLimits`). With false, calls do not wait.
   * Default: `{}`.
   */
  readonly limits?: RateLimits.Options | false | undefined
  /**
   * Whether to sign with the measured time of the exchange (see `ClockSkew`) if this machine's clock is wrong by more
   * than one second. One second is the resolution of the `Date` header. Default: false. It is better to correct the
   * machine's clock.
   *
   * With this option, a 401 is also retried if the date of the response shows that the timestamp was wrong: see
   * `SendPolicy`.
   */
  readonly correctClockSkew?: boolean | undefined
}

const factsBy = (send: Sender["send"]): AccountFacts => ({
  limits: send(Account.limits.descriptor, undefined) as Effect.Effect<Account.GetAccountApiLimitsResponse, unknown>, // decoded by the descriptor's schema
  endpointCosts: send(Account.endpointCosts.descriptor, undefined) as Effect.Effect<
    Account.GetAccountEndpointCostsResponse,
    unknown
  >
})

const makeSender = (
  options: PublicOptions & Partial<Options>,
  signer: Signer.Signer["Service"] | undefined,
  writes: senders.SenderOptions["writes"]
): Effect.Effect<Sender, never, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    // An address that is not safe for signed requests is a mistake in the program, like a wrong type.
    const environment = yield* Effect.orDie(Effect.fromResult(Environment.check(options.environment)))
    const fetchOptions = Option.getOrUndefined(yield* Effect.serviceOption(FetchHttpClient.RequestInit))
    const observing = yield* telemetry.make(connections.restRootOf(environment), options.name)
    // The limiter fetches the budgets and costs through the sender that is defined below.
    const facts = factsBy((descriptor, input) => Effect.suspend(() => sender.send(descriptor, input)))
    const limiter =
      signer === undefined || options.limits === false
        ? undefined
        : yield* limits.make(options.limits ?? {}, environment.name, signer.keyId, observing.watchLevel, facts)
    const connection = connections.make({
      environment,
      signer,
      telemetry: observing,
      limiter,
      correctClockSkew: options.correctClockSkew ?? false
    })
    const sender: Sender = senders.make(connection, {
      transport: transport.make(client, fetchOptions),
      policy: options.policy ?? {},
      writes,
      compiledDecoding: options.compiledDecoding ?? true
    })
    return sender
  })

/**
 * Provides public operations only: no key, no signature.
 *
 * **Details**
 *
 * Requires an `HttpClient`. `FetchHttpClient.layer` runs in every runtime. `NodeHttpClient.layerUndici` of
 * `@effect/platform-node` is faster, but needs Node 22.19 or newer. Provide the client unchanged: if an HTTP client
 * repeats requests or follows redirects, the call fails with a `TransportError` before the second send.
 *
 * **Gotchas**
 *
 * Provide fetch options (`FetchHttpClient.RequestInit`, such as a proxy's dispatcher) to this layer. Options that are
 * provided to `FetchHttpClient.layer` have no effect.
 */
export const layerPublic = (options: PublicOptions): Layer.Layer<KalshiPublic, never, HttpClient.HttpClient> =>
  Layer.effect(KalshiPublic, makeSender(options, undefined, "rejected"))

/** Provides public operations and reads of the account. Writes do not compile, and are rejected at run time as well. */
export const layerReadOnly = (options: Options): Layer.Layer<KalshiPublic | KalshiRead, never, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.map(makeSender(options, options.signer, "rejected"), (sender) =>
      Context.make(KalshiPublic, sender).pipe(Context.add(KalshiRead, sender))
    )
  )

/**
 * Provides all operations: public operations, and reads and writes of one account.
 *
 * **Details**
 *
 * Build one layer for each account of a process. Layers share nothing, except a `RateLimits.Store` that you provide to
 * them.
 */
export const layer = (
  options: Options
): Layer.Layer<KalshiPublic | KalshiRead | KalshiWrite, never, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.map(makeSender(options, options.signer, "sent"), (sender) =>
      Context.make(KalshiPublic, sender).pipe(Context.add(KalshiRead, sender), Context.add(KalshiWrite, sender))
    )
  )

/** Options of {@link layerDryRun}. */
export interface DryRunOptions extends Options, DryRun.Options {}

/**
 * Provides a dry run: public operations and reads go to the exchange, but writes are not sent. A write is checked as
 * usual and recorded in the journal `DryRun`, with the cost of its orders. Then it fails with `NotSent`.
 */
export const layerDryRun = (
  options: DryRunOptions
): Layer.Layer<KalshiPublic | KalshiRead | KalshiWrite | DryRun.DryRun, never, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { recordWrite, service } = yield* journal.make(options)
      const sender = yield* makeSender(options, options.signer, recordWrite)
      return Context.make(KalshiPublic, sender).pipe(
        Context.add(KalshiRead, sender),
        Context.add(KalshiWrite, sender),
        Context.add(DryRun.DryRun, service)
      )
    })
  )

const environment: Config.Config<Environment.Environment> = /*#__PURE__*/ Config.flatMap(
  /*#__PURE__*/ Config.option(/*#__PURE__*/ Config.String("KALSHI_ENV")),
  (text) =>
    Result.match(Environment.parse(Option.getOrElse(text, () => "")), {
      onSuccess: Config.succeed,
      onFailure: ({ reason }) =>
        Config.fail(
          new ConfigProvider.SourceError({
            message: `${Option.isNone(text) ? "KALSHI_ENV is not set, and has no default" : "KALSHI_ENV"}: ${reason}`
          })
        )
    })
)

/**
 * {@link layer}, configured by `Config`: from environment variables, unless another `ConfigProvider` is provided.
 *
 * **Details**
 *
 * | variable | value |
 * | --- | --- |
 * | `KALSHI_ENV` | `production`, `demo`, `sandbox` (a local exchange on 127.0.0.1:8787) or an address; no default |
 * | `KALSHI_API_KEY_ID` | the key's id |
 * | `KALSHI_PRIVATE_KEY` | the private key as PEM; `\n` escapes are accepted |
 * | `KALSHI_PRIVATE_KEY_PATH` | the path of a file with the private key, instead of `KALSHI_PRIVATE_KEY` |
 *
 * Each use builds a separate layer. To use two accounts, provide the layer twice, each time under another
 * `ConfigProvider`.
 */
export const layerConfig: Layer.Layer<
  KalshiPublic | KalshiRead | KalshiWrite,
  Config.ConfigError | KeyError,
  HttpClient.HttpClient | FileSystem.FileSystem
> = /*#__PURE__*/ Layer.fresh(/*#__PURE__*/ Layer.unwrap(/*#__PURE__*/ configured(layer)))

/** {@link layerReadOnly}, configured like {@link layerConfig}. */
export const layerReadOnlyConfig: Layer.Layer<
  KalshiPublic | KalshiRead,
  Config.ConfigError | KeyError,
  HttpClient.HttpClient | FileSystem.FileSystem
> = /*#__PURE__*/ Layer.fresh(/*#__PURE__*/ Layer.unwrap(/*#__PURE__*/ configured(layerReadOnly)))

/** {@link layerDryRun}, configured like {@link layerConfig}. */
export const layerDryRunConfig: Layer.Layer<
  KalshiPublic | KalshiRead | KalshiWrite | DryRun.DryRun,
  Config.ConfigError | KeyError,
  HttpClient.HttpClient | FileSystem.FileSystem
> = /*#__PURE__*/ Layer.fresh(/*#__PURE__*/ Layer.unwrap(/*#__PURE__*/ configured(layerDryRun)))

/** {@link layerPublic}, configured by `KALSHI_ENV` only. */
export const layerPublicConfig: Layer.Layer<KalshiPublic, Config.ConfigError, HttpClient.HttpClient> =
  /*#__PURE__*/ Layer.fresh(
    /*#__PURE__*/ Layer.unwrap(/*#__PURE__*/ Effect.map(environment, (environment) => layerPublic({ environment })))
  )

function configured<A>(
  make: (options: Options) => Layer.Layer<A, never, HttpClient.HttpClient>
): Effect.Effect<Layer.Layer<A, never, HttpClient.HttpClient>, Config.ConfigError | KeyError, FileSystem.FileSystem> {
  return Effect.gen(function* () {
    const target = yield* environment
    const key = yield* SigningConfig.apiKey
    return make({ environment: target, signer: Signer.fromApiKey(key) })
  })
}
