/**
 * Facts that the schemas of the WebSocket document do not state: the units of integers, what each channel accepts, the
 * names of error codes, and the meaning of the fields of commands.
 *
 * @module
 */
import { facts, type Facts, milliseconds, seconds } from "./facts.ts"

export interface ChannelFacts {
  /** Whether a subscription names markets. If `optional`, a subscription without markets covers all markets. */
  readonly markets: "required" | "optional" | "none"
  /** The parameters of the subscribe command that have an effect on the channel. */
  readonly parameters: ReadonlyArray<string>
  /** The actions of the command `update_subscription` that the channel accepts. */
  readonly actions: ReadonlyArray<string>
}

export interface ErrorFacts {
  readonly name: string
  /** Whether the error ends its subscription. */
  readonly isTerminal?: true
}

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
const oneSid = "The id of the subscription to change. Set exactly one of `sid` and `sids`."

/**
 * Facts about the WebSocket feed, 2.0.0 (2026-10-26). They come from the published AsyncAPI document: the descriptions
 * of its channels and properties, and its table of error codes. The descriptions of `trade` and `market_positions` name
 * no actions. Therefore these channels have the actions that the command's schema declares for every subscription with
 * markets.
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
      channels: "The channels. The exchange makes a separate subscription for each channel.",
      cmd: "The kind of command.",
      id: "Your own id of the command, unique within the connection. The replies carry this id. If the id is 0, the replies carry no id.",
      market_id:
        "One market, by its id. Only for the channel `ticker`. Not together with another field that names markets.",
      market_ids:
        "Markets, by their ids. Only for the channel `ticker`. Not together with another field that names markets.",
      market_ticker: "One market. Not together with `market_tickers`.",
      market_tickers: "Markets. Not together with `market_ticker`.",
      params: "The parameters.",
      sid: oneSid,
      sids: oneSid,
      "CfbenchmarksUpdateSubscriptionCommandParams/index_ids": `${indexIds} Required, except for \`indexlist\`.`,
      "PythUpdateSubscriptionCommandParams/underlying_tickers": `${underlyings} Required, except for \`underlying_list\`.`,
      "SubscribeCommandParams/index_ids": `For the \`cfbenchmarks\` channels. ${indexIds} Default: none. Add indices later with the action \`subscribe_indices\`.`,
      "SubscribeCommandParams/send_initial_snapshot":
        "For `ticker`. True: the exchange first sends the present state of each market. Default: false.",
      "SubscribeCommandParams/shard_factor":
        "For `communications`: the number of shards into which the messages are divided, 1 to 100.",
      "SubscribeCommandParams/shard_key":
        "For `communications`: the number of this subscription's shard, from 0 to `shard_factor` minus 1.",
      "SubscribeCommandParams/skip_ticker_ack":
        "True: the `ok` replies of the subscription do not list its markets. Default: false.",
      "SubscribeCommandParams/underlying_tickers": `For \`pyth_value\`. ${underlyings} Default: none. Add symbols later with the action \`subscribe_underlyings\`.`,
      "SubscribeCommandParams/use_yes_price":
        "For `orderbook_delta`. True: the price levels of NO are given as prices of YES. Always set this field, because the exchange has announced that the default will change. Default: false.",
      "SubscribeCommandParams/user_filter":
        "For `communications`. `self`: omits messages about new and deleted RFQs and batches of other users. Default: includes them.",
      "UnsubscribeCommandParams/sids": "The ids of the subscriptions to end.",
      "UpdateSubscriptionCommandParams/send_initial_snapshot":
        "For `ticker`. True: the exchange first sends the present state of each added market. Default: false."
    },
    replacements: {},
    inputs: {
      CfbenchmarksUpdateSubscriptionCommand: "Changes or lists the indices of a `cfbenchmarks` subscription.",
      ListSubscriptionsCommand: "Lists the subscriptions of the connection.",
      PythUpdateSubscriptionCommand: "Changes or lists the underlyings of a `pyth_value` subscription.",
      SubscribeCommand:
        "Subscribes to channels. If the connection already has a subscription to a channel, the exchange adds the markets to it and replies with `ok`.",
      UnsubscribeCommand: "Ends subscriptions.",
      UpdateSubscriptionCommand: "Changes the markets of a subscription, or requests snapshots of their order books."
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
