/**
 * RFQ batches on the small exchange of `floor.ts`: combos on shard 1, prices in cents, counts in contracts.
 */
import type { AcceptRfqBatch, CreateBatchQuote, CreateRfqBatch } from "../../src/exchange/Commands.ts"
import type { BatchQuote, BestQuotes, RfqBatch } from "../../src/exchange/Entities.ts"
import type { Options } from "../../src/exchange/Exchange.ts"
import { makeFloor, terms, unwrap } from "./floor.ts"

export const combos = ["KXCOMBO-26-A", "KXCOMBO-26-B", "KXCOMBO-26-C"]

export const batchTerms = (tickers: ReadonlyArray<string>, change: Partial<CreateRfqBatch> = {}): CreateRfqBatch => ({
  children: tickers.map((ticker) => ({ combo: { ticker }, count: 1_000, targetCostMicros: undefined })),
  collectionTicker: undefined,
  subaccount: 0,
  targetCostExcludesFees: false,
  isObscured: false,
  replaceExisting: false,
  lockedSubaccount: undefined,
  clientBatchId: undefined,
  subtraderId: undefined,
  ...change
})

/** In cents: a YES bid and a NO bid for each child. */
export type Bids = ReadonlyArray<readonly [yesCents: number, noCents: number]>

export const batchQuoteTerms = (
  { batchId, rfqs }: RfqBatch,
  bids: Bids,
  change: Partial<CreateBatchQuote> = {}
): CreateBatchQuote => ({
  batchId,
  subaccount: 0,
  bids: bids.map(([yes, no], child) => ({
    rfqId: rfqs[child]!.rfqId,
    yesBid: Math.round(yes * 100),
    noBid: Math.round(no * 100)
  })),
  restRemainder: false,
  postOnly: false,
  ...change
})

export const acceptTerms = (
  { batchId, rfqs }: RfqBatch,
  side: "yes" | "no",
  minCents: ReadonlyArray<number>,
  change: Partial<AcceptRfqBatch> = {}
): AcceptRfqBatch => ({
  batchId,
  side,
  minBids: minCents.map((cents, child) => ({ rfqId: rfqs[child]!.rfqId, bid: Math.round(cents * 100) })),
  clientOrderId: undefined,
  subaccount: undefined,
  ...change
})

/** A creator of batches and three makers have $1,000 each on shard 1. */
export const makeBatching = (options: Partial<Options> = {}) => {
  const floor = makeFloor(options)
  unwrap(
    floor.execute({ type: "createEvent", event: { eventTicker: "KXCOMBO-26", multivariate: true, exchangeIndex: 1 } })
  )
  for (const ticker of combos) {
    unwrap(floor.execute({ type: "createMarket", market: { ticker } }))
  }
  const member = (name: string): string => {
    const accountId = floor.account(name, "10000")
    floor.fund(accountId, { exchangeIndex: 1 })
    return accountId
  }
  const [creator, maker, second, third] = [member("creator"), member("maker"), member("second"), member("third")]
  const desk = Object.assign(floor, {
    creator,
    maker,
    second,
    third,
    member,
    /** Advances the time, and fires the timers that are due. */
    pass: (millis: number): void => {
      floor.time += millis
      floor.view()
    },
    create: (change: Partial<CreateRfqBatch> = {}, tickers = combos.slice(0, 2), accountId = creator) =>
      floor.execute({ type: "createRfqBatch", accountId, batch: batchTerms(tickers, change) }),
    batch: (change: Partial<CreateRfqBatch> = {}, tickers = combos.slice(0, 2)): RfqBatch =>
      unwrap(desk.create(change, tickers)),
    offer: (batch: RfqBatch, bids: Bids, accountId = maker, change: Partial<CreateBatchQuote> = {}) =>
      floor.execute({ type: "createBatchQuote", accountId, quote: batchQuoteTerms(batch, bids, change) }),
    quote: (batch: RfqBatch, bids: Bids, accountId = maker, change: Partial<CreateBatchQuote> = {}): BatchQuote =>
      unwrap(desk.offer(batch, bids, accountId, change)),
    accept: (
      batch: RfqBatch,
      side: "yes" | "no",
      minCents: ReadonlyArray<number>,
      change: Partial<AcceptRfqBatch> = {}
    ) =>
      floor.execute({
        type: "acceptRfqBatch",
        accountId: creator,
        acceptance: acceptTerms(batch, side, minCents, change)
      }),
    confirm: ({ accountId, batchId, batchQuoteId }: BatchQuote) =>
      floor.execute({
        type: "confirmBatchQuote",
        accountId,
        target: { batchId, batchQuoteId, subaccount: undefined }
      }),
    withdraw: ({ accountId, batchId, batchQuoteId }: BatchQuote) =>
      floor.execute({
        type: "deleteBatchQuote",
        accountId,
        target: { batchId, batchQuoteId, subaccount: undefined }
      }),
    remove: ({ batchId }: RfqBatch, accountId = creator) =>
      floor.execute({ type: "deleteRfqBatch", accountId, batchId }),
    latest: ({ batchId }: RfqBatch): RfqBatch => unwrap(floor.view().rfqBatch(batchId)),
    quotesOf: ({ batchId }: RfqBatch, accountId: string): ReadonlyArray<BatchQuote> =>
      unwrap(floor.view().batchQuotes(accountId, batchId, undefined)),
    best: ({ batchId }: RfqBatch): BestQuotes => unwrap(floor.view().bestQuotes(creator, batchId, undefined)),
    /** The best bids for each child, in cents. */
    bestBids: (batch: RfqBatch): Bids => desk.best(batch).rfqs.map(({ noBid, yesBid }) => [yesBid / 100, noBid / 100]),
    trade: (batch: RfqBatch, side: "yes" | "no", minCents: ReadonlyArray<number>): RfqBatch => {
      unwrap(desk.accept(batch, side, minCents))
      for (const quote of desk.quotesOf(batch, creator)) {
        unwrap(desk.confirm(quote))
      }
      desk.pass(1_000)
      return desk.latest(batch)
    },
    order: (accountId: string, ticker: string, side: "bid" | "ask", cents: number, contracts: number, change = {}) =>
      floor.place(accountId, terms(side, cents, contracts, { ticker, ...change })),
    cash: (accountId: string): number =>
      unwrap(floor.view().balances(accountId))
        .filter(({ exchangeIndex }) => exchangeIndex === 1)
        .reduce((total, { cashMicros }) => total + cashMicros, 0) / 1_000_000,
    /** The positions in the combos, in contracts. */
    positions: (accountId: string): ReadonlyArray<number> => {
      const { positions } = unwrap(floor.view().portfolio(accountId))
      return combos.map((ticker) => (positions[ticker] ?? 0) / 100)
    },
    happened: (): ReadonlyArray<string> =>
      floor.events.flatMap(({ type }) => (/rfq|quote|order|fill/i.test(type) ? [type] : []))
  })
  return desk
}

export const unknownId = "00000000-0000-4000-8000-000000000000"
export const everything = { limit: 20, isOwn: false, subaccount: undefined, status: undefined }
export const everyRfq = { ...everything, limit: 100, accountId: undefined, ticker: undefined, eventTicker: undefined }

/** Bids of 40 cents for YES and 50 cents for NO on each child. A child is one of the RFQs in a batch. */
export const even = [
  [40, 50],
  [40, 50]
] as const
