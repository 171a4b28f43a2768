/**
 * The channels that a recording can have.
 *
 * @module
 */
import type { ChannelName } from "@kalshi-effect/client/generated/feed"
import * as Result from "effect/Result"

/** The public channels of the feed, by the names that users write. */
const publicChannels = {
  orderbook: "orderbook_delta",
  trades: "trade",
  ticker: "ticker",
  lifecycle: "market_lifecycle_v2"
} as const satisfies Record<string, ChannelName>

/** The channels with private messages of the account. */
export const accountChannels = ["fill", "user_orders", "market_positions"] as const satisfies ReadonlyArray<ChannelName>

export type RecordedChannel = (typeof publicChannels)[keyof typeof publicChannels] | (typeof accountChannels)[number]

export const channelNames: ReadonlyArray<string> = Object.keys(publicChannels)

export const parseChannels = (text: string): Result.Result<ReadonlyArray<RecordedChannel>, string> => {
  const found = new Set<RecordedChannel>()
  for (const name of text.split(",").map((name) => name.trim())) {
    const entry = Object.entries(publicChannels).find(([own, wire]) => own === name || wire === name)
    if (entry === undefined) {
      return Result.fail(
        `--channels: there is no channel ${JSON.stringify(name)}. Use a list of ${channelNames.join(", ")}. Private channels need --account`
      )
    }
    found.add(entry[1])
  }
  return Result.succeed([...found])
}
