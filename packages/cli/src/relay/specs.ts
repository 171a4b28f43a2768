/**
 * Finds the source that a subscription of a reader needs. A source is a subscription of the relay at the exchange. A
 * reader is a program or a page that is connected to the relay.
 *
 * @module
 */
import { type ChannelName, channels, type Parameters, type Subscription } from "@kalshi-effect/sandbox/FeedServer"
import type { Spec } from "./sources.ts"

export interface Need {
  readonly spec: Spec
  /** The market tickers or reference names whose messages the reader needs. Undefined: all messages of the source. */
  readonly names: ReadonlyArray<string> | undefined
}

interface Chosen extends Pick<Parameters, "userFilter" | "shardFactor" | "shardKey"> {
  readonly markets: Iterable<string> | undefined
  readonly references: Iterable<string>
  readonly allReferences: boolean
}

/** The parameters with which the relay subscribes to named markets. They do not depend on the reader. */
const fixed: Partial<Record<ChannelName, Readonly<Record<string, unknown>>>> = {
  orderbook_delta: { use_yes_price: true },
  ticker: { send_initial_snapshot: true }
}

const need = (channel: ChannelName, chosen: Chosen): Need => {
  const { markets, reference } = channels[channel]
  const params = fixed[channel] ?? {}
  if (reference !== undefined) {
    return chosen.allReferences
      ? {
          spec: { channel, key: `${channel} all`, parameter: undefined, params: { [reference]: ["all"] } },
          names: undefined
        }
      : { spec: { channel, key: channel, parameter: reference, params }, names: [...chosen.references] }
  }
  if (markets !== "none") {
    return chosen.markets === undefined
      ? { spec: { channel, key: `${channel} all`, parameter: undefined, params: {} }, names: undefined }
      : { spec: { channel, key: channel, parameter: "market_tickers", params }, names: [...chosen.markets] }
  }
  if (channel !== "communications")
    return { spec: { channel, key: channel, parameter: undefined, params }, names: undefined }
  const { shardFactor = 1, shardKey, userFilter = "" } = chosen
  const filter = {
    ...(userFilter === "" ? {} : { user_filter: userFilter }),
    ...(shardFactor === 1 ? {} : { shard_factor: shardFactor }),
    ...(shardKey === undefined ? {} : { shard_key: shardKey })
  }
  const key = `${channel} ${JSON.stringify(filter)}`
  return { spec: { channel, key, parameter: undefined, params: filter }, names: undefined }
}

export const needOf = (subscription: Subscription): Need => need(subscription.name, subscription)

/** Returns what a command to subscribe needs. Undefined if the relay refuses the command. */
export const needOfCommand = (channel: ChannelName, parameters: Parameters): Need | undefined => {
  const { markets, reference } = channels[channel]
  if (parameters.marketIds !== undefined && markets !== "none") return undefined
  if (markets === "required" && (parameters.marketTickers ?? []).length === 0) return undefined
  const references = reference === undefined ? [] : (parameters[reference] ?? [])
  const allReferences = references.includes("all")
  return need(channel, { ...parameters, markets: parameters.marketTickers, references, allReferences })
}

const fields: Partial<Record<ChannelName, string>> = {
  user_orders: "ticker",
  cfbenchmarks_value: "index_id",
  cfbenchmarks_value_5hz: "index_id",
  pyth_value: "underlying_ticker"
}

export const nameIn = (channel: ChannelName, msg: object): string | undefined => {
  const name: unknown = Reflect.get(msg, fields[channel] ?? "market_ticker")
  return typeof name === "string" ? name : undefined
}
