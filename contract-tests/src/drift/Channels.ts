/**
 * Compares the channels and messages of two WebSocket documents. A witness is a value that shows a change (see
 * `Drift.ts`).
 *
 * @module
 */
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Result from "effect/Result"
import { pointerKeys, type Json, type JsonSchema } from "../judge/JsonSchema.ts"
import type * as FeedDocument from "../reference/FeedDocument.ts"
import type { Finding, Habit, Kind, Part, Verdict } from "./Finding.ts"
import { adviceFor } from "./internal/advice.ts"
import {
  collector,
  lazily,
  modelOf,
  pointersOf,
  undecidedText,
  type Collector,
  type Judged,
  type Root
} from "./internal/judging.ts"
import { declares, minimal, placeOf, toolsOf, type Tools } from "./internal/nodes.ts"
import * as PresentClient from "./internal/presentClient.ts"
import { closed, opened, openedDocument } from "./internal/schemas.ts"
import * as Walk from "./internal/walk.ts"

type Document = FeedDocument.FeedDocument
type Message = FeedDocument.Message

/** `client` is the document from which the client is generated. */
export interface Documents {
  readonly old: Document
  readonly new: Document
  readonly client: Document
  /** Whether the client's own code judges the witnesses. */
  readonly isPresent: boolean
  /** The pointers of required lists for which the exchange never sends null. */
  readonly neverNull: ReadonlySet<string>
}

/** The messages with one name that one sender sends. */
interface Group {
  readonly name: string
  readonly part: "command" | "message"
  readonly messages: ReadonlyArray<Message>
}

interface Side {
  readonly document: Document
  readonly tools: Tools
  readonly groups: ReadonlyMap<string, Group>
  /** Returns the schema with which the client reads the payload of a message. */
  readonly read: (payload: JsonSchema) => JsonSchema
  readonly schemaOf: (group: Group) => JsonSchema
}

interface Context {
  readonly old: Side
  readonly new: Side
  /**
   * For commands, the client's document. For messages, the same document, but it allows unknown fields and enum
   * members.
   */
  readonly client: { readonly command: Side; readonly message: Side }
  readonly documents: Documents
  readonly decode: ReturnType<typeof PresentClient.feed> | undefined
  readonly pointerOf: Root["pointerOf"]
  readonly collect: Collector
}

const isJson = ({ contentType }: Message): boolean => contentType === "application/json"

const constantOf = (document: Document, { payload }: Message, member: "cmd" | "type"): string | undefined => {
  const constant = document.deref(payload).properties?.[member]?.const
  return typeof constant === "string" ? constant : undefined
}

/** A message that no operation uses has no sender. It is a command if it has a `cmd`. */
const partOf = (document: Document, message: Message): Group["part"] =>
  (message.sender ?? (constantOf(document, message, "cmd") === undefined ? "server" : "client")) === "client"
    ? "command"
    : "message"

/** The `type` or `cmd`. A control frame has neither, so it keeps its name in the document. */
const wireName = (document: Document, message: Message): string =>
  constantOf(document, message, partOf(document, message) === "command" ? "cmd" : "type") ?? message.name

const groupsOf = (document: Document): ReadonlyMap<string, Group> => {
  const groups = new Map<string, Group>()
  for (const message of document.messages) {
    const [name, part] = [wireName(document, message), partOf(document, message)]
    const key = `${part} ${name}`
    groups.set(key, { name, part, messages: [...(groups.get(key)?.messages ?? []), message] })
  }
  return groups
}

const sideOf = (document: Document, tools: Tools, read = (payload: JsonSchema): JsonSchema => payload): Side => ({
  document,
  tools,
  groups: groupsOf(document),
  read,
  schemaOf: ({ messages, part }) => ({
    anyOf: messages.map(({ payload }) => (part === "command" ? closed(payload, tools.judge.resolve) : read(payload)))
  })
})

