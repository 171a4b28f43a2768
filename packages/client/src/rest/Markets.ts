/**
 * Markets: one question with a YES and a NO side, its prices, order book, trades and candlesticks.
 *
 * **Gotchas**
 *
 * - `Market.status` and the `status` that {@link list} filters by are two vocabularies: a market is `active` or
 *   `finalized` where the filter says `open` or `settled`.
 * - A market's opening and closing by its own clock (`initialized` to `active`, `active` to `closed`) is announced by no
 *   message of the feed. Source: the exchange's documentation, 2026.
 * - A market can be unknown here for a moment after the feed has announced it. Source: the exchange's documentation,
 *   2026.
 * - Strikes are JSON numbers; whatever is money or a count is decimal text.
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
 * - Most rows are combos unless `mve_filter: "exclude"`: somebody counted 2 other markets in 12,000 rows (production,
 *   August 2026). `Events.list` with `with_nested_markets` leaves combos out from the start.
 * - The four pairs of times (created, close, settled, updated) exclude each other, and each goes with some values of
 *   `status` only. The updated pair excludes every filter but `mve_filter: "exclude"`, and `series_ticker` beside that.
 *   Source: the published document of October 26, 2026.
 * - Markets that settled before the cutoff of `Historical.cutoff` are missing: see `Historical.markets`.
 * - The end of the pages is `cursor: ""`.
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
 * Reads one market: its prices, its state, its price grid and its rules.
 *
 * **Details**
 *
 * `price_ranges` is the grid that an order's price must lie on; `price_level_structure` is but a label for it. The
 * `exchange_index` here is the shard that the market's orders live on.
 *
 * **Gotchas**
 *
 * - A side without offers has a price all the same: demo was recorded in July 2026 with a bid of `"0.0000"`, an ask of
 *   `"1.0000"` and sizes of `"0.00"`. Look at the size before the price.
 * - A market that settled before the cutoff of `Historical.cutoff` is read by `Historical.market`.
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
 * Reads the order book of one market: bids for YES and bids for NO, each level a price in dollars and a count.
 *
 * **Details**
 *
 * There are no asks: a bid for NO at a price is an ask for YES at one dollar less that price, of the same size.
 *
 * Public: a layer without a key reads it. A layer with a key signs it, as the document asked for until September 2026.
 *
 * **Gotchas**
 *
 * - **The best bid of a side is its last level**: levels ascend. The publisher's page of this operation has it the other
 *   way round. Source: the exchange's guide to order-book responses, August 2026.
 * - A side without bids is `[]`; in the feed's snapshots its key is absent. Source: recorded in demo, July 2026.
 * - A wrong key is refused although the read is public; a layer without a key asks without.
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
 * Reads the order books of up to 100 markets at once, each as {@link orderbook} does.
 *
 * **Gotchas**
 *
 * Find a book by its `ticker`; that the answer keeps the order of the request is nowhere said.
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
 * Lists everybody's trades, a page at a time.
 *
 * **Gotchas**
 *
 * - Block trades are among them unless `is_block_trade: false`: they were matched off the book, at prices of their own.
 * - `taker_outcome_side` says who took, and turns no price round: `yes_price_dollars` is that of YES either way.
 *   `taker_side` is deprecated.
 * - Trades from before the cutoff of `Historical.cutoff` are missing: see `Historical.trades`.
 * - The end of the pages is `cursor: ""`.
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

/** A stretch of time for candlesticks: those that end in it, both ends included. */
export interface CandlesticksRange extends Omit<
  Inputs.BatchGetMarketCandlesticksInput,
  "market_tickers" | "period_interval"
> {}

/**
 * Reads the candlesticks of one market: trades, best YES bid and best YES ask per period.
 *
 * **Details**
 *
 * `end_period_ts` is Unix seconds and belongs to the period.
 *
 * **Gotchas**
 *
 * - A period without trades has null prices; its bids and asks are there.
 * - Candlesticks of a market that settled before the cutoff of `Historical.cutoff` are read by
 *   `Historical.marketCandlesticks`, and have other field names there.
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
 * Reads the candlesticks of up to 100 markets at once, each market's as {@link candlesticks} does.
 *
 * **Gotchas**
 *
 * - One answer holds at most 10,000 candlesticks, all markets together. Source: the exchange's documentation, 2026.
 * - `period_interval` is any number of minutes here, as far as the document goes; the other reads of candlesticks take 1,
 *   60 and 1440 alone.
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
