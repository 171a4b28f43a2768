/**
 * Order intents: buy or sell, YES or NO. The only place that computes the book side and the YES price.
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

/** Marks an amount as a price of YES: for `yes_bid_dollars` and the like, and after arithmetic. */
export const yesPrice = (price: Dollars): YesPrice => price as YesPrice // the caller vouches for it

/** Marks an amount as a price of NO: for `no_bid_dollars` and the like, and after arithmetic. */
export const noPrice = (price: Dollars): NoPrice => price as NoPrice // the caller vouches for it

/** The fields of every intent besides its price. */
export interface IntentInput {
  /** The market. */
  readonly ticker: string
  /** Contracts, in steps of 0.01. */
  readonly count: CountInput
  /** Your own id for the intent, for a journal. Never reuse an id. Default: a new UUID. */
  readonly client_order_id?: string | undefined
  /** The market's price grid: a price off the grid is refused before it is sent. Default: prices are not checked. */
  readonly grid?: PriceGrid.PriceGrid | undefined
  /** Default: `good_till_canceled`: what does not fill at once rests. */
  readonly time_in_force?: CreateOrderV2Request["time_in_force"] | undefined
  /** Unix seconds; only with `good_till_canceled`. */
  readonly expiration_time?: number | undefined
  readonly post_only?: boolean | undefined
  /** Caps the count by your position; only with `immediate_or_cancel`. */
  readonly reduce_only?: boolean | undefined
  /** Default: `taker_at_cross`, which cancels it before it trades with your own order. */
  readonly self_trade_prevention_type?: SelfTradePreventionType | undefined
  readonly cancel_order_on_pause?: boolean | undefined
  /** 0 is the primary account, 1–63 a subaccount. Default: 0. */
  readonly subaccount?: number | undefined
  readonly order_group_id?: string | undefined
  /** The market's shard. Default: found by `ticker`, which bills every shard's write bucket. */
  readonly exchange_index?: number | undefined
}

/** An intent whose price is of YES. */
export interface YesInput extends IntentInput {
  /** Dollars per contract of YES. */
  readonly yes_price: YesPrice | `${number}`
  readonly no_price?: never
}

/** An intent whose price is of NO. */
export interface NoInput extends IntentInput {
  /** Dollars per contract of NO. */
  readonly no_price: NoPrice | `${number}`
  readonly yes_price?: never
}

/**
 * An order that is not sent yet. Only {@link buyYes}, {@link sellYes}, {@link buyNo}, {@link sellNo} and
 * {@link closePosition} make one, so that no program computes a side by hand.
 */
export interface OrderIntent extends Brand.Brand<"OrderIntent"> {
  readonly outcome: "yes" | "no"
  readonly action: "buy" | "sell"
  /** The request, or the reason why it is invalid. `Result.flatMap(intent.request, OrderCost.of)` prices it. */
  readonly request: Result.Result<CreateInput, InvalidRequest>
}

const operation = "Orders.place"

/** The request of an intent. Fails for a value that the constructors did not make. */
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
 * The order also sells what you do not hold: it then buys NO at one dollar less `yes_price`. Use
 * {@link closePosition}, or `reduce_only`, to sell no more than you hold.
 */
export const sellYes = (input: YesInput): OrderIntent => make("sell", "yes", input)

/** Buys NO for at most `no_price`: an ask of YES at one dollar less. */
export const buyNo = (input: NoInput): OrderIntent => make("buy", "no", input)

/**
 * Sells NO for at least `no_price`: a bid of YES at one dollar less.
 *
 * **Gotchas**
 *
 * The order also sells what you do not hold: it then buys YES. Use {@link closePosition}, or `reduce_only`, to
 * sell no more than you hold.
 */
export const sellNo = (input: NoInput): OrderIntent => make("sell", "no", input)

/** Input of {@link closePosition}: `yes_price` or `no_price`, and the remaining options. */
export type CloseInput = (Omit<YesInput, CloseOmits> | Omit<NoInput, CloseOmits>) & {
  /** Contracts. Default: all that are held. */
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
 * Sells a position, YES or NO, for at least the price: at once, and never more than the position.
 *
 * **Details**
 *
 * The order is `immediate_or_cancel` and `reduce_only`: the part that does not fill at once is not sold. For a position in
 * YES, `yes_price` is the least that you receive, and `no_price` the most that NO may cost: together they are one dollar.
 * For a position in NO it is the reverse.
 *
 * **Gotchas**
 *
 * - `position` is the state at the time of the read; reads lag behind fills.
 * - A position does not name its subaccount: pass it, unless it is the primary one.
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
      ? invalid("/position_fp", "the value is not a market position of Portfolio.positions")
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
  wrong?: OrderIntent["request"]
): OrderIntent => {
  const side: BookSide = (action === "buy") === (outcome === "yes") ? "bid" : "ask"
  const request = wrong ?? toRequest(side, input)
  // The brand marks a value that was made here.
  return { action, outcome, request } as OrderIntent
}

const toRequest = (side: BookSide, input: AnyInput): Result.Result<CreateInput, InvalidRequest> => {
  if (typeof input !== "object" || input === null) {
    return invalid("", "the input is not an object; pass the ticker, the count and the price")
  }
  const { grid, no_price, yes_price, ...rest } = input
  if (input.client_order_id === "") return invalid("/client_order_id", "the id is empty; leave it out")
  return Result.map(priceOfYes(yes_price, no_price, grid), (price) => ({
    ...rest,
    side,
    // Canonical dollars have two decimals or more, and what has more than four is refused where it is encoded.
    price,
    time_in_force: input.time_in_force ?? "good_till_canceled",
    self_trade_prevention_type: input.self_trade_prevention_type ?? "taker_at_cross"
  }))
}

/** The price of YES. An error names the caller's field and shows prices of the caller's side. */
const priceOfYes = (
  yes: string | undefined,
  no: string | undefined,
  grid: PriceGrid.PriceGrid | undefined
): Result.Result<Dollars, InvalidRequest> => {
  if ((yes === undefined) === (no === undefined)) return invalid("", "pass exactly one of yes_price and no_price")
  const pointer = yes === undefined ? "/no_price" : "/yes_price"
  const own = Result.flatMap(FixedPoint.dollars((yes ?? no)!), (given) =>
    Result.map(FixedPoint.complement(given), (opposite) => ({ given, opposite }))
  )
  if (Result.isFailure(own)) return invalid(pointer, own.failure.message)
  const { given, opposite } = own.success
  const price = yes === undefined ? opposite : given
  if (grid === undefined || PriceGrid.isOnGrid(grid, price)) return Result.succeed(price)
  const asWritten = (of: Dollars) => (yes === undefined ? Result.getOrElse(FixedPoint.complement(of), () => of) : of)
  const near = [PriceGrid.nearestBelow(grid, price), PriceGrid.nearestAbove(grid, price)]
    .flatMap(Option.toArray)
    .map(asWritten)
  return invalid(pointer, `${given} is not on the market's price grid; the nearest prices are ${near.join(" and ")}`)
}
