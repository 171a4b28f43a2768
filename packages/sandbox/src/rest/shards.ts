/**
 * Refuses shards that do not exist, in the same way for every operation.
 *
 * @module
 */
import type { Descriptor } from "@kalshi-effect/client/Operation"
import type { Refusal } from "../exchange/Entities.ts"
import { invalidParameters } from "../exchange/refusals.ts"
import { isShard, shards } from "../exchange/shards.ts"

const fields = ["exchange_index", "source_exchange_shard", "destination_exchange_shard"] as const

/** These operations accept −1: the exchange then finds the shard by the ticker of the market. */
const routed: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "AmendOrderV2",
  "CancelOrderV2",
  "CreateOrderV2",
  "DecreaseOrderV2"
])

type Input = Readonly<Record<string, unknown>>

/** Checks the shards of an input, except for the items of a batch of orders: see {@link checkShardOf}. */
export const checkShards = ({ operationId }: Descriptor, input: Input): Refusal | undefined => {
  const { allocations } = input
  const items: ReadonlyArray<Input> = Array.isArray(allocations) ? allocations : []
  for (const part of [input, ...items]) {
    const refused = checkFields(part, routed.has(operationId))
    if (refused !== undefined) {
      return refused
    }
  }
  return undefined
}

/** Checks the shard of one item of a batch of orders. Every item may name −1. */
export const checkShardOf = (item: { readonly exchange_index?: number | undefined }): Refusal | undefined =>
  checkFields(item, true)

const checkFields = (input: Input, isRouted: boolean): Refusal | undefined => {
  for (const name of fields) {
    const shard = input[name]
    if (typeof shard === "number" && !isShard(shard) && !(isRouted && shard === -1)) {
      return invalidParameters(
        `${name} must be 0 to ${shards - 1}${isRouted ? ", or -1 to find the shard by the market" : ""}`
      )
    }
  }
  return undefined
}
