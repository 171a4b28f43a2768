/**
 * The outcomes of placing an order, and the rules by which responses and errors determine them.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as FixedPoint from "../money/FixedPoint.ts"
import type { Count, Dollars } from "../money/FixedPoint.ts"
import type { BatchCreateOrdersV2ResponseOrdersItem, ErrorResponse, Order } from "../generated/responses.ts"
import type { ExchangeWindow } from "../sending/attemptTimes.ts"
import type { ErrorOf } from "../Operation.ts"
import type { batchCreate, create, CreateInput } from "../rest/orderOperations.ts"
import type { ShownOrder } from "./pushed.ts"

/**
 * Identifies an order. Store the placement before you place the order, so that a later process can {@link settle} it.
 * The first three fields are enough. An {@link Unknown} is also a placement, even after you stored it as JSON.
 */
export interface Placement {
  readonly client_order_id: string
  /** The market. */
  readonly ticker: string
  /** A time before the first attempt, in Unix milliseconds by the clock of the machine that made the attempt. */
  readonly placedAtMillis: number
  /**
   * The latest time of an attempt, in Unix milliseconds. Omit it if the clock that measured it can differ from the
   * exchange's clock by more than a minute. Default: the time at which `settle` starts.
   */
  readonly lastAttemptMillis?: number | undefined
  /**
   * The request. An order with this id that differs from the request is a {@link Mismatch}. Default: only the id and
   * the market are compared.
   */
  readonly request?: CreateInput | undefined
  /**
   * When the exchange can have accepted the order. Default: the lists are read from their beginning, and the end of the
   * window is computed from the other times.
   */
  readonly window?: ExchangeWindow | undefined
  /**
   * Whether the machine's clock was set, or the machine slept, during the call. If so, a list without the order proves
   * nothing. Default: false.
   */
  readonly clockChanged?: boolean | undefined
  /**
   * Whether a response reported that the order exists. If so, a list without the order proves nothing. Default: false.
   */
  readonly exists?: boolean | undefined
}

/** Only the fields that are known before the first attempt. */
export const placementOf = ({ client_order_id, placedAtMillis, request, ticker }: Placement): Placement => ({
  client_order_id,
  ticker,
  placedAtMillis,
  request
})

/** The fields in which an order can differ from a request with the same id. */
export type Difference = "ticker" | "subaccount" | "side" | "price" | "count"

/**
 * An order that has the id of the request but differs from the request: another order, or this order after an amend.
 */
export interface Mismatch {
  readonly order: Order
  readonly differs: ReadonlyArray<Difference>
}

/** The exchange accepted the order. Fields whose value is not known are undefined. */
export interface Accepted extends Placement {
  readonly _tag: "Accepted"
  readonly order_id: string
  /**
   * The source of the `order_id`:
   *
   * - `response`: a valid response.
   * - `undecodedResponse`: a response that did not decode but contains the id.
   * - `list`: a list of orders.
   * - `feed`: a live `AccountFeed`, which showed the order before a list did.
   */
  readonly source: "response" | "undecodedResponse" | "feed" | "list"
  readonly fill_count: Count | undefined
  readonly remaining_count: Count | undefined
  /** Dollars per contract of YES, for the part that filled at once. */
  readonly average_fill_price: Dollars | undefined
  /** Dollars per contract. */
  readonly average_fee_paid: Dollars | undefined
  /** Unix milliseconds by the exchange's clock. */
  readonly ts_ms: number | undefined
  /** The shard, if the intent, the list or the message of the feed contains it. */
  readonly exchange_index: number | undefined
  readonly subaccount: number | undefined
  /** The order as a list showed it. The order can have changed since. */
  readonly order: Order | undefined
}

/**
 * The exchange refused the order, and no response of this call was lost. So this call placed no order. An earlier call
 * with the same `client_order_id` may have placed an order: settle that call.
 */
