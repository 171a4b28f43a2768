/**
 * For futures commission merchants: their subtraders, what those may trade, and their orders, positions and fills.
 *
 * **Gotchas**
 *
 * - Every operation needs an FCM member's access level; without it, it fails with `Forbidden`.
 * - A key that is bound to a subtrader reads that subtrader's orders and positions, and no other's. Source: the
 *   published document of October 26, 2026. The exchange's documentation of API keys said in 2026 that all of REST
 *   refuses such a key.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Conflict, Forbidden, NotFound, Unauthorized } from "../Errors.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  CreateFCMPositionTransferResponse,
  CreateFCMSubtraderResponse,
  EmptyResponse,
  EventPosition,
  FCMSubtrader,
  FcmFill,
  GetFCMEventContractDailyCapResponse,
  GetFCMSubtraderBlockedCategoriesResponse,
  GetFcmFillsResponse,
  GetOrdersResponse,
  GetPositionsResponse,
  ListFCMSubtradersResponse,
  MarketPosition,
  Order,
  UpdateFCMSubtraderBlockedCategoriesResponse
} from "../generated/responses.ts"

/** Lists your subtraders, in one answer without pages, and whether each is blocked. */
export const listSubtraders: Operation.Operation<
  void,
  Responses.ListFCMSubtradersResponse,
  Unauthorized | Forbidden,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "ListFCMSubtraders",
  name: "Fcm.listSubtraders",
  method: "GET",
  path: "/fcm/subtraders",
  success: { status: 200, body: Responses.ListFCMSubtradersResponse },
  errors: [Unauthorized, Forbidden],
  access: "read",
  retry: "idempotent",
  bucket: "read"
})

/** Input of {@link listOrders}. */
export interface ListOrdersInput {
  /** Default: all subtraders. */
  readonly subtrader_id?: string | undefined
  readonly ticker?: string | undefined
  readonly event_ticker?: string | undefined
  /** Unix seconds. */
  readonly min_ts?: number | undefined
  /** Unix seconds. */
  readonly max_ts?: number | undefined
  readonly status?: "resting" | "canceled" | "executed" | undefined
  /** Up to 100, joined by commas; only orders of the last 24 hours are found by it. */
  readonly client_order_ids?: string | undefined
  /** 1 to 1,000. Default: 100. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/**
 * Lists the orders of your subtraders, a page at a time.
 *
 * **Details**
 *
 * The one list of orders that is searched by `client_order_ids`: `Orders.list` of a direct member is not.
 *
 * **Gotchas**
 *
 * The end of the pages is `cursor: ""`.
 */
export const listOrders: Pages.Paged<
  ListOrdersInput,
  Responses.GetOrdersResponse,
  BadRequest | Unauthorized | Forbidden | NotFound,
  KalshiRead,
  "orders"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetFCMOrders",
  name: "Fcm.listOrders",
  method: "GET",
  path: "/fcm/orders",
  query: Parameters.GetFCMOrdersQuery,
  success: { status: 200, body: Responses.GetOrdersResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound],
  access: "read",
  retry: "idempotent",
  bucket: "read",
  pages: { cursor: "cursor", lists: ["orders"] }
})

/** Input of {@link listPositions}. */
export interface ListPositionsInput {
  /** Required, unless the API key is bound to a subtrader; then that subtrader, and no other. */
  readonly subtrader_id?: string | undefined
  readonly ticker?: string | undefined
  readonly event_ticker?: string | undefined
  /** Field names joined by commas, of which one at least must not be zero. */
  readonly count_filter?: string | undefined
  /** Default: `unsettled`. */
  readonly settlement_status?: "all" | "unsettled" | "settled" | undefined
  /** 1 to 1,000. Default: 100. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/**
 * Lists the positions of one subtrader by market and by event, a page at a time.
 *
 * **Details**
 *
 * `position_fp` is below zero where it is NO.
 *
 * **Gotchas**
 *
 * The end of the pages is `cursor: ""`, or none.
 */
export const listPositions: Pages.Paged<
  ListPositionsInput,
  Responses.GetPositionsResponse,
  BadRequest | Unauthorized | Forbidden | NotFound,
  KalshiRead,
  "market_positions" | "event_positions"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetFCMPositions",
  name: "Fcm.listPositions",
  method: "GET",
  path: "/fcm/positions",
  query: Parameters.GetFCMPositionsQuery,
  success: { status: 200, body: Responses.GetPositionsResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound],
  access: "read",
  retry: "idempotent",
  bucket: "read",
  pages: { cursor: "cursor", lists: ["market_positions", "event_positions"] }
})

