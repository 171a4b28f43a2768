/**
 * Token buckets in this process's memory, on the monotonic clock.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import type { Bucket as Asked, Budget, Store, Want } from "../RateLimits.ts"

/**
 * A bucket as it was after its last charge. `atMillis` is when that charge is taken to have arrived at the exchange,
 * which may be in the future.
 */
interface Bucket {
  tokens: number
  atMillis: number
  /** What somebody has learned of it. */
  learned: Budget | undefined
}

/** Where one that was refused stands. */
interface Place {
  readonly want: Want
  readonly sinceMillis: number
  /** Breaks ties. */
  readonly number: number
}

/** Tokens that a comparison may be off by: sums of fractions are never exact. */
const tolerance = 1e-6

/**
 * Makes a store.
 *
 * **Details**
 *
 * The exchange charges a request when it arrives, at some time between now and `latencyMillis` from now. A bucket that
 * is full there gains nothing until then. So a charge is booked at the end of that time, when the least has been gained;
 * and it is admitted on what is there now, since it may arrive at once. Then a request that is under way for no longer
 * than that always finds its tokens, whatever overtakes it.
 */
export const make = (): Store => {
  const buckets = new Map<string, Bucket>()
  const places = new Map<string, Place>()
  let numbers = 0

  /** Finds a bucket; a full one, which is kept only where something is written to it, where nobody has asked before. */
  const bucketOf = (account: string, { capacity, learned, name, refillRate }: Asked, now: number, keep: boolean) => {
    const key = `${account}\n${name}`
    const state = buckets.get(key) ?? { tokens: capacity, atMillis: now, learned: undefined }
    if (learned) state.learned = { refillRate, capacity }
    if (keep || learned) buckets.set(key, state)
    return { state, budget: state.learned ?? { refillRate, capacity } }
  }

  const levelAt = (state: Bucket, { capacity, refillRate }: Budget, atMillis: number): number =>
    Math.min(capacity, state.tokens + ((atMillis - state.atMillis) * refillRate) / 1000)

  /** What those before it want of a bucket. */
  const ahead = (want: Want, name: string, sinceMillis: number, number: number): number => {
    let sum = 0
    for (const place of places.values()) {
      const other = place.want
      if (other.account !== want.account || other.id === want.id) continue
      const before =
        other.urgent === want.urgent
          ? place.sinceMillis < sinceMillis || (place.sinceMillis === sinceMillis && place.number < number)
          : other.urgent
      if (before && other.buckets.some((bucket) => bucket.name === name)) sum += other.cost
    }
    return sum
  }

  const wait = (want: Want, now: number, most: (cost: number, capacity: number) => number): number => {
    const place = places.get(want.id)
    const since = place?.sinceMillis ?? now - want.waitedMillis
    const number = place?.number ?? Number.POSITIVE_INFINITY
    let longest = 0
    for (const bucket of want.buckets) {
      const { budget, state } = bucketOf(want.account, bucket, now, false)
      const missing =
        most(want.cost, budget.capacity) + ahead(want, bucket.name, since, number) - levelAt(state, budget, now)
      if (missing > tolerance) longest = Math.max(longest, (missing / budget.refillRate) * 1000)
    }
    return longest
  }

  const take = (want: Want, now: number): number => {
    const millis = wait(want, now, Math.min)
    if (millis > 0) {
      const place = places.get(want.id)
      const sinceMillis = place?.sinceMillis ?? now - want.waitedMillis
      places.set(want.id, { want, sinceMillis, number: place?.number ?? numbers++ })
      return millis
    }
    places.delete(want.id)
    for (const bucket of want.buckets) {
      const { budget, state } = bucketOf(want.account, bucket, now, true)
      const arrives = Math.max(state.atMillis, now + want.latencyMillis)
      state.tokens = levelAt(state, budget, arrives) - want.cost
      state.atMillis = arrives
    }
    return 0
  }

  const giveBack = (want: Want, now: number): void => {
    for (const bucket of want.buckets) {
      const { budget, state } = bucketOf(want.account, bucket, now, true)
      state.tokens = Math.min(budget.capacity, state.tokens + want.cost)
    }
  }

  const drain = (want: Want, now: number): void => {
    for (const bucket of want.buckets) {
      const { budget, state } = bucketOf(want.account, bucket, now, true)
      if (levelAt(state, budget, now) <= 0) continue
      state.tokens = 0
      state.atMillis = now
    }
  }

  const atNow = <A>(f: (now: number) => A): Effect.Effect<A> =>
    Effect.clockWith((clock) => Effect.sync(() => f(Number(clock.monotonicTimeNanosUnsafe()) / 1e6)))

  return {
    take: (want) => atNow((now) => take(want, now)),
    giveUp: (want) => Effect.sync(() => void places.delete(want.id)),
    giveBack: (want) => atNow((now) => giveBack(want, now)),
    drain: (want) => atNow((now) => drain(want, now)),
    waitFor: (want) => atNow((now) => wait(want, now, (cost) => cost)),
    level: (account, bucket, now) => {
      const { budget, state } = bucketOf(account, bucket, now, false)
      return { tokens: Math.max(0, levelAt(state, budget, now)), capacity: budget.capacity }
    }
  }
}
