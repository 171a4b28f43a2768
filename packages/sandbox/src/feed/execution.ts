/**
 * Executes the commands of a client on the subscriptions of its connection.
 *
 * @module
 */
import type { Audience } from "./audience.ts"
import { type Action, channels, isChannelName, type ChannelName } from "./channels.ts"
import type { FeedCommand, Parameters } from "./commands.ts"
import { type FeedConnection, Subscription } from "./connection.ts"
import type { FeedError } from "./feedErrors.ts"

/** The parts of the feed that commands use. */
export interface Execution {
  readonly audience: Audience
  /** The largest number of markets of one subscription. */
  readonly maxMarkets: number
  /** Whether subscriptions to `pyth_value` are permitted. */
  readonly grantsPyth: boolean
  readonly tickerOfId: (marketId: string) => string | undefined
  readonly idOfTicker: (ticker: string) => string
  readonly namesOf: (name: ChannelName) => ReadonlyArray<string>
  readonly sendSnapshot: (subscription: Subscription, ticker: string, id?: number) => void
  readonly sendTicker: (subscription: Subscription, ticker: string) => void
  /** The `seq` of a new subscription's first message, if a planted fault sets it. */
  readonly firstSeq: (name: ChannelName) => number | undefined
  /** Called when a subscription to reference prices was made or changed. */
  readonly onReference: () => void
  /** The planted error of a channel in this command, if there is one. */
  readonly errorOf: (name: string) => FeedError | undefined
}

/** Executes a command and sends its replies. */
export const execute = (
  execution: Execution,
  connection: FeedConnection,
  command: FeedCommand,
  id: number | undefined
): void => {
  switch (command.cmd) {
    case "list_subscriptions":
      connection.reply("ok", {
        id,
        msg: Array.from(connection.subscriptions.values(), ({ name, sid }) => ({ channel: name, sid }))
      })
      break
    case "subscribe":
      for (const name of new Set(command.channels)) {
        const error = execution.errorOf(name) ?? subscribe(execution, connection, name, command.parameters, id)
        if (error !== undefined) {
          connection.fail(error, id)
        }
      }
      break
    case "unsubscribe":
      for (const sid of command.sids) {
        const subscription = connection.subscriptions.get(sid)
        if (subscription === undefined) {
          connection.fail({ code: 7, details: String(sid) }, id)
        } else {
          connection.remove(subscription)
          connection.reply("unsubscribed", { id }, subscription)
        }
      }
      break
    case "update_subscription": {
      const subscription = connection.subscriptions.get(command.sid)
      const error =
        subscription === undefined
          ? { code: 7 as const, details: String(command.sid) }
          : (execution.errorOf(subscription.name) ??
            update(execution, subscription, command.action, command.parameters, id))
      if (error !== undefined) {
        connection.fail(error, id, subscription)
      }
    }
  }
}

/** Opens a subscription, or merges the parameters into the open subscription of the channel. */
const subscribe = (
  execution: Execution,
  connection: FeedConnection,
  name: string,
  parameters: Parameters,
  id: number | undefined
): FeedError | undefined => {
  if (!isChannelName(name)) {
    return { code: 8, details: name }
  }
  const channel = channels[name]
  const error = checkChannel(execution, connection, name, parameters)
  if (error !== undefined) {
    return error
  }
  const markets = readMarkets(execution, name, parameters)
  if (!Array.isArray(markets) && markets !== undefined) {
    return markets
  }
  const open = connection.byChannel.get(name)
  if (markets !== undefined && newMarkets(open, markets).length + (open?.markets?.size ?? 0) > execution.maxMarkets) {
    return { code: 26, marketTickers: newMarkets(open, markets) }
  }
  const subscription = open ?? new Subscription(++connection.lastSid, name, channel, connection)
  configure(subscription, parameters)
  addReferences(subscription, parameters)
  if (open === undefined) {
    const firstSeq = execution.firstSeq(name)
    subscription.seq = firstSeq === undefined ? 0 : firstSeq - 1
    connection.subscriptions.set(subscription.sid, subscription)
    connection.byChannel.set(name, subscription)
    if (channel.markets !== "none") {
      subscription.markets = markets === undefined ? undefined : new Set(markets)
    }
    execution.audience.add(subscription)
    connection.reply("subscribed", { id, msg: { channel: name, sid: subscription.sid } })
    sendFirst(execution, subscription, markets ?? [], parameters)
  } else {
    const added = merge(execution.audience, subscription, markets)
    acknowledge(execution, subscription, parameters, id)
    sendFirst(execution, subscription, added, parameters)
  }
  if (channel.reference !== undefined) {
    execution.onReference()
  }
  return undefined
}

