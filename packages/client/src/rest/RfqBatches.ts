/**
 * RFQ batches: one request for quotes on 2 to 57 combos, which trade together or not at all, with one exception (see
 * below). A combo is a market that combines several markets, its legs.
 *
 * **Details**
 *
 * Each combo is a child of the batch: an ordinary RFQ (`Rfqs`) on one combo market, with its own `rfq_id`.
 *
 * | step | caller | result |
 * | --- | --- | --- |
 * | {@link create} | you | the batch is `open` |
 * | {@link quote} | each maker | the batch has a batch quote, with one price per child and side |
 * | {@link bestQuotes} | you | you see the best bid of each child and side, without the makers' names |
 * | {@link accept} | you | the batch is `accepted` on one side; each child goes to the maker with the best bid |
 * | {@link confirmQuote} | each maker who won a child | when all these makers have confirmed, all children execute as one fill-or-kill |
 *
 * The batch is then `closed`, and `close_reason` is the reason. If one winner does not confirm in time, the batch
 * closes and nothing trades. Only one case leaves a closed batch partially executed: the fill of one child cancels a
 * maker's order that another child needs.
 *
 * **Gotchas**
 *
 * - The OpenAPI document marks all ten operations as hidden until RFQ batches launch. In some environments, the
 *   operations may not exist yet.
 * - All combos of a batch are on one shard (`exchange_index`). Together they have at most 6 distinct legs.
 * - An `accepted` batch does not count as open. Batches and single RFQs have separate limits.
 * - Futures commission merchants (FCM members) cannot use batches yet: {@link create} fails with `Forbidden` and the
 *   code `rfq_batch_unavailable`.
 * - Requests call the prices `yes_bid` and `no_bid`. Responses call them `yes_bid_dollars` and `no_bid_dollars`.
 * - The write bucket of shard 1 pays for writes, as with RFQs and quotes. No list of costs names these operations, so
 *   each costs the default of 10 tokens.
 *
 * Source: the OpenAPI document of October 26, 2026. No recording of these operations exists yet.
 *
 * @module
 */
import type { KalshiRead, KalshiWrite } from "../Capability.ts"
import { BadRequest, Conflict, Forbidden, NotFound, Unauthorized } from "../Errors.ts"
import type * as Inputs from "../generated/inputs.ts"
import * as Parameters from "../generated/parameters.ts"
import * as Requests from "../generated/requests.ts"
import * as Responses from "../generated/responses.ts"
import * as Operation from "../Operation.ts"
import * as Pages from "../Pages.ts"

export type {
  AcceptRFQBatchInput as AcceptInput,
  CreateRFQBatchChildInput as Child,
  CreateRFQBatchInput as CreateInput,
  CreateRFQBatchQuoteInput as QuoteInput,
  DeleteRFQBatchQuoteInput as QuoteIdInput,
  GetRFQBatchInput as GetInput,
  GetRFQBatchesInput as ListInput
} from "../generated/inputs.ts"
export type { RFQBatchAcceptLimit as MinBid, RFQBatchQuoteEntry as ChildQuote } from "../generated/requests.ts"
export type { RFQBatchStatus, TickerPair, UserFilter } from "../generated/requests.ts"
export type {
  AcceptRFQBatchResponse,
  CreateRFQBatchQuoteResponse,
  CreateRFQBatchResponse,
  GetRFQBatchBestQuotesResponse,
  GetRFQBatchesResponse,
  GetRFQBatchQuotesResponse,
  GetRFQBatchResponse,
  Quote,
  RFQ,
  RFQBatch,
  RFQBatchBestQuote,
  RFQBatchBestQuotes,
  RFQBatchQuote,
  RFQBatchQuoteStatus
} from "../generated/responses.ts"

/**
 * Lists RFQ batches with their children, a page at a time, the most recently updated first.
 *
 * **Gotchas**
 *
 * - A page has at most 100 children, so it can have fewer batches than `limit`. All children of a batch are on one
 *   page.
 * - The last page has `cursor: ""`, or no cursor. A malformed cursor is a `BadRequest`.
 * - `updated_ts`, `close_reason`, `client_batch_id` and `creator_subaccount` are present only in your own batches.
 */
export const list: Pages.Paged<
  Inputs.GetRFQBatchesInput,
  Responses.GetRFQBatchesResponse,
  BadRequest | Unauthorized,
  KalshiRead,
  "rfq_batches"
