/**
 * Converts the status and the bytes of a response to exactly one outcome: a decoded value, or a typed error.
 *
 * @module
 */
import * as Result from "effect/Result"
import * as Errors from "../Errors.ts"
import type { Descriptor } from "../Operation.ts"
import { isRecord } from "../record.ts"
import { type Check, checker } from "../wire/check.ts"
import { firstViolation } from "../wire/issue.ts"
import * as conceal from "./conceal.ts"
import { dateMillis } from "./skew.ts"

/** A complete response. The names of the headers are in lower case. */
export interface Arrived {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /**
   * Returns the headers of the request. Called only to build an error: the response may echo secret header values,
   * which the error must not contain.
   */
  readonly sent?: (() => conceal.HeaderValues) | undefined
}

export interface Circumstances {
  readonly attempts: number
  /** Whether the response to an earlier attempt was lost. The exchange may have carried out that attempt. */
  readonly lostResponse: boolean
  readonly nowMillis: number
  /** Explains a refused signature. Called only for a 401. */
  readonly explanation: () => Errors.Explanation | undefined
}

export type Decode = (arrived: Arrived, circumstances: Circumstances) => Result.Result<unknown, CallFailure>

/** The errors that only some operations declare. */
export type NamedError =
  | Errors.BadRequest
  | Errors.Unauthorized
  | Errors.Forbidden
  | Errors.NotFound
  | Errors.Conflict
  | Errors.InternalServerError<unknown>
  | Errors.ServiceUnavailable<unknown>
  | Errors.GatewayTimeout<unknown>

export type CallFailure = Errors.Failure | NamedError

interface ParsedBody {
  readonly text: string
  /** Undefined if the text is not JSON. */
  readonly json: unknown
  /** Why the body is not JSON. */
  readonly fault?: string
  /** Describes a body that is not text because of its content encoding. */
  readonly unreadable?: string
}

/** Throws on bytes that are not UTF-8. Keeps a byte-order mark, because the JSON parser must reject it. */
const utf8 = /*#__PURE__*/ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const lossyUtf8 = /*#__PURE__*/ new TextDecoder()

const maxEncodingLength = 60

/** The content encoding in quotes. Undefined if the body is not encoded. */
const encodingOf = ({ headers }: Arrived): string | undefined => {
  const encoding = headers["content-encoding"]?.trim()
  return encoding === undefined || encoding === "" || encoding.toLowerCase() === "identity"
    ? undefined
    : JSON.stringify(encoding.slice(0, maxEncodingLength))
}

/** The runtime requests some content encodings and decodes them. A content encoding that remains was not requested. */
const notUtf8 = (arrived: Arrived): ParsedBody => {
  const encoding = encodingOf(arrived)
  const text = lossyUtf8.decode(arrived.body)
  if (encoding === undefined) return { text, json: undefined, fault: "the body is not valid UTF-8" }
  const which = `the content encoding ${encoding}, which this client does not request`
  return {
    text,
    json: undefined,
    fault: `the body has ${which}: check whether a proxy adds it`,
    unreadable: `a body in ${which}`
  }
}

const parse = (arrived: Arrived): ParsedBody => {
  let text: string
  try {
    text = utf8.decode(arrived.body)
  } catch {
    return notUtf8(arrived)
  }
  if (text === "") return { text, json: undefined, fault: "the body is empty" }
  try {
    return { text, json: JSON.parse(text) }
  } catch {
    const encoding = encodingOf(arrived)
    const claim = encoding === undefined ? "" : ` (it has the content encoding ${encoding})`
    return { text, json: undefined, fault: `the body is not JSON${claim}` }
  }
}

const maxExcerpt = 200

/** The maximum length of each field of an `ErrorBody`, because errors are printed and logged. */
const maxErrorText = 2048

const clip = (text: string, hide: conceal.Conceal): string =>
  text.length <= maxErrorText ? hide(text) : `${hide(text, maxErrorText)}…`

const textOf = (value: unknown, hide: conceal.Conceal): string | undefined => {
  if (typeof value === "string") return clip(value, hide)
  if (value === undefined || value === null) return undefined
  try {
    return clip(JSON.stringify(value), hide)
  } catch {
    return "(nested too deeply to show)" // JSON.stringify overflows the stack
  }
}

const errorFields = (
  record: Readonly<Record<string, unknown>>,
  hide: conceal.Conceal,
  fallback: () => string
): Errors.ErrorBody => {
  const code = textOf(record["code"], hide)
  const details = textOf(record["details"], hide)
  const service = textOf(record["service"], hide)
  return {
    message: textOf(record["message"], hide) ?? code ?? fallback(),
    ...(code === undefined ? {} : { code }),
    ...(details === undefined ? {} : { details }),
    ...(service === undefined ? {} : { service })
  }
}

/**
 * Reads the error in a body. Most responses nest the error under `error`. In the OpenAPI document and in some 404
 * responses, the error's fields are at the top level. In a 429, `error` is a string. The CDN sends HTML or no body.
 * Source: bodies recorded in production and demo, 2025–2026.
 *
 * With `isSecret`, the body may contain a secret. Then an unexpected body is not quoted.
 */
