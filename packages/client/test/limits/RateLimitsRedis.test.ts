import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Clock, type Context, Effect, Fiber, Layer, Logger, type Scope } from "effect"
import { Redis } from "effect/persistence"
import * as fc from "fast-check"
import * as memory from "../../src/limits/memory.ts"
import * as Kalshi from "../../src/Kalshi.ts"
import * as OrderGroups from "../../src/rest/OrderGroups.ts"
import type * as RateLimits from "../../src/limits/RateLimits.ts"
import * as RateLimitsRedis from "../../src/limits/RateLimitsRedis.ts"
import { Exchange as Metered, layerExchange } from "../support/exchange.ts"
import { holds } from "../support/laws.ts"
import * as redis from "../support/redis.ts"
import { concurrently } from "../support/run.ts"
import { environment, signer } from "../support/scripted.ts"

/** Refills so slowly that the duration of a test does not matter. */
const slowBudget = { refillRate: 1e-9, capacity: 100, learned: true }

let wants = 0
const wantOf = (cost: number, more: Partial<RateLimits.Want> = {}): RateLimits.Want => ({
  id: `want-${wants++}`,
  account: "a",
  buckets: [{ name: "write", ...slowBudget }],
  cost,
  urgent: false,
  forced: false,
  waitedMillis: 0,
  latencyMillis: 0,
  ...more
})

/** A store with its own connection, as in a separate process. */
const storeOf = (server: redis.RedisServer, options?: RateLimitsRedis.Options) =>
  Effect.gen(function* () {
    const context = yield* Layer.build(redis.layer(server.port))
    return yield* Effect.provide(RateLimitsRedis.make(options), context)
  })

const missing = redis.missing

