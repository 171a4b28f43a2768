/**
 * Computes the cost of an order before it is sent: the collateral, the fees, and the maximum cash that the order can
 * take. The arithmetic is exact.
 *
 * **Details**
 *
 * A `bid` buys YES at its price. An `ask` buys NO at one dollar minus its price. Contracts that close a position return
 * money. A fill at a better price costs less. Time in force, post only and expiry affect when an order fills, but not
 * its maximum cost. Sources: the published guides to order direction and to fee rounding, August and October 2026; the
 * fee model of {@link Fees}. The maximum holds under both rules of {@link Fees.Rounding}.
 *
 * **Gotchas**
 *
 * - The money must be on the shard of the market and in the subaccount of the order.
 * - The fees and the maximum depend on the fee terms. Without {@link Market.terms}, they use {@link assumedTerms}.
 *   {@link OrderCost.terms} shows which terms were used.
 * - {@link of} prices a single order. Each contract of a position can be closed only once: use {@link ofBatch} for
 *   several orders.
 *
 * **Example** (Before buying ten YES contracts at 56 cents)
 *
 * ```ts
 * import * as OrderCost from "@kalshi-effect/client/OrderCost"
 *
 * OrderCost.of(
 *   { side: "bid", price: "0.56", count: "10" },
 *   { terms: { fee_type: "quadratic", fee_multiplier: 1 }, mostFills: 1 }
 * ) // collateral "5.60", worstFee "0.1752", worstCase "5.77268", maxPayout "10.00"
 * ```
 *
 * @module
 */
import * as Result from "effect/Result"
import * as Fees from "./Fees.ts"
import * as FixedPoint from "./FixedPoint.ts"
import type { Count, CountInput, Dollars, DollarsInput } from "./FixedPoint.ts"
import type { BookSide } from "../generated/requests.ts"
import { oneDollar } from "./scaled.ts"

/** The fields of an order that determine its cost, with their names on the wire. `Orders.CreateInput` has them. */
export interface Order {
  readonly side: BookSide
  /** The price of YES, in dollars per contract. */
  readonly price: DollarsInput | Dollars
  readonly count: CountInput | Count
  readonly post_only?: boolean | undefined
  readonly reduce_only?: boolean | undefined
}

/** An order in a batch. */
export interface BatchOrder extends Order {
  readonly ticker: string
  readonly subaccount?: number | undefined
}

/** Facts about the market and the account. */
export interface Market {
  /** The fee terms of the series and event: `Fees.termsOf`. Default: {@link assumedTerms}. */
  readonly terms?: Fees.Terms | undefined
  /**
   * `direct`: the account of a direct member (without a broker), whose balance has steps of $0.0001. `other`: every
   * other account, whose balance has steps of $0.01. Default: `"direct"`.
   */
  readonly member?: "direct" | "other" | undefined
  /**
   * The position in contracts, minus the contracts that resting orders would close. Negative for NO. Default: no
   * position, but a single order with `reduce_only` closes its full count.
   */
  readonly position?: Count | undefined
  /**
   * The maximum number of fills of one order. Each fill is rounded separately. Default: one fill per 0.01 contract, the
   * smallest fill.
   */
  readonly mostFills?: number | undefined
}

/** The cost of an order. */
export interface OrderCost {
  /**
   * The price of the contracts that the order opens. This amount is reserved while the order rests, and is the maximum
   * loss of the position before fees.
   */
  readonly collateral: Dollars
  /** The minimum proceeds of the contracts that the order closes, before fees. */
  readonly proceeds: Dollars
  /** The payout if the outcome that the order buys occurs: one dollar per contract that the order opens. */
  readonly maxPayout: Dollars
  /**
   * The trade fee of a single fill at the limit price: a maker's fee if the order is post only, otherwise a taker's
   * fee. The order can cost more: see `worstFee`.
   */
  readonly fee: Result.Result<Dollars, Fees.FeeUnknown>
  /**
   * The maximum fee of the order's fills. It assumes a taker, the possible price with the highest fee, every fill
   * rounded up, and no rebate. Do not add this fee to `collateral`, because the highest fee often belongs to a cheaper
   * fill: use `worstCase`.
   */
  readonly worstFee: Result.Result<Dollars, Fees.FeeUnknown>
  /** The maximum cash that the order can take, filled in part or in full, including fees and their rounding. */
  readonly worstCase: Result.Result<Dollars, Fees.FeeUnknown>
  /** Whether the fees use {@link Market.terms} or {@link assumedTerms}. */
  readonly terms: "given" | "assumed"
}

/**
 * The most expensive terms of the published types at the usual multiplier of 1. With `flat`, whose table is not public,
 * or with a higher multiplier, an order can cost more.
 */
