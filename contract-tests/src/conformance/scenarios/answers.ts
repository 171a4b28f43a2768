/**
 * Scenarios of responses with status 200: invalid responses, and valid responses whose values a client can lose.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Reply } from "../Recorder.ts"
import { found, nothing, type Result, type Scenario } from "../Scenario.ts"
import { isSameDecimal, mustFail, mustSucceed, place, textIn, valueIn } from "./support.ts"

interface Answer {
  readonly id: string
  readonly title: string
  readonly alter: (reply: Reply) => Reply
  /** The values that the client must report. Undefined if the response is invalid: then the call must fail. */
  readonly values?: Readonly<Record<string, string>>
  /** The invalid field of the order. */
  readonly field?: string
}

type Fields = Record<string, unknown>

const order =
  (change: (order: Fields) => Fields) =>
  (reply: Reply): Reply => {
    const body = JSON.parse(reply.body) as { readonly order: Fields } // the exchange's own response
    return { ...reply, body: JSON.stringify({ ...body, order: change(body.order) }) }
  }

const omit =
  (name: string) =>
  (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name))

const body =
  (text: string, contentType = "application/json; charset=utf-8"): Answer["alter"] =>
  () => ({
    status: 200,
    headers: { "content-type": contentType },
    body: text
  })

const answers_: ReadonlyArray<Answer> = [
  {
    id: "answer-error",
    title: "A read gets status 200 with the body of an error.",
    alter: body('{"error":{"code":"internal_error","message":"internal error"}}')
  },
  { id: "answer-empty", title: "A read gets status 200 with an empty body.", alter: body("") },
  { id: "answer-object", title: "A read gets status 200 with an empty object.", alter: body("{}") },
  {
    id: "answer-html",
    title: "A read gets status 200 with a page of HTML.",
    alter: body("<html><body>Maintenance</body></html>", "text/html")
  },
  {
    id: "answer-truncated",
    title: "A read gets status 200 with the first half of the JSON, and a matching content length.",
    alter: (reply) => ({ ...reply, body: reply.body.slice(0, reply.body.length >> 1) })
  },
  {
    id: "answer-missing",
    field: "remaining_count_fp",
    title: "The order in a response lacks its remaining count, which the document requires.",
    alter: order(omit("remaining_count_fp"))
  },
  {
    id: "answer-null",
    field: "remaining_count_fp",
    title: "The remaining count of the order in a response is null.",
    alter: order((fields) => ({ ...fields, remaining_count_fp: null }))
  },
  {
    id: "answer-number",
    field: "yes_price_dollars",
    title: "The price of the order in a response is a number instead of a string.",
    alter: order((fields) => ({ ...fields, yes_price_dollars: 0.4 }))
  },
  {
    id: "answer-word",
    field: "remaining_count_fp",
    title: "The remaining count of the order in a response is the string `ten`.",
    alter: order((fields) => ({ ...fields, remaining_count_fp: "ten" }))
  },
  {
    id: "answer-new-field",
    title: "The order in a response has a field that the document does not have.",
    alter: order((fields) => ({ ...fields, new_field: { nested: [1] } })),
    values: { remaining_count_fp: "10.00" }
  },
  {
    id: "answer-new-status",
    title: "The order in a response has a status that the document does not list.",
    alter: order((fields) => ({ ...fields, status: "held" })),
    values: { status: "held" }
  },
  {
    id: "answer-exact",
    title: "The order in a response has a count beyond the precision of a double, and a price with six decimals.",
    alter: order((fields) => ({ ...fields, remaining_count_fp: "90071992547409.93", yes_price_dollars: "0.123457" })),
    values: { remaining_count_fp: "90071992547409.93", yes_price_dollars: "0.123457" }
  }
]

const accepted = (field: string | undefined, result: Result | undefined): string =>
  field === undefined
    ? "reports the response as a success"
    : `reports a success, with ${field} as ${JSON.stringify(valueIn(result)?.[field] ?? null)}`

const checkValues = (values: Readonly<Record<string, string>>, result: Result | undefined) =>
  Object.entries(values).flatMap(([field, expected]) => {
    const text = textIn(result, field)
    return text === expected || isSameDecimal(text, expected)
      ? nothing
      : found("lost", `reports ${field} as ${text ?? "absent"}, but the exchange sent ${expected}`)
  })

const scenarioOf = ({ alter, field, id, title, values }: Answer): Scenario => ({
  id,
  area: "answers",
  title,
  expected:
    values === undefined ? "The client reports an error." : "The client reports the values as the exchange sent them.",
  prepare: (stage) =>
    Effect.map(place(stage, 1), ({ orderId }) => {
      stage.recorder.add({ method: "GET", path: `/portfolio/orders/${orderId}`, alter })
      return {
        steps: [{ do: "get_order", input: { order_id: orderId } }],
        judge: ([result]) =>
          Effect.succeed(
            values === undefined
              ? mustFail(accepted(field, result), result)
              : "value" in result!
                ? checkValues(values, result)
                : mustSucceed("the read of a valid response", result)
          )
      }
    })
})

const cut: Scenario = {
  id: "answer-cut",
  area: "answers",
  title: "The connection ends in the middle of a response, at every attempt.",
  expected: "The client reports an error.",
  prepare: (stage) =>
    Effect.gen(function* () {
      const { orderId } = yield* place(stage, 1)
      yield* stage.operator.plant({ operation: "GetOrder", times: 1_000, mangle: "truncated" })
      return {
        steps: [{ do: "get_order", input: { order_id: orderId } }],
        judge: ([result]) => Effect.succeed(mustFail("reports half of a response as a success", result))
      }
    })
}

const garbled: Scenario = {
  id: "answer-garbled",
  area: "answers",
  title: "The middle of the body of a response consists of bytes that are not UTF-8.",
  expected: "The client reports an error.",
  prepare: (stage) =>
    Effect.gen(function* () {
      const { orderId } = yield* place(stage, 1)
      yield* stage.operator.plant({ operation: "GetOrder", times: 1_000, mangle: "garbled" })
      return {
        steps: [{ do: "get_order", input: { order_id: orderId } }],
        judge: ([result]) => Effect.succeed(mustFail("reports the response as a success", result))
      }
    })
}

export const answers: ReadonlyArray<Scenario> = [...answers_.map(scenarioOf), cut, garbled]
