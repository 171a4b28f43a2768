/**
 * Incentive programs: rewards for trading or quoting in particular markets.
 *
 * @module
 */
import type { KalshiPublic } from "../Capability.ts"
import { BadRequest } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Pages from "../Pages.ts"

export type { GetIncentiveProgramsInput as ListInput } from "../generated/inputs.ts"
export type { GetIncentiveProgramsResponse, IncentiveProgram } from "../generated/responses.ts"

/**
 * Lists incentive programs, a page at a time.
 *
 * **Gotchas**
 *
 * - `period_reward` and `max_reward_per_account` are integers in hundredths of a cent: 10,000 is one dollar.
 * - The cursor of the response is named `next_cursor`. Every other list with pages has `cursor`. The last page has an
 *   empty `next_cursor`, or no cursor.
 */
export const list: Pages.Paged<
  Inputs.GetIncentiveProgramsInput,
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
  pages: { cursor: "next_cursor", lists: ["incentive_programs"] }
})
