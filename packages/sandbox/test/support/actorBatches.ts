/** Random commands on RFQ batches for the actors of `actors.ts`, and the invariants of batches. */
import * as Result from "effect/Result"
import type { BatchQuote, Refusal, RfqBatch } from "../../src/exchange/Entities.ts"
import type { Exchange, Snapshot } from "../../src/exchange/Exchange.ts"

interface BatchActors {
  readonly now: number
  readonly accounts: ReadonlyArray<string>
  readonly combos: ReadonlyArray<string>
  readonly batches: Array<RfqBatch>
  readonly batchQuotes: Array<BatchQuote>
}

interface Random {
  readonly below: (limit: number) => number
  readonly chance: (percent: number) => boolean
  readonly of: <A>(items: ReadonlyArray<A>) => A
}

export const dealBatch = (
  exchange: Exchange,
  actors: BatchActors,
  random: Random,
  accountId: string,
  subaccount: number
): Result.Result<unknown, Refusal> => {
  const { now } = actors
  const choice = random.below(100)
  const batch = actors.batches.at(-1 - random.below(Math.min(actors.batches.length, 3)))
  if (batch === undefined || choice < 20) {
    return create(exchange, actors, random, accountId, subaccount)
  }
  if (choice < 70) {
    return quote(exchange, actors, random, accountId, subaccount, batch)
  }
  if (choice < 92) {
    return accept(exchange, actors, random, batch)
  }
  const { accountId: maker = accountId, ...target } = actors.batchQuotes.at(-1) ?? {
    batchId: batch.batchId,
    batchQuoteId: batch.batchId
  }
  return random.chance(50)
    ? exchange.execute({ type: "deleteRfqBatch", accountId: batch.accountId, batchId: batch.batchId }, now)
    : exchange.execute(
        {
          type: "deleteBatchQuote",
          accountId: maker,
          target: { batchId: target.batchId, batchQuoteId: target.batchQuoteId, subaccount: undefined }
        },
        now
      )
}

const create = (exchange: Exchange, actors: BatchActors, random: Random, accountId: string, subaccount: number) => {
  const hasTarget = random.chance(30)
  const tickers = actors.combos.filter(() => random.chance(80))
  const made = exchange.execute(
    {
      type: "createRfqBatch",
      accountId,
      batch: {
        children: tickers.map((ticker) => ({
          combo: { ticker },
          count: hasTarget ? undefined : 1 + random.below(800),
          targetCostMicros: hasTarget ? 1 + random.below(5_000_000) : undefined
        })),
        collectionTicker: undefined,
        subaccount,
        targetCostExcludesFees: hasTarget && random.chance(50),
        isObscured: random.chance(30),
        replaceExisting: random.chance(70),
        lockedSubaccount: undefined,
        clientBatchId: random.chance(30) ? `b${random.below(200)}` : undefined,
        subtraderId: undefined
      }
    },
    actors.now
  )
  if (Result.isSuccess(made)) {
    actors.batches.push(made.success)
  }
  return made
}

const quote = (
  exchange: Exchange,
  actors: BatchActors,
  random: Random,
  accountId: string,
  subaccount: number,
  { batchId, rfqs }: RfqBatch
) => {
  const made = exchange.execute(
    {
      type: "createBatchQuote",
      accountId,
      quote: {
        batchId,
        subaccount,
        bids: rfqs.map(({ rfqId }) => {
          const yesBid = 100 * random.below(70)
          return { rfqId, yesBid, noBid: 100 * random.below(100 - yesBid / 100) }
        }),
        restRemainder: random.chance(30),
        postOnly: random.chance(20)
      }
    },
    actors.now
  )
  if (Result.isSuccess(made)) {
    actors.batchQuotes.push(made.success)
  }
  return made
}

/** Accepts a batch. Then most makers of the winning quotes confirm. */
const accept = (exchange: Exchange, { now }: BatchActors, random: Random, { accountId, batchId, rfqs }: RfqBatch) => {
  const accepted = exchange.execute(
    {
      type: "acceptRfqBatch",
      accountId,
      acceptance: {
        batchId,
        side: random.of(["yes", "no"] as const),
        minBids: rfqs.map(({ rfqId }) => ({ rfqId, bid: 0 })),
        clientOrderId: undefined,
        subaccount: undefined
      }
    },
    now
  )
  const won = exchange.view(now).batchQuotes(accountId, batchId, undefined)
  if (Result.isSuccess(accepted) && Result.isSuccess(won)) {
    for (const { accountId: maker, batchQuoteId } of won.success) {
      if (random.chance(90)) {
        const target = { batchId, batchQuoteId, subaccount: undefined }
        exchange.execute({ type: "confirmBatchQuote", accountId: maker, target }, now)
      }
    }
  }
  return accepted
}

export const auditBatches = (state: Snapshot, check: (isTrue: boolean, law: string) => void): void => {
  const rfqs = new Map(state.rfqs.map((rfq) => [rfq.rfqId, rfq]))
  const quotes = new Map(state.quotes.flatMap((own) => (own.batchId === undefined ? [] : [[own.rfqId, own]])))
  const orders = new Map(state.accounts.flatMap((account) => account.orders.map((order) => [order.orderId, order])))
  const timers = new Set(state.timers.map(({ of, what }) => `${what} ${of}`))
  const open = new Map<string, number>()
  for (const { accountId, batchId, closeReason, rfqIds, status } of state.rfqBatches) {
    open.set(accountId, (open.get(accountId) ?? 0) + (status === "open" ? 1 : 0))
    const children = rfqIds.map((rfqId) => rfqs.get(rfqId)!)
    check(
      children.every((child) => child.status === (status === "closed" ? "closed" : "open")),
      "the children are closed with their batch"
    )
    check(
      (timers.has(`lapseBatch ${batchId}`) ? 1 : 0) + (timers.has(`executeBatch ${batchId}`) ? 1 : 0) ===
        (status === "accepted" ? 1 : 0),
      "only an accepted batch has a timer, and it has exactly one"
    )
    const executed = rfqIds.filter((rfqId) => quotes.get(rfqId)?.status === "executed").length
    check(
      executed === (closeReason === "executed" ? rfqIds.length : 0) || closeReason === "partially executed",
      "an executed batch has only executed children, and a batch that is not even partially executed has none"
    )
    for (const rfqId of rfqIds) {
      const own = quotes.get(rfqId)
      const order = own?.rfqOrder === undefined ? undefined : orders.get(own.rfqOrder.orderId)
      check(
        own?.status !== "executed" || order?.fillCount === (own.acceptedSide === "yes" ? own.yesCount : own.noCount),
        "an executed child is filled in full"
      )
    }
  }
  check(
    [...open.values()].every((count) => count <= 2),
    "an account has at most two open batches"
  )
  for (const { batchQuoteId, isCounted, status } of state.batchQuotes) {
    check(
      timers.has(`discount ${batchQuoteId}`) === isCounted,
      "a batch quote has a timer exactly while its bids can win"
    )
    check(!isCounted || status === "open", "only the bids of open batch quotes can win")
  }
}
