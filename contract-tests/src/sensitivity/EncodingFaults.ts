/** Faults of encoding requests. P5 must detect them. */
import { faultsOf, type Fault } from "./Fault.ts"

const encode = faultsOf("packages/client/src/sending/encode.ts", "P5")
const batches = faultsOf("packages/client/src/rest/RfqBatches.ts", "P5")
const wire = faultsOf("packages/client/src/wire/forms.ts", "P5")

const invalid = "packages/client/test/InvalidRequest.test.ts"

/** Every one of them. */
export const encodingFaults: ReadonlyArray<Fault> = [
  encode("writes a path segment as it is", "OrderGroups.get", "target += encodeURIComponent(text)", "target += text"),
  encode("writes a query value as it is", "Orders.list", "=${encodeURIComponent(text)}`", "=${text}`"),
  encode("sends an empty path segment", "OrderGroups.get", 'if (text === "") return', "if (false) return"),
  encode("sends .. as a path segment", "OrderGroups.get", 'text === "." || text === ".."', 'text === "."'),
  encode("sends a slash in a path segment", "OrderGroups.get", "/[/\\\\]/.test(text) || ", ""),
  encode("sends an encoded slash in a path segment", "OrderGroups.get", " || /%2f|%5c/i.test(text)", ""),
  encode("sends a line end in a path segment", "OrderGroups.get", "[\\u0000-\\u001f\\u007f]", "[\\u0000\\u007f]"),
  encode(
    "sends half a character in a query",
    "Orders.list",
    'text.isWellFormed() ? undefined : "a query',
    'true ? undefined : "a query'
  ),
  encode("sends half a character in a body", "Orders.create", 'body.includes("\\\\ud")', "false"),
  encode("sends nothing for an empty list", "LiveData.batchGet", "if (items.length === 0)\n", "if (false)\n"),
  encode(
    "joins a list that is one key for each item",
    "Markets.orderbooks",
    'parameter.style === "comma") {',
    'parameter.style !== "single") {'
  ),
  encode(
    "sends the first item of a list alone",
    "Markets.orderbooks",
    "for (const item of items) append",
    "for (const item of items.slice(0, 1)) append"
  ),
  encode(
    "takes fields that the document does not know",
    "Orders.create",
    'onExcessProperty: "error"',
    'onExcessProperty: "ignore"'
  ),
  encode("drops a field that there is not", "OrderGroups.get", "if (extra !== undefined) return", "if (false) return"),
  encode(
    "does not ask for a query that must be there",
    "Markets.orderbooks",
    'if (parameter.required) return refuse(pointer, "this field is required")',
    ""
  ),
  encode(
    "asks for a path field by another name",
    "OrderGroups.get",
    'if (value === undefined) return refuse(pointer, "this field is required")\n      const checked = path',
    'if (value === undefined) return refuse("", "this field is required")\n      const checked = path'
  ),
  encode(
    "does not hold a query against its schema",
    "Orders.list",
    "const checked = check(value)\n",
    "const checked = Result.succeed(value)\n"
  ),
  encode("sends a POST without a body", "OrderGroups.reset", '? "{}" : undefined', "? undefined : undefined"),
  encode(
    "sends what an instance of a class seems to hold",
    undefined,
    "if (!isPlainRecord(record)) throw",
    "if (false) throw",
    { seenBy: invalid }
  ),
  encode(
    "sends the items of an array that is an instance of a class",
    undefined,
    "if (!isPlainList(list)) throw",
    "if (false) throw",
    { seenBy: invalid }
  ),
  encode(
    "checks a copy and sends the input",
    undefined,
    "const body = JSON.stringify(rest)",
    "const body = JSON.stringify(input)",
    { seenBy: invalid }
  ),
  encode(
    "sends an array as a method toJSON has it",
    undefined,
    'if ("toJSON" in list || "toJSON" in copied) {',
    "if (false) {",
    { seenBy: invalid }
  ),
  encode(
    "does not check the rules between fields",
    "RfqBatches.accept",
    "for (const rule of rules) {",
    "for (const rule of rules.slice(1)) {"
  ),
  encode(
    "does not check the rules of an operation without a body",
    undefined,
    "      const broken = brokenRule(plain)\n      if (broken",
    "      const broken = brokenRule(plain)\n      if (false && broken",
    { seenBy: invalid }
  ),
  encode(
    "checks the first rule between fields alone",
    "RfqBatches.create",
    "for (const rule of rules) {",
    "for (const rule of rules.slice(0, 1)) {"
  ),
  encode(
    "refuses a broken rule without its place",
    "RfqBatches.create",
    "      if (fault !== undefined) return fault\n",
    '      if (fault !== undefined) return { ...fault, pointer: "" }\n'
  ),
  batches("takes an empty id for a batch's", "RfqBatches.create", 'client_batch_id === ""', "client_batch_id === null"),
  batches("rests what a batch leaves", "RfqBatches.create", "rest_remainder === true", "rest_remainder === null"),
  batches(
    "refuses a batch that rests nothing",
    "RfqBatches.create",
    "rest_remainder === true",
    "rest_remainder !== undefined"
  ),
  batches(
    "takes a child that names no combo",
    "RfqBatches.create",
    "if (market_ticker === undefined && selected_markets === undefined) {",
    "if (false) {"
  ),
  batches(
    "takes a child that names its combo twice",
    "RfqBatches.create",
    "if (market_ticker !== undefined && selected_markets !== undefined) {",
    "if (false) {"
  ),
  batches("takes an empty ticker of a combo", "RfqBatches.create", 'if (market_ticker === "") {', "if (false) {"),
  batches(
    "takes a combo without legs",
    "RfqBatches.create",
    "selected_markets?.length === 0",
    "selected_markets?.length === -1"
  ),
  batches(
    "takes legs without their collection",
    "RfqBatches.create",
    'mve_collection_ticker === "" && children',
    "false && children"
  ),
  batches(
    "asks for a collection without legs",
    "RfqBatches.create",
    'mve_collection_ticker === "" && children.some(({ selected_markets }) => selected_markets !== undefined)',
    'mve_collection_ticker === ""'
  ),
  batches("takes the same combo twice", "RfqBatches.create", "if (seen.has(combo)) return", "if (false) return"),
  batches("takes the same legs in another order", "RfqBatches.create", ".sort()", ".slice()"),
  batches(
    "takes legs of one market for the same",
    "RfqBatches.create",
    "[event_ticker, leg, side]",
    "[event_ticker, leg]"
  ),
  batches("takes two sizes", "RfqBatches.create", "sizesOf(size).length > 1", "sizesOf(size).length > 2"),
  batches("takes two sizes of a batch", "RfqBatches.create", 'twice(input, "") ?? firstOf', "firstOf"),
  batches(
    "takes two sizes of a child",
    "RfqBatches.create",
    'twice(input, "") ?? firstOf(input, twice)',
    'twice(input, "")'
  ),
  batches("counts a size that is null", "RfqBatches.create", " && size[field] !== null", ""),
  batches("takes a child without a size", "RfqBatches.create", "if (size === undefined) {", "if (false) {"),
  batches("takes children that are sized in two ways", "RfqBatches.create", "return size === first", "return true"),
  batches("sizes a child by the batch although it has its own", "RfqBatches.create", "own ?? shared", "shared ?? own"),
  batches(
    "leaves the fees out of a number of contracts",
    "RfqBatches.create",
    "target_cost_excludes_fees === true",
    "target_cost_excludes_fees === null"
  ),
  batches("accepts a child twice", "RfqBatches.accept", "if (seen.has(rfq_id)) {", "if (false) {"),
  batches("quotes a child twice", "RfqBatches.quote", 'childrenOnce("quotes", quotes)', "undefined"),
  wire(
    "sends an enum's member that the exchange does not know",
    "Orders.create",
    "  Schema.Literals(known)",
    "  Schema.String as never"
  ),
  wire("sends one more than the greatest number", "Orders.list", "value <= maximum,", "value <= maximum + 1,"),
  wire(
    "sends an integer that is not safe",
    "Orders.create",
    "Number.isSafeInteger(value) && value >= minimum, {",
    "Number.isInteger(value) && value >= minimum, {"
  ),
  wire("sends milliseconds for Unix seconds", "Orders.list", "value <= lastSecond, {", "true, {"),
  wire("sends milliseconds for the seconds of an order", "Orders.batchCreate", "value <= lastSecond, {", "true, {"),
  wire("sends seconds for Unix milliseconds", undefined, "value < firstSecond || value", "true || value", {
    seenBy: invalid
  }),
  wire(
    "counts a text in UTF-16 units",
    "Markets.orderbooks",
    "const length = [...text].length",
    "const length = text.length"
  ),
  wire("sends one item too many", "Markets.orderbooks", "items.length <= maximum", "items.length <= maximum + 1")
]
