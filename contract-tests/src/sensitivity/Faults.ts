/**
 * The injected faults, except those that P11 must detect (`FeedFaults.ts`). They prove that the properties can fail.
 * The tests of single modules have other faults: see `pnpm mutate`.
 *
 * @module
 */
import type { Fault } from "./Fault.ts"

const detectedBy =
  (property: string, target: string, runs?: number) =>
  (name: string, folder: string, pattern: RegExp, replacement: string): Fault => ({
    name,
    in: folder,
    pattern,
    replacement,
    property,
    target,
    runs
  })

const client = "packages/client/src"
const sending = "packages/client/src/sending"
const wire = "packages/client/src/wire"
const responses = "packages/client/src/generated/responses.ts"
const feed = "packages/client/src/generated/feed.ts"

const onGroup = (property: string) => detectedBy(property, "OrderGroups.get")
const retrying = detectedBy("P9", "OrderGroups.create", 1500)
const reading = detectedBy("P9", "OrderGroups.get")
const ordering = detectedBy("P9", "Orders.create", 1000)
const batching = detectedBy("P9", "Orders.batchCreate", 1000)
const paging = detectedBy("P10", "Orders.list")
const encodingBatch = detectedBy("P5", "RfqBatches.create")

const documents: ReadonlyArray<Fault> = [
  detectedBy("P0", "rest.json")(
    "sorts the keys of a document by length",
    "contract-tests/src/reference",
    /a < b \? -1 : a > b \? 1 : 0/,
    "a.length - b.length"
  ),
  detectedBy("P0", "nullable-by-intent.rest.json")(
    "misses one field that is intentionally nullable",
    "contract-tests/src/reference",
    /\.\.\.properties\("MveSelectedLeg", "yes_settlement_value_dollars"\),/,
    ""
  )
]

const decoding: ReadonlyArray<Fault> = [
  onGroup("P1")(
    "rejects unknown fields",
    wire,
    /decodeUnknownResult\(schema\)/,
    'decodeUnknownResult(schema, { onExcessProperty: "error" })'
  ),
  detectedBy("P1", "Orders.list")(
    "rejects a new enum member in a response",
    wire,
    /Schema\.String as Schema\.Codec<Open<Known>>/,
    "Schema.Literals(_known) as never"
  ),
  detectedBy("P1", "Portfolio.fills")(
    "rejects negative dollars",
    "packages/client/src/money",
    /dollarsPattern = \/\^-\?/,
    "dollarsPattern = /^"
  ),
  detectedBy("P1′", "Exchange.userDataTimestamp", 20_000)(
    "accepts February 29 in every fourth year",
    wire,
    /year % 4 === 0 && year % 100 !== 0/,
    "year % 4 === 0"
  ),
  onGroup("P1′")(
    "accepts a response without a required field",
    responses,
    /(?<=is_auto_cancel_enabled: )Schema\.Boolean(?=,\n {2}orders:)/,
    "Schema.optionalKey(Schema.Boolean)"
  ),
  onGroup("P2")(
    "reports the list instead of the item",
    wire,
    /`\$\{path\}\/\$\{escapePointer\(key\)\}`/,
    '`${path}/${typeof key === "number" ? "" : escapePointer(key)}`'
  ),
  detectedBy("P2", "Exchange.userDataTimestamp")(
    "accepts a day that does not exist",
    wire,
    /return day <= 28 \|\|/,
    "return true ||"
  ),
  detectedBy("P2", "Portfolio.fills")(
    "checks only types if decoding is compiled",
    wire,
    /this\.#check\(ast\.checks \?\? \[\], ast, output, lines\)/,
    ""
  ),
  onGroup("P3")(
    "drops an optional field",
    responses,
    /contracts_limit_fp: [^\n]+\n(?= {2}exchange_index: [^\n]+\n {2}is_auto)/,
    ""
  ),
  detectedBy("P3", "Portfolio.fills")(
    "converts dollars through a double",
    sending,
    /JSON\.parse\(text\)/,
    'JSON.parse(text, (_, value) => typeof value === "string" && /^-?\\d+\\.\\d{3,}$/.test(value) ? String(Number(value)) : value)'
  ),
  onGroup("P4")(
    "accepts every 2xx status as success",
    sending,
    /return status === successStatus/,
    "return status >= 200 && status < 300"
  ),
  onGroup("P4")(
    "fails with errors that the operation does not declare",
    sending,
    /isDeclared \|\| commonStatuses\.has\(status\)/,
    "status >= 400"
  ),
  onGroup("P4")("replaces invalid UTF-8 in a response", sending, /fatal: true, ignoreBOM: true/, "ignoreBOM: true"),
  onGroup("P4")("drops the code of an error", sending, /\.\.\.\(code === undefined \? \{\} : \{ code \}\),/, ""),
  detectedBy("P6", "Orders.list")(
    "decodes a new enum member as a known member",
    wire,
    /Schema\.String as Schema\.Codec<Open<Known>>/,
    `Schema.String.pipe(Schema.decodeTo(Schema.String, {
      decode: SchemaGetter.transform((text) => (_known.includes(text) ? text : _known[0])),
      encode: SchemaGetter.transform((text) => text)
    })) as never`
  ),
  onGroup("P6")(
    "accepts null where the document does not allow it",
    responses,
    /(?<=is_auto_cancel_enabled: )Schema\.Boolean(?=,\n {2}orders:)/,
    "Schema.NullOr(Schema.Boolean)"
  )
]

