/**
 * What the preview of an order needs: the market, its fee terms, the position, and the resting orders that may close
 * the position.
 *
 * @module
 */
import * as Events from "@kalshi-effect/client/Events"
import * as Fees from "@kalshi-effect/client/Fees"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as PriceGrid from "@kalshi-effect/client/PriceGrid"
import * as Series from "@kalshi-effect/client/Series"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { CommandError } from "../app/failures.ts"

export interface Facts {
  readonly market: Markets.Market
  /** Undefined if the price ranges of the market do not form a grid. */
  readonly grid: PriceGrid.PriceGrid | undefined
  /** Undefined if the exchange does not show the event or the series. */
  readonly terms: Fees.Terms | undefined
  /** The position in contracts. Negative for NO. */
  readonly position: FixedPoint.Count
  /** The part of the position that no resting order closes. Negative for NO. */
  readonly free: FixedPoint.Count
  /** The cash for orders in the market. Undefined if it cannot be read. */
  readonly cash: FixedPoint.Dollars | undefined
}

export const readMarket = (ticker: string) =>
  Effect.map(Markets.get({ ticker }), ({ market }) => market).pipe(
    Effect.catchTag("NotFound", () =>
      Effect.fail(
        new CommandError({
          exit: "refused",
          message: `There is no market ${JSON.stringify(ticker)}. Nothing was sent. Find the right ticker with \`kalshi markets\``
        })
      )
    )
  )

const readTerms = ({ event_ticker }: Markets.Market) =>
  Effect.gen(function* () {
    const { event } = yield* Events.get({ event_ticker })
    const { series } = yield* Series.get({ series_ticker: event.series_ticker })
    return Fees.termsOf(series, event)
  }).pipe(
    Effect.catchIf(
      (error) => error._tag === "NotFound" || error._tag === "BadRequest",
      () => Effect.undefined
    )
  )

export const readPosition = (ticker: string, subaccount: number | undefined) =>
  Stream.runHead(
    Stream.filter(
      Portfolio.positions.items.market_positions({ ticker, subaccount }),
      (position) => position.ticker === ticker
    )
  )

const zero = FixedPoint.countUnsafe("0")

/**
 * Subtracts from a position the contracts that resting orders close. Without this, two orders would seem to close the
 * same contracts.
 */
export const freeOf = (
  position: FixedPoint.Count,
  resting: ReadonlyArray<Pick<Orders.Order, "book_side" | "remaining_count_fp">>
): FixedPoint.Count => {
  const isNo = FixedPoint.isNegative(position)
  const closing = resting.filter(({ book_side }) => book_side === (isNo ? "bid" : "ask"))
  const closed = closing.reduce((sum, order) => FixedPoint.add(sum, order.remaining_count_fp), zero)
  return isNo
    ? FixedPoint.min(FixedPoint.add(position, closed), zero)
    : FixedPoint.max(FixedPoint.subtract(position, closed), zero)
}

export const readFacts = Effect.fnUntraced(function* (
  ticker: string,
  subaccount: number | undefined,
  /** The id of an order that is about to change. It is not counted as a resting order. */
  changing?: string
) {
  const market = yield* readMarket(ticker)
  const { balance, held, resting, terms } = yield* Effect.all(
    {
      terms: readTerms(market),
      balance: Effect.option(Portfolio.balance({ subaccount, exchange_index: market.exchange_index })),
      held: readPosition(ticker, subaccount),
      // Without a subaccount, an order goes to the primary account, but the list contains the orders of all
      // subaccounts.
      resting: Stream.runCollect(
        Orders.list.items({ ticker, status: "resting", subaccount: subaccount ?? 0, limit: 1_000 })
      )
    },
    { concurrency: 4 }
  )
  const position = held._tag === "Some" ? held.value.position_fp : zero
  return {
    market,
    grid: Result.getOrUndefined(PriceGrid.make(market.price_ranges)),
    terms,
    position,
    cash: Option.getOrUndefined(Option.map(balance, ({ balance_dollars }) => balance_dollars)),
    free: freeOf(
      position,
      resting.filter(({ order_id }) => order_id !== changing)
    )
  } satisfies Facts
})
