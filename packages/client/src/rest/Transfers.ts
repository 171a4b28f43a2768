/**
 * Moves cash between shards, between subaccounts on different shards, and between the two exchange instances (event
 * contracts and margined). You can move cash yourself, or set a target allocation that the exchange maintains.
 *
 * **When to use**
 *
 * Use this module if an order on one shard needs cash that is on another shard. Cash backs only the orders on its own
 * shard. Within one shard, `Subaccounts.transfer` moves cash between subaccounts.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Conflict, Forbidden, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  GetIntraExchangeInstanceTransferInput as GetInput,
  GetIntraExchangeInstanceTransfersInput as ListInput,
  IntraExchangeInstanceTransferInput as CreateInput,
  SetTargetBalanceAllocationInput
} from "../generated/inputs.ts"
export type { ExchangeInstance, RestingMarginReservation, TargetBalanceAllocationInput } from "../generated/requests.ts"
export type {
  EmptyResponse,
  GetIntraExchangeInstanceTransferResponse,
  GetIntraExchangeInstanceTransfersResponse,
  GetTargetBalanceAllocationResponse,
  IntraExchangeInstanceTransfer,
  IntraExchangeInstanceTransferResponse,
  IntraExchangeInstanceTransferStatus,
  TargetBalanceAllocation
} from "../generated/responses.ts"

/**
 * Lists transfers, a page at a time.
 *
 * **Gotchas**
 *
 * `amount` is a dollar string here. In {@link create} it is an integer in hundredths of a cent. `created_ts` is in Unix
 * seconds. Source: the OpenAPI document of October 26, 2026.
 */
export const list: Pages.Paged<
  Inputs.GetIntraExchangeInstanceTransfersInput,
  Responses.GetIntraExchangeInstanceTransfersResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "transfers"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetIntraExchangeInstanceTransfers",
  name: "Transfers.list",
  method: "GET",
  path: "/portfolio/intra_exchange_instance_transfers",
  query: Parameters.GetIntraExchangeInstanceTransfersQuery,
  success: { status: 200, body: Responses.GetIntraExchangeInstanceTransfersResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["transfers"] }
})

/** Reads one transfer. Its `status` is `pending` until the cash has arrived, then `complete`. */
export const get: Operation.Operation<
  Inputs.GetIntraExchangeInstanceTransferInput,
  Responses.GetIntraExchangeInstanceTransferResponse,
  Unauthorized | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetIntraExchangeInstanceTransfer",
  name: "Transfers.get",
  method: "GET",
  path: "/portfolio/intra_exchange_instance_transfers/{transfer_id}",
  pathParameters: Parameters.GetIntraExchangeInstanceTransferPath,
  success: { status: 200, body: Responses.GetIntraExchangeInstanceTransferResponse },
  errors: [Unauthorized, NotFound],
  access: "read",
  retry: "idempotent"
})

/**
 * Starts a transfer. The response contains its id, but the transfer is not complete yet. Poll {@link get} until its
 * status is `complete`.
 *
 * **Details**
 *
 * The client retries this operation after a lost response only if the request has a `client_transfer_id`. Without it, a
 * repeat could move the cash twice.
 *
 * **Gotchas**
 *
 * - `amount` is in hundredths of a cent: `125_000` is $12.50. In `Subaccounts.transfer` the same amount is `1250`
 *   cents.
 * - A transfer between subaccounts on different shards takes up to three steps. If a later step fails, the earlier
 *   steps stay in effect. The cash can then be in the primary account of either shard.
 * - A `client_transfer_id` that was used before is a `Conflict`, and no cash moves. If the error's `afterLostAnswer` is
 *   true, the exchange most likely accepted the transfer in an earlier attempt. To find the transfer, search
 *   {@link list} for its `client_transfer_id`. Source: the OpenAPI document of October 26, 2026.
 *
 * **Example** (Moving $12.50 from shard 0 to shard 2)
 *
 * ```ts
 * import * as Transfers from "@kalshi-effect/client/Transfers"
 *
 * const started = Transfers.create({
 *   source: "event_contract",
 *   destination: "event_contract",
 *   destination_exchange_shard: 2,
 *   amount: 125_000,
 *   client_transfer_id: "6f1c3a52-7b0e-4d8e-9a53-0d6b5f1f4a11"
 * })
 * ```
 */
export const create: Operation.Operation<
  Inputs.IntraExchangeInstanceTransferInput,
  Responses.IntraExchangeInstanceTransferResponse,
  BadRequest | Unauthorized | Forbidden | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "IntraExchangeInstanceTransfer",
  name: "Transfers.create",
  method: "POST",
  path: "/portfolio/intra_exchange_instance_transfer",
  body: Requests.IntraExchangeInstanceTransferRequest,
  success: { status: 200, body: Responses.IntraExchangeInstanceTransferResponse },
  errors: [BadRequest, Unauthorized, Forbidden, Conflict],
  access: "write",
  retry: "keyed",
  key: { field: "client_transfer_id" }
})

/**
 * Reads how the exchange distributes the account's cash over the shards, in integer percents. The list is empty if the
 * exchange does not distribute the cash.
 */
export const targetBalanceAllocation: Operation.Operation<
  void,
  Responses.GetTargetBalanceAllocationResponse,
  Unauthorized | Forbidden,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetTargetBalanceAllocation",
  name: "Transfers.targetBalanceAllocation",
  method: "GET",
  path: "/portfolio/target_balance_allocation",
  success: { status: 200, body: Responses.GetTargetBalanceAllocationResponse },
  errors: [Unauthorized, Forbidden],
  access: "read",
  retry: "idempotent"
})

/**
 * Sets how the exchange distributes the account's cash over the shards. The exchange rebalances every 10 seconds.
 *
 * **Details**
 *
 * The client retries this operation after a lost response, because a repeat sets the same value.
 *
 * **Gotchas**
 *
 * The input replaces the previous allocation: a shard that is not in the list gets no cash. Source: the OpenAPI
 * document of October 26, 2026.
 */
export const setTargetBalanceAllocation: Operation.Operation<
  Inputs.SetTargetBalanceAllocationInput,
  Responses.EmptyResponse,
  BadRequest | Unauthorized | Forbidden,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "SetTargetBalanceAllocation",
  name: "Transfers.setTargetBalanceAllocation",
  method: "POST",
  path: "/portfolio/target_balance_allocation",
  body: Requests.SetTargetBalanceAllocationRequest,
  success: { status: 200, body: Responses.EmptyResponse },
  errors: [BadRequest, Unauthorized, Forbidden],
  access: "write",
  retry: "idempotent"
})
