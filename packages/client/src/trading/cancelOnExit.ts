/**
 * Cancels the orders of a scope when the scope closes.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { InvalidRequest, TransportError } from "../Errors.ts"
import * as RateLimits from "../limits/RateLimits.ts"
import * as SendPolicy from "../sending/SendPolicy.ts"
import { AroundWrite } from "../sending/aroundWrite.ts"
import { begin, now, type Now, Recorded, recordReading, timesOf } from "../sending/attemptTimes.ts"
import type { CallState } from "../sending/callState.ts"
import type { CallFailure } from "../sending/decode.ts"
import { boundMillis } from "../time.ts"
import { type Cancellation, type CancelTarget, ensureCanceled, type EnsureCanceledError } from "./canceling.ts"
import { changesOf } from "./changes.ts"
import { type Ending, endingsOf, mayRest, ordersOf } from "./creating.ts"
import { lookFor, type Wanted, wantedOf } from "./lookup.ts"
import { type Mismatch, type Outcome, type Placement, placementOf } from "./outcomes.ts"
import { type AnonymousOrder, OrderRegistry, type PendingOrder } from "./registry.ts"
import type { Capabilities } from "./placing.ts"
import { read, type Reading } from "../sending/skew.ts"

interface LeftFields {
  /** Undefined if the id is not known. In that case, settle the order if it has a `client_order_id`. */
  readonly order_id: string | undefined
  readonly reason: string
}

/** An order that may still rest and has a `client_order_id`. */
export interface LeftPlacement extends Placement, LeftFields {}

/**
 * An order that may still rest and has no `client_order_id`. `Orders.create` or `Orders.batchCreate` placed it.
 * `Orders.settle` cannot find it. If its `order_id` is undefined, compare the request with the resting orders of the
 * market.
 */
export interface LeftWithoutId extends Omit<Placement, "client_order_id">, LeftFields {
  readonly client_order_id: undefined
}

/** An order that may still rest. If it has a `client_order_id`, you can pass it to `Orders.settle`. */
export type Left = LeftPlacement | LeftWithoutId

/** The result of closing a scope. */
export interface ExitReport {
  /** Orders that no longer rest: canceled, filled, or not found. */
  readonly ended: ReadonlyArray<Exclude<Cancellation, { readonly _tag: "MayRest" }>>
  readonly left: ReadonlyArray<Left>
}

export interface ExitOptions {
  /** The longest time for canceling the orders when the scope closes. Default: 10 seconds. */
  readonly within?: Duration.Input | undefined
  /** Receives the report at the end. Default: logs a warning for every order that may still rest. */
  readonly onExit?: ((report: ExitReport) => Effect.Effect<void>) | undefined
}

const concurrency = 16

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

type Order = PendingOrder | AnonymousOrder

interface Resting extends CancelTarget {
  readonly pending: Order
}

/** An order whose outcome is not known. */
interface Lost {
  readonly pending: Order
  /** Whether a response showed that the order exists. */
  readonly exists: boolean
}

interface State {
  /** The orders of pending calls. Two of these orders can have the same `client_order_id`. */
  readonly sending: Set<Order>
  readonly lost: Set<Lost>
  /** The key is the `order_id`. */
  readonly resting: Map<string, Resting>
  closed: boolean
}

interface Signals {
  /** Completes when the last pending call of a closing scope ends. */
  readonly idle: Deferred.Deferred<void>
  /** Completes when pending calls are abandoned. */
  readonly ended: Deferred.Deferred<void>
}

const hasSameId = (order: Order, { client_order_id, ticker }: Order): boolean =>
  client_order_id !== undefined && order.client_order_id === client_order_id && order.ticker === ticker

/**
 * Removes the lost orders that have the market and the `client_order_id` of a known order. They are this known order,
 * because the exchange has at most one order per market and `client_order_id`.
 */
const removeLost = (state: State, known: Order): void => {
  for (const lost of state.lost) if (hasSameId(lost.pending, known)) state.lost.delete(lost)
}

const closedReason = "the scope of cancelAllOnExit is closed; place the order under another scope"

const register = (state: State, orders: ReadonlyArray<Order>, operation: string): Effect.Effect<void, InvalidRequest> =>
  Effect.suspend(() => {
    if (state.closed) return Effect.fail(new InvalidRequest({ operation, pointer: "", reason: closedReason }))
    for (const order of orders) state.sending.add(order)
    return Effect.void
  })

