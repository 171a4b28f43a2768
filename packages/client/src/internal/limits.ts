/**
 * The limiter of one layer: who waits for which bucket, in what order, and what the account's buckets and costs are.
 *
 * @module
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import * as Account from "../Account.ts"
import type { Sender } from "../Capability.ts"
import * as Errors from "../Errors.ts"
import type { Descriptor, Operation } from "../Operation.ts"
import * as RateLimits from "../RateLimits.ts"
import * as SendPolicy from "../SendPolicy.ts"
import type { NamedError } from "./decode.ts"
import * as costs from "./limitsCosts.ts"
import * as memory from "./limitsMemory.ts"
import type { Telemetry } from "./telemetry.ts"

/** Meters the signed calls of a layer. */
export interface Limiter {
  /** Runs an attempt once it has its tokens, and gives them back where nothing of it was sent. */
  readonly limit: (call: Call, attempt: Effect.Effect<unknown, Failure>) => Effect.Effect<unknown, Failure>
  readonly waitFor: (descriptor: Descriptor, input: unknown) => Effect.Effect<number>
}

type Failure = Errors.Failure | NamedError

/** One attempt of a call. */
export interface Call {
  readonly descriptor: Descriptor
  readonly input: unknown
  /** How long it may wait at most. */
  readonly maxMillis: number
  /** Whether a byte of the attempt may have left. */
  readonly wasSent: () => boolean
  /** Told when it has to wait, each time. */
  readonly waits: () => void
}

/** What a call is billed: which buckets, and how many times the operation's cost. */
interface Bill {
  readonly descriptor: Descriptor
  readonly buckets: ReadonlyArray<string>
  readonly items: number
}

/** Tokens that were taken, and when they were asked for. */
interface Got {
  readonly want: RateLimits.Want
  readonly takenMillis: number
}

interface Waiter {
  readonly id: string
  readonly bill: Bill
  readonly urgent: boolean
  readonly enteredMillis: number
  /** Tokens, as they were when it came. */
  readonly cost: number
  /** The store knows it, and keeps its place. */
  placed: boolean
  /** Set while it is parked. */
  wake: (() => void) | undefined
  /** It was to be woken while it was not parked. */
  nudged: boolean
}

/** Those who wait with one urgency, in the order in which they came, and what those want that have no place yet. */
interface Queue {
  readonly waiters: Set<Waiter>
  unplaced: number
}

/** Those who wait for the same buckets. The first of a line alone ask the store. */
interface Line {
  readonly urgent: Queue
  readonly normal: Queue
}

/** How many of a line ask at the same time: a store that is far away would else grant one a round trip. */
const firsts = 8

function* inOrder({ normal, urgent }: Line): Generator<Waiter> {
  yield* urgent.waiters
  yield* normal.waiters
}

const firstOf = (line: Line): ReadonlyArray<Waiter> => {
  const found: Array<Waiter> = []
  for (const waiter of inOrder(line)) if (found.push(waiter) === firsts) break
  return found
}

/** Clocks do not run at the same speed: ours may be this much faster than the exchange's and still find its tokens. */
const clockTolerance = 0.999

/** The longest sleep without another look: what another process gave back is not announced. */
const lookMillis = 250

const unanswered: ReadonlySet<Failure["_tag"]> = new Set(["TransportError", "RequestTimeout"])

/** How soon after an attempt to learn another is made. */
const learnAgainMillis = 10_000

const fieldOf = (input: unknown, name: string): unknown =>
  typeof input === "object" && input !== null ? (input as Readonly<Record<string, unknown>>)[name] : undefined

const writeBucket = (shard: number): string => (shard === 0 ? "write" : `write/${shard}`)

/**
 * The shard that an order is for: its `exchange_index`, or whichever the exchange finds by the ticker, or 0. Undefined
 * where the exchange has to find it.
 */
const shardOf = (input: unknown): number | undefined => {
  const index = fieldOf(input, "exchange_index")
  if (typeof index === "number") return index >= 0 ? index : undefined
  const routed = input === undefined || [fieldOf(input, "ticker"), fieldOf(input, "market_ticker")].some(isText)
  return routed ? undefined : 0
}

