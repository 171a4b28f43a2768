/**
 * Quotes: a maker's response to a request for quote (`Rfqs`), its acceptance and its confirmation.
 *
 * **Details**
 *
 * | step | caller | result |
 * | --- | --- | --- |
 * | {@link create} | maker | the quote is `open`, for the full size of the request |
 * | {@link accept} | requester | the quote is `accepted`; the maker has 30 s to confirm it (3 s on combos and on markets of high volatility) |
 * | {@link confirm} | maker | the quote is `confirmed`; 15 s later (1 s on combos and on markets of high volatility) it is `executed`, and both orders go to the book |
 *
 * `creator_order_id` and `rfq_creator_order_id` link an executed quote to the fills of `Portfolio.fills`. Each party
 * sees its own order id. A combo is a market that combines several markets.
 *
 * **Gotchas**
 *
 * - Requests call the prices `yes_bid` and `no_bid`. Responses call them `yes_bid_dollars` and `no_bid_dollars`.
 * - The write bucket of shard 1 pays for writes of RFQs and quotes. Source: changelog, September 17, 2026.
 * - The exchange keeps a canceled quote only for seven days. Source: changelog, June 19 and 25, 2026.
 *
 * Sources: exchange documentation of RFQs; trades recorded in demo, July 2026.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  AcceptQuoteInput as AcceptByQuoteIdInput,
  AcceptRFQQuoteInput as AcceptInput,
  CreateQuoteInput as CreateInput,
  GetQuoteInput as QuoteIdInput,
  GetQuotesInput as ListInput,
  GetRFQQuoteInput as GetInput
} from "../generated/inputs.ts"
export type { UserFilter } from "../generated/requests.ts"
export type { CreateQuoteResponse, GetQuoteResponse, GetQuotesResponse, Quote } from "../generated/responses.ts"

/**
 * Lists quotes that you made, or quotes on your requests, a page at a time.
 *
 * **Gotchas**
 *
 * - Set `user_filter: "self"` or `rfq_user_filter: "self"`. Without either filter, demo returns 403. The OpenAPI
 *   document does not declare 403 here, so the error is an `UnexpectedStatus`. Source: observed in demo, July 2026.
 * - Set `min_ts` and `max_ts`. Without a time range, demo has returned 500, then 504 for a while. Source: observed in
 *   demo, July 2026.
 * - There is no filter by market or event. Source: changelog, June 20, 2026.
 * - The last page has `cursor: ""`, or no cursor.
 *
 * **Example** (The open quotes on your own request)
 *
 * ```ts
 * import * as Clock from "effect/Clock"
 * import * as Effect from "effect/Effect"
 * import * as Quotes from "@kalshi-effect/client/Quotes"
 *
 * const open = (rfq_id: string) =>
 *   Effect.flatMap(Clock.currentTimeMillis, (millis) => {
 *     const max_ts = Math.ceil(millis / 1000)
 *     return Quotes.list({ rfq_id, rfq_user_filter: "self", status: "open", min_ts: max_ts - 3600, max_ts })
 *   })
 * ```
 */
export const list: Pages.Paged<
  Inputs.GetQuotesInput,
  Responses.GetQuotesResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "quotes"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetQuotes",
  name: "Quotes.list",
  method: "GET",
  path: "/communications/quotes",
  query: Parameters.GetQuotesQuery,
  success: { status: 200, body: Responses.GetQuotesResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["quotes"] }
})

/**
 * Reads one quote.
 *
 * **Gotchas**
 *
 * This operation costs the default of 10 tokens. The deprecated {@link getByQuoteId} costs 2. Source: the account's
 * cost list, recorded in demo, July 2026.
 */
export const get: Operation.Operation<
  Inputs.GetRFQQuoteInput,
  Responses.GetQuoteResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetRFQQuote",
  name: "Quotes.get",
  method: "GET",
  path: "/communications/rfqs/{rfq_id}/quotes/{quote_id}",
  pathParameters: Parameters.GetRFQQuotePath,
  success: { status: 200, body: Responses.GetQuoteResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "read",
  retry: "idempotent"
})

/**
 * Makes a quote on a request: the price that you pay for each side, for the full size of the request.
 *
 * **Gotchas**
 *
 * - The sum of `yes_bid` and `no_bid` is at most one dollar.
 * - A new quote on the same request replaces your older one.
 * - The exchange has accepted quotes at prices off the market's price grid. It refuses orders at such prices. Source:
 *   observed in demo, July 2026.
 * - The client does not retry this operation after a lost response, because the request has no client-supplied id. Look
 *   for the quote with {@link list} and `user_filter: "self"`.
 */
export const create: Operation.Operation<
  Inputs.CreateQuoteInput,
  Responses.CreateQuoteResponse,
  BadRequest | Unauthorized,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateQuote",
  name: "Quotes.create",
  method: "POST",
  path: "/communications/quotes",
  body: Requests.CreateQuoteRequest,
  success: { status: 201, body: Responses.CreateQuoteResponse },
  errors: [BadRequest, Unauthorized],
  access: "write",
  retry: "never",
  limits: { writeBucket: "quotes", cost: 2 }
})

/**
 * Accepts one side of a quote on your request. The trade happens only after the maker confirms.
 *
 * **Gotchas**
 *
 * - **The side is the maker's.** `"yes"` takes the maker's bid for YES: the maker buys YES at `yes_bid`, and you buy NO
 *   at one dollar minus `yes_bid`. `"no"` takes the maker's bid for NO: the maker buys NO at `no_bid`, and you buy YES
 *   at one dollar minus `no_bid`. Source: both cases, with the fills and positions of the two parties, recorded in
 *   demo, July 2026.
 * - The client does not retry this operation after a lost response. Read the `status` of the quote with {@link get}.
 */
