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
  retry: "idempotent"
})

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
 * `position_fp` is below zero where it is NO.
 *
 * **Gotchas**
 *
 * The end of the pages is `cursor: ""`, or none.
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
 * An entry can tell both sides of a fill: each of the `maker_…` and `taker_…` fields may be absent. The price is of
 * YES, whichever side the taker took.
 *
 * **Gotchas**
 *
 * - There is no `limit`: the exchange sets the size of a page.
 * - The end of the pages is `cursor: ""`.
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

/** Reads the categories of markets that a subtrader may not trade. */
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
 * Reads a subtrader's daily cap on event contracts, in dollars, and how much of it is used by what was executed, what
 * rests and what is pending.
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
 * Makes a subtrader and answers its id.
 *
 * **Gotchas**
 *
 * Not repeated after a lost answer: {@link listSubtraders} to find out.
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
 * - Never repeated after a lost answer: it takes no id of yours, and a second transfer would move the position again.
 *   {@link listPositions} of both subtraders to find out.
 * - Counts and prices are integers here, and the document does not say what sign a NO position has.
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

/** Blocks one category of markets for a subtrader, or opens it again, and answers all that are blocked then. */
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
 * Takes a subtrader's daily cap away.
 *
 * **Gotchas**
 *
 * Repeated after a lost answer; a `NotFound` with `afterLostAnswer` is then most likely the echo of the first.
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