export const assumedTerms: Fees.Terms = { fee_type: "quadratic_with_combo_maker_fees", fee_multiplier: 1 }

/**
 * The maximum difference between the fee of one fill and the model, in micro-dollars: rounding of the trade fee plus
 * rounding of the balance.
 */
const maxRoundingPerFill = { direct: 100n + 100n, other: 100n + 10_000n } as const

type Failure = FixedPoint.NotFixedPoint | FixedPoint.OutOfRange

/** The contracts of an order, in hundredths of a contract: those that close a position, and those that open one. */
interface Division {
  readonly closing: bigint
  readonly opening: bigint
}

/**
 * Prices one order. Fails if a value is invalid: for example, a price that is not within 0 to 1 dollar, or a count of
 * zero. If the fee is not known, only `fee`, `worstFee` and `worstCase` fail.
 */
export const of = (order: Order, market: Market = {}): Result.Result<OrderCost, Failure> =>
  costOf(order, market, makeCover())

/**
 * Prices the orders of a batch, which the exchange processes in sequence.
 *
 * **Details**
 *
 * Each contract of a position can be closed only once. The first orders of a side close the position, and further
 * contracts open a new one. This applies to orders with `reduce_only` too, because earlier orders may already have
 * closed the position. The batch takes at most the sum of `worstCase`.
 *
 * **Gotchas**
 *
 * - Each shard and subaccount has its own money: compare sums with balances only within one shard and subaccount.
 *
 * **Example** (Two orders against one position)
 *
 * ```ts
 * import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
 * import * as OrderCost from "@kalshi-effect/client/OrderCost"
 *
 * OrderCost.ofBatch(
 *   [
 *     { ticker: "KXEXAMPLE-26", side: "bid", price: "0.40", count: "100" },
 *     { ticker: "KXEXAMPLE-26", side: "bid", price: "0.97", count: "100", reduce_only: true }
 *   ],
 *   () => ({ position: FixedPoint.countUnsafe("-100") })
 * ) // collateral "0.00" and "97.00"
 * ```
 */
export const ofBatch = <O extends BatchOrder>(
  orders: ReadonlyArray<O>,
  marketOf: (order: O, index: number) => Market
): ReadonlyArray<Result.Result<OrderCost, Failure>> => {
  const covers = new Map<string, Cover>()
  return orders.map((order, index) => {
    const holding = `${order.subaccount ?? 0} ${order.ticker}`
    const cover = covers.get(holding) ?? makeCover()
    covers.set(holding, cover)
    return costOf(order, marketOf(order, index), cover)
  })
}

/** `cover` divides the order into contracts that close a position and contracts that open a position. */
const costOf = (order: Order, market: Market, cover: Cover): Result.Result<OrderCost, Failure> =>
  Result.gen(function* () {
    const price = yield* FixedPoint.dollars(order.price)
    const complement = yield* FixedPoint.complement(price)
    const hundredths = FixedPoint.toHundredths(yield* FixedPoint.count(order.count))
    if (hundredths <= 0n) {
      return yield* Result.fail(
        new FixedPoint.OutOfRange({ name: "count", value: order.count, expected: "above zero contracts" })
      )
    }
    const position = market.position === undefined ? undefined : yield* FixedPoint.count(market.position)
    const maxFills = yield* maxFillsOf(market.mostFills, hundredths)
    const { closing, opening } = cover(order, position, hundredths)
    const [pays, receives] = order.side === "bid" ? [price, complement] : [complement, price]
    const terms = market.terms ?? assumedTerms
    const roundingPerFill = maxRoundingPerFill[market.member ?? "direct"]
    const worst = worstOf({ closing, opening, pays, receives, terms, roundingPerFill, maxFills })
    return {
      collateral: FixedPoint.fromMicros(times(pays, opening, "ceil")),
      proceeds: FixedPoint.fromMicros(times(receives, closing, "floor")),
      maxPayout: FixedPoint.fromMicros(opening * 10_000n),
      fee: tradeFee({ ...terms, role: order.post_only === true ? "maker" : "taker", price }, opening + closing),
      worstFee: Result.map(worst, ({ fee }) => FixedPoint.fromMicros(fee)),
      worstCase: Result.map(worst, ({ cash }) => FixedPoint.fromMicros(cash)),
      terms: market.terms === undefined ? "assumed" : "given"
    }
  })

/** The input of {@link worstOf}. Contracts are in hundredths, prices in dollars per contract. */
interface Sized extends Division {
  /** The price of a contract that the order opens. */
  readonly pays: Dollars
  /** The minimum proceeds of a contract that the order closes. */
  readonly receives: Dollars
  readonly terms: Fees.Terms
  readonly roundingPerFill: bigint
  readonly maxFills: bigint
}