const encoding: ReadonlyArray<Fault> = [
  onGroup("P5")("does not encode a path segment", sending, /return encodeURIComponent\(text\)/, "return text"),
  detectedBy("P5", "Orders.list")(
    "does not check a query parameter",
    sending,
    /check\(value, pointer\)\n(?= +const items)/,
    "\n"
  ),
  encodingBatch(
    "checks only the first rule between fields",
    sending,
    /for \(const rule of rules\) \{/,
    "for (const rule of rules.slice(0, 1)) {"
  ),
  encodingBatch(
    "does not compare the legs of combos",
    "packages/client/src/rest",
    /\[event_ticker, leg, side\]/,
    "[event_ticker, leg]"
  )
]

const bytes: ReadonlyArray<Fault> = [
  onGroup("P7")(
    "reports a broken response as a request that was not sent",
    sending,
    /requestSent: neverSent \? "no" : "maybe"/,
    'requestSent: "no"'
  ),
  onGroup("P7")(
    "reads a body of 16 times the limit",
    sending,
    /return size > maxBodyBytes \?/,
    "return size > 16 * maxBodyBytes ?"
  )
]

const signing: ReadonlyArray<Fault> = [
  detectedBy("P8", "OrderGroups.get", 100)(
    "signs with a salt of 20 bytes",
    "packages/signing/src/internal/apiKey.ts",
    /saltLength: 32/,
    "saltLength: 20"
  ),
  detectedBy("P8", "OrderGroups.get", 100)(
    "signs the method in lower case",
    "packages/signing/src",
    /\$\{method\.toUpperCase\(\)\}/,
    "${method.toLowerCase()}"
  ),
  detectedBy("P8", "OrderGroups.get", 2000)(
    "keeps credentials that a response quotes",
    sending,
    /values\.length > 0 && at < until/,
    "false"
  )
]

const retries: ReadonlyArray<Fault> = [
  retrying(
    "retries a request that must not be retried",
    sending,
    /descriptor\.retry === "idempotent" \|\| this\.hasClientId/,
    "true"
  ),
  ordering(
    "retries an order without an id",
    sending,
    /descriptor\.retry === "keyed" && wire\.keyed/,
    'descriptor.retry === "keyed"'
  ),
  batching(
    "retries a batch if only one of its orders has an id",
    sending,
    /items\.every\(hasId\)/,
    "items.some(hasId)"
  ),
  ordering(
    "sends each attempt with a different id",
    sending,
    /body: wire\.body\n/,
    'body: wire.body?.replace(/("client_order_id":")/, (start) => `${start}${call.attempts}-`)\n'
  ),
  ordering(
    "retries an order after the exchange may have forgotten its id",
    sending,
    /this\.hasClientId && this\.firstLostSentMillis !== undefined/,
    "false"
  ),
  reading("does not retry after a 503", client, /status === 408 \|\| status >= 500/, "status === 408 || status > 503"),
  retrying(
    "retries every 401 as an expired timestamp",
    sending,
    /call\.wasSignedAgain = blamesTimestamp\(error\.body\) \|\|/,
    "call.wasSignedAgain = true ||"
  ),
  reading(
    "signs a time one millisecond after the time in the header",
    "packages/signing/src",
    /signSafely\(signer, join\(timestamp, request/,
    "signSafely(signer, join(String(timestampMillis + 1), request"
  ),
  retrying(
    "reports a connection reset as a request that was not sent",
    sending,
    /reason\._tag === "EncodeError" \|\|/,
    'reason._tag === "EncodeError" || code === "ECONNRESET" ||'
  ),
  detectedBy("P9", "OrderGroups.delete")(
    "does not report that an earlier response was lost",
    sending,
    /lostResponse: call\.firstLostSentMillis !== undefined/,
    "lostResponse: false"
  ),
  reading("ignores Retry-After", sending, /Math\.max\(delay, requestedWait\(error\)\)/, "delay"),
  reading(
    "retries after the call's total time",
    sending,
    /wait < call\.remainingMillis\(\)/,
    "wait < Number.POSITIVE_INFINITY"
  ),
  reading("does not end an attempt at its time limit", sending, /remainingMillis <= attemptMillis/, "true"),
  reading(
    "waits between attempts although the call was interrupted",
    sending,
    /Effect\.sleep\(wait\),/,
    "Effect.uninterruptible(Effect.sleep(wait)),"
  ),
  retrying(
    "spends tokens twice as fast as they refill",
    "packages/client/src/limits",
    /\* refillRate\) \/ 1000\)/,
    "* refillRate) / 500)"
  ),
  batching(
    "spends only the tokens of one order on a batch",
    "packages/client/src/limits",
    /Array\.isArray\(orders\) \? Math\.max\(1, orders\.length\) : 1/,
    "1"
  )
]

const pages: ReadonlyArray<Fault> = [
  paging(
    "ends at an empty page",
    client,
    /\? Effect\.succeed\(found\) : next/,
    "? Effect.succeed(found) : Cause.done()"
  ),
  paging("follows a cycle of cursors", client, /read\.has\(cursor\)/, "[...read][1] === cursor"),
  paging("requests one page more than the budget", client, /pages >= maxPages/, "pages > maxPages"),
  paging(
    "sends only the cursor in the requests after the first page",
    client,
    /Object\.assign\(copyOf\(request\), \{ cursor \}\)/,
    "pages === 0 ? Object.assign(copyOf(request), { cursor }) : { cursor }"
  ),
  paging(
    "counts a page as read before the page arrives",
    client,
    /return Effect\.flatMap\(operation\(/,
    "read.add(cursor)\nreturn Effect.flatMap(operation("
  )
]

const suite: ReadonlyArray<Fault> = [
  onGroup("P12")(
    "responds without the orders of a group",
    "packages/sandbox/src/rest",
    / {2}orders: group\.orderIds,/,
    ""
  ),
  detectedBy("P14", "Markets.orderbooks")(
    "creates no list with one item too many",
    "contract-tests/src/generate",
    /maxItems !== Number\.POSITIVE_INFINITY &&/,
    "false &&"
  ),
  detectedBy("P15", "P9")(
    "reports a seed that differs from the seed of the run",
    "contract-tests/src/properties/Property.ts",
    /seed: details\.seed, path/,
    "seed: 1, path"
  )
]

const messages: ReadonlyArray<Fault> = [
  detectedBy("P16", "orderbook_snapshot")(
    "accepts a book that lacks its market",
    feed,
    /(?<=market_ticker: )MarketTicker(?=,\n {2}no_dollars_fp)/,
    "Schema.optionalKey(MarketTicker)"
  ),
  detectedBy("P16", "market_lifecycle_v2")(
    "does not distinguish changes of a market by their event type",
    wire,
    /msg\[member\] === value/,
    "false"
  ),
  detectedBy("P16", "subscribe")(
    "subscribes to an unknown channel",
    feed,
    /closed(?=\(\[\n {6}"orderbook_delta")/,
    "open"
  )
]

export const faults: ReadonlyArray<Fault> = [
  ...documents,
  ...decoding,
  ...encoding,
  ...bytes,
  ...signing,
  ...retries,
  ...pages,
  ...messages,
  ...suite
]
