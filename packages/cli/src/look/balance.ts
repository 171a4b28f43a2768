/**
 * `kalshi balance`: cash and the value of positions.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Subaccounts from "@kalshi-effect/client/Subaccounts"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { readLayer, subaccount } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { dollarsOfCents, fourDecimals, numberColumn } from "./columns.ts"
import { printValue } from "./options.ts"
import { shortSeconds } from "./times.ts"

type Balance = Portfolio.GetBalanceResponse

interface OfSubaccount extends Balance {
  readonly subaccount_number: number
}

const valueOf = ({ portfolio_value }: Balance): FixedPoint.Dollars => dollarsOfCents(portfolio_value)

const totalOf = (balance: Balance): FixedPoint.Dollars => FixedPoint.add(balance.balance_dollars, valueOf(balance))

const formatBalance = (balance: Balance, screen: Output.Screen): string => {
  // The exchange divides its markets into shards. Cash on one shard cannot pay for an order on another shard.
  const shards = (balance.balance_breakdown ?? []).filter(({ balance }) => !FixedPoint.isZero(balance))
  return Output.formatFields(screen, [
    ["cash", `$${fourDecimals(balance.balance_dollars)}`],
    ["positions", `$${fourDecimals(valueOf(balance))}`],
    ["total", `$${fourDecimals(totalOf(balance))}`],
    [
      "cash by shard",
      shards.every(({ exchange_index }) => exchange_index === 0)
        ? undefined
        : shards.map(({ balance, exchange_index }) => `${exchange_index}: $${balance}`).join(", ")
    ],
    // The time is zero if the balance has never changed.
    ["updated", balance.updated_ts === 0 ? undefined : shortSeconds(balance.updated_ts)]
  ])
}

const columns: ReadonlyArray<Output.Column<OfSubaccount>> = [
  numberColumn("subaccount", ({ subaccount_number }) => String(subaccount_number)),
  numberColumn("cash", ({ balance_dollars }) => fourDecimals(balance_dollars)),
  numberColumn("positions", (row) => fourDecimals(valueOf(row))),
  numberColumn("total", (row) => fourDecimals(totalOf(row)))
]

const readEach = Effect.gen(function* () {
  const { subaccount_balances } = yield* Subaccounts.balances()
  const numbers = [...new Set(subaccount_balances.map(({ subaccount_number }) => subaccount_number))]
  return yield* Effect.forEach(
    numbers.sort((left, right) => left - right),
    (number) =>
      Effect.map(Portfolio.balance({ subaccount: number }), (balance): OfSubaccount => ({
        subaccount_number: number,
        ...balance
      }))
  )
})

const flags = {
  each: Flag.Boolean("each").pipe(
    Flag.withDescription("List every subaccount (default false)"),
    Flag.withDefault(false)
  )
}

export const balance = Command.make("balance", flags, ({ each }) =>
  Effect.gen(function* () {
    const chosen = yield* subaccount
    if (!each) return yield* printValue(Portfolio.balance({ subaccount: chosen }), formatBalance)
    yield* Output.format
    if (chosen !== undefined) {
      return yield* usage(
        "--each lists every subaccount, but --subaccount or the profile chooses one subaccount. Remove --each, or do not choose a subaccount"
      )
    }
    const rows = yield* readEach
    yield* Output.list(columns, rows, {
      empty: "No subaccounts found",
      footer: `Together: $${fourDecimals(FixedPoint.sum(rows.map(totalOf)))}`
    })
  }).pipe(Effect.provide(readLayer))
).pipe(
  Command.withDescription(
    "Shows the cash and the value of the positions in dollars, of one subaccount (default: the primary account) or of each subaccount"
  ),
  Command.withShortDescription("Shows cash and the value of positions"),
  Command.withExamples([
    { command: "kalshi balance", description: "The primary account" },
    { command: "kalshi balance --each", description: "Every subaccount" }
  ])
)
