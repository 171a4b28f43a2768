/**
 * What an order can cost, before it is sent: the money that is set aside for it, its fees, and the most cash that it can
 * take, in exact arithmetic.
 *
 * **Details**
 *
 * A `bid` buys YES at its price, an `ask` buys NO at one dollar less its price; what the order closes of a position held
 * needs no money and pays some back. A fill at a better price costs less. Time in force, post only and expiry change when
 * an order fills, not what it can cost at most. Sources: the published guides to order direction and to fee rounding,
 * August 2026; the fee model is that of {@link Fees}.
 *
 * **Gotchas**
 *
 * - The money must lie on the market's own shard and in the order's own subaccount.
 * - A bound is as good as its terms: without {@link Market.terms} it assumes {@link assumedTerms} and says so.
 * - It is of one order alone. Two orders that would close the same position cannot both be covered by it.
 *
 * **Example** (Before buying ten YES at 56 cents)
 *
 * ```ts
 * import * as OrderCost from "@kalshi-effect/client/OrderCost"
 *
 * OrderCost.of(
 *   { side: "bid", price: "0.56", count: "10" },
 *   { terms: { fee_type: "quadratic", fee_multiplier: 1 }, mostFills: 1 }
 * ) // collateral "5.60", fee "0.17248", worstCase "5.77268", maxPayout "10.00"
 * ```
 *
 * @module
 */
import * as Result from "effect/Result"
import * as Fees from "./Fees.ts"
import * as FixedPoint from "./FixedPoint.ts"
import type { Count, CountInput, Dollars, DollarsInput } from "./FixedPoint.ts"
import type { BookSide } from "./generated/requests.ts"

/** What is asked of an order, in its names on the wire: `Orders.CreateInput` is one. */
export interface Order {
  readonly side: BookSide
  /** Dollars per contract, of YES. */
  readonly price: DollarsInput | Dollars
  readonly count: CountInput | Count
  readonly post_only?: boolean | undefined
  readonly reduce_only?: boolean | undefined
}

/** What is known of the market and of the account. */
export interface Market {
  /** Of its series and event: `Fees.termsOf`. {@link assumedTerms} when left out. */
  readonly terms?: Fees.Terms | undefined
  /** `"direct"` when left out: the account's balance is kept to $0.0001. Others' is kept to $0.01. */
  readonly member?: "direct" | "other" | undefined
  /**
   * Contracts held that no other order would close; negative of NO. None when left out, but an order that may only
   * reduce then counts as closing all that it is for.
   */
  readonly position?: Count | undefined
  /**
   * In how many pieces it can fill, each rounded by itself. One for every 0.01 contract when left out, as small as a
   * fill can be.
   */
  readonly mostFills?: number | undefined
}

/** What an order can cost. */
export interface OrderCost {
  /** The price of what it opens: set aside while it rests, and the most that the position can lose before fees. */
  readonly collateral: Dollars
  /** What it closes pays back at least, before fees. */
  readonly proceeds: Dollars
  /** What it opens pays at most, should its outcome come true: one dollar per contract. */
  readonly maxPayout: Dollars
  /** The trade fee of one fill at its limit: a maker's where it is post only, else a taker's. No bound. */
  readonly fee: Result.Result<Dollars, Fees.FeeUnknown>
  /**
   * The most that its fills can be charged: as taker at the dearest price that it can meet, every piece rounded up, no
   * rebate. Not for adding to `collateral`: the dearest fee is often that of a cheaper fill.
   */
  readonly worstFee: Result.Result<Dollars, Fees.FeeUnknown>
  /** The most cash that it can take, fees and their rounding included. */
  readonly worstCase: Result.Result<Dollars, Fees.FeeUnknown>
  /** Whether the fees go by the terms that were given, or by {@link assumedTerms}. */
  readonly terms: "given" | "assumed"
}

/**
 * The dearest terms of the published types at the usual multiplier of 1. No bound for `flat`, whose table is not public,
 * nor for a higher multiplier.
 */
export const assumedTerms: Fees.Terms = { fee_type: "quadratic_with_combo_maker_fees", fee_multiplier: 1 }

const oneDollar = 1_000_000n

/** Micro-dollars by which one piece's fee can be above the model: its own rounding, and that of the balance. */
const roundingOf = { direct: 100n + 100n, other: 100n + 10_000n } as const

/**
 * Prices an order. Fails where its price is no price from 0 to 1 dollar, or its count is not above zero; a fee that no
 * public table gives leaves the three figures that depend on it failed, and the rest as they are.
 */
export const of = (
  order: Order,
  market: Market = {}
): Result.Result<OrderCost, FixedPoint.NotFixedPoint | FixedPoint.OutOfRange> =>
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
    const pieces = yield* piecesOf(market.mostFills, hundredths)
    const [own, others] = order.side === "bid" ? [price, complement] : [complement, price]
    const closing = closingOf(order, market.position, hundredths)
    const opening = order.reduce_only === true ? 0n : hundredths - closing
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
      const limitIsWorst = (yield* model(half, 100n)) * 4n <= oneDollar
      const opened = yield* model(limitIsWorst ? own : dearest, opening)
      const closed = (yield* model(dearest, closing)) - proceeds
      // Each piece of the model goes up to the micro-dollar, which its rounding covers.
      const free = terms.fee_multiplier === 0 ? rounding - 100n : rounding
      return {
        fee: fee + pieces(charged) * free,
        cash: collateral + opened + pieces(opening) * free + atLeastZero(closed + pieces(closing) * free)
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

const atLeastZero = (micros: bigint): bigint => (micros > 0n ? micros : 0n)

const times = (price: Dollars, hundredths: bigint, mode: FixedPoint.RoundingMode): bigint =>
  FixedPoint.toMicros(FixedPoint.multiply(price, FixedPoint.fromHundredths(hundredths), mode))

/** How much of an order closes what is held, in hundredths of a contract. */
const closingOf = (order: Order, position: Count | undefined, hundredths: bigint): bigint => {
  if (position === undefined) return order.reduce_only === true ? hundredths : 0n
  const held = FixedPoint.toHundredths(position)
  const closable = atLeastZero(order.side === "ask" ? held : -held)
  return closable < hundredths ? closable : hundredths
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
