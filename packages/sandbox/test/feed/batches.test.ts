/** The messages about RFQ batches on the channel communications. */
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Result from "effect/Result"
import { assert, describe, it } from "vitest"
import { acceptTerms, batchQuoteTerms, batchTerms, type Bids } from "../support/batching.ts"
import { type Frame, makeFeedWorld, type TestAccount, type TestLine } from "../support/feedWorld.ts"
import { leg } from "../support/combining.ts"

const placeholder = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
const time = "2027-01-15T08:00:00Z"

const even: Bids = [
  [40, 50],
  [40, 0]
]

const decode = FeedMessages.decoder()

/** Decodes the frames of a connection. The client's decoder must accept each frame. */
const framesOf = (line: TestLine): ReadonlyArray<Frame> =>
  line.takeTexts().map((text) => {
    const decoded = decode(text)
    assert.isTrue(Result.isSuccess(decoded), Result.isFailure(decoded) ? `${text} ${String(decoded.failure)}` : "")
    return JSON.parse(text) as Frame // the decoder accepted it
  })

const typesOf = (line: TestLine): ReadonlyArray<string> => framesOf(line).map(({ type }) => type)

const setup = () => {
  const world = makeFeedWorld({ transferMillis: 0 })
  for (const name of ["A", "B", "C"]) {
    world.run({ type: "createMarket", market: { ticker: `KX${name}-26-YES` } })
  }
  world.run({
    type: "createCollection",
    collection: {
      collectionTicker: "KXMVE-R",
      exchangeIndex: 0,
      associatedEvents: ["A", "B", "C"].map((name) => ({ eventTicker: `KX${name}-26` }))
    }
  })
  const [creator, maker, second, spectator] = [world.account(), world.account(), world.account(), world.account()]
  const listen = (account: TestAccount, params: object = {}): TestLine => {
    const line = world.connect(account)
    line.send({ id: 1, cmd: "subscribe", params: { channels: ["communications"], ...params } })
    line.take()
    return line
  }
  const idOf = ({ accountId }: TestAccount): string => {
    const id = world.view().communicationsId(accountId)
    return Result.isSuccess(id) ? id.success : ""
  }
  const child = (...legs: ReadonlyArray<string>) => ({
    combo: { legs: legs.map(leg) },
    count: 1_000,
    targetCostMicros: undefined
  })
  const create = (change: object = {}, { accountId } = creator) =>
    world.run({
      type: "createRfqBatch",
      accountId,
      batch: batchTerms([], {
        collectionTicker: "KXMVE-R",
        children: [child("A yes", "B no"), child("B no", "C yes")],
        ...change
      })
    })
  const quote = (batch: ReturnType<typeof create>, bids: Bids, { accountId } = maker, change: object = {}) =>
    world.run({ type: "createBatchQuote", accountId, quote: batchQuoteTerms(batch, bids, change) })
  const accept = (batch: ReturnType<typeof create>) =>
    world.run({
      type: "acceptRfqBatch",
      accountId: creator.accountId,
      acceptance: acceptTerms(batch, "yes", [40, 40])
    })
  const confirm = (batchQuote: ReturnType<typeof quote>) => {
    const { accountId, batchId, batchQuoteId } = batchQuote
    return world.run({
      type: "confirmBatchQuote",
      accountId,
      target: { batchId, batchQuoteId, subaccount: undefined }
    })
  }
  return { world, creator, maker, second, spectator, listen, idOf, create, quote, accept, confirm }
}

