/**
 * The operator's actions on open connections: drops, stalls, errors, messages and reference prices.
 *
 * @module
 */
import * as Result from "effect/Result"
import { channels, type ChannelName, isChannelName } from "./channels.ts"
import type { Feed } from "./Feed.ts"
import { isCloseCode } from "./faults.ts"
import { isFeedErrorCode } from "./feedErrors.ts"
import { kindOf, parseReference } from "../exchange/reference/references.ts"
import type { Subscription } from "./connection.ts"

/** Selects connections and subscriptions. An undefined field does not filter. */
export interface FeedSelector {
  readonly connectionId?: number | undefined
  readonly accountId?: string | undefined
  readonly channel?: ChannelName | undefined
}

/** An open connection. */
export interface FeedConnectionInfo {
  readonly connectionId: number
  readonly accountId: string
  readonly keyId: string
  readonly openedMillis: number
  /** The number of frames that wait for a slow client. */
  readonly waitingFrames: number
  readonly subscriptions: ReadonlyArray<{
    readonly sid: number
    readonly channel: ChannelName
    /** The `seq` of the last sequenced message. */
    readonly seq: number
    /** The number of markets; undefined for all markets, and on channels without markets. */
    readonly markets: number | undefined
    /** The markets, in the order in which they were added. Undefined if `markets` is undefined. */
    readonly marketTickers: ReadonlyArray<string> | undefined
  }>
}

/** Which connections to drop, and how. */
export interface DropFeed extends Pick<FeedSelector, "connectionId" | "accountId"> {
  /**
   * `close` sends a close frame, `reset` resets the connection, `silence` keeps it open without reading and writing.
   * Default: `close`.
   */
  readonly how?: "close" | "reset" | "silence" | undefined
  /** The code of the close frame. Default: 1001. */
  readonly code?: number | undefined
  readonly reason?: string | undefined
}

/** A message as the exchange would send it. */
export interface PublishFeed {
  readonly channel: ChannelName
  /** The message type, such as `rfq_batch_created`. */
  readonly type: string
  readonly msg: object
  /** Sends the message only to this account's subscriptions. Default: to the subscriptions of all accounts. */
  readonly accountId?: string | undefined
}

/** Lists the open connections, oldest first. */
export const connectionsOf = (feed: Feed): ReadonlyArray<FeedConnectionInfo> =>
  feed.connections.map(({ id, key, openedMillis, subscriptions, waiting }) => ({
    connectionId: id,
    accountId: key.accountId,
    keyId: key.keyId,
    openedMillis,
    waitingFrames: waiting,
    subscriptions: Array.from(subscriptions.values(), ({ markets, name, seq, sid }) => ({
      sid,
      channel: name,
      seq,
      markets: markets?.size,
      marketTickers: markets === undefined ? undefined : [...markets]
    }))
  }))

const connectionsIn = (feed: Feed, { accountId, connectionId }: FeedSelector) =>
  feed.connections.filter(
    ({ id, key }) =>
      (connectionId === undefined || id === connectionId) && (accountId === undefined || key.accountId === accountId)
  )

const subscriptionsIn = (feed: Feed, selector: FeedSelector): ReadonlyArray<Subscription> =>
  connectionsIn(feed, selector).flatMap(({ subscriptions }) =>
    [...subscriptions.values()].filter(({ name }) => selector.channel === undefined || selector.channel === name)
  )

const checkChannel = (name: string | undefined): Result.Result<void, string> =>
  name === undefined || isChannelName(name)
    ? Result.void
    : Result.fail(
        `no channel has the name ${JSON.stringify(name)}. The channels are ${Object.keys(channels).join(", ")}`
      )

/** Drops connections, and returns their number. */
export const drop = (feed: Feed, options: DropFeed): Result.Result<number, string> => {
  const { code = 1001, how = "close", reason = "" } = options
  if (!isCloseCode(code)) {
    return Result.fail(`code must be 1000 to 1014 (except 1004 to 1006) or 3000 to 4999, not ${code}`)
  }
  const connections = connectionsIn(feed, options)
  for (const { line } of connections) {
    if (how === "close") {
      line.close(code, reason)
    } else {
      line.drop(how)
    }
  }
  return Result.succeed(connections.length)
}

/** Stops or resumes the data messages of subscriptions. Stopped messages are lost. Pings and replies continue. */
export const stall = (feed: Feed, selector: FeedSelector, isStalled: boolean): Result.Result<number, string> =>
  Result.map(checkChannel(selector.channel), () => {
    const subscriptions = subscriptionsIn(feed, selector)
    for (const subscription of subscriptions) {
      subscription.isStalled = isStalled
    }
    return subscriptions.length
  })

/** Sends an error to the selected subscriptions. Codes 10 and 25 end the subscriptions, as documented. */
export const failSubscriptions = (feed: Feed, selector: FeedSelector, code: number): Result.Result<number, string> =>
  Result.flatMap(checkChannel(selector.channel), () => {
    if (!isFeedErrorCode(code)) {
      return Result.fail(`no error has the code ${code}`)
    }
    const subscriptions = subscriptionsIn(feed, selector)
    for (const subscription of subscriptions) {
      if (code === 10 || code === 25) {
        subscription.connection.end(subscription, { code })
      } else {
        subscription.connection.fail({ code }, undefined, subscription)
      }
    }
    return Result.succeed(subscriptions.length)
  })

export const publish = (feed: Feed, message: PublishFeed): Result.Result<void, string> =>
  Result.map(checkChannel(message.channel), () => feed.publish(message))

export const setReference = (
  feed: Feed,
  name: string,
  value: string,
  nowMillis: number
): Result.Result<void, string> => {
  const parsed = parseReference(value)
  if (kindOf(name) === undefined) {
    return Result.fail(`no index or underlying has the name ${JSON.stringify(name)}`)
  }
  return parsed === undefined
    ? Result.fail(`value must be a decimal with at most eight decimals, not ${JSON.stringify(value)}`)
    : Result.succeed(feed.references.set(name, parsed, nowMillis))
}
