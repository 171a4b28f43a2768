/**
 * Order groups: a limit on the contracts filled within 15 seconds.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateGroup, GroupTarget } from "../Commands.ts"
import type { OrderGroup, Refusal } from "../Entities.ts"
import { contract, printCount } from "../decimal.ts"
import { cancel } from "./ending.ts"
import { FillWindow } from "./fillWindow.ts"
import { invalidParameters, notFound, refusal } from "../refusals.ts"
import { isShard, shards } from "../shards.ts"
import { type AccountState, type GroupState, isSubaccount, type State, checkNotPaused } from "../state.ts"

const largestLimit = 1_000_000 * contract

/** Whether `total`, the count that the group's orders filled in the last 15 seconds, triggers the group. */
export const exceedsLimit = (state: State, group: GroupState, total: number): boolean =>
  state.assumptions.groupTriggers === "over" ? total > group.limit : total >= group.limit

/** Triggers a group: cancels its resting orders, and refuses new orders until the group is reset. */
export const trigger = (state: State, group: GroupState): void => {
  if (group.triggered) {
    return
  }
  group.triggered = true
  logChange(state, group, "triggered")
  cancelAll(state, group)
}

const cancelAll = (state: State, group: GroupState): void => {
  for (const order of [...group.resting]) {
    cancel(state, order, "orderGroup", state.nowMillis)
  }
}

const logChange = (
  state: State,
  group: GroupState,
  change: "created" | "triggered" | "reset" | "deleted" | "limitUpdated"
): void => state.emit?.({ type: "orderGroup", change, group: view(state, group) })

export const view = (state: State, group: GroupState): OrderGroup => ({
  groupId: group.groupId,
  accountId: group.account.accountId,
  subaccount: group.subaccount,
  exchangeIndex: group.exchangeIndex,
  limit: group.limit,
  triggered: group.triggered,
  windowCount: group.window.total(state.nowMillis),
  isAutoCancelEnabled: state.assumptions.groupAutoCancelFlag === "whileTriggered" && group.triggered,
  orderIds: (state.assumptions.groupOrders === "all" ? group.placed : [...group.resting]).map((order) => order.orderId)
})

export const create = (state: State, account: AccountState, input: CreateGroup): Result.Result<OrderGroup, Refusal> => {
  const refused =
    checkNotPaused(state, input.exchangeIndex) ?? checkGroup(state, account, input) ?? checkLimit(input.limit)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  const group: GroupState = {
    groupId: state.ids.next(),
    account,
    subaccount: input.subaccount,
    exchangeIndex: input.exchangeIndex,
    limit: input.limit,
    triggered: false,
    window: new FillWindow(),
    resting: new Set(),
    placed: []
  }
  account.groups.set(group.groupId, group)
  logChange(state, group, "created")
  return Result.succeed(view(state, group))
}

const checkGroup = (state: State, account: AccountState, input: CreateGroup): Refusal | undefined => {
  if (!isSubaccount(input.subaccount)) {
    return invalidParameters("subaccount must be 0 to 63")
  }
  if (!isShard(input.exchangeIndex)) {
    return invalidParameters(`exchange_index must be 0 to ${shards - 1}`)
  }
  return account.groups.size >= state.assumptions.maxOrderGroups
    ? refusal(
        "invalid",
        "bad_request",
        `the account has its maximum of ${state.assumptions.maxOrderGroups} order groups`
      )
    : undefined
}

export const list = (state: State, account: AccountState, subaccount: number | undefined): Array<OrderGroup> =>
  Array.from(account.groups.values())
    .filter((group) => subaccount === undefined || group.subaccount === subaccount)
    .map((group) => view(state, group))

export const get = (
  state: State,
  account: AccountState,
  groupId: string,
  subaccount: number | undefined
): Result.Result<OrderGroup, Refusal> => {
  const group = account.groups.get(groupId.toLowerCase())
  return group === undefined || (subaccount !== undefined && group.subaccount !== subaccount)
    ? Result.fail(notFound)
    : Result.succeed(view(state, group))
}

export const change = (
  state: State,
  account: AccountState,
  target: GroupTarget,
  write: (group: GroupState) => Refusal | undefined | void
): Result.Result<void, Refusal> => {
  const paused = checkNotPaused(state, target.exchangeIndex)
  if (paused !== undefined) {
    return Result.fail(paused)
  }
  const group = account.groups.get(target.groupId.toLowerCase())
  const refused =
    group === undefined || group.subaccount !== target.subaccount || group.exchangeIndex !== target.exchangeIndex
      ? notFound
      : write(group)
  return refused ? Result.fail(refused) : Result.void
}

export const reset = (state: State, group: GroupState): void => {
  group.window.clear()
  group.triggered = false
  logChange(state, group, "reset")
}

export const setLimit = (state: State, group: GroupState, limit: number): Refusal | undefined => {
  const refused = checkLimit(limit)
  if (refused !== undefined) {
    return refused
  }
  group.limit = limit
  logChange(state, group, "limitUpdated")
  if (exceedsLimit(state, group, group.window.total(state.nowMillis))) {
    trigger(state, group)
  }
  return undefined
}

export const remove = (state: State, group: GroupState): void => {
  cancelAll(state, group)
  group.account.groups.delete(group.groupId)
  logChange(state, group, "deleted")
}

const checkLimit = (limit: number): Refusal | undefined =>
  Number.isInteger(limit) && limit >= contract && limit <= largestLimit
    ? undefined
    : invalidParameters(`the contracts limit must be ${printCount(contract)} to ${printCount(largestLimit)}`)
