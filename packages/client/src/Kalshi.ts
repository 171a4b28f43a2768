/**
 * The layers that give an application its access to the exchange.
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
  /** The exchange. There is no default, so that no program trades by accident. */
  readonly environment: Environment.Environment
  /** Replaces parts of `SendPolicy.defaults` for this layer. */
  readonly policy?: Partial<SendPolicy> | undefined
  /**
   * Whether decoders are compiled on first use, which makes them several times faster. Default: true.
   *
   * If the runtime does not allow code made from text, decoders stay interpreted, with the same outcomes. Set false if a
   * browser's content security policy reports the attempt.
   */
  readonly compiledDecoding?: boolean | undefined
  /**
   * Names this client in its spans and metrics, as `kalshi.client.name` (see `Telemetry`). If a process has several accounts
   * of one environment, only the name distinguishes their metrics. Not a secret: it is exported. Default: none.
   */
  readonly name?: string | undefined
}

/** Options of a layer that signs. */
export interface Options extends PublicOptions {
  /** Signs requests. For an API key: `Signer.fromApiKey(key)`. For a KMS or HSM: `Signer.make({ … })`. */
  readonly signer: Signer.Signer["Service"]
  /** How signed calls wait for the account's tokens (see `RateLimits`). With false, they do not wait. Default: `{}`. */
  readonly limits?: RateLimits.Options | false | undefined
  /**
   * Signs with the exchange's time as measured (see `ClockSkew`) if this machine's clock is off by more than the
   * resolution of dates, which is a second. Default: false. It is better to correct the machine's clock.
   *
   * With this option, a 401 is retried once, for every operation, if the response's date shows that the timestamp was off:
   * a request with a 401 was not carried out. This counts as a retry of the policy: it comes after the policy's delay, and
   * not at all under `SendPolicy.noRetry`. A 401 whose code blames the timestamp is retried with and without this option.
   */
  readonly correctClockSkew?: boolean | undefined
}

/** Learns about the account through a sender. The schemas of the descriptors type its responses. */
const factsBy = (send: Sender["send"]): AccountFacts => ({
  limits: send(Account.limits.descriptor, undefined) as Effect.Effect<Account.GetAccountApiLimitsResponse, unknown>,
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
    // An address that requests cannot be signed for is a mistake in the program, like a wrong type.
    const environment = yield* Effect.orDie(Effect.fromResult(Environment.check(options.environment)))
    const fetchOptions = Option.getOrUndefined(yield* Effect.serviceOption(FetchHttpClient.RequestInit))
    const observing = yield* telemetry.make(connections.restRootOf(environment), options.name)
    // The limiter learns the budgets by calls, which wait for tokens like every other: the sender is defined below.
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
 * Public operations only: no key, no signature.
 *
 * **Details**
 *
 * Requires an `HttpClient`. `FetchHttpClient.layer` runs anywhere. `NodeHttpClient.layerUndici` of
 * `@effect/platform-node` is faster, and needs Node 22.19 or newer. Provide it unchanged: a client that repeats requests or
 * follows redirects fails before its second send, with a `TransportError`.
 *
 * **Gotchas**
 *
 * Fetch options (`FetchHttpClient.RequestInit`, such as a proxy's dispatcher) come from the context of this layer, and not
 * from that of `FetchHttpClient.layer`. Provide them to this layer.
 */
export const layerPublic = (options: PublicOptions): Layer.Layer<KalshiPublic, never, HttpClient.HttpClient> =>
  Layer.effect(KalshiPublic, makeSender(options, undefined, "refused"))

/** Public operations and reads of the account. Writes do not compile, and are refused at run time as well. */
export const layerReadOnly = (options: Options): Layer.Layer<KalshiPublic | KalshiRead, never, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.map(makeSender(options, options.signer, "refused"), (sender) =>
      Context.make(KalshiPublic, sender).pipe(Context.add(KalshiRead, sender))
    )
  )

/**
 * Everything: public operations, reads and writes of one account.
 *
 * **Details**
 *
 * Two accounts in one process are two layers. They share nothing.
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
 * A dry run: public operations and reads go to the exchange, and writes are not sent. Writes are checked as usual, priced,
 * recorded in the journal `DryRun`, and fail with `NotSent`.
 *
 * **Gotchas**
 *
 * Only the layer decides. No environment variable turns a dry run on, so a misspelt variable cannot turn it off.
 */
export const layerDryRun = (
  options: DryRunOptions
): Layer.Layer<KalshiPublic | KalshiRead | KalshiWrite | DryRun.DryRun, never, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { rehearse, service } = yield* journal.make(options)
      const sender = yield* makeSender(options, options.signer, rehearse)
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
 * {@link layer}, configured by `Config`. Default: from environment variables, if no other `ConfigProvider` is provided.
 *
 * **Details**
 *
 * | variable | is |
 * | --- | --- |
 * | `KALSHI_ENV` | `production`, `demo`, `sandbox` (a local exchange on 127.0.0.1:8787) or an address; no default |
 * | `KALSHI_API_KEY_ID` | the key's id |
 * | `KALSHI_PRIVATE_KEY` | the private key as PEM; `\\n` escapes are accepted |
 * | `KALSHI_PRIVATE_KEY_PATH` | or the path of its file |
 *
 * Each use builds its own layer, so two of them under two `ConfigProvider`s are two accounts.
 */
export const layerConfig: Layer.Layer<
  KalshiPublic | KalshiRead | KalshiWrite,
  Config.ConfigError | KeyError,
  HttpClient.HttpClient | FileSystem.FileSystem
> = /*#__PURE__*/ Layer.fresh(/*#__PURE__*/ Layer.unwrap(/*#__PURE__*/ configured(layer)))

/** {@link layerReadOnly}, configured as {@link layerConfig}. */
export const layerReadOnlyConfig: Layer.Layer<
  KalshiPublic | KalshiRead,
  Config.ConfigError | KeyError,
  HttpClient.HttpClient | FileSystem.FileSystem
> = /*#__PURE__*/ Layer.fresh(/*#__PURE__*/ Layer.unwrap(/*#__PURE__*/ configured(layerReadOnly)))

/** {@link layerDryRun}, configured as {@link layerConfig}. */
export const layerDryRunConfig: Layer.Layer<
  KalshiPublic | KalshiRead | KalshiWrite | DryRun.DryRun,
  Config.ConfigError | KeyError,
  HttpClient.HttpClient | FileSystem.FileSystem
> = /*#__PURE__*/ Layer.fresh(/*#__PURE__*/ Layer.unwrap(/*#__PURE__*/ configured(layerDryRun)))

/** {@link layerPublic}, configured by `KALSHI_ENV` alone. */
export const layerPublicConfig: Layer.Layer<KalshiPublic, Config.ConfigError, HttpClient.HttpClient> =
  /*#__PURE__*/ Layer.fresh(
    /*#__PURE__*/ Layer.unwrap(/*#__PURE__*/ Effect.map(environment, (environment) => layerPublic({ environment })))
  )

function configured<A>(
  make: (options: Options) => Layer.Layer<A, never, HttpClient.HttpClient>
): Effect.Effect<Layer.Layer<A, never, HttpClient.HttpClient>, Config.ConfigError | KeyError, FileSystem.FileSystem> {
  return Effect.gen(function* () {
    const where = yield* environment
    const key = yield* SigningConfig.apiKey
    return make({ environment: where, signer: Signer.fromApiKey(key) })
  })
}
