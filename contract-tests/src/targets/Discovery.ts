/**
 * Creates the inputs of reads from existing entities: a parameter for an entity gets the id of the first entity in a
 * list.
 *
 * @module
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ClientOperation } from "../operations/ClientOperations.ts"
import { document, referenceOf } from "../properties/Subject.ts"
import { isArray, memberOf, objectOf, type Json, type JsonObject } from "../judge/JsonSchema.ts"

/** Calls an operation. Returns undefined if the call fails. */
export type Read = (name: string, input: JsonObject) => Effect.Effect<Json | undefined>

/** By parameter name. A fallback is used if the list for the parameter is empty. */
export type Fallbacks = Readonly<Record<string, Effect.Effect<Json, Missing>>>

/** An input needs an entity that does not exist. The operation is skipped. */
export class Missing extends Error {
  override readonly name = "Missing"
}

interface Source {
  readonly list: string
  readonly input?: JsonObject
  readonly items: string
  /** The missing entity if the list is empty. Example: `no milestone`. */
  readonly noun: string
  readonly of: (item: Json) => Json | undefined
}

const member =
  (name: string) =>
  (item: Json): Json | undefined =>
    memberOf(item, name)

/** Reads a value of an open market and its event, so that the tickers of market, event and series belong together. */
const event = (of: (event: Json, market: Json) => Json | undefined): Source => ({
  list: "Events.list",
  input: { status: "open", with_nested_markets: true, limit: 20 },
  items: "events",
  noun: "no open event with a market",
  of: (item) => {
    const markets = memberOf(item, "markets")
    const first = isArray(markets) ? markets[0] : undefined
    return first === undefined ? undefined : of(item, first)
  }
})

const marketTicker = event((_, market) => memberOf(market, "ticker"))
const eventTicker = event((item) => memberOf(item, "event_ticker"))

const listed = (noun: string, list: string, items: string, name: string, input: JsonObject = { limit: 1 }): Source => ({
  list,
  input,
  items,
  noun,
  of: member(name)
})

const archived = listed("no archived market", "Historical.markets", "markets", "ticker")

const milestones: JsonObject = { limit: 1 }

const sources: Readonly<Record<string, Source>> = {
  ticker: marketTicker,
  market_ticker: marketTicker,
  event_ticker: eventTicker,
  series_ticker: event((item) => memberOf(item, "series_ticker")),
  collection_ticker: listed(
    "no collection",
    "MultivariateCollections.list",
    "multivariate_contracts",
    "collection_ticker"
  ),
  milestone_id: listed("no milestone", "Milestones.list", "milestones", "id", milestones),
  type: listed("no milestone", "Milestones.list", "milestones", "type", milestones),
  structured_target_id: listed("no structured target", "StructuredTargets.list", "structured_targets", "id", {
    page_size: 1
  }),
  order_id: listed("no order of the account", "Orders.list", "orders", "order_id"),
  order_group_id: listed("no order group of the account", "OrderGroups.list", "order_groups", "id", {}),
  transfer_id: listed("no transfer of the account", "Transfers.list", "transfers", "transfer_id"),
  rfq_id: listed("no request for quotes", "Rfqs.list", "rfqs", "id"),
  quote_id: listed("no quote of the account", "Quotes.list", "quotes", "id", { user_filter: "self", limit: 1 }),
  rfq_batch_id: listed("no RFQ batch", "RfqBatches.list", "rfq_batches", "id"),
  subtrader_id: listed("no subtrader of the account", "Fcm.listSubtraders", "subtraders", "id", {})
}

/** Parameters whose values come from a special list in one operation. */
const sourcesByOperation: Readonly<Record<string, Readonly<Record<string, Source>>>> = {
  "Events.candlesticks": { ticker: eventTicker },
  "Events.forecastPercentileHistory": { ticker: eventTicker },
  "Historical.market": { ticker: archived },
  "Historical.marketCandlesticks": { ticker: archived },
  "Quotes.get": {
    rfq_id: listed("no quote of the account", "Quotes.list", "quotes", "rfq_id", { user_filter: "self", limit: 1 })
  },
  // Only the owner may read the best quotes, and a closed batch has none.
  "RfqBatches.bestQuotes": {
    rfq_batch_id: listed("no open RFQ batch of the account", "RfqBatches.list", "rfq_batches", "id", {
      user_filter: "self",
      status: "open",
      limit: 1
    })
  }
}

/** The singular names of list parameters. Each list gets one value. */
const plural: Readonly<Record<string, string>> = {
  market_tickers: "ticker",
  tickers: "ticker",
  milestone_ids: "milestone_id"
}

/** Inputs that the exchange requires but the document does not. */
const extraInputs: Readonly<Record<string, JsonObject>> = {
  "Quotes.list": { user_filter: "self" }
}

const optionalInputs: Readonly<Record<string, ReadonlyArray<string>>> = { "Orders.queuePositions": ["event_ticker"] }

const daySeconds = 86_400

/** Makes a function that creates the input of a read. Each list is read once. */
export const make = (read: Read) => {
  const responses = new Map<string, Json | undefined>()
  const itemsOf = ({ input = {}, items, list }: Source): Effect.Effect<ReadonlyArray<Json>> =>
    Effect.gen(function* () {
      const key = `${list} ${JSON.stringify(input)}`
      if (!responses.has(key)) responses.set(key, yield* read(list, input))
      const found = memberOf(responses.get(key), items)
      return isArray(found) ? found : []
    })
  const valueOf = (name: string, operation: string, own: Fallbacks): Effect.Effect<Json, Missing> =>
    Effect.gen(function* () {
      const source = sourcesByOperation[operation]?.[name] ?? sources[name]
      if (source === undefined) return yield* Effect.fail(new Missing(`no operation lists possible values of ${name}`))
      for (const item of yield* itemsOf(source)) {
        const value = source.of(item)
        if (value !== undefined && value !== null) return value
      }
      return yield* own[name] ?? Effect.fail(new Missing(`there is ${source.noun} to read`))
    })
  const plain = (name: string, operation: string, own: Fallbacks): Effect.Effect<Json, Missing> =>
    Effect.gen(function* () {
      const now = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
      switch (name) {
        case "start_ts":
          return now - daySeconds
        case "end_ts":
          return now
        case "period_interval":
          return 60
        case "percentiles":
          return 5_000
        case "limit":
          return 5
      }
      return yield* valueOf(plural[name] ?? name, operation, own)
    })

  return (client: ClientOperation, fallbacks: Fallbacks = {}): Effect.Effect<JsonObject, Missing> =>
    Effect.gen(function* () {
      const parameters = referenceOf(client).parameters.filter(
        ({ name, required }) => required || name === "limit" || optionalInputs[client.name]?.includes(name)
      )
      const members = yield* Effect.forEach(parameters, ({ name, schema }) =>
        Effect.map(plain(name, client.name, fallbacks), (value) => {
          const read = document().deref(schema)
          return [name, typeof read === "object" && read.type === "array" ? [value] : value] as const
        })
      )
      return objectOf([...members, ...Object.entries(extraInputs[client.name] ?? {})])
    })
}
