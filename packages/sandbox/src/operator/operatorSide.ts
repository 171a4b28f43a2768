/**
 * The operator interface of the local exchange: its commands and its reads.
 *
 * @module
 */
import type * as Environment from "@kalshi-effect/client/Environment"
import type * as Signer from "@kalshi-effect/signing/Signer"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Assumptions } from "../Assumptions.ts"
import type { CrowdOptions } from "../crowd/Crowd.ts"
import type {
  CreateCollection,
  CreateEvent,
  CreateIncentiveProgram,
  CreateMarket,
  CreateMilestone,
  CreateSeries,
  CreateStructuredTarget,
  KeyOptions,
  Outcome
} from "../exchange/Commands.ts"
import type {
  Account,
  Collection,
  EventFeeChange,
  FeeTerms,
  IncentiveProgram,
  Market,
  MarketEvent,
  Milestone,
  Order,
  Portfolio,
  Series,
  SeriesFeeChange,
  StructuredTarget,
  Tier
} from "../exchange/Entities.ts"
import type { Snapshot } from "../exchange/Exchange.ts"
import type { FeedFault } from "../feed/faults.ts"
import type { DropFeed, FeedConnectionInfo, FeedSelector, PublishFeed } from "../feed/operations.ts"
import type { Fault } from "../rest/faults.ts"
import type { ServedRequest } from "../rest/handler.ts"
import type { SandboxError } from "../SandboxError.ts"
import type { View } from "../exchange/View.ts"
import type { PlantedFault } from "./watch.ts"

/** A key of an account, and its signer. */
export interface Credentials {
  readonly accountId: string
  readonly keyId: string
  readonly kind: Signer.KeyKind
  /** The key as PEM: PKCS#1 for RSA, PKCS#8 for Ed25519, as the exchange returns the keys that it generates. */
  readonly privateKey: Redacted.Redacted<string>
  readonly publicKey: string
  /** Signs synchronously with this key, and therefore also works under `TestClock`. */
  readonly signer: Signer.Signer["Service"]
}

/** A subaccount on a shard. Default: the primary subaccount on shard 0. */
export interface Till {
  readonly subaccount?: number
  readonly exchangeIndex?: number
}

/** An account to create, with a key. */
export interface NewAccount {
  readonly name?: string
  /** The kind of the key. Default: `ed25519`. */
  readonly kind?: Signer.KeyKind
  /** Default: $1,000,000. */
  readonly dollars?: string
  /** Default: `unmetered`, without rate limits. */
  readonly tier?: Tier
  readonly key?: KeyOptions
}

/** An order to place for an account, without a request. */
export interface NewOrder {
  readonly ticker: string
  /** `bid` buys YES. `ask` sells YES, which is the same as buying NO at one dollar minus the price. */
  readonly side: "bid" | "ask"
  /** Contracts, with at most two decimals. */
  readonly count: string
  /** The YES price in dollars, with two to four decimals. */
  readonly price: string
  readonly clientOrderId?: string
  /** Default: `good_till_canceled`. */
  readonly timeInForce?: Order["timeInForce"]
  /** Default: `taker_at_cross`. */
  readonly selfTradePrevention?: Order["selfTradePrevention"]
  readonly expirationSeconds?: number
  readonly postOnly?: boolean
  readonly reduceOnly?: boolean
  readonly cancelOnPause?: boolean
  /** Default: 0. */
  readonly subaccount?: number
  readonly orderGroupId?: string
}

