/**
 * The events of an account as JSON.
 *
 * @module
 */
import type * as AccountFeed from "@kalshi-effect/client/AccountFeed"
import type * as Responses from "@kalshi-effect/client/generated/responses"
import { type Event, isoOf } from "./ndjson.ts"

const orderOf = ({ subaccount, updatedMillis, ...order }: AccountFeed.AccountOrder) => ({
  ...order,
  subaccount_number: subaccount,
  last_updated_ts_ms: updatedMillis
})

const fillOf = ({ filledMillis, ...fill }: AccountFeed.AccountFill) => ({ ...fill, ts_ms: filledMillis })

const groupOf = ({ updatedMillis, ...group }: AccountFeed.AccountOrderGroup) => ({ ...group, ts_ms: updatedMillis })

const accountOf = (account: AccountFeed.Account) => ({
  open_orders: account.openOrders.map(orderOf),
  unconfirmed: [...account.unconfirmed],
  fills: account.fills.map(fillOf),
  positions: account.positions,
  order_groups: account.orderGroups.map(groupOf)
})

export const accountEvent = (event: AccountFeed.AccountEvent, nowMillis: number): Event => {
  const time = isoOf(nowMillis)
  switch (event._tag) {
    case "Live":
      return { type: "live", time, account: accountOf(event.account) }
    case "Healing":
      return {
        type: "healing",
        time,
        channel: event.loss.channel,
        cause: event.loss.cause,
        reason: event.loss.detail
      }
    case "Order":
      return { type: "order", time, order: orderOf(event.order), is_unconfirmed: event.isUnconfirmed }
    case "OrderNotFound":
      return { type: "order_not_found", time, order: orderOf(event.order) }
    case "Fill":
      return { type: "fill", time, fill: fillOf(event.fill) }
    case "Position":
      return { type: "position", time, position: event.position }
    case "PositionSettled":
      return { type: "position_settled", time, position: event.position }
    case "OrderGroup":
      return { type: "order_group", time, order_group: groupOf(event.group) }
  }
}

export const balanceEvent = (balance: Responses.GetBalanceResponse, nowMillis: number): Event => ({
  type: "balance",
  time: isoOf(nowMillis),
  balance
})

/** The event of a REST list of order groups, which does not contain their status. */
export const orderGroupsEvent = (groups: ReadonlyArray<Responses.OrderGroup>, nowMillis: number): Event => ({
  type: "order_groups",
  time: isoOf(nowMillis),
  order_groups: groups
})
