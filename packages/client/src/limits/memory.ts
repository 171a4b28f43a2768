/**
 * A store of token buckets in the memory of this process, timed by the monotonic clock.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { monotonicMillis } from "../time.ts"
import type { Bucket as RequestedBucket, Budget, Store, Want } from "./Store.ts"

interface Waiting {
  readonly want: Want
  readonly sinceMillis: number
  /** Decides between calls that arrived in the same instant. */
  readonly number: number
}

/** Allows for inexact sums of fractions. */
const tolerance = 1e-6

/** The shortest wait for a bucket that refills only after a response. */
const responseMillis = 10

/**
 * The tokens of requests in flight are reserved in two sums, `#older` and `#newer`, not in one entry per request. A
 * request whose outcome is not reported is charged one to two latencies after it was sent.
 */
class BucketState {
  /** The fetched budget. Undefined if no limiter has fetched one. */
  learned: Budget | undefined = undefined
  /** The tokens after the last charge. */
  #tokens: number
  #atMillis: number
  /** Reserved tokens: `#older` is charged at `#dueMillis`, and `#newer` is charged one latency later. */
  #older = 0
  #newer = 0
  #dueMillis: number
  /** The longest latency of the reserved tokens. */
  #latencyMillis = 0

  constructor(capacity: number, nowMillis: number) {
    this.#tokens = capacity
    this.#atMillis = nowMillis
    this.#dueMillis = nowMillis
  }

  get reserved(): number {
    return this.#older + this.#newer
  }

