/**
 * `kalshi order amend` and `kalshi order decrease`: change a resting order.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Orders from "@kalshi-effect/client/Orders"
import * as OrderCost from "@kalshi-effect/client/OrderCost"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { Changes } from "../app/annotations.ts"
import { changeFlags } from "../app/changes.ts"
import { CommandError, usage } from "../app/failures.ts"
import * as Output from "../output/Output.ts"
import { complement, formatSeconds, parseExpiry } from "./amounts.ts"
import { carryOut, connect, layerOf, type Connected, type Field, type Preview, requestOf } from "./confirm.ts"
import { type Facts, readFacts } from "./facts.ts"
import { costFields, marketWords, quoteWords } from "./preview.ts"
import { countFlag, priceFlag } from "./intent.ts"
import { orderId, orderWords, readOrder, requireResting, totalOf } from "./orders.ts"

const checkAdvice = (order_id: string): string => `Look at the order with \`kalshi order get ${order_id}\``

const arrow = (before: string, after: string): string => (before === after ? before : `${before} → ${after}`)

const expiryOf = (order: Orders.Order): string => order.expiration_time ?? "never"

const expiryAfter = (order: Orders.Order, expiration_time: number | undefined): string =>
  expiration_time === undefined ? expiryOf(order) : expiration_time === 0 ? "never" : formatSeconds(expiration_time)

const sideOf = ({ book_side }: Orders.Order): Effect.Effect<"bid" | "ask", CommandError> =>
  book_side === "bid"
    ? Effect.succeed("bid")
    : book_side === "ask"
      ? Effect.succeed("ask")
      : Effect.fail(
          new CommandError({
            exit: "failed",
            message: `This version does not know the side ${book_side} of the order. Nothing was sent. Install a newer version`
          })
        )

/** Converts the price of the command line to a price of YES, with intents such as `Orders.buyYes`. */
const yesPriceOf = Effect.fnUntraced(function* (
  { ticker, yes_price_dollars }: Orders.Order,
  side: "bid" | "ask",
  count: FixedPoint.Count,
  yes: Option.Option<FixedPoint.Dollars>,
  no: Option.Option<FixedPoint.Dollars>
) {
  if (Option.isNone(yes) && Option.isNone(no)) return yes_price_dollars
  const { request } = Option.isSome(yes)
    ? (side === "bid" ? Orders.buyYes : Orders.sellYes)({ ticker, count, yes_price: Orders.yesPrice(yes.value) })
    : (side === "bid" ? Orders.sellNo : Orders.buyNo)({
        ticker,
        count,
        no_price: Orders.noPrice(Option.getOrThrow(no))
      })
  const converted = yield* Effect.fromResult(request)
  if (converted.side !== side) {
    return yield* new CommandError({
      exit: "failed",
      message: `The converted price belongs to the other side of the book. Nothing was sent. This is a bug in the command: report it`
    })
  }
  return FixedPoint.dollarsUnsafe(converted.price)
})

interface AmendOptions {
  readonly count: Option.Option<FixedPoint.Count>
  readonly yesPrice: Option.Option<FixedPoint.Dollars>
  readonly noPrice: Option.Option<FixedPoint.Dollars>
  readonly expires: Option.Option<string>
}

/** Whether an order keeps its position in the queue: if its price stays and its total does not grow. */
const keepsPlace = (order: Orders.Order, input: Orders.AmendInput): boolean =>
  FixedPoint.equals(order.yes_price_dollars, FixedPoint.dollarsUnsafe(input.price)) &&
  FixedPoint.compare(FixedPoint.countUnsafe(input.count), totalOf(order)) <= 0

const amendInputOf = Effect.fnUntraced(function* (order: Orders.Order, options: AmendOptions) {
  const { expires, noPrice, yesPrice } = options
  const count = Option.getOrElse(options.count, () => totalOf(order))
  if (FixedPoint.compare(count, order.fill_count_fp) <= 0) {
    return yield* usage(
      `--count ${count} is the total of the order, but ${order.fill_count_fp} contracts have already filled, so no contract would rest. Pass a larger total, or cancel the order`
    )
  }
  const side = yield* sideOf(order)
  const price = yield* yesPriceOf(order, side, count, yesPrice, noPrice)
  const input: Orders.AmendInput = {
    order_id: order.order_id,
    ticker: order.ticker,
    side,
    count,
    price,
    subaccount: order.subaccount_number ?? undefined,
    exchange_index: order.exchange_index,
    expiration_time: Option.isNone(expires)
      ? undefined
      : expires.value === "never"
        ? 0
        : yield* parseExpiry("--expires", expires.value)
  }
  return input
})

