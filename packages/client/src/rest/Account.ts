/**
 * The account's rate limits: token buckets, costs of operations, and usage level.
 *
 * @module
 */
import type { KalshiPublic, KalshiRead, KalshiWrite } from "../Capability.ts"
import { Forbidden, Unauthorized } from "../Errors.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"

export type {
  AccountApiUsageLevelVolumeGoal,
  AccountApiUsageLevelVolumeProgress,
  ApiUsageLevelGrant,
  BucketLimit,
  EndpointTokenCost,
  GetAccountApiLimitsResponse,
  GetAccountApiUsageLevelVolumeProgressResponse,
  GetAccountEndpointCostsResponse
} from "../generated/responses.ts"

/**
 * Reads the account's usage tier, its read and write token buckets, and the grants that determine the tier.
 *
 * **Details**
 *
 * Each bucket holds at most `bucket_capacity` tokens and refills by `refill_rate` tokens a second. A request takes its
 * cost ({@link endpointCosts}). If the bucket has too few tokens, the exchange returns 429. `usage_tier` and the
 * buckets apply to event contracts. The grants cover all exchange instances: event contracts and margined contracts. A
 * grant without `expires_ts` is permanent.
 *
 * **Gotchas**
 *
 * Do not hard-code these numbers. The budgets and capacities of a tier have changed within months. Source: the basic
 * tier recorded in demo in July 2026 (read: 200 tokens a second, capacity 400; write: 100 tokens a second, capacity
 * 100), and the rules published in October.
 *
 * **Example** (How many seconds an empty bucket needs to fill)
 *
 * ```ts
 * import * as Account from "@kalshi-effect/client/Account"
 * import * as Effect from "effect/Effect"
 *
 * const burstSeconds = Effect.map(Account.limits(), ({ write }) => write.bucket_capacity / write.refill_rate)
 * ```
 */
export const limits: Operation.Operation<void, Responses.GetAccountApiLimitsResponse, Unauthorized, KalshiRead> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetAccountApiLimits",
    name: "Account.limits",
    method: "GET",
    path: "/account/limits",
    success: { status: 200, body: Responses.GetAccountApiLimitsResponse },
    errors: [Unauthorized],
    access: "read",
    retry: "idempotent"
  })

/**
 * Lists the endpoints whose cost differs from `default_cost`. The operation is public and unsigned.
 *
 * **Gotchas**
 *
 * - `path` starts at the host's root and uses a router's notation: `/trade-api/v2/portfolio/orders/:order_id`,
 *   `/trade-api/v2/cfbenchmarks/*endpoint`. Source: recorded in demo, July 2026.
 * - A batch costs the listed `cost` per item. The cost of the batch must not exceed the capacity of the bucket. Source:
 *   the rate-limit guide of October 2026.
 */
export const endpointCosts: Operation.Operation<void, Responses.GetAccountEndpointCostsResponse, never, KalshiPublic> =
  /*#__PURE__*/ Operation.make({
    operationId: "GetAccountEndpointCosts",
    name: "Account.endpointCosts",
    method: "GET",
    path: "/account/endpoint_costs",
    success: { status: 200, body: Responses.GetAccountEndpointCostsResponse },
    errors: [],
    auth: "none",
    access: "public",
    retry: "idempotent"
  })

/**
 * Reads the account's progress toward the usage tiers that require a trading volume.
 *
 * **Details**
 *
 * Volumes are in contracts, over the 30 days that end at `computed_ts` (Unix seconds). They count only event contracts.
 * Each goal contains the volume that earns the tier and the volume that keeps it. The exchange computes the progress
 * from time to time, not per request.
 */
export const usageLevelVolumeProgress: Operation.Operation<
  void,
  Responses.GetAccountApiUsageLevelVolumeProgressResponse,
  Unauthorized,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetAccountApiUsageLevelVolumeProgress",
  name: "Account.usageLevelVolumeProgress",
  method: "GET",
  path: "/account/api_usage_level/volume_progress",
  success: { status: 200, body: Responses.GetAccountApiUsageLevelVolumeProgressResponse },
  errors: [Unauthorized],
  access: "read",
  retry: "idempotent"
})

/**
 * Requests the advanced usage level, which the exchange grants permanently. The response is empty: read {@link limits}
 * to see the result.
 *
 * **Details**
 *
 * The exchange grants the level to an account that placed at least one of its last 100 event-contract orders through
 * the API.
 *
 * **Gotchas**
 *
 * - This operation costs 30 tokens. Source: the endpoint costs recorded in demo, July 2026.
 * - The client does not retry this operation after a lost response, because no publication says that a second grant is
 *   harmless. Read {@link limits}, and request the level again if necessary.
 */
export const upgradeUsageLevel: Operation.Operation<void, void, Unauthorized | Forbidden, KalshiWrite> =
  /*#__PURE__*/ Operation.make({
    operationId: "UpgradeAccountApiUsageLevel",
    name: "Account.upgradeUsageLevel",
    method: "POST",
    path: "/account/api_usage_level/upgrade",
    success: { status: 201, body: undefined },
    errors: [Unauthorized, Forbidden],
    access: "write",
    retry: "never",
    limits: { cost: 30 }
  })
