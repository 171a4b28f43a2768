/**
 * Requests for quote: ask the exchange's makers for a price on a size, without showing it in the book first. The
 * answers are `Quotes`.
 *
 * **Details**
 *
 * The way of one trade: {@link create} → makers quote both sides (`Quotes.create`) → you take one side of one quote
 * (`Quotes.accept`) → its maker confirms (`Quotes.confirm`) → after a short wait both orders go to the book and fill.
 *
 * **Gotchas**
 *
 * - Writes of RFQs and quotes are paid from the write bucket of shard 1. Source: changelog, September 17, 2026.
 * - What is no longer open is kept for seven days: it is no durable record. Source: changelog, June 19 and 25, 2026.
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
 * Lists requests for quote, yours and other people's, a page at a time.
 *
 * **Gotchas**
 *
 * The end of the pages is `cursor: ""`, or none.
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
 * `creator_user_id` and `creator_subaccount` are there for its creator alone; others know it by `creator_id`, a
 * communications id.
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
 * Asks for quotes on a market.
 *
 * **Gotchas**
 *
 * - One can be open per market, and 100 in all: a second on the same market is a `Conflict` unless `replace_existing`.
 *   Source: exchange documentation of RFQs, and the document of October 26, 2026.
 * - The document does not say whether `replace_existing` deletes those on other markets too.
 * - Never repeated after a lost answer, since it takes no id of yours: {@link list} with `user_filter: "self"` to find
 *   out.
 * - The placeholder of `obscure_creator_id` is the SHA-256 of nothing, the same for everybody who asks for it. Source:
 *   changelog, October 1, 2026.
 *
 * **Example** (Asking for a price on 100 contracts)
 *
 * ```ts
 * import * as Rfqs from "@kalshi-effect/client/Rfqs"
 *
 * const asked = Rfqs.create({ market_ticker: "KXHIGHNY-26NOV22-T50", contracts_fp: "100", rest_remainder: false })
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
   * Takes back a request for quote.
   *
   * **Gotchas**
   *
   * Repeated after a lost answer; a `NotFound` with `afterLostAnswer` is then most likely the echo of the first.
   */
  remove as delete
}

/** Reads the id by which others see you in RFQs and quotes: `creator_id` there, 64 hexadecimal digits. */
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
