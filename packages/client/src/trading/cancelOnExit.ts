/**
 * Cancels the orders of a scope when the scope closes.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { InvalidRequest } from "../Errors.ts"
import { type Count, isZero } from "../money/FixedPoint.ts"
import * as RateLimits from "../limits/RateLimits.ts"
import * as SendPolicy from "../sending/SendPolicy.ts"
import { now, type Now, recordReading, timesOf } from "../sending/attemptTimes.ts"
import { boundMillis } from "../time.ts"
import { type Cancellation, type CancelTarget, ensureCanceled, type EnsureCanceledError } from "./canceling.ts"
import { lookFor, wantedOf } from "./lookup.ts"
import { type Mismatch, type Placement, placementOf } from "./outcomes.ts"
import { OrderRegistry, type PendingOrder } from "./registry.ts"
import type { Capabilities } from "./placing.ts"
import { read } from "../sending/skew.ts"

/** An order that may still rest. */
export interface Left extends Placement {
  /** Undefined if it is not known whether the order exists. In that case, settle the order. */
  readonly order_id: string | undefined
  readonly reason: string
}

/** The states of a scope's orders after the scope was closed. */
export interface ExitReport {
  /** The orders that no longer rest: cancelled, filled, or not found. */
  readonly ended: ReadonlyArray<Exclude<Cancellation, { readonly _tag: "MayRest" }>>
  readonly left: ReadonlyArray<Left>
}

export interface ExitOptions {
  /** The maximum duration of closing. Default: 10 seconds. */
  readonly within?: Duration.Input | undefined
  /** Receives the report at the end. Default: logs a warning for every order that may still rest. */
  readonly onExit?: ((report: ExitReport) => Effect.Effect<void>) | undefined
}

const concurrency = 16

/** Whether a failed cancel can succeed later. */
const isTransient = (error: EnsureCanceledError): boolean =>
  error._tag === "TooManyRequests" ||
  error._tag === "TransportError" ||
  error._tag === "RequestTimeout" ||
  error._tag === "LimitExceeded"

const warn = ({ left }: ExitReport): Effect.Effect<void> =>
  Effect.forEach(
    left,
    ({ client_order_id, order_id, reason, ticker }) =>
      Effect.logWarning("an order may still rest although its scope is closed").pipe(
        Effect.annotateLogs({ client_order_id, order_id, reason, ticker })
      ),
    { discard: true }
  )

/** An order that rests, as far as the client knows. */
interface Resting extends CancelTarget {
  readonly pending: PendingOrder
}

/** An order whose outcome is not known. */
interface Lost {
  readonly pending: PendingOrder
  /** Whether a response of the exchange showed that the order exists. */
  readonly exists: boolean
}

interface State {
  /** The orders of pending calls. Two of these orders can have the same id. */
  readonly sending: Set<PendingOrder>
  readonly lost: Set<Lost>
  /** By `order_id`. */
  readonly resting: Map<string, Resting>
  closed: boolean
}

interface Signals {
  /** Completes when no more calls are pending. */
  readonly idle: Deferred.Deferred<void>
  /** Completes when pending calls are abandoned. */
  readonly ended: Deferred.Deferred<void>
}

const hasSameId = (placement: Placement, { client_order_id, ticker }: Placement): boolean =>
  placement.client_order_id === client_order_id && placement.ticker === ticker

/** Removes the lost orders with the id of a known order, because the exchange has at most one order per id. */
const removeLost = (state: State, known: Placement): void => {
  for (const lost of state.lost) if (hasSameId(lost.pending, known)) state.lost.delete(lost)
}

const makeRegistry = (state: State, { ended, idle }: Signals): OrderRegistry => ({
  ended: Deferred.await(ended),
  begin: (orders) =>
    Effect.suspend(() => {
      if (state.closed) {
        const reason = "the scope of cancelAllOnExit is closed; place the order under another scope"
        return Effect.fail(new InvalidRequest({ operation: "Orders.place", pointer: "", reason }))
      }
      for (const order of orders) state.sending.add(order)
      return Effect.void
    }),
  end: (orders, exit) =>
    Effect.clockWith((clock) =>
      Effect.suspend(() => {
        const reading = read(clock)
        for (const [index, pending] of orders.entries()) {
          state.sending.delete(pending)
          if (Exit.isFailure(exit)) {
            const nothingSent = !Cause.hasInterrupts(exit.cause) && !Cause.hasDies(exit.cause)
            if (nothingSent) continue
            recordReading(pending.attempts, reading)
            state.lost.add({ pending, exists: false })
            continue
          }
          const outcome = exit.value[index]!
          if (outcome._tag === "Unknown") state.lost.add({ pending, exists: outcome.exists === true })
          if (outcome._tag !== "Accepted") continue
          removeLost(state, pending)
          if (mayRest(pending.request, outcome.remaining_count)) {
            state.resting.set(outcome.order_id, restingOf(pending, outcome.order_id))
          }
        }
        return state.closed && state.sending.size === 0 ? Deferred.succeed(idle, undefined) : Effect.void
      })
    ),
  remove: (order_id) => {
    state.resting.delete(order_id)
  },
  clientOrderIdOf: (order_id) => state.resting.get(order_id)?.pending.client_order_id
})

