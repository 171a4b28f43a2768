/**
 * From an answer's status and bytes to exactly one outcome.
 *
 * @module
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SchemaParser from "effect/SchemaParser"
import * as Errors from "../Errors.ts"
import type { Descriptor } from "../Operation.ts"
import * as conceal from "./conceal.ts"
import { compile, invalid } from "../wire/compile.ts"
import { type ParsedBody, read } from "./errorBody.ts"
import { firstBreak } from "../wire/issue.ts"
import { dateMillis } from "./skew.ts"

/** What arrived: status, headers (names in lower case) and the whole body. */
export interface Arrived {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** The headers of the request, called where there is an error: it keeps nothing that the answer echoes of them. */
  readonly sent?: (() => conceal.HeaderValues) | undefined
}

/** What only the sender knows of a call, for the errors to carry. */
export interface Circumstances {
  readonly attempts: number
  /** An earlier attempt may have been carried out, and its answer never came. */
  readonly lostAnswer: boolean
  readonly nowMillis: number
  /** Asked only where the answer is a 401. */
  readonly explanation: () => Errors.Explanation | undefined
}

/** Decodes the responses of one operation. */
export type Decode = (arrived: Arrived, circumstances: Circumstances) => Result.Result<unknown, CallFailure>

/** The errors that only some operations name. */
export type NamedError =
  | Errors.BadRequest
  | Errors.Unauthorized
  | Errors.Forbidden
  | Errors.NotFound
  | Errors.Conflict
  | Errors.InternalServerError<unknown>
  | Errors.ServiceUnavailable<unknown>
  | Errors.GatewayTimeout<unknown>

/** Every error that a request can end with. */
export type CallFailure = Errors.Failure | NamedError

const rawBodyLimit = 2048

/** Strict: a byte sequence that is no UTF-8 throws, and a byte-order mark stays for the JSON parser to refuse. */
const utf8 = /*#__PURE__*/ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const lenientUtf8 = /*#__PURE__*/ new TextDecoder()

const longestEncoding = 60

/** The content encoding that an answer claims; undefined where its bytes are plain. */
const encodingOf = ({ headers }: Arrived): string | undefined => {
  const encoding = headers["content-encoding"]?.trim()
  return encoding === undefined || encoding === "" || encoding.toLowerCase() === "identity"
    ? undefined
    : JSON.stringify(encoding.slice(0, longestEncoding))
}

/** Bytes that are still encoded are no UTF-8: what the runtime asks for by itself, it has decoded before. */
const undecoded = (arrived: Arrived): { readonly body: ParsedBody; readonly fault: string } => {
  const encoding = encodingOf(arrived)
  const text = lenientUtf8.decode(arrived.body)
  if (encoding === undefined) return { body: { text, json: undefined }, fault: "the body is not valid UTF-8" }
  const which = `the content encoding ${encoding}, which this client does not ask for`
  return {
    body: { text, json: undefined, unreadable: `a body in ${which}` },
    fault: `the body has ${which}: look for a proxy that adds it`
  }
}

const parse = (arrived: Arrived): { readonly body: ParsedBody; readonly fault?: string } => {
  let text: string
  try {
    text = utf8.decode(arrived.body)
  } catch {
    return undecoded(arrived)
  }
  if (text === "") return { body: { text, json: undefined }, fault: "the body is empty" }
  try {
    return { body: { text, json: JSON.parse(text) } }
  } catch {
    const encoding = encodingOf(arrived)
    const claim = encoding === undefined ? "" : ` (it has the content encoding ${encoding})`
    return { body: { text, json: undefined }, fault: `the body is not JSON${claim}` }
  }
}

const holdsError = (json: unknown): boolean =>
  typeof json === "object" && json !== null && Object.hasOwn(json, "error") && "error" in json && json.error !== null

const jsonLimit = 16_384
const depthLimit = 100

/** What an error keeps of a body: deep or large values would overflow or flood whoever prints the error. */
const keepable = ({ json, text }: ParsedBody): unknown => {
  if (text.length > jsonLimit) return undefined
  let depth = 0
  for (const character of text) {
    if (character === "[" || character === "{") depth++
    else if (character === "]" || character === "}") depth--
    if (depth > depthLimit) return undefined
  }
  return json
}

/** Seconds or an HTTP date, as a wait in milliseconds; undefined where it is absent or neither. */
export const retryAfterMillis = (header: string | undefined, nowMillis: number): number | undefined => {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = dateMillis(text)
  return date === undefined ? undefined : Math.max(0, date - nowMillis)
}