const checkChannel = (
  { grantsPyth }: Execution,
  { key }: FeedConnection,
  name: ChannelName,
  parameters: Parameters
): FeedError | undefined => {
  const { acceptsMarketIds, isPrivate, markets } = channels[name]
  if (isPrivate && !key.scopes.includes("read")) {
    return { code: 9, details: `the key lacks the scope read for ${name}` }
  }
  if (name === "pyth_value" && !grantsPyth) {
    return { code: 9, details: "the account has not subscribed to the Pyth data feed" }
  }
  if (parameters.marketIds !== undefined && markets !== "none" && !acceptsMarketIds) {
    return { code: 11, details: `${name} does not support market_id and market_ids` }
  }
  return markets === "required" && (parameters.marketTickers ?? []).length === 0 ? { code: 14 } : undefined
}

/** Returns the tickers of the named markets. Undefined if the command names no market, or the channel has none. */
const readMarkets = (
  { tickerOfId }: Execution,
  name: ChannelName,
  { marketIds, marketTickers }: Parameters
): Array<string> | FeedError | undefined => {
  if (channels[name].markets === "none") {
    return undefined
  }
  if (marketIds === undefined) {
    return marketTickers === undefined ? undefined : [...new Set(marketTickers)]
  }
  const tickers: Array<string> = []
  for (const marketId of new Set(marketIds)) {
    const ticker = tickerOfId(marketId)
    if (ticker === undefined) {
      return { code: 11, details: `no market has the id ${marketId}` }
    }
    tickers.push(ticker)
  }
  return tickers
}

const newMarkets = (open: Subscription | undefined, tickers: ReadonlyArray<string>): ReadonlyArray<string> =>
  tickers.filter((ticker) => open?.markets?.has(ticker) !== true)

/**
 * Adds markets to a subscription. If `tickers` is undefined, the subscription receives all markets from now on. Returns
 * the markets that now get a first message: the added markets, or all given markets if the subscription already
 * receives all markets.
 */
const merge = (
  audience: Audience,
  subscription: Subscription,
  tickers: ReadonlyArray<string> | undefined
): ReadonlyArray<string> => {
  if (subscription.markets === undefined) {
    return tickers ?? []
  }
  if (tickers === undefined) {
    audience.remove(subscription)
    subscription.markets = undefined
    audience.add(subscription)
    return []
  }
  const added = newMarkets(subscription, tickers)
  for (const ticker of added) {
    subscription.markets.add(ticker)
  }
  audience.addMarkets(subscription, added)
  return added
}

const configure = (subscription: Subscription, parameters: Parameters): void => {
  subscription.useYesPrice = parameters.useYesPrice ?? subscription.useYesPrice
  subscription.skipTickerAck = parameters.skipTickerAck ?? subscription.skipTickerAck
  subscription.userFilter = parameters.userFilter ?? subscription.userFilter
  subscription.shardFactor = parameters.shardFactor ?? subscription.shardFactor
  subscription.shardKey = parameters.shardKey ?? subscription.shardKey
}

/** Sends an `orderbook_snapshot` of each market, or a `ticker` message if the client requested it. */
const sendFirst = (
  execution: Execution,
  subscription: Subscription,
  tickers: ReadonlyArray<string>,
  { sendInitialSnapshot }: Parameters
): void => {
  for (const ticker of tickers) {
    if (subscription.name === "orderbook_delta") {
      execution.sendSnapshot(subscription, ticker)
    } else if (subscription.name === "ticker" && sendInitialSnapshot === true) {
      execution.sendTicker(subscription, ticker)
    }
  }
}