describe.skipIf(missing !== undefined)(
  `RateLimitsRedis, with a redis-server${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    const test = (name: string, body: (server: redis.RedisServer) => Effect.Effect<void, unknown, Scope.Scope>) =>
      it.live(name, () => Effect.scoped(Effect.flatMap(redis.serve, body)), 60_000)

    test("shares one budget between processes, and separates accounts", (server) =>
      Effect.gen(function* () {
        const [one, two] = [yield* storeOf(server), yield* storeOf(server)]
        assert.strictEqual(yield* one.take(wantOf(60)), 0)
        assert.isAbove(yield* two.take(wantOf(60)), 0)
        assert.strictEqual(yield* two.take(wantOf(60, { account: "b" })), 0)
      }))

    test("serves calls of all processes in the order of arrival, after urgent calls", (server) =>
      Effect.gen(function* () {
        const [one, two] = [yield* storeOf(server), yield* storeOf(server)]
        yield* one.take(wantOf(90))
        const first = wantOf(20)
        assert.isAbove(yield* one.take(first), 0)
        // The remaining ten tokens are reserved for the first call.
        const second = wantOf(10)
        assert.isAbove(yield* two.take(second), 0)
        assert.isAbove(yield* two.take(wantOf(10, { waitedMillis: -1 })), 0)
        assert.strictEqual(yield* two.take(wantOf(2, { urgent: true })), 0)
        // The call that has waited longest goes first, whichever process it belongs to.
        assert.strictEqual(yield* two.take(wantOf(2, { waitedMillis: 60_000 })), 0)
        yield* one.giveUp(first)
        assert.strictEqual(yield* two.take({ ...second, cost: 6 }), 0)
      }))

    test("takes tokens from all buckets of a call or from none, and queues a waiting call in each of them", (server) =>
      Effect.gen(function* () {
        const store = yield* storeOf(server)
        const bucket = (name: string) => ({ name, ...slowBudget })
        yield* store.take(wantOf(95, { buckets: [bucket("write")] }))
        const routed = wantOf(10, { buckets: [bucket("write"), bucket("write/1")] })
        assert.isAbove(yield* store.take(routed), 0)
        assert.strictEqual(yield* store.take(wantOf(90, { buckets: [bucket("write/1")] })), 0)
        assert.isAbove(yield* store.take(wantOf(10, { buckets: [bucket("write/1")] })), 0)
      }))

    test("uses a fetched budget for all processes, even for those that know only the default limits", (server) =>
      Effect.gen(function* () {
        const [fetched, unfetched] = [yield* storeOf(server), yield* storeOf(server)]
        const buckets = (capacity: number, learned: boolean) => [{ name: "write", refillRate: 1e-9, capacity, learned }]
        yield* fetched.take(wantOf(500, { buckets: buckets(5_000, true) }))
        assert.strictEqual(yield* unfetched.take(wantOf(100, { buckets: buckets(100, false) })), 0)
        assert.strictEqual(yield* fetched.take(wantOf(4_400, { buckets: buckets(5_000, true) })), 0)
      }))

    test("empties a bucket, and returns unspent tokens up to the capacity", (server) =>
      Effect.gen(function* () {
        const store = yield* storeOf(server)
        const taken = wantOf(30)
        yield* store.take(taken)
        yield* store.giveBack(taken)
        yield* store.giveBack(taken)
        assert.isAbove(yield* store.waitFor(wantOf(100.1)), 0)
        assert.strictEqual(yield* store.waitFor(wantOf(100)), 0)
        yield* store.drain(taken)
        assert.isAbove(yield* store.waitFor(wantOf(0.1)), 0)
      }))

    test("continues after the server loses its scripts", (server) =>
      Effect.gen(function* () {
        const context = yield* Layer.build(redis.layer(server.port))
        const store = yield* Effect.provide(RateLimitsRedis.make(), context)
        yield* store.take(wantOf(60))
        yield* Effect.provide(
          Redis.Redis.use(({ send }) => send("SCRIPT", "FLUSH")),
          context
        )
        assert.isAbove(yield* store.take(wantOf(60)), 0)
      }))

    test("continues after a clock is set back, and forgets calls of ended processes", (server) =>
      Effect.gen(function* () {
        const context = yield* Layer.build(redis.layer(server.port))
        const store = yield* Effect.provide(RateLimitsRedis.make(), context)
        const send = (...command: readonly [string, ...Array<string>]) =>
          Effect.provide(
            Redis.Redis.use((service) => service.send<unknown>(...command)),
            context
          )
        const micros = Date.now() * 1000
        const ahead = micros + 3_600_000_000
        yield* send("HSET", "kalshi-limits:{a}", "b:write", `50 ${ahead} 0 0 0 0 ${ahead} 0`)
        yield* send("HSET", "kalshi-limits:{a}", "p:died", `1 ${micros - 5_000_000} ${micros - 1} 40 write`)
        assert.strictEqual(yield* store.take(wantOf(50)), 0)
        assert.strictEqual(yield* send("HEXISTS", "kalshi-limits:{a}", "p:died"), 0)
        // Only the script sets an expiry, so the server decided, not the buckets in memory.
        assert.isAbove(Number(yield* send("PTTL", "kalshi-limits:{a}")), 0)
      }))

    test("uses buckets in memory while the server is unavailable, and logs that once", (server) =>
      Effect.gen(function* () {
        const logged: Array<string> = []
        const logger = Logger.make(({ message }) => void logged.push(String(message)))
        yield* Effect.gen(function* () {
          const store = yield* storeOf(server, { timeout: "100 millis" })
          yield* store.take(wantOf(60))
          yield* server.hang
          // The bucket in memory is full, because it does not count the tokens that the server has already given.
          const alone = wantOf(60)
          assert.strictEqual(yield* store.take(alone), 0)
          const refused = wantOf(60)
          assert.isAbove(yield* store.take(refused), 0)
          yield* store.giveUp(refused)
          yield* store.giveBack(alone)
          assert.strictEqual(yield* store.waitFor(wantOf(60)), 0)
          assert.strictEqual(logged.length, 1)
          assert.include(logged[0], "Redis is unavailable")
          yield* server.resume
          yield* Effect.sleep("1100 millis")
          // `alone` took its tokens from memory. Returning them added nothing to the server's bucket.
          assert.isAbove(yield* store.take(wantOf(60)), 0)
          assert.strictEqual(yield* store.take(wantOf(0.5, { urgent: true })), 0)
          assert.strictEqual(logged.length, 1)
        }).pipe(Effect.provide(Logger.layer([logger])))
      }))

    test("counts a server as available even if this process was blocked while it waited for the response", (server) =>
      Effect.gen(function* () {
        const store = yield* storeOf(server, { timeout: "100 millis" })
        yield* store.take(wantOf(60))
        const fiber = yield* Effect.forkChild(store.take(wantOf(60)), { startImmediately: true })
        // Blocks this thread during the first of the timeout's two sleeps. The store reads the response during the
        // second.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
        assert.isAbove(yield* Fiber.join(fiber), 0)
      }))

    test("takes tokens from memory while the server hangs, even if the call is uninterruptible", (server) =>
      Effect.gen(function* () {
        const store = yield* storeOf(server, { timeout: "100 millis" })
        yield* server.hang
        const taken = yield* Effect.uninterruptible(store.take(wantOf(10)))
        assert.strictEqual(taken, 0)
        yield* server.resume
      }))

    it("decides like the store in memory, whenever the calls come", { timeout: 60_000 }, () =>
      Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const server = yield* redis.serve
            const context = yield* Layer.build(redis.layer(server.port))
            const inRedis = yield* Effect.provide(RateLimitsRedis.make(), context)
            const bucket = fc.constantFrom("read", "write", "write/1")
            const step = fc.record({
              command: fc.constantFrom("take", "take", "take", "arrived", "giveUp", "giveBack", "drain", "waitFor"),
              id: fc.integer({ min: 0, max: 5 }),
              cost: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 120 })),
              urgent: fc.boolean(),
              waited: fc.constantFrom(0, 1, 2),
              latency: fc.constantFrom(0, 1, 3),
              passes: fc.constantFrom(0, 0, 1, 2, 7),
              buckets: fc.uniqueArray(bucket, { minLength: 1, maxLength: 3 }),
              learned: fc.boolean()
            })
            const steps = fc.array(step, { minLength: 1, maxLength: 40, size: "max" })
            let runs = 0
            yield* Effect.promise(() =>
              holds("decides like the store in memory, whenever the calls come", steps, (program) =>
                Effect.gen(function* () {
                  const inMemory = memory.make()
                  const account = `run ${runs++}`
                  const { clock, pass } = makeClock()
                  for (const { command, buckets, cost, id, latency, learned, passes, urgent, waited } of program) {
                    pass(passes * unitMillis)
                    yield* passInRedis(context, account, passes * unitMillis)
                    const want = wantOf(cost, {
                      id: String(id),
                      account,
                      urgent,
                      waitedMillis: waited * unitMillis,
                      latencyMillis: latency * unitMillis,
                      buckets: buckets.map((name) => ({
                        name,
                        refillRate: 5_000 / unitMillis,
                        capacity: learned ? 100 : 80,
                        learned
                      }))
                    })
                    const expected = yield* Effect.provideService(inMemory[command](want), Clock.Clock, clock)
                    const actual = yield* inRedis[command](want)
                    if (command !== "take" && command !== "waitFor") continue
                    assert.closeTo(Number(actual), Number(expected), 1e-5 * Math.max(1, Number(expected)), command)
                  }
                })
              )
            )
          })
        )
      )
    )

    test("keeps two processes within one budget, even if one clock is two seconds ahead", (server) =>
      Effect.gen(function* () {
        const [rate, capacity] = [2_000, 2_000]
        const workers = [0, 2_000].map((ahead) => start([server.port, ahead, 1_000, rate, capacity]))
        yield* Effect.forEach(workers, ({ next }) => next, { concurrency: 2 })
        const startedAt = performance.now()
        for (const { child } of workers) child.send("go")
        const taken = yield* Effect.forEach(workers, ({ next }) => next, { concurrency: 2 })
        const seconds = (performance.now() - startedAt) / 1000
        const sum = Number(taken[0]) + Number(taken[1])
        assert.isAtMost(sum, capacity + rate * seconds)
        for (const tokens of taken) assert.isAbove(Number(tokens), 0)
      }))

    test("prevents every 429 for two layers of one account", (server) =>
      Effect.gen(function* () {
        const budget = { rate: 5_000, capacity: 5_000 }
        const kalshi = Kalshi.layer({ environment, signer: signer(), limits: { account: "mine" } })
        const process = concurrently(400, () => OrderGroups.list()).pipe(
          Effect.provide(
            kalshi.pipe(Layer.provide(RateLimitsRedis.layer()), Layer.provide(redis.layer(server.port)), Layer.fresh)
          )
        )
        yield* Effect.gen(function* () {
          yield* Effect.all([process, process], { concurrency: 2 })
          const metered = yield* Metered
          assert.strictEqual(metered.calls().length, 800)
          assert.strictEqual(metered.refused(), 0)
        }).pipe(Effect.provide(layerExchange({ read: budget })))
      }))
  }
)

/** The unit of time in the random programs, so long that the duration of the test does not matter. */
const unitMillis = 1e11

const makeClock = () => {
  let millis = 0
  const nanos = () => BigInt(millis) * 1_000_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => millis,
    currentTimeMillis: Effect.sync(() => millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: () => Effect.never
  }
  return { clock, pass: (more: number) => void (millis += more) }
}

/** The server's clock cannot be set. Instead, this function makes the stored entries older. */
const passInRedis = (context: Context.Context<Redis.Redis>, account: string, millis: number) =>
  Effect.gen(function* () {
    if (millis === 0) return
    const { send } = yield* Redis.Redis
    const key = `kalshi-limits:{${account}}`
    const fields = yield* send<ReadonlyArray<string>>("HGETALL", key)
    for (let i = 0; i < fields.length; i += 2) {
      // A bucket stores two times: when its tokens were counted, and when its older reserved tokens are charged. A
      // waiting call stores its arrival and its expiry. The expiry stays, because calls in memory do not expire.
      const times = fields[i]!.startsWith("b:") ? [1, 6] : [1]
      const numbers = fields[i + 1]!.split(" ").map((text, n) =>
        times.includes(n) ? String(Number(text) - millis * 1_000) : text
      )
      yield* send("HSET", key, fields[i]!, numbers.join(" "))
    }
  }).pipe(Effect.provide(context))

/** `next` returns the next message of the process. */
const start = (args: ReadonlyArray<number>) => {
  const child: ChildProcess = fork(
    fileURLToPath(new URL("../support/redisWorker.ts", import.meta.url)),
    args.map(String)
  )
  const next = Effect.callback<unknown>((resume) => {
    child.once("message", (message) => resume(Effect.succeed(message)))
    child.once("exit", (code) => resume(Effect.die(new Error(`the process ended with ${code}`))))
  })
  return { child, next }
}
