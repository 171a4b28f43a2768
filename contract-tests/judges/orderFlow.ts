/**
 * Creates order flow on a running local exchange, so that kalshi-sdk receives every kind of message.
 *
 * Arguments: the address of the exchange, a folder, and the number of book changes per second (default: 40). The
 * program creates an account for kalshi-sdk, makes it an FCM member, and writes the account's key into the folder
 * (`key-id`, `key.pem`). Then it prints `order flow runs`, and trades until SIGTERM. The first four open markets trade
 * every second. Every book has large orders on both sides. At the end, the program prints how often each step ran. It
 * fails if a step failed for a reason other than a pause.
 *
 * @module
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Markets from "@kalshi-effect/client/Markets"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Quotes from "@kalshi-effect/client/Quotes"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type As, createAccount, makeAs, order, Rejected, sendAsOperator } from "./operator.ts"

const tickMillis = 50
const tradedMarkets = 4
/**
 * The number of markets with RFQs. The first market has none, because kalshi-sdk creates its own RFQs there. An RFQ
 * stays open for 15 seconds after its quote is confirmed. The program creates fewer than ten RFQs in 15 seconds, so no
 * market has two open RFQs.
 */
const quotedMarkets = 10

/** Places a bid and an ask that keep resting, because no other order trades at their prices. */
const placeBothSides = (ticker: string) =>
  Orders.batchCreate({
    orders: [
      { ...order, ticker, side: "bid", price: "0.10", count: "1000" },
      { ...order, ticker, side: "ask", price: "0.90", count: "1000" }
    ]
  })

const trade = (ticker: string, judged: As, other: As) =>
  Effect.gen(function* () {
    const taking = { ...order, ticker, count: "1", time_in_force: "immediate_or_cancel" } as const
    yield* judged(Orders.create({ ...order, ticker, side: "bid", price: "0.45", count: "1" }))
    yield* other(Orders.create({ ...taking, side: "ask", price: "0.45" }))
    yield* judged(Orders.create({ ...order, ticker, side: "ask", price: "0.55", count: "1" }))
    yield* other(Orders.create({ ...taking, side: "bid", price: "0.55" }))
    const { order_id } = yield* judged(Orders.create({ ...order, ticker, side: "bid", price: "0.30", count: "2" }))
    yield* judged(Orders.cancel({ order_id, exchange_index: 0 }))
  })

/** Changes the books with orders that do not trade, because the prices of bids and asks are far apart. */
const makeBookChanges = (tickers: ReadonlyArray<string>, changesPerSecond: number) => {
  const perTick = Math.max(1, Math.round((changesPerSecond * tickMillis) / 2_000))
  const resting: Array<string> = []
  let placed = 0
  const next = () => {
    const round = Math.floor(placed / tickers.length)
    const ticker = tickers[placed++ % tickers.length]!
    const [side, base] = round % 2 === 0 ? (["bid", 20] as const) : (["ask", 70] as const)
    return {
      ...order,
      ticker,
      side,
      price: FixedPoint.fromMicros(BigInt(base + ((round >> 1) % 10)) * 10_000n),
      count: "1"
    } as const
  }
  return Effect.gen(function* () {
    const { orders } = yield* Orders.batchCreate({ orders: Array.from({ length: perTick }, next) })
    for (const { error, order_id } of orders) {
      if (error != null || order_id === undefined) return yield* new Rejected({ code: error?.code ?? "no order id" })
      resting.push(order_id)
    }
    const oldest = resting.splice(0, Math.max(0, resting.length - 4 * tickers.length))
    if (oldest.length > 0) {
      yield* Orders.batchCancel({ orders: oldest.map((order_id) => ({ order_id, exchange_index: 0 })) })
    }
  })
}

const changeGroup = Effect.gen(function* () {
  const { order_group_id } = yield* OrderGroups.create({ contracts_limit: 10 })
  yield* OrderGroups.updateLimit({ order_group_id, contracts_limit: 20 })
  yield* OrderGroups.trigger({ order_group_id })
  yield* OrderGroups.reset({ order_group_id })
  yield* OrderGroups.delete({ order_group_id })
})

const makeQuoting = (tickers: ReadonlyArray<string>, judged: As, other: As) => {
  let round = 0
  return Effect.gen(function* () {
    const market_ticker = tickers[round % tickers.length]!
    const isAccepted = round++ % 2 === 0
    const request = { market_ticker, contracts_fp: "1", rest_remainder: false, replace_existing: true } as const
    const { id: rfq_id } = yield* judged(Rfqs.create(request))
    const quote = { rfq_id, yes_bid: "0.44", no_bid: "0.44", rest_remainder: false } as const
    const { id: quote_id } = yield* other(Quotes.create(quote))
    if (isAccepted) {
      yield* judged(Quotes.accept({ rfq_id, quote_id, accepted_side: "yes" }))
      yield* other(Quotes.confirm({ rfq_id, quote_id }))
    } else {
      yield* other(Quotes.delete({ rfq_id, quote_id }))
      yield* judged(Rfqs.delete({ rfq_id }))
    }
  })
}

