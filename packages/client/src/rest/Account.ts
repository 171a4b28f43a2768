/**
 * The account's standing with the API: its token buckets, what operations cost, and its usage level.
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
 * Reads the account's usage tier, its read and write token buckets, and the grants that its tier comes from.
 *
 * **Details**
 *
 * Each bucket holds at most `bucket_capacity` tokens and refills by `refill_rate` tokens a second; a request takes its
 * cost ({@link endpointCosts}) or is answered 429. `usage_tier` and the buckets are those of event contracts; the grants
 * are of every exchange instance, and one without `expires_ts` is permanent.
 *
 * **Gotchas**
 *
 * Never hard-code these numbers: the same tier has had other budgets and other capacities within months. Source: the
 * basic tier recorded in demo in July 2026 (read 200 and 400, write 100 and 100), and the rules published in October.
 *
 * **Example** (Seconds of writing that a full bucket holds)
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
 * Lists the endpoints that cost another number of tokens than `default_cost`. Public and unsigned.
 *
 * **Gotchas**
 *
 * - `path` is from the host's root and in a router's notation: `/trade-api/v2/portfolio/orders/:order_id`,
 *   `/trade-api/v2/cfbenchmarks/*endpoint`. Source: recorded in demo, July 2026.
 * - A batch costs that much per item, and must fit into the bucket whole. Source: the rate-limit guide of October 2026.
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
 * Reads how far the account's trading volume is towards the tiers that volume earns.
 *
 * **Details**
 *
 * Volumes are contracts over the 30 days that end at `computed_ts` (Unix seconds), of event contracts alone. Each goal
 * names the volume that earns its tier and the one that keeps it. Computed by a job now and then, not when asked.
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
 * Asks for the advanced usage level, for good. Answers nothing: read {@link limits} for what came of it.
 *
 * **Details**
 *
 * Granted to an account that placed at least one of its last 100 event-contract orders through the API.
 *
 * **Gotchas**
 *
 * - Costs 30 tokens. Source: the endpoint costs recorded in demo, July 2026.
 * - Never repeated after a lost answer, since nothing published says that a second grant is harmless: read
 *   {@link limits} and ask again if need be.
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