const crosses = ({ market }: Facts, side: Orders.AmendInput["side"], yesPrice: FixedPoint.Dollars): boolean =>
  side === "bid"
    ? FixedPoint.compare(yesPrice, FixedPoint.dollarsUnsafe(market.yes_ask_dollars)) >= 0
    : FixedPoint.compare(yesPrice, FixedPoint.dollarsUnsafe(market.yes_bid_dollars)) <= 0

const marketFields = (facts: Facts, input: Orders.AmendInput, rests: FixedPoint.Count): ReadonlyArray<Field> => {
  const { price, side } = input
  const { free, terms } = facts
  const cost = OrderCost.of({ side, price: FixedPoint.dollarsUnsafe(price), count: rests }, { terms, position: free })
  return [
    ["market", marketWords(facts)],
    ["now", quoteWords(facts, "yes")],
    [
      "careful",
      crosses(facts, side, FixedPoint.dollarsUnsafe(price))
        ? "at this price, the order would trade immediately"
        : undefined
    ],
    ...(Result.isSuccess(cost) ? costFields(cost.success, { side }) : [])
  ]
}

const amendPreview = (connected: Connected, order: Orders.Order, input: Orders.AmendInput) =>
  Effect.gen(function* () {
    const request = yield* requestOf(connected, Orders.amend(input))
    const count = FixedPoint.countUnsafe(input.count)
    const rests = FixedPoint.subtract(count, order.fill_count_fp)
    const yesPrice = FixedPoint.dollarsUnsafe(input.price)
    const facts = yield* readFacts(order.ticker, input.subaccount, order.order_id)
    const preview: Preview = {
      requests: [request],
      json: {
        order_id: order.order_id,
        before: {
          yes_price: order.yes_price_dollars,
          total_count: totalOf(order),
          fill_count: order.fill_count_fp,
          remaining_count: order.remaining_count_fp,
          expiration_time: order.expiration_time ?? null
        },
        after: { yes_price: input.price, total_count: count, remaining_count: rests },
        keeps_queue_position: keepsPlace(order, input)
      },
      human: (screen) => ({
        text: screen.paint("bold", `Amend the order ${order.order_id}, which ${orderWords(order)}`),
        fields: [
          ["YES price", arrow(FixedPoint.dollarsUnsafe(order.yes_price_dollars), yesPrice)],
          ["NO price", arrow(complement(order.yes_price_dollars), complement(yesPrice))],
          ["total", arrow(totalOf(order), count)],
          ["filled", order.fill_count_fp],
          ["resting", arrow(order.remaining_count_fp, rests)],
          ["expires", arrow(expiryOf(order), expiryAfter(order, input.expiration_time))],
          ["queue", keepsPlace(order, input) ? "the order keeps its position" : "the order loses its position"],
          ...marketFields(facts, input, rests)
        ]
      })
    }
    return preview
  })

const printChanged = (
  response: Orders.AmendOrderV2Response | Orders.DecreaseOrderV2Response,
  outcome: string,
  fields: ReadonlyArray<Field>
) =>
  Output.outcome({ outcome, exit_code: 0, ...response }, (screen) =>
    [
      screen.paint("green", outcome === "amended" ? "Amended" : "Decreased"),
      Output.formatFields(screen, [["order_id", response.order_id], ...fields])
    ].join("\n")
  )

