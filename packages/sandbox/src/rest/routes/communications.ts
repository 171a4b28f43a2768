/**
 * Requests for quote (RFQs) and quotes.
 *
 * @module
 */
import * as Quotes from "@kalshi-effect/client/Quotes"
import * as Rfqs from "@kalshi-effect/client/Rfqs"
import * as Result from "effect/Result"
import type { CreateQuote, CreateRfq, ListQuotes, ListRfqs, QuoteTarget } from "../../exchange/Commands.ts"
import type { Refusal } from "../../exchange/Entities.ts"
import { isUuid } from "../../exchange/ids.ts"
import { invalidParameters } from "../../exchange/refusals.ts"
import { type Call, type Route, route } from "../route.ts"
import { readBid, readCount, readMicros } from "../wire.ts"
import { toQuote, toRfq } from "./communicationsBodies.ts"

// The operation that deletes an RFQ has no parameter for a subaccount. Operations that take the id of a quote have none
// either. If the key is locked to a subaccount, they find only RFQs and quotes of this subaccount on the local exchange.

export const rfqs: ReadonlyArray<Route> = [
  route(Rfqs.communicationsId, ({ accountId, view }) =>
    Result.map(view.communicationsId(accountId), (communications_id) => ({ communications_id }))
  ),

  route(Rfqs.list, ({ accountId, input, view }) =>
    Result.flatMap(readListRfqs(input), (query) =>
      Result.map(view.listRfqs(accountId, query), ({ cursor, items }) => ({
        rfqs: items.map((rfq) => toRfq(rfq, accountId)),
        cursor
      }))
    )
  ),

  route(Rfqs.get, ({ accountId, input, view }) =>
    Result.map(view.rfq(input.rfq_id), (rfq) => ({ rfq: toRfq(rfq, accountId) }))
  ),

  route(Rfqs.create, ({ accountId, execute, input }) =>
    Result.flatMap(readCreateRfq(input), (rfq) =>
      Result.map(execute({ type: "createRfq", accountId, rfq }), ({ rfqId }) => ({ id: rfqId }))
    )
  ),

  route(Rfqs.delete, ({ accountId, execute, input, key }) =>
    execute({ type: "deleteRfq", accountId, rfqId: input.rfq_id, subaccount: key?.subaccount })
  )
]

/** The deprecated operations do not name the RFQ. */
type QuoteCall = Call<{ readonly quote_id: string; readonly rfq_id?: string }>

const targetOf = ({ input, key }: QuoteCall): QuoteTarget => ({
  quoteId: input.quote_id,
  rfqId: input.rfq_id,
  subaccount: key?.subaccount
})

const get = (call: QuoteCall): Result.Result<Quotes.GetQuoteResponse, Refusal> =>
  Result.map(call.view.quote(call.accountId, targetOf(call)), (quote) => ({ quote: toQuote(quote, call.accountId) }))

const accept = (call: QuoteCall & Call<{ readonly accepted_side: "yes" | "no" }>): Result.Result<void, Refusal> => {
  const { accountId, execute, input } = call
  return execute({ type: "acceptQuote", accountId, target: targetOf(call), side: input.accepted_side })
}

const confirm = (call: QuoteCall): Result.Result<void, Refusal> =>
  call.execute({ type: "confirmQuote", accountId: call.accountId, target: targetOf(call) })

const remove = (call: QuoteCall): Result.Result<void, Refusal> =>
  call.execute({ type: "deleteQuote", accountId: call.accountId, target: targetOf(call) })

export const quotes: ReadonlyArray<Route> = [
  route(Quotes.list, ({ accountId, input, key, view }) =>
    Result.flatMap(view.communicationsId(accountId), (communicationsId) =>
      Result.flatMap(readListQuotes(input, key?.subaccount, { accountId, communicationsId }), (query) =>
        Result.map(view.listQuotes(accountId, query), ({ cursor, items }) => ({
          quotes: items.map((quote) => toQuote(quote, accountId)),
          cursor
        }))
      )
    )
  ),

  route(Quotes.create, ({ accountId, execute, input }) =>
    Result.flatMap(readCreateQuote(input), (quote) =>
      Result.map(execute({ type: "createQuote", accountId, quote }), ({ quoteId }) => ({ id: quoteId }))
    )
  ),

  route(Quotes.get, get),
  route(Quotes.accept, accept),
  route(Quotes.confirm, confirm),
  route(Quotes.delete, remove),

  // Deprecated operations without the RFQ's id.
  route(Quotes.getByQuoteId, get),
  route(Quotes.acceptByQuoteId, accept),
  route(Quotes.confirmByQuoteId, confirm),
  route(Quotes.deleteByQuoteId, remove)
]

