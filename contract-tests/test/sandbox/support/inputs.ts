/** An input of every operation of the client that succeeds in the world. */
import type * as ClientOperations from "../../../src/operations/ClientOperations.ts"
import type { Json, JsonObject } from "../../../src/tools/JsonSchema.ts"
import { plainest, referenceOf } from "../../operations/support/client.ts"
import { eventTicker, nowhere, order, seriesTicker, tickers, type Shape } from "./world.ts"

const publicKey =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA5nmzbJSxFkN2RH0BtdzGlRc76O9r/m0hNszCgFWyh8w=\n-----END PUBLIC KEY-----\n"

const page = { limit: 10 }
const archived = { ...page, ticker: tickers.archived }
const shards = { source: "event_contract", destination: "event_contract", destination_exchange_shard: 2 }

/** Whole inputs, of operations that do not take just anything. */
const inputs: Readonly<Record<string, (world: Shape) => JsonObject>> = {
  GetEvents: () => ({ ...page, with_nested_markets: true, with_milestones: true }),
  GetMarkets: () => ({ ...page, event_ticker: eventTicker }),
  GetMarketOrderbooks: () => ({ tickers: [tickers.open, tickers.settled] }),
  GetTrades: () => ({ ...page, ticker: tickers.open }),

  GetFillsHistorical: () => archived,
  GetHistoricalMarket: () => ({ ticker: tickers.archived }),
  GetHistoricalMarkets: () => page,
  GetHistoricalOrders: () => archived,
  GetHistoricalPositions: () => archived,
  GetTradesHistorical: () => archived,

  GetOrders: () => ({ ...page, ticker: tickers.open, status: "resting" }),
  CreateOrderV2: () => ({ ...order(tickers.open), client_order_id: "mine", post_only: true, subaccount: 0 }),
  BatchCreateOrdersV2: () => ({ orders: [order(tickers.open), { ...order(tickers.open), count: "0.00" }] }),
  AmendOrderV2: ({ orderIds: [id] }) => ({
    order_id: id,
    ticker: tickers.open,
    side: "bid",
    price: "0.4100",
    count: "12.00"
  }),
  DecreaseOrderV2: ({ orderIds: [id] }) => ({ order_id: id, reduce_by: "1.00", market_ticker: tickers.open }),
  CancelOrderV2: ({ orderIds: [id] }) => ({ order_id: id, market_ticker: tickers.open }),
  BatchCancelOrdersV2: ({ orderIds: [id] }) => ({ orders: [{ order_id: id }, { order_id: nowhere }] }),
  GetOrderQueuePositions: () => ({ market_tickers: tickers.open }),

  CreateOrderGroup: () => ({ contracts_limit: 10, contracts_limit_fp: "10.00", exchange_index: 0, subaccount: 0 }),
  GetOrderGroups: () => ({ subaccount: 0 }),
  GetOrderGroup: ({ groupId }) => ({ order_group_id: groupId, subaccount: 0 }),
  UpdateOrderGroupLimit: ({ groupId }) => ({ order_group_id: groupId, contracts_limit_fp: "20.50", subaccount: 0 }),
  ResetOrderGroup: ({ groupId }) => ({ order_group_id: groupId, subaccount: 0, exchange_index: 0 }),
  TriggerOrderGroup: ({ groupId }) => ({ order_group_id: groupId, subaccount: 0, exchange_index: 0 }),
  DeleteOrderGroup: ({ groupId }) => ({ order_group_id: groupId, subaccount: 0, exchange_index: 0 }),

  GetFills: () => ({ ...page, ticker: `${tickers.open},${tickers.settled}`, subaccount: 0 }),
  GetPositions: () => ({ ...page, count_filter: "position,total_traded", settlement_status: "all" }),
  GetSettlements: () => page,
  GetDeposits: () => page,
  GetWithdrawals: () => page,
  GetSubaccountTransfers: () => page,
  ApplySubaccountTransfer: () => ({
    client_transfer_id: nowhere,
    from_subaccount: 0,
    to_subaccount: 1,
    amount_cents: 1_000
  }),
  GetIntraExchangeInstanceTransfers: () => page,
  IntraExchangeInstanceTransfer: () => ({ ...shards, amount: 10_000, client_transfer_id: nowhere }),
  SetTargetBalanceAllocation: () => ({
    allocations: [
      { exchange_index: 0, percent: 60 },
      { exchange_index: 2, percent: 40 }
    ]
  }),
  CreateApiKey: () => ({ name: "mine", public_key: publicKey, scopes: ["read"] }),
  GenerateApiKey: () => ({ name: "new", key_type: "ed25519", subaccount: 1 })
}

/** Values of fields by name, in every other input. */
const known = ({ groupId, orderIds: [id], spareKeyId, transferId }: Shape): Readonly<Record<string, Json>> => ({
  order_id: id,
  order_group_id: groupId,
  transfer_id: transferId,
  api_key: spareKeyId,
  ticker: tickers.open,
  event_ticker: eventTicker,
  series_ticker: seriesTicker
})

/** An input that succeeds: everywhere else, with a value in every field that is not on its way out. */
export const inputOf = (client: ClientOperations.ClientOperation, world: Shape): JsonObject => {
  const whole = inputs[client.descriptor.operationId]
  if (whole !== undefined) return whole(world)
  const names = known(world)
  const { parameters } = referenceOf(client)
  const leaving = new Set(parameters.flatMap(({ deprecated, name }) => (deprecated ? [name] : [])))
  return Object.fromEntries(
    Object.entries(plainest(client))
      .filter(([name]) => !leaving.has(name))
      .map(([name, value]) => [name, names[name] ?? value])
  )
}
