/**
 * The exchange itself: whether it is up, when it trades, and how far its reads lag behind.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { KalshiPublic } from "../Capability.ts"
import { GatewayTimeout, InternalServerError, ServiceUnavailable } from "../Errors.ts"
import * as Responses from "../generated/responses.ts"
import { boundMillis } from "../time.ts"
import * as Operation from "../Operation.ts"

export type {
  DailySchedule,
  ExchangeIndexStatus,
  ExchangeStatus,
  GetExchangeScheduleResponse,
  GetUserDataTimestampResponse,
  MaintenanceWindow,
  Schedule,
  WeeklySchedule
} from "../generated/responses.ts"

/**
 * Says whether the exchange is up and whether it trades, as a whole (shard 0) and per shard.
 *
 * **Details**
 *
 * Public and unsigned. The document gives 500, 503 and 504 the same body as success: where it decodes, the error's
 * `payload` holds it.
 *
 * **Gotchas**
 *
 * In the weekly pause (Thursdays 03:00–05:00 Eastern) orders can be cancelled and not placed: `trading_active` is
 * false and `exchange_active` true.
 */
export const status: Operation.Operation<
  void,
  Responses.ExchangeStatus,
  | InternalServerError<Responses.ExchangeStatus>
  | ServiceUnavailable<Responses.ExchangeStatus>
  | GatewayTimeout<Responses.ExchangeStatus>,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetExchangeStatus",
  name: "Exchange.status",
  method: "GET",
  path: "/exchange/status",
  success: { status: 200, body: Responses.ExchangeStatus },
  errors: [
    /*#__PURE__*/ Operation.withPayload(InternalServerError, Responses.ExchangeStatus),
    /*#__PURE__*/ Operation.withPayload(ServiceUnavailable, Responses.ExchangeStatus),
    /*#__PURE__*/ Operation.withPayload(GatewayTimeout, Responses.ExchangeStatus)
  ],
  auth: "none",
  access: "public",
  retry: "idempotent",
  bucket: "read"
})

/**
 * Reads when the exchange trades: the hours of each weekday, and the maintenance that is planned.
 *
 * **Details**
 *
 * Public and unsigned. The hours of a weekday are `HH:MM` in Eastern Time, one entry per session, and hold from a
 * schedule's `start_time` to its `end_time`; those and the maintenance windows are RFC 3339.
 *
 * **Gotchas**
 *
 * - Eastern Time has daylight saving: an hour of the schedule is no fixed hour of UTC.
 * - What happens now is {@link status}: the exchange also pauses outside of any schedule.
 */
export const schedule: Operation.Operation<void, Responses.GetExchangeScheduleResponse, never, KalshiPublic> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetExchangeSchedule",
    name: "Exchange.schedule",
    method: "GET",
    path: "/exchange/schedule",
    success: { status: 200, body: Responses.GetExchangeScheduleResponse },
    errors: [],
    auth: "none",
    access: "public",
    retry: "idempotent",
    bucket: "read"
  })

/**
 * Says how fresh the reads of balances, orders, fills and positions are: `as_of_time`, RFC 3339, is about when they
 * last took in what had happened.
 *
 * **When to use**
 *
 * Use after a write, before concluding anything from what a read does not show: reads lag behind writes, and only once
 * `as_of_time` has passed the write does the absence of an order mean something.
 *
 * **Details**
 *
 * Public and unsigned: the time is the exchange's, not that of one account.
 *
 * **Gotchas**
 *
 * The time is approximate. Source: the exchange's documentation, 2026.
 */
export const userDataTimestamp: Operation.Operation<void, Responses.GetUserDataTimestampResponse, never, KalshiPublic> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetUserDataTimestamp",
    name: "Exchange.userDataTimestamp",
    method: "GET",
    path: "/exchange/user_data_timestamp",
    success: { status: 200, body: Responses.GetUserDataTimestampResponse },
    errors: [],
    auth: "none",
    access: "public",
    retry: "idempotent",
    bucket: "read"
  })

/** The reads have not taken in a write in the time that {@link readAfter} was given. */
export class ReadsLag
  extends /*#__PURE__*/ Data.TaggedError("ReadsLag")<{
    /** RFC 3339: how fresh they were at last. */
    readonly as_of_time: string
    /** Unix milliseconds by the exchange's clock: when the write was. */
    readonly writtenMillis: number
    readonly withinMillis: number
  }>
{
  override get message(): string {
    const written = new Date(this.writtenMillis).toISOString()
    return `after ${this.withinMillis} ms the reads were of ${this.as_of_time}, and the write of ${written}`
  }
}

/** How {@link readAfter} waits. */
export interface ReadAfterOptions {
  /** Default: five seconds. */
  readonly within?: Duration.Input | undefined
}

/**
 * Waits until the reads of balances, orders, fills and positions have taken in a write, and gives their `as_of_time`.
 *
 * **Details**
 *
 * A write is what its answer says of its time, `ts_ms`: that of an order that was placed, amended, decreased or
 * cancelled. Asks {@link userDataTimestamp} at once, then after 50 ms, and less and less often up to once a second.
 *
 * **Gotchas**
 *
 * The exchange calls the time approximate: it says when the reads were about as fresh.
 *
 * **Example** (The position that an order made)
 *
 * ```ts
 * import * as Exchange from "@kalshi-effect/client/Exchange"
 * import * as Orders from "@kalshi-effect/client/Orders"
 * import * as Portfolio from "@kalshi-effect/client/Portfolio"
 * import * as Effect from "effect/Effect"
 *
 * const fillAndRead = (order: Orders.CreateInput) =>
 *   Orders.create(order).pipe(
 *     Effect.flatMap((write) => Exchange.readAfter(write)),
 *     Effect.andThen(Portfolio.positions({ ticker: order.ticker }))
 *   )
 * ```
 */
export const readAfter = (
  write: { readonly ts_ms: number },
  options?: ReadAfterOptions
): Effect.Effect<string, ReadsLag | Effect.Error<ReturnType<typeof userDataTimestamp>>, KalshiPublic> =>
  Effect.gen(function* () {
    const withinMillis = boundMillis(options?.within, "5 seconds")
    const until = (yield* Clock.currentTimeMillis) + withinMillis
    for (let pause = 50; ; pause = Math.min(1_000, pause * 2)) {
      const { as_of_time } = yield* userDataTimestamp()
      // Both are cut to the millisecond: equal ones do not tell which was first.
      if (Date.parse(as_of_time) > write.ts_ms) return as_of_time
      const left = until - (yield* Clock.currentTimeMillis)
      if (left <= 0) return yield* new ReadsLag({ as_of_time, writtenMillis: write.ts_ms, withinMillis })
      yield* Effect.sleep(Math.min(pause, left))
    }
  })
