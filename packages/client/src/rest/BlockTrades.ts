/**
 * Block trades: trades that two parties agree on outside the book. One party proposes the trade, then buyer and seller
 * accept it.
 *
 * **Gotchas**
 *
 * - Prices and counts are integers here, unlike in most operations. `price_centi_cents` is in hundredths of a cent:
 *   5,600 is $0.56. `centicount` is in hundredths of a contract: 1,000 is 10 contracts.
 * - The OpenAPI document does not say whether the price is the price of YES or of `maker_side`.
 * - All times are RFC 3339 strings, although their names end in `_ts`.
 *
 * Source: the OpenAPI document of October 26, 2026.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Forbidden, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  AcceptBlockTradeProposalInput as AcceptInput,
  GetBlockTradeProposalsInput as ListInput,
  ProposeBlockTradeInput as ProposeInput
} from "../generated/inputs.ts"
export type {
  BlockTradeProposal,
  GetBlockTradeProposalsResponse,
  ProposeBlockTradeResponse
} from "../generated/responses.ts"

/**
 * Lists the proposals that you are allowed to see, a page at a time.
 *
 * **Gotchas**
 *
 * - The other party is hidden: its `buyer_user_id` or `seller_user_id` is `""`.
 * - The last page has `cursor: ""`, or no cursor.
 */
export const list: Pages.Paged<
  Inputs.GetBlockTradeProposalsInput,
  Responses.GetBlockTradeProposalsResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "block_trade_proposals"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetBlockTradeProposals",
  name: "BlockTrades.list",
  method: "GET",
  path: "/communications/block-trade-proposals",
  query: Parameters.GetBlockTradeProposalsQuery,
  success: { status: 200, body: Responses.GetBlockTradeProposalsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["block_trade_proposals"] }
})

/**
 * Proposes a block trade between a buyer and a seller.
 *
 * **Gotchas**
 *
 * The client does not retry this operation after a lost response, because the request has no client-supplied id. Look
 * for the proposal with {@link list}.
 *
 * **Example** (10 contracts at $0.56)
 *
 * ```ts
 * import * as BlockTrades from "@kalshi-effect/client/BlockTrades"
 *
 * const proposed = BlockTrades.propose({
 *   market_ticker: "KXHIGHNY-26NOV22-T50",
 *   price_centi_cents: 5_600,
 *   centicount: 1_000,
 *   maker_side: "yes",
 *   expiration_ts: "2026-11-22T18:00:00Z",
 *   buyer_user_id: "c68f7f74-244a-404e-b74e-ce71598fac06",
 *   seller_user_id: "0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e"
 * })
 * ```
 */
export const propose: Operation.Operation<
  Inputs.ProposeBlockTradeInput,
  Responses.ProposeBlockTradeResponse,
  BadRequest | Unauthorized | Forbidden,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "ProposeBlockTrade",
  name: "BlockTrades.propose",
  method: "POST",
  path: "/communications/block-trade-proposals",
  body: Requests.ProposeBlockTradeRequest,
  success: { status: 201, body: Responses.ProposeBlockTradeResponse },
  errors: [BadRequest, Unauthorized, Forbidden],
  access: "write",
  retry: "never"
})

/**
 * Accepts a proposal for your side of the trade.
 *
 * **Details**
 *
 * A key can have this permission alone: the scope `write::block_trade_accept` does not require the scope `write`.
 * Source: the scopes in the OpenAPI document of October 26, 2026.
 *
 * **Gotchas**
 *
 * The client does not retry this operation after a lost response. Check `buyer_accepted` and `seller_accepted` in
 * {@link list}.
 */
export const accept: Operation.Operation<
  Inputs.AcceptBlockTradeProposalInput,
  void,
  BadRequest | Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "AcceptBlockTradeProposal",
  name: "BlockTrades.accept",
  method: "POST",
  path: "/communications/block-trade-proposals/{block_trade_proposal_id}/accept",
  pathParameters: Parameters.AcceptBlockTradeProposalPath,
  body: Requests.AcceptBlockTradeProposalRequest,
  success: { status: 204, body: undefined },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "write",
  retry: "never"
})
