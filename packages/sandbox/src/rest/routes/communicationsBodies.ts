/**
 * Requests for quote and quotes in wire format, as one account sees them.
 *
 * @module
 */
import type * as Quotes from "@kalshi-effect/client/Quotes"
import type * as Rfqs from "@kalshi-effect/client/Rfqs"
import { shownTo } from "../../exchange/communications/communicationsId.ts"
import type { Quote, Rfq } from "../../exchange/Entities.ts"
import { count, dollars, price, time } from "../wire.ts"
import { toLegs } from "./marketBodies.ts"

/** The public id of an RFQ's creator, or a placeholder if the viewer may not see it. */
export const rfqCreatorId = ({ accountId, communicationsId, isObscured }: Rfq, viewerId: string): string =>
  shownTo(viewerId, { accountId, communicationsId, isObscured })

/** The public id of the creator of a quote's RFQ, or a placeholder if the viewer may not see it. */
export const quotedCreatorId = (quote: Quote, viewerId: string): string =>
  shownTo(viewerId, {
    accountId: quote.rfqAccountId,
    communicationsId: quote.rfqCommunicationsId,
    isObscured: quote.isRfqObscured
  })

export const toRfq = (rfq: Rfq, viewerId: string): Rfqs.RFQ => ({
  id: rfq.rfqId,
  creator_id: rfqCreatorId(rfq, viewerId),
  market_ticker: rfq.ticker,
  contracts_fp: count(rfq.count ?? 0),
  ...(rfq.targetCostMicros === undefined
    ? undefined
    : {
        target_cost_dollars: dollars(rfq.targetCostMicros),
        target_cost_excludes_fees: rfq.targetCostExcludesFees
      }),
  status: rfq.status,
  ...toLegs(rfq),
  created_ts: time(rfq.createdMillis),
  updated_ts: time(rfq.updatedMillis),
  rest_remainder: rfq.restRemainder,
  ...(rfq.closeReason === undefined || rfq.closeReason === "executed"
    ? undefined
    : { cancellation_reason: rfq.closeReason, cancelled_ts: time(rfq.updatedMillis) }),
  ...(rfq.accountId === viewerId ? { creator_user_id: rfq.accountId, creator_subaccount: rfq.subaccount } : undefined)
})

export const toQuote = (quote: Quote, viewerId: string): Quotes.Quote => ({
  id: quote.quoteId,
  rfq_id: quote.rfqId,
  creator_id: quote.communicationsId,
  rfq_creator_id: quotedCreatorId(quote, viewerId),
  market_ticker: quote.ticker,
  contracts_fp: count(contractsOf(quote)),
  yes_bid_dollars: price(quote.yesBid),
  no_bid_dollars: price(quote.noBid),
  yes_contracts_fp: count(quote.yesCount),
  no_contracts_fp: count(quote.noCount),
  ...(quote.targetCostMicros === undefined
    ? undefined
    : {
        rfq_target_cost_dollars: dollars(quote.targetCostMicros),
        target_cost_excludes_fees: quote.targetCostExcludesFees
      }),
  status: quote.status,
  created_ts: time(quote.createdMillis),
  updated_ts: time(quote.updatedMillis),
  rest_remainder: quote.restRemainder,
  ...(quote.acceptedSide === undefined ? undefined : { accepted_side: quote.acceptedSide }),
  ...(quote.acceptedMillis === undefined ? undefined : { accepted_ts: time(quote.acceptedMillis) }),
  ...(quote.confirmedMillis === undefined ? undefined : { confirmed_ts: time(quote.confirmedMillis) }),
  ...(quote.executedMillis === undefined ? undefined : { executed_ts: time(quote.executedMillis) }),
  ...(quote.cancelReason === undefined
    ? undefined
    : { cancellation_reason: quote.cancelReason, cancelled_ts: time(quote.updatedMillis) }),
  ...(quote.accountId === viewerId ? ofMaker(quote) : undefined),
  ...(quote.rfqAccountId === viewerId ? ofRfqCreator(quote) : undefined)
})

/** The contracts of a quote: the count of the accepted side, or the larger count before a side is accepted. */
const contractsOf = ({ acceptedSide, noCount, yesCount }: Quote): number =>
  acceptedSide === undefined ? Math.max(yesCount, noCount) : acceptedSide === "yes" ? yesCount : noCount

const ofMaker = (quote: Quote) => ({
  creator_user_id: quote.accountId,
  creator_subaccount: quote.subaccount,
  post_only: quote.postOnly,
  ...(quote.makerOrder === undefined ? undefined : { creator_order_id: quote.makerOrder.orderId })
})

const ofRfqCreator = (quote: Quote) => ({
  rfq_creator_user_id: quote.rfqAccountId,
  rfq_creator_subaccount: quote.rfqSubaccount,
  ...(quote.rfqOrder === undefined ? undefined : { rfq_creator_order_id: quote.rfqOrder.orderId })
})
