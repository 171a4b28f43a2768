/**
 * Requests by the status that they receive, for the operations with the tags account, api-keys, exchange, order-groups,
 * orders and portfolio. `{order}`, `{group}`, `{transfer}` and `{key}` stand for existing entities.
 */
import type { Sent } from "./wire.ts"
import { order, settledTicker, takenTransferId, ticker } from "./world.ts"

type Who = "maker" | "taker" | "balanceOnly" | "locked" | "basic"

export interface Change extends Partial<Omit<Sent, "by">> {
  readonly who?: Who
}

export interface Case {
  /** Default: the maker. */
  readonly who?: Who
  readonly request: Omit<Sent, "by">
  /** Changes to the request, by the status that they cause. */
  readonly others?: Readonly<Record<number, ReadonlyArray<Change>>>
  /** Declared client errors that only a planted fault can cause on this exchange. */
  readonly planted?: ReadonlyArray<number>
}

const unknownId = "00000000-0000-4000-8000-000000000000"
const orders = "/portfolio/events/orders"
const groups = "/portfolio/order_groups"
const publicKey =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA5nmzbJSxFkN2RH0BtdzGlRc76O9r/m0hNszCgFWyh8w=\n-----END PUBLIC KEY-----\n"

export const badPages = (path: string): ReadonlyArray<Change> =>
  ["limit=0", "limit=1.5", "limit=many", "limit=1001", "cursor=nonsense", "limit=1&limit=2"].map((query) => ({
    path: `${path}?${query}`
  }))

const missingGroup = (suffix = ""): ReadonlyArray<Change> => [
  { path: `${groups}/${unknownId}${suffix}` },
  { path: `${groups}/not-a-uuid${suffix}` },
  { path: `${groups}/{group}${suffix}?subaccount=1` },
  { path: `${groups}/{group}${suffix}?subaccount=64` },
  { path: `${groups}/{group}${suffix}?subaccount=first` }
]

const transfer = {
  client_transfer_id: "8c35ecb3-328f-4f52-8c7c-0f4b9862f8d1",
  from_subaccount: 0,
  to_subaccount: 1,
  amount_cents: 1_000
}

const shards = {
  source: "event_contract",
  destination: "event_contract",
  source_exchange_shard: 0,
  destination_exchange_shard: 2,
  amount: 10_000
}

const amended = { ticker, side: "bid", price: "0.41", count: "5" }

export const badBodies: ReadonlyArray<Change> = [
  { json: null },
  { json: [] },
  { json: {} },
  { text: "{" },
  { text: "" },
  { json: {}, contentType: "text/plain" }
]

const lacksScope: ReadonlyArray<Change> = [{ who: "balanceOnly" }]