describe("rfq_batch_created and rfq_batch_deleted", () => {
  it("contain the RFQs of a batch, and each of their legs once", () => {
    const { create, creator, idOf, listen, maker, world } = setup()
    const [own, others] = [listen(creator), listen(maker)]
    const batch = create({ isObscured: true })
    const message = {
      id: batch.batchId,
      creator_id: placeholder,
      created_ts: time,
      legs: [
        { event_ticker: "KXA-26", market_ticker: "KXA-26-YES", side: "yes" },
        { event_ticker: "KXB-26", market_ticker: "KXB-26-YES", side: "no" },
        { event_ticker: "KXC-26", market_ticker: "KXC-26-YES", side: "yes" }
      ],
      rfqs: batch.rfqs.map((rfq: (typeof batch)["rfqs"][number], child: number) => ({
        id: rfq.rfqId,
        market_ticker: rfq.ticker,
        event_ticker: rfq.eventTicker,
        contracts_fp: "10.00",
        mve_collection_ticker: "KXMVE-R",
        leg_indices: child === 0 ? [0, 1] : [1, 2]
      }))
    }
    const [created] = framesOf(others)
    assert.deepStrictEqual([created?.type, created?.seq, created?.msg], ["rfq_batch_created", 1, message])
    assert.deepStrictEqual(framesOf(own)[0]?.msg, { ...message, creator_id: idOf(creator) })
    world.run({ type: "deleteRfqBatch", accountId: creator.accountId, batchId: batch.batchId })
    const [deleted, ...more] = framesOf(others)
    assert.deepStrictEqual(
      [deleted?.type, deleted?.msg],
      [
        "rfq_batch_deleted",
        {
          id: batch.batchId,
          creator_id: placeholder,
          rfq_ids: message.rfqs.map(({ id }: { readonly id: string }) => id),
          deleted_ts: time
        }
      ]
    )
    assert.deepStrictEqual(more, [])
    assert.deepStrictEqual(typesOf(own), ["rfq_batch_deleted"])
  })

  it("are sent only for the subscriber's own batches if the user filter is self", () => {
    const { create, creator, listen, maker, world } = setup()
    const [own, others] = [listen(creator, { user_filter: "self" }), listen(maker, { user_filter: "self" })]
    const { batchId } = create()
    world.run({ type: "deleteRfqBatch", accountId: creator.accountId, batchId })
    assert.deepStrictEqual(typesOf(own), ["rfq_batch_created", "rfq_batch_deleted"])
    assert.deepStrictEqual(typesOf(others), [])
  })
})

describe("batch_quote_created", () => {
  it("is sent only to the maker, with a quote for each RFQ", () => {
    const { create, creator, idOf, listen, maker, quote, second } = setup()
    const batch = create()
    const lines = [listen(maker), listen(second), listen(creator)]
    const made = quote(batch, even)
    const [created] = framesOf(lines[0]!)
    assert.deepStrictEqual(
      [created?.type, created?.msg],
      [
        "batch_quote_created",
        {
          batch_quote_id: made.batchQuoteId,
          rfq_batch_id: batch.batchId,
          quote_creator_id: idOf(maker),
          created_ts: time,
          quotes: [
            {
              quote_id: made.quotes[0].quoteId,
              rfq_id: batch.rfqs[0].rfqId,
              market_ticker: batch.rfqs[0].ticker,
              event_ticker: batch.rfqs[0].eventTicker,
              yes_bid_dollars: "0.4000",
              no_bid_dollars: "0.5000",
              yes_contracts_offered_fp: "10.00",
              no_contracts_offered_fp: "10.00"
            },
            {
              quote_id: made.quotes[1].quoteId,
              rfq_id: batch.rfqs[1].rfqId,
              market_ticker: batch.rfqs[1].ticker,
              event_ticker: batch.rfqs[1].eventTicker,
              yes_bid_dollars: "0.4000",
              no_bid_dollars: "0.0000",
              yes_contracts_offered_fp: "10.00"
            }
          ]
        }
      ]
    )
    assert.deepStrictEqual([typesOf(lines[1]!), typesOf(lines[2]!)], [[], ["rfq_batch_best_quotes"]])
  })
})

