/**
 * A bot that runs until it is stopped. It places three orders in a market, and prints the tags of the first two results.
 *
 * @module
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const ticker = process.argv[2] ?? ""

const kalshi = Layer.provide(Kalshi.layerConfig, [NodeHttpClient.layerUndici, NodeServices.layer])

const bot = Effect.gen(function* () {
  const outcomes = yield* Orders.placeAll([
    Orders.buyYes({ ticker, count: "10", yes_price: "0.45" }),
    Orders.buyNo({ ticker, count: "10", no_price: "0.45" })
  ])
  yield* Orders.create({
    ticker,
    side: "bid",
    count: "10",
    price: "0.40",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross"
  })
  yield* Console.log(outcomes.map(({ _tag }) => _tag).join(" "))
  return yield* Effect.never
})

NodeRuntime.runMain(bot.pipe(Effect.provide(Layer.provideMerge(Orders.cancelAllOnExit(), kalshi))))