> = /*#__PURE__*/ Pages.make({
  operationId: "GetRFQBatches",
  name: "RfqBatches.list",
  method: "GET",
  path: "/communications/rfq_batches",
  query: Parameters.GetRFQBatchesQuery,
  success: { status: 200, body: Responses.GetRFQBatchesResponse },
  errors: [BadRequest, Unauthorized],
  access: "read",
  retry: "idempotent",
  pages: { cursor: "cursor", lists: ["rfq_batches"] }
})

/**
 * Reads one RFQ batch, with its children in the sequence of the request.
 *
 * **Gotchas**
 *
 * If the creator set `obscure_creator_id`, others see a placeholder as `creator_id` until a child executes.
 */
export const get: Operation.Operation<
  Inputs.GetRFQBatchInput,
  Responses.GetRFQBatchResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetRFQBatch",
  name: "RfqBatches.get",
  method: "GET",
  path: "/communications/rfq_batches/{rfq_batch_id}",
  pathParameters: Parameters.GetRFQBatchPath,
  success: { status: 200, body: Responses.GetRFQBatchResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "read",
  retry: "idempotent"
})

/** The size of a combo: a number of contracts or an amount to spend, not both. */
export interface Size extends Pick<Inputs.CreateRFQBatchInput, "contracts_fp" | "target_cost_dollars"> {}

type SizeField = "contracts_fp" | "target_cost_dollars"

const sizesOf = (size: Size): ReadonlyArray<SizeField> =>
  (["contracts_fp", "target_cost_dollars"] as const).filter(
    (field) => size[field] !== undefined && size[field] !== null
  )

const firstOf = (
  { children }: Inputs.CreateRFQBatchInput,
  faultOf: (child: Inputs.CreateRFQBatchChildInput, pointer: string) => Operation.InputFault | undefined
): Operation.InputFault | undefined => {
  for (const [index, child] of children.entries()) {
    const fault = faultOf(child, `/children/${index}`)
    if (fault !== undefined) return fault
  }
  return undefined
}

const batchIdIsNotEmpty: Operation.Rule<Inputs.CreateRFQBatchInput> = ({ client_batch_id }) =>
  client_batch_id === ""
    ? {
        pointer: "/client_batch_id",
        reason: "the id is empty: pass your own id, or leave this field out"
      }
    : undefined

const nothingRests: Operation.Rule<Inputs.CreateRFQBatchInput> = ({ rest_remainder }) =>
  rest_remainder === true
    ? {
        pointer: "/rest_remainder",
        reason: "a batch cannot leave a resting order: pass false, or leave this field out"
      }
    : undefined

const childrenAreNamed: Operation.Rule<Inputs.CreateRFQBatchInput> = (input) =>
  firstOf(input, ({ market_ticker, selected_markets }, pointer) => {
    if (market_ticker === undefined && selected_markets === undefined) {
      return { pointer, reason: "this child names no combo: pass market_ticker or selected_markets" }
    }
    if (market_ticker !== undefined && selected_markets !== undefined) {
      return {
        pointer: `${pointer}/selected_markets`,
        reason: "this child names its combo twice: pass market_ticker or selected_markets, not both"
      }
    }
    if (market_ticker === "") {
      return { pointer: `${pointer}/market_ticker`, reason: "the ticker is empty: pass the combo's ticker" }
    }
    return selected_markets?.length === 0
      ? { pointer: `${pointer}/selected_markets`, reason: "a combo needs legs: pass 1 to 6 legs" }
      : undefined
  })

const legsHaveACollection: Operation.Rule<Inputs.CreateRFQBatchInput> = ({ children, mve_collection_ticker = "" }) =>
  mve_collection_ticker === "" && children.some(({ selected_markets }) => selected_markets !== undefined)
    ? {
        pointer: "/mve_collection_ticker",
        reason: "this field is required because a child has selected_markets: pass the collection of its combo"
      }
    : undefined

/** Identifies the combo of a child by its ticker or by its sorted legs. */
const comboOf = ({ market_ticker, selected_markets = [] }: Inputs.CreateRFQBatchChildInput): string =>
  JSON.stringify(
    market_ticker ??
      selected_markets
        .map(({ event_ticker, market_ticker: leg, side }) => JSON.stringify([event_ticker, leg, side]))
        .sort()
  )

