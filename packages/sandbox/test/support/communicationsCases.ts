/**
 * Requests about RFQs, quotes and block trades, by the status that they receive. `{rfq}`, `{quote}`, `{takerRfq}`,
 * `{ownQuote}`, `{acceptedQuote}` and `{blockTrade}` stand for the ids of existing entities, `{maker}` and `{taker}`
 * for the ids of two accounts.
 */
import { badBodies, badPages, type Case, type Change } from "./cases.ts"
import { blockTrade, quote, rfq, settledTicker } from "./world.ts"

const unknownId = "00000000-0000-4000-8000-000000000000"
const rfqs = "/communications/rfqs"
const quotes = "/communications/quotes"
const blockTrades = "/communications/block-trade-proposals"
const proposal = (change: object = {}) => blockTrade("{maker}", "{taker}", change)

/**
 * Makes the cases of two operations on a quote. The first path has the ids of the RFQ and of the quote. The second path
 * is deprecated, and has only the id of the quote.
 */
const both = (
  names: readonly [scoped: string, deprecated: string],
  ids: readonly [rfq: string, quote: string],
  suffix: string,
  { others, request }: { readonly request: Omit<Case["request"], "path">; readonly others: NonNullable<Case["others"]> }
): Readonly<Record<string, Case>> => {
  const [rfqId, quoteId] = ids
  const scoped = (...[one, other]: readonly [string, string]) => `${rfqs}/${one}/quotes/${other}${suffix}`
  const bare = (id: string) => `${quotes}/${id}${suffix}`
  const with404 = (paths: ReadonlyArray<string>, malformed: ReadonlyArray<string>, path: string): Case => ({
    request: { ...request, path },
    others: {
      ...others,
      400: [...malformed.map((path) => ({ path })), ...(others[400] ?? [])],
      404: [...paths.map((path) => ({ path })), { who: "basic" }, ...(others[404] ?? [])]
    }
  })
  return {
    [names[0]]: with404(
      [scoped(rfqId, unknownId), scoped(unknownId, quoteId)],
      [scoped("mine", quoteId), scoped(rfqId, "mine")],
      scoped(rfqId, quoteId)
    ),
    [names[1]]: with404([bare(unknownId)], [bare("mine")], bare(quoteId))
  }
}

const changes = (jsons: ReadonlyArray<object>): ReadonlyArray<Change> => jsons.map((json) => ({ json }))