  /** Returns the tokens in the bucket, reserved tokens included. */
  level({ capacity, refillRate }: Budget, atMillis: number): number {
    return Math.min(capacity, this.#tokens + ((atMillis - this.#atMillis) * refillRate) / 1000)
  }

  charge(budget: Budget, cost: number, atMillis: number): void {
    this.#tokens = this.level(budget, atMillis) - cost
    this.#atMillis = atMillis
  }

  chargeDue(budget: Budget, nowMillis: number): void {
    while (this.reserved > 0 && this.#dueMillis <= nowMillis) {
      this.charge(budget, this.#older, this.#dueMillis)
      this.#older = this.#newer
      this.#newer = 0
      // All newer requests were sent before this time, so the exchange receives them at most one latency later.
      this.#dueMillis += this.#latencyMillis
    }
  }

  reserve({ cost, latencyMillis }: Want, nowMillis: number): void {
    const isFirst = this.reserved === 0
    this.#latencyMillis = isFirst ? latencyMillis : Math.max(this.#latencyMillis, latencyMillis)
    if (isFirst) {
      this.#older = cost
      this.#dueMillis = nowMillis + latencyMillis
    } else this.#newer += cost
  }

  /** Releases reserved tokens, and returns how many it released. */
  release(cost: number): number {
    const older = Math.min(this.#older, cost)
    const newer = Math.min(this.#newer, cost - older)
    this.#older -= older
    this.#newer -= newer
    return older + newer
  }

  refund({ capacity }: Budget, cost: number): void {
    this.#tokens = Math.min(capacity, this.#tokens + cost)
  }

  /** Removes all tokens that are not reserved. */
  drain(budget: Budget, nowMillis: number): void {
    if (this.level(budget, nowMillis) <= this.reserved) return
    this.#tokens = this.reserved
    this.#atMillis = nowMillis
  }
}

interface Found {
  readonly state: BucketState
  readonly budget: Budget
}

class MemoryStore {
  readonly #accounts = new Map<string, Map<string, BucketState>>()
  readonly #waiting = new Map<string, Waiting>()
  #count = 0

  #bucket(account: string, requested: RequestedBucket, nowMillis: number, keep: boolean): Found {
    let buckets = this.#accounts.get(account)
    if (buckets === undefined) {
      buckets = new Map()
      this.#accounts.set(account, buckets)
    }
    const found = buckets.get(requested.name)
    const state = found ?? new BucketState(requested.capacity, nowMillis)
    if (requested.learned) state.learned = requested
    if (found === undefined && (keep || requested.learned)) buckets.set(requested.name, state)
    const budget: Budget = state.learned ?? requested
    state.chargeDue(budget, nowMillis)
    return { state, budget }
  }

  #forEachBucket(want: Want, nowMillis: number, run: (found: Found) => void): void {
    for (const bucket of want.buckets) run(this.#bucket(want.account, bucket, nowMillis, true))
  }

  #costAhead(want: Want, name: string, sinceMillis: number, number: number): number {
    if (this.#waiting.size === 0) return 0
    let sum = 0
    for (const waiting of this.#waiting.values()) {
      const other = waiting.want
      if (other.account !== want.account || other.id === want.id) continue
      const isBefore =
        other.urgent === want.urgent
          ? waiting.sinceMillis < sinceMillis || (waiting.sinceMillis === sinceMillis && waiting.number < number)
          : other.urgent
      if (isBefore && other.buckets.some((bucket) => bucket.name === name)) sum += other.cost
    }
    return sum
  }

  /**
   * Returns the wait in milliseconds. With `limited`, a call that costs more than a bucket's capacity waits for a full
   * bucket.
   */
  wait(want: Want, nowMillis: number, limited: boolean): number {
    const waiting = this.#waiting.get(want.id)
    const sinceMillis = waiting?.sinceMillis ?? nowMillis - want.waitedMillis
    const number = waiting?.number ?? Number.POSITIVE_INFINITY
    let longest = 0
    for (const bucket of want.buckets) {
      const { budget, state } = this.#bucket(want.account, bucket, nowMillis, false)
      const cost = limited ? Math.min(want.cost, budget.capacity) : want.cost
      const needs = cost + this.#costAhead(want, bucket.name, sinceMillis, number)
      const { reserved } = state
      const missing = needs + reserved - state.level(budget, nowMillis)
      if (missing <= tolerance) continue
      const refillMillis = (missing / budget.refillRate) * 1000
      const needsResponse = reserved > 0 && needs + reserved > budget.capacity
      longest = Math.max(longest, needsResponse ? Math.max(refillMillis, responseMillis) : refillMillis)
    }
    return longest
  }

  take(want: Want, nowMillis: number): number {
    const millis = want.forced ? 0 : this.wait(want, nowMillis, true)
    if (millis > 0) {
      const waiting = this.#waiting.get(want.id)
      const sinceMillis = waiting?.sinceMillis ?? nowMillis - want.waitedMillis
      this.#waiting.set(want.id, { want, sinceMillis, number: waiting?.number ?? this.#count++ })
      return millis
    }
    this.#waiting.delete(want.id)
    this.#forEachBucket(want, nowMillis, ({ budget, state }) => {
      if (want.latencyMillis > 0) state.reserve(want, nowMillis)
      else state.charge(budget, want.cost, nowMillis)
    })
    return 0
  }

  giveUp(want: Want): void {
    this.#waiting.delete(want.id)
  }

  arrived(want: Want, nowMillis: number): void {
    this.#forEachBucket(want, nowMillis, ({ budget, state }) => {
      state.charge(budget, state.release(want.cost), nowMillis)
    })
  }

  giveBack(want: Want, nowMillis: number): void {
    this.#forEachBucket(want, nowMillis, ({ budget, state }) => {
      if (want.latencyMillis > 0) state.release(want.cost)
      else state.refund(budget, want.cost)
    })
  }

  drain(want: Want, nowMillis: number): void {
    this.#forEachBucket(want, nowMillis, ({ budget, state }) => state.drain(budget, nowMillis))
  }

  level(account: string, bucket: RequestedBucket, nowMillis: number) {
    const { budget, state } = this.#bucket(account, bucket, nowMillis, false)
    return { tokens: Math.max(0, state.level(budget, nowMillis) - state.reserved), capacity: budget.capacity }
  }
}

const atNow = <A>(f: (nowMillis: number) => A): Effect.Effect<A> =>
  Effect.clockWith((clock) => Effect.sync(() => f(monotonicMillis(clock))))

/**
 * The exchange charges a request when it receives the request. Until then, a full bucket does not refill. So this store
 * charges a request when the exchange has certainly received it: when the response has arrived, or the latency has
 * passed. Until then, the tokens of the request stay reserved. A call that is not forced takes only tokens that would
 * remain if the exchange now received all requests in flight. So the requests can arrive in any order.
 */
export const make = (): Store => {
  const store = new MemoryStore()
  return {
    isLocal: true,
    take: (want) => atNow((now) => store.take(want, now)),
    giveUp: (want) => Effect.sync(() => store.giveUp(want)),
    arrived: (want) => atNow((now) => store.arrived(want, now)),
    giveBack: (want) => atNow((now) => store.giveBack(want, now)),
    drain: (want) => atNow((now) => store.drain(want, now)),
    waitFor: (want) => atNow((now) => store.wait(want, now, false)),
    level: (account, bucket, now) => store.level(account, bucket, now)
  }
}
