import { describe } from "@effect/vitest"
import * as Rfqs from "../../src/rest/Rfqs.ts"
import { itFails, itRejects, itSendsAndDecodes, recorded } from "../support/calls.ts"

const rfq_id = "42b2770c-7bcc-423b-af6b-d954cbcb267e"
const ticker = "KXMLBGAME-26JUL081840NYYTB-NYY"

const rfq = {
  id: rfq_id,
  creator_id: "c49e7badac20ba4a64443f6d3045ec80eb87cd56d7b46f5f6c4fcb7072df4a36",
  market_ticker: ticker,
  contracts_fp: "0.00",
  target_cost_dollars: "25.000000",
  target_cost_excludes_fees: true,
  status: "open",
  created_ts: "2026-07-06T01:55:29.13Z",
  rest_remainder: false,
  mve_collection_ticker: "KXMVE",
  mve_selected_legs: [{ market_ticker: "A", side: "yes", yes_settlement_value_dollars: null }]
}

describe("Rfqs.list", () => {
  itSendsAndDecodes([
    {
      it: "lists the RFQs of all users",
      call: Rfqs.list(),
      request: "GET /communications/rfqs",
      reply: { status: 200, body: { rfqs: [rfq], cursor: "next" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: Rfqs.list({
        cursor: "c=",
        event_ticker: "E",
        market_ticker: "M",
        subaccount: 3,
        limit: 100,
        status: "open",
        creator_user_id: "u",
        user_filter: "self"
      }),
      request:
        "GET /communications/rfqs?cursor=c%3D&event_ticker=E&market_ticker=M&subaccount=3&limit=100&status=open&creator_user_id=u&user_filter=self",
      reply: { status: 200, body: { rfqs: null } },
      value: { rfqs: [] }
    }
  ])

  itRejects("rejects the user filter `others`", [[Rfqs.list({ user_filter: "others" as "self" }), "/user_filter"]])
})

describe("Rfqs.get", () => {
  itSendsAndDecodes([
    {
      it: "reads one RFQ with an unknown status",
      call: Rfqs.get({ rfq_id }),
      request: `GET /communications/rfqs/${rfq_id}`,
      reply: { status: 200, body: { rfq: { ...rfq, status: "a status of tomorrow" } } }
    }
  ])
})

describe("Rfqs.create", () => {
  itSendsAndDecodes([
    {
      it: "requests a number of contracts and decodes the id recorded in demo",
      call: Rfqs.create({ market_ticker: ticker, contracts_fp: "1.5", rest_remainder: false, replace_existing: true }),
      request: "POST /communications/rfqs",
      body: { market_ticker: ticker, contracts_fp: "1.5", rest_remainder: false, replace_existing: true },
      reply: { status: 201, body: recorded("CreateRFQ")[0] }
    },
    {
      it: "requests contracts for a target cost",
      call: Rfqs.create({
        market_ticker: ticker,
        target_cost_dollars: "25.00",
        target_cost_excludes_fees: true,
        rest_remainder: true,
        obscure_creator_id: true,
        subaccount: 63
      }),
      request: "POST /communications/rfqs",
      body: {
        market_ticker: ticker,
        target_cost_dollars: "25.00",
        target_cost_excludes_fees: true,
        rest_remainder: true,
        obscure_creator_id: true,
        subaccount: 63
      },
      reply: { status: 201, body: { id: rfq_id } }
    }
  ])

  const one = Rfqs.create({ market_ticker: ticker, contracts_fp: "1", rest_remainder: false })

  itFails(
    "fails with Conflict if the market already has an open RFQ",
    one,
    [{ status: 409, body: { error: { code: "conflict", message: "an RFQ is open" } } }],
    { _tag: "Conflict", afterLostAnswer: false }
  )

  itFails("does not retry after a lost response", one, [{ fault: "ECONNRESET" }], {
    _tag: "TransportError",
    requestSent: "maybe"
  })

  itRejects("rejects an invalid target cost", [
    [Rfqs.create({ market_ticker: ticker, target_cost_dollars: "1e3", rest_remainder: false }), "/target_cost_dollars"]
  ])
})

describe("Rfqs.delete", () => {
  itSendsAndDecodes([
    {
      it: "sends no body and returns nothing",
      call: Rfqs.delete({ rfq_id }),
      request: `DELETE /communications/rfqs/${rfq_id}`,
      reply: { status: 204 }
    }
  ])

  itFails(
    "retries after a lost response and sets afterLostAnswer",
    Rfqs.delete({ rfq_id }),
    [{ fault: "ECONNRESET" }, { status: 404, body: { code: "not_found" } }],
    { _tag: "NotFound", afterLostAnswer: true }
  )
})

describe("Rfqs.communicationsId", () => {
  itSendsAndDecodes([
    {
      it: "decodes the id recorded in demo",
      call: Rfqs.communicationsId(),
      request: "GET /communications/id",
      reply: { status: 200, body: recorded("GetCommunicationsID")[0] }
    }
  ])
})
