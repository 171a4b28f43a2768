/**
 * Subaccounts: up to 63 numbered accounts besides the primary account 0, each with its own cash and positions.
 *
 * **Gotchas**
 *
 * - Subaccounts exist only in the API, from the advanced usage level up. A subaccount cannot be removed. Source: the
 *   OpenAPI document of October 26, 2026.
 * - A key that is locked to one subaccount can neither create another subaccount nor move cash between subaccounts.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  ApplySubaccountTransferInput as TransferInput,
  CreateSubaccountInput as CreateInput,
  GetSubaccountTransfersInput as TransfersInput,
  UpdateSubaccountNettingInput as UpdateNettingInput
} from "../generated/inputs.ts"
export type {
  ApplySubaccountTransferResponse,
  CreateSubaccountResponse,
  GetSubaccountBalancesResponse,
  GetSubaccountNettingResponse,
  GetSubaccountTransfersResponse,
  SubaccountBalance,
  SubaccountNettingConfig,
  SubaccountTransfer
} from "../generated/responses.ts"

/**
 * Reads the cash of the primary account and of each subaccount, per shard. `balance` is in dollars, `updated_ts` in
 * Unix seconds.
 */
export const balances: Operation.Operation<void, Responses.GetSubaccountBalancesResponse, Unauthorized, KalshiRead> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetSubaccountBalances",
    name: "Subaccounts.balances",
    method: "GET",
    path: "/portfolio/subaccounts/balances",
    success: { status: 200, body: Responses.GetSubaccountBalancesResponse },
    errors: [Unauthorized],
    access: "read",
    retry: "idempotent"
  })

/**
 * Creates the next subaccount. The response contains its number, 1 to 63.
 *
 * **Gotchas**
 *
 * The client does not retry this operation after a lost response, because a repeat would create another subaccount,
 * which cannot be removed. Look for the new subaccount in {@link balances}.
 */
export const create: Operation.Operation<
  Inputs.CreateSubaccountInput,
  Responses.CreateSubaccountResponse,
  BadRequest | Unauthorized,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateSubaccount",
  name: "Subaccounts.create",
  method: "POST",
  path: "/portfolio/subaccounts",
  body: Requests.CreateSubaccountRequest,
  success: { status: 201, body: Responses.CreateSubaccountResponse },
  errors: [BadRequest, Unauthorized],
  access: "write",
  retry: "never"
})

/**
 * Reads for each subaccount whether netting is on.
 *
 * **Gotchas**
 *
 * Demo has returned 403 or 500 here. The OpenAPI document does not declare 403, so a 403 is an `UnexpectedStatus`.
 * Source: traders' notes of April 2026.
 */
export const netting: Operation.Operation<void, Responses.GetSubaccountNettingResponse, Unauthorized, KalshiRead> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetSubaccountNetting",
    name: "Subaccounts.netting",
    method: "GET",
    path: "/portfolio/subaccounts/netting",
    success: { status: 200, body: Responses.GetSubaccountNettingResponse },
    errors: [Unauthorized],
    access: "read",
    retry: "idempotent"
  })

/**
 * Turns netting of a subaccount on or off. The response is empty. The client retries this operation after a lost
 * response, because a repeat sets the same value.
 */
export const updateNetting: Operation.Operation<
  Inputs.UpdateSubaccountNettingInput,
  void,
  BadRequest | Unauthorized,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "UpdateSubaccountNetting",
  name: "Subaccounts.updateNetting",
  method: "PUT",
  path: "/portfolio/subaccounts/netting",
  body: Requests.UpdateSubaccountNettingRequest,
  success: { status: 200, body: undefined },
  errors: [BadRequest, Unauthorized],
  access: "write",
  retry: "idempotent"
})

/**
 * Moves cash on one shard: between two subaccounts, or between a subaccount and the primary account.
 *
 * **Details**
 *
 * The client retries this operation after a lost response, with the same `client_transfer_id`.
 *
 * **Gotchas**
 *
 * - The amount is in cents here. In `Transfers.create` it is in hundredths of a cent.
 * - The exchange returns 409 for a second transfer with the same id. The OpenAPI document does not declare 409, so the
 *   error is an `UnexpectedStatus` with `status: 409`. If `attempts` is above 1, an earlier attempt most likely made
 *   the transfer. Source: the subaccounts guide of August 2026.
 * - {@link transfers} does not show the `client_transfer_id`. Find a transfer by its subaccounts, amount and time.
 *
 * **Example** (Moving $12.50 to subaccount 3)
 *
 * ```ts
 * import * as Subaccounts from "@kalshi-effect/client/Subaccounts"
 *
 * const moved = Subaccounts.transfer({
 *   client_transfer_id: "6f1c3a52-7b0e-4d8e-9a53-0d6b5f1f4a11",
 *   from_subaccount: 0,
 *   to_subaccount: 3,
 *   amount_cents: 1250
 * })
 * ```
 */
export const transfer: Operation.Operation<
  Inputs.ApplySubaccountTransferInput,
  Responses.ApplySubaccountTransferResponse,
  BadRequest | Unauthorized,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "ApplySubaccountTransfer",
  name: "Subaccounts.transfer",
  method: "POST",
  path: "/portfolio/subaccounts/transfer",
  body: Requests.ApplySubaccountTransferRequest,
  success: { status: 200, body: Responses.ApplySubaccountTransferResponse },
  errors: [BadRequest, Unauthorized],
  access: "write",
  retry: "keyed",
  key: { field: "client_transfer_id" }
})

/** Lists transfers between subaccounts, a page at a time. `amount_cents` is in cents, `created_ts` in Unix seconds. */
export const transfers: Pages.Paged<
  Inputs.GetSubaccountTransfersInput,
  Responses.GetSubaccountTransfersResponse,
  Unauthorized,
  KalshiRead,
  "transfers"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetSubaccountTransfers",
  name: "Subaccounts.transfers",
  method: "GET",
  path: "/portfolio/subaccounts/transfers",
  query: Parameters.GetSubaccountTransfersQuery,
  success: { status: 200, body: Responses.GetSubaccountTransfersResponse },
  errors: [Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["transfers"] }
})
