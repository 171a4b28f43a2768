/**
 * The exchange without any I/O: it holds accounts, markets, orders and order groups, and changes only when told to.
 *
 * Every call carries the time at which it happens, ids come from a seed, and nothing else is random: the same calls
 * give the same state. Prices are whole ten-thousandths of a dollar, counts whole hundredths of a contract, amounts
 * whole micro-dollars.
 *
 * @module
 */
import * as Result from "effect/Result"
import { type Assumptions, defaults } from "./Assumptions.ts"
import { dump as dumpState } from "./internal/dump.ts"
import { parseMicros } from "./internal/decimal.ts"
import { makeIds } from "./internal/ids.ts"
import { makeHolding } from "./internal/ledger.ts"
import * as markets from "./internal/markets.ts"
import * as groups from "./internal/orderGroups.ts"
import * as orders from "./internal/orders.ts"
import {
  type AccountState,
  advance,
  cancel,
  type GroupState,
  invalidParameters,
  notFound,
  type State,
  whilePaused
} from "./internal/state.ts"
import { Timers } from "./internal/timers.ts"

/** Why the exchange did not do something. `code`, `message` and `details` are those of the wire. */
export interface Refusal {
  readonly kind: "invalid" | "notFound" | "conflict"
  readonly code: string
  readonly message: string
  readonly details?: string
}

/** An order as it stands. */
export interface Order {
  readonly orderId: string
  readonly accountId: string
  readonly subaccount: number
  readonly clientOrderId: string | undefined
  readonly ticker: string
  readonly exchangeIndex: number
  /** `bid` buys YES, `ask` sells YES, which is buying NO at one dollar minus the price. */
  readonly side: "bid" | "ask"
  /** Of YES, in ten-thousandths of a dollar. */
  readonly price: number
  readonly initialCount: number
  readonly fillCount: number
  readonly remainingCount: number
  readonly status: "resting" | "canceled" | "executed"
  readonly cancelReason: CancelReason | undefined
  readonly timeInForce: "good_till_canceled" | "immediate_or_cancel" | "fill_or_kill"
  readonly selfTradePrevention: "taker_at_cross" | "maker"
  readonly cancelOnPause: boolean
  readonly orderGroupId: string | undefined
  readonly expirationMillis: number | undefined
  readonly createdMillis: number
  readonly updatedMillis: number
  /** What was paid for the order's own side: the price for a bid, one dollar minus it for an ask. */
  readonly takerCostMicros: number
  readonly makerCostMicros: number
  readonly takerFeesMicros: number
  readonly makerFeesMicros: number
}

/** Why an order was cancelled. */
export type CancelReason =
  | "requested"
  | "expired"
  | "immediateOrCancel"
  | "marketClosed"
  | "orderGroup"
  | "paused"
  | "selfTrade"

/** An order to place. */
export interface CreateOrder {
  readonly ticker: string
  readonly clientOrderId: string | undefined
  readonly side: "bid" | "ask"
  readonly count: number
  readonly price: number
  readonly timeInForce: Order["timeInForce"]
  readonly selfTradePrevention: Order["selfTradePrevention"]
  readonly expirationSeconds: number | undefined
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly cancelOnPause: boolean
  readonly subaccount: number
  readonly orderGroupId: string | undefined
  /** A shard, or -1 or undefined to go by the ticker. */
  readonly exchangeIndex: number | undefined
}

/** An order to cancel. */
export interface CancelOrder {
  readonly orderId: string
  readonly subaccount: number
  readonly exchangeIndex: number | undefined
  readonly marketTicker: string | undefined
}

/** Which orders to list; what is undefined does not narrow the list. Times are those of creation. */
export interface ListOrders {
  readonly ticker: string | undefined
  readonly eventTickers: ReadonlyArray<string> | undefined
  readonly status: string | undefined
  readonly subaccount: number | undefined
  readonly exchangeIndex: number | undefined
  readonly minSeconds: number | undefined
  readonly maxSeconds: number | undefined
  readonly limit: number
  readonly cursor: string | undefined
}

