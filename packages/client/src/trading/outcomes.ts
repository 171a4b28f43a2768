/**
 * What became of an order, and what an error tells about it.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as FixedPoint from "../money/FixedPoint.ts"
import type { Count, Dollars } from "../money/FixedPoint.ts"
import type {
  BatchCreateOrdersV2ResponseOrdersItem,
  CreateOrderV2Response,
  ErrorResponse,
  Order
} from "../generated/responses.ts"
import type { ExchangeWindow } from "../sending/attempts.ts"
import type { ErrorOf } from "../Operation.ts"
import type { batchCreate, create, CreateInput } from "../rest/orderOperations.ts"

/**
 * Which order is meant. Write it down before the order is placed, so that a later process can {@link settle} it: the first
 * three fields are enough. An {@link Unknown} has all of them, and stays a placement when it is written as JSON.
 */
export interface Placement {
  readonly client_order_id: string
  /** The market. */
  readonly ticker: string
  /** Unix milliseconds by this machine's clock: no attempt was made before. */
  readonly placedAtMillis: number
  /**
   * Unix milliseconds: no attempt was made after. By a clock that is within a minute of the exchange's; leave it out where
   * that is not sure. Default: the time at which `settle` begins.
   */
  readonly lastAttemptMillis?: number | undefined
  /** What was asked for: an order that differs from it is another order. Default: the id and the market alone decide. */
  readonly request?: CreateInput | undefined
  /** When the exchange can have taken the order. Default: worked out from the other times, with room for a wrong clock. */
  readonly window?: ExchangeWindow | undefined
  /** This machine's clock was set, or the machine slept, while the order was sent: then absence proves nothing. Default: false. */
  readonly clockChanged?: boolean | undefined
  /** The exchange said that there is such an order: then absence proves nothing. Default: false. */
  readonly exists?: boolean | undefined
}

/** The parts of a placement that do not depend on when it was sent. */
export const placementOf = ({ client_order_id, placedAtMillis, request, ticker }: Placement): Placement => ({
  client_order_id,
  ticker,
  placedAtMillis,
  request
})

/** The parts of an order that tell it from another one under the same id. */
export type Difference = "ticker" | "subaccount" | "side" | "price" | "count"

/** An order that has the id, and is not what was asked for: another order, or this one after an amend. */
export interface Mismatch {
  readonly order: Order
  readonly differs: ReadonlyArray<Difference>
}

/** The exchange took the order. What it did with it so far is known as far as the fields are defined. */
export interface Accepted extends Placement {
  readonly _tag: "Accepted"
  readonly order_id: string
  /**
   * By the exchange's answer; by the id in an answer that was otherwise no good; or by a list, because the answer was
   * lost or said that there is such an order already.
   */
  readonly learned: "answer" | "salvage" | "list"
  readonly fill_count: Count | undefined
  readonly remaining_count: Count | undefined
  /** Dollars per contract of YES; undefined where nothing filled at once. */
  readonly average_fill_price: Dollars | undefined
  /** Dollars per contract. */
  readonly average_fee_paid: Dollars | undefined
  /** Unix milliseconds by the exchange's clock. */
  readonly ts_ms: number | undefined
  /** Where it is known without asking: as the intent or the list had it. */
  readonly exchange_index: number | undefined
  readonly subaccount: number | undefined
  /** As a list showed it: it may have changed since. */
  readonly order: Order | undefined
}

/**
 * The exchange refused the order, and no answer of this call was lost: no order came of it. What an earlier call under
 * the same `client_order_id` did is another matter: settle that one.
 */
export interface Rejected extends Placement {
  readonly _tag: "Rejected"
  readonly error: Refusal
}

/**
 * Nobody can say yet. Do not place the same intent again, neither under another id, which can make two orders of it, nor
 * under the same one, whose refusal would say nothing of this call: {@link settle} this one.
 */
export interface Unknown extends Placement {
  readonly _tag: "Unknown"
  readonly lastAttemptMillis: number
  /** What the call ended with; undefined where an earlier process made it, or where a `cancelAllOnExit` ended it. */
  readonly error: CreateError | ItemRefused | undefined
  /** RFC 3339: no list that was as fresh as this showed the order. Undefined where no list could be read whole. */
  readonly notListedAsOf: string | undefined
  /** What a list showed under the id instead. An order that was amended shows up here: compare it yourself. */
  readonly mismatch: Mismatch | undefined
}

