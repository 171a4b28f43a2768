/**
 * Creates the inputs of writes on the demo exchange. The orders cannot trade, belong to a group of this run, and expire
 * soon.
 *
 * @module
 */
import type { CountInput } from "@kalshi-effect/client/FixedPoint"
import * as Markets from "@kalshi-effect/client/Markets"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ClientOperation } from "../../operations/ClientOperations.ts"
import { isArray, memberOf, type Json, type JsonObject } from "../../judge/JsonSchema.ts"
import { Missing } from "../Discovery.ts"
import type { Traffic } from "../Judging.ts"
import * as Answers from "../../operations/Answers.ts"
import type { Provide } from "../Live.ts"
import { bounds, prefixOf } from "./TradingRule.ts"

export interface Trading {
  /** Creates the input of a write. Undefined for an operation that the run does not call. */
  readonly writes: (client: ClientOperation) => Effect.Effect<JsonObject, Missing> | undefined
  /** The run's own entities by parameter name, to be read if the account has no other entities. */
  readonly fallbacks: Readonly<Record<string, Effect.Effect<Json, Missing>>>
  readonly recordEntities: (client: ClientOperation, heard: Traffic) => void
}

/** Matches best asks of at least 10 cents. In such a market, a bid of two cents cannot trade. */
const farDollars = /^(?:0\.[1-9]\d*|1(?:\.0+)?)$/

const textOf = (json: Json | undefined, name: string): ReadonlyArray<string> => {
  const value = memberOf(json, name)
  return typeof value === "string" && value !== "" ? [value] : []
}

const failing = (what: string) => (error: { readonly message: string }) => new Missing(`${what}: ${error.message}`)

/** Finds the market for the orders. Later executions return the same market without a search. */
const makeMarket = (provide: Provide): Effect.Effect<string, Missing> => {
  let ticker: string | undefined
  return Effect.gen(function* () {
    if (ticker !== undefined) return ticker
    const { markets } = yield* Effect.mapError(
      provide(Markets.list({ status: "open", limit: 100 })),
      failing("no market could be found")
    )
    const found = markets?.find(({ yes_ask_dollars }) => farDollars.test(yes_ask_dollars))
    if (found === undefined)
      return yield* Effect.fail(new Missing("there is no open market whose best ask is far from a bid of two cents"))
    return (ticker = found.ticker)
  })
}

interface Entities {
  readonly group: Effect.Effect<string, Missing>
  readonly limit: CountInput
  readonly market: Effect.Effect<string, Missing>
  readonly order: Effect.Effect<JsonObject, Missing>
  /** The id of a new order. */
  readonly placed: Effect.Effect<string, Missing>
}

const writeOf = (name: string, { group, limit, market, order, placed }: Entities): ReturnType<Trading["writes"]> => {
  switch (name) {
    case "OrderGroups.create":
      return Effect.succeed({ contracts_limit_fp: limit })
    case "OrderGroups.updateLimit":
      return Effect.map(group, (order_group_id) => ({ order_group_id, contracts_limit_fp: limit }))
    case "OrderGroups.delete":
    case "OrderGroups.reset":
    case "OrderGroups.trigger":
      return Effect.map(group, (order_group_id) => ({ order_group_id }))
    case "Orders.create":
      return order
    case "Orders.batchCreate":
      return Effect.map(Effect.all([order, order]), (orders) => ({ orders }))
    case "Orders.amend":
      return Effect.map(Effect.all([placed, market]), ([order_id, ticker]) => ({
        order_id,
        ticker,
        side: "bid",
        price: "0.0200",
        count: "2.00"
      }))
    case "Orders.decrease":
      return Effect.map(placed, (order_id) => ({ order_id, reduce_by: "1.00" }))
    case "Orders.cancel":
      return Effect.map(placed, (order_id) => ({ order_id }))
    case "Orders.batchCancel":
      return Effect.map(placed, (order_id) => ({ orders: [{ order_id }] }))
    default:
      return undefined
  }
}

const recordEntities = (
  { name }: ClientOperation,
  { exchanged }: Traffic,
  note: (kind: "group" | "order", id: string) => void
): void => {
  if (!["OrderGroups.create", "Orders.batchCreate", "Orders.create"].includes(name)) return
  for (const { answer } of exchanged) {
    const json = answer === undefined ? undefined : Answers.parse(answer.body)
    const orders = memberOf(json, "orders")
    for (const id of textOf(json, "order_group_id")) if (name === "OrderGroups.create") note("group", id)
    for (const item of isArray(orders) ? orders : [json]) for (const id of textOf(item, "order_id")) note("order", id)
  }
}

/** Creates the inputs. Calls `note` with each entity that the writes create. */
export const make = (
  provide: Provide,
  { limit, runId }: { readonly limit: CountInput; readonly runId: string },
  note: (kind: "group" | "order", id: string) => void
): Trading => {
  let count = 0
  let groupId: string | undefined
  const market = makeMarket(provide)
  const group = Effect.gen(function* () {
    const { order_group_id } = yield* Effect.mapError(
      provide(OrderGroups.create({ contracts_limit_fp: limit })),
      failing("no order group could be created")
    )
    note("group", order_group_id)
    return order_group_id
  })
  const order = Effect.gen(function* () {
    const order_group_id = (groupId ??= yield* group)
    const now = yield* Clock.currentTimeMillis
    return {
      ticker: yield* market,
      client_order_id: `${prefixOf(runId)}${++count}`,
      side: "bid",
      count: "3.00",
      price: "0.0100",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
      post_only: true,
      // The order expires soon, even if this process dies.
      expiration_time: Math.floor((now + bounds.restMillis) / 1_000),
      order_group_id
    } as const
  })
  const placed = Effect.gen(function* () {
    const { order_id } = yield* Effect.mapError(
      provide(Orders.create(yield* order)),
      failing("no order could be placed")
    )
    note("order", order_id)
    return order_id
  })
  return {
    writes: ({ name }) => writeOf(name, { group, limit, market, order, placed }),
    fallbacks: { order_id: placed, order_group_id: group },
    recordEntities: (client, heard) => recordEntities(client, heard, note)
  }
}
