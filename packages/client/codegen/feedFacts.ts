/**
 * Facts that the reference document of the WebSocket feed cannot state: the units of integers, what each channel
 * accepts, the names of error codes, and the meaning of the fields of commands.
 *
 * @module
 */
import { facts, type Facts, milliseconds, seconds } from "./facts.ts"

/** What a channel accepts. */
export interface ChannelFacts {
  /** Whether a subscription names markets. `optional`: without markets, it covers all of them. */
  readonly markets: "required" | "optional" | "none"
  /** The parameters of the subscribe command that have an effect on it. */
  readonly parameters: ReadonlyArray<string>
  /** The actions of `update_subscription`. */
  readonly actions: ReadonlyArray<string>
}

/** An error code. */
export interface ErrorFacts {
  readonly name: string
  /** Whether the error ends its subscription. */
  readonly isTerminal?: true
}

/** Facts about the document of the feed. A fact that does not apply is a fault. */
export interface FeedFacts extends Facts {
  readonly channels: Readonly<Record<string, ChannelFacts>>
  readonly errors: Readonly<Record<number, ErrorFacts>>
}

const dollars = "Whole US dollars, signed."

const tickers = ["market_ticker", "market_tickers", "skip_ticker_ack"]
const marketActions = ["add_markets", "delete_markets"]
const indices: ChannelFacts = {
  markets: "none",
  parameters: ["index_ids"],
  actions: ["subscribe_indices", "unsubscribe_indices", "indexlist"]
}
const nothing: ChannelFacts = { markets: "none", parameters: [], actions: [] }

const indexIds = 'Ids of CF Benchmarks indices, such as `BRTI`, or `["all"]`.'
const underlyings = 'Pyth symbols, such as `Metal.XAU/USD`, or `["all"]`.'
const oneSid = "The subscription to change. Set exactly one of `sid` and `sids`."

/**
 * Facts about the WebSocket feed, 2.0.0 (2026-10-26). Sources: the prose of the published AsyncAPI document, of its
 * channels, properties and table of error codes. The prose of `trade` and `market_positions` names no actions, so these
 * channels have the actions that the commands declare for every subscription with markets.
 */
