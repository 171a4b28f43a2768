/**
 * Reads the messages, commands and channels of the reference document of the WebSocket feed.
 *
 * **Details**
 *
 * A message with a `msg` becomes two types: the schema `tradePayload` becomes `TradeMessage` (the whole message) and
 * `Trade` (its `msg`). A command with `params` also becomes two types, such as `SubscribeCommand` and
 * `SubscribeCommandParams` (its `params`).
 *
 * @module
 */
import * as Result from "effect/Result"
import { closure, type Document, readSource, refOf, section, sorted } from "./document.ts"
import { alphabetical, type Fault, type Faults, isRecord, makeFaults } from "./faults.ts"
import { pascal, SchemaReader } from "./schemas.ts"
import type { Component, Field, Struct } from "./shape.ts"

export interface Message {
  /** The value of `type`. Several messages can share a type. */
  readonly type: string
  readonly component: string
  readonly seq: "always" | "sometimes" | "never"
  /** Distinguishes the message from other messages of its type. Undefined if no other message has this type. */
  readonly test: Test | undefined
}

/**
 * Distinguishes the `msg` of a message from the `msg` of other messages. `Value`: a member has this value. `Member`:
 * only this `msg` has the member. `List`: the `msg` is a list. `Other` accepts every `msg`.
 */
export type Test =
  | { readonly _tag: "Value"; readonly member: string; readonly value: string }
  | { readonly _tag: "Member"; readonly member: string }
  | { readonly _tag: "List" }
  | { readonly _tag: "Other" }

export interface Command {
  /** The value of `cmd`. Commands with different actions can share a `cmd`. */
  readonly cmd: string
  readonly component: string
  /** The possible values of `params.action`. Empty if the command has no action. */
  readonly actions: ReadonlyArray<string>
}

export interface Channel {
  readonly name: string
  readonly types: ReadonlyArray<string>
}

/** `inResponses` are the components of messages, and `inRequests` are the components of commands. */
export interface FeedDocument extends Document {
  /** Sorted by type. */
  readonly messages: ReadonlyArray<Message>
  readonly commands: ReadonlyArray<Command>
  readonly channels: ReadonlyArray<Channel>
  /** The parameters of the subscribe command, except `channels`. */
  readonly parameters: ReadonlyArray<string>
  readonly errorCodes: ReadonlyArray<number>
}

/** Converts the name of a schema, or of a location inside a schema, to the name of a type. */
const typeName = (name: string): string =>
  pascal(name)
    .replace(/CommandPayload/, "Command")
    .replace(/PayloadMsg/, "")
    .replace(/Payload$/, "Message")

const fieldOf = (shape: Component | undefined, name: string): Field | undefined =>
  shape?._tag === "Struct" ? shape.fields.find((field) => field.name === name) : undefined

const targetOf = (components: ReadonlyMap<string, Component>, field: Field | undefined): Component | undefined =>
  field?.shape._tag === "Reference" ? components.get(field.shape.name) : undefined

/** Returns the component of a message's `msg`, apart from null. */
const dataOf = (components: ReadonlyMap<string, Component>, component: string): Component | undefined => {
  const field = fieldOf(components.get(component), "msg")
  return field?.shape._tag === "Nullable" ? field.shape.of : (targetOf(components, field) ?? field?.shape)
}

/** Returns a test that `data` passes and `others` do not, or undefined if none is found. */
const testOf = (data: Component | undefined, others: ReadonlyArray<Component | undefined>): Test | undefined => {
  if (data?._tag === "List") return { _tag: "List" }
  if (data?._tag !== "Struct") return undefined
  for (const { name, shape } of data.fields) {
    if (shape._tag === "Literal") return { _tag: "Value", member: name, value: shape.value }
  }
  const own = data.fields.find(
    ({ name, required }) => required && others.every((other) => fieldOf(other, name) === undefined)
  )
  return own === undefined ? undefined : { _tag: "Member", member: own.name }
}

/**
 * Sorts the messages by type, and adds tests to messages that share a type. Only the last message of a type can have
 * the test `Other`.
 */
const tested = (
  faults: Faults,
  messages: ReadonlyArray<Omit<Message, "test">>,
  components: ReadonlyMap<string, Component>
): ReadonlyArray<Message> =>
  messages
    .map((message): Message => {
      const others = messages.filter(({ component, type }) => type === message.type && component !== message.component)
      const test = testOf(
        dataOf(components, message.component),
        others.map(({ component }) => dataOf(components, component))
      )
      return { ...message, test: others.length === 0 ? undefined : (test ?? { _tag: "Other" }) }
    })
    .toSorted(
      (a, b) => alphabetical(a.type, b.type) || Number(a.test?._tag === "Other") - Number(b.test?._tag === "Other")
    )
    .map((message, index, all) => {
      if (message.test?._tag === "Other" && all[index + 1]?.type === message.type) {
        faults.add(
          "/components/messages",
          `no test distinguishes ${message.component} from ${all[index + 1]!.component}`
        )
      }
      return message
    })