export const cases: Readonly<Record<string, Case>> = {
  GetExchangeStatus: { request: { method: "GET", path: "/exchange/status" } },
  GetExchangeSchedule: { request: { method: "GET", path: "/exchange/schedule" } },
  GetUserDataTimestamp: { request: { method: "GET", path: "/exchange/user_data_timestamp" } },
  GetSeriesFeeChanges: {
    request: { method: "GET", path: "/series/fee_changes" },
    others: { 400: [{ path: "/series/fee_changes?show_historical=perhaps" }] }
  },

  GetAccountApiLimits: { request: { method: "GET", path: "/account/limits" } },
  GetAccountEndpointCosts: { request: { method: "GET", path: "/account/endpoint_costs" } },
  GetAccountApiUsageLevelVolumeProgress: {
    request: { method: "GET", path: "/account/api_usage_level/volume_progress" }
  },
  UpgradeAccountApiUsageLevel: {
    request: { method: "POST", path: "/account/api_usage_level/upgrade", json: {} },
    others: { 403: [{ who: "basic" }, { who: "balanceOnly" }, { who: "locked" }] }
  },

  GetApiKeys: { request: { method: "GET", path: "/api_keys" } },
  CreateApiKey: {
    request: { method: "POST", path: "/api_keys", json: { name: "mine", public_key: publicKey } },
    others: {
      400: [
        ...badBodies,
        { json: { name: "mine", public_key: "nonsense" } },
        { json: { name: "mine", public_key: publicKey, scopes: ["write"] } },
        { json: { name: "mine", public_key: publicKey, scopes: ["everything"] } },
        { json: { name: "mine", public_key: publicKey, subaccount: 2 } },
        { json: { name: "mine", public_key: publicKey, fcm_subtrader_id: "x" } }
      ],
      403: [{ who: "basic" }, { who: "balanceOnly" }, { who: "locked" }],
      409: [{ json: { name: "spare", public_key: publicKey } }]
    }
  },
  GenerateApiKey: {
    request: { method: "POST", path: "/api_keys/generate", json: { name: "new", key_type: "ed25519" } },
    others: {
      400: [
        ...badBodies,
        { json: { name: "new", key_type: "dsa" } },
        { json: { name: "" } },
        { json: { name: "new", fcm_subtrader_id: "x", key_type: "ed25519" } }
      ],
      403: [{ who: "balanceOnly" }, { who: "locked" }],
      409: [{ json: { name: "spare" } }]
    }
  },
  DeleteApiKey: {
    request: { method: "DELETE", path: "/api_keys/{key}" },
    others: { 400: [{ path: "/api_keys/not-a-uuid" }], 404: [{ path: `/api_keys/${unknownId}` }] }
  },

  GetOrders: {
    request: { method: "GET", path: "/portfolio/orders" },
    others: {
      400: [
        ...badPages("/portfolio/orders"),
        { path: "/portfolio/orders?subaccount=64" },
        { path: `/portfolio/orders?event_ticker=${Array.from({ length: 11 }, (_, n) => `E${n}`).join()}` }
      ]
    }
  },
  GetOrder: {
    request: { method: "GET", path: "/portfolio/orders/{order}" },
    others: {
      404: [
        { path: `/portfolio/orders/${unknownId}` },
        { path: "/portfolio/orders/not-a-uuid" },
        { who: "taker" },
        { who: "locked" }
      ]
    }
  },
  GetOrderQueuePosition: {
    request: { method: "GET", path: "/portfolio/orders/{order}/queue_position" },
    others: { 404: [{ path: `/portfolio/orders/${unknownId}/queue_position` }, { who: "taker" }, { who: "locked" }] }
  },
  GetOrderQueuePositions: {
    request: { method: "GET", path: `/portfolio/orders/queue_positions?market_tickers=${ticker}` },
    others: {
      400: [
        { path: "/portfolio/orders/queue_positions" },
        { path: `/portfolio/orders/queue_positions?market_tickers=${ticker}&subaccount=64` }
      ]
    }
  },
  CreateOrderV2: {
    request: { method: "POST", path: orders, json: order() },
    others: {
      400: [
        ...badBodies,
        { json: order({ count: "0" }) },
        { json: order({ count: "1.001" }) },
        { json: order({ count: 1 }) },
        { json: order({ price: "0.4" }) },
        { json: order({ price: "0.405" }) },
        { json: order({ price: "1.00" }) },
        { json: order({ side: "buy" }) },
        { json: order({ ticker: "KXNONE-1" }) },
        { json: order({ ticker: settledTicker }) },
        { json: order({ count: "9000000" }) },
        { json: order({ order_group_id: unknownId }) },
        { json: order({ expiration_time: 0 }) },
        { json: order({ subaccount: 64 }) },
        { json: order({ side: "ask", price: "0.40", post_only: true }), who: "taker" }
      ],
      403: [{ who: "balanceOnly" }, { who: "locked", json: order({ subaccount: 0 }) }],
      409: [{ json: order({ side: "bid", price: "0.41", time_in_force: "fill_or_kill" }) }]
    }
  },
  BatchCreateOrdersV2: {
    request: { method: "POST", path: `${orders}/batched`, json: { orders: [order(), order({ count: "0" })] } },
    others: {
      400: [...badBodies, { json: { orders: order() } }, { json: { orders: [order({ side: "buy" })] } }],
      403: [{ who: "balanceOnly" }, { who: "locked", json: { orders: [order({ subaccount: 0 })] } }]
    }
  },
  AmendOrderV2: {
    request: { method: "POST", path: `${orders}/{order}/amend`, json: amended },
    others: {
      400: [
        ...badBodies,
        { json: { ...amended, side: "ask" } },
        { json: { ...amended, ticker: settledTicker } },
        { json: { ...amended, count: "0" } },
        { json: { ...amended, price: "0.415" } },
        { json: { ...amended, client_order_id: "another" } }
      ],
      403: [{ who: "balanceOnly" }, { who: "locked", path: `${orders}/{order}/amend?subaccount=0` }],
      404: [{ path: `${orders}/${unknownId}/amend` }, { who: "taker" }]
    }
  },
  DecreaseOrderV2: {
    request: { method: "POST", path: `${orders}/{order}/decrease`, json: { reduce_by: "1" } },
    others: {
      400: [
        ...badBodies,
        { json: { reduce_by: "1", reduce_to: "1" } },
        { json: { reduce_by: "6" } },
        { json: { reduce_to: "5.001" } }
      ],
      404: [
        { path: `${orders}/${unknownId}/decrease` },
        { who: "taker" },
        { json: { reduce_by: "1", exchange_index: 1 } }
      ]
    }
  },
  CancelOrderV2: {
    request: { method: "DELETE", path: `${orders}/{order}` },
    others: {
      404: [
        { path: `${orders}/${unknownId}` },
        { path: `${orders}/not-a-uuid` },
        { path: `${orders}/{order}?exchange_index=1` },
        { path: `${orders}/{order}?subaccount=1` },
        { who: "taker" }
      ]
    }
  },
  BatchCancelOrdersV2: {
    request: {
      method: "DELETE",
      path: `${orders}/batched`,
      json: { orders: [{ order_id: "{order}" }, { order_id: unknownId }] }
    },
    others: {
      400: [...badBodies, { json: { orders: [{}] } }],
      403: [{ who: "balanceOnly" }, { who: "locked", json: { orders: [{ order_id: "{order}", subaccount: 0 }] } }]
    }
  },
  CancelAllOrders: { request: { method: "DELETE", path: orders } },

  GetOrderGroups: {
    request: { method: "GET", path: groups },
    others: {
      400: [
        { path: `${groups}?subaccount=64` },
        { path: `${groups}?subaccount=first` },
        { path: `${groups}?subaccount=1&subaccount=2` }
      ]
    }
  },
  GetOrderGroup: {
    request: { method: "GET", path: `${groups}/{group}` },
    others: { 404: [...missingGroup(), { who: "taker" }, { who: "locked" }] }
  },
  CreateOrderGroup: {
    request: { method: "POST", path: `${groups}/create`, json: { contracts_limit: 10 } },
    others: {
      400: [
        ...badBodies,
        { json: { contracts_limit: 0 } },
        { json: { contracts_limit: 1.5 } },
        { json: { contracts_limit: "10" } },
        { json: { contracts_limit: 1_000_001 } },
        { json: { contracts_limit_fp: "1.234" } },
        { json: { contracts_limit_fp: "0.99" } },
        { json: { contracts_limit: 10, contracts_limit_fp: "10.01" } },
        { json: { contracts_limit: 10, subaccount: 64 } },
        { json: { contracts_limit: 10, exchange_index: 9 } }
      ]
    }
  },
  UpdateOrderGroupLimit: {
    request: { method: "PUT", path: `${groups}/{group}/limit`, json: { contracts_limit: 10 } },
    others: {
      400: [
        ...badBodies,
        { json: { contracts_limit: 0 } },
        { json: { contracts_limit: 10, contracts_limit_fp: "11" } },
        { path: `${groups}/not-a-uuid/limit` },
        { path: `${groups}/{group}/limit?subaccount=64` }
      ],
      404: [
        { path: `${groups}/${unknownId}/limit` },
        { path: `${groups}/{group}/limit?subaccount=1` },
        { path: `${groups}/{group}/limit?exchange_index=1` }
      ]
    }
  },
  ResetOrderGroup: {
    request: { method: "PUT", path: `${groups}/{group}/reset`, json: {} },
    others: { 404: [...missingGroup("/reset"), { path: `${groups}/{group}/reset?exchange_index=1` }] }
  },
  TriggerOrderGroup: {
    request: { method: "PUT", path: `${groups}/{group}/trigger`, json: {} },
    others: { 404: [...missingGroup("/trigger"), { path: `${groups}/{group}/trigger?exchange_index=1` }] }
  },
  DeleteOrderGroup: {
    request: { method: "DELETE", path: `${groups}/{group}` },
    others: { 404: [...missingGroup(), { path: `${groups}/{group}?exchange_index=1` }] }
  },

  GetBalance: { request: { method: "GET", path: "/portfolio/balance" } },
  GetPositions: {
    request: { method: "GET", path: "/portfolio/positions" },
    others: {
      400: [
        ...badPages("/portfolio/positions"),
        { path: "/portfolio/positions?count_filter=everything" },
        { path: "/portfolio/positions?settlement_status=perhaps" }
      ]
    }
  },
  GetFills: {
    request: { method: "GET", path: "/portfolio/fills" },
    others: {
      400: [
        ...badPages("/portfolio/fills"),
        { path: "/portfolio/fills?min_ts=yesterday" },
        { path: `/portfolio/fills?ticker=${Array.from({ length: 101 }, (_, n) => `T${n}`).join()}` }
      ]
    }
  },
  GetSettlements: {
    request: { method: "GET", path: "/portfolio/settlements" },
    others: { 400: badPages("/portfolio/settlements") }
  },
  GetDeposits: {
    request: { method: "GET", path: "/portfolio/deposits" },
    others: { 400: [...badPages("/portfolio/deposits"), { path: "/portfolio/deposits?limit=501" }] }
  },
  GetWithdrawals: {
    request: { method: "GET", path: "/portfolio/withdrawals" },
    others: { 400: badPages("/portfolio/withdrawals") }
  },
  GetPortfolioRestingOrderTotalValue: {
    request: { method: "GET", path: "/portfolio/summary/total_resting_order_value" }
  },
  GetSubaccountBalances: { request: { method: "GET", path: "/portfolio/subaccounts/balances" } },
  GetSubaccountNetting: { request: { method: "GET", path: "/portfolio/subaccounts/netting" } },
  GetSubaccountTransfers: { request: { method: "GET", path: "/portfolio/subaccounts/transfers" } },
  UpdateSubaccountNetting: {
    request: {
      method: "PUT",
      path: "/portfolio/subaccounts/netting",
      json: { subaccount_number: 1, enabled: true }
    },
    others: { 400: [...badBodies, { json: { subaccount_number: 2, enabled: true } }] }
  },
  CreateSubaccount: {
    request: { method: "POST", path: "/portfolio/subaccounts", json: {} },
    others: { 400: [{ json: { exchange_index: 4 } }, { json: {}, contentType: "text/plain" }] }
  },
  ApplySubaccountTransfer: {
    request: { method: "POST", path: "/portfolio/subaccounts/transfer", json: transfer },
    others: {
      400: [
        ...badBodies,
        { json: { ...transfer, to_subaccount: 2 } },
        { json: { ...transfer, amount_cents: 0 } },
        { json: { ...transfer, amount_cents: 1_000_000_000_000 } },
        { json: { ...transfer, client_transfer_id: "mine" } }
      ]
    }
  },
  GetIntraExchangeInstanceTransfers: {
    request: { method: "GET", path: "/portfolio/intra_exchange_instance_transfers" },
    others: { 400: badPages("/portfolio/intra_exchange_instance_transfers") }
  },
  GetIntraExchangeInstanceTransfer: {
    request: { method: "GET", path: "/portfolio/intra_exchange_instance_transfers/{transfer}" },
    others: {
      404: [{ path: `/portfolio/intra_exchange_instance_transfers/${unknownId}` }, { who: "taker" }]
    }
  },
  IntraExchangeInstanceTransfer: {
    request: { method: "POST", path: "/portfolio/intra_exchange_instance_transfer", json: shards },
    others: {
      400: [
        ...badBodies,
        { json: { ...shards, amount: 0 } },
        { json: { ...shards, source: "elsewhere" } },
        { json: { ...shards, destination_exchange_shard: 9 } },
        { json: { ...shards, destination_exchange_shard: 0 } }
      ],
      403: [{ who: "balanceOnly" }, { who: "locked" }],
      409: [{ json: { ...shards, client_transfer_id: takenTransferId } }]
    }
  },
  GetTargetBalanceAllocation: {
    request: { method: "GET", path: "/portfolio/target_balance_allocation" },
    others: { 403: [...lacksScope, { who: "locked" }] }
  },
  SetTargetBalanceAllocation: {
    request: {
      method: "POST",
      path: "/portfolio/target_balance_allocation",
      json: { allocations: [{ exchange_index: 0, percent: 100 }] }
    },
    others: {
      400: [...badBodies, { json: { allocations: [{ exchange_index: 0, percent: 99 }] } }],
      403: [...lacksScope, { who: "locked" }]
    }
  }
}
