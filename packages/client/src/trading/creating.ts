/**
 * Finds the orders of a call of `Orders.create` or `Orders.batchCreate`, and determines how the call ended for each
 * order.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { type Count, isZero } from "../money/FixedPoint.ts"
import type {
  BatchCreateOrdersV2Response,
  BatchCreateOrdersV2ResponseOrdersItem,
  CreateOrderV2Response
} from "../generated/responses.ts"
import { batchCreate, type BatchCreateInput, create, type CreateInput } from "../rest/orderOperations.ts"
import type { Attempts } from "../sending/attemptTimes.ts"
import type { CallState } from "../sending/callState.ts"
import { type CreateError, isId, reportsExisting, showsOrder, verdictOf, verdictOfBatch } from "./outcomes.ts"
import type { AnonymousOrder, PendingOrder } from "./registry.ts"

/** How a call ended for one of its orders. */
export type Ending =
  | { readonly _tag: "NotMade" }
  | { readonly _tag: "Made"; readonly order_id: string; readonly mayRest: boolean }
  /** The call may have made the order. `exists`: a response reported that the order exists. */
  | { readonly _tag: "Lost"; readonly exists: boolean }

const notMade: Ending = { _tag: "NotMade" }
const lost: Ending = { _tag: "Lost", exists: false }
const exists: Ending = { _tag: "Lost", exists: true }

export const mayRest = ({ time_in_force }: CreateInput, remaining: Count | null | undefined): boolean =>
  time_in_force === "good_till_canceled" && (remaining == null || !isZero(remaining))

type Order = PendingOrder | AnonymousOrder

export const ordersOf = ({ descriptor, wire }: CallState, attempts: Attempts): ReadonlyArray<Order> | undefined => {
  const requests = requestsOf(descriptor, wire.input)
  return requests?.map((request) => {
    const order = { ticker: request.ticker, placedAtMillis: attempts.began.wallMillis, request, attempts }
    // The sender also treats an empty id as absent.
    const client_order_id = request.client_order_id === "" ? undefined : request.client_order_id
    return client_order_id === undefined ? { ...order, client_order_id } : { ...order, client_order_id }
  })
}

/** The casts are safe: the sender has checked the input with the schemas of the operation. */
const requestsOf = (
  descriptor: CallState["descriptor"],
  input: CallState["wire"]["input"]
): ReadonlyArray<CreateInput> | undefined => {
  if (descriptor === create.descriptor) return [input as unknown as CreateInput] // checked by the sender
  if (descriptor === batchCreate.descriptor) return (input as unknown as BatchCreateInput).orders // checked by the sender
  return undefined
}

export const endingsOf = (
  { attempts, descriptor }: CallState,
  orders: ReadonlyArray<Order>,
  exit: Exit.Exit<unknown, unknown>
): ReadonlyArray<Ending> => {
  const isBatch = descriptor === batchCreate.descriptor
  if (Exit.isSuccess(exit)) {
    // The casts are safe: the sender has decoded the response with the schema of the operation.
    return isBatch
      ? endingsOfBatch(orders, exit.value as BatchCreateOrdersV2Response)
      : orders.map((order) => endingOfResponse(order, exit.value as CreateOrderV2Response)) // the response of a single order
  }
  const failure = Cause.findError(exit.cause)
  if (Result.isFailure(failure) || Cause.hasInterrupts(exit.cause) || Cause.hasDies(exit.cause)) {
    return orders.map(() => (attempts === 0 ? notMade : lost))
  }
  // The cast is safe: the sender fails only with the errors of its operation.
  const error = failure.success as CreateError
  return orders.map((order) => endingOfError(order, error, isBatch))
}

const endingOfError = ({ client_order_id = "", request }: Order, error: CreateError, isBatch: boolean): Ending => {
  const verdict = (isBatch ? verdictOfBatch : verdictOf)(error, client_order_id)
  switch (verdict._tag) {
    case "NothingSent":
    case "Refused":
    case "IdInUse":
      return notMade
    case "HasId":
      return { _tag: "Made", order_id: verdict.order_id, mayRest: mayRest(request, undefined) }
    case "Exists":
      return exists
    case "MayExist":
      return lost
  }
}

const endingOfResponse = (order: Order, response: CreateOrderV2Response): Ending => {
  const { client_order_id = order.client_order_id, order_id, remaining_count } = response
  // A response can describe another order. For an order without a `client_order_id`, no field shows this.
  const isOther = order.client_order_id !== undefined && client_order_id !== order.client_order_id
  return isOther || !isId(order_id)
    ? exists
    : { _tag: "Made", order_id, mayRest: mayRest(order.request, remaining_count) }
}

/** Returns one ending per order. Items without a matching id belong, in sequence, to the orders without an id. */
const endingsOfBatch = (
  orders: ReadonlyArray<Order>,
  { orders: items }: BatchCreateOrdersV2Response
): ReadonlyArray<Ending> => {
  const ids = new Set(orders.flatMap(({ client_order_id }) => client_order_id ?? []))
  const others = items.filter(({ client_order_id }) => !ids.has(client_order_id ?? ""))
  // The exchange does not document the sequence of the items. So if one order without an id may rest, each of them may.
  const resting = orders.find(({ client_order_id, request }) => client_order_id === undefined && mayRest(request, null))
  return orders.map(({ attempts, client_order_id, request }) => {
    if (client_order_id === undefined) {
      const item = others.shift()
      return item === undefined ? lost : endingOfItem(item, resting?.request ?? request, attempts)
    }
    const own = items.filter((item) => item.client_order_id === client_order_id)
    const [item] = own
    if (item === undefined || own.length > 1) return own.some(showsOrder) ? exists : lost
    return endingOfItem(item, request, attempts)
  })
}

const endingOfItem = (
  item: BatchCreateOrdersV2ResponseOrdersItem,
  request: CreateInput,
  { responseLost }: Attempts
): Ending => {
  const { error, order_id, remaining_count } = item
  if (error) {
    if (showsOrder(item)) return exists
    // A refusal does not show the result of an earlier attempt whose response was lost.
    return responseLost ? { _tag: "Lost", exists: reportsExisting(error) } : notMade
  }
  if (!isId(order_id)) return showsOrder(item) ? exists : lost
  return { _tag: "Made", order_id, mayRest: mayRest(request, remaining_count) }
}