const about = (
  kind: Kind,
  subject: string,
  pointer: string,
  change: string,
  details: {
    readonly part?: Part
    readonly verdict?: Verdict
    readonly witness?: Json | undefined
    readonly savedBy?: Habit
  } = {}
): Finding => {
  const { part = "feed", savedBy, verdict = "unaffected", witness } = details
  return {
    kind,
    class: verdict === "unaffected" ? "additive" : "breaking",
    part,
    subject,
    others: [],
    location: "",
    pointer,
    change,
    witness: witness === undefined ? undefined : { pointer: "", value: witness },
    verdict,
    savedBy,
    advice: adviceFor(kind, verdict, part)
  }
}

const messagePointer = ({ pointer }: Message): string => pointer.replace(/\/payload$/, "")

const minimalOf = ({ tools }: Side, { payload }: Message): Json | undefined => minimal(placeOf(tools, payload), [])

const compareChannels = ({ collect, documents, new: now, old }: Context): void => {
  const names = new Set([...documents.old.channels, ...documents.new.channels].map(({ name }) => name))
  for (const name of names) {
    const [before, after] = [documents.old.channel(name), documents.new.channel(name)]
    const pointer = `/channels/${name}`
    const subscription = (channel: FeedDocument.Channel): Json => ({
      id: 1,
      cmd: "subscribe",
      params: { channels: [channel.name] }
    })
    if (before === undefined && after !== undefined) {
      collect.add(about("channel-added", name, pointer, "the channel was added", { witness: subscription(after) }))
    } else if (before !== undefined && after === undefined) {
      const verdict = before.subscribable ? "sends a request that is refused" : "loses information"
      collect.add(
        about("channel-removed", name, pointer, "the channel was removed", { verdict, witness: subscription(before) })
      )
    } else if (before !== undefined && after !== undefined) {
      compareMembership(collect, before, after, old, now)
    }
  }
}

/** Reports messages of both documents that a channel has gained or lost. */
const compareMembership = (
  collect: Collector,
  before: FeedDocument.Channel,
  after: FeedDocument.Channel,
  old: Side,
  now: Side
): void => {
  const keys = (side: Side, { messages }: FeedDocument.Channel) =>
    new Map(
      messages.map((message) => [`${partOf(side.document, message)} ${wireName(side.document, message)}`, message])
    )
  const [had, has] = [keys(old, before), keys(now, after)]
  const pointer = `/channels/${after.name}/messages`
  const isCommon = (key: string): boolean => old.groups.has(key) && now.groups.has(key)
  for (const [key, message] of has) {
    if (had.has(key) || !isCommon(key)) continue
    const name = wireName(now.document, message)
    collect.add(
      about("message-joined-channel", after.name, pointer, `the channel now has the message ${name}`, {
        witness: minimalOf(now, message)
      })
    )
  }
  for (const [key, message] of had) {
    if (has.has(key) || !isCommon(key)) continue
    const name = wireName(old.document, message)
    collect.add(
      about("message-left-channel", after.name, pointer, `the channel no longer has the message ${name}`, {
        verdict: "loses information",
        witness: minimalOf(old, message)
      })
    )
  }
}

const reportAddedOrRemoved = (
  { collect, new: now, old }: Context,
  before: Group | undefined,
  after: Group | undefined
): void => {
  const [first] = (after ?? before)?.messages ?? []
  const group = after ?? before
  if (first === undefined || group === undefined) return
  const { name, part } = group
  const isNew = before === undefined
  const witness = isJson(first) ? minimalOf(isNew ? now : old, first) : undefined
  const kind =
    part === "command" ? (isNew ? "command-added" : "command-removed") : isNew ? "message-added" : "message-removed"
  const verdict = isNew ? "unaffected" : part === "command" ? "sends a request that is refused" : "loses information"
  const habit = isNew && part === "message" ? { savedBy: "unknown messages" as const } : {}
  const change = `the ${part} was ${isNew ? "added" : "removed"}`
  collect.add(about(kind, name, messagePointer(first), change, { part, verdict, witness, ...habit }))
}

/** Pairs the messages of two groups by key, and the remaining messages by position. */
const pairs = (
  before: Group,
  after: Group
): ReadonlyArray<readonly [old: Message | undefined, now: Message | undefined]> => {
  const byKey = new Map(before.messages.map((message) => [message.key, message]))
  const same = after.messages
    .filter(({ key }) => byKey.has(key))
    .map((message) => [byKey.get(message.key), message] as const)
  const olds = before.messages.filter(({ key }) => !after.messages.some((other) => other.key === key))
  const news = after.messages.filter(({ key }) => !byKey.has(key))
  const rest = Array.from(
    { length: Math.max(olds.length, news.length) },
    (_, index) => [olds[index], news[index]] as const
  )
  return [...same, ...rest]
}

