/**
 * RFQs and quotes on the small exchange of `floor.ts`: prices in cents, counts in contracts.
 */
import type { CreateMarket, CreateQuote, CreateRfq, QuoteTarget } from "../../src/exchange/Commands.ts"
import type { Quote, Rfq } from "../../src/exchange/Entities.ts"
import type { Options } from "../../src/exchange/Exchange.ts"
import { makeFloor, ticker, unwrap } from "./floor.ts"

export const rfqTerms = (contracts: number | undefined, options: Partial<CreateRfq> = {}): CreateRfq => ({
  ticker,
  subaccount: 0,
  count: contracts === undefined ? undefined : Math.round(contracts * 100),
  targetCostMicros: undefined,
  targetCostExcludesFees: false,
  isObscured: false,
  restRemainder: false,
  replaceExisting: false,
  ...options
})

export const quoteTerms = (
  rfqId: string,
  yesCents: number,
  noCents: number,
  options: Partial<CreateQuote> = {}
): CreateQuote => ({
  rfqId,
  subaccount: 0,
  yesBid: Math.round(yesCents * 100),
  noBid: Math.round(noCents * 100),
  restRemainder: false,
  postOnly: false,
  ...options
})

export const targetOf = (quoteId: string, change: Partial<QuoteTarget> = {}): QuoteTarget => ({
  quoteId,
  rfqId: undefined,
  subaccount: undefined,
  ...change
})

export const makeDesk = (options: Partial<Options> = {}) => {
  const floor = makeFloor(options)
  const [maker, requester] = [floor.account("maker", "1000"), floor.account("requester", "1000")]
  const desk = Object.assign(floor, {
    maker,
    requester,
    /** Advances the time, and fires the timers that are due. */
    pass: (millis: number): void => {
      floor.time += millis
      floor.view()
    },
    market: (market: CreateMarket) => unwrap(floor.execute({ type: "createMarket", market })),
    rfq: (contracts: number | undefined, change: Partial<CreateRfq> = {}): Rfq =>
      unwrap(floor.execute({ type: "createRfq", accountId: requester, rfq: rfqTerms(contracts, change) })),
    quote: (
      { rfqId }: Pick<Rfq, "rfqId">,
      yesCents: number,
      noCents: number,
      change: Partial<CreateQuote> = {},
      accountId = maker
    ): Quote =>
      unwrap(floor.execute({ type: "createQuote", accountId, quote: quoteTerms(rfqId, yesCents, noCents, change) })),
    accept: ({ quoteId }: Pick<Quote, "quoteId">, side: "yes" | "no") =>
      floor.execute({ type: "acceptQuote", accountId: requester, target: targetOf(quoteId), side }),
    confirm: ({ quoteId }: Pick<Quote, "quoteId">, accountId = maker) =>
      floor.execute({ type: "confirmQuote", accountId, target: targetOf(quoteId) }),
    trade: (quote: Quote, side: "yes" | "no"): Quote => {
      unwrap(desk.accept(quote, side))
      unwrap(desk.confirm(quote, quote.accountId))
      desk.pass(15_000)
      return desk.latest(quote)
    },
    latest: ({ accountId, quoteId }: Quote): Quote => unwrap(floor.view().quote(accountId, targetOf(quoteId))),
    latestRfq: ({ rfqId }: Rfq): Rfq => unwrap(floor.view().rfq(rfqId)),
    happened: (): ReadonlyArray<string> =>
      floor.events.flatMap(({ type }) => (/rfq|quote|order|fill/i.test(type) ? [type] : []))
  })
  return desk
}
