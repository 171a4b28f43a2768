/**
 * `kalshi order cancel-all`: cancels all resting orders, or all resting orders of a market or an event.
 *
 * @module
 */
import * as Events from "@kalshi-effect/client/Events"
import * as Historical from "@kalshi-effect/client/Historical"
import * as Markets from "@kalshi-effect/client/Markets"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Changes } from "../app/annotations.ts"
import { changeFlags, type ChangeOptions } from "../app/changes.ts"
import { CommandError, usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { cancelOrders, previewCancel } from "./cancel.ts"
import { carryOut, connect, layerOf, type Connected, type Preview, requestOf } from "./confirm.ts"

const readResting = (filter: Orders.ListInput) =>
  Effect.map(Stream.runCollect(Orders.list.items({ ...filter, status: "resting", limit: 1_000 })), (orders) => [
    ...orders
  ])

const counted = (orders: ReadonlyArray<Orders.Order>): string => {
  const markets = new Set(orders.map(({ ticker }) => ticker)).size
  return `${orders.length === 1 ? "1 resting order" : `${orders.length} resting orders`}${
    orders.length === 0 ? "" : markets === 1 ? " in 1 market" : ` in ${markets} markets`
  }`
}

const whose = (subaccount: number | undefined): string =>
  subaccount === undefined
    ? "of ALL subaccounts"
    : subaccount === 0
      ? "of the primary account"
      : `of subaccount ${subaccount}`

/** The account to show. A cancel-all without a subaccount covers all subaccounts, not only the primary account. */
const accountOf = ({ subaccount }: Connected): string | undefined =>
  subaccount === undefined ? "all subaccounts" : undefined

const cancelEverything = (connected: Connected, options: ChangeOptions) => {
  const input = { subaccount: connected.subaccount }
  return carryOut(connected, options, {
    question: "Cancel all resting orders?",
    preview: Effect.gen(function* () {
      const orders = yield* readResting({ subaccount: connected.subaccount })
      const request = yield* requestOf(connected, Orders.cancelAll(input))
      const preview: Preview = {
        requests: [request],
        account: accountOf(connected),
        json: { resting_orders: orders.length, subaccount: connected.subaccount ?? "all" },
        human: (screen) => ({
          text: screen.paint("bold", `Cancel every order ${whose(connected.subaccount)}: ${counted(orders)}`),
          fields: [["careful", "the exchange may also cancel orders that you place within the next minute"]]
        })
      }
      return preview
    }),
    send: Effect.andThen(
      Orders.cancelAll(input),
      Output.outcome({ outcome: "canceled", exit_code: 0, subaccount: connected.subaccount ?? "all" }, (screen) =>
        screen.paint("green", `Canceled every resting order ${whose(connected.subaccount)}`)
      )
    ),
    advice: "Run the same command again if orders still rest"
  })
}

/** Fails for an unknown market or event. Without this check, a mistyped ticker would look like one without orders. */
const requireExists = ({ event_ticker, ticker }: Pick<Orders.ListInput, "ticker" | "event_ticker">) => {
  const missing = (what: string, name: string) => () =>
    Effect.fail(
      new CommandError({
        exit: "refused",
        message: `There is no ${what} ${JSON.stringify(name)}. Nothing was canceled. Find the right ticker with \`kalshi search\``,
        details: { type: "NotFound" }
      })
    )
  if (ticker !== undefined) {
    return Effect.asVoid(
      Markets.get({ ticker }).pipe(
        Effect.catchTag("NotFound", () => Historical.market({ ticker })),
        Effect.catchTag("NotFound", missing("market", ticker))
      )
    )
  }
  return event_ticker === undefined
    ? Effect.void
    : Effect.asVoid(Effect.catchTag(Events.get({ event_ticker }), "NotFound", missing("event", event_ticker)))
}

const cancelFiltered = Effect.fnUntraced(function* (
  connected: Connected,
  options: ChangeOptions,
  filter: Pick<Orders.ListInput, "ticker" | "event_ticker">
) {
  const orders = yield* readResting({ ...filter, subaccount: connected.subaccount })
  const where = filter.ticker === undefined ? `the event ${filter.event_ticker}` : filter.ticker
  if (orders.length === 0) {
    yield* requireExists(filter)
    return yield* Output.value([], () => `No order rests in ${where}`)
  }
  yield* carryOut(connected, options, {
    question: `Cancel ${orders.length === 1 ? "this order" : `these ${orders.length} orders`}?`,
    preview: Effect.map(
      previewCancel(connected, orders, `Cancel ${counted(orders)} ${whose(connected.subaccount)}`),
      (preview) => ({ ...preview, account: accountOf(connected) })
    ),
    send: cancelOrders(orders),
    advice: "Run the same command again: a second cancel is harmless"
  })
})

/**
 * An empty value, such as an unset variable in a script, is refused: the exchange could treat an empty filter as no
 * filter.
 */
const filterFlag = (name: string, description: string, expected: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(description),
    Flag.filter(
      (text) => text.trim() !== "",
      () => expected
    ),
    Flag.optional
  )

export const cancelAllCommand = Command.make(
  "cancel-all",
  {
    market: filterFlag("market", "Only the orders of this market", "the ticker of a market"),
    event: filterFlag("event", "Only the orders of this event", "the ticker of an event"),
    ...changeFlags
  },
  ({ event, market, ...options }) =>
    Effect.gen(function* () {
      if (Option.isSome(market) && Option.isSome(event)) {
        return yield* usage("--market and --event exclude each other. Keep one of them")
      }
      const connected = yield* connect(options)
      const change =
        Option.isNone(market) && Option.isNone(event)
          ? cancelEverything(connected, options)
          : cancelFiltered(connected, options, {
              ticker: Option.getOrUndefined(market),
              event_ticker: Option.getOrUndefined(event)
            })
      yield* Effect.provide(change, layerOf(connected))
    })
).pipe(
  Command.annotate(Changes, true),
  Command.withDescription(
    "Cancels all resting orders with one request, for emergencies. --subaccount or the profile chooses a subaccount (default: all subaccounts). With --market or --event, cancels only the orders of this market or event, with one request per order. Asks first"
  ),
  Command.withShortDescription("Cancels all resting orders"),
  Command.withExamples([
    { command: "kalshi order cancel-all --yes", description: "All resting orders, without a question" },
    { command: "kalshi order cancel-all --market KXHIGHNY-26NOV30-T50", description: "The orders of a market" }
  ])
)
