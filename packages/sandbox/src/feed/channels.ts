/**
 * The channels of the feed: what each channel carries and accepts.
 *
 * @module
 */

export const marketActions = ["add_markets", "delete_markets"] as const
const indexActions = ["subscribe_indices", "unsubscribe_indices", "indexlist"] as const
const underlyingActions = ["subscribe_underlyings", "unsubscribe_underlyings", "underlying_list"] as const

/** The actions of `update_subscription`. */
export type Action =
  | (typeof marketActions)[number]
  | "get_snapshot"
  | (typeof indexActions)[number]
  | (typeof underlyingActions)[number]

/** The list parameter of each kind of reference prices. */
export type ReferenceParameter = "index_ids" | "underlying_tickers"

/** What a channel carries and accepts. */
export interface Channel {
  /**
   * Whether data messages and errors carry a `seq`. On every channel, all other replies about a subscription carry a
   * `seq`, except the reply `subscribed`.
   */
  readonly isSequenced: boolean
  /** Whether the channel carries the data of one account. */
  readonly isPrivate: boolean
  /**
   * Whether a subscription names markets. If they are optional, a subscription without markets receives all markets.
   */
  readonly markets: "required" | "optional" | "none"
  /** Whether markets can be named by their ids. */
  readonly acceptsMarketIds: boolean
  readonly reference: ReferenceParameter | undefined
  readonly actions: ReadonlyArray<Action>
}

const channel = (options: Partial<Channel>): Channel => ({
  isSequenced: true,
  isPrivate: false,
  markets: "none",
  acceptsMarketIds: false,
  reference: undefined,
  actions: [],
  ...options
})

/** The channels by name. Source: the published document of October 26, 2026. */
export const channels = {
  orderbook_delta: channel({ markets: "required", actions: [...marketActions, "get_snapshot"] }),
  ticker: channel({ isSequenced: false, markets: "optional", acceptsMarketIds: true, actions: marketActions }),
  trade: channel({ markets: "optional", actions: marketActions }),
  fill: channel({ isSequenced: false, isPrivate: true, markets: "optional", actions: marketActions }),
  market_positions: channel({ isSequenced: false, isPrivate: true, markets: "optional", actions: marketActions }),
  user_orders: channel({ isSequenced: false, isPrivate: true, markets: "optional", actions: marketActions }),
  order_group_updates: channel({ isPrivate: true }),
  market_lifecycle_v2: channel({}),
  multivariate_market_lifecycle: channel({}),
  communications: channel({ isPrivate: true }),
  cfbenchmarks_value: channel({ reference: "index_ids", actions: indexActions }),
  cfbenchmarks_value_5hz: channel({ reference: "index_ids", actions: indexActions }),
  pyth_value: channel({ reference: "underlying_tickers", actions: underlyingActions })
}

export type ChannelName = keyof typeof channels

export const isChannelName = (name: string): name is ChannelName => Object.hasOwn(channels, name)
