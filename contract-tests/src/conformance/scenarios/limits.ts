/**
 * Scenarios of rate limits.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { type Finding, found, nothing, type Scenario } from "../Scenario.ts"
import { maxAttempts } from "./errors.ts"
import { createPath, mustFail, mustSucceed, orderInput, ordersOf, valueIn } from "./support.ts"
import { judgeCreate } from "./writes.ts"

const once: Scenario = {
  id: "limit-once",
  area: "limits",
  title: "The exchange refuses an order with 429, and accepts the next request.",
  expected: "The exchange has at most one order, and the client reports no wrong result.",
  prepare: (stage) =>
    Effect.as(stage.operator.plant({ operation: "CreateOrderV2", status: 429 }), {
      steps: [{ do: "create_order", input: orderInput(1) }],
      judge: ([result]) => judgeCreate(stage, result)
    })
}

const always: Scenario = {
  id: "limit-always",
  area: "limits",
  title: "The exchange refuses an order with 429 at every attempt.",
  expected: `The client reports an error after at most ${maxAttempts} requests.`,
  prepare: (stage) =>
    Effect.as(stage.operator.plant({ operation: "CreateOrderV2", status: 429, times: 1_000 }), {
      steps: [{ do: "create_order", input: orderInput(1) }],
      judge: ([result]) =>
        Effect.sync(() => [
          ...mustFail("reports a refused order as a success", result),
          ...(stage.recorder.sent("POST", createPath).length > maxAttempts
            ? found("sent twice", `sends the order more than ${maxAttempts} times`)
            : nothing)
        ])
    })
}

/** The lowest tier permits only ten orders at once. */
const burstOrders = 15

const burstOf = Array.from({ length: burstOrders }, (_, index) => orderInput(index + 1))

const givenIds: ReadonlySet<string | undefined> = new Set(burstOf.map(({ client_order_id }) => client_order_id))

const burst: Scenario = {
  id: "limit-burst",
  area: "limits",
  title: `A program places ${burstOrders} orders at once. The account's limit permits ten, and the exchange refuses the first order with 429.`,
  expected: "Each order is placed at most once, and the client reports the result of each order.",
  tier: "basic",
  prepare: (stage) =>
    // The bucket of tokens refills in real time, so a slow client reaches no limit. The planted 429 refuses one order
    // anyway.
    Effect.as(stage.operator.plant({ operation: "CreateOrderV2", status: 429 }), {
      steps: [
        {
          do: "create_orders_at_once",
          input: { orders: burstOf }
        }
      ],
      judge: ([result]) =>
        Effect.map(ordersOf(stage), (orders): ReadonlyArray<Finding> => {
          const listed = valueIn(result)?.["results"]
          if (!Array.isArray(listed)) return mustSucceed("placing orders at once", result)
          const results: ReadonlyArray<{ readonly order_id?: unknown; readonly placed?: unknown }> = listed.map(
            (item) => Object(item) as object // a driver can report any JSON value
          )
          const ids = results.flatMap(({ order_id }) => (typeof order_id === "string" ? [order_id] : []))
          const denied = results.filter(({ order_id, placed }) => order_id == null && placed === "no").length
          const unknown = ids.filter((id) => !orders.some(({ orderId }) => orderId === id)).length
          return [
            ...(results.length !== burstOrders
              ? found("lost", `reports ${results.length} results for ${burstOrders} orders`)
              : nothing),
            ...(orders.some(({ clientOrderId }) => !givenIds.has(clientOrderId))
              ? found("sent twice", "sends an order again under another client_order_id")
              : nothing),
            ...(unknown > 0 ? found("accepted wrongly", "reports orders that the exchange does not have") : nothing),
            ...(orders.length > burstOrders - denied
              ? found("lost", "reports that orders were not placed, but the exchange has them")
              : nothing)
          ]
        })
    })
}

export const limits: ReadonlyArray<Scenario> = [once, always, burst]
