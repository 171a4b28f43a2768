/**
 * The categories and tags of series, and the `scopes` and `competitions` of sports, for use as filters.
 *
 * @module
 */
import type { KalshiPublic } from "../Capability.ts"
import { Unauthorized } from "../Errors.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"

export type {
  GetFiltersBySportsResponse,
  GetTagsForSeriesCategoriesResponse,
  ScopeList,
  SportFilterDetails
} from "../generated/responses.ts"

/** Reads the tags of each category of series, for `Series.list`. */
export const tagsByCategories: Operation.Operation<
  void,
  Responses.GetTagsForSeriesCategoriesResponse,
  Unauthorized,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetTagsForSeriesCategories",
  name: "Search.tagsByCategories",
  method: "GET",
  path: "/search/tags_by_categories",
  success: { status: 200, body: Responses.GetTagsForSeriesCategoriesResponse },
  errors: [Unauthorized],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/** Reads the `scopes` and `competitions` of each sport, and the sequence in which to show the sports. */
export const filtersBySport: Operation.Operation<
  void,
  Responses.GetFiltersBySportsResponse,
  Unauthorized,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetFiltersForSports",
  name: "Search.filtersBySport",
  method: "GET",
  path: "/search/filters_by_sport",
  success: { status: 200, body: Responses.GetFiltersBySportsResponse },
  errors: [Unauthorized],
  auth: "none",
  access: "public",
  retry: "idempotent"
})