const mayRest = (request: PendingOrder["request"], remaining: Count | undefined): boolean =>
  request.time_in_force === "good_till_canceled" && (remaining === undefined || !isZero(remaining))

const restingOf = (pending: PendingOrder, order_id: string): Resting => {
  const { exchange_index, subaccount } = pending.request
  return { order_id, ticker: pending.ticker, exchange_index, subaccount, pending }
}

/** The progress of closing a scope. */
interface Closing {
  readonly state: State
  readonly signals: Signals
  readonly withinMillis: number
  /** The ids of the resting orders for which a cancel was tried. */
  readonly tried: Set<string>
  readonly ended: Array<ExitReport["ended"][number]>
  /** The reasons why orders may still rest. */
  readonly reasons: Map<PendingOrder, string>
}

const cancelOne = (
  { ended, reasons, state, withinMillis }: Closing,
  order: Resting
): Effect.Effect<void, never, Capabilities> => {
  const attempt = Effect.suspend(() => {
    // The older reason no longer applies: if this attempt runs out of time, it may have sent a cancel.
    reasons.delete(order.pending)
    return ensureCanceled(order, { within: withinMillis })
  })
  const persistent = attempt.pipe(
    Effect.tapError(({ message }) => Effect.sync(() => void reasons.set(order.pending, message))),
    Effect.retry({ while: isTransient, schedule: Schedule.spaced("500 millis") })
  )
  return Effect.map(Effect.result(persistent), (result) => {
    if (Result.isFailure(result) || result.success._tag === "MayRest") return
    state.resting.delete(order.order_id)
    ended.push(result.success)
  })
}

/** Cancels the resting orders for which no cancel was tried yet. */
const cancelResting = (closing: Closing): Effect.Effect<void, never, Capabilities> =>
  Effect.suspend(() => {
    const { state, tried } = closing
    const untried = Array.from(state.resting.values()).filter(({ order_id }) => !tried.has(order_id))
    for (const { order_id } of untried) tried.add(order_id)
    return Effect.forEach(untried, (order) => cancelOne(closing, order), { concurrency, discard: true })
  })

/** Looks for orders whose outcome is not known. If a list shows such an order, it becomes a resting order. */
const findLost = ({ reasons, state, withinMillis }: Closing): Effect.Effect<void, never, Capabilities> =>
  Effect.gen(function* () {
    const lost = [...state.lost, ...Array.from(state.sending, (pending) => ({ pending, exists: false }))]
    if (lost.length === 0) return
    const wanted = lost.map(({ exists, pending }) => wantedOf(pending, exists))
    const { acceptedOf, asOf, mismatchOf } = yield* lookFor(wanted, {
      withinMillis: withinMillis / 2,
      historical: false
    })
    for (const [index, { pending }] of lost.entries()) {
      const order = acceptedOf(wanted[index]!)
      if (order === undefined) {
        reasons.set(pending, `its response was lost, and ${reasonOf(mismatchOf(wanted[index]!), asOf)}`)
        continue
      }
      removeLost(state, pending)
      for (const other of state.sending) if (hasSameId(other, pending)) state.sending.delete(other)
      if (!state.resting.has(order.order_id)) state.resting.set(order.order_id, restingOf(pending, order.order_id))
    }
  })

/** Returns the reason why an order whose response was lost may still rest. */
const reasonOf = (mismatch: Mismatch | undefined, asOf: string | undefined): string => {
  if (mismatch !== undefined) {
    const { differs, order } = mismatch
    return `order ${order.order_id}, which has the same client_order_id, was not cancelled because its ${differs.join(", ")} differs`
  }
  return asOf === undefined ? "no list of orders could be read" : `no list of orders as of ${asOf} shows it`
}

/** Waits for pending calls, abandons calls that do not end, and finds and cancels their orders. */
const cancelLost = (closing: Closing): Effect.Effect<void, never, Capabilities> =>
  Effect.gen(function* () {
    const { signals, state, withinMillis } = closing
    if (state.sending.size > 0) yield* Effect.timeoutOption(Deferred.await(signals.idle), withinMillis / 2)
    // Abandons the pending calls: their fibers send nothing after this.
    yield* Deferred.succeed(signals.ended, undefined)
    yield* cancelResting(closing)
    yield* findLost(closing)
    yield* cancelResting(closing)
  })

