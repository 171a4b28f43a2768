/**
 * Writes the document of the WebSocket feed as TypeScript: the components of messages and commands, and tables of
 * messages, commands, channels and error codes.
 *
 * @module
 */
import { checkDocs } from "./docs.ts"
import { checkFacts } from "./checkFacts.ts"
import { writeComponents } from "./components.ts"
import type { Fault } from "./faults.ts"
import type { FeedDocument, Message } from "./feedDocument.ts"
import type { FeedFacts } from "./feedFacts.ts"
import { type Imports, makeImports } from "./imports.ts"
import { comment, type Direction, key, literal, pure, Writer } from "./writer.ts"

/** A component that messages and commands share is written only once, so its code must be the same for both. */
const checkShared = (document: FeedDocument, facts: FeedFacts): ReadonlyArray<Fault> =>
  [...document.inRequests]
    .filter((name) => document.inResponses.has(name))
    .flatMap((name) => {
      const [request, response] = (["requests", "responses"] satisfies ReadonlyArray<Direction>).map((direction) =>
        new Writer({ direction, facts, imports: makeImports() }, { owner: name, component: (other) => other }).codec(
          document.components.get(name)!
        )
      )
      const reason =
        "messages and commands share this component, but its code for messages differs from its code for commands"
      return request === response ? [] : [{ pointer: `/components/schemas/${name}`, reason }]
    })

const checkNames = (
  pointer: string,
  wanted: ReadonlyArray<string>,
  known: ReadonlyArray<string>
): ReadonlyArray<Fault> => [
  ...wanted
    .filter((name) => !known.includes(name))
    .map((name) => ({ pointer: `${pointer}/${name}`, reason: "feedFacts.ts has no entry for it" })),
  ...known
    .filter((name) => !wanted.includes(name))
    .map((name) => ({
      pointer: `${pointer}/${name}`,
      reason: "feedFacts.ts has an entry for it, but the document does not have it"
    }))
]

