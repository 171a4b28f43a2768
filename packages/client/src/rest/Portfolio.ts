/**
 * The portfolio: cash, positions, fills, settlements, deposits and withdrawals.
 *
 * **Gotchas**
 *
 * - Without `subaccount`, {@link fills} and {@link settlements} read the primary account and all subaccounts.
 *   {@link balance} and {@link positions} read only the primary account. Source: the OpenAPI document of October 26,
 *   2026.
 * - Money is a dollar string in most fields. The doc blocks name the fields that are integers in cents.
 * - Reads lag behind writes. `Exchange.userDataTimestamp` shows how up to date balance, fills and positions are.
 *
 * @module
 */
import type { KalshiRead } from "../Capability.ts"
import { BadRequest, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  GetBalanceInput as BalanceInput,
  GetDepositsInput as PageInput,
  GetFillsInput as FillsInput,
  GetPositionsInput as PositionsInput,
  GetSettlementsInput as SettlementsInput
} from "../generated/inputs.ts"
export type {
  Deposit,
  EventPosition,
  Fill,
  GetBalanceResponse,
  GetDepositsResponse,
  GetFillsResponse,
  GetPortfolioRestingOrderTotalValueResponse,
  GetPositionsResponse,
  GetSettlementsResponse,
  GetWithdrawalsResponse,
  IndexedBalance,
  MarketPosition,
  Settlement,
  Withdrawal
} from "../generated/responses.ts"

/**
 * Reads the available cash and the value of the positions of one account.
 *
 * **Details**
 *
 * `updated_ts` is in Unix seconds. The scope `read::portfolio_balance` is sufficient for this operation.
 * `balance_breakdown` contains the cash per shard. It is absent for a key that is locked to a subaccount.
 *
 * **Gotchas**
 *
 * - `balance` is truncated to whole cents. Compute with `balance_dollars`. Source: a response with `99946` and
 *   `"999.4625"`, recorded in demo, July 2026.
 * - `portfolio_value` is the value of the positions in cents, without the cash. Source: a response with 48, next to a
 *   `balance` of 99952 and one contract at 48 cents, recorded in demo, July 2026.
 * - Cash on one shard does not back an order on another shard. Check `balance_breakdown` if the exchange refuses an
 *   order for lack of cash.
 *
 * **Example** (Cash on shard 2)
 *
 * ```ts
 * import * as Portfolio from "@kalshi-effect/client/Portfolio"
 * import * as Effect from "effect/Effect"
 *
 * const cash = Effect.map(Portfolio.balance({ exchange_index: 2 }), ({ balance_dollars }) => balance_dollars)
 * ```
 */
export const balance: Operation.Operation<
  Inputs.GetBalanceInput,
  Responses.GetBalanceResponse,
  Unauthorized,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetBalance",
  name: "Portfolio.balance",
  method: "GET",
  path: "/portfolio/balance",
  query: Parameters.GetBalanceQuery,
  success: { status: 200, body: Responses.GetBalanceResponse },
  errors: [Unauthorized],
  access: "read",
  retry: "idempotent"
})

/**
 * Lists positions, per market and per event, a page at a time.
 *
 * **Details**
 *
 * `position_fp` is positive for YES contracts and negative for NO contracts. YES and NO contracts of a market are
 * netted. `last_updated_ts` is an RFC 3339 string, unlike most fields that end in `_ts`.
 *
 * **Gotchas**
 *
 * - The last page has `cursor: ""`. Source: recorded in demo, July 2026.
 * - Since October 1, 2026, the list contains settled positions only if `settlement_status` requests them. Source:
 *   changelog.
 * - A closed position stays in the list with `position_fp: "0.00"`. `count_filter: "position"` removes it.
 *   `realized_pnl_dollars` does not include fees: they are in `fees_paid_dollars`. Source: recorded in demo, July 2026.
 */
export const positions: Pages.Paged<
  Inputs.GetPositionsInput,
  Responses.GetPositionsResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "market_positions" | "event_positions"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetPositions",
  name: "Portfolio.positions",
  method: "GET",
  path: "/portfolio/positions",
  query: Parameters.GetPositionsQuery,
  success: { status: 200, body: Responses.GetPositionsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["market_positions", "event_positions"] }
})

