/**
 * The token costs of operations.
 *
 * @module
 */
import type { Descriptor } from "@kalshi-effect/client/Operation"
import { shards } from "../exchange/shards.ts"

export const defaultCost = 10

/** An entry in the notation of the exchange's own list. */
export interface EndpointCost {
  readonly method: string
  readonly path: string
  readonly cost: number
}

const root = "/trade-api/v2"

/**
 * Recorded in July 2026. An endpoint that was removed in August is left out. Cancel-all, which was added in September,
 * is included. Like the list of the real exchange, this list includes endpoints that the local exchange does not have.
 */
export const endpointCosts: ReadonlyArray<EndpointCost> = [
  { method: "POST", path: `${root}/account/api_usage_level/upgrade`, cost: 30 },
  { method: "GET", path: `${root}/cfbenchmarks`, cost: 50 },
  { method: "GET", path: `${root}/cfbenchmarks/*endpoint`, cost: 50 },
  { method: "POST", path: `${root}/communications/quotes`, cost: 2 },
  { method: "DELETE", path: `${root}/communications/quotes/:quote_id`, cost: 2 },
  { method: "GET", path: `${root}/communications/quotes/:quote_id`, cost: 2 },
  { method: "DELETE", path: `${root}/communications/rfqs/:rfq_id/quotes/:quote_id`, cost: 2 },
  { method: "GET", path: `${root}/margin/balance`, cost: 5 },
  { method: "DELETE", path: `${root}/portfolio/events/orders`, cost: 2 },
  { method: "DELETE", path: `${root}/portfolio/events/orders/:order_id`, cost: 2 },
  { method: "DELETE", path: `${root}/portfolio/events/orders/batched`, cost: 2 },
  { method: "GET", path: `${root}/portfolio/orders/:order_id`, cost: 2 }
]

const costs = /*#__PURE__*/ new Map(endpointCosts.map(({ cost, method, path }) => [`${method} ${path}`, cost]))

/** The tokens that a request costs. A batch costs the sum of its items. An empty batch costs as much as one item. */
export const costOf = ({ limits: { costPer }, method, path }: Descriptor, json: unknown): number => {
  const cost = costs.get(`${method} ${root}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`) ?? defaultCost
  const items = costPer === "item" ? ordersOf(json)?.length : undefined
  return cost * Math.max(1, items ?? 1)
}

const ordersOf = (json: unknown): ReadonlyArray<unknown> | undefined =>
  typeof json === "object" && json !== null && "orders" in json && Array.isArray(json.orders) ? json.orders : undefined

/**
 * The buckets that pay for a request: the read bucket, or the write buckets of some shards. A write of an order takes
 * tokens from the bucket of the shard that it names (default: shard 0). If the exchange has to find the shard by the
 * market, the write takes tokens from the buckets of all shards.
 */
export const bucketsOf = (
  { limits: { bucket, writeBucket }, method }: Descriptor,
  search: URLSearchParams,
  json: unknown
): "read" | ReadonlyArray<number> => {
  if (bucket === "read") {
    return "read"
  }
  if (writeBucket !== "order") {
    return [writeBucket === "quotes" ? 1 : 0]
  }
  const valueOf = (name: string): unknown =>
    method === "DELETE" ? (search.get(name) ?? undefined) : fieldOf(json, name)
  const shard = Number(valueOf("exchange_index") ?? NaN)
  const isRouted = valueOf("ticker") !== undefined || valueOf("market_ticker") !== undefined
  return shard === -1 || (Number.isNaN(shard) && isRouted)
    ? Array.from({ length: shards }, (_, index) => index)
    : [Number.isInteger(shard) && shard > 0 && shard < shards ? shard : 0]
}

const fieldOf = (json: unknown, name: string): unknown =>
  typeof json === "object" && json !== null ? (json as Readonly<Record<string, unknown>>)[name] : undefined // any object can be indexed by a string
