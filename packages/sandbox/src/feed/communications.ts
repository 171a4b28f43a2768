/**
 * Messages about requests for quote (RFQs) and quotes, as one account sees them.
 *
 * @module
 */
import { shownTo } from "../exchange/communications/communicationsId.ts"
import type { Event, Quote, Rfq } from "../exchange/Entities.ts"
import { quotedCreatorId } from "../rest/routes/communicationsBodies.ts"
import { toLegs } from "../rest/routes/marketBodies.ts"
import { count, dollars, price, time } from "../rest/wire.ts"
import type { Subscription } from "./connection.ts"

export interface Communication {
  readonly type: string
  /** Decides the shard of the message: the market ticker of a single RFQ or of a quote, or the id of the RFQ batch. */
  readonly shardedBy: string
  readonly isFor: (subscription: Subscription) => boolean
  /** The `msg` for the account of a subscription. */
  readonly bodyFor: (accountId: string) => object
}

/** Returns the message about an event. Undefined if the event causes no message. */
export const toCommunication = (event: Event): Communication | undefined => {
  switch (event.type) {
    case "rfqCreated":
      return ofRfq("rfq_created", event.rfq, { created_ts: time(event.rfq.createdMillis) })
    case "rfqDeleted":
      return ofRfq("rfq_deleted", event.rfq, { deleted_ts: time(event.rfq.updatedMillis) })
    case "quoteCreated":
      return ofQuote("quote_created", event.quote, () => ({
        ...offer(event.quote),
        created_ts: time(event.quote.createdMillis)
      }))
    case "quoteAccepted":
      return ofQuote("quote_accepted", event.quote, () => ({ ...offer(event.quote), ...acceptance(event.quote) }))
    case "quoteExecuted":
      return ofQuote("quote_executed", event.quote, (isMaker) => ({
        ...execution(event.quote, isMaker),
        ...(event.quote.batchId === undefined ? undefined : { rfq_batch_id: event.quote.batchId })
      }))
    default:
      return undefined
  }
}

/**
 * Makes a message about an RFQ. A subscription with the user filter `self` receives the message only if its account
 * created the RFQ.
 */
const ofRfq = (type: string, rfq: Rfq, times: object): Communication => ({
  type,
  shardedBy: rfq.ticker,
  isFor: ({ connection, userFilter }) => userFilter !== "self" || connection.key.accountId === rfq.accountId,
  bodyFor: (viewerId) => ({
    id: rfq.rfqId,
    creator_id: shownTo(viewerId, rfq),
    market_ticker: rfq.ticker,
    event_ticker: rfq.eventTicker,
    ...(rfq.count === undefined ? undefined : { contracts_fp: count(rfq.count) }),
    ...(rfq.targetCostMicros === undefined ? undefined : { target_cost_dollars: dollars(rfq.targetCostMicros) }),
    ...times,
    ...toLegs(rfq)
  })
})

/** Makes a message that only the two parties of a quote receive. */
const ofQuote = (type: string, quote: Quote, fields: (isMaker: boolean) => object): Communication => ({
  type,
  shardedBy: quote.ticker,
  isFor: (subscription) =>
    subscription.isOwn(quote.accountId, quote.subaccount) ||
    subscription.isOwn(quote.rfqAccountId, quote.rfqSubaccount),
  bodyFor: (viewerId) => {
    const isMaker = viewerId === quote.accountId
    const subaccount = isMaker ? quote.subaccount : quote.rfqSubaccount
    return {
      quote_id: quote.quoteId,
      rfq_id: quote.rfqId,
      quote_creator_id: quote.communicationsId,
      rfq_creator_id: quotedCreatorId(quote, viewerId),
      market_ticker: quote.ticker,
      ...fields(isMaker),
      ...(subaccount === 0 ? undefined : { subaccount })
    }
  }
})

const offer = (quote: Quote) => ({
  event_ticker: quote.eventTicker,
  yes_bid_dollars: price(quote.yesBid),
  no_bid_dollars: price(quote.noBid),
  yes_contracts_offered_fp: count(quote.yesCount),
  no_contracts_offered_fp: count(quote.noCount),
  ...(quote.targetCostMicros === undefined ? undefined : { rfq_target_cost_dollars: dollars(quote.targetCostMicros) })
})

const acceptance = ({ acceptedSide, noCount, yesCount }: Quote) =>
  acceptedSide === undefined
    ? undefined
    : {
        accepted_side: acceptedSide,
        contracts_accepted_fp: count(acceptedSide === "yes" ? yesCount : noCount)
      }

const execution = ({ executedMillis, makerOrder, rfqOrder }: Quote, isMaker: boolean) => {
  const order = isMaker ? makerOrder : rfqOrder
  return {
    order_id: order?.orderId ?? "",
    client_order_id: order?.clientOrderId ?? "",
    executed_ts: time(executedMillis ?? 0)
  }
}

/** Whether a message belongs to the subscription's shard. `shardedBy` is a market ticker, or the id of an RFQ batch. */
export const isInShard = ({ shardFactor, shardKey }: Subscription, shardedBy: string): boolean =>
  shardKey === undefined || hash(shardedBy) % shardFactor === shardKey

const hash = (text: string): number => {
  let value = 0
  for (let index = 0; index < text.length; index++) {
    value = (Math.imul(value, 31) + text.charCodeAt(index)) >>> 0
  }
  return value
}
