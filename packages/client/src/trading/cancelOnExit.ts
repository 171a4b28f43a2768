/**
 * Orders that do not outlive the scope that placed them.
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
import { note, now, timesOf } from "../sending/attempts.ts"
import { boundMillis } from "../time.ts"
import { type Cancellation, type CancelTarget, ensureCanceled, type EnsureCanceledError } from "./canceling.ts"
import { lookFor, wantedOf } from "./lookup.ts"
import { type Placement, placementOf } from "./outcomes.ts"
import { Placed, type Placing, type Registry } from "./registry.ts"
import type { Capabilities } from "./placing.ts"
import { read } from "../sending/skew.ts"

/** An order that may still rest. */
export interface Left extends Placement {
  /** Undefined where it is not known whether there is such an order: settle it. */
  readonly order_id: string | undefined
  readonly reason: string
}

/** What was done with the orders of a scope at its end. */
export interface ExitReport {
  /** Of every order that was known to rest, or found: those that were filled in the meantime are here too. */
  readonly ended: ReadonlyArray<Exclude<Cancellation, { readonly _tag: "MayRest" }>>
  readonly left: ReadonlyArray<Left>
}

export interface ExitOptions {
  /** For all of it together. Default: 10 seconds. */
  readonly within?: Duration.Input | undefined
  /** Receives the report at the end. Default: logs a warning about every order that is left. */
  readonly onExit?: ((report: ExitReport) => Effect.Effect<void>) | undefined
}

const atOnce = 16

/** Whether a cancel that failed can succeed a moment later. */
const isPassing = (error: EnsureCanceledError): boolean =>
  error._tag === "TooManyRequests" ||
  error._tag === "TransportError" ||
  error._tag === "RequestTimeout" ||
  error._tag === "LimitExceeded"

const warn = ({ left }: ExitReport): Effect.Effect<void> =>
  Effect.forEach(
    left,
    ({ client_order_id, order_id, reason, ticker }) =>
      Effect.logWarning("an order may still rest, although its scope has ended").pipe(
        Effect.annotateLogs({ client_order_id, order_id, reason, ticker })
      ),
    { discard: true }
  )

/** An order that rests as far as is known. */
interface Resting extends CancelTarget {
  readonly placing: Placing
}

/** An order that may exist. */
interface Lost {
  readonly placing: Placing
  /** Whether the exchange said that it exists. */
  readonly exists: boolean
}

interface State {
  /** Calls that have not ended, of which two can have one id. */
  readonly sending: Set<Placing>
  readonly lost: Set<Lost>
  /** By `order_id`. */
  readonly resting: Map<string, Resting>
  closed: boolean
}

interface Signals {
  /** No call is being sent any more. */
  readonly idle: Deferred.Deferred<void>
  /** Calls that have not ended are abandoned. */
  readonly ended: Deferred.Deferred<void>
}

/** The exchange has one order for an id: once that is known, no other call under the id can have placed one. */
const forget = (state: State, { client_order_id, ticker }: Placement): void => {
  for (const one of state.lost) {
    if (one.placing.client_order_id === client_order_id && one.placing.ticker === ticker) state.lost.delete(one)
  }
}

const makeRegistry = (state: State, { ended, idle }: Signals): Registry => ({
  ended: Deferred.await(ended),
  begin: (orders) =>
    Effect.suspend(() => {
      if (state.closed) {
        const reason = "the scope that cancels its orders at its end has ended: place the order under another one"
        return Effect.fail(new InvalidRequest({ operation: "Orders.place", pointer: "", reason }))
      }
      for (const order of orders) state.sending.add(order)
      return Effect.void
    }),
  end: (orders, exit) =>
    Effect.clockWith((clock) =>
      Effect.suspend(() => {
        const reading = read(clock)
        for (const [index, placing] of orders.entries()) {
          state.sending.delete(placing)
          if (Exit.isFailure(exit)) {
            const nothingSent = !Cause.hasInterrupts(exit.cause) && !Cause.hasDies(exit.cause)
            if (nothingSent) continue
            note(placing.attempts, reading)
            state.lost.add({ placing, exists: false })
            continue
          }
          const outcome = exit.value[index]!
          if (outcome._tag === "Unknown") state.lost.add({ placing, exists: outcome.exists === true })
          if (outcome._tag !== "Accepted") continue
          forget(state, placing)
          if (mayRest(placing.request, outcome.remaining_count)) {
            state.resting.set(outcome.order_id, restingOf(placing, outcome.order_id))
          }
        }
        return state.closed && state.sending.size === 0 ? Deferred.succeed(idle, undefined) : Effect.void
      })
    ),
  over: (order_id) => {
    state.resting.delete(order_id)
  },
  clientOrderIdOf: (order_id) => state.resting.get(order_id)?.placing.client_order_id
})

const mayRest = (request: Placing["request"], remaining: Count | undefined): boolean =>
  request.time_in_force === "good_till_canceled" && (remaining === undefined || !isZero(remaining))

const restingOf = (placing: Placing, order_id: string): Resting => {
  const { exchange_index, subaccount } = placing.request
  return { order_id, ticker: placing.ticker, exchange_index, subaccount, placing }
}

