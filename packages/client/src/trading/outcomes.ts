/**
 * The outcomes of placing an order, and what a response or an error says about the order.
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

/**
 * The identity of an order. Store it before you place the order, so that a later process can {@link settle} it: the first
 * three fields are enough. An {@link Unknown} has all fields, and is still a placement after it was written as JSON.
 */
export interface Placement {
  readonly client_order_id: string
  /** The market. */
  readonly ticker: string
  /** Unix milliseconds by this machine's clock. No attempt was made before. */
  readonly placedAtMillis: number
  /**
   * Unix milliseconds. No attempt was made after. The clock must be within a minute of the exchange's; leave the field out
   * when you are not sure. Default: the time at which `settle` begins.
   */
  readonly lastAttemptMillis?: number | undefined
  /** The request. An order that differs from it is another order. Default: the id and the market alone decide. */
  readonly request?: CreateInput | undefined
  /** When the exchange can have taken the order. Default: computed from the other times, with room for a wrong clock. */
  readonly window?: ExchangeWindow | undefined
  /**
   * Whether this machine's clock was set, or the machine slept, while the order was sent. If so, a list without the order
   * proves nothing. Default: false.
   */
  readonly clockChanged?: boolean | undefined
  /** Whether the exchange said that the order exists. If so, a list without it proves nothing. Default: false. */
  readonly exists?: boolean | undefined
}

/** The fields of a placement that do not depend on when it was sent. */
export const placementOf = ({ client_order_id, placedAtMillis, request, ticker }: Placement): Placement => ({
  client_order_id,
  ticker,
  placedAtMillis,
  request
})

/** The fields in which two orders with the same id can differ. */
export type Difference = "ticker" | "subaccount" | "side" | "price" | "count"

/** An order that has the id and differs from the request: another order, or this order after an amend. */
export interface Mismatch {
  readonly order: Order
  readonly differs: ReadonlyArray<Difference>
}

/** The exchange accepted the order. Fields are undefined where their value is not known. */
export interface Accepted extends Placement {
  readonly _tag: "Accepted"
  readonly order_id: string
  /**
   * The source of the `order_id`: `answer` is a valid response; `salvage` is a response that did not decode and still has
   * the id; `list` is a list of orders, read because the response was lost or said that the order exists already.
   */
  readonly learned: "answer" | "salvage" | "list"
  readonly fill_count: Count | undefined
  readonly remaining_count: Count | undefined
  /** Dollars per contract of YES; undefined when nothing filled at once. */
  readonly average_fill_price: Dollars | undefined
  /** Dollars per contract. */
  readonly average_fee_paid: Dollars | undefined
  /** Unix milliseconds by the exchange's clock. */
  readonly ts_ms: number | undefined
  /** The shard, when the intent or the list names it. */
  readonly exchange_index: number | undefined
  readonly subaccount: number | undefined
  /** The order as a list showed it. It can have changed since. */
  readonly order: Order | undefined
}

/**
 * The exchange refused the order, and no response of this call was lost: the call placed no order. An earlier call with the
 * same `client_order_id` may have placed one: settle that call.
 */
export interface Rejected extends Placement {
  readonly _tag: "Rejected"
  readonly error: Refusal
}

/**
 * The outcome is not known. {@link settle} this placement before you place the same intent again. Under another id it could
 * become two orders. Under the same id, a refusal would say nothing about this call.
 */
export interface Unknown extends Placement {
  readonly _tag: "Unknown"
  readonly lastAttemptMillis: number
  /** The call's last error; undefined when an earlier process made the call, or a `cancelAllOnExit` ended it. */
  readonly error: CreateError | ItemRefused | undefined
  /** RFC 3339. Lists up to this time do not show the order. Undefined when no list could be read whole. */
  readonly notListedAsOf: string | undefined
  /** The order that a list shows under the id instead. It can be this order after an amend: compare it yourself. */
  readonly mismatch: Mismatch | undefined
}

/** No order was placed, and the exchange can no longer place it. */
export interface NotPlaced extends Placement {
  readonly _tag: "NotPlaced"
  /** RFC 3339. Lists up to this time do not show the order. */
  readonly notListedAsOf: string
}

/** The outcomes of placing an order. */
export type Outcome = Accepted | Rejected | Unknown