describe("rfq_batch_best_quotes", () => {
  it("is sent only to the creator, at most once every 250 milliseconds", () => {
    const { create, creator, listen, maker, quote, world } = setup()
    const batch = create({ clientBatchId: "mine" })
    const [own, others] = [listen(creator), listen(maker)]
    quote(batch, even)
    const [first] = framesOf(own)
    assert.deepStrictEqual(first?.msg, {
      rfq_batch_id: batch.batchId,
      client_batch_id: "mine",
      version: 1,
      updated_ts: time,
      yes_complete: true,
      no_complete: false,
      rfqs: [
        {
          rfq_id: batch.rfqs[0].rfqId,
          market_ticker: batch.rfqs[0].ticker,
          event_ticker: batch.rfqs[0].eventTicker,
          contracts_fp: "10.00",
          yes_bid_dollars: "0.4000",
          no_bid_dollars: "0.5000",
          yes_contracts_offered_fp: "10.00",
          no_contracts_offered_fp: "10.00"
        },
        {
          rfq_id: batch.rfqs[1].rfqId,
          market_ticker: batch.rfqs[1].ticker,
          event_ticker: batch.rfqs[1].eventTicker,
          contracts_fp: "10.00",
          yes_bid_dollars: "0.4000",
          yes_contracts_offered_fp: "10.00"
        }
      ]
    })
    for (const yes of [41, 42, 43]) {
      quote(batch, [
        [yes, 50],
        [40, 0]
      ])
    }
    assert.deepStrictEqual(typesOf(own), [])
    world.pass(250)
    const [latest, ...more] = framesOf(own)
    assert.deepStrictEqual([latest?.msg.version, latest?.msg.rfqs[0].yes_bid_dollars], [4, "0.4300"])
    assert.deepStrictEqual(more, [])
    world.pass(30_000)
    const [ended] = framesOf(own)
    assert.deepStrictEqual([ended?.msg.version, ended?.msg.yes_complete], [5, false])
    assert.deepStrictEqual(
      typesOf(others).filter((type) => type !== "batch_quote_created"),
      []
    )
  })
})

describe("an accepted batch", () => {
  it("sends each party messages about its confirmation and its execution", () => {
    const { accept, confirm, create, creator, idOf, listen, maker, quote, second, spectator, world } = setup()
    const batch = create({ isObscured: true, clientBatchId: "mine" })
    const [one, two] = [
      quote(batch, [
        [40, 50],
        [30, 0]
      ]),
      quote(
        batch,
        [
          [30, 50],
          [40, 0]
        ],
        second
      )
    ]
    const lines = { creator: listen(creator), maker: listen(maker), second: listen(second), other: listen(spectator) }
    accept(batch)
    const [accepted] = framesOf(lines.maker)
    assert.deepStrictEqual(
      [accepted?.type, accepted?.msg],
      [
        "batch_quote_accepted",
        {
          batch_quote_id: one.batchQuoteId,
          rfq_batch_id: batch.batchId,
          quote_creator_id: idOf(maker),
          rfq_creator_id: placeholder,
          accepted_side: "yes",
          accepted_ts: time,
          quotes: [
            {
              quote_id: one.quotes[0].quoteId,
              rfq_id: batch.rfqs[0].rfqId,
              market_ticker: batch.rfqs[0].ticker,
              event_ticker: batch.rfqs[0].eventTicker,
              yes_bid_dollars: "0.4000",
              no_bid_dollars: "0.5000",
              yes_contracts_offered_fp: "10.00",
              no_contracts_offered_fp: "10.00",
              contracts_accepted_fp: "10.00"
            }
          ]
        }
      ]
    )
    assert.deepStrictEqual(
      framesOf(lines.second)[0]?.msg.quotes.map(({ rfq_id }: { readonly rfq_id: string }) => rfq_id),
      [batch.rfqs[1].rfqId]
    )
    assert.deepStrictEqual([typesOf(lines.creator), typesOf(lines.other)], [[], []])
    for (const won of [one, two]) confirm(won)
    world.pass(1_000)
    const executed = "2027-01-15T08:00:01Z"
    const outcome = { failed_rfq_ids: [], executed_ts: executed, close_reason: "executed" }
    const [trade, result] = framesOf(lines.maker)
    assert.deepInclude(trade?.msg, {
      quote_id: one.quotes[0].quoteId,
      rfq_batch_id: batch.batchId,
      rfq_creator_id: idOf(creator)
    })
    assert.deepStrictEqual(
      [trade?.type, result?.type, result?.msg],
      [
        "quote_executed",
        "batch_quote_executed",
        {
          batch_quote_id: one.batchQuoteId,
          rfq_batch_id: batch.batchId,
          rfq_creator_id: idOf(creator),
          executed_rfq_ids: [batch.rfqs[0].rfqId],
          ...outcome
        }
      ]
    )
    const toCreator = framesOf(lines.creator)
    assert.deepStrictEqual(
      toCreator.map(({ type }) => type),
      ["quote_executed", "quote_executed", "rfq_batch_executed"]
    )
    assert.deepStrictEqual(toCreator[2]?.msg, {
      rfq_batch_id: batch.batchId,
      client_batch_id: "mine",
      rfq_creator_id: idOf(creator),
      executed_rfq_ids: batch.rfqs.map(({ rfqId }: { readonly rfqId: string }) => rfqId),
      ...outcome
    })
    // At the end of the batch, accounts that are not parties receive only this message.
    assert.deepStrictEqual(typesOf(lines.other), ["rfq_batch_deleted"])
  })

  it("ends with rfq_batch_deleted for all accounts if a maker does not confirm", () => {
    const { accept, create, creator, listen, maker, quote, spectator, world } = setup()
    const batch = create()
    quote(batch, even)
    accept(batch)
    const lines = [listen(creator), listen(maker), listen(spectator)]
    world.pass(3_000)
    assert.deepStrictEqual(lines.map(typesOf), [["rfq_batch_deleted"], ["rfq_batch_deleted"], ["rfq_batch_deleted"]])
  })
})

