/**
 * Takes tokens from the store in Redis as fast as possible. Arguments: port of the server, milliseconds by which the
 * clock is ahead, milliseconds to run, tokens per second, capacity.
 */
import { Effect } from "effect"
import * as RateLimitsRedis from "../../src/limits/RateLimitsRedis.ts"
import { layer } from "./redis.ts"
import { shifted } from "./shiftedClock.ts"

const [port = 0, aheadMillis = 0, runMillis = 0, refillRate = 0, capacity = 0] = process.argv.slice(2).map(Number)
const cost = 10

const takeAll = Effect.gen(function* () {
  const store = yield* RateLimitsRedis.make()
  process.send?.("ready")
  yield* Effect.callback<void>((resume) => void process.once("message", () => resume(Effect.void)))
  const end = performance.now() + runMillis
  let taken = 0
  for (let i = 0; performance.now() < end; i++) {
    const request = {
      id: `${process.pid}-${i}`,
      account: "shared",
      buckets: [{ name: "write", refillRate, capacity, learned: true }],
      cost,
      urgent: false,
      forced: false,
      waitedMillis: 0,
      latencyMillis: 0
    }
    let wait = yield* store.take(request)
    while (wait > 0 && performance.now() < end) {
      yield* Effect.sleep(Math.min(wait, 20))
      wait = yield* store.take(request)
    }
    if (wait > 0) yield* store.giveUp(request)
    else taken += cost
  }
  return taken
})

const taken = await Effect.runPromise(takeAll.pipe(Effect.provide(layer(port)), shifted(aheadMillis)))
process.send?.(taken, () => process.disconnect?.())
