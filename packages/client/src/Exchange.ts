/**
 * The exchange itself: whether it is up, and when it trades.
 *
 * @module
 */
import type { KalshiPublic } from "./Capability.ts"
import { GatewayTimeout, InternalServerError, ServiceUnavailable } from "./Errors.ts"
import * as Responses from "./generated/responses.ts"
import * as Operation from "./Operation.ts"

export type { ExchangeIndexStatus, ExchangeStatus } from "./generated/responses.ts"

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
