/**
 * `kalshi order close`: sells a position immediately, and never sells more than the position.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Orders from "@kalshi-effect/client/Orders"
import type { PriceGrid } from "@kalshi-effect/client/PriceGrid"
import type { MarketPosition } from "@kalshi-effect/client/Portfolio"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Changes } from "../app/annotations.ts"
import { changeFlags } from "../app/changes.ts"
import { usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { readFacts, readPosition } from "./facts.ts"
import { clientOrderId, countFlag, priceFlag, selfTrade, type Spoken } from "./intent.ts"
import { settleAdvice } from "./outcome.ts"
import { place, requestFrom } from "./place.ts"
import { carryOut, connect, layerOf, subaccountName } from "./confirm.ts"
import { previewOrder } from "./preview.ts"

const heldOf = ({ position_fp }: MarketPosition) =>
  FixedPoint.isNegative(position_fp)
    ? ({ outcome: "no", count: FixedPoint.negate(position_fp) } as const)
    : ({ outcome: "yes", count: position_fp } as const)

export const closeCommand = Command.make(
  "close",
  {
    ticker: Argument.String("ticker").pipe(Argument.withDescription("The market")),
    price: priceFlag("price", "The lowest price that you accept for each contract, in dollars"),
    count: Flag.optional(countFlag("count", "The number of contracts to sell (default all)")),
    selfTrade,
    clientOrderId,
    ...changeFlags
  },
  ({ clientOrderId, count, price, selfTrade, ticker, ...options }) =>
    Effect.gen(function* () {
      const connected = yield* connect(options)
      const { subaccount } = connected
      yield* Effect.gen(function* () {
        const found = yield* readPosition(ticker, subaccount)
        if (Option.isNone(found) || FixedPoint.isZero(found.value.position_fp)) {
          return yield* usage(
            `There is no position in ${ticker} in the ${subaccountName(subaccount)}. Nothing was sent. List positions with \`kalshi positions\``
          )
        }
        const position = found.value
        const held = heldOf(position)
        const spoken: Spoken = {
          action: "sell",
          outcome: held.outcome,
          ticker,
          price,
          count: FixedPoint.min(
            Option.getOrElse(count, () => held.count),
            held.count
          )
        }
        if (Option.isSome(count) && FixedPoint.compare(count.value, held.count) > 0) {
          yield* Output.note(
            `The position has ${held.count} contracts, so the order is for ${held.count}, not for ${count.value}`
          )
        }
        const client_order_id = Option.isSome(clientOrderId) ? clientOrderId.value : yield* Orders.newClientOrderId
        const intentOn = (grid?: PriceGrid) => {
          const input = {
            count: spoken.count,
            client_order_id,
            self_trade_prevention_type: selfTrade,
            subaccount,
            grid
          }
          return held.outcome === "yes"
            ? Orders.closePosition(position, { ...input, yes_price: Orders.yesPrice(price) })
            : Orders.closePosition(position, { ...input, no_price: Orders.noPrice(price) })
        }
        yield* carryOut(connected, options, {
          question: "Send this order?",
          preview: Effect.gen(function* () {
            const facts = yield* readFacts(ticker, subaccount)
            const intent = intentOn(facts.grid)
            yield* requestFrom(intent)
            return yield* previewOrder(connected, spoken, intent, facts)
          }),
          send: place(connected, intentOn(), client_order_id, held.outcome),
          advice: settleAdvice(client_order_id)
        })
      }).pipe(Effect.provide(layerOf(connected)))
    })
).pipe(
  Command.annotate(Changes, true),
  Command.withDescription(
    "Sells a position immediately, for at least --price. It never sells more than the position. Contracts that do not fill immediately are canceled"
  ),
  Command.withShortDescription("Sells a position"),
  Command.withExamples([
    {
      command: "kalshi order close KXHIGHNY-26NOV30-T50 --price 0.60",
      description: "The whole position, for at least 60 cents each"
    }
  ])
)
