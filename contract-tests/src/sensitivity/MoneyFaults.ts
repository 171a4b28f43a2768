/** Faults of arithmetic: prices, counts, fees, costs. The client's own tests must detect them. */
import { faultsOf, type Fault } from "./Fault.ts"

const fixedPoint = faultsOf("packages/client/src/money/FixedPoint.ts", "packages/client/test/FixedPoint.test.ts")
const scaled = faultsOf("packages/client/src/money/scaled.ts", "packages/client/test/FixedPoint.test.ts")
const grid = faultsOf("packages/client/src/money/PriceGrid.ts", "packages/client/test/PriceGrid.test.ts")
const fees = faultsOf("packages/client/src/money/Fees.ts", "packages/client/test/Fees.test.ts")
const cost = faultsOf("packages/client/src/money/OrderCost.ts", "packages/client/test/OrderCost.test.ts")

/** Every one of them. */
export const moneyFaults: ReadonlyArray<Fault> = [
  scaled(
    "reads decimals as if they were tenths",
    undefined,
    "powersOfTen[places + point + 1 - text.length]!",
    "powersOfTen[places - 1]!"
  ),
  scaled("prints a negative number without its sign", undefined, '${units < 0n ? "-" : ""}', ""),
  scaled("prints money with one decimal", undefined, "end > point + 2", "end > point + 1"),
  scaled(
    "rounds a negative number towards zero",
    undefined,
    "numerator % denominator < 0n ? quotient - 1n : quotient",
    "quotient"
  ),
  scaled("rounds every half up", undefined, "(twice === denominator && down % 2n !== 0n)", "twice === denominator"),
  fixedPoint(
    "takes the price for that of the other outcome",
    undefined,
    "fromMicros(oneDollar - micros))\n\n",
    "fromMicros(micros))\n\n"
  ),
  fixedPoint(
    "takes from an ask what a bid costs",
    undefined,
    '(order.side === "bid" ? micros : oneDollar - micros)',
    "micros"
  ),
  fixedPoint(
    "takes the greater for the smaller",
    undefined,
    "compareUnits(that, self) < 0 ? that : self",
    "compareUnits(that, self) < 0 ? self : that"
  ),
  fixedPoint(
    "compares money as text",
    undefined,
    "return left < right ? -1 : left > right ? 1 : 0",
    "return self < that ? -1 : self > that ? 1 : 0"
  ),
  fixedPoint("says of a rounded product that it is exact", undefined, "return exact % 100n === 0n\n", "return true\n"),
  grid("takes every price within its ranges", undefined, " && (micros - run.start) % run.step === 0n", ""),
  grid(
    "takes the price above for the one below",
    undefined,
    "return Option.some(fromMicros(within - ((within - run.start) % run.step)))",
    "return Option.some(fromMicros(within))"
  ),
  grid("puts 0 on the grid", undefined, "start === 0n ? step : start", "start"),
  grid("puts 1 dollar on the grid", undefined, "top === oneDollar ? top - step : top", "top"),
  grid("takes ranges that overlap", undefined, "if (start < previousEnd) return", "if (false) return"),
  grid(
    "counts a price twice where two ranges meet",
    undefined,
    "if (before !== undefined && before.last === first) rank -= 1n",
    ""
  ),
  fees(
    "takes no fee of a maker",
    undefined,
    "quadratic_with_maker_fees: { taker: 700n, maker: 175n }",
    "quadratic_with_maker_fees: { taker: 700n, maker: 0n }"
  ),
  fees(
    "does not round a fee up",
    undefined,
    "divideUp(numerator, 10n ** 12n * multiplier.denominator * step)",
    "(numerator / (10n ** 12n * multiplier.denominator * step))"
  ),
  fees(
    "does not know an event's own terms",
    undefined,
    "event?.fee_multiplier_override ?? series.fee_multiplier",
    "series.fee_multiplier"
  ),
  fees(
    "reads a multiplier without its exponent",
    undefined,
    "BigInt(exponent) - BigInt(decimals.length)",
    "-BigInt(decimals.length)"
  ),
  fees(
    "rounds fees by the older rule by default",
    undefined,
    'defaultRounding: Rounding = "microdollar"',
    'defaultRounding: Rounding = "centicent"'
  ),
  fees("rebates more than a fill's own fee", undefined, "(due < fee ? due : fee) / step", "due / step"),
  fees("carries nothing to the next fill", undefined, "carried: fromMicros(owed - rebate)", "carried: fromMicros(0n)"),
  fees("gets the money that a bid pays", undefined, '(fill.side === "bid" ? -money : money)', "money"),
  cost("sets nothing aside for fees", undefined, "cash: collateral + opened + ", "cash: collateral + "),
  cost(
    "closes a position from the wrong side",
    undefined,
    'atLeastZero(side === "ask" ? held : -held)',
    'atLeastZero(side === "bid" ? held : -held)'
  ),
  cost(
    "covers every order of a batch with the whole position",
    undefined,
    "closed[order.side] += division.closing",
    "closed[order.side] += 0n",
    { seenBy: "packages/sandbox/test/dryRunCost.test.ts" }
  ),
  cost("lets no order open that may only reduce", undefined, "smaller(uncovered, placed[side])", "0n * uncovered", {
    seenBy: "packages/sandbox/test/dryRunCost.test.ts"
  }),
  cost(
    "holds an order that may only reduce to the position before the batch",
    undefined,
    'closable + placed[side === "ask" ? "bid" : "ask"]',
    "closable",
    { seenBy: "packages/sandbox/test/dryRunCost.test.ts" }
  ),
  cost(
    "takes what closes for filled as a whole",
    undefined,
    "(yield* model(worstPrice, fills)) - times",
    "-(10n ** 12n) - times"
  ),
  cost(
    "takes each order for one fill",
    undefined,
    "mostFills === undefined ? hundredths :",
    "mostFills === undefined ? 1n :"
  )
]