export const accept: Operation.Operation<
  Inputs.AcceptRFQQuoteInput,
  void,
  BadRequest | Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "AcceptRFQQuote",
  name: "Quotes.accept",
  method: "PUT",
  path: "/communications/rfqs/{rfq_id}/quotes/{quote_id}/accept",
  pathParameters: Parameters.AcceptRFQQuotePath,
  body: Requests.AcceptQuoteRequest,
  success: { status: 204, body: undefined },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "write",
  retry: "never",
  limits: { writeBucket: "quotes" }
})

/**
 * Confirms your quote after it was accepted. The confirmation starts the execution timer.
 *
 * **Gotchas**
 *
 * - You have 30 s, or 3 s on combos and on markets of high volatility. After that, the call fails with a `BadRequest`
 *   with the code `expired`, and the quote stays `accepted` forever. Source: observed in demo, July 2026.
 * - The exchange refuses a confirmation without a body, so the client sends `{}`. Source: observed in demo, July 2026.
 * - The client does not retry this operation after a lost response. Read the `status` of the quote with {@link get}.
 *
 * **Example** (Handling a late confirmation)
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Quotes from "@kalshi-effect/client/Quotes"
 *
 * const confirmed = (input: Quotes.GetInput) =>
 *   Quotes.confirm(input).pipe(
 *     Effect.as(true),
 *     Effect.catchIf(
 *       (error) => error._tag === "BadRequest" && error.code === "expired",
 *       () => Effect.succeed(false)
 *     )
 *   )
 * ```
 */
export const confirm: Operation.Operation<
  Inputs.ConfirmRFQQuoteInput,
  void,
  BadRequest | Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "ConfirmRFQQuote",
  name: "Quotes.confirm",
  method: "PUT",
  path: "/communications/rfqs/{rfq_id}/quotes/{quote_id}/confirm",
  pathParameters: Parameters.ConfirmRFQQuotePath,
  success: { status: 204, body: undefined },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "write",
  retry: "never",
  limits: { writeBucket: "quotes" }
})

const remove: Operation.Operation<Inputs.DeleteRFQQuoteInput, void, BadRequest | Unauthorized | NotFound, KalshiWrite> =
  /*#__PURE__*/ Operation.make({
    operationId: "DeleteRFQQuote",
    name: "Quotes.delete",
    method: "DELETE",
    path: "/communications/rfqs/{rfq_id}/quotes/{quote_id}",
    pathParameters: Parameters.DeleteRFQQuotePath,
    success: { status: 204, body: undefined },
    errors: [BadRequest, Unauthorized, NotFound],
    access: "write",
    retry: "idempotent",
    limits: { writeBucket: "quotes", cost: 2, urgent: true }
  })

export {
  /**
   * Withdraws your quote.
   *
   * **Gotchas**
   *
   * - After the acceptance, the call fails with a `NotFound`. You can then prevent the trade only by not confirming the
   *   quote. Source: observed in demo, July 2026.
   * - The client retries this operation after a lost response. A `NotFound` with `afterLostAnswer` most likely means
   *   that an earlier attempt withdrew the quote. The quote may also have been accepted in between: check with
   *   {@link get}.
   */
  remove as delete
}

/**
 * Reads one quote by its id, without the `rfq_id`.
 *
 * @deprecated Use {@link get}, which also takes the `rfq_id`.
 */
export const getByQuoteId: Operation.Operation<
  Inputs.GetQuoteInput,
  Responses.GetQuoteResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetQuote",
  name: "Quotes.getByQuoteId",
  method: "GET",
  path: "/communications/quotes/{quote_id}",
  pathParameters: Parameters.GetQuotePath,
  success: { status: 200, body: Responses.GetQuoteResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "read",
  retry: "idempotent",
  limits: { cost: 2 }
})

/**
 * Accepts one side of a quote by its id, without the `rfq_id`.
 *
 * @deprecated Use {@link accept}, which also takes the `rfq_id`.
 */
export const acceptByQuoteId: Operation.Operation<
  Inputs.AcceptQuoteInput,
  void,
  BadRequest | Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "AcceptQuote",
  name: "Quotes.acceptByQuoteId",
  method: "PUT",
  path: "/communications/quotes/{quote_id}/accept",
  pathParameters: Parameters.AcceptQuotePath,
  body: Requests.AcceptQuoteRequest,
  success: { status: 204, body: undefined },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "write",
  retry: "never",
  limits: { writeBucket: "quotes" }
})

/**
 * Confirms your quote by its id, without the `rfq_id`.
 *
 * @deprecated Use {@link confirm}, which also takes the `rfq_id`.
 */
export const confirmByQuoteId: Operation.Operation<
  Inputs.ConfirmQuoteInput,
  void,
  BadRequest | Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "ConfirmQuote",
  name: "Quotes.confirmByQuoteId",
  method: "PUT",
  path: "/communications/quotes/{quote_id}/confirm",
  pathParameters: Parameters.ConfirmQuotePath,
  success: { status: 204, body: undefined },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "write",
  retry: "never",
  limits: { writeBucket: "quotes" }
})

/**
 * Withdraws your quote by its id, without the `rfq_id`.
 *
 * @deprecated Use {@link remove | delete}, which also takes the `rfq_id`.
 */
export const deleteByQuoteId: Operation.Operation<
  Inputs.DeleteQuoteInput,
  void,
  BadRequest | Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "DeleteQuote",
  name: "Quotes.deleteByQuoteId",
  method: "DELETE",
  path: "/communications/quotes/{quote_id}",
  pathParameters: Parameters.DeleteQuotePath,
  success: { status: 204, body: undefined },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "write",
  retry: "idempotent",
  limits: { writeBucket: "quotes", cost: 2, urgent: true }
})
