/**
 * Plays the scenarios of the judge with this client, `@kalshi-effect/client`.
 *
 * @module
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeWS from "@effect/platform-node/NodeWS"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Feed from "@kalshi-effect/client/Feed"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderBooks from "@kalshi-effect/client/OrderBooks"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Portfolio from "@kalshi-effect/client/Portfolio"
import * as Trades from "@kalshi-effect/client/Trades"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { inspect } from "node:util"
import {
  type Assignment,
  type Driver,
  inputOf,
  main,
  type Result as Reported,
  type Step,
  unsupported
} from "./driver.ts"

type Services = Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite | Feed.KalshiFeed

const layerOf = ({ exchange, timeout_millis }: Assignment, account: Assignment["accounts"][number]) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const environment = yield* Effect.fromResult(Environment.fromUrl(exchange.root))
      const key = yield* ApiKey.fromPem({ keyId: account.key_id, privateKey: Redacted.make(account.private_key) })
      const signer = Signer.fromApiKey(key)
      return Layer.merge(
        Kalshi.layer({ environment, signer, policy: { attemptTimeout: timeout_millis } }),
        Feed.layer({ environment, signer })
      ).pipe(Layer.provide([NodeHttpClient.layerUndici, NodeWS.layerWebSocketConstructor]))
    })
  )

/** Each error class has some of these fields. */
interface ClientError {
  readonly _tag?: string
  readonly status?: number
  readonly code?: unknown
  readonly requestSent?: "no" | "maybe"
  readonly carriedOut?: "no" | "maybe" | "yes"
  readonly afterLostAnswer?: boolean
}

const reportError = (error: unknown, more: object = {}): Reported => {
  const { _tag, afterLostAnswer, code, status } = Object(error) as ClientError // every field is optional
  return {
    error: {
      ...(_tag !== undefined && { kind: _tag }),
      ...(status !== undefined && { status }),
      ...(typeof code === "string" && { code }),
      ...(afterLostAnswer !== undefined && { earlier_response_lost: afterLostAnswer }),
      text: inspect(error),
      ...more
    }
  }
}

interface OrderInput {
  readonly ticker: string
  readonly side: "bid" | "ask"
  readonly count: string
  readonly price: string
  readonly client_order_id: string
}

const intentOf = ({ client_order_id, count, price, side, ticker }: OrderInput): Orders.OrderIntent => {
  // The judge sends decimals.
  const input = { ticker, client_order_id, count: count as `${number}`, yes_price: price as `${number}` }
  return side === "bid" ? Orders.buyYes(input) : Orders.sellYes(input)
}

const reportOutcome = (outcome: Orders.Outcome): Reported => {
  switch (outcome._tag) {
    case "Accepted":
      return { value: { order_id: outcome.order_id } }
    case "Rejected":
      return reportError(outcome.error, { placed: "no" })
    case "Unknown":
      return reportError(outcome.error, { kind: "Unknown", placed: "maybe" })
  }
}

const itemOf = (reported: Reported): unknown =>
  "value" in reported
    ? reported.value
    : "error" in reported
      ? { error: reported.error.kind, placed: reported.error.placed }
      : {}

const placeOne = (input: OrderInput): Effect.Effect<Reported, never, Services> =>
  Orders.place(intentOf(input)).pipe(
    Effect.map(reportOutcome),
    // `place` fails only if nothing was sent.
    Effect.catch((error) => Effect.succeed(reportError(error, { placed: "no" })))
  )

class Followed {
  readonly books = new Map<string, OrderBooks.Watch>()
  readonly tradeIds: Array<string> = []
  hasHole = false
}

const watchMillis = 5_000

const watchBook = (followed: Followed, { lines, ticker }: { readonly lines: number; readonly ticker: string }) =>
  Effect.gen(function* () {
    const [first] = followed.books.values()
    const watch = first ?? (yield* OrderBooks.watch([ticker], { lines }))
    if (first !== undefined) yield* first.add([ticker])
    followed.books.set(ticker, watch)
    const live = Effect.gen(function* () {
      yield* watch.read(ticker)
      const complete = (yield* watch.lines).every(({ liveBooks }) => liveBooks >= followed.books.size)
      if (!complete) return yield* Effect.fail("waiting" as const)
    })
    yield* live.pipe(
      Effect.retry({
        schedule: Schedule.spaced("10 millis"),
        while: (error) => error === "waiting" || error._tag === "BookNotLive"
      }),
      Effect.timeoutOrElse({
        duration: watchMillis,
        orElse: () => Effect.fail({ _tag: "timeout" as const })
      })
    )
    return {}
  })

