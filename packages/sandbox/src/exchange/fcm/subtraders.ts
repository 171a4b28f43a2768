/**
 * Futures commission merchants (FCMs) and their subtraders.
 *
 * A subtrader is a separate account with its own orders, positions and money. Its orders do not reach the exchange over
 * REST. In the local exchange, the operator places them.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Order, Refusal, Subtrader } from "../Entities.ts"
import { makeAccount } from "../accounts/accounts.ts"
import type { ListFcmOrders, Page } from "../Commands.ts"
import { isWithin, page } from "../pages.ts"
import { invalidParameters, notFound, refusal } from "../refusals.ts"
import {
  type AccountState,
  type FcmState,
  type OrderState,
  snapshot,
  type State,
  type SubtraderState
} from "../state.ts"
import { capDateOf, premiumOf } from "./premium.ts"
import { notFcm } from "./trades.ts"

/**
 * Makes an account an FCM member. The error account also becomes an FCM member. Neither account can be a subtrader,
 * because a transfer could then take money from the same account twice.
 */
export const enable = (
  state: State,
  account: AccountState,
  errorAccountId: string | undefined
): Result.Result<void, Refusal> => {
  const errorAccount = errorAccountId === undefined ? undefined : state.accounts.get(errorAccountId)
  if (errorAccountId !== undefined && (errorAccount === undefined || errorAccount === account)) {
    return Result.fail(invalidParameters("the error account must be another account of the exchange"))
  }
  if (account.subtrader !== undefined || errorAccount?.subtrader !== undefined) {
    return Result.fail(invalidParameters("a subtrader can be neither an FCM member nor an error account"))
  }
  memberOf(account).errorAccount = errorAccount
  if (errorAccount !== undefined) {
    memberOf(errorAccount)
  }
  return Result.void
}

const memberOf = (account: AccountState): FcmState =>
  (account.fcm ??= { errorAccount: undefined, subtraders: new Map(), orders: [], trades: [] })

const suffix = /^[A-Za-z0-9]{1,16}$/

export const create = (
  state: State,
  member: AccountState,
  subtraderSuffix: string
): Result.Result<Subtrader, Refusal> => {
  const { fcm } = member
  if (fcm === undefined) {
    return Result.fail(notFcm)
  }
  if (!suffix.test(subtraderSuffix)) {
    return Result.fail(invalidParameters("subtrader_suffix must be 1 to 16 letters and digits"))
  }
  const subtraderId = `${member.accountId}_${subtraderSuffix}`
  return fcm.subtraders.has(subtraderId)
    ? Result.fail(refusal("conflict", "conflict", `the subtrader ${subtraderId} already exists`))
    : Result.succeed(toSubtrader(state, add(state, member, fcm, subtraderId)))
}

const add = (state: State, member: AccountState, fcm: FcmState, subtraderId: string): SubtraderState => {
  const account = makeAccount(state.ids.next(), subtraderId, "unmetered")
  state.accounts.set(account.accountId, account)
  const subtrader: SubtraderState = {
    subtraderId,
    member,
    account,
    capMicros: undefined,
    premiumMicros: 0,
    premiumDate: "",
    blockedCategories: new Set()
  }
  account.subtrader = subtrader
  fcm.subtraders.set(subtraderId, subtrader)
  return subtrader
}

/** Whether an id has the form of the ids of the account's subtraders. The subtrader need not exist. */
export const isSubtraderOf = ({ accountId }: AccountState, subtraderId: string): boolean =>
  subtraderId.startsWith(`${accountId}_`) && suffix.test(subtraderId.slice(accountId.length + 1))

export const findOrCreate = (state: State, member: AccountState, subtraderId: string): SubtraderState =>
  member.fcm?.subtraders.get(subtraderId) ?? add(state, member, memberOf(member), subtraderId)

/** Finds a subtrader. A key that is bound to a subtrader may omit the id, and may not name another one. */
export const find = (
  account: AccountState,
  subtraderId: string | undefined
): Result.Result<SubtraderState, Refusal> => {
  const { fcm, subtrader } = account
  if (subtrader !== undefined) {
    return subtraderId === undefined || subtraderId === subtrader.subtraderId
      ? Result.succeed(subtrader)
      : Result.fail(refusal("forbidden", "permission_denied", "the key is bound to another subtrader"))
  }
  if (fcm === undefined) {
    return Result.fail(notFcm)
  }
  if (subtraderId === undefined) {
    return Result.fail(invalidParameters("subtrader_id is required"))
  }
  const found = fcm.subtraders.get(subtraderId)
  return found === undefined ? Result.fail(notFound) : Result.succeed(found)
}

