/** An account with the client's feed on a local exchange in memory. */
import * as Feed from "@kalshi-effect/client/Feed"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as Orders from "@kalshi-effect/client/Orders"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { type Credentials, type Operator, Sandbox } from "../../src/Sandbox.ts"

export const ticker = "KXFEED-26-YES"

export type Needs = Sandbox | HttpClient.HttpClient | Socket.WebSocketConstructor

/** The default order of the tests: 5 YES at 40 cents. */
export const bid = {
  ticker,
  side: "bid",
  count: "5",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross"
} as const

export interface Trader {
  readonly sandbox: Operator
  readonly me: Credentials
  readonly place: (order?: Partial<Orders.CreateInput>) => Effect.Effect<unknown, unknown, HttpClient.HttpClient>
}

/** Runs a test with the feed of one account. The random waits before a new connection are the same in each run. */
export const trading = <E>(
  test: (trader: Trader) => Effect.Effect<void, E, Needs | Feed.KalshiFeed | Scope.Scope>,
  options: Partial<Feed.Options> = {}
) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox
    yield* sandbox.createMarket({ ticker })
    const me = yield* sandbox.createAccount()
    const { environment } = sandbox
    const place = (order: Partial<Orders.CreateInput> = {}) =>
      Orders.create({ ...bid, ...order }).pipe(Effect.provide(Kalshi.layer({ environment, signer: me.signer })))
    return yield* test({ sandbox, me, place }).pipe(
      Effect.provide(Feed.layer({ environment, signer: me.signer, ...options }))
    )
  }).pipe(Effect.scoped, Random.withSeed("feed"))

export const collect = <A, E, R>(stream: Stream.Stream<A, E, R>) =>
  Effect.gen(function* () {
    const events: Array<A> = []
    const fiber = yield* Effect.forkScoped(
      Stream.runForEach(stream, (event) => Effect.sync(() => void events.push(event))),
      { startImmediately: true }
    )
    return { events, fiber }
  })

/** Advances the test clock in steps of 10 ms until a condition holds. */
export const eventually = (condition: Effect.Effect<boolean, unknown>, within = 60_000) =>
  Effect.gen(function* () {
    for (let millis = 0; !(yield* condition); millis += 10) {
      if (millis > within) return yield* Effect.die(new Error("the condition did not hold in time"))
      yield* TestClock.adjust(10)
    }
  })

export const until = (condition: () => boolean, within?: number) => eventually(Effect.sync(condition), within)

/** These waits are short enough to reconnect even if there is a fault every second. */
export const fast = { minBackoffMillis: 20, maxBackoffMillis: 100 }

export const randomOf = (seed: number) => {
  let state = seed
  return (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