/** Which of the operation's errors a status is; the common ones need no declaration. */
const alwaysPossible: ReadonlySet<number> = /*#__PURE__*/ new Set([429, 500, 502, 503, 504])

/** Compiled on first use. Stays interpreted, silently, where code cannot be made from text. */
const decoder = (schema: Schema.Codec<unknown>, compiled: boolean) => {
  const interpret = SchemaParser.decodeUnknownResult(schema)
  if (!compiled) return interpret
  let decode: typeof interpret | undefined
  const begin = (): typeof interpret => {
    const run = compile(schema)
    if (run === undefined) return interpret
    return (json) => {
      const value = run(json)
      // Only the interpreter says what is wrong.
      return value === invalid ? interpret(json) : Result.succeed(value)
    }
  }
  return (json: unknown) => (decode ??= begin())(json)
}

/** Prepares a descriptor once; what it returns runs for every answer. */
export const prepare = (descriptor: Descriptor, compiled: boolean): Decode => {
  const operation = descriptor.name
  const success = descriptor.success
  const decode = success.body === undefined ? undefined : decoder(success.body, compiled)
  const declared = new Set(descriptor.errors.map((error) => ("payload" in error ? error.error : error).status))
  const payloads = new Map<number, (json: unknown) => Result.Result<unknown, unknown>>()
  for (const error of descriptor.errors) {
    if ("payload" in error) payloads.set(error.error.status, decoder(error.payload, compiled))
  }

  const succeed = (arrived: Arrived, attempts: number): Result.Result<unknown, Errors.ContractError> => {
    const { body, fault } = parse(arrived)
    const broken = (pointer: string, reason: string) => {
      const hide = conceal.make(arrived.sent?.())
      return Result.fail(
        new Errors.ContractError({
          operation,
          status: arrived.status,
          pointer: hide(pointer),
          reason: hide(reason),
          rawBody: descriptor.secret ? "" : hide(body.text, rawBodyLimit),
          attempts
        })
      )
    }
    if (holdsError(body.json)) return broken("/error", "a success status with an error in its body")
    // Nothing is declared of this body, so that nothing else in it can break the contract.
    if (decode === undefined) return Result.void
    if (fault !== undefined) return broken("", fault)
    const decoded = decode(body.json)
    if (Result.isSuccess(decoded)) return Result.succeed(decoded.success)
    const { pointer, reason } = firstBreak(decoded.failure)
    return broken(pointer, reason)
  }

  const fail = (arrived: Arrived, circumstances: Circumstances): CallFailure => {
    const { status } = arrived
    const { body: parsed } = parse(arrived)
    const { attempts, lostAnswer, nowMillis } = circumstances
    const hide = conceal.make(arrived.sent?.())
    const fields = { operation, body: read(parsed, descriptor.secret, hide), attempts, afterLostAnswer: lostAnswer }
    const payload = () => {
      const decoded = payloads.get(status)?.(parsed.json)
      return decoded !== undefined && Result.isSuccess(decoded) ? conceal.inJson(hide, decoded.success) : undefined
    }
    const repeatable = { ...fields, retryAfterMillis: retryAfterMillis(arrived.headers["retry-after"], nowMillis) }
    switch (declared.has(status) || alwaysPossible.has(status) ? status : undefined) {
      case 400:
        return new Errors.BadRequest(fields)
      case 401:
        return new Errors.Unauthorized({
          ...fields,
          explanation: circumstances.explanation()
        })
      case 403:
        return new Errors.Forbidden(fields)
      case 404:
        return new Errors.NotFound(fields)
      case 409:
        return new Errors.Conflict(fields)
      case 429:
        return new Errors.TooManyRequests(repeatable)
      case 500:
        return new Errors.InternalServerError({ ...repeatable, payload: payload() })
      case 502:
        return new Errors.BadGateway(repeatable)
      case 503:
        return new Errors.ServiceUnavailable({ ...repeatable, payload: payload() })
      case 504:
        return new Errors.GatewayTimeout({ ...repeatable, payload: payload() })
      default:
        return new Errors.UnexpectedStatus({
          ...repeatable,
          status,
          json: descriptor.secret ? undefined : conceal.inJson(hide, keepable(parsed))
        })
    }
  }

  return (arrived, circumstances) =>
    arrived.status === success.status
      ? succeed(arrived, circumstances.attempts)
      : Result.fail(fail(arrived, circumstances))
}
