/**
 * Milestones: real-world occurrences at a certain time, such as one game or one election, with the events that depend
 * on them.
 *
 * **Details**
 *
 * `LiveData` reads the current state of a milestone.
 *
 * @module
 */
import type { KalshiPublic } from "../Capability.ts"
import { BadRequest, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type { GetMilestoneInput as GetInput, GetMilestonesInput as ListInput } from "../generated/inputs.ts"
export type { GetMilestoneResponse, GetMilestonesResponse, Milestone } from "../generated/responses.ts"

/**
 * Lists milestones, a page at a time.
 *
 * **Gotchas**
 *
 * - `limit` is required: it has no default.
 * - The two times have different formats: `minimum_start_date` is RFC 3339, `min_updated_ts` is in Unix seconds.
 * - The last page has an empty `cursor`, or no cursor.
 */
export const list: Pages.Paged<
  Inputs.GetMilestonesInput,
  Responses.GetMilestonesResponse,
  BadRequest | Unauthorized,
  KalshiPublic,
  "milestones"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetMilestones",
  name: "Milestones.list",
  method: "GET",
  path: "/milestones",
  query: Parameters.GetMilestonesQuery,
  success: { status: 200, body: Responses.GetMilestonesResponse },
  errors: [BadRequest, Unauthorized],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["milestones"] }
})

/** Reads one milestone. The fields of its `details` depend on its `type`. */
export const get: Operation.Operation<
  Inputs.GetMilestoneInput,
  Responses.GetMilestoneResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetMilestone",
  name: "Milestones.get",
  method: "GET",
  path: "/milestones/{milestone_id}",
  pathParameters: Parameters.GetMilestonePath,
  success: { status: 200, body: Responses.GetMilestoneResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})