/** Creates markets and settles them before they open, so that no list of open markets contains them. */
const makeCatalog = (url: string) => {
  let round = 0
  return Effect.gen(function* () {
    round += 1
    const openMillis = Date.now() + 3_600_000
    const eventTicker = `KXMVEFLOW-26-${round}`
    yield* sendAsOperator(url, "events", { eventTicker, multivariate: true })
    const created = [
      { ticker: `KXFLOW-26-${round}`, openMillis },
      { ticker: `${eventTicker}-A`, eventTicker, openMillis }
    ]
    for (const market of created) {
      yield* sendAsOperator(url, "markets", market)
      yield* sendAsOperator(url, `markets/${market.ticker}/determine`, { outcome: "no" })
      yield* sendAsOperator(url, `markets/${market.ticker}/settle`, {})
    }
  })
}

class Tally {
  readonly done = new Map<string, number>()
  readonly rejected = new Map<string, number>()
  /** Whether a step failed. A refusal because of a pause does not count. */
  failed = false

  repeat<E, R>(name: string, everyMillis: number, step: Effect.Effect<unknown, E, R>): Effect.Effect<void, never, R> {
    const count = (counts: Map<string, number>, key: string) => void counts.set(key, (counts.get(key) ?? 0) + 1)
    const counted = Effect.match(step, {
      onSuccess: () => count(this.done, name),
      onFailure: (error) => {
        const reason = reasonOf(error)
        this.failed ||= !/exchange_is_paused|trading_is_paused/.test(reason)
        count(this.rejected, `${name}: ${reason}`)
      }
    })
    return Effect.asVoid(Effect.repeat(counted, Schedule.fixed(everyMillis)))
  }

  lines(): ReadonlyArray<string> {
    return [
      ...Array.from(this.done, ([name, times]) => `  ${name}: ${times}`),
      ...Array.from(this.rejected, ([reason, times]) => `  REJECTED ${times} × ${reason}`)
    ]
  }
}

const reasonOf = (error: unknown): string => {
  const { _tag, code, message } = Object(error) as {
    readonly _tag?: unknown
    readonly code?: unknown
    readonly message?: unknown
  } // The fields can have any type, because they are only printed.
  return [_tag, code ?? message].filter((part) => typeof part === "string").join(" ")
}

const runFlow = (url: string, folder: string, changesPerSecond: number) =>
  Effect.gen(function* () {
    const judgedKey = yield* createAccount(url, "judged", "rsa")
    yield* sendAsOperator(url, `accounts/${judgedKey.accountId}/fcm`, {})
    const judged = yield* makeAs(url, judgedKey)
    const other = yield* makeAs(url, yield* createAccount(url, "other", "ed25519"))
    const { markets } = yield* judged(Markets.list({ status: "open", limit: 1_000 }))
    const tickers = markets.map(({ ticker }) => ticker)
    yield* Effect.forEach(tickers, (ticker) => other(placeBothSides(ticker)), { discard: true })
    writeFileSync(join(folder, "key.pem"), judgedKey.privateKey, { mode: 0o600 })
    writeFileSync(join(folder, "key-id"), judgedKey.keyId)
    yield* Console.log(`order flow runs on ${tickers.length} markets, ${changesPerSecond} book changes per second`)
    const traded = tickers.slice(0, tradedMarkets)
    const tally = new Tally()
    yield* Effect.raceFirst(
      Effect.all(
        [
          ...traded.map((ticker) => tally.repeat("trades", 1_000, trade(ticker, judged, other))),
          tally.repeat("book changes", tickMillis, other(makeBookChanges(tickers, changesPerSecond))),
          tally.repeat("order groups", 1_000, judged(changeGroup)),
          tally.repeat("quotes", 2_000, makeQuoting(tickers.slice(1, 1 + quotedMarkets), judged, other)),
          tally.repeat("markets", 2_000, makeCatalog(url))
        ],
        { concurrency: "unbounded", discard: true }
      ),
      Effect.callback<void>((resume) => void process.once("SIGTERM", () => resume(Effect.void)))
    )
    yield* Console.log(["order flow ended", ...tally.lines()].join("\n"))
    return tally.failed
  })

const [url = "", folder = "", changesPerSecond = "40"] = process.argv.slice(2)
const failed = await Effect.runPromise(
  runFlow(url, folder, Number(changesPerSecond)).pipe(Effect.scoped, Effect.provide(NodeHttpClient.layerUndici))
)
process.exit(failed ? 1 : 0)
