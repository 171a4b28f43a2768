/**
 * Scenarios of writes: the response is lost, late, unreadable or a refusal. A client must never carry out a write
 * twice, and never report a wrong result.
 *
 * @module
 */
import type * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { type Finding, found, nothing, type Result, type Scenario, type Stage } from "../Scenario.ts"
import {
  clientOrderId,
  createPath,
  errorIn,
  mustFail,
  mustSucceed,
  nameOf,
  orderInput,
  ordersOf,
  place,
  textIn,
  valueIn
} from "./support.ts"

const idsSent = (stage: Stage): ReadonlyArray<unknown> =>
  stage.recorder.sent("POST", createPath).map(({ body }) => {
    try {
      return (JSON.parse(body) as { readonly client_order_id?: unknown }).client_order_id // JSON that the client sent
    } catch {
      return undefined
    }
  })

export const judgeCreate = (stage: Stage, result: Result | undefined): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.map(ordersOf(stage), (orders) => {
    const reported = textIn(result, "order_id")
    const error = errorIn(result)
    return [
      ...(orders.length > 1 ? found("sent twice", `places ${orders.length} orders for one call`) : nothing),
      ...(orders.length <= 1 && new Set(idsSent(stage)).size > 1
        ? found("sent twice", "sends the order again under another client_order_id")
        : nothing),
      ...(valueIn(result) !== undefined && !orders.some(({ orderId }) => orderId === reported)
        ? found(
            "accepted wrongly",
            reported === undefined
              ? "reports a success without the id of an order"
              : "reports an order that the exchange does not have"
          )
        : nothing),
      ...(error?.placed === "no" && orders.length > 0
        ? found("lost", `reports with ${nameOf(error)} that no order was placed, but the exchange has the order`)
        : nothing)
    ]
  })

interface Create {
  readonly id: string
  readonly title: string
  readonly timeoutMillis?: number
  readonly faults: (stage: Stage) => Effect.Effect<void, Sandbox.SandboxError>
}

const plant =
  (fault: Sandbox.Fault): Create["faults"] =>
  ({ operator }) =>
    operator.plant({ operation: "CreateOrderV2", ...fault })

const alterFirst =
  (status: number, body: (text: string) => string): Create["faults"] =>
  ({ recorder }) =>
    Effect.sync(() =>
      recorder.add({
        method: "POST",
        path: createPath,
        times: 1,
        alter: (reply) => ({ status, body: body(reply.body) })
      })
    )

const creates: ReadonlyArray<Create> = [
  {
    id: "create-response-lost",
    title: "The exchange places an order, and drops the connection without a response.",
    faults: plant({ reset: "after" })
  },
  {
    id: "create-dropped",
    title: "The exchange drops the connection, and places no order.",
    faults: plant({ reset: "before" })
  },
  {
    id: "create-late",
    title: "The exchange places an order, and responds after the time limit of the client (500 ms).",
    timeoutMillis: 500,
    faults: plant({ delayMillis: 1_500 })
  },
  {
    id: "create-timeout-status",
    title: "The exchange places an order, and a proxy responds with 504.",
    faults: alterFirst(504, () => '{"error":{"code":"gateway_timeout","message":"gateway timeout"}}')
  },
  {
    id: "create-unavailable",
    title: "The exchange refuses the first two requests for an order with 503.",
    faults: plant({ status: 503, times: 2 })
  },
  {
    id: "create-cut",
    title: "The exchange places an order, and the connection ends in the middle of the response.",
    faults: plant({ mangle: "truncated" })
  },
  {
    id: "create-unreadable",
    title: "The exchange places an order, and the body of the response ends in the middle.",
    faults: alterFirst(201, (text) => text.slice(0, text.length >> 1))
  },
  {
    id: "create-no-id",
    title: "The exchange places an order, and the response has no order_id.",
    faults: alterFirst(201, () => '{"remaining_count":"3.00","fill_count":"0.00"}')
  }
]

