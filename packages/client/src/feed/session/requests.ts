/**
 * Checks the request for a subscription, and separates the names (markets, indices or underlyings) from the filter.
 * Requests with the same `key` share their subscriptions at the exchange.
 *
 * @module
 */
import * as Result from "effect/Result"
import { InvalidRequest } from "../../Errors.ts"
import {
  type ChannelName,
  channels,
  type SubscribeCommandParams,
  type UpdateSubscriptionCommandParams
} from "../../generated/feed.ts"
import { isRecord } from "../../record.ts"
import * as FeedMessages from "../FeedMessages.ts"

/** The parameters of a channel. */
export type ChannelParameters<Name extends ChannelName> = Pick<
  SubscribeCommandParams,
  (typeof channels)[Name]["parameters"][number]
>

/** The request for a subscription. */
export interface SubscriptionRequest<Name extends ChannelName = ChannelName> {
  readonly channel: Name
  /** Without markets, a channel with optional markets covers all markets. */
  readonly params?: ChannelParameters<Name> | undefined
}

/** A kind of names, such as market tickers: the parameter with the names, and the message field with one name. */
export interface NameKind {
  readonly parameter: "market_tickers" | "market_ids" | "index_ids" | "underlying_tickers"
  readonly field: string
  readonly actions: {
    readonly add: "add_markets" | "subscribe_indices" | "subscribe_underlyings"
    readonly delete: "delete_markets" | "unsubscribe_indices" | "unsubscribe_underlyings"
  }
}

const marketActions = { add: "add_markets", delete: "delete_markets" } as const

const tickers: NameKind = { parameter: "market_tickers", field: "market_ticker", actions: marketActions }
const ids: NameKind = { parameter: "market_ids", field: "market_id", actions: marketActions }
const indices: NameKind = {
  parameter: "index_ids",
  field: "index_id",
  actions: { add: "subscribe_indices", delete: "unsubscribe_indices" }
}
const underlyings: NameKind = {
  parameter: "underlying_tickers",
  field: "underlying_ticker",
  actions: { add: "subscribe_underlyings", delete: "unsubscribe_underlyings" }
}

const kindOf = (channel: ChannelName, hasIds: boolean): NameKind | undefined => {
  switch (channel) {
    case "cfbenchmarks_value":
    case "cfbenchmarks_value_5hz":
      return indices
    case "pyth_value":
      return underlyings
    case "user_orders":
      return { ...tickers, field: "ticker" }
    default:
      if (channels[channel].markets === "none") return undefined
      return hasIds ? ids : tickers
  }
}

export interface Parsed {
  readonly channel: ChannelName
  /** Requests with the same key can share subscriptions at the exchange. */
  readonly key: string
  /** The parameters of the subscribe command other than the names. */
  readonly options: Readonly<Record<string, unknown>>
  /** Undefined for a subscription without a list of names. */
  readonly kind: NameKind | undefined
  /** Empty for a subscription without a list of names. */
  readonly names: ReadonlyArray<string>
}

const refuse = (pointer: string, reason: string) =>
  Result.fail(new InvalidRequest({ operation: "Feed.subscribe", pointer, reason }))

const listed = ["market_ticker", "market_tickers", "market_id", "market_ids", "index_ids", "underlying_tickers"]

/** Checks a request, even the types of its fields, because a caller in plain JavaScript can pass anything. */
export const parse = ({ channel, params = {} }: SubscriptionRequest): Result.Result<Parsed, InvalidRequest> => {
  if (!Object.hasOwn(channels, channel)) {
    return refuse("/channel", `expected one of ${Object.keys(channels).join(", ")}`)
  }
  if (!isRecord(params)) return refuse("/params", "expected an object")
  const command = { id: 0, cmd: "subscribe", params: { ...params, channels: [channel] } } as const
  const encoded = FeedMessages.encode(command)
  if (Result.isFailure(encoded)) return Result.fail(encoded.failure)
  const { markets, parameters } = channels[channel]
  const input = new Map(Object.entries(params).filter(([, value]) => value !== undefined))
  const accepted: ReadonlyArray<string> = parameters
  const unsupported = [...input.keys()].find((name) => !accepted.includes(name))
  if (unsupported !== undefined) {
    return refuse(`/params/${unsupported}`, `${channel} has no such parameter: it has ${accepted.join(", ") || "none"}`)
  }
  const naming = listed.filter((name) => input.has(name))
  if (naming.length > 1)
    return refuse(`/params/${naming[1]}`, `this field cannot be combined with ${naming[0]}: pass only one of them`)
  if (markets === "required" && naming.length === 0) return refuse("/params/market_tickers", "this field is required")
  const others = [...input.keys()].filter((name) => !listed.includes(name)).toSorted()
  const options = Object.fromEntries(others.map((name) => [name, input.get(name)]))
  // The exchange has announced that the default will change. An explicit value keeps the meaning of the request.
  if (channel === "orderbook_delta") options["use_yes_price"] ??= false
  const value = naming.length === 0 ? undefined : input.get(naming[0]!)
  // The cast is safe: in the schema of the command, each of these parameters is a string or a list of strings.
  const names = [...new Set((typeof value === "string" ? [value] : (value ?? [])) as ReadonlyArray<string>)]
  const kind = kindOf(channel, naming[0]?.startsWith("market_id") === true)
  if (kind?.parameter.startsWith("market_") === true && naming.length === 0) {
    return Result.succeed({ channel, key: keyOf(channel, options, "all"), options, kind: undefined, names: [] })
  }
  if (names.includes("all") && (kind === indices || kind === underlyings)) {
    const all = { ...options, [kind.parameter]: ["all"] }
    return Result.succeed({ channel, key: keyOf(channel, all, "all"), options: all, kind: undefined, names: [] })
  }
  return Result.succeed({ channel, key: keyOf(channel, options, kind?.parameter ?? ""), options, kind, names })
}

const keyOf = (channel: ChannelName, options: object, names: string): string =>
  `${channel} ${names} ${JSON.stringify(options)}`

export const parseNames = (
  { kind }: { readonly kind: NameKind | undefined },
  names: ReadonlyArray<string>
): Result.Result<ReadonlyArray<string>, InvalidRequest> => {
  if (kind === undefined)
    return refuse("", "the subscription has no list of markets to change: open another subscription")
  if (names.includes("all") && (kind === indices || kind === underlyings)) {
    return refuse("", 'the names cannot be "all": open another subscription')
  }
  const params = { action: kind.actions.add, sid: 1, [kind.parameter]: names }
  const encoded = FeedMessages.encode({
    id: 0,
    cmd: "update_subscription",
    params: params as UpdateSubscriptionCommandParams
  }) // `encode` checks the parameters
  return Result.map(encoded, () => [...new Set(names)])
}