const seqOf = (struct: Struct): Message["seq"] => {
  const field = fieldOf(struct, "seq")
  return field === undefined ? "never" : field.required ? "always" : "sometimes"
}

/** Messages of the server have a literal `type`. Messages of the client (commands) have a literal `cmd`. */
const readMessages = (faults: Faults, json: unknown, components: ReadonlyMap<string, Component>) => {
  const messages = new Map<string, Omit<Message, "test">>()
  const commands = new Map<string, Command>()
  /** The type of each message of the server, by its key in the document. */
  const types = new Map<string, string>()
  for (const [key, value, at] of faults.entries(json, "/components/messages")) {
    const keys = faults.keys(value, at)
    keys.text("name")
    const contentType = keys.text("contentType")
    const component = typeName(refOf(keys.take("payload")) ?? "")
    keys.finish()
    // A message that is not JSON is a control frame.
    if (contentType !== "application/json") continue
    const struct = components.get(component)
    const type = fieldOf(struct, "type")?.shape
    const cmd = fieldOf(struct, "cmd")?.shape
    if (struct?._tag === "Struct" && type?._tag === "Literal") {
      types.set(key, type.value)
      messages.set(component, { type: type.value, component, seq: seqOf(struct) })
    } else if (struct?._tag === "Struct" && cmd?._tag === "Literal") {
      const action = fieldOf(targetOf(components, fieldOf(struct, "params")), "action")?.shape
      commands.set(component, {
        cmd: cmd.value,
        component,
        actions: action?._tag === "Enumeration" ? action.members : []
      })
    } else faults.add(`${at}/payload`, "expected a schema whose `type` or `cmd` is a constant")
  }
  return { messages: [...messages.values()], commands: [...commands.values()], types }
}

const readChannels = (
  faults: Faults,
  json: unknown,
  types: ReadonlyMap<string, string>,
  names: ReadonlyArray<string>
): ReadonlyArray<Channel> => {
  const channels = faults.entries(json, "/channels").flatMap(([name, value, at]) => {
    if (!names.includes(name)) return []
    const keys = faults.keys(value, at)
    if (keys.text("address") !== name) faults.add(`${at}/address`, "expected the name of the channel")
    const found = faults.entries(keys.take("messages"), `${at}/messages`).flatMap(([, message, pointer]) => {
      const type = types.get(refOf(message) ?? "")
      if (type === undefined) faults.add(pointer, "expected a message of the server")
      return type ?? []
    })
    keys.finish()
    return [{ name, types: [...new Set(found)].toSorted(alphabetical) }]
  })
  for (const name of names) {
    if (!channels.some((channel) => channel.name === name)) faults.add("/channels", `there is no channel ${name}`)
  }
  return channels
}

/** Reads the document of the feed. If it has faults, returns all of them. */
export const readFeed = (json: unknown): Result.Result<FeedDocument, ReadonlyArray<Fault>> => {
  const faults = makeFaults()
  const document = isRecord(json) ? json : {}
  const raw = section(document, "components")
  const source = readSource(faults, document)
  const components = new Map<string, Component>()
  const schemas = new SchemaReader(faults, section(raw, "schemas"), components, typeName)
  for (const [name, schema, at] of faults.entries(raw["schemas"], "/components/schemas")) {
    schemas.component(name, schema, at)
  }

  const { commands, messages, types } = readMessages(faults, raw["messages"], components)
  const all = tested(faults, messages, components)
  const params = components.get("SubscribeCommandParams")
  const channel = fieldOf(params, "channels")?.shape
  const names = channel?._tag === "List" && channel.item._tag === "Enumeration" ? channel.item.members : []
  if (names.length === 0) faults.add("/components/schemas/subscribeCommandPayload", "expected an enum of channels")
  const code = fieldOf(components.get("ErrorResponse"), "code")?.shape
  if (code?._tag !== "Choice") faults.add("/components/schemas/errorResponsePayload", "expected an enum of codes")
  const channels = readChannels(faults, document["channels"], types, names)

  if (faults.found.length > 0) return Result.fail(faults.found)
  return Result.succeed({
    ...source,
    components: sorted(components),
    shared: new Map(),
    operations: [],
    inRequests: closure(
      components,
      commands.map(({ component }) => component)
    ),
    inResponses: closure(
      components,
      messages.map(({ component }) => component)
    ),
    messages: all,
    commands: commands.toSorted((a, b) => alphabetical(a.cmd, b.cmd)),
    channels,
    parameters:
      params?._tag === "Struct" ? params.fields.map(({ name }) => name).filter((name) => name !== "channels") : [],
    errorCodes: code?._tag === "Choice" ? code.members : []
  })
}
