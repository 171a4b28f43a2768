/**
 * Decodes the messages of the WebSocket feed, and encodes its commands, without a connection.
 *
 * **When to use**
 *
 * Use this module to replay recorded messages, and to test how an application handles them.
 *
 * **Details**
 *
 * The types, the schemas and the tables of channels and error codes are in `@kalshi-effect/client/generated/feed`. They
 * are generated from the published AsyncAPI document. `fixtures/spec/overlay.json` records where the exchange deviates
 * from the document, with the source. `packages/client/codegen/feedFacts.ts` records what the document states only in
 * prose.
 *
 * @module
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { InvalidRequest } from "../Errors.ts"
import {
  type Command,
  commandSchemas,
  type Message,
  type MessageType,
  messageSchemas,
  messageVariants,
  updateSchemas
} from "../generated/feed.ts"
import { isRecord } from "../record.ts"
import { text } from "../sending/encode.ts"
import { type Check, checker } from "../wire/check.ts"
import { firstViolation } from "../wire/issue.ts"
import type { Variant } from "../wire/variants.ts"

/**
 * A message breaks the contract. `pointer` is the JSON pointer of the first violation; `""` is the whole message.
 * `type` is undefined if the type could not be read.
 */
export class InvalidMessage
  extends /*#__PURE__*/ Data.TaggedError("InvalidMessage")<{
    readonly type: MessageType | undefined
    readonly pointer: string
    readonly reason: string
  }>
{
  override get message(): string {
    const what = this.type === undefined ? "A message of the feed" : `A message of type ${this.type}`
    return `${what} breaks the contract${this.pointer === "" ? "" : ` at ${this.pointer}`}: ${this.reason}`
  }
}

/** A message has a type that this version of the client does not know. */
export class UnknownMessage extends /*#__PURE__*/ Data.TaggedError("UnknownMessage")<{ readonly type: string }> {
  override get message(): string {
    return `A message of the feed has the unknown type ${JSON.stringify(this.type.slice(0, 60))}: look for a newer version of this client`
  }
}

const invalid = (pointer: string, reason: string): Result.Result<never, InvalidMessage> =>
  Result.fail(new InvalidMessage({ type: undefined, pointer, reason }))

/**
 * Makes a function that decodes the text of a message.
 *
 * **Details**
 *
 * `compiledDecoding` means the same as in `Kalshi.layer`. Default: true. Unknown values of an enum decode. Unknown
 * members are omitted. Some lists can be null, and then decode to an empty list.
 *
 * **Gotchas**
 *
 * Several messages have the type `ok`, and two have the type `market_lifecycle_v2`. Their members distinguish them.
 *
 * **Example** (A valid and an invalid reply)
 *
 * ```ts
 * import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
 *
 * const decode = FeedMessages.decoder()
 * decode('{"type":"unsubscribed","sid":2,"seq":7}') // => a success
 * decode('{"type":"unsubscribed","sid":"2","seq":7}') // => a failure with InvalidMessage at /sid
 * ```
 */
export const decoder = (options?: {
  readonly compiledDecoding?: boolean | undefined
}): ((text: string) => Result.Result<Message, InvalidMessage | UnknownMessage>) => {
  const compiled = options?.compiledDecoding ?? true
  const checks = new Map<string, (msg: unknown) => Check>()
  for (const [type, schema] of Object.entries<Schema.Codec<unknown>>(messageSchemas)) {
    const check = checker(schema, compiled)
    checks.set(type, () => check)
  }
  for (const [type, variants] of Object.entries<ReadonlyArray<Variant<unknown>>>(messageVariants)) {
    const all = variants.map(({ is, schema }) => ({ is, check: checker(schema, compiled) }))
    checks.set(type, (msg) => all.find(({ is }) => is(msg))!.check) // the last variant accepts every msg
  }
  return (text) => {
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return invalid("", "it is not JSON")
    }
    if (!isRecord(json)) return invalid("", "expected an object")
    const { type } = json
    if (typeof type !== "string") return invalid("/type", "expected the name of a type")
    const checkOf = checks.get(type)
    if (checkOf === undefined) return Result.fail(new UnknownMessage({ type }))
    const decoded = checkOf(json["msg"])(json)
    // The casts are safe: the tables have the schemas of each type's messages.
    return Result.isSuccess(decoded)
      ? Result.succeed(decoded.success as Message)
      : Result.fail(new InvalidMessage({ type: type as MessageType, ...firstViolation(decoded.failure) }))
  }
}

const refuse = (pointer: string, reason: string): Result.Result<never, InvalidRequest> =>
  Result.fail(new InvalidRequest({ operation: "Feed", pointer, reason }))

const of = (schemas: Readonly<Record<string, Schema.Codec<unknown>>>, name: unknown) =>
  typeof name === "string" && Object.hasOwn(schemas, name) ? schemas[name] : undefined

/**
 * Encodes a command as the text to send. Refuses a command with an unknown member, or with a value that the AsyncAPI
 * document does not permit.
 */
export const encode = (command: Command): Result.Result<string, InvalidRequest> => {
  // A caller without types can pass anything.
  if (!isRecord(command)) return refuse("", "a command must be an object")
  if (command.cmd !== "update_subscription") {
    const schema = of(commandSchemas, command.cmd)
    return schema === undefined
      ? refuse("/cmd", "there is no such command: use a command of the AsyncAPI document")
      : text(command.cmd, schema, command)
  }
  const params: unknown = command.params
  if (!isRecord(params)) return refuse("/params", "the parameters of an update are required")
  const schema = of(updateSchemas, params["action"])
  return schema === undefined
    ? refuse("/params/action", `expected one of ${Object.keys(updateSchemas).join(", ")}`)
    : text(command.cmd, schema, command)
}
