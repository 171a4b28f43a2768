/**
 * Uses REST to read the lists and orders that the state of an account needs.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { KalshiPublic, KalshiRead } from "../Capability.ts"
import * as Exchange from "../rest/Exchange.ts"
import * as History from "../rest/History.ts"
import * as Orders from "../rest/orderOperations.ts"
import * as Portfolio from "../rest/Portfolio.ts"
import { exchangeTimeAt, now } from "../sending/attemptTimes.ts"
import type { AccountState, Need } from "./AccountState.ts"

/** How many orders are read by id at once. With a higher number, other reads of the program would wait longer. */
const confirmations = 4

const limit = 1_000

/** Fills that are older than a day can be in the archive. */
const dayMillis = 86_400_000

export interface Reading {
  readonly state: AccountState
  readonly lagMillis: number
  readonly subaccounts: ReadonlyArray<number>
  /** Opens when a read may be due. */
  readonly due: Latch.Latch
  /** Called when the state may have changed. */
  readonly onInput: () => void
}

type Capabilities = KalshiPublic | KalshiRead

export const readWhenNeeded = (reading: Reading): Effect.Effect<never, never, Capabilities | Scope.Scope> =>
  Effect.gen(function* () {
    const { due, state } = reading
    const clock = yield* Clock.clockWith(Effect.succeed)
    const fibers = yield* FiberSet.make<void>()
    const freshness = new Freshness(reading.lagMillis)
    const running = new Set<string>()
    let confirming = 0
    for (;;) {
      due.closeUnsafe()
      const nowMillis = clock.currentTimeMillisUnsafe()
      for (const need of state.needs(nowMillis, confirmations - confirming)) {
        const isOrder = need._tag === "Order"
        const key = keyOf(need)
        state.requested(need, nowMillis)
        // A read can take long if the lists lag far behind. Do not start it a second time.
        if (running.has(key)) continue
        running.add(key)
        if (isOrder) confirming++
        const done = Effect.sync(() => {
          running.delete(key)
          if (isOrder) confirming--
          due.openUnsafe()
        })
        yield* FiberSet.run(fibers, Effect.ensuring(read(reading, freshness, need), done))
      }
      const next = state.nextMillis(confirmations - confirming)
      const waitMillis = next === undefined ? Number.POSITIVE_INFINITY : next - clock.currentTimeMillisUnsafe()
      if (waitMillis > 0) {
        yield* Effect.timeoutOrElse(due.await, { duration: waitMillis, orElse: () => Effect.void })
      }
    }
  })

const keyOf = (need: Need): string => {
  if (need._tag === "Order") return need.order.order_id
  return need._tag === "Positions" ? `Positions ${need.subaccount}` : need._tag
}

/** Tracks the time up to which the lists of the exchange are complete, in Unix milliseconds of the local clock. */
class Freshness {
  readonly #lagMillis: number
  #asOfMillis = Number.NEGATIVE_INFINITY

  constructor(lagMillis: number) {
    this.#lagMillis = lagMillis
  }

  /**
   * Waits until the lists are new enough. Returns the `startedMillis` of the read: the current time, or an earlier time
   * if the lists lag by more than `lagMillis`.
   */
  until(need: Need) {
    return Effect.gen({ self: this }, function* () {
      // The read of a single order requests a new `as_of_time` only if the last known one is too early.
      if (need._tag !== "Order" || this.#asOfMillis < need.asOfMillis) yield* this.#update
      for (let pause = 50; this.#asOfMillis < need.asOfMillis; pause = Math.min(1_000, pause * 2)) {
        yield* Effect.sleep(pause)
        yield* this.#update
      }
      return Math.min(yield* Clock.currentTimeMillis, this.#asOfMillis + this.#lagMillis)
    })
  }

  get #update() {
    return Effect.gen({ self: this }, function* () {
      const { as_of_time } = yield* Exchange.userDataTimestamp()
      const current = yield* now
      // If the clock skew is not measured, the local clock is assumed to be right.
      const aheadMillis = exchangeTimeAt(current, current, 0).upperMillis - current.wallMillis
      // `as_of_time` is approximate, so half of the lag is subtracted. Source: the exchange's documentation.
      const asOfMillis = Date.parse(as_of_time) - aheadMillis - this.#lagMillis / 2
      this.#asOfMillis = Math.max(this.#asOfMillis, asOfMillis)
    })
  }
}

/** Reads a list or an order. Passes a list to the state when all its pages are read. */
const read = (
  { onInput, state, subaccounts }: Reading,
  freshness: Freshness,
  need: Need
): Effect.Effect<void, never, Capabilities> =>
  Effect.gen(function* () {
    const startedMillis = yield* freshness.until(need)
    const [only, ...others] = subaccounts
    const subaccount = others.length === 0 ? only : undefined
    const apply = yield* requestOf(need, startedMillis, subaccount)
    apply(state, yield* Clock.currentTimeMillis)
  }).pipe(
    Effect.catch((error) => Effect.sync(() => state.readFailed(error))),
    Effect.andThen(Effect.sync(onInput))
  )

type Apply = (state: AccountState, receivedMillis: number) => void

const requestOf = (need: Need, startedMillis: number, subaccount: number | undefined) => {
  const apply = (run: Apply): Apply => run
  const whole = <Row>(rows: ReadonlyArray<Row>) => ({ rows, startedMillis, isComplete: true })
  switch (need._tag) {
    case "Orders":
      return Effect.map(Stream.runCollect(Orders.list.items({ status: "resting", limit, subaccount })), (rows) =>
        apply((state, millis) => state.ordersPage(whole(rows), millis))
      )
    case "Fills": {
      const input = { min_ts: Math.max(0, Math.floor(need.fromMillis / 1_000)), limit }
      const isOld = need.fromMillis < startedMillis - dayMillis
      return Effect.map(
        isOld
          ? Stream.runCollect(History.fills(input))
          : Stream.runCollect(Portfolio.fills.items({ ...input, subaccount })),
        (rows) => apply((state, millis) => state.fillsPage(whole(rows), millis))
      )
    }
    case "Positions":
      return Effect.map(
        Stream.runCollect(Portfolio.positions.items.market_positions({ subaccount: need.subaccount, limit })),
        (rows) => apply((state, millis) => state.positionsPage(need.subaccount, whole(rows), millis))
      )
    case "Order": {
      const { order_id } = need.order
      return Orders.get({ order_id }).pipe(
        Effect.map(({ order }) => apply((state, millis) => state.orderRead(order, startedMillis, millis))),
        Effect.catchTag("NotFound", () =>
          Effect.succeed(apply((state) => state.orderNotFound(order_id, startedMillis)))
        )
      )
    }
  }
}