/** No order came of it, and none can any more. */
export interface NotPlaced extends Placement {
  readonly _tag: "NotPlaced"
  /** RFC 3339: no list that was as fresh as this showed the order. */
  readonly notListedAsOf: string
}

/** What becomes of placing an order. */
export type Outcome = Accepted | Rejected | Unknown

/** What can be said of an order that was placed earlier: the exchange keeps no record of what it refused. */
export type Settlement = Accepted | NotPlaced | Unknown

/** An order of a batch that was refused by itself. */
export class ItemRefused
  extends /*#__PURE__*/ Data.TaggedError("ItemRefused")<{
    readonly operation: string
    readonly code: string | undefined
    readonly body: ErrorResponse
  }>
{
  override get message(): string {
    const { code, details, message } = this.body
    return `${this.operation}: the order was refused: ${[code, message, details].filter(Boolean).join(": ")}`
  }
}

export type CreateError = ErrorOf<typeof create> | ErrorOf<typeof batchCreate>

/** Why nothing was sent. */
export type PlaceError = Extract<
  CreateError,
  {
    readonly _tag: "InvalidRequest" | "LimitExceeded" | "SigningError" | "NotSent" | "TransportError" | "RequestTimeout"
  }
>

/** How the exchange said no. */
export type Refusal =
  | Extract<
      CreateError,
      {
        readonly _tag: "BadRequest" | "Unauthorized" | "Forbidden" | "Conflict" | "TooManyRequests" | "UnexpectedStatus"
      }
    >
  | ItemRefused

/** What an error of a create says about the order. */
export type Verdict =
  | { readonly _tag: "NothingSent"; readonly error: PlaceError }
  | { readonly _tag: "Refused"; readonly error: Refusal }
  /** Every attempt was refused because an order has the id already: this call placed nothing. */
  | { readonly _tag: "Taken"; readonly error: Refusal }
  | { readonly _tag: "Salvaged"; readonly order_id: string }
  /** This call may have placed it; `exists`: an answer says that there is such an order. */
  | { readonly _tag: "Look"; readonly exists: boolean }

const look = (exists: boolean): Verdict => ({ _tag: "Look", exists })

/** Conflicts that have been seen and are about something else than the id. */
const notAboutTheId: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "fill_or_kill_insufficient_resting_volume",
  "trading_is_paused",
  "exchange_is_paused"
])

/**
 * Refusals by status, besides those that every create declares: the exchange, or a proxy before it, did not carry the
 * request out. 408 is not one of them.
 */
const refusals: ReadonlySet<number> = /*#__PURE__*/ new Set([
  402, 404, 405, 406, 410, 411, 412, 413, 414, 415, 422, 425
])

/** Words of an error that says that there is such an order already. `does_not_exist` has none of them. */
const existing =
  /already[ _](?:exist|in[ _]use|placed|taken|used)|duplicat|order(?:[ _]id)?[ _](?:exists|in[ _]use|taken)/i

/** Whether an error says, in any of its parts, that an order has the id already. */
export const saysExists = ({ code = "", details = "", message = "" }: ErrorResponse): boolean =>
  [code, details, message].some((said) => existing.test(said))

