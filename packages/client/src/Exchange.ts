/**
 * The exchange itself: whether it is up, when it trades, and how far its reads lag behind.
 *
 * @module
 */
import type { KalshiPublic } from "./Capability.ts"
import { GatewayTimeout, InternalServerError, ServiceUnavailable } from "./Errors.ts"
import * as Responses from "./generated/responses.ts"
import * as Operation from "./Operation.ts"

export type {
  DailySchedule,
  ExchangeIndexStatus,
  ExchangeStatus,
  GetExchangeScheduleResponse,
  GetUserDataTimestampResponse,
  MaintenanceWindow,
  Schedule,
  WeeklySchedule
} from "./generated/responses.ts"

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
