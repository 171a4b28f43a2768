/** The exceptions: fields that have the same name in two entities, but can have different values. */
import type { Kind } from "./references.ts"

export interface Exception {
  /** The names of the members whose objects refer to the other entity. */
  readonly from: ReadonlyArray<string>
  readonly to: Kind
  readonly fields: ReadonlyArray<string>
  readonly reason: string
}

const [anEvent, aMarket, aQuote] = [
  ["event", "events"],
  ["market", "markets"],
  ["quote", "quotes"]
]

export const exceptions: ReadonlyArray<Exception> = [
  { from: aMarket, to: "event", fields: ["title"], reason: "a market has its own title" },
  { from: aMarket, to: "collection", fields: ["title"], reason: "a market has its own title" },
  {
    from: anEvent,
    to: "series",
    fields: ["title", "last_updated_ts"],
    reason: "an event has its own title and its own time of the last change"
  },
  {
    from: ["multivariate_contract", "multivariate_contracts"],
    to: "series",
    fields: ["title"],
    reason: "a collection has its own title"
  },
  {
    from: ["block_trade_proposals", "order", "orders", "rfq", "rfqs", ...aQuote],
    to: "market",
    fields: ["status"],
    reason: "this is the status of an order or a request, not of the market"
  },
  {
    from: aQuote,
    to: "market",
    fields: ["no_bid_dollars", "yes_bid_dollars"],
    reason: "these are the prices of the quote, which do not rest in the book"
  },
  {
    from: aQuote,
    to: "rfq",
    fields: ["cancellation_reason", "created_ts", "creator_id", "id", "status", "updated_ts"],
    reason: "a quote has its own id, status, creator and times"
  },
  {
    from: ["fills"],
    to: "order",
    fields: ["side"],
    reason: "the deprecated field side: a fill that sells YES has no, the bought outcome, and its order has yes"
  },
  {
    from: ["fills"],
    to: "order",
    fields: ["created_time", "no_price_dollars", "yes_price_dollars"],
    reason: "an order can be filled after it was placed, and at another price than its limit"
  },
  {
    from: ["fills"],
    to: "subtraderOrder",
    fields: ["yes_price_dollars"],
    reason: "an order can be filled at another price than its limit"
  },
  { from: ["fills", "trades"], to: "market", fields: ["created_time"], reason: "markets are older than their trades" },
  {
    from: ["order", "orders"],
    to: "market",
    fields: ["created_time", "expiration_time"],
    reason: "an order has its own times"
  },
  {
    from: ["batch_quotes"],
    to: "batch",
    fields: ["created_ts", "creator_id", "id", "status"],
    reason: "a batch quote has its own id, status, creator and times"
  },
  {
    from: ["best_quotes"],
    to: "batch",
    fields: ["rfqs", "updated_ts"],
    reason: "these are the best bids on the RFQs of the batch, and the time of their last change"
  },
  {
    from: ["rfqs"],
    to: "market",
    fields: ["no_bid_dollars", "yes_bid_dollars"],
    reason: "these are the best bids on an RFQ of the batch, which do not rest in the book"
  },
  { from: ["events"], to: "target", fields: ["id", "type"], reason: "a play of a game has its own id and type" }
]

export const keysOf = (exceptions: ReadonlyArray<Exception>): ReadonlyArray<string> =>
  exceptions.flatMap(({ fields, from, to }) => from.flatMap((place) => fields.map((name) => `${place} ${to} ${name}`)))