export const checkFeed = (document: FeedDocument, facts: FeedFacts): ReadonlyArray<Fault> => {
  const channels = Object.values(facts.channels)
  const all = (names: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => [...new Set(names.flat())]
  return [
    ...checkFacts(document, facts),
    ...checkDocs(document, facts),
    ...checkShared(document, facts),
    ...checkNames(
      "/channels",
      document.channels.map(({ name }) => name),
      Object.keys(facts.channels)
    ),
    ...checkNames("/parameters", document.parameters, all(channels.map(({ parameters }) => parameters))),
    ...checkNames(
      "/actions",
      all(document.commands.map(({ actions }) => actions)),
      all(channels.map(({ actions }) => actions))
    ),
    ...checkNames("/errors", document.errorCodes.map(String), Object.keys(facts.errors))
  ]
}

/** Groups values by their key. The groups have the order of their first values. */
const grouped = <A>(
  values: ReadonlyArray<A>,
  keyOf: (value: A) => string
): ReadonlyArray<readonly [string, ReadonlyArray<A>]> => {
  const groups = new Map<string, Array<A>>()
  for (const value of values) {
    const group = groups.get(keyOf(value)) ?? []
    groups.set(keyOf(value), group)
    group.push(value)
  }
  return [...groups]
}

/** Each member is a key and the code of its value. */
const table = (name: string, doc: string, members: ReadonlyArray<readonly [string, string]>): string =>
  `${comment([doc])}export const ${name} = {\n${members.map(([name, value]) => `${key(name)}: ${value}`).join(",\n")}\n} as const\n\n`

/** Each member is a key and the code of its type. */
const map = (name: string, doc: string, members: ReadonlyArray<readonly [string, string]>): string =>
  `${comment([doc])}export interface ${name} {\n${members.map(([name, type]) => `readonly ${key(name)}: ${type}\n`).join("")}}\n\n`

const list = (texts: ReadonlyArray<string>): string => `[${texts.map(literal).join(", ")}]`

/** Returns the `seq` that all the messages have in common, or `sometimes` if it differs. */
const seqOf = (messages: ReadonlyArray<Message>): Message["seq"] =>
  messages.every(({ seq }) => seq === messages[0]!.seq) ? messages[0]!.seq : "sometimes"

const variants = "../wire/variants.ts"

const testOf = (test: NonNullable<Message["test"]>, imports: Imports): string => {
  switch (test._tag) {
    case "Value":
      return pure(`${imports.value(variants, "hasValue")}(${literal(test.member)}, ${literal(test.value)})`)
    case "Member":
      return pure(`${imports.value(variants, "hasMember")}(${literal(test.member)})`)
    case "List":
      return imports.value(variants, "isList")
    case "Other":
      return imports.value(variants, "isOther")
  }
}

const writeMessages = ({ messages }: FeedDocument, imports: Imports): string => {
  const types = grouped(messages, ({ type }) => type)
  const [single, several] = [types.filter(([, some]) => some.length === 1), types.filter(([, some]) => some.length > 1)]
  const variant = ({ component, test }: Message): string => `{ is: ${testOf(test!, imports)}, schema: ${component} }`
  const typed = (name: string, type: string, members: ReadonlyArray<string>): string =>
    `export const ${name}: { readonly [Type in ${type}]: ${members.join("\n")}\n\n`
  return [
    map(
      "Messages",
      "The messages of the server, by their `type`.",
      types.map(([type, some]) => [type, some.map(({ component }) => component).join(" | ")])
    ),
    "export type MessageType = keyof Messages\n",
    "export type Message = Messages[MessageType]\n\n",
    `${comment(["The types that several messages share."])}export type SharedType = ${several.map(([type]) => literal(type)).join(" | ") || "never"}\n\n`,
    comment(["The schemas of the messages that do not share their `type`, by `type`."]),
    typed("messageSchemas", "Exclude<MessageType, SharedType>", [
      `${imports.schema("Codec")}<Messages[Type]> } = {`,
      ...single.map(([type, [only]]) => `${key(type)}: ${only!.component},`),
      "}"
    ]),
    comment([
      "The schemas of the messages that share a `type`. The first schema whose `is` accepts the `msg` applies."
    ]),
    typed("messageVariants", "SharedType", [
      `ReadonlyArray<${imports.type(variants, "Variant")}<Messages[Type]>> } = {`,
      ...several.map(([type, some]) => `${key(type)}: [${some.map(variant).join(", ")}],`),
      "}"
    ]),
    table(
      "messageSeq",
      "Whether the messages of a `type` carry a `seq`, which numbers the messages of their subscription.",
      types.map(([type, some]) => [type, literal(seqOf(some))])
    )
  ].join("")
}

const writeCommands = ({ commands }: FeedDocument, imports: Imports): string => {
  const codec = imports.schema("Codec")
  const [plain, updates] = [
    commands.filter(({ actions }) => actions.length === 0),
    commands.filter(({ actions }) => actions.length > 0)
  ]
  const byAction = updates.flatMap(({ actions, component }) => actions.map((action) => [action, component] as const))
  return [
    map(
      "Commands",
      "The commands of the client, by their `cmd`.",
      grouped(commands, ({ cmd }) => cmd).map(([cmd, some]) => [
        cmd,
        some.map(({ component }) => component).join(" | ")
      ])
    ),
    map("Updates", "The commands `update_subscription`, by their `action`.", byAction),
    "export type Command = Commands[keyof Commands]\n",
    "export type Action = keyof Updates\n\n",
    `${comment(["The schemas of the commands without an action, by `cmd`."])}export const commandSchemas: { readonly [Cmd in Exclude<keyof Commands, "update_subscription">]: ${codec}<Commands[Cmd]> } = {\n${plain.map(({ cmd, component }) => `${key(cmd)}: ${component}`).join(",\n")}\n}\n\n`,
    `${comment(["The schemas of the commands `update_subscription`, by `action`."])}export const updateSchemas: { readonly [Name in Action]: ${codec}<Updates[Name]> } = {\n${byAction.map(([action, component]) => `${key(action)}: ${component}`).join(",\n")}\n}\n\n`
  ].join("")
}

const writeChannels = ({ channels, messages }: FeedDocument, facts: FeedFacts): string => {
  const fields = [
    "`messages`: the types of its messages.",
    "`seq`: whether its data messages carry a `seq`.",
    "`markets`: whether a subscription names markets. If `optional`, a subscription without markets covers all markets.",
    "`parameters`: the parameters of the subscribe command that have an effect.",
    "`actions`: the actions of `update_subscription` that it accepts."
  ]
  const row = ({ name, types }: FeedDocument["channels"][number]): readonly [string, string] => {
    const { actions, markets, parameters } = facts.channels[name]!
    const seq = seqOf(messages.filter(({ type }) => types.includes(type))) === "always"
    return [
      name,
      `{ messages: ${list(types)}, seq: ${seq}, markets: ${literal(markets)}, parameters: ${list(parameters)}, actions: ${list(actions)} }`
    ]
  }
  return [
    table("channels", `The channels. ${fields.join(" ")}`, channels.map(row)),
    "export type ChannelName = keyof typeof channels\n\n",
    `${comment(["The messages of a channel."])}export type ChannelMessage<Name extends ChannelName> = Messages[(typeof channels)[Name]["messages"][number]]\n\n`
  ].join("")
}

const writeErrors = ({ errorCodes }: FeedDocument, { errors }: FeedFacts): string =>
  `${table(
    "errorCodes",
    "The codes of `error` messages. A terminal error ends its subscription: subscribe again.",
    errorCodes.map((code) => {
      const { isTerminal = false, name } = errors[code]!
      return [String(code), `{ name: ${literal(name)}, isTerminal: ${isTerminal} }`]
    })
  )}export type ErrorCode = keyof typeof errorCodes\n`

/** Writes the code of the document, without the imports, which `imports` collects. */
export const writeFeed = (document: FeedDocument, facts: FeedFacts, imports: Imports): string => {
  const commands = new Set([...document.inRequests].filter((name) => !document.inResponses.has(name)))
  const channelsOf = (type: string): string =>
    document.channels
      .filter(({ types }) => types.includes(type))
      .map(({ name }) => `\`${name}\``)
      .join(" and ")
  const about = new Map(
    document.messages.flatMap(({ component, type }) => {
      const channels = channelsOf(type)
      const where = channels === "" ? "Message of no channel" : `Message of ${channels}`
      return [
        [component, `${where}: \`type\` is \`${type}\`.`] as const,
        [component.replace(/Message$/, ""), `The \`msg\` of \`${type}\`.`] as const
      ]
    })
  )
  return [
    writeComponents(document, { direction: "responses", facts, imports, about }),
    "\n",
    writeComponents(document, { direction: "requests", facts, imports }, commands),
    "\n",
    writeMessages(document, imports),
    writeCommands(document, imports),
    writeChannels(document, facts),
    writeErrors(document, facts)
  ].join("")
}
