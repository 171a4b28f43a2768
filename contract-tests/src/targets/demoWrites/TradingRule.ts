/**
 * Defines the writes that a run may send to the demo exchange: orders that cannot trade, and changes of the run's own
 * entities.
 *
 * @module
 */
import type { Environment } from "@kalshi-effect/client/Environment"
import { document } from "../../properties/Subject.ts"
import { isArray, isObject, memberOf, type Json } from "../../judge/JsonSchema.ts"
import * as Answers from "../../operations/Answers.ts"
import * as Guard from "./Guard.ts"
import type { SentRequest } from "../Tap.ts"

/** The hosts of the demo exchange. They are compared exactly. Source: the exchange's list of hosts, May 2026. */
export const demoHosts: ReadonlySet<string> = new Set(["external-api.demo.kalshi.co", "demo-api.kalshi.co"])

export const isDemo = ({ restUrl }: Environment): boolean => {
  const url = new URL(restUrl)
  return url.protocol === "https:" && demoHosts.has(url.host)
}

export const prefixOf = (runId: string): string => `ct-${runId}-`

/** The maximum price, size and lifetime of an order. The limit of an order group must be below `groupContracts`. */
export const bounds = { cents: 2, contracts: 3, groupContracts: 10, restMillis: 300_000 }

const writes: ReadonlySet<string> = new Set([
  "AmendOrderV2",
  "BatchCancelOrdersV2",
  "BatchCreateOrdersV2",
  "CancelOrderV2",
  "CreateOrderGroup",
  "CreateOrderV2",
  "DecreaseOrderV2",
  "DeleteOrderGroup",
  "ResetOrderGroup",
  "TriggerOrderGroup",
  "UpdateOrderGroupLimit"
])

const isSmallPrice = (price: Json | undefined): boolean => typeof price === "string" && /^0\.0[12]0*$/.test(price)
const isSmallCount = (count: Json | undefined): boolean => typeof count === "string" && /^[123](?:\.0+)?$/.test(count)
const isSmallLimit = (limit: Json | undefined): boolean => typeof limit === "string" && /^\d\.\d\d$/.test(limit)

const orderFault = (order: Json, runId: string, nowMillis: number): string | undefined => {
  const of = (name: string): Json | undefined => memberOf(order, name)
  const id = of("client_order_id")
  const expires = of("expiration_time")
  if (typeof id !== "string" || !id.startsWith(prefixOf(runId))) return "an order without an id of this run"
  if (of("post_only") !== true || of("side") !== "bid") return "an order that could trade"
  if (!isSmallPrice(of("price")) || !isSmallCount(of("count"))) return "an order that is too large or too expensive"
  if (typeof of("order_group_id") !== "string") return "an order without a group"
  return typeof expires === "number" && expires * 1_000 <= nowMillis + bounds.restMillis
    ? undefined
    : "an order that does not expire soon"
}

/** Permits reads, and writes that respect the bounds and affect only entities of this run. */
export const trading = (options: {
  readonly environment: Environment
  readonly runId: string
  /** The ids of the orders and groups of this run. */
  readonly owned: ReadonlySet<string>
  readonly nowMillis: () => number
}): Guard.Rule => {
  const { environment, nowMillis, owned, runId } = options
  const reads = Guard.reads(environment)
  const operations = document().operations.filter(({ id }) => writes.has(id))
  const bodyFault = (operationId: string, body: Json | undefined): string | undefined => {
    const orders = memberOf(body, "orders")
    switch (operationId) {
      case "CreateOrderV2":
        return orderFault(body ?? null, runId, nowMillis())
      case "BatchCreateOrdersV2":
        return isArray(orders) && orders.length > 0
          ? orders.map((order) => orderFault(order, runId, nowMillis())).find((fault) => fault !== undefined)
          : "no orders"
      case "BatchCancelOrdersV2":
        return isArray(orders) && orders.every((order) => owned.has(String(memberOf(order, "order_id"))))
          ? undefined
          : "an order of another run"
      case "AmendOrderV2":
        return isSmallPrice(memberOf(body, "price")) &&
          isSmallCount(memberOf(body, "count")) &&
          memberOf(body, "side") === "bid"
          ? undefined
          : "an order that is too large or too expensive"
      case "CreateOrderGroup":
      case "UpdateOrderGroupLimit":
        return isSmallLimit(memberOf(body, "contracts_limit_fp")) ? undefined : "a group without a small limit"
      default:
        return undefined
    }
  }
  return (request: SentRequest) => {
    if (request.method === "GET") return reads(request)
    const path = Guard.pathIn(environment, request)
    if (path === undefined || !isDemo(environment)) return "the URL is not below the root of the demo exchange"
    const operation = operations.find((candidate) => Guard.isOf(candidate, { method: request.method, path }))
    if (operation === undefined) return `${request.method} ${path} is not an allowed write`
    const place = operation.path.split("/").findIndex((segment) => segment.startsWith("{"))
    if (place >= 0 && !owned.has(decodeURIComponent(path.split("/")[place] ?? "")))
      return "the request changes an entity of another run"
    const body = request.body === undefined ? undefined : Answers.parse(request.body)
    return body !== undefined && !isObject(body) ? "the body is not an object" : bodyFault(operation.id, body)
  }
}