const childrenDiffer: Operation.Rule<Inputs.CreateRFQBatchInput> = (input) => {
  const seen = new Set<string>()
  return firstOf(input, (child, pointer) => {
    const combo = comboOf(child)
    if (seen.has(combo)) return { pointer, reason: "an earlier child has the same combo: pass each combo once" }
    seen.add(combo)
    return undefined
  })
}

const sizesAreSingle: Operation.Rule<Inputs.CreateRFQBatchInput> = (input) => {
  const twice = (size: Size, pointer: string): Operation.InputFault | undefined =>
    sizesOf(size).length > 1
      ? {
          pointer: `${pointer}/target_cost_dollars`,
          reason: "there are two sizes: pass contracts_fp or target_cost_dollars, not both"
        }
      : undefined
  return twice(input, "") ?? firstOf(input, twice)
}

const childrenAreSized: Operation.Rule<Inputs.CreateRFQBatchInput> = (input) => {
  const [shared] = sizesOf(input)
  let first: SizeField | undefined
  return firstOf(input, (child, pointer) => {
    const [own] = sizesOf(child)
    const size = own ?? shared
    if (size === undefined) {
      return {
        pointer,
        reason: "this child has no size: set contracts_fp or target_cost_dollars on the child or on the batch"
      }
    }
    first ??= size
    return size === first
      ? undefined
      : {
          pointer: own === undefined ? pointer : `${pointer}/${own}`,
          reason: `every child must be sized the same way: the first has ${first}, so set ${first} for this child too`
        }
  })
}

const feesNeedATargetCost: Operation.Rule<Inputs.CreateRFQBatchInput> = (input) =>
  input.target_cost_excludes_fees === true &&
  input.children.every((child) => (sizesOf(child)[0] ?? sizesOf(input)[0]) !== "target_cost_dollars")
    ? {
        pointer: "/target_cost_excludes_fees",
        reason: "the children are sized by contracts: leave this field out, or size the children by target_cost_dollars"
      }
    : undefined

/**
 * Creates an RFQ batch: requests quotes on several combos at once.
 *
 * **Details**
 *
 * The client checks these rules of the exchange before it sends anything. An input that violates a rule is an
 * `InvalidRequest`:
 *
 * - Each child names its combo once: by `market_ticker`, or by 1 to 6 legs. Legs require an `mve_collection_ticker` of
 *   the batch.
 * - The children are different combos. The client compares tickers, or the legs in any sequence. It cannot detect that
 *   a ticker and a list of legs are the same combo.
 * - Every child has one size: its own size or the size of the batch. All children are sized the same way: by contracts
 *   or by target cost.
 * - `target_cost_excludes_fees` works only with a target cost. `rest_remainder` cannot be true.
 * - `client_batch_id` is not empty.
 *
 * **Gotchas**
 *
 * - With a `client_batch_id`, the client repeats the request after a lost response, because the exchange does not
 *   create a second batch. A `Conflict` with `afterLostAnswer` most likely means that an earlier attempt created the
 *   batch: look for your id in {@link list} with `user_filter: "self"`. Without a `client_batch_id`, the client does
 *   not repeat the request.
 * - A `client_batch_id` stays in use while its batch is open and for seven days after. A second use is a `Conflict`.
 * - You can have at most two open batches. With `replace_existing`, a third batch closes the oldest. Without it, a
 *   third batch is a `Conflict` or a `BadRequest`: the OpenAPI document does not say which.
 *
 * **Example** (Requesting 10 contracts of each of two combos)
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
 *
 * const created = RfqBatches.create({
 *   children: [{ market_ticker: "KXMVE-1" }, { market_ticker: "KXMVE-2" }],
 *   contracts_fp: "10",
 *   client_batch_id: "round-robin-1"
 * }).pipe(
 *   Effect.map(({ rfq_batch }) => rfq_batch.id),
 *   Effect.catchIf(
 *     (error) => error._tag === "Forbidden" && error.code === "rfq_batch_unavailable",
 *     () => Effect.succeed(undefined)
 *   )
 * )
 * ```
 */
export const create: Operation.Operation<
  Inputs.CreateRFQBatchInput,
  Responses.CreateRFQBatchResponse,
  BadRequest | Unauthorized | Forbidden | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateRFQBatch",
  name: "RfqBatches.create",
  method: "POST",
  path: "/communications/rfq_batches",
  body: Requests.CreateRFQBatchRequest,
  rules: [
    batchIdIsNotEmpty,
    nothingRests,
    childrenAreNamed,
    legsHaveACollection,
    childrenDiffer,
    sizesAreSingle,
    childrenAreSized,
    feesNeedATargetCost
  ],
  success: { status: 201, body: Responses.CreateRFQBatchResponse },
  errors: [BadRequest, Unauthorized, Forbidden, Conflict],
  access: "write",
  retry: "keyed",
  key: { field: "client_batch_id" },
  limits: { writeBucket: "quotes" }
})