const errorBody = (
  { json, text, unreadable }: ParsedBody,
  isSecret: boolean,
  hide: conceal.Conceal
): Errors.ErrorBody => {
  const fallback = (): string => {
    if (unreadable !== undefined) return hide(unreadable)
    if (text.trim() === "") return "an empty body"
    return isSecret ? "an unexpected body" : `an unexpected body: ${hide(text, maxExcerpt)}`
  }
  if (!isRecord(json)) return { message: fallback() }
  const nested = json["error"]
  if (isRecord(nested)) return errorFields(nested, hide, fallback)
  if (typeof nested === "string") return { ...errorFields(json, hide, fallback), message: clip(nested, hide) }
  return errorFields(json, hide, fallback)
}

/** Reads the error of a response that belongs to no operation, such as a refused WebSocket handshake. */
export const errorOf = (arrived: Arrived): Errors.ErrorBody =>
  errorBody(parse(arrived), false, conceal.make(arrived.sent?.()))

const maxKeptLength = 16_384
const maxKeptDepth = 100

/**
 * Returns the JSON of a body. Undefined if the body is too large or too deep, because printing it would flood a log or
 * overflow the stack.
 */
const printableJson = ({ json, text }: ParsedBody): unknown => {
  if (text.length > maxKeptLength) return undefined
  let depth = 0
  for (const character of text) {
    if (character === "[" || character === "{") depth++
    else if (character === "]" || character === "}") depth--
    if (depth > maxKeptDepth) return undefined
  }
  return json
}

/**
 * Returns the wait in milliseconds. The header contains seconds or an HTTP date. Undefined if the header is absent or
 * invalid.
 */
export const retryAfterMillis = (header: string | undefined, nowMillis: number): number | undefined => {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = dateMillis(text)
  return date === undefined ? undefined : Math.max(0, date - nowMillis)
}

const hasError = (json: unknown): boolean => isRecord(json) && Object.hasOwn(json, "error") && json["error"] !== null

const maxRawBody = 2048

const success = (
  { name, secret }: Descriptor,
  check: Check | undefined,
  arrived: Arrived,
  attempts: number
): Result.Result<unknown, Errors.ContractError> => {
  const { fault, json, text } = parse(arrived)
  const violation = (pointer: string, reason: string) => {
    const hide = conceal.make(arrived.sent?.())
    return Result.fail(
      new Errors.ContractError({
        operation: name,
        status: arrived.status,
        pointer: hide(pointer),
        reason: hide(reason),
        rawBody: secret ? "" : hide(text, maxRawBody),
        attempts
      })
    )
  }
  if (hasError(json)) return violation("/error", "a success status with an error in its body")
  // The OpenAPI document declares no body for this operation, so there is nothing to check.
  if (check === undefined) return Result.void
  if (fault !== undefined) return violation("", fault)
  const decoded = check(json)
  if (Result.isSuccess(decoded)) return Result.succeed(decoded.success)
  const { pointer, reason } = firstViolation(decoded.failure)
  return violation(pointer, reason)
}

/** The error statuses that every operation can return, even if it does not declare them. */
const commonStatuses: ReadonlySet<number> = /*#__PURE__*/ new Set([429, 500, 502, 503, 504])

const failure = (
  { name, secret }: Descriptor,
  isDeclared: boolean,
  checkPayload: Check | undefined,
  arrived: Arrived,
  circumstances: Circumstances
): CallFailure => {
  const { status } = arrived
  const parsed = parse(arrived)
  const hide = conceal.make(arrived.sent?.())
  const fields = {
    operation: name,
    body: errorBody(parsed, secret, hide),
    attempts: circumstances.attempts,
    afterLostAnswer: circumstances.lostResponse
  }
  const retryable = {
    ...fields,
    retryAfterMillis: retryAfterMillis(arrived.headers["retry-after"], circumstances.nowMillis)
  }
  const payload = () => {
    const decoded = checkPayload?.(parsed.json)
    return decoded !== undefined && Result.isSuccess(decoded) ? conceal.inJson(hide, decoded.success) : undefined
  }
  switch (isDeclared || commonStatuses.has(status) ? status : undefined) {
    case 400:
      return new Errors.BadRequest(fields)
    case 401:
      return new Errors.Unauthorized({ ...fields, explanation: circumstances.explanation() })
    case 403:
      return new Errors.Forbidden(fields)
    case 404:
      return new Errors.NotFound(fields)
    case 409:
      return new Errors.Conflict(fields)
    case 429:
      return new Errors.TooManyRequests(retryable)
    case 500:
      return new Errors.InternalServerError({ ...retryable, payload: payload() })
    case 502:
      return new Errors.BadGateway(retryable)
    case 503:
      return new Errors.ServiceUnavailable({ ...retryable, payload: payload() })
    case 504:
      return new Errors.GatewayTimeout({ ...retryable, payload: payload() })
    default:
      return new Errors.UnexpectedStatus({
        ...retryable,
        status,
        json: secret ? undefined : conceal.inJson(hide, printableJson(parsed))
      })
  }
}

export const prepare = (descriptor: Descriptor, compiled: boolean): Decode => {
  const { body, status: successStatus } = descriptor.success
  const checkBody = body === undefined ? undefined : checker(body, compiled)
  const declared = new Set<number>()
  const checkPayloads = new Map<number, Check>()
  for (const error of descriptor.errors) {
    const { status } = "payload" in error ? error.error : error
    declared.add(status)
    if ("payload" in error) checkPayloads.set(status, checker(error.payload, compiled))
  }
  return (arrived, circumstances) => {
    const { status } = arrived
    return status === successStatus
      ? success(descriptor, checkBody, arrived, circumstances.attempts)
      : Result.fail(failure(descriptor, declared.has(status), checkPayloads.get(status), arrived, circumstances))
  }
}