/** A page of orders, newest first. The last page has an empty cursor. */
export interface OrderPage {
  readonly orders: ReadonlyArray<Order>
  readonly cursor: string
}

/** An order group to create. `limit` is in hundredths of a contract. */
export interface CreateGroup {
  readonly subaccount: number
  readonly limit: number
  readonly exchangeIndex: number
}

/** Names the order group to change; the subaccount and the shard must be its own. */
export interface GroupTarget {
  readonly groupId: string
  readonly subaccount: number
  readonly exchangeIndex: number
}

/** An order group as it stands. */
export interface OrderGroup {
  readonly groupId: string
  readonly accountId: string
  readonly subaccount: number
  readonly exchangeIndex: number
  readonly limit: number
  readonly triggered: boolean
  /** What its orders filled in the last 15 seconds. */
  readonly windowCount: number
  readonly isAutoCancelEnabled: boolean
  readonly orderIds: ReadonlyArray<string>
}

/** A market. It trades from its opening until its close, when its resting orders are cancelled. */
export interface Market {
  readonly ticker: string
  readonly eventTicker: string
  readonly exchangeIndex: number
  readonly openMillis: number
  readonly closeMillis: number
  /** Fees of a fill per dollar of price × (1 − price), in ten-thousandths: 700 is 7 %. */
  readonly takerFeeRate: number
  readonly makerFeeRate: number
}

/** A market to create. */
export interface CreateMarket {
  readonly ticker: string
  /** Default: the ticker without its last part. */
  readonly eventTicker?: string
  /** Default 0. */
  readonly exchangeIndex?: number
  /** Default: now. */
  readonly openMillis?: number
  /** Default: never. */
  readonly closeMillis?: number
  /** Price levels in dollars. Default: every cent. */
  readonly priceRanges?: ReadonlyArray<{ readonly start: string; readonly end: string; readonly step: string }>
  /** Default 700, which is 7 %. */
  readonly takerFeeRate?: number
  /** Default 0; series with maker fees have 175. */
  readonly makerFeeRate?: number
}

/** An account. */
export interface Account {
  readonly accountId: string
  readonly name: string
}

/** A public key that may sign for an account. */
export interface ApiKey {
  readonly keyId: string
  readonly accountId: string
  /** SPKI PEM. */
  readonly publicKey: string
}

/** What a subaccount holds: positions by ticker in hundredths of a contract, negative for NO. */
export interface Portfolio {
  readonly cashMicros: bigint
  readonly feesMicros: bigint
  readonly positions: Readonly<Record<string, number>>
}

/** Something that happened. */
export type Event =
  | { readonly type: "orderAccepted"; readonly atMillis: number; readonly orderId: string; readonly ticker: string }
  | { readonly type: "orderCanceled"; readonly atMillis: number; readonly order: Order; readonly reducedBy: number }
  | {
      readonly type: "fill"
      readonly atMillis: number
      readonly tradeId: string
      readonly ticker: string
      readonly price: number
      readonly count: number
      /** Both orders as the fill left them. */
      readonly maker: Order
      readonly taker: Order
      readonly makerFeeMicros: number
      readonly takerFeeMicros: number
    }
  | {
      readonly type: "orderGroup"
      readonly change: "created" | "triggered" | "reset" | "deleted" | "limitUpdated"
      readonly atMillis: number
      readonly group: OrderGroup
    }

/** How an exchange is made. */
export interface Options {
  /** A safe non-negative integer. */
  readonly seed: number
  readonly assumptions?: Partial<Assumptions>
  /** Called with everything that happens, in order, while it happens. */
  readonly onEvent?: (event: Event) => void
}

const defaultDeposit = "1000000"

/**
 * The exchange. Calls name the time at which they happen in Unix milliseconds; what was due before that time, such as
 * an order's expiry, happens first and at its own time. A time before that of an earlier call counts as that one's.
 */
export class Exchange {
  readonly assumptions: Assumptions
  readonly #state: State