const remove: Operation.Operation<Inputs.DeleteRFQBatchInput, void, BadRequest | Unauthorized | NotFound, KalshiWrite> =
  /*#__PURE__*/ Operation.make({
    operationId: "DeleteRFQBatch",
    name: "RfqBatches.delete",
    method: "DELETE",
    path: "/communications/rfq_batches/{rfq_batch_id}",
    pathParameters: Parameters.DeleteRFQBatchPath,
    success: { status: 204, body: undefined },
    errors: [BadRequest, Unauthorized, NotFound],
    access: "write",
    retry: "idempotent",
    limits: { writeBucket: "quotes" }
  })

export {
  /**
   * Closes an RFQ batch and all its children, and cancels the open batch quotes on it.
   *
   * **Gotchas**
   *
   * - You cannot close an accepted batch. It executes or expires as a whole.
   * - The client retries this operation after a lost response. A `NotFound` with `afterLostAnswer` most likely means
   *   that an earlier attempt closed the batch.
   */
  remove as delete
}

/**
 * Reads the best open bid of all makers, for each child and each side of your RFQ batch. These are the prices at which
 * {@link accept} would fill.
 *
 * **Details**
 *
 * `version` increases when a best bid changes. `yes_complete` and `no_complete` show whether every child has a bid on
 * that side. If not, you cannot accept the batch on that side. If a child has no bid on a side, its `yes_bid_dollars`
 * or `no_bid_dollars` is absent.
 *
 * **Gotchas**
 *
 * - Only the creator of the batch can read the best bids. Others get a `Forbidden`.
 * - A batch that is no longer open has no best bids. The OpenAPI document does not say whether this is an error or an
 *   empty list.
 */
export const bestQuotes: Operation.Operation<
  Inputs.GetRFQBatchBestQuotesInput,
  Responses.GetRFQBatchBestQuotesResponse,
  BadRequest | Unauthorized | Forbidden | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetRFQBatchBestQuotes",
  name: "RfqBatches.bestQuotes",
  method: "GET",
  path: "/communications/rfq_batches/{rfq_batch_id}/best_quotes",
  pathParameters: Parameters.GetRFQBatchBestQuotesPath,
  success: { status: 200, body: Responses.GetRFQBatchBestQuotesResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound],
  access: "read",
  retry: "idempotent"
})

const childrenAreUnique = (
  list: string,
  entries: ReadonlyArray<{ readonly rfq_id: string }>
): Operation.InputFault | undefined => {
  const seen = new Set<string>()
  for (const [index, { rfq_id }] of entries.entries()) {
    if (seen.has(rfq_id)) {
      return {
        pointer: `/${list}/${index}/rfq_id`,
        reason: "an earlier entry is for the same child: pass exactly one entry for each child of the batch"
      }
    }
    seen.add(rfq_id)
  }
  return undefined
}

