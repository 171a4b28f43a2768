/**
 * The exchange without any I/O: it holds accounts, markets, orders and money, and changes only by calls.
 *
 * Every call carries its time, ids come from a seed, and nothing else is random: the same calls give the same state.
 * Prices are whole ten-thousandths of a dollar, counts whole hundredths of a contract, amounts whole micro-dollars.
 *
 * @module
 */
import * as Result from "effect/Result"
import { type Assumptions, defaults } from "../Assumptions.ts"
import type {
  AmendOrder,
  CreateEvent,
  CreateGroup,
  CreateMarket,
  CreateOrder,
  CreateSeries,
  DecreaseOrder,
  GroupTarget,
  KeyOptions,
  OrderTarget,
  Outcome,
  SetAllocation,
  TransferCash,
  TransferShard
} from "./Commands.ts"
import type {
  Account,
  ApiKey,
  Event,
  Market,
  MarketEvent,
  Order,
  OrderGroup,
  Refusal,
  Series,
  ShardTransfer,
  SubaccountTransfer,
  Tier
} from "./Entities.ts"
import * as accounts from "./accounts/accounts.ts"
import { take } from "./accounts/buckets.ts"
import * as catalog from "./markets/catalog.ts"
import { advance } from "./clock.ts"
import { parseMicros } from "./decimal.ts"
import { dump, type Snapshot, takeSnapshot } from "./dump.ts"
import { Ids } from "./ids.ts"
import * as ledger from "./money/ledger.ts"
import * as lifecycle from "./markets/lifecycle.ts"
import { toMarket } from "./markets/marketView.ts"
import * as changes from "./orders/changes.ts"
import * as groups from "./orders/groups.ts"
import * as orders from "./orders/placing.ts"
import { emptyState, restore } from "./restore.ts"
import { notFound } from "./refusals.ts"
import type { AccountState, GroupState, MarketState, State } from "./state.ts"
import * as transfers from "./money/transfers.ts"
import { View } from "./View.ts"

export type { Snapshot } from "./dump.ts"
export type { Changed } from "./orders/changes.ts"

/** Options of an exchange. */
export interface Options {
  /** A safe non-negative integer. */
  readonly seed: number
  readonly assumptions?: Partial<Assumptions>
  /** Called synchronously with every event, in order. */
  readonly onEvent?: (event: Event) => void
}

const defaultDeposit = "1000000"

type Answer<A> = Result.Result<A, Refusal>

/**
 * The exchange. Calls carry their time in Unix milliseconds. Timers due before that time, such as an order's expiry,
 * fire first and at their own time. A time before that of an earlier call counts as the earlier call's time.
 */
export class Exchange {
  readonly assumptions: Assumptions
  /** The source of its ids. */
  readonly seed: number
  readonly #state: State
  /** The state for lagging reads: the same state with commands applied later. */
  readonly #lagging: State | undefined
  readonly #untold: Array<{ readonly atMillis: number; readonly tell: (state: State) => unknown }> = []

  constructor(options: Options, from?: Snapshot) {
    this.assumptions = { ...defaults, ...options.assumptions }
    this.seed = options.seed
    const make = (emit: State["emit"]): State =>
      from === undefined
        ? emptyState(this.assumptions, Ids.fromSeed(options.seed), emit)
        : restore(from, this.assumptions, emit)
    this.#state = make(options.onEvent)
    this.#lagging = this.assumptions.readLagMillis > 0 ? make(undefined) : undefined
  }

  /**
   * Creates an exchange that continues from a snapshot. The snapshot must be complete: a reference to a missing entity
   * throws.
   */
  static restore(from: Snapshot, options: Partial<Options> = {}): Exchange {
    return new Exchange({ seed: 0, ...options }, from)
  }