describe("subaccounts and shards", () => {
  it("a message carries the receiver's subaccount, and is not sent to a key that is locked to another subaccount", () => {
    const { create, creator, listen, maker, quote, world } = setup()
    for (const { accountId } of [creator, maker]) {
      const transfer = {
        clientTransferId: "t",
        fromSubaccount: 0,
        toSubaccount: 1,
        amountMicros: 1_000_000_000,
        exchangeIndex: 0
      }
      world.run({ type: "createSubaccount", accountId, exchangeIndex: 0 })
      world.run({ type: "transferCash", accountId, transfer })
    }
    const locked = (account: TestAccount, subaccount: number) => listen(world.keyOf(account.accountId, { subaccount }))
    const [own, hidden, made, notMade] = [locked(creator, 1), locked(creator, 0), locked(maker, 1), locked(maker, 0)]
    const batch = create({ subaccount: 1 })
    quote(batch, even, maker, { subaccount: 1 })
    const last = (line: TestLine) => framesOf(line).at(-1)
    const [best, offer] = [last(own), last(made)]
    assert.deepStrictEqual([best?.type, best?.msg.subaccount], ["rfq_batch_best_quotes", 1])
    assert.deepStrictEqual([offer?.type, offer?.msg.subaccount], ["batch_quote_created", 1])
    // All keys receive rfq_batch_created.
    assert.deepStrictEqual([typesOf(hidden), typesOf(notMade)], [["rfq_batch_created"], ["rfq_batch_created"]])
  })

  it("all messages of a batch are in the shard of the batch's id", () => {
    const { create, creator, listen, maker, quote } = setup()
    const shards = [0, 1, 2].map((shard_key) => listen(creator, { shard_factor: 3, shard_key }))
    const makers = [0, 1, 2].map((shard_key) => listen(maker, { shard_factor: 3, shard_key }))
    const seen: Array<ReadonlyArray<number>> = []
    for (let n = 0; n < 12; n++) {
      const batch = create({ replaceExisting: true })
      quote(batch, even)
      const frames = shards.map((line) =>
        framesOf(line).filter(({ msg }) => (msg.id ?? msg.rfq_batch_id) === batch.batchId)
      )
      const toMaker = makers.map((line) => framesOf(line).filter(({ msg }) => msg.rfq_batch_id === batch.batchId))
      seen.push(frames.map(({ length }) => length))
      // All messages of the batch are in one shard, which is the same for every party.
      assert.deepStrictEqual(frames.map(({ length }) => length).sort(), [0, 0, 2])
      assert.deepStrictEqual(
        toMaker.map(({ length }) => length > 0),
        frames.map(({ length }) => length > 0)
      )
    }
    assert.strictEqual(new Set(seen.map(String)).size, 3)
  })
})
