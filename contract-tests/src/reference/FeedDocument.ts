/**
 * Parses the WebSocket reference document. This module shares no code with the client.
 *
 * @module
 */
import type { Document } from "./Document.ts"
import { fixture, readJson } from "./internal/fixtures.ts"
import { child } from "./internal/json.ts"
import { asSchema, follow, invalid, list, object, oneOf, readDocument, string } from "./internal/read.ts"
import type { Json, JsonObject, JsonSchema } from "./JsonSchema.ts"

/** The sender of a message. AsyncAPI takes the server's view: the client sends the messages of `receive` operations. */
export type Sender = "client" | "server"

export interface Message {
  /** The key in the document. Example: `orderbookDelta`. */
  readonly key: string
  /** The name in the document. Example: `orderbook_delta`. Two messages can have the same name. */
  readonly name: string
  /** Undefined for a message that belongs to no operation of the document. */
  readonly sender: Sender | undefined
  readonly contentType: string
  /** The schema as in the document. It is often only a `$ref`: use `deref`. */
  readonly payload: JsonSchema
  /** The JSON Pointer of the payload schema in the document. */
  readonly pointer: string
}

/** A channel. If it is not subscribable, every connection has it without a subscription. */
export interface Channel {
  readonly name: string
  readonly address: string
  readonly messages: ReadonlyArray<Message>
  readonly subscribable: boolean
}

export interface FeedDocument extends Document {
  /** In the order of the document. */
  readonly channels: ReadonlyArray<Channel>
  readonly channel: (name: string) => Channel | undefined
  /** In the order of the document. */
  readonly messages: ReadonlyArray<Message>
  readonly message: (key: string) => Message | undefined
}

const senders: { readonly [action in "receive" | "send"]: Sender } = { receive: "client", send: "server" }

const messagePrefix = "/components/messages/"

const readSenders = (document: JsonObject): ReadonlyMap<string, Sender> => {
  const found = new Map<string, Sender>()
  for (const [name, value] of Object.entries(object(document["operations"], "/operations"))) {
    const here = child("/operations", name)
    const operation = object(value, here)
    const sender = senders[oneOf(operation["action"], ["receive", "send"], `${here}/action`)]
    for (const reference of list(operation["messages"], `${here}/messages`)) {
      const key = messageKey(document, reference, `${here}/messages`)
      if ((found.get(key) ?? sender) !== sender) {
        invalid(here, "one sender for each message")
      }
      found.set(key, sender)
    }
  }
  return found
}

const messageKey = (document: JsonObject, value: Json, pointer: string): string => {
  const [, here] = follow(document, value, pointer)
  return here.startsWith(messagePrefix) ? here.slice(messagePrefix.length) : invalid(pointer, "a component message")
}

const readSubscribable = (feed: Document): ReadonlySet<string> => {
  const params = feed.schema("subscribeCommandPayload")?.properties?.["params"]
  const channels = params?.properties?.["channels"]?.items
  const names = typeof channels === "object" ? channels.enum : undefined
  return new Set(
    (names ?? invalid("/components/schemas/subscribeCommandPayload", "an enum of channels")).map((name) =>
      string(name, "/components/schemas/subscribeCommandPayload")
    )
  )
}

/**
 * Parses a document.
 *
 * @throws `InvalidDocument` for a value that is not a valid WebSocket reference document.
 */
export const make = (json: unknown): FeedDocument => {
  const feed = readDocument(json, "asyncapi", "3.")
  const root = feed.document
  const sender = readSenders(root)
  const components = object(object(root["components"], "/components")["messages"], "/components/messages")
  const messages = Object.entries(components).map(([key, value]): Message => {
    const here = child("/components/messages", key)
    const message = object(value, here)
    return {
      contentType: string(message["contentType"], `${here}/contentType`),
      key,
      name: string(message["name"], `${here}/name`),
      payload: asSchema(message["payload"], `${here}/payload`),
      pointer: `${here}/payload`,
      sender: sender.get(key)
    }
  })
  const byKey = new Map(messages.map((message) => [message.key, message]))
  const subscribable = readSubscribable(feed)
  const channels = Object.entries(object(root["channels"], "/channels")).map(([name, value]): Channel => {
    const here = child("/channels", name)
    const channel = object(value, here)
    return {
      address: string(channel["address"], `${here}/address`),
      messages: Object.values(object(channel["messages"], `${here}/messages`)).map(
        (reference) =>
          byKey.get(messageKey(root, reference, `${here}/messages`)) ?? invalid(here, "messages of the document")
      ),
      name,
      subscribable: subscribable.has(name)
    }
  })
  const byName = new Map(channels.map((channel) => [channel.name, channel]))
  return {
    ...feed,
    channel: (name) => byName.get(name),
    channels,
    message: (key) => byKey.get(key),
    messages
  }
}

export const url = (): URL => fixture("spec/feed.json")

export const load = (): FeedDocument => make(readJson("spec/feed.json"))

/** Loads an older document, which has no overlay. Example of a name: `2.0.0-2026-08-22`. */
export const loadHistory = (name: string): FeedDocument => make(readJson(`spec/history/feed-${name}.json`))
