/**
 * What the exchange holds, and the two things every part of it does: cancel an order, and let time pass.
 *
 * @module
 */
import type { Assumptions } from "../Assumptions.ts"
import type { ApiKey, CancelReason, Event, Market, Order, Refusal } from "../Exchange.ts"
import type { Book, Level } from "./book.ts"
import type { FillWindow } from "./fillWindow.ts"
import { type Holding, makeHolding } from "./ledger.ts"
import type { Timers } from "./timers.ts"

export interface AccountState {
  readonly accountId: string
  readonly name: string
  readonly keys: Array<ApiKey>
  /** Every order ever accepted, oldest first. */
  readonly orders: Array<OrderState>
  /** Orders by the client ids that are taken. */
  readonly clientOrderIds: Map<string, OrderState>
  readonly groups: Map<string, GroupState>
  /** By subaccount; one that was never touched has no entry. */
  readonly holdings: Map<number, Holding>
}

export interface MarketState extends Market {
  readonly book: Book
  /** Price ranges in ten-thousandths of a dollar. */
  readonly grid: ReadonlyArray<{ readonly start: number; readonly end: number; readonly step: number }>
}

/** An order as the engine keeps it: mutable, and linked into its price level while it rests. */
export type OrderState = { -readonly [K in keyof Order]: Order[K] } & {
  readonly account: AccountState
  readonly market: MarketState
  readonly group: GroupState | undefined
  level: Level | undefined
  previous: OrderState | undefined
  next: OrderState | undefined
}

export interface GroupState {
  readonly groupId: string
  readonly account: AccountState
  readonly subaccount: number
  readonly exchangeIndex: number
  /** In hundredths of a contract. */
  limit: number
  triggered: boolean
  readonly window: FillWindow
  /** Orders of the group that rest, oldest first. */
  readonly resting: Set<OrderState>
  /** Every order ever placed in the group, oldest first. */
  readonly placed: Array<OrderState>
}

export interface State {
  readonly assumptions: Assumptions
  readonly nextId: () => string
  readonly emit: ((event: Event) => void) | undefined
  readonly accounts: Map<string, AccountState>
  readonly keys: Map<string, ApiKey>
  readonly markets: Map<string, MarketState>
  readonly orders: Map<string, OrderState>
  readonly timers: Timers<{ readonly expire: OrderState } | { readonly close: MarketState }>
  nowMillis: number
  exchangeActive: boolean
  tradingActive: boolean
}

/** Shards that the documents name: 0 to 3. */
export const shards = 4

/** Subaccounts are numbered from 0 to 63. */
export const isSubaccount = (subaccount: number): boolean =>
  Number.isInteger(subaccount) && subaccount >= 0 && subaccount <= 63

export const refusal = (kind: Refusal["kind"], code: string, details?: string): Refusal => ({
  kind,
  code,
  message: code.replaceAll("_", " "),
  ...(details === undefined ? undefined : { details })
})

export const notFound: Refusal = /*#__PURE__*/ refusal("notFound", "not_found")

export const invalidParameters = (details: string): Refusal => refusal("invalid", "invalid_parameters", details)

/** Refuses whatever changes state while the exchange is paused. */
export const whilePaused = (state: State): Refusal | undefined =>
  state.exchangeActive ? undefined : refusal("conflict", "exchange_is_paused")

export const holdingOf = (account: AccountState, subaccount: number): Holding => {
  let holding = account.holdings.get(subaccount)
  if (holding === undefined) {
    holding = makeHolding(0n)
    account.holdings.set(subaccount, holding)
  }
  return holding
}

/** A copy of an order that later events do not change. */
export const snapshot = (order: OrderState): Order => {
  const {
    account: _account,
    market: _market,
    group: _group,
    level: _level,
    previous: _previous,
    next: _next,
    ...own
  } = order
  return own
}

/** Ends an order's life: it rests no more, and its client id may be free again. */
export const settle = (state: State, order: OrderState, status: "canceled" | "executed", atMillis: number): void => {
  order.status = status
  order.updatedMillis = atMillis
  order.group?.resting.delete(order)
  if (order.clientOrderId !== undefined && state.assumptions.clientOrderIds === "whileResting") {
    order.account.clientOrderIds.delete(order.clientOrderId)
  }
}

/** Cancels an order and returns what had remained of it; nothing happens to one that does not rest. */
export const cancel = (state: State, order: OrderState, reason: CancelReason, atMillis: number): number => {
  if (order.status !== "resting") {
    return 0
  }
  order.market.book[order.side].remove(order)
  const reducedBy = order.remainingCount
  order.remainingCount = 0
  order.cancelReason = reason
  settle(state, order, "canceled", atMillis)
  state.emit?.({ type: "orderCanceled", atMillis, order: snapshot(order), reducedBy })
  return reducedBy
}

/** Lets time pass: what is due happens, in order, each at its own time. Time never goes back. */
export const advance = (state: State, nowMillis: number): void => {
  for (let due = state.timers.take(nowMillis); due !== undefined; due = state.timers.take(nowMillis)) {
    state.nowMillis = Math.max(state.nowMillis, due.atMillis)
    if ("expire" in due.value) {
      cancel(state, due.value.expire, "expired", due.atMillis)
    } else {
      const { book } = due.value.close
      for (const order of [...book.bid.orders(), ...book.ask.orders()]) {
        cancel(state, order, "marketClosed", due.atMillis)
      }
    }
  }
  state.nowMillis = Math.max(state.nowMillis, nowMillis)
}
