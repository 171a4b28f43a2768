/**
 * Cash between shards, between subaccounts across shards, and between the two exchange instances (event contracts and
 * margined): by hand, or by a target that the exchange keeps.
 *
 * **When to use**
 *
 * Use when an order on one shard needs cash that lies on another: cash backs orders on its own shard alone. Within one
 * shard, `Subaccounts.transfer` moves it between subaccounts.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Conflict, Forbidden, NotFound, Unauthorized } from "../Errors.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

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

/** Input of {@link list}. */
export interface ListInput {
  /** 1 to 500. Default: 100. */
  readonly limit?: number | undefined
  /** From the page before; leave it out for the first. */
  readonly cursor?: string | undefined
}

/**
 * Lists transfers, a page at a time.
 *
 * **Gotchas**
 *
 * `amount` is a dollar string here, and an integer of hundredths of a cent where {@link create} asks for it.
 * `created_ts` is Unix seconds. Source: the document of October 26, 2026.
 */
export const list: Pages.Paged<
  ListInput,
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
  bucket: "read",
  pages: { cursor: "cursor", lists: ["transfers"] }
})

/** Input of {@link get}. */
export interface GetInput {
  /** From the answer of {@link create}. */
  readonly transfer_id: string
}

/** Reads one transfer. Its `status` is `pending` until the cash has arrived, then `complete`. */
export const get: Operation.Operation<
  GetInput,
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
  retry: "idempotent",
  bucket: "read"
})

/** Input of {@link create}. */
export interface CreateInput {
  readonly source: Requests.ExchangeInstance
  readonly destination: Requests.ExchangeInstance
  /** Hundredths of a cent: 10,000 to the dollar. */
  readonly amount: number
  /** 0 to 100. Default: 0. */
  readonly source_exchange_shard?: number | undefined
  /** 0 to 100. Default: 0. */
  readonly destination_exchange_shard?: number | undefined
  /** 0 the primary (the default), 1–63 a subaccount; other than 0 only from event contracts to event contracts. */
  readonly source_subaccount?: number | undefined
  /** 0 the primary (the default), 1–63 a subaccount; other than 0 only from event contracts to event contracts. */
  readonly destination_subaccount?: number | undefined
  /** A UUID of your own for the intent, so that it is carried out once. For primary accounts alone. */
  readonly client_transfer_id?: string | undefined
}

/**
 * Starts a transfer, and answers its id: it is under way, not done. Ask {@link get} until its status is `complete`.
 *
 * **Details**
 *
 * Repeated after a lost answer only when it carries a `client_transfer_id`; without one a repeat could move the cash
 * twice.
 *
 * **Gotchas**
 *
 * - `amount` is hundredths of a cent: `125_000` is $12.50, where `Subaccounts.transfer` says `1250` in cents. Source:
 *   the document of October 26, 2026.
 * - Between subaccounts of different shards it takes up to three steps, and what was done stays done when a later one
 *   fails: the cash can then lie in the primary account of either shard. Source: the document of October 26, 2026.
 * - A `client_transfer_id` that was used before is a `Conflict`, and nothing is moved. With `afterLostAnswer`, the
 *   transfer was most likely accepted at an earlier attempt: find it in {@link list} by its `client_transfer_id`.
 *   Source: the published document of October 26, 2026.
 *
 * **Example** (Twelve dollars and a half from shard 0 to shard 2)
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
  CreateInput,
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
  key: { field: "client_transfer_id" },
  bucket: "write"
})

/** Reads how the exchange spreads the account's cash over the shards: whole percents, none when it does not. */
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
  retry: "idempotent",
  bucket: "read"
})

/** Input of {@link setTargetBalanceAllocation}. */
export interface SetTargetBalanceAllocationInput {
  /** At most 101, whole percents that add up to 100; an empty list ends the rebalancing. */
  readonly allocations: ReadonlyArray<Requests.TargetBalanceAllocationInput>
  /** How much of each shard's cash stays behind its resting orders. Default: `sum`. */
  readonly resting_margin_reservation?: Requests.RestingMarginReservation | undefined
}

/**
 * Sets how the exchange spreads the account's cash over the shards, in place of what was set before. It rebalances
 * every 10 seconds.
 *
 * **Details**
 *
 * Repeated after a lost answer, since it sets a value.
 *
 * **Gotchas**
 *
 * The whole allocation is replaced: a shard that is left out has no share any more. Source: the document of October 26, 2026.
 */
export const setTargetBalanceAllocation: Operation.Operation<
  SetTargetBalanceAllocationInput,
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
  retry: "idempotent",
  bucket: "write"
})