export interface Rejected extends Placement {
  readonly _tag: "Rejected"
  readonly error: Refusal
}

/**
 * The outcome is not known. {@link settle} this placement before you place the same intent again. If you place the
 * intent again under another id, two orders can result. If you place it under the same id, a refusal does not show
 * whether this call succeeded.
 */
export interface Unknown extends Placement {
  readonly _tag: "Unknown"
  readonly lastAttemptMillis: number
  /**
   * The last error of the call. {@link settle} takes it from the placement. Undefined if the placement has no error or
   * was stored as JSON, or if the scope of `cancelAllOnExit` closed during the call.
   */
  readonly error: CreateError | ItemRefused | undefined
  /** RFC 3339. Lists that are complete up to this time do not show the order. Undefined if no such time is known. */
  readonly notListedAsOf: string | undefined
  /**
   * An order in a list that has the same id but differs from the request. It can be this order after an amend: compare
   * it with your request.
   */
  readonly mismatch: Mismatch | undefined
}

/** The exchange did not place the order, and can no longer place it. */
export interface NotPlaced extends Placement {
  readonly _tag: "NotPlaced"
  /** RFC 3339. Lists that are complete up to this time do not show the order. */
  readonly notListedAsOf: string
}

/** The outcomes of placing an order. */
export type Outcome = Accepted | Rejected | Unknown

/**
 * The outcomes of settling an earlier placement. There is no `Rejected`, because the exchange keeps no record of
 * refused orders.
 */
export type Settlement = Accepted | NotPlaced | Unknown

/** The exchange refused one order of a batch. */
export class ItemRefused
  extends /*#__PURE__*/ Data.TaggedError("ItemRefused")<{
    readonly operation: string
    readonly code: string | undefined
    readonly body: ErrorResponse
  }>
{
  override get message(): string {
    const { code, details, message } = this.body
    return `${this.operation}: the exchange refused the order: ${[code, message, details].filter(Boolean).join(": ")}`
  }
}

export type CreateError = ErrorOf<typeof create> | ErrorOf<typeof batchCreate>

/** The errors with which {@link place} and {@link placeAll} fail. Nothing was sent. */
export type PlaceError = Extract<
  CreateError,
  {
    readonly _tag: "InvalidRequest" | "LimitExceeded" | "SigningError" | "NotSent" | "TransportError" | "RequestTimeout"
  }
>

/** An error that means that the exchange refused the order. */
export type Refusal =
  | Extract<
      CreateError,
      {
        readonly _tag: "BadRequest" | "Unauthorized" | "Forbidden" | "Conflict" | "TooManyRequests" | "UnexpectedStatus"
      }
    >
  | ItemRefused

/** What the error of a create or batch create means for one order. */
export type Verdict =
  | { readonly _tag: "NothingSent"; readonly error: PlaceError }
  | { readonly _tag: "Refused"; readonly error: Refusal }
  /** The exchange refused every attempt because another order has the id. So this call placed no order. */
  | { readonly _tag: "IdInUse"; readonly error: Refusal }
  /** The response does not decode, but contains the id of the order. */
  | { readonly _tag: "HasId"; readonly order_id: string }
  /** A response says that the order exists. This call may have placed the order. */
  | { readonly _tag: "Exists" }
  | { readonly _tag: "MayExist" }

const exists: Verdict = { _tag: "Exists" }
const mayExist: Verdict = { _tag: "MayExist" }
const existsIf = (isReported: boolean): Verdict => (isReported ? exists : mayExist)

/** Codes of 409 responses whose cause is not the `client_order_id`. */
const notAboutTheId: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "fill_or_kill_insufficient_resting_volume",
  "trading_is_paused",
  "exchange_is_paused"
])

/**
 * Statuses by which the exchange, or a proxy in front of it, refuses a request although the operations do not declare
 * them. 408 is missing, because it is ambiguous.
 */
