/**
 * Parses the messages of a client into commands, or into the errors with which the feed replies.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { FeedError } from "./feedErrors.ts"

/** The parameters that select what a subscription receives. A parameter that was not sent is undefined. */
export interface Parameters {
  readonly marketTickers: ReadonlyArray<string> | undefined
  readonly marketIds: ReadonlyArray<string> | undefined
  readonly index_ids: ReadonlyArray<string> | undefined
  readonly underlying_tickers: ReadonlyArray<string> | undefined
  readonly sendInitialSnapshot: boolean | undefined
  readonly skipTickerAck: boolean | undefined
  readonly useYesPrice: boolean | undefined
  readonly userFilter: "" | "self" | undefined
  readonly shardFactor: number | undefined
  readonly shardKey: number | undefined
}

/** A well-formed command. */
export type FeedCommand =
  | { readonly cmd: "subscribe"; readonly channels: ReadonlyArray<string>; readonly parameters: Parameters }
  | { readonly cmd: "unsubscribe"; readonly sids: ReadonlyArray<number> }
  | {
      readonly cmd: "update_subscription"
      readonly sid: number
      readonly action: string
      readonly parameters: Parameters
    }
  | { readonly cmd: "list_subscriptions" }

/** A message of a client, as far as it could be parsed. */
export interface ParsedMessage {
  /** Undefined if the id is invalid, absent or 0. The exchange treats the id 0 as absent. */
  readonly id: number | undefined
  /** The name of the command as sent; undefined if there is none. */
  readonly cmd: string | undefined
  readonly command: Result.Result<FeedCommand, FeedError>
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const fail = (code: FeedError["code"], details?: string) => Result.fail({ code, details })

export const parseMessage = (text: string): ParsedMessage => {
  const message = parseJson(text)
  if (!isFields(message)) {
    return { id: undefined, cmd: undefined, command: fail(1, "the message must be a JSON object") }
  }
  const { cmd, id } = message
  const name = typeof cmd === "string" ? cmd : undefined
  if (id !== undefined && !(Number.isSafeInteger(id) && Number(id) >= 0)) {
    return { id: undefined, cmd: name, command: fail(1, "id must be a non-negative integer") }
  }
  return {
    id: id === 0 || id === undefined ? undefined : Number(id),
    cmd: name,
    command: parseCommand(name, message["params"])
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const parseCommand = (cmd: string | undefined, params: unknown): Result.Result<FeedCommand, FeedError> => {
  switch (cmd) {
    case "list_subscriptions":
      return Result.succeed({ cmd })
    case "subscribe":
      return withParams(params, parseSubscribe)
    case "unsubscribe":
      return withParams(params, ({ sids }) =>
        isListOf(sids, isSid) && sids.length > 0
          ? Result.succeed({ cmd, sids })
          : sids === undefined || (Array.isArray(sids) && sids.length === 0)
            ? fail(4)
            : fail(11, "sids must be a list of positive integers")
      )
    case "update_subscription":
      return withParams(params, parseUpdate)
    default:
      return fail(5, cmd)
  }
}

const withParams = (
  params: unknown,
  parse: (params: Fields) => Result.Result<FeedCommand, FeedError>
): Result.Result<FeedCommand, FeedError> => (isFields(params) ? parse(params) : fail(2))

const parseSubscribe = (params: Fields): Result.Result<FeedCommand, FeedError> => {
  const names = params["channels"]
  if (names === undefined || (Array.isArray(names) && names.length === 0)) {
    return fail(3)
  }
  return isListOf(names, isText)
    ? Result.map(parseParameters(params), (parameters) => ({ cmd: "subscribe", channels: names, parameters }))
    : fail(11, "channels must be a list of strings")
}

const parseUpdate = (params: Fields): Result.Result<FeedCommand, FeedError> => {
  const { action, sid, sids } = params
  const ids = sid === undefined ? sids : sids === undefined ? [sid] : undefined
  if (!isListOf(ids, isSid) || ids.length !== 1) {
    return fail(12)
  }
  if (action === undefined || action === "") {
    return fail(15)
  }
  return typeof action === "string"
    ? Result.map(parseParameters(params), (parameters) => ({
        cmd: "update_subscription",
        sid: ids[0]!,
        action,
        parameters
      }))
    : fail(11, "action must be a string")
}

const isText = (value: unknown): value is string => typeof value === "string"
const isSid = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1
const isFlag = (value: unknown): value is boolean => typeof value === "boolean"
const isUserFilter = (value: unknown): value is "" | "self" => value === "" || value === "self"

const isListOf = <A>(value: unknown, is: (item: unknown) => item is A): value is ReadonlyArray<A> =>
  Array.isArray(value) && value.every(is)

/** Parses the parameters. Fails with the first malformed parameter. */
const parseParameters = (params: Fields): Result.Result<Parameters, FeedError> => {
  let error: FeedError | undefined
  const read = <A>(name: string, is: (value: unknown) => value is A, expected: string): A | undefined => {
    const value = params[name]
    if (value === undefined || is(value)) {
      return value
    }
    error ??= { code: 11, details: `${name} must be ${expected}` }
    return undefined
  }
  const list = (name: string): ReadonlyArray<string> | undefined =>
    read(name, (value): value is ReadonlyArray<string> => isListOf(value, isText), "a list of strings")
  const oneOrMany = (one: string, many: string): ReadonlyArray<string> | undefined => {
    const [single, several] = [read(one, isText, "a string"), list(many)]
    if (single !== undefined && several !== undefined) {
      error ??= { code: 11, details: `${one} and ${many} cannot be combined` }
    }
    return single === undefined ? several : [single]
  }
  const marketTickers = oneOrMany("market_ticker", "market_tickers")
  const marketIds = oneOrMany("market_id", "market_ids")
  if (marketTickers !== undefined && marketIds !== undefined) {
    error ??= { code: 11, details: "markets must be named either by tickers or by ids, not by both" }
  }
  const parameters = {
    marketTickers,
    marketIds,
    index_ids: list("index_ids"),
    underlying_tickers: list("underlying_tickers"),
    sendInitialSnapshot: read("send_initial_snapshot", isFlag, "a boolean"),
    skipTickerAck: read("skip_ticker_ack", isFlag, "a boolean"),
    useYesPrice: read("use_yes_price", isFlag, "a boolean"),
    userFilter: read("user_filter", isUserFilter, 'empty or "self"'),
    shardFactor: read("shard_factor", Number.isSafeInteger as (value: unknown) => value is number, "an integer"),
    shardKey: read("shard_key", Number.isSafeInteger as (value: unknown) => value is number, "an integer")
  }
  error ??= checkShards(parameters)
  return error === undefined ? Result.succeed(parameters) : Result.fail(error)
}

const checkShards = ({ shardFactor, shardKey }: Parameters): FeedError | undefined => {
  if (shardFactor === undefined) {
    return shardKey === undefined ? undefined : { code: 20 }
  }
  if (shardFactor <= 0) {
    return { code: 19 }
  }
  if (shardFactor > 100) {
    return { code: 22 }
  }
  return shardKey !== undefined && (shardKey < 0 || shardKey >= shardFactor) ? { code: 21 } : undefined
}