const isText = (value: unknown): boolean => typeof value === "string"

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

const now: Effect.Effect<number> = /*#__PURE__*/ Effect.clockWith((clock) => Effect.sync(() => monotonicMillis(clock)))

const budgetOf = ({ bucket_capacity, refill_rate }: Account.BucketLimit): RateLimits.Budget => ({
  refillRate: refill_rate,
  capacity: bucket_capacity
})

const isBudget = ({ capacity, refillRate }: RateLimits.Budget): boolean =>
  [capacity, refillRate].every((value) => Number.isFinite(value) && value > 0)

/** Names this limiter among all that share a store. */
const makeName = (): string => Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("")

/**
 * Makes a limiter, given what sends. Learns with that sender in fibers of the scope, which end with it.
 *
 * Dies of options that cannot be: they are a mistake in the program.
 */
export const make = (
  options: RateLimits.Options,
  environment: string,
  keyId: string,
  watch: Telemetry["watch"]
): Effect.Effect<(send: Sender["send"]) => Limiter, never, Scope.Scope> =>
  Effect.gen(function* () {
    const settings = resolve(options, environment, keyId)
    if (typeof settings === "string") return yield* Effect.die(new Error(settings))
    const scope = yield* Effect.scope
    const store = (yield* RateLimits.Store) ?? memory.make()
    return (send) => start(settings, store, scope, send, watch)
  })