  constructor(options: Options) {
    this.assumptions = { ...defaults, ...options.assumptions }
    this.#state = {
      assumptions: this.assumptions,
      nextId: makeIds(options.seed),
      emit: options.onEvent,
      accounts: new Map(),
      keys: new Map(),
      markets: new Map(),
      orders: new Map(),
      timers: new Timers(),
      nowMillis: 0,
      exchangeActive: true,
      tradingActive: true
    }
  }

  /** Makes an account whose primary subaccount has so many dollars (a million unless told). */
  createAccount(name: string, nowMillis: number, dollars = defaultDeposit): Result.Result<Account, Refusal> {
    const deposit = parseMicros(dollars)
    if (deposit === undefined) {
      return Result.fail(invalidParameters("the deposit must be dollars with at most six decimals"))
    }
    const state = this.#at(nowMillis)
    const account: AccountState = {
      accountId: state.nextId(),
      name,
      keys: [],
      orders: [],
      clientOrderIds: new Map(),
      groups: new Map(),
      holdings: new Map([[0, makeHolding(BigInt(deposit))]])
    }
    state.accounts.set(account.accountId, account)
    return Result.succeed({ accountId: account.accountId, name })
  }

  accounts(): ReadonlyArray<Account> {
    return Array.from(this.#state.accounts.values(), ({ accountId, name }) => ({ accountId, name }))
  }

  /** Registers a public key (SPKI PEM) for an account. */
  registerKey(accountId: string, publicKey: string, nowMillis: number): Result.Result<ApiKey, Refusal> {
    const state = this.#at(nowMillis)
    return Result.map(this.#account(accountId), (account) => {
      const key = { keyId: state.nextId(), accountId, publicKey }
      account.keys.push(key)
      state.keys.set(key.keyId, key)
      return key
    })
  }

  key(keyId: string): ApiKey | undefined {
    return this.#state.keys.get(keyId)
  }

  createMarket(input: CreateMarket, nowMillis: number): Result.Result<Market, Refusal> {
    const state = this.#at(nowMillis)
    return Result.map(markets.create(state, input), ({ book: _book, grid: _grid, ...market }) => market)
  }

  /** Pauses or resumes the exchange, or its trading alone. Orders that ask for it are cancelled by a pause. */
  setActive(active: { readonly exchange?: boolean; readonly trading?: boolean }, nowMillis: number): void {
    const state = this.#at(nowMillis)
    state.exchangeActive = active.exchange ?? state.exchangeActive
    state.tradingActive = active.trading ?? state.tradingActive
    if (state.exchangeActive && state.tradingActive) {
      return
    }
    for (const { book } of state.markets.values()) {
      for (const order of [...book.bid.orders(), ...book.ask.orders()].filter((order) => order.cancelOnPause)) {
        cancel(state, order, "paused", state.nowMillis)
      }
    }
  }

  /** Whether state changes, and trading, are permitted. No trading happens on an exchange that is paused. */
  status(): { readonly exchangeActive: boolean; readonly tradingActive: boolean } {
    const { exchangeActive, tradingActive } = this.#state
    return { exchangeActive, tradingActive: exchangeActive && tradingActive }
  }

  createOrder(accountId: string, input: CreateOrder, nowMillis: number): Result.Result<Order, Refusal> {
    const state = this.#at(nowMillis)
    return Result.flatMap(this.#account(accountId), (account) => orders.place(state, account, input))
  }

  /** Cancels a resting order; any other is not found, so that cancelling twice changes nothing. */
  cancelOrder(
    accountId: string,
    input: CancelOrder,
    nowMillis: number
  ): Result.Result<{ readonly order: Order; readonly reducedBy: number }, Refusal> {
    const state = this.#at(nowMillis)
    return Result.flatMap(this.#account(accountId), (account) => orders.cancel(state, account, input))
  }

  order(accountId: string, orderId: string, nowMillis: number): Result.Result<Order, Refusal> {
    const state = this.#at(nowMillis)
    return Result.flatMap(this.#account(accountId), (account) => orders.get(state, account, orderId))
  }

  listOrders(accountId: string, query: ListOrders, nowMillis: number): Result.Result<OrderPage, Refusal> {
    this.#at(nowMillis)
    return Result.flatMap(this.#account(accountId), (account) => orders.list(account, query))
  }

  createGroup(accountId: string, input: CreateGroup, nowMillis: number): Result.Result<OrderGroup, Refusal> {
    const state = this.#at(nowMillis)
    return Result.flatMap(this.#account(accountId), (account) => groups.create(state, account, input))
  }

  /** An order group by id; a subaccount narrows the search. */
  group(
    accountId: string,
    groupId: string,
    subaccount: number | undefined,
    nowMillis: number
  ): Result.Result<OrderGroup, Refusal> {
    const state = this.#at(nowMillis)
    return Result.flatMap(this.#account(accountId), (account) => groups.get(state, account, groupId, subaccount))
  }

  listGroups(
    accountId: string,
    subaccount: number | undefined,
    nowMillis: number
  ): Result.Result<ReadonlyArray<OrderGroup>, Refusal> {
    const state = this.#at(nowMillis)
    return Result.map(this.#account(accountId), (account) => groups.list(state, account, subaccount))
  }

  /** Empties the group's window and lets it take orders again. */
  resetGroup(accountId: string, target: GroupTarget, nowMillis: number): Result.Result<void, Refusal> {
    return this.#changeGroup(accountId, target, nowMillis, groups.reset)
  }

  /** Cancels the group's resting orders and lets it take no more, until it is reset. */
  triggerGroup(accountId: string, target: GroupTarget, nowMillis: number): Result.Result<void, Refusal> {
    return this.#changeGroup(accountId, target, nowMillis, groups.trigger)
  }

  /** Sets the group's limit, which triggers it if its window is already over that. */
  setGroupLimit(
    accountId: string,
    target: GroupTarget,
    limit: number,
    nowMillis: number
  ): Result.Result<void, Refusal> {
    return this.#changeGroup(accountId, target, nowMillis, (state, group) => groups.setLimit(state, group, limit))
  }

  /** Cancels the group's resting orders and removes it. */
  deleteGroup(accountId: string, target: GroupTarget, nowMillis: number): Result.Result<void, Refusal> {
    return this.#changeGroup(accountId, target, nowMillis, groups.remove)
  }

  /** Price levels of a market, the best first: price and contracts resting there. */
  book(
    ticker: string,
    nowMillis: number
  ): Result.Result<Readonly<Record<"bid" | "ask", ReadonlyArray<readonly [price: number, count: number]>>>, Refusal> {
    const market = this.#at(nowMillis).markets.get(ticker)
    if (market === undefined) {
      return Result.fail(notFound)
    }
    const levels = (side: "bid" | "ask") =>
      Array.from(market.book[side].levels(), ({ count, price }) => [price, count] as const)
    return Result.succeed({ bid: levels("bid"), ask: levels("ask") })
  }

  portfolio(accountId: string, subaccount = 0): Result.Result<Portfolio, Refusal> {
    return Result.map(this.#account(accountId), ({ holdings }) => {
      const { cashMicros, feesMicros, positions } = holdings.get(subaccount) ?? makeHolding(0n)
      return { cashMicros, feesMicros, positions: Object.fromEntries(positions) }
    })
  }

  /** The whole state as plain JSON, without keys' text. Equal states have equal dumps. */
  dump(nowMillis: number): unknown {
    return dumpState(this.#at(nowMillis))
  }

  #at(nowMillis: number): State {
    advance(this.#state, nowMillis)
    return this.#state
  }

  #account(accountId: string): Result.Result<AccountState, Refusal> {
    const account = this.#state.accounts.get(accountId)
    return account === undefined ? Result.fail(notFound) : Result.succeed(account)
  }

  #changeGroup(
    accountId: string,
    target: GroupTarget,
    nowMillis: number,
    write: (state: State, group: GroupState) => Refusal | undefined | void
  ): Result.Result<void, Refusal> {
    const state = this.#at(nowMillis)
    const paused = whilePaused(state)
    return paused === undefined
      ? Result.flatMap(this.#account(accountId), (account) =>
          groups.change(account, target, (group) => write(state, group))
        )
      : Result.fail(paused)
  }
}
