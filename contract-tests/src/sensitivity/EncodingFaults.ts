/** Faults of writing requests: what P5 must see. */
import { faultsOf, type Fault } from "./Fault.ts"

const encode = faultsOf("packages/client/src/internal/encode.ts", "P5")
const wire = faultsOf("packages/client/src/internal/wire.ts", "P5")

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
