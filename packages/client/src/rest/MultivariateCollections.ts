/**
 * Multivariate event collections: the building blocks of combos. A collection defines the events whose markets can be
 * combined. A combo is a market that combines several of these markets, its legs. A user creates a combo by choosing
 * the legs.
 *
 * @module
 */
import type { KalshiPublic, KalshiWrite } from "../Capability.ts"
import { BadRequest, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  CreateMarketInMultivariateEventCollectionInput as CreateMarketInput,
  GetMultivariateEventCollectionInput as GetInput,
  GetMultivariateEventCollectionsInput as ListInput
} from "../generated/inputs.ts"
export type { TickerPair } from "../generated/requests.ts"
export type {
  AssociatedEvent,
  CreateMarketInMultivariateEventCollectionResponse,
  GetMultivariateEventCollectionResponse,
  GetMultivariateEventCollectionsResponse,
  MultivariateEventCollection
} from "../generated/responses.ts"

/**
 * Lists collections, a page at a time.
 *
 * **Gotchas**
 *
 * - The response calls the list `multivariate_contracts`.
 * - The last page has an empty `cursor`, or no cursor.
 */
export const list: Pages.Paged<
  Inputs.GetMultivariateEventCollectionsInput,
  Responses.GetMultivariateEventCollectionsResponse,
  BadRequest,
  KalshiPublic,
  "multivariate_contracts"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetMultivariateEventCollections",
  name: "MultivariateCollections.list",
  method: "GET",
  path: "/multivariate_event_collections",
  query: Parameters.GetMultivariateEventCollectionsQuery,
  success: { status: 200, body: Responses.GetMultivariateEventCollectionsResponse },
  errors: [BadRequest],
  auth: "none",
  access: "public",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["multivariate_contracts"] }
})

/**
 * Reads one collection: its events, and how many legs a combo has (`size_min` to `size_max`).
 *
 * **Gotchas**
 *
 * - `associated_events` contains the rules per event. `associated_event_tickers`, `is_single_market_per_event` and
 *   `is_all_yes` will be removed. Source: the OpenAPI document of October 26, 2026.
 * - If `is_ordered` is true, the same legs in another sequence are another combo.
 */
export const get: Operation.Operation<
  Inputs.GetMultivariateEventCollectionInput,
  Responses.GetMultivariateEventCollectionResponse,
  BadRequest | NotFound,
  KalshiPublic
> = /*#__PURE__*/ Operation.make({
  operationId: "GetMultivariateEventCollection",
  name: "MultivariateCollections.get",
  method: "GET",
  path: "/multivariate_event_collections/{collection_ticker}",
  pathParameters: Parameters.GetMultivariateEventCollectionPath,
  success: { status: 200, body: Responses.GetMultivariateEventCollectionResponse },
  errors: [BadRequest, NotFound],
  auth: "none",
  access: "public",
  retry: "idempotent"
})

/**
 * Creates the market of a combo, so that the combo can be traded. The response contains the tickers of the new market
 * and its event.
 *
 * **Details**
 *
 * The success status is 200, not 201.
 *
 * **Gotchas**
 *
 * - The client does not retry this operation after a lost response. The request has no client-supplied id, and no
 *   publication says what a second creation with the same legs does.
 * - Each creation counts toward the limit of 5,000 per account and week. Source: the exchange's documentation, 2026.
 * - The `code` of the error is the reason why the exchange refused a combination, such as `duplicated_legs` or
 *   `conflicting_leg_outcomes`. Source: the exchange's changelog, 2026.
 * - Combos are on shard 1, and the cash for their orders must be on that shard. The market's `exchange_index` is
 *   authoritative. Source: the exchange's guide to sharding, 2026.
 *
 * **Example** (A combo of two winning teams)
 *
 * ```ts
 * import * as MultivariateCollections from "@kalshi-effect/client/MultivariateCollections"
 *
 * const combo = MultivariateCollections.createMarket({
 *   collection_ticker: "KXMVESPORTS-R",
 *   selected_markets: [
 *     { event_ticker: "KXGAME-26OCT10NYYBOS", market_ticker: "KXGAME-26OCT10NYYBOS-NYY", side: "yes" },
 *     { event_ticker: "KXGAME-26OCT10LADSFG", market_ticker: "KXGAME-26OCT10LADSFG-LAD", side: "yes" }
 *   ],
 *   with_market_payload: true
 * })
 * ```
 */
export const createMarket: Operation.Operation<
  Inputs.CreateMarketInMultivariateEventCollectionInput,
  Responses.CreateMarketInMultivariateEventCollectionResponse,
  BadRequest | Unauthorized,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateMarketInMultivariateEventCollection",
  name: "MultivariateCollections.createMarket",
  method: "POST",
  path: "/multivariate_event_collections/{collection_ticker}",
  pathParameters: Parameters.CreateMarketInMultivariateEventCollectionPath,
  body: Requests.CreateMarketInMultivariateEventCollectionRequest,
  success: { status: 200, body: Responses.CreateMarketInMultivariateEventCollectionResponse },
  errors: [BadRequest, Unauthorized],
  access: "write",
  retry: "never"
})
