/**
 * Scenarios of errors: the exchange refuses a read with errors of several shapes, or the exchange or its CDN fails.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Reply } from "../Recorder.ts"
import { found, nothing, type ReportedError, type Scenario } from "../Scenario.ts"
import { errorIn, mustFail, place } from "./support.ts"

/** The maximum number of requests of one call, if every request fails. */
export const maxAttempts = 10

interface ErrorShape {
  readonly id: string
  readonly title: string
  readonly reply: Reply
  readonly code?: string
}

const html = "<html><head><title>ERROR</title></head><body>The request could not be satisfied.</body></html>"
const htmlType = { "content-type": "text/html" }

const shapes: ReadonlyArray<ErrorShape> = [
  {
    id: "error-nested",
    title: "The exchange refuses a read with 404 and an error object under `error`.",
    reply: { status: 404, body: '{"error":{"code":"order_not_found","message":"not found"}}' },
    code: "order_not_found"
  },
  {
    id: "error-flat",
    title: "The exchange refuses a read with 400 and a body whose members are the fields of the error.",
    reply: { status: 400, body: '{"code":"invalid_order","message":"bad request","details":"order_id"}' },
    code: "invalid_order"
  },
  {
    id: "error-conflict",
    title: "The exchange refuses a read with 409, which the document does not declare for this read.",
    reply: { status: 409, body: '{"error":{"code":"conflict","message":"conflict"}}' },
    code: "conflict"
  },
  {
    id: "error-clock",
    title: "The exchange refuses a read with 401, because it considers the timestamp expired.",
    reply: {
      status: 401,
      body: '{"error":{"code":"header_timestamp_expired","message":"header timestamp expired"}}'
    },
    code: "header_timestamp_expired"
  },
  {
    id: "error-html",
    title: "The CDN refuses a read with 403 and a page of HTML.",
    reply: { status: 403, headers: htmlType, body: html }
  },
  {
    id: "error-cdn",
    title: "The CDN fails with status 520 and a page of HTML, at every attempt.",
    reply: { status: 520, headers: htmlType, body: html }
  },
  {
    id: "error-empty",
    title: "The exchange fails with 500 and an empty body, at every attempt.",
    reply: { status: 500, body: "" }
  },
  {
    id: "error-truncated",
    title: "The exchange fails with 503 and a body that is not JSON, at every attempt.",
    reply: { status: 503, body: '{"error":{"code":"service_unav' }
  },
  {
    id: "error-limit",
    title: "The exchange refuses a read with 429 and a string under `error`, at every attempt.",
    reply: { status: 429, body: '{"error":"too many requests"}' }
  }
]

const hasCode = ({ code: reported, text = "" }: ReportedError, code: string): boolean =>
  reported === code || text.includes(code)

const scenarioOf = ({ code, id, reply, title }: ErrorShape): Scenario => ({
  id,
  area: "errors",
  title,
  expected: `The client reports an error with the status${code === undefined ? "" : " and the code"}, after at most ${maxAttempts} requests.`,
  prepare: (stage) =>
    Effect.map(place(stage, 1), ({ orderId }) => {
      const path = `/portfolio/orders/${orderId}`
      stage.recorder.add({ method: "GET", path, respond: () => reply })
      return {
        steps: [{ do: "get_order", input: { order_id: orderId } }],
        judge: ([result]) =>
          Effect.sync(() => {
            const error = errorIn(result)
            const attempts = stage.recorder.sent("GET", path).length
            return [
              ...mustFail(`reports a response with status ${reply.status} as a success`, result),
              ...(error !== undefined && error.status !== reply.status
                ? found("lost", `the error does not have the status ${reply.status}`)
                : nothing),
              ...(error !== undefined && code !== undefined && !hasCode(error, code)
                ? found("lost", `the error does not contain the code ${code}`)
                : nothing),
              ...(attempts > maxAttempts
                ? found("sent twice", `sends the read more than ${maxAttempts} times`)
                : nothing)
            ]
          })
      }
    })
})

export const errors: ReadonlyArray<Scenario> = shapes.map(scenarioOf)