const record = (state: State, pending: Order, ending: Ending, reading: Reading): void => {
  switch (ending._tag) {
    case "NotMade":
      return
    case "Lost":
      recordReading(pending.attempts, reading)
      state.lost.add({ pending, exists: ending.exists })
      return
    case "Made":
      removeLost(state, pending)
      if (ending.mayRest) state.resting.set(ending.order_id, restingOf(pending, ending.order_id))
  }
}

const conclude = (
  state: State,
  { idle }: Signals,
  orders: ReadonlyArray<Order>,
  endings: ReadonlyArray<Ending>
): Effect.Effect<void> =>
  Effect.clockWith((clock) =>
    Effect.suspend(() => {
      const reading = read(clock)
      for (const [index, pending] of orders.entries()) {
        state.sending.delete(pending)
        record(state, pending, endings[index]!, reading) // one ending per order
      }
      return state.closed && state.sending.size === 0 ? Deferred.succeed(idle, undefined) : Effect.void
    })
  )

const endingOf = ({ request }: Order, outcome: Outcome): Ending => {
  switch (outcome._tag) {
    case "Accepted":
      return { _tag: "Made", order_id: outcome.order_id, mayRest: mayRest(request, outcome.remaining_count) }
    case "Rejected":
      return { _tag: "NotMade" }
    case "Unknown":
      return { _tag: "Lost", exists: outcome.exists === true }
  }
}

const makeRegistry = (state: State, signals: Signals): OrderRegistry => ({
  ended: Deferred.await(signals.ended),
  begin: (orders) => register(state, orders, "Orders.place"),
  end: (orders, exit) => {
    const endings: ReadonlyArray<Ending> = Exit.isSuccess(exit)
      ? orders.map((order, index) => endingOf(order, exit.value[index]!)) // one outcome per order
      : orders.map(() =>
          Cause.hasInterrupts(exit.cause) || Cause.hasDies(exit.cause)
            ? { _tag: "Lost", exists: false }
            : { _tag: "NotMade" }
        )
    return conclude(state, signals, orders, endings)
  },
  remove: (order_id) => {
    state.resting.delete(order_id)
  },
  clientOrderIdOf: (order_id) => state.resting.get(order_id)?.pending.client_order_id
})

const abandoned = (call: CallState): Effect.Effect<never, CallFailure> =>
  Effect.suspend(() => {
    const { attempts, descriptor } = call
    const operation = descriptor.name
    const reason =
      "the scope of cancelAllOnExit closed before a response arrived; see the order in the report of the scope"
    return Effect.fail(
      attempts === 0
        ? new InvalidRequest({ operation, pointer: "", reason: closedReason })
        : new TransportError({ operation, code: undefined, requestSent: "maybe", reason, attempts })
    )
  })

const makeAroundWrite =
  (state: State, signals: Signals): AroundWrite =>
  (call, sending) =>
    Effect.flatMap(Recorded, (recorded) => {
      // `Orders.place` and `Orders.placeAll` record their attempts and register their orders themselves.
      if (recorded !== undefined) return sending
      return Effect.flatMap(begin, (attempts) => {
        const orders = ordersOf(call, attempts)
        if (orders === undefined) return Effect.tap(sending, (response) => follow(state, call, response))
        return Effect.acquireUseRelease(
          register(state, orders, call.descriptor.name),
          () =>
            Effect.raceFirst(
              Effect.provideService(sending, Recorded, attempts),
              Effect.andThen(Deferred.await(signals.ended), abandoned(call))
            ),
          (_, exit) =>
            Effect.suspend(() =>
              conclude(state, signals, orders, distinct(state, orders, endingsOf(call, orders, exit)))
            )
        )
      })
    })

/**
 * Each order has its own `order_id`. So if responses give two orders the same `order_id`, both count as lost. The lists
 * of orders can show later which order has the id.
 */
const distinct = (
  state: State,
  orders: ReadonlyArray<Order>,
  endings: ReadonlyArray<Ending>
): ReadonlyArray<Ending> => {
  const ids = endings.map((ending) => (ending._tag === "Made" ? ending.order_id : undefined))
  return orders.map((order, index) => {
    const id = ids[index]
    const known = id === undefined ? undefined : state.resting.get(id)
    const isShared =
      (id !== undefined && ids.indexOf(id) !== ids.lastIndexOf(id)) ||
      (known !== undefined && !hasSameId(known.pending, order))
    return isShared ? { _tag: "Lost", exists: true } : endings[index]! // one ending per order
  })
}

