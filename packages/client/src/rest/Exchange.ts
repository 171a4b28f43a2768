/**
 * The exchange itself: its status, its trading hours, and how far its reads lag behind its writes.
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
 * Reads whether the exchange is up and whether it trades. The top level of the response is the status of shard 0.
 * `exchange_index_statuses` contains the status of each shard.
 *
 * **Details**
 *
 * The operation is public and unsigned. In the OpenAPI document, 500, 503 and 504 have the same body as a successful
 * response. If that body decodes, it is the `payload` of the error.
 *
 * **Gotchas**
 *
 * In the weekly pause (Thursdays 03:00–05:00 Eastern) you can cancel orders but not place them: `trading_active` is
 * false and `exchange_active` is true.
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
  retry: "idempotent"
})

/**
 * Reads the trading hours of each weekday and the planned maintenance.
 *
 * **Details**
 *
 * The operation is public and unsigned. The hours of a weekday are `HH:MM` in Eastern Time, one entry per session. They
 * apply from the schedule's `start_time` to its `end_time`. Those two times and the maintenance windows are RFC 3339.
 *
 * **Gotchas**
 *
 * - Eastern Time has daylight saving time, so the offset from UTC changes.
 * - The exchange also pauses outside of the schedule. Use {@link status} for the current state.
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
    retry: "idempotent"
  })

/**
 * Returns the time up to which reads of balances, orders, fills and positions are complete: `as_of_time` (RFC 3339),
 * which is approximate.
 *
 * **When to use**
 *
 * Use this operation after a write, before you conclude anything from a missing order. Reads lag behind writes, so a
 * missing order is conclusive only if `as_of_time` is later than the write.
 *
 * **Details**
 *
 * The operation is public and unsigned, because the time applies to the exchange, not to one account. Source: the
 * exchange's documentation, 2026.
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
    retry: "idempotent"
  })

/** The reads did not show a write within the time limit of {@link readAfter}. */
export class ReadsLag
  extends /*#__PURE__*/ Data.TaggedError("ReadsLag")<{
    /** The last `as_of_time`, in RFC 3339. */
    readonly as_of_time: string
    /** The time of the write, in Unix milliseconds by the exchange's clock. */
    readonly writtenMillis: number
    readonly withinMillis: number
  }>
{
  override get message(): string {
    const written = new Date(this.writtenMillis).toISOString()
    return `the reads did not show the write of ${written} within ${this.withinMillis} ms, because their as_of_time was ${this.as_of_time}: increase the option within`
  }
}

/** Options of {@link readAfter}. */
export interface ReadAfterOptions {
  /** How long to wait. Default: five seconds. */
  readonly within?: Duration.Input | undefined
}

/**
 * Waits until the reads of balances, orders, fills and positions show a write, and returns their `as_of_time`.
 *
 * **Details**
 *
 * `ts_ms` in the response to a write is the time when the order was placed, amended, decreased or canceled. `readAfter`
 * calls {@link userDataTimestamp} at once, after 50 ms, and then at growing intervals of at most one second.
 *
 * **Example** (Reading the position after an order)
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
      // Both times are truncated to the millisecond, so equal times do not show which is later.
      if (Date.parse(as_of_time) > write.ts_ms) return as_of_time
      const left = until - (yield* Clock.currentTimeMillis)
      if (left <= 0) return yield* new ReadsLag({ as_of_time, writtenMillis: write.ts_ms, withinMillis })
      yield* Effect.sleep(Math.min(pause, left))
    }
  })
