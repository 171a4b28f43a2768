/**
 * The feed's part of the operator interface over HTTP.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import { channels, type ChannelName } from "../feed/channels.ts"
import { changes } from "../feed/faults.ts"
import { type Control, get, post } from "./controlRoute.ts"

const optional = Schema.optionalKey

// `Object.keys` loses the type: the keys are channel names, and there is at least one.
const channel = Schema.Literals(Object.keys(channels) as unknown as readonly [ChannelName, ...Array<ChannelName>])

const selector = {
  connectionId: optional(Schema.Int),
  accountId: optional(Schema.String),
  channel: optional(channel)
}

const times = optional(Schema.Int)

export const feedFaults = [
  Schema.Struct({
    feed: Schema.Literal("upgrade"),
    times,
    status: optional(Schema.Int),
    retryAfterSeconds: optional(Schema.Int),
    body: optional(Schema.Unknown),
    closeCode: optional(Schema.Int),
    reset: optional(Schema.Boolean)
  }),
  Schema.Struct({
    feed: Schema.Literal("command"),
    times,
    cmd: optional(Schema.String),
    channel: optional(channel),
    error: optional(Schema.Int),
    isExecuted: optional(Schema.Boolean),
    isSilent: optional(Schema.Boolean),
    delayMillis: optional(Schema.Int)
  }),
  Schema.Struct({
    feed: Schema.Literal("frame"),
    times,
    channel: optional(channel),
    type: optional(Schema.String),
    marketTicker: optional(Schema.String),
    change: optional(Schema.Literals(changes)),
    delayMillis: optional(Schema.Int)
  }),
  Schema.Struct({
    feed: Schema.Literal("subscription"),
    times,
    channel: optional(channel),
    firstSeq: Schema.Int
  })
] as const

export const feedControls: ReadonlyArray<Control> = [
  get("feed", ({ feed }) => feed.connections),
  post(
    "feed/drop",
    Schema.Struct({
      connectionId: selector.connectionId,
      accountId: selector.accountId,
      how: optional(Schema.Literals(["close", "reset", "silence"])),
      code: optional(Schema.Int),
      reason: optional(Schema.String)
    }),
    ({ feed }, options) => feed.drop(options)
  ),
  post("feed/stall", Schema.Struct(selector), ({ feed }, input) => feed.stall(input)),
  post("feed/resume", Schema.Struct(selector), ({ feed }, input) => feed.resume(input)),
  post("feed/errors", Schema.Struct({ ...selector, code: Schema.Int }), ({ feed }, { code, ...input }) =>
    feed.fail(code, input)
  ),
  post(
    "feed/messages",
    Schema.Struct({
      channel,
      type: Schema.String,
      msg: Schema.Record(Schema.String, Schema.Unknown),
      accountId: optional(Schema.String)
    }),
    ({ feed }, message) => feed.publish(message)
  ),
  post("feed/references", Schema.Struct({ name: Schema.String, value: Schema.String }), ({ feed }, { name, value }) =>
    feed.setReference(name, value)
  ),
  post("feed/maintenance", Schema.Struct({}), ({ feed }) => feed.maintenance)
]
