/**
 * Order groups.
 *
 * @module
 */
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Result from "effect/Result"
import type { GroupTarget } from "../../exchange/Commands.ts"
import type { OrderGroup, Refusal } from "../../exchange/Entities.ts"
import { contract, parseCount } from "../../exchange/decimal.ts"
import { type Route, route } from "../route.ts"
import { invalidParameters } from "../../exchange/refusals.ts"
import { count } from "../wire.ts"

export const orderGroups: ReadonlyArray<Route> = [
  route(OrderGroups.list, ({ accountId, input, userView }) =>
    Result.map(userView.listGroups(accountId, input.subaccount), (groups) => ({
      order_groups: groups.map(toListedGroup)
    }))
  ),

  route(OrderGroups.get, ({ accountId, input, userView }) =>
    Result.map(userView.group(accountId, input.order_group_id, input.subaccount), toGroup)
  ),

  route(OrderGroups.create, ({ accountId, execute, input }) =>
    Result.map(
      Result.flatMap(limitOf(input), (limit) =>
        execute({
          type: "createGroup",
          accountId,
          group: { subaccount: input.subaccount ?? 0, limit, exchangeIndex: input.exchange_index ?? 0 }
        })
      ),
      (group) => ({
        order_group_id: group.groupId,
        subaccount: group.subaccount,
        exchange_index: group.exchangeIndex
      })
    )
  ),

  route(OrderGroups.updateLimit, ({ accountId, execute, input }) =>
    empty(
      Result.flatMap(limitOf(input), (limit) =>
        execute({ type: "setGroupLimit", accountId, target: targetOf(input), limit })
      )
    )
  ),

  route(OrderGroups.reset, ({ accountId, execute, input }) =>
    empty(execute({ type: "resetGroup", accountId, target: targetOf(input) }))
  ),

  route(OrderGroups.trigger, ({ accountId, execute, input }) =>
    empty(execute({ type: "triggerGroup", accountId, target: targetOf(input) }))
  ),

  route(OrderGroups.delete, ({ accountId, execute, input }) =>
    empty(execute({ type: "deleteGroup", accountId, target: targetOf(input) }))
  )
]

const toGroup = (group: OrderGroup): OrderGroups.GetOrderGroupResponse => ({
  is_auto_cancel_enabled: group.isAutoCancelEnabled,
  contracts_limit_fp: count(group.limit),
  orders: group.orderIds,
  exchange_index: group.exchangeIndex
})

const toListedGroup = (group: OrderGroup): OrderGroups.OrderGroup => ({
  id: group.groupId,
  is_auto_cancel_enabled: group.isAutoCancelEnabled,
  contracts_limit_fp: count(group.limit),
  exchange_index: group.exchangeIndex
})

const empty = (result: Result.Result<void, Refusal>): Result.Result<{}, Refusal> => Result.map(result, () => ({}))

const targetOf = (input: OrderGroups.ChangeInput): GroupTarget => ({
  groupId: input.order_group_id,
  subaccount: input.subaccount ?? 0,
  exchangeIndex: input.exchange_index ?? 0
})

/**
 * The limit in hundredths of a contract. If a limit in whole contracts and a decimal limit are both set, they must be
 * equal.
 */
const limitOf = (input: OrderGroups.LimitInput): Result.Result<number, Refusal> => {
  const whole = input.contracts_limit === undefined ? undefined : input.contracts_limit * contract
  const decimal = input.contracts_limit_fp ?? undefined
  const parsed = decimal === undefined ? undefined : parseCount(decimal)
  if (decimal !== undefined && parsed === undefined) {
    return Result.fail(invalidParameters("contracts_limit_fp is not a number of contracts"))
  }
  if (whole !== undefined && parsed !== undefined && whole !== parsed) {
    return Result.fail(invalidParameters("contracts_limit and contracts_limit_fp must match"))
  }
  const limit = whole ?? parsed
  return limit === undefined
    ? Result.fail(invalidParameters("contracts_limit or contracts_limit_fp is required"))
    : Result.succeed(limit)
}
