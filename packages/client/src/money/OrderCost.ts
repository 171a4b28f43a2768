/**
 * What an order can cost, before it is sent: its collateral, its fees, and the most cash that it can take, in exact
 * arithmetic.
 *
 * **Details**
 *
 * A `bid` buys YES at its price, an `ask` buys NO at one dollar less its price. What an order closes of a position needs no
 * money and pays some back. A fill at a better price costs less. Time in force, post only and expiry change when an order
 * fills, not the most that it can cost. Sources: the published guides to order direction and to fee rounding, August and
 * October 2026; the fee model is that of {@link Fees}. The bounds hold under both of its rounding rules.
 *
 * **Gotchas**
 *
 * - The money must be on the market's own shard and in the order's own subaccount.
 * - A bound is as good as its terms: without {@link Market.terms} it assumes {@link assumedTerms} and says so.
 * - {@link of} is about one order alone. A position covers contracts once: use {@link ofBatch} for several orders.
 *
 * **Example** (Before buying ten YES at 56 cents)
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

/** The fields of an order that decide its cost, under their names on the wire: `Orders.CreateInput` is one. */
export interface Order {
  readonly side: BookSide
  /** Dollars per contract, of YES. */
  readonly price: DollarsInput | Dollars
  readonly count: CountInput | Count
  readonly post_only?: boolean | undefined
  readonly reduce_only?: boolean | undefined
}

/** An order of a batch. */
export interface BatchOrder extends Order {
  readonly ticker: string
  readonly subaccount?: number | undefined
}

/** What you know about the market and the account. */
export interface Market {
  /** The fee terms of the series and event: `Fees.termsOf`. Default: {@link assumedTerms}. */
  readonly terms?: Fees.Terms | undefined
  /** A direct member's balance is kept to $0.0001, every other's to $0.01. Default: `"direct"`. */
  readonly member?: "direct" | "other" | undefined
  /**
   * Contracts held that no resting order would close; negative for NO. Default: none, except that an order that may only
   * reduce closes its whole count.
   */
  readonly position?: Count | undefined
  /**
   * The largest number of fills of one order, each rounded by itself. Default: one for every 0.01 contract, the smallest
   * fill.
   */
  readonly mostFills?: number | undefined
}

/** What an order can cost. */
export interface OrderCost {
  /** The price of what it opens: set aside while it rests, and the most that the position can lose before fees. */
  readonly collateral: Dollars
  /** What it closes pays back at least this, before fees. */
  readonly proceeds: Dollars
  /** The most that it can pay if its outcome comes true: one dollar for each contract that it opens. */
  readonly maxPayout: Dollars
  /** The trade fee of one fill at its limit: a maker's if it is post only, else a taker's. Not a bound. */
  readonly fee: Result.Result<Dollars, Fees.FeeUnknown>
  /**
   * The most that its fills can be charged: as taker at the most expensive price that it can meet, every fill rounded up,
   * no rebate. Do not add it to `collateral`: the highest fee is often that of a cheaper fill.
   */
  readonly worstFee: Result.Result<Dollars, Fees.FeeUnknown>
  /** The most cash that it can take, however far it fills, fees and their rounding included. */
  readonly worstCase: Result.Result<Dollars, Fees.FeeUnknown>
  /** Whether the fees follow the terms that were given, or {@link assumedTerms}. */
  readonly terms: "given" | "assumed"
}

/**
 * The most expensive terms of the published types at the usual multiplier of 1. Not a bound for `flat`, whose table is not
 * public, nor for a higher multiplier.
 */
export const assumedTerms: Fees.Terms = { fee_type: "quadratic_with_combo_maker_fees", fee_multiplier: 1 }

const oneDollar = 1_000_000n

/** Micro-dollars by which the fee of one fill can exceed the model: its own rounding, and that of the balance. */
const roundingOf = { direct: 100n + 100n, other: 100n + 10_000n } as const

type Failure = FixedPoint.NotFixedPoint | FixedPoint.OutOfRange

/** How an order's contracts divide, in hundredths. */
interface Division {
  /** Covered by a position. */
  readonly closing: bigint
  readonly opening: bigint
}

/**
 * Prices one order. Fails if its price is not a price from 0 to 1 dollar, or its count is not above zero. A fee that no
 * public table gives fails the three figures that depend on it, and leaves the rest.
 */
export const of = (order: Order, market: Market = {}): Result.Result<OrderCost, Failure> =>
  costOf(order, market, makeCover())

