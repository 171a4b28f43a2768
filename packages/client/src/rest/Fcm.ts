/**
 * For futures commission merchants (FCM): the traders below a merchant (subtraders), their permissions, and their
 * orders, positions and fills.
 *
 * **Gotchas**
 *
 * - Every operation needs the access level of an FCM member. Otherwise it fails with `Forbidden`.
 * - A key that is bound to a subtrader reads only the orders and positions of that subtrader. Source: the OpenAPI
 *   document of October 26, 2026. In 2026, however, the exchange's documentation of API keys stated that REST refuses
 *   such a key.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Conflict, Forbidden, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  CreateFCMPositionTransferInput as TransferPositionInput,
  CreateFCMSubtraderInput as CreateSubtraderInput,
  GetFCMEventContractDailyCapInput as GetDailyCapInput,
  GetFCMFillsInput as ListFillsInput,
  GetFCMOrdersInput as ListOrdersInput,
  GetFCMPositionsInput as ListPositionsInput,
  GetFCMSubtraderBlockedCategoriesInput as SubtraderInput,
  UpdateFCMEventContractDailyCapInput as UpdateDailyCapInput,
  UpdateFCMSubtraderBlockedCategoriesInput as UpdateBlockedCategoriesInput
} from "../generated/inputs.ts"
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

/** Lists your subtraders, and whether each is blocked, in one response without pages. */
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
  retry: "idempotent"
})

/**
 * Lists the orders of your subtraders, a page at a time.
 *
 * **Details**
 *
 * This list has the filter `client_order_ids`. `Orders.list` does not have this filter.
 *
 * **Gotchas**
 *
 * The last page has `cursor: ""`.
 */
export const listOrders: Pages.Paged<
  Inputs.GetFCMOrdersInput,
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
  pages: { cursor: "cursor", lists: ["orders"] }
})

/**
 * Lists the positions of one subtrader by market and by event, a page at a time.
 *
 * **Details**
 *
 * `position_fp` is negative for a NO position.
 *
 * **Gotchas**
 *
 * The last page has `cursor: ""`, or no cursor.
 */
export const listPositions: Pages.Paged<
  Inputs.GetFCMPositionsInput,
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
  pages: { cursor: "cursor", lists: ["market_positions", "event_positions"] }
})

/**
 * Lists the fills of your subtraders, a page at a time.
 *
 * **Details**
 *
 * An item can describe both sides of a fill. Each of the `maker_…` and `taker_…` fields may be absent. The price is
 * always the price of YES.
 *
 * **Gotchas**
 *
 * - There is no `limit`: the exchange sets the size of a page.
 * - The last page has `cursor: ""`.
 */
export const listFills: Pages.Paged<
  Inputs.GetFCMFillsInput,
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
  pages: { cursor: "cursor", lists: ["fills"] }
})

/** Reads the market categories that a subtrader must not trade. */
export const getBlockedCategories: Operation.Operation<
  Inputs.GetFCMSubtraderBlockedCategoriesInput,
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
  retry: "idempotent"
})

/**
 * Reads a subtrader's daily cap on event contracts in dollars, and how much of it the executed, resting and pending
 * orders use.
 */
export const getDailyCap: Operation.Operation<
  Inputs.GetFCMEventContractDailyCapInput,
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
  retry: "idempotent"
})

/**
 * Creates a subtrader. The response contains its id.
 *
 * **Gotchas**
 *
 * The client does not retry this operation after a lost response. Look for the subtrader with {@link listSubtraders}.
 */
export const createSubtrader: Operation.Operation<
  Inputs.CreateFCMSubtraderInput,
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
  retry: "never"
})

/**
 * Moves a position in one market from one of your subtraders to another.
 *
 * **Gotchas**
 *
 * - The client does not retry this operation after a lost response. The request has no client-supplied id, so a second
 *   transfer would move the position again. Read {@link listPositions} of both subtraders.
 * - Counts and prices are integers here. The OpenAPI document does not say which sign a NO position has.
 */
export const transferPosition: Operation.Operation<
  Inputs.CreateFCMPositionTransferInput,
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
  retry: "never"
})

/** Blocks or unblocks one market category for a subtrader. The response lists all blocked categories. */
export const updateBlockedCategories: Operation.Operation<
  Inputs.UpdateFCMSubtraderBlockedCategoriesInput,
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
  retry: "idempotent"
})

/** Sets a subtrader's daily cap on event contracts. */
export const updateDailyCap: Operation.Operation<
  Inputs.UpdateFCMEventContractDailyCapInput,
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
  retry: "idempotent"
})

/**
 * Deletes a subtrader's daily cap.
 *
 * **Gotchas**
 *
 * The client retries this operation after a lost response. A `NotFound` with `afterLostAnswer` most likely means that
 * an earlier attempt succeeded.
 */
export const deleteDailyCap: Operation.Operation<
  Inputs.DeleteFCMEventContractDailyCapInput,
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
  retry: "idempotent"
})