/** Returns the orders that may still rest. */
const leftOf = ({ reasons, state, withinMillis }: Closing, reported: Now): ReadonlyArray<Left> => {
  const left = (pending: PendingOrder, rest: Partial<Left>): Left => ({
    ...placementOf(pending),
    order_id: undefined,
    ...rest,
    reason: reasons.get(pending) ?? `closing took longer than ${withinMillis} ms`
  })
  return [
    ...Array.from(state.resting.values(), ({ order_id, pending }) => left(pending, { order_id })),
    ...Array.from(state.lost, ({ exists, pending }) =>
      left(pending, { ...timesOf(pending.attempts, reported), exists })
    ),
    ...Array.from(state.sending, (pending) => left(pending, timesOf(pending.attempts, reported)))
  ]
}

/** Cancels resting orders, looks for lost orders, and reports, in a limited time. */
const close = (state: State, signals: Signals, options: ExitOptions): Effect.Effect<void, never, Capabilities> =>
  Effect.gen(function* () {
    state.closed = true
    const withinMillis = boundMillis(options.within, "10 seconds")
    const closing: Closing = { state, signals, withinMillis, tried: new Set(), ended: [], reasons: new Map() }
    // An order that cannot be cancelled does not delay the search for the others.
    const all = Effect.all([cancelResting(closing), cancelLost(closing)], { concurrency: "unbounded", discard: true })
    // A finalizer is uninterruptible. The timeout needs an interruptible effect.
    yield* Effect.timeoutOption(Effect.interruptible(all), withinMillis)
    yield* Deferred.succeed(signals.ended, undefined)
    const left = leftOf(closing, yield* now)
    yield* (options.onExit ?? warn)({ ended: closing.ended, left })
    // The overrides of the program's own calls, such as a single attempt, do not apply here.
  }).pipe(
    Effect.provideService(SendPolicy.Overrides, SendPolicy.noOverrides),
    Effect.provideService(RateLimits.Overrides, { urgent: true })
  )

/**
 * Cancels the resting orders of a program when it ends: the orders that {@link place} and {@link placeAll} placed under
 * this layer. The layer does so when the program succeeds, fails, dies or is interrupted. It does not cover the
 * operations `Orders.create` and `Orders.batchCreate`, because without a `client_order_id`, an order whose response was
 * lost cannot be distinguished from other orders.
 *
 * **Details**
 *
 * Provide the layer to a program, or build it with a runtime. The layer covers every fiber that runs under it. When it
 * closes, it also looks for orders whose response was lost, or whose fiber was interrupted during the call. It cancels
 * a found order only if the market, subaccount, side, price and count are those of the request. It does not cancel any
 * other order with the same id, but reports it. Once the layer closes, `place` and `placeAll` fail with an
 * `InvalidRequest`. Closing takes at most `within`. Orders that may still rest go to `onExit`, or are logged as
 * warnings.
 *
 * **Gotchas**
 *
 * - An amended order has another price or count. It is cancelled, unless the response to its placement was lost.
 * - Run the program with `NodeRuntime.runMain`, so that Ctrl-C and SIGTERM interrupt the program. Under
 *   `Effect.runPromise` these signals end the process at once, and nothing is cancelled.
 * - A killed process cancels nothing: use an order group, an `expiration_time` or a journal for that case.
 * - Each order that may rest stays in memory until {@link ensureCanceled} or the end of the scope has cancelled it.
 *
 * **Example** (Orders that are cancelled at the end of the program)
 *
 * ```ts
 * import * as Orders from "@kalshi-effect/client/Orders"
 * import * as Effect from "effect/Effect"
 *
 * const quoting = Effect.gen(function* () {
 *   yield* Orders.place(Orders.buyYes({ ticker: "KXHIGHNY-26NOV23-T50", count: "10", yes_price: "0.40" }))
 *   yield* Orders.place(Orders.buyNo({ ticker: "KXHIGHNY-26NOV23-T50", count: "10", no_price: "0.50" }))
 *   return yield* Effect.never
 * }).pipe(Effect.provide(Orders.cancelAllOnExit({ within: "5 seconds" })))
 * ```
 */
export const cancelAllOnExit = (options: ExitOptions = {}): Layer.Layer<never, never, Capabilities> =>
  Layer.effect(
    OrderRegistry,
    Effect.gen(function* () {
      const signals: Signals = { idle: yield* Deferred.make<void>(), ended: yield* Deferred.make<void>() }
      const state: State = { sending: new Set(), lost: new Set(), resting: new Map(), closed: false }
      yield* Effect.addFinalizer(() => close(state, signals, options))
      return makeRegistry(state, signals)
    })
  )
