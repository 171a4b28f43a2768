/**
 * The permissions of a key: its scopes, and the subaccount that it is locked to.
 *
 * @module
 */
import type { Descriptor } from "@kalshi-effect/client/Operation"
import * as Result from "effect/Result"
import type { ApiKey, Refusal, Scope } from "../exchange/Entities.ts"
import { refusal } from "../exchange/refusals.ts"

const transfers = new Set([
  "ApplySubaccountTransfer",
  "GetSubaccountTransfers",
  "IntraExchangeInstanceTransfer",
  "GetIntraExchangeInstanceTransfer",
  "GetIntraExchangeInstanceTransfers",
  "SetTargetBalanceAllocation",
  "GetTargetBalanceAllocation"
])

/**
 * Documented: a key that is locked to a subaccount acts only on this subaccount, moves no money, and creates no
 * subaccounts. On the local exchange, it also manages no keys and does not upgrade the account.
 */
const forbiddenToLocked = new Set([
  ...transfers,
  "CreateSubaccount",
  "UpdateSubaccountNetting",
  "CreateApiKey",
  "GenerateApiKey",
  "DeleteApiKey",
  "UpgradeAccountApiUsageLevel",
  "CreateFCMPositionTransfer"
])

/** Documented: the operations for a key that is bound to an FCM's subtrader. */
const permittedToBound = new Set(["GetFCMOrders", "GetFCMPositions", "GetFCMEventContractDailyCap"])

/** The child scope that permits an operation. The child's parent scope permits the operation, too. */
const childOf = ({ access, operationId, path }: Descriptor): Scope | undefined => {
  if (access === "read") {
    return operationId === "GetBalance" || operationId === "GetSubaccountBalances"
      ? "read::portfolio_balance"
      : operationId === "GetBlockTradeProposals"
        ? "read::block_trade_accept"
        : undefined
  }
  if (operationId === "AcceptBlockTradeProposal") {
    return "write::block_trade_accept"
  }
  if (transfers.has(operationId)) {
    return "write::transfer"
  }
  return path.startsWith("/fcm/subtraders")
    ? "write::fcm_risk"
    : /^\/portfolio\/(?:events\/orders|order_groups)|^\/communications\/(?:rfqs|rfq_batches|quotes)/.test(path)
      ? "write::trade"
      : undefined
}

/** Returns why a key may not perform an operation, or undefined if it may. */
export const forbidden = (key: ApiKey, descriptor: Descriptor): Refusal | undefined => {
  const { access, auth, operationId } = descriptor
  if (auth === "none" || access === "public") {
    return undefined
  }
  const child = childOf(descriptor)
  if (!key.scopes.includes(access) && (child === undefined || !key.scopes.includes(child))) {
    return refusal("forbidden", "permission_denied", `the key lacks the scope ${child ?? access}`)
  }
  if (key.subtraderId !== undefined && !permittedToBound.has(operationId)) {
    return refusal("forbidden", "permission_denied", `the key is bound to the subtrader ${key.subtraderId}`)
  }
  return key.subaccount !== undefined && forbiddenToLocked.has(operationId)
    ? refusal("forbidden", "permission_denied", `the key is locked to subaccount ${key.subaccount}`)
    : undefined
}

const namesSubaccount = new Set([
  "CreateOrderV2",
  "CreateOrderGroup",
  "CreateRFQ",
  "CreateQuote",
  "CreateRFQBatch",
  "CreateRFQBatchQuote",
  "AcceptBlockTradeProposal"
])
const listsSubaccounts = new Set(["BatchCreateOrdersV2", "BatchCancelOrdersV2"])

type Input = Readonly<Record<string, unknown>>

/** Sets the subaccount of the input to that of a locked key. Refuses an input that names another subaccount. */
export const lockInput = (
  { subaccount: locked }: ApiKey,
  { operationId, query }: Descriptor,
  input: Input
): Result.Result<Input, Refusal> => {
  if (locked === undefined) {
    return Result.succeed(input)
  }
  const isOther = ({ subaccount }: Input): boolean => subaccount !== undefined && subaccount !== locked
  const refused = Result.fail(refusal("forbidden", "permission_denied", `the key is locked to subaccount ${locked}`))
  if (listsSubaccounts.has(operationId)) {
    const orders = input["orders"] as ReadonlyArray<Input> // both operations have a list of orders
    return orders.some(isOther)
      ? refused
      : Result.succeed({ ...input, orders: orders.map((order) => ({ ...order, subaccount: locked })) })
  }
  return "subaccount" in query || namesSubaccount.has(operationId)
    ? isOther(input)
      ? refused
      : Result.succeed({ ...input, subaccount: locked })
    : Result.succeed(input)
}
