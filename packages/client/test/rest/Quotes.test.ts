import { assert, describe, it } from "@effect/vitest"
import * as Quotes from "../../src/rest/Quotes.ts"
import { itFails, itRejects, itSendsAndDecodes, recorded } from "../support/calls.ts"

const rfq_id = "42b2770c-7bcc-423b-af6b-d954cbcb267e"
const quote_id = "0fab643f-bf47-4455-a44f-2dc0b00acbbf"
const one = { rfq_id, quote_id }
const scoped = `/communications/rfqs/${rfq_id}/quotes/${quote_id}`
const byQuoteId = `/communications/quotes/${quote_id}`
const quotes = recorded("Quote")

describe("Quotes.list", () => {
  itSendsAndDecodes([
    {
      it: "decodes the quotes recorded in demo",
      call: Quotes.list({ user_filter: "self", min_ts: 1783300000, max_ts: 1783303000 }),
      request: "GET /communications/quotes?min_ts=1783300000&max_ts=1783303000&user_filter=self",
      reply: { status: 200, body: { quotes, cursor: "" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Quotes.list({
        cursor: "c",
        min_ts: 1,
        max_ts: 2,
        limit: 500,
        status: "open",
        quote_creator_user_id: "u",
        user_filter: "self",
        rfq_user_filter: "self",
        rfq_creator_user_id: "v",
        rfq_creator_subtrader_id: "s",
        rfq_id
      }),
      request: `GET /communications/quotes?cursor=c&min_ts=1&max_ts=2&limit=500&status=open&quote_creator_user_id=u&user_filter=self&rfq_user_filter=self&rfq_creator_user_id=v&rfq_creator_subtrader_id=s&rfq_id=${rfq_id}`,
      reply: { status: 200, body: { quotes: null } },
      value: { quotes: [] }
    }
  ])

  itFails(
    "fails with UnexpectedStatus on the undeclared 403 of a list without a filter",
    Quotes.list(),
    [{ status: 403, body: { error: { code: "permission_denied", message: "no" } } }],
    { _tag: "UnexpectedStatus", status: 403, code: "permission_denied" }
  )
})

for (const [name, operation, request] of [
  ["get", Quotes.get(one), scoped],
  ["getByQuoteId", Quotes.getByQuoteId({ quote_id }), byQuoteId]
] as const) {
  describe(`Quotes.${name}`, () => {
    itSendsAndDecodes(
      quotes.map((quote, index) => ({
        it: `decodes quote ${index + 1} recorded in demo`,
        call: operation,
        request: `GET ${request}`,
        reply: { status: 200, body: { quote } }
      }))
    )
  })
}

describe("Quotes.create", () => {
  itSendsAndDecodes([
    {
      it: "quotes both sides",
      call: Quotes.create({ rfq_id, yes_bid: "0.48", no_bid: "0.4815", rest_remainder: false, post_only: true }),
      request: "POST /communications/quotes",
      body: { rfq_id, yes_bid: "0.48", no_bid: "0.4815", rest_remainder: false, post_only: true },
      reply: { status: 201, body: recorded("CreateQuote")[0] }
    },
    {
      it: "declines a side with a price of 0",
      call: Quotes.create({ rfq_id, yes_bid: "0", no_bid: "0.50", rest_remainder: true, subaccount: 0 }),
      request: "POST /communications/quotes",
      body: { rfq_id, yes_bid: "0", no_bid: "0.50", rest_remainder: true, subaccount: 0 },
      reply: { status: 201, body: { id: quote_id } }
    }
  ])

  itRejects(
    "rejects an invalid price",
    (["-0.10", "1.01", "48", ".5", "0.48000", "1e-2"] as const).map((price) => [
      Quotes.create({ rfq_id, yes_bid: price, no_bid: "0", rest_remainder: false }),
      "/yes_bid"
    ])
  )

  itFails(
    "does not retry after a 504",
    Quotes.create({ rfq_id, yes_bid: "0.48", no_bid: "0.48", rest_remainder: false }),
    [{ status: 504 }],
    { _tag: "GatewayTimeout" }
  )
})

const late = { status: 400, body: { error: { code: "expired", message: "expired" } } }
const gone = { status: 404, body: { code: "not_found" } }

for (const [name, operation, request] of [
  ["accept", Quotes.accept({ ...one, accepted_side: "yes" }), scoped],
  ["acceptByQuoteId", Quotes.acceptByQuoteId({ quote_id, accepted_side: "yes" }), byQuoteId]
] as const) {
  describe(`Quotes.${name}`, () => {
    itSendsAndDecodes([
      {
        it: "sends the side in the body and returns nothing",
        call: operation,
        request: `PUT ${request}/accept`,
        body: { accepted_side: "yes" },
        reply: { status: 204 }
      }
    ])

    itFails("does not retry after a lost response", operation, [{ fault: "ECONNRESET" }], {
      _tag: "TransportError"
    })
  })
}

for (const [name, operation, request] of [
  ["confirm", Quotes.confirm(one), scoped],
  ["confirmByQuoteId", Quotes.confirmByQuoteId({ quote_id }), byQuoteId]
] as const) {
  describe(`Quotes.${name}`, () => {
    itSendsAndDecodes([
      {
        it: "sends an empty object, because the exchange requires a body, and returns nothing",
        call: operation,
        request: `PUT ${request}/confirm`,
        body: {},
        reply: { status: 204 }
      }
    ])

    itFails("fails with BadRequest and its code after the deadline", operation, [late], {
      _tag: "BadRequest",
      status: 400,
      code: "expired"
    })

    itFails("does not retry after a 503", operation, [{ status: 503 }])
  })
}

for (const [name, operation, request] of [
  ["delete", Quotes.delete(one), scoped],
  ["deleteByQuoteId", Quotes.deleteByQuoteId({ quote_id }), byQuoteId]
] as const) {
  describe(`Quotes.${name}`, () => {
    itSendsAndDecodes([
      {
        it: "sends no body and returns nothing",
        call: operation,
        request: `DELETE ${request}`,
        reply: { status: 204 }
      }
    ])

    itFails("fails with NotFound after the quote was accepted", operation, [gone], {
      _tag: "NotFound",
      code: "not_found",
      afterLostAnswer: false
    })

    itFails("retries after a lost response and sets afterLostAnswer", operation, [{ fault: "ECONNRESET" }, gone], {
      _tag: "NotFound",
      afterLostAnswer: true
    })
  })
}

describe("Quotes, the descriptors", () => {
  const [costs] = recorded("GetAccountEndpointCosts") as ReadonlyArray<{
    readonly default_cost: number
    readonly endpoint_costs: ReadonlyArray<{ readonly cost: number; readonly method: string; readonly path: string }>
  }>

  for (const { descriptor } of Object.values(Quotes)) {
    it(`${descriptor.name} has the cost that was recorded in demo`, () => {
      const path = `/trade-api/v2${descriptor.path.replaceAll(/\{(\w+)\}/g, ":$1")}`
      const listed = costs!.endpoint_costs.find((row) => row.method === descriptor.method && row.path === path)
      assert.strictEqual(descriptor.limits.cost, listed?.cost ?? costs!.default_cost)
    })
  }
})
