/**
 * Incentive programs: rewards for trading or quoting in single markets.
 *
 * @module
 */
import type { KalshiPublic } from "../Capability.ts"
import { BadRequest } from "../Errors.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Pages from "../Pages.ts"

export type { GetIncentiveProgramsResponse, IncentiveProgram } from "../generated/responses.ts"

/** Input of {@link list}. */
export interface ListInput {
  /** Default: `all`. */
  readonly status?: "all" | "active" | "upcoming" | "closed" | "paid_out" | undefined
  /** Default: `all`. */
  readonly type?: "all" | "liquidity" | "volume" | "margin_maker_volume" | "margin_taker_volume" | undefined
  /** Matches the whole description. */
  readonly incentive_description?: string | undefined
  /** 1 to 10,000. Default: 100. */
  readonly limit?: number | undefined
  /** The `next_cursor` of the page before. */
  readonly cursor?: string | undefined
}

/**
 * Lists incentive programs, a page at a time.
 *
 * **Gotchas**
 *
 * - `period_reward` and `max_reward_per_account` are integers in hundredths of a cent: 10,000 to the dollar.
 * - The answer names its cursor `next_cursor`, where every other list has `cursor`; the end of the pages is an empty or
 *   absent one.
 */
export const list: Pages.Paged<
  ListInput,
  Responses.GetIncentiveProgramsResponse,
  BadRequest,
  KalshiPublic,
  "incentive_programs"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetIncentivePrograms",
  name: "IncentivePrograms.list",
  method: "GET",
  path: "/incentive_programs",
  query: Parameters.GetIncentiveProgramsQuery,
  success: { status: 200, body: Responses.GetIncentiveProgramsResponse },
  errors: [BadRequest],
  auth: "none",
  access: "public",
  retry: "idempotent",
  bucket: "read",
  pages: { cursor: "next_cursor", lists: ["incentive_programs"] }
})