/**
 * Prices the orders of a batch, which the exchange takes one after the other.
 *
 * **Details**
 *
 * A position covers contracts once: what the first orders of a side leave uncovered of it covers the next, and everything
 * after that opens. That holds for an order that may only reduce as well: it is sent against a position that resting
 * orders may already have taken. The sum of `worstCase` bounds the cash that the whole batch can take.
 *
 * **Gotchas**
 *
 * - The money of different shards and subaccounts is separate: compare the sum with the balance only within one.
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

const costOf = (order: Order, market: Market, cover: Cover): Result.Result<OrderCost, Failure> =>
  Result.gen(function* () {
    const price = yield* FixedPoint.dollars(order.price)
    const complement = yield* FixedPoint.complement(price)
    const count = yield* FixedPoint.count(order.count)
    const hundredths = FixedPoint.toHundredths(count)
    if (hundredths <= 0n) {
      return yield* Result.fail(
        new FixedPoint.OutOfRange({ name: "count", value: order.count, expected: "above zero contracts" })
      )
    }
    const position = market.position === undefined ? undefined : yield* FixedPoint.count(market.position)
    const pieces = yield* piecesOf(market.mostFills, hundredths)
    const [own, others] = order.side === "bid" ? [price, complement] : [complement, price]
    const { closing, opening } = cover(order, position, hundredths)
    const charged = opening + closing
    const terms = market.terms ?? assumedTerms
    const rounding = roundingOf[market.member ?? "direct"]

    /** The exact model up to the micro-dollar, as taker. */
    const model = (at: Dollars, size: bigint) =>
      Fees.trade({
        ...terms,
        role: "taker",
        rounding: "microdollar",
        price: at,
        count: FixedPoint.fromHundredths(size)
      }).pipe(Result.map(FixedPoint.toMicros))

    const half = FixedPoint.fromMicros(oneDollar / 2n)
    const dearest = FixedPoint.min(own, half)
    const collateral = times(own, opening, "ceil")
    const proceeds = times(others, closing, "floor")
    const most = <A>(result: Result.Result<A, Fees.FeeUnknown | FixedPoint.OutOfRange>) =>
      // Price and count were looked at above: what is left to fail is the fee's table.
      result as Result.Result<A, Fees.FeeUnknown>
    const worst = Result.gen(function* () {
      const fee = yield* model(dearest, charged)
      // A cheaper fill never costs more in all while the fee takes less than what the price gives: at a rate up to 1.
      const worstPrice = (yield* model(half, 100n)) * 4n <= oneDollar ? own : dearest
      const opened = yield* model(worstPrice, opening)
      // Each fill of the model goes up to the micro-dollar, which its rounding covers.
      const free = terms.fee_multiplier === 0 ? rounding - 100n : rounding
      const fills = pieces(closing)
      // What it closes may fill in part only. The cost is linear in the contracts, so the worst is at an end: all of them,
      // or as few as so many fills can have.
      const closed = larger(
        (yield* model(dearest, closing)) - proceeds,
        (yield* model(worstPrice, fills)) - times(others, fills, "floor")
      )
      return {
        fee: fee + pieces(charged) * free,
        cash: collateral + opened + pieces(opening) * free + atLeastZero(closed + fills * free)
      }
    })
    return {
      collateral: FixedPoint.fromMicros(collateral),
      proceeds: FixedPoint.fromMicros(proceeds),
      maxPayout: FixedPoint.fromMicros(opening * 10_000n),
      fee: most(
        Fees.trade({
          ...terms,
          role: order.post_only === true ? "maker" : "taker",
          price,
          count: FixedPoint.fromHundredths(charged)
        })
      ),
      worstFee: Result.map(most(worst), ({ fee }) => FixedPoint.fromMicros(fee)),
      worstCase: Result.map(most(worst), ({ cash }) => FixedPoint.fromMicros(cash)),
      terms: market.terms === undefined ? "assumed" : "given"
    }
  })

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)

const atLeastZero = (micros: bigint): bigint => larger(micros, 0n)

const times = (price: Dollars, hundredths: bigint, mode: FixedPoint.RoundingMode): bigint =>
  FixedPoint.toMicros(FixedPoint.multiply(price, FixedPoint.fromHundredths(hundredths), mode))

/** Divides the orders of one market and subaccount, in the order in which they are placed. */
type Cover = (order: Order, position: Count | undefined, hundredths: bigint) => Division

const makeCover = (): Cover => {
  /** Contracts of the orders so far, and those of them that close. */
  const placed = { bid: 0n, ask: 0n }
  const closed = { bid: 0n, ask: 0n }

  const divide: Cover = ({ reduce_only, side }, position, hundredths) => {
    // Whatever rests of the orders before it on its side is covered before it is.
    const most = (uncovered: bigint) => (reduce_only === true ? smaller(uncovered, placed[side]) : uncovered)
    if (position === undefined) {
      const opening = most(hundredths)
      return { opening, closing: hundredths - opening }
    }
    const held = FixedPoint.toHundredths(position)
    const closable = atLeastZero(side === "ask" ? held : -held)
    // The exchange makes an order that may only reduce no larger than the position, which the other side may have raised.
    const size =
      reduce_only === true ? smaller(hundredths, closable + placed[side === "ask" ? "bid" : "ask"]) : hundredths
    const opening = most(size - smaller(size, atLeastZero(closable - closed[side])))
    return { opening, closing: size - opening }
  }

  return (order, position, hundredths) => {
    const division = divide(order, position, hundredths)
    placed[order.side] += division.opening + division.closing
    closed[order.side] += division.closing
    return division
  }
}

/** In how many pieces a part of the order can fill. */
const piecesOf = (
  mostFills: number | undefined,
  hundredths: bigint
): Result.Result<(part: bigint) => bigint, FixedPoint.OutOfRange> => {
  if (mostFills !== undefined && !(Number.isSafeInteger(mostFills) && mostFills > 0)) {
    return Result.fail(
      new FixedPoint.OutOfRange({
        name: "number of fills",
        value: String(mostFills),
        expected: "a whole number above zero"
      })
    )
  }
  const most = mostFills === undefined ? hundredths : BigInt(mostFills)
  return Result.succeed((part) => (part < most ? part : most))
}