/**
 * Accepts every child of your RFQ batch on one side. Each child goes to the maker with the best bid. Of equal bids, the
 * earliest wins. The trades happen only after every winner confirms.
 *
 * **Details**
 *
 * The exchange accepts all children or none, and your balance must cover all of them. A bid that is better than your
 * `min_bids` entry fills at the better price. If the best bid of a child is now lower than its entry, the call fails
 * with the code `rfq_batch_quotes_changed`, and the response lists those children.
 *
 * Two entries of `min_bids` for one child are an `InvalidRequest`, and nothing is sent.
 *
 * **Gotchas**
 *
 * - **The side is the makers'**, as in `Quotes.accept`: `"yes"` takes their bids for YES, so you buy NO at one dollar
 *   minus the bid. No recording of a batch confirms this yet.
 * - Recognize `rfq_batch_quotes_changed` by its code, because the class of the error is not known. The OpenAPI document
 *   states neither its status (probably 400 or 409) nor the field that lists the children. So do not rely on the list:
 *   read {@link bestQuotes} again and compare, as in the first example.
 * - `error.body.details` contains the `details` of the response, truncated to 2,048 characters. A value that is not a
 *   string is converted to JSON. The error does not contain unknown fields of the response. The second example shows
 *   how to see the complete response.
 * - With a `client_order_id`, the client repeats the request after a lost response, and the exchange returns the
 *   response of the successful acceptance again. Without a `client_order_id`, the client does not repeat the request:
 *   read the `status` of the batch with {@link get}.
 * - You cannot cancel an accepted batch.
 *
 * **Example** (Accepting at known bids, and listing the children whose bid got worse)
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
 * import * as RfqBatches from "@kalshi-effect/client/RfqBatches"
 *
 * const acceptNo = (rfq_batch_id: string, client_order_id: string, min_bids: ReadonlyArray<RfqBatches.MinBid>) =>
 *   RfqBatches.accept({ rfq_batch_id, accepted_side: "no", min_bids, client_order_id }).pipe(
 *     Effect.as<ReadonlyArray<string>>([]),
 *     Effect.catchIf(
 *       (error) => "code" in error && error.code === "rfq_batch_quotes_changed",
 *       () =>
 *         Effect.map(RfqBatches.bestQuotes({ rfq_batch_id }), ({ best_quotes }) =>
 *           min_bids.flatMap(({ bid_dollars, rfq_id }) => {
 *             const now = best_quotes.rfqs.find((child) => child.rfq_id === rfq_id)?.no_bid_dollars
 *             const isWorse = now === undefined || FixedPoint.compare(now, FixedPoint.dollarsUnsafe(bid_dollars)) < 0
 *             return isWorse ? [rfq_id] : []
 *           })
 *         )
 *     )
 *   )
 * ```
 *
 * **Example** (An HTTP client that shows the complete body of every refusal)
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as HttpClient from "effect/http/HttpClient"
 * import * as HttpClientResponse from "effect/http/HttpClientResponse"
 *
 * // Provide the result to `Kalshi.layer` instead of your HTTP client.
 * const showing = (client: HttpClient.HttpClient, show: (body: string) => void) =>
 *   HttpClient.transformResponse(
 *     client,
 *     Effect.flatMap((response) =>
 *       response.status < 400
 *         ? Effect.succeed(response)
 *         : Effect.map(response.text, (text) => {
 *             show(text)
 *             const { headers, status } = response
 *             return HttpClientResponse.fromWeb(response.request, new Response(text, { headers, status }))
 *           })
 *     )
 *   )
 * ```
 */
export const accept: Operation.Operation<
  Inputs.AcceptRFQBatchInput,
  Responses.AcceptRFQBatchResponse,
  BadRequest | Unauthorized | Forbidden | NotFound | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "AcceptRFQBatch",
  name: "RfqBatches.accept",
  method: "PUT",
  path: "/communications/rfq_batches/{rfq_batch_id}/accept",
  pathParameters: Parameters.AcceptRFQBatchPath,
  body: Requests.AcceptRFQBatchRequest,
  rules: [({ min_bids }) => childrenAreUnique("min_bids", min_bids)],
  success: { status: 200, body: Responses.AcceptRFQBatchResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound, Conflict],
  access: "write",
  retry: "keyed",
  key: { field: "client_order_id" },
  limits: { writeBucket: "quotes" }
})

/**
 * Reads the batch quotes on an RFQ batch, as far as you are allowed to see them. The response has no pages.
 *
 * **Details**
 *
 * | you are | while the batch is open | after it was accepted |
 * | --- | --- | --- |
 * | a maker | your own batch quote | your own, with only the children that you won |
 * | the batch's creator | none: read {@link bestQuotes} | the batch quote of each winner, with only the children that it won |
 *
 * **Gotchas**
 *
 * Match `quotes` to children by `rfq_id`, not by position. Each accepted child executes as a separate trade.
 */
export const quotes: Operation.Operation<
  Inputs.GetRFQBatchQuotesInput,
  Responses.GetRFQBatchQuotesResponse,
  BadRequest | Unauthorized | NotFound,
  KalshiRead
> = /*#__PURE__*/ Operation.make({
  operationId: "GetRFQBatchQuotes",
  name: "RfqBatches.quotes",
  method: "GET",
  path: "/communications/rfq_batches/{rfq_batch_id}/quotes",
  pathParameters: Parameters.GetRFQBatchQuotesPath,
  success: { status: 200, body: Responses.GetRFQBatchQuotesResponse },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "read",
  retry: "idempotent"
})

