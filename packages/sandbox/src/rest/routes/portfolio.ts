/**
 * Cash, positions, fills, settlements, deposits and withdrawals.
 *
 * @module
 */
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Result from "effect/Result"
import type { ListPositions } from "../../exchange/Commands.ts"
import type { Balance, Fill, Payment, Position, Refusal, Settlement } from "../../exchange/Entities.ts"
import type { Era, View } from "../../exchange/View.ts"
import { dollar } from "../../exchange/decimal.ts"
import { type Route, route } from "../route.ts"
import { invalidParameters } from "../../exchange/refusals.ts"
import { action, balance, cents, count, dollars, price, seconds, time } from "../wire.ts"

export const portfolio: ReadonlyArray<Route> = [
  route(Portfolio.balance, ({ accountId, input, key, userView }) => {
    const subaccount = input.subaccount ?? 0
    return Result.map(userView.balances(accountId), (balances) => {
      const own = balances.filter((money) => money.subaccount === subaccount)
      const requested = own.filter(
        ({ exchangeIndex }) => input.exchange_index === undefined || exchangeIndex === input.exchange_index
      )
      const cash = sum(requested, "cashMicros")
      return {
        balance: cents(cash),
        balance_dollars: balance(cash),
        portfolio_value: cents(sum(requested, "positionsMicros")),
        updated_ts: seconds(Math.max(0, ...requested.map(({ updatedMillis }) => updatedMillis))),
        ...(key?.subaccount === undefined ? { balance_breakdown: byShard(userView, own, "cashMicros") } : undefined)
      }
    })
  }),

  route(Portfolio.positions, ({ accountId, input, userView }) => listPositions(userView, accountId, input)),

  route(Portfolio.fills, ({ accountId, input, userView }) => listFills(userView, accountId, input)),

  route(Portfolio.settlements, ({ accountId, input, userView }) =>
    Result.map(
      userView.listSettlements(accountId, {
        ticker: input.ticker,
        eventTicker: input.event_ticker,
        subaccount: input.subaccount,
        minSeconds: input.min_ts,
        maxSeconds: input.max_ts,
        limit: input.limit ?? 100,
        cursor: input.cursor
      }),
      ({ cursor, items }) => ({ settlements: items.map(toSettlement), cursor })
    )
  ),

  route(Portfolio.deposits, ({ accountId, input, view }) =>
    Result.map(
      view.listPayments(accountId, "deposits", { limit: input.limit ?? 100, cursor: input.cursor }),
      ({ cursor, items }) => ({ deposits: items.map(toPayment), cursor })
    )
  ),

  route(Portfolio.withdrawals, ({ accountId, input, view }) =>
    Result.map(
      view.listPayments(accountId, "withdrawals", { limit: input.limit ?? 100, cursor: input.cursor }),
      ({ cursor, items }) => ({ withdrawals: items.map(toPayment), cursor })
    )
  ),

  route(Portfolio.restingOrderTotalValue, ({ accountId, userView }) =>
    Result.map(userView.balances(accountId), (balances) => ({
      total_resting_order_value: cents(sum(balances, "collateralMicros")),
      resting_order_value_breakdown: byShard(userView, balances, "collateralMicros")
    }))
  )
]

type Amount = "cashMicros" | "collateralMicros" | "positionsMicros"

const sum = (balances: ReadonlyArray<Balance>, of: Amount): number =>
  balances.reduce((total, money) => total + money[of], 0)

const byShard = ({ shards }: View, balances: ReadonlyArray<Balance>, of: Amount) =>
  Array.from({ length: shards }, (_, shard) => ({
    exchange_index: shard,
    balance: balance(
      sum(
        balances.filter(({ exchangeIndex }) => exchangeIndex === shard),
        of
      )
    )
  }))

/** Serves the live and the historical operation. The historical operation has fewer filters. */
export const listPositions = (
  view: View,
  accountId: string,
  input: Portfolio.PositionsInput,
  era: Era = "live"
): Result.Result<Portfolio.GetPositionsResponse, Refusal> => {
  const nonZero = input.count_filter === undefined ? [] : input.count_filter.split(",")
  if (!nonZero.every(isCountFilter)) {
    return Result.fail(invalidParameters("count_filter may name only position and total_traded"))
  }
  const query: ListPositions = {
    ticker: input.ticker,
    eventTicker: input.event_ticker,
    subaccount: input.subaccount ?? 0,
    exchangeIndex: input.exchange_index,
    settlement: input.settlement_status ?? "unsettled",
    nonZero,
    limit: input.limit ?? 100,
    cursor: input.cursor
  }
  return Result.flatMap(view.listPositions(accountId, query, era), ({ cursor, items }) => {
    const events = [...new Set(items.map(({ eventTicker }) => eventTicker))]
    const totals = Result.all(
      events.map((eventTicker) =>
        Result.map(view.positionsOfEvent(accountId, eventTicker, query, era), (own) =>
          toEventPosition(eventTicker, own)
        )
      )
    )
    return Result.map(totals, (event_positions) => ({
      market_positions: items.map(toMarketPosition),
      event_positions,
      cursor
    }))
  })
}

