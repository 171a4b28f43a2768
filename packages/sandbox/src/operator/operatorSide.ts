/**
 * The local exchange from its operator's side: what it is told, and what it tells.
 *
 * @module
 */
import type * as Environment from "@kalshi-effect/client/Environment"
import type * as Signer from "@kalshi-effect/signing/Signer"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Assumptions } from "../Assumptions.ts"
import type { CreateEvent, CreateMarket, CreateSeries, KeyOptions, Outcome } from "../exchange/Commands.ts"
import type { Account, Market, MarketEvent, Portfolio, Series, Tier } from "../exchange/Entities.ts"
import type { Snapshot } from "../exchange/Exchange.ts"
import type { Fault } from "../rest/faults.ts"
import type { ServedRequest } from "../rest/handler.ts"
import type { SandboxError } from "../SandboxError.ts"
import type { View } from "../exchange/View.ts"

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
