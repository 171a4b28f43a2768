/**
 * Checks the client's decoding of the messages of the feed, and its encoding of commands, against the document. The
 * types, their schemas, and the members that distinguish messages of the same type come from the document, never from
 * the client's tables.
 *
 * @module
 */
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as Result from "effect/Result"
import type * as FeedDocument from "../reference/FeedDocument.ts"
import type * as Conformance from "../judge/Conformance.ts"
import { equals, stringify, type Json } from "../judge/JsonSchema.ts"
import type { JsonSchema } from "../reference/JsonSchema.ts"
import { Disagreement, normalForm, NotNormal } from "./Answers.ts"

/**
 * The messages that one sender sends under one name: the `type` of a server's message, or the `cmd` of a client's
 * command.
 */
export interface Kind {
  readonly name: string
  readonly sender: FeedDocument.Sender
  /** If the document has several schemas for the name, this is their `anyOf`. */
  readonly schema: JsonSchema
}

/**
 * If a field of `msg` is a constant in one schema of a name and an enum in another, the constant becomes an enum with
 * one value. The client must then accept unknown values of the field, as for an enum.
 */
const separateVariants = (
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

const kindsOfSender = (feed: FeedDocument.FeedDocument, sender: FeedDocument.Sender): ReadonlyArray<Kind> => {
  const member = sender === "server" ? "type" : "cmd"
  const schemas = new Map<string, Set<string>>()
  for (const { contentType, payload } of feed.messages) {
    const name = feed.deref(payload).properties?.[member]?.const
    if (contentType !== "application/json" || typeof name !== "string" || payload.$ref === undefined) continue
    schemas.set(name, (schemas.get(name) ?? new Set()).add(payload.$ref))
  }
  return [...schemas].map(([name, refs]) => {
    const [first, ...more] = [...refs].map(($ref): JsonSchema => ({ $ref }))
    return { name, sender, schema: more.length === 0 ? first! : { anyOf: separateVariants([first!, ...more], feed) } }
  })
}

export const kindsOf = (feed: FeedDocument.FeedDocument): ReadonlyArray<Kind> => [
  ...kindsOfSender(feed, "server"),
  ...kindsOfSender(feed, "client")
]

/**
 * Leaves out `tolerance` for commands: the document allows unknown members in commands, but the client rejects such
 * commands.
 */
export const checks = ({ sender }: Kind): ReadonlyArray<Conformance.Check> =>
  sender === "server"
    ? ["completeness", "precision", "round-trip", "tolerance"]
    : ["completeness", "precision", "round-trip"]

export type Decode = ReturnType<typeof FeedMessages.decoder>

const decodeInput = (decode: Decode, normalise: (wire: Json) => Json, input: Json): Conformance.Decoded<unknown> => {
  const result = decode(stringify(input))
  if (Result.isFailure(result)) {
    const { failure } = result
    return { ok: false, pointers: [failure._tag === "UnknownMessage" ? "/type" : failure.pointer] }
  }
  // A decoded message consists of the received JSON.
  const value = result.success as unknown as Json
  if (!equals(normalise(value), value)) throw new NotNormal("the client returns null instead of an empty list")
  return { ok: true, value }
}

/**
 * A codec for messages. Without `decode`, it compares compiled with interpreted decoding, and throws if they differ.
 */
const messageCodec = (normalise: (wire: Json) => Json, decode: Decode | undefined): Conformance.Codec<unknown> => {
  const decoders =
    decode === undefined
      ? [true, false].map((compiledDecoding) => FeedMessages.decoder({ compiledDecoding }))
      : [decode]
  return {
    normalise,
    encode: (value) => value,
    decode: (input) => {
      // Every generated input is JSON.
      const [first, ...others] = decoders.map((decode) => decodeInput(decode, normalise, input as Json))
      for (const other of others) {
        // Decoded messages consist of the received JSON.
        if (!equals(first as unknown as Json, other as unknown as Json)) {
          throw new Disagreement("compiled and interpreted decoding gave different results")
        }
      }
      return first!
    }
  }
}

/** Here, the decoded form of a command is the text that the client would send. */
const commandCodec: Conformance.Codec<unknown> = {
  encode: (text) => JSON.parse(String(text)),
  decode: (input) => {
    const result = FeedMessages.encode(input as never) // The client must reject JSON that is not a command.
    return Result.isSuccess(result)
      ? { ok: true, value: result.success }
      : { ok: false, pointers: [result.failure.pointer] }
  }
}

/**
 * Every valid message decodes and every valid command is encoded (P1), without loss (P3). The client rejects a message
 * or command that has exactly one violation, of a kind that the policy rejects, and reports the pointer of the
 * violation (P2).
 */
export const checkKind = (
  kind: Kind,
  conformance: Conformance.Conformance,
  options?: Conformance.Options & { readonly decode?: Decode }
): Conformance.Report => {
  const { name, schema, sender } = kind
  const codec =
    sender === "server" ? messageCodec(normalForm(schema, conformance.judge.resolve), options?.decode) : commandCodec
  return conformance
    .suite({ name, schema, direction: sender === "server" ? "response" : "request" })
    .run(codec, { checks: checks(kind), ...options })
}
