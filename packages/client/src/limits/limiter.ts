/**
 * The limiter of one layer. It delays signed calls until the account's buckets have enough tokens.
 *
 * - `billing` computes which buckets pay.
 * - `learned` fetches the budgets of the buckets.
 * - `bucketQueue` queues the calls.
 * - `tokens` reports to the store whether the tokens were spent.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Errors from "../Errors.ts"
import type { Limiter } from "../sending/connection.ts"
import type { Telemetry } from "../sending/observer.ts"
import { durationMillis, monotonicMillis } from "../time.ts"
import * as billing from "./billing.ts"
import { Arrivals, BucketQueue, type Shared, type TokenRequest } from "./bucketQueue.ts"
import { type AccountFacts, isLearningCall, LearnedLimits } from "./learned.ts"
import * as memory from "./memory.ts"
import * as RateLimits from "./RateLimits.ts"
import { isLimited, type Taken, Tokens } from "./tokens.ts"

interface Settings {
  readonly account: string
  readonly share: number
  readonly latencyMillis: number
  readonly refreshMillis: number
  readonly shards: number
}

/** Returns the settings, or an error message. */
const resolve = (options: RateLimits.Options, environment: string, keyId: string): Settings | string => {
  const { share = 1, shards = 4 } = options
  const latencyMillis = durationMillis(options.latency ?? 500)
  const refreshMillis = durationMillis(options.refreshAfter ?? "10 minutes")
  if (!(share > 0 && share <= 1)) return "limits.share must be more than 0 and at most 1"
  if (!(latencyMillis >= 0 && Number.isFinite(latencyMillis)))
    return "limits.latency must be a finite duration of at least zero"
  if (!(refreshMillis > 0)) return "limits.refreshAfter must be a duration longer than zero"
  if (!(Number.isInteger(shards) && shards > 0 && shards <= 1_000))
    return "limits.shards must be an integer from 1 to 1000"
  // Accounts of different environments do not share buckets, even if they have the same name.
  return { account: `${environment} ${options.account ?? keyId}`, share, latencyMillis, refreshMillis, shards }
}

/** Makes the limiter of a layer. Dies if the options are invalid. */
export const make = (
  options: RateLimits.Options,
  environment: string,
  keyId: string,
  watch: Telemetry["watchLevel"],
  facts: AccountFacts
): Effect.Effect<Limiter, never, Scope.Scope> =>
  Effect.gen(function* () {
    const settings = resolve(options, environment, keyId)
    if (typeof settings === "string") return yield* Effect.die(new Error(settings))
    const scope = yield* Effect.scope
    const store = (yield* RateLimits.Store) ?? memory.make()
    return new AccountLimiter(settings, store, scope, facts, watch)
  })

class AccountLimiter implements Limiter {
  readonly #shared: Shared
  readonly #billOf: ReturnType<typeof billing.make>
  readonly #queues = new Map<billing.BucketSet, BucketQueue>()
  readonly #watch: Telemetry["watchLevel"]

  constructor(
    settings: Settings,
    store: RateLimits.Store,
    scope: Scope.Scope,
    facts: AccountFacts,
    watch: Telemetry["watchLevel"]
  ) {
    const forEachQueue = (run: (queue: BucketQueue) => void): void => {
      for (const queue of this.#queues.values()) run(queue)
    }
    const onEnd = () => forEachQueue((queue) => queue.reassess())
    this.#shared = {
      account: settings.account,
      latencyMillis: settings.latencyMillis,
      learned: new LearnedLimits({ ...settings, scope, facts, onEnd }),
      tokens: new Tokens(store, scope, () => forEachQueue((queue) => queue.wake())),
      arrivals: new Arrivals()
    }
    this.#billOf = billing.make(settings.shards)
    this.#watch = watch
  }