/** Returns upper bounds of the fee and of the cash, in micro-dollars. */
const worstOf = ({ closing, maxFills, opening, pays, receives, roundingPerFill, terms }: Sized) =>
  Result.gen(function* () {
    /** The fee model of a taker, rounded up to the micro-dollar. */
    const model = (price: Dollars, hundredths: bigint) =>
      Result.map(tradeFee({ ...terms, role: "taker", rounding: "microdollar", price }, hundredths), FixedPoint.toMicros)
    const fillsIn = (hundredths: bigint) => min(hundredths, maxFills)

    // The fee model peaks at half a dollar. A fill can be at any price from 0 to the limit.
    const half = FixedPoint.fromMicros(oneDollar / 2n)
    const highestFeePrice = FixedPoint.min(pays, half)
    // If the rate is at most 1, price plus fee rises with the price. Then the limit is the worst price.
    const isLimitWorst = (yield* model(half, 100n)) * 4n <= oneDollar
    const worstPrice = isLimitWorst ? pays : highestFeePrice
    // `roundingPerFill` includes rounding the model up to the micro-dollar.
    const rounding = terms.fee_multiplier === 0 ? roundingPerFill - 100n : roundingPerFill

    const openingCash = times(pays, opening, "ceil") + (yield* model(worstPrice, opening)) + fillsIn(opening) * rounding
    // The closing contracts may fill in part. Their cost is linear in their number. So the cost is highest if all of
    // them fill, or if each of the `maxFills` fills has the smallest size.
    const smallest = fillsIn(closing)
    const closingCash = max(
      (yield* model(highestFeePrice, closing)) - times(receives, closing, "floor"),
      (yield* model(worstPrice, smallest)) - times(receives, smallest, "floor")
    )
    const charged = opening + closing
    return {
      fee: (yield* model(highestFeePrice, charged)) + fillsIn(charged) * rounding,
      cash: openingCash + atLeastZero(closingCash + smallest * rounding)
    }
  })

/** The trade fee of a fill. The price and the count must be valid. */
const tradeFee = (fill: Omit<Fees.Fill, "count">, hundredths: bigint): Result.Result<Dollars, Fees.FeeUnknown> =>
  // Valid prices and counts cannot be out of range.
  Fees.trade({ ...fill, count: FixedPoint.fromHundredths(hundredths) }) as Result.Result<Dollars, Fees.FeeUnknown>

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)

const atLeastZero = (value: bigint): bigint => max(value, 0n)

/** A price times a count, in micro-dollars. */
const times = (price: Dollars, hundredths: bigint, mode: FixedPoint.RoundingMode): bigint =>
  FixedPoint.toMicros(FixedPoint.multiply(price, FixedPoint.fromHundredths(hundredths), mode))

/** Must be called for each order of one market and subaccount, in the sequence in which the orders are placed. */
type Cover = (order: Order, position: Count | undefined, hundredths: bigint) => Division

const makeCover = (): Cover => {
  /** The contracts of the orders so far, and how many of them close a position. */
  const placed = { bid: 0n, ask: 0n }
  const closed = { bid: 0n, ask: 0n }

  const divide: Cover = ({ reduce_only, side }, position, hundredths) => {
    // Earlier orders of the same side may already have closed the position. Then an order with reduce_only can open
    // contracts, but no more than these earlier orders placed.
    const limit = (opening: bigint) => (reduce_only === true ? min(opening, placed[side]) : opening)
    if (position === undefined) {
      const opening = limit(hundredths)
      return { opening, closing: hundredths - opening }
    }
    const held = FixedPoint.toHundredths(position)
    const closable = atLeastZero(side === "ask" ? held : -held)
    // The exchange caps the count of a reduce_only order at the position. Earlier orders of the opposite side may have
    // increased the position.
    const size = reduce_only === true ? min(hundredths, closable + placed[side === "ask" ? "bid" : "ask"]) : hundredths
    const opening = limit(size - min(size, atLeastZero(closable - closed[side])))
    return { opening, closing: size - opening }
  }

  return (order, position, hundredths) => {
    const division = divide(order, position, hundredths)
    placed[order.side] += division.opening + division.closing
    closed[order.side] += division.closing
    return division
  }
}

/** Default: one fill per 0.01 contract, the smallest fill. */
const maxFillsOf = (
  mostFills: number | undefined,
  hundredths: bigint
): Result.Result<bigint, FixedPoint.OutOfRange> => {
  if (mostFills === undefined) return Result.succeed(hundredths)
  return Number.isSafeInteger(mostFills) && mostFills > 0
    ? Result.succeed(BigInt(mostFills))
    : Result.fail(
        new FixedPoint.OutOfRange({
          name: "number of fills",
          value: String(mostFills),
          expected: "an integer above zero"
        })
      )
}
