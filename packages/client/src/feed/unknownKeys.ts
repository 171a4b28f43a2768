/**
 * Finds unknown members in messages about order books.
 *
 * @module
 */
import * as SchemaAST from "effect/SchemaAST"
import { OrderbookDeltaMessage, OrderbookSnapshotMessage } from "../generated/feed.ts"
import { isRecord } from "../record.ts"

const keysOf = (ast: SchemaAST.AST, value: unknown, pointer: string): ReadonlyArray<string> => {
  if (!SchemaAST.isObjects(ast) || !isRecord(value)) return []
  return Object.keys(value).flatMap((key) => {
    const path = `${pointer}/${key.slice(0, 60).replaceAll("~", "~0").replaceAll("/", "~1")}`
    const known = ast.propertySignatures.find(({ name }) => name === key)
    return known === undefined ? [path] : keysOf(known.type, value[key], path)
  })
}

/**
 * Finds the members of a book message that are unknown to this version of the client, and returns their JSON pointers.
 * `message` is the parsed text of the message, not a decoded message.
 *
 * **When to use**
 *
 * Decoding drops unknown members, and an absent side counts as an empty side. If the exchange renames `yes_dollars_fp`,
 * every decoded book has an empty side. So a book with an empty side and an unknown member may be wrong: log the
 * pointers. If a snapshot has an absent side and unknown members, a subscription reports an `UnknownKeys` event, and
 * `OrderBooks.watch` lists the pointers.
 *
 * **Example** (A renamed side)
 *
 * ```ts
 * import * as OrderBook from "@kalshi-effect/client/OrderBook"
 *
 * OrderBook.unknownKeys({ type: "orderbook_snapshot", sid: 1, seq: 1, msg: { yes: [] } }) // => ["/msg/yes"]
 * ```
 */
export const unknownKeys = (message: unknown): ReadonlyArray<string> => {
  if (!isRecord(message)) return []
  const schema = message["type"] === "orderbook_delta" ? OrderbookDeltaMessage : OrderbookSnapshotMessage
  return keysOf(schema.ast, message, "")
}
