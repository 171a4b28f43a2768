/** Faults of decoding responses. */
import { change, faultsOf, type Fault } from "./Fault.ts"

const decode = faultsOf("packages/client/src/sending/decode.ts", "P4")
const body = faultsOf("packages/client/src/sending/errorBody.ts", "P4")
const issue = faultsOf("packages/client/src/wire/issue.ts", "P2")
const wire = faultsOf("packages/client/src/wire/forms.ts", "P1")
const compile = faultsOf("packages/client/src/wire/compile.ts", "P2")
const money = faultsOf("packages/client/src/money/FixedPoint.ts", "P1")
const schema = faultsOf("packages/client/src/generated/responses.ts", "P2")

const statuses: ReadonlyArray<Fault> = [
  decode(
    "takes a success with an error in its body for data",
    "OrderGroups.delete",
    "if (holdsError(body.json)) return broken",
    "if (false) return broken"
  ),
  decode(
    "takes any 2xx for its success",
    "OrderGroups.get",
    "arrived.status === success.status",
    "arrived.status >= 200 && arrived.status < 300"
  ),
  decode("takes a 404 for a 400", "OrderGroups.get", "return new Errors.NotFound(", "return new Errors.BadRequest("),
  decode(
    "knows no status but those of every operation",
    "OrderGroups.get",
    "declared.has(status) || alwaysPossible.has(status)",
    "alwaysPossible.has(status)"
  ),
  decode(
    "names errors that an operation does not declare",
    "OrderGroups.get",
    "declared.has(status) || alwaysPossible.has(status)",
    "status >= 400"
  ),
  decode("wants a 429 to be declared", "OrderGroups.get", "new Set([429, 500,", "new Set([500,"),
  decode(
    "takes a 502 for a 503",
    "OrderGroups.get",
    "return new Errors.BadGateway(repeatable)",
    "return new Errors.ServiceUnavailable(fields)"
  ),
  decode(
    "loses the status of the exchange that a 503 carries",
    "Exchange.status",
    "new Errors.ServiceUnavailable({ ...repeatable, payload: payload() })",
    "new Errors.ServiceUnavailable({ ...repeatable, payload: undefined })"
  ),
  decode(
    "loses the status of the exchange that a 500 carries",
    "Exchange.status",
    "new Errors.InternalServerError({ ...repeatable, payload: payload() })",
    "new Errors.InternalServerError({ ...repeatable, payload: undefined })"
  ),
  decode(
    "takes a wait in seconds for one in milliseconds",
    "OrderGroups.get",
    "return Number(text) * 1000",
    "return Number(text)",
    { seenBy: "P9" }
  ),
  decode("knows no wait until a date", "OrderGroups.get", "const date = dateMillis(text)", "const date = undefined", {
    seenBy: "P9"
  }),
  decode(
    "reads bytes that are no UTF-8 as question marks",
    "OrderGroups.get",
    "{ fatal: true, ignoreBOM: true }",
    "{ ignoreBOM: true }"
  ),
  decode("reads past a byte-order mark", "OrderGroups.get", "{ fatal: true, ignoreBOM: true }", "{ fatal: true }"),
  decode(
    "refuses members that it does not know",
    "OrderGroups.get",
    "decodeUnknownResult(schema)",
    'decodeUnknownResult(schema, { onExcessProperty: "error" })',
    { seenBy: "P1" }
  ),
  decode(
    "calls a compressed body invalid UTF-8",
    "OrderGroups.get",
    '  if (encoding === undefined) return { body: { text, json: undefined }, fault: "the body is not valid UTF-8" }',
    '  if (true) return { body: { text, json: undefined }, fault: "the body is not valid UTF-8" }',
    { seenBy: "P4" }
  ),
  decode(
    "keeps the body of an answer that may hold a secret",
    undefined,
    'descriptor.secret ? "" : hide(body.text',
    "hide(body.text",
    { seenBy: "packages/client/test/ApiKeys.test.ts" }
  ),
  body(
    "says nothing of a flat error",
    "OrderGroups.get",
    "  return fromRecord(json, conceal, fallback)\n",
    "  return { message: fallback() }\n"
  ),
  body(
    "says nothing of an error that is a bare string",
    "OrderGroups.get",
    'if (typeof nested === "string")',
    "if (false)"
  ),
  body("loses an error's code", "OrderGroups.get", "...(code === undefined ? {} : { code }),", ""),
  body("loses an error's details", "OrderGroups.get", "...(details === undefined ? {} : { details }),", ""),
  body("loses which service an error is of", "OrderGroups.get", "...(service === undefined ? {} : { service })", ""),
  body("says nothing where an error has a code alone", "OrderGroups.get", "?? code ?? fallback()", "?? fallback()"),
  body("prints the whole of an unexpected body", "OrderGroups.get", "conceal(raw, excerptLimit)", "conceal(raw)")
]

