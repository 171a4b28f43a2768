/**
 * Adds historical data to a running local exchange. One market was traded and settled a hundred days ago, so that the
 * historical operations return markets, trades, fills, orders and positions. The program also adds a multivariate
 * collection of two events, and a game with two teams.
 *
 * Argument: the address of the exchange. The program creates a second exchange with the same markets, and executes the
 * historical commands on it. Then it restores a snapshot of the second exchange in the running exchange. The running
 * exchange loses its accounts.
 *
 * @module
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type { CreateOrder } from "@kalshi-effect/sandbox/Commands"
import { Exchange } from "@kalshi-effect/sandbox/Exchange"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Schema from "effect/Schema"
import { sendAsOperator } from "./operator.ts"

const ageMillis = 100 * 86_400_000
const ticker = "KXPAST-26-YES"
/** A market of a second event, so that a combo can have legs of two events. */
const otherTicker = "KXLEG-26-YES"

const order: Omit<CreateOrder, "side" | "price"> = {
  ticker,
  count: 500,
  clientOrderId: undefined,
  timeInForce: "good_till_canceled",
  selfTradePrevention: "taker_at_cross",
  expirationSeconds: undefined,
  postOnly: false,
  reduceOnly: false,
  cancelOnPause: false,
  subaccount: 0,
  orderGroupId: undefined,
  exchangeIndex: undefined
}

const makeExchange = (tickers: ReadonlyArray<string>, pastMillis: number) =>
  Effect.gen(function* () {
    const exchange = new Exchange({ seed: 7 })
    const run: typeof exchange.execute = (command, atMillis) => exchange.execute(command, atMillis)
    // Lists start with the newest market. The client under test trades on the first open market, so `otherTicker` is
    // created first.
    for (const ticker of [otherTicker, ...tickers]) {
      yield* Effect.fromResult(run({ type: "createMarket", market: { ticker } }, pastMillis))
    }
    yield* Effect.fromResult(run({ type: "createMarket", market: { ticker } }, pastMillis))
    const maker = yield* Effect.fromResult(run({ type: "createAccount", name: "past maker" }, pastMillis))
    const taker = yield* Effect.fromResult(run({ type: "createAccount", name: "past taker" }, pastMillis))
    for (const price of [4_000, 4_500, 6_000]) {
      const place = ({ accountId }: typeof maker, side: "bid" | "ask") =>
        Effect.fromResult(run({ type: "createOrder", accountId, order: { ...order, side, price } }, pastMillis))
      yield* place(maker, "ask")
      yield* place(taker, "bid")
    }
    yield* Effect.fromResult(run({ type: "determineMarket", ticker, outcome: "yes" }, pastMillis))
    yield* Effect.fromResult(run({ type: "settleMarket", ticker }, pastMillis))
    const targetIds: Array<string> = []
    for (const name of ["Boston", "Denver"]) {
      const target = { name, type: "football_team", details: { league: "Pro Football" } }
      targetIds.push((yield* Effect.fromResult(run({ type: "createStructuredTarget", target }, pastMillis))).targetId)
    }
    const milestone = { type: "football_game", startMillis: pastMillis, primaryEventTickers: ["KXPAST-26"], targetIds }
    yield* Effect.fromResult(run({ type: "createMilestone", milestone }, pastMillis))
    const associatedEvents = [otherTicker, ...tickers.slice(0, 1)].map((ticker) => ({ eventTicker: eventOf(ticker) }))
    const collection = { collectionTicker: "KXMVEJUDGE-R", associatedEvents }
    yield* Effect.fromResult(run({ type: "createCollection", collection }, pastMillis))
    return exchange
  })

/** By default, the exchange names a market's event like the market, without the last part. */
const eventOf = (ticker: string): string => ticker.slice(0, ticker.lastIndexOf("-"))

const OpenMarkets = Schema.Struct({ markets: Schema.Array(Schema.Struct({ ticker: Schema.String })) })

const givePast = (url: string) =>
  Effect.gen(function* () {
    const response = yield* HttpClient.execute(HttpClientRequest.get(`${url}/trade-api/v2/markets?limit=1000`))
    const { markets } = yield* Effect.flatMap(response.json, Schema.decodeUnknownEffect(OpenMarkets))
    const nowMillis = yield* Clock.currentTimeMillis
    const tickers = markets.map(({ ticker }) => ticker).toReversed() // in the order of their creation
    const exchange = yield* makeExchange(tickers, nowMillis - ageMillis)
    yield* sendAsOperator(url, "snapshot", exchange.snapshot(nowMillis), "PUT")
    yield* Console.log(`${ticker} was traded and settled a hundred days ago`)
  })

const [url = ""] = process.argv.slice(2)
await Effect.runPromise(givePast(url).pipe(Effect.provide(NodeHttpClient.layerUndici)))
