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
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"

export type {
  CreateOrderGroupResponse,
  EmptyResponse,
  GetOrderGroupResponse,
  GetOrderGroupsResponse,
  OrderGroup
} from "../generated/responses.ts"

/** Input of {@link list}. */
export interface ListInput {
  /** 0 is the primary account, 1–63 a subaccount. Default: all of them. */
  readonly subaccount?: number | undefined
}

/**
 * Lists the account's order groups, in one answer without pages.
 *
 * **Gotchas**
 *
 * `order_groups` itself can be absent when there are none.
 */
export const list: Operation.Operation<
  ListInput,
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
  retry: "idempotent",
  bucket: "read"
})

/** Input of {@link get}. */
export interface GetInput {
  readonly order_group_id: string
  /** 0 is the primary account, 1–63 a subaccount. Default: all of them. */
  readonly subaccount?: number | undefined
}

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
export const get: Operation.Operation<GetInput, Responses.GetOrderGroupResponse, Unauthorized | NotFound, KalshiRead> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetOrderGroup",
    name: "OrderGroups.get",
    method: "GET",
    path: "/portfolio/order_groups/{order_group_id}",
    pathParameters: Parameters.GetOrderGroupPath,
    query: Parameters.GetOrderGroupQuery,
    success: { status: 200, body: Responses.GetOrderGroupResponse },
    errors: [Unauthorized, NotFound],
    access: "read",
    retry: "idempotent",
    bucket: "read"
  })

/** Input of {@link create}. */
export interface CreateInput extends LimitInput {
  /** 0 the primary (the default), 1–63 a subaccount. */
  readonly subaccount?: number | undefined
  /** The shard the group lives on; 0 unless given. */
  readonly exchange_index?: number | undefined
}

/** A group's limit: whole contracts, or a decimal count; equal where both are given. From 1 to 1,000,000. */
export interface LimitInput {
  readonly contracts_limit?: number | undefined
  readonly contracts_limit_fp?: Requests.CreateOrderGroupRequest["contracts_limit_fp"] | undefined
}

/**
 * Makes an order group. Put orders into it with `order_group_id` when they are placed.
 *
 * **Gotchas**
 *
 * Never repeated after a lost answer, since it takes no id of yours: list the groups to find out.
 */
export const create: Operation.Operation<
  CreateInput,
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
  retry: "never",
  bucket: "write"
})

/** Input of {@link reset}, {@link trigger} and {@link remove}: the group, and where it lives. */
export interface ChangeInput {
  readonly order_group_id: string
  /** 0 the primary (the default), 1–63 a subaccount. */
  readonly subaccount?: number | undefined
  /** The shard the group lives on; 0 unless given. */
  readonly exchange_index?: number | undefined
}

/** Input of {@link updateLimit}. */
export interface UpdateLimitInput extends ChangeInput, LimitInput {}

/**
 * Sets a group's limit.
 *
 * **Gotchas**
 *
 * A limit that the running window already breaks triggers the group at once.
 */
export const updateLimit: Operation.Operation<
  UpdateLimitInput,
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
  retry: "idempotent",
  bucket: "write"
})

/**
 * Puts a group's counter back to zero and lets it take orders again.
 *
 * **Gotchas**
 *
 * Never repeated after a lost answer: fills may have come in between, and a second reset would forget them.
 */
export const reset: Operation.Operation<ChangeInput, Responses.EmptyResponse, Unauthorized | NotFound, KalshiWrite> =
  /*#__PURE__*/ Operation.make({
    operationId: "ResetOrderGroup",
    name: "OrderGroups.reset",
    method: "PUT",
    path: "/portfolio/order_groups/{order_group_id}/reset",
    pathParameters: Parameters.ResetOrderGroupPath,
    query: Parameters.ResetOrderGroupQuery,
    success: { status: 200, body: Responses.EmptyResponse },
    errors: [Unauthorized, NotFound],
    access: "write",
    retry: "never",
    bucket: "write"
  })

/** Triggers a group by hand: all its resting orders are cancelled, and new ones are refused until it is reset. */
export const trigger: Operation.Operation<ChangeInput, Responses.EmptyResponse, Unauthorized | NotFound, KalshiWrite> =
  /*#__PURE__*/ Operation.make({
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
    bucket: "write",
    urgent: true
  })

const remove: Operation.Operation<ChangeInput, Responses.EmptyResponse, Unauthorized | NotFound, KalshiWrite> =
  /*#__PURE__*/ Operation.make({
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
    bucket: "write",
    urgent: true
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