/** Reads an error of a create. `alone`: no other order was in the request, so that an answer can only be about this one. */
export const verdictOf = (error: CreateError, clientOrderId: string, alone: boolean): Verdict => {
  switch (error._tag) {
    case "InvalidRequest":
    case "LimitExceeded":
    case "SigningError":
    case "NotSent":
      return { _tag: "NothingSent", error }
    case "TransportError":
    case "RequestTimeout":
      return error.requestSent === "no" ? { _tag: "NothingSent", error } : look(false)
    case "BadRequest":
    case "Unauthorized":
    case "Forbidden":
    case "TooManyRequests":
      return refusalOf(error, saysExists(error.body))
    case "Conflict": {
      const { code } = error
      if (code === undefined || saysExists(error.body)) return refusalOf(error, true)
      return notAboutTheId.has(code) ? refusalOf(error, false) : look(false)
    }
    case "ContractError": {
      if (error.pointer === "/error") return look(existing.test(error.rawBody))
      // A success of a batch says of none of its orders that it was placed.
      if (!alone) return look(false)
      const order_id = orderIdIn(error.rawBody, clientOrderId)
      return order_id === undefined ? look(true) : { _tag: "Salvaged", order_id }
    }
    case "UnexpectedStatus":
      if (refusals.has(error.status)) return refusalOf(error, saysExists(error.body))
      return look((alone && isSuccess(error.status)) || saysExists(error.body))
    case "InternalServerError":
    case "BadGateway":
    case "ServiceUnavailable":
    case "GatewayTimeout":
      return look(saysExists(error.body))
  }
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** What a refusal says, which says nothing of an earlier attempt whose answer was lost. */
const refusalOf = (error: Exclude<Refusal, ItemRefused>, exists: boolean): Verdict =>
  error.afterLostAnswer ? look(exists) : { _tag: exists ? "Taken" : "Refused", error }

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The order's id in the body of a success that is otherwise no good: cut short, or wrong in another place. Undefined
 * unless the body begins as one JSON object whose own `order_id` is whole, a UUID, there once, and of this order.
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

/** An error anywhere, also one that is cut short: what stands beside it is no certain order. */
const namesError = /"error"\s*:(?!\s*null\b)/

/** One member of an object whose value is no list and no object, and the comma or the brace after it. */
const member = /\s*("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null)\s*([,}])/gy

/**
 * The members of an object up to where its text is no JSON any more, or holds a list or an object. A member that comes
 * twice is undefined.
 */
const leadingMembers = (text: string): ReadonlyMap<string, unknown> => {
  const members = new Map<string, unknown>()
  const start = /^\s*\{/.exec(text)
  if (start === null) return members
  for (const [, name = "", value = "", end] of text.slice(start[0].length).matchAll(member)) {
    try {
      const key = JSON.parse(name) as string // the pattern lets strings through alone
      members.set(key, members.has(key) ? undefined : JSON.parse(value))
    } catch {
      break
    }
    if (end === "}") break
  }
  return members
}

/** Whether an item of a batch that was refused shows an order all the same. */
export const showsOrder = ({ fill_count, order_id, remaining_count }: BatchCreateOrdersV2ResponseOrdersItem): boolean =>
  isId(order_id) || [fill_count, remaining_count].some((count) => count != null && !FixedPoint.isZero(count))

/** Whether an answer names an order: of one that was refused it can be empty. */
export const isId = (order_id: string | null | undefined): order_id is string => order_id != null && order_id !== ""

/**
 * In what an order that has the id differs from what was asked for; in nothing where it is the order that is meant.
 *
 * An order does not show whether it was amended, and an amend changes price and count: one that was is not recognised.
 * The primary account's orders have been documented both with subaccount 0 and without one.
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

/** The exchange caps an order that may only reduce by what is held. */
const isSameCount = ({ count, reduce_only }: CreateInput, initial: Count): boolean => {
  const asked = FixedPoint.count(count)
  if (Result.isFailure(asked)) return false
  return reduce_only === true
    ? FixedPoint.compare(initial, asked.success) <= 0
    : FixedPoint.equals(initial, asked.success)
}

/** Where an order is: as its request or a list says. */
export interface Place {
  readonly exchange_index?: number | undefined
  readonly subaccount?: number | undefined
}

export const accepted = (placement: Placement, place: Place, answer: CreateOrderV2Response): Accepted => ({
  ...salvaged(placement, place, answer.order_id),
  learned: "answer",
  fill_count: answer.fill_count,
  remaining_count: answer.remaining_count,
  average_fill_price: answer.average_fill_price,
  average_fee_paid: answer.average_fee_paid,
  ts_ms: answer.ts_ms
})

export const salvaged = (placement: Placement, { exchange_index, subaccount }: Place, order_id: string): Accepted => ({
  ...placement,
  _tag: "Accepted",
  learned: "salvage",
  order_id,
  fill_count: undefined,
  remaining_count: undefined,
  average_fill_price: undefined,
  average_fee_paid: undefined,
  ts_ms: undefined,
  // Below 0 it asks the exchange to find the shard, and names none.
  exchange_index: exchange_index !== undefined && exchange_index >= 0 ? exchange_index : undefined,
  subaccount,
  order: undefined
})

export const listed = (placement: Placement, order: Order): Accepted => ({
  ...salvaged(
    placement,
    { exchange_index: order.exchange_index, subaccount: order.subaccount_number ?? undefined },
    order.order_id
  ),
  learned: "list",
  fill_count: order.fill_count_fp,
  remaining_count: order.remaining_count_fp,
  order
})
