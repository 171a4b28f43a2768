/**
 * A local exchange over HTTP where something of everything has happened, long ago and just now, so that every operation
 * has something to be about. Its clock stands still; `refreshed` brings it back to what it was.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import * as Subaccounts from "@kalshi-effect/client/Subaccounts"
import * as Transfers from "@kalshi-effect/client/Transfers"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"

const hour = 3_600_000
const day = 24 * hour

/** Traded long ago and settled since; traded and settled just now; trading. */
export const tickers = { archived: "KXJUDGE-OLD-T1", settled: "KXJUDGE-NEW-T1", open: "KXJUDGE-NEW-T2" } as const
export const eventTicker = "KXJUDGE-NEW"
export const seriesTicker = "KXJUDGE"

/** No id of anything. */
export const nowhere = "00000000-0000-4000-8000-000000000000"

export interface Shape {
  /** With an RSA key, and of a tier that may do everything. */
  readonly trader: Sandbox.Credentials
  readonly counterparty: Sandbox.Credentials
  /** Of orders of the trader's that rest. */
  readonly orderIds: readonly [string, string]
  /** Of the group that the first of them is in. */
  readonly groupId: string
  readonly transferId: string
  /** Of a key of the trader's that is not used. */
  readonly spareKeyId: string
  /** Brings the exchange back to this. */
  readonly refreshed: Effect.Effect<void, Sandbox.SandboxError>
}

/** What there is on the exchange. */
export class World extends Context.Service<World, Shape>()("contract-tests/World") {}

/** An order for ten YES at forty cents. */
export const order = (ticker: string) =>
  ({
    ticker,
    side: "bid",
    count: "10.00",
    price: "0.4000",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross"
  }) as const satisfies Orders.CreateInput

/** The client, as one of the accounts: it sends once, and waits for no tokens. */
export const clientOf = (
  signer: Sandbox.Credentials["signer"],
  environment: Sandbox.Operator["environment"]
): Layer.Layer<Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite, never, HttpClient.HttpClient> =>
  Kalshi.layer({ environment, signer, limits: false, policy: { retry: SendPolicy.noRetry } })

const make = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const trader = yield* sandbox.createAccount({ name: "trader", kind: "rsa" })
  const counterparty = yield* sandbox.createAccount({ name: "counterparty" })
  const asTrader = Effect.provide(clientOf(trader.signer, sandbox.environment))
  const asCounterparty = Effect.provide(clientOf(counterparty.signer, sandbox.environment))

  /** Five contracts of an order of ten are taken; the other five are cancelled. */
  const trade = (ticker: string) =>
    Effect.gen(function* () {
      const { order_id } = yield* asTrader(Orders.create(order(ticker)))
      yield* asCounterparty(Orders.create({ ...order(ticker), side: "ask", count: "5.00" }))
      yield* asTrader(Orders.cancel({ order_id }))
    })
  const settle = (ticker: string) =>
    Effect.andThen(sandbox.determineMarket(ticker, "yes"), sandbox.settleMarket(ticker))

  yield* sandbox.createSeries({ ticker: seriesTicker, tags: ["Local"] })
  yield* sandbox.createMarket({ ticker: tickers.archived })
  yield* trade(tickers.archived)
  yield* settle(tickers.archived)
  yield* sandbox.moveClock(100 * day)

  yield* sandbox.createMarket({ ticker: tickers.settled })
  yield* sandbox.createMarket({ ticker: tickers.open })
  yield* sandbox.moveClock(hour)
  yield* trade(tickers.settled)
  yield* settle(tickers.settled)
  yield* trade(tickers.open)

  const { order_group_id } = yield* asTrader(OrderGroups.create({ contracts_limit: 1_000 }))
  const rest = (change: Partial<Orders.CreateInput>) =>
    Effect.map(asTrader(Orders.create({ ...order(tickers.open), ...change })), ({ order_id }) => order_id)
  const orderIds = [yield* rest({ order_group_id }), yield* rest({ side: "ask", price: "0.6000" })] as const

  yield* sandbox.createSubaccount(trader.accountId)
  const pocket = { from_subaccount: 0, to_subaccount: 1, amount_cents: 100_000 }
  yield* asTrader(Subaccounts.transfer({ ...pocket, client_transfer_id: "8c35ecb3-328f-4f52-8c7c-0f4b9862f8d1" }))
  const instance = { source: "event_contract", destination: "event_contract" } as const
  const { transfer_id } = yield* asTrader(
    Transfers.create({ ...instance, amount: 100_000, destination_exchange_shard: 1 })
  )
  yield* asTrader(Transfers.setTargetBalanceAllocation({ allocations: [{ exchange_index: 0, percent: 100 }] }))
  yield* sandbox.deposit(trader.accountId, "50")
  yield* sandbox.withdraw(trader.accountId, "10")
  const spare = yield* sandbox.createKey(trader.accountId, "ed25519", { name: "spare" })

  const snapshot = yield* sandbox.snapshot
  return World.of({
    trader,
    counterparty,
    orderIds,
    groupId: order_group_id,
    transferId: transfer_id,
    spareKeyId: spare.keyId,
    refreshed: sandbox.restore(snapshot)
  })
})

/** The exchange, its world, and an HTTP client that reaches it. */
export const layer: Layer.Layer<World | Sandbox.Sandbox | HttpClient.HttpClient> = Layer.orDie(
  Layer.effect(World, make).pipe(
    Layer.provideMerge(Layer.mergeAll(Sandbox.layer({ clock: "frozen" }), NodeHttpClient.layerUndici))
  )
)
