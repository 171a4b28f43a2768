/**
 * The routes that place and cancel orders of an account.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import { type Control, post, remove } from "../operator/controlRoute.ts"

const optional = Schema.optionalKey

const newOrder = Schema.Struct({
  ticker: Schema.String,
  side: Schema.Literals(["bid", "ask"]),
  count: Schema.String,
  price: Schema.String,
  clientOrderId: optional(Schema.String),
  timeInForce: optional(Schema.Literals(["good_till_canceled", "immediate_or_cancel", "fill_or_kill"])),
  selfTradePrevention: optional(Schema.Literals(["taker_at_cross", "maker"])),
  expirationSeconds: optional(Schema.Int),
  postOnly: optional(Schema.Boolean),
  reduceOnly: optional(Schema.Boolean),
  cancelOnPause: optional(Schema.Boolean),
  subaccount: optional(Schema.Int),
  orderGroupId: optional(Schema.String)
})

export const orderControls: ReadonlyArray<Control> = [
  post("accounts/:id/orders", newOrder, (operator, order, accountId) => operator.placeOrder(accountId, order)),
  remove("accounts/:id/orders/:orderId", (operator, accountId, orderId) => operator.cancelOrder(accountId, orderId))
]
