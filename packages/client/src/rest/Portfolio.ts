/**
 * The portfolio: cash, positions, fills, settlements, deposits and withdrawals.
 *
 * **Gotchas**
 *
 * - Left out, `subaccount` means every subaccount for {@link fills} and {@link settlements}, and the primary one for
 *   {@link balance} and {@link positions}. Source: the document of October 26, 2026.
 * - Money comes as dollar strings in most fields and as integers of cents in a few, which say so.
 * - Reads lag writes: `Exchange.userDataTimestamp` says how fresh balance, fills and positions are.
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
 * Reads the available cash and the value of the positions of one subaccount.
 *
 * **Details**
 *
 * `updated_ts` is Unix seconds. A key with the scope `read::portfolio_balance` alone may call this. `balance_breakdown`
 * has the cash per shard, and is absent for a key that is locked to a subaccount.
 *
 * **Gotchas**
 *
 * - `balance` is whole cents, truncated: compute with `balance_dollars`. Source: 99946 beside `"999.4625"`, recorded in
 *   demo, July 2026.
 * - `portfolio_value` is cents, of the positions alone, without the cash. Source: 48 beside a balance of 99952 and one
 *   contract at 48 cents, recorded in demo, July 2026.
 * - Cash on one shard does not back an order on another: look into `balance_breakdown` when an order is refused for
 *   want of money.
 *
 * **Example** (Cash on shard 2)
 *
 * ```ts
 * import * as Portfolio from "@kalshi-effect/client/Portfolio"
 * import * as Effect from "effect/Effect"
 *
 * const cash = Effect.map(Portfolio.balance({ exchange_index: 2 }), (answer) => answer.balance_dollars)
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
 * `position_fp` is signed: YES contracts above zero, NO contracts below; YES and NO of a market net. `last_updated_ts`
 * is RFC 3339 text, unlike most that end in `_ts`.
 *
 * **Gotchas**
 *
 * - The end of the pages is `cursor: ""`. Source: recorded in demo, July 2026.
 * - Settled positions are left out unless `settlement_status` asks for them, since 1 October 2026. Source: changelog.
 * - A market whose position is closed stays in the list with `position_fp: "0.00"`; `count_filter: "position"` drops it.
 *   `realized_pnl_dollars` is without fees, which stand in `fees_paid_dollars`. Source: recorded in demo, July 2026.
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
 * `outcome_side` is what the fill gave you, and `book_side` says the same of the YES book: `bid` is `yes`, `ask` is
 * `no`. Both prices are always there, and add up to one dollar: neither tells your side. `fee_cost` is dollars, of this
 * fill. `trade_id` and `market_ticker` repeat `fill_id` and `ticker` under their old names.
 *
 * **Gotchas**
 *
 * - The end of the pages is `cursor: ""`. Source: recorded in demo, July 2026.
 * - Both parties of a trade have it under the same `fill_id`: across accounts it is no key of its own. Source: recorded
 *   in demo, July 2026.
 * - Older fills are under `Historical.fills` alone; `Historical.cutoff` says where the line is, and `History.fills` reads
 *   both sides.
 * - No `client_order_id`, since 30 March 2026: join by `order_id`. Source: changelog.
 *
 * **Example** (Fees of one order, each exact)
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
 * Lists what settled markets paid, a page at a time.
 *
 * **Details**
 *
 * `market_result` is `scalar` where the market settled at a value between NO and YES; `value` is then what one YES
 * contract paid.
 *
 * **Gotchas**
 *
 * `revenue` (what was paid in all) and `value` (what one YES contract paid) are integers of cents, beside dollar strings
 * in the same record. Source: the document of October 26, 2026.
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
 * Lists deposits, a page at a time. `amount_cents` and `fee_cents` are cents, `created_ts` and `finalized_ts` Unix
 * seconds; a deposit is in the balance once its status is `applied`.
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
 * Lists withdrawals, a page at a time. `amount_cents` and `fee_cents` are cents, `created_ts` and `finalized_ts` Unix
 * seconds; a withdrawal has left the balance once its status is `applied`.
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
 * Reads the value of all resting orders: in cents as a whole, in dollars per shard. For FCM members.
 *
 * **Gotchas**
 *
 * Demo has answered 403 or 500 here; 403 is not declared and surfaces as `UnexpectedStatus`. Source: traders' notes of
 * 2026.
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
