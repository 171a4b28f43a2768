/**
 * Checks the client's decoding of the messages of the feed, and its encoding of commands, against the document.
 *
 * **Details**
 *
 * The types, their schemas and the members that tell messages of one type apart follow only from the document, never from
 * the client's tables.
 */
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Result from "effect/Result"
import type * as FeedDocument from "../reference/FeedDocument.ts"
import type * as Conformance from "../judge/Conformance.ts"
import { equals, textOf, type Json } from "../judge/JsonSchema.ts"
import type { JsonSchema } from "../reference/JsonSchema.ts"
import { Disagreement, normalForm, NotNormal } from "./Answers.ts"

/** The messages of one sender that a member of theirs, `type` or `cmd`, names alike. */
export interface Kind {
  readonly name: string
  /** The schema of the message; of several, any of them. */
  readonly schema: JsonSchema
}

/**
 * The schemas of messages that share a name. Where one has a constant in its `msg` and another an enum, the constant is one
 * more member of that enum: a value that neither has is a new kind of message, and the rule for new members holds.
 */
const distinguished = (
  schemas: ReadonlyArray<JsonSchema>,
  feed: FeedDocument.FeedDocument
): ReadonlyArray<JsonSchema> => {
  const all = schemas.map((schema) => feed.deref(schema))
  const isEnum = (key: string): boolean =>
    all.some(({ properties }) => properties?.["msg"]?.properties?.[key]?.enum !== undefined)
  return all.map((schema) => {
    const msg = schema.properties?.["msg"]
    if (msg?.properties === undefined) return schema
    const properties = Object.fromEntries(
      Object.entries(msg.properties).map(([key, { const: value, ...rest }]) => [
        key,
        value === undefined ? rest : isEnum(key) ? { ...rest, enum: [value] } : { ...rest, const: value }
      ])
    )
    return { ...schema, properties: { ...schema.properties, msg: { ...msg, properties } } }
  })
}

const kinds = (feed: FeedDocument.FeedDocument, member: "cmd" | "type"): ReadonlyArray<Kind> => {
  const schemas = new Map<string, Set<string>>()
  for (const { contentType, payload } of feed.messages) {
    const name = feed.deref(payload).properties?.[member]?.const
    if (contentType !== "application/json" || typeof name !== "string" || payload.$ref === undefined) continue
    schemas.set(name, (schemas.get(name) ?? new Set()).add(payload.$ref))
  }
  return [...schemas].map(([name, refs]) => {
    const [first, ...more] = [...refs].map(($ref): JsonSchema => ({ $ref }))
    return { name, schema: more.length === 0 ? first! : { anyOf: distinguished([first!, ...more], feed) } }
  })
}

/** The messages of the server, by their `type`. */
export const messages = (feed: FeedDocument.FeedDocument): ReadonlyArray<Kind> => kinds(feed, "type")

/** The commands of the client, by their `cmd`. */
export const commands = (feed: FeedDocument.FeedDocument): ReadonlyArray<Kind> => kinds(feed, "cmd")

/** Decodes the text of a message. */
export type Decode = ReturnType<typeof FeedMessages.decoder>

const decoded = (decode: Decode, normalise: (wire: Json) => Json, input: Json): Conformance.Decoded<unknown> => {
  const result = decode(textOf(input))
  if (Result.isFailure(result)) {
    const { failure } = result
    return { ok: false, pointers: [failure._tag === "UnknownMessage" ? "/type" : failure.pointer] }
  }
  // A decoded message consists of the received JSON.
  const value = result.success as unknown as Json
  if (!equals(normalise(value), value)) throw new NotNormal("null where a list belongs")
  return { ok: true, value }
}

/**
 * Checks messages of a type: every valid one decodes (P1) and keeps its values (P3), every single violation is refused at
 * its pointer (P2). Messages are decoded by compiled and by interpreted code, and both must agree.
 */
export const hold = (
  { name, schema }: Kind,
  conformance: Conformance.Conformance,
  options?: Conformance.Options & { readonly decode?: Decode }
): Conformance.Report => {
  const normalise = normalForm(schema, conformance.judge.resolve)
  const decoders =
    options?.decode === undefined
      ? [true, false].map((compiledDecoding) => FeedMessages.decoder({ compiledDecoding }))
      : [options.decode]
  const codec: Conformance.Codec<unknown> = {
    normalise,
    encode: (value) => value,
    decode: (input) => {
      const [found, ...others] = decoders.map((decode) => decoded(decode, normalise, input as Json)) // the tools generate JSON
      for (const other of others) {
        if (!equals(found as unknown as Json, other as unknown as Json)) {
          throw new Disagreement("compiled and interpreted decoding gave different results")
        }
      }
      return found!
    }
  }
  return conformance.suite({ name, schema, direction: "response" }).run(codec, options)
}

/** Checks a command: every valid one is encoded unchanged, every single violation is refused at its pointer. */
export const holdCommand = (
  { name, schema }: Kind,
  conformance: Conformance.Conformance,
  options?: Conformance.Options
): Conformance.Report => {
  const codec: Conformance.Codec<string> = {
    encode: (text) => JSON.parse(text),
    decode: (input) => {
      const result = FeedMessages.encode(input as never) // any JSON: the client must refuse what is no command
      return Result.isSuccess(result)
        ? { ok: true, value: result.success }
        : { ok: false, pointers: [result.failure.pointer] }
    }
  }
  return conformance
    .suite({ name, schema, direction: "request" })
    .run(codec, { checks: ["completeness", "precision", "round-trip"], ...options })
}