const refusals: ReadonlySet<number> = /*#__PURE__*/ new Set([
  402, 404, 405, 406, 410, 411, 412, 413, 414, 415, 422, 425
])

/** Must not match `does_not_exist`. */
const existing =
  /already[ _](?:exist|in[ _]use|placed|taken|used)|duplicat|order(?:[ _]id)?[ _](?:exists|in[ _]use|taken)/i

export const reportsExisting = ({ code = "", details = "", message = "" }: ErrorResponse): boolean =>
  [code, details, message].some((part) => existing.test(part))

export const verdictOf = (error: CreateError, clientOrderId: string): Verdict => {
  switch (error._tag) {
    case "InvalidRequest":
    case "LimitExceeded":
    case "SigningError":
    case "NotSent":
      return { _tag: "NothingSent", error }
    case "TransportError":
    case "RequestTimeout":
      return error.requestSent === "no" ? { _tag: "NothingSent", error } : mayExist
    case "BadRequest":
    case "Unauthorized":
    case "Forbidden":
    case "TooManyRequests":
      return refusalOf(error, reportsExisting(error.body))
    case "Conflict": {
      const { code } = error
      if (code === undefined || reportsExisting(error.body)) return refusalOf(error, true)
      return notAboutTheId.has(code) ? refusalOf(error, false) : mayExist
    }
    case "ContractError": {
      if (error.pointer === "/error") return existsIf(existing.test(error.rawBody))
      const order_id = orderIdIn(error.rawBody, clientOrderId)
      return order_id === undefined ? exists : { _tag: "HasId", order_id }
    }
    case "UnexpectedStatus":
      if (refusals.has(error.status)) return refusalOf(error, reportsExisting(error.body))
      return existsIf(isSuccess(error.status) || reportsExisting(error.body))
    case "InternalServerError":
    case "BadGateway":
    case "ServiceUnavailable":
    case "GatewayTimeout":
      return existsIf(reportsExisting(error.body))
  }
}