const createScenario = ({ faults, id, timeoutMillis, title }: Create): Scenario => ({
  id,
  area: "writes",
  title,
  expected: "The exchange has at most one order, and the client reports no wrong result.",
  ...(timeoutMillis !== undefined && { timeoutMillis }),
  prepare: (stage) =>
    Effect.as(faults(stage), {
      steps: [{ do: "create_order", input: orderInput(1) }],
      judge: ([result]) => judgeCreate(stage, result)
    })
})

const sameId: Scenario = {
  id: "create-same-id",
  area: "writes",
  title: "A program places two different orders under one client_order_id.",
  expected: "The client reports an error for the second order.",
  prepare: (stage) =>
    Effect.succeed({
      steps: [
        { do: "create_order", input: orderInput(1) },
        { do: "create_order", input: orderInput(1, { price: "0.4100" }) }
      ],
      judge: ([first, second]) =>
        Effect.map(ordersOf(stage), (orders) => [
          ...mustSucceed("the first order", first),
          ...mustFail("reports the refused second order as a success", second),
          ...(orders.length > 1 ? found("sent twice", "places both orders, one of them under another id") : nothing)
        ])
    })
}

const refused: Scenario = {
  id: "create-refused",
  area: "writes",
  title: "The exchange refuses an order, because the account has too little money.",
  expected: "The client reports an error with the status and the exchange's reason.",
  prepare: () =>
    Effect.succeed({
      steps: [{ do: "create_order", input: orderInput(1, { count: "90000000.00" }) }],
      judge: ([result]) =>
        Effect.sync(() => {
          const error = errorIn(result)
          const reason = `${error?.code ?? ""} ${error?.text ?? ""}`
          return [
            ...mustFail("reports a refused order as a success", result),
            ...(error !== undefined && error.status !== 400
              ? found("lost", "the error does not have the status 400")
              : nothing),
            ...(error !== undefined && !/invalid_order|insufficient.balance/i.test(reason)
              ? found("lost", "the error does not contain the reason of the exchange")
              : nothing)
          ]
        })
    })
}

const batch: Scenario = {
  id: "batch-partial",
  area: "writes",
  title: "The exchange accepts two orders of a batch and refuses one. The status of the response is 201.",
  expected: "The client reports the result of each order.",
  prepare: (stage) =>
    Effect.succeed({
      steps: [
        {
          do: "create_orders",
          input: { orders: [orderInput(1), orderInput(2, { count: "90000000.00" }), orderInput(3)] }
        }
      ],
      judge: ([result]) =>
        Effect.map(ordersOf(stage), (orders) => {
          const listed = valueIn(result)?.["results"]
          if (!Array.isArray(listed)) return mustSucceed("a batch with one refused order", result)
          // The driver may report any JSON.
          const results: ReadonlyArray<{ readonly order_id?: unknown }> = listed.map((item) => Object(item) as object)
          const expected = [1, 2, 3].map(
            (n) => orders.find((order) => order.clientOrderId === clientOrderId(n))?.orderId
          )
          return [
            ...(results[1]?.order_id != null
              ? found("accepted wrongly", "reports the refused order as accepted")
              : nothing),
            ...([0, 2].some((index) => results[index]?.order_id !== expected[index])
              ? found("lost", "does not report the ids of the accepted orders in the sequence of the input")
              : nothing),
            ...(orders.length > 2 ? found("sent twice", `places ${orders.length} orders instead of two`) : nothing)
          ]
        })
    })
}

