import { Clock, Effect } from "effect"

/** Runs an effect with a wall clock and a monotonic clock that are ahead by `aheadMillis`. */
export const shifted =
  (aheadMillis: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.clockWith((clock) => {
      const nanos = BigInt(aheadMillis) * 1_000_000n
      const ahead: Clock.Clock = {
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + aheadMillis,
        currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + aheadMillis),
        currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + nanos,
        currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + nanos),
        monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe() + nanos,
        monotonicTimeNanos: Effect.map(clock.monotonicTimeNanos, (now) => now + nanos),
        sleep: (duration) => clock.sleep(duration)
      }
      return Effect.provideService(effect, Clock.Clock, ahead)
    })