  readonly limit: Limiter["limit"] = (attempt, run) =>
    Effect.withFiber((fiber) => {
      const { descriptor } = attempt
      const overrides = fiber.getRef(RateLimits.Overrides)
      const maxWait = overrides.maxWait === undefined ? Number.POSITIVE_INFINITY : durationMillis(overrides.maxWait)
      if (!(maxWait >= 0)) {
        const reason = "RateLimits.Overrides.maxWait must be a duration of at least zero"
        return Effect.fail(new Errors.InvalidRequest({ operation: descriptor.name, pointer: "", reason }))
      }
      const clock = fiber.getRef(Clock.Clock)
      const { learned, tokens } = this.#shared
      return Effect.uninterruptibleMask((restore) => {
        const request: TokenRequest = {
          bill: this.#billOf(descriptor, attempt.input),
          urgent: overrides.urgent ?? descriptor.limits.urgent,
          maxMillis: Math.max(0, Math.min(maxWait, attempt.maxMillis)),
          park: (wait) =>
            Effect.suspend(() => {
              attempt.onWait()
              return restore(wait)
            })
        }
        const acquired = isLearningCall(overrides) ? this.#force(request, clock) : this.#acquire(request, clock)
        return Effect.flatMap(acquired, (taken) => {
          const isDue = learned.spend(descriptor.limits.bucket, taken.want.cost, taken.atMillis)
          const settled = Effect.onExitPrimitive(restore(run), (exit) => {
            const nowMillis = monotonicMillis(clock)
            const settled = tokens.settle(taken, attempt.wasSent(), exit, nowMillis)
            return isLimited(exit) ? Effect.andThen(settled, learned.learn(nowMillis)) : settled
          })
          return isDue ? Effect.andThen(learned.learn(taken.atMillis), settled) : settled
        })
      })
    })

  readonly waitFor: Limiter["waitFor"] = (descriptor, input) =>
    Effect.withFiber((fiber) => {
      const urgent = fiber.getRef(RateLimits.Overrides).urgent ?? descriptor.limits.urgent
      const bill = this.#billOf(descriptor, input)
      return this.#queueOf(bill).waitFor(bill, urgent)
    })

  /** Takes tokens for a call that fetches the budgets. The number of tokens in the bucket can become negative. */
  #force({ bill }: TokenRequest, clock: Clock.Clock): Effect.Effect<Taken> {
    const want = this.#queueOf(bill).want(bill, { urgent: true, forced: true })
    const atMillis = monotonicMillis(clock)
    return Effect.as(this.#shared.tokens.store.take(want), { want, atMillis })
  }

  #acquire(request: TokenRequest, clock: Clock.Clock): Effect.Effect<Taken, Errors.LimitExceeded> {
    const { learned } = this.#shared
    const queue = this.#queueOf(request.bill)
    const startedMillis = monotonicMillis(clock)
    if (!learned.isTooLarge(request.bill)) return queue.acquire(request, startedMillis)
    // A call that seems to exceed its bucket's capacity waits until an attempt to fetch the capacity has ended.
    const { maxMillis, park } = request
    const certain = Effect.flatMap(learned.learn(startedMillis), () =>
      learned.isLearning ? park(Effect.asVoid(Effect.timeoutOption(learned.ended, maxMillis))) : Effect.void
    )
    return Effect.flatMap(certain, () => {
      const nowMillis = monotonicMillis(clock)
      const leftMillis = Math.max(0, maxMillis - (nowMillis - startedMillis))
      return queue.acquire({ ...request, maxMillis: leftMillis }, nowMillis)
    })
  }

  #queueOf({ buckets }: billing.Bill): BucketQueue {
    let queue = this.#queues.get(buckets)
    if (queue === undefined) {
      queue = new BucketQueue(buckets, this.#shared)
      this.#queues.set(buckets, queue)
      for (const name of buckets.names) this.#show(name, buckets.kind)
    }
    return queue
  }

  #show(name: string, kind: billing.BucketSet["kind"]): void {
    const { account, learned, tokens } = this.#shared
    const { level } = tokens.store
    if (level === undefined) return
    this.#watch(name, (nowMillis) => level(account, { name, ...learned.budget(kind), learned: false }, nowMillis))
  }
}
