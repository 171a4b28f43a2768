/**
 * Requests for quote (RFQ) ask makers for the price of a given size, without an order in the book. Makers respond with
 * `Quotes`.
 *
 * **Details**
 *
 * The steps of a trade:
 *
 * 1. You request quotes: {@link create}.
 * 2. Makers quote both sides: `Quotes.create`.
 * 3. You accept one side of one quote: `Quotes.accept`.
 * 4. The maker confirms: `Quotes.confirm`. After a short wait, both orders go to the book and fill.
 *
 * **Gotchas**
 *
 * - The write bucket of shard 1 pays for writes of RFQs and quotes. Source: changelog, September 17, 2026.
 * - The exchange keeps a closed RFQ only for seven days. Source: changelog, June 19 and 25, 2026.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Conflict, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  CreateRFQInput as CreateInput,
  GetRFQInput as GetInput,
  GetRFQsInput as ListInput
} from "../generated/inputs.ts"
export type { UserFilter } from "../generated/requests.ts"
export type {
  CreateRFQResponse,
  GetCommunicationsIDResponse,
  GetRFQResponse,
  GetRFQsResponse,
  MveSelectedLeg,
  RFQ
} from "../generated/responses.ts"

/**
 * Lists requests for quote, your own and those of others, a page at a time.
 *
 * **Gotchas**
 *
 * The last page has `cursor: ""`, or no cursor.
 */
export const list: Pages.Paged<
  Inputs.GetRFQsInput,
  Responses.GetRFQsResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "rfqs"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetRFQs",
  name: "Rfqs.list",
  method: "GET",
  path: "/communications/rfqs",
  query: Parameters.GetRFQsQuery,
  success: { status: 200, body: Responses.GetRFQsResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["rfqs"] }
})

/**
 * Reads one request for quote.
 *
 * **Details**
 *
 * Everyone sees `creator_id`, the anonymous id that {@link communicationsId} returns to the creator. Only the creator
 * also sees `creator_user_id` and `creator_subaccount`.
 */
export const get: Operation.Operation<
  Inputs.GetRFQInput,
  Responses.GetRFQResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetRFQ",
  name: "Rfqs.get",
  method: "GET",
  path: "/communications/rfqs/{rfq_id}",
  pathParameters: Parameters.GetRFQPath,
  success: { status: 200, body: Responses.GetRFQResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "read",
  retry: "idempotent"
})

/**
 * Requests quotes on a market.
 *
 * **Gotchas**
 *
 * - You can have one open RFQ per market, and 100 in all. A second RFQ on the same market is a `Conflict`, unless
 *   `replace_existing` is true. Source: exchange documentation of RFQs, and the OpenAPI document of October 26, 2026.
 * - The OpenAPI document does not say whether `replace_existing` also deletes RFQs on other markets.
 * - The client does not retry this operation after a lost response, because the request has no client-supplied id. Look
 *   for the RFQ with {@link list} and `user_filter: "self"`.
 * - With `obscure_creator_id`, others see a placeholder as `creator_id`: the SHA-256 of the empty string, the same for
 *   all users. Source: changelog, October 1, 2026.
 *
 * **Example** (Requesting a price for 100 contracts)
 *
 * ```ts
 * import * as Rfqs from "@kalshi-effect/client/Rfqs"
 *
 * const created = Rfqs.create({ market_ticker: "KXHIGHNY-26NOV22-T50", contracts_fp: "100", rest_remainder: false })
 * ```
 */
export const create: Operation.Operation<
  Inputs.CreateRFQInput,
  Responses.CreateRFQResponse,
  BadRequest | Unauthorized | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateRFQ",
  name: "Rfqs.create",
  method: "POST",
  path: "/communications/rfqs",
  body: Requests.CreateRFQRequest,
  success: { status: 201, body: Responses.CreateRFQResponse },
  errors: [BadRequest, Unauthorized, Conflict],
  access: "write",
  retry: "never",
  limits: { writeBucket: "quotes" }
})

const remove: Operation.Operation<Inputs.DeleteRFQInput, void, BadRequest | Unauthorized | NotFound, KalshiWrite> =
  /*#__PURE__*/ Operation.make({
    operationId: "DeleteRFQ",
    name: "Rfqs.delete",
    method: "DELETE",
    path: "/communications/rfqs/{rfq_id}",
    pathParameters: Parameters.DeleteRFQPath,
    success: { status: 204, body: undefined },
    errors: [BadRequest, Unauthorized, NotFound],
    access: "write",
    retry: "idempotent",
    limits: { writeBucket: "quotes" }
  })

export {
  /**
   * Withdraws a request for quote.
   *
   * **Gotchas**
   *
   * The client retries this operation after a lost response. A `NotFound` with `afterLostAnswer` most likely means that
   * an earlier attempt succeeded.
   */
  remove as delete
}

/** Reads the id that others see as `creator_id` in your RFQs and quotes: 64 hexadecimal digits. */
export const communicationsId: Operation.Operation<
  void,
  Responses.GetCommunicationsIDResponse,
  Unauthorized,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetCommunicationsID",
  name: "Rfqs.communicationsId",
  method: "GET",
  path: "/communications/id",
  success: { status: 200, body: Responses.GetCommunicationsIDResponse },
  errors: [Unauthorized],
  access: "read",
  retry: "idempotent"
})
