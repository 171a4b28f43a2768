/**
 * Finds the members of a book's message that this version of the client does not know.
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
 * Returns the JSON pointers of unknown members of a message, as parsed from its text.
 *
 * **When to use**
 *
 * Decoding leaves out unknown members. If the exchange renames `yes_dollars_fp`, then every decoded book has an empty
 * side, since an absent key is an empty side. Report the pointers: a book with an empty side and an unknown member may
 * be wrong. A subscription reports the unknown members of a snapshot with an absent side as an `UnknownKeys` event, and
 * `OrderBooks.watch` lists them.
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
