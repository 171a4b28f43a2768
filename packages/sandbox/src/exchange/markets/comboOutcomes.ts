/**
 * The outcomes of combos, which follow the outcomes of their legs.
 *
 * The value of a combo is the product of the values of its legs, rounded down to $0.0001. A combo is determined when
 * its last leg is determined, or as soon as one leg is determined with the value zero.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { Outcome } from "../Commands.ts"
import type { Refusal } from "../Entities.ts"
import { dollar, printPrice } from "../decimal.ts"
import { refusal } from "../refusals.ts"
import type { ComboState, MarketState, State } from "../state.ts"
import { closeOf } from "./combos.ts"
import * as lifecycle from "./lifecycle.ts"

const comboFollowsLegs: Refusal = /*#__PURE__*/ refusal(
  "conflict",
  "combo_follows_legs",
  "the legs of a combo determine its result: determine or dispute the markets of its legs"
)

/**
 * Sets the result of a market. Also sets the results of the combos that include the market, if their value is then
 * known.
 */
export const determine = (state: State, market: MarketState, outcome: Outcome): Result.Result<void, Refusal> =>
  change(market, () => lifecycle.determine(state, market, outcome), state)

/**
 * Disputes the result of a market. Also disputes the combos that include the market, if their value is then unknown.
 * A settled combo stays settled.
 */
export const dispute = (state: State, market: MarketState): Result.Result<void, Refusal> =>
  change(market, () => lifecycle.dispute(state, market), state)

/** Sets when a market closes. A combo closes when its last leg closes, unless the combo's own close was set. */
export const setClose = (state: State, market: MarketState, closeMillis: number): Result.Result<void, Refusal> => {
  const following = followingCombos(market)
  return Result.map(lifecycle.setClose(state, market, closeMillis), () => {
    for (const combo of following) {
      followClose(state, combo)
    }
  })
}

const change = (
  market: MarketState,
  run: () => Result.Result<void, Refusal>,
  state: State
): Result.Result<void, Refusal> => {
  if (market.combo !== undefined) {
    return Result.fail(comboFollowsLegs)
  }
  const following = new Set(followingCombos(market))
  return Result.map(run(), () => {
    for (const combo of market.combos) {
      followResult(state, combo)
      if (following.has(combo)) {
        followClose(state, combo)
      }
    }
  })
}

const followResult = (state: State, combo: MarketState): void => {
  const value = valueOf(combo.combo!) // every market of `combos` is a combo
  // If the status of the combo does not permit the change, the combo stays unchanged.
  if (value === undefined) {
    lifecycle.dispute(state, combo)
  } else {
    lifecycle.determine(state, combo, value === dollar ? "yes" : value === 0 ? "no" : { scalar: printPrice(value) })
  }
}

/** The value of one YES contract. Undefined if the results of the legs do not determine it yet. */
const valueOf = ({ legs }: ComboState): number | undefined => {
  let numerator = 1n
  let denominator = 1n
  let isKnown = true
  for (const { market, side } of legs) {
    const { settlementValue } = market
    if (settlementValue === undefined || market.challenge === "disputed") {
      isKnown = false
      continue
    }
    const value = side === "yes" ? settlementValue : dollar - settlementValue
    if (value === 0) {
      return 0
    }
    numerator *= BigInt(value)
    denominator *= BigInt(dollar)
  }
  return isKnown ? Number((numerator * BigInt(dollar)) / denominator) : undefined
}

const closeMillisOf = (combo: MarketState): number => Math.max(closeOf(combo.combo!.legs), combo.openMillis + 1)

/** The combos that close when their last leg closes. */
const followingCombos = (market: MarketState): ReadonlyArray<MarketState> =>
  market.combos.filter((combo) => combo.closeMillis === closeMillisOf(combo))

const followClose = (state: State, combo: MarketState): void => {
  const closeMillis = closeMillisOf(combo)
  if (combo.result === undefined && combo.closeMillis !== closeMillis) {
    lifecycle.setClose(state, combo, closeMillis)
  }
}
