/**
 * Maps a request line and a body to an operation and its input, by the operations' own descriptors.
 *
 * @module
 */
import type { Descriptor, Parameter } from "@kalshi-effect/client/Operation"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import { isUuid } from "../exchange/ids.ts"
import type { RequestRefusal } from "./errorBody.ts"
import type { Route } from "./route.ts"
import { routes } from "./routes.ts"
import { checkShards } from "./shards.ts"
import { invalidParameters, refusal } from "../exchange/refusals.ts"
import { isSubaccount } from "../exchange/state.ts"

/** `path` holds the values of the template's parameters. */
export interface Match {
  readonly route: Route
  readonly decode: (
    path: Readonly<Record<string, string>>,
    query: URLSearchParams,
    body: unknown
  ) => Result.Result<Readonly<Record<string, unknown>>, RequestRefusal>
  readonly path: Readonly<Record<string, string>>
}

export type Matched = Match | { readonly allowed: ReadonlyArray<string> }

type Decode = (input: unknown) => Result.Result<unknown, SchemaIssue.Issue>

interface Compiled {
  readonly route: Route
  readonly segments: ReadonlyArray<string>
  readonly decode: Match["decode"]
}

const decoderOf = (schema: Schema.Codec<unknown>): Decode => SchemaParser.decodeUnknownResult(schema)

/** Finds the operation of a method and a path below the API's root. If none matches, returns the path's methods. */
export const makeRouter = (): ((method: string, path: string) => Matched) => {
  const byLength = new Map<number, Array<Compiled>>()
  for (const compiled of routes.map(compile)) {
    const { length } = compiled.segments
    byLength.set(length, [...(byLength.get(length) ?? []), compiled].toSorted(literalsFirst))
  }
  return (method, path) => {
    const parts = path.split("/")
    const allowed: Array<string> = []
    for (const { decode, route, segments } of byLength.get(parts.length) ?? []) {
      const values = capture(segments, parts)
      if (values !== undefined && route.descriptor.method === method) {
        return { route, decode, path: values }
      }
      if (values !== undefined) {
        allowed.push(route.descriptor.method)
      }
    }
    return { allowed }
  }
}

export const isPathOfOperation = (path: string): boolean => {
  const parts = path.split("/")
  return routes.some(({ descriptor }) => {
    const segments = descriptor.path.split("/")
    return segments.length === parts.length && capture(segments, parts) !== undefined
  })
}

/** Literal segments come before parameters: `/orders/batched` before `/orders/{order_id}`. */
const literalsFirst = (left: Compiled, right: Compiled): number => {
  for (const [index, segment] of left.segments.entries()) {
    const difference = Number(segment.startsWith("{")) - Number(right.segments[index]!.startsWith("{"))
    if (difference !== 0) {
      return difference
    }
  }
  return 0
}

/**
 * The values of the template's parameters; undefined if the path does not match. The path must have as many segments as
 * the template.
 */
const capture = (
  segments: ReadonlyArray<string>,
  parts: ReadonlyArray<string>
): Readonly<Record<string, string>> | undefined => {
  const values: Record<string, string> = {}
  for (const [index, segment] of segments.entries()) {
    const text = parts[index]!
    if (!segment.startsWith("{")) {
      if (segment !== text) {
        return undefined
      }
      continue
    }
    const value = unescape(text)
    if (value === undefined || value === "") {
      return undefined
    }
    values[segment.slice(1, -1)] = value
  }
  return values
}

const unescape = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** These path parameters must be UUIDs. Another value is refused before the lookup. */
const uuids = new Set([
  "order_id",
  "order_group_id",
  "transfer_id",
  "api_key",
  "rfq_id",
  "quote_id",
  "rfq_batch_id",
  "batch_quote_id",
  "block_trade_proposal_id"
])

/**
 * These query parameters narrow the search for an entity. If one of them is invalid, `errorBody.ts` can replace the
 * status 400 by 404. For any other invalid query parameter, the status stays 400.
 */
const narrowing = new Set(["subaccount", "exchange_index", "market_ticker"])

export interface RangeNames {
  readonly first: string
  readonly last: string
}

const beginnings = [
  ["min_", "max_"],
  ["start_", "end_"],
  ["from", "to"]
] as const

