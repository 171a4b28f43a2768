/**
 * Order groups: a circuit breaker on fills. A group holds a limit of contracts over a rolling 15-second window; when
 * the fills of its orders go over the limit, the exchange cancels all its resting orders and refuses new ones until the
 * group is reset.
 *
 * **Gotchas**
 *
 * - Reads answer for all subaccounts unless one is given; writes go to subaccount 0 unless one is given.
 * - Writes take `exchange_index` (0 unless given) since a group never spans shards; reads take none.
 * - Nothing in a response says that a group is triggered: `is_auto_cancel_enabled` does not. Learn it from the feed's
 *   `order_group_updates`, or from an order that is refused. Source: the fields of the document of October 26, 2026, and a fresh
 *   group recorded with `false`.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"

export type {
  CreateOrderGroupInput as CreateInput,
  GetOrderGroupInput as GetInput,
  GetOrderGroupsInput as ListInput,
  ResetOrderGroupInput as ChangeInput,
  UpdateOrderGroupLimitInput as UpdateLimitInput
} from "../generated/inputs.ts"
export type {
  CreateOrderGroupResponse,
  EmptyResponse,
  GetOrderGroupResponse,
  GetOrderGroupsResponse,
  OrderGroup
} from "../generated/responses.ts"

/**
 * Lists the account's order groups, in one answer without pages.
 *
 * **Gotchas**
 *
 * `order_groups` itself can be absent when there are none.
 */
export const list: Operation.Operation<
  Inputs.GetOrderGroupsInput,
  Responses.GetOrderGroupsResponse,
  BadRequest | Unauthorized,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetOrderGroups",
  name: "OrderGroups.list",
  method: "GET",
  path: "/portfolio/order_groups",
  query: Parameters.GetOrderGroupsQuery,
  success: { status: 200, body: Responses.GetOrderGroupsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent"
})

/**
 * Reads one order group: its limit and the ids of its orders.
 *
 * **Gotchas**
 *
 * - The answer holds neither the group's id nor whether it is triggered.
 * - Right after {@link create}, demo has answered 404 for about half a second.
 * - An id that is no UUID has been answered 400, which the document does not declare here: that surfaces as
 *   `UnexpectedStatus`.
 */
export const get: Operation.Operation<
  Inputs.GetOrderGroupInput,
  Responses.GetOrderGroupResponse,
  Unauthorized | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetOrderGroup",
  name: "OrderGroups.get",
  method: "GET",
  path: "/portfolio/order_groups/{order_group_id}",
  pathParameters: Parameters.GetOrderGroupPath,
  query: Parameters.GetOrderGroupQuery,
  success: { status: 200, body: Responses.GetOrderGroupResponse },
  errors: [Unauthorized, NotFound],
  access: "read",
  retry: "idempotent"
})

/** A group's limit: whole contracts, or a decimal count; equal where both are given. From 1 to 1,000,000. */
export interface LimitInput extends Pick<Inputs.CreateOrderGroupInput, "contracts_limit" | "contracts_limit_fp"> {}

/**
 * Makes an order group. Put orders into it with `order_group_id` when they are placed.
 *
 * **Gotchas**
 *
 * Never repeated after a lost answer, since it takes no id of yours: list the groups to find out.
 */
export const create: Operation.Operation<
  Inputs.CreateOrderGroupInput,
  Responses.CreateOrderGroupResponse,
  BadRequest | Unauthorized,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateOrderGroup",
  name: "OrderGroups.create",
  method: "POST",
  path: "/portfolio/order_groups/create",
  body: Requests.CreateOrderGroupRequest,
  success: { status: 201, body: Responses.CreateOrderGroupResponse },
  errors: [BadRequest, Unauthorized],
  access: "write",
  retry: "never"
})

/**
 * Sets a group's limit.
 *
 * **Gotchas**
 *
 * A limit that the running window already breaks triggers the group at once.
 */
export const updateLimit: Operation.Operation<
  Inputs.UpdateOrderGroupLimitInput,
  Responses.EmptyResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "UpdateOrderGroupLimit",
  name: "OrderGroups.updateLimit",
  method: "PUT",
  path: "/portfolio/order_groups/{order_group_id}/limit",
  pathParameters: Parameters.UpdateOrderGroupLimitPath,
  query: Parameters.UpdateOrderGroupLimitQuery,
  body: Requests.UpdateOrderGroupLimitRequest,
  success: { status: 200, body: Responses.EmptyResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "write",
  retry: "idempotent"
})

/**
 * Puts a group's counter back to zero and lets it take orders again.
 *
 * **Gotchas**
 *
 * Never repeated after a lost answer: fills may have come in between, and a second reset would forget them.
 */
export const reset: Operation.Operation<
  Inputs.ResetOrderGroupInput,
  Responses.EmptyResponse,
  Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "ResetOrderGroup",
  name: "OrderGroups.reset",
  method: "PUT",
  path: "/portfolio/order_groups/{order_group_id}/reset",
  pathParameters: Parameters.ResetOrderGroupPath,
  query: Parameters.ResetOrderGroupQuery,
  success: { status: 200, body: Responses.EmptyResponse },
  errors: [Unauthorized, NotFound],
  access: "write",
  retry: "never"
})

/** Triggers a group by hand: all its resting orders are cancelled, and new ones are refused until it is reset. */
export const trigger: Operation.Operation<
  Inputs.TriggerOrderGroupInput,
  Responses.EmptyResponse,
  Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "TriggerOrderGroup",
  name: "OrderGroups.trigger",
  method: "PUT",
  path: "/portfolio/order_groups/{order_group_id}/trigger",
  pathParameters: Parameters.TriggerOrderGroupPath,
  query: Parameters.TriggerOrderGroupQuery,
  success: { status: 200, body: Responses.EmptyResponse },
  errors: [Unauthorized, NotFound],
  access: "write",
  retry: "idempotent",
  limits: { urgent: true }
})

const remove: Operation.Operation<
  Inputs.DeleteOrderGroupInput,
  Responses.EmptyResponse,
  Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "DeleteOrderGroup",
  name: "OrderGroups.delete",
  method: "DELETE",
  path: "/portfolio/order_groups/{order_group_id}",
  pathParameters: Parameters.DeleteOrderGroupPath,
  query: Parameters.DeleteOrderGroupQuery,
  success: { status: 200, body: Responses.EmptyResponse },
  errors: [Unauthorized, NotFound],
  access: "write",
  retry: "idempotent",
  limits: { urgent: true }
})

export {
  /**
   * Cancels all orders of a group and removes it for good.
   *
   * **Gotchas**
   *
   * Repeated after a lost answer; a `NotFound` with `afterLostAnswer` is then most likely the echo of the first.
   */
  remove as delete
}