export const feedFacts: FeedFacts = {
  decimals: {
    FixedPointCount: facts.decimals["FixedPointCount"]!,
    FixedPointDollars: facts.decimals["FixedPointDollars"]!
  },
  units: {
    "CfbenchmarksAvgData/window_end_ts_exclusive": milliseconds,
    "CfbenchmarksValue/received_at": milliseconds,
    "CfbenchmarksValue5Hz/received_at": milliseconds,
    "EventLifecycle/strike_date": seconds,
    "Fill/ts": seconds,
    "PythValue/received_at": milliseconds,
    "Ticker/dollar_open_interest": dollars,
    "Ticker/dollar_volume": dollars,
    "Ticker/ts": seconds,
    "Trade/ts": seconds
  },
  docs: {
    fields: {
      action: "What to change.",
      channels: "The channels. Each gets a subscription of its own.",
      cmd: "The kind of command.",
      id: "Your own id of the command, unique within the connection. The replies carry this id. With 0, they carry no id.",
      market_id: "One market by its id. Only for `ticker`. Not together with another field that names markets.",
      market_ids: "Markets by their ids. Only for `ticker`. Not together with another field that names markets.",
      market_ticker: "One market. Not together with `market_tickers`.",
      market_tickers: "Markets. Not together with `market_ticker`.",
      params: "The parameters.",
      sid: oneSid,
      sids: oneSid,
      "CfbenchmarksUpdateSubscriptionCommandParams/index_ids": `${indexIds} Required, except for \`indexlist\`.`,
      "PythUpdateSubscriptionCommandParams/underlying_tickers": `${underlyings} Required, except for \`underlying_list\`.`,
      "SubscribeCommandParams/index_ids": `For the \`cfbenchmarks\` channels. ${indexIds} Default: none until they are added.`,
      "SubscribeCommandParams/send_initial_snapshot":
        "For `ticker`: true sends the present state of each market first. Default: false.",
      "SubscribeCommandParams/shard_factor": "For `communications`: the number of shards, 1 to 100.",
      "SubscribeCommandParams/shard_key":
        "For `communications`: the shard of this subscription, at least 0 and less than `shard_factor`.",
      "SubscribeCommandParams/skip_ticker_ack":
        "True: the `ok` replies of the subscription do not list its markets. Default: false.",
      "SubscribeCommandParams/underlying_tickers": `For \`pyth_value\`. ${underlyings} Default: none until they are added.`,
      "SubscribeCommandParams/use_yes_price":
        "For `orderbook_delta`: true gives the levels of NO as prices of YES. Always set it: the exchange has announced that the default will change. Default: false.",
      "SubscribeCommandParams/user_filter":
        "For `communications`: with `self`, messages about new and deleted RFQs and batches are only about your own. Default: those of all users.",
      "UnsubscribeCommandParams/sids": "The subscriptions to end.",
      "UpdateSubscriptionCommandParams/send_initial_snapshot":
        "For `ticker`: true sends the present state of each added market first. Default: false."
    },
    replacements: {},
    inputs: {
      CfbenchmarksUpdateSubscriptionCommand: "Changes or lists the indices of a `cfbenchmarks` subscription.",
      ListSubscriptionsCommand: "Lists the subscriptions of the connection.",
      PythUpdateSubscriptionCommand: "Changes or lists the underlyings of a `pyth_value` subscription.",
      SubscribeCommand:
        "Subscribes to channels. If a channel already has a subscription, the markets are added to that subscription, and the reply is an `ok`.",
      UnsubscribeCommand: "Ends subscriptions.",
      UpdateSubscriptionCommand: "Changes the markets of a subscription, or requests a snapshot of their books."
    },
    suggestions: {}
  },
  channels: {
    cfbenchmarks_value: indices,
    cfbenchmarks_value_5hz: indices,
    communications: { markets: "none", parameters: ["shard_factor", "shard_key", "user_filter"], actions: [] },
    fill: { markets: "optional", parameters: tickers, actions: marketActions },
    market_lifecycle_v2: nothing,
    market_positions: { markets: "optional", parameters: tickers, actions: marketActions },
    multivariate_market_lifecycle: nothing,
    order_group_updates: nothing,
    orderbook_delta: {
      markets: "required",
      parameters: [...tickers, "use_yes_price"],
      actions: [...marketActions, "get_snapshot"]
    },
    pyth_value: {
      markets: "none",
      parameters: ["underlying_tickers"],
      actions: ["subscribe_underlyings", "unsubscribe_underlyings", "underlying_list"]
    },
    ticker: {
      markets: "optional",
      parameters: ["market_id", "market_ids", ...tickers, "send_initial_snapshot"],
      actions: marketActions
    },
    trade: { markets: "optional", parameters: tickers, actions: marketActions },
    user_orders: { markets: "optional", parameters: tickers, actions: marketActions }
  },
  errors: {
    1: { name: "UnprocessableMessage" },
    2: { name: "ParamsRequired" },
    3: { name: "ChannelsRequired" },
    4: { name: "SidsRequired" },
    5: { name: "UnknownCommand" },
    7: { name: "UnknownSid" },
    8: { name: "UnknownChannel" },
    9: { name: "AuthenticationRequired" },
    10: { name: "ChannelError", isTerminal: true },
    11: { name: "InvalidParameter" },
    12: { name: "ExactlyOneSidRequired" },
    13: { name: "UnsupportedAction" },
    14: { name: "MarketRequired" },
    15: { name: "ActionRequired" },
    18: { name: "CommandTimeout" },
    19: { name: "ShardFactorTooSmall" },
    20: { name: "ShardFactorRequired" },
    21: { name: "InvalidShardKey" },
    22: { name: "ShardFactorTooLarge" },
    23: { name: "MatchIdsRequired" },
    24: { name: "IndexIdsRequired" },
    25: { name: "BufferOverflow", isTerminal: true },
    26: { name: "MarketLimitExceeded" },
    27: { name: "TooManyRequests" },
    28: { name: "UnderlyingsRequired" }
  }
}