/** Input of {@link listFills}. */
export interface ListFillsInput {
  /** Unix seconds. */
  readonly min_ts?: number | undefined
  /** Unix seconds. */
  readonly max_ts?: number | undefined
  readonly cursor?: string | undefined
}

/**
 * Lists the fills of your subtraders, a page at a time.
 *
 * **Details**
 *
 * An entry can tell both sides of a fill: each of the `maker_…` and `taker_…` fields may be absent. The price is of
 * YES, whichever side the taker took.
 *
 * **Gotchas**
 *
 * - There is no `limit`: the exchange sets the size of a page.
 * - The end of the pages is `cursor: ""`.
 */
export const listFills: Pages.Paged<
  ListFillsInput,
  Responses.GetFcmFillsResponse,
  BadRequest | Unauthorized | Forbidden,
  KalshiRead,
  "fills"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetFCMFills",
  name: "Fcm.listFills",
  method: "GET",
  path: "/fcm/fills",
  query: Parameters.GetFCMFillsQuery,
  success: { status: 200, body: Responses.GetFcmFillsResponse },
  errors: [BadRequest, Unauthorized, Forbidden],
  access: "read",
  retry: "idempotent",
  bucket: "read",
  pages: { cursor: "cursor", lists: ["fills"] }
})

/** Input of {@link getBlockedCategories} and {@link deleteDailyCap}. */
export interface SubtraderInput {
  readonly subtrader_id: string
}

/** Reads the categories of markets that a subtrader may not trade. */
export const getBlockedCategories: Operation.Operation<
  SubtraderInput,
  Responses.GetFCMSubtraderBlockedCategoriesResponse,
  BadRequest | Unauthorized | Forbidden,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetFCMSubtraderBlockedCategories",
  name: "Fcm.getBlockedCategories",
  method: "GET",
  path: "/fcm/subtraders/blocked_categories",
  query: Parameters.GetFCMSubtraderBlockedCategoriesQuery,
  success: { status: 200, body: Responses.GetFCMSubtraderBlockedCategoriesResponse },
  errors: [BadRequest, Unauthorized, Forbidden],
  access: "read",
  retry: "idempotent",
  bucket: "read"
})

/** Input of {@link getDailyCap}. */
export interface GetDailyCapInput {
  /** The document does not say which cap is read without it. */
  readonly subtrader_id?: string | undefined
}

/**
 * Reads a subtrader's daily cap on event contracts, in dollars, and how much of it is used by what was executed, what
 * rests and what is pending.
 */
export const getDailyCap: Operation.Operation<
  GetDailyCapInput,
  Responses.GetFCMEventContractDailyCapResponse,
  BadRequest | Unauthorized | Forbidden | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetFCMEventContractDailyCap",
  name: "Fcm.getDailyCap",
  method: "GET",
  path: "/fcm/subtraders/event_contract_daily_cap",
  query: Parameters.GetFCMEventContractDailyCapQuery,
  success: { status: 200, body: Responses.GetFCMEventContractDailyCapResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound],
  access: "read",
  retry: "idempotent",
  bucket: "read"
})

/** Input of {@link createSubtrader}. */
export interface CreateSubtraderInput {
  /** 1 to 16 letters and digits of ASCII; the exchange checks it. */
  readonly subtrader_suffix: string
}

/**
 * Makes a subtrader and answers its id.
 *
 * **Gotchas**
 *
 * Not repeated after a lost answer: {@link listSubtraders} to find out.
 */
export const createSubtrader: Operation.Operation<
  CreateSubtraderInput,
  Responses.CreateFCMSubtraderResponse,
  BadRequest | Unauthorized | Forbidden | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateFCMSubtrader",
  name: "Fcm.createSubtrader",
  method: "POST",
  path: "/fcm/subtraders",
  body: Requests.CreateFCMSubtraderRequest,
  success: { status: 201, body: Responses.CreateFCMSubtraderResponse },
  errors: [BadRequest, Unauthorized, Forbidden, Conflict],
  access: "write",
  retry: "never",
  bucket: "write"
})

