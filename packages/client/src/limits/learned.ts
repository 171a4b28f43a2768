/**
 * The account's budgets and costs as the exchange reports them, and when to ask for them.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { Descriptor } from "../Descriptor.ts"
import type {
  BucketLimit,
  GetAccountApiLimitsResponse,
  GetAccountEndpointCostsResponse
} from "../generated/responses.ts"
import { Recorded } from "../sending/attemptTimes.ts"
import * as SendPolicy from "../sending/SendPolicy.ts"
import type { Bill } from "./billing.ts"
import * as costs from "./costs.ts"
import * as RateLimits from "./RateLimits.ts"

/** The two requests that describe the account. Like every call, they take tokens. */
export interface AccountFacts {
  readonly limits: Effect.Effect<GetAccountApiLimitsResponse, unknown>
  readonly endpointCosts: Effect.Effect<GetAccountEndpointCostsResponse, unknown>
}

/** How {@link LearnedLimits} learns. */
export interface Options {
  readonly share: number
  readonly refreshMillis: number
  readonly scope: Scope.Scope
  readonly facts: AccountFacts
  /** Runs after each attempt to learn. */
  readonly onEnd: () => void
}

type Kind = "read" | "write"
type Budgets = Readonly<Record<Kind, RateLimits.Budget>>

/** This machine's clock may run this much faster than the exchange's, and a call still finds its tokens there. */
const clockTolerance = 0.999

/** The shortest time between two attempts to learn. */
const retryMillis = 10_000

/** The cost of a request if no list says otherwise. Source: the rate-limit guide of October 2026. */
const defaultCost = 10

const budgetOf = ({ bucket_capacity, refill_rate }: BucketLimit): RateLimits.Budget => ({
  refillRate: refill_rate,
  capacity: bucket_capacity
})

/** The options of the calls that learn. The limiter recognises them by identity. */
const learning: RateLimits.CallOptions = { urgent: true }

/** Whether a call learns the budgets. It pays its tokens, and never waits for a bucket whose size is not known yet. */
export const isLearningCall = (overrides: RateLimits.CallOptions): boolean => overrides === learning

/** Removes the span of the call that started a background fiber. */
export const outsideSpan = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.updateContext(effect, (context: Context.Context<never>) => Context.omit(Tracer.ParentSpan)(context))

/** Removes the span and the overrides of the call that started to learn. */
const independent = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
  effect.pipe(
    Effect.provideService(SendPolicy.Overrides, SendPolicy.noOverrides),
    Effect.provideService(RateLimits.Overrides, learning),
    // These requests are not attempts of the caller's call.
    Effect.provideService(Recorded, undefined),
    outsideSpan
  )

/** What a layer knows about its account. Starts with the documented defaults. */
export class LearnedLimits {
  /** The exchange has reported the budgets at least once. Before that, they are a guess. */
  isLearned = false
  /** The latest attempt to learn succeeded. Then a budget that is too small for a call is a fact. */
  isCertain = false

  readonly #options: Options
  #listedCost: ((descriptor: Descriptor) => number) | undefined = undefined
  #requestCost = defaultCost
  /** What this layer may use. */
  #budgets: Budgets
  /** Tokens spent before anything is learned. */
  readonly #spent = { read: 0, write: 0 }
  #learnedMillis = Number.NEGATIVE_INFINITY
  #triedMillis = Number.NEGATIVE_INFINITY
  #fiber: Fiber.Fiber<void> | undefined = undefined

  constructor(options: Options) {
    this.#options = options
    this.#budgets = this.#usable(RateLimits.defaults)
  }

  get isLearning(): boolean {
    return this.#fiber !== undefined
  }

  /** What this layer may use of a bucket. The object changes when the budget does. */
  budget(kind: Kind): RateLimits.Budget {
    return this.#budgets[kind]
  }

  /** Tokens that a call costs in each of its buckets. */
  costOf({ descriptor, items }: Bill): number {
    return (this.#listedCost === undefined ? descriptor.limits.cost : this.#listedCost(descriptor)) * items
  }

  /** Whether a call costs more than its bucket holds, as far as the layer knows. */
  isTooLarge(bill: Bill): boolean {
    return this.costOf(bill) > this.budget(bill.buckets.kind).capacity
  }

  /** Counts what a call costs. True if it is time to learn. */
  spend(kind: Kind, cost: number, nowMillis: number): boolean {
    if (this.isLearned) return nowMillis - this.#learnedMillis > this.#options.refreshMillis
    this.#spent[kind] += cost
    return this.#spent[kind] > RateLimits.defaults[kind].capacity / 2
  }

  /** Starts to learn in the background, unless an attempt runs or the last one began a moment ago. */
  learn(nowMillis: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.isLearning || nowMillis - this.#triedMillis < retryMillis) return Effect.void
      this.#triedMillis = nowMillis
      const started = Effect.forkIn(independent(this.#ask(nowMillis)), this.#options.scope, {
        // So that it pays before the calls that follow.
        startImmediately: true
      })
      return Effect.map(started, (fiber) => {
        this.#fiber = fiber
        fiber.addObserver(() => {
          this.#fiber = undefined
          this.#options.onEnd()
        })
      })
    })
  }

  /** Waits for the attempt that runs. */
  get ended(): Effect.Effect<void> {
    return Effect.suspend(() => (this.#fiber === undefined ? Effect.void : Effect.asVoid(Fiber.await(this.#fiber))))
  }

  #ask(nowMillis: number): Effect.Effect<void> {
    const { endpointCosts, limits } = this.#options.facts
    const both = Effect.all([Effect.exit(endpointCosts), Effect.exit(limits)], { concurrency: 2 })
    return Effect.map(both, ([costsExit, limitsExit]) => {
      const listedCost = Exit.isSuccess(costsExit) ? costs.read(costsExit.value) : undefined
      if (listedCost !== undefined && Exit.isSuccess(costsExit)) {
        this.#listedCost = listedCost
        this.#requestCost = costsExit.value.default_cost
      }
      const reported = Exit.isSuccess(limitsExit)
        ? { read: budgetOf(limitsExit.value.read), write: budgetOf(limitsExit.value.write) }
        : undefined
      this.isCertain = reported !== undefined && this.#isPlausible(reported.read) && this.#isPlausible(reported.write)
      if (reported === undefined || !this.isCertain) return
      this.#budgets = this.#usable(reported)
      this.isLearned = true
      if (Exit.isSuccess(costsExit)) this.#learnedMillis = nowMillis
    })
  }

  /** A bucket that cannot pay for one request is a mistake in the response. */
  #isPlausible({ capacity, refillRate }: RateLimits.Budget): boolean {
    return (
      Number.isFinite(capacity) &&
      Number.isFinite(refillRate) &&
      refillRate > 0 &&
      capacity > 0 &&
      capacity >= this.#requestCost
    )
  }

  /** The layer's share of the account's budgets. It pays for at least one request, because less would stop every call. */
  #usable({ read, write }: Budgets): Budgets {
    const { share } = this.#options
    const usable = ({ capacity, refillRate }: RateLimits.Budget): RateLimits.Budget => ({
      refillRate: refillRate * share * clockTolerance,
      capacity: Math.max(capacity * share, Math.min(capacity, this.#requestCost))
    })
    return { read: usable(read), write: usable(write) }
  }
}
