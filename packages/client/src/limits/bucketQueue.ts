/**
 * Queues the calls that wait for tokens of the same buckets.
 *
 * If the queue is empty and the store (which counts the tokens) has enough tokens, a call takes them and continues.
 * Otherwise it waits, or is rejected. While calls wait, one fiber per queue requests tokens for the first calls, and
 * resumes the calls one after the other. So no call resumes another call, and a burst of any size needs constant stack
 * and linear time.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Errors from "../Errors.ts"
import { monotonicMillis } from "../time.ts"
import type { Bill, BucketSet } from "./billing.ts"
import { type LearnedLimits, outsideSpan } from "./learned.ts"
import { WaitingQueue } from "./queue.ts"
import type * as RateLimits from "./RateLimits.ts"
import type { Taken, Tokens } from "./tokens.ts"

export interface Shared {
  readonly account: string
  readonly latencyMillis: number
  readonly learned: LearnedLimits
  readonly tokens: Tokens
  readonly arrivals: Arrivals
}

export interface TokenRequest {
  readonly bill: Bill
  readonly urgent: boolean
  readonly maxMillis: number
  /** Makes a wait interruptible. Until the call has its tokens, all other steps are uninterruptible. */
  readonly park: <A, E>(wait: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

interface Arrival {
  readonly id: string
  /** Later than the `enteredMillis` of every earlier call of the limiter. */
  readonly enteredMillis: number
}

export class Arrivals {
  /** Distinguishes this limiter from all other limiters with the same store. */
  readonly #limiter = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("")
  #count = 0
  #lastMillis = 0

  id(): string {
    return `${this.#limiter}-${this.#count++}`
  }

  next(nowMillis: number): Arrival {
    // Calls that arrive in the same instant stay in order.
    this.#lastMillis = Math.max(nowMillis, this.#lastMillis + 0.001)
    return { id: this.id(), enteredMillis: this.#lastMillis }
  }
}

type Outcome = Exit.Exit<Taken, Errors.LimitExceeded>

interface Waiter extends TokenRequest, Arrival {
  /** The cost in tokens when the call arrived. */
  readonly cost: number
  readonly endMillis: number
  /**
   * When the queue checks the call next. Usually this is `endMillis`. For a cancel that must be sent, it is the middle
   * of the maximum wait.
   */
  deadlineMillis: number
  isInStore: boolean
  /** Undefined while the call waits. */
  outcome: Outcome | undefined
  /** Undefined until the waiting fiber is suspended. */
  resume: ((outcome: Outcome) => void) | undefined
}

/** The first call in a queue, after the store responded that the call has to wait. */
interface Head {
  /** When the store expects to have the tokens of the call. */
  readonly readyMillis: number
  readonly cost: number
}

/** The longest sleep between two requests to the store. Other processes do not announce the tokens that they return. */
const maxSleepMillis = 250

const now: Effect.Effect<number> = /*#__PURE__*/ Effect.clockWith((clock) => Effect.sync(() => monotonicMillis(clock)))

export class BucketQueue {
  readonly buckets: BucketSet
  readonly #shared: Shared
  readonly #waiters = new WaitingQueue<Waiter>()
  readonly #bell = new Bell()
  /** The buckets with the current budget. Made again when the budget changes. */
  #wanted: { readonly budget: RateLimits.Budget; readonly buckets: ReadonlyArray<RateLimits.Bucket> } | undefined =
    undefined
  /** How many calls are requesting tokens from the store and have not entered the queue. */
  #pendingRequests = 0
  #isServed = false
  #head: Head | undefined = undefined
  /** Whether the budget may have changed since the waits were last estimated. */
  #mustReassess = false

  constructor(buckets: BucketSet, shared: Shared) {
    this.buckets = buckets
    this.#shared = shared
  }

  want(bill: Bill, { forced = false, id, urgent, waitedMillis = 0 }: WantOptions): RateLimits.Want {
    const { account, arrivals, latencyMillis, learned } = this.#shared
    const budget = learned.budget(this.buckets.kind)
    if (this.#wanted?.budget !== budget) {
      const { isLearned } = learned
      this.#wanted = { budget, buckets: this.buckets.names.map((name) => ({ name, ...budget, learned: isLearned })) }
    }
    const cost = learned.costOf(bill)
    return {
      id: id ?? arrivals.id(),
      account,
      buckets: this.#wanted.buckets,
      // If the size of the bucket is not certain, the exchange decides whether the call is too large.
      cost: learned.isCertain ? cost : Math.min(cost, budget.capacity),
      urgent,
      forced,
      waitedMillis,
      latencyMillis
    }
  }

  acquire(request: TokenRequest, nowMillis: number): Effect.Effect<Taken, Errors.LimitExceeded> {
    const { bill, urgent } = request
    if (this.#canNeverPay(bill)) return this.#exceeded(request, undefined)
    const { arrivals, tokens } = this.#shared
    const arrival = arrivals.next(nowMillis)
    if (this.#waiters.size > 0 || this.#pendingRequests >= tokens.width)
      return this.#enqueue(request, arrival, false, nowMillis)
    const want = this.want(bill, { id: arrival.id, urgent })
    this.#pendingRequests++
    return Effect.matchCauseEffect(tokens.store.take(want), {
      onFailure: (cause) => {
        this.#pendingRequests--
        return Effect.failCause(cause)
      },
      onSuccess: (waitMillis) => {
        this.#pendingRequests--
        if (waitMillis <= 0) return Effect.succeed({ want, atMillis: arrival.enteredMillis })
        if (this.#waiters.size === 0) this.#head = { readyMillis: nowMillis + waitMillis, cost: want.cost }
        return this.#enqueue(request, arrival, true, nowMillis)
      }
    })
  }

  waitFor(bill: Bill, urgent: boolean): Effect.Effect<number> {
    if (this.#canNeverPay(bill)) return Effect.succeed(Number.POSITIVE_INFINITY)
    const want = this.want(bill, { urgent })
    return this.#shared.tokens.store.waitFor({
      ...want,
      cost: want.cost + this.#waiters.costAheadOutsideStore(urgent)
    })
  }

  /** Call it when tokens may have become free. */
  wake(): void {
    if (this.#isServed) this.#bell.ring()
  }

  /** Call it when the budget may have changed. */
  reassess(): void {
    this.#mustReassess = true
    this.#bell.ring()
  }

  #canNeverPay(bill: Bill): boolean {
    const { learned } = this.#shared
    return learned.isCertain && learned.isTooLarge(bill)
  }

  /** Whether only the exchange may reject the call. This applies to cancels while the budgets are not certain. */
  #mustBeSent({ descriptor }: Bill): boolean {
    return descriptor.limits.urgent && !this.#shared.learned.isCertain
  }

  #exceeded(
    { bill, maxMillis }: Pick<TokenRequest, "bill" | "maxMillis">,
    waitMillis: number | undefined
  ): Exit.Exit<never, Errors.LimitExceeded> {
    const { learned } = this.#shared
    return Exit.fail(
      new Errors.LimitExceeded({
        operation: bill.descriptor.name,
        bucket: this.buckets.kind,
        cost: learned.costOf(bill),
        capacity: learned.budget(this.buckets.kind).capacity,
        waitMillis,
        maxWaitMillis: maxMillis
      })
    )
  }

  #enqueue(
    request: TokenRequest,
    arrival: Arrival,
    isInStore: boolean,
    nowMillis: number
  ): Effect.Effect<Taken, Errors.LimitExceeded> {
    const { learned } = this.#shared
    const { bill, maxMillis, urgent } = request
    const cost = learned.costOf(bill)
    const costAhead = this.#waiters.costAhead(urgent)
    const checkAfterMillis = this.#mustBeSent(bill) ? maxMillis / 2 : maxMillis
    return Effect.flatMap(learned.isLearned ? Effect.void : learned.learn(nowMillis), () => {
      if (costAhead > 0 && this.#head !== undefined && !learned.isLearning && !this.#mustBeSent(bill)) {
        const waitMillis = this.#estimate(costAhead, cost, nowMillis)
        if (waitMillis > maxMillis) {
          return Effect.andThen(learned.learn(nowMillis), this.#exceeded(request, waitMillis))
        }
      }
      const waiter: Waiter = {
        id: arrival.id,
        bill,
        urgent,
        park: request.park,
        enteredMillis: arrival.enteredMillis,
        maxMillis,
        cost,
        endMillis: nowMillis + maxMillis,
        deadlineMillis: nowMillis + checkAfterMillis,
        isInStore,
        outcome: undefined,
        resume: undefined
      }
      this.#waiters.enqueue(waiter)
      if (this.#isServed) {
        if (costAhead === 0) this.#bell.ring()
        return this.#parked(waiter)
      }
      this.#isServed = true
      return Effect.andThen(
        Effect.forkDetach(outsideSpan(this.#serve()), { startImmediately: true }),
        this.#parked(waiter)
      )
    })
  }

  /** Waits until the call is served. An interrupted call leaves the queue and returns the tokens that it took. */
  #parked(waiter: Waiter): Effect.Effect<Taken, Errors.LimitExceeded> {
    return Effect.suspend(() => {
      if (waiter.outcome !== undefined) return waiter.outcome
      const served = Effect.callback<Taken, Errors.LimitExceeded>((resume) => {
        if (waiter.outcome !== undefined) resume(waiter.outcome)
        else waiter.resume = resume
      })
      return Effect.onExitPrimitive(waiter.park(served), (exit) =>
        Exit.isSuccess(exit) ? undefined : this.#interrupted(waiter)
      )
    })
  }

  #interrupted(waiter: Waiter): Effect.Effect<void> | undefined {
    const { tokens } = this.#shared
    if (waiter.outcome !== undefined) {
      return Exit.isSuccess(waiter.outcome) ? this.#refund(waiter.outcome.value) : undefined
    }
    waiter.resume = undefined
    this.#waiters.remove(waiter)
    return waiter.isInStore ? tokens.withdraw(this.#wantOf(waiter)) : undefined
  }

  #end(waiter: Waiter, outcome: Outcome): void {
    this.#waiters.remove(waiter)
    waiter.outcome = outcome
    waiter.resume?.(outcome)
  }

  #wantOf({ bill, id, urgent }: Waiter): RateLimits.Want {
    return this.want(bill, { id, urgent })
  }

  #refund(taken: Taken): Effect.Effect<void> {
    return Effect.flatMap(now, (nowMillis) => this.#shared.tokens.refund(taken, nowMillis))
  }

  #giveUp(waiter: Waiter): Effect.Effect<void> {
    return waiter.isInStore ? this.#shared.tokens.giveUp(this.#wantOf(waiter)) : Effect.void
  }

  /** Fails a call. If the call must be sent, takes its tokens at once instead. */
  #reject(waiter: Waiter, waitMillis: number | undefined, nowMillis: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (!this.#waiters.has(waiter)) return Effect.void
      if (this.#mustBeSent(waiter.bill)) return Effect.asVoid(this.#take(waiter, nowMillis, true))
      this.#end(waiter, this.#exceeded(waiter, waitMillis))
      // The fetched budget may be out of date. It is fetched again, so that the next call is not rejected by mistake.
      return Effect.andThen(this.#giveUp(waiter), this.#shared.learned.learn(nowMillis))
    })
  }

  /** Takes the tokens of a waiting call. Returns the wait in milliseconds, or 0 if the call no longer waits. */
  #take(waiter: Waiter, nowMillis: number, forced: boolean): Effect.Effect<number> {
    const { bill, enteredMillis, id, urgent } = waiter
    const { tokens } = this.#shared
    const want = this.want(bill, { id, urgent, waitedMillis: Math.max(0, nowMillis - enteredMillis), forced })
    return Effect.matchCauseEffect(tokens.store.take(want), {
      onFailure: (cause) => {
        this.#end(waiter, Exit.failCause(cause))
        return Effect.succeed(0)
      },
      onSuccess: (waitMillis) => {
        if (waitMillis > 0 && !forced) {
          this.#waiters.markInStore(waiter)
          return this.#waiters.has(waiter) ? Effect.succeed(waitMillis) : Effect.as(this.#giveUp(waiter), 0)
        }
        // The call may have been interrupted during the request to a remote store.
        if (!this.#waiters.has(waiter)) return Effect.as(this.#refund({ want, atMillis: nowMillis }), 0)
        this.#end(waiter, Exit.succeed({ want, atMillis: nowMillis }))
        return Effect.succeed(0)
      }
    })
  }

  /**
   * Estimates the wait in milliseconds. `costAhead` is the total cost of the calls before this call. If the store has
   * not responded about the first call yet, the estimate assumes an empty bucket.
   */
  #estimate(costAhead: number, cost: number, nowMillis: number): number {
    const { refillRate } = this.#shared.learned.budget(this.buckets.kind)
    const head = this.#head ?? { readyMillis: nowMillis, cost: 0 }
    const missing = costAhead + cost - head.cost
    return Math.max(0, head.readyMillis - nowMillis + (missing / refillRate) * 1000)
  }

  #serve(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const { width } = this.#shared.tokens
      for (;;) {
        this.#bell.reset()
        const nowMillis = yield* now
        const heads = this.#waiters.first(width)
        const [first] = heads
        if (first === undefined) {
          this.#isServed = false
          return
        }
        if (this.#canNeverPay(first.bill)) {
          yield* this.#reject(first, undefined, nowMillis)
          continue
        }
        const [waitMillis = 0] =
          heads.length === 1
            ? [yield* this.#take(first, nowMillis, false)]
            : yield* Effect.forEach(heads, (head) => this.#take(head, nowMillis, false), { concurrency: width })
        if (waitMillis <= 0) {
          this.#head = undefined
          continue
        }
        this.#head = { readyMillis: nowMillis + waitMillis, cost: first.cost }
        yield* this.#rejectLate(first, waitMillis, nowMillis)
        if (!this.#waiters.has(first)) continue
        const deadlineMillis = this.#waiters.nextDeadline()?.deadlineMillis ?? Number.POSITIVE_INFINITY
        yield* this.#bell.sleep(Math.min(waitMillis, maxSleepMillis, deadlineMillis - nowMillis))
      }
    })
  }

  /** Rejects calls whose tokens come too late. While the budget is fetched, rejects only calls whose wait is over. */
  #rejectLate(first: Waiter, waitMillis: number, nowMillis: number): Effect.Effect<void> {
    const { learned } = this.#shared
    return Effect.gen({ self: this }, function* () {
      if (!learned.isLearned) yield* learned.learn(nowMillis)
      if (!learned.isLearning) {
        if (this.#mustReassess) yield* this.#rejectTooLate(nowMillis)
        else if (waitMillis > first.endMillis - nowMillis) yield* this.#reject(first, waitMillis, nowMillis)
        this.#mustReassess = false
      }
      yield* this.#expire(nowMillis)
    })
  }

  #rejectTooLate(nowMillis: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      const tooLate: Array<readonly [waiter: Waiter, waitMillis: number | undefined]> = []
      let costAhead = 0
      for (const waiter of this.#waiters) {
        const waitMillis = this.#estimate(costAhead, waiter.cost, nowMillis)
        if (this.#canNeverPay(waiter.bill)) tooLate.push([waiter, undefined])
        else if (waitMillis > waiter.endMillis - nowMillis) tooLate.push([waiter, waitMillis])
        else costAhead += waiter.cost
      }
      return Effect.forEach(tooLate, ([waiter, waitMillis]) => this.#reject(waiter, waitMillis, nowMillis), {
        discard: true
      })
    })
  }

  #expire(nowMillis: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (;;) {
        const waiter = this.#waiters.nextDeadline()
        if (waiter === undefined || waiter.deadlineMillis > nowMillis) return
        if (waiter.endMillis > nowMillis && !this.#mustBeSent(waiter.bill)) {
          this.#waiters.postpone(waiter, waiter.endMillis)
          continue
        }
        const waitMillis = this.#estimate(this.#waiters.costBefore(waiter), waiter.cost, nowMillis)
        yield* this.#reject(waiter, waitMillis, nowMillis)
      }
    })
  }
}

interface WantOptions {
  readonly id?: string
  readonly urgent: boolean
  readonly waitedMillis?: number
  readonly forced?: boolean
}

class Bell {
  #hasRung = false
  /** Undefined while the fiber runs. */
  #wake: (() => void) | undefined = undefined

  /** Wakes the fiber. If the fiber does not sleep, its next `sleep` ends at once, unless it calls `reset` first. */
  ring(): void {
    this.#hasRung = true
    this.#wake?.()
  }

  reset(): void {
    this.#hasRung = false
  }

  sleep(millis: number): Effect.Effect<void> {
    const rung = Effect.callback<void>((resume) => {
      if (this.#hasRung) return resume(Effect.void)
      this.#wake = () => {
        this.#wake = undefined
        resume(Effect.void)
      }
      return Effect.sync(() => {
        this.#wake = undefined
      })
    })
    return Effect.raceFirst(rung, Effect.sleep(Math.ceil(millis)))
  }
}
