/**
 * Markets: a market is one question with a YES and a NO side. This module reads prices, order books, trades and
 * candlesticks.
 *
 * **Gotchas**
 *
 * - `Market.status` and the filter `status` of {@link list} use different words: a market is `active` or `finalized`,
 *   but the filter is `open` or `settled`.
 * - The feed sends no message when a market opens or closes on schedule (`initialized` to `active`, `active` to
 *   `closed`). Source: the exchange's documentation, 2026.
 * - For a moment after the feed announced a market, these reads may not return it. Source: the exchange's
 *   documentation, 2026.
 * - Strikes are JSON numbers. Money and counts are decimal strings.
 *
 * @module
 */
import type { KalshiPublic } from "../Capability.ts"
import { BadRequest, NotFound, type SigningFailure, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  BatchGetMarketCandlesticksInput as BatchCandlesticksInput,
  GetMarketCandlesticksInput as CandlesticksInput,
  GetMarketInput as GetInput,
  GetMarketOrderbookInput as OrderbookInput,
  GetMarketOrderbooksInput as OrderbooksInput,
  GetMarketsInput as ListInput,
  GetTradesInput as TradesInput
} from "../generated/inputs.ts"
export type {
  BatchGetMarketCandlesticksResponse,
  BidAskDistribution,
  GetMarketCandlesticksResponse,
  GetMarketOrderbookResponse,
  GetMarketOrderbooksResponse,
  GetMarketResponse,
  GetMarketsResponse,
  GetTradesResponse,
  Market,
  MarketCandlestick,
  MarketCandlesticksResponse,
  MarketOrderbookFp,
  MveSelectedLeg,
  OrderbookCountFp,
  PriceDistribution,
  PriceLevelDollarsCountFp,
  PriceRange,
  Trade
} from "../generated/responses.ts"

/**
 * Lists markets, a page at a time.
 *
 * **Gotchas**
 *
 * - Most items are combos (markets that combine several markets), unless `mve_filter` is `"exclude"`: in production in
 *   August 2026, only 2 of 12,000 markets were not combos. `Events.list` with `with_nested_markets` never returns
 *   combos.
 * - There are four pairs of time filters: created, close, settled and updated. Use only one pair. Each pair works only
 *   with some values of `status`. The updated pair can be combined only with `mve_filter: "exclude"`, and then also
 *   with `series_ticker`. Source: the OpenAPI document of October 26, 2026.
 * - Markets that settled before the cutoff of `Historical.cutoff` are missing. Read them with `Historical.markets`.
 * - The last page has `cursor: ""`.
 */
export const list: Pages.Paged<
  Inputs.GetMarketsInput,
  Responses.GetMarketsResponse,
  BadRequest | Unauthorized,
  KalshiPublic,
  "markets"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetMarkets",
  name: "Markets.list",
  method: "GET",
  path: "/markets",
  query: Parameters.GetMarketsQuery,
  success: { status: 200, body: Responses.GetMarketsResponse },
  errors: [BadRequest, Unauthorized],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["markets"] }
})

/**
 * Reads one market: prices, state, price grid and rules.
 *
 * **Details**
 *
 * `price_ranges` is the grid of valid order prices. `price_level_structure` is only a label for it. `exchange_index` is
 * the shard of the market's orders.
 *
 * **Gotchas**
 *
 * - An empty side still has a price: a bid of `"0.0000"` or an ask of `"1.0000"`, with a size of `"0.00"`. Check the
 *   size before you use the price. Source: recorded in demo, July 2026.
 * - Use `Historical.market` for a market that settled before the cutoff of `Historical.cutoff`.
 */
