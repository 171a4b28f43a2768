/**
 * Runs a seeded exchange over HTTP for external tools. The clock of the exchange stands still. `refreshed` restores its
 * seeded state.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import * as Transfers from "@kalshi-effect/client/Transfers"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Exchange from "../../../src/targets/World.ts"

export const unknownId = "00000000-0000-4000-8000-000000000000"

export interface Shape extends Exchange.World {
  /** The id of a resting order of the signer. */
  readonly orderId: string
  /** Returns an RSA key: the key of the FCM member if the path is of an FCM operation, otherwise the key of the signer. */
  readonly rsaOf: (path: string) => Sandbox.Credentials
  readonly refreshed: Effect.Effect<void, Sandbox.SandboxError>
}

export class World extends Context.Service<World, Shape>()("contract-tests/World") {}

export const order = (ticker: string) =>
  ({
    ticker,
    side: "bid",
    count: "10.00",
    price: "0.4000",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross"
  }) as const satisfies Orders.CreateInput

export const clientOf = (
  signer: Sandbox.Credentials["signer"],
  environment: Sandbox.Operator["environment"]
): Layer.Layer<Kalshi.KalshiPublic | Kalshi.KalshiRead | Kalshi.KalshiWrite, never, HttpClient.HttpClient> =>
  Kalshi.layer({ environment, signer, limits: false, policy: { retry: SendPolicy.noRetry } })

const make = Effect.gen(function* () {
  const sandbox = yield* Sandbox.Sandbox
  const world = yield* Exchange.makeWorld(sandbox.moveClock)
  const { groupId, signer, ticker } = world
  const asSigner = Effect.provide(clientOf(signer.signer, sandbox.environment))
  const { order_id } = yield* asSigner(Orders.create({ ...order(ticker), price: "0.3900", order_group_id: groupId }))
  yield* asSigner(Transfers.setTargetBalanceAllocation({ allocations: [{ exchange_index: 0, percent: 100 }] }))
  const rsa = yield* sandbox.createKey(signer.accountId, "rsa")
  const fcmRsa = yield* sandbox.createKey(world.fcmMember.accountId, "rsa")
  const rsaOf = (path: string) => (Exchange.signerOf(world, path) === signer ? rsa : fcmRsa)
  const snapshot = yield* sandbox.snapshot
  return World.of({ ...world, orderId: order_id, rsaOf, refreshed: sandbox.restore(snapshot) })
})

export const layer: Layer.Layer<World | Sandbox.Sandbox | HttpClient.HttpClient> = Layer.orDie(
  Layer.effect(World, make).pipe(
    Layer.provideMerge(Layer.mergeAll(Sandbox.layer({ clock: "frozen" }), NodeHttpClient.layerUndici))
  )
)
