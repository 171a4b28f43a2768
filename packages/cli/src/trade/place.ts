/**
 * `kalshi order place`: places one order, and prints its outcome.
 *
 * @module
 */
import * as Orders from "@kalshi-effect/client/Orders"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { Changes } from "../app/annotations.ts"
import { changeFlags } from "../app/changes.ts"
import { subaccount } from "../app/connection.ts"
import { usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { carryOut, connect, type Connected, layerOf } from "./confirm.ts"
import { readFacts } from "./facts.ts"
import { countFlag, fieldsOf, intentOf, orderFlags, priceFlag, type Spoken } from "./intent.ts"
import { endWith, type Named, printOutcome, settleAdvice } from "./outcome.ts"
import * as pending from "./pending.ts"
import { previewOrder } from "./preview.ts"

/** Fails with a usage error if the intent is invalid. The error of an invalid price names the flag `--price`. */
export const requestFrom = ({ request }: Orders.OrderIntent) =>
  Effect.mapError(Effect.fromResult(request), ({ pointer, reason }) =>
    usage(`${pointer.endsWith("_price") ? "--price: " : ""}${reason}. Nothing was sent`)
  )

/** Warns about earlier orders whose outcome is not known: a user who places such an order again could double it. */
const notePending = (connected: Connected, ticker: string) =>
  Effect.gen(function* () {
    // If the folder cannot be read, the command fails later, when it records the order.
    const { orders } = yield* Effect.orElseSucceed(pending.readAll, () => ({ orders: [] }))
    const same = orders.filter((order) => order.ticker === ticker && pending.belongsTo(order, connected))
    if (same.length === 0) return
    yield* Output.note(
      `Careful: the outcome of ${same.length === 1 ? "an earlier order" : `${same.length} earlier orders`} in ${ticker} is not known. Run \`kalshi order settle\``
    )
  })

/** Prints the outcome before it removes the record: if the process is killed in between, the record is still there. */
export const place = (connected: Connected, intent: Orders.OrderIntent, clientOrderId: string, named: Named) =>
  Effect.gen(function* () {
    const request = yield* requestFrom(intent)
    const record = yield* pending.recordOf(connected, clientOrderId, request)
    yield* pending.begin(record)
    // If `Orders.place` fails, nothing was sent, so the record is removed.
    const outcome = yield* Effect.tapError(Orders.place(intent), () => finish(clientOrderId))
    const recorded = outcome._tag === "Unknown" ? mark(record, outcome) : finish(clientOrderId)
    const printed = yield* Effect.result(Effect.ensuring(printOutcome(outcome, named), recorded))
    // The exit code shows the outcome, even if the output is closed.
    yield* endWith(outcome)
    yield* Effect.fromResult(printed)
  })

const finish = (clientOrderId: string) =>
  Effect.catch(pending.finish(clientOrderId), ({ message }) =>
    Output.note(
      `The record of the order could not be removed: ${message}. \`kalshi order settle\` will look for the order again, which is harmless`
    )
  )

const mark = (record: pending.PendingOrder, outcome: Orders.Unknown) =>
  Effect.catch(pending.mark(record, outcome), ({ message }) =>
    Output.note(`The record of the order could not be completed: ${message}. \`kalshi order settle\` can still use it`)
  )

export const placeCommand = Command.make(
  "place",
  {
    action: Argument.Literals("action", ["buy", "sell"]).pipe(Argument.withDescription("buy or sell")),
    outcome: Argument.Literals("outcome", ["yes", "no"]).pipe(Argument.withDescription("yes or no")),
    ticker: Argument.String("ticker").pipe(Argument.withDescription("The market")),
    count: countFlag("count", "The number of contracts"),
    price: priceFlag(
      "price",
      "Dollars per contract of the outcome that you name: the highest price that you pay, or the lowest price that you accept"
    ),
    ...orderFlags,
    ...changeFlags
  },
  ({ action, count, outcome, price, ticker, ...options }) =>
    Effect.gen(function* () {
      const spoken: Spoken = { action, outcome, ticker, count, price }
      const fields = yield* fieldsOf(options, yield* subaccount)
      // An invalid order fails before the key is read.
      yield* requestFrom(intentOf(spoken, fields))
      const connected = yield* connect(options)
      yield* notePending(connected, ticker)
      const layer = layerOf(connected)
      let intent = intentOf(spoken, fields)
      const preview = Effect.gen(function* () {
        const facts = yield* readFacts(ticker, connected.subaccount)
        // The price grid of the market is known only now.
        intent = intentOf(spoken, fields, { grid: facts.grid, exchange_index: facts.market.exchange_index })
        yield* requestFrom(intent)
        return yield* previewOrder(connected, spoken, intent, facts)
      })
      yield* carryOut(connected, options, {
        question: "Send this order?",
        preview,
        send: Effect.suspend(() => place(connected, intent, fields.client_order_id, outcome)),
        advice: settleAdvice(fields.client_order_id)
      }).pipe(Effect.provide(layer))
    })
).pipe(
  Command.annotate(Changes, true),
  Command.withDescription(
    "Places an order. Shows what the order means and costs, and asks before it sends. The price belongs to the outcome that you name: `buy no` at 0.40 pays at most 40 cents for each NO"
  ),
  Command.withShortDescription("Places an order"),
  Command.withExamples([
    {
      command: "kalshi order place buy yes KXHIGHNY-26NOV30-T50 --count 10 --price 0.56",
      description: "Ten YES for at most 56 cents each"
    },
    {
      command: "kalshi order place sell no KXHIGHNY-26NOV30-T50 --count 10 --price 0.40 --tif ioc --yes",
      description: "Up to ten NO for at least 40 cents each, immediately, without a question"
    },
    {
      command: "kalshi order place buy yes KXHIGHNY-26NOV30-T50 --count 10 --price 0.56 --dry-run --json",
      description: "The exact request, without sending it"
    }
  ])
)
