import { assert, describe, it } from "@effect/vitest"
import { SigningError } from "@kalshi-effect/signing/SigningError"
import * as Errors from "../../src/Errors.ts"
import { afterLostAnswer } from "../../src/sending/lostResponses.ts"

const operation = "Orders.cancel"
const body = { message: "why" }
const fields = { operation, body, attempts: 2, afterLostAnswer: false }
const repeatable = { ...fields, retryAfterMillis: 7 }

const intent: Errors.NotSent["intent"] = {
  operation,
  method: "DELETE",
  path: "/",
  query: "",
  body: undefined,
  cost: undefined
} as never // the error's message reads only these fields

describe("afterLostAnswer", () => {
  const withoutResponse = [
    new Errors.TransportError({ operation, requestSent: "no", code: "ENOTFOUND", reason: "no such host", attempts: 2 }),
    new SigningError({ description: "the KMS declined" }),
    new Errors.LimitExceeded({ operation, bucket: "write", cost: 2, capacity: 1, waitMillis: 5, maxWaitMillis: 1 }),
    new Errors.InvalidRequest({ operation, pointer: "", reason: "no such field" }),
    new Errors.NotSent({ operation, intent })
  ]
  for (const error of withoutResponse) {
    it(`turns ${error._tag} into a TransportError about a possibly executed request`, () => {
      const after = afterLostAnswer(error, { operation, attempts: 2 })
      assert.instanceOf(after, Errors.TransportError)
      assert.deepInclude(after, { operation, requestSent: "maybe", attempts: 2 })
      assert.include(after.message, "the response to an attempt was lost")
      assert.include(after.message, "the exchange may have carried out the request")
      assert.notInclude(after.message, "did not carry out")
    })
  }

  it("keeps the code and the reason of the later failure", () => {
    const [refused, unsigned, metered] = withoutResponse.map((error) =>
      afterLostAnswer(error, { operation, attempts: 2 })
    )
    assert.deepInclude(refused, { code: "ENOTFOUND", reason: "the response to an attempt was lost, then no such host" })
    assert.include(unsigned!.message, "the repeat could not be signed: the KMS declined")
    assert.include(metered!.message, "2 tokens of the write bucket")
  })

  it('sets requestSent to "maybe" on a timeout that occurred before sending', () => {
    const early = new Errors.RequestTimeout({
      operation,
      limit: "total",
      timeoutMillis: 30_000,
      requestSent: "no",
      attempts: 2
    })
    const after = afterLostAnswer(early, { operation, attempts: 3 })
    assert.instanceOf(after, Errors.RequestTimeout)
    assert.deepInclude(after, { limit: "total", timeoutMillis: 30_000, requestSent: "maybe", attempts: 3 })
  })

  const responses = [
    new Errors.BadRequest(fields),
    new Errors.Unauthorized({ ...fields, explanation: undefined }),
    new Errors.Forbidden(fields),
    new Errors.NotFound(fields),
    new Errors.Conflict(fields),
    new Errors.TooManyRequests(repeatable),
    new Errors.InternalServerError({ ...repeatable, payload: { a: 1 } }),
    new Errors.BadGateway(repeatable),
    new Errors.ServiceUnavailable({ ...repeatable, payload: undefined }),
    new Errors.GatewayTimeout({ ...repeatable, payload: undefined }),
    new Errors.UnexpectedStatus({ ...repeatable, status: 418, json: { b: 2 } })
  ]
  for (const error of responses) {
    it(`sets afterLostAnswer on ${error._tag}, and keeps its class and other fields`, () => {
      const after = afterLostAnswer(error as Errors.NotFound, { operation, attempts: 9 }) // cast: `responses` contains several classes
      assert.strictEqual<unknown>(after.constructor, error.constructor)
      assert.deepStrictEqual<object>({ ...after }, { ...error, afterLostAnswer: true })
      assert.match(after.message, /was lost/)
    })
  }

  it("returns an error unchanged if it already reports that the request may have been carried out", () => {
    for (const error of [
      new Errors.NotFound({ ...fields, afterLostAnswer: true }),
      new Errors.TransportError({ operation, requestSent: "maybe", code: undefined, reason: "", attempts: 1 }),
      new Errors.RequestTimeout({ operation, limit: "attempt", timeoutMillis: 1, requestSent: "maybe", attempts: 1 }),
      new Errors.ContractError({ operation, status: 200, pointer: "", reason: "", rawBody: "", attempts: 1 })
    ]) {
      assert.strictEqual<unknown>(afterLostAnswer(error as Errors.NotFound, { operation, attempts: 9 }), error)
    }
  })
})
