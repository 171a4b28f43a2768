/**
 * Token buckets in this process's memory, on the monotonic clock.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { monotonicMillis } from "../time.ts"
import type { Bucket as Asked, Budget, Store, Want } from "./Store.ts"

/** A bucket as it was after its last charge, and what is under way to it. */
interface Bucket {
  tokens: number
  atMillis: number
  /** Tokens of requests that are under way: of those that count as arrived at `lapsesMillis`, and of all later ones. */
  older: number
  newer: number
  lapsesMillis: number
  /** How long any of them may be under way. */
  latencyMillis: number
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

/** How soon it is worth asking again for tokens that do not refill before an answer comes. */
const answerMillis = 10

/**
 * Makes a store.
 *
 * **Details**
 *
 * The exchange charges a request when it arrives, and a bucket that is full there gains nothing until then. So a charge
 * is booked when the request has surely arrived: when its answer is here, or its latency has passed. Until then its tokens
 * are held, and what is there is what would be there had all that is under way arrived just now. Then a request always
 * finds its tokens, whatever overtakes it.
 *
 * Tokens are held in two generations, so that a bucket is a few numbers however much is under way. One that nobody
 * reports on lapses with its generation, after one latency at least and two at most.
 */
export const make = (): Store => {
  const accounts = new Map<string, Map<string, Bucket>>()
  const places = new Map<string, Place>()
  let numbers = 0

  /** Finds a bucket, or makes a full one. That is kept only where something is written to it. */
  const bucketOf = (account: string, asked: Asked, now: number, keep: boolean) => {
    let buckets = accounts.get(account)
    if (buckets === undefined) {
      buckets = new Map()
      accounts.set(account, buckets)
    }
    const found = buckets.get(asked.name)
    const state = found ?? full(asked.capacity, now)
    if (asked.learned) state.learned = asked
    if (found === undefined && (keep || asked.learned)) buckets.set(asked.name, state)
    const budget: Budget = state.learned ?? asked
    lapse(state, budget, now)
    return { state, budget }
  }

  const full = (capacity: number, now: number): Bucket => ({
    tokens: capacity,
    atMillis: now,
    older: 0,
    newer: 0,
    lapsesMillis: now,
    latencyMillis: 0,
    learned: undefined
  })

  const book = (state: Bucket, budget: Budget, cost: number, atMillis: number): void => {
    state.tokens = levelAt(state, budget, atMillis) - cost
    state.atMillis = atMillis
  }

  /** Books what has been under way for so long that it has arrived. */
  const lapse = (state: Bucket, budget: Budget, now: number): void => {
    while (state.older + state.newer > 0 && state.lapsesMillis <= now) {
      book(state, budget, state.older, state.lapsesMillis)
      state.older = state.newer
      state.newer = 0
      // All of these were sent before the others lapsed.
      state.lapsesMillis += state.latencyMillis
    }
  }

  const heldOf = ({ newer, older }: Bucket): number => older + newer

  const hold = (state: Bucket, { cost, latencyMillis }: Want, now: number): void => {
    const isFirst = heldOf(state) === 0
    state.latencyMillis = isFirst ? latencyMillis : Math.max(state.latencyMillis, latencyMillis)
    if (isFirst) {
      state.older = cost
      state.lapsesMillis = now + latencyMillis
    } else state.newer += cost
  }

  /** Tokens of a request are under way no more; tells how many of them were. */
  const release = (state: Bucket, { cost }: Want): number => {
    const older = Math.min(state.older, cost)
    const newer = Math.min(state.newer, cost - older)
    state.older -= older
    state.newer -= newer
    return older + newer
  }

  const levelAt = (state: Bucket, { capacity, refillRate }: Budget, atMillis: number): number =>
    Math.min(capacity, state.tokens + ((atMillis - state.atMillis) * refillRate) / 1000)

  /** What those before it want of a bucket. */
  const ahead = (want: Want, name: string, sinceMillis: number, number: number): number => {
    if (places.size === 0) return 0
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
      const needs = most(want.cost, budget.capacity) + ahead(want, bucket.name, since, number)
      const held = heldOf(state)
      const missing = needs + held - levelAt(state, budget, now)
      if (missing <= tolerance) continue
      const refilled = (missing / budget.refillRate) * 1000
      longest = Math.max(
        longest,
        held > 0 && needs + held > budget.capacity ? Math.max(refilled, answerMillis) : refilled
      )
    }
    return longest
  }

  const take = (want: Want, now: number): number => {
    const millis = want.forced ? 0 : wait(want, now, Math.min)
    if (millis > 0) {
      const place = places.get(want.id)
      const sinceMillis = place?.sinceMillis ?? now - want.waitedMillis
      places.set(want.id, { want, sinceMillis, number: place?.number ?? numbers++ })
      return millis
    }
    places.delete(want.id)
    for (const bucket of want.buckets) {
      const { budget, state } = bucketOf(want.account, bucket, now, true)
      if (want.latencyMillis > 0) hold(state, want, now)
      else book(state, budget, want.cost, now)
    }
    return 0
  }

  const arrived = (want: Want, now: number): void => {
    for (const bucket of want.buckets) {
      const { budget, state } = bucketOf(want.account, bucket, now, true)
      book(state, budget, release(state, want), now)
    }
  }

  const giveBack = (want: Want, now: number): void => {
    for (const bucket of want.buckets) {
      const { budget, state } = bucketOf(want.account, bucket, now, true)
      if (want.latencyMillis > 0) release(state, want)
      else state.tokens = Math.min(budget.capacity, state.tokens + want.cost)
    }
  }

  const drain = (want: Want, now: number): void => {
    for (const bucket of want.buckets) {
      const { budget, state } = bucketOf(want.account, bucket, now, true)
      const held = heldOf(state)
      if (levelAt(state, budget, now) <= held) continue
      state.tokens = held
      state.atMillis = now
    }
  }

  const atNow = <A>(f: (now: number) => A): Effect.Effect<A> =>
    Effect.clockWith((clock) => Effect.sync(() => f(monotonicMillis(clock))))

  return {
    isLocal: true,
    take: (want) => atNow((now) => take(want, now)),
    giveUp: (want) => Effect.sync(() => void places.delete(want.id)),
    arrived: (want) => atNow((now) => arrived(want, now)),
    giveBack: (want) => atNow((now) => giveBack(want, now)),
    drain: (want) => atNow((now) => drain(want, now)),
    waitFor: (want) => atNow((now) => wait(want, now, (cost) => cost)),
    level: (account, bucket, now) => {
      const { budget, state } = bucketOf(account, bucket, now, false)
      return { tokens: Math.max(0, levelAt(state, budget, now) - heldOf(state)), capacity: budget.capacity }
    }
  }
}
