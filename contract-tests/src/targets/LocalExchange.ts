/**
 * A local exchange in memory. Each operation runs on the freshly seeded state. The time on the exchange does not
 * advance between calls, so the same call has the same response in every process.
 *
 * @module
 */
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as SendPolicy from "@kalshi-effect/client/SendPolicy"
import * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { ClientOperation } from "../operations/ClientOperations.ts"
import * as VirtualTime from "../runner/VirtualTime.ts"
import type { Traffic } from "./Judging.ts"
import * as Tap from "./Tap.ts"
import { makeWorld, seedingMillis, signerOf, type World } from "./World.ts"

export interface LocalExchange {
  readonly world: World
  /** Calls an operation on the freshly seeded exchange. `signerOf` chooses the account. */
  readonly call: (client: ClientOperation, input: unknown) => Traffic
}

const startMillis = 1_790_000_000_000

const resultOf = <A, E>(fiber: Fiber.Fiber<A, E>): A => {
  const exit = fiber.pollUnsafe()
  if (exit === undefined) throw new Error("a program on the local exchange did not end")
  if (Exit.isFailure(exit)) throw new Error("the local exchange failed", { cause: exit.cause })
  return exit.value
}

/** Makes and seeds the exchange. `through` can wrap the transport between the client and the exchange. */
export const make = (
  through: (http: HttpClient.HttpClient) => HttpClient.HttpClient = (http) => http
): LocalExchange => {
  const time = VirtualTime.make(startMillis)
  const seeding = time.fork(
    Effect.gen(function* () {
      const context = yield* Layer.build(Sandbox.layerTest()).pipe(
        Effect.provideService(Scope.Scope, yield* Scope.make())
      )
      const sandbox = Context.get(context, Sandbox.Sandbox)
      const http = Context.get(context, HttpClient.HttpClient)
      const world = yield* Effect.provide(makeWorld(Effect.sleep), context)
      return { sandbox, http, world, snapshot: yield* sandbox.snapshot }
    })
  )
  time.advanceTo(startMillis + seedingMillis)
  const { http, sandbox, snapshot, world } = resultOf(seeding)
  const tap = Tap.make(through(http))
  const clientOf = ({ signer }: Sandbox.Credentials) =>
    Kalshi.layer({
      environment: sandbox.environment,
      signer,
      limits: false,
      policy: { retry: SendPolicy.noRetry }
    }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, tap.http)))
  const clients = new Map([world.signer, world.fcmMember].map((account) => [account, clientOf(account)]))
  return {
    world,
    call: ({ descriptor, operation }, input) => {
      tap.take()
      const account = signerOf(world, descriptor.path)
      const kalshi = clients.get(account) ?? clientOf(account)
      const result = resultOf(
        time.fork(Effect.andThen(sandbox.restore(snapshot), Effect.provide(Effect.result(operation(input)), kalshi)))
      )
      return { exchanged: tap.take(), result }
    }
  }
}
