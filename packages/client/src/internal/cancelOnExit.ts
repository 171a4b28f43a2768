/**
 * Orders that do not outlive the scope that placed them.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { InvalidRequest } from "../Errors.ts"
import { type Count, isZero } from "../FixedPoint.ts"
import * as RateLimits from "../RateLimits.ts"
import * as SendPolicy from "../SendPolicy.ts"
import { boundMillis } from "./bound.ts"
import { type Cancellation, type CancelTarget, ensureCanceled, type EnsureCanceledError } from "./canceling.ts"
import { lookFor } from "./lookup.ts"
import type { Placement } from "./outcomes.ts"
import { Placed, type Placing, type Registry } from "./placed.ts"
import { type Capabilities, marginMillis } from "./placing.ts"

/** An order that may rest still. */
export interface Left extends Placement {
  /** Undefined where it is not known whether there is such an order: settle it. */
  readonly order_id: string | undefined
  readonly reason: string
}

/** What was done with the orders of a scope at its end. */
export interface ExitReport {
  /** Of every order that was known to rest, or found: those that had been filled meanwhile are here too. */
  readonly ended: ReadonlyArray<Exclude<Cancellation, { readonly _tag: "MayRest" }>>
  readonly left: ReadonlyArray<Left>
}

export interface ExitOptions {
  /** For all of it together. Ten seconds when left out. */
  readonly within?: Duration.Input | undefined
  /** Told at the end. Logs a warning about every order that is left, when left out. */
  readonly onExit?: ((report: ExitReport) => Effect.Effect<void>) | undefined
}

const atOnce = 16

/** Whether a cancel failed with what can be otherwise a moment later. */
const isPassing = (error: EnsureCanceledError): boolean =>
  error._tag === "TooManyRequests" ||
  error._tag === "TransportError" ||
  error._tag === "RequestTimeout" ||
  error._tag === "LimitExceeded"

const warn = ({ left }: ExitReport): Effect.Effect<void> =>
  Effect.forEach(
    left,
    ({ client_order_id, order_id, reason, ticker }) =>
      Effect.logWarning("an order may rest still, although its scope has ended").pipe(
        Effect.annotateLogs({ client_order_id, order_id, reason, ticker })
      ),
    { discard: true }
  )

/** An order that rests as far as is known. */
interface Resting extends CancelTarget {
  readonly placing: Placing
}

/** An order of which nobody can say yet. */
interface Lost extends Placement {
  readonly lastAttemptMillis: number
  readonly request: Placing["request"]
}

interface State {
  /** Calls, of which two may be under one id. */
  readonly sending: Set<Placing>
  readonly lost: Map<string, Lost>
  /** By `order_id`. */
  readonly resting: Map<string, Resting>
  closed: boolean
}

interface Signals {
  /** Nothing is on its way any more. */
  readonly idle: Deferred.Deferred<void>
  /** Whatever is on its way still is given up. */
  readonly ended: Deferred.Deferred<void>
}

const makeRegistry = (state: State, { ended, idle }: Signals): Registry => ({
  ended: Deferred.await(ended),
  begin: (orders) =>
    Effect.suspend(() => {
      if (state.closed) {
        const reason = "the scope whose end cancels its orders has ended: nothing is placed under it any more"
        return Effect.fail(new InvalidRequest({ operation: "Orders.place", pointer: "", reason }))
      }
      for (const order of orders) state.sending.add(order)
      return Effect.void
    }),
  end: (orders, exit) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.suspend(() => {
        for (const [index, placing] of orders.entries()) {
          state.sending.delete(placing)
          const { request } = placing
          if (Exit.isFailure(exit)) {
            const nothingSent = !Cause.hasInterrupts(exit.cause) && !Cause.hasDies(exit.cause)
            if (!nothingSent) state.lost.set(placing.client_order_id, { ...placing, lastAttemptMillis: now })
            continue
          }
          const outcome = exit.value[index]!
          if (outcome._tag === "Unknown") state.lost.set(placing.client_order_id, { ...outcome, request })
          if (outcome._tag !== "Accepted") continue
          // An earlier call under the same id may have left it open.
          state.lost.delete(placing.client_order_id)
          if (mayRest(request, outcome.remaining_count)) {
            state.resting.set(outcome.order_id, restingOf(placing, outcome.order_id))
          }
        }
        return state.closed && state.sending.size === 0 ? Deferred.succeed(idle, undefined) : Effect.void
      })
    ),
  over: (order_id) => {
    state.resting.delete(order_id)
  }
})

const mayRest = (request: Placing["request"], remaining: Count | undefined): boolean =>
  request.time_in_force === "good_till_canceled" && (remaining === undefined || !isZero(remaining))

const restingOf = (placing: Placing, order_id: string): Resting => {
  const { exchange_index, subaccount } = placing.request
  return { order_id, ticker: placing.ticker, exchange_index, subaccount, placing }
}