/** Cancels what rests, looks for what was lost, and reports, all in a bounded time. */
const close = (state: State, signals: Signals, options: ExitOptions): Effect.Effect<void, never, Capabilities> =>
  Effect.gen(function* () {
    state.closed = true
    const withinMillis = boundMillis(options.within, "10 seconds")
    const ended: Array<ExitReport["ended"][number]> = []
    /** Why an order is left. */
    const reasons = new Map<Placing, string>()

    const end = (order: Resting): Effect.Effect<void, never, Capabilities> => {
      const attempt = Effect.suspend(() => {
        // Of an attempt that runs out of time, nobody can say that it sent nothing.
        reasons.delete(order.placing)
        return ensureCanceled(order, { within: withinMillis })
      })
      const persistent = attempt.pipe(
        Effect.tapError(({ message }) => Effect.sync(() => void reasons.set(order.placing, message))),
        Effect.retry({ while: isPassing, schedule: Schedule.spaced("500 millis") })
      )
      return Effect.map(Effect.result(persistent), (result) => {
        if (Result.isFailure(result) || result.success._tag === "MayRest") return
        state.resting.delete(order.order_id)
        ended.push(result.success)
      })
    }

    const tried = new Set<string>()
    const endResting = Effect.suspend(() => {
      const untried = Array.from(state.resting.values()).filter(({ order_id }) => !tried.has(order_id))
      for (const { order_id } of untried) tried.add(order_id)
      return Effect.forEach(untried, end, { concurrency: atOnce, discard: true })
    })

    const endLost = Effect.gen(function* () {
      if (state.sending.size > 0) yield* Effect.timeoutOption(Deferred.await(signals.idle), withinMillis / 2)
      // What was not sent by now is not sent any more, also where its fiber lives on.
      yield* Deferred.succeed(signals.ended, undefined)
      yield* endResting
      const lost = [...state.lost, ...Array.from(state.sending, (placing) => ({ placing, exists: false }))]
      if (lost.length === 0) return
      const wanted = lost.map(({ exists, placing }) => wantedOf(placing, exists))
      const { asOf, mismatchOf, orderOf } = yield* lookFor(wanted, {
        withinMillis: withinMillis / 2,
        historical: false
      })
      for (const [index, { placing }] of lost.entries()) {
        const order = orderOf(wanted[index]!)
        if (order !== undefined) {
          forget(state, placing)
          for (const other of state.sending) {
            if (other.client_order_id === placing.client_order_id && other.ticker === placing.ticker) {
              state.sending.delete(other)
            }
          }
          if (!state.resting.has(order.order_id)) state.resting.set(order.order_id, restingOf(placing, order.order_id))
          continue
        }
        const mismatch = mismatchOf(wanted[index]!)
        const silence = asOf === undefined ? "no list could be read" : `no list as of ${asOf} shows it`
        const reason =
          mismatch === undefined
            ? silence
            : `the order ${mismatch.order.order_id}, which has its id, was not cancelled: it has another ${mismatch.differs.join(", ")}`
        reasons.set(placing, `its answer was lost, and ${reason}`)
      }
      yield* endResting
    })

    // An order that cannot be cancelled does not delay the search for the others.
    const endAll = Effect.all([endResting, endLost], { concurrency: "unbounded", discard: true })
    // A finalizer is not interruptible, and its bound needs it to be.
    yield* Effect.timeoutOption(Effect.interruptible(endAll), withinMillis)
    yield* Deferred.succeed(signals.ended, undefined)
    const reported = yield* now
    const left = [
      ...Array.from(state.resting.values(), (resting) => ({
        ...placementOf(resting.placing),
        order_id: resting.order_id,
        reason: reasons.get(resting.placing)
      })),
      ...Array.from(state.lost, (one) => ({
        ...placementOf(one.placing),
        ...timesOf(one.placing.attempts, reported),
        exists: one.exists,
        order_id: undefined,
        reason: reasons.get(one.placing)
      })),
      ...Array.from(state.sending, (placing) => ({
        ...placementOf(placing),
        ...timesOf(placing.attempts, reported),
        order_id: undefined,
        reason: reasons.get(placing)
      }))
    ].map((one) => ({ ...one, reason: one.reason ?? `there was not enough time (${withinMillis} ms)` }))
    yield* (options.onExit ?? warn)({ ended, left })
    // Overrides of the program's own calls, such as a single attempt, do not apply to these.
  }).pipe(
    Effect.provideService(SendPolicy.Overrides, SendPolicy.noOverrides),
    Effect.provideService(RateLimits.Overrides, { urgent: true })
  )

/**
 * Ties orders to a scope: what {@link place} and {@link placeAll} place under this layer, and still rests when the layer
 * closes, is cancelled, whether the program succeeds, fails, dies or is interrupted. Orders of the operations
 * `Orders.create` and `Orders.batchCreate` are not covered: without a `client_order_id` one whose answer is lost
 * cannot be distinguished from another.
 *
 * **Details**
 *
 * Provide it to a program, or build it with a runtime. It covers whatever fiber runs under it. Orders whose answer was
 * lost, or whose fiber was interrupted while they were sent, are looked for. An order is cancelled only where it has the
 * market, subaccount, side, price and count that were asked for: another order under the same id is left, and reported.
 * Once the layer closes, nothing more is placed under it (`InvalidRequest`). Closing takes at most `within`. What may
 * still rest goes to `onExit`, or is logged as a warning.
 *
 * **Gotchas**
 *
 * - An order of the scope that was amended has another price or count. It is cancelled where its answer was not lost.
 * - Run the program with `NodeRuntime.runMain`: Ctrl-C and SIGTERM then interrupt it. Under `Effect.runPromise` they end
 *   the process at once, and nothing is cancelled.
 * - A process that is killed cancels nothing: an order group, an `expiration_time` and a journal cover that.
 * - It keeps each order that may rest in memory until {@link ensureCanceled}, or the end of the scope, has ended it.
 *
 * **Example** (Quotes that end with the program)
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
    Placed,
    Effect.gen(function* () {
      const signals: Signals = { idle: yield* Deferred.make<void>(), ended: yield* Deferred.make<void>() }
      const state: State = { sending: new Set(), lost: new Set(), resting: new Map(), closed: false }
      yield* Effect.addFinalizer(() => close(state, signals, options))
      return makeRegistry(state, signals)
    })
  )