/**
 * Quotes every child of an RFQ batch in one batch quote.
 *
 * **Details**
 *
 * The maker with the best bid on the accepted side wins a child. Of equal bids, the earliest wins. You can win some
 * children and lose others. Confirm those that you won with {@link confirmQuote}.
 *
 * Two entries for one child are an `InvalidRequest`, and nothing is sent.
 *
 * **Gotchas**
 *
 * - A batch quote can win only within 30 s after you send it. Send it again to keep it eligible.
 * - A new batch quote replaces your older one on the same batch. A child with an unchanged price keeps its time
 *   priority.
 * - The client retries this operation after a lost response, because a new batch quote replaces the older one. A repeat
 *   of an older call can therefore replace the batch quote of a newer call. Wait for each call to end before the next
 *   call, or set `retry: SendPolicy.noRetry` with `SendPolicy.Overrides`.
 * - In a single quote, `"0"` declines a side. The OpenAPI document does not say whether this applies to batch quotes.
 */
export const quote: Operation.Operation<
  Inputs.CreateRFQBatchQuoteInput,
  Responses.CreateRFQBatchQuoteResponse,
  BadRequest | Unauthorized | Forbidden | NotFound | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "CreateRFQBatchQuote",
  name: "RfqBatches.quote",
  method: "POST",
  path: "/communications/rfq_batches/{rfq_batch_id}/quotes",
  pathParameters: Parameters.CreateRFQBatchQuotePath,
  body: Requests.CreateRFQBatchQuoteRequest,
  rules: [({ quotes }) => childrenAreUnique("quotes", quotes)],
  success: { status: 201, body: Responses.CreateRFQBatchQuoteResponse },
  errors: [BadRequest, Unauthorized, Forbidden, NotFound, Conflict],
  access: "write",
  retry: "idempotent",
  limits: { writeBucket: "quotes" }
})

/**
 * Withdraws your open batch quote.
 *
 * **Gotchas**
 *
 * The client retries this operation after a lost response. A `NotFound` with `afterLostAnswer` most likely means that
 * an earlier attempt withdrew the batch quote. The batch may also have been accepted in between: check with
 * {@link quotes}.
 */
export const deleteQuote: Operation.Operation<
  Inputs.DeleteRFQBatchQuoteInput,
  void,
  BadRequest | Unauthorized | NotFound,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "DeleteRFQBatchQuote",
  name: "RfqBatches.deleteQuote",
  method: "DELETE",
  path: "/communications/rfq_batches/{rfq_batch_id}/quotes/{batch_quote_id}",
  pathParameters: Parameters.DeleteRFQBatchQuotePath,
  success: { status: 204, body: undefined },
  errors: [BadRequest, Unauthorized, NotFound],
  access: "write",
  retry: "idempotent",
  limits: { writeBucket: "quotes", urgent: true }
})

/**
 * Confirms all children that your batch quote won, in one call.
 *
 * **Details**
 *
 * Nothing executes until every winner has confirmed. The last confirmation starts a timer. When the timer ends, all
 * children execute together. If one winner misses its deadline, the whole batch closes and nothing trades.
 *
 * **Gotchas**
 *
 * - The OpenAPI document does not say how long you have. A single quote on a combo leaves 3 s: see `Quotes.confirm`.
 * - The client retries this operation after a lost response, because a batch quote can be confirmed only once. A
 *   `Conflict` or `NotFound` with `afterLostAnswer` most likely means that an earlier attempt succeeded. {@link quotes}
 *   shows the `status`.
 * - The client sends `{}` as the body, because the exchange requires a body in `Quotes.confirm`.
 */
export const confirmQuote: Operation.Operation<
  Inputs.ConfirmRFQBatchQuoteInput,
  void,
  BadRequest | Unauthorized | NotFound | Conflict,
  KalshiWrite
> = /*#__PURE__*/ Operation.make({
  operationId: "ConfirmRFQBatchQuote",
  name: "RfqBatches.confirmQuote",
  method: "PUT",
  path: "/communications/rfq_batches/{rfq_batch_id}/quotes/{batch_quote_id}/confirm",
  pathParameters: Parameters.ConfirmRFQBatchQuotePath,
  success: { status: 204, body: undefined },
  errors: [BadRequest, Unauthorized, NotFound, Conflict],
  access: "write",
  retry: "idempotent",
  limits: { writeBucket: "quotes" }
})