/** The pairs of names, such as `min_ts` and `max_ts`, or `start_ts` and `end_ts`. */
export const rangesOf = ({ query }: Descriptor): ReadonlyArray<RangeNames> =>
  Object.keys(query).flatMap((first) =>
    beginnings
      .filter(([begin]) => first.startsWith(begin))
      .map(([begin, end]) => ({ first, last: end + first.slice(begin.length) }))
      .filter(({ last }) => Object.hasOwn(query, last))
  )

/** Refuses a range that ends before it begins. */
const checkRanges = (
  ranges: ReadonlyArray<RangeNames>,
  input: Readonly<Record<string, unknown>>
): RequestRefusal | undefined => {
  const reversed = ranges.find(({ first, last }) => Number(input[first]) > Number(input[last]))
  return reversed === undefined
    ? undefined
    : { ...invalidParameters(`${reversed.first} is greater than ${reversed.last}`), isStatusKept: true }
}

const compile = (route: Route): Compiled => {
  const { descriptor } = route
  const query = Object.entries(descriptor.query).map(([name, parameter]) => ({
    name,
    parameter,
    decode: decoderOf(parameter.schema)
  }))
  const ranges = rangesOf(descriptor)
  const body = descriptor.body === undefined ? undefined : decoderOf(descriptor.body)
  return {
    route,
    segments: descriptor.path.split("/"),
    decode: (path, search, json) => {
      const input: Record<string, unknown> = { ...path }
      for (const [name, value] of Object.entries(path)) {
        if (uuids.has(name) && !isUuid(value)) {
          return Result.fail(refusal("invalid", "bad_request", `${name} is not a UUID`))
        }
      }
      for (const { decode, name, parameter } of query) {
        const value = readParameter(search, name, parameter, decode)
        if (Result.isFailure(value)) {
          const isStatusKept = !narrowing.has(name)
          return Result.fail({ ...invalidParameters(`${name}: ${value.failure}`), isStatusKept })
        }
        if (value.success !== undefined) {
          input[name] = value.success
        }
      }
      const reversed = checkRanges(ranges, input)
      if (reversed !== undefined) {
        return Result.fail(reversed)
      }
      if (typeof input["subaccount"] === "number" && !isSubaccount(input["subaccount"])) {
        return Result.fail(invalidParameters("subaccount must be 0 to 63"))
      }
      const withShards = (whole: Readonly<Record<string, unknown>>) => {
        const refused = checkShards(descriptor, whole)
        return refused === undefined ? Result.succeed(whole) : Result.fail(refused)
      }
      if (body === undefined) {
        return withShards(input)
      }
      const decoded = body(json)
      return Result.isFailure(decoded)
        ? Result.fail(invalidParameters(describeIssue(decoded.failure)))
        : withShards({ ...input, ...(decoded.success as object) }) // every body schema is an object schema
    }
  }
}

const issuesOf = /*#__PURE__*/ SchemaIssue.makeFormatterStandardSchemaV1()

/** Where a body first violates its schema, and why. */
const describeIssue = (issue: SchemaIssue.Issue): string => {
  const [first] = issuesOf(issue).issues
  const path = (first?.path ?? []).map(String).join(".")
  return `${path === "" ? "the body" : path}: ${first?.message ?? "is invalid"}`
}

/** Parses a parameter as text if the schema accepts this text, otherwise as a number or a boolean. */
const readParameter = (
  search: URLSearchParams,
  name: string,
  parameter: Parameter,
  decode: Decode
): Result.Result<unknown, string> => {
  const texts = search.getAll(name)
  const first = texts[0]
  if (first === undefined) {
    return parameter.required ? Result.fail("is required") : Result.succeed(undefined)
  }
  if (parameter.style === "single" && texts.length > 1) {
    return Result.fail("may be set only once")
  }
  const candidates: ReadonlyArray<unknown> =
    parameter.style === "single"
      ? [first, ...parsed(first)]
      : listsOf(parameter.style === "comma" ? texts.flatMap((text) => text.split(",")) : texts)
  for (const candidate of candidates) {
    const decoded = decode(candidate)
    if (Result.isSuccess(decoded)) {
      return Result.succeed(decoded.success)
    }
  }
  return Result.fail("is not a valid value")
}

/** The texts, and their parsed values if every text is a number or a boolean. */
const listsOf = (texts: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<unknown>> => {
  const numbers = texts.flatMap(parsed)
  return numbers.length === texts.length ? [texts, numbers] : [texts]
}

const parsed = (text: string): ReadonlyArray<unknown> =>
  text === "true" || text === "false" ? [text === "true"] : /^-?\d{1,16}$/.test(text) ? [Number(text)] : []
