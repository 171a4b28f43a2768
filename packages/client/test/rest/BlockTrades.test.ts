import { describe } from "@effect/vitest"
import * as BlockTrades from "../../src/rest/BlockTrades.ts"
import { itFails, itRejects, itSendsAndDecodes } from "../support/calls.ts"

const id = "8d6a1c1e-2b0f-4c5e-9a54-0f6f2b7f0a11"
const root = "/communications/block-trade-proposals"

/** The buyer does not see the seller. */
const proposal = {
  id,
  proposer_user_id: "buyer",
  buyer_user_id: "buyer",
  buyer_subtrader_id: "",
  seller_user_id: "",
  market_ticker: "M",
  price_centi_cents: 5600,
  centicount: 1000,
  maker_side: "yes",
  expiration_ts: "2026-11-22T18:00:00Z",
  status: "pending",
  created_ts: "2026-11-22T17:00:00.1Z",
  updated_ts: "2026-11-22T17:00:00.12Z",
  buyer_accepted: true,
  buyer_accepted_ts: "2026-11-22T17:00:00.12Z",
  seller_accepted: false
}

const proposed: BlockTrades.ProposeInput = {
  market_ticker: "M",
  price_centi_cents: 5600,
  centicount: 1000,
  maker_side: "no",
  expiration_ts: "2026-11-22T18:00:00Z",
  buyer_user_id: "buyer",
  buyer_subaccount: 0,
  seller_user_id: "seller",
  seller_subtrader_id: "s"
}

describe("BlockTrades.list", () => {
  itSendsAndDecodes([
    {
      it: "reads proposals with integer prices and counts",
      call: BlockTrades.list(),
      request: `GET ${root}`,
      reply: { status: 200, body: { block_trade_proposals: [proposal], cursor: "" } }
    },
    {
      it: "sends every filter and decodes a null list as empty",
      call: BlockTrades.list({ cursor: "c", market_ticker: "M", limit: 1, status: "pending" }),
      request: `GET ${root}?cursor=c&market_ticker=M&limit=1&status=pending`,
      reply: { status: 200, body: { block_trade_proposals: null } },
      value: { block_trade_proposals: [] }
    }
  ])
})

describe("BlockTrades.propose", () => {
  itSendsAndDecodes([
    {
      it: "sends its input as the body",
      call: BlockTrades.propose(proposed),
      request: `POST ${root}`,
      body: proposed,
      reply: { status: 201, body: { block_trade_proposal_id: id } }
    }
  ])

  for (const [field, value] of [
    ["price_centi_cents", 0],
    ["price_centi_cents", 0.56],
    ["centicount", 0],
    ["expiration_ts", "in an hour"],
    ["buyer_subaccount", 64],
    ["maker_side", "maybe"]
  ] as const) {
    // The types also reject these inputs, so the test needs a cast.
    const input = { ...proposed, [field]: value } as BlockTrades.ProposeInput
    itRejects(`rejects ${field} ${JSON.stringify(value)}`, [[BlockTrades.propose(input), `/${field}`]])
  }

  itFails(
    "fails with Forbidden if the key lacks the scope",
    BlockTrades.propose(proposed),
    [{ status: 403, body: {} }],
    {
      _tag: "Forbidden"
    }
  )

  itFails("does not retry after a lost response", BlockTrades.propose(proposed), [{ fault: "ECONNRESET" }])
})

describe("BlockTrades.accept", () => {
  itSendsAndDecodes([
    {
      it: "sends an empty object by default",
      call: BlockTrades.accept({ block_trade_proposal_id: id }),
      request: `POST ${root}/${id}/accept`,
      body: {},
      reply: { status: 204 }
    },
    {
      it: "sends the subaccount that accepts the block trade",
      call: BlockTrades.accept({ block_trade_proposal_id: id, subaccount: 7 }),
      request: `POST ${root}/${id}/accept`,
      body: { subaccount: 7 },
      reply: { status: 204 }
    }
  ])

  itFails("does not retry after a 500", BlockTrades.accept({ block_trade_proposal_id: id }), [{ status: 500 }])
})