export const communicationsCases: Readonly<Record<string, Case>> = {
  GetCommunicationsID: { request: { method: "GET", path: "/communications/id" } },
  GetRFQs: {
    request: { method: "GET", path: rfqs },
    others: {
      400: [
        ...badPages(rfqs),
        { path: `${rfqs}?limit=101` },
        { path: `${rfqs}?creator_user_id=me` },
        { path: `${rfqs}?user_filter=others` },
        { path: `${rfqs}?subaccount=64` }
      ]
    }
  },
  GetRFQ: {
    request: { method: "GET", path: `${rfqs}/{rfq}` },
    others: { 400: [{ path: `${rfqs}/mine` }], 404: [{ path: `${rfqs}/${unknownId}` }] }
  },
  CreateRFQ: {
    request: { method: "POST", path: rfqs, json: rfq({ replace_existing: true }) },
    others: {
      400: [
        ...badBodies,
        ...changes([
          rfq({ market_ticker: "KXNONE-1" }),
          rfq({ market_ticker: settledTicker }),
          rfq({ contracts: 0 }),
          rfq({ contracts: 1.5 }),
          rfq({ contracts: 10_000_001 }),
          rfq({ contracts_fp: "3" }),
          rfq({ contracts_fp: "2.001" }),
          rfq({ contracts: undefined }),
          rfq({ contracts: undefined, target_cost_dollars: "0.00" }),
          rfq({ contracts: undefined, target_cost_dollars: "5.00", target_cost_centi_cents: 50_001 }),
          rfq({ target_cost_dollars: "5.00" }),
          rfq({ target_cost_excludes_fees: true }),
          rfq({ subaccount: 64 }),
          rfq({ subtrader_id: "mine" })
        ])
      ],
      409: [{ json: rfq() }]
    }
  },
  DeleteRFQ: {
    request: { method: "DELETE", path: `${rfqs}/{rfq}` },
    others: {
      400: [{ path: `${rfqs}/mine` }],
      404: [{ path: `${rfqs}/${unknownId}` }, { who: "taker" }, { who: "locked" }]
    }
  },
  GetQuotes: {
    request: { method: "GET", path: `${quotes}?user_filter=self` },
    others: {
      400: [
        ...badPages(`${quotes}?user_filter=self`).map(({ path, ...change }) => ({
          ...change,
          path: path?.replace("self?", "self&") ?? ""
        })),
        { path: `${quotes}?user_filter=self&limit=501` },
        { path: `${quotes}?user_filter=self&rfq_id=mine` },
        { path: `${quotes}?user_filter=self&rfq_creator_subtrader_id=mine` }
      ],
      // The real exchange answers 403. The document does not declare 403 here, so the local exchange answers 401.
      401: [{ path: quotes }, { path: `${quotes}?rfq_id={rfq}` }]
    }
  },
  CreateQuote: {
    request: { method: "POST", path: quotes, json: quote("{takerRfq}") },
    others: {
      400: [
        ...badBodies,
        ...changes([
          quote("mine"),
          quote(unknownId),
          quote("{takerRfq}", { yes_bid: "0", no_bid: "0" }),
          quote("{takerRfq}", { yes_bid: "0.51", no_bid: "0.50" }),
          quote("{takerRfq}", { yes_bid: "1.00", no_bid: "0" }),
          quote("{takerRfq}", { yes_bid: "0.4" }),
          quote("{takerRfq}", { subaccount: 64 }),
          quote("{takerRfq}", { subaccount: 2 })
        ])
      ]
    }
  },
  ...both(["GetRFQQuote", "GetQuote"], ["{rfq}", "{quote}"], "", {
    request: { method: "GET" },
    others: { 404: [{ who: "locked" }] }
  }),
  ...both(["AcceptRFQQuote", "AcceptQuote"], ["{rfq}", "{quote}"], "/accept", {
    request: { method: "PUT", json: { accepted_side: "yes" } },
    others: { 400: [...badBodies, { json: { accepted_side: "both" } }], 404: [{ who: "taker" }, { who: "locked" }] }
  }),
  ...both(["ConfirmRFQQuote", "ConfirmQuote"], ["{takerRfq}", "{acceptedQuote}"], "/confirm", {
    request: { method: "PUT", json: {} },
    others: {
      400: [{ json: {}, contentType: "text/plain" }, ...["0", "null", "[]", '"x"', "true"].map((text) => ({ text }))],
      404: [{ who: "taker" }, { who: "locked" }]
    }
  }),
  ...both(["DeleteRFQQuote", "DeleteQuote"], ["{takerRfq}", "{ownQuote}"], "", {
    request: { method: "DELETE" },
    others: { 404: [{ who: "taker" }, { who: "locked" }] }
  }),
  GetBlockTradeProposals: {
    request: { method: "GET", path: blockTrades },
    others: { 400: [...badPages(blockTrades), { path: `${blockTrades}?limit=101` }] }
  },
  ProposeBlockTrade: {
    request: { method: "POST", path: blockTrades, json: proposal() },
    others: {
      400: [
        ...badBodies,
        ...changes([
          proposal({ market_ticker: "KXNONE-1" }),
          proposal({ market_ticker: settledTicker }),
          proposal({ seller_user_id: "{maker}" }),
          proposal({ seller_user_id: unknownId }),
          proposal({ buyer_user_id: "me" }),
          proposal({ price_centi_cents: 5_650 }),
          proposal({ price_centi_cents: 10_000 }),
          proposal({ centicount: 0 }),
          proposal({ buyer_subaccount: 64 }),
          proposal({ expiration_ts: "1970-01-01T00:00:00Z" }),
          proposal({ expiration_ts: "tomorrow" }),
          proposal({ buyer_subtrader_id: "mine" })
        ])
      ],
      403: [{ who: "basic" }, { who: "locked", json: proposal({ buyer_subaccount: 2 }) }, { who: "balanceOnly" }]
    }
  },
  AcceptBlockTradeProposal: {
    request: { method: "POST", path: `${blockTrades}/{blockTrade}/accept`, json: {} },
    others: {
      400: [
        { path: `${blockTrades}/mine/accept` },
        { who: "taker" },
        { json: { subaccount: 64 } },
        { json: { subtrader_id: "mine" } },
        { json: { subaccount: 3 } },
        { text: "[]" }
      ],
      404: [{ path: `${blockTrades}/${unknownId}/accept` }, { who: "basic" }]
    }
  }
}
