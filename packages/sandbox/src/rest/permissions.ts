/**
 * What a key may do: by its scopes, and by the subaccount that it is locked to.
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

/** Documented: such a key acts on its subaccount alone, moves no money, and makes no subaccounts; nor keys, here. */
const beyondLocked = new Set([
  ...transfers,
  "CreateSubaccount",
  "UpdateSubaccountNetting",
  "CreateApiKey",
  "GenerateApiKey",
  "DeleteApiKey",
  "UpgradeAccountApiUsageLevel"
])

/** The child scope that is enough for an operation, besides the parent's. */
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
  return path.startsWith("/fcm/")
    ? "write::fcm_risk"
    : /^\/portfolio\/(?:events\/orders|order_groups)|^\/communications\/(?:rfqs|rfq_batches|quotes)/.test(path)
      ? "write::trade"
      : undefined
}

/** Why a key may not perform an operation; undefined where it may. */
export const forbidden = (key: ApiKey, descriptor: Descriptor): Refusal | undefined => {
  const { access, auth, operationId } = descriptor
  if (auth === "none" || access === "public") {
    return undefined
  }
  const child = childOf(descriptor)
  if (!key.scopes.includes(access) && (child === undefined || !key.scopes.includes(child))) {
    return refusal("forbidden", "permission_denied", `the key lacks the scope ${child ?? access}`)
  }
  return key.subaccount !== undefined && beyondLocked.has(operationId)
    ? refusal("forbidden", "permission_denied", `the key is locked to subaccount ${key.subaccount}`)
    : undefined
}

const namesSubaccount = new Set(["CreateOrderV2", "CreateOrderGroup"])
const listsSubaccounts = new Set(["BatchCreateOrdersV2", "BatchCancelOrdersV2"])

type Input = Readonly<Record<string, unknown>>

/** Holds an input to the subaccount that the key is locked to: left out it is that one, and another is refused. */
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
    const orders = input["orders"] as ReadonlyArray<Input> // so these two bodies are
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