/** Replies `ok` with what the subscription now receives. */
const acknowledge = (
  { idOfTicker }: Execution,
  subscription: Subscription,
  parameters: Parameters,
  id: number | undefined
): void => {
  const { allReferences, channel, markets, references, skipTickerAck } = subscription
  const msg =
    channel.reference === undefined
      ? markets === undefined || skipTickerAck || channel.markets === "none"
        ? {}
        : parameters.marketIds === undefined
          ? { market_tickers: [...markets] }
          : { market_ids: Array.from(markets, idOfTicker) }
      : { [channel.reference]: allReferences ? ["all"] : [...references] }
  subscription.connection.reply("ok", { id, msg }, subscription)
}

const addReferences = (subscription: Subscription, parameters: Parameters): void => {
  const { reference } = subscription.channel
  for (const name of (reference === undefined ? undefined : parameters[reference]) ?? []) {
    if (name === "all") {
      subscription.allReferences = true
    } else {
      subscription.references.add(name)
    }
  }
}

const update = (
  execution: Execution,
  subscription: Subscription,
  action: string,
  parameters: Parameters,
  id: number | undefined
): FeedError | undefined => {
  const { channel } = subscription
  if (!isAction(action, channel.actions)) {
    return { code: 13, details: `${action} on ${subscription.name}` }
  }
  if (channel.reference !== undefined) {
    return updateReferences(execution, subscription, action, parameters, id)
  }
  if (parameters.marketIds !== undefined && !channel.acceptsMarketIds) {
    return { code: 11, details: `${subscription.name} does not support market_id and market_ids` }
  }
  const markets = readMarkets(execution, subscription.name, parameters)
  if (markets === undefined || (Array.isArray(markets) && markets.length === 0)) {
    return { code: 14 }
  }
  return Array.isArray(markets) ? updateMarkets(execution, subscription, action, markets, parameters, id) : markets
}

const isAction = (action: string, actions: ReadonlyArray<Action>): action is Action =>
  actions.some((supported) => supported === action)

const updateMarkets = (
  execution: Execution,
  subscription: Subscription,
  action: Action,
  tickers: ReadonlyArray<string>,
  parameters: Parameters,
  id: number | undefined
): FeedError | undefined => {
  const { markets } = subscription
  if (action === "get_snapshot") {
    const unknown = newMarkets(subscription, tickers)
    if (unknown.length > 0) {
      return { code: 11, details: "the subscription does not receive these markets", marketTickers: unknown }
    }
    for (const ticker of tickers) {
      execution.sendSnapshot(subscription, ticker, id)
    }
    return undefined
  }
  if (action === "delete_markets") {
    if (markets !== undefined) {
      for (const ticker of tickers) {
        markets.delete(ticker)
      }
      execution.audience.deleteMarkets(subscription, tickers)
    }
    acknowledge(execution, subscription, parameters, id)
    return undefined
  }
  const added = newMarkets(subscription, tickers)
  if (markets !== undefined && markets.size + added.length > execution.maxMarkets) {
    return { code: 26, marketTickers: added }
  }
  merge(execution.audience, subscription, tickers)
  acknowledge(execution, subscription, parameters, id)
  sendFirst(execution, subscription, added, parameters)
  return undefined
}

const updateReferences = (
  execution: Execution,
  subscription: Subscription,
  action: Action,
  parameters: Parameters,
  id: number | undefined
): FeedError | undefined => {
  const { connection, name } = subscription
  const reference = subscription.channel.reference!
  if (action === "indexlist" || action === "underlying_list") {
    connection.reply(
      reference === "index_ids" ? `${name}_indexlist` : `${name}_underlying_list`,
      { id, msg: { [reference]: execution.namesOf(name) } },
      subscription
    )
    return undefined
  }
  const names = parameters[reference] ?? []
  if (names.length === 0) {
    return { code: reference === "index_ids" ? 24 : 28 }
  }
  if (action === "subscribe_indices" || action === "subscribe_underlyings") {
    addReferences(subscription, parameters)
  } else {
    for (const removed of names) {
      if (removed === "all") {
        subscription.allReferences = false
      } else {
        subscription.references.delete(removed)
      }
    }
  }
  acknowledge(execution, subscription, parameters, id)
  execution.onReference()
  return undefined
}
