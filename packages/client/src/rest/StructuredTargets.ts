/**
 * Structured targets: the entities that strikes of markets refer to, such as a team or a player.
 *
 * **Details**
 *
 * A market with the `strike_type` `structured` names its target by id in `custom_strike`. Source: recorded in demo,
 * July 2026.
 *
 * @module
 */
import type { KalshiPublic } from "../Capability.ts"
import { NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  GetStructuredTargetInput as GetInput,
  GetStructuredTargetsInput as ListInput
} from "../generated/inputs.ts"
export type {
  GetStructuredTargetResponse,
  GetStructuredTargetsResponse,
  StructuredTarget
} from "../generated/responses.ts"

/**
 * Lists structured targets, a page at a time.
 *
 * **Gotchas**
 *
 * - An empty `ids` is an `InvalidRequest`, because on the wire it would mean no filter.
 * - The page size is `page_size`, not `limit`.
 * - The OpenAPI document requires no field of the response: the list, the cursor and each field can be absent.
 * - The last page has an empty `cursor`, or no cursor.
 */
export const list: Pages.Paged<
  Inputs.GetStructuredTargetsInput,
  Responses.GetStructuredTargetsResponse,
  Unauthorized,
  KalshiPublic,
  "structured_targets"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetStructuredTargets",
  name: "StructuredTargets.list",
  method: "GET",
  path: "/structured_targets",
  query: Parameters.GetStructuredTargetsQuery,
  success: { status: 200, body: Responses.GetStructuredTargetsResponse },
  errors: [Unauthorized],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["structured_targets"] }
})

/** Reads one structured target. The fields of its `details` depend on its `type`. */
export const get: Operation.Operation<
  Inputs.GetStructuredTargetInput,
  Responses.GetStructuredTargetResponse,
  Unauthorized | NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetStructuredTarget",
  name: "StructuredTargets.get",
  method: "GET",
  path: "/structured_targets/{structured_target_id}",
  pathParameters: Parameters.GetStructuredTargetPath,
  success: { status: 200, body: Responses.GetStructuredTargetResponse },
  errors: [Unauthorized, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})