/** Cancels what rests, finds out about the rest, and reports, all in a bounded time. */
const close = (state: State, signals: Signals, options: ExitOptions): Effect.Effect<void, never, Capabilities> =>
  Effect.gen(function* () {
    state.closed = true
    const withinMillis = boundMillis(options.within, "10 seconds")
    const ended: Array<ExitReport["ended"][number]> = []
    const reasons = new Map<string, string>()

    const end = (order: Resting): Effect.Effect<void, never, Capabilities> => {
      const attempt = Effect.suspend(() => {
        // Of an attempt that runs out of time, nobody can say that it sent nothing.
        reasons.delete(order.order_id)
        return ensureCanceled(order, { within: withinMillis })
      })
      const persistent = attempt.pipe(
        Effect.tapError(({ message }) => Effect.sync(() => void reasons.set(order.order_id, message))),
        Effect.retry({ while: isPassing, schedule: Schedule.spaced("500 millis") })
      )
      return Effect.map(Effect.result(persistent), (result) => {
        if (Result.isFailure(result)) return
        if (result.success._tag === "MayRest") {
          reasons.set(order.order_id, result.success.error?.message ?? "it seems to rest still")
        } else {
          state.resting.delete(order.order_id)
          ended.push(result.success)
        }
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
      const now = yield* Clock.currentTimeMillis
      const lost: ReadonlyArray<Lost> = [
        ...state.lost.values(),
        ...Array.from(state.sending, (placing) => ({ ...placing, lastAttemptMillis: now }))
      ]
      if (lost.length === 0) return
      const wanted = lost.map((one) => ({ ...one, exists: false }))
      const { asOf, orderOf } = yield* lookFor(wanted, {
        withinMillis: withinMillis / 2,
        pastMillis: marginMillis,
        historical: false
      })
      for (const one of lost) {
        const order = orderOf(one)
        if (order === undefined) {
          const silence = asOf === undefined ? "no list could be read" : `no list as of ${asOf} shows it`
          reasons.set(one.client_order_id, `its answer was lost, and ${silence}`)
          continue
        }
        state.lost.delete(one.client_order_id)
        for (const placing of state.sending) {
          if (placing.client_order_id === one.client_order_id) state.sending.delete(placing)
        }
        if (!state.resting.has(order.order_id)) state.resting.set(order.order_id, restingOf(one, order.order_id))
      }
      yield* endResting
    })

    // What cannot be cancelled keeps nobody from finding out about the rest.
    const endAll = Effect.all([endResting, endLost], { concurrency: 2, discard: true })
    // A finalizer is not interruptible, and its bound needs it to be.
    yield* Effect.timeoutOption(Effect.interruptible(endAll), withinMillis)
    yield* Deferred.succeed(signals.ended, undefined)
    const inTime = `there was not enough time (${withinMillis} ms)`
    const left = [
      ...Array.from(state.resting.values(), ({ order_id, placing }) =>
        leftOf(placing, order_id, reasons.get(order_id))
      ),
      ...[...state.lost.values(), ...state.sending].map((one) =>
        leftOf(one, undefined, reasons.get(one.client_order_id))
      )
    ].map((one) => ({ ...one, reason: one.reason ?? inTime }))
    yield* (options.onExit ?? warn)({ ended, left })
    // What its program asked for its own calls, such as a single quick try, is not for these.
  }).pipe(
    Effect.provideService(SendPolicy.Overrides, SendPolicy.noOverrides),
    Effect.provideService(RateLimits.Overrides, { urgent: true })
  )

const leftOf = (
  { client_order_id, placedAtMillis, ticker }: Placement,
  order_id: string | undefined,
  reason: string | undefined
) => ({ client_order_id, ticker, placedAtMillis, order_id, reason })

/**
 * Ties orders to a scope: what is placed under this layer and still rests when it closes is cancelled, however that comes
 * about: success, failure, defect or interruption.
 *
 * **Details**
 *
 * Provide it to a program, or build it with a runtime. It covers what {@link place} and {@link placeAll} place in whatever
 * fiber runs under it, those included whose answer was lost or whose fiber was interrupted while it was on its way: they
 * are looked for. Once it closes, nothing more is placed under it (`InvalidRequest`). It takes at most `within`; what may
 * rest still is told to `onExit`, or logged as a warning.
 *
 * **Gotchas**
 *
 * - Orders of the operations `Orders.create` and `Orders.batchCreate` are not covered.
 * - Run the program with `NodeRuntime.runMain`: Ctrl-C and SIGTERM then interrupt it. Under `Effect.runPromise` they end the
 *   process on the spot, and nothing is cancelled.
 * - A process that is killed cancels nothing: an order group, an `expiration_time` and a journal go further.
 * - It remembers each order that may rest until {@link ensureCanceled} has ended it, or itself.
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
      const state: State = { sending: new Set(), lost: new Map(), resting: new Map(), closed: false }
      yield* Effect.addFinalizer(() => close(state, signals, options))
      return makeRegistry(state, signals)
    })
  )
