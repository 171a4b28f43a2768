/**
 * Order intents: buy or sell, YES or NO. They determine the book side (`bid` or `ask`) and the YES price of an order.
 *
 * @module
 */
import type * as Brand from "effect/Brand"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { InvalidRequest } from "../Errors.ts"
import * as FixedPoint from "../money/FixedPoint.ts"
import type { Count, CountInput, Dollars } from "../money/FixedPoint.ts"
import type { BookSide, CreateOrderV2Request, SelfTradePreventionType } from "../generated/requests.ts"
import type { MarketPosition } from "../generated/responses.ts"
import * as PriceGrid from "../money/PriceGrid.ts"
import type { CreateInput } from "../rest/orderOperations.ts"

/** Dollars per contract of YES. */
export type YesPrice = Dollars & Brand.Brand<"YesPrice">

/** Dollars per contract of NO. */
export type NoPrice = Dollars & Brand.Brand<"NoPrice">

/** Marks an amount as a price of YES, for example `yes_bid_dollars` or the result of arithmetic. */
export const yesPrice = (price: Dollars): YesPrice => price as YesPrice // the caller knows that it is a YES price

/** Marks an amount as a price of NO, for example `no_bid_dollars` or the result of arithmetic. */
export const noPrice = (price: Dollars): NoPrice => price as NoPrice // the caller knows that it is a NO price

/** The fields of an intent without the price. */
export interface IntentInput {
  /** The market. */
  readonly ticker: string
  /** Contracts, in steps of 0.01. */
  readonly count: CountInput
  /** Your own id for the intent, for a journal. Never reuse an id. Default: a new UUID. */
  readonly client_order_id?: string | undefined
  /**
   * The price grid: the valid prices of the market. Any other price is rejected before anything is sent. Default: no
   * check against a grid.
   */
  readonly grid?: PriceGrid.PriceGrid | undefined
  /**
   * How long the order stays in effect. Default: `good_till_canceled`, so that the part that does not fill at once
   * rests.
   */
  readonly time_in_force?: CreateOrderV2Request["time_in_force"] | undefined
  /** When the order expires, in Unix seconds. Only with `good_till_canceled`. */
  readonly expiration_time?: number | undefined
  readonly post_only?: boolean | undefined
  /** Whether the exchange caps the count at your position. Only with `immediate_or_cancel`. */
  readonly reduce_only?: boolean | undefined
  /** Default: `taker_at_cross`, which cancels this order before it trades with your own resting order. */
  readonly self_trade_prevention_type?: SelfTradePreventionType | undefined
  readonly cancel_order_on_pause?: boolean | undefined
  /** 0 is the primary account, 1–63 are subaccounts. Default: 0. */
  readonly subaccount?: number | undefined
  readonly order_group_id?: string | undefined
  /**
   * The shard of the exchange that the market is on. Default: the exchange finds the shard by `ticker`, and the request
   * takes tokens from the write buckets of all shards.
   */
  readonly exchange_index?: number | undefined
}

/** An intent with a price of YES. */
export interface YesInput extends IntentInput {
  /** Dollars per contract of YES. */
  readonly yes_price: YesPrice | `${number}`
  readonly no_price?: never
}

/** An intent with a price of NO. */
export interface NoInput extends IntentInput {
  /** Dollars per contract of NO. */
  readonly no_price: NoPrice | `${number}`
  readonly yes_price?: never
}

/**
 * An order that is not sent yet. Only {@link buyYes}, {@link sellYes}, {@link buyNo}, {@link sellNo} and
 * {@link closePosition} make intents, so that no program computes a side by hand.
 */
export interface OrderIntent extends Brand.Brand<"OrderIntent"> {
  readonly outcome: "yes" | "no"
  readonly action: "buy" | "sell"
  /**
   * The request, or the reason why the intent is invalid. `Result.flatMap(intent.request, OrderCost.of)` returns the
   * cost of the order.
   */
  readonly request: Result.Result<CreateInput, InvalidRequest>
}

const operation = "Orders.place"

export const requestOf = (intent: OrderIntent): OrderIntent["request"] =>
  Predicate.hasProperty(intent, "request") && Result.isResult(intent.request)
    ? intent.request
    : invalid("", "the value is not an intent; make it with Orders.buyYes, sellYes, buyNo, sellNo or closePosition")

const invalid = (pointer: string, reason: string) => Result.fail(new InvalidRequest({ operation, pointer, reason }))

/** Buys YES for at most `yes_price`: a bid. */
export const buyYes = (input: YesInput): OrderIntent => make("buy", "yes", input)

/**
 * Sells YES for at least `yes_price`: an ask.
 *
 * **Gotchas**
 *
 * The order can sell more than your position: the excess buys NO at one dollar minus `yes_price`. Use
 * {@link closePosition} or `reduce_only` to sell at most your position.
 */
export const sellYes = (input: YesInput): OrderIntent => make("sell", "yes", input)

/** Buys NO for at most `no_price`: an ask at the YES price of one dollar minus `no_price`. */
export const buyNo = (input: NoInput): OrderIntent => make("buy", "no", input)

