/**
 * The outcome of an order: what the command prints, and how it ends.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import type * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import { type Exit, exits } from "../app/exits.ts"
import { CommandError, describeFailure, type OutputClosed } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { complement } from "./amounts.ts"
import type { Field } from "./confirm.ts"

export const exitOf = (outcome: Orders.Outcome | Orders.Settlement): Exit => {
  switch (outcome._tag) {
    case "Accepted":
    case "NotPlaced":
      return "done"
    case "Rejected":
      return describeFailure(outcome.error, "changes")?.exit ?? "refused"
    case "Unknown":
      return "unknown"
  }
}

export const settleAdvice = (clientOrderId: string): string =>
  `Run \`kalshi order settle ${clientOrderId}\` with the same --env before you place the order again`

const names = { Accepted: "accepted", Rejected: "rejected", Unknown: "unknown", NotPlaced: "not_placed" } as const

export const toJson = (outcome: Orders.Outcome | Orders.Settlement) => {
  const { _tag, client_order_id, ticker } = outcome
  const common = { outcome: names[_tag], exit_code: exits[exitOf(outcome)].code, client_order_id, ticker }
  switch (_tag) {
    case "Accepted":
      return {
        ...common,
        order_id: outcome.order_id,
        source: outcome.source,
        count: outcome.request === undefined ? undefined : FixedPoint.countUnsafe(outcome.request.count),
        fill_count: outcome.fill_count,
        remaining_count: outcome.remaining_count,
        canceled_count: canceledOf(outcome),
        average_fill_price: outcome.average_fill_price,
        average_fee_paid: outcome.average_fee_paid,
        ts_ms: outcome.ts_ms,
        exchange_index: outcome.exchange_index
      }
    case "Rejected":
      return {
        ...common,
        error: { type: outcome.error._tag, code: outcome.error.code, message: outcome.error.message }
      }
    case "Unknown":
      return {
        ...common,
        error: outcome.error === undefined ? undefined : { type: outcome.error._tag, message: outcome.error.message },
        not_listed_as_of: outcome.notListedAsOf,
        other_order_id: outcome.mismatch?.order.order_id,
        differs: outcome.mismatch?.differs
      }
    case "NotPlaced":
      return { ...common, not_listed_as_of: outcome.notListedAsOf }
  }
}

/** The contracts of the order that neither filled nor rest. */
const canceledOf = ({ fill_count, remaining_count, request }: Orders.Accepted): FixedPoint.Count | undefined => {
  if (request === undefined || fill_count === undefined || remaining_count === undefined) return undefined
  const canceled = FixedPoint.subtract(
    FixedPoint.subtract(FixedPoint.countUnsafe(request.count), fill_count),
    remaining_count
  )
  // Negative if an amendment has increased the order: the count of the request is then too small.
  return FixedPoint.isNegative(canceled) ? undefined : canceled
}

const acceptedWords = (accepted: Orders.Accepted): string => {
  const { fill_count, remaining_count, request, source } = accepted
  const canceled = canceledOf(accepted)
  const isListed = source === "list" || source === "feed"
  if (request === undefined || fill_count === undefined || remaining_count === undefined || canceled === undefined) {
    return isListed ? "Accepted: the exchange lists the order" : "Accepted"
  }
  const { isZero } = FixedPoint
  const count = FixedPoint.countUnsafe(request.count)
  if (FixedPoint.equals(remaining_count, count)) {
    return isListed ? "Accepted: the exchange lists the order" : `Accepted: ${count} contracts rest`
  }
  if (FixedPoint.equals(fill_count, count)) return `Filled: ${count} contracts`
  if (FixedPoint.equals(canceled, count)) return `Accepted: nothing filled; ${count} contracts were canceled`
  return [
    `Filled ${fill_count} of ${count} contracts`,
    isZero(remaining_count) ? undefined : `${remaining_count} rest`,
    isZero(canceled) ? undefined : `${canceled} were canceled`
  ]
    .filter((part) => part !== undefined)
    .join("; ")
}