/** The operator interface of a local exchange. */
export interface Operator {
  /** The environment for `Kalshi.layer`. */
  readonly environment: Environment.Environment
  /** Scheme, host and port, for `KALSHI_ENV` and for third-party clients. */
  readonly url: string
  /**
   * The page of an exchange that is served over HTTP. Undefined for an exchange in memory. Changes by the page need the
   * token, which is new in each run.
   */
  readonly page: { readonly url: string; readonly token: Redacted.Redacted<string> } | undefined
  /** The keys of the initial accounts, in the order of these accounts. */
  readonly credentials: ReadonlyArray<Credentials>
  readonly accounts: Effect.Effect<ReadonlyArray<Account>>
  /** Creates an account with a key. Defaults: $1,000,000, the tier `unmetered` and an Ed25519 key. */
  readonly createAccount: (account?: NewAccount) => Effect.Effect<Credentials, SandboxError>
  readonly createKey: (
    accountId: string,
    kind: Signer.KeyKind,
    key?: KeyOptions
  ) => Effect.Effect<Credentials, SandboxError>
  /** Registers a public key (SPKI PEM; RSA of at least 2048 bits, or Ed25519) and returns its id. */
  readonly registerKey: (accountId: string, publicKey: string, key?: KeyOptions) => Effect.Effect<string, SandboxError>
  readonly setTier: (accountId: string, tier: Tier) => Effect.Effect<void, SandboxError>
  /** Creates the next subaccount and returns its number. */
  readonly createSubaccount: (accountId: string) => Effect.Effect<number, SandboxError>
  readonly deposit: (accountId: string, dollars: string, till?: Till) => Effect.Effect<void, SandboxError>
  readonly withdraw: (accountId: string, dollars: string, till?: Till) => Effect.Effect<void, SandboxError>
  /**
   * Makes an account an FCM member, which can create subtraders. Transfers of positions need an error account, whose
   * subtraders receive the positions.
   */
  readonly enableFcm: (
    accountId: string,
    options?: { readonly errorAccountId?: string }
  ) => Effect.Effect<void, SandboxError>
  readonly createSeries: (series: CreateSeries) => Effect.Effect<Series, SandboxError>
  readonly createEvent: (event: CreateEvent) => Effect.Effect<MarketEvent, SandboxError>
  /** Creates a market, and its event and series if missing. */
  readonly createMarket: (market: CreateMarket) => Effect.Effect<Market, SandboxError>
  readonly createStructuredTarget: (target: CreateStructuredTarget) => Effect.Effect<StructuredTarget, SandboxError>
  /** Creates a milestone, such as a game. Its events and structured targets must exist. */
  readonly createMilestone: (milestone: CreateMilestone) => Effect.Effect<Milestone, SandboxError>
  /** Creates an incentive program for an existing market. */
  readonly createIncentiveProgram: (program: CreateIncentiveProgram) => Effect.Effect<IncentiveProgram, SandboxError>
  /** Marks an incentive program that has ended as paid out. Moves no money. */
  readonly markProgramPaidOut: (programId: string) => Effect.Effect<void, SandboxError>
  /** Creates a multivariate event collection, and the series of its combos if missing. */
  readonly createCollection: (collection: CreateCollection) => Effect.Effect<Collection, SandboxError>
  /**
   * Changes the fee of a series, now or at a time in the future. Markets that were created with their own rate keep
   * this rate. The fee of a fill is the fee at the time of the fill. A resting order keeps its reservation: a higher
   * fee is taken from free cash.
   */
  readonly changeSeriesFee: (
    seriesTicker: string,
    fee: Partial<FeeTerms>,
    atMillis?: number
  ) => Effect.Effect<SeriesFeeChange, SandboxError>
  /** Sets the fee override of an event, or clears it with `null`, now or at a time in the future. */
  readonly changeEventFee: (
    eventTicker: string,
    override: FeeTerms | null,
    atMillis?: number
  ) => Effect.Effect<EventFeeChange, SandboxError>
  /**
   * Pauses a market: it accepts no new orders until it is reactivated. Resting orders stay, except those with
   * `cancelOnPause`.
   */
  readonly pauseMarket: (ticker: string) => Effect.Effect<void, SandboxError>
  /** Resumes a paused market. Cancels the orders that rested during the pause. */
  readonly reactivateMarket: (ticker: string) => Effect.Effect<void, SandboxError>
  /**
   * Closes a market now, or at a given time after its opening. A time in the future reopens a closed market that is not
   * determined.
   */
  readonly closeMarket: (ticker: string, closeMillis?: number) => Effect.Effect<void, SandboxError>
  /**
   * Sets the result of a market, and of the combos whose value this result determines. The market settles when its
   * timer expires, or at `settleMarket`. Fails for a combo, which follows its legs.
   */
  readonly determineMarket: (ticker: string, outcome: Outcome) => Effect.Effect<void, SandboxError>
  /** Disputes a result. The market does not settle until it is determined again. */
  readonly disputeMarket: (ticker: string) => Effect.Effect<void, SandboxError>
  /** Pays out every position of a determined market. */
  readonly settleMarket: (ticker: string) => Effect.Effect<void, SandboxError>
  /** Pauses or resumes the exchange, or only its trading, on one shard or on every shard. */
  readonly setActive: (active: {
    readonly exchange?: boolean
    readonly trading?: boolean
    readonly exchangeIndex?: number
  }) => Effect.Effect<void, SandboxError>
  /**
   * Places an order for an account, without a signature and without tokens. The exchange checks the order like any
   * other order. Fails if the exchange refuses the order.
   */
  readonly placeOrder: (accountId: string, order: NewOrder) => Effect.Effect<Order, SandboxError>
  /** Cancels a resting order of an account, and returns the canceled order. */
  readonly cancelOrder: (accountId: string, orderId: string) => Effect.Effect<Order, SandboxError>
  /** The planted faults that still apply. */
  readonly plantedFaults: Effect.Effect<ReadonlyArray<PlantedFault>>
  /**
   * Plants a fault for later requests, or for the feed. Faults apply in the order of planting. Fails if the fault is
   * invalid, for example because its operation or path is unknown.
   */
  readonly plant: (fault: Fault | FeedFault) => Effect.Effect<void, SandboxError>
  readonly clearFaults: Effect.Effect<void>
  /**
   * Moves the exchange's clock by this many milliseconds, forward or back.
   *
   * **Gotchas**
   *
   * Signatures follow the moved clock, forward and back. Tokens follow it only forward: a move back neither stops nor
   * repeats their refill. With a frozen clock, signatures and tokens follow the real time. The time of orders,
   * fill windows and expiries never goes back: it stands still until the moved clock reaches it again. Fails for a move
   * that has no effect: by zero, or back with a frozen clock.
   */
  readonly moveClock: (millis: number) => Effect.Effect<void, SandboxError>
  readonly feed: FeedOperator
  /** The holdings of a subaccount over all shards. Default: subaccount 0. */
  readonly portfolio: (accountId: string, subaccount?: number) => Effect.Effect<Portfolio, SandboxError>
  /** The last served requests, oldest first. */
  readonly requests: Effect.Effect<ReadonlyArray<ServedRequest>>
  /** All reads of the exchange. A view is not a copy: it also shows later changes. */
  readonly view: Effect.Effect<View>
  /** The state as plain JSON, without public keys and without tokens. Equal states have equal dumps. */
  readonly dump: Effect.Effect<unknown>
  /** The whole state as plain JSON, for `restore`. */
  readonly snapshot: Effect.Effect<Snapshot>
  /**
   * Restores a snapshot. The exchange continues at the time of the snapshot. Signatures still follow the clock, not the
   * time of the snapshot. Discards planted faults and recorded requests, and closes the connections of the feed.
   */
  readonly restore: (snapshot: Snapshot) => Effect.Effect<void, SandboxError>
  /**
   * Restarts with only the initial markets, collections, accounts and world. The keys of these accounts stay the same.
   * Undoes every move of the clock, also those by `restore`. Removes planted faults, recorded requests and the
   * reference prices that the operator set. Closes the connections of the feed.
   */
  readonly reset: Effect.Effect<void, SandboxError>
}