/**
 * Lists fills, newest first, a page at a time.
 *
 * **Details**
 *
 * `outcome_side` is the side that you received. `book_side` is the same side in terms of the YES book: `bid` is `yes`,
 * `ask` is `no`. Both prices are always present and add up to one dollar, so they do not show your side. `fee_cost` is
 * the fee of this fill in dollars. `trade_id` and `market_ticker` are the old names of `fill_id` and `ticker`.
 *
 * **Gotchas**
 *
 * - The last page has `cursor: ""`. Source: recorded in demo, July 2026.
 * - Both parties of a trade have the same `fill_id`, so it is not unique across accounts. Source: recorded in demo,
 *   July 2026.
 * - Fills that are older than the cutoff of `Historical.cutoff` are only in `Historical.fills`. `History.fills` reads
 *   both.
 * - Fills have no `client_order_id` since March 30, 2026. Find the order of a fill by `order_id`. Source: changelog.
 *
 * **Example** (The exact fees of one order's fills)
 *
 * ```ts
 * import * as Portfolio from "@kalshi-effect/client/Portfolio"
 * import * as Effect from "effect/Effect"
 *
 * const fees = (order_id: string) =>
 *   Effect.map(Portfolio.fills({ order_id }), ({ fills }) => fills.map((fill) => fill.fee_cost))
 * ```
 */
export const fills: Pages.Paged<
  Inputs.GetFillsInput,
  Responses.GetFillsResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "fills"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetFills",
  name: "Portfolio.fills",
  method: "GET",
  path: "/portfolio/fills",
  query: Parameters.GetFillsQuery,
  success: { status: 200, body: Responses.GetFillsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["fills"] }
})

/**
 * Lists the payouts of settled markets, a page at a time.
 *
 * **Details**
 *
 * `market_result` is `scalar` if the market settled at a value between NO and YES. `value` is then the payout of one
 * YES contract.
 *
 * **Gotchas**
 *
 * `revenue` (the total payout) and `value` (the payout of one YES contract) are integers in cents. Other fields of the
 * same record are dollar strings. Source: the OpenAPI document of October 26, 2026.
 */
export const settlements: Pages.Paged<
  Inputs.GetSettlementsInput,
  Responses.GetSettlementsResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "settlements"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetSettlements",
  name: "Portfolio.settlements",
  method: "GET",
  path: "/portfolio/settlements",
  query: Parameters.GetSettlementsQuery,
  success: { status: 200, body: Responses.GetSettlementsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["settlements"] }
})

/**
 * Lists deposits, a page at a time. `amount_cents` and `fee_cents` are in cents. `created_ts` and `finalized_ts` are in
 * Unix seconds. A deposit is part of the balance once its status is `applied`.
 */
export const deposits: Pages.Paged<
  Inputs.GetDepositsInput,
  Responses.GetDepositsResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "deposits"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetDeposits",
  name: "Portfolio.deposits",
  method: "GET",
  path: "/portfolio/deposits",
  query: Parameters.GetDepositsQuery,
  success: { status: 200, body: Responses.GetDepositsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["deposits"] }
})

/**
 * Lists withdrawals, a page at a time. `amount_cents` and `fee_cents` are in cents. `created_ts` and `finalized_ts` are
 * in Unix seconds. A withdrawal is no longer part of the balance once its status is `applied`.
 */
export const withdrawals: Pages.Paged<
  Inputs.GetWithdrawalsInput,
  Responses.GetWithdrawalsResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "withdrawals"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetWithdrawals",
  name: "Portfolio.withdrawals",
  method: "GET",
  path: "/portfolio/withdrawals",
  query: Parameters.GetWithdrawalsQuery,
  success: { status: 200, body: Responses.GetWithdrawalsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["withdrawals"] }
})

/**
 * Reads the value of all resting orders: the total in cents, and the value per shard in dollars. This operation is only
 * for futures commission merchants (FCM).
 *
 * **Gotchas**
 *
 * Demo has returned 403 or 500 here. The OpenAPI document does not declare 403, so a 403 is an `UnexpectedStatus`.
 * Source: traders' notes of 2026.
 */
export const restingOrderTotalValue: Operation.Operation<
  void,
  Responses.GetPortfolioRestingOrderTotalValueResponse,
  Unauthorized,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetPortfolioRestingOrderTotalValue",
  name: "Portfolio.restingOrderTotalValue",
  method: "GET",
  path: "/portfolio/summary/total_resting_order_value",
  success: { status: 200, body: Responses.GetPortfolioRestingOrderTotalValueResponse },
  errors: [Unauthorized],
  access: "read",
  retry: "idempotent"
})