const places: ReadonlyArray<Fault> = [
  decode(
    "says nothing of the place that broke",
    "OrderGroups.get",
    "return broken(pointer, reason)",
    'return broken("", reason)',
    {
      seenBy: "P2"
    }
  ),
  issue(
    "loses the place in a list",
    "OrderGroups.get",
    "`${path}/${escape(key)}`",
    '`${path}/${typeof key === "number" ? "" : escape(key)}`'
  ),
  issue(
    "names where a union begins, not where it broke",
    "Orders.batchCreate",
    "if (deeper.length > 0) return",
    "if (deeper.length > 9) return"
  )
]

const forms: ReadonlyArray<Fault> = [
  wire(
    "refuses an enum's new member in an answer",
    "Orders.list",
    "Schema.String as Schema.Codec<Open<Known>>",
    "Schema.Literals(_known) as never"
  ),
  wire(
    "takes an enum's new member for one that it knows",
    "Orders.list",
    "Schema.String as Schema.Codec<Open<Known>>",
    `Schema.String.pipe(Schema.decodeTo(Schema.String, {
      decode: SchemaGetter.transform((text) => (_known.includes(text) ? text : _known[0])),
      encode: SchemaGetter.transform((text) => text)
    })) as never`,
    { seenBy: "P6" }
  ),
  wire("wants the T of a time in upper case", "Exchange.userDataTimestamp", "[Tt]", "T"),
  wire("wants the Z of a time in upper case", "Exchange.userDataTimestamp", "[Zz]", "Z"),
  wire("takes no more than six digits of a second", "Exchange.userDataTimestamp", "(?:\\.\\d+)?", "(?:\\.\\d{1,6})?"),
  wire("takes a day that does not exist", "Exchange.userDataTimestamp", "return day <= 28 ||", "return true ||", {
    seenBy: "P2"
  }),
  wire(
    "takes every fourth year for a leap year",
    "Exchange.userDataTimestamp",
    "year % 4 === 0 && year % 100 !== 0",
    "year % 4 === 0",
    {
      seenBy: "P1′",
      runs: 20_000
    }
  ),
  wire("wants a UUID in lower case", "Subaccounts.transfer", "[0-9a-f]{12}$/i", "[0-9a-f]{12}$/", { seenBy: "P5" }),
  wire("gives null for a list that is null", "ApiKeys.list", "list ?? []", "list"),
  money(
    "takes no more than four decimals of a dollar",
    "Portfolio.fills",
    "(?:\\.\\d{1,6})?$/\nconst dollarsInput",
    "(?:\\.\\d{1,4})?$/\nconst dollarsInput"
  ),
  money("takes no negative dollars", "Portfolio.fills", "const dollarsPattern = /^-?", "const dollarsPattern = /^"),
  money(
    "takes dollars with leading zeros",
    "Portfolio.fills",
    "const dollarsPattern = /^-?(?:0|[1-9]\\d*)",
    "const dollarsPattern = /^-?\\d+",
    {
      seenBy: "P2"
    }
  ),
  money(
    "takes a count of one decimal",
    "OrderGroups.get",
    "const countPattern = /^-?(?:0|[1-9]\\d*)\\.\\d{2}$/",
    "const countPattern = /^-?(?:0|[1-9]\\d*)\\.\\d{1,2}$/",
    {
      seenBy: "P2"
    }
  ),
  {
    ...money("reads dollars through a double", "Portfolio.fills", "", ""),
    seenBy: "P3",
    changes: [
      change(
        'import * as Schema from "effect/Schema"\n',
        'import * as Schema from "effect/Schema"\nimport * as SchemaGetter from "effect/SchemaGetter"\n'
      ),
      change(
        'Schema.isPattern(dollarsPattern, { expected: "dollars with at most six decimals" })\n)',
        `Schema.isPattern(dollarsPattern, { expected: "dollars with at most six decimals" })
).pipe(Schema.decodeTo(Schema.String, {
  decode: SchemaGetter.transform((text) => String(Number(text))),
  encode: SchemaGetter.transform((text) => text)
}))`
      )
    ]
  },
  schema(
    "does not ask for what must be there",
    "OrderGroups.get",
    "  is_auto_cancel_enabled: Schema.Boolean,\n  orders:",
    "  is_auto_cancel_enabled: Schema.optionalKey(Schema.Boolean),\n  orders:"
  ),
  schema(
    "takes null for what is never null",
    "OrderGroups.get",
    "  is_auto_cancel_enabled: Schema.Boolean,\n  orders:",
    "  is_auto_cancel_enabled: Schema.NullOr(Schema.Boolean),\n  orders:"
  ),
  schema(
    "asks for a cursor on the last page",
    "Portfolio.fills",
    "  cursor: /*#__PURE__*/ Schema.optionalKey(/*#__PURE__*/ Schema.NullOr(Schema.String)),\n  fills: /*#__PURE__*/ Schema.Array(Fill)",
    "  cursor: /*#__PURE__*/ Schema.NullOr(Schema.String),\n  fills: /*#__PURE__*/ Schema.Array(Fill)",
    { seenBy: "P1" }
  ),
  schema(
    "asks for what may be absent",
    "OrderGroups.get",
    "contracts_limit_fp: /*#__PURE__*/ Schema.optionalKey(Count),\n  exchange_index: /*#__PURE__*/ Schema.optionalKey(ExchangeIndex),\n  is_auto",
    "contracts_limit_fp: Count,\n  exchange_index: /*#__PURE__*/ Schema.optionalKey(ExchangeIndex),\n  is_auto",
    { seenBy: "P1" }
  ),
  schema(
    "loses a member that it knows",
    "OrderGroups.get",
    "contracts_limit_fp: /*#__PURE__*/ Schema.optionalKey(Count),\n  exchange_index: /*#__PURE__*/ Schema.optionalKey(ExchangeIndex),\n  is_auto",
    "exchange_index: /*#__PURE__*/ Schema.optionalKey(ExchangeIndex),\n  is_auto",
    { seenBy: "P3" }
  ),
  schema(
    "takes any text for a time",
    "Portfolio.fills",
    "created_time: /*#__PURE__*/ Schema.optionalKey(DateTimeString),\n  exchange_index: /*#__PURE__*/ Schema.optionalKey(ExchangeIndex),\n  fee_cost",
    "created_time: /*#__PURE__*/ Schema.optionalKey(Schema.String),\n  exchange_index: /*#__PURE__*/ Schema.optionalKey(ExchangeIndex),\n  fee_cost"
  )
]

