/**
 * What is known of an account's token buckets and of the cost of its calls, and how it is learned from the exchange.
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
import * as RateLimits from "./RateLimits.ts"
import * as SendPolicy from "../sending/SendPolicy.ts"
import * as costs from "./costs.ts"
import { Recorded } from "../sending/attempts.ts"

export type Kind = "read" | "write"

export interface Learned {
  /** What this layer may use of a bucket. */
  readonly budget: (kind: Kind) => RateLimits.Budget
  /** Tokens that one item of an operation costs. */
  readonly costOf: (descriptor: Descriptor) => number
  /** The exchange has named the budgets, now or earlier. Before that, they are a guess. */
  readonly isLearned: () => boolean
  /** The latest attempt to learn succeeded: a budget that is too small for a call is a fact. */
  readonly isCertain: () => boolean
  readonly isLearning: () => boolean
  /** Counts what a call costs; true where it is time to learn. */
  readonly spend: (kind: Kind, cost: number, nowMillis: number) => boolean
  /** Starts learning, in the background, unless it runs or was tried a moment ago. */
  readonly learn: (nowMillis: number) => Effect.Effect<void>
  /** Waits for learning that runs. */
  readonly ended: Effect.Effect<void>
}

/** Asks the exchange about the account. Sends, and takes tokens, as every call does. */
export interface AccountFacts {
  readonly limits: Effect.Effect<GetAccountApiLimitsResponse, unknown>
  readonly endpointCosts: Effect.Effect<GetAccountEndpointCostsResponse, unknown>
}

export interface Options {
  readonly share: number
  readonly refreshMillis: number
  readonly scope: Scope.Scope
  readonly facts: AccountFacts
  /** Runs after each attempt to learn. */
  readonly onEnd: () => void
}

/** Clocks do not run at the same speed: ours may be this much faster than the exchange's and still find its tokens. */
const clockTolerance = 0.999

/** How soon after an attempt to learn another is made. */
const againMillis = 10_000

/** What a request costs where no list says otherwise. Source: the rate-limit guide of October 2026. */
const defaultCost = 10

const budgetOf = ({ bucket_capacity, refill_rate }: BucketLimit): RateLimits.Budget => ({
  refillRate: refill_rate,
  capacity: bucket_capacity
})

/** What the calls that learn run under. The limiter knows it by its identity, and lets them pass. */
const learning: RateLimits.CallOptions = { urgent: true }

/** True of a call that learns the budgets: it pays, and never waits for the bucket that is in doubt. */
export const isLearningCall = (overrides: RateLimits.CallOptions): boolean => overrides === learning

/** Runs outside the span of the call that happened to start it. */
export const outsideSpan = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.updateContext(effect, (context: Context.Context<never>) => Context.omit(Tracer.ParentSpan)(context))

/** Runs apart from the call that happened to start it: outside its span, and under none of its overrides. */
const apart = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
  effect.pipe(
    Effect.provideService(SendPolicy.Overrides, SendPolicy.noOverrides),
    Effect.provideService(RateLimits.Overrides, learning),
    // These requests are no attempts of the caller's.
    Effect.provideService(Recorded, undefined),
    outsideSpan
  )

export const make = ({ facts, onEnd, refreshMillis, scope, share }: Options): Learned => {
  let costOf = (descriptor: Descriptor): number => descriptor.limits.cost
  let oneRequest = defaultCost
  let isLearned = false
  let isCertain = false
  let learnedAtMillis = Number.NEGATIVE_INFINITY
  let triedAtMillis = Number.NEGATIVE_INFINITY
  let running: Fiber.Fiber<void> | undefined
  /** Spent before anything is learned. */
  const spent = { read: 0, write: 0 }

  /** A share pays for one request at least: less would stop every call. */
  const usableOf = ({ capacity, refillRate }: RateLimits.Budget): RateLimits.Budget => ({
    refillRate: refillRate * share * clockTolerance,
    capacity: Math.max(capacity * share, Math.min(capacity, oneRequest))
  })
  const bothOf = ({ read, write }: typeof RateLimits.defaults) => ({ read: usableOf(read), write: usableOf(write) })
  let usable = bothOf(RateLimits.defaults)

  /** A bucket that cannot pay for one request is a mistake of whoever named it. */
  const isBelievable = ({ capacity, refillRate }: RateLimits.Budget): boolean =>
    Number.isFinite(capacity) && Number.isFinite(refillRate) && refillRate > 0 && capacity > 0 && capacity >= oneRequest

  const learnNow = (nowMillis: number): Effect.Effect<void> =>
    Effect.gen(function* () {
      const [list, limits] = yield* Effect.all([Effect.exit(facts.endpointCosts), Effect.exit(facts.limits)], {
        concurrency: 2
      })
      const read = Exit.isSuccess(list) ? costs.read(list.value) : undefined
      if (read !== undefined && Exit.isSuccess(list)) {
        costOf = read
        oneRequest = list.value.default_cost
      }
      const named = Exit.isSuccess(limits)
        ? { read: budgetOf(limits.value.read), write: budgetOf(limits.value.write) }
        : undefined
      isCertain = named !== undefined && isBelievable(named.read) && isBelievable(named.write)
      if (named === undefined || !isCertain) return
      usable = bothOf(named)
      isLearned = true
      if (Exit.isSuccess(list)) learnedAtMillis = nowMillis
    })

  const learn = (nowMillis: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (running !== undefined || nowMillis - triedAtMillis < againMillis) return Effect.void
      triedAtMillis = nowMillis
      // At once, so that it pays before the calls that follow.
      return Effect.map(Effect.forkIn(apart(learnNow(nowMillis)), scope, { startImmediately: true }), (fiber) => {
        running = fiber
        fiber.addObserver(() => {
          running = undefined
          onEnd()
        })
      })
    })

  return {
    budget: (kind) => usable[kind],
    costOf: (descriptor) => costOf(descriptor),
    isLearned: () => isLearned,
    isCertain: () => isCertain,
    isLearning: () => running !== undefined,
    spend: (kind, cost, nowMillis) => {
      if (isLearned) return nowMillis - learnedAtMillis > refreshMillis
      spent[kind] += cost
      return spent[kind] > RateLimits.defaults[kind].capacity / 2
    },
    learn,
    ended: Effect.suspend(() => (running === undefined ? Effect.void : Effect.asVoid(Fiber.await(running))))
  }
}