/** Input of {@link transferPosition}. */
export interface TransferPositionInput {
  readonly source_subtrader_id: string
  readonly target_subtrader_id: string
  readonly market_ticker: string
  /** Hundredths of a contract: 1,000 is 10 contracts. */
  readonly position_centicount: number
  /** Hundredths of a cent, 0 to 10,000: 5,600 is $0.56. */
  readonly price_centicents: number
}

/**
 * Moves a position in one market from one of your subtraders to another.
 *
 * **Gotchas**
 *
 * - Never repeated after a lost answer: it takes no id of yours, and a second transfer would move the position again.
 *   {@link listPositions} of both subtraders to find out.
 * - Counts and prices are integers here, and the document does not say what sign a NO position has.
 */
export const transferPosition: Operation.Operation<
  TransferPositionInput,
  Responses.CreateFCMPositionTransferResponse,
  BadRequest | Unauthorized | Forbidden | NotFound | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateFCMPositionTransfer",
  name: "Fcm.transferPosition",
  method: "POST",
  path: "/fcm/positions/transfers",
  body: Requests.CreateFCMPositionTransferRequest,
  success: { status: 201, body: Responses.CreateFCMPositionTransferResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound, Conflict],
  access: "write",
  retry: "never",
  bucket: "write"
})

/** Input of {@link updateBlockedCategories}: one category at a time. */
export interface UpdateBlockedCategoriesInput extends SubtraderInput {
  readonly category: string
  /** Whether the subtrader may no longer trade it. */
  readonly blocked: boolean
}

/** Blocks one category of markets for a subtrader, or opens it again, and answers all that are blocked then. */
export const updateBlockedCategories: Operation.Operation<
  UpdateBlockedCategoriesInput,
  Responses.UpdateFCMSubtraderBlockedCategoriesResponse,
  BadRequest | Unauthorized | Forbidden | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "UpdateFCMSubtraderBlockedCategories",
  name: "Fcm.updateBlockedCategories",
  method: "PUT",
  path: "/fcm/subtraders/blocked_categories",
  body: Requests.UpdateFCMSubtraderBlockedCategoriesRequest,
  success: { status: 200, body: Responses.UpdateFCMSubtraderBlockedCategoriesResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound],
  access: "write",
  retry: "idempotent",
  bucket: "write"
})

/** Input of {@link updateDailyCap}. */
export interface UpdateDailyCapInput extends SubtraderInput {
  /** Dollars, with two to four decimals. */
  readonly limit: Requests.UpdateFCMEventContractDailyCapRequest["limit"]
}

/** Sets a subtrader's daily cap on event contracts. */
export const updateDailyCap: Operation.Operation<
  UpdateDailyCapInput,
  Responses.EmptyResponse,
  BadRequest | Unauthorized | Forbidden | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "UpdateFCMEventContractDailyCap",
  name: "Fcm.updateDailyCap",
  method: "PUT",
  path: "/fcm/subtraders/event_contract_daily_cap",
  body: Requests.UpdateFCMEventContractDailyCapRequest,
  success: { status: 200, body: Responses.EmptyResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound],
  access: "write",
  retry: "idempotent",
  bucket: "write"
})

/**
 * Takes a subtrader's daily cap away.
 *
 * **Gotchas**
 *
 * Repeated after a lost answer; a `NotFound` with `afterLostAnswer` is then most likely the echo of the first.
 */
export const deleteDailyCap: Operation.Operation<
  SubtraderInput,
  Responses.EmptyResponse,
  BadRequest | Unauthorized | Forbidden | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "DeleteFCMEventContractDailyCap",
  name: "Fcm.deleteDailyCap",
  method: "DELETE",
  path: "/fcm/subtraders/event_contract_daily_cap",
  query: Parameters.DeleteFCMEventContractDailyCapQuery,
  success: { status: 200, body: Responses.EmptyResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound],
  access: "write",
  retry: "idempotent",
  bucket: "write"
})