/** The outcomes of settling an earlier placement. The exchange keeps no record of the orders that it refused. */
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

/** An error that means that nothing was sent. */
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

/** What an error of a create says about one of its orders. */
export type Verdict =
  | { readonly _tag: "NothingSent"; readonly error: PlaceError }
  | { readonly _tag: "Refused"; readonly error: Refusal }
  /** The exchange refused every attempt because another order has the id: this call placed nothing. */
  | { readonly _tag: "IdInUse"; readonly error: Refusal }
  /** The response does not decode, and has the order's id. */
  | { readonly _tag: "Salvaged"; readonly order_id: string }
  /** A response says that the order exists. This call may have placed it. */
  | { readonly _tag: "Exists" }
  /** This call may have placed it. */
  | { readonly _tag: "MayExist" }

const exists: Verdict = { _tag: "Exists" }
const mayExist: Verdict = { _tag: "MayExist" }
const existsIf = (isSaid: boolean): Verdict => (isSaid ? exists : mayExist)

/** Codes of conflicts that are known to be about something else than the id. */
const notAboutTheId: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "fill_or_kill_insufficient_resting_volume",
  "trading_is_paused",
  "exchange_is_paused"
])

/**
 * Statuses that refuse a create, besides those that every create declares: the exchange, or a proxy in front of it, did not
 * carry the request out. 408 is not one of them.
 */
const refusals: ReadonlySet<number> = /*#__PURE__*/ new Set([
  402, 404, 405, 406, 410, 411, 412, 413, 414, 415, 422, 425
])

/** Words of an error that says that the order exists already. `does_not_exist` has none of them. */
const existing =
  /already[ _](?:exist|in[ _]use|placed|taken|used)|duplicat|order(?:[ _]id)?[ _](?:exists|in[ _]use|taken)/i

/** Whether any part of an error says that an order has the id already. */
export const saysExists = ({ code = "", details = "", message = "" }: ErrorResponse): boolean =>
  [code, details, message].some((part) => existing.test(part))

/** What an error says about the order of a single create. */
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
      return refusalOf(error, saysExists(error.body))
    case "Conflict": {
      const { code } = error
      if (code === undefined || saysExists(error.body)) return refusalOf(error, true)
      return notAboutTheId.has(code) ? refusalOf(error, false) : mayExist
    }
    case "ContractError": {
      if (error.pointer === "/error") return existsIf(existing.test(error.rawBody))
      const order_id = orderIdIn(error.rawBody, clientOrderId)
      return order_id === undefined ? exists : { _tag: "Salvaged", order_id }
    }
    case "UnexpectedStatus":
      if (refusals.has(error.status)) return refusalOf(error, saysExists(error.body))
      return existsIf(isSuccess(error.status) || saysExists(error.body))
    case "InternalServerError":
    case "BadGateway":
    case "ServiceUnavailable":
    case "GatewayTimeout":
      return existsIf(saysExists(error.body))
  }
}

