/**
 * The messages, commands and channels of the reference document of the WebSocket feed.
 *
 * **Details**
 *
 * A schema `tradePayload` becomes two types: `TradeMessage`, the whole message, and `Trade`, its `msg`. A command is one
 * type, `SubscribeCommand`, whose `params` are `SubscribeCommandParams`.
 *
 * @module
 */
import * as Result from "effect/Result"
import { closure, type Document, readSource, refOf, section, sorted } from "./document.ts"
import { alphabetical, type Fault, type Faults, isRecord, makeFaults } from "./faults.ts"
import { pascal, SchemaReader } from "./schemas.ts"
import type { Component, Field, Struct } from "./shape.ts"

/** A message of the server. */
export interface Message {
  /** The value of `type`. Several messages can share it. */
  readonly type: string
  /** Its interface. */
  readonly component: string
  /** Whether it carries a `seq`. */
  readonly seq: "always" | "sometimes" | "never"
}

/** A command of the client. */
export interface Command {
  /** The value of `cmd`. Several commands can share it, with different actions. */
  readonly cmd: string
  readonly component: string
  /** The members of `params.action`. Empty if it has none. */
  readonly actions: ReadonlyArray<string>
}

/** A channel that a client subscribes to. */
export interface Channel {
  readonly name: string
  /** The types of its messages. */
  readonly types: ReadonlyArray<string>
}

/** A document of the feed without faults. `inResponses` are the components of messages, `inRequests` those of commands. */
export interface FeedDocument extends Document {
  /** In the order of their types. Of those that share one, the one with the most requirements comes first. */
  readonly messages: ReadonlyArray<Message>
  readonly commands: ReadonlyArray<Command>
  readonly channels: ReadonlyArray<Channel>
  /** The parameters of the subscribe command, besides its channels. */
  readonly parameters: ReadonlyArray<string>
  readonly errorCodes: ReadonlyArray<number>
}

/** The name of a type, by the name of a schema or of a place in one. */
const typeName = (name: string): string =>
  pascal(name)
    .replace(/CommandPayload/, "Command")
    .replace(/PayloadMsg/, "")
    .replace(/Payload$/, "Message")

const fieldOf = (shape: Component | undefined, name: string): Field | undefined =>
  shape?._tag === "Struct" ? shape.fields.find((field) => field.name === name) : undefined

/** A component, by the reference in a field of another one. */
const targetOf = (components: ReadonlyMap<string, Component>, field: Field | undefined): Component | undefined =>
  field?.shape._tag === "Reference" ? components.get(field.shape.name) : undefined

/** The number of required members of an object and of its `msg`, where a literal counts twice. */
const requirements = (components: ReadonlyMap<string, Component>, shape: Component | undefined): number =>
  shape?._tag !== "Struct"
    ? 0
    : shape.fields
        .filter(({ required }) => required)
        .reduce((sum, { shape }) => sum + (shape._tag === "Literal" ? 2 : 1), 0) +
      requirements(components, targetOf(components, fieldOf(shape, "msg")))

/**
 * An open enum would accept the literal by which another message of the same type is told apart, and its data would be
 * lost. So the enum of the one excludes the literal of the other.
 */
const separate = (components: Map<string, Component>, messages: ReadonlyArray<Message>): void => {
  const data = ({ component }: Message): string | undefined => {
    const shape = fieldOf(components.get(component), "msg")?.shape
    return shape?._tag === "Reference" ? shape.name : undefined
  }
  for (const message of messages) {
    const name = data(message)
    const struct = name === undefined ? undefined : components.get(name)
    if (name === undefined || struct?._tag !== "Struct") continue
    const others = messages.filter(({ component, type }) => type === message.type && component !== message.component)
    const fields = struct.fields.map((field): Field => {
      if (field.shape._tag !== "Enumeration") return field
      const except = others.flatMap((other) => {
        const shape = fieldOf(components.get(data(other) ?? ""), field.name)?.shape
        return shape?._tag === "Literal" ? [shape.value] : []
      })
      return except.length === 0 ? field : { ...field, shape: { ...field.shape, except } }
    })
    components.set(name, { ...struct, fields })
  }
}

const seqOf = (struct: Struct): Message["seq"] => {
  const field = fieldOf(struct, "seq")
  return field === undefined ? "never" : field.required ? "always" : "sometimes"
}

/** Reads the messages of the document: those of the server have a literal `type`, those of the client a literal `cmd`. */
const readMessages = (faults: Faults, json: unknown, components: ReadonlyMap<string, Component>) => {
  const messages = new Map<string, Message>()
  const commands = new Map<string, Command>()
  /** The type of each message of the server, by its key in the document. */
  const types = new Map<string, string>()
  for (const [key, value, at] of faults.entries(json, "/components/messages")) {
    const keys = faults.keys(value, at)
    keys.text("name")
    const contentType = keys.text("contentType")
    const component = typeName(refOf(keys.take("payload")) ?? "")
    keys.finish()
    // The others are control frames.
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
    } else faults.add(`${at}/payload`, "expected a schema with one `type`, or with one `cmd`")
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

/** Reads a document of the feed, or returns everything in it that cannot be read. */
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
  separate(components, messages)
  const params = components.get("SubscribeCommandParams")
  const channel = fieldOf(params, "channels")?.shape
  const names = channel?._tag === "List" && channel.item._tag === "Enumeration" ? channel.item.members : []
  if (names.length === 0) faults.add("/components/schemas/subscribeCommandPayload", "expected an enum of channels")
  const code = fieldOf(components.get("ErrorResponse"), "code")?.shape
  if (code?._tag !== "Choice") faults.add("/components/schemas/errorResponsePayload", "expected an enum of codes")
  const channels = readChannels(faults, document["channels"], types, names)

  if (faults.found.length > 0) return Result.fail(faults.found)
  const weight = ({ component }: Message): number => requirements(components, components.get(component))
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
    messages: messages.toSorted((a, b) => alphabetical(a.type, b.type) || weight(b) - weight(a)),
    commands: commands.toSorted((a, b) => alphabetical(a.cmd, b.cmd)),
    channels,
    parameters:
      params?._tag === "Struct" ? params.fields.map(({ name }) => name).filter((name) => name !== "channels") : [],
    errorCodes: code?._tag === "Choice" ? code.members : []
  })
}
