/**
 * A process that trades as fast as its limiter permits. The first message that it receives is its setting. It sends
 * `learned` once it has fetched the account's budget. Each further message starts a run of that many milliseconds,
 * after which the process sends the outcome.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as Environment from "@kalshi-effect/client/Environment"
import * as Kalshi from "@kalshi-effect/client/Kalshi"
import * as OrderGroups from "@kalshi-effect/client/OrderGroups"
import * as Orders from "@kalshi-effect/client/Orders"
import * as RateLimits from "@kalshi-effect/client/RateLimits"
import * as RateLimitsRedis from "@kalshi-effect/client/RateLimitsRedis"
import * as ApiKey from "@kalshi-effect/signing/ApiKey"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

export interface Setting {
  readonly url: string
  readonly ticker: string
  readonly keyId: string
  readonly privateKey: string
  /** The port of the Redis server that holds the shared budget. Undefined if the budget is not shared. */
  readonly redisPort: number | undefined
  /** How far this process's clock is ahead. */
  readonly aheadMillis: number
  /** The capacity of the account's write bucket. */
  readonly capacity: number
}

export interface Outcome {
  /** The number of successful reads, and of successful pairs of a create and its cancel. */
  readonly succeeded: number
  /** The number of failed calls by the tag of the error. */
  readonly failed: Readonly<Record<string, number>>
}

const fibersOfAKind = 64

const received = <A>(): Promise<A> =>
  new Promise((resolve) => process.once("message", (message) => resolve(message as A))) // the types of the messages are in this file

const { aheadMillis, capacity, keyId, privateKey, redisPort, ticker, url } = await received<Setting>()

const ahead = Effect.clockWith((clock) => {
  const nanos = BigInt(aheadMillis) * 1_000_000n
  return Effect.succeed<Clock.Clock>({
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + aheadMillis,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + aheadMillis),
    currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + nanos,
    currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + nanos),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe() + nanos,
    monotonicTimeNanos: Effect.map(clock.monotonicTimeNanos, (now) => now + nanos),
    sleep: (duration) => clock.sleep(duration)
  })
})

const order: Orders.CreateInput = {
  ticker,
  side: "bid",
  count: "1",
  price: "0.40",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  exchange_index: 0
}

/** Costs twelve tokens of shard 0's write bucket. */
const write = Effect.flatMap(Orders.create(order), ({ order_id }) => Orders.cancel({ order_id, exchange_index: 0 }))

/** Costs ten tokens of the read bucket. */
const read = OrderGroups.list()

/**
 * Makes calls until the limiter has fetched the account's budget. From then on, a batch that is larger than the write
 * bucket has an infinite wait.
 */
const learn = Effect.gen(function* () {
  const tooLarge = { orders: Array.from({ length: capacity / 10 + 1 }, () => order) }
  for (let i = 0; i < 6; i++) yield* Effect.andThen(write, read)
  while (Number.isFinite(yield* RateLimits.waitFor(Orders.batchCreate, tooLarge))) yield* Effect.sleep("10 millis")
})

const trade = (runMillis: number) =>
  Effect.gen(function* () {
    const failed: Record<string, number> = {}
    let succeeded = 0
    const end = performance.now() + runMillis
    const forever = <E extends { readonly _tag: string }, R>(call: Effect.Effect<unknown, E, R>) =>
      Effect.whileLoop({
        while: () => performance.now() < end,
        body: () =>
          Effect.match(call, {
            onSuccess: () => void succeeded++,
            onFailure: ({ _tag }) => void (failed[_tag] = (failed[_tag] ?? 0) + 1)
          }),
        step: () => {}
      })
    const fibers = Array.from({ length: fibersOfAKind }, () => [forever(write), forever(read)]).flat()
    yield* Effect.all(fibers, { concurrency: "unbounded", discard: true })
    return { succeeded, failed } satisfies Outcome
  })

const program = Effect.gen(function* () {
  yield* learn
  process.send?.("learned")
  for (;;) {
    const runMillis = yield* Effect.promise(() => received<number>())
    process.send?.(yield* trade(runMillis))
  }
})

const apiKey = await Effect.runPromise(ApiKey.fromPem({ keyId, privateKey: Redacted.make(privateKey) }))
const kalshi = Kalshi.layer({
  environment: Result.getOrThrow(Environment.fromUrl(url)),
  signer: Signer.fromApiKey(apiKey),
  limits: { account: "one" }
}).pipe(Layer.provide(NodeHttpClient.layerUndici))
const limited =
  redisPort === undefined
    ? kalshi
    : kalshi.pipe(
        // A long timeout: on a busy machine, Redis may be slow.
        Layer.provide(RateLimitsRedis.layer({ timeout: "5 seconds" })),
        Layer.provide(NodeRedis.layer({ url: `redis://127.0.0.1:${redisPort}` }))
      )

process.on("disconnect", () => process.exit())
await Effect.runPromise(
  Effect.flatMap(ahead, (clock) => program.pipe(Effect.provide(limited), Effect.provideService(Clock.Clock, clock)))
)
