/**
 * The limiter of one layer: makes each signed call wait until the account's token buckets pay for it.
 *
 * A call that finds its tokens and nobody waiting takes them and goes. All others enter the queue of their buckets. One
 * fiber per queue, which lives as long as somebody waits, asks the store on behalf of the first and lets them go one after
 * the other. So no call wakes another, and a burst of any size needs constant stack and linear time.
 *
 * @module
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Errors from "../Errors.ts"
import * as RateLimits from "./RateLimits.ts"
import type { Limiter } from "../sending/connection.ts"
import type { CallFailure } from "../sending/decode.ts"
import * as Billing from "./billing.ts"
import * as Learned from "./learned.ts"
import * as memory from "./memory.ts"
import { Queue } from "./queue.ts"
import type { Telemetry } from "../sending/observer.ts"

/** Tokens that were taken, and when they were requested. */
interface Taken {
  readonly want: RateLimits.Want
  readonly atMillis: number
}

type Outcome = Effect.Effect<Taken, Errors.LimitExceeded>

/** A call that waits. */
interface Waiter {
  readonly id: string
  readonly bill: Billing.Bill
  /** Tokens, as of its arrival. */
  readonly cost: number
  readonly urgent: boolean
  /** Later than that of every call before it. */
  readonly enteredMillis: number
  readonly maxMillis: number
  /** The end of its time. */
  readonly endMillis: number
  /** When it is looked at again: at the end of its time, or halfway for a cancel whose wait rests on a guess. */
  deadlineMillis: number
  isPlaced: boolean
  /** What came of it. */
  outcome: Outcome | undefined
  /** The tokens that it was given. */
  taken: Taken | undefined
  /** Continues the fiber that waits; undefined until it does. */
  resume: ((outcome: Outcome) => void) | undefined
}

/** The calls that want tokens of the same buckets. */
interface Line {
  readonly kind: Learned.Kind
  readonly names: ReadonlyArray<string>
  /** The buckets as a store is asked about them, by the budget beside them. */
  buckets: ReadonlyArray<RateLimits.Bucket>
  budget: RateLimits.Budget | undefined
  readonly queue: Queue<Waiter>
  /** How many calls ask a remote store without having entered the queue. */
  asking: number
  isServed: boolean
  /** When the first call is expected to have its tokens; undefined until the store has refused it. */
  firstMillis: number | undefined
  firstCost: number
  /** The budget has changed: everybody's wait must be estimated anew. */
  mustJudge: boolean
  /** Wakes the fiber that serves the line; undefined while it runs. */
  wake: (() => void) | undefined
  /** The fiber is to look again before it sleeps. */
  isPoked: boolean
}

/** How many calls of a line ask a remote store at the same time: one at a time would cost a round trip each. */
const remoteWidth = 8

/** The longest sleep without another look: another process does not announce what it gives back. */
const lookMillis = 250

const unanswered: ReadonlySet<CallFailure["_tag"]> = new Set(["TransportError", "RequestTimeout"])

const millisOf = (input: Duration.Input): number =>
  Option.match(Duration.fromInput(input), { onNone: () => Number.NaN, onSome: Duration.toMillis })

/** A limiter's options, in numbers. */
interface Resolved {
  readonly account: string
  readonly share: number
  readonly latencyMillis: number
  readonly refreshMillis: number
  readonly shards: number
}

const resolve = (options: RateLimits.Options, environment: string, keyId: string): Resolved | string => {
  const { share = 1, shards = 4 } = options
  const latencyMillis = millisOf(options.latency ?? 500)
  const refreshMillis = millisOf(options.refreshAfter ?? "10 minutes")
  if (!(share > 0 && share <= 1)) return "limits.share must be more than 0 and at most 1"
  if (!(latencyMillis >= 0 && Number.isFinite(latencyMillis))) return "limits.latency must be a finite duration"
  if (!(refreshMillis > 0)) return "limits.refreshAfter must be a duration longer than zero"
  if (!(Number.isInteger(shards) && shards > 0 && shards <= 1_000)) return "limits.shards must be from 1 to 1000"
  // Accounts of different environments never share, whatever they are called.
  return { account: `${environment} ${options.account ?? keyId}`, share, latencyMillis, refreshMillis, shards }
}

