/**
 * What became of an order, and what an error tells about it.
 *
 * @module
 */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { Count, Dollars } from "../FixedPoint.ts"
import type { CreateOrderV2Response, ErrorResponse, Order } from "../generated/responses.ts"
import type { batchCreate, create } from "./orderOperations.ts"

/** Which order is meant: what a journal must hold before it is placed, so that a later process can settle it. */
export interface Placement {
  readonly client_order_id: string
  /** The market. */
  readonly ticker: string
  /** Unix milliseconds by this machine's clock: no attempt was made before. */
  readonly placedAtMillis: number
  /** Unix milliseconds by this machine's clock: no attempt was made after. Now, when left out. */
  readonly lastAttemptMillis?: number | undefined
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
 * Nobody can say yet. Do not place the same intent anew, neither under another id, which can make it two, nor under the
 * same one, whose refusal would say nothing of this call: settle this one.
 */
export interface Unknown extends Placement {
  readonly _tag: "Unknown"
  readonly lastAttemptMillis: number
  /** What the call ended with; undefined where an earlier process made it, or where a `cancelAllOnExit` ended it. */
  readonly error: CreateError | ItemRefused | undefined
  /** RFC 3339: no list that was as fresh as this showed the order. Undefined where no list could be read whole. */
  readonly notListedAsOf: string | undefined
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

type FailureOf<Operation> = Operation extends (...input: never) => Effect.Effect<infer _A, infer E, infer _R>
  ? E
  : never

export type CreateError = FailureOf<typeof create> | FailureOf<typeof batchCreate>

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
  | { readonly _tag: "Salvaged"; readonly order_id: string }
  /** `exists`: the exchange says that there is an order with this id. */
  | { readonly _tag: "Look"; readonly exists: boolean }

const look: Verdict = { _tag: "Look", exists: false }

/** Conflicts that have been seen and speak of something else than the id. */
const notOfTheId: ReadonlySet<string> = /*#__PURE__*/ new Set([
  "fill_or_kill_insufficient_resting_volume",
  "trading_is_paused",
  "exchange_is_paused"
])

/** Refusals by status: a request that the exchange, or what stands before it, did not carry out. */
const refusals: ReadonlySet<number> = /*#__PURE__*/ new Set([
  400, 401, 402, 403, 404, 405, 406, 410, 411, 412, 413, 414, 415, 422, 429
])

/**
 * Reads an error of a create. `fresh`: the id was made for this call, so that a conflict about anything but an existing
 * order is a refusal. `alone`: no other order was in the request, so that an answer can only be about this one.
 */
export const verdictOf = (error: CreateError, clientOrderId: string, fresh: boolean, alone: boolean): Verdict => {
  const refused = (refusal: Refusal, afterLostAnswer: boolean): Verdict =>
    // A repeat's refusal says nothing of the attempt whose answer was lost.
    afterLostAnswer ? look : { _tag: "Refused", error: refusal }
  switch (error._tag) {
    case "InvalidRequest":
    case "LimitExceeded":
    case "SigningError":
    case "NotSent":
      return { _tag: "NothingSent", error }
    case "TransportError":
    case "RequestTimeout":
      return error.requestSent === "no" ? { _tag: "NothingSent", error } : look
    case "BadRequest":
    case "Unauthorized":
    case "Forbidden":
    case "TooManyRequests":
      return refused(error, error.afterLostAnswer)
    case "Conflict":
      return isOfTheId(error.code, fresh) ? { _tag: "Look", exists: true } : refused(error, error.afterLostAnswer)
    case "ContractError": {
      const order_id = error.pointer === "/error" || !alone ? undefined : orderIdIn(error.rawBody, clientOrderId)
      return order_id === undefined ? look : { _tag: "Salvaged", order_id }
    }
    case "UnexpectedStatus":
      return refusals.has(error.status) ? refused(error, error.afterLostAnswer) : look
    case "InternalServerError":
    case "BadGateway":
    case "ServiceUnavailable":
    case "GatewayTimeout":
      return look
  }
}

/** Whether a conflict can be about the id. One without a code, or with a new one, can. */
export const isOfTheId = (code: string | undefined, fresh: boolean): boolean =>
  code === undefined || code === "order_already_exists" || !(fresh || notOfTheId.has(code))

/** Whether an item of a batch can have been refused for its id: all refusals are alike there but for their code. */
export const isItemOfTheId = (code: string | undefined, fresh: boolean): boolean =>
  fresh ? code === "order_already_exists" : code === undefined || /exist|duplicate|client_order_id/i.test(code)

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The order's id in the body of a success that is otherwise no good: cut short, or wrong in another place. Undefined
 * unless the body begins as one JSON object whose own `order_id` is whole, a UUID, there once, and of this order.
 */
export const orderIdIn = (body: string, clientOrderId: string): string | undefined => {
  const members = leadingMembers(body)
  const id = members.get("order_id")
  const client = members.get("client_order_id")
  const error = members.get("error")
  return typeof id === "string" &&
    uuid.test(id) &&
    (client === undefined || client === null || client === clientOrderId) &&
    (error === undefined || error === null)
    ? id
    : undefined
}

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