const notFcm = /*#__PURE__*/ invalidParameters("only FCM members may name a subtrader")

export const checkUuid = (name: string, id: string | undefined): Refusal | undefined =>
  id === undefined || isUuid(id) ? undefined : invalidParameters(`${name} is not a UUID`)

const readListRfqs = (input: Rfqs.ListInput): Result.Result<ListRfqs, Refusal> => {
  const refused = checkUuid("creator_user_id", input.creator_user_id)
  return refused === undefined
    ? Result.succeed({
        isOwn: input.user_filter === "self",
        accountId: input.creator_user_id?.toLowerCase(),
        ticker: input.market_ticker,
        eventTicker: input.event_ticker,
        subaccount: input.subaccount,
        status: input.status,
        limit: input.limit ?? 100,
        cursor: input.cursor
      })
    : Result.fail(refused)
}

/**
 * A published client names the creators of RFQs and quotes by their communications ids. So this operation accepts the
 * caller's own communications id as the caller's account.
 */
const readListQuotes = (
  input: Quotes.ListInput,
  subaccount: number | undefined,
  caller: { readonly accountId: string; readonly communicationsId: string }
): Result.Result<ListQuotes, Refusal> => {
  const accountOf = (id: string | undefined): string | undefined =>
    id?.toLowerCase() === caller.communicationsId ? caller.accountId : id?.toLowerCase()
  const refused =
    checkUuid("rfq_id", input.rfq_id) ?? (input.rfq_creator_subtrader_id === undefined ? undefined : notFcm)
  return refused === undefined
    ? Result.succeed({
        isMaker: input.user_filter === "self",
        isRfqCreator: input.rfq_user_filter === "self",
        rfqId: input.rfq_id?.toLowerCase(),
        status: input.status,
        makerAccountId: accountOf(input.quote_creator_user_id),
        rfqAccountId: accountOf(input.rfq_creator_user_id),
        subaccount,
        minSeconds: input.min_ts,
        maxSeconds: input.max_ts,
        limit: input.limit ?? 500,
        cursor: input.cursor
      })
    : Result.fail(refused)
}

const readCreateRfq = (input: Rfqs.CreateInput): Result.Result<CreateRfq, Refusal> =>
  input.subtrader_id === undefined
    ? Result.flatMap(readContracts(input), (count) =>
        Result.map(readTargetCost(input), (targetCostMicros) => ({
          ticker: input.market_ticker,
          subaccount: input.subaccount ?? 0,
          count,
          targetCostMicros,
          targetCostExcludesFees: input.target_cost_excludes_fees ?? false,
          isObscured: input.obscure_creator_id ?? false,
          restRemainder: input.rest_remainder,
          replaceExisting: input.replace_existing ?? false
        }))
      )
    : Result.fail(notFcm)

/** Returns whichever of two fields is set. If both are set, they must be equal. */
const oneOf = <A>(names: string, one: A | undefined, other: A | undefined): Result.Result<A | undefined, Refusal> =>
  one !== undefined && other !== undefined && one !== other
    ? Result.fail(invalidParameters(`${names} are not equal`))
    : Result.succeed(one ?? other)

const readContracts = ({ contracts, contracts_fp }: Rfqs.CreateInput): Result.Result<number | undefined, Refusal> =>
  Result.flatMap(
    typeof contracts_fp === "string" ? readCount(contracts_fp, "contracts_fp") : Result.succeed(undefined),
    (fixed) => oneOf("contracts and contracts_fp", contracts === undefined ? undefined : contracts * 100, fixed)
  )

const readTargetCost = ({
  target_cost_centi_cents: centiCents,
  target_cost_dollars: dollars
}: Rfqs.CreateInput): Result.Result<number | undefined, Refusal> =>
  Result.flatMap(
    dollars === undefined ? Result.succeed(undefined) : readMicros(dollars, "target_cost_dollars"),
    (micros) =>
      oneOf(
        "target_cost_centi_cents and target_cost_dollars",
        centiCents === undefined ? undefined : centiCents * 100,
        micros
      )
  )

const readCreateQuote = (input: Quotes.CreateInput): Result.Result<CreateQuote, Refusal> => {
  const refused = checkUuid("rfq_id", input.rfq_id)
  return refused === undefined
    ? Result.flatMap(readBid(input.yes_bid, "yes_bid"), (yesBid) =>
        Result.map(readBid(input.no_bid, "no_bid"), (noBid) => ({
          rfqId: input.rfq_id,
          subaccount: input.subaccount ?? 0,
          yesBid,
          noBid,
          restRemainder: input.rest_remainder,
          postOnly: input.post_only ?? false
        }))
      )
    : Result.fail(refused)
}
