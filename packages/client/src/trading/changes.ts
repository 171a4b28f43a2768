/**
 * Reads from a successful cancel, decrease or amend which orders it changed.
 *
 * @module
 */
import { isZero } from "../money/FixedPoint.ts"
import type {
  AmendOrderV2Response,
  BatchCancelOrdersV2Response,
  CancelOrderV2Response,
  DecreaseOrderV2Response
} from "../generated/responses.ts"
import {
  amend,
  type AmendInput,
  batchCancel,
  type BatchCancelInput,
  cancel,
  decrease
} from "../rest/orderOperations.ts"
import type { CallState } from "../sending/callState.ts"

export interface Changes {
  /** The `order_id`s of orders that no longer rest. */
  readonly ended: ReadonlyArray<string>
  /** The changed order, if the response has another `order_id` than the request. */
  readonly renamed?: {
    readonly from: string
    readonly to: string
    /** The new `client_order_id` in the request. */
    readonly client_order_id: string | undefined
    /** The `client_order_id` in the response. */
    readonly echoed: string | undefined
  }
}

const none: Changes = { ended: [] }

/**
 * Reads the changed orders from a response. Only the orders of the request count, because a response can describe
 * another order. The exchange sent such responses in May 2026.
 */
export const changesOf = ({ descriptor, wire: { input } }: CallState, response: unknown): Changes => {
  const requested = input["order_id"]
  // The casts are safe: the sender has checked the input and decoded the response with the schemas of the operation.
  switch (descriptor) {
    case cancel.descriptor: {
      const { order_id } = response as CancelOrderV2Response
      return order_id === requested ? { ended: [order_id] } : none
    }
    case batchCancel.descriptor: {
      const { orders } = response as BatchCancelOrdersV2Response
      const { orders: wanted } = input as unknown as BatchCancelInput // the sender has checked the input
      const ids = new Set(wanted.map(({ order_id }) => order_id))
      const ended = orders.filter(
        ({ error, order_id, reduced_by }) => !error && !isZero(reduced_by) && ids.has(order_id)
      )
      return { ended: ended.map(({ order_id }) => order_id) }
    }
    case decrease.descriptor:
    case amend.descriptor: {
      const {
        client_order_id: echoed,
        order_id,
        remaining_count
      } = response as AmendOrderV2Response | DecreaseOrderV2Response
      if (order_id === requested)
        return remaining_count != null && isZero(remaining_count) ? { ended: [order_id] } : none
      const { order_id: from, updated_client_order_id: client_order_id } = input as unknown as AmendInput // the sender has checked the input
      return { ended: [], renamed: { from, to: order_id, client_order_id, echoed } }
    }
    default:
      return none
  }
}
