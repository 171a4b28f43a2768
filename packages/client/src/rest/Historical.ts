/**
 * Old data that the live reads no longer return: settled markets with their candlesticks, old trades, and the account's
 * old fills, orders and settled positions.
 *
 * **When to use**
 *
 * Use this module for data that is older than the cutoffs of {@link cutoff}. To read a range that crosses a cutoff, use
 * `History`, which reads the live and the historical side and joins them by id.
 *
 * **Gotchas**
 *
 * The cutoffs move, so an item can move from the live side to the historical side between two calls. Since September
 * 24, 2026, the cutoff of orders moves independently of the other cutoffs. Source: the exchange's changelog.
 *
 * @module
 */
import type { KalshiPublic, KalshiRead } from "../Capability.ts"
import { BadRequest, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  GetFillsHistoricalInput as FillsInput,
  GetHistoricalMarketInput as MarketInput,
  GetHistoricalMarketsInput as MarketsInput,
  GetHistoricalOrdersInput as OrdersInput,
  GetHistoricalPositionsInput as PositionsInput,
  GetMarketCandlesticksHistoricalInput as MarketCandlesticksInput,
  GetTradesHistoricalInput as TradesInput
} from "../generated/inputs.ts"
export type {
  BidAskDistributionHistorical,
  EventPosition,
  Fill,
  GetFillsResponse,
  GetHistoricalCutoffResponse,
  GetMarketCandlesticksHistoricalResponse,
  GetMarketResponse,
  GetMarketsResponse,
  GetOrdersResponse,
  GetPositionsResponse,
  GetTradesResponse,
  Market,
  MarketCandlestickHistorical,
  MarketPosition,
  Order,
  PriceDistributionHistorical,
  Trade
} from "../generated/responses.ts"

/**
 * Reads the cutoffs: the times (RFC 3339) that separate historical from live data.
 *
 * | cutoff | is compared with the time of | operations that read older items |
 * | --- | --- | --- |
 * | `market_settled_ts` | the settlement of the market | {@link markets}, {@link market}, {@link marketCandlesticks} |
 * | `trades_created_ts` | the trade | {@link fills}, {@link trades} |
 * | `orders_updated_ts` | the cancellation or execution of the order | {@link orders} |
 * | `market_positions_last_updated_ts` | the last update of the position | {@link positions} |
 *
 * **Gotchas**
 *
 * - The names end in `_ts`, but the values are not Unix times. The parameters `min_ts` and `max_ts` are Unix seconds.
 * - Orders leave the live reads after two weeks. Source: the exchange's changelog, September 24, 2026.
 * - Resting orders and unsettled positions stay in the live reads at any age.
 */
export const cutoff: Operation.Operation<void, Responses.GetHistoricalCutoffResponse, never, KalshiPublic> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetHistoricalCutoff",
    name: "Historical.cutoff",
    method: "GET",
    path: "/historical/cutoff",
    success: { status: 200, body: Responses.GetHistoricalCutoffResponse },
    errors: [],
    auth: "none",
    access: "public",
    retry: "idempotent"
  })

/**
 * Lists the account's old fills, a page at a time.
 *
 * **Gotchas**
 *
 * - Use `outcome_side` and `book_side` for the direction of a fill. `side` and `action` are deprecated.
 * - `exchange_index` is absent from older fills. Source: recorded in demo, July 2026, and in production, August 2026.
 * - The last page has `cursor: ""`.
 */
export const fills: Pages.Paged<
  Inputs.GetFillsHistoricalInput,
  Responses.GetFillsResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiRead,
  "fills"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetFillsHistorical",
  name: "Historical.fills",
  method: "GET",
  path: "/historical/fills",
  query: Parameters.GetFillsHistoricalQuery,
  success: { status: 200, body: Responses.GetFillsResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["fills"] }
})

/**
 * Lists markets that settled before the cutoff, a page at a time.
 *
 * **Gotchas**
 *
 * - The filters are mutually exclusive: set only one. Source: the exchange's documentation, 2026.
 * - The last page has `cursor: ""`.
 */