const start = (
  settings: Resolved,
  store: RateLimits.Store,
  scope: Scope.Scope,
  send: Sender["send"],
  watch: Telemetry["watch"]
): Limiter => {
  const name = makeName()
  const lines = new Map<string, Line>()
  const shards = new Set(Array.from({ length: settings.shards }, (_, shard) => shard))
  let calls = 0
  let lastEntered = 0

  // What is known of the account.
  let budgets = RateLimits.defaults
  let learned = false
  let costOf = (descriptor: Descriptor): number => descriptor.cost
  let learnedAtMillis = Number.NEGATIVE_INFINITY
  let triedAtMillis = Number.NEGATIVE_INFINITY
  let learning: Fiber.Fiber<void> | undefined
  /** Spent before anything is learned. */
  const spent = { read: 0, write: 0 }

  const allowed = (kind: "read" | "write"): RateLimits.Budget => ({
    refillRate: budgets[kind].refillRate * settings.share * clockTolerance,
    capacity: budgets[kind].capacity * settings.share
  })

  const billOf = (descriptor: Descriptor, input: unknown): Bill => {
    const orders = descriptor.costPer === "item" ? fieldOf(input, "orders") : undefined
    // Nothing says that an empty batch is free.
    const items = Array.isArray(orders) ? Math.max(1, orders.length) : 1
    return { descriptor, items, buckets: bucketsOf(descriptor, input) }
  }

  const bucketsOf = (descriptor: Descriptor, input: unknown): ReadonlyArray<string> => {
    if (descriptor.bucket === "read") return ["read"]
    if (descriptor.writeBucket === "common") return [writeBucket(0)]
    if (descriptor.writeBucket === "quotes") return [writeBucket(1)]
    const shard = shardOf(input)
    if (shard === undefined) return [...shards].map(writeBucket)
    shards.add(shard)
    return [writeBucket(shard)]
  }

  const costOfBill = ({ descriptor, items }: Bill): number => costOf(descriptor) * items

  const wantOf = (waiter: Pick<Waiter, "id" | "bill" | "urgent">, cost: number, waitedMillis: number) => {
    const budget = allowed(waiter.bill.descriptor.bucket)
    return {
      id: waiter.id,
      account: settings.account,
      buckets: waiter.bill.buckets.map((name) => ({ name, ...budget, learned })),
      // What a bucket holds that nothing was learned of is for the exchange to judge.
      cost: learned ? cost : Math.min(cost, budget.capacity),
      urgent: waiter.urgent,
      waitedMillis,
      latencyMillis: settings.latencyMillis
    }
  }

  /** Shows a bucket's level among the metrics. */
  const show = (name: string): void => {
    const { level } = store
    if (level === undefined) return
    const kind = name === "read" ? "read" : "write"
    watch(name, (nowMillis) => level(settings.account, { name, ...allowed(kind), learned: false }, nowMillis))
  }

  const lineOf = ({ buckets }: Bill): Line => {
    const key = buckets.join(" ")
    let line = lines.get(key)
    if (line === undefined) {
      line = { urgent: { waiters: new Set(), unplaced: 0 }, normal: { waiters: new Set(), unplaced: 0 } }
      lines.set(key, line)
      for (const name of buckets) show(name)
    }
    return line
  }

  const nudge = (waiter: Waiter | undefined): void => {
    if (waiter?.wake !== undefined) waiter.wake()
    else if (waiter !== undefined) waiter.nudged = true
  }

  /** Tokens or places have become free: those who are first somewhere look again. */
  const nudgeAll = (): void => {
    for (const line of lines.values()) for (const waiter of firstOf(line)) nudge(waiter)
  }

  const park = (waiter: Waiter, millis: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (waiter.nudged) {
        waiter.nudged = false
        return Effect.void
      }
      const nudged = Effect.callback<void>((resume) => {
        waiter.wake = () => {
          waiter.wake = undefined
          resume(Effect.void)
        }
        return Effect.sync(() => {
          waiter.wake = undefined
        })
      })
      return millis === Number.POSITIVE_INFINITY ? nudged : Effect.raceFirst(nudged, Effect.sleep(Math.ceil(millis)))
    })

  /** Learns unless it was tried a moment ago; two requests at most, which wait like any other for what is known now. */
  const learn = (nowMillis: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (learning !== undefined || nowMillis - triedAtMillis < learnAgainMillis) return Effect.void
      triedAtMillis = nowMillis
      return Effect.map(Effect.forkIn(asOwn(learnNow(nowMillis)), scope), (fiber) => {
        learning = fiber
        fiber.addObserver(() => {
          learning = undefined
        })
      })
    })

  const learnNow = (nowMillis: number): Effect.Effect<void> =>
    Effect.gen(function* () {
      const list = yield* ask(Account.endpointCosts)
      const limits = yield* ask(Account.limits)
      if (Exit.isSuccess(list)) costOf = costs.read(list.value) ?? costOf
      if (Exit.isFailure(limits)) return
      const read = budgetOf(limits.value.read)
      const write = budgetOf(limits.value.write)
      if (!isBudget(read) || !isBudget(write)) return
      budgets = { read, write }
      learned = true
      if (Exit.isSuccess(list)) learnedAtMillis = nowMillis
      nudgeAll()
    })

  const ask = <Output, E, Capability>({ descriptor }: Operation<void, Output, E, Capability>) =>
    // The sender's answers are typed by the descriptor's schemas, as the operation is.
    Effect.exit(send(descriptor, undefined)) as Effect.Effect<Exit.Exit<Output, unknown>>

  /** Learns in the background where it is time to. */
  const learnIfDue = (nowMillis: number): Effect.Effect<void> =>
    (learned && nowMillis - learnedAtMillis > settings.refreshMillis) ||
    (!learned &&
      (spent.read > RateLimits.defaults.read.capacity / 2 || spent.write > RateLimits.defaults.write.capacity / 2))
      ? learn(nowMillis)
      : Effect.void

  const exceeded = (bill: Bill, cost: number, waitMillis: number | undefined, maxWaitMillis: number) =>
    new Errors.LimitExceeded({
      operation: bill.descriptor.name,
      bucket: bill.descriptor.bucket,
      cost,
      capacity: budgets[bill.descriptor.bucket].capacity * settings.share,
      waitMillis,
      maxWaitMillis
    })

  const isTooLarge = (bill: Bill): boolean => costOfBill(bill) > allowed(bill.descriptor.bucket).capacity

  /** What those before it in its own line want of whom the store does not know. */
  const unplacedBefore = (line: Line, waiter: Waiter): number => {
    let sum = 0
    for (const { waiters } of waiter.urgent ? [line.urgent] : [line.urgent, line.normal]) {
      for (const other of waiters) {
        if (other === waiter) return sum
        if (!other.placed) sum += other.cost
      }
    }
    return sum
  }

  const place = (line: Line, waiter: Waiter): void => {
    if (waiter.placed) return
    waiter.placed = true
    line[waiter.urgent ? "urgent" : "normal"].unplaced -= waiter.cost
  }

  const enter = (line: Line, waiter: Waiter): void => {
    const queue = line[waiter.urgent ? "urgent" : "normal"]
    queue.waiters.add(waiter)
    queue.unplaced += waiter.cost
  }

  const leave = (line: Line, waiter: Waiter): void => {
    const queue = line[waiter.urgent ? "urgent" : "normal"]
    queue.waiters.delete(waiter)
    if (!waiter.placed) queue.unplaced -= waiter.cost
  }

  /** Waits in line, and takes. Not interruptible but where it is parked. */
  const acquire = (
    restore: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>,
    bill: Bill,
    urgent: boolean,
    maxMillis: number
  ): Effect.Effect<Got, Errors.LimitExceeded> =>
    Effect.clockWith((clock) => {
      const line = lineOf(bill)
      // Two that come in the same instant are still in order.
      const enteredMillis = (lastEntered = Math.max(monotonicMillis(clock), lastEntered + 0.001))
      const id = `${name}-${calls++}`
      const cost = costOfBill(bill)
      const waiter: Waiter = {
        id,
        bill,
        urgent,
        enteredMillis,
        cost,
        placed: false,
        wake: undefined,
        nudged: false
      }
      const waited = () => Math.max(0, monotonicMillis(clock) - enteredMillis)
      let estimated = false

      const parkFor = (millis: number) => Effect.andThen(restore(park(waiter, millis)), step)

      /** Parks for at most so long, if it may wait for its tokens at all. */
      const hold = (waitMillis: number, parkMillis: number): Effect.Effect<Got, Errors.LimitExceeded> => {
        const left = maxMillis - waited()
        if (waitMillis > left) return Effect.fail(exceeded(bill, costOfBill(bill), waitMillis, maxMillis))
        return parkFor(Math.min(parkMillis, left))
      }

      const step: Effect.Effect<Got, Errors.LimitExceeded> = Effect.suspend(() => {
        const cost = costOfBill(bill)
        if (learned && isTooLarge(bill)) return Effect.fail(exceeded(bill, cost, undefined, maxMillis))
        if (firstOf(line).includes(waiter)) {
          const want = wantOf(waiter, cost, waited())
          return Effect.flatMap(store.take(want), (millis) => {
            if (millis <= 0) return Effect.succeed({ want, takenMillis: enteredMillis + want.waitedMillis })
            place(line, waiter)
            return hold(millis, Math.min(millis, lookMillis))
          })
        }
        const left = maxMillis - waited()
        if (left === Number.POSITIVE_INFINITY || (estimated && left > 0)) return parkFor(left)
        const want = wantOf(waiter, cost, waited())
        return Effect.flatMap(store.waitFor({ ...want, cost: want.cost + unplacedBefore(line, waiter) }), (millis) => {
          // Those before it are only asking the store: that is no wait for tokens.
          if (millis <= 0) return parkFor(lookMillis)
          estimated = true
          return hold(millis, Number.POSITIVE_INFINITY)
        })
      })

      enter(line, waiter)
      return Effect.onExit(step, (exit) => {
        leave(line, waiter)
        if (Exit.isSuccess(exit)) {
          nudge(firstOf(line)[firsts - 1])
          return Effect.void
        }
        return Effect.andThen(
          waiter.placed ? store.giveUp(wantOf(waiter, cost, 0)) : Effect.void,
          Effect.sync(nudgeAll)
        )
      })
    })

  /** A batch that a default would not hold waits until the account's own budget is known, or cannot be. */
  const knowing = (
    restore: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>,
    bill: Bill,
    maxMillis: number
  ): Effect.Effect<void> =>
    learned || !isTooLarge(bill) || bill.descriptor === Account.limits.descriptor // which must not wait for itself
      ? Effect.void
      : Effect.flatMap(Effect.flatMap(now, learn), () =>
          learning === undefined
            ? Effect.void
            : restore(Effect.asVoid(Effect.timeoutOption(Fiber.await(learning), maxMillis)))
        )

  const limit: Limiter["limit"] = (call, attempt) =>
    Effect.flatMap(RateLimits.Overrides, (overrides) => {
      const { descriptor, input, waits, wasSent } = call
      const asked = overrides.maxWait === undefined ? Number.POSITIVE_INFINITY : millisOf(overrides.maxWait)
      if (!(asked >= 0)) {
        const reason = "RateLimits.Overrides.maxWait must be a duration"
        return Effect.fail(new Errors.InvalidRequest({ operation: descriptor.name, pointer: "", reason }))
      }
      const bill = billOf(descriptor, input)
      const urgent = overrides.urgent ?? descriptor.urgent
      return Effect.uninterruptibleMask((restore) => {
        // What may be interrupted before the attempt is a wait.
        const parked = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
          Effect.suspend(() => {
            waits()
            return restore(effect)
          })
        return Effect.flatMap(now, (startedAt) => {
          const most = Math.min(asked, call.maxMillis)
          const got = Effect.flatMap(knowing(parked, bill, most), () =>
            Effect.flatMap(now, (readyAt) => acquire(parked, bill, urgent, Math.max(0, most - (readyAt - startedAt))))
          )
          return Effect.flatMap(got, ({ takenMillis, want }) => {
            spent[descriptor.bucket] += want.cost
            const after = Effect.flatMap(now, learnIfDue)
            return Effect.andThen(
              after,
              Effect.onExit(restore(attempt), (exit) =>
                // A store that breaks down must not take the answer with it.
                Effect.catchDefect(settle(want, takenMillis, wasSent(), exit), () => Effect.void)
              )
            )
          })
        })
      })
    })

  const settle = (
    want: RateLimits.Want,
    takenMillis: number,
    wasSent: boolean,
    exit: Exit.Exit<unknown, Failure>
  ): Effect.Effect<void> =>
    Effect.flatMap(now, (endedMillis) => {
      const failure = failureOf(exit)
      // Later, it counts as arrived, and was booked.
      const isHeld = endedMillis - takenMillis <= want.latencyMillis
      if (!wasSent || (failure?._tag === "TransportError" && failure.requestSent === "no")) {
        return isHeld || want.latencyMillis === 0
          ? Effect.andThen(store.giveBack(want), Effect.sync(nudgeAll))
          : Effect.void
      }
      // Without an answer it may still be under way.
      const isAnswered = failure === undefined ? Exit.isSuccess(exit) : !unanswered.has(failure._tag)
      const told =
        isAnswered && isHeld
          ? // In the background: it would keep the answer back.
            Effect.asVoid(Effect.forkIn(store.arrived(want), scope, { startImmediately: true }))
          : Effect.void
      return failure?._tag === "TooManyRequests"
        ? Effect.andThen(told, Effect.andThen(store.drain(want), learn(endedMillis)))
        : told
    })

  return {
    limit,
    waitFor: (descriptor, input) =>
      Effect.flatMap(RateLimits.Overrides, (overrides) =>
        Effect.suspend(() => {
          const bill = billOf(descriptor, input)
          if (learned && isTooLarge(bill)) return Effect.succeed(Number.POSITIVE_INFINITY)
          const urgent = overrides.urgent ?? descriptor.urgent
          const line = lineOf(bill)
          const want = wantOf({ id: `${name}-${calls++}`, bill, urgent }, costOfBill(bill), 0)
          const before = line.urgent.unplaced + (urgent ? 0 : line.normal.unplaced)
          return store.waitFor({ ...want, cost: want.cost + before })
        })
      )
  }
}

const failureOf = <E>(exit: Exit.Exit<unknown, E>): E | undefined =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Exit.findErrorOption(exit)) : undefined

/** Runs apart from the call that happened to start it: no part of its span, and under none of its overrides. */
const asOwn = <A>(effect: Effect.Effect<A>): Effect.Effect<A> =>
  effect.pipe(
    Effect.provideService(SendPolicy.Overrides, SendPolicy.noOverrides),
    Effect.provideService(RateLimits.Overrides, { urgent: true }),
    Effect.updateContext((context: Context.Context<never>) => Context.omit(Tracer.ParentSpan)(context))
  )