const isCountFilter = (text: string): text is ListPositions["nonZero"][number] =>
  text === "position" || text === "total_traded"

const toMarketPosition = (position: Position): Portfolio.MarketPosition => ({
  ticker: position.ticker,
  exchange_index: position.exchangeIndex,
  total_traded_dollars: dollars(position.tradedMicros),
  position_fp: count(position.count),
  market_exposure_dollars: dollars(position.exposureMicros),
  realized_pnl_dollars: dollars(position.realizedMicros),
  fees_paid_dollars: dollars(position.feesMicros),
  last_updated_ts: time(position.updatedMillis)
})

/** `positions` are all positions of the event that match the query, not only those of one page. */
const toEventPosition = (eventTicker: string, positions: ReadonlyArray<Position>): Portfolio.EventPosition => {
  const total = (of: "tradedCount" | "exposureMicros" | "realizedMicros" | "feesMicros") =>
    positions.reduce((micros, position) => micros + position[of], 0)
  return {
    event_ticker: eventTicker,
    total_cost_dollars: dollars(positions.reduce((micros, { tradedMicros }) => micros + tradedMicros, 0n)),
    total_cost_shares_fp: count(total("tradedCount")),
    event_exposure_dollars: dollars(total("exposureMicros")),
    realized_pnl_dollars: dollars(total("realizedMicros")),
    fees_paid_dollars: dollars(total("feesMicros"))
  }
}

/** Serves the live and the historical operation. The historical operation has fewer filters. */
export const listFills = (
  view: View,
  accountId: string,
  input: Portfolio.FillsInput,
  era: Era = "live"
): Result.Result<Portfolio.GetFillsResponse, Refusal> => {
  const tickers = input.ticker?.split(",")
  if (tickers !== undefined && tickers.length > 100) {
    return Result.fail(invalidParameters("ticker may name at most 100 tickers"))
  }
  const query = {
    tickers,
    orderId: input.order_id,
    subaccount: input.subaccount,
    exchangeIndex: input.exchange_index,
    minSeconds: input.min_ts,
    maxSeconds: input.max_ts,
    limit: input.limit ?? 100,
    cursor: input.cursor
  }
  return Result.map(view.listFills(accountId, query, era), ({ cursor, items }) => ({
    fills: items.map(toFill),
    cursor
  }))
}

const toFill = (fill: Fill): Portfolio.Fill => ({
  fill_id: fill.tradeId,
  trade_id: fill.tradeId,
  exchange_index: fill.exchangeIndex,
  order_id: fill.orderId,
  ticker: fill.ticker,
  market_ticker: fill.ticker,
  // The side of a fill is the bought outcome: selling YES is reported as `no`.
  side: fill.side === "bid" ? "yes" : "no",
  action: action(fill.side),
  outcome_side: fill.side === "bid" ? "yes" : "no",
  book_side: fill.side,
  count_fp: count(fill.count),
  yes_price_dollars: price(fill.price),
  no_price_dollars: price(dollar - fill.price),
  is_taker: fill.isTaker,
  fee_cost: dollars(fill.feeMicros),
  created_time: time(fill.atMillis),
  ts: seconds(fill.atMillis),
  subaccount_number: fill.subaccount
})

const toSettlement = (settlement: Settlement): Portfolio.Settlement => ({
  ticker: settlement.ticker,
  exchange_index: settlement.exchangeIndex,
  event_ticker: settlement.eventTicker,
  market_result: settlement.result,
  yes_count_fp: count(settlement.yesCount),
  yes_total_cost_dollars: dollars(settlement.yesCostMicros),
  no_count_fp: count(settlement.noCount),
  no_total_cost_dollars: dollars(settlement.noCostMicros),
  revenue: cents(settlement.revenueMicros),
  settled_time: time(settlement.atMillis),
  fee_cost: dollars(settlement.feesMicros),
  value: Math.floor(settlement.value / 100)
})

const toPayment = (payment: Payment): Portfolio.Deposit & Portfolio.Withdrawal => ({
  id: payment.paymentId,
  status: "applied",
  type: "wire",
  amount_cents: cents(payment.amountMicros),
  fee_cents: 0,
  created_ts: seconds(payment.atMillis),
  finalized_ts: seconds(payment.atMillis)
})