export const amendCommand = Command.make(
  "amend",
  {
    id: orderId,
    count: Flag.optional(countFlag("count", "The new total of filled and resting contracts (default unchanged)")),
    yesPrice: Flag.optional(priceFlag("yes-price", "The new price of YES in dollars (default unchanged)")),
    noPrice: Flag.optional(priceFlag("no-price", "The new price of NO in dollars, instead of --yes-price")),
    expires: Flag.String("expires").pipe(
      Flag.withDescription("When the order expires: a duration, a time, or never (default unchanged)"),
      Flag.optional
    ),
    ...changeFlags
  },
  ({ id, ...options }) =>
    Effect.gen(function* () {
      const { count, expires, noPrice, yesPrice } = options
      if ([count, expires, noPrice, yesPrice].every(Option.isNone)) {
        return yield* usage("Pass what to change: --yes-price or --no-price, --count, or --expires")
      }
      if (Option.isSome(yesPrice) && Option.isSome(noPrice)) {
        return yield* usage("--yes-price and --no-price exclude each other. Keep one of them")
      }
      const connected = yield* connect(options)
      yield* Effect.gen(function* () {
        const order = yield* readOrder(id, connected.subaccount)
        yield* requireResting(order)
        const input = yield* amendInputOf(order, options)
        yield* carryOut({ ...connected, subaccount: input.subaccount }, options, {
          question: "Amend this order?",
          preview: amendPreview(connected, order, input),
          send: Effect.flatMap(Orders.amend(input), (response) =>
            printChanged(response, "amended", [
              [
                "price",
                `YES ${FixedPoint.dollarsUnsafe(input.price)} (NO ${complement(FixedPoint.dollarsUnsafe(input.price))})`
              ],
              ["total_count", FixedPoint.countUnsafe(input.count)],
              ["fill_count", response.fill_count ?? undefined],
              ["remaining_count", response.remaining_count ?? undefined],
              ["average_fill_price", response.average_fill_price ?? undefined]
            ])
          ),
          advice: checkAdvice(id)
        })
      }).pipe(Effect.provide(layerOf(connected)))
    })
).pipe(
  Command.annotate(Changes, true),
  Command.withDescription(
    "Changes the price, the total count or the expiry of a resting order. Shows the order before and after, and asks"
  ),
  Command.withShortDescription("Changes the price, the count or the expiry of an order"),
  Command.withExamples([
    {
      command: "kalshi order amend 0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e --yes-price 0.55",
      description: "Another price"
    },
    {
      command: "kalshi order amend 0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e --expires 10m",
      description: "Lets the order expire in ten minutes"
    }
  ])
)

const decreasePreview = (
  connected: Connected,
  order: Orders.Order,
  input: Orders.DecreaseInput,
  rests: FixedPoint.Count
) =>
  Effect.map(requestOf(connected, Orders.decrease(input)), (request): Preview => ({
    requests: [request],
    json: {
      order_id: order.order_id,
      before: { fill_count: order.fill_count_fp, remaining_count: order.remaining_count_fp },
      after: { remaining_count: rests }
    },
    human: (screen) => ({
      text: screen.paint("bold", `Decrease the order ${order.order_id}, which ${orderWords(order)}`),
      fields: [
        ["filled", order.fill_count_fp],
        ["resting", arrow(order.remaining_count_fp, rests)]
      ]
    })
  }))

export const decreaseCommand = Command.make(
  "decrease",
  {
    id: orderId,
    by: Flag.optional(countFlag("by", "The number of contracts to remove from the resting part")),
    to: Flag.optional(countFlag("to", "The number of contracts that rest afterwards")),
    ...changeFlags
  },
  ({ by, id, to, ...options }) =>
    Effect.gen(function* () {
      if (Option.isSome(by) === Option.isSome(to)) return yield* usage("Pass either --by or --to")
      const connected = yield* connect(options)
      yield* Effect.gen(function* () {
        const order = yield* readOrder(id, connected.subaccount)
        yield* requireResting(order)
        const resting = order.remaining_count_fp
        const rests = Option.getOrElse(to, () => FixedPoint.subtract(resting, Option.getOrThrow(by)))
        if (FixedPoint.compare(rests, resting) >= 0 || FixedPoint.toHundredths(rests) <= 0n) {
          return yield* usage(
            `${resting} contracts rest, and ${rests} would rest afterwards. A decrease must leave fewer contracts than before, and more than 0. Use \`kalshi order amend\` to increase an order, or \`kalshi order cancel\` to end it`
          )
        }
        const input: Orders.DecreaseInput = {
          order_id: id,
          market_ticker: order.ticker,
          exchange_index: order.exchange_index,
          subaccount: order.subaccount_number ?? undefined,
          reduce_by: Option.getOrUndefined(by),
          reduce_to: Option.getOrUndefined(to)
        }
        yield* carryOut({ ...connected, subaccount: input.subaccount }, options, {
          question: "Decrease this order?",
          preview: decreasePreview(connected, order, input, rests),
          send: Effect.flatMap(Orders.decrease(input), (response) =>
            printChanged(response, "decreased", [["remaining_count", response.remaining_count]])
          ),
          advice: checkAdvice(id)
        })
      }).pipe(Effect.provide(layerOf(connected)))
    })
).pipe(
  Command.annotate(Changes, true),
  Command.withDescription(
    "Decreases the resting part of an order, which keeps its position in the queue. Shows the order before and after, and asks"
  ),
  Command.withShortDescription("Decreases the resting part of an order"),
  Command.withExamples([
    {
      command: "kalshi order decrease 0b0f7f6e-5a53-4f4b-8f43-8b8b5b0f7f6e --to 5",
      description: "Leaves five contracts resting"
    }
  ])
)