const follow = (state: State, call: CallState, response: unknown): Effect.Effect<void> =>
  Effect.sync(() => {
    const { ended, renamed } = changesOf(call, response)
    for (const order_id of ended) state.resting.delete(order_id)
    const known = renamed === undefined ? undefined : state.resting.get(renamed.from)
    if (renamed === undefined || known === undefined) return
    const { client_order_id = known.pending.client_order_id, echoed, to } = renamed
    if (echoed !== undefined && echoed === client_order_id) state.resting.set(to, { ...known, order_id: to })
  })

const restingOf = (pending: Order, order_id: string): Resting => {
  const { exchange_index, subaccount } = pending.request
  return { order_id, ticker: pending.ticker, exchange_index, subaccount, pending }
}

interface Closing {
  readonly state: State
  readonly signals: Signals
  readonly withinMillis: number
  /** The `order_id`s for which a cancel was tried. */
  readonly tried: Set<string>
  readonly ended: Array<ExitReport["ended"][number]>
  /** Why orders may still rest. */
  readonly reasons: Map<Order, string>
}

const cancelOne = (
  { ended, reasons, state, withinMillis }: Closing,
  order: Resting
): Effect.Effect<void, never, Capabilities> => {
  const attempt = Effect.suspend(() => {
    // The reason of the previous attempt no longer applies, because this attempt may send a cancel and then run out of
    // time.
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

const cancelResting = (closing: Closing): Effect.Effect<void, never, Capabilities> =>
  Effect.suspend(() => {
    const { state, tried } = closing
    const untried = Array.from(state.resting.values()).filter(({ order_id }) => !tried.has(order_id))
    for (const { order_id } of untried) tried.add(order_id)
    return Effect.forEach(untried, (order) => cancelOne(closing, order), { concurrency, discard: true })
  })

const findLost = ({ reasons, state, withinMillis }: Closing): Effect.Effect<void, never, Capabilities> =>
  Effect.gen(function* () {
    const wanted = new Map<PendingOrder, Wanted>()
    for (const { exists, pending } of [
      ...state.lost,
      ...Array.from(state.sending, (pending) => ({ pending, exists: false }))
    ]) {
      if (pending.client_order_id === undefined) reasons.set(pending, withoutId)
      else wanted.set(pending, wantedOf(pending, exists))
    }
    if (wanted.size === 0) return
    const { acceptedOf, asOf, mismatchOf } = yield* lookFor([...wanted.values()], {
      withinMillis: withinMillis / 2,
      historical: false
    })
    for (const [pending, search] of wanted) {
      const order = acceptedOf(search)
      if (order === undefined) {
        reasons.set(pending, `its response was lost, and ${reasonOf(mismatchOf(search), asOf)}`)
        continue
      }
      removeLost(state, pending)
      for (const other of state.sending) if (hasSameId(other, pending)) state.sending.delete(other)
      if (!state.resting.has(order.order_id)) state.resting.set(order.order_id, restingOf(pending, order.order_id))
    }
  })

const withoutId =
  "its response was lost, and no list can show which order it is, because it has no client_order_id; compare the request with the resting orders of its market"

const reasonOf = (mismatch: Mismatch | undefined, asOf: string | undefined): string => {
  if (mismatch !== undefined) {
    const { differs, order } = mismatch
    return `order ${order.order_id}, which has the same client_order_id, was not canceled because it differs in ${differs.join(", ")}`
  }
  return asOf === undefined ? "no list of orders could be read" : `no list of orders as of ${asOf} shows it`
}

const cancelLost = (closing: Closing): Effect.Effect<void, never, Capabilities> =>
  Effect.gen(function* () {
    const { signals, state, withinMillis } = closing
    if (state.sending.size > 0) yield* Effect.timeoutOption(Deferred.await(signals.idle), withinMillis / 2)
    // Abandons the pending calls, so that they send nothing more.
    yield* Deferred.succeed(signals.ended, undefined)
    yield* cancelResting(closing)
    yield* findLost(closing)
    yield* cancelResting(closing)
  })

const leftOf = ({ reasons, state, withinMillis }: Closing, reported: Now): ReadonlyArray<Left> => {
  const left = (pending: Order, rest: Partial<Omit<LeftPlacement, "client_order_id">>): Left => {
    const reason = reasons.get(pending) ?? `closing took longer than ${withinMillis} ms`
    const { client_order_id } = pending
    return client_order_id === undefined
      ? { ...placementOf({ ...pending, client_order_id: "" }), client_order_id, order_id: undefined, ...rest, reason }
      : { ...placementOf(pending), order_id: undefined, ...rest, reason }
  }
  return [
    ...Array.from(state.resting.values(), ({ order_id, pending }) => left(pending, { order_id })),
    ...Array.from(state.lost, ({ exists, pending }) =>
      left(pending, { ...timesOf(pending.attempts, reported), exists })
    ),
    ...Array.from(state.sending, (pending) => left(pending, timesOf(pending.attempts, reported)))
  ]
}

const close = (state: State, signals: Signals, options: ExitOptions): Effect.Effect<void, never, Capabilities> =>
  Effect.gen(function* () {
    state.closed = true
    const withinMillis = boundMillis(options.within, "10 seconds")
    const closing: Closing = { state, signals, withinMillis, tried: new Set(), ended: [], reasons: new Map() }
    // The cancels run next to the search for lost orders, so that an order that cannot be canceled does not delay the
    // search.
    const all = Effect.all([cancelResting(closing), cancelLost(closing)], { concurrency: "unbounded", discard: true })
    // A finalizer is uninterruptible. The timeout needs an interruptible effect.
    yield* Effect.timeoutOption(Effect.interruptible(all), withinMillis)
    yield* Deferred.succeed(signals.ended, undefined)
    const left = leftOf(closing, yield* now)
    yield* (options.onExit ?? warn)({ ended: closing.ended, left })
    // The program's own overrides, such as a policy without retries, do not apply here.
  }).pipe(
    Effect.provideService(SendPolicy.Overrides, SendPolicy.noOverrides),
    Effect.provideService(RateLimits.Overrides, { urgent: true })
  )

/**
 * Cancels the resting orders of a program when the program succeeds, fails, dies or is interrupted. The layer covers
 * the orders that {@link place}, {@link placeAll}, `Orders.create` and `Orders.batchCreate` placed under it.
 *
 * **Details**
 *
 * Provide the layer to a program, or build it with a runtime. When the layer closes, it also looks for orders whose
 * response was lost, or whose fiber was interrupted during the call. It cancels a found order only if the market,
 * subaccount, side, price and count match the request. Otherwise, it only reports the order. Once the layer starts to
 * close, `place`, `placeAll`, `create` and `batchCreate` fail with an `InvalidRequest`. Canceling takes at most
 * `within`. If orders may still rest, the layer passes them to `onExit`, or logs a warning for each.
 *
 * A call of `create` or `batchCreate` that is pending when the layer closes gets half of `within` to end. After that,
 * it fails with an `InvalidRequest` if nothing was sent. Otherwise it fails with a `TransportError` whose `requestSent`
 * is `maybe`.
 *
 * **Gotchas**
 *
 * - An amended order is canceled too. But if the response to its placement was lost, and the amendment changed its
 *   price or count, it is only reported.
 * - Set a `client_order_id` in the input of `create` and `batchCreate`. Without the id, the layer cannot find an order
 *   whose response was lost, and only reports the order.
 * - Orders that result from RFQs and quotes with `rest_remainder` are not covered.
 * - Run the program with `NodeRuntime.runMain`, so that Ctrl-C and SIGTERM interrupt the program. Under
 *   `Effect.runPromise` these signals end the process at once, and nothing is canceled.
 * - A killed process cancels nothing. Use an order group, an `expiration_time` or a journal for that case.
 * - An order that may rest stays in memory until the scope closes. It leaves the memory earlier if
 *   {@link ensureCanceled}, `Orders.cancel`, `Orders.batchCancel`, `Orders.decrease` or `Orders.amend` shows that it no
 *   longer rests.
 *
 * **Example** (Orders that are canceled at the end of the program)
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
  Layer.effectContext(
    Effect.gen(function* () {
      const signals: Signals = { idle: yield* Deferred.make<void>(), ended: yield* Deferred.make<void>() }
      const state: State = { sending: new Set(), lost: new Set(), resting: new Map(), closed: false }
      yield* Effect.addFinalizer(() => close(state, signals, options))
      return Context.make(OrderRegistry, makeRegistry(state, signals)).pipe(
        Context.add(AroundWrite, makeAroundWrite(state, signals))
      )
    })
  )