/** Lists the subtraders of an FCM member, oldest first. */
export const list = (state: State, { fcm }: AccountState): Result.Result<ReadonlyArray<Subtrader>, Refusal> =>
  fcm === undefined
    ? Result.fail(notFcm)
    : Result.succeed(Array.from(fcm.subtraders.values(), (subtrader) => toSubtrader(state, subtrader)))

export const toSubtrader = (state: State, subtrader: SubtraderState): Subtrader => ({
  subtraderId: subtrader.subtraderId,
  accountId: subtrader.account.accountId,
  capMicros: subtrader.capMicros,
  premiumMicros: premiumOf(state, subtrader),
  collateralMicros: Array.from(subtrader.account.holdings.values()).reduce(
    (total, { collateralMicros }) => total + collateralMicros,
    0
  ),
  capDate: capDateOf(state.nowMillis),
  blockedCategories: [...subtrader.blockedCategories].sort()
})

/** Sets the cap, or removes it if `capMicros` is undefined. Fails with `notFound` if there is no cap to remove. */
export const setCap = (
  account: AccountState,
  subtraderId: string,
  capMicros: number | undefined
): Result.Result<void, Refusal> =>
  Result.flatMap(find(account, subtraderId), (subtrader) => {
    if (capMicros === undefined && subtrader.capMicros === undefined) {
      return Result.fail(notFound)
    }
    if (capMicros !== undefined && capMicros < 0) {
      return Result.fail(invalidParameters("limit must not be negative"))
    }
    subtrader.capMicros = capMicros
    return Result.void
  })

export const setBlocked = (
  state: State,
  account: AccountState,
  {
    blocked,
    category,
    subtraderId
  }: { readonly subtraderId: string; readonly category: string; readonly blocked: boolean }
): Result.Result<Subtrader, Refusal> =>
  Result.flatMap(find(account, subtraderId), (subtrader) => {
    if (category.length < 1 || category.length > 100) {
      return Result.fail(invalidParameters("category must have 1 to 100 characters"))
    }
    if (blocked) {
      subtrader.blockedCategories.add(category)
    } else {
      subtrader.blockedCategories.delete(category)
    }
    return Result.succeed(toSubtrader(state, subtrader))
  })

const day = 86_400_000

/** Orders of subtraders, newest first. Documented: a search by client ids finds only orders of the last 24 hours. */
export const listOrders = (
  { nowMillis }: State,
  account: AccountState,
  query: ListFcmOrders
): Result.Result<Page<Order>, Refusal> => {
  const { clientOrderIds, eventTicker, status, subtraderId, ticker } = query
  const isBound = account.subtrader !== undefined
  if (!isBound && account.fcm !== undefined && subtraderId === undefined && clientOrderIds === undefined) {
    return Result.fail(invalidParameters("subtrader_id or client_order_ids is required"))
  }
  if (clientOrderIds !== undefined && clientOrderIds.length > 100) {
    return Result.fail(invalidParameters("client_order_ids may have at most 100 ids"))
  }
  const orders: Result.Result<ReadonlyArray<OrderState>, Refusal> = isBound ||
  account.fcm === undefined ||
  subtraderId !== undefined
    ? Result.map(find(account, subtraderId), (subtrader) => subtrader.account.orders.all)
    : Result.succeed(account.fcm.orders)
  return Result.flatMap(orders, (found) => {
    const ids = clientOrderIds === undefined ? undefined : new Set(clientOrderIds)
    return page(found, query, {
      mark: "fcmo-",
      isListed: (order) =>
        (ids === undefined ||
          (order.clientOrderId !== undefined &&
            ids.has(order.clientOrderId) &&
            order.createdMillis >= nowMillis - day)) &&
        (ticker === undefined || order.ticker === ticker) &&
        (eventTicker === undefined || order.market.event.eventTicker === eventTicker) &&
        (status === undefined || order.status === status) &&
        isWithin(order.createdMillis, query),
      show: snapshot
    })
  })
}