/** The operator's actions on the open connections of the feed. */
export interface FeedOperator {
  /** The open connections with their subscriptions, oldest first. */
  readonly connections: Effect.Effect<ReadonlyArray<FeedConnectionInfo>>
  /** Drops connections: by a close frame, by a reset, or by silence. Returns the number of dropped connections. */
  readonly drop: (options?: DropFeed) => Effect.Effect<number, SandboxError>
  /**
   * Discards the data messages of the selected subscriptions from now on. Pings and replies continue. Returns the number
   * of these subscriptions.
   */
  readonly stall: (selector?: FeedSelector) => Effect.Effect<number, SandboxError>
  /**
   * Stops discarding the data messages of the selected subscriptions. The discarded messages remain a gap in `seq`.
   * Returns the number of these subscriptions.
   */
  readonly resume: (selector?: FeedSelector) => Effect.Effect<number, SandboxError>
  /** Sends an error to the selected subscriptions, and returns their number. The codes 10 and 25 end them. */
  readonly fail: (code: number, selector?: FeedSelector) => Effect.Effect<number, SandboxError>
  /** Sends a message to all subscriptions of a channel, or to the subscriptions of one account. */
  readonly publish: (message: PublishFeed) => Effect.Effect<void, SandboxError>
  /** Sets the value of an index or underlying from now on. `value` has at most eight decimals. */
  readonly setReference: (name: string, value: string) => Effect.Effect<void, SandboxError>
  /** Closes the connections and sets the clocks of the books back, as exchange maintenance does. */
  readonly maintenance: Effect.Effect<void, SandboxError>
}

/** Options of a local exchange. */
export interface TestOptions {
  /** The seed of the exchange's ids, and of generated data such as reference prices and a crowd. Default: 1. */
  readonly seed?: number
  readonly assumptions?: Partial<Assumptions>
  readonly markets?: ReadonlyArray<CreateMarket>
  /**
   * Whether to create the example world: games, an election, prices and the weather, with their series, events,
   * markets, milestones, structured targets and incentive programs. Its times are relative to the start. Default:
   * false.
   */
  readonly world?: boolean
  /** The initial multivariate event collections. */
  readonly collections?: ReadonlyArray<CreateCollection>
  /** The initial accounts. Their keys are the operator's `credentials`. */
  readonly accounts?: ReadonlyArray<NewAccount>
  /**
   * Simulated traders that trade from the start, and continue after `reset` and `restore`. Their actions depend only on
   * these options, the seed, the time and the state of the exchange. Default: none.
   */
  readonly crowd?: CrowdOptions
  /** How many of the last requests to keep. Default: 1,000. */
  readonly keepRequests?: number
}

/** Options of the state file. */
export interface StateOptions {
  /**
   * The state file. It is created if it does not exist. Beside it are its lock (`.lock`), and the private keys of the
   * initial accounts (`.keys`), which only the owner can read.
   */
  readonly file: string
  /**
   * A snapshot replaces the journal (the commands since the last snapshot) after this number of commands, or after 64
   * MiB. Default: when the journal has 100,000 commands or 64 MiB, and is at least as large as the last snapshot.
   */
  readonly compactAfterCommands?: number
}