/**
 * Sells NO for at least `no_price`: a bid at the YES price of one dollar minus `no_price`.
 *
 * **Gotchas**
 *
 * The order can sell more than your position: the excess buys YES. Use {@link closePosition} or `reduce_only` to sell
 * at most your position.
 */
export const sellNo = (input: NoInput): OrderIntent => make("sell", "no", input)

/** Input of {@link closePosition}: `yes_price` or `no_price`, and optional fields of an intent. */
export type CloseInput = (Omit<YesInput, CloseOmits> | Omit<NoInput, CloseOmits>) & {
  /** The contracts to sell. Default: the full position. */
  readonly count?: CountInput | undefined
}

type CloseOmits =
  | "ticker"
  | "count"
  | "exchange_index"
  | "time_in_force"
  | "expiration_time"
  | "post_only"
  | "reduce_only"

/**
 * Sells a position in YES or NO immediately, at the given price or better, and never more than the position.
 *
 * **Details**
 *
 * The order is `immediate_or_cancel` and `reduce_only`, so the part that does not fill at once is not sold. Set the
 * lowest price that you accept: `yes_price` for a position in YES, `no_price` for a position in NO. You can set the
 * other price instead, because the two prices add up to one dollar.
 *
 * **Gotchas**
 *
 * - `position` is the state at the time of the read, and reads lag behind fills.
 * - A position does not contain its subaccount. If the position is in a subaccount, set `subaccount`.
 */
export const closePosition = (
  position: Pick<MarketPosition, "ticker" | "position_fp" | "exchange_index">,
  input: CloseInput
): OrderIntent => {
  // Untyped code can pass anything.
  const read = FixedPoint.count(position?.position_fp)
  const held = Result.isSuccess(read) ? FixedPoint.toHundredths(read.success) : 0n
  const outcome = held < 0n ? "no" : "yes"
  const count = input?.count ?? (FixedPoint.fromHundredths(held < 0n ? -held : held) satisfies Count)
  return make(
    "sell",
    outcome,
    {
      ...input,
      ticker: position?.ticker,
      count,
      exchange_index: position?.exchange_index,
      time_in_force: "immediate_or_cancel",
      reduce_only: true
    },
    Result.isFailure(read)
      ? invalid("/position_fp", "the value is not a count of contracts; pass a market position of Portfolio.positions")
      : held === 0n
        ? invalid("", "the position is 0.00; there is nothing to close")
        : undefined
  )
}

type AnyInput = IntentInput & {
  readonly yes_price?: YesPrice | `${number}` | undefined
  readonly no_price?: NoPrice | `${number}` | undefined
}

const make = (
  action: "buy" | "sell",
  outcome: "yes" | "no",
  input: AnyInput,
  invalidRequest?: OrderIntent["request"]
): OrderIntent => {
  const side: BookSide = (action === "buy") === (outcome === "yes") ? "bid" : "ask"
  const request = invalidRequest ?? toRequest(side, input)
  // The brand marks a value that was made here.
  return { action, outcome, request } as OrderIntent
}

const toRequest = (side: BookSide, input: AnyInput): Result.Result<CreateInput, InvalidRequest> => {
  if (typeof input !== "object" || input === null) {
    return invalid("", "the input is not an object; pass the ticker, the count and the price")
  }
  const { grid, no_price, yes_price, ...rest } = input
  if (input.client_order_id === "") return invalid("/client_order_id", "the id is empty; pass an id or omit the field")
  return Result.map(priceOfYes(yes_price, no_price, grid), (price) => ({
    ...rest,
    side,
    // Canonical dollars have at least two decimals. The encoder rejects prices with more than four.
    price,
    time_in_force: input.time_in_force ?? "good_till_canceled",
    self_trade_prevention_type: input.self_trade_prevention_type ?? "taker_at_cross"
  }))
}

/** An error points to the field that the caller set, and shows prices of the caller's outcome (YES or NO). */
const priceOfYes = (
  yes: string | undefined,
  no: string | undefined,
  grid: PriceGrid.PriceGrid | undefined
): Result.Result<Dollars, InvalidRequest> => {
  if ((yes === undefined) === (no === undefined)) return invalid("", "pass exactly one of yes_price and no_price")
  const pointer = yes === undefined ? "/no_price" : "/yes_price"
  const parsed = Result.flatMap(FixedPoint.dollars((yes ?? no)!), (own) =>
    Result.map(FixedPoint.complement(own), (opposite) => ({ own, opposite }))
  )
  if (Result.isFailure(parsed)) return invalid(pointer, parsed.failure.message)
  const { opposite, own } = parsed.success
  const price = yes === undefined ? opposite : own
  if (grid === undefined || PriceGrid.isOnGrid(grid, price)) return Result.succeed(price)
  const ofCaller = (of: Dollars) => (yes === undefined ? Result.getOrElse(FixedPoint.complement(of), () => of) : of)
  const near = [PriceGrid.nearestBelow(grid, price), PriceGrid.nearestAbove(grid, price)]
    .flatMap(Option.toArray)
    .map(ofCaller)
  return invalid(pointer, `${own} is not on the market's price grid; the nearest prices are ${near.join(" and ")}`)
}