  /** The state as plain JSON, without the text of keys and without tokens. Equal states have equal dumps. */
  dump(nowMillis: number): unknown {
    return dump(this.#at(nowMillis))
  }

  /** The whole state as plain JSON: see {@link Exchange.restore}. */
  snapshot(nowMillis: number): Snapshot {
    return takeSnapshot(this.#at(nowMillis))
  }

  /** The current reads. Later calls change what the view shows. */
  view(nowMillis: number): View {
    return new View(this.#at(nowMillis))
  }

  /** The current reads of orders, fills, positions and money, which may lag behind: see {@link Assumptions}. */
  userView(nowMillis: number): View {
    const { nowMillis: now } = this.#at(nowMillis)
    if (this.#lagging === undefined) {
      return new View(this.#state)
    }
    this.#catchUp(this.#lagging, now)
    return new View(this.#lagging)
  }

  /** Creates an account with this many dollars in its primary subaccount. Default: a million. */
  createAccount(name: string, nowMillis: number, dollars = defaultDeposit, tier: Tier = "unmetered"): Answer<Account> {
    return this.#tell(nowMillis, (state) => Result.map(accounts.create(state, name, dollars, tier), accounts.view))
  }

  setTier(accountId: string, tier: Tier, nowMillis: number): Answer<void> {
    return this.#withAccount(accountId, nowMillis, (_state, account) => {
      account.tier = tier
      return Result.void
    })
  }

  /** Registers a public key (SPKI PEM) for an account. */
  registerKey(accountId: string, publicKey: string, nowMillis: number, options: KeyOptions = {}): Answer<ApiKey> {
    return this.#withAccount(accountId, nowMillis, (state, account) =>
      accounts.registerKey(state, account, publicKey, options)
    )
  }

  /** Why a key cannot be registered; undefined if it can. */
  checkKey(accountId: string, options: KeyOptions, nowMillis: number): Refusal | undefined {
    const account = this.#at(nowMillis).accounts.get(accountId)
    return account === undefined ? notFound : accounts.checkKey(account, options)
  }

  deleteKey(accountId: string, keyId: string, nowMillis: number): Answer<void> {
    return this.#withAccount(accountId, nowMillis, (state, account) => accounts.deleteKey(state, account, keyId))
  }

  /** Raises a basic account that has placed an order to the advanced tier. */
  upgrade(accountId: string, nowMillis: number): Answer<void> {
    return this.#withAccount(accountId, nowMillis, (_state, account) => accounts.upgrade(account))
  }

  /**
   * Takes tokens from an account's read bucket, or from the write buckets of some shards; from none if one of them has
   * too few. Tokens have their own clock, which affects nothing else.
   */
  takeTokens(accountId: string, from: "read" | ReadonlyArray<number>, cost: number, wallMillis: number): boolean {
    const account = this.#state.accounts.get(accountId)
    return account !== undefined && take(account.buckets, account.tier, from, cost, wallMillis)
  }

  /** Deposits dollars into a subaccount. Default: the primary one on shard 0. */
  deposit(accountId: string, dollars: string, nowMillis: number, till: Partial<ledger.Till> = {}): Answer<void> {
    return this.#withMoney(accountId, dollars, nowMillis, till, ledger.deposit)
  }

  /** Withdraws dollars from a subaccount. Default: the primary one on shard 0. */
  withdraw(accountId: string, dollars: string, nowMillis: number, till: Partial<ledger.Till> = {}): Answer<void> {
    return this.#withMoney(accountId, dollars, nowMillis, till, ledger.withdraw)
  }

  /** Creates the next numbered subaccount. */
  createSubaccount(accountId: string, exchangeIndex: number, nowMillis: number): Answer<number> {
    return this.#withAccount(accountId, nowMillis, (state, account) =>
      accounts.createSubaccount(state, account, exchangeIndex)
    )
  }

  setNetting(accountId: string, subaccount: number, enabled: boolean, nowMillis: number): Answer<void> {
    return this.#withAccount(accountId, nowMillis, (state, account) =>
      accounts.setNetting(state, account, subaccount, enabled)
    )
  }

  /** Moves cash between subaccounts. */
  transferCash(accountId: string, input: TransferCash, nowMillis: number): Answer<SubaccountTransfer> {
    return this.#withAccount(accountId, nowMillis, (state, account) => transfers.transferCash(state, account, input))
  }

