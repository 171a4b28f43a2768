/**
 * Fetches the budgets and costs of the account from the exchange, and decides when to fetch them again.
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

/** The two requests for the facts of an account. Only the request for the budgets is signed and takes tokens. */
export interface AccountFacts {
  readonly limits: Effect.Effect<GetAccountApiLimitsResponse, unknown>
  readonly endpointCosts: Effect.Effect<GetAccountEndpointCostsResponse, unknown>
}

export interface Options {
  readonly share: number
  readonly refreshMillis: number
  readonly scope: Scope.Scope
  readonly facts: AccountFacts
  readonly onEnd: () => void
}

type Kind = "read" | "write"
type Budgets = Readonly<Record<Kind, RateLimits.Budget>>

/**
 * Refill rates are multiplied by this factor, because this machine's clock may run faster than the exchange's clock.
 */
const clockTolerance = 0.999

/** The shortest time between two attempts to fetch the budgets. */
const retryMillis = 10_000

/**
 * The default cost of a request in tokens. It applies until the account's cost list is fetched. Source: the rate-limit
 * guide of October 2026.
 */
const defaultCost = 10

const budgetOf = ({ bucket_capacity, refill_rate }: BucketLimit): RateLimits.Budget => ({
  refillRate: refill_rate,
  capacity: bucket_capacity
})

/** The call options of the requests that fetch the budgets. The limiter recognizes this object by identity. */
const learning: RateLimits.CallOptions = { urgent: true }

/**
 * Whether a call fetches the budgets. Such a call takes its tokens without waiting, because the size of the bucket may
 * not be known yet.
 */
export const isLearningCall = (overrides: RateLimits.CallOptions): boolean => overrides === learning

/** Runs a background fiber outside the span of the call that started it. */
export const outsideSpan = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.updateContext(effect, (context: Context.Context<never>) => Context.omit(Tracer.ParentSpan)(context))

const independent = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
  effect.pipe(
    Effect.provideService(SendPolicy.Overrides, SendPolicy.noOverrides),
    Effect.provideService(RateLimits.Overrides, learning),
    // These requests are not attempts of the caller's call.
    Effect.provideService(Recorded, undefined),
    outsideSpan
  )

/** The budgets and costs of an account. They start as the documented defaults. */
export class LearnedLimits {
  /** Whether the exchange has reported the budgets at least once. Before that, they are defaults. */
  isLearned = false
  /**
   * Whether the latest attempt to fetch the budgets succeeded. If it failed, the budgets may be defaults or out of
   * date. Then a call that seems too large for its bucket must not be rejected.
   */
  isCertain = false

  readonly #options: Options
  #listedCost: ((descriptor: Descriptor) => number) | undefined = undefined
  #requestCost = defaultCost
  /** The part of the account's budgets that this layer may use. */
  #budgets: Budgets
  /** The tokens that were spent before the budgets were fetched. */
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

  /** The current budget: a new object whenever the budget changes. */
  budget(kind: Kind): RateLimits.Budget {
    return this.#budgets[kind]
  }

  /** The tokens that a call takes from each of its buckets. */
  costOf({ descriptor, items }: Bill): number {
    return (this.#listedCost === undefined ? descriptor.limits.cost : this.#listedCost(descriptor)) * items
  }

  isTooLarge(bill: Bill): boolean {
    return this.costOf(bill) > this.budget(bill.buckets.kind).capacity
  }

  /** Counts spent tokens, and returns whether it is time to fetch the budgets. */
  spend(kind: Kind, cost: number, nowMillis: number): boolean {
    if (this.isLearned) return nowMillis - this.#learnedMillis > this.#options.refreshMillis
    this.#spent[kind] += cost
    return this.#spent[kind] > RateLimits.defaults[kind].capacity / 2
  }

  /** Fetches the budgets in the background, unless the last attempt is running or began less than ten seconds ago. */
  learn(nowMillis: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.isLearning || nowMillis - this.#triedMillis < retryMillis) return Effect.void
      this.#triedMillis = nowMillis
      const started = Effect.forkIn(independent(this.#fetch(nowMillis)), this.#options.scope, {
        // The requests of the attempt must take their tokens before the calls that follow.
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

  get ended(): Effect.Effect<void> {
    return Effect.suspend(() => (this.#fiber === undefined ? Effect.void : Effect.asVoid(Fiber.await(this.#fiber))))
  }

  #fetch(nowMillis: number): Effect.Effect<void> {
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

  /**
   * The part of the budgets that this layer may use. It covers one request of the default cost, because otherwise no
   * such request could be sent.
   */
  #usable({ read, write }: Budgets): Budgets {
    const { share } = this.#options
    const usable = ({ capacity, refillRate }: RateLimits.Budget): RateLimits.Budget => ({
      refillRate: refillRate * share * clockTolerance,
      capacity: Math.max(capacity * share, Math.min(capacity, this.#requestCost))
    })
    return { read: usable(read), write: usable(write) }
  }
}