const compiled: ReadonlyArray<Fault> = [
  compile(
    "compiled, gives null for a list that is null",
    "Markets.list",
    'unlessNull(list, input, lines, "[]")',
    'unlessNull(list, input, lines, "null")',
    { seenBy: "P1" }
  ),
  compile(
    "compiled, drops optional members",
    "Orders.list",
    'lines.push(`const ${output}={${required.join(",")}}`, ...optional)',
    'lines.push(`const ${output}={${required.join(",")}}`)',
    { seenBy: "P1" }
  ),
  compile("compiled, checks types alone", "Portfolio.fills", "check(ast.checks ?? [], ast, output, lines)", ""),
  compile(
    "compiled, takes a list for an object",
    "Events.get",
    "===null||Array.isArray(${input}))return I`",
    "===null)return I`"
  ),
  compile(
    "compiled, takes a tuple of any length",
    "Markets.orderbook",
    "||${input}.length!==${elements.length})return I",
    ")return I"
  ),
  decode(
    "takes what compiled code refuses",
    "OrderGroups.get",
    "value === invalid ? interpret(json) : Result.succeed(value)",
    "value === invalid ? Result.succeed(json) : Result.succeed(value)",
    { seenBy: "P2" }
  )
]

/** Every one of them. */
export const decodingFaults: ReadonlyArray<Fault> = [...statuses, ...places, ...forms, ...compiled]