/** What an error says about one order of a batch. The success status of a batch says nothing about a single order. */
export const verdictOfBatch = (error: CreateError, clientOrderId: string): Verdict => {
  if (error._tag === "ContractError" && error.pointer !== "/error") return mayExist
  if (error._tag === "UnexpectedStatus" && isSuccess(error.status)) return existsIf(saysExists(error.body))
  return verdictOf(error, clientOrderId)
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** What a refusal says. It says nothing about an earlier attempt whose response was lost. */
const refusalOf = (error: Exclude<Refusal, ItemRefused>, isInUse: boolean): Verdict =>
  error.afterLostAnswer ? existsIf(isInUse) : { _tag: isInUse ? "IdInUse" : "Refused", error }

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The order's id in the body of a success that does not decode, such as one that was cut short. Undefined unless the body
 * begins as a JSON object whose own `order_id` is complete, a UUID, unique, and not contradicted by a `client_order_id`.
 */
export const orderIdIn = (body: string, clientOrderId: string): string | undefined => {
  const members = leadingMembers(body)
  const id = members.get("order_id")
  const client = members.get("client_order_id")
  return typeof id === "string" &&
    uuid.test(id) &&
    (client === undefined || client === null || client === clientOrderId) &&
    !namesError.test(body)
    ? id
    : undefined
}

/** An error anywhere in the body, also an incomplete one. An id beside an error does not prove that an order exists. */
const namesError = /"error"\s*:(?!\s*null\b)/

/** One member of an object whose value is neither a list nor an object, and the comma or brace after it. */
const member = /\s*("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null)\s*([,}])/gy

/**
 * The members of an object, up to the first one that is not JSON, or that holds a list or an object. A repeated member is
 * undefined.
 */
const leadingMembers = (text: string): ReadonlyMap<string, unknown> => {
  const members = new Map<string, unknown>()
  const start = /^\s*\{/.exec(text)
  if (start === null) return members
  for (const [, name = "", value = "", end] of text.slice(start[0].length).matchAll(member)) {
    try {
      const key = JSON.parse(name) as string // the pattern allows nothing but a string
      members.set(key, members.has(key) ? undefined : JSON.parse(value))
    } catch {
      break
    }
    if (end === "}") break
  }
  return members
}

/** Whether a refused item of a batch describes an order nevertheless. */
export const showsOrder = ({ fill_count, order_id, remaining_count }: BatchCreateOrdersV2ResponseOrdersItem): boolean =>
  isId(order_id) || [fill_count, remaining_count].some((count) => count != null && !FixedPoint.isZero(count))

/** Whether a response names an order. The id of a refused order can be empty. */
export const isId = (order_id: string | null | undefined): order_id is string => order_id != null && order_id !== ""

/**
 * The fields in which an order with the id differs from the request. None: it is the requested order.
 *
 * An order does not show whether it was amended. An amend changes price and count, so an amended order differs. The
 * document has shown orders of the primary account both with subaccount 0 and without a subaccount.
 */
export const differencesOf = ({ request, ticker }: Placement, order: Order): ReadonlyArray<Difference> => {
  const differs: Array<Difference> = order.ticker === ticker ? [] : ["ticker"]
  if (request === undefined) return differs
  if ((order.subaccount_number ?? 0) !== (request.subaccount ?? 0)) differs.push("subaccount")
  if (order.book_side !== request.side) differs.push("side")
  if (!isSame(FixedPoint.dollars(request.price), order.yes_price_dollars)) differs.push("price")
  if (!isSameCount(request, order.initial_count_fp)) differs.push("count")
  return differs
}

const isSame = (asked: Result.Result<Dollars, unknown>, is: Dollars): boolean =>
  Result.isSuccess(asked) && FixedPoint.equals(asked.success, is)

/** The exchange caps the count of a `reduce_only` order at the position. */
const isSameCount = ({ count, reduce_only }: CreateInput, initial: Count): boolean => {
  const asked = FixedPoint.count(count)
  if (Result.isFailure(asked)) return false
  return reduce_only === true
    ? FixedPoint.compare(initial, asked.success) <= 0
    : FixedPoint.equals(initial, asked.success)
}

/** The shard and the subaccount of an order, as its request names them. */
export interface Location {
  readonly exchange_index?: number | undefined
  readonly subaccount?: number | undefined
}

/** What a response says about an accepted order. In an item of a batch, null means that a field is missing. */
export interface AcceptedResponse {
  readonly order_id: string
  readonly fill_count?: Count | null | undefined
  readonly remaining_count?: Count | null | undefined
  readonly average_fill_price?: Dollars | null | undefined
  readonly average_fee_paid?: Dollars | null | undefined
  readonly ts_ms?: number | null | undefined
}

/** An order that a response shows as accepted. */
export const accepted = (
  placement: Placement,
  { exchange_index, subaccount }: Location,
  response: AcceptedResponse,
  learned: "answer" | "salvage" = "answer"
): Accepted => ({
  ...placement,
  _tag: "Accepted",
  learned,
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

/** An order that a list shows. */
export const listed = (placement: Placement, order: Order): Accepted => ({
  ...placement,
  _tag: "Accepted",
  learned: "list",
  order_id: order.order_id,
  fill_count: order.fill_count_fp,
  remaining_count: order.remaining_count_fp,
  average_fill_price: undefined,
  average_fee_paid: undefined,
  ts_ms: undefined,
  exchange_index: order.exchange_index !== undefined && order.exchange_index >= 0 ? order.exchange_index : undefined,
  subaccount: order.subaccount_number ?? undefined,
  order
})