export const markets: Pages.Paged<
  Inputs.GetHistoricalMarketsInput,
  Responses.GetMarketsResponse,
  BadRequest,
  KalshiPublic,
  "markets"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetHistoricalMarkets",
  name: "Historical.markets",
  method: "GET",
  path: "/historical/markets",
  query: Parameters.GetHistoricalMarketsQuery,
  success: { status: 200, body: Responses.GetMarketsResponse },
  errors: [BadRequest],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["markets"] }
})

/**
 * Reads one market that settled before the cutoff.
 *
 * **Example** (A market on either side of the cutoff)
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Historical from "@kalshi-effect/client/Historical"
 * import * as Markets from "@kalshi-effect/client/Markets"
 *
 * const anyMarket = (ticker: string) =>
 *   Markets.get({ ticker }).pipe(Effect.catchTag("NotFound", () => Historical.market({ ticker })))
 * ```
 */
export const market: Operation.Operation<
  Inputs.GetHistoricalMarketInput,
  Responses.GetMarketResponse,
  NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetHistoricalMarket",
  name: "Historical.market",
  method: "GET",
  path: "/historical/markets/{ticker}",
  pathParameters: Parameters.GetHistoricalMarketPath,
  success: { status: 200, body: Responses.GetMarketResponse },
  errors: [NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Reads the candlesticks of a market that settled before the cutoff.
 *
 * **Gotchas**
 *
 * - Money and counts have shorter names here: `close` and `volume`. `Markets.candlesticks` has `close_dollars` and
 *   `volume_fp`.
 * - In a period without trades, the trade prices are present and null.
 * - This operation takes no series ticker, unlike `Markets.candlesticks`.
 */
export const marketCandlesticks: Operation.Operation<
  Inputs.GetMarketCandlesticksHistoricalInput,
  Responses.GetMarketCandlesticksHistoricalResponse,
  BadRequest | NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetMarketCandlesticksHistorical",
  name: "Historical.marketCandlesticks",
  method: "GET",
  path: "/historical/markets/{ticker}/candlesticks",
  pathParameters: Parameters.GetMarketCandlesticksHistoricalPath,
  query: Parameters.GetMarketCandlesticksHistoricalQuery,
  success: { status: 200, body: Responses.GetMarketCandlesticksHistoricalResponse },
  errors: [BadRequest, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Lists the account's old orders that were canceled or executed, a page at a time.
 *
 * **Gotchas**
 *
 * - There is no filter by `client_order_id`: list by ticker and time, and compare the ids.
 * - The last page has `cursor: ""`.
 */
export const orders: Pages.Paged<
  Inputs.GetHistoricalOrdersInput,
  Responses.GetOrdersResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "orders"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetHistoricalOrders",
  name: "Historical.orders",
  method: "GET",
  path: "/historical/orders",
  query: Parameters.GetHistoricalOrdersQuery,
  success: { status: 200, body: Responses.GetOrdersResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["orders"] }
})

/**
 * Lists the account's archived settled positions, a page at a time.
 *
 * **Gotchas**
 *
 * - Without `subaccount`, this operation reads only the primary account. {@link fills} and {@link orders} read all
 *   accounts.
 * - `position_fp` is negative for a NO position.
 * - The exchange archives all positions of an event together. Source: the exchange's documentation, 2026.
 * - The last page has an empty `cursor`, or no cursor.
 */
export const positions: Pages.Paged<
  Inputs.GetHistoricalPositionsInput,
  Responses.GetPositionsResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "market_positions" | "event_positions"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetHistoricalPositions",
  name: "Historical.positions",
  method: "GET",
  path: "/historical/positions",
  query: Parameters.GetHistoricalPositionsQuery,
  success: { status: 200, body: Responses.GetPositionsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["market_positions", "event_positions"] }
})

/**
 * Lists old public trades, a page at a time.
 *
 * **Gotchas**
 *
 * - The list includes block trades, unless `is_block_trade` is false.
 * - The last page has `cursor: ""`.
 */
export const trades: Pages.Paged<
  Inputs.GetTradesHistoricalInput,
  Responses.GetTradesResponse,
  BadRequest | NotFound,
  KalshiPublic,
  "trades"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetTradesHistorical",
  name: "Historical.trades",
  method: "GET",
  path: "/historical/trades",
  query: Parameters.GetTradesHistoricalQuery,
  success: { status: 200, body: Responses.GetTradesResponse },
  errors: [BadRequest, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["trades"] }
})