export const headline = (outcome: Orders.Outcome | Orders.Settlement): string => {
  switch (outcome._tag) {
    case "Accepted":
      return acceptedWords(outcome)
    case "Rejected":
      return "Rejected: this command placed no order"
    case "Unknown":
      return outcome.mismatch === undefined
        ? "Unknown: the order may exist"
        : `Unknown: the order ${outcome.mismatch.order.order_id} has this client order id, but differs in ${outcome.mismatch.differs.join(" and ")}`
    case "NotPlaced":
      return "Not placed: the exchange has no such order"
  }
}

/** The outcome (YES or NO) that the command line names. */
export type Named = "yes" | "no"

/** The price of the named outcome comes first. */
const priceIn = (named: Named, yes: FixedPoint.Dollars): string =>
  named === "yes" ? `YES ${yes} (NO ${complement(yes)})` : `NO ${complement(yes)} (YES ${yes})`

const nonZero = (count: FixedPoint.Count | undefined): string | undefined =>
  count === undefined || FixedPoint.isZero(count) ? undefined : count

const fieldsOf = (outcome: Orders.Outcome, named: Named): ReadonlyArray<Field> => [
  ...(outcome._tag === "Accepted"
    ? ([
        ["order_id", outcome.order_id],
        ["fill_count", outcome.fill_count],
        ["remaining_count", outcome.remaining_count],
        ["canceled_count", nonZero(canceledOf(outcome))],
        [
          "average_fill_price",
          outcome.average_fill_price === undefined ? undefined : priceIn(named, outcome.average_fill_price)
        ],
        ["average_fee_paid", outcome.average_fee_paid]
      ] as const)
    : []),
  ["client_order_id", outcome.client_order_id]
]

const styles = { Accepted: "green", Rejected: "red", Unknown: "yellow" } as const

export const printOutcome = (outcome: Orders.Outcome, named: Named) =>
  Output.outcome(toJson(outcome), (screen) =>
    [screen.paint(styles[outcome._tag], headline(outcome)), Output.formatFields(screen, fieldsOf(outcome, named))].join(
      "\n"
    )
  )

/** Returns advice for a rejected order. Undefined if the exchange's own message is clear, or the code is not known. */
const explain = ({ error, ticker }: Orders.Rejected): string | undefined => {
  const { code, message } = error
  const check = "Run the same command with --dry-run, which checks the price and shows the nearest valid prices"
  switch (code) {
    case "insufficient_balance":
    case "available_balance_too_low":
      return "The available cash is too small for this order. Look at `kalshi balance`, and place fewer contracts or add cash"
    case "MARKET_INACTIVE":
      return `${ticker} does not trade now. Look at its status and times with \`kalshi market ${ticker}\``
    case "market_not_found":
      return `There is no market ${JSON.stringify(ticker)}. Find the right ticker with \`kalshi search\``
    case "fill_or_kill_insufficient_resting_volume":
      return `The order book has too few contracts at this price to fill the whole order. Look at \`kalshi book ${ticker}\`, or pass --tif ioc to fill the available contracts`
    case "invalid_price":
      return `The exchange does not accept this price in ${ticker}. ${check}`
    case "invalid_order":
      if (/post.only cross/i.test(message)) {
        return `The order would trade immediately, which --post-only does not allow. Choose another price from \`kalshi book ${ticker}\`, or remove --post-only`
      }
      return /price level|tick|price grid/i.test(message)
        ? `The price is not on the price grid of ${ticker}. ${check}`
        : undefined
    default:
      return undefined
  }
}

export const endWith = (outcome: Orders.Outcome): Effect.Effect<void, CommandError | OutputClosed> => {
  switch (outcome._tag) {
    case "Accepted":
      return Effect.void
    case "Rejected": {
      const { details, exit, message } = describeFailure(outcome.error, "changes")! // `describeFailure` returns undefined only for OutputClosed
      const explained = explain(outcome)
      const text = explained === undefined ? message : `The exchange refused the order. ${explained}`
      return Effect.fail(new CommandError({ exit, message: text, details, cause: outcome.error }))
    }
    case "Unknown":
      return Effect.fail(
        new CommandError({
          exit: "unknown",
          message: `It is not known whether the exchange accepted the order${outcome.error === undefined ? "" : `: ${outcome.error.message}`}. ${settleAdvice(outcome.client_order_id)}`,
          details: { client_order_id: outcome.client_order_id },
          cause: outcome.error
        })
      )
  }
}