const rootOf = (context: Context, before: Group, after: Group): Root => {
  const { decode, new: now, old } = context
  const client = context.client[before.part]
  const own = client.groups.get(`${before.part} ${before.name}`) ?? before
  const judgeNew = lazily(() => now.tools.judge(now.schemaOf(after)))
  const { part } = before
  return {
    part,
    subject: after.name,
    old: lazily(() => old.tools.judge(old.schemaOf(before))),
    new: judgeNew,
    client:
      (part === "message" ? decode : undefined) ?? modelOf(lazily(() => client.tools.judge(client.schemaOf(own)))),
    sent:
      part === "message" || decode === undefined
        ? undefined
        : (input) => {
            const encoded = FeedMessages.encode(input as never) // The client rejects input that is not a command.
            if (Result.isFailure(encoded)) return "not sent"
            // `encode` returns JSON text.
            return judgeNew(JSON.parse(encoded.success) as Json).valid ? "valid" : "refused"
          },
    isDeclared: (location, side) => {
      const [{ messages }, { tools }] = side === "old" ? [before, old] : [after, now]
      return messages.some(({ payload }) => declares(placeOf(tools, payload), pointerKeys(location)))
    },
    pointerOf: (schema, side) => context.pointerOf(schema, side) ?? after.messages[0]?.pointer
  }
}

const compareGroup = (context: Context, before: Group, after: Group): void => {
  const { collect, new: now, old } = context
  const client = context.client[before.part]
  const root = rootOf(context, before, after)
  const own = client.groups.get(`${before.part} ${before.name}`)
  const walk = Walk.make({
    closed: before.part === "command",
    report: (difference) => collect.judge(root, difference),
    undecided: (location, detail) => collect.leave(undecidedText(after.name, before.part, location, detail))
  })
  for (const [was, is] of pairs(before, after)) {
    const message = is ?? was
    if (message === undefined || !isJson(message)) continue
    if (was !== undefined && is !== undefined) {
      const ownMessage = own?.messages.find(({ key }) => key === was.key) ?? own?.messages[0]
      walk({
        old: placeOf(old.tools, was.payload),
        new: placeOf(now.tools, is.payload),
        client: ownMessage && placeOf(client.tools, client.read(ownMessage.payload))
      })
      continue
    }
    collect.judge(root, {
      kind: is === undefined ? "variant-removed" : "variant-added",
      location: "",
      pointer: "",
      schemas: { old: was?.payload, new: is?.payload },
      isInside: true,
      detail: `the variant ${message.key} was ${is === undefined ? "removed" : "added"}`,
      grown: is && (() => minimalOf(now, is)),
      shrunk: was && (() => minimalOf(old, was))
    })
  }
}

export const compare = (documents: Documents): Judged => {
  const { client, isPresent, neverNull, new: now, old } = documents
  const [oldPointer, newPointer] = [pointersOf(old.document), pointersOf(now.document)]
  const context: Context = {
    documents,
    old: sideOf(old, toolsOf(old.document)),
    new: sideOf(now, toolsOf(now.document)),
    client: {
      command: sideOf(client, toolsOf(client.document)),
      message: sideOf(client, toolsOf(openedDocument(client.document, neverNull)), (payload) => opened(payload))
    },
    decode: isPresent ? PresentClient.feed() : undefined,
    pointerOf: (schema, side) => (side === "old" ? oldPointer : newPointer)(schema),
    collect: collector()
  }
  const { collect } = context
  compareChannels(context)
  for (const key of new Set([...context.old.groups.keys(), ...context.new.groups.keys()])) {
    const [before, after] = [context.old.groups.get(key), context.new.groups.get(key)]
    if (before === undefined || after === undefined) {
      reportAddedOrRemoved(context, before, after)
      continue
    }
    try {
      compareGroup(context, before, after)
    } catch (error) {
      collect.leave(`${key} was not compared completely: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return collect.result()
}