/** The success status of a batch says nothing about a single order. */
export const verdictOfBatch = (error: CreateError, clientOrderId: string): Verdict => {
  if (error._tag === "ContractError" && error.pointer !== "/error") return mayExist
  if (error._tag === "UnexpectedStatus" && isSuccess(error.status)) return existsIf(reportsExisting(error.body))
  return verdictOf(error, clientOrderId)
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** A refusal counts only if no response was lost: it does not show the result of an earlier attempt. */
const refusalOf = (error: Exclude<Refusal, ItemRefused>, isInUse: boolean): Verdict =>
  error.afterLostAnswer ? existsIf(isInUse) : { _tag: isInUse ? "IdInUse" : "Refused", error }

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Reads the id of the order from a successful response that does not decode, such as a truncated body. The `order_id`
 * must be a complete UUID. The `client_order_id` must not be that of another order. The body must contain no error.
 */
export const orderIdIn = (body: string, clientOrderId: string): string | undefined => {
  const members = leadingMembers(body)
  const id = members.get("order_id")
  const client = members.get("client_order_id")
  return typeof id === "string" &&
    uuid.test(id) &&
    (client === null || client === clientOrderId || !members.has("client_order_id")) &&
    !namesError.test(body)
    ? id
    : undefined
}

/** Also matches an incomplete error. An id in a body with an error does not prove that an order exists. */
const namesError = /"error"\s*:(?!\s*null\b)/

/** One member whose value is neither a list nor an object, with the comma or brace after it. */
const member = /\s*("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null)\s*([,}])/gy

/**
 * Reads members until one is not JSON, or has a list or an object as its value. The value of a repeated member is
 * undefined.
 */
const leadingMembers = (text: string): ReadonlyMap<string, unknown> => {
  const members = new Map<string, unknown>()
  const start = /^\s*\{/.exec(text)
  if (start === null) return members
  for (const [, name = "", value = "", end] of text.slice(start[0].length).matchAll(member)) {
    try {
      const key = JSON.parse(name) as string // the pattern allows only a string
      members.set(key, members.has(key) ? undefined : JSON.parse(value))
    } catch {
      break
    }
    if (end === "}") break
  }
  return members
}

/** Whether an item describes an order. A refused item can also describe one. */
export const showsOrder = ({ fill_count, order_id, remaining_count }: BatchCreateOrdersV2ResponseOrdersItem): boolean =>
  isId(order_id) || [fill_count, remaining_count].some((count) => count != null && !FixedPoint.isZero(count))

/** Whether there is an id. The id of a refused order can be empty. */
export const isId = (order_id: string | null | undefined): order_id is string => order_id != null && order_id !== ""

/**
 * An order does not show whether it was amended. So an order with an amended price or count differs from its request.
 * In the OpenAPI document, orders of the primary account have subaccount 0 or no subaccount.
 */
export const differencesOf = ({ request, ticker }: Placement, order: ShownOrder): ReadonlyArray<Difference> => {
  const differs: Array<Difference> = order.ticker === ticker ? [] : ["ticker"]
  if (request === undefined) return differs
  if ((order.subaccount_number ?? 0) !== (request.subaccount ?? 0)) differs.push("subaccount")
  if (order.book_side !== request.side) differs.push("side")
  if (!isSame(FixedPoint.dollars(request.price), order.yes_price_dollars)) differs.push("price")
  if (!isSameCount(request, order.initial_count_fp)) differs.push("count")
  return differs
}

const isSame = (requested: Result.Result<Dollars, unknown>, actual: Dollars): boolean =>
  Result.isSuccess(requested) && FixedPoint.equals(requested.success, actual)

/** The exchange caps the count of a `reduce_only` order at the position. */
const isSameCount = ({ count, reduce_only }: CreateInput, initial: Count): boolean => {
  const requested = FixedPoint.count(count)
  if (Result.isFailure(requested)) return false
  return reduce_only === true
    ? FixedPoint.compare(initial, requested.success) <= 0
    : FixedPoint.equals(initial, requested.success)
}

export interface Location {
  readonly exchange_index?: number | undefined
  readonly subaccount?: number | undefined
}

/** In an item of a batch, null means that a field is missing. */
export interface AcceptedResponse {
  readonly order_id: string
  readonly fill_count?: Count | null | undefined
  readonly remaining_count?: Count | null | undefined
  readonly average_fill_price?: Dollars | null | undefined
  readonly average_fee_paid?: Dollars | null | undefined
  readonly ts_ms?: number | null | undefined
}

export const accepted = (
  placement: Placement,
  { exchange_index, subaccount }: Location,
  response: AcceptedResponse,
  source: "response" | "undecodedResponse" = "response"
): Accepted => ({
  ...placement,
  _tag: "Accepted",
  source,
  order_id: response.order_id,
  fill_count: response.fill_count ?? undefined,
  remaining_count: response.remaining_count ?? undefined,
  average_fill_price: response.average_fill_price ?? undefined,
  average_fee_paid: response.average_fee_paid ?? undefined,
  ts_ms: response.ts_ms ?? undefined,
  // A negative index asks the exchange to find the shard.
  exchange_index: exchange_index !== undefined && exchange_index >= 0 ? exchange_index : undefined,
  subaccount,
  order: undefined
})

export const shown = (placement: Placement, order: ShownOrder, listed: Order | undefined): Accepted => ({
  ...placement,
  _tag: "Accepted",
  source: listed === undefined ? "feed" : "list",
  order_id: order.order_id,
  fill_count: order.fill_count_fp,
  remaining_count: order.remaining_count_fp,
  average_fill_price: undefined,
  average_fee_paid: undefined,
  ts_ms: undefined,
  exchange_index: order.exchange_index !== undefined && order.exchange_index >= 0 ? order.exchange_index : undefined,
  subaccount: order.subaccount_number ?? undefined,
  order: listed
})