const readBook = (followed: Followed, ticker: string) =>
  Effect.gen(function* () {
    const watch = followed.books.get(ticker)
    if (watch === undefined) return yield* Effect.fail({ _tag: "NotWatched" as const })
    const book = yield* watch.read(ticker)
    return {
      yes: book.bids.map(({ count, price }) => [price, count]),
      // Both sides of the client's book have prices of YES. The judge expects prices of NO here.
      no: book.asks.map(({ count, price }) => [Result.getOrThrow(FixedPoint.complement(price)), count]),
      warning: watch.unknownKeys().length > 0
    }
  })

const watchTrades = (followed: Followed, { lines, ticker }: { readonly lines: number; readonly ticker: string }) =>
  Effect.gen(function* () {
    const { events } = yield* Trades.watch({ market_tickers: [ticker] }, { lines })
    yield* Effect.forkScoped(
      Stream.runForEach(events, (event) =>
        Effect.sync(() => {
          if (event._tag === "Trade") followed.tradeIds.push(event.trade.trade_id)
          else followed.hasHole = true
        })
      )
    )
    return {}
  })

const orderIds = (orders: ReadonlyArray<{ readonly order_id: string }>) => ({
  order_ids: orders.map(({ order_id }) => order_id)
})

const callOf = (step: Step, followed: Followed): Effect.Effect<Reported, unknown, Services | Scope.Scope> => {
  const value = <E, R>(effect: Effect.Effect<Readonly<Record<string, unknown>>, E, R>) =>
    Effect.map(effect, (value): Reported => ({ value }))
  switch (step.do) {
    case "get_balance":
      return value(Effect.map(Portfolio.balance(), ({ balance_dollars }) => ({ balance_dollars })))
    case "get_order":
      return value(
        Effect.map(Orders.get(inputOf(step)), ({ order }) => ({
          order_id: order.order_id,
          status: order.status,
          remaining_count_fp: order.remaining_count_fp,
          yes_price_dollars: order.yes_price_dollars
        }))
      )
    case "list_orders":
      return value(Effect.map(Stream.runCollect(Orders.list.items(inputOf(step))), orderIds))
    case "list_orders_page":
      return value(Effect.map(Orders.list(inputOf(step)), ({ orders }) => orderIds(orders)))
    case "create_order":
      return placeOne(inputOf(step))
    case "create_orders": {
      const { orders } = inputOf<{ readonly orders: ReadonlyArray<OrderInput> }>(step)
      return value(
        Effect.map(Orders.placeAll(orders.map(intentOf)), (outcomes) => ({
          results: outcomes.map((outcome) => itemOf(reportOutcome(outcome)))
        }))
      )
    }
    case "create_orders_at_once": {
      const { orders } = inputOf<{ readonly orders: ReadonlyArray<OrderInput> }>(step)
      const placed = Effect.forEach(orders, placeOne, { concurrency: "unbounded" })
      return value(Effect.map(placed, (reports) => ({ results: reports.map(itemOf) })))
    }
    case "cancel_order":
      return value(Effect.as(Orders.cancel(inputOf(step)), {}))
    case "decrease_order":
      return value(Effect.as(Orders.decrease(inputOf(step)), {}))
    case "create_order_group":
      return value(Effect.map(OrderGroups.create(inputOf(step)), ({ order_group_id }) => ({ order_group_id })))
    case "watch_book":
      return value(watchBook(followed, inputOf(step)))
    case "read_book":
      return value(readBook(followed, inputOf<{ readonly ticker: string }>(step).ticker))
    case "watch_trades":
      return value(watchTrades(followed, inputOf(step)))
    case "read_trades":
      return Effect.sync((): Reported => ({ value: { trade_ids: followed.tradeIds, warning: followed.hasHole } }))
    default:
      return Effect.succeed(unsupported(step.do, "this driver does not know the step"))
  }
}

const version = (): string => {
  const file = fileURLToPath(new URL("../../../packages/client/package.json", import.meta.url))
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version // a package has a version
}

export const driver: Driver = {
  client: { name: "@kalshi-effect/client", version: version(), language: "TypeScript" },
  key: "ed25519",
  open: async (assignment) => {
    const scope = await Effect.runPromise(Scope.make())
    const contexts = await Effect.runPromise(
      Effect.forEach(assignment.accounts, (account) => Layer.buildWithScope(layerOf(assignment, account), scope)).pipe(
        Effect.orDie
      )
    )
    const followed = new Followed()
    return {
      call: (step) => {
        const context: Context.Context<Services> = contexts[step.account ?? 0]!
        return Effect.runPromise(
          callOf(step, followed).pipe(
            Effect.catch((error) => Effect.succeed(reportError(error))),
            Effect.provide(context),
            Scope.provide(scope)
          )
        )
      },
      close: () => Effect.runPromise(Scope.close(scope, Exit.void))
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(driver)