  /** Sends cash to another shard, or to or from the margined exchange. */
  transferShard(accountId: string, input: TransferShard, nowMillis: number): Answer<ShardTransfer> {
    return this.#withAccount(accountId, nowMillis, (state, account) => transfers.transferShard(state, account, input))
  }

  /** Spreads the primary subaccount's free cash over the shards from now on. */
  setAllocation(accountId: string, input: SetAllocation, nowMillis: number): Answer<void> {
    return this.#withAccount(accountId, nowMillis, (state, account) => transfers.setAllocation(state, account, input))
  }

  createSeries(input: CreateSeries, nowMillis: number): Answer<Series> {
    return this.#tell(nowMillis, (state) =>
      Result.map(catalog.createSeries(state, input), ({ volume: _volume, ...series }) => series)
    )
  }

  createEvent(input: CreateEvent, nowMillis: number): Answer<MarketEvent> {
    return this.#tell(nowMillis, (state) =>
      Result.map(catalog.createEvent(state, input), ({ markets: _markets, series: _series, ...event }) => event)
    )
  }

  createMarket(input: CreateMarket, nowMillis: number): Answer<Market> {
    return this.#tell(nowMillis, (state) =>
      Result.map(catalog.createMarket(state, input), (market) => toMarket(state, market))
    )
  }

  /**
   * Pauses a market, which then accepts no new orders. Resting orders stay, except those that requested cancellation on
   * pause.
   */
  pauseMarket(ticker: string, nowMillis: number): Answer<void> {
    return this.#withMarket(ticker, nowMillis, lifecycle.pause)
  }

  /** Resumes a paused market; cancels the orders that rested through the pause. */
  reactivateMarket(ticker: string, nowMillis: number): Answer<void> {
    return this.#withMarket(ticker, nowMillis, lifecycle.reactivate)
  }

  /** Sets when a market closes: immediately if the time is not later than now. A later time reopens a closed market. */
  setMarketClose(ticker: string, closeMillis: number, nowMillis: number): Answer<void> {
    return this.#withMarket(ticker, nowMillis, (state, market) => lifecycle.setClose(state, market, closeMillis))
  }

  /** Sets the result of a market; it settles when its timer expires, or at {@link settleMarket}. */
  determineMarket(ticker: string, outcome: Outcome, nowMillis: number): Answer<void> {
    return this.#withMarket(ticker, nowMillis, (state, market) => lifecycle.determine(state, market, outcome))
  }

  /** Disputes a market's result: it does not settle until it is determined again. */
  disputeMarket(ticker: string, nowMillis: number): Answer<void> {
    return this.#withMarket(ticker, nowMillis, lifecycle.dispute)
  }

  /** Pays out every position of a determined market. */
  settleMarket(ticker: string, nowMillis: number): Answer<void> {
    return this.#withMarket(ticker, nowMillis, lifecycle.settle)
  }

  /** Pauses or resumes the exchange, or only its trading, on one shard or on all. */
  setActive(
    active: { readonly exchange?: boolean; readonly trading?: boolean; readonly exchangeIndex?: number },
    nowMillis: number
  ): Answer<void> {
    return this.#tell(nowMillis, (state) => lifecycle.setActive(state, active))
  }

  createOrder(accountId: string, input: CreateOrder, nowMillis: number): Answer<Order> {
    return this.#withAccount(accountId, nowMillis, (state, account) => orders.place(state, account, input))
  }

  /** Cancels a resting order; any other order is not found, so cancelling twice changes nothing. */
  cancelOrder(
    accountId: string,
    target: OrderTarget,
    nowMillis: number
  ): Answer<{ readonly order: Order; readonly reducedBy: number }> {
    return this.#withAccount(accountId, nowMillis, (state, account) => changes.cancel(state, account, target))
  }

  /** Cancels the resting orders of one subaccount or of all, on every shard, and returns their number. */
  cancelAllOrders(accountId: string, subaccount: number | undefined, nowMillis: number): Answer<number> {
    return this.#withAccount(accountId, nowMillis, (state, account) => changes.cancelAll(state, account, subaccount))
  }

  /** Changes price, total count, expiry or client id of a resting order. */
  amendOrder(accountId: string, input: AmendOrder, nowMillis: number): Answer<changes.Changed> {
    return this.#withAccount(accountId, nowMillis, (state, account) => changes.amend(state, account, input))
  }

  /** Makes a resting order smaller; it keeps its place in the queue. */
  decreaseOrder(accountId: string, input: DecreaseOrder, nowMillis: number): Answer<changes.Changed> {
    return this.#withAccount(accountId, nowMillis, (state, account) => changes.decrease(state, account, input))
  }

  createGroup(accountId: string, input: CreateGroup, nowMillis: number): Answer<OrderGroup> {
    return this.#withAccount(accountId, nowMillis, (state, account) => groups.create(state, account, input))
  }

  /** Empties the group's window and accepts orders again. */
  resetGroup(accountId: string, target: GroupTarget, nowMillis: number): Answer<void> {
    return this.#withGroup(accountId, target, nowMillis, groups.reset)
  }

  /** Cancels the group's resting orders and accepts no more until the group is reset. */
  triggerGroup(accountId: string, target: GroupTarget, nowMillis: number): Answer<void> {
    return this.#withGroup(accountId, target, nowMillis, groups.trigger)
  }

  /** Sets the group's limit, which triggers the group if its window already exceeds it. */
  setGroupLimit(accountId: string, target: GroupTarget, limit: number, nowMillis: number): Answer<void> {
    return this.#withGroup(accountId, target, nowMillis, (state, group) => groups.setLimit(state, group, limit))
  }

  /** Cancels the group's resting orders and removes it. */
  deleteGroup(accountId: string, target: GroupTarget, nowMillis: number): Answer<void> {
    return this.#withGroup(accountId, target, nowMillis, groups.remove)
  }

  #at(nowMillis: number): State {
    advance(this.#state, nowMillis)
    return this.#state
  }

  /** Runs a command, and keeps it for lagging reads. */
  #tell<A>(nowMillis: number, command: (state: State) => A): A {
    const state = this.#at(nowMillis)
    if (this.#lagging !== undefined) {
      this.#catchUp(this.#lagging, state.nowMillis)
      this.#untold.push({ atMillis: state.nowMillis, tell: command })
    }
    return command(state)
  }

  #catchUp(lagging: State, nowMillis: number): void {
    const until = nowMillis - this.assumptions.readLagMillis
    let told = 0
    for (const { atMillis, tell } of this.#untold) {
      if (atMillis > until) {
        break
      }
      advance(lagging, atMillis)
      tell(lagging)
      told++
    }
    this.#untold.splice(0, told)
    advance(lagging, until)
  }

  #withAccount<A>(
    accountId: string,
    nowMillis: number,
    command: (state: State, account: AccountState) => Answer<A>
  ): Answer<A> {
    return this.#tell(nowMillis, (state) => {
      const account = state.accounts.get(accountId)
      return account === undefined ? Result.fail(notFound) : command(state, account)
    })
  }

  #withMarket(
    ticker: string,
    nowMillis: number,
    command: (state: State, market: MarketState) => Answer<void>
  ): Answer<void> {
    return this.#tell(nowMillis, (state) => {
      const market = state.markets.get(ticker)
      return market === undefined ? Result.fail(notFound) : command(state, market)
    })
  }

  #withMoney(
    accountId: string,
    dollars: string,
    nowMillis: number,
    { exchangeIndex = 0, subaccount = 0 }: Partial<ledger.Till>,
    command: typeof ledger.deposit
  ): Answer<void> {
    const micros = parseMicros(dollars) ?? NaN
    return this.#withAccount(accountId, nowMillis, (state, account) =>
      command(state, account, micros, { exchangeIndex, subaccount })
    )
  }

  #withGroup(
    accountId: string,
    target: GroupTarget,
    nowMillis: number,
    write: (state: State, group: GroupState) => Refusal | undefined | void
  ): Answer<void> {
    return this.#withAccount(accountId, nowMillis, (state, account) =>
      groups.change(state, account, target, (group) => write(state, group))
    )
  }
}
