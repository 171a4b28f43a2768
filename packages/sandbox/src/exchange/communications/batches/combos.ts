/**
 * The combos of an RFQ batch: existing markets, and combos that the batch creates.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { CreateRfqBatch, CreateRfqBatchChild } from "../../Commands.ts"
import type { Refusal } from "../../Entities.ts"
import { checkCreations, combine, comboOf, keyOf } from "../../markets/combos.ts"
import { checkActive, checkTrading } from "../../orders/placing.ts"
import { invalidParameters, refusal } from "../../refusals.ts"
import { type AccountState, checkNotPaused, type ComboState, type MarketState, type State } from "../../state.ts"

/**
 * The documented maximum, both for the legs of one child (an RFQ of the batch) and for the different legs of all
 * children.
 */
const maxLegs = 6

/** The combo of a child. `market` is undefined if the batch must create it. */
interface Found {
  readonly market: MarketState | undefined
  /** Undefined for a market that was not created in a collection. */
  readonly combo: ComboState | undefined
  readonly exchangeIndex: number
}

/** Finds the combos of the children, and creates the missing ones. If a child is refused, creates nothing. */
export const findOrCreateMarkets = (
  state: State,
  account: AccountState,
  { children, collectionTicker }: CreateRfqBatch
): Result.Result<ReadonlyArray<MarketState>, Refusal> =>
  Result.flatMap(Result.all(children.map((child) => find(state, collectionTicker, child))), (found) => {
    const missing = found.filter(({ market }) => market === undefined).length
    const refused = checkTogether(found) ?? (missing === 0 ? undefined : checkCreations(state, account, missing))
    return refused === undefined
      ? Result.all(children.map((child, index) => create(state, account, collectionTicker, child, found[index]!)))
      : Result.fail(refused)
  })

const create = (
  state: State,
  account: AccountState,
  collectionTicker = "",
  { combo }: CreateRfqBatchChild,
  { market }: Found
): Result.Result<MarketState, Refusal> =>
  market === undefined && "legs" in combo
    ? comboOf(state, collectionTicker, combo.legs, account)
    : Result.succeed(market!) // only a combo with legs can be missing

const find = (
  state: State,
  collectionTicker: string | undefined,
  { combo }: CreateRfqBatchChild
): Result.Result<Found, Refusal> => {
  const found = "ticker" in combo ? findMarket(state, combo.ticker) : findLegs(state, collectionTicker, combo.legs)
  return Result.flatMap(found, (child) => {
    const refused =
      checkTrading(state, child) ?? (child.market === undefined ? undefined : checkActive(state, child.market))
    return refused === undefined ? Result.succeed(child) : Result.fail(refused)
  })
}

const findMarket = (state: State, ticker: string): Result.Result<Found, Refusal> => {
  const market = state.markets.get(ticker)
  if (market === undefined) {
    return Result.fail(
      checkNotPaused(state) ?? refusal("notFound", "market_not_found", `the market ${ticker} does not exist`)
    )
  }
  return market.event.multivariate
    ? Result.succeed({ market, combo: market.combo, exchangeIndex: market.exchangeIndex })
    : Result.fail(invalidParameters(`the market ${ticker} is not a combo`))
}

const findLegs = (
  state: State,
  collectionTicker: string | undefined,
  legs: Parameters<typeof combine>[2]
): Result.Result<Found, Refusal> => {
  if (collectionTicker === undefined) {
    return Result.fail(invalidParameters("selected_markets requires mve_collection_ticker"))
  }
  if (legs.length === 0 || legs.length > maxLegs) {
    return Result.fail(invalidParameters(`selected_markets must have 1 to ${maxLegs} legs`))
  }
  return Result.map(combine(state, collectionTicker, legs), ({ combo, market }) => ({
    market,
    combo,
    exchangeIndex: combo.collection.exchangeIndex
  }))
}

const checkTogether = (found: ReadonlyArray<Found>): Refusal | undefined => {
  if (new Set(found.map(nameOf)).size < found.length) {
    return invalidParameters("two children of the batch are the same combo")
  }
  if (new Set(found.map(({ exchangeIndex }) => exchangeIndex)).size > 1) {
    return invalidParameters("all combos of a batch must be on one exchange_index")
  }
  const legs = found.flatMap(({ combo }) => (combo?.legs ?? []).map(({ market, side }) => `${side} ${market.ticker}`))
  return new Set(legs).size > maxLegs
    ? invalidParameters(`the combos of a batch must be made of at most ${maxLegs} different legs`)
    : undefined
}

const nameOf = ({ combo, market }: Found): string =>
  market?.ticker ?? (combo === undefined ? "" : keyOf(combo.collection, combo.legs))
