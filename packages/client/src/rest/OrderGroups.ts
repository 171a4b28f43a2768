/**
 * The operations of order groups: one function for each request of the exchange's API.
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
 * Lists the account's order groups, in one response without pages.
 *
 * **Gotchas**
 *
 * `order_groups` can be absent if the account has no groups.
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
 * - The response does not contain the group's id, and does not show whether the group is triggered.
 * - Demo has returned 404 for about half a second after {@link create}.
 * - The exchange has returned 400 for an id that is not a UUID. The OpenAPI document does not declare 400 here, so the
 *   error is an `UnexpectedStatus`.
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

/**
 * A group's limit, from 1 to 1,000,000 contracts: as an integer or as a decimal count. If both fields are set, they
 * must be equal.
 */
export interface LimitInput extends Pick<Inputs.CreateOrderGroupInput, "contracts_limit" | "contracts_limit_fp"> {}

/**
 * Creates an order group. To place an order in the group, set `order_group_id` in the input of `Orders.create`.
 *
 * **Gotchas**
 *
 * The client does not retry this operation after a lost response, because the request has no client-supplied id. Look
 * for the group with {@link list}.
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
 * If the fills of the current window already exceed the new limit, the group triggers at once.
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
 * Resets a group's counter of filled contracts to zero, so that the group accepts orders again.
 *
 * **Gotchas**
 *
 * The client does not retry this operation after a lost response, because a second reset would also discard the fills
 * since the first reset.
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

/**
 * Triggers a group. The exchange cancels all resting orders of the group and refuses new ones until the group is reset.
 */
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
   * Cancels all orders of a group and deletes the group permanently.
   *
   * **Gotchas**
   *
   * The client retries this operation after a lost response. A `NotFound` with `afterLostAnswer` most likely means that
   * an earlier attempt succeeded.
   */
  remove as delete
}
