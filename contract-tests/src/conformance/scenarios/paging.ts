/**
 * Scenarios of pagination: the client reads all pages of a list.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Recorded, Reply } from "../Recorder.ts"
import { type Finding, found, nothing, type Result, type Scenario } from "../Scenario.ts"
import { clientOrderId, listPath, mustFail, mustSucceed, place, textsIn } from "./support.ts"

/** The ids of the orders on scripted pages, which the recorder sends instead of the exchange's pages. */
const orderId = (n: number): string => `10000000-0000-4000-8000-${String(n).padStart(12, "0")}`

const time = "2026-11-01T12:00:00Z"

const orderBody = (n: number) => ({
  order_id: orderId(n),
  user_id: "20000000-0000-4000-8000-000000000001",
  client_order_id: clientOrderId(n),
  ticker: "KXJUDGE-26-A",
  type: "limit",
  status: "resting",
  side: "yes",
  action: "buy",
  book_side: "bid",
  outcome_side: "yes",
  yes_price_dollars: "0.4000",
  no_price_dollars: "0.6000",
  initial_count_fp: "10.00",
  remaining_count_fp: "10.00",
  fill_count_fp: "0.00",
  maker_fees_dollars: "0.000000",
  maker_fill_cost_dollars: "0.000000",
  taker_fees_dollars: "0.000000",
  taker_fill_cost_dollars: "0.000000",
  created_time: time,
  last_update_time: time
})

const page = (orders: ReadonlyArray<number>, cursor: string): Reply => ({
  status: 200,
  body: JSON.stringify({ orders: orders.map(orderBody), cursor })
})

const cursorOf = ({ path }: Recorded): string | null =>
  new URL(path, "http://127.0.0.1").searchParams.get("cursor") || null

const compare = (result: Result | undefined, expected: ReadonlyArray<string>): ReadonlyArray<Finding> => {
  const ids = textsIn(result, "order_ids")
  if (ids === undefined) return mustSucceed("reading the list", result)
  const missing = expected.filter((id) => !ids.includes(id)).length
  return [
    ...(missing > 0 ? found("lost", `reports ${expected.length - missing} of ${expected.length} orders`) : nothing),
    ...(new Set(ids).size < ids.length ? found("accepted wrongly", "reports an order twice") : nothing)
  ]
}

const complete: Scenario = {
  id: "pages-all",
  area: "paging",
  title: "A list of 25 orders has pages of ten.",
  expected: "The client reports each order once.",
  prepare: (stage) =>
    Effect.map(
      Effect.forEach(
        Array.from({ length: 25 }, (_, index) => index),
        (n) => place(stage, n)
      ),
      (orders) => ({
        steps: [{ do: "list_orders", input: { limit: 10 } }],
        judge: ([result]) =>
          Effect.succeed(
            compare(
              result,
              orders.map(({ orderId }) => orderId)
            )
          )
      })
    )
}

const oddCursor = "a+b/c=&d%20e f?#ü"

interface Script {
  readonly id: string
  readonly title: string
  readonly expected: string
  readonly respond: (request: Recorded, nth: number) => Reply
  readonly judge: (result: Result | undefined, requests: number) => ReadonlyArray<Finding>
}

/** The list of `pages-cycle` ends here, so that a client that never stops does not block its driver. */
const endlessPages = 30

const orderRange = (last: number): ReadonlyArray<string> =>
  Array.from({ length: last }, (_, index) => orderId(index + 1))

const failure: Reply = { status: 500, body: '{"error":{"code":"internal_server_error","message":"internal"}}' }

const scripts: ReadonlyArray<Script> = [
  {
    id: "pages-empty",
    title: "A page in the middle of a list has a cursor and no orders.",
    expected: "The client reads the next page, and reports all orders.",
    respond: (request) => {
      const cursor = cursorOf(request)
      return cursor === null ? page([1, 2], "second") : cursor === "second" ? page([], "third") : page([3], "")
    },
    judge: (result) => compare(result, orderRange(3))
  },
  {
    id: "pages-cursor",
    title: "A cursor has characters that a query must escape.",
    expected: "The client sends the cursor back unchanged.",
    respond: (request) => {
      const cursor = cursorOf(request)
      if (cursor === null) return page([1], oddCursor)
      return cursor === oddCursor
        ? page([2], "")
        : { status: 400, body: '{"error":{"code":"invalid_cursor","message":"invalid cursor"}}' }
    },
    judge: (result) => compare(result, orderRange(2))
  },
  {
    id: "pages-cycle",
    title: "Every page has the same orders and the same cursor.",
    expected: `The client stops before request ${endlessPages}, and reports an error.`,
    respond: (_, nth) => page([1], nth < endlessPages ? "again" : ""),
    judge: (result, requests) => [
      ...(requests >= endlessPages ? found("lost", "never stops reading the same page") : nothing),
      ...mustFail("reports a list with a repeated cursor as complete", result)
    ]
  },
  {
    id: "pages-failure",
    title: "The second page of a list fails with 500 at every attempt.",
    expected: "The client reports an error.",
    respond: (request) => (cursorOf(request) === null ? page([1], "second") : failure),
    judge: (result) => mustFail("reports the first page as the complete list", result)
  },
  {
    id: "pages-missing",
    title: "The second page of a list has no member `orders`.",
    expected: "The client reports an error.",
    respond: (request) => (cursorOf(request) === null ? page([1], "second") : { status: 200, body: '{"cursor":""}' }),
    judge: (result) => mustFail("reports the first page as the complete list", result)
  }
]

const scenarioOf = ({ expected, id, judge, respond, title }: Script): Scenario => ({
  id,
  area: "paging",
  title,
  expected,
  prepare: (stage) =>
    Effect.sync(() => {
      stage.recorder.add({ method: "GET", path: listPath, respond })
      return {
        steps: [{ do: "list_orders", input: { limit: 2 } }],
        judge: ([result]) => Effect.sync(() => judge(result, stage.recorder.sent("GET", listPath).length))
      }
    })
})

export const paging: ReadonlyArray<Scenario> = [complete, ...scripts.map(scenarioOf)]