const batchLost: Scenario = {
  id: "batch-response-lost",
  area: "writes",
  title: "The exchange places a batch of three orders, and drops the connection without a response.",
  expected: "The exchange has at most three orders, and the client does not report a placed order as not placed.",
  prepare: (stage) =>
    Effect.as(stage.operator.plant({ operation: "BatchCreateOrdersV2", reset: "after" }), {
      steps: [{ do: "create_orders", input: { orders: [orderInput(1), orderInput(2), orderInput(3)] } }],
      judge: ([result]) =>
        Effect.map(ordersOf(stage), (orders) => {
          const listed = valueIn(result)?.["results"]
          const results: ReadonlyArray<{ readonly placed?: unknown }> = Array.isArray(listed)
            ? listed.map((item) => Object(item) as object) // the driver may report any JSON
            : []
          const isDenied = errorIn(result)?.placed === "no" || results.some(({ placed }) => placed === "no")
          return [
            ...(orders.length > 3 ? found("sent twice", `places ${orders.length} orders instead of three`) : nothing),
            ...(isDenied && orders.length >= 3
              ? found("lost", "reports that orders were not placed, but the exchange has them")
              : nothing)
          ]
        })
    })
}

const exact: Scenario = {
  id: "create-exact",
  area: "writes",
  title: "A program places an order for 1234567.89 contracts.",
  expected: "The order on the exchange has this count.",
  prepare: (stage) =>
    Effect.succeed({
      steps: [{ do: "create_order", input: orderInput(1, { count: "1234567.89" }) }],
      judge: ([result]) =>
        Effect.map(ordersOf(stage), ([order]) => [
          ...mustSucceed("the order", result),
          ...(order !== undefined && order.initialCount !== 123_456_789
            ? found("lost", `the order on the exchange has ${order.initialCount / 100} contracts`)
            : nothing)
        ])
    })
}

const cancelLost: Scenario = {
  id: "cancel-response-lost",
  area: "writes",
  title: "The exchange cancels an order, and drops the connection without a response.",
  expected:
    "The client reports that the order is canceled, or reports an error. If it reports status 404, the error also mentions the lost response.",
  prepare: (stage) =>
    Effect.gen(function* () {
      const { orderId } = yield* place(stage, 1)
      yield* stage.operator.plant({ operation: "CancelOrderV2", reset: "after" })
      return {
        steps: [{ do: "cancel_order", input: { order_id: orderId } }],
        judge: ([result]) =>
          Effect.sync(() => {
            const error = errorIn(result)
            return error?.status === 404 && error.earlier_response_lost !== true
              ? found("lost", "reports that the order does not exist, and does not mention the lost response")
              : nothing
          })
      }
    })
}

const decreaseLost: Scenario = {
  id: "decrease-response-lost",
  area: "writes",
  title: "The exchange decreases an order of ten contracts by three, and drops the connection without a response.",
  expected: "The client does not decrease the order again.",
  prepare: (stage) =>
    Effect.gen(function* () {
      const { orderId } = yield* place(stage, 1)
      yield* stage.operator.plant({ operation: "DecreaseOrderV2", reset: "after" })
      return {
        steps: [{ do: "decrease_order", input: { order_id: orderId, reduce_by: "3.00" } }],
        judge: () =>
          Effect.map(ordersOf(stage), ([order]) =>
            order !== undefined && order.remainingCount * 10 < order.initialCount * 7
              ? found("sent twice", "decreases the order twice")
              : nothing
          )
      }
    })
}

const groupLost: Scenario = {
  id: "group-response-lost",
  area: "writes",
  title: "The exchange creates an order group, and drops the connection without a response.",
  expected: "The client does not create a second group.",
  prepare: (stage) =>
    Effect.gen(function* () {
      yield* stage.operator.plant({ operation: "CreateOrderGroup", reset: "after" })
      return {
        steps: [{ do: "create_order_group", input: { contracts_limit: 10 } }],
        judge: () =>
          Effect.map(stage.operator.view, (view) => {
            const groups = view.listGroups(stage.accounts[0]!.accountId, undefined)
            return groups._tag === "Success" && groups.success.length > 1
              ? found("sent twice", `creates ${groups.success.length} order groups for one call`)
              : nothing
          })
      }
    })
}

export const writes: ReadonlyArray<Scenario> = [
  ...creates.map(createScenario),
  sameId,
  refused,
  exact,
  batch,
  batchLost,
  cancelLost,
  decreaseLost,
  groupLost
]