const monotonicMillis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** Names this limiter among all that share a store. */
const makeName = (): string => Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("")

/**
 * Makes a limiter, given how the exchange is asked about the account. Asks in fibers of the scope, which end with it.
 *
 * Dies of options that cannot be: they are a mistake in the program.
 */
export const make = (
  options: RateLimits.Options,
  environment: string,
  keyId: string,
  watch: Telemetry["watch"],
  facts: Learned.AccountFacts
): Effect.Effect<Limiter, never, Scope.Scope> =>
  Effect.gen(function* () {
    const settings = resolve(options, environment, keyId)
    if (typeof settings === "string") return yield* Effect.die(new Error(settings))
    const scope = yield* Effect.scope
    const store = (yield* RateLimits.Store) ?? memory.make()
    return start(settings, store, scope, facts, watch)
  })

const start = (
  settings: Resolved,
  store: RateLimits.Store,
  scope: Scope.Scope,
  facts: Learned.AccountFacts,
  watch: Telemetry["watch"]
): Limiter => {
  const name = makeName()
  const width = store.isLocal === true ? 1 : remoteWidth
  const lines = new Map<string, Line>()
  const billOf = Billing.make(settings.shards)
  let calls = 0
  let lastEntered = 0

  const learned = Learned.make({
    ...settings,
    scope,
    facts,
    onEnd: () => {
      for (const line of lines.values()) {
        line.mustJudge = true
        poke(line)
      }
    }
  })

  const costOf = ({ descriptor, items }: Billing.Bill): number => learned.costOf(descriptor) * items

  const isTooLarge = (bill: Billing.Bill): boolean => costOf(bill) > learned.budget(bill.descriptor.bucket).capacity

  const bucketsOf = (line: Line, budget: RateLimits.Budget): ReadonlyArray<RateLimits.Bucket> => {
    if (line.budget !== budget) {
      const isLearned = learned.isLearned()
      line.budget = budget
      line.buckets = line.names.map((name) => ({ name, ...budget, learned: isLearned }))
    }
    return line.buckets
  }

  /** What is asked of the store. `forced`: the call goes without waiting, and owes what is missing. */
  const wantOf = (id: string, bill: Billing.Bill, urgent: boolean, waitedMillis: number, forced: boolean) => {
    const budget = learned.budget(bill.descriptor.bucket)
    const cost = costOf(bill)
    return {
      id,
      account: settings.account,
      buckets: bucketsOf(lineOf(bill), budget),
      // Whether a bucket of unknown size can hold it is for the exchange to judge.
      cost: learned.isCertain() ? cost : Math.min(cost, budget.capacity),
      urgent,
      forced,
      waitedMillis,
      latencyMillis: settings.latencyMillis
    }
  }

  /** Shows a bucket's level among the metrics. */
  const show = (name: string): void => {
    const { level } = store
    if (level === undefined) return
    const kind = name === "read" ? "read" : "write"
    watch(name, (nowMillis) => level(settings.account, { name, ...learned.budget(kind), learned: false }, nowMillis))
  }

  const lineOf = ({ buckets, descriptor }: Billing.Bill): Line => {
    const key = buckets.length === 1 ? buckets[0]! : buckets.join(" ")
    let line = lines.get(key)
    if (line === undefined) {
      line = {
        kind: descriptor.bucket,
        names: buckets,
        buckets: [],
        budget: undefined,
        queue: new Queue(),
        asking: 0,
        isServed: false,
        firstMillis: undefined,
        firstCost: 0,
        mustJudge: false,
        wake: undefined,
        isPoked: false
      }
      lines.set(key, line)
      for (const name of buckets) show(name)
    }
    return line
  }

  /** Makes the fiber that serves a line look again. */
  const poke = (line: Line): void => {
    line.isPoked = true
    line.wake?.()
  }

  /** Tokens or places have become free: the first of every line may have them. */
  const pokeAll = (): void => {
    for (const line of lines.values()) if (line.isServed) poke(line)
  }

  const end = (line: Line, waiter: Waiter, outcome: Outcome): void => {
    line.queue.leave(waiter)
    waiter.outcome = outcome
    waiter.resume?.(outcome)
  }

  const exceeded = ({ bill, maxMillis }: Pick<Waiter, "bill" | "maxMillis">, waitMillis: number | undefined) =>
    Effect.fail(
      new Errors.LimitExceeded({
        operation: bill.descriptor.name,
        bucket: bill.descriptor.bucket,
        cost: costOf(bill),
        capacity: learned.budget(bill.descriptor.bucket).capacity,
        waitMillis,
        maxWaitMillis: maxMillis
      })
    )

  /** A cancel is not refused because of a guess: the exchange decides. */
  const mustGo = ({ bill }: Pick<Waiter, "bill">): boolean => bill.descriptor.urgent && !learned.isCertain()

  /** Ends the wait of a call whose tokens come too late, or never. */
  const refuse = (line: Line, waiter: Waiter, waitMillis: number | undefined, nowMillis: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (!line.queue.has(waiter)) return Effect.void
      if (mustGo(waiter)) return Effect.asVoid(take(line, waiter, nowMillis, true))
      end(line, waiter, exceeded(waiter, waitMillis))
      // What is known may be out of date: the next call is to know better.
      return Effect.andThen(giveUp(waiter), learned.learn(nowMillis))
    })

  const giveUp = ({ bill, id, isPlaced, urgent }: Waiter): Effect.Effect<void> =>
    isPlaced ? quietly(store.giveUp(wantOf(id, bill, urgent, 0, false))) : Effect.void

  /** Asks the store for a call's tokens and lets the call go where they are there. Gives the wait, in milliseconds. */
  const take = (line: Line, waiter: Waiter, nowMillis: number, forced: boolean): Effect.Effect<number> => {
    const { bill, enteredMillis, id, urgent } = waiter
    const want = wantOf(id, bill, urgent, Math.max(0, nowMillis - enteredMillis), forced)
    return Effect.matchCauseEffect(store.take(want), {
      onFailure: (cause) => {
        end(line, waiter, Effect.failCause(cause))
        return Effect.succeed(0)
      },
      onSuccess: (millis) => {
        if (millis > 0 && !forced) {
          line.queue.place(waiter)
          return line.queue.has(waiter) ? Effect.succeed(millis) : Effect.as(giveUp(waiter), 0)
        }
        // It may have been interrupted while a remote store was asked.
        if (!line.queue.has(waiter)) return Effect.as(quietly(store.giveBack(want)), 0)
        waiter.taken = { want, atMillis: nowMillis }
        end(line, waiter, Effect.succeed(waiter.taken))
        return Effect.succeed(0)
      }
    })
  }

  /** How long a call waits that has `costAhead` before it. Only a guess where the store has not been asked for anybody. */
  const estimate = (line: Line, costAhead: number, cost: number, nowMillis: number): number => {
    const { refillRate } = learned.budget(line.kind)
    const { firstCost, firstMillis } = line
    const missing = costAhead + cost - (firstMillis === undefined ? 0 : firstCost)
    return Math.max(0, (firstMillis ?? nowMillis) - nowMillis + (missing / refillRate) * 1000)
  }

  const costAheadOf = (line: Line, waiter: Waiter): number => {
    let sum = 0
    for (const other of line.queue) {
      if (other === waiter) break
      sum += other.cost
    }
    return sum
  }

  /** Ends the wait of the calls whose time is over. */
  const expire = (line: Line, nowMillis: number): Effect.Effect<void> =>
    Effect.gen(function* () {
      for (;;) {
        const waiter = line.queue.nextDeadline()
        if (waiter === undefined || waiter.deadlineMillis > nowMillis) return
        if (waiter.endMillis > nowMillis && !mustGo(waiter)) line.queue.postpone(waiter, waiter.endMillis)
        else {
          const waitMillis = estimate(line, costAheadOf(line, waiter), waiter.cost, nowMillis)
          yield* refuse(line, waiter, waitMillis, nowMillis)
        }
      }
    })

  /** Ends the wait of all whose tokens come too late, by a budget that was just learned. */
  const judge = (line: Line, nowMillis: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const late: Array<readonly [waiter: Waiter, waitMillis: number | undefined]> = []
      let ahead = 0
      for (const waiter of line.queue) {
        const waitMillis = estimate(line, ahead, waiter.cost, nowMillis)
        if (learned.isCertain() && isTooLarge(waiter.bill)) late.push([waiter, undefined])
        else if (isTooLate(waiter, waitMillis, nowMillis)) late.push([waiter, waitMillis])
        else ahead += waiter.cost
      }
      return Effect.forEach(late, ([waiter, waitMillis]) => refuse(line, waiter, waitMillis, nowMillis), {
        discard: true
      })
    })

  const isTooLate = ({ endMillis }: Waiter, waitMillis: number, nowMillis: number): boolean =>
    waitMillis > endMillis - nowMillis

  /** Lets the calls of a line go one after the other, until nobody waits. */
  const serve = (line: Line): Effect.Effect<void> =>
    Effect.gen(function* () {
      for (;;) {
        line.isPoked = false
        const nowMillis = yield* now
        const heads = line.queue.first(width)
        const [first] = heads
        if (first === undefined) {
          line.isServed = false
          return
        }
        if (learned.isCertain() && isTooLarge(first.bill)) {
          yield* refuse(line, first, undefined, nowMillis)
          continue
        }
        const waits =
          heads.length === 1
            ? [yield* take(line, first, nowMillis, false)]
            : yield* Effect.forEach(heads, (head) => take(line, head, nowMillis, false), { concurrency: width })
        const wait = waits[0]!
        if (wait <= 0) {
          line.firstMillis = undefined
          continue
        }
        line.firstMillis = nowMillis + wait
        line.firstCost = first.cost
        if (!learned.isLearned()) yield* learned.learn(nowMillis)
        if (!learned.isLearning()) {
          if (line.mustJudge) yield* judge(line, nowMillis)
          else if (isTooLate(first, wait, nowMillis)) yield* refuse(line, first, wait, nowMillis)
          line.mustJudge = false
        }
        yield* expire(line, nowMillis)
        if (!line.queue.has(first)) continue
        const deadlineMillis = line.queue.nextDeadline()?.deadlineMillis ?? Number.POSITIVE_INFINITY
        yield* sleep(line, Math.min(wait, lookMillis, deadlineMillis - nowMillis))
      }
    })

  const sleep = (line: Line, millis: number): Effect.Effect<void> => {
    const poked = Effect.callback<void>((resume) => {
      if (line.isPoked) return resume(Effect.void)
      line.wake = () => {
        line.wake = undefined
        resume(Effect.void)
      }
      return Effect.sync(() => {
        line.wake = undefined
      })
    })
    return Effect.raceFirst(poked, Effect.sleep(Math.ceil(millis)))
  }

  /** Waits in the queue. Interruptible only while it is parked. */
  const queued = (
    parked: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>,
    line: Line,
    waiter: Waiter,
    nowMillis: number
  ): Outcome =>
    Effect.suspend(() => {
      const { cost, maxMillis, urgent } = waiter
      const ahead = line.queue.costAhead(urgent)
      const started = learned.isLearned() ? Effect.void : learned.learn(nowMillis)
      return Effect.flatMap(started, () => {
        if (ahead > 0 && line.firstMillis !== undefined && !learned.isLearning() && !mustGo(waiter)) {
          const waitMillis = estimate(line, ahead, cost, nowMillis)
          if (waitMillis > maxMillis) {
            return Effect.andThen(learned.learn(nowMillis), exceeded(waiter, waitMillis))
          }
        }
        line.queue.enter(waiter)
        if (line.isServed) {
          if (ahead === 0) poke(line)
          return parkedUntilServed(parked, line, waiter)
        }
        line.isServed = true
        return Effect.andThen(
          Effect.forkDetach(Learned.outsideSpan(serve(line)), { startImmediately: true }),
          parkedUntilServed(parked, line, waiter)
        )
      })
    })

  const parkedUntilServed = (
    parked: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>,
    line: Line,
    waiter: Waiter
  ): Outcome =>
    Effect.suspend(() => {
      if (waiter.outcome !== undefined) return waiter.outcome
      const served = Effect.callback<Taken, Errors.LimitExceeded>((resume) => {
        if (waiter.outcome !== undefined) resume(waiter.outcome)
        else waiter.resume = resume
      })
      return Effect.onExitPrimitive(parked(served), (exit) => {
        if (Exit.isSuccess(exit)) return undefined
        // Interrupted in the instant in which it had its tokens.
        if (waiter.taken !== undefined) return refunded(waiter.taken.want)
        if (waiter.outcome !== undefined) return undefined
        waiter.resume = undefined
        line.queue.leave(waiter)
        return waiter.isPlaced ? Effect.andThen(giveUp(waiter), Effect.sync(pokeAll)) : undefined
      })
    })

  const refunded = (want: RateLimits.Want): Effect.Effect<void> =>
    Effect.andThen(quietly(store.giveBack(want)), Effect.sync(pokeAll))

  /** Takes the tokens of a call, at once where nobody waits for the same buckets. */
  const acquire = (
    parked: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>,
    bill: Billing.Bill,
    urgent: boolean,
    maxMillis: number,
    nowMillis: number
  ): Outcome =>
    Effect.suspend(() => {
      if (learned.isCertain() && isTooLarge(bill)) return exceeded({ bill, maxMillis }, undefined)
      const line = lineOf(bill)
      // Two that come in the same instant are still in order.
      const enteredMillis = (lastEntered = Math.max(nowMillis, lastEntered + 0.001))
      const id = `${name}-${calls++}`
      const queue = (isPlaced: boolean): Outcome => {
        // A cancel whose budget is a guess is sent after half of its time at the latest.
        const untilMillis = mustGo({ bill }) ? maxMillis / 2 : maxMillis
        return queued(
          parked,
          line,
          {
            id,
            bill,
            cost: costOf(bill),
            urgent,
            enteredMillis,
            maxMillis,
            endMillis: nowMillis + maxMillis,
            deadlineMillis: nowMillis + untilMillis,
            isPlaced,
            outcome: undefined,
            taken: undefined,
            resume: undefined
          },
          nowMillis
        )
      }
      if (line.queue.size > 0 || line.asking >= width) return queue(false)
      const want = wantOf(id, bill, urgent, 0, false)
      line.asking++
      return Effect.matchCauseEffect(store.take(want), {
        onFailure: (cause) => {
          line.asking--
          return Effect.failCause(cause)
        },
        onSuccess: (millis) => {
          line.asking--
          if (millis <= 0) return Effect.succeed({ want, atMillis: enteredMillis })
          if (line.queue.size === 0) {
            line.firstMillis = nowMillis + millis
            line.firstCost = want.cost
          }
          return queue(true)
        }
      })
    })

  /** A call that seems to cost more than its bucket holds waits until that is certain, or cannot be learned. */
  const certain = (
    parked: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>,
    maxMillis: number,
    nowMillis: number
  ): Effect.Effect<void> =>
    Effect.flatMap(learned.learn(nowMillis), () =>
      learned.isLearning() ? parked(Effect.asVoid(Effect.timeoutOption(learned.ended, maxMillis))) : Effect.void
    )

  const limit: Limiter["limit"] = (call, attempt) =>
    Effect.flatMap(RateLimits.Overrides, (overrides) => {
      const { descriptor, input, onWait, wasSent } = call
      const maxWait = overrides.maxWait === undefined ? Number.POSITIVE_INFINITY : millisOf(overrides.maxWait)
      if (!(maxWait >= 0)) {
        const reason = "RateLimits.Overrides.maxWait must be a duration"
        return Effect.fail(new Errors.InvalidRequest({ operation: descriptor.name, pointer: "", reason }))
      }
      const maxMillis = Math.max(0, Math.min(maxWait, call.maxMillis))
      const bill = billOf(descriptor, input)
      const urgent = overrides.urgent ?? descriptor.urgent
      return Effect.uninterruptibleMask((restore) => {
        // What may be interrupted before the attempt is a wait.
        const parked = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
          Effect.suspend(() => {
            onWait()
            return restore(effect)
          })
        const taken = Effect.flatMap(now, (startedMillis): Outcome => {
          if (Learned.isLearningCall(overrides)) {
            const want = wantOf(`${name}-${calls++}`, bill, true, 0, true)
            return Effect.as(store.take(want), { want, atMillis: startedMillis })
          }
          if (!isTooLarge(bill)) return acquire(parked, bill, urgent, maxMillis, startedMillis)
          return Effect.flatMap(certain(parked, maxMillis, startedMillis), () =>
            Effect.flatMap(now, (nowMillis) =>
              acquire(parked, bill, urgent, Math.max(0, maxMillis - (nowMillis - startedMillis)), nowMillis)
            )
          )
        })
        return Effect.flatMap(taken, ({ atMillis, want }) => {
          const isDue = learned.spend(descriptor.bucket, want.cost, atMillis)
          const attempted = Effect.onExitPrimitive(restore(attempt), (exit) => settle(want, atMillis, wasSent(), exit))
          return isDue ? Effect.andThen(learned.learn(atMillis), attempted) : attempted
        })
      })
    })

  /** Reports to the store what became of an attempt's tokens. */
  const settle = (
    want: RateLimits.Want,
    takenMillis: number,
    wasSent: boolean,
    exit: Exit.Exit<unknown, CallFailure>
  ): Effect.Effect<void> =>
    Effect.flatMap(now, (endedMillis) => {
      const failure = failureOf(exit)
      // Later, it counts as arrived, and was booked.
      const isHeld = endedMillis - takenMillis <= want.latencyMillis
      if (!wasSent || (failure?._tag === "TransportError" && failure.requestSent === "no")) {
        return isHeld || want.latencyMillis === 0 ? refunded(want) : Effect.void
      }
      // Without an answer, the request may still arrive.
      const isAnswered = failure === undefined ? Exit.isSuccess(exit) : !unanswered.has(failure._tag)
      const arrived = isAnswered && isHeld ? reported(want) : Effect.void
      return failure?._tag === "TooManyRequests"
        ? Effect.andThen(arrived, Effect.andThen(quietly(store.drain(want)), learned.learn(endedMillis)))
        : arrived
    })

  /** A remote store hears of it in the background, so that it does not delay the answer. */
  const reported = (want: RateLimits.Want): Effect.Effect<void> =>
    store.isLocal === true
      ? quietly(store.arrived(want))
      : Effect.asVoid(Effect.forkIn(quietly(store.arrived(want)), scope, { startImmediately: true }))

  return {
    limit,
    waitFor: (descriptor, input) =>
      Effect.flatMap(RateLimits.Overrides, (overrides) =>
        Effect.suspend(() => {
          const bill = billOf(descriptor, input)
          if (learned.isCertain() && isTooLarge(bill)) return Effect.succeed(Number.POSITIVE_INFINITY)
          const urgent = overrides.urgent ?? descriptor.urgent
          const want = wantOf(`${name}-${calls++}`, bill, urgent, 0, false)
          return store.waitFor({ ...want, cost: want.cost + lineOf(bill).queue.unplacedCostAhead(urgent) })
        })
      )
  }
}

const now: Effect.Effect<number> = /*#__PURE__*/ Effect.clockWith((clock) => Effect.sync(() => monotonicMillis(clock)))

const failureOf = <E>(exit: Exit.Exit<unknown, E>): E | undefined =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Exit.findErrorOption(exit)) : undefined

/** A store that breaks down takes no answer with it. */
const quietly = (effect: Effect.Effect<void>): Effect.Effect<void> => Effect.catchDefect(effect, () => Effect.void)