export const get: Operation.Operation<
  Inputs.GetMarketInput,
  Responses.GetMarketResponse,
  Unauthorized | NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetMarket",
  name: "Markets.get",
  method: "GET",
  path: "/markets/{ticker}",
  pathParameters: Parameters.GetMarketPath,
  success: { status: 200, body: Responses.GetMarketResponse },
  errors: [Unauthorized, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads the order book of one market: bids for YES and bids for NO. Each level is a price in dollars and a count.
 *
 * **Details**
 *
 * There are no asks. A bid for NO is an ask for YES of the same size, at one dollar minus the bid's price.
 *
 * A layer without a key can call this operation, because it is public. A layer with a key signs the request, as the
 * OpenAPI document required until September 2026.
 *
 * **Gotchas**
 *
 * - **The last level of a side is its best bid**, because prices ascend. The published page of this operation says the
 *   opposite. Source: the exchange's guide to order-book responses, August 2026.
 * - A side without bids is `[]`. In snapshots of the feed, such a side is absent. Source: recorded in demo, July 2026.
 * - The exchange refuses an invalid key, although the operation is public. Use a layer without a key to send unsigned
 *   requests.
 *
 * **Example** (The best bids)
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Markets from "@kalshi-effect/client/Markets"
 *
 * const bestBids = Effect.gen(function* () {
 *   const { orderbook_fp } = yield* Markets.orderbook({ ticker: "KXRAIN-26-NYC" })
 *   return { yes: orderbook_fp.yes_dollars.at(-1), no: orderbook_fp.no_dollars.at(-1) }
 * })
 * ```
 */
export const orderbook: Operation.Operation<
  Inputs.GetMarketOrderbookInput,
  Responses.GetMarketOrderbookResponse,
  Unauthorized | NotFound | SigningFailure,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetMarketOrderbook",
  name: "Markets.orderbook",
  method: "GET",
  path: "/markets/{ticker}/orderbook",
  pathParameters: Parameters.GetMarketOrderbookPath,
  query: Parameters.GetMarketOrderbookQuery,
  success: { status: 200, body: Responses.GetMarketOrderbookResponse },
  errors: [Unauthorized, NotFound],
  auth: "optional",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads the order books of up to 100 markets at once, each in the form of {@link orderbook}.
 *
 * **Gotchas**
 *
 * Find a book by its `ticker`. The OpenAPI document does not promise that the response keeps the sequence of the
 * request.
 */
export const orderbooks: Operation.Operation<
  Inputs.GetMarketOrderbooksInput,
  Responses.GetMarketOrderbooksResponse,
  BadRequest | Unauthorized | SigningFailure,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetMarketOrderbooks",
  name: "Markets.orderbooks",
  method: "GET",
  path: "/markets/orderbooks",
  query: Parameters.GetMarketOrderbooksQuery,
  success: { status: 200, body: Responses.GetMarketOrderbooksResponse },
  errors: [BadRequest, Unauthorized],
  auth: "optional",
  access: "public",
  retry: "idempotent"
})

/**
 * Lists public trades, a page at a time.
 *
 * **Gotchas**
 *
 * - The list includes block trades, unless `is_block_trade` is false. Block trades happen outside the book, and their
 *   prices can differ from it.
 * - `taker_outcome_side` is the taker's side. It does not affect the prices: `yes_price_dollars` is always the price of
 *   YES. `taker_side` is deprecated.
 * - Trades before the cutoff of `Historical.cutoff` are missing. Read them with `Historical.trades`.
 * - The last page has `cursor: ""`.
 */
export const trades: Pages.Paged<
  Inputs.GetTradesInput,
  Responses.GetTradesResponse,
  BadRequest,
  KalshiPublic,
  "trades"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetTrades",
  name: "Markets.trades",
  method: "GET",
  path: "/markets/trades",
  query: Parameters.GetTradesQuery,
  success: { status: 200, body: Responses.GetTradesResponse },
  errors: [BadRequest],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["trades"] }
})

/** A time range for candlesticks. It selects the candlesticks that end in the range, both ends included. */
export interface CandlesticksRange extends Omit<
  Inputs.BatchGetMarketCandlesticksInput,
  "market_tickers" | "period_interval"
> {}

/**
 * Reads the candlesticks of one market: trade prices, best YES bid and best YES ask of each period.
 *
 * **Details**
 *
 * `end_period_ts` is in Unix seconds, and the period includes it.
 *
 * **Gotchas**
 *
 * - A period without trades has null trade prices. Its bids and asks are present.
 * - Use `Historical.marketCandlesticks` for a market that settled before the cutoff of `Historical.cutoff`. The field
 *   names differ there.
 */
export const candlesticks: Operation.Operation<
  Inputs.GetMarketCandlesticksInput,
  Responses.GetMarketCandlesticksResponse,
  BadRequest | NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetMarketCandlesticks",
  name: "Markets.candlesticks",
  method: "GET",
  path: "/series/{series_ticker}/markets/{ticker}/candlesticks",
  pathParameters: Parameters.GetMarketCandlesticksPath,
  query: Parameters.GetMarketCandlesticksQuery,
  success: { status: 200, body: Responses.GetMarketCandlesticksResponse },
  errors: [BadRequest, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads the candlesticks of up to 100 markets at once, each in the form of {@link candlesticks}.
 *
 * **Gotchas**
 *
 * - A response contains at most 10,000 candlesticks for all markets together. Source: the exchange's documentation,
 *   2026.
 * - The OpenAPI document allows any number of minutes as `period_interval` here. The other reads of candlesticks allow
 *   only 1, 60 and 1440.
 */
export const batchCandlesticks: Operation.Operation<
  Inputs.BatchGetMarketCandlesticksInput,
  Responses.BatchGetMarketCandlesticksResponse,
  BadRequest | Unauthorized,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "BatchGetMarketCandlesticks",
  name: "Markets.batchCandlesticks",
  method: "GET",
  path: "/markets/candlesticks",
  query: Parameters.BatchGetMarketCandlesticksQuery,
  success: { status: 200, body: Responses.BatchGetMarketCandlesticksResponse },
  errors: [BadRequest, Unauthorized],
  auth: "none",
  access: "public",
  retry: "idempotent"
})
